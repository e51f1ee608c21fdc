"""docs/policy-coverage.md, made from the packs: region by layer and years, the trust of each
figure, and the gaps."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final

from medaid.policy.describe import entries
from medaid.policy.model import Pack
from medaid.policy.vocabulary import TIER_NAMES, TIERS, TRUST_NAMES, LayerKind, Tier

_HEAD: Final = """# 政策覆盖

由 `medaid policy coverage` 从政策包生成,不手工修改。\
可信程度:原文(S)、政府文本(G)、新闻报道(N)、转载待核(R)、测算(T)。
“给”表示没有可引用的数值,金额由经办机构提供;“缺”表示该情形没有可引用的数值,遇到时拒绝并写明要什么;
“无”表示该待遇有依据而没有任何可引用的数值,结算时该层不支付,并在结算结果中说明。
"""


def page(packs: Sequence[Pack]) -> str:
    """The whole page as Markdown."""
    ordered = sorted(packs, key=lambda p: (p.region, p.in_force, p.id))
    parts = [_HEAD, "## 统筹区 × 层 × 年\n", _matrix(ordered), "\n## 各政策包\n"]
    parts += [_pack(pack) for pack in ordered]
    parts += ["## 缺口\n", *_gaps(ordered)]
    return "\n".join(parts)


def _gaps(packs: Sequence[Pack]) -> list[str]:
    """Every gap under its region, with how many there are and how many answers tell of."""
    lines = []
    for region in dict.fromkeys(pack.region for pack in packs):
        here = [pack for pack in packs if pack.region == region and pack.gaps]
        count = sum(len(pack.gaps) for pack in here)
        told_gaps = sum(layer.kind == LayerKind.GAP for pack in here for layer in pack.layers)
        if count:
            lines.append(f"### {region}:{count} 项,其中 {told_gaps} 项在结算结果中说明\n")
            lines += [f"- {p.title}·{gap.layer}:{gap.says}" for p in here for gap in p.gaps]
            lines.append("")
    return lines


def _matrix(packs: Sequence[Pack]) -> str:
    head = (
        "| 统筹区 | 政策包 | 起 | 止 | 核验至 | " + " | ".join(TIER_NAMES[t] for t in TIERS) + " |"
    )
    lines = [head, "|" + "---|" * (5 + len(TIERS))]
    for pack in packs:
        cells = [_cell(pack, tier) for tier in TIERS]
        lines.append(
            f"| {pack.region} | {pack.title} | {pack.in_force} | "
            f"{pack.expires or '—'} | {pack.verified_until or '—'} | {' | '.join(cells)} |"
        )
    return "\n".join(lines)


def _cell(pack: Pack, tier: str) -> str:
    layers = [layer for layer in pack.layers if layer.tier == tier]
    if not layers:
        return "—"
    marks = Counter(
        entry.cite.trust
        for layer in layers
        if layer.kind != LayerKind.GAP
        for entry in entries(layer)
        if entry.cite.trust
    )
    gap_mark = "无" if any(layer.kind == LayerKind.GAP for layer in layers) else ""
    given = (
        "给"
        if any(layer.kind == LayerKind.GIVEN and layer.tier != Tier.OTHERS for layer in layers)
        else ""
    )
    missing = (
        "缺"
        if any(
            r.row.missing
            for layer in layers
            for name in ("deductibles", "rates", "caps")
            for r in getattr(layer, name)
        )
        else ""
    )
    return " ".join(
        filter(
            None,
            (
                "".join(f"{mark}{marks[mark]}" for mark in "SGNRT" if marks[mark]),
                given,
                missing,
                gap_mark,
            ),
        )
    )


def _pack(pack: Pack) -> str:
    lines = [
        f"### {pack.region} {pack.title}\n",
        f"`{pack.file}`,自 {pack.in_force}"
        + (f" 至 {pack.expires}" if pack.expires else "")
        + "。\n",
    ]
    lines += [
        f"- {d.number} {_title(d.title, d.number)}({d.issuer},{d.published},{TRUST_NAMES[d.trust]})"
        for d in pack.documents.values()
    ]
    if pack.layers:
        lines += ["", "| 层 | 数值 | 可信 |", "|---|---|---|"]
        for layer in pack.layers:
            found = list(entries(layer))
            lines.append(f"| {layer.name} | {len(found)} | {_trust(e.cite.trust for e in found)} |")
    if pack.figures:
        lines += [
            "",
            f"另有公布的标准 {len(pack.figures)} 项:"
            + "、".join(dict.fromkeys(f.says for f in pack.figures))
            + "。",
        ]
    return "\n".join([*lines, ""])


def _title(title: str, number: str) -> str:
    return "" if title == number else f"《{title}》"


def _trust(marks: Iterable[str]) -> str:
    counted = Counter(mark for mark in marks if mark)
    return (
        "、".join(f"{TRUST_NAMES[mark]} {counted[mark]}" for mark in "SGNRT" if counted[mark])
        or "缺"
    )
