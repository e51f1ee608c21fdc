"""What an agency has entered where the files lack a figure (ADR 0067), put into a layer. Pure."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from medaid.benefit.choice import holds
from medaid.money import RATIO_SCALE
from medaid.policy.model import (
    AgencyFigure,
    Band,
    Cap,
    Citation,
    ClauseAmount,
    ClauseRow,
    Deductible,
    Layer,
    Policy,
    Rate,
    When,
)
from medaid.policy.vocabulary import Facts, LayerKind


def with_entered(layer: Layer, policy: Policy, facts: Facts) -> Layer:
    """The layer with what the agency has entered for such a claim."""
    for figure in policy.figures:
        if figure.layer == layer.id and holds(figure.when, facts, layer.name):
            return filled(layer, figure)
    return layer


def filled(layer: Layer, figure: AgencyFigure) -> Layer:
    """The layer with the figures where it lacks them, each citing the agency's document."""
    if layer.kind == LayerKind.GIVEN:
        layer = _as_share(layer)
    changes: dict[str, Any] = {}
    if figure.ratio is not None:
        bands = (Band(0, None, figure.ratio),)
        changes["rates"] = _cited(layer.rates, figure.cite, bands=bands, measure="flat")
    if figure.deductible is not None:
        amount = ClauseAmount(figure.deductible)
        changes["deductibles"] = _cited(layer.deductibles, figure.cite, amount=amount)
    if figure.cap is not None or figure.uncapped:
        changes["caps"] = _cited(layer.caps, figure.cite, amount=ClauseAmount(figure.cap))
    return replace(layer, **changes)


def _cited(rows: tuple[Any, ...], cite: Citation, **values: Any) -> tuple[Any, ...]:
    """The rows of a table, those without a figure with `values`."""
    return tuple(
        one._replace(row=one.row._replace(missing="", cite=cite), **values)
        if one.row.missing
        else one
        for one in rows
    )


def _as_share(layer: Layer) -> Layer:
    """A layer whose amount was to be stated, as one that asks for its figures: a line each visit,
    one ratio, a cap each year."""
    row = ClauseRow("", When(), layer.cite, (), None, None, layer.line, "经办机构提供的标准")
    return replace(
        layer,
        kind=LayerKind.SHARE,
        given="",
        rates=(Rate(row, (Band(0, None, RATIO_SCALE),), "flat"),),
        deductibles=(Deductible(row, ClauseAmount(0), "visit"),),
        caps=(Cap(row, "", ClauseAmount(), "year", ()),),
    )
