"""Routes of enrolment: the standards of a cover year and the waiting period."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from medaid.aws.rest.bodies import Body, DayText, Page, Shown, YuanText
from medaid.aws.rest.pages import whole
from medaid.aws.rest.table import Call, Owner
from medaid.aws.rest.texts import Day
from medaid.enrolment import service
from medaid.enrolment.api.table import READERS, ROLL_UP, ROUTES
from medaid.enrolment.model import EnrolmentFacts, NoWaiting
from medaid.enrolment.service import Standard
from medaid.months import Year
from medaid.people.model import CATEGORIES
from medaid.policy.vocabulary import value_name
from medaid.regions import Region

Years = Annotated[int, Field(ge=0, le=100)]


class StandardShown(Shown):
    """Who pays which part of the contribution of one class and category; where that is not known,
    `undetermined` says what is asked for and the parts are null."""

    person_group: str
    person_group_name: str
    category: str
    category_name: str
    total: YuanText | None
    person: YuanText | None
    assistance: YuanText | None
    treasury: YuanText | None
    cites: list[str]
    undetermined: str


class WaitingPeriodQuery(Body):
    """What decides a waiting period. `exempt` names for whom there is none."""

    enrolled_on: Day
    late: bool = False
    missed_years: Years = 0
    repaired_years: Years = 0
    exempt: NoWaiting | None = None
    recognised_on: Day | None = None


class WaitingPeriodShown(Shown):
    """Months of waiting and the first day of benefits, with the clauses."""

    fixed: int
    variable: int
    first_day: DayText
    why: list[str]


@ROUTES.get(
    "/enrolment/{admdvs}/standards/{cover_year}", "某参保年度的个人缴费和资助标准",
    roles=READERS, owner=Owner.WITHIN, cite=ROLL_UP,
)  # fmt: skip
def list_standards(
    _call: Call[None, None], admdvs: Region, cover_year: Year
) -> Page[StandardShown]:
    return whole(_standard(one) for one in service.list_standards(admdvs, cover_year))


@ROUTES.get(
    "/enrolment/{admdvs}/waiting", "待遇等待期测算", roles=READERS, owner=Owner.WITHIN,
    cite=ROLL_UP, query=WaitingPeriodQuery,
)  # fmt: skip
def show_waiting(call: Call[None, None], admdvs: Region) -> WaitingPeriodShown:
    asked: WaitingPeriodQuery = call.query
    facts = EnrolmentFacts(
        asked.enrolled_on,
        asked.late,
        asked.missed_years,
        asked.repaired_years,
        frozenset({asked.exempt} if asked.exempt else ()),
        asked.recognised_on,
    )
    found = service.find_waiting(admdvs, facts)
    return WaitingPeriodShown.of(found, why=list(found.why))


def _standard(one: Standard) -> StandardShown:
    group, parts = one.facts.person_group or "", one.split.parts if one.split else None
    return StandardShown(
        person_group=group,
        person_group_name=value_name("person_group", group) if group else "居民",
        category=one.category,
        category_name=CATEGORIES.get(one.category, ""),
        total=parts.total if parts else None,
        person=parts.person if parts else None,
        assistance=parts.assistance if parts else None,
        treasury=parts.treasury if parts else None,
        cites=list(one.split.cites) if one.split else [],
        undetermined=one.undetermined,
    )
