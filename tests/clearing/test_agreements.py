"""Agreements with institutions: of their own region, made by one, approved by another, by date; and
who may do what on the routes. Proves J37, Q3.1, Q5.1."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

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
    contract,
    item,
    reconcile_totals,
)
from tests.clearing.test_jobs import ask
from tests.conftest import Tables

from medaid.aws.transaction import commit
from medaid.clearing.hospital import service as hospital
from medaid.clearing.hospital.clauses import check_clauses, required_clauses
from medaid.clearing.hospital.model import Agreement, Mode
from medaid.errors import BadInput, Conflict, Forbidden, Refused
from medaid.ids import OfficerId
from medaid.instants import civil_date
from medaid.money import Fen
from medaid.months import Month
from medaid.payments import service as payments
from medaid.payments.model import BankAccount, Duty
from medaid.regions import Region

A = HOSPITALS[0]
AUGUST = at(1, 4, month=8)
TODAY = civil_date(AUGUST)
OTHER = "6222000099998888"


@pytest.fixture(autouse=True)
def contracted(tables: Tables) -> None:
    contract(A)


def confirmed() -> None:
    one = item(1, at(3))
    arrive(one)
    close_month(HOME, "2023-07", AUGUST)
    sums = {n: one.amounts[n] for n in ("medfee_sumamt", "fund_pay_sumamt", "acct_pay")}
    first, last = date(2023, 7, 1), date(2023, 7, 31)
    reconcile_totals(HOME, A, ("390", "21", HOME), first, last, sums, 1, AUGUST)


def propose(made: Agreement, by: str = "录入") -> Agreement:
    return hospital.propose_agreement(made, Region(HOME), by, AUGUST)


def decide(
    by: str = "复核", approved: bool = True, region: str = HOME, reason: str = "附件不全"
) -> Agreement:
    return hospital.decide_agreement(A, approved, reason, by, Region(region), AUGUST)


class TestVersions:
    def test_another_region_makes_none(self) -> None:
        """Right money, 2. One manager cannot redirect another region's hospital."""
        with pytest.raises(Forbidden):
            propose(agreement(A, region=ELSEWHERE))
        with pytest.raises(Refused):
            hospital.get_agreement(A, Month("2023-08"))

    def test_made_by_one_approved_by_another_of_the_same_region(self) -> None:
        propose(agreement(A))
        with pytest.raises(Forbidden) as told:
            decide("录入")
        assert told.value.code == "SEPARATION"
        with pytest.raises(Forbidden):
            decide(region=ELSEWHERE)
        with pytest.raises(Refused):
            hospital.get_agreement(A, Month("2023-08"))  # nobody has approved it
        decide()
        assert hospital.get_agreement(A, Month("2023-08")).approved_by == "复核"

    def test_the_version_of_the_day_counts_and_the_others_stay_readable(self) -> None:
        agree(agreement(A))
        propose(replace(agreement(A, mode="4", rate=9), effective=date(2023, 9, 1)))
        decide()
        assert hospital.get_agreement(A, Month("2023-08")).mode == "1"
        assert hospital.get_agreement(A, Month("2023-09")).mode == "4"
        with pytest.raises(Refused):
            hospital.get_agreement(A, Month("2022-12"))
        assert [a.effective for _, a in hospital.list_agreements(A, TODAY)] == [
            date(2023, 1, 1),
            date(2023, 9, 1),
        ]

    def test_rejected_version_changes_nothing(self) -> None:
        agree(agreement(A))
        propose(replace(agreement(A), account=OTHER, effective=date(2023, 7, 1)))
        decide(approved=False)
        assert hospital.get_payee(A, date(2023, 8, 1)).account != OTHER

    def test_rejected_version_says_why_and_so_does_the_payee(self) -> None:
        agree(agreement(A))
        propose(replace(agreement(A), account=OTHER, effective=date(2023, 7, 1)))
        with pytest.raises(BadInput) as refused:
            decide(approved=False, reason=" ")
        assert refused.value.field == "reason"
        decide(approved=False)
        assert hospital.list_agreements(A, TODAY)[-1][1].reason == "附件不全"
        kept = payments.get_payee(Region(HOME), A)
        assert kept is not None
        assert (kept.pending, kept.entered_by, kept.approved_by) == (None, "录入", "复核")
        assert kept.trail[-1].endswith(" 复核 不同意收款账户(尾号8888):附件不全")

    def test_rejected_version_leaves_a_change_that_somebody_else_entered(self) -> None:
        agree(agreement(A))
        propose(replace(agreement(A), mode=Mode.PER_CASE, effective=date(2023, 7, 1)))
        other = BankAccount(f"{A}医院", OTHER, "中国银行")
        payments.enter_account(Region(HOME), A, other, OfficerId("另"), AUGUST)
        decide(approved=False)
        kept = payments.get_payee(Region(HOME), A)
        assert kept is not None
        assert kept.pending == other

    @pytest.mark.parametrize(
        "wrong", [{"retention": "1.5"}, {"account": "12|34"}, {"name": ""}, {"bank": "中\n行"}]
    )
    def test_what_would_break_a_payment_is_refused_at_entry(self, wrong: dict[str, Any]) -> None:
        with pytest.raises(BadInput):
            propose(replace(agreement(A), **wrong))
        assert hospital.list_agreements(A, TODAY) == []


