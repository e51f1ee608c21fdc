"""Committing where nobody waits for milliseconds: operators and scheduled work try again, within limits, when another transaction is at work."""

from __future__ import annotations

from collections.abc import Sequence

from medaid.aws.transaction import Contended, Patience, Write
from medaid.aws.transaction import commit as once
from medaid.errors import Unavailable


def commit(writes: Sequence[Write]) -> None:
    """All `writes` in one transaction, tried again while another one holds an item. Raises Lost, Unavailable (BUSY after all tries)."""
    for _ in Patience().attempts():
        try:
            once(writes)
        except Contended:
            continue
        return
    raise Unavailable("BUSY")
