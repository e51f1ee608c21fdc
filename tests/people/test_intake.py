"""Drops from end to end on moto: taken in, answered, dropped again, cut off, raced (J7 to J11)."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, timedelta
from typing import Any

import pytest
from tests.dropped.builders import workbook_of
from tests.people import recorded
from tests.people.conftest import Department, csv_bytes, roster_row
from tests.people.samples import ENROLMENT, NOW, certno
from tests.storage import Killed

from medaid.aws.outbox import OutboxItem, event_of
from medaid.dropped import delimited
from medaid.dropped.table import REASON, RESULT
from medaid.errors import Unavailable
from medaid.events import IdentityRecorded
from medaid.local.drop import counted
from medaid.people import intake, service, store
from medaid.people.model import Source
from medaid.people.recording import Recording

LATER = NOW + timedelta(days=31)


def holder(serial: int) -> str:
    return service.person_by_certificate("01", certno(serial))


def counts(**some: int) -> dict[str, int]:
    return dict.fromkeys(("confirmed", "changed", "ended", "unchanged", "refused"), 0) | some


def test_taken_in_and_sent_back(department: Department) -> None:
    """J7, J9: what passes is in the register with its source; what fails comes back as it was, with
    its problems."""
    bad = roster_row(2, 姓名="李四", 救助类型="贫困", 身份终止时间="2023-12-31")
    report = department.drop([roster_row(1), bad, roster_row(3, 姓名="王五")])
    assert (report.state, report.counts) == ("taken_in", counts(confirmed=2, refused=1))
    file = service.load(holder(1), 2026)
    assert (file.person.name, file.person.birth, file.person.mobile) == (
        "张三",
        date(1980, 1, 1),
        "13800000000",
    )
    (identity,) = file.identities
    assert (
        identity.category,
        identity.department,
        identity.admdvs,
        identity.start,
        identity.end,
    ) == (
        "subsistence_allowance",
        "civil_affairs",
        "440902",
        date(2024, 1, 1),
        None,
    )
    assert identity.source == file.person.source == Source(report.batch, 2)
    assert identity.recorded == NOW
    (back,) = department.returned()
    assert back.pop(REASON) == "救助类型:未在救助类型对照表内;身份终止时间:早于身份认定时间"
    assert back.pop(RESULT) == "退回"
    assert {heading: cell.strip() for heading, cell in back.items()} == bad
    summary = department.summary()
    assert (summary["counts"], summary["problems"]) == (
        report.counts,
        {"CODE_UNKNOWN": 1, "DATE_ORDER": 1},
    )
    assert summary["sentence"] == "共 3 行:新增 2,变更 0,终止 0,无变化 0,退回 1。"
    assert department.raw("march.feedback.csv").startswith(b"\xef\xbb\xbf")


def test_nobody_by_name_in_the_summary(department: Department) -> None:
    """No personal data in what programs log: counts and codes only."""
    report = department.drop([roster_row(1), roster_row(1, 姓名="李四")])
    for text in (repr(report), department.raw("march.feedback.json").decode()):
        assert not any(secret in text for secret in ("张三", "李四", certno(1), "138"))


def test_dropped_twice_changes_nothing(department: Department, tables: Any) -> None:
    """J9: the same drop again, also under another name and later, changes nothing and gives the
    same answer byte for byte."""
    rows = [roster_row(1), roster_row(2, 性别="女"), roster_row(3, 姓名="王五")]
    first = department.drop(rows)
    before, answer = (
        tables.everything(),
        (department.raw("march.feedback.csv"), department.raw("march.feedback.json")),
    )
    again = department.drop(rows, now=LATER)
    renamed = department.drop(rows, name="copy", now=LATER)
    assert (again.state, renamed.state, again.counts, again.batch) == (
        "repeated",
        "repeated",
        first.counts,
        first.batch,
    )
    assert tables.everything() == before
    for name in ("march", "copy"):
        assert (
            department.raw(f"{name}.feedback.csv"),
            department.raw(f"{name}.feedback.json"),
        ) == answer


def test_next_month(department: Department) -> None:
    """J11: unchanged, changed and ended rows; a new person beside them; history stays readable."""
    department.drop([roster_row(n) for n in range(4)])
    april = [
        roster_row(0),
        roster_row(1, 身份认定时间="2023-07-01"),
        roster_row(2, 身份终止时间="2026-04-10"),
        roster_row(9, 姓名="新人"),
    ]
    department.period = "2026-04"
    report = department.drop(april, name="april", now=LATER)
    assert report.counts == counts(unchanged=1, changed=1, ended=1, confirmed=1)
    (changed,) = service.load(holder(1), 2026).identities
    assert (changed.start, changed.act) == (date(2023, 7, 1), "changed")
    (ended,) = service.load(holder(2), 2026).identities
    assert (
        ended.end,
        ended.act,
        ended.stands_on(date(2026, 4, 30)),
        ended.stands_on(date(2026, 5, 1)),
    ) == (date(2026, 4, 10), "ended", True, False)
    assert [i.start for i in service.identities_as_of(holder(1), date(2023, 12, 1), LATER)] == [
        date(2023, 7, 1)
    ]
    assert service.identities_as_of(holder(1), date(2023, 12, 1), NOW) == ()
    assert len(list(recorded.register_on("440900", date(2026, 5, 1), LATER))) == 4
    assert len(list(recorded.register_on("440900", date(2026, 5, 1), NOW))) == 4
    assert len(list(recorded.register_on("440900", date(2026, 4, 30), LATER))) == 5


def test_unchanged_month_writes_nothing(department: Department, storage_calls: Any) -> None:
    """A file that says what is known costs five reads, three batched ones a hundred rows, and no
    write for any row."""
    department.drop([roster_row(n) for n in range(100)])
    department.period = "2026-04"
    storage_calls.calls.clear()
    report = department.drop([roster_row(n) for n in range(100)], name="april", now=LATER)
    assert report.counts == counts(unchanged=100)
    assert storage_calls.counts == {"GetItem": 5, "BatchGetItem": 3, "TransactWriteItems": 2}


def test_facts_are_kept_up_to_date(department: Department) -> None:
    """A new mobile is taken over and traceable; what a row leaves empty stays; a region's own
    fields are kept (art. 7)."""
    department.drop([roster_row(1) | {"民族": "汉", "银行": ""}])
    first = service.load(holder(1), 2026).person
    assert first.extra == {"民族": "汉"}
    department.period = "2026-04"
    report = department.drop(
        [roster_row(1, 手机号码="13900000000", 居住地址="") | {"学校": "一中"}],
        name="april",
        now=LATER,
    )
    assert report.counts == counts(unchanged=1)
    after = service.load(holder(1), 2026).person
    assert (after.mobile, after.residence_address, after.extra) == (
        "13900000000",
        "茂南区甲村",
        {"民族": "汉", "学校": "一中"},
    )
    assert after.source == Source(report.batch, 2)
    assert [p.mobile for p in service.person_versions(holder(1))] == ["13800000000", "13900000000"]


def test_another_name_for_the_number_goes_back(department: Department) -> None:
    department.drop([roster_row(1)])
    department.period = "2026-04"
    report = department.drop(
        [roster_row(1, 姓名="赵六"), roster_row(2, 姓名="阿依古丽·买买提")], name="april", now=LATER
    )
    assert report.codes == {"PERSON_MISMATCH": 1}
    assert "已登记的姓名不一致" in department.returned("april")[0][REASON]
    department.period = "2026-05"
    may = LATER + timedelta(days=31)
    report = department.drop([roster_row(2, 姓名="阿依古丽•买买提")], name="may", now=may)
    assert report.counts == counts(unchanged=1)


def test_several_categories_and_spells_of_one_person(department: Department) -> None:
    """J5, J22: several standings at once; who comes back after an end is a change."""
    rows = [
        roster_row(1, 身份终止时间="2024-06-30"),
        roster_row(1, 身份认定时间="2025-02-01"),
        roster_row(1, 救助类型="特困"),
        roster_row(1, 救助身份认定地区="高州市"),
    ]
    assert department.drop(rows).counts == counts(confirmed=3, changed=1)
    identities = service.load(holder(1), 2026).identities
    assert {(i.category, i.admdvs, i.start.year) for i in identities} == {
        ("subsistence_allowance", "440902", 2024),
        ("subsistence_allowance", "440902", 2025),
        ("destitute_support", "440902", 2024),
        ("subsistence_allowance", "440981", 2024),
    }
    department.period = "2026-04"
    report = department.drop(
        [roster_row(1, 身份认定时间="2024-03-01", 身份终止时间="2025-03-01")],
        name="april",
        now=LATER,
    )
    assert report.codes == {"OVERLAP": 1}
    assert "2024-01-01 至 2024-06-30、2025-02-01 至 今" in department.returned("april")[0][REASON]


def test_repeats_in_one_file(department: Department) -> None:
    """J9: said twice: once taken; contradicting: neither is taken."""
    rows = [
        roster_row(1),
        roster_row(1),
        roster_row(2),
        roster_row(2, 身份终止时间="2026-01-31"),
        roster_row(3),
    ]
    report = department.drop(rows)
    assert (report.counts, report.codes) == (
        counts(confirmed=2, refused=3),
        {"DUPLICATE": 1, "OVERLAP": 2},
    )
    assert [back[REASON] for back in department.returned()] == [
        "与第 2 行重复",
        "与第 5 行时间重叠而内容不一致,均未接收",
        "与第 4 行时间重叠而内容不一致,均未接收",
    ]


def test_mended_and_resent(department: Department) -> None:
    """J9: the answer itself can be mended and dropped: the column of problems is no field, numbers
    survive a spreadsheet."""
    department.drop([roster_row(1), roster_row(2, 性别="女", 手机号码="013800000000")])
    (back,) = department.returned()
    assert back["证件号码"] == f"{certno(2)}\t"
    report = department.drop(
        [back | {"性别": "男", "手机号码": "13800000000"}], name="mended", now=LATER
    )
    assert report.counts == counts(confirmed=1)
    assert service.load(holder(2), 2026).person.extra == {}


def test_a_formula_in_a_cell_does_nothing(department: Department) -> None:
    department.drop([roster_row(1, 姓名='=HYPERLINK("http://x")', 户籍地址="-")])
    (back,) = department.returned()
    assert (back["姓名"][0], back["户籍地址"]) == ("'", "-")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_encodings(department: Department, encoding: str) -> None:
    """J8: UTF-8 with and without BOM, GB18030; a rare character of GB18030 too."""
    assert department.drop([roster_row(1, 姓名="张𠮷")], encoding=encoding).counts == counts(
        confirmed=1
    )
    assert service.load(holder(1), 2026).person.name == "张𠮷"


def test_enrolment_file(department: Department) -> None:
    """J11: enrolments beside identities; ended later."""
    department.drop([roster_row(1)])
    office = Department(department.s3, "maoming-medical-security", kind="enrolment")
    assert office.drop([ENROLMENT, ENROLMENT | {"险种": "城乡居民大病医疗保险"}]).counts == counts(
        confirmed=2
    )
    file = service.load(holder(1), 2026)
    assert [(i.insutype, i.admdvs, i.status, i.psn_type) for i in file.insurances] == [
        ("390", "440900", "1", "1501"),
        ("392", "440900", "1", "1501"),
    ]
    assert len(file.identities) == 1
    office.period = "2026-04"
    report = office.drop(
        [
            ENROLMENT | {"参保状态": "4", "参保结束": "2026-03-31"},
            ENROLMENT | {"参保状态": "终止", "证件号码": certno(2)},
        ],
        now=LATER,
    )
    assert (report.counts, report.codes) == (counts(ended=1, refused=1), {"FIELD_REQUIRED": 1})


def test_an_earlier_period_undoes_nothing(department: Department, tables: Any) -> None:
    """A late file of January does not undo what February's said."""
    department.drop([roster_row(1, 身份终止时间="2026-02-10")], period="2026-02")
    before = tables.items("people")
    report = department.drop([roster_row(1)], name="late", now=LATER, period="2026-01")
    assert (report.state, report.codes) == ("refused", {"FILE_PERIOD": 1})
    assert tables.items("people") == before
    assert department.drop(
        [roster_row(1)], name="again", now=LATER, period="2026-02"
    ).counts == counts(changed=1)


