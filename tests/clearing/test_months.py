"""Random months of a city, its counties and another province, and three hospitals: what was settled
is in the books, in statements, and paid or open, per fund and region; always, and whatever the bank
answers. Proves J24, J29, J34, J35, Q3.1, X7.

The hospital's side is kept here by its own knowledge alone (one sum for each settlement); which
region owes what is worked out anew, not asked of the product.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from random import Random

import pytest
from tests.clearing.builders import (
    agree,
    agreement,
    arrive,
    at,
    close_month,
    item,
    made,
    open_items,
    open_statements,
    reconcile_totals,
    refund,
)
from tests.fund.balances import counterpart_balances

from medaid.clearing.hospital import agreeing
from medaid.clearing.hospital import service as hospital
from medaid.clearing.hospital.model import BOOKED, SETTLED, Group, Statement, Tally
from medaid.clearing.model import Item
from medaid.clearing.regions import service as regions
from medaid.errors import Conflict, Forbidden
from medaid.fund import service as fund
from medaid.ids import OrderId
from medaid.money import Fen
from medaid.months import Month
from medaid.payments import rules as payment_rules
from medaid.payments import service as payments
from medaid.payments.model import PaymentSource, SourceKind
from medaid.regions import Region
from medaid.workdays import published

CITY, COUNTIES, OTHER = "440900", ("440981", "440982"), "450100"
OWING = (CITY, *COUNTIES, OTHER)
HOSPITALS = {"H44090000001": CITY, "H44090000002": CITY, "H45010000001": OTHER}
FUNDS = ("basic_resident", "assistance")
MONTHS = ("2023-07", "2023-08", "2023-09")
OFFICERS = ("甲", "乙", "丙", "丁", "戊")


@dataclass
class World:
    random: Random
    items: list[tuple[Item, str]] = field(default_factory=list)
    """Settlements and reversals with the region that pays the assistance."""
    bank: dict[str, int] = field(default_factory=dict)
    """What the bank really paid and kept paid, by order."""
    suspended: bool = False
    serial: int = 0

    # ---- hospitals --------------------------------------------------------------------------

    def settle(self, month: int) -> None:
        random = self.random
        code = random.choice(list(HOSPITALS))
        treatment, assisting = HOSPITALS[code], random.choice(("", "", *COUNTIES))
        insured = random.choice((CITY, CITY, *COUNTIES))
        try:
            regions.check_open(insured, treatment)
        except Conflict:
            assert self.suspended
            assert treatment == OTHER
            return
        assert not (self.suspended and treatment == OTHER), f"{insured} is suspended"
        self.serial += 1
        when = at(random.randint(1, 27), month=month) + timedelta(minutes=self.serial)
        one = item(
            self.serial,
            when,
            institution=code,
            home=insured,
            treatment=insured if treatment == CITY else treatment,
            hifp=random.choice((0, 100, 77777)),
            maf=random.choice((0, 33, 5000)),
            clr_type=random.choice(("21", "11")),
        )
        assisting = assisting if one.amounts["maf_pay"] and assisting != insured else ""
        late = timedelta(hours=random.choice((0, 0, 0, 900)))
        arrive(one, when=when + late, assisting=assisting)
        self.items.append((one, assisting))
        if random.random() < 0.15:
            back = refund(one, when + timedelta(days=random.choice((0, 3))))
            arrive(back, original=one, assisting=assisting)
            self.items.append((back, assisting))

    def reconcile(self, code: str, month: str, now: datetime) -> None:
        """The hospital asks by what it knows: its own sums, by the region of the insured."""
        mine = [i for i, _ in self.items if i.institution == code and i.month == month]
        for group in groups_of(mine):
            some = [i for i in mine if (i.insutype, i.clr_type, i.insured_region) == group]
            assert asked(code, group, month, some, now)[0] == "0", (code, group, month)

    def reconcile_nothing(self, code: str, month: str, now: datetime) -> None:
        """A hospital's system asks for every region there is, also where it treated nobody: what it
        agrees to there is nothing."""
        mine = [i for i, _ in self.items if i.institution == code and i.month == month]
        before = agreed(code, month)
        for group in {("390", c, r) for c in ("11", "21") for r in OWING} - groups_of(mine):
            assert asked(code, group, month, [], now)[0] == "0", (code, group, month)
        assert agreed(code, month) == before, (code, month)

    # ---- offices ----------------------------------------------------------------------------

    def pay(self, statement: Statement, now: datetime) -> None:
        key = (statement.region, statement.institution, statement.month, statement.number)
        audits, pays = frozenset({"auditor"}), frozenset({"cashier"})
        for by in self.random.sample(OFFICERS, 5):
            try:
                hospital.approve_statement(*key, by, now, 7, audits)
            except Forbidden:
                continue
            break
        for by in self.random.sample(OFFICERS, 5):
            try:
                done = hospital.release_statement(*key, by, now, pays)
            except Forbidden:
                continue
            except Conflict as refused:
                if "前后矛盾" not in refused.rule:  # an order before it that the bank contradicts
                    raise
                continue
            if done.paid:
                self.answer(done, now)
            break

    def answer(self, released: Statement, now: datetime) -> None:
        """What the bank does with an order, and what it writes, right or wrong."""
        order, amount = released.order_id, sum(map(int, released.paid.values()))
        paid = (amount, "paid")
        acts = self.random.choice(
            (
                [],
                [paid],
                [(amount, "failed")],
                [paid, (amount, "failed")],
                [(amount + 1, "paid")],
                [(max(1, amount // 2), "failed")],
            )
        )
        for minutes, (fen, result) in enumerate(acts):
            yuan = Fen(fen).yuan()
            content = f"H|{order}\nD|{order}|{yuan}|{result}|x{minutes}\nT|1|{yuan}\n".encode()
            listeners = {SourceKind.STATEMENT: hospital.payment_heard}
            payments.take_answer(content, listeners, now + timedelta(minutes=minutes))
            if fen == amount:
                self.bank[order] = amount if result == "paid" else 0


def groups_of(items: list[Item]) -> set[tuple[str, str, str]]:
    return {("390", i.clr_type, str(i.insured_region)) for i in items}


def asked(
    code: str, group: tuple[str, str, str], month: str, items: list[Item], now: datetime
) -> tuple[str, str]:
    """3201 with the sums of `items`."""
    names = ("medfee_sumamt", "fund_pay_sumamt", "acct_pay")
    sums = {n: Fen(sum(int(i.amounts[n]) for i in items)) for n in names}
    whole = Month(month)
    return reconcile_totals(
        HOSPITALS[code], code, group, whole.first, whole.last, sums, len(items), now
    )


def agreed(code: str, month: str) -> list[tuple[str, tuple[Group, ...]]]:
    """What is agreed in each statement of a hospital's month."""
    return [(s.state, s.agreed) for region in OWING for s in made(region, code, month)]


