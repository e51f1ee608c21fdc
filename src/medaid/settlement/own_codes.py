"""An institution's own codes: mapped to national ones (3301) and withdrawn (3302)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from medaid.aws.transaction import Decided
from medaid.catalogue import service as catalogue
from medaid.catalogue.model.rows import InstitutionItem
from medaid.errors import BadInput, Forbidden
from medaid.instants import civil_date
from medaid.regions import Region
from medaid.settlement import store
from medaid.settlement.messages import Page, act_by_pages, act_once, record_of
from medaid.settlement.model import Institution, MessageAct, MessageRecord, Reply
from medaid.settlement.national.envelope import Message

MOST: Final = 100
"""Rows of one message (定点医药机构接口规范 3301)."""
_NAMED: Final = frozenset(
    {
        "fixmedins_hilist_id",
        "fixmedins_hilist_name",
        "list_type",
        "med_list_codg",
        "begndate",
        "enddate",
    }
)


def map_codes(message: Message, institution: Institution, now: datetime) -> Reply:
    """3301: which national code each own code stands for, from a day on. The same again changes
    nothing.

    Raises BadInput, Refused NOT_FOUND, Conflict OVERLAP; Unavailable.
    """
    if len(message.rows) > MOST:
        raise BadInput("FIELD_FORMAT", field="catalogcompin", rule=f"一次至多 {MOST} 行")

    def page(rows: Page, last: bool) -> Decided[None]:
        items = [_item(row) for row in rows]
        writes = catalogue.mapped_writes(message.institution, items, Region(institution.admdvs))
        if last:
            writes.append(_record(message, now))
        return Decided(None, writes)

    act_by_pages(message, lambda: message.rows, page, _stands)
    return Reply()


def withdraw_code(message: Message, _institution: Institution, now: datetime) -> Reply:
    """3302: a mapping counts no more from today on; lines keep what they were split by. Raises
    Forbidden, Refused NOT_FOUND, Unavailable."""
    if message.text("fixmedins_code") != message.institution:
        raise Forbidden("FORBIDDEN", field="fixmedins_code", rule="非本机构的目录对照")

    def decide() -> Decided[None]:
        writes = catalogue.withdrawn_writes(
            message.institution,
            message.text("fixmedins_hilist_id"),
            message.text("list_type"),
            message.text("med_list_codg"),
            civil_date(now),
        )
        return Decided(None, [*writes, _record(message, now)])

    act_once(message, decide, _stands)
    return Reply()


def _stands(_record: MessageRecord) -> None:
    """What a mapping or its withdrawal did is done: what came later speaks of later days."""


def _record(message: Message, now: datetime) -> Any:
    return store.create_message(record_of(message, MessageAct.MAPPED, "", "", now))


def _item(row: Mapping[str, Any]) -> InstitutionItem:
    details = {name: str(text) for name, text in row.items() if text and name not in _NAMED}
    return InstitutionItem(
        row["fixmedins_hilist_id"],
        row["fixmedins_hilist_name"],
        row["list_type"],
        row["med_list_codg"],
        row["begndate"],
        row["enddate"],
        details,
    )
