"""Returned files of every kind → the same cells, judged by content; what is no table is refused in words."""

from __future__ import annotations

import csv
import datetime
import io
import re
import struct
import zipfile
from typing import TYPE_CHECKING, Any

import openpyxl
import pandas as pd
import pytest

from analysis.grids import Formula, Grid, Unreadable, address, as_written, is_blank, read_grids

from .returned_forms import encrypted, to_bytes

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

ROWS = [["措施编号", "进展状态", None], ["M4", "推进中", "会同有关单位，梳理流程"], [None, None, "说明"]]


def as_xlsx(cells: Mapping[str, Any]) -> bytes:
    book = openpyxl.Workbook()
    for cell, value in cells.items():
        book.worksheets[0][cell] = value
    return to_bytes(book)


def as_workbook(kind: str) -> bytes:
    written = io.BytesIO()
    if kind == "xls":
        import xlwt

        book = xlwt.Workbook(encoding="utf-8")
        sheet = book.add_sheet("表")
        for row, cells in enumerate(ROWS):
            for column, text in enumerate(cells):
                if text:
                    sheet.write(row, column, text)
        book.save(written)
    else:
        engine = {"xlsx": "openpyxl", "ods": "odf"}[kind]
        pd.DataFrame(ROWS).to_excel(written, engine=engine, sheet_name="表", header=False, index=False)
    return written.getvalue()


def as_text(encoding: str, delimiter: str) -> bytes:
    written = io.StringIO()
    csv.writer(written, delimiter=delimiter).writerows(ROWS)
    return written.getvalue().encode(encoding)


def changed(workbook: bytes, **parts: tuple[str, str]) -> bytes:
    """An .xlsx file in which a text of some of its parts, named by their last piece, is another one."""
    written = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook)) as before, zipfile.ZipFile(written, "w") as after:
        for name in before.namelist():
            text = before.read(name).decode()
            pattern, new = parts.get(name.rpartition("/")[2].removesuffix(".xml"), ("", ""))
            after.writestr(name, re.sub(pattern, new, text) if pattern else text)
    return written.getvalue()


