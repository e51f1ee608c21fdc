"""Routes of the register of contracted institutions (J37, Q3.1)."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import Annotated, Final

from pydantic import StringConstraints

from medaid.aws.rest.bodies import (
    Admdvs,
    Body,
    DayText,
    Decision,
    ListQuery,
    Page,
    Short,
    Shown,
)
from medaid.aws.rest.pages import paged
from medaid.aws.rest.table import READERS, Call, Routes
from medaid.aws.rest.texts import Day
from medaid.aws.rest.two_people import DecidedShown
from medaid.instants import aware, civil_date
from medaid.regions import Region
from medaid.settlement.institutions import service
from medaid.settlement.model import InstitutionRecord, InstitutionVersion

ROUTES: Final[Routes[None]] = Routes("institutions", "定点医药机构登记")
_ONE: Final = "/institutions/{admdvs}/{institution}"


class InstitutionBody(Body):
    """An institution as it is from `effective` on. `region` is where it lies: the office's region,
    or one that pools with it; `document` numbers the agreement or the document of the change."""

    name: Annotated[
        str,
        StringConstraints(
            min_length=1, max_length=200, strip_whitespace=True, pattern=r"^[^\x00-\x1f\x7f|]+$"
        ),
    ]
    region: Admdvs
    level: Short
    effective: Day
    document: Short


class EndOfAgreement(Body):
    """The first day without an agreement, and the document that says so."""

    effective: Day
    document: Short


class InstitutionVersionShown(DecidedShown):
    """A version with who proposed and who decided it (empty until then)."""

    effective: DayText
    name: str
    level: str
    active: bool
    document: str


class InstitutionShown(Shown):
    """All versions, as they were entered; `today` is the day from which the one that counts today
    does (empty where none does)."""

    institution: str
    region: Admdvs
    today: DayText
    active: bool
    versions: list[InstitutionVersionShown]


class InstitutionRow(Shown):
    """An institution as it stands today, or as it was first proposed where none counts yet.
    `waits` says that a version waits for its decision."""

    institution: str
    region: Admdvs
    name: str
    level: str
    active: bool
    effective: DayText
    waits: bool


@ROUTES.get("/institutions/{admdvs}", "定点医药机构名单", roles=READERS, query=ListQuery)
def list_institutions(call: Call[None, None], admdvs: Region) -> Page[InstitutionRow]:
    read = partial(service.page_of_institutions, admdvs)
    show = partial(_row, today=civil_date(call.now))
    return paged(call.query, ("institutions", admdvs), read, show)


def _row(one: InstitutionRecord, today: date) -> InstitutionRow:
    current = one.version_on(today)
    shown = current or one.versions[-1]
    return InstitutionRow(
        institution=one.code,
        region=one.admdvs,
        name=shown.name,
        level=shown.level,
        active=current is not None and current.active,
        effective=shown.effective,
        waits=one.waiting is not None,
    )


@ROUTES.get(_ONE, "定点医药机构登记的各版本", roles=READERS)
def show_institution(call: Call[None, None], admdvs: Region, institution: str) -> InstitutionShown:
    return _shown(service.get_record(institution, admdvs), civil_date(call.now))


@ROUTES.post(_ONE, "登记或变更定点医药机构(待复核)", roles=("manager",), status=201)
def propose_institution(
    call: Call[None, InstitutionBody], admdvs: Region, institution: str
) -> InstitutionShown:
    sent = call.body
    new = InstitutionVersion(
        sent.effective, sent.name, sent.level, True, sent.document, call.by, admdvs, aware(call.now)
    )
    made = service.propose_institution(institution, sent.region, new)
    return _shown(made, civil_date(call.now))


@ROUTES.post(f"{_ONE}/end", "终止定点协议(待复核)", roles=("manager",), status=201)
def end_institution(
    call: Call[None, EndOfAgreement], admdvs: Region, institution: str
) -> InstitutionShown:
    sent = call.body
    made = service.end_institution(
        institution, sent.effective, sent.document, call.by, admdvs, call.now
    )
    return _shown(made, civil_date(call.now))


@ROUTES.post(f"{_ONE}/decision", "复核定点医药机构登记", roles=("manager", "reviewer"))
def decide_institution(
    call: Call[None, Decision], admdvs: Region, institution: str
) -> InstitutionShown:
    sent = call.body
    made = service.decide_institution(
        institution, sent.approved, sent.reason, call.by, admdvs, call.now
    )
    return _shown(made, civil_date(call.now))


def _shown(one: InstitutionRecord, today: date) -> InstitutionShown:
    current = one.version_on(today)
    return InstitutionShown(
        institution=one.code,
        region=one.admdvs,
        today=current.effective if current else None,
        active=current is not None and current.active,
        versions=[InstitutionVersionShown.of(v) for v in one.versions],
    )
