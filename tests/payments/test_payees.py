"""What becomes of a change of a payee's account, and who it shows (Q3.1)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import pytest
from tests.conftest import Tables
from tests.payments.builders import (
    ACCOUNT,
    APPROVES,
    ENTERS,
    HOSPITAL,
    NANJING,
    NOW,
    OTHER,
    payee,
    sent,
)

from medaid.aws.transaction import Write, commit
from medaid.errors import BadInput, Forbidden
from medaid.ids import OfficerId
from medaid.payments import service
from medaid.payments.model import BankAccount


def test_a_rejected_change_leaves_the_approved_account(tables: Tables) -> None:
    payee()
    service.enter_account(NANJING, HOSPITAL, OTHER, ENTERS, NOW)
    rejected = service.reject_account(NANJING, HOSPITAL, APPROVES, "无变更函", NOW)
    assert rejected.account == ACCOUNT
    assert sent().state == "released"
    service.enter_account(NANJING, HOSPITAL, OTHER, ENTERS, NOW)
    back = service.enter_account(NANJING, HOSPITAL, ACCOUNT, ENTERS, NOW)
    assert (back.account, back.pending) == (ACCOUNT, None)


def test_who_entered_the_account_that_counts_stays_known_whatever_becomes_of_a_change(
    tables: Tables,
) -> None:
    """Q3.1: separation is shown by who entered and who approved the account that is paid on."""
    payee()
    changer = OfficerId("o-changer")
    service.enter_account(NANJING, HOSPITAL, OTHER, changer, NOW)
    with pytest.raises(Forbidden):
        service.approve_account(NANJING, HOSPITAL, changer, NOW)
    rejected = service.reject_account(NANJING, HOSPITAL, APPROVES, "无变更函", NOW)
    service.enter_account(NANJING, HOSPITAL, OTHER, changer, NOW)
    withdrawn = service.enter_account(NANJING, HOSPITAL, ACCOUNT, changer, NOW)
    for one in (rejected, withdrawn):
        assert (one.entered_by, one.approved_by) == (ENTERS, APPROVES)


def test_the_trail_of_a_payee_says_who_did_what_and_why(tables: Tables) -> None:
    payee()
    later = NOW + timedelta(hours=1)
    service.enter_account(NANJING, HOSPITAL, OTHER, ENTERS, later)
    service.enter_account(NANJING, HOSPITAL, OTHER, ENTERS, later)  # again: nothing new
    service.reject_account(NANJING, HOSPITAL, APPROVES, " 无变更函 ", later)
    service.enter_account(NANJING, HOSPITAL, OTHER, ENTERS, later)
    last = service.enter_account(NANJING, HOSPITAL, ACCOUNT, OfficerId("x"), later)
    assert last.trail == (
        "2026-03-16 09:00:00 o-contracts 登记收款账户(尾号1234)",
        "2026-03-16 09:00:00 o-approver 同意收款账户(尾号1234)",
        "2026-03-16 10:00:00 o-contracts 登记收款账户(尾号5678)",
        "2026-03-16 10:00:00 o-approver 不同意收款账户(尾号5678):无变更函",
        "2026-03-16 10:00:00 o-contracts 登记收款账户(尾号5678)",
        "2026-03-16 10:00:00 x 撤回收款账户变更(尾号5678)",
    )


def test_a_change_is_not_rejected_without_saying_why(tables: Tables) -> None:
    payee()
    service.enter_account(NANJING, HOSPITAL, OTHER, ENTERS, NOW)
    with pytest.raises(BadInput) as refused:
        service.reject_account(NANJING, HOSPITAL, APPROVES, " ", NOW)
    assert refused.value.field == "reason"
    kept = service.get_payee(NANJING, HOSPITAL)
    assert kept is not None
    assert kept.pending == OTHER


def test_an_account_that_its_source_drops_is_the_one_that_waits(tables: Tables) -> None:
    """What a case drops is its own account: another one that waits meanwhile stays, and where none
    waits nothing is written."""
    assert not service.account_rejected(NANJING, HOSPITAL, OTHER, APPROVES, "撤回", NOW)
    payee()
    assert not service.account_rejected(NANJING, HOSPITAL, OTHER, APPROVES, "撤回", NOW)
    service.enter_account(NANJING, HOSPITAL, OTHER, ENTERS, NOW)
    assert not service.account_rejected(NANJING, HOSPITAL, ACCOUNT, APPROVES, "撤回", NOW)
    commit(service.account_rejected(NANJING, HOSPITAL, OTHER, APPROVES, "撤回", NOW))
    kept = service.get_payee(NANJING, HOSPITAL)
    assert kept is not None
    assert (kept.account, kept.pending) == (ACCOUNT, None)


def test_an_account_audited_with_what_is_paid_on_it_is_written_once(tables: Tables) -> None:
    def confirmed(account: BankAccount, of_source: bool) -> Sequence[Write]:
        return service.account_confirmed(
            NANJING, HOSPITAL, account, ENTERS, APPROVES, NOW, of_source
        )

    commit(confirmed(ACCOUNT, True))
    kept = service.get_payee(NANJING, HOSPITAL)
    assert kept is not None
    assert (kept.account, kept.pending, kept.of_source) == (ACCOUNT, None, True)
    assert not confirmed(ACCOUNT, True)
    assert confirmed(OTHER, True)
    assert confirmed(ACCOUNT, False)
    with pytest.raises(Forbidden):
        service.account_confirmed(NANJING, HOSPITAL, OTHER, ENTERS, ENTERS, NOW)
