"""Saved web pages."""

from __future__ import annotations

import email
import email.policy
import re
from html.parser import HTMLParser

from analysis.documents.blocks import Document, Table

_SKIPPED = ("script", "style", "noscript", "template", "head", "nav", "footer", "select", "button", "textarea", "svg")
_BLOCKS = frozenset(
    re.findall(
        r"\w+",
        "address article aside blockquote body center dd div dl dt fieldset figure form h1 h2 h3 h4 h5 h6 header hr "
        "html li main ol p pre section table tbody tfoot thead tr ul caption",
    )
)
_VOID = ("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr")
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_MOST_SPAN = 200


def looks_like_html(text: str) -> bool:
    """Whether a text is a page: it opens as one, or is held together by its tags."""
    head = text[:3000].lower()
    return bool(re.search(r"<(?:!doctype html|html|body|head|table|div|p|span)\b[^>]*>", head)) and "</" in text


def page_of_archive(content: bytes) -> bytes | None:
    """The page in a web archive (.mht); None when it is none."""
    if (
        not re.match(rb"(?:[\w-]+:[^\n]*\n(?:[ \t][^\n]*\n)*){1,20}\r?\n", content[:8000])
        or b"MIME-Version" not in content[:8000]
    ):
        return None
    message = email.message_from_bytes(content, policy=email.policy.default)
    for part in message.walk():
        if part.get_content_type() == "text/html":
            payload = part.get_payload(decode=True)
            return payload if isinstance(payload, bytes) else None
    return None


def document_of_page(text: str) -> Document:
    """The text and tables of a page, without what navigates, is hidden, or is no text."""
    parser = _Page()
    parser.feed(text)
    parser.close()
    return parser.document()


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.lines: list[str] = []
        self.line: list[str] = []
        self.tables: list[Table] = []
        self.open_tables: list[_OpenTable] = []
        self.skipping: list[str] = []
        self.in_pre = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self.skipping:
            if tag not in _VOID:
                self.skipping.append(tag)
            return
        given = {name: value or "" for name, value in attrs}
        hidden = "hidden" in given or _HIDDEN.search(given.get("style", ""))
        if (tag in _SKIPPED or hidden) and tag not in _VOID:
            self.skipping.append(tag)
            return
        if tag == "table":
            self._break()
            if self.open_tables:
                self.open_tables[-1].is_layout = True
            self.open_tables.append(_OpenTable())
        elif tag in ("td", "th") and self.open_tables:
            self._end_cell()
            self.open_tables[-1].open_cell(given)
        elif tag == "tr" and self.open_tables:
            self._end_cell()
            self.open_tables[-1].rows.append([])
        elif tag == "br" or tag in _BLOCKS:
            self._break()
        self.in_pre += tag == "pre"

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _VOID or tag == "br":
            self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        if self.skipping:
            if tag in self.skipping:
                while self.skipping.pop() != tag:
                    pass
            elif tag in ("body", "html"):
                self.skipping.clear()
            return
        if tag == "table" and self.open_tables:
            self._end_cell()
            self._end_table(self.open_tables.pop())
        elif tag in ("td", "th", "tr") and self.open_tables:
            self._end_cell()
        elif tag in _BLOCKS:
            self._break()
        self.in_pre -= tag == "pre" and self.in_pre > 0

    def handle_data(self, data: str) -> None:
        if self.skipping:
            return
        if self.in_pre:
            *whole, last = data.split("\n")
            for line in whole:
                self.line.append(line)
                self._break()
            self.line.append(last)
        else:
            # A line break in the source of a page is none on the page; between Chinese characters it is nothing.
            data = re.sub(r"[ \t]*[\r\n]+[ \t\r\n]*", "\n", data)
            self.line.append(re.sub(r"(?<=[\x21-\x7e])\n(?=[\x21-\x7e])", " ", data).replace("\n", ""))

    def _break(self) -> None:
        text = "".join(self.line)
        self.line.clear()
        if self.open_tables and self.open_tables[-1].cell is not None:
            if text.strip():
                self.open_tables[-1].cell.append(text.strip())
        else:
            self._lines().append(text.rstrip())

    def _lines(self) -> list[str]:
        return self.open_tables[-1].around if self.open_tables else self.lines

    def _end_cell(self) -> None:
        table = self.open_tables[-1]
        self._break()
        table.close_cell()

    def _end_table(self, table: _OpenTable) -> None:
        self._break()
        outer = self.open_tables[-1] if self.open_tables else None
        if outer and outer.cell is not None:
            # A table within a cell: the outer one only lays out the page.
            outer.cell += table.as_lines()
        elif table.is_layout or len(table.rows) < 2:
            self._lines().extend(table.as_lines())
        else:
            self.tables.append(Table(table.filled(), len(self.lines)))
            self.lines.append("")

    def document(self) -> Document:
        self._break()
        while self.open_tables:
            self._end_cell()
            self._end_table(self.open_tables.pop())
        return Document("\n".join(self.lines), tuple(self.tables))


class _OpenTable:
    """A table that is being read: cells as lines of text, with their spans."""

    def __init__(self) -> None:
        self.rows: list[list[tuple[list[str], int, int]]] = []
        self.cell: list[str] | None = None
        self.span = (1, 1)
        self.around: list[str] = []
        self.is_layout = False

    def open_cell(self, given: dict[str, str]) -> None:
        self.cell = []
        self.span = (_span(given.get("rowspan", "")), _span(given.get("colspan", "")))
        if not self.rows:
            self.rows.append([])

    def close_cell(self) -> None:
        if self.cell is not None:
            down, across = self.span
            self.rows[-1].append((self.cell, down, across))
            self.cell = None

    def as_lines(self) -> list[str]:
        cells = (line for row in self.rows for cell, *_ in row for line in cell)
        return [*self.around, *cells]

    def filled(self) -> list[list[str]]:
        return fill_spans([[("\n".join(cell), down, across) for cell, down, across in row] for row in self.rows])


def fill_spans(rows: list[list[tuple[str, int, int]]]) -> list[list[str]]:
    """Cells with how far they reach down and across → a grid in which each place that they cover holds their text."""
    filled: list[list[str]] = []
    hanging: dict[int, tuple[int, str]] = {}
    for row in rows:
        cells: list[str] = []
        new: dict[int, tuple[int, str]] = {}
        waiting = iter(row)
        while True:
            if len(cells) in hanging:
                left, text = hanging.pop(len(cells))
                if left > 1:
                    new[len(cells)] = (left - 1, text)
                cells.append(text)
                continue
            given = next(waiting, None)
            if given is None:
                if not any(column > len(cells) for column in hanging):
                    break
                cells.append("")
                continue
            text, down, across = given
            for _ in range(across):
                if down > 1:
                    new[len(cells)] = (down - 1, text)
                cells.append(text)
        hanging = new
        filled.append(cells)
    return filled


def _span(text: str) -> int:
    return min(max(int(text), 1), _MOST_SPAN) if text.strip().isdecimal() else 1
