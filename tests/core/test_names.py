"""Names as offices write them: as many forms that are one name as that are not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medaid import names


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("古丽．艾比", "古丽·艾比"),
        ("古丽•艾比", "古丽·艾比"),
        ("古丽・艾比", "古丽·艾比"),
        ("古丽.艾比", "古丽·艾比"),
        ("古丽 · 艾比", "古丽·艾比"),
        ("古丽‧艾比", "古丽·艾比"),
        ("𠮷　明", "𠮷明"),
        ("张 三", "张三"),
        ("张\u200b三", "张三"),
        ("葛\U000e0100城", "葛城"),
        ("张（小）三", "张(小)三"),
        ("张 (小) 三", "张(小)三"),
        ("MARIA  LI", "MARIA LI"),
        ("ＭＡＲＩＡ　ＬＩ", "MARIA LI"),
        ("J. O’Neil-Smith", "J. O'Neil-Smith"),
        ("José", "José"),
        ("Jose\u0301", "José"),
        ("张\ue863", "张䶮"),
        ("李\ue81e", "李\u9fb4"),
        ("王\ue831", "王\U000215d7"),
        ("\u2f45明", "方明"),
        ("\uf9d1明", "六明"),
        ("", ""),
    ],
)
def test_the_form_that_is_kept(written: str, kept: str) -> None:
    assert names.normal(written) == kept
    assert names.normal(kept) == kept


@pytest.mark.parametrize(
    "written",
    [
        "张三2",
        "=1+1",
        "张三/李四",
        "·",
        "张_三",
        "(张三)",
        "1",
        "张@三",
        "张\ue000三",
        "-",
        "张②三",
    ],
)
def test_what_is_no_name(written: str) -> None:
    with pytest.raises(names.NotAName):
        names.normal(written)


@pytest.mark.parametrize(
    ("registered", "given"),
    [
        ("古丽•艾比", "古丽·艾比"),
        ("古丽・艾比", "古丽·艾比"),
        ("𠮷 明", "𠮷明"),
        ("张(小)三", "张（小）三"),
        ("MARIA LI", "Maria Li"),
        ("ＭＡＲＩＡ LI", "maria li"),
        ("张\ue863", "张䶮"),
        ("\u2f45明", "方明"),
    ],
)
def test_one_name_in_two_ways(registered: str, given: str) -> None:
    """Right money, 22."""
    assert names.same(registered, given)
    assert names.same(given, registered)


@pytest.mark.parametrize(
    ("registered", "given"),
    [("张三", "张四"), ("张三", "张"), ("吉明", "𠮷明"), ("MARIA LI", "MARIA LEE"), ("张三", "")],
)
def test_two_names(registered: str, given: str) -> None:
    assert not names.same(registered, given)


@given(st.text(alphabet=st.characters(categories=["L", "Zs", "P", "Mn"]), max_size=12))
def test_normal_is_its_own_normal_and_the_same_name(written: str) -> None:
    try:
        kept = names.normal(written)
    except names.NotAName:
        return
    assert names.normal(kept) == kept
    assert names.same(written, kept)
