"""The twelve combinations of the separation rules (Q3.1), as one table: who has done the first may
not do the second.

Each is walked to through the API by different officers; then one officer tries both. The six of the
region-wide posts use two cases.
"""

from __future__ import annotations

from collections.abc import Callable

from tests.reimbursement.api_client import Answer, Call, Desk, application, opened

PATH = ("accept", "attach", "price", "audit", "recheck", "order", "pay")
ROLE = {
    "open": "intake",
    "audit": "auditor",
    "recheck": "reviewer",
    "order": "accountant",
    "pay": "cashier",
}
COMBINATIONS = [
    ("audit", "order", "accountant_cashier_auditor"),
    ("audit", "pay", "accountant_cashier_auditor"),
    ("order", "audit", "accountant_cashier_auditor"),
    ("order", "pay", "accountant_cashier_auditor"),
    ("pay", "audit", "accountant_cashier_auditor"),
    ("pay", "order", "accountant_cashier_auditor"),
    ("audit", "recheck", "audit_recheck"),
    ("recheck", "audit", "audit_recheck"),
    ("open", "audit", "edit_approve"),
    ("open", "recheck", "edit_approve"),
    ("open", "order", "end_to_end"),
    ("open", "pay", "end_to_end"),
]
RULES = {
    "accountant_cashier_auditor": "会计、出纳、审核不得互相兼任",
    "audit_recheck": "审核和复核不能由一人完成",
    "edit_approve": "登记、修改过申请的人不得审核、复核",
    "end_to_end": "不得由一人办理基金支付的全过程",
}
Caller = Callable[[str, str], Call]
"""(name of a person, role) → that person calling with a token of that role."""
Scan = Callable[[str], str]
"""Puts the image of a case's receipt; answers its SHA-256."""


def walk(
    caller: Caller,
    scan: Scan,
    desk: Desk,
    until: str,
    key: str,
    persons: dict[str, str] | None = None,
) -> None:
    """Brings an opened case to just before the act `until`; `persons` says who does an act instead
    of somebody of their own."""
    for act in PATH:
        if act == until:
            return
        status, answer = do(caller, scan, desk, act, key, (persons or {}).get(act, ""))
        assert status == 200, (act, answer)


def do(caller: Caller, scan: Scan, desk: Desk, act: str, key: str, person: str = "") -> Answer:
    """One act by `person`, or by somebody who does nothing else."""
    role = ROLE.get(act, "intake")
    call = caller(person or f"{role}-{key}", role)
    if act == "attach":
        return desk.act(call, act, bill_code="3201", bill_no=f"N{key}", sha256=scan(desk.case_id))
    if act == "pay":
        _, batch = call("POST", "/payments/320100/batches", {"key": key})
        return desk.act(call, act, batch_id=batch.get("batch_id", "none"))
    return desk.act(call, act, reason="无重复")


def tried(caller: Caller, scan: Scan, first: str, second: str, key: str) -> Answer:
    """One person does `first`, then tries `second`: on the same case where its life allows, else on
    two."""
    person = f"both-{key}"
    opener = caller(person if first == "open" else f"intake-{key}", "intake")
    desk = opened(opener, application(f"{key}1"))
    order = ["open", *PATH]
    if order.index(first) < order.index(second):
        walk(caller, scan, desk, second, f"{key}1", {first: person})
        return do(caller, scan, desk, second, f"{key}1", person)
    if (
        first == "recheck"
    ):  # sent back after the re-check was withdrawn, it comes to be audited again
        walk(caller, scan, desk, "recheck", f"{key}1")
        assert do(caller, scan, desk, "recheck", f"{key}1", person)[0] == 200
        assert desk.act(caller(f"other-{key}", "reviewer"), "annul", reason="票据有误")[0] == 200
        assert do(caller, scan, desk, "price", f"{key}1")[0] == 200
        return do(caller, scan, desk, second, f"{key}1", person)
    walk(caller, scan, desk, first, f"{key}1")
    assert do(caller, scan, desk, first, f"{key}1", person)[0] == 200
    other = opened(
        caller(f"intake-{key}", "intake"),
        application(f"{key}2", begntime="2026-03-11", endtime="2026-03-11"),
    )
    walk(caller, scan, other, second, f"{key}2")
    return do(caller, scan, other, second, f"{key}2", person)
