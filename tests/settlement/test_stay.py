"""One stay from admission to reversal, through the room's own door (J19–J22, J32, M二.2)."""

from __future__ import annotations

import pytest
from tests.conftest import Tables
from tests.settlement.hospital import (
    MAOMING,
    NANJING,
    NOW,
    Hospital,
    bill,
    contracted,
    his,
    known_person,
    living_allowance,
    passed,
    refused,
    stay_input,
)

from medaid.fund import service as fund
from medaid.people import service as people


@pytest.fixture(autouse=True)
def _world(tables: Tables) -> None:
    contracted()
    known_person("P1", living_allowance())
    return


def amounts(output: dict[str, dict[str, str]]) -> dict[str, str]:
    return {
        name: output["setlinfo"][name]
        for name in ("hifp_pay", "hifmi_pay", "maf_pay", "oth_pay", "psn_cash_pay")
    }


def test_every_layer_of_a_stay_is_paid_exactly(tables: Tables) -> None:
    """J19, J22, M二.1, M二.2: 50,000 yuan, 45,000 in policy, level 2 in Maoming, 低保, by hand:

    basic (45000-500)*0.75 = 33375; critical (45000-33375-2850)*0.85 = 7458.75; assistance
    (11625-7458.75)*0.80 = 3333.00; secondary on what is left 50000-33375-7458.75-3333 = 5833.25,
    above 3000, *0.80 = 2266.60; own 3566.65.
    """
    hospital = Hospital()
    mdtrt_id = hospital.stay("P1")
    given = stay_input("P1", mdtrt_id, bill("50000.00", "45000.00"))
    seen = tables.everything()
    preview = passed(hospital.call("2303", given))
    assert tables.everything() == seen, "a preview writes nothing"
    final = passed(hospital.call("2304", given))
    assert amounts(final) == {
        "hifp_pay": "33375.00",
        "hifmi_pay": "7458.75",
        "maf_pay": "5599.60",
        "oth_pay": "0.00",
        "psn_cash_pay": "3566.65",
    }
    assert amounts(preview) == amounts(final)
    assert preview["setldetail"] == final["setldetail"]
    assert [row["fund_pay_type"] for row in final["setldetail"]] == ["390100", "390200", "610100"]
    assert preview["setlinfo"]["setl_id"] is None
    assert final["setlinfo"]["setl_id"]


def test_the_same_message_again_changes_nothing_and_gives_the_first_answer(tables: Tables) -> None:
    hospital = Hospital()
    given = stay_input("P1", hospital.stay("P1"), bill("50000.00", "45000.00"))
    first = hospital.call("2304", given, msgid="M-1")
    seen = tables.everything()
    again = hospital.call("2304", given, msgid="M-1", inf_time="2021-07-05 10:05:00")
    assert again["output"] == first["output"]
    assert tables.everything() == seen


def test_the_same_msgid_with_other_content_is_refused_naming_the_field(tables: Tables) -> None:
    hospital = Hospital()
    mdtrt_id = hospital.stay("P1")
    passed(
        hospital.call("2304", stay_input("P1", mdtrt_id, bill("50000.00", "45000.00")), msgid="M-1")
    )
    seen = tables.everything()
    refused(
        hospital.call(
            "2304", stay_input("P1", mdtrt_id, bill("50001.00", "45000.00")), msgid="M-1"
        ),
        "MSGID_REUSED",
        "fulamt_ownpay_amt",
    )
    assert tables.everything() == seen


def test_a_stay_is_settled_once_whatever_the_msgid(tables: Tables) -> None:
    hospital = Hospital()
    given = stay_input("P1", hospital.stay("P1"), bill("50000.00", "45000.00"))
    setl_id = passed(hospital.call("2304", given))["setlinfo"]["setl_id"]
    seen = tables.everything()
    assert refused(hospital.call("2304", given), "ALREADY_SETTLED", "mdtrt_id")["id"] == setl_id
    assert tables.everything() == seen


def test_a_reversal_restores_the_year_and_the_books_and_opens_the_stay_again(
    tables: Tables,
) -> None:
    """J32: nothing is changed in the books, the mirror entry is added; the year's totals are
    exactly what they were."""
    hospital = Hospital()
    mdtrt_id = hospital.stay("P1")
    before = people.load("P1", 2020)
    given = stay_input("P1", mdtrt_id, bill("50000.00", "45000.00"))
    final = passed(hospital.call("2304", given))
    assert people.load("P1", 2020).totals(2021).last == final["setlinfo"]["setl_id"]
    back = passed(
        hospital.call(
            "2305", {"mdtrt_id": mdtrt_id, "setl_id": final["setlinfo"]["setl_id"], "psn_no": "P1"}
        )
    )
    assert back["setlinfo"]["medfee_sumamt"] == "-50000.00"
    assert back["setlinfo"]["maf_pay"] == "-5599.60"
    after = people.load("P1", 2020)
    assert after.totals(2021).amounts == before.totals(2021).amounts == {}
    assert after.totals(2021).last == ""
    entries = [*fund.entries("440900", "2021-07"), *fund.entries("440902", "2021-07")]
    assert len(entries) == 2 * len({e.reverses or e.entry_id for e in entries})
    balance: dict[str, int] = {}
    for entry in entries:
        for line in entry.lines:
            balance[line.account.code] = balance.get(line.account.code, 0) + int(line.amount)
    assert set(balance.values()) == {0}
    assert amounts(passed(hospital.call("2304", given))) == amounts(final)


