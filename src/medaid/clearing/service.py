"""What other rooms and the doors call. One verb, one function; the modules beside hold them by
subject."""

from __future__ import annotations

from medaid.clearing.payments import agree, agreement, answered, approve, bar, release
from medaid.clearing.projector import project
from medaid.clearing.statements import (
    deduct,
    dispute,
    made,
    make,
    reconcile_lines,
    reconcile_totals,
    resolve,
    waiting,
)

__all__ = [
    "agree",
    "agreement",
    "answered",
    "approve",
    "bar",
    "deduct",
    "dispute",
    "made",
    "make",
    "project",
    "reconcile_lines",
    "reconcile_totals",
    "release",
    "resolve",
    "waiting",
]