def stood_in(principal: str, delegate: str, duty: Duty) -> None:
    """`delegate` did the duty of `principal` on 1 August, and no longer."""
    who, other = OfficerId(principal), OfficerId(delegate)
    if claimed := payments.claim_duty(Region(HOME), who, frozenset(), duty, AUGUST):
        commit(claimed)
    day = civil_date(AUGUST)
    payments.delegate_duty(Region(HOME), duty, who, other, day, day, "出差", OfficerId("x"), AUGUST)


class TestOneHand:
    """Q3.1: who stood in for the first at the time of the first act is no second person."""

    def test_who_stood_in_for_the_maker_does_not_approve_the_agreement_later(self) -> None:
        propose(agreement(A))
        stood_in("录入", "替", Duty.ACCOUNT)
        later = at(10, month=8)
        with pytest.raises(Forbidden) as refused:
            hospital.decide_agreement(A, True, "", "替", Region(HOME), later)
        assert refused.value.code == "SEPARATION"
        hospital.decide_agreement(A, True, "", "另", Region(HOME), later)

    def test_who_stood_in_for_the_approver_does_not_release_the_statement_later(self) -> None:
        agree(agreement(A))
        confirmed()
        hospital.approve_statement(HOME, A, "2023-07", 1, "甲", AUGUST)
        stood_in("甲", "替", Duty.AUDIT)
        later = at(10, month=8)
        with pytest.raises(Forbidden) as refused:
            hospital.release_statement(HOME, A, "2023-07", 1, "替", later)
        assert refused.value.code == "SEPARATION"
        assert hospital.release_statement(HOME, A, "2023-07", 1, "乙", later).state == "released"


