"""The cells of one sheet, as their reader saw them."""

from __future__ import annotations

import datetime
import math
from dataclasses import dataclass, field
from typing import Any


class Unreadable(ValueError):
    """A file that cannot be read as a table; says why in a `Message`."""


@dataclass(frozen=True)
class Formula:
    """A formula whose result the file does not hold."""

    text: str

    def __str__(self) -> str:
        """The formula, as a spreadsheet shows it."""
        return self.text


@dataclass
class Grid:
    """The cells of one sheet.

    Attributes
    ----------
    name : str
        Of the sheet; ``""`` for a text file.
    rows : list of list
        Cells from the first row and column on: text, numbers, dates, `Formula`, None; errors as text, ``"#N/A"``.
    is_hidden : bool
        Whether nobody sees it who opens the file.
    merged : list
        Ranges of merged cells as ((row, column), (row, column)), from 0.
    comments : list
        What is pinned to cells, as (cell, who wrote it, text); of .xlsx files only.
    """

    name: str
    rows: list[list[Any]]
    merged: list[tuple[tuple[int, int], tuple[int, int]]] = field(default_factory=list)
    is_hidden: bool = False
    comments: list[tuple[str, str, str]] = field(default_factory=list)

    def at(self, row: int, column: int) -> Any:
        """A cell, counted from 0; None outside."""
        return self.rows[row][column] if row < len(self.rows) and column < len(self.rows[row]) else None

    def put(self, row: int, column: int, cell: Any) -> None:
        """Write a cell, counted from 0, wherever it is."""
        self.rows.extend([] for _ in range(row + 1 - len(self.rows)))
        cells = self.rows[row]
        cells.extend([None] * (column + 1 - len(cells)))
        cells[column] = cell


def address(row: int, column: int) -> str:
    """A cell's name in a spreadsheet, from its place counted from 0."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return f"{letters}{row + 1}"


def as_written(cell: Any) -> str:
    """A cell as text, as its reader saw it."""
    if cell is None:
        return ""
    if isinstance(cell, datetime.datetime) and cell.time() == datetime.time():
        cell = cell.date()
    if isinstance(cell, float) and math.isfinite(cell):
        return repr(float(cell)).removesuffix(".0") if abs(cell) < 1e15 else f"{cell:.0f}"
    return str(cell)


def is_blank(cell: Any) -> bool:
    """Whether a cell holds nothing that can be seen."""
    return cell is None or (isinstance(cell, str) and not cell.strip())
