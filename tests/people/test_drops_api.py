"""Operators' routes of dropped files: upload by hand, rows that came back, endings, and how a
sender's files are read."""

from __future__ import annotations

import base64
from datetime import date, timedelta
from hashlib import sha256
from typing import Any

import pytest
from tests.dropped.builders import workbook_of
from tests.people.conftest import Department, csv_bytes, roster_row
from tests.people.samples import NOW, certno
from tests.people.test_api import call

from medaid.access import service as access
from medaid.aws import clock
from medaid.errors import BadInput
from medaid.months import Month
from medaid.people import intake, mending, releasing, service
from medaid.people.drops import DropState
from medaid.people.store import drops as drop_store
from medaid.regions import Region

CLERK = {"sub": "clerk", "custom:admdvs": "440900", "cognito:groups": "[intake]"}
REVIEWER = {"sub": "reviewer", "custom:admdvs": "440900", "cognito:groups": "[reviewer]"}
MANAGER = {"sub": "manager", "custom:admdvs": "440900", "cognito:groups": "[manager]"}
PROVINCE = {"sub": "province", "custom:admdvs": "440000", "cognito:groups": "[auditor]"}
SENDER = "maoming-civil-affairs"
UPLOADS = "/people/440900/uploads"


def asked(body: bytes, file: str = "低保.csv", **more: Any) -> dict[str, Any]:
    told = {
        "sender": SENDER,
        "kind": "roster",
        "period": "2026-03",
        "file": file,
        "size": len(body),
        "content": base64.b64encode(body).decode(),
    }
    return told | more


def uploaded(content: bytes, file: str = "低保.csv", **more: Any) -> dict[str, Any]:
    status, shown = call("POST", UPLOADS, asked(content, file, **more), CLERK)
    assert status == 201, shown
    status, counted = call("POST", f"{UPLOADS}/{SENDER}/{shown['upload_id']}/count", claims=CLERK)
    assert status == 200, counted
    return counted


def confirmed(content: bytes, file: str = "低保.csv", **more: Any) -> str:
    """The batch of a file that was uploaded, looked at and confirmed, and then taken in."""
    counted = uploaded(content, file, **more)
    body = {"rows": counted["rows"], "sha256": counted["sha256"]}
    path = f"{UPLOADS}/{SENDER}/{counted['upload_id']}/confirm"
    status, done = call("POST", path, body, CLERK)
    assert status == 200, done
    intake.take_in(f"drop/{SENDER}/upload-{counted['upload_id']}.manifest.json", NOW)
    batch: str = done["batch"]
    return batch


def test_a_person_uploads_without_a_manifest(department: Department) -> None:
    """Issue: the register people can use, 1. Count and digest are shown, then confirmed."""
    rows = [roster_row(1) | {"所属网格": "三"}, roster_row(2, 救助类型="贫困")]
    lines = [["低保名册"], list(rows[0]), *([*row.values(), ""] for row in rows)]
    book = workbook_of(("说明", [("填表说明",)]), ("数据", lines))
    counted = uploaded(book, "低保.xlsx")
    assert (counted["rows"], counted["sha256"]) == (2, sha256(book).hexdigest())
    assert (counted["sheet"], counted["aside"]) == ("数据", ["说明"])
    assert counted["columns"]["证件号码"] == "证件号码"
    assert counted["own_columns"] == ["所属网格"]
    batch = confirmed(book, "低保.xlsx")
    status, drop = call("GET", f"/people/440900/drops/{batch}", claims=CLERK)
    assert (status, drop["state"], drop["officer"]) == (200, "done", "clerk")
    assert drop["file"] == "低保.xlsx", "as the clerk calls it"
    assert (drop["counts"]["confirmed"], drop["counts"]["refused"]) == (1, 1)
    status, page = call("GET", "/people/440900/drops", claims=CLERK, sender=SENDER)
    assert [one["batch"] for one in page["rows"]] == [batch]
    status, file = call("GET", f"/people/440900/drops/{batch}/file", claims=CLERK)
    assert status == 200
    assert f"feedback/{SENDER}/batches/{batch}.xlsx" in file["url"]


