"""An agreement that was entered wrong and paid by: two people enter the right version, and what was
paid is corrected by two in the books and in the next statement. Proves Q5.1, J37, J39, Q3.1."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest
from tests.clearing.builders import (
    ELSEWHERE,
    HOME,
    agree,
    agreement,
    close_month,
    made,
    statement,
)
from tests.clearing.test_jobs import ask
from tests.clearing.test_modes import pay, supplemented
from tests.clearing.test_points import JANUARY, KEY, PATH, SEPTEMBER, correct, forward, sign
from tests.clearing.test_taken_back import AUGUST, LATER, A, back, balances, confirmed
from tests.conftest import Tables

from medaid.clearing.hospital import service as hospital
from medaid.clearing.hospital.model import Agreement, Statement
from medaid.clearing.hospital.service import RETENTION
from medaid.errors import Conflict, Refused
from medaid.fund import service as fund
from medaid.money import Fen
from medaid.months import Month

pytestmark = pytest.mark.usefixtures("tables")
SENT = {"as_agreed": True, "document": "协议更正1号", "reason": "标准录错"}


def paid_by(mode: str, rate: int, retention: str = "0", points: int | None = None) -> Statement:
    """July, one inpatient settlement of 600.00 basic insurance, paid by what was entered."""
    confirmed()
    agree(agreement(A, retention, mode=mode, rate=rate))
    return sign("2023-07", points, AUGUST)


def right(mode: str, rate: int, retention: str = "0", **more: object) -> Agreement:
    """The right version, of the day from which the wrong one counts; by two people."""
    one = replace(agreement(A, retention, mode=mode, rate=rate), document="协议2号")
    agree(replace(one, **more))  # type: ignore[arg-type]
    return one


def propose(points: int | None = None) -> Statement:
    return hospital.propose_correction(*KEY, points, True, "协议更正1号", "标准录错", "丙", LATER)


def corrected(points: int | None = None) -> Statement:
    propose(points)
    return hospital.decide_correction(*KEY, True, "属实", "丁", LATER)


class TestCorrected:
    """Approved by the second person."""

    @pytest.mark.parametrize(
        ("mode", "wrong", "owed"),
        [("2", 50000, 5000), ("4", 50, 2500), ("5", 9000, 5000), ("2", 60000, -5000)],
        ids=["case", "DRG", "day", "too high"],
    )
    def test_the_next_statement_pays_the_rest_or_takes_it_off(
        self, mode: str, wrong: int, owed: int
    ) -> None:
        """Right money, 35. The rate of a case, a point, a day; also where nothing is settled."""
        before = paid_by(mode, wrong, points=500 if mode == "4" else None)
        days = 5 if mode == "5" else 1
        right(mode, {"4": 55}.get(mode, wrong + owed // days))
        after = corrected()
        assert (after.paid, after.terms) == (before.paid, before.terms), "what was paid stays said"
        assert after.corrected().terms != before.terms
        assert balances("2101") == {"basic_resident": owed}
        if owed > 0:
            close_month(HOME, "2023-08", SEPTEMBER)
            (only,) = made(HOME, A, "2023-08")
            assert only.due() == {"basic_resident": Fen(owed)}
            assert sign("2023-08", None, SEPTEMBER).paid == {"basic_resident": Fen(owed)}
            assert balances("2101") == {}

    def test_the_wrong_mode(self) -> None:
        """Right money, 35. Paid by DRG, agreed by item: what was claimed is owed."""
        paid_by("4", 17, points=500)
        right("1", 0)
        after = corrected().corrected()
        assert (after.mode, after.points, after.mode_difference) == ("1", None, {})
        assert balances("2101") == {"basic_resident": 60000 - 8500}
        assert hospital.drg_share(HOME, 2023) == (Fen(0), Fen(60000)), "N5"

    def test_a_mode_by_points_takes_the_points_with_it(self, tables: Tables) -> None:
        """Right money, 35. Without them nothing is reckoned: none is never taken as 0."""
        paid_by("1", 0)
        right("4", 17)
        assert refused(tables, propose) == ("FIELD_REQUIRED", "points")
        after = corrected(500).corrected()
        assert (after.mode, after.points) == ("4", 500)
        assert balances("2101") == {"basic_resident": 8500 - 60000}

    def test_the_wrong_retained_share(self) -> None:
        """Right money, 35. Of every fund, and returned by the year's assessment."""
        paid_by("1", 0, "0.05")
        assert balances("2107") == {"assistance": 1000, "basic_resident": 3000}
        right("1", 0, "0.02")
        corrected()
        assert balances("2107") == {"assistance": 400, "basic_resident": 1200}
        assert balances("2101") == {"assistance": 600, "basic_resident": 1800}
        assert hospital.return_retention(HOME, A, 2023, "1", "主任", JANUARY) == {
            "assistance": Fen(400),
            "basic_resident": Fen(1200),
        }
        assert balances("2107") == {}

    def test_a_total_in_advance_stays_paid_once_a_month(self) -> None:
        """Right money, 35. The month's first statement bears the other total, a supplement none."""
        supplemented("11")
        agree(agreement(A, mode="7", rate=100_000))
        for number in (1, 2):
            pay(number)
        right("7", 120_000)
        assert balances("2101") == {}
        corrected()
        assert balances("2101") == {"basic_resident": 20_000}
        with pytest.raises(Conflict, match="与原结果相同"):
            hospital.propose_correction(*KEY[:3], 2, None, True, "文", "因", "丙", LATER)

    def test_points_are_corrected_by_the_agreement_that_holds_since(self) -> None:
        paid_by("4", 17, points=500)
        right("4", 20)
        corrected()
        assert balances("2101") == {"basic_resident": 1500}
        correct(600)
        assert balances("2101") == {"basic_resident": 600 * 20 - 500 * 17}
        assert hospital.drg_share(HOME, 2023) == (Fen(12000), Fen(12000))

    def test_rate_and_points_at_once(self) -> None:
        paid_by("4", 17, points=500)
        right("4", 20)
        corrected(600)
        assert balances("2101") == {"basic_resident": 600 * 20 - 500 * 17}

    def test_what_was_right_all_along_comes_back_by_a_further_correction(self) -> None:
        """The way back of a correction: docs/ways-back.md."""
        paid_by("2", 50000)
        right("2", 55000)
        corrected()
        right("2", 50000)
        corrected()
        assert balances("2101") == {}
        assert [dict(amounts) for *_, amounts in forward()] == [
            {"basic_resident": Fen(5000)},
            {"basic_resident": Fen(-5000)},
        ]

    def test_books_trail_and_next_statement_say_what_it_was(self) -> None:
        paid_by("2", 50000)
        right("2", 55000)
        asked, agreed = corrected().trail
        assert "丙 申请更正支付标准 500.00→550.00(协议更正1号):标准录错" in asked
        assert "丁 同意更正:属实" in agreed
        booked = fund.entries(HOME, Month("2023-08"))
        mirrors = [e for e in booked if e.reverses]
        assert [e.kind for e in mirrors] == ["mode_difference"]
        confirmed("2023-08", serial=2)
        (forwarded,) = statement(HOME, A, "2023-08").forwards
        assert forwarded.reason == (
            "2023-07 第 1 号对账单更正支付标准 500.00→550.00(协议更正1号):标准录错"
        )


