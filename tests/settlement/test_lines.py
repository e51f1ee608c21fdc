"""Fee lines: taken once, split by the catalogue of their day, refunded, taken back, settled (X6,
X9, X10, X19; issue: the hospital's door, point 3)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import date
from itertools import pairwise
from typing import Any

import pytest
from tests.catalogue.office import (
    BED,
    HERB,
    MATERIAL,
    MATERIAL_27,
    MEDICINE,
    WESTERN,
    WORK_INJURY,
    publish,
    published,
    replaced,
    table,
)
from tests.conftest import Tables
from tests.people.samples import insurance
from tests.settlement.hospital import (
    NANJING,
    Hospital,
    bill,
    contracted,
    known_person,
    living_allowance,
    passed,
    refused,
    stay_input,
    visit_input,
)
from tests.storage import Killed, StorageCalls, StorageFaults

from medaid.catalogue import store as catalogue_store
from medaid.settlement import store
from medaid.settlement.lines import service as lines
from medaid.settlement.lines import store as line_store
from medaid.settlement.posting import settlement_writes

AT = "2021-06-21 10:00:00"


@pytest.fixture(autouse=True)
def _world(tables: Tables) -> Iterator[None]:
    catalogue_store.forget()
    contracted()
    known_person("P1", living_allowance())
    published()
    yield
    catalogue_store.forget()


def line(
    number: str,
    mdtrt_id: str,
    code: str = WESTERN,
    cnt: str = "3",
    pric: str = "12.345",
    amount: str = "",
    **more: Any,
) -> dict[str, Any]:
    from decimal import ROUND_HALF_UP, Decimal

    exact = Decimal(cnt) * Decimal(pric)
    rounded = abs(exact).quantize(Decimal("0.01"), ROUND_HALF_UP).copy_sign(exact)
    return {
        "feedetl_sn": number,
        "mdtrt_id": mdtrt_id,
        "psn_no": "P1",
        "fee_ocur_time": AT,
        "med_list_codg": code,
        "medins_list_codg": f"L-{code}",
        "det_item_fee_sumamt": amount or str(rounded),
        "cnt": cnt,
        "pric": pric,
        "bilg_dept_codg": "N1",
        "bilg_dept_name": "内科",
        "bilg_dr_codg": "D1",
        "bilg_dr_name": "王医生",
        "hosp_appr_flag": "1",
        **more,
    }


def upload(hospital: Hospital, *rows: Mapping[str, Any], msgid: str = "") -> dict[str, Any]:
    infno = "2204" if "chrg_bchno" in rows[0] else "2301"
    envelope = hospital.envelope(infno, {}, msgid)
    envelope["input"] = {"feedetail": list(rows)}
    return hospital.post(envelope)


def undo(hospital: Hospital, mdtrt_id: str, *numbers: str, msgid: str = "") -> dict[str, Any]:
    rows = [{"feedetl_sn": one, "mdtrt_id": mdtrt_id, "psn_no": "P1"} for one in numbers]
    envelope = hospital.envelope("2302", {}, msgid)
    envelope["input"] = {"data": rows}
    return hospital.post(envelope)


def sums(mdtrt_id: str, batch: str = "STAY") -> Any:
    from medaid.people import service as people

    visit = people.load("P1", 2020).visit(mdtrt_id)
    return visit.lines.get(batch) if visit else None


def stated(of: Any) -> dict[str, str]:
    return {
        "medfee_sumamt": of.amount.yuan(),
        "fulamt_ownpay_amt": of.own_expense.yuan(),
        "overlmt_selfpay": of.over_limit.yuan(),
        "preselfpay_amt": of.initial_self_pay.yuan(),
        "inscp_scp_amt": of.in_policy.yuan(),
    }


def test_a_line_is_split_and_answered_with_the_figures_used() -> None:
    """The example of the interface's readers: 3 × 12.345 above a limit of 10, 10 % first."""
    hospital = Hospital()
    stay = hospital.stay("P1")
    (answer,) = passed(upload(hospital, line("1", stay)))["result"]
    assert answer == {
        "feedetl_sn": "1",
        "det_item_fee_sumamt": "37.04",
        "cnt": "3.0000",
        "pric": "12.345000",
        "pric_uplmt_amt": "10.000000",
        "selfpay_prop": "0.1000",
        "fulamt_ownpay_amt": "0.00",
        "overlmt_amt": "7.04",
        "preselfpay_amt": "3.00",
        "inscp_scp_amt": "27.00",
        "chrgitm_lv": "02",
        "med_chrgitm_type": "09",
        "lmt_used_flag": "1",
        "bas_medn_flag": "0",
        "hi_nego_drug_flag": "0",
        "chld_medc_flag": "0",
        "list_sp_item_flag": "0",
        "drt_reim_flag": "0",
        "memo": "乙类;限价 10.000000,超限价 7.04;先行自付 0.1000:3.00;纳入范围 27.00",
    }
    held = line_store.find_lines(stay, ["1"])["1"][1]
    assert held.sent["bilg_dr_name"] == "王医生"
    assert (held.terms.limit, held.terms.limit_type, held.terms.share_type) == (
        10_000_000,
        "901",
        "3901",
    )
    assert len(held.terms.rids) == 4, "mapping, list, limit and share are named"


