"""What institutions map their own codes to (3301, 3302): one national code at a time for each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Final

from medaid.aws.transaction import Write
from medaid.catalogue import keys, store
from medaid.catalogue.model.rows import InstitutionItem, InstitutionItems, NationalCode
from medaid.catalogue.rules import one_row, regions_of
from medaid.errors import BadInput, Conflict, Refused
from medaid.ids import InstitutionCode
from medaid.regions import Region

LIST_TYPES: Final[Mapping[str, str]] = {"X": "101", "Z": "101", "T": "102", "00": "201", "C": "301"}
"""list_type by the first letters of a national code; others are not told by their code."""


def mapped_writes(
    institution: InstitutionCode, items: Sequence[InstitutionItem], region: Region
) -> list[Write]:
    """3301: what mapping these codes writes; nothing for what is mapped so already.

    Raises BadInput CODE_UNKNOWN, Refused NOT_FOUND for a national code that does not live on the
    first day, Conflict OVERLAP where the own code is mapped otherwise; Unavailable.
    """
    for item in items:
        _check_list_type(item)
    _check_alive(items, region)
    writes, seen = list[Write](), set[str]()
    at = {_key(institution, item.fixmedins_hilist_id): item for item in items}
    held = store.read_many(at)
    for item in items:
        own, key = item.fixmedins_hilist_id, _key(institution, item.fixmedins_hilist_id)
        if own in seen:
            raise BadInput("FIELD_FORMAT", field="fixmedins_hilist_id", rule=f"{own} 重复")
        seen.add(own)
        before = held[key].record(InstitutionItems) if key in held else InstitutionItems()
        if item in before.items:
            continue
        _check_alone(item, before)
        after = InstitutionItems((*before.items, item))
        writes.append(store.CatalogueItem.create_or_replace(held.get(key), key, after, "mapping"))
    return writes


def withdrawn_writes(
    institution: InstitutionCode, own: str, list_type: str, med_list_codg: str, today: date
) -> list[Write]:
    """3302: what withdrawing a mapping writes: it counts no more from today on; nothing where it
    was withdrawn already. Raises Refused NOT_FOUND, Unavailable."""
    key = _key(institution, own)
    held = store.read_many([key]).get(key)
    before = held.record(InstitutionItems).items if held is not None else ()
    found = [
        one for one in before if (one.list_type, one.med_list_codg) == (list_type, med_list_codg)
    ]
    if not found:
        rule = f"没有 {own} 与 {med_list_codg} 的对照"
        raise Refused("NOT_FOUND", field="fixmedins_hilist_id", rule=rule)
    last = today - timedelta(days=1)
    after = tuple(
        replace(one, end=last) if one in found and (one.end is None or one.end > last) else one
        for one in before
    )
    if after == before:
        return []
    return [store.CatalogueItem.create_or_replace(held, key, InstitutionItems(after), "mapping")]


def national_codes_of(institution: InstitutionCode, asked: Sequence[tuple[str, date]]) -> list[str]:
    """For each own code and day the national code that it stood for, empty where none. A hundred
    with one call. Raises Unavailable."""
    at = [_key(institution, own) for own, _ in asked]
    held = store.read_many(set(at)) if at else {}
    found = []
    for key, (_, day) in zip(at, asked, strict=True):
        items = held[key].record(InstitutionItems).items if key in held else ()
        found.append(next((one.med_list_codg for one in items if one.holds(day)), ""))
    return found


def _key(institution: InstitutionCode, own: str) -> keys.Key:
    return keys.institution_item_key(institution, own)


def _check_list_type(item: InstitutionItem) -> None:
    code = item.med_list_codg
    wanted = LIST_TYPES.get(code[:1]) or LIST_TYPES.get(code[:2])
    if wanted is not None and item.list_type != wanted:
        rule = f"{code} 的目录类别为 {wanted}"
        raise BadInput("CODE_UNKNOWN", field="list_type", rule=rule)
    if item.end is not None and item.end < item.begin:
        raise BadInput("DATE_ORDER", field="enddate", rule=f"早于开始日期 {item.begin}")


def _check_alive(items: Sequence[InstitutionItem], region: Region) -> None:
    """A national code lives on the mapping's first day: a list of the nation names it, or the
    region maps it."""
    regions = regions_of(region)
    wanted = [
        keys.national_code_key(place, item.med_list_codg) for item in items for place in regions
    ]
    found = store.find_many(wanted, NationalCode)
    for item in items:
        at = [keys.national_code_key(place, item.med_list_codg) for place in regions]
        rows = [found[key] for key in at if key in found]
        alive = any(
            one_row(table, item.begin) for row in rows for table in (row.items, row.mappings)
        )
        if not alive:
            rule = f"{item.med_list_codg} 在 {item.begin} 不是有效的国家编码"
            raise Refused("NOT_FOUND", field="med_list_codg", rule=rule)


def _check_alone(item: InstitutionItem, before: InstitutionItems) -> None:
    for other in before.items:
        if item.meets(other):
            rule = (
                f"{item.fixmedins_hilist_id} 已与 {other.med_list_codg} 对照"
                f"({other.begin} 至 {other.end or '今'});请先以 3302 撤销"
            )
            raise Conflict("OVERLAP", field="fixmedins_hilist_id", rule=rule)
