"""What other packages call of people: read a person's file, and describe what changes in it
as writes.

Reads raise Refused `PERSON_UNKNOWN` where there is no such person, and Unavailable where storage
does not answer. Writes are values:
the acting service commits them together with its own (`medaid.aws.transaction.commit`) and is told
by label what lost:

Each line: label: lost because.

- people:certificate, people:person, people:insurance, people:identity: somebody recorded another
  version meanwhile.
- people:filing: it is already filed, or no longer.
- people:visit: the visit is no longer the version that was read, or the id is taken.
- people:totals: another settlement or reversal of the year came first.

Sources: 苏医保办发〔2023〕27号 art. 6 to 12 and 20; requirements J6 to J11, J20.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import date, datetime
from typing import TYPE_CHECKING

from medaid.aws.transaction import Write
from medaid.errors import BadInput, Refused
from medaid.instants import aware, civil_date
from medaid.people import store
from medaid.people.lists import Listed, RegisterList
from medaid.people.model import (
    Filing,
    Identity,
    Person,
    PersonFile,
    RegisterEntry,
    SettledParts,
    Visit,
    YearTotals,
)
from medaid.regions import Region

if TYPE_CHECKING:
    from medaid.people.model.filings import Filer, FilingRequest


def load(psn_no: str, from_year: int) -> PersonFile:
    """All that is known of the person now, with year totals of `from_year` and later.

    One consistent Query, whatever the person's history (paging only past 1 MB). Raises Refused
    PERSON_UNKNOWN, Unavailable.
    """
    file = store.person_file(psn_no, from_year)
    if file is None:
        raise Refused("PERSON_UNKNOWN", field="psn_no", rule="人员编号未登记")
    return file


def load_within(psn_no: str, region: Region, now: datetime) -> tuple[PersonFile, Region]:
    """The file of a person who is insured or assisted in `region` or below, and where. A person of
    another region is as unknown as nobody. Raises Refused PERSON_UNKNOWN, Unavailable."""
    file = load(psn_no, civil_date(now).year)
    here = next((one for one in regions_of(file) if region.contains(one)), None)
    if here is None:
        raise Refused("PERSON_UNKNOWN", field="psn_no", rule="人员编号未登记")
    return file, here


def regions_of(file: PersonFile) -> list[Region]:
    """Where the person is or was insured, then where it is recognised."""
    return [
        *(Region(i.admdvs) for i in file.insurances),
        *(Region(i.admdvs) for i in file.identities),
    ]


def persons(psn_nos: Iterable[str]) -> dict[str, Person]:
    """Persons by number, those that are known; a hundred in one call. Raises Unavailable."""
    return store.persons(psn_nos)


def person_by_certificate(cert_type: str, certno: str) -> str:
    """psn_no of a certificate's holder. The number may be written as people write it (old 15
    digits, `x`, full width, blanks).

    Raises BadInput CERTNO where the number cannot be one of that type, Refused PERSON_UNKNOWN,
    Unavailable.
    """
    from medaid.people import (
        certificate,
    )  # who settles by psn_no needs no certificate at cold start

    psn_no = store.person_of(*certificate.normal(cert_type, certno))
    if psn_no is None:
        raise Refused("PERSON_UNKNOWN", field="certno", rule="该证件号码未登记")
    return psn_no


def identities_as_of(psn_no: str, day: date, known_at: datetime) -> tuple[Identity, ...]:
    """Identities that stood on `day` as we knew it at `known_at` (J9, J11), the first to begin
    first. Empty where none did."""
    from medaid.people import rules  # versions are recorded by rosters, not at the counter

    return rules.as_known(store.identity_versions(psn_no), day, aware(known_at))


def register_page(
    admdvs: str,
    day: date,
    known_at: datetime,
    after: str,
    limit: int,
) -> tuple[list[tuple[str, Identity]], str]:
    """The page of the register as it stood on `day` (J6, J9) behind `after`, and behind what the
    next one begins (empty on the last).

    A province and a city read what lies below them. At most `limit` versions are read, so a page
    may hold fewer rows. Raises BadInput for a cursor that is none of this list's or for the nation,
    Unavailable.
    """
    found, ended = store.register_page(admdvs, day, after, limit)
    stood = [
        (psn_no, identity)
        for psn_no, identity in found
        if identity.known_at(aware(known_at)) and identity.stands_on(day)
    ]
    return stood, ended


def listed_page(
    kind: RegisterList, text: str, region: Region, after: str, limit: int
) -> tuple[list[Listed], str]:
    """The page behind `after` of the identities known now, of `region` and what lies below it, of
    persons of that name or village, or of that category or department; one Query, whatever the
    register's size. Raises BadInput for a category or department that is none, a cursor of another
    list or the nation, Unavailable."""
    from medaid.people.catalogue import catalogue  # as below

    known = {
        RegisterList.CATEGORY: catalogue().categories,
        RegisterList.DEPARTMENT: catalogue().departments,
    }.get(kind)
    if known is not None and text not in known:
        raise BadInput("CODE_UNKNOWN", field=kind, rule="、".join(known))
    return store.listed_page(kind, text, region, after, limit)


def listed_total(kind: RegisterList, text: str, region: Region) -> int | None:
    """How many rows that list has, as it is kept; None for a name, of which none is kept."""
    if kind not in store.KEPT_TOTALS:
        return None
    return store.listed_total(kind, text, region)


def entry_versions(
    psn_no: str, after: str, limit: int
) -> tuple[list[Person | RegisterEntry | Filing], str]:
    """What we once took for true of a person, page by page, each with the file and row it came
    from (可回溯, art. 8). Raises Unavailable."""
    return store.entry_versions(psn_no, after, limit)


def national_codes() -> dict[str, str]:
    """psn_idet_type by category, for an identity whose department reported none (J10). From
    `categories.toml`, with what trust it says."""
    from medaid.people.catalogue import (
        catalogue,
    )  # read only where it is asked for: the counter starts without it

    return {code: category.answer for code, category in catalogue().categories.items()}


def person_versions(psn_no: str) -> list[Person]:
    """Every version of a person's own facts with the file and row it came from, oldest first
    (可回溯, art. 8)."""
    return store.person_versions(psn_no)


def person_registered(person: Person, now: datetime) -> list[Write]:
    """A person not known before, certificate and all. Raises BadInput CERTNO for a number that
    cannot be."""
    from medaid.people import certificate  # as above

    cert_type, certno = certificate.normal(person.cert_type, person.certno)
    return store.person_registered(
        replace(person, cert_type=cert_type, certno=certno, recorded=aware(now))
    )


def person_changed(before: Person, after: Person, now: datetime) -> list[Write]:
    """New facts of a known person; the certificate and psn_no stay. The version before stays
    readable."""
    from medaid.people import rules  # versions are recorded by rosters, not at the counter

    return store.person_changed(before, replace(after, recorded=rules.later(now, before.recorded)))


def visit_opened(psn_no: str, visit: Visit) -> list[Write]:
    """A visit or stay registered, or open again after its settlement was taken back."""
    return store.visit_opened(psn_no, visit)


def registration_counted(psn_no: str, file: PersonFile) -> list[Write]:
    """One more registration, or a stay that goes on, decided on what `file` says of open visits:
    loses (`people:registrations`) where another one was decided on the same."""
    return store.registration_counted(psn_no, file.registrations)


def visit_changed(psn_no: str, before: Visit, after: Visit) -> list[Write]:
    """`after` has the next version number. AssertionError where it has not."""
    return store.visit_changed(psn_no, before, after)


def visit_closed(psn_no: str, visit: Visit) -> list[Write]:
    """Settled finally or cancelled: it leaves the file, conditional on its version."""
    return store.visit_closed(psn_no, visit)


def visit_settled(
    psn_no: str,
    visit: Visit,
    batches: Collection[str],
    before: YearTotals,
    after: YearTotals,
    parts: SettledParts | None = None,
) -> list[Write]:
    """All that a settlement of charge batches changes of the person: the visit and the year's
    totals. A visit stays open while lines of another batch wait, a stay that goes on with the
    `parts` that are settled; one that is closed already (version 0) must still be so."""
    waiting = {name: sums for name, sums in visit.lines.items() if name not in batches}
    if not visit.version:
        changed = store.visit_absent(psn_no, visit)
    elif waiting or parts is not None:
        after_it = visit.parts if parts is None else parts
        rest = replace(visit, lines=waiting, parts=after_it, version=visit.version + 1)
        changed = store.visit_changed(psn_no, visit, rest)
    else:
        changed = store.visit_closed(psn_no, visit)
    return [*changed, *store.totals_changed(psn_no, before, after)]


def totals_changed(psn_no: str, before: YearTotals, after: YearTotals) -> list[Write]:
    """The year's totals after a settlement or reversal. `before` is what was read (version 0: none
    yet), `after` has the next version."""
    return store.totals_changed(psn_no, before, after)


def page_of_filings(
    region: Region, treated: bool, after: str, limit: int
) -> tuple[list[tuple[str, Filing]], str]:
    """Filings that stand, page by page, with whose they are: of persons insured in `region` or
    below, or (`treated`) of who goes there (X5). Raises BadInput, Unavailable."""
    return store.filings_page(region, treated, after, limit)


def filing_requested(
    file: PersonFile, request: FilingRequest, filer: Filer, filing_id: str, now: datetime
) -> tuple[Filing, list[Write]]:
    """The filing that a request becomes beside those of the person, and its writes (J25, X5, Q5.3).
    Of two at once one loses.

    Raises Forbidden, BadInput, Conflict OVERLAP or Refused FILING_LATE: who may file what, when and
    for where is data with its clause (`filings.toml`).
    """
    from medaid.people import filings  # read only where somebody files

    filing = filings.filing_from(request, filer, filing_id, aware(now), file.filings)
    psn_no = file.person.psn_no
    return filing, [*store.filing_added(psn_no, filing), *registration_counted(psn_no, file)]


def filing_withdrawn(psn_no: str, filing: Filing, filer: Filer, now: datetime) -> list[Write]:
    """The filing no longer counts; the history keeps it. Raises Forbidden, Refused NOT_FOUND for
    who may not cancel it."""
    from medaid.people import filings  # as above

    filings.check_may_cancel(filing, filer)
    return store.filing_cancelled(psn_no, filing, aware(now))


def filing_added(psn_no: str, filing: Filing) -> list[Write]:
    """A filing that was decided on already; requests go through `filing_requested`."""
    return store.filing_added(psn_no, filing)


def filing_cancelled(psn_no: str, filing: Filing, now: datetime) -> list[Write]:
    """The filing no longer counts; the history keeps it."""
    return store.filing_cancelled(psn_no, filing, aware(now))
