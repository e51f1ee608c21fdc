"""Operators' routes over the register: a person, their identities as they stood and as we knew
them, the register of a region on a day, and filings by the agency. Every read leaves its trace."""

from __future__ import annotations

from datetime import date, datetime
from functools import partial
from typing import Any, Final

from medaid.access import service as access
from medaid.access.model import Purpose
from medaid.aws.rest.bodies import Page
from medaid.aws.rest.pages import paged
from medaid.aws.rest.table import Call, Owner, Routes
from medaid.aws.transaction import commit_or_refuse
from medaid.errors import Refused
from medaid.ids import content_hash
from medaid.instants import civil_date, parse_date, parse_instant
from medaid.people import service
from medaid.people.model import Filer, FilingRequest, Identity, PersonFile
from medaid.people.shown import (
    AsOf,
    CertificateSearch,
    FilingBody,
    FilingShown,
    Found,
    Identities,
    PersonShown,
    PersonVersion,
    RegisterQuery,
    RegisterRow,
    Versions,
    show_filing,
    show_identity,
    show_person,
)
from medaid.regions import Region

ROUTES: Final[Routes[None]] = Routes("people", "救助对象登记册")
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
    return Versions(
        rows=[
            PersonVersion.of(
                one,
                batch=one.source.batch if one.source else "",
                row=one.source.row if one.source else 0,
            )
            for one in service.person_versions(psn_no)
        ]
    )


@ROUTES.get(
    "/people/{admdvs}/persons/{psn_no}/identities", "某日救助身份",
    roles=_READERS, owner=Owner.WITHIN, cite=_ROLL_UP, query=AsOf,
)  # fmt: skip
def list_identities_as_of(call: Call[None, None], admdvs: Region, psn_no: str) -> Identities:
    _file(call, admdvs, psn_no)
    day, known_at = _as_of(call)
    found = service.identities_as_of(psn_no, day, known_at)
    return Identities(rows=[show_identity(one) for one in found])


@ROUTES.get(
    "/people/{admdvs}/register", "某日救助对象名册",
    roles=_READERS, owner=Owner.WITHIN, cite=_ROLL_UP, query=RegisterQuery,
)  # fmt: skip
def list_register(call: Call[None, None], admdvs: Region) -> Page[RegisterRow]:
    day, known_at = _as_of(call)
    access.count_lookup(call.caller, Purpose.REGISTER, call.now)
    read = partial(service.register_page, admdvs, day, known_at)
    return paged(call.query, ("register", admdvs, day), read, _register_row)


def _register_row(one: tuple[str, Identity]) -> RegisterRow:
    psn_no, identity = one
    return RegisterRow(psn_no=psn_no, identity=show_identity(identity))


@ROUTES.post("/people/{admdvs}/persons/{psn_no}/filings", "异地就医备案", roles=_FILERS, status=201)
def create_filing(call: Call[None, FilingBody], admdvs: Region, psn_no: str) -> FilingShown:
    _file(call, admdvs, psn_no)
    body = call.body
    request = FilingRequest(
        body.kind,
        body.insu_admdvs,
        body.mdtrtarea_admdvs,
        parse_date(body.begndate, "begndate"),
        parse_date(body.enddate, "enddate") if body.enddate else None,
        body.reflin_medins_no,
    )
    filing_id = content_hash("filing", admdvs, psn_no, body.model_dump_json())[:24].upper()
    filing, writes = service.filing_requested(psn_no, request, Filer(admdvs), filing_id, call.now)
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
    file = service.load(psn_no, civil_date(call.now).year)
    regions = [*(i.admdvs for i in file.insurances), *(i.admdvs for i in file.identities)]
    here = next((one for one in regions if admdvs.contains(Region(one))), None)
    if here is None:
        raise Refused("PERSON_UNKNOWN", field="psn_no", rule="人员编号未登记")
    access.record(call.caller, psn_no, here, Purpose.REGISTER, call.now)
    return file


def _as_of(call: Call[None, Any]) -> tuple[date, datetime]:
    known_at = call.query.known_at
    return (
        parse_date(call.query.day, "day"),
        parse_instant(known_at, "known_at") if known_at else call.now,
    )
