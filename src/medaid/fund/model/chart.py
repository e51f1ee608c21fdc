"""The chart of accounts and the permitted flows, loaded once from `chart.toml` and `flows.toml`. An
uncited row does not load."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from functools import cache
from importlib import resources
from typing import Any, Final, NamedTuple

from medaid.errors import BadInput, PolicyUndetermined
from medaid.fund.model import KINDS, Account, Fund
from medaid.money import Fen
from medaid.regions import Region


@dataclass(frozen=True, slots=True)
class Flow:
    """What an entry of one kind may debit and credit, by account number, and the clause that allows
    it (J29, Q2.2)."""

    kind: str
    name: str
    debit: frozenset[str]
    credit: frozenset[str]
    cite: str
    manual: bool = False
    """Whether people may enter it as a voucher; all else follows from an act of the system."""
    pairs: tuple[tuple[str, str], ...] = ()
    """The only (debit, credit) edges of a voucher's lines; any pair of the above where empty."""
    even: bool = False
    """Whether each of `pairs` moves the same amount of a fund."""
    begin: date = date.min
    """The first day of the kind."""
    month: int = 0
    """The only month of the year in which it may take effect; 0: any."""
    counterpart: bool = False
    """Whether a counterpart must be named: the account is kept by counterpart and age."""
    origin: str = ""
    """`same_year` or `earlier_year`: the year of the payment that comes back."""
    first: bool = False
    """Whether it only belongs in the region's first period."""
    filed: bool = False
    """Whether the region must be filed for it (provisions.toml)."""


NO_FLOW = Flow("", "", frozenset(), frozenset(), "")


@dataclass(frozen=True, slots=True)
class Refusal:
    """A kind of entry that a document forbids by name, or that another act books itself."""

    kind: str
    name: str
    rule: str
    cite: str

    @property
    def sentence(self) -> str:
        return f"{self.name}:{self.rule}({self.cite})"


def read(name: str, package: str = "medaid.fund") -> dict[str, Any]:
    """The TOML resource `name` of `package`."""
    import tomllib  # the first entry pays for it, not the cold start

    return tomllib.loads(resources.files(package).joinpath(name).read_text("utf-8"))


def _cited(row: Mapping[str, Any], what: str) -> None:
    if not str(row.get("cite", "")).strip():
        raise ValueError(f"{what} carries no citation")


@cache
def funds() -> Mapping[str, Fund]:
    """Funds by key, in chart order."""
    found = {}
    for row in read("chart.toml")["fund"]:
        _cited(row, f"fund {row['key']}")
        found[row["key"]] = Fund(
            row["key"],
            row["name"],
            row["code"],
            row["field"],
            tuple(row.get("insutypes", ())),
            row["cite"],
        )
    return found


def check_funds(named: Mapping[str, Fen], field: str = "amounts") -> None:
    """Amounts by fund that somebody sent: funds there are, each above zero, at least one.

    Raises BadInput FIELD_REQUIRED, FUND_UNKNOWN, AMOUNT_NEGATIVE naming `field` and the fund.
    """
    if not named:
        raise BadInput("FIELD_REQUIRED", field=field, rule="至少填写一个基金的金额")
    for fund, fen in named.items():
        where = f"{field}.{fund[:32]}"
        if fund not in funds():
            raise BadInput("FUND_UNKNOWN", field=where, rule=f"基金须为 {'、'.join(funds())}")
        if fen <= 0:
            raise BadInput("AMOUNT_NEGATIVE", field=where, rule="金额须为正")


@cache
def accounts() -> Mapping[str, Account]:
    """Accounts by code `<fund code>-<number>`, in chart order."""
    found: dict[str, Account] = {}
    rows = read("chart.toml")["account"]
    for fund in funds().values():
        for row in rows:
            _cited(row, f"account {row['number']}")
            assert row["kind"] in KINDS, row["kind"]
            if fund.key in row.get("funds", (fund.key,)):
                code = f"{fund.code}-{row['number']}"
                assert code not in found, f"account {code} twice"
                found[code] = Account(
                    code,
                    fund.key,
                    row["number"],
                    row["name"],
                    row["kind"],
                    row.get("care", ""),
                    row["cite"],
                )
    return found


