"""Addresses, methods and content types of hospitals' programs: what is read as a message, and that
all else is refused in the envelope. Issue: the hospital's door, 1."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests import tokens
from tests.conftest import Tables
from tests.settlement.hospital import (
    MAOMING,
    NOW,
    Hospital,
    admission,
    contracted,
    known_person,
    living_allowance,
)

from medaid.settlement.gateways import service as gateways


@pytest.fixture(autouse=True)
def _world(tables: Tables) -> None:
    contracted()
    known_person("P1", living_allowance())
    tokens.known()


def sent(
    path: str = "/fsi",
    method: str = "POST",
    infno: str = "2401",
    headers: dict[str, str] | None = None,
    **event: Any,
) -> tuple[int, dict[str, Any]]:
    """An admission posted to `path`: HTTP status and envelope."""
    message = Hospital().envelope(infno, admission("P1"), msgid="M-1", node="mdtrtinfo")
    given = tokens.bearer(MAOMING.code, NOW.timestamp()) | (headers or {})
    posted = tokens.posted(json.dumps(message), given, path, method) | event
    return answered(posted)


def answered(event: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    answer = gateways.answer(event, lambda: NOW).http
    envelope: dict[str, Any] = json.loads(answer["body"])
    assert set(envelope) >= {"infcode", "err_msg", "output", "respond_time"}
    return answer["statusCode"], envelope


def refused(answer: tuple[int, dict[str, Any]], status: int, code: str, field: str) -> None:
    assert answer[0] == status, answer
    info = answer[1]["output"]["errinfo"]
    assert (answer[1]["infcode"], info["code"], info["field"]) == (-1, code, field)
    assert any("一" <= letter <= "鿿" for letter in answer[1]["err_msg"]), "in Chinese"


@pytest.mark.parametrize(
    "path",
    [
        "/fsi",
        "/fsi/",
        "/hsa/hgs/2401",
        "/2401",
        "/fsi/2401",
        "/440900/v1.0/2401",
        "/ebus/rio_fsi",
        "/api/rsfComIfsService/callService",
        "/api/rsfComIfsService/callService/2401",
    ],
)
def test_any_prefix_that_ends_in_the_infno_and_each_one_address_is_read(path: str) -> None:
    assert sent(path)[1]["infcode"] == 0


@pytest.mark.parametrize(
    "path",
    ["", "/", "/fs", "/FSI", "/hsa/hgs", "/hsa/2401x9", "/hsa/２４０１", "/hsa/440900", "/2401/x"],
)
def test_any_other_address_is_404_in_the_envelope(path: str) -> None:
    refused(sent(path), 404, "NOT_FOUND", "path")


@pytest.mark.parametrize("path", ["/2304/2401", "/hsa/2401/2401", "/2401/fsi", "/2304/callService"])
def test_an_address_names_one_transaction_and_at_its_end(path: str) -> None:
    refused(sent(path), 404, "NOT_FOUND", "path")


@pytest.mark.parametrize("path", ["/hsa/2304", "/hsa/24011", "/hsa/2401A", "/hsa/13203"])
def test_the_message_is_of_the_transaction_that_the_address_names(path: str) -> None:
    """Wherever else it is sent by mistake, nothing is done."""
    refused(sent(path), 200, "FIELD_FORMAT", "infno")
    assert sent("/hsa/2401")[1]["infcode"] == 0


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "HEAD", "PATCH", ""])
def test_any_other_method_is_405_in_the_envelope(method: str) -> None:
    refused(sent(method=method), 405, "METHOD", "method")


@pytest.mark.parametrize(
    "media",
    [
        "",
        "application/json",
        "text/plain",
        "text/plain; charset=utf-8",
        "Application/JSON;charset=UTF8",
    ],
)
def test_json_and_text_in_utf_8_are_read(media: str) -> None:
    assert sent(headers={"content-type": media})[1]["infcode"] == 0


@pytest.mark.parametrize(
    "media",
    [
        "application/xml",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "text/plain; charset=gbk",
        "application/json; charset=utf-16",
        "text/html",
    ],
)
def test_any_other_content_type_is_415_in_the_envelope(media: str) -> None:
    refused(sent(headers={"content-type": media}), 415, "MEDIA_TYPE", "Content-Type")


def test_who_has_not_proven_itself_is_told_nothing_but_that() -> None:
    """Neither whether a body is well formed nor whose visit it is: 401 comes before both."""
    for body in ("{", "x" * 2_000_000, "{}"):
        refused(answered(tokens.posted(body, {})), 401, "UNAUTHENTICATED", "Authorization")


def test_an_expired_token_is_refused_and_a_new_one_let_in(tables: Tables) -> None:
    seen = tables.everything()
    late = tokens.bearer(MAOMING.code, NOW.timestamp(), exp=int(NOW.timestamp()))
    refused(sent(headers=late), 401, "UNAUTHENTICATED", "Authorization")
    assert tables.everything() == seen, "a refusal writes nothing"
    assert sent()[1]["infcode"] == 0


def test_another_institutions_token_sends_nothing_for_this_one(tables: Tables) -> None:
    seen = tables.everything()
    other = tokens.bearer("H44090200002", NOW.timestamp())
    refused(sent(headers=other), 200, "FORBIDDEN", "fixmedins_code")
    assert tables.everything() == seen


def test_what_the_function_can_see_as_too_large_is_told_in_the_envelope() -> None:
    refused(sent(body="x" * 1_400_000), 200, "BODY_TOO_LARGE", "body")
