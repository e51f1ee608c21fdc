"""A small catalogue for tests: real public codes, made-up prices, classes and shares (none of them
is public as a list), and an office of two people that publishes it."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from typing import Any

from functions.register import handler

from medaid.catalogue import store

REGION = "440900"
WESTERN, MEDICINE, HERB = "XN02AAM022A001010101161", "ZD03AAA0043010100166", "T000700200"
BED, TEST, MATERIAL = "001109000010000", "002503020030000", "C0101010011303807555"
MATERIAL_27 = "C15011121200000107660000016"
WORK_INJURY = "ZH01AAB0066010100716"
NAMES = {
    WESTERN: "吗啡片",
    MEDICINE: "艾附暖宫丸",
    HERB: "丁香",
    BED: "普通病房床位费",
    TEST: "糖化血红蛋白",
    MATERIAL: "气管支气管支架(覆膜)",
    MATERIAL_27: "急救止血敷片",
    WORK_INJURY: "疤痕止痒软化膏",
}
"""Codes and names are public; what follows of class, price and share is invented."""

LIST = [
    # code, class, fee class, limited use
    (WESTERN, "02", "09", "1"),
    (MEDICINE, "01", "11", "0"),
    (HERB, "01", "10", "0"),
    (BED, "01", "01", "0"),
    (TEST, "01", "04", "0"),
    (MATERIAL, "02", "08", "0"),
    (WORK_INJURY, "03", "11", "0"),
]
LIMITS = [
    # code, kind of limit, upper limit
    (WESTERN, "901", "10.00"),
    (WESTERN, "902", "12.50"),
    (BED, "901", "40.00"),
    (BED, "902", "60.00"),
    (MATERIAL, "901", "0"),
    (MATERIAL, "902", ""),
]
SHARES = [
    # code, person and visit, share
    (WESTERN, "3901", "0.10"),
    (WESTERN, "3902", "0.20"),
    (MATERIAL, "3901", "0.15"),
    (MATERIAL, "3902", "0.15"),
]
SCHEME: dict[str, Any] = {
    "begin": "2021-01-01",
    "document": "测试〔2021〕1号",
    "title": "医保目录限价和先行自付的规定(测试数据)",
    "article": "第一条",
    "limit_types": [
        {"code": "901", "levels": ["township", "community", "1", "2"]},
        {"code": "902", "levels": ["3"]},
    ],
    "share_types": [
        {"code": "3901", "insutypes": ["390"], "cares": ["inpatient", "maternity"]},
        {"code": "3902", "insutypes": ["390"], "cares": ["outpatient", "chronic_outpatient"]},
    ],
}
HEADINGS: dict[str, tuple[str, ...]] = {
    "1312": (
        "hilist_code",
        "hilist_name",
        "chrgitm_lv",
        "med_chrgitm_type",
        "lmt_used_flag",
    ),
    "1316": ("med_list_codg", "hilist_code"),
    "1318": ("hilist_code", "hilist_lmtpric_type", "hilist_pric_uplmt_amt"),
    "1319": ("hilist_code", "selfpay_prop_psn_type", "selfpay_prop", "selfpay_prop_type"),
}
DATED = ("rid", "begndate", "enddate")


def call(
    method: str,
    path: str,
    body: Mapping[str, Any] | None = None,
    by: str = "officer-1",
    region: str = REGION,
    role: str = "manager",
) -> tuple[int, dict[str, Any]]:
    """One request of an operator; status and answer."""
    claims = {"sub": by, "custom:admdvs": region, "cognito:groups": role}
    event = {
        "version": "2.0",
        "routeKey": "ANY /catalogue/{proxy+}",
        "rawPath": path,
        "rawQueryString": "",
        "queryStringParameters": None,
        "headers": {"content-type": "application/json"},
        "requestContext": {
            "http": {"method": method, "path": path, "sourceIp": "10.0.0.7"},
            "stage": "$default",
            "authorizer": {"jwt": {"claims": claims}},
        },
        "body": json.dumps(body) if body is not None else "",
        "isBase64Encoded": False,
    }
    answer = handler.handler(event, None)
    return answer["statusCode"], json.loads(answer["body"])


def table(
    kind: str, rows: Sequence[Sequence[str]], begin: str = "2021-01-01", end: str = ""
) -> bytes:
    """Rows of a pricing table as the csv file that an office sends; each gets a rid of its own."""
    lines = [",".join((*HEADINGS[kind], *DATED))]
    for row in rows:
        rid = f"{kind}-{'-'.join(row[:2])}-{begin}"
        lines.append(",".join((*row, rid, begin, end)))
    return ("\n".join(lines) + "\n").encode()


def propose(kind: str, content: bytes, region: str = REGION, by: str = "officer-1") -> Any:
    """What the office is answered about a file."""
    body = {"kind": kind, "file": f"{kind}.csv", "content": base64.b64encode(content).decode()}
    status, shown = call("POST", f"/catalogue/{region}/releases", body, by, region)
    assert status == 201, shown
    return shown


def publish(kind: str, content: bytes, region: str = REGION) -> Any:
    """A file proposed by one and published by another; counters have forgotten what they knew."""
    name = propose(kind, content, region)["release"]
    path = f"/catalogue/{region}/releases/{name}/publish"
    status, shown = call("POST", path, by="officer-2", region=region)
    assert status == 200, shown
    store.forget()
    return shown


def agree(scheme: Mapping[str, Any] = SCHEME, region: str = REGION) -> str:
    """A scheme proposed by one and agreed to by another."""
    status, shown = call("POST", f"/catalogue/{region}/schemes", scheme, region=region)
    assert status == 201, shown
    name = str(shown["scheme"])
    path = f"/catalogue/{region}/schemes/{name}/approve"
    status, shown = call("POST", path, by="officer-2", region=region)
    assert (status, shown["approved_by"]) == (200, "officer-2")
    store.forget()
    return name


def published(region: str = REGION) -> None:
    """The whole catalogue of this page in force."""
    agree(region=region)
    listed = [(code, NAMES[code], level, fee, use) for code, level, fee, use in LIST]
    for kind, rows in (
        ("1312", listed),
        ("1316", [(code, code) for code, *_ in LIST]),
        ("1318", LIMITS),
        ("1319", [(*row, "10") for row in SHARES]),
    ):
        shown = publish(kind, table(kind, rows), region)
        assert shown["refused"] == 0, shown["problems"]


def replaced(rows: Sequence[Sequence[str]]) -> None:
    """Codes that were replaced (转码表), published by the installation."""
    text = "\n".join(["原27位码,原码状态,27位码,生效日期", *(",".join(row) for row in rows)])
    publish("replaced", f"{text}\n".encode(), "100000")
