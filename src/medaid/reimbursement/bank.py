"""The bank's files: a batch of pay orders going out, the bank's answer coming back, both with
control totals. Pure.

UTF-8 text, one record a line, fields apart by `|`. Amounts are yuan with two decimals. No field may
hold `|` or a line end.

    out     H|<batch>|<region>|<date>           answer  H|<batch>
            D|<order>|<acctname>|<bankacct>|<bankcode>|<amount>
            D|<order>|<amount>|<result>|<reason>    result: paid, failed
            T|<count>|<total>|<sha256 of all before>                T|<count>|<total>
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from medaid.errors import BadInput
from medaid.money import Fen
from medaid.reimbursement.model import NOTHING, Account

RESULTS: Final = ("paid", "failed")


@dataclass(frozen=True, slots=True)
class BatchLine:
    """One pay order of a batch."""

    order_id: str
    case_id: str
    amount: Fen
    account: Account


@dataclass(frozen=True, slots=True)
class Batch:
    """A batch of pay orders: open while the cashier adds to it, closing, then closed with its
    control totals and the file's digest."""

    batch_id: str
    admdvs: str
    day: date
    cashier: str
    state: str = "open"
    count: int = 0
    total: Fen = NOTHING
    digest: str = ""


@dataclass(frozen=True, slots=True)
class AnswerLine:
    """What the bank says became of one order. `line` counts from 1."""

    line: int
    order_id: str
    amount: Fen
    result: str
    reason: str


@dataclass(frozen=True, slots=True)
class Answer:
    batch_id: str
    digest: str
    lines: tuple[AnswerLine, ...]


@dataclass(frozen=True, slots=True)
class Problem:
    """A line of an answer that is not taken, and why."""

    line: int
    order_id: str
    code: str
    says: str


def export(batch: Batch, lines: Sequence[BatchLine]) -> bytes:
    """The file of a batch, the same bytes for the same lines whatever their order."""
    rows = [f"H|{batch.batch_id}|{batch.admdvs}|{batch.day}"]
    for line in sorted(lines, key=lambda found: found.order_id):
        rows.append(
            "|".join(
                (
                    "D",
                    line.order_id,
                    _plain(line.account.acctname),
                    line.account.bankacct,
                    _plain(line.account.bankcode),
                    line.amount.yuan(),
                )
            )
        )
    body = "\n".join(rows) + "\n"
    total = Fen(sum(int(line.amount) for line in lines))
    return (
        f"{body}T|{len(lines)}|{total.yuan()}|{hashlib.sha256(body.encode()).hexdigest()}\n"
    ).encode()


def _plain(text: str) -> str:
    if "|" in text or "\n" in text or "\r" in text:
        raise BadInput("FIELD_FORMAT", field="acctname", rule="不得含竖线或换行")
    return text


def parse(content: bytes) -> Answer:
    """A bank's answer. Raises BadInput ENVELOPE or AMOUNT_SUM where the file as a whole is not what
    it says: nothing of it is taken."""
    try:
        rows = [row.split("|") for row in content.decode("utf-8-sig").splitlines() if row]
    except UnicodeDecodeError:
        raise BadInput("ENVELOPE", field="file", rule="须为 UTF-8 文本") from None
    if (
        len(rows) < 2
        or rows[0][0] != "H"
        or len(rows[0]) != 2
        or rows[-1][0] != "T"
        or len(rows[-1]) != 3
    ):
        raise BadInput("ENVELOPE", field="file", rule="首行 H|批次号,末行 T|笔数|金额")
    lines = []
    for number, row in enumerate(rows[1:-1], 2):
        if len(row) != 5 or row[0] != "D" or row[3] not in RESULTS:
            raise BadInput(
                "ENVELOPE", field=f"line {number}", rule="D|付款单号|金额|paid 或 failed|原因"
            )
        lines.append(
            AnswerLine(number, row[1], Fen.of_yuan(row[2], f"line {number}"), row[3], row[4])
        )
    total = Fen(sum(int(line.amount) for line in lines))
    if rows[-1][1] != str(len(lines)) or Fen.of_yuan(rows[-1][2], "total") != total:
        raise BadInput(
            "AMOUNT_SUM",
            field="file",
            rule=f"控制总数 {rows[-1][1]} 笔 {rows[-1][2]} 元,明细 {len(lines)} 笔 {total} 元",
        )
    return Answer(rows[0][1], hashlib.sha256(content).hexdigest(), tuple(lines))


def matched(
    answer: Answer, batch: Mapping[str, BatchLine]
) -> tuple[list[AnswerLine], list[Problem]]:
    """The lines that fit an order of the batch, and those that do not: unknown order, wrong figure,
    twice in the file."""
    good: list[AnswerLine] = []
    problems: list[Problem] = []
    seen: set[str] = set()
    for line in answer.lines:
        order = batch.get(line.order_id)
        if order is None:
            problems.append(Problem(line.line, line.order_id, "NOT_FOUND", "批次中没有该付款单"))
        elif line.order_id in seen:
            problems.append(
                Problem(line.line, line.order_id, "DUPLICATE", "同一付款单在回盘文件中出现两次")
            )
        elif line.amount != order.amount:
            problems.append(
                Problem(
                    line.line,
                    line.order_id,
                    "AMOUNT_SUM",
                    f"回盘 {line.amount} 元,应付 {order.amount} 元",
                )
            )
        else:
            good.append(line)
        seen.add(line.order_id)
    twice = {p.order_id for p in problems if p.code == "DUPLICATE"}
    problems += [
        Problem(g.line, g.order_id, "DUPLICATE", "同一付款单在回盘文件中出现两次")
        for g in good
        if g.order_id in twice
    ]
    return [g for g in good if g.order_id not in twice], sorted(problems, key=lambda p: p.line)
