"""The settlement package's use cases for its handler: one message of the national interface in, one
answer out; and the explanation of a settlement.

Requirements J19–J26, M二, X6; interface facts in docs/national-interface.md. Whatever comes in, an
envelope goes out: infcode 0, or -1 with a sentence that names the field and the rule. A refusal is
HTTP 200; a fault of ours is 503 and says to send the same message again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from medaid.aws import web
from medaid.aws.web import Caller, incident
from medaid.errors import BadInput, Forbidden, MedaidError, Refused
from medaid.instants import civil_date
from medaid.people import service as people
from medaid.regions import Region
from medaid.settlement import (
    deferred,
    reversing,
    settling,
    statements,
    store,
    visits,
)
from medaid.settlement.deferred import UseCase
from medaid.settlement.messages import check_sender, contracted
from medaid.settlement.model import Institution, Reply, Settlement
from medaid.settlement.national import answers, codes, dialects
from medaid.settlement.national.codes import CARE as CARE
from medaid.settlement.national.codes import bare as bare
from medaid.settlement.national.codes import person_group as person_group
from medaid.settlement.national.envelope import Message, read_message

if TYPE_CHECKING:
    from medaid.event import SettlementPosted  # no message needs it


def answer(
    body: bytes,
    sender: Caller,
    now: datetime,
    clock: Callable[[], datetime],
    addressed: str = "",
) -> tuple[int, dict[str, Any]]:
    """HTTP status and envelope for a message of `sender`, who has proven itself; `addressed` is the
    infno that its address names. Never raises for what a sender can cause."""
    message: Message | None = None
    try:
        if not sender.institution:
            raise Forbidden("FORBIDDEN", field="Authorization", rule="登录凭证没有医药机构编号")
        message = read_message(body, sender.institution, addressed)
        institution = check_sender(message, now)
        if message.infno in _LOOK_UPS:
            reply = _looked_up(message, institution, sender, now)
        else:
            reply = USE_CASES[message.infno](message, institution, now)
        output = dialects.placed(message.infno, reply.output, message.old_names)
        return 200, answers.envelope(message, now, clock(), output, reply.warnings)
    except MedaidError as error:
        if error.retry:
            incident(error, {"routeKey": message.infno if message else ""})
        return (503 if error.retry else 200), answers.failure(message, now, clock(), error)


def _looked_up(message: Message, institution: Institution, sender: Caller, now: datetime) -> Reply:
    """A look-up of a person, counted before and recorded after: what leaves no trace is not
    answered."""
    from medaid.access import service as access  # no settlement waits for it
    from medaid.access.model import Purpose

    purpose = Purpose(_LOOK_UPS[message.infno])
    access.count_lookup(sender, purpose, now)
    reply = USE_CASES[message.infno](message, institution, now)
    region = reply.region or institution.admdvs
    access.record(sender, reply.psn_no, region, purpose, now, message.text("setl_id"))
    return reply


def refused(error: MedaidError, received: datetime, answered: datetime) -> dict[str, Any]:
    """The envelope for what could not even be read."""
    return answers.failure(None, received, answered, error)


def warm() -> None:
    """Makes at import what the first message would wait for: the storage client."""
    store.connect()


def institution_region(code: str) -> Region:
    """The region of an institution that is, was or will be contracted. Raises Refused
    INSTITUTION_UNKNOWN, Unavailable."""
    found = store.find_institution(code)
    if found is None:
        raise Refused("INSTITUTION_UNKNOWN", field="fixmedins_code", rule="该机构未登记")
    return found.admdvs


def explain(setl_id: str, caller: Caller, now: datetime) -> dict[str, Any]:
    """The explanation of the institution's own settlement; the look is recorded.

    Raises Refused SETTLEMENT_UNKNOWN, Forbidden LOOKUP_LIMIT, Unavailable.
    """
    from medaid.access import service as access
    from medaid.access.model import Purpose
    from medaid.settlement.explaining import explanation  # only where somebody asks why

    settlement = reversing.own_settlement(setl_id, caller.institution)
    decision = settlement.decision
    access.record_read(
        caller, decision.psn_no, decision.insured_region, Purpose.EXPLANATION, now, setl_id
    )
    return explanation(settlement)


def print_settlement(setl_id: str, form: str, caller: Caller, now: datetime) -> dict[str, Any]:
    """The institution's own settlement as the paper for the person, as an HTTP answer; the look is
    recorded. Raises as `explain`, BadInput CODE_UNKNOWN for another form than pdf or xlsx."""
    from medaid.access import service as access
    from medaid.access.model import Purpose
    from medaid.papers.service import Form, sent  # only where somebody prints
    from medaid.settlement.printouts import settlement_paper

    if form not in list(Form):
        raise BadInput("CODE_UNKNOWN", field="form", rule="、".join(Form))
    settlement = reversing.own_settlement(setl_id, caller.institution)
    decision = settlement.decision
    access.record_read(
        caller, decision.psn_no, decision.insured_region, Purpose.EXPLANATION, now, setl_id
    )
    person = people.load(decision.psn_no, decision.year).person
    institution = contracted(decision.institution, civil_date(settlement.settled_at))
    file = sent(settlement_paper(settlement, person, institution), Form(form))
    return web.file_answer(file.name, file.media, file.content)


def explain_any(setl_id: str) -> dict[str, Any]:
    """The same for the agency's own tools, whoever's settlement it is. Raises Refused
    SETTLEMENT_UNKNOWN, Unavailable."""
    from medaid.settlement.explaining import explanation  # as above

    return explanation(get_settlement(setl_id))


def get_settlement(setl_id: str) -> Settlement:
    """The settlement itself, for the agency's other packages. Raises Refused SETTLEMENT_UNKNOWN,
    Unavailable."""
    settlement = store.find_settlement(setl_id)
    if settlement is None:
        raise Refused("SETTLEMENT_UNKNOWN", field="setl_id", rule=f"没有结算 {setl_id}")
    return settlement


def list_settlements(setl_ids: Sequence[str]) -> list[Settlement]:
    """The settlements themselves, in one read. Raises Refused SETTLEMENT_UNKNOWN, Unavailable."""
    return [
        one or get_settlement(setl_id)
        for setl_id, one in zip(setl_ids, store.find_settlements(setl_ids), strict=True)
    ]


def posted_event(record: Mapping[str, Any]) -> SettlementPosted | None:
    """What a record of the settlement table's stream tells of a settlement or its reversal; None
    for anything else that lies there."""
    from medaid.settlement import posted  # the stream's listener reads it, no message

    return posted.posted_event(record)


def reversal_event(setl_id: str) -> SettlementPosted | None:
    """What is told of a settlement's reversal; None where it stands, or never was. Raises
    Unavailable."""
    from medaid.settlement import posted  # as above

    found = store.find_settlement(setl_id)
    return None if found is None or found.reversed_at is None else posted.event_of(found)


def posted_events(setl_ids: Sequence[str]) -> list[SettlementPosted]:
    """What was told of settlements: of each that it was made, and then of its reversal where it was
    reversed. In one read. Raises Refused SETTLEMENT_UNKNOWN, Unavailable."""
    from medaid.settlement import posted  # as above

    return [
        posted.event_of(stage)
        for one in list_settlements(setl_ids)
        for stage in ([replace(one, reversed_at=None)] if one.reversed_at else []) + [one]
    ]


def publish_packs() -> list[str]:
    """Keeps every shipped pack by its content version, so that what is settled with it can be
    replayed; answers the new ones."""
    from medaid.settlement import archive  # the calendar's act, not a message's

    return archive.publish_packs()


def get_person(message: Message, _institution: Institution, now: datetime) -> Reply:
    """1101: who it is, enrolled where, with which identities."""
    cert_type, certno = message.text("psn_cert_type"), message.text("certno")
    if not certno:
        kind = message.text("mdtrt_cert_type").zfill(2)
        if kind not in codes.CERTIFICATES:
            raise Refused(
                "CODE_UNKNOWN",
                field="mdtrt_cert_type",
                rule="请用居民身份证(02),或给出证件类型和证件号码",
            )
        cert_type, certno = codes.CERTIFICATES[kind], message.text("mdtrt_cert_no")
    psn_no = people.person_by_certificate(cert_type or "01", certno)
    file = people.load(psn_no, civil_date(now).year)
    known = answers.person(file, civil_date(now), people.national_codes())
    return Reply(known, psn_no=psn_no, region=next(iter(people.regions_of(file)), ""))


def preview_visit(message: Message, institution: Institution, now: datetime) -> Reply:
    """2206, 2303."""
    decision, file = settling.preview_visit(message, institution, now)
    return Reply(answers.settlement(decision, file.person, message, None), decision.warnings)


def settle_visit(message: Message, institution: Institution, now: datetime) -> Reply:
    """2207, 2304."""
    settlement, file = settling.settle_visit(message, institution, now)
    decision = settlement.decision
    return Reply(answers.settlement(decision, file.person, message, settlement), decision.warnings)


def reverse_settlement(message: Message, _institution: Institution, now: datetime) -> Reply:
    """2103, 2208, 2305."""
    settlement, file = reversing.reverse_settlement(message, now)
    return Reply(answers.settlement(settlement.decision, file.person, None, settlement, sign=-1))


def query_settlement(message: Message, _institution: Institution, now: datetime) -> Reply:
    """5203: the settlement as it stands."""
    settlement = reversing.own_settlement(message.text("setl_id"), message.institution)
    if settlement.decision.psn_no != message.text("psn_no"):
        raise Refused("SETTLEMENT_UNKNOWN", field="psn_no", rule="人员编号与结算不一致")
    file = people.load(settlement.decision.psn_no, civil_date(now).year)
    decision = settlement.decision
    shown = answers.settlement(decision, file.person, None, settlement)
    return Reply(shown, psn_no=decision.psn_no, region=decision.insured_region)


_LOOK_UPS: Final = {
    **dict.fromkeys(("1101", "2001", "90100"), "identification"),
    **dict.fromkeys(("5201", "5202", "5203", "5204", "5206", "5303"), "settlement_query"),
    **dict.fromkeys(("5301", "5302", "5304"), "filing_query"),
}
"""Messages that only look a person up, with their purpose in the trail."""
USE_CASES: Final[Mapping[str, UseCase]] = {
    **dict.fromkeys(deferred.LATER, deferred.act),
    "1101": get_person,
    "2103": reverse_settlement,
    "2201": visits.register_visit,
    "2202": visits.cancel_visit,
    "2203": visits.describe_visit,
    "2206": preview_visit,
    "2207": settle_visit,
    "2208": reverse_settlement,
    "2303": preview_visit,
    "2304": settle_visit,
    "2305": reverse_settlement,
    "2401": visits.register_visit,
    "2402": visits.discharge_visit,
    "2403": visits.correct_stay,
    "2404": visits.cancel_visit,
    "2405": visits.undo_discharge,
    "2601": reversing.reverse_by_message,
    "3201": statements.reconcile_totals,
    "3202": statements.reconcile_lines,
    "9101": statements.upload_file,
    "9102": statements.download_file,
    "5203": query_settlement,
}
"""Transaction number to use case."""
