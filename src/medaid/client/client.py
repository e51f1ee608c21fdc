"""Messages of the national interface, sent so that each is done once or not at all.

A message gets its msgid before it is sent and keeps it: an attempt that is not answered is repeated
with the same bytes. Where no attempt is answered the client asks what became of the message, and
only where nobody can say does it take it back by 2601. It never sends the same thing under a new
msgid by itself: that is for the caller, after NotDone.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping, MutableMapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from itertools import count
from typing import Any, Final
from urllib.parse import quote

from medaid.client.errors import Declined, NoAnswer, NotDone, NotTaken, OutcomeUnknown
from medaid.client.proofs import Proof
from medaid.client.transport import HttpReply, HttpRequest, Transport, post_once

Fields = Mapping[str, Any]
Node = Fields | Sequence[Fields]
"""A node of `input`: its fields, or rows of them."""
TAKEN_BACK: Final = frozenset({"2102", "2201", "2207", "2304", "2401"})
"""What 2601 takes back."""
ANSWERED_NOTHING: Final = frozenset(
    {"2202", "2203", "2205", "2302", "2402", "2404", "2405", "2502", "2601"}
)
"""What has no output. Of any other that was done the query tells the output, or it is sent again
for it: fee lines and their split."""
PAUSES: Final = (0.2, 1.0, 3.0)
"""Seconds between the attempts of one message."""
BEIJING: Final = timezone(timedelta(hours=8))
_SERIALS: Final = count(1)
"""One sequence for all clients of this process: two that begin in the same second share none."""


@dataclass(frozen=True, slots=True)
class KeptMessage:
    """A message as it is sent, each time in the same bytes. Keep it until it is answered."""

    infno: str
    msgid: str
    psn_no: str
    insured_region: str
    body: bytes


@dataclass
class HospitalClient:
    """One institution's connection. `address` is what stands before `/fsi`. Not for two threads."""

    address: str
    code: str
    name: str
    region: str
    """mdtrtarea_admvs, six digits."""
    proof: Proof
    operator: tuple[str, str] = ("001", "收费员")
    system: str = "MEDAID"
    """recer_sys_code."""
    transport: Transport = post_once
    pauses: Sequence[float] = PAUSES
    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.time
    kept: MutableMapping[str, KeptMessage] = field(default_factory=dict)
    """msgid → message that is not answered yet. Give a mapping that outlives the program (shelve),
    and `resolve_kept` finishes what a power cut left open."""

    def msgid(self) -> str:
        """Institution, time, sequence, as the interface asks for."""
        stamp = f"{datetime.fromtimestamp(self.clock(), BEIJING):%Y%m%d%H%M%S}"
        return f"{self.code[-12:]}{stamp}{next(_SERIALS) % 10_000:04d}"

    def message(
        self,
        infno: str,
        fields: Node,
        node: str = "data",
        insured_region: str = "",
        msgid: str = "",
        **beside: Node,
    ) -> KeptMessage:
        """A message with its msgid; `beside` are further nodes of `input`."""
        rows = [fields] if isinstance(fields, Mapping) else fields
        msgid = msgid or self.msgid()
        envelope = {
            "infno": infno,
            "msgid": msgid,
            "mdtrtarea_admvs": self.region,
            "insuplc_admdvs": insured_region,
            "recer_sys_code": self.system,
            "infver": "V1.0",
            "opter_type": "1",
            "opter": self.operator[0],
            "opter_name": self.operator[1],
            "inf_time": shown(datetime.fromtimestamp(self.clock(), BEIJING)),
            "fixmedins_code": self.code,
            "fixmedins_name": self.name,
            "input": {node: fields, **beside},
        }
        psn_no = str(rows[0].get("psn_no") or "") if rows else ""
        body = json.dumps(envelope, ensure_ascii=False).encode()
        return KeptMessage(infno, msgid, psn_no, insured_region, body)

    def call(
        self,
        infno: str,
        fields: Node,
        node: str = "data",
        insured_region: str = "",
        **beside: Node,
    ) -> dict[str, Any]:
        """A new message, sent until it is known what became of it; answers its `output`, empty
        where there is none. Raises Declined, NotDone, NotTaken, OutcomeUnknown."""
        return self.send(self.message(infno, fields, node, insured_region, "", **beside))

    def send(self, message: KeptMessage) -> dict[str, Any]:
        """As `call`, for a message that may have been sent before."""
        self.kept[message.msgid] = message
        try:
            answer = self._sent("/fsi", message.body)
            output = self.resolve(message) if answer is None else _output(answer)
        except (Declined, NotDone):
            self.kept.pop(message.msgid, None)
            raise
        self.kept.pop(message.msgid, None)
        return output

    def resolve(self, message: KeptMessage) -> dict[str, Any]:
        """What became of a message that was not answered: its output where it was done. A message
        of which nobody knows is taken back, where 2601 may; else it stays open.

        Raises NotDone; OutcomeUnknown where no word could be had, or where it is to be sent again.
        """
        outcome, output = self.outcome(message.msgid)
        if outcome == "unknown" and message.infno in TAKEN_BACK:
            outcome, output = self._taken_back(message)
        if outcome == "done" and (output or message.infno in ANSWERED_NOTHING):
            return output
        if outcome in ("done", "unknown"):
            raise OutcomeUnknown(message.msgid)
        raise NotDone(message.msgid, outcome)

    def resolve_kept(self) -> dict[str, dict[str, Any] | str]:
        """Every message that is still open, sent again: msgid → its output, or what it ended with
        (a refusal's code, `blocked`, `undone`, `unknown`)."""
        found: dict[str, dict[str, Any] | str] = {}
        for msgid, message in list(self.kept.items()):
            try:
                found[msgid] = self.send(message)
            except Declined as error:
                found[msgid] = error.code
            except NotDone as error:
                found[msgid] = error.outcome
            except OutcomeUnknown:
                found[msgid] = "unknown"
        return found

    def outcome(self, msgid: str) -> tuple[str, dict[str, Any]]:
        """`done`, `undone`, `blocked` or `unknown`, and the answer that was or would have been
        given. Changes nothing. Raises Declined, NotTaken, OutcomeUnknown."""
        reply = self._sent(f"/messages/{quote(msgid, safe='')}", None)
        if reply is None:
            raise OutcomeUnknown(msgid)
        output = _output(reply)
        said = output.pop("message")
        return str(said["outcome"]), output

    def settlements_of(self, mdtrt_id: str, psn_no: str) -> dict[str, str]:
        """By which settlements the charge batches of an own visit are held: batch → setl_id. Raises
        Declined VISIT_UNKNOWN for one that was cancelled; NotTaken, OutcomeUnknown."""
        path = f"/visits/{quote(mdtrt_id, safe='')}?psn_no={quote(psn_no, safe='')}"
        reply = self._sent(path, None)
        if reply is None:
            raise OutcomeUnknown(mdtrt_id)
        rows = _output(reply)["settlements"]
        return {str(row["chrg_bchno"]): str(row["setl_id"]) for row in rows}

    def _taken_back(self, message: KeptMessage) -> tuple[str, dict[str, Any]]:
        given = {"psn_no": message.psn_no, "omsgid": message.msgid, "oinfno": message.infno}
        asked = self.message("2601", given, insured_region=message.insured_region)
        answer = self._sent("/fsi", asked.body)
        if answer is None:
            raise OutcomeUnknown(message.msgid)
        if str(answer["infcode"]) != "0":  # it was done meanwhile, and something rests on it
            return self.outcome(message.msgid)
        return "taken back", {}

    def _sent(self, path: str, body: bytes | None) -> dict[str, Any] | None:
        """The envelope of the first attempt that tells what was done; None where none does. Raises
        NotTaken."""
        for pause in (*self.pauses, None):
            try:
                request = HttpRequest(self.address + path, self.proof(), body)
                envelope = _envelope(self.transport(request))
            except NoAnswer:
                envelope = None
            if envelope is not None or pause is None:
                return envelope
            self.sleep(pause)
        raise AssertionError("the last attempt has no pause")


