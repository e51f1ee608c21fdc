"""`[[layer.modifier]]`: what changes a ratio, a deductible, a cap or a ceiling, read from TOML."""

from __future__ import annotations

from decimal import Decimal

from medaid.errors import BadInput
from medaid.money import Fen
from medaid.policy.model import ClauseRow, Modifier
from medaid.policy.reading import PackTable
from medaid.policy.vocabulary import RANGES


def modifier(table: PackTable, row: ClauseRow) -> Modifier | None:
    """One row of a table of modifiers, None where it does not read: the problems are noted."""
    target = table.choice(
        "target", ("ratio", "deductible", "cap", "ceiling"), required=False, default="ratio"
    )
    points, times, floor = (
        table.ratio("points", False, lowest=-1),
        table.ratio("times", False, highest=100),
        table.ratio("floor", False),
    )
    add = _signed_fen(table, "add_yuan")
    if sum(table.has(key) for key in ("points", "times", "add_yuan", "floor")) != 1:
        table.wrong("须且只须写 points(百分点,小数)、times(倍数)、add_yuan、floor 之一")
    if target == "ratio" and table.has("add_yuan"):
        table.wrong("比例用 points 增减,add_yuan 用于起付线和限额", "add_yuan")
    for key in ("points", "floor"):
        if target != "ratio" and table.has(key):
            table.wrong(f'{key} 只用于 target = "ratio"', key)
    if table.has("least_yuan") and target == "ratio":
        table.wrong("least_yuan 用于起付线和限额;比例的下限写 floor", "least_yuan")
    if not table.has("group"):
        idle_over(table)
    per = table.choice("per", RANGES, required=False)
    beside = [key for key in ("per_from", "most_points", "most_yuan") if table.has(key)]
    if beside and not per:
        table.wrong(f"{beside[0]} 须与 per 同时写", beside[0])
    if per and (table.has("times") or table.has("floor")):
        table.wrong("per 只与 points 或 add_yuan 同用", "per")
    most = (
        table.ratio("most_points", False)
        if table.has("most_points")
        else table.fen("most_yuan", False)
    )
    return Modifier(
        row,
        target,
        points or 0,
        times,
        add or 0,
        floor,
        per,
        table.whole("per_from", False) or 0,
        most,
        table.text("group", False),
        table.fen("least_yuan", False),
    )


def idle_over(table: PackTable) -> None:
    """`over` means something only between rows of which one applies."""
    if table.has("over"):
        table.wrong("over 只用于同一表(同一 group)中择一适用的行,此处用不到", "over")


def _signed_fen(table: PackTable, key: str) -> int | None:
    value = table.raw(key, (int, Decimal), "金额(元,可为负)", False)
    if value is None:
        return None
    try:
        return int(Fen.of_yuan(value, key))
    except BadInput as problem:
        table.wrong(problem.sentence, key)
        return None
