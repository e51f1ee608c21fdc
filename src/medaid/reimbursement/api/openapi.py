"""The OpenAPI description of the routes, made from the same bodies and shapes that the routes use.
`python -m medaid.reimbursement.api.openapi` prints it."""

from __future__ import annotations

import json
import sys
from typing import Any, Final, Literal

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from medaid.reimbursement.api import requests, shapes
from medaid.reimbursement.api.acts import ACTS
from medaid.reimbursement.model import State
from medaid.reimbursement.procedure import procedure

_REF: Final = "#/components/schemas/{model}"
_ERRORS: Final = {
    "400": "字段或勾稽关系有误",
    "403": "无权办理或不相容岗位",
    "404": "不存在",
    "409": "当前状态不允许、票据已使用或已被他人办理",
    "422": "政策没有唯一答案",
    "503": "系统暂不可用",
}

Route = tuple[str, str, str, type[BaseModel] | None, type[BaseModel], int]


def _routes() -> list[Route]:
    moves = procedure().moves
    cases, money = "/reimbursement/cases", "/reimbursement/batches"
    acts: list[Route] = [
        ("post", f"{cases}/{{case_id}}/{act}", moves[act].says, kind, shapes.CaseOut, 200)
        for act, (kind, _) in ACTS.items()
    ]
    return [
        ("post", cases, "登记申请", requests.Open, shapes.CaseOut, 201),
        ("get", cases, "申请列表", None, shapes.ListOut, 200),
        ("get", f"{cases}/{{case_id}}", "申请详情、经过和计算说明", None, shapes.CaseOut, 200),
        (
            "post",
            f"{cases}/{{case_id}}/files",
            "取得票据影像上传地址",
            requests.Upload,
            shapes.UploadOut,
            201,
        ),
        *acts,
        ("get", "/reimbursement/queues/{role}", "岗位待办", None, shapes.ListOut, 200),
        ("get", "/reimbursement/counts", "各状态件数", None, shapes.CountsOut, 200),
        ("get", "/reimbursement/procedure", "办理规程", None, shapes.ProcedureOut, 200),
        ("post", money, "新建付款批次", requests.BatchKey, shapes.BatchOut, 201),
        ("get", f"{money}/{{batch_id}}", "付款批次", None, shapes.BatchOut, 200),
        (
            "post",
            f"{money}/{{batch_id}}/close",
            "关闭批次并生成银行文件",
            None,
            shapes.BatchOut,
            200,
        ),
    ]


def document() -> dict[str, Any]:
    """The description, OpenAPI 3.1."""
    routes = _routes()
    bodies = dict.fromkeys(route[3] for route in routes if route[3] is not None)
    outs: dict[type[BaseModel], None] = dict.fromkeys(
        [*(route[4] for route in routes), shapes.ErrorOut]
    )
    kinds: list[tuple[type[BaseModel], Literal["validation", "serialization"]]] = [
        (body, "validation") for body in bodies
    ]
    kinds += [(answer, "serialization") for answer in outs]
    _, defined = models_json_schema(kinds, ref_template=_REF)
    paths: dict[str, dict[str, Any]] = {}
    for method, path, says, body, answer, status in routes:
        paths.setdefault(path, {})[method] = _operation(path, says, body, answer, status)
    return {
        "openapi": "3.1.0",
        "info": {"title": "medaid 手工(零星)报销", "version": "1"},
        "paths": paths,
        "components": {
            "schemas": defined["$defs"],
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}
            },
        },
        "security": [{"bearer": []}],
    }


def _operation(
    path: str, says: str, body: type[BaseModel] | None, answer: type[BaseModel], status: int
) -> dict[str, Any]:
    parts = [part[1:-1] for part in path.split("/") if part.startswith("{")]
    parameters = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in parts
    ]
    if answer is shapes.ListOut:
        parameters += [
            {"name": name, "in": "query", "required": False, "schema": schema}
            for name, schema in _filters(path).items()
        ]
    errors = {
        code: {"description": text, "content": _json(shapes.ErrorOut)}
        for code, text in _ERRORS.items()
    }
    operation: dict[str, Any] = {
        "summary": says,
        "parameters": parameters,
        "responses": {str(status): {"description": says, "content": _json(answer)}, **errors},
    }
    if body is not None:
        operation["requestBody"] = {"required": True, "content": _json(body)}
    return operation


def _filters(path: str) -> dict[str, dict[str, Any]]:
    limit = {"type": "integer", "minimum": 1, "maximum": procedure().limits.page}
    filters: dict[str, dict[str, Any]] = {
        "psn_no": {"type": "string"},
        "point": {"type": "string"},
        "due_before": {"type": "string", "format": "date"},
    }
    states = (
        {"state": {"type": "string", "description": "逗号分隔:" + ",".join(State)}}
        if path.endswith("/cases")
        else {}
    )
    return {**states, **filters, "limit": limit, "cursor": {"type": "string"}}


def _json(model: type[BaseModel]) -> dict[str, Any]:
    return {"application/json": {"schema": {"$ref": _REF.format(model=model.__name__)}}}


def text() -> str:
    """As it is kept in docs/openapi-reimbursement.json."""
    return json.dumps(document(), ensure_ascii=False, indent=1, sort_keys=True) + "\n"


if __name__ == "__main__":
    sys.stdout.write(text())
