"""Answers in the national interface's words. Identities I1 to I6 hold in every one, asserted before
it leaves.

Each fund has exactly one row in setldetail and one field in setlinfo that agree: hospital software
sums equal rows through sets and overwrites a second assistance row, so one row a fund is the only
form that survives it. What the row is made of stands in setl_proc_info.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final

from medaid.benefit.service import deductible_of
from medaid.errors import MedaidError
from medaid.fund.posting import fund_of
from medaid.instants import BEIJING, age_on, beijing_text
from medaid.money import Fen
from medaid.people.model import Person, PersonFile
from medaid.policy.model import FUNDS
from medaid.settlement.model import Settlement, SettlementDecision
from medaid.settlement.national.codes import ACCOUNT_ROW, CLEARING_TYPE, OTHER_ROWS
from medaid.settlement.national.envelope import Message

_NO_LIMIT: Final = Fen(9_999_999_999)
"""crt_payb_lmt_amt where no limit applies: the field is required, so it says 99,999,999.99 as the
interface does for prices without a cap."""


def envelope(
    message: Message | None,
    received: datetime,
    answered: datetime,
    output: Any = None,
    warnings: Sequence[str] = (),
) -> dict[str, Any]:
    """A successful answer."""
    return _frame(message, received, answered) | {
        "infcode": 0,
        "err_msg": "",
        "warn_msg": ";".join(warnings)[:200],
        "output": output,
    }


def failure(
    message: Message | None, received: datetime, answered: datetime, error: MedaidError
) -> dict[str, Any]:
    """infcode -1 with the sentence for people, and the code, field and rule for programs in
    `output.errinfo`."""
    info = {
        "code": error.code,
        "field": error.field,
        "rule": error.rule,
        "retry": "1" if error.retry else "0",
        **error.facts,
    }
    told = f"[{error.code}]{error.sentence}"
    return _frame(message, received, answered) | {
        "infcode": -1,
        "inf_refmsgid": "",
        "err_msg": told[:200],
        "warn_msg": "",
        "output": {"errinfo": info},
    }


def _frame(message: Message | None, received: datetime, answered: datetime) -> dict[str, Any]:
    stamp = answered.astimezone(BEIJING)
    area = message.treatment_region if message else "000000"
    return {
        "inf_refmsgid": f"{area}{stamp:%Y%m%d%H%M%S}{stamp.microsecond:06d}0000"[:30],
        "refmsg_time": _millis(received),
        "respond_time": _millis(answered),
        "enctype": "",
        "signtype": "",
        "cainfo": "",
    }


def _millis(instant: datetime) -> str:
    return f"{instant.astimezone(BEIJING):%Y%m%d%H%M%S%f}"[:17]


def settlement(
    decision: SettlementDecision,
    person: Person,
    message: Message | None,
    final: Settlement | None,
    *,
    sign: int = 1,
) -> dict[str, Any]:
    """`setlinfo` and `setldetail` of a preview (`final` None), a settlement, or its reversal
    (`sign` -1: every amount negated)."""
    bill, paid = decision.bill, decision.by_fund
    hospital = paid.get("hosp_part_amt", Fen(0))
    own = decision.person_pays
    info: dict[str, Any] = {
        "mdtrt_id": decision.visit.mdtrt_id,
        "setl_id": final.setl_id if final else None,
        **person_fields(person, decision.end),
        "insutype": decision.insutype,
        "psn_type": decision.psn_type,
        "cvlserv_flag": "0",
        "mdtrt_cert_type": message.text("mdtrt_cert_type") if message else "",
        "med_type": decision.med_type,
        "setl_time": beijing_text(_when(final, sign)) if final else None,
    }
    amounts = {
        "medfee_sumamt": bill.total,
        "fulamt_ownpay_amt": bill.own_expense,
        "overlmt_selfpay": bill.over_limit,
        "preselfpay_amt": bill.initial_self_pay,
        "inscp_scp_amt": bill.in_policy,
        "act_pay_dedc": deductible_of(decision.steps, bill, decision.visit.parts),
        **{field: paid.get(field, Fen(0)) for field in FUNDS if field != "hosp_part_amt"},
        "fund_pay_sumamt": decision.funds_paid,
        "psn_part_amt": own,
        "acct_pay": decision.account_pays,
        "psn_cash_pay": decision.cash_pays,
        "hosp_part_amt": hospital,
        "balc": Fen(0),
        "acct_mulaid_pay": Fen(0),
    }
    info |= {name: (-fen if sign < 0 else fen).yuan() for name, fen in amounts.items()}
    info |= {
        "pool_prop_selfpay": _basic_ratio(decision),
        "medins_setl_id": final.msgid if final else (message.msgid if message else ""),
        "clr_optins": decision.insured_region if final else None,
        "clr_way": None,
        "clr_type": CLEARING_TYPE[decision.care],
        "refd_setl_flag": "1" if sign < 0 or (final and final.reversed_at) else "0",
    }
    detail = [_row(decision, field, sign) for field in FUNDS if paid.get(field)]
    detail += _account_row(decision, sign)
    _assert_identities(amounts, detail, sign)
    return {"setlinfo": info, "setldetail": detail}


def fund_rows(decision: SettlementDecision) -> list[dict[str, str]]:
    """The rows of setldetail, as the settlement was answered."""
    rows = [_row(decision, field, 1) for field in FUNDS if decision.by_fund.get(field)]
    return rows + _account_row(decision, 1)


def _when(final: Settlement, sign: int) -> datetime:
    return final.reversed_at if sign < 0 and final.reversed_at else final.settled_at


def _basic_ratio(decision: SettlementDecision) -> str:
    """pool_prop_selfpay: the name says self-pay, the meaning is the basic fund's ratio; 0 where
    several bands applied."""
    ratios = {ratio for step in decision.steps if step.tier == "basic" for _, ratio in step.pieces}
    parts = ratios.pop() // 10**8 if len(ratios) == 1 else 0
    return f"{parts // 10**4}.{parts % 10**4:04d}"


def _row(decision: SettlementDecision, field: str, sign: int) -> dict[str, str]:
    """The one row of a fund."""
    steps = [step for step in decision.steps if step.fund == field]
    if field in OTHER_ROWS:
        code, name = OTHER_ROWS[field]
    else:
        fund = fund_of(field, decision.insutype)
        code, name = fund.code, fund.name
    paid = Fen(sum(step.paid for step in steps))
    limits = [step.cap_left for step in steps if step.cap_left is not None]
    limit = Fen(sum(limits)) if limits and len(limits) == len(steps) else _NO_LIMIT
    return {
        "fund_pay_type": code,
        "inscp_scp_amt": (-decision.bill.in_policy if sign < 0 else decision.bill.in_policy).yuan(),
        "crt_payb_lmt_amt": limit.yuan(),
        "fund_payamt": (-paid if sign < 0 else paid).yuan(),
        "fund_pay_type_name": name,
        "setl_proc_info": ";".join(f"{step.name} {Fen(step.paid)}" for step in steps),
    }


def _account_row(decision: SettlementDecision, sign: int) -> list[dict[str, str]]:
    """The row of the personal account, which is no fund (I4) and counts in the rows (I5)."""
    paid = decision.account_pays
    if not paid:
        return []
    code, name = ACCOUNT_ROW
    return [
        {
            "fund_pay_type": code,
            "inscp_scp_amt": Fen(0).yuan(),
            "crt_payb_lmt_amt": _NO_LIMIT.yuan(),
            "fund_payamt": (-paid if sign < 0 else paid).yuan(),
            "fund_pay_type_name": name,
            "setl_proc_info": f"医院报送的个人账户支出 {paid}",
        }
    ]


def _assert_identities(
    amounts: Mapping[str, Fen], detail: Sequence[Mapping[str, str]], sign: int
) -> None:
    """I1 to I6 of the national interface. They hold by construction; an answer that broke them
    would be a fault of ours."""
    a = {name: int(fen) for name, fen in amounts.items()}
    funds = sum(a[field] for field in FUNDS if field != "hosp_part_amt")
    rows = sum(int(Fen.of_yuan(row["fund_payamt"])) for row in detail) * sign
    assert (
        a["medfee_sumamt"]
        == a["fulamt_ownpay_amt"] + a["overlmt_selfpay"] + a["preselfpay_amt"] + a["inscp_scp_amt"]
    ), "I1"
    assert a["medfee_sumamt"] == a["fund_pay_sumamt"] + a["psn_part_amt"] + a["hosp_part_amt"], "I2"
    assert a["psn_part_amt"] == a["acct_pay"] + a["psn_cash_pay"], "I3"
    assert a["fund_pay_sumamt"] == funds, "I4"
    assert rows + a["psn_cash_pay"] == a["medfee_sumamt"], "I5"
    outside = a["fulamt_ownpay_amt"] + a["overlmt_selfpay"] + a["preselfpay_amt"]
    assert (
        a["psn_part_amt"]
        == outside + (a["inscp_scp_amt"] - a["fund_pay_sumamt"]) - a["hosp_part_amt"]
    ), "I6"
    assert 0 <= a["act_pay_dedc"] <= a["inscp_scp_amt"], "the deductible is in-scope cost"


def person_fields(person: Person, day: date) -> dict[str, Any]:
    """The person as 1101 and every settlement name them."""
    age = age_on(person.birth, day)
    return {
        "psn_no": person.psn_no,
        "psn_name": person.name,
        "psn_cert_type": person.cert_type,
        "certno": person.certno,
        "gend": person.sex,
        "naty": "",
        "brdy": person.birth.isoformat() if person.birth else "",
        "age": "" if age is None else str(age),
    }


def person(file: PersonFile, day: date, codes: Mapping[str, str]) -> dict[str, Any]:
    """1101: the person, every enrolment, every identity; empty lists where there is none. `codes`
    gives psn_idet_type by category."""
    return {
        "baseinfo": person_fields(file.person, day),
        "insuinfo": [
            {
                "balc": "0.00",
                "insutype": i.insutype,
                "psn_type": i.psn_type,
                "psn_insu_stas": i.status,
                "psn_insu_date": i.begin.isoformat(),
                "paus_insu_date": i.end.isoformat() if i.end else "",
                "cvlserv_flag": "0",
                "insuplc_admdvs": i.admdvs,
                "emp_name": "",
            }
            for i in file.insurances
        ],
        "idetinfo": [
            {
                "psn_idet_type": i.national_code or codes.get(i.category, ""),
                "psn_type_lv": "",
                "memo": i.category,
                "begntime": f"{i.start} 00:00:00",
                "endtime": f"{i.last_day} 23:59:59" if i.last_day else "",
            }
            for i in file.identities
        ],
    }
