"""Hospitals and the catalogue: own codes mapped to national ones, and what is downloaded (X19;
issue: the hospital's door, point 3)."""

from __future__ import annotations

import base64
import io
import zipfile
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from tests.catalogue.office import BED, HERB, WESTERN, publish, published, table
from tests.catalogue.test_releases import national
from tests.conftest import Tables
from tests.settlement.hospital import (
    NANJING,
    NOW,
    Hospital,
    contracted,
    known_person,
    living_allowance,
    passed,
    refused,
)
from tests.settlement.test_lines import line, upload

from medaid.aws.web import Caller
from medaid.catalogue import store as catalogue_store
from medaid.catalogue.model.rows import CatalogueTable
from medaid.regions import NATION
from medaid.settlement import outcomes
from medaid.settlement.lines import store as line_store


@pytest.fixture(autouse=True)
def _world(tables: Tables) -> Iterator[None]:
    catalogue_store.forget()
    contracted()
    published()
    yield
    catalogue_store.forget()


def mapping(own: str = "Y001", code: str = WESTERN, **more: Any) -> dict[str, Any]:
    return {
        "fixmedins_hilist_id": own,
        "fixmedins_hilist_name": "吗啡片10mg",
        "list_type": "101",
        "med_list_codg": code,
        "begndate": "2021-01-01",
        "spec": "10mg",
        **more,
    }


def send(hospital: Hospital, *rows: Mapping[str, Any], msgid: str = "") -> dict[str, Any]:
    envelope = hospital.envelope("3301", {}, msgid)
    envelope["input"] = {"data": {"catalogcompin": list(rows)}}
    return hospital.post(envelope)


def withdraw(hospital: Hospital, **change: Any) -> dict[str, Any]:
    asked = {"fixmedins_code": hospital.institution.code, "fixmedins_hilist_id": "Y001"}
    asked |= {"list_type": "101", "med_list_codg": WESTERN, **change}
    return hospital.call("3302", asked)


def own_line(hospital: Hospital, number: str, stay: str, **more: Any) -> dict[str, Any]:
    row = line(number, stay, **more)
    row |= {"med_list_codg": "", "medins_list_codg": "Y001"}
    (answer,) = passed(upload(hospital, row))["result"]
    found: dict[str, Any] = answer
    return found


def test_a_line_with_the_own_code_alone_is_split_as_the_national_one_X19() -> None:
    """From the mapping's day on; before it, and at another hospital, the code says nothing."""
    known_person("P1", living_allowance())
    hospital = Hospital()
    stay = hospital.stay("P1")
    passed(send(hospital, mapping(begndate="2021-06-21")), output=False)
    assert own_line(hospital, "1", stay)["inscp_scp_amt"] == "27.00"
    early = own_line(hospital, "2", stay, fee_ocur_time="2021-06-20 10:00:00")
    assert (early["inscp_scp_amt"], early["fulamt_ownpay_amt"]) == ("0.00", "37.04")
    held = line_store.find_lines(stay, ["1"])["1"][1]
    assert (held.sent["medins_list_codg"], held.terms.med_list_codg) == ("Y001", WESTERN)
    nothing = line("3", stay) | {"med_list_codg": "", "medins_list_codg": ""}
    refused(upload(hospital, nothing), "FIELD_FORMAT", "med_list_codg")


def test_the_same_mapping_again_changes_nothing_and_another_is_withdrawn_first(
    tables: Tables,
) -> None:
    hospital = Hospital()
    passed(send(hospital, mapping(), msgid="M-1"), output=False)
    before = tables.items("catalogue")
    passed(send(hospital, mapping(), msgid="M-1"), output=False)
    passed(send(hospital, mapping()), output=False)
    assert tables.items("catalogue") == before
    info = refused(send(hospital, mapping(code=HERB, list_type="102")), "OVERLAP")
    assert "3302" in info["rule"]
    passed(withdraw(hospital), output=False)
    passed(withdraw(hospital), output=False)
    passed(send(hospital, mapping(code=HERB, list_type="102", begndate="2021-07-05")), output=False)


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"list_type": "102"}, "CODE_UNKNOWN", "list_type"),
        ({"med_list_codg": "XNOSUCH"}, "NOT_FOUND", "med_list_codg"),
        ({"begndate": "2020-12-31"}, "NOT_FOUND", "med_list_codg"),
        ({"enddate": "2020-12-31"}, "DATE_ORDER", "enddate"),
        ({"fixmedins_hilist_id": ""}, "FIELD_REQUIRED", "fixmedins_hilist_id"),
    ],
)
def test_a_wrong_mapping_is_refused_and_no_row_of_its_message_counts(
    change: dict[str, str], code: str, field: str, tables: Tables
) -> None:
    before = tables.items("catalogue")
    refused(send(Hospital(), mapping("Y000"), {**mapping(), **change}), code, field)
    assert tables.items("catalogue") == before


def test_a_message_maps_at_most_a_hundred_codes_each_once() -> None:
    hospital = Hospital()
    rows = [mapping(f"Y{n:03d}") for n in range(101)]
    refused(send(hospital, *rows), "FIELD_FORMAT", "catalogcompin")
    passed(send(hospital, *rows[:100]), output=False)
    refused(send(hospital, mapping("Z"), mapping("Z")), "FIELD_FORMAT", "fixmedins_hilist_id")


