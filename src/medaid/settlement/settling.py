"""Preview and final settlement (2206, 2207, 2303, 2304): load one read, decide, commit one
transaction.

Requirements J19 to J24, X6, 茂民规〔2018〕3号 二. A preview writes nothing. Settling is idempotent
by sender and msgid, and a visit's charge batch is settled once. A race that is lost is run again
from the read, a bounded number of times.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any, Final

from medaid import ids
from medaid.aws import outbox
from medaid.aws.transaction import ConditionFailed, RetryPolicy, TransactionConflict, Write, commit
from medaid.benefit.claim import ClaimRequest, check_stated_facts, refuse_sender_amounts
from medaid.benefit.model import BILL_FIELDS, Bill
from medaid.errors import BadInput, Conflict, Refused, Unavailable
from medaid.events import SettlementPosted
from medaid.fund import posting as fund
from medaid.instants import civil_date
from medaid.money import Fen
from medaid.people import service as people
from medaid.people.model import PersonFile, Visit, YearTotals
from medaid.policy.service import Library, library, told_gaps
from medaid.settlement import receipts, rules, store
from medaid.settlement.messages import earlier
from medaid.settlement.model import Decision, Known, Settlement
from medaid.settlement.national import codes
from medaid.settlement.national.envelope import Message
from medaid.settlement.statements import check_open
from medaid.settlement.visits import STAY, file_of, own

PAYERS: Final = {
    "commercial": "商业保险",
    "donation": "指定捐赠",
    "supplementary": "其他补充医疗保险",
}
"""Who may have paid already, by the word in exp_content.othpay[].type (茂民规〔2018〕3号 二(二)3,
J19)."""


NO_ACCOUNT: Final = "个人账户不在本系统,未从个人账户支付"


def preview(
    message: Message, now: datetime, packs: Library | None = None
) -> tuple[Decision, PersonFile]:
    """What settling now would give (2206, 2303). Writes nothing. Raises as `settle` does."""
    file = file_of(message, now)
    return _decision(message, now, file, packs or library()), file


def settle(
    message: Message,
    now: datetime,
    packs: Library | None = None,
    patience: RetryPolicy | None = None,
) -> tuple[Settlement, PersonFile]:
    """Settles finally (2207, 2304): one read, one transaction. The same message again gives the
    same settlement.

    Raises BadInput, Refused, PolicyUndetermined, Conflict (nothing written), Unavailable (ask again
    with the same msgid).
    """
    for _ in (patience or RetryPolicy()).attempts():
        file = file_of(message, now)
        try:
            decision = _decision(message, now, file, packs or library())
        except Refused:
            if (done := _settled_before(message)) is not None:
                return done, file
            raise
        settlement = Settlement(
            ids.settlement_id(decision.insured, message.institution, message.msgid),
            message.msgid,
            message.infno,
            now,
            codes.CLEARING_TYPE[decision.care],
            decision,
        )
        receipts.check_unlike(decision, settlement.setl_id)
        try:
            commit(_writes(settlement, message, file))
            return settlement, file
        except ConditionFailed as lost:
            if "message" in lost.labels and (done := _settled_before(message)) is not None:
                return done, file
            if "batch" in lost.labels:
                held = store.batches(decision.visit.mdtrt_id).get(decision.batch)
                raise _taken(held[0] if held else "") from lost
            if any(label.startswith(receipts.LABEL) for label in lost.labels):
                raise receipts.taken(decision) from lost
        except TransactionConflict:
            pass
    raise Unavailable("BUSY")


def _settled_before(message: Message) -> Settlement | None:
    """The settlement that this very message led to before. Raises Conflict where it was blocked,
    reused or taken back."""
    known = earlier(message)
    if known is None:
        return None
    done = store.settlement(known.result) if known.kind == "settle" else None
    if done is not None and done.reversed_at is not None:
        raise Conflict(
            "ALREADY_REVERSED",
            field="msgid",
            rule=f"该报文的结算 {done.setl_id} 已撤销;请以新的报文ID重新结算",
            id=done.setl_id,
        )
    return done


def _taken(setl_id: str) -> Conflict:
    return Conflict(
        "ALREADY_SETTLED",
        field="mdtrt_id",
        rule=f"已由结算 {setl_id} 结算;如需重算请先撤销",
        id=setl_id,
    )


def _decision(message: Message, now: datetime, file: PersonFile, packs: Library) -> Decision:
    request = _request(message, now, file)
    check_open(message.home, request.claim.treatment_region)
    decision = rules.decide(file, request, civil_date(now), codes.person_group, packs.policy_for)
    policy = packs.policy_for(decision.insured, decision.assisted, decision.policy_day)
    account = (NO_ACCOUNT,) if message.text("acct_used_flag") in ("1", "01") else ()
    gaps = told_gaps(policy, (step.layer for step in decision.steps))
    return replace(
        decision,
        warnings=(*gaps, *packs.unverified(policy), *account),
        receipt=receipts.stated(message.extra),
    )


def _request(message: Message, now: datetime, file: PersonFile) -> rules.Request:
    """The hospital's message in our words, with the visit it belongs to."""
    inpatient = message.infno.startswith("23")
    batch = STAY if inpatient else message.text("chrg_bchno")
    if inpatient and message.text("mid_setl_flag") not in ("0", "00"):
        raise BadInput(
            "CODE_UNKNOWN", field="mid_setl_flag", rule="中途结算不受理,请出院时一次结算(0)"
        )
    visit = _visit(message, file, batch)
    if visit.insutype != message.text("insutype"):
        raise BadInput(
            "FIELD_FORMAT", field="insutype", rule=f"与就诊登记的险种 {visit.insutype} 不一致"
        )
    med_type = visit.med_type if inpatient else message.text("med_type")
    end = _end(message, visit, inpatient)
    rules.check_dates(visit.begin, end, civil_date(now), "dscgTime" if inpatient else "begntime")
    refuse_sender_amounts(message.extra.get("given", {}), "exp_content.given")
    return rules.Request(
        psn_no=message.text("psn_no"),
        visit=visit,
        batch=batch,
        med_type=med_type,
        fees={code: int(fen) for code, fen in message.fees.items()},
        claim=ClaimRequest(
            insutype=visit.insutype,
            insured_region=message.home,
            care=codes.care_of(med_type, message.infno),
            begin=visit.begin,
            end=end,
            bill=Bill(*(message.fen(name) for name in BILL_FIELDS)),
            treatment_region=visit.admdvs,
            institution=message.institution,
            emergency=codes.bare(med_type) in codes.EMERGENCY,
            paid_by_others=_paid_by_others(message.extra),
            stated_facts={
                **check_stated_facts(message.extra.get("facts", {}), "exp_content.facts"),
                "disease": visit.disease,
                "level": store.institution(message.institution).level,
            },
        ),
    )


