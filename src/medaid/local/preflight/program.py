"""A program that shows every scenario: the project's own client, as the example of what is asked
for and as the proof that the kit can be passed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

from medaid.client import ChargedLine, Declined, HospitalVisits, NotDone, OpenVisit, SettledBill
from medaid.local.made_up import MadeUpPerson
from medaid.local.preflight.scenarios import month_of

BED, DRUG = "001109000010000", "XN02AAM022A001010101161"


@dataclass
class ExampleProgram:
    """`first` is the day on which its patients come; `today` the day of its clock."""

    visits: HospitalVisits
    patients: Mapping[str, MadeUpPerson]
    first: date
    today: date
    insured_region: str
    book: list[tuple[str, SettledBill]] = field(default_factory=list)

    def show_all(self) -> None:
        """Every scenario in turn."""
        for number in ("P01", "P03", "P04", "P05", "P06", "P07"):
            self.settle(number, self.stay(number))
        self.outpatient("P02")
        self.refund("P08")
        self.settle("P09", self.stay("P09", refund=True))
        self.cancel("P10")
        self.two_counters("P11")
        for number in ("P12", "P13"):
            with suppress(Declined):
                self.visits.person(self.patients[number].certno)
        self.reconcile()

    def at(self, days: int, hour: int = 9) -> datetime:
        return datetime.combine(self.first + timedelta(days=days), time(hour - 8), UTC)

    def lines(self, number: str) -> list[ChargedLine]:
        return [
            ChargedLine(f"{number}-1", BED, self.at(0), Decimal(4), Decimal("80.00")),
            ChargedLine(f"{number}-2", DRUG, self.at(0), Decimal(30), Decimal("14.3333")),
        ]

    def opened(self, number: str) -> OpenVisit:
        person = self.visits.person(self.patients[number].certno)
        assert person is not None, number
        while True:
            with suppress(NotDone):
                return self.visits.admit(person, self.at(0), number)

    def stay(self, number: str, refund: bool = False) -> OpenVisit:
        visit = self.opened(number)
        lines = self.lines(number)
        self.visits.charge(visit, lines)
        if refund:
            self.visits.charge(visit, [self.refunded(lines[1], number)])
        self.visits.discharge(visit, self.at(3))
        return visit

    def refunded(self, line: ChargedLine, number: str) -> ChargedLine:
        return ChargedLine(f"{number}-3", line.code, line.at, Decimal(-7), line.price, line.serial)

    def settle(self, number: str, visit: OpenVisit) -> SettledBill:
        lines = self.lines(number)
        if number == "P09":
            lines.append(self.refunded(lines[1], number))
        total = sum((line.amount for line in lines), Decimal(0))
        self.visits.preview(visit, total)
        while True:
            with suppress(NotDone):
                bill = self.visits.settle(visit, total)
                self.book.append(("21" if visit.inpatient else "11", bill))
                return bill

    def outpatient(self, number: str) -> None:
        person = self.visits.person(self.patients[number].certno)
        assert person is not None
        visit = self.visits.register(person, self.at(0), number, f"B-{number}")
        self.visits.charge(visit, self.lines(number))
        self.settle(number, visit)

    def refund(self, number: str) -> None:
        visit = self.stay(number)
        bill = self.settle(number, visit)
        self.book.append(("21", self.visits.reverse(visit, bill.setl_id)))
        self.settle(number, visit)

    def cancel(self, number: str) -> None:
        visit = self.opened(number)
        self.visits.charge(visit, self.lines(number))
        self.visits.uncharge(visit)
        self.visits.cancel(visit, number)

    def two_counters(self, number: str) -> None:
        visit = self.stay(number)
        bill = self.settle(number, visit)
        with suppress(Declined):
            self.visits.settle(visit, bill.total)

    def reconcile(self) -> None:
        """3201 of this month, and of the one before it, in which nothing was settled."""
        for back, kind in ((0, "11"), (0, "21"), (1, "11"), (1, "21")):
            bills: Sequence[SettledBill] = [
                bill for of, bill in self.book if of == kind and back == 0
            ]
            begin, end = map(date.fromisoformat, month_of(self.today, back))
            self.visits.totals_agree(self.insured_region, kind, begin, end, bills)
