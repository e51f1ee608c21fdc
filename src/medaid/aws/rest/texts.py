"""Texts in requests that name something or mean a day."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Final

from pydantic import PlainValidator, WithJsonSchema

from medaid.aws.rest.bodies import value_of
from medaid.errors import BadInput
from medaid.months import SENT_YEARS

PATH_TEXT: Final = re.compile(r"[0-9A-Za-z._:@\u4e00-\u9fff-]{1,80}")
"""What an id may be made of that a path names."""
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)


def _path_id(value: object) -> str:
    if not isinstance(value, str) or not PATH_TEXT.fullmatch(value):
        raise BadInput("FIELD_FORMAT", rule="编号由字母、数字、汉字和 . _ : @ - 组成,至多80个字符")
    return value


def _day(value: object) -> date:
    try:
        if isinstance(value, str) and _DAY.fullmatch(value):
            found = date.fromisoformat(value)
            if found.year in SENT_YEARS:
                return found
    except ValueError:
        pass
    rule = f"日期格式为 yyyy-MM-dd,年度在 {SENT_YEARS[0]} 至 {SENT_YEARS[-1]} 之间"
    raise BadInput("FIELD_FORMAT", rule=rule)


PathId = Annotated[
    str,
    PlainValidator(value_of(_path_id)),
    WithJsonSchema({"type": "string", "maxLength": 80, "example": "收-12"}),
]
"""The id of something that routes name in their path."""
Day = Annotated[
    date,
    PlainValidator(value_of(_day)),
    WithJsonSchema({"type": "string", "format": "date"}),
]
"""A civil date as text, in a year that somebody can mean."""
