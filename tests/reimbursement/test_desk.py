"""What an officer at the desk needs: the whole application back, images while they can still be
attached, overlapping stays, warnings, counts, the trail in words (J27, Q3.1, Q3.2)."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from tests.conftest import Tables
from tests.reimbursement.api_client import application, in_process, opened
from tests.reimbursement.office import (
    ACCOUNTANT,
    AUDITOR,
    CASHIER,
    INSPECTOR,
    INTAKE,
    MANAGER,
    REVIEWER,
    at,
    draft,
    given,
    office,
    officer,
    register,
)
from tests.reimbursement.office import opened as opened_case

from medaid.aws import exchange, rest
from medaid.aws.rest.app import mount
from medaid.errors import Forbidden
from medaid.ids import OfficerId
from medaid.payments import service as payments
from medaid.receipts import api as receipts_api
from medaid.regions import Region
from medaid.reimbursement import service
from medaid.reimbursement.api import ROUTES
from medaid.reimbursement.model import Officer, State
from medaid.reimbursement.service.files import type_of

NOW = at("2026-03-16 09:00")
PNG = b"\x89PNG\r\n\x1a\n"


@pytest.fixture(autouse=True)
def _world(tables: Tables) -> None:
    register()


def api(who: Officer, now: Any = NOW) -> Any:
    app = mount(rest.resolver(), ROUTES, lambda: now, lambda _now: office())
    mount(app, receipts_api.ROUTES, lambda: now, lambda _now: None)
    return in_process(app.resolve, who)


def image(case_id: str, content: bytes = PNG + b"x", kind: str = "image/png") -> str:
    digest = hashlib.sha256(content).hexdigest()
    exchange.put(f"receipts/{case_id}/{digest}", content, kind)
    return digest


def test_the_application_comes_back_as_it_was_sent_and_amends_to_itself() -> None:
    """Right money, 30."""
    call = api(INTAKE)
    line = {
        "med_list_codg": "X",
        "det_item_fee_sumamt": "10000.00",
        "inscp_scp_amt": "9000.00",
        "fulamt_ownpay_amt": "1000.00",
    }
    body = application(
        feedetail=[line],
        others=[{"payer": "慈善会", "kind": "donation", "amount": "100.00"}],
        agency_amounts={"hifp_pay": "5.00"},
        dise_no="A01",
        fixmedins_code="H32010000001",
    )
    desk = opened(call, body)
    status, shown = call("GET", f"/reimbursement/cases/{desk.case_id}/application", None)
    assert status == 200
    for name, value in body.items():
        if name not in ("biz_acp_no", "receipts", "feedetail", "account"):
            assert shown[name] == value or name == "setlfee", name
    assert shown["account"]["bankacct"] == "6222020000001234"
    shown.pop("version")
    for receipt in shown["receipts"]:
        receipt.pop("sha256")
    before = call("GET", f"/reimbursement/cases/{desk.case_id}", None)[1]
    status, after = desk.act(call, "amend", application=shown)
    assert status == 200, after
    assert after["acts"][-1]["changes"] == {}
    assert {**after, "version": 0, "acts": []} == {**before, "version": 0, "acts": []}


@pytest.mark.parametrize(
    ("field", "value"),
    [("psn_no", "P2"), ("insuplc_admdvs", "320500"), ("setl_id", "3201S1")],
)
def test_whose_and_what_an_application_is_of_is_not_amended(field: str, value: str) -> None:
    """Neither taken over nor silently left out: the place of care would be seen from a region where
    the person is not insured."""
    call = api(INTAKE)
    desk = opened(call, application())
    before = call("GET", f"/reimbursement/cases/{desk.case_id}", None)[1]
    status, body = desk.act(call, "amend", application={**sent(application()), field: value})
    assert (status, body["code"], body["field"]) == (400, "FIELD_FORMAT", field)
    assert call("GET", f"/reimbursement/cases/{desk.case_id}", None)[1] == before
    assert desk.act(call, "amend", application=sent(application()))[0] == 200


def sent(body: dict[str, Any]) -> dict[str, Any]:
    """An application as it amends one: without the sender's number."""
    return {name: value for name, value in body.items() if name != "biz_acp_no"}


@pytest.mark.parametrize("who", [CASHIER, ACCOUNTANT, MANAGER, officer("o-x", admdvs="320500")])
def test_the_full_account_is_for_who_takes_cases_in_and_audits(who: Officer) -> None:
    desk = opened(api(INTAKE), application())
    assert api(who)("GET", f"/reimbursement/cases/{desk.case_id}/application", None)[0] == 403


