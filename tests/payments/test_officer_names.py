"""Officers by name and post in every answer that shows who acted."""

from __future__ import annotations

import json
import typing
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from pydantic import BaseModel
from tests.conftest import Tables
from tests.payments.builders import ENTERS, HOSPITAL, NANJING, NOW, OTHER, SUZHOU, payee
from tests.storage import StorageCalls, StorageFaults

from medaid.aws import rest
from medaid.aws.rest.app import mount
from medaid.aws.rest.bodies import NameOf, NamesWithin
from medaid.aws.rest.officers import Desk, named
from medaid.clearing.hospital.pending_shapes import PendingShown
from medaid.errors import BadInput
from medaid.ids import OfficerId
from medaid.instants import beijing_text, civil_date
from medaid.local.docs import TABLES
from medaid.papers.model import SignaturePlace
from medaid.payments import service
from medaid.payments.api import ROUTES

BOSS, ZHANG = OfficerId("o-boss"), OfficerId("o-zhang")
ACTORS = {"by", "officer", "subject", "approver"}
"""Last words of the fields that hold the subject of a token."""


def models(kind: Any) -> Iterator[type[BaseModel]]:
    """Every model within an answer's type."""
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        yield kind
        for field in kind.model_fields.values():
            yield from models(field.annotation)
    for inner in typing.get_args(kind):
        yield from models(inner)


SHOWN = sorted({m for table in TABLES for route in table for m in models(route.answer)}, key=str)


def test_whoever_is_shown_is_named_10_12() -> None:
    seen = 0
    for model in SHOWN:
        for name, field in model.model_fields.items():
            if name.rsplit("_", 1)[-1] in ACTORS and field.annotation is str:
                seen += 1
                assert f"{name}_name" in model.model_fields, f"{model.__name__}.{name}"
                marks = model.model_fields[f"{name}_name"].metadata
                assert model.__name__ == "ActOut" or NameOf in map(type, marks), model
            if name == "trail" and field.annotation == list[str]:
                assert NamesWithin() in field.metadata, model
    assert seen >= 16


def test_a_mark_names_fields_that_are_there() -> None:
    for model in SHOWN:
        for field in model.model_fields.values():
            for mark in field.metadata:
                if isinstance(mark, NameOf):
                    named_fields = {mark.subject, mark.at, mark.region} - {""}
                    assert named_fields <= model.model_fields.keys(), model


def ask(method: str, path: str, body: Any = None, role: str = "manager", days: int = 0) -> Any:
    at = NOW + timedelta(days=days)
    app = mount(rest.resolver(), ROUTES, lambda: at, lambda _: {}, Desk(service.officer_titles))
    claims = {"sub": BOSS, "custom:admdvs": str(NANJING), "cognito:groups": role}
    event = {
        "version": "2.0",
        "rawPath": path,
        "headers": {},
        "queryStringParameters": {},
        "requestContext": {
            "http": {"method": method, "path": path},
            "stage": "$default",
            "requestId": "r",
            "authorizer": {"jwt": {"claims": claims}},
        },
        "body": json.dumps(body) if body is not None else "",
        "isBase64Encoded": False,
    }
    answer = app.resolve(event, object())  # type: ignore[arg-type]  # no context is looked at
    return answer["statusCode"], json.loads(answer["body"])


def entered(name: str = "张三", post: str = "合同管理", days: int = 0) -> Any:
    path = f"/payments/{NANJING}/officers/{ENTERS}"
    return ask("PUT", path, {"name": name, "post": post}, days=days)


def test_a_manager_enters_who_is_who_and_answers_show_it(tables: Tables) -> None:
    payee()
    _, before = ask("GET", f"/payments/{NANJING}/payees/{HOSPITAL}")
    assert (before["entered_by"], before["entered_by_name"]) == (ENTERS, "")
    status, shown = entered()
    assert (status, shown["officer_name"]) == (200, "张三(合同管理)")
    _, after = ask("GET", f"/payments/{NANJING}/payees/{HOSPITAL}")
    assert (after["entered_by_name"], after["approved_by_name"]) == ("张三(合同管理)", "")


def test_a_payees_change_is_rejected_with_a_reason_by_somebody_named(tables: Tables) -> None:
    payee()
    path = f"/payments/{NANJING}/payees/{HOSPITAL}"
    service.enter_account(NANJING, HOSPITAL, OTHER, ENTERS, NOW)
    ask("PUT", f"/payments/{NANJING}/officers/{BOSS}", {"name": "李四", "post": "科长"})
    for body in (None, {}, {"reason": ""}):
        assert ask("POST", f"{path}/reject", body)[0] == 400
    assert ask("POST", f"{path}/reject", {"reason": "无变更函"}, role="accountant")[0] == 403
    assert ask("GET", path)[1]["pending_tail"] == OTHER.bankacct[-4:]
    status, shown = ask("POST", f"{path}/reject", {"reason": "无变更函"})
    assert (status, shown["pending_tail"], shown["entered_by"]) == (200, "", ENTERS)
    assert shown["trail"][-1].endswith(" 李四(科长) 不同意收款账户(尾号5678):无变更函")


