"""Files as people hand them in: told apart by content, read whole or refused in a sentence."""

from __future__ import annotations

import io
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.documents import MOST_BYTES, Unreadable, document_of, from_text, read_document
from tests.printed_notices import saved_page, word_file

TEXT = "关于印发措施的通知\n一、通关便利\n（一）减时。做好减时工作。（责任单位：市商务局）\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "gb18030", "gbk"])
def test_text_in_any_encoding_of_chinese_offices(encoding):
    assert document_of(TEXT.encode(encoding)).text == TEXT


def test_traditional_text_in_big5():
    traditional = "關於印發措施的通知\n一、通關便利\n（一）減時。做好減時工作。（責任單位：市商務局）\n"
    assert document_of(traditional.encode("big5")).text == traditional


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_a_page_says_its_encoding_or_shows_it(encoding):
    page = saved_page("责任单位和措施，市商务局的工作", encoding=encoding)
    for said in (page, page.replace(b"gb18030", b"gb2312"), page.replace(encoding.encode(), b"")):
        text = document_of(said).text
        assert "责任单位和措施，市商务局的工作" in text
        assert "units" not in text


def test_a_page_keeps_paragraphs_and_tables_and_nothing_unseen():
    page = (
        "<html><body><p>一、<span>通关</span></p><div style='display:none'>看不见</div><p>减时<br>提效</p>"
        "<table><tr><th rowspan=2>类</th><th>任务</th></tr><tr><td>减<br>时</td></tr></table>"
        "<table><tr><td><p>布局</p><table><tr><td>内</td></tr></table></td></tr></table></body></html>"
    )
    document = document_of(page.encode())
    assert [line for line in document.text.split("\n") if line.strip()] == ["一、通关", "减时", "提效", "布局", "内"]
    assert [table.rows for table in document.tables] == [[["类", "任务"], ["类", "减\n时"]]]


def numbered(level: int, list_id: int = 1) -> str:
    return f'<w:pPr><w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{list_id}"/></w:numPr></w:pPr>'


LEVELS = "".join(
    f'<w:lvl w:ilvl="{level}"><w:start w:val="1"/><w:numFmt w:val="{form}"/><w:lvlText w:val="{text}"/></w:lvl>'
    for level, (form, text) in enumerate(
        [("chineseCounting", "%1、"), ("chineseCountingThousand", "（%2）"), ("decimal", "%3."), ("bullet", "·")]
    )
)
LISTS = (
    f'<w:abstractNum w:abstractNumId="7">{LEVELS}</w:abstractNum>'
    '<w:num w:numId="1"><w:abstractNumId w:val="7"/></w:num>'
)


def paragraphs(*levels: int | None) -> str:
    return "".join(
        f"<w:p>{'' if level is None else numbered(level)}<w:r><w:t>段{at}</w:t></w:r></w:p>"
        for at, level in enumerate(levels)
    )


def test_automatic_numbers_of_word_are_read():
    content = word_file([], body=paragraphs(0, 1, 2, 2, 1, 2, None, 0, 1, 3), numbering=LISTS)
    assert document_of(content).text.split("\n") == [
        "一、段0", "（一）段1", "1.段2", "2.段3", "（二）段4", "1.段5", "段6", "二、段7", "（一）段8", "段9",
    ]  # fmt: skip


def test_numbers_that_a_style_brings_and_lists_that_begin_anew():
    styles = (
        '<w:style w:styleId="a"><w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr></w:style>'
        '<w:style w:styleId="b"><w:basedOn w:val="a"/></w:style>'
    )
    again = (
        '<w:num w:numId="2"><w:abstractNumId w:val="7"/>'
        '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="5"/></w:lvlOverride></w:num>'
    )
    body = "".join(f'<w:p><w:pPr><w:pStyle w:val="{s}"/></w:pPr><w:r><w:t>甲</w:t></w:r></w:p>' for s in "aba")
    body += f"<w:p>{numbered(0, 2)}<w:r><w:t>乙</w:t></w:r></w:p>"
    assert document_of(word_file([], body=body, numbering=LISTS + again, styles=styles)).text.split("\n") == [
        "一、甲", "二、甲", "三、甲", "五、乙",
    ]  # fmt: skip


