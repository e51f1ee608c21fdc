"""Senders of rosters in the people table."""

from __future__ import annotations

from medaid.aws.transaction import Put, Write
from medaid.people.sender_model import RegisteredSender
from medaid.people.store import keys
from medaid.people.store.items import PeopleItem
from medaid.regions import Region


def find_sender(code: str) -> tuple[PeopleItem | None, RegisteredSender | None]:
    """What was entered of a sender. Raises Unavailable."""
    return PeopleItem.held(keys.sender_key(code), RegisteredSender)


def put_sender(before: PeopleItem | None, one: RegisteredSender) -> list[Write]:
    """The writes of a sender; they lose where somebody was first."""
    key = keys.sender_key(one.code)
    listed = PeopleItem(*keys.listed_sender_key(one.office, one.code))
    return [
        PeopleItem.create_or_replace(before, key, one, "people:sender"),
        Put(listed, None, "people:listed sender"),
    ]


def page_of_senders(office: Region, after: str, limit: int) -> tuple[list[RegisteredSender], str]:
    """At most `limit` senders of an office behind `after`: one Query and one batch. Raises
    Unavailable."""
    rows, end = PeopleItem.page_under(keys.senders_partition(office), "", after, limit)
    items = PeopleItem.find_all([keys.sender_key(row.sk) for row in rows])
    return [item.record(RegisteredSender) for item in items if item is not None], end
