"""A new sender of rosters is entered by two people of an office, without a new version of the
program; then its folder is taken (J8, J9). Issue: the register people can use, 4."""

from __future__ import annotations

from typing import Any

import pytest
from tests.people.conftest import Department, roster_row
from tests.people.test_api import call

from medaid.people import service

CODE = "dianbai-civil-affairs"
PATH = f"/people/440900/registered-senders/{CODE}"
FIRST = {"sub": "first", "custom:admdvs": "440900", "cognito:groups": "[manager]"}
SECOND = FIRST | {"sub": "second"}
READER = FIRST | {"sub": "reader", "cognito:groups": "[auditor]"}
OTHERS = FIRST | {"sub": "others", "custom:admdvs": "320100"}
BODY: dict[str, Any] = {
    "name": "电白区民政局",
    "department": "civil_affairs",
    "kinds": ["roster"],
    "regions": ["440904"],
    "document": "茂医保函〔2026〕8号",
}


def entered(**more: Any) -> None:
    assert call("POST", PATH, BODY | more, claims=FIRST)[0] == 201
    assert call("POST", f"{PATH}/decision", {"approved": True}, claims=SECOND)[0] == 200


def dropped(department: Department, name: str, **row: str) -> Any:
    department.sender, department.admdvs = CODE, "440904"
    rows = [roster_row(1, **({"救助身份认定地区": "440904"} | row))]
    return department.drop(rows, name)


def test_two_people_enter_a_sender_and_its_folder_is_taken(department: Department) -> None:
    assert dropped(department, "before").codes == {"FORBIDDEN": 1}
    status, made = call("POST", PATH, BODY, claims=FIRST)
    assert (status, made["current"], made["waiting"]["proposed_by"]) == (201, None, "first")
    assert call("POST", PATH, BODY, claims=FIRST)[0] == 201, "the same again"
    assert dropped(department, "waiting").codes == {"FORBIDDEN": 1}
    yes = {"approved": True}
    assert call("POST", f"{PATH}/decision", yes, claims=FIRST)[1]["code"] == "SEPARATION"
    assert call("POST", f"{PATH}/decision", yes, claims=SECOND)[1]["waiting"] is None
    report = dropped(department, "after")
    assert (report.state, report.counts["confirmed"]) == ("taken_in", 1)
    rows = call("GET", "/people/440900/registered-senders", claims=READER)[1]["rows"]
    assert [row["code"] for row in rows] == [CODE]


def test_it_reports_only_what_was_entered(department: Department) -> None:
    entered(categories=["orphan"])
    report = dropped(department, "low", 救助类型="最低生活保障对象")
    assert report.codes == {"FORBIDDEN": 1}
    assert dropped(department, "orphan", 救助类型="孤儿").counts["confirmed"] == 1
    department.sender, department.admdvs = CODE, "440902"
    assert department.drop([roster_row(2)], "elsewhere").codes == {"FORBIDDEN": 1}


def test_a_sender_that_may_report_nothing_any_more_is_refused(department: Department) -> None:
    entered()
    entered(kinds=[])
    assert dropped(department, "ended").codes == {"FORBIDDEN": 1}
    assert call("GET", PATH, claims=READER)[1]["current"]["kinds"] == []


def test_the_office_that_entered_it_says_how_its_files_are_read(tables: Any) -> None:
    entered(regions=["440902", "440904"])
    body = {"version": 0, "ending_percent": 10}

    def settings(region: str, method: str, claims: dict[str, str]) -> tuple[int, Any]:
        path = f"/people/{region}/senders/{CODE}/settings"
        sent = body if method == "PUT" else None
        return call(method, path, sent, claims=claims | {"custom:admdvs": region})

    assert settings("440904", "PUT", FIRST)[0] == 403
    assert settings("320100", "PUT", OTHERS)[0] == 403
    assert settings("320100", "GET", OTHERS)[0] == 403
    assert settings("440900", "PUT", FIRST)[1]["ending_percent"] == 10
    for region in ("440900", "440904"):
        assert settings(region, "GET", READER)[1]["ending_percent"] == 10
    entered(regions=["440904"], kinds=[])
    assert settings("440900", "PUT", FIRST)[0] == 404


def test_who_may_not(department: Department) -> None:
    for claims in (READER, OTHERS, FIRST | {"custom:admdvs": "440000"}):
        assert call("POST", PATH, BODY, claims=claims)[0] == 403
    assert call("POST", PATH, BODY, claims=FIRST)[0] == 201
    assert call("POST", f"{PATH}/decision", {"approved": True}, claims=READER)[0] == 403
    elsewhere = PATH.replace("440900", "320100")
    assert call("POST", f"{elsewhere}/decision", {"approved": True}, claims=OTHERS)[0] == 404
    assert call("GET", elsewhere, claims=OTHERS)[0] == 404
    status, told = call("POST", elsewhere, BODY | {"regions": ["320102"]}, claims=OTHERS)
    assert (status, told["code"]) == (409, "DUPLICATE")
    assert call("POST", PATH, BODY | {"name": "另一名称"}, claims=FIRST)[1]["code"] == "STATE"
    assert call("POST", f"{PATH}/decision", {"approved": False}, claims=SECOND)[0] == 400
    no = {"approved": False, "reason": "材料不符"}
    assert call("POST", f"{PATH}/decision", no, claims=SECOND)[1]["current"] is None
    assert call("POST", f"{PATH}/decision", no, claims=SECOND)[0] == 404
    assert dropped(department, "refused").codes == {"FORBIDDEN": 1}
    assert service.persons(["P1"]) == {}


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"department": "nobody"}, "department"),
        ({"kinds": ["gossip"]}, "kinds"),
        ({"categories": ["monitored"]}, "categories"),
        ({"regions": []}, "regions"),
        ({"regions": ["320100"]}, "regions"),
        ({"regions": ["440000"]}, "regions"),
        ({"document": ""}, "document"),
    ],
)
def test_what_an_office_cannot_give_names_the_field(
    tables: Any, wrong: dict[str, Any], field: str
) -> None:
    status, told = call("POST", PATH, BODY | wrong, claims=FIRST)
    assert status == 400
    assert told["field"].startswith(field)


def test_a_code_that_ships_with_the_program_is_taken_and_one_that_is_none_refused(
    tables: Any,
) -> None:
    path = "/people/440900/registered-senders/"
    assert call("POST", f"{path}maoming-civil-affairs", BODY, claims=FIRST)[0] == 409
    assert call("POST", f"{path}Dian", BODY, claims=FIRST)[0] == 400
