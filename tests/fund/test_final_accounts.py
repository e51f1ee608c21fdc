"""Final accounts from the books: drafted, checked and signed by three people, each version kept,
none signed that the books have left behind (Q2.2, Q3.1, J33)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest

from medaid.errors import Conflict, Forbidden, MedaidError, Refused
from medaid.fund import final_accounts, periods, year_figures, years
from medaid.fund.final_records import EnrolmentFigure, FinalAccounts, FinalState, Notes
from medaid.fund.model import Entry, journal
from medaid.money import Fen
from medaid.months import Month

pytestmark = pytest.mark.usefixtures("tables")
R, FUND = "320522", "assistance"
NEXT = datetime(2024, 1, 20, 2, tzinfo=UTC)
NOTES = Notes((EnrolmentFigure("资助参保人数", 1273, "参保台账 2023-12"),), policy="执行本年政策")


def moved(
    kind: str, source: str, row: tuple[str, str, str, int], day: date, counterpart: str = ""
) -> Entry:
    fund, debit, credit, fen = row
    at = datetime(day.year, day.month, day.day, 2, tzinfo=UTC)
    rows = [(fund, debit, credit, Fen(fen))]
    return journal.movement(kind, R, source, rows, at, counterpart=counterpart)


def last_year() -> None:
    """400 left over from 2022."""
    periods.post(moved("fiscal_income", "a", (FUND, "1001", "410102", 400), date(2022, 11, 5)))
    periods.keep_first_month(R, Month("2022-11"))


def year_of_books() -> None:
    """2023: income 1,000 and interest 7, spent 600 and 250."""
    periods.post(
        moved("fiscal_income", "b", (FUND, "1001", "410101", 1000), date(2023, 10, 5)),
        moved("fiscal_interest", "c", (FUND, "1001", "4201", 7), date(2023, 10, 21)),
        moved("enrolment_subsidy", "d", (FUND, "590101", "2105", 250), date(2023, 10, 1), "医保"),
    )
    for number, care, day in ((1, "inpatient", 3), (2, "outpatient", 4)):
        at = datetime(2023, 11, day, 2, tzinfo=UTC)
        settled = journal.SettlementBooking(
            f"S{number}", R, R, f"H{number}", "390", care, {"maf_pay": Fen(200 * number)}
        )
        periods.post(*journal.settlement_entries(settled, at))
    periods.keep_first_month(R, Month("2023-10"))


def close_months(first: str = "2023-10", last: str = "2023-11") -> None:
    for month in Month(first).through(Month(last)):
        after = month.next
        at = datetime(after.year, after.number, 3, 2, tzinfo=UTC)
        if month.number == 12:
            years.close_year(R, month.year, "会计", at)
        else:
            periods.close(R, month, "会计", at)


def draft(by: str = "会计", notes: Notes = NOTES) -> FinalAccounts:
    return final_accounts.draft(R, 2023, FUND, notes, by, NEXT)


def rows(held: FinalAccounts) -> dict[str, tuple[int, int]]:
    return {row.key: (int(row.before), int(row.now)) for row in held.rows}


def test_rows_are_last_year_and_this_year_in_the_national_order() -> None:
    last_year()
    year_of_books()
    close_months("2022-11")
    found = rows(draft())
    assert found["subsidy"] == (400, 1000)
    assert found["interest"] == (0, 7)
    assert found["inpatient"] == (0, 200)
    assert found["outpatient"] == (0, 400)
    assert found["benefits"] == (0, 600)
    assert found["enrolment_subsidy"] == (0, 250)
    assert found["surplus"] == (400, 157)
    assert found["opening_fund"] == (0, 400)
    assert found["closing_fund"] == (400, 557)
    assert found["special_account"] == (400, 1407)
    assert found["payable_institutions"] == (0, 600)
    assert found["liabilities_and_fund"] == found["assets"] == (400, 1407)


def test_carried_over_or_not_the_statements_say_the_same() -> None:
    """A second draft after the year's close is the first in all but its number."""
    year_of_books()
    close_months()
    first = draft()
    years.close_year(R, 2023, "会计", NEXT)
    second = draft()
    assert (second.rows, second.current) == (first.rows, first.current)
    assert second.digest != first.digest
    assert second.number == 2


