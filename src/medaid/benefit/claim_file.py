"""A claim as a JSON file, so that any case can be priced without a cloud: `medaid price
CLAIM.json`.

docs/claim.schema.json is its JSON schema (`medaid price --schema` prints it), docs/policy-format.md
describes it. Strict: an unknown key, a wrong code or an amount that is no yuan text is refused with
its name.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final, NamedTuple

from medaid.benefit.model import BILL_FIELDS, Bill, Claim, Facts
from medaid.errors import BadInput
from medaid.money import Fen
from medaid.people.model import CATEGORIES
from medaid.policy.vocabulary import RANGES, VALUES

REQUIRED: Final = ("insured", "day", "bill", "facts")
OPTIONAL: Final = ("assisted", "categories", "given", "components", "year")


class FiledClaim(NamedTuple):
    """A claim and whose policy it falls under: insured in the one, assisted by the other ("" for
    nobody), care ended on `day`."""

    insured_region: str
    assisting_region: str
    day: date
    claim: Claim


def read_cases(data: Any) -> list[tuple[FiledClaim, bool]]:
    """One claim, or a list of claims of one person in the order of their settling; and whether each
    takes the year's totals from the claims before it, because it states none of its own.

    Raises BadInput naming the claim (from 1) and the key.
    """
    if not isinstance(data, list):
        return [(read_case(data), False)]
    found = []
    for number, one in enumerate(data, 1):
        try:
            found.append((read_case(one), not (isinstance(one, Mapping) and "year" in one)))
        except BadInput as wrong:
            field = f"[{number}].{wrong.field}"
            raise BadInput(wrong.code, field=field, rule=wrong.rule) from None
    return found


def read_case(data: Any) -> FiledClaim:
    """The case in the parsed JSON. Raises BadInput naming the key."""
    _keys(data, REQUIRED, OPTIONAL, "")
    categories = _categories(data.get("categories", []))
    insured = _region(data["insured"], "insured")
    assisted = _region(data["assisted"], "assisted") if data.get("assisted") else ""
    if categories and not assisted:
        assisted = insured
    claim = Claim(
        _bill(data["bill"]),
        _facts(data["facts"]),
        categories,
        _amounts(data.get("given", {}), "given"),
        _amounts(data.get("components", {}), "components"),
        _year(data.get("year", {})),
    )
    return FiledClaim(insured, assisted, _day(data["day"]), claim)


def _keys(data: Any, required: tuple[str, ...], optional: tuple[str, ...], at: str) -> None:
    if not isinstance(data, Mapping):
        raise BadInput("FIELD_FORMAT", field=at or "(文件)", rule="应为 JSON 对象")
    for name in data:
        if name not in (*required, *optional):
            raise BadInput(
                "FIELD_UNKNOWN",
                field=f"{at}{name}",
                rule=f"可用的键:{'、'.join((*required, *optional))}",
            )
    for name in required:
        if name not in data:
            raise BadInput("FIELD_REQUIRED", field=f"{at}{name}")


def _region(value: Any, field: str) -> str:
    if not (isinstance(value, str) and len(value) == 6 and value.isascii() and value.isdigit()):
        raise BadInput("FIELD_FORMAT", field=field, rule="统筹区代码为六位数字")
    return value


def _day(value: Any) -> date:
    try:
        if not isinstance(value, str) or len(value) != 10:
            raise ValueError
        return date.fromisoformat(value)
    except ValueError:
        raise BadInput("FIELD_FORMAT", field="day", rule="日期写作 yyyy-MM-dd") from None


def _yuan(value: Any, field: str) -> Fen:
    if not isinstance(value, (str, int)) or isinstance(value, bool):
        raise BadInput("AMOUNT_FORMAT", field=field, rule='金额写作文字,如 "1234.50"')
    amount = Fen.of_yuan(value, field)
    if amount < 0:
        raise BadInput("AMOUNT_NEGATIVE", field=field, rule=f"当前为 {amount} 元")
    return amount


def _bill(data: Any) -> Bill:
    _keys(data, BILL_FIELDS[:2], BILL_FIELDS[2:], "bill.")
    return Bill(*(_yuan(data.get(name, "0"), f"bill.{name}") for name in BILL_FIELDS))


def _facts(data: Any) -> Facts:
    names = tuple(name for name in Facts._fields if name != "category")
    _keys(data, ("care",), names[1:], "facts.")
    found: dict[str, Any] = {}
    for name, value in data.items():
        if name in RANGES:
            if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= 200:
                raise BadInput("FIELD_FORMAT", field=f"facts.{name}", rule="应为 0 至 200 的整数")
        elif not isinstance(value, str) or (name in VALUES and value not in VALUES[name]):
            known = "、".join(f"{code} {name_of}" for code, name_of in VALUES.get(name, {}).items())
            raise BadInput(
                "CODE_UNKNOWN", field=f"facts.{name}", rule=f"可用:{known}" if known else "应为文字"
            )
        found[name] = value
    return Facts(**found)


def _categories(data: Any) -> tuple[str, ...]:
    if not isinstance(data, list):
        raise BadInput("FIELD_FORMAT", field="categories", rule="应为列表")
    for code in data:
        if not isinstance(code, str) or code not in CATEGORIES:
            raise BadInput("CODE_UNKNOWN", field="categories", rule=f"可用:{'、'.join(CATEGORIES)}")
    return tuple(data)


def _amounts(data: Any, at: str) -> dict[str, int]:
    if not isinstance(data, Mapping):
        raise BadInput("FIELD_FORMAT", field=at, rule="应为 JSON 对象")
    return {name: int(_yuan(value, f"{at}.{name}")) for name, value in data.items()}


def _year(data: Any) -> dict[str, int]:
    """The year so far: names as the engine gives them back; `count:…` are numbers, the rest
    yuan."""
    if not isinstance(data, Mapping):
        raise BadInput("FIELD_FORMAT", field="year", rule="应为 JSON 对象")
    counts = {name: value for name, value in data.items() if name.startswith("count:")}
    for name, value in counts.items():
        if not isinstance(value, int) or isinstance(value, bool) or value < 0:
            raise BadInput("FIELD_FORMAT", field=f"year.{name}", rule="次数为不小于零的整数")
    return {**_amounts({n: v for n, v in data.items() if n not in counts}, "year"), **counts}


def year_to_data(totals: Mapping[str, int]) -> dict[str, Any]:
    """The year's totals as a claim file writes them: what one answer gives, the next claim
    takes."""
    return {
        name: (value if name.startswith("count:") else Fen(value).yuan())
        for name, value in sorted(totals.items())
    }


def schema() -> dict[str, Any]:
    """The JSON schema of a claim file, from the same vocabulary that reads it."""
    yuan = {
        "type": ["string", "integer"],
        "pattern": r"^\d+(\.\d{1,2})?$",
        "minimum": 0,
        "description": "yuan, at most two decimals",
    }
    region = {"type": "string", "pattern": "^[0-9]{6}$"}
    facts: dict[str, Any] = {}
    for name in Facts._fields:
        if name in RANGES:
            facts[name] = {"type": "integer", "minimum": 0, "maximum": 200}
        elif name in VALUES:
            facts[name] = {
                "enum": list(VALUES[name]),
                "description": "、".join(
                    f"{code} {name_of}" for code, name_of in VALUES[name].items()
                ),
            }
        elif name != "category":
            facts[name] = {"type": "string"}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "medaid claim",
        "type": "object",
        "required": list(REQUIRED),
        "additionalProperties": False,
        "properties": {
            "insured": {**region, "description": "参保地 admdvs"},
            "assisted": {
                "type": "string",
                "pattern": "^([0-9]{6})?$",
                "description": "救助身份认定地 admdvs; empty for nobody",
            },
            "day": {
                "type": "string",
                "format": "date",
                "pattern": r"^\d{4}-\d{2}-\d{2}$",
                "description": "the day the care ended",
            },
            "bill": {
                "type": "object",
                "required": list(BILL_FIELDS[:2]),
                "additionalProperties": False,
                "properties": dict.fromkeys(BILL_FIELDS, yuan),
            },
            "facts": {
                "type": "object",
                "required": ["care"],
                "additionalProperties": False,
                "properties": facts,
            },
            "categories": {"type": "array", "items": {"enum": list(CATEGORIES)}},
            "given": {"type": "object", "additionalProperties": yuan},
            "components": {"type": "object", "additionalProperties": yuan},
            "year": {
                "type": "object",
                "patternProperties": {"^count:": {"type": "integer", "minimum": 0}},
                "additionalProperties": yuan,
            },
        },
    }
