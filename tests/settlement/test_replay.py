"""A settlement can be worked out again from what was stored and the pack versions it names, also
after the packs changed."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.conftest import Tables
from tests.settlement.hospital import (
    Hospital,
    bill,
    contracted,
    known_person,
    living_allowance,
    passed,
    stay_input,
)

from medaid.aws import codec
from medaid.policy.service import PACKS, Library, read_packs
from medaid.settlement import archive, service, store
from medaid.settlement.explaining import explanation
from medaid.settlement.model import Settlement


@pytest.fixture
def settlement(tables: Tables) -> Settlement:
    contracted()
    known_person("P1", living_allowance())
    hospital = Hospital()
    answer = passed(
        hospital.call("2304", stay_input("P1", hospital.stay("P1"), bill("50000.00", "45000.00")))
    )
    found = store.find_settlement(answer["setlinfo"]["setl_id"])
    assert found is not None
    return found


@pytest.fixture
def corrected(tmp_path: Path) -> Library:
    """The packs after a correction of the Maoming plan: 80 % became 75 %."""
    folder = tmp_path / "packs"
    shutil.copytree(PACKS, folder)
    plan = folder / "440900-assistance-2018.toml"
    plan.write_text(
        plan.read_text("utf-8").replace("ratio = 0.80", "ratio = 0.75"), encoding="utf-8"
    )
    return Library(read_packs(folder), archive.find_pack)


def test_what_is_stored_comes_back_whole(settlement: Settlement) -> None:
    data = codec.encode(settlement)
    assert codec.decode(Settlement, data) == settlement
    assert codec.encode(codec.decode(Settlement, data)) == data


def test_a_corrected_pack_changes_no_settlement(settlement: Settlement, corrected: Library) -> None:
    service.publish_packs()
    assert explanation(settlement, corrected)["replay"] == "identical"


def test_a_version_that_was_never_published_is_said_not_guessed(
    settlement: Settlement, corrected: Library
) -> None:
    assert explanation(settlement, corrected)["replay"] == "unavailable"


def test_publishing_twice_keeps_one_of_each(tables: Tables) -> None:
    first = service.publish_packs()
    assert len(first) == len(list(PACKS.glob("*.toml")))
    assert service.publish_packs() == []


BENT: list[tuple[str, Any]] = [
    ("own", lambda d: replace(d, person_pays=d.person_pays + d.person_pays)),
    ("category", lambda d: replace(d, category="destitute_support")),
]


@pytest.mark.parametrize("bend", [b for _, b in BENT], ids=[n for n, _ in BENT])
def test_a_record_that_was_bent_is_noticed(settlement: Settlement, bend: Any) -> None:
    assert (
        explanation(replace(settlement, decision=bend(settlement.decision)))["replay"] == "differs"
    )
