"""Warnings from a settlement on, the cross-check over a register, lists, export and answers by
their handlers: who may, of which region, and what stays (J12, J13, N3). Issue: the register people
can use, 7."""

from __future__ import annotations

import base64
import io
import json
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from functions.register import handler
from openpyxl import load_workbook
from tests.conftest import Tables
from tests.followup.test_rules import figure
from tests.journeys.test_late_identity import outbox as outbox  # the stream, as a fixture
from tests.people.conftest import Department, roster_row
from tests.people.samples import certno
from tests.settlement.hospital import (
    Hospital,
    bill,
    contracted,
    known_person,
    living_allowance,
    passed,
    stay_input,
)

from medaid.access import service as access
from medaid.aws.transaction import commit
from medaid.enrolment import store as contributions
from medaid.enrolment.model import Contribution, ContributionState, EnrolmentWay, Parts
from medaid.followup import cross_check, service
from medaid.followup.model import MatterKind, MatterState
from medaid.fund.performance.model import Measure
from medaid.ids import OfficerId
from medaid.money import Fen
from medaid.people import service as people
from medaid.regions import Region

CITY = {"sub": "clerk", "custom:admdvs": "440900", "cognito:groups": "[intake manager]"}
PROVINCE = CITY | {"sub": "province", "custom:admdvs": "440000"}
OTHERS = CITY | {"sub": "others", "custom:admdvs": "320100"}
READER = CITY | {"sub": "reader", "cognito:groups": "[auditor]"}
BURDENS = "/followup/440900/matters/high_burden"


def contribution(
    psn_no: str, parts: Parts, state: ContributionState, cover_year: int = 2026
) -> None:
    one = Contribution(
        psn_no, Region("440902"), cover_year, parts, EnrolmentWay.BATCH, "", (), state, "1",
        date(cover_year, 1, 1), date(cover_year, 12, 31), None,
    )  # fmt: skip
    commit([contributions.put_contribution(None, one)])


def ask(
    method: str, path: str, body: Any = None, claims: dict[str, str] | None = None, **query: str
) -> tuple[int, Any]:
    event = {
        "version": "2.0",
        "routeKey": "ANY /followup/{proxy+}",
        "rawPath": path,
        "queryStringParameters": query or None,
        "headers": {},
        "requestContext": {
            "http": {"method": method, "path": path, "sourceIp": "10.0.0.7"},
            "stage": "$default",
            "authorizer": {"jwt": {"claims": claims or CITY}},
        },
        "body": json.dumps(body) if body is not None else "",
        "isBase64Encoded": False,
    }
    answer = handler.handler(event, None)
    if answer.get("isBase64Encoded"):
        return answer["statusCode"], answer["body"]
    return answer["statusCode"], json.loads(answer["body"])


@pytest.fixture
def threshold(monkeypatch: pytest.MonkeyPatch) -> None:
    """A region whose documents warn from 3,000 yuan and hand on from 4,000."""
    limits = {
        "high_burden:own_all:resident": [figure("a", 300_000, "yuan")],
        "still_burdened:own_all:resident": [figure("b", 400_000, "yuan")],
    }

    class Library:
        def figures(self, _region: str, _day: date) -> Any:
            return limits

    monkeypatch.setattr(service, "library", Library)


def settled(cost: str, in_policy: str) -> None:
    contracted()
    known_person("P1", serial=1, birth=date(1980, 1, 1))
    hospital = Hospital()
    passed(hospital.call("2304", stay_input("P1", hospital.stay("P1"), bill(cost, in_policy))))


