"""Dropped files and their answers in the exchange bucket: read as streams, never whole; and every
one of them answered to its sender, whatever became of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Any, BinaryIO, Final, cast

from botocore.exceptions import BotoCoreError, ClientError

from medaid.aws import exchange
from medaid.aws.settings import settings
from medaid.dropped import answers
from medaid.dropped.problem import FileRefused, Problem
from medaid.errors import Unavailable

_MISSING: Final = {"NoSuchKey", "404", "NotFound", "403", "AccessDenied"}
"""Without the right to list, a missing object answers that access is denied."""
CSV: Final = "text/csv; charset=utf-8"
JSON: Final = "application/json"
_INTERRUPTED: Final = Problem(
    "UNAVAILABLE", "", "处理中断,系统将自动继续,无须重新报送;反复出现请联系经办机构"
)


def opened(key: str, etag: str = "") -> tuple[BinaryIO, str]:
    """The object's bytes as a stream, and its ETag; with `etag` only that very object.

    Raises FileRefused where it is not there or was replaced meanwhile, Unavailable where storage
    does not answer.
    """
    only: dict[str, Any] = {"IfMatch": etag} if etag else {}
    try:
        answer = exchange.client().get_object(Bucket=settings().bucket, Key=key, **only)
    except ClientError as error:
        code = error.response["Error"]["Code"]
        if code in ("PreconditionFailed", "412"):
            raise FileRefused(
                Problem("FILE_FORM", "file", "文件在读取中被替换,请重新投递清单")
            ) from error
        if code in _MISSING:
            raise FileRefused(
                Problem("FILE_MISSING", "file", "请先投递数据文件,最后投递清单")
            ) from error
        raise Unavailable("UNAVAILABLE") from error
    except BotoCoreError as error:
        raise Unavailable("UNAVAILABLE") from error
    return cast(BinaryIO, answer["Body"]), answer["ETag"]


def copy(source: str, target: str) -> None:
    """The answer under `source` once more under `target`. Raises Unavailable."""
    bucket = settings().bucket
    try:
        exchange.client().copy_object(
            Bucket=bucket, Key=target, CopySource={"Bucket": bucket, "Key": source}
        )
    except (BotoCoreError, ClientError) as error:
        raise Unavailable("UNAVAILABLE") from error


@contextmanager
def answering(sender: str, target: str, own: tuple[type[Exception], ...] = ()) -> Iterator[None]:
    """Lays an answer to `sender` under `target` (`.csv` and `.json`, the latter last) where the
    block raises: the problems of a refused file; for anything else that it was interrupted, which
    the next attempt overwrites. The exception goes on. `own` are those that the caller answers."""
    try:
        yield
    except own:
        raise
    except FileRefused as refusal:
        _answer(target, answers.refused(sender, refusal.problems), refusal.problems)
        raise
    except Exception:
        told = (_INTERRUPTED,)
        with suppress(Exception):  # the first fault is the one to be raised
            _answer(target, answers.refused(sender, told, "interrupted"), told)
        raise


def _answer(target: str, summary: Mapping[str, Any], problems: Sequence[Problem]) -> None:
    exchange.put(f"{target}.csv", answers.refusal(problems), CSV)
    exchange.put(f"{target}.json", answers.document(summary), JSON)
