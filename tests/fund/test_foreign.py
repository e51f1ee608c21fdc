"""Statements of others recomputed: what does not foot is shown with both numbers (Q2.2).

The figures are published ones, in 万元; two of the statements carry misprints.
"""

from __future__ import annotations

import io
from typing import Any

import pytest
from functions.clearing import finance as finance_door
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook
from tests.clearing.builders import HOME
from tests.clearing.test_jobs import ask

from medaid.aws import exchange
from medaid.errors import BadInput
from medaid.fund import foreign, layouts
from medaid.fund.layouts import forms_of
from medaid.money import Fen

FORMS = forms_of("basic_resident", 2024)


def checked(fund: str = "basic_resident", **printed: str) -> list[tuple[str, str, str, str]]:
    """StatementRow, printed, computed and difference of every sum that does not foot."""
    column = {key: Fen.of_yuan(text) for key, text in printed.items()}
    found, _ = foreign.recomputed(forms_of(fund, 2024), {"2024": column})
    return [
        (one.row, one.printed.yuan(), one.computed.yuan(), one.difference.yuan())
        for one in found
        if one.difference
    ]


def test_tacheng_employees_print_thirty_more_than_their_rows_make() -> None:
    """1,079.96 + 21,772.41 − 21,885.53 = 966.84, printed 996.84. Surplus is not printed: it is made
    of the two totals."""
    printed = {
        "opening_fund": "1079.96", "income": "21772.41", "expense": "21885.53",
        "closing_fund": "996.84",
    }  # fmt: skip
    expected = [("closing_fund", "996.84", "966.84", "30.00")]
    assert checked("basic_employee", **printed) == expected
    assert checked("basic_employee", **{**printed, "closing_fund": "966.84"}) == []


def test_tacheng_residents_foot() -> None:
    assert checked(
        opening_fund="354.15", contributions="3646.49", interest="2.22", other_income="47.95",
        subsidy="1681.50", from_above="3311", income="8689.16", expense="8915.30",
        closing_fund="128.01",
    ) == []  # fmt: skip


def test_tacheng_assistance_foots() -> None:
    assert checked(
        "assistance", opening_fund="56.13", interest="1.17", other_income="0.11",
        from_above="374", income="375.28", benefits="339", other_expense="0", to_above="90",
        expense="429", closing_fund="2.41",
    ) == []  # fmt: skip


def test_a_county_prints_a_cent_too_much_and_parts_that_overlap() -> None:
    """Income 38,683.09 by its rows, printed 38,683.10; expense rows make 35,602.94, printed
    35,356.77: both printed sums go on into surplus and balance, which foot by them."""
    assert checked(
        contributions="12785.73", from_assistance="605.35", from_treasury="177.97",
        subsidy="25737.65", interest="54", other_income="105.71", income="38683.10",
        benefits="35602.94", expense="35356.77", surplus="3326.33",
        opening_fund="29144.47", closing_fund="32470.80",
    ) == [
        ("income", "38683.10", "38683.09", "0.01"),
        ("expense", "35356.77", "35602.94", "-246.17"),
    ]  # fmt: skip


def test_the_same_countys_assistance_opens_with_what_nobody_printed() -> None:
    printed = {"subsidy": "3669", "other_income": "5.71", "income": "3674.71",
               "expense": "3527.20", "surplus": "147.51"}  # fmt: skip
    assert checked("assistance", **printed, closing_fund="160.95", opening_fund="13.44") == []
    assert checked("assistance", **printed, closing_fund="160.95") == [
        ("closing_fund", "160.95", "147.51", "13.44")
    ]


def test_a_share_is_never_more_than_its_whole() -> None:
    assert checked(contributions="100", from_assistance="100") == []
    assert checked(contributions="100", from_assistance="101") == [
        ("from_assistance", "101.00", "100.00", "1.00")
    ]


def test_totals_of_both_sides_agree() -> None:
    found = checked(income_total="5", expense_total="6")
    assert found == [("income_total", "5.00", "6.00", "-1.00")]


def test_what_nothing_can_be_held_against_is_named() -> None:
    found, unchecked = foreign.recomputed(FORMS, {"2024": {"income": Fen(5)}})
    assert found == []
    assert unchecked == ["2024 本年收入合计"]


def test_rows_left_blank_count_as_nothing_and_are_named() -> None:
    columns = {"2024": {"income": Fen(5), "subsidy": Fen(4)}}
    (one,), _ = foreign.recomputed(FORMS, columns)
    assert (one.computed, one.difference) == (Fen(4), Fen(1))
    assert "利息收入" in one.blank
    assert "财政补贴收入" not in one.blank


@pytest.mark.parametrize(("opening", "differs"), [(36845, False), (36844, True)])
def test_a_year_begins_with_what_the_last_one_closed_with(opening: int, differs: bool) -> None:
    columns = {"2023": {"closing_fund": Fen(36845)}, "2024": {"opening_fund": Fen(opening)}}
    found, _ = foreign.recomputed(FORMS, columns)
    assert [one.row for one in found if one.difference] == ["opening_fund"] * differs


amounts = st.dictionaries(
    st.sampled_from([row.key for row in layouts.rows_of(FORMS).values() if not row.formula]),
    st.integers(-(10**12), 10**12).map(Fen),
)


