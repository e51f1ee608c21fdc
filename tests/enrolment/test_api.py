"""Enrolment by its handler: who may, of which region, and what is answered. Issue: the register
people can use, 5 and 6."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from functions.enroll import handler

CITY = {"sub": "clerk", "custom:admdvs": "321200", "cognito:groups": "[intake manager]"}
PROVINCE = CITY | {"sub": "province", "custom:admdvs": "320000"}
OTHERS = CITY | {"sub": "others", "custom:admdvs": "440900"}
CASHIER = CITY | {"sub": "cashier", "cognito:groups": "[cashier]"}


def ask(
    method: str, path: str, body: Any = None, claims: dict[str, str] | None = None, **query: str
) -> tuple[int, Any]:
    event = {
        "version": "2.0",
        "routeKey": "ANY /enrolment/{proxy+}",
        "rawPath": path,
        "queryStringParameters": query or None,
        "headers": {},
        "requestContext": {
            "http": {"method": method, "path": path, "sourceIp": "10.0.0.7"},
            "stage": "$default",
            "authorizer": {"jwt": {"claims": claims or CITY}},
        },
        "body": json.dumps(body) if body is not None else "",
        "isBase64Encoded": False,
    }
    answer = handler.handler(event, None)
    if answer.get("isBase64Encoded"):
        return answer["statusCode"], base64.b64decode(answer["body"])
    return answer["statusCode"], json.loads(answer["body"])


@pytest.mark.usefixtures("tables")
class TestStandards:
    PATH = "/enrolment/321200/standards/2024"

    def test_each_class_and_category_with_its_three_parts_J14_N1(self) -> None:
        status, page = ask("GET", self.PATH)
        assert status == 200
        rows = {(r["person_group"], r["category"]): r for r in page["rows"]}
        edge = rows["adult", "low_income_edge"]
        assert (edge["total"], edge["person"], edge["assistance"]) == ("460.00", "92.00", "368.00")
        assert "苏医保办发〔2023〕27号 第十四条" in rows["adult", "orphan"]["cites"]
        assert rows["adult", "other_hardship"]["total"] is None
        assert "定额资助标准没有可引用的数值" in rows["adult", "other_hardship"]["undetermined"]
        assert ("adult", "low_income") not in rows

    @pytest.mark.parametrize(("claims", "status"), [(PROVINCE, 200), (OTHERS, 403), (CASHIER, 403)])
    def test_who_may_read_it(self, claims: dict[str, str], status: int) -> None:
        assert ask("GET", self.PATH, claims=claims)[0] == status

    def test_a_year_without_figures_is_refused_naming_the_clause(self) -> None:
        status, told = ask("GET", "/enrolment/321200/standards/2030")
        assert (status, told["code"]) == (422, "FIGURE_MISSING")
        assert "第十四条" in told["rule"]


@pytest.mark.usefixtures("tables")
class TestWaiting:
    PATH = "/enrolment/321200/waiting"

    def test_none_for_the_recognised_J21(self) -> None:
        status, found = ask(
            "GET", self.PATH, enrolled_on="2025-03-31", late="true", exempt="assisted"
        )
        assert (status, found["first_day"]) == (200, "2025-03-31")

    def test_what_the_province_leaves_open_is_asked_for(self) -> None:
        status, told = ask("GET", self.PATH, enrolled_on="2025-03-31", late="true")
        assert (status, told["code"]) == (422, "FIGURE_MISSING")

    def test_crafted_input_is_refused(self) -> None:
        assert ask("GET", self.PATH, enrolled_on="31.3.2025")[0] == 400
        assert ask("GET", self.PATH, enrolled_on="2025-03-31", missed_years="-1")[0] == 400
