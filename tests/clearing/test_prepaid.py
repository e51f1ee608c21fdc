"""What was advanced to a hospital is set against what it is owed, in the books and in what is paid:
once. Proves N6, J34, J32."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest
from tests.clearing.builders import HOME, HOSPITALS, arrive, at, close_month, item, made
from tests.clearing.test_deductions import AUGUST, confirmed, paid
from tests.conftest import Tables
from tests.fund.office import noon, paper, post

from medaid.clearing.hospital import prepaid
from medaid.clearing.hospital import service as hospital
from medaid.clearing.hospital.prepaid import Advance
from medaid.errors import BadInput, Conflict, Forbidden
from medaid.fund import service as fund
from medaid.fund import voucher_rules
from medaid.fund.model import chart, journal
from medaid.fund.records import Voucher
from medaid.money import Fen
from medaid.months import Month
from medaid.payments.service import claim_duty
from medaid.regions import Region

pytestmark = pytest.mark.usefixtures("tables")
A, R = HOSPITALS[0], Region(HOME)
JULY, FUND = at(9), "assistance"


def advanced(fen: int, account: str = "1103", who: str = A, now: datetime = JULY) -> None:
    rows = [(FUND, account, "1002", Fen(fen))]
    kind = "hospital_prepayment" if account == "1103" else "procurement_prepayment"
    fund.post(journal.movement(kind, HOME, f"{who}-{account}", rows, now, counterpart=who))


def use(
    fen: int, number: str = "1", advance: Advance = Advance.HOSPITAL, now: datetime = JULY
) -> None:
    amounts = {FUND: Fen(fen)}
    hospital.use_prepayment(R, A, number, advance, amounts, "抵扣单1", "会计", now)


def open_with(account: str, month: str = "2023-08") -> dict[tuple[str, str], Fen]:
    return {
        (one.account.fund, one.counterpart): one.amount
        for one in fund.list_current_accounts(HOME, Month(month))
        if one.account.number == account
    }


def test_what_is_set_off_is_not_paid_as_well(tables: Tables) -> None:
    """One claim of July: the statement pays it less the 3.00 advanced, and nothing is left open."""
    advanced(300)
    use(300)
    use(300)
    confirmed()
    (one,) = made(HOME, A, "2023-07")
    assert one.brought_forward == {FUND: Fen(-300)}
    whole = one.by_fund[FUND]
    assert paid()[FUND] == whole - Fen(300)
    assert open_with("1103") == {}
    assert open_with("2101") == {}


def test_more_than_one_month_owes_is_carried_on() -> None:
    advanced(10**9)
    use(10**9)
    confirmed()
    whole = made(HOME, A, "2023-07")[0].by_fund[FUND]
    assert FUND not in paid()
    arrive(item(2, at(3, month=8)))
    close_month(HOME, "2023-08", at(1, 4, month=9))
    assert made(HOME, A, "2023-08")[0].brought_forward == {FUND: whole - Fen(10**9)}


@pytest.mark.parametrize(("fen", "advance"), [(301, Advance.HOSPITAL), (1, Advance.PROCUREMENT)])
def test_no_more_is_used_than_lies_there(tables: Tables, fen: int, advance: Advance) -> None:
    advanced(300)
    advanced(500, who=HOSPITALS[1])
    before = tables.everything()
    with pytest.raises(BadInput) as told:
        use(fen, advance=advance)
    assert (told.value.code, told.value.field) == ("AMOUNT_SUM", f"amounts.{FUND}")
    assert tables.everything() == before


def side_by_side(
    monkeypatch: pytest.MonkeyPatch, act: Callable[[], object], meanwhile: Callable[[], object]
) -> None:
    """`act`, and `meanwhile` done whole between what it read and what it writes, the first time."""

    def claim(*args: Any) -> Any:
        monkeypatch.setattr(prepaid, "claim_duty", claim_duty)
        meanwhile()
        return claim_duty(*args)

    monkeypatch.setattr(prepaid, "claim_duty", claim)
    act()


def test_two_uses_side_by_side_do_not_take_the_same_advance(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    advanced(400)
    use(100)
    with pytest.raises(BadInput) as told:
        side_by_side(monkeypatch, lambda: use(300, "2"), lambda: use(300, "3"))
    assert (told.value.code, told.value.rule) == ("AMOUNT_SUM", "尚未抵扣的医保预付金为 0.00 元")
    assert open_with("1103") == {}


def test_two_uses_side_by_side_of_what_suffices_for_both_pass(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    advanced(400)
    use(100)
    side_by_side(monkeypatch, lambda: use(200, "2"), lambda: use(100, "3"))
    assert open_with("1103") == {}


def test_what_came_back_by_a_voucher_meanwhile_is_not_used_as_well(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A use moves no bank account, so nothing else makes one wait for the other."""
    day = date(2026, 7, 9)
    now = noon(2026, 7, 9)
    advanced(400, now=now)
    use(100, now=now)
    back = paper("1", "prepayment_refund", day, (FUND, "1002", "1103", 300), counterpart=A)
    with pytest.raises(BadInput) as told:
        side_by_side(monkeypatch, lambda: use(300, "2", now=now), lambda: post(back, region=HOME))
    assert told.value.code == "AMOUNT_SUM"
    assert open_with("1103", "2026-07") == {}


def test_used_once_and_under_one_number() -> None:
    advanced(300)
    use(200)
    with pytest.raises(Conflict) as told:
        use(100)
    assert told.value.code == "DUPLICATE"
    with pytest.raises(BadInput):
        use(101, "2")
    use(100, "2")
    assert open_with("1103") == {}


@pytest.mark.parametrize(
    ("amounts", "code"),
    [({}, "FIELD_REQUIRED"), ({FUND: Fen(0)}, "AMOUNT_NEGATIVE"), ({"x": Fen(1)}, "FUND_UNKNOWN")],
)
def test_bad_amounts_are_named(amounts: dict[str, Fen], code: str) -> None:
    with pytest.raises(BadInput) as told:
        hospital.use_prepayment(R, A, "1", Advance.HOSPITAL, amounts, "单", "会计", JULY)
    assert told.value.code == code


def test_who_pays_sets_nothing_off() -> None:
    """Q3.1."""
    advanced(300)
    confirmed()
    paid()  # 甲 audits, 乙 pays
    for by in ("甲", "乙"):
        with pytest.raises(Forbidden) as told:
            hospital.use_prepayment(R, A, "1", Advance.HOSPITAL, {FUND: Fen(1)}, "单", by, AUGUST)
        assert told.value.code == "SEPARATION"


def test_it_is_no_voucher() -> None:
    """A voucher would clear the books and leave the payment whole."""
    assert not chart.flows()["prepayment_used"].manual
    draft = Voucher("1", "prepayment_used", JULY.date(), "单", (), "", ())
    with pytest.raises(BadInput) as told:
        voucher_rules.check(HOME, draft, JULY.date())
    assert told.value.code == "FLOW_FORBIDDEN"
