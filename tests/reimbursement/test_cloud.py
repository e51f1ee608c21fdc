"""On the local cloud: one receipt in two cases at the same instant, and the twelve combinations
with real tokens (Q3.1, Q3.2)."""

from __future__ import annotations

import hashlib
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier

import pytest
from tests.reimbursement.api_client import Call, application, opened, over_http
from tests.reimbursement.office import INTAKE, at, draft, office, register
from tests.reimbursement.office import opened as opened_case
from tests.reimbursement.separation import COMBINATIONS, RULES, tried

from medaid.errors import Conflict
from medaid.local.stack import Stack
from medaid.reimbursement import service, store
from medaid.reimbursement.model import Case
from medaid.reimbursement.rules import ActReason

pytestmark = pytest.mark.cloud
NOW = at("2026-03-16 09:00")
_tokens: dict[str, str] = {}


def test_two_cases_with_one_receipt_at_the_same_instant_Q3_2(in_cloud: Stack) -> None:
    """One wins; each other one is told which case holds the receipt. Nothing of a loser is left
    behind."""
    register("RACE")
    o = office()
    for turn in range(10):
        drafts = [draft(f"race{turn}-{n}", "RACE", bill_no=f"RACE{turn}") for n in range(4)]
        gate = Barrier(len(drafts))

        def attempt(case: Case, gate: Barrier = gate) -> Case | Conflict:
            gate.wait()
            try:
                return opened_case(o, case, NOW)
            except Conflict as conflict:
                return conflict

        with ThreadPoolExecutor(len(drafts)) as pool:
            ends = list(pool.map(attempt, drafts))
        won = [end for end in ends if isinstance(end, Case)]
        lost = [end for end in ends if isinstance(end, Conflict)]
        assert (len(won), len(lost)) == (1, 3)
        assert {end.facts["holder"] for end in lost} == {won[0].case_id}
        assert all(won[0].case_id in end.rule for end in lost)
        assert sum(store.case(case.case_id) is not None for case in drafts) == 1


def test_two_officers_on_one_case_at_the_same_instant(in_cloud: Stack) -> None:
    """Ten times the same act on the same version by different officers: done once, the others are
    told."""
    register("TWICE")
    o = office()
    case = opened_case(o, draft("twice", "TWICE", bill_no="TWICE"), NOW)
    gate = Barrier(10)

    def attempt(number: int) -> str:
        who = service.case_id("320100", "x", str(number))
        gate.wait()
        try:
            service.accept(
                o,
                replace(INTAKE, officer_id=who),
                case.case_id,
                case.version,
                NOW,
                ActReason(request=who),
            )
        except Conflict as conflict:
            return conflict.code
        return "done"

    with ThreadPoolExecutor(10) as pool:
        ends = list(pool.map(attempt, range(10)))
    assert sorted(ends) == ["STATE"] * 9 + ["done"]
    assert [a.act for a in service.case_detail(o, INTAKE, case.case_id, NOW).acts] == [
        "open",
        "accept",
    ]


def test_two_sweeps_at_the_same_instant_claim_each_rung_once_J28(in_cloud: Stack) -> None:
    register("SWEPT")
    o, late = office(), at("2026-03-31 09:00")
    cases = []
    for n in range(5):
        case = opened_case(o, draft(f"swept{n}", "SWEPT", bill_no=f"SWEPT{n}"), NOW)
        cases.append(service.accept(o, INTAKE, case.case_id, case.version, NOW, ActReason()))
    gate = Barrier(3)

    def attempt(_: int) -> int:
        gate.wait()
        return service.sweep(o, late).claimed

    with ThreadPoolExecutor(3) as pool:
        claimed = sum(pool.map(attempt, range(3)))
    assert claimed >= 15, "other tests' cases may be due as well"
    for case in cases:
        _, _, steps_claimed = store.history(case.case_id)
        assert {*steps_claimed} == {"warned", "due", "overdue"}
    assert service.sweep(o, late).claimed == 0


def caller(stack: Stack, name: str, role: str) -> Call:
    """The person's own user, brought into the role (a person keeps one subject whatever the role),
    and a fresh token."""
    if (key := f"{name}/{role}") not in _tokens:
        _tokens[key] = stack.token(name, admdvs="320100", roles=[role])
    return over_http(stack.api, _tokens[key])


def upload(stack: Stack, case_id: str) -> str:
    """The image of a receipt put where the API says, with the headers it says; answers its
    SHA-256."""
    content = b"\x89PNG\r\n\x1a\n" + f"image of {case_id}".encode()
    digest = hashlib.sha256(content).hexdigest()
    body = {"sha256": digest, "size": len(content), "content_type": "image/png"}
    status, answer = caller(stack, "scanner", "intake")(
        "POST", f"/reimbursement/cases/{case_id}/files", body
    )
    assert status == 201, answer
    request = urllib.request.Request(answer["url"], content, answer["headers"], method="PUT")
    with urllib.request.urlopen(request, timeout=30) as put:
        assert put.status == 200
    return digest


def test_the_twelve_combinations_through_the_api_with_real_tokens_Q3_1(in_cloud: Stack) -> None:
    register("P1")
    for number, (first, second, rule) in enumerate(COMBINATIONS, 10):
        key = str(number)
        status, body = tried(
            lambda name, role: caller(in_cloud, name, role),
            lambda case_id: upload(in_cloud, case_id),
            first,
            second,
            key,
        )
        assert (status, body.get("code")) == (403, "SEPARATION"), (first, second, body)
        assert body["facts"]["separation"] == rule
        assert RULES[rule] in body["rule"]


def test_without_a_token_the_api_answers_nothing(in_cloud: Stack) -> None:
    assert over_http(in_cloud.api, "forged")("GET", "/reimbursement/cases", None)[0] == 401
    assert opened(caller(in_cloud, "plain", "intake"), application("PLAIN")).version == 1
