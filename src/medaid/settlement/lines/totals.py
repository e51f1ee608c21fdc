"""A settlement's totals against its lines (L3). Pure; apart from the lines' other rules, because
every settlement asks it and no settlement reads a line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from functools import reduce
from operator import add

from medaid.benefit.model import BILL_FIELDS, Bill
from medaid.catalogue.model.sums import FeeGroup, LineSums
from medaid.errors import BadInput, Conflict
from medaid.money import Fen
from medaid.people.model import Visit
from medaid.policy.model import PublishedFigure
from medaid.settlement.model import stays_in


def sums_of(visit: Visit, batch: str) -> LineSums | None:
    """What the lines come to that are settled as `batch`: of a stay all that wait. None where there
    are none."""
    found = list(visit.lines.values()) if stays_in(visit) else [visit.lines.get(batch)]
    both = [one for one in found if one is not None]
    return reduce(_plus, both) if both else None


def _plus(one: LineSums, other: LineSums) -> LineSums:
    groups = dict(one.groups)
    for code, group in other.groups.items():
        held = groups.get(code)
        groups[code] = group if held is None else FeeGroup(*map(add, held, group))
    return LineSums(
        one.count + other.count,
        one.amount + other.amount,
        one.own_expense + other.own_expense,
        one.over_limit + other.over_limit,
        one.initial_self_pay + other.initial_self_pay,
        one.in_policy + other.in_policy,
        groups,
        one.care,
    )


def check_care(sums: LineSums, care: str) -> None:
    """What is settled, or added, is the care that the lines were split for. Raises Conflict
    VISIT_STATE."""
    if sums.care != care:
        rule = f"已上传的明细按 {sums.care} 分割,现为 {care};请先撤销明细,上传就诊信息后重传"
        raise Conflict("VISIT_STATE", field="med_type", rule=rule)


def bill_of(
    stated: Mapping[str, Fen | None],
    sums: LineSums | None,
    required: Sequence[PublishedFigure],
    region: str,
    day: date,
) -> Bill:
    """The bill that is priced: the lines' where lines were uploaded, which the stated totals must
    equal; else the stated totals, where no document asks for lines.

    Raises BadInput AMOUNT_SUM naming both amounts, FIELD_REQUIRED.
    """
    if sums is None:
        for figure in required:
            rule = f"{region} 在 {day} 须先上传费用明细再结算:{figure.says}({figure.row.cite.text})"
            raise BadInput("FIELD_REQUIRED", field="feedetail", rule=rule)
        for name in BILL_FIELDS:
            if stated[name] is None:
                rule = "未上传费用明细时由医院报送"
                raise BadInput("FIELD_REQUIRED", field=name, rule=rule)
        return Bill(*(fen for name in BILL_FIELDS if (fen := stated[name]) is not None))
    of_lines = Bill(
        sums.amount, sums.in_policy, sums.own_expense, sums.over_limit, sums.initial_self_pay
    )
    for name, fen in zip(BILL_FIELDS, of_lines, strict=True):
        said = stated[name]
        if said is not None and said != fen:
            rule = f"报送 {said},已上传明细 {sums.count} 条合计 {fen}"
            raise BadInput("AMOUNT_SUM", field=name, rule=rule)
    return of_lines