@given(amounts, st.integers(1, 10**6))
def test_a_statement_that_foots_passes_and_one_wrong_sum_is_found(
    leaves: dict[str, Fen], off: int
) -> None:
    rows = layouts.rows_of(FORMS)
    first = layouts.evaluated(rows.values(), leaves)
    missing = first["liabilities_and_fund"] - first["assets"]
    leaves["special_account"] = leaves.get("special_account", Fen(0)) + missing
    whole = layouts.evaluated(rows.values(), leaves)
    printed = {key: fen for key, fen in whole.items() if not rows[key].of}
    found, unchecked = foreign.recomputed(FORMS, {"本年": printed})
    assert [one for one in found if one.difference] == []
    assert unchecked == []
    printed["closing_fund"] = Fen(int(printed["closing_fund"]) + off)
    found, _ = foreign.recomputed(FORMS, {"本年": printed})
    wrong = next(one for one in found if one.difference)
    assert (wrong.row, wrong.difference) == ("closing_fund", Fen(off))


@pytest.mark.parametrize(
    ("name", "key"),
    [("income", "income"), ("本年收入合计", "income"), (" 本年收入合计 ", "income"),
     ("上年结余", "opening_fund")],
)  # fmt: skip
def test_rows_are_named_as_they_are_printed(name: str, key: str) -> None:
    assert foreign.row_of(FORMS, name, "row") == key


@pytest.mark.parametrize("name", ["总计", "养老保险", ""])
def test_a_name_of_two_rows_or_of_none_is_refused(name: str) -> None:
    with pytest.raises(BadInput) as told:
        foreign.row_of(FORMS, name, "row")
    assert told.value.code == "CODE_UNKNOWN"


PATH = f"/fund/{HOME}/statements/2024/basic_employee/recompute"
TACHENG: dict[str, Any] = {
    "columns": ["2024"],
    "rows": [
        {"row": "上年结余", "amounts": ["1079.96"]},
        {"row": "本年收入合计", "amounts": ["21772.41"]},
        {"row": "本年支出合计", "amounts": ["21885.53"]},
        {"row": "本年收支结余", "amounts": ["-113.12"]},
        {"row": "年末滚存结余", "amounts": ["996.84"]},
    ],
}


@pytest.mark.usefixtures("tables")
def test_the_route_answers_both_numbers() -> None:
    status, answer = ask("POST", PATH, TACHENG, roles="accountant")
    assert status == 200
    (one,) = answer["differences"]
    assert (one["name"], one["printed"], one["computed"], one["difference"]) == (
        "年末滚存结余", "996.84", "966.84", "30.00",
    )  # fmt: skip


@pytest.mark.usefixtures("tables")
@pytest.mark.parametrize(
    ("rows", "code"),
    [
        ([{"row": "利息", "amounts": ["1"]}], "CODE_UNKNOWN"),
        ([{"row": "利息收入", "amounts": ["1", "2"]}], "FIELD_REQUIRED"),
        ([{"row": "利息收入", "amounts": ["1.234"]}], "AMOUNT_FORMAT"),
        ([{"row": "利息收入", "amounts": ["1e3"]}] * 2, "DUPLICATE"),
        ([{"row": "利息收入", "amounts": [1.5]}], "AMOUNT_FORMAT"),
        ([], "FIELD_FORMAT"),
    ],
)
def test_a_statement_of_another_form_is_refused(rows: list[Any], code: str) -> None:
    status, answer = ask("POST", PATH, {"columns": ["2024"], "rows": rows}, roles="accountant")
    assert (status, answer["code"]) == (400, code)


def dropped(*lines: str) -> bytes:
    return ("\n".join(("某市职工医保 2024 年决算", "项目,2023,2024", *lines)) + "\n").encode()


@pytest.mark.usefixtures("tables")
def test_a_dropped_statement_is_answered_with_both_numbers() -> None:
    """Q2.2: two years in one table, the second with the misprint of thirty."""
    key = f"finance/in/{HOME}/2024/basic_employee/塔城.csv"
    content = dropped(
        "上年结余,×,1079.96", '本年收入合计,,"21,772.41"', '本年支出合计,,"21,885.53"',
        '年末滚存结余,"1,079.96",996.84',
    )  # fmt: skip
    exchange.put(key, content)
    done = finance_door.handler({"Records": [{"s3": {"object": {"key": key}}}]}, None)
    assert done["refused"] == 0
    answer = exchange.get(f"clearing/{HOME}/2024/basic_employee/塔城.csv.xlsx")
    rows = list(load_workbook(io.BytesIO(answer)).active.iter_rows(values_only=True))
    assert rows[1][:6] == ("不符", "2024", "年末滚存结余", 996.84, 966.84, 30)
    assert [row[0] for row in rows[2:]] == ["相符", "无从复算", "无从复算", "无从复算"]


@pytest.mark.usefixtures("tables")
@pytest.mark.parametrize(
    ("place", "lines", "said"),
    [
        ("2024/basic_employee", ["利息,1,2"], "项目"),
        ("2024/basic_employee", ["利息收入,1,2", "利息收入,1,2"], "两次"),
        ("2024/basic_employee", ["利息收入,1,2.345"], "2024"),
        ("2024/basic_employee", ["利息收入,1,1e3"], "2024"),
        ("2024/养老", ["利息收入,1,2"], "fund"),
        ("20244/basic_employee", ["利息收入,1,2"], "year"),
    ],
)
def test_a_dropped_statement_of_another_form_is_answered_so(
    place: str, lines: list[str], said: str
) -> None:
    key = f"finance/in/{HOME}/{place}/表.csv"
    exchange.put(key, dropped(*lines))
    done = finance_door.handler({"Records": [{"s3": {"object": {"key": key}}}]}, None)
    assert done == {"lines": 0, "refused": 1}
    assert said in exchange.get(f"clearing/{HOME}/{place}/表.csv.txt").decode()
