"""What `make build` makes of the template answers a message with nothing else around it."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from medaid.local import template
from medaid.local.places import ROOT
from medaid.policy.service import COMPILED

RUNTIME = f"{sys.version_info.major}.{sys.version_info.minor}"
MESSAGE = """
import json, sys
import handler
event = {
    "routeKey": "$default",
    "rawPath": "/fsi",
    "headers": {},
    "body": json.dumps({"infno": "9999", "fixmedins_code": "H44090100001"}),
    "requestContext": {"requestId": "r", "http": {"method": "POST"}},
}
print(json.dumps(handler.handler(event, None)))
strays = [m for m in ("moto", "pytest", "medaid.local") if m in sys.modules]
assert not strays, strays
"""
pytestmark = pytest.mark.build


@pytest.fixture(scope="module")
def built() -> Path:
    """build/sam, made anew for the Python of these tests."""
    place = ROOT / "build" / "sam"
    shutil.rmtree(place, ignore_errors=True)
    done = subprocess.run(
        ["make", "build", f"RUNTIME={RUNTIME}"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return place


def test_every_function_and_the_layer_are_built(built: Path) -> None:
    """Right money, 46."""
    resources = template.read()["Resources"]
    kinds = ("AWS::Serverless::Function", "AWS::Serverless::LayerVersion")
    expected = {name for name, r in resources.items() if r["Type"] in kinds}
    assert {path.name for path in built.iterdir() if path.is_dir()} == expected
    for name in expected - {"Layer"}:
        module = resources[name]["Properties"].get("Handler", "handler.handler").split(".")[0]
        assert (built / name / f"{module}.py").is_file(), name


def test_the_built_layer_is_compiled_whole_and_holds_no_tools(built: Path) -> None:
    package = built / "Layer" / "python" / "medaid"
    sources = set(package.rglob("*.py"))
    assert sources
    for source in sources:
        compiled = Path(importlib.util.cache_from_source(str(source)))
        assert compiled.read_bytes()[:4] == importlib.util.MAGIC_NUMBER, source
    assert (package / "policy" / "packs" / COMPILED).is_file(), "a cold start reads the packs there"
    assert not (package / "local").exists()
    assert not (package / "simulate").exists()


def test_what_was_built_answers_a_message(built: Path) -> None:
    """Right money, 46. Only the layer and the function's own folder can be imported from."""
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": os.pathsep.join([str(built / "Settle"), str(built / "Layer" / "python")]),
        "AWS_REGION": "cn-north-1",
        "AWS_ACCESS_KEY_ID": "x",
        "AWS_SECRET_ACCESS_KEY": "x",
        "POWERTOOLS_SERVICE_NAME": "settle",
        "POWERTOOLS_METRICS_NAMESPACE": "medaid",
    }
    done = subprocess.run(
        [sys.executable, "-S", "-c", MESSAGE],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        cwd=built,
    )
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout.splitlines()[-1])
    envelope = json.loads(answer["body"])
    assert (answer["statusCode"], envelope["infcode"]) == (401, -1), envelope
    assert "UNAUTHENTICATED" in envelope["err_msg"], envelope


def test_a_python_that_is_missing_is_asked_for_in_a_sentence(tmp_path: Path) -> None:
    """Right money, 46."""
    done = subprocess.run(
        ["make", "-C", "src", "build-Layer", f"ARTIFACTS_DIR={tmp_path}", "RUNTIME=3.99"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode != 0
    assert "python3.99 does not run here" in done.stderr
    assert "make build RUNTIME=3.11" in done.stderr
    assert list(tmp_path.iterdir()) == []
