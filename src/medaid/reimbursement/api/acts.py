"""The acts that pages may ask for: for each the body it takes and the use case it calls. The route
is `POST …/cases/{case_id}/<act>`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from medaid.reimbursement import service
from medaid.reimbursement.api import drafts
from medaid.reimbursement.api.requests import (
    ActBody,
    Amend,
    Amount,
    Attach,
    ChangeAccount,
    HandOn,
    Material,
    Pay,
    Points,
)
from medaid.reimbursement.model import Case, Officer
from medaid.reimbursement.rules import Given
from medaid.reimbursement.service import Office


@dataclass(frozen=True, slots=True)
class Asked:
    """One act as it was asked for."""

    office: Office
    officer: Officer
    case_id: str
    now: datetime
    given: Given


Call = Callable[[Asked, Any], Case]


def _plain(use_case: Callable[..., Case]) -> tuple[type[ActBody], Call]:
    return ActBody, lambda asked, body: use_case(
        asked.office, asked.officer, asked.case_id, body.version, asked.now, asked.given
    )


def _with(
    kind: type[ActBody], use_case: Callable[..., Case], *take: Callable[[Any], Any]
) -> tuple[type[ActBody], Call]:
    def call(asked: Asked, body: Any) -> Case:
        return use_case(
            asked.office,
            asked.officer,
            asked.case_id,
            body.version,
            *(t(body) for t in take),
            asked.now,
            asked.given,
        )

    return kind, call


ACTS: Final[Mapping[str, tuple[type[ActBody], Call]]] = {
    "accept": _plain(service.accept),
    "amend": _with(Amend, service.amend, lambda b: drafts.changes(b.application)),
    "annul": _plain(service.annul),
    "approve_hardship": _with(Points, service.approve_hardship, lambda b: b.points),
    "ask_material": _with(Material, service.ask_material, lambda b: tuple(b.material)),
    "attach": _with(Attach, service.attach, lambda b: (b.bill_code, b.bill_no), lambda b: b.sha256),
    "audit": _plain(service.audit),
    "change_account": _with(
        ChangeAccount, service.change_account, lambda b: drafts.account(b.account)
    ),
    "close": _plain(service.close),
    "demand_recovery": _with(Amount, service.demand_recovery, lambda b: b.amount),
    "drop_recovery": _plain(service.drop_recovery),
    "extend": _plain(service.extend),
    "hand_on": _with(HandOn, service.hand_on, lambda b: b.point),
    "order": _plain(service.order),
    "order_recovery": _plain(service.order_recovery),
    "pay": _with(Pay, service.pay, lambda b: b.batch_id),
    "price": _plain(service.price),
    "receive_recovery": _plain(service.receive_recovery),
    "recheck": _plain(service.recheck),
    "refuse": _plain(service.refuse),
    "send_back": _plain(service.send_back),
    "supply": _with(Material, service.supply, lambda b: tuple(b.material)),
    "tell": _plain(service.tell),
    "withdraw": _plain(service.withdraw),
}
