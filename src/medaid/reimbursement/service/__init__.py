"""The use cases of manual reimbursement: what doors and other rooms call. One verb, one function;
now and the office are arguments.

Every act takes the version of the case it was decided on: who comes second is told so, and the same
request again changes nothing.
"""

from medaid.reimbursement.service.files import Upload, attach, upload
from medaid.reimbursement.service.intake import (
    accept,
    amend,
    approve_hardship,
    ask_material,
    case_id,
    change_account,
    extend,
    hand_on,
    open_case,
    prepare,
    supply,
    withdraw,
)
from medaid.reimbursement.service.office import Office
from medaid.reimbursement.service.payment import (
    answered,
    batch_of,
    close,
    close_batch,
    delivered,
    demand_recovery,
    drop_recovery,
    open_batch,
    order,
    order_recovery,
    pay,
    receive_recovery,
    tell,
)
from medaid.reimbursement.service.queries import (
    Detail,
    case_detail,
    counts,
    listed,
    of_person,
    states_for,
)
from medaid.reimbursement.service.reminders import note_settlement, remind
from medaid.reimbursement.service.review import annul, audit, price, recheck, refuse, send_back
from medaid.reimbursement.service.sweep import Swept, reproject, sweep

__all__ = [
    "Detail",
    "Office",
    "Swept",
    "Upload",
    "accept",
    "amend",
    "annul",
    "answered",
    "approve_hardship",
    "ask_material",
    "attach",
    "audit",
    "batch_of",
    "case_detail",
    "case_id",
    "change_account",
    "close",
    "close_batch",
    "counts",
    "delivered",
    "demand_recovery",
    "drop_recovery",
    "extend",
    "hand_on",
    "listed",
    "note_settlement",
    "of_person",
    "open_batch",
    "open_case",
    "order",
    "order_recovery",
    "pay",
    "prepare",
    "price",
    "receive_recovery",
    "recheck",
    "refuse",
    "remind",
    "reproject",
    "send_back",
    "states_for",
    "supply",
    "sweep",
    "tell",
    "upload",
    "withdraw",
]
