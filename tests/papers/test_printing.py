"""A paper as PDF and as .xlsx: everything on it is on it, in fonts of its own, and a column, a font
or a character that goes missing is noticed."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from openpyxl import load_workbook
from tests.papers.looking import (
    check_picture,
    check_text,
    differing,
    fonts,
    pages,
    picture,
    text,
)

from medaid.money import Fen
from medaid.papers.model import Column, Paper, SignaturePlace, Table
from medaid.papers.printing import MISSING, _known, pdf, typeset
from medaid.papers.service import MEDIA, Form, printed

COLUMNS = (
    Column("基金", 5),
    Column("申报金额", 3),
    Column("扣减", 3),
    Column("实付金额", 3),
)
ROWS = tuple(
    ("城乡居民基本医疗保险基金", Fen(1234567_89), None, Fen(1234567_00 + n)) for n in range(60)
)
SIDED = Table(
    (
        Column("科目名称", 4),
        Column("借方", 3, "期初余额"),
        Column("贷方", 3, "期初余额"),
        Column("笔数", 1),
    ),
    (("财政专户存款", Fen(100_00), None, 12),),
    ("合计", Fen(100_00), Fen(0), 12),
    "二、科目余额",
)
PAPER = Paper(
    title="医疗费用拨付通知单",
    agency="茂名市医疗保障经办机构",
    day=date(2026, 11, 27),
    number="440900-2026-10-1",
    period="2026年10月",
    facts=(
        ("收款单位", "茂名市人民医院"),
        ("联系人", "买买提·吐尔逊"),
        ("开户银行", "中国工商银行股份有限公司茂名分行营业部,行号 102592000013"),
        ("到账日期", date(2026, 11, 20)),
    ),
    paragraphs=("根据医疗保障服务协议,现将下列款项拨付你单位,请查收。",),
    tables=(Table(COLUMNS, ROWS, ("合计", Fen(1), Fen(2), Fen(3)), "一、各基金"), SIDED),
    words=(("实付金额", Fen(16409_02)),),
    notes=("注:本单一式三份。",),
    signatures=(
        SignaturePlace("审核", "张三〇", "审核科科长", date(2026, 11, 20)),
        SignaturePlace("出纳"),
    ),
)


def test_all_of_a_paper_stands_on_it_and_looks_as_it_was_looked_at() -> None:
    made = pdf(PAPER)
    assert pdf(PAPER) == made, "the same paper is the same bytes"
    check_text(
        made,
        *("医疗费用拨付通知单", "茂名市医疗保障经办机构(盖章)", "编号:440900-2026-10-1"),
        *("所属期:2026年10月", "单位:元", "买买提·吐尔逊", "2026年11月20日"),
        *("1,234,567.89", "期初余额", "实付金额(大写)", "人民币壹万陆仟肆佰零玖元零贰分"),
        *("¥16,409.02", "审核:张三〇审核科科长", "2026年11月27日"),
    )
    check_picture("paper", made)
    for page in pages(made)[:2]:
        assert "申报金额" in page, "the heading comes again on each page"


@pytest.mark.parametrize("landscape", [False, True])
@pytest.mark.parametrize("notes", [0, 1, 14])
@pytest.mark.parametrize("rows", [*range(16, 24), *range(28, 36)])
def test_signatures_never_stand_on_a_page_alone(rows: int, notes: int, landscape: bool) -> None:
    """Nobody signs a page that says nothing of what is signed: the last rows, or the last notes,
    stand on it."""
    table = Table(COLUMNS, ROWS[:rows], ("合计", Fen(1), Fen(2), Fen(3)))
    paper = replace(PAPER, tables=(table,), words=(), notes=("注:一式三份。",) * notes)
    signed = pages(pdf(replace(paper, landscape=landscape)))[-1]
    assert "出纳" in signed
    assert signed.count("一式三份") >= min(notes, 3)
    assert notes > 3 or ("合计" in signed and "1,234,567" in signed)


@pytest.mark.parametrize("lines", range(18, 30))
def test_signatures_never_stand_below_a_letter_alone(lines: int) -> None:
    letter = replace(
        PAPER, tables=(), words=(), notes=(), facts=(), paragraphs=("请查收。",) * lines
    )
    assert "请查收" in pages(pdf(letter))[-1]


def test_every_font_lies_in_the_file() -> None:
    found = fonts(pdf(PAPER))
    assert len(found) == 2, found
    assert all(found.values()), found


def test_a_column_or_a_font_that_goes_missing_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the comparison is for: none of these may pass for the paper that was looked at."""
    shorter = tuple(row[:2] + row[3:] for row in ROWS)
    without = replace(
        PAPER,
        tables=(Table(COLUMNS[:2] + COLUMNS[3:], shorter, ("合计", Fen(1), Fen(3))), SIDED),
    )
    seen = picture(pdf(PAPER))
    assert differing(seen, seen) == 0
    assert differing(seen, picture(pdf(without))) > 50
    blank = replace(PAPER, facts=(PAPER.facts[0], ("联系人", ""), *PAPER.facts[2:]))
    assert differing(seen, picture(pdf(blank))) >= 3, "one empty cell"
    monkeypatch.delenv("KEEP_PICTURES", raising=False)
    with pytest.raises(AssertionError, match="differs from"):
        check_picture("paper", pdf(without))
    monkeypatch.setattr("medaid.papers.printing._fonts", _no_fonts)
    with pytest.raises(Exception, match="unknown font"):
        pdf(PAPER)


