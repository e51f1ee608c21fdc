"""Operators' routes over the register: whose region it is, what is shown, and that every look
leaves a record (J6, J9, J11, X5)."""

from __future__ import annotations

import json
from typing import Any

import pytest
from functions.register import handler
from tests.people.conftest import Department, roster_row
from tests.people.samples import certno

from medaid.access import service as access
from medaid.aws import clock
from medaid.instants import civil_date
from medaid.people import service
from medaid.regions import Region

OFFICER = {"sub": "officer-1", "custom:admdvs": "440900", "cognito:groups": "[intake auditor]"}
OTHERS = {"sub": "officer-2", "custom:admdvs": "320100", "cognito:groups": "[intake auditor]"}


def call(
    method: str,
    path: str,
    body: dict[str, Any] | None = None,
    claims: dict[str, str] | None = None,
    **query: Any,
) -> tuple[int, dict[str, Any]]:
    event = {
        "version": "2.0",
        "routeKey": "ANY /people/{proxy+}",
        "rawPath": path,
        "rawQueryString": "",
        "queryStringParameters": query or None,
        "headers": {"content-type": "application/json"},
        "requestContext": {
            "http": {"method": method, "path": path, "sourceIp": "10.0.0.7"},
            "stage": "$default",
            "authorizer": {"jwt": {"claims": claims or OFFICER}},
        },
        "body": json.dumps(body) if body is not None else "",
        "isBase64Encoded": False,
    }
    answer = handler.handler(event, None)
    found: dict[str, Any] = json.loads(answer["body"])
    return answer["statusCode"], found


@pytest.fixture
def holder(department: Department) -> str:
    department.drop([roster_row(1), roster_row(2, 姓名="李四", 救助身份认定地区="高州市")])
    return service.person_by_certificate("01", certno(1))


def reads(psn_no: str) -> list[str]:
    found, _ = access.page_of_reads_of(psn_no, Region("440900"), "", 9)
    return [row.reader.subject for row in found]


def test_found_by_certificate_and_shown(holder: str) -> None:
    """Right money, 43."""
    asked = {"psn_cert_type": "1", "certno": certno(1)}
    assert call("POST", "/people/440900/search", asked) == (200, {"psn_no": holder})
    status, person = call("GET", f"/people/440900/persons/{holder}")
    assert (status, person["name"], person["certno"]) == (200, "张三", certno(1))
    assert [one["category_name"] for one in person["identities"]] == ["最低生活保障对象"]
    assert reads(holder) == ["officer-1", "officer-1"]


@pytest.mark.parametrize(
    "path",
    ["", "/versions", "/identities?day=2026-03-01"],
)
def test_a_person_of_another_region_is_as_unknown_as_nobody(holder: str, path: str) -> None:
    path, _, query = path.partition("?")
    asked: dict[str, Any] = {"day": query.removeprefix("day=")} if query else {}
    status, told = call("GET", f"/people/320100/persons/{holder}{path}", claims=OTHERS, **asked)
    assert (status, told["code"]) == (404, "PERSON_UNKNOWN")
    status, told = call("GET", f"/people/440900/persons/{holder}{path}", claims=OTHERS, **asked)
    assert (status, told["code"]) == (403, "FORBIDDEN")
    assert reads(holder) == []


def test_a_search_counts_as_one_look_up(holder: str, monkeypatch: pytest.MonkeyPatch) -> None:
    counted: list[str] = []
    monkeypatch.setattr(access, "count_lookup", lambda caller, *_: counted.append(caller.subject))
    asked = {"psn_cert_type": "01", "certno": certno(1)}
    assert call("POST", "/people/440900/search", asked)[0] == 200
    assert call("POST", "/people/440900/search", asked | {"certno": certno(9)})[0] == 404
    assert len(counted) == 2, "found or not, each once"


def test_the_search_of_another_region_finds_nobody(holder: str) -> None:
    asked = {"psn_cert_type": "01", "certno": certno(1)}
    status, told = call("POST", "/people/320100/search", asked, claims=OTHERS)
    assert (status, told["code"]) == (404, "PERSON_UNKNOWN")
    assert call("POST", "/people/440900/search", {"certno": "x"})[0] == 400


