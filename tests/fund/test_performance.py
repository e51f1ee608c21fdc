"""Performance indicators of the assistance fund: data with sources and targets, computed from books
and register, kept in versions, printed. Proves J36."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from functions.clearing.handler import MEASURES
from tests.clearing.builders import arrive, at, item, refund
from tests.clearing.test_jobs import ask
from tests.conftest import Tables
from tests.fund.office import budget
from tests.papers.looking import check_picture, check_text
from tests.reimbursement.office import register
from tests.settlement.hospital import known_person, living_allowance

from medaid.aws.transaction import commit
from medaid.followup import cross_check
from medaid.fund import periods
from medaid.fund import service as fund
from medaid.fund.final_records import FinalState
from medaid.fund.model import Entry, journal, reversing
from medaid.fund.movements import Movements
from medaid.fund.performance import rules, service
from medaid.fund.performance.model import (
    Indicator,
    IndicatorUnit,
    ManagementNote,
    Measure,
    group_scores,
    indicators,
    management_topics,
)
from medaid.fund.performance.printouts import performance_paper
from medaid.ids import OfficerId
from medaid.money import Fen
from medaid.months import Month
from medaid.papers.service import Form, printed
from medaid.payments import service as payments
from medaid.regions import Region

HOME, MAOMING = "320500", "440900"
R = Region(HOME)
NOW = datetime(2024, 2, 1, 2, tzinfo=UTC)
PATH = f"/fund/{HOME}/performance/2023"


def income(fen: int, region: str = HOME) -> None:
    when = at(5, month=3)
    row = ("assistance", "1001", "410102", Fen(fen))
    periods.post(journal.movement("fiscal_income", region, f"{region}-补助", [row], when))
    periods.keep_first_month(region, Month("2023-01"))


def year_of_assistance(received: int = 1_000_00) -> None:
    """Three stays of 200.00, one of them taken back; a visit of 50.00; a manual outpatient case of
    70.00; 1,000.00 received; 650.00 budgeted."""
    income(received)
    stays = [item(n, at(5 + n, month=4), maf=200_00, hifp=0) for n in range(3)]
    for one in stays:
        arrive(one)
    arrive(refund(stays[2], at(20, month=4)), original=stays[2])
    arrive(item(9, at(9, month=5), maf=50_00, hifp=0, clr_type="11"))
    case = journal.reimbursement_entry(
        "C1", HOME, "390", "outpatient", {"maf_pay": Fen(70_00)}, at(3, month=6)
    )
    assert case is not None
    commit(fund.writes(case))
    budget(2023, {"610100-500101": 500_00, "610100-500102": 150_00}, HOME)


def asked(**more: Any) -> dict[str, dict[str, Any]]:
    status, body = ask("GET", PATH, roles="manager", region=HOME, now=NOW, **more)
    assert status == 200, body
    return {one["key"]: one for one in body["indicators"]}


@pytest.mark.usefixtures("tables")
class TestComputed:
    @pytest.mark.parametrize(
        ("key", "numerator", "denominator", "value", "reached"),
        [
            ("budget_execution", 520_00, 650_00, "80.00%", None),
            ("person_times", 4, None, "4", None),
            ("inpatient_times", 2, None, "2", None),
            ("outpatient_times", 2, None, "2", None),
            ("one_stop", 3, 4, "75.00%", None),
            ("inpatient_mean", 400_00, 2, "200.00", None),
            ("outpatient_mean", 120_00, 2, "60.00", None),
            ("usage", 520_00, 1_000_00, "52.00%", None),
            ("reserve_months", 480_00, 520_00, "11.08", True),
            ("registered_persons", 2, None, "2", None),
        ],
    )
    def test_each_has_its_numerator_and_denominator(
        self, key: str, numerator: int, denominator: int | None, value: str, reached: bool | None
    ) -> None:
        """J36."""
        year_of_assistance()
        for name in ("P1", "P2"):
            register(name, admdvs=HOME, since=date(2023, 1, 1), endowed=False)
        found = asked()[key]
        assert (found["numerator"], found["denominator"]) == (numerator, denominator)
        assert (found["value"], found["reached"], found["why"]) == (value, reached, "")
        assert found["source"]
        assert found["cite"]

    def test_the_share_of_the_register_that_is_enrolled_is_the_last_cross_checks(self) -> None:
        """J36."""
        for serial in (1, 2):
            known_person(f"P{serial}", replace(living_allowance(), admdvs=R), serial=serial)
        known_person("P3", replace(living_allowance(), admdvs=R), serial=3, insured=())
        assert "没有完成" in asked()["enrolled_share"]["why"]
        checked = datetime(2023, 12, 1, 2, tzinfo=UTC)
        cross_check.begin(R, OfficerId("clerk"), checked)
        cross_check.go_on(checked, lambda: True)
        found = asked()["enrolled_share"]
        told = (found["numerator"], found["denominator"], found["value"], found["reached"])
        assert told == (2, 3, "66.67%", False)

    def test_what_cannot_be_computed_says_why_and_is_no_zero(self) -> None:
        """J36."""
        found = asked()
        for key in ("compliance", "satisfaction"):
            assert (found[key]["value"], found[key]["numerator"]) == ("", None)
            assert found[key]["why"]
        assert "没有已批复的预算" in found["budget_execution"]["why"]
        assert "为零" in found["one_stop"]["why"]
        assert found["one_stop"]["reached"] is None

    def test_a_target_stands_where_its_document_holds(self) -> None:
        """苏医保发〔2022〕53号 is Jiangsu's: Maoming is not asked for its DRG/DIP share."""
        jiangsu = {one.key for one in service.asked_of(R)}
        maoming = {one.key for one in service.asked_of(Region(MAOMING))}
        assert jiangsu - maoming == {"drg_dip_share", "in_policy_ratio", "own_payment"}
        assert asked()["drg_dip_share"]["target"] == "≥60.00%"


