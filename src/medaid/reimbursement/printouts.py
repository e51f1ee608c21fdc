"""What the office hands to the person of a case: 受理单 and the three 告知书."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from datetime import datetime
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any, Final

from medaid.benefit.service import category_name, sentences
from medaid.errors import Conflict
from medaid.fund.model.chart import fund_of, funds
from medaid.instants import civil_date
from medaid.money import Fen
from medaid.papers.model import Column, Paper, SignaturePlace, Table, Value
from medaid.papers.service import agency_name, between_text, date_text, masked, word
from medaid.payments import service as payments
from medaid.people import service as people
from medaid.people.model import Person
from medaid.policy.vocabulary import FUND_NAMES
from medaid.regions import Region
from medaid.reimbursement.books import is_carried
from medaid.reimbursement.model import STANDS, Act, Case, Pricing
from medaid.reimbursement.procedure import Procedure
from medaid.reimbursement.service.queries import Detail

_LETTERS: Final = Path(__file__).with_name("letters.toml")
_RECEIPTS: Final = (
    Column("序号", 2),
    Column("票据代码", 4),
    Column("票据号码", 5),
    Column("开具单位", 6),
    Column("开具日期", 4),
    Column("介质", 2),
    Column("金额", 4),
)
_MATERIAL: Final = (Column("序号", 1), Column("须补正的材料", 12))
_PAID: Final = (Column("支付方", 6), Column("金额", 3))
_STEPS: Final = (Column("序号", 1), Column("计算过程和依据", 15))


class CasePaper(StrEnum):
    """The papers of a case."""

    ACCEPTANCE = "acceptance"
    """受理单."""
    SUPPLEMENT = "supplement"
    """一次性告知书."""
    REFUSAL = "refusal"
    """不予支付告知书."""
    RESULT = "result"
    """结果告知书."""


def case_paper(found: Detail, kind: CasePaper, procedure: Procedure) -> Paper:
    """A paper of a case. Raises Conflict STATE where the case has not come so far, Unavailable."""
    case = found.case
    person = people.load(case.psn_no, case.care.end.year).person
    return _PAPERS[kind](found, person, procedure)


def _acceptance(found: Detail, person: Person, procedure: Procedure) -> Paper:
    case, act = found.case, _act(found, "accept", "该申请尚未受理")
    due = found.projection.due
    facts: list[tuple[str, Value]] = [
        *_who(case, person),
        ("报销原因", procedure.reasons.get(case.manl_reim_rea, "")),
        ("票据张数", len(case.receipts)),
        ("医疗费总额", case.fees.medfee_sumamt),
        ("收款账户", f"尾号 {case.account.bankacct[-4:]}" if case.account else "未登记"),
        ("受理日期", civil_date(act.at)),
    ]
    if case.clock:
        facts.append(("办理时限", f"{int(case.clock.budget)} 个工作日"))
    if due:
        facts.append(("预计办结日期", due))
    rows = tuple(
        (
            number,
            one.bill_code,
            one.bill_no,
            one.issuer,
            date_text(one.date),
            word("medium", one.medium),
            one.amount,
        )
        for number, one in enumerate(case.receipts, 1)
    )
    total = Fen(sum(int(one.amount) for one in case.receipts))
    return _paper(
        case,
        "手工(零星)报销受理单",
        "acceptance",
        act.at,
        facts=tuple(facts),
        paragraphs=_text("acceptance", date=date_text(case.created)),
        tables=(
            Table(_RECEIPTS, rows, ("合计", None, None, None, None, None, total), "收到的票据"),
        ),
        words=(("票据金额", total),),
        signatures=(SignaturePlace("申请人(代办人)"), *_signed(case, ("受理人", act))),
    )


def _supplement(found: Detail, person: Person, _procedure: Procedure) -> Paper:
    case, act = found.case, _act(found, "request_supplement", "该申请没有告知过补正")
    listed = act.changes.get("owed", ("", ""))[1].split("、")
    return _paper(
        case,
        "补正材料一次性告知书",
        "supplement",
        act.at,
        addressee=person.name,
        paragraphs=_text("supplement", case=case.case_id),
        tables=(Table(_MATERIAL, tuple(enumerate(listed, 1))),),
        signatures=(*_signed(case, ("经办人", act)), SignaturePlace("申请人签收")),
        unit="",
    )


def _refusal(found: Detail, person: Person, _procedure: Procedure) -> Paper:
    case, act = found.case, _act(found, "refuse", "该申请没有不予支付的决定")
    said = {"case": case.case_id, "reason": act.reason.rstrip("。"), "clause": act.clause}
    return _paper(
        case,
        "不予支付告知书",
        "refusal",
        act.at,
        addressee=person.name,
        paragraphs=(*_text("refusal", **said), _letters()["refusal"]["remedy"]),
        facts=(*_who(case, person), ("医疗费总额", case.fees.medfee_sumamt)),
        signatures=(*_signed(case, ("经办人", act)), SignaturePlace("申请人签收")),
    )


def _result(found: Detail, person: Person, procedure: Procedure) -> Paper:
    case = found.case
    act = _act(found, "recheck", "该申请尚未核定")
    if case.pricing is None or case.state not in STANDS:
        raise Conflict("STATE", field="case", rule="该申请尚未核定")
    pricing = case.pricing
    steps = tuple((number, text) for number, text in enumerate(sentences(pricing.steps), 1))
    account = f"尾号 {case.account.bankacct[-4:]}" if case.account else "未登记"
    last = found.acts[-1]
    return _paper(
        case,
        "手工(零星)报销结果告知书",
        "result",
        last.at,
        addressee=person.name,
        paragraphs=_text("result", case=case.case_id),
        facts=(
            *_who(case, person),
            ("救助身份", category_name(pricing.category)),
            ("医疗费总额", case.fees.medfee_sumamt),
            ("政策范围内费用", case.fees.inscp_scp_amt),
            ("收款账户", account),
            ("办理状态", procedure.states[case.state]),
        ),
        tables=(
            Table(_PAID, _payers(case, pricing), (), "一、费用由谁支付"),
            *([Table(_STEPS, steps, (), "二、计算过程和依据")] if steps else []),
        ),
        words=(
            ("报销金额", pricing.granted),
            *([("其中本机构支付", pricing.payable)] if pricing.carried else []),
        ),
        signatures=_signed(
            case, ("审核", _last(found, "audit")), ("复核", act), ("告知", _last(found, "tell"))
        ),
    )


def _paper(case: Case, title: str, letter: str, at: datetime, **more: Any) -> Paper:
    """A paper of a case with the notes of its letter; `more` are its other parts."""
    agency, notes = agency_name(case.admdvs), _cited(letter)
    return Paper(title, agency, civil_date(at), case.case_id, notes=notes, **more)


def _payers(case: Case, pricing: Pricing) -> tuple[tuple[Value, ...], ...]:
    rows: list[tuple[Value, ...]] = [
        (_payer(name, case.insutype) + _by_insurer(case, pricing, name), fen)
        for name in FUND_NAMES
        if (fen := pricing.by_fund.get(name))
    ]
    rows += [(f"{one.payer}(已支付)", one.amount) for one in case.others]
    return (*rows, ("个人负担", pricing.own))


def _by_insurer(case: Case, pricing: Pricing, field: str) -> str:
    return f"(由{pricing.carrier}支付)" if is_carried(case, field) else ""


def _payer(field: str, insutype: str) -> str:
    """A fund by its own name; who is none (the hospital, for its part) by the national one."""
    known = any(fund.field == field for fund in funds().values())
    return fund_of(field, insutype).name if known else FUND_NAMES[field]


def _who(case: Case, person: Person) -> tuple[tuple[str, Value], ...]:
    care = case.care
    return (
        ("姓名", person.name),
        (word("psn_cert_type", person.cert_type), masked(person.certno)),
        ("险种", word("insutype", case.insutype)),
        ("就诊类别", word("care", care.care)),
        ("医疗机构", care.fixmedins_name),
        ("就诊日期", between_text(care.begin, care.end)),
    )


def _act(found: Detail, name: str, rule: str) -> Act:
    """The last act of that name. Raises Conflict STATE."""
    act = _last(found, name)
    if act is None:
        raise Conflict("STATE", field="case", rule=rule)
    return act


def _last(found: Detail, name: str) -> Act | None:
    return next((act for act in reversed(found.acts) if act.act == name), None)


def _signed(case: Case, *acts: tuple[str, Act | None]) -> tuple[SignaturePlace, ...]:
    done: list[tuple[str, str, datetime | None]] = [
        (post, act.officer, act.at) if act else (post, "", None) for post, act in acts
    ]
    return payments.signatures(Region(case.admdvs), done)


@cache
def _letters() -> Mapping[str, Any]:
    return tomllib.loads(_LETTERS.read_text(encoding="utf-8"))


def _text(letter: str, **said: str) -> tuple[str, ...]:
    return tuple(text.format(**said) for text in _letters()[letter]["text"])


def _cited(letter: str) -> tuple[str, ...]:
    one = _letters()[letter]
    return (f"{one.get('cited_as', '依据')}:{one['cite']}。",)


_PAPERS: Final[Mapping[CasePaper, Callable[[Detail, Person, Procedure], Paper]]] = {
    CasePaper.ACCEPTANCE: _acceptance,
    CasePaper.SUPPLEMENT: _supplement,
    CasePaper.REFUSAL: _refusal,
    CasePaper.RESULT: _result,
}
