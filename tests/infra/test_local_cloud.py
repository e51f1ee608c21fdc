"""The template deployed into the local cloud works as a whole, and what starts by itself does."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import httpx
import pytest

from medaid.local import drop, template
from medaid.local.errors import LocalError
from medaid.local.stack import Stack

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
        assert answer.json()["output"]["errinfo"]["code"] == "UNAUTHENTICATED"
    assert httpx.post(
        f"{cloud.api}/fsi", headers={"Authorization": f"Bearer {good}"}, json={}, timeout=60
    ).status_code not in (401, 403)


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
    """It keeps the packs that ship with the code too: what they price can be replayed."""
    answer = cloud.cloud.client("lambda").invoke(
        FunctionName="medaid-reimburse-sweep", Payload=b'{"job":"sweep"}'
    )
    told = answer["Payload"].read().decode()
    assert "FunctionError" not in answer, told
    assert json.loads(told)["read"] >= 0
    again = cloud.cloud.client("lambda").invoke(
        FunctionName="medaid-reimburse-sweep", Payload=b'{"job":"sweep"}'
    )
    assert json.loads(again["Payload"].read())["packs_published"] == 0


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
        "medaid-clearing",
        "medaid-clearing-rollup",
        "medaid-clearing-worker",
        "medaid-enroll-worker",
        "medaid-reimburse-year-end",
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
