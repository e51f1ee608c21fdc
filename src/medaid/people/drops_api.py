"""Operators' routes of dropped files: upload by hand, what became of a file and of its rows, a row
mended alone, endings released, and how the files of a sender are read."""

from __future__ import annotations

from functools import partial
from typing import Final

from medaid.access import service as access
from medaid.access.model import Purpose
from medaid.aws.rest.bodies import FileSent, ListQuery, Page
from medaid.aws.rest.offers import offers
from medaid.aws.rest.pages import page_of, paged
from medaid.aws.rest.table import Call, Owner, Routes
from medaid.aws.transaction import commit_or_refuse
from medaid.errors import Conflict, Forbidden, Refused
from medaid.instants import aware, civil_date
from medaid.months import Month
from medaid.papers import service as papers
from medaid.papers.service import Form
from medaid.people import endings, mending, releasing, sender_register, senders, series, uploads
from medaid.people.catalogue import Sender, catalogue
from medaid.people.drops import HandUpload, kept_place
from medaid.people.drops_shown import (
    ConfirmBody,
    DownloadShown,
    DropPageShown,
    DropQuery,
    DropShown,
    EndingRow,
    EndingsDecision,
    MendBody,
    MendedShown,
    ReturnedRow,
    SettingsBody,
    SettingsShown,
    UploadAddressShown,
    UploadBody,
    UploadShown,
    show_drop,
    show_ending,
    show_returned,
    show_settings,
    show_upload,
)
from medaid.people.printouts import drop_paper
from medaid.people.series_shown import (
    KindReportedShown,
    ReportingSenderShown,
    ReportingSendersShown,
    SeriesShown,
)
from medaid.people.store import drops as drop_store
from medaid.people.store.drops import HeldDrop
from medaid.regions import Region

ROUTES: Final[Routes[None]] = Routes("drops", "部门名册")
_SENDS: Final = ("intake", "manager")
_READS: Final = ("intake", "reviewer", "manager", "auditor", "inspector")
_UPLOAD: Final = "/people/{admdvs}/uploads"
_DROP: Final = "/people/{admdvs}/drops/{batch}"
_SENDER: Final = "/people/{admdvs}/senders/{sender}"
_ROLL_UP: Final = "苏医保办发〔2023〕27号 art. 6: a city reads the register of its counties"


@ROUTES.post(_UPLOAD, "上传名册文件", roles=_SENDS, status=201)
def create_roster_upload(call: Call[None, UploadBody], admdvs: Region) -> UploadAddressShown:
    body = call.body
    asked = HandUpload(
        "", body.sender, body.kind, body.period, admdvs, body.file, body.size,
        body.extent, body.ends, body.replaces,
    )  # fmt: skip
    found = uploads.create_upload(admdvs, asked, body.content, *call.signing)
    shown = show_upload(found.upload)
    return UploadAddressShown.of(shown, found)


@ROUTES.post(f"{_UPLOAD}/{{sender}}/{{upload_id}}/count", "核对上传文件", roles=_SENDS)
def count_upload(
    call: Call[None, None], admdvs: Region, sender: str, upload_id: str
) -> UploadShown:
    return show_upload(uploads.count_upload(admdvs, sender, upload_id))


@ROUTES.post(f"{_UPLOAD}/{{sender}}/{{upload_id}}/confirm", "确认报送", roles=_SENDS)
def confirm_upload(
    call: Call[None, ConfirmBody], admdvs: Region, sender: str, upload_id: str
) -> UploadShown:
    shown = call.body.rows, call.body.sha256
    return show_upload(uploads.confirm_upload(admdvs, sender, upload_id, shown, *call.signing))


@ROUTES.get(
    "/people/{admdvs}/drops", "报送批次",
    roles=_READS, owner=Owner.WITHIN, cite=_ROLL_UP, query=DropQuery,
)  # fmt: skip
def list_drops(call: Call[None, None], admdvs: Region) -> Page[DropShown]:
    sender = call.query.sender
    read = partial(_drops_within, admdvs, sender)
    return paged(call.query, ("drops", admdvs, sender), read, show_drop)


