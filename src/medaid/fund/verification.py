"""A fund's whole chain followed anew, from its first anchor on: for whoever does not trust the job
that did it each morning (`medaid verify-seals`)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final

from medaid.fund import anchors, seals, store

UNSEALED_DAYS: Final = 2
"""Entries are sealed each morning: one that is older and under no seal slipped in or was missed."""


def chain_findings(
    admdvs: str, fund: str, chain: Sequence[anchors.Anchor], now: datetime
) -> Iterator[str]:
    """What does not agree between a fund's anchors, its seals and its entries, one line each; reads
    nothing else. Raises Unavailable."""
    marks = [one.mark for one in chain]
    anchored = {str(one.mark): one.content for one in chain}
    table = {
        str(mark): anchors.content_of(admdvs, fund, mark) for mark in seals.seals(admdvs, fund)
    }
    for name in sorted({*anchored, *table}):
        if name not in table:
            yield f"{name} 已锚定,账中无此封签"
        elif name not in anchored:
            yield f"{name} 未锚定"
        elif table[name] != anchored[name]:
            yield f"{name} 与锚定内容不符"
    for month in sorted({mark.month for mark in marks}):
        numbers = [mark.number for mark in marks if mark.month == month]
        if numbers != list(range(1, len(numbers) + 1)):
            yield f"{month} 封签不连续"
        try:
            entries = list(store.entries(admdvs, month))
        except (ValueError, KeyError, TypeError) as error:
            yield f"{month} 分录无法识别({type(error).__name__})"
            continue
        yield from (f"{month} {text}" for text in seals.followed(fund, month, marks, entries))
        through = max(mark.seal.through for mark in marks if mark.month == month)
        late = [
            entry
            for entry in entries
            if fund in entry.funds
            and entry.position > through
            and entry.recorded < now - timedelta(days=UNSEALED_DAYS)
        ]
        if late:
            yield f"{month} 有 {len(late)} 笔分录逾期未封签"
