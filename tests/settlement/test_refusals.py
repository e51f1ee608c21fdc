"""Bad input: infcode -1 with a sentence that names the field and the rule, nothing written, never a
500.

Each refusal stands beside the nearest thing that is accepted, so that neither can pass by refusing
or accepting everything.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, NamedTuple

import pytest
from tests.conftest import Tables
from tests.people.samples import insurance
from tests.settlement.hospital import (
    MAOMING,
    NOW,
    Hospital,
    admission,
    bill,
    contracted,
    direct,
    his,
    known_person,
    living_allowance,
    passed,
    refused,
    stay_input,
    visit_input,
)

from medaid.people import service as people
from medaid.settlement import service
from medaid.settlement.model import Institution

Given = dict[str, Any]


@pytest.fixture(autouse=True)
def _world(tables: Tables) -> None:
    contracted()
    known_person("P1", living_allowance())


class Wrong(NamedTuple):
    """One field changed; `right` is the nearest value that passes."""

    field: str
    value: Any
    code: str
    right: Any


AMOUNTS = [
    Wrong("medfee_sumamt", "50000.01", "AMOUNT_SUM", "50000.00"),
    Wrong("inscp_scp_amt", "44999.99", "AMOUNT_SUM", "45000.00"),
    Wrong("fulamt_ownpay_amt", "-5000.00", "AMOUNT_NEGATIVE", "5000.00"),
    Wrong("preselfpay_amt", "-0.01", "AMOUNT_NEGATIVE", "0"),
    Wrong("medfee_sumamt", "100000000000000.00", "AMOUNT_TOO_LONG", "50000.00"),
    Wrong("medfee_sumamt", "50000.001", "AMOUNT_FORMAT", "50000.0"),
    Wrong("medfee_sumamt", "五万", "AMOUNT_FORMAT", "50000"),
    Wrong("medfee_sumamt", "1e5", "AMOUNT_SUM", "5e4"),
    Wrong("medfee_sumamt", "NaN", "AMOUNT_FORMAT", 50000),
    Wrong("medfee_sumamt", True, "AMOUNT_FORMAT", "50000.00"),
    Wrong("medfee_sumamt", None, "FIELD_REQUIRED", "50000.00"),
    Wrong("overlmt_selfpay", {}, "AMOUNT_FORMAT", "0.00"),
]
FIELDS = [
    Wrong("psn_no", "P9", "PERSON_UNKNOWN", "P1"),
    Wrong("psn_no", "", "FIELD_REQUIRED", "P1"),
    Wrong("psn_no", "P" * 31, "FIELD_TOO_LONG", "P1"),
    Wrong("psn_no", "P#1", "FIELD_FORMAT", "P1"),
    Wrong("insutype", "310", "FIELD_FORMAT", "390"),
    Wrong("mid_setl_flag", "1", "VISIT_STATE", "0"),
    Wrong("mid_setl_flag", "2", "CODE_UNKNOWN", "0"),
    Wrong("dscgTime", "2021-06-29", "FIELD_FORMAT", "2021-06-30"),
    Wrong("dscgTime", "30/06/2021", "FIELD_FORMAT", "2021-06-30"),
    Wrong("mdtrt_id", "440900V2021AAAAAAAAAAAAAAAAAA", "VISIT_UNKNOWN", None),
    Wrong(
        "exp_content",
        {"othpay": [{"type": "lottery", "amt": "1"}]},
        "CODE_UNKNOWN",
        {"othpay": [{"type": "donation", "amt": "1"}]},
    ),
    Wrong(
        "exp_content",
        {"othpay": [{"type": "donation", "amt": "-1"}]},
        "AMOUNT_NEGATIVE",
        '{"othpay":[{"type":"commercial","amt":"1"}]}',
    ),
    Wrong(
        "exp_content",
        {"facts": {"cause": "fate"}},
        "CODE_UNKNOWN",
        {"facts": {"cause": "accident"}},
    ),
    Wrong(
        "exp_content", {"facts": {"age": "17"}}, "FIELD_UNKNOWN", {"facts": {"transfer": "none"}}
    ),
    Wrong("exp_content", {"othpay": [{"type": [], "amt": "1"}]}, "CODE_UNKNOWN", None),
    Wrong("exp_content", {"othpay": [{"type": "donation", "amt": {}}]}, "AMOUNT_FORMAT", None),
    Wrong("exp_content", {"given": {"hifp_pay": None}}, "AMOUNT_FORMAT", None),
    Wrong("exp_content", {"facts": {"cause": []}}, "CODE_UNKNOWN", None),
    Wrong("exp_content", {"othpay": "1000"}, "FIELD_FORMAT", "free text of the hospital's own"),
]


@pytest.mark.parametrize("wrong", AMOUNTS + FIELDS, ids=lambda w: f"{w.field}={str(w.value)[:24]}")
def test_one_wrong_field_is_refused_by_name_and_the_right_one_passes(
    tables: Tables, wrong: Wrong
) -> None:
    hospital = Hospital()
    given = stay_input("P1", hospital.stay("P1"), bill("50000.00", "45000.00"))
    seen = tables.everything()
    info = refused(
        hospital.call("2304", {**given, wrong.field: wrong.value}, msgid="M-1"),
        wrong.code,
        "" if wrong.code == "AMOUNT_SUM" else wrong.field,
    )
    assert info["rule"]
    assert tables.everything() == seen, "a refusal writes nothing"
    right = given if wrong.right is None else {**given, wrong.field: wrong.right}
    passed(hospital.call("2304", right, msgid="M-1"))  # a refused request does not burn its key


HEADS = [
    Wrong("infno", "9999", "INFNO_UNKNOWN", "2304"),
    Wrong("infno", "", "FIELD_REQUIRED", "2304A"),
    Wrong("msgid", "M" * 31, "FIELD_TOO_LONG", "M" * 30),
    Wrong("insuplc_admdvs", "", "FIELD_REQUIRED", "440900"),
    Wrong("insuplc_admdvs", "320100", "NOT_INSURED", "440902"),
    Wrong("fixmedins_code", "H44090200002", "FORBIDDEN", MAOMING.code),
    Wrong("inf_time", "今天", "FIELD_FORMAT", "2021-07-05 10:00:00"),
    Wrong("input", [], "ENVELOPE", None),
    Wrong("input", {"data": None}, "ENVELOPE", None),
]


@pytest.mark.parametrize("wrong", HEADS, ids=lambda w: f"{w.field}={str(w.value)[:24]}")
def test_a_wrong_envelope_is_refused_by_name_and_the_right_one_passes(
    tables: Tables, wrong: Wrong
) -> None:
    hospital = Hospital()
    envelope = hospital.envelope(
        "2304", stay_input("P1", hospital.stay("P1"), bill("50000.00", "45000.00"))
    )
    seen = tables.everything()
    refused(hospital.post({**envelope, wrong.field: wrong.value}), wrong.code)
    assert tables.everything() == seen
    passed(
        hospital.post(envelope if wrong.right is None else {**envelope, wrong.field: wrong.right})
    )


BODIES: list[tuple[str, bytes, str]] = [
    ("not JSON", b"<xml/>", "ENVELOPE"),
    ("cut off", b'{"infno":"2304","in', "ENVELOPE"),
    ("not UTF-8", "医保".encode("gb18030"), "ENVELOPE"),
    ("a list", b"[]", "ENVELOPE"),
    ("nothing", b"", "ENVELOPE"),
    ("a number that is none", b'{"infno":NaN}', "ENVELOPE"),
    ("deep", b'{"a":' * 60_000 + b"1" + b"}" * 60_000, "ENVELOPE"),
    ("ten megabytes", b'{"infno":"2304","x":"' + b"y" * 10_000_000 + b'"}', "BODY_TOO_LARGE"),
    ("a field twice", b'{"infno":"2304","infno":"2305"}', "ENVELOPE"),
]


@pytest.mark.parametrize(
    ("body", "code"), [(b, c) for _, b, c in BODIES], ids=[name for name, _, _ in BODIES]
)
def test_what_is_no_message_is_answered_as_one(tables: Tables, body: bytes, code: str) -> None:
    seen = tables.everything()
    status, answer = direct(body, MAOMING.code)
    refused({**answer, "http": status}, code)
    assert tables.everything() == seen
    assert json.dumps(answer, ensure_ascii=False)


def test_a_token_without_institution_is_let_in_nowhere(tables: Tables) -> None:
    body = json.dumps(
        Hospital().envelope("1101", {"mdtrt_cert_type": "02", "mdtrt_cert_no": "x"})
    ).encode()
    status, answer = service.answer(body, his(""), NOW, lambda: NOW)
    refused({**answer, "http": status}, "FORBIDDEN")


DATES = [
    ("2021-07-01 09:00:00", "2021-06-30 09:00:00", "DATE_ORDER", "endtime"),
    ("2021-06-20 09:00:00", "2021-07-06 09:00:00", "DATE_FUTURE", "endtime"),
]


@pytest.mark.parametrize(("begin", "end", "code", "field"), DATES)
def test_dates_reversed_or_to_come_are_refused(
    tables: Tables, begin: str, end: str, code: str, field: str
) -> None:
    hospital = Hospital()
    mdtrt_id = hospital.admit("P1", begin)
    given = {
        "mdtrt_id": mdtrt_id,
        "psn_no": "P1",
        "insutype": "390",
        "endtime": end,
        "dscg_way": "1",
    }
    refused(hospital.call("2402", given, node="dscginfo"), code, field)
    passed(
        hospital.call("2402", {**given, "endtime": "2021-07-02 09:00:00"}, node="dscginfo"),
        output=False,
    )


def test_admission_to_come_is_refused(tables: Tables) -> None:
    given = admission("P1", "2021-07-06 00:00:00")
    refused(Hospital().call("2401", given, node="mdtrtinfo"), "DATE_FUTURE", "begntime")
    passed(Hospital().call("2401", {**given, "begntime": "2021-07-05 00:00:00"}, node="mdtrtinfo"))


def test_a_second_open_stay_is_refused_until_the_first_has_ended(tables: Tables) -> None:
    hospital = Hospital()
    first = hospital.admit("P1")
    given = admission("P1", "2021-07-01 09:00:00")
    assert refused(hospital.call("2401", given, node="mdtrtinfo"), "VISIT_OVERLAP")["id"] == first
    hospital.discharge("P1", first)
    passed(hospital.call("2401", given, node="mdtrtinfo"))


def test_a_stay_goes_on_only_where_no_other_is_open(tables: Tables) -> None:
    """Nobody lies in two hospitals, by 2405 as little as by 2401."""
    hospital = Hospital()
    first = hospital.stay("P1")
    second = hospital.admit("P1", "2021-07-01 09:00:00")
    on = {"mdtrt_id": first, "psn_no": "P1"}
    seen = tables.everything()
    answer = refused(hospital.call("2405", on), "VISIT_OVERLAP", "mdtrt_id")
    assert answer["id"] == second
    assert tables.everything() == seen
    passed(hospital.call("2405", {**on, "mdtrt_id": second}), output=False)
    hospital.discharge("P1", second, "2021-07-02 09:00:00")
    passed(hospital.call("2405", on), output=False)


@pytest.mark.parametrize("infno", ["2305", "2601"])
def test_a_settlement_taken_back_opens_no_stay_beside_another(tables: Tables, infno: str) -> None:
    """A stay that was settled without 2402 has ended on the day that was settled: it comes back as
    ended, while its person lies elsewhere, and goes on by 2405 only where no other stay is open."""
    hospital = Hospital()
    first = hospital.admit("P1")
    given = stay_input("P1", first, bill("1000.00", "900.00"), dscgTime="2021-06-28")
    setl_id = passed(hospital.call("2304", given, msgid="S-1"))["setlinfo"]["setl_id"]
    second = hospital.admit("P1", "2021-07-01 09:00:00")
    if infno == "2305":
        passed(hospital.call("2305", {"mdtrt_id": first, "setl_id": setl_id, "psn_no": "P1"}))
    else:
        taken = {"psn_no": "P1", "omsgid": "S-1", "oinfno": "2304"}
        passed(hospital.call("2601", taken), output=False)
    open_stays = [one.mdtrt_id for one in people.load("P1", 2020).visits if one.end is None]
    assert open_stays == [second]
    on = {"mdtrt_id": first, "psn_no": "P1"}
    assert refused(hospital.call("2405", on), "VISIT_OVERLAP", "mdtrt_id")["id"] == second
    late = {**given, "dscgTime": "2021-06-29"}
    assert "2402" in refused(hospital.call("2304", late), "FIELD_FORMAT", "dscgTime")["rule"]
    hospital.discharge("P1", first, "2021-06-29 09:00:00")
    passed(hospital.call("2304", late))


def test_a_stay_comes_back_ended_and_goes_on_where_no_other_is_open(tables: Tables) -> None:
    hospital = Hospital()
    first = hospital.admit("P1")
    given = stay_input("P1", first, bill("1000.00", "900.00"), dscgTime="2021-06-28")
    setl_id = passed(hospital.call("2304", given))["setlinfo"]["setl_id"]
    passed(hospital.call("2305", {"mdtrt_id": first, "setl_id": setl_id, "psn_no": "P1"}))
    (visit,) = people.load("P1", 2020).visits
    assert visit.end == date(2021, 6, 28)
    passed(hospital.call("2405", {"mdtrt_id": first, "psn_no": "P1"}), output=False)
    passed(hospital.call("2304", {**given, "dscgTime": "2021-06-30"}))


def test_a_maternity_stay_is_a_stay_and_an_outpatient_birth_is_none(tables: Tables) -> None:
    hospital = Hospital()
    hospital.visit("P1")
    first = hospital.admit("P1", med_type="52")
    given = admission("P1", "2021-07-01 09:00:00")
    assert refused(hospital.call("2401", given, node="mdtrtinfo"), "VISIT_OVERLAP")["id"] == first
    hospital.discharge("P1", first)
    passed(hospital.call("2401", given, node="mdtrtinfo"))


INSURED: list[tuple[str, tuple[Any, ...]]] = [
    ("never", ()),
    ("another kind", (insurance(date(2018, 1, 1), insutype="310"),)),
    ("elsewhere", (insurance(date(2018, 1, 1), admdvs="320100"),)),
    ("suspended", (insurance(date(2018, 1, 1), status="2"),)),
    ("begun after admission", (insurance(date(2021, 6, 21)),)),
    ("ended before admission", (insurance(date(2018, 1, 1), end=date(2021, 6, 19)),)),
]


@pytest.mark.parametrize(
    "insured", [rows for _, rows in INSURED], ids=[name for name, _ in INSURED]
)
def test_who_is_not_insured_that_day_is_refused_at_the_counter(
    tables: Tables, insured: tuple[Any, ...]
) -> None:
    """Right money, 24."""
    known_person("P2", serial=2, insured=insured)
    given = admission("P2", "2021-06-20 09:00:00")
    seen = tables.everything()
    refused(Hospital().call("2401", given, node="mdtrtinfo"), "NOT_INSURED", "insutype")
    assert tables.everything() == seen
    passed(Hospital().call("2401", {**given, "psn_no": "P1"}, node="mdtrtinfo"))


REGIONS = [
    ("no packs at all", "110100", "2021-06-20 09:00:00", "REGION_UNKNOWN"),
    ("before the first pack", "440900", "2017-12-20 09:00:00", "NO_POLICY"),
]


@pytest.mark.parametrize(
    ("admdvs", "begin", "code"), [r[1:] for r in REGIONS], ids=[r[0] for r in REGIONS]
)
def test_without_policy_nothing_is_settled(
    tables: Tables, admdvs: str, begin: str, code: str
) -> None:
    known_person("P3", serial=3, insured=(insurance(date(2010, 1, 1), admdvs=admdvs),))
    hospital = Hospital(home=admdvs)
    mdtrt_id = hospital.stay("P3", begin, begin.replace("20 09", "28 09"))
    seen = tables.everything()
    info = refused(
        hospital.call("2304", stay_input("P3", mdtrt_id, bill("1000.00", "1000.00"))),
        code,
        "insuplc_admdvs",
    )
    assert admdvs in info["rule"]
    assert tables.everything() == seen


EXPIRY = [("2021-12-24 09:00:00", None), ("2021-12-25 09:00:00", "POLICY_EXPIRED")]


@pytest.mark.parametrize(("end", "code"), EXPIRY)
def test_the_day_the_plan_runs_out_and_the_day_after(
    tables: Tables, end: str, code: str | None
) -> None:
    """茂民规〔2018〕3号 五(三): three years from 2018-12-25. An expired plan is said, not taken as
    zero; the uncovered insured are not held up."""

    def later(body: Any, institution: str) -> Any:
        return service.answer(body, his(institution), NOW.replace(year=2022), lambda: NOW)

    known_person("P4", serial=4)
    hospital = Hospital(send=later)
    for psn_no in ("P1", "P4"):
        mdtrt_id = hospital.stay(psn_no, "2021-12-20 09:00:00", end)
        answer = hospital.call("2304", stay_input(psn_no, mdtrt_id, bill("1000.00", "1000.00")))
        if code and psn_no == "P1":
            assert "茂民规〔2018〕3号" in refused(answer, code)["rule"]
        else:
            passed(answer)


def test_an_unknown_institution_is_refused(tables: Tables) -> None:
    stranger = Hospital(Institution("H99999900001", "无协议医院", "440902", "2"))
    given = admission("P1", "2021-06-20 09:00:00")
    refused(stranger.call("2401", given, node="mdtrtinfo"), "INSTITUTION_UNKNOWN", "fixmedins_code")


REVERSALS: list[tuple[str, Callable[[str, str], Mapping[str, Any]], str]] = [
    (
        "nothing there",
        lambda _s, m: {"setl_id": "440900SXXXX", "mdtrt_id": m, "psn_no": "P1"},
        "SETTLEMENT_UNKNOWN",
    ),
    (
        "another person",
        lambda s, m: {"setl_id": s, "mdtrt_id": m, "psn_no": "P2"},
        "ORIGINAL_MISMATCH",
    ),
    (
        "another visit",
        lambda s, _m: {"setl_id": s, "mdtrt_id": "V", "psn_no": "P1"},
        "ORIGINAL_MISMATCH",
    ),
]


@pytest.mark.parametrize(
    ("given", "code"), [r[1:] for r in REVERSALS], ids=[r[0] for r in REVERSALS]
)
def test_taking_back_what_does_not_fit_is_refused(
    tables: Tables, given: Callable[[str, str], Mapping[str, Any]], code: str
) -> None:
    hospital = Hospital()
    mdtrt_id = hospital.stay("P1")
    setl_id = passed(hospital.call("2304", stay_input("P1", mdtrt_id, bill("1000.00", "1000.00"))))[
        "setlinfo"
    ]["setl_id"]
    seen = tables.everything()
    refused(hospital.call("2305", given(setl_id, mdtrt_id)), code)
    refused(
        hospital.call("2208", {"setl_id": setl_id, "mdtrt_id": mdtrt_id, "psn_no": "P1"}),
        "ORIGINAL_MISMATCH",
        "infno",
    )
    assert tables.everything() == seen
    passed(hospital.call("2305", {"setl_id": setl_id, "mdtrt_id": mdtrt_id, "psn_no": "P1"}))


def test_outpatient_batches_of_one_visit_are_settled_once_each(tables: Tables) -> None:
    """N2, J22: each charge batch once; a further batch of the same visit is another settlement."""
    hospital = Hospital()
    mdtrt_id = hospital.visit("P1")
    given = visit_input("P1", mdtrt_id, bill("100.00", "100.00"))
    first = passed(hospital.call("2207", given))
    refused(hospital.call("2207", given), "ALREADY_SETTLED")
    second = passed(hospital.call("2207", {**given, "chrg_bchno": "B2"}))
    assert first["setlinfo"]["setl_id"] != second["setlinfo"]["setl_id"]
    refused(
        hospital.call("2304", stay_input("P1", mdtrt_id, bill("100.00", "100.00"))), "VISIT_UNKNOWN"
    )
    back = {"setl_id": second["setlinfo"]["setl_id"], "mdtrt_id": mdtrt_id, "psn_no": "P1"}
    passed(hospital.call("2208", back))
    again = passed(hospital.call("2207", {**given, "chrg_bchno": "B2"}))
    assert again["setlinfo"]["maf_pay"] == second["setlinfo"]["maf_pay"]


def test_personal_data_never_stands_in_an_error(tables: Tables) -> None:
    hospital = Hospital()
    secret = "44090019800101123X"
    answer = hospital.call("1101", {"mdtrt_cert_type": "02", "mdtrt_cert_no": secret})
    assert answer["infcode"] == -1
    assert secret not in json.dumps(answer)


FEES = [
    (
        "sums to another total",
        [{"med_chrgitm_type": "09", "item_sumamt": "49999.99"}],
        "AMOUNT_SUM",
    ),
    (
        "a class twice",
        [
            {"med_chrgitm_type": "09", "item_sumamt": "25000"},
            {"med_chrgitm_type": "09", "item_sumamt": "25000"},
        ],
        "FIELD_FORMAT",
    ),
    ("a negative class", [{"med_chrgitm_type": "09", "item_sumamt": "-1"}], "AMOUNT_NEGATIVE"),
    ("no list", {"09": "50000"}, "FIELD_FORMAT"),
]


@pytest.mark.parametrize(("rows", "code"), [f[1:] for f in FEES], ids=[f[0] for f in FEES])
def test_fee_totals_by_class_sum_to_the_bill(tables: Tables, rows: Any, code: str) -> None:
    """X6, X10 (人社部发〔2016〕120号 (六)(十)): totals by national fee class come with the
    settlement."""
    hospital = Hospital()
    envelope = hospital.envelope(
        "2304", stay_input("P1", hospital.stay("P1"), bill("50000.00", "45000.00"))
    )
    seen = tables.everything()
    refused(
        hospital.post({**envelope, "input": {**envelope["input"], "feestt": rows}}),
        code,
        "feestt" if code == "AMOUNT_SUM" else "",
    )
    assert tables.everything() == seen
    right = [
        {"med_chrgitm_type": "09", "item_sumamt": "30000.00"},
        {"med_chrgitm_type": "06", "item_sumamt": "20000.00"},
    ]
    passed(hospital.post({**envelope, "input": {**envelope["input"], "feestt": right}}))


def test_between_provinces_the_fee_totals_must_be_there(tables: Tables) -> None:
    """X6: cross-province the home place calculates from the totals by class."""
    away = Institution("H11010100001", "北京某医院", "110101", "3")
    contracted(MAOMING, away)
    hospital = Hospital(away)
    envelope = hospital.envelope(
        "2304", stay_input("P1", hospital.stay("P1"), bill("1000.00", "1000.00"))
    )
    refused(hospital.post(envelope), "FIELD_REQUIRED", "feestt")
    passed(
        hospital.post(
            {
                **envelope,
                "input": {
                    **envelope["input"],
                    "feestt": [{"med_chrgitm_type": "09", "item_sumamt": "1000.00"}],
                },
            }
        )
    )


def test_an_account_that_is_not_ours_is_said_not_used(tables: Tables) -> None:
    hospital = Hospital()
    answer = hospital.call(
        "2304",
        stay_input("P1", hospital.stay("P1"), bill("1000.00", "1000.00"), acct_used_flag="1"),
    )
    assert passed(answer)["setlinfo"]["acct_pay"] == "0.00"
    assert "个人账户" in answer["warn_msg"]
