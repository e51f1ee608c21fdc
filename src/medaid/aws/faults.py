"""Faults of functions that nobody waits for: logged by kind and place, never by their text.

What is raised out of a function is printed by the runtime with its text, and that may carry what a
person sent. So nothing of ours leaves a function but `Failed`, and storage's own absence.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from medaid.aws.web import incident
from medaid.errors import Unavailable

T = TypeVar("T")


class Failed(RuntimeError):
    """A function failed and is to be called again. The text says the kind of the fault, or which
    steps of a job failed, and nothing of what they were given."""


def failed(error: Exception, route: str = "") -> Failed:
    """Logs where `error` happened, and answers what to raise in its place (`from None`)."""
    incident(error, {"routeKey": route})
    return Failed(type(error).__name__)


def without_text(handler: Callable[..., T]) -> Callable[..., T]:
    """The handler, from which faults leave as `Failed`; where they happened is in the log."""

    @wraps(handler)
    def guarded(event: Any, context: Any) -> T:
        try:
            return handler(event, context)
        except (Failed, Unavailable):
            raise
        except Exception as error:
            raise failed(error) from None

    return guarded
