"""Random acts on one person's year where counter, desk, bank and insurer meet, in any order: the
year is the sum of what stands, and the books say what is paid and not recovered.

What is expected is summed up here by hand, from the settlements and cases that stand; the product's
own totals and journal are held against it after every few acts. Whatever is refused changes
nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from random import Random
from typing import Any, Final

import boto3
from moto import mock_aws
from tests.cloud import forget_connections
from tests.conftest import create_tables
from tests.people.recorded import identity_recorded
from tests.people.samples import identity
from tests.reimbursement import office as desk
from tests.settlement.hospital import NOW, Hospital, bill, contracted, known_person, stay_input

from medaid.aws.settings import settings as surroundings
from medaid.aws.transaction import commit
from medaid.clearing.insurer import service as insurer
from medaid.clearing.insurer.model import Contract
from medaid.errors import MedaidError
from medaid.fund.model import chart
from medaid.fund.store import JournalItem, entry_of
from medaid.ids import OfficerId, OrderId
from medaid.money import Fen
from medaid.payments import service as payments
from medaid.payments.model import OrderState, SourceKind
from medaid.people import service as people
from medaid.regions import Region
from medaid.reimbursement import service, store
from medaid.reimbursement.following import original_of
from medaid.reimbursement.model import STANDS, Case, State, StatedAccount
from medaid.settlement import service as settlement

MAOMING: Final = "440900"
CATEGORIES: Final = ("subsistence_allowance", "destitute_support")
NEXT: Final = {
    State.DRAFTED: ("intake", "accept"),
    State.ACCEPTED: ("intake", "price"),
    State.PRICED: ("auditor", "audit"),
    State.AUDITED: ("reviewer", "recheck"),
    State.RETURNED: ("intake", "price"),
    State.RECHECKED: ("accountant", "front"),
    State.FRONTING: ("cashier", "front_paid"),
    State.FRONTED: ("accountant", "order"),
    State.ORDERED: ("cashier", "pay"),
    State.PAYMENT_FAILED: ("accountant", "front"),
    State.CONFIRMED: ("intake", "tell"),
    State.RECOVERING: ("reviewer", "order_recovery"),
    State.RECOVERY_ORDERED: ("cashier", "receive_recovery"),
}
BESIDE: Final = (
    ("reviewer", "annul"),
    ("auditor", "demand_recovery"),
    ("auditor", "demand_recovery"),
    ("auditor", "drop_recovery"),
    ("reviewer", "send_back"),
    ("intake", "price"),
    ("intake", "withdraw"),
    ("cashier", "front_failed"),
    ("cashier", "front_returned"),
    ("accountant", "order"),
)
WHY: Final = desk.given("有理由", "第四十一条")
DONE: Final[Counter[str]] = Counter()
"""How often each act went through: a machine that never gets far proves nothing."""


class Year:
    """P1 of Maoming in 2021."""

    def __init__(self) -> None:
        self.mock = mock_aws()
        self.mock.start()
        forget_connections()
        create_tables(boto3.client("dynamodb"))
        boto3.client("s3").create_bucket(
            Bucket=surroundings().bucket,
            CreateBucketConfiguration={"LocationConstraint": "cn-north-1"},
        )
        contracted()
        known_person("P1")
        self.name = people.load("P1", 2021).person.name
        self.hospital, self.now = Hospital(), NOW
        self.settled: list[dict[str, str]] = []
        self.cases: list[str] = []
        self.identities: list[str] = []
        self.days = self.batches = 0

    def end(self) -> None:
        self.mock.stop()
        forget_connections()

    @property
    def office(self) -> service.Context:
        return desk.office(original=lambda name: original_of(settlement.get_settlement(name)))

    def who(self, role: str) -> Any:
        return desk.officer(f"o-{role}", role, admdvs=MAOMING)

    def day(self) -> date:
        """A day of care of its own: nothing overlaps."""
        self.days += 1
        return date(2021, 1, 3) + timedelta(days=2 * self.days)

    def done(self, act: str, how: Callable[[], Any]) -> Any:
        """What is refused is no fault here, and changes nothing that `all_holds` sees."""
        try:
            answer = how()
        except MedaidError:
            return None
        DONE[act] += 1
        return answer

    def settle(self, number: int) -> None:
        yuan = ("3000.00", "12000.00", "60000.00")[number % 3]
        begin = self.day()
        mdtrt = self.hospital.stay("P1", f"{begin} 09:00:00", f"{begin + timedelta(1)} 09:00:00")
        answer = self.hospital.call("2304", stay_input("P1", mdtrt, bill(yuan, yuan)))
        assert answer["infcode"] == 0, answer["err_msg"]
        setl_id = answer["output"]["setlinfo"]["setl_id"]
        self.settled.append({"mdtrt_id": mdtrt, "setl_id": setl_id, "psn_no": "P1"})
        found = settlement.get_settlement(setl_id).decision
        pointer = (found.begin, found.end, setl_id, found.category, found.care)
        commit([store.settlement_pointer("P1", *pointer, settled_at=NOW)])
        DONE["settle"] += 1

    def reverse(self, which: int) -> None:
        """One of the last two settlements, which may be under something else."""
        if self.settled:
            one = self.settled[-1 - which % min(2, len(self.settled))]
            DONE["reverse"] += self.hospital.call("2305", one)["infcode"] == 0

    def recognise(self, _number: int) -> None:
        """Another identity, standing since long, and what it makes of what was settled."""
        left = [one for one in CATEGORIES if one not in self.identities]
        if left:
            self.now += timedelta(minutes=1)
            self.identities.append(left[0])
            since = identity(left[0], date(2019, 1, 1))
            commit(identity_recorded("P1", None, replace(since, recorded=self.now), self.now))
        found = self.done(
            "remind",
            lambda: service.remind(
                self.office, "P1", date(2019, 1, 1), settlement.list_settlements, self.now
            ),
        )
        self.cases += [one.case_id for one in found or ()]
        DONE["supplement"] += len(found or ())

    def open(self, number: int) -> None:
        yuan = ("2000.00", "20000.00")[number % 2]
        day, key = self.day(), str(len(self.cases))
        case = desk.draft(
            key, admdvs=MAOMING, begin=day, end=day, total=yuan, in_policy=yuan, created=self.now
        )
        receipts = (replace(case.receipts[0], date=day),)
        case = replace(case, account=self.account, receipts=receipts)
        self.cases.append(desk.opened(self.office, case, self.now, self.who("intake")).case_id)

    @property
    def account(self) -> StatedAccount:
        return StatedAccount(self.name, "6222020000001234", "102301000000", "self")

    def contract(self, _number: int) -> None:
        """From now on the insurer runs assistance."""
        city, day = Region(MAOMING), self.now.date()
        one = Contract(city, 2021, "PICC", "人保", Fen(1), day, day)
        chief, second = OfficerId("o-chief"), OfficerId("o-second")
        if self.done("propose", lambda: insurer.propose_contract(one, chief, self.now)):
            insurer.decide_contract(city, 2021, True, "", second, self.now)

    def lead(self, which: int) -> None:
        """A case led on, by the officers whose posts it needs."""
        steps = 9 - which // 4 % 9
        for _ in range(steps if self.cases else 0):
            case = self.case(self.cases[-1 - which % len(self.cases)])
            if case.state in NEXT:
                role, act = NEXT[case.state]
                if act == "order_recovery" and which % 3 == 0:
                    role, act = "auditor", "drop_recovery"
                if case.state in (State.RECHECKED, State.PAYMENT_FAILED) and which % 7 == 0:
                    role, act = "reviewer", "annul"
                if case.account is None and act == "accept":
                    act = "change_account"
                if self.act(case, role, act, 0) is None and act == "front":
                    self.act(case, "accountant", "order", 0)

    def beside(self, number: int) -> None:
        """An act beside the way; a recovery asks for all that is left, or a part of it."""
        if self.cases:
            case = self.case(self.cases[-1 - number % len(self.cases)])
            role, act = BESIDE[number // 7 % len(BESIDE)]
            left = int(case.granted - case.recovered)
            self.act(case, role, act, left if number % 3 else max(1, left * (number % 97) // 97))

    def recover(self, number: int) -> None:
        """Each paid case: all of it demanded back, ordered and received, or dropped."""
        for name in self.cases:
            case = self.case(name)
            left = int(case.granted - case.recovered)
            self.act(case, "auditor", "demand_recovery", left)
            number += 1
            decided = ("auditor", "drop_recovery") if number % 3 else ("reviewer", "order_recovery")
            for role, act in (decided, ("cashier", "receive_recovery")):
                self.act(self.case(name), role, act, 0)

    def act(self, case: Case, role: str, act: str, fen: int) -> Case | None:
        more: tuple[Any, ...] = {
            "change_account": (self.account,),
            "front_paid": ("PZ",),
            "demand_recovery": (Fen(fen),),
            "pay": (self.batch(),) if act == "pay" else (),
        }.get(act, ())
        at = (self.office, self.who(role), case.case_id, case.version)
        found: Case | None = self.done(
            act, lambda: getattr(service, act)(*at, *more, self.now, WHY)
        )
        return found

    def case(self, name: str) -> Case:
        found = store.case(name)
        assert found is not None
        return found

    def batch(self) -> str:
        return desk.open_batch(f"b{self.batches}", self.now, self.who("cashier")).batch_id

    def bank(self, number: int) -> None:
        """The open batch is closed and answered, mostly as paid."""
        result = "failed" if number % 3 == 2 else "paid"
        batch = self.batch()
        self.batches += 1
        desk.close_batch(batch, self.now, self.who("cashier"))
        lines = [
            (one.order_id, one.amount.yuan(), result, "" if result == "paid" else "销户")
            for one in payments.list_batch_lines(batch)
        ]
        if lines:
            desk.take(self.office, desk.answer(batch, *lines), self.now)
            DONE[f"bank_{result}"] += len(lines)

    def bank_again(self, which: int) -> None:
        """The bank says another thing of a payment: it came back, or arrived after all; then a
        person finds out."""
        orders = [o for name in self.cases for o in self.case(name).orders if o.batch]
        if not orders:
            return
        result, paid = ("paid", "failed")[which // 5 % 2], bool(which // 11 % 2)
        order = orders[which % len(orders)]
        self.now += timedelta(minutes=1)
        line = (order.order_id, order.amount.yuan(), result, "再次")
        content = desk.answer(order.batch, line)
        told = self.done("answer", lambda: desk.take(self.office, content, self.now))
        DONE["bank_returned"] += bool(told and told[0] and result == "failed")
        if payments.get_order(OrderId(order.order_id)).state is OrderState.CONTRADICTED:
            listeners = {SourceKind.CASE: service.bank_listener(self.office)}
            by = (OfficerId("o-auditor"), frozenset({"auditor"}), listeners, self.now)
            args = (OrderId(order.order_id), paid, "查明", *by)
            self.done("resolve", lambda: payments.resolve_contradiction(*args))

    def all_holds(self) -> None:
        """The year and the books against a sum by hand."""
        stand = [settlement.get_settlement(one["setl_id"]) for one in self.settled]
        stand = [one for one in stand if one.reversed_at is None]
        cases = [one for one in map(self.case, self.cases) if one.state in STANDS]
        self.year_is_the_sum(stand, [one for one in cases if not one.year_due])
        self.books_are_the_sum(stand, cases)

    def year_is_the_sum(self, stand: list[Any], cases: list[Case]) -> None:
        amounts = people.load("P1", 2021).totals(2021).amounts
        paid = sum(v for k, v in amounts.items() if k.startswith("paid:"))
        funds = sum(sum(map(int, one.decision.by_fund.values())) for one in stand)
        assert paid == funds + sum(int(one.granted - one.recovered) for one in cases)
        bore = sum(int(one.decision.person_pays) for one in stand)
        for one in cases:
            assert one.pricing is not None
            own = -int(one.granted) if one.settled else int(one.pricing.own)
            bore += int(one.recovered) + own
        assert amounts.get("own_all", 0) == bore
        assert min([0, *amounts.values()]) == 0, "nothing is less than nothing"

    def books_are_the_sum(self, stand: list[Any], cases: list[Case]) -> None:
        sums: Counter[str] = Counter()
        spent: Counter[str] = Counter()
        for entry in map(entry_of, JournalItem.scan()):
            if entry.kind == "opening":
                continue
            for line in entry.lines:
                sums[line.account.number] += int(line.amount)
                if line.account.number.startswith("5"):
                    spent[line.account.fund] += int(line.amount)
        expected: Counter[str] = Counter()
        for found in [one.decision.by_fund for one in stand] + [
            one.pricing.by_fund for one in cases if one.pricing and one.recovered != one.granted
        ]:
            for name, fen in found.items():
                expected[chart.fund_of(name, "390").key] += int(fen)
        partly = sum(int(one.recovered) for one in cases if one.recovered != one.granted)
        assert sum(spent.values()) == sum(expected.values()) - partly
        if not partly:
            assert +spent == +expected
        assert all(0 <= spent[fund] <= expected[fund] for fund in spent)
        self.debts_are_the_sum(sums)

    def debts_are_the_sum(self, sums: Counter[str]) -> None:
        """1002 what left the account and came back, 2104 what the insurer fronted, 2103 what is
        owed to cases."""
        left = fronted = owed = 0
        for one in map(self.case, self.cases):
            orders = [o for o in one.orders if o.amount > 0 and not o.insurer]
            paid = sum(
                int(o.amount)
                for o in orders
                if payments.get_order(OrderId(o.order_id)).state is OrderState.PAID
            )
            assert paid + int(one.fronted) <= int(one.granted), "nobody is paid more than granted"
            asked = [-int(o.amount) for o in one.orders if o.amount < 0 and not o.failure]
            open_now = one.state in (State.RECOVERING, State.RECOVERY_ORDERED)
            received = sum(asked[:-1] if open_now else asked)
            left += paid - received
            fronted += int(one.fronted)
            if one.state in STANDS:
                owed += int(one.granted) - paid - int(one.fronted)
                owed += received - int(one.recovered)
        assert (-sums["1002"], -sums["2104"], -sums["2103"]) == (left, fronted, owed)


ACTS: Final = (
    *("lead",) * 8,
    *("bank", "bank", "bank", "bank_again"),
    *("beside",) * 6,
    *("open", "recognise", "settle", "reverse", "recognise", "settle", "open", "contract"),
)
"""In a year: how often each is tried, one against the other."""


def test_a_year_is_what_stands_whatever_the_order_of_acts_J27_M二_3_M二_5() -> None:
    """Right money, 33."""
    DONE.clear()
    for seed in range(12):
        chance, one = Random(seed), Year()
        lived: list[tuple[str, int]] = []
        try:
            if seed % 2:
                one.contract(0)
            for turn in range(1, 46):
                lived.append((chance.choice(ACTS), chance.randrange(10_000)))
                getattr(one, lived[-1][0])(lived[-1][1])
                if turn % 3 == 0:
                    one.all_holds()
            one.recover(seed)
            one.all_holds()
        except AssertionError as error:
            error.add_note(f"seed {seed}: {lived}")
            raise
        finally:
            one.end()
    wanted = {"settle", "reverse", "supplement", "recheck", "order", "pay", "bank_paid", "annul"}
    wanted |= {"demand_recovery", "order_recovery", "receive_recovery", "front", "front_paid"}
    wanted |= {"bank_failed", "bank_returned", "drop_recovery", "withdraw"}
    assert wanted - {name for name, times in DONE.items() if times} == set(), DONE
