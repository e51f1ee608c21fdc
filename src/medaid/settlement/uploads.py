"""What hospitals upload beside the way of a visit: the settlement list (4101 结算清单), held
against the settlement it speaks of; and what audits before and during care send (3101 to 3103),
which is taken and kept for the rules to come; and what was told of diagnoses (5202)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from medaid.aws.transaction import Decided
from medaid.errors import BadInput, Conflict
from medaid.ids import InstitutionCode, MessageId
from medaid.money import Fen
from medaid.settlement import reversing, store
from medaid.settlement.messages import (
    DIAGNOSED,
    act_once,
    record_of,
    undone,
    unknown_visit,
)
from medaid.settlement.model import (
    Institution,
    MessageAct,
    MessageRecord,
    Reply,
    SettlementDecision,
)
from medaid.settlement.national.answers import fund_rows
from medaid.settlement.national.envelope import Message
from medaid.settlement.visits import file_of

NOT_AUDITED: Final = "已留存;智能审核规则尚未开通,未作审核"
_ITEM_PARTS: Final = ("claa_sumfee", "clab_amt", "fulamt_ownpay_amt", "oth_amt")


@dataclass(frozen=True, slots=True)
class KeptUpload:
    """What an institution uploaded, as JSON text: a settlement list, or what an audit sent."""

    institution: InstitutionCode
    msgid: MessageId
    infno: str
    content: str
    at: datetime


def keep_audit(message: Message, _institution: Institution, now: datetime) -> Reply:
    """3101, 3102, 3103: kept as it was sent. Nothing is audited yet, which the answer says."""

    def decide() -> Decided[Reply]:
        kept = _kept(message, message.sent, now)
        record = record_of(message, MessageAct.KEPT, "", message.msgid, now)
        writes = [
            store.keep_sent(message.institution, message.msgid, kept),
            store.create_message(record),
        ]
        return Decided(_audited(), writes)

    return act_once(message, decide, lambda _: _audited())


def _audited() -> Reply:
    return Reply({"result": []}, (NOT_AUDITED,))


def _kept(message: Message, content: Any, now: datetime) -> KeptUpload:
    text = json.dumps(content, ensure_ascii=False, default=str, sort_keys=True)
    return KeptUpload(message.institution, message.msgid, message.infno, text, now)


def list_diagnoses(message: Message, _institution: Institution, now: datetime) -> Reply:
    """5202: the diagnoses of an own visit, as they were told last. Raises Refused VISIT_UNKNOWN."""
    mdtrt_id, psn_no = message.text("mdtrt_id"), message.text("psn_no")
    held = [one for one in store.list_batches(mdtrt_id).values() if one.psn_no == psn_no]
    visit = file_of(message, now).visit(mdtrt_id) or next((one.visit for one in held), None)
    if visit is None or visit.institution != message.institution:
        raise unknown_visit()
    told = store.find_sent(message.institution, visit.notes.get(DIAGNOSED, ""), str)
    rows = json.loads(told) if told else []
    shown = [{"mdtrt_id": mdtrt_id, "psn_no": psn_no, **row} for row in rows]
    return Reply({"diseinfo": shown}, psn_no=psn_no, region=visit.home)


def upload_list(message: Message, _institution: Institution, now: datetime) -> Reply:
    """4101: the list of a settlement that stands. A later one takes its place.

    Raises Refused SETTLEMENT_UNKNOWN, Conflict ORIGINAL_MISMATCH, ALREADY_REVERSED; BadInput
    AMOUNT_SUM naming both amounts where it does not say what was settled.
    """
    setl_id = message.text("setl_id")

    def decide() -> Decided[Reply]:
        settlement = reversing.own_settlement(setl_id, message.institution)
        if message.text("mdtrt_id") != settlement.decision.visit.mdtrt_id:
            raise Conflict("ORIGINAL_MISMATCH", field="mdtrt_id", rule="就诊ID与结算不一致")
        if settlement.reversed_at is not None:
            raise Conflict("ALREADY_REVERSED", field="setl_id", rule=f"结算 {setl_id} 已撤销")
        _check_amounts(message, settlement.decision)
        _check_funds(message.more.get("payinfo", ()), settlement.decision)
        _check_items(message.rows, settlement.decision)
        content = {"setlinfo": message.data, "iteminfo": message.rows, **message.more}
        version, _ = store.find_list(setl_id, KeptUpload)
        kept = store.write_list(setl_id, version, _kept(message, content, now))
        record = record_of(message, MessageAct.KEPT, "", setl_id, now)
        return Decided(Reply({"setl_list_id": setl_id}), [kept, store.create_message(record)])

    def again(record: MessageRecord) -> Reply:
        _, held = store.find_list(record.result, KeptUpload)
        if held is None or held.msgid != message.msgid:
            raise undone(message)
        return Reply({"setl_list_id": record.result})

    return act_once(message, decide, again)


def _check_amounts(message: Message, decision: SettlementDecision) -> None:
    own = Fen(message.fen("psn_selfpay") + message.fen("psn_ownpay"))
    for field, sent, ours in (
        ("psn_selfpay", own, decision.person_pays),
        ("acct_pay", message.fen("acct_pay"), decision.account_pays),
        ("psn_cashpay", message.fen("psn_cashpay"), decision.cash_pays),
    ):
        if sent != ours:
            raise BadInput("AMOUNT_SUM", field=field, rule=f"报送 {sent},结算为 {ours}")
    for field, day in (("setl_begn_date", decision.begin), ("setl_end_date", decision.end)):
        if message.day(field) != day:
            raise BadInput("FIELD_FORMAT", field=field, rule=f"与结算的日期 {day} 不一致")
    receipt = decision.receipt
    if receipt is not None:
        sent_receipt = type(receipt).parse(
            message.text("bill_code"), message.text("bill_no"), "bill_no"
        )
        if sent_receipt != receipt:
            raise BadInput("FIELD_FORMAT", field="bill_no", rule="与结算时报送的票据不一致")


def _check_funds(rows: Sequence[Mapping[str, Any]], decision: SettlementDecision) -> None:
    """Each fund once, with what the settlement's own rows say (setldetail)."""
    sent: dict[str, Fen] = {}
    for row in rows:
        if row["fund_pay_type"] in sent:
            rule = f"基金支付类型 {row['fund_pay_type']} 重复"
            raise BadInput("FIELD_FORMAT", field="fund_pay_type", rule=rule)
        sent[row["fund_pay_type"]] = row["fund_payamt"]
    ours = {row["fund_pay_type"]: Fen.of_yuan(row["fund_payamt"]) for row in fund_rows(decision)}
    for code in sorted({*sent, *ours}):
        said, paid = sent.get(code, Fen(0)), ours.get(code, Fen(0))
        if said != paid:
            rule = f"{code} 报送 {said},结算为 {paid}"
            raise BadInput("AMOUNT_SUM", field="fund_payamt", rule=rule)


def _check_items(rows: Sequence[Mapping[str, Any]], decision: SettlementDecision) -> None:
    """Each row is the sum of its parts, all rows are the bill, and by class what was settled."""
    totals: dict[str, int] = {}
    for row in rows:
        parts = Fen(sum(int(row[name]) for name in _ITEM_PARTS))
        if parts != row["amt"]:
            rule = f"{row['med_chrgitm']} 报送 {row['amt']},各项合计 {parts}"
            raise BadInput("AMOUNT_SUM", field="amt", rule=rule)
        totals[row["med_chrgitm"]] = totals.get(row["med_chrgitm"], 0) + int(row["amt"])
    total = Fen(sum(totals.values()))
    if total != decision.bill.total:
        rule = f"报送 {total},结算的医疗费总额 {decision.bill.total}"
        raise BadInput("AMOUNT_SUM", field="amt", rule=rule)
    for code in sorted({*totals, *decision.fees}) if decision.fees else ():
        said, ours = Fen(totals.get(code, 0)), Fen(decision.fees.get(code, 0))
        if said != ours:
            rule = f"费用大类 {code} 报送 {said},结算为 {ours}"
            raise BadInput("AMOUNT_SUM", field="amt", rule=rule)
