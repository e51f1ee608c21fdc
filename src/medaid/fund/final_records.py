"""Final accounts as they are kept: versions with their rows, annexes, notes and trail. Frozen;
whole fen; stored through `medaid.aws.codec`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar, Final

from medaid.fund.records import Signature
from medaid.money import Fen, half_up

_NOTHING: Final = Fen(0)


class FinalState(StrEnum):
    """草拟, 已复核, 已签署, 政府已批准, 退回, 已被新版代替."""

    DRAFTED = "drafted"
    CHECKED = "checked"
    SIGNED = "signed"
    APPROVED = "approved"
    RETURNED = "returned"
    REPLACED = "replaced"


@dataclass(frozen=True, slots=True)
class EnrolmentFigure:
    """A basic figure of enrolment in the notes, with where it comes from."""

    name: str
    count: int
    source: str


@dataclass(frozen=True, slots=True)
class Notes:
    """What explains final accounts (决算说明). `explanation` says why what must agree does not."""

    enrolment: tuple[EnrolmentFigure, ...] = ()
    policy: str = ""
    analysis: str = ""
    problems: str = ""
    proposals: str = ""
    explanation: str = ""


@dataclass(frozen=True, slots=True)
class FinalRow:
    """A row's amounts: last year and this year, or begin and end of the year."""

    POSITIONAL: ClassVar = True
    key: str
    before: Fen
    now: Fen


@dataclass(frozen=True, slots=True)
class FinalAccounts:
    """One version of a fund's final accounts of a year. `digest` is what a signature names: SHA-256
    of all that it says."""

    year: int
    fund: str
    number: int
    digest: str
    rows: tuple[FinalRow, ...]
    current: tuple[tuple[str, str, Fen, Fen, Fen, Fen], ...]
    """The list of current accounts: code, counterpart, fen by age."""
    between: tuple[tuple[str, str, Fen], ...]
    """What stands between regions: row, counterpart, fen."""
    notes: Notes
    trail: tuple[Signature, ...]
    provision: str = ""
    """The provisions whose cash basis the figures follow; empty where what is owed is expense."""
    restated: Fen = _NOTHING
    """How much more the fund began with than the year before closed with: the change of basis."""
    beside: tuple[tuple[str, str, Fen, Fen, Fen, Fen], ...] = ()
    """On the cash basis what is owed and stands in no statement: as `current`."""

    @property
    def amounts(self) -> Mapping[str, Fen]:
        """This year's amounts by row."""
        return {row.key: row.now for row in self.rows}


def indicators(held: FinalAccounts) -> list[tuple[str, str]]:
    """What the analysis of final accounts shows (J33, J36): change on the year before, usage,
    months that the fund pays for. Empty where there is nothing to divide by."""
    rows = {row.key: row for row in held.rows}
    found = []
    for key, name in (("income", "收入"), ("expense", "支出"), ("closing_fund", "滚存结余")):
        before, now = rows[key].before, rows[key].now
        found.append((f"{name}较上年(%)", _ratio(int(now - before), int(before), 100)))
    income, expense, fund = (int(rows[key].now) for key in ("income", "expense", "closing_fund"))
    found.append(("基金使用率(%)", _ratio(expense, income, 100)))
    found.append(("可支付月数", _ratio(fund, expense, 12)))
    return found


def _ratio(part: int, whole: int, times: int) -> str:
    """`part` over `whole`, so many times, with two decimals half up."""
    return Fen(half_up(part * times * 100, whole)).yuan() if whole > 0 else ""
