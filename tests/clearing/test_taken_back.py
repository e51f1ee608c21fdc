"""What was entered or decided of an institution's money is taken back by two people at any time:
before a statement booked it and after, in the books and in what is paid. Proves J39, Q3.1, Q7."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, datetime

import pytest
from tests.clearing.builders import (
    ELSEWHERE,
    HOME,
    HOSPITALS,
    agree,
    agreement,
    arrive,
    at,
    close_month,
    deduct,
    item,
    made,
    reconcile_lines,
    reconcile_totals,
    statement,
    upload_rows,
    waiting,
)
from tests.clearing.test_jobs import ask
from tests.clearing.test_prepaid import advanced, open_with, use
from tests.clearing.test_statements import FIRST, LAST, totals
from tests.conftest import Tables
from tests.fund.balances import counterpart_balances

from medaid.aws.transaction import commit
from medaid.clearing import store as items
from medaid.clearing.hospital import service as hospital
from medaid.clearing.hospital.model import PendingItem
from medaid.clearing.hospital.service import DEDUCTION, PREPAID, RETENTION, RULING, Way
from medaid.errors import BadInput, Conflict, Forbidden, Refused
from medaid.fund import service as fund
from medaid.ids import OfficerId
from medaid.money import Fen
from medaid.months import Month
from medaid.payments.model import Duty
from medaid.payments.service import claim_duty
from medaid.regions import Region

pytestmark = pytest.mark.usefixtures("tables")
A, R = HOSPITALS[0], Region(HOME)
AUGUST, LATER = at(1, 4, month=8), at(10, month=8)
WHOLE = {"assistance": Fen(20000), "basic_resident": Fen(60000)}
"""What one settlement of `item` owes its institution."""


def back(
    way: Way, name: str, now: datetime = LATER, *, yes: bool = True
) -> tuple[PendingItem, str]:
    hospital.request_withdrawal(way, R, A, name, "有误", "丙", now)
    return hospital.decide_withdrawal(way, R, A, name, yes, "属实", "丁", now)


def confirmed(month: str = "2023-07", serial: int = 1) -> None:
    """A month with one settlement, agreed by totals on the first of the next."""
    first = Month(month).first
    one = item(serial, at(3, month=first.month, year=first.year))
    arrive(one)
    then = Month(month).next.first
    now = at(1, 4, month=then.month, year=then.year)
    close_month(HOME, month, now)
    last = Month(month).last
    reconcile_totals(HOME, A, ("390", "21", HOME), first, last, totals(one), 1, now)


def paid(month: str = "2023-07", now: datetime = AUGUST) -> dict[str, Fen]:
    hospital.approve_statement(HOME, A, month, 1, "甲", now)
    return dict(hospital.release_statement(HOME, A, month, 1, "乙", now).paid)


def balances(number: str, region: str = HOME) -> dict[str, int]:
    """What stands on an account at the end, by fund, credit positive."""
    months = Month("2023-07").through(Month("2024-03"))
    found = counterpart_balances([e for m in months for e in fund.entries(region, m)], number)
    sums: dict[str, int] = {}
    for (key, _), fen in found.items():
        sums[key] = sums.get(key, 0) - int(fen)
    return {key: fen for key, fen in sums.items() if fen}


def state_of(name: str) -> str:
    (one,) = [state for _, state, one in waiting(HOME, A) if one.pending_id == name]
    return one


def trail_of(name: str) -> tuple[str, ...]:
    (one,) = [one for _, _, one in waiting(HOME, A) if one.pending_id == name]
    return one.trail


class TestDeduction:
    """A booked deduction is given back."""

    def booked(self) -> None:
        deduct(HOME, A, "D1", {"assistance": Fen(500)}, "审核扣减", HOME, at(20))
        confirmed()
        agree(agreement(A))
        assert paid()["assistance"] == Fen(19500)

    def test_booked_with_a_payment_it_is_paid_with_the_next_statement(self) -> None:
        """Q7, J39: the books say so in the same transaction. Right money, 35."""
        self.booked()
        assert (balances("430109"), balances("2101")) == ({"assistance": 500}, {})
        gone, state = back(DEDUCTION, "D1")
        assert state == "given_back"
        words = ("录入", "丙 申请撤回:有误", "丁 同意撤回:属实")
        assert [any(word in line for line in gone.trail) for word in words] == [True] * 3
        assert (balances("430109"), balances("2101")) == ({}, {"assistance": 500})
        close_month(HOME, "2023-08", at(1, 4, month=9))
        (only,) = made(HOME, A, "2023-08")
        assert only.due() == {"assistance": Fen(500)}
        assert paid("2023-08", at(1, 4, month=9)) == {"assistance": Fen(500)}
        assert balances("2101") == {}

    def test_given_back_it_is_neither_given_back_nor_entered_again(self, tables: Tables) -> None:
        self.booked()
        back(DEDUCTION, "D1")
        before = tables.everything()
        with pytest.raises(Conflict):
            hospital.request_withdrawal(DEDUCTION, R, A, "D1", "有误", "丙", LATER)
        with pytest.raises(Conflict):
            hospital.decide_withdrawal(DEDUCTION, R, A, "D1", True, "", "丁", LATER)
        with pytest.raises(Conflict) as told:
            deduct(HOME, A, "D1", {"assistance": Fen(500)}, "审核扣减", HOME, LATER)
        assert (told.value.code, told.value.field) == ("STATE", "deduction_id")
        assert tables.everything() == before

    def test_not_agreed_to_it_stays_booked(self) -> None:
        self.booked()
        _, state = back(DEDUCTION, "D1", yes=False)
        assert (state, balances("430109")) == ("taken", {"assistance": 500})

    def test_booked_while_it_was_asked_for_it_is_given_back_all_the_same(self) -> None:
        """Before, neither yes nor no could be said to it any more. Right money, 35."""
        deduct(HOME, A, "D1", {"assistance": Fen(500)}, "审核扣减", HOME, at(20))
        confirmed()
        agree(agreement(A))
        hospital.request_withdrawal(DEDUCTION, R, A, "D1", "有误", "丙", AUGUST)
        paid()
        _, state = hospital.decide_withdrawal(DEDUCTION, R, A, "D1", True, "", "丁", LATER)
        assert (state, balances("2101")) == ("given_back", {"assistance": 500})

    def test_of_another_regions_people_both_books_and_the_next_bill_say_so(self) -> None:
        arrive(item(1, at(3), home=ELSEWHERE))
        deduct(HOME, A, "D1", {"assistance": Fen(500)}, "审核扣减", ELSEWHERE, at(20))
        confirmed(serial=2)
        close_month(HOME, "2023-07", AUGUST)
        agree(agreement(A))
        upload = b"".join(upload_rows([item(1, at(3), home=ELSEWHERE)]))
        reconcile_lines(HOME, A, "21", ELSEWHERE, FIRST, LAST, upload, AUGUST)
        paid()
        assert balances("430109", ELSEWHERE) == {"assistance": 500}
        back(DEDUCTION, "D1")
        assert balances("430109", ELSEWHERE) == {}
        sums = [dict(one.by_fund) for one in items.list_adjustments(HOME)]
        assert sums == [{"assistance": Fen(-500)}, {"assistance": Fen(500)}]
        assert balances("2102", ELSEWHERE)["assistance"] == 20000


class TestRuling:
    """A ruling on a dispute is taken back, and the dispute ruled anew."""

    def disputed(self) -> str:
        one, two = item(1, at(3)), item(2, at(4))
        arrive(one)
        arrive(two)
        close_month(HOME, "2023-07", AUGUST)
        reconcile_lines(HOME, A, "21", HOME, FIRST, LAST, b"".join(upload_rows([one])), AUGUST)
        agree(agreement(A))
        paid()
        return two.setl_id

    def rule(self, name: str, upheld: bool, now: datetime = LATER) -> None:
        hospital.resolve_dispute(HOME, A, name, upheld, "裁定", "丙", now)

    def test_upheld_by_mistake_it_waits_again_and_is_not_paid(self) -> None:
        """Right money, 35."""
        name = self.disputed()
        self.rule(name, True)
        _, state = back(RULING, name)
        assert (state, balances("2101")) == ("open", dict(WHOLE))
        close_month(HOME, "2023-08", at(1, 4, month=9))
        assert made(HOME, A, "2023-08") == []
        self.rule(name, False, at(2, month=9))
        assert balances("2101") == {}

    def test_rejected_twice_by_mistake_and_upheld_in_the_end(self) -> None:
        name = self.disputed()
        for day in (10, 12):
            self.rule(name, False, at(day, month=8))
            assert (balances("2101"), balances("430109")) == ({}, dict(WHOLE))
            _, state = back(RULING, name, at(day + 1, month=8))
            assert (state, balances("430109"), balances("2101")) == ("open", {}, dict(WHOLE))
        self.rule(name, True, at(20, month=8))
        close_month(HOME, "2023-08", at(1, 4, month=9))
        assert paid("2023-08", at(1, 4, month=9)) == WHOLE
        assert balances("2101") == {}

    def test_taken_up_by_a_statement_it_leaves_it(self) -> None:
        name = self.disputed()
        self.rule(name, True)
        september = at(1, 4, month=9)
        close_month(HOME, "2023-08", september)
        hospital.approve_statement(HOME, A, "2023-08", 1, "甲", september)
        back(RULING, name, at(2, month=9))
        found = statement(HOME, A, "2023-08")
        assert (found.state, found.upheld, found.due()) == ("confirmed", (), {})
        assert state_of(name) == "open"

    def test_paid_already_the_next_statement_pays_less(self) -> None:
        """Right money, 35."""
        name = self.disputed()
        self.rule(name, True)
        september = at(1, 4, month=9)
        close_month(HOME, "2023-08", september)
        assert paid("2023-08", september) == WHOLE
        back(RULING, name, at(2, month=9))
        assert balances("2101") == {}  # disputed again, and taken off the next statement
        self.rule(name, False, at(3, month=9))
        confirmed("2023-09", serial=3)
        assert statement(HOME, A, "2023-09").due() == {}
        assert balances("430109") == dict(WHOLE)

    def test_disputed_anew_after_the_institution_agreed_it_is_ruled_and_taken_back_again(
        self,
    ) -> None:
        """Each ruling books under a source of its own, also where the institution's files took the
        dispute back in between. J39, Q3.1."""
        both = (item(1, at(3)), item(2, at(4)))
        for one in both:
            arrive(one)
        close_month(HOME, "2023-07", AUGUST)
        name = both[1].setl_id

        def upload(lines: int, day: int) -> None:
            file, now = b"".join(upload_rows(both[:lines])), at(day, month=8)
            scope = (HOME, A, "21", HOME, FIRST, LAST)
            reconcile_lines(*scope, file, now)

        upload(1, 2)
        for day in (3, 8):
            self.rule(name, False, at(day, month=8))
            assert balances("430109") == dict(WHOLE)
            gone, state = back(RULING, name, at(day + 1, month=8))
            assert (state, balances("430109")) == ("open", {})
            upload(2, day + 2)
            assert (state_of(name), statement(HOME, A, "2023-07").disputed) == ("withdrawn", ())
            upload(1, day + 3)
            assert state_of(name) == "open"
        assert gone.trail == trail_of(name)[: len(gone.trail)]

    def test_nobody_takes_back_what_is_not_ruled(self, tables: Tables) -> None:
        name = self.disputed()
        before = tables.everything()
        with pytest.raises(Conflict) as told:
            hospital.request_withdrawal(RULING, R, A, name, "有误", "丙", LATER)
        assert (told.value.code, told.value.field) == ("STATE", "setl_id")
        with pytest.raises(Refused) as other:
            hospital.request_withdrawal(RULING, Region(ELSEWHERE), A, name, "有误", "丙", LATER)
        assert other.value.code == "NOT_FOUND"
        assert tables.everything() == before


JANUARY = at(10, month=1, year=2024)
FEBRUARY = at(1, 4, month=2, year=2024)


class TestRetention:
    """Retention that was returned, or not, is assessed anew."""

    def kept(self) -> None:
        confirmed()
        agree(agreement(A, retention="0.05"))
        paid()
        agree(agreement(A, year=2024), endowed=False)  # from then on nothing is kept back
        assert balances("2107") == {"assistance": 1000, "basic_resident": 3000}

    def returned(self, share: str, now: datetime = JANUARY) -> dict[str, Fen]:
        return hospital.return_retention(HOME, A, 2023, share, "主任", now)

    @pytest.mark.parametrize("share", ["0.8", "1", "0"])
    def test_before_it_is_paid_it_is_kept_again_and_assessed_anew(self, share: str) -> None:
        """Right money, 35."""
        self.kept()
        self.returned(share)
        assert balances("2107") == {}
        _, state = back(RETENTION, "2023", JANUARY)
        assert (state, balances("2101"), balances("430109")) == ("withdrawn", {}, {})
        assert balances("2107") == {"assistance": 1000, "basic_resident": 3000}
        assert self.returned("0.5") == {"assistance": Fen(500), "basic_resident": Fen(1500)}
        close_month(HOME, "2024-01", FEBRUARY)
        assert paid("2024-01", FEBRUARY) == {"assistance": Fen(500), "basic_resident": Fen(1500)}
        assert (balances("2101"), balances("2107")) == ({}, {})
        assert balances("430109") == {"assistance": 500, "basic_resident": 1500}

    def test_paid_out_the_next_statement_pays_less(self) -> None:
        """Right money, 35."""
        self.kept()
        self.returned("1")
        close_month(HOME, "2024-01", FEBRUARY)
        assert paid("2024-01", FEBRUARY) == {"assistance": Fen(1000), "basic_resident": Fen(3000)}
        back(RETENTION, "2023", FEBRUARY)
        assert balances("2107") == {"assistance": 1000, "basic_resident": 3000}
        self.returned("0", FEBRUARY)
        confirmed("2024-02", serial=9)
        due = statement(HOME, A, "2024-02").due()
        assert due == {"assistance": Fen(19000), "basic_resident": Fen(57000)}
        march = at(1, 4, month=3, year=2024)
        paid("2024-02", march)
        assert balances("430109") == {"assistance": 1000, "basic_resident": 3000}
        assert balances("2101") == {}

    def test_of_what_is_returned_nothing_is_kept_back_again(self) -> None:
        """秦安县84号七: also while the agreement still keeps a share, and where two people take the
        return back after it was paid."""
        confirmed()
        agree(agreement(A, retention="0.05"))
        paid()
        self.returned("1")
        close_month(HOME, "2024-01", FEBRUARY)
        assert paid("2024-01", FEBRUARY) == {"assistance": Fen(1000), "basic_resident": Fen(3000)}
        back(RETENTION, "2023", FEBRUARY)
        confirmed("2024-02", serial=9)
        assert paid("2024-02", at(1, 4, month=3, year=2024)) == {
            "assistance": Fen(20000 - 1000 - 1000),
            "basic_resident": Fen(60000 - 3000 - 3000),
        }
        assert balances("2107") == {"assistance": 2000, "basic_resident": 6000}

    def test_after_the_agreements_term_what_is_owed_from_it_is_paid(self) -> None:
        """The institution is not contracted any more: nothing of its own stands in the statement.
        Right money, 35."""
        confirmed()
        agree(replace(agreement(A, retention="0.05"), until=date(2023, 12, 31)))
        paid()
        self.returned("1")
        close_month(HOME, "2024-01", FEBRUARY)
        assert paid("2024-01", FEBRUARY) == {"assistance": Fen(1000), "basic_resident": Fen(3000)}
        assert balances("2107") == {}

    def test_in_a_statement_that_is_not_paid_it_leaves_it(self) -> None:
        self.kept()
        self.returned("1")
        close_month(HOME, "2024-01", FEBRUARY)
        back(RETENTION, "2023", FEBRUARY)
        assert statement(HOME, A, "2024-01").due() == {}

    def test_not_agreed_to_a_month_later_it_is_paid_with_the_next_statement(self) -> None:
        """The institution settles nothing any more: what it is owed is not forgotten. Q3.1."""
        self.kept()
        self.returned("1")
        hospital.request_withdrawal(RETENTION, R, A, "2023", "有误", "丙", JANUARY)
        close_month(HOME, "2024-01", FEBRUARY)
        assert made(HOME, A, "2024-01") == []
        hospital.decide_withdrawal(RETENTION, R, A, "2023", False, "无误", "丁", FEBRUARY)
        march = at(1, 4, month=3, year=2024)
        close_month(HOME, "2024-02", march)
        assert paid("2024-02", march) == {"assistance": Fen(1000), "basic_resident": Fen(3000)}

    def test_while_it_is_asked_for_nothing_is_assessed(self) -> None:
        self.kept()
        self.returned("1")
        hospital.request_withdrawal(RETENTION, R, A, "2023", "有误", "丙", JANUARY)
        with pytest.raises(Conflict) as told:
            self.returned("1")
        assert told.value.code == "STATE"


class TestAdvance:
    """An advance set off by mistake lies there again."""

    @pytest.mark.parametrize("when", ["waits", "taken", "booked"])
    def test_it_lies_there_again_and_the_institution_is_paid(self, when: str) -> None:
        """Right money, 35."""
        advanced(300)
        if when == "waits":
            confirmed()
            use(300)
        else:
            use(300)
            confirmed()
        agree(agreement(A))
        if when == "booked":
            assert paid()["assistance"] == Fen(19700)
        _, state = back(PREPAID, "1")
        assert state == "withdrawn"
        assert open_with("1103") == {("assistance", A): Fen(300)}
        if when == "booked":
            close_month(HOME, "2023-08", at(1, 4, month=9))
            assert paid("2023-08", at(1, 4, month=9)) == {"assistance": Fen(300)}
        else:
            assert paid()["assistance"] == Fen(20000)
        assert balances("2101") == {}

    def test_a_number_that_was_taken_back_is_not_used_again(self) -> None:
        advanced(300)
        use(300)
        back(PREPAID, "1")
        with pytest.raises(Conflict) as told:
            use(300)
        assert (told.value.code, told.value.field) == ("STATE", "number")
        use(300, "2", now=LATER)
        assert open_with("1103") == {}


@pytest.mark.parametrize(
    ("way", "name", "asks", "decides"),
    [
        (DEDUCTION, "D1", Duty.PAY, Duty.ACCOUNT),
        (PREPAID, "1", Duty.PAY, Duty.ACCOUNT),
    ],
)
def test_whose_duty_excludes_it_neither_asks_nor_decides(
    tables: Tables, way: Way, name: str, asks: Duty, decides: Duty
) -> None:
    """Q3.1."""
    deduct(HOME, A, "D1", {"assistance": Fen(500)}, "审核扣减", HOME, at(20))
    advanced(300)
    use(300)
    for who, duty in (("出纳员", asks), ("会计员", decides)):
        commit(claim_duty(R, OfficerId(who), frozenset(), duty, LATER))
    before = tables.everything()
    with pytest.raises(Forbidden) as asked:
        hospital.request_withdrawal(way, R, A, name, "有误", "出纳员", LATER)
    assert (asked.value.code, tables.everything()) == ("SEPARATION", before)
    hospital.request_withdrawal(way, R, A, name, "有误", "丙", LATER)
    before = tables.everything()
    for who in ("会计员", "丙"):
        with pytest.raises(Forbidden) as decided:
            hospital.decide_withdrawal(way, R, A, name, True, "", who, LATER)
        assert (decided.value.code, tables.everything()) == ("SEPARATION", before)
    with pytest.raises(BadInput) as silent:
        hospital.decide_withdrawal(way, R, A, name, False, " ", "丁", LATER)
    assert (silent.value.code, silent.value.field) == ("FIELD_REQUIRED", "reason")


class TestApproval:
    """A first signature is taken back before money is ordered."""

    KEY = HOME, A, "2023-07", 1

    def approved(self, points: int = 500) -> None:
        confirmed()
        agree(agreement(A, mode="3", rate=17))
        hospital.approve_statement(*self.KEY, "甲", AUGUST, points)

    def sent_back(self, by: str = "乙") -> str:
        return hospital.send_back_statement(R, *self.KEY[1:], "点数有误", by, LATER).state

    def test_sent_back_it_is_approved_with_other_points(self) -> None:
        """Right money, 35."""
        self.approved()
        wrong = statement(HOME, A, "2023-07").due()
        assert self.sent_back() == "confirmed"
        found = statement(HOME, A, "2023-07")
        assert (found.approved_by, found.mode_difference) == ("", {})
        assert "乙 退回 甲 的审核:点数有误" in found.trail[-1]
        right = hospital.approve_statement(*self.KEY, "甲", LATER, 600)
        assert right.due()["basic_resident"] == wrong["basic_resident"] + Fen(1700)
        assert hospital.release_statement(*self.KEY, "乙", LATER).paid == right.due()

    def test_whoever_approved_or_audits_sends_nothing_back(self, tables: Tables) -> None:
        """Q3.1."""
        self.approved()
        commit(claim_duty(R, OfficerId("己"), frozenset(), Duty.AUDIT, LATER))
        before = tables.everything()
        for by in ("甲", "己"):
            with pytest.raises(Forbidden) as told:
                self.sent_back(by)
            assert (told.value.code, tables.everything()) == ("SEPARATION", before)

    def test_only_what_is_approved_and_not_ordered(self) -> None:
        confirmed()
        for _ in range(2):
            with pytest.raises(Conflict) as told:
                self.sent_back()
            assert (told.value.code, told.value.field) == ("STATE", "statement")
            if not made(HOME, A, "2023-07")[0].approved_by:
                agree(agreement(A))
                paid()

    def test_by_its_route_the_cashier_alone(self) -> None:
        self.approved()
        path = f"/clearing/{HOME}/statements/{A}/2023-07/1/send_back"
        for role, body, status in (
            ("auditor", {"reason": "点数有误"}, 403),
            ("cashier", {"reason": ""}, 400),
            ("cashier", {"reason": "点数有误"}, 200),
        ):
            assert ask("POST", path, body, roles=role, sub="乙")[0] == status
        elsewhere = path.replace(HOME, ELSEWHERE)
        assert ask("POST", elsewhere, {"reason": "x"}, roles="cashier", sub="乙")[0] == 403


class TestRoutes:
    """By their handler, each with its role."""

    def test_a_deduction_is_given_back_by_two_tokens(self) -> None:
        deduct(HOME, A, "D1", {"assistance": Fen(500)}, "审核扣减", HOME, at(20))
        path = f"/clearing/{HOME}/deductions/{A}/D1/withdraw"
        asked = {"reason": "有误"}
        assert ask("POST", path, asked, roles="cashier", sub="甲")[0] == 403
        assert ask("POST", path, {"reason": " "}, roles="auditor", sub="甲")[0] == 400
        status, shown = ask("POST", path, asked, roles="auditor", sub="甲")
        assert (status, shown["state"]) == (200, "withdrawing")
        yes = {"approved": True}
        status, told = ask("POST", f"{path}/decision", yes, roles="reviewer", sub="甲")
        assert (status, told["code"]) == (403, "SEPARATION")
        status, shown = ask("POST", f"{path}/decision", yes, roles="reviewer", sub="乙")
        assert (status, shown["state"]) == (200, "withdrawn")

    @pytest.mark.parametrize(
        ("path", "asks", "decides"),
        [
            (f"disputes/{A}/S1", "reviewer", "manager"),
            (f"retention/{A}/2023", "manager", "reviewer"),
            (f"prepaid/{A}/1", "accountant", "auditor"),
            ("insurer/2023/bills/true_up/receive", "finance", "manager"),
            (f"insurer/2023/fees/{HOME}/pay", "finance", "manager"),
        ],
    )
    def test_each_has_a_route_for_each_of_the_two(self, path: str, asks: str, decides: str) -> None:
        base = f"/clearing/{HOME}/{path}/withdraw"
        for what, body, role in (
            (base, {"reason": "有误"}, asks),
            (f"{base}/decision", {"approved": True}, decides),
        ):
            status, told = ask("POST", what, body, roles=role, sub="甲")
            assert (status, told["code"]) == (404, "NOT_FOUND"), json.dumps(told)
            assert ask("POST", what, body, roles="cashier", sub="甲")[0] == 403
            elsewhere = what.replace(HOME, ELSEWHERE)
            assert ask("POST", elsewhere, body, roles=role, sub="甲")[0] == 403
