"""Balances that tests recount from entries."""

from __future__ import annotations

from collections.abc import Iterable

from medaid.fund.model import Entry
from medaid.money import Fen


def counterpart_balances(entries: Iterable[Entry], number: str) -> dict[tuple[str, str], Fen]:
    """Balance of the accounts with that number by (fund key, counterpart), debit positive, zero
    balances left out."""
    sums: dict[tuple[str, str], int] = {}
    for entry in entries:
        for line in entry.lines:
            if line.account.number == number:
                key = (line.account.fund, line.counterpart)
                sums[key] = sums.get(key, 0) + line.fen
    return {key: Fen(total) for key, total in sums.items() if total}
