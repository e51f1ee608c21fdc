"""Signed-out tokens are refused at every operators' door (right money, 43)."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests.conftest import Tables
from tests.storage import StorageCalls, StorageFaults

from medaid.access import api, rules, service, sign_out
from medaid.access.model import Purpose
from medaid.access.rules import Limit
from medaid.access.wiring import DESK
from medaid.aws import rest
from medaid.aws.rest.app import mount, plain
from medaid.aws.web import Caller, caller
from medaid.errors import Forbidden
from medaid.local.docs import TABLES
from medaid.local.places import FUNCTIONS
from medaid.payments.api import ROUTES as PAYMENTS
from medaid.regions import Region

NOW = datetime(2026, 3, 10, 2, 0, tzinfo=UTC)
HERE, ELSEWHERE = "440900", "320100"


@pytest.fixture(autouse=True)
def _fresh(tables: Tables) -> Iterator[None]:
    sign_out._known.clear()
    yield
    sign_out._known.clear()


def ask(
    method: str,
    path: str,
    who: str = "o-zhang",
    role: str = "manager",
    at: datetime = NOW,
    issued: datetime | None = NOW - timedelta(minutes=5),
    region: str = HERE,
) -> tuple[int, str]:
    app = rest.resolver()
    mount(app, api.ROUTES, lambda: at, plain, DESK)
    mount(app, PAYMENTS, lambda: at, lambda _now: {}, DESK)
    claims: dict[str, Any] = {"sub": who, "custom:admdvs": region, "cognito:groups": role}
    if issued is not None:
        claims["iat"] = str(int(issued.timestamp()))
    event = {
        "version": "2.0",
        "rawPath": path,
        "headers": {},
        "queryStringParameters": {},
        "requestContext": {
            "http": {"method": method, "path": path},
            "stage": "$default",
            "requestId": "r",
            "authorizer": {"jwt": {"claims": claims}},
        },
        "body": "",
        "isBase64Encoded": False,
    }
    answer = app.resolve(event, object())  # type: ignore[arg-type]  # no context is looked at
    return answer["statusCode"], json.loads(answer["body"]).get("code", "")


OFFICERS = f"/payments/{HERE}/officers"


def test_a_token_is_refused_after_its_owner_signed_out_43() -> None:
    """Right money, 43."""
    assert ask("GET", OFFICERS) == (200, "")
    assert ask("POST", "/access/sign-out") == (200, "")
    later = NOW + timedelta(seconds=1)
    assert ask("GET", OFFICERS, at=later) == (403, "SIGNED_OUT")
    assert ask("POST", f"/access/{HERE}/readers/o-li/sign-out", at=later) == (403, "SIGNED_OUT")


ROLES = sorted({role for table in TABLES for route in table for role in route.roles})


@pytest.mark.parametrize("role", [one for one in ROLES if one != "institution"])
def test_every_role_of_an_operator_signs_itself_out_43(role: str) -> None:
    """A hospital's token belongs to a machine and is the only one that does not."""
    assert ask("POST", "/access/sign-out", role=role) == (200, "")
    assert ask("GET", OFFICERS, at=NOW + timedelta(seconds=1)) == (403, "SIGNED_OUT")


@pytest.mark.parametrize("role", ["institution", "nobody", ""])
def test_who_is_no_operator_has_nothing_to_sign_out_of_43(role: str) -> None:
    assert ask("POST", "/access/sign-out", role=role) == (403, "FORBIDDEN")


def test_who_signs_in_again_is_let_in_and_others_never_were_refused_43() -> None:
    ask("POST", "/access/sign-out")
    later = NOW + timedelta(minutes=1)
    assert ask("GET", OFFICERS, at=later, issued=NOW + timedelta(seconds=30)) == (200, "")
    assert ask("GET", OFFICERS, who="o-li", at=later) == (200, "")
    other = f"/payments/{ELSEWHERE}/officers"
    assert ask("GET", other, region=ELSEWHERE, at=later) == (200, "")


@pytest.mark.parametrize("issued", [None, NOW, NOW - timedelta(days=1)])
def test_a_token_that_is_not_younger_is_refused_43(issued: datetime | None) -> None:
    ask("POST", "/access/sign-out")
    assert ask("GET", OFFICERS, issued=issued, at=NOW + timedelta(seconds=9))[1] == "SIGNED_OUT"


def test_a_manager_signs_somebody_of_the_region_out_43() -> None:
    assert ask("POST", f"/access/{HERE}/readers/o-li/sign-out") == (200, "")
    later = NOW + timedelta(seconds=1)
    assert ask("GET", OFFICERS, who="o-li", at=later) == (403, "SIGNED_OUT")
    assert ask("GET", OFFICERS, at=later) == (200, "")


