"""The bank's answer file for hospitals' payments, taken line by line."""

from __future__ import annotations

from datetime import datetime

from medaid.clearing.amounts import total
from medaid.clearing.hospital import orders, paying, store
from medaid.clearing.hospital.printouts import BankLine, bank_answer
from medaid.errors import Conflict, Refused
from medaid.instants import civil_date


def take_answer(content: bytes, now: datetime) -> tuple[int, list[str]]:
    """How many lines were taken, and what is wrong with the others. Raises BadInput for the file as
    a whole."""
    taken, problems = 0, []
    lines = bank_answer(content)
    told = [line.order for line in lines]
    for line in lines:
        try:
            if told.count(line.order) > 1:
                raise Conflict("DUPLICATE", field="order", rule="同一付款单在文件中出现多次")
            _take(line, now)
        except Refused as error:
            problems.append(f"{line.order}:{error.rule}")
        else:
            taken += 1
    return taken, problems


def _take(line: BankLine, now: datetime) -> None:
    statement = store.get_statement(*orders.statement_of(line.order)).statement
    if line.amount != total(statement.paid):
        raise Conflict("AMOUNT_SUM", field="amount", rule=f"应为 {total(statement.paid)} 元")
    if line.result == "paid":
        paying.payment_confirmed(line.order, civil_date(now), "", now)
    else:
        paying.payment_returned(line.order, line.reason or "退汇", now)
