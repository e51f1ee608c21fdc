"""Gateways of provinces against the whole stack: routes, roles, Parameter Store. Issue: the
hospital's door, 1."""

from __future__ import annotations

import json
import time
from typing import Any

import httpx
import pytest
from tests.settlement.hospital import MAOMING, Hospital
from tests.settlement.signing import api, at, basic, tif

from medaid.local.stack import Stack
from medaid.settlement.model import Institution

ODD = Institution("H44090299901", "签名医院", "440902", "2")


def office(cloud: Stack, user: str, path: str, body: dict[str, Any]) -> dict[str, Any]:
    token = cloud.token(user, admdvs="440902", roles=["manager"])
    answer = httpx.post(
        f"{cloud.api}{path}",
        json=body,
        headers={"Authorization": f"Bearer {token}"},
        timeout=60,
    )
    assert answer.status_code in (200, 201), answer.text
    found: dict[str, Any] = answer.json()
    return found


@pytest.fixture(scope="module")
def secrets(cloud: Stack) -> dict[str, str]:
    """An institution that two people entered, with a secret for each way."""
    one = f"/institutions/440902/{ODD.code}"
    entry = {"name": ODD.name, "region": "440902", "level": "2", "effective": "2020-01-01"}
    office(cloud, "gate-1", one, entry | {"document": "协议1号"})
    office(cloud, "gate-2", f"{one}/decision", {"approved": True})
    made = {}
    for number, gateway in enumerate(("tif", "api", "client"), 1):
        body = {"gateway": gateway, "access_id": f"odd-{gateway}", "document": "接入函"}
        office(cloud, "gate-1", at("", ODD.code), body)
        office(cloud, "gate-2", at("/decision", ODD.code), {"approved": True})
        given = office(cloud, "gate-1", at("/secret", ODD.code), {"number": number})
        made[gateway] = str(given["secret"])
    return made


def post(cloud: Stack, path: str, headers: dict[str, str], institution: Institution = ODD) -> Any:
    card = {"mdtrt_cert_type": "02", "mdtrt_cert_no": "440902198001010018"}
    message = Hospital(institution).envelope("1101", card, msgid="M-1")
    return httpx.post(
        f"{cloud.api}{path}", content=json.dumps(message).encode(), headers=headers, timeout=60
    )


def code(answer: httpx.Response) -> str:
    return str(answer.json()["output"]["errinfo"]["code"])


def test_each_way_is_let_in_and_a_wrong_one_is_not(cloud: Stack, secrets: dict[str, str]) -> None:
    """The number is none: the message was read, so its sender was proven."""
    now = time.time()
    signed = tif(secrets["tif"], now, access_id="odd-tif")
    assert code(post(cloud, "/hsa/hgs/1101", signed)) == "CERTNO"
    again = post(cloud, "/hsa/hgs/1101", signed)
    assert (again.status_code, code(again)) == (401, "NONCE_REUSED")
    hunan = api(secrets["api"], now, access_id="odd-api")
    assert code(post(cloud, "/api/rsfComIfsService/callService", hunan)) == "CERTNO"
    form = {"grant_type": "client_credentials"}
    given = httpx.post(
        f"{cloud.api}/oauth/token",
        data=form,
        headers=basic("odd-client", secrets["client"]),
        timeout=60,
    ).json()
    bearer = {"Authorization": f"Bearer {given['access_token']}"}
    assert code(post(cloud, "/fsi", bearer)) == "CERTNO"
    wrong = post(cloud, "/fsi", tif("x", now, access_id="odd-tif"))
    assert (wrong.status_code, code(wrong)) == (401, "UNAUTHENTICATED")
    other = post(cloud, "/fsi", api(secrets["api"], now, access_id="odd-api"), MAOMING)
    assert (other.status_code, code(other)) == (200, "FORBIDDEN")


def test_what_nobody_serves_is_refused_in_the_envelope(cloud: Stack) -> None:
    for method, path, status in (
        ("GET", "/", 404),
        ("POST", "/nowhere", 404),
        ("GET", "/fsi", 405),
        ("DELETE", "/hsa/2201", 405),
        ("POST", "/2304/2305", 404),
        ("POST", "/settlements/x/explanation", 404),
    ):
        answer = httpx.request(method, f"{cloud.api}{path}", timeout=60)
        assert (answer.status_code, answer.json()["infcode"]) == (status, -1), path


def test_operators_pages_still_ask_for_a_token_first(cloud: Stack) -> None:
    for path in (
        "/people/440900",
        "/institutions/440902/x/credentials",
        "/settlements/x/explanation",
    ):
        assert httpx.get(f"{cloud.api}{path}", timeout=60).status_code == 401
