"""The numbers of the plans that share a shape, laid out so that claims of all of them are priced
together."""

from __future__ import annotations

from collections.abc import Sequence
from math import gcd
from typing import NamedTuple

import numpy as np

from medaid.money import RATIO_SCALE
from medaid.simulate.layer_shape import Numbers, Shape
from medaid.simulate.model import Codes, Ints


class PlanColumn:
    """One number of a layer over the plans of a shape: a plain int where all agree, else an array
    taken by plan."""

    __slots__ = ("plain", "values")

    def __init__(self, numbers: Sequence[int]) -> None:
        self.plain = numbers[0] if len(set(numbers)) == 1 else None
        self.values: Ints = np.array(numbers, dtype=np.int64)

    def at(self, plans: Codes) -> int | Ints:
        return self.plain if self.plain is not None else self.values[plans]


class LayerTable(NamedTuple):
    """The numbers of one layer for every plan of a shape; ratios in parts per `scale`, the coarsest
    that holds them all."""

    amounts: tuple[PlanColumn, ...]
    ratios: tuple[PlanColumn, ...]
    scale: int
    largest: int
    """Fen above which a product with a ratio might leave 64 bits."""


class PlanTable:
    """A shape with the numbers of its plans."""

    def __init__(self, shape: Shape) -> None:
        self.shape = shape
        self._plans: dict[tuple[Numbers, ...], int] = {}
        self._layers: tuple[LayerTable, ...] | None = None
        self.carried = frozenset(
            name
            for layer_shape in shape
            for name in (
                layer_shape.source,
                *layer_shape.less,
                *layer_shape.plus,
                layer_shape.floor,
            )
            if ":" in name
        )

    def add(self, numbers: tuple[Numbers, ...]) -> int:
        """The index of a plan with these numbers."""
        if numbers not in self._plans:
            self._plans[numbers] = len(self._plans)
            self._layers = None
        return self._plans[numbers]

    @property
    def layers(self) -> tuple[LayerTable, ...]:
        if self._layers is None:
            plans = list(self._plans)
            self._layers = tuple(
                _table([plan[i] for plan in plans]) for i in range(len(self.shape))
            )
        return self._layers


def _table(numbers: Sequence[Numbers]) -> LayerTable:
    parts = [ratio for one in numbers for ratio in one.ratios]
    step = gcd(RATIO_SCALE, *parts)
    scale = RATIO_SCALE // step
    return LayerTable(
        tuple(
            PlanColumn([one.amounts[i] for one in numbers]) for i in range(len(numbers[0].amounts))
        ),
        tuple(
            PlanColumn([one.ratios[i] // step for one in numbers])
            for i in range(len(numbers[0].ratios))
        ),
        scale,
        2**61 // scale,
    )
