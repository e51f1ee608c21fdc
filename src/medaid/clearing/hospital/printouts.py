"""Statements and payment notices as papers people sign, and where they lie in the exchange bucket.

A statement carries its own cut as its date and a notice the day of its release, never the time of
printing: the same one always gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from medaid.aws import exchange
from medaid.clearing.amounts import Amounts, total
from medaid.clearing.hospital import agreements, store
from medaid.clearing.hospital.model import (
    AgreedPayee,
    AgreementState,
    DisputedSums,
    Group,
    PendingItem,
    Statement,
    Totals,
)
from medaid.errors import Conflict
from medaid.fund.model.chart import funds
from medaid.instants import civil_date
from medaid.money import Fen
from medaid.papers.model import Column, Paper, SignaturePlace, Table, Value
from medaid.papers.service import MEDIA, Form, agency_name, date_text, month_text, printed, word
from medaid.payments import service as payments
from medaid.regions import region_name

_AMOUNTS: Final = ("medfee_sumamt", "fund_pay_sumamt", "maf_pay")
_GROUPS: Final = (
    Column("险种", 4),
    Column("待遇类别", 2),
    Column("清算类别", 3),
    Column("参保地", 3),
    Column("支付地", 3),
    Column("就医范围", 2),
    Column("人次", 2),
    Column("退费", 2),
    Column("医疗费总额", 4),
    Column("基金支付总额", 4),
    Column("其中:医疗救助", 4),
)
_PARTS: Final = (
    Column("基金", 5),
    Column("申报", 4),
    Column("争议暂缓", 3),
    Column("前期争议转入", 3),
    Column("扣减", 3),
    Column("预留", 3),
    Column("支付方式差额", 3),
    Column("上期结转", 3),
    Column("应付", 4),
)
_PENDING: Final = (
    Column("类别", 2),
    Column("编号", 5),
    Column("所属月份", 3),
    Column("原因", 7),
    Column("基金", 5),
    Column("金额", 4),
)
_PAID: Final = (
    Column("基金", 5),
    Column("应付金额", 3),
    Column("实付金额", 3),
)


def statement_paper(statement: Statement) -> Paper:
    """The statement (医疗费用结算对账单): groups, funds with what makes up the due, and one by one
    what is disputed, deducted and brought forward."""
    due = total(statement.due())
    pending = _pending(statement)
    tables = [
        Table(_GROUPS, *_group_rows(statement), "一、按险种、类别和参保地"),
        Table(_PARTS, *_part_rows(statement), "二、各基金应付"),
        *([Table(_PENDING, pending, (), "三、争议、扣减和结转明细")] if pending else []),
    ]
    note = f"对账截止:{date_text(civil_date(statement.cut))}。退费以负数计入。"
    return Paper(
        title="医疗费用结算对账单",
        agency=agency_name(statement.region),
        day=civil_date(statement.cut),
        number=statement.statement_id,
        period=month_text(statement.month),
        facts=(
            ("医疗机构", _name(statement)),
            ("机构编码", statement.institution),
            ("明细笔数", statement.lines),
            ("对账状态", word("statement", statement.state)),
        ),
        tables=tuple(tables),
        words=(("应付合计", due),),
        notes=(note,),
        signatures=(
            SignaturePlace("医疗机构经办人"),
            SignaturePlace("医疗机构负责人"),
            *payments.signatures(
                statement.region, [("经办机构审核", statement.approved_by, statement.approved_at)]
            ),
        ),
        landscape=True,
        apart=True,
    )


def _group_rows(statement: Statement) -> tuple[tuple[tuple[Value, ...], ...], tuple[Value, ...]]:
    rows = tuple(_group_row(statement, group, totals) for group, totals in statement.groups.items())
    counted = [
        sum(int(getattr(one, name)) for one in statement.groups.values())
        for name in ("count", "refunds")
    ]
    sums = [
        Fen(sum(int(one.amounts.get(name, 0)) for one in statement.groups.values()))
        for name in _AMOUNTS
    ]
    totals: tuple[Value, ...] = ("合计", None, None, None, None, None, *counted, *sums)
    return rows, totals


def _group_row(statement: Statement, group: Group, totals: Totals) -> tuple[Value, ...]:
    return (
        word("insutype", group.insutype),
        word("care", group.care),
        word("clr_type", group.clr_type),
        region_name(group.insured_region),
        region_name(group.paying_region),
        word("locality", group.locality(statement.region)),
        totals.count,
        totals.refunds,
        *(totals.amounts.get(name, Fen(0)) for name in _AMOUNTS),
    )


def _part_rows(statement: Statement) -> tuple[tuple[tuple[Value, ...], ...], tuple[Value, ...]]:
    parts: list[Amounts] = [
        statement.by_fund,
        *(_by_fund(some) for some in (statement.disputed, statement.upheld, statement.deductions)),
        statement.retained,
        statement.mode_difference,
        statement.brought_forward,
        statement.due(),
    ]
    rows: tuple[tuple[Value, ...], ...] = tuple(
        (fund.name, *(part.get(key, Fen(0)) for part in parts))
        for key, fund in funds().items()
        if any(key in part for part in parts)
    )
    return rows, ("合计", *(total(part) for part in parts))


def _by_fund(some: Iterable[PendingItem | DisputedSums]) -> dict[str, Fen]:
    found: dict[str, Fen] = {}
    for one in some:
        for key, fen in one.by_fund.items():
            found[key] = found.get(key, Fen(0)) + fen
    return found


def _pending(statement: Statement) -> tuple[tuple[Value, ...], ...]:
    named: tuple[tuple[str, Iterable[PendingItem]], ...] = (
        ("争议", store.list_disputed(statement)),
        ("前期争议", statement.upheld),
        ("扣减", statement.deductions),
        ("结转", statement.forwards),
    )
    return tuple(
        (name, one.pending_id, month_text(one.month), one.reason, funds()[key].name, fen)
        for name, some in named
        for one in some
        for key, fen in one.by_fund.items()
    )


def notice_paper(statement: Statement) -> Paper:
    """The payment notice (医疗费用拨付通知单) of a released statement: who is paid what from which
    fund, and who signed. Raises Conflict STATE where no payment was ordered."""
    if not statement.order_id:
        raise Conflict("STATE", field="statement", rule="尚未拨付的对账单没有拨付通知单")
    payee, due = _payee(statement), statement.due()
    paid = total(statement.paid)
    acts = [
        ("审核", statement.approved_by, statement.approved_at),
        ("出纳", statement.released_by, statement.released_at),
        ("负责人", "", None),
    ]
    return Paper(
        title="医疗费用拨付通知单",
        agency=agency_name(statement.region),
        day=civil_date(statement.released_at or statement.cut),
        number=statement.order_id,
        period=month_text(statement.month),
        facts=(
            ("收款单位", payee.name),
            ("机构编码", statement.institution),
            ("开户银行", payee.bank),
            ("银行账号", payee.account),
            ("对账单编号", statement.statement_id),
        ),
        tables=(
            Table(
                _PAID,
                tuple(
                    (fund.name, due.get(key, Fen(0)), statement.paid[key])
                    for key, fund in funds().items()
                    if key in statement.paid
                ),
                ("合计", Fen(sum(int(due.get(key, 0)) for key in statement.paid)), paid),
            ),
        ),
        words=(("实付金额", paid),),
        notes=(f"对账截止:{date_text(civil_date(statement.cut))}。", *_insurers_note(statement)),
        signatures=payments.signatures(statement.region, acts),
    )


def _insurers_note(statement: Statement) -> list[str]:
    """What insurers pay the institution instead of the agency."""
    parts = [
        (f"{funds()[key].name}{f'({who})' if who else ''}", fen)
        for amounts, who in ((statement.fronted, ""), (statement.carried, statement.carrier))
        for key, fen in amounts.items()
    ]
    told = ";".join(f"{name} {fen.yuan()} 元" for name, fen in parts)
    return [f"另由承办保险机构支付:{told}。"] if told else []


def _payee(statement: Statement) -> AgreedPayee:
    assert statement.payee is not None, "a released statement has a payee"
    return statement.payee


def _name(statement: Statement) -> str:
    """What the institution is called in the agreement of the month's last day, its term over or
    not; its code where it has none by then."""
    if statement.payee is not None:
        return statement.payee.name
    for state, agreed in agreements.list_agreements(statement.institution, statement.month.last):
        if state in (AgreementState.IN_FORCE, AgreementState.EXPIRED):
            return agreed.name
    return statement.institution


def statement_book(statement: Statement) -> bytes:
    """The statement as `.xlsx`."""
    return printed(statement_paper(statement), Form.XLSX)


def payment_notice(statement: Statement) -> bytes:
    """The payment notice as PDF."""
    return printed(notice_paper(statement), Form.PDF)


def publish_statement(statement: Statement) -> str:
    """Writes the statement's workbook to the exchange bucket; answers its key."""
    key = f"{_base(statement)}-statement.xlsx"
    return exchange.put(key, statement_book(statement), MEDIA[Form.XLSX])


def publish_payment(statement: Statement) -> list[str]:
    """Writes notice and bank file of a released statement; writing them again writes the same
    bytes."""
    key = f"{_base(statement)}-notice.pdf"
    notice = exchange.put(key, payment_notice(statement), MEDIA[Form.PDF])
    payments.write_batch_file(statement.region, statement.order_id)
    return [notice, f"bank/out/{statement.order_id}.txt"]


def _base(statement: Statement) -> str:
    return (
        f"clearing/{statement.region}/{statement.month}/"
        f"{statement.institution}/{statement.number:02d}"
    )
