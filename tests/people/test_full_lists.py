"""Full lists and increments: who is no longer on a full list ends as its manifest says, more than a
share waits for a person, and months or numbers that are missing are told."""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import suppress
from datetime import date, timedelta
from typing import Any

import pytest
from tests.people.conftest import Department, csv_bytes, roster_row
from tests.people.samples import NOW, certno
from tests.storage import Killed

from medaid.aws.transaction import commit
from medaid.errors import Unavailable
from medaid.people import endings, intake, service
from medaid.people.drops import DropState, EndingsState
from medaid.people.senders import SenderSettings
from medaid.people.store import drops as drop_store

LATER = NOW + timedelta(days=31)
FULL = {"extent": "full", "ends": "2026-03-31", "period": "2026-04"}


def standing(serial: int) -> date | None:
    psn_no = service.person_by_certificate("01", certno(serial))
    (identity,) = service.load(psn_no, 2026).identities
    return identity.end


@pytest.fixture
def forty(department: Department) -> Department:
    """Forty people stand since March."""
    department.drop([roster_row(n) for n in range(40)])
    return department


def april(office: Department, serials: Sequence[int], **more: Any) -> intake.Report:
    rows = [roster_row(n) for n in serials]
    return office.drop(rows, name="april", now=LATER, **(FULL | more))


def test_who_is_no_longer_on_a_full_list_ends_on_the_day_of_its_manifest(
    forty: Department,
) -> None:
    """Issue: the register people can use, 3."""
    report = april(forty, range(39))
    assert report.counts["unchanged"] == 39
    assert standing(39) == date(2026, 3, 31)
    assert standing(38) is None
    assert forty.summary("april")["endings"] | {"digest": ""} == {
        "state": "done", "count": 1, "standing": 40, "ended": 1, "why": "", "digest": "",
    }  # fmt: skip
    assert "不在名册内的 1 人中已终止 1 人" in forty.summary("april")["sentence"]


def test_an_increment_ends_nobody(forty: Department) -> None:
    april(forty, range(3), extent="increment", ends="")
    assert standing(39) is None
    assert forty.summary("april")["endings"] is None


def test_who_comes_back_is_a_change_and_no_new_person(forty: Department) -> None:
    april(forty, range(39))
    before = service.person_by_certificate("01", certno(39))
    forty.period = "2026-05"
    rows = [roster_row(39, 身份认定时间="2026-05-01")]
    report = forty.drop(rows, name="may", now=LATER + timedelta(days=30))
    assert report.counts["changed"] == 1
    assert service.person_by_certificate("01", certno(39)) == before
    assert [one.start for one in service.load(before, 2026).identities] == [
        date(2024, 1, 1),
        date(2026, 5, 1),
    ]


def test_whose_row_came_back_is_not_ended(forty: Department) -> None:
    """A faulty row cancels nobody: the number says whom it speaks of."""
    rows = [roster_row(n) for n in range(39)] + [roster_row(39, 救助类型="贫困")]
    forty.drop(rows, name="april", now=LATER, **FULL)
    assert standing(39) is None
    assert forty.summary("april")["endings"]["count"] == 0


def test_a_row_of_nobody_knows_whom_makes_the_endings_wait(forty: Department) -> None:
    rows = [roster_row(n) for n in range(39)] + [roster_row(39, 证件号码="3.2E+17")]
    report = forty.drop(rows, name="april", now=LATER, **FULL)
    assert standing(39) is None
    assert "有 1 行的证件号码无法识别" in forty.summary("april")["sentence"]
    held = drop_store.drop(report.batch)
    assert held is not None
    assert held.state is DropState.WAITING


def test_more_than_a_share_waits(forty: Department) -> None:
    report = april(forty, range(37))
    assert [standing(n) for n in (37, 38, 39)] == [None, None, None]
    told = forty.summary("april")
    assert (told["endings"]["state"], told["endings"]["count"]) == ("waiting", 3)
    assert "超过在册人数的 5%" in told["sentence"]
    again = april(forty, range(37))
    assert (again.state, again.batch) == ("repeated", report.batch)
    assert standing(39) is None


def test_a_sender_has_a_share_of_its_own(forty: Department) -> None:
    held = drop_store.sender_settings(forty.sender)
    settings = SenderSettings(ending_percent=10, by="O1", at=NOW)
    commit(drop_store.sender_settings_changed(held, forty.sender, settings))
    april(forty, range(37))
    assert standing(39) == date(2026, 3, 31)


def decide(batch: str, state: EndingsState) -> None:
    from dataclasses import replace

    held = drop_store.drop(batch)
    assert held is not None
    assert held.drop.endings is not None
    judged = replace(held.drop.endings, state=state, by="O2", at=LATER, reason="核对无误")
    commit(drop_store.drop_changed(held, replace(held.drop, endings=judged), DropState.RELEASED))


@pytest.mark.parametrize(
    ("decided", "end", "state"),
    [
        (EndingsState.RELEASED, date(2026, 3, 31), "done"),
        (EndingsState.REJECTED, None, "rejected"),
    ],
)
def test_what_a_person_decided_is_done(
    forty: Department, decided: EndingsState, end: date | None, state: str
) -> None:
    report = april(forty, range(37))
    decide(report.batch, decided)
    key = f"drop/{forty.sender}/april.manifest.json"
    assert intake.take_in(key, LATER).state == "ended"
    assert [standing(n) for n in (36, 37, 39)] == [None, end, end]
    assert forty.summary("april")["endings"]["state"] == state
    assert intake.take_in(key, LATER).state == "repeated"


