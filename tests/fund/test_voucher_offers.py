"""What a page may offer on a voucher, and which vouchers people may enter (J29, Q3.1)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from tests.clearing.test_jobs import ask
from tests.fund.test_vouchers import JULY, R, draft, when

from medaid.fund import vouchers
from medaid.fund.records import VoucherRef

pytestmark = pytest.mark.usefixtures("tables")
PATH = f"/fund/{R}/vouchers/{JULY}/收1"
READERS = ("accountant", "auditor", "cashier", "finance", "manager", "reviewer")
NOW = when(8)


def got(path: str, roles: str, sub: str, region: str = R) -> tuple[int, dict[str, Any]]:
    return ask("GET", path, roles=roles, region=region, sub=sub, now=NOW)


def offered(roles: str, sub: str = "丙") -> dict[str, str]:
    status, shown = got(PATH, roles, sub)
    assert status == 200, shown
    return {one["act"]: one["refused"] for one in shown["offers"]}


def by_role() -> dict[str, list[str]]:
    return {role: [*found] for role in READERS if (found := offered(role))}


def acted(act: str, roles: str, sub: str, body: Any = None) -> tuple[int, dict[str, Any]]:
    return ask("POST", f"{PATH}/{act}", body, roles=roles, region=R, sub=sub, now=NOW)


def test_what_waits_is_offered_to_who_may_decide_on_it() -> None:
    """Issue: the operators' console, 3: actions that are not allowed are absent or say why."""
    vouchers.make_voucher(R, draft(), "会计", when(5))
    decides = ["post", "reject"]
    assert by_role() == {"auditor": decides, "finance": decides, "manager": ["overdraft"]}
    vouchers.post_voucher(R, JULY, "收1", "审核", when(6))
    assert by_role() == {"accountant": ["reverse"]}
    paper = draft(voucher_id="冲1", effective=date(2023, 7, 7), document="冲销单", lines=())
    vouchers.reverse_voucher(
        R, VoucherRef(JULY, "收1"), replace(paper, narrative="误"), "会计", when(7)
    )
    vouchers.post_voucher(R, JULY, "冲1", "审核", when(7))
    assert "已冲销" in offered("accountant")["reverse"]


def test_the_maker_is_told_why_they_may_not_post() -> None:
    """Q3.1: the same words as the refusal of the act."""
    vouchers.make_voucher(R, draft(), "会计", when(5))
    found = offered("finance", "会计")
    status, refused = acted("post", "finance", "会计")
    assert (status, refused["code"], refused["rule"]) == (403, "SEPARATION", found["post"])
    assert found["reject"] == found["post"]
    assert offered("finance")["post"] == ""
    assert acted("post", "finance", "丙")[0] == 200


def test_who_may_not_hold_both_duties_is_told_by_the_edge() -> None:
    """Q3.1: a cashier whose token also lets them audit."""
    vouchers.make_voucher(R, draft(), "会计", when(5))
    found = offered("[auditor cashier]")
    status, refused = acted("post", "[auditor cashier]", "丙")
    assert (status, refused["rule"]) == (403, found["post"])


def test_a_voucher_of_another_region_or_of_none_is_not_shown() -> None:
    vouchers.make_voucher(R, draft(), "会计", when(5))
    assert got(PATH, "auditor", "丙", "620500")[0] == 403
    assert got(PATH, "intake", "丙")[0] == 403
    assert got(f"/fund/{R}/vouchers/{JULY}/收2", "auditor", "丙")[1]["code"] == "NOT_FOUND"


def test_only_the_kinds_of_the_day_may_be_entered_and_each_edge_is_taken() -> None:
    """J29: what the page offers is what the books take."""
    status, found = got(f"/fund/{R}/voucher-kinds", "accountant", "会计")
    assert status == 200
    kinds = {one["kind"]: one for one in found["rows"]}
    assert "settlement" not in kinds, "what an act of the system books is not entered"
    assert "fiscal_interest" in kinds
    edges = kinds["fiscal_income"]["edges"]
    assert {(one["debit"], one["debit_name"]) for one in edges} == {("1001", "财政专户存款")}
    assert all(one["funds"] for kind in kinds.values() for one in kind["edges"])
    assert kinds["enrolment_subsidy"]["counterpart"]
    assert got(f"/fund/{R}/voucher-kinds", "intake", "会计")[0] == 403
