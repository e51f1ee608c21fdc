"""The vendor's kit: the project's own client passes every row, and a program that errs fails the
row that is about it. Issue: the hospital's door, 8."""

from __future__ import annotations

import http.client
import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import urlsplit

import pytest
from tests import tokens
from tests.catalogue.office import agree, publish
from tests.client.platform import connected, platform
from tests.conftest import Tables
from tests.people.samples import insurance
from tests.settlement.hospital import MAOMING, contracted, known_person, settlement_events

from medaid.catalogue import store as catalogue_store
from medaid.clearing import projector
from medaid.client import (
    ClientError,
    Declined,
    HospitalVisits,
    HttpReply,
    HttpRequest,
    InsuredPerson,
    KeptMessage,
    NoAnswer,
    NotDone,
    post_once,
)
from medaid.local import cli, demo_catalogue, made_up, offices
from medaid.local.preflight import list_rows
from medaid.local.preflight.program import ExampleProgram
from medaid.local.preflight.scenarios import FAILED, OPEN, PASSED, SCENARIOS
from medaid.local.preflight.serving import serving
from medaid.local.preflight.watching import Watch
from medaid.local.stack import Stack

NOW = datetime(2022, 1, 10, 2, tzinfo=UTC)
FIRST, TODAY = date(2021, 12, 6), date(2022, 1, 10)
ROWS = [one.number for one in SCENARIOS]


@pytest.fixture
def program(tables: Tables) -> Iterator[ExampleProgram]:
    """The example, connected through the watch to the platform in this process."""
    projector._note.cache_clear()
    catalogue_store.forget()
    tokens.known()
    contracted()
    agree(json.loads(offices.data("catalogue-scheme.json")))
    for kind in demo_catalogue.TABLES:
        publish(kind, offices.data(f"catalogue-{kind}.csv"))
    patients = {}
    for place, one in enumerate(SCENARIOS):
        patients[one.number] = made_up.person(place, f"验收{place}")
        if one.patient and one.insured is not None:
            until = None if one.insured else date(2021, 11, 30)
            enrolled = (insurance(date(2018, 1, 1), end=until),)
            born = datetime(1945, 1, 1, tzinfo=UTC).date()
            known_person(f"P{place}", serial=place, birth=born, insured=enrolled)
    known = {one.certno: number for number, one in patients.items()}
    cuts = {one.number: one.cuts for one in SCENARIOS}
    watch = Watch(partial(platform, now=NOW), known, cuts, clock=lambda: NOW)
    visits = HospitalVisits(connected(watch, MAOMING, NOW), 4)
    yield ExampleProgram(visits, patients, FIRST, TODAY, "440900")
    projector._note.cache_clear()
    catalogue_store.forget()


def watch_of(program: ExampleProgram) -> Watch:
    line = program.visits.client.transport
    assert isinstance(line, Watch)
    return line


def verdicts(program: ExampleProgram) -> dict[str, str]:
    rows = list_rows(watch_of(program), program.patients)
    return {one.number: one.verdict for one in rows}


def project() -> None:
    for event in settlement_events():
        projector.project(event, NOW)


def test_the_projects_own_client_passes_every_row(program: ExampleProgram) -> None:
    """The stream brings what was settled before the months are compared."""
    reconcile, program.reconcile = program.reconcile, project  # type: ignore[method-assign]
    assert set(verdicts(program).values()) == {OPEN}
    program.show_all()
    reconcile()
    assert verdicts(program) == dict.fromkeys(ROWS, PASSED)
    rows = list_rows(watch_of(program), program.patients)
    for one in rows:
        assert one.why
        assert one.evidence or not one.patient
        assert program.patients["P01"].certno not in str(one.evidence)
    assert any("无答复(after)" in line for line in rows[2].evidence)
    assert sum("无答复" in line for line in rows[4].evidence) == 3


def gives_up(message: KeptMessage) -> NoReturn:
    raise NotDone(message.msgid, "no answer")


def err(program: ExampleProgram, act: Callable[[], Any]) -> dict[str, str]:
    """What the rows say of a program that errs, whether or not it comes to an end."""
    with suppress(ClientError, AssertionError):
        act()
    return verdicts(program)


@pytest.mark.parametrize("number", ["P03", "P05"])
def test_a_settlement_sent_anew_in_doubt_fails(program: ExampleProgram, number: str) -> None:
    client = program.visits.client
    client.pauses, client.resolve = (), gives_up  # type: ignore[method-assign]
    found = err(program, lambda: program.settle(number, program.stay(number)))
    assert found[number] == FAILED


def test_a_request_that_was_lost_and_is_sent_anew_fails_too(program: ExampleProgram) -> None:
    """It is settled once, by luck: the program could not know."""
    client = program.visits.client
    client.pauses, client.resolve = (), gives_up  # type: ignore[method-assign]
    found = err(program, lambda: program.settle("P04", program.stay("P04")))
    assert found["P04"] == FAILED


def test_an_admission_sent_anew_in_doubt_fails(program: ExampleProgram) -> None:
    client = program.visits.client
    client.pauses, client.resolve = (), gives_up  # type: ignore[method-assign]
    assert err(program, lambda: program.stay("P06"))["P06"] == FAILED


def test_lines_that_are_not_sent_again_stay_open(program: ExampleProgram) -> None:
    client = program.visits.client
    client.pauses, client.resolve = (), gives_up  # type: ignore[method-assign]
    assert err(program, lambda: program.stay("P07"))["P07"] == OPEN


