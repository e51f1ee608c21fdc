"""Rows of a department's file: each is a standing to record, or goes back with everything that is
wrong with it. Pure.

Sources: 苏医保办发〔2023〕27号 art. 7 (fields), art. 9 (complete, in form, valid; problems named
and sent back), art. 10 (coded); J7 to J10. What a row says is checked against itself, its file and
its sender here; against what is known in `medaid.people.rules`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Final

from medaid.people import certificate
from medaid.people.catalogue import Catalogue, Column, UnknownWording, folded, within
from medaid.people.manifest import Manifest
from medaid.people.model import Identity, Insurance, Person, Source, Standing
from medaid.people.problem import FileRefused, Problem

PROBLEM: Final = "问题"
"""Heading of the column that the answer adds; a mended file may carry it along."""
_BLANK: Final = " \t\r\n\u3000\u00a0\u200b\ufeff"
_DATE: Final = re.compile(
    r"(\d{4})(?:([-/.年])(\d{1,2})[-/.月](\d{1,2})日?|(\d\d)(\d\d))(?:[ T]0?0:00(?::00(?:\.0+)?)?)?",  # noqa: E501
    re.ASCII,
)
_NAME: Final = re.compile(r"[^\W\d_]([^\W\d_]|[ ·•・.'’()-])*")
_BETWEEN_HAN: Final = re.compile(r"(?<=[\u2e80-\u9fff])[ \u3000]+(?=[\u2e80-\u9fff])")
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]")
_PHONE: Final = re.compile(r"(\+?86-?)?1\d{10}|(0\d{2,3}-?)?\d{7,8}(-\d{1,6})?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Entry:
    """A row that holds: the person as the row tells of them (psn_no still empty) and the standing
    it reports."""

    row: int
    person: Person
    standing: Standing

    @property
    def certificate(self) -> tuple[str, str]:
        return self.person.cert_type, self.person.certno

    @property
    def line(self) -> tuple[str, str, str, str]:
        """Whose timeline of what it belongs to: certificate, category or insurance type, region."""
        kind = (
            self.standing.category
            if isinstance(self.standing, Identity)
            else self.standing.insutype
        )
        return *self.certificate, kind, self.standing.admdvs


@dataclass(frozen=True, slots=True)
class Header:
    """Where each column stands. `own` are the region's own fields (heading → index)."""

    headings: tuple[str, ...]
    at: Mapping[str, int]
    own: Mapping[str, int]


def header(cells: Sequence[str], kind: str, catalogue: Catalogue) -> Header:
    """The header of a file. Raises FileRefused naming every column that is missing or stands there
    twice."""
    headings = tuple(cell.strip(_BLANK) for cell in cells)
    plain = [folded(heading).replace("*", "").removesuffix("(必填)") for heading in headings]
    at: dict[str, int] = {}
    problems = []
    for column in catalogue.columns[kind]:
        names = {folded(name) for name in (column.heading, *column.aliases)}
        found = [index for index, heading in enumerate(plain) if heading in names]
        if len(found) > 1:
            problems.append(Problem("FILE_FORM", column.heading, "该列重复"))
        elif found:
            at[column.field] = found[0]
        elif not column.optional_column:
            problems.append(Problem("FILE_FORM", column.heading, "缺少该列"))
    rest = [
        index
        for index, heading in enumerate(headings)
        if heading and heading != PROBLEM and index not in at.values()
    ]
    own = {headings[index]: index for index in rest}
    if len(own) < len(rest) or len(own) > catalogue.limits.own_fields:
        problems.append(
            Problem("FILE_FORM", "", f"自有字段重名或多于 {catalogue.limits.own_fields} 个")
        )
    if problems:
        raise FileRefused(*problems)
    return Header(headings, at, own)


def plain(cell: str) -> str:
    """A cell without blanks around it and without the apostrophe by which an answer defused a
    formula."""
    text = cell.strip(_BLANK)
    return text[1:] if len(text) > 2 and text[0] == "'" and text[1] in "=+-@" else text


def is_blank(cells: Sequence[str]) -> bool:
    """Whether a line holds nothing: spreadsheets leave such lines behind; they are no rows."""
    return not any(cell.strip(_BLANK) for cell in cells)


