"""The plan of a cover year, the tax office's lists, the daily enrolment, by their handlers. Issue:
the register people can use, 5."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime

import pytest
from openpyxl import load_workbook
from tests.enrolment.office import CITY, CLERK, COUNTY, YEAR, Office, paid, token
from tests.people.samples import identity, insurance
from tests.settlement.hospital import known_person

from medaid.enrolment import jobs, runs
from medaid.people import service as people

PLAN = f"{CITY}/plans/{YEAR}"
BODY = {"identity_day": "2024-09-30"}


def assisted(psn_no: str, serial: int, category: str = "orphan", **more: object) -> str:
    start = more.pop("start", date(2024, 1, 1))
    end = more.pop("end", None)
    return known_person(
        psn_no,
        identity(category, start, end),  # type: ignore[arg-type]
        serial=serial,
        insured=(insurance(date(2024, 1, 1), end=date(2024, 12, 31)),),
    )


def day(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}T02:00:00").replace(tzinfo=UTC)


def test_the_batch_plans_each_person_of_the_register_once_J15(office: Office) -> None:
    """Full, quota, none; somebody with two identities once, by the better one (art. 22)."""
    assisted("P1", 1)
    assisted("P2", 2, "low_income_edge")
    assisted("P3", 3, "illness_poor")
    known_person("P4", identity("low_income_edge"), identity("orphan", admdvs="440981"), serial=4)
    run = office.run(PLAN, BODY)
    assert (run["state"], run["counts"]) == ("done", {"taken": 3, "out": 1})
    assert run["sums"] == {"person": "80.00", "assistance": "1120.00", "treasury": "0.00"}
    assert run["known_at"].startswith("2024-10-08"), "the version of the register that it read"
    one = office.contribution("P2")
    assert (one["total"], one["person"], one["assistance"]) == ("400.00", "80.00", "320.00")
    assert (one["state"], one["way_name"]) == ("planned", "集中参保")
    assert office.contribution("P4")["category"] == "orphan"
    _, out = office.ask("GET", f"{CITY}/runs/{YEAR}/plan/1/rows", outcome="out")
    assert [(r["psn_no"], r["reasons"]) for r in out["rows"]] == [
        ("P3", ["该救助类型没有参保资助"])
    ]


def test_who_has_nothing_to_pay_is_enrolled_for_the_year_at_once_J15(office: Office) -> None:
    assisted("P1", 1)
    assisted("P2", 2, "low_income_edge")
    office.run(PLAN, BODY)
    covers = [
        any(one.covers(date(2025, 1, 1)) for one in people.load(psn, 2025).insurances)
        for psn in ("P1", "P2")
    ]
    assert covers == [True, False]
    assert not any(one.covers(date(2026, 1, 1)) for one in people.load("P1", 2025).insurances)


def test_run_again_it_changes_nothing(office: Office) -> None:
    assisted("P1", 1)
    office.run(PLAN, BODY)
    before = office.contribution("P1")
    again = office.run(PLAN, BODY)
    assert again["number"] == 2
    assert office.contribution("P1") == before
    jobs.take_message('{"admdvs":"440900","cover_year":2025,"kind":"plan","number":1}', office.at)
    assert not office.bodies, "a slice of a run that is over asks for nothing"


def test_a_message_that_comes_twice_counts_nobody_twice(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Slices of two; after the first one its message is there once more."""
    monkeypatch.setattr(runs, "SLICE", 2)
    for serial in range(1, 6):
        assisted(f"P{serial}", serial)
    office.do("POST", PLAN, BODY)
    office.bodies += office.bodies
    office.drain()
    (run,) = office.ask("GET", f"{CITY}/runs")[1]["rows"]
    assert (run["state"], run["read"], run["counts"]) == ("done", 5, {"taken": 5})
    assert run["sums"]["assistance"] == "2000.00"


@pytest.mark.parametrize(
    ("path", "who", "status"),
    [
        (PLAN, CLERK, 403),
        (PLAN, token("manager", region="320100"), 403),
        (PLAN.replace(CITY, COUNTY), token("manager", region=COUNTY), 400),
    ],
)
def test_who_may_begin_it(office: Office, path: str, who: dict[str, str], status: int) -> None:
    assert office.ask("POST", path, BODY, who)[0] == status