def _no_fonts() -> Any:
    import typst

    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=True, font_paths=[])


@pytest.mark.parametrize("rare", ["䶮", "〇", "·", "喆", "堃", "犇", "㛃", "𬱖", "𫖮", "龑", "㐂"])
def test_rare_characters_of_names_are_printed(rare: str) -> None:
    made = pdf(replace(PAPER, facts=(("姓名", f"刘{rare}"),)))
    assert f"刘{rare}" in text(made)
    assert MISSING not in text(made)


def test_every_character_of_gbk_can_be_printed() -> None:
    """All that an office's keyboard of the last thirty years could write."""
    lead, trail = range(0x81, 0xFF), range(0x40, 0xFF)
    written = (bytes((a, b)).decode("gbk", "ignore") for a in lead for b in trail)
    lacking = {one for one in written if len(one) == 1 and ord(one) not in _known()}
    assert lacking == {"\x7f", "\u2252"}, "≒ of Japanese mathematics, which no paper needs"


@pytest.mark.parametrize("unknown", ["𠮷", "😀", "\ue000", "𰻝"])
def test_a_character_that_the_fonts_lack_is_marked_and_said(unknown: str) -> None:
    """It never vanishes: a mark stands for it, a note says which it was, the workbook has it."""
    rare = replace(PAPER, facts=(("姓名", f"{unknown}野家"),))
    made = text(pdf(rare))
    assert f"{MISSING}野家" in made
    assert f"U+{ord(unknown):04X}" in made
    sheet = load_workbook(io.BytesIO(printed(rare, Form.XLSX))).active
    assert f"{unknown}野家" in [cell.value for row in sheet.rows for cell in row]


def test_nothing_on_a_paper_is_read_as_markup() -> None:
    wild = '#panic("x") $a$ *b* _c_ @d <e> \\ // /* [f] `g` = h'
    made = pdf(replace(PAPER, facts=(("姓名", wild),), notes=(wild,), title="#title"))
    assert text(made).count('#panic("x")$a$*b*_c_@d<e>\\///*[f]`g`=h') == 2
    assert "#title" in text(made)


def test_punctuation_is_that_of_chinese_print() -> None:
    """Sentences are kept with half-width marks, which look wrong beside Chinese characters."""
    shown = typeset("依据:第(三)条,见(1);1,234.50 元,12:30 (abc)")
    wide = {mark: chr(ord(mark) + 0xFEE0) for mark in ",:;()"}
    assert typeset("合计 45000.00 元,账号 6222020000,1234567.891 12345678901234.05") == (
        f"合计 45,000.00 元{chr(0xFF0C)}账号 6222020000,1234567.891 12,345,678,901,234.05"
    ), "an amount has its separators, a number that is none stays as it is"
    assert shown == (
        f"依据{wide[':']}第{wide['(']}三{wide[')']}条{wide[',']}见{wide['(']}1{wide[')']}{wide[';']}"
        f"1,234.50 元{wide[',']}12:30 (abc)"
    )


