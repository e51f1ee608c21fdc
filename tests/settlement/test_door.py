"""The hospital's door as Lambda enters it: the handler, with the sample events, and what it does
when everything breaks."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
import time
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from tests import tokens
from tests.conftest import Tables
from tests.settlement.hospital import (
    MAOMING,
    Hospital,
    admission,
    contracted,
    known_person,
    living_allowance,
)
from tests.storage import StorageFaults

from medaid.local.places import FUNCTIONS
from medaid.settlement import service
from medaid.settlement.model import Institution

EVENTS = FUNCTIONS / "settle" / "events"


@pytest.fixture
def door(tables: Tables, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Any:
    spec = importlib.util.spec_from_file_location(
        "settle_handler", FUNCTIONS / "settle" / "handler.py"
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setenv(
        "POWERTOOLS_SERVICE_NAME", request.node.name
    )  # a logger keeps the output of the test that first named its service
    contracted(MAOMING, Institution("H44090100001", "某县级人民医院", "440902", "2"))
    known_person("P1", living_allowance())
    tokens.known()
    return module


def sample(name: str, **changes: Any) -> dict[str, Any]:
    event: dict[str, Any] = json.loads(Path(EVENTS / name).read_text("utf-8"))
    return {**event, **changes}


def claims(institution: str) -> dict[str, Any]:
    return {
        "requestId": "r1",
        "authorizer": {"jwt": {"claims": {"sub": "u", "custom:fixmedins_code": institution}}},
    }


def message(body: Any, institution: str = MAOMING.code, **more: Any) -> dict[str, Any]:
    """A message of a hospital's program that has signed in."""
    text = body if isinstance(body, str) else json.dumps(body)
    return tokens.posted(text, tokens.bearer(institution, time.time())) | more


def ask(door: Any, event: dict[str, Any]) -> tuple[int, dict[str, Any], dict[str, str]]:
    answer = door.handler(event, None)
    return answer["statusCode"], json.loads(answer["body"]), answer["headers"]


def test_the_sample_preview_is_read_and_answered(door: Any) -> None:
    signed_in = tokens.bearer("H44090100001", time.time())
    status, body, _ = ask(door, sample("preview.json", headers=signed_in))
    assert (status, body["infcode"], body["output"]["errinfo"]["code"]) == (
        200,
        -1,
        "VISIT_UNKNOWN",
    )
    assert ask(door, sample("preview.json"))[0] == 401


def test_the_sample_explanation_is_told_apart_from_others(door: Any) -> None:
    status, body, _ = ask(door, sample("explanation.json"))
    assert (status, body["code"]) == (404, "SETTLEMENT_UNKNOWN")


def test_a_real_message_is_answered_in_the_envelope(door: Any) -> None:
    hospital = Hospital()
    envelope = hospital.envelope("2401", admission("P1"), node="mdtrtinfo")
    status, body, _ = ask(door, message(envelope))
    assert (status, body["infcode"]) == (200, 0)
    assert body["output"]["result"]["mdtrt_id"].startswith("440900V2021")


def test_no_token_is_a_refusal_in_the_envelope(door: Any) -> None:
    """Right money, 24."""
    for headers in ({}, {"authorization": "Basic eDp5"}, {"authorization": "Bearer "}):
        status, body, said = ask(door, tokens.posted("{}", headers))
        assert (status, body["infcode"], body["output"]["errinfo"]["code"]) == (
            401,
            -1,
            "UNAUTHENTICATED",
        )
        assert "身份验证不通过" in body["err_msg"]
        assert said["WWW-Authenticate"] == "Bearer"


def test_claims_of_an_authorizer_prove_nobody_to_a_message(door: Any) -> None:
    """The route of messages has no authorizer: who sends proves itself to the function."""
    event = tokens.posted("{}", {})
    event["requestContext"] |= claims(MAOMING.code)
    assert ask(door, event)[0] == 401