def refused(tables: Tables, act: Callable[[], object]) -> tuple[str, str | None]:
    before = tables.everything()
    with pytest.raises((Conflict, Refused)) as told:
        act()
    assert tables.everything() == before
    return told.value.code, told.value.field


class TestNotCorrected:
    """Each refusal, beside what stands."""

    def test_until_two_people_entered_the_right_version(self, tables: Tables) -> None:
        """J37: nobody states a rate in a correction."""
        paid_by("2", 50000)
        assert refused(tables, propose) == ("STATE", "correction")
        waits = replace(agreement(A, mode="2", rate=55000), document="协议2号")
        hospital.propose_agreement(waits, waits.region, "录入", AUGUST)
        assert refused(tables, propose) == ("STATE", "correction")
        hospital.decide_agreement(A, True, "", "复核", waits.region, AUGUST)
        corrected()
        assert balances("2101") == {"basic_resident": 5000}

    def test_by_a_version_of_later_months(self, tables: Tables) -> None:
        paid_by("2", 50000)
        right("2", 55000, effective=date(2023, 8, 1))
        assert refused(tables, propose) == ("STATE", "correction")

    def test_by_a_version_whose_term_was_over(self, tables: Tables) -> None:
        paid_by("2", 50000)
        right("2", 55000, until=date(2023, 6, 30))
        assert refused(tables, propose) == ("INSTITUTION_UNKNOWN", "fixmedins_code")

    def test_by_a_version_made_for_other_categories(self, tables: Tables) -> None:
        paid_by("2", 50000)
        right("2", 55000, categories=("11",))
        assert refused(tables, propose) == ("STATE", "categories")

    def test_no_points_where_the_right_version_has_none(self, tables: Tables) -> None:
        paid_by("4", 17, points=500)
        right("2", 55000)
        assert refused(tables, lambda: propose(600)) == ("STATE", "points")

    def test_before_its_release_it_is_sent_back_and_approved_by_the_right_one(
        self, tables: Tables
    ) -> None:
        confirmed()
        agree(agreement(A, mode="2", rate=50000))
        hospital.approve_statement(HOME, A, "2023-07", 1, "甲", AUGUST)
        right("2", 55000)
        assert refused(tables, propose) == ("STATE", "statement")
        hospital.send_back_statement(*KEY, "标准录错", "乙", AUGUST)
        assert sign("2023-07", None, AUGUST).paid["basic_resident"] == Fen(55000)

    def test_a_share_whose_year_was_assessed_is_taken_back_first(self, tables: Tables) -> None:
        """秦安县84号七."""
        paid_by("1", 0, "0.05")
        right("1", 0, "0.02")
        hospital.return_retention(HOME, A, 2023, "1", "主任", JANUARY)
        assert refused(tables, propose) == ("STATE", "correction")
        back(RETENTION, "2023", JANUARY)
        corrected()
        assert hospital.return_retention(HOME, A, 2023, "1", "主任", JANUARY) == {
            "assistance": Fen(400),
            "basic_resident": Fen(1200),
        }


