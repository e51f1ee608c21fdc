"""Attributes that keep money whole and values canonical: what could not be read again is never
written."""

from __future__ import annotations

import json
import zlib
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.aws.things import Thing

from medaid.aws.settings import TABLES, settings
from medaid.aws.table import FenAttribute, PackedAttribute, WholeAttribute, packed_text, table_meta
from medaid.money import LARGEST, Fen, Ratio

WHOLE_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-LARGEST, LARGEST)
    | st.text(st.characters(blacklist_categories=["Cs"]), max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.text(st.characters(blacklist_categories=["Cs"]), max_size=4), inner, max_size=4
        )
    ),
    max_leaves=12,
)


@given(st.integers(-LARGEST, LARGEST).map(Fen))
def test_fen_come_back_as_they_went(fen: Fen) -> None:
    back = FenAttribute().deserialize(FenAttribute().serialize(fen))
    assert (type(back), back) == (Fen, fen)


@pytest.mark.parametrize(
    "value", [1, 0, True, 1.0, Decimal(1), Fraction(1), "1", None, Ratio.of(1)]
)
def test_only_fen_are_stored_as_money(value: Any) -> None:
    with pytest.raises(TypeError):
        FenAttribute().serialize(value)


@pytest.mark.parametrize("text", ["1.5", "1E+2", "", "abc"])
def test_only_whole_numbers_come_back_as_money(text: str) -> None:
    with pytest.raises(ValueError, match="invalid literal"):
        FenAttribute().deserialize(text)


@pytest.mark.parametrize("value", [True, 1.0, Decimal(1), "1", None])
def test_a_count_is_a_whole_number(value: Any) -> None:
    assert WholeAttribute().deserialize(WholeAttribute().serialize(7)) == 7
    with pytest.raises(TypeError):
        WholeAttribute().serialize(value)


@given(WHOLE_VALUES)
def test_packed_values_come_back_as_they_went(value: Any) -> None:
    assert PackedAttribute().deserialize(PackedAttribute().serialize(value)) == value


@given(
    st.dictionaries(
        st.text(st.characters(blacklist_categories=["Cs"]), max_size=4),
        WHOLE_VALUES,
        min_size=2,
        max_size=5,
    )
)
def test_the_same_value_always_packs_to_the_same_bytes(value: dict[str, Any]) -> None:
    turned = dict(reversed(value.items()))
    assert packed_text(turned) == packed_text(value)
    assert PackedAttribute().serialize(turned) == PackedAttribute().serialize(value)


def test_the_packed_text_of_today_is_that_of_tomorrow() -> None:
    """Sealed books and kept requests are compared by it."""
    assert (
        packed_text({"b": [Fen(5), None, True], "a": {"医": "疗"}})
        == '{"a":{"医":"疗"},"b":[5,null,true]}'
    )


NEVER = [1.5, 0.0, float("nan"), float("inf"), Decimal(1), Fraction(1), b"1", {1}, object()]


@pytest.mark.parametrize("value", NEVER)
@pytest.mark.parametrize("around", [lambda v: v, lambda v: [1, v], lambda v: {"a": [{"b": v}]}])
def test_what_has_no_whole_form_is_not_packed(value: Any, around: Any) -> None:
    with pytest.raises(TypeError):
        PackedAttribute().serialize(around(value))
    with pytest.raises(TypeError):
        packed_text(around(value))


@pytest.mark.parametrize("text", ["1.5", "[1,2e3]", '{"a":0.1}', "NaN", "[-Infinity]"])
def test_a_float_that_got_in_is_not_read(text: str) -> None:
    with pytest.raises(TypeError, match="float"):
        PackedAttribute().deserialize(zlib.compress(text.encode()))


@given(st.text(alphabet='0.5e"', max_size=8))
def test_numbers_within_text_are_text(text: str) -> None:
    assert json.loads(packed_text([text])) == [text]


def test_each_room_has_its_table_and_all_share_the_time_limits() -> None:
    metas = [table_meta(name) for name in TABLES]
    assert [meta.table_name for meta in metas] == [settings().tables[name] for name in TABLES]
    assert {
        (meta.connect_timeout_seconds, meta.read_timeout_seconds, meta.max_retry_attempts)
        for meta in metas
    } == {(1, 3, 2)}
    with pytest.raises(KeyError):
        table_meta("elsewhere")


def test_an_item_goes_through_storage_whole(tables: Any) -> None:
    Thing("T#1", paid=Fen(LARGEST), version=3, body={"医": [1, {"a": None}]}).save()
    kept = Thing.get("T#1", "THING")
    assert (kept.paid, type(kept.paid), kept.version, kept.body) == (
        Fen(LARGEST),
        Fen,
        3,
        {"医": [1, {"a": None}]},
    )
    assert tables.items("outbox")[0]["paid"] == {"N": str(LARGEST)}


@pytest.mark.parametrize("wrong", [{"paid": 1}, {"paid": 1.0}, {"version": 1.0}, {"body": [0.5]}])
def test_an_item_with_a_wrong_value_is_not_written(tables: Any, wrong: dict[str, Any]) -> None:
    with pytest.raises(TypeError):
        Thing("T#1", **wrong).save()
    assert tables.items("outbox") == []