@pytest.mark.parametrize("period", ["2026-04", "2099-12"])
def test_a_period_that_has_not_begun_locks_nothing(
    department: Department, tables: Any, period: str
) -> None:
    """A slip in the year would lock the series: every later file would be an earlier one."""
    before = tables.items("people")
    report = department.drop([roster_row(1)], name="ahead", period=period)
    assert (report.state, report.codes) == ("refused", {"FILE_PERIOD": 1})
    assert tables.items("people") == before
    assert department.drop([roster_row(1)], period="2026-03").state == "taken_in"


def test_what_came_later_is_not_overridden_by_a_second_attempt(department: Department) -> None:
    """An attempt cut off, another drop meanwhile, then the second attempt: the rows that were
    recorded since stay as they are."""
    rows = [roster_row(n) for n in range(250)]
    key = department.lay(csv_bytes(rows), rows=250)
    with pytest.raises(intake.Unfinished):
        intake.take_in(key, NOW, iter([True, False]).__next__)
    department.drop(
        [roster_row(200, 身份认定时间="2022-05-05"), roster_row(5, 身份终止时间="2026-03-05")],
        name="corrected",
        now=NOW + timedelta(minutes=5),
    )
    report = intake.take_in(key, NOW + timedelta(minutes=9))
    assert report.counts == counts(confirmed=249, refused=1)
    assert report.codes == {"STALE": 1}
    assert service.load(holder(5), 2026).identities[0].end == date(2026, 3, 5)
    assert service.load(holder(200), 2026).identities[0].start == date(2022, 5, 5)


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("failure", ["killed", "throttled", "away", "unanswered"])
def test_cut_off_anywhere(
    department: Department, storage_faults: Any, failure: Any, when: str
) -> None:
    """Whichever storage call fails, undone or done, the next attempt completes the drop without
    doubling anything."""
    for nth in range(1, 99):
        one, two, three = 10 * nth, 10 * nth + 1, 10 * nth + 2
        department.drop([roster_row(one, 身份认定时间="2020-01-01")], name=f"before{nth}")
        rows = [
            roster_row(one),
            roster_row(two, 救助类型="五保"),
            roster_row(two),
            roster_row(three, 性别="女"),
            roster_row(one, 救助类型="孤儿"),
        ]
        key = department.lay(csv_bytes(rows), rows=5)
        getattr(storage_faults, when)(nth, failure)
        with suppress(Killed, Unavailable):
            intake.take_in(key, NOW + timedelta(minutes=1))
        struck = storage_faults.faults[0].seen >= nth
        storage_faults.clear()
        report = intake.take_in(key, NOW + timedelta(minutes=2))
        assert report.counts == counts(confirmed=3, changed=1, refused=1)
        assert len(store.identity_versions(holder(one))) == 3
        assert len(store.identity_versions(holder(two))) == 2
        if not struck:
            break
    assert nth > 10


