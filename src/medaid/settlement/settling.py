"""Preview and final settlement (2206, 2207, 2303, 2304): load one read, decide, commit one
transaction.

Requirements J19 to J24, X6, 茂民规〔2018〕3号 二. A preview writes nothing. Settling is idempotent
by sender and msgid, and a visit's charge batch is settled once. A race that is lost is run again
from the read, a bounded number of times.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, datetime
from functools import partial
from typing import Final

from medaid import ids
from medaid.aws.transaction import ConditionFailed, Decided, RetryPolicy, Write
from medaid.benefit.model import BILL_FIELDS, Bill
from medaid.benefit.service import ClaimRequest, PolicyFor, decide_with_entered
from medaid.errors import BadInput, Conflict
from medaid.instants import civil_date
from medaid.money import Fen
from medaid.people.model import PersonFile, Visit
from medaid.policy.service import Library, library
from medaid.settlement import injuries, receipts, rules, store
from medaid.settlement.lines import totals
from medaid.settlement.messages import (
    act_once,
    check_visit,
    contracted,
    end_of,
    goes_on,
    unknown_visit,
)
from medaid.settlement.model import (
    STAY,
    Institution,
    MessageRecord,
    Settlement,
    SettlementDecision,
    stay_batch,
)
from medaid.settlement.national import codes
from medaid.settlement.national.envelope import Message
from medaid.settlement.posting import settlement_writes
from medaid.settlement.statements import check_open
from medaid.settlement.visits import file_of

NO_ACCOUNT: Final = "个人账户不在本系统,报文没有给出个人账户支出(acct_pay),未从个人账户支付"
LINES_REQUIRED: Final = "fee_lines_required"
"""Name of a published figure: from its day on, its region's institutions settle by uploaded lines
alone. No figure: totals alone are taken too."""
DEPOSIT: Final = "未办理出院登记,按今日出院试算,供核定押金;结算以出院日为准"
Settled = tuple[Settlement, PersonFile]
RequestOf = Callable[[Message, Institution, datetime, PersonFile], rules.Request]
"""What a message asks to be settled, in our words."""


def preview_visit(
    message: Message,
    institution: Institution,
    now: datetime,
    packs: Library | None = None,
    request_of: RequestOf | None = None,
) -> tuple[SettlementDecision, PersonFile]:
    """What settling now would give (2206, 2303). Writes nothing. Raises as `settle_visit` does."""
    file = file_of(message, now)
    request = (request_of or _request)(message, institution, now, file)
    return _decision(message, request, now, file, packs or library()), file


def settle_visit(
    message: Message,
    institution: Institution,
    now: datetime,
    packs: Library | None = None,
    retry: RetryPolicy | None = None,
    request_of: RequestOf | None = None,
    beside: Callable[[], Sequence[Write]] = tuple,
) -> Settled:
    """Settles finally (2207, 2304): one read, one transaction. The same message again gives the
    same settlement. `beside` is written with it.

    Raises BadInput, Refused, PolicyUndetermined, Conflict (nothing written), Unavailable (ask again
    with the same msgid).
    """
    seen: list[tuple[PersonFile, SettlementDecision | None]] = []

    def decide() -> Decided[Settled]:
        file = file_of(message, now)
        seen[:] = [(file, None)]
        request = (request_of or _request)(message, institution, now, file)
        decision = _decision(message, request, now, file, packs or library())
        seen[:] = [(file, decision)]
        settlement = Settlement(
            ids.settlement_id(decision.insured_region, message.institution, message.msgid),
            message.msgid,
            message.infno,
            now,
            codes.CLEARING_TYPE[decision.care],
            decision,
            message.digests,
        )
        receipts.check_unlike(decision, settlement.setl_id)
        writes = [*settlement_writes(settlement, file), *beside()]
        return Decided((settlement, file), writes)

    def again(record: MessageRecord) -> Settled:
        return _settled_before(record), seen[0][0]

    def lost(failed: ConditionFailed) -> None:
        decision = seen[0][1]
        assert decision is not None, "what lost was decided"
        if "batch" in failed.labels:
            held = store.list_batches(decision.visit.mdtrt_id).get(decision.batch)
            raise _already_settled(held.setl_id if held else "")
        if any(label.startswith(receipts.LABEL) for label in failed.labels):
            raise receipts.taken(decision)

    return act_once(message, decide, again, lost, retry)


def _settled_before(record: MessageRecord) -> Settlement:
    """The settlement that this very message led to before. Raises Conflict where it was reversed
    since."""
    done = store.find_settlement(record.result)
    assert done is not None, "a settlement is written with its message"
    if done.reversed_at is not None:
        raise Conflict(
            "ALREADY_REVERSED",
            field="msgid",
            rule=f"该报文的结算 {done.setl_id} 已撤销;请以新的报文ID重新结算",
            id=done.setl_id,
        )
    return done


def _already_settled(setl_id: str) -> Conflict:
    return Conflict(
        "ALREADY_SETTLED",
        field="mdtrt_id",
        rule=f"已由结算 {setl_id} 结算;如需重算请先撤销",
        id=setl_id,
    )


def _decision(
    message: Message, request: rules.Request, now: datetime, file: PersonFile, packs: Library
) -> SettlementDecision:
    figures = partial(packs.figures, request.visit.home, request.claim.begin)
    filed = rules.check_filed(file, request.claim, request.med_type, figures)
    decision = decide_with_entered(
        lambda policy_for: rules.decide(
            file, request, civil_date(now), codes.person_group, policy_for
        ),
        packs.policy_for,
        lambda: _entered(packs),
    )
    check_open(decision.insured_region, decision.treatment_region)
    warnings = packs.warnings(
        decision.insured_region,
        decision.assisting_region,
        decision.policy_day,
        [step.layer for step in decision.steps],
    )
    stated = _account_pays(message, decision)
    used = codes.bare(message.text("acct_used_flag")) == "1"
    account = (NO_ACCOUNT,) if used and not stated else ()
    remarks = rules.remarks(decision.visit)
    ends = decision.visit.end or message.day("dscgTime") or request.goes_on
    deposit = (DEPOSIT,) if message.infno == "2303" and not ends else ()
    said = (*warnings, *remarks, *filed, *account, *deposit)
    return replace(decision, warnings=said, account_pays=stated)


def _account_pays(message: Message, decision: SettlementDecision) -> Fen:
    """What the hospital took from the personal account, at most the person's part. Raises BadInput
    naming acct_pay."""
    stated = message.data.get("acct_pay") or Fen(0)
    assert isinstance(stated, Fen)
    if stated and codes.bare(message.text("acct_used_flag")) != "1":
        rule = "个人账户使用标志不为 1 时不得有个人账户支出"
        raise BadInput("FIELD_FORMAT", field="acct_pay", rule=rule)
    if stated > decision.person_pays:
        rule = f"报送 {stated},个人负担 {decision.person_pays}"
        raise BadInput("AMOUNT_SUM", field="acct_pay", rule=rule)
    return stated


def _entered(packs: Library) -> PolicyFor:
    from medaid.settlement.figures import service as figures  # only where a figure is missing

    return figures.policies(packs.policy_for)


def _request(
    message: Message, institution: Institution, now: datetime, file: PersonFile
) -> rules.Request:
    """The hospital's message in our words, with the visit it belongs to."""
    inpatient = message.infno.startswith("23")
    batch = STAY if inpatient else message.text("chrg_bchno")
    visit = _visit(message, file, batch)
    batch = stay_batch(visit) if inpatient else batch
    part = inpatient and goes_on(message, visit)
    med_type = visit.med_type if inpatient else message.text("med_type")
    end = end_of(message, visit, civil_date(now), part) if inpatient else visit.begin
    rules.check_dates(visit.begin, end, civil_date(now), "dscgTime" if inpatient else "begntime")
    injuries.check_payable(visit)
    request = request_for(message, institution, visit, batch, med_type, end)
    request = replace(request, goes_on=part)
    if part or visit.parts is not None:
        rules.check_lines_of_part(request)
    return request


