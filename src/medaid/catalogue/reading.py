"""A file of the catalogue as rows: each good one as a value, each bad one with row, column, value
and rule. Pure.

Workbooks and comma files go through the one reader of dropped tables; what a program wrote (TAB, no
heading, zipped) stays strict (docs/adr/0066).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from medaid import national_files
from medaid.catalogue.model.rows import CatalogueTable, DatedRow
from medaid.catalogue.rules import contradictory
from medaid.catalogue.tables import COLUMNS, LAYOUTS, NATIONAL_COLUMNS, Cells, read_row
from medaid.dropped.cells import NotACell
from medaid.dropped.problem import FileRefused, Problem
from medaid.dropped.table import Header, TableLimits, open_bytes
from medaid.errors import BadInput
from medaid.regions import Region

LIMITS: Final = TableLimits(cell=2000, own_fields=100)
_ROWS: Final = 100_000
_FORM: Final = Header((), {}, {}, NATIONAL_COLUMNS, LIMITS)
_Line = tuple[int, Cells, Cells, Sequence[Problem]]
"""Number, cells, what stands in other columns, and what is wrong with the form."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What a file says: rows that can count, and what is wrong with the others."""

    rows: tuple[DatedRow, ...]
    problems: tuple[Problem, ...]
    count: int
    """Rows of the file."""
    numbers: Mapping[str, int]
    """The number of the row that is the last good one of a rid."""


def read_file(kind: CatalogueTable, region: Region, content: bytes) -> Reading:
    """All rows of a file. Rows that contradict each other are returned, none of them counts.

    Raises FileRefused where the file as a whole cannot be read.
    """
    rows: list[tuple[int, DatedRow]] = []
    problems: list[Problem] = []
    count = 0
    for number, cells, own, wrong in _lines(kind, content):
        count += 1
        if wrong:
            problems += [one.at(number, value=cells.get(one.field, "")[:100]) for one in wrong]
            continue
        try:
            _check_region(cells, region)
            rows.append((number, read_row(kind, cells, own)))
        except NotACell as error:
            value = cells.get(error.problem.field, "")[:100]
            problems.append(error.problem.at(number, value=value))
    last = {row.rid: (number, row) for number, row in rows}  # a later row takes the place
    problems += _contradictions(last.values())
    bad = {problem.row for problem in problems}
    good = tuple(row for number, row in last.values() if number not in bad)
    numbers = {row.rid: number for number, row in last.values()}
    return Reading(good, tuple(sorted(problems, key=lambda one: one.row)), count, numbers)


def _contradictions(rows: Iterable[tuple[int, DatedRow]]) -> list[Problem]:
    numbered = {row.rid: (number, row) for number, row in rows}
    found = contradictory([row for _, row in numbered.values()])
    return [
        clash(numbered[one.rid][1], other).at(numbered[one.rid][0], value=one.rid)
        for one, other in found
    ]


def clash(row: DatedRow, other: DatedRow) -> Problem:
    """What is said of a row that counts on a day of another one of the same key."""
    until = other.end or "今"
    sentence = f"{row.code} 与 rid {other.rid}({other.begin} 至 {until})重叠,均不采用"
    return Problem("OVERLAP", "rid", sentence, value=row.rid)


def _check_region(cells: Cells, region: Region) -> None:
    named = cells.get("insu_admdvs", "")
    if named and named != region:
        raise NotACell("FIELD_FORMAT", "insu_admdvs", f"本文件为 {region} 的目录")


def _lines(kind: CatalogueTable, content: bytes) -> Iterator[_Line]:
    if kind in LAYOUTS:
        yield from _positions(kind, content)
        return
    for row in open_bytes(content, COLUMNS[kind], LIMITS).rows:
        yield row.number, row.cells, row.own, row.problems


def _positions(kind: CatalogueTable, content: bytes) -> Iterator[_Line]:
    """TAB-separated lines as the interface writes them: no heading, `null` for what is empty."""
    layout = LAYOUTS[kind]
    try:
        lines = national_files.lines(content, "file")
    except UnicodeDecodeError:
        raise FileRefused(Problem("FILE_ENCODING", "file", "文件须为 UTF-8 文本或其 zip")) from None
    except BadInput as error:
        raise FileRefused(Problem(error.code, error.field, error.rule)) from None
    if len(lines) > _ROWS + 1:
        raise FileRefused(Problem("FILE_ROWS", "rows", f"超过 {_ROWS} 行,请分成几个文件"))
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        found = national_files.cells(line)
        if len(found) < layout.least:
            sentence = f"应至少 {layout.least} 列,实为 {len(found)} 列"
            yield number, {}, {}, (Problem("FILE_FORM", "", sentence),)
            continue
        cells = {
            "code": found[layout.code - 1],
            "name": found[layout.name - 1],
            "begndate": found[layout.begin - 1],
            "enddate": found[layout.end - 1],
            "vali_flag": found[layout.valid - 1],
            "rid": found[layout.rid - 1],
            "version": found[layout.version - 1],
        }
        yield number, cells, {"list_type": layout.list_type}, tuple(_FORM.problems(cells))
