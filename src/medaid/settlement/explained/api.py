"""One settlement as the person's office shows and prints it for a family: the bill, each layer with
who paid and why, what is left to the person, and where to ask (J17, J22)."""

from __future__ import annotations

from typing import Final

from medaid.access import service as access
from medaid.access.model import Purpose
from medaid.aws.rest.bodies import DayText, FileSent, InstantText, Shown, YuanText
from medaid.aws.rest.table import Call, Routes
from medaid.benefit.service import category_name, sentences
from medaid.errors import Refused
from medaid.instants import civil_date
from medaid.money import Fen
from medaid.papers import service as papers
from medaid.papers.service import Form, agency_name
from medaid.people import service as people
from medaid.people.model import Person
from medaid.policy.vocabulary import FUND_NAMES
from medaid.regions import Region
from medaid.settlement.messages import contracted
from medaid.settlement.model import Institution, Settlement
from medaid.settlement.printouts import payers, settlement_paper
from medaid.settlement.service import get_settlement

ROUTES: Final[Routes[None]] = Routes("settlements", "一笔结算的解释")
_READERS: Final = ("intake", "auditor", "reviewer", "manager", "inspector")
_ONE: Final = "/traces/{admdvs}/settlements/{setl_id}"


class LayerShown(Shown):
    """One layer of protection: who paid how much, and the sentence from which it can be worked out
    again, with its document and article."""

    name: str
    payer: str
    paid: YuanText
    sentence: str


class PayerShown(Shown):
    name: str
    amount: YuanText


class SettlementShown(Shown):
    """`state` is `settled` or `reversed`; `agency` answers questions."""

    setl_id: str
    state: str
    setl_time: InstantText
    reversed_at: InstantText
    psn_no: str
    name: str
    institution: str
    institution_name: str
    insutype: str
    care: str
    begin: DayText
    end: DayText
    insured_region: str
    assisting_region: str
    category_name: str
    total: YuanText
    in_policy: YuanText
    own_expense: YuanText
    over_limit: YuanText
    initial_self_pay: YuanText
    layers: list[LayerShown]
    payers: list[PayerShown]
    funds_paid: YuanText
    person_pays: YuanText
    notes: list[str]
    agency: str


@ROUTES.get(_ONE, "一笔结算:费用、各层支付和依据", roles=_READERS)
def show_settlement(call: Call[None, None], admdvs: Region, setl_id: str) -> SettlementShown:
    one, person, institution = _looked_at(call, admdvs, setl_id)
    decision, paper = one.decision, settlement_paper(one, person, institution)
    layers = [
        LayerShown(
            name=step.name,
            payer=FUND_NAMES.get(step.fund, step.fund),
            paid=Fen(step.paid),
            sentence=sentence,
        )
        for step, sentence in zip(decision.steps, sentences(decision.steps), strict=True)
    ]
    return SettlementShown.of(
        decision,
        decision.bill,
        setl_id=one.setl_id,
        state="reversed" if one.reversed_at else "settled",
        setl_time=one.settled_at,
        reversed_at=one.reversed_at,
        name=person.name,
        institution_name=institution.name,
        category_name=category_name(decision.category) if decision.category else "",
        layers=layers,
        payers=[PayerShown(name=name, amount=fen) for name, fen in payers(decision)],
        notes=list(paper.notes),
        agency=agency_name(decision.insured_region),
    )


@ROUTES.get(f"{_ONE}/paper/{{form}}", "医疗费用结算单(打印)", roles=_READERS)
def print_settlement(call: Call[None, None], admdvs: Region, setl_id: str, form: Form) -> FileSent:
    return papers.sent(settlement_paper(*_looked_at(call, admdvs, setl_id)), form)


def _looked_at(
    call: Call[None, None], admdvs: Region, setl_id: str
) -> tuple[Settlement, Person, Institution]:
    """A settlement of somebody who is insured or assisted in the region or what lies in it; the
    look is recorded. Raises Refused SETTLEMENT_UNKNOWN, also for another office's; Forbidden
    LOOKUP_LIMIT, Unavailable."""
    one = get_settlement(setl_id)
    decision = one.decision
    of = [decision.insured_region, decision.assisting_region or decision.insured_region]
    if not any(admdvs.contains(Region(region)) for region in of):
        raise Refused("SETTLEMENT_UNKNOWN", field="setl_id", rule=f"没有结算 {setl_id}")
    access.record_read(
        call.caller,
        decision.psn_no,
        decision.insured_region,
        Purpose.EXPLANATION,
        call.now,
        setl_id,
    )
    person = people.load(decision.psn_no, decision.year).person
    return one, person, contracted(decision.institution, civil_date(one.settled_at))
