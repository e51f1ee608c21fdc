"""Statements and payment notices as files people read: `.xlsx` of a statement, PDF of a payment
notice, pay order for the bank.

The same statement always gives the same bytes: documents carry the statement's own cut as their
date, never the time of printing.
"""

from __future__ import annotations

import io
from typing import Final

from medaid.aws import exchange
from medaid.clearing.hospital.model import Payee, Statement
from medaid.fund.model.chart import funds
from medaid.instants import beijing_text
from medaid.money import Fen
from medaid.payments import service as payments
from medaid.regions import Locality
from medaid.workbook import XLSX, workbook

_CARE: Final = {"inpatient": "住院", "outpatient": "门诊"}
_LOCALITY: Final = {
    Locality.COUNTY: "本地",
    Locality.CITY: "本地",
    Locality.PROVINCE: "省内异地",
    Locality.OUTSIDE: "跨省异地",
}


def statement_sheets(statement: Statement) -> dict[str, list[list[object]]]:
    """The sheets of a statement: groups, funds with what makes up the due, disputes and carried
    amounts."""
    groups: list[list[object]] = [
        [
            "险种",
            "待遇类别",
            "清算类别",
            "参保地",
            "支付地",
            "就医范围",
            "人次",
            "退费",
            "医疗费总额",
            "基金支付总额",
            "医疗救助",
        ]
    ]
    for group, totals in statement.groups.items():
        locality = _LOCALITY[group.locality(statement.region)]
        amounts = [
            totals.amounts.get(name, Fen(0))
            for name in ("medfee_sumamt", "fund_pay_sumamt", "maf_pay")
        ]
        groups.append(
            [
                group.insutype,
                _CARE[group.care],
                group.clr_type,
                group.insured_region,
                group.paying_region,
                locality,
                totals.count,
                totals.refunds,
                *amounts,
            ]
        )
    parts: list[list[object]] = [
        [
            "基金",
            "申报",
            "争议暂缓",
            "前期争议转入",
            "扣减",
            "预留",
            "支付方式差额",
            "上期结转",
            "应付",
        ]
    ]
    due = statement.due()
    keys = [
        k
        for k in funds()
        if any(
            k in m for m in (statement.by_fund, due, statement.retained, statement.brought_forward)
        )
    ]
    for key in keys:
        sums = [
            Fen(sum(int(c.by_fund.get(key, 0)) for c in some))
            for some in (statement.disputed, statement.upheld, statement.deductions)
        ]
        rest = [
            m.get(key, Fen(0))
            for m in (statement.retained, statement.mode_difference, statement.brought_forward)
        ]
        parts.append(
            [
                funds()[key].name,
                statement.by_fund.get(key, Fen(0)),
                *sums,
                *rest,
                due.get(key, Fen(0)),
            ]
        )
    waits: list[list[object]] = [["类别", "编号", "所属月份", "原因", "基金", "金额"]]
    for name, some in (
        ("争议", statement.disputed),
        ("前期争议", statement.upheld),
        ("扣减", statement.deductions),
    ):
        waits += [
            [name, c.pending_id, c.month, c.reason, funds()[key].name, fen]
            for c in some
            for key, fen in c.by_fund.items()
        ]
    return {"对账单": groups, "应付": parts, "明细": waits}


def statement_book(statement: Statement) -> bytes:
    """The statement as `.xlsx`."""
    return workbook(
        f"医疗费用结算对账单 {statement.statement_id}", statement_sheets(statement), statement.cut
    )


def payment_notice(statement: Statement) -> bytes:
    """The payment notice (拨付通知单) as PDF."""
    from reportlab.lib.pagesizes import A4  # loaded where a notice is made, as above
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont
    from reportlab.pdfgen.canvas import Canvas

    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    held = io.BytesIO()
    canvas = Canvas(held, pagesize=A4, invariant=1, pageCompression=1)
    canvas.setTitle(f"拨付通知单 {statement.order_id}")
    canvas.setFont("STSong-Light", 16)
    canvas.drawCentredString(A4[0] / 2, A4[1] - 70, "医疗费用拨付通知单")
    canvas.setFont("STSong-Light", 11)
    height = A4[1] - 110
    for line in notice_lines(statement):
        canvas.drawString(70, height, line)
        height -= 20
    canvas.save()
    return held.getvalue()


def _payee(statement: Statement) -> Payee:
    assert statement.payee is not None, "a released statement has a payee"
    return statement.payee


def notice_lines(statement: Statement) -> list[str]:
    """The lines of the notice: who is paid what from which fund, and who signed."""
    payee, total = _payee(statement), Fen(sum(int(fen) for fen in statement.paid.values()))
    lines = [
        f"编号:{statement.order_id}",
        f"收款单位:{payee.name}({statement.institution})",
        f"开户银行:{payee.bank}  账号:{payee.account}",
        f"费款所属期:{statement.month}  对账单:{statement.statement_id}",
    ]
    lines += [f"{funds()[key].name}:{fen} 元" for key, fen in statement.paid.items()]
    return [
        *lines,
        f"合计:{total} 元",
        f"审核:{statement.approved_by}  拨付:{statement.released_by}",
        f"对账截止:{beijing_text(statement.cut)}",
    ]


def publish_statement(statement: Statement) -> str:
    """Writes the statement's workbook to the exchange bucket; answers its key."""
    base = (
        f"clearing/{statement.region}/{statement.month}/"
        f"{statement.institution}/{statement.number:02d}"
    )
    return exchange.put(f"{base}-statement.xlsx", statement_book(statement), XLSX)


def publish_payment(statement: Statement) -> list[str]:
    """Writes notice and bank file of a released statement; writing them again writes the same
    bytes."""
    base = (
        f"clearing/{statement.region}/{statement.month}/"
        f"{statement.institution}/{statement.number:02d}"
    )
    notice = exchange.put(f"{base}-notice.pdf", payment_notice(statement), "application/pdf")
    payments.write_batch_file(statement.region, statement.order_id)
    return [notice, f"bank/out/{statement.order_id}.txt"]
