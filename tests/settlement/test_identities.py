"""Who is assisted at the counter, by which category and by which region's books (J20, J22, J24,
J26, N2, M二.2). Day-before and day-after."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest
from tests.conftest import Tables
from tests.people import recorded
from tests.people.samples import identity, insurance
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
    visit_input,
)

from medaid.aws.transaction import commit
from medaid.fund import service as fund
from medaid.people import service as people
from medaid.people.model import Filing, Identity
from medaid.settlement import service

STAY = ("2021-06-20 09:00:00", "2021-06-30 09:00:00")


@pytest.fixture(autouse=True)
def _world(tables: Tables) -> None:
    contracted()


def settled(psn_no: str, begin: str = STAY[0], end: str = STAY[1], **more: Any) -> dict[str, Any]:
    hospital = Hospital()
    mdtrt_id = hospital.stay(psn_no, begin, end)
    answer = passed(
        hospital.call("2304", stay_input(psn_no, mdtrt_id, bill("50000.00", "45000.00"), **more))
    )
    told: dict[str, Any] = service.explain_any(answer["setlinfo"]["setl_id"])
    return told


TIMELINE = [
    ("begun on the day of discharge", date(2021, 6, 30), None, True),
    ("begun the day after discharge", date(2021, 7, 1), None, False),
    ("begun during the stay: settled wholly with it", date(2021, 6, 25), None, True),
    ("ended during the stay: settled wholly with it", date(2019, 1, 1), date(2021, 6, 22), True),
    (
        "ended on the first of the month of admission: counts to the month's end",
        date(2019, 1, 1),
        date(2021, 6, 1),
        True,
    ),
    (
        "ended on the last day of the month before admission",
        date(2019, 1, 1),
        date(2021, 5, 31),
        False,
    ),
]


@pytest.mark.parametrize(
    ("start", "end", "assisted"), [t[1:] for t in TIMELINE], ids=[t[0] for t in TIMELINE]
)
def test_a_stay_in_which_the_identity_stood_for_a_day_is_settled_with_it(
    tables: Tables, start: date, end: date | None, assisted: bool
) -> None:
    """J20 (苏医保办发〔2023〕27号 art. 20)."""
    known_person("P1", living_allowance(start, end))
    told = settled("P1")
    assert told["category"] == ("subsistence_allowance" if assisted else "none")
    assert ("maf_pay" in told["by_fund"]) is assisted


@pytest.mark.parametrize(
    ("end", "assisted"),
    [(date(2021, 5, 31), False), (date(2021, 6, 1), True)],
    ids=["ended the month before", "ended in the first month"],
)
def test_a_stay_over_two_months_keeps_the_identity_that_ended_in_its_first(
    tables: Tables, end: date, assisted: bool
) -> None:
    """J20: the stay is settled wholly with an identity that no longer stands on the day of
    discharge."""
    known_person("P1", living_allowance(date(2019, 1, 1), end))
    assert settled("P1", "2021-06-20 09:00:00", "2021-07-03 09:00:00")["category"] == (
        "subsistence_allowance" if assisted else "none"
    )


def test_of_two_regions_that_both_assist_the_better_one_pays(tables: Tables) -> None:
    """J22, J24: two counties determined an identity each; the one that pays more is taken, and its
    books carry it."""
    low, high = (
        identity("low_income", date(2019, 1, 1), admdvs="440902"),
        identity("destitute_support", date(2019, 1, 1), admdvs="440981"),
    )
    known_person("P1", low, high)
    told = settled("P1")
    assert (told["category"], told["assisting_region"]) == ("destitute_support", "440981")
    assert [other["category"] for other in told["not_taken"]] == ["low_income@440902"]


OUTPATIENT = [
    (
        "on the last day of the month in which it ended",
        date(2021, 5, 3),
        "2021-05-31 09:00:00",
        True,
    ),
    ("the day after", date(2021, 5, 3), "2021-06-01 09:00:00", False),
]


@pytest.mark.parametrize(
    ("end", "begin", "assisted"), [t[1:] for t in OUTPATIENT], ids=[t[0] for t in OUTPATIENT]
)
def test_an_outpatient_visit_counts_the_identity_of_its_day(
    tables: Tables, end: date, begin: str, assisted: bool
) -> None:
    """J20: ended on day d it counts to the end of d's month, from the next month no longer."""
    known_person("P1", living_allowance(date(2019, 1, 1), end))
    hospital = Hospital()
    answer = passed(
        hospital.call(
            "2207", visit_input("P1", hospital.visit("P1", begin), bill("1000.00", "1000.00"))
        )
    )
    assert (answer["setlinfo"]["maf_pay"] != "0.00") is assisted


