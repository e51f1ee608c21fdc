"""Made-up people and institutions of a local cloud, entered as their offices do: rosters dropped,
institutions agreed on by two officers. No number belongs to anybody: the area 000000 is none."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import count
from typing import Final

from rich.console import Console

from medaid.errors import Refused
from medaid.local import demo, drop
from medaid.local.errors import LocalError
from medaid.local.offices import enter_institutions
from medaid.local.stack import Stack
from medaid.people.certificate import check_character
from medaid.settlement.model import Institution

REGION: Final = "440900"
PERIOD: Final = "2026-11"
WORDINGS: Final = {"subsistence_allowance": "城乡低保对象", "destitute_support": "特困供养人员"}
FIRST_CODE: Final = 10_000
"""From where institutions of exercises are numbered."""
_BEGUN: Final = date(2018, 1, 1)
_EARLIEST: Final = date(1945, 1, 1)
_A_DAY: Final = 499
"""Numbers that one day of birth gives."""
_DAYS: Final = 18_000
_WAIT: Final = 300.0
_ENROLMENT: Final = (
    "姓名", "性别", "证件类型", "证件号码", "险种", "参保地", "参保状态", "人员类别", "参保开始",
    "参保结束",
)  # fmt: skip
_ROSTER: Final = (
    "姓名", "性别", "证件类型", "证件号码", "救助类型", "救助类型确定部门", "户籍地址", "居住地址",
    "手机号码", "身份认定时间", "身份终止时间", "救助身份认定地区",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class MadeUpPerson:
    """Somebody enrolled in Maoming since 2018; `category` empty is nobody's to assist."""

    name: str
    certno: str
    category: str = ""
    enrolled_until: date | None = None


def person(number: int, name: str, category: str = "", until: date | None = None) -> MadeUpPerson:
    """The person of that number, the same each time."""
    day, serial = divmod(number, _A_DAY)
    birth = _EARLIEST + timedelta(days=day * 7 % _DAYS)
    seventeen = f"000000{birth:%Y%m%d}{serial * 2 + 1:03d}"
    return MadeUpPerson(name, seventeen + check_character(seventeen), category, until)


def unused_institutions(how_many: int, level: str = "2") -> list[Institution]:
    """New institutions of Maoming, agreed on with its office; each run has its own, so that what it
    reconciles is its own. To be called after `connected`."""
    made = [
        Institution(code, f"演练医院{code[-5:]}", "440902", level)
        for code, _ in zip(_unused(), range(how_many), strict=False)
    ]
    enter_institutions(made)
    return made


def _unused() -> Iterator[str]:
    from medaid.settlement.service import institution_region  # imported after `connected`

    for number in count(FIRST_CODE):
        code = f"H440902{number:05d}"
        try:
            institution_region(code)
        except Refused:
            yield code


def enter_people(
    console: Console,
    stack: Stack,
    run: str,
    people: Sequence[MadeUpPerson],
    region: str = REGION,
) -> None:
    """Drops them as enrolments and, as far as they are assisted (Maoming), as a roster. Raises
    LocalError where rows come back."""
    enrolments = [
        (one.name, "男", "居民身份证", one.certno, "390", region, "1", "1501", f"{_BEGUN}",
         f"{one.enrolled_until or ''}")
        for one in people
    ]  # fmt: skip
    roster = [
        (one.name, "男", "居民身份证", one.certno, WORDINGS[one.category], "民政局", "某镇某村",
         "某镇某村", "13800000000", f"{_BEGUN}", "", "440902")
        for one in people
        if one.category
    ]  # fmt: skip
    sender = "maoming" if region == REGION else "nanjing"
    enrolled = (f"{sender}-medical-security", "enrolment", region)
    _drop(console, stack, enrolled, run, _ENROLMENT, enrolments)
    if roster:
        assisted = (f"{sender}-civil-affairs", "roster", region)
        _drop(console, stack, assisted, run, _ROSTER, roster)


def _drop(
    console: Console,
    stack: Stack,
    source: tuple[str, str, str],
    run: str,
    columns: Sequence[str],
    rows: Sequence[Sequence[str]],
) -> None:
    sender, kind, region = source
    text = io.StringIO()
    csv.writer(text).writerows([columns, *rows])
    body = text.getvalue().encode("utf-8-sig")
    name = f"{run}-{kind}.csv"
    manifest = drop.dropped(stack, sender, name, body, kind=kind, period=PERIOD, admdvs=region)
    summary = drop.answered(stack, manifest, _WAIT)
    counts = summary.get("counts", summary.get("rows", {}))
    demo.feedback(console, stack, name, manifest, summary)
    if counts.get("refused"):
        raise LocalError(f"{name}: {counts['refused']} rows were sent back")
