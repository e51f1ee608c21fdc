"""Whether what one person was answered fits one order: a history checker that knows the documents
by `bench.exact` alone.

Settlements and reversals of a person, sent by several hospitals at once over calls that die, each
took effect at one moment between its sending and its answer. If there is an order of those moments
in which every answer is what the documents give for a year that went so far, the answers fit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Any

from bench import exact

from medaid.local.his.desk import AnsweredAct


@dataclass
class Search:
    """`standing` is the way to a year: settlements in the order in which they took effect."""

    acts: Sequence[AnsweredAct]
    category: str
    seen: set[tuple[frozenset[int], tuple[int, ...]]] = field(default_factory=set)

    def found(self, left: frozenset[int], standing: tuple[int, ...] = ()) -> bool:
        """Whether the acts `left` fit after those that stand."""
        answered = [n for n in left if self.acts[n].bill is not None]
        if not answered:
            return True
        if (left, standing) in self.seen:
            return False
        self.seen.add((left, standing))
        earliest = min(self.acts[n].answered for n in answered)
        return any(
            self.found(left - {n} if drops else left, after)
            for n in left
            if self.acts[n].began < earliest
            for drops, after in self.effects(n, standing)
        )

    def effects(
        self, number: int, standing: tuple[int, ...]
    ) -> Sequence[tuple[bool, tuple[int, ...]]]:
        """What the act may do now: whether it is done with, and what stands then."""
        act = self.acts[number]
        if act.bill is None:  # stood for a while, perhaps, and was taken back
            if act.reverses:
                return [(True, standing)]
            if number in standing:
                return [(True, standing[:-1])] if standing[-1] == number else []
            return [(True, standing), (False, (*standing, number))]
        if act.reverses:
            last = self.acts[standing[-1]] if standing else None
            fits = last is not None and last.bill is not None and last.bill.setl_id == _undone(act)
            return [(True, standing[:-1])] if fits else []
        return [(True, (*standing, number))] if self.answers(number, standing) else []

    def answers(self, number: int, standing: tuple[int, ...]) -> bool:
        """Whether the settlement was answered what the documents give after `standing`."""
        year = exact.new_year()
        for earlier in standing:
            exact.maoming(self.case(earlier), year)
        paid = exact.maoming(self.case(number), year)
        act = self.acts[number]
        assert act.bill is not None
        info: dict[str, Any] = act.bill.output["setlinfo"]
        told = [Fraction(Decimal(str(info[name]))) for name in _FIELDS]
        return told == [paid.basic, paid.critical, paid.assistance + paid.extra, paid.own]

    def case(self, number: int) -> exact.Case:
        act = self.acts[number]
        return exact.Case(
            day=act.visit.end.date(),
            total=Fraction(act.split.total),
            in_policy=Fraction(act.split.in_scope),
            category=self.category or "none",
            care="inpatient" if act.visit.inpatient else "outpatient",
            level="2",
        )


_FIELDS = ("hifp_pay", "hifmi_pay", "maf_pay", "psn_cash_pay")


def _undone(act: AnsweredAct) -> str:
    assert act.bill is not None
    return act.bill.setl_id


def fits_one_order(acts: Sequence[AnsweredAct], category: str) -> bool:
    """Whether all of one person's answers fit one order."""
    return Search(acts, category).found(frozenset(range(len(acts))))
