"""What was advanced to an institution (医保预付金, 集采预付金) set against what it is owed: the
entry and the smaller payment in one transaction, so that nothing is paid twice."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Final

from medaid.aws.transaction import ConditionFailed, Decided, transact
from medaid.clearing.amounts import Amounts, negated
from medaid.clearing.hospital import store
from medaid.clearing.hospital.forwards import carried
from medaid.clearing.hospital.model import PendingItem, PendingKind, PendingState
from medaid.errors import BadInput, Conflict
from medaid.fund import service as fund
from medaid.fund.model import Account, Entry, journal
from medaid.fund.model.chart import check_funds
from medaid.ids import OfficerId
from medaid.money import Fen
from medaid.months import Month
from medaid.payments.model import Duty, trail_line
from medaid.payments.service import claim_duty
from medaid.regions import Region


class Advance(StrEnum):
    """医保预付金, 集采预付金: the accounts on which they lie (chart.toml)."""

    HOSPITAL = "1103"
    PROCUREMENT = "1104"


PREFIX: Final = "PREPAID-"
"""Of the id under which an advance set off waits for the next statement."""
_NAMES: Final = {Advance.HOSPITAL: "医保预付金", Advance.PROCUREMENT: "集采预付金"}


def use_prepayment(
    region: Region,
    institution: str,
    number: str,
    advance: Advance,
    amounts: Amounts,
    document: str,
    by: str,
    now: datetime,
    roles: frozenset[str] = frozenset(),
) -> PendingItem:
    """Sets an advance against what the institution is owed: its next statement pays less by
    `amounts`, fen by fund, positive. The same number again changes nothing.

    Raises BadInput as `check_funds` does, AMOUNT_SUM beyond what is advanced and not used; Conflict
    DUPLICATE for the number with other content, PERIOD_CLOSED; Forbidden SEPARATION.
    """
    check_funds(amounts)
    reason = f"抵扣{_NAMES[advance]}({document})"
    item = PendingItem(
        f"{PREFIX}{number}",
        Month.of(now),
        reason,
        negated(amounts),
        None,
        "agency",
        trail=(trail_line(now, by, reason),),
        advance=str(advance),
    )

    def held() -> PendingItem | None:
        found = store.find_pending(region, institution, PendingKind.FORWARD, item.pending_id)
        if found is None:
            return None
        if (found.item.reason, dict(found.item.by_fund)) != (reason, dict(item.by_fund)):
            raise Conflict("DUPLICATE", field="number", rule="编号已用于内容不同的抵扣")
        if found.state in (PendingState.WITHDRAWING, PendingState.WITHDRAWN):
            rule = "该抵扣已申请撤回或已撤回,请另用编号"
            raise Conflict("STATE", field="number", rule=rule)
        return found.item

    def decide() -> Decided[PendingItem]:
        before = held()
        if before is not None:
            return Decided(before)
        entry = used_entry(region, institution, item, now)
        taken = fund.take_open(entry, not_open, (advance,))
        waits = carried(region, institution, item, now)
        claimed = claim_duty(region, OfficerId(by), roles, Duty.ACCOUNT, now)
        return Decided(item, [*fund.posting(entry), *taken, *waits, *claimed])

    def not_open(account: Account, _counterpart: str, rest: Fen, _taken: Fen) -> BadInput:
        rule = f"尚未抵扣的{_NAMES[advance]}为 {rest} 元"
        return BadInput("AMOUNT_SUM", field=f"amounts.{account.fund}", rule=rule)

    def lost(_: ConditionFailed) -> PendingItem | None:
        return held()

    return transact(decide, lost)


def used_entry(region: Region, institution: str, item: PendingItem, recorded: datetime) -> Entry:
    """The entry of an advance set off, once by its number."""
    number = item.pending_id.removeprefix(PREFIX)
    amounts = negated(item.by_fund)
    rows = [(key, "2101", item.advance, fen) for key, fen in amounts.items()]
    return journal.movement(
        "prepayment_used",
        region,
        f"{region}-{institution}-{number}",
        rows,
        recorded,
        counterpart=institution,
        narrative=item.reason,
    )