class TestRoutes:
    """By their handler."""

    def test_two_tokens_of_the_region(self) -> None:
        """Right money, 35."""
        paid_by("2", 50000)
        right("2", 55000)
        status, shown = ask("POST", PATH, SENT, roles="auditor", sub="丙")
        (waits,) = shown["corrections"]
        assert (status, waits["rate"], waits["points"]) == (200, "550.00", None)
        assert (waits["hi_paymtd"], waits["agreed_from"]) == ("2", "2023-01-01")
        yes = {"approved": True}
        status, told = ask("POST", f"{PATH}/decision", yes, roles="reviewer", sub="丙")
        assert (status, told["code"]) == (403, "SEPARATION")
        status, _ = ask("POST", f"{PATH}/decision", yes, roles="reviewer", sub="丁")
        assert (status, balances("2101")) == (200, {"basic_resident": 5000})

    @pytest.mark.parametrize("role", ["cashier", "accountant", "finance", "manager", "institution"])
    def test_of_another_role_or_region_nobody(self, role: str) -> None:
        paid_by("2", 50000)
        right("2", 55000)
        assert ask("POST", PATH, SENT, roles=role, sub="己")[0] == 403
        elsewhere = PATH.replace(HOME, ELSEWHERE)
        assert ask("POST", elsewhere, SENT, roles="auditor", sub="己")[0] == 403

    @pytest.mark.parametrize("said", ["true", 1, None])
    def test_that_it_is_by_the_agreement_is_said_plainly(self, said: object) -> None:
        paid_by("2", 50000)
        right("2", 55000)
        sent = {**SENT, "as_agreed": said}
        status, told = ask("POST", PATH, sent, roles="auditor", sub="丙")
        assert (status, told["field"]) == (400, "as_agreed")
