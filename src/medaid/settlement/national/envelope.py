"""A hospital's message: read, checked against the field tables, turned into a value. Nothing of it
is trusted before.

Refusals name the field and the rule; a fault of ours is answered apart, so that the hospital knows
to send the same message again.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from medaid.aws.web import json_object
from medaid.errors import BadInput, Forbidden
from medaid.ids import InstitutionCode, MessageId, content_hash
from medaid.instants import parse_date, parse_instant
from medaid.money import Fen
from medaid.regions import Region
from medaid.settlement.national import dialects
from medaid.settlement.national.codes import bare
from medaid.settlement.national.extension import Extension, read_extension
from medaid.settlement.national.fields import (
    ENVELOPE,
    INPUTS,
    KEPT_WHOLE,
    LISTS,
    LISTS_BESIDE,
    OTHER_NODES,
    Field,
    fields,
)
from medaid.settlement.national.not_taken import why_not_taken
from medaid.settlement.national.query_fields import MORE_BESIDE
from medaid.settlement.national.rows import COMMON, decimal, rows_meaning, rows_of

LARGEST_BODY: Final = 1_000_000
"""Bytes of a message that brings a file (9101)."""
LARGEST_MESSAGE: Final = 200_000
"""Bytes of any other message: the interface ends `input` at 40,000 characters."""
REGIONS: Final = frozenset(
    {
        "mdtrtarea_admvs",
        "insuplc_admdvs",
        "mdtrtarea_admdvs",
        "setl_optins",
        "insu_optins",
        "clr_optins",
    }
)
"""Fields that hold a region."""
SIGNED: Final = frozenset(
    ("medfee_sumamt", "med_sumfee", "fund_pay_sumamt", "fund_appy_sum", "acct_pay", "cash_payamt")
)
"""Sums of a statement, which may be negative (a month of refunds): text or a JSON number, checked
where they are compared."""
CODES: Final = frozenset(
    {
        "med_type",
        "biz_appy_type",
        "refl_type",
        "mdtrt_cert_type",
        "psn_cert_type",
        "acct_used_flag",
        "trum_flag",
        "rel_ttp_flag",
        "mid_setl_flag",
        "dscg_way",
        "psn_setlway",
    }
)
"""Codes that many hospitals' systems strip of their leading zeros: with and without is the same."""
_HEAD: Final = frozenset(f.name for f in fields(ENVELOPE))
SETTLES: Final = frozenset({"2101", "2102", "2206", "2207", "2303", "2304"})
"""Transactions that price a bill: exp_content and feestt count in them."""


@dataclass(frozen=True, slots=True)
class Message:
    """One checked request. `data` holds the transaction's own fields as text, fen (`Fen`), dates
    and instants by their type."""

    infno: str
    msgid: MessageId
    institution: InstitutionCode
    treatment_region: Region
    """mdtrtarea_admvs: 就医地."""
    insured_region: Region | None
    """insuplc_admdvs: 参保地; always there where the transaction has a psn_no."""
    data: Mapping[str, Any]
    digests: Mapping[str, str]
    """A short hash of every field's meaning: tells which field a reused msgid changed, without
    keeping the content. `12000.0` and `12000.00` mean the same, as do `21` and `021` as a code."""
    extension: Extension
    fees: Mapping[str, Fen]
    """Fee totals by national fee class (med_chrgitm_type), from input.feestt; empty where none were
    sent."""
    sent: Mapping[str, Any]
    """The transaction's own node as it was sent, for those that clearing reads."""
    old_names: bool = False
    """The sender uses old names of fields (`dialects.OLD_NAMES`)."""
    rows: tuple[Mapping[str, Any], ...] = ()
    """The rows of a list, each as `data` is; `data` is then what all have in common."""
    more: Mapping[str, tuple[Mapping[str, Any], ...]] = field(default_factory=dict)
    """Further lists, by node (`MORE_BESIDE`)."""

    def text(self, name: str) -> str:
        return str(self.data.get(name) or "")

    def fen(self, name: str) -> Fen:
        value = self.data.get(name)
        assert isinstance(value, Fen), name
        return value

    def day(self, name: str) -> date | None:
        value = self.data.get(name)
        return value.date() if isinstance(value, datetime) else value

    @property
    def insured(self) -> Region:
        assert self.insured_region is not None, "the transaction has no psn_no"
        return self.insured_region