def test_what_was_not_looked_at_is_not_confirmed(department: Department) -> None:
    content = csv_bytes([roster_row(1)])
    counted = uploaded(content)
    path = f"{UPLOADS}/{SENDER}/{counted['upload_id']}/confirm"
    for body in ({"rows": 2, "sha256": counted["sha256"]}, {"rows": 1, "sha256": "0" * 64}):
        status, told = call("POST", path, body, CLERK)
        assert (status, told["code"]) == (409, "STATE")
    _, shown = call("POST", UPLOADS, asked(content, "又.csv"), CLERK)
    path = f"{UPLOADS}/{SENDER}/{shown['upload_id']}/confirm"
    status, told = call("POST", path, {"rows": 1, "sha256": "0" * 64}, CLERK)
    assert (status, told["code"]) == (409, "STATE")


def test_nobody_confirms_what_another_person_uploaded(department: Department) -> None:
    """Else they could release the endings of a list that they have reported themselves."""
    counted = uploaded(csv_bytes([roster_row(1)]))
    path = f"{UPLOADS}/{SENDER}/{counted['upload_id']}/confirm"
    body = {"rows": 1, "sha256": counted["sha256"]}
    status, told = call("POST", path, body, MANAGER)
    assert (status, told["code"], told["field"]) == (403, "FORBIDDEN", "upload_id")
    county = CLERK | {"custom:admdvs": "440902"}
    assert call("POST", path.replace("440900", "440902"), body, county)[0] == 404
    assert call("POST", path, body, CLERK)[0] == 200


def test_a_larger_file_goes_to_the_bucket_by_an_address(department: Department) -> None:
    content = csv_bytes([roster_row(1)])
    status, shown = call("POST", UPLOADS, asked(content, content=""), CLERK)
    assert status == 201
    assert shown["headers"]["Content-Length"] == str(len(content))
    key = f"drop/{SENDER}/upload-{shown['upload_id']}-低保.csv"
    count = f"{UPLOADS}/{SENDER}/{shown['upload_id']}/count"
    status, told = call("POST", count, claims=CLERK)
    assert (status, told["code"]) == (404, "NOT_FOUND")
    department.s3.put_object(Bucket=department.bucket, Key=key, Body=content + b"x")
    status, told = call("POST", count, claims=CLERK)
    assert (status, told["field"]) == (400, "size")
    department.s3.put_object(Bucket=department.bucket, Key=key, Body=content)
    status, counted = call("POST", count, claims=CLERK)
    assert (status, counted["rows"]) == (200, 1)


@pytest.mark.parametrize(
    ("change", "claims", "status", "code"),
    [
        ({"sender": "nobody"}, CLERK, 404, "NOT_FOUND"),
        ({"sender": "nanjing-civil-affairs"}, CLERK, 403, "FORBIDDEN"),
        ({"kind": "enrolment"}, CLERK, 400, "FORBIDDEN"),
        ({"file": "低保.xls"}, CLERK, 400, "FILE_FORM"),
        ({"file": "../x.csv"}, CLERK, 400, "MANIFEST"),
        ({"period": "2099-04"}, CLERK, 400, "FILE_PERIOD"),
        ({"extent": "full"}, CLERK, 400, "MANIFEST"),
        ({"size": 65 << 20, "content": ""}, CLERK, 400, "FIELD_TOO_LONG"),
        ({"size": 3}, CLERK, 400, "FIELD_FORMAT"),
        ({"content": "***"}, CLERK, 400, "FIELD_FORMAT"),
        ({}, REVIEWER, 403, "FORBIDDEN"),
        ({}, CLERK | {"custom:admdvs": "440902"}, 403, "FORBIDDEN"),
    ],
)
def test_an_upload_that_may_not_be(
    department: Department, change: dict[str, Any], claims: dict[str, str], status: int, code: str
) -> None:
    told = call("POST", UPLOADS, asked(csv_bytes([roster_row(1)]), **change), claims)
    assert (told[0], told[1]["code"]) == (status, code)


