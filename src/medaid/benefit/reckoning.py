"""How a step came about, as plain data and back: what `medaid.benefit.record` writes beside its
amounts. Fields that say nothing are left out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from medaid.benefit.model import PLAIN, Reckoning
from medaid.errors import BadInput
from medaid.money import Fen, Ratio

PERS: Final = ("visit", "year", "transfer", "from_zero", "from_zero_inclusive")
MEASURES: Final = ("flat", "visit_excess", "visit_gross", "year_excess", "year_gross")
ADJUSTMENTS: Final = ("points", "times", "floor")


def amount(fen: int) -> dict[str, Any]:
    """An amount both ways: `{"yuan": "12.30", "fen": 1230}`."""
    return {"yuan": Fen(fen).yuan(), "fen": int(fen)}


def ratio(parts: int) -> str:
    """A ratio as decimal text, e.g. `0.85`."""
    return format(Ratio(parts).decimal.normalize(), "f")


def to_data(one: Reckoning) -> dict[str, Any]:
    """The reckoning as JSON-able data."""
    return {
        name: _WRITERS[name](value)
        for name, value in one._asdict().items()
        if value != getattr(PLAIN, name)
    }


def from_data(data: Any, at: str) -> Reckoning:
    """The reckoning that `to_data` wrote. Raises BadInput naming `at` where it is written any other
    way."""
    try:
        found = Reckoning(**{name: _READERS[name](value) for name, value in data.items()})
        same = to_data(found) == data
    except (KeyError, TypeError, ValueError, AttributeError, ArithmeticError):
        same = False
    if not same:
        raise BadInput("FIELD_FORMAT", field=at, rule="计算过程的写法不符")
    return found


def _of(among: tuple[str, ...]) -> Callable[[Any], str]:
    def read(value: Any) -> str:
        if value not in among:
            raise ValueError(value)
        return str(value)

    return read


def _flag(value: Any) -> bool:
    if value is not True:
        raise ValueError(value)
    return True


def _fen(data: Mapping[str, Any]) -> int:
    fen = data["fen"]
    if not isinstance(fen, int) or isinstance(fen, bool) or fen < 0:
        raise ValueError(fen)
    return fen


def _parts(text: str) -> int:
    return int(Ratio.of(text))


_WRITERS: Final[Mapping[str, Callable[[Any], Any]]] = {
    "parts": lambda rows: [
        {"source": source, "amount": amount(fen), "weight": ratio(weight)}
        for source, fen, weight in rows
    ],
    "initial_ratio": ratio,
    "line": amount,
    "per": str,
    "used": amount,
    "year_limit": amount,
    "year_used": amount,
    "measure": str,
    "begin": amount,
    "slab": bool,
    "ratios": lambda rows: [{"over": amount(low), "ratio": ratio(own)} for low, own in rows],
    "adjustments": lambda rows: [{"kind": kind, "value": ratio(parts)} for kind, parts in rows],
    "floor": lambda row: {"ratio": ratio(row[0]), "source": row[1], "amount": amount(row[2])},
    "trigger": lambda row: {"source": row[0], "amount": amount(row[1]), "above": amount(row[2])},
}
_READERS: Final[Mapping[str, Callable[[Any], Any]]] = {
    "parts": lambda rows: tuple(
        (str(row["source"]), _fen(row["amount"]), _parts(row["weight"])) for row in rows
    ),
    "initial_ratio": _parts,
    "line": _fen,
    "per": _of(PERS),
    "used": _fen,
    "year_limit": _fen,
    "year_used": _fen,
    "measure": _of(MEASURES),
    "begin": _fen,
    "slab": _flag,
    "ratios": lambda rows: tuple((_fen(row["over"]), _parts(row["ratio"])) for row in rows),
    "adjustments": lambda rows: tuple(
        (_of(ADJUSTMENTS)(row["kind"]), _parts(row["value"])) for row in rows
    ),
    "floor": lambda row: (_parts(row["ratio"]), str(row["source"]), _fen(row["amount"])),
    "trigger": lambda row: (str(row["source"]), _fen(row["amount"]), _fen(row["above"])),
}