@pytest.mark.parametrize(
    ("code", "more", "own", "said"),
    [
        (WORK_INJURY, {}, "12.35", "丙类"),
        (MATERIAL_27, {}, "12.35", "未对照"),
        ("YNOSUCHCODE", {}, "12.35", "未对照"),
        (WESTERN, {"hosp_appr_flag": "2"}, "12.35", "未经医院审批"),
        (WESTERN, {"hosp_appr_flag": "1"}, "0.00", "乙类"),
        (MEDICINE, {"hosp_appr_flag": "2"}, "0.00", "甲类"),
    ],
)
def test_what_is_not_payable_is_own_expense_and_says_why(
    code: str, more: dict[str, str], own: str, said: str
) -> None:
    """X19: codes that are not mapped, class 丙, limited use without approval."""
    hospital = Hospital()
    row = line("1", hospital.stay("P1"), code, "1", "12.345", **more)
    (answer,) = passed(upload(hospital, row))["result"]
    assert answer["fulamt_ownpay_amt"] == own
    assert said in answer["memo"]


def test_zero_is_a_limit_and_blank_is_none() -> None:
    """The material's limit is 0 at levels 1 and 2, and none at level 3."""
    second = Hospital()
    (answer,) = passed(upload(second, line("1", second.stay("P1"), MATERIAL, "1", "100")))["result"]
    assert (answer["overlmt_amt"], answer["inscp_scp_amt"]) == ("100.00", "0.00")


def test_the_same_line_again_is_the_same_answer_and_other_content_is_refused() -> None:
    hospital = Hospital()
    stay = hospital.stay("P1")
    first = passed(upload(hospital, line("1", stay)))
    before = sums(stay)
    assert passed(upload(hospital, line("1", stay), msgid="AGAIN-1")) == first
    assert sums(stay) == before, "counted once"
    info = refused(
        upload(hospital, line("2", stay), line("1", stay, bilg_dr_name="李医生")),
        "DUPLICATE",
        "bilg_dr_name",
    )
    assert info["id"] == "1"
    refused(upload(hospital, line("1", stay, cnt="4")), "DUPLICATE", "cnt")
    assert sums(stay) == before, "nothing of a refused message counts"
    assert line_store.find_lines(stay, ["2"]) == {}


def test_a_message_again_is_answered_as_before_and_another_under_its_number_is_refused() -> None:
    hospital = Hospital()
    stay = hospital.stay("P1")
    first = passed(upload(hospital, line("1", stay), msgid="L-1"))
    assert passed(upload(hospital, line("1", stay), msgid="L-1")) == first
    refused(upload(hospital, line("2", stay), msgid="L-1"), "MSGID_REUSED", "feedetail")
    passed(undo(hospital, stay, "1"), output=False)
    refused(upload(hospital, line("1", stay), msgid="L-1"), "STATE", "msgid")


WRONG: list[tuple[dict[str, Any], str, str]] = [
    ({"det_item_fee_sumamt": "37.03"}, "AMOUNT_SUM", "det_item_fee_sumamt"),
    ({"cnt": "0"}, "FIELD_FORMAT", "cnt"),
    ({"cnt": "-3"}, "FIELD_FORMAT", "init_feedetl_sn"),
    ({"init_feedetl_sn": "0"}, "FIELD_FORMAT", "init_feedetl_sn"),
    ({"cnt": "1.23456"}, "AMOUNT_FORMAT", "cnt"),
    ({"cnt": "x"}, "AMOUNT_FORMAT", "cnt"),
    ({"pric": "-1"}, "AMOUNT_NEGATIVE", "pric"),
    ({"pric": "1.1234567"}, "AMOUNT_FORMAT", "pric"),
    ({"pric": True}, "AMOUNT_FORMAT", "pric"),
    ({"pric": "99999999999999999"}, "AMOUNT_TOO_LONG", "pric"),
    ({"med_list_codg": "", "medins_list_codg": ""}, "FIELD_FORMAT", "med_list_codg"),
    ({"feedetl_sn": "0000"}, "FIELD_FORMAT", "feedetl_sn"),
    ({"feedetl_sn": ""}, "FIELD_REQUIRED", "feedetl_sn"),
    ({"fee_ocur_time": "2021-07-06 10:00:00"}, "DATE_FUTURE", "fee_ocur_time"),
    ({"fee_ocur_time": "2021-07-01 10:00:00"}, "DATE_ORDER", "fee_ocur_time"),
    ({"fee_ocur_time": "2021-06-31"}, "FIELD_FORMAT", "fee_ocur_time"),
    ({"psn_no": "P2"}, "FIELD_FORMAT", "psn_no"),
    ({"mdtrt_id": "V"}, "FIELD_FORMAT", "mdtrt_id"),
]


