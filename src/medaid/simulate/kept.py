"""Which of the year's running totals any clause reads: only those are carried from visit to visit."""

from __future__ import annotations

from medaid.policy.model import Cap, Ceiling, Deductible, Layer, Lump, Rate
from medaid.policy.service import Library
from medaid.simulate.population import within


def kept_totals(library: Library) -> frozenset[str]:
    """The names in the year's totals that any clause of any pack reads."""
    found: set[str] = set()
    for layer in within(library.packs, Layer):
        for deductible in within(layer, Deductible):
            found |= {f"ded:{name}" for name in (layer.id, *deductible.shared_with)}
        for rate in within(layer, Rate):
            if rate.measure.startswith("year"):
                kind = "excess" if rate.measure == "year_excess" else "base"
                found |= {f"{kind}:{name}" for name in (layer.id, *rate.shared_with)}
        for cap in within(layer, Cap):
            if cap.per == "year":
                found |= {f"paid:{name}" for name in (layer.id, *cap.counts)}
        for ceiling in within(layer, Ceiling):
            found |= {f"base:{name}" for name in (layer.id, *ceiling.shared_with)}
        for _ in within(layer, Lump):
            found.add(f"paid:{layer.id}")
    return frozenset(found | _year_sources(library))


def _year_sources(library: Library) -> set[str]:
    return {text.partition(":")[2] for text in _texts(library.packs) if text.startswith("year:")}


def _texts(value: object) -> list[str]:
    found, waiting = list[str](), [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, str):
            found.append(one)
        elif isinstance(one, tuple | list | frozenset):
            waiting.extend(one)
        elif hasattr(one, "__dataclass_fields__"):
            waiting.extend(getattr(one, name) for name in one.__dataclass_fields__)
    return found
