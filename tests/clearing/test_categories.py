"""A hospital's month in 42 statement categories: insurance × kind of visit × place, assistance as a
column of each (J34, N5; 对账类别 2023 of a Jiangsu city)."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from itertools import product

import pytest
from tests.clearing.builders import (
    ABROAD,
    ELSEWHERE,
    HOME,
    HOSPITALS,
    agree,
    agreement,
    arrive,
    at,
    close_month,
    contract,
    item,
    made,
    reconcile_totals,
    refund,
    statement,
)
from tests.clearing.test_jobs import ask
from tests.conftest import Tables

from medaid.clearing.hospital import service as hospital
from medaid.clearing.model import Item
from medaid.errors import Conflict
from medaid.money import Fen

A = HOSPITALS[0]
AUGUST = at(1, 4, month=8)
DAYS = date(2023, 7, 1), date(2023, 7, 31)
NANTONG = "320600"
PLACES = {HOME: "county", ELSEWHERE: "province", ABROAD: "outside"}
KINDS = ("11", "14", "21", "24", "27", "28", "52")


def month(tables: Tables) -> list[Item]:
    """Two settlements of each category, each of an amount of its own, and one more in-province
    region."""
    contract(A)
    found = []
    rows = list(product(("310", "390"), KINDS, [*PLACES, NANTONG]))
    for number, (insutype, clr_type, home) in enumerate(rows):
        for copy in (0, 1):
            one = item(
                f"{number}x{copy}",
                at(3) + timedelta(minutes=number),
                home=home,
                hifp=10_000 + 7 * number + copy,
                maf=1_000 + 3 * number,
                insutype=insutype,
                clr_type=clr_type,
            )
            arrive(one)
            found.append(one)
    close_month(HOME, "2023-07", AUGUST)
    return found


def agree_to(items: list[Item], insutype: str, clr_type: str, home: str) -> str:
    mine = [
        one
        for one in items
        if (one.insutype, one.clr_type, one.insured_region) == (insutype, clr_type, home)
    ]
    sums = {
        name: Fen(sum(int(one.amounts[name]) for one in mine))
        for name in ("medfee_sumamt", "fund_pay_sumamt", "acct_pay")
    }
    group = (insutype, clr_type, home)
    return reconcile_totals(HOME, A, group, *DAYS, sums, len(mine), AUGUST)[0]


def test_forty_two_categories_of_one_hospital_are_one_payment(tables: Tables) -> None:
    items = month(tables)
    (only,) = made(HOME, A, "2023-07")
    assert len(only.categories) == 42
    expected: Counter[tuple[str, ...]] = Counter()
    for one in items:
        place = PLACES.get(one.insured_region, "province")
        for name in ("hifp_pay", "maf_pay", "medfee_sumamt"):
            expected[(one.insutype, one.clr_type, place, name)] += int(one.amounts[name])
    shown = {
        (*category, name): int(totals.amounts[name])
        for category, totals in only.categories.items()
        for name in ("hifp_pay", "maf_pay", "medfee_sumamt")
    }
    assert shown == expected
    counts = [totals.count for totals in only.categories.values()]
    assert sorted({*counts}) == [2, 4], "two regions of the province are one category"

    agree(agreement(A))
    groups = list(product(("310", "390"), KINDS, [*PLACES, NANTONG]))
    for insutype, clr_type, home in groups[:-1]:
        assert agree_to(items, insutype, clr_type, home) == "0"
        assert statement(HOME, A, "2023-07").state == "draft"
    with pytest.raises(Conflict):
        hospital.approve_statement(HOME, A, "2023-07", 1, "甲", AUGUST)
    assert agree_to(items, *groups[-1]) == "0"
    hospital.approve_statement(HOME, A, "2023-07", 1, "甲", AUGUST)
    paid = hospital.release_statement(HOME, A, "2023-07", 1, "乙", AUGUST)
    assert sum(int(fen) for fen in paid.paid.values()) == sum(
        int(one.amounts["fund_pay_sumamt"]) for one in items
    )
    assert paid.order_id.endswith("-1"), "one order for the whole month"


def test_the_page_shows_a_row_for_each_category_with_assistance_as_a_column(
    tables: Tables,
) -> None:
    items = month(tables)
    status, shown = ask("GET", f"/clearing/{HOME}/statements/{A}/2023-07/1", roles="auditor")
    rows = shown["categories"]
    assert (status, len(rows)) == (200, 42)
    keys = [(row["insutype"], row["clr_type"], row["locality"]) for row in rows]
    assert len({*keys}) == 42
    assert sum(row["count"] for row in rows) == len(items)
    assert all(float(row["amounts"]["maf_pay"]) > 0 for row in rows)
    assert sum(Fen.of_yuan(row["amounts"]["maf_pay"]) for row in rows) == sum(
        one.amounts["maf_pay"] for one in items
    )


def test_a_category_taken_back_whole_stays_a_row_of_nothing(tables: Tables) -> None:
    contract(A)
    one = item(1, at(3), clr_type="21")
    arrive(one)
    arrive(refund(one, at(4)), original=one)
    close_month(HOME, "2023-07", AUGUST)
    (only,) = made(HOME, A, "2023-07")
    (totals,) = only.categories.values()
    assert (totals.count, totals.refunds, totals.cases) == (2, 1, 0)
    assert not any(totals.amounts.values())
