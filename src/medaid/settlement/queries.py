"""What hospitals ask of a person and change nothing by: whether care is covered (2001), visits, fee
lines and totals (5201, 5204, 5206), stays (5303), enrolments (90100); and who an institution is
(1201).

Visits and their lines are the asking institution's own; what the person's register says, any
institution that treats may ask. Each is a look-up, counted and recorded (`settlement.service`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from functools import partial
from typing import Any, Final

from medaid import ids
from medaid.benefit import service as benefit
from medaid.benefit.model import Bill
from medaid.benefit.service import Candidate, ClaimRequest, enrolment_for, planned_for
from medaid.errors import BadInput, Forbidden, PolicyUndetermined, Refused
from medaid.fund.posting import fund_of
from medaid.instants import beijing_text, civil_date
from medaid.money import Fen
from medaid.people import service as people
from medaid.people.model import Insurance, PersonFile, Visit
from medaid.policy.model import NO_CATEGORY
from medaid.policy.service import library
from medaid.settlement import store
from medaid.settlement.lines import rules as line_rules
from medaid.settlement.lines import store as line_store
from medaid.settlement.messages import STAYS, contracted, unknown_visit
from medaid.settlement.model import Institution, Reply
from medaid.settlement.national import codes
from medaid.settlement.national.envelope import Message
from medaid.settlement.rules import OBSTACLES, check_filed

FUND_CHECK, OTHER_CHECK = "1", "99"  # trt_chk_type: 基金项检查, 其他
OPEN_ALONE: Final = "只列出未结算的就诊和所给就诊ID的就诊;已结算的就诊请以就诊ID或结算ID查询"
CUMULATED: Final[Mapping[str, str]] = {"count:stays": "C0000"}
"""Names of the year's totals in the national list of cum_type_code; others keep their own."""


def get_institution(message: Message, _institution: Institution, now: datetime) -> Reply:
    """1201: who an institution is on this day. Raises Refused INSTITUTION_UNKNOWN, Unavailable."""
    record = store.find_institution(message.text("fixmedins_code"))
    found = record.on(civil_date(now)) if record is not None else None
    if found is None:
        raise Refused("INSTITUTION_UNKNOWN", field="fixmedins_code", rule="该机构未登记")
    said = {
        "fixmedins_code": found.code,
        "fixmedins_name": found.name,
        "fixmedins_type": message.text("fixmedins_type"),
        "uscc": "",
        "hosp_lv": "",
        "level": found.level,
        "admdvs": found.admdvs,
        "active": "1" if found.active else "0",
    }
    return Reply({"medinsinfo": [said]})


def check_treatment(message: Message, institution: Institution, now: datetime) -> Reply:
    """2001: which funds pay for such care of the person from that day on, and why one does not.
    What no fact of the later bill can mend is told as not enjoyed; what it can, as a remark."""
    if message.text("fixmedins_code") != message.institution:
        raise Forbidden("FORBIDDEN", field="fixmedins_code", rule="须为本机构编号")
    psn_no, file = message.text("psn_no"), _file(message, now)
    begin, care = civil_date(message.data["begntime"]), codes.care_of(message.text("med_type"), "")
    insutype = message.text("insutype")
    try:
        enrolment = enrolment_for(file.insurances, insutype, message.insured, begin)
    except Refused as error:
        return _looked(message, file, {"trtinfo": [_check("", False, OTHER_CHECK, error.sentence)]})
    request = ClaimRequest(
        insutype,
        message.insured,
        care,
        begin,
        begin,
        Bill(Fen(0), Fen(0)),
        treatment_region=institution.admdvs,
        institution=message.institution,
        emergency=codes.bare(message.text("med_type")) in codes.EMERGENCY,
        stated_facts={
            "disease": message.text("dise_codg"),
            "level": contracted(institution.code, begin).level,
        },
    )
    rows = _checked(file, request, civil_date(now), enrolment)
    rows += _filings_checked(message, file, request, enrolment)
    return Reply({"trtinfo": rows}, psn_no=psn_no, region=enrolment.admdvs)


