"""The items of the reimbursement table and the keys they lie under."""

from __future__ import annotations

import hashlib
from typing import Final

from pynamodb.indexes import GlobalSecondaryIndex, IncludeProjection, KeysOnlyProjection

from medaid.aws.table import Model, PackedAttribute, UnicodeAttribute, WholeAttribute, table_meta
from medaid.instants import stored
from medaid.reimbursement.model import Case
from medaid.reimbursement.rules import NEVER, DueProjection

SHARDS: Final = 8
"""Partitions of the due index, so that a million running clocks do not share one."""


# pynamodb leaves its subclass hook untyped
class DueIndex(GlobalSecondaryIndex["Item"]):  # type: ignore[no-untyped-call]
    class Meta:
        index_name = "due"
        projection = KeysOnlyProjection()

    due_shard = UnicodeAttribute(hash_key=True)
    due_at = UnicodeAttribute(range_key=True)


# pynamodb leaves its subclass hook untyped
class QueueIndex(GlobalSecondaryIndex["Item"]):  # type: ignore[no-untyped-call]
    class Meta:
        index_name = "queue"
        projection = IncludeProjection(["summary"])

    queue = UnicodeAttribute(hash_key=True)
    queue_at = UnicodeAttribute(range_key=True)
    summary: PackedAttribute = PackedAttribute(null=True)


class Item(Model):
    """Any item of the table: `body` is the value, the other attributes serve conditions and
    indexes."""

    Meta = table_meta("reimbursement")
    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    version = WholeAttribute(null=True)
    state = UnicodeAttribute(null=True)
    body: PackedAttribute = PackedAttribute(null=True)
    due_shard = UnicodeAttribute(null=True)
    due_at = UnicodeAttribute(null=True)
    queue = UnicodeAttribute(null=True)
    queue_at = UnicodeAttribute(null=True)
    summary: PackedAttribute = PackedAttribute(null=True)
    steps_count = WholeAttribute(null=True)
    due_index = DueIndex()
    queue_index = QueueIndex()


def shard(case_id: str) -> str:
    """The partition of the due index in which a case lies, for ever."""
    return f"DUE#{hashlib.sha256(case_id.encode()).digest()[0] % SHARDS}"


def alike_key(case: Case) -> str:
    """Under which cases and settlements of the same person, admission, discharge and total lie."""
    return f"D#{case.psn_no}#{case.care.begin}#{case.care.end}#{int(case.fees.medfee_sumamt)}"


def index_keys(case: Case, projection: DueProjection) -> dict[str, str]:
    """Where a case stands in the two indexes. Without a next step it is not in `due`."""
    due = projection.due.isoformat() if projection.due else NEVER
    keys = {"queue": f"{case.admdvs}#{case.state}", "queue_at": f"{due}#{case.case_id}"}
    if projection.next_at is not None:
        keys |= {"due_shard": shard(case.case_id), "due_at": stored(projection.next_at)}
    return keys