def owing(region: str, treatment: str) -> str:
    return region if region[:4] == treatment[:4] else treatment


def settled(world: World) -> Counter[tuple[str, str, str]]:
    """Fen owed by (owing region, institution, fund), as the settlements themselves say."""
    found: Counter[tuple[str, str, str]] = Counter()
    for one, assisting in world.items:
        there = HOSPITALS[one.institution]
        insured = str(one.insured_region)
        for name, fund_key, payer in (
            ("hifp_pay", "basic_resident", insured),
            ("maf_pay", "assistance", assisting or insured),
        ):
            found[owing(payer, there), one.institution, fund_key] += int(one.amounts[name])
    return found


def check(world: World) -> None:
    expected = settled(world)
    for region in OWING:
        entries = [
            e for m in Month("2023-07").through(Month("2023-12")) for e in fund.entries(region, m)
        ]
        balance = counterpart_balances(entries, "2101")
        approvers: set[str] = set()
        payers: set[str] = set()
        for code in HOSPITALS:
            found = [s for month in MONTHS for s in made(region, code, month)]
            approvers |= {s.approved_by for s in found} - {""}
            payers |= {s.released_by for s in found} - {""}
            unstated = [
                o for m in MONTHS for o in open_items(region, m)
                if o["institution"] == code and "未列入" in o["reason"]
            ]  # fmt: skip
            for key in FUNDS:
                booked = -sum(
                    line.fen
                    for e in entries
                    if e.kind in ("settlement", "settlement_there")
                    for line in e.lines
                    if line.account.number == "2101"
                    and (line.account.fund, line.counterpart) == (key, code)
                )
                assert booked == expected[region, code, key], (region, code, key)
                stated = sum(int(s.by_fund.get(key, 0)) for s in found)
                if not unstated:
                    assert stated == booked, (region, code, key)
                paid = sum(int(s.paid.get(key, 0)) for s in found if s.state in SETTLED)
                difference = sum(int(s.mode_difference.get(key, 0)) for s in found
                                 if s.state in BOOKED)  # fmt: skip
                still = -int(balance.get((key, code), Fen(0)))
                assert still == booked + difference - paid, (region, code, key)
            for s in found:
                if s.state == "paid":
                    assert world.bank[s.order_id] == sum(map(int, s.paid.values())), s
                if s.state == "released":
                    assert not world.bank.get(s.order_id), s
        assert not approvers & payers, (region, approvers & payers)


def everything_agreed(world: World, code: str) -> None:
    """What a hospital agreed to by its own sums is nobody's draft: no part is left to be barred."""
    for region in OWING:
        for month in MONTHS:
            if not [o for o in open_items(region, month) if o["institution"] == code]:
                states = {s.state for s in made(region, code, month)}
                assert "draft" not in states, (region, code, month)