@pytest.mark.parametrize("role", ["accountant", "auditor", "inspector", "institution"])
def test_nobody_else_signs_others_out_43(role: str) -> None:
    assert ask("POST", f"/access/{HERE}/readers/o-li/sign-out", role=role)[0] == 403
    path = f"/access/{ELSEWHERE}/readers/o-li/sign-out"
    assert ask("POST", path) == (403, "FORBIDDEN")
    assert ask("GET", OFFICERS, who="o-li", at=NOW + timedelta(seconds=9)) == (200, "")


def test_another_process_hears_of_it_within_five_seconds_43() -> None:
    """What was read is kept for five seconds, and no longer."""
    ask("GET", OFFICERS)
    kept = dict(sign_out._known)
    sign_out.sign_out("o-zhang", Region(HERE), Caller("o-boss"), NOW)
    sign_out._known.update(kept)  # as another process knows it
    assert ask("GET", OFFICERS, at=NOW + timedelta(seconds=4))[0] == 200
    assert ask("GET", OFFICERS, at=NOW + timedelta(seconds=5))[1] == "SIGNED_OUT"


def test_at_most_one_read_in_five_seconds_43(storage_calls: StorageCalls) -> None:
    who = Caller("o", region=HERE, issued=1)
    for second in (0, 1, 4):
        sign_out.check_signed_in(who, NOW + timedelta(seconds=second))
    assert storage_calls.counts == {"Query": 1}
    sign_out.check_signed_in(who, NOW + timedelta(seconds=5))
    assert storage_calls.counts == {"Query": 2}
    sign_out.check_signed_in(Caller("h", institution="H1"), NOW)
    assert storage_calls.counts == {"Query": 2}


def test_where_it_cannot_be_read_nobody_is_let_in_43(storage_faults: StorageFaults) -> None:
    storage_faults.before(1, "away", times=9, only=["Query"])
    assert ask("GET", OFFICERS) == (503, "UNAVAILABLE")


def test_every_operators_door_asks_43() -> None:
    """Right money, 43. Every table mounted by a function is mounted with the desk that asks."""
    mounted = 0
    for path in FUNCTIONS.glob("*/*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "mount":
                mounted += 1
                last = node.args[-1]
                assert isinstance(last, ast.Name), path
                assert last.id == "DESK", path
    assert mounted >= 6
    assert DESK.check_token is sign_out.check_signed_in


@pytest.mark.parametrize(
    ("claim", "seconds"), [("1773100000", 1773100000), (17, 17), ("x", 0), ("-1", 0), (None, 0)]
)
def test_when_a_token_was_issued_is_read_from_its_claims(claim: object, seconds: int) -> None:
    claims = {"sub": "u"} | ({"iat": claim} if claim is not None else {})
    event = {"requestContext": {"authorizer": {"jwt": {"claims": claims}}}}
    assert caller(event).issued == seconds


# ---- refused look-ups ----------------------------------------------------------------------------


def test_who_was_refused_for_too_many_look_ups_stays_named_43(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Subject, purpose, address and time; once an hour and purpose, however often it is tried."""
    monkeypatch.setattr(rules, "limit_of", lambda _reader, _purpose: Limit(2, "x"))
    officer = Caller("o-zhang", region=HERE, source="10.0.0.9")
    for minute in range(6):
        at = NOW + timedelta(minutes=minute)
        with suppress(Forbidden):
            service.count_lookup(officer, Purpose.CASE_SEARCH, at)
    with pytest.raises(Forbidden):
        service.count_lookup(officer, Purpose.IDENTIFICATION, NOW + timedelta(minutes=9))
    found = service.page_of_reads_by("o-zhang", Region(HERE), "", 10)[0]
    assert [(r.psn_no, r.item, r.purpose, r.at - NOW, r.reader.source) for r in found] == [
        ("", "refused", Purpose.IDENTIFICATION, timedelta(minutes=9), "10.0.0.9"),
        ("", "refused", Purpose.CASE_SEARCH, timedelta(minutes=2), "10.0.0.9"),
    ]
    assert service.page_of_reads_on(NOW.date(), Region(HERE), "", 10)[0] == found
    assert service.page_of_reads_by("o-zhang", Region(ELSEWHERE), "", 10)[0] == []


def test_a_refused_institution_is_found_by_its_subject_43(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "limit_of", lambda _reader, _purpose: Limit(1, "x"))
    hospital = Caller("h-1", institution="H44090100001")
    service.count_lookup(hospital, Purpose.IDENTIFICATION, NOW)
    assert service.page_of_reads_by("h-1", Region(HERE), "", 10)[0] == []
    with pytest.raises(Forbidden):
        service.count_lookup(hospital, Purpose.IDENTIFICATION, NOW)
    (row,) = service.page_of_reads_by("h-1", Region(HERE), "", 10)[0]
    assert (row.reader.institution, row.item) == ("H44090100001", "refused")
