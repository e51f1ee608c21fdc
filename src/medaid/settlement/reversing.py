"""Taking a settlement back (2208, 2305), and any message by its id (2601): wholly, once, and last
things first.

The year's totals return to exactly what they were; the books get the mirror entry; the visit is
open again. A later act of the same person-year rests on the totals of this one, so it must be taken
back first: the refusal names it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from medaid import ids
from medaid.aws import outbox
from medaid.aws.transaction import ConditionFailed, RetryPolicy, TransactionConflict, Write, commit
from medaid.errors import Conflict, Refused, Unavailable
from medaid.fund import posting as fund
from medaid.instants import civil_date
from medaid.people import service as people
from medaid.people.model import PersonFile, YearTotals
from medaid.settlement import receipts, store
from medaid.settlement.messages import earlier
from medaid.settlement.model import Answer, Known, Settlement
from medaid.settlement.national.envelope import Message
from medaid.settlement.settling import entries, event_of


def reverse(
    message: Message, now: datetime, patience: RetryPolicy | None = None
) -> tuple[Settlement, PersonFile]:
    """2208, 2305: takes a settlement back. The same message again gives the same answer.

    Raises Refused SETTLEMENT_UNKNOWN, Conflict ALREADY_REVERSED, REVERSE_LATER_FIRST
    (`facts["id"]`), Unavailable.
    """
    setl_id = message.text("setl_id")
    for _ in (patience or RetryPolicy()).attempts():
        settlement = own_settlement(setl_id, message.institution)
        _check_original(settlement, message)
        file = people.load(settlement.decision.psn_no, settlement.decision.year)
        if settlement.reversed_at is not None:
            _already(settlement, message)
            return settlement, file
        earlier(message)
        done = replace(settlement, reversed_at=now, reversed_by=message.msgid)
        known = Known(
            message.institution,
            message.msgid,
            message.infno,
            "reverse",
            settlement.decision.psn_no,
            setl_id,
            message.digests,
            now,
        )
        if _tried(
            lambda done=done, file=file, known=known: [*store.known(known), *_writes(done, file)]  # type: ignore[misc]
        ):  # bound in the loop
            return done, file
    raise Unavailable("BUSY")


def _already(settlement: Settlement, message: Message) -> None:
    """Reversed by this very message: as good as done. By another: a distinct refusal."""
    if settlement.reversed_by == message.msgid and earlier(message) is not None:
        return
    raise Conflict(
        "ALREADY_REVERSED",
        field="setl_id",
        rule=f"结算 {settlement.setl_id} 已由报文 {settlement.reversed_by} 撤销",
        id=settlement.setl_id,
    )


def own_settlement(setl_id: str, institution: str) -> Settlement:
    """The institution's own settlement; another's is told as not there. Raises Refused
    SETTLEMENT_UNKNOWN, Unavailable."""
    settlement = store.settlement(setl_id)
    if settlement is None or settlement.decision.institution != institution:
        raise Refused("SETTLEMENT_UNKNOWN", field="setl_id", rule=f"本机构没有结算 {setl_id}")
    return settlement


def _check_original(settlement: Settlement, message: Message) -> None:
    decision = settlement.decision
    if message.text("psn_no") != decision.psn_no:
        raise Conflict("ORIGINAL_MISMATCH", field="psn_no", rule="人员编号与原结算不一致")
    if message.text("mdtrt_id") and message.text("mdtrt_id") != decision.visit.mdtrt_id:
        raise Conflict("ORIGINAL_MISMATCH", field="mdtrt_id", rule="就诊ID与原结算不一致")
    if message.infno in ("2208", "2305") and settlement.infno[:2] != message.infno[:2]:
        raise Conflict(
            "ORIGINAL_MISMATCH",
            field="infno",
            rule=f"原结算为 {settlement.infno},不能以 {message.infno} 撤销",
        )


def _writes(done: Settlement, file: PersonFile) -> list[Write]:
    """Everything that taking back changes, for one transaction. Raises Conflict
    REVERSE_LATER_FIRST."""
    decision = done.decision
    assert done.reversed_at is not None
    now = done.reversed_at
    totals = file.totals(decision.year)
    if totals.last != done.setl_id:
        raise Conflict(
            "REVERSE_LATER_FIRST",
            field="setl_id",
            rule=f"同一人员本年度其后有 {totals.last},请先撤销",
            id=totals.last,
        )
    before = YearTotals(
        decision.year, totals.version + 1, decision.totals_before, decision.last_before
    )
    posted = entries(replace(done, reversed_at=None, reversed_by=""))
    mirrors = [
        fund.reversing(entry, ids.reversal_id(done.setl_id), civil_date(now), now)
        for entry in posted
    ]
    reopened = decision.batch == "STAY" or file.visit(decision.visit.mdtrt_id) is None
    return [
        *store.taken_back(done, now, done.reversed_by),
        *(
            people.visit_opened(
                decision.psn_no, replace(decision.visit, version=decision.visit.version + 1)
            )
            if reopened
            else ()
        ),
        *people.totals_changed(decision.psn_no, totals, before),
        *fund.writes(*mirrors),
        *receipts.released(decision, done.setl_id, now),
        outbox.publish(event_of(done), ids.reversal_id(done.setl_id), now),
    ]


def _tried(writes: Callable[[], list[Write]]) -> bool:
    """One attempt; False where a race was lost and it must be read again."""
    try:
        commit(writes())
    except (ConditionFailed, TransactionConflict):
        return False
    return True


def by_message(message: Message, now: datetime, patience: RetryPolicy | None = None) -> Answer:
    """2601: takes back what the sender's message `omsgid` led to; where that has not arrived, it is
    blocked for good.

    A cancellation (2208, 2305) is not taken back: the visit is open again, so it is settled anew.

    Raises Conflict ORIGINAL_MISMATCH, ALREADY_REVERSED, REVERSE_LATER_FIRST, STATE; Unavailable.
    """
    omsgid = message.text("omsgid")
    if omsgid == message.msgid:
        raise Conflict("ORIGINAL_MISMATCH", field="omsgid", rule="不能冲正本报文")
    for _ in (patience or RetryPolicy()).attempts():
        original = store.message(message.institution, omsgid)
        if original is None or original.kind == "blocked":
            if original is not None or _blocked(message, omsgid, now):
                return Answer(None, (f"原交易 {omsgid} 未收到,已阻断,其后到达也不受理",))
            continue
        if original.infno != message.text("oinfno")[:4]:
            raise Conflict(
                "ORIGINAL_MISMATCH", field="oinfno", rule=f"原交易编号为 {original.infno}"
            )
        if original.psn_no != message.text("psn_no"):
            raise Conflict("ORIGINAL_MISMATCH", field="psn_no", rule="人员编号与原交易不一致")
        if original.kind == "settle":
            reverse(
                replace(message, data={**message.data, "setl_id": original.result}), now, patience
            )
            return Answer()
        if original.kind == "visit":
            return _visit_undone(original)
        raise Conflict(
            "STATE", field="oinfno", rule=f"{original.infno} 不可冲正;就诊登记已恢复,请重新结算"
        )
    raise Unavailable("BUSY")


def _blocked(message: Message, omsgid: str, now: datetime) -> bool:
    """The original never gets in: its key is taken."""
    known = Known(
        message.institution,
        omsgid,
        message.text("oinfno")[:4],
        "blocked",
        message.text("psn_no"),
        message.msgid,
        {},
        now,
    )
    return _tried(lambda: store.known(known))


def _visit_undone(original: Known) -> Answer:
    file = people.load(original.psn_no, ids.visit_year(original.result) or 0)
    visit = file.visit(original.result)
    if visit is None and store.batches(original.result):
        raise Conflict("STATE", field="omsgid", rule=f"就诊 {original.result} 已结算,请先撤销结算")
    if visit is not None and not _tried(lambda: people.visit_closed(original.psn_no, visit)):
        raise Unavailable("BUSY")
    return Answer()
