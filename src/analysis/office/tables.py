"""A table on paper: as wide as the page, its columns by what they hold, its head on every sheet, no row broken."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.shared import Mm

if TYPE_CHECKING:
    from collections.abc import Sequence

    from docx.document import Document

    Rows = Sequence[Sequence[str]]

# A character of Chinese can be parted from the next, what is written in letters and digits cannot.
_WORD = re.compile(r"[^\s⺀-￿]+[⺀-￿]?|[⺀-￿]{1,2}")
_LONGEST, _PADDING, _POINT = 60, 4.6, 0.3528
_SHORT = 8
_WIDER = 1.2
"""What stands in for a face that is not there may be so much wider."""


def add_table(
    document: Document, heads: Sequence[Sequence[str]], rows: Rows, *, room: float, style: str, head_style: str
) -> None:
    """Add a table to a document.

    Parameters
    ----------
    document : docx.document.Document
    heads : sequence of (str, str)
        What each column is called, and how it is set: ``number``, ``date`` or blank.
    rows : sequence of sequences of str
    room : float
        How wide it is, in millimetres.
    style, head_style : str
        Of the paragraphs in its cells.
    """
    lines = [[head for head, _ in heads], *rows]
    table = document.add_table(len(lines), len(heads), "Table Grid")
    table.autofit = False
    styles: Any = document.styles
    size = styles[style].font.size.pt
    widths = widths_of(lines, room, size)
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Mm(width)
    # Cells are looked up once a row: to ask a table for one is to count through all of it.
    for number, (row, texts) in enumerate(zip(table.rows, lines, strict=True)):
        about = row._tr.get_or_add_trPr()
        about.append(OxmlElement("w:cantSplit"))
        if number == 0:
            about.append(OxmlElement("w:tblHeader"))
        for cell, text, width, (_, look) in zip(row.cells, texts, widths, heads, strict=True):
            cell.width = Mm(width)
            paragraph = cell.paragraphs[0]
            paragraph.style = styles[style if number else head_style]
            paragraph.add_run(text)
            # A short table stays on one sheet, and of a long one neither the head nor what follows stands alone.
            paragraph.paragraph_format.keep_with_next = len(lines) <= _SHORT or number in (0, len(lines) - 1)
            if look == "number":
                paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT


def widths_of(lines: Rows, room: float, size: float) -> list[float]:
    """The widths of columns in millimetres, together `room`: no word is broken, what is long shares the rest."""
    least, asked = _least(lines, size), []
    for place, column in enumerate(zip(*lines[1:], strict=True)):
        longest = max((_signs(text) for text in column), default=0)
        asked.append(max(least[place], _millimetres(min(longest, _LONGEST), size)))
    if sum(asked) <= room or sum(least) >= room:
        wanted = asked if sum(asked) <= room else least
        return [room * one / sum(wanted) for one in wanted]
    share = (room - sum(least)) / (sum(asked) - sum(least))
    return [low + share * (high - low) for low, high in zip(least, asked, strict=True)]


def fits(lines: Rows, room: float, size: float) -> bool:
    """Whether a table can stand in so many millimetres without a word being broken."""
    return sum(_least(lines, size)) <= room


def _least(lines: Rows, size: float) -> list[float]:
    """How wide each column must be for no word to be broken; of a heading in Chinese, for three characters."""
    found = []
    for column in zip(*lines, strict=True):
        words = [_signs(word) for text in column for word in _WORD.findall(text)]
        found.append(_millimetres(min(max([6, *words]), _LONGEST // 2), size * _WIDER))
    return found


def _millimetres(signs: int, size: float) -> float:
    return signs * size * _POINT / 2 + _PADDING


def _signs(text: str) -> int:
    """How wide a text is, in digits: a Chinese character is as wide as two."""
    return sum(2 if ord(char) > 0x2E7F else 1 for char in text)
