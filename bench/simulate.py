"""A population through basic, critical and assistance, beside OpenFisca-Core used as it is meant to
be (vectorised), in one run.

Demanded: every amount equal to exact fractions on a sample of 100,000 visits; aimed at: at or under
OpenFisca-Core's time; flat cost per claim from 10,000 to 10,000,000. `python -m bench.simulate`
(1,000,000 persons, once with one visit each, once with one to three in the order of the year);
`python -m bench.simulate --sizes 10000,100000,1000000,10000000` for the cost by size. Exits 1 where
a fen differs.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Sequence
from datetime import date
from fractions import Fraction
from statistics import median
from typing import Any, Final, NamedTuple

import numpy as np
from bench import exact, fisca
from openfisca_core.simulations import SimulationBuilder

from medaid.policy.service import Library, library
from medaid.simulate.model import BILL, TEXT_FACTS, UNKNOWN, Coded, PricedChunk, Visits
from medaid.simulate.pricing import Pricer

PERSONS: Final = 1_000_000
SAMPLE: Final = 100_000
CHUNK: Final = 250_000
RUNS: Final = 3
LEVELS: Final = ("township", "1", "2", "3")
CATEGORIES: Final = (None, "destitute_support", "subsistence_allowance", "low_income")
PLACES: Final = (("city", "none"), ("province", "referred"), ("outside", "none"))
LAYERS: Final = {
    "basic": "basic_inpatient",
    "critical": "critical",
    "assistance": "assistance_inpatient",
}


class Population:
    """Seeded persons with visits in Maoming in 2019, one a month, as columns by visit, ordered by
    person and month."""

    def __init__(self, persons: int, most_visits: int, seed: int = 2019) -> None:
        chance = np.random.default_rng(seed)
        self.persons, self.most = persons, most_visits
        counts = chance.integers(1, most_visits + 1, persons)
        self.person = np.repeat(np.arange(persons), counts)
        self.month = np.arange(len(self.person)) - np.repeat(np.cumsum(counts) - counts, counts) + 1
        size = len(self.person)
        self.in_policy = (chance.random(size) ** 3 * 30_000_000).astype(np.int64)
        self.out = (chance.random(size) ** 3 * 3_000_000).astype(np.int64)
        self.level = chance.integers(0, 4, size)
        self.away = chance.choice(3, size, p=(0.8, 0.12, 0.08))
        self.category = np.repeat(chance.integers(0, 4, persons), counts)

    def visits(self, begin: int, end: int) -> Visits:
        """Visits `begin` to `end` as a chunk."""
        part, size = slice(begin, end), end - begin
        first = date(2019, 1, 15).toordinal()
        days = (first + 30 * (self.month[part] - 1)).astype(np.int32)

        def same(word: str | None) -> Coded:
            return Coded(np.zeros(size, dtype=np.int32), (word,))

        facts = {name: same(None) for name in TEXT_FACTS}
        away = self.away[part].astype(np.int32)
        facts |= {
            "care": same("inpatient"),
            "insutype": same("390"),
            "level": Coded(self.level[part].astype(np.int32), LEVELS),
            "place": Coded(away, tuple(place for place, _ in PLACES)),
            "filing": Coded(away, tuple(filing for _, filing in PLACES)),
        }
        in_policy, out = self.in_policy[part], self.out[part]
        bill = {name: np.zeros(size, dtype=np.int64) for name in BILL} | {
            "total": in_policy + out,
            "in_policy": in_policy,
            "own_expense": out,
        }
        ages = {"age": np.full(size, 40), "years_enrolled": np.full(size, UNKNOWN)}
        return Visits(
            self.person[part],
            days,
            days,
            False,
            same("440900"),
            same(None),
            Coded(self.category[part].astype(np.int32), CATEGORIES),
            facts,
            ages,
            bill,
            {},
            {},
            np.arange(begin + 1, end + 1),
        )

    def chunks(self) -> list[tuple[int, int]]:
        """Bounds of chunks that do not part a person's visits."""
        bounds, begin, size = [], 0, len(self.person)
        while begin < size:
            end = min(size, begin + CHUNK)
            while end < size and self.person[end] == self.person[end - 1]:
                end += 1
            bounds.append((begin, end))
            begin = end
        return bounds


def ours(population: Population, pricer: Pricer) -> list[PricedChunk]:
    """Every layer that the packs have, secondary assistance included."""
    return [pricer.price(population.visits(begin, end)) for begin, end in population.chunks()]


def theirs(population: Population, system: Any, pick: Any) -> dict[str, Any]:
    """The three layers month by month, for all persons at once; by layer an array by visit."""
    fisca.PICK["by"] = pick
    simulation = SimulationBuilder().build_default_simulation(system, count=population.persons)
    for month in range(1, population.most + 1):
        at = population.month == month
        who, period = population.person[at], f"2019-{month:02d}"
        for name, values in (
            ("in_policy", population.in_policy / 100),
            ("total", (population.in_policy + population.out) / 100),
        ):
            column = np.zeros(population.persons, dtype=np.float32)
            column[who] = values[at]
            simulation.set_input(name, period, column)
        for name, words, codes in (
            ("level", fisca.Level, population.level),
            ("away", fisca.Away, population.away),
            ("category", fisca.Category, population.category),
        ):
            places = np.zeros(population.persons, dtype=np.int16)
            places[who] = codes[at]
            simulation.set_input(name, period, words.encode(places))
    found = {layer: np.zeros(len(population.person), dtype=np.float32) for layer in LAYERS}
    for month in range(1, population.most + 1):
        at = population.month == month
        for layer in LAYERS:
            found[layer][at] = simulation.calculate(layer, f"2019-{month:02d}")[
                population.person[at]
            ]
    return found


