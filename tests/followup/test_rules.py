"""What is found about a person: burdens over a threshold (J13, N3), the cross-check's three
questions (J12), and what an answer does. Each found case beside the nearest one that is none."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from tests.people.samples import identity, insurance, person

from medaid.errors import BadInput, Conflict, PolicyUndetermined
from medaid.followup import rules
from medaid.followup.model import (
    BurdenMeasure,
    Matter,
    MatterKind,
    MatterReply,
    MatterState,
    Threshold,
)
from medaid.ids import OfficerId
from medaid.money import Fen, Ratio
from medaid.people.model import PersonFile, YearTotals
from medaid.policy.model import NO_CATEGORY, Citation, ClauseRow, PublishedFigure
from medaid.regions import Region

NOW = datetime(2026, 3, 10, 2, tzinfo=UTC)
TODAY = date(2026, 3, 10)
HERE = Region("440902")
BY = OfficerId("clerk")
LIMIT = Threshold(MatterKind.HIGH_BURDEN, "", BurdenMeasure.ALL, Fen(1_000_000), "某办法 第三条")


def figure(name: str, value: int, unit: str) -> PublishedFigure:
    cite = Citation("某办法", "第三条", "S")
    nothing: Any = None
    row = ClauseRow("f", nothing, cite, nothing, nothing, nothing, 1)
    return PublishedFigure(name, "预警标准", value, unit, row)


def found(file: PersonFile, burden: int, *limits: Threshold) -> list[Matter]:
    totals = YearTotals(2026, 1, {"own_all": burden})
    return list(rules.burdens(file, totals, limits, HERE, TODAY, NOW))


class TestThresholds:
    def test_an_amount_and_a_share_of_a_published_income(self) -> None:
        """J13: amount or share of last year's income; the share is rounded half up to the fen."""
        asked = {
            "high_burden:own_all:resident": [figure("a", 2_000_000, "yuan")],
            "still_burdened:own_in_policy:monitored": [figure("b", int(Ratio.of("0.25")), "ratio")],
            "disposable_income": [figure("c", 4_000_002, "yuan")],
            "resident_personal": [figure("d", 35_000, "yuan")],
        }
        assert [(t.kind, t.category, t.measure, t.limit) for t in rules.thresholds(asked)] == [
            ("high_burden", "", "own_all", 2_000_000),
            ("still_burdened", "monitored", "own_in_policy", 1_000_001),
        ]

    @pytest.mark.parametrize(
        "name",
        ["high_burden:own_all:rich", "high_burden:everything:resident", "high_burden:own_all"],
    )
    def test_a_name_that_nobody_knows_is_an_error_that_names_it(self, name: str) -> None:
        with pytest.raises(PolicyUndetermined) as error:
            rules.thresholds({name: [figure(name, 1, "yuan")]})
        assert error.value.field == name

    def test_two_documents_with_one_threshold_are_an_error_never_the_first(self) -> None:
        name = "high_burden:own_all:resident"
        with pytest.raises(PolicyUndetermined):
            rules.thresholds({name: [figure(name, 1, "yuan"), figure(name, 2, "yuan")]})

    def test_a_share_without_its_income_is_an_error(self) -> None:
        name = "high_burden:own_all:resident"
        with pytest.raises(PolicyUndetermined) as error:
            rules.thresholds({name: [figure(name, 1, "ratio")]})
        assert error.value.field == "disposable_income"


class TestBurdens:
    def test_above_the_limit_and_not_at_it(self) -> None:
        """J13: 10,000.01 yuan is told of, 10,000.00 is not."""
        file = PersonFile(person())
        assert found(file, 1_000_000, LIMIT) == []
        (one,) = found(file, 1_000_001, LIMIT)
        assert (one.department, one.region, one.period) == ("civil_affairs", HERE, "2026")
        assert one.amounts == {"burden": Fen(1_000_001), "limit": Fen(1_000_000)}
        assert one.cite == "某办法 第三条"

    def test_the_class_is_the_identity_that_stands(self) -> None:
        """Of an assisted person the residents' threshold does not speak, nor that of another
        class; the department that determined the identity answers."""
        edge = replace(LIMIT, category="low_income_edge")
        held = identity("low_income_edge", department="civil_affairs", admdvs="440981")
        file = PersonFile(person(), identities=(held,))
        assert found(file, 9_999_999, LIMIT) == []
        assert found(file, 9_999_999, replace(LIMIT, category="monitored")) == []
        (one,) = found(file, 9_999_999, edge)
        assert (one.region, one.department, one.category) == (
            "440981",
            "civil_affairs",
            "low_income_edge",
        )
        ended = replace(held, end=date(2026, 2, 28))
        assert found(PersonFile(person(), identities=(ended,)), 9_999_999, edge) == []

    def test_found_again_it_is_the_same_matter_and_of_another_year_another(self) -> None:
        file = PersonFile(person())
        (first,), (again,) = found(file, 1_000_001, LIMIT), found(file, 2_000_000, LIMIT)
        assert first.matter_id == again.matter_id
        totals = YearTotals(2027, 1, {"own_all": 2_000_000})
        (later,) = rules.burdens(file, totals, [LIMIT], HERE, TODAY, NOW)
        assert later.matter_id != first.matter_id


