"""How institutions prove themselves, by dialect: pairs of request and answer, and all that is
refused. Issue: the hospital's door, 1."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any

import pytest
from tests import tokens
from tests.conftest import Tables
from tests.settlement.hospital import (
    MAOMING,
    NOW,
    TOWNSHIP,
    Hospital,
    admission,
    bill,
    contracted,
    known_person,
    living_allowance,
    stay_input,
)
from tests.settlement.signing import api, ask, basic, entered, tif
from tests.storage import StorageCalls, StorageFaults

from medaid.aws import secrets
from medaid.settlement.gateways import passes, store
from medaid.settlement.gateways import service as gateways

CLOCK = NOW.timestamp()
Headers = dict[str, str]


@pytest.fixture(autouse=True)
def _world(tables: Tables) -> None:
    contracted()
    known_person("P1", living_allowance())
    tokens.known()


def answered(body: str, headers: Headers, path: str = "/fsi") -> tuple[int, dict[str, Any]]:
    answer = gateways.answer(tokens.posted(body, headers, path), lambda: NOW).http
    return answer["statusCode"], json.loads(answer["body"])


def admitted(
    headers: Headers, path: str = "/fsi", hospital: Hospital | None = None
) -> tuple[int, dict[str, Any]]:
    message = (hospital or Hospital()).envelope(
        "2401", admission("P1"), msgid="M-1", node="mdtrtinfo"
    )
    return answered(json.dumps(message), headers, path)


def passed(answer: tuple[int, dict[str, Any]]) -> Any:
    assert (answer[0], answer[1]["infcode"]) == (200, 0), answer
    return answer[1]["output"]


def refused(answer: tuple[int, dict[str, Any]], code: str, field: str, rule: str = "") -> None:
    info = answer[1]["output"]["errinfo"]
    assert (answer[0], answer[1]["infcode"]) == (401, -1), answer
    assert (info["code"], info["field"]) == (code, field)
    assert rule in info["rule"]


# ---- golden pairs --------------------------------------------------------------------------------


def test_guangdong_signs_each_request_and_posts_to_the_infno() -> None:
    """x-tif-*: base address + infno; the answer is where its programs read it."""
    _, secret = entered("tif")
    found = passed(admitted(tif(secret, CLOCK), "/hsa/hgs/2401"))
    assert found == {"result": {"mdtrt_id": found["result"]["mdtrt_id"]}}
    upper = tif(secret, CLOCK, "n-2")
    upper["x-tif-signature"] = upper["x-tif-signature"].upper()
    assert passed(admitted(upper | {"content-type": "text/plain"}, "/hsa/hgs/2401")) == found


def test_hunan_signs_its_headers_and_posts_text_to_one_address() -> None:
    """_api_*: HMAC-SHA1, milliseconds, text/plain; the same request again is the same message."""
    _, secret = entered("api")
    headers = api(secret, CLOCK)
    first = passed(admitted(headers, "/api/rsfComIfsService/callService"))
    assert passed(admitted(headers, "/api/rsfComIfsService/callService")) == first
    assert passed(admitted(api(secret, CLOCK), "/2401")) == first


def test_jilin_gets_a_token_and_posts_to_one_address() -> None:
    """Basic client id and secret at the token address, then a bearer token."""
    _, secret = entered("client")
    form = "grant_type=client_credentials"
    status, given = answered(form, basic("his-one", secret), "/oauth/token")
    assert (status, given["token_type"], given["expires_in"]) == (200, "Bearer", 1800)
    assert set(given) == {"access_token", "token_type", "expires_in"}
    bearer = {"authorization": f"Bearer {given['access_token']}"}
    first = passed(admitted(bearer))
    body = f"{form}&client_id=his-one&client_secret={secret}"
    again = answered(body, {"content-type": ""}, "/token")[1]["access_token"]
    assert passed(admitted({"authorization": f"bearer {again}"})) == first


def test_the_longest_header_is_read() -> None:
    _, secret = entered("api")
    assert passed(admitted(api(secret, CLOCK, _api_name="n" * 200)))
    longer = api(secret, CLOCK, _api_name="n" * 201)
    refused(admitted(longer), "UNAUTHENTICATED", "_api_name", "过长")


def test_the_sign_ins_token_goes_on_beside_any_of_them() -> None:
    entered("tif")
    assert passed(admitted(tokens.bearer(MAOMING.code, CLOCK)))


# ---- what is refused, by dialect -----------------------------------------------------------------

SIGNERS: list[tuple[str, Callable[..., Headers], str, str]] = [
    ("tif", tif, "x-tif-signature", "x-tif-timestamp"),
    ("api", api, "_api_signature", "_api_timestamp"),
]


@pytest.mark.parametrize(("gateway", "signed", "signature", "stamp"), SIGNERS)
def test_a_wrong_signature_lets_nobody_in(
    gateway: str, signed: Callable[..., Headers], signature: str, stamp: str, tables: Tables
) -> None:
    _, secret = entered(gateway)
    seen = tables.everything()
    refused(admitted(signed("another", CLOCK)), "UNAUTHENTICATED", signature, "签名不一致")
    right = signed(secret, CLOCK)
    for name in right:
        if name not in ("content-type", signature):
            other = right | {name: right[name][:-1] + ("1" if right[name][-1] != "1" else "2")}
            assert admitted(other)[0] == 401, name
    refused(admitted(right | {signature: "é"}), "UNAUTHENTICATED", signature)
    assert tables.everything() == seen, "a refusal writes nothing, not even a nonce"
    assert passed(admitted(right))


@pytest.mark.parametrize(("gateway", "signed", "signature", "stamp"), SIGNERS)
def test_an_old_or_early_timestamp_is_refused_and_the_last_in_time_is_not(
    gateway: str, signed: Callable[..., Headers], signature: str, stamp: str
) -> None:
    _, secret = entered(gateway)
    window = {"tif": 300, "api": 1800}[gateway]
    for late in (-window - 1, window + 1):
        refused(admitted(signed(secret, CLOCK + late)), "TIMESTAMP", stamp, "签名时间戳超时")
    assert passed(admitted(signed(secret, CLOCK - window)))
    for wrong in ("", "x", "１６２５４５０４００", "1" * 9, "-1625450400", "1e9"):
        refused(admitted(signed(secret, CLOCK) | {stamp: wrong}), "UNAUTHENTICATED", stamp)
    digits = {"tif": "10 位秒数", "api": "13 位毫秒数"}[gateway]
    refused(admitted(signed(secret, CLOCK) | {stamp: "1"}), "UNAUTHENTICATED", stamp, digits)


@pytest.mark.parametrize(("gateway", "signed", "signature", "stamp"), SIGNERS)
def test_a_secret_that_was_rotated_away_is_refused_and_both_count_before(
    gateway: str, signed: Callable[..., Headers], signature: str, stamp: str
) -> None:
    number, old = entered(gateway)
    _, new = entered(gateway)
    assert passed(admitted(signed(old, CLOCK)))
    assert passed(admitted(signed(new, CLOCK + 1)))
    assert ask("/end", {"number": number})[0] == 200
    store.forget()
    refused(admitted(signed(old, CLOCK + 2)), "UNAUTHENTICATED", signature, "签名不一致")
    assert passed(admitted(signed(new, CLOCK + 3)))


@pytest.mark.parametrize(("gateway", "signed", "signature", "stamp"), SIGNERS)
def test_nobody_sends_for_another_institution(
    gateway: str, signed: Callable[..., Headers], signature: str, stamp: str, tables: Tables
) -> None:
    _, secret = entered(gateway)
    seen = tables.items("people")
    status, answer = admitted(signed(secret, CLOCK), hospital=Hospital(TOWNSHIP))
    assert (status, answer["output"]["errinfo"]["code"]) == (200, "FORBIDDEN")
    assert answer["output"]["errinfo"]["field"] == "fixmedins_code"
    assert tables.items("people") == seen


@pytest.mark.parametrize(("gateway", "signed", "signature", "stamp"), SIGNERS)
def test_an_unknown_access_id_and_another_dialects_secret_are_refused(
    gateway: str, signed: Callable[..., Headers], signature: str, stamp: str
) -> None:
    other = "api" if gateway == "tif" else "tif"
    _, secret = entered(other)
    refused(admitted(signed(secret, CLOCK)), "UNAUTHENTICATED", signature, "非法用户")
    stranger = signed(secret, CLOCK, access_id="nobody")
    refused(admitted(stranger), "UNAUTHENTICATED", signature, "非法用户")


@pytest.mark.parametrize(("gateway", "signed", "signature", "stamp"), SIGNERS)
def test_each_missing_header_is_named(
    gateway: str, signed: Callable[..., Headers], signature: str, stamp: str
) -> None:
    _, secret = entered(gateway)
    whole = signed(secret, CLOCK)
    for name in set(whole) - {"content-type"}:
        without = {key: value for key, value in whole.items() if key != name}
        refused(admitted(without), "UNAUTHENTICATED", name, "缺少服务网关的请求头")
        refused(admitted(whole | {name: "1" * 201}), "UNAUTHENTICATED", name, "过长")


@pytest.mark.parametrize(("gateway", "signed", "signature", "stamp"), SIGNERS)
def test_two_ways_at_once_are_refused(
    gateway: str, signed: Callable[..., Headers], signature: str, stamp: str
) -> None:
    """Else the one would be let in that was not meant."""
    _, secret = entered(gateway)
    both = signed(secret, CLOCK) | tokens.bearer(TOWNSHIP.code, CLOCK)
    refused(admitted(both), "UNAUTHENTICATED", "Authorization", "一种方式")
    refused(admitted(tif("x", CLOCK) | api("y", CLOCK)), "UNAUTHENTICATED", "Authorization")


@pytest.mark.parametrize(("gateway", "signed", "signature", "stamp"), SIGNERS)
def test_a_wrong_content_type_and_two_infnos_are_refused_before_the_signature(
    gateway: str, signed: Callable[..., Headers], signature: str, stamp: str
) -> None:
    _, secret = entered(gateway)
    headers = signed(secret, CLOCK)
    assert admitted(headers | {"content-type": "text/xml"})[0] == 415
    assert admitted(headers, "/2401/2304")[0] == 404
    assert passed(admitted(headers)), "the nonce was not used up"


def test_a_nonce_counts_once(tables: Tables) -> None:
    """Another body under it is no answer either; another nonce is."""
    _, secret = entered("tif")
    first = passed(admitted(tif(secret, CLOCK)))
    seen = tables.everything()
    refused(admitted(tif(secret, CLOCK)), "NONCE_REUSED", "x-tif-nonce")
    again = tif(secret, CLOCK + 9, tif(secret, CLOCK)["x-tif-nonce"])
    refused(admitted(again), "NONCE_REUSED", "x-tif-nonce")
    refused(answered("{}", tif(secret, CLOCK)), "NONCE_REUSED", "x-tif-nonce")
    assert tables.everything() == seen
    assert passed(admitted(tif(secret, CLOCK, "n-2"))) == first
    for wrong in ("a b", "n#1", "n" * 65, "é"):
        refused(admitted(tif(secret, CLOCK, wrong)), "UNAUTHENTICATED", "x-tif-nonce")


def test_two_institutions_may_use_the_same_nonce() -> None:
    _, ours = entered("tif")
    _, theirs = entered("tif", "his-two", TOWNSHIP.code)
    assert passed(admitted(tif(ours, CLOCK)))
    given = tif(theirs, CLOCK, access_id="his-two")
    assert admitted(given, hospital=Hospital(TOWNSHIP))[1]["infcode"] == -1, "P1 lies elsewhere"
    assert admitted(given, hospital=Hospital(TOWNSHIP))[0] == 401, "but the nonce was taken"


def test_a_nonce_is_kept_until_its_request_would_be_refused_anyway(tables: Tables) -> None:
    _, secret = entered("tif")
    assert passed(admitted(tif(secret, CLOCK + 300)))
    (kept,) = [one for one in tables.items("settlement") if one["pk"]["S"].startswith("N#")]
    assert int(kept["expires"]["N"]) > CLOCK + 600


def test_what_was_not_answered_may_come_again_as_it_is(
    tables: Tables, storage_faults: StorageFaults
) -> None:
    """Programs send a 503 again by themselves, with the same headers."""
    _, secret = entered("tif")
    assert passed(answered(json.dumps(reading()), tif(secret, CLOCK, "warm")))
    storage_faults.before(2, "away", times=1)
    headers = tif(secret, CLOCK)
    status, answer = admitted(headers)
    assert (status, answer["output"]["errinfo"]["retry"]) == (503, "1")
    assert passed(admitted(headers))
    refused(admitted(headers), "NONCE_REUSED", "x-tif-nonce")


def reading() -> dict[str, Any]:
    """A message that reads alone."""
    from medaid.people import service as people

    card = {"mdtrt_cert_type": "02", "mdtrt_cert_no": people.load("P1", 2021).person.certno}
    return Hospital().envelope("1101", card)


# ---- the token address ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("form", "client", "field"),
    [
        ("grant_type=client_credentials", "nobody", "Authorization"),
        ("grant_type=client_credentials", "", "Authorization"),
        ("grant_type=password", "his-one", "grant_type"),
        ("", "his-one", "grant_type"),
    ],
)
def test_the_token_address_gives_nothing_to_anybody_else(
    form: str, client: str, field: str
) -> None:
    _, secret = entered("client")
    refused(answered(form, basic(client, secret), "/token"), "UNAUTHENTICATED", field)


def test_a_wrong_secret_or_another_dialects_gets_no_token() -> None:
    _, secret = entered("client")
    _, signing = entered("tif", "his-two")
    form = "grant_type=client_credentials"
    for given in (basic("his-one", secret + "x"), basic("his-one", ""), basic("his-two", signing)):
        refused(answered(form, given, "/token"), "UNAUTHENTICATED", "Authorization")
    spoiled = basic("his-one", secret) | {"authorization": "Basic ???"}
    refused(answered(form, spoiled, "/token"), "UNAUTHENTICATED", "Authorization")
    assert (
        answered(form, basic("his-one", secret) | {"content-type": "text/xml"}, "/token")[0] == 415
    )
    assert answered("x" * 5_000, basic("his-one", secret), "/token")[0] == 413


def test_a_clients_token_ends_and_is_nobody_elses() -> None:
    number, secret = entered("client")
    now = int(CLOCK)

    def sent(token: str) -> tuple[int, dict[str, Any]]:
        return admitted({"authorization": f"Bearer {token}"})

    good = passes.make_token("his-one", number, secret, now)
    assert passed(sent(good))
    ended = passes.make_token("his-one", number, secret, now - passes.LIFE)
    refused(sent(ended), "UNAUTHENTICATED", "Authorization", "过期")
    for wrong in (
        passes.make_token("his-one", number, "another", now),
        passes.make_token("his-two", number, secret, now),
        passes.make_token("his-one", number + 1, secret, now),
        good[:-1] + ("0" if good[-1] != "0" else "1"),
        passes.make_token("his-one", number, secret, now + 9).split(".")[1].join(["mt1.", ".00"]),
        "mt1.",
        "mt1.e30=.00",
        "mt1.W10=.00",
        "mt1." + "A" * 20_000,
    ):
        refused(sent(wrong), "UNAUTHENTICATED", "Authorization")


@pytest.mark.parametrize("told", [[1, 1, 1], ["a", "1", 1], ["a", 1, "1"], ["a", True, 1], [1]])
def test_a_token_that_says_something_else_is_none(told: list[object]) -> None:
    payload = base64.urlsafe_b64encode(json.dumps(told).encode()).decode()
    assert passes.read_token(f"mt1.{payload}.00") is None
    right = base64.urlsafe_b64encode(json.dumps(["a", 1, 1]).encode()).decode()
    assert passes.read_token(f"mt1.{right}.00") is not None


@pytest.mark.parametrize("access_id", ["A" * 3_000, "his-one#2", "his one", "号", "\ud800", "his"])
def test_what_is_no_access_id_is_nobodys_and_asked_of_no_table(
    access_id: str, storage_calls: StorageCalls
) -> None:
    """Whoever calls, nothing that was sent reaches a key of storage, or is a fault of ours."""
    _, secret = entered("client")
    form = "grant_type=client_credentials"
    token = passes.make_token(access_id, 1, secret, int(CLOCK))
    by_pass = {"authorization": f"Bearer {token}"}
    before = len(storage_calls.operations)
    refused(admitted(by_pass), "UNAUTHENTICATED", "Authorization", "签名不符")
    if access_id.isprintable():
        given = basic(access_id, secret)
        refused(answered(form, given, "/token"), "UNAUTHENTICATED", "Authorization", "不对")
    if access_id.isascii() and len(access_id) < 200:
        signed = tif(secret, CLOCK, access_id=access_id)
        refused(admitted(signed), "UNAUTHENTICATED", "x-tif-signature", "非法用户")
    assert storage_calls.operations[before:] == []


def test_a_clients_token_ends_with_its_secret() -> None:
    number, secret = entered("client")
    token = passes.make_token("his-one", number, secret, int(CLOCK))
    entered("client")
    assert passed(admitted({"authorization": f"Bearer {token}"})), "two secrets count at once"
    ask("/end", {"number": number})
    store.forget()
    refused(
        admitted({"authorization": f"Bearer {token}"}), "UNAUTHENTICATED", "Authorization", "停用"
    )


# ---- what it costs, and what is kept -------------------------------------------------------------


@pytest.mark.parametrize(("gateway", "more"), [("tif", ["PutItem"]), ("api", [])])
def test_a_signed_settlement_is_one_read_one_write_and_a_nonce_where_there_is_one(
    gateway: str, more: list[str], storage_calls: StorageCalls
) -> None:
    _, secret = entered(gateway)
    signed = tif if gateway == "tif" else api
    hospital = Hospital()
    stay = hospital.stay("P1")
    given = stay_input("P1", stay, bill("50000.00", "45000.00"))
    preview = hospital.envelope("2303", given)
    passed(answered(json.dumps(preview), signed(secret, CLOCK)))
    before = len(storage_calls.operations)
    final = hospital.envelope("2304", given)
    headers = tif(secret, CLOCK, "n-2") if gateway == "tif" else api(secret, CLOCK)
    passed(answered(json.dumps(final), headers))
    assert storage_calls.operations[before:] == [*more, "Query", "TransactWriteItems"]


def test_an_ended_credential_is_refused_within_a_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    number, secret = entered("api")
    clock = [1_000_000.0]
    monkeypatch.setattr("medaid.settlement.gateways.store.time.monotonic", lambda: clock[0])
    assert passed(admitted(api(secret, CLOCK)))
    ask("/end", {"number": number})
    clock[0] += store.SECONDS - 1
    assert passed(admitted(api(secret, CLOCK)))
    clock[0] += 1
    refused(admitted(api(secret, CLOCK)), "UNAUTHENTICATED", "_api_signature", "非法用户")


def test_no_secret_lies_in_a_table_or_in_a_log(tables: Tables, capsys: Any) -> None:
    made = [entered(gateway, f"his-{gateway}")[1] for gateway in ("tif", "api", "client")]
    passed(admitted(tif(made[0], CLOCK, access_id="his-tif")))
    kept = json.dumps(tables.everything(), default=str)
    shown = json.dumps(ask("")[1])
    logged = "".join(capsys.readouterr())
    for secret in made:
        assert len(secret) >= 43
        assert secret not in kept + shown + logged


def test_a_secret_that_cannot_be_read_is_a_fault_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    _, secret = entered("api")
    secrets.forget()
    monkeypatch.setattr(secrets, "_client", Away)
    status, answer = admitted(api(secret, CLOCK))
    assert (status, answer["output"]["errinfo"]["retry"]) == (503, "1")


class Away:
    def get_parameter(self, **_: Any) -> Any:
        from botocore.exceptions import EndpointConnectionError

        raise EndpointConnectionError(endpoint_url="https://ssm.invalid")
