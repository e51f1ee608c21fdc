"""Rows of a drop that came back: listed with what is wrong, and mended one by one by an officer,
without the file."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from medaid.aws.transaction import commit_or_refuse
from medaid.dropped.columns import TableColumn
from medaid.dropped.problem import Problem
from medaid.dropped.table import header
from medaid.dropped.workbooks import SheetLine
from medaid.errors import BadInput, Conflict, Refused
from medaid.ids import OfficerId, content_hash
from medaid.instants import aware, civil_date
from medaid.people import store
from medaid.people.catalogue import catalogue
from medaid.people.contradictions import Contradictions
from medaid.people.drops import Drop, DropState, MendedRow, kept_place
from medaid.people.feedback import OUTCOMES
from medaid.people.kept_lines import lines_page
from medaid.people.manifest import Manifest
from medaid.people.model import Identity
from medaid.people.recording import Recorded, Recording
from medaid.people.roster import Checks, RosterRow
from medaid.people.sender_register import catalogue_for
from medaid.people.store import drops as drop_store
from medaid.people.store.drops import HeldDrop
from medaid.people.verdicts import REFUSED, Told, read_line


def returned_page(drop: Drop, after: str, limit: int) -> tuple[list[Told], str]:
    """A page of the rows that came back, behind the byte `after` of their list. Raises BadInput for
    an `after` that is none, Unavailable."""
    key = f"{kept_place(drop.sender, drop.batch)}.returned.jsonl"
    lines, end = lines_page(key, after, limit)
    return [read_line(line) for line in lines], end


def returned_row(drop: Drop, row: int) -> Told:
    """A row that came back, by its number. Raises Refused NOT_FOUND, Unavailable."""
    after = ""
    while True:
        rows, after = returned_page(drop, after, 10_000)
        for told in rows:
            if told.row == row:
                return told
        if not after or (rows and rows[-1].row > row):
            raise Refused("NOT_FOUND", field="row", rule="该行未被退回")


@dataclass(frozen=True, slots=True)
class Mended:
    """What became of a mended row."""

    outcome: str
    reason: str

    @property
    def result(self) -> str:
        return OUTCOMES[self.outcome]


def mend_row(
    held: HeldDrop, row: int, cells: Mapping[str, str], by: OfficerId, now: datetime
) -> Mended:
    """Takes one row that came back as the officer mended it (cells by heading; what is not named
    stays as it came), alone. A row is taken once; mended again in another way it is refused.

    Raises Refused NOT_FOUND where it did not come back, BadInput for a heading that it has not,
    Conflict STATE where it was taken already or endings are being recorded,
    Unavailable.
    """
    _check_not_ending(held)
    came = returned_row(held.drop, row).cells
    strange = sorted(cells.keys() - came.keys())
    if strange:
        raise BadInput("FIELD_UNKNOWN", field=strange[0], rule="该行没有此列")
    after = {heading: cells.get(heading, cell) for heading, cell in came.items()}
    digest = content_hash("row", json.dumps(after, ensure_ascii=False, sort_keys=True))
    before = drop_store.mended_row(held.drop.batch, row)
    if before.row is not None and before.row.outcome != REFUSED:
        if before.row.digest != digest:
            rule = "该行已更正接收;再有变化请在下一批次报送"
            raise Conflict("STATE", field="row", rule=rule)
        if before.row.outcome:
            return Mended(before.row.outcome, before.row.reason)
    checked = _checked(held, row, after, now)
    claimed = MendedRow(row, digest, after, by, aware(now), identity=_identity(checked))
    commit_or_refuse(drop_store.mended_row_changed(before, held.drop.batch, claimed))
    _check_not_ending(drop_store.drop(held.drop.batch))
    found = _recorded(held, checked, now)
    told = drop_store.mended_row(held.drop.batch, row)
    done = replace(claimed, outcome=found.outcome, reason=found.reason)
    commit_or_refuse(drop_store.mended_row_changed(told, held.drop.batch, done))
    return found


def _check_not_ending(held: HeldDrop | None) -> None:
    """Whoever ends people by the list either sees the mended row, or is done before it counts."""
    if held is not None and held.state is DropState.RELEASED:
        raise Conflict("STATE", field="batch", rule="终止名单正在办理,请稍后再更正")


def _checked(
    held: HeldDrop, row: int, cells: Mapping[str, str], now: datetime
) -> RosterRow | tuple[Problem, ...]:
    own = drop_store.sender_settings(held.drop.sender).settings
    kind = held.drop.kind
    columns: tuple[TableColumn, ...] = own.columns(kind, catalogue().columns[kind])
    head = header(list(cells), columns, catalogue().limits.table)
    line = head.row(SheetLine(row, list(cells.values()), {}))
    constants = own.constants.get(kind, {})
    manifest = manifest_of(held.drop)
    return Checks(catalogue(), manifest, aware(now), civil_date(now), constants).read(line)


def _identity(checked: RosterRow | tuple[Problem, ...]) -> tuple[str, ...]:
    """Whose identity the row says to stand, where the person is known."""
    if not isinstance(checked, RosterRow) or not isinstance(checked.entry, Identity):
        return ()
    psn_no = store.person_of(*checked.certificate)
    return (psn_no, checked.entry.category, checked.entry.admdvs) if psn_no else ()


def _recorded(held: HeldDrop, checked: RosterRow | tuple[Problem, ...], now: datetime) -> Mended:
    """Recorded as a row of its drop: what was recorded since the drop was received stays."""
    if not isinstance(checked, RosterRow):
        return _refused(checked)
    alone = Contradictions(catalogue().categories)
    recording = Recording(manifest_of(held.drop), held.received, now, alone, alone=True)
    outcome = recording.record([checked])[checked.number]
    if isinstance(outcome, Recorded):
        return Mended(outcome.outcome, ";".join(outcome.notices))
    return _refused((outcome,))


def _refused(problems: tuple[Problem, ...]) -> Mended:
    return Mended(REFUSED, ";".join(map(str, problems)))


def manifest_of(drop: Drop) -> Manifest:
    """What the manifest of a drop said that its rows are checked against. Raises Refused NOT_FOUND
    for a sender that is no more."""
    sender = catalogue_for(drop.sender).senders.get(drop.sender)
    if sender is None:
        raise Refused("NOT_FOUND", field="sender", rule="报送单位未登记")
    return Manifest(
        sender, drop.kind, drop.file, drop.period, drop.rows, drop.sha256, drop.admdvs,
        extent=drop.extent, ends=drop.ends, officer=drop.officer,
    )  # fmt: skip