@pytest.mark.parametrize(
    ("today", "taken"),
    [("2024-09-30", False), ("2024-10-01", True), ("2024-12-25", True), ("2024-12-26", False)],
)
def test_only_inside_the_window_the_first_and_the_last_day_included_N8(
    office: Office, today: str, taken: bool
) -> None:
    office.at = day(today)
    status, told = office.ask("POST", PLAN, BODY)
    assert status == (201 if taken else 409)
    assert taken or "集中缴费期为 2024-10-01 至 2024-12-25" in told["rule"]


def test_a_year_without_figures_is_refused_naming_the_clause_J14(office: Office) -> None:
    office.figures = ()
    status, told = office.ask("POST", PLAN, BODY)
    assert (status, told["code"]) == (422, "FIGURE_MISSING")
    assert "苏医保办发〔2023〕27号 第十四条" in told["rule"]
    status, told = office.ask("POST", PLAN, {})
    assert told["code"] == "FIGURE_MISSING"


def test_the_identity_day_is_asked_for_where_no_document_names_it(office: Office) -> None:
    assert office.ask("POST", PLAN, {})[1]["field"] == "identity_day"


class TestTaxLists:
    def test_planned_collected_in_treasury_J15(self, office: Office) -> None:
        """Q2.1: what the person pays is what the tax office reports, each receipt once."""
        assisted("P2", 2, "low_income_edge")
        office.run(PLAN, BODY)
        office.at = day("2024-11-06")
        assert office.tax([paid(2, "80.00")]) == ["已登记"]
        assert office.contribution("P2")["state"] == "collected"
        held = people.load("P2", 2025).insurances
        assert any(one.covers(date(2025, 1, 1)) for one in held)
        assert office.tax([paid(2, "80.00")]) == ["无变化"]
        assert office.tax([paid(2, "80.00", 入库日期="2024-11-06")]) == ["已入库"]
        assert office.contribution("P2")["state"] == "in_treasury"
        told = office.tax([paid(2, "80.00", 税票号="T-other")])
        assert told[0].startswith("参保年度:该年度已缴费")

    def test_an_ordinary_resident_pays_the_contribution_of_the_class(self, office: Office) -> None:
        office.at = day("2024-11-06")
        rows = [
            paid(7, "400.00"),
            paid(8, "200.00", 人员类别="1403"),
            paid(9, "399.99"),
            paid(10, "400.00", 身份证号="123"),
            paid(11, "400.00", 参保年度="明年"),
            paid(12, "400.00", 税票号="T7-400.00-2024-11-05"),
            paid(13, "400.00", 业务类型="捐赠"),
            paid(14, "400.00", 缴费日期="2024-11-07"),
            paid(15, "", 税票号="x"),
        ]
        told = office.tax(rows)
        assert told[:2] == ["已登记", "已登记"]
        assert told[2] == "金额:2025 年度个人缴费标准为 400.00 元"
        assert [one.partition(":")[0] for one in told[3:]] == [
            "证件号码", "参保年度", "税票号", "业务类型", "日期", "金额",
        ]  # fmt: skip
        summary = office.answer("list.csv.feedback.json").decode()
        assert "共 9 行" in summary

    def test_days_and_amounts_are_read_as_in_every_dropped_table(self, office: Office) -> None:
        """Other ways to write the same, full width too; a day with more behind it and half a group
        of three are nothing near."""
        office.at = day("2024-11-06")
        told = office.tax(
            [
                paid(7, "400.00", 缴费日期="20241105"),
                paid(8, "400.00", 缴费日期="2024年11月5日"),
                paid(9, "400.00"),
                paid(10, "400.00", 缴费日期="2024-11-0512:00"),
                paid(11, "4,00.00"),
            ]
        )
        assert told[:3] == ["已登记"] * 3
        assert [one.partition(":")[0] for one in told[3:]] == ["日期", "金额"]

    def test_late_is_waited_for_and_the_counter_knows_it_J21(self, office: Office) -> None:
        office.at = day("2025-03-31")
        assert office.tax([paid(7, "400.00", "2025-03-31")]) == ["已登记"]
        (psn_no,) = [
            r["psn_no"]
            for r in office.ask("GET", f"{CITY}/contributions/{YEAR}", state="collected")[1]["rows"]
        ]
        (held,) = people.load(psn_no, 2025).insurances
        assert held.benefit_begin == date(2025, 6, 30)
        assert [held.covers(date(2025, 6, n)) for n in (29, 30)] == [False, True]

    @pytest.mark.parametrize(("name", "told"), [("a/b.csv", "应放在"), ("list.pdf", "UTF-8")])
    def test_a_file_that_is_none_is_answered(self, office: Office, name: str, told: str) -> None:
        from types import SimpleNamespace

        from functions.enroll import worker

        from medaid.aws.settings import settings

        key = f"tax/in/{CITY}/{name}"
        office.s3.put_object(Bucket=settings().bucket, Key=key, Body=b"\xff\xfe\x00\x81")
        worker.handler({"Records": [{"s3": {"object": {"key": key}}}]}, SimpleNamespace())
        assert office.answer(f"{name}.feedback.csv")


