"""Blocks about the national interface."""

from __future__ import annotations

from collections.abc import Iterable

from medaid.fund.model.chart import funds
from medaid.local.blocks.tables import table
from medaid.policy.vocabulary import FACT_NAMES, VALUES
from medaid.settlement.national import codes, dialects
from medaid.settlement.national.fields import (
    ENVELOPE,
    INPUTS,
    LISTS_BESIDE,
    NAMES,
    Field,
    fields,
)
from medaid.settlement.national.not_taken import NOT_TAKEN


def _names(listed: Iterable[Field]) -> str:
    return ", ".join(f"`{field.name}`" for field in listed) or "–"


def transactions_block() -> str:
    rows = []
    for infno, (node, listed) in sorted(INPUTS.items()):
        all_fields = fields(listed)
        rows.append(
            (
                infno,
                NAMES[infno],
                f"`{node}`",
                _names(f for f in all_fields if f.required),
                _names(f for f in all_fields if not f.required),
            )
        )
        for beside, more in (LISTS_BESIDE[infno],) if infno in LISTS_BESIDE else ():
            of_rows = fields(more)
            required = _names(f for f in of_rows if f.required)
            given = _names(f for f in of_rows if not f.required)
            rows.append(("", "其明细", f"`{beside}`", required, given))
    return table(("infno", "name", "node", "required", "read where given"), rows)


def not_taken_block() -> str:
    by_reason: dict[str, list[str]] = {}
    for infno, reason in NOT_TAKEN.items():
        by_reason.setdefault(reason, []).append(infno)
    rows = [(", ".join(listed), reason) for reason, listed in by_reason.items()]
    return table(("infno", "为什么不受理"), rows)


def _kind(field: Field) -> str:
    if field.kind[0] == "±" or field.kind in ("N4", "N6"):
        return f"{field.kind[0]}{field.size},{field.kind[1:]}"
    return {"C": f"C{field.size}", "N": f"N{field.size},2"}.get(field.kind, field.kind)


def envelope_block() -> str:
    return table(
        ("field", "中文", "type", "required"),
        [
            (f"`{f.name}`", f.chinese, _kind(f), "yes" if f.required else "with a psn_no")
            for f in fields(ENVELOPE)
        ],
    )


def fields_block() -> str:
    """Every field of every transaction, with each type it has."""
    found: dict[str, dict[str, str]] = {}
    for _, listed in (*INPUTS.values(), *LISTS_BESIDE.values()):
        for field in fields(listed):
            found.setdefault(field.name, {})[_kind(field)] = field.chinese
    rows = [
        (f"`{name}`", "、".join(dict.fromkeys(types.values())), ", ".join(types))
        for name, types in sorted(found.items(), key=lambda one: one[0].lower())
    ]
    return table(("field", "中文", "type"), rows)


def funds_block() -> str:
    rows = [
        (f"`{fund.field}`", fund.name, fund.code, "、".join(fund.insutypes) or "any")
        for fund in funds().values()
        if fund.field not in codes.OTHER_ROWS
    ]
    rows += [(f"`{field}`", name, code, "any") for field, (code, name) in codes.OTHER_ROWS.items()]
    return table(("field in setlinfo", "fund", "fund_pay_type", "insutype"), rows)


def care_block() -> str:
    by_care: dict[str, list[str]] = {}
    for med_type, care in codes.CARE.items():
        by_care.setdefault(care, []).append(med_type)
    rows = [
        (f"`{care}`", VALUES["care"][care], ", ".join(listed), codes.CLEARING_TYPE[care])
        for care, listed in by_care.items()
    ]
    return table(("care class", "中文", "med_type", "clr_type"), rows)


def filings_block() -> str:
    return table(
        ("refl_type", "filing", "中文"),
        [(code, f"`{kind}`", VALUES["filing"][kind]) for code, kind in codes.FILINGS.items()],
    )


def payers_block() -> str:
    from medaid.settlement.national.extension import PAYERS

    return table(("type", "中文"), [(f"`{code}`", name) for code, name in PAYERS.items()])


def told_block() -> str:
    from medaid.benefit.statements import SENDER_FACTS  # as above

    rows = [
        (
            f"`{fact}`",
            FACT_NAMES[fact],
            ", ".join(f"`{code}` {said}" for code, said in VALUES[fact].items()),
        )
        for fact in SENDER_FACTS
    ]
    return table(("fact", "中文", "values"), rows)


def nodes_block() -> str:
    rows = [
        (
            infno,
            NAMES[infno],
            "、".join(f"`output.{node}`" if node else "`output`" for node in nodes),
        )
        for infno, nodes in dialects.NODES.items()
    ]
    return table(("infno", "name", "the fields stand in"), rows)


def old_names_block() -> str:
    rows = [
        (f"`{name}`", "、".join(f"`{one}`" for one in olds))
        for name, olds in dialects.OLD_NAMES.items()
    ]
    return table(("name", "old names"), rows)


def numbers_block() -> str:
    return table(("infno", "the same as"), sorted(dialects.SAME_AS.items()))
