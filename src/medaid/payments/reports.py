"""An answer file that the bank dropped, and the report of what became of it."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from medaid.aws import exchange
from medaid.errors import Refused
from medaid.payments.model import AnswerProblem, AnswerReport
from medaid.payments.service import Listeners, take_answer

LARGEST_BYTES: Final = 20_000_000
"""Some 200,000 lines: more than a function could take in its time."""


def take_dropped(key: str, listeners: Listeners, now: datetime) -> AnswerReport:
    """Takes the file under `key` and writes its report beside the batches. Each report has a key of
    its own: none is written over. Raises Unavailable: the same file again goes on."""
    try:
        report = take_answer(exchange.get(key, LARGEST_BYTES), listeners, now)
        text = report_text(report)
    except Refused as error:  # the file as a whole: nothing of it was taken
        report = AnswerReport("", 0, (AnswerProblem(0, "", error.code, error.sentence),))
        text = f"文件未受理:{error.sentence}\n"
    exchange.put_beside(f"bank/out/{key.rsplit('/', 1)[-1]}", ".report.txt", text.encode())
    return report


def report_text(report: AnswerReport) -> str:
    """What people at the bank and at the office read."""
    lines = [f"已处理 {report.taken} 笔"]
    lines += [f"第{p.line}行 {p.order_id} {p.code} {p.says}" for p in report.problems]
    return "\n".join([*lines, ""])