@pytest.mark.parametrize(("change", "code", "field"), WRONG)
def test_a_wrong_line_is_refused_with_its_field_and_nothing_counts(
    change: dict[str, Any], code: str, field: str
) -> None:
    hospital = Hospital()
    stay = hospital.stay("P1")
    info = refused(upload(hospital, line("1", stay), {**line("2", stay), **change}), code, field)
    assert info["rule"]
    assert sums(stay) is None


def test_numbers_may_be_json_numbers() -> None:
    hospital = Hospital()
    stay = hospital.stay("P1")
    row = {**line("1", stay), "cnt": 3, "pric": 12.345, "det_item_fee_sumamt": 37.04}
    (answer,) = passed(upload(hospital, row))["result"]
    assert answer["inscp_scp_amt"] == "27.00"


@pytest.mark.parametrize("rows", [[], None, ["x"], "x"])
def test_lines_are_a_list_of_rows(rows: Any) -> None:
    envelope = Hospital().envelope("2301", {})
    envelope["input"] = {"feedetail": rows}
    refused(Hospital().post(envelope), "ENVELOPE", "input.feedetail")


def test_one_row_alone_may_stand_without_a_list() -> None:
    """As some programs send it; an empty one is a row without its fields."""
    hospital = Hospital()
    envelope = hospital.envelope("2301", {})
    envelope["input"] = {"feedetail": line("1", hospital.stay("P1"))}
    (answer,) = passed(hospital.post(envelope))["result"]
    assert answer["inscp_scp_amt"] == "27.00"
    envelope = hospital.envelope("2301", {})
    envelope["input"] = {"feedetail": {}}
    refused(hospital.post(envelope), "FIELD_REQUIRED", "feedetl_sn")


def test_another_institution_person_or_region_meets_no_visit() -> None:
    contracted(NANJING)
    hospital = Hospital()
    stay = hospital.stay("P1")
    other = Hospital(NANJING)
    refused(upload(other, line("1", stay)), "VISIT_UNKNOWN")
    known_person("P2", living_allowance(), serial=2)
    refused(upload(hospital, {**line("1", stay), "psn_no": "P2"}), "VISIT_UNKNOWN")
    away = Hospital(home="320100", prefix="20210705110000")
    refused(upload(away, line("1", stay)), "NOT_INSURED")
    refused(upload(hospital, {**line("1", stay), "chrg_bchno": "B1"}), "VISIT_UNKNOWN")
    passed(upload(hospital, line("1", stay)))
    refused(undo(other, stay, "1"), "VISIT_UNKNOWN")
    refused(undo(away, stay, "0000"), "NOT_INSURED")
    assert sums(stay).count == 1


def test_a_region_without_a_catalogue_says_so() -> None:
    contracted(NANJING)
    known_person("P3", serial=3, insured=(insurance(date(2018, 1, 1), admdvs="320100"),))
    hospital = Hospital(NANJING, "320100")
    stay = hospital.stay("P3")
    row = {**line("1", stay), "psn_no": "P3"}
    refused(upload(hospital, row), "NO_CATALOGUE", "med_list_codg")


def test_a_class_b_item_without_its_share_is_asked_for_never_taken_as_zero() -> None:
    publish("1316", table("1316", [(HERB + "X", HERB + "X")]))
    publish("1312", table("1312", [(HERB + "X", "某饮片", "02", "10", "0")]))
    hospital = Hospital()
    stay = hospital.stay("P1")
    info = refused(upload(hospital, line("1", stay, HERB + "X")), "FIGURE_MISSING", "selfpay_prop")
    assert HERB + "X" in info["rule"]


def test_the_days_own_price_counts() -> None:
    """A limit that ends with May and another from June on."""
    ended = table("1318", [(BED, "901", "40.00")], end="2021-06-20")
    newer = table("1318", [(BED, "901", "30.00")], begin="2021-06-21").splitlines(True)[1]
    publish("1318", ended + newer)
    hospital = Hospital()
    stay = hospital.stay("P1")
    answers = passed(
        upload(
            hospital,
            line("1", stay, BED, "1", "50", fee_ocur_time="2021-06-20 23:59:59"),
            line("2", stay, BED, "1", "50", fee_ocur_time="2021-06-21 00:00:00"),
        )
    )["result"]
    assert [one["overlmt_amt"] for one in answers] == ["10.00", "20.00"]