def _visit(message: Message, file: PersonFile, batch: str) -> Visit:
    """The open visit; or, for a further charge batch, the one that an earlier batch was settled
    with (one more read, on that path only)."""
    mdtrt_id = message.text("mdtrt_id")
    visit = file.visit(mdtrt_id)
    if visit is None:
        held = store.batches(mdtrt_id)
        if batch in held:
            own(held[batch][1], message)
            raise _taken(held[batch][0])
        visit = next((v for _, v in held.values()), None) if batch != STAY else None
    if visit is None:
        raise Refused("VISIT_UNKNOWN", field="mdtrt_id", rule="没有该就诊登记,或已结算、已撤销")
    own(visit, message)
    return visit


def _end(message: Message, visit: Visit, inpatient: bool) -> date:
    if not inpatient:
        return visit.begin
    told = message.day("dscgTime")
    if told is not None and visit.end is not None and told != visit.end:
        raise BadInput(
            "FIELD_FORMAT", field="dscgTime", rule=f"与出院登记的日期 {visit.end} 不一致"
        )
    end = visit.end or told
    if end is None:
        raise BadInput(
            "FIELD_REQUIRED", field="dscgTime", rule="未办理出院登记(2402)时须给出出院时间"
        )
    return end


def _paid_by_others(extra: Mapping[str, Any]) -> int:
    """exp_content.othpay: [{type, amt}], what commercial insurance, donations and supplementary
    insurance already paid, in fen."""
    rows = extra.get("othpay", [])
    if not isinstance(rows, list):
        raise BadInput(
            "FIELD_FORMAT", field="exp_content.othpay", rule='应为列表 [{"type":…,"amt":…}]'
        )
    total = 0
    for row in rows:
        if not isinstance(row, dict) or str(row.get("type")) not in PAYERS:
            raise BadInput(
                "CODE_UNKNOWN",
                field="exp_content.othpay.type",
                rule="、".join(f"{code} {name}" for code, name in PAYERS.items()),
            )
        amount = Fen.of_yuan(row.get("amt", ""), "exp_content.othpay.amt")
        if amount < 0:
            raise BadInput(
                "AMOUNT_NEGATIVE", field="exp_content.othpay.amt", rule=f"当前为 {amount} 元"
            )
        total += int(amount)
    return total