def test_a_refund_that_is_not_settled_anew_stays_open(program: ExampleProgram) -> None:
    visit = program.stay("P08")
    program.visits.reverse(visit, program.settle("P08", visit).setl_id)
    assert verdicts(program)["P08"] == OPEN


def test_a_line_that_is_left_out_instead_of_refunded_stays_open(program: ExampleProgram) -> None:
    program.settle("P01", program.stay("P01"))
    visit = program.stay("P09")
    total = sum((line.amount for line in program.lines("P09")), Decimal(0))
    program.visits.settle(visit, total)
    assert verdicts(program)["P09"] == OPEN


def test_a_registration_cancelled_before_its_lines_fails(program: ExampleProgram) -> None:
    visit = program.opened("P10")
    program.visits.charge(visit, program.lines("P10"))
    found = err(program, lambda: program.visits.cancel(visit, "P10"))
    assert found["P10"] == FAILED


def test_a_settlement_taken_back_by_the_second_counter_is_none(program: ExampleProgram) -> None:
    visit = program.stay("P11")
    bill = program.settle("P11", visit)
    with suppress(Declined):
        program.visits.settle(visit, bill.total)
    assert verdicts(program)["P11"] == PASSED
    program.visits.reverse(visit, bill.setl_id)
    assert verdicts(program)["P11"] == OPEN


@pytest.mark.parametrize("number", ["P12", "P13"])
def test_who_goes_on_after_a_refusal_fails(program: ExampleProgram, number: str) -> None:
    certno = program.patients[number].certno
    with suppress(Declined):
        program.visits.person(certno)
    assert verdicts(program)[number] == PASSED
    for _ in range(3):
        given = {"certno": certno, "psn_no": f"P{ROWS.index(number)}", "insutype": "390"}
        with suppress(Declined):
            program.visits.client.call("2401", given, "mdtrtinfo", "440900")
    assert verdicts(program)[number] == FAILED


def test_one_msgid_for_two_contents_fails(program: ExampleProgram) -> None:
    program.visits.client.msgid = lambda: "H44090200001-1"  # type: ignore[method-assign]
    assert err(program, lambda: program.stay("P01"))["P14"] == FAILED


def test_a_book_without_a_bill_or_by_the_month_of_care_fails(program: ExampleProgram) -> None:
    program.settle("P01", program.stay("P01"))
    project()
    program.reconcile()
    assert [verdicts(program)[one] for one in ("P15", "P16")] == [PASSED, PASSED]
    kept, program.book = program.book, []
    program.reconcile()
    assert verdicts(program)["P15"] == FAILED
    begin, end = date(2021, 12, 1), date(2021, 12, 31)
    bills = [bill for _, bill in kept]
    assert not program.visits.totals_agree("440900", "21", begin, end, bills)[0]
    assert verdicts(program)["P16"] == FAILED


def test_a_persons_number_that_nobody_asked_for_is_nobodys(program: ExampleProgram) -> None:
    """What belongs to no row is judged in none, and stays in the rows about everything."""
    stranger = InsuredPerson("P999", "", "440900")
    with suppress(Declined):
        program.visits.admit(stranger, program.at(0), "Z")
    assert set(watch_of(program).seen) == {""}


def asked(address: str, method: str, path: str, body: bytes | None = None) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=10)
    try:
        connection.request(method, path, body)
        reply = connection.getresponse()
        return reply.status, reply.read()
    finally:
        connection.close()


def test_the_address_passes_on_and_cuts_off() -> None:
    seen: list[HttpRequest] = []

    def line(request: HttpRequest) -> HttpReply:
        seen.append(request)
        if request.body == b"cut":
            raise NoAnswer("after")
        return HttpReply(201, b"told")

    with serving(line, "http://platform/base", 0, 0) as address:
        assert asked(address, "GET", "/messages/M1?x=1") == (201, b"told")
        assert asked(address, "POST", "/fsi", b"{}") == (201, b"told")
        with pytest.raises(http.client.RemoteDisconnected):
            asked(address, "POST", "/fsi", b"cut")
        with pytest.raises(NoAnswer):
            post_once(HttpRequest(f"{address}/fsi", {}, b"cut"))
    assert [one.url for one in seen[:2]] == [
        "http://platform/base/messages/M1?x=1",
        "http://platform/base/fsi",
    ]
    assert "host" not in {name.lower() for name in seen[0].headers}


@pytest.mark.cloud
def test_the_command_with_the_example(
    in_cloud: Stack,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Against the running stack, over HTTP; a hospital of another region is refused."""
    monkeypatch.setenv("MEDAID_ENDPOINT", in_cloud.cloud.endpoint)
    report = tmp_path / "report.json"
    wanted = ["preflight", "H32010590001", "--port", "0", "--example", "--report", str(report)]
    code = cli.main(wanted)
    found = json.loads(report.read_text(encoding="utf-8"))
    assert {one["number"]: one["why"] for one in found["rows"] if one["verdict"] != PASSED} == {}
    assert (code, found["passed"], found["hospital"]) == (0, True, "H32010590001")
    assert "通过 16 / 16 项" in capsys.readouterr().out
    contracted(MAOMING)
    assert cli.main(["preflight", MAOMING.code, "--port", "0"]) == 1
    assert MAOMING.code in capsys.readouterr().err