def test_a_workbook_is_set_up_for_A4_with_numbers_dates_and_borders() -> None:
    made = printed(PAPER, Form.XLSX)
    assert made == printed(PAPER, Form.XLSX)
    sheet = load_workbook(io.BytesIO(made)).active
    cells = {cell.value: cell for row in sheet.rows for cell in row if cell.value is not None}
    assert sheet.page_setup.paperSize == 9
    assert (sheet.page_setup.orientation, sheet.page_setup.fitToHeight) == ("portrait", 0)
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    heading = cells["申报金额"].row
    assert sheet.print_title_rows == f"${heading}:${heading}"
    assert sheet.freeze_panes == f"A{heading + 1}"
    assert "&P" in sheet.oddFooter.center.text
    assert cells["申报金额"].border.left.style == "thin"
    amount = sheet.cell(heading + 1, 2)
    assert (float(amount.value), amount.number_format) == (1234567.89, "#,##0.00")
    day = next(cell for cell in cells.values() if cell.is_date)
    assert (day.value.date(), day.number_format) == (date(2026, 11, 20), 'yyyy"年"m"月"d"日"')
    assert "人民币壹万陆仟肆佰零玖元零贰分" in cells
    assert sheet.cell(cells["期初余额"].row + 1, 2).value == "借方"


def test_statements_of_different_columns_have_sheets_of_their_own() -> None:
    book = load_workbook(io.BytesIO(printed(replace(PAPER, apart=True), Form.XLSX)))
    assert book.sheetnames == ["一、各基金", "二、科目余额"]
    first, last = (
        {cell.value for row in sheet.rows for cell in row if cell.value} for sheet in book
    )
    for one in (PAPER.title, PAPER.agency, "审核:张三〇 审核科科长  2026年11月20日"):
        assert one in first & last, "each sheet can be signed by itself"
    assert "收款单位" in first - last
    assert "人民币壹万陆仟肆佰零玖元零贰分" in last - first
    assert "申报金额" in first - last
    assert all(sheet.print_title_rows and sheet.page_setup.paperSize == 9 for sheet in book)


def test_a_row_of_a_workbook_is_as_high_as_its_longest_text_needs() -> None:
    """Spreadsheets find no height for merged cells: text would be cut."""
    table = Table((Column("序号", 1), Column("依据", 9)), ((1, "依据" * 200), (2, "短")))
    made = printed(replace(PAPER, tables=(table,), facts=(("说明", "长" * 300),)), Form.XLSX)
    sheet = load_workbook(io.BytesIO(made)).active
    high = {
        str(cell.value): sheet.row_dimensions[cell.row].height
        for row in sheet.rows
        for cell in row
        if cell.value
    }
    assert high["依据" * 200] >= 10 * high["短"] / 1.5
    assert high["长" * 300] > 5 * high["短"]
    assert high["短"] == 18


def test_what_came_from_outside_is_never_a_formula() -> None:
    """Right money, 39."""
    live = "=HYPERLINK(1)"
    table = Table((Column(live), Column("乙")), ((live, live),), (live, live), live)
    made = replace(
        PAPER, title="表", facts=((live, live),), tables=(table,), notes=(live,), paragraphs=(live,)
    )
    sheet = load_workbook(io.BytesIO(printed(made, Form.XLSX))).active
    found = [cell for row in sheet.rows for cell in row if live in str(cell.value)]
    assert len(found) == 10
    assert {cell.data_type for cell in found} == {"s"}


def test_a_table_with_a_cell_too_few_is_no_table() -> None:
    with pytest.raises(AssertionError, match="1 cells for 2"):
        Table((Column("甲"), Column("乙")), (("一",),))


def test_each_form_has_its_media_type() -> None:
    assert MEDIA[Form.PDF] == "application/pdf"
    assert printed(PAPER, Form.PDF).startswith(b"%PDF")
    assert printed(PAPER, Form.XLSX).startswith(b"PK")
