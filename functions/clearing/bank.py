"""The bank's door for hospitals' payments: an answer dropped under clearing/bank/in/ is taken line
by line; what came back waits to be paid again."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote_plus

from aws_lambda_powertools import Logger

from medaid.aws import exchange
from medaid.aws.clock import now
from medaid.clearing.hospital import service
from medaid.errors import Refused
from medaid.payments import service as payments
from medaid.payments.model import SourceKind

LISTENERS = {SourceKind.STATEMENT: service.payment_heard}
logger = Logger(service="clearing-bank")


def handler(event: dict[str, Any], _context: Any) -> dict[str, int]:
    """Each object of an S3 notification; a report of it lies beside the pay orders. The same file
    again changes nothing."""
    done = refused = 0
    for record in event["Records"]:
        key = unquote_plus(record["s3"]["object"]["key"])
        try:
            report = payments.take_answer(exchange.get(key), LISTENERS, now())
            taken, problems = report.taken, [f"{p.order_id}:{p.says}" for p in report.problems]
            told = [f"已处理 {taken} 笔", *problems]
        except Refused as error:
            taken, problems, told = 0, ["file"], [f"文件未受理:{error.sentence}"]
        exchange.put(
            f"bank/out/{key.rsplit('/', 1)[-1]}.report.txt",
            "\n".join([*told, ""]).encode(),
            "text/plain; charset=utf-8",
        )
        done, refused = done + taken, refused + len(problems)
    logger.info("bank", extra={"taken": done, "refused": refused})
    return {"taken": done, "refused": refused}
