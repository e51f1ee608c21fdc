"""Filings as hospitals send them: care away from home (2501, 2502, 5304), chronic diseases (2503,
2504, 5301), the institution chosen (2505, 2506, 5302), injuries (2507); J25, X5, Q5.3. Who may file
what, when and for where is decided in `medaid.people`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Final

from medaid import ids
from medaid.aws.transaction import Decided
from medaid.benefit.service import enrolment_for
from medaid.errors import BadInput, Refused
from medaid.instants import beijing_text, civil_date
from medaid.people import service as people
from medaid.people.model import Filing, PersonFile
from medaid.people.model.filings import Filer, FilingRequest
from medaid.policy.vocabulary import VALUES
from medaid.regions import Region
from medaid.settlement import store
from medaid.settlement.messages import act_once, record_of, undone, unknown_visit
from medaid.settlement.model import Institution, MessageAct, MessageRecord, Reply
from medaid.settlement.national import codes
from medaid.settlement.national.envelope import Message
from medaid.settlement.visits import file_of

CHRONIC, DESIGNATED, INJURY = "chronic", "designated", "injury"
CANCELS: Final[Mapping[str, frozenset[str]]] = {
    "2502": frozenset(VALUES["filing"]),
    "2504": frozenset({CHRONIC}),
    "2506": frozenset({DESIGNATED}),
}
"""Which kinds a cancelling transaction speaks of."""
CHOSEN_FOR: Final = frozenset({"1", "3", "5", "10"})
"""biz_appy_type of a designated institution: 门慢特, 定点, 家庭医生, 特药."""


def create_filing(message: Message, institution: Institution, now: datetime) -> Reply:
    """2501, 2503, 2505, 2507. Answers trt_dcla_detl_sn."""
    psn_no = message.text("psn_no")
    number = ids.content_hash("filing", message.institution, message.msgid)[:24].upper()

    def decide() -> Decided[Reply]:
        file = file_of(message, now)
        request, filer = _REQUESTS[message.infno](message, file, now), _filer(institution)
        _check_insured(file, message)
        _, writes = people.filing_requested(file, request, filer, number, now)
        record = record_of(message, MessageAct.FILED, psn_no, number, now)
        return Decided(Reply({"trt_dcla_detl_sn": number}), [*writes, store.create_message(record)])

    def again(record: MessageRecord) -> Reply:
        if _find(file_of(message, now), record.result) is None:
            raise undone(message)
        return Reply({"trt_dcla_detl_sn": record.result})

    return act_once(message, decide, again)


def _check_insured(file: PersonFile, message: Message) -> None:
    """A filing is one of where the person is insured. Raises Refused NOT_INSURED."""
    if not any(Region(one.admdvs).pools_with(message.insured) for one in file.insurances):
        rule = f"该人员不在 {message.insured} 参保"
        raise Refused("NOT_INSURED", field="insuplc_admdvs", rule=rule)


def _begin(message: Message) -> date:
    begin = message.day("begndate")
    assert begin is not None, "the field table asks for it"
    return begin


def _away(message: Message, file: PersonFile, _now: datetime) -> FilingRequest:
    kind = codes.FILINGS.get(codes.bare(message.text("refl_type")), "")
    stay = message.text("refl_old_mdtrt_id")
    if stay:
        _check_own_stay(stay, file, message)
    return FilingRequest(
        kind,
        message.insured,
        message.text("mdtrtarea_admdvs"),
        _begin(message),
        message.day("enddate"),
        message.text("reflin_medins_no"),
        facts={"refl_old_mdtrt_id": stay} if stay else {},
    )


def _check_own_stay(mdtrt_id: str, file: PersonFile, message: Message) -> None:
    """The stay from which a hospital refers is its own, of the person. Raises Refused
    VISIT_UNKNOWN."""
    held = [
        one for one in store.list_batches(mdtrt_id).values() if one.psn_no == file.person.psn_no
    ]
    visit = file.visit(mdtrt_id) or next((one.visit for one in held), None)
    if visit is None or visit.institution != message.institution:
        raise unknown_visit()


def _chronic(message: Message, file: PersonFile, now: datetime) -> FilingRequest:
    begin, identified = _begin(message), message.day("hosp_ide_date")
    assert identified is not None, "the field table asks for it"
    if identified > civil_date(now):
        raise BadInput("DATE_FUTURE", field="hosp_ide_date", rule=f"{identified}")
    if begin < identified:
        raise BadInput("DATE_ORDER", field="begndate", rule=f"早于医院鉴定日期 {identified}")
    insutype = message.text("insutype")
    enrolment_for(file.insurances, insutype, message.insured, begin)
    names = ("insutype", "opsp_dise_name", "hosp_ide_date", "diag_dr_codg", "diag_dr_name")
    return FilingRequest(
        CHRONIC,
        message.insured,
        "",
        begin,
        message.day("enddate"),
        message.text("ide_fixmedins_no"),
        message.text("opsp_dise_code"),
        {name: message.text(name) for name in names},
    )


def _designated(message: Message, _file: PersonFile, _now: datetime) -> FilingRequest:
    chosen_for = codes.bare(message.text("biz_appy_type"))
    if chosen_for not in CHOSEN_FOR:
        rule = "1 门慢特,3 定点,5 家庭医生,10 特药"
        raise BadInput("CODE_UNKNOWN", field="biz_appy_type", rule=rule)
    names = ("fix_srt_no", "fixmedins_name", "memo")
    return FilingRequest(
        DESIGNATED,
        message.insured,
        "",
        _begin(message),
        message.day("enddate"),
        message.text("fixmedins_code"),
        chosen_for,
        {name: text for name in names if (text := message.text(name))},
    )


def _injury(message: Message, file: PersonFile, now: datetime) -> FilingRequest:
    injured = message.data["trum_time"]
    if injured > now:
        raise BadInput("DATE_FUTURE", field="trum_time", rule=beijing_text(injured))
    begin = _begin(message)
    if begin < civil_date(injured):
        raise BadInput("DATE_ORDER", field="begndate", rule=f"早于受伤时间 {civil_date(injured)}")
    insutype = message.text("insutype")
    enrolment_for(file.insurances, insutype, message.insured, begin)
    names = ("trum_site", "trum_rea")
    return FilingRequest(
        INJURY,
        message.insured,
        message.text("mdtrtarea_admdvs"),
        begin,
        message.day("enddate") or begin,
        message.text("fixmedins_code"),
        facts={
            "insutype": insutype,
            "trum_time": beijing_text(injured),
            **{name: text for name in names if (text := message.text(name))},
        },
    )


_REQUESTS: Final = {"2501": _away, "2503": _chronic, "2505": _designated, "2507": _injury}


def _filer(institution: Institution) -> Filer:
    return Filer(institution.admdvs, institution.code, institution.level)


def list_filings(message: Message, institution: Institution, now: datetime) -> Reply:
    """5304: filings of the person for care away from home that count on a day of the period,
    whoever filed them: the hospital that treats asks whether there is one."""
    begin, end = message.day("begntime"), message.day("endtime")
    assert begin is not None, "the field table asks for it"
    if end is not None and end < begin:
        raise BadInput("DATE_ORDER", field="endtime", rule=f"早于开始时间 {begin}")
    found = [
        one
        for one in _filings(message, now, CANCELS["2502"])
        if (end is None or one.valid_from <= end)
        and (one.valid_until is None or begin <= one.valid_until)
    ]
    psn_no = message.text("psn_no")
    return _told(message, institution, "refmedin", [(one, _shown(psn_no, one)) for one in found])


def _filings(message: Message, now: datetime, kinds: frozenset[str]) -> list[Filing]:
    found = people.load(message.text("psn_no"), civil_date(now).year).filings
    return [one for one in found if one.kind in kinds]


def _told(
    message: Message, institution: Institution, node: str, rows: list[tuple[Filing, dict[str, str]]]
) -> Reply:
    region = rows[0][0].insured_region if rows else institution.admdvs
    said = {node: [row for _, row in rows]}
    return Reply(said, psn_no=message.text("psn_no"), region=region)


def _shown(psn_no: str, one: Filing) -> dict[str, str]:
    types = {kind: code for code, kind in codes.FILINGS.items()}
    return {
        "trt_dcla_detl_sn": one.filing_id,
        "psn_no": psn_no,
        "insu_admdvs": one.insured_region,
        "refl_type": types.get(one.kind, ""),
        "memo": VALUES["filing"][one.kind],
        "mdtrtarea_admdvs": one.destination,
        "reflin_medins_no": one.institution,
        **_validity(one),
    }


def _validity(one: Filing) -> dict[str, str]:
    end = one.valid_until
    return {"begndate": one.valid_from.isoformat(), "enddate": end.isoformat() if end else ""}


def list_chronic(message: Message, institution: Institution, now: datetime) -> Reply:
    """5301: chronic diseases that are filed for the person."""
    rows = [
        (
            one,
            {
                "opsp_dise_code": one.code,
                "opsp_dise_name": one.facts.get("opsp_dise_name", ""),
                **_validity(one),
            },
        )
        for one in _filings(message, now, CANCELS["2504"])
    ]
    return _told(message, institution, "feedetail", rows)


def list_designated(message: Message, institution: Institution, now: datetime) -> Reply:
    """5302: institutions that the person has chosen, for what the message asks."""
    asked = codes.bare(message.text("biz_appy_type"))
    rows = [
        (
            one,
            {
                "psn_no": message.text("psn_no"),
                "biz_appy_type": one.code,
                "fix_srt_no": one.facts.get("fix_srt_no", ""),
                "fixmedins_code": one.institution,
                "fixmedins_name": one.facts.get("fixmedins_name", ""),
                **_validity(one),
                "memo": one.facts.get("memo", ""),
            },
        )
        for one in _filings(message, now, CANCELS["2506"])
        if one.code == asked
    ]
    return _told(message, institution, "psnfixmedin", rows)


def cancel_filing(message: Message, institution: Institution, now: datetime) -> Reply:
    """2502, 2504, 2506: the filing no longer counts. Who filed cancels; another's, or one of
    another kind, is told as not there."""
    psn_no, number = message.text("psn_no"), message.text("trt_dcla_detl_sn")

    def decide() -> Decided[Reply]:
        filing = _find(file_of(message, now), number)
        if filing is None or filing.kind not in CANCELS[message.infno]:
            raise Refused("NOT_FOUND", field="trt_dcla_detl_sn", rule="没有该备案")
        writes = people.filing_withdrawn(psn_no, filing, _filer(institution), now)
        record = record_of(message, MessageAct.CANCELLED, psn_no, number, now)
        return Decided(Reply(), [*writes, store.create_message(record)])

    def again(record: MessageRecord) -> Reply:
        if _find(file_of(message, now), record.result) is not None:
            raise undone(message)
        return Reply()

    return act_once(message, decide, again)


def _find(file: PersonFile, number: str) -> Filing | None:
    return next((one for one in file.filings if one.filing_id == number), None)
