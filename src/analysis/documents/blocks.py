"""What a document is made of: paragraphs and tables, in their order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from analysis.catalogue import Message

if TYPE_CHECKING:
    from collections.abc import Sequence

MOST_BYTES = 20_000_000
"""What a document may hold, unpacked: a hundred times the longest notice."""


class Unreadable(ValueError):
    """A file that cannot be read as a document; says why, and what would help, in a `Message`."""


def too_large() -> Message:
    """What is said of a file beyond the limit."""
    most = MOST_BYTES // 1_000_000
    return Message("the file is larger than the {most} MB that are read: keep the notice alone", most=most)


@dataclass(frozen=True)
class Table:
    """The cells of a table as text, those of merged ranges filled in.

    Attributes
    ----------
    rows : sequence of sequence of str
    line : int
        The line of the document's text before which it stands, from 0.
    first_row : int
        What the document calls its first row, from 1.
    name : str
        Of the sheet; ``""`` when it has none.
    """

    rows: Sequence[Sequence[str]]
    line: int
    first_row: int = 1
    name: str = ""


@dataclass(frozen=True)
class Document:
    """The text of a document, a paragraph a line as far as the file tells, and its tables.

    Attributes
    ----------
    text : str
        Where a table stands, there is an empty line.
    tables : sequence of Table
    """

    text: str
    tables: Sequence[Table] = ()
