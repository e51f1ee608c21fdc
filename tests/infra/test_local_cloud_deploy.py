"""A change is brought into the local cloud, a broken one refused; same files, same zips."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
from tests.cloud import PARAMETERS
from tests.infra.test_local_cloud import _functions

from medaid.local import deploy, package, template
from medaid.local.errors import LocalError
from medaid.local.ministack import MiniStack, free_port
from medaid.local.places import FUNCTIONS
from medaid.local.stack import Stack

pytestmark = pytest.mark.cloud


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
    # src may be worked on while the tests run
    monkeypatch.setattr(package, "layer_zip", lambda: layer)
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
        assert deploy.deployed(cloud.cloud, PARAMETERS, report=told.append) == before
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


def test_a_stack_that_failed_is_not_taken_for_deployed(
    cloud: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same broken template again is refused again."""
    odd = {"Type": "AWS::Cognito::UserPoolClient", "Properties": {"UserPoolId": "none"}}
    monkeypatch.setattr(template, "transformed", lambda *_: {"Resources": {"Odd": odd}})
    for _ in range(2):
        with pytest.raises(LocalError, match="Odd"):
            deploy.deployed(cloud.cloud, name="broken-twice")


def test_a_deployment_cut_short_before_it_was_mended_is_mended_by_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    cloud = MiniStack.start(tmp_path, free_port(), persist=False)
    try:
        with monkeypatch.context() as cut:
            cut.setattr(deploy, "mended", interrupted)
            with pytest.raises(KeyboardInterrupt):
                deploy.deployed(cloud.cloud, PARAMETERS)
        report: list[str] = []
        stack = deploy.deployed(cloud.cloud, PARAMETERS, report=report.append)
        assert report[-1] == "补全本地云缺失的设置"
        table = cloud.cloud.client("dynamodb").describe_time_to_live(
            TableName=stack.table("outbox")
        )
        assert table["TimeToLiveDescription"]["TimeToLiveStatus"] == "ENABLED"
    finally:
        cloud.stop()


def test_the_template_is_transformed_alike_in_every_process() -> None:
    """Right money, 48. Sets are ordered anew in each process; the template must not be."""
    code = (
        "import json\nfrom medaid.local.template import read, transformed\n"
        "at = {'Bucket': 'b', 'Key': 'k'}\n"
        "print(json.dumps(transformed(read(), at, lambda task: at, 'cn-north-1')))"
    )
    made = {
        subprocess.run(
            [sys.executable, "-c", code],
            env=os.environ | {"PYTHONHASHSEED": str(seed)},
            capture_output=True,
            check=True,
        ).stdout
        for seed in range(1, 4)
    }
    assert len(made) == 1


# ---- packages ----------------------------------------------------------------------------------


def test_packages_are_the_same_for_the_same_files() -> None:
    assert package.layer_zip() == package.layer_zip()
    assert package.function_zip("settle") == package.function_zip("settle")
    assert package.object_key("layer", b"1") != package.object_key("layer", b"2")


def test_the_layer_holds_the_package_and_its_data_but_not_the_local_tools(tmp_path: Path) -> None:

    names = zipfile.ZipFile(io.BytesIO(package.layer_zip())).namelist()
    assert "python/medaid/money.py" in names
    assert any(name.endswith(".toml") for name in names)
    assert not [
        name for name in names if "/local/" in name or "/simulate/" in name or name.endswith(".pyc")
    ]


def test_a_functions_folder_gives_only_its_code() -> None:
    """And what it serves: the operators' pages."""

    for task in _functions().values():
        if (FUNCTIONS / task / "handler.py").exists():
            names = zipfile.ZipFile(io.BytesIO(package.function_zip(task))).namelist()
            assert "handler.py" in names
            code = [one for one in names if (task, one.split("/")[0]) != ("console", "pages")]
            assert all(name.endswith(".py") for name in code)
