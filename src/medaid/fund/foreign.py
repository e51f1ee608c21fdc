"""Somebody else's statement recomputed: each printed sum beside what its rows make. Published
statements carry misprints and do not always foot, so none of their sums is trusted (Q2.2). Pure.

Amounts are in the unit of the statement, in hundredths of it, whatever the unit is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from medaid.dropped import cells
from medaid.dropped.cells import folded
from medaid.dropped.problem import FileRefused, Problem
from medaid.dropped.table import Row, TableColumn, TableLimits, open_bytes
from medaid.errors import BadInput
from medaid.fund.layouts import rows_of
from medaid.fund.statement_forms import StatementForm, StatementRow
from medaid.money import Fen

_COLUMNS = (TableColumn("row", "项目", ("报表项目", "项目名称"), required=True),)
_LIMITS = TableLimits(rows=500, own_fields=6)
_EMPTY = ("", "×", "—", "-", "/")
"""What a printed statement has in a cell without an amount."""
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


def read_file(content: bytes, forms: Sequence[StatementForm]) -> dict[str, dict[str, Fen]]:
    """A statement from a dropped table: 项目, and a column of amounts for each year, by heading.
    Raises FileRefused naming row, column and value of everything that does not hold."""
    table = open_bytes(content, _COLUMNS, _LIMITS)
    columns: dict[str, dict[str, Fen]] = {heading: {} for heading in table.header.own}
    problems: list[Problem] = []
    for row in table.rows:
        wrong = _taken(row, forms, columns)
        problems += [one.at(row.number, table.sheet, row.cell("row")) for one in wrong]
    if not columns:
        problems.append(Problem("FILE_FORM", "file", "除项目外须有金额栏"))
    if problems:
        raise FileRefused(*problems)
    return columns


def _taken(
    row: Row, forms: Sequence[StatementForm], columns: dict[str, dict[str, Fen]]
) -> list[Problem]:
    """Puts a row's amounts into their columns; answers what is wrong with it."""
    problems = list(row.problems)
    if problems:
        return problems
    try:
        key = row_of(forms, row.cell("row"), "项目")
    except BadInput as error:
        return [Problem(error.code, "项目", error.rule)]
    for heading, text in row.own.items():
        if text in _EMPTY:
            continue
        try:
            amount = cells.yuan(text, heading)
        except cells.NotACell as wrong:
            problems.append(wrong.problem)
            continue
        if key in columns[heading]:
            problems.append(Problem("DUPLICATE", "项目", "该项目出现两次"))
        columns[heading][key] = amount
    return problems


def sheets(found: Iterable[Recomputed], unchecked: Iterable[str]) -> dict[str, list[list[object]]]:
    """What was recomputed as a sheet, sums that do not foot first."""
    rows: list[list[object]] = [
        ["结果", "栏目", "项目", "报表数", "复算数", "差额", "按空白计的项目"]
    ]
    for one in sorted(found, key=lambda one: not one.difference):
        said = "不符" if one.difference else "相符"
        amounts = [one.printed, one.computed, one.difference]
        rows.append([said, one.column, one.name, *amounts, "、".join(one.blank)])
    rows += [["无从复算", "", name, None, None, None, ""] for name in unchecked]
    return {"复算结果": rows}
