"""Messages to persons (J16): each is a matter, so that it is kept, listed and followed to its end.

A region with a gateway has its texts handed over; what no gateway took, and who has no number or
lives where no gateway is, stands on the telephone list until an officer enters what came of the
call. Nothing counts as delivered that nobody confirmed: `taken` is not `delivered`.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Final

from medaid.aws import secrets
from medaid.aws.transaction import Decided, refuse_as_changed, transact
from medaid.errors import BadInput, Conflict, Refused, check_said
from medaid.event import Event
from medaid.followup import matters, rules, sms, store
from medaid.followup.model import CITY_OR_COUNTY_AGENCY, Matter, MatterKind, MatterReply, SmsGateway
from medaid.followup.texts import text_of
from medaid.ids import OfficerId, content_hash
from medaid.instants import aware, civil_date
from medaid.payments.service import check_second
from medaid.people import service as people
from medaid.regions import Region

_DONE: Final = frozenset({"taken", "delivered", "reached"})


def send(event: Event, key: str, now: datetime) -> Matter | None:
    """Keeps the message of an event and hands it to the region's gateway, once; None for an event
    of which nobody is told. `key` is the event's own: brought again it is the same message.

    Raises what the gateway raises that did not take it, after it was noted: the stream tries again.
    """
    said = text_of(event)
    if said is None:
        return None
    year = f"{civil_date(now).year}"
    message = rules.matter(
        MatterKind.MESSAGE, said.psn_no, said.region, CITY_OR_COUNTY_AGENCY, year, now, said.text,
        detail=key,
    )  # fmt: skip
    message = replace(message, case_id=said.case_id, event=said.kind)
    matters.keep(message)
    held = store.find_matter(message.matter_id)[1]
    assert held is not None, "what is kept is there"
    if any(one.answer in _DONE for one in held.replies):
        return held
    gateway, mobile = gateway_of(said.region), _mobile(said.psn_no)
    if gateway is None or not mobile:
        return held  # on the telephone list
    try:
        outcome = sms.post(gateway.url, _secret(gateway), held.matter_id, mobile, said.text)
    except Exception:
        _note(held, "failed", now)
        raise
    return _note(held, outcome, now)


def _note(held: Matter, answer: str, now: datetime) -> Matter:
    reply = MatterReply(answer, "", "", rules.SYSTEM, aware(now))
    return matters.answer(held.matter_id, held.kind, held.region, reply)


def _mobile(psn_no: str) -> str:
    found = people.persons([psn_no]).get(psn_no)
    return found.mobile if found else ""


def _secret(gateway: SmsGateway) -> str:
    return (secrets.read_secret(gateway.secret) or "") if gateway.secret else ""


def gateway_of(region: Region) -> SmsGateway | None:
    """The approved gateway of the region or of the nearest one above it. Raises Unavailable."""
    for one in region.chain:
        held = store.find_gateway(one)[1]
        if held is not None and held.approved_by:
            return held
    return None


def get_gateway(region: Region) -> SmsGateway:
    """The gateway of the region itself, also one that waits. Raises Refused NOT_FOUND,
    Unavailable."""
    held = store.find_gateway(region)[1]
    if held is None:
        raise Refused("NOT_FOUND", field="admdvs", rule="本地区没有登记短信网关")
    return held


def propose_gateway(
    region: Region, url: str, secret: str, by: OfficerId, now: datetime
) -> SmsGateway:
    """Keeps the address of a region's gateway until somebody else approves it; until then messages
    go on the telephone list. The secret is kept apart and shown to nobody.

    Raises BadInput for an address without https, Conflict STATE while another one waits, so that
    nobody approves what they have not seen, Unavailable.
    """
    if not url.startswith("https://"):
        raise BadInput("FIELD_FORMAT", field="url", rule="网关地址须以 https:// 开头")
    name = f"{secrets.GATEWAYS}{region}-{content_hash(url, secret)[:12]}" if secret else ""
    if name:
        secrets.create_secret(name, secret)
    new = SmsGateway(region, url, name, by, aware(now))

    def decide() -> Decided[SmsGateway]:
        item, held = store.find_gateway(region)
        if held is not None and not held.refused:
            if (held.url, held.secret) == (url, name):
                return Decided(held)
            if not held.approved_by:
                raise Conflict("STATE", field="admdvs", rule="已有网关待复核,请先复核")
        return Decided(new, [store.put_gateway(item, new)])

    return transact(decide, refuse_as_changed)


def decide_gateway(
    region: Region, approved: bool, reason: str, by: OfficerId, now: datetime
) -> SmsGateway:
    """Second person: the gateway takes messages from now on, or never.

    Raises Refused NOT_FOUND, Conflict STATE where it is decided, Forbidden SEPARATION for who
    proposed it, BadInput for a refusal without a reason, Unavailable.
    """
    check_said(approved, reason)

    def decide() -> Decided[SmsGateway]:
        item, held = store.find_gateway(region)
        if held is None:
            raise Refused("NOT_FOUND", field="admdvs", rule="本地区没有登记短信网关")
        if held.approved_by or held.refused:
            raise Conflict("STATE", field="admdvs", rule="该网关已复核")
        if approved:
            check_second(
                region, by, held.proposed_by, held.proposed_at, now, "录入与复核不得为同一人"
            )
            after = replace(held, approved_by=by, approved_at=aware(now))
        else:
            after = replace(held, refused=reason.strip())
        return Decided(after, [store.put_gateway(item, after)])

    return transact(decide, refuse_as_changed)
