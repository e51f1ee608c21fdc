"""The plan of a cover year: who of the register is subsidised, and by whom their contribution is
paid (J14, J15, J21, N8).

A run reads the register page by page as it was known when the run began; each person's contribution
is written once, under the person and the year. Run again it finds what stands and changes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final

from medaid.aws.transaction import Decided, Write, transact
from medaid.enrolment import eligibility, rules, store
from medaid.enrolment.model import (
    Contribution,
    ContributionState,
    Eligibility,
    EnrolmentCase,
    EnrolmentRun,
    EnrolmentWay,
    Recognition,
    RowOutcome,
    RunKind,
    RunRow,
    SplitContribution,
)
from medaid.errors import PolicyUndetermined
from medaid.instants import age_on, aware, civil_date
from medaid.people import enrolments
from medaid.people import service as people
from medaid.people.model import Identity, Insurance, PersonFile
from medaid.people.model import Source as PeopleSource
from medaid.policy.model import Facts
from medaid.policy.service import library
from medaid.regions import Region
from medaid.settlement.service import person_group

_GROWN: Final = ("adult", "elderly")
"""Groups of a grown person whom nobody reported as one of them: a student is reported by the
school."""
_OTHER_COVER: Final = frozenset({"310", "340"})
"""Schemes beside which nobody is enrolled as a resident (N9)."""


def plan_person(run: EnrolmentRun, psn_no: str, region: Region, now: datetime) -> RunRow:
    """Decides on one person of the register and writes what follows: the contribution, the
    enrolment where nothing is left to pay, the end of a waiting period (J21), the row of the run.
    Raises Unavailable."""
    figures = library().cover_figures(run.region, run.cover_year)
    source = PeopleSource(run.run_id, 1)

    def decide() -> Decided[RunRow]:
        file = people.load(psn_no, run.cover_year)
        item, held = store.find_contribution(psn_no, run.cover_year, run.region)
        today = civil_date(now)
        day = run.day if run.kind is RunKind.PLAN else max(run.day, today)
        case = _case(run.region, run.cover_year, day, run.known_at, figures, file, held, now)
        found = eligibility.eligibility(case)
        row, after = _outcome(run, figures, file, region, held, found, now)
        writes: list[Write] = [store.put_row(run.run_id, row)]
        begun: list[Write] = []
        if after is not None:
            writes.append(store.put_contribution(item, after))
            begun = enrolled(file, after, source, now)
        if any(one.stands_on(today) for one in case.recognitions):
            begun = begun or enrolments.waiting_ended(file, rules.RESIDENT, today, now)
        return Decided(row, [*writes, *begun])

    return transact(decide)


def judged(
    held: Contribution, region: Region, now: datetime
) -> tuple[Eligibility, SplitContribution | None]:
    """Whether somebody who paid first is subsidised, and who pays what then. Raises
    PolicyUndetermined."""
    figures = library().cover_figures(region.pooling, held.cover_year)
    file = people.load(held.psn_no, held.cover_year)
    today = civil_date(now)
    found = eligibility.eligibility(
        _case(region.pooling, held.cover_year, today, now, figures, file, held, now)
    )
    if found.way is None:
        return found, None
    return found, split_of(figures, held.cover_year, file, found.categories, held.psn_type)


def _case(
    region: Region,
    cover_year: int,
    day: date,
    known_at: datetime,
    figures: rules.Figures,
    file: PersonFile,
    held: Contribution | None,
    now: datetime,
) -> EnrolmentCase:
    known = enrolments.known_identities(file.person.psn_no, known_at)
    today = civil_date(now)
    own = held if held is not None and held.way is EnrolmentWay.SELF else None
    return EnrolmentCase(
        cover_year,
        today,
        eligibility.window_of(figures, cover_year),
        day,
        tuple(_recognition(one) for one in known if region.contains(Region(one.admdvs))),
        own.paid_on if own is not None else None,
        has_other_cover(file, max(today, date(cover_year, 1, 1))),
        eligibility.allows_afterwards(figures),
    )


def _recognition(one: Identity) -> Recognition:
    return Recognition(one.category, one.start, one.last_day)


def has_other_cover(file: PersonFile, day: date) -> bool:
    """Whether a scheme beside the residents' covers the person on `day`."""
    return any(one.insutype in _OTHER_COVER and one.covers(day) for one in file.insurances)


