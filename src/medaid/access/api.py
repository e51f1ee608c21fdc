"""Inspectors' routes over the trail of reads. Looking into it leaves a trace itself."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Final

from medaid.access import service, sign_out
from medaid.access.model import ITEMS, PURPOSES, Purpose, Read
from medaid.aws.rest.bodies import (
    DayText,
    Done,
    InstantText,
    ListQuery,
    NameOf,
    Page,
    Shown,
)
from medaid.aws.rest.pages import paged
from medaid.aws.rest.table import Call, Owner, Routes
from medaid.instants import civil_date, parse_date
from medaid.payments.service import delegated_roles
from medaid.regions import Region, region_name

ROUTES: Final[Routes[None]] = Routes("access", "查阅留痕")
_INSPECTORS: Final = ("inspector",)
_EVERYBODY: Final = (
    "intake", "auditor", "reviewer", "accountant", "cashier", "finance", "manager", "inspector",
    "government",
)  # fmt: skip
_CITE: Final = "个人信息保护法 art. 54: the handler of personal data audits its own access"


class ReadShown(Shown):
    """One read of one person."""

    psn_no: str
    region: str
    at: InstantText
    subject: str
    subject_name: Annotated[str, NameOf("subject", "at", region="reader_region")] = ""
    institution: str
    reader_region: str
    source: str
    purpose: str
    purpose_name: str
    item: str
    item_name: str
    """`item` in the words of the office, where it is no number of a record."""


@ROUTES.get(
    "/access/{admdvs}/persons/{psn_no}", "谁查阅过某人",
    roles=_INSPECTORS, owner=Owner.WITHIN, cite=_CITE, query=ListQuery,
)  # fmt: skip
def list_reads_of_person(call: Call[None, None], admdvs: Region, psn_no: str) -> Page[ReadShown]:
    read = partial(service.page_of_reads_of, psn_no, admdvs)
    page = paged(call.query, ("reads of", admdvs, psn_no), read, _read)
    service.record_read(call.caller, psn_no, admdvs, Purpose.AUDIT, call.now)
    return page


@ROUTES.get(
    "/access/{admdvs}/readers/{subject}", "某用户查阅过谁",
    roles=_INSPECTORS, owner=Owner.WITHIN, cite=_CITE, query=ListQuery,
)  # fmt: skip
def list_reads_by_reader(call: Call[None, None], admdvs: Region, subject: str) -> Page[ReadShown]:
    read = partial(service.page_of_reads_by, subject, admdvs)
    page = paged(call.query, ("reads by", admdvs, subject), read, _read)
    service.count_lookup(call.caller, Purpose.AUDIT, call.now)
    return page


@ROUTES.get(
    "/access/{admdvs}/days/{day}", "某日查阅记录",
    roles=_INSPECTORS, owner=Owner.WITHIN, cite=_CITE, query=ListQuery,
)  # fmt: skip
def list_reads_on_day(call: Call[None, None], admdvs: Region, day: str) -> Page[ReadShown]:
    read = partial(service.page_of_reads_on, parse_date(day, "day"), admdvs)
    page = paged(call.query, ("reads on", admdvs, day), read, _read)
    service.count_lookup(call.caller, Purpose.AUDIT, call.now)
    return page


def _read(row: Read) -> ReadShown:
    return ReadShown.of(
        row,
        subject=row.reader.subject,
        institution=row.reader.institution,
        reader_region=row.reader.region,
        source=row.reader.source,
        purpose_name=PURPOSES[row.purpose],
        item_name=ITEMS.get(row.item, row.item),
    )


class MyselfShown(Shown):
    """Who is signed in, and for whom: what a page shows of the officer and what it may offer."""

    subject: str
    subject_name: Annotated[str, NameOf("subject")] = ""
    """Name and post, as the office entered them; empty where it did not."""
    region: str
    region_name: str
    point: str
    institution: str
    roles: list[str]
    """Of the token, and those of the duties that the officer does for others today."""
    stands_in: list[str]
    """Of `roles` those that somebody else has entrusted."""
    today: DayText


@ROUTES.get("/access/me", "本人姓名、岗位、角色和统筹区", roles=_EVERYBODY, owner=Owner.OBJECT)
def get_myself(call: Call[None, None]) -> MyselfShown:
    caller = call.caller
    entrusted = delegated_roles(caller, call.now) - caller.roles
    return MyselfShown.of(
        caller,
        region_name=region_name(caller.region),
        roles=sorted({*caller.roles & {*_EVERYBODY}, *entrusted}),
        stands_in=sorted(entrusted),
        today=civil_date(call.now),
    )


@ROUTES.post(
    "/access/sign-out", "退出登录:此前签发的令牌不再有效", roles=_EVERYBODY, owner=Owner.OBJECT
)
def sign_out_myself(call: Call[None, None]) -> Done:
    sign_out.sign_out(call.by, Region(call.caller.region), call.caller, call.now)
    return Done()


@ROUTES.post("/access/{admdvs}/readers/{subject}/sign-out", "强制退出登录", roles=("manager",))
def sign_out_somebody(call: Call[None, None], admdvs: Region, subject: str) -> Done:
    sign_out.sign_out(subject, admdvs, call.caller, call.now)
    return Done()
