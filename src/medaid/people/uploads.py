"""Files that a person uploads by hand: no manifest is asked for. The file goes to the bucket by a
presigned address or in the body, its rows and digest are counted and shown, and once the person
confirms them the manifest is written, as a machine would send it.
"""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from typing import Any, Final

from medaid.aws import exchange
from medaid.aws.dropped import JSON
from medaid.aws.settings import settings
from medaid.aws.transaction import commit_or_refuse
from medaid.dropped import table
from medaid.dropped.delimited import WORKBOOK
from medaid.errors import BadInput, Conflict, Forbidden, Refused
from medaid.ids import OfficerId, content_hash
from medaid.instants import aware, civil_date
from medaid.people.catalogue import Sender, catalogue
from medaid.people.drops import HandUpload
from medaid.people.manifest import SUFFIX, check_period, read_manifest
from medaid.people.sender_register import catalogue_for
from medaid.people.store import drops as drop_store
from medaid.people.store.drops import HeldUpload
from medaid.regions import Region

IN_BODY: Final = 4 << 20
"""Bytes of a file that comes in the body of the request; a larger one goes to the bucket."""
_LARGEST: Final = {"csv": 64 << 20, WORKBOOK: 8 << 20}
"""Bytes that are counted while somebody waits; a larger file is for a machine to lay down."""
SECONDS: Final = 900
"""For how long an address is good."""
_MEDIA: Final = "application/octet-stream"


@dataclass(frozen=True, slots=True)
class UploadAddress:
    """Where to put a file: a PUT with exactly these headers, good for `seconds`; no address where
    the file came in the body."""

    upload: HandUpload
    url: str
    headers: dict[str, str]
    seconds: int


def sender_of(code: str, admdvs: Region) -> Sender:
    """The sender, if it reports about the region. Raises Refused NOT_FOUND, Forbidden."""
    sender = catalogue_for(code).senders.get(code)
    if sender is None:
        raise Refused("NOT_FOUND", field="sender", rule="报送单位未登记")
    if not sender.reports(admdvs):
        raise Forbidden("FORBIDDEN", field="sender", rule="该单位不报送本地区")
    return sender


def create_upload(
    admdvs: Region, asked: HandUpload, content: str, by: OfficerId, now: datetime
) -> UploadAddress:
    """Takes an upload on, with its file where `content` holds it in base64.

    Raises BadInput for what no manifest may say, or a file too large or of another size; Refused,
    Forbidden, Unavailable.
    """
    sender_of(asked.sender, admdvs)
    upload_id = content_hash("upload", asked.sender, by, aware(now).isoformat(), asked.file)[:20]
    upload = replace(asked, upload_id=upload_id, by=by, at=aware(now))
    _check_manifest(upload, now)
    form = WORKBOOK if upload.file.lower().endswith(".xlsx") else "csv"
    if not 0 < upload.size <= _LARGEST[form]:
        rule = f"文件 1 至 {_LARGEST[form]} 字节;更大的请由系统连同清单投递"
        raise BadInput("FIELD_TOO_LONG", field="size", rule=rule)
    if content:
        _put(upload, content)
    commit_or_refuse(drop_store.upload_created(upload))
    if content:
        return UploadAddress(upload, "", {}, 0)
    put = exchange.upload_address(file_key(upload), _MEDIA, upload.size, SECONDS)
    return UploadAddress(upload, put.url, put.headers, SECONDS)


def _put(upload: HandUpload, content: str) -> None:
    try:
        body = base64.b64decode(content, validate=True)
    except (binascii.Error, ValueError):
        raise BadInput("FIELD_FORMAT", field="content", rule="应为 base64") from None
    if len(body) > IN_BODY:
        rule = f"随请求上传的文件至多 {IN_BODY} 字节,更大的请用上传地址"
        raise BadInput("BODY_TOO_LARGE", field="content", rule=rule)
    if len(body) != upload.size:
        raise BadInput("FIELD_FORMAT", field="size", rule=f"文件实际 {len(body)} 字节")
    exchange.put(file_key(upload), body, _MEDIA)


def file_key(upload: HandUpload) -> str:
    """Where the file lies: under the sender's drops, by its own name behind the upload's id."""
    return f"drop/{upload.sender}/{upload.dropped_file}"


