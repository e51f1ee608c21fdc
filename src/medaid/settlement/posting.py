"""Everything that a settlement, or its reversal, changes in all packages, gathered here for one
transaction: record, visit, year totals, books, receipt. The record is also the event: the stream of
its table tells it (`posted`).

The year's totals are sums of what stands: a settlement adds its change, its reversal takes the same
change off again, whatever came between. The books get entries and mirror entries (J32).
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from medaid import ids
from medaid.aws.transaction import Write
from medaid.benefit.service import STAYS, parts_with
from medaid.errors import Conflict
from medaid.fund import posting as fund
from medaid.money import Fen
from medaid.people import service as people
from medaid.people.model import PersonFile, SettledParts
from medaid.regions import Region
from medaid.settlement import receipts, store
from medaid.settlement.model import (
    SALE,
    STAY,
    MessageRecord,
    Settlement,
    SettlementDecision,
    batches_of,
)
from medaid.settlement.national.codes import OTHER_ROWS

STAY_SETTLED: Final = "2304"
"""The transaction that settles a stay."""


def settlement_writes(one: Settlement, file: PersonFile) -> list[Write]:
    """What settling writes."""
    decision = one.decision
    before = file.totals(decision.year)
    after = before.with_act(one.setl_id, decision.totals_change)
    visit = file.visit(decision.visit.mdtrt_id) or replace(decision.visit, version=0)
    return [
        *store.create_settlement(one),
        *people.visit_settled(
            decision.psn_no, visit, batches_of(decision), before, after, _parts_after(one)
        ),
        *fund.settlement_writes(_payments(one), one.settled_at),
        *receipts.claimed(decision, one.setl_id, one.settled_at),
    ]


def _parts_after(one: Settlement) -> SettledParts | None:
    """What of the stay is settled from now on, where it goes on."""
    decision, paid = one.decision, dict[str, int]()
    if not decision.goes_on:
        return None
    for step in decision.steps:
        if step.paid:
            paid[step.layer] = step.paid
    settled = SettledParts(
        one.setl_id,
        1,
        decision.end,
        decision.year,
        decision.assisting_region,
        tuple(decision.bill),
        paid,
        decision.stated_amounts.get("payments_by_others", 0),
        decision.totals_change,
        1 + max(int(name.removeprefix(STAY) or 1) for name in batches_of(decision)),
        Fen(0),
    )
    return parts_with(decision.visit.parts, settled, decision.steps, decision.bill)


def reversal_writes(done: Settlement, record: MessageRecord, file: PersonFile) -> list[Write]:
    """What reversing writes; `done` carries when and by which message. Raises Conflict
    REVERSE_LATER_FIRST where a later act of the person-year rests on it."""
    decision, now = done.decision, done.reversed_at
    assert now is not None
    before = file.totals(decision.year)
    if before.last != done.setl_id:
        raise Conflict(
            "REVERSE_LATER_FIRST",
            field="setl_id",
            rule=f"同一人员本年度其后有 {before.last},请先撤销",
            id=before.last,
        )
    after = before.without_act(done.setl_id, decision.totals_change, decision.last_before)
    reversal = ids.reversal_id(done.setl_id)
    writes = _visit_again(done, file)
    return [
        store.create_message(record),
        *store.reverse_settlement(done),
        *writes,
        *people.totals_changed(decision.psn_no, before, after),
        *fund.reversal_writes(_payments(done), done.settled_at, reversal, now),
        *receipts.released(decision, done.setl_id, now),
    ]


def _visit_again(done: Settlement, file: PersonFile) -> list[Write]:
    """The visit as it is once nothing of `done` is settled: open again with the sums of the
    batch's lines. A batch of totals alone leaves a visit that is open for others as it is. A
    pharmacy's sale has no registration that would be open again."""
    decision, stay = done.decision, done.infno == STAY_SETTLED
    settled = decision.visit
    if settled.notes.get("registered_by") == SALE:
        return []
    own = batches_of(decision)
    lines = {name: one for name, one in settled.lines.items() if name in own}
    held = file.visit(settled.mdtrt_id)
    if held is not None and decision.goes_on:
        both = {**held.lines, **lines}
        after = replace(held, lines=both, parts=settled.parts, version=held.version + 1)
        return people.visit_changed(decision.psn_no, held, after)
    if held is not None and not stay:
        both = {**held.lines, **lines}
        after = replace(held, lines=both, version=held.version + 1)
        return people.visit_changed(decision.psn_no, held, after) if lines else []
    # It ended on the day that was settled, also without 2402: no stay is open beside another.
    end = decision.end if stay and not decision.goes_on else settled.end
    visit = replace(settled, end=end, lines=lines, version=settled.version + 1)
    return people.visit_opened(decision.psn_no, visit)


def _payments(one: Settlement) -> list[fund.SettlementBooking]:
    """What a settlement tells the books of each region: assistance to the one that pays it (J24),
    the rest to where the person is insured."""
    decision = one.decision
    care = "inpatient" if decision.care in STAYS else "outpatient"
    return [
        fund.SettlementBooking(
            one.setl_id if region == decision.insured_region else f"{one.setl_id}-{region}",
            region,
            region.owing(decision.treatment_region),
            decision.institution,
            decision.insutype,
            care,
            amounts,
        )
        for region, amounts in sorted(_by_region(decision).items())
    ]


def _by_region(decision: SettlementDecision) -> dict[Region, dict[str, Fen]]:
    found: dict[Region, dict[str, Fen]] = {}
    for name, fen in decision.by_fund.items():
        if name in OTHER_ROWS:
            continue
        assists = name == "maf_pay" and decision.assisting_region
        region = Region(decision.assisting_region) if assists else decision.insured_region
        found.setdefault(region, {})[name] = fen
    return found
