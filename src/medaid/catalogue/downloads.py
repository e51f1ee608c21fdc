"""What hospitals download of the catalogue: national lists as files, version by version (1301,
1302, 1305, 1306), and a region's pricing tables by page (1312, 1316, 1318, 1319).

Rows are told as they came into force, release by release: a later row takes the place of the one
with its rid. A page reads the list of releases and the one or two that it lies in, however much
was published before.
"""

from __future__ import annotations

import json
from collections.abc import Sequence, Set
from datetime import date
from typing import Final

from medaid import national_files
from medaid.aws import exchange
from medaid.catalogue import keys, store
from medaid.catalogue.model.publishing import Release
from medaid.catalogue.model.rows import (
    CatalogueTable,
    CodeMapping,
    DatedRow,
    InsuranceCode,
    LimitPrice,
    ListedItem,
    NationalCode,
    NationalItem,
    Replacement,
    SelfPayShare,
)
from medaid.catalogue.rules import regions_of
from medaid.catalogue.split import price_text, share_text
from medaid.catalogue.tables import FIRST_SELF_PAY, LAYOUTS
from medaid.errors import BadInput, Refused
from medaid.instants import civil_date
from medaid.regions import NATION, Region

NO_VERSION: Final = frozenset({"v0000", "F001", "0", "0000"})
"""What programs send that hold no version yet."""
Page = tuple[list[dict[str, str]], int]
"""Rows, and how many there are in all."""


def keep_rows(
    region: Region,
    release_id: str,
    kind: CatalogueTable,
    rows: Sequence[DatedRow],
    content: bytes,
    numbers: Set[int],
) -> None:
    """Lays down the rows of a release that come into force, as they are downloaded later;
    `numbers` says which of the file they are. Raises Unavailable."""
    if kind in LAYOUTS:  # to the byte as they came
        lines = enumerate(national_files.lines(content, "file"), 1)
        kept = "".join(f"{line}\n" for number, line in lines if number in numbers).encode()
    else:
        told = [row_fields(row, region) for row in rows]
        kept = json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()
    exchange.put(keys.release_rows(region, release_id), kept)


def version_of(rows: Sequence[DatedRow]) -> str:
    """The version that the last row of a national list names; empty for other tables."""
    last = rows[-1] if rows else None
    return last.version if isinstance(last, NationalItem) else ""


def row_fields(row: DatedRow, region: Region) -> dict[str, str]:
    """A row of a pricing table as the interface names its fields."""
    dated = {
        "insu_admdvs": str(region),
        "begndate": row.begin.isoformat(),
        "enddate": row.end.isoformat() if row.end else "",
        "vali_flag": "1" if row.valid else "0",
        "rid": row.rid,
    }
    match row:
        case CodeMapping():
            own = {"med_list_codg": row.code, "hilist_code": row.hilist_code}
            own["list_type"] = row.list_type
        case ListedItem():
            own = {"hilist_code": row.code, "hilist_name": row.name}
            own |= {"chrgitm_lv": row.item_class, "med_chrgitm_type": row.fee_class}
            own |= {"list_type": row.list_type, "lmt_used_flag": "1" if row.limited_use else "0"}
            own |= row.attributes
        case LimitPrice():
            own = {"hilist_code": row.code, "hilist_lmtpric_type": row.limit_type}
            own["overlmt_dspo_way"] = row.over_limit_way
            own["hilist_pric_uplmt_amt"] = "" if row.limit is None else price_text(row.limit)
        case SelfPayShare():
            own = {"hilist_code": row.code, "selfpay_prop_psn_type": row.share_type}
            own |= {"selfpay_prop_type": FIRST_SELF_PAY, "selfpay_prop": share_text(row.share)}
        case Replacement():
            own = {"med_list_codg": row.code, "new_med_list_codg": row.by}
        case _:
            raise TypeError(f"{type(row).__name__} is told by its file")
    return {**own, **dated}


def next_file(kind: CatalogueTable, held: str) -> tuple[str, bytes, int]:
    """Name, zip and number of rows of the national list's version after `held`.

    Raises Refused NOT_FOUND where there is none newer, BadInput CODE_UNKNOWN for a version that
    was never published, Unavailable.
    """
    nation = Region(NATION)
    found = _published(nation, kind)
    versions = [one.version for one in found]
    if held in versions:
        found = found[len(versions) - versions[::-1].index(held) :]
    elif held not in NO_VERSION:
        raise BadInput("CODE_UNKNOWN", field="ver", rule=f"没有版本 {held};首次下载请用 v0000")
    if not found:
        raise Refused("NOT_FOUND", field="ver", rule="没有更新的版本")
    one = found[0]
    name = f"{kind}_{one.version or one.release_id}.txt"
    content = exchange.get(keys.release_rows(nation, one.release_id))
    return f"{name}.zip", national_files.zipped(name, content), one.accepted


def rows_page(
    kind: CatalogueTable, treatment: Region, code: str, since: date, start: int, size: int
) -> Page:
    """Rows of a pricing table for `treatment`: those of one code as they stand, or from `start` on
    those that came into force since that day. Raises Unavailable."""
    regions = [one for one in regions_of(treatment) if one != NATION]
    if code:
        told = [fields for region in regions for fields in _of_code(kind, region, code)]
        return told[start : start + size], len(told)
    parts = [
        (region, one)
        for region in regions
        for one in _published(region, kind)
        if one.published_at is not None and civil_date(one.published_at) >= since
    ]
    rows: list[dict[str, str]] = []
    before = 0
    for region, one in parts:
        first, last = max(0, start - before), min(one.accepted, start + size - before)
        if first < last:
            kept = exchange.get(keys.release_rows(region, one.release_id))
            rows += json.loads(kept)[first:last]
        before += one.accepted
    return rows, before


def _of_code(kind: CatalogueTable, region: Region, code: str) -> list[dict[str, str]]:
    if kind == CatalogueTable.MAPPING:
        at = keys.national_code_key(region, code)
        of_nation = store.find_many([at], NationalCode).get(at, NationalCode())
        return [row_fields(row, region) for row in of_nation.mappings]
    at = keys.insurance_code_key(region, code)
    held = store.find_many([at], InsuranceCode).get(at, InsuranceCode())
    rows: dict[CatalogueTable, Sequence[DatedRow]] = {
        CatalogueTable.LIST: held.items,
        CatalogueTable.LIMITS: held.limits,
        CatalogueTable.SHARES: held.shares,
    }
    return [row_fields(row, region) for row in rows[kind]]


def _published(region: Region, kind: CatalogueTable) -> list[Release]:
    """Releases of a table in the order in which they came into force."""
    found = [
        (one.published_at, one.release_id, one)
        for one in store.list_releases(region)
        if one.kind == kind and one.published_at is not None
    ]
    return [one for _, _, one in sorted(found, key=lambda row: row[:2])]
