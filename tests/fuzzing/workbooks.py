"""What happens to a workbook: to its cells, rows, columns and sheets in a spreadsheet, to its parts elsewhere."""

from __future__ import annotations

import datetime
import io
import re
import zipfile
from typing import TYPE_CHECKING, Any

import openpyxl

from analysis.forms.layout import HEADS
from tests.fuzzing.damage import spoil_bytes, text

if TYPE_CHECKING:
    import random
    from collections.abc import Callable

    from openpyxl.worksheet.worksheet import Worksheet

_FORMATS = ("General", "0%", "0.00%", "@", "yyyy-mm-dd", "0.00E+00", ";;;", '0"%"', "[$-804]yyyy年m月d日", "0,,", "?/?")
_ERRORS = ("#REF!", "#DIV/0!", "#N/A", "#VALUE!", "#NAME?")


def spoil_workbook(content: bytes, draw: random.Random) -> bytes:
    """Do one thing wrong to a workbook, as a person does it."""
    try:
        book = openpyxl.load_workbook(io.BytesIO(content))
        sheet = book.worksheets[draw.choice([0] * 8 + [*range(len(book.worksheets))])]
        if draw.random() < 0.8:
            _spoil_cells(sheet, draw)
        else:
            _spoil_sheets(book, sheet, draw)
        written = io.BytesIO()
        book.save(written)
    except Exception:
        # Not everything can be written, and not everything that was damaged before can be read.
        return spoil_parts(content, draw)
    return written.getvalue()


def _value(draw: random.Random) -> Any:
    number = draw.choice([0, 1, 0.8, 80, 100, 101, -1, 45473, 1e15, 1e300, 0.1 + 0.2, 2**63])
    day = datetime.date.fromisoformat(draw.choice(["2024-06-30", "1900-01-01", "9999-12-31"]))
    odd = draw.choice([True, False, datetime.time(7, 30), datetime.timedelta(3), "=1/0", '="推进中"', "=A1", None])
    return draw.choice([text(draw), text(draw), number, day, odd, draw.choice(_ERRORS)])


def _spoil_cells(sheet: Worksheet, draw: random.Random) -> None:
    rows, columns = sheet.max_row, max(sheet.max_column, 12)
    row, other = draw.randrange(1, rows + 3), draw.randrange(1, rows + 3)
    column, beside = draw.randrange(1, columns + 2), draw.randrange(1, columns + 2)
    cell: Any = sheet.cell(row, column)

    def put(value: Any) -> None:
        cell.value = value

    def swap(one: tuple[int, int], two: tuple[int, int]) -> None:
        first, second = sheet.cell(*one), sheet.cell(*two)
        first.value, second.value = second.value, first.value

    def swap_rows(first: int, last: int) -> None:
        for number in range(first, last + 1):
            swap((row, number), (other, number))

    def double_row() -> None:
        for number in range(1, columns + 1):
            sheet.cell(rows + 1, number).value = sheet.cell(row, number).value

    if draw.random() < 0.3:
        for area in list(sheet.merged_cells.ranges):
            sheet.unmerge_cells(str(area))
    ways: list[Callable[[], object]] = [
        *[lambda: put(_value(draw))] * 6,
        *[lambda: setattr(cell, "number_format", draw.choice(_FORMATS))] * 2,
        lambda: put(f"{cell.value}{text(draw)}"),
        lambda: put(sheet.cell(other, beside).value),
        lambda: swap((row, column), (other, column)),
        lambda: swap((row, column), (row, beside)),
        lambda: swap_rows(1, columns),
        lambda: swap_rows(min(column, beside), max(column, beside)),
        double_row,
        lambda: sheet.delete_rows(row),
        lambda: sheet.insert_rows(row, draw.randrange(1, 4)),
        lambda: sheet.delete_cols(column),
        lambda: sheet.insert_cols(column),
        lambda: [swap((number, column), (number, beside)) for number in range(4, rows + 1)],
        lambda: sheet.cell(4, column, draw.choice([*HEADS.values(), text(draw), None])),
        lambda: sheet.merge_cells(None, min(row, other), column, max(row, other), column),
        lambda: sheet.merge_cells(None, row, min(column, beside), row, max(column, beside)),
        lambda: setattr(sheet.row_dimensions[row], "hidden", True),
        lambda: setattr(sheet.column_dimensions["ABCDEFGHIJKL"[column % 12]], "hidden", True),
        lambda: sheet.cell(draw.choice([20_000, 1_048_576]), draw.choice([1, 16_384]), "远"),
    ]
    draw.choice(ways)()


