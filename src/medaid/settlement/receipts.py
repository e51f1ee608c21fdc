"""The receipt of a one-stop settlement (Q3.2): where the hospital states it, it pays once in the
whole system, manual cases included."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from medaid.aws.transaction import Write
from medaid.errors import Conflict
from medaid.receipts.model import LABEL as LABEL
from medaid.receipts.model import Holder, HolderKind
from medaid.settlement.model import SettlementDecision

_FIELD: Final = "exp_content.receipt"


def claimed(decision: SettlementDecision, setl_id: str, at: datetime) -> list[Write]:
    """The write that takes the receipt; it loses where a case or another settlement holds it."""
    if decision.receipt is None:
        return []
    from medaid.receipts import service as receipts

    return [receipts.claim(decision.receipt, _holder(decision, setl_id), at)]


def released(decision: SettlementDecision, setl_id: str, at: datetime) -> list[Write]:
    """The write that frees it with the settlement."""
    if decision.receipt is None:
        return []
    from medaid.receipts import service as receipts

    return [receipts.release(decision.receipt, _holder(decision, setl_id), at)]


def check_unlike(decision: SettlementDecision, setl_id: str) -> None:
    """Nobody holds a receipt that differs in leading zeros only: at the counter no auditor looks at
    a suspicion, so it goes to manual reimbursement. Raises Conflict DUPLICATE."""
    if decision.receipt is None:
        return
    from medaid.receipts import service as receipts

    for other in receipts.possible_duplicates(decision.receipt, setl_id):
        raise Conflict(
            "DUPLICATE",
            field=_FIELD,
            rule=f"与 {other.id} 已用的票据仅前导零不同,请核对票面;"
            "确为两张票据的,由经办机构手工报销",
            id=other.id,
        )


def taken(decision: SettlementDecision) -> Conflict:
    """The refusal that names who holds the receipt."""
    from medaid.receipts import service as receipts

    holder = receipts.holder(decision.receipt) if decision.receipt else None
    return Conflict(
        "DUPLICATE",
        field=_FIELD,
        rule=f"票据已由 {holder.id if holder else ''} 使用,一张票据只能报销一次",
        id=holder.id if holder else "",
    )


def _holder(decision: SettlementDecision, setl_id: str) -> Holder:
    return Holder(setl_id, HolderKind.SETTLEMENT, decision.insured_region)
