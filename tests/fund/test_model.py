"""Entries balance by construction, per fund; what is no entry cannot be made. Proves J29, J32."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medaid.errors import BadInput
from medaid.fund import books
from medaid.fund.model import Entry, Line, chart, reversing
from medaid.money import Fen

NOW = datetime(2023, 7, 3, 2, 0, tzinfo=UTC)
DAY = date(2023, 7, 3)


def line(fund: str, number: str, fen: int, counterpart: str = "") -> Line:
    return Line(chart.account(fund, number), Fen(fen), counterpart)


def entry(*lines: Line, kind: str = "settlement", narrative: str = "") -> Entry:
    return Entry("e1", kind, "320500", DAY, NOW, "s1", lines, narrative)


def test_balanced_entry_stands() -> None:
    made = entry(
        line("assistance", "500101", 500), line("assistance", "2101", -500, "H32050000001")
    )
    assert made.period == "2023-07"
    assert made.debits == Fen(500)


@pytest.mark.parametrize(
    "lines",
    [
        (line("assistance", "500101", 500), line("assistance", "2101", -499)),
        (line("assistance", "500101", 500),),
        (),
        (line("assistance", "500101", 0), line("assistance", "2101", 0)),
        # balanced over all, not in each fund: every fund keeps books of its own (J29)
        (line("assistance", "500101", 500), line("basic_resident", "2101", -500)),
    ],
)
def test_unbalanced_entry_cannot_be_made(lines: tuple[Line, ...]) -> None:
    """J32: double entry, balanced in every fund."""
    with pytest.raises(BadInput) as told:
        entry(*lines)
    assert told.value.code == "UNBALANCED"


def test_naive_instant_refused() -> None:
    good = entry(line("assistance", "500101", 500), line("assistance", "2101", -500))
    with pytest.raises(TypeError):
        replace(good, recorded=datetime(2023, 7, 3))  # noqa: DTZ001 - the point of the test
    with pytest.raises(TypeError):
        replace(good, effective=NOW)


@pytest.mark.parametrize(
    "narrative", ["张三 320501199001011234 住院", "联系 13812345678", "证件32050119900101123X"]
)
def test_personal_data_refused(narrative: str) -> None:
    """Personal data never enters the books."""
    with pytest.raises(BadInput) as told:
        entry(line("assistance", "500101", 5), line("assistance", "2101", -5), narrative=narrative)
    assert told.value.code == "PERSONAL_DATA"


def test_institution_code_is_not_taken_for_a_mobile() -> None:
    entry(
        line("assistance", "500101", 5),
        line("assistance", "2101", -5, "H13812345678"),
        narrative="H13812345678 七月",
    )


amounts = st.integers(1, 10**12)


@given(st.lists(st.tuples(st.sampled_from(list(chart.funds())), amounts), min_size=1, max_size=6))
def test_reversal_leaves_no_trace(rows: list[tuple[str, int]]) -> None:
    lines = [
        x
        for fund, fen in rows
        for x in (
            Line(chart.expense_account(fund, "inpatient"), Fen(fen)),
            line(fund, "2101", -fen),
        )
    ]
    made = entry(*lines)
    back = reversing(made, "s1R", DAY, NOW)
    assert books.balances([made, back]) == {}
    assert back.reverses == made.entry_id
    assert books.trial_balance("320500", "", {}, [made, back]).proof() == ""


def test_every_account_and_flow_is_cited_and_named_as_J32_does() -> None:
    names = {a.name for a in chart.accounts().values() if a.fund == "assistance"}
    assert {
        "财政补贴收入-中央",
        "财政补贴收入-省级",
        "财政补贴收入-市级",
        "财政补贴收入-县级",
        "利息收入",
        "其他收入-捐赠收入",
        "其他收入-彩票公益投入",
        "其他收入-公益慈善",
        "社会保险待遇支出-住院救助支出",
        "社会保险待遇支出-门诊救助支出",
        "其他支出-资助参保支出",
    } <= names
    assert all(a.cite for a in chart.accounts().values())
    assert all(f.cite for f in chart.flows().values())


@pytest.mark.parametrize(
    ("fund", "number"),
    [("assistance", "500111"), ("critical_resident", "590101"), ("nobody", "1001")],
)
def test_account_that_is_not_in_a_funds_chart(fund: str, number: str) -> None:
    with pytest.raises(BadInput) as told:
        chart.account(fund, number)
    assert told.value.code == "ACCOUNT_UNKNOWN"


def test_fund_follows_field_and_insurance_type() -> None:
    assert chart.fund_of("hifp_pay", "390").key == "basic_resident"
    assert chart.fund_of("hifp_pay", "310").key == "basic_employee"
    assert chart.fund_of("maf_pay", "310").key == "assistance"
    for field in (
        "acct_pay",
        "psn_cash_pay",
        "hosp_part_amt",
    ):  # the personal account and the hospital's part are no funds (I4)
        with pytest.raises(BadInput):
            chart.fund_of(field, "390")


@pytest.mark.parametrize("more", [{"until": date(2026, 12, 31)}, {"begin": DAY}, {"mnth": 1}])
def test_a_flow_that_says_what_nothing_reads_does_not_load(
    monkeypatch: pytest.MonkeyPatch, more: dict[str, object]
) -> None:
    """A last day that nobody holds to would be a rule on paper only."""
    read = chart.read

    def altered(name: str) -> dict[str, Any]:
        found = read(name)
        if name == "flows.toml":
            found["flow"][0] |= more
        return found

    assert chart.flows.__wrapped__() == chart.flows()
    monkeypatch.setattr(chart, "read", altered)
    with pytest.raises(ValueError, match="settlement says what nothing reads"):
        chart.flows.__wrapped__()
