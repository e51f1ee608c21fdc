"""The clearing of a month as the hospital asks for it: applied for (3203), taken back (3204), asked
for (3205, 3206A, 3209A). Clearing does the work; this hands over."""

from __future__ import annotations

from datetime import datetime

from medaid.aws.transaction import Decided
from medaid.clearing.hospital.model import ClearingApplication
from medaid.clearing.hospital.service import Asked, applying
from medaid.errors import BadInput
from medaid.instants import beijing_text, civil_date
from medaid.money import Fen
from medaid.months import Month
from medaid.regions import Region
from medaid.settlement import store
from medaid.settlement.messages import act_once, record_of, undone
from medaid.settlement.model import Institution, MessageAct, MessageRecord, Reply
from medaid.settlement.national.codes import bare
from medaid.settlement.national.envelope import Message

AMOUNTS = ("medfee_sumamt", "med_sumfee", "fund_appy_sum", "cash_payamt", "acct_pay")


def apply(message: Message, institution: Institution, now: datetime) -> Reply:
    """3203. Answers clr_appy_evt_id; totals that are not ours are refused with both."""
    asked = _asked(message, institution)
    month = _month(message, "setlym")
    if (asked.begin, asked.end) != (month.first, month.last):
        rule = f"清算年月 {month} 的起止日期为 {month.first} 至 {month.last}"
        raise BadInput("FIELD_FORMAT", field="begndate", rule=rule)
    amounts = {name: _amount(message, name) for name in AMOUNTS}
    count = message.text("psntime")
    if not (count.isascii() and count.isdigit()):
        raise BadInput("FIELD_FORMAT", field="psntime", rule="须为非负整数")

    def decide() -> Decided[Reply]:
        one, writes = applying.apply(asked, amounts, int(count), message.msgid, now)
        record = record_of(message, MessageAct.APPLIED, "", one.application_id, now)
        return Decided(_said(one.application_id), [*writes, store.create_message(record)])

    def again(record: MessageRecord) -> Reply:
        if not applying.is_standing(record.result, institution.code, Region(institution.admdvs)):
            raise undone(message)
        return _said(record.result)

    return act_once(message, decide, again)


def _said(number: str) -> Reply:
    return Reply({"clr_appy_evt_id": number})


def withdraw(message: Message, institution: Institution, now: datetime) -> Reply:
    """3204: while nothing of it is approved."""
    number, region = message.text("clr_appy_evt_id"), Region(institution.admdvs)

    def decide() -> Decided[Reply]:
        writes = applying.withdraw(number, institution.code, region, now)
        record = record_of(message, MessageAct.CANCELLED, "", number, now)
        return Decided(Reply(), [*writes, store.create_message(record)])

    def again(record: MessageRecord) -> Reply:
        if applying.is_standing(record.result, institution.code, region):
            raise undone(message)
        return Reply()

    return act_once(message, decide, again)


def get_application(message: Message, institution: Institution, _now: datetime) -> Reply:
    """3205: the application and how it stands."""
    number, region = message.text("clr_appy_evt_id"), Region(institution.admdvs)
    one, asked = applying.get_application(number, institution.code, region)
    return Reply({"data": _shown(one, applying.state_of(one, asked), institution)})


def _shown(one: ClearingApplication, state: str, institution: Institution) -> dict[str, str]:
    amounts = {name: fen.yuan() for name, fen in one.amounts.items()}
    return {
        "clr_appy_evt_id": one.application_id,
        "fixmedins_code": institution.code,
        "fixmedins_name": institution.name,
        "clr_stas": state,
        "opt_time": beijing_text(one.at),
        "clr_type": one.clr_type,
        "clr_ym": str(one.month).replace("-", ""),
        "begndate": one.begin.isoformat(),
        "enddate": one.end.isoformat(),
        "clr_optins": one.insured,
        "optins_no": one.insured,
        "psntime": str(one.count),
        "medfee": amounts["medfee_sumamt"],
        "hi_agre_sumfee": amounts["med_sumfee"],
        "fund_appy_sum": amounts["fund_appy_sum"],
        "cash_payamt": amounts["cash_payamt"],
        "acct_pay": amounts["acct_pay"],
    }


def list_offices(message: Message, institution: Institution, now: datetime) -> Reply:
    """3206A: whose people the hospital settled in the month, or the last one: the clr_optins that
    3203 may name."""
    asked = message.text("setlym")
    month = _month(message, "setlym") if asked else Month.of(civil_date(now)).previous
    found = applying.list_offices(institution.code, month)
    return Reply({"data": [{"clr_optins": one} for one in found]})


def list_settlements(message: Message, institution: Institution, _now: datetime) -> Reply:
    """3209A: the settlements that an application holds."""
    found = applying.list_settlements(_asked(message, institution))
    return Reply({"data": [{"setlId": i.setl_id, "insuAdmdvs": i.insured_region} for i in found]})


def _asked(message: Message, institution: Institution) -> Asked:
    begin, end = message.data["begndate"], message.data["enddate"]
    home = Region(institution.admdvs)
    insured = Region(message.text("clr_optins") or message.insured_region or home.pooling)
    return Asked(institution.code, home, insured, "", bare(message.text("clr_type")), begin, end)


def _month(message: Message, name: str) -> Month:
    text = message.text(name)
    if len(text) != 6:
        raise BadInput("FIELD_FORMAT", field=name, rule="应为六位年月,如 202106")
    return Month.parse(f"{text[:4]}-{text[4:]}", name)


def _amount(message: Message, name: str) -> Fen:
    """An amount of a month, which may be negative."""
    return Fen.of_yuan(message.text(name), name)
