"""What goes back to the sender of a table: the rows that failed, as they came, with their problems;
and a summary. Pure but for the file it writes to.

Source: 苏医保办发〔2023〕27号 art. 9 (不符合交互标准的,明确存在问题,及时反馈). The CSV opens in a
spreadsheet as it is (UTF-8 with BOM, long digits kept as text) and can be mended there and dropped
again. The summary holds counts and codes only, nothing of any person.
"""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, BinaryIO, Final

from medaid.dropped.cells import text
from medaid.dropped.problem import Problem
from medaid.dropped.table import PROBLEM
from medaid.workbook import csv_line

REFUSED: Final = "refused"


class VerdictFile:
    """The feedback file while it grows. `into` is an empty binary file, left open for the
    caller."""

    def __init__(self, into: BinaryIO, headings: Sequence[str]) -> None:
        self.counts: Counter[str] = Counter()
        self.problems: Counter[str] = Counter()
        self._kept = [index for index, heading in enumerate(headings) if heading != PROBLEM]
        self._width = len(headings)
        self._text = io.TextIOWrapper(into, encoding="utf-8-sig", newline="", write_through=False)
        self._lines = csv.writer(self._text, lineterminator="\r\n")
        self._lines.writerow(csv_line([*(headings[index] for index in self._kept), PROBLEM]))

    def tell(self, outcome: str, cells: Sequence[str], problems: Iterable[Problem] = ()) -> None:
        """Counts a row; one that is refused goes into the file."""
        self.counts[outcome] += 1
        if outcome != "refused":
            return
        problems = tuple(problems)
        self.problems.update(problem.code for problem in problems)
        shown = [text(cells[index]) if index < len(cells) else "" for index in self._kept]
        beyond = map(text, cells[self._width :])
        self._lines.writerow(csv_line([*shown, ";".join(map(str, problems)), *beyond]))

    def finish(self) -> None:
        """All is in the file, which stays open."""
        self._text.flush()
        self._text.detach()


def refusal(problems: Sequence[Problem]) -> bytes:
    """The feedback file where the file as a whole was refused."""
    lines = io.StringIO()
    csv.writer(lines, lineterminator="\r\n").writerows(
        [[PROBLEM], *(csv_line([problem.located]) for problem in problems)]
    )
    return lines.getvalue().encode("utf-8-sig")


def refused(sender: str, problems: Sequence[Problem], state: str = "refused") -> dict[str, Any]:
    """The summary where the file as a whole was not taken in: `state` refused, or interrupted where
    the fault is ours."""
    facts = [
        {"code": problem.code, "field": problem.place, "sentence": problem.sentence}
        for problem in problems
    ]
    return {
        "state": state,
        "sender": sender,
        "file_problems": facts,
        "sentence": "整个文件未接收:" + ";".join(map(str, problems)),
    }


def document(summary: Mapping[str, Any]) -> bytes:
    """The summary as it is laid down: the same facts always give the same bytes."""
    return json.dumps(summary, ensure_ascii=False, sort_keys=True, indent=2).encode() + b"\n"
