"""The tax office's lists of payments and refunds, as dropped files: read by the one reader, every
row accounted for, the same file back with what became of each row.

A tax receipt proves one payment, so a list that comes twice changes nothing. Files lie under
tax/in/<pooling region>/; answers under tax/out/. Sources: 苏医保办发〔2023〕27号 art. 15, 17;
秦安县84号(2018)二(一) (Q2.1: paid for).
"""

from __future__ import annotations

import tempfile
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import Final

from medaid.aws import dropped, exchange
from medaid.aws.transaction import Decided, Write, transact
from medaid.dropped import answers, cells, delimited, table
from medaid.dropped.annotated import RowVerdict, annotate, filled_width
from medaid.dropped.problem import FileRefused, Problem
from medaid.enrolment import payments, planning, store
from medaid.enrolment.payments import Paid
from medaid.errors import Refused
from medaid.instants import aware, civil_date
from medaid.months import SENT_YEARS
from medaid.people import enrolments
from medaid.people import service as people
from medaid.people.model import PersonFile
from medaid.people.model import Source as PeopleSource
from medaid.regions import Region
from medaid.workbook import XLSX

PREFIX: Final = "tax/in/"
_ANSWERS: Final = "tax/out/"
LIMITS: Final = table.TableLimits(bytes=10 << 20, rows=20_000, notes_aside=True)
"""Rows that one attempt records in its fifteen minutes; more come as several files."""
_C: Final = table.TableColumn
COLUMNS: Final = (
    _C("name", "姓名", required=True, longest=50),
    _C("certno", "证件号码", ("身份证号", "身份证号码", "公民身份号码"), required=True),
    _C("cert_type", "证件类型代码", optional_column=True),
    _C("cover_year", "参保年度", ("所属年度", "缴费年度"), required=True),
    _C("amount", "金额", ("个人缴费金额", "缴费金额", "实缴金额"), required=True),
    _C("paid_on", "缴费日期", ("业务日期", "缴费时间"), required=True),
    _C("treasury_on", "入库日期", ("入库时间",), optional_column=True),
    _C("receipt", "税票号", ("电子税票号码", "电子税票号", "完税证明号"), required=True),
    _C("kind", "业务类型", ("业务类别",), optional_column=True),
    _C("psn_type", "人员类别代码", ("人员类别",), optional_column=True),
)
_KINDS: Final = {"": False, "缴费": False, "退费": True}
ID_CARD: Final = "01"


@dataclass(frozen=True, slots=True)
class TaxReport:
    """What became of a list: rows by outcome; their sum is the rows that were read."""

    rows: int
    counts: dict[str, int]


def take_list(key: str, now: datetime) -> TaxReport:
    """Takes in the list under `key` and lays down its answer. Raises FileRefused for a file that is
    none, which is answered too; Unavailable, after which the same list is taken in again."""
    place = key.removeprefix(PREFIX).split("/")
    target = f"{_ANSWERS}{key.removeprefix(PREFIX)}.feedback"
    with dropped.answering("tax", target):
        if len(place) != 2:
            rule = "应放在 tax/in/<统筹区>/ 下"
            raise FileRefused(Problem("FILE_FORM", "file", rule))
        region = _region(place[0])
        content = exchange.get(key, LIMITS.bytes)
        return _List(region, content, target, aware(now)).answered()


def _region(text: str) -> Region:
    try:
        region = Region(text)
    except ValueError:
        raise FileRefused(Problem("FILE_FORM", "file", "文件夹应为六位统筹区代码")) from None
    if region != region.pooling:
        raise FileRefused(Problem("FILE_FORM", "file", f"应放在统筹区 {region.pooling} 下"))
    return region


