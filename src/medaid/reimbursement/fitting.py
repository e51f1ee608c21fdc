"""The policy fitted to one case: the points of an approved hardship cut (J25), and what is left
out, or stated by the agency, while the employer owes contributions (J23). Pure."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from medaid.errors import PolicyUndetermined
from medaid.money import RATIO_SCALE
from medaid.policy.model import ASSISTANCE_TIERS, Base, Citation, Layer, Policy, When
from medaid.policy.vocabulary import LayerKind, Tier
from medaid.reimbursement.model import Case
from medaid.reimbursement.procedure import Arrears, Procedure

HARDSHIP: Final = "hardship"
"""The value of the fact `filing` under which packs grant a lowered ratio."""
OUTSIDE_TIERS: Final = (Tier.OTHERS,)
_POINT: Final = RATIO_SCALE // 100


def fitted_policy(case: Case, policy: Policy, procedure: Procedure) -> Policy:
    """The policy with what was approved for this case alone: the points of a hardship cut, or
    layers left out under arrears."""
    layers, marks = policy.layers, []
    if case.hardship is not None:
        layers = tuple(_with_points(layer, case.hardship.points) for layer in layers)
        marks.append(f"hardship:{case.hardship.points}")
        if layers == policy.layers and not any(_cuts(layer) for layer in layers):
            raise PolicyUndetermined(
                "FIGURE_MISSING", field="filing", rule="当地政策没有未转诊困难人员的救助标准"
            )
    if case.arrears:
        rule = procedure.arrears_of(case.admdvs)
        relief = tuple(x for x in layers if x.tier in {*ASSISTANCE_TIERS, *OUTSIDE_TIERS})
        if rule.treatment == "own":
            layers = relief
            marks.append("arrears:own")
        elif not any(_insures(layer, case.insutype) for layer in layers):
            layers = (*_stated_insurance(rule), *relief)
            marks.append("arrears:stated")
    return (
        replace(policy, layers=layers, version="+".join((policy.version, *marks)))
        if marks
        else policy
    )


def _insures(layer: Layer, insutype: str) -> bool:
    """Whether the layer is a basic fund's that knows the insurance type."""
    types = dict(layer.when.sets).get("insutype")
    return layer.tier == Tier.BASIC and (types is None or insutype in types)


def _stated_insurance(rule: Arrears) -> tuple[Layer, ...]:
    """What basic and large-cost insurance of employees would have paid (J23): no pack has their
    figures, so the agency states the amounts, and assistance is worked out after them."""
    cite = Citation(*_document_and_article(rule.cite), "S")
    return tuple(
        Layer(
            id=ident, name=name, tier=tier, fund=fund, kind=LayerKind.GIVEN, when=When(), cite=cite,
            after=(), base=Base("in_policy_left", cite), given=fund, draws="in_policy_first",
            deductibles=(), rates=(), caps=(), modifiers=(), requirements=(), floors=(), lumps=(),
            ceilings=(), initial_self_pays=(), line=0, pack="",
        )
        for ident, name, tier, fund in (
            ("arrears_basic", "基本医保应付部分(单位欠费)", Tier.BASIC, "hifp_pay"),
            ("arrears_large", "职工大额医疗费用补助应付部分(单位欠费)", Tier.CRITICAL, "hifob_pay"),
        )
    )  # fmt: skip


def _document_and_article(cite: str) -> tuple[str, str]:
    """`某发〔2023〕27号第二十三条` in its two parts."""
    document, mark, article = cite.partition("第")
    return document, mark + article


def _cuts(layer: Layer) -> list[int]:
    """Which of the layer's modifiers are the hardship cut: on the ratio, for `filing` hardship
    alone."""
    return [
        n
        for n, m in enumerate(layer.modifiers)
        if layer.tier in ASSISTANCE_TIERS
        and m.target == "ratio"
        and ("filing", frozenset({HARDSHIP})) in m.row.when.sets
    ]


def _with_points(layer: Layer, points: int) -> Layer:
    cuts = _cuts(layer)
    modifiers = tuple(
        m._replace(points=-points * _POINT) if n in cuts else m
        for n, m in enumerate(layer.modifiers)
    )
    return replace(layer, modifiers=modifiers) if cuts else layer
