"""`medaid run`: the whole product on one machine, until Ctrl-C."""

from __future__ import annotations

import argparse
import json
import logging
import os
import shlex
import signal
import threading
from datetime import datetime
from types import FrameType

import httpx
from botocore.exceptions import BotoCoreError, ClientError
from rich.console import Console

from medaid.errors import MedaidError
from medaid.instants import beijing_text
from medaid.local import demo
from medaid.local.deploy import deployed
from medaid.local.errors import LocalError
from medaid.local.ministack import PORT, MiniStack
from medaid.local.places import LOCAL, ROOT
from medaid.local.stack import Stack

_EXAMPLE_INSTITUTION = "H44090100001"
_ENDS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
"""Ctrl-C, an order to end, the closed terminal."""


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--port", type=int, default=PORT, help=f"port on 127.0.0.1 (default {PORT})"
    )
    parser.add_argument("--no-demo", action="store_true", help="deploy and serve only")
    parser.add_argument("--once", action="store_true", help="end after the demo instead of serving")


def run(args: argparse.Namespace) -> int:
    """Starts, deploys, shows, serves.

    Answers 0 where all state was saved and, with --once, the demonstration went through; else 1.
    """
    console = Console()
    asked_to_end = threading.Event()

    def end(number: int, _frame: FrameType | None) -> None:
        asked_to_end.set()
        if number == signal.SIGHUP:
            _forget_terminal()
        raise KeyboardInterrupt

    for number in _ENDS:
        signal.signal(number, end)
    logging.getLogger("samtranslator").setLevel(logging.ERROR)
    cloud, shown = None, True
    try:
        with console.status("启动本地云(MiniStack)…"):
            cloud = MiniStack.start(LOCAL, args.port)
        _say_where_it_starts_from(console, cloud)
        with console.status("部署 infra/template.yaml …") as status:
            stack = deployed(cloud.cloud, report=lambda line: status.update(f"{line}…"))
        console.print(f"[green]已部署[/green] infra/template.yaml → {cloud.cloud.endpoint}")
        shown = args.no_demo or show(console, stack)
        if not args.once:
            _say_how_to_call(console, stack)
            _serve(console, cloud, asked_to_end)
    except KeyboardInterrupt:
        pass
    finally:
        for number in _ENDS:
            signal.signal(number, signal.SIG_IGN)  # the state is being written: it is not cut short
        saved = cloud is None or _stop(console, cloud)
    return 0 if saved and (shown or not args.once) else 1


def _say_where_it_starts_from(console: Console, cloud: MiniStack) -> None:
    if not cloud.kept:
        return
    if cloud.ended_in_order:
        console.print("继续使用上次保存的本地状态(make clean 可清除)。")
    else:
        console.print(
            f"[yellow]上次没有正常停止,从 {_clock(cloud.saved_at)} 保存的状态继续;"
            "此后几秒内的写入没有保存。[/yellow]"
        )


def _clock(at: datetime | None) -> str:
    return beijing_text(at) if at else "启动时"


def show(console: Console, stack: Stack) -> bool:
    """Tells the story. Answers whether it went through: serving does not depend on it."""
    try:
        demo.story(stack)
    except (LocalError, MedaidError, httpx.HTTPError, BotoCoreError, ClientError) as error:
        console.print(f"演示没有做完:{error}", style="yellow", markup=False, soft_wrap=True)
        return False
    return True


def _serve(console: Console, cloud: MiniStack, asked_to_end: threading.Event) -> None:
    """Until the cloud ends or is asked to; says when its state cannot be saved, and can again."""
    trouble = ""
    while cloud.alive and not asked_to_end.wait(0.5):
        if cloud.trouble != trouble:
            trouble = cloud.trouble
            if trouble:
                console.print(
                    f"[red]本地状态无法保存:{trouble}[/red],只保存到 {_clock(cloud.saved_at)}"
                )
            else:
                console.print("本地状态又能保存了。")


def _stop(console: Console, cloud: MiniStack) -> bool:
    """Ends it in order and says what was kept. Answers whether that is everything."""
    with console.status("停止,保存状态…"):
        was_alive = cloud.alive
        saved = cloud.stop()
    if saved:
        where = LOCAL.relative_to(ROOT) if LOCAL.is_relative_to(ROOT) else LOCAL
        console.print(f"已停止,状态保存在 {where}。再次 make run 继续;make clean 清除。")
        return True
    why = "停止时没有全部保存" if was_alive else "意外退出"
    reason = f":{cloud.trouble}" if cloud.trouble else ""
    console.print(
        f"[red]本地云{why}{reason}[/red];状态保留到 {_clock(cloud.saved_at)},"
        f"见 {LOCAL / 'ministack.log'}"
    )
    return False


def _forget_terminal() -> None:
    """The terminal is closed: what is printed from here on goes nowhere, and does not fail."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    for descriptor in (1, 2):
        os.dup2(nowhere, descriptor)


def _say_how_to_call(console: Console, stack: Stack) -> None:
    """Prints what works when pasted into another terminal."""
    stack.user(_EXAMPLE_INSTITUTION, institution=_EXAMPLE_INSTITUTION, roles=["institution"])
    console.rule("服务中,按 Ctrl-C 停止")
    for title, text in (
        ("经办页面", stack.console),
        ("接口地址", stack.api),
        ("取得令牌", f"TOKEN=$(.venv/bin/medaid token --institution {_EXAMPLE_INSTITUTION})"),
        ("或用 curl 取得令牌", curl_token(stack, _EXAMPLE_INSTITUTION)),
        ("以经办人员身份", "TOKEN=$(.venv/bin/medaid token --user maoming-auditor)"),
        ("调用接口", demo.example_call(stack, _EXAMPLE_INSTITUTION)),
    ):
        console.print(f"[bold]{title}[/bold]")
        print(text, flush=True)  # unwrapped, so that it can be copied


def curl_token(stack: Stack, user: str) -> str:
    """A shell line that puts a token of `user` into $TOKEN, with nothing but curl and python3."""
    request = {
        "ClientId": stack.outputs["UserPoolClient"],
        "AuthFlow": "USER_PASSWORD_AUTH",
        "AuthParameters": {"USERNAME": user, "PASSWORD": stack.password},
    }
    pick = "import json,sys;print(json.load(sys.stdin)['AuthenticationResult']['IdToken'])"
    return (
        f"TOKEN=$(curl -s {stack.cloud.endpoint}/ -H 'Content-Type: application/x-amz-json-1.1' "
        "-H 'X-Amz-Target:"
        " AWSCognitoIdentityProviderService.InitiateAuth' -d "
        f"{shlex.quote(json.dumps(request))} | python3 -c {shlex.quote(pick)})"
    )
