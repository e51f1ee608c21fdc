"""Use cases of enrolment: what a cover year's figures say in a region (J14, N1), and from when a
person who enrols may draw benefits (J21)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from medaid.aws.transaction import commit
from medaid.enrolment import claims, rules, store
from medaid.enrolment.claims import decide_head as decide_head
from medaid.enrolment.claims import reject_claim as reject_claim
from medaid.enrolment.claims import sign_claim as sign_claim
from medaid.enrolment.model import (
    Contribution,
    ContributionState,
    EnrolmentFacts,
    EnrolmentRun,
    HeadFinding,
    RunKind,
    SplitContribution,
    Waiting,
)
from medaid.enrolment.refunds import apply_for_refund as apply_for_refund
from medaid.enrolment.refunds import decide_refund as decide_refund
from medaid.enrolment.refunds import pause_enrolment as pause_enrolment
from medaid.enrolment.runs import begin_claim as begin_claim
from medaid.enrolment.runs import begin_daily as begin_daily
from medaid.enrolment.runs import begin_plan as begin_plan
from medaid.enrolment.store import page_of_rows as page_of_rows
from medaid.enrolment.store import page_of_runs as page_of_runs
from medaid.errors import PolicyUndetermined, Refused
from medaid.people.model import CATEGORIES
from medaid.policy.model import Facts
from medaid.policy.service import library
from medaid.regions import Region


@dataclass(frozen=True, slots=True)
class Standard:
    """The contribution of one class of residents for one category, or why there is none."""

    facts: Facts
    category: str
    split: SplitContribution | None
    undetermined: str = ""


def list_standards(region: Region, cover_year: int) -> list[Standard]:
    """The contribution of each class, without a category and for each that is subsidised or whose
    figure is missing. Raises PolicyUndetermined for a cover year without figures, naming the
    clause."""
    figures = library().cover_figures(region, cover_year)
    classes = rules.classes_of(figures)
    if not classes:
        rules.contribution_of(figures, cover_year, Facts())
    return [
        one
        for facts in classes
        for category in ("", *CATEGORIES)
        if (one := _standard(figures, cover_year, facts, category)) is not None
    ]


def _standard(
    figures: rules.Figures, cover_year: int, facts: Facts, category: str
) -> Standard | None:
    held = {category} if category else ()
    try:
        split = rules.split_for(figures, cover_year, facts, held)
    except PolicyUndetermined as silent:
        return Standard(facts, category, None, silent.rule)
    subsidised = split.category == category
    return Standard(facts, category, split) if subsidised else None


def find_waiting(region: Region, facts: EnrolmentFacts) -> Waiting:
    """The waiting period of an enrolment in `region`. Raises PolicyUndetermined FIGURE_MISSING for
    what no document of the region says."""
    figures = library().cover_figures(region, facts.enrolled_on.year)
    return rules.waiting_for(figures, region, facts)


def get_contribution(region: Region, cover_year: int, psn_no: str) -> Contribution:
    """One person's contribution in the pooling region of `region`. Raises Refused NOT_FOUND,
    Unavailable."""
    held = store.find_contribution(psn_no, cover_year, region)[1]
    if held is None or not region.contains(held.region):
        raise Refused("NOT_FOUND", field="psn_no", rule="该参保年度没有缴费记录")
    return held


def verified_heads(region: Region, year: int) -> tuple[int, str]:
    """How many residents a year's budget may count on, and of what: the heads that signed claims of
    fiscal money hold of the last register of 30 June before it, or of its own (J30, N9). 0 for a
    region that does not pool, and where nothing is signed. Raises Unavailable."""
    if region != region.pooling:
        return 0, ""
    for cover_year in (year, year - 1):
        signed = claims.signed_runs(region, cover_year, RunKind.FISCAL)
        heads = sum(
            run.counts.get(claims.HEADS, 0) - run.counts.get(f"{claims.HEADS}_back", 0)
            for run in signed
        )
        if heads:
            last = signed[-1].number
            return heads, f"{cover_year}年6月30日参保登记中经核实并已签发申报的人数(至第{last}批)"
    return 0, ""


def subsidised(region: Region, cover_year: int, psn_nos: Iterable[str]) -> set[str]:
    """Of these people those whose contribution in the pooling region of `region` is subsidised and
    of whom nothing is left to be paid (资助参保); a hundred in one call. Raises Unavailable."""
    held = store.contributions_of(psn_nos, cover_year, region)
    return {one.psn_no for one in held if one.parts.subsidy and one.is_settled}


def page_of_contributions(
    region: Region, cover_year: int, state: ContributionState, after: str, limit: int
) -> tuple[list[Contribution], str]:
    """At most `limit` contributions in a state behind `after`; one Query. Raises BadInput for an
    `after` of another list or the nation, Unavailable."""
    return store.page_of_contributions(region, cover_year, state, after, limit)


def record_finding(region: Region, finding: HeadFinding) -> None:
    """Keeps what another office says of a person who has a contribution in `region`; the next claim
    goes by it (N9). Raises Refused NOT_FOUND for others, Unavailable."""
    contributions, _ = store.of_person(finding.psn_no)
    if not any(region.contains(one.region) for one in contributions):
        raise Refused("NOT_FOUND", field="psn_no", rule="该人员在本地区没有缴费记录")
    commit([store.put_finding(finding)])


def get_claim(region: Region, kind: RunKind, cover_year: int, number: int) -> EnrolmentRun:
    """A run. Raises Refused NOT_FOUND, Unavailable."""
    return claims.get_run(region, kind, cover_year, number)[1]
