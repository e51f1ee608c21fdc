"""Each function's role in the local cloud reaches what it needs and nothing else."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from medaid.local.stack import Stack

pytestmark = pytest.mark.cloud


def _as(cloud: Stack, task: str, service: str) -> Any:
    """A client with nothing but the rights of functions/<task>."""
    import boto3  # only here

    role = cloud.cloud.client("lambda").get_function_configuration(FunctionName=f"medaid-{task}")[
        "Role"
    ]
    held = cloud.cloud.client("sts").assume_role(RoleArn=role, RoleSessionName="test")[
        "Credentials"
    ]
    return boto3.client(
        service,
        endpoint_url=cloud.cloud.endpoint,
        region_name=cloud.cloud.region,
        aws_access_key_id=held["AccessKeyId"],
        aws_secret_access_key=held["SecretAccessKey"],
        aws_session_token=held["SessionToken"],
    )


def _allowed(act: Any) -> bool:
    try:
        act()
    except ClientError as error:
        if error.response["Error"]["Code"] in ("AccessDeniedException", "AccessDenied"):
            return False
        if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
            raise
    return True


ITEM = {"pk": {"S": "ROLE-TEST"}, "sk": {"S": "ROLE-TEST"}}
DYNAMODB = [
    ("settle", "people", "put_item", True),
    ("settle", "settlement", "get_item", True),
    ("settle", "journal", "put_item", True),
    ("settle", "journal", "get_item", False),
    ("settle", "journal", "delete_item", False),
    ("settle", "clearing", "get_item", True),
    ("settle", "clearing", "delete_item", False),
    ("settle", "receipts", "put_item", True),
    ("settle", "reimbursement", "put_item", False),
    ("settle", "reimbursement", "delete_item", False),
    ("roster", "people", "put_item", True),
    ("roster", "settlement", "get_item", False),
    ("roster", "journal", "put_item", False),
    ("outbox", "outbox", "get_item", True),
    ("outbox", "people", "get_item", False),
    ("outbox", "people", "put_item", False),
    ("reimburse", "reimbursement", "put_item", True),
    ("reimburse", "journal", "delete_item", False),
    ("reimburse", "clearing", "put_item", False),
    ("reimburse-sweep", "reimbursement", "put_item", True),
    ("reimburse-sweep", "journal", "put_item", False),
    ("payments", "journal", "put_item", True),
    ("payments", "people", "get_item", False),
    ("clearing", "clearing", "put_item", True),
    ("clearing", "settlement", "get_item", True),
    ("clearing", "settlement", "put_item", False),
    ("clearing", "people", "get_item", False),
    ("seal", "fund", "put_item", True),
    ("seal", "journal", "put_item", False),
    ("seal", "clearing", "get_item", False),
]


@pytest.mark.parametrize(("task", "room", "operation", "allowed"), DYNAMODB)
def test_each_role_reaches_its_tables_and_no_other(
    cloud: Stack, task: str, room: str, operation: str, allowed: bool
) -> None:
    """Right money, 42."""
    client = _as(cloud, task, "dynamodb")
    nothing = {
        "ConditionExpression": "attribute_exists(pk)"
    }  # a role that may write is told that the item is not there: nothing is left behind
    what = {"Item": ITEM, **nothing} if operation == "put_item" else {"Key": ITEM}
    assert (
        _allowed(lambda: getattr(client, operation)(TableName=cloud.table(room), **what)) is allowed
    )


S3 = [
    ("roster", "get_object", "drop/role-test", True),
    ("roster", "put_object", "feedback/role-test", True),
    ("roster", "put_object", "drop/role-test", False),
    ("roster", "get_object", "receipts/role-test", False),
    ("settle", "get_object", "drop/role-test", False),
    ("settle", "put_object", "clearing/upload/role-test", True),
    ("settle", "put_object", "clearing/440900/2026-03/role-test", False),
    ("settle", "put_object", "bank/in/role-test", False),
    ("reimburse", "put_object", "receipts/role-test", True),
    ("reimburse", "get_object", "bank/in/role-test", False),
    ("payments", "get_object", "bank/in/role-test", True),
    ("payments", "put_object", "bank/in/role-test", False),
    ("payments", "put_object", "bank/out/role-test", True),
    ("clearing", "get_object", "bank/in/role-test", False),
    ("clearing", "put_object", "bank/out/role-test", True),
    ("clearing", "put_object", "finance/in/role-test", False),
]


@pytest.mark.parametrize(("task", "operation", "key", "allowed"), S3)
def test_each_role_reaches_its_part_of_the_bucket(
    cloud: Stack, task: str, operation: str, key: str, allowed: bool
) -> None:
    """Right money, 42."""
    cloud.cloud.client("s3").put_object(Bucket=cloud.bucket, Key=key, Body=b"x")
    client = _as(cloud, task, "s3")
    what = {"Body": b"y"} if operation == "put_object" else {}
    assert (
        _allowed(lambda: getattr(client, operation)(Bucket=cloud.bucket, Key=key, **what))
        is allowed
    )


# ---- seals -------------------------------------------------------------------------------------


@pytest.mark.parametrize(("task", "allowed"), [("seal", True), ("clearing", False)])
def test_only_the_sealing_function_signs_and_anchors_J32(
    cloud: Stack, task: str, allowed: bool
) -> None:
    """Right money, 42. Not even whoever asks for the seals: an anchor is out of reach of all who
    post."""
    kms, s3 = _as(cloud, task, "kms"), _as(cloud, task, "s3")
    key = f"alias/{cloud.name}-seals"
    arn = cloud.cloud.client("kms").describe_key(KeyId=key)["KeyMetadata"]["Arn"]
    signing = {"Message": b"x", "MessageType": "RAW", "SigningAlgorithm": "ECDSA_SHA_256"}
    assert _allowed(lambda: kms.sign(KeyId=arn, **signing)) is allowed
    place = {"Bucket": cloud.outputs["AnchorBucket"], "Key": f"seals/role-test-{task}"}
    assert _allowed(lambda: s3.put_object(**place, Body=b"{}")) is allowed
    assert not _allowed(lambda: s3.delete_object(**place))


@pytest.mark.parametrize(
    ("task", "prefix", "allowed"),
    [
        ("settle", "clearing/upload/x", True),
        ("settle", "", False),
        ("settle", "bank/", False),
        ("payments", "bank/in/", True),
        ("payments", "", False),
        ("outbox", "receipts/", False),
    ],
)
def test_a_role_lists_where_it_reads_and_nowhere_else(
    cloud: Stack, task: str, prefix: str, allowed: bool
) -> None:
    """Right money, 42."""
    s3 = _as(cloud, task, "s3")
    asked = {"Prefix": prefix} if prefix else {}
    assert _allowed(lambda: s3.list_objects_v2(Bucket=cloud.bucket, **asked)) is allowed
