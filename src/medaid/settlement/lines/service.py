"""Fee lines taken and taken back (2204, 2205, 2301, 2302), with the checks that every message on a
visit has.

Each transaction writes lines and their sums beside the visit: what a settlement reads has the sums
at every moment. A message of more lines than one transaction takes is done page by page, its own
record with the last one; sent again, it goes on where it was cut off.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime
from functools import partial

from medaid.aws.transaction import Decided, Write
from medaid.catalogue import service as catalogue
from medaid.catalogue.model.lines import Quantity, Terms
from medaid.catalogue.model.publishing import Buyer
from medaid.errors import Conflict, Refused
from medaid.ids import InstitutionCode
from medaid.instants import age_on
from medaid.people import service as people
from medaid.people.model import PersonFile, Visit
from medaid.regions import Region
from medaid.settlement import store
from medaid.settlement.lines import rules
from medaid.settlement.lines import store as line_store
from medaid.settlement.lines.model import VisitLine
from medaid.settlement.lines.rules import SentLine
from medaid.settlement.messages import (
    Page,
    act_by_pages,
    check_visit,
    contracted,
    record_of,
    undone,
    unknown_visit,
)
from medaid.settlement.model import Institution, MessageAct, MessageRecord, Reply
from medaid.settlement.national.envelope import Message
from medaid.settlement.visits import file_of


def upload_lines(message: Message, institution: Institution, now: datetime) -> Reply:
    """2204, 2301: fee lines of an open visit or stay, each split by the catalogue of its day. A
    line that is there already with the same content is answered as before.

    Raises BadInput naming line and field, Conflict DUPLICATE, ALREADY_SETTLED, Refused
    VISIT_UNKNOWN, NOT_FOUND, PolicyUndetermined NO_CATALOGUE, FIGURE_MISSING; Unavailable.
    """

    def page(lines: Page, last: bool) -> Decided[None]:
        file = file_of(message, now)
        visit, opening = _open_visit(message, file)
        batch = rules.batch_of(message, visit)
        writes = _line_writes(lines, visit, opening, file, batch, institution, now)
        if last:
            writes.append(store.create_message(_record(message, MessageAct.LINES_TAKEN, now)))
        return Decided(None, writes)

    def again(record: MessageRecord) -> None:
        if len(line_store.find_lines(record.result, _numbers(message))) < len(message.rows):
            raise undone(message)

    read = partial(rules.read_lines, message, now=now)
    act_by_pages(message, lambda: _readable(message, now, read), page, again)
    held = line_store.find_lines(message.text("mdtrt_id"), _numbers(message))
    return Reply({"result": [rules.answer(held[number][1]) for number in _numbers(message)]})


def remove_lines(message: Message, _institution: Institution, now: datetime) -> Reply:
    """2205, 2302: fee lines that are not settled are taken back: one by its number, a charge batch,
    or all ("0000").

    Raises Refused VISIT_UNKNOWN, NOT_FOUND; Conflict ALREADY_SETTLED, STATE; Unavailable.
    """
    mdtrt_id = message.text("mdtrt_id")

    def wanted() -> Page:
        file = file_of(message, now)
        _open_visit(message, file)
        return _asked(message)

    def page(lines: Page, last: bool) -> Decided[None]:
        file = file_of(message, now)
        visit, opening = _open_visit(message, file)
        writes = _removal_writes(message, lines, visit) if lines else []
        assert not (writes and opening), "lines that wait keep their visit open"
        if last:
            writes.append(store.create_message(_record(message, MessageAct.LINES_REMOVED, now)))
        return Decided(None, writes)

    def again(_record: MessageRecord) -> None:
        if any(_still_there(message, mdtrt_id)):
            raise undone(message)

    act_by_pages(message, wanted, page, again)
    return Reply()


def _record(message: Message, act: MessageAct, now: datetime) -> MessageRecord:
    return record_of(message, act, message.text("psn_no"), message.text("mdtrt_id"), now)


def _numbers(message: Message) -> list[str]:
    return [row["feedetl_sn"] for row in message.rows]


def _readable(
    message: Message, now: datetime, read: Callable[[Visit], list[SentLine]]
) -> list[SentLine]:
    return read(_open_visit(message, file_of(message, now))[0])


def _open_visit(message: Message, file: PersonFile) -> tuple[Visit, bool]:
    """The open visit, or one that an earlier charge batch closed, and whether it must be opened
    again for this one. Raises Refused VISIT_UNKNOWN, Conflict ALREADY_SETTLED."""
    mdtrt_id = message.text("mdtrt_id")
    batch = _batch_asked(message) if message.infno == "2205" else message.text("chrg_bchno")
    visit, stay = file.visit(mdtrt_id), message.infno.startswith("23")
    held = {} if stay and visit is not None else store.list_batches(mdtrt_id)
    for other in held.values():
        check_visit(other.visit, other.psn_no, message)
    batch = max(held, default="", key=lambda name: (len(name), name)) if stay else batch
    if batch in held:
        rule = f"收费批次 {batch} 已由结算 {held[batch].setl_id} 结算,请先撤销结算"
        raise Conflict("ALREADY_SETTLED", field="mdtrt_id", rule=rule, id=held[batch].setl_id)
    opening = visit is None
    if visit is None:
        visit = None if stay else next((one.visit for one in held.values()), None)
    if visit is None:
        raise unknown_visit()
    check_visit(visit, file.person.psn_no, message)
    return visit, opening


def _line_writes(
    lines: Sequence[SentLine],
    visit: Visit,
    opening: bool,
    file: PersonFile,
    batch: str,
    institution: Institution,
    now: datetime,
) -> list[Write]:
    """What taking `lines` writes: those that are not there yet, originals of refunds, the visit
    with its sums."""
    asked = [number for one in lines for number in (one.feedetl_sn, one.original) if number]
    versions = line_store.find_lines(visit.mdtrt_id, asked)
    held = {number: line for number, (_, line) in versions.items()}
    new = [one for one in lines if one.feedetl_sn not in held]
    for one in lines:
        if one.feedetl_sn in held:
            rules.check_same(held[one.feedetl_sn], one, batch, visit)
    if not new:
        return []
    terms = terms_of([one for one in new if not one.original], visit, file, institution)
    psn_no, added = file.person.psn_no, list[VisitLine]()
    for one in new:
        if one.original:
            line, held[one.original] = rules.refund_of(
                held.get(one.original), one, visit, batch, now
            )
        else:
            line = rules.new_line(one, visit, psn_no, batch, terms[one.feedetl_sn], now)
        held[one.feedetl_sn] = line
        added.append(line)
    changed = {one.feedetl_sn for one in new} | {one.original for one in new if one.original}
    writes = [
        line_store.write_line(versions[number][0] if number in versions else 0, held[number])
        for number in sorted(changed)
    ]
    after = rules.with_lines(visit, batch, added)
    if opening:
        writes += [*people.visit_opened(psn_no, after)]
        return [*writes, *line_store.batch_unsettled(visit.mdtrt_id, batch)]
    return [*writes, *people.visit_changed(psn_no, visit, after)]


def terms_of(
    lines: Sequence[SentLine],
    visit: Visit,
    file: PersonFile,
    institution: Institution,
) -> dict[str, Terms]:
    """By which figures each line is split: those of the region of treatment on the line's day
    (X9)."""
    care = rules.care_of(visit)

    def buyer(day: date) -> Buyer:
        level = contracted(institution.code, day).level
        return Buyer(level, age_on(file.person.birth, day), visit.insutype, care)

    own = [one.own_code for one in lines if one.own_code is not None]
    mapped = iter(catalogue.national_codes_of(InstitutionCode(institution.code), own))
    asked = [one.question(next(mapped) if one.own_code is not None else "") for one in lines]
    found = catalogue.terms_of_lines(asked, Region(visit.admdvs), buyer)
    return {one.feedetl_sn: terms for one, terms in zip(lines, found, strict=True)}


def _batch_asked(message: Message) -> str:
    """The charge batch that a removal speaks of; empty for all that are not settled, of which a
    stay has one."""
    batch = message.text("chrg_bchno")
    return "" if batch == rules.ALL else batch


def _asked(message: Message) -> Page:
    """Numbers of the lines that a removal speaks of, in the order in which they are taken back:
    refunds before their originals. Raises Refused NOT_FOUND."""
    mdtrt_id, numbers = message.text("mdtrt_id"), _numbers(message)
    if message.infno == "2302" and rules.ALL not in numbers:
        found = line_store.find_lines(mdtrt_id, numbers)
        for number in numbers:
            if number not in found:
                rule = f"没有明细 {number},或已撤销"
                raise Refused("NOT_FOUND", field="feedetl_sn", rule=rule)
        lines: Iterable[VisitLine] = [line for _, line in found.values()]
    else:
        lines = _unsettled(message, mdtrt_id)
    return [one.feedetl_sn for one in sorted(lines, key=lambda one: not one.original)]


def _unsettled(message: Message, mdtrt_id: str) -> list[VisitLine]:
    """The lines of the batch that was asked for, or of all batches that no settlement holds."""
    batch, settled = _batch_asked(message), store.list_batches(mdtrt_id)
    return [
        line
        for _, line in line_store.list_lines(mdtrt_id)
        if (line.batch == batch if batch else line.batch not in settled)
    ]


def _still_there(message: Message, mdtrt_id: str) -> Iterable[VisitLine]:
    numbers = _numbers(message)
    if message.infno == "2302" and rules.ALL not in numbers:
        return [line for _, line in line_store.find_lines(mdtrt_id, numbers).values()]
    return _unsettled(message, mdtrt_id)


def _removal_writes(message: Message, numbers: Sequence[str], visit: Visit) -> list[Write]:
    """What taking lines back writes; nothing of a batch that was settled since they were listed:
    the visit has no sums of it. Raises Conflict STATE where a refund of one stands."""
    there = line_store.find_lines(visit.mdtrt_id, numbers)
    found = {number: held for number, held in there.items() if held[1].batch in visit.lines}
    originals = {line.original for _, line in found.values() if line.original}
    more = line_store.find_lines(visit.mdtrt_id, originals - found.keys()) if originals else {}
    versions = {number: version for number, (version, _) in {**found, **more}.items()}
    held = {number: line for number, (_, line) in {**found, **more}.items()}
    for number in numbers:
        line = held.get(number)
        if line is not None and line.original in held:
            original = held[line.original]
            left = Quantity(original.refunded + line.quantity)
            held[line.original] = replace(original, refunded=left)
    removed = [held[number] for number in numbers if number in found]
    for line in removed:
        if line.refunded:
            rule = f"明细 {line.feedetl_sn} 已有退费,请先撤销其退费明细"
            raise Conflict("STATE", field="feedetl_sn", rule=rule, id=line.feedetl_sn)
    if not removed:
        return []
    writes = [line_store.remove_line(versions[line.feedetl_sn], line) for line in removed]
    writes += [
        line_store.write_line(versions[number], held[number])
        for number in sorted(originals & more.keys())
    ]
    after = visit
    for batch in sorted({line.batch for line in removed}):
        after = rules.with_lines(after, batch, [x for x in removed if x.batch == batch], -1)
    after = replace(after, version=visit.version + 1)
    return [*writes, *people.visit_changed(message.text("psn_no"), visit, after)]