def _checked(
    file: PersonFile, request: ClaimRequest, today: date, enrolment: Insurance
) -> list[dict[str, str]]:
    try:
        found = benefit.candidates(file, request, today, library().policy_for, codes.person_group)
        funds = dict[str, str]()
        for one in found:
            funds |= _funds(one) | funds
    except PolicyUndetermined as silent:
        paid = silent.code not in OBSTACLES
        return [_check("", paid, OTHER_CHECK, silent.sentence, enrolment)]
    return [
        _check(_fund_code(fund, request.insutype), not why, FUND_CHECK, why, enrolment)
        for fund, why in funds.items()
    ]


def _filings_checked(
    message: Message, file: PersonFile, request: ClaimRequest, enrolment: Insurance
) -> list[dict[str, str]]:
    """What the person's filings say against such care."""
    figures = partial(library().figures, enrolment.admdvs, request.begin)
    try:
        says = check_filed(file, request, message.text("med_type"), figures)
    except Refused as error:
        return [_check("", False, OTHER_CHECK, error.sentence, enrolment)]
    return [_check("", True, OTHER_CHECK, one, enrolment) for one in says]


def _funds(one: Candidate) -> dict[str, str]:
    """Each fund with why it does not pay; empty where it does. Raises PolicyUndetermined."""
    found = dict[str, str]()
    for category in benefit.eligible_categories(one.policy, one.claim) or (NO_CATEGORY,):
        for planned in planned_for(one.policy, one.claim, category):
            fund, why = planned.layer.fund, planned.refusal
            found[fund] = "" if not why or found.get(fund) == "" else why
    return found


def _fund_code(fund: str, insutype: str) -> str:
    if fund in codes.OTHER_ROWS:
        return codes.OTHER_ROWS[fund][0]
    return fund_of(fund, insutype).code


def _check(
    fund: str, paid: bool, kind: str, says: str, enrolment: Insurance | None = None
) -> dict[str, str]:
    end = enrolment.end if enrolment is not None else None
    return {
        "fund_pay_type": fund,
        "trt_enjymnt_flag": "1" if paid else "0",
        "begndate": enrolment.begin.isoformat() if enrolment is not None else "",
        "enddate": end.isoformat() if end else "",
        "trt_chk_type": kind,
        "trt_chk_rslt": says,
    }


def list_visits(message: Message, _institution: Institution, now: datetime) -> Reply:
    """5201: the institution's own visits of the person that lie in the period: open ones, and the
    one that `mdtrt_id` names."""
    begin, end = _period(message)
    file = _file(message, now)
    asked, kind = message.text("mdtrt_id"), message.text("med_type")
    found = [one for one in file.visits if asked in ("", one.mdtrt_id)]
    if asked and not found:
        found = list(_settled_visits(asked, message.text("psn_no")))
    own = [
        one
        for one in found
        if one.institution == message.institution
        and (one.end is None or one.end >= begin)
        and (end is None or one.begin <= end)
        and (not kind or codes.bare(kind) == codes.bare(one.med_type))
    ]
    shown = [_visit(one, message.text("psn_no")) for one in own]
    return _looked(message, file, {"mdtrtinfo": shown}, () if asked else (OPEN_ALONE,))


def _settled_visits(mdtrt_id: str, psn_no: str) -> Iterator[Visit]:
    held = [one for one in store.list_batches(mdtrt_id).values() if one.psn_no == psn_no]
    yield from (one.visit for one in held[:1])


def _visit(one: Visit, psn_no: str) -> dict[str, str]:
    return {
        "mdtrt_id": one.mdtrt_id,
        "psn_no": psn_no,
        "insutype": one.insutype,
        "insu_admdvs": one.home,
        "med_type": one.med_type,
        "fixmedins_code": one.institution,
        "begntime": f"{one.begin} 00:00:00",
        "endtime": f"{one.end} 00:00:00" if one.end else "",
        "dise_codg": one.disease,
    }


