"""How a sheet of ours is written: text that stays text, room for it, paper, and a file that holds no clock."""

from __future__ import annotations

import io
import math
from typing import TYPE_CHECKING, Any

from analysis.files import settled
from analysis.forms import layout
from analysis.forms.layout import HIDDEN_SHEET

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

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


def write_title(
    sheet: Worksheet,
    title: str,
    labels: Mapping[str, tuple[int, Any]],
    *,
    last: int,
    names: Mapping[str, str] | None = None,
) -> None:
    """The head of a form: its title, then what it says of itself.

    Parameters
    ----------
    sheet : openpyxl worksheet
    title : str
    labels : mapping
        Key of `analysis.forms.layout.LABELS` → the column of the label, and what stands beside it: text, day or None.
    last : int
        The last column of the form.
    names : mapping, optional
        What labels are called where it is not as in `analysis.forms.layout.LABELS`.
    """
    from openpyxl.styles import Alignment, Font

    put_text(sheet.cell(1, 1), title)
    sheet.merge_cells(start_row=1, start_column=1, end_row=1, end_column=last)
    sheet.cell(1, 1).font = Font(name="宋体", size=16)
    sheet.cell(1, 1).alignment = Alignment(horizontal="center", vertical="center")
    sheet.row_dimensions[1].height = 30
    for key, (column, value) in labels.items():
        label, cell = sheet.cell(2, column), sheet.cell(2, column + 1)
        put_text(label, (names or {}).get(key, layout.LABELS[key]))
        label.alignment = Alignment(horizontal="right", vertical="center", wrap_text=True)
        if isinstance(value, str):
            put_text(cell, value)
        elif value is not None:
            cell.value = value.to_pydatetime()
        if not isinstance(value, str):
            cell.number_format = "yyyy-mm-dd"
        cell.alignment = Alignment(horizontal="left", vertical="center", wrap_text=True)
    unlock(sheet[layout.REPORTED_AT])
    sheet.merge_cells(start_row=2, start_column=labels["form_id"][0] + 1, end_row=2, end_column=last)
    sheet.row_dimensions[2].height = 32


def write_note(sheet: Worksheet, row: int, text: str, *, column: int = 1) -> None:
    """A line of ours between what is filled in."""
    from openpyxl.styles import Font

    put_text(sheet.cell(row, column), text)
    sheet.cell(row, column).font = Font(name="宋体", size=10, color="595959")


def write_header(sheet: Worksheet, row: int, heads: Sequence[str]) -> None:
    """The header of a table."""
    from openpyxl.styles import Alignment, Font, PatternFill

    for column, head in enumerate(heads, start=1):
        cell = sheet.cell(row, column, head)
        cell.font = Font(name="宋体", size=11, bold=True)
        cell.fill = PatternFill("solid", fgColor="D9E2EC")
        cell.alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)
        cell.border = _border()
    sheet.row_dimensions[row].height = 30


def fill_row(sheet: Worksheet, row: int, values: Sequence[Any], *, widths: Sequence[int]) -> None:
    """A row of a table, as high as the longest of its texts needs."""
    from openpyxl.styles import Alignment, Font

    for column, value in enumerate(values, start=1):
        cell = sheet.cell(row, column)
        if isinstance(value, str):
            put_text(cell, value)
        elif value is not None:
            cell.value = value
        cell.font = Font(name="宋体", size=10)
        cell.alignment = Alignment(vertical="top", wrap_text=True)
        cell.border = _border()
    written = [str(cell.value or "") for cell in sheet[row]]
    sheet.row_dimensions[row].height = height_of(written, widths)


def height_of(texts: Sequence[str], widths: Sequence[int]) -> float:
    """How high, in points, a row must be for the texts in its cells; a spreadsheet allows 409 at most."""
    return min(13.5 * max(map(lines_of, texts, widths)) + 4, 405)


def lines_of(text: str, width: int) -> int:
    """How many lines a text takes in a column of `width` digits: a Chinese character is as wide as two."""
    widths = [sum(2 if ord(char) > 0x2E7F else 1 for char in line) for line in text.split("\n")]
    return sum(max(math.ceil(wide / (width - 1)), 1) for wide in widths)


