"""What own inpatients came to within policy, kept with the items of a month, summed by statements
(J36). Issue: the finance office, 11 (the performance paper says what it could not compute)."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.clearing.builders import (
    ABROAD,
    HOME,
    HOSPITALS,
    at,
    close_month,
    event_of,
    item,
    made,
    refund,
)

from medaid.clearing import projector
from medaid.clearing.hospital.model import Block, Statement
from medaid.clearing.hospital.within_policy import sums_within_policy
from medaid.clearing.model import Item
from medaid.events import SettlementPosted
from medaid.money import Fen

H = HOSPITALS[0]


def happens(one: Item, inside: int, category: str = "", assisting: str = "") -> SettlementPosted:
    sign = -1 if one.refd else 1
    event = replace(event_of(one, assisting), inscp_scp_amt=Fen(sign * inside), category=category)
    assert projector.project(event, one.setl_time)
    return event


def statements() -> list[Statement]:
    close_month(HOME, "2023-07", at(2, month=8))
    return made(HOME, H, "2023-07")


@pytest.mark.usefixtures("tables")
class TestSums:
    def test_each_stay_counts_once_and_a_reversal_takes_it_off(self) -> None:
        """J36. By hand: a stay of an assisted person, 900.00 within policy, 800.00 paid by funds,
        100.00 left; one of somebody else, 500.00 and 450.00; one that was taken back."""
        happens(item(1, at(5), hifp=600_00, maf=200_00), 900_00, "subsistence_allowance")
        happens(item(2, at(6), hifp=450_00, maf=0), 500_00)
        back = item(3, at(7), hifp=600_00, maf=200_00)
        happens(back, 990_00, "subsistence_allowance")
        happens(refund(back, at(8)), 990_00, "subsistence_allowance")
        assert sums_within_policy(statements()) == (1400_00, 1250_00, 900_00, 100_00)

    def test_visits_and_other_regions_people_are_left_out(self) -> None:
        happens(item(1, at(5), clr_type="11"), 900_00, "subsistence_allowance")
        happens(item(2, at(6), home=ABROAD), 900_00, "subsistence_allowance")
        assert sums_within_policy(statements()) == (0, 0, 0, 0)

    def test_what_funds_pay_beyond_policy_leaves_nothing_and_offsets_no_other_stay(self) -> None:
        happens(item(1, at(5), hifp=600_00, maf=200_00), 700_00, "subsistence_allowance")
        happens(item(2, at(6), hifp=600_00, maf=200_00), 850_00, "subsistence_allowance")
        assert sums_within_policy(statements()) == (1550_00, 1600_00, 1550_00, 50_00)

    def test_assistance_of_another_region_is_paid_all_the_same(self) -> None:
        """The insured region's item holds the whole stay; the part beside it counts nothing."""
        county = "320585"
        happens(item(1, at(5), hifp=600_00, maf=200_00), 900_00, "subsistence_allowance", county)
        assert sums_within_policy(statements()) == (900_00, 800_00, 900_00, 100_00)

    def test_nothing_within_policy_is_known_to_be_nothing(self) -> None:
        happens(item(1, at(5), hifp=0, maf=200_00), 0, "subsistence_allowance")
        assert sums_within_policy(statements()) == (0, 200_00, 0, 0)


@pytest.mark.usefixtures("tables")
def test_a_statement_made_before_this_was_kept_makes_no_wrong_ratio() -> None:
    happens(item(1, at(5)), 900_00)
    (one,) = statements()
    before = [
        Block(
            block.group,
            replace(
                block.totals,
                amounts={k: v for k, v in block.totals.amounts.items() if k != "inscp_scp_amt"},
            ),
        )
        for block in one.blocks
    ]
    assert sums_within_policy([one]) is not None
    assert sums_within_policy([one, replace(one, blocks=tuple(before))]) is None
