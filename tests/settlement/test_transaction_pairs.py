"""Golden message pairs: every transaction that is taken, once and done, to the letter, and the same
answers in the dialect of every province. Issue: the hospital's door, golden pairs.

The pairs lie in transaction_pairs.json. `MEDAID_RECORD=1 pytest` on this file tells the story of
`transaction_story` anew and writes requests and answers.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from tests import tokens
from tests.catalogue.office import publish, published
from tests.catalogue.test_releases import national
from tests.conftest import Tables
from tests.people.samples import certno, identity, insurance
from tests.settlement import transaction_story
from tests.settlement.hospital import (
    NANJING,
    contracted,
    known_person,
    settlement_events,
)
from tests.settlement.signing import api, basic, entered, tif

from medaid.catalogue import store as catalogue_store
from medaid.catalogue.model.rows import CatalogueTable
from medaid.clearing import jobs, projector
from medaid.regions import NATION
from medaid.settlement.gateways import service as gateways
from medaid.settlement.national import dialects, not_taken
from medaid.settlement.national.fields import INPUTS
from medaid.workdays import published as calendar

PAIRS = Path(__file__).with_name("transaction_pairs.json")
NOW = datetime(2024, 7, 5, 2, tzinfo=UTC)
REGION = "320100"
AUGUST = datetime(2024, 8, 2, 2, tzinfo=UTC)
"""After July was closed."""
Headers = Callable[[str, int, datetime], dict[str, str]]
"""infno, number of the message, time → headers."""
RECORDING = bool(os.environ.get("MEDAID_RECORD"))
LISTED = {"1301": "XN02AAM022A001010101161", "1302": "T000700200", "1305": "001109000010000",
          "1306": "C0101010011303807555"}  # fmt: skip


@pytest.fixture(autouse=True)
def _world(tables: Tables) -> Iterator[None]:
    projector._note.cache_clear()
    catalogue_store.forget()
    tokens.known()
    contracted()
    enrolled = insurance(date(2018, 1, 1), admdvs=REGION)
    allowed = identity("subsistence_allowance", date(2019, 1, 1), admdvs="320105")
    known_person("P1", allowed, insured=(enrolled,))
    published(REGION)
    for kind, code in LISTED.items():
        publish(kind, national(CatalogueTable(kind), code, f"r-{kind}").encode(), NATION)
    yield
    projector._note.cache_clear()
    catalogue_store.forget()


def envelope(infno: str, msgid: str, given: dict[str, Any]) -> dict[str, Any]:
    return {
        "infno": infno,
        "msgid": msgid,
        "mdtrtarea_admvs": NANJING.admdvs,
        "insuplc_admdvs": REGION,
        "recer_sys_code": "MK",
        "infver": "V1.0",
        "opter_type": "1",
        "opter": "001",
        "opter_name": "收费员",
        "inf_time": "2024-07-05 10:00:00",
        "fixmedins_code": NANJING.code,
        "fixmedins_name": NANJING.name,
        "input": given,
    }


def sent(body: dict[str, Any], path: str, headers: dict[str, str], now: datetime) -> dict[str, Any]:
    """The answer; clearing hears of what was settled at once."""
    text = json.dumps(body, ensure_ascii=False)
    answer = gateways.answer(tokens.posted(text, headers, path), lambda: now).http
    assert answer["statusCode"] == 200
    for event in settlement_events():
        projector.project(event, now)
    found: dict[str, Any] = json.loads(answer["body"])
    return found


# the dialects: path, headers and how a program writes values


def signed_in() -> tuple[str, Headers]:
    return "/ebus/rio_fsi", lambda _i, _n, now: tokens.bearer(NANJING.code, now.timestamp())


def guangdong() -> tuple[str, Headers]:
    _, secret = entered("tif", "his-tif", NANJING.code, NANJING.admdvs)
    return "/hsa/hgs/{infno}", lambda _, n, now: tif(secret, now.timestamp(), f"n-{n}", "his-tif")


def hunan() -> tuple[str, Headers]:
    _, secret = entered("api", "his-api", NANJING.code, NANJING.admdvs)
    return "/api/rsfComIfsService/callService", lambda _i, _n, now: api(
        secret, now.timestamp(), "his-api"
    )


def jilin() -> tuple[str, Headers]:
    _, secret = entered("client", "his-client", NANJING.code, NANJING.admdvs)

    def headers(_infno: str, _number: int, now: datetime) -> dict[str, str]:
        form = tokens.posted("grant_type=client_credentials", basic("his-client", secret), "/token")
        answer = json.loads(gateways.answer(form, lambda: now).http["body"])
        return {"authorization": f"Bearer {answer['access_token']}"}

    return "/fsi", headers


def as_text(body: dict[str, Any]) -> dict[str, Any]:
    return body


def as_numbers(body: Any) -> Any:
    """Amounts, prices and quantities as JSON numbers, what is empty as the text null."""
    if isinstance(body, dict):
        return {name: _number(name, as_numbers(value)) for name, value in body.items()}
    return [as_numbers(one) for one in body] if isinstance(body, list) else body


def _number(name: str, value: Any) -> Any:
    amount = name in ("cnt", "pric") or name.endswith(("_sumamt", "_payamt"))
    if amount and isinstance(value, str):
        return float(value)
    return "null" if value == "" else value


WAYS: dict[str, tuple[Callable[[], tuple[str, Headers]], Callable[[Any], Any]]] = {
    "sign-in": (signed_in, as_text),
    "广东": (guangdong, as_text),
    "湖南": (hunan, as_numbers),
    "吉林": (jilin, as_text),
}


def pairs() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(PAIRS.read_text(encoding="utf-8"))
    return found


@pytest.mark.skipif(not RECORDING, reason="records the pairs anew")
def test_record() -> None:
    told: list[dict[str, Any]] = []
    path, headers = signed_in()

    def say(
        infno: str,
        node: str,
        fields: Any,
        msgid: str = "",
        at: datetime = NOW,
        **beside: Any,
    ) -> Any:
        msgid = msgid or f"{NANJING.code}20240705100000{len(told) + 1:04d}"
        request = envelope(infno, msgid, {node: fields, **beside})
        request = json.loads(json.dumps(request).replace("{certno}", certno(1)))
        answer = sent(request, path, headers(infno, 0, at), at)
        one = {"infno": infno, "request": request, "answer": answer}
        told.append(one if at == NOW else one | {"at": "august"})
        taken = dialects.same_infno(infno) in INPUTS
        assert (answer["infcode"] == 0) == taken, (infno, answer["err_msg"])
        return answer["output"]

    transaction_story.tell(say)
    for infno in transaction_story.NOT_TAKEN:
        say(infno, "data", {"psn_no": "P1"})
    jobs.monthly(AUGUST, calendar())
    transaction_story.tell_in_august(partial(say, at=AUGUST))
    PAIRS.write_text(json.dumps(told, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


@pytest.mark.parametrize("way", WAYS)
def test_each_transaction_is_answered_as_recorded_in_every_dialect(way: str) -> None:
    prove, written = WAYS[way]
    (path, headers), closed = prove(), False
    for number, one in enumerate(pairs()):
        infno = one["infno"]
        request = written(one["request"])
        now = AUGUST if "at" in one else NOW
        if now == AUGUST and not closed:
            jobs.monthly(AUGUST, calendar())
            closed = True
        answer = sent(request, path.format(infno=infno), headers(infno, number, now), now)
        assert answer == one["answer"], f"{number} {infno}"


def test_every_transaction_has_a_pair_that_is_done_and_every_reason_one_that_is_refused() -> None:
    done = {one["infno"] for one in pairs() if one["answer"]["infcode"] == 0}
    refused = {one["infno"] for one in pairs() if one["answer"]["infcode"] == -1}
    assert sorted((set(INPUTS) | set(dialects.SAME_AS)) - done) == []
    assert refused == set(transaction_story.NOT_TAKEN)
    reasons = {not_taken.why_not_taken(infno) for infno in refused}
    assert len(reasons) == len(refused)
    assert "" not in reasons
