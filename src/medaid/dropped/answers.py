"""What goes back to the sender of a table beside the file itself: why a whole file was not taken,
and a summary. Pure.

Source: 苏医保办发〔2023〕27号 art. 9 (不符合交互标准的,明确存在问题,及时反馈). The summary holds
counts and codes only, nothing of any person.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from typing import Any

from medaid.dropped.problem import Problem
from medaid.dropped.table import REASON
from medaid.workbook import csv_line


def refusal(problems: Sequence[Problem]) -> bytes:
    """The feedback file where the file as a whole was refused."""
    lines = io.StringIO()
    csv.writer(lines, lineterminator="\r\n").writerows(
        [[REASON], *(csv_line([problem.located]) for problem in problems)]
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
