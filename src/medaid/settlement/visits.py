"""Visits and stays: registered, described, ended, cancelled (2201–2203, 2401–2405), and filings for
care away from home (2501, 2502)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from medaid import ids
from medaid.aws.transaction import ConditionFailed, RetryPolicy, TransactionConflict, Write, commit
from medaid.benefit.claim import enrolment_for
from medaid.errors import Conflict, Refused, Unavailable
from medaid.instants import civil_date
from medaid.people import service as people
from medaid.people.model import Filer, FilingRequest, PersonFile, Visit
from medaid.settlement import rules, store
from medaid.settlement.messages import earlier
from medaid.settlement.model import Answer, Known
from medaid.settlement.national import codes
from medaid.settlement.national.envelope import Message

STAY = "STAY"


def file_of(message: Message, now: datetime) -> PersonFile:
    """The one read of a message: the person's file from the year its visit began in, or last
    year."""
    begun = ids.visit_year(message.text("mdtrt_id"))
    return people.load(message.text("psn_no"), min(begun or now.year, civil_date(now).year - 1))


def register(message: Message, now: datetime) -> Answer:
    """2201, 2401: a visit or stay begins. Answers mdtrt_id; the same message again gives the same
    id."""
    file = file_of(message, now)
    begin = civil_date(message.data["begntime"])
    rules.check_dates(begin, begin, civil_date(now), "begntime")
    institution = store.institution(message.institution)
    insurance = enrolment_for(file.insurances, message.text("insutype"), message.home, begin)
    med_type = message.text("med_type")
    if message.infno == "2401":
        codes.care_of(med_type, "23")
    mdtrt_id = ids.visit_id(insurance.admdvs, begin.year, message.institution, message.msgid)
    visit = Visit(
        mdtrt_id,
        message.institution,
        institution.admdvs,
        message.text("insutype"),
        insurance.admdvs,
        med_type,
        begin,
        None,
        1,
        message.msgid,
        message.text("dise_codg"),
    )
    answer = Answer({"mdtrt_id": mdtrt_id})
    if file.visit(mdtrt_id) is not None:
        earlier(message)
        return answer
    if message.infno == "2401":
        _no_second_stay(file)
    known = Known(
        message.institution,
        message.msgid,
        message.infno,
        "visit",
        visit.mdtrt_id,
        mdtrt_id,
        message.digests,
        now,
    )
    known = replace(known, psn_no=message.text("psn_no"))
    once(message, [*people.visit_opened(message.text("psn_no"), visit), *store.known(known)])
    return answer


def _no_second_stay(file: PersonFile) -> None:
    """Nobody lies in two hospitals: an open stay must be ended first."""
    for other in file.visits:
        if (
            other.end is None
            and other.med_type
            and codes.CARE.get(codes.bare(other.med_type)) == "inpatient"
        ):
            raise Conflict(
                "VISIT_OVERLAP",
                field="begntime",
                rule=f"另有未出院的住院登记 {other.mdtrt_id}",
                id=other.mdtrt_id,
            )


def describe(message: Message, now: datetime) -> Answer:
    """2203: what kind of visit it is. Sent again it changes nothing."""
    begin = civil_date(message.data["begntime"])
    rules.check_dates(begin, begin, civil_date(now), "begntime")
    codes.care_of(message.text("med_type"), "22")
    return _changed(
        message,
        now,
        med_type=message.text("med_type"),
        begin=begin,
        disease=message.text("dise_codg"),
    )


def discharge(message: Message, now: datetime) -> Answer:
    """2402: the stay ends."""
    end = civil_date(message.data["endtime"])
    visit = open_visit(file_of(message, now), message)
    rules.check_dates(visit.begin, end, civil_date(now), "endtime")
    return _changed(message, now, end=end)


def discharge_undone(message: Message, now: datetime) -> Answer:
    """2405: the stay goes on."""
    return _changed(message, now, end=None)


def _changed(message: Message, now: datetime, **changes: object) -> Answer:
    visit = open_visit(file_of(message, now), message)
    # fields of Visit, by name
    after = replace(visit, version=visit.version + 1, **changes)  # type: ignore[arg-type]
    if replace(after, version=visit.version) != visit:
        once(message, people.visit_changed(message.text("psn_no"), visit, after))
    return Answer()


def cancel(message: Message, now: datetime) -> Answer:
    """2202, 2404: the registration was a mistake."""
    file = file_of(message, now)
    if file.visit(message.text("mdtrt_id")) is None and not store.batches(message.text("mdtrt_id")):
        return Answer()
    once(message, people.visit_closed(message.text("psn_no"), open_visit(file, message)))
    return Answer()


def open_visit(file: PersonFile, message: Message) -> Visit:
    """The visit that the message speaks of. Raises Refused VISIT_UNKNOWN; Refused FORBIDDEN for
    another hospital's."""
    visit = file.visit(message.text("mdtrt_id"))
    if visit is None:
        raise Refused("VISIT_UNKNOWN", field="mdtrt_id", rule="没有该就诊登记,或已结算、已撤销")
    own(visit, message)
    return visit


def own(visit: Visit, message: Message) -> None:
    """A hospital acts on its own visits only, and is told no more of others than that they are not
    there."""
    if visit.institution != message.institution:
        raise Refused("VISIT_UNKNOWN", field="mdtrt_id", rule="没有该就诊登记,或已结算、已撤销")


def refer(message: Message, now: datetime) -> Answer:
    """2501: a referral is filed (J25, X5). Answers trt_dcla_detl_sn; the same message again gives
    the same."""
    file = file_of(message, now)
    begin = message.day("begndate")
    assert begin is not None
    request = FilingRequest(
        codes.FILINGS.get(codes.bare(message.text("refl_type")), ""),
        message.home,
        message.text("mdtrtarea_admdvs"),
        begin,
        message.day("enddate"),
        message.text("reflin_medins_no"),
    )
    filing_id = ids.content_hash("filing", message.institution, message.msgid)[:24].upper()
    if not any(f.filing_id == filing_id for f in file.filings):
        psn_no, filer = message.text("psn_no"), _filer(message)
        _, writes = people.filing_requested(psn_no, request, filer, filing_id, now)
        once(message, writes)
    return Answer({"trt_dcla_detl_sn": filing_id})


def _filer(message: Message) -> Filer:
    institution = store.institution(message.institution)
    return Filer(institution.admdvs, institution.code, institution.level)


def refer_cancelled(message: Message, now: datetime) -> Answer:
    """2502: the filing no longer counts."""
    file = file_of(message, now)
    filing = next(
        (f for f in file.filings if f.filing_id == message.text("trt_dcla_detl_sn")), None
    )
    if filing is None:
        raise Refused("NOT_FOUND", field="trt_dcla_detl_sn", rule="没有该备案")
    psn_no, filer = message.text("psn_no"), _filer(message)
    once(message, people.filing_withdrawn(psn_no, filing, filer, now))
    return Answer()


def once(message: Message, writes: list[Write], patience: RetryPolicy | None = None) -> None:
    """Commits a small change; where the very same message won the race before, that is as good."""
    for _ in (patience or RetryPolicy(tries=5)).attempts():
        try:
            commit(writes)
            return
        except ConditionFailed as lost:
            if "message" in lost.labels and earlier(message) is not None:
                return
            raise Conflict(
                "STATE", field="mdtrt_id", rule="登记刚被其他操作改变,请重新发送"
            ) from lost
        except TransactionConflict:
            continue
    raise Unavailable("BUSY")
