"""The story of `make run` on the local cloud, told twice, and what it leaves open to whom: over
HTTP, with real tokens, as a hospital would."""

from __future__ import annotations

import argparse
import base64
import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from rich.console import Console
from tests.papers.looking import check_text

from medaid.local import demo, explain, offices, run
from medaid.local.hospital import Hospital
from medaid.local.stack import Stack
from medaid.settlement.model import Institution

pytestmark = pytest.mark.cloud
MAOMING = Institution("H44090100001", "茂名市某县级人民医院(演示)", "440902", "2")
BILL = {
    "medfee_sumamt": "50000.00",
    "fulamt_ownpay_amt": "3000.00",
    "overlmt_selfpay": "0.00",
    "preselfpay_amt": "2000.00",
    "inscp_scp_amt": "45000.00",
}
OTHER = Institution("H32010500001", "南京市某三级医院(演示)", "320105", "3")


@pytest.fixture(scope="module")
def told(cloud: Stack) -> Iterator[str]:
    """What the story prints the first time, in a process whose package works on the cloud."""
    import contextlib
    import io

    from tests.cloud import working_in

    with working_in(cloud):
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            demo.story(cloud)
        yield out.getvalue()


@pytest.fixture
def hospital(cloud: Stack, told: str) -> Hospital:
    return Hospital(cloud, MAOMING, "440900")


@pytest.fixture
def psn_no(hospital: Hospital) -> str:
    return str(hospital.person(demo._certno("maoming-roster.csv", 1))["baseinfo"]["psn_no"])


def test_the_story_tells_every_step(told: str) -> None:
    """J7–J9, J19, J22, J32, M二.2: rows taken in and sent back, layer by layer with documents, the
    retry, the reversal, the trial balance."""
    for line in (
        "茂名市救助对象名册:新增 4 行,退回 4 行",
        "校验位不符",
        "基本医疗保险统筹基金支付 33375.00 元",
        "茂民规〔2018〕3号 二(二)3",
        "与第一次的回答完全相同",
        "年度累计已恢复",
        "倾斜救助:医疗救助基金不支付,倾斜救助限规范转诊且在省域内就医",
        "各基金借贷相等,平衡",
    ):
        assert line in told, line
    assert "不平衡" not in told
    assert "回答不同" not in told


def test_the_storys_stay_is_settled_by_fee_lines_of_a_catalogue_that_two_people_published(
    cloud: Stack, told: str, hospital: Hospital
) -> None:
    """Issue: the hospital's door, 3 and 9: the demonstration sends lines, and its settlement has
    the sums of their split."""
    for line in (
        "1312 catalogue-1312.csv:12 行,退回 0 行,已发布",
        "2301 费用明细 11 条,逐条分割",
        "参麦注射液(退)",
        "-105.00",
        "该编码未对照医保目录,全额自费",
    ):
        assert line in told, line
    setl_id = told.split("重新结算:")[1].split(",")[0]
    psn_no = hospital.person(demo._certno("maoming-roster.csv", 0))["baseinfo"]["psn_no"]
    info = hospital.call("5203", {"psn_no": psn_no, "setl_id": setl_id})["setlinfo"]
    split = ("fulamt_ownpay_amt", "overlmt_selfpay", "preselfpay_amt", "inscp_scp_amt")
    parts = ["3000.00", "200.00", "1800.00", "45000.00"]
    assert [info[name] for name in ("medfee_sumamt", *split)] == ["50000.00", *parts]


