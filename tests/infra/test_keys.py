"""What was stored is found again: keys are made and read as they always were, whatever is within.
Another form of a key finds nothing of what lies under the first."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any, Final

import pytest
from tests.people.samples import identity

from medaid.access import keys as access
from medaid.access.model import Purpose, Read, Reader
from medaid.clearing import keys as clearing
from medaid.clearing.hospital import keys as hospital
from medaid.followup import keys as followup
from medaid.fund import keys as fund
from medaid.people.lists import RegisterList
from medaid.people.store import keys as people
from medaid.regions import Region
from medaid.reimbursement import keys as reimbursement
from medaid.settlement import keys as settlement

AT: Final = datetime(2026, 3, 10, 4, 30, 5, 678901, tzinfo=UTC)
STORED: Final = "2026-03-10T04:30:05.678901Z"
READ: Final = Read("P1", "440902", AT, Reader("officer-1"), Purpose.CASE, "C1")
CITY, COUNTY, PROVINCE = Region("440900"), Region("440902"), Region("440000")

MADE: Final[list[tuple[Any, Any]]] = [
    (access.read_key(READ), ("P#P1", f"{STORED}#16cc5afd")),
    (access.refusal_key(READ), ("REFUSED#officer-1", "2026-03-10T04#case")),
    (access.count_key("officer-1", AT), ("COUNT#officer-1#2026-03-10T04", "COUNT")),
    (fund.of_entry("440900", "2026-03", AT, "E-1"), ("J#440900#2026-03#0b", f"{STORED}#E-1")),
    (
        fund.at_position("440900", "2026-03", f"{STORED}#a#b"),
        ("J#440900#2026-03#01", f"{STORED}#a#b"),
    ),
    (fund.journal_shards("440900", "2026-03")[-1], "J#440900#2026-03#0f"),
    (len(fund.journal_shards("440900", "2026-03")), 16),
    (fund.parse_entry("J#440900#2026-03#03", f"{STORED}#a#b"), ("440900", STORED, "a#b")),
    (fund.parse_opening("OPENED#390100-1201#320500#x"), ("390100-1201", "320500#x")),
    (reimbursement.shard_of("C1"), "DUE#3"),
    (reimbursement.treated_key("440900", 2026, "390", "P7"), ("Y#440900#2026#2", "390#P7")),
    (reimbursement.last_part("SETTLED#2026-03-10#S1"), "S1"),
    (hospital.parse_listed_statement("H44#1#002"), "H44#1"),
    (hospital.parse_open_statement("2026-03#H44#1#002"), ("2026-03", "H44#1", 2)),
    (hospital.parse_pending("DISPUTE#a#b"), "DISPUTE"),
    (clearing.parse_late("2026-03#H44#1"), ("2026-03", "H44#1")),
    (clearing.parse_adjustment("440902#a#b"), "440902"),
    (followup.path_of_total("relapse#open#dept#44/09#02"), "44/09#02"),
    (people.psn_no_of("P#P#1"), "P#1"),
    (people.history_key(people.person_key("P1"), AT), ("H#P1", f"{STORED}#2PERSON")),
    (people.history_key(people.person_key("P1"), None), ("H#P1", "#2PERSON")),
    (people.settings_key("mz", AT), ("B#mz", f"SETTINGS#{STORED}")),
    (people.settings_key("mz"), ("B#mz", "SETTINGS")),
    (people.register_partitions(CITY), [f"440000#{n}" for n in range(8)]),
    (people.register_place("P1", identity()).partition, "440000#1"),
    (people.list_value(RegisterList.NAME, "欧阳·娜 A"), "欧阳娜a"),
    (people.list_value(RegisterList.VILLAGE, "某 村"), "某村"),
    (settlement.institutions_prefix(CITY), ""),
    (settlement.institutions_prefix(COUNTY), "440902#"),
    (settlement.parse_listed_institution("440902#H44#1"), "H44#1"),
]


@pytest.mark.parametrize(("made", "stored"), MADE, ids=range(len(MADE)))
def test_a_key_is_as_it_always_was(made: Any, stored: Any) -> None:
    assert made == stored


@pytest.mark.parametrize(
    ("region", "begins"), [(CITY, "440900#"), (COUNTY, "440900#440902#"), (PROVINCE, "")]
)
def test_a_region_is_found_within_its_bounds(region: Region, begins: str) -> None:
    """Of the register and of the lists; a county's register is bounded by the day as well."""
    bounds = begins or "0", f"{begins}~"
    assert followup.list_bounds(region) == people.list_bounds(region) == bounds
    day = "2026-03-10" if region == COUNTY else ""
    assert people.register_bounds(region, date(2026, 3, 10)) == (bounds[0], f"{begins}{day}~")