def test_current_accounts_are_listed_by_counterpart_and_age() -> None:
    year_of_books()
    close_months()
    listed = [(one[0], one[1], [int(fen) for fen in one[2:]]) for one in draft().current]
    assert listed == [
        ("610100-2101", "H1", [-200, 0, 0, 0]),
        ("610100-2101", "H2", [-400, 0, 0, 0]),
        ("610100-2105", "医保", [-250, 0, 0, 0]),
    ]


def test_three_people_and_the_year_closed() -> None:
    year_of_books()
    close_months()
    held = draft()
    final_accounts.check(R, 2023, FUND, 1, held.digest, "财政", NEXT)
    with pytest.raises(Refused) as told:
        final_accounts.sign(R, 2023, FUND, 1, held.digest, "医保", NEXT)
    assert told.value.code == "PERIOD_OPEN"
    years.close_year(R, 2023, "会计", NEXT)
    signed = final_accounts.sign(R, 2023, FUND, 1, held.digest, "医保", NEXT)
    assert [(one.act, one.by) for one in signed.trail] == [
        ("编制", "会计"), ("复核", "财政"), ("签署", "医保"),
    ]  # fmt: skip
    assert signed.trail[-1].why == held.digest
    assert final_accounts.get_version(R, 2023, FUND, 1)[1:] == (FinalState.SIGNED, False)
    with pytest.raises(Conflict) as told:  # nothing is posted under the signature
        periods.post(moved("fiscal_interest", "z", (FUND, "1001", "4201", 9), date(2023, 12, 30)))
    assert told.value.code == "PERIOD_CLOSED"
    with pytest.raises(Conflict) as told:
        draft()
    assert told.value.code == "STATE"


@pytest.mark.parametrize(
    ("checker", "signer", "refused"),
    [("财政", "医保", ""), ("会计", "医保", "check"), ("财政", "财政", "sign"),
     ("财政", "会计", "sign")],
)  # fmt: skip
def test_nobody_does_two_of_the_three(checker: str, signer: str, refused: str) -> None:
    """Q2.2, Q3.1: one drafts, another checks, a third signs."""
    year_of_books()
    close_months()
    years.close_year(R, 2023, "会计", NEXT)
    digest = draft().digest
    for act, by in ((final_accounts.check, checker), (final_accounts.sign, signer)):
        if act.__name__ == refused:
            with pytest.raises(Forbidden) as told:
                act(R, 2023, FUND, 1, digest, by, NEXT)
            assert told.value.code == "SEPARATION"
            return
        act(R, 2023, FUND, 1, digest, by, NEXT)
    assert not refused


def test_a_later_posting_makes_a_version_stale() -> None:
    year_of_books()
    close_months()
    held = draft()
    final_accounts.check(R, 2023, FUND, 1, held.digest, "财政", NEXT)
    late = moved("fiscal_interest", "z", (FUND, "1001", "4201", 9), date(2023, 12, 30))
    periods.post(late)
    (listed,) = final_accounts.list_versions(R, 2023, FUND)
    assert listed[1:] == (FinalState.CHECKED, True)
    years.close_year(R, 2023, "会计", NEXT)
    with pytest.raises(Conflict) as told:
        final_accounts.sign(R, 2023, FUND, 1, held.digest, "医保", NEXT)
    assert told.value.code == "STALE"
    again = draft()
    assert rows(again)["interest"] == (0, 16)
    states = [(state, stale) for _, state, stale in final_accounts.list_versions(R, 2023, FUND)]
    assert states == [(FinalState.REPLACED, True), (FinalState.DRAFTED, False)]
    with pytest.raises(Conflict) as told:  # the old one is signed by nobody
        final_accounts.check(R, 2023, FUND, 1, held.digest, "财政", NEXT)
    assert told.value.code == "STALE"


