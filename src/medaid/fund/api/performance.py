"""Performance indicators of a region and year, by versions: /fund/{admdvs}/performance/…"""

from __future__ import annotations

from typing import Final

from pydantic import Field

from medaid.aws.rest.bodies import (
    Body,
    FileSent,
    Long,
    Page,
    Reason,
    Sha256,
    Short,
    Shown,
    YuanText,
)
from medaid.aws.rest.pages import whole
from medaid.aws.rest.table import READERS, Call, Routes
from medaid.fund.api.common import SignatureShown, trail_shown
from medaid.fund.final_records import FinalState
from medaid.fund.model.chart import accounts
from medaid.fund.performance import service
from medaid.fund.performance.model import IndicatorRow, ManagementNote, indicators
from medaid.fund.performance.printouts import performance_paper, target_text
from medaid.fund.performance.service import Computed, HeldVersion, OtherMeasures
from medaid.months import Year
from medaid.papers import service as papers
from medaid.papers.service import Form
from medaid.regions import Region

PERFORMANCE: Routes[OtherMeasures] = Routes("fund-performance", "基金绩效指标")
_YEAR: Final = "/fund/{admdvs}/performance/{year}"
_VERSION: Final = f"{_YEAR}/versions/{{number}}"


class ManagementIn(Body):
    """How the money was managed in one respect, and the problems; empty where there are none."""

    says: Reason
    problems: Long = ""


class PerformanceIn(Body):
    """Why each target that was not reached was not, by indicator; how the money was managed, by
    topic of the form (分配科学性, 下达及时性, …)."""

    reasons: dict[Short, Long] = Field(default_factory=dict, max_length=40)
    management: dict[Short, ManagementIn] = Field(default_factory=dict, max_length=20)


class SignIn(Body):
    """`digest` names what was looked at."""

    digest: Sha256


class IndicatorShown(Shown):
    """`numerator` and `denominator` are fen where `money`, else counts (an average's denominator is
    a count); null where `why` says why there are none. `reached` is null without a target."""

    key: str
    group: str
    kind: str
    name: str
    formula: str
    money: bool
    numerator: int | None
    denominator: int | None
    value: str
    unit: str
    target: str
    reached: bool | None
    why: str
    source: str
    cite: str
    trust: str
    note: str


class IncomeReceivedShown(Shown):
    account: str
    name: str
    amount: YuanText


class YearPerformanceShown(Shown):
    indicators: list[IndicatorShown]
    received: list[IncomeReceivedShown]


class ManagementShown(Shown):
    topic: str
    says: str
    problems: str


class VersionShown(Shown):
    year: int
    number: int
    state: FinalState
    digest: str
    reasons: dict[str, str]
    management: list[ManagementShown]
    trail: list[SignatureShown]
    indicators: list[IndicatorShown]
    received: list[IncomeReceivedShown]


def _rows(rows: tuple[IndicatorRow, ...]) -> list[IndicatorShown]:
    known = {one.key: one for one in indicators()}
    return [
        IndicatorShown.of(
            row,
            **{
                name: getattr(known[row.key], name)
                for name in ("group", "kind", "name", "money", "unit", "source", "cite", "trust")
            },
            formula=" ÷ ".join(
                part for part in (known[row.key].numerator, known[row.key].denominator) if part
            ),
            target=target_text(known[row.key]),
            note=known[row.key].note,
        )
        for row in rows
    ]


def _year(found: Computed) -> YearPerformanceShown:
    received = [
        IncomeReceivedShown(account=code, name=accounts()[code].name, amount=fen)
        for code, fen in found.received
    ]
    return YearPerformanceShown(indicators=_rows(found.rows), received=received)


def _version(held: HeldVersion) -> VersionShown:
    one = held.statement
    year = _year(Computed(one.rows, one.received))
    return VersionShown.of(
        one,
        state=held.state,
        reasons=dict(one.reasons),
        management=[ManagementShown.of(note) for note in one.management],
        trail=trail_shown(one.trail),
        indicators=year.indicators,
        received=year.received,
    )


@PERFORMANCE.get(_YEAR, "绩效指标(按现有账册和登记计算)", roles=READERS)
def compute_performance(
    call: Call[OtherMeasures, None], admdvs: Region, year: Year
) -> YearPerformanceShown:
    return _year(service.compute(admdvs, year, call.context, call.now))


@PERFORMANCE.post(
    _YEAR, "编制年度绩效自评表", roles=("accountant",), cite="苏医保办发〔2023〕27号第三十六条",
    status=201,
)  # fmt: skip
def draft_performance(
    call: Call[OtherMeasures, PerformanceIn], admdvs: Region, year: Year
) -> VersionShown:
    sent = call.body
    notes = {
        topic: ManagementNote(topic, one.says, one.problems)
        for topic, one in sent.management.items()
    }
    made = service.draft(admdvs, year, sent.reasons, notes, call.context, *call.acting)
    return _version(service.get_version(admdvs, year, made.number))


@PERFORMANCE.get(f"{_YEAR}/versions", "绩效自评表的历次版本", roles=READERS)
def list_performance(
    _call: Call[OtherMeasures, None], admdvs: Region, year: Year
) -> Page[VersionShown]:
    return whole(_version(one) for one in service.list_versions(admdvs, year))


@PERFORMANCE.get(_VERSION, "一版绩效自评表", roles=READERS)
def get_performance(
    _call: Call[OtherMeasures, None], admdvs: Region, year: Year, number: int
) -> VersionShown:
    return _version(service.get_version(admdvs, year, number))


@PERFORMANCE.post(
    f"{_VERSION}/check", "复核绩效自评表(财政)", roles=("finance",),
    cite="苏医保办发〔2023〕27号第三十六条",
)  # fmt: skip
def check_performance(
    call: Call[OtherMeasures, SignIn], admdvs: Region, year: Year, number: int
) -> VersionShown:
    digest = call.body.digest
    service.check(admdvs, year, number, digest, call.context, call.by, call.now)
    return _version(service.get_version(admdvs, year, number))


@PERFORMANCE.post(f"{_VERSION}/sign", "签署绩效自评表", roles=("manager",))
def sign_performance(
    call: Call[OtherMeasures, SignIn], admdvs: Region, year: Year, number: int
) -> VersionShown:
    digest = call.body.digest
    service.sign(admdvs, year, number, digest, call.context, call.by, call.now)
    return _version(service.get_version(admdvs, year, number))


@PERFORMANCE.get(f"{_VERSION}/paper/{{form}}", "绩效自评表(打印)", roles=READERS)
def print_performance(
    _call: Call[OtherMeasures, None], admdvs: Region, year: Year, number: int, form: Form
) -> FileSent:
    held = service.get_version(admdvs, year, number)
    return papers.sent(performance_paper(admdvs, held.statement, held.state), form)
