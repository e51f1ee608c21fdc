"""Routes of plans and daily enrolment, and of the runs that they and claims are."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Any

from medaid.aws.rest.bodies import (
    Admdvs,
    Body,
    DayText,
    InstantText,
    ListQuery,
    NameOf,
    Page,
    Shown,
    YuanText,
)
from medaid.aws.rest.pages import paged
from medaid.aws.rest.table import Call, Owner
from medaid.aws.rest.texts import Day
from medaid.enrolment import service
from medaid.enrolment.api.table import READERS, ROLL_UP, ROUTES
from medaid.enrolment.model import EnrolmentRun
from medaid.months import Year
from medaid.regions import Region


class PlanBody(Body):
    """`identity_day`, on which identities count, where no document of the region names it."""

    identity_day: Day | None = None


class RunShown(Shown):
    """A run: which version of the register it read (`known_at`), how far it is, what it found."""

    run_id: str
    region: Admdvs
    kind: str
    cover_year: int
    number: int
    day: DayText
    known_at: InstantText
    by: str
    by_name: Annotated[str, NameOf("by", "known_at")] = ""
    state: str
    read: int
    counts: dict[str, int]
    sums: dict[str, YuanText]
    rates: dict[str, YuanText]
    cites: list[str]
    ended: InstantText


@ROUTES.post(
    "/enrolment/{admdvs}/plans/{cover_year}", "集中参保核定", roles=("manager",), status=201
)
def begin_plan(call: Call[None, PlanBody], admdvs: Region, cover_year: Year) -> RunShown:
    day = call.body.identity_day
    return show_run(service.begin_plan(admdvs, cover_year, day, call.by, call.now))


@ROUTES.post(
    "/enrolment/{admdvs}/daily/{cover_year}", "日常参保核定", roles=("manager",), status=201
)
def begin_daily(call: Call[None, None], admdvs: Region, cover_year: Year) -> RunShown:
    return show_run(service.begin_daily(admdvs, cover_year, call.by, call.now))


@ROUTES.get(
    "/enrolment/{admdvs}/runs", "核定和申报批次", roles=READERS, owner=Owner.WITHIN, cite=ROLL_UP,
    query=ListQuery,
)  # fmt: skip
def list_runs(call: Call[None, None], admdvs: Region) -> Page[RunShown]:
    read = partial(service.page_of_runs, admdvs)
    return paged(call.query, ("enrolment runs", admdvs), read, show_run)


def show_run(one: EnrolmentRun) -> RunShown:
    """A run as it is shown."""
    return RunShown.of(one, **run_fields(one))


def run_fields(one: EnrolmentRun) -> dict[str, Any]:
    """The fields of a run that are shown in another form."""
    return {
        "counts": dict(one.counts),
        "sums": dict(one.sums),
        "rates": dict(one.rates),
        "cites": list(one.cites),
    }
