"""The OpenAPI document of the hospitals' door: every transaction, and real messages and answers fit
it. That it is current holds test_generated.py. Issue: the hospital's door (It must show)."""

from __future__ import annotations

import copy
import json
from typing import Any

import jsonschema  # type: ignore[import-untyped]
import pytest
from tests.conftest import Tables
from tests.settlement.hospital import (
    Hospital,
    admission,
    bill,
    contracted,
    known_person,
    living_allowance,
    stay_input,
)
from tests.settlement.test_gateway_pairs import REQUESTS
from tests.settlement.test_negative_matrix import message

from medaid.local import hospital_openapi
from medaid.settlement.national.fields import INPUTS, fields

DOCUMENT = hospital_openapi.document()


def check(name: str, value: Any) -> None:
    schema = {"$ref": f"#/components/schemas/{name}", "components": DOCUMENT["components"]}
    jsonschema.validate(value, schema)


def fits(value: dict[str, Any]) -> str:
    """Which of the two answers it is."""
    name = "Answer" if value["infcode"] == 0 else "Failure"
    check(name, value)
    return name


@pytest.mark.parametrize("infno", sorted(INPUTS))
def test_a_message_as_it_should_be_fits_and_one_without_a_required_field_does_not(
    infno: str,
) -> None:
    assert f"/{infno}" in DOCUMENT["paths"]
    good = message(infno)
    check(f"Message{infno}", good)
    node, table = INPUTS[infno]
    for field in fields(table):
        bad = copy.deepcopy(good)
        row = bad["input"][node]
        row = row[0] if isinstance(row, list) else row
        del row[field.name]
        if field.required:
            with pytest.raises(jsonschema.ValidationError):
                check(f"Message{infno}", bad)
        else:
            check(f"Message{infno}", bad)
    without = {name: value for name, value in good.items() if name != "msgid"}
    with pytest.raises(jsonschema.ValidationError):
        check(f"Message{infno}", without)


def test_recorded_answers_fit_and_their_statuses_are_documented() -> None:
    seen = set()
    for one in REQUESTS:
        status, body = one["answer"]["status"], one["answer"]["body"]
        if "infcode" in body:
            seen.add(fits(body))
            assert str(status) in DOCUMENT["paths"]["/fsi"]["post"]["responses"], one["name"]
    assert seen == {"Answer", "Failure"}


def test_answers_of_a_whole_stay_fit(tables: Tables) -> None:
    contracted()
    known_person("P1", living_allowance())
    hospital = Hospital()
    stay = hospital.stay("P1")
    amounts = bill("5000.00", "4500.00")
    for infno, given, node in (
        ("2401", admission("P1", "2021-07-01 09:00:00"), "mdtrtinfo"),
        ("2303", stay_input("P1", stay, amounts), "data"),
        ("2304", stay_input("P1", stay, amounts | {"medfee_sumamt": "1"}), "data"),
        ("2304", stay_input("P1", stay, amounts), "data"),
        ("2001", {"psn_no": "P9"}, "data"),
        ("3501", {}, "data"),
    ):
        answer = hospital.call(infno, given, node=node)
        del answer["http"]
        fits(json.loads(json.dumps(answer)))
