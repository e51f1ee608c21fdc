"""What is settled of a chunk before any clause is read: whose year each visit counts in, in which
order, and which bills are wrong."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from medaid.simulate.model import BILL, UNKNOWN, Codes, Ints, Visits

Rows = npt.NDArray[np.intp]


def year_of(ordinals: Codes) -> Codes:
    """The year of each ordinal day."""
    if not len(ordinals):
        return ordinals
    days = ordinals.astype("datetime64[D]") - np.timedelta64(719163, "D")
    years: Codes = days.astype("datetime64[Y]").astype(np.int32) + 1970
    return years


def person_years(visits: Visits, year: Codes) -> tuple[Rows, Ints, Ints]:
    """The order of rows, where each person-year begins in it, and how many visits it has; the
    longest first."""
    order: Rows = np.arange(len(visits))
    if not len(visits):
        return order, np.zeros(0, np.int64), np.zeros(0, np.int64)
    person, when = visits.person, visits.settled
    follows = (person[1:] > person[:-1]) | (
        (person[1:] == person[:-1])
        & ((year[1:] > year[:-1]) | ((year[1:] == year[:-1]) & (when[1:] >= when[:-1])))
    )
    if not follows.all():
        order = np.lexsort((visits.row, when, year, person))
        person, year = person[order], year[order]
    changes = np.flatnonzero((person[1:] != person[:-1]) | (year[1:] != year[:-1])) + 1
    begins = np.concatenate((np.zeros(1, np.int64), changes))
    counts = np.diff(np.append(begins, len(order)))
    if counts.max() > 1:
        longest = np.argsort(-counts, kind="stable")
        begins, counts = begins[longest], counts[longest]
    return order, begins, counts


def wrong_bills(visits: Visits, refusal: Callable[[str], int]) -> npt.NDArray[np.int16] | None:
    """By visit the index of the code with which the bill itself is refused (identity I1, signs);
    None where all are right."""
    bill = visits.bill
    amounts_stated = [*visits.given.values(), *visits.components.values()]
    rest = bill["total"] - bill["in_policy"]
    for name in BILL[2:]:
        rest = rest - bill[name]
    most = visits.components.values()
    over = [(amounts != UNKNOWN) & (amounts > bill["total"]) for amounts in most]
    negative = [(amounts != UNKNOWN) & (amounts < 0) for amounts in amounts_stated]
    checks = [
        (np.logical_or.reduce([bill[name] < 0 for name in BILL]), "AMOUNT_NEGATIVE"),
        (rest != 0, "AMOUNT_SUM"),
        *((rows, "AMOUNT_NEGATIVE") for rows in negative),
        *((rows, "AMOUNT_SUM") for rows in over),
    ]
    if not any(rows.any() for rows, _ in checks):
        return None
    wrong = np.zeros(len(visits), dtype=np.int16)
    for rows, code in reversed(checks):
        wrong[rows] = refusal(code)
    return wrong