class Taken(NamedTuple):
    """Median seconds of some runs: of the clock, and of the processor (which a busy machine does
    not lengthen)."""

    clock: float
    processor: float


def timed(act: Callable[[], Any], runs: int = RUNS) -> tuple[Taken, Any]:
    """Median times over `runs`, and the last result."""
    clocks, processors = [], []
    for _ in range(runs):
        clock, processor = time.perf_counter(), time.process_time()
        result = act()
        clocks.append(time.perf_counter() - clock)
        processors.append(time.process_time() - processor)
    return Taken(median(clocks), median(processors)), result


def wrong(population: Population, sample: int, columns: dict[str, Any]) -> tuple[int, int]:
    """Visits of the sample (whole persons from the first) in which a layer differs by a fen from
    exact fractions, and visits looked at."""
    last = int(
        np.searchsorted(
            population.person,
            population.person[min(sample, len(population.person)) - 1],
            side="right",
        )
    )
    differ, year = 0, exact.new_year()
    for i in range(last):
        if i == 0 or population.person[i] != population.person[i - 1]:
            year = exact.new_year()
        place, filing = PLACES[population.away[i]]
        in_policy = Fraction(int(population.in_policy[i]), 100)
        paid = exact.maoming(
            exact.Case(
                date(2019, int(population.month[i]), 15),
                in_policy + Fraction(int(population.out[i]), 100),
                in_policy,
                CATEGORIES[population.category[i]] or "none",
                "inpatient",
                LEVELS[population.level[i]],
                place,
                filing,
            ),
            year,
        )
        differ += any(
            round(float(columns[layer][i]) * 100) != int(getattr(paid, layer) * 100)
            for layer in LAYERS
        )
    return differ, last


def columns_of(outcomes: Sequence[PricedChunk]) -> dict[str, Any]:
    """By layer what was paid, in yuan as exact as a double holds it (whole fen below 2^53)."""
    return {
        layer: np.concatenate([outcome.column(ident) for outcome in outcomes]) / 100
        for layer, ident in LAYERS.items()
    }


def compare(persons: int, most_visits: int, sample: int) -> int:
    population, system, packs = Population(persons, most_visits), fisca.system(), library()
    size = len(population.person)
    ours_taken, outcomes = timed(lambda: ours(population, Pricer(packs)))
    our_wrong, looked = wrong(population, sample, columns_of(outcomes))
    print(
        f"{persons:,} persons, {size:,} visits "
        f"({'one' if most_visits == 1 else f'one to {most_visits}'} a person)"
    )
    print(
        f"  {'':<58}{'clock s':>9}{'processor s':>13}{'µs a visit':>12}"
        f"{'differ by a fen, of ' + format(looked, ','):>30}"
    )
    _line("medaid (all layers, with secondary)", ours_taken, size, our_wrong)
    for name, pick in (
        ("parameters indexed by enum", fisca.by_index),
        ("parameters by numpy.select", fisca.by_select),
    ):
        # mypy cannot infer a lambda with a default
        taken, found = timed(lambda pick=pick: theirs(population, system, pick))  # type: ignore[misc]
        their_wrong, _ = wrong(population, sample, found)
        _line(f"OpenFisca-Core (three layers, {name})", taken, size, their_wrong)
        part = ours_taken.processor / taken.processor
        print(
            f"  {'':<58}medaid takes {ours_taken.clock / taken.clock:.2f} "
            f"of that by the clock, {part:.2f} by the processor (aimed at: at most 1)"
        )
    return our_wrong


def _line(name: str, taken: Taken, size: int, differ: int) -> None:
    print(
        f"  {name:<58}{taken.clock:>9.2f}{taken.processor:>13.2f}"
        f"{taken.processor / size * 1e6:>12.3f}{differ:>30,}"
    )


def by_size(sizes: Sequence[int]) -> None:
    """The cost of a visit by the size of the population, chunks made as they are priced, so that
    memory stays bounded.

    What is learnt once (the kinds of claims and their clauses) is timed by itself, on the first
    thousand visits of another seed.
    """
    packs = library()
    print(f"{'visits':>12}{'learning, once, s':>20}{'processor s':>14}{'µs a visit':>12}")
    for size in sizes:
        runs = [_sized(size, packs) for _ in range(5 if size <= 100_000 else 1)]
        learnt, spent = median(run[0] for run in runs), median(run[1] for run in runs)
        print(f"{size:>12,}{learnt:>20.3f}{spent:>14.3f}{spent / size * 1e6:>12.3f}")


def _sized(size: int, packs: Library) -> tuple[float, float]:
    pricer, seconds, left, seed = Pricer(packs), 0.0, size, 0
    first = Population(1000, 1, 7).visits(0, 1000)
    learnt, _ = timed(lambda: pricer.price(first), runs=1)
    while left > 0:
        part = Population(min(left, CHUNK), 1, seed)
        visits = part.visits(0, len(part.person))
        # mypy cannot infer a lambda with a default
        taken, _ = timed(lambda visits=visits: pricer.price(visits), runs=1)  # type: ignore[misc]
        seconds += taken.processor
        left, seed = left - len(part.person), seed + 1
    return learnt.processor, seconds


def main(argv: Sequence[str] = ()) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.simulate")
    parser.add_argument("--persons", type=int, default=PERSONS)
    parser.add_argument("--sample", type=int, default=SAMPLE)
    parser.add_argument(
        "--sizes",
        default="10000,100000,1000000",
        help="visits, separated by commas, for the cost by size",
    )
    options = parser.parse_args(argv)
    differ = compare(options.persons, 1, options.sample) + compare(
        options.persons, 3, options.sample
    )
    by_size([int(size) for size in options.sizes.split(",") if size])
    return 1 if differ else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
