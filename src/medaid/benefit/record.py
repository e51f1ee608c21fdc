"""The steps of a priced claim as plain data, to keep and to send, and back: English keys, each
amount in yuan text and in fen.

The way back is strict: what does not say exactly what `steps_to_data` says is refused, so a kept
answer cannot be bent unseen.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from medaid.benefit import reckoning
from medaid.benefit.model import PLAIN, Bill, Priced, Step
from medaid.benefit.reckoning import amount
from medaid.errors import BadInput
from medaid.money import RATIO_SCALE, Fen, Ratio
from medaid.policy.model import FUNDS, TIERS, TRUST, Citation

__all__ = ["amount", "bill_to_data", "steps_from_data", "steps_to_data"]

_TEXTS: Final = ("layer", "name", "tier", "fund", "source", "why")
_AMOUNTS: Final = ("base", "deductible", "uncapped", "paid", "overflow")
_KEYS: Final = frozenset({*_TEXTS, *_AMOUNTS, "pieces", "cap_left", "cites"})
_OPTIONAL: Final = frozenset({"first_share", "reckoning"})


def steps_to_data(priced: Priced | Sequence[Step]) -> list[dict[str, Any]]:
    """Every step as a dict of plain values. `amount` is `{"yuan": "12.30", "fen": 1230}`; a ratio
    is decimal text, e.g. `0.85`."""
    steps = priced.steps if isinstance(priced, Priced) else priced
    return [_step(step) for step in steps]


def bill_to_data(bill: Bill) -> dict[str, Any]:
    """The bill's totals by name; class B's first share keeps the name that policy files use."""
    names = ("total", "in_policy", "own_expense", "over_limit", "prior_share")
    return {name: amount(fen) for name, fen in zip(names, bill, strict=True)}


def _step(step: Step) -> dict[str, Any]:
    bounds: Sequence[tuple[int, int | None] | None] = step.bounds or (None,) * len(step.pieces)
    return {
        **{name: getattr(step, name) for name in _TEXTS},
        **{name: amount(getattr(step, name)) for name in _AMOUNTS},
        "cap_left": None if step.cap_left is None else amount(step.cap_left),
        "pieces": [
            _piece(fen, ratio, band) for (fen, ratio), band in zip(step.pieces, bounds, strict=True)
        ],
        **({"first_share": amount(step.initial_self_pay)} if step.initial_self_pay else {}),
        **({} if step.reckoning == PLAIN else {"reckoning": reckoning.to_data(step.reckoning)}),
        "cites": [
            {"document": c.document, "article": c.article, "trust": c.trust} for c in step.cites
        ],
    }


def _piece(fen: int, ratio: int, band: tuple[int, int | None] | None) -> dict[str, Any]:
    piece: dict[str, Any] = {
        "amount": amount(fen),
        "ratio": reckoning.ratio(ratio),
    }
    if band is not None:
        low, high = band
        piece["band"] = {"over": amount(low), "to": None if high is None else amount(high)}
    return piece


def steps_from_data(data: Any) -> tuple[Step, ...]:
    """The steps that `steps_to_data` wrote. Raises BadInput naming the place that differs."""
    if not isinstance(data, list):
        raise _bad("steps", "应为列表")
    return tuple(_read(one, f"steps[{index}]") for index, one in enumerate(data))


def _read(data: Any, at: str) -> Step:
    _keys(data, _KEYS | (_OPTIONAL & set(data if isinstance(data, Mapping) else ())), at)
    for name in _TEXTS:
        if not isinstance(data[name], str):
            raise _bad(f"{at}.{name}", "应为文字")
    if data["tier"] not in TIERS or data["fund"] not in FUNDS:
        raise BadInput("CODE_UNKNOWN", field=f"{at}.fund", rule="层级或基金不在字典内")
    numbers = {name: _amount(data[name], f"{at}.{name}") for name in _AMOUNTS}
    if (
        not isinstance(data["pieces"], list)
        or not isinstance(data["cites"], list)
        or not data["cites"]
    ):
        raise _bad(at, "pieces、cites 应为列表,依据不得为空")
    read = [
        _read_piece(piece, f"{at}.pieces[{index}]") for index, piece in enumerate(data["pieces"])
    ]
    bounds = tuple(band for _, band in read if band is not None)
    if bounds and len(bounds) != len(read):
        raise _bad(f"{at}.pieces", "分段须每一段都有起止")
    return Step(
        layer=data["layer"],
        name=data["name"],
        tier=data["tier"],
        fund=data["fund"],
        source=data["source"],
        base=numbers["base"],
        deductible=numbers["deductible"],
        pieces=tuple(piece for piece, _ in read),
        uncapped=numbers["uncapped"],
        cap_left=None if data["cap_left"] is None else _amount(data["cap_left"], f"{at}.cap_left"),
        paid=numbers["paid"],
        cites=tuple(
            _cite(cite, f"{at}.cites[{index}]") for index, cite in enumerate(data["cites"])
        ),
        why=data["why"],
        overflow=numbers["overflow"],
        bounds=bounds,
        initial_self_pay=_amount(data["first_share"], f"{at}.first_share")
        if "first_share" in data
        else 0,
        reckoning=reckoning.from_data(data["reckoning"], f"{at}.reckoning")
        if "reckoning" in data
        else PLAIN,
    )


def _read_piece(data: Any, at: str) -> tuple[tuple[int, int], tuple[int, int | None] | None]:
    _keys(
        data,
        frozenset(
            {"amount", "ratio", "band"}
            if isinstance(data, Mapping) and "band" in data
            else {"amount", "ratio"}
        ),
        at,
    )
    try:
        ratio = Ratio.of(data["ratio"])
    except (ValueError, TypeError, ArithmeticError):
        raise _bad(f"{at}.ratio", "应为小数文字") from None
    if not 0 <= ratio <= RATIO_SCALE or format(ratio.decimal.normalize(), "f") != data["ratio"]:
        raise _bad(f"{at}.ratio", "应为 0 至 1 的小数文字,不带多余的零")
    piece = (_amount(data["amount"], f"{at}.amount"), int(ratio))
    if "band" not in data:
        return piece, None
    band = data["band"]
    _keys(band, frozenset({"over", "to"}), f"{at}.band")
    return piece, (
        _amount(band["over"], f"{at}.band.over"),
        None if band["to"] is None else _amount(band["to"], f"{at}.band.to"),
    )


def _cite(data: Any, at: str) -> Citation:
    _keys(data, frozenset({"document", "article", "trust"}), at)
    cite = Citation(data["document"], data["article"], data["trust"])
    if not all(isinstance(part, str) and part for part in cite) or cite.trust not in TRUST:
        raise _bad(at, "依据须写明文件、条款和可信程度")
    return cite


def _amount(data: Any, at: str) -> int:
    _keys(data, frozenset({"yuan", "fen"}), at)
    fen = data["fen"]
    if (
        not isinstance(fen, int)
        or isinstance(fen, bool)
        or fen < 0
        or data["yuan"] != Fen(fen).yuan()
    ):
        raise BadInput("AMOUNT_FORMAT", field=at, rule="元与分须一致,且不为负")
    return fen


def _keys(data: Any, wanted: frozenset[str], at: str) -> None:
    if not isinstance(data, Mapping) or set(data) != wanted:
        raise _bad(at, f"须恰有这些键:{'、'.join(sorted(wanted))}")


def _bad(field: str, rule: str) -> BadInput:
    return BadInput("FIELD_FORMAT", field=field, rule=rule)


def clauses_of(steps: Iterable[Step]) -> tuple[tuple[str, str], ...]:
    """Document and article of every clause that a step rests on, each once, in order."""
    return tuple(sorted({(one.document, one.article) for step in steps for one in step.cites}))
