"""What notices say of a year's working days: days off, weekend days worked, and where it was read;
and the days that a region adds for itself. From TOML, each with its document."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from medaid.toml_errors import in_chinese, line_of

_TRUSTS: Final = ("G", "N", "R")


@dataclass(frozen=True, slots=True)
class Notice:
    """The document a year rests on. `number` or `issued` (yyyy-MM-dd) is empty where no source was
    seen; `trust` is G, N or R."""

    number: str
    issued: str
    read_at: str
    trust: str


@dataclass(frozen=True, slots=True)
class NoticeYear:
    """What one year's notices say: days off (the plain weekends between them included) and weekend
    days worked.

    A notice may reach into the last days of the December before.
    """

    year: int
    off: frozenset[date]
    worked: frozenset[date]
    notices: tuple[Notice, ...]

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> NoticeYear:
        """From the TOML of one year. Raises ValueError naming the year and what is wrong with
        it."""
        try:
            return cls._of(data)
        except (KeyError, TypeError, AttributeError, OverflowError) as error:
            raise ValueError(_misfit(error)) from None

    @classmethod
    def _of(cls, data: Mapping[str, Any]) -> NoticeYear:
        year = data["year"]
        if not isinstance(year, int) or isinstance(year, bool) or not 1950 <= year <= 9998:
            raise ValueError("year 须为四位整数年份")
        notices = tuple(
            Notice(str(n["number"]), str(n["issued"]), str(n["read_at"]), n["trust"])
            for n in data["notice"]
        )
        off = frozenset(
            day
            for h in data["holiday"]
            for day in _span(_day(year, h["from"]), _day(year, h["to"]))
        )
        worked = frozenset(_day(year, day) for day in data["make_up_workdays"])
        if not notices or any(n.trust not in _TRUSTS or not n.read_at for n in notices):
            raise ValueError(f"{year} 年没有通知依据:每个 notice 须写明 read_at 和 trust")
        if off & worked:
            raise ValueError(f"{min(off & worked)} 既是放假日又是调休上班日")
        if plain := [d for d in worked if d.weekday() < 5]:
            raise ValueError(f"调休上班日 {min(plain)} 不是周六或周日")
        if strays := [
            d for d in off | worked if not date(year - 1, 12, 25) <= d <= date(year, 12, 31)
        ]:
            raise ValueError(f"{min(strays)} 不在 {year} 年内")
        return cls(year, off, worked, notices)

    @classmethod
    def parse(cls, text: str | bytes) -> NoticeYear:
        """From TOML text (UTF-8, with or without a byte order mark). Raises ValueError for what is
        no TOML, lacks a field or has one of another kind."""
        return cls.of(_toml(text))


@dataclass(frozen=True, slots=True)
class LocalDays:
    """Days off that a region adds for itself, each with the document that grants it: the State
    Council's days are nobody's to take away."""

    region: str
    year: int
    off: frozenset[date]

    @classmethod
    def parse(cls, text: str | bytes) -> LocalDays:
        """From TOML text: `region`, `year` and `[[day]]` with `date`, `name` and `cite`. Raises
        ValueError."""
        data = _toml(text)
        try:
            region, year = str(data["region"]), data["year"]
            off = frozenset(_day(year, one["date"]) for one in data["day"])
            cited = all(
                isinstance(one["cite"], str) and one["cite"].strip() and one["name"]
                for one in data["day"]
            )
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError(_misfit(error)) from None
        known = {"date", "name", "cite"}
        if set(data) - {"region", "year", "day"} or any(set(one) - known for one in data["day"]):
            raise ValueError("地方假日只能增加放假日,不得有其他内容")
        if not cited or not off:
            raise ValueError(f"{year} 年每个地方假日须写明名称和依据")
        if strays := [day for day in off if day.year != year]:
            raise ValueError(f"{min(strays)} 不在 {year} 年内")
        return cls(region, year, off)


def _toml(text: str | bytes) -> dict[str, Any]:
    """Raises ValueError."""
    try:
        decoded = text.decode("utf-8-sig") if isinstance(text, bytes) else text.lstrip("\ufeff")
        return tomllib.loads(decoded)
    except UnicodeDecodeError:
        raise ValueError("文件不是 UTF-8 编码") from None
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"第 {line_of(error, decoded)} 行:{in_chinese(error)}") from None


def _misfit(error: Exception) -> str:
    """What a file lacks, or that it is not of the form."""
    return f"缺少 {error.args[0]}" if isinstance(error, KeyError) else "写法不符"


def _day(year: int, value: object) -> date:
    if type(value) is not date:
        raise ValueError(f"{year} 年:日期写作 2027-01-01,不加引号和时间")
    return value


def _span(begin: date, end: date) -> list[date]:
    if end < begin:
        raise ValueError(f"放假结束日 {end} 早于开始日")
    return [begin + timedelta(days=n) for n in range((end - begin).days + 1)]
