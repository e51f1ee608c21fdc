"""Which rows of the catalogue may stand beside which. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from medaid.catalogue.model import DatedRow, LimitPrice, SelfPayShare

R = TypeVar("R", bound=DatedRow)


def row_key(row: DatedRow) -> tuple[str, ...]:
    """What at most one row may say of a day: the code, with the kind of limit or of person."""
    match row:
        case LimitPrice():
            return (row.code, row.limit_type)
        case SelfPayShare():
            return (row.code, row.share_type)
    return (row.code,)


def contradictory(rows: Sequence[R]) -> list[tuple[R, R]]:
    """Each row that counts on a day on which another one of its key counts, with that one."""
    by_key: dict[tuple[str, ...], list[R]] = {}
    for row in rows:
        by_key.setdefault(row_key(row), []).append(row)
    found = []
    for alike in by_key.values():
        for one in alike if len(alike) > 1 else ():
            other = next((two for two in alike if two is not one and one.meets(two)), None)
            if other is not None:
                found.append((one, other))
    return found


def merged(held: Sequence[R], new: Sequence[R]) -> tuple[tuple[R, ...], list[tuple[R, R]]]:
    """The rows of one code after `new` ones came: a row takes the place of the one with its rid. A
    new row that contradicts another is left out, with that one named; what was held stays."""
    coming = {row.rid: row for row in new}
    left_out: list[tuple[R, R]] = []
    while True:
        rows = {**{row.rid: row for row in held}, **coming}
        wrong = [pair for pair in contradictory(list(rows.values())) if pair[0].rid in coming]
        if not wrong:
            return tuple(rows.values()), left_out
        left_out += wrong
        for row, _ in wrong:
            del coming[row.rid]
