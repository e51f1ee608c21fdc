"""What a province collects from its cities before it pays other provinces (X12).

It may come before any bill (各省可预收省内各统筹地区资金); a bill is paid once the money of all its
cities is there (资金全部缴入省级财政专户). What was entered wrongly is taken back by two people.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from medaid.aws.transaction import Decided, Write, transact
from medaid.clearing.amounts import Amounts, added
from medaid.clearing.regions import rules, store
from medaid.clearing.regions.model import Deposit, DepositWithdrawal, Received, RegionBill
from medaid.errors import BadInput, Conflict, Refused, check_said
from medaid.fund import service as fund
from medaid.fund.model import reversing
from medaid.fund.model.chart import check_funds
from medaid.ids import OfficerId
from medaid.instants import civil_date
from medaid.payments.model import Duty
from medaid.payments.service import check_second, claim_duty
from medaid.regions import Region


def collect(
    province: Region,
    city: Region,
    document: str,
    amounts: Amounts,
    by: OfficerId,
    now: datetime,
    roles: frozenset[str] = frozenset(),
) -> Deposit:
    """Records money of a city that came into the province's account, with both books. The same
    paper again changes nothing.

    Raises BadInput as `check_funds` does or for a city of another province, Conflict DUPLICATE for
    a paper that stands for another amount or is being taken back, OVERDRAWN where the city does not
    hold it, Forbidden SEPARATION for whoever audits or keeps the accounts there.
    """
    check_paid(province, city, amounts)

    def change(held: Deposit) -> Change:
        number = held.entry_of(document)
        if number is not None:
            if dict(held.history[number].by_fund) != dict(amounts):
                raise Conflict("DUPLICATE", field="document", rule="该凭据已登记为其他金额")
            if held.asked(number):
                raise Conflict("DUPLICATE", field="document", rule="该凭据已申请撤回,尚未复核")
            return held, ()
        received = Received(document, amounts, by, now)
        after = replace(held, held=added(held.held, amounts), history=(*held.history, received))
        source = after.source(len(held.history))
        entries = rules.collection_entries(province, city, source, amounts, now)
        return after, fund.posting(*entries, spending="amounts")

    return deposit_changed(province, city, Duty.PAY, by, now, roles, change)


Change = tuple[Deposit, Sequence[Write]]
"""What becomes of a deposit, with the writes that go with it."""


def deposit_changed(
    province: Region,
    city: Region,
    duty: Duty,
    by: OfficerId,
    now: datetime,
    roles: frozenset[str],
    change: Callable[[Deposit], Change],
) -> Deposit:
    """What a province holds of a city after `change`, done under `duty`; nothing is written where
    nothing changes. Raises what `change` does, Forbidden SEPARATION, Conflict STATE, Unavailable.
    """

    def decide() -> Decided[Deposit]:
        row, held = store.find_deposit(province, city)
        after, writes = change(held)
        if after is held:
            return Decided(held)
        claimed = claim_duty(province, by, roles, duty, now)
        return Decided(
            after, [store.save_deposit(row, province, city, after, now), *writes, *claimed]
        )

    return transact(decide, fund.refuse_as_changed)


def check_paid(province: Region, city: Region, amounts: Amounts) -> None:
    """Raises BadInput as `check_funds` does, or for a city of another province."""
    check_funds(amounts)
    if city.province != province or city == province:
        raise BadInput("REGION_UNKNOWN", field="city", rule=f"不是 {province} 的统筹地区")


def request_deposit_withdrawal(
    province: Region,
    city: Region,
    document: str,
    reason: str,
    by: OfficerId,
    now: datetime,
    roles: frozenset[str] = frozenset(),
) -> Deposit:
    """First of the two who take back what was entered wrongly; from now on no bill uses it.

    Raises Refused NOT_FOUND, Conflict STATE where it was asked for already or a bill uses the
    money, Forbidden SEPARATION for whoever audits or keeps the accounts there.
    """

    def change(held: Deposit) -> Change:
        number = _entered(held, document)
        if held.asked(number):
            raise Conflict("STATE", field="document", rule="已申请撤回,尚未复核")
        asked = DepositWithdrawal(number, reason, by, now)
        left = rules.used(held, city, held.history[number].by_fund, field="document")
        return replace(left, withdrawals=(*held.withdrawals, asked)), ()

    return deposit_changed(province, city, Duty.PAY, by, now, roles, change)


def decide_deposit_withdrawal(
    province: Region,
    city: Region,
    document: str,
    approved: bool,
    answer: str,
    by: OfficerId,
    now: datetime,
    roles: frozenset[str] = frozenset(),
) -> Deposit:
    """Second of the two. Approved, both books get the mirror of what was entered, and the paper may
    be entered anew; not approved, it counts as before.

    Raises BadInput for a no without a reason, Refused NOT_FOUND, Conflict STATE unless the first
    asked, OVERDRAWN where the province does not hold it any more, Forbidden SEPARATION for the
    first (Q3.1), and for whoever audits or pays there.
    """
    check_said(approved, answer)

    def change(held: Deposit) -> Change:
        number = _entered(held, document)
        asked = held.asked(number)
        if asked is None:
            raise Conflict("STATE", field="document", rule="尚未申请撤回")
        check_second(province, by, asked.by, asked.at, now, "申请与复核撤回不得为同一人")
        entered = held.history[number]
        decided = replace(asked, approved=approved, answer=answer, decided_by=by, decided_at=now)
        trail = tuple(decided if one is asked else one for one in held.withdrawals)
        after = replace(held, withdrawals=trail)
        writes: list[Write] = []
        if approved:
            source = held.source(number)
            booked = rules.collection_entries(province, city, source, entered.by_fund, entered.at)
            mirrored = (reversing(one, one.source, civil_date(now), now) for one in booked)
            writes += fund.posting(*mirrored, spending="document")
        else:
            after = replace(after, held=added(held.held, entered.by_fund))
        return after, writes

    return deposit_changed(province, city, Duty.ACCOUNT, by, now, roles, change)


def _entered(held: Deposit, document: str) -> int:
    number = held.entry_of(document)
    if number is None:
        raise Refused("NOT_FOUND", field="document", rule="未登记该凭据,或已撤回")
    return number


def set_aside(bill: RegionBill, now: datetime) -> list[Write]:
    """The writes by which the money of a bill's cities is set aside for it. Raises Conflict STATE
    naming the city whose money is not there in full."""
    writes: list[Write] = []
    for city, amounts in rules.owed_by_city(bill).items():
        row, held = store.find_deposit(bill.debtor, city)
        after = rules.used(held, city, amounts)
        writes.append(store.save_deposit(row, bill.debtor, city, after, now))
    return writes
