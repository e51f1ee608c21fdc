"""Agreeing with a hospital on its month: totals (3201), then lines (3202).

A hospital knows what all funds together paid of a settlement. Where a county's assistance stands
beside a city's insurance (J24), two regions owe one settlement: agreeing on its total agrees both
parts, each in the statement of the region that pays it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from medaid.aws import exchange
from medaid.aws.transaction import Decided, Write, transact
from medaid.clearing import store as items
from medaid.clearing.hospital import disputing, files, rules, store
from medaid.clearing.hospital.model import (
    Block,
    Difference,
    Group,
    HospitalLine,
    StatementState,
    Tally,
    Totals,
    in_state,
)
from medaid.clearing.model import Item
from medaid.errors import Refused
from medaid.money import Fen
from medaid.months import Month
from medaid.national_files import zipped
from medaid.regions import Region

LONGEST: Final = 12
"""Months that one 3201 may ask for."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a hospital reconciles: its own settlements of a clearing type and of the people of one
    region, in a period. `insutype` is empty for 3202, which names none."""

    institution: str
    treatment: Region
    """The institution's region."""
    insured: Region
    """setl_optins: the insured region."""
    insutype: str
    clr_type: str
    begin: date
    end: date

    def __post_init__(self) -> None:
        if self.end < self.begin:
            raise Refused("DATE_ORDER", field="stmt_enddate", rule="终止日期早于起始日期")
        months = self.months
        if len(months) > LONGEST:
            raise Refused("FIELD_FORMAT", field="stmt_enddate", rule=f"对账期间至多 {LONGEST} 个月")

    @property
    def region(self) -> Region:
        """Whose statement holds the settlements themselves."""
        return self.insured.owing(self.treatment)

    @property
    def months(self) -> tuple[Month, ...]:
        return tuple(Month.of(self.begin).through(Month.of(self.end)))

    @property
    def whole_month(self) -> Month | None:
        """The month, where the period is exactly one: only then anything is agreed."""
        month = Month.of(self.begin)
        return month if (self.begin, self.end) == (month.first, month.last) else None

    def names(self, group: Group) -> bool:
        return group.asked_by(self.insutype, self.clr_type, self.insured)

    def settlements(self) -> Iterator[Item]:
        """Our settlements of it, in order of time, without the parts of other regions."""
        for month in self.months:
            yield from self._settlements_of(month)

    def _settlements_of(self, month: Month) -> Iterator[Item]:
        place = self.region, self.institution, month
        for item in items.list_items_between(*place, self.begin, self.end):
            if not item.is_part and self.names(rules.group_of(item)):
                yield item

    def totals(self) -> Totals:
        """Our sums of it: of a whole month that lies in statements as these have added it up, of
        other days by reading what was settled on them."""
        found = Tally().totals()
        for month in self.months:
            blocks = self._blocks_of(month)
            if blocks is None:
                tally = Tally()
                for item in self._settlements_of(month):
                    tally.add(item)
                found = found.plus(tally.totals())
                continue
            for block in blocks:
                if not block.group.is_part and self.names(block.group):
                    found = found.plus(block.totals)
        return found

    def _blocks_of(self, month: Month) -> list[Block] | None:
        """The blocks of a month that is asked for whole and lies in its statements to the last
        item; None of another."""
        if self.begin > month.first or self.end < month.last:
            return None
        held = store.held_statements(self.region, self.institution, month)
        if not held or _has_items_after(self.region, self.institution, month, held[-1]):
            return None
        return [block for one in held for block in one.statement.blocks]

    def owing_regions(self, settlements: Iterable[Item]) -> list[Region]:
        """All regions whose statements hold a part of `settlements`."""
        found = {self.region}
        for item in settlements:
            if item.assisting_region is not None:
                found.add(item.assisting_region.owing(self.treatment))
        return sorted(found)


