"""What hospitals' programs write and read differently from one another, as tables: numbers of
transactions with a letter, old names of fields, where an answer's fields stand.

The interface's first print, its later editions and the core platform's tables name some amounts
differently. Who sends the old names is answered with the old names; where the message itself does
not show which names its sender reads, both stand in the answer, with the same amounts.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from medaid.money import half_up

SAME_AS: Final[Mapping[str, str]] = {
    "2102A": "2102",
    "2203A": "2203",
    "2207A": "2207",
    "2304A": "2304",
    "3205A": "3205",
    "4101A": "4101",
}
"""Numbers with a letter that later editions have for a transaction with the same fields. Any other
number is taken exactly as it is written, or refused."""

OLD_NAMES: Final[Mapping[str, tuple[str, ...]]] = {
    "mdtrtarea_admvs": ("mdtrtarea_admdvs",),
    "inscp_scp_amt": ("inscp_amt",),
    "psn_part_amt": ("psn_pay",),
    "psn_cash_pay": ("cash_payamt", "cashPayamt"),
    "oth_pay": ("othfund_pay",),
    "hosp_part_amt": ("ownpay_hosp_part",),
}
"""Name of a field, and the names that older editions and the core platform have for it."""

WITHOUT_NAMES: Final = frozenset({"2103", "2208", "2305", "5203"})
"""Transactions whose answer has amounts and whose request has none: it does not show which names
the sender reads."""

NODES: Final[Mapping[str, tuple[str, ...]]] = {
    "2201": ("data",),
    "2401": ("result",),
    "2501": ("result", ""),
    "2503": ("result", ""),
    "2505": ("result", ""),
    "2507": ("result", ""),
}
"""Under which nodes of `output` programs read the fields of an answer: "" is `output` itself, where
all others read. Answers of the lists (`baseinfo`, `setlinfo`, `stmtinfo`, …) name their nodes
themselves."""

_NOISE: Final = 15
"""Significant digits from which a JSON number shows what a binary fraction adds."""
_HUNDREDTH: Final = Decimal("0.01")
_NEAR: Final = Decimal("0.000001")


def same_infno(infno: str) -> str:
    """The transaction that `infno` stands for: itself, unless it is another number of one."""
    return SAME_AS.get(infno, infno)


def plain(value: Any) -> Any:
    """What was sent, as it was meant: the text `null` is no value, and a JSON number that a binary
    fraction has lengthened (38.61000000000001) is the whole fen beside it. Any other number stays
    as it is, so that what has three decimals is still refused."""
    if isinstance(value, dict):
        return {name: plain(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [plain(inner) for inner in value]
    if value == "null":
        return None
    return _whole_fen(value) if isinstance(value, Decimal) else value


def _whole_fen(number: Decimal) -> Decimal:
    if len(number.as_tuple().digits) < _NOISE:
        return number
    near = Decimal(half_up(*(number * 100).as_integer_ratio())) * _HUNDREDTH
    return near if abs(near - number) < _NEAR else number


def new_names(sent: Mapping[str, Any], known: frozenset[str]) -> tuple[dict[str, Any], list[str]]:
    """`sent` with the present names where it has old ones of fields in `known`, and the old names
    that were read. A field whose present name is filled keeps it."""
    named, read = dict(sent), []
    for name, olds in OLD_NAMES.items():
        for old in olds:
            if name in known and old not in known and sent.get(old) not in (None, ""):
                read.append(old)
                if named.get(name) in (None, ""):
                    named[name] = sent[old]
    return named, read


def placed(infno: str, output: Any, old_names: bool) -> Any:
    """`output` of an answer to `infno`, under the nodes and names that its sender reads."""
    if not isinstance(output, dict):
        return output
    if isinstance(info := output.get("setlinfo"), dict):
        output = output | {"setlinfo": _renamed(info, infno, old_names)}
    nodes = NODES.get(infno, ("",))
    under = {node: output for node in nodes if node}
    return (output if "" in nodes else {}) | under


def _renamed(info: Mapping[str, Any], infno: str, old_names: bool) -> dict[str, Any]:
    both = infno in WITHOUT_NAMES
    named: dict[str, Any] = {}
    for name, value in info.items():
        olds = OLD_NAMES.get(name, ()) if old_names or both else ()
        named |= dict.fromkeys(olds, value)
        if not olds or both:
            named[name] = value
    return named
