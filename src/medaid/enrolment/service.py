"""Use cases of enrolment: what a cover year's figures say in a region (J14, N1), and from when a
person who enrols may draw benefits (J21)."""

from __future__ import annotations

from dataclasses import dataclass

from medaid.enrolment import rules
from medaid.enrolment.model import EnrolmentFacts, SplitContribution, Waiting
from medaid.errors import PolicyUndetermined
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
