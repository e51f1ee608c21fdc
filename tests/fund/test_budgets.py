"""The budget of a year: prepared with every assumption shown, through three hands, no version lost.
Proves J30, Q2.2, Q3.1."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.conftest import Tables
from tests.fund.office import REGION, budget, give, noon, paper, post, roll_up

from medaid.errors import BadInput, Conflict, Forbidden, Refused
from medaid.fund import budgets, periods
from medaid.fund.records import BudgetItem, BudgetState, BudgetVersion
from medaid.money import Fen, Ratio, take
from medaid.months import Month
from medaid.policy.service import library

AT = noon(2026, 1, 5)
CODE = "610100-500101"


def item(fen: int = 100, **more: Any) -> BudgetItem:
    return BudgetItem(CODE, Fen(fen), "测算表", **more)


def draft(*items: BudgetItem, reason: str = "", by: str = "会计") -> BudgetVersion:
    return budgets.draft_budget(REGION, 2026, items or (item(),), reason, by, AT)


def test_a_line_is_base_times_heads_times_rate_once_half_up() -> None:
    assert item(333, heads=7, rate=Ratio.of("1.05")).amount == take(Fen(333 * 7), Ratio.of("1.05"))
    assert item(1, heads=1, rate=Ratio.of("0.5")).amount == Fen(1)
    assert item(5, heads=0).amount == Fen(0)


@pytest.mark.usefixtures("tables")
class TestSteps:
    def test_three_people_and_then_it_is_in_force(self) -> None:
        """J30."""
        draft()
        assert budgets.budget_in_force(REGION, 2026) is None
        with pytest.raises(Conflict):  # not reviewed
            budgets.approve_budget(REGION, 2026, 1, "县政批1", "县政府", AT)
        with pytest.raises(Forbidden):
            budgets.review_budget(REGION, 2026, 1, "会计", AT)
        for _ in range(2):
            budgets.review_budget(REGION, 2026, 1, "财政", AT)
        for by in ("会计", "财政"):
            with pytest.raises(Forbidden) as told:
                budgets.approve_budget(REGION, 2026, 1, "县政批1", by, AT)
            assert told.value.code == "SEPARATION"
        with pytest.raises(BadInput):
            budgets.approve_budget(REGION, 2026, 1, " ", "县政府", AT)
        held = budgets.approve_budget(REGION, 2026, 1, "县政批1", "县政府", AT)
        assert [act.by for act in held.trail] == ["会计", "财政", "县政府"]
        in_force = budgets.budget_in_force(REGION, 2026)
        assert in_force is not None
        assert in_force.lines == {CODE: Fen(100)}

    def test_no_line_is_replaced_by_one_person_in_silence(self, tables: Tables) -> None:
        budget(2026, {CODE: 100})
        before = tables.everything()
        with pytest.raises(BadInput) as told:
            draft(item(200))
        assert (told.value.code, told.value.field) == ("FIELD_REQUIRED", "reason")
        assert tables.everything() == before
        draft(item(200), reason="增加人数")
        in_force = budgets.budget_in_force(REGION, 2026)
        assert in_force is not None
        assert (in_force.number, in_force.lines) == (1, {CODE: Fen(100)})
        with pytest.raises(Conflict):  # the first is approved, the second is what waits
            budgets.review_budget(REGION, 2026, 1, "财政", AT)
        budgets.review_budget(REGION, 2026, 2, "财政", AT)
        budgets.approve_budget(REGION, 2026, 2, "县政批2", "县政府", AT)
        versions = budgets.list_versions(REGION, 2026)
        assert [one.lines[CODE] for one in versions] == [Fen(100), Fen(200)]
        assert budgets.budget_in_force(REGION, 2026) == versions[-1]

    def test_what_was_sent_back_is_kept_and_goes_no_further(self) -> None:
        draft()
        with pytest.raises(BadInput):
            budgets.return_budget(REGION, 2026, 1, " ", "财政", AT)
        with pytest.raises(Forbidden):
            budgets.return_budget(REGION, 2026, 1, "口径不符", "会计", AT)
        held = budgets.return_budget(REGION, 2026, 1, "口径不符", "财政", AT)
        assert (held.state, held.trail[-1].why) == (BudgetState.RETURNED, "口径不符")
        with pytest.raises(Conflict):
            budgets.review_budget(REGION, 2026, 1, "财政", AT)
        again = draft(item(90), reason="按意见修改")
        assert again.number == 2

    def test_a_version_that_a_newer_one_follows_is_not_carried_on(self) -> None:
        draft()
        draft(item(200), reason="更正")
        with pytest.raises(Conflict) as told:
            budgets.review_budget(REGION, 2026, 1, "财政", AT)
        assert told.value.rule == "已有更新的版本"
        with pytest.raises(Refused) as missing:
            budgets.review_budget(REGION, 2026, 3, "财政", AT)
        assert missing.value.code == "NOT_FOUND"

    def test_the_same_again_is_the_same_version(self) -> None:
        first = draft()
        assert draft() == first
        assert len(budgets.list_versions(REGION, 2026)) == 1

    def test_who_pays_does_not_prepare(self) -> None:
        with pytest.raises(Forbidden):
            budgets.draft_budget(
                REGION, 2026, [item()], "", "出纳", AT, frozenset({"cashier", "accountant"})
            )

    @pytest.mark.parametrize(
        ("wrong", "code", "field"),
        [
            (lambda: BudgetItem("610100-1001", Fen(1), "x"), "ACCOUNT_UNKNOWN", "items.1.account"),
            (lambda: BudgetItem("x", Fen(1), "x"), "ACCOUNT_UNKNOWN", "items.1.account"),
            (lambda: item(-1), "AMOUNT_NEGATIVE", "items.1.base"),
            (lambda: item(heads=-1), "AMOUNT_NEGATIVE", "items.1.heads"),
            (lambda: item(rate=Ratio.of(-1)), "AMOUNT_NEGATIVE", "items.1.rate"),
            (lambda: BudgetItem(CODE, Fen(1), " "), "FIELD_REQUIRED", "items.1.source"),
            (lambda: item(10**15, heads=100), "AMOUNT_TOO_LONG", "items.1"),
        ],
    )
    def test_a_line_that_means_nothing_is_refused_by_its_field(
        self, tables: Tables, wrong: Callable[[], BudgetItem], code: str, field: str
    ) -> None:
        before = tables.everything()
        with pytest.raises(BadInput) as told:
            draft(item(), wrong())
        assert (told.value.code, told.value.field) == (code, field)
        assert tables.everything() == before


@pytest.mark.usefixtures("tables")
class TestProposal:
    def test_history_enrolment_and_policy_each_with_its_source(self) -> None:
        """J30."""
        give("assistance", 10_000, date(2025, 1, 2))
        post(paper("1", "remittance_up", date(2025, 3, 3), ("assistance", "520102", "1001", 700)))
        post(paper("2", "upper_subsidy", date(2024, 12, 30), ("assistance", "1001", "4401", 5)))
        for number, level, fen in (("3", "410101", 300), ("4", "410104", 100)):
            row = ("basic_resident", "1001", level, fen)
            post(paper(number, "fiscal_income", date(2025, 4, 4), row))
        roll_up(date(2024, 12, 1), date(2025, 12, 31))
        found = {
            one.account: one for one in budgets.propose_budget(REGION, 2026, 1000, "税务名册", AT)
        }
        history = found["610100-520102"]
        assert (history.amount, history.source) == (Fen(700), "2025-01至2025-12账册执行数")
        assert "610100-4401" not in found
        figures = library().figures(REGION, date(2026, 1, 5))
        personal = max(figures["resident_personal"], key=lambda one: one.cover_year or 0)
        paid = found["390100-400101"]
        assert (paid.base, paid.heads) == (Fen(personal.value), 1000)
        assert "税务名册" in paid.source
        subsidy = max(figures["resident_subsidy"], key=lambda one: one.cover_year or 0)
        central, county = found["390100-410101"], found["390100-410104"]
        assert central.base + county.base == Fen(subsidy.value)
        assert int(central.base) == 3 * int(county.base)
        draft(*found.values())

    def test_heads_need_to_say_who_counted_them(self) -> None:
        with pytest.raises(BadInput) as told:
            budgets.propose_budget(REGION, 2026, 5, " ", AT)
        assert told.value.field == "counted"

    def test_without_history_the_county_bears_it(self) -> None:
        periods.keep_first_month(REGION, Month("2026-01"))
        found = budgets.propose_budget(REGION, 2026, 5, "名册", AT)
        assert [one.account for one in found] == ["390100-400101", "390100-410104"]


@given(st.lists(st.integers(0, 10**9), min_size=4, max_size=4), st.integers(0, 10**7))
def test_the_levels_bear_the_standard_to_the_fen(used: list[int], heads: int) -> None:
    figures = library().figures(REGION, date(2026, 1, 5))["resident_subsidy"]
    codes = [f"390100-{number}" for number in budgets.SUBSIDY]
    history = {code: Fen(fen) for code, fen in zip(codes, used, strict=True)}
    shares = budgets._subsidies(figures[-1], history, heads, "名册")
    total = sum(int(one.amount) for items in shares.values() for one in items)
    assert total == figures[-1].value * heads