@pytest.mark.parametrize(
    ("birth", "assisted"),
    [(date(2003, 6, 21), True), (date(2003, 6, 20), False)],
    ids=["the day before turning 18", "on the 18th birthday"],
)
def test_an_orphan_is_under_eighteen_on_admission(
    tables: Tables, birth: date, assisted: bool
) -> None:
    """茂民规〔2018〕3号 二(一)."""
    known_person("P1", identity("orphan", date(2019, 1, 1)), birth=birth)
    assert settled("P1")["category"] == ("orphan" if assisted else "none")


def test_of_several_categories_the_one_that_pays_most_is_taken_once(tables: Tables) -> None:
    """J5, J22 (art. 22): never added; what the others would have paid is told."""
    known_person(
        "P1",
        living_allowance(),
        identity("destitute_support", date(2020, 1, 1)),
        identity("illness_poor", date(2020, 1, 1)),
    )
    told = settled("P1")
    assert told["category"] == "destitute_support"
    assert {other["category"] for other in told["not_taken"]} == {
        "subsistence_allowance",
        "illness_poor",
    }
    assert all(
        other["funds"]["fen"] <= sum(part["fen"] for part in told["by_fund"].values())
        for other in told["not_taken"]
    )
    assert told["own"]["fen"] == 0


def test_the_region_that_pays_the_allowance_pays_the_assistance(tables: Tables) -> None:
    """J24 (art. 24): insured in 440900, identity determined by 440981: the assistance stands in
    440981's books, the rest in 440900's."""
    known_person("P1", identity("subsistence_allowance", date(2019, 1, 1), admdvs="440981"))
    told = settled("P1")
    assert told["assisting_region"] == "440981"
    codes = {
        region: {line.account.code for e in fund.entries(region, "2021-07") for line in e.lines}
        for region in ("440900", "440981", "440902")
    }
    assert any(code.startswith("610100-5") for code in codes["440981"])
    assert not any(code.startswith("610100") for code in codes["440900"])
    assert any(code.startswith("390100-5") for code in codes["440900"])


def test_a_category_the_region_does_not_assist_gives_nothing_and_says_so(tables: Tables) -> None:
    known_person("P1", identity("veteran_benefit", date(2019, 1, 1)))
    told = settled("P1")
    assert told["category"] == "none"
    assert told["assisting_region"] == ""
    assert "maf_pay" not in told["by_fund"]


def test_a_persons_later_identity_is_not_applied_backwards_at_the_counter(tables: Tables) -> None:
    """J11: what we come to know later changes no settlement; it becomes a manual case (J27)."""
    known_person("P1")
    told = settled("P1")
    commit(recorded.identity_recorded("P1", None, living_allowance(), NOW))
    assert service.explain_any(told["setl_id"]) == told


def nanjing_stay(
    psn_no: str, day: int, month: int = 5, institution: Any = NANJING
) -> dict[str, Any]:
    later = datetime.fromisoformat("2024-12-01T02:00:00+00:00")
    hospital = Hospital(
        institution,
        "320100",
        lambda body, code: service.answer(body, his(code), later, lambda: later),
        prefix=f"2024120110{day:02d}{month:02d}",
    )
    mdtrt_id = hospital.stay(
        psn_no, f"2024-{month:02d}-{day:02d} 09:00:00", f"2024-{month:02d}-{day + 1:02d} 09:00:00"
    )
    answer = hospital.call("2304", stay_input(psn_no, mdtrt_id, bill("120000.00", "110000.00")))
    told: dict[str, Any] = service.explain_any(passed(answer)["setlinfo"]["setl_id"])
    return told


