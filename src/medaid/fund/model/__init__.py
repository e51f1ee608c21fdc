"""The books as values: accounts, lines, entries that balance by construction, and the entry that
takes another back.

Amounts are `Fen`: a debit is positive, a credit negative. An entry balances in every fund it
touches (独立核算, 苏医保办发〔2023〕27号 art. 29), is frozen, and carries two times: the civil date
it takes effect and the instant it was recorded. No personal data enters: a line's counterpart is an
institution, a region, an insurer or a case, never a person.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import lru_cache
from typing import Final, NamedTuple, Self

from medaid.errors import BadInput
from medaid.instants import aware, stored
from medaid.money import Fen

KINDS: Final = ("asset", "liability", "balance", "income", "expense")
_CERTNO: Final = re.compile(r"(?<![0-9A-Za-z])\d{17}[\dXx](?!\d)")
"""A resident identity number has no place in the books."""
_MOBILE: Final = re.compile(r"(?<![0-9A-Za-z])1[3-9]\d{9}(?!\d)")
"""Nor has a mobile number; institution codes (a letter and eleven digits) are not mistaken for
one."""


@dataclass(frozen=True, slots=True)
class Fund:
    """A fund with books of its own. `code` is the national fund_pay_type, `field` the national
    amount it is told by."""

    key: str
    name: str
    code: str
    field: str
    insutypes: tuple[str, ...]
    cite: str


@dataclass(frozen=True, slots=True)
class Account:
    """One account of one fund (J32). `care` is set on expense accounts told apart by care class."""

    code: str
    fund: str
    number: str
    name: str
    kind: str
    care: str
    cite: str

    @property
    def debit_side(self) -> bool:
        """Whether its balance normally stands on the debit side."""
        return self.kind in ("asset", "expense")


class _LineParts(NamedTuple):
    account: Account
    fen: int
    """The amount in whole fen, for sums."""
    counterpart: str


class Line(_LineParts):
    """`amount` on one account: positive debits, negative credits. `counterpart` is fixmedins_code,
    admdvs, insurer or case id. Immutable.

    A named tuple with the whole fen as a plain int: ledgers make and sum millions of lines, and a
    frozen dataclass takes twice the time (bench/books.py). Raises TypeError for an amount that is
    not Fen.
    """

    __slots__ = ()

    def __new__(cls, account: Account, amount: Fen, counterpart: str = "") -> Self:
        if type(amount) is not Fen:
            raise TypeError(f"a line takes Fen, not {type(amount).__name__}")
        return tuple.__new__(cls, (account, int(amount), counterpart))

    @property
    def amount(self) -> Fen:
        return Fen(self.fen)

    def __repr__(self) -> str:
        return f"Line({self.account.code}, {self.amount.yuan()}, {self.counterpart!r})"


@lru_cache(maxsize=1024)
def _impersonal(counterpart: str) -> None:
    """Passes for what is no person's certificate number; the same few hundred institutions come
    again and again. Raises BadInput PERSONAL_DATA."""
    if _CERTNO.search(counterpart):
        raise BadInput("PERSONAL_DATA", field="counterpart", rule="往来单位不得为个人证件号码")


@dataclass(frozen=True, slots=True)
class Entry:
    """One journal entry of one pooling region.

    Raises BadInput UNBALANCED where a fund's lines do not sum to zero, a line is zero or there are
    fewer than two; PERSONAL_DATA where the narrative or a counterpart looks like a person's number;
    TypeError for a naive instant.
    """

    entry_id: str
    kind: str
    """A flow of flows.toml."""
    admdvs: str
    effective: date
    recorded: datetime
    source: str
    """Id of what caused it: settlement, case, bill, statement, request."""
    lines: tuple[Line, ...]
    narrative: str = ""
    reverses: str = ""
    """entry_id of the entry this one takes back."""

    def __post_init__(self) -> None:
        aware(self.recorded)
        if isinstance(self.effective, datetime):
            raise TypeError("an entry takes effect on a civil date, not at an instant")
        sums: dict[str, int] = {}
        for account, fen, counterpart in self.lines:
            if not fen:
                raise BadInput("UNBALANCED", field=account.code, rule="分录金额不得为零")
            fund = account.fund
            sums[fund] = sums.get(fund, 0) + fen
            if counterpart:
                _impersonal(counterpart)
        if len(self.lines) < 2:
            raise BadInput("UNBALANCED", field="lines", rule="至少一借一贷")
        if any(sums.values()):
            off = next(fund for fund, total in sums.items() if total)
            raise BadInput("UNBALANCED", field=off, rule=f"借贷相差 {Fen(sums[off])} 元")
        if self.narrative and (_CERTNO.search(self.narrative) or _MOBILE.search(self.narrative)):
            raise BadInput("PERSONAL_DATA", field="narrative", rule="摘要不得含个人证件或电话号码")

    @property
    def period(self) -> str:
        """The accounting month, `yyyy-mm`, by the effective date."""
        return f"{self.effective:%Y-%m}"

    @property
    def position(self) -> str:
        """Where it stands in the order recorded."""
        return f"{stored(self.recorded)}#{self.entry_id}"

    @property
    def funds(self) -> tuple[str, ...]:
        """The funds it touches, in the order of its lines."""
        return tuple(dict.fromkeys(line.account.fund for line in self.lines))

    @property
    def debits(self) -> Fen:
        return Fen(sum(line.fen for line in self.lines if line.fen > 0))


def reversal_id(entry_id: str) -> str:
    """Of the one entry that takes `entry_id` back."""
    return f"{entry_id}R"


def reversing(
    entry: Entry, source: str, effective: date, recorded: datetime, narrative: str = ""
) -> Entry:
    """The mirror of `entry`: every line negated, so that both together leave no trace in any
    balance. There can only ever be one."""
    return replace(
        entry,
        entry_id=reversal_id(entry.entry_id),
        effective=effective,
        recorded=recorded,
        source=source,
        lines=tuple(Line(line.account, -line.amount, line.counterpart) for line in entry.lines),
        narrative=narrative or entry.narrative,
        reverses=entry.entry_id,
    )