def read_message(body: bytes, institution: str, addressed: str = "") -> Message:
    """The message in `body`, sent by the institution that proved itself, to an address that names
    the infno `addressed`, or none.

    Raises BadInput (BODY_TOO_LARGE, ENVELOPE, INFNO_UNKNOWN, FIELD_…, AMOUNT_…) naming the field,
    PolicyUndetermined FIGURE_MISSING, Forbidden for another's code.
    """
    _check_size(body, LARGEST_BODY)
    envelope, _ = dialects.new_names(dialects.plain(json_object(body)), _HEAD)
    head = {f.name: _value(f, envelope.get(f.name)) for f in fields(ENVELOPE)}
    if head["fixmedins_code"] != institution:
        raise Forbidden("FORBIDDEN", field="fixmedins_code", rule="机构编号与登录凭证不符")
    if addressed not in ("", head["infno"]):
        rule = f"与地址中的交易编号 {addressed} 不一致"
        raise BadInput("FIELD_FORMAT", field="infno", rule=rule)
    infno = dialects.same_infno(head["infno"])
    if infno not in INPUTS:
        raise BadInput("INFNO_UNKNOWN", field="infno", rule=why_not_taken(head["infno"]))
    if infno != "9101":
        _check_size(body, LARGEST_MESSAGE)
    node, table = INPUTS[infno]
    content = _object(envelope.get("input"), "input")
    if infno in LISTS and node not in content and isinstance(content.get("data"), dict):
        content = content["data"]
    stands = content.get(node, content.get(OTHER_NODES.get(infno, node)))
    if infno in LISTS:
        stands = [stands] if isinstance(stands, dict) else stands
    rows = rows_of(stands, node, fields(table), _value) if infno in LISTS else ()
    if rows:
        table = "\n".join(line for line in table.split("\n") if line.split(" ")[0] in COMMON)
    given = stands[0] if rows else _object(stands, f"input.{node}")
    sent, olds = dialects.new_names(given, frozenset(f.name for f in fields(table)))
    _check_one_amount(given, sent, olds)
    data = {f.name: _value(f, sent.get(f.name)) for f in fields(table)}
    if infno in LISTS_BESIDE:
        node_of_rows, listed = LISTS_BESIDE[infno]
        rows = rows_of(content.get(node_of_rows), node_of_rows, fields(listed), _value)
    more = {
        other: rows_of(content[other], other, fields(listed), _value)
        for other, listed in MORE_BESIDE.get(infno, {}).items()
        if content.get(other)
    }
    insured, treatment = head["insuplc_admdvs"] or None, head["mdtrtarea_admvs"]
    if "psn_no" in data and insured is None:
        raise BadInput(
            "FIELD_REQUIRED", field="insuplc_admdvs", rule="交易输入含人员编号时参保地医保区划必填"
        )
    extension, fees = Extension(), dict[str, Fen]()
    if infno in SETTLES:
        extension = read_extension(sent.get("exp_content"), data["medfee_sumamt"])
        fees = _fees(content.get("feestt"))
    means = {"infno": infno, "insuplc_admdvs": insured, "mdtrtarea_admvs": treatment}
    means |= {f"{node}.{name}": _meaning(name, value) for name, value in data.items() if value}
    means |= {f"{node}.{name}": value for name, value in extension.meaning.items()}
    means |= {f"feestt.{name}": fen.yuan() for name, fen in fees.items()}
    if rows:
        means[LISTS_BESIDE.get(infno, (node,))[0]] = rows_meaning(rows, _meaning)
    means |= {other: rows_meaning(listed, _meaning) for other, listed in more.items()}
    if infno in KEPT_WHOLE:
        means[node] = json.dumps(sent, default=str, sort_keys=True)
    return Message(
        infno,
        MessageId(head["msgid"]),
        InstitutionCode(institution),
        treatment,
        insured,
        data,
        {name: content_hash(str(value))[:12] for name, value in means.items()},
        extension,
        fees,
        sent,
        bool(olds),
        rows,
        more,
    )


def _check_one_amount(
    given: Mapping[str, Any], named: Mapping[str, Any], olds: Sequence[str]
) -> None:
    """A field under two names says the same in both."""
    for name, others in dialects.OLD_NAMES.items():
        for old in olds:
            if old in others and str(given[old]) != str(named[name]):
                raise BadInput("FIELD_FORMAT", field=old, rule=f"与 {name} 不一致")


def _check_size(body: bytes, largest: int) -> None:
    if len(body) > largest:
        raise BadInput("BODY_TOO_LARGE", field="input", rule=f"报文不得超过 {largest} 字节")


def _meaning(name: str, value: Any) -> str:
    """One field in a form that is equal for all writings of the same."""
    if isinstance(value, Fen):
        return value.yuan()
    return bare(value) if name in CODES else str(value)


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
    if field.kind[0] in "N±":
        return _amount(field, value) if field.kind == "N" else decimal(field, value)
    kinds = (str, int, Decimal) if field.name in SIGNED else (str, int)
    if not isinstance(value, kinds) or isinstance(value, bool):
        raise BadInput("FIELD_FORMAT", field=field.name, rule=f"{field.chinese}应为文字")
    text = str(value).strip()
    if not text and field.required:
        raise BadInput("FIELD_REQUIRED", field=field.name, rule=f"{field.chinese}必填")
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
    return Region.parse(text, field.name) if field.name in REGIONS else text


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
        fee = {f.name: _value(f, _object(row, "feestt").get(f.name)) for f in fields(_FEE)}
        name = fee["med_chrgitm_type"]
        if name in found:
            raise BadInput(
                "FIELD_FORMAT", field="feestt.med_chrgitm_type", rule=f"费用大类 {name} 重复"
            )
        found[name] = fee["item_sumamt"]
    return found


def differing(first: Mapping[str, str], second: Mapping[str, str]) -> str:
    """The first field by name in which two messages differ; empty where they are the same."""
    return next(
        (name for name in sorted({*first, *second}) if first.get(name) != second.get(name)), ""
    )
