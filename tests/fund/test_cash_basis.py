"""What is owed is no expense until it is paid (收付实现制 since 2026 for the assistance fund):
money is spread over what caused it, to the fen. Proves J29, J32."""

from __future__ import annotations

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.fund.office import REGION, noon

from medaid.aws import codec
from medaid.aws.transaction import commit
from medaid.fund import service, year_figures
from medaid.fund.cash_basis import BasisKept, CashBasis
from medaid.fund.model import Entry, journal, reversing
from medaid.instants import civil_date
from medaid.money import Fen

FUND, AT = "assistance", noon(2026, 3, 3)
INPATIENT, OUTPATIENT, BANK = "610100-500101", "610100-500102", "610100-1002"
EARLIER = "610100-430104"


def settled(number: int, care: str, fen: int, at: datetime = AT, institution: str = "H1") -> Entry:
    amounts = {"maf_pay": Fen(fen)}
    one = journal.SettlementBooking(f"s{number}", REGION, REGION, institution, "390", care, amounts)
    return journal.settlement_entries(one, at)[0]


def moved(
    number: int, kind: str, debit: str, credit: str, fen: int, at: datetime = AT, to: str = "H1"
) -> Entry:
    rows = [(FUND, debit, credit, Fen(fen))]
    return journal.movement(kind, REGION, f"m{number}", rows, at, counterpart=to)


def paid(number: int, fen: int, at: datetime = AT, to: str = "H1") -> Entry:
    return moved(number, "institution_payment", "2101", "1002", fen, at, to)


def sums(entries: list[Entry], basis: CashBasis | None = None) -> dict[str, int]:
    """The balances on the cash basis: those of the books and the differences."""
    followed = basis or CashBasis()
    found = {code: int(fen) for code, fen in followed.differences.items()}
    found = {code: -fen for code, fen in found.items()}
    for entry in entries:
        followed.take(entry)
        for line in entry.lines:
            found[line.account.code] = found.get(line.account.code, 0) + line.fen
    for code, fen in followed.differences.items():
        found[code] = found.get(code, 0) + int(fen)
    return {code: fen for code, fen in found.items() if fen}


def test_a_payment_is_the_expense_of_what_it_pays() -> None:
    owed = [settled(1, "inpatient", 200), settled(2, "outpatient", 100)]
    assert sums(owed) == {}
    assert sums([*owed, paid(3, 150)]) == {INPATIENT: 100, OUTPATIENT: 50, BANK: -150}


def test_a_payment_is_spread_over_what_is_owed_to_whom_it_pays() -> None:
    owed = [settled(1, "inpatient", 200), settled(2, "outpatient", 100, institution="H2")]
    assert sums([*owed, paid(3, 60, to="H2")]) == {OUTPATIENT: 60, BANK: -60}


def test_what_is_taken_back_is_taken_off_its_own_cause() -> None:
    """A reversed settlement is paid to nobody; what is paid is what was not reversed."""
    stay, visit = settled(1, "inpatient", 200), settled(2, "outpatient", 100)
    entries = [stay, visit, mirrored(stay, AT), paid(3, 100)]
    assert sums(entries) == {OUTPATIENT: 100, BANK: -100}


def test_a_deduction_shows_as_the_smaller_payment_and_retained_money_when_it_is_paid() -> None:
    """accounts.md section 4: nothing at the decision."""
    entries = [
        settled(1, "outpatient", 200),
        moved(2, "deduction", "2101", "430109", 40),
        moved(3, "retention", "2101", "2107", 10),
        paid(4, 150),
    ]
    assert sums(entries) == {OUTPATIENT: 150, BANK: -150}
    released = [moved(5, "retention_release", "2107", "2101", 10), paid(6, 10)]
    assert sums(entries + released)[OUTPATIENT] == 160


def test_what_was_paid_for_other_regions_is_no_expense() -> None:
    one = journal.SettlementBooking(
        "s1", "620500", REGION, "H1", "390", "inpatient", {"maf_pay": Fen(80)}
    )
    _, there = journal.settlement_entries(one, AT)
    followed = CashBasis()
    assert sums([there], followed) == {}
    assert followed.unpaid_for_regions == {("610100-1102", "620500"): Fen(80)}
    assert sums([there, paid(2, 80)]) == {"610100-1102": 80, BANK: -80}


