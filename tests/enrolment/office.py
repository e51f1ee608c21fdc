"""An office of subsidised enrolment on a fake clock: its handler, its worker with the queue, the
tax office's folder, and published figures of one city."""

from __future__ import annotations

import base64
import csv
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from functions.enroll import handler, worker
from tests.enrolment.figures import FIGURES, FISCAL, FROM_DAY

from medaid.access.wiring import DESK
from medaid.aws import exchange, queue, rest
from medaid.aws.rest.app import mount, plain
from medaid.aws.settings import settings
from medaid.enrolment import api, claims, payments, planning, runs, service

CITY = "440900"
COUNTY = "440902"
YEAR = 2025


def token(*roles: str, sub: str = "", region: str = CITY) -> dict[str, str]:
    return {
        "sub": sub or f"{'-'.join(roles)}@{region}",
        "custom:admdvs": region,
        "cognito:groups": f"[{' '.join(roles)}]",
    }


MANAGER = token("manager")
CLERK = token("intake")
ACCOUNTANT = token("accountant")
AUDITOR = token("auditor")
REVIEWER = token("reviewer")


@dataclass
class Office:
    """`at` is the clock."""

    patch: pytest.MonkeyPatch
    s3: Any
    at: datetime = datetime(2024, 10, 8, 2, tzinfo=UTC)
    figures: Any = (*FIGURES, FROM_DAY, FISCAL)
    bodies: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        exchange.client.cache_clear()
        app = mount(rest.resolver(), api.ROUTES, lambda: self.at, plain, DESK)
        self.patch.setattr(handler, "app", app)
        self.patch.setattr(worker, "now", lambda: self.at)
        library = SimpleNamespace(
            cover_figures=lambda _region, year: self.figures if year == YEAR else ()
        )
        for module in (service, planning, payments, runs, claims):
            self.patch.setattr(module, "library", lambda: library)
        self.patch.setattr(runs, "settings", lambda: SimpleNamespace(enrolment_queue="q"))
        self.patch.setattr(queue, "send", lambda _url, body: self.bodies.append(body))

    def ask(
        self,
        method: str,
        path: str,
        body: Any = None,
        who: Mapping[str, str] = MANAGER,
        **query: str,
    ) -> tuple[int, Any]:
        event = {
            "version": "2.0",
            "routeKey": "ANY /enrolment/{proxy+}",
            "rawPath": f"/enrolment/{path}",
            "queryStringParameters": query or None,
            "headers": {},
            "requestContext": {
                "http": {"method": method, "path": f"/enrolment/{path}", "sourceIp": "10.0.0.7"},
                "stage": "$default",
                "authorizer": {"jwt": {"claims": dict(who)}},
            },
            "body": json.dumps(body) if body is not None else "",
            "isBase64Encoded": False,
        }
        answer = handler.handler(event, None)
        if answer.get("isBase64Encoded"):
            return answer["statusCode"], base64.b64decode(answer["body"])
        return answer["statusCode"], json.loads(answer["body"])

    def do(self, method: str, path: str, body: Any = None, who: Mapping[str, str] = MANAGER) -> Any:
        status, answer = self.ask(method, path, body, who)
        assert status in (200, 201), (status, answer)
        return answer

    def drain(self) -> None:
        """The worker takes what lies in the queue, until nothing does."""
        while self.bodies:
            body = self.bodies.pop(0)
            record = {
                "messageId": "m", "receiptHandle": "r", "body": body, "attributes": {},
                "messageAttributes": {}, "md5OfBody": "", "eventSource": "aws:sqs",
                "eventSourceARN": "arn:aws:sqs:cn-north-1:1:q", "awsRegion": "cn-north-1",
            }  # fmt: skip
            failed = worker.handler({"Records": [record]}, SimpleNamespace())
            assert failed == {"batchItemFailures": []}

    def run(self, path: str, body: Any = None, who: Mapping[str, str] = MANAGER) -> Any:
        """A run begun and gone through; as it stands then."""
        begun = self.do("POST", path, body, who)
        self.drain()
        _, page = self.ask("GET", f"{CITY}/runs", limit="200")
        return next(one for one in page["rows"] if one["run_id"] == begun["run_id"])

    def tax(self, rows: Sequence[Mapping[str, str]], name: str = "list.csv") -> list[str]:
        """The tax office lays a list down; what became of each row: result, or the reason why
        not."""
        text = io.StringIO(newline="")
        lines = csv.DictWriter(text, list(rows[0]), lineterminator="\r\n")
        lines.writeheader()
        lines.writerows(rows)
        key = f"tax/in/{CITY}/{name}"
        self.s3.put_object(
            Bucket=settings().bucket, Key=key, Body=text.getvalue().encode("utf-8-sig")
        )
        worker.handler({"Records": [{"s3": {"object": {"key": key}}}]}, SimpleNamespace())
        answered = self.answer(f"{name}.feedback.csv")
        found = list(csv.DictReader(io.StringIO(answered.decode("utf-8-sig"), newline="")))
        assert len(found) == len(rows), "every row is accounted for"
        return [one["医保处理原因"] or one["医保处理结果"] for one in found]

    def answer(self, name: str) -> bytes:
        key = f"tax/out/{CITY}/{name}"
        body: bytes = self.s3.get_object(Bucket=settings().bucket, Key=key)["Body"].read()
        return body

    def contribution(self, psn_no: str) -> Any:
        return self.do("GET", f"{CITY}/contributions/{YEAR}/{psn_no}")


def paid(serial: int, amount: str, day: str = "2024-11-05", **other: str) -> dict[str, str]:
    """A row of a tax list."""
    from tests.people.samples import certno

    return {
        "姓名": "张三",
        "身份证号": certno(serial),
        "参保年度": str(YEAR),
        "个人缴费金额": amount,
        "缴费日期": day,
        "入库日期": "",
        "税票号": f"T{serial}-{amount}-{day}",
        "业务类型": "缴费",
        "人员类别": "1501",
    } | other
