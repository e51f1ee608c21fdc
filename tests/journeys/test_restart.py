"""The story told in three runs of the local cloud, one ended in order and one killed: each
settlement is in the books and in their roll-ups once, and nothing was given up."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tests.cloud import PARAMETERS, working_in
from tests.infra.small_cloud import until

from medaid.fund import keys, rolled, rollups, service
from medaid.instants import civil_date
from medaid.local import demo, deploy
from medaid.local.ministack import MiniStack, free_port
from medaid.local.stack import Stack

pytestmark = pytest.mark.cloud
REGIONS = ("440900", "440902", "320100", "320105")


def month() -> str:
    return f"{civil_date(datetime.now(UTC)):%Y-%m}"


def entered(region: str) -> int:
    """Debits of the month's entries, in fen."""
    return sum(
        max(line.fen, 0) for entry in service.entries(region, month()) for line in entry.lines
    )


def given_up(stack: Stack) -> dict[str, int]:
    """Queue of dead letters → how many, where there are any."""
    sqs, counts = stack.cloud.client("sqs"), {}
    for url in sqs.list_queues()["QueueUrls"]:
        if "dead-letters" in url:
            number = sqs.get_queue_attributes(
                QueueUrl=url, AttributeNames=["ApproximateNumberOfMessages"]
            )["Attributes"]["ApproximateNumberOfMessages"]
            counts[url.rsplit("/", 1)[1]] = int(number)
    return {name: number for name, number in counts.items() if number}


def test_settlements_of_three_runs_are_in_the_books_once(tmp_path: Path) -> None:
    """Right money, 17."""
    before = dict.fromkeys(REGIONS, 0)
    for end in ("in order", "killed", "compared"):
        cloud = MiniStack.start(tmp_path, free_port())
        try:
            stack = deploy.deployed(cloud.cloud, PARAMETERS)
            with working_in(stack):
                for region in REGIONS:
                    assert entered(region) == before[region], "kept as it was"
                demo.story(stack)
                before = {region: entered(region) for region in REGIONS}
                if end == "compared":
                    _compare(stack)
            if end == "killed":
                ended = datetime.now(UTC)
                given_up(stack)  # something happens, so that it is saved once more
                until(lambda: (cloud.saved_at or ended) > ended, "a save")  # noqa: B023  # at once
                cloud.process.kill()
        finally:
            assert cloud.stop() is (end != "killed")
    assert all(before.values())


def _compare(stack: Stack) -> None:
    for region in REGIONS:
        later = datetime.now(UTC) + timedelta(hours=1)
        rollups.roll_forward(region, month(), later)
        _, sums = rolled.kept(keys.rolls_of(region, month()))
        assert sum(one.debits for one in sums.sums.values()) == entered(region)
        assert rollups.recompute(region, month(), later) == []
    assert given_up(stack) == {}