def test_a_file_replaced_while_it_is_read(
    department: Department, tables: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only the bytes that the digest was proven on are taken in: a file laid over it in the
    meantime is not."""
    key = department.lay(csv_bytes([roster_row(1)]), rows=1)
    survey = delimited.survey

    def replaced(stream: Any) -> delimited.FileSurvey:
        seen = survey(stream)
        department.lay(csv_bytes([roster_row(2)]), rows=1)
        return seen

    monkeypatch.setattr(delimited, "survey", replaced)
    assert intake.take_in(key, NOW).state == "refused"
    assert "被替换" in department.summary()["sentence"]
    assert tables.items("people") == []


@pytest.mark.parametrize("number", ["000000200503071", "000000201212312", "000000200102032"])
def test_a_number_cut_to_15_registers_nobody(
    department: Department, tables: Any, number: str
) -> None:
    """Right money, 22. J8: eighteen digits that a narrow column cut read as somebody born in
    1920."""
    report = department.drop([roster_row(1, 证件号码=number)])
    assert (report.counts, report.codes) == (counts(refused=1), {"CERTNO": 1})
    assert tables.items("people") == [
        item for item in tables.items("people") if item["pk"]["S"].startswith("B#")
    ]


def test_an_old_number_of_15_is_taken(department: Department) -> None:
    department.drop([roster_row(1, 证件号码="000000500101003")])
    psn_no = service.person_by_certificate("01", "000000500101003")
    assert service.load(psn_no, 2026).person.birth == date(1950, 1, 1)


def test_names_as_offices_write_them(department: Department) -> None:
    """Right money, 22. J8: dots, blanks and rare characters are no doubt about a name; one form is
    kept."""
    department.drop([roster_row(1, 姓名="古丽．艾比"), roster_row(2, 姓名="𠮷　明")])
    kept = [service.load(holder(n), 2026).person.name for n in (1, 2)]
    assert kept == ["古丽·艾比", "𠮷明"]


def test_cells_wrapped_by_an_export(department: Department) -> None:
    """Right money, 22. J8: `="…"` and a leading apostrophe come off every cell."""
    wrapped = {heading: f'="{cell}"' for heading, cell in roster_row(1).items()}
    quoted = {heading: f"'{cell}" for heading, cell in roster_row(3).items()}
    rows = [wrapped, roster_row(2, 身份认定时间='="2024-01-01"'), quoted]
    assert department.drop(rows).counts == counts(confirmed=3)


def test_lines_of_commas_are_no_rows(department: Department) -> None:
    """Right money, 22. J9: what a spreadsheet leaves behind is counted by nobody."""
    body = csv_bytes([roster_row(1), roster_row(2)]) + b",,,,,,,,,,,\r\n" * 3
    assert counted(body, "roster") == 2
    report = intake.take_in(department.lay(body, rows=counted(body, "roster")), NOW)
    assert report.counts == counts(confirmed=2)


def test_a_workbook_is_taken_in_as_its_csv(department: Department) -> None:
    """J8: the same rows, the title above them, and the workbook comes back."""
    row, bad = roster_row(1), roster_row(2, 救助类型="贫困")
    lines: list[list[Any]] = [["名册"], list(row), list(row.values()), list(bad.values())]
    body = workbook_of(("名册", lines), ("说明", ()))
    report = intake.take_in(department.lay(body, ending=".xlsx", rows=2), NOW)
    assert report.counts == counts(confirmed=1, refused=1)
    (back,) = department.returned(ending=".xlsx")
    assert back[REASON] == "救助类型:未在救助类型对照表内"
    assert service.load(holder(1), 2026).person.source == Source(report.batch, 3)


def test_a_number_that_a_workbook_holds_as_a_number_goes_back(department: Department) -> None:
    """J8: its last digits are lost; nobody is registered under what is left."""
    row = roster_row(1)
    whole = int(certno(3, area="440902"))
    lines: list[list[Any]] = [list(row), list((row | {"证件号码": whole}).values())]
    report = intake.take_in(department.lay(workbook_of(("a", lines)), ending=".xlsx", rows=1), NOW)
    assert report.codes == {"CERTNO": 1}
    assert "科学计数" in department.returned(ending=".xlsx")[0][REASON]


@pytest.mark.parametrize("fault", [RuntimeError("张三"), Unavailable("UNAVAILABLE")])
def test_a_file_that_raises_is_answered(
    department: Department, monkeypatch: pytest.MonkeyPatch, fault: Exception
) -> None:
    """Right money, 20. The sender learns that it was interrupted, nothing of the fault; the next
    attempt answers."""
    key = department.lay(csv_bytes([roster_row(1)]), rows=1)

    def fails(*_: Any) -> Any:
        raise fault

    with monkeypatch.context() as patch:
        patch.setattr(Recording, "record", fails)
        with pytest.raises(type(fault)):
            intake.take_in(key, NOW)
    assert department.summary()["state"] == "interrupted"
    assert "张三" not in department.raw("march.feedback.json").decode()
    assert intake.take_in(key, NOW).state == "taken_in"
    assert department.summary()["state"] == "taken_in"


def test_a_better_identity_is_told_of(department: Department, tables: Any) -> None:
    """Right money, 14. J20, J22, J27: from 低保 to 特困: the event names category, region, days and
    act."""
    department.drop([roster_row(1)])
    department.period = "2026-04"
    rows = [
        roster_row(1, 身份终止时间="2026-03-31"),
        roster_row(1, 救助类型="特困", 身份认定时间="2026-02-01"),
    ]
    department.drop(rows, name="april", now=LATER)
    told = {
        (event.category, event.assisting_region, event.start, event.end, event.act)
        for event in events(tables)
    }
    assert told == {
        ("subsistence_allowance", "440902", date(2024, 1, 1), date(2026, 3, 31), "ended"),
        ("destitute_support", "440902", date(2026, 2, 1), None, "confirmed"),
    }


def events(tables: Any) -> list[IdentityRecorded]:
    items = [OutboxItem.from_raw_data(raw) for raw in tables.items("outbox")]
    found = [event_of(item) for item in items]
    return [event for event in found if isinstance(event, IdentityRecorded)]