def test_a_replaced_code_is_followed_from_its_day_and_the_line_keeps_its_own() -> None:
    """X19: what no list maps any more is paid under the code that took its place."""
    old = "C15010521204021107660000001"
    replaced([(old, "停用", MATERIAL, "2021-06-21")])
    hospital = Hospital()
    stay = hospital.stay("P1")
    answers = passed(
        upload(
            hospital,
            line("1", stay, old, "1", "50", fee_ocur_time="2021-06-20 10:00:00"),
            line("2", stay, old, "1", "50", fee_ocur_time="2021-06-21 10:00:00"),
        )
    )["result"]
    assert [one["chrgitm_lv"] for one in answers] == ["03", "02"]
    held = line_store.find_lines(stay, ["2"])["2"][1]
    assert (held.sent["med_list_codg"], held.terms.med_list_codg) == (old, MATERIAL)


def code(number: int) -> str:
    """A code that no list maps."""
    return f"C1501052120402110766000{number:04d}"


@pytest.mark.parametrize("times", [5, 6])
def test_codes_that_were_replaced_five_times_are_followed_and_no_further(times: int) -> None:
    """X19. What is replaced once more is not own expense in silence: the table has to be mended."""
    chain = [code(number) for number in range(times)] + [MATERIAL]
    replaced([(a, "停用", b, "2021-01-01") for a, b in pairwise(chain)])
    hospital = Hospital()
    answer = upload(hospital, line("1", hospital.stay("P1"), code(0), "1", "50"))
    if times == 5:
        assert passed(answer)["result"][0]["chrgitm_lv"] == "02"
    else:
        refused(answer, "CLAUSE_CONFLICT", "med_list_codg")


def test_codes_that_replace_one_another_are_refused() -> None:
    replaced([(code(1), "停用", code(2), "2021-01-01"), (code(2), "停用", code(1), "2021-01-01")])
    hospital = Hospital()
    answer = upload(hospital, line("1", hospital.stay("P1"), code(1), "1", "50"))
    refused(answer, "CLAUSE_CONFLICT", "med_list_codg")


def test_a_refund_repeats_the_split_with_the_sign_turned_whatever_the_tables_say_now() -> None:
    hospital = Hospital()
    stay = hospital.stay("P1")
    passed(upload(hospital, line("1", stay)))
    publish("1318", table("1318", [(WESTERN, "901", "1.00")], begin="2021-01-01"))
    (answer,) = passed(upload(hospital, line("2", stay, cnt="-3", init_feedetl_sn="1")))["result"]
    assert {name: answer[name] for name in answer if name.endswith("_amt") or "fee" in name} == {
        "feedetl_sn": "2",
        "det_item_fee_sumamt": "-37.04",
        "pric_uplmt_amt": "10.000000",
        "fulamt_ownpay_amt": "0.00",
        "overlmt_amt": "-7.04",
        "preselfpay_amt": "-3.00",
        "inscp_scp_amt": "-27.00",
    }
    left = sums(stay)
    assert (left.count, int(left.amount), left.groups) == (2, 0, {})


def test_a_refund_takes_back_no_more_than_is_left_at_its_lines_price() -> None:
    hospital = Hospital()
    stay = hospital.stay("P1")
    passed(upload(hospital, line("1", stay)))
    one = {"cnt": "-1", "init_feedetl_sn": "1"}
    refused(upload(hospital, line("2", stay, pric="12", **one)), "FIELD_FORMAT", "pric")
    refused(upload(hospital, line("2", stay, BED, **one)), "FIELD_FORMAT", "med_list_codg")
    refused(upload(hospital, line("2", stay, cnt="-3.0001", init_feedetl_sn="1")), "STATE", "cnt")
    missing = line("2", stay, cnt="-1", init_feedetl_sn="9")
    refused(upload(hospital, missing), "NOT_FOUND", "init_feedetl_sn")
    passed(upload(hospital, line("2", stay, **one), line("3", stay, **one)))
    refused(upload(hospital, line("4", stay, cnt="-1.0001", init_feedetl_sn="1")), "STATE", "cnt")
    passed(upload(hospital, line("4", stay, **one)))
    refused(upload(hospital, line("5", stay, cnt="-1", init_feedetl_sn="4")), "NOT_FOUND")
    assert sums(stay).count == 4


