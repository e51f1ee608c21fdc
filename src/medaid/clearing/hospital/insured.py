"""Whom the insurer pays instead of the agency, when a statement is released: assistance that it
fronts (M二.5), and critical illness that it runs."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from medaid.aws.transaction import Write
from medaid.clearing.hospital import entries
from medaid.clearing.hospital.model import Statement
from medaid.clearing.insurer import service as insurer
from medaid.clearing.insurer.model import Contract
from medaid.fund import service as fund
from medaid.money import Fen


class SharedOut(NamedTuple):
    """Who pays what of a statement's dues, by fund, and the writes of the insurers' parts."""

    paid: dict[str, Fen]
    """By the agency."""
    fronted: dict[str, Fen]
    carried: dict[str, Fen]
    carrier: str
    writes: list[Write]


def by_insurers(statement: Statement, due: Mapping[str, Fen], now: datetime) -> SharedOut:
    """`due` shared out by the contracts of the statement's month. Only what the region's own people
    are due is an insurer's: other regions pay the agency's bill."""
    paid, day = dict(due), statement.month.last
    fronting = insurer.fronting_contract(statement.region, day, now)
    fronted = _taken(statement, paid, insurer.FUND) if fronting else {}
    carrier = insurer.critical_carrier(statement.region, day)
    carried = _taken(statement, paid, insurer.CRITICAL_FUND) if carrier else {}
    writes: list[Write] = []
    if fronting and fronted:
        writes += _fronted(statement, fronting, fronted[insurer.FUND], now)
    if carried:
        fen = carried[insurer.CRITICAL_FUND]
        writes += fund.writes(entries.critical_carried(statement, fen, now))
    return SharedOut(paid, fronted, carried, carrier if carried else "", writes)


def _taken(statement: Statement, paid: dict[str, Fen], key: str) -> dict[str, Fen]:
    """What of a fund's due is taken out of what the agency pays; the rest stays in it."""
    due = paid.pop(key, Fen(0))
    own = statement.own_due(key, due)
    if due - own:
        paid[key] = due - own
    return {key: own} if own else {}


def _fronted(statement: Statement, contract: Contract, amount: Fen, now: datetime) -> list[Write]:
    where = statement.region, statement.statement_id, statement.institution
    outpatient = statement.outpatient_assistance(amount)
    return insurer.front(contract, *where, amount, now, outpatient=outpatient)