def test_told_again_it_goes_on_and_the_rosters_change_nothing(
    cloud: Stack, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    demo.story(cloud)
    again = capsys.readouterr().out
    assert "茂名市救助对象名册(同一文件再次投递,登记不变,第一次的回答):新增 4 行,退回 4 行" in again
    assert "各基金借贷相等,平衡" in again


def test_a_person_of_the_story_with_an_open_stay_ends_the_story_and_not_the_run(
    cloud: Stack, hospital: Hospital
) -> None:
    """Right money, 45. Interrupted between admission and discharge, or admitted by somebody who
    tries the API."""
    who = hospital.person(demo._certno("maoming-roster.csv", 0))["baseinfo"]["psn_no"]
    card = {"psn_no": who, "insutype": "390", "mdtrt_cert_type": "02", "mdtrt_cert_no": "-"}
    care = {"begntime": "2021-06-01 09:00:00", "med_type": "21", "ipt_no": "ZY9"}
    stay = hospital.call("2401", card | care, "mdtrtinfo")["result"]["mdtrt_id"]
    said = Console(record=True, width=200)
    assert not run.show(said, cloud)
    text = said.export_text()
    assert "演示没有做完" in text
    assert stay in text
    hospital.call("2404", {"mdtrt_id": stay, "psn_no": who})
    assert run.show(said, cloud)


def shown(cloud: Stack, path: str, token: str) -> Any:
    answer = httpx.get(
        f"{cloud.api}{path}", headers={"Authorization": f"Bearer {token}"}, timeout=30
    )
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_whoever_acts_in_the_story_has_a_name_and_a_post(cloud: Stack, told: str) -> None:
    """No page shows a bare subject: of those who entered the hospitals, and of each officer one may
    sign in as."""
    county = cloud.token("county", admdvs=MAOMING.admdvs, roles=["manager"])
    record = shown(cloud, f"/institutions/{MAOMING.admdvs}/{MAOMING.code}", county)
    acts = [one for one in record["versions"] if one["proposed_by"]]
    assert acts
    for one in acts:
        names = (one["proposed_by_name"], one["decided_by_name"])
        assert names == ("邓协议(定点机构登记岗)", "罗核对(定点机构复核岗)")
    people = json.loads(offices.data("officers.json"))
    manager = cloud.token(people[0]["user"])
    rows = shown(cloud, "/payments/440900/officers", manager)["rows"]
    named = {row["officer"]: row["names"][-1] for row in rows}
    for one in people:
        name = named[cloud.subject(one["user"])]
        assert (name["name"], name["post"]) == (one["name"], one["post"])
        assert name["entered_by"] == cloud.subject(people[0]["user"])
    assert cloud.subject("county") not in named, "who only looked is entered by nobody"


def post(cloud: Stack, token: str, body: bytes = b"{}") -> httpx.Response:
    return httpx.post(
        f"{cloud.api}/fsi",
        content=body,
        headers={"Authorization": f"Bearer {token}"} if token else {},
        timeout=30,
    )


def test_only_a_token_of_the_pool_opens_the_door(cloud: Stack, hospital: Hospital) -> None:
    head, payload, signature = hospital.token.split(".")
    claims = json.loads(base64.urlsafe_b64decode(payload + "=="))
    forged = (
        base64.urlsafe_b64encode(
            json.dumps({**claims, "custom:fixmedins_code": OTHER.code}).encode()
        )
        .decode()
        .rstrip("=")
    )
    assert post(cloud, "").status_code == 401
    assert post(cloud, "abc").status_code == 401
    assert post(cloud, f"{head}.{forged}.{signature}").status_code == 401
    assert post(cloud, hospital.token).status_code == 200


def test_a_hospital_cannot_speak_or_look_for_another(
    cloud: Stack, hospital: Hospital, psn_no: str
) -> None:
    other = Hospital(cloud, OTHER, "440900")
    envelope = hospital.envelope("1101", {"mdtrt_cert_type": "02", "mdtrt_cert_no": "x"})
    said = post(cloud, other.token, json.dumps(envelope).encode()).json()
    assert said["output"]["errinfo"]["code"] == "FORBIDDEN"
    mdtrt_id = hospital.stay(psn_no, "2021-05-01", "2021-05-09")
    setl_id = hospital.call("2304", hospital.settling(psn_no, mdtrt_id, BILL))["setlinfo"][
        "setl_id"
    ]
    assert hospital.explanation(setl_id)["replay"] == "identical"
    with pytest.raises(httpx.HTTPStatusError, match="404"):
        other.explanation(setl_id)
    asked = other.envelope("5203", {"psn_no": psn_no, "setl_id": setl_id})
    said = post(cloud, other.token, json.dumps(asked).encode()).json()
    assert said["output"]["errinfo"]["code"] == "SETTLEMENT_UNKNOWN"


def test_the_command_and_the_api_explain_alike(
    cloud: Stack, hospital: Hospital, psn_no: str, monkeypatch: Any, capsys: Any
) -> None:
    mdtrt_id = hospital.stay(psn_no, "2021-05-11", "2021-05-12")
    setl_id = hospital.call("2304", hospital.settling(psn_no, mdtrt_id, BILL))["setlinfo"][
        "setl_id"
    ]
    monkeypatch.setenv("MEDAID_ENDPOINT", cloud.cloud.endpoint)
    assert explain.run(argparse.Namespace(setl_id=setl_id, json=True)) == 0
    assert json.loads(capsys.readouterr().out) == hospital.explanation(setl_id)
    assert explain.run(argparse.Namespace(setl_id=setl_id, json=False)) == 0
    words = capsys.readouterr().out
    for line in hospital.explanation(setl_id)["sentences"]:
        assert line in words


def test_a_paper_comes_whole_through_the_gateway(
    cloud: Stack, hospital: Hospital, psn_no: str
) -> None:
    """Bytes leave the function in base64 and the gateway as a file, under the function's own
    role."""
    mdtrt_id = hospital.stay(psn_no, "2021-05-14", "2021-05-16")
    settled = hospital.call("2304", hospital.settling(psn_no, mdtrt_id, BILL))
    address = f"{cloud.api}/settlements/{settled['setlinfo']['setl_id']}/paper"
    paper = httpx.get(f"{address}/pdf", headers=hospital.headers, timeout=60)
    assert (paper.status_code, paper.headers["content-type"]) == (200, "application/pdf")
    check_text(paper.content, "医疗费用结算单", "茂名市某县级人民医院", "个人负担(大写)")
    other = Hospital(cloud, OTHER, "440900")
    assert httpx.get(f"{address}/pdf", headers=other.headers, timeout=60).status_code == 404
    assert httpx.get(f"{address}/txt", headers=hospital.headers, timeout=60).status_code == 400


def test_a_body_of_ten_megabytes_is_answered_not_broken(cloud: Stack, hospital: Hospital) -> None:
    """MiniStack hands it through; AWS stops it at the gateway (413) before us:
    docs/operations.md."""
    answer = post(cloud, hospital.token, b'{"x":"' + b"y" * 10_000_000 + b'"}')
    assert answer.status_code == 200
    assert answer.json()["output"]["errinfo"]["code"] == "BODY_TOO_LARGE"


def test_the_example_line_works_when_pasted(cloud: Stack, hospital: Hospital) -> None:
    body = demo.EXAMPLE.read_bytes()
    answer = post(cloud, hospital.token, body).json()
    assert answer["infcode"] == 0
    assert answer["output"]["baseinfo"]["psn_name"] == "张建国"
    assert str(demo.EXAMPLE) in demo.example_call(cloud, MAOMING.code)