def zipped(*sizes: int) -> bytes:
    """A small archive whose parts say that they are as large as that when unpacked."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as parts:
        for number, _ in enumerate(sizes):
            parts.writestr(f"part{number}.xml", "0" * 100)
    content = bytearray(written.getvalue())
    entries = [match.start() for match in re.finditer(b"PK\x01\x02", content)]
    for entry, size in zip(entries, sizes, strict=True):
        # Where an entry of an archive's directory holds the size before compression.
        struct.pack_into("<I", content, entry + 24, size)
    return bytes(content)


def read(folder: Path, content: bytes) -> list[Grid]:
    # A name that says nothing: only the content counts.
    file = folder / "新建文件"
    file.write_bytes(content)
    return read_grids(file)


@pytest.mark.parametrize("kind", ["xlsx", "xls", "ods"])
def test_a_workbook_of_any_kind(tmp_path: Path, kind: str) -> None:
    (grid,) = read(tmp_path, as_workbook(kind))
    assert grid.name == "表"
    assert [[grid.at(row, column) for column in range(3)] for row in range(3)] == ROWS


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_text_in_any_encoding_with_any_delimiter(tmp_path: Path, encoding: str, delimiter: str) -> None:
    (grid,) = read(tmp_path, as_text(encoding, delimiter))
    assert (grid.name, grid.rows, grid.merged) == ("", ROWS, [])


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "文件是空的"),
        (b" \r\n\t", "文件是空的"),
        (bytes(range(128, 256)) * 20, "不是表格文件，或文字编码无法识别：请另存为 .xlsx"),
        ("措施編號,進展狀態,實際情況".encode("big5"), "文字编码无法识别：请另存为 .xlsx"),
        (b"M4,a\x00b", "不是表格文件，或已损坏：请另存为 .xlsx"),
        ("长" * 200_000 + ",1", "有一格的字数超过任何表格所能容纳的"),
        (b"\xd0\xcf\x11\xe0" + bytes(range(256)) * 8, "已损坏，或不是表格：请另存为 .xlsx"),
        (b"PK\x03\x04" + b"0" * 100, "已损坏：请另存为 .xlsx"),
        (zipped(100), "已损坏，或不是表格：请另存为 .xlsx"),
        (as_xlsx({"A1": 1})[:2000], "已损坏：请另存为 .xlsx"),
        (encrypted(as_xlsx({"A1": 1})), "打开密码"),
    ],
    ids=["empty", "blank", "photo", "big5", "nul", "huge cell", "no xls", "no zip", "a zip", "cut off", "locked"],
)
def test_what_is_no_table_is_refused(tmp_path: Path, content: bytes | str, reason: str) -> None:
    with pytest.raises(Unreadable, match=re.escape(reason)):
        read(tmp_path, content.encode() if isinstance(content, str) else content)


def test_a_file_that_cannot_be_opened_says_so(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match="文件打不开"):
        read_grids(tmp_path / "没有这个文件.xlsx")


@pytest.mark.parametrize(
    ("sizes", "reason"),
    [
        ([200_000_000], "已损坏"),
        ([200_000_001], "文件过大：请只报送反馈表"),
        ([150_000_000, 150_000_000], "文件过大"),
    ],
)
def test_what_would_fill_the_memory_is_not_unpacked(tmp_path: Path, sizes: list[int], reason: str) -> None:
    with pytest.raises(Unreadable, match=reason):
        read(tmp_path, zipped(*sizes))


FORMULAS = {"A1": "措施", "A2": "=1+1", "B2": 7, "C4": "=A2"}


@pytest.mark.parametrize("tag", ["<f>", '<f ca="1">'])
def test_a_formula_without_its_result_is_named(tmp_path: Path, tag: str) -> None:
    (grid,) = read(tmp_path, changed(as_xlsx(FORMULAS), sheet1=("<f>", tag)))
    assert (grid.at(1, 0), grid.at(1, 1), grid.at(3, 2)) == (Formula("=1+1"), 7, Formula("=A2"))
    assert str(grid.at(1, 0)) == "=1+1"


SPREADSHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def by_another_program(workbook: bytes) -> bytes:
    """The same workbook with its sheet under another name, every element prefixed, attributes in single marks."""
    written = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook)) as before, zipfile.ZipFile(written, "w") as after:
        for name in before.namelist():
            text = before.read(name).decode()
            if name.endswith(("sheet1.xml", "styles.xml")):
                text = re.sub(r"<(/?)(\w)", r"<\1x:\2", text).replace(
                    f'xmlns="{SPREADSHEET}"', f'xmlns:x="{SPREADSHEET}"'
                )
                text = re.sub(r'(\w)="([^"\']*)"', r"\1='\2'", text)
            after.writestr(name.replace("sheet1", "Blatt1"), text.replace("sheet1.xml", "Blatt1.xml"))
    return written.getvalue()


def test_whoever_wrote_a_workbook_nothing_seen_reads_as_blank(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for cell, value in {"A1": "=1+1", "A2": "#N/A", "A3": 0.8, "A4": "进展"}.items():
        book.worksheets[0][cell] = value
    book.worksheets[0]["A3"].number_format = "0%"
    (grid,) = read(tmp_path, by_another_program(to_bytes(book)))
    assert [row[0] for row in grid.rows] == [Formula("=1+1"), "#N/A", "80%", "进展"]


@pytest.mark.parametrize(
    ("value", "form", "shown"),
    [
        (0.8, "0%", "80%"), (0.333, "0.00%_);[Red](0.00%)", "33.3%"), (1, "0%", "100%"), (1, '0"%"', "1%"),
        (1, r"0\%", "1%"), (0.5, '0.0"%"', "0.5%"), (80, '0"%"', "80%"), (80, "0", 80), (80, '0"(%)";-0%', "8000%"),
    ],
)  # fmt: skip
def test_a_number_has_the_sign_that_its_format_shows(tmp_path: Path, value: float, form: str, shown: object) -> None:
    book = openpyxl.Workbook()
    book.worksheets[0]["A1"] = value
    book.worksheets[0]["A1"].number_format = form
    (grid,) = read(tmp_path, to_bytes(book))
    assert grid.at(0, 0) == shown


def test_a_failed_formula_in_an_old_workbook_is_named(tmp_path: Path) -> None:
    import xlwt

    book, written = xlwt.Workbook(), io.BytesIO()
    book.add_sheet("表").row(4).set_cell_error(5, "#DIV/0!")
    book.save(written)
    with pytest.raises(Unreadable, match="F5 格的公式计算出错"):
        read(tmp_path, written.getvalue())


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("<text:p>推进中</text:p>", "<text:p>#DIV/0!</text:p>", "公式计算出错（#DIV/0!）"),
        ("<text:p>推进中</text:p>", "<text:p>Err:502</text:p>", "公式计算出错（Err:502）"),
        ("<table:table-cell ", '<table:table-cell table:number-rows-spanned="3" ', "合并单元格只能读到第一格"),
    ],
)
def test_what_an_ods_file_would_lose_is_refused(tmp_path: Path, old: str, new: str, reason: str) -> None:
    with pytest.raises(Unreadable, match=re.escape(reason)):
        read(tmp_path, changed(as_workbook("ods"), content=(old, new)))


@pytest.mark.parametrize(
    ("name", "reason"), [("xl/workbook.bin", "另存为 .xlsx"), ("各单位/天津港.xlsx", "压缩包"), ("a.CSV", "压缩包")]
)
def test_an_archive_of_something_else_is_called_what_it_is(tmp_path: Path, name: str, reason: str) -> None:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as parts:
        parts.writestr(name, b"")
    with pytest.raises(Unreadable, match=reason):
        read(tmp_path, written.getvalue())


def test_a_quotation_mark_that_is_not_closed_swallows_no_row(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match="不是完好的 CSV 文件"):
        read(tmp_path, '措施编号,进展状态\nM4,"推进中\nM18,受阻\n'.encode())


def test_a_formula_with_its_result_is_its_result(tmp_path: Path) -> None:
    (grid,) = read(tmp_path, changed(as_xlsx(FORMULAS), sheet1=(r"(<f>1\+1</f>)<v ?/?>(</v>)?", r"\1<v>2</v>")))
    assert (grid.at(1, 0), grid.at(3, 2)) == (2, Formula("=A2"))


@pytest.mark.parametrize("error", ["#N/A", "#DIV/0!"])
def test_an_error_is_not_lost(tmp_path: Path, error: str) -> None:
    (grid,) = read(tmp_path, as_xlsx({"A1": "措施", "B2": error}))
    assert grid.at(1, 1) == error


def test_text_that_begins_like_a_formula_is_text(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.worksheets[0]["A1"] = "=1+1"
    book.worksheets[0]["A1"].data_type = "s"
    (grid,) = read(tmp_path, to_bytes(book))
    assert grid.rows == [["=1+1"]]


def test_sheets_stand_in_their_order_with_their_merged_cells(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.worksheets[0]["B2"] = pd.Timestamp("2024-06-30").to_pydatetime()
    second = book.create_sheet("第二张")
    second["B2"], second["A1"] = "=1", 1
    second.merge_cells("B2:C4")
    first, other = read(tmp_path, to_bytes(book))
    assert [first.name, other.name] == ["Sheet", "第二张"]
    # What is left blank before the first cell counts, so that a place is the place on the sheet.
    assert as_written(first.at(1, 1)) == "2024-06-30"
    assert other.at(1, 1) == Formula("=1")
    assert (first.merged, other.merged) == ([], [((1, 1), (3, 2))])


def test_a_grid_has_cells_wherever_they_are_asked_for() -> None:
    grid = Grid("", [["a"], []])
    assert [grid.at(0, 0), grid.at(0, 1), grid.at(1, 0), grid.at(2, 0)] == ["a", None, None, None]
    grid.put(3, 1, "b")
    grid.put(0, 1, "c")
    assert grid.rows == [["a", "c"], [], [], [None, "b"]]


@pytest.mark.parametrize(
    ("row", "column", "name"),
    [(0, 0, "A1"), (8, 25, "Z9"), (9, 26, "AA10"), (0, 51, "AZ1"), (0, 52, "BA1"), (0, 701, "ZZ1"), (0, 702, "AAA1")],
)
def test_the_name_of_a_cell(row: int, column: int, name: str) -> None:
    assert address(row, column) == name


@pytest.mark.parametrize(
    ("cell", "text", "blank"),
    [
        (None, "", True),
        ("", "", True),
        (" \n\t\u3000", " \n\t\u3000", True),
        (" 一 ", " 一 ", False),
        (0, "0", False),
        (40.0, "40", False),
        (33.3, "33.3", False),
        (1e15, "1000000000000000", False),
        (1e22, "10000000000000000000000", False),
        (float("inf"), "inf", False),
        (pd.Timestamp("2024-06-30").to_pydatetime(), "2024-06-30", False),
        (pd.Timestamp("2024-06-30 08:05").to_pydatetime(), "2024-06-30 08:05:00", False),
        (datetime.date(2024, 6, 30), "2024-06-30", False),
        (Formula("=1"), "=1", False),
    ],
)
def test_a_cell_as_its_reader_saw_it(cell: object, text: str, *, blank: bool) -> None:
    assert as_written(cell) == text
    assert is_blank(cell) is blank
