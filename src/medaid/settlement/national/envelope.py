"""A hospital's message: read, checked against the field tables, turned into a value. Nothing of it
is trusted before.

Refusals name the field and the rule; a fault of ours is answered apart, so that the hospital knows
to send the same message again.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from medaid.aws.web import json_object
from medaid.errors import BadInput, Forbidden
from medaid.ids import content_hash
from medaid.instants import parse_date, parse_instant
from medaid.money import Fen
from medaid.settlement.national.fields import ENVELOPE, INPUTS, Field, fields

LARGEST_BODY: Final = 1_000_000
"""Bytes of one message. Totals need a few kilobytes; the interface itself ends `input` at 40,000
characters."""


@dataclass(frozen=True, slots=True)
class Message:
    """One checked request. `data` holds the transaction's own fields as text, fen (`Fen`), dates
    and instants by their type."""

    infno: str
    msgid: str
    institution: str
    treatment: str
    """mdtrtarea_admvs: the region where care was given."""
    home: str
    """insuplc_admdvs, or empty."""
    data: Mapping[str, Any]
    digests: Mapping[str, str]
    """A short hash of every field's content: tells which field a reused msgid changed, without
    keeping the content."""
    extra: Mapping[str, Any]
    """exp_content, where it is a JSON object: what others paid, facts beyond the interface."""
    fees: Mapping[str, Fen]
    """Fee totals by national fee class (med_chrgitm_type), from input.feestt; empty where none were
    sent."""
    sent: Mapping[str, Any]
    """The transaction's own node as it was sent, for those that another room reads."""

    def text(self, name: str) -> str:
        return str(self.data.get(name) or "")

    def fen(self, name: str) -> Fen:
        value = self.data.get(name)
        return value if isinstance(value, Fen) else Fen(0)

    def day(self, name: str) -> date | None:
        value = self.data.get(name)
        return value.date() if isinstance(value, datetime) else value


def read(body: bytes, institution: str) -> Message:
    """The message in `body`, sent by the institution that the token names.

    Raises BadInput (BODY_TOO_LARGE, ENVELOPE, INFNO_UNKNOWN, FIELD_…, AMOUNT_…) naming the field,
    Forbidden for another's code.
    """
    if len(body) > LARGEST_BODY:
        raise BadInput("BODY_TOO_LARGE", field="input", rule=f"报文不得超过 {LARGEST_BODY} 字节")
    envelope = json_object(body)
    head = {f.name: _value(f, envelope.get(f.name)) for f in fields(ENVELOPE)}
    if head["fixmedins_code"] != institution:
        raise Forbidden("FORBIDDEN", field="fixmedins_code", rule="机构编号与登录凭证不符")
    infno = head["infno"][:4]
    if infno not in INPUTS:
        raise BadInput(
            "INFNO_UNKNOWN", field="infno", rule=f"{head['infno']} 不受理;受理 {'、'.join(INPUTS)}"
        )
    node, table = INPUTS[infno]
    content = _object(envelope.get("input"), "input")
    given = _object(content.get(node), f"input.{node}")
    data = {f.name: _value(f, given.get(f.name)) for f in fields(table)}
    if "psn_no" in data and not head["insuplc_admdvs"]:
        raise BadInput(
            "FIELD_REQUIRED", field="insuplc_admdvs", rule="交易输入含人员编号时参保地医保区划必填"
        )
    digests = _digests(
        {
            "insuplc_admdvs": head["insuplc_admdvs"],
            "mdtrtarea_admvs": head["mdtrtarea_admvs"],
            "infno": infno,
            **content,
        }
    )
    extra, fees = _extra(given.get("exp_content")), _fees(content.get("feestt"))
    return Message(
        infno,
        head["msgid"],
        institution,
        head["mdtrtarea_admvs"],
        head["insuplc_admdvs"],
        data,
        digests,
        extra,
        fees,
        given,
    )


def _object(value: Any, field: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise BadInput("ENVELOPE", field=field, rule="须为 JSON 对象")
    return value


def _value(field: Field, value: Any) -> Any:
    """One field by its type: text, `Fen`, date or instant; None where it is absent and may be."""
    if value is None or value == "":
        if field.required:
            raise BadInput("FIELD_REQUIRED", field=field.name, rule=f"{field.chinese}必填")
        return "" if field.kind == "C" else None
    if field.kind == "N":
        return _amount(field, value)
    if not isinstance(value, (str, int)) or isinstance(value, bool):
        raise BadInput("FIELD_FORMAT", field=field.name, rule=f"{field.chinese}应为文字")
    text = str(value).strip()
    if field.kind == "D":
        return parse_date(text, field.name)
    if field.kind == "DT":
        return parse_instant(text, field.name)
    if len(text) > field.size:
        raise BadInput(
            "FIELD_TOO_LONG", field=field.name, rule=f"{field.chinese}不得超过 {field.size} 个字符"
        )
    if any(ord(letter) < 32 or letter == "\x7f" for letter in text) or "#" in text:
        raise BadInput("FIELD_FORMAT", field=field.name, rule=f"{field.chinese}含有不允许的字符")
    return text


def _amount(field: Field, value: Any) -> Fen:
    if isinstance(value, bool) or not isinstance(value, (str, int, Decimal)):
        raise BadInput("AMOUNT_FORMAT", field=field.name, rule="金额须为数字,至多两位小数")
    amount = Fen.of_yuan(value, field.name)
    if amount < 0:
        raise BadInput(
            "AMOUNT_NEGATIVE", field=field.name, rule=f"{field.chinese}当前为 {amount} 元"
        )
    return amount


_FEE: Final = "med_chrgitm_type 费用大类 C6*\nitem_sumamt 大类金额 N16,2*"


def _fees(rows: Any) -> dict[str, Fen]:
    """input.feestt: [{med_chrgitm_type, item_sumamt}], each class once (人社部发〔2016〕120号 (十):
    totals by class at once, lines later)."""
    if rows is None:
        return {}
    if not isinstance(rows, list) or len(rows) > 99:
        raise BadInput("FIELD_FORMAT", field="feestt", rule="应为费用大类的列表")
    found: dict[str, Fen] = {}
    for row in rows:
        told = {f.name: _value(f, _object(row, "feestt").get(f.name)) for f in fields(_FEE)}
        if told["med_chrgitm_type"] in found:
            raise BadInput(
                "FIELD_FORMAT",
                field="feestt.med_chrgitm_type",
                rule=f"费用大类 {told['med_chrgitm_type']} 重复",
            )
        found[told["med_chrgitm_type"]] = told["item_sumamt"]
    return found


def _extra(value: Any) -> Mapping[str, Any]:
    """exp_content is free text in the interface; where it is a JSON object we read it, else we
    leave it alone."""
    if isinstance(value, str):
        try:
            return json_object(value.encode())
        except (BadInput, UnicodeEncodeError):
            return {}
    return value if isinstance(value, dict) else {}


def _digests(content: Mapping[str, Any], path: str = "") -> dict[str, str]:
    """Short hashes of the leaves, by path."""
    found: dict[str, str] = {}
    for name, value in content.items():
        if isinstance(value, dict) and len(path) < 60:
            found |= _digests(value, f"{path}{name}.")
        else:
            found[f"{path}{name}"] = content_hash(
                json.dumps(value, ensure_ascii=False, sort_keys=True, default=str)
            )[:12]
    return found


def differing(first: Mapping[str, str], second: Mapping[str, str]) -> str:
    """The first field by name in which two messages differ; empty where they are the same."""
    return next(
        (name for name in sorted({*first, *second}) if first.get(name) != second.get(name)), ""
    )
