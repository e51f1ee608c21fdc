"""Deadlines over holidays, payment by mode, shares, figures. Proves J34, N5, Q5.1, Q5.2."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from medaid.clearing.figures import care_class, figure
from medaid.clearing.hospital import rules
from medaid.clearing.hospital.model import (
    Agreement,
    Block,
    Group,
    Mode,
    Statement,
    StatementState,
    Totals,
)
from medaid.errors import BadInput, Conflict, PolicyUndetermined, Refused
from medaid.ids import InstitutionCode
from medaid.money import Fen
from medaid.months import Month
from medaid.regions import Region
from medaid.workdays import published

CALENDAR = published()


H1 = InstitutionCode("H1")


@pytest.mark.parametrize(
    ("month", "day"),
    [
        ("2023-07", date(2023, 8, 18)),  # the 20th is a Sunday
        ("2023-08", date(2023, 9, 20)),  # a Wednesday
        ("2022-12", date(2023, 1, 20)),  # the Friday before 春节
        ("2023-12", date(2024, 1, 19)),  # a Saturday
        ("2020-12", date(2021, 1, 20)),
        ("2020-01", date(2020, 2, 20)),
        ("2020-08", date(2020, 9, 18)),  # a Sunday; Sunday 27 September is worked, the 20th is not
        ("2018-08", date(2018, 9, 20)),
        ("2025-08", date(2025, 9, 19)),  # a Saturday
        ("2023-04", date(2023, 5, 19)),  # a Saturday
    ],
)
def test_paid_by_the_20th_before_a_holiday(month: str, day: date) -> None:
    """The text moves no date, so money is sent on the last working day not after the 20th (J34,
    Q5.2)."""
    deadline = rules.paid_by(Month(month), "620522", CALENDAR)
    assert deadline.day == day
    assert "五(二)" in deadline.cite


@pytest.mark.parametrize(
    ("year", "day"),
    [
        (2018, date(2019, 1, 21)),  # 20 January 2019 is a Sunday
        (2019, date(2020, 1, 20)),  # a Monday
        (2020, date(2021, 1, 20)),
        (2021, date(2022, 1, 20)),
        (2022, date(2023, 1, 20)),
        (2023, date(2024, 1, 22)),  # a Saturday
        (2024, date(2025, 1, 20)),
        (2025, date(2026, 1, 20)),
        (2017, date(2018, 1, 22)),  # a Saturday
        (2011, date(2012, 1, 20)),  # outside the published years the plain week counts
    ],
)
def test_bar_of_20_january_after_a_holiday(year: int, day: date) -> None:
    """A period whose last day is a holiday ends on the day after it (民法总则 art. 203): in the
    hospital's favour."""
    assert rules.barred_after(year, "620522", CALENDAR).day == day


def test_notices_precede_the_bar() -> None:
    days = [notice.day for notice in rules.bar_notices(2022, "620522", CALENDAR)]
    assert days == [date(2022, 12, 21), date(2023, 1, 10), date(2023, 1, 17)]


def statement(**groups: tuple[int, int, int, int]) -> Statement:
    """Groups by clr_type: count, refunds, days, hifp."""
    home = Region("320500")
    made = tuple(
        Block(
            Group("390", care_class(clr[1:]), clr[1:], home, home),
            Totals(n, r, {"hifp_pay": Fen(fen), "maf_pay": Fen(7)}, days),
        )
        for clr, (n, r, days, fen) in groups.items()
    )
    cut = datetime(2023, 8, 1, tzinfo=UTC)
    sums = rules.fund_sums(made)
    return Statement(home, H1, Month("2023-07"), 1, None, cut, made, sums, "", 1)


def agreement(mode: str, rate: int) -> Agreement:
    return Agreement(H1, "某医院", Region("320500"), date(2023, 1, 1), Mode(mode), Fen(rate))


def paid(one: Statement, by: Agreement, points: int = 6000) -> Statement:
    """The statement ordered as the agreement says; `points` of 1 fen make 60 yuan."""
    return replace(rules.by_agreement(one, by, points, ()), state=StatementState.RELEASED)


@pytest.mark.parametrize(
    ("mode", "rate", "points", "difference"),
    [
        ("1", 0, 0, 0),  # by item: payable is what is claimed
        ("2", 1000, 0, 8 * 1000 - 9000),  # ten settlements, one taken back: eight cases stand
        ("3", 20, 500, 10000 - 9000),
        ("4", 25, 400, 10000 - 9000),
        ("5", 300, 0, 30 * 300 - 9000),
        ("6", 50, 0, 5 * 50 - 300),
        ("7", 310, 0, 310 - 300),
    ],
)
def test_payable_by_mode_less_claimed(mode: str, rate: int, points: int, difference: int) -> None:
    """Q5.1, N5: only basic insurance is paid by mode; assistance is paid as settled."""
    found = rules.by_mode(
        statement(c21=(10, 1, 30, 9000), c11=(5, 0, 0, 300)), agreement(mode, rate), points, True
    )
    assert found == ({"basic_resident": Fen(difference)} if difference else {})