def request_for(
    message: Message, institution: Institution, visit: Visit, batch: str, med_type: str, end: date
) -> rules.Request:
    """What the message asks to be settled of a batch of `visit`, care that ended on `end`. Raises
    BadInput, Conflict."""
    extension, care = message.extension, codes.care_of(med_type, message.infno)
    bill, fees = _bill(message, visit, batch, care, end)
    return rules.Request(
        psn_no=message.text("psn_no"),
        visit=visit,
        batch=batch,
        med_type=med_type,
        fees=fees,
        receipt=extension.receipt,
        claim=ClaimRequest(
            insutype=visit.insutype,
            insured_region=message.insured,
            care=care,
            begin=visit.begin,
            end=end,
            bill=bill,
            treatment_region=visit.admdvs,
            institution=message.institution,
            emergency=codes.bare(med_type) in codes.EMERGENCY,
            paid_by_others=int(extension.paid_by_others),
            stated_facts={
                **extension.facts,
                **injuries.cause_of(visit, extension.facts),
                "disease": visit.disease,
                "level": contracted(institution.code, end).level,
            },
        ),
    )


def _bill(
    message: Message, visit: Visit, batch: str, care: str, end: date
) -> tuple[Bill, dict[str, int]]:
    """The bill and its totals by fee class: what the batch's lines come to, where there are any;
    else what the hospital states. Raises BadInput AMOUNT_SUM, FIELD_REQUIRED."""
    sums = totals.sums_of(visit, batch)
    if sums is not None:
        totals.check_care(sums, care)
    asked = library().figures(visit.admdvs, end).get(LINES_REQUIRED, ()) if sums is None else ()
    stated = {name: message.data.get(name) for name in BILL_FIELDS}
    bill = totals.bill_of(stated, sums, asked, visit.admdvs, end)
    fees = {code: int(fen) for code, fen in message.fees.items()}
    if sums is not None and not fees:
        fees = {code: int(group.total) for code, group in sums.groups.items()}
    return bill, fees


def _visit(message: Message, file: PersonFile, batch: str) -> Visit:
    """The open visit; or, for a further charge batch, the one that an earlier batch was settled
    with (one more read, on that path only). Whichever it is, `check_visit` holds it against the
    message."""
    mdtrt_id, psn_no = message.text("mdtrt_id"), file.person.psn_no
    visit = file.visit(mdtrt_id)
    if visit is None:
        held = store.list_batches(mdtrt_id)
        for other in held.values():
            check_visit(other.visit, other.psn_no, message)
        if batch in held:
            last = max(held, key=lambda name: (len(name), name)) if batch == STAY else batch
            raise _already_settled(held[last].setl_id)
        visit = next((one.visit for one in held.values()), None) if batch != STAY else None
        if visit is None:
            raise unknown_visit()
    check_visit(visit, psn_no, message)
    return visit
