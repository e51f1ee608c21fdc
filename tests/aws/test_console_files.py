"""The operators' pages as files: which answer a path gets, how long it is kept, what a browser may
run of it."""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from medaid.aws import console_files
from medaid.aws.settings import settings

NEVER, YEAR = "no-store", "public, max-age=31536000, immutable"


@pytest.fixture(autouse=True)
def _sign_in(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name, value in {
        "SIGN_IN": "https://sign-in.example/authorize",
        "SIGN_IN_TOKENS": "https://tokens.example/oauth2/token",
        "FILES_ADDRESS": "https://files.example",
    }.items():
        monkeypatch.setenv(f"MEDAID_{name}", value)
    for kept in (settings, console_files._protected):
        kept.cache_clear()
    yield
    for kept in (settings, console_files._protected):
        kept.cache_clear()


@pytest.fixture
def built(tmp_path: Path) -> Path:
    place = tmp_path / "pages"
    (place / "assets").mkdir(parents=True)
    (place / "index.html").write_text("<title>page</title>", encoding="utf-8")
    (place / "assets" / "main-1a2b.js").write_text("run()", encoding="utf-8")
    (tmp_path / "secret.json").write_text("{}", encoding="utf-8")
    return place


def ask(folder: Path, path: str, encoding: str = "") -> tuple[int, str, dict[str, str]]:
    event: dict[str, Any] = {
        "rawPath": f"/console/{path}",
        "pathParameters": {"proxy": path} if path else {},
        "headers": {"accept-encoding": encoding} if encoding else {},
    }
    answer = console_files.answer(folder, event)
    body = base64.b64decode(answer["body"])
    if answer["headers"].get("Content-Encoding") == "gzip":
        body = gzip.decompress(body)
    return answer["statusCode"], body.decode(), answer["headers"]


def test_files_with_a_hash_are_kept_for_a_year_and_the_page_never(built: Path) -> None:
    """Issue: the operators' console, 2."""
    status, body, headers = ask(built, "assets/main-1a2b.js", "gzip, br")
    assert (status, body, headers["Cache-Control"]) == (200, "run()", YEAR)
    assert headers["Content-Type"] == "text/javascript; charset=utf-8"
    assert headers["Vary"] == "Accept-Encoding"
    status, body, headers = ask(built, "index.html")
    assert (status, body, headers["Cache-Control"]) == (200, "<title>page</title>", NEVER)
    assert "Content-Encoding" not in headers


@pytest.mark.parametrize(
    "path", ["cases", "cases/C1", "index.php", "../secret.json", "x/../../a", ".", "./"]
)
def test_a_path_that_names_no_file_is_answered_with_the_page(built: Path, path: str) -> None:
    """Issue: the operators' console, 2. Nothing outside the folder is ever answered."""
    status, body, headers = ask(built, path)
    assert (status, body, headers["Cache-Control"]) == (200, "<title>page</title>", NEVER)


def test_an_asset_that_is_no_more_is_not_the_page(built: Path) -> None:
    """Issue: the operators' console, 2. A page of yesterday must not run a page as a script."""
    status, body, headers = ask(built, "assets/main-0000.js")
    assert (status, body, headers["Cache-Control"]) == (404, "", NEVER)


@pytest.mark.parametrize(
    ("path", "to"), [("/console", "console/index.html"), ("/console/", "index.html")]
)
def test_the_short_address_leads_to_the_page(built: Path, path: str, to: str) -> None:
    answer = console_files.answer(built, {"rawPath": path})
    assert (answer["statusCode"], answer["headers"]["Location"]) == (302, to)


def test_without_a_built_page_that_is_said(tmp_path: Path) -> None:
    status, body, _ = ask(tmp_path, "index.html")
    assert status == 503
    assert "页面尚未构建" in body


@pytest.mark.parametrize("path", ["index.html", "assets/main-1a2b.js", "settings.json", "gone"])
def test_a_page_runs_its_own_scripts_alone(built: Path, path: str) -> None:
    """Issue: the operators' console, 2: no inline script, no outside address but the sign-in's and
    the files'."""
    _, _, headers = ask(built, path)
    policy = dict(one.split(" ", 1) for one in headers["Content-Security-Policy"].split("; "))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["font-src"] == "'self'"
    assert policy["connect-src"] == "'self' https://files.example https://tokens.example"
    assert policy["frame-ancestors"] == policy["base-uri"] == policy["form-action"] == "'none'"
    assert not {"'unsafe-inline'", "'unsafe-eval'"} & {*" ".join(policy.values()).split()}
    assert headers["X-Content-Type-Options"] == "nosniff"


def test_a_page_learns_where_to_sign_in_and_no_secret(built: Path) -> None:
    """Issue: the operators' console, 2."""
    status, body, headers = ask(built, "settings.json")
    assert (status, headers["Cache-Control"]) == (200, NEVER)
    assert json.loads(body) == {
        "authorize": "https://sign-in.example/authorize",
        "token": "https://tokens.example/oauth2/token",
        "sign_out": "",
        "client": "medaid-tests",
    }
