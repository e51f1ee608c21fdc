"""The comparison as one HTML page that asks nobody for anything: styles and charts (SVG) stand in it, no script, no other host."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Final

from medaid.simulate.report import Report, Row, Section, told

WIDTH: Final = 760
LABEL: Final = 190
BAR: Final = 15
GAP: Final = 12
CHARTED: Final = ("paid_by_fund", "assistance_by_category", "own_by_category", "own_by_level", "years_above", "burden_above")

STYLE: Final = """
:root{--ink:#1b2430;--soft:#5b6675;--line:#d9dee5;--a:#8aa0b8;--b:#1f6f5c;--worse:#a4472f;--paper:#fff}
@media (prefers-color-scheme:dark){:root{--ink:#e7ebf0;--soft:#a3adba;--line:#39424e;--a:#6d839b;--b:#52b39a;--worse:#e08a70;--paper:#161b21}}
body{margin:0 auto;max-width:60rem;padding:2rem 1.2rem 4rem;font:16px/1.6 system-ui,"PingFang SC","Microsoft YaHei","Noto Sans CJK SC",sans-serif;
color:var(--ink);background:var(--paper)}
h1{font-size:1.6rem;margin:0 0 .3rem}h2{font-size:1.15rem;margin:2.4rem 0 .6rem}p{color:var(--soft);margin:.2rem 0}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}
th,td{padding:.35rem .6rem;border-bottom:1px solid var(--line);text-align:right}th:first-child,td:first-child{text-align:left}
th{color:var(--soft);font-weight:500}.scroll{overflow-x:auto}
dl{display:grid;grid-template-columns:repeat(auto-fit,minmax(11rem,1fr));gap:1rem;margin:1.2rem 0}
dt{color:var(--soft);font-size:.9rem}dd{margin:0;font-size:1.5rem;font-weight:600;font-variant-numeric:tabular-nums}
svg{width:100%;height:auto;display:block}svg text{fill:var(--ink);font-size:12px}.a{fill:var(--a)}.b{fill:var(--b)}.soft{fill:var(--soft)!important}
.worse{color:var(--worse)}
"""


def page(comparison: Report) -> str:
    """The whole page."""
    body = "".join(_section(section) for section in comparison.sections if section.rows)
    tally = comparison.tally
    figures = (
        ("就诊", f"{tally.visits:,}"),
        ("人", f"{tally.persons:,}"),
        ("负担减轻", f"{tally.better:,} 人"),
        ("负担加重", f"{tally.worse:,} 人"),
        ("减轻合计", f"{tally.gained // 100:,} 元"),
        ("加重合计", f"{tally.lost // 100:,} 元"),
    )
    numbers = "".join(f"<div><dt>{name}</dt><dd>{value}</dd></div>" for name, value in figures)
    return (
        '<!doctype html>\n<html lang="zh-CN">\n<head>\n<meta charset="utf-8">\n'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
        '<meta name="viewport" content="width=device-width,initial-scale=1">\n'
        f"<title>政策测算:{escape(comparison.a)} 与 {escape(comparison.b)}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n"
        f"<h1>政策测算</h1>\n<p>A:{escape(comparison.a)}　B:{escape(comparison.b)}</p>\n"
        "<p>同一批就诊按两套政策分别计算,金额精确到分;年度限额和累计起付线按每人就诊的先后顺序计算。</p>\n"
        f"<dl>{numbers}</dl>\n{body}</body>\n</html>\n"
    )


def _section(section: Section) -> str:
    chart = _chart(section.rows, section) if section.id in CHARTED and len(section.rows) <= 30 else ""
    visits = any(row.visits is not None for row in section.rows)
    one_sided = section.id == "persons"
    head = "".join(f"<th>{name}</th>" for name in (escape(section.by), *(("就诊",) if visits else ()), *(("人数",) if one_sided else ("A", "B", "B 减 A"))))
    lines = "".join(_line(row, section, visits, one_sided) for row in section.rows)
    unit = "(元)" if section.money else ""
    return (
        f'<section id="{section.id}">\n<h2>{escape(section.title)}{unit}</h2>\n{chart}'
        f'<div class="scroll"><table><thead><tr>{head}</tr></thead><tbody>{lines}</tbody></table></div>\n</section>\n'
    )


def _line(row: Row, section: Section, visits: bool, one_sided: bool) -> str:
    cells = [f"<td>{escape(row.name)}</td>"]
    if visits:
        cells.append(f"<td>{row.visits:,}</td>" if row.visits is not None else "<td></td>")
    if one_sided:
        cells.append(f"<td>{row.pair.b:,}</td>")
    else:
        cells += [f"<td>{told(section, number)}</td>" for number in (*row.pair, row.change)]
    return f"<tr>{''.join(cells)}</tr>\n"


def _chart(rows: Sequence[Row], section: Section) -> str:
    """Two bars a row, A above B, on one scale from zero."""
    most = max((number for row in rows for number in row.pair), default=0)
    if most <= 0:
        return ""
    room, step = WIDTH - LABEL - 150, 2 * BAR + GAP
    parts = []
    for index, row in enumerate(rows):
        top = index * step
        parts.append(f'<text x="{LABEL - 8}" y="{top + BAR + 4}" text-anchor="end">{escape(_short(row.name))}</text>')
        for side, number in enumerate(row.pair):
            length, y = max(0, number) * room / most, top + side * BAR
            parts.append(f'<rect class="{"ab"[side]}" x="{LABEL}" y="{y:.0f}" width="{length:.1f}" height="{BAR - 2}"/>')
            label = f"{'AB'[side]} {told(section, number)}"
            parts.append(f'<text class="soft" x="{LABEL + length + 6:.1f}" y="{y + BAR - 4:.0f}">{label}</text>')
    return f'<svg viewBox="0 0 {WIDTH} {len(rows) * step}" role="img" aria-label="{escape(section.title)}">{"".join(parts)}</svg>\n'


def _short(name: str) -> str:
    return name if len(name) <= 14 else f"{name[:13]}…"
