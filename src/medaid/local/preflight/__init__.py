"""`medaid preflight HOSPITAL`: what a hospital's program must show before it is let in, one
scenario a row, each with a verdict and its evidence.

The vendor points the program at the address that is printed and does what each row says with the
row's patient. What the program sends is passed on to the running stack and judged; calls die where
a row says so. `--example` lets the project's own client show how it is done.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from rich.console import Console
from rich.live import Live
from rich.table import Table

from medaid.client import HospitalVisits, post_once
from medaid.client.client import BEIJING
from medaid.errors import Refused
from medaid.local import demo_catalogue, made_up, offices
from medaid.local.errors import LocalError
from medaid.local.hospital import client_of
from medaid.local.made_up import MadeUpPerson
from medaid.local.places import LOCAL
from medaid.local.preflight.program import ExampleProgram
from medaid.local.preflight.scenarios import OPEN, PASSED, SCENARIOS, judged
from medaid.local.preflight.serving import serving
from medaid.local.preflight.watching import Watch
from medaid.local.stack import Stack, connected, running
from medaid.settlement.model import Institution

OFFICERS: Final = ("nanjing-catalogue", "nanjing-manager")
REGION: Final = "320100"
"""Where its patients are insured: a city whose documents are in force today."""
_LAST_ENDED: Final = timedelta(days=40)
_STYLES: Final = {PASSED: "green", OPEN: "yellow"}
_NUMBERS: Final = 9_000_000
"""From where patients of the kit are numbered; those of exercises lie below."""


def arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument("hospital", help="fixmedins_code; a new one, e.g. H32010590001, is entered")
    parser.add_argument("--name", default="接入验收医院", help="of a hospital that is new")
    parser.add_argument("--port", type=int, default=8099, help="on 127.0.0.1 (default 8099)")
    parser.add_argument(
        "--minutes", type=float, default=60, help="ends after so many (default 60), or Ctrl-C"
    )
    parser.add_argument(
        "--hold", type=float, default=0, metavar="SECONDS", help="before a cut-off call is closed"
    )
    parser.add_argument(
        "--report", type=Path, metavar="FILE", help="default: .local/preflight-HOSPITAL.json"
    )
    parser.add_argument(
        "--example", action="store_true", help="let the project's own client show every row"
    )


@dataclass(frozen=True, slots=True)
class PreflightRow:
    """One row of the report."""

    number: str
    title: str
    task: str
    patient: str
    verdict: str
    why: str
    evidence: tuple[str, ...]


def run(args: argparse.Namespace) -> int:
    """Serves until every row is passed, the time is over or Ctrl-C. Answers 0 where every row is
    passed, else 1."""
    stack, console = running(), Console(highlight=False)
    connected(stack)
    with console.status("录入医院、目录和病人…"):
        hospital, patients = _entered(stack, console, args.hospital, args.name)
    known = {one.certno: number for number, one in patients.items()}
    watch = Watch(post_once, known, {one.number: one.cuts for one in SCENARIOS})
    try:
        with serving(watch, stack.api, args.port, args.hold) as address:
            _tell(console, address, patients)
            if args.example:
                _example(stack, hospital, address, patients)
            _wait(console, watch, patients, 0 if args.example else args.minutes)
    except KeyboardInterrupt:
        pass
    rows = list_rows(watch, patients)
    place = args.report or LOCAL / f"preflight-{args.hospital}.json"
    _write(place, args.hospital, rows)
    console.print(_table(rows))
    for one in rows:
        if one.verdict != PASSED:
            console.print(f"{one.number} {one.verdict}:{one.why}", soft_wrap=True)
    passed = sum(one.verdict == PASSED for one in rows)
    console.print(f"通过 {passed} / {len(rows)} 项;报告与证据在 {place}", soft_wrap=True)
    return 0 if passed == len(rows) else 1


def _entered(
    stack: Stack, console: Console, code: str, name: str
) -> tuple[Institution, dict[str, MadeUpPerson]]:
    """The hospital, a catalogue and a patient for each row. Raises LocalError for a hospital of
    another region."""
    from medaid.settlement.service import institution_region  # imported after `connected`

    offices.enter_officers(stack)
    offices.publish_policies()
    for user in OFFICERS:
        stack.user(user, admdvs=REGION, roles=["manager"])
    demo_catalogue.publish(console, stack, REGION, OFFICERS, offices.data)
    hospital = Institution(code, name, "320105", "3")
    try:
        region = institution_region(code)
    except Refused:
        offices.enter_institutions([hospital])
    else:
        if str(region) != hospital.admdvs:
            raise LocalError(f"{code} 属于 {region};请用一个新的机构编号,例如 H32010590001")
    return hospital, _patients(stack, console)


def _patients(stack: Stack, console: Console) -> dict[str, MadeUpPerson]:
    """A patient for each row, new at each call, so that nothing of an earlier one stands."""
    run = int(time.time()) % 1_000_000
    ended = datetime.now(BEIJING).date() - _LAST_ENDED
    patients = {
        one.number: made_up.person(
            _NUMBERS + run * len(SCENARIOS) + place,
            "验收" + one.title[:6],
            until=None if one.insured is not False else ended,
        )
        for place, one in enumerate(SCENARIOS)
        if one.patient
    }
    known = [patients[one.number] for one in SCENARIOS if one.patient and one.insured is not None]
    made_up.enter_people(console, stack, f"preflight-{run}", known, REGION)
    return patients


def _tell(console: Console, address: str, patients: Mapping[str, MadeUpPerson]) -> None:
    console.rule("接入验收")
    console.print(
        f"把程序的接口地址设为 {address}/fsi(或 …/callService、以交易编号结尾的地址),"
        "凭证照常;逐行办理:"
    )
    for one in SCENARIOS:
        patient = patients.get(one.number)
        who = f"病人 {patient.certno}:" if patient else ""
        console.print(f"{one.number} {one.title}:{who}{one.task}", soft_wrap=True)


def _example(
    stack: Stack, hospital: Institution, address: str, patients: Mapping[str, MadeUpPerson]
) -> None:
    client = client_of(stack, hospital)
    client.address, client.pauses = address, (0.05, 0.1)
    today = datetime.now(BEIJING).date()
    first = today - timedelta(days=5)
    program = ExampleProgram(HospitalVisits(client, 4), patients, first, today, REGION)
    program.show_all()
    until = time.monotonic() + 90
    while not _agreed(program) and time.monotonic() < until:
        time.sleep(1)
    program.reconcile()


def _agreed(program: ExampleProgram) -> bool:
    """Whether the platform's stream has brought what was settled."""
    begin = end = program.today
    return all(
        program.visits.totals_agree(
            REGION, kind, begin, end, [bill for of, bill in program.book if of == kind]
        )[0]
        for kind in ("11", "21")
    )