@pytest.mark.parametrize("mode", ["3", "4"])
def test_points_that_are_missing_are_asked_for_never_taken_as_none(mode: str) -> None:
    """Right money, 9. N5: without points DRG and DIP paid 0."""
    with pytest.raises(Refused) as told:
        rules.by_mode(statement(c21=(10, 1, 30, 9000)), agreement(mode, 25), None, True)
    assert (told.value.code, told.value.field) == ("FIELD_REQUIRED", "points")
    assert rules.by_mode(statement(c11=(5, 0, 0, 300)), agreement(mode, 25), None, True) == {}
    zero = rules.by_mode(statement(c21=(10, 1, 30, 9000)), agreement(mode, 25), 0, True)
    assert zero == {"basic_resident": Fen(-9000)}  # somebody said none


def test_total_in_advance_is_paid_once_a_month() -> None:
    """Right money, 9. Q5.1: a supplement of the month is inside the total already paid."""
    some = statement(c11=(5, 0, 0, 300))
    assert rules.by_mode(some, agreement("7", 310), None, True) == {"basic_resident": Fen(10)}
    assert rules.by_mode(some, agreement("7", 310), None, False) == {"basic_resident": Fen(-300)}


def test_share_counts_what_was_paid_for_our_own_insured() -> None:
    """N5: people of other regions and assistance parts are no pool money of ours."""
    away = Block(
        Group("390", "inpatient", "21", Region("320100"), Region("320100")),
        Totals(1, 0, {"hifp_pay": Fen(5000)}),
    )
    mine = statement(c21=(1, 0, 1, 6000))
    assert rules.shares([paid(replace(mine, blocks=(*mine.blocks, away)), agreement("4", 1))]) == (
        Fen(6000),
        Fen(6000),
    )


def test_a_stay_that_the_pool_paid_nothing_of_is_no_pool_money() -> None:
    """N5: a block that assistance alone paid."""
    alone = Block(
        Group("390", "inpatient", "21", Region("320500"), Region("320500")),
        Totals(1, 0, {"maf_pay": Fen(5000)}),
    )
    mine = replace(statement(c21=(1, 0, 1, 6000)), blocks=(alone,))
    assert rules.shares([paid(mine, agreement("1", 0))]) == (Fen(0), Fen(0))


def test_what_differs_in_3201_is_named_the_number_first() -> None:
    ours = Totals(1, 0, {"medfee_sumamt": Fen(100)})
    assert rules.compared({"medfee_sumamt": Fen(200)}, 2, ours) == (
        "1",
        "笔数 医药机构 2 中心 1;medfee_sumamt 医药机构 2.00 中心 1.00",
    )


def test_share_counts_what_the_mode_came_to_and_what_was_ordered_alone() -> None:
    """N5: of 60 yuan claimed, DRG paid 45; 10 yuan not agreed to yet count for nobody."""
    by_drg = paid(statement(c21=(1, 0, 1, 6000)), agreement("4", 1), points=4500)
    by_item = paid(statement(c21=(1, 0, 1, 4000)), agreement("1", 0))
    waits = statement(c21=(1, 0, 1, 1000))
    back = replace(by_drg, state=StatementState.RETURNED)
    assert rules.shares([by_drg, by_item, waits, back]) == (Fen(4500), Fen(8500))
    # a total in advance is no inpatient care
    advance = paid(statement(c11=(1, 0, 1, 300), c21=(1, 0, 1, 500)), agreement("7", 900))
    assert rules.shares([advance]) == (Fen(0), Fen(500))


@pytest.mark.parametrize(
    ("categories", "outside"),
    [(("11",), "21"), (("9902",), "11、21"), (("21", "12"), "11")],
)
def test_category_that_the_agreement_was_not_made_for_is_named(
    categories: tuple[str, ...], outside: str
) -> None:
    some, by = statement(c21=(1, 0, 1, 9), c11=(1, 0, 1, 9)), agreement("1", 0)
    for whole in ((), ("21", "11")):
        rules.check_categories(some, replace(by, categories=whole))
    by = replace(by, categories=categories)
    with pytest.raises(Conflict, match=f"未约定清算类别 {outside}$"):
        rules.check_categories(some, by)


def test_mode_of_inpatient_care_does_not_touch_outpatient_only() -> None:
    assert rules.by_mode(statement(c11=(5, 0, 0, 300)), agreement("4", 25), 400, True) == {}


def test_share_paid_by_drg_or_dip() -> None:
    """N5: the share aimed at is at least 60 %."""
    some = [
        paid(statement(c21=(1, 0, 1, 6000)), agreement("4", 1)),
        paid(statement(c21=(1, 0, 1, 4000), c11=(1, 0, 1, 999)), agreement("1", 0)),
    ]
    assert rules.shares(some) == (Fen(6000), Fen(10000))
    assert str(figure("drg_dip_share", "320500").value) == "0.60"


def test_figure_that_is_not_known_is_asked_for() -> None:
    with pytest.raises(PolicyUndetermined) as told:
        figure("insurer_fee_ratio", "320500")
    assert told.value.code == "FIGURE_MISSING"


@pytest.mark.parametrize(
    ("clr_type", "care"),
    [
        ("21", "inpatient"),
        ("27", "inpatient"),
        ("11", "outpatient"),
        ("41", "outpatient"),
        ("9922", "inpatient"),
        ("9921", "outpatient"),
        ("1101", "outpatient"),
        ("99", "outpatient"),
    ],
)
def test_care_class(clr_type: str, care: str) -> None:
    assert care_class(clr_type) == care


@pytest.mark.parametrize("clr_type", ["", "7", "61", "9988"])
def test_unknown_clearing_type(clr_type: str) -> None:
    with pytest.raises(BadInput):
        care_class(clr_type)