def test_a_file_that_cannot_be_read_is_told_at_once(department: Department) -> None:
    """Issue: the register people can use, bad input: an old workbook under a new name."""
    content = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 100
    _, shown = call("POST", UPLOADS, asked(content, "旧.xlsx"), CLERK)
    status, told = call("POST", f"{UPLOADS}/{SENDER}/{shown['upload_id']}/count", claims=CLERK)
    assert (status, told["code"]) == (400, "FILE_ENCODING")
    assert "旧版表格文件(xls)或加了密码" in told["message"]


BAD = roster_row(2, 救助类型="贫困", 姓名="李四")


@pytest.fixture
def batch(department: Department) -> str:
    return department.drop([roster_row(1), BAD, roster_row(3, 性别="女")]).batch


def mend(batch: str, row: int, claims: dict[str, str] = CLERK, **cells: str) -> tuple[int, Any]:
    return call("POST", f"/people/440900/drops/{batch}/rows/{row}", {"cells": cells}, claims)


def test_a_row_mended_alone_is_taken_alone(batch: str) -> None:
    """Issue: the register people can use, 1."""
    path = f"/people/440900/drops/{batch}/rows"
    status, page = call("GET", path, claims=CLERK, limit="1")
    (row,) = page["rows"]
    assert (status, row["row"], row["result"]) == (200, 3, "退回")
    assert row["reason"] == "救助类型:未在救助类型对照表内"
    assert row["cells"]["姓名"] == "李四"
    _, rest = call("GET", path, claims=CLERK, limit="1", cursor=page["cursor"])
    assert ([one["row"] for one in rest["rows"]], rest["cursor"]) == ([4], "")
    status, told = mend(batch, 3, 救助类型="特困")
    assert (status, told["result"]) == (200, "新增")
    file = service.load(service.person_by_certificate("01", certno(2)), 2026)
    (identity,) = file.identities
    assert (identity.category, identity.source.batch, identity.source.row) == (
        "destitute_support",
        batch,
        3,
    )
    assert mend(batch, 3, 救助类型="特困")[1] == told
    status, told = mend(batch, 3, 救助类型="低保")
    assert (status, told["code"]) == (409, "STATE")


def test_a_row_mended_wrongly_may_be_mended_again(batch: str) -> None:
    status, told = mend(batch, 3, 救助类型="困难")
    assert (status, told["result"]) == (200, "退回")
    assert "未在救助类型对照表内" in told["reason"]
    assert mend(batch, 3, 救助类型="低保")[1]["result"] == "新增"


@pytest.mark.parametrize(
    ("row", "cells", "claims", "status", "code"),
    [
        (2, {"姓名": "王五"}, CLERK, 404, "NOT_FOUND"),
        (9, {"姓名": "王五"}, CLERK, 404, "NOT_FOUND"),
        (3, {"无此列": "x"}, CLERK, 400, "FIELD_UNKNOWN"),
        (3, {}, CLERK, 400, "FIELD_FORMAT"),
        (3, {"姓名": "王五"}, REVIEWER, 403, "FORBIDDEN"),
        (3, {"姓名": "王五"}, CLERK | {"custom:admdvs": "320100"}, 403, "FORBIDDEN"),
    ],
)
def test_a_row_that_may_not_be_mended(
    batch: str, row: int, cells: dict[str, str], claims: dict[str, str], status: int, code: str
) -> None:
    told = mend(batch, row, claims, **cells)
    assert (told[0], told[1]["code"]) == (status, code)


