"""The receipt of a one-stop settlement (Q3.2): where the hospital states it, it pays once in the
whole system, manual cases included.

Reimbursement keeps the receipts; it is imported only where a receipt was stated, so no other
settlement waits for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from medaid.aws.transaction import Write
from medaid.errors import BadInput, Conflict
from medaid.settlement.model import Decision

LABEL = "receipt:"


def stated(extra: Mapping[str, Any]) -> tuple[str, str]:
    """exp_content.receipt: {bill_code, bill_no}, as on the bill (4101); two empty texts where none
    is stated. Raises BadInput."""
    row = extra.get("receipt")
    if row is None:
        return "", ""
    code, number = (
        (row.get(name) for name in ("bill_code", "bill_no"))
        if isinstance(row, dict)
        else (None, None)
    )
    for name, value in (("bill_code", code), ("bill_no", number)):
        if not isinstance(value, str) or not value.isalnum() or len(value) > 50:
            raise BadInput(
                "FIELD_FORMAT",
                field=f"exp_content.receipt.{name}",
                rule="票据代码和票据号码均须填写,为字母和数字",
            )
    return str(code), str(number)


def claimed(decision: Decision, setl_id: str) -> list[Write]:
    """The write that takes the receipt; it loses where a case or another settlement holds it."""
    return (
        [_service().receipt_used(_receipt(decision), setl_id, "settlement", decision.insured)]
        if decision.receipt[1]
        else []
    )


def let_go(decision: Decision, setl_id: str) -> list[Write]:
    """The write that frees it with the settlement."""
    return (
        [_service().receipt_let_go(_receipt(decision), setl_id, "settlement", decision.insured)]
        if decision.receipt[1]
        else []
    )


def taken(decision: Decision) -> Conflict:
    """The refusal that names who holds the receipt."""
    holder = _service().receipt_holder(*decision.receipt)
    return Conflict(
        "DUPLICATE",
        field="exp_content.receipt",
        rule=f"票据已由 {holder} 使用,一张票据只能报销一次",
        id=holder,
    )


def _receipt(decision: Decision) -> Any:
    from medaid.reimbursement.model import Receipt

    return Receipt(
        decision.receipt[0],
        decision.receipt[1],
        decision.bill.total,
        decision.end,
        decision.institution,
        "electronic",
    )


def _service() -> Any:
    from medaid.reimbursement import service

    return service
