"""Which of the year's running totals any clause reads: only those are carried from visit to
visit."""

from __future__ import annotations

from collections.abc import Iterator

from medaid.policy.model import Layer
from medaid.policy.service import Library
from medaid.simulate.population import parts


def tracked_totals(library: Library) -> frozenset[str]:
    """The names in the year's totals that any clause of any pack reads."""
    layers = [layer for pack in library.packs for layer in pack.layers]
    texts = {
        text
        for one in parts(library.packs)
        if isinstance(one, tuple)
        for text in one
        if isinstance(text, str) and text.startswith("year:")
    }
    texts |= {text for layer in layers for text in (layer.base.source, *layer.base.less)}
    named = {text.partition(":")[2] for text in texts if text.startswith("year:")}
    return frozenset(named.union(*map(_of_layer, layers)))


def _of_layer(layer: Layer) -> Iterator[str]:
    """Names that the layer's own rows read."""
    for deductible in layer.deductibles:
        yield from _names("ded", layer, deductible.shared_with)
    for rate in layer.rates:
        if rate.measure.startswith("year"):
            yield from _names(
                "excess" if rate.measure == "year_excess" else "base", layer, rate.shared_with
            )
    for cap in layer.caps:
        if cap.per == "year":
            yield from _names("paid", layer, cap.counts)
    for ceiling in layer.ceilings:
        yield from _names("base", layer, ceiling.shared_with)


def _names(kind: str, layer: Layer, others: tuple[str, ...]) -> Iterator[str]:
    return (f"{kind}:{name}" for name in (layer.id, *others))
