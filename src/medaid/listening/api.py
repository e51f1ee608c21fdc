"""Routes of what waits: events that not all of their listeners have heard, listed for the operator
of the installation, and told again when the cause is mended. An event is shown by its id and kind:
whom it is about stands in the records of its package."""

from __future__ import annotations

from datetime import date, timedelta
from functools import partial
from typing import Annotated, Final

from pydantic import Field, StringConstraints

from medaid.aws.outbox import OutboxItem
from medaid.aws.rest.bodies import Admdvs, Body, InstantText, ListQuery, Page, Shown
from medaid.aws.rest.pages import paged
from medaid.aws.rest.table import Call, Owner, Routes
from medaid.aws.rest.texts import Day
from medaid.errors import BadInput
from medaid.events import KINDS, LISTENERS
from medaid.instants import civil_date, from_stored
from medaid.listening import service
from medaid.listening.service import ContextAt

ROUTES: Final[Routes[ContextAt]] = Routes("events", "事件投递")
_OPERATORS: Final = ("manager",)
LONGEST: Final = 366
"""Days of one list: each is a query of its own."""
OF_A_DAY: Final = 100
"""Entries of one page of a day: a few seconds."""


class WaitingQuery(ListQuery):
    """Published on which days; without them those that the hourly sweep looks back on."""

    begin: Day | None = None
    end: Day | None = None


class WaitingShown(Shown):
    """An event that not all have heard yet. `swept`: the hourly sweep still tells it again; what is
    older is told by a request alone."""

    message_id: str
    kind: str
    published_at: InstantText
    listeners: list[str]
    swept: bool


class TellBody(Body):
    """The events to tell again, by their ids as the list shows them."""

    messages: Annotated[
        list[Annotated[str, StringConstraints(min_length=1, max_length=400)]],
        Field(min_length=1, max_length=20),
    ]


class ToldShown(Shown):
    """What became of one: heard by all; or the kind of error for which it waits on, of which the
    log has the place."""

    message_id: str
    heard: bool
    error: str


class ToldAll(Shown):
    """What became of each."""

    rows: list[ToldShown]


class DayBody(Body):
    """Of which region and day; `cursor` as the answer before it said."""

    admdvs: Admdvs
    day: Day
    cursor: str = Field("", max_length=200)


class DayTold(Shown):
    """How many settlements and reversals of this page were told, and how many of them not all could
    hear: those wait. `cursor` asks for the next page, and is empty when the day is done."""

    settlements: int
    put_aside: int
    cursor: str


@ROUTES.get(
    "/events/waiting", "未被全部接收的事件",
    roles=_OPERATORS, owner=Owner.INSTALLATION, query=WaitingQuery,
)  # fmt: skip
def list_waiting_events(call: Call[ContextAt, None]) -> Page[WaitingShown]:
    today = civil_date(call.now)
    end = call.query.end or today
    begin = call.query.begin or end - timedelta(days=service.LOOKED_BACK - 1)
    if not 0 <= (end - begin).days < LONGEST:
        rule = f"起止日期须先后有序,且至多 {LONGEST} 天"
        raise BadInput("FIELD_FORMAT", field="begin", rule=rule)
    days = [begin + timedelta(days=number) for number in range((end - begin).days + 1)]
    read = partial(service.list_waiting, days)
    return paged(call.query, ("waiting", begin, end), read, partial(_shown, today=today))


@ROUTES.post("/events/waiting/tell", "重新投递事件", roles=_OPERATORS, owner=Owner.INSTALLATION)
def tell_events_again(call: Call[ContextAt, TellBody]) -> ToldAll:
    found = service.get_messages(list(dict.fromkeys(call.body.messages)))
    return ToldAll(rows=[_told(call, one) for one in found])


@ROUTES.post(
    "/events/settlements/tell", "重新投递某日结算", roles=_OPERATORS, owner=Owner.INSTALLATION
)
def tell_settlements_of_day(call: Call[ContextAt, DayBody]) -> DayTold:
    asked = call.body
    if asked.day > civil_date(call.now):
        raise BadInput("DATE_ORDER", field="day", rule="不得晚于今天")
    return DayTold.of(service.tell_of_day(asked.admdvs, asked.day, asked.cursor, OF_A_DAY))


def _told(call: Call[ContextAt, TellBody], one: OutboxItem) -> ToldShown:
    error = service.tell_again(one, call.context) if one.waiting else ""
    return ToldShown(message_id=one.message_id, heard=not error, error=error)


def _shown(one: OutboxItem, today: date) -> WaitingShown:
    published = from_stored(one.at)
    listeners = LISTENERS.get(KINDS[one.kind], ()) if one.kind in KINDS else ()
    return WaitingShown(
        message_id=one.message_id,
        kind=one.kind,
        published_at=published,
        listeners=[str(listener) for listener in listeners],
        swept=(today - civil_date(published)).days < service.LOOKED_BACK,
    )
