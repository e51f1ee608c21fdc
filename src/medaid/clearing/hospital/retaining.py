"""What an institution's statements kept back until the year's end, returned by its assessment."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Final, NamedTuple

from medaid.aws.transaction import Decided, Write, refuse_as_changed, transact
from medaid.clearing import store as items
from medaid.clearing.amounts import added, negated
from medaid.clearing.hospital import store
from medaid.clearing.hospital.model import (
    BOOKED,
    PendingItem,
    PendingKind,
    PendingState,
    StatementState,
)
from medaid.errors import Conflict, Refused
from medaid.fund import service as fund
from medaid.fund.model import Entry, journal
from medaid.instants import civil_date
from medaid.money import Fen, Ratio, take
from medaid.months import Month
from medaid.payments.model import trail_line

PREFIX: Final = "RETENTION-"
"""Of the id under which a year's retention waits for the next statement."""
_NOT_ASSESSED: Final = (PendingState.KEPT, PendingState.WITHDRAWN)


class AssessedRetention(NamedTuple):
    """What a year kept back, by what becomes of it; fen by fund."""

    returned: dict[str, Fen]
    forfeited: dict[str, Fen]


def return_retention(
    region: str, institution: str, year: int, share: str, by: str, now: datetime
) -> dict[str, Fen]:
    """Year-end release of what was kept back: `share` of it by the year's assessment is payable
    with the next statement, the rest is forfeited.

    Answers fen by fund that became payable; the same share again changes nothing. What was assessed
    wrongly two people take back, then it is assessed anew. Raises Refused PERIOD_OPEN before the
    year is over, and while a statement of it is neither booked nor barred; Conflict DUPLICATE for
    another share, STATE while it is being taken back, PERIOD_CLOSED.
    """
    if civil_date(now).year <= year:
        raise Refused("PERIOD_OPEN", field="year", rule=f"{year} 年度尚未结束")

    def decide() -> Decided[dict[str, Fen]]:
        name = f"{PREFIX}{year}"
        held = store.find_pending(region, institution, PendingKind.FORWARD, name)
        kept = _kept(region, institution, year, share)  # read after what guards it
        if held is not None and held.state not in _NOT_ASSESSED:
            return Decided(_stands(held, kept))
        if not kept.returned and not kept.forfeited:
            return Decided({})
        item = _assessed(name, year, kept, trail_line(now, by, f"年终考核,返还比例 {share}"))
        state = PendingState.FORWARD if kept.returned else PendingState.REJECTED
        if held is None:
            kind = PendingKind.FORWARD
            saved = store.create_pending(region, institution, kind, item, state, now)
        else:
            before = held.item
            item = replace(item, undone=before.undone, trail=(*before.trail, *item.trail))
            saved = store.replace_pending(held, item, state, now)
        booked = fund.posting(*retention_entries(region, institution, item, kept, now))
        listed = items.listed(region, institution, now) if kept.returned else []
        return Decided(kept.returned, [saved, *booked, *listed])

    return transact(decide, refuse_as_changed)


def _kept(region: str, institution: str, year: int, share: str) -> AssessedRetention:
    made = [
        one
        for month in Month(f"{year}-01").through(Month(f"{year}-12"))
        for one in store.list_statements(region, institution, month)
    ]
    for one in made:
        if one.state not in (*BOOKED, StatementState.TIME_BARRED):
            rule = f"{one.month} 第 {one.number} 号对账单尚未办结"
            raise Refused("PERIOD_OPEN", field="year", rule=rule)
    whole = added(*(one.corrected().retained for one in made if one.state in BOOKED))
    back = {key: part for key, fen in whole.items() if (part := take(fen, Ratio.of(share)))}
    return AssessedRetention(back, added(whole, negated(back)))


def reckoned_anew(
    region: str, institution: str, year: int, line: str, now: datetime
) -> list[Write]:
    """The write by which no assessment of the year passes by what a statement of it keeps back from
    now on; `line` says why. Raises Conflict STATE where the year is assessed already."""
    name = f"{PREFIX}{year}"
    held = store.find_pending(region, institution, PendingKind.FORWARD, name)
    if held is None:
        item = PendingItem(name, Month(f"{year}-12"), "质量保证金重新计算", {}, trail=(line,))
        kind, state = PendingKind.FORWARD, PendingState.KEPT
        return [store.create_pending(region, institution, kind, item, state, now)]
    if held.state not in _NOT_ASSESSED:
        rule = f"{year} 年度预留质量保证金已考核返还,须先撤回返还(秦安县84号七)"
        raise Conflict("STATE", field="correction", rule=rule)
    noted = replace(held.item, trail=(*held.item.trail, line))
    return [store.replace_pending(held, noted, held.state, now)]


def _stands(held: store.Pending, kept: AssessedRetention) -> dict[str, Fen]:
    """What stands already. Raises Conflict DUPLICATE where that is not what is asked for."""
    if held.state is PendingState.WITHDRAWING:
        raise Conflict("STATE", field="year", rule="该年度返还已申请撤回,尚未复核")
    if assessed(held.item, held.state) != kept:
        rule = "该年度已按其他比例或金额返还,须先撤回"
        raise Conflict("DUPLICATE", field="share", rule=rule)
    return kept.returned


def assessed(item: PendingItem, state: PendingState) -> AssessedRetention:
    """What was returned and forfeited by an assessment that stands in `state`: nothing was returned
    where it waits for no statement."""
    if state is PendingState.REJECTED:
        return AssessedRetention({}, dict(item.by_fund))
    return AssessedRetention(dict(item.by_fund), dict(item.forfeited))


def _assessed(name: str, year: int, kept: AssessedRetention, line: str) -> PendingItem:
    back, lost = kept
    return PendingItem(
        name,
        Month(f"{year}-12"),
        "年终返还质量保证金" if back else "质量保证金不予返还",
        back or lost,
        None,
        "agency",
        trail=(line,),
        forfeited=lost if back else {},
        net_of_retention=True,
    )


def retention_entries(
    region: str, institution: str, item: PendingItem, kept: AssessedRetention, recorded: datetime
) -> list[Entry]:
    """What an assessment books; each has a source of its own: two people may take one back."""
    year = item.pending_id.removeprefix(PREFIX)
    source = f"{region}-{institution}-{year}" + (f".{item.undone}" if item.undone else "")
    return [
        journal.movement(
            kind,
            region,
            source,
            [(key, "2107", to, fen) for key, fen in amounts.items()],
            recorded,
            counterpart=institution,
        )
        for kind, to, amounts in (
            ("retention_release", "2101", kept.returned),
            ("retention_forfeit", "430109", kept.forfeited),
        )
        if amounts
    ]
