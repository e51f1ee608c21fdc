"""A pharmacy's sale (2101 preview, 2102 settle, 2103 back): registered, split and settled by one
message, in one transaction.

A sale is known by the visit id that its msgid makes. Its lines are kept like a visit's, so that
what is asked of lines later is asked of them too; it never stands open. 定点医药机构接口规范
2101–2103; docs/adr/0112.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from medaid import ids
from medaid.aws.transaction import Write
from medaid.benefit.service import enrolment_for
from medaid.errors import BadInput
from medaid.instants import civil_date
from medaid.people.model import PersonFile, Visit
from medaid.settlement import rules, settling
from medaid.settlement.lines import rules as line_rules
from medaid.settlement.lines import service as lines
from medaid.settlement.lines import store as line_store
from medaid.settlement.lines.model import VisitLine
from medaid.settlement.messages import check_begin, check_begins
from medaid.settlement.model import SALE, Institution, Reply
from medaid.settlement.national import answers, codes
from medaid.settlement.national.envelope import Message

BATCH: Final = "1"
"""The one charge batch of a sale."""
MOST_LINES: Final = 60
"""Lines of a sale: all are written with its settlement, in one transaction."""


@dataclass
class _Sale:
    """The lines of a sale as they were split last."""

    lines: list[VisitLine] = field(default_factory=list)

    def request(
        self, message: Message, institution: Institution, now: datetime, file: PersonFile
    ) -> rules.Request:
        """What is to be settled. Raises BadInput, Refused, PolicyUndetermined."""
        visit = _visit(message, institution, file, now)
        self.lines = _split(message, institution, visit, file, now)
        visit = replace(line_rules.with_lines(visit, BATCH, self.lines), version=0)
        return settling.request_for(message, institution, visit, BATCH, visit.med_type, visit.begin)

    def writes(self) -> list[Write]:
        return [line_store.write_line(0, line) for line in self.lines]


def preview_sale(message: Message, institution: Institution, now: datetime) -> Reply:
    """2101: what settling now would give. Writes nothing."""
    sale = _Sale()
    decision, file = settling.preview_visit(message, institution, now, request_of=sale.request)
    shown = answers.settlement(decision, file.person, message, None)
    return Reply(shown | _detail(sale.lines), decision.warnings)


def settle_sale(message: Message, institution: Institution, now: datetime) -> Reply:
    """2102: the sale is settled; the same message again gives the same answer.

    Raises BadInput, Refused, PolicyUndetermined, Conflict (nothing written), Unavailable.
    """
    sale = _Sale()
    settlement, file = settling.settle_visit(
        message, institution, now, request_of=sale.request, beside=sale.writes
    )
    decision = settlement.decision
    numbers = [row["feedetl_sn"] for row in message.rows]
    kept = line_store.find_lines(decision.visit.mdtrt_id, numbers)
    shown = answers.settlement(decision, file.person, message, settlement)
    return Reply(shown | _detail([kept[number][1] for number in numbers]), decision.warnings)


def _detail(split: list[VisitLine]) -> dict[str, object]:
    return {"detlcutinfo": [line_rules.answer(line) for line in split]}


def _visit(message: Message, institution: Institution, file: PersonFile, now: datetime) -> Visit:
    check_begins(institution)
    day = civil_date(message.data["begntime"])
    rules.check_dates(day, day, civil_date(now), "begntime")
    check_begin(message, day)
    insutype, med_type = message.text("insutype"), message.text("med_type")
    codes.care_of(med_type, message.infno)
    enrolment = enrolment_for(file.insurances, insutype, message.insured, day)
    return Visit(
        ids.visit_id(enrolment.admdvs, day.year, message.institution, message.msgid),
        message.institution,
        institution.admdvs,
        insutype,
        enrolment.admdvs,
        med_type,
        day,
        day,
        0,
        message.msgid,
        message.text("dise_codg"),
        {"registered_by": SALE},
    )


def _split(
    message: Message, institution: Institution, visit: Visit, file: PersonFile, now: datetime
) -> list[VisitLine]:
    if len(message.rows) > MOST_LINES:
        rule = f"一次至多 {MOST_LINES} 条,请分次结算"
        raise BadInput("FIELD_FORMAT", field="drugdetail", rule=rule)
    sent = line_rules.read_lines(message, visit, now)
    terms = lines.terms_of(sent, visit, file, institution)
    psn_no = file.person.psn_no
    return [
        line_rules.new_line(one, visit, psn_no, BATCH, terms[one.feedetl_sn], now) for one in sent
    ]
