"""The split of a fee line: a table that a policy officer works out by hand, and identities L1 to L3
on any line (issue: the hospital's door, point 3)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from fractions import Fraction
from pathlib import Path
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from medaid.catalogue import rules
from medaid.catalogue.model.lines import OwnExpense, Quantity, Split, Terms
from medaid.catalogue.model.publishing import Buyer, Scheme, TypeRule
from medaid.catalogue.model.rows import (
    CodeMapping,
    InsuranceCode,
    LimitPrice,
    ListedItem,
    NationalCode,
    Replacement,
    SelfPayShare,
    UnitPrice,
)
from medaid.catalogue.split import NO_LINES, line_amount, negated, split_line, sums_with
from medaid.errors import PolicyUndetermined
from medaid.ids import OfficerId
from medaid.money import RATIO_SCALE, Fen
from medaid.regions import Region

TABLE: Final = (Path(__file__).parent / "lines.md").read_text(encoding="utf-8")
CLASSES = {"甲": "01", "乙": "02", "丙": "03", "未对照": "03"}
REASONS = {"丙": OwnExpense.EXCLUDED, "未对照": OwnExpense.UNMAPPED}
ROWS = [
    [cell.strip() for cell in line.strip("|\n").split("|")]
    for line in TABLE.splitlines()
    if line.startswith("| L")
]


def scaled(text: str, decimals: int) -> int:
    exact = Fraction(text) * 10**decimals
    assert exact.denominator == 1, text
    return int(exact)


def terms(level: str, limit: str, share: str) -> Terms:
    upper = None if limit == "—" else UnitPrice(scaled(limit, 6))
    part = int(Fraction(share.removesuffix("%")) / 100 * RATIO_SCALE)
    return Terms(
        REASONS.get(level, OwnExpense.NONE),
        "X",
        item_class=CLASSES[level],
        fee_class="09",
        limit=upper,
        share=part,
    )


@pytest.mark.parametrize("row", ROWS, ids=[row[0] for row in ROWS])
def test_the_table_of_the_officer(row: list[str]) -> None:
    _, _, _, level, cnt, pric, limit, share, *amounts, worked = row
    split = split_line(
        Quantity(scaled(cnt, 4)), UnitPrice(scaled(pric, 6)), terms(level, limit, share)
    )
    assert [fen.yuan() for fen in split] == amounts
    assert worked


def test_the_table_has_its_cases() -> None:
    assert len(ROWS) == 20


QUANTITIES = st.integers(-(10**8), 10**8).map(Quantity)
PRICES = st.integers(0, 10**12).map(UnitPrice)
TERMS = st.builds(
    Terms,
    own_expense=st.sampled_from(OwnExpense),
    med_list_codg=st.just("X"),
    item_class=st.sampled_from(["01", "02", "03"]),
    fee_class=st.sampled_from(["01", "09", "14"]),
    limit=st.none() | PRICES,
    share=st.integers(0, 10_000).map(lambda n: n * RATIO_SCALE // 10_000),
)


def half_up(exact: Fraction) -> int:
    """By another hand than the product's."""
    return int(abs(exact) + Fraction(1, 2)) * (1 if exact >= 0 else -1)


@settings(max_examples=400, deadline=None)
@given(QUANTITIES, PRICES, TERMS)
def test_L1_and_L2_hold_on_any_line(quantity: Quantity, price: UnitPrice, of: Terms) -> None:
    split = split_line(quantity, price, of)
    exact = Fraction(quantity, 10**4) * Fraction(price, 10**6) * 100
    assert int(split.amount) == half_up(exact) == int(line_amount(quantity, price)), "L1"
    assert int(split.amount) == sum(map(int, split[1:])), "L2"
    sign = 1 if quantity >= 0 else -1
    assert all(int(part) * sign >= 0 for part in split), "no part turns the line's sign"


@settings(max_examples=200, deadline=None)
@given(QUANTITIES, PRICES, TERMS)
def test_a_refund_is_the_mirror_of_its_line(
    quantity: Quantity, price: UnitPrice, of: Terms
) -> None:
    split = split_line(quantity, price, of)
    assert split_line(Quantity(-quantity), price, of) == negated(split)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(QUANTITIES, PRICES, TERMS), max_size=12))
def test_L3_sums_are_those_of_the_lines_in_any_order_and_come_to_nothing_again(
    lines: list[tuple[Quantity, UnitPrice, Terms]],
) -> None:
    splits = [(split_line(quantity, price, of), of) for quantity, price, of in lines]
    sums = NO_LINES
    for split, of in splits:
        sums = sums_with(sums, split, of)
    whole = (
        sums.amount,
        sums.own_expense,
        sums.over_limit,
        sums.initial_self_pay,
        sums.in_policy,
    )
    for index, fen in enumerate(whole):
        assert int(fen) == sum(int(split[index]) for split, _ in splits)
    assert sum(int(group.total) for group in sums.groups.values()) == int(sums.amount)
    for group in sums.groups.values():
        assert int(group.total) == sum(map(int, group[1:]))
    for split, of in reversed(splits):
        sums = sums_with(sums, negated(split), of, -1)
    assert sums == NO_LINES


# ---- which rows count ---------------------------------------------------------------------------

