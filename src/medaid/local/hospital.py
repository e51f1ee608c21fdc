"""A hospital's system as the demonstration plays it: envelopes of the national interface over HTTP,
with a bearer token."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from typing import Any, Final

import httpx

from medaid.instants import beijing_text
from medaid.local.errors import LocalError
from medaid.local.stack import Stack
from medaid.settlement.model import Institution

Given = Mapping[str, Any] | Sequence[Mapping[str, Any]]
"""A transaction's node: its fields, or rows of them."""
SECONDS: Final = 30.0
_SERIALS: Final = count(1)
"""One sequence for all counters of this process: two that begin in the same second share none."""


@dataclass
class Hospital:
    """One institution at the counter. `home` is the region its present patient is insured in."""

    stack: Stack
    institution: Institution
    home: str

    def __post_init__(self) -> None:
        self.token = self.stack.institution_token(self.institution.code)
        self.began = datetime.now(UTC)

    def msgid(self) -> str:
        """fixmedins_code, time, sequence: as the interface asks for."""
        stamp = beijing_text(self.began).translate(str.maketrans("", "", "- :"))
        return f"{self.institution.code}{stamp}{next(_SERIALS) % 10_000:04d}"

    def envelope(
        self, infno: str, given: Given, node: str = "data", msgid: str = ""
    ) -> dict[str, Any]:
        return {
            "infno": infno,
            "msgid": msgid or self.msgid(),
            "mdtrtarea_admvs": self.institution.admdvs,
            "insuplc_admdvs": self.home,
            "recer_sys_code": "DEMO",
            "infver": "V1.0",
            "opter_type": "1",
            "opter": "001",
            "opter_name": "收费员",
            "inf_time": beijing_text(datetime.now(UTC)),
            "fixmedins_code": self.institution.code,
            "fixmedins_name": self.institution.name,
            "input": {node: given},
        }

    def post(self, envelope: Mapping[str, Any]) -> dict[str, Any]:
        """The answer's envelope. Raises LocalError where the handler does not answer one."""
        body = json.dumps(envelope, ensure_ascii=False).encode()
        answer = httpx.post(
            f"{self.stack.api}/fsi", content=body, headers=self.headers, timeout=SECONDS
        )
        try:
            found: dict[str, Any] = answer.json()
            found["infcode"]
        except (ValueError, KeyError):
            raise LocalError(f"HTTP {answer.status_code}: {answer.text[:300]}") from None
        return found

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}

    def call(self, infno: str, given: Given, node: str = "data", msgid: str = "") -> Any:
        """The output of an answer that is a success. Raises LocalError with the sentence
        otherwise."""
        answer = self.post(self.envelope(infno, given, node, msgid))
        if answer["infcode"] != 0:
            raise LocalError(f"{infno}: {answer['err_msg']}")
        return answer["output"]

    def person(self, certno: str) -> dict[str, Any]:
        """1101."""
        found: dict[str, Any] = self.call(
            "1101", {"mdtrt_cert_type": "02", "mdtrt_cert_no": certno}
        )
        return found

    def stay(self, psn_no: str, begin: str, end: str) -> str:
        """2401 and 2402: admitted and discharged; answers mdtrt_id."""
        who = {"psn_no": psn_no, "insutype": "390"}
        card = {"mdtrt_cert_type": "02", "mdtrt_cert_no": "-"}
        mdtrt_id = self.call(
            "2401",
            {**who, **card, "begntime": f"{begin} 09:00:00", "med_type": "21", "ipt_no": "ZY001"},
            "mdtrtinfo",
        )["result"]["mdtrt_id"]
        self.call(
            "2402",
            {**who, "mdtrt_id": mdtrt_id, "endtime": f"{end} 10:00:00", "dscg_way": "1"},
            "dscginfo",
        )
        return str(mdtrt_id)

    def settling(
        self, psn_no: str, mdtrt_id: str, bill: Mapping[str, str], **more: Any
    ) -> dict[str, Any]:
        """The input of 2303 and 2304."""
        return {
            "psn_no": psn_no,
            "mdtrt_cert_type": "02",
            "mdtrt_cert_no": "-",
            "psn_setlway": "01",
            "mdtrt_id": mdtrt_id,
            "acct_used_flag": "0",
            "insutype": "390",
            "mid_setl_flag": "0",
            **bill,
            **more,
        }

    def explanation(self, setl_id: str) -> dict[str, Any]:
        answer = httpx.get(
            f"{self.stack.api}/settlements/{setl_id}/explanation",
            headers=self.headers,
            timeout=SECONDS,
        )
        answer.raise_for_status()
        found: dict[str, Any] = answer.json()
        return found