def shown(at: datetime) -> str:
    """An instant as the interface writes it: Beijing's clock. Raises ValueError without a zone."""
    if at.tzinfo is None:
        raise ValueError("an instant without a time zone")
    return f"{at.astimezone(BEIJING):%Y-%m-%d %H:%M:%S}"


def _envelope(reply: HttpReply) -> dict[str, Any] | None:
    """The envelope of a reply that tells what was done; None where it does not, or is to be signed
    anew. Raises NotTaken."""
    try:
        found: Any = json.loads(reply.body)
    except ValueError:
        return None
    if reply.status >= 500 or not isinstance(found, dict) or "infcode" not in found:
        return None
    if reply.status == 200:
        return found
    code = str(_errinfo(found).get("code", ""))
    if code == "NONCE_REUSED":
        return None
    raise NotTaken(code, str(found.get("err_msg") or ""))


def _errinfo(envelope: Mapping[str, Any]) -> Mapping[str, Any]:
    output = envelope.get("output")
    info = output.get("errinfo") if isinstance(output, dict) else None
    return info if isinstance(info, dict) else {}


def _output(envelope: Mapping[str, Any]) -> dict[str, Any]:
    """The output of an answer that says done. Raises Declined."""
    if str(envelope["infcode"]) == "0":
        output = envelope.get("output")
        return dict(output) if isinstance(output, dict) else {}
    info = _errinfo(envelope)
    code, named, about = (str(info.get(key) or "") for key in ("code", "field", "id"))
    raise Declined(code, named, str(envelope.get("err_msg") or ""), about)
