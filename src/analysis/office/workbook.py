"""A page as a workbook: a cover, notes, and one marked table a sheet.

Laid out so that it can be heard as well as seen: one table a sheet under one line that says what it is, no merged cells
and no blank rows, headings that stay, names that tell sheets apart, numbers as numbers and days as days.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.table import Table, TableStyleInfo

from analysis.catalogue import tag_of
from analysis.forms.sheets import fit_page, height_of, put_text, to_bytes
from analysis.office.wording import key_figure, mark

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import pandas as pd
    from openpyxl.worksheet.worksheet import Worksheet

    from analysis.language import Language
    from analysis.opening import Chrome

    Shown = Sequence[Mapping[str, Any]]

_FACES = {"zh": "宋体"}
_LONGEST_NAME, _LONGEST_CELL, _WIDEST = 31, 32_000, 44
_FORBIDDEN = re.compile(r"[\[\]:*?/\\\x00-\x1f]")
_READ_WIDTH, _COVER_WIDTH = 96, 66


@dataclass(frozen=True)
class _Sheet:
    """A table of the page, and what stands around it there."""

    name: str
    caption: str
    told: str
    cells: Mapping[str, Any]


def workbook(shown: Shown, around: Chrome, say: Language, *, day: pd.Timestamp) -> bytes:
    """The workbook of a page.

    Parameters
    ----------
    shown : sequence of mappings
        From `analysis.page.Executed.shown`.
    around : analysis.opening.Chrome
    say : analysis.language.Language
    day : pandas.Timestamp
        Stands for when the workbook was written.
    """
    (words,) = (one["words"] for one in shown if one["fragment"] == "opening")
    book = Workbook()
    book.properties.creator = "portplan"
    book.properties.title = f"{words['title']} · {words['plan']}"
    book.properties.subject = " · ".join(filter(None, [*words["dates"], mark(say)]))
    book.properties.language = tag_of(say.lang)
    cover, notes = book.worksheets[0], book.create_sheet(say("Notes"))
    cover.title = say("Cover")
    sheets = _sheets(shown, taken=[cover.title, notes.title])
    writer = _Writer(say, words)
    writer.cover(cover, sheets)
    writer.table(
        notes,
        _marked(notes.title, say),
        [say("What"), say("What is said of it")],
        ["", ""],
        [*_told(shown, sheets, say), *_terms(shown, around, say)],
        widths=[34, _READ_WIDTH],
    )
    for row, sheet in enumerate(sheets, start=3):
        _lead(notes.cell(row, 1), sheet.name)
        cells = sheet.cells
        writer.table(
            book.create_sheet(sheet.name), _marked(sheet.caption, say), cells["heads"], cells["formats"], cells["rows"]
        )
    return to_bytes(book, day)


def sheet_name(caption: str, taken: Iterable[str]) -> str:
    """A caption as the name of a sheet: what a spreadsheet takes, and no sheet of `taken` has."""
    others = {name.casefold() for name in taken}
    plain = " ".join(_FORBIDDEN.sub(" ", caption).split()).strip("'")
    # A name that Excel keeps for itself.
    plain = f"{plain}_" if plain.casefold() == "history" or not plain else plain
    if len(plain) > _LONGEST_NAME:
        # Cut behind its first clause, else between words, where there are any.
        clause = re.split("[,;，；]", plain)[0].rstrip()
        words = plain[: _LONGEST_NAME + 1].rpartition(" ")[0]
        shorter = clause if len(clause) <= _LONGEST_NAME else words
        plain = shorter if len(shorter) > _LONGEST_NAME // 4 else plain
    name, number = plain[:_LONGEST_NAME].rstrip(" '"), 1
    while name.casefold() in others:
        number += 1
        ending = f" {number}"
        name = plain[: _LONGEST_NAME - len(ending)].rstrip(" '") + ending
    return name


def _sheets(shown: Shown, *, taken: list[str]) -> list[_Sheet]:
    sheets: list[_Sheet] = []
    for one in shown:
        table = one.get("table")
        if not table or not table["cells"]["rows"]:
            continue
        name = sheet_name(table["caption"], [*taken, *(sheet.name for sheet in sheets)])
        sheets.append(_Sheet(name, table["caption"], _around(one), table["cells"]))
    return sheets


def _told(shown: Shown, sheets: Sequence[_Sheet], say: Language) -> list[list[str]]:
    """What the page says of each table, then what it says without one."""
    alone = [one for one in shown if one.get("caption") and not (one.get("table") or {}).get("rows")]
    without = [[_name(one, say), _around(one)] for one in alone]
    chapters = [each for one in shown if one["fragment"] == "chapters" for each in one["listed"]["chapters"]]
    said = [[chapter["title"], chapter["headline"]] for chapter in chapters]
    return [*([sheet.name, sheet.told] for sheet in sheets), *without, *said]


def _name(one: Mapping[str, Any], say: Language) -> str:
    """What is called by no sheet: its table, where that is empty, else what it is."""
    named = (one.get("table") or {}).get("caption") or one["caption"]["annex"]
    return named or (say("All measures") if one["fragment"] == "tiles" else one["caption"]["finding"])


def _around(one: Mapping[str, Any]) -> str:
    """The finding of a table, its note and its source, a line each."""
    caption, marks = one["caption"], (one.get("table") or {}).get("marks", "")
    return "\n".join(filter(None, [caption["finding"], caption["note"], marks, caption["source"]]))


def _terms(shown: Shown, around: Chrome, say: Language) -> list[Sequence[str]]:
    """How to read the numbers, and where they come from."""
    methods = [term for one in shown if one["fragment"] == "method" for term in one["words"]["terms"]]
    cells = say("Numbers are rounded as they are on the page. Where a cell is empty, there is no number or day.")
    return [(say("Cells"), cells), *methods, *around.terms]


def _marked(title: str, say: Language) -> str:
    return " · ".join(filter(None, [title, mark(say)]))


def _lead(cell: Any, name: str) -> None:
    """Let a cell lead to a sheet of the workbook."""
    target = name.replace("'", "''")
    cell.hyperlink = Hyperlink(ref=cell.coordinate, location=f"'{target}'!A1")
    cell.font = Font(name=cell.font.name, size=cell.font.size, color="0B4F8A", underline="single")


class _Writer:
    def __init__(self, say: Language, words: Mapping[str, Any]) -> None:
        self.say, self.words = say, words
        self.tables = 0
        self.face = _FACES.get(say.lang, "Arial")

    def cover(self, sheet: Worksheet, sheets: Sequence[_Sheet]) -> None:
        """What stands at the head of the page, a line each, then where each sheet is."""
        words, say = self.words, self.say
        keys = [key_figure(key, say) for key in words["key_figures"]]
        told = [words["title"], *words["banners"], words["plan"], *words["dates"], words["headline"], words["moved"]]
        leads = [say("Notes"), *(one.name for one in sheets)]
        lines = [*filter(None, told), *keys, say("Sheets of this workbook"), *leads]
        for row, line in enumerate(lines, start=1):
            self._put(sheet.cell(row, 1), line, size=16 if row == 1 else 12, bold=row == 1)
            sheet.cell(row, 1).alignment = Alignment(wrap_text=True, vertical="top")
            sheet.row_dimensions[row].height = height_of([line], [_COVER_WIDTH]) * (1.6 if row == 1 else 1.25)
        for row, name in enumerate(leads, start=len(lines) - len(leads) + 1):
            _lead(sheet.cell(row, 1), name)
        sheet.column_dimensions["A"].width = _COVER_WIDTH
        self._lay_out(sheet, landscape=False)

    def table(
        self,
        sheet: Worksheet,
        title: str,
        heads: Sequence[str],
        formats: Sequence[str],
        rows: Sequence[Sequence[Any]],
        *,
        widths: Sequence[int] = (),
    ) -> None:
        """A line that says what the table is, and the table."""
        heads = _told_apart(heads)
        wide = widths or [_width(head, [row[place] for row in rows]) for place, head in enumerate(heads)]
        self._put(sheet.cell(1, 1), title, size=14, bold=True)
        for place, (head, kept) in enumerate(zip(heads, wide, strict=True), start=1):
            cell = sheet.cell(2, place)
            self._put(cell, head, bold=True)
            cell.fill = PatternFill("solid", fgColor="E3E9EF")
            cell.border = Border(bottom=Side(style="medium", color="4A4A4A"))
            cell.alignment = Alignment(
                wrap_text=True,
                vertical="bottom",
                horizontal="right" if _is_number(formats[place - 1]) else "left",
                indent=0 if _is_number(formats[place - 1]) or place == 1 else 1,
            )
            sheet.column_dimensions[get_column_letter(place)].width = kept
        sheet.row_dimensions[2].height = height_of(heads, wide) * 1.2
        for number, row in enumerate(rows, start=3):
            for place, (value, shape) in enumerate(zip(row, formats, strict=True), start=1):
                self._fill(sheet.cell(number, place), value, shape)
            texts = [str(value) if value is not None else "" for value in row]
            sheet.row_dimensions[number].height = height_of(texts, wide) * 1.2
        last = f"{get_column_letter(len(heads))}{len(rows) + 2}"
        self.tables += 1
        marked = Table(displayName=f"Table{self.tables}", ref=f"A2:{last}")
        marked.tableStyleInfo = TableStyleInfo(name="TableStyleLight1", showRowStripes=False)
        sheet.add_table(marked)
        # Where the names of rows would take the whole window, they go with the rest.
        sheet.freeze_panes = "B3" if len(heads) > 3 else "A3"
        sheet.print_title_rows = "2:2"
        self._lay_out(sheet, landscape=sum(wide) > 100)

    def _fill(self, cell: Any, value: str | float | None, shape: str) -> None:
        if isinstance(value, str) and not shape:
            self._put(cell, value)
        elif value is not None:
            cell.value = date.fromisoformat(value) if isinstance(value, str) else value
        if shape:
            cell.number_format = shape
            cell.font = Font(name=self.face, size=11)
        cell.border = Border(bottom=Side(style="thin", color="C8C8C8"))
        cell.alignment = Alignment(
            wrap_text=not shape,
            vertical="top",
            horizontal="right" if _is_number(shape) else "left",
            # So that a text does not touch the number before it.
            indent=0 if _is_number(shape) or cell.column == 1 else 1,
        )

    def _put(self, cell: Any, text: str, *, size: int = 11, bold: bool = False) -> None:
        if len(text) > _LONGEST_CELL:
            say = self.say
            text = say("{text}… (cut short here; the page has the whole)", text=text[:_LONGEST_CELL])
        put_text(cell, text)
        cell.font = Font(name=self.face, size=size, bold=bold)

    def _lay_out(self, sheet: Worksheet, *, landscape: bool) -> None:
        """On paper: A4, as wide as the page, with what it is and that it is made up on each sheet."""
        fit_page(sheet)
        sheet.page_setup.orientation = "landscape" if landscape else "portrait"
        sheet.sheet_view.showGridLines = False
        head, foot = sheet.oddHeader, sheet.oddFooter
        assert head is not None
        assert foot is not None
        running = " · ".join(filter(None, [mark(self.say), self.words["title"], *self.words["dates"][:1]]))
        head.center.text = running.replace("&", "&&")
        foot.center.text = "&P / &N"


def _told_apart(heads: Sequence[str]) -> list[str]:
    """Headings as a table takes them: none blank, none twice."""
    told: list[str] = []
    for place, head in enumerate(heads, start=1):
        name = head or str(place)
        while name.casefold() in {other.casefold() for other in told}:
            name = f"{name} ({place})"
        told.append(name)
    return told


def _is_number(shape: str) -> bool:
    return bool(shape) and shape != "yyyy-mm-dd"


def _width(head: str, values: Sequence[Any]) -> int:
    """A column as wide as its longest line, within bounds; a heading may be broken."""
    texts = [str(value) for value in values if value is not None]
    signs = [sum(2 if ord(char) > 0x2E7F else 1 for char in line) for text in texts for line in text.split("\n")]
    needed = min(sum(2 if ord(char) > 0x2E7F else 1 for char in head), 15) + 3
    return min(max([*(wide + 3 for wide in signs), needed]), _WIDEST)
