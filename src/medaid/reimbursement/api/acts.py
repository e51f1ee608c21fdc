"""The acts that pages may ask for: `POST …/cases/{case_id}/<act>`, for each the body it takes and
the use case it calls. Roles are those of the procedure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from medaid.aws.rest.table import Call, Owner
from medaid.reimbursement import service
from medaid.reimbursement.api import drafts
from medaid.reimbursement.api.bodies import (
    ActBody,
    Amend,
    Amount,
    Attach,
    ChangeAccount,
    FrontPaid,
    Material,
    Pay,
    Points,
    Transfer,
)
from medaid.reimbursement.api.common import CASES, ROUTES, officer_of, shown, why_of
from medaid.reimbursement.api.shapes import CaseOut
from medaid.reimbursement.model import Case
from medaid.reimbursement.procedure import procedure
from medaid.reimbursement.rules import SYSTEM
from medaid.reimbursement.service import Context

Taken = Callable[[Any], tuple[Any, ...]]
"""What of a body the use case takes between the version and now."""


def _nothing(_body: ActBody) -> tuple[Any, ...]:
    return ()


_PLAIN: Final = (
    service.accept, service.annul, service.approve_account, service.audit, service.close,
    service.drop_recovery, service.extend, service.front, service.front_failed,
    service.front_returned, service.order, service.order_recovery, service.price,
    service.receive_recovery, service.recheck, service.refuse, service.send_back,
    service.take_out, service.tell, service.withdraw,
    service.withdraw_recovery, service.keep_recovery, service.annul_recovery,
    service.withdraw_receipt, service.keep_receipt, service.annul_receipt,
)  # fmt: skip
"""Acts that take nothing but their reason."""
ACTS: Final[Mapping[str, tuple[type[ActBody], Callable[..., Case], Taken]]] = {
    **{use_case.__name__: (ActBody, use_case, _nothing) for use_case in _PLAIN},
    "amend": (Amend, service.amend, lambda b: (drafts.fields(b.application),)),
    "approve_hardship": (Points, service.approve_hardship, lambda b: (b.points,)),
    "attach": (Attach, service.attach, lambda b: ((b.bill_code, b.bill_no), b.sha256)),
    "change_account": (
        ChangeAccount,
        service.change_account,
        lambda b: (drafts.account(b.account),),
    ),
    "demand_recovery": (Amount, service.demand_recovery, lambda b: (b.amount,)),
    "front_paid": (FrontPaid, service.front_paid, lambda b: (b.voucher,)),
    "pay": (Pay, service.pay, lambda b: (b.batch_id,)),
    "request_supplement": (Material, service.request_supplement, lambda b: (tuple(b.material),)),
    "supplement": (Material, service.supplement, lambda b: (tuple(b.material),)),
    "transfer": (Transfer, service.transfer, lambda b: (b.point,)),
}


def _register(act: str, kind: type[ActBody], use_case: Callable[..., Case], taken: Taken) -> None:
    move = procedure().moves[act]

    def route(call: Call[Context, Any], case_id: str) -> CaseOut:
        officer, why = officer_of(call), why_of(call.body, act, case_id)
        version = call.body.version
        use_case(call.context, officer, case_id, version, *taken(call.body), call.now, why)
        return shown(call, case_id)

    route.__name__ = f"{act}_case"
    roles = tuple(sorted(move.roles - {SYSTEM}))
    ROUTES.post(
        f"{CASES}/{{case_id}}/{act}",
        move.says,
        roles=roles,
        owner=Owner.OBJECT,
        cite=move.cite,
        body=kind,
    )(route)


for _act, (_kind, _use_case, _taken) in ACTS.items():
    _register(_act, _kind, _use_case, _taken)
