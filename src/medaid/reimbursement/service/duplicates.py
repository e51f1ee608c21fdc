"""What a case may be again: told when it is opened, and explained before it is audited (Q3.2,
J27)."""

from __future__ import annotations

from medaid.receipts import service as receipts
from medaid.reimbursement import store
from medaid.reimbursement.model import Case, State


def possible_duplicates(case: Case) -> tuple[str, ...]:
    """Ids of cases and settlements that may be this one: the same person, dates and total, or a
    receipt whose number differs in leading zeros only. Raises Unavailable."""
    same_stay = [found for found in store.alike(case) if _stands(case, found)]
    same_receipt = {
        holder.id
        for one in case.receipts
        for holder in receipts.possible_duplicates(one.key, case.case_id)
    }
    return (*same_stay, *sorted(same_receipt - {*same_stay}))


def _stands(case: Case, found: str) -> bool:
    """Whether `found` is still a suspicion: not this case's own settlement, not refused, withdrawn
    or amended since."""
    other = store.case(found)
    if other is None:
        return found != case.settled  # a settlement
    return other.state not in (State.REFUSED, State.WITHDRAWN) and store.same(case, other)
