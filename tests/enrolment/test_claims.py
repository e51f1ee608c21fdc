"""Claims of the funds that subsidise and of fiscal money, and refunds, by their handlers: two
signatures, differences, the books. Issue: the register people can use, 5 and 6."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime
from typing import Any

import pytest
from openpyxl import load_workbook
from tests.clearing.test_jobs import ask
from tests.enrolment.office import (
    ACCOUNTANT,
    AUDITOR,
    CITY,
    CLERK,
    COUNTY,
    MANAGER,
    REVIEWER,
    YEAR,
    Office,
    paid,
    token,
)
from tests.enrolment.test_plan import BODY, PLAN, assisted, day
from tests.people import recorded
from tests.people.samples import insurance
from tests.settlement.hospital import NOW, known_person

from medaid.aws.transaction import commit
from medaid.enrolment import entries, service, store
from medaid.enrolment.model import (
    Contribution,
    ContributionState,
    EnrolmentRun,
    EnrolmentRunState,
    EnrolmentWay,
    Parts,
    RowOutcome,
    RunKind,
    RunRow,
)
from medaid.fund import periods
from medaid.fund import service as fund
from medaid.fund.model import Entry, journal
from medaid.ids import OfficerId
from medaid.money import Fen
from medaid.months import Month
from medaid.people import service as people
from medaid.regions import Region

SUBSIDY = f"{CITY}/claims/{YEAR}/subsidy"
FISCAL = f"{CITY}/claims/{YEAR}/fiscal"


def money(fen: int, at: datetime) -> None:
    """What lies on the assistance fund's special account."""
    periods.keep_first_month(CITY, Month.of(at))
    rows = [("assistance", "1001", "3001", Fen(fen))]
    periods.post(journal.movement("opening", CITY, "期初", rows, at))


def signed(office: Office, claim: str, number: int = 1) -> Any:
    office.do("POST", f"{claim}/{number}/sign", {}, AUDITOR)
    return office.do("POST", f"{claim}/{number}/sign", {}, MANAGER)


def booked(at: datetime) -> tuple[int, int]:
    """What the assistance fund spent on enrolment and the residents' fund received for it, fen."""
    rows = {
        row.account.code: row.closing
        for row in fund.trial_balance(CITY, date(2024, 1, 1), date(at.year, 12, 31)).rows
    }
    return int(rows.get("610100-590101", 0)), -int(rows.get("390100-400102", 0))


def planned(office: Office) -> None:
    """One in full, one by quota who has paid, one by quota who has not."""
    money(1_000_000, office.at)
    assisted("P1", 1)
    assisted("P2", 2, "low_income_edge")
    assisted("P3", 3, "low_income_edge")
    office.run(PLAN, BODY)
    office.at = day("2024-11-06")
    office.tax([paid(2, "80.00")])


