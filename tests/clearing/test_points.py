"""Points of DRG or DIP found too low or too high after a statement's release: given anew by one
person, decided by another, in the books and in the next statement. Proves Q5.1, N5, J39, Q3.1."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from tests.clearing.builders import (
    ELSEWHERE,
    HOME,
    agree,
    agreement,
    at,
    close_month,
    made,
    statement,
    waiting,
)
from tests.clearing.test_jobs import ask
from tests.clearing.test_taken_back import AUGUST, LATER, A, R, back, balances, confirmed
from tests.conftest import Tables

from medaid.aws.transaction import commit
from medaid.clearing.hospital import correcting, store
from medaid.clearing.hospital import service as hospital
from medaid.clearing.hospital.model import Statement
from medaid.clearing.hospital.service import RETENTION
from medaid.errors import BadInput, Conflict, Forbidden, Refused
from medaid.fund import periods
from medaid.fund import service as fund
from medaid.ids import OfficerId
from medaid.money import Fen
from medaid.months import Month
from medaid.payments.model import Duty
from medaid.payments.service import check_second, claim_duty

pytestmark = pytest.mark.usefixtures("tables")
KEY = R, A, "2023-07", 1
PATH = f"/clearing/{HOME}/statements/{A}/2023-07/1/correction"
SEPTEMBER, JANUARY = at(1, 4, month=9), at(15, month=1, year=2024)
SENT = {"points": 600, "document": "DRG核对1号", "reason": "漏计一例"}


def sign(month: str, points: int | None, now: datetime) -> Statement:
    hospital.approve_statement(HOME, A, month, 1, "甲", now, points)
    return hospital.release_statement(HOME, A, month, 1, "乙", now)


def released(points: int = 500, *, mode: str = "4", retention: str = "0") -> Statement:
    """July paid at 17 fen a point; the claim of 600.00 is of one settlement."""
    confirmed()
    agree(agreement(A, retention, mode=mode, rate=17))
    return sign("2023-07", points, AUGUST)


def propose(points: int = 600, by: str = "丙", now: datetime = LATER) -> Statement:
    return hospital.propose_correction(*KEY, points, False, "DRG核对1号", "漏计一例", by, now)


def decide(by: str = "丁", now: datetime = LATER, *, yes: bool = True) -> Statement:
    return hospital.decide_correction(*KEY, yes, "属实", by, now)


def correct(points: int, now: datetime = LATER) -> Statement:
    propose(points, now=now)
    return decide(now=now)


def forward() -> list[tuple[str, str, dict[str, Fen]]]:
    """What waits of corrections: (number, state, fen by fund)."""
    return [
        (one.pending_id, state, dict(one.by_fund))
        for _, state, one in waiting(HOME, A)
        if one.pending_id.startswith("CORRECTED-")
    ]


class TestCorrected:
    """Approved by the second person."""

    @pytest.mark.parametrize("mode", ["3", "4"])
    def test_too_low_the_next_statement_pays_the_rest(self, mode: str) -> None:
        """Right money, 35. Also where the institution settles nothing any more."""
        assert released(mode=mode).paid["basic_resident"] == Fen(8500)
        after = correct(600)
        assert [(c.points, c.approved, c.mode_difference) for c in after.corrections] == [
            (600, True, {"basic_resident": Fen(10200 - 60000)})
        ]
        assert after.paid["basic_resident"] == Fen(8500), "what was paid stays said"
        assert balances("2101") == {"basic_resident": 1700}
        close_month(HOME, "2023-08", SEPTEMBER)
        (only,) = made(HOME, A, "2023-08")
        assert only.due() == {"basic_resident": Fen(1700)}
        assert sign("2023-08", None, SEPTEMBER).paid == {"basic_resident": Fen(1700)}
        assert balances("2101") == {}

    def test_too_high_the_next_statement_pays_less(self) -> None:
        """Right money, 35."""
        released(600)
        correct(500)
        assert balances("2101") == {"basic_resident": -1700}
        confirmed("2023-08", serial=2)
        assert sign("2023-08", 500, SEPTEMBER).paid == {
            "assistance": Fen(20000),
            "basic_resident": Fen(8500 - 1700),
        }
        assert balances("2101") == {}

    def test_the_books_hold_the_mirror_and_the_new_difference_today(self) -> None:
        released()
        correct(600, SEPTEMBER)
        found = [e for e in fund.entries(HOME, Month("2023-09")) if e.kind == "mode_difference"]
        cost = [int(line.fen) for e in found for line in e.lines if line.account.number == "500111"]
        assert sorted(cost) == [10200 - 60000, 60000 - 8500]
        (mirror,) = [e for e in found if e.reverses]
        (first,) = [e for e in fund.entries(HOME, Month("2023-08")) if e.kind == "mode_difference"]
        assert mirror.reverses == first.entry_id

    def test_a_correction_that_was_wrong_is_corrected_and_both_stay(self) -> None:
        """The way back of a correction: docs/ways-back.md."""
        released()
        correct(600)
        after = correct(500, SEPTEMBER)
        assert [(c.points, c.approved) for c in after.corrections] == [(600, True), (500, True)]
        assert [(state, amounts) for _, state, amounts in forward()] == [
            ("forward", {"basic_resident": Fen(1700)}),
            ("forward", {"basic_resident": Fen(-1700)}),
        ]
        assert balances("2101") == {}
        again = correct(600, SEPTEMBER)
        assert (len(again.corrections), balances("2101")) == (3, {"basic_resident": 1700})

    def test_no_points_at_all_may_be_the_right_ones(self) -> None:
        """Approval takes 0 too, of a supplement whose points the first statement had."""
        released()
        correct(0)
        assert balances("2101") == {"basic_resident": -8500}

    def test_retention_follows_and_is_returned_by_the_years_assessment(self) -> None:
        released(retention="0.05")
        assert balances("2107") == {"assistance": 1000, "basic_resident": 425}
        correct(600)
        assert balances("2107") == {"assistance": 1000, "basic_resident": 510}
        assert balances("2101") == {"basic_resident": 1700 - 85}
        assert hospital.return_retention(HOME, A, 2023, "1", "主任", JANUARY) == {
            "assistance": Fen(1000),
            "basic_resident": Fen(510),
        }
        assert balances("2107") == {}

    def test_what_comes_forward_net_is_kept_back_once(self) -> None:
        """秦安县84号七: the correction took the retention; the next statement takes none of it."""
        released(retention="0.05")
        correct(600)
        confirmed("2023-08", serial=2)
        after = sign("2023-08", 500, SEPTEMBER)
        assert after.retained == {"assistance": Fen(1000), "basic_resident": Fen(425)}
        assert after.paid["basic_resident"] == Fen(8500 - 425 + 1700 - 85)
        assert balances("2107") == {"assistance": 2000, "basic_resident": 510 + 425}

    def test_a_payment_that_came_back_is_paid_as_it_was(self) -> None:
        """Corrected while the bank is at work: neither order nor answer knows of it."""
        before = released()
        after = correct(600)
        assert (after.state, after.order_id, after.paid) == (
            "released",
            before.order_id,
            before.paid,
        )
        assert after.due() == before.due()

    def test_the_agreement_of_the_first_signature_counts(self) -> None:
        released()
        agree(agreement(A, mode="4", rate=99))
        correct(600)
        assert balances("2101") == {"basic_resident": 1700}

    def test_the_share_of_drg_is_of_the_corrected_points(self) -> None:
        """N5."""
        released()
        correct(600)
        assert hospital.drg_share(HOME, 2023) == (Fen(10200), Fen(10200))

    def test_the_next_statement_tells_the_hospital_why(self) -> None:
        released()
        correct(600)
        confirmed("2023-08", serial=2)
        found = statement(HOME, A, "2023-08")
        assert [one.reason for one in found.forwards] == [
            "2023-07 第 1 号对账单更正点数 500→600(DRG核对1号):漏计一例"
        ]
        assert found.brought_forward == found.forwards[0].by_fund
        table = hospital.statement_paper(found).tables[-1]
        assert [row[:1] + row[3:4] for row in table.rows] == [("结转", found.forwards[0].reason)]

    def test_the_trail_says_who_asked_and_who_agreed(self) -> None:
        released()
        asked, agreed = correct(600).trail
        assert "丙 申请更正点数 500→600(DRG核对1号):漏计一例" in asked
        assert "丁 同意更正:属实" in agreed


class TestNotCorrected:
    """Each refusal, beside what stands."""

    def refused(self, tables: Tables, act: Callable[[], object]) -> tuple[str, str | None]:
        before = tables.everything()
        with pytest.raises((BadInput, Conflict, Forbidden, Refused)) as told:
            act()
        assert tables.everything() == before
        return told.value.code, told.value.field

    def test_not_agreed_to_nothing_moves(self) -> None:
        released()
        propose()
        assert not decide(yes=False).corrections[-1].approved
        assert (balances("2101"), forward()) == ({}, [])
        correct(700)
        assert balances("2101") == {"basic_resident": 3400}

    def test_a_no_needs_a_reason(self, tables: Tables) -> None:
        released()
        propose()
        act = lambda: hospital.decide_correction(*KEY, False, " ", "丁", LATER)  # noqa: E731
        assert self.refused(tables, act) == ("FIELD_REQUIRED", "reason")

    def test_nobody_decides_on_their_own(self, tables: Tables) -> None:
        """Q3.1."""
        released()
        propose(by="丙")
        assert self.refused(tables, lambda: decide(by="丙"))[0] == "SEPARATION"
        decide(by="丁")
        propose(700, by="丁")
        assert self.refused(tables, lambda: decide(by="丁"))[0] == "SEPARATION"
        assert decide(by="丙").corrections[-1].approved, "who asked for the one before may"

    @pytest.mark.parametrize("duty", [Duty.PAY, Duty.ACCOUNT])
    def test_who_pays_or_keeps_accounts_does_neither(self, tables: Tables, duty: Duty) -> None:
        """Q3.1."""
        released()
        commit(claim_duty(R, OfficerId("戊"), frozenset(), duty, LATER))
        assert self.refused(tables, lambda: propose(by="戊"))[0] == "SEPARATION"
        propose()
        assert self.refused(tables, lambda: decide(by="戊"))[0] == "SEPARATION"

    def test_before_its_release_it_is_sent_back_instead(self, tables: Tables) -> None:
        confirmed()
        agree(agreement(A, mode="4", rate=17))
        assert self.refused(tables, propose) == ("STATE", "statement")
        hospital.approve_statement(HOME, A, "2023-07", 1, "甲", AUGUST, 500)
        assert self.refused(tables, propose) == ("STATE", "statement")

    @pytest.mark.parametrize("mode", ["1", "2", "5", "6", "7"])
    def test_of_another_mode_there_are_no_points(self, tables: Tables, mode: str) -> None:
        released(mode=mode)
        assert self.refused(tables, propose) == ("STATE", "points")

    def test_the_same_points_are_no_correction(self, tables: Tables) -> None:
        released()
        assert self.refused(tables, lambda: propose(500)) == ("STATE", "correction")
        correct(600)
        assert self.refused(tables, lambda: propose(600)) == ("STATE", "correction")

    def test_one_at_a_time_and_decided_once(self, tables: Tables) -> None:
        released()
        assert self.refused(tables, decide) == ("STATE", "correction")
        propose()
        assert self.refused(tables, lambda: propose(700)) == ("STATE", "correction")
        decide()
        assert self.refused(tables, lambda: decide(by="己")) == ("STATE", "correction")

    def test_of_no_statement(self, tables: Tables) -> None:
        asked = R, A, "2023-07", 9, 600, False, "文", "因", "丙", LATER
        assert self.refused(tables, lambda: hospital.propose_correction(*asked))[0] == "NOT_FOUND"

    def test_once_the_years_retention_is_returned_that_is_taken_back_first(
        self, tables: Tables
    ) -> None:
        """秦安县84号七."""
        released(retention="0.05")
        propose(600)
        hospital.return_retention(HOME, A, 2023, "1", "主任", JANUARY)
        assert self.refused(tables, lambda: decide(now=JANUARY)) == ("STATE", "correction")
        decide(now=JANUARY, yes=False)
        assert self.refused(tables, lambda: propose(now=JANUARY)) == ("STATE", "correction")
        back(RETENTION, "2023", JANUARY)
        correct(600, JANUARY)
        returned = hospital.return_retention(HOME, A, 2023, "1", "主任", JANUARY)
        assert returned["basic_resident"] == Fen(510)
        assert balances("2107") == {}

    def test_where_nothing_is_kept_the_years_assessment_is_no_matter(self) -> None:
        released()
        assert hospital.return_retention(HOME, A, 2023, "1", "主任", JANUARY) == {}
        correct(600, JANUARY)
        assert balances("2101") == {"basic_resident": 1700}

    def test_a_closed_month_takes_no_entry_and_the_open_one_does(self, tables: Tables) -> None:
        released()
        propose()
        for month in Month("2023-01").through(Month("2023-08")):
            periods.close(HOME, month, "会计", at(20, month=9))
        assert self.refused(tables, decide) == ("PERIOD_CLOSED", "effective")
        decide(now=at(20, month=9))
        kinds = Counter(e.kind for e in fund.entries(HOME, Month("2023-09")))
        assert kinds["mode_difference"] == 2


class TestAtOnce:
    """Another act done whole between what one read and what it writes."""

    def between(
        self, patch: pytest.MonkeyPatch, module: Any, name: str, real: Any, other: Callable[[], Any]
    ) -> None:
        def first(*args: Any, **more: Any) -> Any:
            patch.setattr(module, name, real)
            found = real(*args, **more)
            other()
            return found

        patch.setattr(module, name, first)

    def test_two_propose_and_one_stands(self, monkeypatch: pytest.MonkeyPatch) -> None:
        released()
        self.between(monkeypatch, correcting, "claim_duty", claim_duty, lambda: propose(by="己"))
        with pytest.raises(Conflict) as told:
            propose(700)
        assert told.value.code == "STATE"
        assert [c.points for c in statement(HOME, A, "2023-07").corrections] == [600]

    def test_two_decide_and_it_counts_once(self, monkeypatch: pytest.MonkeyPatch) -> None:
        released()
        propose()
        self.between(monkeypatch, correcting, "check_second", check_second, lambda: decide("己"))
        with pytest.raises(Conflict) as told:
            decide()
        assert told.value.code == "STATE"
        assert (len(forward()), balances("2101")) == (1, {"basic_resident": 1700})

    def test_retention_is_never_returned_by_what_was_kept_before(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The year is assessed while a correction is decided: it sees what is kept now."""
        released(retention="0.05")
        propose(now=JANUARY)
        real, other = store.list_statements, lambda: decide(now=JANUARY)
        self.between(monkeypatch, store, "list_statements", real, other)
        with pytest.raises(Conflict):
            hospital.return_retention(HOME, A, 2023, "1", "主任", JANUARY)
        returned = hospital.return_retention(HOME, A, 2023, "1", "主任", JANUARY)
        assert returned["basic_resident"] == Fen(510)
        assert balances("2107") == {}