MAY = date(2024, 5, 1)


def nanjing_person(psn_no: str, *identities: Identity) -> str:
    return known_person(
        psn_no, *identities, insured=(insurance(date(2015, 1, 1), admdvs="320100"),)
    )


def paid(told: dict[str, Any], layer: str) -> int:
    return sum(step["paid"]["fen"] for step in told["steps"] if step["layer"] == layer)


def test_tilted_assistance_begins_when_the_years_own_burden_passes_its_threshold(
    tables: Tables,
) -> None:
    """J26: stays after a referral in the city; by hand, 因病致贫, level 3, 110,000 in policy:

    stay 1: basic (110000-1000)*.65=70850; critical (39150-10000)*.55=16032.50; left 23117.50;
    assistance (23117.50-10000)*.7=9182.25; left 13935.25, all of it below the tilted threshold of
    20000. stay 2: deductible halved to 500; basic 71175; critical on 38825 from 39150 of the year:
    850*.55+20000*.60+17975*.65=24151.25; left 14673.75; assistance *.7=10271.63, the year's cap of
    15000 leaves 5817.75; left 8856.00; of the threshold 6064.75 remain: (8856-6064.75)*.6=1674.75.
    """
    nanjing_person("P1", identity("illness_poor", date(2023, 1, 1), admdvs="320105"))
    commit(people.filing_added("P1", Filing("F1", "referred", "320100", "320100", MAY, None)))
    first, second = nanjing_stay("P1", 2), nanjing_stay("P1", 10)
    assert (paid(first, "assistance_inpatient"), paid(first, "tilted")) == (9_182_25, 0)
    assert (
        paid(second, "critical"),
        paid(second, "assistance_inpatient"),
        paid(second, "tilted"),
    ) == (24_151_25, 5_817_75, 1_674_75)


def test_in_the_own_city_nothing_is_tilted_without_a_referral(tables: Tables) -> None:
    """Right money, 15. J26 (art. 26: 规范转诊且在省域内就医): being in the province is not
    enough."""
    nanjing_person("P1", identity("illness_poor", date(2023, 1, 1), admdvs="320105"))
    first, second = nanjing_stay("P1", 2), nanjing_stay("P1", 10)
    assert paid(first, "assistance_inpatient") > 0
    assert paid(second, "tilted") == 0
    assert any("倾斜救助限规范转诊且在省域内就医" in line for line in second["sentences"])


GAPS = [
    ("subsistence_allowance", "普通门诊医疗救助:特困以外救助对象普通门诊救助"),
    ("destitute_support", ""),
]


@pytest.mark.parametrize(("category", "told"), GAPS)
def test_the_hospital_is_told_of_a_benefit_without_figures(
    tables: Tables, category: str, told: str
) -> None:
    """Right money, 15. J19: no silent zero: answer and explanation name the benefit that has no
    figure."""
    nanjing_person("P1", identity(category, date(2023, 1, 1), admdvs="320105"))
    later = datetime.fromisoformat("2024-12-01T02:00:00+00:00")
    hospital = Hospital(
        NANJING,
        "320100",
        lambda body, code: service.answer(body, his(code), later, lambda: later),
        prefix="20241201100000",
    )
    mdtrt_id = hospital.visit("P1", "2024-05-02 09:00:00")
    answer = hospital.call("2207", visit_input("P1", mdtrt_id, bill("1000.00", "1000.00")))
    info = passed(answer)["setlinfo"]
    assert (info["maf_pay"] == "0.00") is bool(told)
    assert answer["warn_msg"].startswith(told)
    sentences = service.explain_any(info["setl_id"])["sentences"]
    assert any("未见可引用的文件" in line for line in sentences) is bool(told)


