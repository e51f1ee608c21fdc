"""How the files of one sender are read: its own headings and what it leaves out, entered by an
operator; and how many of its people may end without a person's look. Values.

Source: 苏医保办发〔2023〕27号 art. 8 to 10: departments send what their offices produce.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from medaid.dropped.cells import folded
from medaid.dropped.table import TableColumn
from medaid.errors import BadInput

_NEVER = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class SenderSettings:
    """What an operator entered for one sender."""

    headings: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """By kind of file: the sender's heading → field."""
    constants: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """By kind of file: field → what stands in it where the sender leaves it out."""
    ending_percent: int | None = None
    """Of those that stand, how many may end by a full list without a release; None for what holds
    everywhere."""
    by: str = ""
    at: datetime = _NEVER

    def columns(self, kind: str, columns: Sequence[TableColumn]) -> tuple[TableColumn, ...]:
        """The columns as this sender writes them."""
        own, constants = self.headings.get(kind, {}), self.constants.get(kind, {})
        return tuple(self._column(column, own, constants) for column in columns)

    def _column(
        self, column: TableColumn, own: Mapping[str, str], constants: Mapping[str, str]
    ) -> TableColumn:
        names = tuple(heading for heading, field in own.items() if field == column.field)
        if column.field in constants:
            column = replace(column, required=False, optional_column=True)
        return replace(column, aliases=(*column.aliases, *names)) if names else column


def check(settings: SenderSettings, columns: Mapping[str, Sequence[TableColumn]]) -> SenderSettings:
    """The settings, if they can be read by. Raises BadInput naming the heading or field: an unknown
    kind or field, a heading that means another column already, a constant for whom a row is about,
    a share that is none."""
    for kind in {*settings.headings, *settings.constants}:
        if kind not in columns:
            raise BadInput("CODE_UNKNOWN", field="kind", rule="、".join(sorted(columns)))
        _check_headings(settings.headings.get(kind, {}), columns[kind])
        _check_constants(settings.constants.get(kind, {}), columns[kind])
    percent = settings.ending_percent
    if percent is not None and not 0 <= percent <= 100:
        raise BadInput("FIELD_FORMAT", field="ending_percent", rule="0 至 100 的整数")
    return settings


def _check_headings(own: Mapping[str, str], columns: Sequence[TableColumn]) -> None:
    fields = {column.field for column in columns}
    meant = {
        folded(name): column.field
        for column in columns
        for name in (column.heading, *column.aliases)
    }
    for heading, name in own.items():
        if name not in fields:
            raise BadInput("CODE_UNKNOWN", field=heading, rule=f"没有 {name} 这一项")
        if not folded(heading) or meant.setdefault(folded(heading), name) != name:
            raise BadInput("DUPLICATE", field=heading, rule="该表头已表示另一项,或为空")


_WHOM = frozenset(("name", "certno", "birth", "start", "begin", "end"))
"""What a row must say itself."""


def _check_constants(constants: Mapping[str, str], columns: Sequence[TableColumn]) -> None:
    fields = {column.field for column in columns}
    for name, text in constants.items():
        if name not in fields or name in _WHOM:
            raise BadInput("CODE_UNKNOWN", field=name, rule="该项不能以固定内容代替")
        if not text.strip() or len(text) > 100:
            raise BadInput("FIELD_FORMAT", field=name, rule="固定内容 1 至 100 字")