def test_a_mended_row_does_not_override_what_came_after_its_file(
    batch: str, department: Department
) -> None:
    department.drop([roster_row(2)], name="later", now=NOW + timedelta(minutes=5))
    row = {"救助类型": "最低生活保障对象", "姓名": "张三"}
    status, told = mend(batch, 3, CLERK, **row, 身份认定时间="2022-05-05")
    assert (status, told["result"]) == (200, "退回")
    assert "本批次接收之后已有更新的记录" in told["reason"]
    assert mend(batch, 3, CLERK, **row)[1]["result"] == "无变化"


def test_a_mended_row_may_not_contradict_another_row_of_its_file(department: Department) -> None:
    rows = [roster_row(1, 救助类型="孤儿"), roster_row(1, 救助类型="贫困")]
    batch = department.drop(rows).batch
    status, told = mend(batch, 3, 救助类型="特困")
    assert (status, told["result"]) == (200, "退回")
    assert "已登记有不能并存的" in told["reason"]


def test_a_drop_is_read_by_its_region_and_above(batch: str) -> None:
    path = f"drops/{batch}"
    assert call("GET", f"/people/440000/{path}", claims=PROVINCE)[0] == 200
    other = CLERK | {"custom:admdvs": "320100"}
    assert call("GET", f"/people/320100/{path}", claims=other)[1]["code"] == "NOT_FOUND"
    assert call("GET", f"/people/440900/{path}", claims=other)[0] == 403
    county = CLERK | {"custom:admdvs": "440902"}
    assert call("GET", f"/people/440902/{path}", claims=county)[1]["code"] == "NOT_FOUND"


@pytest.mark.parametrize("form", ["pdf", "xlsx"])
def test_one_page_that_a_clerk_prints(batch: str, form: str) -> None:
    """Issue: the register people can use, 1. Nobody's name stands on it."""
    from functions.register import handler

    path = f"/people/440900/drops/{batch}/summary/{form}"
    http = {"method": "GET", "path": path, "sourceIp": "10.0.0.7"}
    event = {
        "version": "2.0", "routeKey": "ANY /people/{proxy+}", "rawPath": path,
        "rawQueryString": "", "headers": {}, "body": "", "isBase64Encoded": False,
        "requestContext": {
            "http": http, "stage": "$default", "authorizer": {"jwt": {"claims": CLERK}},
        },
    }  # fmt: skip
    answer = handler.handler(event, None)
    assert answer["statusCode"] == 200
    body = base64.b64decode(answer["body"])
    assert body.startswith(b"%PDF" if form == "pdf" else b"PK")


@pytest.fixture
def waiting(department: Department) -> str:
    """A full list, uploaded by the clerk, that would end three of forty."""
    department.drop([roster_row(n) for n in range(40)], period="2026-02")
    content = csv_bytes([roster_row(n) for n in range(37)])
    return confirmed(content, extent="full", ends="2026-02-28")


def decide(batch: str, digest: str, claims: dict[str, str], **more: Any) -> tuple[int, Any]:
    body = {"digest": digest, "approved": True, "reason": "已核对"} | more
    return call("POST", f"/people/440900/drops/{batch}/endings", body, claims)


def offers(batch: str, claims: dict[str, Any]) -> dict[str, str]:
    """Act → what stands against it, as the page of a drop offers them."""
    shown = call("GET", f"/people/440900/drops/{batch}", claims=claims)[1]
    return {one["act"]: one["refused"] for one in shown["offers"]}