def test_identities_as_they_stood_and_as_we_knew(holder: str) -> None:
    """J9, J11: nothing was known before the drop was received."""
    path = f"/people/440900/persons/{holder}/identities"
    status, found = call("GET", path, day="2026-03-15")
    assert (status, [row["category"] for row in found["rows"]]) == (200, ["subsistence_allowance"])
    _, before = call("GET", path, day="2026-03-15", known_at="2026-03-01 00:00:00")
    assert before["rows"] == []
    assert call("GET", path, day="2026-02-30")[0] == 400
    assert call("GET", path, day="2026-03-15", known="x")[0] == 400


def test_the_register_of_a_region_on_a_day(holder: str) -> None:
    """J6: a city reads its counties; the pages together are the whole, each row once."""
    found, cursor = [], ""
    for _ in range(40):
        status, page = call(
            "GET", "/people/440900/register", day="2026-03-15", limit="1", cursor=cursor
        )
        assert status == 200, page
        found += [row["identity"]["admdvs"] for row in page["rows"]]
        cursor = page["cursor"]
        if not cursor:
            break
    assert sorted(found) == ["440902", "440981"]
    assert cursor == ""
    _, county = call("GET", "/people/440981/register", day="2026-03-15", limit="200")
    assert call("GET", "/people/440900/register", day="2026-03-15", cursor="x")[0] == 400
    assert call("GET", "/people/320100/register", day="2026-03-15")[0] == 403
    assert len(county["rows"]) <= 1


def test_the_agency_files_and_cancels(holder: str) -> None:
    """X5: what a hospital may not file, the agency of the insured region does."""
    today = civil_date(clock.now()).isoformat()
    body = {
        "kind": "long_term",
        "insu_admdvs": "440900",
        "mdtrtarea_admdvs": "320000",
        "begndate": today,
    }
    path = f"/people/440900/persons/{holder}/filings"
    late = call("POST", path, body | {"begndate": "2026-01-01"})
    assert (late[0], late[1]["code"]) == (422, "FILING_LATE")
    status, filed = call("POST", path, body)
    assert (status, filed["kind"], filed["filer"]) == (201, "long_term", "")
    assert len(service.load(holder, 2026).filings) == 1
    assert call("POST", f"{path}/{filed['filing_id']}/cancel")[0] == 200
    assert service.load(holder, 2026).filings == ()
    assert call("POST", f"{path}/{filed['filing_id']}/cancel")[0] == 404
    auditor = OFFICER | {"cognito:groups": "[auditor]"}
    assert call("POST", path, body, claims=auditor)[0] == 403


def test_a_point_helps_to_file_and_the_region_lists_what_stands_J18_X5(holder: str) -> None:
    """帮办代办: who helped stands with the filing; a filing that is cancelled leaves the list."""
    today = civil_date(clock.now()).isoformat()
    path, listed = f"/people/440900/persons/{holder}/filings", "/people/440900/filings"
    body = {"kind": "chronic", "insu_admdvs": "440900", "begndate": today}
    assert call("POST", path, body)[1]["field"] == "code"
    body |= {"code": "M03900", "point": "某镇公共服务中心"}
    filed = call("POST", path, body)[1]
    away = {"kind": "long_term", "insu_admdvs": "440900", "begndate": today}
    elsewhere = call("POST", path, away | {"mdtrtarea_admdvs": "320000"})[1]
    rows = call("GET", listed, limit="200")[1]["rows"]
    assert {(row["psn_no"], row["filing"]["filing_id"]) for row in rows} == {
        (holder, filed["filing_id"]),
        (holder, elsewhere["filing_id"]),
    }
    assert {row["filing"]["point"] for row in rows} == {"某镇公共服务中心", ""}
    assert call("POST", path, body | {"point": "另一服务点"})[1]["code"] == "OVERLAP"
    assert call("GET", "/people/320000/filings")[0] == 403
    assert call("GET", listed, end="nobody")[0] == 400
    down = away | {"kind": "referred_down", "mdtrtarea_admdvs": "440981", "enddate": today}
    assert call("POST", path, down)[1]["field"] == "refl_old_mdtrt_id"
    assert call("POST", path, down | {"proof": "下转单1号"})[0] == 201
    assert call("POST", f"{path}/{filed['filing_id']}/cancel")[0] == 200
    rows = call("GET", listed, limit="200")[1]["rows"]
    assert filed["filing_id"] not in {row["filing"]["filing_id"] for row in rows}
