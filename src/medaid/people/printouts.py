"""The one page of a dropped file that a clerk prints and files: what came, what became of its rows,
and why rows came back. Counts alone, nobody's name."""

from __future__ import annotations

from typing import Final

from medaid.errors import CODES
from medaid.instants import civil_date
from medaid.months import Month
from medaid.papers.model import Column, Paper, SignaturePlace, Table
from medaid.papers.service import agency_name, month_text
from medaid.people.feedback import OUTCOMES, remarks
from medaid.people.sender_register import catalogue_for
from medaid.people.store.drops import HeldDrop

_KINDS: Final = {"roster": "救助对象名册", "enrolment": "参保名册"}
_EXTENTS: Final = {"increment": "增量", "full": "全量"}


def drop_paper(held: HeldDrop) -> Paper:
    """The page of one drop, dated the day on which it was taken up."""
    drop = held.drop
    sender = catalogue_for(drop.sender).senders.get(drop.sender)
    name = sender.name if sender else drop.sender
    results = Table(
        (Column("处理结果", 3), Column("行数", 2)),
        tuple((word, drop.counts.get(outcome, 0)) for outcome, word in OUTCOMES.items()),
        ("合计", drop.rows),
        caption="一、各行处理结果",
    )
    reasons = Table(
        (Column("退回原因", 6), Column("次数", 2)),
        tuple((CODES[code], count) for code, count in sorted(drop.problems.items())),
        caption="二、退回原因(一行可有几项)",
    )
    return Paper(
        title="名册接收处理单",
        agency=agency_name(drop.admdvs),
        day=civil_date(held.received),
        number=drop.batch,
        period=month_text(Month(drop.period)),
        addressee=name,
        facts=(
            ("报送单位", name),
            ("文件种类", f"{_KINDS[drop.kind]}({_EXTENTS[drop.extent]})"),
            ("文件名", drop.known_as),
            ("总行数", drop.rows),
        ),
        tables=(results, reasons) if drop.problems else (results,),
        paragraphs=tuple(remarks(drop)),
        notes=("退回的行见同名反馈文件末两列“医保处理结果”“医保处理原因”,更正后可重新报送。",),
        signatures=(SignaturePlace("经办人"), SignaturePlace("报送单位签收")),
        unit="",
    )
