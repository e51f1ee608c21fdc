"""A settlement as stored and back: compact, complete, and free of what identifies the person beyond
psn_no.

Everything that pricing took goes in, so that the same answer can be worked out again in ten years;
the steps go in too, so that it need not be.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from typing import Any

from medaid.benefit.model import PLAIN, Bill, Facts, Reckoning, Step
from medaid.money import Fen
from medaid.people.model import Visit
from medaid.policy.model import Citation
from medaid.settlement.model import Decision


def to_data(decision: Decision) -> dict[str, Any]:
    """The decision as JSON-able data: whole numbers, text, lists, dicts. Citations are kept once
    and pointed at."""
    cites = list(dict.fromkeys(cite for step in decision.steps for cite in step.cites))
    return {
        "psn_no": decision.psn_no,
        "institution": decision.institution,
        "treatment": decision.treatment,
        "insured": decision.insured,
        "assisted": decision.assisted,
        "visit": visit_to_data(decision.visit),
        "batch": decision.batch,
        "insutype": decision.insutype,
        "psn_type": decision.psn_type,
        "med_type": decision.med_type,
        "care": decision.care,
        "begin": decision.begin.isoformat(),
        "end": decision.end.isoformat(),
        "year": decision.year,
        "day": decision.policy_day.isoformat(),
        "packs": list(decision.packs),
        "warnings": list(decision.warnings),
        "bill": [int(fen) for fen in decision.bill],
        "facts": {
            name: value for name, value in decision.facts._asdict().items() if value is not None
        },
        "categories": list(decision.categories),
        "given": dict(decision.given),
        "category": decision.category,
        "cites": [list(cite) for cite in cites],
        "steps": [_step_to_data(step, cites) for step in decision.steps],
        "by_fund": {fund: int(fen) for fund, fen in decision.by_fund.items()},
        "own": int(decision.own),
        "others": [[name, int(fen)] for name, fen in decision.others],
        "before": dict(decision.totals_before),
        "change": {
            n: v - decision.totals_before.get(n, 0)
            for n, v in decision.totals_after.items()
            if v != decision.totals_before.get(n, 0)
        },
        "last": decision.last_before,
        **({"fees": dict(decision.fees)} if decision.fees else {}),
        **({"receipt": list(decision.receipt)} if decision.receipt[1] else {}),
    }


def from_data(data: Mapping[str, Any]) -> Decision:
    """The decision that `to_data` wrote."""
    cites = [Citation(*cite) for cite in data["cites"]]
    before: dict[str, int] = dict(data["before"])
    return Decision(
        psn_no=data["psn_no"],
        institution=data["institution"],
        treatment=data["treatment"],
        insured=data["insured"],
        assisted=data["assisted"],
        visit=visit_from_data(data["visit"]),
        batch=data["batch"],
        insutype=data["insutype"],
        psn_type=data["psn_type"],
        med_type=data["med_type"],
        care=data["care"],
        begin=date.fromisoformat(data["begin"]),
        end=date.fromisoformat(data["end"]),
        year=data["year"],
        policy_day=date.fromisoformat(data["day"]),
        packs=tuple(data["packs"]),
        warnings=tuple(data["warnings"]),
        bill=Bill(*map(Fen, data["bill"])),
        facts=Facts(**({**dict.fromkeys(Facts._fields), **data["facts"]})),
        categories=tuple(data["categories"]),
        given=data["given"],
        category=data["category"],
        steps=tuple(_step_from_data(step, cites) for step in data["steps"]),
        by_fund={fund: Fen(fen) for fund, fen in data["by_fund"].items()},
        own=Fen(data["own"]),
        others=tuple((name, Fen(fen)) for name, fen in data["others"]),
        totals_before=before,
        totals_after={
            **before,
            **{name: before.get(name, 0) + change for name, change in data["change"].items()},
        },
        last_before=data["last"],
        fees=data.get("fees", {}),
        receipt=(data["receipt"][0], data["receipt"][1]) if "receipt" in data else ("", ""),
    )


def _step_to_data(step: Step, cites: list[Citation]) -> list[Any]:
    plain: list[Any] = list(step._replace(cites=()))
    plain[Step._fields.index("cites")] = [cites.index(cite) for cite in step.cites]
    plain[Step._fields.index("pieces")] = [list(piece) for piece in step.pieces]
    plain[Step._fields.index("bounds")] = [list(band) for band in step.bounds]
    plain[Step._fields.index("reckoning")] = _lists(step.reckoning)
    return plain if step.reckoning != PLAIN else plain[:-1]


def _lists(value: Any) -> Any:
    return [_lists(one) for one in value] if isinstance(value, tuple) else value


def _tuples(value: Any) -> Any:
    return tuple(_tuples(one) for one in value) if isinstance(value, (list, tuple)) else value


def _step_from_data(data: list[Any], cites: list[Citation]) -> Step:
    step = Step(*data)
    return step._replace(
        # indices stand for citations
        cites=tuple(cites[i] for i in step.cites),  # type: ignore[call-overload]
        pieces=_tuples(step.pieces),
        bounds=_tuples(step.bounds),
        reckoning=Reckoning(*_tuples(step.reckoning)),
    )


def visit_to_data(visit: Visit) -> dict[str, Any]:
    plain = asdict(visit)
    return {
        **plain,
        "begin": visit.begin.isoformat(),
        "end": visit.end.isoformat() if visit.end else "",
        "notes": dict(visit.notes),
    }


def visit_from_data(data: Mapping[str, Any]) -> Visit:
    return Visit(
        **{
            **data,
            "begin": date.fromisoformat(data["begin"]),
            "end": date.fromisoformat(data["end"]) if data["end"] else None,
        }
    )
