"""The settlement room's door: one message of the national interface in, one answer out; and the
explanation of a settlement.

Requirements J19–J26, M二, X6; interface facts in docs/national-interface.md. Whatever comes in, an
envelope goes out: infcode 0, or -1 with a sentence that names the field and the rule. A refusal is
HTTP 200; a fault of ours is 503 and says to send the same message again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from medaid.aws.transaction import commit
from medaid.aws.web import incident
from medaid.errors import Forbidden, MedaidError, Refused
from medaid.instants import civil_date
from medaid.people import service as people
from medaid.regions import Region
from medaid.settlement import reversing, settling, statements, store, visits
from medaid.settlement.model import Answer, Institution, Settlement
from medaid.settlement.national import answers, codes
from medaid.settlement.national.envelope import Message, read

Use = Callable[[Message, datetime], Answer]


def answer(
    body: bytes, institution: str, now: datetime, clock: Callable[[], datetime]
) -> tuple[int, dict[str, Any]]:
    """HTTP status and envelope for a message sent by `institution` (from the token). Never raises
    for what a sender can cause."""
    message: Message | None = None
    try:
        if not institution:
            raise Forbidden("FORBIDDEN", field="Authorization", rule="登录凭证没有医药机构编号")
        message = read(body, institution)
        done = USES[message.infno](message, now)
        return 200, answers.envelope(message, now, clock(), done.output, done.warnings)
    except MedaidError as error:
        if error.retry:
            incident(error, {"routeKey": message.infno if message else ""})
        return (503 if error.retry else 200), answers.failure(message, now, clock(), error)


def refused(error: MedaidError, received: datetime, answered: datetime) -> dict[str, Any]:
    """The envelope for what could not even be read."""
    return answers.failure(None, received, answered, error)


def warm() -> None:
    """Makes at import what the first message would wait for: the storage client."""
    store.connect()


def institution_region(code: str) -> Region:
    """The region of a contracted institution. Raises Refused INSTITUTION_UNKNOWN, Unavailable."""
    return Region(store.institution(code).admdvs)


def explain(setl_id: str, institution: str) -> dict[str, Any]:
    """The explanation of the institution's own settlement. Raises Refused SETTLEMENT_UNKNOWN,
    Unavailable."""
    from medaid.settlement.explaining import explanation  # only where somebody asks why

    return explanation(reversing.own_settlement(setl_id, institution))


def explain_any(setl_id: str) -> dict[str, Any]:
    """The same for the agency's own tools, whoever's settlement it is. Raises Refused
    SETTLEMENT_UNKNOWN, Unavailable."""
    from medaid.settlement.explaining import explanation  # as above

    return explanation(record(setl_id))


def record(setl_id: str) -> Settlement:
    """The settlement itself, for the agency's other rooms. Raises Refused SETTLEMENT_UNKNOWN,
    Unavailable."""
    settlement = store.settlement(setl_id)
    if settlement is None:
        raise Refused("SETTLEMENT_UNKNOWN", field="setl_id", rule=f"没有结算 {setl_id}")
    return settlement


def contract(institutions: Sequence[Institution]) -> None:
    """Takes contracted institutions into the register, replacing what was known of each."""
    for one in institutions:
        commit(store.contracted(one))


def publish_packs() -> list[str]:
    """Keeps every shipped pack by its content version, so that what is settled with it can be
    replayed; answers the new ones."""
    from medaid.settlement.archive import publish  # a deployment's act, not a message's

    return publish()


def _person(message: Message, now: datetime) -> Answer:
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
    return Answer(answers.person(file, civil_date(now), people.national_codes()))


def _preview(message: Message, now: datetime) -> Answer:
    decision, file = settling.preview(message, now)
    return Answer(answers.settlement(decision, file.person, message, None), decision.warnings)


def _settle(message: Message, now: datetime) -> Answer:
    settlement, file = settling.settle(message, now)
    return Answer(
        answers.settlement(settlement.decision, file.person, message, settlement),
        settlement.decision.warnings,
    )


def _reverse(message: Message, now: datetime) -> Answer:
    settlement, file = reversing.reverse(message, now)
    return Answer(answers.settlement(settlement.decision, file.person, None, settlement, sign=-1))


def _query(message: Message, now: datetime) -> Answer:
    """5203: the settlement as it stands."""
    settlement = reversing.own_settlement(message.text("setl_id"), message.institution)
    if settlement.decision.psn_no != message.text("psn_no"):
        raise Refused("SETTLEMENT_UNKNOWN", field="psn_no", rule="人员编号与结算不一致")
    file = people.load(settlement.decision.psn_no, civil_date(now).year)
    return Answer(answers.settlement(settlement.decision, file.person, None, settlement))


USES: Final[Mapping[str, Use]] = {
    "1101": _person,
    "2201": visits.register,
    "2202": visits.cancel,
    "2203": visits.describe,
    "2206": _preview,
    "2207": _settle,
    "2208": _reverse,
    "2303": _preview,
    "2304": _settle,
    "2305": _reverse,
    "2401": visits.register,
    "2402": visits.discharge,
    "2404": visits.cancel,
    "2405": visits.discharge_undone,
    "2501": visits.refer,
    "2502": visits.refer_cancelled,
    "2601": reversing.by_message,
    "3201": statements.totals,
    "3202": statements.lines,
    "9101": statements.upload,
    "9102": statements.download,
    "5203": _query,
}
"""Transaction number to use case."""