@dataclass
class _Row:
    """One row while it is checked: cells by field, and the problems found so far."""

    cells: Mapping[str, str]
    columns: Mapping[str, Column]
    problems: list[Problem] = field(default_factory=list)

    def wrong(self, code: str, name: str, sentence: str) -> None:
        self.problems.append(
            Problem(code, self.columns[name].heading if name in self.columns else name, sentence)
        )

    def coded(self, name: str, catalogue: Catalogue) -> str:
        text = self.cells.get(name, "")
        code = catalogue.code(name, text) if text else None
        if text and code is None:
            self.wrong("CODE_UNKNOWN", name, "不在代码表内")
        return code or ""

    def day(self, name: str) -> date | None:
        text = self.cells.get(name, "")
        match = _DATE.fullmatch(text)
        if not text:
            return None
        if match is None:
            self.wrong("FIELD_FORMAT", name, "日期应写作 2026-03-01")
            return None
        year, _, month, day, month8, day8 = match.groups()
        try:
            return date(int(year), int(month or month8), int(day or day8))
        except ValueError:
            self.wrong("FIELD_FORMAT", name, "该日期不存在")
            return None


@dataclass(frozen=True)
class Checks:
    """All that the rows of one file are checked against. `received` is when the drop was first
    taken up."""

    catalogue: Catalogue
    manifest: Manifest
    header: Header
    received: datetime
    today: date

    @cached_property
    def _batch(self) -> str:
        return self.manifest.batch

    def read(self, number: int, cells: Sequence[str]) -> Entry | tuple[Problem, ...]:
        """What row `number` (from 1 below the header) says, or all its problems at once."""
        columns = {column.field: column for column in self.catalogue.columns[self.manifest.kind]}
        if len(cells) != len(self.header.headings) and any(
            cell.strip(_BLANK) for cell in cells[len(self.header.headings) :]
        ):
            return (Problem("FILE_FORM", "", "列数多于表头,请检查多余的逗号或换行"),)
        row = _Row(
            {
                name: plain(cells[index]) if index < len(cells) else ""
                for name, index in self.header.at.items()
            },
            columns,
        )
        self._filled(row)
        source = Source(self._batch, number)
        person = self._person(row, cells, source)
        standing = (
            self._identity(row, person.birth, source)
            if self.manifest.kind == "roster"
            else self._insurance(row, source)
        )
        if row.problems or standing is None:
            return tuple(dict.fromkeys(row.problems))
        return Entry(number, person, standing)

    def _filled(self, row: _Row) -> None:
        for column in row.columns.values():
            text = row.cells.get(column.field, "")
            longest = column.longest or self.catalogue.limits.cell
            if column.required and not text:
                row.wrong("FIELD_REQUIRED", column.field, "必填")
            elif len(text) > longest:
                row.wrong("FIELD_TOO_LONG", column.field, f"超过 {longest} 字")
            elif _CONTROL.search(text):
                row.wrong("FIELD_FORMAT", column.field, "含有换行或控制字符")

    def _person(self, row: _Row, cells: Sequence[str], source: Source) -> Person:
        sex, cert_type = row.coded("sex", self.catalogue), row.coded("cert_type", self.catalogue)
        number = self._number(row, cert_type)
        if number.sex and sex in ("1", "2") and sex != number.sex:
            row.wrong("FIELD_FORMAT", "sex", "与证件号码第 17 位不一致")
        told = row.day("birth")
        if told and number.birth and told != number.birth:
            row.wrong("FIELD_FORMAT", "birth", "与证件号码中的出生日期不一致")
        name = _BETWEEN_HAN.sub("", row.cells["name"])
        if name and not _NAME.fullmatch(name):
            row.wrong("FIELD_FORMAT", "name", "含有数字或不应出现的符号")
        mobile = certificate.cleaned(row.cells.get("mobile", ""))
        if mobile and not _PHONE.fullmatch(mobile):
            row.wrong("FIELD_FORMAT", "mobile", "不是电话号码(或已被表格软件改成科学计数)")
        return Person(
            psn_no="",
            name=name,
            sex=number.sex or sex,
            cert_type=number.cert_type,
            certno=number.certno,
            birth=number.birth or told,
            home_address=row.cells.get("home_address", ""),
            residence_address=row.cells.get("residence_address", ""),
            mobile=mobile,
            extra=self._own(row, cells),
            source=source,
            recorded=self.received,
        )

    def _number(self, row: _Row, cert_type: str) -> certificate.Number:
        text = row.cells["certno"]
        if not text or not cert_type:
            return certificate.Number(cert_type, text)
        try:
            number = certificate.read(cert_type, text)
        except certificate.NotANumber as problem:
            row.wrong("CERTNO", "certno", str(problem))
            return certificate.Number(cert_type, text)
        oldest = self.today.year - self.catalogue.limits.oldest_years
        if number.birth is None or (oldest <= number.birth.year and number.birth <= self.today):
            return number
        row.wrong("CERTNO", "certno", "证件号码中的出生日期不合常理或晚于接收日期")
        return certificate.Number(cert_type, number.certno, None, number.sex)

    def _own(self, row: _Row, cells: Sequence[str]) -> dict[str, str]:
        own = {
            name: plain(cells[index])
            for name, index in self.header.own.items()
            if index < len(cells)
        }
        for name, text in own.items():
            if len(text) > self.catalogue.limits.cell:
                row.wrong("FIELD_TOO_LONG", name, f"超过 {self.catalogue.limits.cell} 字")
        return {name: text for name, text in own.items() if text}

    def _identity(self, row: _Row, birth: date | None, source: Source) -> Identity | None:
        admdvs, department = self._region(row), self._department(row)
        code = self._category(row, admdvs)
        start, end = self._days(row, "start", "end")
        if start and birth and start < birth:
            row.wrong("DATE_ORDER", "start", "早于出生日期")
        if row.problems or start is None:
            return None
        reported = folded(row.cells["category"])
        return Identity(
            code,
            department,
            admdvs,
            start,
            end,
            self.received,
            source,
            reported if reported.isdigit() else "",
        )

    def _insurance(self, row: _Row, source: Source) -> Insurance | None:
        insutype, status, psn_type = (
            row.coded(name, self.catalogue) for name in ("insutype", "status", "psn_type")
        )
        admdvs = self._region(row)
        begin, end = self._days(row, "begin", "end")
        if status == "4" and not row.cells["end"]:
            row.wrong("FIELD_REQUIRED", "end", "终止参保须填写")
        if row.problems or begin is None:
            return None
        return Insurance(insutype, admdvs, status, psn_type, begin, end, source, self.received)

    def _region(self, row: _Row) -> str:
        text = row.cells["admdvs"]
        admdvs = self.catalogue.region(text) if text else None
        if text and admdvs is None:
            row.wrong("CODE_UNKNOWN", "admdvs", "应为 6 位地区代码或已登记的地区名称")
        elif admdvs and not (
            within(admdvs, self.manifest.admdvs) and self.manifest.sender.reports(admdvs)
        ):
            row.wrong("FORBIDDEN", "admdvs", f"不属于本批次的地区 {self.manifest.admdvs}")
        return admdvs or ""

    def _department(self, row: _Row) -> str:
        text = row.cells["department"]
        department = self.catalogue.department(text) if text else None
        if text and department is None:
            row.wrong("CODE_UNKNOWN", "department", "无法识别是哪个部门")
        elif department and department != self.manifest.sender.department:
            row.wrong(
                "FORBIDDEN", "department", f"不是报送单位({self.manifest.sender.name})本部门认定的"
            )
        return department or ""

    def _category(self, row: _Row, admdvs: str) -> str:
        text = row.cells["category"]
        if not text:
            return ""
        try:
            category = self.catalogue.category(text, admdvs or self.manifest.admdvs)
        except UnknownWording as problem:
            row.wrong("CODE_UNKNOWN", "category", str(problem))
            return ""
        sender = self.manifest.sender
        if sender.department not in category.departments or (
            sender.categories is not None and category.code not in sender.categories
        ):
            row.wrong("FORBIDDEN", "category", f"{category.name}不由{sender.name}认定")
        return category.code

    def _days(self, row: _Row, first: str, last: str) -> tuple[date | None, date | None]:
        limits = self.catalogue.limits
        start, end = row.day(first), row.day(last)
        if start and start < limits.earliest_start:
            row.wrong("FIELD_FORMAT", first, f"早于 {limits.earliest_start.isoformat()},不合常理")
        if start and start > self.today + timedelta(days=limits.start_days_ahead):
            row.wrong("DATE_FUTURE", first, f"晚于接收日期超过 {limits.start_days_ahead} 天")
        if end in limits.open_ends:
            return start, None
        if end and start and end < start:
            row.wrong("DATE_ORDER", last, f"早于{row.columns[first].heading}")
        if end and end.year > self.today.year + limits.end_years_ahead:
            row.wrong("FIELD_FORMAT", last, "不合常理;长期有效请留空")
        return start, end
