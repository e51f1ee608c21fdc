"""How the operators' pages are built, packed and signed in to, without a browser."""

from __future__ import annotations

import asyncio
import html
import io
import json
import os
import re
import shutil
import subprocess
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from medaid.local import offices, package, sign_in
from medaid.local.blocks import dictionary
from medaid.local.places import ROOT
from medaid.papers import dictionary as papers

CONSOLE = ROOT / "console"


def test_the_lock_pins_every_package_and_names_no_address() -> None:
    """Issue: the operators' console, 1."""
    text = (CONSOLE / "package-lock.json").read_text(encoding="utf-8")
    assert "://" not in text
    packages = json.loads(text)["packages"]
    assert {*packages[""]["dependencies"]} >= {"vue", "vue-router", "element-plus"}
    for name, one in packages.items():
        assert "resolved" not in one, name
        assert not name or one["integrity"].startswith("sha512-"), name
    npmrc = (CONSOLE / ".npmrc").read_text(encoding="utf-8").splitlines()
    assert "omit-lockfile-registry-resolved=true" in npmrc


def test_every_version_is_a_single_one() -> None:
    """Issue: the operators' console, 1: what was tried together is what is built."""
    wanted = json.loads((CONSOLE / "package.json").read_text(encoding="utf-8"))
    for kind in ("dependencies", "devDependencies"):
        for name, version in wanted[kind].items():
            assert re.fullmatch(r"\d+\.\d+\.\d+", version), name


def test_the_function_carries_the_pages_that_were_built(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Issue: the operators' console, 2. Of other functions nothing but Python is packed."""
    monkeypatch.setattr(package, "FUNCTIONS", tmp_path)
    for task in ("console", "settle"):
        (tmp_path / task / "events").mkdir(parents=True)
        (tmp_path / task / "handler.py").write_text("", encoding="utf-8")
        (tmp_path / task / "events" / "one.json").write_text("{}", encoding="utf-8")
    (tmp_path / "console" / "pages" / "assets").mkdir(parents=True)
    (tmp_path / "console" / "pages" / "index.html").write_text("page", encoding="utf-8")
    (tmp_path / "console" / "pages" / "assets" / "a.js").write_text("a", encoding="utf-8")

    def packed(task: str) -> list[str]:
        return zipfile.ZipFile(io.BytesIO(package.function_zip(task))).namelist()

    assert packed("console") == ["handler.py", "pages/assets/a.js", "pages/index.html"]
    assert packed("settle") == ["handler.py"]


# ---- the sign-in page of one machine ---------------------------------------------------------


def test_the_page_lists_every_officer_and_hands_on_what_was_asked() -> None:
    """Issue: the operators' console, 2."""
    asked = {"client_id": "c", "state": '"><script>alert(1)</script>', "code_challenge": "x"}
    text = sign_in.page(asked)
    for one in json.loads(offices.data("officers.json")):
        assert f'value="{one["user"]}"' in text
        assert one["name"] in text
        assert f"茂名市 {one['post']}" in text
    assert "<script>" not in text
    fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', text.split("</form>")[0]))
    assert {name: html.unescape(fields[name]) for name in asked} == asked


def answered(path: str) -> list[Any]:
    sent: list[Any] = []

    async def inner(scope: Any, _receive: Any, _send: Any) -> None:
        sent.append(("inner", scope["path"]))

    async def send(message: Any) -> None:
        sent.append(message)

    async def receive() -> Any:
        return {}

    scope = {"type": "http", "path": path, "query_string": b"client_id=c&unknown=1"}

    async def asked() -> None:
        await sign_in.around(inner)(scope, receive, send)

    with ThreadPoolExecutor(1) as apart:  # in this one a browser's loop may be running
        apart.submit(asyncio.run, asked()).result()
    return sent


@pytest.mark.parametrize("path", ["/", "/oauth2/token", "/_medaid/sign-in/more", "/login"])
def test_all_other_paths_are_the_clouds_own(path: str) -> None:
    """Issue: the operators' console, 2: codes and tokens are those of the user pool."""
    assert answered(path) == [("inner", path)]


def test_the_page_is_kept_by_nobody() -> None:
    start, body = answered(sign_in.PATH)
    assert start["status"] == 200
    assert (b"cache-control", b"no-store") in start["headers"]
    assert b'name="client_id" value="c"' in body["body"]
    assert b"unknown" not in body["body"]


# ---- words -----------------------------------------------------------------------------------


def test_a_code_without_a_word_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Issue: the operators' console, 3: codes in the words of the office."""
    known = papers.dictionary()
    lacking = {**known, "batch": {"open": "未关闭", "closed": "已关闭"}}
    monkeypatch.setattr(dictionary, "dictionary", lambda: lacking)
    with pytest.raises(AssertionError, match=r"batch: .*closing"):
        dictionary.words()


def test_every_word_is_chinese() -> None:
    """Issue: the operators' console, 3."""
    for field, codes in dictionary.words().items():
        for code, word in codes.items():
            assert re.search(r"[\u4e00-\u9fff]", word), (field, code, word)


# ---- a changed route stops the build ------------------------------------------------------------


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """The pages' sources beside a description of the API that may be changed."""
    if shutil.which("npm") is None or not (CONSOLE / "node_modules").exists():
        pytest.skip("the pages' packages are not installed here: make console")
    left_out = shutil.ignore_patterns("node_modules", "schema.d.ts", "roles.json")
    shutil.copytree(CONSOLE, tmp_path / "console", ignore=left_out)
    (tmp_path / "console" / "node_modules").symlink_to(CONSOLE / "node_modules")
    (tmp_path / "docs").mkdir()
    (tmp_path / "src" / "medaid").mkdir(parents=True)
    for name in ("docs/openapi.json", "docs/dictionary.json", "src/medaid/region_names.txt"):
        shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path


def test_a_field_that_the_api_no_longer_has_stops_the_build(copied: Path) -> None:
    """Issue: the operators' console, 1: a changed route breaks the build."""
    place = copied / "docs" / "openapi.json"
    api = json.loads(place.read_text(encoding="utf-8"))
    row = api["components"]["schemas"]["QueueOut"]
    row["properties"]["waiting"] = row["properties"].pop("count")
    row["required"] = [name for name in row["required"] if name != "count"]
    del api["paths"]["/clearing/{admdvs}/months/{month}"]
    place.write_text(json.dumps(api), encoding="utf-8")
    said = ""
    for step in ("types", "check"):
        done = subprocess.run(
            ["npm", "run", "--silent", step],
            cwd=copied / "console",
            env=os.environ | {"CI": "1"},
            capture_output=True,
            text=True,
            check=False,
        )
        said += done.stdout + done.stderr
    assert done.returncode != 0
    assert "src/screens/Inbox.vue" in said
    assert "'count' does not exist" in said
    assert "src/screens/Clearing.vue" in said
    assert "/clearing/{admdvs}/months/{month}" in said
