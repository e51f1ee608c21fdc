"""The contract with an insurer: entered by one person, agreed to by another, ended early by two
(M二.6), and what people said of the insurer (M三.3)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

from medaid.aws.transaction import Decided, refuse_as_changed, transact
from medaid.clearing.figures import figure
from medaid.clearing.insurer import store
from medaid.clearing.insurer.deciding import decided
from medaid.clearing.insurer.model import Contract, ContractState, Signed, Survey
from medaid.clearing.store import ClearingItem
from medaid.errors import BadInput, Conflict, Refused, check_said
from medaid.ids import OfficerId
from medaid.instants import civil_date
from medaid.months import Month
from medaid.regions import Region

State = ContractState


def propose_contract(contract: Contract, by: OfficerId, now: datetime) -> Contract:
    """Enters a contract that somebody else has to agree to; one that was rejected may be entered
    anew.

    Raises PolicyUndetermined where no document lets an insurer run the city's assistance, BadInput
    DATE_ORDER where it was signed before the insurer was chosen or is dated ahead, Conflict
    DUPLICATE for a second one.
    """
    figure("insurer_fee_ratio", contract.city)
    if not contract.chosen_on <= contract.signed_on <= civil_date(now):
        raise BadInput(
            "DATE_ORDER", field="signed_on", rule="签订日不早于确定承办机构之日,不晚于今日"
        )
    proposed = Signed("propose", by, now)
    made = replace(contract, state=State.PROPOSED, last_day=None, trail=(proposed,))

    def decide() -> Decided[Contract]:
        row, held = store.held_contract(made.city, made.year)
        if held is not None and held.state is not State.REJECTED:
            raise Conflict(
                "DUPLICATE", field="contract", rule=f"{made.city} {made.year} 已有承办合同"
            )
        trail = (*(held.trail if held else ()), proposed)
        after = replace(made, trail=trail)
        return Decided(after, [store.save_contract(row, after, now)])

    return transact(decide, refuse_as_changed)


def end_contract(
    city: Region, year: int, last_day: date, reason: str, by: OfficerId, now: datetime
) -> Contract:
    """First of the two who end a contract before its year does, after the last day of a month: what
    is settled later the agency pays itself (M二.6).

    Raises Refused NOT_FOUND, BadInput for another day, Conflict STATE unless it is in force.
    """
    ahead = last_day.year == year and civil_date(now) <= last_day
    if not ahead or last_day != Month.of(last_day).last:
        raise BadInput("FIELD_FORMAT", field="last_day", rule="须为合同年度内尚未过去的月末日")

    def decide() -> Decided[Contract]:
        row, held = _held(city, year)
        if held.state is not State.IN_FORCE:
            raise Conflict("STATE", field="contract", rule="仅生效中的合同可提前终止")
        asked = Signed("end", by, now, reason)
        after = replace(held, state=State.ENDING, last_day=last_day, trail=(*held.trail, asked))
        return Decided(after, [store.save_contract(row, after, now)])

    return transact(decide, refuse_as_changed)


def decide_contract(
    city: Region, year: int, approved: bool, reason: str, by: OfficerId, now: datetime
) -> Contract:
    """Second of the two, on a contract or on its early end.

    Raises BadInput for a no without a reason, Refused NOT_FOUND, Conflict STATE where nothing waits
    or an early end is agreed to after its day, Forbidden SEPARATION for the one who entered it.
    """
    check_said(approved, reason)

    def decide() -> Decided[Contract]:
        row, held = _held(city, year)
        after = decided(
            held, approved, reason, by, city, now,
            field="contract", nothing="没有待复核的合同事项", two="录入与复核合同不得为同一人",
        )  # fmt: skip
        last = held.last_day if after.state is State.ENDED else None
        if last is not None and civil_date(now) > last:
            raise Conflict("STATE", field="contract", rule="终止日已过,请另行申请")
        after = replace(after, last_day=last)
        return Decided(after, [store.save_contract(row, after, now)])

    return transact(decide, refuse_as_changed)


def any_contract(city: Region, year: int) -> Contract | None:
    """The contract of a year in whatever state."""
    return store.held_contract(city, year)[1]


def _held(city: Region, year: int) -> tuple[ClearingItem, Contract]:
    row, held = store.held_contract(city, year)
    if row is None or held is None:
        raise Refused("NOT_FOUND", field="contract", rule=f"{city} {year} 无承办合同")
    return row, held


def survey(city: Region, year: int, said: Survey) -> Survey:
    """Keeps what people said of the insurer. Raises Refused NOT_FOUND without a contract in force,
    BadInput where more are satisfied than were asked, or nobody was."""
    if store.find_contract(city, year) is None:
        raise Refused("NOT_FOUND", field="contract", rule=f"{city} {year} 无承办合同")
    for name, asked, satisfied in (
        ("persons_satisfied", said.persons_asked, said.persons_satisfied),
        ("institutions_satisfied", said.institutions_asked, said.institutions_satisfied),
    ):
        if not 0 <= satisfied <= asked or not asked:
            raise BadInput("AMOUNT_SUM", field=name, rule="满意数不得多于调查数,调查数须为正")
    return transact(
        lambda: Decided(said, [store.create_survey(city, year, said)]), refuse_as_changed
    )
