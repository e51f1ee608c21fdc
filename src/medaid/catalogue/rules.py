"""Which rows of the catalogue count for a fee line, and which rows may stand beside which. Pure.

A code that is not payable, or that nobody mapped, makes its line own expense and says why. What is
not known is asked for: a class B item without its share, a limit whose kind nobody can choose, are
refused and named, never taken as zero.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final, TypeVar

from medaid.catalogue.model.lines import OwnExpense, Terms
from medaid.catalogue.model.publishing import Buyer, Scheme, TypeRule
from medaid.catalogue.model.rows import (
    NOT_PAYABLE,
    CodeMapping,
    DatedRow,
    InsuranceCode,
    LimitPrice,
    ListedItem,
    NationalCode,
    SelfPayShare,
)
from medaid.errors import PolicyUndetermined
from medaid.regions import NATION, Region

R = TypeVar("R", bound=DatedRow)

REFUSED_BY_HOSPITAL: Final = "2"
"""hosp_appr_flag: the hospital did not approve the limited use."""
LONGEST_CHAIN: Final = 5
"""Replacements that are followed from one code."""


def regions_of(treatment: Region) -> tuple[Region, ...]:
    """Whose tables count for care in `treatment`, the nearest first: its pooling region's, its
    province's, the nation's (X9: the catalogue of the region of treatment)."""
    pooling = treatment.pooling
    return tuple(dict.fromkeys((pooling, pooling.province, Region(NATION))))


def replaced(codes: Sequence[NationalCode], day: date) -> str:
    """The code that had taken the place of this one by `day`; empty where none had."""
    found = one_row([one for code in codes for one in code.replacements], day)
    return found.by if found is not None else ""


def mapping_on(codes: Sequence[NationalCode], day: date) -> CodeMapping | None:
    """Under which insurance code a national code was paid on `day`. `codes` is the same code by
    region, the nearest first. Raises PolicyUndetermined."""
    return _nearest([code.mappings for code in codes], day)


def terms_of(
    med_list_codg: str,
    mapping: CodeMapping | None,
    listed: Sequence[InsuranceCode],
    scheme: Scheme,
    buyer: Buyer,
    day: date,
    approval: str = "",
) -> Terms:
    """What a line of `med_list_codg` is split by on `day`. `listed` is the mapped insurance code by
    region, the nearest first; `approval` is hosp_appr_flag.

    Raises PolicyUndetermined CLAUSE_CONFLICT or FIGURE_MISSING naming what is contradictory or
    missing.
    """
    if mapping is None:
        return Terms(OwnExpense.UNMAPPED, med_list_codg)
    item = _nearest([code.items for code in listed], day)
    if item is None:
        return Terms(OwnExpense.NOT_LISTED, med_list_codg, mapping.hilist_code, rids=(mapping.rid,))
    reason = OwnExpense.NONE
    if item.item_class == NOT_PAYABLE:
        reason = OwnExpense.EXCLUDED
    elif item.limited_use and approval == REFUSED_BY_HOSPITAL:
        reason = OwnExpense.NOT_APPROVED
    limit = share = None
    if not reason:
        limit = _limit_on([code.limits for code in listed], scheme, buyer, day)
        share = _share_on([code.shares for code in listed], scheme, buyer, day, item)
    rows = (mapping, item, limit, share)
    return Terms(
        reason,
        med_list_codg,
        item.code,
        item.name,
        item.item_class,
        item.fee_class,
        limit.limit if limit else None,
        limit.limit_type if limit else "",
        limit.over_limit_way if limit else "",
        share.share if share else 0,
        share.share_type if share else "",
        item.limited_use,
        item.attributes,
        tuple(row.rid for row in rows if row is not None),
    )


def _limit_on(
    tables: Sequence[Sequence[LimitPrice]], scheme: Scheme, buyer: Buyer, day: date
) -> LimitPrice | None:
    for rows in tables:
        held = [row for row in rows if row.holds(day)]
        if held:
            code = _type_of(scheme.limit_types, buyer, "hilist_lmtpric_type", held[0].code)
            return one_row([row for row in held if row.limit_type == code], day)
    return None


def _share_on(
    tables: Sequence[Sequence[SelfPayShare]],
    scheme: Scheme,
    buyer: Buyer,
    day: date,
    item: ListedItem,
) -> SelfPayShare | None:
    """The row of the nearest region that has one. Class A needs none, class B must have one."""
    for rows in tables:
        held = [row for row in rows if row.holds(day)]
        if held:
            code = _type_of(scheme.share_types, buyer, "selfpay_prop_psn_type", item.code)
            found = one_row([row for row in held if row.share_type == code], day)
            if found is not None:
                return found
            break
    if item.item_class == "01":
        return None
    raise PolicyUndetermined(
        "FIGURE_MISSING",
        field="selfpay_prop",
        rule=f"{item.code} 在 {day} 无适用的先行自付比例",
    )


def _type_of(kinds: Sequence[TypeRule], buyer: Buyer, field: str, code: str) -> str:
    """The region's code that stands for `buyer`: exactly one must. Raises PolicyUndetermined."""
    found = sorted({kind.code for kind in kinds if kind.fits(buyer)})
    if len(found) == 1:
        return found[0]
    who = f"级别 {buyer.level}、年龄 {buyer.age}、险种 {buyer.insutype}、{buyer.care}"
    if found:
        rule = f"{code}({who})同时适用 {'、'.join(found)}"
        raise PolicyUndetermined("CLAUSE_CONFLICT", field=field, rule=rule)
    raise PolicyUndetermined("FIGURE_MISSING", field=field, rule=f"{code}({who})无适用的类型")


