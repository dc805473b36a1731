"""What the reader of workbooks leaves out: formulas that failed or have no result, what a format makes of a number.

Such cells read as blank, or as another number than is seen, so they are looked for in the file itself.
"""

from __future__ import annotations

import io
import re
import zipfile
from typing import TYPE_CHECKING

from analysis.catalogue import Message
from analysis.grids.grid import Formula, Grid, Unreadable, address, as_written, is_blank

if TYPE_CHECKING:
    from collections.abc import Iterator

_MOST_BYTES = 200_000_000
"""What a workbook may take unpacked; a form takes a thousandth of it."""
_FORMULA_OR_ERROR = re.compile(rb"""<(?:\w+:)?f[ />]|\bt=["']e["']""")
# A cell of .xls: a formula whose result is an error, or an error alone; row and column, then its code.
_FAILED_IN_XLS = re.compile(
    rb"\x06\x00..(..)(..)..\x02.[\x00\x07\x0f\x17\x1d\x24\x2a]...\xff\xff|"
    rb"\x05\x02\x08\x00(..)(..)..[\x00\x07\x0f\x17\x1d\x24\x2a]\x01",
    re.S,
)
_FAILED_IN_ODS = re.compile(
    rb"<text:p>(#(?:N/A|REF!|VALUE!|DIV/0!|NAME\?|NUM!|NULL!)|Err:\d+)</text:p>|value-type=\"(error)\""
)
_MERGED_IN_ODS = re.compile(rb'number-rows-spanned="(?!1")\d+"')
_TABLES = (".xlsx", ".xlsm", ".xls", ".et", ".ods", ".csv")


def require_readable(content: bytes) -> None:
    """See to it that a workbook is of a kind of which all can be read that is seen.

    Raises
    ------
    Unreadable
        When something in it would read as blank, or it is an archive of files.
    """
    if not content.startswith(b"PK"):
        if failed := _FAILED_IN_XLS.search(content):
            row, column = (int.from_bytes(place, "little") for place in failed.groups() if place is not None)
            raise Unreadable(
                Message("the formula in cell {cell} has failed: fill in the result itself", cell=address(row, column))
            )
        return
    names, said = _parts_of(content)
    if "xl/workbook.bin" in names:
        raise Unreadable(Message("of this kind of file not all can be read: save it as {kind}", kind=".xlsx"))
    if "[Content_Types].xml" not in names and any(name.lower().endswith(_TABLES) for name in names):
        raise Unreadable(Message("it is an archive of files: unpack it, and put the files themselves here"))
    if failed := _FAILED_IN_ODS.search(said):
        error = (failed[1] or failed[2]).decode()
        raise Unreadable(Message("a formula in it has failed ({error}): fill in the result itself", error=error))
    if _MERGED_IN_ODS.search(said):
        raise Unreadable(
            Message("of merged cells in this kind of file only the first is read: save it as {kind}", kind=".xlsx")
        )


def _parts_of(content: bytes) -> tuple[list[str], bytes]:
    """The names of an archive's parts, and what is in that which holds the cells of an .ods file."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            if sum(part.file_size for part in parts.infolist()) > _MOST_BYTES:
                raise Unreadable(Message("the file is too large: send the form alone"))
            names = parts.namelist()
            return names, parts.read("content.xml") if "content.xml" in names else b""
    except Unreadable:
        raise
    except Exception as failed:
        raise Unreadable(Message("the file is damaged: save it as {kind} and send it again", kind=".xlsx")) from failed


def has_percentages(content: bytes) -> bool:
    """Whether the cells of a workbook have a format that shows a sign of per cent."""
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        styles = b"".join(parts.read(name) for name in parts.namelist() if name.lower().endswith("styles.xml"))
    own = re.findall(rb"""\bnumFmtId=["'](\d+)["'][^>]*?\bformatCode=(?:"[^"]*%|'[^']*%)""", styles)
    own += re.findall(rb"""\bformatCode=(?:"[^"]*%[^"]*"|'[^']*%[^']*')[^>]*?\bnumFmtId=["'](\d+)""", styles)
    cells = re.search(rb"<(?:\w+:)?cellXfs.*?</(?:\w+:)?cellXfs>", styles, re.S)
    used = re.findall(rb"""\bnumFmtId=["'](\d+)["']""", cells[0] if cells else b"")
    return not {b"9", b"10", *own}.isdisjoint(used)


def show_percentages(grids: list[Grid], content: bytes) -> None:
    """Put ``"80%"`` where a cell holds 0.8 and shows that: a cell means what its format says."""
    import openpyxl

    try:
        book = openpyxl.load_workbook(io.BytesIO(content), data_only=True)
        sheets = [(grid, book[grid.name]) for grid in grids]
    except Exception as failed:
        raise Unreadable(
            Message("the formats of its cells cannot be read: save it as {kind} and send it again", kind=".xlsx")
        ) from failed
    for grid, sheet in sheets:
        for row, cells in enumerate(grid.rows):
            for column, cell in enumerate(cells):
                if isinstance(cell, int | float) and not isinstance(cell, bool):
                    shown = _shown(float(cell), str(sheet.cell(row + 1, column + 1).number_format))
                    grid.put(row, column, cell if shown is None else shown)


def _shown(number: float, form: str) -> str | None:
    """A number with the sign of per cent that its format shows; None where it shows none.

    A sign of the format's own makes hundredths of the number; one in quotation marks is a word behind it.
    """
    if "%" not in form:
        return None
    is_of_hundredths = "%" in re.sub(r'"[^"]*"|\\.|_.|\*.|\[[^\]]*\]', "", form)
    return f"{as_written(round(number * 100, 8) if is_of_hundredths else number)}%"


def has_formulas_or_errors(content: bytes) -> bool:
    """Whether a workbook has cells that read as blank and are not."""
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        return any(_FORMULA_OR_ERROR.search(parts.read(name)) for name in _xml_of(parts))


def pin_comments(grids: list[Grid], content: bytes) -> None:
    """Put what is pinned to the cells of a workbook beside them."""
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        if not any("comment" in name.lower() for name in parts.namelist()):
            return
    import openpyxl

    try:
        book = openpyxl.load_workbook(io.BytesIO(content))
    except Exception as failed:
        raise Unreadable(
            Message("its comments cannot be read: take them off, save it as {kind} and send it again", kind=".xlsx")
        ) from failed
    for grid in grids:
        for row in book[grid.name].iter_rows() if grid.name in book.sheetnames else ():
            for cell in row:
                if cell.comment:
                    grid.comments.append((cell.coordinate, cell.comment.author or "", cell.comment.text))


def _xml_of(parts: zipfile.ZipFile) -> Iterator[str]:
    # Sheets go by many names; how they are called stands nowhere but in the relations of the book.
    return (name for name in parts.namelist() if name.lower().endswith(".xml"))


def fill_in(grids: list[Grid], content: bytes) -> None:
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
