"""Rows of a department's file: each is an entry to record, or goes back with everything that is
wrong with it. Pure.

Sources: 苏医保办发〔2023〕27号 art. 7 (fields), art. 9 (complete, in form, valid; problems named
and sent back), art. 10 (coded); J7 to J10. What a row says is checked against itself, its file and
its sender here; against what is known in `medaid.people.rules`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property, lru_cache
from typing import Final

from medaid import names
from medaid.dropped import cells
from medaid.dropped.cells import folded
from medaid.dropped.problem import Problem
from medaid.dropped.table import Row, TableColumn
from medaid.people import certificate
from medaid.people.catalogue import Catalogue, UnknownWording, within
from medaid.people.manifest import Manifest
from medaid.people.model import Identity, Insurance, Person, RegisterEntry, Source

_PHONE: Final = re.compile(r"(\+?86-?)?1\d{10}|(0\d{2,3}-?)?\d{7,8}(-\d{1,6})?", re.ASCII)


@dataclass(frozen=True, slots=True)
class RosterRow:
    """A row that holds: the person as the row tells of them (psn_no still empty) and the entry
    it reports."""

    number: int
    """As a person counts it in the file."""
    person: Person
    entry: RegisterEntry

    @property
    def certificate(self) -> tuple[str, str]:
        return self.person.cert_type, self.person.certno

    @property
    def line(self) -> tuple[str, str, str, str]:
        """Whose timeline of what it belongs to: certificate, category or insurance type, region."""
        kind = self.entry.category if isinstance(self.entry, Identity) else self.entry.insutype
        return *self.certificate, kind, self.entry.admdvs


@dataclass
class _Row:
    """One row while it is checked: cells by field, and the problems found so far."""

    cells: Mapping[str, str]
    columns: Mapping[str, TableColumn]
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
        if not text:
            return None
        try:
            return cells.day(text, self.columns[name].heading)
        except cells.NotACell as wrong:
            self.problems.append(wrong.problem)
            return None


@dataclass(frozen=True)
class Checks:
    """All that the rows of one file are checked against. `received` is when the drop was first
    taken up."""

    catalogue: Catalogue
    manifest: Manifest
    received: datetime
    today: date
    constants: Mapping[str, str] = field(default_factory=dict)
    """What stands in a field that the sender leaves out, by an operator's word."""

    @cached_property
    def _batch(self) -> str:
        return self.manifest.batch

    @cached_property
    def _department_named(self) -> Callable[[str], str | None]:
        return lru_cache(maxsize=1024)(self.catalogue.department)  # a file writes the same few

    @cached_property
    def _columns(self) -> Mapping[str, TableColumn]:
        return {column.field: column for column in self.catalogue.columns[self.manifest.kind]}

    def read(self, line: Row) -> RosterRow | tuple[Problem, ...]:
        """What a row says, or all its problems at once."""
        if any(problem.code == "FILE_FORM" for problem in line.problems):
            return line.problems
        row = _Row(self._cells(line), self._columns, list(line.problems))
        source = Source(self._batch, line.number)
        person = self._person(row, line.own, source)
        entry = (
            self._identity(row, person.birth, source)
            if self.manifest.kind == "roster"
            else self._insurance(row, source)
        )
        if row.problems or entry is None:
            return tuple(dict.fromkeys(row.problems))
        return RosterRow(line.number, person, entry)

    def _cells(self, line: Row) -> Mapping[str, str]:
        if not self.constants:
            return line.cells
        return {**line.cells, **{n: t for n, t in self.constants.items() if not line.cell(n)}}

    def certificate_of(self, line: Row) -> tuple[str, str] | None:
        """Whose certificate a row names that does not hold; None where nobody can read it."""
        row = _Row(self._cells(line), self._columns)
        cert_type = row.coded("cert_type", self.catalogue)
        number = self._number(row, cert_type) if cert_type and row.cells.get("certno") else None
        return None if row.problems or number is None else (number.cert_type, number.certno)

    def _person(self, row: _Row, own: Mapping[str, str], source: Source) -> Person:
        sex, cert_type = row.coded("sex", self.catalogue), row.coded("cert_type", self.catalogue)
        number = self._number(row, cert_type)
        if number.sex and sex in ("1", "2") and sex != number.sex:
            row.wrong("FIELD_FORMAT", "sex", "与证件号码第 17 位不一致")
        stated = row.day("birth")
        if stated and number.birth and stated != number.birth:
            row.wrong("FIELD_FORMAT", "birth", "与证件号码中的出生日期不一致")
        try:
            name = names.normal(row.cells["name"])
        except names.NotAName as problem:
            name = ""
            row.wrong("FIELD_FORMAT", "name", str(problem))
        mobile = certificate.cleaned(row.cells.get("mobile", ""))
        if mobile and not _PHONE.fullmatch(mobile):
            row.wrong("FIELD_FORMAT", "mobile", "不是电话号码(或已被表格软件改成科学计数)")
        return Person(
            psn_no="",
            name=name,
            sex=number.sex or sex,
            cert_type=number.cert_type,
            certno=number.certno,
            birth=number.birth or stated,
            home_address=row.cells.get("home_address", ""),
            residence_address=row.cells.get("residence_address", ""),
            village=row.cells.get("village", ""),
            mobile=mobile,
            extra=own,
            source=source,
            recorded=self.received,
        )

    def _number(self, row: _Row, cert_type: str) -> certificate.Number:
        text = row.cells["certno"]
        if not text or not cert_type:
            return certificate.Number(cert_type, text)
        try:
            number = certificate.read(cert_type, text, self.today)
        except certificate.NotANumber as problem:
            row.wrong("CERTNO", "certno", str(problem))
            return certificate.Number(cert_type, text)
        oldest = self.today.year - self.catalogue.limits.oldest_years
        if number.birth is None or (oldest <= number.birth.year and number.birth <= self.today):
            return number
        row.wrong("CERTNO", "certno", "证件号码中的出生日期不合常理或晚于接收日期")
        return certificate.Number(cert_type, number.certno, None, number.sex)

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
        if status == "4" and not row.cells.get("end"):
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
        department = self._department_named(text) if text else None
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
