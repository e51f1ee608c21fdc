"""Each field of each transaction, left out and written wrongly: one refusal that names it, HTTP
200, and the message as it should be is read. Made from the field tables, so that no transaction is
left out. Issue: the hospital's door (negative matrix)."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest
from tests.settlement.hospital import MAOMING, NOW, Hospital, his

from medaid.errors import CODES
from medaid.settlement import service
from medaid.settlement.national.envelope import REGIONS, read_message
from medaid.settlement.national.fields import ENVELOPE, INPUTS, LISTS, LISTS_BESIDE, Field, fields

NO_LIST = ("not_read", "")
SAMPLES = {"D": "2021-06-20", "DT": "2021-06-20 09:00:00"}


def right(field: Field) -> Any:
    """A value that the field takes."""
    if field.name in REGIONS:
        return "440900"
    if field.name == "fixmedins_code":
        return MAOMING.code
    return SAMPLES.get(field.kind, "1")


def message(infno: str) -> dict[str, Any]:
    node, table = INPUTS[infno]
    given = {field.name: right(field) for field in fields(table)}
    envelope = Hospital().envelope(infno, given, node=node)
    envelope["input"] = {node: [given] if infno in LISTS else given}
    for beside, listed in (LISTS_BESIDE.get(infno) or NO_LIST,):
        envelope["input"] |= {beside: [{f.name: right(f) for f in fields(listed)}]}
    return envelope


def wrong(field: Field) -> Iterator[tuple[Any, set[str]]]:
    """Values that the field does not take, with the codes by which they may be refused."""
    if field.required:
        yield from ((empty, {"FIELD_REQUIRED"}) for empty in (None, "", "null"))
        yield ABSENT, {"FIELD_REQUIRED"}
    form = {"AMOUNT_FORMAT"} if field.kind[0] in "N±" else {"FIELD_FORMAT"}
    yield [], form
    yield {"x": 1}, form
    yield True, form
    if field.kind[0] in "N±":
        yield "1.00000001", form
        yield "一", form
        yield "9" * 30, {"AMOUNT_TOO_LONG", "AMOUNT_FORMAT"}
    if field.kind == "N":
        yield "-1", {"AMOUNT_NEGATIVE"}
    if field.kind == "C":
        yield "1" * (field.size + 1), {"FIELD_TOO_LONG", "FIELD_FORMAT"}
        yield "a\tb", {"FIELD_FORMAT"} | ({"FIELD_TOO_LONG"} if field.size < 3 else set())
        yield "a#b", {"FIELD_FORMAT"} | ({"FIELD_TOO_LONG"} if field.size < 3 else set())
    if field.kind in ("D", "DT"):
        yield "2021-02-30", {"FIELD_FORMAT"}
        yield "20210620", {"FIELD_FORMAT"}


ABSENT = object()


def changed(envelope: dict[str, Any], node: str, field: Field, value: Any) -> bytes:
    one = copy.deepcopy(envelope)
    row = one["input"][node] if node else one
    row = row[0] if isinstance(row, list) else row
    row[field.name] = value
    if value is ABSENT:
        del row[field.name]
    return json.dumps(one).encode()


def check(body: bytes, field: Field, value: Any, codes: set[str]) -> None:
    status, answer = service.answer(body, his(MAOMING.code), NOW, lambda: NOW)
    case = f"{field.name} = {value!r}"
    assert (status, answer["infcode"]) == (200, -1), case
    info = answer["output"]["errinfo"]
    assert info["code"] in codes & set(CODES), (case, info)
    assert info["field"] == field.name, (case, info)
    assert info["rule"], case
    assert info["retry"] == "0", case
    assert answer["err_msg"].startswith(f"[{info['code']}]"), case


@pytest.mark.parametrize("infno", sorted(INPUTS))
def test_each_field_written_wrongly_is_refused_by_its_name(infno: str) -> None:
    envelope = message(infno)
    read_message(json.dumps(envelope).encode(), MAOMING.code)
    for node, table in tables_of(infno):
        check_table(envelope, node, table)


def tables_of(infno: str) -> list[tuple[str, str]]:
    """The nodes of a transaction with their field tables."""
    return [INPUTS[infno], *([LISTS_BESIDE[infno]] if infno in LISTS_BESIDE else [])]


def check_table(envelope: dict[str, Any], node: str, table: str) -> None:
    large = {"in"}  # a file: what is too long for it is too long for the message
    for field in fields(table):
        for value, codes in wrong(field):
            if field.name not in large or not isinstance(value, str) or len(value) < 100:
                check(changed(envelope, node, field, value), field, value, codes)


def test_each_field_of_the_envelope_written_wrongly_is_refused_by_its_name() -> None:
    envelope = message("1101")
    for field in fields(ENVELOPE):
        for value, codes in wrong(field):
            other = {"FORBIDDEN"} if field.name == "fixmedins_code" else set()
            check(changed(envelope, "", field, value), field, value, codes | other)


def test_the_matrix_has_a_case_for_every_field_of_every_transaction() -> None:
    """The count stands here so that a table that is not read any more is noticed."""
    listed = [f for infno in INPUTS for _, table in tables_of(infno) for f in fields(table)]
    assert sum(len(list(wrong(field))) for field in listed) > 2_000
    assert all(list(wrong(field)) for field in listed)