def reconcile_totals(
    asked: Asked, theirs: Mapping[str, Fen], count: int, now: datetime
) -> tuple[str, str]:
    """3201: our totals of what is asked against the hospital's. Answers stmt_rslt (`0` agreed, `1`
    not) and its description.

    Agreed on a whole month marks the groups in all statements of that month that hold a part of it;
    a statement with all groups agreed is confirmed.
    """
    ours = asked.totals()
    result, description = rules.compared(theirs, count, ours)
    if result == "0":
        elsewhere = sorted(ours.elsewhere.items())
        parts = [f"其中 {fen} 元由 {region} 支付" for region, fen in elsewhere]
        if asked.whole_month is not None:
            also = {Region(region).owing(asked.treatment) for region in ours.elsewhere}
            regions = sorted({asked.region, *also})
            held = [_agree(region, asked, asked.whole_month, now) for region in regions]
            if not all(held):
                parts.append("尚有未列入对账单的项目,补充对账单生成后请再次对账确认")
        elif len(asked.months) > 1:
            parts.append("跨月期间仅供核对,请逐月对账确认")
        description = ";".join((description, *parts))
    return result, description


def _agree(region: Region, asked: Asked, month: Month, now: datetime) -> bool:
    """Marks the groups asked for as agreed in a region's draft statements of the month, if together
    they hold all of the month's items; False where they do not."""

    def decide() -> Decided[bool]:
        held = store.held_statements(region, asked.institution, month)
        if not held or _has_items_after(region, asked.institution, month, held[-1]):
            # items that are in no statement yet: agreed totals say nothing of the statements
            return Decided(False)
        writes: list[Write] = []
        for row, statement in held:
            groups = {block.group for block in statement.blocks}
            agreed = {*statement.agreed, *(group for group in groups if asked.names(group))}
            if statement.state is StatementState.DRAFT and agreed != set(statement.agreed):
                state = StatementState.CONFIRMED if agreed == groups else StatementState.DRAFT
                after = in_state(statement, state, agreed=tuple(sorted(agreed)))
                writes += store.replace_statement(row, after, now)
        return Decided(True, writes)

    return transact(decide)


def _has_items_after(
    region: Region, institution: str, month: Month, last: store.HeldStatement
) -> bool:
    """Whether an item came after the last statement's cut: after the month's end, then, and so
    noted as late before it was there."""
    late = items.late_between(region, month, institution, institution).get(institution)
    return late is not None and late > last.statement.cut


def reconcile_lines(
    asked: Asked, lines: Sequence[HospitalLine], now: datetime
) -> tuple[str, list[Difference]]:
    """3202: the hospital's lines against ours. Answers the key of the result file and the
    differences.

    For a whole month, items on which we differ (101, 103) are disputed: they leave what is payable
    and wait, with their reason, for a coming clearing; what only the hospital has (102) is kept as
    a claim. The groups are agreed with that, for all the rest is the same on both sides. A second
    file for the same month takes the first one's place until the statement is approved. Raises
    Refused where the file is plainly another's: nothing of it is ours.
    """
    if len(asked.months) > 1:
        raise Refused("DATE_ORDER", field="stmt_enddate", rule="明细对账的起止日期须在同一自然月内")
    ours = list(asked.settlements())
    _check_same_month(ours, lines)
    found = list(rules.differences(ours, lines))
    if len(found) > disputing.LARGEST:
        raise Refused(
            "FIELD_FORMAT",
            field="file_qury_no",
            rule=f"差异 {len(found)} 笔,超过 {disputing.LARGEST} 笔,请核对文件的所属期",
        )
    month = asked.months[0]
    key = exchange.put(
        f"clearing/compared/{asked.region}/{month}/{asked.institution}/"
        f"3202-{asked.clr_type}-{asked.insured}-{asked.begin:%d}-{asked.end:%d}.zip",
        zipped("result.txt", b"".join(files.result_rows(found))),
        "application/zip",
    )
    if asked.whole_month is not None:
        scope = disputing.Scope(
            asked.institution, month, asked.clr_type, asked.insured, asked.region
        )
        disputing.dispute_differences(scope, ours, found, now)
        for region in asked.owing_regions(ours):
            _agree(region, asked, month, now)
    return key, found


def _check_same_month(ours: Iterable[Item], lines: Iterable[HospitalLine]) -> None:
    mine = {item.setl_id for item in ours}
    theirs = {line.setl_id for line in lines}
    if mine and theirs and not mine & theirs:
        raise Refused(
            "FIELD_FORMAT",
            field="file_qury_no",
            rule="文件中没有一笔属于该期间,请核对文件与所属期",
        )
