"""What must hold between the rows of a layer, proven when the file is read: no gap, no overlap, no
cap below its part.

For every combination of the facts that a table's rows ask for, exactly one row applies, unless a
row names the rows it takes precedence over (`over`). Facts no row asks for cannot matter. Rows with
dates of their own are proven for each stretch of days.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from itertools import product
from math import prod
from typing import Any, Final

from medaid.policy.conditions import Words
from medaid.policy.model import CLAUSE_TABLES, Cap, HasRow, Layer, When, preferred
from medaid.policy.reading import PackProblem, PackTable
from medaid.policy.vocabulary import RANGES, RESERVED, LayerKind

LARGEST_TABLE: Final = 200_000
"""Combinations of facts that one table may span; more is a table nobody can check by hand
either."""
MOST_TOLD: Final = 3
"""Examples told of one table; a gap is rarely alone."""


Rows = Sequence[HasRow]


def check_layer(layer: Layer, words: Words, table: PackTable) -> None:
    """Notes in `table` every gap, overlap and contradiction of the layer."""
    check = _Check(layer.when, words, table)
    if layer.kind in (LayerKind.SHARE, LayerKind.YEAR_END):
        check.table("deductible", layer.deductibles, needed=True)
        check.table("rate", layer.rates, needed=True)
        names = sorted({cap.name for cap in layer.caps})
        if not names:
            table.wrong("缺少 [[layer.cap]]:有限额写限额,没有也要写 none = true 并注明依据")
        for name in names:
            check.table("cap", [cap for cap in layer.caps if cap.name == name], needed=True)
        check.limits(layer.caps)
        check_gross(layer, table)
    check.table("first_share", layer.initial_self_pays, needed=False)
    check.table("ceiling", layer.ceilings, needed=False)
    check.table("floor", layer.floors, needed=False)
    check.table("lump", layer.lumps, needed=layer.kind == LayerKind.LUMP)
    for group in {modifier.group for modifier in layer.modifiers if modifier.group}:
        check.table("modifier", [m for m in layer.modifiers if m.group == group], needed=False)
    check_kind(layer, table)


def check_kind(layer: Layer, table: PackTable) -> None:
    """Rows that a layer of this kind would never look at are a mistake of the writer."""
    used: dict[str, set[str]] = {
        LayerKind.GIVEN: {"requirements"},
        LayerKind.LUMP: {"requirements", "lumps"},
    }
    for name in CLAUSE_TABLES:
        idle = name not in used.get(layer.kind, set(CLAUSE_TABLES) - {"lumps"})
        if idle and getattr(layer, name):
            table.problems.append(
                _at(
                    table,
                    getattr(layer, name)[0].row.line,
                    f"kind = {layer.kind} 的层用不到 [[layer.{name[:-1]}]]:删去,或改 kind",
                )
            )
    if layer.given == RESERVED and (layer.base.less or layer.base.plus):
        table.wrong("其他方已支付的金额整笔扣除,base 用不到 less、plus:删去", "base")
    for m in layer.modifiers:
        rows = {
            "deductible": layer.deductibles,
            "cap": layer.caps,
            "ceiling": layer.ceilings,
            "ratio": layer.rates,
        }[m.target]
        if layer.kind in (LayerKind.SHARE, LayerKind.YEAR_END) and not rows:
            table.problems.append(
                _at(table, m.row.line, f"调整的 {m.target} 在本层没有:先写 [[layer.{m.target}]]")
            )
    per_cap = {cap.name: cap.per for cap in layer.caps}
    for cap in layer.caps:
        if cap.per != per_cap[cap.name] and cap.amount.fen is not None:
            table.problems.append(
                _at(
                    table,
                    cap.row.line,
                    f"限额 {cap.name} 的各行须同为按次或按年;另一种限额另写 limit",
                )
            )
            return


class _Check:
    """The combinations of facts that a layer may meet, and its tables held against them."""

    def __init__(self, layer_when: When, words: Words, table: PackTable) -> None:
        self.layer_when, self.words, self.place = layer_when, words, table

    def table(self, key: str, rows: Rows, *, needed: bool) -> None:
        """Exactly one row for every combination of facts (at most one where none is `needed`), on
        every day."""
        if needed and not rows:
            self.place.wrong(f"缺少 [[layer.{key}]]:没有也要写 none = true 并注明依据")
            return
        self._over(rows)
        noted: set[str] = set()
        for day in _days(rows):
            self._on_day(key, [r for r in rows if r.row.holds_on(day)], day, needed, noted)

    def _over(self, rows: Rows) -> None:
        ids = [r.row.id for r in rows if r.row.id]
        for r in rows:
            for name in r.row.over:
                if name not in ids:
                    self._note(r.row.line, f"over 指向的行 {name} 不存在:写成同一表中某一行的 id")
            if r.row.id and ids.count(r.row.id) > 1 and not (r.row.since or r.row.until):
                self._note(r.row.line, f"行的 id {r.row.id} 重复")

    def _on_day(self, key: str, rows: Rows, day: date, needed: bool, noted: set[str]) -> None:
        for facts in self.combinations([r.row.when for r in rows], key):
            chosen = applying(rows, facts)
            if len(chosen) == 1 or (not chosen and not needed) or len(noted) >= MOST_TOLD:
                continue
            case = "、".join(f"{name}={value}" for name, value in facts.items()) or "任何情形"
            case = f"{day} {case}" if day != ALWAYS else case
            noted.add(case)
            if not chosen:
                line = rows[0].row.line if rows else self.place.line()
                self._note(
                    line,
                    (
                        f"[[layer.{key}]] 有缺口:{case} 时没有适用的行;"
                        "补一行,没有数值就写 none = true 或 missing"
                    ),
                )
            else:
                first, second = chosen[0].row, chosen[1].row
                both = f"{first.cite.text}(第 {first.line} 行)与 {second.cite.text}"
                self._note(
                    second.line, f"[[layer.{key}]] 两行同时适用({case}):{both};特殊规定用 over 注明"
                )

    def combinations(self, whens: Sequence[When], key: str) -> Iterator[dict[str, Any]]:
        """Every combination of the values of the facts that `whens` ask for, within the layer's own
        condition."""
        limits = dict(self.layer_when.sets)
        domains: dict[str, list[Any]] = {}
        for name in sorted({n for w in whens for n in w.names}):
            if name in RANGES:
                domains[name] = _steps(name, [*whens, self.layer_when])
            else:
                domains[name] = [
                    v for v in self.words.among(name) if name not in limits or v in limits[name]
                ]
        if prod(map(len, domains.values())) > LARGEST_TABLE:
            self.place.wrong(f"[[layer.{key}]] 的条件组合过多,无法逐一检查;请拆成几层")
            return
        within = When((), tuple(r for r in self.layer_when.ranges if r[0] in domains))
        for values in product(*domains.values()):
            facts = dict(zip(domains, values, strict=True))
            if matches(within, facts):
                yield facts

    def limits(self, caps: Sequence[Cap]) -> None:
        """A limit shared by several layers cannot be below the sub-limit of this one, in any case
        where both apply."""
        if len({cap.name for cap in caps}) < 2:
            return
        noted: set[int] = set()
        for facts in self.combinations([cap.row.when for cap in caps], "cap"):
            here = [
                c
                for name in {cap.name for cap in caps}
                for c in applying([c for c in caps if c.name == name], facts)
            ]
            for whole in (c for c in here if c.counts and c.amount.fen is not None):
                for part in (
                    c
                    for c in here
                    if not c.counts
                    and c.amount.fen is not None
                    and (c.per, whole.per) != ("year", "visit")
                ):
                    if whole.amount.fen < part.amount.fen and whole.row.line not in noted:
                        noted.add(whole.row.line)
                        self._note(
                            whole.row.line,
                            (
                                f"共用限额({whole.row.cite.text})"
                                f"低于其中的分项限额({part.row.cite.text}):改正其一"
                            ),
                        )

    def _note(self, line: int, says: str) -> None:
        self.place.problems.append(_at(self.place, line, says))


ALWAYS: Final = date(1, 1, 1)


def _days(rows: Rows) -> list[date]:
    """One day out of each stretch between the dates that rows name; `ALWAYS` alone where none
    does."""
    begins = {r.row.since for r in rows if r.row.since} | {
        r.row.until + timedelta(days=1) for r in rows if r.row.until
    }
    if not begins:
        return [ALWAYS]
    return sorted(begins | ({ALWAYS} if any(not r.row.since for r in rows) else set()))[
        : None if any(not r.row.until for r in rows) else -1
    ]


def applying(rows: Rows, facts: Mapping[str, Any]) -> list[Any]:
    """The rows whose condition holds, without those that another applying row takes precedence
    over."""
    return preferred([r for r in rows if matches(r.row.when, facts)])


def matches(when: When, facts: Mapping[str, Any]) -> bool:
    """Whether all that `when` asks for holds in `facts`, where every fact asked for is known."""
    return all(facts[name] in values for name, values in when.sets) and all(
        low <= facts[name] and (high is None or facts[name] < high)
        for name, low, high in when.ranges
    )


def _steps(name: str, whens: Sequence[When]) -> list[int]:
    """One number out of each stretch between the bounds that the rows name."""
    bounds = {
        0,
        *(
            b
            for w in whens
            for n, low, high in w.ranges
            if n == name
            for b in (low, high)
            if b is not None
        ),
    }
    return sorted(bounds)


def check_gross(layer: Layer, table: PackTable) -> None:
    """Bands that begin above zero leave cost without a ratio, unless they lie on the gross and
    begin at the deductible."""
    amounts = [d.amount for d in layer.deductibles if not d.row.missing]
    lowered = any(m.target == "deductible" for m in layer.modifiers)
    pers = {d.per for d in layer.deductibles if not d.row.missing}
    for rate in layer.rates:
        begins = rate.bands[0].low if rate.bands else 0
        if not begins:
            continue
        reached = (
            all(a.fen is not None and a.fen >= begins for a in amounts)
            and not lowered
            and pers == {rate.measure[: rate.measure.index("_")]}
        )
        if not rate.measure.endswith("gross") or not reached:
            table.problems.append(
                _at(
                    table,
                    rate.row.line,
                    (
                        f"第一段从 {begins // 100} 元起,其下的费用没有比例:"
                        "从 0 起,或与(不再降低的)起付线一致"
                    ),
                )
            )


def _at(table: PackTable, line: int, says: str) -> PackProblem:
    return PackProblem(table.file, line, says)
