"""Random populations for the simulation tests: persons with sequences of visits in the two cities,
good and bad rows mixed."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any, Final

import numpy as np

from medaid.simulate.model import BILL, NUMBER_FACTS, TEXT_FACTS, UNKNOWN, Coded, Ints, Visits

CATEGORIES: Final = (
    None,
    "destitute_support",
    "subsistence_allowance",
    "low_income",
    "illness_poor",
    "orphan",
    "severely_disabled",
    "subsistence_allowance;low_income",
    "illness_poor;destitute_support",
    "orphan;subsistence_allowance",
    "severely_disabled;low_income",
)


def coded(words: Sequence[str | None]) -> Coded:
    """Words as a coded column."""
    distinct = tuple(dict.fromkeys(words))
    index = {word: code for code, word in enumerate(distinct)}
    return Coded(np.array([index[word] for word in words], dtype=np.int32), distinct)


def visits(rows: Sequence[Mapping[str, Any]], *, stay_numbers: bool = False) -> Visits:
    """Rows as a chunk. A row has person, day, region and the bill; what it lacks is unknown (given
    amounts) or zero (parts of the bill)."""
    days = np.array([row["day"].toordinal() for row in rows], dtype=np.int32)
    numbers = [name for name in NUMBER_FACTS if stay_numbers or name != "stay_no"]
    return Visits(
        person=np.array([row["person"] for row in rows], dtype=np.int64),
        day=days,
        settled=np.array(
            [row.get("settled", row["day"]).toordinal() for row in rows], dtype=np.int32
        ),
        has_settled=any("settled" in row for row in rows),
        region=coded([row["region"] for row in rows]),
        assisting=coded([row.get("assisting") for row in rows]),
        categories=coded([row.get("categories") for row in rows]),
        facts={name: coded([row.get(name) for row in rows]) for name in TEXT_FACTS},
        numbers={
            name: np.array([row.get(name, UNKNOWN) for row in rows], dtype=np.int64)
            for name in numbers
        },
        bill={name: np.array([row.get(name, 0) for row in rows], dtype=np.int64) for name in BILL},
        given=_known(rows, "given"),
        components=_known(rows, "components"),
        row=np.arange(1, len(rows) + 1, dtype=np.int64),
    )


def _known(rows: Sequence[Mapping[str, Any]], key: str) -> dict[str, Ints]:
    names = sorted({name for row in rows for name in row.get(key, {})})
    return {
        name: np.array([row.get(key, {}).get(name, UNKNOWN) for row in rows], dtype=np.int64)
        for name in names
    }


def amount(chance: random.Random, most: int = 60_000_000) -> int:
    """Fen, small and large alike, often on round sums where thresholds lie."""
    if chance.random() < 0.2:
        return chance.choice(
            (
                0,
                1,
                20_000,
                50_000,
                70_000,
                100_000,
                300_000,
                950_000,
                1_000_000,
                9_320_000,
                19_820_000,
                19_820_010,
            )
        )
    return int(chance.random() ** 4 * most)


def row(chance: random.Random, person: int, *, good: bool = False) -> dict[str, Any]:
    """One visit; bad in one row of twenty unless `good`."""
    nanjing = chance.random() < 0.4
    in_policy, out = amount(chance), amount(chance, 5_000_000)
    first, last = (
        (date(2024, 2, 20), date(2025, 6, 1))
        if nanjing
        else (date(2018, 12, 10), date(2022, 1, 10))
    )
    found: dict[str, Any] = {
        "person": person,
        "day": first + timedelta(days=chance.randrange((last - first).days)),
        "region": "320100" if nanjing else "440900",
        "categories": chance.choice(CATEGORIES),
        "care": chance.choice(("inpatient", "inpatient", "outpatient", "chronic_outpatient")),
        "insutype": "390",
        "level": chance.choice(
            ("community", "1", "2", "3") if nanjing else ("township", "1", "2", "3")
        ),
        "place": chance.choice(("county", "city", "city", "province", "outside")),
        "filing": chance.choice(
            ("none", "none", "referred", "long_term", "temporary", "hardship", "emergency")
        ),
        "person_group": chance.choice(("adult", "adult", "elderly", "minor", "student")),
        "age": chance.choice((5, 17, 18, 40, 79, 80, 90)),
        "years_enrolled": chance.choice((1, 2, 5, 8, 20)),
        "total": in_policy + out,
        "in_policy": in_policy,
        "own_expense": out,
        "given": {},
    }
    if chance.random() < 0.1:
        found["assisting"] = chance.choice(("320100", "440900", "999999", "500112"))
    if chance.random() < 0.2:
        found["given"]["payments_by_others"] = amount(chance, 3_000_000)
    if found["care"] == "chronic_outpatient" and chance.random() < 0.8:
        found["given"]["hifp_pay"] = in_policy // 2
    return found if good or chance.random() < 0.95 else _spoilt(chance, found)


def _spoilt(chance: random.Random, found: dict[str, Any]) -> dict[str, Any]:
    match chance.randrange(8):
        case 0:
            found["total"] += 1
        case 1:
            found["in_policy"], found["total"] = -1, found["total"] - found["in_policy"] - 1
        case 2:
            found["given"]["payments_by_others"] = -1
        case 3:
            found["level"] = None
        case 4:
            found["region"] = "999999"
        case 5:
            found["age"] = UNKNOWN
        case 6:
            found["insutype"] = "310"
        case _:
            found["person_group"] = "retired"
    return found


def population(
    seed: int, persons: int, most_visits: int = 6, *, good: bool = False
) -> list[dict[str, Any]]:
    """Seeded persons with one to `most_visits` visits each, in file order of the person."""
    chance = random.Random(seed)
    return [
        row(chance, person, good=good)
        for person in range(persons)
        for _ in range(chance.randint(1, most_visits))
    ]