def offer(sheet: Worksheet, words: Sequence[str], cells: Iterable[str], *, title: str) -> None:
    """Let each of some cells be chosen from a list, and nothing else; from none where the words make no list."""
    from openpyxl.worksheet.datavalidation import DataValidation

    formula = ",".join(words)
    # A spreadsheet parts the words of a list at commas, and takes no list that is longer.
    if len(formula) > 250 or any("," in word for word in words):
        return
    rule = DataValidation("list", formula1=f'"{formula}"', allow_blank=True, errorStyle="stop")
    explain(rule, title, f"请从列表中选：{'、'.join(words)}")
    for cell in cells:
        rule.add(cell)
    sheet.add_data_validation(rule)


def explain(rule: Any, title: str, text: str) -> None:
    """What is shown beside a cell to fill in, and when something else is typed into it."""
    # A spreadsheet shows so much and no more, and takes a file with more for a damaged one.
    rule.errorTitle = rule.promptTitle = title[:32]
    rule.error = rule.prompt = text[:255]
    rule.showErrorMessage = rule.showInputMessage = True


def ranges(letter: str, rows: Iterable[int]) -> list[str]:
    """The cells of a column as ranges without a gap."""
    found: list[list[int]] = []
    for row in sorted(rows):
        if found and found[-1][1] == row - 1:
            found[-1][1] = row
        else:
            found.append([row, row])
    return [f"{letter}{first}:{letter}{last}" for first, last in found]


def set_widths(sheet: Worksheet, widths: Sequence[int]) -> None:
    """The widths of the columns, and the lock of all that is not to be filled in."""
    from openpyxl.utils import get_column_letter

    for column, width in enumerate(widths, start=1):
        sheet.column_dimensions[get_column_letter(column)].width = width
    sheet.protection.sheet = True
    sheet.protection.formatColumns = sheet.protection.formatRows = False


def fit_page(sheet: Worksheet, *, landscape: bool = False) -> None:
    """Print a sheet on A4, as wide as the page; on its side with small margins and numbered pages."""
    from openpyxl.worksheet.properties import PageSetupProperties

    sheet.page_setup.paperSize = 9
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    if landscape:
        sheet.page_setup.orientation = "landscape"
        sheet.page_margins.left = sheet.page_margins.right = 0.4
        sheet.page_margins.top = sheet.page_margins.bottom = 0.5
        footer = sheet.oddFooter
        assert footer is not None
        assert footer.center is not None
        footer.center.text = "第 &P 页，共 &N 页"


def write_help(book: Workbook, lines: Sequence[str]) -> None:
    """How to fill in a form, on a sheet of its own."""
    from openpyxl.styles import Alignment, Font

    sheet = book.create_sheet(layout.HELP_SHEET)
    sheet.column_dimensions["A"].width = 68
    sheet.cell(1, 1, layout.HELP_SHEET).font = Font(name="宋体", size=14, bold=True)
    for row, text in enumerate(lines, start=2):
        cell = sheet.cell(row, 1, text)
        cell.font = Font(name="宋体", size=11)
        cell.alignment = Alignment(wrap_text=True, vertical="top")
        sheet.row_dimensions[row].height = 16 * lines_of(text, 64) + 4
    sheet.protection.sheet = True
    fit_page(sheet)


def write_hidden(book: Workbook, identity: Mapping[str, str]) -> None:
    """Write what identifies a form on its hidden sheet, in place of what stood there."""
    if HIDDEN_SHEET in book.sheetnames:
        book.remove(book[HIDDEN_SHEET])
    sheet = book.create_sheet(HIDDEN_SHEET)
    for name, text in identity.items():
        sheet.append([name, text])
    sheet.sheet_state = "hidden"
    sheet.protection.sheet = True


def unlock(cell: Any) -> None:
    """Make a cell one to fill in: open, yellow and framed."""
    from openpyxl.styles import PatternFill, Protection

    cell.protection = Protection(locked=False)
    cell.fill = PatternFill("solid", fgColor="FFF9DB")
    cell.border = _border()


def to_bytes(book: Workbook, day: pd.Timestamp) -> bytes:
    """A workbook as an .xlsx file that holds no clock: `day` stands for when it was written."""
    written = io.BytesIO()
    book.save(written)

    def rewritten(name: str, content: bytes) -> bytes:
        # A height is a first guess: without this mark a row still grows with what is typed into it.
        return content.replace(b' customHeight="1"', b"") if name.startswith("xl/worksheets/") else content

    return settled(written.getvalue(), day, rewritten)


def _border() -> Any:
    from openpyxl.styles import Border, Side

    line = Side(style="thin", color="A6A6A6")
    return Border(left=line, right=line, top=line, bottom=line)