@pytest.mark.parametrize("who", [AUDITOR, REVIEWER, ACCOUNTANT, CASHIER, MANAGER, INSPECTOR])
def test_an_upload_address_is_for_who_attaches_alone(who: Officer, tables: Tables) -> None:
    """Right money, 41."""
    desk = opened(api(INTAKE), application())
    body = {"sha256": "0" * 64, "size": 100, "content_type": "image/png"}
    path = f"/reimbursement/cases/{desk.case_id}/files"
    assert api(who)("POST", path, body)[0] == 403
    with pytest.raises(Forbidden):
        service.upload(office(), who, desk.case_id, "0" * 64, 100, "image/png")
    assert api(INTAKE)("POST", path, body)[0] == 201


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"MZ\x90\x00", "image/png"),
        (PNG + b"x", "application/pdf"),
        (b"%PDF-1.7", "image/png"),
        (b"<html><script>", "text/xml"),
        (b"<svg onload=x>", "text/xml"),
        (PNG + b"x", "application/octet-stream"),
        (b"PK\x03\x04 zip", "application/ofd"),
        (b"", "image/png"),
    ],
)
def test_a_file_is_what_it_was_declared_to_be(content: bytes, kind: str) -> None:
    """Right money, 41."""
    call = api(INTAKE)
    desk = opened(call, application())
    wrong = image(desk.case_id, content, kind)
    status, body = desk.act(call, "attach", bill_code="3201", bill_no="N1", sha256=wrong)
    assert (status, body["field"]) == (400, "content_type")


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (PNG + b"x", "image/png"),
        (b"\xff\xd8\xff\xe0", "image/jpeg"),
        (b"%PDF-1.7", "application/pdf"),
        (b"PK\x03\x04....OFD.xml", "application/ofd"),
        (b"\xef\xbb\xbf<?xml version='1.0'?><Invoice/>", "text/xml"),
    ],
)
def test_each_type_that_is_taken_in_is_known_by_its_content(content: bytes, kind: str) -> None:
    """Right money, 41."""
    assert type_of(content) == kind


def test_an_image_is_viewed_by_the_regions_readers_and_nobody_elses_file_is() -> None:
    """Right money, 30."""
    call = api(INTAKE)
    desk = opened(call, application())
    digest = image(desk.case_id)
    assert desk.act(call, "attach", bill_code="3201", bill_no="N1", sha256=digest)[0] == 200
    path = f"/reimbursement/cases/{desk.case_id}/files"
    status, body = api(AUDITOR)("GET", f"{path}/{digest}", None)
    assert (status, digest in body["url"]) == (200, True)
    assert api(AUDITOR)("GET", f"{path}/{'0' * 64}", None)[0] == 404
    assert (
        api(officer("o-a", "auditor", admdvs="320500"))("GET", f"{path}/{digest}", None)[0] == 403
    )


def test_images_are_asked_for_before_pricing_while_they_can_be_attached() -> None:
    """Right money, 30."""
    call = api(INTAKE)
    desk = opened(call, application())
    desk.act(call, "accept")
    status, body = desk.act(call, "price")
    assert (status, body["field"]) == (400, "receipts.file")
    digest = image(desk.case_id)
    assert desk.act(call, "attach", bill_code="3201", bill_no="N1", sha256=digest)[0] == 200
    assert desk.act(call, "price")[0] == 200


def test_an_auditor_who_asked_for_material_may_audit() -> None:
    """Right money, 30."""
    o = office()
    case = opened_case(o, draft(), NOW)
    case = service.accept(o, INTAKE, case.case_id, case.version, NOW, given())
    case = service.request_supplement(
        o, AUDITOR, case.case_id, case.version, ("病历",), NOW, given()
    )
    case = service.supplement(o, INTAKE, case.case_id, case.version, ("病历",), NOW, given())
    case = service.price(o, INTAKE, case.case_id, case.version, NOW, given())
    case = service.audit(o, AUDITOR, case.case_id, case.version, NOW, given())
    assert case.state == State.AUDITED


