"""Statements, agreements and waiting amounts as stored bodies, and back. Only whole fen, text,
lists and dicts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from medaid.clearing.model import Agreement, Carried, Group, Statement, Totals
from medaid.clearing.store import ClearingItem
from medaid.instants import from_stored, stored
from medaid.money import Fen


def plain(amounts: Mapping[str, Fen]) -> dict[str, int]:
    return {key: int(fen) for key, fen in sorted(amounts.items())}


def fen(amounts: Mapping[str, int]) -> dict[str, Fen]:
    return {key: Fen(value) for key, value in sorted(amounts.items())}


def carried_body(carried: Carried) -> list[Any]:
    return [
        carried.setl_id,
        carried.month,
        carried.reason,
        plain(carried.by_fund),
        carried.home,
        carried.waits_for,
    ]


def carried_of(body: list[Any]) -> Carried:
    setl_id, month, reason, amounts, home, waits_for = body
    return Carried(setl_id, month, reason, fen(amounts), home, waits_for)


def _group_body(group: Group) -> list[str]:
    return [group.insutype, group.care, group.clr_type, group.home]


def statement_body(statement: Statement) -> dict[str, Any]:
    """All of a statement but its key, state and version."""
    return {
        "since": stored(statement.since) if statement.since else "",
        "cut": stored(statement.cut),
        "groups": [
            [*_group_body(g), t.count, t.refunds, plain(t.amounts), t.days]
            for g, t in statement.groups.items()
        ],
        "by_fund": plain(statement.by_fund),
        "digest": statement.digest,
        "lines": statement.lines,
        "level": [_group_body(g) for g in statement.level],
        "disputed": [carried_body(c) for c in statement.disputed],
        "carried_in": [carried_body(c) for c in statement.carried_in],
        "deductions": [carried_body(c) for c in statement.deductions],
        "retained": plain(statement.retained),
        "mode_difference": plain(statement.mode_difference),
        "brought_forward": plain(statement.brought_forward),
        "approved_by": statement.approved_by,
        "released_by": statement.released_by,
        "paid": plain(statement.paid),
        "fronted": plain(statement.fronted),
        "order": statement.order,
    }


def statement_of(item: ClearingItem) -> Statement:
    """The statement that was stored."""
    body = item.body
    _, admdvs, institution, month = item.pk.split("#")
    groups = {
        Group(*row[:4]): Totals(row[4], row[5], fen(row[6]), row[7]) for row in body["groups"]
    }
    return Statement(
        admdvs,
        institution,
        month,
        int(item.sk.split("#")[1]),
        from_stored(body["since"]) if body["since"] else None,
        from_stored(body["cut"]),
        groups,
        fen(body["by_fund"]),
        body["digest"],
        body["lines"],
        item.state,
        item.version,
        tuple(Group(*row) for row in body["level"]),
        tuple(carried_of(c) for c in body["disputed"]),
        tuple(carried_of(c) for c in body["carried_in"]),
        tuple(carried_of(c) for c in body["deductions"]),
        fen(body["retained"]),
        fen(body["mode_difference"]),
        fen(body["brought_forward"]),
        body["approved_by"],
        body["released_by"],
        fen(body["paid"]),
        fen(body["fronted"]),
        body["order"],
    )


def statement_key(statement: Statement) -> tuple[str, str]:
    return (
        f"I#{statement.admdvs}#{statement.institution}#{statement.month}",
        f"STATEMENT#{statement.number:02d}",
    )


def agreement_body(agreement: Agreement) -> dict[str, Any]:
    return {
        "name": agreement.name,
        "admdvs": agreement.admdvs,
        "mode": agreement.mode,
        "rate": int(agreement.rate),
        "retention": agreement.retention,
        "bank": agreement.bank,
        "account": agreement.account,
        "cite": agreement.cite,
    }


def agreement_of(item: ClearingItem) -> Agreement:
    body = dict(item.body)
    return Agreement(
        institution=item.pk.split("#")[1],
        year=int(item.sk.split("#")[1]),
        **{**body, "rate": Fen(body["rate"])},
    )


def with_state(statement: Statement, state: str, **changes: Any) -> Statement:
    """The next version of a statement."""
    return replace(statement, state=state, version=statement.version + 1, **changes)
