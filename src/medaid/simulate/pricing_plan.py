"""What to do with each kind of claim: refuse it with a code, walk one table, walk one for each
category, or price it singly."""

from __future__ import annotations

from typing import Final, NamedTuple

from medaid.benefit.model import Bill, Claim, Facts
from medaid.benefit.service import eligible_categories, planned_for
from medaid.errors import MedaidError
from medaid.money import Fen
from medaid.policy.model import NO_CATEGORY, Policy
from medaid.policy.vocabulary import Care
from medaid.simulate.layer_shape import Shape, split
from medaid.simulate.model import LayerName
from medaid.simulate.population import Kind
from medaid.simulate.tables import PlanTable

NO_BILL: Final = Bill(Fen(0), Fen(0))


class PlannedCategory(NamedTuple):
    """One category's plan: which table, which of its rows."""

    category: int
    table: int
    plan: int


class PricingPlan(NamedTuple):
    """`refusal` is a code's index, or 0; `fallback` names a shape that the columns do not cover."""

    refusal: int = 0
    early: bool = False
    """Refused for want of a policy, before the bill is looked at."""
    fallback: str = ""
    candidates: tuple[PlannedCategory, ...] = ()
    inpatient: bool = False


class _Uncovered(Exception):
    """The columns do not cover a shape of these clauses."""


class PlanCache:
    """Recipes, tables and names of one set of packs; grows as new kinds of claims are met."""

    def __init__(self) -> None:
        self.tables: list[PlanTable] = []
        self._shapes: dict[Shape, int] = {}
        self._known: dict[object, PricingPlan] = {}
        self.refusals: list[str] = [""]
        self.causes: list[str] = [""]
        self._refused: dict[tuple[str, str], int] = {}
        self.categories: list[str] = [NO_CATEGORY]
        self.layers: dict[str, LayerName] = {}

    def pricing_plan(self, kind: Kind, stay_no: int | None) -> PricingPlan:
        """The pricing_plan for claims of `kind`; `stay_no` where the year's order gives it."""
        policy = kind.policy if isinstance(kind.policy, str) else kind.policy.version
        key = (policy, kind.categories, kind.facts, stay_no)
        if key not in self._known:
            self._known[key] = self._made(kind, stay_no)
        return self._known[key]

    def _made(self, kind: Kind, stay_no: int | None) -> PricingPlan:
        if isinstance(kind.policy, str):
            code, _, region = kind.policy.partition(":")
            return PricingPlan(self.refusal(code, region), early=True)
        # names and values are those of Facts
        facts = Facts(**dict(kind.facts))  # type: ignore[arg-type]
        if stay_no is not None:
            facts = facts._replace(stay_no=stay_no)
        inpatient = facts.care == Care.INPATIENT
        try:
            return PricingPlan(
                candidates=self._candidates(kind.policy, kind.categories, facts),
                inpatient=inpatient,
            )
        except MedaidError as refusal:
            return PricingPlan(self.refusal(refusal.code, refusal.field))
        except _Uncovered as shape:
            return PricingPlan(fallback=str(shape), inpatient=inpatient)

    def _candidates(
        self, policy: Policy, categories: tuple[str, ...], facts: Facts
    ) -> tuple[PlannedCategory, ...]:
        claim, found = Claim(NO_BILL, facts, categories), list[PlannedCategory]()
        for category in eligible_categories(policy, claim) or (NO_CATEGORY,):
            try:
                planned = planned_for(policy, claim, category)
            except MedaidError:
                if found:  # what the first category's walk says comes before it
                    raise _Uncovered("refusal in a later category") from None
                raise
            for one in planned:
                self.layers.setdefault(
                    one.layer.id, LayerName(one.layer.name, one.layer.fund, one.layer.tier)
                )
            halves = split(planned)
            if isinstance(halves, str):
                raise _Uncovered(halves)
            shape, numbers = halves
            if shape not in self._shapes:
                self._shapes[shape] = len(self.tables)
                self.tables.append(PlanTable(shape))
            table = self._shapes[shape]
            found.append(
                PlannedCategory(self.category(category), table, self.tables[table].add(numbers))
            )
        return tuple(found)

    def refusal(self, code: str, cause: str = "") -> int:
        """The index under which claims are refused with `code` because of `cause`."""
        if (code, cause) not in self._refused:
            self._refused[code, cause] = len(self.refusals)
            self.refusals.append(code)
            self.causes.append(cause)
        return self._refused[code, cause]

    def category(self, code: str) -> int:
        if code not in self.categories:
            self.categories.append(code)
        return self.categories.index(code)
