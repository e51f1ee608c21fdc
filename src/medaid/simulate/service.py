"""A population of claims priced under two sets of packs and compared."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

from medaid.errors import MedaidError
from medaid.policy.compare import differences
from medaid.policy.service import Library
from medaid.simulate.pricing import Pricer
from medaid.simulate.reading import CHUNK, Claims
from medaid.simulate.tally import THRESHOLDS, ComparisonTally


def compare(
    claims: Claims,
    a: Library,
    b: Library,
    *,
    thresholds: Sequence[int] = THRESHOLDS,
    progress: Callable[[int], None] = lambda _: None,
    chunk: int = CHUNK,
) -> ComparisonTally:
    """Prices every claim under `a` and `b`, a chunk at a time, and adds up. `progress` is told how
    many visits are done so far.

    Raises BadInput where the file has something that cannot be read. Nothing is kept of a file that
    is wrong.
    """
    tally, left, right = ComparisonTally(tuple(thresholds)), Pricer(a), Pricer(b)
    with tempfile.TemporaryDirectory() as scratch:
        for visits in claims.chunks(Path(scratch), chunk):
            tally.add(visits, left.price(visits), right.price(visits))
            progress(tally.visits)
    return tally


def changed(a: Library, b: Library, tally: ComparisonTally) -> list[str]:
    """What differs between the policies that the claims fall under: in each region, on the last day
    of care of each year, the figures that read otherwise, each once."""
    found: dict[str, None] = {}
    for region, days in sorted(tally.regions.items()):
        for ordinal in days.values():
            day = date.fromordinal(ordinal)
            found |= dict.fromkeys(f"{region}:{text}" for text in _differences(a, b, region, day))
    return list(found)


def _differences(a: Library, b: Library, region: str, day: date) -> list[str]:
    why = ""
    for assisting in (region, ""):
        try:
            policies = [library.policy_for(region, assisting, day) for library in (a, b)]
        except MedaidError as refusal:
            why = why or refusal.sentence
            continue
        return [difference.sentence for difference in differences(*policies)]
    return [f"{day} 至少一套政策包没有确定的政策,无法比较:{why}"]