def _wait(
    console: Console, watch: Watch, patients: Mapping[str, MadeUpPerson], minutes: float
) -> None:
    until = time.monotonic() + minutes * 60
    with Live(_table(list_rows(watch, patients)), console=console, auto_refresh=False) as live:
        while time.monotonic() < until:
            rows = list_rows(watch, patients)
            live.update(_table(rows), refresh=True)
            if all(one.verdict == PASSED for one in rows):
                return
            time.sleep(1)


def list_rows(watch: Watch, patients: Mapping[str, MadeUpPerson]) -> list[PreflightRow]:
    """Every row's verdict on what was seen so far, with its evidence."""
    rows = []
    for one in SCENARIOS:
        verdict, why = judged(one, dict(watch.seen))
        seen = watch.seen.get(one.number, ()) if one.patient else ()
        patient = patients[one.number].certno if one.patient else ""
        evidence = tuple(each.shown for each in seen)
        rows.append(PreflightRow(one.number, one.title, one.task, patient, verdict, why, evidence))
    return rows


def _table(rows: list[PreflightRow]) -> Table:
    table = Table("", "项目", "结论", "依据", box=None, pad_edge=False)
    for one in rows:
        style = _STYLES.get(one.verdict, "red")
        table.add_row(one.number, one.title, f"[{style}]{one.verdict}[/{style}]", one.why)
    return table


def _write(place: Path, hospital: str, rows: list[PreflightRow]) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    found: dict[str, Any] = {
        "hospital": hospital,
        "date": f"{datetime.now(BEIJING).date()}",
        "passed": all(one.verdict == PASSED for one in rows),
        "rows": [
            {name: getattr(one, name) for name in PreflightRow.__dataclass_fields__} for one in rows
        ],
    }
    place.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