def lived(seed: int) -> None:
    """Two months and their payments, checked on the way, and the bar of their year."""
    world = World(Random(seed))
    for n, (code, region) in enumerate(HOSPITALS.items()):
        mode = world.random.choice(("1", "2", "4", "7")) if n else "1"
        agree(agreement(code, mode=mode, rate=50, region=region))
    for month in (7, 8):
        if month == 8:
            regions.suspend_region((CITY, "440000")[seed % 2], "上级", "拖延", at(1))
            world.suspended = True
        for _ in range(8):
            world.settle(month)
        now = at(2, 4, month=month + 1)
        for region in OWING:
            close_month(region, f"2023-{month:02d}", now)
            hospital.make_up_months(region, now)
        for code in HOSPITALS:
            world.reconcile_nothing(code, f"2023-{month:02d}", now)
            if world.random.random() < 0.8:
                for past in MONTHS:
                    world.reconcile(code, past, now)
                everything_agreed(world, code)
        for region in OWING:
            for statement in open_statements(region):
                if statement.state in ("confirmed", "returned"):
                    world.pay(statement, now)
        check(world)
    barred(world)


def barred(world: World) -> None:
    """Late items have come; one hospital never asks, the others agree. On the day after the last on
    which the year can be cleared the one loses what it did not agree to, the others nothing."""
    now, silent = at(15, month=12), world.random.choice(list(HOSPITALS))
    for region in OWING:
        hospital.make_up_months(region, now)
    for code in HOSPITALS:
        for month in MONTHS if code != silent else ():
            world.reconcile(code, month, now)
    for region in OWING:
        hospital.apply_time_bar(Region(region), at(23, month=1, year=2024), published())
    found = [
        s for r in OWING for code in HOSPITALS for m in MONTHS for s in made(r, code, m)
        if s.state in ("draft", "time_barred")
    ]  # fmt: skip
    assert {s.institution for s in found} <= {silent}


@pytest.mark.usefixtures("tables")
@pytest.mark.parametrize("seed", range(3))
def test_sums_hold_over_random_months_of_counties_beside_a_city(seed: int) -> None:
    """Right money, 3."""
    lived(seed)


# -------------------------------------------------------------------------------------------------
# with a mend taken out

Patch = Callable[[pytest.MonkeyPatch], None]


def left_out(patch: pytest.MonkeyPatch) -> None:
    """Right money, 3: 3201 is held against what the city pays alone."""
    whole = Tally.add

    def add(self: Tally, one: Item) -> None:
        elsewhere = one.amounts.get("paid_elsewhere", Fen(0))
        rest = one.amounts["fund_pay_sumamt"] - elsewhere
        whole(self, replace(one, amounts={**one.amounts, "fund_pay_sumamt": rest}))

    patch.setattr(Tally, "add", add)


def agreed_by_zero(patch: pytest.MonkeyPatch) -> None:
    """Right money, 3: a county's part is agreed by the question for the county's own people."""

    class ByPayer(agreeing.Asked):
        def names(self, group: Group) -> bool:
            return group.paying_region == self.insured and group.clr_type == self.clr_type

    def agree_by_payer(region: Region, one: agreeing.Asked, month: Month, now: datetime) -> bool:
        payer = ByPayer(
            one.institution, one.treatment, one.insured, one.insutype, one.clr_type, one.begin,
            one.end,
        )  # fmt: skip
        return region != one.region or whole(region, payer, month, now)

    whole = agreeing._agree
    patch.setattr(agreeing, "_agree", agree_by_payer)


def agreed_by_nobody(patch: pytest.MonkeyPatch) -> None:
    """Right money, 3: a county's statement waits for a question that no hospital can ask."""
    whole = agreeing._agree
    patch.setattr(
        agreeing,
        "_agree",
        lambda region, one, *rest: region != one.region or whole(region, one, *rest),
    )
    patch.setattr("tests.clearing.test_months.everything_agreed", lambda *_: None)


def draft_away(patch: pytest.MonkeyPatch) -> None:
    """Right money, 3: away from home the county's part keeps the whole statement in draft."""
    whole = Group.asked_by

    def asked_by(self: Group, insutype: str, clr_type: str, insured: str) -> bool:
        home = self.paying_region == self.insured_region
        return home and whole(self, insutype, clr_type, insured)

    patch.setattr(Group, "asked_by", asked_by)


def order_without_region(patch: pytest.MonkeyPatch) -> None:
    """Right money, 3: two regions' orders for one hospital and month have one number."""

    def order_id(region: Region, payer: str, source: PaymentSource, number: int) -> OrderId:
        return OrderId(f"PAY-{source.id.partition('-')[2]}-{number}")

    patch.setattr(payment_rules, "order_id", order_id)


@pytest.mark.usefixtures("tables")
@pytest.mark.parametrize(
    "taken_out",
    [left_out, agreed_by_zero, agreed_by_nobody, draft_away, order_without_region],
    ids=lambda patch: patch.__name__,
)
def test_with_a_mend_taken_out_the_months_find_the_fault(
    monkeypatch: pytest.MonkeyPatch, taken_out: Patch
) -> None:
    """Right money, 3."""
    taken_out(monkeypatch)
    with pytest.raises((AssertionError, Conflict)):
        lived(FINDS.get(taken_out.__name__, 0))


FINDS = {"agreed_by_nobody": 1}
"""The seed of months that find it."""
