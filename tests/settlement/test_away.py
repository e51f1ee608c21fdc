"""Away from home: the treatment place says what is in scope, the insured region's policy prices it
(X9); and a stay that was registered late is flagged (Q5.4)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from tests.conftest import Tables
from tests.people.samples import identity, insurance
from tests.settlement.hospital import (
    MAOMING,
    NANJING,
    NOW,
    Hospital,
    admission,
    bill,
    contracted,
    his,
    known_person,
    passed,
    settlement_events,
    stay_input,
)
from tests.settlement.visiting import NANNING

from medaid.aws.transaction import commit
from medaid.clearing import projector
from medaid.clearing import store as clearing
from medaid.clearing.hospital.files import LineFile
from medaid.clearing.model import items_of
from medaid.people import service as people
from medaid.people.model import Filing
from medaid.settlement import rules, service
from medaid.settlement.model import LATE as LATE_NOTE
from medaid.settlement.model import Institution

QINAN = Institution("H62052200001", "秦安县人民医院", "620522", "2")


@pytest.mark.parametrize(
    ("home", "med_type", "in_scope", "paid"),
    [
        ("440900", "21", "30000.00", "13050.00"),  # Maoming, unreferred: (30000-1000)*45 %
        ("440900", "21", "20000.00", "8550.00"),  # what is in scope there decides
        ("440900", "21", "450000.00", "180000.00"),  # Maoming's yearly cap
        ("321200", "24", "30000.00", "16762.00"),  # Taizhou, emergency: (30000-1100)*58 %
        ("321200", "24", "250000.00", "115362.00"),  # Taizhou lets 200000 enter a year
    ],
)
def test_the_insured_regions_deductible_ratio_and_cap_price_what_is_in_scope_there_X9(
    tables: Tables, home: str, med_type: str, in_scope: str, paid: str
) -> None:
    """One hospital of Nanning, one bill of 500,000: two homes, two prices."""
    contracted(NANNING)
    known_person("P1", insured=(insurance(date(2018, 1, 1), admdvs=home),))
    hospital = Hospital(NANNING, home)
    mdtrt_id = hospital.admit("P1", med_type=med_type)
    hospital.discharge("P1", mdtrt_id)
    asked = stay_input("P1", mdtrt_id, bill("500000.00", in_scope))
    envelope = hospital.envelope("2304", asked)
    envelope["input"]["feestt"] = [{"med_chrgitm_type": "09", "item_sumamt": "500000.00"}]
    assert passed(hospital.post(envelope))["setlinfo"]["hifp_pay"] == paid


LATE = [
    ("21", "2018-10-09 08:00:00", False),  # 24 hours after
    ("21", "2018-10-09 07:59:59", True),
    ("24", "2018-10-07 08:00:00", False),  # an emergency has 72
    ("24", "2018-10-07 07:59:59", True),
]


@pytest.mark.parametrize(("med_type", "begun", "late"), LATE)
def test_an_admission_registered_late_is_flagged_with_the_rule_Q5_4(
    tables: Tables, med_type: str, begun: str, late: bool
) -> None:
    """Qin'an: within 24 hours, an emergency within 72. It is now 08:00 of 10 October 2018."""
    contracted(QINAN)
    known_person("P1", insured=(insurance(date(2018, 1, 1), admdvs="620522"),))
    now = datetime(2018, 10, 10, 0, 0, tzinfo=UTC)
    hospital = Hospital(
        QINAN, "620522", lambda body, code: service.answer(body, his(code), now, lambda: now)
    )
    given = {**admission("P1", begun), "med_type": med_type}
    answer = hospital.call("2401", given, node="mdtrtinfo")
    passed(answer)
    told = f"{72 if med_type == '24' else 24} 小时" in (answer["warn_msg"] or "")
    assert told == late
    assert ("秦安县人民政府办公室「84号」 五(四)" in (answer["warn_msg"] or "")) == late


@pytest.mark.parametrize(
    ("first", "then", "late"),
    [
        (("21", "2018-10-09 20:00:00"), ("21", "2018-10-08 08:00:00"), True),
        (("24", "2018-10-08 08:00:00"), ("21", "2018-10-08 08:00:00"), True),
        (("21", "2018-10-08 08:00:00"), ("24", "2018-10-08 08:00:00"), False),
        (("21", "2018-10-09 20:00:00"), ("21", "2018-10-09 09:00:00"), False),
    ],
    ids=["earlier", "no emergency", "an emergency", "in time"],
)
def test_an_admission_mended_is_late_or_not_by_when_it_was_registered_Q5_4(
    tables: Tables, first: tuple[str, str], then: tuple[str, str], late: bool
) -> None:
    """2403 a week after: what counts is the hour of 2401, with the day and kind that stand now."""
    contracted(QINAN)
    known_person("P1", insured=(insurance(date(2018, 1, 1), admdvs="620522"),))
    clock = [datetime(2018, 10, 10, 0, 0, tzinfo=UTC)]
    hospital = Hospital(
        QINAN,
        "620522",
        lambda body, code: service.answer(body, his(code), clock[0], lambda: clock[0]),
    )
    given = {**admission("P1", first[1]), "med_type": first[0]}
    stay = passed(hospital.call("2401", given, node="mdtrtinfo"))["result"]["mdtrt_id"]
    clock[0] += timedelta(days=7)
    mended = {"psn_no": "P1", "mdtrt_id": stay, "med_type": then[0], "begntime": then[1]}
    for _ in range(2):
        answer = hospital.call("2403", mended, msgid="B-1", node="adminfo")
        passed(answer, output=False)
    visit = people.load("P1", 2018).visit(stay)
    assert visit is not None
    assert (LATE_NOTE in visit.notes) == late
    assert "小时" in rules.remarks(visit)[0] if late else not rules.remarks(visit)


