"""The operators' API in this process: national field names, its description, errors that name field
and rule, posts kept apart (Q3.1)."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]  # ships no types
import pytest
from functions.payments import handler as payments
from functions.reimburse import handler, sweep
from tests.conftest import Tables
from tests.reimbursement.api_client import application, event, in_process, opened
from tests.reimbursement.office import (
    CASHIER,
    INTAKE,
    REVIEWER,
    answer,
    at,
    office,
    officer,
    register,
    scan,
)
from tests.reimbursement.separation import COMBINATIONS, RULES, tried
from tests.storage import StorageCalls

from medaid.access import rules as limits
from medaid.access import service as access
from medaid.access.model import Purpose
from medaid.access.rules import Limit
from medaid.aws import calendars, exchange, rest
from medaid.aws.rest import describe
from medaid.aws.rest.app import mount
from medaid.payments import api as payments_api
from medaid.policy.service import library
from medaid.regions import Region
from medaid.reimbursement.api import ROUTES
from medaid.reimbursement.api.acts import ACTS
from medaid.reimbursement.model import Officer
from medaid.reimbursement.procedure import procedure
from medaid.settlement import store as settlements

NOW = at("2026-03-16 09:00")
DESCRIPTION = describe.document([ROUTES, payments_api.ROUTES])
FOLDER = Path("functions/reimburse/events")
ANSWER = Path("functions/payments/events/answer.json")
LINE = {
    "med_list_codg": "X",
    "det_item_fee_sumamt": "10000.00",
    "inscp_scp_amt": "9000.00",
    "fulamt_ownpay_amt": "1000.00",
}
Handler = Callable[[dict[str, Any], Any], dict[str, Any]]


@pytest.fixture
def api(tables: Tables) -> Handler:
    register()
    app = mount(rest.resolver(), ROUTES, lambda: NOW, lambda _now: office())
    return mount(app, payments_api.ROUTES, lambda: NOW, lambda _now: {}).resolve


def fits(path: str, method: str, status: int, body: dict[str, Any]) -> None:
    """The answer is what the description says."""
    schema = DESCRIPTION["paths"][path][method]["responses"][str(status)]["content"][
        "application/json"
    ]["schema"]
    jsonschema.validate(body, {**schema, "components": DESCRIPTION["components"]})


def image(case_id: str) -> str:
    return scan(case_id, b"image of " + case_id.encode())


def test_every_move_of_a_person_has_its_route() -> None:
    asked = {act for act, move in procedure().moves.items() if move.roles - {"system"}}
    assert asked - {"open"} == {*ACTS}


def test_a_life_over_the_api_with_every_answer_as_described(api: Handler, tables: Tables) -> None:
    call = in_process(api, INTAKE)
    status, body = call("POST", "/reimbursement/cases", application(feedetail=[LINE]))
    fits("/reimbursement/cases", "post", status, body)
    assert (status, body["state"], body["medfee_sumamt"], body["account_tail"]) == (
        201,
        "drafted",
        "10000.00",
        "1234",
    )
    again = call("POST", "/reimbursement/cases", application(feedetail=[LINE]))
    assert again == (201, body), "the same number and content again is the same case"
    desk = opened(call, application(feedetail=[LINE]))
    assert desk.act(call, "accept")[0] == 200
    status, body = call(
        "POST",
        f"/reimbursement/cases/{desk.case_id}/files",
        {"sha256": "0" * 64, "size": 100, "content_type": "image/png"},
    )
    fits("/reimbursement/cases/{case_id}/files", "post", status, body)
    assert (
        desk.act(call, "attach", bill_code="3201", bill_no="N1", sha256=image(desk.case_id))[0]
        == 200
    )
    status, body = desk.act(call, "price")
    fits("/reimbursement/cases/{case_id}/price", "post", status, body)
    assert body["pricing"]["maf_pay"] == "1597.50", body["pricing"]["sentences"]
    assert all("〔" in s or "(" in s for s in body["pricing"]["sentences"])
    assert desk.act(in_process(api, officer("o-a", "auditor")), "audit")[0] == 200
    assert desk.act(in_process(api, REVIEWER), "recheck")[0] == 200
    assert desk.act(in_process(api, officer("o-acc", "accountant")), "order")[0] == 200
    cashier = in_process(api, CASHIER)
    status, batch = cashier("POST", "/payments/320100/batches", {"key": "1"})
    fits("/payments/{admdvs}/batches", "post", status, batch)
    status, body = desk.act(cashier, "pay", batch_id=batch["batch_id"])
    assert status == 200
    status, closed = cashier("POST", f"/payments/320100/batches/{batch['batch_id']}/close", {})
    fits("/payments/{admdvs}/batches/{batch}/close", "post", status, closed)
    assert (closed["count"], closed["total"]) == (1, "8822.50")
    shown = cashier("GET", f"/payments/320100/batches/{batch['batch_id']}", None)[1]
    assert {**closed, "lines": shown["lines"], "cursor": ""} == shown
    assert [line["amount"] for line in shown["lines"]] == ["8822.50"]
    exchange.put(
        "bank/in/a.txt",
        answer(batch["batch_id"], (body["orders"][0]["order_id"], "8822.50", "paid", "")),
    )
    assert payments.handler(
        json.loads(ANSWER.read_text(encoding="utf-8").replace("answer.txt", "a.txt")),
        None,
    ) == {"taken": 1, "refused": 0}
    status, body = call("GET", f"/reimbursement/cases/{desk.case_id}", None)
    fits("/reimbursement/cases/{case_id}", "get", status, body)
    assert body["state"] == "confirmed"
    assert [a["says"] for a in body["acts"]][:2] == ["登记申请", "受理"]


def test_an_answer_file_that_is_not_one_is_reported_and_nothing_taken(
    api: Handler, tables: Tables
) -> None:
    dropped = json.loads(ANSWER.read_text(encoding="utf-8"))
    exchange.put("bank/in/answer.txt", b"H|b\nD|o1|1.00|paid|\nT|1|2.00\n")
    assert payments.handler(dropped, None) == {"taken": 0, "refused": 1}
    assert "控制总数" in exchange.get("bank/out/answer.txt.report.txt").decode()
    exchange.put("bank/in/answer.txt", answer("320100Bnone", ("o1", "1.00", "paid", "")))
    assert payments.handler(dropped, None) == {"taken": 0, "refused": 1}
    assert "没有已提交银行的该付款批次" in exchange.get("bank/out/answer.txt.2.report.txt").decode()
    assert "控制总数" in exchange.get("bank/out/answer.txt.report.txt").decode()


def test_the_cases_of_a_person_are_read_by_the_persons_key(
    api: Handler, storage_calls: StorageCalls
) -> None:
    """Twenty of somebody else's lie before them in the queue: none is read, and a page of one holds
    one."""
    register("P2")
    register("P3", admdvs="320500")
    call = in_process(api, INTAKE)
    for number in range(20):
        opened(call, application(f"a{number}"))
    bodies = [application(f"b{number}", psn_no="P2") for number in range(2)]
    mine = sorted(opened(call, body).case_id for body in bodies)
    storage_calls.reset()
    status, first = call("GET", "/reimbursement/cases?psn_no=P2&limit=1", None)
    assert (status, [row["case_id"] for row in first["rows"]]) == (200, mine[:1])
    assert len(storage_calls.reads) <= 4, "the person's list and the case"
    fits("/reimbursement/cases", "get", status, first)
    rest = f"/reimbursement/cases?psn_no=P2&limit=1&cursor={first['cursor']}"
    assert [row["case_id"] for row in call("GET", rest, None)[1]["rows"]] == mine[1:]
    assert call("GET", "/reimbursement/cases?psn_no=P2&state=paid", None)[1]["rows"] == []
    elsewhere = in_process(api, officer("o-x", "intake", admdvs="320500"))
    assert elsewhere("GET", "/reimbursement/cases?psn_no=P2", None)[1]["rows"] == []
    point = in_process(api, officer("o-y", "intake", point="P01"))
    assert point("GET", "/reimbursement/cases?psn_no=P2", None)[1]["rows"] == []
    strange = f"/reimbursement/cases?psn_no=P1&cursor={first['cursor']}"
    assert call("GET", strange, None)[0] == 400


def test_who_looked_at_a_case_is_recorded(api: Handler) -> None:
    """Right money, 43. A case and a search by person leave a record; who may not see the case
    leaves none."""
    case_id = opened(in_process(api, INTAKE), application("1")).case_id
    psn_no = in_process(api, REVIEWER)("GET", f"/reimbursement/cases/{case_id}", None)[1]["psn_no"]
    in_process(api, REVIEWER)("GET", f"/reimbursement/cases?psn_no={psn_no}", None)
    elsewhere = officer("o-x", "reviewer", admdvs="440900")
    assert in_process(api, elsewhere)("GET", f"/reimbursement/cases/{case_id}", None)[0] == 403
    found = access.page_of_reads_of(psn_no, Region(INTAKE.admdvs), "", 50)[0]
    assert {(row.reader.subject, row.purpose, row.item) for row in found} == {
        (INTAKE.officer_id, Purpose.CASE, case_id),
        (REVIEWER.officer_id, Purpose.CASE, case_id),
        (REVIEWER.officer_id, Purpose.CASE_SEARCH, ""),
    }


def test_looks_at_cases_are_limited(api: Handler, monkeypatch: pytest.MonkeyPatch) -> None:
    case_id = opened(in_process(api, INTAKE), application("1")).case_id
    monkeypatch.setattr(limits, "limit_of", lambda _reader, _purpose: Limit(1, "x"))
    call = in_process(api, REVIEWER)
    assert call("GET", f"/reimbursement/cases/{case_id}", None)[0] == 200
    status, told = call("GET", f"/reimbursement/cases/{case_id}", None)
    assert (status, told["code"]) == (403, "LOOKUP_LIMIT")


def test_lists_counts_queues_and_procedure_are_as_described(api: Handler) -> None:
    call = in_process(api, INTAKE)
    for n in range(3):
        opened(call, application(str(n)))
    status, body = call("GET", "/reimbursement/cases?state=drafted&limit=2", None)
    fits("/reimbursement/cases", "get", status, body)
    assert len(body["rows"]) == 2
    others = call(
        "GET", f"/reimbursement/cases?state=drafted&limit=2&cursor={body['cursor']}", None
    )[1]
    assert len(others["rows"]) == 1
    status, body = call("GET", "/reimbursement/queues/intake", None)
    fits("/reimbursement/queues/{role}", "get", status, body)
    assert len(body["rows"]) == 3
    status, body = call("GET", "/reimbursement/counts", None)
    fits("/reimbursement/counts", "get", status, body)
    assert body["counts"]["drafted"] == 3
    status, body = call("GET", "/reimbursement/procedure", None)
    fits("/reimbursement/procedure", "get", status, body)


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"medfee_sumamt": 10000.0}, "AMOUNT_FORMAT", "medfee_sumamt"),
        ({"medfee_sumamt": "10000.001"}, "AMOUNT_FORMAT", "medfee_sumamt"),
        ({"medfee_sumamt": "9999.99"}, "AMOUNT_SUM", "medfee_sumamt"),
        ({"setlfee": [{"med_chrgitm_type": "09", "item_sumamt": "1.00"}]}, "AMOUNT_SUM", "classes"),
        (
            {
                "feedetail": [
                    {"med_list_codg": "X", "det_item_fee_sumamt": "5.00", "inscp_scp_amt": "4.00"}
                ]
            },
            "AMOUNT_SUM",
            "feedetail[1]",
        ),
        (
            {
                "feedetail": [
                    {"med_list_codg": "X", "det_item_fee_sumamt": "5.00", "inscp_scp_amt": "5.00"}
                ]
            },
            "AMOUNT_SUM",
            "medfee_sumamt",
        ),
        ({"feedetail": [LINE, LINE]}, "AMOUNT_SUM", "medfee_sumamt"),
        ({"psn_no": None}, "FIELD_FORMAT", "psn_no"),
        ({"colour": "red"}, "FIELD_UNKNOWN", "colour"),
        ({"med_type": "77"}, "CODE_UNKNOWN", "med_type"),
        ({"manl_reim_rea": "77"}, "CODE_UNKNOWN", "manl_reim_rea"),
        ({"filing": "maybe"}, "CODE_UNKNOWN", "filing"),
        ({"endtime": "2026-03-01"}, "DATE_ORDER", "endtime"),
        ({"endtime": "2027-03-01"}, "DATE_FUTURE", "endtime"),
        ({"receipts": []}, "FIELD_REQUIRED", "receipts"),
        (
            {
                "account": {
                    "acctname": "李四",
                    "bankacct": "62220200",
                    "bankcode": "1",
                    "owner": "guardian",
                }
            },
            "FIELD_REQUIRED",
            "proof",
        ),
    ],
)
def test_bad_input_names_the_field_and_writes_nothing(
    api: Handler, tables: Tables, changes: dict[str, Any], code: str, field: str
) -> None:
    before = tables.everything()
    status, body = in_process(api, INTAKE)("POST", "/reimbursement/cases", application(**changes))
    fits("/reimbursement/cases", "post", 400, body)
    assert (status, body["code"], body["field"]) == (400, code, field)
    assert tables.everything() == before


def test_the_role_of_the_system_is_never_taken_from_a_token(api: Handler) -> None:
    """A forged group must not confirm payments or pass the posts."""
    status, body = in_process(api, officer("o-x", "system"))(
        "POST", "/reimbursement/cases", application()
    )
    assert (status, body["code"]) == (403, "FORBIDDEN")


def test_without_token_or_region_nothing_is_answered(api: Handler) -> None:
    status, body = in_process(api, Officer("o-x", "", frozenset({"intake"})))(
        "GET", "/reimbursement/cases", None
    )
    assert (status, body["code"]) == (403, "FORBIDDEN")
    bare = event(INTAKE, "GET", "/reimbursement/cases")
    bare["requestContext"]["authorizer"] = {}
    assert api(bare, None)["statusCode"] == 403


def test_unknown_acts_paths_and_cursors_are_refused(api: Handler) -> None:
    call = in_process(api, INTAKE)
    desk = opened(call, application())
    assert desk.act(call, "confirm")[0] == 404, "only the bank's file confirms"
    assert call("GET", "/reimbursement/nothing", None)[0] == 404
    assert call("GET", "/reimbursement/cases?limit=1000", None)[0] == 400
    assert call("GET", "/reimbursement/cases?state=lost", None)[0] == 400
    assert call("GET", "/reimbursement/queues/cashier", None)[0] == 403


def test_an_upload_beyond_the_limits_is_refused(api: Handler) -> None:
    call = in_process(api, INTAKE)
    desk = opened(call, application())
    for change in ({"size": 10485761}, {"content_type": "text/html"}, {"sha256": "x"}):
        status, _ = call(
            "POST",
            f"/reimbursement/cases/{desk.case_id}/files",
            {"sha256": "0" * 64, "size": 1, "content_type": "image/png", **change},
        )
        assert status == 400
    exchange.put(f"receipts/{desk.case_id}/{'0' * 64}", b"not what was promised")
    status, body = desk.act(call, "attach", bill_code="3201", bill_no="N1", sha256="0" * 64)
    assert (status, body["field"]) == (400, "sha256")
    assert desk.act(call, "attach", bill_code="3201", bill_no="N1", sha256="1" * 64)[0] == 404, (
        "never uploaded"
    )


@pytest.mark.parametrize(("first", "second", "rule"), COMBINATIONS)
def test_the_twelve_combinations_are_refused_by_name_Q3_1(
    api: Handler, first: str, second: str, rule: str
) -> None:
    status, body = tried(
        lambda name, role: in_process(api, officer(name, role)), image, first, second, "7"
    )
    assert (status, body["code"], body["facts"]["separation"]) == (403, "SEPARATION", rule), body
    assert RULES[rule] in body["rule"]
    assert "秦安县84号" in body["rule"]


@pytest.mark.parametrize(
    "roles",
    [
        ("auditor", "cashier"),
        ("auditor", "accountant"),
        ("intake", "auditor", "reviewer", "accountant", "cashier", "manager"),
    ],
)
def test_a_token_with_incompatible_roles_is_refused_whoever_holds_it_Q3_1(
    api: Handler, roles: tuple[str, ...]
) -> None:
    """Nobody, a supervisor or administrator with every role included, carries a case from end to
    end."""
    call = in_process(api, INTAKE)
    desk = opened(call, application())
    desk.act(call, "accept")
    desk.act(call, "attach", bill_code="3201", bill_no="N1", sha256=image(desk.case_id))
    desk.act(call, "price")
    status, body = desk.act(in_process(api, officer("o-all", *roles)), "audit")
    assert (status, body["code"]) == (403, "SEPARATION")


def test_posts_are_kept_apart_by_region_not_everywhere_Q3_1(api: Handler) -> None:
    """Positive: who audits in one region may be another person's colleague elsewhere; different
    people pass."""
    status, body = tried(
        lambda name, role: in_process(api, officer(name + role, role)), image, "audit", "order", "8"
    )
    assert status == 200, body


def test_sweep_handler_tells_what_it_did(tables: Tables) -> None:
    exchange.put("calendar/2027.toml", b"year = ")
    calendars._known.clear()
    told = sweep.handler(json.loads((FOLDER / "sweep.json").read_text(encoding="utf-8")), None)
    assert told.pop("calendar_files_spoiled") == 1, "and everything went on"
    assert set(told) == {
        "read", "claimed", "corrected", "days_left", "packs_published", "matters_found",
    }  # fmt: skip
    calendars._known.clear()


def test_the_sweep_keeps_the_packs_that_ship_once(tables: Tables) -> None:
    """What priced a settlement must be there when it is priced anew, also after another version of
    the packs was deployed: no settlement could be replayed on AWS, where only the demonstration
    kept them."""
    hour = json.loads((FOLDER / "sweep.json").read_text(encoding="utf-8"))
    shipped = {f"{one.id}@{one.version}" for one in library().packs}
    assert all(settlements.find_pack(name) is None for name in shipped)
    assert sweep.handler(hour, None)["packs_published"] == len(shipped)
    assert all(settlements.find_pack(name) is not None for name in shipped)
    assert sweep.handler(hour, None)["packs_published"] == 0


def test_the_sample_event_is_taken(tables: Tables) -> None:
    register()
    answered = handler.handler(json.loads((FOLDER / "open.json").read_text(encoding="utf-8")), None)
    assert answered["statusCode"] == 201, answered["body"]
