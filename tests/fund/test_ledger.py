"""The ledger in memory gives back what was posted and sums it as the books do. Proves J32."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medaid.errors import Conflict
from medaid.fund import books
from medaid.fund.ledger import Ledger
from medaid.fund.model import Entry, Line, chart
from medaid.money import Fen

R = "320500"
FUNDS = list(chart.funds())


@st.composite
def entries(draw: st.DrawFn) -> list[Entry]:
    made = []
    for number in range(draw(st.integers(0, 12))):
        lines: list[Line] = []
        for fund in draw(st.lists(st.sampled_from(FUNDS), min_size=1, max_size=3)):
            fen = draw(st.integers(-(10**14), 10**14).filter(bool))
            who = draw(st.sampled_from(["", "H1", "H2"]))
            lines += [
                Line(chart.expense_account(fund, "inpatient"), Fen(fen), who),
                Line(chart.account(fund, "2101"), Fen(-fen), who),
            ]
        at = datetime(2023, 7, 1, tzinfo=UTC) + timedelta(microseconds=draw(st.integers(0, 10**13)))
        kind = draw(st.sampled_from(["settlement", "deduction"]))
        source = f"s{number}"
        entry_id = draw(st.sampled_from([f"{kind}-{source}", f"other{number}"]))
        back = draw(st.sampled_from(["", "x"]))
        made.append(
            Entry(
                entry_id,
                kind,
                R,
                draw(st.dates(date(2023, 7, 1), date(2023, 7, 9))),
                at,
                source,
                tuple(lines),
                draw(st.sampled_from(["", "摘要"])),
                back,
            )
        )
    return made


@given(
    entries(),
    st.dates(date(2023, 7, 1), date(2023, 7, 9)),
    st.dates(date(2023, 7, 1), date(2023, 7, 9)),
)
def test_given_back_as_posted_and_summed_as_the_books_do(
    made: list[Entry], one: date, other: date
) -> None:
    begin, end = sorted((one, other))
    ledger = Ledger(R)
    for entry in made:
        ledger.post(entry)
    assert list(ledger.entries()) == made
    assert len(ledger) == len(made)
    assert ledger.balance(end) == books.balances(e for e in made if e.effective <= end)
    opening = books.balances(e for e in made if e.effective < begin)
    expected = books.trial_balance(
        R, f"{begin}至{end}", opening, (e for e in made if begin <= e.effective <= end)
    )
    assert ledger.trial_balance(begin, end) == expected
    assert expected.proof() == ""


def line() -> tuple[Line, Line]:
    return Line(chart.account("assistance", "500101"), Fen(5)), Line(
        chart.account("assistance", "2101"), Fen(-5)
    )


def entry(entry_id: str = "e1", region: str = R) -> Entry:
    return Entry(
        entry_id,
        "settlement",
        region,
        date(2023, 7, 1),
        datetime(2023, 7, 1, tzinfo=UTC),
        "s",
        line(),
    )


def test_an_entry_is_posted_once() -> None:
    ledger = Ledger(R)
    ledger.post(entry())
    with pytest.raises(Conflict) as told:
        ledger.post(entry())
    assert told.value.code == "DUPLICATE"
    assert len(ledger) == 1


def test_another_regions_entry_is_refused() -> None:
    with pytest.raises(AssertionError):
        Ledger(R).post(entry(region="320100"))


@pytest.mark.parametrize("amount", [5, 5.0, "5", True])
def test_a_line_takes_fen_only(amount: object) -> None:
    with pytest.raises(TypeError):
        Line(chart.account("assistance", "2101"), amount)  # type: ignore[arg-type]


def test_a_line_does_not_change() -> None:
    one = line()[0]
    with pytest.raises(AttributeError):
        one.fen = 7  # type: ignore[misc]
    assert repr(one) == "Line(610100-500101, 0.05, '')"
