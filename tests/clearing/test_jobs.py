"""What the calendar drives, and the doors. Proves J16, J34, N7, Q5.2, X12 and that every job may be
run again."""

from __future__ import annotations

import base64
import io
import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from functions.clearing import finance as finance_door
from functions.clearing import handler as job_door
from functions.clearing import rollup as rollup_door
from functions.clearing import worker as worker_door
from functions.clearing.handler import routes
from functions.outbox import handler as outbox_door
from functions.payments import handler as bank_door
from openpyxl import load_workbook
from tests.clearing.builders import (
    ELSEWHERE,
    HOME,
    HOSPITALS,
    agree,
    agreement,
    arrive,
    at,
    close_month,
    contract,
    event_of,
    insure,
    item,
    made,
    owed_to,
    reconcile_totals,
    upload_rows,
)
from tests.conftest import Tables

from medaid.aws import clock, delivery, exchange, outbox
from medaid.aws.faults import Failed
from medaid.aws.transaction import commit
from medaid.clearing import jobs, runs, store
from medaid.clearing.hospital import fsi
from medaid.clearing.hospital import service as hospital
from medaid.clearing.hospital.monthly import YearEnd
from medaid.clearing.regions import service as regions
from medaid.dropped.table import TableLimits
from medaid.errors import BadInput, Refused, Unavailable
from medaid.events import CaseClosed, ReserveLow
from medaid.fund import keys, rolled, seals
from medaid.fund import service as fund
from medaid.fund.model import journal
from medaid.fund.store import JournalItem
from medaid.instants import stored
from medaid.money import Fen
from medaid.months import Month
from medaid.national_files import unzipped, zipped
from medaid.regions import Region
from medaid.workdays import published

A = HOSPITALS[0]
CALENDAR = published()
AUGUST = at(1, 4, month=8)


def told(tables: Tables, kind: str) -> list[str]:
    return [
        row["pk"]["S"] for row in tables.items("outbox") if row.get("kind", {}).get("S") == kind
    ]


