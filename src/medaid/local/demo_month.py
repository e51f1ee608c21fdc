"""The demonstration's month to close: a stay that the hospital settled in the month before, the
agreement and the money that paying it needs, the statement, and the hospital's word that it is
right. What is left is the office's: to approve and to pay."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, time, timedelta
from time import monotonic, sleep
from typing import Any, Final

import httpx
from rich.console import Console

from medaid.client.transport import HttpReply, HttpRequest
from medaid.local.errors import LocalError
from medaid.local.hospital import SECONDS, Hospital
from medaid.local.stack import Stack
from medaid.months import Month
from medaid.regions import Region

REGION: Final = Region("440900")
_BILL: Final = {
    "medfee_sumamt": "12000.00",
    "fulamt_ownpay_amt": "1000.00",
    "overlmt_selfpay": "0.00",
    "preselfpay_amt": "1000.00",
    "inscp_scp_amt": "10000.00",
}
_LATER: Final = timedelta(hours=1)
"""The run of a month leaves out what only just arrived."""
_ACCOUNT: Final = "44050100000000000001"


class _Then(Hospital):
    """The counter on a day of the past: the handler's own use case, by that day's clock."""

    def __init__(self, like: Hospital, at: datetime) -> None:
        super().__init__(like.stack, like.institution, like.home)
        self.client.clock = at.timestamp
        self.client.transport = self._answered
        self.at = at

    def _answered(self, request: HttpRequest) -> HttpReply:
        from medaid.aws.web import Caller
        from medaid.settlement import service  # imported after `connected`

        roles = frozenset({"institution"})
        who = Caller("演示医院", institution=self.institution.code, roles=roles)
        status, envelope = service.answer(request.body or b"", who, self.at, lambda: self.at)
        return HttpReply(status, json.dumps(envelope, ensure_ascii=False).encode())


class _Office:
    """Officers of the demonstration at the API, by post."""

    def __init__(self, stack: Stack) -> None:
        self.stack = stack

    def ask(self, post: str, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        answer = httpx.request(
            method,
            f"{self.stack.api}{path.replace('{admdvs}', REGION)}",
            json=body,
            headers={"Authorization": f"Bearer {self.stack.token(f'maoming-{post}')}"},
            timeout=SECONDS,
        )
        if answer.is_error:
            raise LocalError(f"{method} {path}: {answer.text}")
        return answer.json()


def prepare(console: Console, stack: Stack, counter: Hospital, certno: str) -> None:
    """Once: told again, the month is as it was left."""
    from medaid.aws.clock import now  # imported after `connected`, with all that follows
    from medaid.clearing.hospital import service as clearing

    today, code = now(), counter.institution.code
    month = Month.of(today).previous
    console.rule(f"五、{month} 的对账单:待审核和拨付")
    office = _Office(stack)
    held = f"/clearing/{{admdvs}}/months/{month}"
    if not office.ask("auditor", "GET", held)["rows"]:
        at = datetime.combine(month.first, time(2), UTC) + timedelta(days=19)
        _settle(_Then(counter, at), certno)
        _money(office, month)
        _agreement(office, code, month)
        _wait(lambda: office.ask("auditor", "GET", f"{held}/institutions/{code}")["rows"])
        cut = clearing.begin_month(REGION, month, today + _LATER)
        asked = {"admdvs": REGION, "month": month, "cut": cut.isoformat(), "institution": code}
        _send(stack, "ClearingQueue", json.dumps(asked))
        _wait(lambda: office.ask("auditor", "GET", held)["rows"][0]["statements"])
        _agree(office, counter, month)
    console.print(f"{counter.institution.name}:请在经办页面“月度对账”办理")


def _wait(there: Callable[[], object]) -> None:
    until = monotonic() + SECONDS
    while not there():
        if monotonic() > until:
            raise LocalError("演示月份的对账单没有生成")
        sleep(0.2)


def _send(stack: Stack, queue: str, body: str) -> None:
    found = stack.cloud.client("cloudformation").describe_stack_resource(
        StackName=stack.name, LogicalResourceId=queue
    )
    url = found["StackResourceDetail"]["PhysicalResourceId"]
    stack.cloud.client("sqs").send_message(QueueUrl=url, MessageBody=body)


def _settle(then: Hospital, certno: str) -> None:
    psn_no = then.person(certno)["baseinfo"]["psn_no"]
    mdtrt_id = then.stay(psn_no, "2021-06-02", "2021-06-12")
    then.call("2304", then.settling(psn_no, mdtrt_id, _BILL))


def _money(office: _Office, month: Month) -> None:
    """What the books begin with, by a paper that one enters and another posts."""
    line = {"debit": "1002", "credit": "3001", "amount": "1000000.00"}
    paper = {
        "voucher_id": "期初-1",
        "kind": "opening",
        "effective": str(month.first),
        "document": "期初余额表(演示)",
        "document_date": str(month.first),
        "attachment": hashlib.sha256("期初余额表(演示)".encode()).hexdigest(),
        "narrative": "建账",
        "lines": [{"fund": fund, **line} for fund in ("basic_resident", "assistance")],
    }
    office.ask("accountant", "POST", "/fund/{admdvs}/vouchers", paper)
    office.ask("auditor", "POST", f"/fund/{{admdvs}}/vouchers/{month}/期初-1/post")


def _agreement(office: _Office, code: str, month: Month) -> None:
    path = f"/clearing/{{admdvs}}/agreements/{code}"
    asked = office.ask("manager", "GET", path)["required_clauses"]
    terms = {
        "effective": str(month.first.replace(month=1, day=1)),
        "until": str(month.first.replace(year=month.first.year + 2, month=12, day=31)),
        "name": "茂名市某县级人民医院(演示)",
        "hi_paymtd": "1",
        "rate": "0",
        "bank": "102592000001",
        "account": _ACCOUNT,
        "document": "茂医协〔演示〕1号",
        "clauses": [one["id"] for one in asked],
    }
    office.ask("manager", "POST", path, terms)
    office.ask("reviewer", "POST", f"{path}/decision", {"approved": True})


def _agree(office: _Office, counter: Hospital, month: Month) -> None:
    """3201: the hospital's own sums, block by block, are those of the statement."""
    path = f"/clearing/{{admdvs}}/statements/{counter.institution.code}/{month}/1"
    for one in office.ask("auditor", "GET", path)["groups"]:
        sums = {
            "insutype": one["insutype"],
            "clr_type": one["clr_type"],
            "setl_optins": one["insuplc_admdvs"],
            "stmt_begndate": str(month.first),
            "stmt_enddate": str(month.last),
            "medfee_sumamt": one["amounts"]["medfee_sumamt"],
            "fund_pay_sumamt": one["amounts"]["fund_pay_sumamt"],
            "acct_pay": one["amounts"].get("acct_pay", "0.00"),
            "fixmedins_setl_cnt": str(one["count"]),
        }
        counter.call("3201", sums)
