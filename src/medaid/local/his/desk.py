"""One hospital of an exercise: it takes its visits through the counter, keeps a book of its own and
a history of what it was answered."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import count
from typing import Final, TypeVar

from medaid.client import (
    BillSplit,
    Declined,
    HospitalVisits,
    InsuredPerson,
    NotDone,
    OpenVisit,
    OutcomeUnknown,
    SettledBill,
)
from medaid.local.his.plan import PlannedVisit
from medaid.local.made_up import MadeUpPerson

T = TypeVar("T")
_ANEW: Final = 8
"""Times that something is sent anew under a new msgid, each after it is certain that nothing
stands."""
_WAITS: Final = 2_000
"""Turns for which a hospital waits until a person has left another one."""
_TICKS: Final = count(1)
"""One clock for all hospitals of this process: it orders what begins and what is answered."""


@dataclass(frozen=True, slots=True)
class AnsweredAct:
    """A settlement or a reversal, with the ticks between which it took its effect. `bill` is empty
    where it ended with nothing standing: it may have stood in between."""

    visit: PlannedVisit
    reverses: bool
    began: int
    answered: int
    split: BillSplit
    bill: SettledBill | None


@dataclass
class HospitalDesk:
    """`book` is what the hospital's cashier would add up: clearing type and bill."""

    visits: HospitalVisits
    people: Sequence[MadeUpPerson]
    book: list[tuple[str, SettledBill]] = field(default_factory=list)
    history: list[AnsweredAct] = field(default_factory=list)
    done: Counter[str] = field(default_factory=Counter)
    """settled, reversed, cancelled, unknown; and `refused <code>`."""
    standing: dict[str, tuple[str, set[str]]] = field(default_factory=dict)
    """mdtrt_id → psn_no and the settlements that should stand on it."""
    _known: dict[int, InsuredPerson] = field(default_factory=dict)

    def work(self, plan: Sequence[PlannedVisit]) -> Iterator[str]:
        """Its visits, one after another; yields after each step, so that hospitals may take
        turns."""
        for visit in plan:
            try:
                yield from self._through(visit)
            except Declined as error:
                self.done[f"refused {error.code}"] += 1
            except OutcomeUnknown:
                self.done["unknown"] += 1
            self.done["visits"] += 1
            yield "visit"

    def _through(self, plan: PlannedVisit) -> Iterator[str]:
        person = self._person(plan.person)
        yield "1101"
        visit = yield from self._opened(plan, person)
        self.standing[visit.mdtrt_id] = (person.psn_no, set())
        split = self._sure(lambda: self.visits.charge(visit, plan.lines))
        yield "lines"
        if plan.refund is not None:
            refund = plan.refund
            split = _added(split, self._sure(lambda: self.visits.charge(visit, [refund])))
            yield "refund"
        if plan.inpatient:
            self._sure(lambda: self.visits.discharge(visit, plan.end))
            yield "discharge"
        self._sure(lambda: self.visits.preview(visit, plan.total))
        yield "preview"
        bill = self._settle(plan, visit, split)
        yield "settle"
        if plan.ending == "settled" or not self._reverse(plan, visit, split, bill):
            return
        yield "reverse"
        if plan.ending == "resettled":
            self._settle(plan, visit, split)
        elif plan.ending == "cancelled":
            yield from self._cancelled(plan, visit)

    def _person(self, number: int) -> InsuredPerson:
        if number not in self._known:
            found = self._sure(lambda: self.visits.person(self.people[number].certno))
            if found is None:
                raise Declined("NOT_INSURED", "insuinfo", "没有正常参保的记录")
            self._known[number] = found
        return self._known[number]

    def _opened(self, plan: PlannedVisit, person: InsuredPerson) -> Generator[str, None, OpenVisit]:
        """Registered; where the person still lies elsewhere, it is asked again later."""
        number = f"N{plan.number}"

        def opened() -> OpenVisit:
            if plan.inpatient:
                return self.visits.admit(person, plan.begin, number)
            return self.visits.register(person, plan.begin, number, f"B{plan.number}")

        for _ in range(_WAITS):
            try:
                visit = self._sure(opened)
            except Declined as error:
                if error.code != "VISIT_OVERLAP":
                    raise
                self.done["waited"] += 1
                yield "wait"
            else:
                yield "register"
                return visit
        raise Declined("VISIT_OVERLAP", "begntime", "病人一直在另一家医院住院")

    def _settle(self, plan: PlannedVisit, visit: OpenVisit, split: BillSplit) -> SettledBill:
        bill = self._recorded(
            plan, split, lambda: self.visits.settle(visit, plan.total), reverses=False
        )
        self.done["settled"] += 1
        self.standing[visit.mdtrt_id][1].add(bill.setl_id)
        return bill

    def _reverse(
        self, plan: PlannedVisit, visit: OpenVisit, split: BillSplit, bill: SettledBill
    ) -> bool:
        """Whether it was taken back: what a later settlement rests on stays."""
        try:
            self._recorded(
                plan, split, lambda: self.visits.reverse(visit, bill.setl_id), reverses=True
            )
        except Declined as error:
            if error.code != "REVERSE_LATER_FIRST":
                raise
            self.done["kept"] += 1
            return False
        self.done["reversed"] += 1
        self.standing[visit.mdtrt_id][1].discard(bill.setl_id)
        return True

    def _cancelled(self, plan: PlannedVisit, visit: OpenVisit) -> Iterator[str]:
        if plan.inpatient:
            self._sure(lambda: self.visits.reopen(visit))
            yield "2405"
        self._sure(lambda: self.visits.uncharge(visit))
        yield "2302"
        self._sure(lambda: self.visits.cancel(visit, f"N{plan.number}"))
        self.done["cancelled"] += 1
        del self.standing[visit.mdtrt_id]

    def _recorded(
        self,
        plan: PlannedVisit,
        split: BillSplit,
        act: Callable[[], SettledBill],
        *,
        reverses: bool,
    ) -> SettledBill:
        clr_type = "21" if plan.inpatient else "11"

        def noted() -> SettledBill:
            began, bill = next(_TICKS), None
            try:
                bill = act()
            finally:
                self.history.append(AnsweredAct(plan, reverses, began, next(_TICKS), split, bill))
            self.book.append((clr_type, bill))
            return bill

        return self._sure(noted)

    def _sure(self, act: Callable[[], T]) -> T:
        """`act`, sent anew where it is certain that nothing of it stands."""
        for _ in range(_ANEW):
            try:
                return act()
            except NotDone:
                self.done["taken back by 2601"] += 1
        return act()


def _added(one: BillSplit, other: BillSplit) -> BillSplit:
    return BillSplit(
        one.total + other.total,
        one.own_expense + other.own_expense,
        one.over_limit + other.over_limit,
        one.initial_self_pay + other.initial_self_pay,
        one.in_scope + other.in_scope,
    )


def totals(bills: Sequence[SettledBill]) -> tuple[Decimal, Decimal]:
    """Medical fees and what funds paid, in yuan; reversals are negative."""
    return (
        sum((one.total for one in bills), Decimal(0)),
        sum((one.fund_paid for one in bills), Decimal(0)),
    )
