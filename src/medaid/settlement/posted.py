"""What clearing, manual cases and traces are told of a settlement: read out of its record, which
the stream of the settlement table hands on when it is put and when it is reversed (ADR 0106)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from medaid.aws import stream
from medaid.benefit.service import outpatient_assistance
from medaid.event import SettlementPosted
from medaid.money import Fen
from medaid.settlement.model import LATE, Settlement
from medaid.settlement.store import REVERSED, SETTLED, SettlementItem


def posted_event(record: Mapping[str, Any]) -> SettlementPosted | None:
    """The event of a stream record of the settlement table: of a settlement that was put, or of its
    reversal; None for a record of anything else."""
    item = stream.written_item(SettlementItem, record)
    if item is None or item.state not in (SETTLED, REVERSED):
        return None
    return event_of(item.record(Settlement))


def event_of(one: Settlement) -> SettlementPosted:
    """What is told of a settlement, or of its reversal where it was reversed: then all amounts are
    negative."""
    decision, reversed_at = one.decision, one.reversed_at
    refd = reversed_at is not None
    sign = -1 if refd else 1
    return SettlementPosted(
        setl_id=one.setl_id,
        mdtrt_id=decision.visit.mdtrt_id,
        msgid=one.reversed_by if refd else one.msgid,
        psn_no=decision.psn_no,
        institution=decision.institution,
        insured_region=decision.insured_region,
        assisting_region=decision.assisting_region,
        treatment_region=decision.treatment_region,
        insutype=decision.insutype,
        clr_type=one.clearing_type,
        med_type=decision.med_type,
        care=decision.care,
        category=decision.category,
        filing=decision.facts.filing or "",
        begin=decision.begin,
        end=decision.end,
        setl_time=reversed_at or one.settled_at,
        refd=refd,
        medfee_sumamt=decision.bill.total * sign,
        inscp_scp_amt=decision.bill.in_policy * sign,
        fund_pay_sumamt=decision.funds_paid * sign,
        psn_cash_pay=Fen(decision.cash_pays * sign),
        acct_pay=Fen(decision.account_pays * sign),
        by_fund={name: fen * sign for name, fen in sorted(decision.by_fund.items())},
        fees={name: fen * sign for name, fen in decision.fees.items()},
        remark=decision.visit.notes.get(LATE, ""),
        outpatient_assistance=outpatient_assistance(decision.care, decision.steps) * sign,
        goes_on=decision.goes_on,
        settled_until=None if decision.visit.parts is None else decision.visit.parts.until,
    )
