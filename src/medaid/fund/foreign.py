"""Somebody else's statement recomputed: each printed sum beside what its rows make. Published
statements carry misprints and do not always foot, so none of their sums is trusted (Q2.2). Pure.

Amounts are in the unit of the statement, in hundredths of it, whatever the unit is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from medaid.dropped.cells import folded
from medaid.errors import BadInput
from medaid.fund.layouts import StatementForm, StatementRow, rows_of
from medaid.money import Fen

_CARRIED = ("closing_fund", "opening_fund")
"""What one year closes with, the next begins with."""


@dataclass(frozen=True, slots=True)
class Recomputed:
    """A sum that was printed and what its rows make. `blank` are the names of rows in it for which
    nothing is stated: they count as nothing."""

    column: str
    row: str
    name: str
    printed: Fen
    computed: Fen
    blank: tuple[str, ...] = ()

    @property
    def difference(self) -> Fen:
        """By how much the print is above what its rows make."""
        return self.printed - self.computed


def row_of(forms: Sequence[StatementForm], name: str, field: str) -> str:
    """The key of the row that somebody names by its key or by its printed name. Raises BadInput
    CODE_UNKNOWN for a name of no row, or of two (then the key says which)."""
    rows = rows_of(forms)
    if name in rows:
        return name
    found = [row.key for row in rows.values() if folded(row.name) == folded(name)]
    if len(found) != 1:
        known = "、".join(f"{key}({rows[key].name})" for key in found or rows)
        raise BadInput("CODE_UNKNOWN", field=field, rule=f"报表项目:{known}"[:400])
    return found[0]


def recomputed(
    forms: Sequence[StatementForm], columns: Mapping[str, Mapping[str, Fen]]
) -> tuple[list[Recomputed], list[str]]:
    """Every printed sum, and the sums that nothing could be held against. `columns` are amounts by
    row key, by the name of their column, earlier years first."""
    rows = rows_of(forms)
    found: list[Recomputed] = []
    unchecked: list[str] = []
    for column, printed in columns.items():
        for key, row in rows.items():
            if row.formula and key in printed:
                blank: list[str] = []
                computed = _computed(row, rows, printed, blank)
                if computed is None:
                    unchecked.append(f"{column} {row.name}")
                else:
                    found.append(
                        Recomputed(column, key, row.name, printed[key], Fen(computed), tuple(blank))
                    )
        found += _shares(column, rows.values(), printed)
        found += _equal(column, forms, rows, printed)
    found += _carried(rows, columns)
    return found, unchecked


def _computed(
    row: StatementRow,
    rows: Mapping[str, StatementRow],
    printed: Mapping[str, Fen],
    blank: list[str],
) -> int | None:
    """What a formula makes of printed rows; of a row that is not printed, what its own formula
    makes. None where nothing of it is known."""
    total, known = 0, False
    missing: list[str] = []
    for term in row.formula:
        part = rows[term.row]
        if part.key in printed:
            value: int | None = int(printed[part.key])
        else:
            value = _computed(part, rows, printed, missing) if part.formula else None
        if value is None:
            missing.append(part.name)
        else:
            total, known = total + term.sign * value, True
    if known:
        blank += missing
    return total if known else None


def _shares(
    column: str, rows: Iterable[StatementRow], printed: Mapping[str, Fen]
) -> Iterator[Recomputed]:
    """Shares (其中) that are more than their whole."""
    by_key = {row.key: row for row in rows}
    for row in by_key.values():
        if row.of in printed and row.key in printed and printed[row.key] > printed[row.of]:
            name = f"{row.name}(其中,不超过{by_key[row.of].name})"
            yield Recomputed(column, row.key, name, printed[row.key], printed[row.of])


def _equal(
    column: str,
    forms: Iterable[StatementForm],
    rows: Mapping[str, StatementRow],
    printed: Mapping[str, Fen],
) -> Iterator[Recomputed]:
    for left, right in (pair for one in forms for pair in one.equal):
        if left in printed and right in printed:
            name = f"{rows[left].name} = {rows[right].name}"
            yield Recomputed(column, left, name, printed[left], printed[right])


def _carried(
    rows: Mapping[str, StatementRow], columns: Mapping[str, Mapping[str, Fen]]
) -> Iterator[Recomputed]:
    closing, opening = _CARRIED
    if closing not in rows or opening not in rows:
        return
    named = list(columns.items())
    for (before, earlier), (column, later) in pairwise(named):
        if closing in earlier and opening in later:
            name = f"{rows[opening].name}({before}{rows[closing].name}转入)"
            yield Recomputed(column, opening, name, later[opening], earlier[closing])
