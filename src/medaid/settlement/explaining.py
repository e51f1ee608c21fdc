"""Why a settlement is what it is: every step with its sentence, document and article, and the proof
that pricing it again gives the same."""

from __future__ import annotations

from typing import Any

from medaid.benefit.service import amount, bill_to_data, category_name, sentences, steps_to_data
from medaid.errors import PolicyUndetermined
from medaid.instants import beijing_text
from medaid.money import Fen
from medaid.policy.service import Library, with_figures
from medaid.settlement import rules
from medaid.settlement.archive import every_version
from medaid.settlement.model import Settlement


def explanation(settlement: Settlement, packs: Library | None = None) -> dict[str, Any]:
    """The settlement's steps as sentences and as data, and whether the replay from what was stored
    is identical.

    `replay` is `identical`, `differs`, or `unavailable` where the packs of that time are not at
    hand.
    """
    decision = settlement.decision
    lines = [f"{number}. {text}" for number, text in enumerate(sentences(decision.steps), 1)]
    return {
        "setl_id": settlement.setl_id,
        "mdtrt_id": decision.visit.mdtrt_id,
        "state": "reversed" if settlement.reversed_at else "settled",
        "setl_time": beijing_text(settlement.settled_at),
        "reversed_at": beijing_text(settlement.reversed_at) if settlement.reversed_at else "",
        "insured_region": decision.insured_region,
        "assisting_region": decision.assisting_region,
        "policy_date": decision.policy_day.isoformat(),
        "packs": list(decision.packs),
        "category": decision.category,
        "category_name": category_name(decision.category),
        "not_taken": [
            {"category": name, "name": category_name(name.partition("@")[0]), "funds": amount(fen)}
            for name, fen in decision.not_taken
        ],
        "facts": {
            name: value for name, value in decision.facts._asdict().items() if value is not None
        },
        "bill": bill_to_data(decision.bill),
        "given": {name: amount(fen) for name, fen in decision.stated_amounts.items()},
        "steps": steps_to_data(decision.steps),
        "by_fund": {fund: amount(fen) for fund, fen in sorted(decision.by_fund.items())},
        "own": amount(decision.person_pays),
        "sentences": [_opening(settlement), *lines, _closing(settlement)],
        "warnings": list(decision.warnings),
        "replay": _replay(settlement, packs or every_version()),
    }


def _opening(settlement: Settlement) -> str:
    decision = settlement.decision
    others = "".join(
        f";{category_name(name.partition('@')[0])}身份可得 {fen} 元"
        for name, fen in decision.not_taken
    )
    return (
        f"医疗费总额 {decision.bill.total} 元,政策范围内 "
        f"{decision.bill.in_policy} 元;按{category_name(decision.category)}结算{others}。"
    )


def _closing(settlement: Settlement) -> str:
    decision = settlement.decision
    return (
        f"各方共支付 {Fen(int(decision.bill.total) - int(decision.person_pays))} 元,"
        f"个人负担 {decision.person_pays} 元。"
    )


def _replay(settlement: Settlement, packs: Library) -> str:
    decision = settlement.decision
    try:
        policy = packs.policy_of(
            decision.packs, decision.insured_region, decision.assisting_region, decision.policy_day
        )
        again = rules.reprice(decision, with_figures(policy, decision.figures))
    except PolicyUndetermined as silent:
        return "unavailable" if silent.code == "NO_POLICY" else "differs"
    same = (again.steps, again.person_pays, again.category, dict(again.totals)) == (
        decision.steps,
        decision.person_pays,
        decision.category,
        dict(decision.totals_after),
    )
    return "identical" if same else "differs"
