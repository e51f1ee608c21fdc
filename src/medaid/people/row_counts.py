"""How many rows of a drop came to which end. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol


class RowCounts(Protocol):
    """Counts of the rows of a file."""

    @property
    def counts(self) -> Mapping[str, int]:
        """By outcome; 0 for one that did not occur."""

    @property
    def problems(self) -> Mapping[str, int]:
        """By code."""

    @property
    def notices(self) -> int:
        """Rows that were taken and of which the sender is told something."""
