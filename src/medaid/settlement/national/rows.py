"""Lists of rows in a message (费用明细), and numbers of more than two decimals."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from medaid.errors import BadInput
from medaid.money import Fen
from medaid.settlement.national.fields import Field

_NUMBER: Final = re.compile(r"-?[0-9]{1,20}(\.[0-9]{1,20})?(E[+-]?[0-9]{1,2})?")
COMMON: Final = frozenset({"psn_no", "mdtrt_id", "chrg_bchno"})
"""What the rows of one message have in common."""


def rows_of(
    rows: Any, node: str, listed: Sequence[Field], read: Callable[[Field, Any], Any]
) -> tuple[Mapping[str, Any], ...]:
    """The rows of a list, at least one; all of one visit and charge batch. `read` reads a field.
    Raises BadInput naming row and field."""
    if not isinstance(rows, list) or not rows:
        raise BadInput("ENVELOPE", field=f"input.{node}", rule="须为至少一行的列表")
    found = []
    for number, row in enumerate(rows, 1):
        if not isinstance(row, dict):
            raise BadInput("ENVELOPE", field=f"input.{node}", rule=f"第{number}行须为 JSON 对象")
        try:
            found.append({f.name: read(f, row.get(f.name)) for f in listed})
        except BadInput as error:
            rule = f"第{number}行 {error.rule}"
            raise BadInput(error.code, field=error.field, rule=rule) from None
    for number, row in enumerate(found, 1):
        for name in COMMON & row.keys():
            if row[name] != found[0][name]:
                rule = f"第{number}行与第1行不一致;一次只报一个就诊(收费批次)"
                raise BadInput("FIELD_FORMAT", field=name, rule=rule)
    return tuple(found)


def rows_meaning(rows: Sequence[Mapping[str, Any]], meaning: Callable[[str, Any], str]) -> str:
    """All rows in a form that is equal for all writings of the same."""
    return "\x1e".join(
        "\x1f".join(f"{name}={meaning(name, value)}" for name, value in row.items()) for row in rows
    )


def decimal(field: Field, value: Any) -> int:
    """A number of the field's decimals as a whole number of its last place: quantities, unit
    prices, amounts of refunds (then `Fen`)."""
    decimals = int(field.kind[1:])
    if decimals == 2:
        return Fen.of_yuan(value, field.name)
    rule = f"{field.chinese}须为数字,至多 {decimals} 位小数"
    if isinstance(value, bool) or not isinstance(value, (str, int, Decimal)):
        raise BadInput("AMOUNT_FORMAT", field=field.name, rule=rule)
    text = str(value).strip()
    if not _NUMBER.fullmatch(text):
        raise BadInput("AMOUNT_FORMAT", field=field.name, rule=rule)
    exact = Decimal(text).scaleb(decimals)
    whole = int(exact)
    if whole != exact:
        raise BadInput("AMOUNT_FORMAT", field=field.name, rule=rule)
    if abs(whole) >= 10**field.size:
        raise BadInput("AMOUNT_TOO_LONG", field=field.name, rule=f"{field.chinese}超长")
    if whole < 0 and field.kind[0] == "N":
        raise BadInput("AMOUNT_NEGATIVE", field=field.name, rule=f"{field.chinese}为 {text}")
    return whole
