"""What tells claims apart before they are priced: which policy, which categories, which facts the
clauses ask for.

Facts that no clause asks for are forgotten, numbers are put in the stretch between the bounds that
clauses name, and days in the stretch between the dates on which something begins or ends, so that a
million claims fall into a few hundred kinds.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any, Final, NamedTuple

import numpy as np

from medaid.errors import MedaidError
from medaid.policy.model import Modifier, Policy, When, turning_days
from medaid.policy.service import Library
from medaid.simulate.model import NUMBER_FACTS, TEXT_FACTS, UNKNOWN, Codes, Ints, Visits

SMALL: Final = 4_000_000
"""Up to so many possible keys, kinds are told apart by a table instead of a sort."""


class Kind(NamedTuple):
    """One kind of claim, apart from the number of the stay where it counts stays itself."""

    policy: Policy | str
    """Or the code of the refusal and the region it is about, as `CODE:region`."""
    categories: tuple[str, ...]
    facts: tuple[tuple[str, str | int | None], ...]


def parts(value: object) -> Iterator[object]:
    """Every frozen value in a nest of them, such as a pack: itself, what it holds, what that
    holds."""
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, tuple):
            yield one
            waiting.extend(one)
        elif isinstance(one, Mapping):
            waiting.extend(one.values())
        elif hasattr(one, "__dataclass_fields__"):
            yield one
            waiting.extend(getattr(one, name) for name in one.__dataclass_fields__)


class Kinds:
    """Tells the claims of chunk after chunk apart under one set of packs."""

    def __init__(self, library: Library) -> None:
        self.library = library
        held = list(parts(library.packs))
        self._turns = np.array(
            [day.toordinal() for day in turning_days(library.packs)], dtype=np.int64
        )
        self._whens = {one for one in held if isinstance(one, When) and one.names}
        self._steps = {
            (one.per, one.per_from) for one in held if isinstance(one, Modifier) and one.per
        }
        self.asked = {name for when in self._whens for name in when.names} | {
            per for per, _ in self._steps
        }
        self._policies: dict[tuple[str, str, int], Policy | str] = {}

    def edges(self, name: str, highest: int) -> list[int]:
        """Where a number begins to count differently; each value belongs to the last edge not above
        it."""
        found = {0}
        for when in self._whens:
            found |= {
                bound
                for n, low, high in when.ranges
                if n == name
                for bound in (low, high)
                if bound is not None
            }
        for per, begin in self._steps:
            if per == name:
                found |= set(range(begin, highest + 1))
        return sorted(found)

    def policies(self, visits: Visits) -> tuple[Codes, list[Policy | str]]:
        """By visit the policy, or why there is none (`CODE:region`)."""
        turn = np.searchsorted(self._turns, visits.day, side="right")
        nobody = np.array([word is None for word in visits.categories.words], dtype=bool)[
            visits.categories.codes
        ]
        assisting = np.where(nobody, -1, visits.assisting.codes)
        codes, chosen = _distinct(
            [
                (turn, len(self._turns) + 1),
                (visits.region.codes, len(visits.region.words)),
                (assisting + 1, len(visits.assisting.words) + 1),
            ]
        )
        found = []
        for row in chosen:
            insured = visits.region.word(row) or ""
            assisted = "" if nobody[row] else (visits.assisting.word(row) or insured)
            found.append(self._policy(insured, assisted, int(turn[row]), int(visits.day[row])))
        return codes, found

    def _policy(self, region: str, assisted: str, turn: int, day: int) -> Policy | str:
        key = (region, assisted, turn)
        if key not in self._policies:
            try:
                self._policies[key] = self.library.policy_for(
                    region, assisted, date.fromordinal(day)
                )
            except MedaidError as refusal:
                self._policies[key] = f"{refusal.code}:{assisted or region}"
        return self._policies[key]

    def of(
        self, visits: Visits, policy: Codes, policies: Sequence[Policy | str], *, without: str = ""
    ) -> tuple[Codes, list[Kind]]:
        """By visit its kind; the fact `without` is left out."""
        parts: list[tuple[Any, int]] = [
            (policy, len(policies)),
            (visits.categories.codes, len(visits.categories.words)),
        ]
        numbers: dict[str, tuple[Ints, list[int]]] = {}
        for name in TEXT_FACTS:
            if name in visits.facts and self._counts(name):
                column = visits.facts[name]
                parts.append((column.codes, len(column.words)))
        for name in NUMBER_FACTS:
            if name in self.asked and name in visits.numbers and name != without:
                values = visits.numbers[name]
                edges = self.edges(name, int(values.max(initial=0)))
                places: Ints = np.where(
                    values == UNKNOWN, 0, np.searchsorted(np.array(edges), values, side="right")
                )
                numbers[name] = (values, edges)
                parts.append((places, len(edges) + 1))
        codes, chosen = _distinct(parts)
        return codes, [
            self._kind(visits, row, policies[int(policy[row])], numbers) for row in chosen
        ]

    def _counts(self, name: str) -> bool:
        """Whether a fact matters: some clause asks for it, or it says which visits are stays."""
        return name in self.asked or name == "care"

    def _kind(
        self,
        visits: Visits,
        row: int,
        policy: Policy | str,
        numbers: dict[str, tuple[Ints, list[int]]],
    ) -> Kind:
        facts: list[tuple[str, str | int | None]] = [
            (name, column.word(row)) for name, column in visits.facts.items() if self._counts(name)
        ]
        for name, (values, edges) in numbers.items():
            value = int(values[row])
            facts.append(
                (name, None if value == UNKNOWN else edges[bisect_right(edges, value) - 1])
            )
        joined = visits.categories.word(row)
        return Kind(policy, tuple(joined.split(";")) if joined else (), tuple(facts))


def _distinct(parts: Sequence[tuple[Any, int]]) -> tuple[Codes, list[int]]:
    """Rows told apart by several codes together: by row the index of its combination, and one row
    of each."""
    key: Ints = np.zeros(len(parts[0][0]), dtype=np.int64)
    space = 1
    for codes, size in parts:
        if size > 1:
            key = key * size + codes
            space *= size
    if space < SMALL:
        first = np.full(space, -1, dtype=np.int64)
        first[key[::-1]] = np.arange(len(key) - 1, -1, -1)
        present = np.flatnonzero(first >= 0)
        index = np.zeros(space, dtype=np.int32)
        index[present] = np.arange(len(present), dtype=np.int32)
        return index[key], [int(row) for row in first[present]]
    assert space < 2**62, "too many facts to tell apart in one key"
    _, rows, inverse = np.unique(key, return_index=True, return_inverse=True)
    return inverse.astype(np.int32), [int(row) for row in rows]
