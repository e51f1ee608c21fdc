"""The use cases of paying, for everybody who pays: below cases, statements, bills and refunds.

Functions whose name ends in a participle (`order_created`, `account_entered`) answer writes for the
acting service's transaction; the others commit.
"""

from medaid.payments.payees import check_account, check_paid_account
from medaid.payments.rules import check_current
from medaid.payments.service.accounts import (
    account_approved,
    account_confirmed,
    account_entered,
    account_rejected,
    approve_account,
    enter_account,
    get_payee,
    payable_account,
    reject_account,
)
from medaid.payments.service.answers import (
    Answered,
    Listeners,
    PaymentListener,
    resolve_contradiction,
    take_answer,
)
from medaid.payments.service.batches import (
    close_batch,
    get_batch,
    list_batch_lines,
    open_batch,
    page_of_batch_lines,
    page_of_batches,
    write_batch_file,
)
from medaid.payments.service.delegations import (
    admit,
    delegate_duty,
    delegated_roles,
    end_delegation,
    note_act,
)
from medaid.payments.service.duties import (
    check_second,
    claim_duty,
    end_duty,
    get_officer,
    list_officers,
    name_officer,
    officer_titles,
    page_of_officers,
    signatures,
)
from medaid.payments.service.orders import (
    EXPENDITURE,
    get_order,
    nothing_under_way,
    order_created,
    order_released,
    order_taken_out,
    single_order,
)
from medaid.payments.service.slips import decide_slip, enter_slip, page_of_slips

__all__ = [
    "EXPENDITURE",
    "Answered",
    "Listeners",
    "PaymentListener",
    "account_approved",
    "account_confirmed",
    "account_entered",
    "account_rejected",
    "admit",
    "approve_account",
    "check_account",
    "check_current",
    "check_paid_account",
    "check_second",
    "claim_duty",
    "close_batch",
    "decide_slip",
    "delegate_duty",
    "delegated_roles",
    "end_delegation",
    "end_duty",
    "enter_account",
    "enter_slip",
    "get_batch",
    "get_officer",
    "get_order",
    "get_payee",
    "list_batch_lines",
    "list_officers",
    "name_officer",
    "note_act",
    "nothing_under_way",
    "officer_titles",
    "open_batch",
    "order_created",
    "order_released",
    "order_taken_out",
    "page_of_batch_lines",
    "page_of_batches",
    "page_of_officers",
    "page_of_slips",
    "payable_account",
    "reject_account",
    "resolve_contradiction",
    "signatures",
    "single_order",
    "take_answer",
    "write_batch_file",
]
