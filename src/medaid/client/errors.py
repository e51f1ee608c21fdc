"""What a call of a hospital's program may end with, other than its answer.

ClientError
├─ Declined         infcode -1: nothing was done, the sentence says why
├─ NotTaken         refused before it was read (no proof, wrong address): mend that, send it again
├─ NotDone          it is certain that nothing stands under this msgid: a new one may be sent
├─ OutcomeUnknown   nobody can say yet: the message is kept, send it again or resolve it
└─ NoAnswer         one attempt was not answered; raised by a transport, never by the client
"""

from __future__ import annotations


class ClientError(Exception):
    """The family."""


class Declined(ClientError):
    """infcode -1. `code` is for programs, `field` and `sentence` for people, `object_id` is what
    stands in the way (a setl_id, a mdtrt_id), else empty."""

    def __init__(self, code: str, field: str, sentence: str, object_id: str = "") -> None:
        super().__init__(sentence or code)
        self.code, self.field, self.sentence, self.object_id = code, field, sentence, object_id


class NotTaken(ClientError):
    """This attempt was refused before the message was read; of earlier attempts it says nothing, so
    the message stays kept. `code` as UNAUTHENTICATED, TIMESTAMP, NOT_FOUND, BODY_TOO_LARGE."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(f"{code}: {sentence}")
        self.code, self.sentence = code, sentence


class NotDone(ClientError):
    """Nothing stands under `msgid`, and nothing will: it was blocked or taken back."""

    def __init__(self, msgid: str, outcome: str) -> None:
        super().__init__(f"{msgid}: {outcome}")
        self.msgid, self.outcome = msgid, outcome


class OutcomeUnknown(ClientError):
    """Neither an answer nor word of what became of `msgid`."""

    def __init__(self, msgid: str) -> None:
        super().__init__(f"{msgid}: no answer, and no word of what became of it")
        self.msgid = msgid


class NoAnswer(ClientError):
    """One attempt was not answered: refused, cut off, timed out."""
