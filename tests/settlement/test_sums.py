"""The identities I1 to I6 are asserted of every answer: a sum that is off by one fen anywhere, in
either direction, never leaves (docs/national-interface.md)."""

from __future__ import annotations

import pytest

from medaid.money import Fen
from medaid.policy.model import FUNDS
from medaid.settlement.national import answers

OUTSIDE = {"fulamt_ownpay_amt": 11_00, "overlmt_selfpay": 7_00, "preselfpay_amt": 5_00}
PAID = {name: 100_00 + 10_00 * number for number, name in enumerate(FUNDS)}
ROWS = [{"fund_payamt": Fen(fen).yuan()} for fen in PAID.values()]


def amounts(**more: int) -> dict[str, Fen]:
    """An answer in which every amount that can be is above zero, and every sum holds."""
    funds = sum(PAID.values()) - PAID["hosp_part_amt"]
    total = sum(OUTSIDE.values()) + 5000_00
    own = total - funds - PAID["hosp_part_amt"]
    whole = {
        **OUTSIDE,
        **PAID,
        "medfee_sumamt": total,
        "inscp_scp_amt": 5000_00,
        "act_pay_dedc": 300_00,
        "fund_pay_sumamt": funds,
        "psn_part_amt": own,
        "acct_pay": 0,
        "psn_cash_pay": own,
    }
    return {name: Fen(fen + more.get(name, 0)) for name, fen in whole.items()}


@pytest.mark.parametrize("sign", [1, -1])
def test_an_answer_whose_sums_hold_leaves(sign: int) -> None:
    rows = [{"fund_payamt": Fen(sign * fen).yuan()} for fen in PAID.values()]
    answers._assert_identities(amounts(), rows, sign)


BENT = [(name, by) for name in amounts() for by in (1, -1) if name != "act_pay_dedc"]


@pytest.mark.parametrize(("name", "by"), BENT)
def test_one_fen_more_or_less_anywhere_does_not(name: str, by: int) -> None:
    with pytest.raises(AssertionError):
        answers._assert_identities(amounts(**{name: by}), ROWS, 1)


@pytest.mark.parametrize("number", range(len(ROWS)))
def test_a_row_that_differs_from_its_field_does_not(number: int) -> None:
    rows = [dict(row) for row in ROWS]
    rows[number]["fund_payamt"] = "0.00"
    with pytest.raises(AssertionError, match="I5"):
        answers._assert_identities(amounts(), rows, 1)


@pytest.mark.parametrize(("deductible", "holds"), [(0, True), (5000_00, True), (5000_01, False)])
def test_the_deductible_told_is_never_above_the_cost_in_scope(deductible: int, holds: bool) -> None:
    """Right money, 7."""
    told = amounts() | {"act_pay_dedc": Fen(deductible)}
    if holds:
        answers._assert_identities(told, ROWS, 1)
    else:
        with pytest.raises(AssertionError):
            answers._assert_identities(told, ROWS, 1)
