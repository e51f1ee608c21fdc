"""Contribution and subsidy by three payers (J14, N1), the waiting period (J21) and the one test of
who is enrolled on a day. Issue: the register people can use, 5."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.enrolment.figures import CITY, FIGURES, FROM_DAY, FROM_MONTH, NATION, PROVINCE, figure

from medaid.benefit.service import enrolment_for
from medaid.enrolment import rules
from medaid.enrolment.model import EnrolmentFacts, NoWaiting, Parts
from medaid.errors import BadInput, PolicyUndetermined, Refused
from medaid.money import Fen
from medaid.people import rules as people_rules
from medaid.people.model import CATEGORIES, Insurance
from medaid.policy.model import Facts
from medaid.policy.service import library

FIRST = date(2025, 1, 1)
ADULT = Facts(insutype="390", person_group="adult", age=44)
PUPIL = Facts(insutype="390", person_group="minor", age=12)


def split(facts: Facts, *categories: str, figures: rules.Figures = FIGURES) -> list[str]:
    found = rules.split_for(figures, 2025, facts, categories)
    return [one.yuan() for one in found.parts] + [found.category]


def code(asked: Any) -> str:
    with pytest.raises(PolicyUndetermined) as caught:
        asked()
    return f"{caught.value.code} {caught.value.rule}"


class TestThreePayers:
    @pytest.mark.parametrize(
        ("facts", "categories", "parts"),
        [
            (ADULT, [], ["400.00", "0.00", "0.00", ""]),
            (ADULT, ["orphan"], ["0.00", "400.00", "0.00", "orphan"]),
            (ADULT, ["low_income_edge"], ["80.00", "320.00", "0.00", "low_income_edge"]),
            (PUPIL, ["low_income_edge"], ["40.00", "160.00", "0.00", "low_income_edge"]),
            (ADULT, ["monitored"], ["0.00", "150.00", "250.00", "monitored"]),
            (PUPIL, ["monitored"], ["0.00", "150.00", "50.00", "monitored"]),
            (ADULT, ["illness_poor"], ["400.00", "0.00", "0.00", ""]),
            (ADULT, ["low_income_edge", "orphan"], ["0.00", "400.00", "0.00", "orphan"]),
        ],
    )
    def test_full_quota_and_the_rest_by_the_treasury_J14(
        self, facts: Facts, categories: list[str], parts: list[str]
    ) -> None:
        assert split(facts, *categories) == parts

    def test_a_year_without_figures_is_refused_naming_the_clause_J14(self) -> None:
        told = code(lambda: rules.split_for((PROVINCE,), 2025, ADULT, []))
        assert told.startswith("FIGURE_MISSING 2025 年度没有可引用的个人缴费标准")
        assert "苏医保办发〔2023〕27号 第十四条" in told

    def test_a_quota_of_which_only_the_least_is_published_is_asked_for_J14(self) -> None:
        told = code(lambda: split(ADULT, "expenditure_poor"))
        assert told.startswith("FIGURE_MISSING 2025 年度支出型困难家庭大重病患者的定额资助标准")

    def test_a_quota_below_the_least_share_is_refused_J14(self) -> None:
        low = (figure("contribution_assistance", 319, category=("expenditure_poor",)), *CITY)
        assert code(lambda: split(ADULT, "expenditure_poor", figures=(low, PROVINCE))).startswith(
            "CLAUSE_CONFLICT"
        )
        just = (figure("contribution_assistance", 320, category=("expenditure_poor",)), *CITY)
        found = split(ADULT, "expenditure_poor", figures=(just, PROVINCE))
        assert found[:2] == ["80.00", "320.00"]

    def test_two_clauses_of_one_region_are_an_error_that_names_them(self) -> None:
        twice = (figure("contribution_assistance", 100, category=("orphan",)), *CITY)
        assert code(lambda: split(ADULT, "orphan", figures=(twice,))).startswith("CLAUSE_CONFLICT")

    def test_a_subsidy_above_the_contribution_is_refused(self) -> None:
        more = (figure("contribution_assistance", 401, category=("illness_poor",)), *CITY)
        told = code(lambda: split(ADULT, "illness_poor", figures=(more,)))
        assert told.startswith("CLAUSE_CONFLICT 2025 年度资助标准超过个人缴费标准 400.00 元")

    def test_the_nearest_region_that_has_a_clause_for_the_case_decides(self) -> None:
        province = (figure("contribution_assistance", 90, "ratio", category=("aged_90",)),)
        found = split(ADULT, "aged_90", figures=(CITY, province))
        assert found == ["40.00", "360.00", "0.00", "aged_90"]

    def test_an_unknown_class_is_asked_for_not_guessed(self) -> None:
        assert code(lambda: split(Facts(insutype="390"))).startswith("FACT_MISSING")

    @given(st.sets(st.sampled_from(sorted(CATEGORIES))), st.sampled_from([ADULT, PUPIL]))
    def test_the_parts_sum_to_the_contribution_whatever_the_categories(
        self, categories: set[str], facts: Facts
    ) -> None:
        categories -= {"expenditure_poor"}
        found = rules.split_for(FIGURES, 2025, facts, categories)
        own, _ = rules.contribution_of(FIGURES, 2025, facts)
        assert found.parts.total == own
        assert all(part >= 0 for part in found.parts)
        alone = [rules.split_for(FIGURES, 2025, facts, {one}).parts.person for one in categories]
        assert found.parts.person == min([own, *alone])

    @given(st.lists(st.integers(0, 10**6), min_size=6, max_size=6))
    def test_sums_and_differences_are_payer_by_payer(self, fen: list[int]) -> None:
        one, two = Parts(*map(Fen, fen[:3])), Parts(*map(Fen, fen[3:]))
        assert one.plus(two).minus(two) == one
        assert one.plus(two).total == one.total + two.total


class TestShippedFigures:
    """What ships is cited, and what is not published is not there."""

    @pytest.mark.parametrize(
        ("region", "year", "group", "category", "parts"),
        [
            ("321200", 2024, "adult", "", "460.00 0.00 0.00"),
            ("321200", 2024, "adult", "low_income_edge", "92.00 368.00 0.00"),
            ("321200", 2024, "minor", "low_income_edge", "44.00 176.00 0.00"),
            ("321200", 2024, "adult", "severely_disabled", "190.00 0.00 270.00"),
            ("321200", 2024, "adult", "subsistence_allowance", "0.00 460.00 0.00"),
            ("320102", 2025, "elderly", "destitute_support", "0.00 560.00 0.00"),
            ("320100", 2025, "student", "", "270.00 0.00 0.00"),
            ("371300", 2023, "adult", "subsistence_allowance", "0.00 150.00 200.00"),
            ("520100", 2024, "adult", "registered_poor", "300.00 80.00 0.00"),
        ],
    )
    def test_a_class_of_a_region(
        self, region: str, year: int, group: str, category: str, parts: str
    ) -> None:
        facts = Facts(insutype="390", person_group=group, age=40)
        figures = library().cover_figures(region, year)
        found = rules.split_for(figures, year, facts, {category} if category else ())
        assert " ".join(part.yuan() for part in found.parts) == parts
        assert all(cite.strip() for cite in found.cites)

    @pytest.mark.parametrize(("region", "year"), [("320100", 2024), ("440900", 2025)])
    def test_a_year_or_region_without_figures_is_refused(self, region: str, year: int) -> None:
        """A national least standard is no contribution of a region."""
        figures = library().cover_figures(region, year)
        assert code(lambda: rules.contribution_of(figures, year, ADULT)).startswith(
            "FIGURE_MISSING"
        )

    def test_nanjings_quota_is_not_published_and_is_asked_for(self) -> None:
        figures = library().cover_figures("320100", 2025)
        told = code(lambda: rules.split_for(figures, 2025, ADULT, {"low_income_edge"}))
        assert "定额资助标准没有可引用的数值" in told


def late(day: date, missed: int = 0, repaired: int = 0, **more: Any) -> EnrolmentFacts:
    return EnrolmentFacts(day, late=True, missed_years=missed, repaired_years=repaired, **more)


MARCH = date(2025, 3, 31)
RULE = rules.waiting_rule((*FIGURES, FROM_DAY), "321200")


class TestWaiting:
    @pytest.mark.parametrize(
        ("missed", "repaired", "months", "first"),
        [
            (0, 0, (3, 0), date(2025, 6, 30)),
            (1, 0, (3, 1), date(2025, 7, 31)),
            (3, 0, (3, 3), date(2025, 9, 30)),
            (3, 3, (3, 0), date(2025, 6, 30)),
            (4, 0, (3, 4), date(2025, 10, 31)),
            (4, 4, (3, 3), date(2025, 9, 30)),
            (4, 1, (3, 3), date(2025, 9, 30)),
            (6, 1, (3, 5), date(2025, 11, 30)),
        ],
    )
    def test_fixed_variable_repaired_and_the_least_after_four_years(
        self, missed: int, repaired: int, months: tuple[int, int], first: date
    ) -> None:
        """国办发〔2024〕38号: from 31 March; a month that is shorter ends on its last day."""
        found = rules.waiting(RULE, late(MARCH, missed, repaired))
        assert ((found.fixed, found.variable), found.first_day) == (months, first)

    def test_a_province_may_count_from_the_first_of_the_month(self) -> None:
        rule = rules.waiting_rule((*FIGURES, FROM_MONTH), "321200")
        assert rules.waiting(rule, late(MARCH)).first_day == date(2025, 6, 1)
        assert rules.waiting(rule, late(date(2025, 3, 1))).first_day == date(2025, 6, 1)

    def test_how_part_months_count_is_asked_of_the_province(self) -> None:
        told = code(lambda: rules.waiting_for(FIGURES, "321200", late(MARCH)))
        assert "等待期自缴费日还是缴费月起算没有可引用的规定" in told

    @pytest.mark.parametrize("exempt", [NoWaiting.ASSISTED, NoWaiting.NEWBORN])
    def test_none_for_the_assisted_and_newborns_J21(self, exempt: NoWaiting) -> None:
        found = rules.waiting_for(FIGURES, "321200", late(MARCH, 5, exempt=frozenset({exempt})))
        assert (found.fixed, found.variable, found.first_day) == (0, 0, MARCH)
        assert found.why == ("不设等待期", f"某市参保办法 waiting_none_{exempt}")
        in_time = rules.waiting_for(FIGURES, "321200", replace(late(MARCH), late=False))
        assert in_time.why == ("集中参保期内连续参保,无等待期",)

    def test_an_exemption_that_no_clause_gives_is_none_J21(self) -> None:
        """Moving to the employees' scheme is exempt in Jiangsu alone."""
        facts = late(MARCH, exempt=frozenset({NoWaiting.SWITCH}))
        found = rules.waiting_for((*FIGURES, FROM_DAY), "321200", facts)
        assert found.first_day == date(2025, 6, 30)

    def test_none_in_the_window_without_a_gap(self) -> None:
        facts = EnrolmentFacts(FIRST, late=False, missed_years=0, repaired_years=0)
        assert rules.waiting_for(FIGURES, "321200", facts).first_day == FIRST

    @pytest.mark.parametrize(
        ("recognised", "first"),
        [
            (date(2025, 5, 20), date(2025, 5, 20)),
            (date(2025, 6, 29), date(2025, 6, 29)),
            (date(2025, 6, 30), date(2025, 6, 30)),
            (date(2025, 7, 1), date(2025, 6, 30)),
            (date(2025, 1, 1), MARCH),
        ],
    )
    def test_recognised_inside_a_waiting_period_it_ends_J21(
        self, recognised: date, first: date
    ) -> None:
        assert rules.waiting(RULE, late(MARCH, recognised_on=recognised)).first_day == first

    @pytest.mark.parametrize(("missed", "repaired"), [(1, 2), (-1, -1), (0, 1)])
    def test_years_that_cannot_be_are_refused(self, missed: int, repaired: int) -> None:
        with pytest.raises(BadInput):
            rules.waiting(RULE, late(MARCH, missed, repaired))

    @given(st.dates(date(2024, 1, 1), date(2030, 12, 31)), st.integers(0, 12), st.integers(0, 12))
    def test_a_payment_never_lengthens_it_and_a_long_gap_keeps_six(
        self, day: date, missed: int, repaired: int
    ) -> None:
        repaired = min(missed, repaired)
        found = rules.waiting(RULE, late(day, missed, repaired))
        unrepaired = rules.waiting(RULE, late(day, missed))
        assert day < found.first_day <= unrepaired.first_day
        assert missed < 4 or found.fixed + found.variable >= 6


