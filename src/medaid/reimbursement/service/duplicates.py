"""What a case may be again: told when it is opened, and explained before it is audited (Q3.2,
J27)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from medaid.benefit.service import STAYS
from medaid.receipts import service as receipts
from medaid.reimbursement import store
from medaid.reimbursement.model import ENDED, Case


def possible_duplicates(case: Case) -> tuple[str, ...]:
    """Ids of cases and settlements that may be this one: the same person, dates and total, a stay
    that overlaps, or a receipt whose number differs in leading zeros only. Raises Unavailable."""
    found = [
        *(name for name in store.alike(case) if _stands(case, name)),
        *sorted(_overlapping(case)),
        *sorted(_same_receipt(case)),
    ]
    return tuple(dict.fromkeys(found))


def _stands(case: Case, found: str) -> bool:
    """Whether `found` is still a suspicion: not this case's own settlement, not refused, withdrawn
    or amended since."""
    other = store.case(found)
    if other is None:
        return found != case.settled  # a settlement
    return _counts(case, other) and store.same(case, other)


def _counts(case: Case, other: Case) -> bool:
    """Whether a case may be the same as this one: not one that came to nothing, nor one that adds
    to it, to the same settlement or to the same case."""
    added_to = (case.settled or case.case_id, other.settled or other.case_id)
    return other.state not in ENDED and added_to[0] != added_to[1]


def _overlapping(case: Case) -> Iterator[str]:
    """Stays of the same person, here or settled at the counter, that share a day with this one: a
    person lies in one bed. Discharge and admission on one day are a transfer."""
    care = case.care
    if care.care not in STAYS:
        return
    for settled in store.settlements_of(case.psn_no):
        shares = _share_days(care.begin, care.end, settled.begin, settled.end)
        if settled.care in STAYS and settled.setl_id != case.settled and shares:
            yield settled.setl_id
    for name in store.of_person(case.psn_no):
        other = None if name == case.case_id else store.case(name)
        if (
            other is not None
            and _counts(case, other)
            and other.care.care in STAYS
            and _share_days(care.begin, care.end, other.care.begin, other.care.end)
        ):
            yield name


def _share_days(begin: date, end: date, other_begin: date, other_end: date) -> bool:
    if (begin, end) == (other_begin, other_end):
        return True
    return begin < other_end and other_begin < end


def _same_receipt(case: Case) -> set[str]:
    return {
        holder.id
        for one in case.receipts
        for holder in receipts.possible_duplicates(one.key, case.case_id)
    }