def _held(admdvs: Region, sender: str, upload_id: str) -> HeldUpload:
    """An upload of the region. Raises Refused NOT_FOUND, Unavailable."""
    held = drop_store.upload(sender, upload_id)
    if held is None or held.upload.admdvs != admdvs:
        raise Refused("NOT_FOUND", field="upload_id", rule="没有该上传")
    return held


def count_upload(admdvs: Region, sender: str, upload_id: str) -> HandUpload:
    """Reads the uploaded file and says what it is: rows, digest, sheet, columns. Raises Refused
    NOT_FOUND where nothing was uploaded, BadInput (a FileRefused) saying why it cannot be read."""
    held = _held(admdvs, sender, upload_id)
    upload = held.upload
    if upload.batch:
        return upload
    content = exchange.get(file_key(upload), max(_LARGEST.values()))
    if len(content) != upload.size:
        raise BadInput("FIELD_FORMAT", field="size", rule=f"文件实际 {len(content)} 字节")
    counted = _counted(upload, content)
    if counted != upload:
        commit_or_refuse(drop_store.upload_changed(held, counted))
    return counted


def _counted(upload: HandUpload, content: bytes) -> HandUpload:
    own = drop_store.sender_settings(upload.sender).settings
    columns = own.columns(upload.kind, catalogue().columns[upload.kind])
    opened = table.open_bytes(content, columns, catalogue().limits.table)
    rows = sum(1 for _ in opened.rows)
    return replace(
        upload,
        rows=rows,
        sha256=sha256(content).hexdigest(),
        sheet=opened.sheet,
        aside=opened.aside,
        columns={
            column.heading: opened.header.headings[opened.header.at[column.field]]
            for column in columns
            if column.field in opened.header.at
        },
        own_columns=tuple(opened.header.own),
    )


def confirm_upload(
    admdvs: Region,
    sender: str,
    upload_id: str,
    shown: tuple[int, str],
    by: OfficerId,
    now: datetime,
) -> HandUpload:
    """The person who uploaded the file confirms rows and digest as `shown`: the manifest is laid
    down, which has the file taken in. A second time it answers as the first.

    Raises Forbidden for anybody else, who would report what another one's name stands under and
    could release its endings; Conflict STATE where the file was not counted or counts otherwise,
    Refused, Unavailable.
    """
    held = _held(admdvs, sender, upload_id)
    upload = held.upload
    if by != upload.by:
        raise Forbidden("FORBIDDEN", field="upload_id", rule="由上传文件的本人确认报送")
    if not upload.sha256 or shown != (upload.rows, upload.sha256):
        raise Conflict("STATE", field="sha256", rule="与核对时显示的行数或摘要不一致,请重新核对")
    manifest = _check_manifest(upload, now)
    confirmed = replace(upload, batch=manifest.batch)
    exchange.put(f"drop/{sender}/{upload.name}{SUFFIX}", _manifest(upload), JSON)
    if confirmed != upload:
        commit_or_refuse(drop_store.upload_changed(held, confirmed))
    return confirmed


def _check_manifest(upload: HandUpload, now: datetime) -> Any:
    """The manifest that the upload becomes. Raises BadInput for what it may not say."""
    manifest = read_manifest(_manifest(upload), upload.sender, catalogue_for(upload.sender))
    check_period(manifest, civil_date(now))
    return manifest


def _manifest(upload: HandUpload) -> bytes:
    facts = {
        "sender": upload.sender,
        "kind": upload.kind,
        "file": upload.dropped_file,
        "period": upload.period,
        "rows": upload.rows or 1,
        "sha256": upload.sha256 or "0" * 64,
        "admdvs": upload.admdvs,
        "extent": upload.extent,
        "ends": upload.ends,
        "replaces": upload.replaces,
        "officer": upload.by,
    }
    return json.dumps(facts, ensure_ascii=False).encode()


def download_address(key: str) -> str:
    """Where a file of the bucket may be read, for `SECONDS`."""
    params = {"Bucket": settings().bucket, "Key": key}
    url = exchange.client().generate_presigned_url("get_object", Params=params, ExpiresIn=SECONDS)
    return str(url)
