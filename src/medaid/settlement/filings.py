"""Filings for care away from home, as hospitals send them: filed (2501), cancelled (2502) and
asked for (5304), J25, X5, Q5.3. Who may file what, when and for where is decided in
`medaid.people`."""

from __future__ import annotations

from datetime import datetime

from medaid import ids
from medaid.aws.transaction import Decided
from medaid.errors import BadInput, Refused
from medaid.instants import civil_date
from medaid.people import service as people
from medaid.people.model import Filer, Filing, FilingRequest, PersonFile
from medaid.policy.vocabulary import VALUES
from medaid.settlement import store
from medaid.settlement.messages import act_once, record_of, undone
from medaid.settlement.model import Institution, MessageAct, MessageRecord, Reply
from medaid.settlement.national import codes
from medaid.settlement.national.envelope import Message
from medaid.settlement.visits import file_of


def create_filing(message: Message, institution: Institution, now: datetime) -> Reply:
    """2501: a referral is filed. Answers trt_dcla_detl_sn."""
    psn_no = message.text("psn_no")
    number = ids.content_hash("filing", message.institution, message.msgid)[:24].upper()

    def decide() -> Decided[Reply]:
        file_of(message, now)
        filer = _filer(institution)
        _, writes = people.filing_requested(psn_no, _request(message), filer, number, now)
        record = record_of(message, MessageAct.FILED, psn_no, number, now)
        return Decided(Reply({"trt_dcla_detl_sn": number}), [*writes, store.create_message(record)])

    def again(record: MessageRecord) -> Reply:
        if _find(file_of(message, now), record.result) is None:
            raise undone(message)
        return Reply({"trt_dcla_detl_sn": record.result})

    return act_once(message, decide, again)


def _request(message: Message) -> FilingRequest:
    begin = message.day("begndate")
    assert begin is not None, "the field table asks for it"
    return FilingRequest(
        codes.FILINGS.get(codes.bare(message.text("refl_type")), ""),
        message.insured,
        message.text("mdtrtarea_admdvs"),
        begin,
        message.day("enddate"),
        message.text("reflin_medins_no"),
    )


def _filer(institution: Institution) -> Filer:
    return Filer(institution.admdvs, institution.code, institution.level)


def list_filings(message: Message, institution: Institution, now: datetime) -> Reply:
    """5304: filings of the person that count on a day of the period, whoever filed them: the
    hospital that treats asks whether there is one."""
    psn_no = message.text("psn_no")
    begin, end = message.day("begntime"), message.day("endtime")
    assert begin is not None, "the field table asks for it"
    if end is not None and end < begin:
        raise BadInput("DATE_ORDER", field="endtime", rule=f"早于开始时间 {begin}")
    found = [
        one
        for one in people.load(psn_no, civil_date(now).year).filings
        if (end is None or one.valid_from <= end)
        and (one.valid_until is None or begin <= one.valid_until)
    ]
    region = found[0].insured_region if found else institution.admdvs
    return Reply({"refmedin": [_shown(psn_no, one) for one in found]}, psn_no=psn_no, region=region)


def _shown(psn_no: str, one: Filing) -> dict[str, str]:
    types = {kind: code for code, kind in codes.FILINGS.items()}
    return {
        "trt_dcla_detl_sn": one.filing_id,
        "psn_no": psn_no,
        "insu_admdvs": one.insured_region,
        "refl_type": types.get(one.kind, ""),
        "memo": VALUES["filing"][one.kind],
        "mdtrtarea_admdvs": one.destination,
        "reflin_medins_no": one.institution,
        "begndate": one.valid_from.isoformat(),
        "enddate": one.valid_until.isoformat() if one.valid_until else "",
    }


def cancel_filing(message: Message, institution: Institution, now: datetime) -> Reply:
    """2502: the filing no longer counts. Who filed cancels; another's is told as not there."""
    psn_no, number = message.text("psn_no"), message.text("trt_dcla_detl_sn")

    def decide() -> Decided[Reply]:
        filing = _find(file_of(message, now), number)
        if filing is None:
            raise Refused("NOT_FOUND", field="trt_dcla_detl_sn", rule="没有该备案")
        writes = people.filing_withdrawn(psn_no, filing, _filer(institution), now)
        record = record_of(message, MessageAct.CANCELLED, psn_no, number, now)
        return Decided(Reply(), [*writes, store.create_message(record)])

    def again(record: MessageRecord) -> Reply:
        if _find(file_of(message, now), record.result) is not None:
            raise undone(message)
        return Reply()

    return act_once(message, decide, again)


def _find(file: PersonFile, number: str) -> Filing | None:
    return next((one for one in file.filings if one.filing_id == number), None)
