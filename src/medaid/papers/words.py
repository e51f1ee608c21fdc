"""How papers write amounts, dates and periods: 大写金额, 1,234.50, 2026年11月27日. Pure.

Source of the words of amounts: 银发〔1997〕393号《支付结算办法》附一
《正确填写票据和结算凭证的基本规定》一至三.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Final

from medaid.instants import civil_date
from medaid.money import Fen
from medaid.months import Month, Quarter

_DIGITS: Final = "零壹贰叁肆伍陆柒捌玖"
_PLACES: Final = ("仟", "佰", "拾", "")


def amount_in_words(amount: Fen) -> str:
    """大写金额: `人民币壹仟肆佰零玖元伍角整`. One 零 stands for a run of zeros inside; 整
    follows 元 and 角, never 分; a negative amount begins with 负."""
    yuan, fen = divmod(abs(int(amount)), 100)
    jiao, fen = divmod(fen, 10)
    whole = f"{_whole(yuan)}元" if yuan else ""
    if jiao:
        whole += f"{_DIGITS[jiao]}角"
    elif yuan and fen:
        whole += "零"
    whole += f"{_DIGITS[fen]}分" if fen else "整"
    sign = "负" if amount < 0 else ""
    return f"人民币{sign}{whole if amount else '零元整'}"


def _whole(number: int) -> str:
    """A whole number in words: 亿 and 万 count what stands before them, with a 零 where a place
    after them is empty."""
    for unit, size in (("亿", 10**8), ("万", 10**4)):
        above, below = divmod(number, size)
        if above:
            gap = "零" if 0 < below < size // 10 else ""
            return f"{_whole(above)}{unit}{gap}{_whole(below) if below else ''}"
    text, empty = "", False
    for digit, place in zip(f"{number:04d}", _PLACES, strict=True):
        if digit == "0":
            empty = bool(text)
            continue
        text += ("零" if empty else "") + _DIGITS[int(digit)] + place
        empty = False
    return text


def amount_text(amount: Fen) -> str:
    """An amount of yuan in figures: `1,234.50`."""
    sign = "-" if amount < 0 else ""
    yuan, fen = divmod(abs(int(amount)), 100)
    return f"{sign}{yuan:,}.{fen:02d}"


def date_text(day: date) -> str:
    """A civil date, or an instant's in Beijing: `2026年11月27日`."""
    day = civil_date(day) if isinstance(day, datetime) else day
    return f"{day.year}年{day.month}月{day.day}日"


def month_text(month: Month) -> str:
    """`2026年11月`."""
    return f"{month.year}年{month.number}月"


def masked(number: str) -> str:
    """A certificate number as papers show it: the first six and the last four characters."""
    hidden = len(number) - 10
    return f"{number[:6]}{'*' * hidden}{number[-4:]}" if hidden > 0 else f"***{number[-4:]}"


def quarter_text(quarter: Quarter) -> str:
    """`2026年第4季度`."""
    return f"{quarter.year}年第{quarter.number}季度"


def between_text(begin: date, end: date) -> str:
    """`2026年1月1日至2026年3月31日`."""
    return f"{date_text(begin)}至{date_text(end)}"
