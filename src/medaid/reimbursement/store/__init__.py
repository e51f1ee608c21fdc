"""The reimbursement table: cases with their acts, pay orders, batches, and
who holds which post.

| who asks what | key | how | function |
| --- | --- | --- | --- |
| a case | pk `C#<case_id>`, sk `CASE` | GetItem | `case` |
| a case with its timeline | pk `C#<case_id>` | one Query | `history` |
| . act number n (once, never changed) | sk `ACT#<n>` | with the timeline | |
| . a rung of escalation (once) | sk `RUNG#<name>` | conditional put | `rung` |
| cases of the same person, admission, discharge, total | pk `D#<psn_no>#<begin>#<end>#<fen>`, sk `<case_id>` | Query | `alike` |
| cases of a person | pk `P#<psn_no>`, sk `CASE#<created>#<case_id>` | Query | `of_person` |
| settlements of a person that were taken note of | pk `P#<psn_no>`, sk `SETTLED#<end>#<setl_id>` | Query | `settlements_of` |
| the case prepared for a settlement (one) | pk `S#<setl_id>`, sk `CASE` | conditional put | `follower` |
| whose pay order is it | pk `O#<order_id>`, sk `ORDER` | GetItem | `order` |
| a bank batch and its lines | pk `B#<batch_id>`, sk `BATCH` / `LINE#<order_id>` | GetItem / Query | `batch`, `lines` |
| on which calendar all clocks are projected | pk `K#CALENDAR`, sk `CURRENT` | GetItem | `calendar` |
| the duty that an officer holds in a region | pk `W#<admdvs>`, sk `<officer>` | GetItem; claimed by conditional put | `duty` |
| clocks whose next rung is reached | index `due`: `<shard>`, `<instant>` | one Query a shard | `due` |
| a region's cases in one state, earliest due first | index `queue`: `<admdvs>#<state>`, `<due>#<case_id>` | Query, paged | `queue` |

Both indexes are sparse: a clock that is paused, stopped or without a further rung is not in `due`.
"""

from medaid.reimbursement.store.items import SHARDS, index_keys, shard
from medaid.reimbursement.store.reads import (
    alike,
    batch,
    calendar,
    case,
    count,
    due,
    duty,
    follower,
    history,
    indexed,
    lines,
    of_person,
    order,
    queue,
    rungs,
    same,
    settlements_of,
)
from medaid.reimbursement.store.writes import (
    act_write,
    alike_pointer,
    alike_write,
    batch_changed,
    batch_is_open,
    batch_opened,
    calendar_marked,
    case_touched,
    case_write,
    duty_claimed,
    follows,
    line_write,
    order_write,
    pointers,
    rung_write,
    settlement_pointer,
    summary,
)

__all__ = [
    "SHARDS",
    "act_write",
    "alike",
    "alike_pointer",
    "alike_write",
    "batch",
    "batch_changed",
    "batch_is_open",
    "batch_opened",
    "calendar",
    "calendar_marked",
    "case",
    "case_touched",
    "case_write",
    "count",
    "due",
    "duty",
    "duty_claimed",
    "follower",
    "follows",
    "history",
    "index_keys",
    "indexed",
    "line_write",
    "lines",
    "of_person",
    "order",
    "order_write",
    "pointers",
    "queue",
    "rung_write",
    "rungs",
    "same",
    "settlement_pointer",
    "settlements_of",
    "shard",
    "summary",
]