def test_where_no_document_asks_for_it_nothing_is_flagged(tables: Tables) -> None:
    contracted()
    known_person("P1")
    answer = Hospital().call("2401", admission("P1", "2021-06-01 09:00:00"), node="mdtrtinfo")
    passed(answer)
    assert "小时" not in (answer["warn_msg"] or "")


def test_the_flag_reaches_the_settlement_and_the_auditor_of_the_months_lines_Q5_4(
    tables: Tables, monkeypatch: pytest.MonkeyPatch
) -> None:
    contracted()
    known_person("P1")
    hospital = Hospital()
    monkeypatch.setattr(rules, "late_admission", lambda *_: "入院登记晚于入院 24 小时")
    late = hospital.stay("P1", "2021-06-20 09:00:00", "2021-06-25 09:00:00")
    monkeypatch.undo()
    answers = [
        hospital.call("2304", stay_input("P1", mdtrt_id, bill("1000.00", "900.00")))
        for mdtrt_id in (late, hospital.stay("P1", "2021-06-26 09:00:00"))
    ]
    assert ["晚于入院" in (one["warn_msg"] or "") for one in answers] == [True, False]
    for event in settlement_events():
        projector.project(event, datetime(2021, 7, 5, 3, tzinfo=UTC))
    lines = LineFile()
    remarks = {str(one.mdtrt_id): one.remark for one in lines.through(_items())}
    assert remarks[late] == "入院登记晚于入院 24 小时"
    text = lines.content().decode().splitlines()
    assert text[0].endswith("\tmemo\trefd_setl_flag")
    assert sorted(row.split("\t")[-2] for row in text[1:]) == ["", "入院登记晚于入院 24 小时"]


def _items() -> Any:
    return clearing.list_items("440900", MAOMING.code, "2021-07")


def test_an_item_from_before_there_were_remarks_is_read(tables: Tables) -> None:
    contracted()
    known_person("P1")
    hospital = Hospital()
    passed(hospital.call("2304", stay_input("P1", hospital.stay("P1"), bill("1000.00", "900.00"))))
    (item,) = items_of(settlement_events()[0])
    row = clearing.new_item(item, NOW)
    row.body = row.body[:-1]
    row.save()
    assert list(_items()) == [replace(item, arrived=NOW)]


@pytest.mark.parametrize(
    ("categories", "referral", "waived"),
    [
        (("low_income",), "referred", True),
        (("low_income",), "referred_down", True),
        (("low_income",), "temporary", False),
        (("low_income",), "", False),
        ((), "referred", False),
    ],
)
def test_the_hospital_is_told_where_no_deposit_is_taken_J19(
    tables: Tables, categories: tuple[str, ...], referral: str, waived: bool
) -> None:
    """Jiangsu: of assisted persons who were referred."""
    contracted(NANJING)
    assisted = [identity(one, date(2023, 1, 1), admdvs="320105") for one in categories]
    known_person("P1", *assisted, insured=(insurance(date(2018, 1, 1), admdvs="320100"),))
    begun = date(2024, 6, 1)
    if referral:
        commit(people.filing_added("P1", Filing("F1", referral, "320100", "320100", begun, None)))
    now = datetime(2024, 6, 1, 12, 0, tzinfo=UTC)
    hospital = Hospital(
        NANJING, "320100", lambda body, code: service.answer(body, his(code), now, lambda: now)
    )
    answer = hospital.call("2401", admission("P1", "2024-06-01 09:00:00"), node="mdtrtinfo")
    passed(answer)
    assert ("押金" in (answer["warn_msg"] or "")) == waived
    assert ("苏医保办发〔2023〕27号 第三十八条" in (answer["warn_msg"] or "")) == waived


def test_in_qinan_nobody_pays_a_deposit_and_a_visit_has_none_J19(tables: Tables) -> None:
    contracted(QINAN)
    known_person("P1", insured=(insurance(date(2018, 1, 1), admdvs="620522"),))
    now = datetime(2018, 10, 10, 0, 0, tzinfo=UTC)
    hospital = Hospital(
        QINAN, "620522", lambda body, code: service.answer(body, his(code), now, lambda: now)
    )
    given = admission("P1", "2018-10-09 09:00:00")
    assert "五(二)" in hospital.call("2401", given, node="mdtrtinfo")["warn_msg"]
    visit = hospital.call("2201", {**given, "ipt_otp_no": "1"})
    passed(visit)
    assert "押金" not in (visit["warn_msg"] or "")
