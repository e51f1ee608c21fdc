"""Routes of the figures that an agency enters for its region where no file can cite one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Final

from pydantic import Field, StringConstraints

from medaid.aws.rest.bodies import (
    Admdvs,
    Body,
    DayText,
    InstantText,
    Long,
    NamesWithin,
    Reason,
    Short,
    Shown,
    Yuan,
    YuanText,
)
from medaid.aws.rest.table import Call, Routes
from medaid.aws.rest.texts import Day
from medaid.aws.rest.two_people import ApprovedShown
from medaid.money import Fen, Ratio
from medaid.policy.model import AgencyFigure
from medaid.regions import Region
from medaid.settlement.figures import service
from medaid.settlement.figures.model import EnteredFigure

ROUTES: Final[Routes[None]] = Routes("figures", "经办机构录入的标准")
_OFFICERS: Final = ("reviewer", "manager")
RatioText = Annotated[str, StringConstraints(pattern=r"^(0(\.[0-9]{1,4})?|1(\.0{1,4})?)?$")]


class FigureBody(Body):
    """What a document of the agency sets for one layer and a time. `ratio` is a decimal fraction
    (0.80); `no_cap` says that the document sets none."""

    layer: Short
    begin: Day
    end: Day
    document: Short = Field(description="文号")
    title: Reason
    article: Short
    ratio: RatioText = ""
    deductible: Yuan | None = None
    cap: Yuan | None = None
    no_cap: bool = False
    level: Annotated[str, StringConstraints(max_length=20)] = ""
    filing: Annotated[str, StringConstraints(max_length=20)] = ""


class EndBody(Body):
    """The last day on which it is to hold."""

    end: Day


class FigureShown(ApprovedShown):
    """A figure with who proposed and approved it (empty until then), and the end asked for."""

    figure: str
    layer: str
    level: str
    filing: str
    begin: DayText
    end: DayText
    ratio: str
    deductible: YuanText | None
    cap: YuanText | None
    no_cap: bool
    document: str
    title: str
    article: str
    ending: DayText
    withdrawn_at: InstantText
    trail: Annotated[list[Long], NamesWithin()]


class FiguresShown(Shown):
    """All that the agency has entered."""

    admdvs: Admdvs
    rows: list[FigureShown]


@ROUTES.get("/figures/{admdvs}", "录入的标准", roles=_OFFICERS)
def list_figures(_call: Call[None, None], admdvs: Region) -> FiguresShown:
    return FiguresShown(admdvs=admdvs, rows=[_shown(one) for one in service.list_figures(admdvs)])


@ROUTES.post("/figures/{admdvs}", "提出标准", roles=_OFFICERS, status=201)
def propose_figure(call: Call[None, FigureBody], admdvs: Region) -> FigureShown:
    figure = _figure(call.body, admdvs)
    return _shown(service.propose_figure(figure, call.body.title, *call.signing))


@ROUTES.post("/figures/{admdvs}/{figure}/approve", "同意标准或其终止", roles=_OFFICERS)
def approve_figure(call: Call[None, None], admdvs: Region, figure: str) -> FigureShown:
    return _shown(service.approve_figure(admdvs, figure, *call.signing))


@ROUTES.post("/figures/{admdvs}/{figure}/end", "提出终止", roles=_OFFICERS)
def end_figure(call: Call[None, EndBody], admdvs: Region, figure: str) -> FigureShown:
    last = call.body.end
    return _shown(service.end_figure(admdvs, figure, last, *call.signing))


def read_figures(shown: Mapping[str, Any]) -> list[AgencyFigure]:
    """What is in force of an agency's figures, from the answer of its route as data. Raises
    ValueError, KeyError, TypeError."""
    region, fields = Region(shown["admdvs"]), FigureBody.model_fields
    return [
        _figure(FigureBody(**{name: row[name] for name in fields}), region, row["figure"])
        for row in shown["rows"]
        if row["approved_at"]
    ]


def _figure(body: FigureBody, region: Region, figure_id: str = "") -> AgencyFigure:
    return AgencyFigure(
        figure_id=figure_id,
        region=region,
        layer=body.layer,
        begin=body.begin,
        end=body.end,
        document=body.document,
        article=body.article,
        ratio=int(Ratio.of(body.ratio)) if body.ratio else None,
        deductible=None if body.deductible is None else int(body.deductible),
        cap=None if body.cap is None else int(body.cap),
        uncapped=body.no_cap,
        level=body.level,
        filing=body.filing,
    )


def _shown(one: EnteredFigure) -> FigureShown:
    figure, held = one.figure, Ratio(one.figure.ratio or 0)
    return FigureShown.of(
        one,
        figure,
        figure=figure.figure_id,
        ratio="" if figure.ratio is None else f"{held.decimal.normalize():f}",
        deductible=None if figure.deductible is None else Fen(figure.deductible),
        cap=None if figure.cap is None else Fen(figure.cap),
        no_cap=figure.uncapped,
        trail=list(one.trail),
    )