def test_endings_are_released_by_another_person_before_whose_eyes_they_were(waiting: str) -> None:
    """Issue: the register people can use, 3."""
    _, drop = call("GET", f"/people/440900/drops/{waiting}", claims=REVIEWER)
    assert (drop["state"], drop["endings"]["count"]) == ("waiting", 3)
    assert offers(waiting, REVIEWER) == {"endings": ""}
    assert offers(waiting, CLERK) == {}
    digest = drop["endings"]["digest"]
    path = f"/people/440900/drops/{waiting}/endings"
    status, page = call("GET", path, claims=REVIEWER, limit="2")
    assert [one["name"] for one in page["rows"]] == ["张三", "张三"]
    _, rest = call("GET", path, claims=REVIEWER, limit="2", cursor=page["cursor"])
    assert (len(rest["rows"]), rest["cursor"]) == (1, "")
    assert decide(waiting, "0" * 64, REVIEWER)[1]["code"] == "STATE"
    assert decide(waiting, digest, CLERK)[0] == 403
    same = CLERK | {"cognito:groups": "[intake reviewer]"}
    refused = decide(waiting, digest, same)[1]
    assert (refused["code"], refused["rule"]) == ("SEPARATION", offers(waiting, same)["endings"])
    status, told = decide(waiting, digest, REVIEWER)
    assert (status, told["state"], told["endings"]["by"]) == (200, "released", "reviewer")
    assert decide(waiting, digest, REVIEWER)[0] == 200
    assert decide(waiting, digest, MANAGER)[1]["code"] == "STATE"
    held = drop_store.drop(waiting)
    assert held is not None
    key = f"drop/{SENDER}/{held.drop.name}.manifest.json"
    assert intake.take_in(key, NOW).state == "ended"
    file = service.load(service.person_by_certificate("01", certno(39)), 2026)
    assert file.identities[0].end is not None
    assert decide(waiting, digest, REVIEWER)[1]["code"] == "STATE"


def release(batch: str) -> str:
    """Has the endings released; the key of the manifest, by which they are recorded."""
    held = drop_store.drop(batch)
    assert held is not None
    assert held.drop.endings is not None
    assert decide(batch, held.drop.endings.digest, REVIEWER)[0] == 200
    return f"drop/{SENDER}/{held.drop.name}.manifest.json"


def test_endings_of_a_list_that_was_replaced_are_not_released(
    waiting: str, department: Department
) -> None:
    """Whoever stands on the newer list as before has the version that the older one would end."""
    held = drop_store.drop(waiting)
    assert held is not None
    assert held.drop.endings is not None
    digest = held.drop.endings.digest
    full = {"extent": "full", "ends": "2026-02-28", "replaces": waiting}
    later = NOW + timedelta(days=1)
    department.drop([roster_row(n) for n in range(40)], "again", later, **full)
    status, told = decide(waiting, digest, REVIEWER)
    assert (status, told["code"], told["field"]) == (409, "STATE", "batch")
    assert decide(waiting, digest, REVIEWER, approved=False)[0] == 200
    intake.take_in(f"drop/{SENDER}/{held.drop.name}.manifest.json", later)
    assert ends_of(36, 37, 39) == [None, None, None]


def test_an_increment_does_not_keep_endings_from_being_released(
    waiting: str, department: Department
) -> None:
    department.drop([roster_row(50)], "more", NOW + timedelta(days=1))
    intake.take_in(release(waiting), NOW + timedelta(days=2))
    assert ends_of(36, 39) == [None, date(2026, 2, 28)]


@pytest.fixture
def unreadable(department: Department) -> str:
    """A full list on which the number of one of forty is spoilt and another one is missing."""
    department.drop([roster_row(n) for n in range(40)], period="2026-02")
    rows = [*(roster_row(n) for n in range(38)), roster_row(38, 证件号码="3.2E+17")]
    full = {"extent": "full", "ends": "2026-02-28"}
    return department.drop(rows, "full", NOW + timedelta(days=1), **full).batch


def ends_of(*serials: int) -> list[date | None]:
    numbers = [service.person_by_certificate("01", certno(n)) for n in serials]
    return [service.load(one, 2026).identities[0].end for one in numbers]


def test_whose_row_was_mended_is_not_ended_by_its_list(unreadable: str) -> None:
    assert mend(unreadable, 40, 证件号码=certno(38))[1]["result"] == "无变化"
    intake.take_in(release(unreadable), NOW + timedelta(days=2))
    assert ends_of(37, 38, 39) == [None, None, date(2026, 2, 28)]