class TestSubsidyClaim:
    def test_what_is_settled_is_claimed_signed_by_two_and_booked_in_both_funds_J14_J32(
        self, office: Office
    ) -> None:
        planned(office)
        run = office.run(SUBSIDY, {}, ACCOUNTANT)
        assert (run["state"], run["counts"]) == ("ready", {"taken": 2, "out": 1})
        assert run["sums"] == {"assistance": "720.00", "treasury": "0.00"}
        assert booked(office.at) == (0, 0)
        done = signed(office, SUBSIDY)
        assert (done["state"], [s["act"] for s in done["signatures"]]) == (
            "signed", ["审核", "签发"],
        )  # fmt: skip
        assert booked(office.at) == (72000, 72000)

    def test_a_later_claim_holds_the_difference_and_nothing_is_rewritten(
        self, office: Office
    ) -> None:
        planned(office)
        office.run(SUBSIDY, {}, ACCOUNTANT)
        signed(office, SUBSIDY)
        office.tax([paid(3, "80.00")])
        second = office.run(SUBSIDY, {}, ACCOUNTANT)
        assert second["sums"] == {"assistance": "320.00", "treasury": "0.00"}
        signed(office, SUBSIDY, 2)
        assert booked(office.at) == (104000, 104000)
        assert office.run(SUBSIDY, {}, ACCOUNTANT)["sums"] == {}

    @pytest.mark.parametrize("who", [ACCOUNTANT, CLERK, token("auditor", region="320100")])
    def test_others_do_not_sign(self, office: Office, who: dict[str, str]) -> None:
        planned(office)
        office.run(SUBSIDY, {}, ACCOUNTANT)
        assert office.ask("POST", f"{SUBSIDY}/1/sign", {}, who)[0] == 403

    def test_nobody_signs_twice_nor_what_they_made_Q3_1(self, office: Office) -> None:
        planned(office)
        both = token("accountant", "manager", sub="both")
        office.run(SUBSIDY, {}, both)
        assert office.ask("POST", f"{SUBSIDY}/1/sign", {}, both)[1]["code"] == "SEPARATION"
        office.do("POST", f"{SUBSIDY}/1/sign", {}, MANAGER)
        assert office.ask("POST", f"{SUBSIDY}/1/sign", {}, MANAGER)[1]["code"] == "SEPARATION"

    def test_without_money_nothing_is_signed(self, office: Office) -> None:
        assisted("P1", 1)
        office.run(PLAN, BODY)
        office.run(SUBSIDY, {}, ACCOUNTANT)
        office.do("POST", f"{SUBSIDY}/1/sign", {}, AUDITOR)
        status, told = office.ask("POST", f"{SUBSIDY}/1/sign", {}, MANAGER)
        assert (status, told["code"]) == (409, "OVERDRAWN")
        assert office.do("GET", f"{SUBSIDY}/1")["state"] == "ready"
        assert booked(office.at) == (0, 0)

    def test_rejected_it_is_begun_anew(self, office: Office) -> None:
        planned(office)
        office.run(SUBSIDY, {}, ACCOUNTANT)
        assert office.ask("POST", SUBSIDY, {}, ACCOUNTANT)[1]["code"] == "STATE"
        assert office.ask("POST", f"{SUBSIDY}/1/reject", {"reason": " "}, AUDITOR)[0] == 400
        office.do("POST", f"{SUBSIDY}/1/reject", {"reason": "金额有误"}, AUDITOR)
        assert office.ask("POST", f"{SUBSIDY}/1/sign", {}, MANAGER)[1]["code"] == "STATE"
        assert office.run(SUBSIDY, {}, ACCOUNTANT)["sums"]["assistance"] == "720.00"

    def test_an_entry_in_which_the_two_differ_is_a_fault_of_the_program(self) -> None:
        rows = [
            ("assistance", "590101", "1001", Fen(2)),
            ("basic_resident", "1001", "400102", Fen(1)),
        ]
        entry: Entry = journal.movement("enrolment_transfer", CITY, "x", rows, NOW)
        with pytest.raises(AssertionError, match="资助参保支出 2 分"):
            entries.check_identity(entry)


