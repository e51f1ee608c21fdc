"""Keys of the table `reimbursement`.

Each line: who asks what: key; how; function.

- a case: pk `C#<case_id>`, sk `CASE`; GetItem; `store.case`.
- a case with its timeline: pk `C#<case_id>`; one Query; `store.history`.
- . act number n (once, never changed): sk `ACT#<n>`; with the timeline.
- . a step of escalation (once): sk `STEP#<name>`; conditional put; `store.steps_claimed`.
- cases and settlements of the same person, admission, discharge, total:
  pk `D#<psn_no>#<begin>#<end>#<fen>`, sk `<case_id>` or `<setl_id>`; Query; `store.alike`.
- cases of a person: pk `P#<psn_no>`, sk `CASE#<created>#<case_id>`; Query; `store.of_person`.
- settlements of a person that were taken note of: pk `P#<psn_no>`, sk `SETTLED#<end>#<setl_id>`;
  Query from an end on; `store.settlements_of`.
- the cases that add to a settlement or case, one after another: pk `S#<setl_id or case_id>`,
  sk `CASE#<n>`; Query, conditional put; `store.supplements_of`.
- who was treated in a year, by region of enrolment: pk `Y#<admdvs>#<year>#<shard>`,
  sk `<insutype>#<psn_no>`; Query, paged; `store.treated_in`.
- the regions of which somebody was treated in a year: pk `Y#REGIONS`, sk `<year>#<admdvs>`; Query,
  put once a process; `store.regions_treated`.
- how many cases of a region were done with in a year, and how many in time: pk
  `H#<admdvs>#<year>`, sk `<shard>`; Query of eight counts; `store.handled_in`.
- cases of a region's year end: pk `Y#<admdvs>#<year>`, sk `<case_id>`; Query, paged;
  `store.year_end_cases`.
- on which calendar all clocks are projected: pk `K#CALENDAR`, sk `CURRENT`; GetItem;
  `store.calendar`.
- clocks whose next step is reached: index `due`: `<shard>`, `<instant>`; one Query a shard;
  `store.due`.
- . where a point finds the case that it has or handed on: sk `POINT#<point>`; put with the case.
- a region's cases in one state, earliest due first: index `queue`: `<admdvs>#<state>`,
  `<due>#<case_id>`; Query, paged; `store.page_of_queue`.
- a point's cases in one state: index `queue`: `<admdvs>@<point>#<state>`; those it handed on:
  `<admdvs>>` for `<admdvs>@`; Query, paged; `store.page_of_queue`.

Both indexes are sparse: a clock that is paused, stopped or without a further step is not in `due`.
"""

from __future__ import annotations

import hashlib
from datetime import date, datetime
from typing import Final

from medaid.aws.items import Key
from medaid.instants import stored
from medaid.money import Fen
from medaid.reimbursement.model import Case

SHARDS: Final = 8
"""Partitions of the due index and of who was treated in a year, so that a million do not share
one."""
CALENDAR: Final = Key("K#CALENDAR", "CURRENT")
ACT: Final = "ACT#"
STEP: Final = "STEP#"
POINT: Final = "POINT#"
CASE_OF_PERSON: Final = "CASE#"
SETTLED: Final = "SETTLED#"
SUPPLEMENT: Final = "CASE#"


def case_key(case_id: str) -> Key:
    return Key(f"C#{case_id}", "CASE")


def case_of(pk: str) -> str:
    """The case id of a case's partition."""
    return pk.removeprefix("C#")


def act_key(case_id: str, number: int) -> Key:
    return Key(case_key(case_id).pk, f"{ACT}{number:06d}")


def step_key(case_id: str, name: str) -> Key:
    return Key(case_key(case_id).pk, f"{STEP}{name}")


def alike_partition(psn_no: str, begin: date, end: date, total: Fen) -> str:
    return f"D#{psn_no}#{begin}#{end}#{int(total)}"


def alike_partition_of(case: Case) -> str:
    return alike_partition(case.psn_no, case.care.begin, case.care.end, case.fees.medfee_sumamt)


def person_partition(psn_no: str) -> str:
    return f"P#{psn_no}"


def case_of_person_key(psn_no: str, created: datetime, case_id: str) -> Key:
    return Key(person_partition(psn_no), f"{CASE_OF_PERSON}{stored(created)}#{case_id}")


def settled_key(psn_no: str, end: date, setl_id: str) -> Key:
    return Key(person_partition(psn_no), f"{SETTLED}{end}#{setl_id}")


def settled_from(since: date) -> tuple[str, str]:
    """Between which sort keys the settlements lie whose care ended on a day or later."""
    return f"{SETTLED}{since}", f"{SETTLED}\uffff"


def last_part(sk: str) -> str:
    """The id with which a pointer's sort key ends."""
    return sk.rpartition("#")[2]


def supplement_key(setl_id: str, number: int) -> Key:
    return Key(supplements_partition(setl_id), f"{SUPPLEMENT}{number:04d}")


def supplements_partition(setl_id: str) -> str:
    return f"S#{setl_id}"


def year_partition(admdvs: str, year: int) -> str:
    return f"Y#{admdvs}#{year}"


TREATED_REGIONS: Final = "Y#REGIONS"


def treated_region_key(admdvs: str, year: int) -> Key:
    return Key(TREATED_REGIONS, f"{year}#{admdvs}")


def handled_partition(admdvs: str, year: int) -> str:
    return f"H#{admdvs}#{year}"


def handled_key(admdvs: str, year: int, case_id: str) -> Key:
    """One count of eight, by the case: officers who finish cases at once do not meet in one."""
    return Key(handled_partition(admdvs, year), str(_shard(case_id)))


def treated_partition(admdvs: str, year: int, shard: int) -> str:
    return f"{year_partition(admdvs, year)}#{shard}"


def treated_key(admdvs: str, year: int, insutype: str, psn_no: str) -> Key:
    """One partition of eight, by the person: a city's settlements do not meet in one."""
    shard = _shard(psn_no)
    return Key(treated_partition(admdvs, year, shard), f"{insutype}#{psn_no}")


def queue_partition(admdvs: str, state: str) -> str:
    """Where a region's cases in a state stand."""
    return f"{admdvs}#{state}"


def point_queue(admdvs: str, point: str, state: str) -> str:
    """Where the cases stand that a point has."""
    return f"{admdvs}@{point}#{state}"


def handed_on_queue(admdvs: str, point: str, state: str) -> str:
    """Where the cases stand that a point had and handed on (J18)."""
    return f"{admdvs}>{point}#{state}"


def point_key(case_id: str, point: str) -> Key:
    return Key(case_key(case_id).pk, f"{POINT}{point}")


def shard_key(number: int) -> str:
    return f"DUE#{number}"


def shard_of(case_id: str) -> str:
    """The partition of the due index in which a case lies, for ever."""
    return shard_key(_shard(case_id))


def _shard(name: str) -> int:
    return hashlib.sha256(name.encode()).digest()[0] % SHARDS
