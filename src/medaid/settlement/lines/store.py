"""Fee lines in the table of settlements: reads, and writes as values. Keys: `settlement.keys`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from medaid.aws.transaction import Delete, Write
from medaid.settlement import keys
from medaid.settlement.lines.model import VisitLine
from medaid.settlement.store import SettlementItem

StoredLine = tuple[int, VisitLine]
"""A fee line with its version."""


def batch_unsettled(mdtrt_id: str, batch: str) -> list[Write]:
    """Nothing, where no settlement holds the batch; loses by `batch` where one does."""
    item = SettlementItem(*keys.batch_key(mdtrt_id, batch))
    return [Delete(item, SettlementItem.pk.does_not_exist(), "batch")]


def find_lines(mdtrt_id: str, numbers: Iterable[str]) -> dict[str, StoredLine]:
    """Fee lines by feedetl_sn with their versions; a hundred with one call. Raises Unavailable."""
    found = SettlementItem.find_held(keys.line_key(mdtrt_id, number) for number in numbers)
    return {key.sk: (item.version, item.record(VisitLine)) for key, item in found.items()}


def list_lines(mdtrt_id: str) -> Iterator[StoredLine]:
    """All fee lines of a visit, streamed. Raises Unavailable."""
    for item in SettlementItem.list_under(keys.lines_partition(mdtrt_id)):
        yield item.version, item.record(VisitLine)


def write_line(version: int, line: VisitLine) -> Write:
    """The line anew (version 0: for the first time); loses where another version is there."""
    key = keys.line_key(line.mdtrt_id, line.feedetl_sn)
    return SettlementItem.anew(key, version, line, "line")


def remove_line(version: int, line: VisitLine) -> Write:
    """The line is gone; loses where another version is there."""
    item = SettlementItem(*keys.line_key(line.mdtrt_id, line.feedetl_sn), version=version)
    return item.remove("line")
