"""A city whose offices live a year in tests: its hospitals, officers and funds, what is done by
REST with officers' own tokens, and what the outside world knows of it: what hospitals were answered
and what moved on the accounts."""

from __future__ import annotations

import random
from collections import Counter
from datetime import date, datetime, timedelta
from itertools import product
from typing import Any, ClassVar, NamedTuple

from tests.journeys.office_year import Installation, Token, moment
from tests.settlement.hospital import bill, passed, stay_input

from medaid.fund.performance.model import management_topics
from medaid.money import Fen
from medaid.months import Month
from medaid.settlement.model import Institution

CITY, NANNING, HAIKOU = "440900", "450100", "460100"
GUANGDONG, GUANGXI, HAINAN = "440000", "450000", "460000"
PLACES = ("440902", "440981", "440983")
HOSPITALS = [
    Institution(f"H{place}{number:05d}", f"{place}第{number}医院", place, level)
    for place in PLACES
    for number, level in enumerate(("3", "2", "2"), 1)
] + [
    Institution("H44090400001", "电白医院", "440904", "2"),
    Institution("H45010300001", "南宁医院", "450103", "3"),
    Institution("H46010500001", "海口医院", "460105", "3"),
]
OFFICES = (CITY, PLACES[1], NANNING, HAIKOU)
"""With books of their own."""
PROVINCES = (GUANGDONG, GUANGXI, HAINAN)
ACCOUNTS = {"1001": "财政专户", "1002": "支出户"}
CODES = {"basic_resident": "390100", "critical_resident": "390200", "assistance": "610100"}
NAMES = {
    "accountant": "会计",
    "cashier": "出纳",
    "auditor": "审核",
    "reviewer": "复核",
    "finance": "财政",
    "manager": "主任",
    "government": "政府",
}
PEOPLE = {f"P{number:02d}": one for number, one in enumerate(HOSPITALS, 1)}
COUNTY_PEOPLE = ("P04", "P05")
"""Assisted by their county beside the city's insurance (J24)."""
FUNDS = {
    "hifp_pay": "basic_resident",
    "hifmi_pay": "critical_resident",
    "hifob_pay": "critical_resident",
    "maf_pay": "assistance",
}


def officers(region: str) -> dict[str, Token]:
    return {post: Token(f"{region}-{post}", region, post) for post in NAMES}


def pooled(institution: Institution) -> str:
    return f"{institution.admdvs[:4]}00"


class Move(NamedTuple):
    region: str
    account: str
    day: str
    fund: str
    fen: int


class Signed(NamedTuple):
    """Signed final accounts, with their rows by name, fen."""

    made: dict[str, Any]
    now: dict[str, int]
    before: dict[str, int]


