"""Hands of the tests: one settlement with its journal entries and its way into clearing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from medaid.aws.transaction import commit
from medaid.clearing import projector
from medaid.clearing.model import FUND_FIELDS, Agreement, Item
from medaid.events import SettlementPosted
from medaid.fund import rules as fund_rules
from medaid.fund import service as fund
from medaid.fund.model import reversing
from medaid.money import Fen

HOME, ELSEWHERE, ABROAD = "320500", "320100", "310100"
HOSPITALS = ("H32050000001", "H32050000002", "H32050000003")


def at(day: int, hour: int = 2, month: int = 7, year: int = 2023) -> datetime:
    return datetime(year, month, day, hour, tzinfo=UTC)


def item(
    number: int | str,
    when: datetime,
    *,
    institution: str = HOSPITALS[0],
    home: str = HOME,
    treatment: str = HOME,
    hifp: int = 60000,
    maf: int = 20000,
    hifmi: int = 0,
    clr_type: str = "21",
    insutype: str = "390",
    cash: int = 5000,
    district: str = "",
) -> Item:
    paid = {"hifp_pay": hifp, "hifmi_pay": hifmi, "maf_pay": maf}
    fund_pay = sum(paid.values())
    amounts = {
        **paid,
        "fund_pay_sumamt": fund_pay,
        "medfee_sumamt": fund_pay + cash,
        "psn_cash_pay": cash,
        "acct_pay": 0,
    }
    return Item(
        f"{home}S{number}",
        f"{home}V{number}",
        f"{institution}{number}",
        institution,
        home,
        district or home,
        treatment,
        insutype,
        clr_type,
        clr_type,
        when,
        f"P{number}",
        {k: Fen(v) for k, v in amounts.items()},
        False,
        5,
    )


def refund(of: Item, when: datetime) -> Item:
    amounts = {k: -v for k, v in of.amounts.items()}
    return Item(
        of.setl_id,
        of.mdtrt_id,
        f"{of.msgid}R",
        of.institution,
        of.home,
        of.district,
        of.treatment,
        of.insutype,
        of.clr_type,
        of.med_type,
        when,
        of.psn_no,
        amounts,
        True,
        -of.days,
    )


def settled(one: Item) -> fund_rules.Settled:
    amounts = {
        k: v
        for k, v in one.amounts.items()
        if k.endswith("_pay") and k not in ("acct_pay", "psn_cash_pay")
    }
    return fund_rules.Settled(
        one.setl_id, one.home, one.treatment, one.institution, one.insutype, one.care, amounts
    )


def event_of(one: Item, assisting: str = "") -> SettlementPosted:
    """The event that a settlement or its reversal publishes."""
    day = fund.day_of(one.setl_time)
    return SettlementPosted(
        setl_id=one.setl_id,
        mdtrt_id=one.mdtrt_id,
        msgid=one.msgid,
        psn_no=one.psn_no,
        institution=one.institution,
        insured_region=one.home,
        assisting_region=assisting,
        treatment_region=one.treatment,
        insutype=one.insutype,
        clr_type=one.clr_type,
        med_type=one.med_type,
        care=one.care,
        category="",
        filing="",
        begin=day - timedelta(days=5),
        end=day,
        setl_time=one.setl_time,
        refd=one.refd,
        medfee_sumamt=one.amounts["medfee_sumamt"],
        inscp_scp_amt=one.amounts["medfee_sumamt"],
        fund_pay_sumamt=one.amounts["fund_pay_sumamt"],
        psn_cash_pay=one.amounts["psn_cash_pay"],
        by_fund={k: v for k, v in one.amounts.items() if k in FUND_FIELDS},
        fees={},
    )


def book(one: Item, original: Item | None = None) -> None:
    """The settlement's (or the reversal's) journal entries, as its own transaction writes them."""
    if original is None:
        entries = fund_rules.settlement_entries(settled(one), one.setl_time)
    else:
        made = fund_rules.settlement_entries(settled(original), original.setl_time)
        entries = tuple(
            reversing(e, one.key, fund.day_of(one.setl_time), one.setl_time) for e in made
        )
    if entries:
        commit(fund.writes(*entries))


def arrive(one: Item, when: datetime | None = None, original: Item | None = None) -> bool:
    """Books an item and lets its message reach clearing at `when` (at once where not given)."""
    book(one, original)
    return projector.project(event_of(one), when or one.setl_time)


def agreement(
    institution: str, retention: str = "0", mode: str = "1", rate: int = 0, year: int = 2023
) -> Agreement:
    return Agreement(
        institution,
        f"{institution}医院",
        HOME,
        year,
        mode,
        Fen(rate),
        retention,
        "中国银行",
        "6222000011112222",
    )
