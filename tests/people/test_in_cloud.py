"""Drops in the local cloud, where the function runs with its own role; and two drops that race for
the same people."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from tests.people import recorded
from tests.people.conftest import Department, csv_bytes, roster_row
from tests.people.samples import NOW, certno

from medaid.aws import dropped, exchange
from medaid.aws.clock import now
from medaid.aws.settings import settings
from medaid.local.stack import Stack
from medaid.people import intake, service, store

pytestmark = pytest.mark.cloud


@pytest.fixture
def office(in_cloud: Stack, monkeypatch: pytest.MonkeyPatch) -> Department:
    own = replace(settings(), bucket=in_cloud.bucket)
    for module in (dropped, exchange):
        monkeypatch.setattr(module, "settings", lambda: own)
    exchange.client.cache_clear()
    # a county of its own: periods of one series never run backwards, and others drop for the city
    # in this cloud
    return Department(in_cloud.cloud.client("s3"), admdvs="440902", bucket=in_cloud.bucket)


def wait_for(read: Callable[[], Any], seconds: float = 60) -> Any:
    until = time.monotonic() + seconds
    while True:
        try:
            return read()
        except Exception:
            if time.monotonic() > until:
                raise
            time.sleep(0.2)


def test_a_file_laid_into_the_bucket_is_answered(office: Department) -> None:
    """J8, J9: nothing but two files laid down; the function takes them in under its own role and
    answers."""
    rows = [roster_row(n, 证件号码=certno(n, birth="19700101")) for n in range(300)] + [
        roster_row(1, 证件号码="3.2E+17")
    ]
    office.lay(csv_bytes(rows), name="cloud 一", rows=301)
    summary = wait_for(lambda: office.summary("cloud 一"))
    assert summary["counts"] == {
        "confirmed": 300,
        "changed": 0,
        "ended": 0,
        "unchanged": 0,
        "refused": 1,
    }
    psn_no = service.person_by_certificate("01", certno(7, birth="19700101"))
    assert service.load(psn_no, 2026).identities[0].category == "subsistence_allowance"
    assert sum(1 for _ in recorded.register_on("440902", date(2026, 3, 1), now())) >= 300


def test_four_drops_race_for_the_same_people(office: Department) -> None:
    """One certificate has one holder, and nobody's version is lost, whoever comes first (J6). The
    deployed function races along."""
    numbers = [certno(n, birth="19600101") for n in range(40)]
    categories = ["低保", "特困", "临时救助", "支出型困难家庭"]
    keys = [
        office.lay(
            csv_bytes(
                [
                    roster_row(n, 证件号码=number, 救助类型=category)
                    for n, number in enumerate(numbers)
                ]
            ),
            name=f"race{i}",
            rows=40,
        )
        for i, category in enumerate(categories)
    ]
    with ThreadPoolExecutor(8) as pool:
        reports = list(pool.map(lambda key: intake.take_in(key, NOW), keys * 2))
    assert all(
        report.state in ("taken_in", "repeated") and report.counts["refused"] == 0
        for report in reports
    )
    for number in numbers:
        file = service.load(service.person_by_certificate("01", number), 2026)
        assert len(file.identities) == 4
        assert len(store.identity_versions(file.person.psn_no)) == 4
    assert json.dumps([report.counts for report in reports]).count('"confirmed": 40') == 8