class TestRegister:
    """J37: required clauses, term, state."""

    def test_required_clause_that_is_missing_is_named_with_its_article(self) -> None:
        whole = agreement(A)
        assert "no_deposit" in whole.clauses
        for clause in whole.clauses:
            rest = tuple(one for one in whole.clauses if one != clause)
            with pytest.raises(BadInput) as refused:
                propose(replace(whole, clauses=rest))
            assert (refused.value.code, refused.value.field) == ("FIELD_REQUIRED", "clauses")
        with pytest.raises(BadInput, match=r"身份标识的管理\(苏医保办发〔2023〕27号第三十八条\)"):
            propose(replace(whole, clauses=("no_deposit",)))
        assert hospital.list_agreements(A, TODAY) == []
        propose(whole)

    def test_what_is_required_depends_on_the_region(self) -> None:
        assert {one.id for one in required_clauses(Region("440900"))} == {"away_patients"}
        with pytest.raises(BadInput) as refused:
            check_clauses(Region("440900"), ("away_patients", "no_deposit"))
        assert (refused.value.code, refused.value.field) == ("CODE_UNKNOWN", "clauses")
        check_clauses(Region("440900"), ("away_patients",))

    @pytest.mark.parametrize(
        ("wrong", "field"),
        [
            ({"until": date(2022, 12, 31)}, "until"),
            ({"categories": ("21", "61")}, "clr_type"),
            ({"clauses": ("whatever",)}, "clauses"),
        ],
    )
    def test_term_or_category_that_is_none_is_refused(
        self, wrong: dict[str, Any], field: str
    ) -> None:
        with pytest.raises(BadInput) as refused:
            propose(replace(agreement(A), **wrong))
        assert refused.value.field == field
        assert hospital.list_agreements(A, TODAY) == []

    def test_nobody_is_paid_for_months_after_the_term(self) -> None:
        agree(replace(agreement(A), until=date(2023, 6, 30)))
        confirmed()
        assert hospital.get_agreement(A, Month("2023-06")).until == date(2023, 6, 30)
        with pytest.raises(Refused, match="2023-06-30 期满") as refused:
            hospital.approve_statement(HOME, A, "2023-07", 1, "甲", AUGUST)
        assert refused.value.code == "INSTITUTION_UNKNOWN"
        agree(replace(agreement(A), effective=date(2023, 7, 1)))
        hospital.approve_statement(HOME, A, "2023-07", 1, "甲", AUGUST)

    def test_what_is_owed_from_the_term_is_paid_after_its_end(self) -> None:
        agree(replace(agreement(A), until=date(2023, 7, 15)))
        confirmed()
        hospital.approve_statement(HOME, A, "2023-07", 1, "甲", AUGUST)
        paid = hospital.release_statement(HOME, A, "2023-07", 1, "乙", AUGUST)
        assert (paid.state, paid.agreed_from) == ("released", date(2023, 1, 1))

    def test_statement_of_a_category_not_agreed_waits_for_an_agreement_that_has_it(self) -> None:
        agree(replace(agreement(A), categories=("11",)))
        confirmed()
        with pytest.raises(Conflict, match="未约定清算类别 21"):
            hospital.approve_statement(HOME, A, "2023-07", 1, "甲", AUGUST)
        agree(replace(agreement(A, mode="2", rate=1), effective=date(2023, 7, 1)))
        approved = hospital.approve_statement(HOME, A, "2023-07", 1, "甲", AUGUST)
        assert (approved.mode, approved.agreed_from) == ("2", date(2023, 7, 1))

    def test_history_says_what_each_version_is_on_the_day(self) -> None:
        first = replace(agreement(A), until=date(2023, 12, 31))
        agree(first)
        agree(replace(first, effective=date(2023, 5, 1), until=date(2023, 8, 31)))
        propose(replace(first, effective=date(2024, 1, 1), until=date(2024, 12, 31)))
        decide()
        propose(replace(first, effective=date(2024, 6, 1), until=None))

        def states(day: date) -> list[str]:
            return [state for state, _ in hospital.list_agreements(A, day)]

        waits = "proposed"
        assert states(date(2022, 1, 1)) == ["upcoming", "upcoming", "upcoming", waits]
        assert states(date(2023, 4, 30)) == ["in_force", "upcoming", "upcoming", waits]
        assert states(date(2023, 8, 31)) == ["superseded", "in_force", "upcoming", waits]
        assert states(date(2023, 9, 1)) == ["superseded", "expired", "upcoming", waits]
        assert states(date(2024, 1, 1)) == ["superseded", "superseded", "in_force", waits]
        decide(approved=False)
        assert states(date(2025, 1, 1)) == ["superseded", "superseded", "expired", "rejected"]


