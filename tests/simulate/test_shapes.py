"""Every shape of rule (design section 4): the columns give what the single-case engine gives,
whichever way they take.

The small packs are those of `tests/policy/shapes`, and every pack that ships; populations are drawn
from what each pack speaks of.
"""

from __future__ import annotations

import random
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.simulate import populations
from tests.simulate.test_columns import differing

from medaid.benefit.plan import PlannedLayer
from medaid.people.model import CATEGORIES
from medaid.policy.loader import parse
from medaid.policy.model import Pack
from medaid.policy.service import Library, library
from medaid.policy.vocabulary import VALUES
from medaid.simulate import layer_shape
from medaid.simulate.pricing import Pricer

PACKS = sorted((Path(__file__).parents[1] / "policy" / "shapes").glob("*.toml"))


def names(pack: Pack, head: str) -> list[str]:
    """What the pack's sources name after `head`, such as components."""
    text = repr(pack)
    found = {part.split("'")[0] for part in text.split(f"'{head}:")[1:]}
    return sorted(
        found
        | ({layer.given for layer in pack.layers if layer.given} if head == "given" else set())
    )


def population(pack: Pack, seed: int, persons: int) -> list[dict[str, Any]]:
    """Persons with up to eight visits in the pack's region, from its first month on, over the turn
    of a year."""
    chance = random.Random(f"{pack.id} {seed}")
    codes = sorted({one.code for one in pack.category_rules})
    given, components = names(pack, "given"), names(pack, "component")
    rows = []
    for person in range(persons):
        for _ in range(chance.randint(1, 8)):
            in_policy, out = (
                populations.amount(chance, 20_000_000),
                populations.amount(chance, 2_000_000),
            )
            total, prior = in_policy + out, chance.randrange(out + 1)
            day = pack.in_force + timedelta(days=chance.randrange(700))
            row: dict[str, Any] = {
                "person": person,
                "day": day,
                "settled": day + timedelta(days=chance.randrange(40)),
                "region": pack.region,
                "categories": ";".join(chance.sample(codes, min(len(codes), chance.randrange(3))))
                or None,
                **{name: chance.choice(sorted(values)) for name, values in VALUES.items()},
                "care": chance.choice(("inpatient", "outpatient", "chronic_outpatient")),
                "insutype": chance.choice(("390", "390", "310")),
                "level": chance.choice(pack.levels or ("1",)),
                "disease": chance.choice((*pack.diseases, "other")),
                "age": chance.randrange(95),
                "years_enrolled": chance.randrange(12),
                "total": total,
                "in_policy": in_policy,
                "own_expense": out - prior,
                "prior_share": prior,
                "given": {
                    name: chance.randrange(total // 3 + 1)
                    for name in given
                    if chance.random() < 0.9
                },
                "components": {
                    name: chance.randrange(total // 4 + 1)
                    for name in components
                    if chance.random() < 0.9
                },
            }
            rows.append(row)
    return rows


@pytest.mark.parametrize("path", PACKS, ids=lambda path: path.stem)
def test_each_shape(path: Path) -> None:
    pack = parse(path.read_bytes(), path.name, frozenset(CATEGORIES))
    packs = Library([pack])
    for stay_numbers in (False, True):
        rows = population(pack, 1, 60)
        for index, row in enumerate(rows):
            row["stay_no"] = index % 5 + 1
        visits = populations.visits(rows, stay_numbers=stay_numbers)
        assert differing(visits, Pricer(packs), packs) == []


@pytest.mark.parametrize("pack", library().packs, ids=lambda pack: pack.id)
def test_each_shipped_pack(pack: Pack) -> None:
    visits = populations.visits(population(pack, 2, 80))
    assert differing(visits, Pricer(library()), library()) == []


def test_some_claims_of_every_shape_are_priced() -> None:
    """The populations reach the clauses: each small pack refuses some and prices some."""
    for path in PACKS:
        pack = parse(path.read_bytes(), path.name, frozenset(CATEGORIES))
        outcome = Pricer(Library([pack])).price(populations.visits(population(pack, 1, 60)))
        assert (outcome.refused == 0).any(), path.stem


def test_what_a_plan_has_anew_goes_through_the_engine() -> None:
    """A field of a planned layer that the columns do not know is not taken for nothing."""
    assert set(layer_shape.COVERED) == set(PlannedLayer._fields), (
        "say in simulate/layer_shape.py what the columns do with the new field"
    )
    planned = PlannedLayer(
        next(layer for pack in library().packs for layer in pack.layers if layer.kind == "share"),
        (),
    )
    assert layer_shape.uncovered(planned._replace(slab=True)) == "slab"
    assert layer_shape.uncovered(planned._replace(per="transfer")) == "deductible per transfer"


def test_only_stays_count_as_stays() -> None:
    """Outpatient care asks for the number of the stays so far, as at the counter; it is none."""
    pack = next(path for path in PACKS if path.stem == "deductible_stay_no")
    packs = Library([parse(pack.read_bytes(), pack.name, frozenset(CATEGORIES))])
    bill = {"total": 100_000, "in_policy": 100_000, "insutype": "390", "age": 40}
    rows = [
        {"person": 1, "day": date(2024, month, 1), "region": "990100", "care": care, **bill}
        for month, care in enumerate(("outpatient", "inpatient", "outpatient", "inpatient"), 1)
    ]
    visits = populations.visits(rows)
    own = [int(fen) for fen in Pricer(packs).price(visits).own]
    # 800 less 100 from the second stay on, then 20 % of the rest: 800+40, 800+40, 800+40, 700+60
    assert own == [84_000, 84_000, 84_000, 76_000]
    assert differing(visits, Pricer(packs), packs) == []