def test_lines_are_taken_back_one_by_one_and_all() -> None:
    hospital = Hospital()
    stay = hospital.stay("P1")
    passed(upload(hospital, line("1", stay), line("2", stay, BED, "1", "50")))
    alone = sums(stay)
    passed(upload(hospital, line("3", stay, cnt="-1", init_feedetl_sn="1")))
    refused(undo(hospital, stay, "1"), "STATE", "feedetl_sn")
    passed(undo(hospital, stay, "3"), output=False)
    assert sums(stay) == alone
    refused(undo(hospital, stay, "3"), "NOT_FOUND", "feedetl_sn")
    passed(undo(hospital, stay, "1"), output=False)
    assert int(sums(stay).amount) == 5000
    passed(undo(hospital, stay, "0000", msgid="ALL"), output=False)
    assert sums(stay) is None
    assert list(line_store.list_lines(stay)) == []
    passed(undo(hospital, stay, "0000", msgid="ALL"), output=False)
    passed(upload(hospital, line("1", stay, cnt="4")), output=False)
    refused(undo(hospital, stay, "0000", msgid="ALL"), "STATE", "msgid")


def test_a_registration_with_lines_is_taken_back_after_them() -> None:
    hospital = Hospital()
    stay = hospital.stay("P1")
    passed(upload(hospital, line("1", stay)))
    gone = {"mdtrt_id": stay, "psn_no": "P1"}
    info = refused(hospital.call("2404", gone), "VISIT_STATE", "mdtrt_id")
    assert "2302" in info["rule"]
    passed(undo(hospital, stay, "0000"), output=False)
    passed(hospital.call("2404", gone), output=False)


def settle(hospital: Hospital, stay: str, amounts: Mapping[str, str], **more: Any) -> Any:
    return hospital.call("2304", stay_input("P1", stay, amounts, **more))


def test_a_settlements_totals_equal_its_lines_or_are_refused_with_both() -> None:
    """L3, X10, every amount: one fen more or less is refused; what is not stated comes from the
    lines."""
    hospital = Hospital()
    stay = hospital.stay("P1")
    rows = [line("1", stay), line("2", stay, BED, "10", "50"), line("3", stay, WORK_INJURY)]
    passed(upload(hospital, *rows))
    of = sums(stay)
    for name, text in stated(of).items():
        wrong = stated(of) | {name: f"{(int(text.replace('.', '')) + 1) / 100:.2f}"}
        info = refused(settle(hospital, stay, wrong), "AMOUNT_SUM", name)
        assert text in info["rule"]
        assert wrong[name] in info["rule"]
    alone = {"medfee_sumamt": of.amount.yuan()}
    preview = passed(hospital.call("2303", stay_input("P1", stay, alone)))["setlinfo"]
    done = passed(settle(hospital, stay, stated(of)))["setlinfo"]
    for name, text in stated(of).items():
        assert preview[name] == done[name] == text


def test_without_lines_the_hospital_states_all_totals() -> None:
    hospital = Hospital()
    stay = hospital.stay("P1")
    whole = bill("50000.00", "45000.00")
    for name in whole:
        less = {key: text for key, text in whole.items() if key != name}
        refused(settle(hospital, stay, less), "FIELD_REQUIRED", name)
    passed(settle(hospital, stay, whole))


def test_where_a_document_asks_for_lines_totals_alone_are_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from medaid.policy.service import Library, library

    shown = library().figures("620522", date(2021, 6, 1))
    (figure,) = shown["admission_hours"]
    real = Library.figures

    def figures(self: Library, region: str, day: Any) -> Any:
        return real(self, region, day) | {"fee_lines_required": (figure,)}

    monkeypatch.setattr(Library, "figures", figures)
    hospital = Hospital()
    stay = hospital.stay("P1")
    whole = bill("50000.00", "45000.00")
    info = refused(settle(hospital, stay, whole), "FIELD_REQUIRED", "feedetail")
    assert figure.row.cite.text in info["rule"]
    passed(upload(hospital, line("1", stay)))
    passed(settle(hospital, stay, stated(sums(stay))))


def test_fee_totals_by_class_come_from_the_lines_X6() -> None:
    hospital = Hospital()
    stay = hospital.stay("P1")
    rows = [line("1", stay), line("2", stay, BED, "10", "50"), line("3", stay, WORK_INJURY)]
    passed(upload(hospital, *rows))
    passed(settle(hospital, stay, stated(sums(stay))))
    (one,) = store.list_batches(stay).values()
    done = store.find_settlement(one.setl_id)
    assert done is not None
    assert dict(done.decision.fees) == {"09": 3704, "01": 50000, "11": 3704}


