"""Whole visits by their typed steps, over HospitalClient: amounts as Decimal yuan, instants
with their zone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final

from medaid.client.client import HospitalClient, shown
from medaid.client.errors import OutcomeUnknown

CENT: Final = Decimal("0.01")
_CARD: Final = {"mdtrt_cert_type": "02", "mdtrt_cert_no": "-"}


@dataclass(frozen=True, slots=True)
class InsuredPerson:
    """What 1101 told of somebody: to whom all later messages refer."""

    psn_no: str
    name: str
    insured_region: str
    insutype: str = "390"


@dataclass(frozen=True, slots=True)
class OpenVisit:
    """A registration. `batch` is the charge batch of a visit, empty for a stay."""

    mdtrt_id: str
    person: InsuredPerson
    batch: str = ""

    @property
    def inpatient(self) -> bool:
        return not self.batch


@dataclass(frozen=True, slots=True)
class ChargedLine:
    """One line of a bill. A refund has a negative `count` and names its line in `refund_of`."""

    serial: str
    code: str
    """med_list_codg."""
    at: datetime
    count: Decimal
    price: Decimal
    refund_of: str = ""

    @property
    def amount(self) -> Decimal:
        """cnt × pric, half up to the fen."""
        return (self.count * self.price).quantize(CENT, ROUND_HALF_UP)


@dataclass(frozen=True, slots=True)
class BillSplit:
    """What the lines of a bill come to, by the catalogue."""

    total: Decimal
    own_expense: Decimal
    over_limit: Decimal
    initial_self_pay: Decimal
    in_scope: Decimal


@dataclass(frozen=True, slots=True)
class SettledBill:
    """A settlement or, with every amount negated, its reversal. `setl_id` is empty in a preview."""

    setl_id: str
    total: Decimal
    fund_paid: Decimal
    assistance: Decimal
    account: Decimal
    cash: Decimal
    output: Mapping[str, Any]
    """The whole answer: `setlinfo`, `setldetail`."""


class HospitalVisits:
    """The steps of stays and visits for one institution. Every method raises as
    `HospitalClient.call`; none of them sends anything twice under a new msgid. A message that stays
    open is sent again, `rounds` times in all, before OutcomeUnknown is raised."""

    def __init__(self, client: HospitalClient, rounds: int = 1) -> None:
        self.client, self.rounds = client, rounds

    def person(self, certno: str, insutype: str = "390") -> InsuredPerson | None:
        """1101, by identity number; None where no enrolment of that type is in force."""
        asked = InsuredPerson("", "", "")
        found = self._call("1101", asked, {"mdtrt_cert_type": "02", "mdtrt_cert_no": certno})
        base = found["baseinfo"]
        for row in found["insuinfo"]:
            if row["insutype"] == insutype and row["psn_insu_stas"] == "1":
                region = row["insuplc_admdvs"]
                return InsuredPerson(base["psn_no"], base["psn_name"], region, insutype)
        return None

    def admit(self, person: InsuredPerson, at: datetime, number: str) -> OpenVisit:
        """2401."""
        given = {**_who(person), "begntime": shown(at), "med_type": "21", "ipt_no": number}
        output = self._call("2401", person, given | _CARD, "mdtrtinfo")
        return OpenVisit(output["result"]["mdtrt_id"], person)

    def discharge(self, visit: OpenVisit, at: datetime) -> None:
        """2402."""
        given = {**_who(visit.person), "mdtrt_id": visit.mdtrt_id, "endtime": shown(at)}
        self._call("2402", visit.person, given | {"dscg_way": "1"}, "dscginfo")

    def register(self, person: InsuredPerson, at: datetime, number: str, batch: str) -> OpenVisit:
        """2201 and 2203, of an ordinary outpatient visit."""
        given = {**_who(person), "begntime": shown(at), "ipt_otp_no": number}
        mdtrt_id = self._call("2201", person, given | _CARD)["data"]["mdtrt_id"]
        told = {"mdtrt_id": mdtrt_id, "psn_no": person.psn_no, "med_type": "11"}
        self._call("2203", person, told | {"begntime": shown(at)}, "mdtrtinfo")
        return OpenVisit(mdtrt_id, person, batch)

    def charge(self, visit: OpenVisit, lines: Iterable[ChargedLine]) -> BillSplit:
        """2301 or 2204; answers what these lines come to."""
        rows = [_row(visit, line) for line in lines]
        infno = "2301" if visit.inpatient else "2204"
        split = self._call(infno, visit.person, rows, "feedetail")["result"]

        def sum_of(name: str) -> Decimal:
            return sum((Decimal(one[name]) for one in split), Decimal(0))

        return BillSplit(
            sum_of("det_item_fee_sumamt"),
            sum_of("fulamt_ownpay_amt"),
            sum_of("overlmt_amt"),
            sum_of("preselfpay_amt"),
            sum_of("inscp_scp_amt"),
        )

    def preview(self, visit: OpenVisit, total: Decimal) -> SettledBill:
        """2303 or 2206: writes nothing."""
        return self._settled(visit, "2303" if visit.inpatient else "2206", total)

    def settle(self, visit: OpenVisit, total: Decimal) -> SettledBill:
        """2304 or 2207."""
        return self._settled(visit, "2304" if visit.inpatient else "2207", total)

    def reverse(self, visit: OpenVisit, setl_id: str) -> SettledBill:
        """2305 or 2208."""
        given = {"setl_id": setl_id, "mdtrt_id": visit.mdtrt_id, "psn_no": visit.person.psn_no}
        return _bill(self._call("2305" if visit.inpatient else "2208", visit.person, given))

    def reopen(self, visit: OpenVisit) -> None:
        """2405: the discharge is taken back."""
        given = {"mdtrt_id": visit.mdtrt_id, "psn_no": visit.person.psn_no}
        self._call("2405", visit.person, given)

    def uncharge(self, visit: OpenVisit) -> None:
        """2302 or 2205: every line that is not settled."""
        which = {"feedetl_sn": "0000"} if visit.inpatient else {"chrg_bchno": visit.batch}
        given = {**which, "mdtrt_id": visit.mdtrt_id, "psn_no": visit.person.psn_no}
        self._call("2302" if visit.inpatient else "2205", visit.person, given)

    def cancel(self, visit: OpenVisit, number: str) -> None:
        """2404 or 2202, after the lines and the discharge are taken back."""
        given = {"mdtrt_id": visit.mdtrt_id, "psn_no": visit.person.psn_no, "ipt_otp_no": number}
        self._call("2404" if visit.inpatient else "2202", visit.person, given)

    def totals_agree(
        self,
        insured_region: str,
        clr_type: str,
        begin: date,
        end: date,
        bills: Sequence[SettledBill],
    ) -> tuple[bool, str]:
        """3201: whether the platform's sums of the days are those of `bills` (settlements and
        reversals), and what it says."""
        sums = {
            "medfee_sumamt": sum((one.total for one in bills), Decimal(0)),
            "fund_pay_sumamt": sum((one.fund_paid for one in bills), Decimal(0)),
            "acct_pay": sum((one.account for one in bills), Decimal(0)),
        }
        given = {
            "insutype": "390",
            "clr_type": clr_type,
            "setl_optins": insured_region,
            "stmt_begndate": f"{begin}",
            "stmt_enddate": f"{end}",
            "fixmedins_setl_cnt": str(len(bills)),
            **{name: f"{amount:.2f}" for name, amount in sums.items()},
        }
        info = self._call("3201", InsuredPerson("", "", ""), given)["stmtinfo"]
        return info["stmt_rslt"] == "0", str(info["stmt_rslt_dscr"])

    def _settled(self, visit: OpenVisit, infno: str, total: Decimal) -> SettledBill:
        batch = {"mid_setl_flag": "0"} if visit.inpatient else {"chrg_bchno": visit.batch}
        given = {
            **_who(visit.person),
            **_CARD,
            **(batch if visit.inpatient else batch | {"med_type": "11"}),
            "psn_setlway": "01",
            "mdtrt_id": visit.mdtrt_id,
            "acct_used_flag": "0",
            "medfee_sumamt": f"{total:.2f}",
        }
        return _bill(self._call(infno, visit.person, given))

    def _call(
        self, infno: str, person: InsuredPerson, fields: Any, node: str = "data"
    ) -> dict[str, Any]:
        message = self.client.message(infno, fields, node, person.insured_region)
        for _ in range(self.rounds - 1):
            with suppress(OutcomeUnknown):
                return self.client.send(message)
        return self.client.send(message)


def _who(person: InsuredPerson) -> dict[str, str]:
    return {"psn_no": person.psn_no, "insutype": person.insutype}


def _row(visit: OpenVisit, line: ChargedLine) -> dict[str, str]:
    row = {
        "feedetl_sn": line.serial,
        "mdtrt_id": visit.mdtrt_id,
        "psn_no": visit.person.psn_no,
        "fee_ocur_time": shown(line.at),
        "med_list_codg": line.code,
        "cnt": f"{line.count}",
        "pric": f"{line.price}",
        "det_item_fee_sumamt": f"{line.amount}",
    }
    more = {"init_feedetl_sn": line.refund_of} if visit.inpatient else {"chrg_bchno": visit.batch}
    return row | {name: value for name, value in more.items() if value}


def _bill(output: Mapping[str, Any]) -> SettledBill:
    info = output["setlinfo"]
    names = ("medfee_sumamt", "fund_pay_sumamt", "maf_pay", "acct_pay", "psn_cash_pay")
    total, fund, assistance, account, cash = (Decimal(str(info[name])) for name in names)
    setl_id = str(info.get("setl_id") or "")
    return SettledBill(setl_id, total, fund, assistance, account, cash, output)
