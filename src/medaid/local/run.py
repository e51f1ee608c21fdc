"""`medaid run`: the whole product on one machine, until Ctrl-C."""

from __future__ import annotations

import argparse
import json
import logging
import shlex
import signal
import threading
from types import FrameType

from rich.console import Console

from medaid.local import demo
from medaid.local.deploy import deployed
from medaid.local.ministack import PORT, MiniStack
from medaid.local.places import LOCAL, ROOT
from medaid.local.stack import Stack

_EXAMPLE_INSTITUTION = "H44090100001"


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--port", type=int, default=PORT, help=f"port on 127.0.0.1 (default {PORT})"
    )
    parser.add_argument("--no-demo", action="store_true", help="deploy and serve only")
    parser.add_argument("--once", action="store_true", help="end after the demo instead of serving")


def run(args: argparse.Namespace) -> int:
    """Starts, deploys, shows, serves. Answers 0 where everything ended cleanly with the state
    written, else 1."""
    console = Console()
    asked_to_end = threading.Event()

    def end(_signal: int, _frame: FrameType | None) -> None:
        asked_to_end.set()
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    logging.getLogger("samtranslator").setLevel(logging.ERROR)
    with console.status("启动本地云(MiniStack)…"):
        cloud = MiniStack.start(LOCAL, args.port)
    try:
        _say_where_it_starts_from(console, cloud)
        with console.status("部署 infra/template.yaml …") as status:
            stack = deployed(cloud.cloud, told=lambda line: status.update(f"{line}…"))
        console.print(f"[green]已部署[/green] infra/template.yaml → {cloud.cloud.endpoint}")
        if not args.no_demo:
            demo.story(stack)
        if not args.once:
            _say_how_to_call(console, stack)
            _serve(cloud, asked_to_end)
    except KeyboardInterrupt:
        pass
    finally:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, signal.SIG_IGN)  # the state is being written: it is not cut short
        with console.status("停止,保存状态…"):
            was_alive = cloud.alive
            clean = cloud.stop()
    if clean:
        console.print(
            "已停止,状态保存在 "
            f"{LOCAL.relative_to(ROOT) if LOCAL.is_relative_to(ROOT) else LOCAL}"
            "。再次 make run 继续;make clean 清除。"
        )
    else:
        why = "停止时出错" if was_alive else "意外退出"
        console.print(f"[red]本地云{why}[/red],本次运行的状态不可用;见 {LOCAL / 'ministack.log'}")
    return 0 if clean else 1


def _say_where_it_starts_from(console: Console, cloud: MiniStack) -> None:
    if cloud.wiped:
        console.print("[yellow]上次没有正常停止,本地状态不完整,已清空,重新开始。[/yellow]")
    elif cloud.kept:
        console.print("继续使用上次保存的本地状态(make clean 可清除)。")


def _serve(cloud: MiniStack, asked_to_end: threading.Event) -> None:
    while cloud.alive and not asked_to_end.wait(0.5):
        pass


def _say_how_to_call(console: Console, stack: Stack) -> None:
    """Prints what works when pasted into another terminal."""
    stack.user(_EXAMPLE_INSTITUTION, institution=_EXAMPLE_INSTITUTION, roles=["institution"])
    console.rule("服务中,按 Ctrl-C 停止")
    for title, text in (
        ("接口地址", stack.api),
        ("取得令牌", f"TOKEN=$(.venv/bin/medaid token --institution {_EXAMPLE_INSTITUTION})"),
        ("或用 curl 取得令牌", curl_token(stack, _EXAMPLE_INSTITUTION)),
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
