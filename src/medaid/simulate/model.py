"""A population of claims as columns, and what pricing it gives. Whole fen in 64-bit integers; one
row is one visit.

A chunk holds whole persons: all visits of a person are in one chunk, ordered as they count (by
person, year of the caps, day, file row).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from medaid.policy.vocabulary import RANGES, Facts

Ints = npt.NDArray[np.int64]
Codes = npt.NDArray[np.int32]

UNKNOWN: Final = int(np.iinfo(np.int64).min)
"""An amount or a number that the file leaves empty. It is asked for where a clause needs it, never
taken as zero."""
NUMBER_FACTS: Final = RANGES
TEXT_FACTS: Final = tuple(name for name in Facts._fields if name not in (*RANGES, "category"))
BILL: Final = ("total", "in_policy", "own_expense", "over_limit", "prior_share")


class Coded(NamedTuple):
    """A column of words: `words[codes[i]]` is row i's word; None where the file leaves it empty."""

    codes: Codes
    words: tuple[str | None, ...]

    def word(self, row: int) -> str | None:
        return self.words[int(self.codes[row])]


@dataclass(frozen=True, slots=True)
class Visits:
    """One chunk of the population."""

    person: Ints
    """Index of the person, the same for all visits of one."""
    day: Codes
    """Day the care ended, as `date.toordinal`."""
    settled: Codes
    """Day of settlement, as ordinal; the same as `day` where the file has none."""
    has_settled: bool
    region: Coded
    """Where the person is insured (insuplc_admdvs)."""
    assisting: Coded
    """The region that determined the identity; None: the insured one."""
    categories: Coded
    """Codes joined by `;`, None for no identity."""
    facts: Mapping[str, Coded]
    numbers: Mapping[str, Ints]
    bill: Mapping[str, Ints]
    given: Mapping[str, Ints]
    components: Mapping[str, Ints]
    row: Ints
    """Row of the file, counted from 1 below the header."""
    income: Ints | None = None
    """The person's income of the year, fen; `UNKNOWN` where the file leaves it empty."""

    def __len__(self) -> int:
        return len(self.person)


class LayerName(NamedTuple):
    """What people call a layer, and who pays it."""

    name: str
    fund: str
    tier: str


@dataclass(slots=True)
class PricedChunk:
    """A chunk priced under one set of packs. Arrays have one entry a visit, in fen."""

    paid: dict[str, Ints]
    """By layer id."""
    layers: dict[str, LayerName]
    own: Ints
    own_in_policy: Ints
    refused: npt.NDArray[np.int16]
    """0 where priced; otherwise an index into `refusals`."""
    refusals: list[str]
    """Error codes (`medaid.errors`) by index; "" at 0."""
    causes: list[str]
    """By the same index what the code is about: a fact, a column, a layer, a region."""
    category: npt.NDArray[np.int16]
    """Index into `categories`: the one that was taken."""
    categories: list[str]
    year: Codes
    """Year of the caps that each visit counts in."""
    fallback: int = 0
    """Visits that the single-case engine priced, because the columns do not cover a shape of their
    clauses."""
    why_fallback: dict[str, int] = field(default_factory=dict)
    """The shapes, with visits for each."""

    def column(self, layer: str) -> Ints:
        """What `layer` paid by visit; zeros until it paid something."""
        if layer not in self.paid:
            self.paid[layer] = np.zeros(len(self.own), dtype=np.int64)
        return self.paid[layer]
