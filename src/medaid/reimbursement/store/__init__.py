"""The reimbursement table: cases with their acts.

| who asks what | key | how | function |
| --- | --- | --- | --- |
| a case | pk `C#<case_id>`, sk `CASE` | GetItem | `case` |
| a case with its timeline | pk `C#<case_id>` | one Query | `history` |
| . act number n (once, never changed) | sk `ACT#<n>` | with the timeline | |
| . a step of escalation (once) | sk `STEP#<name>` | conditional put | `step` |
| cases of the same person, admission, discharge, total | pk `D#<psn_no>#<begin>#<end>#<fen>`, sk `<case_id>` | Query | `alike` |
| cases of a person | pk `P#<psn_no>`, sk `CASE#<created>#<case_id>` | Query | `of_person` |
| settlements of a person that were taken note of | pk `P#<psn_no>`, sk `SETTLED#<end>#<setl_id>` | Query | `settlements_of` |
| the case prepared for a settlement (one) | pk `S#<setl_id>`, sk `CASE` | conditional put | `supplement_of` |
| on which calendar all clocks are projected | pk `K#CALENDAR`, sk `CURRENT` | GetItem | `calendar` |
| clocks whose next step is reached | index `due`: `<shard>`, `<instant>` | one Query a shard | `due` |
| a region's cases in one state, earliest due first | index `queue`: `<admdvs>#<state>`, `<due>#<case_id>` | Query, paged | `queue` |

Both indexes are sparse: a clock that is paused, stopped or without a further step is not in `due`.
"""

from medaid.reimbursement.store.items import SHARDS, index_keys, shard
from medaid.reimbursement.store.reads import (
    alike,
    calendar,
    case,
    count,
    due,
    fits_queue,
    history,
    indexed,
    of_person,
    queue,
    same,
    settlements_of,
    start_key,
    start_text,
    steps_claimed,
    supplement_of,
)
from medaid.reimbursement.store.writes import (
    act_write,
    alike_pointer,
    alike_write,
    calendar_marked,
    case_touched,
    case_write,
    pointers,
    settlement_pointer,
    step_claimed,
    summary,
    supplements,
)

__all__ = [
    "SHARDS",
    "act_write",
    "alike",
    "alike_pointer",
    "alike_write",
    "calendar",
    "calendar_marked",
    "case",
    "case_touched",
    "case_write",
    "count",
    "due",
    "fits_queue",
    "history",
    "index_keys",
    "indexed",
    "of_person",
    "pointers",
    "queue",
    "same",
    "settlement_pointer",
    "settlements_of",
    "shard",
    "start_key",
    "start_text",
    "step_claimed",
    "steps_claimed",
    "summary",
    "supplement_of",
    "supplements",
]
