"""Photos, scans and electronic originals: uploaded straight to S3 by a presigned address that fixes
type, size and digest (J27, Q3.2)."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from medaid.aws import exchange
from medaid.aws.settings import settings
from medaid.errors import BadInput, Refused
from medaid.receipts.model import ReceiptNumber
from medaid.reimbursement import rules, store
from medaid.reimbursement.model import Act, Case, Officer, Receipt
from medaid.reimbursement.rules import ActReason
from medaid.reimbursement.service.acting import Changed, act, known
from medaid.reimbursement.service.context import Context

_STARTS: Final = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"%PDF-", "application/pdf"),
)
_HTML: Final = re.compile(rb"<\s*(?:!doctype|html|script|svg)", re.IGNORECASE)
"""What a browser would run."""


@dataclass(frozen=True, slots=True)
class Upload:
    """Where to put a file: a PUT with exactly these headers, good for `seconds`."""

    url: str
    key: str
    headers: dict[str, str]
    seconds: int


@dataclass(frozen=True, slots=True)
class Download:
    """Where a file of a case of person `psn_no` may be read, for `seconds`."""

    url: str
    seconds: int
    psn_no: str


def upload(
    context: Context, officer: Officer, case_id: str, sha256: str, size: int, kind: str
) -> Upload:
    """A presigned address for one file of a case. Raises BadInput for a size, type or digest beyond
    the limits; Refused NOT_FOUND; Forbidden."""
    limits = context.procedure.limits
    if kind not in limits.file_types:
        raise BadInput("CODE_UNKNOWN", field="content_type", rule="、".join(limits.file_types))
    if not 0 < size <= limits.file_bytes:
        raise BadInput("FIELD_TOO_LONG", field="size", rule=f"文件 1 至 {limits.file_bytes} 字节")
    digest = _digest(sha256)
    case = known(store.case(case_id))
    rules.permitted(case, "attach", officer, (), context.procedure)
    key = file_key(case_id, sha256)
    put = exchange.upload_address(key, kind, size, limits.file_seconds, digest)
    return Upload(put.url, key, put.headers, limits.file_seconds)


def download(context: Context, officer: Officer, case_id: str, sha256: str) -> Download:
    """Where an image of a receipt, or the proof of an account, may be read. Raises Refused
    NOT_FOUND, Forbidden."""
    _digest(sha256)
    case = known(store.case(case_id))
    rules.readable(case, officer)
    proof = case.account.proof if case.account else ""
    if sha256 not in {proof, *(receipt.digest for receipt in case.receipts)}:
        raise Refused("NOT_FOUND", field="sha256", rule="申请中没有该文件")
    seconds = context.procedure.limits.file_seconds
    url = exchange.client().generate_presigned_url(
        "get_object",
        Params={"Bucket": settings().bucket, "Key": file_key(case_id, sha256)},
        ExpiresIn=seconds,
    )
    return Download(str(url), seconds, case.psn_no)


def file_key(case_id: str, sha256: str) -> str:
    """Under the case, by digest: the same file twice is one object."""
    return f"receipts/{case_id}/{sha256}"


def _digest(sha256: str) -> bytes:
    try:
        digest = bytes.fromhex(sha256)
    except ValueError:
        digest = b""
    if len(digest) != 32 or sha256 != sha256.lower():
        raise BadInput("FIELD_FORMAT", field="sha256", rule="SHA-256 摘要,64 位小写十六进制")
    return digest


def attach(
    context: Context,
    officer: Officer,
    case_id: str,
    version: int,
    bill: tuple[str, str],
    sha256: str,
    now: datetime,
    why: ActReason,
) -> Case:
    """The uploaded file becomes the image of receipt `bill` (code, number), after what lies in S3
    was proven to be it, whole and within the limits."""
    _digest(sha256)

    def change(case: Case, _: tuple[Act, ...]) -> Changed:
        wanted = ReceiptNumber.parse(*bill, "receipt")
        receipt = next((r for r in case.receipts if r.key == wanted), None)
        if receipt is None:
            raise BadInput("NOT_FOUND", field="bill_no", rule="申请中没有该票据")
        key = proven(context, case_id, sha256)
        return Changed(
            replace(
                case, receipts=tuple(_with_file(r, receipt, key, sha256) for r in case.receipts)
            )
        )

    return act(context, officer, case_id, version, "attach", why, now, change)


def _with_file(one: Receipt, wanted: Receipt, key: str, digest: str) -> Receipt:
    return replace(one, file=key, digest=digest) if one == wanted else one


def proven(context: Context, case_id: str, sha256: str) -> str:
    """The key of an uploaded file whose content has that digest and is of the type it was uploaded
    as. Raises Refused NOT_FOUND, BadInput where it is another, of another type, or too large."""
    key, limits = file_key(case_id, sha256), context.procedure.limits
    content, declared = exchange.get_typed(key, limits.file_bytes)
    if hashlib.sha256(content).hexdigest() != sha256:
        raise BadInput("FIELD_FORMAT", field="sha256", rule="上传的文件与摘要不符")
    found = type_of(content)
    if found not in limits.file_types or found != declared:
        raise BadInput(
            "FIELD_FORMAT", field="content_type", rule="文件内容与声明的类型不符,或不在受理范围"
        )
    return key


def type_of(content: bytes) -> str:
    """The type of a file by its content alone; empty where it is none of those taken in."""
    for start, kind in _STARTS:
        if content.startswith(start):
            return kind
    if content.startswith(b"PK\x03\x04") and b"OFD.xml" in content:
        return "application/ofd"
    if content.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"<" and not _HTML.search(content):
        return "text/xml"
    return ""


def check_account_proof(context: Context, case: Case) -> None:
    """Where the money goes to another than the person, the confirmation or proof of guardianship
    lies with the case (M二.4). Raises as `proven`."""
    if case.account is not None and case.account.owner != "self":
        _digest(case.account.proof)
        proven(context, case.case_id, case.account.proof)
