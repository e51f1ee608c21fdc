"""What became of a message, by msgid and by visit: for a program whose call was not answered.
Issue: the hospital's door, 2."""

from __future__ import annotations

import json
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
    passed,
    stay_input,
    visit_input,
)
from tests.settlement.signing import api, entered
from tests.storage import StorageFaults

from medaid.settlement.gateways import service as gateways

AMOUNTS = bill("50000.00", "45000.00")
CLOCK = NOW.timestamp()


@pytest.fixture(autouse=True)
def _world(tables: Tables) -> None:
    contracted()
    known_person("P1", living_allowance())
    known_person("P2", serial=2)
    tokens.known()


def asked(
    path: str,
    institution: str = MAOMING.code,
    headers: dict[str, str] | None = None,
    method: str = "GET",
    **query: str,
) -> tuple[int, dict[str, Any]]:
    given = tokens.bearer(institution, CLOCK) if headers is None else headers
    event = tokens.posted("", given, path, method) | {"queryStringParameters": query or None}
    answer = gateways.answer(event, lambda: NOW).http
    return answer["statusCode"], json.loads(answer["body"])


def outcome(msgid: str, **more: Any) -> dict[str, Any]:
    status, answer = asked(f"/messages/{msgid}", **more)
    assert (status, answer["infcode"]) == (200, 0), answer
    found: dict[str, Any] = answer["output"]
    return found


def visit(mdtrt_id: str, psn_no: str = "P1") -> dict[str, Any]:
    status, answer = asked(f"/visits/{mdtrt_id}", psn_no=psn_no)
    assert (status, answer["infcode"]) == (200, 0), answer
    found: dict[str, Any] = answer["output"]
    return found


def refused(
    answer: tuple[int, dict[str, Any]], code: str, field: str = "", status: int = 200
) -> None:
    info = answer[1]["output"]["errinfo"]
    assert (answer[0], answer[1]["infcode"], info["code"]) == (status, -1, code), answer
    assert field in info["field"]


def alike(first: dict[str, Any], later: dict[str, Any]) -> bool:
    """The same settlement; the card that was shown is not kept, and new names stand alone."""
    ours = {name: first["setlinfo"][name] for name in first["setlinfo"]} | {"mdtrt_cert_type": ""}
    return bool(ours == later["setlinfo"] and first["setldetail"] == later["setldetail"])


def test_a_whole_stay_is_told_message_by_message() -> None:
    hospital = Hospital()
    opened = passed(hospital.call("2401", admission("P1"), msgid="A-1", node="mdtrtinfo"))
    stay = opened["result"]["mdtrt_id"]
    found = outcome("A-1")
    assert found.pop("message") == {
        "msgid": "A-1",
        "infno": "2401",
        "outcome": "done",
        "act": "registered",
        "result": stay,
        "done_at": "2021-07-05 10:00:00",
    }
    assert found == opened
    assert visit(stay)["visit"]["enddate"] == ""
    hospital.discharge("P1", stay)
    settled = passed(hospital.call("2304", stay_input("P1", stay, AMOUNTS), msgid="S-1"))
    found = outcome("S-1")
    assert (found["message"]["outcome"], found["message"]["infno"]) == ("done", "2304")
    assert alike(settled, found)
    held = visit(stay)
    assert held["settlements"] == [
        {"chrg_bchno": "STAY", "setl_id": settled["setlinfo"]["setl_id"]}
    ]
    assert (held["visit"]["registered"], held["visit"]["enddate"]) == ("0", "2021-06-30")


def test_what_was_taken_back_since_is_told_as_undone() -> None:
    """The answer says what stands now: a bill that is taken for settled would not be paid."""
    hospital = Hospital()
    stay = hospital.stay("P1")
    info = passed(hospital.call("2304", stay_input("P1", stay, AMOUNTS), msgid="S-1"))["setlinfo"]
    taken = {"mdtrt_id": stay, "setl_id": info["setl_id"], "psn_no": "P1"}
    back = passed(hospital.call("2305", taken, msgid="B-1"))
    found = outcome("S-1")
    assert found["message"]["outcome"] == "undone"
    assert found["setlinfo"]["refd_setl_flag"] == "1"
    undone = outcome("B-1")
    assert (undone["message"]["outcome"], undone["message"]["act"]) == ("done", "reversed")
    assert undone["setlinfo"] | {"mdtrt_cert_type": ""} == {
        name: back["setlinfo"][name] for name in undone["setlinfo"]
    } | {"mdtrt_cert_type": ""}
    assert visit(stay)["settlements"] == []
    again = passed(hospital.call("2304", stay_input("P1", stay, AMOUNTS), msgid="S-2"))
    assert alike(again, outcome("S-2"))
    assert outcome("S-1")["message"]["outcome"] == "undone"


def test_a_cancelled_registration_is_undone_and_its_visit_is_not_there() -> None:
    hospital = Hospital()
    given = admission("P1")
    stay = passed(hospital.call("2401", given, msgid="A-1", node="mdtrtinfo"))["result"]["mdtrt_id"]
    passed(hospital.call("2404", {"mdtrt_id": stay, "psn_no": "P1"}, msgid="C-1"), output=False)
    assert outcome("A-1")["message"]["outcome"] == "undone"
    assert outcome("C-1") == {"message": outcome("C-1")["message"]}
    assert outcome("C-1")["message"]["outcome"] == "done"
    refused(asked(f"/visits/{stay}", psn_no="P1"), "VISIT_UNKNOWN", "mdtrt_id")


