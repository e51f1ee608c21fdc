"""What became of a message, and how a visit stands: for a program whose call was not answered.

A time-out leaves a program in doubt; sending again blindly is how bills are settled twice. Sending
the same message with the same msgid is one way out, 2601 another; this is the one that changes
nothing. Only what is the institution's own is told.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any, Final, NamedTuple

from medaid import ids
from medaid.access import service as access
from medaid.access.model import Purpose
from medaid.aws.web import Caller
from medaid.errors import BadInput, Forbidden
from medaid.instants import beijing_text, civil_date
from medaid.people import service as people
from medaid.settlement import store
from medaid.settlement.lines import rules as line_rules
from medaid.settlement.lines import store as line_store
from medaid.settlement.messages import contracted, unknown_visit
from medaid.settlement.model import SALE, MessageAct, MessageRecord, Reply
from medaid.settlement.national import answers
from medaid.settlement.national.dialects import placed

LONGEST_ID: Final = 30
_CANCELS: Final = frozenset({"2103", "2208", "2305"})
"""Reversals that answer the amounts negated; 2601 answers nothing."""


class MessageOutcome(StrEnum):
    """What became of a message."""

    DONE = "done"
    """已办理: and still so, for a settlement, a registration and a filing."""
    UNDONE = "undone"
    """已撤销: it was done, and has been taken back since."""
    BLOCKED = "blocked"
    """已阻断: 2601 came before it."""
    UNKNOWN = "unknown"
    """未收到: nothing has been done under this msgid so far."""


class _Found(NamedTuple):
    outcome: MessageOutcome
    output: Any = None
    region: str = ""
    """Where the person is insured."""


def outcome_of_message(msgid: str, sender: Caller, now: datetime) -> Reply:
    """What the sender's message led to, with the answer that it was or would have been given, as
    it stands now. A look-up, counted and recorded.

    Raises Refused INSTITUTION_UNKNOWN, Forbidden LOOKUP_LIMIT, Unavailable.
    """
    institution = _asked(sender, msgid, "msgid", now)
    record = store.find_message(sender.institution, msgid)
    if record is None:
        said = {"msgid": msgid, "outcome": MessageOutcome.UNKNOWN}
        warning = "未收到该报文;可以同一报文ID重发,或以 2601 阻断"
        return Reply({"message": said}, (warning,))
    found = _found(record, now)
    if record.psn_no:
        region = found.region or institution
        access.record(sender, record.psn_no, region, Purpose.SETTLEMENT_QUERY, now, msgid)
    said = {
        "msgid": msgid,
        "infno": record.infno,
        "outcome": found.outcome,
        "act": record.act,
        "result": record.result,
        "done_at": beijing_text(record.at),
    }
    answer = placed(record.infno, found.output, old_names=False) or {}
    return Reply({"message": said, **answer})


def _asked(sender: Caller, asked: str, field: str, now: datetime) -> str:
    """The region of the institution that asks; the look-up is counted."""
    if not sender.institution:
        raise Forbidden("FORBIDDEN", field="Authorization", rule="登录凭证没有医药机构编号")
    if not asked or len(asked) > LONGEST_ID or "#" in asked or not asked.isprintable():
        raise BadInput("FIELD_FORMAT", field=field, rule=f"须为 1 至 {LONGEST_ID} 个字符")
    institution = contracted(sender.institution, civil_date(now))
    access.count_lookup(sender, Purpose.SETTLEMENT_QUERY, now)
    return institution.admdvs


def _found(record: MessageRecord, now: datetime) -> _Found:
    match record.act:
        case MessageAct.SETTLED:
            return _settled(record, 1)
        case MessageAct.REVERSED if record.infno in _CANCELS:
            return _settled(record, -1)
        case MessageAct.REGISTERED:
            return _registered(record)
        case MessageAct.FILED:
            filings = people.load(record.psn_no, civil_date(now).year).filings
            stands = any(one.filing_id == record.result for one in filings)
            return _Found(_stands(stands), {"trt_dcla_detl_sn": record.result})
        case MessageAct.BLOCKED:
            return _Found(MessageOutcome.BLOCKED)
    return _Found(MessageOutcome.DONE)


def _stands(stands: bool) -> MessageOutcome:
    return MessageOutcome.DONE if stands else MessageOutcome.UNDONE


def _settled(record: MessageRecord, sign: int) -> _Found:
    done = store.find_settlement(record.result)
    assert done is not None, "a settlement is written with its message"
    person = people.load(done.decision.psn_no, done.decision.year).person
    output = answers.settlement(done.decision, person, None, done, sign=sign)
    if record.infno == SALE:
        lines = line_store.list_lines(done.decision.visit.mdtrt_id)
        output |= {"detlcutinfo": [line_rules.answer(line) for _, line in lines]}
    stands = sign < 0 or done.reversed_at is None
    return _Found(_stands(stands), output, done.decision.insured_region)


def _registered(record: MessageRecord) -> _Found:
    file = people.load(record.psn_no, ids.visit_year(record.result) or record.at.year)
    stands = file.visit(record.result) is not None or bool(store.list_batches(record.result))
    output = {"mdtrt_id": record.result}
    if record.infno == "2201":
        output |= {"psn_no": record.psn_no}
    return _Found(_stands(stands), output, ids.visit_region(record.result))


def state_of_visit(mdtrt_id: str, psn_no: str, sender: Caller, now: datetime) -> Reply:
    """How a visit of the sender's stands: open or not, and by which settlements its charge batches
    are held. A look-up, counted and recorded.

    Raises BadInput, Refused VISIT_UNKNOWN for one that is cancelled, never was, or another's;
    INSTITUTION_UNKNOWN; Forbidden LOOKUP_LIMIT; Unavailable.
    """
    _asked(sender, mdtrt_id, "mdtrt_id", now)
    if not psn_no or len(psn_no) > LONGEST_ID:
        raise BadInput("FIELD_REQUIRED", field="psn_no", rule="人员编号必填")
    year = ids.visit_year(mdtrt_id)
    if year is None:
        raise unknown_visit()
    visit = people.load(psn_no, year).visit(mdtrt_id)
    held = store.list_batches(mdtrt_id)
    if any(one.psn_no != psn_no for one in held.values()):
        raise unknown_visit()
    one = visit or next((batch.visit for batch in held.values()), None)
    if one is None or one.institution != sender.institution:
        raise unknown_visit()
    region = ids.visit_region(mdtrt_id)
    access.record(sender, psn_no, region, Purpose.SETTLEMENT_QUERY, now, mdtrt_id)
    return Reply(
        {
            "visit": {
                "mdtrt_id": mdtrt_id,
                "psn_no": psn_no,
                "registered": "1" if visit is not None else "0",
                "med_type": one.med_type,
                "begndate": one.begin.isoformat(),
                "enddate": one.end.isoformat() if one.end else "",
                "msgid": one.msgid,
            },
            "settlements": [
                {"chrg_bchno": number, "setl_id": batch.setl_id} for number, batch in held.items()
            ],
        }
    )
