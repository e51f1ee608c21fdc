"""A stay that is settled in parts (中途结算): together the parts are what one settlement would have
been, to the fen. Issue: the hospital's door, point 2."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from tests.catalogue.office import HERB, WESTERN, published
from tests.conftest import Tables
from tests.people import recorded
from tests.settlement.hospital import (
    NOW,
    Hospital,
    contracted,
    events_of,
    known_person,
    living_allowance,
    passed,
    refused,
    stay_input,
)
from tests.settlement.test_lines import line, undo, upload
from tests.storage import StorageCalls

from medaid.aws.transaction import commit
from medaid.catalogue import store as catalogue_store
from medaid.clearing.hospital.model.blocks import Tally
from medaid.clearing.model import items_of
from medaid.people import service as people
from medaid.settlement import service, store

AMOUNTS = (
    "medfee_sumamt",
    "fulamt_ownpay_amt",
    "overlmt_selfpay",
    "preselfpay_amt",
    "inscp_scp_amt",
    "act_pay_dedc",
    "hifp_pay",
    "hifmi_pay",
    "maf_pay",
    "fund_pay_sumamt",
    "psn_part_amt",
    "psn_cash_pay",
)


@pytest.fixture(autouse=True)
def _world(tables: Tables) -> Iterator[None]:
    catalogue_store.forget()
    contracted()
    known_person("P1", living_allowance())
    known_person("P2", living_allowance(), serial=2)
    published()
    yield
    catalogue_store.forget()


def fees(hospital: Hospital, psn_no: str, stay: str, number: int, cnt: int, **more: Any) -> None:
    row = line(f"{psn_no}-{number}", stay, cnt=str(cnt), pric="100.00", **more)
    passed(upload(hospital, row | {"psn_no": psn_no}))


def part(hospital: Hospital, psn_no: str, stay: str, flag: str, **more: Any) -> dict[str, Any]:
    """2304 of what lines are there; what they come to is asked of a preview of nothing."""
    visit = people.load(psn_no, 2020).visit(stay)
    sums = next(iter(visit.lines.values())) if visit and visit.lines else None
    amounts = {"medfee_sumamt": sums.amount.yuan() if sums else "0.00"}
    if sums is None:
        amounts |= dict.fromkeys(
            ("fulamt_ownpay_amt", "overlmt_selfpay", "preselfpay_amt", "inscp_scp_amt"), "0.00"
        )
    infno = more.pop("infno", "2304")
    if flag == "1":
        more = {"dscgTime": "2021-06-25", **more}
    return hospital.call(
        infno, stay_input(psn_no, stay, amounts, mid_setl_flag=flag, **more), node="data"
    )


def settled(hospital: Hospital, psn_no: str, stay: str, flag: str, **more: Any) -> dict[str, Any]:
    info: dict[str, Any] = passed(part(hospital, psn_no, stay, flag, **more))["setlinfo"]
    return info


def back(hospital: Hospital, psn_no: str, stay: str, setl_id: str) -> dict[str, Any]:
    return hospital.call("2305", {"mdtrt_id": stay, "setl_id": setl_id, "psn_no": psn_no})


def sums_of(infos: list[dict[str, Any]]) -> dict[str, Decimal]:
    return {name: sum((Decimal(one[name]) for one in infos), Decimal()) for name in AMOUNTS}


def year(psn_no: str) -> Mapping[str, int]:
    return people.load(psn_no, 2021).totals(2021).amounts


@pytest.mark.parametrize("counts", [(1, 1), (3, 40, 5), (4000, 1), (30, 900, 3333, 7)])
def test_parts_come_to_what_one_settlement_comes_to(counts: tuple[int, ...]) -> None:
    whole, parts = Hospital(prefix="20210705110000"), Hospital(prefix="20210705120000")
    at_once = whole.admit("P1")
    in_parts = parts.admit("P2")
    infos = []
    for number, cnt in enumerate(counts):
        code = HERB if number % 2 else WESTERN
        fees(whole, "P1", at_once, number, cnt, med_list_codg=code)
        fees(parts, "P2", in_parts, number, cnt, med_list_codg=code)
        last = number == len(counts) - 1
        if last:
            parts.discharge("P2", in_parts)
        else:
            infos.append(settled(parts, "P2", in_parts, "1", dscgTime="2021-06-25"))
    whole.discharge("P1", at_once)
    infos.append(settled(parts, "P2", in_parts, "0"))
    one = settled(whole, "P1", at_once, "0")
    assert sums_of(infos) == sums_of([one])
    assert year("P1") == year("P2")
    for info in reversed(infos):
        passed(back(parts, "P2", in_parts, info["setl_id"]))
    passed(back(whole, "P1", at_once, one["setl_id"]))
    assert not year("P2")


def test_a_stay_of_which_a_part_is_taken_back_settles_all_that_waits() -> None:
    """Two parts taken back, last first, and settled at once: with the lines of both."""
    hospital = Hospital()
    stay = hospital.admit("P1")
    fees(hospital, "P1", stay, 1, 300)
    first = settled(hospital, "P1", stay, "1")
    fees(hospital, "P1", stay, 2, 40)
    second = settled(hospital, "P1", stay, "1")
    fees(hospital, "P1", stay, 3, 5)
    info = refused(back(hospital, "P1", stay, first["setl_id"]), "REVERSE_LATER_FIRST")
    assert info["id"] == second["setl_id"]
    passed(back(hospital, "P1", stay, second["setl_id"]))
    passed(back(hospital, "P1", stay, first["setl_id"]))
    hospital.discharge("P1", stay)
    amounts = {"medfee_sumamt": "34500.00"}
    whole = passed(hospital.call("2304", stay_input("P1", stay, amounts)))["setlinfo"]
    rows = passed(hospital.call("5204", {"psn_no": "P1", "mdtrt_id": stay}))["feedetail"]
    assert {row["setl_id"] for row in rows} == {whole["setl_id"]}
    assert len(rows) == 3
    assert sum_of(whole, "medfee_sumamt") == Decimal("34500.00")
    passed(back(hospital, "P1", stay, whole["setl_id"]))
    assert not year("P1")


def sum_of(info: Mapping[str, Any], name: str) -> Decimal:
    return Decimal(info[name])


def test_a_part_is_read_and_written_as_any_settlement(storage_calls: StorageCalls) -> None:
    hospital = Hospital()
    stay = hospital.admit("P1")
    fees(hospital, "P1", stay, 1, 300)
    settled(hospital, "P1", stay, "1")
    fees(hospital, "P1", stay, 2, 40)
    amounts = {"medfee_sumamt": "4000.00"}
    storage_calls.reset()
    passed(hospital.call("2304", stay_input("P1", stay, amounts, mid_setl_flag="1")))
    assert storage_calls.operations == ["Query", "TransactWriteItems"]


def test_the_same_part_again_is_answered_as_before_and_another_message_settles_nothing() -> None:
    """Two counters, one part: the second finds no lines that wait."""
    hospital = Hospital()
    stay = hospital.admit("P1")
    fees(hospital, "P1", stay, 1, 300)
    asked = stay_input("P1", stay, {"medfee_sumamt": "30000.00"}, mid_setl_flag="1")
    first = passed(hospital.call("2304", asked, msgid="M-1"))
    assert passed(hospital.call("2304", asked, msgid="M-1")) == first
    totals = {"inscp_scp_amt": "30000.00", "fulamt_ownpay_amt": "0", "overlmt_selfpay": "0"}
    asked |= totals | {"preselfpay_amt": "0"}
    refused(hospital.call("2304", asked), "FIELD_REQUIRED", "feedetail")
    asked["mid_setl_flag"] = "0"
    refused(
        hospital.call("2304", asked | {"dscgTime": "2021-06-30"}), "AMOUNT_SUM", "medfee_sumamt"
    )


@pytest.mark.parametrize(
    ("flag", "code", "field"),
    [("2", "CODE_UNKNOWN", "mid_setl_flag"), ("1", "VISIT_STATE", "mid_setl_flag")],
)
def test_a_stay_that_ended_is_settled_as_a_whole(flag: str, code: str, field: str) -> None:
    hospital = Hospital()
    stay = hospital.admit("P1")
    fees(hospital, "P1", stay, 1, 300)
    hospital.discharge("P1", stay)
    for infno in ("2303", "2304"):
        refused(part(hospital, "P1", stay, flag, infno=infno), code, field)


def test_a_stay_in_parts_keeps_what_they_rest_on() -> None:
    """No line of a part is taken back, no earlier end, no other admission, no cancelling."""
    hospital = Hospital()
    stay = hospital.admit("P1")
    fees(hospital, "P1", stay, 1, 300)
    held = settled(hospital, "P1", stay, "1", dscgTime="2021-06-25")["setl_id"]
    passed(undo(hospital, stay, "P1-1"), output=False)
    assert len(passed(hospital.call("5204", {"psn_no": "P1", "mdtrt_id": stay}))["feedetail"]) == 1
    ended = {"mdtrt_id": stay, "psn_no": "P1", "insutype": "390", "dscg_way": "1"}
    early = hospital.call("2402", ended | {"endtime": "2021-06-24 09:00:00"}, node="dscginfo")
    refused(early, "DATE_ORDER", "endtime")
    mended = {"mdtrt_id": stay, "psn_no": "P1", "insutype": "390", "med_type": "21"}
    mended |= {"begntime": "2021-06-21 09:00:00"}
    assert refused(hospital.call("2403", mended, node="adminfo"), "VISIT_STATE")["id"] == held
    cancelled = hospital.call("2404", {"mdtrt_id": stay, "psn_no": "P1"})
    assert refused(cancelled, "VISIT_STATE")["id"] == held
    fees(hospital, "P1", stay, 2, 3)
    refused(part(hospital, "P1", stay, "1", dscgTime="2021-06-24"), "DATE_ORDER", "dscgTime")


def test_a_line_of_a_settled_part_is_refunded_in_a_later_one() -> None:
    hospital = Hospital()
    stay = hospital.admit("P1")
    fees(hospital, "P1", stay, 1, 300)
    settled(hospital, "P1", stay, "1")
    fees(hospital, "P1", stay, 1, 300)  # sent again: answered, not taken twice
    fees(hospital, "P1", stay, 2, 50)
    fees(hospital, "P1", stay, 3, -20, init_feedetl_sn="P1-1")
    hospital.discharge("P1", stay)
    last = settled(hospital, "P1", stay, "0")
    assert last["medfee_sumamt"] == "3000.00"


def test_a_part_that_others_paid_more_of_than_the_whole_owes_is_settled_anew_J20() -> None:
    """Somebody recognised during the stay counts for all of it; what that would give back at the
    counter is not given there: the earlier part is taken back first."""
    known_person("P3", serial=3)
    hospital = Hospital()
    stay = hospital.admit("P3")
    fees(hospital, "P3", stay, 1, 4000)
    before = settled(hospital, "P3", stay, "1")
    assert before["maf_pay"] == "0.00"
    commit(recorded.identity_recorded("P3", None, living_allowance(date(2021, 6, 28)), NOW))
    fees(hospital, "P3", stay, 2, 1)
    hospital.discharge("P3", stay)
    info = refused(part(hospital, "P3", stay, "0"), "VISIT_STATE", "mid_setl_flag")
    assert info["id"] == before["setl_id"]
    fees(hospital, "P3", stay, 3, 20_000)
    after = settled(hospital, "P3", stay, "0")
    assert Decimal(after["maf_pay"]) > 0


def test_parts_of_two_years_are_a_gap_that_says_so() -> None:
    known_person("P4", living_allowance(), serial=4)
    hospital = Hospital()
    stay = hospital.admit("P4", "2020-12-01 09:00:00")
    fees(hospital, "P4", stay, 1, 300, fee_ocur_time="2021-01-01 09:00:00")
    settled(hospital, "P4", stay, "1", dscgTime="2020-12-31")
    fees(hospital, "P4", stay, 2, 300, fee_ocur_time="2021-01-02 09:00:00")
    refused(part(hospital, "P4", stay, "0", dscgTime="2021-01-05"), "CLAUSE_GAP", "mid_setl_flag")


def test_a_part_explains_itself_and_is_priced_again_as_it_was() -> None:
    hospital = Hospital()
    stay = hospital.admit("P1")
    fees(hospital, "P1", stay, 1, 300)
    settled(hospital, "P1", stay, "1")
    fees(hospital, "P1", stay, 2, 40)
    hospital.discharge("P1", stay)
    last = settled(hospital, "P1", stay, "0")
    told = service.explain_any(last["setl_id"])
    assert told["replay"] == "identical"
    assert any("此前中途结算已付" in one for one in told["sentences"])


def test_a_stay_in_parts_is_one_case_and_its_days_once_for_clearing() -> None:
    hospital = Hospital()
    stay = hospital.admit("P1")
    fees(hospital, "P1", stay, 1, 300)
    first = settled(hospital, "P1", stay, "1", dscgTime="2021-06-25")["setl_id"]
    fees(hospital, "P1", stay, 2, 40)
    hospital.discharge("P1", stay)
    last = settled(hospital, "P1", stay, "0")["setl_id"]
    assert counted(first) == (1, 0, 5)
    assert counted(first, last) == (2, 1, 10)
    passed(back(hospital, "P1", stay, last))
    passed(back(hospital, "P1", stay, first))
    assert counted(first, last) == (4, 0, 0)


def counted(*setl_ids: str) -> tuple[int, int, int]:
    """Settlements, cases and days of what was told of these."""
    tally = Tally()
    for setl_id in setl_ids:
        one = store.find_settlement(setl_id)
        assert one is not None
        for event in events_of(one):
            for item in items_of(event):
                tally.add(item)
    totals = tally.totals()
    return totals.count, totals.cases, totals.days
