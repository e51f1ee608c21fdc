"""What a hospital's program must show: one scenario a row, each with a patient of its own, so that
what is sent for the patient is the evidence."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from medaid.local.preflight.watching import WHOLE, Cut, SeenMessage

PASSED, FAILED, OPEN = "通过", "不通过", "未完成"
Judged = tuple[str, str]
"""A verdict, and why."""
SETTLES: Final = frozenset({"2207", "2304"})
_REVERSES: Final = frozenset({"2208", "2305"})


@dataclass(frozen=True, slots=True)
class Scenario:
    """One row. `task` tells the vendor what to do; `cuts` dies on the way; `insured` False is a
    patient whose enrolment has ended, None one whom nobody knows."""

    number: str
    title: str
    task: str
    judge: Callable[[Sequence[SeenMessage]], Judged]
    cuts: tuple[Cut, ...] = ()
    patient: bool = True
    insured: bool | None = True


def _done(seen: Sequence[SeenMessage], *infnos: str) -> list[SeenMessage]:
    """Those that the platform did, each msgid once."""
    found = {one.msgid: one for one in seen if one.infno in infnos and one.done}
    return list(found.values())


def standing(seen: Sequence[SeenMessage]) -> list[str]:
    """Settlements that stand: made, and not reversed, by whatever the program saw."""
    made: dict[str, str] = {}
    for one in seen:
        if one.infno in SETTLES and one.done:
            made[one.msgid] = str(one.output["setlinfo"]["setl_id"])
    for one in seen:
        if not one.done:
            continue
        if one.infno in _REVERSES:
            gone = {str(row.get("setl_id")) for row in one.rows}
            made = {msgid: setl for msgid, setl in made.items() if setl not in gone}
        elif one.infno == "2601":
            for row in one.rows:
                made.pop(str(row.get("omsgid")), None)
    return list(made.values())


def _sent_twice(seen: Sequence[SeenMessage], infno: str) -> str:
    """A msgid that was sent anew while it was not known what became of an earlier one."""
    unknown = ""
    for one in seen:
        if one.infno == infno:
            if unknown and one.msgid != unknown:
                return f"{unknown} 结果不明时,以新报文ID {one.msgid} 重办"
            unknown = one.msgid if one.cut else ""
        elif one.infno == "2601" and one.done and not one.cut:
            unknown = "" if unknown in {str(row.get("omsgid")) for row in one.rows} else unknown
        elif one.infno == "GET" and one.msgid == unknown and one.done and not one.cut:
            said = str((one.output.get("message") or {}).get("outcome"))
            unknown = unknown if said == "unknown" else ""
    return ""


def _whole(infnos: Sequence[str]) -> Callable[[Sequence[SeenMessage]], Judged]:
    """The visit goes its whole way, and settles what its lines come to."""

    def judge(seen: Sequence[SeenMessage]) -> Judged:
        missing = [infno for infno in infnos if not _done(seen, infno)]
        if missing:
            return OPEN, f"尚缺 {'、'.join(missing)}"
        return _one_settlement(seen)

    return judge


def _one_settlement(seen: Sequence[SeenMessage]) -> Judged:
    stands = standing(seen)
    if len(stands) != 1:
        return (OPEN, "尚未结算") if not stands else (FAILED, f"同一就诊有 {len(stands)} 笔结算")
    charged, settled = _charged(seen), _settled(seen, stands[0])
    if charged != settled:
        return FAILED, f"费用明细合计 {charged} 元,结算 {settled} 元"
    return PASSED, f"结算 {stands[0]},{settled} 元,与明细合计一致"


def _charged(seen: Sequence[SeenMessage]) -> Decimal:
    lines = {
        str(row.get("feedetl_sn")): _number(row.get("det_item_fee_sumamt"))
        for one in _done(seen, "2301", "2204")
        for row in one.rows
    }
    return sum(lines.values(), Decimal(0))


def _settled(seen: Sequence[SeenMessage], setl_id: str) -> Decimal:
    infos = [one.output["setlinfo"] for one in _done(seen, *SETTLES)]
    return sum(
        (_number(info["medfee_sumamt"]) for info in infos if info["setl_id"] == setl_id), Decimal(0)
    )


def _number(value: Any) -> Decimal:
    try:
        return Decimal(str(value))
    except InvalidOperation:
        return Decimal(0)


def _recovers(infno: str) -> Callable[[Sequence[SeenMessage]], Judged]:
    """After calls that died, it is done once, and was never sent under a new msgid in doubt."""

    def judge(seen: Sequence[SeenMessage]) -> Judged:
        if not any(one.cut for one in seen):
            return OPEN, f"尚未发送 {infno}"
        if wrong := _sent_twice(seen, infno):
            return FAILED, wrong
        if infno in SETTLES:
            return _one_settlement(seen)
        done = _done(seen, infno)
        back = {str(row.get("omsgid")) for one in _done(seen, "2601") for row in one.rows}
        left = [one.msgid for one in done if one.msgid not in back]
        if len(left) > 1 and infno == "2401":
            return FAILED, f"同一病人登记了 {len(left)} 次入院"
        return (PASSED, f"{left[0]} 办成一次") if left else (OPEN, "断线之后尚未恢复")

    return judge


def _refund(seen: Sequence[SeenMessage]) -> Judged:
    if not _done(seen, *_REVERSES) or len(_done(seen, *SETTLES)) < 2:
        return OPEN, "尚未撤销并重新结算"
    return _one_settlement(seen)


def _line_refund(seen: Sequence[SeenMessage]) -> Judged:
    refunds = [
        row
        for one in _done(seen, "2301")
        for row in one.rows
        if _number(row.get("cnt")) < 0 and row.get("init_feedetl_sn")
    ]
    return _one_settlement(seen) if refunds else (OPEN, "尚无负数量、指明原明细的退费行")


def _cancelled(seen: Sequence[SeenMessage]) -> Judged:
    wrong = [one for one in seen if one.code == "VISIT_STATE"]
    if wrong:
        return FAILED, f"撤销的次序不对:{wrong[0].shown}"
    if not _done(seen, "2404", "2202"):
        return OPEN, "尚未撤销登记"
    return (PASSED, "先撤明细,后撤登记") if not standing(seen) else (FAILED, "结算仍在")


def _not_served(seen: Sequence[SeenMessage]) -> Judged:
    """Not insured, or not known: the program tells the clerk and does not go on."""
    if not any(one.infno == "1101" for one in seen):
        return OPEN, "尚未查询该病人"
    wanted = [one for one in seen if one.infno in ("2201", "2401")]
    if len({one.msgid for one in wanted}) > 2:
        return FAILED, f"被退回后仍登记 {len(wanted)} 次"
    later = [one for one in seen if one.infno in ("2301", "2204", *SETTLES)]
    if later:
        return FAILED, f"没有登记仍往下办:{later[0].shown}"
    return PASSED, "没有为其登记" if not wanted else f"登记被退回({wanted[-1].code}),没有往下办"


def _twice(seen: Sequence[SeenMessage]) -> Judged:
    again = [one for one in seen if one.code == "ALREADY_SETTLED"]
    verdict, why = _one_settlement(seen)
    if verdict != PASSED:
        return verdict, why
    stopped = "第二个窗口被平台拒绝" if again else "程序自己拦下了第二次结算"
    return PASSED, f"{stopped};{why}"


def _message_ids(seen: Sequence[SeenMessage]) -> Judged:
    reused = [one for one in seen if one.code == "MSGID_REUSED"]
    if reused:
        return FAILED, f"同一报文ID先后用于不同内容:{reused[0].shown}"
    wrong = [one for one in seen if one.code in ("ENVELOPE", "FIELD_FORMAT", "FIELD_REQUIRED")]
    if wrong:
        return FAILED, f"报文不合规范:{wrong[0].shown}"
    count = len({one.msgid for one in seen if one.infno not in ("", "GET")})
    return (PASSED, f"{count} 个报文") if count >= 30 else (OPEN, f"已有 {count} 个报文")


def month_of(day: date, back: int = 0) -> tuple[str, str]:
    """First and last day of the month `back` months before that of `day`."""
    first = day.replace(day=1)
    for _ in range(back):
        first = (first - timedelta(days=1)).replace(day=1)
    last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    return f"{first}", f"{last}"


def _reconciled(back: int) -> Callable[[Sequence[SeenMessage]], Judged]:
    """3201 of a whole month agrees for every kind of care in which money moved."""

    def judge(seen: Sequence[SeenMessage]) -> Judged:
        bills = _done(seen, *SETTLES, *_REVERSES)
        kinds = {"11" if one.infno in ("2207", "2208") else "21" for one in bills}
        if not bills:
            return OPEN, "尚无结算可对"
        wrong = []
        for kind in sorted(kinds):
            last = [one for one in _asked(seen, kind, back) if one.done]
            if not last:
                return OPEN, f"尚未对 {kind} 类全月"
            info = last[-1].output["stmtinfo"]
            if info["stmt_rslt"] != "0":
                wrong.append(f"{kind} 类:{info['stmt_rslt_dscr']}")
        return (FAILED, ";".join(wrong)) if wrong else (PASSED, "3201 平")

    return judge


def _asked(seen: Sequence[SeenMessage], kind: str, back: int) -> list[SeenMessage]:
    found = []
    for one in seen:
        for row in one.rows if one.infno == "3201" else ():
            begin, end = str(row.get("stmt_begndate")), str(row.get("stmt_enddate"))
            alike = str(row.get("clr_type")).lstrip("0") == kind
            today = date.fromisoformat(one.at[:10])
            if alike and (begin, end) == month_of(today, back):
                found.append(one)
    return found


STAY: Final = ("1101", "2401", "2301", "2402", "2303", "2304")
VISIT: Final = ("1101", "2201", "2203", "2204", "2206", "2207")
SCENARIOS: Final = (
    Scenario("P01", "住院全程", "入院、明细、出院、预结算、结算", _whole(STAY)),
    Scenario("P02", "门诊全程", "挂号、就诊信息、明细、预结算、结算", _whole(VISIT)),
    Scenario("P03", "结算答复丢失", "住院结算;结算已办成而答复不到", _recovers("2304"),
             (Cut("2304", "after"),)),
    Scenario("P04", "结算请求丢失", "住院结算;请求没有到达平台", _recovers("2304"),
             (Cut("2304", "before"),)),
    Scenario("P05", "结算久无答复", "住院结算;连续三次没有答复", _recovers("2304"),
             (Cut("2304", "after", 3),)),
    Scenario("P06", "入院登记答复丢失", "住院结算;登记已办成而答复不到", _recovers("2401"),
             (Cut("2401", "after"),)),
    Scenario("P07", "平台暂不可用", "住院结算;上传明细时两次 503", _recovers("2301"),
             (Cut("2301", "503", 2),)),
    Scenario("P08", "整单退费", "住院结算后撤销,再重新结算", _refund),
    Scenario("P09", "明细退费", "住院结算前退一条明细的一部分", _line_refund),
    Scenario("P10", "登记撤销", "入院并上传明细后,病人不办了:撤销登记", _cancelled),
    Scenario("P11", "重复结算", "结算后在另一窗口再结算同一次就诊", _twice),
    Scenario("P12", "停保人员", "为已停保的病人办理入院", _not_served, insured=False),
    Scenario("P13", "查无此人", "为平台没有的病人办理入院", _not_served, insured=None),
    Scenario("P14", "报文ID", "全程:一个报文一个报文ID,内容不同则不同", _message_ids,
             patient=False),
    Scenario("P15", "本月对账", "以上各项之后,对本月全月总账(3201)", _reconciled(0), patient=False),
    Scenario("P16", "跨月", "对上月全月总账(3201):按结算时间计,本月结算的不在其中",
             _reconciled(1), patient=False),
)  # fmt: skip
"""In the order in which they are to be shown."""


def judged(scenario: Scenario, seen: Mapping[str, Sequence[SeenMessage]]) -> Judged:
    """The row's verdict on what was seen so far."""
    if scenario.patient:
        return scenario.judge(seen.get(scenario.number, ()))
    everything = [one for name in (WHOLE, *sorted(seen)) for one in seen.get(name, ())]
    unique = list(dict.fromkeys(map(id, everything)))
    by_id = {id(one): one for one in everything}
    return scenario.judge([by_id[one] for one in unique])