def test_an_act_keeps_the_post_of_its_time(tables: Tables) -> None:
    entered(post="经办")
    entered(post="经办", days=5)
    entered(post="科长", days=10)
    (officer,) = service.list_officers(NANJING)
    assert [(one.post, one.since - NOW) for one in officer.names] == [
        ("经办", timedelta(0)),
        ("科长", timedelta(days=10)),
    ]
    title = service.officer_titles(NANJING)
    for days, post in ((-1, "经办"), (9, "经办"), (10, "科长"), (400, "科长")):
        at = NOW + timedelta(days=days)
        assert (str(title(ENTERS, at)), title(ZHANG, at)) == (f"张三({post})", None)
    assert str(title(ENTERS, None)) == "张三(科长)"
    assert service.officer_titles(SUZHOU)(ENTERS, NOW) is None


@pytest.mark.parametrize(
    ("name", "post", "field"),
    [
        (" ", "经办", "name"),
        ("张3", "经办", "name"),
        ("张三", " ", "post"),
        ("张三", "经|办", "post"),
    ],
)
def test_what_is_no_name_or_post_is_refused(
    tables: Tables, name: str, post: str, field: str
) -> None:
    with pytest.raises(BadInput) as refused:
        service.name_officer(NANJING, ENTERS, name, post, BOSS, NOW)
    assert refused.value.field == field
    assert service.list_officers(NANJING) == []


@pytest.mark.parametrize("role", ["accountant", "cashier", "auditor", "inspector"])
def test_only_a_manager_enters_names(tables: Tables, role: str) -> None:
    path = f"/payments/{NANJING}/officers/{ENTERS}"
    status, _ = ask("PUT", path, {"name": "张三", "post": "经办"}, role)
    assert (status, service.list_officers(NANJING)) == (403, [])


def test_an_office_is_asked_once_and_only_where_somebody_is_shown(
    tables: Tables, storage_calls: StorageCalls
) -> None:
    payee()
    entered()
    storage_calls.reset()
    ask("GET", f"/payments/{NANJING}/payees/{HOSPITAL}")
    assert storage_calls.counts == {"GetItem": 1, "Query": 1}
    storage_calls.reset()
    ask("GET", f"/payments/{NANJING}/payees/nobody")
    assert storage_calls.counts == {"GetItem": 1}


def test_what_was_done_is_answered_where_names_are_away(
    tables: Tables, storage_faults: StorageFaults
) -> None:
    payee()
    entered()
    storage_faults.before(1, "away", times=9, only=["Query"])
    status, shown = ask("GET", f"/payments/{NANJING}/payees/{HOSPITAL}")
    assert (status, shown["entered_by"], shown["entered_by_name"]) == (200, ENTERS, "")


def test_a_trail_in_words_names_who_acted(tables: Tables) -> None:
    entered()
    lines = [
        f"{beijing_text(NOW)} {ENTERS} 录入",
        f"{beijing_text(NOW)} {ZHANG} 同意撤回",
        "一致",
        "无 日 期 的一行",
    ]
    shown = PendingShown(
        pending_id="x", month="2026-03", reason="", amounts={}, paying_region="", trail=lines
    )
    assert named(shown, NANJING, service.officer_titles)["trail"] == [
        f"{beijing_text(NOW)} 张三(合同管理) 录入",
        *lines[1:],
    ]


def test_papers_are_signed_with_the_name_and_post_of_the_day_of_the_act(tables: Tables) -> None:
    service.name_officer(NANJING, ZHANG, "张三", "审核科科长", BOSS, NOW)
    later = NOW + timedelta(days=400)
    service.name_officer(NANJING, ZHANG, "张三", "副主任", BOSS, later)
    at = NOW + timedelta(days=3)
    acts = [("审核", ZHANG, at), ("复核", ZHANG, later), ("会计", "o-wang", at), ("出纳", "", None)]
    assert service.signatures(NANJING, acts) == (
        SignaturePlace("审核", "张三", "审核科科长", civil_date(at)),
        SignaturePlace("复核", "张三", "副主任", civil_date(later)),
        SignaturePlace("会计", "", "", civil_date(at)),
        SignaturePlace("出纳"),
    ), "whom nobody named, and who has not acted, signs by hand"
    (elsewhere,) = service.signatures(SUZHOU, [("审核", ZHANG, at)])
    assert elsewhere.name == "", "a region's own officers"
