"""The steps of a request for a quarter's money that two people can take back, and what of its trail
stands."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from medaid.fund.records import AllocationState, Signature


class AllocationStep(StrEnum):
    """批准 by finance, 到账 recorded by the cashier: the act as its trail names it."""

    APPROVAL = "批准"
    RECEIPT = "到账"

    @property
    def state(self) -> AllocationState:
        """The state of a request on which this step was the last."""
        return _STATES[self][0]

    @property
    def before(self) -> AllocationState:
        """The state to which taking it back returns the request."""
        return _STATES[self][1]

    @property
    def asked(self) -> str:
        """The act of the first of two who take it back."""
        return f"申请撤回{self.value}"

    @property
    def withdrawn(self) -> str:
        """The act of the second, who agrees."""
        return f"撤回{self.value}"

    @property
    def stays(self) -> str:
        """The act of the second, who does not."""
        return f"不予撤回{self.value}"


_STATES = {
    AllocationStep.APPROVAL: (AllocationState.APPROVED, AllocationState.REVIEWED),
    AllocationStep.RECEIPT: (AllocationState.RECEIVED, AllocationState.APPROVED),
}


def withdrawal_asked(trail: Sequence[Signature]) -> Signature | None:
    """Who asked for a step to be taken back, while the second has not decided: until then nothing
    else is done with the request."""
    last = trail[-1]
    return last if last.act in {step.asked for step in AllocationStep} else None


def standing(trail: Sequence[Signature]) -> tuple[Signature, ...]:
    """The signatures that stand: without the steps that were taken back, and without who took them
    back or did not."""
    about = {name for step in AllocationStep for name in (step.asked, step.stays)}
    kept: list[Signature] = []
    for one in trail:
        gone = next((step for step in AllocationStep if one.act == step.withdrawn), None)
        if gone is not None:
            kept = [other for other in kept if other.act != gone]
        elif one.act not in about:
            kept.append(one)
    return tuple(kept)


def receipts_withdrawn(trail: Sequence[Signature]) -> int:
    """How often a receipt was recorded and taken back: what tells its entries apart."""
    return sum(one.act == AllocationStep.RECEIPT.withdrawn for one in trail)
