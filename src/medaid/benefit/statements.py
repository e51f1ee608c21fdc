"""What a sender states beside the bill, held against what it may state. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from medaid.benefit.model import Bill
from medaid.errors import BadInput, PolicyUndetermined
from medaid.money import Fen
from medaid.policy.vocabulary import VALUES

SENDER_FACTS: Final = (
    "transfer",
    "cause",
    "hospital_kind",
    "contracted",
    "contribution_grade",
    "first_contact",
)
"""Facts that some documents ask for and no register holds: the hospital or the desk states them. A
pack that asks for one that is not stated refuses (FACT_MISSING)."""


def check_stated_facts(rows: object, at: str) -> dict[str, str]:
    """The facts that a sender states: names of `SENDER_FACTS`, in the words of
    docs/policy-format.md. Raises BadInput naming `at` and the fact."""
    if not isinstance(rows, Mapping):
        raise BadInput("FIELD_FORMAT", field=at, rule="应为对象")
    for name, value in rows.items():
        if name not in SENDER_FACTS:
            raise BadInput(
                "FIELD_UNKNOWN", field=f"{at}.{str(name)[:30]}", rule="、".join(SENDER_FACTS)
            )
        if not isinstance(value, str) or value not in VALUES[name]:
            raise BadInput(
                "CODE_UNKNOWN",
                field=f"{at}.{name}",
                rule="、".join(f"{code} {word}" for code, word in VALUES[name].items()),
            )
    return dict(rows)


def refuse_sender_amounts(rows: object, at: str) -> None:
    """What a hospital states that only the agency may state: refused, so that nobody fixes what the
    fund pays them.

    Raises BadInput for what are no amounts, PolicyUndetermined FIGURE_MISSING for every amount.
    """
    if not isinstance(rows, Mapping):
        raise BadInput("FIELD_FORMAT", field=at, rule="应为对象")
    for name, value in rows.items():
        field = f"{at}.{str(name)[:30]}"
        if Fen.of_yuan(value, field) < 0:
            raise BadInput("AMOUNT_NEGATIVE", field=field, rule="不得为负")
        raise PolicyUndetermined(
            "FIGURE_MISSING",
            field=field,
            rule="该金额没有可引用的标准,由经办机构核定,不由医疗机构申报:请转手工报销办理",
        )


def check_fee_classes(bill: Bill, classes: Mapping[str, int], at: str) -> None:
    """Fee totals by national class, where there are any, sum to the bill. Raises BadInput
    AMOUNT_SUM naming `at`."""
    total = Fen(sum(map(int, classes.values())))
    if classes and total != bill.total:
        raise BadInput(
            "AMOUNT_SUM",
            field=at,
            rule=f"费用大类合计 {total} 元应等于医疗费总额 {bill.total} 元",
        )
