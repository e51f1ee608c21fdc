"""Routes of the working calendar: the installation publishes everybody's years, a region adds days
of its own; two people each."""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import StringConstraints

from medaid.aws import calendars
from medaid.aws.rest.bodies import Body, Shown
from medaid.aws.rest.table import Call, Owner, Routes
from medaid.aws.rest.two_people import PublishedShown
from medaid.regions import NATION, Region
from medaid.workcalendar import service
from medaid.workcalendar.service import CalendarProposal

ROUTES: Final[Routes[None]] = Routes("calendar", "工作日历")
_OFFICERS: Final = ("manager",)


class CalendarFile(Body):
    """The file as TOML text, as `src/medaid/calendar/<year>.toml` is written; a region's with
    `region`, `year` and `[[day]]`."""

    toml: Annotated[str, StringConstraints(min_length=1, max_length=20_000)]


class CalendarProposalShown(PublishedShown):
    """A proposal with who proposed and who published it (Beijing time; empty until then)."""

    proposal: str
    scope: str
    year: int


class FileProblem(Shown):
    """A calendar file that does not read and was left out."""

    file: str
    problem: str


class CalendarShown(Shown):
    """The calendar in force: its version, its years, and files that were left out."""

    version: str
    years: list[int]
    last_day: str
    problems: list[FileProblem]


@ROUTES.get("/calendar/years", "现行工作日历", roles=_OFFICERS, owner=Owner.OBJECT)
def get_calendar(call: Call[None, None]) -> CalendarShown:
    now = calendars.current(call.now)
    return CalendarShown(
        version=now.version,
        years=[year.year for year in now.years],
        last_day=now.last_day.isoformat(),
        problems=[
            FileProblem(file=file, problem=problem)
            for file, problem in calendars.problems(call.now)
        ],
    )


@ROUTES.post(
    "/calendar/years", "提出年度工作日历", roles=_OFFICERS, owner=Owner.INSTALLATION, status=201
)
def propose_year(call: Call[None, CalendarFile]) -> CalendarProposalShown:
    return _shown(service.propose(Region(NATION), call.body.toml, *call.signing))


@ROUTES.post(
    "/calendar/years/{proposal}/publish", "发布年度工作日历",
    roles=_OFFICERS, owner=Owner.INSTALLATION,
)  # fmt: skip
def publish_year(call: Call[None, None], proposal: str) -> CalendarProposalShown:
    return _shown(service.publish(Region(NATION), proposal, *call.signing))


@ROUTES.post("/calendar/{admdvs}/days", "提出地方假日", roles=_OFFICERS, status=201)
def propose_days(call: Call[None, CalendarFile], admdvs: Region) -> CalendarProposalShown:
    return _shown(service.propose(admdvs, call.body.toml, *call.signing))


@ROUTES.post("/calendar/{admdvs}/days/{proposal}/publish", "发布地方假日", roles=_OFFICERS)
def publish_days(call: Call[None, None], admdvs: Region, proposal: str) -> CalendarProposalShown:
    return _shown(service.publish(admdvs, proposal, *call.signing))


@ROUTES.get("/calendar/{admdvs}/days/{proposal}", "查看提议", roles=_OFFICERS)
def get_proposal(call: Call[None, None], admdvs: Region, proposal: str) -> CalendarProposalShown:
    return _shown(service.find_proposal(admdvs, proposal))


def _shown(one: CalendarProposal) -> CalendarProposalShown:
    return CalendarProposalShown.of(one, proposal=one.proposal_id)
