"""A returned file → the cells of its sheets, whatever kind of table it is, judged by content and not by name."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from analysis.catalogue import Message, system_reason
from analysis.extras import need
from analysis.files import decode
from analysis.grids.grid import Grid, Unreadable
from analysis.grids.left_out import (
    fill_in,
    has_formulas_or_errors,
    has_percentages,
    pin_comments,
    require_readable,
    show_percentages,
)

if TYPE_CHECKING:
    from pathlib import Path

_MOST_ROWS, _MOST_COLUMNS = 20_000, 1_000


def read_grids(file: Path) -> list[Grid]:
    """The sheets of a returned file: xlsx, xls, ods, or text with commas, tabs or semicolons between the cells.

    Returns
    -------
    list of Grid
        One a sheet, in the order of the file; one alone for text.

    Raises
    ------
    Unreadable
        When it has a password, is damaged, or is no table.
    """
    try:
        content = file.read_bytes()
    except OSError as failed:
        raise Unreadable(Message("the file cannot be opened: {reason}", reason=system_reason(failed))) from failed
    return grids_of(content)


def grids_of(content: bytes) -> list[Grid]:
    """The sheets in the content of a file, as `read_grids` has them."""
    if not content.strip():
        raise Unreadable(Message("the file is empty: send it again"))
    if content.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        return _read_workbook(content)
    return _read_text(content)


def _read_workbook(content: bytes) -> list[Grid]:
    need("forms", "openpyxl", "python_calamine")
    import python_calamine as calamine

    if b"E\x00n\x00c\x00r\x00y\x00p\x00t\x00e\x00d\x00P\x00a\x00c\x00k" in content:
        raise Unreadable(Message("the file has a password: take it off and send it again"))
    require_readable(content)
    try:
        book = calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
        grids = []
        for about in book.sheets_metadata:
            name = about.name
            if about.typ is not calamine.SheetTypeEnum.WorkSheet:
                continue
            sheet = book.get_sheet_by_name(name)
            _require_size(name, sheet.total_height, sheet.total_width)
            rows = [[None if cell == "" else cell for cell in row] for row in sheet.to_python(skip_empty_area=False)]
            is_hidden = about.visible is not calamine.SheetVisibleEnum.Visible
            grids.append(Grid(name, rows, list(sheet.merged_cell_ranges or ()), is_hidden))
    except Unreadable:
        raise
    except calamine.PasswordError as locked:
        raise Unreadable(Message("the file has a password: take it off and send it again")) from locked
    except Exception as failed:
        raise Unreadable(
            Message("the file is damaged, or no table: save it as {kind} and send it again", kind=".xlsx")
        ) from failed
    if content.startswith(b"PK"):
        if has_formulas_or_errors(content):
            fill_in(grids, content)
        if has_percentages(content):
            show_percentages(grids, content)
        pin_comments(grids, content)
    return grids


def _require_size(name: str, rows: int, columns: int) -> None:
    if rows > _MOST_ROWS or columns > _MOST_COLUMNS:
        raise Unreadable(
            Message(
                "sheet “{sheet}” has {rows} rows and {columns} columns, more than could be read ({most_rows}, "
                "{most_columns}): delete what stands outside of the table, and send it again",
                sheet=name,
                rows=rows,
                columns=columns,
                most_rows=_MOST_ROWS,
                most_columns=_MOST_COLUMNS,
            )
        )


def _read_text(content: bytes) -> list[Grid]:
    try:
        text, _ = decode(content)
    except ValueError as failed:
        raise Unreadable(
            Message("this is no table, or in no known encoding: save it as {kind} and send it again", kind=".xlsx")
        ) from failed
    if "\x00" in text:
        raise Unreadable(Message("this is no table, or damaged: save it as {kind} and send it again", kind=".xlsx"))
    first_lines = text[:5000]
    delimiter = max(",\t;", key=first_lines.count)
    try:
        rows = []
        for row in csv.reader(io.StringIO(text), delimiter=delimiter, strict=True):
            rows.append([cell or None for cell in row])
            _require_size("", len(rows), len(row))
    except csv.Error as failed:
        if "field larger" in str(failed):
            long = Message(
                "a cell holds more characters than any spreadsheet has room for: shorten it, and send it again"
            )
            raise Unreadable(long) from failed
        raise Unreadable(
            Message("this is no whole CSV file: save it as {kind} and send it again", kind=".xlsx")
        ) from failed
    return [Grid("", rows)]
