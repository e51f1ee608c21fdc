"""The register searched by number, name, category, department and village: whose region, what it
costs, how many there are, and that each look leaves a record (J6). Issue: the register people can
use, 4."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from botocore.hooks import HierarchicalEmitter
from tests.people.conftest import Department, roster_row
from tests.people.samples import NOW, certno
from tests.people.test_api import OFFICER, OTHERS, call

from medaid.access import service as access
from medaid.people import service
from medaid.regions import Region

SEARCH = "/people/{}/register/search"
PROVINCE = OFFICER | {"custom:admdvs": "440000", "sub": "officer-of-the-province"}
COUNTY = OFFICER | {"custom:admdvs": "440981", "sub": "officer-of-the-county"}
NATION = OFFICER | {"custom:admdvs": "100000", "sub": "officer-of-the-nation"}


@pytest.fixture
def register(department: Department) -> Department:
    department.drop(
        [
            roster_row(1, **{"村(居)委会": "河东村"}),
            roster_row(2, 姓名="李四", 救助身份认定地区="高州市", **{"村(居)委会": "河东村"}),
            roster_row(3, 姓名="王·五", 救助类型="特困供养人员", **{"村(居)委会": "河西村"}),
        ]
    )
    return department


def found(region: str = "440900", claims: Any = None, **asked: Any) -> Any:
    status, page = call("POST", SEARCH.format(region), asked, claims=claims)
    assert status == 200, page
    return page


def names(page: Any) -> list[str]:
    return sorted(row["name"] for row in page["rows"])


@pytest.mark.parametrize(
    ("asked", "who"),
    [
        ({"name": "李四"}, ["李四"]),
        ({"name": "王 • 五"}, ["王·五"]),
        ({"category": "subsistence_allowance"}, ["张三", "李四"]),
        ({"category": "destitute_support"}, ["王·五"]),
        ({"category": "orphan"}, []),
        ({"department": "civil_affairs"}, ["张三", "李四", "王·五"]),
        ({"village": "河东村"}, ["张三", "李四"]),
        ({"village": " 河西村 "}, ["王·五"]),
        ({"village": "河"}, []),
    ],
)
def test_it_is_found_by_each_field(
    register: Department, asked: dict[str, str], who: list[str]
) -> None:
    """Issue: the register people can use, 4."""
    page = found(**asked)
    assert names(page) == who
    assert page["total"] == (None if "name" in asked else len(who))
    assert page["cursor"] == ""


def test_a_number_finds_the_person_with_file_and_row(register: Department) -> None:
    psn_no = service.person_by_certificate("01", certno(2))
    page = found(psn_no=psn_no)
    assert (names(page), page["total"]) == (["李四"], 1)
    (row,) = page["rows"]
    assert (row["village"], row["identity"]["row"]) == ("河东村", 3)
    assert row["identity"]["batch"]


def test_the_province_reads_what_lies_below_and_is_not_empty(register: Department) -> None:
    """J6: the registers of the pooling regions are the province's register. The list of a day was
    empty for a province: it looked for a pooling region that is the province."""
    assert names(found("440000", PROVINCE, department="civil_affairs")) == ["张三", "李四", "王·五"]
    assert names(found("440900", PROVINCE, name="李四")) == ["李四"]
    assert found("440981", PROVINCE, village="河东村")["total"] == 1
    assert found("440000", PROVINCE, village="河东村")["total"] == 2
    rows = list(_day_list("440000", PROVINCE))
    assert sorted(row["identity"]["admdvs"] for row in rows) == ["440902", "440902", "440981"]


def _day_pages(region: str, claims: dict[str, str]) -> Iterator[list[Any]]:
    cursor = ""
    while True:
        status, page = call(
            "GET", f"/people/{region}/register", claims=claims, day="2026-03-15", cursor=cursor
        )
        assert status == 200, page
        yield page["rows"]
        cursor = page["cursor"]
        if not cursor:
            return


def _day_list(region: str, claims: dict[str, str]) -> Iterator[Any]:
    for rows in _day_pages(region, claims):
        yield from rows


def test_no_page_is_empty_while_others_follow(register: Department) -> None:
    """People lie in eight partitions: the first pages of a small register were empty."""
    *pages, _last = _day_pages("440900", PROVINCE)
    assert all(pages)
    assert len(pages) <= 3


def test_a_county_reads_its_own_alone(register: Department) -> None:
    assert names(found("440981", COUNTY, department="civil_affairs")) == ["李四"]
    assert names(found("440981", COUNTY, name="张三")) == []
    for region in ("440900", "440902", "440000"):
        status, told = call("POST", SEARCH.format(region), {"name": "张三"}, claims=COUNTY)
        assert (status, told["code"]) == (403, "FORBIDDEN")


def test_another_region_and_another_role_are_refused(register: Department) -> None:
    assert names(found("320100", OTHERS, name="张三")) == []
    psn_no = service.person_by_certificate("01", certno(1))
    status, told = call("POST", SEARCH.format("320100"), {"psn_no": psn_no}, claims=OTHERS)
    assert (status, told["code"]) == (404, "PERSON_UNKNOWN")
    status, _ = call("POST", SEARCH.format("440900"), {"name": "张三"}, claims=OTHERS)
    assert status == 403
    cashier = OFFICER | {"cognito:groups": "[cashier]"}
    assert call("POST", SEARCH.format("440900"), {"name": "张三"}, claims=cashier)[0] == 403


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({}, "name"),
        ({"name": "张三", "village": "河东村"}, "name"),
        ({"category": "rich"}, "category"),
        ({"department": "nobody"}, "department"),
        ({"name": "张三", "cursor": "x"}, "cursor"),
        ({"name": "张三", "limit": 0}, "limit"),
    ],
)
def test_what_cannot_be_asked_names_the_field(
    register: Department, asked: dict[str, Any], field: str
) -> None:
    status, told = call("POST", SEARCH.format("440900"), asked)
    assert (status, told["field"]) == (400, field)


def test_the_nation_has_no_list(register: Department) -> None:
    for region, asked in (("100000", {"name": "张三"}), ("000000", {"village": "河东村"})):
        status, told = call("POST", SEARCH.format(region), asked, claims=NATION)
        assert (status, told["field"]) == (400, "admdvs") or status == 403
    assert call("GET", "/people/100000/register", claims=NATION, day="2026-03-15")[0] == 400


def test_pages_together_are_the_whole_and_a_cursor_belongs_to_its_list(
    register: Department,
) -> None:
    first = found(department="civil_affairs", limit=2)
    assert (len(first["rows"]), first["total"]) == (2, 3)
    rest = found(department="civil_affairs", limit=2, cursor=first["cursor"])
    assert (len(rest["rows"]), rest["total"], rest["cursor"]) == (1, None, "")
    assert len({row["psn_no"] for row in first["rows"] + rest["rows"]}) == 3
    asked = {"village": "河东村", "cursor": first["cursor"]}
    assert call("POST", SEARCH.format("440900"), asked)[0] == 400


def test_every_person_that_a_list_shows_has_a_record(register: Department) -> None:
    """Right money, 43. No read of a person that leaves no trace."""
    page = found(village="河东村")
    for row in page["rows"]:
        (read,), _ = access.page_of_reads_of(row["psn_no"], Region("440900"), "", 9)
        assert (read.reader.subject, read.item) == ("officer-1", "list")
    unseen = service.person_by_certificate("01", certno(3))
    assert access.page_of_reads_of(unseen, Region("440900"), "", 9) == ([], "")


def test_a_list_counts_as_one_look_up(
    register: Department, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted: list[str] = []
    monkeypatch.setattr(access, "count_lookup", lambda caller, *_: counted.append(caller.subject))
    found(department="civil_affairs")
    assert counted == ["officer-1"]


def test_totals_follow_what_changes(register: Department) -> None:
    """The kept total is what the list holds, after a change of village, an end and a repetition."""
    moved = {"村(居)委会": "河西村", "救助身份认定地区": "高州市"}
    register.drop(
        [roster_row(2, 姓名="李四", **moved)], "april", NOW + timedelta(days=30), period="2026-04"
    )
    register.drop(
        [roster_row(2, 姓名="李四", **moved)], "again", NOW + timedelta(days=31), period="2026-04"
    )
    end = moved | {"身份终止时间": "2026-04-30"}
    register.drop(
        [roster_row(2, 姓名="李四", **end)], "may", NOW + timedelta(days=60), period="2026-05"
    )
    for asked, count in (
        ({"village": "河东村"}, 1),
        ({"village": "河西村"}, 2),
        ({"category": "subsistence_allowance"}, 2),
        ({"department": "civil_affairs"}, 3),
    ):
        page = found(**asked)
        assert (len(page["rows"]), page["total"]) == (count, count), asked


@pytest.mark.parametrize("others", [0, 40])
def test_a_search_is_one_query_whatever_the_register_holds(
    department: Department, others: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """J6: storage calls on the register are counted, the same with 3 persons and with 43. By
    number: one look at the number and one Query."""
    rows = [roster_row(serial, 姓名="赵六") for serial in range(10, 10 + others)]
    department.drop([roster_row(1), *rows])
    seen: list[str] = []
    emit = HierarchicalEmitter.emit_until_response

    def spy(self: Any, name: str, **kwargs: Any) -> Any:
        if name.startswith("before-call.dynamodb.") and b"-people" in kwargs["params"]["body"]:
            seen.append(name.rsplit(".", 1)[1])
        return emit(self, name, **kwargs)

    monkeypatch.setattr(HierarchicalEmitter, "emit_until_response", spy)
    assert names(found(name="张三")) == ["张三"]
    assert seen == ["Query"]
    seen.clear()
    found(category="subsistence_allowance", limit=1)
    assert seen == ["Query", "Query"], "the page, and on the first one its total"
    seen.clear()
    call("POST", "/people/440900/search", {"psn_cert_type": "01", "certno": certno(1)})
    assert [one for one in seen if one == "Query"] == ["Query"]
    assert len(seen) == 2


def test_the_history_of_a_person_names_file_and_row(register: Department) -> None:
    """What was superseded, page by page, each with its file and row (可回溯, art. 8)."""
    psn_no = service.person_by_certificate("01", certno(1))
    path = f"/people/440900/persons/{psn_no}/history"
    assert call("GET", path)[1]["rows"] == []
    changed = {"村(居)委会": "河西村", "身份终止时间": "2026-04-30"}
    register.drop([roster_row(1, **changed)], "april", NOW + timedelta(days=30), period="2026-04")
    status, first = call("GET", path, limit="1")
    _, second = call("GET", path, limit="1", cursor=first["cursor"])
    assert status == 200
    rows = first["rows"] + second["rows"]
    assert {row["kind"] for row in rows} == {"identity", "person"}
    identity = next(row["identity"] for row in rows if row["identity"])
    assert (identity["row"], identity["end"]) == (2, "")
    assert call("GET", path, claims=OTHERS)[0] == 403
