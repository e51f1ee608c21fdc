"""What a message says of fee lines, and what may become of them. Pure.

Sources: 定点医药机构接口规范 2204, 2205, 2301, 2302; identities L1 to L3.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Final

from medaid.catalogue import service as catalogue
from medaid.catalogue.model.lines import LineQuestion, Quantity, Split, Terms
from medaid.catalogue.model.rows import UnitPrice
from medaid.errors import BadInput, Conflict, Refused
from medaid.ids import PersonNo, VisitId
from medaid.instants import beijing_text, civil_date
from medaid.money import Fen
from medaid.people.model import Visit
from medaid.settlement.lines.model import VisitLine
from medaid.settlement.lines.totals import check_care
from medaid.settlement.model import stay_batch, stays_in
from medaid.settlement.national import codes
from medaid.settlement.national.envelope import Message

ALL: Final = "0000"
"""feedetl_sn of 2302 and chrg_bchno of 2205: every line that is not settled."""


@dataclass(frozen=True, slots=True)
class SentLine:
    """A line as the hospital sent it, its form and its amount checked."""

    feedetl_sn: str
    occurred: datetime
    quantity: Quantity
    price: UnitPrice
    amount: Fen
    original: str
    """feedetl_sn of the line that it refunds; empty where it refunds none."""
    sent: Mapping[str, str]

    @property
    def own_code(self) -> tuple[str, date] | None:
        """The institution's own code and the day, where it sent no national one."""
        if "med_list_codg" in self.sent:
            return None
        return self.sent["medins_list_codg"], civil_date(self.occurred)

    def question(self, mapped: str = "") -> LineQuestion:
        """What the catalogue is asked of it; `mapped` is what an own code stands for."""
        approval = codes.bare(self.sent.get("hosp_appr_flag", ""))
        code = self.sent.get("med_list_codg", mapped)
        return LineQuestion(code, civil_date(self.occurred), approval)


def batch_of(message: Message, visit: Visit) -> str:
    """The charge batch that the message's lines belong to."""
    return stay_batch(visit) if message.infno.startswith("23") else message.text("chrg_bchno")


def read_lines(message: Message, visit: Visit, now: datetime) -> list[SentLine]:
    """The lines of 2204 or 2301. Raises BadInput naming the line and the field."""
    found: dict[str, SentLine] = {}
    for row in message.rows:
        one = _line(row)
        if one.feedetl_sn in found:
            raise _wrong(one.feedetl_sn, "feedetl_sn", "同一报文内重复")
        _check_day(one, visit, now)
        found[one.feedetl_sn] = one
    return list(found.values())


def _line(row: Mapping[str, Any]) -> SentLine:
    number, quantity, price = row["feedetl_sn"], Quantity(row["cnt"]), UnitPrice(row["pric"])
    if number == ALL:
        raise _wrong(number, "feedetl_sn", f"{ALL} 用于撤销全部明细,不能作流水号")
    original = row.get("init_feedetl_sn", "")
    if not quantity:
        raise _wrong(number, "cnt", "数量不得为零")
    if (quantity < 0) != bool(original):
        rule = (
            "退费须以负数量写明原费用流水号"
            if "init_feedetl_sn" in row
            else "门诊退费请撤销明细后重传"
        )
        raise _wrong(number, "init_feedetl_sn" if "init_feedetl_sn" in row else "cnt", rule)
    if not row["med_list_codg"] and not row["medins_list_codg"]:
        raise _wrong(number, "med_list_codg", "医疗目录编码和医药机构目录编码至少填一项")
    amount = catalogue.line_amount(quantity, price)
    if amount != row["det_item_fee_sumamt"]:
        rule = f"报送 {row['det_item_fee_sumamt']},数量×单价为 {amount}"
        raise BadInput("AMOUNT_SUM", field="det_item_fee_sumamt", rule=f"明细 {number}:{rule}")
    sent = {name: _text(value) for name, value in row.items() if value not in (None, "")}
    return SentLine(number, row["fee_ocur_time"], quantity, price, amount, original, sent)


def _text(value: Any) -> str:
    return beijing_text(value) if isinstance(value, datetime) else str(value)


def _check_day(line: SentLine, visit: Visit, now: datetime) -> None:
    day = civil_date(line.occurred)
    if day > civil_date(now):
        raise BadInput("DATE_FUTURE", field="fee_ocur_time", rule=f"明细 {line.feedetl_sn}:{day}")
    if visit.end is not None and day > visit.end:
        rule = f"明细 {line.feedetl_sn}:{day} 晚于出院日期 {visit.end}"
        raise BadInput("DATE_ORDER", field="fee_ocur_time", rule=rule)


def _wrong(number: str, field: str, rule: str) -> BadInput:
    return BadInput("FIELD_FORMAT", field=field, rule=f"明细 {number}:{rule}")


def check_same(held: VisitLine, line: SentLine, batch: str, visit: Visit) -> None:
    """A line that is there already is the same line, also of a part of the stay that is settled.
    Raises Conflict DUPLICATE naming the field."""
    names = sorted({*held.sent, *line.sent})
    field = next((name for name in names if held.sent.get(name) != line.sent.get(name)), "")
    if not field and held.batch != batch and visit.parts is None:
        field = "chrg_bchno"
    if field:
        rule = f"明细 {line.feedetl_sn} 已上传且内容不同;如需更正请先撤销该明细"
        raise Conflict("DUPLICATE", field=field, rule=rule, id=line.feedetl_sn)