def test_the_log_says_whose_message_it_was_and_nothing_more(
    door: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = StringIO()
    monkeypatch.setattr(door.logger.registered_handler, "stream", written)
    ask(door, message(Hospital().envelope("2401", admission("P1"), node="mdtrtinfo")))
    line = written.getvalue()
    said = json.loads(line)
    assert (said["institution"], said["subject"]) == (MAOMING.code, f"his-{MAOMING.code}")
    assert "P1" not in line
    assert "Bearer" not in line


def test_a_body_that_is_no_base64_or_too_long_is_a_refusal(door: Any) -> None:
    assert (
        ask(door, message("???", isBase64Encoded=True))[1]["output"]["errinfo"]["code"]
        == "ENVELOPE"
    )
    assert ask(door, message("x" * 10_000_000))[1]["output"]["errinfo"]["code"] == "BODY_TOO_LARGE"


def test_storage_away_is_told_apart_and_says_to_send_the_same_message_again(
    door: Any, storage_faults: StorageFaults, capsys: Any
) -> None:
    storage_faults.before(1, "away", times=99)
    envelope = Hospital().envelope("2401", admission("P1"), node="mdtrtinfo")
    status, body, headers = ask(door, message(envelope))
    assert (status, body["infcode"], body["output"]["errinfo"]["retry"]) == (503, -1, "1")
    assert int(headers["Retry-After"]) > 0
    logged = capsys.readouterr().out
    assert "incident" in logged
    assert "P1" not in logged, "no person in the log"


def test_a_fault_nobody_foresaw_is_no_500_and_carries_an_incident(
    door: Any, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    def broken(*_: Any) -> Any:
        raise RuntimeError("P1 44090019800101123X")

    monkeypatch.setattr(service, "answer", broken)
    monkeypatch.setattr(service, "explain", broken)
    status, body, _ = ask(door, message({}))
    assert (status, body["infcode"], body["output"]["errinfo"]["retry"]) == (503, -1, "1")
    assert "r1" in body["err_msg"]
    assert ask(door, sample("explanation.json"))[0] == 503
    logged = capsys.readouterr().out
    assert "RuntimeError" in logged
    assert "44090019800101123X" not in logged, "what a person sent is not logged"


MODULES, KINDS = 100, 42
"""Of ours, as many as a settlement's cold start imports: modules, classes of values."""


def test_what_a_cold_start_imports_is_counted() -> None:
    """Issue: from a county to a province. A module costs 0.2 ms and a class of values 0.5 ms, so
    both are counted; a settlement that needs another one raises the number here, knowingly."""
    code = (
        f"import dataclasses, sys; sys.path.insert(0, {str(FUNCTIONS / 'settle')!r})\n"
        "kinds, make = [], dataclasses._process_class\n"
        "def counted(cls, *more):\n"
        "    kinds.append(cls.__module__)\n"
        "    return make(cls, *more)\n"
        "dataclasses._process_class = counted\n"
        "import handler\n"
        "ours = [n for n in sys.modules if n.split('.')[0] == 'medaid']\n"
        "print(len(ours), sum(n.split('.')[0] == 'medaid' for n in kinds))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)
    modules, kinds = map(int, done.stdout.split()[-2:])
    assert modules <= MODULES
    assert kinds <= KINDS


def test_a_cold_start_brings_nothing_that_only_other_handlers_need() -> None:
    """What a fresh process imports for the hospitals' handler; no clock decides."""
    code = (
        f"import sys; sys.path.insert(0, {str(FUNCTIONS / 'settle')!r}); import handler; "
        "print(*(n for n in ('pydantic', 'tomllib', 'boto3', 'openpyxl', 'medaid.events', "
        "'typst', 'pylopdf_fonts_zh_cn', 'medaid.papers', "
        "'medaid.clearing', 'medaid.reimbursement') if n in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)
    assert done.stdout.split() == []
