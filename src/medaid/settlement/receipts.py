"""The receipt of a one-stop settlement (Q3.2): where the hospital states it, it pays once in the
whole system, manual cases included."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from medaid.aws.transaction import Write
from medaid.errors import BadInput, Conflict
from medaid.receipts import service as receipts
from medaid.receipts.model import Holder, HolderKind, ReceiptNumber
from medaid.regions import Region
from medaid.settlement.model import Decision

LABEL: Final = receipts.LABEL
_FIELD: Final = "exp_content.receipt"


def stated(extra: Mapping[str, Any]) -> tuple[str, str]:
    """exp_content.receipt: {bill_code, bill_no}, as on the bill (4101), in the normal form; two
    empty texts where none is stated. Raises BadInput."""
    row = extra.get("receipt")
    if row is None:
        return "", ""
    if not isinstance(row, dict):
        raise BadInput("FIELD_FORMAT", field=_FIELD, rule="须为 {bill_code, bill_no}")
    return ReceiptNumber.parse(row.get("bill_code"), row.get("bill_no"), _FIELD)


def claimed(decision: Decision, setl_id: str, at: datetime) -> list[Write]:
    """The write that takes the receipt; it loses where a case or another settlement holds it."""
    if not decision.receipt[1]:
        return []
    return [receipts.claim(_receipt(decision), _holder(decision, setl_id), at)]


def released(decision: Decision, setl_id: str, at: datetime) -> list[Write]:
    """The write that frees it with the settlement."""
    if not decision.receipt[1]:
        return []
    return [receipts.release(_receipt(decision), _holder(decision, setl_id), at)]


def check_unlike(decision: Decision, setl_id: str) -> None:
    """Nobody holds a receipt that differs in leading zeros only: at the counter no auditor looks at
    a suspicion, so it goes to manual reimbursement. Raises Conflict DUPLICATE."""
    if not decision.receipt[1]:
        return
    for other in receipts.possible_duplicates(_receipt(decision), setl_id):
        raise Conflict(
            "DUPLICATE",
            field=_FIELD,
            rule=f"与 {other.id} 已用的票据仅前导零不同,请核对票面;"
            "确为两张票据的,由经办机构手工报销",
            id=other.id,
        )


def taken(decision: Decision) -> Conflict:
    """The refusal that names who holds the receipt."""
    holder = receipts.holder(_receipt(decision))
    return Conflict(
        "DUPLICATE",
        field=_FIELD,
        rule=f"票据已由 {holder.id if holder else ''} 使用,一张票据只能报销一次",
        id=holder.id if holder else "",
    )


def _receipt(decision: Decision) -> ReceiptNumber:
    return ReceiptNumber(*decision.receipt)


def _holder(decision: Decision, setl_id: str) -> Holder:
    return Holder(setl_id, HolderKind.SETTLEMENT, Region(decision.insured))
