"""Reconciliation with finance and bank: /fund/{admdvs}/reconciliations/…"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Annotated, Final

from pydantic import Field

from medaid.aws.rest.bodies import (
    Body,
    FewQuery,
    ListQuery,
    NameOf,
    Page,
    Reason,
    Sha256,
    Short,
    Shown,
    WithReason,
    YuanText,
)
from medaid.aws.rest.pages import among, page_of, paged
from medaid.aws.rest.table import READERS, Call
from medaid.fund import open_lines, reconciling, sign_off
from medaid.fund.api.common import ROUTES, SignatureShown, trail_shown
from medaid.fund.open_lines import OpenLine
from medaid.fund.records import Cause, Comparison, LineOutcome
from medaid.instants import beijing_text, civil_date
from medaid.months import Quarter
from medaid.regions import Region

_QUARTER: Final = "/fund/{admdvs}/reconciliations/{quarter}"
_ROLES: Final = ("accountant", "finance")
_MOST: Final = 200


class OpenLineShown(Shown):
    """An open line of one side. `state`: open, matched or explained, by whom and why."""

    line: str
    side: str
    date: str
    age: int
    reference: str
    account: str
    fund: str
    amount: YuanText
    narrative: str
    state: str
    cause: str
    by: str
    by_name: Annotated[str, NameOf("by", "at")] = ""
    at: str
    reason: str


class BalanceShown(Shown):
    """A bank account of a fund. Null where their statement tells no balance. `unexplained`: what no
    open line accounts for; `footing`: by how much their own balance does not follow from their
    movements."""

    line: str
    account: str
    fund: str
    our_opening: YuanText
    our_movements: YuanText
    our_closing: YuanText
    their_opening: YuanText | None
    their_movements: YuanText
    their_closing: YuanText | None
    open: YuanText
    unexplained: YuanText | None
    footing: YuanText | None
    agrees: bool
    reason: str


class ReconciliationShown(Shown):
    """`digest` names the version that was compared and what became of its lines: a signature names
    it too. `ageing` counts what no match closed, by age. `open` are some of the lines; with
    `cursor` the next ones are asked for."""

    quarter: str
    number: int
    state: str
    file: str
    digest: str
    counts: dict[str, int]
    open: list[OpenLineShown]
    cursor: str
    balances: list[BalanceShown]
    ageing: dict[str, dict[str, str]]
    signed: list[SignatureShown]
    trail: list[SignatureShown]


_FIRST: Final = ListQuery(limit=50, cursor="")


def _shown(
    quarter: str, held: Comparison, state: str, now: datetime, query: ListQuery = _FIRST
) -> ReconciliationShown:
    settled = open_lines.settled_lines(held)
    of = ("open lines", quarter, held.number)
    lines, cursor = page_of(query, of, among(open_lines.open_lines(held.open)))
    ages = open_lines.ageing(open_lines.unmatched(held), civil_date(now))
    return ReconciliationShown(
        quarter=quarter,
        number=held.number,
        state=state,
        file=held.file,
        digest=held.digest,
        counts=dict(held.counts),
        open=[_line(one, settled, now) for one in lines],
        cursor=cursor,
        balances=[
            BalanceShown.of(
                one,
                our_opening=one.opening[0],
                our_movements=one.moved[0],
                our_closing=one.closing[0],
                their_opening=one.opening[1],
                their_movements=one.moved[1],
                their_closing=one.closing[1],
                reason=settled[one.line].act.why if one.line in settled else "",
            )
            for one in held.balances
        ],
        ageing={
            name: {"count": str(count), "amount": fen.yuan()} for name, (count, fen) in ages.items()
        },
        signed=trail_shown(held.signed),
        trail=trail_shown(held.trail),
    )


def _line(one: OpenLine, settled: Mapping[str, LineOutcome], now: datetime) -> OpenLineShown:
    said = settled.get(one.line)
    state = "open" if said is None else "explained" if said.cause else "matched"
    return OpenLineShown(
        line=one.line,
        side=one.side,
        date=one.movement.day.isoformat(),
        age=(civil_date(now) - one.movement.day).days,
        reference=one.movement.reference,
        account=one.movement.account,
        fund=one.movement.fund,
        amount=one.movement.amount,
        narrative=one.movement.narrative,
        state=state,
        cause=said.cause or "" if said else "",
        by=said.act.by if said else "",
        at=beijing_text(said.act.at) if said else "",
        reason=said.act.why if said else "",
    )


@ROUTES.get(_QUARTER, "财政对账结果", roles=READERS, query=ListQuery)
def show_reconciliation(
    call: Call[None, None], admdvs: Region, quarter: Quarter
) -> ReconciliationShown:
    held, state = reconciling.get_comparison(admdvs, quarter)
    return _shown(quarter, held, state, call.now, call.query)


class ReconciledVersionShown(Shown):
    number: int
    state: str
    file: str
    digest: str
    counts: dict[str, int]
    signed: list[SignatureShown]
    trail: list[SignatureShown]


@ROUTES.get(f"{_QUARTER}/versions", "财政对账各版", roles=READERS, query=FewQuery)
def list_reconciliations(
    call: Call[None, None], admdvs: Region, quarter: Quarter
) -> Page[ReconciledVersionShown]:
    read = partial(reconciling.page_of_comparisons, admdvs, quarter)
    of = ("reconciliations", admdvs, quarter)
    return paged(call.query, of, read, lambda one: _version_shown(*one))


def _version_shown(held: Comparison, state: str) -> ReconciledVersionShown:
    return ReconciledVersionShown.of(
        held,
        state=state,
        counts=dict(held.counts),
        signed=trail_shown(held.signed),
        trail=trail_shown(held.trail),
    )


class ProposalShown(Shown):
    """Sets of lines that make the one asked for exactly. `whole` is false where there may be more:
    the search is bounded."""

    sets: list[list[str]]
    whole: bool


@ROUTES.get(f"{_QUARTER}/proposals/{{line}}", "可核对的凭证组合", roles=READERS)
def propose_lines(
    call: Call[None, None], admdvs: Region, quarter: Quarter, line: str
) -> ProposalShown:
    found = reconciling.propose(admdvs, quarter, line)
    return ProposalShown(sets=[list(one) for one in found.sets], whole=found.whole)


class LinesIn(Body):
    """Open lines by name, of either side."""

    lines: list[Short] = Field(min_length=1, max_length=_MOST)
    reason: Reason


class ExplainIn(LinesIn):
    cause: Cause


@ROUTES.post(f"{_QUARTER}/match", "核对未达账项", roles=_ROLES)
def match_lines(call: Call[None, LinesIn], admdvs: Region, quarter: Quarter) -> ReconciliationShown:
    sent = call.body
    reconciling.match_lines(admdvs, quarter, sent.lines, sent.reason, *call.signing)
    return _shown(quarter, *reconciling.get_comparison(admdvs, quarter), call.now)


@ROUTES.post(f"{_QUARTER}/explain", "说明未达账项", roles=_ROLES)
def explain_lines(
    call: Call[None, ExplainIn], admdvs: Region, quarter: Quarter
) -> ReconciliationShown:
    sent = call.body
    reconciling.explain_lines(admdvs, quarter, sent.lines, sent.cause, sent.reason, *call.signing)
    return _shown(quarter, *reconciling.get_comparison(admdvs, quarter), call.now)


@ROUTES.post(f"{_QUARTER}/reopen", "取消核对或说明", roles=_ROLES)
def reopen_lines(
    call: Call[None, LinesIn], admdvs: Region, quarter: Quarter
) -> ReconciliationShown:
    sent = call.body
    reconciling.reopen_lines(admdvs, quarter, sent.lines, sent.reason, *call.signing)
    return _shown(quarter, *reconciling.get_comparison(admdvs, quarter), call.now)


class Sign(Body):
    digest: Sha256
    remarks: str = Field("", max_length=500)


@ROUTES.post(f"{_QUARTER}/sign", "签署对账", roles=_ROLES)
def sign_reconciliation(
    call: Call[None, Sign], admdvs: Region, quarter: Quarter
) -> ReconciliationShown:
    sent = call.body
    sign_off.sign(admdvs, quarter, sent.digest, call.by, sent.remarks, call.now)
    return _shown(quarter, *reconciling.get_comparison(admdvs, quarter), call.now)


@ROUTES.post(f"{_QUARTER}/withdraw", "撤回签署(两人)", roles=_ROLES)
def withdraw_signature(
    call: Call[None, WithReason], admdvs: Region, quarter: Quarter
) -> ReconciliationShown:
    reason = call.body.reason
    held, state = sign_off.withdraw_signature(admdvs, quarter, reason, *call.signing)
    return _shown(quarter, held, state, call.now)
