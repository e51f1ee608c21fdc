"""Injuries that somebody else may have to pay for: asked at admission, so that nobody finds out at
discharge. Pure.

社会保险法第三十条: what a third person has to bear is not paid by the fund; where that person does
not pay or is not known, the fund pays in advance and recovers it. That is the agency's to decide,
not the counter's.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from medaid.errors import BadInput, Conflict
from medaid.people.model import Visit
from medaid.settlement.national.codes import bare
from medaid.settlement.national.envelope import Message

INJURY, THIRD_PARTY = "trum_flag", "rel_ttp_flag"
"""Fields of 2401 and 2403, and notes of a stay: 1 yes, 0 no."""
_INJURED: Final = ("S", "T")
"""Chapters of ICD-10 for injuries and poisonings."""
ARTICLE: Final = "社会保险法第三十条"
ASKED: Final = (
    "入院诊断为外伤或中毒,请核实是否涉及第三方责任,并以 2403 上传 trum_flag 和 rel_ttp_flag"
)
NOT_DIRECT: Final = (
    f"涉及第三方责任,应由第三人负担的费用不由基金支付({ARTICLE}),不能直接结算;"
    "第三人不支付或无法确定的,由参保人向参保地经办机构申请先行支付"
)


def notes_of(message: Message) -> dict[str, str]:
    """What a message says of an injury, as notes of the stay. Raises BadInput naming the flag."""
    found = {}
    for name in (INJURY, THIRD_PARTY):
        flag = message.text(name)
        if flag and bare(flag) not in ("0", "1"):
            raise BadInput("CODE_UNKNOWN", field=name, rule="0 否,1 是")
        if flag:
            found[name] = bare(flag)
    if found.get(THIRD_PARTY) == "1" and found.get(INJURY) == "0":
        raise BadInput("FIELD_FORMAT", field=THIRD_PARTY, rule="外伤标志为 0 时不涉及第三方")
    return found


def warnings_of(message: Message, notes: Mapping[str, str]) -> tuple[str, ...]:
    """What the hospital has to ask or to know when the stay begins."""
    if notes.get(THIRD_PARTY) == "1":
        return (NOT_DIRECT,)
    injured = message.text("dscg_maindiag_code").upper().startswith(_INJURED)
    injured = injured or notes.get(INJURY) == "1"
    return (ASKED,) if injured and THIRD_PARTY not in notes else ()


def check_payable(visit: Visit) -> None:
    """Raises Conflict VISIT_STATE where a third person has to pay."""
    if visit.notes.get(THIRD_PARTY) == "1":
        raise Conflict("VISIT_STATE", field=THIRD_PARTY, rule=NOT_DIRECT)


def cause_of(visit: Visit, stated: Mapping[str, str]) -> dict[str, str]:
    """The fact `cause` as the admission told it; nothing where it did not. Raises BadInput where
    the settlement says otherwise."""
    told = visit.notes.get(INJURY, "")
    if told == "1" and stated.get("cause", "accident") != "accident":
        rule = "与入院登记的外伤标志 1 不一致;如需更正请以 2403 变更"
        raise BadInput("FIELD_FORMAT", field="exp_content.facts.cause", rule=rule)
    if told == "0" and stated.get("cause") == "accident":
        rule = "与入院登记的外伤标志 0 不一致;如需更正请以 2403 变更"
        raise BadInput("FIELD_FORMAT", field="exp_content.facts.cause", rule=rule)
    return {"cause": "accident"} if told == "1" else {}
