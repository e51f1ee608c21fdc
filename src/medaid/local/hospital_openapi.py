"""`docs/hospitals.openapi.json`: what hospitals send, as an OpenAPI document, made from the field
tables. One path per transaction, as a gateway has them; /fsi takes all of them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any, Final

from medaid.errors import CODES
from medaid.settlement.national import dialects
from medaid.settlement.national.envelope import REGIONS
from medaid.settlement.national.fields import (
    ENVELOPE,
    INPUTS,
    LISTS,
    LISTS_BESIDE,
    NAMES,
    Field,
    fields,
)
from medaid.settlement.national.query_fields import MORE_BESIDE
from medaid.settlement.outcomes import MessageOutcome

NAME: Final = "hospitals.openapi.json"
Schema = dict[str, Any]
_REF: Final = "#/components/schemas"
_STATUSES: Final = {
    "401": "没有证明身份:登录凭证、签名、时间或随机数有误",
    "404": "没有这个地址",
    "405": "请求方法不受理",
    "413": "内容超过允许的大小",
    "415": "内容类型不受理",
    "503": "系统暂不可用,请以同一报文ID重发",
}
_AMOUNT: Final = r"^[+-]?[0-9]{1,15}(\.[0-9]+)?([eE][+-]?[0-9]{1,2})?$"


def text() -> str:
    """The document as it is kept."""
    return json.dumps(document(), ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def document() -> Schema:
    """OpenAPI 3.1 of every address that a hospital's program uses."""
    paths: Schema = {f"/{infno}": _transaction(infno) for infno in sorted(INPUTS)}
    every = [{"$ref": f"{_REF}/Message{infno}"} for infno in sorted(INPUTS)]
    paths["/fsi"] = {"post": _operation("fsi", "任何交易,编号在报文中", {"oneOf": every})}
    paths["/messages/{msgid}"] = {"get": _query("msgid", "报文的下落")}
    paths["/visits/{mdtrt_id}"] = {"get": _query("mdtrt_id", "就诊的状态", "psn_no")}
    messages = {f"Message{infno}": _message(infno) for infno in sorted(INPUTS)}
    signed = {name: _header(name) for name in ("x-tif-paasid", "_api_access_key")}
    return {
        "openapi": "3.1.0",
        "info": {"title": "medaid 定点医药机构接口", "version": "1"},
        "paths": paths,
        "components": {
            "schemas": {
                **messages,
                "Envelope": _fields(fields(ENVELOPE)),
                "Answer": _answer(),
                "Failure": _failure(),
            },
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}, **signed},
        },
        "security": [{"bearer": []}, *({name: []} for name in signed)],
    }


def _header(name: str) -> Schema:
    return {"type": "apiKey", "in": "header", "name": name}


def _transaction(infno: str) -> Schema:
    numbers = [infno, *(one for one, same in dialects.SAME_AS.items() if same == infno)]
    told = f"infno:{'、'.join(numbers)}"
    schema = {"$ref": f"{_REF}/Message{infno}"}
    return {"post": {**_operation(infno, NAMES[infno], schema), "description": told}}


def _operation(name: str, summary: str, schema: Schema) -> Schema:
    content = {media: {"schema": schema} for media in ("application/json", "text/plain")}
    return {
        "operationId": f"send_{name}",
        "summary": summary,
        "requestBody": {"required": True, "content": content},
        "responses": _responses(),
    }


def _query(name: str, summary: str, asked: str = "") -> Schema:
    parameters = [_parameter(name, "path"), *([_parameter(asked, "query")] if asked else [])]
    return {
        "operationId": f"ask_{name}",
        "summary": summary,
        "description": "、".join(MessageOutcome) if name == "msgid" else "",
        "parameters": parameters,
        "responses": _responses(),
    }


def _parameter(name: str, place: str) -> Schema:
    limits = {"type": "string", "minLength": 1, "maxLength": 30}
    return {"name": name, "in": place, "required": True, "schema": limits}


def _responses() -> Schema:
    both = {"oneOf": [{"$ref": f"{_REF}/Answer"}, {"$ref": f"{_REF}/Failure"}]}
    failed = {"application/json": {"schema": {"$ref": f"{_REF}/Failure"}}}
    done = {
        "description": "infcode 0 已办理;-1 未办理,没有写入",
        "content": {"application/json": {"schema": both}},
    }
    return {
        "200": done,
        **{code: {"description": says, "content": failed} for code, says in _STATUSES.items()},
    }


def _message(infno: str) -> Schema:
    node, table = INPUTS[infno]
    nodes = {node: (_rows if infno in LISTS else _fields)(fields(table))}
    if infno in LISTS_BESIDE:
        beside, listed = LISTS_BESIDE[infno]
        nodes[beside] = _rows(fields(listed))
    given = {"type": "object", "properties": nodes, "required": list(nodes)}
    also = {other: _rows(fields(one)) for other, one in MORE_BESIDE.get(infno, {}).items()}
    given |= {"properties": nodes | also}
    return {
        "title": f"{infno} {NAMES[infno]}",
        "allOf": [{"$ref": f"{_REF}/Envelope"}],
        "properties": {"input": given},
        "required": ["input"],
    }


def _rows(listed: Iterable[Field]) -> Schema:
    return {"type": "array", "minItems": 1, "items": _fields(listed)}


def _fields(listed: Iterable[Field]) -> Schema:
    known = list(listed)
    return {
        "type": "object",
        "properties": {field.name: _field(field) for field in known},
        "required": [field.name for field in known if field.required],
    }


def _field(field: Field) -> Schema:
    """What a field takes; null and the empty text are its absence, which only an optional one may
    be."""
    shape: Schema = {"title": field.chinese}
    if field.kind[0] in "N±":
        forms: list[Schema] = [{"type": "number"}, {"type": "string", "pattern": _AMOUNT}]
    elif field.kind in ("D", "DT"):
        forms = [{"type": "string", "minLength": 10, "maxLength": 19}]
    elif field.name in REGIONS:
        forms = [{"type": "string", "pattern": "^[0-9]{6}$"}, {"type": "integer"}]
    else:
        least = {"minLength": 1} if field.required else {}
        forms = [{"type": "string", "maxLength": field.size, **least}, {"type": "number"}]
    if not field.required:
        forms += [{"type": "null"}, {"const": ""}]
    return {**shape, "anyOf": forms}


_TEXTS: Final = (
    "inf_refmsgid",
    "refmsg_time",
    "respond_time",
    "enctype",
    "signtype",
    "cainfo",
    "err_msg",
    "warn_msg",
)


def _envelope(infcode: int, output: Mapping[str, Any]) -> Schema:
    texts = {name: {"type": "string"} for name in _TEXTS}
    return {
        "type": "object",
        "properties": {"infcode": {"const": infcode}, **texts, "output": output},
        "required": ["infcode", *_TEXTS, "output"],
        "additionalProperties": False,
    }


def _answer() -> Schema:
    return _envelope(0, {"type": ["object", "null"]})


def _failure() -> Schema:
    """Every refusal; `errinfo` may have further texts, such as the `id` that stands in the way."""
    info = {
        "type": "object",
        "properties": {
            "code": {"enum": sorted(CODES)},
            "field": {"type": "string"},
            "rule": {"type": "string"},
            "retry": {"enum": ["0", "1"]},
        },
        "required": ["code", "field", "rule", "retry"],
        "additionalProperties": {"type": "string"},
    }
    output = {"type": "object", "properties": {"errinfo": info}, "required": ["errinfo"]}
    return _envelope(-1, output)