def test_settled_lines_stay_and_come_back_with_the_reversal() -> None:
    hospital = Hospital()
    stay = hospital.stay("P1")
    passed(upload(hospital, line("1", stay)))
    of = sums(stay)
    done = passed(settle(hospital, stay, stated(of)))["setlinfo"]["setl_id"]
    refused(undo(hospital, stay, "0000"), "ALREADY_SETTLED", "mdtrt_id")
    refused(upload(hospital, line("2", stay)), "ALREADY_SETTLED", "mdtrt_id")
    back = {"mdtrt_id": stay, "setl_id": done, "psn_no": "P1"}
    passed(hospital.call("2305", back))
    assert sums(stay) == of
    passed(upload(hospital, line("2", stay, BED, "1", "50")))
    passed(settle(hospital, stay, stated(sums(stay))))


def test_charge_batches_of_an_outpatient_visit_are_settled_each_with_its_own_lines() -> None:
    """The second batch's lines keep the visit open; a batch after the visit closed opens it
    again."""
    hospital = Hospital()
    visit = hospital.visit("P1", "2021-06-21 09:00:00")
    for number, batch in (("1", "B1"), ("2", "B2")):
        passed(upload(hospital, line(number, visit, chrg_bchno=batch)))
    first = stated(sums(visit, "B1"))
    assert first["preselfpay_amt"] == "6.00", "the outpatient share is another"
    one = passed(hospital.call("2207", visit_input("P1", visit, first, "B1")))["setlinfo"]
    assert sums(visit, "B1") is None
    assert sums(visit, "B2").count == 1
    refused(upload(hospital, line("3", visit, chrg_bchno="B1")), "ALREADY_SETTLED")
    wrong = bill("100.00", "100.00")
    refused(hospital.call("2207", visit_input("P1", visit, wrong, "B2")), "AMOUNT_SUM")
    passed(hospital.call("2207", visit_input("P1", visit, stated(sums(visit, "B2")), "B2")))
    passed(upload(hospital, line("3", visit, chrg_bchno="B3")))
    passed(hospital.call("2207", visit_input("P1", visit, stated(sums(visit, "B3")), "B3")))
    passed(hospital.call("2207", visit_input("P1", visit, bill("10.00", "10.00"), "B4")))
    refused(
        hospital.call("2208", {"setl_id": one["setl_id"], "mdtrt_id": visit, "psn_no": "P1"}),
        "REVERSE_LATER_FIRST",
    )


def test_2205_takes_back_a_batch_or_all_that_are_not_settled() -> None:
    hospital = Hospital()
    visit = hospital.visit("P1", "2021-06-21 09:00:00")
    for number, batch in (("1", "B1"), ("2", "B2"), ("3", "B3")):
        passed(upload(hospital, line(number, visit, chrg_bchno=batch)))
    passed(hospital.call("2207", visit_input("P1", visit, stated(sums(visit, "B1")), "B1")))
    asked = {"mdtrt_id": visit, "psn_no": "P1"}
    refused(hospital.call("2205", asked | {"chrg_bchno": "B1"}), "ALREADY_SETTLED")
    passed(hospital.call("2205", asked | {"chrg_bchno": "B2"}), output=False)
    assert sums(visit, "B2") is None
    assert sums(visit, "B3").count == 1
    passed(hospital.call("2205", asked | {"chrg_bchno": "0000"}), output=False)
    assert [one.feedetl_sn for _, one in line_store.list_lines(visit)] == ["1"], (
        "the settled one stays"
    )


def test_lines_split_for_another_care_are_not_settled() -> None:
    hospital = Hospital()
    visit = hospital.visit("P1", "2021-06-21 09:00:00")
    passed(upload(hospital, line("1", visit, chrg_bchno="B1")))
    asked = visit_input("P1", visit, stated(sums(visit, "B1")), "B1", med_type="14")
    refused(hospital.call("2207", asked), "VISIT_STATE", "med_type")


def test_lines_of_two_cares_do_not_stand_in_one_batch() -> None:
    """Between two uploads 2203 says that the visit is for a chronic disease."""
    hospital = Hospital()
    visit = hospital.visit("P1", "2021-06-21 09:00:00")
    passed(upload(hospital, line("1", visit, chrg_bchno="B1")))
    said = {"psn_no": "P1", "mdtrt_id": visit, "med_type": "14"}
    said["begntime"] = "2021-06-21 09:00:00"
    passed(hospital.call("2203", said, node="mdtrtinfo"), output=False)
    refused(upload(hospital, line("2", visit, chrg_bchno="B1")), "VISIT_STATE", "med_type")
    passed(upload(hospital, line("2", visit, chrg_bchno="B2")))


