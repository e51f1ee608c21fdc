"""Every access pattern in the table that heads the store, run once; what conditions let through and
what they stop."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from tests.conftest import Tables
from tests.reimbursement.office import (
    INTAKE,
    at,
    close_batch,
    draft,
    given,
    granted,
    office,
    open_batch,
    opened,
    register,
    released,
)

from medaid.aws.transaction import ConditionFailed, commit
from medaid.money import Fen
from medaid.reimbursement import service, store
from medaid.reimbursement.model import State
from medaid.reimbursement.rules import DueProjection

NOW = at("2026-03-16 09:00")


def test_every_pattern_of_the_table(tables: Tables) -> None:
    register()
    o = office()
    batch = open_batch("b", NOW)
    case = released(o, granted(o, draft(), NOW), NOW, batch.batch_id)
    waiting = service.accept(
        o, INTAKE, *(lambda c: (c.case_id, c.version))(opened(o, draft("2"), NOW)), NOW, given()
    )
    assert store.case(case.case_id) == case
    known, acts, steps_claimed = store.history(case.case_id)
    assert (known, [a.number for a in acts], steps_claimed) == (case, list(range(1, 8)), {})
    assert {*store.alike(case)} == {waiting.case_id}
    assert store.same(case, waiting)
    assert store.of_person("P1") == (case.case_id, waiting.case_id) or set(
        store.of_person("P1")
    ) == {case.case_id, waiting.case_id}
    commit(
        [
            store.settlement_pointer(
                "P1", date(2026, 1, 1), date(2026, 1, 5), "S1", "none", settled_at=NOW
            )
        ]
    )
    assert [s.setl_id for s in store.settlements_of("P1")] == ["S1"]
    commit([store.supplements("S1", 1, case.case_id)])
    commit([store.supplements("S1", 2, waiting.case_id)])
    assert (store.supplements_of("S1"), store.supplements_of("S2")) == ((case, waiting), ())
    assert [i for n in range(store.SHARDS) for i in store.due(n, at("2026-04-30 00:00"))] == [
        waiting.case_id
    ]
    assert [i for n in range(store.SHARDS) for i in store.due(n, NOW)] == []
    commit([store.step_claimed(waiting.case_id, "warned", NOW)])
    assert store.steps_claimed(waiting.case_id) == {"warned"}
    rows, more = store.page_of_queue("320100#accepted", "", 10)
    assert ([r["case_id"] for r in rows], more) == ([waiting.case_id], "")
    counts = [store.count(f"320100#{state}") for state in (State.PAID, State.NOTIFIED)]
    assert counts == [1, 0]
    found = store.indexed(waiting.case_id)
    assert found is not None
    assert found[1]["queue"] == "320100#accepted"
    assert store.indexed("none") is None
    assert store.calendar() == ("", {})
    commit([store.calendar_marked("v", {"2026": "x"})])
    assert store.calendar() == ("v", {"2026": "x"})


def test_conditions_stop_what_came_too_late(tables: Tables) -> None:
    case = replace(draft(), version=1)
    commit(store.case_writes(case, DueProjection(), None, "v"))
    for stale in (None, replace(case, version=0), replace(case, steps_claimed=("warned",))):
        with pytest.raises(ConditionFailed, match="case"):
            commit(store.case_writes(case, DueProjection(), stale, "v"))
        if stale is not None:
            with pytest.raises(ConditionFailed, match="case"):
                commit(store.case_touched(case, DueProjection(), stale, "v"))
    for once in (
        store.step_claimed("c", "due", NOW),
        store.supplements("S", 1, "c"),
    ):
        commit([once])
        with pytest.raises(ConditionFailed):
            commit([once])


def test_nothing_personal_lies_in_keys_lists_or_messages(tables: Tables) -> None:
    """Names and account numbers stand in the case alone (packed), never in a key, a summary or the
    outbox (design section 3)."""
    register()
    o = office()
    batch = open_batch("b", NOW)
    case = released(o, granted(o, draft(), NOW), NOW, batch.batch_id)
    close_batch(batch.batch_id, NOW)
    rows, _ = store.page_of_queue("320100#paid", "", 10)
    plain = str(rows) + str(
        [(i["pk"], i["sk"], i.get("queue"), i.get("due_at")) for i in tables.items("reimbursement")]
    )
    assert "张P1" not in plain
    assert "6222020000001234" not in plain
    acts = service.case_detail(o, INTAKE, case.case_id, NOW).acts
    assert "6222020000001234" not in str(acts)
    assert Fen(rows[0]["fund_pay_sumamt"]) == case.granted
