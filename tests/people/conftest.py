"""The people table and the exchange bucket on moto, with the keys and the index of the template."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws

from medaid.aws.settings import settings
from medaid.aws.table import Meta


@pytest.fixture
def cloud(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """An empty people table and bucket. Gives the S3 client."""
    for name, value in {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_DEFAULT_REGION": Meta.region}.items():
        monkeypatch.setenv(name, value)
    with mock_aws():
        names = ("pk", "sk", "register", "register_order")
        boto3.client("dynamodb", region_name=Meta.region).create_table(
            TableName=settings().tables["people"],
            AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in names],
            KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
            GlobalSecondaryIndexes=[
                {
                    "IndexName": "register",
                    "KeySchema": [{"AttributeName": "register", "KeyType": "HASH"}, {"AttributeName": "register_order", "KeyType": "RANGE"}],
                    "Projection": {"ProjectionType": "ALL"},
                }
            ],
            BillingMode="PAY_PER_REQUEST",
        )
        s3 = boto3.client("s3", region_name=Meta.region)
        s3.create_bucket(Bucket=settings().bucket, CreateBucketConfiguration={"LocationConstraint": Meta.region})
        yield s3
