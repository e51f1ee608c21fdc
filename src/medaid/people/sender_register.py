"""Senders of rosters entered by officers, without a new version of the program (J8, J9): one
proposes, another one of the office decides, and from then on the folder `drop/<code>/` is taken."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Final

from medaid.aws.transaction import Decided, refuse_as_changed, transact
from medaid.errors import Refused
from medaid.ids import OfficerId
from medaid.payments.service import check_second
from medaid.people import sender_model as rules
from medaid.people.catalogue import Catalogue, Sender, catalogue
from medaid.people.sender_model import RegisteredSender, SenderEntry
from medaid.people.store import senders as store
from medaid.regions import Region

_PAGE: Final = 100
"""Senders of one read."""


def catalogue_for(code: str) -> Catalogue:
    """The catalogue with the sender of that code as officers have entered it: one small read, none
    for a sender that ships with the program. Raises Unavailable."""
    known = catalogue()
    held = None if code in known.senders else store.find_sender(code)[1]
    found = held.sender if held is not None else None
    return known if found is None else replace(known, senders={**known.senders, code: found})


def senders_for(admdvs: Region) -> list[Sender]:
    """Who may report about the region: those that ship with the program, and what the office or
    one above it has entered. By name. Raises Unavailable."""
    found = {code: one for code, one in catalogue().senders.items() if one.reports(admdvs)}
    for office in dict.fromkeys((admdvs, admdvs.city, admdvs.province)):
        after = ""
        while True:
            rows, after = store.page_of_senders(office, after, _PAGE)
            found |= {
                held.code: held.sender
                for held in rows
                if held.sender is not None and held.sender.reports(admdvs)
            }
            if not after:
                break
    return sorted(found.values(), key=lambda one: (one.name, one.code))


def answers_for(office: Region, code: str) -> bool:
    """Whether the office says how the files of a sender are read: it entered the sender, or it is
    that of the one region about which a sender that ships with the program reports. What is said
    holds for all regions of the sender. Raises Unavailable."""
    shipped = catalogue().senders.get(code)
    if shipped is not None:
        return shipped.regions == (office,)
    held = store.find_sender(code)[1]
    return held is not None and held.sender is not None and held.office == office


def propose_sender(code: str, office: Region, new: SenderEntry) -> RegisteredSender:
    """Keeps a new sender, or another extent of one, until somebody else decides; the same again is
    the same proposal. Raises as `rules.proposed`, Unavailable."""

    def decide() -> Decided[RegisteredSender]:
        item, held = store.find_sender(code)
        after = rules.proposed(held, code, office, new, catalogue())
        return Decided(after, [] if after == held else store.put_sender(item, after))

    return transact(decide, refuse_as_changed)


def decide_sender(
    code: str, office: Region, approved: bool, reason: str, by: OfficerId, now: datetime
) -> RegisteredSender:
    """Second person: what waits counts from now on, or never. Raises as `rules.decided`, Refused
    NOT_FOUND for another office's sender, Forbidden SEPARATION for who proposed it, Unavailable."""

    def decide() -> Decided[RegisteredSender]:
        item, held = store.find_sender(code)
        ours = held if held is not None and held.office == office else None
        after = rules.decided(ours, approved, reason, by, now)
        last = after.entries[-1]
        if approved:
            rule = "录入与复核不得为同一人"
            check_second(office, by, last.proposed_by, last.proposed_at, now, rule)
        return Decided(after, store.put_sender(item, after))

    return transact(decide, refuse_as_changed)


def get_sender(code: str, office: Region) -> RegisteredSender:
    """What the office has entered of a sender. Raises Refused NOT_FOUND, Unavailable."""
    held = store.find_sender(code)[1]
    if held is None or held.office != office:
        raise Refused("NOT_FOUND", field="sender", rule="本机构没有登记该报送单位")
    return held


def page_of_senders(office: Region, after: str, limit: int) -> tuple[list[RegisteredSender], str]:
    """The senders that the office has entered. Raises Unavailable."""
    return store.page_of_senders(office, after, limit)
