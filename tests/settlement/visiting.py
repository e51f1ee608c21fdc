"""Random weeks at three counters, and a check of its own that knows nothing of how the product
decides: it keeps who registered, filed and settled what, and holds every answer 0 against it.

The week sends right messages and wrong ones: another person's number, another hospital, region or
insurance type, ids that never were, messages sent twice, late, or changed.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from tests.people.samples import insurance
from tests.settlement.hospital import (
    MAOMING,
    NOW,
    TOWNSHIP,
    Hospital,
    bill,
    contracted,
    known_person,
    living_allowance,
)

from medaid.clearing.regions import service as regions
from medaid.fund import service as fund
from medaid.people import service as people
from medaid.settlement import service, statements
from medaid.settlement.model import Institution

NANNING = Institution("H45010300001", "南宁某医院", "450103", "3")
INSURED = {"P1": "440900", "P2": "440900", "P3": "440902"}
"""The region of each person's enrolment; all lie in one city."""
NAMED = ("440900", "440902", "440981")
"""How hospitals may name it."""
STANDING = {"P1"}
"""Who is assisted."""
KINDS = {
    "admit": 2,
    "visit": 2,
    "end": 1,
    "goes_on": 1,
    "settle": 6,
    "reverse": 2,
    "cancel": 2,
    "file": 2,
    "unfile": 2,
    "back": 1,
}
"""What is sent, and how often."""
CARD = {"mdtrt_cert_type": "02", "mdtrt_cert_no": "x"}
FEES = [{"med_chrgitm_type": "09", "item_sumamt": "1000.00"}]


@dataclass
class Stay:
    """A registration as the check knows it."""

    institution: str
    psn_no: str
    inpatient: bool
    away: bool
    cancelled: bool = False
    batches: dict[str, str] = field(default_factory=dict)
    """Batch to the settlement that stands on it."""


@dataclass
class Sent:
    """One message, to be sent again."""

    institution: str
    infno: str
    node: str
    given: dict[str, Any]
    home: str
    msgid: str
    aim: str = ""
    """What a right answer would concern."""


