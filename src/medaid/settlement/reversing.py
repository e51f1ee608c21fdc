"""Taking a settlement back (2208, 2305), and any message by its id (2601): wholly, once, and last
things first.

The year's totals lose exactly what the settlement added; the books get the mirror entry; the visit
is open again. A later act of the same person-year was priced on the totals of this one, so it must
be taken back first: the refusal names it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Final

from medaid import ids
from medaid.aws.transaction import Decided, RetryPolicy
from medaid.errors import Conflict, Refused
from medaid.ids import MessageId
from medaid.people import service as people
from medaid.people.model import PersonFile
from medaid.regions import Region
from medaid.settlement import store
from medaid.settlement.messages import act_once, check_no_lines, record_of, replayed
from medaid.settlement.model import Institution, MessageAct, MessageRecord, Reply, Settlement
from medaid.settlement.national.dialects import same_infno
from medaid.settlement.national.envelope import Message
from medaid.settlement.posting import reversal_writes
from medaid.settlement.visits import check_unsettled

Reversed = tuple[Settlement, PersonFile]

INSTEAD: Final[Mapping[MessageAct, str]] = {
    MessageAct.REVERSED: "就诊登记已恢复,请重新结算",
    MessageAct.CHANGED: "请以 2405 撤销出院,或重新上传就诊信息",
    MessageAct.CANCELLED: "请重新登记或备案",
    MessageAct.FILED: "请以 2502、2504 或 2506 撤销备案",
    MessageAct.LINES_TAKEN: "请以 2205 或 2302 撤销明细",
    MessageAct.LINES_REMOVED: "请重新上传明细",
    MessageAct.KEPT: "无须冲正;如需更正请以新的报文ID重新上传",
    MessageAct.APPLIED: "请以 3204 撤销清算申请",
    MessageAct.MAPPED: "请以 3302 撤销目录对照",
    MessageAct.BLOCKING: "已阻断的原交易请以新的报文ID重新办理",
}
"""What 2601 does not take back, and what to send instead."""


def reverse_settlement(
    message: Message, now: datetime, retry: RetryPolicy | None = None
) -> Reversed:
    """2103, 2208, 2305: takes a settlement back. The same message again gives the same answer.

    Raises Refused SETTLEMENT_UNKNOWN, Conflict ALREADY_REVERSED, REVERSE_LATER_FIRST
    (`facts["id"]`), Unavailable.
    """
    setl_id = message.text("setl_id")
    return act_once(
        message,
        lambda: _reversal(message, setl_id, now),
        lambda record: _as_reversed(message, record.result),
        retry=retry,
    )


def _reversal(message: Message, setl_id: str, now: datetime) -> Decided[Reversed]:
    settlement = own_settlement(setl_id, message.institution)
    _check_original(settlement, message)
    if settlement.reversed_at is not None:
        return Decided(_as_reversed(message, setl_id))
    file = people.load(settlement.decision.psn_no, settlement.decision.year)
    done = replace(settlement, reversed_at=now, reversed_by=message.msgid)
    record = record_of(message, MessageAct.REVERSED, settlement.decision.psn_no, setl_id, now)
    return Decided((done, file), reversal_writes(done, record, file))


def _as_reversed(message: Message, setl_id: str) -> Reversed:
    """The settlement that this very message reversed before. Raises Conflict ALREADY_REVERSED where
    another did."""
    settlement = own_settlement(setl_id, message.institution)
    if settlement.reversed_by != message.msgid or replayed(message) is None:
        raise Conflict(
            "ALREADY_REVERSED",
            field="setl_id",
            rule=f"结算 {setl_id} 已由报文 {settlement.reversed_by} 撤销",
            id=setl_id,
        )
    return settlement, people.load(settlement.decision.psn_no, settlement.decision.year)


def own_settlement(setl_id: str, institution: str) -> Settlement:
    """The institution's own settlement; another's is told as not there. Raises Refused
    SETTLEMENT_UNKNOWN, Unavailable."""
    settlement = store.find_settlement(setl_id)
    if settlement is None or settlement.decision.institution != institution:
        raise Refused("SETTLEMENT_UNKNOWN", field="setl_id", rule=f"本机构没有结算 {setl_id}")
    return settlement


def _check_original(settlement: Settlement, message: Message) -> None:
    decision = settlement.decision
    if message.text("psn_no") != decision.psn_no:
        raise Conflict("ORIGINAL_MISMATCH", field="psn_no", rule="人员编号与原结算不一致")
    if message.text("mdtrt_id") not in ("", decision.visit.mdtrt_id):
        raise Conflict("ORIGINAL_MISMATCH", field="mdtrt_id", rule="就诊ID与原结算不一致")
    if not decision.insured_region.pools_with(message.insured):
        raise Conflict("ORIGINAL_MISMATCH", field="insuplc_admdvs", rule="参保地与原结算不一致")
    if message.infno in ("2103", "2208", "2305") and settlement.infno[:2] != message.infno[:2]:
        raise Conflict(
            "ORIGINAL_MISMATCH",
            field="infno",
            rule=f"原结算为 {settlement.infno},不能以 {message.infno} 撤销",
        )


def reverse_by_message(message: Message, _institution: Institution, now: datetime) -> Reply:
    """2601: takes back what the sender's message `omsgid` led to; where that has not arrived, it is
    blocked for good.

    Raises Conflict ORIGINAL_MISMATCH, ALREADY_REVERSED, REVERSE_LATER_FIRST, VISIT_STATE, STATE;
    Unavailable.
    """
    if message.text("omsgid") == message.msgid:
        raise Conflict("ORIGINAL_MISMATCH", field="omsgid", rule="不能冲正本报文")

    def decide() -> Decided[Reply]:
        original = store.find_message(message.institution, message.text("omsgid"))
        if original is None or original.act is MessageAct.BLOCKED:
            return _blocking(message, original, now)
        _check_original_message(original, message)
        if original.act is MessageAct.SETTLED:
            return Decided(Reply(), _reversal(message, original.result, now).writes)
        if original.act is MessageAct.REGISTERED:
            return _cancellation(message, original, now)
        raise Conflict(
            "STATE", field="oinfno", rule=f"{original.infno} 不可冲正;{INSTEAD[original.act]}"
        )

    def again(record: MessageRecord) -> Reply:
        return _blocked(message) if record.act is MessageAct.BLOCKING else Reply()

    return act_once(message, decide, again)


def _check_original_message(original: MessageRecord, message: Message) -> None:
    if original.infno != same_infno(message.text("oinfno")):
        raise Conflict("ORIGINAL_MISMATCH", field="oinfno", rule=f"原交易编号为 {original.infno}")
    if original.psn_no != message.text("psn_no"):
        raise Conflict("ORIGINAL_MISMATCH", field="psn_no", rule="人员编号与原交易不一致")


def _blocking(message: Message, original: MessageRecord | None, now: datetime) -> Decided[Reply]:
    """The original never gets in: its key is taken."""
    psn_no, omsgid = message.text("psn_no"), message.text("omsgid")
    own = record_of(message, MessageAct.BLOCKING, psn_no, omsgid, now)
    writes = [store.create_message(own)]
    if original is None:
        taken = replace(
            own,
            msgid=MessageId(omsgid),
            infno=same_infno(message.text("oinfno")),
            act=MessageAct.BLOCKED,
            result=message.msgid,
            digests={},
        )
        writes.append(store.create_message(taken, "original"))
    return Decided(_blocked(message), writes)


def _blocked(message: Message) -> Reply:
    return Reply(None, (f"原交易 {message.text('omsgid')} 未收到,已阻断,其后到达也不受理",))


def _cancellation(message: Message, original: MessageRecord, now: datetime) -> Decided[Reply]:
    """A registration is taken back where nothing of it is settled; one that is gone already stays
    so. The file is read first: a settlement that comes between is then seen, or loses."""
    psn_no, mdtrt_id = original.psn_no, original.result
    if not Region(ids.visit_region(mdtrt_id)).pools_with(message.insured):
        raise Conflict("ORIGINAL_MISMATCH", field="insuplc_admdvs", rule="参保地与原交易不一致")
    visit = people.load(psn_no, ids.visit_year(mdtrt_id) or now.year).visit(mdtrt_id)
    check_unsettled(mdtrt_id)
    if visit is not None:
        check_no_lines(visit)
    own = record_of(message, MessageAct.CANCELLED, psn_no, mdtrt_id, now)
    closed = people.visit_closed(psn_no, visit) if visit is not None else []
    return Decided(Reply(), [store.create_message(own), *closed])
