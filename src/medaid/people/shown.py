"""What the routes of the register take and show: bodies, queries and answers."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import StringConstraints

from medaid.aws.rest.bodies import Body, DayText, InstantText, ListQuery, Shown
from medaid.people.lists import Listed
from medaid.people.model import (
    CATEGORIES,
    Filing,
    Identity,
    Insurance,
    Person,
    PersonFile,
    RegisterEntry,
)

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


class RegisterQuery(AsOf, ListQuery):
    """A page of the register as it stood and was known."""


class RegisterSearch(ListQuery):
    """By what the register is searched: one of the fields, beside the page. In the body, so that no
    name stands in an address."""

    name: Annotated[str, StringConstraints(max_length=50, strip_whitespace=True)] = ""
    psn_no: Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z]{0,30}$")] = ""
    category: Annotated[str, StringConstraints(max_length=40)] = ""
    department: Annotated[str, StringConstraints(max_length=40)] = ""
    village: Annotated[str, StringConstraints(max_length=60, strip_whitespace=True)] = ""


class FilingQuery(ListQuery):
    """Whose filings: of who is insured here, or of who comes here to be treated."""

    end: Literal["insured", "treated"] = "insured"


class FilingBody(Body):
    """A filing by the agency, in the fields of 2501, 2503 and 2505. `code` is the disease or what
    the institution is chosen for, `proof` the paper of a referral down, `point` who helped."""

    kind: Annotated[str, StringConstraints(pattern=r"^[a-z_]{1,20}$")]
    insu_admdvs: Annotated[str, StringConstraints(pattern=r"^\d{6}$")]
    mdtrtarea_admdvs: Annotated[str, StringConstraints(pattern=r"^(\d{6})?$")] = ""
    code: Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z.]{0,30}$")] = ""
    proof: Annotated[str, StringConstraints(max_length=60, strip_whitespace=True)] = ""
    point: Annotated[str, StringConstraints(max_length=60, strip_whitespace=True)] = ""
    begndate: Day
    enddate: Annotated[str, StringConstraints(pattern=r"^(\d{4}-\d{2}-\d{2})?$")] = ""
    reflin_medins_no: Annotated[str, StringConstraints(pattern=r"^[0-9A-Z]{0,20}$")] = ""


class IdentityShown(Shown):
    category: str
    category_name: str
    department: str
    admdvs: str
    start: DayText
    end: DayText
    act: str
    recorded: InstantText
    batch: str
    row: int


class EnrolmentShown(Shown):
    insutype: str
    admdvs: str
    status: str
    psn_type: str
    begin: DayText
    end: DayText
    act: str
    recorded: InstantText
    batch: str
    row: int


class FilingShown(Shown):
    filing_id: str
    kind: str
    insu_admdvs: str
    mdtrtarea_admdvs: str
    begndate: DayText
    enddate: DayText
    reflin_medins_no: str
    code: str
    point: str
    filer: str
    filed: InstantText


class FilingRow(Shown):
    """A filing that stands, and whose it is."""

    psn_no: str
    filing: FilingShown


class PersonShown(Shown):
    psn_no: str
    name: str
    sex: str
    cert_type: str
    certno: str
    birth: DayText
    mobile: str
    home_address: str
    residence_address: str
    village: str
    identities: list[IdentityShown]
    enrolments: list[EnrolmentShown]
    filings: list[FilingShown]


class PersonVersion(Shown):
    """One version of a person's own facts, and the file and row it came from (可回溯, art. 8)."""

    recorded: InstantText
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


class ListedRow(Shown):
    """An identity as it is known now, and whose it is."""

    psn_no: str
    name: str
    village: str
    identity: IdentityShown


class PastVersion(Shown):
    """What was held of a person until a better version came, with the file and row it came from:
    an identity, an enrolment, a filing that was cancelled, or the person's own facts."""

    kind: str
    identity: IdentityShown | None = None
    enrolment: EnrolmentShown | None = None
    filing: FilingShown | None = None
    facts: PersonVersion | None = None


class RegisterRow(Shown):
    psn_no: str
    identity: IdentityShown


def show_person(file: PersonFile) -> PersonShown:
    one = file.person
    return PersonShown.of(
        one,
        identities=[show_identity(identity) for identity in file.identities],
        enrolments=[show_enrolment(insurance) for insurance in file.insurances],
        filings=[show_filing(filing) for filing in file.filings],
    )


def show_identity(one: Identity) -> IdentityShown:
    return IdentityShown.of(
        one,
        category_name=CATEGORIES[one.category],
        batch=one.source.batch,
        row=one.source.row,
    )


def show_enrolment(one: Insurance) -> EnrolmentShown:
    source = one.source
    return EnrolmentShown.of(
        one, batch=source.batch if source else "", row=source.row if source else 0
    )


def show_facts(one: Person) -> PersonVersion:
    source = one.source
    return PersonVersion.of(
        one, batch=source.batch if source else "", row=source.row if source else 0
    )


def show_listed(one: Listed) -> ListedRow:
    return ListedRow.of(one, identity=show_identity(one.identity))


def show_past(one: Person | RegisterEntry | Filing) -> PastVersion:
    match one:
        case Identity():
            return PastVersion(kind="identity", identity=show_identity(one))
        case Insurance():
            return PastVersion(kind="enrolment", enrolment=show_enrolment(one))
        case Filing():
            return PastVersion(kind="filing", filing=show_filing(one))
        case Person():
            return PastVersion(kind="person", facts=show_facts(one))


def show_filing(one: Filing) -> FilingShown:
    return FilingShown.of(
        one,
        insu_admdvs=one.insured_region,
        mdtrtarea_admdvs=one.destination,
        begndate=one.valid_from,
        enddate=one.valid_until,
        reflin_medins_no=one.institution,
        point=one.facts.get("point", ""),
    )
