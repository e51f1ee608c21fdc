"""One codec for all records: what is stored reads back as the same value, or not at all."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any, ClassVar, NamedTuple, NewType

import pytest
from tests.clearing.builders import item

from medaid.aws.codec import decode, encode
from medaid.clearing.model import Item
from medaid.clearing.regions.model import BillAct, BillStep
from medaid.events import KINDS, LISTENERS, Event
from medaid.ids import OfficerId
from medaid.money import Fen
from medaid.months import Month
from medaid.regions import Region

Number = NewType("Number", str)
BY = OfficerId("经办")


class Colour(StrEnum):
    RED = "red"


class Row(NamedTuple):
    name: str
    fen: Fen = Fen(0)


@dataclass(frozen=True, slots=True)
class Line:
    POSITIONAL: ClassVar[bool] = True
    name: str
    fen: Fen
    day: date | None = None


@dataclass(frozen=True, slots=True)
class Record:
    number: Number
    region: Region
    month: Month
    colour: Colour
    at: datetime
    day: date
    rows: tuple[Row, ...] = ()
    lines: tuple[Line, ...] = ()
    pair: tuple[str, int] = ("", 0)
    amounts: Mapping[str, Fen] = field(default_factory=dict)
    marks: frozenset[str] = frozenset()
    more: Row | None = None


RECORD = Record(
    Number("7"),
    Region("440900"),
    Month("2026-01"),
    Colour.RED,
    datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
    date(2026, 1, 2),
    (Row("a", Fen(5)), Row("b")),
    (Line("x", Fen(1), date(2026, 1, 1)), Line("y", Fen(2))),
    ("p", 3),
    {"maf_pay": Fen(12)},
    frozenset({"q", "r"}),
    Row("c", Fen(1)),
)


def test_every_kind_of_value_goes_through_json_and_back() -> None:
    stored = json.loads(json.dumps(encode(RECORD)))
    found = decode(Record, stored)
    assert found == RECORD
    assert isinstance(found.amounts["maf_pay"], Fen)
    assert isinstance(found.region, Region)
    assert isinstance(found.month, Month)
    assert found.at.tzinfo is not None


def test_defaults_are_left_out_and_come_back() -> None:
    plain = Record(
        *(getattr(RECORD, n) for n in ("number", "region", "month", "colour", "at", "day"))
    )
    stored = encode(plain)
    assert set(stored) == {"number", "region", "month", "colour", "at", "day"}
    assert decode(Record, stored) == plain


def test_rows_of_which_there_are_many_are_lists() -> None:
    assert encode(Line("x", Fen(1))) == ["x", 1, None]


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"unknown": 1}, (KeyError, TypeError)),
        ({"colour": "blue"}, ValueError),
        ({"region": "4409"}, ValueError),
        ({"at": "yesterday"}, ValueError),
        ({"number": 7}, TypeError),
        ({"pair": ["p"]}, ValueError),
        ({"lines": [["x", 1]]}, ValueError),
    ],
)
def test_a_spoiled_record_is_refused(change: dict[str, Any], error: type[Exception]) -> None:
    with pytest.raises(error):
        decode(Record, {**encode(RECORD), **change})


@dataclass(frozen=True, slots=True)
class Grown:
    """A row that gained a field after rows of it were stored."""

    POSITIONAL: ClassVar[bool] = True
    ADDED: ClassVar[int] = 1
    name: str
    fen: Fen
    remark: str = ""


def test_a_row_stored_before_a_field_was_added_reads_with_its_default() -> None:
    assert decode(Grown, ["x", 5]) == Grown("x", Fen(5))
    assert decode(Grown, ["x", 5, "late"]) == Grown("x", Fen(5), "late")


@pytest.mark.parametrize("spoiled", [["x"], ["x", 5, "late", "more"]])
def test_no_other_length_of_a_row_is_read(spoiled: list[Any]) -> None:
    with pytest.raises(ValueError, match="row"):
        decode(Grown, spoiled)


@pytest.mark.parametrize("kind", [Item, BillAct])
def test_rows_stored_before_today_are_read(kind: type[Any]) -> None:
    """An item of a month had no remark, a step of a bill no document."""
    now: Any = item(1, RECORD.at) if kind is Item else BillAct(BillStep.RECEIVED, RECORD.at, BY)
    assert decode(kind, encode(now)[:-1]) == now


def test_a_float_is_not_stored() -> None:
    with pytest.raises(TypeError):
        encode({"amount": 1.5})


def test_every_event_has_its_own_kind_a_version_and_somebody_who_listens() -> None:
    assert len(KINDS) == len(LISTENERS)
    for event, listeners in LISTENERS.items():
        assert issubclass(event, Event)
        assert event.VERSION >= 1
        assert listeners