@pytest.mark.parametrize(
    ("begin", "end", "suspected"),
    [
        (date(2026, 3, 2), date(2026, 3, 10), True),
        (date(2026, 3, 5), date(2026, 3, 7), True),
        (date(2026, 3, 1), date(2026, 3, 3), True),
        (date(2026, 3, 10), date(2026, 3, 12), False),
        (date(2026, 2, 20), date(2026, 3, 2), False),
        (date(2026, 3, 11), date(2026, 3, 12), False),
    ],
)
def test_a_stay_that_overlaps_another_is_suspected_J27(
    begin: date, end: date, suspected: bool
) -> None:
    """Right money, 30. Another bill and total, two beds on one night. A transfer shares the day of
    discharge."""
    o = office()
    first = opened_case(o, draft(), NOW)
    other = draft("2", total="3000.00", in_policy="2500.00", begin=begin, end=end)
    case = opened_case(o, other, NOW)
    assert case.suspects == ((first.case_id,) if suspected else ())
    visit = draft("3", care="outpatient", total="90.00", in_policy="90.00", begin=begin, end=begin)
    assert opened_case(o, visit, NOW).suspects == (), "a visit is no bed"


def test_what_was_withdrawn_is_no_suspicion() -> None:
    o = office()
    first = opened_case(o, draft(), NOW)
    service.withdraw(o, INTAKE, first.case_id, first.version, NOW, given("撤回"))
    assert opened_case(o, draft("2"), NOW).suspects == ()


def test_warnings_of_unverified_figures_stand_with_the_price_as_at_the_counter() -> None:
    """Right money, 30."""
    o = office(unverified=lambda policy: (f"核验至 {policy.day}",))
    case = opened_case(o, draft(), NOW)
    case = service.accept(o, INTAKE, case.case_id, case.version, NOW, given())
    case = service.price(o, INTAKE, case.case_id, case.version, NOW, given())
    assert case.pricing is not None
    assert "核验至 2026-03-10" in case.pricing.notes


def test_every_state_that_a_case_leaves_is_counted_and_listed() -> None:
    """Right money, 30."""
    call = api(INTAKE)
    opened(call, application())
    _, body = call("GET", "/reimbursement/counts", None)
    assert body["counts"].keys() == {*State} - {"notified", "refused", "withdrawn", "recovered"}
    assert body["counts"]["drafted"] == 1
    for state in State:
        status, page = call("GET", f"/reimbursement/cases?state={state}", None)
        assert (status, len(page["rows"])) == (200, int(state == "drafted"))


def test_the_trail_is_told_in_words() -> None:
    """Right money, 30."""
    o = office()
    case = opened_case(o, draft(), NOW)
    receipt = replace(case.receipts[0], bill_no="N9")
    service.amend(o, INTAKE, case.case_id, case.version, {"receipts": (receipt,)}, NOW, given())
    call = api(INTAKE)
    _, body = call("GET", f"/reimbursement/cases/{case.case_id}", None)
    assert [act["sentence"] for act in body["acts"]] == [
        "2026-03-16 09:00:00 受理 o-intake 登记申请(登记(草稿))",
        "2026-03-16 09:00:00 受理 o-intake 修改申请(登记(草稿)→登记(草稿));"
        "票据由“3201 N1 10000.00 元(有影像)”改为“3201 N9 10000.00 元(有影像)”",
    ]
    assert "6222020000001234" not in str(body)


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("/reimbursement/cases?limit=²", "limit"),
        ("/reimbursement/cases?limit=0", "limit"),
        ("/reimbursement/cases?limit=101", "limit"),
        ("/reimbursement/cases?limit=-1", "limit"),
        ("/reimbursement/cases?cursor=%%%", "cursor"),
        ("/reimbursement/cases?cursor=e30", "cursor"),
        ("/reimbursement/cases?cursor=eyJzdGF0ZSI6ImRyYWZ0ZWQiLCJwayI6IngifQ", "cursor"),
        ("/reimbursement/cases?due_before=soon", "due_before"),
        ("/reimbursement/cases?colour=red", "colour"),
        ("/reimbursement/cases?state=lost", "state"),
        ("/receipts/holder?bill_code=3201", "bill_no"),
    ],
)
def test_crafted_queries_are_refused_by_name_and_never_a_fault(path: str, field: str) -> None:
    status, body = api(INTAKE)("GET", path, None)
    assert (status, body["field"]) == (400, field), body


