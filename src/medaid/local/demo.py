"""The story that `make run` tells after the deployment."""

from __future__ import annotations

import shlex

from medaid.local.stack import Stack


def story(stack: Stack) -> None:
    """Shows on `stack` what the product does, in Chinese."""


def example_call(stack: Stack, institution: str) -> str:
    """A curl line with $TOKEN that a reader can paste."""
    body = f'{{"infno":"1101","fixmedins_code":"{institution}"}}'
    return f"curl -s {stack.api}/fsi -H \"Authorization: Bearer $TOKEN\" -H 'Content-Type: application/json' -d {shlex.quote(body)}"
