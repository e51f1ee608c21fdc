"""Files of the catalogue: read strictly, bad rows returned, published by a second person (X9,
X19; issue: the hospital's door, point 3)."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from typing import Any

import pytest
from tests.catalogue import office
from tests.catalogue.office import (
    BED,
    HERB,
    LIMITS,
    REGION,
    WESTERN,
    agree,
    call,
    propose,
    publish,
    table,
)
from tests.conftest import Tables

from medaid.catalogue import keys, store
from medaid.catalogue.model.rows import CatalogueTable, InsuranceCode, LimitPrice, NationalCode
from medaid.catalogue.reading import read_file
from medaid.catalogue.tables import LAYOUTS
from medaid.regions import NATION, Region

pytestmark = pytest.mark.usefixtures("tables")


def limits_of(code: str, region: str = REGION) -> tuple[LimitPrice, ...]:
    key = keys.insurance_code_key(Region(region), code)
    found = store.read_many([key])
    return found[key].record(InsuranceCode).limits if key in found else ()


def test_a_file_counts_once_a_second_person_published_it() -> None:
    shown = propose("1318", table("1318", LIMITS))
    assert (shown["rows"], shown["refused"], shown["published_by"]) == (6, 0, "")
    assert limits_of(WESTERN) == (), "proposed is not in force"
    done = publish("1318", table("1318", LIMITS))
    assert (done["published_by"], done["codes_changed"]) == ("officer-2", 3)
    assert [row.limit for row in limits_of(WESTERN)] == [10_000_000, 12_500_000]


def test_who_proposed_does_not_publish() -> None:
    name = propose("1318", table("1318", LIMITS))["release"]
    status, answer = call("POST", f"/catalogue/{REGION}/releases/{name}/publish")
    assert (status, answer["code"]) == (403, "SEPARATION")
    assert limits_of(WESTERN) == ()


@pytest.mark.parametrize(("region", "role"), [("320100", "manager"), (REGION, "reviewer")])
def test_nobody_else_proposes_or_publishes(region: str, role: str) -> None:
    """Another region's manager, and this region's other officers."""
    name = propose("1318", table("1318", LIMITS))["release"]
    for path in ("releases", f"releases/{name}/publish", "schemes", "schemes/x/approve"):
        status, answer = call("POST", f"/catalogue/{REGION}/{path}", {}, "o-3", region, role)
        assert (status, answer["code"]) == (403, "FORBIDDEN")


def test_the_same_file_twice_is_one_release_and_changes_nothing(tables: Tables) -> None:
    publish("1318", table("1318", LIMITS))
    before = tables.items("catalogue")
    again = publish("1318", table("1318", LIMITS))
    assert again["codes_changed"] == 3, "it answers as the first time"
    assert tables.items("catalogue") == before


def test_a_loading_that_was_cut_off_is_made_again(monkeypatch: pytest.MonkeyPatch) -> None:
    from medaid.catalogue import releases
    from medaid.errors import Unavailable

    monkeypatch.setattr(releases, "TOGETHER", 1)
    name = propose("1318", table("1318", LIMITS))["release"]
    real, done = releases._load_some, list[int]()

    def once(*args: Any) -> Any:
        if done:
            raise Unavailable("UNAVAILABLE")
        done.append(1)
        return real(*args)

    monkeypatch.setattr(releases, "_load_some", once)
    path = f"/catalogue/{REGION}/releases/{name}/publish"
    assert call("POST", path, by="officer-2")[0] == 503
    monkeypatch.setattr(releases, "_load_some", real)
    status, shown = call("POST", path, by="officer-2")
    assert (status, shown["published_by"]) == (200, "officer-2")
    assert limits_of(WESTERN)
    assert limits_of(BED)


def test_an_increment_takes_the_place_of_the_row_with_its_rid() -> None:
    publish("1318", table("1318", LIMITS))
    ended = table("1318", [(WESTERN, "901", "10.00")], end="2021-05-31")
    newer = table("1318", [(WESTERN, "901", "11.00")], begin="2021-06-01").splitlines(True)[1]
    publish("1318", ended + newer)
    rows = {(row.limit, str(row.end)) for row in limits_of(WESTERN) if row.limit_type == "901"}
    assert rows == {(10_000_000, "2021-05-31"), (11_000_000, "None")}


def test_a_row_that_contradicts_what_is_held_is_returned_and_does_not_count() -> None:
    publish("1318", table("1318", LIMITS))
    shown = publish("1318", table("1318", [(WESTERN, "901", "11.00")], begin="2021-06-01"))
    (problem,) = shown["problems"]
    assert (shown["refused"], shown["codes_changed"]) == (1, 0)
    assert (problem["code"], problem["column"]) == ("OVERLAP", "rid")
    assert problem["value"] == f"1318-{WESTERN}-901-2021-06-01"
    assert f"rid 1318-{WESTERN}-901-2021-01-01" in problem["rule"]
    assert {row.limit for row in limits_of(WESTERN)} == {10_000_000, 12_500_000}


def test_of_rows_that_contradict_each_other_none_counts() -> None:
    both = table("1318", [(WESTERN, "901", "10.00"), (BED, "901", "40.00")])
    other = table("1318", [(WESTERN, "901", "11.00")], begin="2021-06-01").splitlines(True)[1]
    shown = publish("1318", both + other)
    assert shown["refused"] == 2
    assert [(one["row"], one["code"]) for one in shown["problems"]] == [
        (2, "OVERLAP"),
        (4, "OVERLAP"),
    ]
    assert limits_of(WESTERN) == ()
    assert limits_of(BED)


def test_a_blank_limit_is_no_limit_and_zero_is_one() -> None:
    rows = [(WESTERN, "901", ""), (WESTERN, "902", "0"), (BED, "901", "999999")]
    publish("1318", table("1318", rows))
    assert [row.limit for row in limits_of(WESTERN)] == [None, 0]
    assert [row.limit for row in limits_of(BED)] == [None], "how the interface writes none"


WRONG: list[tuple[str, Sequence[str], str, str, str]] = [
    ("1318", (WESTERN, "901", "-1"), "hilist_pric_uplmt_amt", "-1", "AMOUNT_FORMAT"),
    ("1318", (WESTERN, "901", "1.1234567"), "hilist_pric_uplmt_amt", "1.1234567", "AMOUNT_FORMAT"),
    ("1318", (WESTERN, "", "1"), "hilist_lmtpric_type", "", "FIELD_REQUIRED"),
    ("1318", ("1.5E+10", "901", "1"), "hilist_code", "1.5E+10", "FIELD_FORMAT"),
    ("1319", (WESTERN, "3901", "10", "10"), "selfpay_prop", "10", "FIELD_FORMAT"),
    ("1319", (WESTERN, "3901", "1.01", "10"), "selfpay_prop", "1.01", "FIELD_FORMAT"),
    ("1319", (WESTERN, "3901", "10%", "10"), "selfpay_prop", "10%", "FIELD_FORMAT"),
    ("1319", (WESTERN, "3901", "0.1", "30"), "selfpay_prop_type", "30", "CODE_UNKNOWN"),
    ("1312", (WESTERN, "吗啡片", "05", "09", "0"), "chrgitm_lv", "05", "CODE_UNKNOWN"),
    ("1312", (WESTERN, "吗啡片", "01", "甲", "0"), "med_chrgitm_type", "甲", "CODE_UNKNOWN"),
    ("1316", (WESTERN, ""), "hilist_code", "", "FIELD_REQUIRED"),
]


@pytest.mark.parametrize(("kind", "row", "column", "value", "code"), WRONG)
def test_a_bad_row_is_returned_with_row_column_value_and_rule(
    kind: str, row: Sequence[str], column: str, value: str, code: str
) -> None:
    """The other rows of the file count."""
    good = {
        "1312": (BED, "床位", "01", "01", "0"),
        "1316": (BED, BED),
        "1318": (BED, "901", "1"),
        "1319": (BED, "3901", "0", "10"),
    }[kind]
    shown = propose(kind, table(kind, [good, row]))
    (problem,) = shown["problems"]
    assert (problem["row"], problem["column"], problem["value"], problem["code"]) == (
        3,
        column,
        value,
        code,
    )
    assert problem["rule"]
    assert publish(kind, table(kind, [good, row]))["codes_changed"] == 1


@pytest.mark.parametrize(
    ("begin", "end", "column", "code"),
    [
        ("2021-02-30", "", "begndate", "FIELD_FORMAT"),
        ("2021-02-01", "2021-01-31", "enddate", "DATE_ORDER"),
        ("", "", "begndate", "FIELD_REQUIRED"),
    ],
)
def test_days_that_cannot_be_are_returned(begin: str, end: str, column: str, code: str) -> None:
    shown = propose("1318", table("1318", [(BED, "901", "1")], begin, end))
    assert [(one["column"], one["code"]) for one in shown["problems"]] == [(column, code)]


def test_a_row_of_another_region_is_returned() -> None:
    head, row = table("1318", [(BED, "901", "1")]).decode().splitlines()
    content = f"{head},insu_admdvs\n{row},320100\n{row},{REGION}\n".encode()
    shown = propose("1318", content)
    assert [one["column"] for one in shown["problems"]] == ["insu_admdvs"]


@pytest.mark.parametrize(
    ("kind", "content", "code"),
    [
        ("1318", b"\xff\xfe\x00", "FILE_ENCODING"),
        ("1318", b"a,b\n1,2\n", "FILE_FORM"),
        ("1318", b"", "FILE_FORM"),
        ("1301", b"x", "CODE_UNKNOWN"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused(kind: str, content: bytes, code: str) -> None:
    import base64

    text = base64.b64encode(content).decode() or "===="
    body = {"kind": kind, "file": "x", "content": text}
    status, answer = call("POST", f"/catalogue/{REGION}/releases", body)
    assert status == 400
    assert answer["code"] in (code, "FIELD_FORMAT") if not content else answer["code"] == code


def national(kind: CatalogueTable, code: str, rid: str) -> str:
    layout = LAYOUTS[kind]
    found = ["null"] * layout.least
    for position, text in (
        (layout.code, code),
        (layout.name, "名称"),
        (layout.begin, "2021-01-01"),
        (layout.end, "null"),
        (layout.valid, "1"),
        (layout.rid, rid),
        (layout.version, "V1"),
    ):
        found[position - 1] = text
    return "\t".join(found) + "\n"


@pytest.mark.parametrize("kind", sorted(LAYOUTS))
@pytest.mark.parametrize("packed", [False, True])
def test_national_lists_are_read_by_position(kind: CatalogueTable, packed: bool) -> None:
    content = (national(kind, WESTERN, "r1") + national(kind, BED, "r2")).encode()
    if packed:
        held = io.BytesIO()
        with zipfile.ZipFile(held, "w") as archive:
            archive.writestr("x.txt", content)
        content = held.getvalue()
    shown = publish(kind, content, NATION)
    assert (shown["rows"], shown["refused"], shown["codes_changed"]) == (2, 0, 2)
    key = keys.national_code_key(Region(NATION), WESTERN)
    (item,) = store.read_many([key])[key].record(NationalCode).items
    assert (item.rid, item.name, item.version, item.end) == ("r1", "名称", "V1", None)


def test_a_line_of_a_national_list_with_too_few_columns_is_returned() -> None:
    """What a program wrote is exactly so or damaged."""
    content = national(CatalogueTable.HERBS, "T000700200", "r1").encode() + b"T1\tx\n"
    found = read_file(CatalogueTable.HERBS, Region(NATION), content)
    assert [(one.row, one.code) for one in found.problems] == [(2, "FILE_FORM")]
    assert len(found.rows) == 1


@pytest.mark.parametrize(
    ("position", "text", "column", "code"),
    [
        ("name", "", "name", "FIELD_REQUIRED"),
        ("name", "名" * 401, "name", "FIELD_TOO_LONG"),
        ("name", "丁\x07香", "name", "FIELD_FORMAT"),
        ("rid", "r\x001", "rid", "FIELD_FORMAT"),
        ("version", "V" * 401, "version", "FIELD_TOO_LONG"),
    ],
)
def test_a_cell_of_a_national_list_has_the_form_of_every_other_cell(
    position: str, text: str, column: str, code: str
) -> None:
    """What an office's table may not hold, a program's may not either."""
    kind = CatalogueTable.HERBS
    row = national(kind, HERB, "r1").split("\t")
    row[getattr(LAYOUTS[kind], position) - 1] = text
    content = ("\t".join(row) + national(kind, "T001700643", "r2")).encode()
    found = read_file(kind, Region(NATION), content)
    assert [(one.row, one.field, one.code) for one in found.problems] == [(1, column, code)]
    assert [row.rid for row in found.rows] == ["r2"]


def test_national_lists_are_the_installations_and_pricing_tables_a_regions() -> None:
    import base64

    body = {"kind": "1318", "file": "x", "content": base64.b64encode(b"xxxx").decode()}
    status, answer = call("POST", f"/catalogue/{NATION}/releases", body, region=NATION)
    assert (status, answer["field"]) == (400, "kind")
    status, answer = call(
        "POST", f"/catalogue/{REGION}/releases", {**body, "kind": "1301"}, region=REGION
    )
    assert (status, answer["field"]) == (400, "kind")


def test_releases_are_listed_with_who_proposed_and_published() -> None:
    publish("1318", table("1318", LIMITS))
    name = propose("1319", table("1319", [(WESTERN, "3901", "0.1", "10")]))["release"]
    status, shown = call("GET", f"/catalogue/{REGION}/releases")
    assert status == 200
    assert {(one["kind"], one["published_by"]) for one in shown["rows"]} == {
        ("1318", "officer-2"),
        ("1319", ""),
    }
    assert call("GET", f"/catalogue/{REGION}/releases/{name}")[1]["proposed_by"] == "officer-1"
    assert call("GET", f"/catalogue/{REGION}/releases/nothing")[0] == 404


def test_a_scheme_counts_once_a_second_person_agreed() -> None:
    status, shown = call("POST", f"/catalogue/{REGION}/schemes", office.SCHEME)
    name = shown["scheme"]
    status, answer = call("POST", f"/catalogue/{REGION}/schemes/{name}/approve")
    assert (status, answer["code"]) == (403, "SEPARATION")
    assert agree() == name, "the same again is the same scheme"
    (listed,) = call("GET", f"/catalogue/{REGION}/schemes")[1]["rows"]
    assert (listed["proposed_by"], listed["approved_by"]) == ("officer-1", "officer-2")
    assert call("POST", f"/catalogue/{REGION}/schemes/x/approve", by="o-2")[0] == 404


def test_a_scheme_says_ages_that_can_be() -> None:
    wrong = {**office.SCHEME, "limit_types": [{"code": "1", "age_from": 7, "age_below": 7}]}
    status, answer = call("POST", f"/catalogue/{REGION}/schemes", wrong)
    assert (status, answer["field"]) == (400, "age_below")