def test_tables_of_word_with_merged_cells():
    def cell(text: str, properties: str = "") -> str:
        return f"<w:tc><w:tcPr>{properties}</w:tcPr><w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:tc>"

    begins, goes_on, wide = '<w:vMerge w:val="restart"/>', "<w:vMerge/>", '<w:gridSpan w:val="2"/>'
    body = (
        f"<w:tbl><w:tr>{cell('类')}{cell('任务', wide)}</w:tr>"
        f"<w:tr>{cell('甲', begins)}{cell('1')}{cell('减时')}</w:tr>"
        f"<w:tr>{cell('', goes_on)}{cell('2')}{cell('提效')}</w:tr></w:tbl>"
    )
    (table,) = document_of(word_file(["前"], body=body)).tables
    assert table.rows == [["类", "任务", "任务"], ["甲", "1", "减时"], ["甲", "2", "提效"]]
    assert table.line == 1


def test_what_was_deleted_in_word_is_no_text():
    deleted = "<w:del><w:r><w:delText>删</w:delText><w:t>删</w:t></w:r></w:del>"
    body = f"<w:p><w:r><w:t>留</w:t></w:r>{deleted}<w:r><w:br/><w:t>下</w:t></w:r></w:p>"
    assert document_of(word_file([], body=body)).text == "留\n下"


def workbook(rows, merged=()) -> bytes:
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    for cells in merged:
        book.active.merge_cells(cells)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def test_a_workbook_is_its_tables():
    (table,) = document_of(workbook([["类", "任务"], ["甲", "减时"], [None, "提效"]], ["A2:A3"])).tables
    assert table.rows == [["类", "任务"], ["甲", "减时"], ["甲", "提效"]]


def test_tables_within_text():
    document = from_text("前\n| 序号 | 任务 |\n|---|---|\n| 1 | 减时 |\n后\n序号\t任务\n1\t减时\n")
    assert [table.rows for table in document.tables] == [[["序号", "任务"], ["1", "减时"]]] * 2
    assert [line for line in document.text.split("\n") if line] == ["前", "后"]
    (table,) = from_text("序号,任务,单位\n1,减时,市商务局\n").tables
    assert table.rows[1] == ["1", "减时", "市商务局"]


def packed(name: str, content: bytes) -> bytes:
    package = io.BytesIO()
    with zipfile.ZipFile(package, "w", zipfile.ZIP_DEFLATED) as parts:
        parts.writestr(name, content)
    return package.getvalue()


BOMB = b'<!DOCTYPE a [<!ENTITY b "ha">]><w:document xmlns:w="w"><w:p><w:t>&b;</w:t></w:p></w:document>'


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b"  \n", "空"),
        (b"%PDF-1.7 ...", "PDF"),
        (b"{\\rtf1 ...", "RTF"),
        (b"\x89PNG...", "图片"),
        (b"PK\x03\x04 broken", "损坏"),
        (b"\xd0\xcf\x11\xe0" + b"\x00" * 600, "旧版"),
        (packed("any.txt", b"x"), "不是 Word"),
        (packed("word/document.xml", b"<broken"), "损坏"),
        (packed("word/document.xml", BOMB), "损坏"),
        (packed("word/document.xml", b" " * (MOST_BYTES + 1)), "展开"),
        (b"x" * (MOST_BYTES + 1), "上限"),
        (bytes(range(128, 256)) * 9, "编码"),
        (b"\x00\x01\x02" * 99, "文字文件"),
        (b"a\tb\n" * 30_000, "行"),
    ],
)
def test_what_cannot_be_read_gets_a_sentence(content, word):
    with pytest.raises(Unreadable, match=word):
        document_of(content)


def test_a_file_above_the_limit_is_not_even_opened(tmp_path):
    file = tmp_path / "notice.txt"
    with file.open("wb") as large:
        large.truncate(MOST_BYTES + 1)
    with pytest.raises(Unreadable, match="20 MB"):
        read_document(file)


pages = st.binary(max_size=60).map(lambda content: b"<html><p>" + content)


@settings(max_examples=100, deadline=None)
@given(st.one_of(st.binary(max_size=200), st.text(max_size=100).map(str.encode), pages))
def test_any_bytes_are_read_or_refused(content):
    try:
        text = document_of(content).text
    except Unreadable as refused:
        text = str(refused)
        assert text
    assert isinstance(text, str)