def test_outside_the_province_or_unreferred_nothing_is_tilted(tables: Tables) -> None:
    """J25, J26: unreferred in another city: no assistance; with a referral filed: both."""
    from medaid.settlement.model import Institution

    suzhou = Institution("H32050800001", "苏州医院", "320508", "3")
    contracted(MAOMING, NANJING, suzhou)
    nanjing_person("P1", identity("subsistence_allowance", date(2023, 1, 1), admdvs="320105"))
    without = nanjing_stay("P1", 2, institution=suzhou)
    assert paid(without, "assistance_inpatient") == 0
    assert any("未按规定转诊" in line for line in without["sentences"])
    commit(
        people.filing_added(
            "P1", Filing("F1", "referred", "320100", "320000", date(2024, 5, 1), None)
        )
    )
    assert paid(nanjing_stay("P1", 10, institution=suzhou), "assistance_inpatient") > 0


def test_a_referral_filed_by_2501_counts_and_its_cancelling_too(tables: Tables) -> None:
    """J25, X5: filed before treatment elsewhere, visible at once; cancelled it no longer counts."""
    nanjing_person("P1")
    later = datetime.fromisoformat("2024-05-01T02:00:00+00:00")
    hospital = Hospital(
        NANJING,
        "320100",
        lambda body, code: service.answer(body, his(code), later, lambda: later),
    )
    given = {
        "psn_no": "P1",
        "reflin_medins_no": "H32050800001",
        "mdtrtarea_admdvs": "320500",
        "refl_type": "1",
        "refl_date": "2024-05-01",
        "begndate": "2024-05-01",
        "enddate": "2024-11-01",
    }
    filed = passed(hospital.call("2501", given, node="refmedin", msgid="F-1"))
    assert passed(hospital.call("2501", given, node="refmedin", msgid="F-1")) == filed
    assert [f.destination for f in people.load("P1", 2024).filings] == ["320500"]
    passed(
        hospital.call("2502", {"trt_dcla_detl_sn": filed["trt_dcla_detl_sn"], "psn_no": "P1"}),
        output=False,
    )
    assert people.load("P1", 2024).filings == ()
    refused(
        hospital.call("2502", {"trt_dcla_detl_sn": "X", "psn_no": "P1"}),
        "NOT_FOUND",
        "trt_dcla_detl_sn",
    )
    refused(
        hospital.call("2501", {**given, "refl_type": "9"}, node="refmedin"),
        "CODE_UNKNOWN",
        "refl_type",
    )


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"begndate": "2024-04-30"}, "FILING_LATE", "begndate"),
        ({"begndate": "2999-01-01", "enddate": "2999-06-01"}, "DATE_FUTURE", "begndate"),
        ({"refl_type": "4"}, "FORBIDDEN", "refl_type"),
        ({"refl_type": "3"}, "FORBIDDEN", "refl_type"),
        ({"mdtrtarea_admdvs": "00"}, "FIELD_FORMAT", "mdtrtarea_admdvs"),
        ({"mdtrtarea_admdvs": "000000"}, "FIELD_FORMAT", "mdtrtarea_admdvs"),
        ({"mdtrtarea_admdvs": "320000"}, "FIELD_FORMAT", "mdtrtarea_admdvs"),
        ({"reflin_medins_no": NANJING.code}, "FORBIDDEN", "reflin_medins_no"),
        ({"enddate": "2024-04-30"}, "DATE_ORDER", "enddate"),
    ],
)
def test_2501_files_only_what_it_may(
    tables: Tables, change: dict[str, str], code: str, field: str
) -> None:
    """Right money, 4. Q5.3, J25, X5: not after the care began, not for everywhere, not what the
    agency files."""
    nanjing_person("P1")
    now = datetime.fromisoformat("2024-05-01T02:00:00+00:00")
    hospital = Hospital(
        NANJING,
        "320100",
        lambda body, code: service.answer(body, his(code), now, lambda: now),
    )
    given = {
        "psn_no": "P1",
        "reflin_medins_no": "H32050800001",
        "mdtrtarea_admdvs": "320500",
        "refl_type": "1",
        "refl_date": "2024-05-01",
        "begndate": "2024-05-01",
        "enddate": "2024-11-01",
    }
    refused(hospital.call("2501", given | change, node="refmedin"), code, field)
    assert people.load("P1", 2024).filings == ()