class TestRefunds:
    def refund(self, office: Office, psn_no: str, **body: str) -> tuple[int, Any]:
        asked = {"ground": "death", "document": "死亡证明"} | body
        path = f"{CITY}/contributions/{YEAR}/{psn_no}/refund"
        return office.ask("POST", path, asked, CLERK)

    def decide(self, office: Office, psn_no: str, who: Any = AUDITOR) -> tuple[int, Any]:
        path = f"{CITY}/contributions/{YEAR}/{psn_no}/refund/decision"
        return office.ask("POST", path, {"approved": True}, who)

    def test_three_reversals_the_subsidy_first_J17(self, office: Office) -> None:
        planned(office)
        office.run(SUBSIDY, {}, ACCOUNTANT)
        signed(office, SUBSIDY)
        back = paid(2, "80.00", 业务类型="退费", 税票号="R2")
        assert office.tax([back]) == [
            "业务类型:未经审核同意退费;享受资助的须先退回资助(苏医保办发〔2023〕27号 第十七条)"
        ]
        kept = {"ground": "twice", "document": "本人选定书", "kept_region": "440800"}
        assert self.refund(office, "P2", **kept)[0] == 200
        assert self.decide(office, "P2", token("auditor", sub=CLERK["sub"]))[1]["code"] == (
            "SEPARATION"
        )
        status, one = self.decide(office, "P2")
        assert (status, one["state"]) == (200, "refunding")
        assert booked(office.at) == (40000, 40000)
        assert not any(i.covers(date(2025, 1, 1)) for i in people.load("P2", 2025).insurances)
        assert office.tax([back | {"个人缴费金额": "79.00"}])[0].startswith("金额:应退个人 80.00")
        assert office.tax([back]) == ["已退费"]
        one = office.contribution("P2")
        assert one["state"] == "refunded"
        assert [(r["payer"], r["amount"]) for r in one["reversals"]] == [
            ("assistance", "320.00"), ("person", "80.00"),
        ]  # fmt: skip
        assert office.run(SUBSIDY, {}, ACCOUNTANT)["sums"] == {}, "taken back already"

    def test_once_benefits_have_begun_nothing_goes_back_and_one_is_paused_J17(
        self, office: Office
    ) -> None:
        planned(office)
        office.at = day("2024-12-31")
        assert self.refund(office, "P2")[0] == 200
        path = f"{CITY}/contributions/{YEAR}/P2/pause"
        body = {"kept_region": "440800", "document": "本人选定书"}
        assert office.ask("POST", path, body)[1]["code"] == "STATE"
        office.at = day("2025-01-01")
        assert self.decide(office, "P2")[1]["code"] == "STATE"
        status, told = self.refund(office, "P3")
        assert (status, told["code"]) == (409, "STATE")
        assert "只暂停参保关系,不予退费" in told["rule"]
        assert office.do("POST", path, body)["state"] == "paused"
        assert not any(i.covers(date(2025, 1, 2)) for i in people.load("P2", 2025).insurances)

    def test_material_and_choice_are_asked_for_J17(self, office: Office) -> None:
        planned(office)
        assert self.refund(office, "P2", document=" ")[0] == 400
        assert self.refund(office, "P2", ground="twice")[1]["field"] == "kept_region"
        assert self.refund(office, "P9")[1]["code"] == "NOT_FOUND"
        others = token("intake", region="440981")
        path = f"440981/contributions/{YEAR}/P2/refund"
        body = {"ground": "death", "document": "证明"}
        assert office.ask("POST", path, body, others)[1]["code"] == "NOT_FOUND"

    def test_recognised_in_the_window_after_paying_the_difference_goes_back_J15(
        self, office: Office
    ) -> None:
        """Two days: recognised on the window's last day, and on the next."""
        from tests.enrolment.test_plan import known_person_identity

        known_person("P1", serial=1, insured=())
        known_person("P2", serial=2, insured=())
        office.at = day("2024-11-06")
        office.tax([paid(1, "400.00"), paid(2, "400.00")])
        known_person_identity("P1", date(2024, 12, 25))
        known_person_identity("P2", date(2024, 12, 26))
        office.at = day("2024-12-30")
        status, told = self.refund(office, "P2", ground="recognised", document="认定书")
        assert (status, told["code"]) == (409, "STATE")
        assert "认定前已自行缴费,不再资助,不予退费" in told["rule"]
        assert self.refund(office, "P1", ground="recognised", document="认定书")[0] == 200
        status, one = self.decide(office, "P1")
        assert (status, one["assistance"], one["overpaid"]) == (200, "400.00", "400.00")
        back = paid(1, "400.00", 业务类型="退费", 税票号="R1")
        assert office.tax([back]) == ["已退费"]
        one = office.contribution("P1")
        assert (one["state"], one["overpaid"], one["paid"]) == ("collected", "0.00", "0.00")


def put(psn_no: str, **more: Any) -> None:
    facts: dict[str, Any] = {
        "region": Region(CITY),
        "cover_year": YEAR,
        "parts": Parts(person=Fen(40000)),
        "way": EnrolmentWay.SELF,
        "category": "",
        "cites": (),
        "state": ContributionState.COLLECTED,
        "psn_type": "1501",
        "begin": date(2025, 1, 1),
        "end": date(2025, 12, 31),
        "benefit_begin": None,
        "paid": Fen(40000),
    }
    commit([store.put_contribution(None, Contribution(psn_no, **(facts | more)))])


def head(psn_no: str, serial: int, **more: Any) -> None:
    known_person(psn_no, serial=serial, insured=())
    put(psn_no, **more)


JULY = datetime(2025, 7, 1, 2, tzinfo=UTC)