def entries() -> list[Entry]:
    when = at(3, month=6)
    case = journal.reimbursement_entry(
        "C1", HOME, "390", "inpatient", {"maf_pay": Fen(70_00)}, when
    )
    assert case is not None
    return [case]


def times(*found: Entry) -> int:
    moved = Movements()
    for entry in found:
        moved.take(entry)
    return rules.person_times([moved])["reimbursement", "inpatient"]


def test_a_case_annulled_is_none_and_one_recovered_in_part_is_one() -> None:
    (case,) = entries()
    day, when = date(2023, 7, 1), at(1)
    annulled = reversing(case, "C1", day, when, "撤销核定")
    recovered = replace(annulled, entry_id="recovery-C1-2")
    assert times(case, annulled) == 0
    assert times(case, recovered) == 1


def indicator(**changes: Any) -> Indicator:
    one = next(one for one in indicators() if one.key == "drg_dip_share")
    return replace(one, **changes)


@pytest.mark.parametrize(
    ("direction", "target", "unit", "measured", "reached"),
    [
        (">=", "0.60", "percent", Measure(60, 100), True),
        (">=", "0.60", "percent", Measure(59999, 100000), False),
        ("<=", "0.10", "percent", Measure(10, 100), True),
        ("<=", "0.10", "percent", Measure(100001, 1000000), False),
        (">=", "3", "months", Measure(25, 100), True),
        (">=", "3", "months", Measure(24, 100), False),
        (">=", "3", "months", Measure(-1, 100), False),
        ("", "", "percent", Measure(60, 100), None),
    ],
)
def test_a_target_is_held_against_exactly(
    direction: str, target: str, unit: str, measured: Measure, reached: bool | None
) -> None:
    """0.59999 prints as 60.00% and is not 60 %."""
    one = indicator(direction=direction, target=target, unit=IndicatorUnit(unit))
    (row,) = rules.rows_of([one], {one.key: measured})
    assert row.reached is reached


def test_every_indicator_has_its_source_and_the_groups_a_hundred() -> None:
    assert sum(group_scores().values()) == 100
    assert {one.group for one in indicators()} == {*group_scores()}


