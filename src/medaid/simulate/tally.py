"""What a population costs and bears under two sets of packs, added up chunk by chunk. Sums are
exact whole fen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from medaid.simulate.model import Coded, Ints, LayerName, PricedChunk, Visits
from medaid.simulate.order import year_of
from medaid.simulate.spread import Spread

THRESHOLDS: Final = (500_000, 1_000_000, 2_000_000, 5_000_000, 10_000_000)
"""Fen a person bears in a year; the report counts who is above."""
STEPS: Final = (1, 10_000, 100_000, 1_000_000)
"""Fen by which a person's burden may change: bounds of the bands of the distribution, the lower
inclusive."""
GROUPS: Final[tuple[tuple[str, Callable[[Visits], Coded]], ...]] = (
    ("category", lambda visits: visits.categories),
    ("level", lambda visits: visits.facts["level"]),
    ("care", lambda visits: visits.facts["care"]),
)


class Pair(NamedTuple):
    """A sum or a count under each of the two sets of packs."""

    a: int = 0
    b: int = 0

    def plus(self, a: int, b: int) -> Pair:
        return Pair(self.a + a, self.b + b)


@dataclass(slots=True)
class ComparedGroup:
    """One category, level or kind of care: visits priced under both, their bills, what each fund
    paid, what persons bear. Fen."""

    visits: int = 0
    total: int = 0
    own: Pair = field(default_factory=Pair)
    by_fund: dict[str, Pair] = field(default_factory=dict)

    @property
    def paid(self) -> Pair:
        return Pair(
            sum(pair.a for pair in self.by_fund.values()),
            sum(pair.b for pair in self.by_fund.values()),
        )


@dataclass(slots=True)
class ComparisonTally:
    """The sums of all chunks so far."""

    thresholds: tuple[int, ...] = THRESHOLDS
    visits: int = 0
    compared: int = 0
    persons: int = 0
    better: int = 0
    worse: int = 0
    same: int = 0
    not_comparable: int = 0
    """Persons of whom some visit is refused under one set or both."""
    changes: dict[int, int] = field(default_factory=dict)
    """Persons by band of change: 1 to 4 bear less, by at least that entry of `STEPS`; -1 to -4 bear
    more; 0 the same."""
    gained: int = 0
    lost: int = 0
    groups: dict[str, dict[str, ComparedGroup]] = field(
        default_factory=lambda: {name: {} for name, _ in GROUPS}
    )
    layers: dict[str, Pair] = field(default_factory=dict)
    names: dict[str, LayerName] = field(default_factory=dict)
    refused: dict[str, Pair] = field(default_factory=dict)
    causes: dict[tuple[str, str], Pair] = field(default_factory=dict)
    """Refused visits by code and what it is about."""
    first_day: int = 0
    last_day: int = 0
    """First and last day on which care ended, as ordinals; 0 before anything was added."""
    regions: dict[str, dict[int, int]] = field(default_factory=dict)
    """By insured region and year of care the last day met, as ordinal."""
    spread: tuple[Spread, Spread] = field(default_factory=lambda: (Spread(), Spread()))
    """Burdens of the years of persons who can be compared, under each set."""
    above: dict[int, Pair] = field(default_factory=dict)
    """Persons' years above each threshold."""
    above_sum: dict[int, Pair] = field(default_factory=dict)
    """What of their burden lies above it, fen."""
    person_years: Pair = field(default_factory=Pair)
    fallback: Pair = field(default_factory=Pair)
    why_fallback: tuple[Counter[str], Counter[str]] = field(
        default_factory=lambda: (Counter(), Counter())
    )

    def add(self, visits: Visits, a: PricedChunk, b: PricedChunk) -> None:
        """Adds a chunk priced under both."""
        both = (a.refused == 0) & (b.refused == 0)
        self.visits += len(visits)
        self.compared += int(both.sum())
        self._population(visits)
        self._persons(visits, a, b, both)
        for outcome in (a, b):
            self.names = outcome.layers | self.names
        self._groups(visits, a, b, both)
        for side, outcome in enumerate((a, b)):
            self._refused(outcome, side)
            self._burden(visits, outcome, side)
            self.why_fallback[side].update(outcome.why_fallback)
        self.fallback = self.fallback.plus(a.fallback, b.fallback)

    def _population(self, visits: Visits) -> None:
        """Whose claims these are: regions and days."""
        if not len(visits):
            return
        low, high = int(visits.day.min()), int(visits.day.max())
        self.first_day = min(self.first_day or low, low)
        self.last_day = max(self.last_day, high)
        years = year_of(visits.day)
        cells = visits.region.codes.astype(np.int64) * 10_000 + years
        for cell in np.unique(cells):
            code, year = divmod(int(cell), 10_000)
            last = int(visits.day[cells == cell].max())
            of_region = self.regions.setdefault(visits.region.words[code] or "", {})
            of_region[year] = max(of_region.get(year, 0), last)

    def _groups(
        self, visits: Visits, a: PricedChunk, b: PricedChunk, both: npt.NDArray[np.bool_]
    ) -> None:
        """Sums by all group columns together, once; each group then adds up its own share of the
        cells."""
        columns = [column(visits) for _, column in GROUPS]
        shape = tuple(len(column.words) for column in columns)
        cell = np.ravel_multi_index(tuple(column.codes[both] for column in columns), shape)
        size = int(np.prod(shape))
        counts, total = (
            np.bincount(cell, minlength=size),
            sums(cell, visits.bill["total"][both], size),
        )
        own = [sums(cell, outcome.own[both], size) for outcome in (a, b)]
        paid: dict[str, list[Ints]] = {}
        for side, outcome in enumerate((a, b)):
            for layer, amounts in outcome.paid.items():
                cells = sums(cell, amounts[both], size)
                self.layers[layer] = self.layers.get(layer, Pair()).plus(
                    *_on(side, int(cells.sum()))
                )
                paid.setdefault(
                    self.names[layer].fund, [np.zeros(size, np.int64), np.zeros(size, np.int64)]
                )[side] += cells
        for axis, (name, _) in enumerate(GROUPS):
            others = tuple(i for i in range(len(shape)) if i != axis)

            def by(cells: Ints, others: tuple[int, ...] = others) -> list[int]:
                return [int(number) for number in cells.reshape(shape).sum(axis=others)]

            found, groups = by(counts), self.groups[name]
            for code, (visited, spent, left, right) in enumerate(
                zip(found, by(total), by(own[0]), by(own[1]), strict=True)
            ):
                if visited:
                    group = groups.setdefault(columns[axis].words[code] or "", ComparedGroup())
                    group.visits, group.total, group.own = (
                        group.visits + visited,
                        group.total + spent,
                        group.own.plus(left, right),
                    )
            for fund, (under_a, under_b) in paid.items():
                for code, pair in enumerate(zip(by(under_a), by(under_b), strict=True)):
                    if found[code]:
                        by_fund = groups[columns[axis].words[code] or ""].by_fund
                        by_fund[fund] = by_fund.get(fund, Pair()).plus(*pair)

    def _persons(
        self, visits: Visits, a: PricedChunk, b: PricedChunk, both: npt.NDArray[np.bool_]
    ) -> None:
        begins = np.flatnonzero(np.diff(visits.person, prepend=-1))
        whole = np.logical_and.reduceat(both, begins)
        change = np.add.reduceat(a.own - b.own, begins)[whole]
        self.persons += len(begins)
        self.not_comparable += int((~whole).sum())
        self.better += int((change > 0).sum())
        self.worse += int((change < 0).sum())
        self.same += int((change == 0).sum())
        bands = np.sign(change) * np.searchsorted(np.array(STEPS), np.abs(change), side="right")
        for band, count in zip(*np.unique(bands, return_counts=True), strict=True):
            self.changes[int(band)] = self.changes.get(int(band), 0) + int(count)
        self.gained += int(change[change > 0].sum())
        self.lost -= int(change[change < 0].sum())
        self._spread(visits, a, b, np.repeat(whole, np.diff(np.append(begins, len(visits)))))

    def _spread(
        self, visits: Visits, a: PricedChunk, b: PricedChunk, comparable: npt.NDArray[np.bool_]
    ) -> None:
        """What the years of comparable persons bear, and of what income."""
        for spread, outcome in zip(self.spread, (a, b), strict=True):
            key = (visits.person * 4096 + (outcome.year - 1900))[comparable]
            order = np.argsort(key, kind="stable")
            starts = np.flatnonzero(np.diff(key[order], prepend=-1))
            if not len(starts):
                continue
            own = np.add.reduceat(outcome.own[comparable][order], starts)
            income = None
            if visits.income is not None:
                income = np.maximum.reduceat(visits.income[comparable][order], starts)
            spread.add(own, income)

    def _refused(self, outcome: PricedChunk, side: int) -> None:
        counts = np.bincount(outcome.refused, minlength=len(outcome.refusals))
        for code in np.flatnonzero(counts):
            if code:
                code_name = outcome.refusals[code]
                pair = _on(side, int(counts[code]))
                self.refused[code_name] = self.refused.get(code_name, Pair()).plus(*pair)
                cause = (code_name, outcome.causes[code])
                self.causes[cause] = self.causes.get(cause, Pair()).plus(*pair)

    def _burden(self, visits: Visits, outcome: PricedChunk, side: int) -> None:
        key = visits.person * 4096 + (outcome.year - 1900)
        own = outcome.own
        if np.any(key[1:] < key[:-1]):
            order = np.argsort(key, kind="stable")
            key, own = key[order], own[order]
        years = np.add.reduceat(own, np.flatnonzero(np.diff(key, prepend=-1)))
        self.person_years = self.person_years.plus(*_on(side, len(years)))
        for threshold in self.thresholds:
            over = years[years > threshold] - threshold
            self.above[threshold] = self.above.get(threshold, Pair()).plus(*_on(side, len(over)))
            self.above_sum[threshold] = self.above_sum.get(threshold, Pair()).plus(
                *_on(side, int(over.sum()))
            )

    def by_fund(self) -> dict[str, Pair]:
        """What each fund paid, all groups together."""
        found: dict[str, Pair] = {}
        for group in self.groups["care"].values():
            for fund, pair in group.by_fund.items():
                found[fund] = found.get(fund, Pair()).plus(*pair)
        return found

    def own(self) -> Pair:
        """What persons bear, all together."""
        groups: Sequence[ComparedGroup] = tuple(self.groups["care"].values())
        return Pair(sum(group.own.a for group in groups), sum(group.own.b for group in groups))


def _on(side: int, number: int) -> tuple[int, int]:
    return (number, 0) if side == 0 else (0, number)


def sums(codes: npt.NDArray[np.integer[Any]], amounts: Ints, size: int) -> Ints:
    """Sums of whole fen by code, exact: bincount adds in doubles, so sums that may pass 2^53 are
    added in two halves."""
    if not len(amounts) or int(amounts.max()) * len(amounts) < 2**53:
        return np.bincount(codes, weights=amounts, minlength=size).astype(np.int64)
    low = np.bincount(codes, weights=amounts & 0xFFFFFF, minlength=size).astype(np.int64)
    high = np.bincount(codes, weights=amounts >> 24, minlength=size).astype(np.int64)
    return low + (high << 24)