@pytest.mark.parametrize(
    "path",
    ["/reimbursement/cases/x%00", "/reimbursement/queues/²", "/reimbursement/cases/²/files/x"],
)
def test_crafted_paths_are_refused_and_never_a_fault(path: str) -> None:
    assert api(INTAKE)("GET", path, None)[0] in (400, 403, 404)


def test_a_cursor_of_another_region_or_state_opens_nothing() -> None:
    call = api(INTAKE)
    for number in range(3):
        opened(call, application(str(number)))
    _, page = call("GET", "/reimbursement/cases?state=drafted&limit=1", None)
    foreign = api(officer("o-s", "intake", admdvs="320500"))
    for who, state in ((foreign, "drafted"), (call, "accepted")):
        path = f"/reimbursement/cases?state={state}&limit=1&cursor={page['cursor']}"
        status, body = who("GET", path, None)
        assert (status, body["field"]) == (400, "cursor")


def test_another_region_reports_a_receipt_and_it_pays_nowhere_else_Q3_2() -> None:
    suzhou = api(officer("o-s", "intake", admdvs="320500"))
    report = {"bill_code": "3201", "bill_no": "n1", "payment_id": "SZ-1"}
    status, body = suzhou("POST", "/receipts/320500/reports", report)
    assert (status, body["holder"], body["bill_no"]) == (201, "SZ-1", "N1")
    assert suzhou("POST", "/receipts/320100/reports", report)[0] == 403
    status, body = api(INTAKE)("POST", "/reimbursement/cases", application())
    assert (status, body["code"]) == (409, "DUPLICATE")
    assert "SZ-1" in body["rule"]
    _, body = api(INTAKE)("GET", "/receipts/holder?bill_code=3201&bill_no=N1", None)
    assert (body["holder"], body["kind"], body["admdvs"]) == ("SZ-1", "region", "320500")
    manager = api(officer("o-m", "manager", admdvs="320500"))
    assert manager("POST", "/receipts/320500/reports/withdraw", report)[0] == 200
    assert api(INTAKE)("POST", "/reimbursement/cases", application())[0] == 201


def test_a_message_that_was_delivered_moves_the_case_to_notified_J28(
    tables: Tables, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests.reimbursement.office import confirmed

    from medaid.aws.outbox import OutboxItem
    from medaid.followup import service as followup
    from medaid.followup.model import MatterKind, MatterReply, MatterState
    from medaid.listening import service as listening
    from medaid.reimbursement import wiring

    case = confirmed(office(), draft(), NOW)
    (item,) = OutboxItem.query(f"O#case_paid#{case.orders[0].order_id}")
    monkeypatch.setattr("medaid.aws.clock.now", lambda: NOW + timedelta(hours=1))
    listening.tell_message(item, wiring.context)
    shown = service.case_detail(office(), MANAGER, case.case_id, NOW).case
    assert shown.state == State.CONFIRMED, "no gateway took it: it stands on the telephone list"
    where = (Region(case.admdvs), MatterKind.MESSAGE, MatterState.OPEN, "")
    ((message,), _) = followup.page_of_matters(*where, "", 9)
    reached = MatterReply("reached", "", "", OfficerId("o-1"), NOW)
    followup.answer(message.matter_id, message.kind, message.region, reached)
    (told,) = OutboxItem.query(f"O#message_delivered#{message.matter_id}")
    for _ in range(2):
        listening.tell_message(told, wiring.context)
    shown = service.case_detail(office(), MANAGER, case.case_id, NOW).case
    assert shown.state == State.NOTIFIED


def test_the_trail_of_a_case_names_who_acted_10_12() -> None:
    """By name and post of the time of the act; who is not entered yet stays a subject."""
    case = opened_case(office(), draft(), NOW)
    office_of = Region(case.admdvs)
    shown = api(INTAKE)("GET", f"/reimbursement/cases/{case.case_id}", None)[1]["acts"][0]
    assert (shown["officer_name"], f" {INTAKE.officer_id} " in shown["sentence"]) == ("", True)
    who = OfficerId(INTAKE.officer_id)
    payments.name_officer(office_of, who, "李四", "受理", OfficerId("o-manager"), NOW)
    shown = api(INTAKE)("GET", f"/reimbursement/cases/{case.case_id}", None)[1]["acts"][0]
    assert (shown["officer"], shown["officer_name"]) == (INTAKE.officer_id, "李四(受理)")
    assert " 李四(受理) " in shown["sentence"]
    assert INTAKE.officer_id not in shown["sentence"]
