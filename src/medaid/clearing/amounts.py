"""Amounts by fund, added and negated. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from medaid.money import Fen

Amounts = Mapping[str, Fen]
"""Fen by fund key (assistance, basic_resident …)."""


def added(*amounts: Amounts) -> dict[str, Fen]:
    """The sum of several amounts by key, zeros left out, keys in order."""
    sums: dict[str, int] = {}
    for one in amounts:
        for key, fen in one.items():
            sums[key] = sums.get(key, 0) + int(fen)
    return {key: Fen(total) for key, total in sorted(sums.items()) if total}


def negated(amounts: Amounts) -> dict[str, Fen]:
    """The same amounts with the other sign."""
    return {key: -fen for key, fen in amounts.items()}


def positive(amounts: Amounts) -> dict[str, Fen]:
    """What of `amounts` is above zero."""
    return {key: fen for key, fen in amounts.items() if fen > 0}


def negative(amounts: Amounts) -> dict[str, Fen]:
    """What of `amounts` is below zero."""
    return {key: fen for key, fen in amounts.items() if fen < 0}


def total(amounts: Amounts) -> Fen:
    """All funds together."""
    return Fen(sum(int(fen) for fen in amounts.values()))
