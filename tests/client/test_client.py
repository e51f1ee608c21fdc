"""medaid.client: each message done once or not at all, whatever becomes of the calls. Issue: the
hospital's door, 8."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from tests import tokens
from tests.catalogue.office import HERB, LIST, agree, publish, table
from tests.client.platform import CLOCK, Line, connected, platform
from tests.conftest import Tables
from tests.infra.test_house import imported
from tests.people.samples import certno
from tests.settlement.hospital import (
    MAOMING,
    Hospital,
    bill,
    contracted,
    known_person,
    living_allowance,
    passed,
    stay_input,
)
from tests.settlement.signing import entered

from medaid.client import (
    ChargedLine,
    Declined,
    HospitalVisits,
    HttpReply,
    HttpRequest,
    InsuredPerson,
    NotDone,
    NotTaken,
    OutcomeUnknown,
    api,
    client_credentials,
    tif,
)
from medaid.client.proofs import Proof
from medaid.local.places import PACKAGE
from medaid.people import service as people

PERSON = InsuredPerson("P1", "张三", "440900")
AT = datetime(2021, 6, 20, 1, tzinfo=UTC)
END = datetime(2021, 6, 30, 1, tzinfo=UTC)
AMOUNTS = bill("50000.00", "45000.00")


@pytest.fixture(autouse=True)
def _world(tables: Tables) -> None:
    contracted()
    known_person("P1", living_allowance())
    tokens.known()


def stays() -> int:
    return len(people.load("P1", 2020).visits)


def ready() -> str:
    """A stay that can be settled."""
    return Hospital(prefix="20210705080000").stay("P1")


def settle(line: Line, mdtrt_id: str) -> dict[str, Any]:
    return connected(line).call(
        "2304", stay_input("P1", mdtrt_id, AMOUNTS), insured_region="440900"
    )


def msgids(line: Line, infno: str = "") -> list[str]:
    told = [json.loads(body) for body in line.bodies]
    return [one["msgid"] for one in told if infno in ("", one["infno"])]


@pytest.mark.parametrize("fault", ["before", "after", "503", "429"])
def test_a_call_that_dies_is_repeated_in_the_same_bytes(fault: str) -> None:
    line = Line([fault])
    HospitalVisits(connected(line)).admit(PERSON, AT, "Z1")
    assert len(line.bodies) == 2
    assert len(set(line.bodies)) == 1
    assert stays() == 1


def test_the_first_answer_comes_again_after_a_time_out() -> None:
    mdtrt_id = ready()
    line = Line(["after"])
    client = connected(line)
    message = client.message("2304", stay_input("P1", mdtrt_id, AMOUNTS), insured_region="440900")
    first = client.send(message)
    assert first["setlinfo"]["setl_id"]
    assert client.send(message) == first
    assert client.kept == {}


def test_no_attempt_is_answered_and_it_was_done() -> None:
    """The query says so and gives the answer; nothing is taken back."""
    mdtrt_id = ready()
    line = Line(["after", "before", "before"])
    info = settle(line, mdtrt_id)["setlinfo"]
    assert Decimal(info["medfee_sumamt"]) == Decimal("50000.00")
    assert [one.url.split("/")[3] for one in line.sent] == ["fsi", "fsi", "fsi", "messages"]
    assert len(set(line.bodies)) == 1


def test_no_attempt_is_answered_and_it_never_arrived() -> None:
    """It is blocked by 2601, and what still lies on the way does nothing; under a new msgid it is
    done."""
    mdtrt_id = ready()
    line = Line(["before"] * 3)
    with pytest.raises(NotDone) as error:
        settle(line, mdtrt_id)
    late = json.loads(platform(line.sent[0]).body)
    assert late["output"]["errinfo"]["code"] == "MSGID_BLOCKED"
    assert error.value.msgid == msgids(line, "2304")[0]
    assert settle(Line(), mdtrt_id)["setlinfo"]["setl_id"]


def test_2601_overtakes_the_message_and_the_message_won() -> None:
    """Between the query and 2601 the message arrives: then it is taken back, and nothing stands."""
    mdtrt_id = ready()
    line = Line(["before"] * 3)
    client = connected(line)
    asked: list[str] = []

    def meanwhile(request: HttpRequest) -> HttpReply:
        answer = line(request)
        if request.body is None and not asked:
            asked.append(request.url)
            platform(line.sent[0])
        return answer

    client.transport = meanwhile
    with pytest.raises(NotDone):
        client.call("2304", stay_input("P1", mdtrt_id, AMOUNTS), insured_region="440900")
    client.transport = Line()
    done = client.call("2304", stay_input("P1", mdtrt_id, AMOUNTS), insured_region="440900")
    assert done["setlinfo"]["setl_id"]


def test_what_something_rests_on_is_not_taken_back_and_counts_as_done() -> None:
    """2601 is refused because a later settlement rests on this one: it stands."""
    first = ready()
    later = Hospital(prefix="20210705090000").stay(
        "P1", "2021-07-01 09:00:00", "2021-07-03 09:00:00"
    )
    line = Line(["before"] * 3)
    client = connected(line)
    asked: list[str] = []

    def meanwhile(request: HttpRequest) -> HttpReply:
        answer = line(request)
        if request.body is None and not asked:
            asked.append(request.url)
            platform(line.sent[0])
            settle(Line(), later)
        return answer

    client.transport = meanwhile
    done = client.call("2304", stay_input("P1", first, AMOUNTS), insured_region="440900")
    assert done["setlinfo"]["mdtrt_id"] == first


def test_nobody_answers_and_the_message_is_kept() -> None:
    """After the power is back `resolve_kept` sends the same bytes again, and it is done once."""
    mdtrt_id = ready()
    line = Line(["before", "after", *["before"] * 4])
    client = connected(line)
    with pytest.raises(OutcomeUnknown):
        client.call("2304", stay_input("P1", mdtrt_id, AMOUNTS), insured_region="440900")
    (kept,) = client.kept.values()
    found = client.resolve_kept()
    assert isinstance(answer := found[kept.msgid], dict)
    assert answer["setlinfo"]["setl_id"]
    assert (client.kept, len(set(line.bodies))) == ({}, 1)


def test_what_is_still_open_is_said_to_be() -> None:
    """Of what 2601 does not take back, nobody knowing leaves it open: it may be sent again."""
    mdtrt_id = HospitalVisits(connected(Line())).admit(PERSON, AT, "Z1").mdtrt_id
    line = Line(["before"] * 3)
    client = connected(line)
    ended = {"mdtrt_id": mdtrt_id, "psn_no": "P1", "insutype": "390", "dscg_way": "1"}
    with pytest.raises(OutcomeUnknown):
        client.call("2402", ended | {"endtime": "2021-06-30 09:00:00"}, "dscginfo", "440900")
    assert msgids(line, "2601") == []
    line.faults = ["before"] * 6
    assert set(client.resolve_kept().values()) == {"unknown"}
    assert "unknown" not in client.resolve_kept().values()
    assert client.resolve_kept() == {}


def test_of_fee_lines_the_split_is_got_by_sending_again() -> None:
    """The query tells that they were done, not what they were split into."""
    agree()
    for kind, rows in (("1312", LIST), ("1316", [(HERB, HERB)])):
        publish(kind, table(kind, rows))
    line = Line()
    visits = HospitalVisits(connected(line))
    stay = visits.admit(PERSON, AT, "Z1")
    line.faults = ["after", "before", "before"]
    charged = [ChargedLine("1", HERB, AT, Decimal(3), Decimal("1.235"))]
    with pytest.raises(OutcomeUnknown):
        visits.charge(stay, charged)
    again = HospitalVisits(visits.client, rounds=2)
    line.faults = ["after", "before", "before"]
    assert again.charge(stay, charged).total == Decimal("3.71")


def test_a_refusal_says_why_and_nothing_is_left_open() -> None:
    client = connected(Line())
    with pytest.raises(Declined) as error:
        client.call(
            "2304", stay_input("P1", "440900V2021AAAAAAAAAAAAAAAAAA", AMOUNTS), "data", "440900"
        )
    assert (error.value.code, error.value.field) == ("VISIT_UNKNOWN", "mdtrt_id")
    assert error.value.sentence
    assert client.kept == {}


def test_a_second_settlement_names_the_first() -> None:
    mdtrt_id = ready()
    first = settle(Line(), mdtrt_id)["setlinfo"]["setl_id"]
    with pytest.raises(Declined) as error:
        settle(Line(), mdtrt_id)
    assert (error.value.code, error.value.object_id) == ("ALREADY_SETTLED", first)


def proofs() -> list[tuple[str, Any]]:
    clock = lambda: CLOCK  # noqa: E731  # the world's
    return [
        ("tif", lambda secret: tif("his-tif", secret, clock)),
        ("api", lambda secret: api("his-api", secret, "hospital", clock)),
        (
            "client",
            lambda secret: client_credentials(
                "http://platform/token", "his-client", secret, platform, clock
            ),
        ),
    ]


@pytest.mark.parametrize(("way", "made"), proofs(), ids=lambda one: str(one)[:6])
def test_each_provinces_proof_is_taken_and_a_wrong_secret_is_not(way: str, made: Any) -> None:
    """A message that was refused at the gate stays kept: an earlier attempt may have been done."""
    _, secret = entered(way, f"his-{way}")

    def by(proof: Proof, line: Line) -> Any:
        client = connected(line)
        client.proof = proof
        return client

    client = by(made("wrong"), Line())
    with pytest.raises(NotTaken) as error:
        HospitalVisits(client).admit(PERSON, AT, "Z1")
    assert error.value.code == "UNAUTHENTICATED"
    assert len(client.kept) == 1
    assert stays() == 0
    line = Line(["after"])
    assert HospitalVisits(by(made(secret), line)).admit(PERSON, AT, "Z1").mdtrt_id
    assert len(set(line.bodies)) == 1
    assert stays() == 1


def test_a_token_address_that_is_away_is_no_answer() -> None:
    """503 there says nothing of the message: it stays open."""
    _, secret = entered("client", "his-client")
    client = connected(Line())
    away = Line(["503"] * 9)
    client.proof = client_credentials(
        "http://platform/token", "his-client", secret, away, lambda: 0
    )
    with pytest.raises(OutcomeUnknown):
        HospitalVisits(client).admit(PERSON, AT, "Z1")
    assert len(client.kept) == 1


def test_somebody_is_found_by_number_and_nobody_without_an_enrolment_in_force() -> None:
    visits = HospitalVisits(connected(Line()))
    found = visits.person(certno(1))
    assert found is not None
    assert (found.psn_no, found.insured_region) == ("P1", "440900")
    assert visits.person(certno(1), insutype="310") is None
    with pytest.raises(Declined) as error:
        visits.person(certno(2))
    assert error.value.code == "PERSON_UNKNOWN"


def test_what_the_client_says_is_what_a_hospital_says() -> None:
    """The typed steps and messages written by hand settle the same."""
    visits = HospitalVisits(connected(Line()))
    stay = visits.admit(PERSON, AT, "Z1")
    visits.discharge(stay, END)
    by_hand = Hospital(prefix="20210705110000")
    output = passed(by_hand.call("2304", stay_input("P1", stay.mdtrt_id, AMOUNTS)))
    back = visits.reverse(stay, output["setlinfo"]["setl_id"])
    assert back.total == Decimal("-50000.00")
    assert back.fund_paid == -Decimal(output["setlinfo"]["fund_pay_sumamt"])
    assert MAOMING.code in visits.client.msgid()


def test_an_instant_without_a_zone_is_nobodys() -> None:
    with pytest.raises(ValueError, match="time zone"):
        HospitalVisits(connected(Line())).admit(PERSON, AT.replace(tzinfo=None), "Z1")


def test_the_client_needs_the_standard_library_alone() -> None:
    """A hospital copies the folder."""
    for path in (PACKAGE / "client").glob("*.py"):
        for module in imported(path.read_text(encoding="utf-8")):
            own = module.startswith("medaid.client.")
            assert own or module.split(".")[0] in sys.stdlib_module_names, f"{path.name}: {module}"
