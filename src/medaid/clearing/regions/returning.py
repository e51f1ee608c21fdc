"""Money that a city paid in beforehand goes back to it, as far as no bill needs it (X12): on a
paper, asked for by one person and paid back by another."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from medaid.clearing.amounts import Amounts, added
from medaid.clearing.regions import rules
from medaid.clearing.regions.collecting import Change, check_paid, deposit_changed
from medaid.clearing.regions.model import Deposit, Return, ReturnState
from medaid.errors import Conflict, check_said
from medaid.fund import service as fund
from medaid.ids import OfficerId
from medaid.payments.model import Duty
from medaid.payments.service import check_second
from medaid.regions import Region


def request_return(
    province: Region,
    city: Region,
    document: str,
    amounts: Amounts,
    reason: str,
    by: OfficerId,
    now: datetime,
    roles: frozenset[str] = frozenset(),
) -> Deposit:
    """First of the two who give money back to a city; from now on no bill uses it. The same again
    changes nothing.

    Raises BadInput as `check_paid` does, Conflict STATE for more than is held beside what bills
    were set aside, DUPLICATE for a paper that another return has, Forbidden SEPARATION for whoever
    pays or audits there.
    """
    check_paid(province, city, amounts)

    def change(held: Deposit) -> Change:
        stated = (dict(amounts), reason, by)
        for one in held.returns:
            if one.document == document and one.state is not ReturnState.REJECTED:
                if (dict(one.by_fund), one.reason, one.asked_by) != stated:
                    raise Conflict("DUPLICATE", field="document", rule="该文号已登记为其他退款")
                return held, ()
        asked = Return(document, amounts, reason, by, now)
        left = rules.used(held, city, amounts, field="amounts")
        return replace(left, returns=(*held.returns, asked)), ()

    return deposit_changed(province, city, Duty.ACCOUNT, by, now, roles, change)


def decide_return(
    province: Region,
    city: Region,
    document: str,
    approved: bool,
    answer: str,
    by: OfficerId,
    now: datetime,
    roles: frozenset[str] = frozenset(),
) -> Deposit:
    """Second of the two: the money goes back and both books say so; or it is rejected and held as
    before.

    Raises BadInput for a no without a reason, Conflict STATE where no return waits under that
    paper, OVERDRAWN where the province's account does not hold it, Forbidden SEPARATION for the one
    who asked (Q3.1), and for whoever audits or keeps the accounts there.
    """
    check_said(approved, answer)

    def change(held: Deposit) -> Change:
        waiting = (one for one in held.returns if one.state is ReturnState.ASKED)
        asked = next((one for one in waiting if one.document == document), None)
        if asked is None:
            raise Conflict("STATE", field="document", rule="没有待办理的该文号退款")
        first, since = asked.asked_by, asked.asked_at
        check_second(province, by, first, since, now, "申请与办理退款不得为同一人")
        state = ReturnState.RETURNED if approved else ReturnState.REJECTED
        done = replace(asked, state=state, decided_by=by, decided_at=now, answer=answer)
        trail = tuple(done if one is asked else one for one in held.returns)
        after = replace(held, returns=trail)
        if approved:
            back = rules.collection_entries(province, city, document, asked.by_fund, now, back=True)
            return after, fund.posting(*back, spending="document")
        return replace(after, held=added(held.held, asked.by_fund)), ()

    return deposit_changed(province, city, Duty.PAY, by, now, roles, change)
