"""The comparison as one HTML page that asks nobody for anything: styles and charts (SVG) stand in
it, no script, no other host."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Final

from medaid.simulate.report import PackComparison
from medaid.simulate.sections import Section, SectionRow, as_read, exact, in_wan, unit

WIDTH: Final = 760
LABEL: Final = 220
BAR: Final = 15
GAP: Final = 12
PAIRED: Final = ("paid_by_fund", "years_above", "burden_above")
"""Sections drawn as A and B side by side."""
MOVED: Final = ("assistance_by_category", "own_by_category", "own_by_level")
"""Sections drawn as what B changes: sums of like size would hide it."""
COUNTED: Final = ("changes",)

STYLE: Final = """
:root{--ink:#1b2430;--soft:#5b6675;--line:#d9dee5;--a:#8aa0b8;--b:#1f6f5c;--worse:#a4472f;--paper:#fff}
@media (prefers-color-scheme:dark){:root{--ink:#e7ebf0;--soft:#a3adba;--line:#39424e;--a:#6d839b;--b:#52b39a;--worse:#e08a70;--paper:#161b21}}
body{margin:0 auto;max-width:60rem;padding:2rem 1.2rem 4rem;font:16px/1.6 system-ui,"PingFang SC","Microsoft YaHei","Noto Sans CJK SC",sans-serif;
color:var(--ink);background:var(--paper)}
h1{font-size:1.6rem;margin:0 0 .3rem}h2{font-size:1.15rem;margin:2.4rem 0 .6rem}p{color:var(--soft);margin:.2rem 0}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}
th,td{padding:.35rem .6rem;border-bottom:1px solid var(--line);text-align:right}th:first-child,td:first-child{text-align:left}
th{color:var(--soft);font-weight:500}.scroll{overflow-x:auto}
figure{margin:0 0 1rem}
dl{display:grid;grid-template-columns:repeat(auto-fit,minmax(11rem,1fr));gap:1rem;margin:1.2rem 0}
dt{color:var(--soft);font-size:.9rem}dd{margin:0;font-size:1.5rem;font-weight:600;font-variant-numeric:tabular-nums}
svg{width:100%;height:auto;display:block}svg text{fill:var(--ink);font-size:12px}.a{fill:var(--a)}.b{fill:var(--b)}
.w{fill:var(--worse)}.axis{fill:var(--soft)}.soft{fill:var(--soft)!important}
figcaption{color:var(--soft);font-size:.85rem}
"""


def page(comparison: PackComparison) -> str:
    """The whole page."""
    body = "".join(_section(section) for section in comparison.sections if section.rows)
    tally = comparison.tally
    figures = (
        ("就诊", f"{tally.visits:,}"),
        ("人", f"{tally.persons:,}"),
        ("负担减轻", f"{tally.better:,} 人"),
        ("负担加重", f"{tally.worse:,} 人"),
        ("负担不变", f"{tally.same:,} 人"),
        ("不可比", f"{tally.not_comparable:,} 人"),
    )
    numbers = "".join(f"<div><dt>{name}</dt><dd>{value}</dd></div>" for name, value in figures)
    facts = "".join(
        f"<tr><td>{escape(label)}</td><td>{escape(text)}</td></tr>\n"
        for label, text in comparison.about
    )
    changed = "".join(f"<li>{escape(line)}</li>\n" for line in comparison.changed)
    return (
        '<!doctype html>\n<html lang="zh-CN">\n<head>\n<meta charset="utf-8">\n'
        '<meta http-equiv="Content-Security-Policy" '
        "content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
        '<meta name="viewport" content="width=device-width,initial-scale=1">\n'
        f"<title>政策测算:{escape(comparison.a)} 与 "
        f"{escape(comparison.b)}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n"
        f"<h1>政策测算</h1>\n<p>A:{escape(comparison.a)}　B:{escape(comparison.b)}</p>\n"
        "<p>同一批就诊按两套政策分别计算,金额精确到分;"
        "年度限额和累计起付线按每人就诊的先后顺序计算。</p>\n"
        f'<table id="about"><tbody>{facts}</tbody></table>\n'
        f"<h2>结论</h2>\n<p>{escape(comparison.headline)}</p>\n<dl>{numbers}</dl>\n"
        f'<section id="changed"><h2>改变的条款({len(comparison.changed)} 处)</h2>\n'
        f"<ol>{changed}</ol></section>\n{body}</body>\n</html>\n"
    )


def _section(section: Section) -> str:
    chart = _drawn(section) if len(section.rows) <= 30 else ""
    visits = any(row.visits is not None for row in section.rows)
    one_sided = section.one_sided
    head = "".join(
        f"<th>{name}</th>"
        for name in (
            escape(section.by),
            *(("就诊",) if visits else ()),
            *(("人数",) if one_sided else ("A", "B", "B 减 A")),
        )
    )
    lines = "".join(_line(row, section, visits, one_sided) for row in section.rows)
    return (
        f'<section id="{section.id}">\n<h2>{escape(section.title)}'
        f"{unit(section)}</h2>\n{_figure(section, chart)}"
        f'<div class="scroll"><table><thead><tr>{head}</tr></thead><tbody>'
        f"{lines}</tbody></table></div>\n</section>\n"
    )


def _figure(section: Section, chart: str) -> str:
    said = (
        "图:B 减 A"
        if section.id in MOVED
        else "图:上为 A,下为 B"
        if section.id in PAIRED
        else "图:人数"
    )
    return f"<figure>{chart}<figcaption>{said}</figcaption></figure>\n" if chart else ""


def _line(row: SectionRow, section: Section, visits: bool, one_sided: bool) -> str:
    cells = [f"<td>{escape(row.name)}</td>"]
    if visits:
        cells.append(f"<td>{row.visits:,}</td>" if row.visits is not None else "<td></td>")
    if one_sided:
        cells.append(f"<td>{row.pair.b:,}</td>")
    else:
        cells += [_cell(section, number) for number in (*row.pair, row.change)]
    return f"<tr>{''.join(cells)}</tr>\n"


def _cell(section: Section, number: int) -> str:
    """A number as people read it; where that is rounded, the exact one behind it."""
    behind = f' title="{exact(number)} 元"' if in_wan(section) else ""
    return f"<td{behind}>{as_read(section, number)}</td>"


Bars = Sequence[tuple[str, Sequence[tuple[str, str, int]]]]
"""By row its name and its bars: class, what stands before the number, the number."""


def _drawn(section: Section) -> str:
    """The section's chart; empty where it has none or nothing to show."""
    bars: Bars
    if section.id in PAIRED:
        bars = [
            (row.name, (("a", "A ", row.pair.a), ("b", "B ", row.pair.b))) for row in section.rows
        ]
    elif section.id in COUNTED:
        bars = [
            (row.name, (("b" if int(row.key) >= 0 else "w", "", row.pair.b),))
            for row in section.rows
        ]
    elif section.id in MOVED:
        better = -1 if section.id.startswith("own") else 1  # a burden that falls is the better one
        bars = [
            (row.name, (("b" if row.change * better >= 0 else "w", "", row.change),))
            for row in section.rows
        ]
    else:
        return ""
    return _chart(section, bars)


def _chart(section: Section, bars: Bars) -> str:
    """Bars on one scale from zero, which stands where the least of them lets it."""
    numbers = [number for _, row in bars for _, _, number in row]
    least, most = min((0, *numbers)), max((0, *numbers))
    if least == most:
        return ""
    breadth, parts, y = WIDTH - LABEL - 150, list[str](), 0
    begin = LABEL + (130 if least < 0 else 0)
    scale = (breadth - (begin - LABEL)) / (most - least)
    zero = begin - least * scale
    for name, row in bars:
        middle = y + len(row) * BAR / 2 + 4
        parts.append(
            f'<text x="{LABEL - 8}" y="{middle:.0f}" '
            f'text-anchor="end">{escape(_short(name))}</text>'
        )
        for style, before, number in row:
            length = abs(number) * scale
            left = zero - length if number < 0 else zero
            place, anchor = (left - 6, "end") if number < 0 else (left + length + 6, "start")
            parts.append(
                f'<rect class="{style}" x="{left:.1f}" y="{y}" '
                f'width="{length:.1f}" height="{BAR - 2}"/>'
            )
            parts.append(
                f'<text class="soft" x="{place:.1f}" y="{y + BAR - 4}" '
                f'text-anchor="{anchor}">{before}{as_read(section, number)}</text>'
            )
            y += BAR
        y += GAP
    parts.append(f'<rect class="axis" x="{zero:.1f}" y="0" width="1" height="{y - GAP}"/>')
    about = f"{section.title}{',B 减 A' if section.id in MOVED else ''}"
    return (
        f'<svg viewBox="0 0 {WIDTH} {y}" role="img" '
        f'aria-label="{escape(about)}">{"".join(parts)}</svg>\n'
    )


def _short(name: str) -> str:
    """The name cut to what stands beside its bar: a Chinese character is about twice as wide as a
    figure."""
    width, kept = 0, ""
    for letter in name:
        width += 7 if letter.isascii() else 12
        if width > LABEL - 24:
            return f"{kept}…"
        kept += letter
    return kept
