"""A table, a queue, a bucket and one function behind them: small enough to be made in each test.

The function counts each thing that it was given in `seen`. A gate decides whether it does: without
one it fails, before one that is closed it waits, so that a test decides whether a record is
consumed, or stays under way, and sees how often it was.
"""

from __future__ import annotations

import io
import json
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from medaid.local.ministack import MiniStack, free_port
from medaid.local.stack import Cloud

SECONDS = 60
"""How long a test waits for what must come; it goes on as soon as it is there."""
BUCKET = "small-bucket"
_CODE = """
import time
import boto3

def handler(event, context):
    table = boto3.client("dynamodb")
    def gate():
        key = {"pk": {"S": "gate"}}
        return table.get_item(TableName="seen", Key=key, ConsistentRead=True)["Item"]["is"]["S"]
    table.put_item(TableName="seen", Item={"pk": {"S": "started"}})
    while gate() == "closed":
        time.sleep(0.02)
    for record in event["Records"]:
        if "dynamodb" in record:
            name = record["dynamodb"]["Keys"]["pk"]["S"]
        elif "s3" in record:
            name = record["s3"]["object"]["key"]
        else:
            name = record["body"]
        table.update_item(TableName="seen", Key={"pk": {"S": name}},
            UpdateExpression="ADD n :one", ExpressionAttributeValues={":one": {"N": "1"}})
"""


@dataclass(frozen=True)
class SmallCloud:
    """The small stack in `cloud`, as it is after `create` and after each restart."""

    cloud: Cloud

    @property
    def dynamodb(self) -> Any:
        return self.cloud.client("dynamodb")

    def create(self) -> SmallCloud:
        stream = {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"}
        source = self._create_table("source", StreamSpecification=stream)
        self._create_table("seen")
        role = self._create_role()
        functions = self.cloud.client("lambda")
        function = functions.create_function(
            FunctionName="counter",
            Runtime="python3.11",
            Handler="handler.handler",
            Role=role,
            Timeout=120,
            Code={"ZipFile": _zipped(_CODE)},
        )["FunctionArn"]
        sqs = self.cloud.client("sqs")
        queue = sqs.create_queue(QueueName="work", Attributes={"VisibilityTimeout": "1800"})
        attributes = sqs.get_queue_attributes(
            QueueUrl=queue["QueueUrl"], AttributeNames=["QueueArn"]
        )
        for arn, more in (
            (source["LatestStreamArn"], {"StartingPosition": "TRIM_HORIZON"}),
            (attributes["Attributes"]["QueueArn"], {}),
        ):
            functions.create_event_source_mapping(
                EventSourceArn=arn, FunctionName="counter", **more
            )
        self._notify(function)
        return self

    def _create_table(self, name: str, **more: Any) -> dict[str, Any]:
        made: dict[str, Any] = self.dynamodb.create_table(
            TableName=name,
            KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
            **more,
        )["TableDescription"]
        return made

    def _create_role(self) -> str:
        iam = self.cloud.client("iam")
        trust = {"Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
        anything = {"Effect": "Allow", "Action": ["dynamodb:*", "sqs:*"], "Resource": "*"}
        role = iam.create_role(RoleName="counter", AssumeRolePolicyDocument=_policy(trust))
        iam.put_role_policy(RoleName="counter", PolicyName="all", PolicyDocument=_policy(anything))
        arn: str = role["Role"]["Arn"]
        return arn

    def _notify(self, function: str) -> None:
        region = {"LocationConstraint": self.cloud.region}
        s3 = self.cloud.client("s3")
        s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration=region)
        self.cloud.client("lambda").add_permission(
            FunctionName="counter",
            StatementId="s3",
            Action="lambda:InvokeFunction",
            Principal="s3.amazonaws.com",
            SourceArn=f"arn:aws:s3:::{BUCKET}",
        )
        called = {"LambdaFunctionArn": function, "Events": ["s3:ObjectCreated:*"]}
        s3.put_bucket_notification_configuration(
            Bucket=BUCKET, NotificationConfiguration={"LambdaFunctionConfigurations": [called]}
        )

    # ---- what a test does -------------------------------------------------------------------

    def write(self, *names: str) -> None:
        for name in names:
            self.dynamodb.put_item(TableName="source", Item={"pk": {"S": name}})

    def written(self) -> set[str]:
        return {row["pk"]["S"] for row in self.dynamodb.scan(TableName="source")["Items"]}

    def send(self, name: str) -> None:
        sqs = self.cloud.client("sqs")
        sqs.send_message(QueueUrl=sqs.get_queue_url(QueueName="work")["QueueUrl"], MessageBody=name)

    def drop(self, name: str) -> None:
        self.cloud.client("s3").put_object(Bucket=BUCKET, Key=name, Body=b"x")

    def open_gate(self) -> None:
        self._set_gate("open")

    def close_gate(self) -> None:
        self._set_gate("closed")

    def _set_gate(self, state: str) -> None:
        self.dynamodb.put_item(TableName="seen", Item={"pk": {"S": "gate"}, "is": {"S": state}})

    def take_gate_away(self) -> None:
        for name in ("gate", "started"):
            self.dynamodb.delete_item(TableName="seen", Key={"pk": {"S": name}})

    def seen(self) -> dict[str, int]:
        """Name of what the function was given → how often."""
        rows = self.dynamodb.scan(TableName="seen", ConsistentRead=True)["Items"]
        return {row["pk"]["S"]: int(row["n"]["N"]) for row in rows if "n" in row}

    def wait_for(self, *names: str) -> None:
        until(lambda: set(names) <= set(self.seen()), f"{names} consumed")

    def wait_for_start(self) -> None:
        key = {"pk": {"S": "started"}}
        until(lambda: "Item" in self.dynamodb.get_item(TableName="seen", Key=key), "a call")


@contextmanager
def running(folder: Path) -> Iterator[tuple[MiniStack, SmallCloud]]:
    """The cloud in `folder`, stopped in order afterwards where the test has not ended it."""
    stack = MiniStack.start(folder, free_port())
    try:
        yield stack, SmallCloud(stack.cloud)
    finally:
        stack.stop()


def until(condition: Callable[[], bool], what: str) -> None:
    """Returns as soon as it holds. Fails where it does not come to hold."""
    end = time.monotonic() + SECONDS
    while not condition():
        assert time.monotonic() < end, f"not within {SECONDS} s: {what}"
        time.sleep(0.02)


def _policy(statement: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **statement}]})


def _zipped(code: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("handler.py", code)
    return buffer.getvalue()
