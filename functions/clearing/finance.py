"""Finance's handler: a statement dropped under finance/in/<admdvs>/<yyyy-Qn>/ is held against the
books, one under finance/in/<admdvs>/<year>/<fund>/ is recomputed; answers lie under clearing/."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from urllib.parse import unquote_plus

from aws_lambda_powertools import Logger

from medaid.aws import dropped, exchange
from medaid.aws.clock import now
from medaid.aws.faults import without_text
from medaid.errors import Refused
from medaid.fund import finance_files
from medaid.fund.reconciliation import LIMITS
from medaid.workbook import XLSX, workbook

logger = Logger(service="finance")


def _answer_of(key: str) -> str:
    """Where finance finds the answer to a file, also to one that lies in the wrong place."""
    return key.replace("finance/in/", "clearing/", 1)


def _answered(key: str, event_time: str | None) -> int:
    """Lines compared. `event_time` says when the file was dropped: events may come out of order.
    Raises Refused with the row and the rule that the file breaks."""
    content, at = exchange.get(key, LIMITS.bytes), now()
    dropped_at = datetime.fromisoformat(event_time) if event_time else None
    place = key.removeprefix("finance/in/").split("/")
    lines, title, sheets = finance_files.answer(place, content, at, dropped_at)
    exchange.put(f"{_answer_of(key)}.xlsx", workbook(title, sheets, at), XLSX)
    return lines


@without_text
def handler(event: dict[str, Any], _context: Any) -> dict[str, int]:
    """Each object of an S3 notification; a refused one is answered with the rule it breaks."""
    found = refused = 0
    for record in event["Records"]:
        key = unquote_plus(record["s3"]["object"]["key"])
        try:
            with dropped.answering("finance", _answer_of(key), own=(Refused,)):
                found += _answered(key, record.get("eventTime"))
        except Refused as error:
            told = f"文件未受理:{error.sentence}\n".encode()
            exchange.put(f"{_answer_of(key)}.txt", told, "text/plain; charset=utf-8")
            refused += 1
    logger.info("reconciled", extra={"lines": found, "refused": refused})
    return {"lines": found, "refused": refused}
