"""A hospital's system as the demonstration plays it: envelopes of the national interface over HTTP,
with a bearer token."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import httpx

from medaid.client import ClientError, HospitalClient, bearer
from medaid.client.client import Node
from medaid.local.errors import LocalError
from medaid.local.stack import Stack
from medaid.settlement.model import Institution

SECONDS: Final = 30.0


def client_of(stack: Stack, institution: Institution) -> HospitalClient:
    """The institution's client, with a token of the local sign-in."""
    token = stack.institution_token(institution.code)
    named = (institution.code, institution.name, institution.admdvs)
    return HospitalClient(stack.api, *named, bearer(lambda: token), system="DEMO")


@dataclass
class Hospital:
    """One institution at the counter. `home` is the region its present patient is insured in."""

    stack: Stack
    institution: Institution
    home: str

    def __post_init__(self) -> None:
        self.client = client_of(self.stack, self.institution)

    def msgid(self) -> str:
        return self.client.msgid()

    def envelope(
        self, infno: str, given: Node, node: str = "data", msgid: str = ""
    ) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(
            self.client.message(infno, given, node, self.home, msgid).body
        )
        return found

    @property
    def headers(self) -> dict[str, str]:
        return dict(self.client.proof())

    @property
    def token(self) -> str:
        return self.headers["Authorization"].removeprefix("Bearer ")

    def call(self, infno: str, given: Node, node: str = "data", msgid: str = "") -> Any:
        """The output of an answer that is a success. Raises LocalError with the sentence
        otherwise."""
        try:
            return self.client.send(self.client.message(infno, given, node, self.home, msgid))
        except ClientError as error:
            raise LocalError(f"{infno}: {error}") from error

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