def test_taken_back_twice_is_refused_but_the_same_message_is_answered_again(tables: Tables) -> None:
    hospital = Hospital()
    mdtrt_id = hospital.stay("P1")
    setl_id = passed(hospital.call("2304", stay_input("P1", mdtrt_id, bill("1000.00", "1000.00"))))[
        "setlinfo"
    ]["setl_id"]
    given = {"mdtrt_id": mdtrt_id, "setl_id": setl_id, "psn_no": "P1"}
    first = passed(hospital.call("2305", given, msgid="R-1"))
    seen = tables.everything()
    assert passed(hospital.call("2305", given, msgid="R-1")) == first
    refused(hospital.call("2305", given, msgid="R-2"), "ALREADY_REVERSED", "setl_id")
    refused(
        hospital.call("2304", stay_input("P1", mdtrt_id, bill("1000.00", "1000.00")), msgid="R-1"),
        "MSGID_REUSED",
    )
    assert tables.everything() == seen


def test_what_rests_on_a_settlement_is_taken_back_first(tables: Tables) -> None:
    hospital = Hospital()
    first_stay = hospital.stay("P1", "2021-03-01 09:00:00", "2021-03-09 09:00:00")
    first = passed(
        hospital.call("2304", stay_input("P1", first_stay, bill("20000.00", "18000.00")))
    )["setlinfo"]["setl_id"]
    second_stay = hospital.stay("P1")
    second = passed(
        hospital.call("2304", stay_input("P1", second_stay, bill("20000.00", "18000.00")))
    )["setlinfo"]["setl_id"]
    back = {"mdtrt_id": first_stay, "setl_id": first, "psn_no": "P1"}
    assert refused(hospital.call("2305", back), "REVERSE_LATER_FIRST")["id"] == second
    passed(hospital.call("2305", {"mdtrt_id": second_stay, "setl_id": second, "psn_no": "P1"}))
    passed(hospital.call("2305", back))
    assert people.load("P1", 2020).totals(2021).amounts == {}


def test_2601_takes_back_by_message_and_blocks_what_has_not_come(tables: Tables) -> None:
    hospital = Hospital()
    given = stay_input("P1", hospital.stay("P1"), bill("50000.00", "45000.00"))
    passed(hospital.call("2304", given, msgid="M-1"))
    passed(
        hospital.call("2601", {"psn_no": "P1", "omsgid": "M-1", "oinfno": "2304"}, msgid="C-1"),
        output=False,
    )
    assert people.load("P1", 2020).totals(2021).amounts == {}
    passed(
        hospital.call("2601", {"psn_no": "P1", "omsgid": "M-1", "oinfno": "2304"}, msgid="C-1"),
        output=False,
    )
    refused(
        hospital.call("2601", {"psn_no": "P1", "omsgid": "M-1", "oinfno": "2304"}, msgid="C-2"),
        "ALREADY_REVERSED",
    )
    refused(hospital.call("2304", given, msgid="M-1"), "ALREADY_REVERSED", "msgid")
    early = hospital.call("2601", {"psn_no": "P1", "omsgid": "M-2", "oinfno": "2304"})
    assert passed(early, output=False) is None
    assert "已阻断" in early["warn_msg"]
    refused(hospital.call("2304", given, msgid="M-2"), "MSGID_BLOCKED", "msgid")
    passed(hospital.call("2304", given, msgid="M-3"))


def test_2601_names_what_does_not_fit(tables: Tables) -> None:
    hospital = Hospital()
    passed(
        hospital.call(
            "2304", stay_input("P1", hospital.stay("P1"), bill("1000.00", "1000.00")), msgid="M-1"
        )
    )
    seen = tables.everything()
    refused(
        hospital.call("2601", {"psn_no": "P1", "omsgid": "M-1", "oinfno": "2207"}),
        "ORIGINAL_MISMATCH",
        "oinfno",
    )
    refused(
        hospital.call("2601", {"psn_no": "P2", "omsgid": "M-1", "oinfno": "2304"}),
        "ORIGINAL_MISMATCH",
        "psn_no",
    )
    assert tables.everything() == seen


def test_a_hospital_sees_and_acts_on_its_own_only(tables: Tables) -> None:
    hospital, other = Hospital(MAOMING), Hospital(NANJING)
    mdtrt_id = hospital.stay("P1")
    given = stay_input("P1", mdtrt_id, bill("1000.00", "1000.00"))
    refused(other.call("2304", given), "VISIT_UNKNOWN", "mdtrt_id")
    setl_id = passed(hospital.call("2304", given))["setlinfo"]["setl_id"]
    refused(
        other.call("2305", {"mdtrt_id": mdtrt_id, "setl_id": setl_id, "psn_no": "P1"}),
        "SETTLEMENT_UNKNOWN",
        "setl_id",
    )
    refused(
        other.call("5203", {"psn_no": "P1", "setl_id": setl_id}), "SETTLEMENT_UNKNOWN", "setl_id"
    )
    refused(
        other.call(
            "1101", {"mdtrt_cert_type": "02", "mdtrt_cert_no": "x"}, fixmedins_code=MAOMING.code
        ),
        "FORBIDDEN",
        "fixmedins_code",
    )
    assert (
        passed(hospital.call("5203", {"psn_no": "P1", "setl_id": setl_id}))["setlinfo"]["setl_id"]
        == setl_id
    )


def test_explanation_gives_each_step_with_its_clause_and_replays_identically(
    tables: Tables,
) -> None:
    from medaid.settlement import service

    hospital = Hospital()
    setl_id = passed(
        hospital.call("2304", stay_input("P1", hospital.stay("P1"), bill("50000.00", "45000.00")))
    )["setlinfo"]["setl_id"]
    told = service.explain(setl_id, his(MAOMING.code), NOW)
    assert told["replay"] == "identical"
    assert len(told["sentences"]) == len(told["steps"]) + 2
    assert any("茂民规〔2018〕3号" in line and "二(二)3" in line for line in told["sentences"])
    assert told == service.explain_any(setl_id)
