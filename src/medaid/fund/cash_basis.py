"""Income and expense on the cash basis (收付实现制), from books that keep what is owed: what a
hospital has claimed is no expense until it is paid (provisions.toml says for which fund, since
when, and which accounts stand beside). Nothing is posted. Pure.

What is owed is kept with what caused it, by counterpart. What takes it back (a reversal, another
mode of payment) takes it off its own cause; a payment and a deduction take off all causes of the
counterpart in proportion.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Final, NamedTuple

from medaid.fund.model import Entry, Line
from medaid.fund.model.chart import account, accounts, expense_account
from medaid.fund.model.provisions import accounts_beside
from medaid.money import Fen, split

CLEARING: Final = "1102"
"""What was paid for other regions' people: theirs, whenever it is paid."""
_EARLIER: Final = "430104"
"""Other income: money that comes back of an earlier year."""


class ExpenseCause(NamedTuple):
    """Why something is owed: an expense account, or what another region will pay (1102, with the
    region)."""

    code: str
    counterpart: str = ""


class Owed(NamedTuple):
    """An account beside the books and to whom it is owed."""

    code: str
    counterpart: str


Causes = dict[Owed, dict[ExpenseCause, int]]
"""Fen of each cause, by what is owed."""


@dataclass(frozen=True, slots=True)
class CauseAmount:
    """What of an account beside the books, with a counterpart, has one cause."""

    POSITIONAL: ClassVar = True
    code: str
    counterpart: str
    cause: str
    region: str
    amount: Fen


@dataclass(frozen=True, slots=True)
class BasisKept:
    """Where the cash basis stood at the end of a month. `differences`: by account code, by how much
    its balance on the cash basis is more than the books', fen, debit positive."""

    year: int = 0
    open: tuple[CauseAmount, ...] = ()
    paid: tuple[CauseAmount, ...] = ()
    """This year, by what was paid."""
    paid_before: tuple[CauseAmount, ...] = ()
    """The year before."""
    differences: Mapping[str, Fen] = field(default_factory=dict)


class CashBasis:
    """The cash basis of a region's funds, followed entry by entry in the order of the months."""

    def __init__(self, kept: BasisKept | None = None) -> None:
        kept = kept or BasisKept()
        self._year = kept.year
        self._open, self._paid, self._before = map(
            _causes, (kept.open, kept.paid, kept.paid_before)
        )
        self._differences = {code: int(fen) for code, fen in kept.differences.items()}

    @property
    def kept(self) -> BasisKept:
        """Where it stands now."""
        return BasisKept(
            self._year,
            _listed(self._open),
            _listed(self._paid),
            _listed(self._before),
            self.differences,
        )

    @property
    def differences(self) -> dict[str, Fen]:
        """By account code, by how much its balance is more than the books'. A fund's sum to 0."""
        return {code: Fen(fen) for code, fen in sorted(self._differences.items()) if fen}

    @property
    def unpaid_for_regions(self) -> dict[tuple[str, str], Fen]:
        """By account code (1102) and region: what will be owed by it once it is paid here."""
        found: dict[tuple[str, str], int] = {}
        for causes in self._open.values():
            for cause, fen in causes.items():
                if accounts()[cause.code].number == CLEARING:
                    found[cause] = found.get(cause, 0) + fen
        return {cause: Fen(fen) for cause, fen in found.items() if fen}

    def begin_year(self, year: int) -> None:
        """What income and expense differ by belongs to the fund from the next year on."""
        if year <= self._year:
            return
        for code, fen in list(self._differences.items()):
            one = accounts()[code]
            if one.kind in ("income", "expense"):
                del self._differences[code]
                self._differ(account(one.fund, "3001").code, fen)
        self._before = self._paid if year == self._year + 1 else {}
        self._year, self._paid = year, {}

    def take(self, entry: Entry) -> None:
        """Follows one entry. What moves nothing that stands beside the books is on the cash basis
        what it is in them; the year's close is no income and no expense."""
        self.begin_year(entry.effective.year)
        if entry.kind == "year_close":
            return
        beside = accounts_beside()
        for fund in {one.account.fund for one in entry.lines if one.account.code in beside}:
            mine = [line for line in entry.lines if line.account.fund == fund]
            for code, fen in self._turned(fund, entry.kind, mine):
                self._differ(code, fen)
            for line in mine:
                self._differ(line.account.code, -line.fen)

    def _differ(self, code: str, fen: int) -> None:
        self._differences[code] = self._differences.get(code, 0) + fen

    def _turned(self, fund: str, kind: str, mine: list[Line]) -> list[tuple[str, int]]:
        """An entry's lines on the cash basis, as account code and fen; none where nothing was paid
        or received."""
        owed: dict[Owed, int] = {}
        rest: dict[ExpenseCause, int] = {}
        for one, fen, counterpart in mine:
            if one.code in accounts_beside():
                key = Owed(one.code, counterpart)
                owed[key] = owed.get(key, 0) + fen
            else:
                cause = ExpenseCause(one.code, counterpart if one.number == CLEARING else "")
                rest[cause] = rest.get(cause, 0) + fen
        if kind == "opening":  # owed from before: an expense of the year that pays it
            for key, fen in owed.items():
                self._add(key, _otherwise(key), -fen)
            return [*_coded(rest), (account(fund, "3001").code, sum(owed.values()))]
        if not any(_is_money(cause.code) for cause in rest):
            self._pass_on(owed, rest)
            return []
        moved = [*_coded(rest)]
        for key, fen in owed.items():
            moved += self._pay(key, fen) if fen > 0 else self._take_back(key, -fen)
        return moved

    def _pass_on(self, owed: dict[Owed, int], rest: dict[ExpenseCause, int]) -> None:
        """No money moved: something new is owed, is owed no more, or is owed to another."""
        caused = {cause: fen for cause, fen in rest.items() if not _is_income(cause.code)}
        less = {cause: -fen for cause, fen in caused.items() if fen < 0}
        pool = {cause: fen for cause, fen in caused.items() if fen > 0}
        for key, fen in owed.items():
            left = max(fen, 0)
            for cause in less:
                taken = min(less[cause], left)
                self._add(key, cause, -taken)
                less[cause] -= taken
                left -= taken
            for cause, part in self._settle(key, left).items():
                pool[cause] = pool.get(cause, 0) + part
        for cause, fen in less.items():
            pool[cause] = pool.get(cause, 0) - fen
        for key, fen in owed.items():
            if fen < 0:
                self._owe(key, -fen, pool)

    def _owe(self, key: Owed, fen: int, pool: dict[ExpenseCause, int]) -> None:
        """`fen` is newly owed, because of what is in `pool`; what nothing there explains (a
        deduction taken back) has the causes of what is owed already."""
        for cause, part in _shared(fen, pool).items():
            pool[cause] -= part
            self._add(key, cause, part)
            fen -= part
        for cause, part in _shared(fen, dict(self._open.get(key, {}))).items():
            self._add(key, cause, part)
            fen -= part
        self._add(key, _otherwise(key), fen)

    def _settle(self, key: Owed, fen: int) -> dict[ExpenseCause, int]:
        """Takes `fen` off what is owed: off all causes in proportion, and what nobody knew of off
        benefits."""
        parts = _shared(fen, self._open.get(key, {}))
        rest = fen - sum(parts.values())
        if rest:
            cause = _otherwise(key)
            parts[cause] = parts.get(cause, 0) + rest
        for cause, part in parts.items():
            self._add(key, cause, -part)
        return parts

    def _pay(self, key: Owed, fen: int) -> Iterator[tuple[str, int]]:
        """What was paid is the expense of what it pays."""
        paid = self._paid.setdefault(_payee(key), {})
        for cause, part in self._settle(key, fen).items():
            _change(paid, cause, part)
            yield cause.code, part

    def _take_back(self, key: Owed, fen: int) -> Iterator[tuple[str, int]]:
        """Money that came back is owed again: less expense where it was paid this year, other
        income where it was paid in an earlier one (accounts.md section 4)."""
        paid, before = (one.get(_payee(key), {}) for one in (self._paid, self._before))
        for cause, part in _shared(fen, paid).items():
            _change(paid, cause, -part)
            self._add(key, cause, part)
            fen -= part
            yield cause.code, -part
        parts = _shared(fen, before)
        cause = _otherwise(key)
        parts[cause] = parts.get(cause, 0) + fen - sum(parts.values())
        for cause, part in parts.items():
            if cause in before:
                _change(before, cause, -part)
            self._add(key, cause, part)
        if fen:
            yield f"{key.code.partition('-')[0]}-{_EARLIER}", -fen

    def _add(self, key: Owed, cause: ExpenseCause, fen: int) -> None:
        held = self._open.setdefault(key, {})
        _change(held, cause, fen)
        if not held:
            del self._open[key]