class TestAccount:
    def test_changed_account_holds_payments_back_until_it_is_approved(self) -> None:
        agree(agreement(A))
        confirmed()
        hospital.approve_statement(HOME, A, "2023-07", 1, "甲", AUGUST)
        propose(replace(agreement(A), account=OTHER, effective=date(2023, 7, 1)))
        with pytest.raises(Conflict):
            hospital.release_statement(HOME, A, "2023-07", 1, "乙", AUGUST)
        decide()
        paid = hospital.release_statement(HOME, A, "2023-07", 1, "乙", AUGUST)
        assert paid.payee is not None
        assert paid.payee.account == OTHER
        (line,) = payments.list_batch_lines(paid.order_id)
        assert (line.account.bankacct, line.amount) == (OTHER, Fen(80000))

    def test_account_entered_for_another_region_is_not_paid_on(self) -> None:
        """Right money, 2. Two people of another region cannot lead its payments elsewhere."""
        agree(agreement(A))
        confirmed()
        evil = BankAccount("他人", OTHER, "某行")
        payments.enter_account(Region(HOME), A, evil, OfficerId("x"), AUGUST)
        payments.approve_account(Region(HOME), A, OfficerId("y"), AUGUST)
        hospital.approve_statement(HOME, A, "2023-07", 1, "甲", AUGUST)
        paid = hospital.release_statement(HOME, A, "2023-07", 1, "乙", AUGUST)
        (line,) = payments.list_batch_lines(paid.order_id)
        assert line.account.bankacct == agreement(A).account

    def test_released_again_the_order_stays_as_it_was(self) -> None:
        """Right money, 31."""
        agree(agreement(A))
        confirmed()
        hospital.approve_statement(HOME, A, "2023-07", 1, "甲", AUGUST)
        first = hospital.release_statement(HOME, A, "2023-07", 1, "乙", AUGUST)
        propose(replace(agreement(A), account=OTHER, effective=date(2023, 7, 1)))
        decide()
        assert hospital.release_statement(HOME, A, "2023-07", 1, "乙", AUGUST) == first
        hospital.publish_payment(first)
        (line,) = payments.list_batch_lines(first.order_id)
        assert line.account.bankacct != OTHER


PROPOSAL = {
    "effective": "2023-01-01",
    "name": "某医院",
    "hi_paymtd": "1",
    "rate": "0",
    "bank": "中国银行",
    "account": OTHER,
    "until": "2024-12-31",
    "document": "苏医协〔2023〕1号",
    "clauses": [one.id for one in required_clauses(Region(HOME))],
    "categories": ["11", "21"],
}


class TestRoutes:
    def path(self, region: str = HOME) -> str:
        return f"/clearing/{region}/agreements/{A}"

    def test_whole_way(self) -> None:
        assert ask("POST", self.path(), PROPOSAL, roles="manager", sub="甲")[0] == 201
        decision = f"{self.path()}/decision"
        assert ask("POST", decision, {"approved": True}, roles="manager", sub="甲")[0] == 403
        assert ask("POST", decision, {"approved": True}, roles="manager", sub="乙")[0] == 200
        status, shown = ask("GET", self.path(), roles="auditor")
        assert (status, [v["state"] for v in shown["versions"]]) == (200, ["in_force"])
        (version,) = shown["versions"]
        assert {k: version[k] for k in PROPOSAL if k != "rate"} == {
            k: v for k, v in PROPOSAL.items() if k != "rate"
        }
        assert (version["proposed_by"], version["approved_by"]) == ("甲", "乙")
        assert version["proposed_at"] <= version["decided_at"] != ""
        assert [c["id"] for c in shown["required_clauses"]] == PROPOSAL["clauses"]
        assert all(c["says"] and c["cite"] for c in shown["required_clauses"])

    @pytest.mark.parametrize("region", [ELSEWHERE, "440900", "320000"])
    def test_manager_of_another_region_is_refused(self, tables: Tables, region: str) -> None:
        """Right money, 2."""
        before = tables.everything()
        for path in (self.path(region), self.path()):
            status, _ = ask("POST", path, PROPOSAL, roles="manager", region=region)
            assert status == 403
        assert ask("GET", self.path(region), roles="auditor", region=region)[0] == 403
        assert tables.everything() == before

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("hi_paymtd", "9"),
            ("rate", "1.001"),
            ("rate", 5.5),
            ("retention", "2"),
            ("account", "6222|1"),
            ("effective", "2023-13-01"),
            ("unknown", "x"),
            ("until", "2022-12-31"),
            ("until", None),
            ("document", ""),
            ("clauses", ["settlement"]),
        ],
    )
    def test_bad_field_is_named(self, tables: Tables, field: str, value: object) -> None:
        before = tables.everything()
        status, told = ask("POST", self.path(), {**PROPOSAL, field: value}, roles="manager")
        assert (status, told["field"]) == (400, field)
        assert tables.everything() == before