MANAGED = {
    topic: {"says": f"{topic}符合规定", "problems": "下达偏晚" * (topic == "下达及时性")}
    for topic in management_topics()
}
NOTES = {name: ManagementNote(name, **one) for name, one in MANAGED.items()}
REASON: dict[str, Any] = {
    "reasons": {"reserve_months": "上级补助在次年到账"},
    "management": MANAGED,
}


def drafted(body: Any = None, sub: str = "甲", **more: Any) -> tuple[int, dict[str, Any]]:
    sent = {"management": MANAGED} if body is None else body
    return ask(
        "POST",
        PATH,
        sent,
        **{"roles": "accountant", "region": HOME, "sub": sub, "now": NOW, **more},
    )


def turned(act: str, digest: str, **more: Any) -> tuple[int, dict[str, Any]]:
    given = {"region": HOME, "now": NOW, **more}
    return ask("POST", f"{PATH}/versions/1/{act}", {"digest": digest}, **given)


def checked(digest: str, **more: Any) -> tuple[int, dict[str, Any]]:
    return turned("check", digest, **{"roles": "finance", "sub": "乙", **more})


def signed(digest: str, **more: Any) -> tuple[int, dict[str, Any]]:
    """Signed by a third person, after finance's check."""
    return turned("sign", digest, **{"roles": "manager", "sub": "丙", **more})


@pytest.mark.usefixtures("tables")
class TestVersions:
    def test_made_by_one_checked_by_finance_and_signed_by_a_third(self) -> None:
        """J36 (医疗保障部门会同财政部门), Q3.1."""
        year_of_assistance()
        status, made = drafted()
        assert (status, made["number"], made["state"]) == (201, 1, "drafted")
        early = signed(made["digest"])
        assert (early[0], early[1]["code"]) == (409, "STATE"), "finance has not checked it"
        assert checked(made["digest"], sub="甲")[1]["code"] == "SEPARATION"
        assert checked(made["digest"], roles="manager")[0] == 403
        status, seen = checked(made["digest"])
        assert (status, seen["state"]) == (200, "checked")
        for one in ("甲", "乙"):
            assert signed(made["digest"], sub=one)[1]["code"] == "SEPARATION"
        status, done = signed(made["digest"])
        assert (status, done["state"]) == (200, "signed")
        assert [act["act"] for act in done["trail"]] == ["编制", "复核", "签署"]
        again = signed(made["digest"])
        assert (again[0], again[1]["code"]) == (409, "STATE")
        status, body = drafted()
        assert (status, body["code"], body["field"]) == (409, "STATE", "year")
        status, page = ask("GET", f"{PATH}/versions", roles="manager", region=HOME, now=NOW)
        assert (status, [one["number"] for one in page["rows"]]) == (200, [1])

    def test_a_missed_target_needs_its_reason_and_no_other_has_one(self, tables: Tables) -> None:
        """600.00 received, 520.00 spent: 80.00 left for 1.85 months of 3."""
        year_of_assistance(600_00)
        before = tables.everything()
        status, body = drafted()
        assert (status, body["code"]) == (400, "FIELD_REQUIRED")
        assert body["field"] == "reasons.reserve_months"
        status, body = drafted({**REASON, "reasons": {**REASON["reasons"], "usage": "x"}})
        assert (status, body["code"], body["field"]) == (400, "CODE_UNKNOWN", "reasons.usage")
        assert tables.everything() == before
        status, made = drafted(REASON)
        assert (status, made["reasons"]) == (201, REASON["reasons"])

    def test_each_topic_of_the_forms_management_is_described_and_no_other(
        self, tables: Tables
    ) -> None:
        """J36."""
        year_of_assistance()
        before = tables.everything()
        some = {name: one for name, one in MANAGED.items() if name != "执行准确性"}
        silent = {**MANAGED, "执行准确性": {"says": " "}}
        wrong = [
            (some, "FIELD_REQUIRED", "management.执行准确性"),
            ({}, "FIELD_REQUIRED", "management.分配科学性"),
            ({**MANAGED, "满意度": {"says": "好"}}, "CODE_UNKNOWN", "management.满意度"),
            (silent, "FIELD_FORMAT", "management.执行准确性.says"),
        ]
        for sent, code, field in wrong:
            status, body = drafted({"management": sent})
            assert (status, body["code"], body["field"]) == (400, code, field)
        assert tables.everything() == before
        _, made = drafted()
        shown = {one["topic"]: one["problems"] for one in made["management"]}
        assert [*shown] == [*management_topics()]
        assert shown["下达及时性"] == "下达偏晚"
        checked(made["digest"])
        signed(made["digest"])
        status, again = drafted({"management": {**MANAGED, "执行准确性": {"says": "已更正"}}})
        assert (status, again["number"]) == (201, 2), "other words are another version"

    def test_figures_that_changed_since_are_not_signed(self) -> None:
        year_of_assistance()
        _, made = drafted()
        arrive(item(30, at(9, month=9), maf=10_00, hifp=0))
        status, body = checked(made["digest"])
        assert (status, body["code"]) == (409, "STALE")
        _, second = drafted()
        assert second["number"] == 2
        status, body = checked(made["digest"])
        assert (status, body["code"]) == (409, "STALE")
        states = [one.state for one in service.list_versions(R, 2023)]
        assert states == [FinalState.REPLACED, FinalState.DRAFTED]

    @pytest.mark.parametrize("role", ["auditor", "cashier", "manager", "finance", "intake"])
    def test_the_accountant_alone_makes_one(self, role: str) -> None:
        assert drafted(roles=role)[0] == 403

    @pytest.mark.parametrize("role", ["accountant", "auditor", "finance"])
    def test_the_manager_alone_signs(self, role: str) -> None:
        year_of_assistance()
        made = drafted()[1]["digest"]
        assert checked(made)[0] == 200
        assert signed(made, roles=role)[0] == 403

    def test_another_region_and_an_open_year_are_refused(self) -> None:
        assert drafted(region=MAOMING)[0] == 403
        status, body = drafted(now=datetime(2023, 12, 31, 2, tzinfo=UTC))
        assert (status, body["code"], body["field"]) == (422, "PERIOD_OPEN", "year")

    def test_another_digest_or_no_version_is_refused(self) -> None:
        year_of_assistance()
        drafted()
        status, body = checked("0" * 64)
        assert (status, body["field"]) == (409, "digest")
        status, body = ask("GET", f"{PATH}/versions/7", roles="manager", region=HOME, now=NOW)
        assert (status, body["code"]) == (404, "NOT_FOUND")


