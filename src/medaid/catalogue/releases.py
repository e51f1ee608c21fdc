"""Files of the catalogue's tables: one person proposes, another publishes, both stay named. What is
the nation's is the installation's to publish.

A file is read as a whole when it is proposed: who sends it sees every bad row at once. Publishing
loads the good rows code by code; cut off, it is simply made again, and twice it changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import groupby
from typing import Final

from medaid.aws import exchange
from medaid.aws.items import Key
from medaid.aws.transaction import Decided, Write, transact
from medaid.catalogue import downloads, keys, store
from medaid.catalogue.model.publishing import Release, RowProblem
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
from medaid.catalogue.reading import Reading, clash, read_file
from medaid.catalogue.rules import merged
from medaid.dropped.problem import Problem
from medaid.errors import BadInput, Refused
from medaid.ids import OfficerId, content_hash
from medaid.instants import aware
from medaid.payments.service import check_second
from medaid.regions import NATION, Region

Code = NationalCode | InsuranceCode
Pair = tuple[DatedRow, DatedRow]
SHOWN: Final = 200
"""Problems that a release keeps: the file is mended and sent again."""
TOGETHER: Final = 50
"""Codes that are written in one transaction."""
NATIONAL: Final = frozenset(
    {
        CatalogueTable.DRUGS,
        CatalogueTable.HERBS,
        CatalogueTable.SERVICES,
        CatalogueTable.MATERIALS,
        CatalogueTable.REPLACED,
    }
)
"""Tables of national codes: everybody's. The others are a region's own."""


def propose_release(
    region: Region, kind: CatalogueTable, file: str, content: bytes, by: OfficerId, now: datetime
) -> Release:
    """Reads a file and keeps it until somebody else publishes it. The same file again answers the
    same.

    Raises FileRefused, BadInput CODE_UNKNOWN for a table that is not this region's, Unavailable.
    """
    _check_kind(region, kind)
    release_id = f"{kind}-{content_hash(region, kind, content.hex())[:12]}"
    known = store.find_release(region, release_id)
    if known is not None:
        return known[1]
    found = read_file(kind, region, content)
    exchange.put(keys.release_file(region, release_id), content)
    new = Release(
        release_id,
        region,
        kind,
        file,
        found.count,
        _shown(found.problems),
        len({problem.row for problem in found.problems}),
        by,
        aware(now),
    )

    def decide() -> Decided[Release]:
        held = store.find_release(region, release_id)
        return Decided(held[1]) if held else Decided(new, [store.replace_release(None, new)])

    return transact(decide)


def publish_release(region: Region, release_id: str, by: OfficerId, now: datetime) -> Release:
    """Puts the rows of a release into force. A second time it answers as the first.

    Raises Refused NOT_FOUND, Forbidden SEPARATION for who proposed it or stands in for them,
    Unavailable (publish again: what was loaded stays).
    """
    one = get_release(region, release_id)
    if one.published_at is not None:
        return one
    first, proposed = one.proposed_by, one.proposed_at
    check_second(region, by, first, proposed, now, "提出与发布不得为同一人", "by")
    content = exchange.get(keys.release_file(region, release_id))
    found = read_file(one.kind, region, content)
    changed, clashes = _load(region, one.kind, found)
    problems = (*found.problems, *clashes)
    left_out = {problem.value for problem in clashes}
    rows = [row for row in found.rows if row.rid not in left_out]
    numbers = {found.numbers[row.rid] for row in rows}
    downloads.keep_rows(region, release_id, one.kind, rows, content, numbers)

    def decide() -> Decided[Release]:
        item, held = _held(region, release_id)
        if held.published_at is not None:
            return Decided(held)
        done = replace(
            held,
            published_by=by,
            published_at=aware(now),
            codes_changed=changed,
            accepted=len(rows),
            version=downloads.version_of(rows),
            problems=_shown(problems),
            refused=len({problem.row for problem in found.problems}) + len(clashes),
        )
        return Decided(done, [store.replace_release(item, done)])

    return transact(decide)


def get_release(region: Region, release_id: str) -> Release:
    """Raises Refused NOT_FOUND, Unavailable."""
    return _held(region, release_id)[1]


def list_releases(region: Region) -> list[Release]:
    """The region's releases, the latest first. Raises Unavailable."""
    return sorted(store.list_releases(region), key=lambda one: one.proposed_at, reverse=True)


