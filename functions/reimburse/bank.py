"""The bank's door: an answer file dropped under bank/in/ is matched line by line, and a report of
it is written under bank/out/."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote_plus

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit

from medaid.aws import exchange
from medaid.aws.clock import now
from medaid.errors import Refused
from medaid.reimbursement import service
from medaid.reimbursement.api.routes import office

logger = Logger()
metrics = Metrics()


@metrics.log_metrics
def handler(event: dict[str, Any], _context: Any) -> dict[str, int]:
    """Each object of an S3 notification. A file that comes twice changes nothing; what a line lacks
    is listed, not guessed."""
    taken = refused = 0
    for record in event["Records"]:
        key = unquote_plus(record["s3"]["object"]["key"])
        at, report = now(), f"bank/out/{key.rsplit('/', 1)[-1]}.report.txt"
        try:
            lines, problems = service.answered(office(at), exchange.get(key), at)
            text = "\n".join(
                [
                    f"已处理 {lines} 笔",
                    *(f"第{p.line}行 {p.order_id} {p.code} {p.says}" for p in problems),
                ]
            )
        except Refused as error:  # the file as a whole: nothing of it was taken
            lines, problems, text = 0, [], f"文件未受理:{error.sentence}"
            refused += 1
        exchange.put(report, (text + "\n").encode(), "text/plain; charset=utf-8")
        taken, refused = taken + lines, refused + len(problems)
    metrics.add_metric("BankLinesRefused", MetricUnit.Count, refused)
    logger.info("bank", extra={"taken": taken, "refused": refused})
    return {"taken": taken, "refused": refused}
