"""The operators' API called as the HTTP API calls it: the handler in this process, or the deployed
one with a bearer token."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from medaid.reimbursement.model import Officer

Answer = tuple[int, dict[str, Any]]
Call = Callable[[str, str, Mapping[str, Any] | None], Answer]


def event(
    officer: Officer, method: str, path: str, body: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """The event of one request, its claims as API Gateway hands them over."""
    claims = {
        "sub": officer.officer_id,
        "custom:admdvs": officer.admdvs,
        "cognito:groups": f"[{' '.join(sorted(officer.roles))}]",
        "custom:point": officer.point,
    }
    path, _, query = path.partition("?")
    return {
        "version": "2.0",
        "routeKey": "ANY /reimbursement/{proxy+}",
        "rawPath": path,
        "rawQueryString": query,
        "queryStringParameters": dict(part.split("=", 1) for part in query.split("&") if part),
        "headers": {"content-type": "application/json"},
        "requestContext": {
            "http": {"method": method, "path": path},
            "requestId": "test",
            "stage": "$default",
            "authorizer": {"jwt": {"claims": claims}},
        },
        "body": json.dumps(body) if body is not None else None,
        "isBase64Encoded": False,
    }


def in_process(handler: Callable[[dict[str, Any], Any], dict[str, Any]], officer: Officer) -> Call:
    def call(method: str, path: str, body: Mapping[str, Any] | None = None) -> Answer:
        answer = handler(event(officer, method, path, body), None)
        return answer["statusCode"], json.loads(answer["body"])

    return call


def over_http(url: str, token: str) -> Call:
    def call(method: str, path: str, body: Mapping[str, Any] | None = None) -> Answer:
        data = json.dumps(body).encode() if body is not None else None
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        request = urllib.request.Request(
            url + path, data, headers, method=method
        )  # the local cloud's own address
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:  # as above
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            return error.code, json.loads(error.read() or b"{}")

    return call


def application(key: str = "1", psn_no: str = "P1", **changes: Any) -> dict[str, Any]:
    """What a page sends to open a case."""
    return {
        "biz_acp_no": key,
        "psn_no": psn_no,
        "insutype": "390",
        "insuplc_admdvs": "320100",
        "manl_reim_rea": "03",
        "med_type": "21",
        "begntime": "2026-03-02",
        "endtime": "2026-03-10",
        "fixmedins_name": "某医院",
        "hosp_lv": "2",
        "mdtrtarea_admvs": "320102",
        "filing": "none",
        "medfee_sumamt": "10000.00",
        "inscp_scp_amt": "9000.00",
        "fulamt_ownpay_amt": "1000.00",
        "setlfee": [
            {"med_chrgitm_type": "09", "item_sumamt": "6000.00"},
            {"med_chrgitm_type": "05", "item_sumamt": "4000.00"},
        ],
        "receipts": [
            {
                "bill_code": "3201",
                "bill_no": f"N{key}",
                "amount": "10000.00",
                "date": "2026-03-10",
                "issuer": "某医院",
                "medium": "paper",
            }
        ],
        "account": {
            "acctname": f"张{psn_no}",
            "bankacct": "6222020000001234",
            "bankcode": "102301000000",
        },
        **changes,
    }


@dataclass
class Desk:
    """One case at the API: each act is asked for with the version that the last answer told."""

    case_id: str
    version: int

    def act(self, call: Call, act: str, **body: Any) -> Answer:
        status, answer = call(
            "POST", f"/reimbursement/cases/{self.case_id}/{act}", {"version": self.version, **body}
        )
        if status == 200:
            self.version = answer["version"]
        return status, answer


def opened(call: Call, body: Mapping[str, Any]) -> Desk:
    status, answer = call("POST", "/reimbursement/cases", body)
    assert status == 201, answer
    return Desk(answer["case_id"], answer["version"])