@pytest.mark.usefixtures("threshold")
class TestWarnings:
    def test_a_settlement_over_the_threshold_is_told_once(
        self, tables: Tables, outbox: Any
    ) -> None:
        """J13, N3: on crossing, by the event that the settlement wrote; brought again by the
        stream it is one matter of each kind."""
        settled("50000.00", "45000.00")
        outbox()
        outbox()
        status, page = ask("GET", BURDENS)
        assert (status, page["total"], len(page["rows"])) == (200, 1, 1)
        (row,) = page["rows"]
        assert (row["psn_no"], row["name"], row["state"]) == ("P1", "张三", "open")
        assert (row["department"], row["limit"]) == ("civil_affairs", "3000.00")
        own = people.load("P1", 2021).totals(2021).amounts["own_all"]
        assert row["burden"] == f"{own // 100}.{own % 100:02d}"
        assert row["cite"] == "某办法 第三条"
        assert ask("GET", "/followup/440900/matters/still_burdened")[1]["total"] == 1

    def test_a_settlement_under_the_threshold_is_nothing(self, tables: Tables, outbox: Any) -> None:
        settled("1000.00", "1000.00")
        outbox()
        assert ask("GET", BURDENS)[1]["rows"] == []

    def test_the_answer_is_kept_and_closes(self, tables: Tables, outbox: Any) -> None:
        settled("50000.00", "45000.00")
        outbox()
        matter = ask("GET", BURDENS)[1]["rows"][0]["matter_id"]
        path = f"{BURDENS}/{matter}/answer"
        body = {"answer": "recognised", "document": "民函〔2026〕3号"}
        for claims in (OTHERS, READER, PROVINCE):
            assert ask("POST", path, body, claims)[0] == 403
        elsewhere = path.replace("440900", "320100")
        assert ask("POST", elsewhere, body, OTHERS)[1]["code"] == "FORBIDDEN"
        status, told = ask("POST", path, {"answer": "consented"})
        assert (status, told["field"]) == (400, "answer")
        status, done = ask("POST", path, body)
        assert (status, done["state"]) == (200, "closed")
        assert ask("POST", path, body)[1]["replies"] == done["replies"], "the same again"
        assert ask("GET", BURDENS)[1]["total"] == 0
        closed = ask("GET", BURDENS, state="closed")[1]
        assert (closed["total"], closed["rows"][0]["replies"][0]["answer_name"]) == (
            1,
            "已认定为救助对象",
        )
        wrong = path.replace("high_burden", "not_enrolled")
        assert ask("POST", wrong, {"answer": "enrolled"})[0] == 404

    def test_lists_by_department_and_by_region_and_their_export(
        self, tables: Tables, outbox: Any
    ) -> None:
        settled("50000.00", "45000.00")
        outbox()
        assert ask("GET", BURDENS, department="civil_affairs")[1]["total"] == 1
        assert ask("GET", BURDENS, department="trade_union")[1]["rows"] == []
        above = BURDENS.replace("440900", "440000")
        assert ask("GET", above, None, PROVINCE)[1]["total"] == 1
        assert ask("GET", BURDENS, None, OTHERS)[0] == 403
        there = ask("GET", BURDENS.replace("440900", "320100"), None, OTHERS)[1]
        assert (there["rows"], there["total"]) == ([], 0)
        assert ask("GET", "/followup/440900/matters/rich")[0] == 400
        event = {
            "version": "2.0",
            "rawPath": f"{BURDENS}/export",
            "queryStringParameters": None,
            "headers": {},
            "requestContext": {
                "http": {"method": "GET", "path": f"{BURDENS}/export"},
                "stage": "$default",
                "authorizer": {"jwt": {"claims": CITY}},
            },
        }
        answer = handler.handler(event, None)
        book = load_workbook(io.BytesIO(base64.b64decode(answer["body"])))
        rows = list(book.active.iter_rows(values_only=True))
        assert (len(rows), rows[1][1], rows[1][2]) == (2, "张三", certno(1, birth="19800101"))

    def test_the_persons_page_has_them_and_a_look_leaves_a_record(
        self, tables: Tables, outbox: Any
    ) -> None:
        settled("50000.00", "45000.00")
        outbox()
        status, page = ask("GET", "/followup/440900/persons/P1")
        assert (status, len(page["rows"])) == (200, 2)
        assert ask("GET", "/followup/320100/persons/P1", None, OTHERS)[0] == 404
        reads, _ = access.page_of_reads_of("P1", Region("440900"), "", 9)
        assert "clerk" in {one.reader.subject for one in reads}


def test_a_region_without_a_threshold_warns_of_nobody(tables: Tables, outbox: Any) -> None:
    settled("50000.00", "45000.00")
    outbox()
    assert ask("GET", BURDENS)[1]["rows"] == []


