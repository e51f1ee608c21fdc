"""Final accounts as data: what a layout may not be, and that its rows hold whatever the books hold
(Q2.2, J33)."""

from __future__ import annotations

import re
from copy import deepcopy
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medaid.errors import BadInput
from medaid.fund import books, layouts, statements
from medaid.fund.layouts import forms_of, loaded
from medaid.fund.model import Entry, Line
from medaid.fund.model.chart import accounts, funds, read
from medaid.fund.statements import Between, amounts, consolidated, footings
from medaid.money import Fen

YEAR = 2024


def data() -> dict[str, Any]:
    return deepcopy(read("statements.toml"))


def statement(found: dict[str, Any], key: str) -> dict[str, Any]:
    one: dict[str, Any] = next(one for one in found["statement"] if one["key"] == key)
    return one


def row(found: dict[str, Any], key: str, of: str = "assistance_income_expense") -> dict[str, Any]:
    one: dict[str, Any] = next(one for one in statement(found, of)["rows"] if one["key"] == key)
    return one


def formula_over_nothing(found: dict[str, Any]) -> None:
    row(found, "surplus")["formula"] = "income - spending"


def formula_that_is_none(found: dict[str, Any]) -> None:
    row(found, "surplus")["formula"] = "income * expense"


def formula_on_itself(found: dict[str, Any]) -> None:
    row(found, "income")["formula"] = "income_subtotal + surplus"


def fed_by_no_account(found: dict[str, Any]) -> None:
    row(found, "interest")["accounts"] = ["4209*"]


def fed_by_nothing(found: dict[str, Any]) -> None:
    del row(found, "interest")["accounts"]


def account_in_no_row(found: dict[str, Any]) -> None:
    row(found, "benefits")["accounts"] = ["500101"]
    del row(found, "outpatient")["accounts"]
    row(found, "outpatient")["unfed"] = "不设"


def account_in_two_rows(found: dict[str, Any]) -> None:
    row(found, "other_income")["accounts"] = ["4301*", "4201"]


def share_beyond_its_whole(found: dict[str, Any]) -> None:
    row(found, "inpatient")["accounts"] = ["590101"]


def share_of_nothing(found: dict[str, Any]) -> None:
    row(found, "inpatient")["of"] = "no_such_row"


def not_in_print(found: dict[str, Any]) -> None:
    statement(found, "assistance_income_expense")["pairs"].pop()


def twice_in_print(found: dict[str, Any]) -> None:
    statement(found, "assistance_income_expense")["pairs"].append(["interest", ""])


def without_source(found: dict[str, Any]) -> None:
    statement(found, "balance_sheet")["source"] = " "


def of_unknown_trust(found: dict[str, Any]) -> None:
    statement(found, "balance_sheet")["trust"] = "X"


def fund_with_two_sheets(found: dict[str, Any]) -> None:
    statement(found, "other_income_expense")["funds"].append("assistance")


def fund_without_a_sheet(found: dict[str, Any]) -> None:
    statement(found, "balance_sheet")["funds"].remove("other")


def equal_to_nothing(found: dict[str, Any]) -> None:
    statement(found, "balance_sheet")["equal"] = [["assets", "debts"]]


def elimination_of_nothing(found: dict[str, Any]) -> None:
    found["elimination"][0]["taken"] = "from_the_moon"


def identity_of_nothing(found: dict[str, Any]) -> None:
    found["identity"][0]["left"]["row"] = "no_such_row"


FAULTS = [
    (formula_over_nothing, "unknown row spending"),
    (formula_that_is_none, "cannot be read"),
    (formula_on_itself, "rests on itself"),
    (fed_by_no_account, "no account 4209"),
    (fed_by_nothing, "or not at all"),
    (account_in_no_row, "account 500102 feeds []"),
    (account_in_two_rows, "account 4201 feeds"),
    (share_beyond_its_whole, "holds more than"),
    (share_of_nothing, "a share of no row"),
    (not_in_print, "not once in print"),
    (twice_in_print, "not once in print"),
    (without_source, "no source"),
    (of_unknown_trust, "trust X"),
    (fund_with_two_sheets, "assistance"),
    (fund_without_a_sheet, "other"),
    (equal_to_nothing, "unknown row debts"),
    (elimination_of_nothing, "from_the_moon"),
    (identity_of_nothing, "no_such_row"),
]


@pytest.mark.parametrize(("fault", "said"), FAULTS, ids=[fault.__name__ for fault, _ in FAULTS])
def test_a_layout_that_does_not_hold_is_refused(fault: Any, said: str) -> None:
    found = data()
    loaded(found)
    fault(found)
    with pytest.raises(ValueError, match=re.escape(said)):
        loaded(found)


