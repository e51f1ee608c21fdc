"""What must hold between the rows of a layer, proven when the file is read: no gap, no overlap, no cap below its part.

For every combination of the facts that a table's rows ask for, exactly one row applies, unless a row names the rows it takes
precedence over (`over`). Facts no row asks for cannot matter.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from math import prod
from typing import Any, Final, Protocol

from medaid.policy.clauses import Words
from medaid.policy.model import RANGES, Amount, Cap, Layer, Row, When
from medaid.policy.reading import Problem, Table

LARGEST_TABLE: Final = 200_000
"""Combinations of facts that one table may span; more is a table nobody can check by hand either."""


class _HasRow(Protocol):
    @property
    def row(self) -> Row: ...


def check_layer(layer: Layer, words: Words, table: Table) -> None:
    """Notes in `table` every gap, overlap and contradiction of the layer."""
    if layer.kind == "share":
        for key, rows in (("deductible", layer.deductibles), ("rate", layer.rates)):
            check_table(key, rows, layer.when, words, table, needed=True)
        names = sorted({cap.name for cap in layer.caps})
        if not names:
            table.wrong("缺少 [[layer.cap]]:有限额写限额,没有也要写 none = true 并注明依据")
        for name in names:
            check_table("cap", [cap for cap in layer.caps if cap.name == name], layer.when, words, table, needed=True)
        check_limits(layer.caps, table)
        check_gross(layer, table)
    check_table("floor", layer.floors, layer.when, words, table, needed=False)
    check_table("lump", layer.lumps, layer.when, words, table, needed=layer.kind == "lump")
    for group in {modifier.group for modifier in layer.modifiers if modifier.group}:
        check_table("modifier", [m for m in layer.modifiers if m.group == group], layer.when, words, table, needed=False)


def check_table(key: str, rows: Sequence[_HasRow], layer_when: When, words: Words, table: Table, *, needed: bool) -> None:
    """Exactly one row for every combination of facts (at most one where none is `needed`)."""
    if needed and not rows:
        table.wrong(f"缺少 [[layer.{key}]]:没有也要写 none = true 并注明依据")
        return
    ids = {r.row.id for r in rows if r.row.id}
    for r in rows:
        for name in r.row.over:
            if name not in ids:
                table.problems.append(_at(table, r.row.line, f"over 指向的行 {name} 不存在"))
    dated = {d for r in rows for d in (r.row.since, r.row.until) if d}
    if dated:
        return  # rows of different dates are checked when a day is chosen
    seen: set[str] = set()
    for facts in _combinations([r.row.when for r in rows], layer_when, words, table, key):
        chosen = applying(rows, facts)
        told = "、".join(f"{name}={value}" for name, value in facts.items()) or "任何情形"
        if needed and not chosen and len(seen) < 3:
            seen.add(told)
            table.wrong(f"[[layer.{key}]] 有缺口:{told} 时没有适用的行")
        if len(chosen) > 1 and len(seen) < 3:
            first, second = chosen[0].row, chosen[1].row
            seen.add(told)
            table.problems.append(
                _at(table, second.line, f"[[layer.{key}]] 两行同时适用({told}):{first.cite.text}(第 {first.line} 行)与 {second.cite.text};特殊规定用 over 注明")
            )


def applying(rows: Sequence[_HasRow], facts: Mapping[str, Any]) -> list[Any]:
    """The rows whose condition holds, without those that another applying row takes precedence over."""
    holding = [r for r in rows if matches(r.row.when, facts)]
    beaten = {name for r in holding for name in r.row.over}
    return [r for r in holding if r.row.id not in beaten or not r.row.id]


def matches(when: When, facts: Mapping[str, Any]) -> bool:
    return all(facts[name] in values for name, values in when.sets) and all(
        low <= facts[name] and (high is None or facts[name] < high) for name, low, high in when.ranges
    )


def _combinations(whens: Sequence[When], layer_when: When, words: Words, table: Table, key: str) -> Iterator[dict[str, Any]]:
    limits = dict(layer_when.sets)
    domains: dict[str, list[Any]] = {}
    for name in sorted({n for w in whens for n in w.names}):
        if name in RANGES:
            domains[name] = _steps(name, [*whens, layer_when])
        else:
            domains[name] = [v for v in words.among(name) if name not in limits or v in limits[name]]
    if prod(map(len, domains.values())) > LARGEST_TABLE:
        table.wrong(f"[[layer.{key}]] 的条件组合过多,无法逐一检查;请拆成几层")
        return
    for values in product(*domains.values()):
        facts = dict(zip(domains, values, strict=True))
        if matches(When((), tuple(r for r in layer_when.ranges if r[0] in facts)), facts):
            yield facts


def _steps(name: str, whens: Sequence[When]) -> list[int]:
    """One number out of each stretch between the bounds that the rows name."""
    bounds = {0, *(b for w in whens for n, low, high in w.ranges if n == name for b in (low, high) if b is not None)}
    return sorted(bounds)


def check_limits(caps: Sequence[Cap], table: Table) -> None:
    """A limit shared by several layers cannot be below the sub-limit of one of them."""
    shared = [c for c in caps if c.counts]
    for whole in shared:
        for part in caps:
            if part.counts or part.row.when != whole.row.when or part.per != whole.per:
                continue
            if _fixed(whole.amount) is not None and _fixed(part.amount) is not None and _fixed(whole.amount) < _fixed(part.amount):  # type: ignore[operator]  # both are numbers here
                table.problems.append(_at(table, whole.row.line, f"共用限额({whole.row.cite.text})低于其中的分项限额({part.row.cite.text})"))


def check_gross(layer: Layer, table: Table) -> None:
    """Bands on the gross must begin at zero or at the deductible, else a stretch of cost has no ratio."""
    lowest = {d.amount.fen for d in layer.deductibles if d.amount.fen is not None}
    for rate in layer.rates:
        begins = rate.bands[0].low if rate.bands else 0
        if begins and not (rate.measure.endswith("gross") and all(fen >= begins for fen in lowest) and len(lowest) == len(layer.deductibles)):
            table.problems.append(_at(table, rate.row.line, f"第一段从 {begins // 100} 元起,其下的费用没有比例:从 0 起,或与起付线一致"))


def _fixed(amount: Amount) -> int | None:
    return amount.fen


def _at(table: Table, line: int, says: str) -> Problem:
    return Problem(table.file, line, says)
