"""A settlement as the paper that the person takes home (医疗费用结算单): what it cost, who paid
what, and each step with its clause. The institution prints and seals it."""

from __future__ import annotations

from typing import Final

from medaid.benefit.service import category_name, sentences
from medaid.fund.model.chart import fund_of, funds
from medaid.instants import civil_date
from medaid.money import Fen
from medaid.papers.model import Column, Paper, SignaturePlace, Table, Value
from medaid.papers.service import between_text, date_text, masked, word
from medaid.people.model import Person
from medaid.policy.vocabulary import FUND_NAMES
from medaid.regions import region_name
from medaid.settlement.model import Institution, Settlement, SettlementDecision

_FEES: Final = (
    Column("医疗费总额", 3),
    Column("政策范围内", 3),
    Column("全自费", 3),
    Column("超限价", 3),
    Column("先行自付", 3),
)
_CLASSES: Final = (Column("费用类别", 3), Column("金额", 3)) * 2
_PAID: Final = (Column("支付方", 6), Column("金额", 3))
_STEPS: Final = (Column("序号", 1), Column("计算过程和依据", 15))


def settlement_paper(settlement: Settlement, person: Person, institution: Institution) -> Paper:
    """The settlement as it stands; one that was reversed says so."""
    decision = settlement.decision
    bill, day = decision.bill, civil_date(settlement.settled_at)
    fees = (
        bill.total,
        bill.in_policy,
        bill.own_expense,
        bill.over_limit,
        bill.initial_self_pay,
    )
    steps = tuple((number, text) for number, text in enumerate(sentences(decision.steps), 1))
    assisted = category_name(decision.category) if decision.category else "无"
    return Paper(
        title="医疗费用结算单",
        agency=institution.name,
        day=day,
        number=settlement.setl_id,
        facts=(
            ("姓名", person.name),
            (word("psn_cert_type", person.cert_type), masked(person.certno)),
            ("险种", word("insutype", decision.insutype)),
            ("参保地", region_name(decision.insured_region)),
            ("救助身份", assisted),
            ("就诊类别", word("care", decision.care)),
            ("就诊日期", between_text(decision.begin, decision.end)),
            ("结算日期", day),
        ),
        tables=(
            Table(_FEES, (fees,), (), "一、费用"),
            *_classes(decision),
            Table(_PAID, payers(decision), ("合计", bill.total), "二、各方支付"),
            *([Table(_STEPS, steps, (), "三、计算过程和依据")] if steps else []),
        ),
        words=(("基金支付", decision.funds_paid), ("个人负担", decision.person_pays)),
        notes=(*_reversed(settlement), *_not_taken(decision), *decision.warnings),
        signatures=(SignaturePlace("收费员"), SignaturePlace("患者(家属)")),
    )


def _classes(decision: SettlementDecision) -> tuple[Table, ...]:
    """The fee classes that the hospital sent, two to a row."""
    cells: list[Value] = []
    for code, fen in sorted(decision.fees.items()):
        cells += [word("med_chrgitm_type", code), Fen(fen)]
    if not cells:
        return ()
    cells += [None] * (-len(cells) % 4)
    rows = tuple(tuple(cells[start : start + 4]) for start in range(0, len(cells), 4))
    return (Table(_CLASSES, rows, (), "其中:按费用类别"),)


def payers(decision: SettlementDecision) -> tuple[tuple[str, Fen], ...]:
    """Who paid how much, the person last."""
    known = {fund.field for fund in funds().values()}
    rows: list[tuple[str, Fen]] = [
        (fund_of(name, decision.insutype).name if name in known else FUND_NAMES[name], fen)
        for name in FUND_NAMES
        if (fen := decision.by_fund.get(name))
    ]
    if not decision.account_pays:
        return (*rows, ("个人负担", decision.person_pays))
    cash = ("个人现金", decision.cash_pays)
    return (*rows, ("个人负担:个人账户", decision.account_pays), cash)


def _not_taken(decision: SettlementDecision) -> tuple[str, ...]:
    return tuple(
        f"按{category_name(name.partition('@')[0])}身份,各方可支付 {fen} 元,未超过本次结算。"
        for name, fen in decision.not_taken
    )


def _reversed(settlement: Settlement) -> tuple[str, ...]:
    if settlement.reversed_at is None:
        return ()
    return (f"本结算已于{date_text(civil_date(settlement.reversed_at))}撤销,不作为支付凭据。",)
