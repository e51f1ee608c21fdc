"""The trail of a case in words (J27, Q3.1): what an act changed, and the act as a sentence people
read. Pure. An account's number is shown by its last four digits only."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from medaid.instants import beijing_text
from medaid.reimbursement.model import Act, CareFacts, CaseOrder, Fees, OtherPayment, Receipt
from medaid.reimbursement.procedure import Procedure

FIELDS: Final[Mapping[str, str]] = {
    "point": "服务点",
    "psn_no": "人员编号",
    "insutype": "险种",
    "manl_reim_rea": "报销原因",
    "care": "就诊",
    "fees": "费用",
    "person_group": "人群",
    "agency_amounts": "经办机构核定金额",
    "others": "其他支付",
    "receipts": "票据",
    "account": "收款账户",
    "arrears": "单位欠费",
    "settled": "补充的结算",
    "hardship": "未转诊困难救助",
    "special": "延长原因",
    "owed": "所缺材料",
    "orders": "付款单",
    "recovered": "已追回",
}
"""The fields of a case that a trail tells of, with what people call them."""


def shown(name: str, value: Any) -> str:
    """A field's value as people read it; empty for none."""
    if value is None or value in ((), "", {}):
        return ""
    return _WORDS.get(name, str)(value)


def _care(care: CareFacts) -> str:
    return f"{care.med_type or care.care} {care.begin} 至 {care.end} {care.fixmedins_name}".strip()


def _fees(fees: Fees) -> str:
    return f"总额 {fees.medfee_sumamt} 元,政策范围内 {fees.inscp_scp_amt} 元"


def _receipts(found: tuple[Receipt, ...]) -> str:
    return "、".join(f"{r.key} {r.amount} 元{'(有影像)' if r.file else ''}" for r in found)


def _others(found: tuple[OtherPayment, ...]) -> str:
    return "、".join(f"{o.payer} {o.amount} 元" for o in found)


def _orders(found: tuple[CaseOrder, ...]) -> str:
    return "、".join(
        f"{o.order_id} {o.amount} 元{f'({o.failure})' if o.failure else ''}" for o in found
    )


_WORDS: Final[Mapping[str, Callable[[Any], str]]] = {
    "care": _care,
    "fees": _fees,
    "receipts": _receipts,
    "others": _others,
    "orders": _orders,
    "account": lambda account: f"{account.acctname[:1]}** 尾号 {account.bankacct[-4:]}",
    "arrears": lambda owed: "是" if owed else "否",
    "hardship": lambda found: f"降低 {found.points} 个百分点,批准人 {found.approver}",
    "owed": "、".join,
    "recovered": lambda fen: f"{fen} 元",
    "agency_amounts": lambda found: "、".join(f"{name} {fen} 分" for name, fen in found.items()),
}


def sentence(act: Act, procedure: Procedure, name: str = "") -> str:
    """The act as one sentence: when, who (by `name`, where the office has entered it), what, from
    which state to which, why, what changed."""
    states = procedure.states
    move = f"{states[act.before]}→{states[act.after]}" if act.before else states[act.after]
    parts = [
        f"{beijing_text(act.at)} {procedure.roles[act.role]} {name or act.officer} "
        f"{procedure.moves[act.act].says}({move})"
    ]
    if act.reason:
        parts.append(f"理由:{act.reason}")
    if act.clause:
        parts.append(f"依据:{act.clause}")
    parts += [
        f"{FIELDS[name]}由“{before or '无'}”改为“{after or '无'}”"
        for name, (before, after) in act.changes.items()
    ]
    return ";".join(parts)
