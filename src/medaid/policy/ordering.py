"""The order of layers in a waterfall, and that what they name of one another is there."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from medaid.errors import PolicyUndetermined
from medaid.policy.model import ClauseRow, Layer
from medaid.policy.vocabulary import LAYER_SOURCES, TIERS


def in_order(layers: Sequence[Layer], elsewhere: Collection[str] | None = ()) -> list[Layer]:
    """By what each says it comes after (a layer's id or `tier:NAME`), then by tier, then as
    written. A layer of `elsewhere` (None: any) that does not apply here orders nothing.

    Raises PolicyUndetermined (PACK_INVALID) for a circle, an unknown layer, or a base that needs a
    layer which comes later.
    """
    ids = {layer.id for layer in layers}
    before = {layer.id: _before(layer, layers, ids, elsewhere) for layer in layers}
    waiting, placed = sorted(layers, key=lambda x: TIERS.index(x.tier)), list[Layer]()
    while waiting:
        done = {x.id for x in placed}
        ready = next((x for x in waiting if before[x.id] <= done), None)
        if ready is None:
            circle = "、".join(x.id for x in waiting)
            raise PolicyUndetermined("PACK_INVALID", field="after", rule=f"层的先后成环:{circle}")
        placed.append(ready)
        waiting.remove(ready)
    for index, layer in enumerate(placed):
        earlier = {x.id for x in placed[:index]}
        for name in _sources(layer):
            head, _, of = name.partition(":")
            if head in LAYER_SOURCES and of in ids and of not in earlier:
                raise PolicyUndetermined(
                    "PACK_INVALID",
                    field=layer.id,
                    rule=f"基数 {name} 需要的层 {of} 排在其后(第 "
                    f"{layer.line} 行);用 after 排好先后",
                )
    return placed


def _sources(layer: Layer) -> list[str]:
    """Every source of money that the layer names."""
    amounts = [
        row.amount for name in ("deductibles", "ceilings", "caps") for row in getattr(layer, name)
    ]
    return [
        layer.base.source,
        *layer.base.less,
        *(name for name, _ in layer.base.plus),
        *(a.of for a in amounts if a.of),
        *(c.switch.source for c in layer.caps if c.switch),
        *(f.of for f in layer.floors),
        *(x.source for x in layer.lumps),
    ]


def check_references(layers: Sequence[Layer]) -> None:
    """Every layer that another names is there, and what is shared is shared by both. Raises
    PolicyUndetermined (PACK_INVALID)."""
    by_id = {layer.id: layer for layer in layers}
    for layer in layers:
        named = [
            name.partition(":")[2]
            for name in _sources(layer)
            if name.partition(":")[0] in LAYER_SOURCES
        ]
        shared = [(key, r, other) for key, r, others in _shares(layer) for other in others]
        for name in (*named, *(other for _, _, other in shared)):
            if name not in by_id:
                raise PolicyUndetermined(
                    "PACK_INVALID",
                    field=layer.id,
                    rule=f"提到的层 {name} 不存在(第 {layer.line} 行)",
                )
        for key, row, other in shared:
            if key in ("cap", "ceiling") and not any(
                layer.id in others for k, _, others in _shares(by_id[other]) if k == key
            ):
                raise PolicyUndetermined(
                    "PACK_INVALID",
                    field=layer.id,
                    rule=f"限额与 {other} 共用,但 {other} 没有写与 "
                    f"{layer.id} 共用(第 {row.line} 行)",
                )


def _shares(layer: Layer) -> list[tuple[str, ClauseRow, tuple[str, ...]]]:
    """What the layer shares with others: caps, deductibles, ceilings, running totals."""
    return [
        *(("cap", c.row, c.counts) for c in layer.caps),
        *(("deductible", d.row, d.shared_with) for d in layer.deductibles),
        *(("ceiling", c.row, c.shared_with) for c in layer.ceilings),
        *(("rate", r.row, r.shared_with) for r in layer.rates),
    ]


def _before(
    layer: Layer, layers: Sequence[Layer], ids: set[str], elsewhere: Collection[str] | None
) -> set[str]:
    found: set[str] = set()
    for name in layer.after:
        if name.startswith("tier:"):
            found |= {x.id for x in layers if x.tier == name[5:] and x.id != layer.id}
        elif name in ids:
            found.add(name)
        elif elsewhere is not None and name not in elsewhere:
            raise PolicyUndetermined(
                "PACK_INVALID",
                field=layer.id,
                rule=f"after 指向的层 {name} 不存在(第 {layer.line} 行)",
            )
    return found
