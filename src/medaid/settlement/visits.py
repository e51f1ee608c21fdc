"""Visits and stays: registered, described, ended, going on after all, cancelled (2201–2203,
2401–2405).

A person's open registrations are bounded: all of them come with the one read of every message.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Final

from medaid import ids
from medaid.aws.transaction import Decided
from medaid.benefit.service import enrolment_for
from medaid.errors import BadInput, Conflict
from medaid.instants import civil_date
from medaid.people import service as people
from medaid.people.model import PersonFile, Visit
from medaid.policy.service import library
from medaid.settlement import injuries, rules, store
from medaid.settlement.messages import (
    STAYS,
    act_once,
    check_begin,
    check_no_lines,
    check_visit,
    diagnosed,
    diagnoses_kept,
    record_of,
    undone,
    unknown_visit,
)
from medaid.settlement.model import LATE, Institution, MessageAct, MessageRecord, Reply
from medaid.settlement.national import codes
from medaid.settlement.national.envelope import Message

MOST_OPEN: Final = 100
"""Registrations of one person that may be open at once: more are forgotten ones, or an attack on
the one read that every message of the person waits for."""


def file_of(message: Message, now: datetime) -> PersonFile:
    """The one read of a message: the person's file from the year its visit began in, or last
    year."""
    begun = ids.visit_year(message.text("mdtrt_id"))
    return people.load(message.text("psn_no"), min(begun or now.year, civil_date(now).year - 1))


def register_visit(message: Message, institution: Institution, now: datetime) -> Reply:
    """2201, 2401: a visit or stay begins. Answers mdtrt_id; what stands in the way of settling it
    later is said as a warning."""
    psn_no = message.text("psn_no")

    def decide() -> Decided[Reply]:
        file = file_of(message, now)
        visit = _registered(message, institution, file, now)
        if file.visit(visit.mdtrt_id) is None:
            _check_open_visits(file, message)
        record = record_of(message, MessageAct.REGISTERED, psn_no, visit.mdtrt_id, now)
        writes = [
            *people.visit_opened(psn_no, visit),
            *people.registration_counted(psn_no, file),
            store.create_message(record),
            *diagnoses_kept(message),
        ]
        warnings = _warnings(file, visit, civil_date(now))
        if message.infno == "2401":
            warnings += injuries.warnings_of(message, visit.notes)
        return Decided(Reply(_opened(message, visit.mdtrt_id), warnings), writes)

    def again(record: MessageRecord) -> Reply:
        stands = file_of(message, now).visit(record.result) or store.list_batches(record.result)
        if not stands:
            raise undone(message)
        return Reply(_opened(message, record.result))

    return act_once(message, decide, again)


def _opened(message: Message, mdtrt_id: str) -> dict[str, str]:
    """What 2401 answers, and 2201, which names the person and the number of the visit too."""
    if message.infno == "2401":
        return {"mdtrt_id": mdtrt_id}
    said = {name: message.text(name) for name in ("psn_no", "ipt_otp_no")}
    return {"mdtrt_id": mdtrt_id, **said}


def _registered(
    message: Message, institution: Institution, file: PersonFile, now: datetime
) -> Visit:
    begin = civil_date(message.data["begntime"])
    rules.check_dates(begin, begin, civil_date(now), "begntime")
    check_begin(message, begin)
    insutype, med_type = message.text("insutype"), message.text("med_type")
    enrolment = enrolment_for(file.insurances, insutype, message.insured, begin)
    notes = {"registered_by": message.infno, **diagnosed(message)}
    if message.infno == "2401":
        codes.care_of(med_type, "23")
        notes |= _lateness(message, enrolment.admdvs, now)
        notes |= injuries.notes_of(message)
    return Visit(
        ids.visit_id(enrolment.admdvs, begin.year, message.institution, message.msgid),
        message.institution,
        institution.admdvs,
        insutype,
        enrolment.admdvs,
        med_type,
        begin,
        None,
        1,
        message.msgid,
        message.text("dise_codg"),
        notes,
    )


def _lateness(message: Message, home: str, registered: datetime) -> dict[str, str]:
    """The note of a stay that begins as the message says and was registered at that instant; none
    where that was in time (Q5.4)."""
    begun, med_type = message.data["begntime"], codes.bare(message.text("med_type"))
    figures = library().figures(home, civil_date(begun))
    late = rules.late_admission(begun, registered, med_type in codes.EMERGENCY, figures)
    return {LATE: late} if late else {}


def _check_open_visits(file: PersonFile, message: Message) -> None:
    """Nobody lies in two hospitals: an open stay must be ended first, by 2405 as by 2401. Raises
    Conflict."""
    if len(file.visits) >= MOST_OPEN:
        raise Conflict(
            "VISIT_OVERLAP",
            field="psn_no",
            rule=f"该人员已有 {len(file.visits)} 个未结算的就诊登记,请先结算或撤销",
        )
    if message.infno == "2401":
        _check_no_open_stay(file, "begntime")


def _check_no_open_stay(file: PersonFile, field: str) -> None:
    for other in file.visits:
        if other.end is None and STAYS[other.notes.get("registered_by", "2201")]:
            raise Conflict(
                "VISIT_OVERLAP",
                field=field,
                rule=f"另有未出院的住院登记 {other.mdtrt_id}",
                id=other.mdtrt_id,
            )


def _warnings(file: PersonFile, visit: Visit, today: date) -> tuple[str, ...]:
    """What the hospital has to know, and what stands in the way of settling the visit, as far as it
    can be known today: nobody is turned away for that, and a policy may still be published."""
    warnings = rules.remarks(visit)
    if STAYS[visit.notes["registered_by"]]:
        figures = library().figures(visit.home, visit.begin)
        warnings += rules.waived_deposit(file, visit, figures)
    obstacle = rules.obstacle(file, visit, today, codes.person_group, library().policy_for)
    if obstacle is not None:
        says = f"[{obstacle.code}]{obstacle.sentence};按现行政策本次就诊不能直接结算"
        warnings += (says,)
    return warnings


def describe_visit(message: Message, _institution: Institution, now: datetime) -> Reply:
    """2203: what kind of visit it is, and when it really began."""
    return _described(message, now, "22")


def _described(message: Message, now: datetime, settled_as: str) -> Reply:
    begin, med_type = civil_date(message.data["begntime"]), message.text("med_type")
    rules.check_dates(begin, begin, civil_date(now), "begntime")
    codes.care_of(med_type, settled_as)
    check_begin(message, begin)

    def described(visit: Visit) -> Visit:
        if visit.parts is not None:
            held = visit.parts.setl_id
            rule = f"已中途结算 {held},不再变更住院信息;请先撤销中途结算"
            raise Conflict("VISIT_STATE", field="mdtrt_id", rule=rule, id=held)
        registered = ids.visit_year(visit.mdtrt_id) or visit.begin.year
        if begin.year < registered:
            raise BadInput("DATE_ORDER", field="begntime", rule=f"早于登记的年度 {registered}")
        if visit.end is not None:
            rules.check_dates(begin, visit.end, civil_date(now), "begntime")
        notes = {**visit.notes, **injuries.notes_of(message), **diagnosed(message)}
        first = store.find_message(visit.institution, visit.msgid) if settled_as == "23" else None
        if first is not None:
            notes.pop(LATE, None)
            notes |= _lateness(message, visit.home, first.at)
        disease = message.text("dise_codg")
        return replace(visit, med_type=med_type, begin=begin, disease=disease, notes=notes)

    return _change_visit(message, now, described)


def correct_stay(message: Message, _institution: Institution, now: datetime) -> Reply:
    """2403: what was said at admission, mended while the stay is open: kind of stay, when it began,
    the disease, an injury and whether a third person has to pay for it."""
    return _described(message, now, "23")


def discharge_visit(message: Message, _institution: Institution, now: datetime) -> Reply:
    """2402: the stay ends."""
    end = civil_date(message.data["endtime"])
    notes = diagnosed(message)
    return _change_visit(message, now, lambda visit: _ended(visit, end, civil_date(now), notes))


def _ended(visit: Visit, end: date, today: date, notes: Mapping[str, str]) -> Visit:
    rules.check_dates(visit.begin, end, today, "endtime")
    if visit.parts is not None and end < visit.parts.until:
        raise BadInput("DATE_ORDER", field="endtime", rule=f"早于中途结算至 {visit.parts.until}")
    return replace(visit, end=end, notes={**visit.notes, **notes})


def undo_discharge(message: Message, _institution: Institution, now: datetime) -> Reply:
    """2405: the stay goes on. A settled one does not."""
    return _change_visit(message, now, lambda visit: replace(visit, end=None), while_open=True)


def _change_visit(
    message: Message,
    now: datetime,
    change: Callable[[Visit], Visit],
    *,
    while_open: bool = False,
) -> Reply:
    """An open visit turned into what `change` makes of it; where it is so already, only the message
    is kept. Sent again, it stands for a settled visit too, unless it holds `while_open` only."""
    psn_no, mdtrt_id = message.text("psn_no"), message.text("mdtrt_id")

    def decide() -> Decided[Reply]:
        file = file_of(message, now)
        before = open_visit(file, message)
        after = change(before)
        record = record_of(message, MessageAct.CHANGED, psn_no, mdtrt_id, now)
        writes = [store.create_message(record), *diagnoses_kept(message)]
        if after.end is None and before.end is not None:
            _check_no_open_stay(file, "mdtrt_id")
            writes += people.registration_counted(psn_no, file)
        if after != before:
            next_version = replace(after, version=before.version + 1)
            writes += people.visit_changed(psn_no, before, next_version)
        return Decided(Reply(), writes)

    def again(record: MessageRecord) -> Reply:
        visit = file_of(message, now).visit(record.result)
        known = [visit] if visit else []
        if visit is None and not while_open:
            known = [batch.visit for batch in store.list_batches(record.result).values()]
        if not any(change(one) == one for one in known):
            raise undone(message)
        return Reply()

    return act_once(message, decide, again)


def cancel_visit(message: Message, _institution: Institution, now: datetime) -> Reply:
    """2202, 2404: the registration was a mistake. Nothing of it may be settled."""
    psn_no, mdtrt_id = message.text("psn_no"), message.text("mdtrt_id")

    def decide() -> Decided[Reply]:
        visit = open_visit(file_of(message, now), message)
        check_unsettled(mdtrt_id)
        check_no_lines(visit)
        record = record_of(message, MessageAct.CANCELLED, psn_no, mdtrt_id, now)
        writes = [store.create_message(record), *people.visit_closed(psn_no, visit)]
        return Decided(Reply(), writes)

    def again(record: MessageRecord) -> Reply:
        if file_of(message, now).visit(record.result) or store.list_batches(record.result):
            raise undone(message)
        return Reply()

    return act_once(message, decide, again)


def check_unsettled(mdtrt_id: str) -> None:
    """Raises Conflict VISIT_STATE naming a settlement that stands on the visit; Unavailable."""
    for batch, held in store.list_batches(mdtrt_id).items():
        raise Conflict(
            "VISIT_STATE",
            field="mdtrt_id",
            rule=f"收费批次 {batch} 已由 {held.setl_id} 结算,请先撤销结算",
            id=held.setl_id,
        )


def open_visit(file: PersonFile, message: Message) -> Visit:
    """The visit that the message speaks of. Raises as `check_visit`."""
    visit = file.visit(message.text("mdtrt_id"))
    if visit is None:
        raise unknown_visit()
    check_visit(visit, file.person.psn_no, message)
    return visit
