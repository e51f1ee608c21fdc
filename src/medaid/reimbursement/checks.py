"""What an application must fulfil before it is taken in (J27, Q3.2, M二.4). Pure; each failure
names the field and the rule."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Final

from medaid import names
from medaid.benefit.model import check_bill
from medaid.benefit.service import check_fee_classes
from medaid.errors import BadInput
from medaid.money import Fen
from medaid.payments.service import check_account
from medaid.receipts.model import ReceiptNumber, check_distinct
from medaid.reimbursement.model import Case, Fees, OtherPayment, Receipt, StatedAccount
from medaid.reimbursement.procedure import HandlingLimits, Procedure

_BY_LINE: Final = {
    "medfee_sumamt": "det_item_fee_sumamt",
    "inscp_scp_amt": "inscp_scp_amt",
    "fulamt_ownpay_amt": "fulamt_ownpay_amt",
    "overlmt_selfpay": "overlmt_amt",
    "preselfpay_amt": "preselfpay_amt",
}


def application(case: Case, today: date, procedure: Procedure) -> None:
    """All of an application. Raises BadInput."""
    if case.manl_reim_rea not in procedure.reasons:
        raise BadInput(
            "CODE_UNKNOWN",
            field="manl_reim_rea",
            rule="、".join(f"{k} {v}" for k, v in procedure.reasons.items()),
        )
    if case.care.end < case.care.begin:
        raise BadInput("DATE_ORDER", field="endtime", rule="结束日期不得早于开始日期")
    if case.care.end > today:
        raise BadInput("DATE_FUTURE", field="endtime", rule="治疗尚未结束")
    fees(case.fees)
    lines(case.fees, procedure.limits)
    payments(case.others, case.fees)
    receipts(case, today, procedure.limits)
    if case.account is not None:
        account(case.account, procedure)


def fees(found: Fees) -> None:
    """Identity I1, the sum of the fee classes, signs."""
    check_bill(found.bill)
    for code, amount in found.classes.items():
        if amount < 0:
            raise BadInput("AMOUNT_NEGATIVE", field=f"classes.{code}")
    if found.medfee_sumamt == 0:
        raise BadInput("AMOUNT_FORMAT", field="medfee_sumamt", rule="医疗费总额须大于零")
    check_fee_classes(found.bill, found.classes, "classes")


def lines(found: Fees, limits: HandlingLimits) -> None:
    """The itemised list, where it was given: each line is the sum of its parts (L2), and the lines
    are the bill, part by part (L3)."""
    if len(found.lines) > limits.lines:
        raise BadInput("FIELD_TOO_LONG", field="feedetail", rule=f"至多 {limits.lines} 行")
    for number, line in enumerate(found.lines, 1):
        parts = (line.inscp_scp_amt, line.fulamt_ownpay_amt, line.overlmt_amt, line.preselfpay_amt)
        if min(line.det_item_fee_sumamt, *parts) < 0:
            raise BadInput("AMOUNT_NEGATIVE", field=f"feedetail[{number}]")
        if sum(map(int, parts)) != line.det_item_fee_sumamt:
            raise BadInput(
                "AMOUNT_SUM",
                field=f"feedetail[{number}]",
                rule=f"金额 {line.det_item_fee_sumamt} 元应等于四部分之和",
            )
    if not found.lines:
        return
    for whole, part in _BY_LINE.items():
        total = Fen(sum(int(getattr(line, part)) for line in found.lines))
        if total != getattr(found, whole):
            raise BadInput(
                "AMOUNT_SUM",
                field=whole,
                rule=f"明细合计 {total} 元,申报 {getattr(found, whole)} 元",
            )


def payments(others: Sequence[OtherPayment], bill: Fees) -> None:
    """What others paid: positive, together no more than the bill."""
    if any(other.amount <= 0 for other in others):
        raise BadInput("AMOUNT_NEGATIVE", field="others", rule="其他支付须大于零")
    if sum(int(other.amount) for other in others) > bill.medfee_sumamt:
        raise BadInput("AMOUNT_SUM", field="others", rule="其他支付之和不得超过医疗费总额")


def normal_receipts(found: Sequence[Receipt]) -> tuple[Receipt, ...]:
    """The receipts with code and number in their normal form. Raises BadInput."""
    normal = []
    for one in found:
        code, number = ReceiptNumber.parse(one.bill_code, one.bill_no, "receipts")
        normal.append(replace(one, bill_code=code, bill_no=number))
    return tuple(normal)


def receipts(case: Case, today: date, limits: HandlingLimits) -> None:
    """Original receipts, each once, together the bill (Q3.2). A case that follows a settlement
    brings that settlement's bill, one of a year's end what the year's totals say."""
    if len(case.receipts) > limits.receipts:
        raise BadInput(
            "FIELD_TOO_LONG", field="receipts", rule=f"一次申请至多 {limits.receipts} 张票据"
        )
    if not (case.receipts or case.settled or case.year_end):
        raise BadInput(
            "FIELD_REQUIRED", field="receipts", rule="须提交就诊票据原件(秦安县84号三(二))"
        )
    check_distinct([r.key for r in case.receipts], "receipts")
    for receipt in case.receipts:
        if receipt.medium not in ("paper", "electronic"):
            raise BadInput(
                "CODE_UNKNOWN", field="receipts.medium", rule="paper 纸质原件, electronic 电子票据"
            )
        if receipt.amount <= 0:
            raise BadInput("AMOUNT_NEGATIVE", field="receipts.amount", rule="票据金额须大于零")
        if receipt.date > today:
            raise BadInput("DATE_FUTURE", field="receipts.date")
    if case.receipts and sum(int(r.amount) for r in case.receipts) != case.fees.medfee_sumamt:
        raise BadInput(
            "AMOUNT_SUM",
            field="receipts",
            rule=f"票据金额之和应等于医疗费总额 {case.fees.medfee_sumamt} 元",
        )


def account(found: StatedAccount, procedure: Procedure) -> None:
    """The person's own account, or another one that was confirmed, with proof (M二.4)."""
    if found.owner not in procedure.owners:
        raise BadInput(
            "CODE_UNKNOWN",
            field="owner",
            rule="、".join(f"{k} {v}" for k, v in procedure.owners.items()),
        )
    check_account(found.payee_account)
    if found.owner != "self" and not found.proof:
        raise BadInput(
            "FIELD_REQUIRED",
            field="proof",
            rule="支付到他人账户须有本人确认或监护证明(茂民规〔2018〕3号二(四))",
        )


def own_account(found: StatedAccount, name: str) -> None:
    """An account that is said to be the person's own bears the person's name."""
    if found.owner == "self" and not names.same(found.acctname, name):
        raise BadInput("FIELD_FORMAT", field="acctname", rule="本人账户的户名须与参保人姓名一致")


def images(case: Case) -> None:
    """A photo or scan of each receipt. Asked for before pricing, while it can still be attached."""
    if any(not receipt.file for receipt in case.receipts):
        raise BadInput(
            "FIELD_REQUIRED", field="receipts.file", rule="核算前每张票据须有影像或电子原件"
        )


def ready(case: Case) -> None:
    """What must stand before amounts are audited: an account, and all that images and material
    prove."""
    if case.account is None:
        raise BadInput("FIELD_REQUIRED", field="account", rule="须登记收款账户")
    images(case)
    if case.owed:
        raise BadInput("FIELD_REQUIRED", field="material", rule="、".join(case.owed))
