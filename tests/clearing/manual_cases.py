"""Manual cases of random years: what a person was told to get, and what the insurer and the bank
said of it afterwards."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from tests.clearing.outside import Case as Told
from tests.clearing.outside import Fronting, Outside, Sums
from tests.people import recorded
from tests.reimbursement.office import (
    SOURCE,
    answer,
    close_batch,
    draft,
    given,
    office,
    officer,
    open_batch,
    register,
    take,
)

from medaid import ids
from medaid.aws.transaction import commit
from medaid.fund.model.chart import fund_of
from medaid.instants import civil_date
from medaid.money import Fen
from medaid.people.model import Identity
from medaid.reimbursement import service
from medaid.reimbursement.model import Case, Officer
from medaid.reimbursement.service import Context


@dataclass
class Desk:
    """The office of one region."""

    admdvs: str
    outside: Outside
    tick: Callable[[], datetime]
    context: Context = field(default_factory=office)

    def by(self, role: str) -> Officer:
        return officer(f"o-{role}", role, admdvs=self.admdvs)

    def granted(self, number: int, assisting: str, total: str, care: str) -> str:
        """From the application to an obligation; the person is insured here and assisted there. All
        of the bill is within policy but 1,000.00: a large one has a part of critical illness."""
        self.visit = care == "outpatient"
        assert total == "10000.00" or not self.visit, "a larger visit has secondary assistance too"
        person = f"M{number}"
        since, when = date(2021, 1, 1), datetime(2024, 1, 1, tzinfo=UTC)
        register(person, ["subsistence_allowance"] * (assisting == self.admdvs), since, self.admdvs)
        if assisting != self.admdvs:
            there = Identity("subsistence_allowance", "民政", assisting, since, None, when, SOURCE)
            commit(recorded.identity_recorded(person, None, there, when))
        days = date(2021, 3, 2), date(2021, 3, 10)
        inside = (Fen.of_yuan(total) - Fen.of_yuan("1000.00")).yuan()
        sent = draft(
            str(number),
            person,
            care=care,
            total=total,
            in_policy=inside,
            begin=days[0],
            end=days[1],
            admdvs=self.admdvs,
        )
        o, why = self.context, given(request=ids.content_hash(sent.case_id))
        case = service.open_case(o, self.by("intake"), sent, self.tick(), why)
        case = self.act(service.accept, "intake", case)
        case = self.act(service.price, "intake", case)
        case = self.act(service.audit, "auditor", case, "另一次住院")
        case = self.act(service.recheck, "reviewer", case)
        told = self.outside.cases[case.case_id] = Told(_granted(case, self.admdvs, assisting))
        self.recheck_day = civil_date(self.tick())
        if self.outside.insurer_runs_critical(self.admdvs, self.recheck_day):
            critical = told.granted[self.admdvs]["critical_resident"]
            told.carried = +Counter(critical_resident=critical)
        return case.case_id

    def act(self, how: Callable[..., Case], role: str, case: Case, reason: str = "") -> Case:
        args = (case.case_id, case.version, self.tick(), given(reason))
        return how(self.context, self.by(role), *args)

    def case(self, case_id: str) -> Case:
        return service.case_detail(self.context, self.by("manager"), case_id, self.tick()).case

    def paid(self, case_id: str, script: Sequence[str]) -> None:
        """The insurer's part first, where it runs the assistance, then the agency's: what each says
        is in `script`, one answer after the other."""
        told, answers = self.outside.cases[case_id], list(script)
        (where, fen) = next(
            ((r, f["assistance"]) for r, f in told.granted.items() if f["assistance"]), ("", 0)
        )
        assert fen, "a case without assistance shows nothing here"
        self.tick()
        year = self.outside.insurer_of(where, self.recheck_day, civil_date(self.tick()))
        while year and answers and not told.fronted:
            case = self.act(service.front, "accountant", self.case(case_id))
            said = answers.pop(0)
            if said == "failed":
                self.act(service.front_failed, "cashier", case, "销户")
                continue
            args = (case.case_id, case.version, f"PZ{len(answers)}", self.tick(), given())
            case = service.front_paid(self.context, self.by("cashier"), *args)
            told.fronted[where] = fen
            self.front_told(year, where, fen)
            if answers and answers[0] == "returned":
                answers.pop(0)
                self.act(service.front_returned, "cashier", case, "退回")
                self.front_told(year, where, -fen)
                told.fronted.clear()
        if year and not told.fronted:
            return
        while answers and not told.paid:
            self._ordered(case_id, told, answers)

    recheck_day: date = date.min
    visit: bool = False
    """Whether what is assisted is outpatient care, and nothing else."""

    def front_told(self, year: int, where: str, fen: int) -> None:
        told = Fronting(year, where, civil_date(self.tick()), fen, fen if self.visit else 0)
        self.outside.insurer.append(told)

    def _ordered(self, case_id: str, told: Told, answers: list[str]) -> None:
        case = self.act(service.order, "accountant", self.case(case_id))
        batch = open_batch(f"b{case_id}{len(case.orders)}", self.tick(), self.by("cashier"))
        args = (case_id, case.version, batch.batch_id, self.tick(), given())
        case = service.pay(self.context, self.by("cashier"), *args)
        close_batch(batch.batch_id, self.tick(), self.by("cashier"))
        due: dict[str, Sums] = {
            region: Counter({k: v for k, v in funds.items() if not _by_insurer(told, region, k)})
            for region, funds in told.granted.items()
        }
        assert case.order is not None
        assert int(case.order.amount) == sum(sum(f.values()) for f in due.values())
        said = answers.pop(0)
        self._bank(batch.batch_id, case, said)
        if said == "paid" and answers and answers[0] == "returned":
            self._bank(batch.batch_id, case, answers.pop(0))
        elif said == "paid":
            told.paid = due

    def _bank(self, batch: str, case: Case, said: str) -> None:
        assert case.order is not None
        result = "paid" if said == "paid" else "failed"
        line = (case.order.order_id, case.order.amount.yuan(), result, f"{self.tick():%H%M}")
        assert take(self.context, answer(batch, line), self.tick()) == (1, [])


def _by_insurer(told: Told, region: str, fund: str) -> bool:
    """Whether one of the insurers pays it."""
    return fund in told.carried or (fund == "assistance" and bool(told.fronted[region]))


def _granted(case: Case, insured: str, assisting: str) -> dict[str, Sums]:
    """What the 告知书 tells the person, by whose funds pay."""
    assert case.pricing is not None
    found: dict[str, Sums] = {}
    for name, fen in case.pricing.by_fund.items():
        if fen:
            region = assisting if name == "maf_pay" else insured
            key = fund_of(name, case.insutype).key
            found.setdefault(region, Counter())[key] += int(fen)
    return found
