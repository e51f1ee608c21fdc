"""The sign-in page of one machine: the officers of the demonstration by name and post, one click
each. It stands in for the issuer's own page; codes, PKCE and tokens are those of the user pool."""

from __future__ import annotations

import json
from html import escape
from importlib import resources
from typing import Any, Final
from urllib.parse import parse_qs

from medaid.local.keeper import App, Receive, Send
from medaid.local.places import LOCAL
from medaid.regions import region_name

PATH: Final = "/_medaid/sign-in"
_ASKED: Final = (
    "client_id", "redirect_uri", "response_type", "scope", "state", "nonce", "code_challenge",
    "code_challenge_method",
)  # fmt: skip
_STYLE: Final = """
body { font: 16px/1.6 "Noto Sans CJK SC", "Microsoft YaHei", sans-serif; background: #eef2f6;
  margin: 0; color: #1f2d3d }
main { max-width: 44rem; margin: 8vh auto; background: #fff; padding: 2rem 2.5rem;
  border-radius: 6px; border-top: 4px solid #1d5b9e }
h1 { font-size: 1.4rem; margin: 0 0 .3rem }
p { color: #4a5a6a; margin: .2rem 0 1.2rem }
form { display: inline }
ul { list-style: none; padding: 0; display: grid; grid-template-columns: 1fr 1fr; gap: .7rem }
button { width: 100%; font: inherit; text-align: left; padding: .7rem 1rem; color: inherit;
  border: 1px solid #9fb3c8; background: #f8fafc; border-radius: 4px; cursor: pointer }
button:hover, button:focus { border-color: #1d5b9e; background: #e6f0fa }
small { display: block; color: #4a5a6a }
"""
_PAGE: Final = """<!doctype html>
<html lang="zh-CN"><head><meta charset="utf-8"><link rel="icon" href="data:,">
<title>选择经办人员登录</title>
<style>{style}</style></head><body><main><h1>医疗救助经办系统(本机演示)</h1>
<p>选择一名演示经办人员登录。正式环境由统一登录系统完成此步。</p>
<ul>{rows}</ul></main></body></html>
"""


def around(inner: App) -> App:
    """The application with the sign-in page before it."""

    async def app(scope: Any, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] != PATH:
            await inner(scope, receive, send)
            return
        asked = parse_qs(scope["query_string"].decode("ascii", "replace"))
        body = page({name: asked.get(name, [""])[0] for name in _ASKED}).encode()
        headers = [
            (b"content-type", b"text/html; charset=utf-8"),
            (b"cache-control", b"no-store"),
            (b"content-length", str(len(body)).encode()),
        ]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    return app


def page(asked: dict[str, str]) -> str:
    """One form for each officer, which signs in as the console asked."""
    text = resources.files("medaid.local").joinpath("demo_data", "officers.json").read_text("utf-8")
    password = LOCAL / "password"
    hidden = asked | {"password": password.read_text("utf-8") if password.exists() else ""}
    fields = "".join(
        f'<input type="hidden" name="{name}" value="{escape(value)}">'
        for name, value in hidden.items()
    )
    rows = "".join(_form(one, fields) for one in json.loads(text))
    return _PAGE.format(style=_STYLE, rows=rows)


def _form(officer: dict[str, str], fields: str) -> str:
    user, name, post = (escape(officer[key]) for key in ("user", "name", "post"))
    return (
        f'<li><form method="post" action="/login">{fields}'
        f'<button name="username" value="{user}">{name}'
        f"<small>{escape(region_name(officer['admdvs']))} {post}</small></button></form></li>"
    )
