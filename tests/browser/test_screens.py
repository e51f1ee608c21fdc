"""Every screen that a menu offers: narrow, wide and dark, without a word that is none."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from tests.browser.conftest import Sign
from tests.browser.test_journeys import go

from medaid.local.places import ROOT

pytestmark = [pytest.mark.cloud, pytest.mark.browser]
POSTS = (
    "intake",
    "auditor",
    "reviewer",
    "accountant",
    "cashier",
    "manager",
    "inspector",
    "finance",
)
AXE = ROOT / "console" / "node_modules" / "axe-core" / "axe.min.js"
NO_WORD = re.compile(
    r"undefined|null|NaN|\[object|代码\s*[0-9A-Za-z]|区划\d|[a-z]+_[a-z]+"
    r"|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}|\b[a-z]{4,}\b|\b[A-Z][a-z]{3,}\b"
)
"""What nobody wrote for people: raw codes, numbers of machines, English."""
FILE = re.compile(r"\S+\.(csv|xlsx)")
"""What senders call their files."""
CUT = """() => [...document.querySelectorAll('main *, header *, nav *')].filter(one => {
  const style = getComputedStyle(one);
  return one.children.length === 0 && one.textContent.trim() && !one.closest('.unseen')
    && style.overflow !== 'visible' && one.scrollWidth > one.clientWidth + 1;
}).map(one => one.textContent.trim())"""
SERIOUS = """async () => (await axe.run(document, {resultTypes: ['violations']})).violations
  .filter(one => ['serious', 'critical'].includes(one.impact))
  .map(one => one.id + ': ' + one.nodes.map(node => node.target.join(' ')).join(', '))"""


def settled(page: Any) -> None:
    """Waits until what was asked for is there."""
    page.wait_for_timeout(200)
    page.wait_for_function(
        "() => document.querySelector('main > *') && !document.querySelector('main .el-skeleton')"
    )
    page.wait_for_load_state("networkidle")


def looked_at(page: Any, name: str, pictures: Path) -> None:
    settled(page)
    page.screenshot(path=pictures / f"{name}.png", full_page=True)
    text = FILE.sub("", page.locator("body").inner_text())
    assert NO_WORD.findall(text) == [], name
    assert page.evaluate(CUT) == [], f"{name}: cut"
    assert page.get_by_text("未能取得数据").count() == 0, name


def entries(page: Any) -> list[str]:
    return [str(one) for one in page.locator(".side .el-menu-item").all_inner_texts()]


@pytest.mark.parametrize("post", POSTS)
def test_every_screen_of_a_post_says_only_what_people_say(
    sign_in: Sign, pictures: Path, office_cases: dict[str, str], post: str
) -> None:
    """Issue: the operators' console, "every screen opened": no cut text, no raw code, no English,
    no UUID, no console error; no serious finding of axe."""
    page = sign_in(post)
    axe = AXE.read_text(encoding="utf-8")
    for entry in entries(page):
        page.locator(".side").get_by_text(entry, exact=True).click()
        looked_at(page, f"{post}-{entry}", pictures)
        page.evaluate(axe)
        assert page.evaluate(SERIOUS) == [], entry


@pytest.mark.parametrize(("width", "scheme"), [(1920, "light"), (1280, "dark"), (1920, "dark")])
def test_wide_and_dark(
    sign_in: Sign, pictures: Path, office_cases: dict[str, str], width: int, scheme: str
) -> None:
    """Issue: the operators' console, "every screen opened at 1280 and 1920 wide and in dark"."""
    page = sign_in("auditor", width, color_scheme=scheme)
    views = dict.fromkeys(entries(page), "")
    views["申请"] = f"/cases/{office_cases['to_audit']}"
    axe = AXE.read_text(encoding="utf-8")
    for name, path in views.items():
        if path:
            go(page, path)
            page.get_by_role("heading", name="办理经过").wait_for()
        else:
            page.locator(".side").get_by_text(name, exact=True).click()
        looked_at(page, f"auditor-{name}-{width}-{scheme}", pictures)
        page.evaluate(axe)
        assert page.evaluate(SERIOUS) == [], name
    assert ("dark" in (page.locator("html").get_attribute("class") or "")) == (scheme == "dark")


def test_large_type_keeps_everything_readable(
    sign_in: Sign, pictures: Path, office_cases: dict[str, str]
) -> None:
    """Issue: the operators' console, 3: dark and large type."""
    page = sign_in("auditor")
    page.locator(".top .el-switch").click()
    go(page, f"/cases/{office_cases['to_audit']}")
    page.get_by_role("heading", name="办理经过").wait_for()
    looked_at(page, "auditor-申请-large", pictures)
    assert page.evaluate("() => getComputedStyle(document.documentElement).fontSize") == "17px"
