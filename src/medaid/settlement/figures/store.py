"""Figures of agencies in the table of settlements: read where a file has none. Keys:
`medaid.settlement.keys`."""

from __future__ import annotations

import time
from typing import Final

from medaid.aws.transaction import Write
from medaid.policy.model import AgencyFigure
from medaid.settlement import keys
from medaid.settlement.figures.model import EnteredFigure, EnteredFigures
from medaid.settlement.store import SettlementItem

FIGURES_SECONDS: Final = 60.0
"""How long a running function keeps what agencies have entered: a figure approved counts everywhere
within."""

_figures: dict[str, tuple[float, tuple[AgencyFigure, ...]]] = {}


def find_figures(region: str) -> tuple[int, tuple[EnteredFigure, ...]]:
    """The figures that the agency of `region` has entered, and how often they were changed. Raises
    Unavailable."""
    item = SettlementItem.find(keys.figures_key(region))
    return (0, ()) if item is None else (item.version, item.record(EnteredFigures).figures)


def replace_figures(region: str, version: int, figures: tuple[EnteredFigure, ...]) -> Write:
    """All figures of the region anew; loses where they are no longer those of `version`."""
    return SettlementItem.anew(
        keys.figures_key(region), version, EnteredFigures(figures), "figures"
    )


def approved_figures(region: str) -> tuple[AgencyFigure, ...]:
    """The figures in force, now or at other times, from memory where they were read in the last
    minute. Raises Unavailable."""
    held = _figures.get(region)
    if held is None or time.monotonic() - held[0] >= FIGURES_SECONDS:
        found = tuple(one.figure for one in find_figures(region)[1] if one.approved_at)
        held = _figures[region] = (time.monotonic(), found)
    return held[1]


def forget() -> None:
    """Drops what is kept in memory."""
    _figures.clear()