class TestEnrolledOnADay:
    """One test for the counter, the desk and the cross-check."""

    held = Insurance("390", "321200", "1", "1501", date(2025, 3, 31), date(2025, 12, 31))
    waited = replace(held, benefit_begin=date(2025, 6, 30))

    @pytest.mark.parametrize(
        ("one", "day", "enrolled"),
        [
            (held, date(2025, 3, 30), False),
            (held, date(2025, 3, 31), True),
            (waited, date(2025, 6, 29), False),
            (waited, date(2025, 6, 30), True),
            (waited, date(2025, 12, 31), True),
            (waited, date(2026, 1, 1), False),
            (replace(waited, status="2"), date(2025, 7, 1), False),
        ],
    )
    def test_the_counter_settles_from_the_first_day_behind_the_wait_J21(
        self, one: Insurance, day: date, enrolled: bool
    ) -> None:
        assert one.covers(day) is enrolled
        try:
            assert enrolment_for([one], "390", "321200", day) is one
        except Refused:
            assert not enrolled

    def test_a_list_of_enrolments_does_not_lift_a_wait(self) -> None:
        from datetime import UTC, datetime

        now = datetime(2025, 5, 1, tzinfo=UTC)
        listed = replace(self.held, end=date(2025, 11, 30))
        kept = people_rules.version(self.waited, listed, now)
        assert isinstance(kept, Insurance)
        assert kept.benefit_begin == date(2025, 6, 30)
        another = replace(listed, begin=date(2025, 8, 1))
        fresh = people_rules.version(self.waited, another, now)
        assert isinstance(fresh, Insurance)
        assert fresh.benefit_begin is None


def test_figures_of_the_nation_are_no_ones_contribution() -> None:
    assert all(one.name != rules.CONTRIBUTION for one in NATION)
