"""Certificate numbers (GB 11643): what holds, in which form it is kept, and what is named when it
does not (J9)."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.people.samples import certno

from medaid.errors import BadInput
from medaid.people.certificate import NotANumber, check_character, cleaned, normal, read

STANDARD = "11010519491231002X"
"""The example of the standard itself (GB 11643-1999, annex)."""
SECOND = "440524188001010014"
"""Its other example."""


@pytest.mark.parametrize(
    ("cert_type", "written", "kept", "birth", "sex"),
    [
        ("01", STANDARD, STANDARD, date(1949, 12, 31), "2"),
        ("01", SECOND, SECOND, date(1880, 1, 1), "1"),
        ("01", STANDARD.lower(), STANDARD, date(1949, 12, 31), "2"),
        ("01", "110105491231002", STANDARD, date(1949, 12, 31), "2"),
        ("01", " 110105 19491231 002X\t", STANDARD, date(1949, 12, 31), "2"),
        ("01", "１１０１０５１９４９１２３１００２Ｘ", STANDARD, date(1949, 12, 31), "2"),
        ("01", "'" + STANDARD, STANDARD, date(1949, 12, 31), "2"),
        ("01", f'="{STANDARD}"', STANDARD, date(1949, 12, 31), "2"),
        ("01", "\u200b" + STANDARD + "\ufeff", STANDARD, date(1949, 12, 31), "2"),
        ("17", certno(1, area="810000"), certno(1, area="810000"), date(1980, 1, 1), "1"),
        ("07", certno(1, area="911840"), certno(1, area="911840"), date(1980, 1, 1), "1"),
        ("07", "CHN110000000000", "CHN110000000000", None, ""),
        ("09", STANDARD + "43", STANDARD + "43", date(1949, 12, 31), "2"),
        ("09", STANDARD + "43b1", STANDARD + "43B1", date(1949, 12, 31), "2"),
        ("16", "e12345678", "E12345678", None, ""),
        ("02", "军字第1234567号", "军字第1234567号", None, ""),
    ],
)
def test_holds(cert_type: str, written: str, kept: str, birth: date | None, sex: str) -> None:
    number = read(cert_type, written)
    assert (number.cert_type, number.certno, number.birth, number.sex) == (
        cert_type,
        kept,
        birth,
        sex,
    )


@pytest.mark.parametrize(
    ("cert_type", "written", "said"),
    [
        ("01", "110105194912310021", "校验位"),
        ("01", "3.20106E+17", "科学计数"),
        ("01", "3.2E17", "科学计数"),
        ("01", "1.10105194912310E+17", "科学计数"),
        ("01", "110105194912310000", "截断"),
        ("01", "11010519491231002", "17 位"),
        ("01", "11010519491231002XX", "19 位"),
        ("01", "1101O519491231002X", "其他字符"),
        ("01", "", "未填写"),
        ("01", " \t", "未填写"),
        ("01", "11010519490231002" + check_character("11010519490231002"), "出生日期不存在"),
        ("01", "110105490231002", "出生日期不存在"),
        ("01", "无", "1 位"),
        ("17", "110105491231002", "15 位"),
        ("09", STANDARD, "残疾人证号"),
        ("09", STANDARD[:-1] + "143", "校验位"),
        ("16", "E1#", "不应出现"),
        ("99", "1" * 51, "超过"),
        ("01", "١١٠١٠٥١٩٤٩١٢٣١٠٠٢X", "其他字符"),
    ],
)
def test_does_not_hold(cert_type: str, written: str, said: str) -> None:
    with pytest.raises(NotANumber, match=said):
        read(cert_type, written)


def test_normal_refuses_by_field() -> None:
    assert normal("1", STANDARD.lower()) == ("01", STANDARD)
    with pytest.raises(BadInput) as refused:
        normal("01", "110105194912310021")
    assert (refused.value.code, refused.value.field) == ("CERTNO", "certno")
    assert "110105" not in refused.value.sentence


@given(
    st.integers(0, 499),
    st.dates(date(1900, 1, 1), date(2026, 1, 1)),
    st.booleans(),
    st.integers(0, 17),
    st.integers(1, 9),
)
def test_one_wrong_digit_is_always_found(
    serial: int, birth: date, male: bool, place: int, by: int
) -> None:
    """What MOD 11-2 promises: any single digit changed is noticed. And the number says its own
    birth date and sex."""
    number = certno(serial, birth=birth.strftime("%Y%m%d"), male=male)
    held = read("01", number)
    assert (held.birth, held.sex) == (birth, "1" if male else "2")
    old = "0123456789X".index(number[place])
    other = "0123456789X"[(old + by) % (11 if place == 17 else 10)]
    with pytest.raises(NotANumber):
        read("01", number[:place] + other + number[place + 1 :])


@given(
    st.integers(0, 499),
    # fifteen digits that say 1920 may be a new number that was cut: they come back
    st.dates(date(1900, 1, 1), date(1999, 12, 31)).filter(lambda day: day.year != 1920),
)
def test_old_numbers_become_the_new_ones(serial: int, birth: date) -> None:
    number = certno(serial, birth=birth.strftime("%Y%m%d"))
    assert read("01", number[:6] + number[8:17]).certno == number


@given(st.text(max_size=40))
def test_no_text_breaks_it(text: str) -> None:
    """Anything either holds, and then in a form that holds again unchanged, or is refused with a
    sentence."""
    try:
        number = read("99", text)
    except NotANumber:
        return
    assert read("99", number.certno) == number
    assert cleaned(number.certno) == number.certno
