"""Ids come from the caller's own key: the same key gives the same id, another key another one, and
nothing can be read back out of them."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medaid import ids

AREA = st.from_regex(r"[1-9][0-9]{5}", fullmatch=True)
TEXT = st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\x1f"), max_size=30)
YEAR = st.integers(1000, 9999)
LETTERS = re.compile(r"[0-9A-HJKMNP-TV-Z]+")
"""No I, L, O and U: read over the telephone without a mistake."""


@given(AREA, TEXT, TEXT)
def test_the_same_key_gives_the_same_id(admdvs: str, institution: str, msgid: str) -> None:
    assert ids.settlement_id(admdvs, institution, msgid) == ids.settlement_id(
        admdvs, institution, msgid
    )
    assert ids.visit_id(admdvs, 2026, institution, msgid) == ids.visit_id(
        admdvs, 2026, institution, msgid
    )
    assert ids.person_no(institution, 3) == ids.person_no(institution, 3)


@given(st.lists(st.tuples(TEXT, TEXT), min_size=2, max_size=20, unique=True))
def test_other_keys_give_other_ids(keys: list[tuple[str, str]]) -> None:
    for make in (
        ids.settlement_id,
        lambda area, one, two: ids.visit_id(area, 2026, one, two),
        lambda _, one, two: ids.content_hash(one, two),
    ):
        assert len({make("440900", one, two) for one, two in keys}) == len(keys)


@pytest.mark.parametrize(
    ("one", "other"),
    [(("AB", "C"), ("A", "BC")), (("", "AB"), ("AB", "")), (("A", "B"), ("B", "A"))],
)
def test_the_parts_of_a_key_are_kept_apart(one: tuple[str, str], other: tuple[str, str]) -> None:
    assert ids.settlement_id("440900", *one) != ids.settlement_id("440900", *other)
    assert ids.content_hash(*one) != ids.content_hash(*other)


def test_ids_of_different_things_differ_although_the_key_is_the_same() -> None:
    made = [
        ids.settlement_id("440900", "H1", "M1"),
        ids.visit_id("440900", 2026, "H1", "M1"),
        ids.person_no("H1", 1),
    ]
    assert len({one[-18:] for one in made}) == 3


def test_the_ids_of_today_are_those_of_tomorrow() -> None:
    """Stored ids must be found again by every later version of the product."""
    assert (
        ids.settlement_id("440900", "H44090100001", "H44090100001202106300930000001")
        == "440900S0Q5X81KFDNHA9Z362X4V"
    )
    assert ids.visit_id("440900", 2021, "H44090100001", "m") == "440900V2021BPGEM0VGZC4D8JE2YQ"
    assert ids.person_no("0" * 64, 1) == "PQ9QGKT915RRAJEECM2B0"


@given(AREA, YEAR, TEXT, TEXT, st.integers(1, 10**7))
def test_ids_fit_the_interface(
    admdvs: str, year: int, institution: str, msgid: str, row: int
) -> None:
    """C30, of letters and digits that nobody mistakes."""
    settlement = ids.settlement_id(admdvs, institution, msgid)
    for made in (
        settlement,
        ids.reversal_id(settlement),
        ids.visit_id(admdvs, year, institution, msgid),
        ids.person_no(institution, row),
    ):
        assert len(made) <= 30
        assert LETTERS.fullmatch(made)


@given(AREA, YEAR, TEXT, TEXT)
def test_the_year_of_a_visit_is_read_from_its_id(
    admdvs: str, year: int, institution: str, msgid: str
) -> None:
    assert ids.visit_year(ids.visit_id(admdvs, year, institution, msgid)) == year


@pytest.mark.parametrize(
    "foreign",
    [
        "",
        "1",
        "440900",
        "440900S" + "0" * 22,
        "440900V20X6" + "0" * 18,
        "440900V2026" + "0" * 17,
        "440900V2026" + "0" * 19,
        "440900V" + "²" * 4 + "0" * 18,
    ],
)
def test_other_senders_ids_have_no_year(foreign: str) -> None:
    assert ids.visit_year(foreign) is None


@given(st.text(max_size=31))
def test_no_text_at_all_breaks_the_reading_of_a_year(text: str) -> None:
    year = ids.visit_year(text)
    assert year is None or 0 <= year <= 9999


def test_a_settlement_has_one_reversal_and_an_entry_one_id_for_each_kind() -> None:
    settlement = ids.settlement_id("440900", "H1", "M1")
    assert ids.reversal_id(settlement) not in (settlement, ids.settlement_id("440900", "H1", "M2"))
    assert (
        len(
            {
                ids.entry_id(source, kind)
                for source in ("A", "B")
                for kind in ("settled", "reversed")
            }
        )
        == 4
    )


@pytest.mark.parametrize(
    "make",
    [
        lambda n: ids.settlement_id("440900", "H1", n),
        lambda n: ids.visit_id("440900", 2026, "H1", n),
        lambda n: ids.person_no(n, 1),
    ],
)
def test_nothing_that_went_in_can_be_read(make: Callable[[str], str]) -> None:
    for told in ("110101199001011234", "13800138000", "张三"):
        made = make(told)
        assert told not in made
        assert not any(told[i : i + 5] in made for i in range(len(told) - 4))


def test_a_hash_of_content_is_whole() -> None:
    assert re.fullmatch(r"[0-9a-f]{64}", ids.content_hash("a"))
