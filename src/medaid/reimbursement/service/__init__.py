"""The use cases of manual reimbursement: what handlers and other packages call. One verb, one
function; now and the context are arguments.

Every act takes the version of the case it was decided on: who comes second is told so, and the same
request again changes nothing.
"""

from medaid.reimbursement.service.approvals import approve_hardship, extend
from medaid.reimbursement.service.context import Context
from medaid.reimbursement.service.counts import year_measures
from medaid.reimbursement.service.files import Upload, attach, download, upload
from medaid.reimbursement.service.fronting import (
    front,
    front_failed,
    front_paid,
    front_returned,
)
from medaid.reimbursement.service.intake import (
    accept,
    amend,
    case_id,
    open_case,
    prepare,
    request_supplement,
    supplement,
    transfer,
    withdraw,
)
from medaid.reimbursement.service.payment import (
    approve_account,
    bank_listener,
    change_account,
    close,
    delivered,
    order,
    pay,
    take_out,
    tell,
)
from medaid.reimbursement.service.queries import (
    READERS,
    CaseFilter,
    Detail,
    Offer,
    RoleQueue,
    case_detail,
    counts,
    offers,
    page_of_cases,
    page_of_person,
    page_of_settlements,
    queues,
    settlements_of,
    states_for,
    steps_of_case,
)
from medaid.reimbursement.service.recovery import (
    demand_recovery,
    drop_recovery,
    order_recovery,
    receive_recovery,
)
from medaid.reimbursement.service.recovery_undone import (
    annul_receipt,
    annul_recovery,
    keep_receipt,
    keep_recovery,
    withdraw_receipt,
    withdraw_recovery,
)
from medaid.reimbursement.service.reminders import note_settlement, remind
from medaid.reimbursement.service.review import annul, audit, price, recheck, refuse, send_back
from medaid.reimbursement.service.sweep import Swept, reproject, sweep
from medaid.reimbursement.service.year_end import (
    Prepared,
    page_of_year_end,
    prepare_year_end,
    refunds,
    show_year_end,
)

__all__ = [
    "READERS",
    "CaseFilter",
    "Context",
    "Detail",
    "Offer",
    "Prepared",
    "RoleQueue",
    "Swept",
    "Upload",
    "accept",
    "amend",
    "annul",
    "annul_receipt",
    "annul_recovery",
    "approve_account",
    "approve_hardship",
    "attach",
    "audit",
    "bank_listener",
    "case_detail",
    "case_id",
    "change_account",
    "close",
    "counts",
    "delivered",
    "demand_recovery",
    "download",
    "drop_recovery",
    "extend",
    "front",
    "front_failed",
    "front_paid",
    "front_returned",
    "keep_receipt",
    "keep_recovery",
    "note_settlement",
    "offers",
    "open_case",
    "order",
    "order_recovery",
    "page_of_cases",
    "page_of_person",
    "page_of_settlements",
    "page_of_year_end",
    "pay",
    "prepare",
    "prepare_year_end",
    "price",
    "queues",
    "receive_recovery",
    "recheck",
    "refunds",
    "refuse",
    "remind",
    "reproject",
    "request_supplement",
    "send_back",
    "settlements_of",
    "show_year_end",
    "states_for",
    "steps_of_case",
    "supplement",
    "sweep",
    "take_out",
    "tell",
    "transfer",
    "upload",
    "withdraw",
    "withdraw_receipt",
    "withdraw_recovery",
    "year_measures",
]
