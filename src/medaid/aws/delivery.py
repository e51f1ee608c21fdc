"""Messages to people and partners (J16) leave here: taken from the outbox's stream, handed to a
sender, kept with what became of them.

A sender is anything with `send(key, kind, body)`: the product knows no gateway. It gets the
message's key with every try, so that a gateway that has it already can drop the second one; a
message marked `sent` is never handed over again. What fails is retried by the stream and stays
listed under pk `FAILED` until it is sent.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from medaid.aws import expiry, queue
from medaid.aws.outbox import KEPT_YEARS, OutboxItem
from medaid.aws.settings import settings
from medaid.aws.transaction import reading
from medaid.instants import stored


class MessageSender(Protocol):
    """Hands one message over. Raises any exception where it could not."""

    def send(self, key: str, kind: str, body: Mapping[str, Any]) -> None: ...


class Kept:
    """Hands nothing over: the message stays in the outbox as `kept`, never as sent. Used where no
    partner system is connected."""

    # nothing is done with it, on purpose
    def send(self, key: str, kind: str, body: Mapping[str, Any]) -> None:  # noqa: ARG002
        return None


@dataclass(frozen=True)
class Queue:
    """Hands messages to the queue that a region's text-message or app gateway reads."""

    url: str

    def send(self, key: str, kind: str, body: Mapping[str, Any]) -> None:
        text = json.dumps(
            {"key": key, "kind": kind, "body": dict(body)}, ensure_ascii=False, sort_keys=True
        )
        queue.send(self.url, text)


def sender() -> MessageSender:
    """The sender of this installation: the queue named by MEDAID_QUEUE_MESSAGES, else none."""
    url = settings().message_queue
    return Queue(url) if url else Kept()


def deliver(message: OutboxItem, to: MessageSender, now: datetime) -> bool:
    """Hands one message over once; False where it was sent before. What `to.send` raises is raised
    again, after it was noted."""
    held = reading(lambda: OutboxItem.get(message.pk, message.sk, consistent_read=True))
    before = held.state
    if before == "sent" or (before == "kept" and isinstance(to, Kept)):
        return False
    try:
        to.send(message.pk, message.kind, message.body["event"])
    except Exception:
        reading(lambda: held.update([OutboxItem.state.set("failed")]))
        reading(
            lambda: OutboxItem(
                "FAILED", message.pk, kind=message.kind, state="failed", at=stored(now), body={}
            ).save()
        )
        raise
    after = "kept" if isinstance(to, Kept) else "sent"
    reading(lambda: held.update([OutboxItem.state.set(after)]))
    if before == "failed":
        reading(
            lambda: OutboxItem(
                "FAILED",
                message.pk,
                kind=message.kind,
                state="sent",
                at=stored(now),
                body={},
                expires=expiry.end_of_year(now, KEPT_YEARS),
            ).save()
        )
    return True


def failed() -> Iterator[str]:
    """Keys of messages whose delivery failed and has not succeeded since."""
    for item in reading(lambda: list(OutboxItem.query("FAILED"))):
        if item.state == "failed":
            yield item.sk