class TestDaily:
    def test_the_newly_recognised_are_enrolled_each_day_J15_J21(self, office: Office) -> None:
        office.run(PLAN, BODY)
        office.at = day("2025-03-10")
        known_person("P1", identity("orphan", date(2025, 3, 1)), serial=1, insured=())
        office.bodies.clear()
        from functions.enroll import worker

        worker.handler({"job": "daily"}, None)
        office.drain()
        one = office.contribution("P1")
        assert (one["way_name"], one["begin"], one["state"]) == (
            "日常参保",
            "2025-03-10",
            "planned",
        )
        (held,) = people.load("P1", 2025).insurances
        assert [held.covers(date(2025, 3, n)) for n in (9, 10)] == [False, True]

    def test_who_paid_before_recognition_outside_the_window_is_not_subsidised_J15(
        self, office: Office
    ) -> None:
        office.run(PLAN, BODY)
        office.at = day("2025-03-10")
        known_person("P1", serial=1, insured=())
        office.tax([paid(1, "400.00", "2024-11-05")])
        known_person_identity("P1", date(2025, 3, 1))
        run = office.run(f"{CITY}/daily/{YEAR}")
        assert run["counts"] == {"out": 1}
        _, page = office.ask("GET", f"{CITY}/runs/{YEAR}/daily/1/rows", outcome="out")
        (row,) = page["rows"]
        assert row["reasons"][0].startswith("认定前已自行缴费,不再资助,不予退费")
        assert office.contribution("P1")["assistance"] == "0.00"

    def test_recognised_inside_a_wait_it_ends_J21(self, office: Office) -> None:
        office.run(PLAN, BODY)
        office.at = day("2025-03-31")
        known_person("P1", serial=1, insured=())
        office.tax([paid(1, "400.00", "2025-03-31")])
        office.at = day("2025-05-20")
        known_person_identity("P1", date(2025, 5, 20))
        office.run(f"{CITY}/daily/{YEAR}")
        (held,) = people.load("P1", 2025).insurances
        assert held.benefit_begin == date(2025, 5, 20)


def known_person_identity(psn_no: str, start: date) -> None:
    from tests.people import recorded
    from tests.settlement.hospital import NOW

    from medaid.aws.transaction import commit

    commit(recorded.identity_recorded(psn_no, None, identity("orphan", start), NOW))


def test_lists_by_page_region_and_export(office: Office) -> None:
    for serial in (1, 2, 3):
        assisted(f"P{serial}", serial)
    office.run(PLAN, BODY)
    where = f"{COUNTY}/contributions/{YEAR}"
    county = token("auditor", region=COUNTY)
    status, page = office.ask("GET", where, None, county, limit="2")
    assert (status, len(page["rows"])) == (200, 2)
    _, rest_of = office.ask("GET", where, None, county, limit="2", cursor=page["cursor"])
    assert [r["psn_no"] for r in (*page["rows"], *rest_of["rows"])] == ["P1", "P2", "P3"]
    assert office.ask("GET", where, None, token("auditor", region="320100"))[0] == 403
    status, book = office.ask("GET", f"{CITY}/contributions/{YEAR}/export")
    sheet = load_workbook(io.BytesIO(book))["名单"]
    assert [[c.value for c in r][:2] for r in sheet.iter_rows(min_row=2)] == [
        ["P1", "张三"], ["P2", "张三"], ["P3", "张三"],
    ]  # fmt: skip
