"""exp_content of a settlement (字段扩展, C4000): what the interface has no field for and a policy
asks for.

The interface leaves its form to each region. Ours is a JSON object, or that object as text. Free
text of the hospital's own is left alone; what is meant for us and cannot be read is refused,
because money hangs on it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from medaid.aws.web import json_object
from medaid.benefit.service import check_stated_facts, refuse_sender_amounts
from medaid.errors import BadInput
from medaid.money import Fen
from medaid.receipts.model import ReceiptNumber

PAYERS: Final[Mapping[str, str]] = {
    "commercial": "商业保险",
    "donation": "指定捐赠",
    "supplementary": "其他补充医疗保险",
}
"""Who may have paid already, by the word in exp_content.othpay[].type (茂民规〔2018〕3号 二(二)3,
J19)."""
NAMES: Final = ("othpay", "given", "facts", "receipt")
NOTHING: Final = Fen(0)
LONGEST: Final = 4000
"""Characters of exp_content, as the interface has it (C4000)."""
MOST_ROWS: Final = 20
"""Of othpay."""
_FIELD: Final = "exp_content"


@dataclass(frozen=True, slots=True)
class Extension:
    """What a hospital stated beyond the interface. Amounts in fen."""

    paid_by_others: Fen = NOTHING
    """What commercial insurance, donations and supplementary insurance paid already."""
    facts: Mapping[str, str] = field(default_factory=dict)
    receipt: ReceiptNumber | None = None

    @property
    def meaning(self) -> dict[str, str]:
        """By path, what is stated: equal for two writings of the same."""
        found = {f"{_FIELD}.facts.{name}": value for name, value in self.facts.items()}
        if self.paid_by_others:
            found[f"{_FIELD}.othpay"] = self.paid_by_others.yuan()
        if self.receipt is not None:
            found[f"{_FIELD}.receipt"] = str(self.receipt)
        return found


def read_extension(value: Any, bill_total: Fen) -> Extension:
    """exp_content as it came. Raises BadInput, or PolicyUndetermined FIGURE_MISSING for what an
    agency has to state, naming the part at fault."""
    rows = _object(value)
    if not rows:
        return Extension()
    refuse_sender_amounts(rows.get("given", {}), f"{_FIELD}.given")
    return Extension(
        _paid_by_others(rows.get("othpay", []), bill_total),
        check_stated_facts(rows.get("facts", {}), f"{_FIELD}.facts"),
        _receipt(rows.get("receipt")),
    )


def _object(value: Any) -> Mapping[str, Any]:
    """The JSON object; empty for nothing and for free text that says nothing of ours."""
    if value is None or value == "":
        return {}
    if len(value if isinstance(value, str) else json.dumps(value, default=str)) > LONGEST:
        raise BadInput("FIELD_TOO_LONG", field=_FIELD, rule=f"不得超过 {LONGEST} 个字符")
    if isinstance(value, str):
        if not value.lstrip().startswith(("{", "[")) and not any(name in value for name in NAMES):
            return {}
        try:
            value = json_object(value.encode())
        except (BadInput, UnicodeEncodeError):
            raise BadInput("FIELD_FORMAT", field=_FIELD, rule="不是可读的 JSON 对象") from None
    if not isinstance(value, dict):
        raise BadInput("FIELD_FORMAT", field=_FIELD, rule="须为 JSON 对象或文字")
    for name in value:
        if name not in NAMES and _plain(name) in NAMES:
            raise BadInput(
                "FIELD_UNKNOWN", field=f"{_FIELD}.{name[:30]}", rule=f"应写作 {_plain(name)}"
            )
    return value


def _plain(name: str) -> str:
    return "".join(letter for letter in name.lower() if letter.isalnum())


def _paid_by_others(rows: Any, bill_total: Fen) -> Fen:
    """othpay: [{type, amt}]. Together never more than the bill."""
    at = f"{_FIELD}.othpay"
    if not isinstance(rows, list) or len(rows) > MOST_ROWS:
        rule = f'应为至多 {MOST_ROWS} 行的列表 [{{"type":…,"amt":…}}]'
        raise BadInput("FIELD_FORMAT", field=at, rule=rule)
    total = Fen(0)
    for row in rows:
        if not isinstance(row, dict) or str(row.get("type")) not in PAYERS:
            rule = "、".join(f"{code} {name}" for code, name in PAYERS.items())
            raise BadInput("CODE_UNKNOWN", field=f"{at}.type", rule=rule)
        total += _amount(row.get("amt", ""), f"{at}.amt")
    if total > bill_total:
        rule = f"其他支付合计 {total} 元超过医疗费总额 {bill_total} 元"
        raise BadInput("AMOUNT_SUM", field=at, rule=rule)
    return total


def _amount(value: Any, at: str) -> Fen:
    amount = Fen.of_yuan(value, at)
    if amount < 0:
        raise BadInput("AMOUNT_NEGATIVE", field=at, rule=f"当前为 {amount} 元")
    return amount


def _receipt(row: Any) -> ReceiptNumber | None:
    """receipt: {bill_code, bill_no}, as on the bill (4101)."""
    at = f"{_FIELD}.receipt"
    if row is None:
        return None
    if not isinstance(row, dict):
        raise BadInput("FIELD_FORMAT", field=at, rule="须为 {bill_code, bill_no}")
    return ReceiptNumber.parse(row.get("bill_code"), row.get("bill_no"), at)
