"""Who may file what for a person, when, and for where: care away from home, chronic diseases, the
institution chosen; who may cancel it. Pure; the figures are data with their clauses
(`filings.toml`).

What counts is what was known before the care: a filing comes into force at the earliest on the day
it is filed, less a grace that a document grants. Whether it then covers a visit is
`medaid.people.model.Filing.covers`. Sources: 苏医保办发〔2023〕27号 art. 25 (J25), 秦安县「84号」
(Q5.3), 人社部发〔2016〕120号 (五) (X5).
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from importlib import resources
from typing import Any, Final

from medaid.errors import BadInput, Conflict, Forbidden, Refused
from medaid.instants import aware, civil_date
from medaid.people.model import Filing
from medaid.people.model.filings import Filer, FilingRequest
from medaid.regions import Level, Region

AGENCY: Final = "agency"
HOSPITAL: Final = "hospital"
PROOF: Final = "refl_old_mdtrt_id"
"""Of a referral down: the stay from which the hospital sends the person, or the paper's number."""
_WIDTH: Final = (Level.COUNTY, Level.CITY, Level.PROVINCE)


@dataclass(frozen=True, slots=True)
class FilingRule:
    """What one kind of filing asks for; `filings.toml` says what each figure means."""

    name: str
    filed_by: tuple[str, ...]
    grace_days: int
    days_ahead: int
    longest_days: int
    says: str
    cite: str
    trust: str
    widest: Level | None = None
    """None: not for care away from home."""
    not_own: bool = False
    own: bool = False
    from_anywhere: bool = False
    proof: bool = False
    excludes: tuple[str, ...] = ()
    """Two filings of the kind that agree in these do not hold on one day."""


@dataclass(frozen=True, slots=True)
class Issuers:
    """Which hospitals of a region refer, by level."""

    region: Region
    levels: frozenset[str]
    says: str
    cite: str


@cache
def filing_rules() -> tuple[Mapping[str, FilingRule], tuple[Issuers, ...]]:
    """The rules by kind, and the regions that narrow who refers. Raises ValueError for a rule
    without its citation."""
    return compiled(
        tomllib.loads(resources.files("medaid.people").joinpath("filings.toml").read_text("utf-8"))
    )


def compiled(data: Mapping[str, Any]) -> tuple[Mapping[str, FilingRule], tuple[Issuers, ...]]:
    """The rules that the file says. Raises ValueError."""
    rules = {
        kind: FilingRule(
            **facts
            | {
                "filed_by": tuple(facts["filed_by"]),
                "widest": Level(facts["widest"]) if "widest" in facts else None,
                "excludes": tuple(facts.get("excludes", ())),
            }
        )
        for kind, facts in data.items()
        if kind != "issuer"
    }
    issuers = tuple(
        Issuers(Region(row["region"]), frozenset(row["levels"]), row["says"], row["cite"])
        for row in data.get("issuer", ())
    )
    if any(not rule.cite or set(rule.filed_by) - {AGENCY, HOSPITAL} for rule in rules.values()):
        raise ValueError("filings.toml: a rule cites its clause and names who files")
    return rules, issuers


def filing_from(
    request: FilingRequest,
    filer: Filer,
    filing_id: str,
    now: datetime,
    held: Iterable[Filing] = (),
) -> Filing:
    """The filing that the request becomes, beside those that are `held`.

    Raises Forbidden (who), BadInput (where, how long, without its proof), Refused FILING_LATE
    (when), Conflict OVERLAP naming the field of the interface and the rule with its clause.
    """
    rule = filing_rules()[0].get(request.kind)
    if rule is None:
        kinds = "、".join(one.name for one in filing_rules()[0].values())
        raise BadInput("CODE_UNKNOWN", field="refl_type", rule=f"备案种类为{kinds}之一")
    insured = Region.parse(request.insured_region, "insu_admdvs")
    _check_who(rule, request, filer, insured)
    destination = _check_where(rule, request, insured) if rule.widest else Region(insured)
    _check_when(rule, request, civil_date(now))
    if rule.proof and not request.facts.get(PROOF):
        raise BadInput("FIELD_REQUIRED", field=PROOF, rule=f"{rule.says}({rule.cite})")
    filing = Filing(
        filing_id,
        request.kind,
        insured,
        destination,
        request.begin,
        request.end,
        request.institution,
        filed=aware(now),
        filer=filer.institution,
        filer_region=filer.region,
        code=request.code,
        facts=request.facts,
    )
    if "code" in rule.excludes and not request.code:
        raise BadInput("FIELD_REQUIRED", field="code", rule=f"{rule.name}须写明病种或定点的事项")
    _check_beside(rule, filing, held)
    return filing