def test_lines_that_were_taken_back_are_asked_of_no_later_settlement() -> None:
    """B2 had lines when B1 was settled; they are taken back, the visit closes with B3, and B2 is
    settled by totals."""
    hospital = Hospital()
    visit = hospital.visit("P1", "2021-06-21 09:00:00")
    for number, batch in (("1", "B1"), ("2", "B2")):
        passed(upload(hospital, line(number, visit, chrg_bchno=batch)))
    passed(hospital.call("2207", visit_input("P1", visit, stated(sums(visit, "B1")), "B1")))
    asked = {"mdtrt_id": visit, "psn_no": "P1", "chrg_bchno": "B2"}
    passed(hospital.call("2205", asked), output=False)
    small = bill("10.00", "10.00")
    passed(hospital.call("2207", visit_input("P1", visit, small, "B3")))
    passed(hospital.call("2207", visit_input("P1", visit, small, "B2")))


def test_an_answer_whose_parts_do_not_sum_never_leaves(monkeypatch: pytest.MonkeyPatch) -> None:
    """L1 and L2 are asserted on every line that is answered."""
    from medaid.catalogue import service as catalogue

    real = catalogue.split_line

    def broken(*args: Any) -> Any:
        split = real(*args)
        return split._replace(in_policy=split.in_policy + split.amount)

    monkeypatch.setattr(catalogue, "split_line", broken)
    hospital = Hospital()
    stay = hospital.stay("P1")
    with pytest.raises(AssertionError, match="L2"):
        upload(hospital, line("1", stay))
    assert sums(stay) is None


def test_an_outpatient_line_has_no_refund_of_its_own() -> None:
    hospital = Hospital()
    visit = hospital.visit("P1", "2021-06-21 09:00:00")
    refused(upload(hospital, line("1", visit, cnt="-1", chrg_bchno="B1")), "FIELD_FORMAT", "cnt")


@pytest.mark.parametrize("count", [1, 45, 46, 120])
def test_pages_of_any_length(count: int) -> None:
    hospital = Hospital()
    stay = hospital.stay("P1")
    rows = [line(f"N{n:04d}", stay, BED, "1", "50") for n in range(count)]
    answers = passed(upload(hospital, *rows))["result"]
    assert [one["feedetl_sn"] for one in answers] == [one["feedetl_sn"] for one in rows]
    assert (sums(stay).count, int(sums(stay).amount)) == (count, 5000 * count)
    passed(undo(hospital, stay, "0000"), output=False)
    assert sums(stay) is None


def test_the_sums_are_those_of_the_lines_that_stand() -> None:
    hospital = Hospital()
    stay = hospital.stay("P1")
    codes = [WESTERN, BED, HERB, WORK_INJURY, MATERIAL_27, MEDICINE, MATERIAL]
    rows = [
        line(str(n), stay, codes[n % 7], f"{n % 5 + 1}.{n}", f"{n * 7 % 90}.{n:03d}5")
        for n in range(1, 60)
    ]
    passed(upload(hospital, *rows))
    passed(undo(hospital, stay, "7", "11", "13"), output=False)
    held = [one for _, one in line_store.list_lines(stay)]
    of = sums(stay)
    assert of.count == len(held) == 56
    for name in ("amount", "own_expense", "over_limit", "initial_self_pay", "in_policy"):
        assert int(getattr(of, name)) == sum(int(getattr(one.split, name)) for one in held)
    assert sum(int(group.total) for group in of.groups.values()) == int(of.amount)


@pytest.mark.parametrize("count", [1, 90])
def test_a_settlement_costs_the_same_storage_calls_however_many_lines(
    count: int, storage_calls: StorageCalls
) -> None:
    hospital = Hospital()
    stay = hospital.stay("P1")
    passed(upload(hospital, *[line(str(n), stay, BED, "1", "50") for n in range(count)]))
    of = sums(stay)
    store.find_institution(hospital.institution.code)
    storage_calls.reset()
    passed(settle(hospital, stay, stated(of)))
    assert storage_calls.operations == ["Query", "TransactWriteItems"]
    assert len(storage_calls.calls[1][1]["TransactItems"]) <= 8


def test_killed_between_any_two_storage_calls_and_sent_again_lines_count_once(
    tables: Tables, storage_calls: StorageCalls, storage_faults: StorageFaults
) -> None:
    hospital = Hospital()
    wanted = hospital.stay("P1")
    rows = [line(f"{n:03d}", wanted, BED, "1", "50") for n in range(60)]
    storage_calls.reset()
    passed(upload(hospital, *rows, msgid="ONCE"))
    calls, of = len(storage_calls.calls), sums(wanted)
    assert calls >= 6
    passed(undo(hospital, wanted, "0000"), output=False)
    for nth in range(1, calls + 1):
        storage_faults.after(nth, "killed")
        msgid = f"K-{nth}"
        with suppress(Killed):
            upload(hospital, *rows, msgid=msgid)
        storage_faults.clear()
        passed(upload(hospital, *rows, msgid=msgid))
        assert sums(wanted) == of, nth
        passed(undo(hospital, wanted, "0000"), output=False)