DAY = date(2021, 6, 20)
WHO = Buyer("2", 40, "390", "inpatient")
SCHEME = Scheme(
    "s",
    Region("440900"),
    date(2021, 1, 1),
    "文",
    "题",
    "条",
    (TypeRule("A", age_from=7), TypeRule("C", age_below=7)),
    (TypeRule("IN", cares=frozenset({"inpatient"})), TypeRule("OUT", cares=frozenset({"x"}))),
    OfficerId("o"),
    datetime(2021, 1, 1, tzinfo=UTC),
)
MAPPED = CodeMapping("m", "N", date(2021, 1, 1), None, True, "H")


def listed(level: str = "02", begin: date = date(2021, 1, 1), rid: str = "i") -> ListedItem:
    return ListedItem(rid, "H", begin, None, True, "名", level, "09")


def share(rid: str = "s", share_type: str = "IN", part: int = 1) -> SelfPayShare:
    return SelfPayShare(rid, "H", date(2021, 1, 1), None, True, share_type, part)


def limit(rid: str, limit_type: str, upper: int | None) -> LimitPrice:
    price = None if upper is None else UnitPrice(upper)
    return LimitPrice(rid, "H", date(2021, 1, 1), None, True, limit_type, price)


def asked(*codes: InsuranceCode, who: Buyer = WHO, day: date = DAY) -> Terms:
    return rules.terms_of("N", MAPPED, codes, SCHEME, who, day)


def test_the_nearest_region_that_says_something_of_the_day_counts() -> None:
    city = InsuranceCode((listed("01", date(2021, 7, 1), "city"),), (), ())
    province = InsuranceCode((listed("01", rid="province"),), (), (share(),))
    assert asked(city, province).rids == ("m", "province", "s")
    assert asked(city, province, day=date(2021, 7, 1)).rids == ("m", "city", "s")


def test_limits_and_shares_go_by_who_buys() -> None:
    code = InsuranceCode(
        (listed(),), (limit("a", "A", 5), limit("c", "C", 9)), (share(), share("o", "OUT", 2))
    )
    assert (asked(code).limit, asked(code).share) == (5, 1)
    assert asked(code, who=WHO._replace(age=6)).limit == 9
    assert asked(code, who=WHO._replace(care="x")).share == 2


@pytest.mark.parametrize(
    ("code", "who", "refusal", "field"),
    [
        (InsuranceCode((listed(),)), WHO, "FIGURE_MISSING", "selfpay_prop"),
        (
            InsuranceCode((listed(),), (), (share(share_type="OUT"),)),
            WHO,
            "FIGURE_MISSING",
            "selfpay_prop",
        ),
        (
            InsuranceCode((listed(),), (limit("a", "A", 5),), (share(),)),
            WHO._replace(age=None),
            "FIGURE_MISSING",
            "hilist_lmtpric_type",
        ),
        (InsuranceCode((listed(), listed(rid="j"))), WHO, "CLAUSE_CONFLICT", "rid"),
        (
            InsuranceCode((listed(),), (limit("a", "A", 5), limit("b", "A", 6)), (share(),)),
            WHO,
            "CLAUSE_CONFLICT",
            "rid",
        ),
    ],
)
def test_what_is_missing_or_contradictory_is_named_never_guessed(
    code: InsuranceCode, who: Buyer, refusal: str, field: str
) -> None:
    with pytest.raises(PolicyUndetermined) as error:
        asked(code, who=who)
    assert (error.value.code, error.value.field) == (refusal, field)


def test_a_class_a_item_needs_no_share_and_an_excluded_one_neither() -> None:
    assert asked(InsuranceCode((listed("01"),))).share == 0
    assert asked(InsuranceCode((listed("03"),))).own_expense is OwnExpense.EXCLUDED
    assert asked(InsuranceCode()).own_expense is OwnExpense.NOT_LISTED
    assert rules.terms_of("N", None, (), SCHEME, WHO, DAY).own_expense is OwnExpense.UNMAPPED


def test_a_withdrawn_row_never_counts() -> None:
    gone = SelfPayShare("w", "H", date(2021, 1, 1), None, False, "IN", 9)
    assert asked(InsuranceCode((listed(),), (), (gone, share()))).share == 1


def test_two_kinds_for_one_buyer_are_named() -> None:
    both = TypeRule("B", age_from=7)
    scheme = replace(SCHEME, limit_types=(*SCHEME.limit_types, both))
    code = InsuranceCode((listed(),), (limit("a", "A", 5),), (share(),))
    with pytest.raises(PolicyUndetermined, match="同时适用 A、B"):
        rules.terms_of("N", MAPPED, (code,), scheme, WHO, DAY)


def test_codes_are_followed_by_day() -> None:
    code = NationalCode((), (), (Replacement("r", "N", date(2021, 6, 21), None, True, "M"),))
    assert rules.replaced([code], date(2021, 6, 20)) == ""
    assert rules.replaced([code], date(2021, 6, 21)) == "M"


def test_the_sum_of_parts_may_be_told_by_class() -> None:
    of = Terms(OwnExpense.NONE, "X", item_class="01", fee_class="01")
    sums = sums_with(NO_LINES, Split(*(Fen(n) for n in (10, 0, 0, 0, 10))), of)
    assert sums.groups["01"] == (10, 10, 0, 0, 0)
