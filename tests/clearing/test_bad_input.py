"""Bad input at every handler of clearing: refused by field and rule, nothing written. Proves J34,
J37, J39, M二.5, X12."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from tests.clearing.builders import agreement, at, endow, insure
from tests.conftest import Tables
from tests.fund.test_bad_input import AMOUNTS, ask
from tests.settlement.hospital import MAOMING, contracted

from medaid.clearing import api
from medaid.clearing.hospital import service as hospital
from medaid.clearing.hospital.clauses import required_clauses
from medaid.clearing.insurer import service as insurer
from medaid.clearing.insurer.model import InsurerPeriod
from medaid.months import Month, Quarter, Year
from medaid.regions import Region

CITY, PROVINCE, ELSEWHERE = "440900", "440000", "450100"
CODE = MAOMING.code
C = f"/clearing/{CITY}"
TEXT = {
    "effective": "2026-09-01",
    "name": "茂名市人民医院",
    "hi_paymtd": "1",
    "rate": "0.00",
    "retention": "0.05",
    "bank": "104",
    "account": "6222000011112222",
    "until": "2027-08-31",
    "document": "协议2号",
    "clauses": [one.id for one in required_clauses(Region(CITY))],
}
CONTRACT = {
    "insurer": "PICC",
    "name": "人保财险茂名",
    "reserve": "100.00",
    "chosen_on": "2026-08-01",
    "signed_on": "2026-08-05",
}
CRITICAL = {"begin": "2026-09-01", "run_by": "insurer", "insurer": "CPIC", "name": "太保茂名",
            "document": "大病合同"}  # fmt: skip
SURVEY = {
    "persons_asked": 10,
    "persons_satisfied": 9,
    "institutions_asked": 2,
    "institutions_satisfied": 2,
    "conclusion": "好",
}
SCORES = [{"criterion": "persons_satisfied", "weight": 100, "score": 90, "basis": "调查"}]
OFF = {"amounts": {"assistance": "1.00"}, "reason": "超限定用药"}
USED = {"advance": "1103", "amounts": {"assistance": "1.00"}, "document": "核定单"}
PAID_IN = {"document": "缴款书1", "amounts": {"basic_resident": "1.00"}}
CONTEST = {"creditor_city": ELSEWHERE, "debtor_city": CITY, "amounts": {"assistance": "1.00"},
           "reason": "已停保"}  # fmt: skip
DEPOSITS = f"/clearing/{PROVINCE}/deposits/{CITY}"


def amounts(sent: dict[str, Any], amount: Any, fund: str = "") -> dict[str, Any]:
    (known,) = sent["amounts"]
    return {**sent, "amounts": {fund or known: amount}}


Fault = tuple[str, Any, str, str, str]
BAD: list[Fault] = [
    *(
        fault
        for amount in AMOUNTS
        for fault in (
            (f"{C}/deductions/{CODE}/D2", amounts(OFF, amount), "auditor", "*",
             "amounts.assistance"),
            (f"{C}/prepaid/{CODE}/1", amounts(USED, amount), "accountant", "*",
             "amounts.assistance"),
            (DEPOSITS, amounts(PAID_IN, amount), "cashier", "*", "amounts.basic_resident"),
            (f"{DEPOSITS}/return", {**amounts(PAID_IN, amount), "reason": "多缴"}, "accountant",
             "*", "amounts.basic_resident"),
            (f"{C}/bills/2026-07/disputes/{ELSEWHERE}", amounts(CONTEST, amount), "accountant",
             "*", "amounts.assistance"),
            (f"{C}/prepayments/{ELSEWHERE}/2026/fix", {"last_year": {"assistance": amount}},
             "manager", "*", "last_year.assistance"),
            (f"{C}/insurer/2027/contract", {**CONTRACT, "reserve": amount}, "manager", "*",
             "reserve"),
            (f"{C}/agreements/{CODE}", {**TEXT, "rate": amount}, "manager", "*", "rate"),
        )
    ),
    *(
        (f"{C}/retention/{CODE}/2025", {"share": share}, "manager", "FIELD_FORMAT", "share")
        for share in ("1.1", "0.00001", "1E-1", "-0.1", "", 0.5, None)
    ),
    *(
        (f"{C}/statements/{CODE}/2026-07/1/approve", {"points": points}, "auditor",
         "FIELD_FORMAT", "points")
        for points in (-1, 10**10, "500", 1.5, True)
    ),
    # unknown fund, institution, period, criterion
    *(
        (path, amounts(sent, "1.00", "养老"), role, "FUND_UNKNOWN", "amounts.养老")
        for path, sent, role in (
            (f"{C}/deductions/{CODE}/D2", OFF, "auditor"),
            (f"{C}/prepaid/{CODE}/1", USED, "accountant"),
            (DEPOSITS, PAID_IN, "cashier"),
            (f"{C}/bills/2026-07/disputes/{ELSEWHERE}", CONTEST, "accountant"),
        )
    ),
    (f"{C}/prepayments/{ELSEWHERE}/2026/fix", {"last_year": {"养老": "1"}}, "manager",
     "FUND_UNKNOWN", "last_year.养老"),
    (f"{C}/deductions/H999/D2", OFF, "auditor", "INSTITUTION_UNKNOWN", "fixmedins_code"),
    (f"{C}/insurer/2026/bills/06/approve", {}, "auditor", "*", "period"),
    # days that do not fit, or have not come
    (f"{C}/insurer/2027/contract", {**CONTRACT, "signed_on": "2026-08-11"}, "manager",
     "DATE_ORDER", "signed_on"),
    (f"{C}/insurer/2027/contract", {**CONTRACT, "chosen_on": "2026-08-06"}, "manager",
     "DATE_ORDER", "signed_on"),
    (f"{C}/insurer/2026/contract/end", {"last_day": "2026-08-09", "reason": "违约"}, "manager",
     "*", "last_day"),
    (f"{C}/insurer/2026/contract/end", {"last_day": "2027-01-01", "reason": "违约"}, "manager",
     "*", "last_day"),
    (f"{C}/insurer/2025/bills/true_up/receive", {"document": "回单", "received_on": "2026-08-11"},
     "finance", "DATE_FUTURE", "received_on"),
    (f"{C}/insurer/2025/bills/true_up/receive", {"document": "回单", "received_on": "2026-02-28"},
     "finance", "DATE_ORDER", "received_on"),
    (f"{C}/critical", {**CRITICAL, "begin": "2026-09-02"}, "manager", "DATE_ORDER", "begin"),
    (f"{C}/critical", {**CRITICAL, "insurer": ""}, "manager", "FIELD_FORMAT", "insurer"),
    (f"{C}/agreements/{CODE}", {**TEXT, "until": "2026-08-31"}, "manager", "DATE_ORDER", "until"),
    (f"{C}/agreements/{CODE}", {**TEXT, "account": "6222E10000000"}, "manager", "FIELD_FORMAT",
     "account"),
    (f"{C}/agreements/{CODE}", {**TEXT, "hi_paymtd": "99"}, "manager", "*", "hi_paymtd"),
    (f"{C}/insurer/2026/assessment", {"scores": SCORES, "conclusion": "好"}, "manager",
     "PERIOD_OPEN", "year"),
    (f"{C}/insurer/2026/survey", {**SURVEY, "persons_satisfied": 11}, "manager", "*",
     "persons_satisfied"),
    (f"{C}/retention/{CODE}/2026", {"share": "1"}, "manager", "*", "year"),
    # twice, or what is not there
    (f"{C}/deductions/{CODE}/D1", {**OFF, "reason": "别的"}, "auditor", "*", "deduction_id"),
    (f"{C}/deductions/{CODE}/D9/withdraw", {"reason": "误"}, "auditor", "NOT_FOUND",
     "deduction_id"),
    (f"{C}/statements/{CODE}/2026-07/1/release", {}, "cashier", "NOT_FOUND", "statement"),
    (f"{C}/insurer/2026/bills/12/approve", {}, "auditor", "NOT_FOUND", "bill"),
]  # fmt: skip
NOW = datetime(2026, 8, 10, 4, tzinfo=UTC)


@pytest.fixture
def _office(tables: Tables) -> None:
    """A hospital with an agreement and a deduction, an insurer with the bills of last year."""
    contracted()
    endow(CITY, day=date(2026, 8, 1))
    hospital.propose_agreement(agreement(CODE, region=CITY), Region(CITY), "录入", at(1, year=2026))
    hospital.decide_agreement(CODE, True, "", "复核", Region(CITY), at(2, year=2026))
    for year in (2025, 2026):
        insure(CITY, year)
    insurer.create_bill(CITY, 2025, InsurerPeriod.TRUE_UP, datetime(2026, 3, 2, tzinfo=UTC))
    assert ask(f"{C}/deductions/{CODE}/D1", OFF, "auditor", CITY)[0] == 200


@pytest.mark.usefixtures("_office")
def test_each_fault_is_refused_by_field_and_rule_and_nothing_is_written(tables: Tables) -> None:
    """J34, J37, J39, M二.5, X12."""
    before, wrong = tables.everything(), []
    for path, body, role, code, field in BAD:
        status, said = ask(path, body, role, path.split("/")[2])
        told = (code in ("*", said.get("code")), said.get("field") == field, bool(said.get("rule")))
        if not all(told) or not 400 <= status < 500 or tables.everything() != before:
            wrong.append((path, body, code, field, status, said))
            before = tables.everything()
    assert not wrong, "\n".join(map(str, wrong))


@pytest.mark.usefixtures("_office")
def test_the_same_papers_without_a_fault_are_taken() -> None:
    """The nearest accepted value beside the refused ones."""
    taken = [
        (f"{C}/deductions/{CODE}/D2", amounts(OFF, "0.01"), "auditor", CITY),
        (DEPOSITS, amounts(PAID_IN, "0.01"), "cashier", PROVINCE),
        (f"{C}/insurer/2026/survey", {**SURVEY, "persons_satisfied": 10}, "manager", CITY),
        (f"{C}/critical", CRITICAL, "manager", CITY),
        (f"{C}/agreements/{CODE}", {**TEXT, "rate": "0.01"}, "manager", CITY),
    ]
    for path, body, role, region in taken:
        status, said = ask(path, body, role, region)
        assert status in (200, 201), (path, said)


@pytest.mark.usefixtures("_office")
def test_no_route_of_clearing_acts_for_another_region_or_a_year_far_off(tables: Tables) -> None:
    """Every route that writes, by its declaration: token of another region; a period far away."""
    before = tables.everything()
    far = {Year: "2149", Month: "2149-12", Quarter: "2149-Q4", Region: CITY, date: "2149-12-01"}
    for route in (*api.HOSPITAL, *api.REGIONS, *api.INSURER):
        if route.method == "GET":
            continue
        path = route.path
        for name, kind in route.parameters.items():
            text = {"institution": CODE, "kind": "clearing", "step": "advised", "period": "12"}.get(
                name
            )
            path = path.replace(f"{{{name}}}", text or far.get(kind, "1"))
        role = route.roles[0]
        status, said = ask(path, {}, role, "320100")
        assert status in (403, 422), (path, status, said)
        status, said = ask(path, {}, role, CITY)
        assert 400 <= status < 500, (path, said)
        assert tables.everything() == before, path
