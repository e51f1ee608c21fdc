"""The `medaid` command. Each subcommand is a module with `arguments(parser)` and `run(args) ->
int`; add a line to `COMMANDS`.

A module is imported only when its command is called, so `medaid --help` stays quick.
"""

from __future__ import annotations

import argparse
import io
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Any, Final

from medaid.errors import MedaidError
from medaid.local.errors import LocalError

COMMANDS: Final[dict[str, tuple[str, str]]] = {
    "run": (
        "medaid.local.run",
        "start the local cloud, deploy the stack, show the demo, serve until Ctrl-C",
    ),
    "deploy": ("medaid.local.deploy", "deploy the present code into the running local cloud"),
    "token": ("medaid.local.token", "give a bearer token of the local cloud"),
    "drop": ("medaid.local.drop", "drop a file with its manifest, as a department does"),
    "explain": (
        "medaid.local.explain",
        "why a settlement is what it is, step by step, with documents and articles",
    ),
    "call": ("medaid.local.call", "call the local API with a token"),
    "his": (
        "medaid.local.his",
        "hospitals at work over a line on which calls die, then their books held against ours",
    ),
    "preflight": (
        "medaid.local.preflight",
        "what a hospital's program must show before it is let in: one scenario a row, judged",
    ),
    "policy": (
        "medaid.local.policy_cli",
        (
            "check, show, compare, start and publish policy packs;"
            " list what a corrected pack would change"
        ),
    ),
    "price": (
        "medaid.local.price_cli",
        "price a claim file without any cloud, explained step by step",
    ),
    "simulate": (
        "medaid.local.simulate",
        "price a population of claims under two sets of policy packs and compare",
    ),
    "verify-seals": (
        "medaid.local.verify_seals",
        "follow the sealed books anew: entries, seals and anchors, with an auditor's own rights",
    ),
    "docs": ("medaid.local.docs", "make the generated parts of docs/ from the code"),
}
"""Name of the subcommand → its module and what it does, in the order shown."""
_SETS: Final = {"numpy": "make simulate", "polars": "make simulate"}
"""A package that only some commands need → what installs it."""


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one subcommand. Answers the exit code: 0 done, 1 refused or failed, 2 wrong usage."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a character the terminal's encoding has not
            stream.reconfigure(errors="replace")  # is shown as ?, and ends nothing
    _reach_this_machine_directly()
    parser = argparse.ArgumentParser(prog="medaid", description="医疗救助结算")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    subparsers = {}
    for name, (_, summary) in COMMANDS.items():
        sub = commands.add_parser(name, help=summary, description=summary)
        subparsers[name] = sub
    try:
        if arguments and arguments[0] in COMMANDS:
            _module(arguments[0]).arguments(subparsers[arguments[0]])
        args = parser.parse_args(arguments)
        code: int = _module(args.command).run(args)
    except MedaidError as error:
        print(f"{error.code}: {error.sentence}", file=sys.stderr)
        return 1
    except LocalError as error:
        print(f"medaid: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # the reader of our output (head, less) has gone
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    return code


def _reach_this_machine_directly() -> None:
    """A proxy that the user's surroundings name is not for the local cloud, nor for its functions,
    which inherit this."""
    named = os.environ.get("no_proxy") or os.environ.get("NO_PROXY") or ""
    if "127.0.0.1" not in named:
        direct = ",".join(filter(None, (named, "127.0.0.1")))
        os.environ["no_proxy"] = os.environ["NO_PROXY"] = direct


def _module(command: str) -> Any:
    """The module of a command. Raises LocalError where a package is not installed that it needs."""
    try:
        return import_module(COMMANDS[command][0])
    except ModuleNotFoundError as error:
        if error.name not in _SETS:
            raise
        raise LocalError(
            f"medaid {command} 需要的 {error.name} 没有安装:请先运行 {_SETS[error.name]}"
        ) from error
