"""The acts of random years: hospitals of a city and of another province, three offices, an insurer
and the bank; each act tells `Outside` what it did, and asserts what it was answered."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

import pytest
from tests.clearing.builders import (
    agreement,
    arrive,
    at,
    close_month,
    deduct,
    endow,
    insure,
    item,
    made,
    pay_insurer,
    reconcile_lines,
    reconcile_totals,
    refund,
    upload_rows,
    waiting,
)
from tests.clearing.outside import (
    HOSPITALS,
    INSURED,
    OWING,
    Fronting,
    Order,
    Outside,
    Part,
    Sums,
    half_up,
    less,
    parts_of,
    summed,
)
from tests.payments.builders import answer

from medaid.aws import exchange
from medaid.clearing.hospital import service as hospital
from medaid.clearing.hospital import store
from medaid.clearing.hospital.model import Agreement, Mode, Statement
from medaid.clearing.insurer import service as insurer
from medaid.clearing.insurer.model import BillState, CarrierKind, CriticalContract, InsurerPeriod
from medaid.errors import Conflict, Refused
from medaid.ids import OfficerId, OrderId
from medaid.instants import civil_date
from medaid.money import Fen
from medaid.months import Month
from medaid.payments import service as payments
from medaid.payments.model import SourceKind
from medaid.regions import Region
from medaid.workdays import published

MONTHS = ("2021-11", "2021-12", "2022-01", "2022-02")
AFTER = ("2022-03", "2022-04")
"""Months of no settlement, whose statements pay what waits."""
LISTENERS = {SourceKind.STATEMENT: hospital.payment_heard}
CODES = tuple(HOSPITALS)
BEGIN = at(1, month=1, year=2021)
CARRIER = "太保茂名"
"""The insurer that runs critical illness."""
AUDITOR, CASHIER, FINANCE = "审核", "出纳", OfficerId("财政")


@dataclass
class Years:
    outside: Outside = field(default_factory=Outside)
    now: datetime = BEGIN
    serial: int = 0
    assisting: dict[str, str] = field(default_factory=dict)
    proposed: Agreement = field(init=False)
    """The version that waits for its approval."""

    def __post_init__(self) -> None:
        for region in OWING:
            endow(region, day=BEGIN.date())

    def tick(self) -> datetime:
        self.now += timedelta(minutes=7)
        return self.now

    # ---- hospitals --------------------------------------------------------------------------

    def settle(
        self,
        month: str,
        day: int,
        who: tuple[int, int, int],
        funds: tuple[int, int, int],
        kind: tuple[str, str],
        late: int,
    ) -> None:
        self.serial += 1
        code, (insured, assisting), (hifp, hifmi, maf) = CODES[who[0]], who[1:], funds
        when = datetime.combine(Month(month).first.replace(day=day), at(1).timetz())
        when += timedelta(minutes=self.serial)
        insutype, clr_type = kind
        one = item(
            self.serial,
            when,
            institution=code,
            home=INSURED[insured],
            treatment=HOSPITALS[code],
            hifp=hifp,
            maf=maf,
            hifmi=0 if insutype == "310" else hifmi,
            clr_type=clr_type,
            insutype=insutype,
            outpatient=maf if clr_type == "11" else 0,
        )
        self.assisting[one.setl_id] = INSURED[assisting]
        arrive(one, when + timedelta(hours=late), assisting=INSURED[assisting])
        self.outside.parts += parts_of(one, INSURED[assisting])

    def take_back(self, which: int, month: str) -> None:
        """A settlement of this month or an earlier one, on the 28th."""
        mains = [p.item for p in self.outside.parts if not p.item.refd and "-" not in p.item_id]
        one = mains[which % len(mains)]
        if any(p.item.refd and p.item.setl_id == one.setl_id for p in self.outside.parts):
            return
        when = datetime.combine(Month(month).first.replace(day=28), at(1, 9).timetz())
        back, assisting = refund(one, when), self.assisting[one.setl_id]
        arrive(back, original=one, assisting=assisting)
        self.outside.parts += parts_of(back, assisting)

    def say(self, code: str, month: str, how: str) -> None:
        """The hospital asks by its own sums, or sends its lines, perhaps without the first."""
        mine = list(
            {
                (p.item.setl_id, p.item.refd): p.item
                for p in self.outside.parts
                if p.item.institution == code and p.item.month == month
            }.values()
        )
        first, last = Month(month).first, Month(month).last
        where = HOSPITALS[code]
        groups = sorted({(i.insutype, i.clr_type, str(i.insured_region)) for i in mine})
        if how == "totals":
            names = ("medfee_sumamt", "fund_pay_sumamt", "acct_pay")
            for group in groups:
                some = [i for i in mine if (i.insutype, i.clr_type, i.insured_region) == group]
                sums = {n: Fen(sum(int(i.amounts[n]) for i in some)) for n in names}
                args = (where, code, group, first, last, sums, len(some))
                assert reconcile_totals(*args, self.now)[0] == "0"
            return
        for clr_type, home in sorted({(clr, home) for _, clr, home in groups}):
            some = [i for i in mine if (i.clr_type, i.insured_region) == (clr_type, home)]
            some.sort(key=lambda i: i.setl_time)
            sent = b"".join(upload_rows(some[how == "disputes" :]))
            _, told = reconcile_lines(where, code, clr_type, home, first, last, sent, self.now)
            missing = some[:1] if how == "disputes" else []
            assert {d.setl_id for d in told} == {i.setl_id for i in missing}

    # ---- offices ----------------------------------------------------------------------------

    def contract(self, year: int, ends: date | None) -> None:
        insure(INSURED[0], year)
        self.outside.contracts[year] = ends or date(year, 12, 31)
        if ends is not None:
            when, who = at(10, month=1, year=year), (OfficerId("主任"), OfficerId("复核"))
            insurer.end_contract(Region(INSURED[0]), year, ends, "违约", who[0], when)
            insurer.decide_contract(Region(INSURED[0]), year, True, "属实", who[1], when)

    def critical(self, region: str, begin: date, *, by_insurer: bool) -> None:
        """Who runs critical illness from a day on, entered by one and agreed to by another."""
        who = (CarrierKind.INSURER, "CPIC", CARRIER) if by_insurer else (CarrierKind.AGENCY, "", "")
        one = CriticalContract(Region(region), begin, *who, "大病合同")
        insurer.propose_critical(one, OfficerId("主任"), BEGIN)
        insurer.decide_critical(one.region, begin, True, "", OfficerId("复核"), BEGIN)
        self.outside.critical.append((region, begin, by_insurer))

    def propose(self, code: str, effective: date, mode: str, retention: str, tail: str) -> None:
        rate = {"1": 0, "7": 60_000, "3": 13, "4": 17}.get(mode, 4_999)
        one = replace(
            agreement(code, retention, mode, rate, region=HOSPITALS[code]),
            effective=effective,
            account=f"622200001111{tail}",
        )
        hospital.propose_agreement(one, one.region, "录入", self.tick())
        self.proposed = one

    def approve(self) -> None:
        one = self.proposed
        hospital.decide_agreement(one.institution, True, "", "复核", one.region, self.tick())
        self.outside.versions[one.institution].append(one)

    def lines(self, one: Statement) -> list[Part]:
        """A statement's own parts, by the file that the hospital fetches."""
        rows = exchange.get(hospital.line_file(one)).decode().splitlines()[1:]
        named = Counter((r.split("\t")[0], r.split("\t")[-1]) for r in rows)
        mine = [
            p
            for p in self.outside.of(one.region, one.institution)
            if p.item.month == one.month and p.line in named
        ]
        assert Counter(p.line for p in mine) == named, one.statement_id
        return mine

    def pay(self, one: Statement, points: int, held_back: bool) -> None:
        """Both signatures; a changed account that waits for its approval holds the money back."""
        key = (one.region, one.institution, one.month, one.number)
        first_time = one.statement_id not in self.outside.booked
        if one.state in ("confirmed", "returned"):
            if one.state == "confirmed":
                self._sign(one, points)
            hospital.approve_statement(*key, AUDITOR, self.tick(), points)
        if held_back:
            with pytest.raises(Conflict, match="收款账户变更待复核"):
                hospital.release_statement(*key, CASHIER, self.tick())
            return
        done = hospital.release_statement(*key, CASHIER, self.tick())
        if first_time:
            self._book(done)
        amount = sum(map(int, done.paid.values()))
        if amount:
            name, account, _ = self._bank_line(done.order_id)
            agreed = self.outside.version(one.institution, civil_date(self.now))
            assert (name, account) == (agreed.name, agreed.account)
            batch = payments.get_order(OrderId(done.order_id)).batch_id
            funds = Counter({k: int(v) for k, v in done.paid.items()})
            self.outside.orders[one.statement_id][done.order_id] = Order(batch, amount, funds)

    def _sign(self, one: Statement, points: int) -> None:
        self.outside.sign(one, self.lines(one), points, self._is_first(one))

    def _is_first(self, one: Statement) -> bool:
        """Whether no statement of the month before it has care that the agreed mode pays for."""
        care = self.outside.version(one.institution, Month(one.month).last).mode
        clr_type = "11" if care in (Mode.PER_HEAD, Mode.IN_ADVANCE) else "21"
        earlier = [s for s in made(*self._where(one)) if s.number < one.number]
        return not any(
            p.is_own and p.item.clr_type == clr_type for s in earlier for p in self.lines(s)
        )

    @staticmethod
    def _where(one: Statement) -> tuple[str, str, str]:
        return one.region, one.institution, one.month

    def _book(self, done: Statement) -> None:
        """A first release: what it pays, what the insurer pays, what goes forward."""
        out = self.outside
        due = Counter(out.signed[done.statement_id].due)
        forward = Counter({k: v for k, v in due.items() if v < 0})
        pays = Counter({k: v for k, v in due.items() if v > 0})
        year = out.insurer_of(done.region, Month(done.month).last, civil_date(self.now))
        if year and pays["assistance"]:
            fen = pays.pop("assistance")
            visits = min(max(out.signed[done.statement_id].outpatient, 0), fen)
            out.fronted[done.statement_id] = Counter({"assistance": fen})
            told = Fronting(year, done.region, civil_date(self.now), fen, visits)
            out.insurer.append(told)
        carried: Sums = Counter()
        if out.insurer_runs_critical(done.region, Month(done.month).last):
            carried["critical_resident"] = pays.pop("critical_resident", 0)
        out.carried[done.statement_id] = carried
        named = ({k: int(v) for k, v in done.carried.items()}, done.carrier)
        assert named == (+carried, CARRIER if +carried else ""), done.statement_id
        paid = {k: int(v) for k, v in done.paid.items()}
        assert paid == +pays, (done.statement_id, paid, pays, out.signed[done.statement_id])
        out.booked.add(done.statement_id)
        out.forwards[done.region, done.institution].update(forward)
        self._deducted(done)

    def _deducted(self, done: Statement) -> None:
        for one in done.deductions:
            region, code, payer, funds = self.outside.deductions[one.pending_id]
            assert (region, code) == (done.region, done.institution)
            self.outside.take_off(region, code, payer, funds)

    def _bank_line(self, order_id: str) -> tuple[str, str, int]:
        order = payments.get_order(OrderId(order_id))
        batch = order.batch_id
        payments.write_batch_file(order.region, batch)
        rows = exchange.get(f"bank/out/{batch}.txt").decode().splitlines()
        (row,) = [r.split("|") for r in rows if r.startswith(f"D|{order_id}|")]
        return row[2], row[3], int(Fen.of_yuan(row[5]))

    def bank(self, script: Sequence[str]) -> None:
        """What the bank writes of every order under way, right and wrong, and what people find."""
        for orders in self.outside.orders.values():
            for order_id, order in list(orders.items()):
                if order.told == "sent":
                    for what in script:
                        self._bank_says(order_id, order, orders, what)

    def _bank_says(self, order_id: str, order: Order, orders: dict[str, Order], what: str) -> None:
        if what in ("found paid", "found unpaid"):
            if order.told == "contradicted":
                paid = what == "found paid"
                who = OfficerId("核"), frozenset({"auditor"})
                said = OrderId(order_id), paid, "查询", *who, LISTENERS
                payments.resolve_contradiction(*said, self.tick())
                order.told = "paid" if paid else "failed"
            return
        right = what != "wrong amount"
        fen = Fen(order.amount if right else order.amount + 1)
        result = what if right else "paid"
        line = (order_id, fen.yuan(), result, f"{self.serial}x{self.now:%d%H%M}")
        report = payments.take_answer(answer(order.batch, line), LISTENERS, self.tick())
        news = right and {"sent": True, "paid": result == "failed"}.get(order.told, False)
        assert (report.taken, len(report.problems)) == (int(news), int(not news))
        if news:
            order.told = result
        elif right and (order.told, result) == ("failed", "paid"):
            order.told = "contradicted"

    def deduct(self, region: str, code: str, fen: int, withdrawn: bool) -> None:
        key = f"D{len(self.outside.deductions)}-{self.now:%y%m%d%H%M}"
        away = [p.payer for p in self.outside.of(region, code) if p.payer != region]
        payer = away[0] if away else region
        fund = {"assistance": Fen(fen)}
        deduct(region, code, key, fund, "审核扣减", payer, self.tick())
        self.outside.deductions[key] = (region, code, payer, Counter(assistance=fen))
        if withdrawn:
            where = Region(region), code, key
            hospital.request_withdrawal(hospital.DEDUCTION, *where, "有误", AUDITOR, self.tick())
            hospital.decide_withdrawal(
                hospital.DEDUCTION, *where, True, "有误", "复核员", self.tick()
            )
            del self.outside.deductions[key]

    def correct(self, which: int, points: int, as_agreed: bool) -> None:
        """A statement that was released, by other points or by the version of the agreement that
        counts now; what comes to the same is refused."""
        out = self.outside
        found = [
            one
            for region in OWING
            for code in CODES
            for month in MONTHS
            for one in made(region, code, month)
            if one.statement_id in out.booked
            and (as_agreed or out.agreed[one.statement_id].mode in "34")
        ]
        if not found:
            return
        one = found[which % len(found)]
        key = (one.region, one.institution, one.month, one.number)
        before, sid = out.signed[one.statement_id], one.statement_id
        if as_agreed:
            out.agreed[sid] = out.version(one.institution, Month(one.month).last)
        more = out.correct(one, self.lines(one), points, self._is_first(one))
        asked = points if out.agreed[sid].mode in "34" else None, as_agreed, "核对单", "漏计"
        if before == out.signed[sid]:
            with pytest.raises(Conflict, match="与原结果相同"):
                hospital.propose_correction(*key, *asked, AUDITOR, self.tick())
            return
        hospital.propose_correction(*key, *asked, AUDITOR, self.tick())
        hospital.decide_correction(*key, True, "属实", "复核员", self.tick())
        out.forwards[one.region, one.institution].update(more)
        what = "agreement" if as_agreed else "points"
        out.corrected[f"{what}, {'more' if sum(more.values()) > 0 else 'less'}"] += 1

    def undo(self, way: hospital.Way, region: str, code: str, name: str) -> str:
        """Something that was entered or decided, taken back by two; its state afterwards."""
        where = way, Region(region), code, name
        hospital.request_withdrawal(*where, "有误", AUDITOR, self.tick())
        return hospital.decide_withdrawal(*where, True, "属实", "复核员", self.tick())[1]

    def give_back(self, which: int) -> None:
        """A deduction that a statement booked: it is owed again, by the next statement."""
        out = self.outside
        booked = [
            (region, code, one.pending_id)
            for region in OWING
            for code in CODES
            for kind, state, one in waiting(region, code)
            if (kind, state) == ("DEDUCTION", "taken")
            and one.statement_id in {*out.booked, *out.barred}
        ]
        if not booked:
            return
        region, code, key = booked[which % len(booked)]
        assert self.undo(hospital.DEDUCTION, region, code, key) == "given_back"
        _, _, payer, funds = out.deductions[key]
        out.take_off(region, code, payer, less(Counter(), funds))
        out.forwards[region, code].update(funds)
        out.given_back.append(key)

    def reopen_disputes(self) -> None:
        """Every ruling taken back: what it wrote off is owed again, what it paid comes off the
        next statement."""
        out, known = self.outside, {(p.owing, p.item_id): p for p in self.outside.parts}
        for region in OWING:
            for code in CODES:
                for kind, state, one in list(waiting(region, code)):
                    if kind != "DISPUTE" or state not in ("upheld", "rejected", "taken"):
                        continue
                    part = known[region, one.pending_id]
                    assert self.undo(hospital.RULING, region, code, one.pending_id) == "open"
                    paid = state == "taken" and one.statement_id in {*out.booked, *out.barred}
                    if state == "rejected":
                        out.take_off(region, code, part.payer, less(Counter(), part.funds))
                    if paid:
                        out.forwards[region, code].subtract(part.funds)
                    out.reopened["paid" if paid else state] += 1

    def end_disputes(self, upheld: bool) -> None:
        known = {(p.owing, p.item_id): p for p in self.outside.parts}
        for region in OWING:
            for code in CODES:
                for kind, state, one in list(waiting(region, code)):
                    if (kind, state) == ("DISPUTE", "open"):
                        part = known[region, one.pending_id]
                        yes = upheld or part.item.refd
                        where = region, code, one.pending_id
                        hospital.resolve_dispute(*where, yes, "复核", AUDITOR, self.tick())
                        if not yes:
                            self.outside.take_off(region, code, part.payer, part.funds)

    def bill(self, pays: bool) -> None:
        """The insurer's bills that are due, each what it fronted and asked for no earlier."""
        for region in INSURED:
            insurer.create_due_bills(Region(region), self.tick())
            billed = 0
            for one in insurer.list_bills(Region(INSURED[0]), 2021):
                if one.district != region:
                    continue
                if one.period is InsurerPeriod.TRUE_UP:
                    self.outside.trued_up.add((2021, region))
                told = sum(
                    found.asked(one.period)
                    for found in self.outside.insurer
                    if (found.year, found.district) == (2021, region)
                )
                assert int(one.fronted) == told - billed, (region, one.period)
                billed += int(one.fronted)
                if one.fronted:
                    self.outside.billed.add(one.period)
                if pays and one.state is BillState.MADE:
                    pay_insurer(region, 2021, one.period, AUDITOR, FINANCE, self.tick())
                    self.outside.bills_paid[region] += int(one.fronted)

    def bar(self) -> None:
        """The day after the last on which 2021 can be cleared, and its notices before."""
        for region in OWING:
            hospital.apply_time_bar(Region(region), self.tick(), published())
        for region in OWING:
            for code in CODES:
                for month in MONTHS:
                    for one in made(region, code, month):
                        if one.state == "time_barred":
                            self._barred(one)

    def _barred(self, one: Statement) -> None:
        if one.statement_id in self.outside.barred:
            return
        assert one.month < "2022-01"
        out, where = self.outside, (one.region, one.institution)
        out.barred.add(one.statement_id)
        disputed = {d.pending_id for d in store.list_disputed(one)}
        known = {p.item_id: p for p in out.parts}
        by_payer: dict[str, Counter[str]] = {}
        for p in self.lines(one):
            if p.item_id not in disputed:
                by_payer.setdefault(p.payer, Counter()).update(p.funds)
        rest = Counter({k: int(v) for k, v in one.brought_forward.items()})
        for d in one.upheld:
            rest.update(known[d.pending_id].funds)
        for d in one.deductions:
            rest.subtract(out.deductions[d.pending_id][3])
        for payer, funds in by_payer.items():
            out.take_off(*where, payer, +funds)
            rest.subtract(-funds)
        out.forwards[where].update(rest)
        self._deducted(one)

    def return_retention(self, share: str) -> None:
        """What was kept of 2021 goes back in part; refused while a statement of it is open."""
        out = self.outside
        for region in OWING:
            for code in CODES:
                year = [s for m in MONTHS[:2] for s in made(region, code, m)]
                kept = summed(
                    out.signed[s.statement_id].kept for s in year if s.statement_id in out.booked
                )
                back = Counter({k: half_up(v, share) for k, v in kept.items() if v})
                done = {*out.booked, *out.barred}
                if any(s.statement_id not in done for s in year):
                    with pytest.raises(Refused, match="尚未办结"):
                        hospital.return_retention(region, code, 2021, share, "科长", self.tick())
                    continue
                told = hospital.return_retention(region, code, 2021, share, "科长", self.tick())
                assert {k: int(v) for k, v in told.items()} == +back
                out.returned[region, code] = back
                out.forfeited[region, code] = less(kept, back)
                out.forwards[region, code].update(back)

    def close(self, month: str) -> None:
        self.now = datetime.combine(Month(month).next.first.replace(day=2), at(1, 4).timetz())
        for region in OWING:
            close_month(region, month, self.now)
            hospital.make_up_months(region, self.now)

    def undo_retention(self) -> None:
        """What was kept of 2021 is kept again; where it was paid, the next statement pays less."""
        out = self.outside
        for (region, code), back in list(out.returned.items()):
            found = [w for w in waiting(region, code) if w[2].pending_id == "RETENTION-2021"]
            if not found:
                continue
            ((_, state, one),) = found
            if state == "kept":
                continue  # nothing was returned of what is noted as reckoned anew
            assert self.undo(hospital.RETENTION, region, code, "2021") == "withdrawn"
            where = (region, code)
            out.forwards[where].subtract(back)  # what was carried is carried no more
            paid = one.statement_id in out.booked
            if paid:
                out.forwards[where].subtract(back)
            out.kept_again["paid" if paid else "before"] += 1
            out.returned[where], out.forfeited[where] = Counter(), Counter()
