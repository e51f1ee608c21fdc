"""A county's assistance beside a city's insurance (J24): one settlement is owed by two regions, and
the hospital, which knows one sum, agrees both parts. Proves J24, J34, Q5.2."""

from __future__ import annotations

from datetime import date
from itertools import count

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from tests.clearing.builders import (
    HOSPITALS,
    agree,
    agreement,
    arrive,
    at,
    close_month,
    endow,
    item,
    made,
    reconcile_lines,
    reconcile_totals,
    refund,
    statement,
    upload_rows,
    waiting,
)
from tests.fund.balances import counterpart_balances

from medaid.clearing.hospital import service as hospital
from medaid.clearing.hospital.monthly import YearEnd
from medaid.clearing.model import Item
from medaid.clearing.regions import service as regions
from medaid.fund import service as fund
from medaid.money import Fen
from medaid.months import Month
from medaid.regions import Region
from medaid.workdays import published

pytestmark = pytest.mark.usefixtures("tables")
CITY, COUNTY, ELSEWHERE = "440900", "440981", "450100"
A = HOSPITALS[0]
FIRST, LAST = date(2023, 7, 1), date(2023, 7, 31)
AUGUST = at(2, 4, month=8)
GROUP = ("390", "21", CITY)


def settled(number: int = 1, treatment: str = CITY) -> Item:
    """4,083,375 fen by the city's funds, 559,960 by the county's assistance."""
    one = item(number, at(3), home=CITY, treatment=treatment, hifp=4083375, maf=559960)
    arrive(one, assisting=COUNTY)
    return one


def closed(*owing: str) -> None:
    for region in owing:
        close_month(region, "2023-07", AUGUST)


def sums(*items: Item) -> dict[str, Fen]:
    names = ("medfee_sumamt", "fund_pay_sumamt", "acct_pay")
    return {name: Fen(sum(int(one.amounts[name]) for one in items)) for name in names}


def agreed(*items: Item, treatment: str = CITY) -> tuple[str, str]:
    return reconcile_totals(treatment, A, GROUP, FIRST, LAST, sums(*items), len(items), AUGUST)


def owed(region: str, number: str = "2101") -> dict[tuple[str, str], Fen]:
    entries = [
        e for m in Month("2023-07").through(Month("2024-01")) for e in fund.entries(region, m)
    ]
    return {key: -fen for key, fen in counterpart_balances(entries, number).items()}


def paid(region: str) -> str:
    hospital.approve_statement(region, A, "2023-07", 1, f"审核{region}", AUGUST)
    return hospital.release_statement(region, A, "2023-07", 1, f"出纳{region}", AUGUST).order_id


