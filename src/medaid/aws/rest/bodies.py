"""What operators' pages send and get: base classes, field types, and the reading of a request.

Nothing unknown is taken. Amounts are yuan as text with at most two decimals, never a binary
fraction; on the way in they become whole fen. All that is wrong with a body is told at once.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any, Final, Generic, Self, TypeVar

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    PlainSerializer,
    PlainValidator,
    StrictBool,
    StringConstraints,
    ValidationError,
    WithJsonSchema,
)
from pydantic_core import ErrorDetails, PydanticCustomError

from medaid.errors import BadInput, Fault, MedaidError
from medaid.instants import beijing_text
from medaid.money import Fen
from medaid.months import Month
from medaid.regions import Region

B = TypeVar("B", bound=BaseModel)
Row = TypeVar("Row")
LARGEST_PAGE: Final = 200
"""Rows of one answer: 6 MB hold them whatever they are."""


class Body(BaseModel):
    """Any request body or query: what is not asked for is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Shown(BaseModel):
    """Any answer."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    @classmethod
    def of(cls, *values: object, **other: object) -> Self:
        """`values` as they are shown: each field stands in `other`, or is the attribute of that
        name of the first value that has it. Raises AttributeError for a field that none has and
        that must be there."""
        own = {}
        for name, field in cls.model_fields.items():
            if name not in other:
                holder = next((one for one in values if hasattr(one, name)), None)
                if holder is not None or field.is_required():
                    own[name] = getattr(holder, name)
        return cls(**own, **other)


@dataclass(frozen=True, slots=True)
class NameOf:
    """Marks a field that says, in name and post, who the token subject in field `subject` is; at
    the time in field `at` (Beijing), now where it names none; as entered in the office of the
    region in field `region`, of the request where it names none.

        by: str
        by_name: Annotated[str, NameOf("by", "at")] = ""

    The edge fills it (medaid.aws.rest.officers)."""

    subject: str
    at: str = ""
    region: str = ""


@dataclass(frozen=True, slots=True)
class NamesWithin:
    """Marks a list of texts `<day> <time> <token subject> …`: the edge puts name and post in the
    place of a subject that the office has entered."""


class ListQuery(Body):
    """What every list takes: how many rows, and where the page before ended."""

    limit: int = Field(50, ge=1, le=LARGEST_PAGE)
    cursor: str = Field("", max_length=800)


class FewQuery(ListQuery):
    """A list whose rows are large: fewer of them are one answer."""

    limit: int = Field(20, ge=1, le=50)


class Page(Shown, Generic[Row]):
    """One page of a list. `cursor` is empty on the last page; `total` counts all rows of the list,
    where it is kept (null where counting would read them all)."""

    rows: list[Row]
    cursor: str = ""
    total: int | None = None


class Done(Shown):
    """An act that has nothing to show: done, and still so."""

    done: bool = True


class FileSent(Shown):
    """An answer that is a file: sent as it is, under its name, not as JSON."""

    name: str
    media: str
    content: bytes


_KINDS: Final = {
    "AMOUNT_FORMAT": "amount",
    "AMOUNT_TOO_LONG": "amount",
    "AMOUNT_NEGATIVE": "negative",
}


def value_of(parse: Any) -> Any:
    """A validator that asks one of our own values and tells its rule."""

    def validate(value: object) -> Any:
        try:
            return parse(value)
        except MedaidError as error:
            raise PydanticCustomError(
                _KINDS.get(error.code, "format"), "{rule}", {"rule": error.rule}
            ) from None

    return validate


def _signed_fen(value: object) -> Fen:
    if not isinstance(value, str | int) or isinstance(value, bool):
        raise BadInput("AMOUNT_FORMAT", rule="金额须为字符串,至多两位小数")
    return Fen.of_yuan(value)


def _fen(value: object) -> Fen:
    fen = _signed_fen(value)
    if fen < 0:
        raise BadInput("AMOUNT_NEGATIVE", rule="金额不得为负")
    return fen


_AMOUNT: Final = {"type": "string", "pattern": r"^\d{1,14}(\.\d{1,2})?$", "example": "1234.50"}
Yuan = Annotated[Fen, PlainValidator(value_of(_fen)), WithJsonSchema(_AMOUNT)]
"""An amount in a request, never negative; `Fen` inside."""
SignedYuan = Annotated[
    Fen,
    PlainValidator(value_of(_signed_fen)),
    WithJsonSchema({**_AMOUNT, "pattern": r"^-?\d{1,14}(\.\d{1,2})?$"}),
]
"""An amount of a statement in a request, which may be negative."""
YuanText = Annotated[
    Fen,
    PlainValidator(lambda fen: fen),
    PlainSerializer(lambda fen: fen.yuan(), return_type=str),
    WithJsonSchema({**_AMOUNT, "pattern": r"^-?\d+\.\d{2}$"}),
]
"""An amount in an answer: yuan with two decimals."""
DayText = Annotated[
    date | None,
    PlainValidator(lambda day: day),
    PlainSerializer(lambda day: day.isoformat() if day else "", return_type=str),
    WithJsonSchema({"type": "string"}),
]
"""A day in an answer; empty where there is none."""
InstantText = Annotated[
    datetime | None,
    PlainValidator(lambda at: at),
    PlainSerializer(lambda at: beijing_text(at) if at else "", return_type=str),
    WithJsonSchema({"type": "string"}),
]
"""An instant in an answer, in Beijing time; empty where there is none."""
Admdvs = Annotated[
    Region,
    PlainValidator(value_of(lambda value: Region.parse(value, ""))),
    WithJsonSchema({"type": "string", "pattern": r"^\d{6}$", "example": "440900"}),
]
MonthText = Annotated[
    Month,
    PlainValidator(value_of(lambda value: Month.parse(value, ""))),
    WithJsonSchema({"type": "string", "pattern": r"^\d{4}-\d{2}$", "example": "2026-01"}),
]
Short = Annotated[str, StringConstraints(min_length=1, max_length=64, strip_whitespace=True)]
Long = Annotated[str, StringConstraints(max_length=500, strip_whitespace=True)]
Reason = Annotated[str, StringConstraints(min_length=1, max_length=500, strip_whitespace=True)]
Code = Annotated[str, StringConstraints(pattern=r"^[0-9A-Z]{1,20}$")]
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class NothingMore(Body):
    """An act that needs no further facts."""


class WithReason(Body):
    """An act that says why."""

    reason: Reason


class Decision(Body):
    """The second of two people: whether what waits is approved, and why not."""

    approved: StrictBool
    reason: Long = ""


_CODES: Final = {
    "missing": "FIELD_REQUIRED",
    "extra_forbidden": "FIELD_UNKNOWN",
    "amount": "AMOUNT_FORMAT",
    "negative": "AMOUNT_NEGATIVE",
    "string_too_long": "FIELD_TOO_LONG",
    "too_long": "FIELD_TOO_LONG",
    "literal_error": "CODE_UNKNOWN",
    "enum": "CODE_UNKNOWN",
}
_RULES: Final = {
    "missing": "须填写",
    "extra_forbidden": "接口没有此字段",
    "string_too_long": "超过允许的长度",
    "string_too_short": "不得为空",
    "too_long": "超过允许的条数",
    "too_short": "至少一条",
    "string_type": "须为文本",
    "date_from_datetime_parsing": "日期格式为 yyyy-MM-dd",
    "date_parsing": "日期格式为 yyyy-MM-dd",
}
_WORD: Final = re.compile(r"'([^']*)'")


def read(kind: type[B], data: Mapping[str, Any]) -> B:
    """The body or query. Raises BadInput that names every field at fault (`faults`) and its rule;
    never what was sent."""
    try:
        return kind.model_validate(data)
    except ValidationError as error:
        found = error.errors(include_input=False, include_url=False)
        raise BadInput.of(_fault(one) for one in found) from None


def _fault(found: ErrorDetails) -> Fault:
    where = ".".join(str(part) for part in found["loc"])
    own = found["type"] in ("amount", "negative", "format")
    rule = found["msg"] if own else _RULES.get(found["type"], "格式不符")
    if found["type"] in ("literal_error", "enum"):
        words = _WORD.findall(str(found.get("ctx", {}).get("expected", "")))
        rule = f"须为 {'、'.join(words)} 之一" if words else "不在允许的取值内"
    return Fault(_CODES.get(found["type"], "FIELD_FORMAT"), where[:80], rule)


def cursor_text(key: Mapping[str, str]) -> str:
    """Where a page ended, as one opaque text: the key attributes of its last row."""
    text = json.dumps(dict(key), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def cursor_key(text: str, **partition: str) -> dict[str, str] | None:
    """The key that `cursor_text` wrote, None for an empty text.

    `partition` are the attributes a cursor of this list must have: a crafted or foreign one never
    reaches storage. Raises BadInput FIELD_FORMAT.
    """
    if not text:
        return None
    try:
        found = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (binascii.Error, ValueError, RecursionError):
        found = None
    whole = isinstance(found, dict) and all(
        isinstance(value, str) and 0 < len(value) <= 500 for value in found.values()
    )
    if not whole or any(found.get(name) != value for name, value in partition.items()):
        raise BadInput("FIELD_FORMAT", field="cursor", rule="翻页标记无效,请重新查询")
    return dict(found)
