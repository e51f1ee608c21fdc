"""What a page may offer on a statement: asked of the API alone, and each word of it kept by the
act itself (Q3.1, J34)."""

from __future__ import annotations

from typing import Any

import pytest
from tests.clearing.builders import HOME, agree, agreement, arrive, at, close_month, item
from tests.clearing.test_jobs import ask
from tests.clearing.test_points import SENT
from tests.clearing.test_taken_back import AUGUST, LATER, A, confirmed

from medaid.clearing.hospital import service as hospital

pytestmark = pytest.mark.usefixtures("tables")
PATH = f"/clearing/{HOME}/statements/{A}/2023-07/1"
READERS = ("accountant", "auditor", "cashier", "finance", "manager", "reviewer")


def offered(roles: str, sub: str = "丙") -> dict[str, Any]:
    status, shown = ask("GET", PATH, roles=roles, region=HOME, sub=sub, now=LATER)
    assert status == 200, shown
    return {one["act"]: one for one in shown["offers"]}


def acted(act: str, body: dict[str, Any], roles: str, sub: str) -> tuple[int, dict[str, Any]]:
    return ask("POST", f"{PATH}/{act}", body, roles=roles, region=HOME, sub=sub, now=LATER)


def by_role() -> dict[str, list[str]]:
    return {role: [*found] for role in READERS if (found := offered(role))}


def test_each_state_offers_its_next_acts_to_their_posts_and_to_nobody_else() -> None:
    """Issue: the operators' console, 3: actions that are not allowed are absent or say why."""
    confirmed()
    agree(agreement(A, "0"))
    assert by_role() == {"auditor": ["approve"], "reviewer": ["approve"]}
    assert offered("auditor")["approve"] == {
        "act": "approve",
        "says": "审核对账单",
        "needs": [],
        "cite": "",
        "refused": "",
    }
    hospital.approve_statement(HOME, A, "2023-07", 1, "甲", AUGUST)
    assert by_role() == {"cashier": ["release", "send_back"]}
    hospital.release_statement(HOME, A, "2023-07", 1, "乙", AUGUST)
    assert by_role() == {"auditor": ["correction"]}


def test_before_the_hospital_agreed_nothing_is_offered_and_the_act_is_refused() -> None:
    arrive(item(1, at(3)))
    close_month(HOME, "2023-07", AUGUST)
    agree(agreement(A, "0"))
    assert by_role() == {}
    assert acted("approve", {}, "auditor", "丙")[1]["code"] == "STATE"


def test_who_approved_is_told_the_rule_that_keeps_them_from_paying() -> None:
    """Q3.1: the same words as the refusal of the act."""
    confirmed()
    agree(agreement(A, "0"))
    hospital.approve_statement(HOME, A, "2023-07", 1, "甲", AUGUST)
    found = offered("cashier", "甲")
    status, refused = acted("release", {}, "cashier", "甲")
    assert (status, refused["code"]) == (403, "SEPARATION")
    assert {one["refused"] for one in found.values()} == {refused["rule"]}
    assert {one["refused"] for one in offered("cashier").values()} == {""}


def test_where_no_agreement_holds_the_approval_says_so() -> None:
    confirmed()
    refused = offered("auditor")["approve"]["refused"]
    assert refused == acted("approve", {}, "auditor", "丙")[1]["rule"]
    assert "结算协议" in refused


def test_points_are_asked_for_where_the_institution_is_paid_by_them() -> None:
    """Q5.1: before the first signature, and corrected by two after the payment."""
    confirmed()
    agree(agreement(A, "0", mode="4", rate=17))
    assert offered("reviewer")["approve"]["needs"] == ["points"]
    assert acted("approve", {}, "reviewer", "丙")[1]["field"] == "points"
    hospital.approve_statement(HOME, A, "2023-07", 1, "甲", AUGUST, 500)
    hospital.release_statement(HOME, A, "2023-07", 1, "乙", AUGUST)
    assert by_role() == {"auditor": ["correction"]}
    assert acted("correction", SENT, "auditor", "丙")[0] == 200
    decides = ["correction/decision"]
    assert by_role() == {"manager": decides, "reviewer": decides}
    told = offered("reviewer", "丙")["correction/decision"]["refused"]
    status, refused = acted("correction/decision", {"approved": True}, "reviewer", "丙")
    assert (status, refused["rule"]) == (403, told)


def test_a_hospital_sees_its_statement_and_is_offered_nothing_of_the_office() -> None:
    confirmed()
    agree(agreement(A, "0"))
    status, shown = ask("GET", PATH, roles="institution", institution=A, now=LATER)
    assert (status, shown["offers"]) == (200, [])
