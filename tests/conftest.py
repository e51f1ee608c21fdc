"""Fixtures for everybody. What a test needs of AWS it says by naming one:

- `tables`: the stack's tables and bucket in moto, in this process, empty; made from
  infra/template.yaml. Single-threaded, fast.
- `cloud`: the whole stack in MiniStack, roles enforced, one for each test process; tests share it,
  so they use keys of their own.
- `in_cloud`: the package in this process works on the tables of `cloud`. For races and many
  threads.
- `storage_calls`, `storage_faults`: counting storage calls and making them fail, with either.
"""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

_SETTINGS = {
    "AWS_REGION": "cn-north-1",
    "AWS_DEFAULT_REGION": "cn-north-1",
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "AWS_EC2_METADATA_DISABLED": "true",
    # with it, calls that name a stream go to a host that moto does not know
    "AWS_ACCOUNT_ID_ENDPOINT_MODE": "disabled",
    "POWERTOOLS_SERVICE_NAME": "test",
    "POWERTOOLS_METRICS_NAMESPACE": "medaid",
    "MEDAID_TOKEN_ISSUER": "https://issuer.example",
    "MEDAID_TOKEN_AUDIENCE": "medaid-tests",
    "MEDAID_LOCAL_DIR": tempfile.mkdtemp(prefix="medaid-test-"),
}
_KEPT = "MEDAID_RECORD"  # asks test_answers to write its answers anew
for _name in [
    n for n in os.environ if n.startswith(("AWS_", "MEDAID_", "POWERTOOLS_")) and n != _KEPT
]:
    del os.environ[_name]
atexit.register(shutil.rmtree, _SETTINGS["MEDAID_LOCAL_DIR"], ignore_errors=True)
os.environ.update(_SETTINGS)  # before the package is imported: it reads its surroundings once

import boto3  # noqa: E402  # after the settings above
import botocore.loaders  # noqa: E402  # same
import pytest  # noqa: E402  # same
from hypothesis import settings as properties  # noqa: E402  # same
from moto import mock_aws  # noqa: E402  # same
from tests import moto_transactions, roles, storage  # noqa: E402  # same
from tests.cloud import forget_connections, started, working_in  # noqa: E402  # same

from medaid.aws.settings import TABLES, settings  # noqa: E402  # same
from medaid.local import template  # noqa: E402  # same
from medaid.local.stack import Stack  # noqa: E402  # same


@lru_cache
def _loaded(path: str, opened: Any) -> Any:
    return _load_file(botocore.loaders.JSONFileLoader(), path, opened)


def _load_once(_loader: Any, path: str, opened: Any) -> Any:
    """Each test makes clients anew; what botocore reads of its own files for them is read once."""
    return _loaded(path, opened)


@lru_cache
def _services(type_name: str) -> Any:
    return _list_services(botocore.loaders.create_loader(), type_name)


def _list_services_once(_loader: Any, type_name: str) -> Any:
    """Same: a walk over four hundred folders for each client."""
    return _services(type_name)


_load_file = botocore.loaders.JSONFileLoader._load_file
_list_services = botocore.loaders.Loader.list_available_services
moto_transactions.install()
botocore.loaders.JSONFileLoader._load_file = _load_once
botocore.loaders.Loader.list_available_services = _list_services_once
roles.watch()
pytest_plugins = ["tests.roles_report"]
properties.register_profile("untimed", deadline=None, derandomize=bool(os.environ.get("CI")))
properties.load_profile(
    "untimed"
)  # a busy machine is no failure; what runs before a change is taken in is the same every time


@dataclass(frozen=True)
class Tables:
    """The tables in moto. `client` is a plain DynamoDB client, `s3` a plain S3 client."""

    client: Any
    s3: Any

    def items(self, room: str) -> list[dict[str, Any]]:
        """All items of the table of `room`, as DynamoDB writes them, in order of their keys."""
        pages = self.client.get_paginator("scan").paginate(TableName=settings().tables[room])
        return sorted(
            (item for page in pages for item in page["Items"]),
            key=lambda item: (item["pk"]["S"], item["sk"]["S"]),
        )

    def everything(self) -> dict[str, list[dict[str, Any]]]:
        """All items of all tables: equal before and after means that nothing was written."""
        return {room: self.items(room) for room in TABLES}


_SCHEMA = (
    "KeySchema",
    "AttributeDefinitions",
    "GlobalSecondaryIndexes",
    "LocalSecondaryIndexes",
    "BillingMode",
)


def create_tables(client: Any) -> None:
    """The tables of infra/template.yaml under the names of the settings."""
    for logical, resource in template.read()["Resources"].items():
        if resource["Type"] == "AWS::DynamoDB::Table":
            properties = resource["Properties"]
            schema = {name: properties[name] for name in _SCHEMA if name in properties}
            if "StreamSpecification" in properties:
                schema["StreamSpecification"] = {
                    "StreamEnabled": True,
                    **properties["StreamSpecification"],
                }
            client.create_table(
                TableName=settings().tables[logical.removesuffix("Table").lower()], **schema
            )


@pytest.fixture
def tables() -> Iterator[Tables]:
    with mock_aws():
        forget_connections()
        client, s3 = boto3.client("dynamodb"), boto3.client("s3")
        create_tables(client)
        s3.create_bucket(
            Bucket=settings().bucket, CreateBucketConfiguration={"LocationConstraint": "cn-north-1"}
        )
        yield Tables(client, s3)
    forget_connections()


@pytest.fixture(scope="session")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    folder: Path = tmp_path_factory.mktemp("cloud")
    with started(folder) as stack:
        yield stack


@pytest.fixture
def in_cloud(cloud: Stack) -> Iterator[Stack]:
    with working_in(cloud):
        yield cloud


@pytest.fixture
def storage_calls() -> Iterator[storage.StorageCalls]:
    calls = storage.StorageCalls()
    storage.watch(calls)
    yield calls
    storage.unwatch(calls)


@pytest.fixture
def storage_faults() -> Iterator[storage.StorageFaults]:
    faults = storage.StorageFaults()
    storage.fail(faults)
    yield faults
    storage.unfail(faults)