def _outcome(
    run: EnrolmentRun,
    figures: rules.Figures,
    file: PersonFile,
    region: Region,
    held: Contribution | None,
    found: Eligibility,
    now: datetime,
) -> tuple[RunRow, Contribution | None]:
    psn_no = file.person.psn_no
    if held is not None and held.way is not EnrolmentWay.SELF:
        mine = held.run == run.run_id
        told = "已纳入" if mine else f"已由 {held.run or '先前的申请'} 纳入"
        amounts = held.parts._asdict() if mine else {}
        return RunRow(psn_no, RowOutcome.TAKEN, (told,), amounts), None
    if found.way is None:
        return RunRow(psn_no, RowOutcome.OUT, (found.reason,)), None
    try:
        split = split_of(figures, run.cover_year, file, found.categories, psn_type(file))
    except PolicyUndetermined as silent:
        return RunRow(psn_no, RowOutcome.REVIEW, (silent.rule,)), None
    if not split.category:
        return RunRow(psn_no, RowOutcome.OUT, ("该救助类型没有参保资助",)), None
    if found.way in (EnrolmentWay.REFUND, EnrolmentWay.AFTERWARDS):
        return RunRow(psn_no, RowOutcome.REVIEW, (found.reason,), split.parts._asdict()), None
    after = contribution(run, file, region, split, found.way, now)
    return RunRow(psn_no, RowOutcome.TAKEN, (found.reason,), split.parts._asdict()), after


def split_of(
    figures: rules.Figures, cover_year: int, file: PersonFile, categories: Sequence[str], kind: str
) -> SplitContribution:
    """Who pays what for the person, of the `kind` of resident that was reported. Where none was,
    every class that it may be has to give the same. Raises as `rules.split_for`."""
    age = age_on(file.person.birth, date(cover_year, 1, 1))
    group = person_group(kind, age) if kind else None
    groups = [group] if group else ["minor"] if age is not None and age < 18 else [*_GROWN]
    found = [
        rules.split_for(
            figures,
            cover_year,
            Facts(insutype=rules.RESIDENT, person_group=one, age=age, sex=file.person.sex or None),
            categories,
        )
        for one in groups
    ]
    if any(one.parts != found[0].parts for one in found):
        rule = "个人缴费标准按人员类别区分,须提供人员类别(psn_type)"
        raise PolicyUndetermined("FACT_MISSING", field="psn_type", rule=rule)
    return found[0]


def psn_type(file: PersonFile) -> str:
    """The kind of resident that was last reported; empty where nobody did."""
    held = [one for one in file.insurances if one.insutype == rules.RESIDENT]
    return max(held, key=lambda one: one.begin).psn_type if held else ""


def contribution(
    run: EnrolmentRun,
    file: PersonFile,
    region: Region,
    split: SplitContribution,
    way: EnrolmentWay,
    now: datetime,
) -> Contribution:
    """The planned contribution: from the first day of the cover year, or from the day of the run
    where that has begun; no waiting period for the assisted (J21)."""
    first = date(run.cover_year, 1, 1)
    return Contribution(
        file.person.psn_no,
        region,
        run.cover_year,
        split.parts,
        way,
        split.category,
        split.cites,
        ContributionState.PLANNED,
        psn_type(file),
        max(first, civil_date(now)),
        date(run.cover_year, 12, 31),
        None,
        run.run_id,
        at=aware(now),
    )


def enrolled(
    file: PersonFile, one: Contribution, source: PeopleSource, now: datetime
) -> list[Write]:
    """The enrolment that a contribution gives once nothing is left for the person to pay; nothing
    where it stands already. Raises Conflict OVERLAP."""
    if not one.is_settled:
        return []
    held = Insurance(
        rules.RESIDENT, one.region.pooling, "1", one.psn_type, one.begin, one.end, source,
        benefit_begin=one.benefit_begin,
    )  # fmt: skip
    return enrolments.enrolment_recorded(file, held, now)
