"""Amounts in words (大写金额), dates and periods as papers write them. The words are held against a
reader of them, for every amount that the national interface can carry."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from medaid.money import LARGEST, Fen
from medaid.months import Month, Quarter
from medaid.papers.words import (
    amount_in_words,
    amount_text,
    between_text,
    date_text,
    month_text,
    quarter_text,
)

DIGITS = {letter: value for value, letter in enumerate("零壹贰叁肆伍陆柒捌玖")}
PLACES = {"拾": 10, "佰": 100, "仟": 1000}


def read_number(text: str) -> int:
    """A whole number from its words: what stands before 亿 and 万 counts so many of them."""
    for unit, size in (("亿", 10**8), ("万", 10**4)):
        if unit in text:
            above, below = text.rsplit(unit, 1)
            return read_number(above) * size + read_number(below)
    total, digit = 0, 0
    for letter in text:
        if letter in PLACES:
            total, digit = total + digit * PLACES[letter], 0
        else:
            digit = DIGITS[letter]
    return total + digit


def read_words(text: str) -> int:
    """Fen from 大写金额."""
    parts = re.fullmatch(r"人民币(负?)(?:(.+)元)?(?:零?(.)角)?(?:零?(.)分)?(整?)", text)
    assert parts is not None, text
    sign, yuan, jiao, fen, whole = parts.groups()
    assert bool(whole) != bool(fen), "整 stands where there are no 分, and only there"
    found = 100 * read_number(yuan or "") + 10 * DIGITS[jiao or "零"] + DIGITS[fen or "零"]
    return -found if sign else found


@given(st.integers(-LARGEST + 1, LARGEST - 1))
@example(0)
@example(10**15)
@example(100_000_000_00)
@example(1_000_000_01)
@example(10_001_000_10_00)
def test_the_words_of_every_amount_read_back_as_the_amount(fen: int) -> None:
    words = amount_in_words(Fen(fen))
    assert read_words(words) == fen
    assert "零零" not in words
    assert not re.search("零[元万亿角分整]", words.replace("人民币零元整", ""))


@pytest.mark.parametrize(
    ("yuan", "words"),
    [
        # those of 《正确填写票据和结算凭证的基本规定》 三
        ("1409.50", "人民币壹仟肆佰零玖元伍角整"),
        ("6007.14", "人民币陆仟零柒元壹角肆分"),
        ("1680.32", "人民币壹仟陆佰捌拾元叁角贰分"),
        ("107000.53", "人民币壹拾万柒仟元伍角叁分"),
        ("16409.02", "人民币壹万陆仟肆佰零玖元零贰分"),
        ("325.04", "人民币叁佰贰拾伍元零肆分"),
        # and the ends of the range
        ("0", "人民币零元整"),
        ("0.05", "人民币伍分"),
        ("0.50", "人民币伍角整"),
        ("10", "人民币壹拾元整"),
        ("100000000", "人民币壹亿元整"),
        ("100000001", "人民币壹亿零壹元整"),
        ("1000000000000.01", "人民币壹万亿元零壹分"),
        ("-12.30", "人民币负壹拾贰元叁角整"),
    ],
)
def test_amounts_are_written_as_the_rule_shows(yuan: str, words: str) -> None:
    assert amount_in_words(Fen.of_yuan(yuan)) == words


@given(st.integers(-LARGEST + 1, LARGEST - 1))
def test_figures_carry_separators_and_two_decimals(fen: int) -> None:
    text = amount_text(Fen(fen))
    assert re.fullmatch(r"-?\d{1,3}(,\d{3})*\.\d\d", text)
    assert Fen.of_yuan(text.replace(",", "")) == fen


def test_dates_and_periods_are_written_out() -> None:
    assert date_text(date(2026, 11, 27)) == "2026年11月27日"
    assert date_text(datetime(2026, 11, 27, 16, 0, tzinfo=UTC)) == "2026年11月28日"
    assert month_text(Month("2026-02")) == "2026年2月"
    assert quarter_text(Quarter("2026-Q4")) == "2026年第4季度"
    assert between_text(date(2026, 1, 1), date(2026, 3, 31)) == "2026年1月1日至2026年3月31日"
