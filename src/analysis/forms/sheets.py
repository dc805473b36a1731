"""How a sheet of ours is written: text that stays text, room for it, paper, and a file that holds no clock."""

from __future__ import annotations

import io
import math
import re
import zipfile
from typing import TYPE_CHECKING, Any

from analysis.forms.layout import HIDDEN_SHEET

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd
    from openpyxl import Workbook
    from openpyxl.styles import Font
    from openpyxl.worksheet.worksheet import Worksheet


def put_text(cell: Any, text: str) -> None:
    """Write a text so that no spreadsheet takes it for a formula, neither on opening nor when the cell is edited."""
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    # Control characters cannot be written into a workbook at all.
    writable = ILLEGAL_CHARACTERS_RE.sub("", text)
    cell.value = writable
    cell.data_type = "s"
    cell.quotePrefix = writable.startswith(("=", "+", "-", "@"))


def write_line(sheet: Worksheet, texts: Sequence[str], *, widths: Sequence[int] = (), font: Font | None = None) -> None:
    """Add a row of texts below what a sheet holds, a blank one when there are none.

    Parameters
    ----------
    sheet : openpyxl worksheet
    texts : sequence of str
    widths : sequence of int, optional
        Of the columns, where the texts are to be wrapped; the row is as high as the longest of them needs.
    font : openpyxl font, optional
    """
    from openpyxl.styles import Alignment, Font

    row = sheet.max_row + 1 if sheet.max_row > 1 or sheet.cell(1, 1).value else 1
    for column, text in enumerate(texts or [""], start=1):
        cell = sheet.cell(row, column)
        put_text(cell, text)
        cell.font = font or Font(name="宋体", size=10)
        cell.alignment = Alignment(vertical="top", wrap_text=bool(widths))
    if widths:
        sheet.row_dimensions[row].height = height_of(texts, widths)


def height_of(texts: Sequence[str], widths: Sequence[int]) -> float:
    """How high, in points, a row must be for the texts in its cells; a spreadsheet allows 409 at most."""
    return min(13.5 * max(map(lines_of, texts, widths)) + 4, 405)


def lines_of(text: str, width: int) -> int:
    """How many lines a text takes in a column of `width` digits: a Chinese character is as wide as two."""
    widths = [sum(2 if ord(char) > 0x2E7F else 1 for char in line) for line in text.split("\n")]
    return sum(max(math.ceil(wide / (width - 1)), 1) for wide in widths)


def fit_page(sheet: Worksheet) -> None:
    """Print a sheet on A4, as wide as the page."""
    from openpyxl.worksheet.properties import PageSetupProperties

    sheet.page_setup.paperSize = 9
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)


def write_hidden(book: Workbook, identity: Mapping[str, str]) -> None:
    """Write what identifies a form on its hidden sheet, in place of what stood there."""
    if HIDDEN_SHEET in book.sheetnames:
        book.remove(book[HIDDEN_SHEET])
    sheet = book.create_sheet(HIDDEN_SHEET)
    for name, text in identity.items():
        sheet.append([name, text])
    sheet.sheet_state = "hidden"
    sheet.protection.sheet = True


def to_bytes(book: Workbook, day: pd.Timestamp) -> bytes:
    """A workbook as an .xlsx file that holds no clock: `day` stands for when it was written."""
    written, settled = io.BytesIO(), io.BytesIO()
    book.save(written)
    stamp = f"{day:%Y-%m-%dT00:00:00Z}"
    with zipfile.ZipFile(written) as parts, zipfile.ZipFile(settled, "w", zipfile.ZIP_DEFLATED) as kept:
        for name in parts.namelist():
            content = parts.read(name)
            if name == "docProps/core.xml":
                dates = rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*"
                content = re.sub(dates, rb"\g<1>" + stamp.encode("ascii"), content)
            # A height is a first guess: without this mark a row still grows with what is typed into it.
            if name.startswith("xl/worksheets/"):
                content = content.replace(b' customHeight="1"', b"")
            kept.writestr(zipfile.ZipInfo(name, (day.year, day.month, day.day, 0, 0, 0)), content, zipfile.ZIP_DEFLATED)
    return settled.getvalue()
