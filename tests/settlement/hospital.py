"""A hospital for tests: it speaks the national envelope and keeps its own message ids. And a small
world of people to treat."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from itertools import count
from typing import Any

from tests.people import recorded
from tests.people.samples import certno, identity, insurance, person

from medaid.aws.transaction import commit
from medaid.aws.web import Caller
from medaid.event import SettlementPosted
from medaid.ids import InstitutionCode, OfficerId
from medaid.people import service as people
from medaid.people.model import Identity, Insurance
from medaid.regions import Region
from medaid.settlement import posted, service, store
from medaid.settlement.model import (
    Institution,
    InstitutionRecord,
    InstitutionVersion,
    Settlement,
)
from medaid.settlement.store import SettlementItem

NOW = datetime(2021, 7, 5, 2, 0, tzinfo=UTC)
MAOMING = Institution("H44090200001", "茂南区人民医院", "440902", "2")
TOWNSHIP = Institution("H44090200002", "某镇卫生院", "440902", "township")
NANJING = Institution("H32010500001", "建邺区医院", "320105", "3")

Send = Callable[[bytes, str], tuple[int, dict[str, Any]]]


def his(institution: str) -> Caller:
    """The sign-in of a hospital's system."""
    return Caller(f"his-{institution}", institution, source="10.0.0.8")


def direct(body: bytes, institution: str) -> tuple[int, dict[str, Any]]:
    """The room's own door, in this process, at a fixed time."""
    return service.answer(body, his(institution), NOW, lambda: NOW)


@dataclass
class Hospital:
    """`send` gives HTTP status and envelope; every message gets the next msgid unless one is
    given."""

    institution: Institution = MAOMING
    home: str = "440900"
    send: Send = direct
    serial: Any = field(default_factory=lambda: count(1))
    prefix: str = "20210705100000"

    def envelope(
        self, infno: str, given: Mapping[str, Any], msgid: str = "", node: str = "data", **head: Any
    ) -> dict[str, Any]:
        return {
            "infno": infno,
            "msgid": msgid or f"{self.institution.code}{self.prefix}{next(self.serial):04d}",
            "mdtrtarea_admvs": self.institution.admdvs,
            "insuplc_admdvs": self.home,
            "recer_sys_code": "MK",
            "infver": "V1.0",
            "opter_type": "1",
            "opter": "001",
            "opter_name": "收费员",
            "inf_time": "2021-07-05 10:00:00",
            "fixmedins_code": self.institution.code,
            "fixmedins_name": self.institution.name,
            "input": {node: dict(given)},
            **head,
        }

    def post(self, envelope: Mapping[str, Any]) -> dict[str, Any]:
        status, answer = self.send(
            json.dumps(envelope, ensure_ascii=False).encode(), self.institution.code
        )
        return {**answer, "http": status}

    def call(
        self, infno: str, given: Mapping[str, Any], msgid: str = "", node: str = "data", **head: Any
    ) -> dict[str, Any]:
        return self.post(self.envelope(infno, given, msgid, node, **head))

    def admit(
        self, psn_no: str, begin: str = "2021-06-20 09:00:00", med_type: str = "21", **more: Any
    ) -> str:
        given = {
            "psn_no": psn_no,
            "insutype": "390",
            "begntime": begin,
            "mdtrt_cert_type": "02",
            "mdtrt_cert_no": "x",
            "med_type": med_type,
            "ipt_no": "Z1",
            **more,
        }
        return str(passed(self.call("2401", given, node="mdtrtinfo"))["result"]["mdtrt_id"])

    def discharge(self, psn_no: str, mdtrt_id: str, end: str = "2021-06-30 09:00:00") -> None:
        given = {
            "mdtrt_id": mdtrt_id,
            "psn_no": psn_no,
            "insutype": "390",
            "endtime": end,
            "dscg_way": "1",
        }
        passed(self.call("2402", given, node="dscginfo"), output=False)

    def visit(self, psn_no: str, begin: str = "2021-06-25 09:00:00") -> str:
        given = {
            "psn_no": psn_no,
            "insutype": "390",
            "begntime": begin,
            "mdtrt_cert_type": "02",
            "mdtrt_cert_no": "x",
            "ipt_otp_no": "M1",
        }
        return str(passed(self.call("2201", given))["data"]["mdtrt_id"])

    def stay(
        self, psn_no: str, begin: str = "2021-06-20 09:00:00", end: str = "2021-06-30 09:00:00"
    ) -> str:
        """A finished stay, ready to settle."""
        mdtrt_id = self.admit(psn_no, begin)
        self.discharge(psn_no, mdtrt_id, end)
        return mdtrt_id