class TestInTheCity:
    def test_the_hospitals_one_sum_agrees_both_parts_and_tells_the_countys(self) -> None:
        """Right money, 3."""
        one = settled()
        closed(CITY, COUNTY)
        assert statement(COUNTY, A, "2023-07").by_fund == {"assistance": Fen(559960)}
        result, description = agreed(one)
        assert result == "0"
        assert f"其中 5599.60 元由 {COUNTY} 支付" in description
        for region in (CITY, COUNTY):
            assert statement(region, A, "2023-07").state == "confirmed"

    def test_nothing_is_agreed_by_stating_zero(self) -> None:
        """Right money, 3."""
        settled()
        closed(CITY, COUNTY)
        nothing = dict.fromkeys(("medfee_sumamt", "fund_pay_sumamt", "acct_pay"), Fen(0))
        reconcile_totals(CITY, A, ("390", "21", COUNTY), FIRST, LAST, nothing, 0, AUGUST)
        reconcile_totals(COUNTY, A, ("390", "21", COUNTY), FIRST, LAST, nothing, 0, AUGUST)
        for region in (CITY, COUNTY):
            assert statement(region, A, "2023-07").state == "draft"

    def test_sum_without_the_countys_part_is_not_agreed(self) -> None:
        """Right money, 3."""
        one = settled()
        closed(CITY, COUNTY)
        short = {**sums(one), "fund_pay_sumamt": Fen(4083375)}
        assert reconcile_totals(CITY, A, GROUP, FIRST, LAST, short, 1, AUGUST)[0] == "1"
        assert statement(COUNTY, A, "2023-07").state == "draft"

    def test_both_are_paid_under_orders_of_their_own_and_counted_once(self) -> None:
        """Right money, 3."""
        one = settled()
        closed(CITY, COUNTY)
        agreed(one)
        agree(agreement(A, region=CITY))
        orders = {paid(region) for region in (CITY, COUNTY)}
        assert len(orders) == 2
        assert owed(CITY) == owed(COUNTY) == {}
        counts = [
            block.totals.count
            for region in (CITY, COUNTY)
            for block in statement(region, A, "2023-07").blocks
        ]
        assert sum(counts) == 1

    @pytest.mark.parametrize(("share", "percent"), [("0.5", 50), ("0", 0)])
    def test_each_region_returns_what_it_kept_back_itself(self, share: str, percent: int) -> None:
        """J34: the one is not taken for the other; each does it once."""
        one = settled()
        closed(CITY, COUNTY)
        agreed(one)
        agree(agreement(A, "0.1", region=CITY))
        for region in (CITY, COUNTY):
            paid(region)
        kept = {CITY: 408338, COUNTY: 55996}
        january = at(10, month=1, year=2024)
        for region, fen in kept.items():
            assert sum(map(int, owed(region, "2107").values())) == fen
            told = hospital.return_retention(region, A, 2023, share, "科长", january)
            assert sum(map(int, told.values())) == fen * percent // 100
            assert owed(region, "2107") == {}, region
            assert hospital.return_retention(region, A, 2023, share, "科长", january) == told
            assert sum(map(int, owed(region).values())) == fen * percent // 100

    def test_both_parts_of_a_disputed_settlement_wait_and_the_rest_is_agreed(self) -> None:
        """Right money, 3."""
        one, two = settled(1), settled(2)
        closed(CITY, COUNTY)
        upload = b"".join(upload_rows([one]))
        _, found = reconcile_lines(CITY, A, "21", CITY, FIRST, LAST, upload, AUGUST)
        assert [d.stmt_rslt for d in found] == ["101"]
        for region, part in ((CITY, two.setl_id), (COUNTY, f"{two.setl_id}-{COUNTY}")):
            assert statement(region, A, "2023-07").state == "confirmed"
            assert [c.pending_id for _, _, c in waiting(region, A)] == [part]
        assert statement(COUNTY, A, "2023-07").due() == {"assistance": Fen(559960)}

    def test_reversal_takes_both_parts_back(self) -> None:
        one = settled()
        back = refund(one, at(5))
        arrive(back, original=one, assisting=COUNTY)
        closed(CITY, COUNTY)
        assert agreed(one, back)[0] == "0"
        for region in (CITY, COUNTY):
            assert statement(region, A, "2023-07").due() == {}
            assert owed(region) == {}

    def test_a_total_in_advance_is_paid_by_the_city_alone(self) -> None:
        one = item(1, at(3), home=CITY, treatment=CITY, clr_type="11", hifp=100, maf=30)
        arrive(one, assisting=COUNTY)
        closed(CITY, COUNTY)
        reconcile_totals(CITY, A, ("390", "11", CITY), FIRST, LAST, sums(one), 1, AUGUST)
        agree(agreement(A, mode="7", rate=5000, region=CITY))
        differences = {
            region: hospital.approve_statement(
                region, A, "2023-07", 1, "审核", AUGUST
            ).mode_difference
            for region in (CITY, COUNTY)
        }
        assert differences == {CITY: {"basic_resident": Fen(4900)}, COUNTY: {}}

    def test_bar_spares_what_the_hospital_could_not_have_agreed_to(self) -> None:
        """Right money, 3.
        Q5.2: agreed by its one sum, neither part is barred after 20 January; what turned up
        after the last notice is not barred either."""
        one = settled()
        closed(CITY, COUNTY)
        agreed(one)
        late = item(9, at(4), home=CITY, treatment=CITY, hifp=5, maf=7)
        arrive(late, when=at(20, month=1, year=2024), assisting=COUNTY)
        for region in (CITY, COUNTY):
            hospital.create_supplements(region, at(21, month=1, year=2024))
            after = at(23, 4, month=1, year=2024)
            assert hospital.apply_time_bar(Region(region), after, published()) == YearEnd(0, 0)
            assert [s.state for s in made(region, A, "2023-07")] == ["confirmed", "draft"]
            assert "barred" not in {e.kind for m in ("2024-01",) for e in fund.entries(region, m)}


