"""The settlements of a person, by page, for who may read the person (J6). Issue: the register
people can use, 4."""

from __future__ import annotations

from functions.reimburse import handler
from tests.conftest import Tables
from tests.journeys.test_late_identity import outbox as outbox  # the stream, as a fixture
from tests.reimbursement.api_client import Call, in_process
from tests.settlement.hospital import Hospital, bill, contracted, known_person, passed, stay_input

from medaid.access import service as access
from medaid.regions import Region
from medaid.reimbursement.model import Officer

PATH = "/reimbursement/440900/persons/P1/settlements"


def api(who: str, role: str, admdvs: str) -> Call:
    return in_process(handler.handler, Officer(who, admdvs, frozenset({role})))


def test_what_was_settled_is_listed_and_each_look_recorded(tables: Tables, outbox: object) -> None:
    contracted()
    known_person("P1")
    hospital = Hospital()
    sent = stay_input("P1", hospital.stay("P1"), bill("5000.00", "4500.00"))
    setl_id = passed(hospital.call("2304", sent))["setlinfo"]["setl_id"]
    assert callable(outbox)
    outbox()
    reader = api("o-1", "auditor", "440900")
    status, page = reader("GET", PATH, None)
    assert (status, [row["setl_id"] for row in page["rows"]]) == (200, [setl_id])
    ((read,), _) = access.page_of_reads_of("P1", Region("440900"), "", 9)
    assert read.reader.subject == "o-1"
    elsewhere = api("o-2", "auditor", "320100")
    assert elsewhere("GET", PATH, None)[0] == 403
    assert elsewhere("GET", PATH.replace("440900", "320100"), None)[0] == 404
    assert api("o-3", "cashier", "440900")("GET", PATH, None)[0] == 403
