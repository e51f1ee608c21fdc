"""Reading a TOML table strictly: every key asked for once, every unknown key named, every problem
kept with its line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final, NamedTuple

from medaid.errors import BadInput
from medaid.money import Fen, Ratio
from medaid.policy.lines import Path, line_at

PLACEHOLDER: Final = "REPLACE"
"""What the template of `medaid policy new` stands for with; nothing that still says it loads."""


class PackProblem(NamedTuple):
    """One thing wrong in a policy file, for people: where, what, and what to do."""

    file: str
    line: int
    says: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.says}"


class PackTable:
    """A TOML table with its place in the file. Readers note problems and answer None or the
    default, so that all are found at once."""

    def __init__(
        self,
        value: Mapping[str, Any],
        path: Path,
        places: dict[Path, int],
        file: str,
        problems: list[PackProblem],
    ) -> None:
        self.value, self.path, self.places, self.file, self.problems = (
            value,
            path,
            places,
            file,
            problems,
        )
        self.asked: set[str] = set()

    def line(self, key: str | None = None) -> int:
        return line_at(self.places, self.path if key is None else (*self.path, key))

    def wrong(self, says: str, key: str | None = None) -> None:
        self.problems.append(PackProblem(self.file, self.line(key), says))

    def has(self, key: str) -> bool:
        return key in self.value

    def raw(self, key: str, kind: type | tuple[type, ...], expected: str, required: bool) -> Any:
        self.asked.add(key)
        if key not in self.value:
            if required:
                self.wrong(f"缺少 {key}({expected})")
            return None
        value = self.value[key]
        kinds = kind if isinstance(kind, tuple) else (kind,)
        if not isinstance(value, kinds) or (isinstance(value, bool) and bool not in kinds):
            self.wrong(f"{key} 应为{expected}", key)
            return None
        return value

    def text(self, key: str, required: bool = True, default: str = "") -> str:
        value: str | None = self.raw(key, str, "文字", required)
        if value is not None and not value.strip():
            self.wrong(f"{key} 不得为空", key)
        if value is not None and PLACEHOLDER in value:
            self.wrong(f"{key} 仍是模板的占位({PLACEHOLDER}):换成文件上的内容", key)
        return default if value is None else value.strip()

    def choice(
        self, key: str, among: tuple[str, ...], required: bool = True, default: str = ""
    ) -> str:
        value = self.text(key, required, default)
        if value and value not in among and self.has(key):
            self.wrong(f"{key} = {value!r} 不在允许的取值内:{'、'.join(among)}", key)
            return default or among[0]
        return value

    def flag(self, key: str) -> bool:
        return bool(self.raw(key, bool, "true 或 false", False))

    def day(self, key: str, required: bool = True) -> date | None:
        value: date | None = self.raw(key, date, "日期(yyyy-MM-dd,不加引号)", required)
        if isinstance(value, datetime):
            self.wrong(f"{key} 应为日期,不含时刻", key)
            return value.date()
        return value

    def fen(self, key: str, required: bool = True) -> int | None:
        """Yuan in the file, fen here; never negative."""
        value = self.raw(key, (int, Decimal), "金额(元)", required)
        if value is None:
            return None
        try:
            fen = Fen.of_yuan(value, key)
        except BadInput as problem:
            self.wrong(problem.sentence, key)
            return None
        if fen < 0:
            self.wrong(f"{key} 不得为负", key)
        return int(fen)

    def ratio(
        self, key: str, required: bool = True, lowest: int = 0, highest: int = 1
    ) -> int | None:
        """A ratio written as a decimal fraction: 0.8 is 80 %."""
        value = self.raw(key, (int, Decimal), "比例(小数,如 0.80)", required)
        if value is None:
            return None
        if not Decimal(value).is_finite():
            self.wrong(f"{key} 应为有限的数", key)
            return None
        if not lowest <= value <= highest:
            hint = f";80% 应写作 0.80,此处写成了 {value}" if value > 1 else ""
            self.wrong(f"{key} = {value} 超出 {lowest} 至 {highest}{hint}", key)
            return None
        try:
            return int(Ratio.of(value))
        except ValueError:
            self.wrong(f"{key} 小数位过多", key)
            return None

    def whole(self, key: str, required: bool = True) -> int | None:
        value: int | None = self.raw(key, int, "整数", required)
        return value

    def words(self, key: str) -> tuple[str, ...]:
        value = self.raw(key, list, "文字列表", False)
        if value is None:
            return ()
        if not all(isinstance(word, str) for word in value):
            self.wrong(f"{key} 应为文字列表", key)
            return ()
        if len(set(value)) != len(value):
            self.wrong(f"{key} 有重复的值", key)
        return tuple(value)

    def table(self, key: str, required: bool = False) -> PackTable | None:
        value = self.raw(key, dict, "表", required)
        return None if value is None else self.below(value, key)

    def rows(self, key: str) -> Iterator[PackTable]:
        """The elements of an array of tables; none where there is no such key."""
        value = self.raw(key, list, "表的列表([[…]])", False)
        for index, element in enumerate(value or ()):
            if isinstance(element, dict):
                yield self.below(element, key, index)
            else:
                self.wrong(f"{key} 的每一项应为表", key)

    def below(self, value: Mapping[str, Any], *path: str | int) -> PackTable:
        return PackTable(value, (*self.path, *path), self.places, self.file, self.problems)

    def done(self) -> None:
        """Every key that nobody asked for is unknown."""
        for key in self.value:
            if key not in self.asked:
                self.wrong(f"不认识的键 {key}", key)
