"""Word files: paragraphs with their automatic numbers, and tables."""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from xml.parsers import expat

from analysis.catalogue import Message
from analysis.documents.blocks import MOST_BYTES, Document, Table, Unreadable, too_large
from analysis.documents.html import fill_spans
from analysis.documents.numbering import Numbering

if TYPE_CHECKING:
    from collections.abc import Iterator

_DAMAGED = Message("the Word file is damaged or has a password: open it in Word or WPS and save it as .docx")

_WRITTEN = {"tab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}


def document_of_word(content: bytes) -> Document:
    """The paragraphs and tables of a .docx file.

    Raises
    ------
    Unreadable
        When it is damaged, or larger unpacked than a notice can be.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            numbering = Numbering()
            for name, read in (("word/styles.xml", numbering.read_styles), ("word/numbering.xml", numbering.read)):
                if name in parts.namelist():
                    read(events(part_of(parts, name)))
            body = _Body(numbering)
            for event in events(part_of(parts, "word/document.xml")):
                body.take(*event)
    except (
        zipfile.BadZipFile,
        KeyError,
        RuntimeError,
        expat.ExpatError,
        ValueError,
        NotImplementedError,
        EOFError,
    ) as failed:
        if isinstance(failed, Unreadable):
            raise
        raise Unreadable(_DAMAGED) from failed
    return Document("\n".join(body.lines), tuple(body.tables))


def part_of(parts: zipfile.ZipFile, name: str) -> bytes:
    """One part of a package, within limits: what a small file unpacks to may fill a machine."""
    with parts.open(name) as part:
        content = part.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise Unreadable(too_large())
    return content


def events(xml: bytes) -> Iterator[tuple[str, str, dict[str, str]]]:
    """What a part says, in order: ("start", name, attributes), ("end", name, {}), ("text", text, {}).

    Names are without their prefixes.
    """
    found: list[tuple[str, str, dict[str, str]]] = []
    parser = expat.ParserCreate()
    parser.buffer_text = True

    def refuse(*_: Any) -> None:
        # Office programs declare no entities; who does wants to fill the memory or to read other files.
        raise Unreadable(_DAMAGED)

    def bare(name: str) -> str:
        return name.rpartition(":")[2]

    parser.EntityDeclHandler = refuse
    parser.StartElementHandler = lambda name, given: found.append(
        ("start", bare(name), {bare(key): value for key, value in given.items()})
    )
    parser.EndElementHandler = lambda name: found.append(("end", bare(name), {}))
    parser.CharacterDataHandler = lambda text: found.append(("text", text, {}))
    step = 1 << 16
    for start in range(0, len(xml), step):
        parser.Parse(xml[start : start + step], start + step >= len(xml))
        yield from found
        found.clear()


@dataclass
class _Cell:
    lines: list[str] = field(default_factory=list)
    across: int = 1
    goes_on: bool = False


@dataclass
class _OpenTable:
    rows: list[list[_Cell]] = field(default_factory=list)

    def filled(self) -> list[list[str]]:
        """The cells as text; one that goes on below another one holds the same."""
        above: list[str] = []
        filled = []
        for row in self.rows:
            cells: list[str] = []
            for cell in row:
                text = "\n".join(cell.lines)
                for _ in range(min(cell.across, 200)):
                    goes_on = cell.goes_on and len(cells) < len(above)
                    cells.append(above[len(cells)] if goes_on else text)
            above = cells
            filled.append([(text, 1, 1) for text in cells])
        return fill_spans(filled)


class _Body:
    """The body of a document as its events go by."""

    def __init__(self, numbering: Numbering) -> None:
        self.numbering = numbering
        self.lines: list[str] = []
        self.tables: list[Table] = []
        self.open_tables: list[_OpenTable] = []
        self.paragraph: list[str] | None = None
        self.outer: list[list[str]] = []
        self.style, self.list_id, self.level = "", "", ""
        self.is_text = False
        self.skipped = 0

    def take(self, event: str, name: str, given: dict[str, str]) -> None:
        if event == "text":
            if self.is_text and not self.skipped:
                self._write(name)
            return
        # What Word writes a second time for older programs, and what was deleted, is no text.
        if name in ("Fallback", "del", "moveFrom", "tabs"):
            self.skipped += 1 if event == "start" else -1
        elif self.skipped:
            return
        elif name == "t":
            self.is_text = event == "start"
        elif event == "start":
            self._start(name, given)
        elif name == "p":
            self._close_paragraph()
        elif name == "tbl" and self.open_tables:
            self._close_table(self.open_tables.pop())

    def _start(self, name: str, given: dict[str, str]) -> None:
        value = given.get("val", "")
        if name == "p":
            self._open_paragraph()
        elif name in _WRITTEN:
            self._write("" if given.get("type") == "page" else _WRITTEN[name])
        elif name == "pStyle":
            self.style = value
        elif name == "numId":
            self.list_id = value
        elif name == "ilvl":
            self.level = value
        elif name == "tbl":
            self.open_tables.append(_OpenTable())
        elif self.open_tables:
            self._start_in_table(name, value)

    def _start_in_table(self, name: str, value: str) -> None:
        rows = self.open_tables[-1].rows
        if name == "tr":
            rows.append([])
        elif name == "tc" and rows:
            rows[-1].append(_Cell())
        elif (cell := self._cell()) and name == "gridSpan":
            cell.across = int(value or "1")
        elif cell and name == "vMerge":
            cell.goes_on = value in ("", "continue")

    def _open_paragraph(self) -> None:
        if self.paragraph is not None:
            # A text box within a paragraph.
            self.outer.append(self.paragraph)
        self.paragraph = []
        self.style = self.list_id = self.level = ""

    def _close_paragraph(self) -> None:
        text = "".join(self.paragraph or [])
        self.paragraph = self.outer.pop() if self.outer else None
        if text.strip():
            text = self.numbering.next_label(self.style, self.list_id, self.level) + text
        cell = self._cell()
        if cell is None:
            self.lines += text.split("\n")
        elif text.strip():
            cell.lines.append(text)

    def _close_table(self, table: _OpenTable) -> None:
        cell = self._cell()
        if cell is not None:
            cell.lines += [line for row in table.rows for inner in row for line in inner.lines]
        else:
            self.tables.append(Table(table.filled(), len(self.lines)))
            self.lines.append("")

    def _cell(self) -> _Cell | None:
        rows = self.open_tables[-1].rows if self.open_tables else []
        return rows[-1][-1] if rows and rows[-1] else None

    def _write(self, text: str) -> None:
        if self.paragraph is not None and not self.skipped:
            self.paragraph.append(text)