class _List:
    def __init__(self, region: Region, content: bytes, target: str, now: datetime) -> None:
        self.region, self.content, self.target, self.now = region, content, target, now
        self.seen = delimited.survey(BytesIO(content))

    def answered(self) -> TaxReport:
        opened, verdicts, width = self._opened(), list[RowVerdict](), 0
        counts: Counter[str] = Counter()
        for row in opened.rows:
            width = max(width, filled_width(row))
            told = self._row(row)
            result, reason = ("未接收", str(told)) if isinstance(told, Problem) else (told, "")
            counts[result] += 1
            verdicts.append(RowVerdict(row.number, result, reason))
        ending = ".xlsx" if self.seen.form == delimited.WORKBOOK else ".csv"
        with tempfile.TemporaryFile() as file:
            annotate(BytesIO(self.content), self.seen, opened, width, verdicts, file)
            file.seek(0)
            media = XLSX if ending == ".xlsx" else dropped.CSV
            exchange.put(f"{self.target}{ending}", file, media)
        told_of = ",".join(f"{name} {count}" for name, count in sorted(counts.items()))
        summary = {
            "state": "taken_in",
            "sender": "tax",
            "rows": len(verdicts),
            "counts": dict(counts),
            "sentence": f"共 {len(verdicts)} 行:{told_of}。",
        }
        exchange.put(f"{self.target}.json", answers.document(summary), dropped.JSON)
        return TaxReport(len(verdicts), dict(counts))

    def _opened(self) -> table.DroppedTable:
        return table.open_table(BytesIO(self.content), self.seen, COLUMNS, LIMITS)

    def _row(self, row: table.Row) -> str | Problem:
        if row.problems:
            return row.problems[0]
        try:
            paid = self._paid(row)
            if isinstance(paid, Problem):
                return paid
            return transact(lambda: self._decided(row, paid))
        except cells.NotACell as wrong:
            return wrong.problem
        except Refused as refusal:
            return Problem(refusal.code, refusal.field, refusal.rule)

    def _paid(self, row: table.Row) -> Paid | Problem:
        year, kind = row.cell("cover_year").removesuffix("年"), row.cell("kind")
        if not (year.isascii() and year.isdigit() and int(year) in SENT_YEARS):
            return Problem("FIELD_FORMAT", "参保年度", "应为四位年度")
        if kind not in _KINDS:
            return Problem("CODE_UNKNOWN", "业务类型", "应为缴费或退费")
        paid_on = cells.day(row.cell("paid_on"), "日期")
        treasury = row.cell("treasury_on")
        treasury_on = cells.day(treasury, "日期") if treasury else None
        today = civil_date(self.now)
        if paid_on > today or (treasury_on is not None and not paid_on <= treasury_on <= today):
            return Problem("DATE_ORDER", "日期", "缴费日期不得晚于入库日期和当日")
        amount = cells.yuan(row.cell("amount"), "金额")
        if amount <= 0:
            return Problem("AMOUNT_NEGATIVE", "金额", "金额须为正")
        return Paid(
            self.region, int(year), amount, paid_on, treasury_on, row.cell("receipt"),
            row.cell("psn_type"), refund=_KINDS[kind],
        )  # fmt: skip

    def _decided(self, row: table.Row, paid: Paid) -> Decided[str | Problem]:
        source = PeopleSource(self.seen.sha256, row.number)
        kind = (row.cell("cert_type") or ID_CARD).zfill(2)
        today = civil_date(self.now)
        who = enrolments.holder(kind, row.cell("certno"), row.cell("name"), source, today)
        if isinstance(who, Problem):
            return Decided(who)
        known = who.recorded is not None
        file = people.load(who.psn_no, paid.cover_year) if known else PersonFile(who)
        writes: list[Write] = []
        if not known:
            if paid.refund:
                return Decided(Problem("NOT_FOUND", "证件号码", "没有该人员的缴费记录"))
            writes += people.person_registered(who, self.now)
        item, held = store.find_contribution(who.psn_no, paid.cover_year, self.region)
        whose = f"{who.psn_no}#{paid.cover_year}#{self.region}"
        proved = store.find_receipt(paid.receipt)
        if proved and proved != whose:
            return Decided(Problem("DUPLICATE", "税票号", "该税票已登记为其他缴费"))
        outcome = payments.taken(file, held, paid, self.now, seen_before=bool(proved))
        if isinstance(outcome, Problem):
            return Decided(outcome)
        told, after = outcome
        if after == held:
            return Decided(told)
        writes += [store.put_contribution(item, after)]
        if not proved:
            writes += [store.put_receipt(paid.receipt, whose)]
        writes += planning.enrolled(file, after, source, self.now)
        return Decided(told, writes)