def list_lines(message: Message, _institution: Institution, now: datetime) -> Reply:
    """5204: the fee lines of an own visit, with the split of each; of one settlement where it is
    named. Raises Refused VISIT_UNKNOWN, SETTLEMENT_UNKNOWN."""
    mdtrt_id, psn_no = message.text("mdtrt_id"), message.text("psn_no")
    file = _file(message, now)
    visit = file.visit(mdtrt_id)
    held = store.list_batches(mdtrt_id)
    one = visit or next(_settled_visits(mdtrt_id, psn_no), None)
    if one is None or one.institution != message.institution:
        raise unknown_visit()
    setl_id = message.text("setl_id")
    batches = {name for name, batch in held.items() if setl_id in ("", batch.setl_id)}
    if setl_id and not batches:
        raise Refused("SETTLEMENT_UNKNOWN", field="setl_id", rule=f"该就诊没有结算 {setl_id}")
    rows = [
        {
            **line_rules.answer(line),
            "mdtrt_id": mdtrt_id,
            "psn_no": psn_no,
            "chrg_bchno": line.batch,
            "setl_id": held[line.batch].setl_id if line.batch in held else "",
            "fee_ocur_time": beijing_text(line.occurred),
            "med_list_codg": line.sent.get("med_list_codg", ""),
            "medins_list_codg": line.sent.get("medins_list_codg", ""),
        }
        for _, line in line_store.list_lines(mdtrt_id)
        if not setl_id or line.batch in batches
    ]
    return _looked(message, file, {"feedetail": rows})


def list_totals(message: Message, _institution: Institution, now: datetime) -> Reply:
    """5206: what the person's year has used up so far. Raises BadInput naming cum_ym."""
    month = message.text("cum_ym")
    if month and not (
        len(month) == 6 and month.isascii() and month.isdecimal() and "01" <= month[4:] <= "12"
    ):
        raise BadInput("FIELD_FORMAT", field="cum_ym", rule="应为六位年月,如 202106")
    year = int(month[:4]) if month else civil_date(now).year
    file = people.load(message.text("psn_no"), year)
    rows = [
        {
            "cum_type_code": CUMULATED.get(name, name),
            "year": str(year),
            "cum_ym": month,
            "cum": str(amount) if name.startswith("count:") else Fen(amount).yuan(),
        }
        for name, amount in sorted(file.totals(year).amounts.items())
    ]
    return _looked(message, file, {"cuminfo": rows})


def list_stays(message: Message, _institution: Institution, now: datetime) -> Reply:
    """5303: stays that are open in the period, wherever: nobody lies in two hospitals."""
    begin, end = _period(message)
    psn_no, file = message.text("psn_no"), _file(message, now)
    shown = [
        _visit(one, psn_no)
        for one in file.visits
        if STAYS[one.notes.get("registered_by", "2201")]
        and (one.end is None or one.end >= begin)
        and (end is None or one.begin <= end)
    ]
    return _looked(message, file, {"data": shown})


def list_enrolments(message: Message, _institution: Institution, now: datetime) -> Reply:
    """90100: where and how long the person is enrolled. Single payments of contributions are the
    tax office's and not kept here."""
    file = _file(message, now)
    rows = [
        {
            "psn_no": message.text("psn_no"),
            "poolarea_no": one.admdvs,
            "insutype": one.insutype,
            "psn_type": one.psn_type,
            "psn_insu_stas": one.status,
            "accrym_begn": one.begin.isoformat(),
            "accrym_end": one.end.isoformat() if one.end else "",
        }
        for one in file.insurances
    ]
    return _looked(message, file, {"data": rows})


def _file(message: Message, now: datetime) -> PersonFile:
    """The person's file. Raises Refused PERSON_UNKNOWN, Unavailable."""
    year = ids.visit_year(message.text("mdtrt_id")) or civil_date(now).year
    return people.load(message.text("psn_no"), year)


def _period(message: Message) -> tuple[date, date | None]:
    begin, end = message.day("begntime"), message.day("endtime")
    assert begin is not None, "the field table asks for it"
    if end is not None and end < begin:
        raise BadInput("DATE_ORDER", field="endtime", rule=f"早于开始时间 {begin}")
    return begin, end


def _looked(
    message: Message, file: PersonFile, output: Any, warnings: tuple[str, ...] = ()
) -> Reply:
    """The answer, with the region in whose trail the look-up stands: where the person is known,
    whatever the message says."""
    known = people.regions_of(file)
    named = (one for one in known if one.pools_with(message.insured))
    region = next(named, known[0] if known else "")
    return Reply(output, warnings, message.text("psn_no"), region)