def _writes(settlement: Settlement, message: Message, file: PersonFile) -> list[Write]:
    """Everything that a settlement changes, for one transaction: record, visit, year totals, books,
    outbox, and the message's own key."""
    decision = settlement.decision
    before = file.totals(decision.year)
    after = YearTotals(decision.year, before.version + 1, decision.totals_after, settlement.setl_id)
    known = Known(
        decision.institution,
        settlement.msgid,
        settlement.infno,
        "settle",
        decision.psn_no,
        settlement.setl_id,
        message.digests,
        settlement.settled_at,
    )
    visit = file.visit(decision.visit.mdtrt_id)
    return [
        *store.known(known),
        *store.settled(settlement),
        *(people.visit_closed(decision.psn_no, visit) if visit is not None else ()),
        *people.totals_changed(decision.psn_no, before, after),
        *fund.writes(*entries(settlement)),
        *receipts.claimed(decision, settlement.setl_id, settlement.settled_at),
        outbox.publish(event_of(settlement), settlement.setl_id, settlement.settled_at),
    ]


def entries(settlement: Settlement) -> list[Any]:
    """The journal entries of a settlement: assistance in the books of the region that pays it
    (J24), the rest where the person is insured."""
    decision = settlement.decision
    care = "inpatient" if decision.care in ("inpatient", "maternity") else "outpatient"
    funds = {fund: fen for fund, fen in decision.by_fund.items() if fund not in codes.OTHER_ROWS}
    by_region: dict[str, dict[str, Fen]] = {}
    for field, fen in funds.items():
        region = decision.assisted if field == "maf_pay" and decision.assisted else decision.insured
        by_region.setdefault(region, {})[field] = fen
    found: list[Any] = []
    for region, amounts in sorted(by_region.items()):
        source = (
            settlement.setl_id if region == decision.insured else f"{settlement.setl_id}-{region}"
        )
        home_city, there = region[:4], decision.treatment[:4]
        treatment = region if home_city == there else decision.treatment
        settled = fund.Settled(
            source, region, treatment, decision.institution, decision.insutype, care, amounts
        )
        found += fund.settlement_entries(settled, settlement.settled_at)
    return found


def event_of(settlement: Settlement) -> SettlementPosted:
    """What clearing and manual cases are told of a settlement, or of its reversal where it was
    reversed: then all amounts are negative."""
    decision, reversed_at = settlement.decision, settlement.reversed_at
    refd = reversed_at is not None
    sign = -1 if refd else 1
    return SettlementPosted(
        setl_id=settlement.setl_id,
        mdtrt_id=decision.visit.mdtrt_id,
        msgid=settlement.reversed_by if refd else settlement.msgid,
        psn_no=decision.psn_no,
        institution=decision.institution,
        insured_region=decision.insured,
        assisting_region=decision.assisted,
        treatment_region=decision.treatment,
        insutype=decision.insutype,
        clr_type=settlement.clearing_type,
        med_type=decision.med_type,
        care=decision.care,
        category=decision.category,
        filing=decision.facts.filing or "",
        begin=decision.begin,
        end=decision.end,
        setl_time=settlement.settled_at if reversed_at is None else reversed_at,
        refd=refd,
        medfee_sumamt=decision.bill.total * sign,
        inscp_scp_amt=decision.bill.in_policy * sign,
        fund_pay_sumamt=decision.funds_paid * sign,
        psn_cash_pay=decision.own * sign,
        by_fund={fund: fen * sign for fund, fen in sorted(decision.by_fund.items())},
        fees={name: fen * sign for name, fen in decision.fees.items()},
    )
