"""The template deployed into the local cloud: it works as a whole, its roles are enforced, its
state survives, a change is brought in."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import httpx
import pytest
from botocore.exceptions import ClientError
from tests.cloud import PARAMETERS

from medaid.local import deploy, drop, package, template
from medaid.local.errors import LocalError
from medaid.local.ministack import MiniStack, free_port
from medaid.local.places import FUNCTIONS
from medaid.local.stack import Stack, described

pytestmark = pytest.mark.cloud
HOSPITAL = "H44090100001"


def _functions() -> dict[str, str]:
    """Function's name without the stack's → its folder under functions/."""
    functions = [
        r["Properties"]
        for r in template.read()["Resources"].values()
        if r["Type"] == "AWS::Serverless::Function"
    ]
    return {
        p["FunctionName"]["Fn::Sub"].removeprefix("${AWS::StackName}-"): Path(p["CodeUri"]).name
        for p in functions
    }


# ---- the stack ---------------------------------------------------------------------------------


def test_every_function_is_deployed_with_the_layer(cloud: Stack) -> None:
    deployed = {
        f["FunctionName"]: f for f in cloud.cloud.client("lambda").list_functions()["Functions"]
    }
    assert set(deployed) == {f"medaid-{task}" for task in _functions()}
    assert all(len(f["Layers"]) == 1 for f in deployed.values())
    assert len({f["Role"] for f in deployed.values()}) == len(deployed)


def test_every_functions_code_is_importable(cloud: Stack) -> None:
    """Called with nothing, a function may refuse, but never because a module is missing."""
    for task in _functions():
        answer = cloud.cloud.client("lambda").invoke(FunctionName=f"medaid-{task}", Payload=b"{}")
        told = answer["Payload"].read().decode()
        assert "ImportModuleError" not in told, told
        assert "No module named" not in told, told


def test_what_the_local_cloud_drops_of_the_template_is_put_back(cloud: Stack) -> None:
    dynamodb, scheduler = cloud.cloud.client("dynamodb"), cloud.cloud.client("scheduler")
    assert (
        dynamodb.describe_time_to_live(TableName=cloud.table("outbox"))["TimeToLiveDescription"][
            "TimeToLiveStatus"
        ]
        == "ENABLED"
    )
    backups = dynamodb.describe_continuous_backups(TableName=cloud.table("journal"))[
        "ContinuousBackupsDescription"
    ]
    assert backups["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"] == "ENABLED"
    schedules = [s["Name"] for s in scheduler.list_schedules()["Schedules"]]
    assert schedules
    assert {
        scheduler.get_schedule(Name=name)["ScheduleExpressionTimezone"] for name in schedules
    } == {"Asia/Shanghai"}


def test_the_api_lets_nobody_in_without_a_token(cloud: Stack) -> None:
    good = cloud.institution_token(HOSPITAL)
    head, body, signature = good.split(".")
    for token in ("", "x.y.z", f"{head}.{body}.{signature[:-8]}AAAAAAAA", f"{head}.{body}."):
        answer = httpx.post(
            f"{cloud.api}/fsi",
            headers={"Authorization": f"Bearer {token}"} if token else {},
            json={},
            timeout=60,
        )
        assert answer.status_code == 401, token
    assert httpx.post(
        f"{cloud.api}/fsi", headers={"Authorization": f"Bearer {good}"}, json={}, timeout=60
    ).status_code not in (401, 403)


# ---- roles -------------------------------------------------------------------------------------


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
    ("settle", "reimbursement", "put_item", True),
    ("settle", "reimbursement", "delete_item", False),
    ("roster", "people", "put_item", True),
    ("roster", "settlement", "get_item", False),
    ("roster", "journal", "put_item", False),
    ("outbox", "outbox", "get_item", True),
    ("outbox", "people", "get_item", True),
    ("outbox", "people", "put_item", False),
    ("reimburse", "reimbursement", "put_item", True),
    ("reimburse", "journal", "delete_item", False),
    ("reimburse", "clearing", "put_item", False),
    ("reimburse-sweep", "reimbursement", "put_item", True),
    ("reimburse-sweep", "journal", "put_item", False),
    ("clearing-bank", "journal", "put_item", True),
    ("clearing-bank", "reimbursement", "get_item", False),
    ("reimburse-bank", "journal", "put_item", True),
    ("reimburse-bank", "people", "get_item", False),
    ("clearing", "clearing", "put_item", True),
    ("clearing", "settlement", "get_item", True),
    ("clearing", "settlement", "put_item", False),
    ("clearing", "people", "get_item", False),
]


@pytest.mark.parametrize(("task", "room", "operation", "allowed"), DYNAMODB)
def test_each_role_reaches_its_tables_and_no_other(
    cloud: Stack, task: str, room: str, operation: str, allowed: bool
) -> None:
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
    ("reimburse", "put_object", "receipts/role-test", True),
    ("reimburse", "get_object", "bank/in/role-test", False),
    ("reimburse-bank", "get_object", "bank/in/role-test", True),
    ("reimburse-bank", "put_object", "bank/in/role-test", False),
    ("reimburse-bank", "put_object", "bank/out/role-test", True),
    ("clearing", "get_object", "bank/in/role-test", True),
    ("clearing", "put_object", "bank/out/role-test", True),
    ("clearing", "put_object", "finance/in/role-test", False),
]


@pytest.mark.parametrize(("task", "operation", "key", "allowed"), S3)
def test_each_role_reaches_its_part_of_the_bucket(
    cloud: Stack, task: str, operation: str, key: str, allowed: bool
) -> None:
    cloud.cloud.client("s3").put_object(Bucket=cloud.bucket, Key=key, Body=b"x")
    client = _as(cloud, task, "s3")
    what = {"Body": b"y"} if operation == "put_object" else {}
    assert (
        _allowed(lambda: getattr(client, operation)(Bucket=cloud.bucket, Key=key, **what))
        is allowed
    )


# ---- what starts by itself ---------------------------------------------------------------------


def test_a_dropped_manifest_starts_the_roster_and_is_answered(cloud: Stack) -> None:
    manifest = drop.dropped(
        cloud,
        "maoming-civil-affairs",
        "infra.csv",
        b"a,b\n1,2\n",
        kind="roster",
        period="2026-03",
        admdvs="440900",
    )
    assert drop.answered(cloud, manifest)["state"] == "refused"


def test_the_hourly_sweep_runs_under_its_role(cloud: Stack) -> None:
    answer = cloud.cloud.client("lambda").invoke(
        FunctionName="medaid-reimburse-sweep", Payload=b'{"job":"sweep"}'
    )
    told = answer["Payload"].read().decode()
    assert "FunctionError" not in answer, told
    assert json.loads(told)["read"] >= 0


@pytest.mark.parametrize("job", ["daily", "monthly"])
def test_the_scheduled_jobs_of_clearing_run_under_their_role(cloud: Stack, job: str) -> None:
    answer = cloud.cloud.client("lambda").invoke(
        FunctionName="medaid-clearing", Payload=json.dumps({"job": job}).encode()
    )
    assert "FunctionError" not in answer, answer["Payload"].read()


def test_the_journals_stream_is_rolled_up(cloud: Stack) -> None:
    answer = cloud.cloud.client("lambda").invoke(
        FunctionName="medaid-clearing-rollup", Payload=b'{"Records": []}'
    )
    assert json.loads(answer["Payload"].read()) == {"batchItemFailures": []}
    sources = cloud.cloud.client("lambda").list_event_source_mappings()["EventSourceMappings"]
    assert {s["FunctionArn"].rsplit(":", 1)[1] for s in sources if s["State"] == "Enabled"} == {
        "medaid-outbox",
        "medaid-clearing-rollup",
        "medaid-clearing-worker",
    }


def test_a_statement_of_finance_is_held_against_the_books_and_answered(cloud: Stack) -> None:
    s3 = cloud.cloud.client("s3")
    s3.put_object(
        Bucket=cloud.bucket, Key="finance/in/440900/2026-Q1/infra.xlsx", Body=b"no workbook"
    )
    assert _appears(s3, cloud.bucket, "clearing/440900/2026-Q1/infra.xlsx")


def _appears(s3: Any, bucket: str, prefix: str) -> bytes:
    """The object whose key begins so, once it is there."""
    until = time.monotonic() + 30
    while "Contents" not in (found := s3.list_objects_v2(Bucket=bucket, Prefix=prefix)):
        assert time.monotonic() < until, prefix
        time.sleep(0.1)
    body: bytes = s3.get_object(Bucket=bucket, Key=found["Contents"][0]["Key"])["Body"].read()
    return body


def test_a_banks_answer_is_taken_in_and_reported(cloud: Stack) -> None:
    s3 = cloud.cloud.client("s3")
    s3.put_object(Bucket=cloud.bucket, Key="bank/in/infra.txt", Body=b"no answer of a bank\n")
    assert _appears(s3, cloud.bucket, "bank/out/infra.txt.report")


def test_a_drop_that_is_not_answered_is_said(cloud: Stack) -> None:
    """Only what ends as a manifest does starts the roster."""
    cloud.cloud.client("s3").put_object(
        Bucket=cloud.bucket, Key="drop/maoming-civil-affairs/no.manifest", Body=b"{}"
    )
    with pytest.raises(LocalError, match="no answer"):
        drop.answered(cloud, "drop/maoming-civil-affairs/no.manifest", 1)


# ---- keeping state, taking in changes ----------------------------------------------------------


def test_state_is_kept_over_a_clean_stop_and_wiped_after_any_other(tmp_path: Path) -> None:
    port = free_port()
    first = MiniStack.start(tmp_path, port)
    stack = deploy.deployed(first.cloud, PARAMETERS)
    stack.cloud.client("dynamodb").put_item(TableName=stack.table("people"), Item=ITEM)
    stack.cloud.client("s3").put_object(Bucket=stack.bucket, Key="receipts/kept", Body=b"kept")
    assert first.stop()

    second = MiniStack.start(tmp_path, port)
    assert (second.kept, second.wiped) == (True, False)
    stack = deploy.deployed(second.cloud, PARAMETERS)
    assert (
        stack.cloud.client("dynamodb").get_item(TableName=stack.table("people"), Key=ITEM)["Item"]
        == ITEM
    )
    assert (
        stack.cloud.client("s3").get_object(Bucket=stack.bucket, Key="receipts/kept")["Body"].read()
        == b"kept"
    )
    assert (
        stack.cloud.client("lambda").invoke(FunctionName="medaid-settle", Payload=b"{}")[
            "StatusCode"
        ]
        == 200
    )
    second.process.kill()
    assert not second.stop()

    third = MiniStack.start(tmp_path, port)
    try:
        assert (third.kept, third.wiped) == (False, True)
        with pytest.raises(LocalError):
            described(third.cloud)
        assert deploy.deployed(third.cloud, PARAMETERS).bucket
    finally:
        third.stop()


def test_a_taken_port_is_said_plainly(cloud: Stack, tmp_path: Path) -> None:
    with pytest.raises(LocalError, match="is taken"):
        MiniStack.start(tmp_path, int(cloud.cloud.endpoint.rsplit(":", 1)[1]))


def test_a_changed_function_is_brought_in_and_an_unchanged_stack_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    functions = tmp_path / "functions"
    for task in set(_functions().values()):
        (functions / task).mkdir(parents=True)
        (functions / task / "handler.py").write_text(
            "def handler(event, context):\n    print('x')\n    return 1\n", encoding="utf-8"
        )
    monkeypatch.setattr(package, "FUNCTIONS", functions)
    layer = package.layer_zip()
    monkeypatch.setattr(
        package, "layer_zip", lambda: layer
    )  # src may be worked on while the tests run
    cloud = MiniStack.start(tmp_path / "cloud", free_port(), persist=False)
    try:

        def settled() -> Any:
            return json.loads(
                cloud.cloud.client("lambda")
                .invoke(FunctionName="medaid-settle", Payload=b"{}")["Payload"]
                .read()
            )

        told: list[str] = []
        before = deploy.deployed(cloud.cloud, PARAMETERS)
        assert settled() == 1
        assert deploy.deployed(cloud.cloud, PARAMETERS, told=told.append) == before
        assert "补全本地云缺失的设置" not in told
        (functions / "settle" / "handler.py").write_text(
            "def handler(event, context):\n    print('x')\n    return 2\n", encoding="utf-8"
        )
        assert deploy.deployed(cloud.cloud, PARAMETERS) == before
        assert settled() == 2
    finally:
        cloud.stop()


@pytest.mark.parametrize(
    ("properties", "named"),
    [
        ({"Type": "AWS::Made::Up", "Properties": {}}, "Made::Up"),
        ({"Type": "AWS::Cognito::UserPoolClient", "Properties": {"UserPoolId": "none"}}, "Odd"),
    ],
)
def test_a_broken_stack_is_refused_with_the_resource_that_failed(
    cloud: Stack, monkeypatch: pytest.MonkeyPatch, properties: Any, named: str
) -> None:
    monkeypatch.setattr(template, "transformed", lambda *_: {"Resources": {"Odd": properties}})
    with pytest.raises(LocalError, match=named):
        deploy.deployed(cloud.cloud, name=f"broken-{named.lower().replace('::', '-')}")


# ---- packages ----------------------------------------------------------------------------------


def test_packages_are_the_same_for_the_same_files() -> None:
    assert package.layer_zip() == package.layer_zip()
    assert package.function_zip("settle") == package.function_zip("settle")
    assert package.object_key("layer", b"1") != package.object_key("layer", b"2")


def test_the_layer_holds_the_package_and_its_data_but_not_the_local_tools(tmp_path: Path) -> None:
    import io  # only here
    import zipfile  # only here

    names = zipfile.ZipFile(io.BytesIO(package.layer_zip())).namelist()
    assert "python/medaid/money.py" in names
    assert any(name.endswith(".toml") for name in names)
    assert not [
        name for name in names if "/local/" in name or "/simulate/" in name or name.endswith(".pyc")
    ]


def test_a_functions_folder_gives_only_its_code() -> None:
    import io  # only here
    import zipfile  # only here

    for task in _functions().values():
        if (FUNCTIONS / task / "handler.py").exists():
            names = zipfile.ZipFile(io.BytesIO(package.function_zip(task))).namelist()
            assert "handler.py" in names
            assert all(name.endswith(".py") for name in names)


# ---- the command -------------------------------------------------------------------------------


def test_run_serves_until_it_is_asked_to_end_and_keeps_its_state(tmp_path: Path) -> None:
    environ = os.environ | {"MEDAID_LOCAL_DIR": str(tmp_path), "PYTHONUNBUFFERED": "1"}
    command = [sys.executable, "-m", "medaid.local"]
    with (tmp_path / "out").open("w", encoding="utf-8") as out:
        run = subprocess.Popen(
            [*command, "run", "--port", str(free_port()), "--no-demo"],
            env=environ,
            stdout=out,
            stderr=out,
        )
        try:
            until = time.monotonic() + 60
            while (
                "服务中" not in (said := (tmp_path / "out").read_text(encoding="utf-8"))
                and time.monotonic() < until
            ):
                assert run.poll() is None, said
                time.sleep(0.1)
            token = subprocess.run(
                [*command, "token", "--institution", HOSPITAL],
                env=environ,
                capture_output=True,
                text=True,
                check=True,
            ).stdout.strip()
            assert token.count(".") == 2
            line = subprocess.run(
                [*command, "token", "--institution", HOSPITAL, "--curl"],
                env=environ,
                capture_output=True,
                text=True,
                check=True,
            ).stdout
            pasted = subprocess.run(
                ["bash", "-c", f"{line}\necho $TOKEN"], capture_output=True, text=True, check=True
            ).stdout.strip()
            assert pasted.count(".") == 2
            run.send_signal(signal.SIGINT)
            assert run.wait(60) == 0
        finally:
            run.kill()
    assert (tmp_path / "clean").exists()
    assert not (tmp_path / "pid").exists()


def test_without_a_running_cloud_the_command_says_what_to_do(tmp_path: Path) -> None:
    environ = os.environ | {"MEDAID_LOCAL_DIR": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-m", "medaid.local", "token", "--institution", "H1"],
        env=environ,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert "make run" in done.stderr
