"""What follows one another from one sender, month by month: how far it has come, what is missing,
and which file may follow. Pure.

Source: 苏医保办发〔2023〕27号 art. 9 (J9); a machine may number its files, so that one that is lost
is noticed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from medaid.dropped.problem import FileRefused, Problem
from medaid.months import Month
from medaid.people.manifest import Manifest

_MOST_MISSING: Final = 24


@dataclass(frozen=True, slots=True)
class Series:
    """How far files of one sender, kind and region have come."""

    period: str
    sequence: int = 0
    """Of the last numbered file; 0 where none is numbered."""
    sequence_batch: str = ""
    full_batch: str = ""
    """The full list of `period`, where one was taken."""
    missing: tuple[str, ...] = ()
    """Months before `period` of which nothing came, the last two years of them."""


def after(series: Series | None, manifest: Manifest) -> Series:
    """The series with the drop of `manifest`. Raises FileRefused: a period before the one that was
    reached, a number that leaves a gap, a number or a full list of the period that was taken with
    other content."""
    if series is None:
        return _with(Series(manifest.period), manifest)
    if manifest.period < series.period:
        sentence = f"已接收过 {series.period} 的批次,请以当前所属期报送"
        raise FileRefused(Problem("FILE_PERIOD", "period", sentence))
    _check_sequence(series, manifest)
    if manifest.period > series.period:
        missing = (*series.missing, *_between(series.period, manifest.period))[-_MOST_MISSING:]
        series = replace(series, period=manifest.period, full_batch="", missing=missing)
    elif manifest.is_full and series.full_batch not in ("", manifest.batch, manifest.replaces):
        sentence = (
            f"{series.period} 的全量名册已接收(批次 {series.full_batch})且内容不同;"
            "更正请以增量报送,或在清单中以 replaces 注明所替换的批次"
        )
        raise FileRefused(Problem("FILE_SEQUENCE", "period", sentence))
    return _with(series, manifest)


def missing_now(before: Series | None, after: Series) -> tuple[str, ...]:
    """The months that were passed over with this drop."""
    known = before.missing if before else ()
    return tuple(month for month in after.missing if month not in known)


def overdue(series: Series, today: Month) -> list[str]:
    """The months that are over, up to the one before `today`, of which nothing came yet."""
    return list(_between(series.period, today))


def _check_sequence(series: Series, manifest: Manifest) -> None:
    if not manifest.sequence or not series.sequence:
        return
    if manifest.sequence == series.sequence and manifest.batch == series.sequence_batch:
        return
    if manifest.sequence <= series.sequence:
        sentence = f"序号 {manifest.sequence} 已接收过其他内容,下一个应为 {series.sequence + 1}"
        raise FileRefused(Problem("FILE_SEQUENCE", "sequence", sentence))
    if manifest.sequence > series.sequence + 1:
        sentence = f"上一个序号为 {series.sequence},应为 {series.sequence + 1},其间有批次未收到"
        raise FileRefused(Problem("FILE_SEQUENCE", "sequence", sentence))


def _with(series: Series, manifest: Manifest) -> Series:
    if manifest.sequence:
        series = replace(series, sequence=manifest.sequence, sequence_batch=manifest.batch)
    return replace(series, full_batch=manifest.batch) if manifest.is_full else series


def _between(reached: str, period: str) -> Sequence[str]:
    """The months after `reached` and before `period`."""
    found, month = [], Month(reached).next
    while month < period:
        found.append(str(month))
        month = month.next
    return found
