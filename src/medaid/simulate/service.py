"""A population of claims priced under two sets of packs and compared."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from medaid.policy.service import Library
from medaid.simulate.pricing import Pricer
from medaid.simulate.reading import CHUNK, Claims
from medaid.simulate.tally import THRESHOLDS, Tally


def compare(
    claims: Claims,
    a: Library,
    b: Library,
    *,
    thresholds: Sequence[int] = THRESHOLDS,
    progress: Callable[[int], None] = lambda _: None,
    chunk: int = CHUNK,
) -> Tally:
    """Prices every claim under `a` and `b`, a chunk at a time, and adds up. `progress` is told how
    many visits are done so far.

    Raises BadInput where the file has something that cannot be read. Nothing is kept of a file that
    is wrong.
    """
    tally, left, right = Tally(tuple(thresholds)), Pricer(a), Pricer(b)
    with tempfile.TemporaryDirectory() as scratch:
        for visits in claims.chunks(Path(scratch), chunk):
            tally.add(visits, left.price(visits), right.price(visits))
            progress(tally.visits)
    return tally
