"""Which sets of amounts make exactly one amount: what vouchers a bank line may stand for (J31).
Pure, and bounded: it says when it gave up looking."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

LARGEST_SET: Final = 12
"""Amounts of one set at most: a person has to look at them."""
MOST_SETS: Final = 5
STEPS: Final = 200_000
"""Looks at a single amount: a fraction of a second."""


@dataclass(frozen=True, slots=True)
class ExactSets:
    """Sets of indices whose amounts sum exactly, smaller sets first. `whole` is false where the
    search ended before all were looked at: there may be others."""

    sets: tuple[tuple[int, ...], ...]
    whole: bool


def exact_sets(target: int, amounts: Sequence[int], steps: int = STEPS) -> ExactSets:
    """Sets of `amounts` that sum to `target`, each index once, none of them empty. Of amounts that
    are alike the earlier is taken first, and only once."""
    search = _Search(amounts, steps)
    found: list[tuple[int, ...]] = []
    sizes = min(len(amounts), LARGEST_SET)
    for size in range(1, sizes + 1):
        for one in search.of_size(target, size):
            found.append(one)
            if len(found) == MOST_SETS:
                return ExactSets(tuple(found), False)
    return ExactSets(tuple(found), not search.gave_up and sizes == len(amounts))


class _Search:
    """A walk over sets of one size after the other, within a number of steps."""

    def __init__(self, amounts: Sequence[int], steps: int) -> None:
        order = sorted(range(len(amounts)), key=lambda index: (-amounts[index], index))
        self.order, self.left = order, steps
        self.amounts = [amounts[index] for index in order]
        sums = [0]
        for amount in self.amounts:
            sums.append(sums[-1] + amount)
        self.sums = sums
        self.gave_up = False

    def of_size(self, target: int, size: int) -> Iterator[tuple[int, ...]]:
        for chosen in self._walk(0, target, size):
            yield tuple(sorted(self.order[place] for place in chosen))

    def _walk(self, begin: int, target: int, size: int) -> Iterator[tuple[int, ...]]:
        """Places from `begin` on, largest amounts first, so that what the next and the last `size`
        amounts make bounds what any can."""
        if size == 0:
            if target == 0:
                yield ()
            return
        count = len(self.amounts)
        if count - begin < size or self.sums[count] - self.sums[count - size] > target:
            return
        for place in range(begin, count - size + 1):
            if self.sums[place + size] - self.sums[place] < target or self.gave_up:
                return  # the largest that are left make too little
            if place > begin and self.amounts[place] == self.amounts[place - 1]:
                continue
            self.left -= 1
            if self.left < 0:
                self.gave_up = True
                return
            for rest in self._walk(place + 1, target - self.amounts[place], size - 1):
                yield (place, *rest)
