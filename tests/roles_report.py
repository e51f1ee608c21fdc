"""At the end of a whole run: the permissions of the roles that nothing used (a pytest plugin).

Each worker hands over what its functions did; the main process puts it together. A run of a part
of the tests says nothing, as what it did not do proves nothing. They are listed for whoever keeps
the roles; what the tests do not do yet may still be needed, so a run does not fail of them.
"""

from __future__ import annotations

from dataclasses import astuple
from typing import Any

import pytest
from tests import roles

_HANDED = "roles_done"
_unneeded: list[roles.Permission] = []


def _whole(config: pytest.Config) -> bool:
    chosen = config.getoption("keyword") or config.getoption("markexpr")
    return not chosen and [a.rstrip("/") for a in config.args] in (
        ["tests"],
        config.getini("testpaths"),
    )


def pytest_testnodedown(node: Any) -> None:
    """A worker has ended (called by pytest-xdist in the main process)."""
    for function, done in getattr(node, "workeroutput", {}).get(_HANDED, {}).items():
        roles.DONE.setdefault(function, set()).update(roles.Act(*one) for one in done)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    handed = getattr(session.config, "workeroutput", None)
    if handed is not None:
        handed[_HANDED] = {f: [astuple(act) for act in done] for f, done in roles.DONE.items()}
    elif _whole(session.config) and session.exitstatus == 0:
        _unneeded.extend(roles.unneeded(roles.DONE))


def pytest_terminal_summary(terminalreporter: Any) -> None:
    if _unneeded:
        terminalreporter.section("permissions that no test needs")
        for one in _unneeded:
            terminalreporter.line(
                f"{one.function}: {one.action} on {one.resource} for {one.pattern} ({one.sid})"
            )
