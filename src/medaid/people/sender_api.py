"""Routes of the senders of rosters: entered by one person, decided on by another."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Final

from pydantic import Field, StringConstraints

from medaid.aws.rest.bodies import (
    Admdvs,
    Body,
    Decision,
    InstantText,
    ListQuery,
    NameOf,
    Page,
    Short,
    Shown,
)
from medaid.aws.rest.pages import paged
from medaid.aws.rest.table import Call, Routes
from medaid.aws.rest.two_people import ProposedShown
from medaid.instants import aware
from medaid.people import sender_register
from medaid.people.sender_model import RegisteredSender, SenderEntry
from medaid.regions import Region

ROUTES: Final[Routes[None]] = Routes("senders", "报送单位登记")
_ONE: Final = "/people/{admdvs}/registered-senders/{sender}"
_READERS: Final = ("intake", "auditor", "reviewer", "manager", "inspector")
Word = Annotated[str, StringConstraints(pattern=r"^[a-z_0-9]{1,40}$")]


class SenderBody(Body):
    """What a sender may report, and the paper that says so; without kinds nothing any more."""

    name: Short
    department: Word
    kinds: Annotated[list[Word], Field(max_length=5)]
    regions: Annotated[list[Admdvs], Field(min_length=1, max_length=200)]
    categories: Annotated[list[Word], Field(default_factory=list, max_length=40)]
    document: Short


class SenderEntryShown(ProposedShown):
    """One entry, with who proposed and who decided it."""

    name: str
    department: str
    kinds: list[str]
    regions: list[str]
    categories: list[str]
    document: str
    decided_by: str
    decided_by_name: Annotated[str, NameOf("decided_by", "decided_at")] = ""
    decided_at: InstantText
    approved: bool
    reason: str


class RegisteredSenderShown(Shown):
    """A sender: its folder under `drop/`, what counts now, and what waits."""

    code: str
    office: str
    current: SenderEntryShown | None
    waiting: SenderEntryShown | None


@ROUTES.get("/people/{admdvs}/registered-senders", "报送单位名单", roles=_READERS, query=ListQuery)
def list_senders(call: Call[None, None], admdvs: Region) -> Page[RegisteredSenderShown]:
    read = partial(sender_register.page_of_senders, admdvs)
    return paged(call.query, ("registered senders", admdvs), read, _shown)


@ROUTES.get(_ONE, "报送单位登记", roles=_READERS)
def show_sender(_call: Call[None, None], admdvs: Region, sender: str) -> RegisteredSenderShown:
    return _shown(sender_register.get_sender(sender, admdvs))


@ROUTES.post(_ONE, "登记或变更报送单位(待复核)", roles=("manager",), status=201)
def propose_sender(
    call: Call[None, SenderBody], admdvs: Region, sender: str
) -> RegisteredSenderShown:
    sent = call.body
    new = SenderEntry(
        sent.name,
        sent.department,
        tuple(sent.kinds),
        tuple(sent.regions),
        tuple(sent.categories),
        sent.document,
        call.by,
        aware(call.now),
    )
    return _shown(sender_register.propose_sender(sender, admdvs, new))


@ROUTES.post(f"{_ONE}/decision", "复核报送单位登记", roles=("manager", "reviewer"))
def decide_sender(call: Call[None, Decision], admdvs: Region, sender: str) -> RegisteredSenderShown:
    sent = call.body
    made = sender_register.decide_sender(sender, admdvs, sent.approved, sent.reason, *call.signing)
    return _shown(made)


def _shown(one: RegisteredSender) -> RegisteredSenderShown:
    return RegisteredSenderShown.of(one, current=_entry(one.current), waiting=_entry(one.waiting))


def _entry(one: SenderEntry | None) -> SenderEntryShown | None:
    if one is None:
        return None
    lists = {name: list(getattr(one, name)) for name in ("kinds", "regions", "categories")}
    return SenderEntryShown.of(one, **lists)