def _drops_within(
    admdvs: Region, sender: str, after: str, limit: int
) -> tuple[list[HeldDrop], str]:
    found, end = drop_store.drops_page(sender, after, limit)
    return [one for one in found if admdvs.contains(Region(one.drop.admdvs))], end


@ROUTES.get(_DROP, "批次处理情况", roles=_READS, owner=Owner.WITHIN, cite=_ROLL_UP)
def get_drop(call: Call[None, None], admdvs: Region, batch: str) -> DropPageShown:
    held = _read(admdvs, batch)
    own = held.drop.admdvs == admdvs
    acts = releasing.open_acts(held, admdvs, *call.signing) if own else []
    return DropPageShown.of(show_drop(held), offers=offers(call, ROUTES, _DROP, acts))


@ROUTES.get(
    f"{_DROP}/summary/{{form}}", "批次处理单(打印)",
    roles=_READS, owner=Owner.WITHIN, cite=_ROLL_UP,
)  # fmt: skip
def print_drop(call: Call[None, None], admdvs: Region, batch: str, form: Form) -> FileSent:
    return papers.sent(drop_paper(_read(admdvs, batch)), form)


@ROUTES.get(f"{_DROP}/file", "批次处理结果文件", roles=_READS, owner=Owner.WITHIN, cite=_ROLL_UP)
def download_drop(call: Call[None, None], admdvs: Region, batch: str) -> DownloadShown:
    held = _read(admdvs, batch)
    access.count_lookup(call.caller, Purpose.REGISTER, call.now)
    key = f"{kept_place(held.drop.sender, batch)}{held.drop.ending}"
    return DownloadShown(url=uploads.download_address(key), seconds=uploads.SECONDS)


@ROUTES.get(
    f"{_DROP}/rows", "退回的行",
    roles=_READS, owner=Owner.WITHIN, cite=_ROLL_UP, query=ListQuery,
)  # fmt: skip
def list_returned_rows(call: Call[None, None], admdvs: Region, batch: str) -> Page[ReturnedRow]:
    held = _read(admdvs, batch)
    access.count_lookup(call.caller, Purpose.REGISTER, call.now)
    read = partial(mending.returned_page, held.drop)
    return paged(call.query, ("returned", batch), read, show_returned)


@ROUTES.post(f"{_DROP}/rows/{{row}}", "单行更正", roles=_SENDS)
def mend_row(call: Call[None, MendBody], admdvs: Region, batch: str, row: int) -> MendedShown:
    found = mending.mend_row(_own(admdvs, batch), row, call.body.cells, *call.signing)
    return MendedShown.of(found, row=row)


@ROUTES.get(
    f"{_DROP}/endings", "待终止名单",
    roles=_READS, owner=Owner.WITHIN, cite=_ROLL_UP, query=ListQuery,
)  # fmt: skip
def list_endings(call: Call[None, None], admdvs: Region, batch: str) -> Page[EndingRow]:
    held = _read(admdvs, batch)
    access.count_lookup(call.caller, Purpose.REGISTER, call.now)
    found, cursor = page_of(
        call.query, ("endings", batch), partial(releasing.endings_page, held.drop)
    )
    seen = sorted({(one.psn_no, one.admdvs) for one in found})
    access.record_all(call.caller, seen, Purpose.REGISTER, call.now)
    return Page(rows=[show_ending(one) for one in found], cursor=cursor)


@ROUTES.post(f"{_DROP}/endings", "复核终止名单", roles=("reviewer", "manager"))
def decide_endings(call: Call[None, EndingsDecision], admdvs: Region, batch: str) -> DropShown:
    body = call.body
    held = _own(admdvs, batch)
    said = body.digest, body.approved, body.reason
    releasing.decide_endings(held, admdvs, *said, *call.signing)
    return show_drop(_own(admdvs, batch))


