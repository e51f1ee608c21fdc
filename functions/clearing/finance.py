"""Finance's door: a statement dropped under finance/in/<admdvs>/<yyyy-Qn>/ is held against the
books; the comparison lies under clearing/ (J31)."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from urllib.parse import unquote_plus

from aws_lambda_powertools import Logger

from medaid.aws import exchange
from medaid.aws.clock import now
from medaid.errors import Refused
from medaid.fund import finance
from medaid.fund.reconciliation import sheets
from medaid.workbook import XLSX, workbook

logger = Logger(service="finance")


def _dropped(record: dict[str, Any]) -> datetime | None:
    """When the file was dropped, as the notification says: events may come out of order."""
    at = record.get("eventTime")
    return datetime.fromisoformat(at) if at else None


def handler(event: dict[str, Any], _context: Any) -> dict[str, int]:
    """Each object of an S3 notification; one that is refused is answered with the row and the rule
    it breaks."""
    found = refused = 0
    for record in event["Records"]:
        key = unquote_plus(record["s3"]["object"]["key"])
        _, _, admdvs, quarter, name = key.split("/", 4)
        at, answer = now(), f"clearing/{admdvs}/{quarter}/{name}"
        try:
            findings = finance.reconcile(
                admdvs, quarter, name, exchange.get(key), at, _dropped(record)
            )
            exchange.put(
                f"{answer}.xlsx", workbook(f"对账结果 {quarter}", sheets(findings), at), XLSX
            )
            found += len(findings)
        except Refused as error:
            exchange.put(
                f"{answer}.txt",
                f"文件未受理:{error.sentence}\n".encode(),
                "text/plain; charset=utf-8",
            )
            refused += 1
    logger.info("reconciled", extra={"lines": found, "refused": refused})
    return {"lines": found, "refused": refused}
