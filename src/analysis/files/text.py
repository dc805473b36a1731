"""Text and tables of text, as people and programs leave them."""

from __future__ import annotations

import csv
import io
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from analysis.catalogue import Message

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_IN_ADDRESS = re.compile(r"(:/{1,3}[^\s/@:]*:)(\S+)@")
_IN_OPTION = re.compile(r"(?i)((?:password|passwd|pwd|secret|token)\s*=\s*)(?:'[^']*'|\"[^\"]*\"|[^\s&;,'\"]+)")
_FORMULA = re.compile(r"'*(?:[\t\r]|\s*[=+\-@＝＋－＠])")
_NUMBER = re.compile(r"-[0-9]+(\.[0-9]+)?")


def decode(content: bytes) -> tuple[str, str]:
    """A file's text, and the encoding it was in: UTF-8, UTF-16 with its mark, or GB18030.

    Returns
    -------
    tuple of str
        The text without a byte-order mark, and the name under which Python knows the encoding.

    Raises
    ------
    ValueError
        When it is none of them; says so in a `analysis.catalogue.Message`.
    """
    is_marked = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    for encoding in ["utf-16"] if is_marked else ["utf-8-sig", "gb18030"]:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        # Big5 and others decode as GB18030 without an error, to rubbish: common characters prove the guess.
        if encoding != "gb18030" or _is_common_chinese(text):
            return text, encoding
    raise ValueError(Message("its encoding is not known: should be {encodings}", encodings="UTF-8、GB18030"))


def read_toml(content: bytes) -> dict[str, Any]:
    """What a TOML file says; some editors of Windows put a mark in front.

    Raises
    ------
    ValueError
        When it cannot be understood; says where in a `analysis.catalogue.Message`.
    """
    try:
        return tomllib.loads(content.decode("utf-8-sig"))
    except UnicodeDecodeError as other:
        raise ValueError(Message("its encoding is not known: should be {encodings}", encodings="UTF-8")) from other
    except RecursionError as deep:
        raise ValueError(Message("something is nested too deeply in it")) from deep
    except tomllib.TOMLDecodeError as failed:
        where = re.search(r"line (\d+), column (\d+)", str(failed))
        line = int(where[1]) if where else content.count(b"\n") + 1
        if str(failed).startswith("Cannot"):
            raise ValueError(Message("line {line}: this was said before", line=line)) from failed
        form = Message(
            "line {line}, column {column}: cannot be understood; should be like {text}, {day}, in half-width signs",
            line=line,
            column=where[2] if where else 1,
            text='id = "port-2024"',
            day="issued = 2024-12-31",
        )
        raise ValueError(form) from failed


@dataclass(frozen=True)
class CsvTable:
    """The cells of a CSV file.

    Attributes
    ----------
    header : tuple of str
    rows : mapping of int to tuple of str
        Rows that hold anything, by the number that a spreadsheet would give them (the header is row 1).
    blank : int
        How many columns behind the last hold nothing at all, as spreadsheets leave them.
    """

    header: tuple[str, ...]
    rows: Mapping[int, tuple[str, ...]]
    blank: int = 0


def read_csv(content: bytes) -> CsvTable:
    """The cells of a CSV file, as they are written.

    Raises
    ------
    ValueError
        When its encoding is not known, its cells are parted by another sign, a column stands twice in the header, or a
        row has more or fewer cells than the header; says so in a `analysis.catalogue.Message`, with the rows.
    """
    text, _ = decode(content)
    try:
        header, *rows = list(csv.reader(io.StringIO(text, newline=""))) or [[]]
    except csv.Error as broken:
        raise ValueError(
            Message("cannot be read as a table: a quotation mark is left open, or a cell is too long")
        ) from broken
    if len(header) == 1 and (sign := next((sign for sign in ";\t" if sign in header[0]), "")):
        name = "Tab" if sign == "\t" else f"“{sign}”"
        raise ValueError(Message("its cells are parted by {sign}: save it as CSV, parted by commas", sign=name))
    ragged = [str(number) for number, row in enumerate(rows, start=2) if row and len(row) != len(header)]
    if ragged:
        raise ValueError(
            Message(
                "rows {rows} have more or fewer cells than the header: should have {n}",
                rows="、".join(ragged[:20]),
                n=len(header),
            )
        )
    width = len(header)
    if header and not header[-1]:
        width = max((place for row in (header, *rows) for place, cell in enumerate(row, start=1) if cell), default=0)
    columns = header[:width]
    if twice := sorted({column or "—" for column in columns if columns.count(column) > 1}):
        raise ValueError(Message("columns stand twice in the header: {columns}", columns="、".join(twice)))
    held = {number: tuple(row[:width]) for number, row in enumerate(rows, start=2) if any(row)}
    return CsvTable(tuple(columns), held, len(header) - width)


def csv_text(rows: Iterable[Sequence[str]]) -> str:
    """Rows of text as CSV in which no spreadsheet finds a formula; what `read_csv` and `as_meant` give back."""
    return plain_csv_text([harmless(cell) for cell in row] for row in rows)


def plain_csv_text(rows: Iterable[Sequence[str]]) -> str:
    """Cells as they are written, as CSV; what `read_csv` gives back."""
    return "".join(f"{','.join(map(_quoted, row))}\n" for row in rows)


def harmless(text: str) -> str:
    """Text that a spreadsheet, reading it from a CSV, takes for text: an apostrophe goes before a formula's beginning.

    What already begins with apostrophes before such a sign gets one more, so that taking one away gives `text` back. A
    number below zero is a number.
    """
    return f"'{text}" if _FORMULA.match(text) and not _NUMBER.fullmatch(text) else text


def as_meant(text: str) -> str:
    """The text that `harmless` was given."""
    return text[1:] if text.startswith("'") and _FORMULA.match(text) else text


def without_secrets(text: str, secrets: Iterable[str] = ()) -> str:
    """A text in which "…" stands for whatever lets somebody into a database: the password of an address.

    Parameters
    ----------
    text : str
    secrets : iterable of str
        Passwords that are known, from `secrets_of`; left out wherever they stand.
    """
    text = _IN_OPTION.sub(r"\1…", _IN_ADDRESS.sub(r"\1…@", text))
    for secret in sorted(secrets, key=len, reverse=True):
        text = text.replace(secret, "…")
    return text


def secrets_of(values: object) -> set[str]:
    """The passwords in the addresses that a mapping, a list or a text holds, as written and as meant."""
    if isinstance(values, Mapping):
        values = list(values.values())
    if isinstance(values, list):
        return set().union(*map(secrets_of, values))
    if not isinstance(values, str):
        return set()
    found = [match[2] for match in _IN_ADDRESS.finditer(values)]
    found += [match[0].partition("=")[2].strip().strip("'\"") for match in _IN_OPTION.finditer(values)]
    # A shorter one would blot out words that say something.
    return {form for secret in found for form in (secret, unquote(secret)) if len(form) > 3}


def _quoted(cell: str) -> str:
    # The csv module leaves a lone carriage return bare, and then cannot read it back.
    return '"' + cell.replace('"', '""') + '"' if re.search(r'[,"\r\n]', cell) else cell


def _is_common_chinese(text: str) -> bool:
    """Whether most of the Chinese is in GB 2312; Big5 read as GB18030 lies mostly outside."""
    chinese = re.sub("[\x00-\x7f]", "", text)
    return len(chinese.encode("gb2312", errors="ignore")) / 2 >= 0.8 * len(chinese)