def test_what_never_came_is_unknown_and_changes_nothing(tables: Tables) -> None:
    hospital = Hospital()
    seen = tables.items("settlement"), tables.items("people")
    found = outcome("NEVER")
    assert found == {"message": {"msgid": "NEVER", "outcome": "unknown"}}
    assert "2601" in asked("/messages/NEVER")[1]["warn_msg"]
    assert (tables.items("settlement"), tables.items("people")) == seen
    back = {"psn_no": "P1", "omsgid": "NEVER", "oinfno": "2304"}
    passed(hospital.call("2601", back, msgid="R-1"), output=False)
    assert outcome("NEVER")["message"]["outcome"] == "blocked"
    assert outcome("R-1")["message"]["act"] == "blocking"


@pytest.mark.parametrize("died", ["unanswered", "away"])
def test_a_call_that_died_is_resolved_without_doing_it_twice(
    died: str, storage_faults: StorageFaults
) -> None:
    """A time-out before the effect or after it: the query tells which."""
    hospital = Hospital()
    stay = hospital.stay("P1")
    given = stay_input("P1", stay, AMOUNTS)
    message = hospital.envelope("2304", given, msgid="S-1")
    if died == "away":
        storage_faults.before(2, "away", times=1)
    else:
        storage_faults.after(2, "unanswered", times=1)
    first = hospital.post(message)
    assert (first["http"], first["output"]["errinfo"]["retry"]) == (503, "1")
    expected = {"away": "unknown", "unanswered": "done"}[died]
    assert outcome("S-1")["message"]["outcome"] == expected
    done = passed(hospital.post(message))
    assert alike(done, outcome("S-1"))
    assert len(visit(stay)["settlements"]) == 1


def test_nobody_is_told_of_another_institutions_messages_or_visits(tables: Tables) -> None:
    hospital = Hospital()
    given = admission("P1")
    stay = passed(hospital.call("2401", given, msgid="A-1", node="mdtrtinfo"))["result"]["mdtrt_id"]
    other = outcome("A-1", institution=TOWNSHIP.code)
    assert other == {"message": {"msgid": "A-1", "outcome": "unknown"}}
    path = f"/visits/{stay}"
    refused(asked(path, TOWNSHIP.code, psn_no="P1"), "VISIT_UNKNOWN")
    refused(asked(path, psn_no="P2"), "VISIT_UNKNOWN")
    refused(asked(path), "FIELD_REQUIRED", "psn_no")
    refused(asked("/visits/X", psn_no="P1"), "VISIT_UNKNOWN")
    refused(asked(path, "H44090299999", psn_no="P1"), "INSTITUTION_UNKNOWN")
    refused(asked(path, "", psn_no="P1"), "FORBIDDEN", "Authorization")
    refused(asked(path, headers={}, psn_no="P1"), "UNAUTHENTICATED", status=401)
    refused(asked(path, method="POST", psn_no="P1"), "METHOD", status=405)
    refused(asked("/messages/A-1", headers={}), "UNAUTHENTICATED", status=401)


def test_a_settled_visit_of_another_person_is_not_told() -> None:
    hospital = Hospital()
    mdtrt_id = hospital.visit("P1")
    small = bill("100.00", "90.00")
    passed(hospital.call("2207", visit_input("P1", mdtrt_id, small, "B1")))
    passed(hospital.call("2207", visit_input("P1", mdtrt_id, small, "B2")))
    assert [one["chrg_bchno"] for one in visit(mdtrt_id)["settlements"]] == ["B1", "B2"]
    refused(asked(f"/visits/{mdtrt_id}", psn_no="P2"), "VISIT_UNKNOWN")
    refused(asked(f"/visits/{mdtrt_id}", TOWNSHIP.code, psn_no="P1"), "VISIT_UNKNOWN")


@pytest.mark.parametrize("msgid", ["x" * 31, "a#b", "a\nb"])
def test_an_id_that_is_none_is_refused(msgid: str) -> None:
    refused(asked(f"/messages/{msgid}"), "FIELD_FORMAT", "msgid")


def test_the_longest_id_is_asked_for() -> None:
    """Thirty characters, as the interface has them (msgid, psn_no)."""
    assert outcome("x" * 30)["message"]["outcome"] == "unknown"
    mdtrt_id = Hospital().visit("P1")
    refused(asked(f"/visits/{mdtrt_id}", psn_no="P" * 30), "PERSON_UNKNOWN")
    refused(asked(f"/visits/{mdtrt_id}", psn_no="P" * 31), "FIELD_REQUIRED", "psn_no")
    refused(asked(f"/visits/{mdtrt_id}", psn_no=""), "FIELD_REQUIRED", "psn_no")


def test_signed_headers_ask_too() -> None:
    _, secret = entered("api")
    passed(Hospital().call("2401", admission("P1"), msgid="A-1", node="mdtrtinfo"))
    assert outcome("A-1", headers=api(secret, CLOCK))["message"]["outcome"] == "done"
    assert asked("/any/prefix/messages/A-1", headers=api(secret, CLOCK))[1]["infcode"] == 0


def test_each_look_up_is_counted_and_recorded(tables: Tables) -> None:
    """What tells of a person leaves a trace; what was found to be nothing is counted."""
    passed(Hospital().call("2401", admission("P1"), msgid="A-1", node="mdtrtinfo"))

    def kept(prefix: str) -> int:
        return sum(one["pk"]["S"].startswith(prefix) for one in tables.items("access"))

    before = len(tables.items("access"))
    outcome("NEVER")
    assert (kept("COUNT#"), len(tables.items("access")) - before) == (1, 1)
    outcome("A-1")
    assert len(tables.items("access")) - before > 1
    assert any("A-1" in json.dumps(one, default=str) for one in tables.items("access"))
