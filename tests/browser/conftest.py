"""The operators' pages in Chromium, against the whole stack with its roles enforced."""

from __future__ import annotations

import contextlib
import io
import shutil
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from tests.browser import office
from tests.cloud import started, working_in

from medaid.local import demo
from medaid.local.places import FUNCTIONS, ROOT
from medaid.local.stack import Stack

CHROMIUM = shutil.which("chromium")
BUILT = FUNCTIONS / "console" / "pages" / "index.html"
PICTURES = ROOT / "build" / "console"
if find_spec("pytest_playwright") is None:
    collect_ignore_glob = ["test_*.py"]
Sign = Callable[..., Any]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    lacking = "Chromium" if CHROMIUM is None else "" if BUILT.exists() else "the built pages"
    for item in items:
        if lacking and "browser" in item.keywords:
            item.add_marker(pytest.mark.skip(reason=f"{lacking} missing: see Makefile"))


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    quiet = ["--disable-background-networking", "--disable-component-update", "--disable-sync"]
    return {"executable_path": CHROMIUM, "args": ["--no-sandbox", *quiet]}


@pytest.fixture(scope="session")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A stack of their own: what the demonstration leaves there is nobody else's beginning."""
    with started(tmp_path_factory.mktemp("console")) as stack:
        yield stack


@pytest.fixture(scope="session")
def office_cases(cloud: Stack) -> dict[str, str]:
    """The demonstration told once, and applications in several states: what for → their number."""
    with working_in(cloud), contextlib.redirect_stdout(io.StringIO()):
        demo.story(cloud)
    return office.opened(cloud)


@pytest.fixture
def sign_in(
    cloud: Stack,
    office_cases: dict[str, str],
    browser: Any,
    pictures: Path,
    request: pytest.FixtureRequest,
) -> Iterator[Sign]:
    """Signs an officer in as a person does, and answers the page. Afterwards no page may have said
    anything on its console."""
    said: list[str] = []
    contexts = []

    def heard(message: Any) -> None:
        # A refusal of the API is an answer; the browser tells of it as if it were a fault.
        if message.type in ("error", "warning") and "Failed to load resource" not in message.text:
            said.append(f"{message.type}: {message.text}")

    def sign(post: str, width: int = 1280, **more: Any) -> Any:
        size = {"width": width, "height": 800}
        context = browser.new_context(viewport=size, locale="zh-CN", **more)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(20_000)
        page.on("console", heard)
        page.on("pageerror", lambda error: said.append(f"fault: {error}"))
        page.goto(cloud.console)
        page.get_by_role("button", name="登录").click()
        page.locator(f'button[value="maoming-{post}"]').click()
        page.get_by_role("navigation", name="主菜单").wait_for()
        return page

    yield sign
    for number, context in enumerate(contexts, 1):
        for page in context.pages:
            page.screenshot(path=pictures / f"end-of-{request.node.name[:60]}-{number}.png")
        context.close()
    assert said == []


@pytest.fixture(scope="session")
def pictures() -> Path:
    """Where pictures of every screen are kept, to be looked at."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    return PICTURES
