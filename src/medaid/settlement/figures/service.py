"""Figures that an agency enters for its region: proposed, approved, ended, and read where pricing
misses one."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import date, datetime

from medaid.aws.transaction import Decided, transact
from medaid.benefit.service import PolicyFor
from medaid.ids import OfficerId, content_hash
from medaid.payments.service import get_officer
from medaid.policy.model import AgencyFigure, Policy
from medaid.policy.service import library, with_figures
from medaid.regions import Region
from medaid.settlement.figures import rules, store
from medaid.settlement.figures.model import EnteredFigure

Figures = tuple[EnteredFigure, ...]


def policies(policy_for: PolicyFor, stated: Collection[str] = ()) -> PolicyFor:
    """The same policies with what agencies have entered for them: a few small reads a minute.
    `stated` names amounts that a case states itself. Raises Unavailable."""

    def entered(insured: str, assisted: str, day: date) -> Policy:
        policy = policy_for(insured, assisted, day)
        regions = {one for region in (insured, assisted) if region for one in Region(region).chain}
        figures = [one for region in sorted(regions) for one in store.approved_figures(region)]
        return with_figures(policy, figures, stated)

    return entered


def list_figures(region: Region) -> Figures:
    """All that the region's agency has entered. Raises Unavailable."""
    return store.find_figures(region)[1]


def propose_figure(figure: AgencyFigure, title: str, by: str, now: datetime) -> EnteredFigure:
    """Keeps a figure until somebody else approves it; the same again is the same proposal.

    Raises BadInput, Conflict STATE, PolicyUndetermined where the region has no policy on its first
    day, Unavailable.
    """
    name = content_hash(repr(figure), title)[:12]
    named = figure._replace(figure_id=name)
    rules.check_proposal(named, library().policy_for(figure.region, figure.region, figure.begin))
    return _changed(figure.region, name, lambda held: rules.proposed(held, named, title, by, now))


def approve_figure(region: Region, figure_id: str, by: str, now: datetime) -> EnteredFigure:
    """Puts a proposal into force, or agrees to the end that was asked for. Raises as
    `rules.approved`, Unavailable."""
    second = get_officer(region, OfficerId(by))
    return _changed(region, figure_id, lambda held: rules.approved(held, figure_id, second, now))


def end_figure(region: Region, figure_id: str, last: date, by: str, now: datetime) -> EnteredFigure:
    """Asks for an earlier last day; what nobody approved yet is taken back. Raises as
    `rules.ended`, Unavailable."""
    return _changed(region, figure_id, lambda held: rules.ended(held, figure_id, last, by, now))


def _changed(region: str, figure_id: str, change: Callable[[Figures], Figures]) -> EnteredFigure:
    """The figure after `change`."""

    def decide() -> Decided[EnteredFigure]:
        version, before = store.find_figures(region)
        after = change(before)
        one = rules.found(after, figure_id)
        writes = [] if after == before else [store.replace_figures(region, version, after)]
        return Decided(one, writes)

    return transact(decide)