@ROUTES.get("/people/{admdvs}/senders", "报送本地区的单位和报送进度", roles=_READS)
def list_reporting_senders(call: Call[None, None], admdvs: Region) -> ReportingSendersShown:
    today = Month.of(civil_date(call.now))
    found = sender_register.senders_for(admdvs)
    return ReportingSendersShown(senders=[_reporting(one, admdvs, today) for one in found])


def _reporting(one: Sender, admdvs: Region, today: Month) -> ReportingSenderShown:
    kinds = []
    for kind in sorted(one.kinds):
        held = drop_store.series(f"{one.code}#{kind}#{admdvs}").series
        kinds.append(
            KindReportedShown(
                kind=kind,
                period=held.period if held else "",
                missing=list(held.missing) if held else [],
                overdue=series.overdue(held, today) if held else [],
            )
        )
    return ReportingSenderShown(
        sender=one.code, name=one.name, department=one.department, kinds=kinds
    )


@ROUTES.get(f"{_SENDER}/settings", "报送单位读取设置", roles=_READS)
def get_sender_settings(call: Call[None, None], admdvs: Region, sender: str) -> SettingsShown:
    if not sender_register.answers_for(admdvs, sender):
        uploads.sender_of(sender, admdvs)
    return _settings(sender)


def _settings(sender: str) -> SettingsShown:
    held = drop_store.sender_settings(sender)
    percent = endings.share_of(held.settings.ending_percent)
    version = held.item.version if held.item else 0
    return show_settings(sender, held.settings, percent, version)


@ROUTES.put(f"{_SENDER}/settings", "修改报送单位读取设置", roles=("manager",))
def put_sender_settings(
    call: Call[None, SettingsBody], admdvs: Region, sender: str
) -> SettingsShown:
    if not sender_register.answers_for(admdvs, sender):
        uploads.sender_of(sender, admdvs)
        rule = "该单位的读取设置由登记该单位的医保经办机构修改"
        raise Forbidden("FORBIDDEN", field="sender", rule=rule)
    body, held = call.body, drop_store.sender_settings(sender)
    if body.version != (held.item.version if held.item else 0):
        raise Conflict("STATE", field="version", rule="已被他人变更,请刷新后重试")
    settings = senders.SenderSettings(
        body.headings, body.constants, body.ending_percent, call.by, aware(call.now)
    )
    senders.check(settings, catalogue().columns)
    commit_or_refuse(drop_store.sender_settings_changed(held, sender, settings))
    return _settings(sender)


@ROUTES.get(f"{_SENDER}/series/{{kind}}", "报送月份", roles=_READS)
def get_series(call: Call[None, None], admdvs: Region, sender: str, kind: str) -> SeriesShown:
    uploads.sender_of(sender, admdvs)
    found = drop_store.series(f"{sender}#{kind}#{admdvs}").series
    if found is None:
        raise Refused("NOT_FOUND", field="kind", rule="该单位尚未报送此类文件")
    overdue = series.overdue(found, Month.of(civil_date(call.now)))
    return SeriesShown.of(
        found, sender=sender, kind=kind, missing=list(found.missing), overdue=overdue
    )


def _read(admdvs: Region, batch: str) -> HeldDrop:
    """A drop about the region or what lies in it. Raises Refused NOT_FOUND."""
    held = drop_store.drop(batch)
    if held is None or not admdvs.contains(Region(held.drop.admdvs)):
        raise Refused("NOT_FOUND", field="batch", rule="没有该批次")
    return held


def _own(admdvs: Region, batch: str) -> HeldDrop:
    """A drop that the region itself acts on. Raises Refused NOT_FOUND."""
    held = _read(admdvs, batch)
    if held.drop.admdvs != admdvs:
        raise Refused("NOT_FOUND", field="batch", rule="该批次由所报送地区的经办机构办理")
    return held
