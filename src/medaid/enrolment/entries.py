"""What enrolment books: the assistance fund's 资助参保支出 and the residents' 城乡医疗救助资助收入,
always together and always the same (财办〔2018〕43号; 苏医保办发〔2023〕27号 art. 32, J32)."""

from __future__ import annotations

from datetime import datetime

from medaid.aws.transaction import Write
from medaid.enrolment.model import EnrolmentRun, Payer
from medaid.fund import service as fund
from medaid.fund.model import Entry, journal
from medaid.money import Fen
from medaid.regions import Region

_GIVEN = "enrolment_transfer"
_BACK = "enrolment_transfer_back"
_EXPENSE, _INCOME, _MONEY = "590101", "400102", "1001"


def transfer_writes(run: EnrolmentRun, now: datetime) -> list[Write]:
    """The writes by which a signed claim's assistance part goes from the one fund to the other;
    none where it comes to nothing, a claim that comes to less than nothing goes back. Raises
    Conflict OVERDRAWN."""
    amount = run.sums.get(Payer.ASSISTANCE, Fen(0))
    if not amount:
        return []
    kind = _GIVEN if amount > 0 else _BACK
    return _writes(kind, run.region, run.run_id, abs(amount), now)


def return_writes(
    region: Region, source: str, amount: Fen, now: datetime
) -> tuple[str, list[Write]]:
    """The entry, and the writes, by which `amount` of one contribution goes back to the assistance
    fund. Raises as `transfer_writes` does."""
    return f"{_BACK}-{source}", _writes(_BACK, region, source, amount, now)


def _writes(kind: str, region: Region, source: str, amount: Fen, now: datetime) -> list[Write]:
    rows = [("assistance", _EXPENSE, _MONEY, amount), ("basic_resident", _MONEY, _INCOME, amount)]
    if kind == _BACK:
        rows = [(key, credit, debit, fen) for key, debit, credit, fen in rows]
    entry = journal.movement(kind, region, source, rows, now)
    check_identity(entry)
    return fund.writes(entry, spending="amount")


def check_identity(entry: Entry) -> None:
    """That what the assistance fund spends on enrolment is, to the fen, what the residents' fund
    receives for it. AssertionError: a fault of the program."""
    spent = sum(line.fen for line in entry.lines if line.account.number == _EXPENSE)
    received = -sum(line.fen for line in entry.lines if line.account.number == _INCOME)
    assert spent == received, f"资助参保支出 {spent} 分,城乡医疗救助资助收入 {received} 分"