def bill(
    total: str, in_policy: str, own: str = "", over: str = "0", prior: str = "0"
) -> dict[str, str]:
    """The five amounts of I1; what is not given lies outside the catalogue."""
    outside = own or f"{(int(float(total) * 100) - int(float(in_policy) * 100)) / 100:.2f}"
    return {
        "medfee_sumamt": total,
        "inscp_scp_amt": in_policy,
        "fulamt_ownpay_amt": outside,
        "overlmt_selfpay": over,
        "preselfpay_amt": prior,
    }


def stay_input(
    psn_no: str, mdtrt_id: str, amounts: Mapping[str, str], **more: Any
) -> dict[str, Any]:
    return {
        "psn_no": psn_no,
        "mdtrt_cert_type": "02",
        "mdtrt_cert_no": "x",
        "psn_setlway": "01",
        "mdtrt_id": mdtrt_id,
        "acct_used_flag": "0",
        "insutype": "390",
        "mid_setl_flag": "0",
        **amounts,
        **more,
    }


def admission(psn_no: str, begin: str = "2021-06-20 09:00:00", **more: Any) -> dict[str, Any]:
    given = {
        "psn_no": psn_no,
        "insutype": "390",
        "begntime": begin,
        "mdtrt_cert_type": "02",
        "mdtrt_cert_no": "x",
        "med_type": "21",
        "ipt_no": "Z1",
    }
    return {**given, **more}


def visit_input(
    psn_no: str,
    mdtrt_id: str,
    amounts: Mapping[str, str],
    batch: str = "B1",
    med_type: str = "11",
    **more: Any,
) -> dict[str, Any]:
    given = stay_input(psn_no, mdtrt_id, amounts, chrg_bchno=batch, med_type=med_type, **more)
    del given["mid_setl_flag"]
    return given


def passed(answer: Mapping[str, Any], *, output: bool = True) -> Any:
    """The output of an answer that must be a success."""
    assert answer["infcode"] == 0, answer["err_msg"]
    assert answer["http"] == 200
    assert not output or answer["output"] is not None
    return answer["output"]


def refused(answer: Mapping[str, Any], code: str, field: str = "") -> dict[str, Any]:
    """The errinfo of an answer that must be a refusal with `code`, naming `field`."""
    assert answer["infcode"] == -1, answer["output"]
    assert answer["http"] == 200
    info: dict[str, Any] = answer["output"]["errinfo"]
    assert info["code"] == code, answer["err_msg"]
    assert field in info["field"], answer["err_msg"]
    assert info["retry"] == "0"
    return info


def known_person(
    psn_no: str = "P1",
    *identities: Identity,
    serial: int = 1,
    birth: date = date(1980, 1, 1),
    insured: tuple[Insurance, ...] = (insurance(date(2018, 1, 1)),),
) -> str:
    """A person registered with enrolments and identities."""
    someone = person(psn_no, birth=birth, certno=certno(serial, birth=f"{birth:%Y%m%d}"))
    commit(people.person_registered(someone, NOW))
    for one in insured:
        commit(recorded.insurance_recorded(psn_no, None, one, NOW))
    for standing in identities:
        commit(recorded.identity_recorded(psn_no, None, standing, NOW))
    return psn_no


def living_allowance(start: date = date(2019, 1, 1), end: date | None = None) -> Identity:
    return identity("subsistence_allowance", start, end)


def contracted(*institutions: Institution) -> None:
    """As if two people had entered them long ago."""
    store.forget()
    for one in institutions or (MAOMING, TOWNSHIP, NANJING):
        begun = InstitutionVersion(
            date(2000, 1, 1),
            one.name,
            one.level,
            True,
            "协议1号",
            OfficerId("o-1"),
            Region(one.admdvs),
            NOW,
            OfficerId("o-2"),
            Region(one.admdvs),
            NOW,
            approved=True,
        )
        ended = replace(begun, effective=date(2000, 1, 2), active=False)
        versions = (begun,) if one.active else (begun, ended)
        record = InstitutionRecord(InstitutionCode(one.code), Region(one.admdvs), versions)
        commit(store.replace_institution(store.read_institution(one.code)[0], record))


def events_of(one: Settlement) -> tuple[SettlementPosted, ...]:
    """All that was ever told of a settlement, in order."""
    if one.reversed_at is None:
        return (posted.event_of(one),)
    return posted.event_of(replace(one, reversed_at=None, reversed_by="")), posted.event_of(one)


def settlement_events() -> list[SettlementPosted]:
    """All that the settlement table's stream has told so far, in the order in which it came."""
    done = SettlementItem.scan(SettlementItem.state.is_in("settled", "reversed"))
    told = [one for item in done for one in events_of(item.record(Settlement))]
    return sorted(told, key=lambda one: (one.setl_time, one.refd))