class TestAwayFromHome:
    def test_one_statement_holds_both_parts_and_is_confirmed_by_one_sum(self) -> None:
        """Right money, 3."""
        one = settled(treatment=ELSEWHERE)
        closed(ELSEWHERE)
        only = statement(ELSEWHERE, A, "2023-07")
        assert only.by_fund == {"assistance": Fen(559960), "basic_resident": Fen(4083375)}
        assert agreed(one, treatment=ELSEWHERE)[0] == "0"
        assert statement(ELSEWHERE, A, "2023-07").state == "confirmed"

    def test_each_region_is_billed_its_own_part_and_the_settlement_counted_once(self) -> None:
        settled(treatment=ELSEWHERE)
        closed(ELSEWHERE)
        filed = regions.list_filings(ELSEWHERE, "2023-07", at(3, month=8))
        assert {(f.paying, f.count): f.own for f in filed} == {
            (CITY, 1): {"basic_resident": Fen(4083375)},
            (COUNTY, 0): {"assistance": Fen(559960)},
        }


SERIAL = count(1)
COUNTIES = (COUNTY, "440982")
VISITS = st.lists(
    st.tuples(
        st.sampled_from((CITY, *COUNTIES)),  # who insures
        st.sampled_from(("", *COUNTIES)),  # who pays the assistance, where the insured do not
        st.integers(0, 10**7),
        st.integers(0, 10**6),
        st.sampled_from(("21", "11")),
        st.booleans(),  # taken back
    ),
    min_size=1,
    max_size=6,
)


@settings(
    max_examples=15,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # a smaller case costs minutes here
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(visits=VISITS, there=st.sampled_from((CITY, ELSEWHERE)))
def test_the_statements_of_all_regions_add_up_to_the_hospitals_own_total(
    visits: list[tuple[str, str, int, int, str, bool]], there: str
) -> None:
    """Right money, 3. J24, J34: each settlement counted once, each part owed by one region, each
    region's paid under an order of its own; together what the hospital knows and nothing else."""
    code, own = f"H{next(SERIAL):011d}", list[Item]()
    for number, (insured, assisting, hifp, maf, clr_type, back) in enumerate(visits):
        one = item(
            f"{code}{number}",
            at(3),
            institution=code,
            home=insured,
            treatment=insured if there == CITY else there,
            hifp=hifp,
            maf=maf,
            clr_type=clr_type,
        )
        whose = assisting if maf and assisting != insured else ""
        arrive(one, assisting=whose)
        own.append(one)
        if back:
            own.append(refund(one, at(5)))
            arrive(own[-1], original=one, assisting=whose)
    owing = (CITY, *COUNTIES, ELSEWHERE)
    for region in owing:
        endow(region)
        hospital.close_institution_month(region, code, "2023-07", at(1, 4, month=8))
    for clr_type, insured in {(one.clr_type, one.insured_region) for one in own}:
        mine = [one for one in own if (one.clr_type, one.insured_region) == (clr_type, insured)]
        group = ("390", clr_type, insured)
        said = reconcile_totals(there, code, group, FIRST, LAST, sums(*mine), len(mine), AUGUST)
        assert said[0] == "0", said
    agree(agreement(code, region=there))
    found = [one for region in owing for one in made(region, code, "2023-07")]
    assert {one.state for one in found} <= {"confirmed"}
    for region in {one.region for one in found}:
        key = (region, code, "2023-07", 1)
        hospital.approve_statement(*key, f"审核{region}", AUGUST)
        hospital.release_statement(*key, f"出纳{region}", AUGUST)
    paid = [one for region in owing for one in made(region, code, "2023-07")]
    assert sum(b.totals.count for one in paid for b in one.blocks) == len(own)
    total = sum(int(one.amounts["fund_pay_sumamt"]) for one in own)
    assert sum(int(fen) for one in paid for fen in one.by_fund.values()) == total
    assert sum(int(fen) for one in paid for fen in one.paid.values()) == total
    orders = [one.order_id for one in paid if one.paid]
    assert len(set(orders)) == len(orders)
