"""The finance office's papers: trial balance, voucher, allocation request."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Final

from medaid.fund import allocations, service, vouchers
from medaid.fund.allocation_steps import standing
from medaid.fund.analysis import sides
from medaid.fund.books import TrialBalanceRow
from medaid.fund.model import Account
from medaid.fund.model.chart import accounts, flows, funds
from medaid.fund.records import Signature
from medaid.ids import find_case_id
from medaid.instants import civil_date
from medaid.money import Fen
from medaid.months import Month, Quarter
from medaid.papers.model import Column, Paper, Table, Value, sums
from medaid.papers.model import SignaturePlace as Signed
from medaid.papers.service import agency_name, between_text, date_text, quarter_text, word
from medaid.payments import service as payments
from medaid.regions import Region, is_region, region_name

SIDES: Final = ("借方", "贷方")
_BALANCE: Final = (
    Column("科目编码", 3),
    Column("科目名称", 5),
    *(Column(side, 4, over) for over in ("期初余额", "本期发生额", "期末余额") for side in SIDES),
)
_VOUCHER: Final = (
    Column("摘要", 5),
    Column("基金", 5),
    Column("会计科目", 6),
    Column("借方金额", 4),
    Column("贷方金额", 4),
)
_ALLOCATION: Final = (
    Column("序号", 1),
    Column("基金", 6),
    Column("申请金额", 4),
)


def trial_balance_paper(region: Region, begin: date, end: date) -> Paper:
    """The trial balance (试算平衡表) of a region from `begin` to `end`, one table a fund."""
    balance = service.trial_balance(region, begin, end)
    off = balance.proof()
    proof = "试算平衡。" if not off else f"试算不平衡:{funds()[off].name}。"
    found = tuple(
        Table(_BALANCE, *_balance_rows(rows), fund.name)
        for key, fund in funds().items()
        if (rows := balance.fund(key))
    )
    return Paper(
        title="试算平衡表",
        agency=agency_name(region),
        day=end,
        period=between_text(begin, end),
        tables=found,
        notes=(proof if found else "本期各基金没有余额和发生额。",),
        signatures=(Signed("制表"), Signed("复核"), Signed("会计主管"), Signed("单位负责人")),
        landscape=True,
    )


def _balance_rows(
    rows: Iterable[TrialBalanceRow],
) -> tuple[tuple[tuple[Value, ...], ...], tuple[Value, ...]]:
    held = list(rows)
    shown: list[tuple[Value, ...]] = [
        (
            row.account.code,
            row.account.name,
            *sides(row.opening),
            row.debits,
            row.credits,
            *sides(row.closing),
        )
        for row in held
    ]
    return tuple(shown), ("合计", None, *sums(shown, *range(2, len(_BALANCE))))


def voucher_paper(region: Region, month: Month, voucher_id: str) -> Paper:
    """A voucher (记账凭证) as it stands. Raises Refused NOT_FOUND."""
    one, state = vouchers.get_voucher(region, month, voucher_id)
    rows: list[tuple[Value, ...]] = []
    for line in one.lines:
        fund = funds()[line.fund]
        text = one.narrative or flows()[one.kind].name
        for number, debit in ((line.debit, True), (line.credit, False)):
            account = accounts()[f"{fund.code}-{number}"]
            amounts = (line.amount, None) if debit else (None, line.amount)
            rows.append((text, fund.name, _account(account), *amounts))
    total = Fen(sum(int(line.amount) for line in one.lines))
    return Paper(
        title="记账凭证",
        agency=agency_name(region),
        day=one.effective,
        number=voucher_id,
        facts=(
            ("业务类型", flows()[one.kind].name),
            ("记账日期", one.effective),
            ("所附单据", one.document),
            ("往来单位", counterpart_name(region, one.counterpart)),
            ("凭证状态", word("voucher", state)),
        ),
        tables=(Table(_VOUCHER, tuple(rows), ("合计", None, None, total, total)),),
        words=(("合计金额", total),),
        notes=why(one.trail),
        signatures=signed(region, one.trail, ("制单", ("入账", "审核"), "记账", "会计主管")),
        sealed=False,
    )


def _account(account: Account) -> str:
    return f"{account.number} {account.name}"


def counterpart_name(region: Region, code: str) -> str:
    """A region by its name, an institution by the name of its account, another by its code: so too
    the natural person whom a manual case pays."""
    if is_region(code):
        return region_name(code)
    if not code or find_case_id(code):
        return code or "无"
    payee = payments.get_payee(region, code)
    return payee.account.acctname if payee and payee.account else code


def allocation_paper(region: Region, quarter: Quarter, request: str) -> Paper:
    """A request for a quarter's money (预拨审批表) as it stands. Raises Refused NOT_FOUND."""
    one, state = allocations.get_allocation(region, quarter, request)
    total = Fen(sum(int(fen) for fen in one.amounts.values()))
    asked = [(fund.name, one.amounts[key]) for key, fund in funds().items() if key in one.amounts]
    rows = tuple((number, *row) for number, row in enumerate(asked, 1))
    return Paper(
        title="医疗保障基金预拨审批表",
        agency=agency_name(region),
        day=civil_date(one.trail[0].at),
        number=f"{quarter}-{request}",
        period=quarter_text(quarter),
        facts=(
            ("申请单位", agency_name(region)),
            ("申请日期", civil_date(one.trail[0].at)),
            ("划拨方向", "财政专户划入支出户"),
            ("审批状态", word("allocation", state)),
        ),
        tables=(Table(_ALLOCATION, rows, ("合计", None, total)),),
        words=(("申请金额", total),),
        notes=why(one.trail),
        signatures=signed(
            region,
            standing(one.trail),
            (
                ("申请", "经办机构申请"),
                ("审核", "经办机构审核"),
                "经办机构负责人",
                ("批准", "财政部门审批"),
                ("到账", "到账登记"),
            ),
        ),
    )


def why(trail: Sequence[Signature]) -> tuple[str, ...]:
    """What was said where something was sent back or not approved."""
    return tuple(f"{act.act}({date_text(act.at)}):{act.why}" for act in trail if act.why)


def signed(
    region: Region, trail: Sequence[Signature], posts: Sequence[str | tuple[str, str]]
) -> tuple[Signed, ...]:
    """For each post, or (act, post), who last did that act; a line to sign on where nobody has."""
    acts = []
    for post in posts:
        act, name = (post, post) if isinstance(post, str) else post
        done = [one for one in trail if one.act == act]
        acts.append((name, done[-1].by, done[-1].at) if done else (name, "", None))
    return payments.signatures(region, acts)