class Week:
    """`broken` lists what the check found wrong."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.hospitals = {one.code: Hospital(one) for one in (MAOMING, TOWNSHIP, NANNING)}
        self.stays: dict[str, Stay] = {}
        self.settled: dict[str, tuple[str, str]] = {}
        """Settlement to (visit, batch)."""
        self.filings: dict[str, tuple[str, str]] = {}
        """Filing to (person, hospital)."""
        self.meant: dict[tuple[str, str], str] = {}
        """What each message said that was done."""
        self.log: list[Sent] = []
        self.suspended = False
        self.done: Counter[str] = Counter()
        self.number = 0

    def prepare(self) -> None:
        contracted(MAOMING, TOWNSHIP, NANNING)
        statements.forget()
        for serial, (psn_no, home) in enumerate(INSURED.items(), 1):
            identities = (living_allowance(),) if psn_no in STANDING else ()
            insured = (insurance(date(2018, 1, 1), admdvs=home),)
            known_person(psn_no, *identities, serial=serial, insured=insured)

    def run(self, messages: int) -> None:
        self.prepare()
        for _ in range(messages):
            if self.chance.random() < 0.06:
                self.switch()
            if self.log and self.chance.random() < 0.15:
                self.send(self.repeated())
            else:
                self.send(self.next())
        self.check_sums()

    def switch(self) -> None:
        """The city's people are suspended away from home, or served again."""
        act = regions.lift_suspension if self.suspended else regions.suspend_region
        act("440900", "officer", "拨付逾期", NOW)
        self.suspended = not self.suspended
        statements.forget()

    def repeated(self) -> Sent:
        """An old message: as it was, or changed under its msgid."""
        old = self.chance.choice(self.log)
        given = dict(old.given)
        changed = {"mdtrtarea_admdvs": "440300", "psn_setlway": "02", "dscg_way": "9"}
        if self.chance.random() < 0.3:
            given |= {name: value for name, value in changed.items() if name in given}
        return Sent(old.institution, old.infno, old.node, given, old.home, old.msgid, old.aim)

    def next(self) -> Sent:
        kind = self.chance.choices(list(KINDS), list(KINDS.values()))[0]
        sent: Sent = getattr(self, kind)()
        if self.chance.random() < 0.25:
            self.spoil(sent)
        return sent

    def spoil(self, sent: Sent) -> None:
        """Another person, hospital, insurance type or id in an otherwise right message."""
        match self.chance.randrange(4):
            case 0:
                sent.given["psn_no"] = self.chance.choice(list(INSURED))
            case 1:
                sent.institution = self.chance.choice(list(self.hospitals))
            case 2 if "insutype" in sent.given:
                sent.given["insutype"] = "310"
            case _ if "mdtrt_id" in sent.given:
                sent.given["mdtrt_id"] = self.chance.choice(
                    [*self.stays, "440900V2021AAAAAAAAAAAAAAAAAA"]
                )

    def message(self, code: str, infno: str, given: Mapping[str, Any], node: str = "data") -> Sent:
        self.number += 1
        home = self.chance.choice(NAMED)
        msgid = f"{code}20210705{self.number:08d}"
        return Sent(code, infno, node, dict(given), home, msgid)

    def admit(self, infno: str = "2401") -> Sent:
        code = self.chance.choice((NANNING.code, NANNING.code, MAOMING.code, TOWNSHIP.code))
        psn_no = self.mostly("P3", "P1", "P2")
        begin = f"2021-06-{self.chance.randint(1, 20):02d} 09:00:00"
        given = {"psn_no": psn_no, "insutype": "390", "begntime": begin, **CARD}
        if infno == "2201":
            return self.message(code, infno, {**given, "ipt_otp_no": "1"})
        return self.message(code, infno, {**given, "med_type": "21", "ipt_no": "1"}, "mdtrtinfo")

    def visit(self) -> Sent:
        return self.admit("2201")

    def known(self, inpatient: bool | None = None) -> tuple[str, Stay]:
        """A registration, most often one that is open."""
        fits = [(i, s) for i, s in self.stays.items() if inpatient in (None, s.inpatient)]
        nobody = Stay(MAOMING.code, "P1", bool(inpatient), away=False)
        live = [(i, s) for i, s in fits if not s.cancelled]
        pool = live if live and self.chance.random() < 0.9 else fits
        return self.chance.choice(pool) if pool else ("440900V2021AAAAAAAAAAAAAAAAAA", nobody)

    def end(self) -> Sent:
        mdtrt_id, stay = self.known(inpatient=True)
        given = {"mdtrt_id": mdtrt_id, "psn_no": stay.psn_no, "insutype": "390", "dscg_way": "1"}
        given["endtime"] = f"2021-06-{self.chance.randint(21, 30)} 09:00:00"
        return self.message(stay.institution, "2402", given, "dscginfo")

    def goes_on(self) -> Sent:
        mdtrt_id, stay = self.known(inpatient=True)
        given = {"mdtrt_id": mdtrt_id, "psn_no": stay.psn_no}
        return self.message(stay.institution, "2405", given)

    def cancel(self) -> Sent:
        mdtrt_id, stay = self.known()
        held = [(i, one) for i, one in self.stays.items() if one.batches]
        if held and self.chance.random() < 0.5:
            mdtrt_id, stay = self.chance.choice(held)
        given = {"mdtrt_id": mdtrt_id, "psn_no": stay.psn_no, "ipt_otp_no": "1"}
        return self.message(stay.institution, "2404" if stay.inpatient else "2202", given)

    def settle(self) -> Sent:
        mdtrt_id, stay = self.known()
        amounts = bill("1000.00", "900.00")
        given = {"psn_no": stay.psn_no, "mdtrt_id": mdtrt_id, "insutype": "390", **CARD, **amounts}
        given |= {"psn_setlway": "01", "acct_used_flag": "0"}
        if stay.inpatient:
            given |= {"mid_setl_flag": "0", "dscgTime": "2021-06-30"}
            return self.message(stay.institution, "2304", given)
        given |= {"med_type": "11", "chrg_bchno": self.chance.choice(("B1", "B2", "B3"))}
        return self.message(stay.institution, "2207", given)

    def reverse(self) -> Sent:
        setl_id = self.chance.choice([*self.settled, "440900SNONE"])
        mdtrt_id, _ = self.settled.get(setl_id, ("V", ""))
        stay = self.stays.get(mdtrt_id, Stay(MAOMING.code, "P1", True, away=False))
        given = {"setl_id": setl_id, "mdtrt_id": mdtrt_id, "psn_no": stay.psn_no}
        return self.message(stay.institution, "2305" if stay.inpatient else "2208", given)

    def back(self) -> Sent:
        """2601 of an old message."""
        old = self.chance.choice(self.log) if self.log else self.admit()
        given = {"psn_no": old.given["psn_no"], "omsgid": old.msgid, "oinfno": old.infno}
        sent = self.message(old.institution, "2601", given)
        sent.aim = old.aim
        return sent

    def file(self) -> Sent:
        """A referral, sometimes back-dated, for everywhere, without end or by another kind."""
        code = self.chance.choice((MAOMING.code, MAOMING.code, NANNING.code))
        given = {
            "psn_no": self.chance.choice(list(INSURED)),
            "reflin_medins_no": NANNING.code,
            "mdtrtarea_admdvs": self.mostly("450100", "450000", "000000"),
            "refl_type": self.mostly("1", "3", "4"),
            "refl_date": "2021-06-01",
            "begndate": self.mostly("2021-07-05", "2021-06-01", "2999-01-01"),
            "enddate": "2021-12-31",
        }
        return self.message(code, "2501", given, "refmedin")

    def mostly(self, right: str, *wrong: str) -> str:
        return right if self.chance.random() < 0.7 else self.chance.choice(wrong)

    def unfile(self) -> Sent:
        number = self.chance.choice([*self.filings, "NONE"])
        psn_no, code = self.filings.get(number, ("P1", MAOMING.code))
        return self.message(code, "2502", {"trt_dcla_detl_sn": number, "psn_no": psn_no})

    # what the answers must be

    def send(self, sent: Sent) -> None:
        hospital = self.hospitals[sent.institution]
        hospital.home = sent.home
        envelope = hospital.envelope(sent.infno, sent.given, sent.msgid, sent.node)
        envelope["input"]["feestt"] = FEES
        answer = hospital.post(envelope)
        assert answer["http"] == 200, answer["err_msg"]
        if answer["infcode"] != 0:
            self.done["refused"] += 1
            return
        meant = repr(sorted(sent.given.items()))
        before = self.meant.setdefault((sent.institution, sent.msgid), meant)
        assert before == meant, f"{sent.infno} said done for another content under its msgid"
        self.done[sent.infno] += 1
        self.log.append(sent)
        check = getattr(self, f"after_{sent.infno}", None) or self.after_visit
        check(sent, answer["output"])
        self.check_stays(str(sent.given["psn_no"]))

    def check_stays(self, psn_no: str) -> None:
        """Nobody lies in two hospitals."""
        stays = [one for one in self.file_of(psn_no).visits if one.notes["registered_by"] == "2401"]
        assert sum(one.end is None for one in stays) <= 1, "a stay is open beside another"

    def file_of(self, psn_no: str) -> Any:
        return people.load(psn_no, 2020)

    def stay_of(self, sent: Sent) -> Stay:
        """The registration that the message may act on: its own hospital's and person's, and
        standing."""
        stay = self.stays.get(str(sent.given["mdtrt_id"]))
        assert stay is not None, f"{sent.infno} on a visit that was never registered"
        assert not stay.cancelled, f"{sent.infno} on a cancelled visit"
        assert stay.institution == sent.institution, f"{sent.infno} on another hospital's visit"
        assert stay.psn_no == sent.given["psn_no"], f"{sent.infno} on another person's visit"
        assert sent.given.get("insutype", "390") == "390", "another insurance type"
        return stay

    def after_2401(self, sent: Sent, output: Any) -> None:
        mdtrt_id = sent.aim = output["result" if sent.infno == "2401" else "data"]["mdtrt_id"]
        away = sent.institution == NANNING.code
        stay = Stay(sent.institution, str(sent.given["psn_no"]), sent.infno == "2401", away)
        stay = self.stays.setdefault(mdtrt_id, stay)
        standing = self.file_of(stay.psn_no).visit(mdtrt_id) is not None or stay.batches
        assert standing, "a registration that is gone is said to stand"

    after_2201 = after_2401

    def after_visit(self, sent: Sent, _output: Any) -> None:
        stay = self.stay_of(sent)
        visit = self.file_of(stay.psn_no).visit(sent.given["mdtrt_id"])
        if sent.infno == "2405":
            assert visit is not None, "a settled stay is said to go on"
            assert visit.end is None, "an ended stay is said to go on"
        elif visit is not None:
            assert f"{visit.end} 09:00:00" == sent.given["endtime"], "ended otherwise than said"

    def after_2404(self, sent: Sent, _output: Any) -> None:
        again = self.stays.get(str(sent.given["mdtrt_id"]))
        if again is not None and again.cancelled:
            assert (again.institution, again.psn_no) == (sent.institution, sent.given["psn_no"])
            return
        stay = self.stay_of(sent)
        assert not stay.batches, "a visit is cancelled under a settlement"
        assert self.file_of(stay.psn_no).visit(sent.given["mdtrt_id"]) is None
        stay.cancelled = True

    after_2202 = after_2404

    def after_2304(self, sent: Sent, output: Any) -> None:
        stay, info = self.stay_of(sent), output["setlinfo"]
        setl_id, mdtrt_id = info["setl_id"], str(sent.given["mdtrt_id"])
        batch = str(sent.given.get("chrg_bchno", "STAY"))
        again = self.settled.get(setl_id) == (mdtrt_id, batch)
        assert stay.batches.get(batch) == (setl_id if again else None), "a batch is settled twice"
        stay.batches[batch] = setl_id
        self.settled[setl_id] = (mdtrt_id, batch)
        sent.aim = setl_id
        decision = service.get_settlement(setl_id).decision
        assert decision.psn_no == stay.psn_no, "somebody else is paid"
        assert decision.insured_region == INSURED[stay.psn_no]
        assert again or not (stay.away and self.suspended), "settled though suspended"
        known = decision.facts.filing
        assert known == "none", f"care of June counts as {known}, filed after it began"
        assert (info["maf_pay"] != "0.00") <= (stay.psn_no in STANDING)

    after_2207 = after_2304

    def after_2305(self, sent: Sent, output: Any) -> None:
        setl_id = output["setlinfo"]["setl_id"]
        mdtrt_id, batch = self.settled[setl_id]
        stay = self.stays[mdtrt_id]
        assert (stay.institution, stay.psn_no) == (sent.institution, sent.given["psn_no"])
        assert service.get_settlement(setl_id).reversed_by == sent.msgid
        self.released(stay, batch, setl_id)

    after_2208 = after_2305

    def released(self, stay: Stay, batch: str, setl_id: str) -> None:
        if stay.batches.get(batch) == setl_id:
            del stay.batches[batch]

    def after_2601(self, sent: Sent, _output: Any) -> None:
        if (sent.institution, str(sent.given["omsgid"])) not in self.meant:
            return  # nothing came under that msgid: it is blocked
        if sent.aim in self.settled:
            mdtrt_id, batch = self.settled[sent.aim]
            assert service.get_settlement(sent.aim).reversed_by == sent.msgid
            self.released(self.stays[mdtrt_id], batch, sent.aim)
        elif sent.aim in self.stays:
            stay = self.stays[sent.aim]
            assert not stay.batches, "a registration is taken back under a settlement"
            assert self.file_of(stay.psn_no).visit(sent.aim) is None
            stay.cancelled = True
        else:
            assert not sent.aim, f"{sent.given['oinfno']} is said to be taken back"

    def after_2501(self, sent: Sent, output: Any) -> None:
        number = sent.aim = output["trt_dcla_detl_sn"]
        psn_no = str(sent.given["psn_no"])
        standing = [f.filing_id for f in self.file_of(psn_no).filings]
        assert number in standing, "a filing that is gone is said to stand"
        assert sent.institution != NANNING.code, "filed by the hospital that treats"
        assert sent.given["begndate"] == "2021-07-05", "filed for a day that is not now"
        assert sent.given["mdtrtarea_admdvs"] not in ("000000", "450000"), "filed for everywhere"
        self.filings[number] = (psn_no, sent.institution)

    def after_2502(self, sent: Sent, _output: Any) -> None:
        number = str(sent.given["trt_dcla_detl_sn"])
        assert self.filings[number] == (sent.given["psn_no"], sent.institution), "another's filing"
        standing = [f.filing_id for f in self.file_of(str(sent.given["psn_no"])).filings]
        assert number not in standing, "a filing that stands is said to be gone"

    def check_sums(self) -> None:
        """Year totals and books are the sums of what stands, and nothing else."""
        standing = [b for stay in self.stays.values() for b in stay.batches.values()]
        found = [service.get_settlement(setl_id) for setl_id in standing]
        assert all(one.reversed_at is None for one in found)
        for psn_no in INSURED:
            sums: Counter[str] = Counter()
            for one in found:
                if one.decision.psn_no == psn_no:
                    sums.update(one.decision.totals_change)
            held = self.file_of(psn_no).totals(2021).amounts
            assert held == {name: amount for name, amount in sums.items() if amount}
        paid = sum(int(one.decision.funds_paid) for one in found)
        booked = sum(
            int(line.amount)
            for region in ("440900", "440902")
            for entry in fund.entries(region, "2021-07")
            for line in entry.lines
            if "-5" in line.account.code
        )
        assert booked == paid, "the books hold what stands"
