"""Photos, scans and electronic originals: uploaded straight to S3 by a presigned address that fixes
type, size and digest (J27, Q3.2)."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass, replace
from datetime import datetime

from medaid.aws import exchange
from medaid.aws.settings import settings
from medaid.errors import BadInput, Refused
from medaid.receipts.model import ReceiptNumber
from medaid.reimbursement import rules, store
from medaid.reimbursement.model import Act, Case, Officer, Receipt
from medaid.reimbursement.rules import ActReason
from medaid.reimbursement.service.acting import Changed, act
from medaid.reimbursement.service.context import Context


@dataclass(frozen=True, slots=True)
class Upload:
    """Where to put a file: a PUT with exactly these headers, good for `seconds`."""

    url: str
    key: str
    headers: dict[str, str]
    seconds: int


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
    checksum = base64.b64encode(_digest(sha256)).decode()
    case = store.case(case_id)
    if case is None:
        raise Refused("NOT_FOUND", field="case_id", rule="申请不存在")
    rules.reachable(case, officer)
    key = file_key(case_id, sha256)
    params = {
        "Bucket": settings().bucket,
        "Key": key,
        "ContentType": kind,
        "ContentLength": size,
        "ChecksumSHA256": checksum,
    }
    url = exchange.client().generate_presigned_url(
        "put_object", Params=params, ExpiresIn=limits.file_seconds
    )
    headers = {"Content-Type": kind, "Content-Length": str(size), "x-amz-checksum-sha256": checksum}
    return Upload(url, key, headers, limits.file_seconds)


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
    """The key of an uploaded file whose content has that digest. Raises Refused NOT_FOUND, BadInput
    where it is another or too large."""
    key = file_key(case_id, sha256)
    content = exchange.get(key)
    if len(content) > context.procedure.limits.file_bytes:
        raise BadInput(
            "FIELD_TOO_LONG", field="size", rule=f"至多 {context.procedure.limits.file_bytes} 字节"
        )
    if hashlib.sha256(content).hexdigest() != sha256:
        raise BadInput("FIELD_FORMAT", field="sha256", rule="上传的文件与摘要不符")
    return key


def check_account_proof(context: Context, case: Case) -> None:
    """Where the money goes to another than the person, the confirmation or proof of guardianship
    lies with the case (M二.4). Raises as `proven`."""
    if case.account is not None and case.account.owner != "self":
        _digest(case.account.proof)
        proven(context, case.case_id, case.account.proof)
