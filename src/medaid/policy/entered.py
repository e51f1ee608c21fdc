"""Figures that an agency enters where no file can cite one: what they fill, and the policy with
them. Pure.

A figure fills what stands as `missing` in the files, or a layer whose amount is otherwise stated
case by case (`kind = "given"`); what a file says stays as it is. ADR 0067. How they are filled in:
`medaid.benefit.entered`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable
from dataclasses import replace

from medaid.policy.assembly import chain
from medaid.policy.model import AgencyFigure, Layer, Policy
from medaid.policy.vocabulary import ASSISTANCE_TIERS, RESERVED, Facts, LayerKind

PARTS = ("ratio", "deductible", "cap")


def open_parts(layer: Layer) -> tuple[str, ...]:
    """Which figures of the layer no file gives: of `PARTS`."""
    if layer.kind == LayerKind.GIVEN:
        return () if layer.given == RESERVED else PARTS
    lacking = (
        any(one.row.missing for one in layer.rates),
        any(one.row.missing for one in layer.deductibles),
        any(one.row.missing for one in layer.caps),
    )
    return tuple(part for part, lacks in zip(PARTS, lacking, strict=True) if lacks)


def entered_parts(figure: AgencyFigure) -> tuple[str, ...]:
    """Which figures were entered: of `PARTS`."""
    held = (figure.ratio, figure.deductible, 0 if figure.uncapped else figure.cap)
    return tuple(part for part, value in zip(PARTS, held, strict=True) if value is not None)


def with_figures(
    policy: Policy, figures: Iterable[AgencyFigure], stated: Collection[str] = ()
) -> Policy:
    """The policy with the figures that hold on its day, for its regions: the insured region's for
    insurance, the assisting region's for assistance, the nearest first. A layer whose amount is
    `stated` for the case keeps it."""
    layers = {layer.id: layer for layer in policy.layers}
    found: list[tuple[int, AgencyFigure]] = []
    for one in figures:
        layer = layers.get(one.layer)
        if layer is None or layer.given in stated or not open_parts(layer):
            continue
        assists = layer.tier in ASSISTANCE_TIERS and policy.assisting_region
        near = chain(policy.assisting_region if assists else policy.insured_region)
        if one.region in near and one.begin <= policy.day <= one.end:
            found.append((near.index(one.region), one))
    if not found:
        return policy
    kept = tuple(one for _, one in sorted(found))
    whens = {name for one in kept for name in one.when.names}
    return replace(
        policy,
        figures=kept,
        version=f"{policy.version}+{hashlib.sha256(repr(kept).encode()).hexdigest()[:16]}",
        asked=policy.asked
        and tuple(name for name in Facts._fields if name in whens or name in policy.asked),
    )