def test_a_row_is_not_mended_while_endings_are_recorded(unreadable: str) -> None:
    key = release(unreadable)
    status, told = mend(unreadable, 40, 证件号码=certno(38))
    assert (status, told["code"], told["field"]) == (409, "STATE", "batch")
    intake.take_in(key, NOW + timedelta(days=2))
    assert ends_of(38) == [date(2026, 2, 28)]
    assert mend(unreadable, 40, 证件号码=certno(38))[0] == 200
    assert ends_of(38, 39) == [None, date(2026, 2, 28)]


def reads_by_the_reviewer(serials: range) -> list[int]:
    """How many records each person has of a look by the reviewer."""
    numbers = [service.person_by_certificate("01", certno(n)) for n in serials]
    reads = [access.page_of_reads_of(one, Region("440900"), "", 9)[0] for one in numbers]
    return [len([one for one in found if one.reader.subject == "reviewer"]) for found in reads]


def test_every_person_that_a_list_of_endings_shows_has_a_record(waiting: str) -> None:
    path = f"/people/440900/drops/{waiting}/endings"
    assert reads_by_the_reviewer(range(36, 40)) == [0, 0, 0, 0]
    _, page = call("GET", path, claims=REVIEWER, limit="2")
    assert sum(reads_by_the_reviewer(range(37, 40))) == 2
    call("GET", path, claims=REVIEWER, limit="2", cursor=page["cursor"])
    assert reads_by_the_reviewer(range(36, 40)) == [0, 1, 1, 1]


@pytest.mark.parametrize("after", ["x", "-1", "²", "1", "9" * 12, "9" * 5_000])
def test_a_cursor_at_which_no_row_begins_is_refused(
    waiting: str, after: str, department: Department
) -> None:
    held = drop_store.drop(waiting)
    returned = drop_store.drop(department.drop([BAD], name="bad").batch)
    assert held is not None
    assert returned is not None
    for read in (releasing.endings_page, mending.returned_page):
        with pytest.raises(BadInput) as refusal:
            read((held if read is releasing.endings_page else returned).drop, after, 2)
        assert (refusal.value.code, refusal.value.field) == ("FIELD_FORMAT", "cursor")


def test_endings_are_rejected(waiting: str) -> None:
    held = drop_store.drop(waiting)
    assert held is not None
    assert held.drop.endings is not None
    status, told = decide(waiting, held.drop.endings.digest, REVIEWER, approved=False)
    assert (status, told["endings"]["state"]) == (200, "rejected")
    intake.take_in(f"drop/{SENDER}/{held.drop.name}.manifest.json", NOW)
    after = drop_store.drop(waiting)
    assert after is not None
    assert after.state is DropState.DONE
    file = service.load(service.person_by_certificate("01", certno(39)), 2026)
    assert file.identities[0].end is None


SETTINGS = f"/people/440900/senders/{SENDER}/settings"


def test_a_senders_own_headings_and_what_it_leaves_out(department: Department) -> None:
    """Issue: the register people can use, 1: a mapping per sender, kept as data."""
    status, shown = call("GET", SETTINGS, claims=MANAGER)
    assert (status, shown["version"], shown["ending_percent"]) == (200, 0, 5)
    row = roster_row(1)
    row = {"户主姓名": row.pop("姓名"), **row}
    del row["救助类型确定部门"], row["证件类型"]
    refused = department.drop([row], name="before")
    assert refused.codes == {"FILE_FORM": 1}
    body = {
        "headings": {"roster": {"户主姓名": "name"}},
        "constants": {"roster": {"department": "民政局", "cert_type": "居民身份证"}},
        "ending_percent": 2,
        "version": 0,
    }
    status, shown = call("PUT", SETTINGS, body, MANAGER)
    assert (status, shown["version"], shown["by"]) == (200, 1, "manager")
    assert department.drop([row]).counts["confirmed"] == 1
    status, told = call("PUT", SETTINGS, body, MANAGER)
    assert (status, told["code"]) == (409, "STATE")
    status, shown = call("PUT", SETTINGS, body | {"version": 1, "headings": {}}, MANAGER)
    assert (status, shown["version"]) == (200, 2)


