"""What goes back to the sender: the rows that failed, as they came, with their problems; and a
summary. Pure but for the file it writes to.

Source: 苏医保办发〔2023〕27号 art. 9 (不符合交互标准的,明确存在问题,及时反馈). The CSV opens in a
spreadsheet as it is (UTF-8 with BOM, long digits kept as text) and can be mended there and dropped
again. The summary holds counts and codes only, nothing of any person.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, BinaryIO, Final

from medaid.instants import beijing_text
from medaid.people.manifest import Manifest
from medaid.people.problem import Problem
from medaid.people.roster import PROBLEM, plain

OUTCOMES: Final = {
    "confirmed": "新增",
    "changed": "变更",
    "ended": "终止",
    "unchanged": "无变化",
    "refused": "退回",
}
_DIGITS: Final = re.compile(r"\d{11,}[Xx]?|0\d+")


class Answer:
    """The feedback file while it grows. `into` is an empty binary file, left open for the
    caller."""

    def __init__(self, into: BinaryIO, headings: Sequence[str]) -> None:
        self.counts: Counter[str] = Counter(dict.fromkeys(OUTCOMES, 0))
        self.problems: Counter[str] = Counter()
        self._kept = [index for index, heading in enumerate(headings) if heading != PROBLEM]
        self._width = len(headings)
        self._text = io.TextIOWrapper(into, encoding="utf-8-sig", newline="", write_through=False)
        self._lines = csv.writer(self._text, lineterminator="\r\n")
        self._lines.writerow([*(headings[index] for index in self._kept), PROBLEM])

    def tell(self, outcome: str, cells: Sequence[str], problems: Iterable[Problem] = ()) -> None:
        """Counts a row; one that is refused goes into the file."""
        self.counts[outcome] += 1
        if outcome != "refused":
            return
        problems = tuple(problems)
        self.problems.update(problem.code for problem in problems)
        shown = [shielded(cells[index]) if index < len(cells) else "" for index in self._kept]
        beyond = [shielded(cell) for cell in cells[self._width :]]
        self._lines.writerow([*shown, ";".join(map(str, problems)), *beyond])

    def finish(self) -> None:
        """All is in the file, which stays open."""
        self._text.flush()
        self._text.detach()


def shielded(cell: str) -> str:
    """A cell that a spreadsheet shows as it was sent: long numbers stay text (a tab behind, taken
    off again on reading), formulas do nothing."""
    text = plain(cell)
    if _DIGITS.fullmatch(text):
        return f"{text}\t"
    return f"'{text}" if len(text) > 1 and text[0] in "=+-@" else text


def refusal(problems: Sequence[Problem]) -> bytes:
    """The feedback file where the file as a whole was refused."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows(
        [[PROBLEM], *([str(problem)] for problem in problems)]
    )
    return text.getvalue().encode("utf-8-sig")


def refused(folder: str, problems: Sequence[Problem]) -> dict[str, Any]:
    """The summary where the file as a whole was refused."""
    told = [
        {"code": problem.code, "field": problem.field, "sentence": problem.sentence}
        for problem in problems
    ]
    return {
        "state": "refused",
        "sender": folder,
        "file_problems": told,
        "sentence": "整个文件未接收:" + ";".join(map(str, problems)),
    }


def taken_in(
    manifest: Manifest, received: datetime, counts: Mapping[str, int], problems: Mapping[str, int]
) -> dict[str, Any]:
    """The summary of a file that was taken in."""
    spoken = ",".join(f"{word} {counts[outcome]}" for outcome, word in OUTCOMES.items())
    return {
        "state": "taken_in",
        "batch": manifest.batch,
        "sender": manifest.sender.code,
        "kind": manifest.kind,
        "period": manifest.period,
        "admdvs": manifest.admdvs,
        "sha256": manifest.sha256,
        "paper": manifest.paper,
        "rows": manifest.rows,
        "received": beijing_text(received),
        "counts": {outcome: counts[outcome] for outcome in OUTCOMES},
        "problems": dict(sorted(problems.items())),
        "sentence": f"共 {manifest.rows} 行:{spoken}。",
    }


def document(summary: Mapping[str, Any]) -> bytes:
    """The summary as it is laid down: the same facts always give the same bytes."""
    return json.dumps(summary, ensure_ascii=False, sort_keys=True, indent=2).encode() + b"\n"