def test_money_the_bank_returned_is_less_expense_of_its_year_and_income_of_a_later_one() -> None:
    """accounts.md section 4: payment bounced. Paid again, it is expense again."""
    first = [settled(1, "outpatient", 100), paid(2, 100)]
    same = [*first, mirrored(first[1], noon(2026, 12, 30))]
    assert sums(same) == {}
    later = [*first, mirrored(first[1], noon(2027, 1, 4))]
    assert sums([*later]) == {EARLIER: -100, OUTPATIENT: 100}  # of 2026
    again = sums([*later, paid(3, 100, noon(2027, 1, 8))])
    assert again == {EARLIER: -100, OUTPATIENT: 200, BANK: -100}


def test_what_was_owed_when_the_books_began_is_expense_when_it_is_paid() -> None:
    """The fund begins with it whole."""
    begins = moved(1, "opening", "3001", "2101", 70)
    assert sums([begins]) == {}
    assert sums([begins, paid(2, 50)]) == {INPATIENT: 50, BANK: -50}


def mirrored(entry: Entry, at: datetime) -> Entry:
    """Taken back on the day `at`."""
    return reversing(entry, "撤", civil_date(at), at)


STEPS = st.lists(
    st.tuples(
        st.sampled_from(("inpatient", "outpatient", "pay", "deduct", "keep", "reverse", "return")),
        st.integers(1, 10**9),
        st.sampled_from(("H1", "H2")),
        st.integers(2026, 2028),
    ),
    max_size=12,
)


def entries_of(steps: list[tuple[str, int, str, int]]) -> list[Entry]:
    made: list[Entry] = []
    for number, (what, fen, to, year) in enumerate(sorted(steps, key=lambda one: one[3])):
        at = noon(year, 5, 5)
        if what == "pay":
            made.append(paid(number, fen, at, to))
        elif what == "deduct":
            made.append(moved(number, "deduction", "2101", "430109", fen, at, to))
        elif what == "keep":
            made.append(moved(number, "retention", "2101", "2107", fen, at, to))
        elif what in ("reverse", "return"):
            kind = "settlement" if what == "reverse" else "institution_payment"
            before = [one for one in made if one.kind == kind and not one.reverses]
            if before and not any(one.reverses == before[0].entry_id for one in made):
                made.append(mirrored(before[0], at))
        else:
            made.append(settled(number, what, fen, at, to))
    return made


@given(STEPS, st.integers(0, 12))
def test_the_cash_basis_moves_when_money_moves(
    steps: list[tuple[str, int, str, int]], stop: int
) -> None:
    """Whatever happens: nothing owed stands in it, it balances, what left the account is expense
    less income; stopped, kept and taken up again it is the same."""
    entries = entries_of(steps)
    found = sums(entries)
    assert sum(found.values()) == 0
    assert not any(code.startswith("610100-21") for code in found)
    left = sum(line.fen for one in entries for line in one.lines if line.account.code == BANK)
    assert found.get(BANK, 0) == left
    first = CashBasis()
    for entry in entries[:stop]:
        first.take(entry)
    kept = codec.decode(BasisKept, codec.encode(first.kept))
    second, whole = CashBasis(kept), CashBasis()
    for entry in entries[stop:]:
        second.take(entry)
    for entry in entries:
        whole.take(entry)
    assert second.kept == whole.kept


@pytest.mark.usefixtures("tables")
def test_the_switch_is_the_first_day_of_2026() -> None:
    """J32: 2025 stays as it was booked; 2026 shows what was paid, of what was owed since 2025."""
    december, march = noon(2025, 12, 30), noon(2026, 3, 3)
    for entry in (
        settled(1, "outpatient", 200, december),
        settled(2, "inpatient", 500, march),
        paid(3, 140, noon(2026, 3, 4)),
    ):
        commit(service.writes(entry))
    assert [row for row in year_figures.cash_rows(REGION, 2025) if row.code[:6] == "610100"] == []
    found = {row.code: (row.booked, row.paid) for row in year_figures.cash_rows(REGION, 2026)}
    assert found == {
        INPATIENT: (Fen(500), Fen(100)),
        OUTPATIENT: (Fen(0), Fen(40)),
    }
    (trust,) = {row.provision.trust for row in year_figures.cash_rows(REGION, 2026)}
    assert trust == "N"


def test_kept_in_between_it_says_the_same_to_the_fen() -> None:
    """Odd cents fall on the same cause whether a month was followed in one go or in slices."""
    first, second = paid(3, 101), paid(6, 55)
    entries = [settled(1, "outpatient", 100), settled(2, "inpatient", 100), first]
    entries += [mirrored(first, AT), settled(5, "outpatient", 7), second, mirrored(second, AT)]
    at_once = CashBasis()
    in_slices = CashBasis()
    for entry in entries:
        at_once.take(entry)
        in_slices.take(entry)
        in_slices = CashBasis(codec.decode(BasisKept, codec.encode(in_slices.kept)))
        assert in_slices.kept == at_once.kept