def test_a_month_opened_again_makes_a_version_stale() -> None:
    year_of_books()
    close_months()
    held = draft()
    periods.reopen(R, "2023-11", "主管", "补记", NEXT)
    assert final_accounts.get_version(R, 2023, FUND, 1)[2]
    with pytest.raises(Conflict):
        final_accounts.check(R, 2023, FUND, 1, held.digest, "财政", NEXT)


def test_who_sends_it_back_says_why_and_a_new_version_follows() -> None:
    year_of_books()
    close_months()
    draft()
    with pytest.raises(Forbidden):
        final_accounts.send_back(R, 2023, FUND, 1, "附表有误", "会计", NEXT)
    back = final_accounts.send_back(R, 2023, FUND, 1, "附表有误", "财政", NEXT)
    assert back.trail[-1].why == "附表有误"
    with pytest.raises(Conflict):
        final_accounts.check(R, 2023, FUND, 1, back.digest, "财政二", NEXT)
    assert draft().number == 2


def present() -> str:
    return final_accounts.get_version(R, 2023, FUND, 1)[0].digest


def drafted(year: int, fund: str = FUND) -> object:
    return final_accounts.draft(R, year, fund, NOTES, "会计", NEXT)


def checked(number: int, digest: str) -> object:
    return final_accounts.check(R, 2023, FUND, number, digest, "财政", NEXT)


WRONG: list[tuple[str, Callable[[], object], str]] = [
    ("other content", lambda: checked(1, "0" * 64), "STATE"),
    ("no version", lambda: checked(2, ""), "NOT_FOUND"),
    ("version zero", lambda: final_accounts.get_version(R, 2023, FUND, 0), "NOT_FOUND"),
    (
        "not checked",
        lambda: final_accounts.sign(R, 2023, FUND, 1, present(), "医保", NEXT),
        "STATE",
    ),
    ("unknown fund", lambda: drafted(2023, "养老"), "FUND_UNKNOWN"),
    ("year runs", lambda: drafted(2024), "PERIOD_OPEN"),
    ("no form", lambda: drafted(2017), "CODE_UNKNOWN"),
]


@pytest.mark.parametrize(("what", "act", "code"), WRONG, ids=[one[0] for one in WRONG])
def test_what_is_refused_and_changes_nothing(
    what: str, act: Callable[[], object], code: str
) -> None:
    year_of_books()
    close_months()
    years.close_year(R, 2023, "会计", NEXT)
    before = draft()
    with pytest.raises(MedaidError) as told:
        act()
    assert told.value.code == code, what
    assert final_accounts.list_versions(R, 2023, FUND) == [(before, FinalState.DRAFTED, False)]


def test_open_months_are_closed_first() -> None:
    year_of_books()
    close_months(last="2023-10")
    with pytest.raises(Conflict) as told:
        draft()
    assert told.value.code == "PERIOD_OPEN"
    assert "2023-11" in told.value.sentence


@pytest.mark.parametrize(
    ("received", "explained", "refused"),
    [(250, "", False), (240, "", True), (240, "十元在途", False)],
)
def test_what_assistance_paid_is_what_insurance_received(
    received: int, explained: str, refused: bool
) -> None:
    """资助参保支出 = 城乡医疗救助资助收入, where both are kept; a difference is explained or
    refused."""
    year_of_books()
    row = ("basic_resident", "1001", "400102", received)
    periods.post(moved("enrolment_income", "e", row, date(2023, 10, 2)))
    close_months()
    notes = Notes(explanation=explained)
    if refused:
        with pytest.raises(Refused) as told:
            draft(notes=notes)
        assert told.value.code == "AMOUNT_SUM"
        assert "10" in told.value.sentence
    else:
        assert draft(notes=notes).number == 1


def test_a_region_that_keeps_one_of_both_funds_has_nothing_to_compare() -> None:
    year_of_books()
    close_months()
    assert draft(notes=Notes()).number == 1


def test_a_year_not_carried_over_before_it_counts_in_the_opening_fund() -> None:
    """Figures before any close: the year before still stands in its income accounts."""
    last_year()
    year_of_books()
    figures = year_figures.booked(R, 2023)
    assert figures["610100-3001"] == Fen(-400)
    assert "610100-410102" not in figures
    assert sum(int(fen) for fen in figures.values()) == 0