class TestCrossCheck:
    def test_should_be_enrolled_and_is_not(self) -> None:
        """J12: an enrolment that covers today is enough, one that ended or is suspended is not."""
        one = identity()

        def asked(*held: Any) -> Matter | None:
            file = PersonFile(person(), held, (one,))
            return rules.not_enrolled(file, one, "2026-03", TODAY, NOW)

        assert asked(insurance()) is None
        for insurances in (
            (),
            (insurance(status="2"),),
            (insurance(end=date(2026, 3, 9)),),
            (insurance(begin=date(2026, 3, 11)),),
        ):
            matter = asked(*insurances)
            assert matter is not None
            assert (matter.kind, matter.department) == ("not_enrolled", one.department)

    def test_enrolled_twice(self) -> None:
        """J12: two enrolments of residents, or one beside an employee's; a supplement is none."""
        one = identity()

        def asked(*held: Any) -> Matter | None:
            file = PersonFile(person(), held, (one,))
            return rules.enrolled_twice(file, one, "2026-03", TODAY, NOW)

        here, there = insurance(), insurance(admdvs="320100")
        assert asked(here) is None
        assert asked(here, replace(here, insutype="392")) is None
        assert asked(here, replace(there, end=date(2026, 3, 9))) is None
        employee = replace(here, insutype="310")
        assert asked(employee, replace(there, insutype="310")) is None
        for held in ((here, there), (here, employee)):
            assert asked(*held) is not None

    def test_paid_without_a_standing_identity(self) -> None:
        """J12, J20: one day of the care in common is enough; none is found."""
        one = identity(start=date(2026, 2, 10), end=date(2026, 2, 20))
        file = PersonFile(person(), identities=(one,))

        def asked(begin: date, end: date, category: str = "subsistence_allowance") -> Any:
            return rules.paid_without_identity(
                file, one, "S1", category, (begin, end), "2026-03", NOW
            )

        assert asked(date(2026, 2, 28), date(2026, 3, 3)) is None, "it counts to the month's end"
        assert asked(date(2026, 1, 1), date(2026, 2, 10)) is None
        assert asked(date(2026, 1, 1), date(2026, 2, 9)) is not None
        assert asked(date(2026, 3, 1), date(2026, 3, 2)) is not None
        assert asked(date(2026, 3, 1), date(2026, 3, 2), NO_CATEGORY) is None
        matter = asked(date(2026, 2, 12), date(2026, 2, 13), "destitute_support")
        assert "S1" in matter.about


class TestAnswers:
    def matter(self, kind: MatterKind) -> Matter:
        return rules.matter(kind, "P1", HERE, "civil_affairs", "2026-03", NOW, "情况")

    def reply(self, answer: str, **more: Any) -> MatterReply:
        return MatterReply(answer, "", "函〔2026〕1号", BY, more.get("at", NOW))

    def test_an_answer_closes_or_does_not(self) -> None:
        held = self.matter(MatterKind.HIGH_BURDEN)
        open_still = rules.answered(held, self.reply("under_review"))
        assert (open_still.state, len(open_still.replies)) == (MatterState.OPEN, 1)
        closed = rules.answered(open_still, self.reply("recognised"))
        assert (closed.state, len(closed.replies)) == (MatterState.CLOSED, 2)
        later = self.reply("recognised", at=NOW + timedelta(hours=1))
        assert rules.answered(closed, later) is closed, "the same again"
        with pytest.raises(Conflict, match="办结"):
            rules.answered(closed, self.reply("under_review"))

    def test_an_answer_of_another_kind_is_none(self) -> None:
        with pytest.raises(BadInput) as error:
            rules.answered(self.matter(MatterKind.HIGH_BURDEN), self.reply("consented"))
        assert error.value.field == "answer"

    def test_nobody_is_handed_over_without_consent_N3(self) -> None:
        """N3: consent, hand-over, outcome, in this order."""
        held = self.matter(MatterKind.STILL_BURDENED)
        for early in ("handed_over", "granted", "not_granted"):
            with pytest.raises(Conflict, match="须先登记"):
                rules.answered(held, self.reply(early))
        agreed = rules.answered(held, self.reply("consented"))
        with pytest.raises(Conflict, match="已转介"):
            rules.answered(agreed, self.reply("granted"))
        handed = rules.answered(agreed, self.reply("handed_over"))
        assert handed.state is MatterState.OPEN
        assert rules.answered(handed, self.reply("granted")).state is MatterState.CLOSED
        assert rules.answered(held, self.reply("declined")).state is MatterState.CLOSED

    def test_what_was_mended_and_is_found_again_is_a_new_matter(self) -> None:
        held = self.matter(MatterKind.NOT_ENROLLED)
        april = replace(held, period="2026-04")
        assert rules.found_again(held, april) is None, "still open"
        mended = rules.answered(held, self.reply("enrolled"))
        assert rules.found_again(mended, replace(held, period="2026-03")) is None, "the same month"
        again = rules.found_again(mended, april)
        assert again is not None
        assert (again.period, again.matter_id != held.matter_id) == ("2026-04", True)
        declined = rules.answered(held, self.reply("declined"))
        assert rules.found_again(declined, april) is None
