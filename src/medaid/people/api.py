"""Operators' routes over the register: a person, their identities as they stood and as we knew
them, the register of a region on a day, and filings by the agency. Every read leaves its trace."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from functools import partial
from typing import Any, Final

from medaid.access import service as access
from medaid.access.model import Purpose
from medaid.aws.rest.bodies import ListQuery, Page
from medaid.aws.rest.pages import page_of, paged
from medaid.aws.rest.table import Call, Owner, Routes
from medaid.aws.transaction import commit_or_refuse
from medaid.errors import BadInput, Refused
from medaid.ids import content_hash
from medaid.instants import parse_date, parse_instant
from medaid.people import service
from medaid.people.drops_api import ROUTES as DROPS
from medaid.people.lists import Listed, RegisterList
from medaid.people.model import Identity, PersonFile
from medaid.people.model.filings import Filer, FilingRequest
from medaid.people.sender_api import ROUTES as SENDERS
from medaid.people.shown import (
    AsOf,
    CertificateSearch,
    FilingBody,
    FilingQuery,
    FilingRow,
    FilingShown,
    Found,
    Identities,
    ListedRow,
    PastVersion,
    PersonShown,
    RegisterQuery,
    RegisterRow,
    RegisterSearch,
    Versions,
    show_facts,
    show_filing,
    show_identity,
    show_listed,
    show_past,
    show_person,
)
from medaid.regions import Region

__all__ = ["DROPS", "ROUTES"]

ROUTES: Final[Routes[None]] = Routes("people", "救助对象登记册")
__all__ = ["ROUTES", "SENDERS"]
_READERS: Final = ("intake", "auditor", "reviewer", "manager", "inspector")
_FILERS: Final = ("intake", "manager")
_ROLL_UP: Final = "苏医保办发〔2023〕27号 art. 6: a city reads the register of its counties"


@ROUTES.post(
    "/people/{admdvs}/search", "按证件查找", roles=_READERS, owner=Owner.WITHIN, cite=_ROLL_UP
)
def search_person(call: Call[None, CertificateSearch], admdvs: Region) -> Found:
    access.count_lookup(call.caller, Purpose.REGISTER, call.now)
    psn_no = service.person_by_certificate(call.body.psn_cert_type, call.body.certno)
    _read_file(call, admdvs, psn_no)
    return Found(psn_no=psn_no)


@ROUTES.get(
    "/people/{admdvs}/persons/{psn_no}", "人员档案",
    roles=_READERS, owner=Owner.WITHIN, cite=_ROLL_UP,
)  # fmt: skip
def get_person(call: Call[None, None], admdvs: Region, psn_no: str) -> PersonShown:
    return show_person(_file(call, admdvs, psn_no))


@ROUTES.get(
    "/people/{admdvs}/persons/{psn_no}/versions", "人员信息变更",
    roles=_READERS, owner=Owner.WITHIN, cite=_ROLL_UP,
)  # fmt: skip
def list_person_versions(call: Call[None, None], admdvs: Region, psn_no: str) -> Versions:
    _file(call, admdvs, psn_no)
    return Versions(rows=[show_facts(one) for one in service.person_versions(psn_no)])


@ROUTES.get(
    "/people/{admdvs}/persons/{psn_no}/history", "身份、参保、备案和人员信息的历次记录",
    roles=_READERS, owner=Owner.WITHIN, cite=_ROLL_UP, query=ListQuery,
)  # fmt: skip
def list_past_versions(call: Call[None, None], admdvs: Region, psn_no: str) -> Page[PastVersion]:
    _file(call, admdvs, psn_no)
    read = partial(service.entry_versions, psn_no)
    return paged(call.query, ("history", psn_no), read, show_past)


@ROUTES.get(
    "/people/{admdvs}/persons/{psn_no}/identities", "某日救助身份",
    roles=_READERS, owner=Owner.WITHIN, cite=_ROLL_UP, query=AsOf,
)  # fmt: skip
def list_identities_as_of(call: Call[None, None], admdvs: Region, psn_no: str) -> Identities:
    _file(call, admdvs, psn_no)
    day, known_at = _as_of(call)
    found = service.identities_as_of(psn_no, day, known_at)
    return Identities(rows=[show_identity(one) for one in found])


@ROUTES.post(
    "/people/{admdvs}/register/search", "按姓名、人员编号、类别、部门或村居查找",
    roles=_READERS, owner=Owner.WITHIN, cite=_ROLL_UP,
)  # fmt: skip
def search_register(call: Call[None, RegisterSearch], admdvs: Region) -> Page[ListedRow]:
    body = call.body
    asked = {kind: text for kind in RegisterList if (text := getattr(body, kind))}
    if len(asked) + bool(body.psn_no) != 1:
        rule = "姓名、人员编号、类别、部门、村居须且只须填写一项"
        raise BadInput("FIELD_REQUIRED", field="name", rule=rule)
    access.count_lookup(call.caller, Purpose.REGISTER, call.now)
    if body.psn_no:
        return _listed_person(call, admdvs, body.psn_no)
    ((kind, text),) = asked.items()
    found, cursor = page_of(
        body, ("listed", kind, text, admdvs), partial(service.listed_page, kind, text, admdvs)
    )
    _record_all(call, {(one.psn_no, one.identity.admdvs) for one in found})
    return Page(
        rows=[show_listed(one) for one in found],
        cursor=cursor,
        total=None if body.cursor else service.listed_total(kind, text, admdvs),
    )


def _listed_person(call: Call[None, Any], admdvs: Region, psn_no: str) -> Page[ListedRow]:
    """The identities of one person, all on one page."""
    file = _read_file(call, admdvs, psn_no)
    one = file.person
    rows = [Listed(psn_no, one.name, one.village, held) for held in file.identities]
    return Page(rows=[show_listed(row) for row in rows], total=len(rows))


def _record_all(call: Call[None, Any], seen: Iterable[tuple[str, str]]) -> None:
    """A record for each person that the answer shows, with the region of what was shown."""
    access.record_all(call.caller, sorted(seen), Purpose.REGISTER, call.now)


@ROUTES.get(
    "/people/{admdvs}/register", "某日救助对象名册",
    roles=_READERS, owner=Owner.WITHIN, cite=_ROLL_UP, query=RegisterQuery,
)  # fmt: skip
def list_register(call: Call[None, None], admdvs: Region) -> Page[RegisterRow]:
    day, known_at = _as_of(call)
    access.count_lookup(call.caller, Purpose.REGISTER, call.now)
    read = partial(service.register_page, admdvs, day, known_at)
    found, cursor = page_of(call.query, ("register", admdvs, day), read)
    _record_all(call, {(psn_no, one.admdvs) for psn_no, one in found})
    return Page(rows=[_register_row(one) for one in found], cursor=cursor)


def _register_row(one: tuple[str, Identity]) -> RegisterRow:
    psn_no, identity = one
    return RegisterRow(psn_no=psn_no, identity=show_identity(identity))


@ROUTES.get(
    "/people/{admdvs}/filings", "参保地或就医地的备案", roles=_READERS, owner=Owner.WITHIN,
    cite="人社部发〔2016〕120号(五): 建立异地就医备案人员库", query=FilingQuery,
)  # fmt: skip
def list_filings(call: Call[None, None], admdvs: Region) -> Page[FilingRow]:
    access.count_lookup(call.caller, Purpose.REGISTER, call.now)
    treated = call.query.end == "treated"
    read = partial(service.page_of_filings, admdvs, treated)
    found, cursor = page_of(call.query, ("filings", admdvs, call.query.end), read)
    _record_all(call, {(psn_no, one.insured_region) for psn_no, one in found})
    rows = [FilingRow(psn_no=psn_no, filing=show_filing(one)) for psn_no, one in found]
    return Page(rows=rows, cursor=cursor)


@ROUTES.post("/people/{admdvs}/persons/{psn_no}/filings", "备案", roles=_FILERS, status=201)
def create_filing(call: Call[None, FilingBody], admdvs: Region, psn_no: str) -> FilingShown:
    file = _file(call, admdvs, psn_no)
    body = call.body
    facts = {"point": body.point, "refl_old_mdtrt_id": body.proof}
    request = FilingRequest(
        body.kind,
        body.insu_admdvs,
        body.mdtrtarea_admdvs,
        parse_date(body.begndate, "begndate"),
        parse_date(body.enddate, "enddate") if body.enddate else None,
        body.reflin_medins_no,
        body.code,
        {name: text for name, text in facts.items() if text},
    )
    filing_id = content_hash("filing", admdvs, psn_no, body.model_dump_json())[:24].upper()
    filing, writes = service.filing_requested(file, request, Filer(admdvs), filing_id, call.now)
    commit_or_refuse(writes)
    return show_filing(filing)


@ROUTES.post(
    "/people/{admdvs}/persons/{psn_no}/filings/{filing_id}/cancel", "撤销备案", roles=_FILERS
)
def cancel_filing(
    call: Call[None, None], admdvs: Region, psn_no: str, filing_id: str
) -> FilingShown:
    file = _file(call, admdvs, psn_no)
    filing = next((one for one in file.filings if one.filing_id == filing_id), None)
    if filing is None:
        raise Refused("NOT_FOUND", field="filing_id", rule="没有该备案")
    commit_or_refuse(service.filing_withdrawn(psn_no, filing, Filer(admdvs), call.now))
    return show_filing(filing)


def _file(call: Call[None, Any], admdvs: Region, psn_no: str) -> PersonFile:
    """A look-up counted, and the person's file."""
    access.count_lookup(call.caller, Purpose.REGISTER, call.now)
    return _read_file(call, admdvs, psn_no)


def _read_file(call: Call[None, Any], admdvs: Region, psn_no: str) -> PersonFile:
    """The person's file, where they are insured or assisted in the region; the read is recorded. A
    person of another region is as unknown as nobody."""
    file, here = service.load_within(psn_no, admdvs, call.now)
    access.record(call.caller, psn_no, here, Purpose.REGISTER, call.now)
    return file


def _as_of(call: Call[None, Any]) -> tuple[date, datetime]:
    known_at = call.query.known_at
    return (
        parse_date(call.query.day, "day"),
        parse_instant(known_at, "known_at") if known_at else call.now,
    )