class TestFiscalClaim:
    @pytest.fixture
    def county(self, office: Office) -> Office:
        """Twelve heads, of which two may be claimed for."""
        office.at = JULY
        head("P1", 1)
        head("P2", 2, begin=date(2025, 6, 30))
        head("U1", 3, state=ContributionState.PLANNED)
        head("U2", 4, begin=date(2025, 7, 1))
        head("U3", 5, end=date(2025, 6, 29))
        head("D1", 6)
        put("D1", region=Region("440800"))
        head("E1", 7)
        commit(
            recorded.insurance_recorded(
                "E1", None, insurance(date(2025, 1, 1), insutype="310"), NOW
            )
        )
        head("N1", 8)
        head("W1", 9)
        head("X1", 10)
        head("X2", 11)
        head("R1", 12, state=ContributionState.REFUNDED)
        for psn_no, kind in (
            ("N1", "no_number"), ("W1", "wrong_number"), ("X1", "dead"), ("X2", "name_differs"),
        ):  # fmt: skip
            body = {"kind": kind, "since": "2025-06-30", "document": "公安比对7月"}
            office.do("POST", f"{CITY}/persons/{psn_no}/findings", body, CLERK)
        return office

    def rows(self, office: Office, outcome: str, number: int = 1) -> dict[str, str]:
        path = f"{CITY}/runs/{YEAR}/fiscal/{number}/rows"
        _, page = office.ask("GET", path, outcome=outcome)
        return {r["psn_no"]: ";".join(r["reasons"]) for r in page["rows"]}

    def test_verified_and_paid_heads_by_the_register_of_30_June_N9_Q2_1(
        self, county: Office
    ) -> None:
        run = county.run(FISCAL, {}, ACCOUNTANT)
        assert run["day"] == "2025-06-30"
        assert run["counts"] == {"taken": 2, "heads": 2, "out": 8, "review": 2}
        assert run["sums"] == {
            "fiscal_central": "840.00", "fiscal_province": "280.00",
            "fiscal_city": "140.00", "fiscal_county": "140.00",
        }  # fmt: skip
        assert self.rows(county, "out") == {
            "U1": "未缴费(已核定待缴)",
            "U2": "2025-06-30 不在参保期内",
            "U3": "2025-06-30 不在参保期内",
            "R1": "未缴费(已退费)",
            "D1": "险种内重复参保(另在 440800)",
            "E1": "险种间重复参保(职工基本医疗保险)",
            "N1": "无身份信息",
            "W1": "身份信息错误",
        }
        assert self.rows(county, "review") == {"X1": "登记日前已死亡", "X2": "证件号码与姓名不符"}

    def test_an_unverified_head_is_not_signed_for_N9_Q2_1(self, county: Office) -> None:
        county.run(FISCAL, {}, ACCOUNTANT)
        status, told = county.ask("POST", f"{FISCAL}/1/sign", {}, AUDITOR)
        assert (status, told["code"]) == (409, "STATE")
        assert (
            "尚有 2 人待核实,未经核实并缴费的人员不得申报(苏医保发〔2022〕53号 九" in told["rule"]
        )
        path = f"{FISCAL}/1/heads"
        body = {"taken": False, "note": "6月20日死亡"}
        assert county.ask("POST", f"{path}/X1", body, CLERK)[0] == 403
        assert county.ask("POST", f"{path}/P1", body, REVIEWER)[0] == 404
        county.do("POST", f"{path}/X1", body, REVIEWER)
        assert county.ask("POST", f"{FISCAL}/1/sign", {}, AUDITOR)[1]["code"] == "STATE"
        county.do("POST", f"{path}/X2", {"taken": True, "note": "户籍更名"}, REVIEWER)
        done = signed(county, FISCAL)
        assert done["counts"] == {"taken": 3, "heads": 3, "out": 9, "review": 0}
        assert done["sums"]["fiscal_central"] == "1260.00"
        _, book = county.ask("GET", f"{CITY}/runs/{YEAR}/fiscal/1/rows/export", outcome="out")
        sheet = load_workbook(io.BytesIO(book))["剔除"]
        assert sheet.max_row == 10

    def test_the_signed_heads_are_what_a_budget_counts_on_J30(self, county: Office) -> None:
        """Of the register of 30 June before the year, until the year has its own; what was taken
        back is off, what nobody signed says nothing, and a county that does not pool is asked."""
        city = Region(CITY)
        self.test_an_unverified_head_is_not_signed_for_N9_Q2_1(county)
        path = f"/fund/{CITY}/budget/{YEAR + 1}/proposal"
        found = ask("GET", path, roles="accountant", region=CITY)[1]
        (personal,) = [row for row in found["rows"] if row["account"] == "390100-400101"]
        assert personal["heads"] == 3
        assert "2025年6月30日参保登记中经核实并已签发申报的人数(至第1批)" in personal["source"]
        query = "residents=5&counted=register"
        given = ask("GET", path, roles="accountant", region=CITY, query=query)[1]
        (entered,) = [row for row in given["rows"] if row["account"] == "390100-400101"]
        assert (entered["heads"], "register" in entered["source"]) == (5, True)
        assert service.verified_heads(city, YEAR) == service.verified_heads(city, YEAR + 1)
        assert service.verified_heads(city, YEAR + 2) == (0, "")
        assert service.verified_heads(Region(COUNTY), YEAR) == (0, "")

    def test_a_later_correction_is_a_difference_N1(self, county: Office) -> None:
        county.run(FISCAL, {}, ACCOUNTANT)
        for psn_no in ("X1", "X2"):
            body = {"taken": False, "note": "属实"}
            county.do("POST", f"{FISCAL}/1/heads/{psn_no}", body, REVIEWER)
        signed(county, FISCAL)
        item, held = store.find_contribution("P2", YEAR, Region(CITY))
        assert held is not None
        from dataclasses import replace

        commit([store.put_contribution(item, replace(held, state=ContributionState.PAUSED))])
        item, held = store.find_contribution("U1", YEAR, Region(CITY))
        assert held is not None
        commit([store.put_contribution(item, replace(held, state=ContributionState.COLLECTED))])
        second = county.run(FISCAL, {}, ACCOUNTANT)
        assert (second["counts"]["heads"], second["counts"]["heads_back"]) == (1, 1)
        assert set(second["sums"].values()) == {"0.00"}
        assert self.rows(county, "taken", 2) == {
            "P2": "未缴费(已暂停)", "U1": "已核实并缴费",
        }  # fmt: skip
        assert county.do("GET", f"{FISCAL}/1")["sums"]["fiscal_central"] == "840.00"

    def test_paid_in_full_counts_once_it_is_claimed_and_not_after_a_refund_Q2_1(
        self, office: Office
    ) -> None:
        office.at = JULY
        full: dict[str, Any] = {
            "parts": Parts(assistance=Fen(40000)), "category": "orphan", "paid": Fen(0),
            "way": EnrolmentWay.BATCH,
        }  # fmt: skip
        head("F1", 1, state=ContributionState.PLANNED, **full)
        head("F2", 2, state=ContributionState.PLANNED, **full)
        head("F3", 3, state=ContributionState.REFUNDED, **full)
        state = EnrolmentRunState.SIGNED
        made = EnrolmentRun(
            Region(CITY), RunKind.SUBSIDY, YEAR, 1, JULY.date(), JULY, OfficerId("a"), state
        )
        rows = [
            store.put_row(
                made.run_id, RunRow(psn, RowOutcome.TAKEN, (), {"assistance": Fen(40000)})
            )
            for psn in ("F1", "F3")
        ]
        commit([store.put_run(None, made), *rows])
        office.run(FISCAL, {}, ACCOUNTANT)
        assert [*self.rows(office, "taken")] == ["F1"]
        assert self.rows(office, "out") == {"F2": "未缴费(已核定待缴)", "F3": "未缴费(已退费)"}

    def test_before_the_register_is_that_of_30_June_it_is_not_made_N9(self, office: Office) -> None:
        office.at = datetime(2025, 6, 30, 2, tzinfo=UTC)
        _, told = office.ask("POST", FISCAL, {}, ACCOUNTANT)
        assert told["code"] == "STATE"
        assert "2025-06-30" in told["rule"]

    def test_levels_without_figures_are_asked_for_N1(self, office: Office) -> None:
        office.at = JULY
        office.figures = office.figures[:-1]
        status, told = office.ask("POST", FISCAL, {}, ACCOUNTANT)
        assert (status, told["code"], told["field"]) == (422, "FIGURE_MISSING", "fiscal_central")

    def test_levels_that_do_not_sum_are_an_error_N1(self, office: Office) -> None:
        from tests.enrolment.figures import figure

        office.at = JULY
        office.figures = (
            (*office.figures[-1][1:], figure("resident_subsidy", 701)),
            *office.figures,
        )
        assert office.ask("POST", FISCAL, {}, ACCOUNTANT)[1]["code"] == "CLAUSE_CONFLICT"

    def test_15_and_18_digits_are_one_head_N9(self, office: Office) -> None:
        from tests.people.samples import certno

        old = certno(1, birth="19800101")
        known_person("P1", serial=1, insured=())
        office.at = day("2024-11-06")
        short = old[:6] + old[8:17]
        told = office.tax([paid(1, "400.00"), paid(1, "400.00", 身份证号=short, 税票号="T-2")])
        assert told[0] == "已登记"
        assert told[1].startswith("参保年度:该年度已缴费")
