"""What became of a sender's message: the same content gives the first answer again, other content
is refused and names the field."""

from __future__ import annotations

from medaid.errors import Conflict
from medaid.settlement import store
from medaid.settlement.model import Known
from medaid.settlement.national.envelope import Message, differing


def earlier(message: Message) -> Known | None:
    """What an earlier message with this sender and msgid led to, None where there was none.

    Raises Conflict MSGID_BLOCKED where a 2601 came for it, MSGID_REUSED (naming the field) where
    its content was another.
    """
    found = store.message(message.institution, message.msgid)
    if found is None:
        return None
    if found.kind == "blocked":
        raise Conflict(
            "MSGID_BLOCKED",
            field="msgid",
            rule="冲正先于原交易到达,原交易不再受理;请以新的报文ID重新办理",
        )
    field = differing(found.digests, message.digests)
    if field:
        raise Conflict(
            "MSGID_REUSED",
            field=field,
            rule=f"报文ID {message.msgid} 已用于内容不同的交易;请以新的报文ID发送",
            id=found.result,
        )
    return found
