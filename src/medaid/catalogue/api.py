"""Routes of the catalogue: files of its tables and the choice of limits and shares, two people
each; and what it says of a code."""

from __future__ import annotations

import base64
import binascii
from typing import Annotated, Final

from pydantic import Field, StringConstraints

from medaid.aws.rest.bodies import Admdvs, Body, DayText, Reason, Short, Shown
from medaid.aws.rest.table import Call, Routes
from medaid.aws.rest.texts import Day
from medaid.aws.rest.two_people import ApprovedShown, PublishedShown
from medaid.catalogue import releases, schemes
from medaid.catalogue.model.publishing import Release, Scheme, TypeRule
from medaid.catalogue.model.rows import CatalogueTable
from medaid.errors import BadInput
from medaid.regions import Region

ROUTES: Final[Routes[None]] = Routes("catalogue", "医保目录")
_OFFICERS: Final = ("manager",)


class ReleaseBody(Body):
    """A file of one table, in base64: csv or xlsx with headings; the national lists as the
    interface's text, zipped or not."""

    kind: CatalogueTable
    file: Short = Field(description="文件名")
    content: Annotated[str, StringConstraints(min_length=4, max_length=990_000)]


class ProblemShown(Shown):
    """A row that was not taken: row, column, value and the rule it breaks."""

    row: int
    column: str
    value: str
    code: str
    rule: str


class ReleaseShown(PublishedShown):
    """A file with who proposed and who published it (empty until then). `refused` rows do not
    count; `problems` holds the first of them."""

    release: str
    admdvs: Admdvs
    kind: CatalogueTable
    file: str
    rows: int
    refused: int
    problems: list[ProblemShown]
    codes_changed: int


class ReleasesShown(Shown):
    """The region's files, the latest first."""

    rows: list[ReleaseShown]


Word = Annotated[str, StringConstraints(min_length=1, max_length=20)]


class TypeBody(Body):
    """For whom a code of the region stands. What is left out says: whoever it is."""

    code: Word
    levels: Annotated[tuple[Word, ...], Field(max_length=10)] = ()
    age_from: Annotated[int, Field(ge=0, le=200)] = 0
    age_below: Annotated[int | None, Field(ge=1, le=200)] = None
    insutypes: Annotated[tuple[Word, ...], Field(max_length=20)] = ()
    cares: Annotated[tuple[Word, ...], Field(max_length=20)] = ()


class SchemeBody(Body):
    """What a document of the region sets from a day on."""

    begin: Day
    document: Short = Field(description="文号")
    title: Reason
    article: Short
    limit_types: Annotated[list[TypeBody], Field(max_length=100)]
    share_types: Annotated[list[TypeBody], Field(max_length=100)]


class TypeShown(Shown):
    """For whom a code stands."""

    code: str
    levels: list[str]
    age_from: int
    age_below: int | None
    insutypes: list[str]
    cares: list[str]


class SchemeShown(ApprovedShown):
    """A scheme with who proposed and who agreed (empty until then)."""

    scheme: str
    admdvs: Admdvs
    begin: DayText
    document: str
    title: str
    article: str
    limit_types: list[TypeShown]
    share_types: list[TypeShown]


class SchemesShown(Shown):
    """The region's schemes, in the order in which they were proposed."""

    rows: list[SchemeShown]


@ROUTES.get("/catalogue/{admdvs}/releases", "目录文件", roles=_OFFICERS)
def list_releases(_call: Call[None, None], admdvs: Region) -> ReleasesShown:
    return ReleasesShown(rows=[_release(one) for one in releases.list_releases(admdvs)])


@ROUTES.post("/catalogue/{admdvs}/releases", "提出目录文件", roles=_OFFICERS, status=201)
def propose_release(call: Call[None, ReleaseBody], admdvs: Region) -> ReleaseShown:
    body = call.body
    try:
        content = base64.b64decode(body.content, validate=True)
    except (binascii.Error, ValueError):
        raise BadInput("FIELD_FORMAT", field="content", rule="文件数据须为 base64") from None
    return _release(releases.propose_release(admdvs, body.kind, body.file, content, *call.signing))


@ROUTES.get("/catalogue/{admdvs}/releases/{release}", "查看目录文件", roles=_OFFICERS)
def get_release(_call: Call[None, None], admdvs: Region, release: str) -> ReleaseShown:
    return _release(releases.get_release(admdvs, release))


@ROUTES.post("/catalogue/{admdvs}/releases/{release}/publish", "发布目录文件", roles=_OFFICERS)
def publish_release(call: Call[None, None], admdvs: Region, release: str) -> ReleaseShown:
    return _release(releases.publish_release(admdvs, release, *call.signing))


@ROUTES.get("/catalogue/{admdvs}/schemes", "限价和自付类型的规定", roles=_OFFICERS)
def list_schemes(_call: Call[None, None], admdvs: Region) -> SchemesShown:
    return SchemesShown(rows=[_scheme(one) for one in schemes.list_schemes(admdvs)])


@ROUTES.post("/catalogue/{admdvs}/schemes", "提出限价和自付类型的规定", roles=_OFFICERS, status=201)
def propose_scheme(call: Call[None, SchemeBody], admdvs: Region) -> SchemeShown:
    body = call.body
    new = Scheme(
        "",
        admdvs,
        body.begin,
        body.document,
        body.title,
        body.article,
        tuple(_kind(one) for one in body.limit_types),
        tuple(_kind(one) for one in body.share_types),
        *call.signing,
    )
    return _scheme(schemes.propose_scheme(new))


@ROUTES.post(
    "/catalogue/{admdvs}/schemes/{scheme}/approve", "同意限价和自付类型的规定", roles=_OFFICERS
)
def approve_scheme(call: Call[None, None], admdvs: Region, scheme: str) -> SchemeShown:
    return _scheme(schemes.approve_scheme(admdvs, scheme, *call.signing))


def _kind(body: TypeBody) -> TypeRule:
    if body.age_below is not None and body.age_below <= body.age_from:
        raise BadInput("FIELD_FORMAT", field="age_below", rule="须大于 age_from")
    return TypeRule(
        body.code,
        frozenset(body.levels),
        body.age_from,
        body.age_below,
        frozenset(body.insutypes),
        frozenset(body.cares),
    )


def _release(one: Release) -> ReleaseShown:
    return ReleaseShown.of(
        one,
        release=one.release_id,
        admdvs=one.region,
        problems=[ProblemShown.of(problem) for problem in one.problems],
    )


def _shown_type(one: TypeRule) -> TypeShown:
    return TypeShown.of(
        one, levels=sorted(one.levels), insutypes=sorted(one.insutypes), cares=sorted(one.cares)
    )


def _scheme(one: Scheme) -> SchemeShown:
    return SchemeShown.of(
        one,
        scheme=one.scheme_id,
        admdvs=one.region,
        limit_types=[_shown_type(kind) for kind in one.limit_types],
        share_types=[_shown_type(kind) for kind in one.share_types],
    )
