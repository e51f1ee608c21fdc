"""Between regions: the whole round trip of three provinces, clocks, disputes, prepayment,
suspension, zero months. Proves X7, X12, X14, J35."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from tests.clearing.builders import (
    advance,
    agree,
    agreement,
    arrive,
    at,
    close_month,
    collect,
    deduct,
    fix_prepayment,
    hand,
    held_prepayment,
    item,
    owed_to,
    pay_bill,
    reconcile_totals,
    refund,
)
from tests.conftest import Tables
from tests.fund.balances import counterpart_balances

from medaid.aws import exchange
from medaid.aws.transaction import commit
from medaid.clearing import billing_run
from medaid.clearing import store as store_of_items
from medaid.clearing.hospital import service as hospital
from medaid.clearing.model import Item
from medaid.clearing.regions import billing, national, rules, store
from medaid.clearing.regions import files as regionfiles
from medaid.clearing.regions import service as regions
from medaid.clearing.regions.billing import AT_ONCE
from medaid.clearing.regions.model import (
    BillAct,
    BillKind,
    BillStep,
    CityFiling,
    PrepaymentUse,
    RegionBill,
    parts_of,
)
from medaid.errors import BadInput, Conflict, PolicyUndetermined, Refused
from medaid.fund import service as fund
from medaid.fund.model import journal
from medaid.ids import OfficerId
from medaid.money import Fen
from medaid.months import Month
from medaid.national_files import unzipped, zipped
from medaid.regions import Region
from medaid.workdays import published

JS, SH, GD = Region("320000"), Region("310000"), Region("440000")
SUZHOU, NANJING, SHANGHAI, MAOMING = (
    Region(code) for code in ("320500", "320100", "310100", "440900")
)
CITIES = {JS: [NANJING, SUZHOU], SH: [SHANGHAI], GD: [MAOMING]}
ALL = [c for cities in CITIES.values() for c in cities]
NOW, JULY = at(2, 4, month=8), at(2, 4)
AGENCY, CHIEF = hand("received"), OfficerId("主任")


def round_trip(month: str, now: datetime) -> list[RegionBill]:
    """Statements, cities' filings, provinces' filings, the national split, bills taken in."""
    for city in ALL:
        close_month(city, month, now.replace(hour=1))
        regions.file_city(city, month, now)
    for province, cities in CITIES.items():
        regions.file_province(province, month, cities)
    national.split(month, list(CITIES))
    found: dict[str, RegionBill] = {}
    for province, cities in CITIES.items():
        for bill in (
            *regions.bill_province(province, month, cities, now),
            *regions.bill_cities(province, month, cities, now),
        ):
            found[bill.bill_id] = bill
    return [found[key] for key in sorted(found)]


def pay(bill: RegionBill, now: datetime) -> RegionBill:
    return pay_bill(bill, now)


def balances(city: str, number: str, last: str = "2023-09") -> dict[tuple[str, str], Fen]:
    entries = [
        e for month in Month("2023-07").through(Month(last)) for e in fund.entries(city, month)
    ]
    return counterpart_balances(entries, number)


def away(
    number: int,
    home: str,
    treatment: str,
    when: datetime = JULY,
    hifp: int = 50000,
    maf: int = 10000,
) -> Item:
    return item(
        number,
        when,
        institution=f"H{treatment}00001",
        home=home,
        treatment=treatment,
        hifp=hifp,
        maf=maf,
    )


@pytest.mark.usefixtures("tables")
class TestRoundTrip:
    def test_three_provinces_clear_in_full_and_the_books_agree(self) -> None:
        """J35, X12: cleared between provinces in full, the assistance part with it."""
        for number, (home, treatment) in enumerate(
            [
                (SUZHOU, SHANGHAI),
                (NANJING, SHANGHAI),
                (SHANGHAI, SUZHOU),
                (MAOMING, NANJING),
                (NANJING, SUZHOU),
            ]
        ):
            arrive(away(number, home, treatment))
        made = round_trip("2023-07", NOW)
        assert (
            len(made) == 6 + 2
        )  # every ordered pair of provinces, and of the cities of Jiangsu; zero ones too
        by_pair = {(b.creditor, b.debtor): b for b in made}
        owed = by_pair[SH, JS]
        assert (owed.count, owed.total()) == (2, Fen(120000))
        assert owed.parts == {
            (SHANGHAI, NANJING): {"assistance": Fen(10000), "basic_resident": Fen(50000)},
            (SHANGHAI, SUZHOU): {"assistance": Fen(10000), "basic_resident": Fen(50000)},
        }
        assert by_pair[JS, SH].total() == Fen(60000)  # gross both ways, never netted
        assert by_pair[SUZHOU, NANJING].total() == Fen(60000)
        assert by_pair[GD, SH].total() == Fen(0)
        assert balances(SUZHOU, "2102")[("assistance", SHANGHAI)] == Fen(-10000)
        for bill in made:
            pay(bill, NOW)
        for city in ALL:
            assert balances(city, "2102") == {}
            assert balances(city, "1102") == {}

    def test_run_again_everything_is_the_same(self) -> None:
        arrive(away(1, SUZHOU, SHANGHAI))
        first = round_trip("2023-07", NOW)
        out = exchange.get(national.answered_at("2023-07", JS))
        assert round_trip("2023-07", at(9, month=8)) == first
        assert exchange.get(national.answered_at("2023-07", JS)) == out

    def test_zero_month_closes_too(self) -> None:
        made = round_trip("2023-07", NOW)
        assert len(made) == 8
        for bill in made:
            assert bill.total() == Fen(0)
            with pytest.raises(Conflict):
                advance(bill.creditor, bill.debtor, bill.month, "submitted", NOW)
            assert pay(bill, NOW).state == "confirmed"

    def test_split_waits_for_everybody(self) -> None:
        national.file("2023-07", JS, regionfiles.filed("2023-07", []))
        with pytest.raises(Refused) as told:
            national.split("2023-07", list(CITIES))
        assert SH in told.value.sentence
        assert GD in told.value.sentence

    def test_file_is_taken_once_and_only_for_oneself(self) -> None:
        content = regionfiles.filed(
            "2023-07", [CityFiling(SUZHOU, SHANGHAI, 1, {"assistance": Fen(5)})]
        )
        national.file("2023-07", JS, content)
        national.file("2023-07", JS, content)
        with pytest.raises(Conflict):
            national.file("2023-07", JS, regionfiles.filed("2023-07", []))
        with pytest.raises(BadInput) as told:
            national.file("2023-07", SH, content)
        assert told.value.code == "FORBIDDEN"

    @pytest.mark.parametrize(
        ("old", "new"),
        [
            (b"2023-07\t", b"2023-06\t"),
            (b"\town\t", b"\tour\t"),
            (b"\t1\t", b"\t-1\t"),
            (b"0.05", b"0.051"),
            (b"setlym", b"ym"),
        ],
    )
    def test_file_of_another_form_is_refused(self, old: bytes, new: bytes) -> None:
        """Right money, 36."""
        content = unzipped(
            regionfiles.filed("2023-07", [CityFiling(SUZHOU, SHANGHAI, 1, {"assistance": Fen(5)})])
        )
        with pytest.raises(BadInput):
            national.file("2023-07", JS, zipped("x", content.replace(old, new)))

    def test_bill_that_forty_cities_pay_is_transferred_whole(self, tables: Tables) -> None:
        """Right money, 36. More cities than one transaction holds; interrupted anywhere, it goes
        on."""
        parts = {
            (SHANGHAI, Region(f"32{n:02d}00")): {"assistance": Fen(100 + n)} for n in range(1, 41)
        }
        bill = RegionBill(SH, JS, "2023-07", BillKind.CLEARING, 40, parts_of(parts), NOW)
        commit(store.create_bill(bill))
        pay_bill(bill, NOW, "transferred")
        held = store.get_bill(SH, JS, "2023-07")
        entries = rules.step_entries(bill, BillStep.ADVISED, NOW)
        noted = BillAct(BillStep.ADVISED, NOW, AGENCY, "财函1号")
        billing._book_parts(held, noted, entries[:-AT_ONCE])
        pair = (SHANGHAI, Region("320100"))
        with pytest.raises(Conflict):  # its entries are being posted: nobody contests it now
            regions.dispute_bill(
                SH, JS, "2023-07", pair, {"assistance": Fen(1)}, "迟到", AGENCY, NOW
            )
        done = advance(SH, JS, "2023-07", "advised", at(5, month=8))
        assert (done.state, done.steps[-1].by, done.steps[-1].at) == ("advised", AGENCY, NOW)
        advance(SH, JS, "2023-07", "advised", at(6, month=8))
        booked = [fen for _, city in parts for fen in balances(city, "2102").values()]
        assert (len(booked), Fen(sum(map(int, booked)))) == (40, bill.total())
        advance(SH, JS, "2023-07", "confirmed", at(6, month=8))
        assert len(balances(SHANGHAI, "1102")) == 40

    @pytest.mark.parametrize(
        ("old", "new"),
        [
            (b"\t2\t", "\t²\t".encode()),
            (b"2023-07\tclearing", b"2023-06\tclearing"),
            (b"\t2\t", b"\t-2\t"),
            (b"\t2\t", b"\t3\t"),  # more cases than were filed
            (b"500.00", b"5000.00"),  # more than was filed
            (b"500.00", b"5x0.00"),
            (b"clearing", b"prepayment"),
            (b"\t320100\t", b"\t330100\t"),  # another province's city
        ],
    )
    def test_bills_that_are_not_what_was_filed_are_not_taken(
        self, tables: Tables, old: bytes, new: bytes
    ) -> None:
        """Right money, 36."""
        arrive(away(1, SUZHOU, SHANGHAI))
        arrive(away(2, NANJING, SHANGHAI))
        for city in ALL:
            close_month(city, "2023-07", NOW.replace(hour=1))
            regions.file_city(city, "2023-07", NOW)
        for province, cities in CITIES.items():
            regions.file_province(province, "2023-07", cities)
        national.split("2023-07", list(CITIES))
        name = national.answered_at("2023-07", SH)
        content = unzipped(exchange.get(name))
        assert old in content
        exchange.put(name, zipped("bills.txt", content.replace(old, new)))
        before = tables.everything()
        with pytest.raises(BadInput):
            regions.bill_province(SH, "2023-07", CITIES[SH], NOW)
        assert tables.everything() == before

    def test_spoiled_file_of_one_province_stops_nobody_else(self, tables: Tables) -> None:
        """Right money, 36. A wrong CRC in one file: the other provinces' bills, and all other work,
        go on."""
        arrive(away(1, SUZHOU, SHANGHAI))
        arrive(away(2, MAOMING, NANJING))
        for city in ALL:
            close_month(city, "2023-07", NOW.replace(hour=1))
        done = billing_run.JobDone()
        billing_run.bill_regions(done, store_of_items.list_regions(), NOW)
        assert done.failed == []
        first = {row["pk"]["S"] for row in tables.items("clearing") if row["pk"]["S"] < "C"}
        for row in tables.items("clearing"):  # as if nothing had been billed yet
            if row["pk"]["S"][:2] in ("B#", "b#", "R#") and "month" not in row["pk"]["S"]:
                tables.client.delete_item(
                    TableName="medaid-clearing", Key={"pk": row["pk"], "sk": row["sk"]}
                )
        name = national.answered_at("2023-07", SH)
        spoiled = bytearray(exchange.get(name))
        spoiled[40] ^= 0xFF
        monkey = pytest.MonkeyPatch()
        monkey.setattr(billing_run, "_split", lambda *_: 0)  # the national level's files are there
        exchange.put(name, bytes(spoiled))
        again = billing_run.JobDone()
        billing_run.bill_regions(again, store_of_items.list_regions(), NOW)
        monkey.undo()
        assert [text.split()[:2] for text in again.failed] == [["region_bills", SH]]
        assert {b.debtor for b in owed_to(JS)} == {SH, GD}
        assert first

    def test_reversal_in_a_later_month_comes_off_the_later_bill(self) -> None:
        one, two = away(1, SUZHOU, SHANGHAI), away(2, SUZHOU, SHANGHAI, at(3, month=8), hifp=90000)
        arrive(one)
        for bill in round_trip("2023-07", NOW):
            pay(bill, NOW)
        back = refund(one, at(5, month=8))
        arrive(back, original=one)
        arrive(two)
        later = at(2, 4, month=9)
        made = {(b.creditor, b.debtor): b for b in round_trip("2023-08", later)}
        assert made[SH, JS].parts == {
            (SHANGHAI, SUZHOU): {"basic_resident": Fen(40000)}
        }  # assistance nets to nothing
        pay(made[SH, JS], later)
        assert balances(SUZHOU, "2102") == {}

    def test_more_taken_back_than_claimed_waits_for_the_next_bill(self) -> None:
        one = away(1, SUZHOU, SHANGHAI)
        arrive(one)
        for bill in round_trip("2023-07", NOW):
            pay(bill, NOW)
        arrive(refund(one, at(5, month=8)), original=one)
        august = {(b.creditor, b.debtor): b for b in round_trip("2023-08", at(2, 4, month=9))}
        assert august[SH, JS].parts == {}
        pay(august[SH, JS], at(2, 4, month=9))
        arrive(away(3, SUZHOU, SHANGHAI, at(6, month=9), hifp=70000, maf=30000))
        september = {(b.creditor, b.debtor): b for b in round_trip("2023-09", at(2, 4, month=10))}
        assert september[SH, JS].parts == {
            (SHANGHAI, SUZHOU): {"assistance": Fen(20000), "basic_resident": Fen(20000)}
        }
        pay(september[SH, JS], at(2, 4, month=10))
        assert balances(SUZHOU, "2102", "2023-10") == {}
        assert balances(SHANGHAI, "1102", "2023-10") == {}

    def test_dispute_is_not_paid_now_and_comes_again(self) -> None:
        """X12: what is disputed is carried to the next clearing."""
        arrive(away(1, SUZHOU, SHANGHAI))
        round_trip("2023-07", NOW)
        advance(SH, JS, "2023-07", "received", NOW)
        pair = (SHANGHAI, SUZHOU)
        for wrong in (
            {"assistance": Fen(10001)},
            {"assistance": Fen(0)},
            {"civil_servant": Fen(1)},
        ):
            with pytest.raises(Conflict):
                regions.dispute_bill(SH, JS, "2023-07", pair, wrong, "重复", AGENCY, NOW)
        bill = regions.dispute_bill(
            SH, JS, "2023-07", pair, {"assistance": Fen(4000)}, "费用重复", AGENCY, NOW
        )
        assert bill.total() == Fen(56000)
        for step in bill.way[1:]:
            if step is BillStep.IN_FULL:
                collect(bill, NOW)
            advance(SH, JS, "2023-07", step, NOW)
        with pytest.raises(Conflict):
            regions.dispute_bill(
                SH, JS, "2023-07", pair, {"assistance": Fen(1)}, "迟到", AGENCY, NOW
            )
        assert balances(SUZHOU, "2102") == {("assistance", SHANGHAI): Fen(-4000)}
        august = {(b.creditor, b.debtor): b for b in round_trip("2023-08", at(2, 4, month=9))}
        assert august[SH, JS].parts == {pair: {"assistance": Fen(4000)}}
        pay(august[SH, JS], at(2, 4, month=9))
        assert balances(SUZHOU, "2102") == {}

    def test_deduction_at_the_hospital_comes_off_what_the_home_region_owes(self) -> None:
        """N8: 对违法违规行为予以扣减相应结算资金, also of people from elsewhere."""
        one = away(1, SUZHOU, SHANGHAI)
        arrive(one)
        code = one.institution
        round_trip("2023-07", NOW)
        deduct(SHANGHAI, code, "D1", {"assistance": Fen(3000)}, "串换项目", SUZHOU, NOW)
        two = away(2, SUZHOU, SHANGHAI, at(3, month=8))
        arrive(two)
        later = at(2, 4, month=9)
        for city in ALL:
            close_month(city, "2023-08", later.replace(hour=1))
        totals = {n: two.amounts[n] for n in ("medfee_sumamt", "fund_pay_sumamt", "acct_pay")}
        first, last = date(2023, 8, 1), date(2023, 8, 31)
        assert (
            reconcile_totals(SHANGHAI, code, ("390", "21", SUZHOU), first, last, totals, 1, later)[
                0
            ]
            == "0"
        )
        agree(agreement(code, region=SHANGHAI))
        hospital.approve_statement(SHANGHAI, code, "2023-08", 1, "甲", later)
        hospital.release_statement(SHANGHAI, code, "2023-08", 1, "乙", later)
        assert balances(SUZHOU, "2102")[("assistance", SHANGHAI)] == Fen(-17000)
        assert balances(SHANGHAI, "1102")[("assistance", SUZHOU)] == Fen(17000)
        round_trip("2023-08", later)
        made = {(b.creditor, b.debtor): b for b in round_trip("2023-09", at(2, 4, month=10))}
        assert (
            made[SH, JS].parts == {}
        )  # the deduction was after September's first cut: it waits, negative, for October


class TestClocks:
    """5 + 10 + 5 working days, over the holidays of real years (X12)."""

    @pytest.mark.parametrize(
        ("step", "began", "due"),
        [
            (
                "received",
                date(2023, 9, 25),
                date(2023, 10, 8),
            ),  # 中秋国庆 29 September to 6 October; 7 and 8 October, a weekend, are worked
            ("received", date(2023, 9, 28), date(2023, 10, 11)),  # two worked weekend days inside
            (
                "received",
                date(2024, 2, 4),
                date(2024, 2, 9),
            ),  # Sunday 4 February is worked, 春节 from the 10th
            (
                "in_full",
                date(2024, 2, 5),
                date(2024, 2, 23),
            ),  # the whole of 春节 inside; Sunday 18 February is worked
            (
                "transferred",
                date(2023, 4, 27),
                date(2023, 5, 8),
            ),  # 劳动节 29 April to 3 May; Saturday 6 May is worked
            (
                "in_full",
                date(2023, 4, 20),
                date(2023, 5, 6),
            ),  # Sunday 23 April and Saturday 6 May are worked
            (
                "received",
                date(2023, 6, 19),
                date(2023, 6, 27),
            ),  # 端午 22 to 24 June; Sunday 25 June is worked
            ("transferred", date(2023, 12, 28), date(2024, 1, 5)),  # over New Year
            ("received", date(2023, 7, 7), date(2023, 7, 14)),  # a plain week
            (
                "in_full",
                date(2023, 1, 16),
                date(2023, 2, 2),
            ),  # 春节 21 to 27 January; Saturday 28 and Sunday 29 January are worked
        ],
    )
    def test_due_over_holidays(self, step: str, began: date, due: date) -> None:
        at_noon = datetime(began.year, began.month, began.day, 4, tzinfo=UTC)
        bill = RegionBill(
            SH,
            JS,
            "2023-07",
            BillKind.CLEARING,
            1,
            parts_of({(SHANGHAI, SUZHOU): {"assistance": Fen(1)}}),
            at_noon,
        )
        for name in bill.way[: bill.way.index(BillStep(step)) + 1]:
            bill = rules.stepped(bill, BillAct(name, at_noon, hand(name), "财函1号"))
        assert bill.due(published()) == due

    def test_steps_in_order_only(self) -> None:
        bill = RegionBill(
            SH,
            JS,
            "2023-07",
            BillKind.CLEARING,
            1,
            parts_of({(SHANGHAI, SUZHOU): {"assistance": Fen(1)}}),
            NOW,
        )
        for wrong in ("submitted", "in_full", "transferred", "advised", "confirmed"):
            step = BillAct(BillStep(wrong), NOW, hand(wrong), "财函1号")
            with pytest.raises(Conflict):
                rules.stepped(bill, step)


@pytest.mark.usefixtures("tables")
class TestPrepayment:
    def test_two_months_of_last_year_to_the_fen(self) -> None:
        """X12: prepayment of two months' pay by last year's figures."""
        assert rules.prepayment({"assistance": Fen(12000), "basic_resident": Fen(100)}, SUZHOU) == {
            "assistance": Fen(2000),
            "basic_resident": Fen(17),
        }
        with pytest.raises(PolicyUndetermined) as told:
            rules.prepayment({}, SUZHOU)
        assert told.value.code == "FACT_MISSING"

    def test_fixed_each_year_anew_up_or_back_and_booked(self) -> None:
        (bill,) = fix_prepayment(SH, JS, 2023, CHIEF, NOW, {"assistance": Fen(12000)})
        assert fix_prepayment(SH, JS, 2023, CHIEF, NOW, {"assistance": Fen(12000)}) == [
            bill
        ]  # once a year
        with pytest.raises(Conflict) as told:
            fix_prepayment(SH, JS, 2023, CHIEF, NOW, {"assistance": Fen(99999)})
        assert told.value.field == "last_year"
        pay(bill, NOW)
        assert balances(JS, "1101") == {("assistance", SH): Fen(2000)}
        assert balances(SH, "2106") == {("assistance", JS): Fen(-2000)}
        (back,) = fix_prepayment(
            SH, JS, 2024, CHIEF, at(20, month=1, year=2024), {"assistance": Fen(9000)}
        )
        assert (back.kind, back.creditor, back.debtor, back.total()) == (
            "prepayment_return",
            JS,
            SH,
            Fen(500),
        )
        pay(back, at(20, month=1, year=2024))
        assert balances(JS, "1101", "2024-01") == {("assistance", SH): Fen(1500)}
        assert balances(SH, "2106", "2024-01") == {("assistance", JS): Fen(-1500)}

    def test_interest_stays_where_the_treatment_was(self) -> None:
        """X14: the treatment region's interest is its income; what it holds for the home region
        does not grow."""
        (bill,) = fix_prepayment(SH, JS, 2023, CHIEF, NOW, {"assistance": Fen(12000)})
        pay(bill, NOW)
        fund.post(
            journal.movement(
                "fiscal_interest", SH, "息1", [("assistance", "1001", "4201", Fen(30))], NOW
            )
        )
        assert balances(SH, "2106") == {("assistance", JS): Fen(-2000)}
        assert held_prepayment(SH, JS) == {"assistance": Fen(2000)}
        assert fund.balance(SH, date(2023, 8, 31))["610100-4201"] == Fen(-30)

    @pytest.mark.parametrize(
        ("out", "held", "colour"),
        [
            (69, 100, ""),
            (70, 100, "yellow"),
            (89, 100, "yellow"),
            (90, 100, "red"),
            (1, 0, "red"),
            (0, 0, ""),
        ],
    )
    def test_usage_alerts(self, out: int, held: int, colour: str) -> None:
        assert rules.alert(Fen(out), Fen(held), SH) == colour

    def test_usage_is_told_once_a_month_and_colour(self, tables: object) -> None:
        (bill,) = fix_prepayment(SH, JS, 2023, CHIEF, NOW, {"assistance": Fen(80000 * 6)})
        pay(bill, NOW)
        arrive(away(1, SUZHOU, SHANGHAI))
        round_trip("2023-07", NOW)
        expected = [PrepaymentUse(JS, "yellow", Fen(60000), Fen(80000))]
        assert regions.report_use(SH, NOW) == expected
        assert regions.report_use(SH, NOW) == expected
        told = [i for i in tables.items("outbox") if i["kind"]["S"] == "prepayment_alert"]  # type: ignore[attr-defined]
        assert len(told) == 1


@pytest.mark.usefixtures("tables")
class TestSuspension:
    def test_suspended_province_is_answered_plainly_until_lifted(self) -> None:
        """X7: a province that delays is suspended, and the hospital is told."""
        regions.check_open(SUZHOU, SHANGHAI)
        regions.suspend_region(JS, "部级", "无故拖延拨付", NOW)
        with pytest.raises(Conflict) as told:
            regions.check_open(SUZHOU, SHANGHAI)
        assert told.value.code == "REGION_SUSPENDED"
        assert "手工报销" in told.value.sentence
        regions.check_open(SHANGHAI, SUZHOU)  # others' people go on
        regions.check_open(SUZHOU, SUZHOU)  # at home too
        regions.check_open(SUZHOU, NANJING)  # and inside the province
        with pytest.raises(Conflict):
            regions.suspend_region(JS, "部级", "再次", NOW)
        regions.lift_suspension(JS, "部级", "已补足", NOW)
        regions.check_open(SUZHOU, SHANGHAI)
        with pytest.raises(Conflict):
            regions.lift_suspension(JS, "部级", "再次", NOW)

    def test_city_is_suspended_inside_the_province(self) -> None:
        regions.suspend_region(SUZHOU, "省级", "拖延上缴", NOW)
        for treatment in (NANJING, SHANGHAI):
            with pytest.raises(Conflict):
                regions.check_open(SUZHOU, treatment)

    @pytest.mark.parametrize("suspended", [SUZHOU, JS])
    def test_county_code_does_not_pass_by_it(self, suspended: Region) -> None:
        """Right money, 12. X7: people of a county are people of its city and its province."""
        regions.suspend_region(suspended, "上级", "拖延", NOW)
        for county in ("320581", "320585"):
            with pytest.raises(Conflict) as told:
                regions.check_open(county, SHANGHAI)
            assert told.value.code == "REGION_SUSPENDED"
            regions.check_open(county, SUZHOU)  # at home
        regions.check_open("330102", SHANGHAI)  # another province's

    def test_county_alone_is_suspended_for_its_own_people(self) -> None:
        """Right money, 12."""
        regions.suspend_region("320581", "上级", "拖延", NOW)
        with pytest.raises(Conflict):
            regions.check_open("320581", SHANGHAI)
        regions.check_open("320582", SHANGHAI)
        regions.check_open(SUZHOU, SHANGHAI)

    def test_places_of_one_municipality_are_home(self) -> None:
        """310100 and 310115 differ in four digits and pool as one."""
        regions.suspend_region(SH, "上级", "拖延", NOW)
        regions.check_open(SHANGHAI, "310115")
        with pytest.raises(Conflict):
            regions.check_open("310115", SUZHOU)

    def test_reason_is_needed(self) -> None:
        with pytest.raises(Refused):
            regions.suspend_region(JS, "部级", "", NOW)
