"""Messages go to the gateway's queue by the one client that all queues share."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from medaid.aws import queue
from medaid.aws.delivery import Queue
from medaid.errors import Unavailable


class Sqs:
    """A queue that keeps what it is sent, or is away."""

    def __init__(self, away: bool = False) -> None:
        self.away, self.sent = away, list[dict[str, str]]()

    def send_message(self, **message: str) -> None:
        if self.away:
            raise ClientError({"Error": {"Code": "X", "Message": "for 张三"}}, "SendMessage")
        self.sent.append(message)


def gateway(monkeypatch: pytest.MonkeyPatch, away: bool = False) -> Sqs:
    found = Sqs(away)
    monkeypatch.setattr(queue, "client", lambda: found)
    return found


def test_a_message_is_sent_with_its_key_and_kind(monkeypatch: pytest.MonkeyPatch) -> None:
    found = gateway(monkeypatch)
    body: dict[str, Any] = {"case_id": "C1"}
    Queue("https://queue").send("O#case_closed#C1", "case_closed", body)
    (message,) = found.sent
    assert message["QueueUrl"] == "https://queue"
    assert json.loads(message["MessageBody"]) == {
        "key": "O#case_closed#C1",
        "kind": "case_closed",
        "body": body,
    }


def test_a_queue_that_is_away_is_told_as_storage_is(monkeypatch: pytest.MonkeyPatch) -> None:
    gateway(monkeypatch, away=True)
    with pytest.raises(Unavailable) as told:
        Queue("https://queue").send("k", "case_closed", {})
    assert "张三" not in str(told.value)
