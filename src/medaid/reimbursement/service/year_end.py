"""What the end of the year refunds, by the documents that have such a benefit: shown for a person,
and prepared once a year as cases that then go the usual way (design: a lump or a refund once a
year)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from medaid.aws import outbox
from medaid.benefit.service import Choice, decide_with_entered, has_year_end, settle_year_end
from medaid.errors import MedaidError, Refused, Unavailable
from medaid.events import YearEndOwed
from medaid.instants import civil_date
from medaid.people import service as people
from medaid.reimbursement import store
from medaid.reimbursement.model import CareFacts, Case, Officer
from medaid.reimbursement.pricing import year_fees
from medaid.reimbursement.service.context import Context
from medaid.reimbursement.service.intake import case_id, prepare
from medaid.reimbursement.service.queries import may_read, summaries

_REASON: Final = "08"
"""manl_reim_rea 年度二次补报."""


def show_year_end(
    context: Context, admdvs: str, psn_no: str, year: int, insutype: str, now: datetime
) -> Choice:
    """The refund of a person's `year` from what its totals say, by the policy of its last day and
    what agencies have entered where it lacks a figure. Writes nothing.

    Raises Refused PERIOD_OPEN before the year is over, PERSON_UNKNOWN, NOT_INSURED where the person
    is not insured in the region's pool, NOT_FOUND where no document refunds at the year's end;
    PolicyUndetermined.
    """
    if civil_date(now).year <= year:
        raise Refused("PERIOD_OPEN", field="year", rule=f"{year} 年度尚未结束")
    if not refunds(context, admdvs, year):
        raise Refused("NOT_FOUND", field="year", rule=f"{admdvs} 的政策没有年终结算的待遇")
    file = people.load(psn_no, year)
    return decide_with_entered(
        lambda known: settle_year_end(file, year, insutype, admdvs, known, context.person_group),
        context.policy_for,
        lambda: context.entered(context.policy_for, ()),
    )


def refunds(context: Context, admdvs: str, year: int) -> bool:
    """Whether a region's documents refund anything at the end of a year. Raises
    PolicyUndetermined."""
    return has_year_end(context.policy_for(admdvs, admdvs, date(year, 12, 31)))


@dataclass(frozen=True, slots=True)
class Prepared:
    """What one slice came to: persons looked at, cases there are now, persons whom the policy gives
    no answer for; and behind whom the next slice begins, empty at the end."""

    read: int
    cases: int
    refused: int
    after: str


def prepare_year_end(
    context: Context, admdvs: str, year: int, shard: int, after: str, most: int, now: datetime
) -> Prepared:
    """Prepares the cases of up to `most` persons of one partition of those treated in `year`, whom
    its end refunds. Again, it prepares nothing twice. Raises Unavailable: the slice comes again."""
    found, end = store.treated_in(admdvs, year, shard, after, most)
    cases = refused = 0
    for psn_no, insutype in found:
        try:
            cases += _prepared(context, admdvs, psn_no, year, insutype, now)
        except Unavailable:
            raise
        except MedaidError:
            refused += 1  # not insured there at its end, or a figure is missing: shown by the page
    return Prepared(len(found), cases, refused, end)


def _prepared(
    context: Context, admdvs: str, psn_no: str, year: int, insutype: str, now: datetime
) -> bool:
    choice = show_year_end(context, admdvs, psn_no, year, insutype, now)
    if not any(choice.priced.by_fund.values()):
        return False
    name = case_id(admdvs, "year-end", f"{year}.{insutype}.{psn_no}")
    if store.case(name) is not None:
        return True
    draft = Case(
        case_id=name,
        admdvs=admdvs,
        insured=admdvs,
        point="",
        psn_no=psn_no,
        insutype=insutype,
        manl_reim_rea=_REASON,
        origin="system",
        care=CareFacts("", date(year, 1, 1), date(year, 12, 31), ""),
        fees=year_fees(choice.candidate.totals.amounts),
        created=now,
        year_end=year,
    )
    event = YearEndOwed(name, psn_no, admdvs, year)
    prepare(context, draft, now, outbox.publish(event, name, now))
    return True


def page_of_year_end(
    context: Context, officer: Officer, year: int, after: str, limit: int
) -> tuple[list[dict[str, Any]], str]:
    """Summaries of the cases that the end of `year` made in the officer's region, at most `limit`
    behind `after`; and behind what the next page begins, empty at the end. Raises Forbidden."""
    may_read(officer)
    names, end = store.year_end_cases(officer.admdvs, year, after, limit)
    return summaries(context, officer, names), end
