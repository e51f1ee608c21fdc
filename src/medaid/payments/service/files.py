"""The bank's file of a batch: made of what its lines say, written to the exchange bucket."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace

from medaid.aws import exchange
from medaid.payments import bank
from medaid.payments.model import Batch, BatchLine, BatchState


def closed_batch(batch: Batch, lines: Sequence[BatchLine]) -> tuple[Batch, bytes]:
    """The batch with its control totals, and its file."""
    content = bank.batch_file(batch, lines)
    digest = hashlib.sha256(content).hexdigest()
    count, total = len(lines), bank.total(lines)
    closed = replace(batch, state=BatchState.CLOSED, count=count, total=total, digest=digest)
    return closed, content


def put_file(batch: Batch, content: bytes) -> str:
    """Writes the file; answers its key. The same batch always writes the same bytes."""
    return exchange.put(f"bank/out/{batch.batch_id}.txt", content, "text/plain; charset=utf-8")
