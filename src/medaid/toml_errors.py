"""What the TOML reader of the standard library says of a file it cannot read, in Chinese and with
its line: an officer mends the file, not a programmer."""

from __future__ import annotations

import re
from typing import Final

_SAYINGS: Final = (
    ("Expected '=' after a key", "键后面应有等号(键 = 值)"),
    ("Invalid initial character for a key", "键的写法不对:只用字母、数字、下划线和连字符"),
    ("Expected newline or end of document", "一行只能写一个键;值后面有多余的内容,或文字没有加引号"),
    ("Invalid statement", "这一行既不是键 = 值,也不是 [表] 的标题"),
    ("Invalid value", "值的写法不对:文字加引号,日期写作 2024-01-01 不加引号,小数写作 0.80"),
    ("Unclosed array", "列表的方括号没有写完"),
    ("Unclosed inline table", "花括号没有写完"),
    ("Unterminated string", "文字的引号没有写完"),
    ("Illegal character", "有不能用的字符(如引号内直接换行)"),
    ("Found invalid character", "有不能用的字符(如全角引号、全角等号)"),
    ("Unescaped", "引号内的反斜杠要写两个"),
    ("Invalid hex value", "反斜杠后的编码写错"),
    ("Cannot declare", "同一个表标题写了两次"),
    ("Cannot overwrite", "同一个键写了两次"),
    ("Duplicate inline table key", "花括号内同一个键写了两次"),
    ("Cannot mutate immutable namespace", "同一个表又写在别处:合并到一处"),
    ("Cannot redefine namespace", "同一个名称既是值又是表"),
    ("Expected ']'", "表标题的方括号没有写完"),
    ("Invalid date or datetime", "没有这一天"),
    ("String has to be of type", "不是文字"),
    ("recursion", "括号嵌套过深"),
)
_PLACE: Final = re.compile(r"at line (\d+)")


def in_chinese(error: Exception) -> str:
    """The reason in Chinese; what is not known is said in general words."""
    text = str(error)
    return next((says for begin, says in _SAYINGS if begin.lower() in text.lower()), "写法不符")


def line_of(error: Exception, text: str) -> int:
    """The line (from 1) that the reader names; the last one where it reached the end."""
    place = _PLACE.search(str(error))
    if place:
        return int(place[1])
    return max(1, len(text.rstrip().splitlines())) if "end of document" in str(error) else 1
