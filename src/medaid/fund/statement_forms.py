"""The form of the final accounts' statements, as values: rows, what feeds them, what must agree and
what regions that are added up take out. Frozen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from medaid.fund.model import Account


class Term(NamedTuple):
    """A row in a formula, added or (`sign` -1) taken away."""

    sign: int
    row: str


@dataclass(frozen=True, slots=True)
class StatementRow:
    """A row of a statement. It is fed by accounts, follows from other rows (`formula`), is a share
    of another row (`of`, 其中), or nothing feeds it and `unfed` says why."""

    key: str
    name: str
    number: str
    of: str
    accounts: tuple[str, ...]
    formula: tuple[Term, ...]
    unfed: str

    def feeds(self, account: Account) -> bool:
        """Whether the account's figure stands in this row."""
        return any(
            account.number == one or (one.endswith("*") and account.number.startswith(one[:-1]))
            for one in self.accounts
        )


@dataclass(frozen=True, slots=True)
class StatementForm:
    """One statement with the years in which it holds: from `first` to `last`, and no longer than
    `ends` says of a fund. `pairs` are its printed lines, left and right, empty where a cell has no
    meaning (×); `equal` are rows that must agree."""

    key: str
    form: str
    title: str
    funds: tuple[str, ...]
    first: int
    last: int
    ends: Mapping[str, int]
    source: str
    trust: str
    cite: str
    rows: tuple[StatementRow, ...]
    pairs: tuple[tuple[str, str], ...]
    equal: tuple[tuple[str, str], ...]

    def holds(self, fund: str, year: int) -> bool:
        """Whether it is the form of a fund in a year."""
        return fund in self.funds and self.first <= year <= self.ends.get(fund, self.last)


class Side(NamedTuple):
    """The row of one of the two funds between which money moves."""

    fund: str
    row: str


@dataclass(frozen=True, slots=True)
class FundIdentity:
    """Two funds' rows that must agree where a region keeps both."""

    name: str
    left: Side
    right: Side
    cite: str


@dataclass(frozen=True, slots=True)
class Elimination:
    """Rows in which regions that are added up stand against each other; `upward` is the one whose
    other side, where nobody named it, is the region above; `basis` the only one of the statements
    for which it holds, any where empty."""

    name: str
    given: str
    taken: str
    cite: str
    upward: str = ""
    basis: str = ""


@dataclass(frozen=True, slots=True)
class Passage:
    """What passes from an account of one fund, in a row of its statements, into a row of another
    fund of the region above."""

    name: str
    given: Side
    account: str
    taken: Side
    cite: str


@dataclass(frozen=True, slots=True)
class Layouts:
    """All that statements.toml says."""

    statements: tuple[StatementForm, ...]
    identities: tuple[FundIdentity, ...]
    eliminations: tuple[Elimination, ...]
    passages: tuple[Passage, ...] = ()

    def eliminations_of(self, on_cash: bool) -> tuple[Elimination, ...]:
        """What regions' statements of one basis eliminate."""
        other = "accrual" if on_cash else "cash"
        return tuple(one for one in self.eliminations if one.basis != other)
