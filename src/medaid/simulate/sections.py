"""A table of the comparison, and how people read its numbers."""

from __future__ import annotations

from typing import Final, NamedTuple

from medaid.money import RATIO_SCALE, Fen, half_up
from medaid.simulate.tally import Pair

WAN_FROM: Final = 100_000_000
"""Fen from which on a table is read in 万元: a million yuan."""
PERCENT: Final = frozenset({"shares"})
"""Tables of shares: hundredths of a percent."""
ONE_SIDED: Final = frozenset({"persons", "changes"})
"""Tables that count persons compared, so that only B carries a number."""


class SectionRow(NamedTuple):
    """One line of a table. Amounts are fen where the table is `money`, else counts."""

    key: str
    name: str
    pair: Pair
    visits: int | None = None

    @property
    def change(self) -> int:
        return self.pair.b - self.pair.a


class Section(NamedTuple):
    """One table: what it measures, by what."""

    id: str
    title: str
    by: str
    money: bool
    rows: tuple[SectionRow, ...]

    @property
    def one_sided(self) -> bool:
        """Whether the rows count persons compared, so that only B carries a number."""
        return self.id in ONE_SIDED


def in_wan(section: Section) -> bool:
    """Whether people read the table in 万元: where its largest amount passes a million yuan."""
    most = max((abs(number) for row in section.rows for number in row.pair), default=0)
    return section.money and most >= WAN_FROM


def unit(section: Section) -> str:
    """What stands behind the title."""
    return "" if not section.money else "(万元)" if in_wan(section) else "(元)"


def as_read(section: Section, number: int) -> str:
    """A number as people read it: yuan or 万元 with thousands separated and two decimals, or a
    count; shares in percent."""
    if section.id in PERCENT:
        sign, whole = ("-" if number < 0 else ""), abs(number)
        return f"{sign}{whole // 100}.{whole % 100:02d}%"
    if not section.money:
        return f"{number:,}"
    if in_wan(section):
        number = half_up(number * (RATIO_SCALE // 10_000))
    return exact(number)


def exact(fen: int) -> str:
    """Fen as yuan with thousands separated."""
    whole, _, part = Fen(fen).yuan().partition(".")
    sign, digits = ("-", whole[1:]) if whole.startswith("-") else ("", whole)
    return f"{sign}{int(digits):,}.{part}"
