"""The register of institutions: entered, changed and ended by date, by two people of the
institution's own region or its pooling region; and what a counter makes of it (J37, Q3.1)."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

import pytest
from tests.conftest import Tables
from tests.settlement.hospital import (
    MAOMING,
    NANJING,
    NOW,
    TOWNSHIP,
    Hospital,
    admission,
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
from tests.settlement.test_figures import call
from tests.settlement.test_statements import totals
from tests.storage import StorageCalls

from medaid.aws.transaction import commit
from medaid.errors import BadInput, Conflict, Forbidden, MedaidError, Refused
from medaid.ids import OfficerId
from medaid.instants import civil_date
from medaid.payments import service as payments
from medaid.payments.model import Duty
from medaid.regions import Region
from medaid.settlement import service, store
from medaid.settlement.institutions import service as register
from medaid.settlement.model import Institution, InstitutionRecord, InstitutionVersion

NEW = Institution("H44090200077", "茂南区某新医院", "440902", "2")
PATH = f"/institutions/440902/{NEW.code}"
BODY: dict[str, Any] = {
    "name": NEW.name,
    "region": "440902",
    "level": "2",
    "effective": "2021-01-01",
    "document": "茂医保协议〔2021〕77号",
}
TODAY = civil_date(NOW)
SMALL = bill("1000.00", "1000.00")
CARD = {"mdtrt_cert_type": "02", "mdtrt_cert_no": "x"}


@pytest.fixture(autouse=True)
def _world(tables: Tables) -> None:
    contracted()
    known_person("P1", living_allowance())


def ask(
    method: str,
    path: str,
    body: dict[str, Any] | None = None,
    by: str = "officer-1",
    region: str = "440902",
    role: str = "manager",
) -> tuple[int, dict[str, Any]]:
    return call(method, path, body, by, region, role)


def decide(
    by: str = "officer-2", region: str = "440902", **more: Any
) -> tuple[int, dict[str, Any]]:
    path = PATH.replace("440902/", f"{region}/", 1)
    return ask("POST", f"{path}/decision", {"approved": True, **more}, by, region)


def version(effective: date, office: str = "440902", **more: Any) -> InstitutionVersion:
    stated: dict[str, Any] = {"name": NEW.name, "level": "2", "active": True} | more
    return InstitutionVersion(
        effective=effective,
        document="文号",
        proposed_by=OfficerId("o-1"),
        proposed_in=Region(office),
        proposed_at=stated.pop("at", NOW),
        **stated,
    )


def enter(
    effective: date, *, at: Any = NOW, end: bool = False, code: str = NEW.code, **more: Any
) -> None:
    """A version that two people agree on at `at`; counters have forgotten what they knew."""
    one, two, region = OfficerId("o-1"), OfficerId("o-2"), Region("440902")
    if end:
        register.end_institution(code, effective, "文号", one, region, at)
    else:
        register.propose_institution(code, region, version(effective, at=at, **more))
    register.decide_institution(code, True, "", two, region, at)
    store.forget()


def test_an_office_enters_a_hospital_and_two_people_let_it_settle_J37(tables: Tables) -> None:
    hospital = Hospital(NEW)
    given = admission("P1")
    refused(hospital.call("2401", given, node="mdtrtinfo"), "INSTITUTION_UNKNOWN")
    status, shown = ask("POST", PATH, BODY)
    assert (status, shown["active"], shown["versions"][0]["approved"]) == (201, False, False)
    refused(hospital.call("2401", given, node="mdtrtinfo"), "INSTITUTION_UNKNOWN")
    refused(hospital.call("2304", stay_input("P1", "V", SMALL)), "INSTITUTION_UNKNOWN")
    refused(hospital.call("5203", {"psn_no": "P1", "setl_id": "S"}), "INSTITUTION_UNKNOWN")
    status, refusal = decide("officer-1")
    assert (status, refusal["code"]) == (403, "SEPARATION")
    refused(hospital.call("2401", given, node="mdtrtinfo"), "INSTITUTION_UNKNOWN")
    status, shown = decide()
    assert (status, shown["active"], shown["today"]) == (200, True, "2021-01-01")
    store.forget()
    mdtrt_id = hospital.stay("P1")
    passed(hospital.call("2304", stay_input("P1", mdtrt_id, bill("50000.00", "45000.00"))))


@pytest.mark.parametrize(
    ("who", "changes", "status", "code", "field"),
    [
        ({"region": "320100"}, {}, 403, "FORBIDDEN", "admdvs"),
        ({"role": "reviewer"}, {}, 403, "FORBIDDEN", ""),
        ({"role": "cashier"}, {}, 403, "FORBIDDEN", ""),
        ({}, {"region": "320105"}, 403, "FORBIDDEN", "admdvs"),
        ({}, {"region": "440900"}, 403, "FORBIDDEN", "admdvs"),
        ({}, {"region": "4409"}, 400, "FIELD_FORMAT", "region"),
        ({}, {"level": "4"}, 400, "CODE_UNKNOWN", "level"),
        ({}, {"level": "二级"}, 400, "CODE_UNKNOWN", "level"),
        ({}, {"name": " "}, 400, "FIELD_FORMAT", "name"),
        ({}, {"name": "a\nb"}, 400, "FIELD_FORMAT", "name"),
        ({}, {"effective": "2021-02-30"}, 400, "FIELD_FORMAT", "effective"),
        ({}, {"document": ""}, 400, "FIELD_FORMAT", "document"),
        ({}, {"active": False}, 400, "FIELD_UNKNOWN", "active"),
    ],
)
def test_what_is_wrong_with_an_entry_is_named(
    tables: Tables,
    who: dict[str, Any],
    changes: dict[str, Any],
    status: int,
    code: str,
    field: str,
) -> None:
    seen = tables.everything()
    got, answer = ask("POST", PATH, {**BODY, **changes}, **who)
    assert (got, answer["code"]) == (status, code), answer
    assert field in answer.get("field", "") + json.dumps(answer.get("errors", []))
    assert tables.everything() == seen
    assert ask("POST", PATH, BODY)[0] == 201


@pytest.mark.parametrize(
    ("code", "may"),
    [
        ("H44090200077", True),
        ("P44090200077", True),
        ("440902000077", True),
        ("X44090200077", False),
        ("h44090200077", False),
        ("H4409020007", False),
        ("H440902000770", False),
        ("HH4090200077", False),
        ("H4409020007７", False),
    ],
)
def test_a_code_has_twelve_places(code: str, may: bool) -> None:
    given = version(date(2021, 1, 1))
    if may:
        assert register.propose_institution(code, Region("440902"), given).code == code
    else:
        with pytest.raises(BadInput) as told:
            register.propose_institution(code, Region("440902"), given)
        assert told.value.field == "institution"


def test_the_pooling_region_may_enter_and_decide_and_no_neighbour(tables: Tables) -> None:
    city = PATH.replace("440902/", "440900/", 1)
    assert ask("POST", city, BODY, region="440900")[0] == 201
    assert decide(region="440981")[1]["code"] == "FORBIDDEN"
    assert decide(region="440981", approved=False, reason="x")[1]["code"] == "FORBIDDEN"
    assert ask("GET", PATH.replace("440902/", "440981/", 1), region="440981")[0] == 403
    assert ask("GET", PATH.replace("440902/", "320100/", 1), region="320100")[0] == 403
    assert decide()[0] == 200
    status, shown = ask("GET", city, region="440900", role="auditor")
    (one,) = shown["versions"]
    assert (status, one["proposed_in"], one["decided_in"]) == (200, "440900", "440902")
    assert ask("GET", PATH.replace("077", "078"))[1]["code"] == "INSTITUTION_UNKNOWN"


@pytest.mark.parametrize("office", ["440902", "440900"])
def test_who_stands_in_for_the_first_person_does_not_decide(tables: Tables, office: str) -> None:
    """Whichever of the two offices keeps it: the second person may sit in the other one."""
    where, one, other = Region(office), OfficerId("o-1"), OfficerId("o-2")
    commit(payments.claim_duty(where, one, frozenset(), Duty.AUDIT, NOW))
    payments.delegate_duty(where, Duty.AUDIT, one, other, TODAY, TODAY, "出差", OfficerId("x"), NOW)
    city, county = Region("440900"), Region("440902")
    register.propose_institution(NEW.code, county, version(date(2021, 1, 1)))
    with pytest.raises(Forbidden) as told:
        register.decide_institution(NEW.code, True, "", other, city, NOW)
    assert told.value.code == "SEPARATION"
    register.decide_institution(NEW.code, True, "", OfficerId("o-3"), city, NOW)


def test_a_code_belongs_to_one_region(tables: Tables) -> None:
    enter(date(2021, 1, 1))
    there = Region("320105")
    with pytest.raises(Conflict) as told:
        register.propose_institution(NEW.code, there, version(date(2021, 8, 1), "320105"))
    assert (told.value.code, told.value.facts["id"]) == ("DUPLICATE", "440902")
    with pytest.raises(Conflict):
        register.propose_institution(
            NEW.code, Region("440981"), version(date(2021, 8, 1), "440900")
        )
    with pytest.raises(Forbidden):
        register.end_institution(NEW.code, TODAY, "文号", OfficerId("o-1"), there, NOW)
    with pytest.raises(Forbidden):
        register.decide_institution(NEW.code, True, "", OfficerId("o-2"), there, NOW)
    other = "H32010500077"
    assert register.propose_institution(other, there, version(date(2021, 1, 1), "320105"))


def test_a_region_whose_entry_was_refused_holds_no_code(tables: Tables) -> None:
    region, there = Region("440902"), Region("320105")
    register.propose_institution(NEW.code, region, version(date(2021, 1, 1)))
    mine = version(date(2021, 1, 1), "320105")
    with pytest.raises(Conflict):
        register.propose_institution(NEW.code, there, mine)
    register.decide_institution(NEW.code, False, "编码有误", OfficerId("o-1"), region, NOW)
    assert register.propose_institution(NEW.code, there, mine).admdvs == there


def test_a_refusal_says_why_and_nothing_counts(tables: Tables) -> None:
    assert ask("POST", PATH, BODY)[0] == 201
    assert ask("POST", PATH, BODY)[0] == 201, "the same again is the same"
    assert ask("POST", PATH, {**BODY, "level": "3"})[1]["code"] == "STATE"
    assert ask("POST", PATH, BODY, by="officer-3")[1]["code"] == "STATE"
    status, refusal = decide(approved=False, reason=" ")
    assert (status, refusal["code"], refusal["field"]) == (400, "FIELD_REQUIRED", "reason")
    status, shown = decide(approved=False, reason="级别不符")
    assert (status, shown["active"]) == (200, False)
    (one,) = shown["versions"]
    assert (one["approved"], one["reason"], one["decided_by"]) == (False, "级别不符", "officer-2")
    refused(Hospital(NEW).call("2401", admission("P1"), node="mdtrtinfo"), "INSTITUTION_UNKNOWN")
    assert decide(approved=False, reason="级别不符")[0] == 200, "said again it stands"
    assert decide()[1]["code"] == "NOT_FOUND"
    assert decide("officer-3", approved=False, reason="x")[1]["code"] == "NOT_FOUND"
    assert ask("POST", f"{PATH}/end", {"effective": "2031-01-01", "document": "d"})[1]["code"] == (
        "INSTITUTION_UNKNOWN"
    )


def test_care_is_priced_by_the_level_of_the_day_it_ended(tables: Tables) -> None:
    """What was settled before the change stays as it was, also settled anew."""
    at = NOW - timedelta(days=4)
    enter(date(2021, 1, 1), at=at)
    enter(date(2021, 7, 3), at=at, level="3", name="茂南区某三级医院")
    hospital = Hospital(NEW)

    def settled(begin: str, end: str) -> tuple[str, str]:
        mdtrt_id = hospital.stay("P1", f"2021-{begin} 09:00:00", f"2021-{end} 09:00:00")
        given = stay_input("P1", mdtrt_id, bill("50000.00", "45000.00"))
        setl_id = passed(hospital.call("2304", given))["setlinfo"]["setl_id"]
        back = {"mdtrt_id": mdtrt_id, "setl_id": setl_id, "psn_no": "P1"}
        passed(hospital.call("2305", back))
        again = passed(hospital.call("2304", given))["setlinfo"]
        passed(hospital.call("2305", {**back, "setl_id": again["setl_id"]}))
        level = service.get_settlement(again["setl_id"]).decision.facts.level
        return str(level), str(again["hifp_pay"])

    before, after = settled("06-20", "07-02"), settled("06-21", "07-03")
    assert (before[0], after[0]) == ("2", "3")
    assert before[1] != after[1]


def test_no_day_that_has_passed_is_changed(tables: Tables) -> None:
    enter(date(2021, 1, 1))
    tomorrow, day = TODAY + timedelta(days=1), timedelta(days=1)
    for effective in (date(2021, 6, 30), TODAY):
        with pytest.raises(BadInput) as told:
            enter(effective, level="3")
        assert (told.value.code, told.value.field) == ("DATE_ORDER", "effective")
    with pytest.raises(BadInput):
        enter(TODAY - day, end=True)
    region = Region("440902")
    register.propose_institution(NEW.code, region, version(tomorrow, level="3"))
    late = NOW + day
    with pytest.raises(BadInput):
        register.decide_institution(NEW.code, True, "", OfficerId("o-2"), region, late)
    register.decide_institution(NEW.code, False, "已过生效日", OfficerId("o-2"), region, late)
    enter(tomorrow, level="3")
    enter(TODAY, end=True)
    with pytest.raises(Conflict):
        enter(TODAY, end=True)
    assert [one.level for one in register.get_record(NEW.code, region).approved] == ["2", "3", "3"]


def test_what_is_decided_last_counts_from_its_day_on() -> None:
    day = [date(2021, 7, n) for n in range(1, 10)]
    first, change, end = (
        version(day[0], approved=True),
        version(day[6], level="3", approved=True),
        version(day[3], active=False, approved=True),
    )
    unapproved = version(day[1], level="1")

    def on(*versions: InstitutionVersion) -> list[str]:
        record = InstitutionRecord(NEW.code, Region("440902"), versions)  # type: ignore[arg-type]  # a code
        found = [record.on(one) for one in day]
        return ["-" if one is None else one.level if one.active else "0" for one in found]

    assert on(first, change) == ["2", "2", "2", "2", "2", "2", "3", "3", "3"]
    assert on(first, change, end) == ["2", "2", "2", "0", "0", "0", "0", "0", "0"]
    assert on(first, end, change) == ["2", "2", "2", "0", "0", "0", "3", "3", "3"]
    assert on(first, unapproved) == ["2"] * 9
    assert on(change, unapproved) == ["-"] * 6 + ["3"] * 3


VISIT = {**CARD, "psn_no": "P1", "insutype": "390", "ipt_otp_no": "1"}
TREATMENT = {
    "psn_no": "P1",
    "insutype": "390",
    "fixmedins_code": NEW.code,
    "med_type": "11",
    "begntime": "2021-07-05 09:00:00",
}


def test_an_ended_hospital_begins_nothing_and_finishes_what_is_open_J37(tables: Tables) -> None:
    """From the day on which its agreement ends: discharge, settlement, reversal and 3201 go on."""
    enter(date(2021, 1, 1))
    hospital = Hospital(NEW)
    stay, visit = hospital.admit("P1"), hospital.visit("P1")
    kept = hospital.visit("P1", "2021-06-24 09:00:00")
    enter(TODAY, end=True)
    known_person("P2", serial=2)
    seen = tables.everything()
    for infno, node, given in (
        ("2401", "mdtrtinfo", admission("P2", "2021-07-05 08:00:00")),
        ("2401", "mdtrtinfo", admission("P2", "2021-07-01 08:00:00")),
        ("2201", "data", {**VISIT, "begntime": "2021-06-25 09:00:00"}),
        ("1101", "data", {**CARD, "psn_no": "P1"}),
        ("2001", "data", TREATMENT),
        ("90100", "data", {"psn_no": "P1"}),
    ):
        answer = refused(hospital.call(infno, given, node=node), "INSTITUTION_UNKNOWN")
        assert "终止" in answer["rule"]
    describe = {**VISIT, "mdtrt_id": visit, "med_type": "11", "dise_codg": ""}
    later = {**describe, "begntime": "2021-07-05 09:00:00"}
    refused(hospital.call("2203", later, node="mdtrtinfo"), "INSTITUTION_UNKNOWN", "begntime")
    assert tables.everything() == seen
    passed(
        hospital.call("2203", {**describe, "begntime": "2021-06-25 09:00:00"}, node="mdtrtinfo"),
        output=False,
    )
    passed(hospital.call("2206", visit_input("P1", visit, SMALL)))
    passed(hospital.call("2207", visit_input("P1", visit, SMALL)))
    passed(
        hospital.call("2202", {"mdtrt_id": kept, "psn_no": "P1", "ipt_otp_no": "1"}), output=False
    )
    hospital.discharge("P1", stay, "2021-07-05 09:00:00")
    given = stay_input("P1", stay, bill("50000.00", "45000.00"))
    setl_id = passed(hospital.call("2304", given))["setlinfo"]["setl_id"]
    back = {"mdtrt_id": stay, "setl_id": setl_id, "psn_no": "P1"}
    passed(hospital.call("2305", back))
    passed(hospital.call("2304", given))
    passed(hospital.call("3201", totals()))


def test_an_end_to_come_turns_nobody_away_before_its_day(tables: Tables) -> None:
    enter(date(2021, 1, 1))
    enter(TODAY + timedelta(days=1), end=True)
    passed(Hospital(NEW).call("2401", admission("P1", "2021-07-05 08:00:00"), node="mdtrtinfo"))
    tomorrow = NOW + timedelta(days=1)

    def send(body: bytes, institution: str) -> tuple[int, dict[str, Any]]:
        return service.answer(body, his(institution), tomorrow, lambda: tomorrow)

    late = Hospital(NEW, send=send, prefix="20210706100000")
    visit = {**VISIT, "begntime": "2021-07-05 09:00:00"}
    refused(late.call("2201", visit), "INSTITUTION_UNKNOWN", "fixmedins_code")


def test_care_begins_on_a_day_of_the_agreement(tables: Tables) -> None:
    enter(date(2021, 7, 1))
    hospital = Hospital(NEW)
    early = admission("P1", "2021-06-30 09:00:00")
    refused(hospital.call("2401", early, node="mdtrtinfo"), "INSTITUTION_UNKNOWN")
    given = {**early, "begntime": "2021-07-01 09:00:00"}
    passed(hospital.call("2401", given, node="mdtrtinfo"))


def test_a_hospital_whose_agreement_lies_ahead_sends_nothing_yet(tables: Tables) -> None:
    enter(TODAY + timedelta(days=1))
    hospital = Hospital(NEW)
    refused(hospital.call("2401", admission("P1"), node="mdtrtinfo"), "INSTITUTION_UNKNOWN")
    refused(hospital.call("5203", {"psn_no": "P1", "setl_id": "S"}), "INSTITUTION_UNKNOWN")
    assert service.institution_region(NEW.code) == "440902", "clearing may agree ahead"
    with pytest.raises(Refused):
        service.institution_region("H44090200079")


def test_while_one_proposal_waits_no_other_is_made(tables: Tables) -> None:
    """What somebody is asked to approve does not change under their hand."""
    enter(date(2021, 1, 1))
    region = Region("440902")
    after = TODAY + timedelta(days=1)
    register.propose_institution(NEW.code, region, version(after, level="3"))
    with pytest.raises(MedaidError) as told:
        register.end_institution(NEW.code, after, "文号", OfficerId("o-3"), region, NOW)
    assert told.value.code == "STATE"
    register.decide_institution(NEW.code, False, "撤回", OfficerId("o-1"), region, NOW)
    register.end_institution(NEW.code, after, "文号", OfficerId("o-3"), region, NOW)


def names(region: str, role: str = "auditor", **query: str) -> tuple[int, Any]:
    asked = "&".join(f"{name}={value}" for name, value in query.items())
    path = f"/institutions/{region}" + (f"?{asked}" if asked else "")
    return call("GET", path, None, "officer-1", region, role)


def test_the_institutions_of_a_region_come_by_page_with_what_they_are_today(
    tables: Tables, storage_calls: StorageCalls
) -> None:
    """From a county to a province, 3: there was no list. A pooling region sees those that pool with
    it, a county its own; a version that waits is told, and counts for nothing."""
    enter(date(2021, 1, 1))
    register.propose_institution(NEW.code, Region("440902"), version(date(2021, 9, 1), level="3"))
    other = "H44098100001"
    register.propose_institution(other, Region("440981"), version(date(2021, 1, 1), "440981"))
    storage_calls.reset()
    status, city = names("440900")
    assert storage_calls.counts["Query"] == storage_calls.counts["BatchGetItem"] == 1
    rows = {row["institution"]: row for row in city["rows"]}
    assert (status, {MAOMING.code, TOWNSHIP.code, NEW.code, other} <= {*rows}) == (200, True)
    assert NANJING.code not in rows
    new, waits = rows[NEW.code], rows[other]
    assert (new["level"], new["active"], new["waits"]) == ("2", True, True)
    assert (waits["active"], waits["waits"], waits["region"]) == (False, True, "440981")
    seen, cursor = [], ""
    while True:
        more = {"limit": "2"} | ({"cursor": cursor} if cursor else {})
        _, page = names("440900", **more)
        seen += [row["institution"] for row in page["rows"]]
        cursor = page["cursor"]
        if not cursor:
            break
    assert seen == [row["institution"] for row in city["rows"]]
    assert [row["institution"] for row in names("440981")[1]["rows"]] == [other]
    assert {row["region"] for row in names("440902")[1]["rows"]} == {"440902"}
    assert names("440983")[1]["rows"] == []


def test_who_may_see_the_list_and_whose(tables: Tables) -> None:
    for role, status in (("manager", 200), ("inspector", 403), ("institution", 403), ("", 403)):
        assert names("440900", role)[0] == status, role
    path = "/institutions/440900"
    assert call("GET", path, None, "officer-1", "440981", "auditor")[0] == 403, "a county of it"
    assert call("GET", path, None, "officer-1", "320100", "auditor")[0] == 403
    assert call("GET", f"{path}?level=3", None, "officer-1", "440900", "auditor")[0] == 400
    cursor = names("440900", limit="1")[1]["cursor"]
    assert names("440981", cursor=cursor)[1]["field"] == "cursor"


def test_an_institution_that_became_another_regions_is_on_its_list_alone(tables: Tables) -> None:
    region, there = Region("440902"), Region("320105")
    register.propose_institution(NEW.code, region, version(date(2021, 1, 1)))
    register.decide_institution(NEW.code, False, "编码有误", OfficerId("o-1"), region, NOW)
    register.propose_institution(NEW.code, there, version(date(2021, 1, 1), "320105"))
    assert NEW.code not in {row["institution"] for row in names("440902")[1]["rows"]}
    assert NEW.code in {row["institution"] for row in names("320105")[1]["rows"]}