def new_line(
    line: SentLine, visit: Visit, psn_no: str, batch: str, terms: Terms, now: datetime
) -> VisitLine:
    """The line split by today's answer of the catalogue for its own day."""
    split = catalogue.split_line(line.quantity, line.price, terms)
    return _kept(line, visit, psn_no, batch, terms, split, now)


def refund_of(
    original: VisitLine | None, line: SentLine, visit: Visit, batch: str, now: datetime
) -> tuple[VisitLine, VisitLine]:
    """The refund, by the figures of its original with the sign turned, and the original with what
    is taken back of it. Raises Refused NOT_FOUND, BadInput, Conflict STATE."""
    elsewhere = original is not None and original.batch != batch and visit.parts is None
    if original is None or elsewhere or original.original:
        rule = f"没有可退的原明细 {line.original}"
        raise Refused("NOT_FOUND", field="init_feedetl_sn", rule=f"明细 {line.feedetl_sn}:{rule}")
    if line.price != original.price:
        rule = f"与原明细单价 {catalogue.price_text(original.price)} 不一致"
        raise _wrong(line.feedetl_sn, "pric", rule)
    for name in ("med_list_codg", "medins_list_codg"):
        if line.sent.get(name) != original.sent.get(name):
            raise _wrong(line.feedetl_sn, name, "与原明细不一致")
    refunded = Quantity(original.refunded - line.quantity)
    if refunded > original.quantity:
        left = catalogue.scaled_text(original.quantity - original.refunded, 4)
        rule = f"明细 {line.feedetl_sn}:原明细可退数量 {left}"
        raise Conflict("STATE", field="cnt", rule=rule, id=original.feedetl_sn)
    whole = -line.quantity == original.quantity
    split = (
        catalogue.negated(original.split)
        if whole
        else catalogue.split_line(line.quantity, line.price, original.terms)
    )
    kept = _kept(line, visit, original.psn_no, batch, original.terms, split, now)
    return kept, replace(original, refunded=refunded)


def _kept(
    line: SentLine,
    visit: Visit,
    psn_no: str,
    batch: str,
    terms: Terms,
    split: Split,
    now: datetime,
) -> VisitLine:
    assert int(split.amount) == sum(map(int, split[1:])), "L2"
    return VisitLine(
        line.feedetl_sn,
        VisitId(visit.mdtrt_id),
        PersonNo(psn_no),
        batch,
        line.occurred,
        line.quantity,
        line.price,
        line.sent,
        terms,
        split,
        now,
        line.original,
    )


def care_of(visit: Visit) -> str:
    """The care class that lines of the visit are split for."""
    return codes.CARE.get(
        codes.bare(visit.med_type), "inpatient" if stays_in(visit) else "outpatient"
    )


def with_lines(visit: Visit, batch: str, lines: Sequence[VisitLine], sign: int = 1) -> Visit:
    """The visit with `lines` added to the sums of the batch, or taken off them (`sign` −1). Raises
    Conflict VISIT_STATE."""
    care = care_of(visit)
    sums = visit.lines.get(batch) or replace(catalogue.NO_LINES, care=care)
    if sign > 0:
        check_care(sums, care)
    for one in lines:
        split = one.split if sign > 0 else catalogue.negated(one.split)
        sums = catalogue.sums_with(sums, split, one.terms, sign)
    rest = {name: held for name, held in visit.lines.items() if name != batch}
    both = {**rest, batch: sums} if sums.count else rest
    return replace(visit, lines=both, version=visit.version + 1)


def answer(line: VisitLine) -> dict[str, Any]:
    """A line's split as 2204 and 2301 answer it (明细分割结果)."""
    terms, split = line.terms, line.split
    assert split.amount == catalogue.line_amount(line.quantity, line.price), "L1"
    flags = {name: terms.attributes.get(name, "0") for name in _FLAGS}
    limit = "999999.000000" if terms.limit is None else catalogue.price_text(terms.limit)
    return {
        "feedetl_sn": line.feedetl_sn,
        "det_item_fee_sumamt": split.amount.yuan(),
        "cnt": catalogue.scaled_text(line.quantity, 4),
        "pric": catalogue.price_text(line.price),
        "pric_uplmt_amt": limit,
        "selfpay_prop": "1.0000" if terms.own_expense else catalogue.share_text(terms.share),
        "fulamt_ownpay_amt": split.own_expense.yuan(),
        "overlmt_amt": split.over_limit.yuan(),
        "preselfpay_amt": split.initial_self_pay.yuan(),
        "inscp_scp_amt": split.in_policy.yuan(),
        "chrgitm_lv": terms.item_class,
        "med_chrgitm_type": terms.fee_class,
        "lmt_used_flag": "1" if terms.limited_use else "0",
        **flags,
        "memo": catalogue.split_sentence(line.quantity, line.price, terms),
    }


_FLAGS: Final = (
    "bas_medn_flag",
    "hi_nego_drug_flag",
    "chld_medc_flag",
    "list_sp_item_flag",
    "drt_reim_flag",
)
"""Attributes of a listed item that a line's answer repeats."""
