"""Lists and queues read what they show, by keys that follow who asks: one query for a role, point
and state, however many cases the region has.

Issue: from a county to a province, 6 (100,000 cases took a point's officer 27 s)."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.reimbursement.office import (
    INTAKE,
    at,
    draft,
    given,
    office,
    officer,
    opened,
    register,
)
from tests.storage import StorageCalls

from medaid.errors import BadInput, Conflict
from medaid.reimbursement import service
from medaid.reimbursement.model import Case, Officer, State
from medaid.reimbursement.service import CaseFilter
from medaid.reimbursement.service.intake import MOST_POINTS

pytestmark = pytest.mark.usefixtures("tables")
NOW = at("2026-03-16 09:00")
VILLAGE = officer("o-v", "intake", point="V01")
TOWN = officer("o-t", "intake", point="T01")
DRAFTED = CaseFilter((State.DRAFTED,))


@pytest.fixture(autouse=True)
def _person(tables: object) -> None:
    register()


def many(count: int, point: str, begin: int = 0) -> list[Case]:
    o, who = office(), officer("o-x", "intake", point=point)
    return [
        opened(o, draft(key=f"{point}{n}", point=point), NOW, who)
        for n in range(begin, begin + count)
    ]


def listed(who: Officer, asked: CaseFilter = DRAFTED) -> list[str]:
    rows, cursor = service.page_of_cases(who, asked, "", 100)
    assert cursor == ""
    return [row["case_id"] for row in rows]


def test_a_points_officer_reads_the_points_cases_alone(storage_calls: StorageCalls) -> None:
    mine = many(2, "V01")
    counted = []
    for elsewhere in ("T01", ""):
        many(4, elsewhere)
        storage_calls.reset()
        assert sorted(listed(VILLAGE)) == sorted(one.case_id for one in mine)
        counted.append([dict(request) for _, request in storage_calls.calls])
        assert storage_calls.counts == {"Query": 2}, "what the point has, and what it handed on"
        storage_calls.reset()
        rows, _ = service.page_of_cases(VILLAGE, DRAFTED, "", 1)
        assert len(rows) == 1
        assert [request["Limit"] for _, request in storage_calls.calls] == [2]
    assert counted[0] == counted[1]
    assert len(listed(INTAKE)) == 2 + 4 + 4
    assert len(listed(INTAKE, DRAFTED._replace(point="T01"))) == 4


def test_what_was_handed_on_stays_in_the_lists_and_follows_the_case() -> None:
    o = office()
    (case,) = many(1, "V01")
    case = service.transfer(o, VILLAGE, case.case_id, case.version, "T01", NOW, given("转镇"))
    assert listed(VILLAGE) == listed(TOWN) == [case.case_id]
    assert listed(VILLAGE, DRAFTED._replace(point="V01")) == [], "handed on"
    assert listed(VILLAGE, DRAFTED._replace(point="T01")) == [case.case_id]
    assert listed(TOWN, DRAFTED._replace(point="V01")) == []
    assert listed(INTAKE, DRAFTED._replace(point="V01")) == []
    case = service.accept(o, TOWN, case.case_id, case.version, NOW, given())
    assert listed(VILLAGE) == listed(TOWN) == listed(INTAKE) == []
    accepted = CaseFilter((State.ACCEPTED,))
    assert listed(VILLAGE, accepted) == listed(TOWN, accepted) == [case.case_id]
    case = service.transfer(o, TOWN, case.case_id, case.version, "V01", NOW, given("退回"))
    assert listed(VILLAGE, accepted._replace(point="V01")) == [case.case_id]
    assert listed(replace(VILLAGE, admdvs="320500"), accepted) == []
    assert listed(officer("o-w", "intake", point="W01"), accepted) == []


def test_counts_are_the_points_own_and_end_at_a_thousand(
    storage_calls: StorageCalls, monkeypatch: pytest.MonkeyPatch
) -> None:
    many(2, "V01")
    many(3, "T01")
    assert service.counts(VILLAGE)[0]["drafted"] == 2
    assert service.counts(INTAKE) == (service.counts(INTAKE)[0], [])
    assert service.counts(INTAKE)[0]["drafted"] == 5
    monkeypatch.setattr("medaid.reimbursement.store.reads.MOST_COUNTED", 4)
    monkeypatch.setattr("medaid.reimbursement.store.MOST_COUNTED", 4)
    storage_calls.reset()
    counts, more = service.counts(INTAKE)
    assert (counts["drafted"], more) == (4, [State.DRAFTED])
    assert {request["Limit"] for _, request in storage_calls.calls} == {4}
    assert storage_calls.counts == {"Query": len(counts)}


@pytest.mark.parametrize("after", ["x", "1:", "-1:", "0:[1]", '0:["a","b","c","320500#drafted"]'])
def test_a_place_of_another_list_is_refused(after: str) -> None:
    many(1, "V01")
    with pytest.raises(BadInput, match="翻页"):
        service.page_of_cases(INTAKE, DRAFTED, after, 10)


def test_a_case_goes_through_so_many_points_and_no_more() -> None:
    o = office()
    (case,) = many(1, "V00")
    for number in range(1, MOST_POINTS + 1):
        who = officer("o-x", "intake", point=f"V{number - 1:02d}")
        if number == MOST_POINTS:
            with pytest.raises(Conflict, match="至多经过 20 个服务点"):
                service.transfer(o, who, case.case_id, case.version, "V99", NOW, given("转"))
            break
        to = f"V{number:02d}"
        case = service.transfer(o, who, case.case_id, case.version, to, NOW, given("转"))
    last = officer("o-x", "intake", point=case.point)
    case = service.transfer(o, last, case.case_id, case.version, "", NOW, given("转经办机构"))
    assert listed(INTAKE) == listed(officer("o-y", "intake", point="V07")) == [case.case_id]
