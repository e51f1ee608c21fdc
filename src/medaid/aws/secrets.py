"""Secrets lie apart from all data: in Parameter Store, encrypted with the stack's key, written once
and never changed. A secret is known by its name alone; its value is never logged."""

from __future__ import annotations

from functools import cache
from typing import Any, Final

from botocore.exceptions import BotoCoreError, ClientError

from medaid.aws.settings import settings
from medaid.errors import Unavailable

_WAIT: Final = 3
GATEWAYS: Final = "gateways/"
"""How the name of a secret of a text-message gateway begins."""
_kept: dict[str, str] = {}


def read_secret(name: str) -> str | None:
    """The secret of that name, from memory once it was read; None where there is none. Raises
    Unavailable."""
    if name not in _kept:
        try:
            found = _client().get_parameter(Name=_path(name), WithDecryption=True)
        except ClientError as error:
            if error.response["Error"]["Code"] == "ParameterNotFound":
                return None
            raise Unavailable("UNAVAILABLE") from error
        except BotoCoreError as error:
            raise Unavailable("UNAVAILABLE") from error
        _kept[name] = str(found["Parameter"]["Value"])
    return _kept[name]


def create_secret(name: str, value: str) -> bool:
    """Keeps a secret; False where there is one of that name already. Raises Unavailable."""
    try:
        _client().put_parameter(
            Name=_path(name),
            Value=value,
            Type="SecureString",
            KeyId=settings().data_key or "alias/aws/ssm",
            Overwrite=False,
        )
    except ClientError as error:
        if error.response["Error"]["Code"] == "ParameterAlreadyExists":
            return False
        raise Unavailable("UNAVAILABLE") from error
    except BotoCoreError as error:
        raise Unavailable("UNAVAILABLE") from error
    return True


def _path(name: str) -> str:
    """Secrets of institutions lie under the path of the settings, those of text-message gateways
    beside it: another function reads them."""
    if name.startswith(GATEWAYS):
        return f"{settings().secrets.rpartition('/')[0]}/{name}"
    return f"{settings().secrets}/{name}"


@cache
def _client() -> Any:
    from medaid.aws.clients import limited  # most requests need none

    return limited("ssm", _WAIT)


def forget() -> None:
    """Drops the client and what was read."""
    _kept.clear()
    _client.cache_clear()
