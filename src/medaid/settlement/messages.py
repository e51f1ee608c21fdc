"""What holds for every message alike: who may send it, on whose visit, and what became of it if it
was sent before.

An answer 0 means: done, and still so. The same meaning under the same msgid gives the first answer
again; another meaning is refused and names the field; what was done and has been undone since is
refused and says so.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import date, datetime
from functools import partial
from typing import Any, Final, TypeVar

from medaid.aws.transaction import ConditionFailed, Decided, RetryPolicy, Write, transact
from medaid.errors import BadInput, Conflict, Forbidden, Refused
from medaid.ids import PersonNo
from medaid.instants import civil_date
from medaid.people.model import Visit
from medaid.regions import Region
from medaid.settlement import store
from medaid.settlement.model import Institution, MessageAct, MessageRecord, stays_in
from medaid.settlement.national.codes import bare
from medaid.settlement.national.envelope import Message, differing

T = TypeVar("T")
Page = Sequence[Any]
TOGETHER: Final = 45
"""Rows of one transaction: its hundred items hold also what each row refers to, the visit, the
message."""

BEGINNING: Final = frozenset(
    {"1101", "2001", "2201", "2401", "2501", "2503", "2505", "2507", "90100"}
)
"""What an institution whose agreement has ended no longer sends. It discharges, settles, takes back
and reconciles what it had begun before."""


def check_sender(message: Message, now: datetime) -> Institution:
    """The contracted institution that sends, as it stands today, for every message (J37). Raises
    Refused INSTITUTION_UNKNOWN, Forbidden where it names a region it does not lie in, Unavailable.
    """
    found = contracted(message.institution, civil_date(now))
    if message.infno in BEGINNING:
        check_begins(found)
    lies, named = Region(found.admdvs), message.treatment_region
    if not (lies.pools_with(named) or named.contains(lies) or lies.contains(named)):
        raise Forbidden(
            "FORBIDDEN", field="mdtrtarea_admvs", rule=f"机构所在区划为 {lies},与就医地不符"
        )
    return found


def check_begins(institution: Institution) -> None:
    """An institution whose agreement has ended by today begins nothing. Raises Refused
    INSTITUTION_UNKNOWN."""
    if not institution.active:
        raise Refused(
            "INSTITUTION_UNKNOWN",
            field="fixmedins_code",
            rule="该机构的定点协议已终止,不再受理新的就诊和备案;终止前的就诊可以办结",
        )


def contracted(code: str, day: date) -> Institution:
    """The institution as it stands on `day`; `active` says whether its agreement has ended by then.
    Raises Refused INSTITUTION_UNKNOWN where it has none yet, Unavailable."""
    record = store.find_institution(code)
    found = record.on(day) if record is not None else None
    if found is None:
        rule = f"该机构在 {day} 未签订定点协议" if record is not None else "该机构未签订定点协议"
        raise Refused("INSTITUTION_UNKNOWN", field="fixmedins_code", rule=rule)
    return found


def check_begin(message: Message, begin: date) -> None:
    """Care begins while the agreement holds, whenever it is registered. Raises Refused
    INSTITUTION_UNKNOWN, Unavailable."""
    if not contracted(message.institution, begin).active:
        rule = f"该机构的定点协议在就诊开始日 {begin} 已终止"
        raise Refused("INSTITUTION_UNKNOWN", field="begntime", rule=rule)


def check_visit(visit: Visit, psn_no: str, message: Message) -> None:
    """Every message on a visit is its own institution's, for its person, its insured region and its
    insurance type; another's visit is told as not there.

    Raises Refused VISIT_UNKNOWN, NOT_INSURED; BadInput naming insutype.
    """
    if visit.institution != message.institution or psn_no != message.text("psn_no"):
        raise unknown_visit()
    if not Region(visit.home).pools_with(message.insured):
        rule = f"与就诊登记的参保地 {visit.home} 不一致"
        raise Refused("NOT_INSURED", field="insuplc_admdvs", rule=rule)
    if message.text("insutype") not in ("", visit.insutype):
        rule = f"与就诊登记的险种 {visit.insutype} 不一致"
        raise BadInput("FIELD_FORMAT", field="insutype", rule=rule)
    registered = visit.notes.get("registered_by", "")
    if registered and message.infno[:2] not in SPOKEN_OF_BY[registered]:
        kind = _KINDS[registered]
        raise Refused("VISIT_UNKNOWN", field="mdtrt_id", rule=f"{kind}不能以 {message.infno} 办理")


def goes_on(message: Message, visit: Visit) -> bool:
    """Whether a part of the stay is settled (中途结算). Raises BadInput, Conflict VISIT_STATE."""
    flag = bare(message.text("mid_setl_flag"))
    if flag not in ("0", "1"):
        raise BadInput("CODE_UNKNOWN", field="mid_setl_flag", rule="0 出院结算,1 中途结算")
    if flag == "1" and visit.end is not None:
        rule = f"已办理出院登记({visit.end}),请办理出院结算(0)"
        raise Conflict("VISIT_STATE", field="mid_setl_flag", rule=rule)
    return flag == "1"


def end_of(message: Message, visit: Visit, today: date, part: bool) -> date:
    """The day on which the stay ended; for one that goes on the day until which it is settled, if
    none is named today; today for a preview too."""
    stated = message.day("dscgTime")
    if stated is not None and visit.end is not None and stated != visit.end:
        raise BadInput(
            "FIELD_FORMAT",
            field="dscgTime",
            rule=f"与出院登记的日期 {visit.end} 不一致;如需更正请先办理出院登记(2402)",
        )
    end = visit.end or stated
    if end is None and (part or message.infno == "2303"):
        return today
    if end is None:
        raise BadInput(
            "FIELD_REQUIRED", field="dscgTime", rule="未办理出院登记(2402)时须给出出院时间"
        )
    return end


DIAGNOSED: Final = "diagnosed_by"
"""The note of a visit: the message that told its diagnoses last."""


def diagnosed(message: Message) -> dict[str, str]:
    """What a visit notes of the diagnoses that a message tells."""
    return {DIAGNOSED: message.msgid} if "diseinfo" in message.more else {}


def diagnoses_kept(message: Message) -> list[Write]:
    """The write that keeps them with their message."""
    rows = message.more.get("diseinfo")
    if rows is None:
        return []
    text = json.dumps([dict(row) for row in rows], ensure_ascii=False)
    return [store.keep_sent(message.institution, message.msgid, text)]


def check_no_lines(visit: Visit) -> None:
    """Fee lines are taken back before their visit is. Raises Conflict VISIT_STATE."""
    for batch, sums in visit.lines.items():
        undo = "2302" if stays_in(visit) else "2205"
        rule = f"收费批次 {batch} 有未结算的费用明细 {sums.count} 条,请先以 {undo} 撤销"
        raise Conflict("VISIT_STATE", field="mdtrt_id", rule=rule)


STAYS: Final = {"2102": False, "2201": False, "2401": True}
"""Whether a registering transaction begins a stay. A pharmacy's sale (2102) is registered and
settled at once."""
SPOKEN_OF_BY: Final = {"2102": ("21",), "2201": ("22",), "2401": ("23", "24")}
"""Which transactions may speak of what a registering one began."""
_KINDS: Final = {"2102": "药店购药", "2201": "门诊挂号", "2401": "住院登记"}


def unknown_visit() -> Refused:
    """The refusal of a visit that is not open."""
    return Refused("VISIT_UNKNOWN", field="mdtrt_id", rule="没有该就诊登记,或已结算、已撤销")


def record_of(
    message: Message, act: MessageAct, psn_no: str, result: str, now: datetime
) -> MessageRecord:
    """What is kept of a message that did something."""
    return MessageRecord(
        message.institution,
        message.msgid,
        message.infno,
        act,
        PersonNo(psn_no),
        result,
        message.digests,
        now,
    )


def replayed(message: Message) -> MessageRecord | None:
    """What an earlier message with this sender and msgid led to, None where there was none.

    Raises Conflict MSGID_BLOCKED where a 2601 came for it, MSGID_REUSED (naming the field) where
    it meant something else; Unavailable.
    """
    found = store.find_message(message.institution, message.msgid)
    if found is None:
        return None
    if found.act is MessageAct.BLOCKED:
        raise Conflict(
            "MSGID_BLOCKED",
            field="msgid",
            rule="冲正先于原交易到达,原交易不再受理;请以新的报文ID重新办理",
        )
    field = differing(found.digests, message.digests)
    if field:
        raise Conflict(
            "MSGID_REUSED",
            field=field,
            rule=f"报文ID {message.msgid} 已用于内容不同的交易;请以新的报文ID发送",
            id=found.result,
        )
    return found


def act_once(
    message: Message,
    decide: Callable[[], Decided[T]],
    again: Callable[[MessageRecord], T],
    lost: Callable[[ConditionFailed], None] | None = None,
    retry: RetryPolicy | None = None,
) -> T:
    """`decide` reads and decides, its writes (the message's record among them) are committed.

    Where this very message was done before, `again` answers from what stands now, or refuses where
    it stands no longer. `lost` may refuse after a lost condition; else it is decided anew from the
    read, a bounded number of times.
    """

    def first() -> Decided[T]:
        try:
            return decide()
        except Refused:
            if (record := replayed(message)) is not None:
                return Decided(again(record))
            raise

    def after(failed: ConditionFailed) -> T | None:
        if "message" in failed.labels and (record := replayed(message)) is not None:
            return again(record)
        if lost is not None:
            lost(failed)
        return None

    return transact(first, after, retry)


def act_by_pages(
    message: Message,
    read: Callable[[], Page],
    page: Callable[[Page, bool], Decided[None]],
    again: Callable[[MessageRecord], None],
) -> None:
    """A list of more rows than one transaction takes: all pages but the last in transactions of
    their own, then the last, which writes the message's record too.

    `page` decides on some rows, and whether they are the last; a row that is done already is left
    as it is, so that a message that was cut off is sent again and goes on. `again` refuses where
    what this very message did stands no longer.
    """
    found = replayed(message)
    if found is not None:
        again(found)
        return
    rows = read()
    whole = max(0, len(rows) - 1) // TOGETHER * TOGETHER
    for start in range(0, whole, TOGETHER):
        transact(partial(page, rows[start : start + TOGETHER], False))
    act_once(message, partial(page, rows[whole:], True), again)


def undone(message: Message) -> Conflict:
    """The refusal of a message that was done before and has been undone since."""
    return Conflict(
        "STATE",
        field="msgid",
        rule=f"报文 {message.msgid} 早已办理,其后已被撤销或更改;请以新的报文ID重新办理",
    )