def _nearest(tables: Sequence[Sequence[R]], day: date) -> R | None:
    for rows in tables:
        found = one_row(rows, day)
        if found is not None:
            return found
    return None


def one_row(rows: Sequence[R], day: date) -> R | None:
    """The row that holds on `day`, None where none does. Raises PolicyUndetermined naming both
    where two do: none of them is the first."""
    held = [row for row in rows if row.holds(day)]
    if len(held) > 1:
        rule = f"{held[0].code} 在 {day} 有两行:{held[0].rid}、{held[1].rid}"
        raise PolicyUndetermined("CLAUSE_CONFLICT", field="rid", rule=rule)
    return held[0] if held else None


def row_key(row: DatedRow) -> tuple[str, ...]:
    """What at most one row may say of a day: the code, with the kind of limit or of person."""
    match row:
        case LimitPrice():
            return (row.code, row.limit_type)
        case SelfPayShare():
            return (row.code, row.share_type)
    return (row.code,)


def contradictory(rows: Sequence[R]) -> list[tuple[R, R]]:
    """Each row that counts on a day on which another one of its key counts, with that one."""
    by_key: dict[tuple[str, ...], list[R]] = {}
    for row in rows:
        by_key.setdefault(row_key(row), []).append(row)
    found = []
    for alike in by_key.values():
        for one in alike if len(alike) > 1 else ():
            other = next((two for two in alike if two is not one and one.meets(two)), None)
            if other is not None:
                found.append((one, other))
    return found


def merged(held: Sequence[R], new: Sequence[R]) -> tuple[tuple[R, ...], list[tuple[R, R]]]:
    """The rows of one code after `new` ones came: a row takes the place of the one with its rid. A
    new row that contradicts another is left out, with that one named; what was held stays."""
    coming = {row.rid: row for row in new}
    left_out: list[tuple[R, R]] = []
    while True:
        rows = {**{row.rid: row for row in held}, **coming}
        wrong = [pair for pair in contradictory(list(rows.values())) if pair[0].rid in coming]
        if not wrong:
            return tuple(rows.values()), left_out
        left_out += wrong
        for row, _ in wrong:
            del coming[row.rid]
