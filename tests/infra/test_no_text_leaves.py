"""What a person sent reaches no log: whatever goes wrong in a function, neither what it raises (the
runtime prints that) nor what it logs holds the text of an error."""

from __future__ import annotations

import importlib.util
import logging
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.conftest import Tables

from medaid.aws.faults import Failed
from medaid.clearing.billing_run import JobDone
from medaid.errors import Unavailable
from medaid.local.places import FUNCTIONS

SECRET = "张三 440901199001011234"
HANDLERS = sorted(
    str(path.relative_to(FUNCTIONS))
    for path in FUNCTIONS.rglob("*.py")
    if "def handler(" in path.read_text("utf-8")
)
ANSWERS_ALWAYS = "settle/handler.py"
DEEPER = [
    (
        "payments/handler.py",
        "reports.take_dropped",
        {"Records": [{"s3": {"object": {"key": "k"}}}]},
    ),
    ("clearing/handler.py", "jobs.daily", {"job": "daily"}),
    ("clearing/handler.py", "jobs.monthly", {"job": "monthly"}),
    ("clearing/handler.py", "calendars.current", {"job": "daily"}),
    ("seal/handler.py", "sealing.seal_and_anchor", {"admdvs": "320500", "month": "2023-07"}),
]


class Spoiled(dict[str, Any]):
    """An event that fails wherever it is read, with a text that holds a person."""

    def fail(self, *_: object, **__: object) -> Any:
        raise ValueError(SECRET)

    __getitem__ = __contains__ = __iter__ = get = items = keys = fail


class Everything(logging.Handler):
    """All that is logged, with what a formatter would make of it."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[1] if record.exc_info else None
        self.lines.append(f"{record.__dict__} {error!r}")


@pytest.fixture
def logged() -> Iterator[Callable[[], str]]:
    """What was logged since by any logger there is."""
    kept = Everything()
    made = logging.Logger.manager.loggerDict.values()
    loggers = [logging.root, *(one for one in made if isinstance(one, logging.Logger))]
    for logger in loggers:
        logger.addHandler(kept)
    yield lambda: "\n".join(kept.lines)
    for logger in loggers:
        logger.removeHandler(kept)


def load(name: str) -> Any:
    path = FUNCTIONS / name
    spec = importlib.util.spec_from_file_location(f"no_text_{path.parent.name}_{path.stem}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


LOADED = {name: load(name) for name in HANDLERS}
"""Before `logged`: so that their loggers are there."""


def raised(call: Callable[[], object]) -> str:
    """What leaves a handler: kind and text of a fault of ours, with what the runtime prints."""
    with pytest.raises((Failed, Unavailable)) as told:
        call()
    if isinstance(told.value, Failed):  # else storage's own absence, with what it said
        assert told.value.__cause__ is None
        assert told.value.__suppress_context__ or told.value.__context__ is None
    return repr(told.value)


@pytest.mark.parametrize("name", [name for name in HANDLERS if name != ANSWERS_ALWAYS])
def test_no_handler_raises_or_logs_what_an_event_held(
    name: str, logged: Callable[[], str], tables: Tables
) -> None:
    """Right money, 44."""
    assert SECRET not in raised(lambda: LOADED[name].handler(Spoiled(), None)) + logged()


@pytest.mark.parametrize(("name", "fails", "event"), DEEPER)
def test_nor_what_failed_deeper_within(
    name: str,
    fails: str,
    event: dict[str, Any],
    logged: Callable[[], str],
    monkeypatch: pytest.MonkeyPatch,
    tables: Tables,
) -> None:
    """Right money, 44."""

    def fail(*_: object) -> Any:
        raise ValueError(SECRET)

    module, function = fails.split(".")
    monkeypatch.setattr(getattr(LOADED[name], module), function, fail)
    told = raised(lambda: LOADED[name].handler(event, None))
    assert "ValueError" in told
    assert SECRET not in told + logged()
    assert "incident" in logged(), "where it happened is found"


def test_a_job_that_failed_in_part_leaves_as_a_fault_of_ours(
    monkeypatch: pytest.MonkeyPatch, tables: Tables
) -> None:
    clearing = LOADED["clearing/handler.py"]
    done = JobDone(failed=["sealed 320500 UNAVAILABLE"])
    monkeypatch.setattr(clearing.jobs, "monthly", lambda *_: done)
    assert "sealed 320500 UNAVAILABLE" in raised(lambda: clearing.handler({"job": "monthly"}, None))


def test_the_check_notices_a_handler_that_lets_a_text_out(tmp_path: Path) -> None:
    def unguarded() -> None:
        raise ValueError(SECRET)

    with pytest.raises(ValueError, match="张三"):
        raised(unguarded)
