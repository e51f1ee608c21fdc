"""What the routes of the register take and show: bodies, queries and answers."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import Field, StringConstraints

from medaid.aws.rest.bodies import Body, Shown
from medaid.instants import beijing_text
from medaid.people.model import CATEGORIES, Filing, Identity, Insurance, PersonFile

Day = Annotated[str, StringConstraints(pattern=r"^\d{4}-\d{2}-\d{2}$")]
Instant = Annotated[str, StringConstraints(pattern=r"^(\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2})?$")]


class CertificateSearch(Body):
    """Whose certificate it is; the number as people write it."""

    psn_cert_type: Annotated[str, StringConstraints(pattern=r"^\d{1,2}$")]
    certno: Annotated[str, StringConstraints(min_length=4, max_length=60)]


class AsOf(Body):
    """A day, and the instant (Beijing time) at which it is asked what was known; now where
    empty."""

    day: Day
    known_at: Instant = ""


class RegisterQuery(AsOf):
    limit: int = Field(50, ge=1, le=200)
    cursor: str = Field("", max_length=600)


class FilingBody(Body):
    """A filing by the agency, in the fields of 2501."""

    kind: Annotated[str, StringConstraints(pattern=r"^[a-z_]{1,20}$")]
    insu_admdvs: Annotated[str, StringConstraints(pattern=r"^\d{6}$")]
    mdtrtarea_admdvs: Annotated[str, StringConstraints(pattern=r"^\d{6}$")]
    begndate: Day
    enddate: Annotated[str, StringConstraints(pattern=r"^(\d{4}-\d{2}-\d{2})?$")] = ""
    reflin_medins_no: Annotated[str, StringConstraints(pattern=r"^[0-9A-Z]{0,20}$")] = ""


class IdentityShown(Shown):
    category: str
    category_name: str
    department: str
    admdvs: str
    start: str
    end: str
    act: str
    recorded: str
    batch: str
    row: int


class EnrolmentShown(Shown):
    insutype: str
    admdvs: str
    status: str
    psn_type: str
    begin: str
    end: str


class FilingShown(Shown):
    filing_id: str
    kind: str
    insu_admdvs: str
    mdtrtarea_admdvs: str
    begndate: str
    enddate: str
    reflin_medins_no: str
    filer: str
    filed: str


class PersonShown(Shown):
    psn_no: str
    name: str
    sex: str
    cert_type: str
    certno: str
    birth: str
    mobile: str
    home_address: str
    residence_address: str
    identities: list[IdentityShown]
    enrolments: list[EnrolmentShown]
    filings: list[FilingShown]


class PersonVersion(Shown):
    """One version of a person's own facts, and the file and row it came from (可回溯, art. 8)."""

    recorded: str
    batch: str
    row: int
    mobile: str
    home_address: str
    residence_address: str


class Found(Shown):
    psn_no: str


class Identities(Shown):
    rows: list[IdentityShown]


class Versions(Shown):
    rows: list[PersonVersion]


class RegisterRow(Shown):
    psn_no: str
    identity: IdentityShown


def show_person(file: PersonFile) -> PersonShown:
    one = file.person
    return PersonShown(
        psn_no=one.psn_no,
        name=one.name,
        sex=one.sex,
        cert_type=one.cert_type,
        certno=one.certno,
        birth=_day(one.birth),
        mobile=one.mobile,
        home_address=one.home_address,
        residence_address=one.residence_address,
        identities=[show_identity(identity) for identity in file.identities],
        enrolments=[show_enrolment(insurance) for insurance in file.insurances],
        filings=[show_filing(filing) for filing in file.filings],
    )


def show_identity(one: Identity) -> IdentityShown:
    return IdentityShown(
        category=one.category,
        category_name=CATEGORIES[one.category],
        department=one.department,
        admdvs=one.admdvs,
        start=one.start.isoformat(),
        end=_day(one.end),
        act=one.act,
        recorded=beijing_text(one.recorded),
        batch=one.source.batch,
        row=one.source.row,
    )


def show_enrolment(one: Insurance) -> EnrolmentShown:
    return EnrolmentShown(
        insutype=one.insutype,
        admdvs=one.admdvs,
        status=one.status,
        psn_type=one.psn_type,
        begin=one.begin.isoformat(),
        end=_day(one.end),
    )


def show_filing(one: Filing) -> FilingShown:
    return FilingShown(
        filing_id=one.filing_id,
        kind=one.kind,
        insu_admdvs=one.insured_region,
        mdtrtarea_admdvs=one.destination,
        begndate=one.valid_from.isoformat(),
        enddate=_day(one.valid_until),
        reflin_medins_no=one.institution,
        filer=one.filer,
        filed=beijing_text(one.filed) if one.filed else "",
    )


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""
