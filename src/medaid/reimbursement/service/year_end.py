"""What the end of the year refunds a person, by the documents that have such a benefit."""

from __future__ import annotations

from datetime import date, datetime

from medaid.benefit.service import Choice, has_year_end, settle_year_end
from medaid.errors import Refused
from medaid.instants import civil_date
from medaid.people import service as people
from medaid.reimbursement.service.context import Context


def show_year_end(
    context: Context, admdvs: str, psn_no: str, year: int, insutype: str, now: datetime
) -> Choice:
    """The refund of a person's `year` from what its totals say (design: a lump or a refund once a
    year), by the policy of its last day. Writes nothing.

    Raises Refused PERIOD_OPEN before the year is over, PERSON_UNKNOWN, NOT_INSURED where the person
    is not insured in the region's pool, NOT_FOUND where no document refunds at the year's end;
    PolicyUndetermined.
    """
    if civil_date(now).year <= year:
        raise Refused("PERIOD_OPEN", field="year", rule=f"{year} 年度尚未结束")
    policy = context.policy_for(admdvs, admdvs, date(year, 12, 31))
    if not has_year_end(policy):
        raise Refused("NOT_FOUND", field="year", rule=f"{admdvs} 的政策没有年终结算的待遇")
    file = people.load(psn_no, year)
    return settle_year_end(file, year, insutype, admdvs, context.policy_for, context.person_group)