def test_only_the_hospital_of_the_insured_region_refers_and_only_who_filed_cancels(
    tables: Tables,
) -> None:
    """Right money, 4. Q5.3: the treating hospital elsewhere files nothing, and cancels nobody's."""
    from medaid.settlement.model import Institution

    suzhou = Institution("H32050800001", "苏州医院", "320508", "3")
    contracted(MAOMING, NANJING, suzhou)
    nanjing_person("P1")
    now = datetime.fromisoformat("2024-05-01T02:00:00+00:00")
    home, away = (
        Hospital(
            one,
            "320100",
            lambda body, code: service.answer(body, his(code), now, lambda: now),
        )
        for one in (NANJING, suzhou)
    )
    given = {
        "psn_no": "P1",
        "mdtrtarea_admdvs": "320500",
        "refl_type": "1",
        "refl_date": "2024-05-01",
        "begndate": "2024-05-01",
        "enddate": "2024-11-01",
    }
    own = given | {"reflin_medins_no": suzhou.code}
    refused(away.call("2501", own, node="refmedin"), "FORBIDDEN", "insu_admdvs")
    filed = passed(home.call("2501", own, node="refmedin"))
    cancel = {"trt_dcla_detl_sn": filed["trt_dcla_detl_sn"], "psn_no": "P1"}
    refused(away.call("2502", cancel), "NOT_FOUND", "trt_dcla_detl_sn")
    assert len(people.load("P1", 2024).filings) == 1
    passed(home.call("2502", cancel), output=False)
    assert people.load("P1", 2024).filings == ()


def test_outpatient_and_inpatient_draw_on_the_same_year(tables: Tables) -> None:
    """N2, M二.2: the secondary threshold of 3,000 a year is crossed by outpatient and inpatient
    burden together, once."""
    known_person("P1", living_allowance())
    hospital = Hospital(prefix="20210301100000")
    first = passed(
        hospital.call(
            "2207",
            visit_input("P1", hospital.visit("P1", "2021-03-01 09:00:00"), bill("6000.00", "0.00")),
        )
    )
    assert (
        first["setlinfo"]["maf_pay"] == "2400.00"
    )  # (6000-3000)*0.80, all of it outside the catalogue
    told = settled("P1")
    secondary = next(step for step in told["steps"] if step["layer"] == "secondary")
    assert secondary["deductible"]["fen"] == 0
    totals = people.load("P1", 2020).totals(2021).amounts
    assert totals["paid:secondary"] == 2_400_00 + secondary["paid"]["fen"]
    assert totals["count:stays"] == 1


def test_what_others_paid_is_taken_off_before_the_secondary_assistance(tables: Tables) -> None:
    """M二.2.3: commercial insurance and donations first; the money shows as oth_pay, in one row,
    and nobody is paid twice."""
    known_person("P1", living_allowance())
    hospital = Hospital()
    mdtrt_id = hospital.stay("P1")
    others = {
        "exp_content": {
            "othpay": [
                {"type": "commercial", "amt": "1000.00"},
                {"type": "donation", "amt": "500.00"},
            ]
        }
    }
    answer = passed(
        hospital.call("2304", stay_input("P1", mdtrt_id, bill("50000.00", "45000.00"), **others))
    )
    info = answer["setlinfo"]
    assert info["oth_pay"] == "1500.00"
    assert info["maf_pay"] == "4399.60"  # 3333.00 + (5833.25-1500-3000)*0.80 = 1066.60
    assert info["psn_cash_pay"] == "3266.65"
    assert [row["fund_pay_type"] for row in answer["setldetail"]] == [
        "390100",
        "390200",
        "610100",
        "999997",
    ]
