"""What a page may offer on a case, and how much waits for whom."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from tests.conftest import Tables
from tests.reimbursement.api_client import Call, application, in_process, opened
from tests.reimbursement.office import (
    AUDITOR,
    INTAKE,
    REVIEWER,
    at,
    office,
    officer,
    register,
    scan,
)

from medaid.aws import rest
from medaid.aws.rest.app import mount
from medaid.reimbursement.api import ROUTES

NOW = at("2026-03-16 09:00")
BOTH = officer("o-both", "intake", "auditor")


@pytest.fixture
def api(tables: Tables) -> Callable[[dict[str, Any], Any], dict[str, Any]]:
    register()
    return mount(rest.resolver(), ROUTES, lambda: NOW, lambda _now: office()).resolve


def offers(call: Call, case_id: str) -> dict[str, str]:
    status, case = call("GET", f"/reimbursement/cases/{case_id}", None)
    assert status == 200, case
    return {one["act"]: one["refused"] for one in case["offers"]}


def test_only_what_the_state_and_the_post_lead_to_is_offered(api: Any) -> None:
    """Issue: the operators' console, 3: actions that are not allowed are absent or say why."""
    intake, auditor = in_process(api, INTAKE), in_process(api, AUDITOR)
    desk = opened(intake, application())
    mine = offers(intake, desk.case_id)
    assert {"accept", "amend", "attach"} <= {*mine}
    assert not {"audit", "recheck", "price", "supplement"} & {*mine}
    assert {*mine.values()} == {""}
    assert "accept" not in offers(auditor, desk.case_id)
    assert desk.act(intake, "accept")[0] == 200
    assert "accept" not in offers(intake, desk.case_id)
    assert "price" in offers(auditor, desk.case_id)
    assert offers(in_process(api, officer("o-inspector", "inspector")), desk.case_id) == {}


def test_who_took_a_case_in_is_told_why_they_may_not_audit_it(api: Any) -> None:
    """Issue: the operators' console, 3; Q3.1."""
    both = in_process(api, BOTH)
    desk = opened(both, application())
    assert desk.act(both, "accept")[0] == 200
    image = scan(desk.case_id, b"image")
    assert desk.act(both, "attach", bill_code="3201", bill_no="N1", sha256=image)[0] == 200
    assert desk.act(both, "price")[0] == 200
    refused = offers(both, desk.case_id)["audit"]
    status, told = desk.act(both, "audit")
    assert (status, told["code"], told["rule"]) == (403, "SEPARATION", refused)
    assert offers(in_process(api, AUDITOR), desk.case_id)["audit"] == ""
    assert desk.act(in_process(api, AUDITOR), "audit")[0] == 200


def test_a_point_that_handed_a_case_on_sees_it_and_is_offered_nothing_it_may_not(api: Any) -> None:
    """Issue: the operators' console, 3; J18."""
    point = in_process(api, officer("o-point", "intake", point="P-1"))
    desk = opened(point, application())
    assert desk.act(point, "transfer", point="", reason="转市中心办理")[0] == 200
    found = offers(point, desk.case_id)
    assert found
    assert set(found.values()) == {"只能办理本服务点的申请"}


def test_each_post_has_its_queue_and_a_count_is_that_of_its_list(api: Any) -> None:
    """Issue: the operators' console, 3: a count always equals its list."""
    intake = in_process(api, INTAKE)
    first = opened(intake, application("1"))
    opened(intake, application("2"))
    assert first.act(intake, "accept")[0] == 200
    both = in_process(api, BOTH)
    status, found = both("GET", "/reimbursement/queues", None)
    assert status == 200
    assert [
        (one["role"], one["role_name"], one["count"], one["more"]) for one in found["rows"]
    ] == [
        ("auditor", "审核", 1, False),
        ("intake", "受理", 2, False),
    ]
    for queue in found["rows"]:
        rows = both("GET", f"/reimbursement/queues/{queue['role']}", None)[1]["rows"]
        assert len(rows) == queue["count"]
        assert {one["state"] for one in rows} <= {*queue["states"]}


def test_the_counts_are_those_of_the_own_office(api: Any) -> None:
    """Issue: the operators' console, 3, its negative: not of another region."""
    opened(in_process(api, INTAKE), application("1"))
    there = in_process(api, officer("o-there", "intake", admdvs="440900"))
    assert [one["count"] for one in there("GET", "/reimbursement/queues", None)[1]["rows"]] == [0]
    assert (
        in_process(api, officer("o-fin", "finance"))("GET", "/reimbursement/queues", None)[0] == 403
    )
    waiting = in_process(api, REVIEWER)("GET", "/reimbursement/queues", None)[1]["rows"]
    assert [one["count"] for one in waiting] == [0]