def test_what_was_changed_since_it_was_listed_stays(forty: Department) -> None:
    report = april(forty, range(37))
    forty.period = "2026-04"
    forty.drop([roster_row(39, 身份认定时间="2024-02-01")], name="mended", now=LATER)
    decide(report.batch, EndingsState.RELEASED)
    intake.take_in(f"drop/{forty.sender}/april.manifest.json", LATER)
    assert standing(38) == date(2026, 3, 31)
    assert standing(39) is None
    assert forty.summary("april")["endings"]["ended"] == 2


def test_another_department_and_another_region_are_not_touched(forty: Department) -> None:
    rural = Department(forty.s3, "maoming-rural-revitalisation")
    row = roster_row(50, 救助类型="监测对象", 救助类型确定部门="乡村振兴局")
    assert rural.drop([row]).counts["confirmed"] == 1
    forty.drop([roster_row(51, 救助身份认定地区="440904")], name="elsewhere")
    april(forty, range(40), admdvs="440902")
    assert standing(50) is None
    assert standing(51) is None


def test_the_list_of_an_earlier_attempt_holds(forty: Department, storage_faults: Any) -> None:
    """Whichever storage call fails, the same people are ended and the same number is told."""
    rows = [roster_row(n) for n in range(39)]
    for nth in range(1, 60):
        serial = 100 + nth
        forty.drop([roster_row(serial)], name=f"one{nth}")
        rows.append(roster_row(serial))
    key = forty.lay(csv_bytes(rows[:-1]), "april", rows=len(rows) - 1, **FULL)
    for nth in range(1, 60):
        storage_faults.before(nth, "killed")
        with suppress(Killed, Unavailable):
            intake.take_in(key, LATER)
        storage_faults.clear()
    intake.take_in(key, LATER)
    assert (standing(39), standing(159), standing(158)) == (date(2026, 3, 31),) * 2 + (None,)
    assert forty.summary("april")["endings"]["ended"] == 2


@pytest.mark.parametrize(
    ("manifest", "code", "said"),
    [
        ({"extent": "whole"}, "MANIFEST", "增量"),
        ({"ends": ""}, "MANIFEST", "终止日期"),
        ({"ends": "2026-02-30"}, "MANIFEST", "终止日期"),
        ({"ends": "2026-05-01"}, "MANIFEST", "不晚于所属期"),
        ({"extent": "increment"}, "MANIFEST", "增量不得有该项"),
        ({"sequence": -1}, "MANIFEST", "非负整数"),
        ({"sequence": True}, "MANIFEST", "非负整数"),
        ({"replaces": "x"}, "MANIFEST", "批次编号"),
    ],
)
def test_a_manifest_that_does_not_say_what_ends(
    forty: Department, manifest: dict[str, Any], code: str, said: str
) -> None:
    report = april(forty, range(3), **manifest)
    assert (report.state, report.codes) == ("refused", {code: 1})
    assert said in forty.summary("april")["sentence"]
    assert standing(39) is None


def test_a_period_twice_with_other_content_is_refused(forty: Department) -> None:
    """Issue: the register people can use, bad input. A correction names the batch it replaces."""
    first = april(forty, range(39))
    rows = [roster_row(n) for n in range(38)]
    refused = forty.drop(rows, name="again", now=LATER, **FULL)
    assert (refused.state, refused.codes) == ("refused", {"FILE_SEQUENCE": 1})
    assert first.batch in forty.summary("again")["sentence"]
    told = forty.drop(rows, name="again", now=LATER, **FULL, replaces=first.batch)
    assert told.state == "taken_in"
    assert standing(38) == date(2026, 3, 31)


def test_a_gap_in_the_numbers_is_refused(department: Department) -> None:
    """Issue: the register people can use, bad input."""

    def sent(number: int, serial: int) -> intake.Report:
        return department.drop([roster_row(serial)], name=f"n{serial}", sequence=number)

    assert [sent(7, 1).state, sent(8, 2).state] == ["taken_in", "taken_in"]
    assert [sent(10, 3).codes, sent(8, 4).codes] == [{"FILE_SEQUENCE": 1}] * 2
    assert "其间有批次未收到" in department.summary("n3")["sentence"]
    assert "已接收过其他内容" in department.summary("n4")["sentence"]
    assert sent(8, 2).state == "repeated"
    assert sent(9, 3).state == "taken_in"


def test_missing_months_are_told(department: Department) -> None:
    department.drop([roster_row(1)], period="2025-11")
    department.drop([roster_row(2)], name="feb", period="2026-02")
    told = department.summary("feb")
    assert told["missing"] == ["2025-12", "2026-01"]
    assert "此前 2025-12、2026-01 未报送" in told["sentence"]
    department.drop([roster_row(3)], name="march", period="2026-03")
    assert department.summary("march")["missing"] == []
    held = drop_store.series(f"{department.sender}#roster#{department.admdvs}").series
    assert held is not None
    assert held.missing == ("2025-12", "2026-01")


def test_the_list_is_written_and_read_again(forty: Department) -> None:
    report = april(forty, range(37))
    place = endings.place(f"feedback/{forty.sender}/batches/{report.batch}")
    found = endings.kept(place)
    assert found is not None
    judged, listed = found
    assert [one.name for one in listed] == ["张三"] * 3
    assert judged.digest == endings.digest(listed)
    assert endings.kept("feedback/nothing") is None
    assert json.loads(endings.written(listed).splitlines()[0])["category"] == (
        "subsistence_allowance"
    )
