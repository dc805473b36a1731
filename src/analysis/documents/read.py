"""The front door: what kind of file it is, and what cannot be read."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from typing import TYPE_CHECKING

from analysis import grids
from analysis.catalogue import Message, reason_of, system_reason
from analysis.documents.blocks import MOST_BYTES, Document, Table, Unreadable, too_large
from analysis.documents.encodings import decoded
from analysis.documents.html import document_of_page, looks_like_html, page_of_archive
from analysis.documents.word import document_of_word

if TYPE_CHECKING:
    from pathlib import Path

_PICTURE = Message("this is a picture, not text: save the notice as .docx, or copy its text into a text file")
_ARCHIVE = Message("this is an archive: unpack it first")
_OTHERS = (
    (b"%PDF", Message("a PDF cannot be read as it is: save it as .docx, or copy its text into a text file")),
    (b"{\\rtf", Message("an RTF file cannot be read as it is: save it as .docx, or copy its text into a text file")),
    (b"\x89PNG", _PICTURE),
    (b"\xff\xd8\xff", _PICTURE),
    (b"II*\x00", _PICTURE),
    (b"Rar!", _ARCHIVE),
    (b"7z\xbc\xaf", _ARCHIVE),
    (b"\x1f\x8b", _ARCHIVE),
)
_OLDER = Message("an older Word file or the like cannot be read as it is: save it as .docx, or copy its text")
_NEITHER = Message("this is neither Word nor Excel and cannot be read: save it as .docx, or copy its text")
_MOST_ROWS = 20_000
_MARKDOWN_ROW = re.compile(r"^\s*\|(.+)\|\s*$")
_MARKDOWN_RULE = re.compile(r"^\s*\|?\s*:?-{2,}:?\s*(?:\|\s*:?-{2,}:?\s*)*\|?\s*$")


def read_document(file: Path) -> Document:
    """The text and tables of a file; as `document_of`, which says what is refused."""
    try:
        if file.stat().st_size > MOST_BYTES:
            raise Unreadable(too_large())
        return document_of(file.read_bytes())
    except OSError as failed:
        raise Unreadable(Message("the file cannot be opened: {reason}", reason=system_reason(failed))) from failed


def document_of(content: bytes) -> Document:
    """The text and tables of a file's content.

    Raises
    ------
    Unreadable
        When it is empty, too large, damaged, or of a kind that cannot be read; says so in Chinese.
    """
    if not content.strip():
        raise Unreadable(Message("the file is empty"))
    if len(content) > MOST_BYTES:
        raise Unreadable(too_large())
    for begins, says in _OTHERS:
        if content.startswith(begins):
            raise Unreadable(says)
    if content.startswith(b"PK\x03\x04"):
        return _document_of_package(content)
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        return _document_of_sheets(content, otherwise=_OLDER)
    if archived := page_of_archive(content):
        content = archived
    text = decoded(content)
    if text.count("\x00") > 0.001 * len(text):
        raise Unreadable(Message("this is no text: save the notice as .docx, or copy its text into a text file"))
    return document_of_page(text) if looks_like_html(text) else from_text(text)


def from_text(text: str) -> Document:
    """Plain text, with the tables that stand in it: of Markdown, with tabs, or all of it comma-separated."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    if len(lines) > 1 and lines[0].count(",") >= 2 and (table := _csv(text)):
        return Document("", (table,))
    if "\t" not in text and "|" not in text:
        return Document("\n".join(lines), ())
    tables, at = [], 0
    if (rows := sum("\t" in line or "|" in line for line in lines)) > _MOST_ROWS:
        raise Unreadable(Message("a table of {n} rows is no notice: keep the table of measures alone", n=rows))
    while at < len(lines):
        if "|" not in lines[at] and "\t" not in lines[at]:
            at += 1
            continue
        for cells_of in (_markdown_cells, _tabbed_cells):
            end = at
            rows = []
            while end < len(lines) and (cells := cells_of(lines[end])):
                rows.append(cells)
                end += 1
            if len(rows) >= 2 and len(rows[0]) >= 2:
                kept = [row for line, row in zip(lines[at:end], rows, strict=True) if not _MARKDOWN_RULE.match(line)]
                tables.append(Table(kept, at, at + 1))
                lines[at:end] = [""] * (end - at)
                break
        else:
            end = at + 1
        at = max(end, at + 1)
    return Document("\n".join(lines), tuple(tables))


def _markdown_cells(line: str) -> list[str]:
    found = _MARKDOWN_ROW.match(line) if "|" in line else None
    return [re.sub(r"<br\s*/?>", "\n", cell.strip()) for cell in re.split(r"(?<!\\)\|", found[1])] if found else []


def _tabbed_cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.split("\t")] if "\t" in line.strip() else []


def _csv(text: str) -> Table | None:
    try:
        rows = list(csv.reader(io.StringIO(text)))
    except csv.Error:
        return None
    widths = {len(row) for row in rows if row}
    return Table(rows, 0) if len(rows) >= 2 and len(widths) == 1 and widths.pop() >= 3 else None


def _document_of_package(content: bytes) -> Document:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            names = set(parts.namelist())
            unpacked = sum(part.file_size for part in parts.infolist() if part.filename.endswith((".xml", ".bin")))
    except (zipfile.BadZipFile, ValueError, EOFError, NotImplementedError) as failed:
        raise Unreadable(Message("the file is damaged: save it anew")) from failed
    if "word/document.xml" in names:
        return document_of_word(content)
    if unpacked > 10 * MOST_BYTES:
        raise Unreadable(Message("unpacked, the file is too large: keep the table of measures alone"))
    return _document_of_sheets(content, otherwise=_NEITHER)


def _document_of_sheets(content: bytes, *, otherwise: Message) -> Document:
    try:
        sheets = grids.grids_of(content)
    except grids.Unreadable as failed:
        raise Unreadable(Message("{said} ({reason})", said=otherwise, reason=reason_of(failed))) from failed
    tables = []
    for sheet in sheets:
        for (top, left), (bottom, right) in sheet.merged:
            for row in range(top, bottom + 1):
                for column in range(left, right + 1):
                    sheet.put(row, column, sheet.at(top, left))
        rows = [[grids.as_written(cell).strip() for cell in row] for row in sheet.rows]
        if any(map(any, rows)):
            tables.append(Table(rows, 0, 1, sheet.name))
    return Document("", tuple(tables))