def _held(region: Region, release_id: str) -> tuple[store.CatalogueItem, Release]:
    found = store.find_release(region, release_id)
    if found is None:
        raise Refused("NOT_FOUND", field="release", rule="没有该目录文件")
    return found


def _check_kind(region: Region, kind: CatalogueTable) -> None:
    if (kind in NATIONAL) != (region == NATION):
        whose = "国家目录由平台发布" if kind in NATIONAL else "医保目录由各地区发布"
        raise BadInput("CODE_UNKNOWN", field="kind", rule=whose)


def _shown(problems: Sequence[Problem]) -> tuple[RowProblem, ...]:
    return tuple(
        RowProblem(one.row, one.field, one.value, one.code, one.sentence)
        for one in problems[:SHOWN]
    )


def _load(region: Region, kind: CatalogueTable, found: Reading) -> tuple[int, list[Problem]]:
    """Writes the rows code by code; answers how many codes changed, and rows that clash with what
    is held."""
    by_code = sorted(found.rows, key=lambda row: row.code)
    groups = [(code, list(rows)) for code, rows in groupby(by_code, lambda row: row.code)]
    changed, clashes = 0, list[Problem]()
    for start in range(0, len(groups), TOGETHER):
        done, wrong = _load_some(region, kind, groups[start : start + TOGETHER])
        changed += done
        clashes += wrong
    return changed, clashes


def _load_some(
    region: Region, kind: CatalogueTable, groups: Iterable[tuple[str, list[DatedRow]]]
) -> tuple[int, list[Problem]]:
    rows = dict(groups)

    def decide() -> Decided[tuple[int, list[Problem]]]:
        at = {_key(region, kind, code): code for code in rows}
        held = store.read_many(at)
        writes: list[Write] = []
        wrong: list[Problem] = []
        for key, code in at.items():
            item = held.get(key)
            before = _record(kind, item)
            after, left_out = _with_rows(before, rows[code])
            wrong += [clash(one, other) for one, other in left_out]
            if after != before:
                writes.append(
                    store.CatalogueItem.create_or_replace(item, key, after, f"code:{code}")
                )
        return Decided((len(writes), wrong), writes)

    return transact(decide)


def _key(region: Region, kind: CatalogueTable, code: str) -> Key:
    if kind in NATIONAL or kind == CatalogueTable.MAPPING:
        return keys.national_code_key(region, code)
    return keys.insurance_code_key(region, code)


def _record(kind: CatalogueTable, item: store.CatalogueItem | None) -> Code:
    if kind in NATIONAL or kind == CatalogueTable.MAPPING:
        return NationalCode() if item is None else item.record(NationalCode)
    return InsuranceCode() if item is None else item.record(InsuranceCode)


_TABLES: Final[Mapping[type[DatedRow], str]] = {
    NationalItem: "items",
    CodeMapping: "mappings",
    Replacement: "replacements",
    ListedItem: "items",
    LimitPrice: "limits",
    SelfPayShare: "shares",
}


def _with_rows(before: Code, new: Sequence[DatedRow]) -> tuple[Code, list[Pair]]:
    """All rows of a code after `new` ones came, and new ones that contradict, each with what it
    contradicts."""
    table = _TABLES[type(new[0])]
    rows, left_out = merged(getattr(before, table), new)
    after: Code = replace(before, **{table: rows})  # type: ignore[arg-type]  # a field of the code's own
    return after, left_out
