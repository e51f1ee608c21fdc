"""What a province collects from its cities before it pays other provinces (X12).

It may come before any bill (各省可预收省内各统筹地区资金); a bill is paid once the money of all its
cities is there (资金全部缴入省级财政专户).
"""

from __future__ import annotations

from datetime import datetime

from medaid.aws.transaction import Decided, Write, refuse_as_changed, transact
from medaid.clearing.amounts import Amounts, added
from medaid.clearing.regions import rules, store
from medaid.clearing.regions.model import Bill, Deposit, Received
from medaid.errors import BadInput, Conflict
from medaid.fund import service as fund
from medaid.ids import OfficerId
from medaid.payments.model import Duty
from medaid.payments.service import claim_duty
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

    Raises BadInput for a city of another province or no amount, Conflict DUPLICATE for a paper that
    stands for another amount, Forbidden SEPARATION for whoever audits or keeps the accounts there.
    """
    if city.province != province or city == province:
        raise BadInput("REGION_UNKNOWN", field="city", rule=f"不是 {province} 的统筹地区")
    if not amounts or any(fen <= 0 for fen in amounts.values()):
        raise BadInput("AMOUNT_NEGATIVE", field="amounts", rule="缴存金额须为正")

    def decide() -> Decided[Deposit]:
        row, held = store.find_deposit(province, city)
        before = next((one for one in held.history if one.document == document), None)
        if before is not None:
            if dict(before.by_fund) != dict(amounts):
                raise Conflict("DUPLICATE", field="document", rule="该凭据已登记为其他金额")
            return Decided(held)
        received = Received(document, amounts, by, now)
        after = Deposit(added(held.held, amounts), (*held.history, received))
        booked = fund.posting(*rules.collection_entries(province, city, document, amounts, now))
        claimed = claim_duty(province, by, roles, Duty.PAY, now)
        saved = store.save_deposit(row, province, city, after, now)
        return Decided(after, [saved, *booked, *claimed])

    return transact(decide, refuse_as_changed)


def set_aside(bill: Bill, now: datetime) -> list[Write]:
    """The writes by which the money of a bill's cities is set aside for it. Raises Conflict STATE
    naming the city whose money is not there in full."""
    writes: list[Write] = []
    for city, amounts in rules.owed_by_city(bill).items():
        row, held = store.find_deposit(bill.debtor, city)
        after = rules.used(held, city, amounts)
        writes.append(store.save_deposit(row, bill.debtor, city, after, now))
    return writes