def test_an_institution_withdraws_its_own_mappings_only() -> None:
    hospital, other = Hospital(), Hospital(NANJING, "320100")
    passed(send(hospital, mapping()), output=False)
    refused(withdraw(other, fixmedins_code=hospital.institution.code), "FORBIDDEN")
    refused(withdraw(other), "NOT_FOUND", "fixmedins_hilist_id")
    refused(withdraw(hospital, med_list_codg=BED), "NOT_FOUND", "fixmedins_hilist_id")


def page(infno: str, **more: Any) -> dict[str, Any]:
    asked = {"updt_time": "2000-01-01", "page_num": "1", "page_size": "100", **more}
    found: dict[str, Any] = passed(Hospital().call(infno, asked))
    return found


def test_a_pricing_table_is_told_by_page_as_it_came_into_force() -> None:
    whole = page("1318")
    assert (whole["recordCounts"], whole["pages"], whole["size"]) == (6, 1, 6)
    assert whole["data"][5] == {
        "hilist_code": "C0101010011303807555",
        "hilist_lmtpric_type": "902",
        "overlmt_dspo_way": "",
        "hilist_pric_uplmt_amt": "",
        "insu_admdvs": "440900",
        "begndate": "2021-01-01",
        "enddate": "",
        "vali_flag": "1",
        "rid": "1318-C0101010011303807555-902-2021-01-01",
    }
    publish("1318", table("1318", [(HERB, "901", "5"), (WESTERN, "901", "9")], begin="2021-07-01"))
    pages = [page("1318", page_num=str(n), page_size="2") for n in range(1, 6)]
    rows = [row for one in pages for row in one["data"]]
    assert [len(one["data"]) for one in pages] == [2, 2, 2, 1, 0]
    assert rows[:6] == whole["data"]
    assert [row["hilist_code"] for row in rows[6:]] == [HERB], "what contradicts is not told"
    assert page("1318", updt_time="2099-01-01")["recordCounts"] == 0


@pytest.mark.parametrize(
    ("infno", "code", "count"),
    [("1312", WESTERN, 1), ("1316", WESTERN, 1), ("1318", WESTERN, 2), ("1319", BED, 0)],
)
def test_a_code_is_asked_for_by_itself(infno: str, code: str, count: int) -> None:
    name = "med_list_codg" if infno == "1316" else "hilist_code"
    found = page(infno, **{name: code})
    assert [row[name] for row in found["data"]] == [code] * count


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"page_num": "0"}, "page_num"),
        ({"page_size": "501"}, "page_size"),
        ({"page_size": "x"}, "page_size"),
        ({"updt_time": "x"}, "updt_time"),
    ],
)
def test_a_page_that_cannot_be_is_refused(change: dict[str, str], field: str) -> None:
    asked = {"updt_time": "2000-01-01", "page_num": "1", "page_size": "100", **change}
    refused(Hospital().call("1318", asked), "FIELD_FORMAT", field)


def file_of(infno: str, ver: str) -> tuple[dict[str, Any], list[list[str]]]:
    found = passed(Hospital().call(infno, {"ver": ver}))
    given = {"file_qury_no": found["file_qury_no"], "filename": found["filename"]}
    sent = passed(Hospital().call("9102", given, node="fsDownloadIn"))
    with zipfile.ZipFile(io.BytesIO(base64.b64decode(sent["out"]))) as archive:
        (name,) = archive.namelist()
        text = archive.read(name).decode()
    return found, [row.split("\t") for row in text.splitlines()]


def test_a_national_list_is_fetched_version_by_version() -> None:
    kind = CatalogueTable.HERBS
    first = national(kind, "T000700200", "r1") + "T1\tbroken\n"
    publish(kind, first.encode(), NATION)
    second = national(kind, "T001700643", "r2").replace("V1", "V2")
    publish(kind, second.encode(), NATION)
    found, rows = file_of("1302", "v0000")
    assert (found["data_cnt"], [row[0] for row in rows]) == (1, ["T000700200"])
    assert found["dld_endtime"] == found["dld_end_time"]
    found, rows = file_of("1302", "V1")
    assert [row[0] for row in rows] == ["T001700643"]
    refused(Hospital().call("1302", {"ver": "V2"}), "NOT_FOUND", "ver")
    refused(Hospital().call("1302", {"ver": "V9"}), "CODE_UNKNOWN", "ver")
    refused(Hospital().call("1301", {"ver": "v0000"}), "NOT_FOUND", "ver")


def test_the_outcome_of_a_mapping_is_counted_and_is_a_look_at_nobody(tables: Tables) -> None:
    """3301 speaks of no person: no person's trail gets a record."""
    passed(send(Hospital(), mapping(), msgid="Y-1"), output=False)
    sender = Caller("program-1", Hospital().institution.code)
    reply = outcomes.outcome_of_message("Y-1", sender, NOW)
    assert reply.output["message"]["act"] == "mapped"
    kept = {one["pk"]["S"].partition("#")[0] for one in tables.items("access")}
    assert kept == {"COUNT"}


@pytest.mark.parametrize("last", ["good", "bad"])
def test_of_lines_of_one_rid_the_one_that_counts_is_fetched_alone(last: str) -> None:
    """The later one; a line that was returned is never handed out."""
    kind = CatalogueTable.HERBS
    good = national(kind, "T000700200", "r1").replace("名称", "丁香")
    other = national(kind, "T000700200", "r1").replace("名称", "旧名")
    bad = other.replace("2021-01-01", "2021-13-01")
    sent = other + good if last == "good" else good + bad
    publish(kind, sent.encode(), NATION)
    found, rows = file_of("1302", "v0000")
    assert (found["data_cnt"], ["丁香" in row for row in rows]) == (1, [True])