def test_a_line_that_comes_while_its_stay_is_settled_is_refused_or_counts(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Between the read of a settlement and its transaction a line arrives: the settlement is
    decided anew, and its totals are then not the lines'."""
    from medaid.settlement import settling

    hospital = Hospital()
    stay = hospital.stay("P1")
    passed(upload(hospital, line("1", stay)))
    of, real, done = stated(sums(stay)), settlement_writes, list[int]()

    def meanwhile(*args: Any) -> Any:
        if not done:
            done.append(1)
            passed(upload(Hospital(prefix="20210705110000"), line("2", stay)))
        return real(*args)

    monkeypatch.setattr(settling, "settlement_writes", meanwhile)
    refused(settle(hospital, stay, of), "AMOUNT_SUM", "medfee_sumamt")
    passed(settle(hospital, stay, stated(sums(stay))))


def test_a_line_of_a_closed_visits_batch_and_its_settlement_by_totals_do_not_cross(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from medaid.settlement import settling

    hospital = Hospital()
    visit = hospital.visit("P1", "2021-06-21 09:00:00")
    small = bill("10.00", "10.00")
    passed(hospital.call("2207", visit_input("P1", visit, small, "B1")))
    real, done = settlement_writes, list[int]()

    def meanwhile(*args: Any) -> Any:
        if not done:
            done.append(1)
            other = Hospital(prefix="20210705110000")
            passed(upload(other, line("2", visit, chrg_bchno="B2")))
        return real(*args)

    monkeypatch.setattr(settling, "settlement_writes", meanwhile)
    refused(hospital.call("2207", visit_input("P1", visit, small, "B2")), "AMOUNT_SUM")
    monkeypatch.undo()
    passed(hospital.call("2207", visit_input("P1", visit, stated(sums(visit, "B2")), "B2")))

    page, later = lines._line_writes, list[int]()

    def settled_meanwhile(*args: Any) -> Any:
        if not later:
            later.append(1)
            other = Hospital(prefix="20210705120000")
            passed(other.call("2207", visit_input("P1", visit, small, "B3")))
        return page(*args)

    monkeypatch.setattr(lines, "_line_writes", settled_meanwhile)
    refused(upload(hospital, line("3", visit, chrg_bchno="B3")), "ALREADY_SETTLED")


def test_a_batch_that_is_settled_while_all_are_taken_back_keeps_its_lines(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The lines are listed before; the transaction that loses decides on them anew."""
    hospital, other = Hospital(), Hospital(prefix="20210705120000")
    visit = hospital.visit("P1", "2021-06-21 09:00:00")
    for number, batch in (("1", "B1"), ("2", "B2")):
        passed(upload(hospital, line(number, visit, chrg_bchno=batch)))
    removal, setl_ids = lines._removal_writes, list[str]()

    def settled_meanwhile(*args: Any) -> Any:
        if not setl_ids:
            given = visit_input("P1", visit, stated(sums(visit, "B1")), "B1")
            setl_ids.append(passed(other.call("2207", given))["setlinfo"]["setl_id"])
        return removal(*args)

    monkeypatch.setattr(lines, "_removal_writes", settled_meanwhile)
    asked = {"mdtrt_id": visit, "psn_no": "P1", "chrg_bchno": "0000"}
    passed(hospital.call("2205", asked), output=False)
    assert list(line_store.find_lines(visit, ["1", "2"])) == ["1"]
    assert (sums(visit, "B1"), sums(visit, "B2")) == (None, None)
    back = {"setl_id": setl_ids[0], "mdtrt_id": visit, "psn_no": "P1"}
    passed(hospital.call("2208", back))
    assert sums(visit, "B1").count == 1


def test_2601_does_not_take_lines_back() -> None:
    hospital = Hospital()
    stay = hospital.stay("P1")
    passed(upload(hospital, line("1", stay), msgid="L-9"))
    back = {"psn_no": "P1", "omsgid": "L-9", "oinfno": "2301"}
    info = refused(hospital.call("2601", back), "STATE", "oinfno")
    assert "2302" in info["rule"]


def test_the_catalogue_of_the_region_of_treatment_counts_X9() -> None:
    """A person of Maoming in Nanjing: Nanjing's catalogue splits the line."""
    published("320100")
    publish("1318", table("1318", [(WESTERN, "902", "5.00")]), "320100")
    contracted(NANJING)
    hospital = Hospital(NANJING)
    stay = hospital.stay("P1")
    (answer,) = passed(upload(hospital, line("1", stay)))["result"]
    assert answer["pric_uplmt_amt"] == "5.000000"
