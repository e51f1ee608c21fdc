"""A pharmacy's sale: previewed (2101), settled with its lines in one transaction (2102), taken back
(2103, 2601). Issue: the hospital's door, 2 (pharmacies, M二.2)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from tests.catalogue.office import HERB, MEDICINE, WORK_INJURY, published
from tests.conftest import Tables
from tests.people.samples import insurance
from tests.settlement.hospital import Hospital, contracted, his, known_person, passed, refused

from medaid.aws.transaction import commit
from medaid.catalogue import store as catalogue_store
from medaid.instants import civil_date
from medaid.people import service as people
from medaid.settlement import outcomes, service, store
from medaid.settlement.model import Institution

NOW = datetime(2024, 7, 5, 2, 0, tzinfo=UTC)
PHARMACY = Institution("P32010500001", "南京市某药店", "320105", "1")
OTHER = Institution("P32010500002", "南京市另一药店", "320105", "1")
AT = "2024-07-04 15:00:00"


def send(body: bytes, institution: str) -> tuple[int, dict[str, Any]]:
    return service.answer(body, his(institution), NOW, lambda: NOW)


@pytest.fixture(autouse=True)
def _world(tables: Tables) -> Iterator[None]:
    catalogue_store.forget()
    contracted(PHARMACY, OTHER)
    known_person("P1", insured=(insurance(date(2018, 1, 1), admdvs="320100"),))
    known_person("P2", serial=2, insured=(insurance(date(2018, 1, 1), admdvs="320100"),))
    published("320100")
    yield
    catalogue_store.forget()


@pytest.fixture
def shop() -> Hospital:
    return Hospital(PHARMACY, "320100", send, prefix="20240705100000")


def drug(number: str, code: str = MEDICINE, cnt: str = "2", pric: str = "15.50") -> dict[str, str]:
    amount = f"{float(cnt) * float(pric):.2f}"
    return {
        "feedetl_sn": number,
        "fee_ocur_time": AT,
        "med_list_codg": code,
        "medins_list_codg": f"L-{code}",
        "det_item_fee_sumamt": amount,
        "cnt": cnt,
        "pric": pric,
        "rxno": "RX-1",
        "rx_circ_flag": "0",
    }


SALE = {
    "psn_no": "P1",
    "mdtrt_cert_type": "02",
    "mdtrt_cert_no": "x",
    "begntime": AT,
    "medfee_sumamt": "51.00",
    "insutype": "390",
    "med_type": "41",
    "acct_used_flag": "0",
}
DRUGS = [drug("1"), drug("2", WORK_INJURY, "1", "20.00")]


def end_today(institution: Institution) -> None:
    """The agreement ends on the day of the tests, as two people decided."""
    version, record = store.read_institution(institution.code)
    assert record is not None
    ended = replace(record.versions[-1], effective=civil_date(NOW), active=False)
    commit(store.replace_institution(version, replace(record, versions=(*record.versions, ended))))
    store.forget()


def sell(
    shop: Hospital, *drugs: dict[str, str], infno: str = "2102", msgid: str = "", **more: Any
) -> dict[str, Any]:
    envelope = shop.envelope(infno, {**SALE, **more}, msgid, "druginfo")
    envelope["input"]["drugdetail"] = list(drugs or DRUGS)
    return shop.post(envelope)


def test_a_sale_is_split_and_settled_by_one_message(shop: Hospital) -> None:
    """31.00 in the list, 20.00 class 丙; Nanjing's documents say nothing of pharmacies, and the
    answer says so."""
    answer = sell(shop)
    output = passed(answer)
    info = output["setlinfo"]
    assert (info["medfee_sumamt"], info["inscp_scp_amt"]) == ("51.00", "31.00")
    assert (info["fulamt_ownpay_amt"], info["psn_cash_pay"]) == ("20.00", "51.00")
    assert info["clr_type"] == "41"
    assert info["setl_id"]
    assert [row["feedetl_sn"] for row in output["detlcutinfo"]] == ["1", "2"]
    assert output["detlcutinfo"][1]["fulamt_ownpay_amt"] == "20.00"
    assert answer["warn_msg"]
    assert people.load("P1", 2024).visits == (), "a sale never stands open"
    asked = {"psn_no": "P1", "mdtrt_id": info["mdtrt_id"]}
    rows = passed(shop.call("5204", asked))["feedetail"]
    assert {row["setl_id"] for row in rows} == {info["setl_id"]}


def test_a_preview_writes_nothing_and_says_the_same(shop: Hospital, tables: Tables) -> None:
    seen = tables.everything()
    preview = passed(sell(shop, infno="2101"))
    assert tables.everything() == seen
    final = passed(sell(shop))
    assert preview["setlinfo"]["setl_id"] is None
    assert preview["detlcutinfo"] == final["detlcutinfo"]
    for name in ("medfee_sumamt", "psn_part_amt", "fund_pay_sumamt", "inscp_scp_amt"):
        assert preview["setlinfo"][name] == final["setlinfo"][name]


def test_sent_again_it_is_one_sale_and_changed_it_is_refused(
    shop: Hospital, tables: Tables
) -> None:
    first = passed(sell(shop, msgid="D-1"))
    seen = tables.everything()
    assert passed(sell(shop, msgid="D-1")) == first
    assert tables.everything() == seen
    other = [drug("1", cnt="3"), drug("2", WORK_INJURY, "1", "4.50")]
    refused(sell(shop, *other, msgid="D-1"), "MSGID_REUSED", "drugdetail")
    refused(sell(shop, msgid="D-1", psn_no="P2"), "MSGID_REUSED", "psn_no")


def test_a_sale_is_taken_back_once_and_nothing_stays_open(shop: Hospital) -> None:
    before = people.load("P1", 2024).totals(2024).amounts
    info = passed(sell(shop, msgid="D-1"))["setlinfo"]
    back = {"setl_id": info["setl_id"], "mdtrt_id": info["mdtrt_id"], "psn_no": "P1"}
    undone = passed(shop.call("2103", back, msgid="R-1"))["setlinfo"]
    assert (undone["medfee_sumamt"], undone["psn_cash_pay"]) == ("-51.00", "-51.00")
    assert passed(shop.call("2103", back, msgid="R-1"))["setlinfo"] == undone
    refused(shop.call("2103", back), "ALREADY_REVERSED", "setl_id")
    refused(sell(shop, msgid="D-1"), "ALREADY_REVERSED", "msgid")
    file = people.load("P1", 2024)
    assert file.visits == ()
    assert file.totals(2024).amounts == before
    again = passed(sell(shop))["setlinfo"]
    assert again["setl_id"] != info["setl_id"]


def test_2601_takes_a_sale_back_or_blocks_it(shop: Hospital) -> None:
    passed(sell(shop, msgid="D-1"))
    undo = {"psn_no": "P1", "omsgid": "D-1", "oinfno": "2102"}
    passed(shop.call("2601", undo), output=False)
    refused(sell(shop, msgid="D-1"), "ALREADY_REVERSED", "msgid")
    passed(shop.call("2601", undo | {"omsgid": "D-2"}), output=False)
    refused(sell(shop, msgid="D-2"), "MSGID_BLOCKED", "msgid")
    assert people.load("P1", 2024).visits == ()


def test_a_sale_is_no_visit_and_another_pharmacy_does_not_see_it(shop: Hospital) -> None:
    info = passed(sell(shop))["setlinfo"]
    back = {"setl_id": info["setl_id"], "mdtrt_id": info["mdtrt_id"], "psn_no": "P1"}
    refused(shop.call("2208", back), "ORIGINAL_MISMATCH", "infno")
    other = Hospital(OTHER, "320100", send)
    refused(other.call("2103", back), "SETTLEMENT_UNKNOWN", "setl_id")
    refused(shop.call("2103", back | {"psn_no": "P2"}), "ORIGINAL_MISMATCH", "psn_no")
    batch = {"chrg_bchno": "B2", "psn_setlway": "01", "mdtrt_id": info["mdtrt_id"]}
    sent = {**SALE, **batch, "med_type": "11"}
    refused(shop.call("2207", sent), "VISIT_UNKNOWN", "mdtrt_id")
    described = {"psn_no": "P1", "mdtrt_id": info["mdtrt_id"], "med_type": "11", "begntime": AT}
    refused(shop.call("2203", described, node="mdtrtinfo"), "VISIT_UNKNOWN", "mdtrt_id")
    passed(shop.call("2103", back))


@pytest.mark.parametrize(
    ("wrong", "code", "field"),
    [
        ({"medfee_sumamt": "50.99"}, "AMOUNT_SUM", "medfee_sumamt"),
        ({"med_type": "21"}, "CODE_UNKNOWN", "med_type"),
        ({"med_type": "11"}, "CODE_UNKNOWN", "med_type"),
        ({"insutype": "310"}, "NOT_INSURED", "insutype"),
        ({"psn_no": "P9"}, "PERSON_UNKNOWN", "psn_no"),
        ({"begntime": "2024-07-06 15:00:00"}, "DATE_FUTURE", "begntime"),
        ({"acct_pay": "1.00"}, "FIELD_FORMAT", "acct_pay"),
    ],
    ids=str,
)
def test_a_wrong_sale_is_refused_and_writes_nothing(
    shop: Hospital, tables: Tables, wrong: dict[str, str], code: str, field: str
) -> None:
    seen = tables.everything()
    refused(sell(shop, msgid="D-1", **wrong), code, field)
    assert tables.everything() == seen
    passed(sell(shop, msgid="D-1"))


@pytest.mark.parametrize(
    ("drugs", "code", "field"),
    [
        ([drug("1"), drug("1")], "FIELD_FORMAT", "feedetl_sn"),
        ([drug("1") | {"cnt": "-2"}], "FIELD_FORMAT", "cnt"),
        ([drug("1") | {"det_item_fee_sumamt": "31.01"}], "AMOUNT_SUM", "det_item_fee_sumamt"),
        ([drug("1") | {"fee_ocur_time": "2024-07-09 10:00:00"}], "DATE_FUTURE", "fee_ocur_time"),
        ([drug("1") | {"pric": ""}], "FIELD_REQUIRED", "pric"),
        ([drug(str(i)) for i in range(61)], "FIELD_FORMAT", "drugdetail"),
    ],
    ids=["twice", "negative", "sum", "future", "no price", "too many"],
)
def test_wrong_lines_are_refused(
    shop: Hospital, drugs: list[dict[str, str]], code: str, field: str
) -> None:
    refused(sell(shop, *drugs), code, field)


def test_what_became_of_a_sale_is_told_with_its_lines(shop: Hospital) -> None:
    """A pharmacy whose call was not answered gets the split of each line too."""
    sold = passed(sell(shop, msgid="D-1"))
    asked = outcomes.outcome_of_message("D-1", his(PHARMACY.code), NOW).output
    assert (asked["message"]["outcome"], asked["message"]["infno"]) == ("done", "2102")
    assert asked["setlinfo"]["setl_id"] == sold["setlinfo"]["setl_id"]
    assert asked["detlcutinfo"] == sold["detlcutinfo"]
    back = {"psn_no": "P1", "omsgid": "D-1", "oinfno": "2102"}
    passed(shop.call("2601", back), output=False)
    asked = outcomes.outcome_of_message("D-1", his(PHARMACY.code), NOW).output
    assert asked["message"]["outcome"] == "undone"
    assert outcomes.outcome_of_message("D-1", his(OTHER.code), NOW).output["message"] == {
        "msgid": "D-1",
        "outcome": "unknown",
    }


def test_fee_totals_of_a_sale_sum_to_it_as_those_of_a_visit(shop: Hospital) -> None:
    def sent(amount: str) -> dict[str, Any]:
        envelope = shop.envelope("2102", SALE, node="druginfo")
        envelope["input"]["drugdetail"] = DRUGS
        envelope["input"]["feestt"] = [{"med_chrgitm_type": "09", "item_sumamt": amount}]
        return shop.post(envelope)

    refused(sent("50.99"), "AMOUNT_SUM", "feestt")
    setl_id = passed(sent("51.00"))["setlinfo"]["setl_id"]
    assert service.get_settlement(setl_id).decision.fees == {"09": 5100}


def test_sixty_lines_are_one_transaction(shop: Hospital) -> None:
    drugs = [drug(str(number), HERB, "1", "1.00") for number in range(60)]
    output = passed(sell(shop, *drugs, medfee_sumamt="60.00"))
    assert len(output["detlcutinfo"]) == 60
    assert output["setlinfo"]["inscp_scp_amt"] == "60.00"


def test_a_sale_without_lines_or_catalogue_is_refused(shop: Hospital) -> None:
    envelope = shop.envelope("2102", SALE, node="druginfo")
    refused(shop.post(envelope), "ENVELOPE", "drugdetail")
    early = {"begntime": "2020-07-04 15:00:00"}
    old = [row | {"fee_ocur_time": "2020-07-04 15:00:00"} for row in DRUGS]
    refused(sell(shop, *old, **early), "NO_CATALOGUE", "")


def test_a_pharmacy_whose_agreement_ended_sells_nothing_and_takes_back(
    shop: Hospital, tables: Tables
) -> None:
    """J37. A sale of a day before the end is one that begins today; what was sold stands."""
    sold = passed(sell(shop, msgid="D-1"))
    end_today(PHARMACY)
    seen = tables.everything()
    for infno in ("2101", "2102"):
        rule = refused(sell(shop, infno=infno), "INSTITUTION_UNKNOWN", "fixmedins_code")["rule"]
        assert "终止" in rule
    assert tables.everything() == seen
    assert passed(sell(shop, msgid="D-1")) == sold
    info = sold["setlinfo"]
    back = {"setl_id": info["setl_id"], "mdtrt_id": info["mdtrt_id"], "psn_no": "P1"}
    passed(shop.call("2103", back))