def test_a_layout_of_other_years_leaves_these_alone() -> None:
    """A new form from 2026 on beside the old one until 2025: each year has one."""
    found = data()
    old = statement(found, "balance_sheet")
    new = {**deepcopy(old), "key": "balance_sheet_2026", "from": 2026}
    old["until"] = 2025
    found["statement"].append(new)
    made = loaded(found).statements
    assert [one.key for one in made if one.holds("civil_servant", 2025)][-1] == "balance_sheet"
    assert [one.key for one in made if one.holds("civil_servant", 2026)][-1] == "balance_sheet_2026"
    old["until"] = 2026  # both would hold in 2026
    with pytest.raises(ValueError, match="2026"):
        loaded(found)


@pytest.mark.parametrize(("fund", "year"), [("养老", YEAR), ("civil_servant", 2017)])
def test_no_statement_of_an_unknown_fund_or_year(fund: str, year: int) -> None:
    with pytest.raises(BadInput):
        forms_of(fund, year)


@pytest.mark.parametrize("code", sorted(accounts()))
def test_every_account_lands_in_one_row(code: str) -> None:
    """Q2.2: nothing of the trial balance is lost, nothing counts twice."""
    fund = accounts()[code].fund
    forms = forms_of(fund, YEAR)
    found = amounts(fund, forms, {code: Fen(7)})
    rows = layouts.rows_of(forms)
    leaves = [key for key, fen in found.items() if fen and not rows[key].formula]
    assert len([key for key in leaves if not rows[key].of]) == 1
    assert all(rows[key].of in ("", *leaves) for key in leaves)


CODES = sorted(accounts())
pairs = st.lists(
    st.tuples(
        st.sampled_from(sorted(funds())), st.integers(0, 99), st.integers(0, 99),
        st.integers(-(10**12), 10**12).filter(bool),
    ),
    max_size=25,
)  # fmt: skip


def entries_of(made: list[tuple[str, int, int, int]]) -> list[Entry]:
    found = []
    for number, (fund, one, other, fen) in enumerate(made):
        chart = [account for account in accounts().values() if account.fund == fund]
        lines = (
            Line(chart[one % len(chart)], Fen(fen)),
            Line(chart[other % len(chart)], Fen(-fen)),
        )
        at = datetime(2024, 6, 1, tzinfo=UTC)
        found.append(Entry(f"e{number}", "x", "320500", date(2024, 6, 1), at, "s", lines))
    return found


@given(pairs)
def test_assets_are_liabilities_and_fund_whatever_was_booked(
    made: list[tuple[str, int, int, int]],
) -> None:
    """Both sheets foot, rows sum to their totals, the fund's change is the year's surplus."""
    figures = books.balances(entries_of(made))
    for fund in funds():
        forms = forms_of(fund, YEAR)
        found = amounts(fund, forms, figures)
        assert [one for one in footings(forms, found) if one.difference] == []
        assert found["closing_fund"] == found["opening_fund"] + found["surplus"]
        income = sum(
            -int(fen)
            for code, fen in figures.items()
            if accounts()[code].fund == fund and accounts()[code].kind == "income"
        )
        spent = sum(
            int(fen)
            for code, fen in figures.items()
            if accounts()[code].fund == fund and accounts()[code].kind == "expense"
        )
        assert (found["income"], found["expense"]) == (Fen(income), Fen(spent))


def test_the_published_resident_statement_foots_by_our_formulas() -> None:
    """Figures of a county, 2023 done and 2024 planned, 万元: every printed sum comes out."""
    rows = layouts.rows_of(forms_of("basic_resident", 2024)).values()
    for leaves, sums in (
        (
            {"contributions": 27362, "subsidy": 50441, "interest": 376, "other_income": 1474,
             "opening_fund": 35226, "benefits": 70764, "critical": 7270},
            {"income_subtotal": 79653, "income": 79653, "expense_subtotal": 78034,
             "expense": 78034, "surplus": 1619, "closing_fund": 36845, "income_total": 114879,
             "expense_total": 114879},
        ),
        (
            {"contributions": 28219, "subsidy": 49755, "interest": 525, "opening_fund": 36845,
             "benefits": 70965, "critical": 6907},
            {"income": 78499, "expense": 77872, "surplus": 627, "closing_fund": 37472,
             "income_total": 115344, "expense_total": 115344},
        ),
    ):  # fmt: skip
        found = layouts.evaluated(rows, {key: Fen(value) for key, value in leaves.items()})
        assert {key: int(found[key]) for key in sums} == sums


