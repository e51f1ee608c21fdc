"""Golden pairs: a request as a province's program sends it, headers and body, and the answer to the
letter. Issue: the hospital's door, 1.

The pairs lie in gateway_pairs.json. `MEDAID_RECORD=1 pytest` on this file writes the answers anew;
the requests stay as they were signed, with secrets that are nobody's.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from tests import tokens
from tests.conftest import Tables
from tests.settlement.hospital import NOW, contracted, known_person, living_allowance
from tests.settlement.signing import ask, entered

from medaid.settlement.gateways import service as gateways
from medaid.settlement.gateways import store

PAIRS = Path(__file__).with_name("gateway_pairs.json")
SECRET = "golden-secret-of-nobody"
REQUESTS: list[dict[str, Any]] = json.loads(PAIRS.read_text(encoding="utf-8"))


@pytest.fixture(autouse=True)
def _world(tables: Tables, monkeypatch: pytest.MonkeyPatch) -> None:
    """An institution with a credential of each way; a second of Guangdong's has ended."""
    contracted()
    known_person("P1", living_allowance())
    tokens.known()
    for gateway in ("tif", "api", "client", "tif"):
        old = gateway == "tif" and not store.read_holder("his-tif")
        made = "old" if old else SECRET
        monkeypatch.setattr("secrets.token_urlsafe", lambda _, made=made: made)
        number, _ = entered(gateway, f"his-{gateway}")
        if old:
            ask("/end", {"number": number})
            store.forget()


def answered(one: dict[str, Any]) -> dict[str, Any]:
    sent = one["request"]
    body = sent["body"] if isinstance(sent["body"], str) else json.dumps(sent["body"])
    event = tokens.posted(body, sent["headers"], sent["path"], sent.get("method", "POST"))
    answer = gateways.answer(event, lambda: NOW).http
    return {"status": answer["statusCode"], "body": json.loads(answer["body"])}


@pytest.fixture(scope="module", autouse=True)
def _recorded() -> Any:
    """Writes the pairs where they are recorded anew."""
    yield
    if os.environ.get("MEDAID_RECORD"):
        text = json.dumps(REQUESTS, ensure_ascii=False, indent=1) + "\n"
        PAIRS.write_text(text, encoding="utf-8")


@pytest.mark.parametrize("one", REQUESTS, ids=lambda one: str(one["name"]))
def test_the_answer_is_the_one_that_was_recorded(one: dict[str, Any]) -> None:
    """What is sent before, for those that come a second time, stands in `first`."""
    if one.get("first"):
        (before,) = [other for other in REQUESTS if other["name"] == one["first"]]
        answered(before)
    answer = answered(one)
    if os.environ.get("MEDAID_RECORD"):
        one["answer"] = answer
    assert answer == one["answer"]


def test_every_way_has_a_pair_that_is_done_and_one_that_is_refused() -> None:
    for way in ("tif", "api", "client"):
        named = [one for one in REQUESTS if one["name"].startswith(way)]
        codes = [one["answer"]["body"].get("infcode", 0) for one in named]
        assert {0, -1} <= set(codes), way