class TestCalendar:
    def test_monthly_makes_statements_of_all_regions(self, tables: Tables) -> None:
        arrive(item(1, at(3)))
        arrive(item(2, at(3), home=ELSEWHERE, treatment=ELSEWHERE, institution="H32010000001"))
        for _ in range(2):
            assert jobs.monthly(AUGUST, CALENDAR).failed == []
        assert made(HOME, A, "2023-07")[0].lines == 1
        assert made(ELSEWHERE, "H32010000001", "2023-07")[0].lines == 1
        run = runs.find_run("month", HOME, "2023-07")
        assert run is not None
        assert run.state == "done"
        assert run.counts == {"institutions": 1, "items": 1, "fund_pay": 80000}

    def test_daily_twice_changes_nothing(self, tables: Tables) -> None:
        arrive(item(1, at(3)))
        arrive(item(2, at(4), home=ELSEWHERE))
        jobs.monthly(AUGUST, CALENDAR)
        first = jobs.daily(at(2, 4, month=8), CALENDAR)
        assert first.failed == []
        assert first.counts["sealed"] > 0
        assert first.counts["rolled_up"] > 0
        assert first.counts["rollup_differs"] == 0
        assert first.counts["region_bills"] > 0
        before = tables.everything()
        second = jobs.daily(at(2, 4, month=8), CALENDAR)
        assert second.counts["sealed"] == 0
        assert tables.everything() == before
        (bill,) = [b for b in owed_to(HOME, "2023-07") if b.debtor == ELSEWHERE]
        assert bill.total() == Fen(80000)

    def test_month_that_was_missed_is_made_up_for(self, tables: Tables) -> None:
        """The monthly run never came, and a region turned up after it: the mornings after, both are
        as if it had."""
        arrive(item(1, at(3)))
        arrive(item(2, at(4), home=ELSEWHERE))
        for day in (2, 3):
            assert jobs.daily(at(day, 4, month=8), CALENDAR).failed == []
        assert made(HOME, A, "2023-07")[0].lines == 2
        (bill,) = [b for b in owed_to(HOME, "2023-07") if b.debtor == ELSEWHERE]
        assert bill.total() == Fen(80000)

    def test_months_that_were_missed_are_made_up_for_however_many(self, tables: Tables) -> None:
        """Right money, 37.
        The calendar stood still for four months; each item lies in its own month's statement,
        and each month's bill asks its own sums, once."""
        for month in (4, 5, 7):
            arrive(item(month, at(3, month=month), home=ELSEWHERE, hifp=1000 * month, maf=0))
        for day in (2, 3):
            assert jobs.daily(at(day, 4, month=8), CALENDAR).failed == []
        for month in (4, 5, 7):
            period = f"2023-{month:02d}"
            assert [s.lines for s in made(HOME, A, period)] == [1]
            (bill,) = [b for b in owed_to(HOME, period) if b.debtor == ELSEWHERE]
            assert bill.total() == Fen(1000 * month)
        (june,) = [b for b in owed_to(HOME, "2023-06") if b.debtor == ELSEWHERE]
        assert june.total() == Fen(0)
        assert {s.month for s in hospital.report_overdue(Region(HOME), AUGUST, CALENDAR)} == {
            "2023-04",
            "2023-05",
        }

    def test_two_late_projections_that_end_in_reverse_order_lose_nothing(
        self, tables: Tables
    ) -> None:
        """Right money, 37. The one that began first ends last, around a cut: the later item gets
        its supplement."""
        arrive(item(1, at(3)))
        close_month(HOME, "2023-07", AUGUST)
        slow, fast = at(1, 6, month=8), at(1, 8, month=8)
        arrive(item(2, at(4)), when=fast)
        arrive(item(3, at(5)), when=slow)
        hospital.create_supplements(HOME, at(1, 7, month=8))
        hospital.create_supplements(HOME, at(1, 9, month=8))
        assert sum(s.lines for s in made(HOME, A, "2023-07")) == 3

    def test_bills_of_the_month_before_last_are_still_made(self, tables: Tables) -> None:
        arrive(item(1, at(4), home=ELSEWHERE))
        jobs.monthly(AUGUST, CALENDAR)
        jobs.monthly(at(1, 4, month=9), CALENDAR)
        jobs.daily(at(2, 4, month=9), CALENDAR)
        assert [b.total() for b in owed_to(HOME, "2023-07") if b.debtor == ELSEWHERE] == [
            Fen(80000)
        ]

    def test_failure_of_one_region_does_not_keep_the_others(self, tables: Tables) -> None:
        arrive(item(1, at(3)))
        arrive(item(2, at(3), home="440981", treatment="440981", institution="H44090000001"))
        insure("440900", 2023, 0)
        done = jobs.daily(at(2, 4, month=8), CALENDAR)
        assert done.failed == []
        assert done.counts["insurer_bills"] == 1

    def test_storage_away_for_one_citys_filing_does_not_stop_the_others(
        self, tables: Tables, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        arrive(item(1, at(3)))
        arrive(item(2, at(3), home=ELSEWHERE, treatment=ELSEWHERE))
        jobs.monthly(AUGUST, CALENDAR)
        file_city, filed = regions.file_city, []

        def away(city: str, month: Month, now: datetime) -> Any:
            if city == ELSEWHERE:
                raise Unavailable("UNAVAILABLE")
            filed.append(city)
            return file_city(city, month, now)

        monkeypatch.setattr(regions, "file_city", away)
        done = jobs.daily(at(2, 4, month=8), CALENDAR)
        assert done.failed == [f"region_bills {ELSEWHERE} UNAVAILABLE"]
        assert filed == [HOME]
        assert done.counts["sealed"] > 0, "what follows in the morning is done too"
        monkeypatch.setattr(regions, "file_city", file_city)
        assert jobs.daily(at(3, 4, month=8), CALENDAR).failed == []

    def test_unpaid_on_the_20th_is_told_once(self, tables: Tables) -> None:
        arrive(item(1, at(3)))
        jobs.monthly(AUGUST, CALENDAR)
        assert hospital.report_overdue(Region(HOME), at(17, 4, month=8), CALENDAR) == []
        for day in (18, 19, 20):  # 20 August 2023 is a Sunday: the money must be sent on the 18th
            assert len(hospital.report_overdue(Region(HOME), at(day, 4, month=8), CALENDAR)) == 1
        assert len(told(tables, "statement_overdue")) == 1

    def test_bar_of_the_year_with_notices_before(self, tables: Tables) -> None:
        """Q5.2: not settled by 20 January of the next year is not paid; told 30, 10 and 3 days
        before."""
        silent, fine = item(1, at(3, month=11)), item(2, at(3, month=11), institution=HOSPITALS[1])
        arrive(silent)
        arrive(fine)
        close_month(HOME, "2023-11", at(1, 4, month=12))
        first = datetime(2023, 11, 1, tzinfo=UTC).date()
        totals = {n: fine.amounts[n] for n in ("medfee_sumamt", "fund_pay_sumamt", "acct_pay")}
        reconcile_totals(
            HOME,
            HOSPITALS[1],
            ("390", "21", HOME),
            first,
            Month.of(first).last,
            totals,
            1,
            at(2, month=12),
        )
        assert hospital.apply_time_bar(Region(HOME), at(20, 4, month=12), CALENDAR) == YearEnd(0, 0)
        for day, month, year in (
            (23, 12, 2023),
            (24, 12, 2023),
            (12, 1, 2024),
            (19, 1, 2024),
            (22, 1, 2024),
        ):
            assert (
                hospital.apply_time_bar(
                    Region(HOME), at(day, 4, month=month, year=year), CALENDAR
                ).barred
                == 0
            )
        assert len(told(tables, "time_bar_notice")) == 3
        after = at(
            23, 4, month=1, year=2024
        )  # 20 January 2024 is a Saturday: Monday the 22nd still counts
        assert hospital.apply_time_bar(Region(HOME), after, CALENDAR) == YearEnd(0, 1)
        assert hospital.apply_time_bar(Region(HOME), after, CALENDAR) == YearEnd(0, 0)
        assert made(HOME, A, "2023-11")[0].state == "time_barred"
        assert made(HOME, HOSPITALS[1], "2023-11")[0].state == "confirmed"
        balance = fund.balance(HOME, datetime(2024, 1, 31, tzinfo=UTC).date())
        assert balance["610100-430109"] == Fen(-20000)
        assert balance["610100-2101"] == Fen(-20000)  # the other hospital's

    def test_reserve_of_less_than_three_months_is_counted(self, tables: Tables) -> None:
        """N7."""
        arrive(item(1, at(3)))
        assert jobs.daily(AUGUST, CALENDAR).counts["short_of_reserve"] == 2

    def test_reserve_of_less_than_three_months_is_told_once(self, tables: Tables) -> None:
        """N7: of each fund, with what it holds and what was spent; on the first alone."""
        arrive(item(1, at(3)))
        jobs.daily(AUGUST + timedelta(days=1), CALENDAR)
        assert low_reserves() == []
        for _ in range(2):
            jobs.daily(AUGUST, CALENDAR)
        told = low_reserves()
        assert len({one.fund for one in told}) == len(told) == 2
        for one in told:
            assert (one.admdvs, one.month, one.least) == (HOME, "2023-07", 3)
            assert one.surplus == -one.spent < Fen(0), "nothing but the month's spending"
            assert one.cite == "苏医保发〔2022〕53号七"

    def test_a_reserve_that_could_not_be_looked_at_on_the_first_is_made_up(
        self, tables: Tables, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """N7: the next morning, and then not again."""
        arrive(item(1, at(3)))
        jobs.daily(AUGUST - timedelta(days=1), CALENDAR)

        def away(*_: object) -> int:
            raise Unavailable("UNAVAILABLE")

        with monkeypatch.context() as broken:
            broken.setattr("medaid.fund.finance.warn_of_reserve", away)
            assert jobs.daily(AUGUST, CALENDAR).failed
        assert low_reserves() == []
        after = [
            jobs.daily(AUGUST + timedelta(days=days), CALENDAR).counts["short_of_reserve"]
            for days in (1, 2)
        ]
        assert after == [2, 0]
        assert {one.month for one in low_reserves()} == {"2023-07"}


def low_reserves() -> list[ReserveLow]:
    messages = (outbox.event_of(one) for one in outbox.OutboxItem.scan() if one.sk == "MESSAGE")
    return [one for one in messages if isinstance(one, ReserveLow)]


def event(
    method: str,
    path: str,
    body: Any = None,
    roles: str = "",
    region: str = HOME,
    sub: str = "u1",
    query: str = "",
    institution: str = "",
) -> dict[str, Any]:
    claims = {
        "sub": sub,
        "custom:admdvs": region,
        "cognito:groups": roles,
        "custom:fixmedins_code": institution,
    }
    http = {
        "method": method,
        "path": path,
        "sourceIp": "10.0.0.1",
        "protocol": "HTTP/1.1",
        "userAgent": "t",
    }
    return {
        "version": "2.0",
        "routeKey": f"{method} {path}",
        "rawPath": path,
        "rawQueryString": query,
        "headers": {"content-type": "application/json"},
        "queryStringParameters": dict(pair.split("=") for pair in query.split("&") if pair) or None,
        "requestContext": {
            "http": http,
            "stage": "$default",
            "requestId": "r",
            "authorizer": {"jwt": {"claims": claims}},
        },
        "body": None if body is None else json.dumps(body),
        "isBase64Encoded": False,
    }


def ask(*what: Any, now: datetime = AUGUST, **more: Any) -> tuple[int, dict[str, Any]]:
    answer = routes(lambda: now).resolve(event(*what, **more), None)  # type: ignore[arg-type]
    return answer["statusCode"], json.loads(answer["body"])


PAIR = {"creditor_city": ELSEWHERE, "debtor_city": HOME, "reason": "x"}


class TestRoutes:
    def test_whole_way_of_a_statement(self, tables: Tables) -> None:
        one = item(1, at(3))
        arrive(one)
        jobs.monthly(AUGUST, CALENDAR)
        base = f"/clearing/{HOME}/statements/{A}/2023-07/1"
        agree(agreement(A))
        sent = {
            "insutype": "390",
            "clr_type": "21",
            "setl_optins": HOME,
            "stmt_begndate": "2023-07-01",
            "stmt_enddate": "2023-07-31",
            "medfee_sumamt": "850.00",
            "fund_pay_sumamt": "800.00",
            "acct_pay": "0.00",
            "fixmedins_setl_cnt": "1",
        }
        assert fsi.totals(sent, A, HOME, AUGUST)["stmtinfo"]["stmt_rslt"] == "0"
        assert ask("GET", base, roles="auditor")[1]["state"] == "confirmed"
        assert ask("POST", f"{base}/approve", {}, roles="auditor", sub="甲")[0] == 200
        assert ask("POST", f"{base}/release", {}, roles="cashier", sub="甲")[0] == 403  # Q3.1
        status, paid = ask("POST", f"{base}/release", {}, roles="cashier", sub="乙")
        assert (status, paid["paid"]) == (200, {"assistance": "200.00", "basic_resident": "600.00"})
        assert all(exchange.get(key) for key in paid["files"])
        status, found = ask(
            "GET",
            f"/fund/{HOME}/trial-balance",
            roles="accountant",
            query="from=2023-07-01&to=2023-08-31",
        )
        assert (status, found["balanced"]) == (200, True)
        assert ask("POST", f"/fund/{HOME}/accounts/2023-07", {}, roles="accountant")[0] == 200

    @pytest.mark.parametrize(
        ("method", "path", "roles", "region"),
        [
            ("GET", f"/clearing/{HOME}/months/2023-07", "auditor", ELSEWHERE),  # another region
            ("GET", f"/clearing/{HOME}/months/2023-07", "institution", HOME),  # a role that may not
            ("GET", f"/clearing/{HOME}/statements/{A}/2023-07/1", "", ""),
            ("POST", f"/fund/{HOME}/periods/2023-07/reopen", "accountant", HOME),
            ("POST", f"/clearing/{HOME}/suspension/310000/suspend", "manager", HOME),
            ("POST", f"/fund/{HOME}/allocations/2023-Q3/1/approve", "accountant", HOME),
        ],
    )
    def test_not_theirs(
        self, tables: Tables, method: str, path: str, roles: str, region: str
    ) -> None:
        assert ask(method, path, {"reason": "x"}, roles=roles, region=region)[0] == 403

    @pytest.mark.parametrize(
        ("path", "status"),
        [
            (f"/clearing/{HOME}/drg-share/²", 400),
            (f"/clearing/{HOME}/drg-share/99999999", 400),
            (f"/clearing/{HOME}/months/2023-13", 400),
            (f"/clearing/{HOME}/months/２０２３-07", 400),
            (f"/clearing/{HOME}/statements/{A}/2023-07/¼", 400),
            (f"/clearing/{HOME}/statements/{A}/2023-07/-1", 400),
            ("/clearing/xx/months/2023-07", 400),
            (f"/clearing/{HOME}/bills/2023-00", 400),
            (f"/clearing/{HOME}/insurer/٢٠٢٣", 400),
        ],
    )
    def test_crafted_path_is_answered_not_failed(
        self, tables: Tables, path: str, status: int
    ) -> None:
        assert ask("GET", path, roles="auditor")[0] == status

    @pytest.mark.parametrize(
        ("path", "body", "field"),
        [
            (f"deductions/{A}/D1", {"amounts": {"x": "1.00"}, "reason": "x"}, "amounts.x"),
            (f"deductions/{A}/D1", {"amounts": {"assistance": "1e99"}, "reason": "x"}, ""),
            (f"deductions/{A}/D1", {"amounts": {}, "reason": "x"}, "amounts"),
            (f"deductions/{A}/D1", {"amounts": {"assistance": "0"}, "reason": "x"}, "amounts.assi"),
            (f"bills/2023-07/disputes/{ELSEWHERE}", {**PAIR, "amounts": {}}, "amounts"),
            (f"bills/2023-07/disputes/{ELSEWHERE}", {**PAIR, "amounts": {"x": "1"}}, "amounts.x"),
            (
                f"bills/2023-07/disputes/{ELSEWHERE}",
                {**PAIR, "amounts": {"assistance": "-1"}},
                "amounts.assistance",
            ),
            (f"prepayments/{ELSEWHERE}/2023/fix", {"last_year": {"x": "1"}}, "last_year.x"),
            (f"prepayments/{ELSEWHERE}/2023/fix", {"last_year": {}}, "last_year"),
            (
                f"prepayments/{ELSEWHERE}/2023/fix",
                {"last_year": {"assistance": "-1"}},
                "last_year.assistance",
            ),
            (f"disputes/{A}/S1", {"upheld": "yes", "reason": "x"}, "upheld"),
            (f"retention/{A}/2022", {"share": "1.5"}, "share"),
            (f"statements/{A}/2023-07/1/approve", {"points": -1}, "points"),
            (f"statements/{A}/2023-07/1/approve", {"points": 1.5}, "points"),
            ("suspension/320100/suspend", {}, "reason"),
            (
                f"prepayments/{ELSEWHERE}/2023/fix",
                {"last_year": {"assistance": "-12.00"}},
                "last_year.assistance",
            ),
            (f"prepayments/{HOME}/2023/fix", {"last_year": {"assistance": "12.00"}}, "treatment"),
            ("prepayments/320581/2023/fix", {"last_year": {"assistance": "12.00"}}, "treatment"),
            (
                f"agreements/{A}",
                {
                    "effective": "2023-01-01",
                    "name": "某医院",
                    "hi_paymtd": "5",
                    "rate": "-0.01",
                    "bank": "中国银行",
                    "account": "6222000011112222",
                },
                "rate",
            ),
            (
                "insurer/2023/contract",
                {"insurer": "PICC", "name": "人保", "reserve": "-1.00"},
                "reserve",
            ),
        ],
    )
    def test_bad_body_names_its_field(
        self, tables: Tables, path: str, body: dict[str, Any], field: str
    ) -> None:
        contract(A)
        before = tables.everything()
        roles = "auditor reviewer manager"
        region = "320000" if path.startswith("suspension") else HOME
        status, answer = ask("POST", f"/clearing/{region}/{path}", body, roles=roles, region=region)
        assert status == 400
        assert answer["field"].startswith(field)
        assert tables.everything() == before

    def test_one_person_holds_one_duty_in_an_office_over_any_number_of_papers(
        self, tables: Tables
    ) -> None:
        """Right money, 16. Q3.1: A audits one hospital's month and pays another's while B does the
        reverse: no."""
        brought = {
            institution: item(number, at(3), institution=institution)
            for number, institution in enumerate(HOSPITALS[:2])
        }
        for one in brought.values():
            arrive(one)
        close_month(HOME, "2023-07", AUGUST)
        for institution, one in brought.items():
            sums = {n: one.amounts[n] for n in ("medfee_sumamt", "fund_pay_sumamt", "acct_pay")}
            first, last = date(2023, 7, 1), date(2023, 7, 31)
            group = ("390", "21", HOME)
            reconcile_totals(HOME, institution, group, first, last, sums, 1, AUGUST)
            agree(agreement(institution))
        for institution, audits, pays, status in (
            (HOSPITALS[0], "甲", "乙", 200),
            (HOSPITALS[1], "丙", "甲", 403),
        ):
            base = f"/clearing/{HOME}/statements/{institution}/2023-07/1"
            assert ask("POST", f"{base}/approve", {}, roles="auditor", sub=audits)[0] == 200
            answer = ask("POST", f"{base}/release", {}, roles="cashier", sub=pays)
            assert answer[0] == status
        assert answer[1]["code"] == "SEPARATION"
        base = f"/clearing/{HOME}/statements/{HOSPITALS[1]}/2023-07/1"
        assert ask("POST", f"{base}/release", {}, roles="cashier", sub="乙")[0] == 200

    def test_no_such_thing(self, tables: Tables) -> None:
        assert ask("GET", f"/clearing/{HOME}/statements/{A}/2023-07/9", roles="auditor")[0] == 404
        assert ask("GET", "/clearing/nothing", roles="auditor")[0] == 404

    def test_lines_are_uploaded_compared_and_fetched(self, tables: Tables) -> None:
        one, two = item(1, at(3)), item(2, at(4))
        arrive(one)
        arrive(two)
        jobs.monthly(AUGUST, CALENDAR)
        number = fsi.upload(A, zipped("a.txt", b"".join(upload_rows([one]))))
        sent = {
            "setl_optins": HOME,
            "file_qury_no": number,
            "stmt_begndate": "2023-07-01",
            "stmt_enddate": "2023-07-31",
            "clr_type": "21",
            "medfee_sumamt": "850.00",
            "fund_pay_sumamt": "800.00",
            "cash_payamt": "50.00",
            "fixmedins_setl_cnt": "1",
            "refd_setl_flag": "0",
        }
        answer = fsi.lines(sent, A, HOME, AUGUST)["fileinfo"]
        rows = unzipped(fsi.download(A, answer["file_qury_no"])).decode().splitlines()
        assert [row.split("\t")[4] for row in rows] == ["101"]
        with pytest.raises(BadInput):
            fsi.lines({**sent, "medfee_sumamt": "850.01"}, A, HOME, AUGUST)
        with pytest.raises(Refused):  # another hospital's file
            fsi.lines(sent, HOSPITALS[1], HOME, AUGUST)


def record(item_: Any) -> dict[str, Any]:
    """A stream record as a function gets it: binaries as base64 text."""
    image = item_.serialize()
    for value in image.values():
        if "B" in value:
            value["B"] = base64.b64encode(value["B"]).decode()
    return {
        "eventName": "INSERT",
        "eventID": "1",
        "eventSource": "aws:dynamodb",
        "eventSourceARN": f"arn:aws-cn:dynamodb:r:1:table/{item_.Meta.table_name}/stream/1",
        "dynamodb": {
            "NewImage": image,
            "SequenceNumber": "7",
            "Keys": {name: image[name] for name in ("pk", "sk") if name in image},
        },
    }


class TestDoors:
    def test_outbox_projects_settlements(self, tables: Tables) -> None:
        one = item(1, at(3))
        commit([outbox.publish(event_of(one), one.setl_id, at(3))])
        (held,) = list(outbox.OutboxItem.scan())
        for _ in range(2):
            assert outbox_door.handler({"Records": [record(held)]}, None) == {
                "batchItemFailures": []
            }
        assert len(list(store.list_items(HOME, A, "2023-07"))) == 1

    def test_message_is_sent_once_failures_are_kept_and_retried(self, tables: Tables) -> None:
        """J16."""
        event = CaseClosed("C1", "P1", HOME)
        commit([outbox.publish(event, "P1-2024", at(3))])
        (held,) = list(outbox.OutboxItem.scan())
        sent: list[str] = []

        class Flaky:
            broken = True

            def send(self, key: str, kind: str, body: Any) -> None:
                if self.broken:
                    raise OSError("gateway away")
                sent.append(key)

        gateway = Flaky()
        with pytest.raises(OSError, match="gateway"):
            delivery.deliver(held, gateway, at(3))
        assert list(delivery.failed()) == ["O#case_closed#P1-2024"]
        gateway.broken = False
        assert delivery.deliver(held, gateway, at(3)) is True
        assert delivery.deliver(held, gateway, at(3)) is False
        assert sent == ["O#case_closed#P1-2024"]
        assert list(delivery.failed()) == []

    def test_bad_message_fails_alone(self, tables: Tables, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("medaid.aws.clock.now", lambda: at(3))
        one = item(1, at(3))
        outbox.OutboxItem(
            "O#settlement_posted#x", kind="settlement_posted", at=stored(at(3)), body={"version": 9}
        ).save()
        commit([outbox.publish(event_of(one), one.setl_id, at(3))])
        records = [record(held) for held in outbox.OutboxItem.scan()]
        answer = outbox_door.handler({"Records": records}, None)
        assert len(answer["batchItemFailures"]) == 1
        assert len(list(store.list_items(HOME, A, "2023-07"))) == 1

    def test_rollup(self, tables: Tables) -> None:
        settled = journal.SettlementBooking(
            "s1", HOME, HOME, A, "390", "inpatient", {"maf_pay": Fen(5)}
        )
        commit(fund.writes(*journal.settlement_entries(settled, at(3))))
        records = [record(held) for held in JournalItem.scan()]
        for _ in range(2):
            rollup_door.handler({"Records": records}, None)
        _, sums = rolled.kept(keys.rolls_of(HOME, "2023-07"))
        assert sorted(one.debits for one in sums.sums.values()) == [0, 5]

    def test_worker_makes_one_institutions_month(self, tables: Tables) -> None:
        arrive(item(1, at(3)))
        body = json.dumps(
            {"admdvs": HOME, "institution": A, "month": "2023-07", "cut": AUGUST.isoformat()}
        )
        for _ in range(2):
            answer = worker_door.handler(
                {"Records": [{"messageId": "1", "eventSource": "aws:sqs", "body": body}]},
                None,
            )
            assert answer == {"batchItemFailures": []}
        assert len(made(HOME, A, "2023-07")) == 1
        assert worker_door.handler(
            {"Records": [{"messageId": "1", "eventSource": "aws:sqs", "body": body}]},
            None,
        )

    def test_banks_answer_is_taken_and_reported(self, tables: Tables) -> None:
        for name, content, expected in (
            (
                "a.txt",
                "H|b\nD|PAY-X-2023-07-1|1.00|failed|x\nT|1|1.00\n",
                {"taken": 0, "refused": 1},
            ),
            ("b.txt", "nothing\n", {"taken": 0, "refused": 1}),
        ):
            exchange.put(f"bank/in/{name}", content.encode())
            event = {"Records": [{"s3": {"object": {"key": f"bank/in/{name}"}}}]}
            assert bank_door.handler(event, None) == expected
            assert exchange.get(f"bank/out/{name}.report.txt")

    def test_banks_answer_reaches_the_statement_under_the_functions_role(
        self, tables: Tables
    ) -> None:
        one = item(1, at(3))
        arrive(one)
        close_month(HOME, "2023-07", AUGUST)
        sums = {n: one.amounts[n] for n in ("medfee_sumamt", "fund_pay_sumamt", "acct_pay")}
        first, last = date(2023, 7, 1), date(2023, 7, 31)
        reconcile_totals(HOME, A, ("390", "21", HOME), first, last, sums, 1, AUGUST)
        agree(agreement(A))
        hospital.approve_statement(HOME, A, "2023-07", 1, "甲", AUGUST)
        paid = hospital.release_statement(HOME, A, "2023-07", 1, "乙", AUGUST)
        hospital.publish_payment(paid)
        for name, result, state in (("a.txt", "paid", "paid"), ("b.txt", "failed", "returned")):
            order = paid.order_id
            content = f"H|{order}\nD|{order}|800.00|{result}|x\nT|1|800.00\n"
            exchange.put(f"bank/in/{name}", content.encode())
            event = {"Records": [{"s3": {"object": {"key": f"bank/in/{name}"}}}]}
            assert bank_door.handler(event, None) == {"taken": 1, "refused": 0}
            assert made(HOME, A, "2023-07")[0].state == state

    def test_job_that_failed_in_part_fails_at_its_end(
        self, tables: Tables, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """So that it is alarmed and run again; what could be done is done."""
        arrive(item(1, at(3)))
        monkeypatch.setattr(job_door, "now", lambda: AUGUST)
        assert job_door.handler({"job": "monthly"}, None)["statements"] == 1

        def away(*_: object) -> int:
            raise Unavailable("UNAVAILABLE")

        monkeypatch.setattr(seals, "seal", away)
        with pytest.raises(RuntimeError, match=f"sealed {HOME} UNAVAILABLE"):
            job_door.handler({"job": "daily"}, None)
        assert (
            job_door.handler(
                event("GET", f"/clearing/{HOME}/months/2023-07", roles="auditor"), None
            )["statusCode"]
            == 200
        )

    @pytest.mark.parametrize(
        ("content", "suffix"),
        [
            ("日期,凭证号,账户,基金,收入,支出,摘要\n2023-07-03,拨1,支出户,610100,5.00,,\n", "xlsx"),
            ("x\n", "txt"),
        ],
    )
    def test_finances_statement_is_compared_when_it_is_dropped(
        self, tables: Tables, content: str, suffix: str
    ) -> None:
        """J31."""
        key = f"finance/in/{HOME}/2023-Q3/对账.csv"
        exchange.put(key, content.encode())
        done = finance_door.handler({"Records": [{"s3": {"object": {"key": key}}}]}, None)
        assert done == (
            {"lines": 1, "refused": 0} if suffix == "xlsx" else {"lines": 0, "refused": 1}
        )
        answer = exchange.get(f"clearing/{HOME}/2023-Q3/对账.csv.{suffix}")
        if suffix == "xlsx":
            assert load_workbook(io.BytesIO(answer)).active["A2"].value == "对方有我方无"
        else:
            assert "首行" in answer.decode()

    def test_a_statement_in_the_wrong_place_is_answered(self, tables: Tables) -> None:
        """J31: every dropped file is answered, also the one that names no quarter."""
        key = f"finance/in/{HOME}/对账.csv"
        exchange.put(key, b"x")
        done = finance_door.handler({"Records": [{"s3": {"object": {"key": key}}}]}, None)
        assert done == {"lines": 0, "refused": 1}
        assert "应放在" in exchange.get(f"clearing/{HOME}/对账.csv.txt").decode()

    def test_a_statement_under_what_is_no_region_is_answered(self, tables: Tables) -> None:
        for named in ("44090", "x40900", "440900#"):
            key = f"finance/in/{named}/2023-Q3/对账.csv"
            exchange.put(key, b"x")
            done = finance_door.handler({"Records": [{"s3": {"object": {"key": key}}}]}, None)
            assert done == {"lines": 0, "refused": 1}
            answer = exchange.get(f"clearing/{named}/2023-Q3/对账.csv.txt")
            assert "admdvs" in answer.decode()

    def test_a_statement_larger_than_any_is_not_read(
        self, tables: Tables, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("functions.clearing.finance.LIMITS", TableLimits(bytes=10))
        key = f"finance/in/{HOME}/2023-Q3/对账.csv"
        exchange.put(key, b"x" * 11)
        done = finance_door.handler({"Records": [{"s3": {"object": {"key": key}}}]}, None)
        assert done == {"lines": 0, "refused": 1}
        assert "至多 10 字节" in exchange.get(f"clearing/{HOME}/2023-Q3/对账.csv.txt").decode()

    def test_a_statement_that_raises_is_answered(
        self, tables: Tables, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Right money, 20. J31: nothing of the fault is told, and it comes again."""
        key = f"finance/in/{HOME}/2023-Q3/对账.csv"
        exchange.put(key, b"x")

        def fails(*_: Any) -> Any:
            raise RuntimeError("张三")

        monkeypatch.setattr("medaid.fund.reconciling.reconcile", fails)
        with pytest.raises(Failed, match="RuntimeError"):
            finance_door.handler({"Records": [{"s3": {"object": {"key": key}}}]}, None)
        answer = exchange.get(f"clearing/{HOME}/2023-Q3/对账.csv.json").decode()
        assert "interrupted" in answer
        assert "张三" not in answer


def test_the_door_has_the_only_clock() -> None:
    assert clock.now().tzinfo is not None
