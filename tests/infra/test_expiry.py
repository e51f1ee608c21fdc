"""Of every kind of item it is said whether it ever goes, and why. Issue: from a county to a
province, 9."""

from __future__ import annotations

import tomllib
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from functions.outbox import handler as outbox_door
from tests.clearing.test_jobs import record
from tests.conftest import Tables
from tests.settlement.hospital import (
    MAOMING,
    NOW,
    Hospital,
    bill,
    contracted,
    known_person,
    living_allowance,
    passed,
    stay_input,
)

from medaid.aws import expiry
from medaid.aws.outbox import KEPT_YEARS, OutboxItem
from medaid.local import template
from medaid.local.places import TEMPLATE
from medaid.settlement import store
from medaid.settlement.model import MessageAct, MessageRecord
from medaid.settlement.store import SettlementItem

HERE = Path(__file__).parent
SAID: dict[str, list[dict[str, str]]] = tomllib.loads((HERE / "expiry.toml").read_text("utf-8"))
GOES = {(one["table"], one["key"]) for one in SAID["expires"]}
STAYS = {(one["table"], one["key"]) for one in SAID["stays"]}


def kinds() -> set[tuple[str, str]]:
    """Table and key of all that a function ever puts or updates."""
    rows = (HERE / "role_acts.txt").read_text("utf-8").splitlines()
    acts = [row.split() for row in rows if row and not row.startswith("#")]
    return {(a[2], a[3]) for a in acts if a[1] in ("PutItem", "UpdateItem") and a[2] != "-"}


def test_of_every_kind_it_is_said_whether_it_goes() -> None:
    assert sorted(kinds() - GOES - STAYS) == []
    assert all(one["why"] for kind in SAID.values() for one in kind)


@pytest.mark.parametrize("table", ["journal", "receipts", "access", "payments", "clearing", "fund"])
def test_of_tables_of_records_nothing_goes(table: str) -> None:
    assert [kind for kind in GOES if kind[0] == table] == []
    assert table not in expiring_tables()


def expiring_tables() -> set[str]:
    resources = template.read(TEMPLATE)["Resources"]
    found = {
        name.removesuffix("Table").lower()
        for name, one in resources.items()
        if one["Type"] == "AWS::DynamoDB::Table"
        and one["Properties"].get("TimeToLiveSpecification")
        == {"AttributeName": "expires", "Enabled": True}
    }
    assert found, "the template has tables"
    return found


def test_storage_takes_away_where_something_goes_and_nowhere_else() -> None:
    assert expiring_tables() == {table for table, _ in GOES}


# ---- a settlement, told to everybody -------------------------------------------------------------


@pytest.fixture
def done(tables: Tables) -> Tables:
    """A stay admitted, discharged, settled and told."""
    contracted()
    known_person("P1", living_allowance())
    hospital = Hospital()
    given = stay_input("P1", hospital.stay("P1"), bill("50000.00", "45000.00"))
    passed(hospital.call("2304", given, msgid="SETTLE"))
    items = SettlementItem.scan(SettlementItem.state == store.SETTLED)
    assert outbox_door.handler({"Records": [record(one) for one in items]}, None) == {
        "batchItemFailures": []
    }
    return tables


def expiring(tables: Tables, table: str) -> dict[str, int]:
    """Until when, by kind, of what goes in a table."""
    found = {}
    for item in tables.items(table):
        if "expires" in item:
            found[item["pk"]["S"].split("#")[0]] = int(item["expires"]["N"])
    return found


def test_what_only_machines_read_goes(done: Tables) -> None:
    assert expiring(done, "settlement") == {"M": expiry.end_of_year(NOW, 1)}
    assert expiring(done, "reimbursement") == {
        "D": expiry.end_of_year(NOW, 3),
        "P": expiry.end_of_year(NOW, 3),
        "Y": expiry.end_of_year(NOW, 2),
    }


def test_records_entries_and_acts_never_go(done: Tables) -> None:
    for table in ("people", "journal", "clearing", "receipts", "payments", "fund"):
        assert expiring(done, table) == {}
    settled = next(iter(SettlementItem.scan(SettlementItem.state == store.SETTLED)))
    assert settled.expires is None
    batches = [one for one in SettlementItem.scan() if one.pk.startswith("V#")]
    assert [one.expires for one in batches] == [None]


def test_a_settlement_that_was_reversed_stays(tables: Tables) -> None:
    contracted()
    known_person("P1", living_allowance())
    hospital = Hospital()
    mdtrt_id = hospital.stay("P1")
    given = stay_input("P1", mdtrt_id, bill("50000.00", "45000.00"))
    setl_id = passed(hospital.call("2304", given))["setlinfo"]["setl_id"]
    passed(hospital.call("2305", {"mdtrt_id": mdtrt_id, "setl_id": setl_id, "psn_no": "P1"}))
    (item,) = SettlementItem.scan(SettlementItem.state == store.REVERSED)
    assert item.expires is None


def test_what_2601_blocked_is_blocked_for_good(tables: Tables) -> None:
    contracted()
    known_person("P1")
    back = {"psn_no": "P1", "omsgid": "SETTLE", "oinfno": "2304"}
    passed(Hospital().call("2601", back, msgid="BACK"), output=False)
    kept = {one.record(MessageRecord).act: one.expires for one in messages()}
    assert kept[MessageAct.BLOCKED] is None
    assert kept[MessageAct.BLOCKING] == expiry.end_of_year(NOW, 1)


def messages() -> list[Any]:
    return [one for one in SettlementItem.scan() if one.pk.startswith("M#") and not one.state]


def test_a_year_ends_in_beijing() -> None:
    beijing = timezone(timedelta(hours=8))
    end = datetime(2023, 1, 1, tzinfo=beijing).timestamp()
    last = datetime(2021, 12, 31, 15, 59, 59, tzinfo=UTC)
    assert expiry.end_of_year(last, 1) == expiry.end_of_year(date(2021, 1, 1), 1) == end
    assert expiry.end_of_year(last + timedelta(seconds=1), 1) > end


# ---- the outbox ----------------------------------------------------------------------------------


def test_a_message_goes_when_all_have_heard_it_and_not_before(tables: Tables) -> None:
    from medaid.aws import outbox
    from medaid.aws.transaction import commit
    from medaid.events import CaseClosed

    commit([outbox.publish(CaseClosed("C1", "P1", MAOMING.admdvs), "P1-2024", NOW)])
    (item,) = OutboxItem.scan()
    assert "expires" not in tables.items("outbox")[0]
    assert item.waiting == "2021-07-05"
    assert outbox_door.handler({"Records": [record(item)]}, None) == {"batchItemFailures": []}
    (heard,) = tables.items("outbox")
    assert "waiting" not in heard
    assert int(heard["expires"]["N"]) > expiry.end_of_year(NOW, KEPT_YEARS), "since then"