class TestRoutes:
    """By their handler, each with its role, region and body."""

    def test_two_tokens_of_the_region(self) -> None:
        """Right money, 35."""
        released()
        status, shown = ask("POST", PATH, SENT, roles="auditor", sub="丙")
        (waits,) = shown["corrections"]
        assert (status, waits["points"], waits["decided_at"]) == (200, 600, "")
        assert (waits["proposed_by"], waits["mode_difference"]) == (
            "丙",
            {"basic_resident": "-498.00"},
        )
        yes = {"approved": True}
        status, told = ask("POST", f"{PATH}/decision", yes, roles="reviewer", sub="丙")
        assert (status, told["code"]) == (403, "SEPARATION")
        status, shown = ask("POST", f"{PATH}/decision", yes, roles="reviewer", sub="丁")
        assert (status, shown["corrections"][0]["approved"]) == (200, True)
        assert (shown["points"], shown["state"]) == (500, "released")

    @pytest.mark.parametrize(
        ("path", "role", "body"),
        [(PATH, "auditor", SENT), (f"{PATH}/decision", "manager", {"approved": True})],
    )
    def test_of_another_region_or_role_nobody(
        self, path: str, role: str, body: dict[str, object]
    ) -> None:
        released()
        propose()
        for wrong in ("cashier", "accountant", "finance", "institution"):
            assert ask("POST", path, body, roles=wrong, sub="己")[0] == 403
        elsewhere = path.replace(HOME, ELSEWHERE)
        assert ask("POST", elsewhere, body, roles=role, sub="己")[0] == 403

    @pytest.mark.parametrize("points", [-1, 0.5, 600.0, "600", True, 10**9 + 1])
    def test_points_are_whole_and_not_negative(self, points: object) -> None:
        released()
        status, told = ask("POST", PATH, {**SENT, "points": points}, roles="auditor", sub="丙")
        assert (status, told["field"]) == (400, "points")

    @pytest.mark.parametrize("field", ["document", "reason"])
    def test_paper_and_reason_are_said(self, field: str) -> None:
        released()
        status, told = ask("POST", PATH, {**SENT, field: ""}, roles="auditor", sub="丙")
        assert (status, told["field"]) == (400, field)
