"""Messages made by chance out of the field tables and out of the golden pairs: whatever is sent is
answered by one of the two documented answers, under a documented status and code, and never by a
5xx. Issue: the hospital's door (schemathesis)."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests import tokens
from tests.conftest import Tables
from tests.docs.test_hospital_openapi import DOCUMENT, check, fits
from tests.settlement.hospital import MAOMING, NOW, contracted, known_person, living_allowance
from tests.settlement.test_negative_matrix import message
from tests.settlement.test_transaction_pairs import pairs

from medaid.errors import CODES
from medaid.settlement.gateways import service as gateways
from medaid.settlement.national import dialects
from medaid.settlement.national.fields import INPUTS

DOCUMENTED = DOCUMENT["paths"]["/fsi"]["post"]["responses"]
SAMPLES = {dialects.same_infno(one["infno"]): one["request"] for one in pairs()}
TEXT = st.text(st.characters(codec="utf-8"), max_size=40)
PLAIN = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False),
    TEXT,
    st.sampled_from(["", "null", "0", "-1", "9" * 40, "2021-02-30", "2021-06-20 09:00:00", "P1",
                     "440900", "#", "\x00", "１", "٣", "1e5", "0x10", "{", "[]"]),
)  # fmt: skip
ANYTHING = st.recursive(
    PLAIN, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3)
)
MANY = settings(
    max_examples=60,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@pytest.fixture(autouse=True)
def _world(tables: Tables) -> None:
    contracted()
    known_person("P1", living_allowance())
    tokens.known()


def answered(body: bytes, path: str = "/fsi") -> dict[str, Any]:
    """The answer, which must be a documented one."""
    headers = tokens.bearer(MAOMING.code, NOW.timestamp())
    event = tokens.posted(body.decode("utf-8", "replace"), headers, path)
    answer = gateways.answer(event, lambda: NOW).http
    status = answer["statusCode"]
    assert status < 500, answer
    assert str(status) in DOCUMENTED, answer
    found: dict[str, Any] = json.loads(answer["body"])
    if fits(found) == "Failure":
        assert found["output"]["errinfo"]["code"] in CODES
    return found


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Where something stands in a message."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(
        value, list
    ) else ()  # fmt: skip
    found = [path] if path else []
    for name, inner in inside:
        found += places(inner, (*path, name))
    return found


def changed(one: dict[str, Any], where: tuple[Any, ...], value: Any) -> dict[str, Any]:
    whole = copy.deepcopy(one)
    held: Any = whole
    for name in where[:-1]:
        held = held[name]
    held[where[-1]] = value
    return whole


@pytest.mark.parametrize("infno", sorted(INPUTS))
@given(data=st.data())
@settings(MANY, max_examples=12)
def test_a_message_with_anything_in_one_or_two_places(infno: str, data: st.DataObject) -> None:
    """Each transaction, in the form that is right but for what chance puts into it."""
    one = data.draw(st.sampled_from([message(infno), SAMPLES[infno]]))
    for _ in range(data.draw(st.integers(1, 2))):
        where = data.draw(st.sampled_from(places(one)))
        one = changed(one, where, data.draw(ANYTHING))
    answered(json.dumps(one, ensure_ascii=True).encode())


@given(body=st.one_of(st.binary(max_size=200), ANYTHING.map(lambda one: json.dumps(one).encode())))
@MANY
def test_a_body_of_anything(body: bytes) -> None:
    assert answered(body)["infcode"] == -1


@given(infno=TEXT | st.from_regex(r"[0-9]{4,5}[A-Z]?", fullmatch=True))
@MANY
def test_a_number_of_anything(infno: str) -> None:
    found = answered(json.dumps(message("1101") | {"infno": infno}).encode())
    assert found["infcode"] == -1


@pytest.mark.parametrize("one", pairs(), ids=lambda one: str(one["infno"]))
def test_golden_pairs_fit_the_document(one: dict[str, Any]) -> None:
    infno = dialects.same_infno(one["infno"])
    if infno in INPUTS:
        check(f"Message{infno}", one["request"] | {"infno": infno})
    assert (fits(one["answer"]) == "Answer") == (infno in INPUTS)
