"""A returned file → the cells of its sheets, whatever kind of table it is, judged by content and not by name."""

from __future__ import annotations

import csv
import datetime
import io
import math
import re
import zipfile
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from analysis.catalogue import Message, system_reason
from analysis.extras import need
from analysis.files import decode

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["Formula", "Grid", "Unreadable", "address", "as_written", "grids_of", "is_blank", "read_grids"]

_MOST_BYTES = 200_000_000
"""What a workbook may take unpacked; a form takes a thousandth of it."""
_MOST_ROWS, _MOST_COLUMNS = 20_000, 1_000


class Unreadable(ValueError):
    """A file that cannot be read as a table; says why in a `Message`."""


@dataclass(frozen=True)
class Formula:
    """A formula whose result the file does not hold."""

    text: str

    def __str__(self) -> str:
        """The formula, as a spreadsheet shows it."""
        return self.text


@dataclass
class Grid:
    """The cells of one sheet.

    Attributes
    ----------
    name : str
        Of the sheet; ``""`` for a text file.
    rows : list of list
        Cells from the first row and column on: text, numbers, dates, `Formula`, None; errors as text, ``"#N/A"``.
    is_hidden : bool
        Whether nobody sees it who opens the file.
    merged : list
        Ranges of merged cells as ((row, column), (row, column)), from 0.
    """

    name: str
    rows: list[list[Any]]
    merged: list[tuple[tuple[int, int], tuple[int, int]]] = field(default_factory=list)
    is_hidden: bool = False

    def at(self, row: int, column: int) -> Any:
        """A cell, counted from 0; None outside."""
        return self.rows[row][column] if row < len(self.rows) and column < len(self.rows[row]) else None

    def put(self, row: int, column: int, cell: Any) -> None:
        """Write a cell, counted from 0, wherever it is."""
        self.rows.extend([] for _ in range(row + 1 - len(self.rows)))
        cells = self.rows[row]
        cells.extend([None] * (column + 1 - len(cells)))
        cells[column] = cell


def address(row: int, column: int) -> str:
    """A cell's name in a spreadsheet, from its place counted from 0."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return f"{letters}{row + 1}"


def as_written(cell: Any) -> str:
    """A cell as text, as its reader saw it."""
    if cell is None:
        return ""
    if isinstance(cell, datetime.datetime) and cell.time() == datetime.time():
        cell = cell.date()
    if isinstance(cell, float) and math.isfinite(cell):
        return repr(float(cell)).removesuffix(".0") if abs(cell) < 1e15 else f"{cell:.0f}"
    return str(cell)


def is_blank(cell: Any) -> bool:
    """Whether a cell holds nothing that can be seen."""
    return cell is None or (isinstance(cell, str) and not cell.strip())


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
    is_incomplete = content.startswith(b"PK") and _has_formulas_or_errors(content)
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
    if is_incomplete:
        _fill_in(grids, content)
    if content.startswith(b"PK") and _has_percentages(content):
        _show_percentages(grids, content)
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


def _has_percentages(content: bytes) -> bool:
    """Whether the cells of a workbook have a format that shows hundredths."""
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        styles = parts.read("xl/styles.xml") if "xl/styles.xml" in parts.namelist() else b""
    own = re.findall(rb'<numFmt\b[^>]*?numFmtId="(\d+)"[^>]*?formatCode="[^"]*%', styles)
    own += re.findall(rb'<numFmt\b[^>]*?formatCode="[^"]*%[^"]*"[^>]*?numFmtId="(\d+)"', styles)
    used = re.findall(rb'<xf\b[^>]*?numFmtId="(\d+)"', (re.search(rb"<cellXfs.*?</cellXfs>", styles, re.S) or [b""])[0])
    return not {b"9", b"10", *own}.isdisjoint(used)


def _show_percentages(grids: list[Grid], content: bytes) -> None:
    """Put ``"80%"`` where a cell holds 0.8 and shows that: a cell means what its format says."""
    import openpyxl

    book = openpyxl.load_workbook(io.BytesIO(content), data_only=True)
    for grid in grids:
        for row, cells in enumerate(grid.rows):
            for column, cell in enumerate(cells):
                is_number = isinstance(cell, int | float) and not isinstance(cell, bool)
                if is_number and "%" in str(book[grid.name].cell(row + 1, column + 1).number_format):
                    grid.put(row, column, f"{as_written(round(float(cell) * 100, 8))}%")


def _has_formulas_or_errors(content: bytes) -> bool:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            if sum(part.file_size for part in parts.infolist()) > _MOST_BYTES:
                raise Unreadable(Message("the file is too large: send the form alone"))
            sheets = [part for part in parts.namelist() if part.startswith("xl/worksheets/sheet")]
            return any(re.search(rb'<f[ >]|\bt="e"', parts.read(part)) for part in sheets)
    except Unreadable:
        raise
    except Exception as failed:
        raise Unreadable(Message("the file is damaged: save it as {kind} and send it again", kind=".xlsx")) from failed


def _fill_in(grids: list[Grid], content: bytes) -> None:
    """Put a `Formula` where a formula has no stored result, and errors as text: such cells otherwise read as empty."""
    import openpyxl

    try:
        book = openpyxl.load_workbook(io.BytesIO(content), data_only=False)
    except Exception as failed:
        raise Unreadable(
            Message(
                "it holds formulas that cannot be followed: paste them as values, save it as {kind} and send it again",
                kind=".xlsx",
            )
        ) from failed
    for grid in grids:
        if grid.name not in book.sheetnames:
            continue
        for row, cells in enumerate(book[grid.name].iter_rows(min_row=1, min_col=1)):
            for column, cell in enumerate(cells):
                if cell.data_type in ("e", "f") and is_blank(grid.at(row, column)):
                    text = str(cell.value)
                    grid.put(row, column, Formula(text) if cell.data_type == "f" else text)


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
        for row in csv.reader(io.StringIO(text), delimiter=delimiter):
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