@pytest.mark.parametrize(
    ("change", "claims", "status", "code"),
    [
        ({"headings": {"roster": {"姓": "nothing"}}}, MANAGER, 400, "CODE_UNKNOWN"),
        ({"headings": {"roster": {"性别": "name"}}}, MANAGER, 400, "DUPLICATE"),
        ({"headings": {"payroll": {"姓": "name"}}}, MANAGER, 400, "CODE_UNKNOWN"),
        ({"constants": {"roster": {"certno": "1"}}}, MANAGER, 400, "CODE_UNKNOWN"),
        ({"constants": {"roster": {"sex": " "}}}, MANAGER, 400, "FIELD_FORMAT"),
        ({"ending_percent": 101}, MANAGER, 400, "FIELD_FORMAT"),
        ({}, CLERK, 403, "FORBIDDEN"),
        ({}, MANAGER | {"custom:admdvs": "320100"}, 403, "FORBIDDEN"),
    ],
)
def test_settings_that_may_not_be(
    department: Department, change: dict[str, Any], claims: dict[str, str], status: int, code: str
) -> None:
    told = call("PUT", SETTINGS, {"version": 0} | change, claims)
    assert (told[0], told[1]["code"]) == (status, code)


def test_a_county_does_not_say_how_the_files_of_the_whole_city_are_read(
    department: Department,
) -> None:
    """What is said of a sender holds for every region about which it reports."""
    path, county = SETTINGS.replace("440900", "440902"), MANAGER | {"custom:admdvs": "440902"}
    status, told = call("PUT", path, {"version": 0, "ending_percent": 100}, county)
    assert (status, told["code"], told["field"]) == (403, "FORBIDDEN", "sender")
    assert call("GET", path, claims=county)[1]["ending_percent"] == 5
    assert call("PUT", SETTINGS, {"version": 0, "ending_percent": 100}, MANAGER)[0] == 200


def test_how_far_a_sender_has_come(department: Department) -> None:
    path = f"/people/440900/senders/{SENDER}/series/roster"
    assert call("GET", path, claims=CLERK)[0] == 404
    department.drop([roster_row(1)], period="2025-11")
    department.drop([roster_row(2)], name="january", period="2026-01")
    _, shown = call("GET", path, claims=CLERK)
    assert (shown["period"], shown["missing"]) == ("2026-01", ["2025-12"])
    last = Month.of(clock.now()).first - timedelta(days=1)
    assert (shown["overdue"][0], shown["overdue"][-1]) == ("2026-02", f"{last:%Y-%m}")


def test_who_reports_here_is_listed_with_how_far_each_has_come(department: Department) -> None:
    """Issue: the operators' console, 4: what is missing of this month."""
    path = "/people/440900/senders"
    status, found = call("GET", path, claims=CLERK)
    assert status == 200
    senders = {one["sender"]: one for one in found["senders"]}
    assert SENDER in senders
    assert not [one for one in senders if one.startswith("nanjing")]
    assert [one["kind"] for one in senders["maoming-medical-security"]["kinds"]] == [
        "enrolment",
        "roster",
    ]
    assert senders[SENDER]["kinds"][0]["period"] == ""
    confirmed(csv_bytes([roster_row(1)]), period="2026-02")
    (kind,) = next(
        one for one in call("GET", path, claims=CLERK)[1]["senders"] if one["sender"] == SENDER
    )["kinds"]
    shown = call("GET", f"/people/440900/senders/{SENDER}/series/roster", claims=CLERK)[1]
    assert (kind["period"], kind["missing"], kind["overdue"]) == (
        "2026-02",
        shown["missing"],
        shown["overdue"],
    )
    assert call("GET", path, claims=PROVINCE)[0] == 403
    assert call("GET", path, claims=CLERK | {"cognito:groups": "[cashier]"})[0] == 403
