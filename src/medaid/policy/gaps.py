"""`[[gap]]`: a figure that no citable source gives. Where a whole benefit has none, answers say so.

A gap of a layer that stands in the file is a note for people (docs/policy-coverage.md). A gap of a
layer that stands nowhere would be a fund that silently pays nothing: it names tier, fund and the
clause that grants the benefit, and becomes a layer that pays nothing and gives the reason.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from medaid.policy.conditions import Words, citation, when
from medaid.policy.model import Base, ClauseRow, Gap, Layer, Requirement, When
from medaid.policy.reading import PackTable
from medaid.policy.vocabulary import FUNDS, TIERS, LayerKind


def read_gaps(
    rows: Sequence[PackTable], words: Words, pack: str, known: Collection[str]
) -> tuple[tuple[Gap, ...], tuple[Layer, ...]]:
    """Every gap, and the layers by which those of a benefit without any figure are told.

    `known` are the layers that the file writes down or abolishes, and its published figures.
    """
    gaps, layers = list[Gap](), list[Layer]()
    for row in rows:
        gap = Gap(row.text("layer"), row.text("says"), row.line())
        gaps.append(gap)
        if not row.has("tier"):
            _check_note(row, gap, known)
        elif gap.layer in known:
            row.wrong(f"层 {gap.layer} 已有条款:删去 tier、fund、name,或删去该层", "layer")
            row.asked |= set(row.value)
        elif gap.layer in [layer.id for layer in layers]:
            row.wrong(f"缺口 {gap.layer} 在本文件中出现多次", "layer")
            row.asked |= set(row.value)
        else:
            layer = _layer(row, gap, words, pack)
            layers += [layer] if layer is not None else []
        row.done()
    return tuple(gaps), tuple(layers)


def _check_note(row: PackTable, gap: Gap, known: Collection[str]) -> None:
    """A gap without a tier is a note, so what it speaks of must stand in the file."""
    if gap.layer not in known:
        row.wrong(
            f"本文件没有层 {gap.layer}:写明 tier、fund、name 和 cite,"
            "使结算结果说明该待遇没有可引用的标准",
            "layer",
        )


def _layer(row: PackTable, gap: Gap, words: Words, pack: str) -> Layer | None:
    """A layer that pays nothing and says why: its one requirement has no way to be met."""
    name, tier, fund = row.text("name"), row.choice("tier", TIERS), row.choice("fund", FUNDS)
    condition, cite, after = when(row, words), citation(row, words), row.words("after")
    if cite is None:
        return None
    unmet = Requirement(ClauseRow("", When(), cite, (), None, None, gap.line), gap.says, ())
    return Layer(
        id=gap.layer, name=name, tier=tier, fund=fund, kind=LayerKind.GAP, when=condition,
        cite=cite, after=after, base=Base("in_policy_left", cite), given="",
        draws="in_policy_first",
        deductibles=(), rates=(), caps=(), modifiers=(), requirements=(unmet,), floors=(),
        lumps=(), ceilings=(), initial_self_pays=(), line=gap.line, pack=pack,
    )  # fmt: skip
