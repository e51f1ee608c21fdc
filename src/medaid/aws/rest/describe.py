"""The OpenAPI document of all route tables, made from the types that the routes use."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, Final, Literal

from pydantic import BaseModel, Field
from pydantic.json_schema import models_json_schema

from medaid.aws.rest.bodies import FileSent, Shown
from medaid.aws.rest.table import Owner, Route, Routes
from medaid.months import SENT_YEARS, Month, Quarter, Year
from medaid.regions import Region

_REF: Final = "#/components/schemas/{model}"


class FaultShown(Shown):
    """One field at fault."""

    code: str
    field: str
    rule: str


class ErrorShown(Shown):
    """How every refusal is answered: `code` for programs, `message` for people.

    `faults` lists every field at fault; `code`, `field` and `rule` repeat the first.
    """

    code: str
    message: str
    field: str
    rule: str
    faults: list[FaultShown] = Field(default_factory=list)
    facts: dict[str, str] = Field(default_factory=dict)
    incident: str = ""


_ERRORS: Final = {
    "400": "字段或勾稽关系有误",
    "403": "无权办理、非本统筹区或不相容岗位",
    "404": "不存在",
    "409": "当前状态不允许,或已被他人办理",
    "422": "政策没有唯一答案,或记录不允许",
    "503": "系统暂不可用",
}
_OWNER_SAYS: Final = {
    Owner.REGION: "仅限令牌所属统筹区",
    Owner.WITHIN: "令牌所属地区及其下辖统筹区",
    Owner.ABOVE: "由上级经办机构对其下辖地区办理",
    Owner.INSTITUTION: "本机构,或本统筹区经办人员",
    Owner.OBJECT: "对象须属于令牌所属统筹区(机构)",
    Owner.INSTALLATION: "全系统事项,仅限系统管理",
    Owner.ANYBODY: "公开",
}


def document(tables: Iterable[Routes[Any]]) -> dict[str, Any]:
    """OpenAPI 3.1 over all `tables`. AssertionError where two routes share method and path."""
    tables = list(tables)
    routes = [(table.tag, route) for table in tables for route in table]
    seen = {(route.method, route.path) for _, route in routes}
    assert len(seen) == len(routes), "two routes share method and path"
    kinds: dict[tuple[type[BaseModel], Literal["validation", "serialization"]], None] = {}
    for _, route in routes:
        for asked in (route.body, route.query):
            if asked is not None:
                kinds[asked, "validation"] = None
        if not issubclass(route.answer, FileSent):
            kinds[route.answer, "serialization"] = None
    kinds[ErrorShown, "serialization"] = None
    names, defined = models_json_schema(list(kinds), ref_template=_REF)
    paths: dict[str, dict[str, Any]] = {}
    for tag, route in routes:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(tag, route, names)
    bearer = {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}
    return {
        "openapi": "3.1.0",
        "info": {"title": "medaid 医疗救助经办接口", "version": "1"},
        "tags": [{"name": table.tag, "description": table.title} for table in tables],
        "paths": paths,
        "components": {"schemas": defined["$defs"], "securitySchemes": {"bearer": bearer}},
        "security": [{"bearer": []}],
    }


def _operation(tag: str, route: Route, names: Any) -> dict[str, Any]:
    says = [_OWNER_SAYS[route.owner], *([route.cite] if route.cite else [])]
    if route.roles:
        says.append(f"岗位:{'、'.join(route.roles)}")
    answer = {"description": route.summary, "content": _content(route, names)}
    failed = _json(names[ErrorShown, "serialization"])
    errors = {code: {"description": text, "content": failed} for code, text in _ERRORS.items()}
    operation: dict[str, Any] = {
        "tags": [tag],
        "operationId": route.call.__name__,
        "summary": route.summary,
        "description": ";".join(says),
        "parameters": [*_path(route), *_query(route)],
        "responses": {str(route.status): answer, **errors},
    }
    if route.body is not None:
        content = _json(names[route.body, "validation"])
        operation["requestBody"] = {"required": True, "content": content}
    if route.roles:
        operation["x-roles"] = sorted(route.roles)  # so that a page offers only what may be done
    if route.owner is Owner.ANYBODY:
        operation["security"] = []
    return operation


def _content(route: Route, names: Any) -> dict[str, Any]:
    """What a route answers: JSON of its model, or a file of a type that the caller asks for."""
    if issubclass(route.answer, FileSent):
        return {"*/*": {"schema": {"type": "string", "format": "binary"}}}
    return _json(names[route.answer, "serialization"])


def _path(route: Route) -> list[dict[str, Any]]:
    return [
        {"name": name, "in": "path", "required": True, "schema": _schema(kind)}
        for name, kind in route.parameters.items()
    ]


def _schema(kind: type) -> dict[str, Any]:
    if issubclass(kind, Year):
        return {"type": "integer", "minimum": SENT_YEARS[0], "maximum": SENT_YEARS[-1]}
    if kind is int:
        return {"type": "integer", "minimum": 0, "maximum": 999_999}
    if issubclass(kind, Region):
        return {"type": "string", "pattern": r"^\d{6}$"}
    if issubclass(kind, Month):
        return {"type": "string", "pattern": r"^\d{4}-\d{2}$"}
    if issubclass(kind, Quarter):
        return {"type": "string", "pattern": r"^\d{4}-Q[1-4]$"}
    words = list(getattr(kind, "__members__", {}).values())
    return {"type": "string", **({"enum": [str(word) for word in words]} if words else {})}


def _query(route: Route) -> list[dict[str, Any]]:
    if route.query is None:
        return []
    schema = route.query.model_json_schema(ref_template=_REF)
    required = schema.get("required", ())
    return [
        {"name": name, "in": "query", "required": name in required, "schema": one}
        for name, one in schema["properties"].items()
    ]


def _json(reference: dict[str, Any]) -> dict[str, Any]:
    return {"application/json": {"schema": reference}}


def text(tables: Iterable[Routes[Any]]) -> str:
    """As it is kept in docs/openapi.json."""
    return json.dumps(document(tables), ensure_ascii=False, indent=1, sort_keys=True) + "\n"
