"""A year of a city's finance office, by REST alone, by officers with their own tokens: three
counties, twelve hospitals, two provinces, one insurer; equal to a recount that knows only what the
hospitals were answered and what the bank paid (J29 to J36, Q2.2, Q3.1, X12, M二.5)."""

from __future__ import annotations

import random
from collections import Counter
from datetime import date, datetime, timedelta
from itertools import product
from typing import Any, NamedTuple

import pytest
from tests.conftest import Tables
from tests.journeys.office_year import Installation, Token, moment
from tests.people.samples import identity
from tests.settlement.hospital import bill, contracted, known_person, passed, stay_input

from medaid.clearing import projector
from medaid.money import Fen
from medaid.settlement import statements as hospital_statements
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


class Year:
    """What happened, as the outside world knows it."""

    def __init__(self, office: Installation) -> None:
        self.office = office
        self.staff = {region: officers(region) for region in (*OFFICES, *PROVINCES)}
        self.answered: Counter[str] = Counter()
        """By paying fund, fen that hospitals were told the funds pay."""
        self.paid: Counter[tuple[str, str]] = Counter()
        """By region and institution, fen that the bank says it paid."""
        self.cleared: Counter[tuple[str, str]] = Counter()
        """By debtor and creditor city, fen that bills between regions moved."""
        self.insured: Counter[str] = Counter()
        """By district, fen that the insurer was paid."""
        self.papers = 0
        self.moves: list[Move] = []
        """What moved on the accounts, as the bank knows it."""
        self.months: dict[tuple[str, str], list[tuple[str, dict[str, Any]]]] = {}

    def begins(self) -> None:
        """Officers by name, agreements, the insurer's contract, opening balances and the budget."""
        office = self.office
        for region, posts in self.staff.items():
            for post, token in posts.items():
                path = f"/payments/{region}/officers/{token.sub}"
                named = {"name": f"张{NAMES[post]}", "post": NAMES[post]}
                office.do(posts["manager"], "PUT", path, named)
        for institution in HOSPITALS:
            self.contracts(institution)
        contract = f"/clearing/{CITY}/insurer/2021/contract"
        office.do(self.staff[CITY]["manager"], "POST", contract, {
            "insurer": "PICC", "name": "某财产保险茂名分公司", "reserve": "500000.00",
            "chosen_on": "2020-12-01", "signed_on": "2020-12-20",
        })  # fmt: skip
        office.do(self.staff[CITY]["reviewer"], "POST", f"{contract}/decision", {"approved": True})
        account = {
            "acctname": "某财产保险茂名分公司",
            "bankacct": "6222000099990000",
            "bankcode": "102",
        }
        for region in (CITY, PLACES[1]):
            payee, mine = f"/payments/{region}/payees/PICC", self.staff[region]
            office.do(mine["accountant"], "PUT", payee, account)
            office.do(mine["manager"], "POST", f"{payee}/approve")
        for region in OFFICES:
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
            "effective": "2021-01-04", "until": "2022-12-31", "name": institution.name,
            "hi_paymtd": "1", "rate": "0", "retention": "0.05", "bank": "中国银行",
            "account": f"62220000{institution.code[1:]}", "document": "协议2021",
            "clauses": [one["id"] for one in found["required_clauses"]],
        })  # fmt: skip
        self.office.do(mine["reviewer"], "POST", f"{base}/decision", {"approved": True})

    def voucher(
        self, region: str, number: str, kind: str, day: str, *lines: tuple[str, str, str, str]
    ) -> None:
        """Entered by one, posted by another."""
        mine = self.staff[region]
        self.office.do(mine["accountant"], "POST", f"/fund/{region}/vouchers", {
            "voucher_id": number, "kind": kind, "effective": day, "document": f"文{number}",
            "document_date": day, "attachment": "a" * 64,
            "lines": [
                {"debit": debit, "credit": credit, "fund": fund, "amount": amount}
                for debit, credit, fund, amount in lines
            ],
        })  # fmt: skip
        path = f"/fund/{region}/vouchers/{day[:7]}/{number}"
        self.office.do(mine["auditor"], "POST", f"{path}/post")
        self.prints(mine["accountant"], f"{path}/paper/pdf")

    def budget(self, region: str, funds: list[str]) -> None:
        mine, base = self.staff[region], f"/fund/{region}/budget/2021"
        spent = {
            "basic_resident": ("390100", "500111"),
            "critical_resident": ("390200", "500111"),
            "assistance": ("610100", "500101"),
        }
        items = [
            {"account": "-".join(spent[fund]), "base": "1200000.00", "source": "2020年决算"}
            for fund in funds
        ]
        self.office.do(mine["accountant"], "POST", base, {"items": items, "reason": "年度预算"})
        self.office.do(mine["finance"], "POST", f"{base}/1/review")
        self.office.do(mine["government"], "POST", f"{base}/1/approve", {"document": "批复1号"})

    def quarter_begins(self, quarter: str, day: str) -> None:
        """Money of the quarter to the expenditure account, and the income of the quarter."""
        self.office.now = moment(f"{day} 09:00")
        for region in OFFICES:
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
        institution = PEOPLE[psn_no]
        self.office.now = at
        hospital = self.office.hospital(institution, CITY)
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

        hospital = self.office.hospital(institution, CITY)
        sent = {
            "insutype": "390",
            "clr_type": "21",
            "setl_optins": CITY,
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
        for institution in HOSPITALS:
            for region in {pooled(institution), *PLACES[1:2]}:
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

    def prints(self, who: Token, path: str) -> None:
        """A paper, made on the way."""
        assert self.office.fetch(who, path).startswith(b"%PDF")
        self.papers += 1

    def moved(self, region: str, account: str, fund: str, fen: int) -> None:
        """Money that came to an account of a fund, or left it, as the bank sees it."""
        if fen:
            self.moves.append(Move(region, account, f"{self.office.now:%Y-%m-%d}", fund, fen))

    def reconcile(self, quarter: str, first: str, last: str) -> None:
        """Finance's statement of the city's special account, signed by both sides."""
        rows = []
        for account, fund in product(ACCOUNTS, funds_of(CITY)):
            known = [one for one in self.moves if one[:2] == (CITY, account) and one.fund == fund]
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
        assert self.office.finance_sends(CITY, quarter, rows)["refused"] == 0
        path, mine = f"/fund/{CITY}/reconciliations/{quarter}", self.staff[CITY]
        found = self.office.do(mine["accountant"], "GET", path)
        assert set(found["counts"]) == {"matched"}, found["open"][:3]
        assert all(one["agrees"] for one in found["balances"]), found["balances"]
        for who in ("accountant", "finance"):
            signed = {"digest": found["digest"], "remarks": "核对一致"}
            found = self.office.do(mine[who], "POST", f"{path}/sign", signed)
        assert found["state"] == "signed"

    def month_is_over(self, label: str) -> None:
        """The calendar's jobs, the hospitals' 3201, payments, bills, insurer; the month closed."""
        month = int(label[5:])
        self.office.deliver()
        self.office.now = moment(f"{date(2021 + month // 12, month % 12 + 1, 2)} 08:00")
        self.office.job("monthly")
        done = self.office.job("daily")
        assert (done["tampered"], done["rollup_differs"]) == (0, 0)
        for institution in HOSPITALS:
            self.agree(institution, label)
        self.pay(label)
        if month > 1:
            self.bills(f"2021-{month - 1:02d}")
        self.insurer()
        self.office.deliver()
        for region in OFFICES if month < 12 else ():
            path = f"/fund/{region}/periods/{label}/close"
            self.office.do(self.staff[region]["accountant"], "POST", path)

    def is_accounted_for(self) -> None:
        """Final accounts of each fund of the city, signed by three, printed; equal to a recount
        of what the hospitals were answered and what moved on the accounts."""
        mine, told = self.staff[CITY], self.answers()
        for fund in funds_of(CITY):
            path = f"/fund/{CITY}/final-accounts/2021/{fund}"
            made = self.office.do(mine["accountant"], "POST", path, {"policy": "按规定执行"})
            version = f"{path}/versions/{made['number']}"
            for who, act in (("finance", "check"), ("manager", "sign")):
                signed = {"digest": made["digest"]}
                made = self.office.do(mine[who], "POST", f"{version}/{act}", signed)
            assert made["state"] == "signed"
            rows = {
                row["name"]: Fen.of_yuan(row["now"])
                for statement in made["statements"]
                for line in statement["lines"]
                for row in (line["left"], line["right"])
                if row
            }
            spent = told[CITY, fund]
            assert spent
            assert sum(int(rows[name]) for name in rows if "住院" in name) == spent, rows
            left = next(rows[name] for name in rows if "年末滚存结余" in name)
            assert int(left) == 200000000 + 4 * 3000000 - spent
            self.prints(mine["manager"], f"{version}/paper/pdf")
        self.is_spent_as_paid()
        balance = self.office.do(
            mine["accountant"], "GET", f"/fund/{CITY}/trial-balance",
            query="from=2021-01-01&to=2021-12-31",
        )  # fmt: skip
        closing = {row["code"]: Fen.of_yuan(row["closing"]) for row in balance["rows"]}
        for account, fund in product(ACCOUNTS, funds_of(CITY)):
            moved = sum(
                one.fen
                for one in self.moves
                if one[:2] == (CITY, account) and one.fund == fund and one.day < "2022"
            )
            assert closing[f"{CODES[fund]}-{account}"] == Fen(moved)

    def is_spent_as_paid(self) -> None:
        """On the cash basis the year's expense is what left the accounts, whatever is owed."""
        path = f"/fund/{CITY}/cash-basis/2021"
        rows = self.office.do(self.staff[CITY]["accountant"], "GET", path)["rows"]
        for fund in ("basic_resident", "critical_resident"):
            mine = [one for one in rows if one["code"].startswith(f"{CODES[fund]}-5")]
            paid = sum(int(Fen.of_yuan(one["paid"])) for one in mine)
            known = [one for one in self.moves if (one.region, one.fund) == (CITY, fund)]
            there = sum(one.fen for one in known if one.day < "2022")
            assert paid == 200000000 + 4 * 3000000 - there
            assert paid < sum(int(Fen.of_yuan(one["booked"])) for one in mine)

    def answers(self) -> Counter[tuple[str, str]]:
        """By paying region and fund, what hospitals were told that the funds pay."""
        found: Counter[tuple[str, str]] = Counter()
        for settled in self.months.values():
            for psn_no, answer in settled:
                for name, fund in FUNDS.items():
                    fen = int(Fen.of_yuan(answer.get(name) or "0"))
                    county = fund == "assistance" and psn_no in COUNTY_PEOPLE
                    found[PLACES[1] if county else CITY, fund] += fen
        return found

    def insurer(self) -> None:
        """What the insurer fronted, asked for and paid."""
        for region in (CITY, PLACES[1]):
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


@pytest.fixture
def year(tables: Tables, monkeypatch: pytest.MonkeyPatch) -> Year:
    contracted(*HOSPITALS)
    hospital_statements.forget()
    projector._note.cache_clear()  # what it noted, it noted in tables of another test
    for number, psn_no in enumerate(PEOPLE, 1):
        county = PLACES[1] if psn_no in COUNTY_PEOPLE else CITY
        known_person(
            psn_no,
            identity("subsistence_allowance", date(2019, 1, 1), admdvs=county),
            serial=number,
        )
    return Year(Installation(monkeypatch, moment("2021-01-04 09:00")))


def test_a_year_of_the_finance_office(year: Year) -> None:
    office, staff = year.office, year.staff
    year.begins()
    for month in range(1, 13):
        label = f"2021-{month:02d}"
        if month % 3 == 1:
            year.quarter_begins(f"2021-Q{(month + 2) // 3}", f"{label}-08")
        for number, psn_no in enumerate(PEOPLE, 1):
            if (month + number) % 3 == 0:
                at = moment(f"{label}-{8 + number:02d} 10:00")
                year.settle(psn_no, at, f"{3000 + 100 * number + month}.00", "2500.00")
        year.month_is_over(label)
        if month % 3 == 0:
            last = "31" if month in (3, 12) else "30"
            year.reconcile(f"2021-Q{month // 3}", f"2021-{month - 2:02d}-01", f"{label}-{last}")
    for region in OFFICES:
        path = f"/fund/{region}/years/2021/close"
        office.do(staff[region]["accountant"], "POST", path)
    year.is_accounted_for()
    assert year.papers > 100
    assert {post for post in NAMES if office.answered[f"{CITY}-{post}"]} == set(NAMES)


def funds_of(region: str) -> list[str]:
    """A county keeps books of its assistance alone."""
    return ["assistance"] if region == PLACES[1] else sorted(set(FUNDS.values()))
