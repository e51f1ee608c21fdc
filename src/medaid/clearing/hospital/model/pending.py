"""What waits outside a statement: disputes, deductions, balances, claims. Frozen."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import ClassVar, Final

from medaid.clearing.amounts import Amounts, added, negated
from medaid.ids import OfficerId, StatementId
from medaid.money import Fen
from medaid.months import Month
from medaid.payments.model import NOBODY, NOTHING
from medaid.regions import Region

NO_STATEMENT: Final = StatementId("")


class PendingKind(StrEnum):
    """What waits outside a statement."""

    DISPUTE = "DISPUTE"
    """An item on which hospital and centre differ."""
    DEDUCTION = "DEDUCTION"
    """For breaches and audit findings (J39); amounts positive, taken off."""
    FORWARD = "FORWARD"
    """A negative balance, or a retention released, for the next statement."""
    CLAIM = "CLAIM"
    """What only the hospital has (102); no amount is owed on it."""


class PendingState(StrEnum):
    """How far it is with what waits."""

    OPEN = "open"
    """A dispute or claim nobody has decided."""
    UPHELD = "upheld"
    REJECTED = "rejected"
    DUE = "due"
    FORWARD = "forward"
    TAKEN = "taken"
    """A statement took it up."""
    WITHDRAWING = "withdrawing"
    """One person asked for what was entered or decided to be taken back."""
    WITHDRAWN = "withdrawn"
    GIVEN_BACK = "given_back"
    """A deduction that was booked and then given back to the institution."""
    KEPT = "kept"
    """A year's retention that nobody has assessed, noted where it was reckoned anew."""


STANDS: Final = (
    PendingState.UPHELD,
    PendingState.REJECTED,
    PendingState.DUE,
    PendingState.FORWARD,
    PendingState.TAKEN,
)
"""States in which something that was entered or decided stands, and may be taken back by two."""
TAKEN_UP: Final = (PendingState.UPHELD, PendingState.DUE, PendingState.FORWARD)
"""States in which the next statement takes a pending item up."""


@dataclass(frozen=True, slots=True)
class PendingItem:
    """An amount by fund that waits outside its statement."""

    POSITIONAL: ClassVar[bool] = True
    ADDED: ClassVar[int] = 6

    pending_id: str
    """item_id of a dispute or claim, else the id it was entered by."""
    month: Month
    reason: str
    by_fund: Amounts
    paying_region: Region | None = None
    """Whose funds it concerns; None for the region of the statement itself."""
    waits_for: str = "institution"
    """Who has to act: institution or agency."""
    statement_id: StatementId = NO_STATEMENT
    """Of the statement that took it up."""
    trail: tuple[str, ...] = ()
    """Who did what with it, in words."""
    withdrawal_by: OfficerId = NOBODY
    """Who asked for it to be taken back."""
    outpatient_assistance: Fen = NOTHING
    """What of the assistance is 门诊救助, where it is known: of a disputed settlement."""
    state_before: PendingState | None = None
    """In which state it stood when that was asked for."""
    undone: int = 0
    """How often two people have taken back what was decided of it."""
    forfeited: Amounts = field(default_factory=dict)
    """What of a year's retention was not returned."""
    advance: str = ""
    """The account of the advance that it sets off (chart.toml), where it does."""
    net_of_retention: bool = False
    """Nothing is kept back of it by the statement that takes it up: that was done before."""


@dataclass(frozen=True, slots=True)
class DisputedSums:
    """What a statement leaves out because it is disputed, of one paying region: how many items, fen
    by fund, and what of the assistance is 门诊救助."""

    POSITIONAL: ClassVar[bool] = True

    paying_region: Region
    count: int
    by_fund: Amounts
    outpatient_assistance: Fen


def disputed_with(
    sums: Iterable[DisputedSums], items: Iterable[PendingItem], times: int = 1
) -> tuple[DisputedSums, ...]:
    """The sums with `items` left out as well; with `times` -1 they are no more."""
    found = {one.paying_region: one for one in sums}
    for item in items:
        region = item.paying_region
        assert region is not None, "a disputed item names who pays it"
        before = found.get(region, DisputedSums(region, 0, {}, NOTHING))
        found[region] = DisputedSums(
            region,
            before.count + times,
            added(before.by_fund, item.by_fund if times > 0 else negated(item.by_fund)),
            before.outpatient_assistance + Fen(times * int(item.outpatient_assistance)),
        )
    return tuple(one for _, one in sorted(found.items()) if one.count)