@pytest.mark.usefixtures("tables")
def test_the_paper_has_every_indicator_with_what_it_comes_from() -> None:
    """J36."""
    made, chief, finance = OfficerId("7d1e-甲"), OfficerId("9f00-丙"), OfficerId("a1-乙")
    for who, name, post in (
        (made, "钱会计", "会计"), (finance, "周科员", "社保科"), (chief, "孙主任", "主任"),
    ):  # fmt: skip
        payments.name_officer(R, who, name, post, OfficerId("o"), at(1, month=1))
    year_of_assistance(600_00)
    draft = service.draft(R, 2023, REASON["reasons"], NOTES, MEASURES, made, NOW)
    service.check(R, 2023, 1, draft.digest, MEASURES, finance, NOW)
    done = service.sign(R, 2023, 1, draft.digest, MEASURES, chief, NOW)
    paper = performance_paper(R, done, FinalState.SIGNED)
    content = printed(paper, Form.PDF)
    check_text(
        content,
        *("医疗救助基金绩效自评表", "苏州市医疗保障经办机构", "2023年度", "资金到位", "600.00"),
        *("预算执行率", "80.00%", "一站式结算率", "75.00%", "可支付月数", "1.85个月", "≥3个月"),
        *("资金管理情况", "下达及时性符合规定", "下达偏晚", "执行准确性符合规定无"),
        *(
            "暂不能计算",
            "未达目标:上级补助在次年到账",
            "编制人:钱会计会计",
            "财政部门复核:周科员社保科",
        ),
        *("医疗保障部门负责人:孙主任主任",),
        allowed="DRG/DIP",
    )
    assert printed(paper, Form.XLSX)[:2] == b"PK"
    check_picture("performance", content)