def _check_beside(rule: FilingRule, filing: Filing, held: Iterable[Filing]) -> None:
    def said(one: Filing) -> list[str]:
        return [one.code if name == "code" else one.facts.get(name, "") for name in rule.excludes]

    for one in held if rule.excludes else ():
        same = one.filing_id == filing.filing_id
        if one.kind != filing.kind or same or said(one) != said(filing):
            continue
        ends_before = one.valid_until is not None and one.valid_until < filing.valid_from
        begins_after = filing.valid_until is not None and filing.valid_until < one.valid_from
        if not ends_before and not begins_after:
            until = one.valid_until or "长期"
            known = f"{one.institution} {one.valid_from} 至 {until}"
            says = f"已有{rule.name} {one.filing_id}({known}),请先撤销"
            raise Conflict("OVERLAP", field="begndate", rule=says, id=one.filing_id)


def _check_who(rule: FilingRule, request: FilingRequest, filer: Filer, insured: Region) -> None:
    who = HOSPITAL if filer.institution else AGENCY
    if who not in rule.filed_by:
        raise Forbidden("FORBIDDEN", field="refl_type", rule=f"{rule.name}由参保地经办机构备案")
    if who == AGENCY or not rule.from_anywhere:
        region = Region.parse(filer.region, "admdvs")
        if not region.pools_with(insured):
            raise Forbidden("FORBIDDEN", field="insu_admdvs", rule="须由参保统筹区内的机构备案")
    if rule.own and filer.institution and filer.institution != request.institution:
        raise Forbidden("FORBIDDEN", field="fixmedins_code", rule=f"{rule.name}由该机构自行备案")
    if rule.not_own and filer.institution and filer.institution == request.institution:
        raise Forbidden("FORBIDDEN", field="reflin_medins_no", rule="转入机构不得自行备案")
    for issuers in filing_rules()[1]:
        refers = who == HOSPITAL and rule.widest is not None and not rule.from_anywhere
        narrowed = refers and issuers.region.contains(insured)
        if narrowed and filer.level not in issuers.levels:
            raise Forbidden(
                "FORBIDDEN", field="fixmedins_code", rule=f"{issuers.says}({issuers.cite})"
            )


def _check_where(rule: FilingRule, request: FilingRequest, insured: Region) -> Region:
    destination = Region.parse(request.destination, "mdtrtarea_admdvs")
    widest = _WIDTH.index(rule.widest) if rule.widest else 0
    if destination.level not in _WIDTH[: widest + 1]:
        raise BadInput(
            "FIELD_FORMAT", field="mdtrtarea_admdvs", rule=f"{rule.name}须注明就医的市或县"
        )
    if destination == insured:
        raise BadInput("FIELD_FORMAT", field="mdtrtarea_admdvs", rule="参保地内就医无须备案")
    return destination


def _check_when(rule: FilingRule, request: FilingRequest, today: date) -> None:
    if request.begin < today - timedelta(days=rule.grace_days):
        raise Refused("FILING_LATE", field="begndate", rule=f"{rule.says}({rule.cite})")
    if request.begin > today + timedelta(days=rule.days_ahead):
        raise BadInput("DATE_FUTURE", field="begndate", rule=f"至多提前 {rule.days_ahead} 天")
    if request.end is None:
        if rule.longest_days:
            raise BadInput("FIELD_REQUIRED", field="enddate", rule=f"{rule.name}须有结束日期")
        return
    if request.end < request.begin:
        raise BadInput("DATE_ORDER", field="enddate", rule="早于开始日期")
    if rule.longest_days and (request.end - request.begin).days >= rule.longest_days:
        raise BadInput("FIELD_FORMAT", field="enddate", rule=f"至多 {rule.longest_days} 天")


def check_may_cancel(filing: Filing, filer: Filer) -> None:
    """Who filed cancels, and the agency of the insured region. Raises Forbidden; a hospital is told
    no more of another's filing than that it is not there (Refused NOT_FOUND)."""
    if filer.institution:
        if filer.institution != filing.filer:
            raise Refused("NOT_FOUND", field="trt_dcla_detl_sn", rule="没有该备案")
        return
    if not Region.parse(filer.region, "admdvs").pools_with(Region(filing.insured_region)):
        raise Forbidden("FORBIDDEN", field="admdvs", rule="非本统筹区")