class City:
    """What happened in the city's offices, as the outside world knows it."""

    city = CITY
    year = 2021
    """The first of the agreements."""
    hospitals = HOSPITALS
    people: ClassVar = PEOPLE
    """Who goes to which hospital."""
    offices: tuple[str, ...] = OFFICES
    provinces: tuple[str, ...] = PROVINCES
    counties: tuple[str, ...] = PLACES[1:2]
    """That assist people beside the city's insurance."""

    def __init__(self, office: Installation) -> None:
        self.office = office
        self.staff = {region: officers(region) for region in (*self.offices, *self.provinces)}
        self.answered: Counter[str] = Counter()
        """By paying fund, fen that hospitals were told the funds pay."""
        self.paid: Counter[tuple[str, str]] = Counter()
        """By region and institution, fen that the bank says it paid."""
        self.cleared: Counter[tuple[str, str]] = Counter()
        """By debtor and creditor city, fen that bills between regions moved."""
        self.insured: Counter[str] = Counter()
        """By district, fen that the insurer was paid."""
        self.papers = 0
        self.printed: set[str] = set()
        """Their addresses."""
        self.paper = b""
        """The last that was printed."""
        self.moves: list[Move] = []
        """What moved on the accounts, as the bank knows it."""
        self.months: dict[tuple[str, str], list[tuple[str, dict[str, Any]]]] = {}

    def has_officers_and_agreements(self) -> None:
        """Officers by name and post, and an agreement with each hospital."""
        for region, posts in self.staff.items():
            for post, token in posts.items():
                path = f"/payments/{region}/officers/{token.sub}"
                named = {"name": f"张{NAMES[post]}", "post": NAMES[post]}
                self.office.do(posts["manager"], "PUT", path, named)
        for institution in self.hospitals:
            self.contracts(institution)

    def begins(self) -> None:
        """Officers, agreements, the insurer's contract, opening balances and the budget."""
        office = self.office
        self.has_officers_and_agreements()
        contract = f"/clearing/{self.city}/insurer/2021/contract"
        office.do(self.staff[self.city]["manager"], "POST", contract, {
            "insurer": "PICC", "name": "某财产保险茂名分公司", "reserve": "500000.00",
            "chosen_on": "2020-12-01", "signed_on": "2020-12-20",
        })  # fmt: skip
        office.do(
            self.staff[self.city]["reviewer"], "POST", f"{contract}/decision", {"approved": True}
        )
        account = {
            "acctname": "某财产保险茂名分公司",
            "bankacct": "6222000099990000",
            "bankcode": "102",
        }
        for region in (self.city, *self.counties):
            payee, mine = f"/payments/{region}/payees/PICC", self.staff[region]
            office.do(mine["accountant"], "PUT", payee, account)
            office.do(mine["manager"], "POST", f"{payee}/approve")
        for region in self.offices:
            funds = funds_of(region)
            lines = [("1001", "3001", fund, "2000000.00") for fund in funds]
            self.voucher(region, "期初", "opening", "2021-01-04", *lines)
            for fund in funds:
                self.moved(region, "1001", fund, 200000000)
            self.budget(region, funds)

    def contracts(self, institution: Institution) -> None:
        region = pooled(institution)
        mine, base = self.staff[region], f"/clearing/{region}/agreements/{institution.code}"
        found = self.office.do(mine["manager"], "GET", base)
        self.office.do(mine["manager"], "POST", base, {
            "effective": f"{self.year}-01-04", "until": f"{self.year + 1}-12-31",
            "name": institution.name,
            "hi_paymtd": "1", "rate": "0", "retention": "0.05", "bank": "中国银行",
            "account": f"62220000{institution.code[1:]}", "document": f"协议{self.year}",
            "clauses": [one["id"] for one in found["required_clauses"]],
        })  # fmt: skip
        self.office.do(mine["reviewer"], "POST", f"{base}/decision", {"approved": True})

    def voucher(
        self,
        region: str,
        number: str,
        kind: str,
        day: str,
        *lines: tuple[str, str, str, str],
        counterpart: str = "",
    ) -> None:
        """Entered by one, posted by another."""
        mine = self.staff[region]
        whom = {"counterpart": counterpart} if counterpart else {}
        self.office.do(mine["accountant"], "POST", f"/fund/{region}/vouchers", {
            "voucher_id": number, "kind": kind, "effective": day, "document": f"文{number}",
            "document_date": day, "attachment": "a" * 64, **whom,
            "lines": [
                {"debit": debit, "credit": credit, "fund": fund, "amount": amount}
                for debit, credit, fund, amount in lines
            ],
        })  # fmt: skip
        path = f"/fund/{region}/vouchers/{day[:7]}/{number}"
        self.office.do(mine["auditor"], "POST", f"{path}/post")
        self.prints(mine["accountant"], f"{path}/paper/pdf")

    def budget(self, region: str, funds: list[str], year: int = 2021) -> None:
        mine, base = self.staff[region], f"/fund/{region}/budget/{year}"
        spent = {
            "basic_resident": ("390100", "500111"),
            "critical_resident": ("390200", "500111"),
            "assistance": ("610100", "500101"),
        }
        items = [
            {"account": "-".join(spent[fund]), "base": "1200000.00", "source": f"{year - 1}年决算"}
            for fund in funds
        ]
        self.office.do(mine["accountant"], "POST", base, {"items": items, "reason": "年度预算"})
        self.office.do(mine["finance"], "POST", f"{base}/1/review")
        self.office.do(mine["government"], "POST", f"{base}/1/approve", {"document": "批复1号"})

    def quarter_begins(self, quarter: str, day: str) -> None:
        """Money of the quarter to the expenditure account, and the income of the quarter."""
        self.office.now = moment(f"{day} 09:00")
        for region in self.offices:
            mine = self.staff[region]
            funds = funds_of(region)
            base = f"/fund/{region}/allocations/{quarter}/1"
            amounts = {"amounts": dict.fromkeys(funds, "250000.00")}
            self.office.do(mine["accountant"], "POST", f"{base}/request", amounts)
            for who, act in (("auditor", "review"), ("finance", "approve"), ("cashier", "receive")):
                self.office.do(mine[who], "POST", f"{base}/{act}")
            self.prints(mine["accountant"], f"{base}/paper/pdf")
            income = [("1001", "410104", fund, "30000.00") for fund in funds]
            self.voucher(region, f"财{quarter}", "fiscal_income", day, *income)
            for fund in funds:
                self.moved(region, "1001", fund, -25000000)
                self.moved(region, "1002", fund, 25000000)
                self.moved(region, "1001", fund, 3000000)

    def settle(self, psn_no: str, at: datetime, total: str, within: str) -> dict[str, Any]:
        institution = self.people[psn_no]
        self.office.now = at
        hospital = self.office.hospital(institution, self.city)
        begin, end = (f"{at - timedelta(days=d):%Y-%m-%d} 09:00:00" for d in (6, 1))
        mdtrt_id = hospital.stay(psn_no, begin, end)
        sent = stay_input(psn_no, mdtrt_id, bill(total, within))
        envelope = hospital.envelope("2304", sent)
        envelope["input"]["feestt"] = [{"med_chrgitm_type": "09", "item_sumamt": total}]
        answer: dict[str, Any] = passed(hospital.post(envelope))["setlinfo"]
        self.months.setdefault((f"{at:%Y-%m}", institution.code), []).append((psn_no, answer))
        return answer

    def agree(self, institution: Institution, month: str) -> None:
        """3201 over the month, as the hospital knows its own settlements."""
        mine = self.months.get((month, institution.code), [])
        if not mine:
            return
        first = date.fromisoformat(f"{month}-01")
        last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)

        def total(name: str) -> str:
            return Fen(sum(int(Fen.of_yuan(one[name])) for _, one in mine)).yuan()

        hospital = self.office.hospital(institution, self.city)
        sent = {
            "insutype": "390",
            "clr_type": "21",
            "setl_optins": self.city,
            "stmt_begndate": str(first),
            "stmt_enddate": str(last),
            **{name: total(name) for name in ("medfee_sumamt", "fund_pay_sumamt")},
            "acct_pay": "0.00",
            "fixmedins_setl_cnt": str(len(mine)),
        }
        told = passed(hospital.call("3201", sent))["stmtinfo"]
        assert told["stmt_rslt"] == "0", told

    def pay(self, month: str) -> None:
        """Every statement of the month to the bank, which pays it; one hospital's payments come
        back first."""
        for institution in self.hospitals:
            for region in {pooled(institution), *self.counties}:
                mine = self.staff[region]
                base = f"/clearing/{region}/statements/{institution.code}/{month}/1"
                status, found = self.office.ask(mine["auditor"], "GET", base)
                if status == 404:
                    continue
                assert found["state"] == "confirmed", (base, found)
                self.office.do(mine["auditor"], "POST", f"{base}/approve", {})
                found = self.office.do(mine["cashier"], "POST", f"{base}/release", {})
                self.bank(region, institution.code, found)
                for paper in ("paper", "notice") if found["order"] else ("paper",):
                    self.prints(mine["cashier"], f"{base}/{paper}/pdf")

    def bank(self, region: str, institution: str, statement: dict[str, Any]) -> None:
        order = statement["order"]
        if not order:
            return
        amount = Fen(sum(int(Fen.of_yuan(one)) for one in statement["paid"].values()))
        line = f"{order}|{amount.yuan()}|paid|"
        said = self.office.bank_says(order, f"H|{order}\nD|{line}\nT|1|{amount.yuan()}\n")
        assert said == {"taken": 1, "refused": 0}
        self.paid[region, institution] += int(amount)
        for fund, yuan in statement["paid"].items():
            self.moved(region, "1002", fund, -int(Fen.of_yuan(yuan)))

    def bills(self, month: str) -> None:
        """The bills of a month between the three provinces, step by step by both ends: the city's
        money to its province, from there to the other one."""
        path = f"/clearing/{GUANGDONG}/bills/{month}"
        office, mine = self.office, self.staff[GUANGDONG]
        for one in office.do(mine["accountant"], "GET", path)["rows"]:
            if one["debtor"] != GUANGDONG:
                continue
            other = self.staff[one["creditor"]]
            paper = {"document": f"划{month}{one['creditor']}"}
            for part in one["parts"]:
                deposit = f"/clearing/{GUANGDONG}/deposits/{part['debtor']}"
                office.do(mine["cashier"], "POST", deposit, {**paper, "amounts": part["amounts"]})
                total = sum(int(Fen.of_yuan(fen)) for fen in part["amounts"].values())
                self.cleared[part["debtor"], part["creditor"]] += total
                for fund, amount in part["amounts"].items():
                    self.moved(part["debtor"], "1001", fund, -int(Fen.of_yuan(amount)))
            step = f"{path}/{one['kind']}/{one['creditor']}/{GUANGDONG}"
            steps = ("received", "submitted", "in_full", "transferred", "advised")
            for name in steps if one["parts"] else ():
                who = "finance" if name in ("in_full", "transferred") else "accountant"
                office.do(mine[who], "POST", f"{step}/{name}", paper)
            if one["parts"]:
                there = f"/clearing/{one['creditor']}/bills/{month}/{one['kind']}"
                end = f"{there}/{one['creditor']}/{GUANGDONG}/confirmed"
                office.do(other["accountant"], "POST", end, paper)
                self.prints(mine["accountant"], f"{step}/paper/pdf")

    def prints(self, who: Token, path: str, body: Any = None, query: str = "") -> None:
        """A paper, made on the way."""
        self.paper = self.office.fetch(who, path, body, query)
        assert self.paper.startswith(b"%PDF")
        self.papers += 1
        self.printed.add(path)

    def papers_of_the_year(self) -> None:
        """What is printed once a year: the trial balance, the performance of the assistance fund,
        the evaluation of the insurer, the accounts of city and county added up, next year's
        prepayment to another province."""
        office, mine = self.office, self.staff[self.city]
        here = f"/fund/{self.city}"
        self.prints(
            mine["accountant"], f"{here}/trial-balance/pdf", query="from=2021-01-01&to=2021-12-31"
        )
        base = f"{here}/performance/2021"
        found = office.do(mine["manager"], "GET", base)["indicators"]
        sent = {
            "reasons": {one["key"]: "说明" for one in found if one["reached"] is False},
            "management": {one: {"says": "符合规定"} for one in management_topics()},
        }
        made = office.do(mine["accountant"], "POST", base, sent)
        digest = {"digest": made["digest"]}
        office.do(mine["finance"], "POST", f"{base}/versions/1/check", digest)
        office.do(mine["manager"], "POST", f"{base}/versions/1/sign", digest)
        self.prints(mine["manager"], f"{base}/versions/1/paper/pdf")
        base = f"/clearing/{self.city}/insurer/2021/assessment"
        scores = [
            {"criterion": one, "weight": weight, "score": weight - 1, "basis": "调查"}
            for one, weight in (
                ("persons_satisfied", 40), ("institutions_satisfied", 30), ("protection", 30),
            )
        ]  # fmt: skip
        office.do(mine["manager"], "POST", base, {"scores": scores, "conclusion": "良好"})
        office.do(mine["reviewer"], "POST", f"{base}/decision", {"approved": True})
        self.prints(mine["manager"], f"{base}/paper/pdf")
        for county in self.counties:
            path = f"/fund/{county}/final-accounts/2021/assistance"
            office.do(self.staff[county]["accountant"], "POST", path, {"policy": "按规定执行"})
        added = f"{here}/final-accounts/2021/assistance/consolidation/paper/pdf"
        self.prints(mine["finance"], added, {"regions": [self.city, *self.counties]})
        above, other = self.staff[GUANGDONG], GUANGXI
        base = f"/clearing/{GUANGDONG}/prepayments"
        fix = f"{base}/{other}/2022/fix"
        office.do(above["manager"], "POST", fix, {"last_year": {"basic_resident": "1200.00"}})
        office.do(above["reviewer"], "POST", f"{fix}/decision", {"approved": True})
        (one,) = office.do(above["accountant"], "GET", f"{base}/2022/bills")["rows"]
        whom = f"{one['kind']}/{one['creditor']}/{one['debtor']}"
        self.prints(above["accountant"], f"{base}/2022/{whom}/paper/pdf")

    def moved(self, region: str, account: str, fund: str, fen: int) -> None:
        """Money that came to an account of a fund, or left it, as the bank sees it."""
        if fen:
            self.moves.append(Move(region, account, f"{self.office.now:%Y-%m-%d}", fund, fen))

    def reconcile(self, quarter: str, first: str, last: str) -> None:
        """Finance's statement of the city's special account, signed by both sides."""
        rows = []
        for account, fund in product(ACCOUNTS, funds_of(self.city)):
            known = [
                one for one in self.moves if one[:2] == (self.city, account) and one.fund == fund
            ]
            where = f"{ACCOUNTS[account]},{CODES[fund]}"
            before = Fen(sum(one.fen for one in known if one.day < first))
            rows.append(f"{first},,{where},,,期初余额,{before.yuan()}")
            for one in known:
                if first <= one.day <= last:
                    cash = Fen(abs(one.fen)).yuan()
                    sides = f"{cash}," if one.fen > 0 else f",{cash}"
                    rows.append(f"{one.day},,{where},{sides},划转,")
            after = Fen(sum(one.fen for one in known if one.day <= last))
            rows.append(f"{last},,{where},,,期末余额,{after.yuan()}")
        random.Random(quarter).shuffle(rows)
        assert self.office.finance_sends(self.city, quarter, rows)["refused"] == 0
        path, mine = f"/fund/{self.city}/reconciliations/{quarter}", self.staff[self.city]
        found = self.office.do(mine["accountant"], "GET", path)
        assert set(found["counts"]) == {"matched"}, found["open"][:3]
        assert all(one["agrees"] for one in found["balances"]), found["balances"]
        for who in ("accountant", "finance"):
            signed = {"digest": found["digest"], "remarks": "核对一致"}
            found = self.office.do(mine[who], "POST", f"{path}/sign", signed)
        assert found["state"] == "signed"

    def months_statements(self, label: str) -> None:
        """The calendar's jobs once a month is over, and the hospitals' 3201."""
        self.office.deliver()
        after = Month(label).next
        self.office.now = moment(f"{after.first.replace(day=2)} 08:00")
        self.office.job("monthly")
        done = self.office.job("daily")
        assert (done["tampered"], done["rollup_differs"]) == (0, 0)
        for institution in self.hospitals:
            self.agree(institution, label)

    def month_is_over(self, label: str) -> None:
        """Statements, payments, bills, insurer; the month closed."""
        month = int(label[5:])
        self.months_statements(label)
        self.pay(label)
        if month > 1:
            self.bills(f"2021-{month - 1:02d}")
        self.insurer()
        self.office.deliver()
        for region in self.offices if month < 12 else ():
            self.closes(region, label)

    def closes(self, region: str, label: str) -> None:
        path = f"/fund/{region}/periods/{label}/close"
        self.office.do(self.staff[region]["accountant"], "POST", path)

    def signed_accounts(self, fund: str, year: int) -> Signed:
        """The city's final accounts of a fund: drafted, checked, signed and approved by four,
        printed."""
        mine = self.staff[self.city]
        path = f"/fund/{self.city}/final-accounts/{year}/{fund}"
        made = self.office.do(mine["accountant"], "POST", path, {"policy": "按规定执行"})
        version = f"{path}/versions/{made['number']}"
        for who, act in (("finance", "check"), ("manager", "sign")):
            signed = {"digest": made["digest"]}
            made = self.office.do(mine[who], "POST", f"{version}/{act}", signed)
        assert made["state"] == "signed"
        approved = {"digest": made["digest"], "document": "批复9号"}
        made = self.office.do(mine["government"], "POST", f"{version}/approve", approved)
        assert made["state"] == "approved"
        self.prints(mine["manager"], f"{version}/paper/pdf")
        rows = [
            row
            for statement in made["statements"]
            for line in statement["lines"]
            for row in (line["left"], line["right"])
            if row
        ]
        now, before = (
            {row["name"]: int(Fen.of_yuan(row[one])) for row in rows} for one in ("now", "before")
        )
        return Signed(made, now, before)

    def there(self, region: str, account: str, fund: str, before: str) -> int:
        """What lies on an account before a day, fen, as the bank knows it."""
        mine = [one for one in self.moves if one[:2] == (region, account) and one.fund == fund]
        return sum(one.fen for one in mine if one.day < before)

    def answers(self) -> Counter[tuple[str, str]]:
        """By paying region and fund, what hospitals were told that the funds pay."""
        found: Counter[tuple[str, str]] = Counter()
        for settled in self.months.values():
            for psn_no, answer in settled:
                for name, fund in FUNDS.items():
                    fen = int(Fen.of_yuan(answer.get(name) or "0"))
                    county = fund == "assistance" and psn_no in COUNTY_PEOPLE
                    found[PLACES[1] if county else self.city, fund] += fen
        return found

    def insurer(self) -> None:
        """What the insurer fronted, asked for and paid."""
        for region in (self.city, *self.counties):
            mine, base = self.staff[region], f"/clearing/{region}/insurer/2021"
            for one in self.office.do(mine["auditor"], "GET", base)["bills"]:
                if one["district"] == region and one["state"] == "made":
                    bill = f"{base}/bills/{one['period']}"
                    self.office.do(mine["auditor"], "POST", f"{bill}/approve", {})
                    paid = self.office.do(mine["finance"], "POST", f"{bill}/pay", {})
                    order, fronted = paid["order_id"], one["fronted"]
                    said = f"H|{order}\nD|{order}|{fronted}|paid|\nT|1|{fronted}\n"
                    assert self.office.bank_says(order, said) == {"taken": 1, "refused": 0}
                    self.moved(region, "1001", "assistance", -int(Fen.of_yuan(one["fronted"])))
                    self.insured[region] += int(Fen.of_yuan(one["fronted"]))


def _column(rows: list[dict[str, Any]], name: str) -> dict[str, int]:
    return {row["name"]: int(Fen.of_yuan(row[name])) for row in rows}


def funds_of(region: str) -> list[str]:
    """A county keeps books of its assistance alone."""
    return ["assistance"] if region == PLACES[1] else sorted(set(FUNDS.values()))