def _change(held: dict[ExpenseCause, int], cause: ExpenseCause, fen: int) -> None:
    held[cause] = held.get(cause, 0) + fen
    if not held[cause]:
        del held[cause]


def _shared(fen: int, causes: Mapping[ExpenseCause, int]) -> dict[ExpenseCause, int]:
    """As much of `fen` as `causes` hold, in proportion, whatever the order they came in; all of
    them where they come to it."""
    if fen and sum(causes.values()) == fen:
        return dict(causes)
    positive = {cause: held for cause, held in sorted(causes.items()) if held > 0}
    taken = min(fen, sum(positive.values()))
    if taken <= 0:
        return {}
    shares = split(Fen(taken), list(positive.values()))
    return {cause: int(share) for cause, share in zip(positive, shares, strict=True) if share}


def _coded(rest: Mapping[ExpenseCause, int]) -> Iterator[tuple[str, int]]:
    return ((cause.code, fen) for cause, fen in rest.items())


def _is_money(code: str) -> bool:
    """Whether the account stands in the books on the cash basis and is no income or expense."""
    one = accounts()[code]
    return one.kind in ("asset", "liability") and one.number != CLEARING


def _is_income(code: str) -> bool:
    return accounts()[code].kind == "income"


def _otherwise(key: Owed) -> ExpenseCause:
    """What a payment is where the books do not say what caused it."""
    one = accounts()[key.code]
    if one.number == "2105":
        return ExpenseCause(account("assistance", "590101").code)
    return ExpenseCause(expense_account(one.fund, "inpatient").code)


def _payee(key: Owed) -> Owed:
    """By whom payments are counted: one sum for all manual cases, which are as many as people."""
    return Owed(key.code, "") if accounts()[key.code].number == "2103" else key


def _causes(rows: Iterable[CauseAmount]) -> Causes:
    found: Causes = {}
    for one in rows:
        owed = found.setdefault(Owed(one.code, one.counterpart), {})
        owed[ExpenseCause(one.cause, one.region)] = int(one.amount)
    return found


def _listed(causes: Causes) -> tuple[CauseAmount, ...]:
    return tuple(
        CauseAmount(*owed, *cause, Fen(fen))
        for owed, held in sorted(causes.items())
        for cause, fen in sorted(held.items())
        if fen
    )
