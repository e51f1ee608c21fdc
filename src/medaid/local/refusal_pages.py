"""`docs/refusals/`: a page per refusal code for who is refused: what it means, which clause asks
for it, what to do. Made from the table of errors and `remedies.toml`."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import resources
from typing import Final, NamedTuple

from medaid.errors import CODES
from medaid.local.blocks.refusals import sections
from medaid.local.blocks.tables import table

FOLDER: Final = "refusals"
_CHINESE: Final[Mapping[str, str]] = {
    "form and arithmetic of what is sent": "报文的形式和勾稽",
    "policy": "政策",
    "state": "业务状态",
    "funds and clearing": "基金和清算",
    "files dropped by departments, and their rows": "部门投递的文件",
    "access": "权限和接入",
    "ours": "系统自身",
}


class Remedy(NamedTuple):
    """What stands behind a refusal, and what to do."""

    clause: str
    remedy: str


@cache
def remedies() -> Mapping[str, Remedy]:
    """By code. Raises ValueError where a code of `medaid.errors` has none, or one is nobody's."""
    text = resources.files("medaid.local").joinpath("remedies.toml").read_text("utf-8")
    found = {code: Remedy(**said) for code, said in tomllib.loads(text).items()}
    if set(found) != set(CODES) or not all(one.remedy and one.clause for one in found.values()):
        odd = sorted(set(found) ^ set(CODES))
        raise ValueError(f"remedies.toml: each code has its clause and remedy: {odd}")
    return found


def pages() -> Iterator[tuple[str, str]]:
    """Each page by its name under docs/."""
    yield f"{FOLDER}/README.md", _index()
    for code in CODES:
        yield f"{FOLDER}/{code}.md", _page(code)


def _index() -> str:
    head = "由 `medaid docs` 生成。被拒绝的请求没有写入任何内容:改正后可以同一报文ID重发。"
    parts = [f"# 拒绝代码\n\n{head}\n"]
    for section, listed in sections():
        rows = [(f"[`{code}`]({code}.md)", CODES[code], remedies()[code].remedy) for code in listed]
        parts.append(f"\n## {_CHINESE[section]}\n\n{table(('代码', '含义', '怎么办'), rows)}")
    return "".join(parts)


def _page(code: str) -> str:
    one = remedies()[code]
    return (
        f"# {code}\n\n**{CODES[code]}**\n\n- 依据:{one.clause}\n- 怎么办:{one.remedy}\n"
        "\n错误信息(`err_msg`)写明所涉字段和规则;`output.errinfo` 供程序读取。"
        "[全部代码](README.md)\n"
    )
