"""The departments' door: S3 events in, answers in the bucket, nothing personal in the log."""

from __future__ import annotations

import json
import traceback
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from functions.roster.handler import MARGIN_MS, handler
from tests.people.conftest import Department, csv_bytes, roster_row
from tests.people.samples import certno

from medaid.aws.faults import Failed
from medaid.dropped.table import REASON
from medaid.people import intake
from medaid.people.recording import Recording

EVENTS = Path("functions/roster/events")


def context(milliseconds: int = 900_000) -> Any:
    return SimpleNamespace(
        get_remaining_time_in_millis=lambda: milliseconds,
        function_name="roster",
        aws_request_id="1",
    )


def event(name: str) -> dict[str, Any]:
    facts: dict[str, Any] = json.loads((EVENTS / name).read_text())
    return facts


def test_a_manifest_with_an_encoded_key(
    department: Department, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    """Keys come URL-encoded, blanks as plus signs; the log holds no person, number or file name."""
    department.lay(csv_bytes([roster_row(1), roster_row(2, 性别="女")]), name="2026-03 低保")
    handler(event("manifest_dropped.json"), context())
    assert department.summary("2026-03 低保")["counts"]["confirmed"] == 1
    log = capsys.readouterr().out + "".join(repr(vars(record)) for record in caplog.records)
    assert "'confirmed': 1" in log
    assert not any(
        secret in log for secret in ("张三", certno(1), certno(2), "13800000000", "低保")
    )


def test_another_place_is_left_alone(department: Department, tables: Any) -> None:
    handler(event("not_a_manifest.json"), context())
    assert tables.items("people") == []
    assert department.summary("deeper/2026-03")["state"] == "refused"
    assert "不得再分目录" in department.summary("deeper/2026-03")["sentence"]


def test_a_refused_file_is_answered_not_failed(department: Department) -> None:
    """Trying again would change nothing: the sender is told, the function succeeds."""
    department.lay(csv_bytes([roster_row(1)]), name="2026-03 低保", sha256="0" * 64)
    handler(event("manifest_dropped.json"), context())
    assert department.summary("2026-03 低保")["state"] == "refused"
    assert "摘要" in department.returned("2026-03 低保")[0][REASON]


def test_time_is_up(department: Department) -> None:
    """The event is delivered again, and the second attempt completes the drop."""
    department.lay(csv_bytes([roster_row(1)]), name="2026-03 低保")
    with pytest.raises(intake.Unfinished):
        handler(event("manifest_dropped.json"), context(MARGIN_MS))
    handler(event("manifest_dropped.json"), context())
    assert department.summary("2026-03 低保")["counts"]["confirmed"] == 1


def test_the_text_of_a_fault_reaches_no_log(
    department: Department,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    """What leaves the function is printed by the runtime: it names the kind of the fault alone."""
    department.lay(csv_bytes([roster_row(1)]), name="2026-03 低保")

    def fails(*_: Any) -> Any:
        raise RuntimeError(f"张三 {certno(1)}")

    monkeypatch.setattr(Recording, "record", fails)
    with pytest.raises(Failed) as failed:
        handler(event("manifest_dropped.json"), context())
    log = capsys.readouterr().out + "".join(repr(vars(record)) for record in caplog.records)
    told = log + "".join(traceback.format_exception(failed.value))
    assert "RuntimeError" in told
    assert not any(secret in told for secret in ("张三", certno(1), "低保"))