@cache
def account(fund: str, number: str) -> Account:
    """The account `number` of the fund with that key. Raises BadInput ACCOUNT_UNKNOWN."""
    known = funds().get(fund)
    found = accounts().get(f"{known.code}-{number}") if known else None
    if found is None:
        raise BadInput("ACCOUNT_UNKNOWN", field="account", rule=f"{fund} 无科目 {number}")
    return found


@cache
def fund_of(field: str, insutype: str) -> Fund:
    """The fund told by a national amount field (`hifp_pay`, `maf_pay` …) for an insurance type.
    Raises BadInput FUND_UNKNOWN."""
    for fund in funds().values():
        if fund.field == field and (not fund.insutypes or insutype in fund.insutypes):
            return fund
    raise BadInput("FUND_UNKNOWN", field=field, rule=f"险种 {insutype} 无对应基金")


@cache
def expense_account(fund: str, care: str) -> Account:
    """The benefit expense account of a fund for a care class: `inpatient` or `outpatient` (J32)."""
    for found in accounts().values():
        if found.fund == fund and found.kind == "expense" and found.care == care:
            return found
    raise BadInput("ACCOUNT_UNKNOWN", field="care", rule=f"{fund} 无 {care} 待遇支出科目")


_OF_A_FLOW: Final = {one.name for one in fields(Flow)} - {"begin"} | {"from"}


@cache
def flows() -> Mapping[str, Flow]:
    """Permitted flows by kind."""
    found = {}
    numbers = {row["number"] for row in read("chart.toml")["account"]}
    for row in read("flows.toml")["flow"]:
        _cited(row, f"flow {row['kind']}")
        if other := sorted({*row} - _OF_A_FLOW):
            raise ValueError(f"flow {row['kind']} says what nothing reads: {other}")
        unknown = {*row["debit"], *row["credit"]} - numbers
        assert not unknown, f"flow {row['kind']} names unknown accounts {sorted(unknown)}"
        found[row["kind"]] = Flow(
            row["kind"],
            row["name"],
            frozenset(row["debit"]),
            frozenset(row["credit"]),
            row["cite"],
            row.get("manual", False),
            tuple((debit, credit) for debit, credit in row.get("pairs", ())),
            row.get("even", False),
            row.get("from", date.min),
            row.get("month", 0),
            row.get("counterpart", False),
            row.get("origin", ""),
            row.get("first", False),
            row.get("filed", False),
        )
    return found


@cache
def spent_from(bank: str) -> frozenset[str]:
    """Numbers of the expense accounts that a flow takes off the bank account `bank` (1001, 1002),
    at once or by way of what is owed."""
    edges = {
        edge
        for flow in flows().values()
        for edge in flow.pairs
        or [(debit, credit) for debit in flow.debit for credit in flow.credit]
        if flow.kind != "year_close"
    }
    kinds = {one.number: one.kind for one in accounts().values()}
    reached, found = {bank}, {bank}
    while found:
        found = {debit for debit, credit in edges if credit in found} - reached
        found = {number for number in found if kinds[number] == "liability"}
        reached |= found
    spent = {debit for debit, credit in edges if credit in reached}
    return frozenset(number for number in spent if kinds[number] == "expense")


class PoolShares(NamedTuple):
    """The parts of outpatient and inpatient care in a region's resident pool money (Q2.3)."""

    outpatient: int
    inpatient: int
    cite: str


def pool_shares(admdvs: Region, day: date) -> PoolShares:
    """What the nearest region at or above `admdvs` says for `day`. Raises PolicyUndetermined
    FIGURE_MISSING where no document says it."""
    for region in admdvs.chain:
        for row in read("pools.toml")["pools"]:
            _cited(row, f"pools of {row['region']}")
            if row["region"] == region and row["from"] <= day:
                return PoolShares(row["outpatient"], row["inpatient"], row["cite"])
    rule = f"{admdvs} 没有门诊、住院统筹资金划分比例的文件"
    raise PolicyUndetermined("FIGURE_MISSING", field="admdvs", rule=rule)


@cache
def refusals() -> Mapping[str, Refusal]:
    """Kinds that documents forbid, by kind."""
    found = {}
    for row in read("flows.toml")["refused"]:
        _cited(row, f"refusal {row['kind']}")
        found[row["kind"]] = Refusal(row["kind"], row["name"], row["rule"], row["cite"])
    return found
