"""The deployed functions under their own roles: settlements flow through the outbox into clearing,
entries into roll-ups, a month into statements."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from tests.clearing.builders import (
    event_of,
    item,
    made,
    open_items,
    settled,
)

from medaid.aws import clock, outbox
from medaid.aws.transaction import commit
from medaid.clearing import projector, runs, store
from medaid.fund import keys, rolled, service
from medaid.fund.model import journal
from medaid.local.stack import Stack

pytestmark = pytest.mark.cloud
REGION, HOSPITAL = "329600", "H32960000001"


def until(found: Callable[[], bool], seconds: float = 60.0) -> None:
    """Waits until streams and functions have done their part."""
    end = time.monotonic() + seconds
    while not found():
        assert time.monotonic() < end, "nothing came"
        time.sleep(0.5)


def verify_seals(stack: Stack) -> subprocess.CompletedProcess[str]:
    """The auditor's command, in a process of its own."""
    command = [sys.executable, "-m", "medaid.local", "verify-seals", "--region", REGION]
    surroundings = os.environ | {"MEDAID_ENDPOINT": stack.cloud.endpoint}
    return subprocess.run(command, env=surroundings, capture_output=True, text=True, check=False)


def test_from_the_outbox_to_statement_and_roll_up(in_cloud: Stack) -> None:
    now = clock.now()
    last = datetime(now.year - (now.month == 1), (now.month - 2) % 12 + 1, 5, 2, tzinfo=UTC)
    one = item(1, last, institution=HOSPITAL, home=REGION, treatment=REGION)
    commit(
        [
            *service.writes(*journal.settlement_entries(settled(one)[0], last)),
            outbox.publish(event_of(one), one.setl_id, last),
        ]
    )
    month = f"{last:%Y-%m}"
    until(lambda: len(list(store.list_items(REGION, HOSPITAL, month))) == 1)
    until(lambda: len(rolled.kept(keys.rolls_of(REGION, month))[1].sums) == 4)
    earlier = item(2, last, institution=HOSPITAL, home=REGION, treatment=REGION)
    projector.project(event_of(earlier), now - timedelta(hours=1))
    answer = in_cloud.cloud.client("lambda").invoke(
        FunctionName="medaid-clearing", Payload=json.dumps({"job": "monthly"}).encode()
    )
    assert "FunctionError" not in answer, answer["Payload"].read()
    until(lambda: len(made(REGION, HOSPITAL, month)) == 1)
    answer = in_cloud.cloud.client("lambda").invoke(
        FunctionName="medaid-clearing", Payload=json.dumps({"job": "daily"}).encode()
    )
    told = json.loads(answer["Payload"].read())
    assert "FunctionError" not in answer, told
    assert told["asked"] > 0
    until(lambda: "tampered" in runs.list_steps(REGION))
    done = runs.list_steps(REGION)
    assert (done["tampered"].count, done["sealed"].count) == (0, 2)
    verified = verify_seals(in_cloud)
    assert verified.returncode == 0, verified.stdout + verified.stderr
    assert "不符 0 项" in verified.stdout
    (only,) = made(REGION, HOSPITAL, month)
    assert (only.lines, only.state) == (1, "draft")
    (waits,) = open_items(
        REGION, month
    )  # it came a moment ago: the cut lies a quarter of an hour back
    assert waits["setl_id"] == one.setl_id
