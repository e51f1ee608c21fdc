"""Signatures under a quarter's reconciliation: by two people, naming the version; withdrawn by two,
with a trail (J31, Q3.1)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from medaid.aws.transaction import commit_or_refuse
from medaid.errors import BadInput, Conflict, Refused
from medaid.fund import open_lines
from medaid.fund.hands import check_another
from medaid.fund.open_lines import THEIRS
from medaid.fund.reconciling import books_digest, last_version, quarter_over
from medaid.fund.records import Comparison, Signature
from medaid.months import Quarter
from medaid.papers.service import word

_SIGNED, _ASKED, _WITHDRAWN = "签署", "申请撤回签署", "同意撤回签署"


def sign(admdvs: str, quarter: str, digest: str, by: str, remarks: str, now: datetime) -> str:
    """Signs a reconciliation off; two different people are needed. What is open needs a remark.
    `digest` names the version that was looked at. Answers the new state.

    Raises Refused NOT_FOUND, PERIOD_OPEN, FIELD_REQUIRED, also for a bank line that is neither
    matched nor explained; AMOUNT_SUM for balances that do not agree and that nobody explained;
    Conflict STATE, also for another version, STALE where the books were changed since; Forbidden
    SEPARATION for a second signature of the same person.
    """
    ended = Quarter.parse(quarter, "quarter")
    quarter_over(ended, now)
    item, held = last_version(admdvs, quarter)
    if item.state not in ("compared", "signed_once"):
        raise Conflict("STATE", field="quarter", rule=f"当前为{word('reconciliation', item.state)}")
    if digest != held.digest:
        rule = f"签署的不是当前第 {held.number} 版({held.file}),请重新查看"
        raise Conflict("STATE", field="digest", rule=rule, digest=held.digest)
    act = Signature(_SIGNED, by, now, remarks)
    check_another(admdvs, held.signed, act, "对账的两次签署")
    if held.open and not remarks.strip():
        raise BadInput("FIELD_REQUIRED", field="remarks", rule="存在未达账项,须说明")
    _all_settled(held)
    if books_digest(admdvs, ended) != held.books:
        raise Conflict("STALE", field="quarter", rule="对账后账册已变动,请重新对账")
    to = "signed" if held.signed else "signed_once"
    changed = replace(held, signed=(*held.signed, act), trail=(*held.trail, act))
    commit_or_refuse([item.replace(changed, "reconciliation", state=to, at=now)])
    return to


def _all_settled(held: Comparison) -> None:
    """Raises Refused where a bank line or a balance is left."""
    settled = open_lines.settled_lines(held)
    left = [
        one.line
        for one in open_lines.open_lines(held.open).values()
        if one.side == THEIRS and one.line not in settled
    ]
    if left:
        rule = f"对方 {len(left)} 笔既未核对也未说明,如 {left[0]}"
        raise Refused("FIELD_REQUIRED", field="lines", rule=rule)
    for one in held.balances:
        if not one.agrees and one.line not in settled:
            told = "未告知" if one.unexplained is None else f"相差 {one.unexplained} 元"
            raise Refused("AMOUNT_SUM", field=one.line, rule=f"期末余额{told},须核对或说明")


def withdraw_signature(
    admdvs: str, quarter: str, reason: str, by: str, now: datetime
) -> tuple[Comparison, str]:
    """Signatures are taken back: one person asks, another agrees, each with a reason. Then lines
    may be settled anew and the version signed again; the trail keeps it all.

    Raises Refused NOT_FOUND, FIELD_REQUIRED; Conflict STATE where nothing is signed; Forbidden
    SEPARATION for who asked.
    """
    if not reason.strip():
        raise BadInput("FIELD_REQUIRED", field="reason", rule="须说明原因")
    item, held = last_version(admdvs, quarter)
    if item.state in ("signed_once", "signed"):
        changed = replace(held, trail=(*held.trail, Signature(_ASKED, by, now, reason)))
        to = "withdrawing"
    elif item.state == "withdrawing":
        act = Signature(_WITHDRAWN, by, now, reason)
        check_another(admdvs, held.trail[-1:], act, "撤回签署的申请与同意")
        changed, to = replace(held, signed=(), trail=(*held.trail, act)), "compared"
    else:
        raise Conflict("STATE", field="quarter", rule=f"当前为{word('reconciliation', item.state)}")
    commit_or_refuse([item.replace(changed, "reconciliation", state=to, at=now)])
    return changed, to
