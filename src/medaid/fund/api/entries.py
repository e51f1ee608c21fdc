"""The journal by page: /fund/…/entries/…"""

from __future__ import annotations

from functools import partial
from typing import Annotated

from pydantic import StringConstraints

from medaid import ids
from medaid.aws.rest.bodies import DayText, InstantText, ListQuery, Page, Shown, YuanText
from medaid.aws.rest.pages import paged
from medaid.aws.rest.table import READERS, Call
from medaid.fund import service, voucher_rules
from medaid.fund.api.common import ROUTES
from medaid.fund.model import Entry
from medaid.fund.model.chart import flows
from medaid.months import Month
from medaid.regions import Region


class EntriesQuery(ListQuery):
    """Of one account, by its code; of all where empty."""

    account: Annotated[str, StringConstraints(pattern=r"^([0-9]{6}-[0-9]{4,8})?$")] = ""


class EntryLineShown(Shown):
    """A line of an entry: one of debit and credit is empty."""

    code: str
    name: str
    counterpart: str
    debit: YuanText | None
    credit: YuanText | None


class EntryShown(Shown):
    """An entry of the journal. `source`: id of what caused it, of which `cause` says what it is:
    settlement, case or other; `voucher`: what people entered, `month/number`, empty where the entry
    follows from an act of the system; `reverses`: the entry that it takes back."""

    entry_id: str
    kind: str
    kind_name: str
    effective: DayText
    recorded: InstantText
    source: str
    cause: str
    voucher: str
    narrative: str
    reverses: str
    lines: list[EntryLineShown]


@ROUTES.get("/fund/{admdvs}/entries/{month}", "分录序时簿", roles=READERS, query=EntriesQuery)
def list_entries(call: Call[None, None], admdvs: Region, month: Month) -> Page[EntryShown]:
    account = call.query.account
    read = (
        partial(service.page_of_account, admdvs, month, account)
        if account
        else partial(service.page_of_entries, admdvs, month)
    )
    return paged(call.query, ("entries", admdvs, month, account), read, _entry)


def _entry(one: Entry) -> EntryShown:
    lines = [
        EntryLineShown(
            code=line.account.code,
            name=line.account.name,
            counterpart=line.counterpart,
            debit=line.amount if line.fen > 0 else None,
            credit=-line.amount if line.fen < 0 else None,
        )
        for line in one.lines
    ]
    return EntryShown.of(
        one,
        kind_name=flows()[one.kind].name,
        cause=ids.kind_of(one.source),
        voucher=voucher_rules.voucher_of(one),
        lines=lines,
    )