class TestCrossChecks:
    NOW = datetime(2026, 3, 20, 2, tzinfo=UTC)

    def enough(self) -> bool:
        return True

    def test_the_register_is_held_against_enrolments_and_goes_on_where_it_stopped(
        self, department: Department
    ) -> None:
        """J12: three assisted persons, enrolled nowhere: each found once, also by a run that is cut
        off again and again, and by next month's."""
        department.drop([roster_row(serial) for serial in (1, 2, 3)])
        region = Region("440900")
        cross_check.begin(region, OfficerId("clerk"), self.NOW)
        with pytest.raises(Exception, match="正在进行"):
            cross_check.begin(region, OfficerId("clerk"), self.NOW)
        ticks = iter([True, True, False] * 40)
        found = sum(cross_check.go_on(self.NOW, lambda: next(ticks)) for _ in range(20))
        assert found == 3
        (run,) = cross_check.list_runs(Region("440000"))
        assert (run.read, run.found, run.ended) == (3, {"not_enrolled": 3}, self.NOW)
        assert cross_check.go_on(self.NOW, self.enough) == 0, "this month's is done"
        april = datetime(2026, 4, 1, 2, tzinfo=UTC)
        assert cross_check.go_on(april, self.enough) == 0, "still open: the same matters"
        (run,) = cross_check.list_runs(region)
        assert (run.month, run.by) == ("2026-04", "calendar")
        rows, _ = service.page_of_matters(
            region, MatterKind.NOT_ENROLLED, MatterState.OPEN, "civil_affairs", "", 9
        )
        assert len(rows) == 3

    def test_who_is_enrolled_is_counted_once_a_person_in_each_region(self, tables: Tables) -> None:
        """J36: of three persons in two counties two are enrolled; one stands in both counties, and
        is one person of the city. A year without a check that came to its end has no share."""
        county, other, city = Region("440902"), Region("440904"), Region("440900")
        here, there = (replace(living_allowance(), admdvs=one) for one in (county, other))
        known_person("P1", here, there, serial=1)
        known_person("P2", there, serial=2)
        known_person("P3", there, serial=3, insured=())
        measured = cross_check.year_measures(city, 2026, self.NOW)
        assert "没有完成" in str(measured["enrolled_share"])
        cross_check.begin(city, OfficerId("clerk"), self.NOW)
        assert "没有完成" in str(cross_check.year_measures(city, 2026, self.NOW)["enrolled_share"])
        cross_check.go_on(self.NOW, self.enough)
        shares = {
            one: cross_check.year_measures(one, 2026, self.NOW)["enrolled_share"]
            for one in (city, county, other, Region("440981"))
        }
        assert [*shares.values()] == [Measure(2, 3), Measure(1, 1), Measure(2, 3), Measure(0, 0)]
        assert isinstance(cross_check.year_measures(city, 2025, self.NOW)["enrolled_share"], str)
        assert isinstance(
            cross_check.year_measures(Region("440000"), 2026, self.NOW)["enrolled_share"], str
        )

    def test_who_is_subsidised_is_counted_once_a_person_in_each_region(
        self, tables: Tables
    ) -> None:
        """J36, J14: the fund pays P1's contribution whole and a part of P2's and P3's; P2 has not
        paid the rest, and P4 pays without a subsidy. Another year's contribution counts nothing."""
        county, city = Region("440902"), Region("440900")
        identity = replace(living_allowance(), admdvs=county)
        for serial in range(1, 6):
            known_person(f"P{serial}", identity, serial=serial)
        in_full, in_part, alone = (
            Parts(assistance=Fen(400_00)),
            Parts(Fen(100_00), Fen(300_00)),
            Parts(Fen(400_00)),
        )
        planned, collected = ContributionState.PLANNED, ContributionState.COLLECTED
        contribution("P1", in_full, planned)
        contribution("P2", in_part, planned)
        contribution("P3", in_part, collected)
        contribution("P4", alone, collected)
        contribution("P5", in_full, planned, cover_year=2025)
        cross_check.begin(city, OfficerId("clerk"), self.NOW)
        cross_check.go_on(self.NOW, self.enough)
        counted = {
            one: cross_check.year_measures(one, 2026, self.NOW)["subsidised_persons"]
            for one in (city, county, Region("440904"))
        }
        assert [*counted.values()] == [Measure(2), Measure(2), Measure(0)]
        missing = cross_check.year_measures(city, 2025, self.NOW)["subsidised_persons"]
        assert "没有完成" in str(missing)

    def test_nobody_is_checked_before_somebody_asked(self, department: Department) -> None:
        department.drop([roster_row(1)])
        assert cross_check.go_on(self.NOW, self.enough) == 0

    def test_who_may_begin_one(self, tables: Tables) -> None:
        path = "/followup/440900/cross-checks"
        for claims in (OTHERS, READER, PROVINCE):
            assert ask("POST", path, None, claims)[0] == 403
        status, run = ask("POST", path)
        assert (status, run["region"], run["by"], run["ended"]) == (201, "440900", "clerk", "")
        assert ask("POST", path)[0] == 409
        assert len(ask("GET", path, None, READER)[1]["rows"]) == 1
        assert ask("GET", path, None, OTHERS)[0] == 403