def _spoil_sheets(book: openpyxl.Workbook, sheet: Worksheet, draw: random.Random) -> None:
    ways: list[Callable[[], object]] = [
        lambda: setattr(sheet, "title", re.sub(r"[\\*?:/\[\]]", "", text(draw))[:31] or "表"),
        lambda: setattr(sheet, "sheet_state", draw.choice(["hidden", "veryHidden", "visible"])),
        lambda: book.copy_worksheet(sheet),
        lambda: book.move_sheet(sheet, draw.choice([-2, -1, 1, 2])),
        lambda: book.remove(sheet),
        lambda: book.create_sheet(index=0),
        lambda: book.create_sheet("说明").append([text(draw), *HEADS.values()]),
        lambda: setattr(sheet, "sheet_state", "hidden"),
        lambda: setattr(book, "active", len(book.worksheets) - 1),
    ]
    draw.choice(ways)()


def spoil_parts(content: bytes, draw: random.Random) -> bytes:
    """Do one thing wrong to the parts that a workbook is zipped of, or to the whole of it."""
    if draw.random() < 0.25:
        return spoil_bytes(content, draw)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = [(entry.filename, archive.read(entry)) for entry in archive.infolist()]
    except Exception:
        return spoil_bytes(content, draw)
    if not parts:
        return spoil_bytes(content, draw)
    at = draw.randrange(len(parts))
    name, part = parts[at]
    way = draw.randrange(8)
    if way == 0:
        del parts[at]
    elif way == 1:
        parts.append((name, draw.choice(parts)[1]))
    elif way == 2:
        parts[at] = (draw.choice(["../../evil.xml", "/etc/evil", name.upper(), name + "/", "x\x00y", "字.xml"]), part)
    elif way == 3:
        parts[at] = (name, spoil_bytes(part, draw))
    else:
        parts[at] = (name, _spoil_xml(part.decode("utf-8", "replace"), draw).encode("utf-8", "replace"))
    written = io.BytesIO()
    packing = draw.choice([zipfile.ZIP_DEFLATED] * 4 + [zipfile.ZIP_STORED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
    with zipfile.ZipFile(written, "w", packing) as archive:
        for name, part in parts:
            archive.writestr(name, part)
    return written.getvalue()


def _spoil_xml(xml: str, draw: random.Random) -> str:
    """An element, attribute or text dropped, doubled, moved or replaced."""
    pieces = re.split(r"(<[^>]*>)", xml)
    at = draw.randrange(len(pieces))
    other = draw.randrange(len(pieces))
    huge = draw.choice(["9" * 30, "A" * 100_000, "-1", "4294967296", "1e999", "NaN", "&e;", "&#0;", "&#x1F600;"])
    if draw.random() < 0.1:
        return xml.replace("?>", f'?><!DOCTYPE x [<!ENTITY e "{"e" * 50_000}"><!ENTITY f SYSTEM "/etc/passwd">]>', 1)
    if draw.random() < 0.3:
        values = [*re.finditer(r'"([^"]*)"', xml)] or [None]
        found = draw.choice(values)
        if found:
            instead = draw.choice([huge, "", re.sub('[<>&"]', "", text(draw)), draw.choice(values)[1]])  # type: ignore[index]
            return f'{xml[: found.start()]}"{instead}"{xml[found.end() :]}'
    ways: list[Callable[[], object]] = [
        lambda: pieces.pop(at),
        lambda: pieces.insert(other, pieces[at]),
        lambda: pieces.insert(other, pieces.pop(at)),
        lambda: pieces.__setitem__(at, text(draw)),
        lambda: pieces.__setitem__(at, huge),
        lambda: pieces.insert(at, "<x>" * draw.choice([1, 2_000])),
        lambda: pieces.insert(at, pieces[other] * 3_000),
    ]
    draw.choice(ways)()
    return "".join(pieces)