leaf_amounts = st.dictionaries(
    st.sampled_from(["subsidy", "benefits", "to_below", "from_above", "to_above", "from_below"]),
    st.integers(0, 10**9).map(Fen),
)
regions = st.dictionaries(
    st.sampled_from(["440900", "440902", "440904", "440981"]),
    st.tuples(
        leaf_amounts,
        st.lists(
            st.builds(
                Between,
                st.sampled_from(["to_below", "from_above", "to_above", "from_below"]),
                st.sampled_from(["440900", "440902", "440904", "440981", "440000"]),
                st.integers(1, 10**9).map(Fen),
            ),
            max_size=6,
            unique_by=lambda one: (one.row, one.counterpart),
        ),
    ),
    min_size=1,
)


@given(regions)
def test_regions_added_up_keep_surplus_and_fund(
    held: dict[str, tuple[dict[str, Fen], list[Between]]],
) -> None:
    """Sums of regions less what they pay each other: it leaves both sides alike, so it sums to
    zero."""
    forms = forms_of("assistance", YEAR)
    rows = layouts.rows_of(forms).values()
    whole = {
        region: (layouts.evaluated(rows, leaves), between)
        for region, (leaves, between) in held.items()
    }
    found = consolidated(forms, whole)
    for key, total in found.sums.items():
        assert int(total) == sum(int(one[key]) for one, _ in whole.values())
        assert found.amounts[key] == total - found.eliminated[key]
    assert found.amounts["surplus"] == found.sums["surplus"]
    assert found.amounts["closing_fund"] == found.sums["closing_fund"]
    assert found.eliminated["income"] == found.eliminated["expense"]
    taken_out = sum(int(one.amount) for one in found.eliminations)
    assert int(found.eliminated["income"]) == taken_out
    inside = set(held)
    assert all({one.giver, one.taker} <= inside for one in found.eliminations)


def one_region(given: int, taken: int) -> statements.Consolidated:
    forms = forms_of("assistance", YEAR)
    rows = layouts.rows_of(forms).values()
    city = layouts.evaluated(rows, {"subsidy": Fen(500), "to_below": Fen(100)})
    county = layouts.evaluated(rows, {"from_above": Fen(80), "benefits": Fen(70)})
    return consolidated(
        forms,
        {
            "440900": (city, [Between("to_below", "440902", Fen(given))]),
            "440902": (county, [Between("from_above", "440900", Fen(taken))]),
        },
    )


def test_what_one_region_gave_another_is_no_income_of_both() -> None:
    found = one_region(80, 80)
    (one,) = found.eliminations
    assert (one.giver, one.taker, one.amount, one.difference) == (
        "440900", "440902", Fen(80), Fen(0),
    )  # fmt: skip
    assert (found.amounts["to_below"], found.amounts["from_above"]) == (Fen(20), Fen(0))
    assert (found.amounts["income"], found.amounts["expense"]) == (Fen(500), Fen(90))


def test_who_is_above_need_not_be_named() -> None:
    """Money from above comes from the region above, where its voucher names nobody."""
    forms = forms_of("assistance", YEAR)
    rows = layouts.rows_of(forms).values()
    city = layouts.evaluated(rows, {"to_below": Fen(80), "from_below": Fen(9)})
    county = layouts.evaluated(rows, {"from_above": Fen(80), "to_above": Fen(9)})
    given = [Between("to_below", "440902", Fen(80)), Between("from_below", "440902", Fen(9))]
    taken = [Between("from_above", "", Fen(80)), Between("to_above", "", Fen(9))]
    found = consolidated(forms, {"440900": (city, given), "440902": (county, taken)})
    assert [one.difference for one in found.eliminations] == [Fen(0)] * 2
    assert (found.amounts["income"], found.amounts["expense"]) == (Fen(0), Fen(0))
    nobody = [Between("to_below", "", Fen(80))]  # below there are many: it must be named
    found = consolidated(forms, {"440900": (city, nobody), "440902": (county, taken)})
    assert found.amounts["to_below"] == Fen(80)


def test_what_they_do_not_agree_on_stays_and_is_told() -> None:
    found = one_region(100, 80)
    (one,) = found.eliminations
    assert (one.amount, one.difference) == (Fen(80), Fen(20))
    assert found.amounts["to_below"] == Fen(20)


def test_money_of_a_region_that_is_not_added_up_stays() -> None:
    forms = forms_of("assistance", YEAR)
    rows = layouts.rows_of(forms).values()
    county = layouts.evaluated(rows, {"from_above": Fen(80)})
    found = consolidated(forms, {"440902": (county, [Between("from_above", "440900", Fen(80))])})
    assert found.eliminations == ()
    assert found.amounts["from_above"] == Fen(80)
