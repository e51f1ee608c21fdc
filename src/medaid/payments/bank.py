"""The bank's files: a batch of pay orders going out, the bank's answer coming back, both with
control totals. Pure.

UTF-8 text, one record a line, fields apart by `|`. Amounts are yuan with two decimals. No field may
hold `|` or a line end.

    out     H|<batch>|<region>|<date>           answer  H|<batch>
            D|<order>|<acctname>|<bankacct>|<bankcode>|<amount>
            D|<order>|<amount>|<result>|<reason>[|<date>|<bank reference>]    result: paid, failed
            T|<count>|<total>|<sha256 of all before>                T|<count>|<total>
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from medaid.errors import BadInput
from medaid.ids import OrderId
from medaid.instants import parse_date
from medaid.money import Fen
from medaid.payments.model import AnswerFile, AnswerLine, BankResult, Batch, BatchLine

LONGEST_REFERENCE: Final = 64


def batch_file(batch: Batch, lines: Sequence[BatchLine]) -> bytes:
    """The file of a batch, the same bytes for the same lines whatever their order."""
    rows = [f"H|{batch.batch_id}|{batch.region}|{batch.day}"]
    rows += [_payment(line) for line in sorted(lines, key=lambda found: found.order_id)]
    body = "".join(f"{row}\n" for row in rows)
    digest = hashlib.sha256(body.encode()).hexdigest()
    return f"{body}T|{len(lines)}|{total(lines).yuan()}|{digest}\n".encode()


def total(lines: Sequence[BatchLine] | Sequence[AnswerLine]) -> Fen:
    """The sum of the lines."""
    return Fen(sum(int(line.amount) for line in lines))


def _payment(line: BatchLine) -> str:
    account = line.account
    fields = (account.acctname, account.bankacct, account.bankcode)
    return "|".join(("D", line.order_id, *fields, line.amount.yuan()))


def answer_file(content: bytes) -> AnswerFile:
    """A bank's answer. Raises BadInput ENVELOPE or AMOUNT_SUM where the file as a whole is not what
    it says: nothing of it is taken."""
    try:
        rows = [row.split("|") for row in content.decode("utf-8-sig").splitlines() if row]
    except UnicodeDecodeError:
        raise BadInput("ENVELOPE", field="file", rule="须为 UTF-8 文本") from None
    if (
        len(rows) < 2
        or (rows[0][0], len(rows[0])) != ("H", 2)
        or (rows[-1][0], len(rows[-1])) != ("T", 3)
    ):
        raise BadInput("ENVELOPE", field="file", rule="首行 H|批次号,末行 T|笔数|金额")
    lines = tuple(_answer(number, row) for number, row in enumerate(rows[1:-1], 2))
    _, count, amount = rows[-1]
    if count != str(len(lines)) or Fen.of_yuan(amount, "total") != total(lines):
        raise BadInput(
            "AMOUNT_SUM",
            field="file",
            rule=f"控制总数与明细不符,明细 {len(lines)} 笔 {total(lines)} 元",
        )
    return AnswerFile(rows[0][1], hashlib.sha256(content).hexdigest(), lines)


def _answer(number: int, row: list[str]) -> AnswerLine:
    field = f"line {number}"
    if len(row) not in (5, 7) or row[0] != "D" or row[3] not in [*BankResult]:
        rule = "D|付款单号|金额|paid 或 failed|原因,其后可有 |日期|银行流水号"
        raise BadInput("ENVELOPE", field=field, rule=rule)
    amount = Fen.of_yuan(row[2], field)
    line = AnswerLine(number, OrderId(row[1]), amount, BankResult(row[3]), row[4])
    if len(row) == 5:
        return line
    reference = row[6].strip()
    if not 0 < len(reference) <= LONGEST_REFERENCE:
        raise BadInput("ENVELOPE", field=field, rule=f"银行流水号 1 至 {LONGEST_REFERENCE} 字")
    return replace(line, day=parse_date(row[5], field), reference=reference)
