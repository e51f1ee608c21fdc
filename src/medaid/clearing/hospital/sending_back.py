"""A first signature taken back before money is ordered: whoever would sign second sends the
statement back, with the reason, and it is approved anew (Q3.1)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from medaid.aws.transaction import Decided, refuse_as_changed, transact
from medaid.clearing.hospital import store
from medaid.clearing.hospital.model import TO_RELEASE, Statement, StatementState, in_state
from medaid.clearing.hospital.paying import check_not_approver
from medaid.errors import Conflict
from medaid.ids import OfficerId
from medaid.payments.model import NOBODY, Duty, trail_line
from medaid.payments.service import claim_duty
from medaid.regions import Region


def send_back_statement(
    region: Region,
    institution: str,
    month: str,
    number: int,
    reason: str,
    by: str,
    now: datetime,
    roles: frozenset[str] = frozenset(),
) -> Statement:
    """What was approved waits to be approved again, with its points asked for anew.

    Raises Refused NOT_FOUND, Conflict STATE unless it is approved and not released, Forbidden
    SEPARATION for the one who approved (Q3.1), and for whoever audits or keeps the accounts there.
    """

    def decide() -> Decided[Statement]:
        row, held = store.get_statement(region, institution, month, number)
        if held.state not in TO_RELEASE:
            raise Conflict("STATE", field="statement", rule="仅已审核、未拨付的对账单可退回")
        check_not_approver(held, by, now)
        claimed = claim_duty(region, OfficerId(by), roles, Duty.PAY, now)
        line = trail_line(now, by, f"退回 {held.approved_by} 的审核", reason)
        after = replace(unapproved(held), trail=(*held.trail, line))
        return Decided(after, [*store.replace_statement(row, after, now), *claimed])

    return transact(decide, refuse_as_changed)


def unapproved(statement: Statement) -> Statement:
    """The statement without its first signature and what was fixed with it; as it is where it bears
    none. A payment that came back keeps its amounts."""
    if statement.state is StatementState.APPROVED_AGAIN:
        return in_state(statement, StatementState.RETURNED, approved_by=NOBODY, approved_at=None)
    if statement.state is not StatementState.APPROVED:
        return statement
    return in_state(
        statement,
        StatementState.CONFIRMED,
        approved_by=NOBODY,
        approved_at=None,
        retained={},
        mode_difference={},
        mode_care="",
        points=None,
    )
