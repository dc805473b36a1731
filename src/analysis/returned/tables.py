"""Where on a sheet the table of a form stands, and what stands above it: people move both."""

from __future__ import annotations

import itertools
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from analysis.forms import layout
from analysis.grids import address, as_written, is_blank

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from analysis.grids import Grid

OURS = (layout.HIDDEN_SHEET, layout.FAULT_SHEET, layout.HELP_SHEET)
"""The sheets of a form that nobody fills in."""


@dataclass(frozen=True)
class Table:
    """A table of a sheet.

    Attributes
    ----------
    grid : analysis.grids.Grid
    top, end : int
        The row of its header, and the one behind its last, counted from 0.
    columns : mapping of str to int
        Column of the form → its place.
    sheet : analysis.forms.layout.Sheet
        What it is a table of.
    """

    grid: Grid
    top: int
    end: int
    columns: Mapping[str, int]
    sheet: layout.Sheet = layout.SHEETS["progress"]

    def at(self, row: int, column: str) -> Any:
        """The cell of a column of the form; None where the table has no such column."""
        return self.grid.at(row, self.columns[column]) if column in self.columns else None

    @property
    def body(self) -> list[int]:
        """The rows below the header that hold anything, and are neither a second header nor a note of ours."""
        return [
            row
            for row in range(self.top + 1, self.end)
            if not all(map(is_blank, self.grid.rows[row]))
            and any(self.at(row, column) != self.at(self.top, column) for column in self.columns)
            and not self._is_note(row)
        ]

    @property
    def last_asked(self) -> int:
        """The last row that a form asks to be filled in: those below our first note may stay blank."""
        return next((row for row in range(self.top + 1, self.end) if self._is_note(row)), self.end)

    def _is_note(self, row: int) -> bool:
        return any(isinstance(cell, str) and cell.strip() in layout.NOTES for cell in self.grid.rows[row])


@dataclass(frozen=True)
class Label:
    """What stands beside a label above a table, and where: a sheet, a cell, and its value (None when blank)."""

    sheet: str
    cell: str
    value: Any


@dataclass(frozen=True)
class Head:
    """What a form says of itself.

    Attributes
    ----------
    hidden : mapping
        Its hidden sheet: name → text.
    labels : mapping
        Keys of `analysis.forms.layout.LABELS`, those that are there → what stands beside the label.
    above : str
        All that stands above its tables.
    """

    hidden: Mapping[str, str]
    labels: Mapping[str, Label]
    above: str

    @property
    def form_id(self) -> str:
        """plan/unit/day, as we wrote it on the form (the office's says ``OFFICE``); ``""`` where it is lost."""
        return self.hidden.get("form_id") or self.text("form_id")

    def text(self, key: str) -> str:
        """What stands beside a label."""
        return as_written(self.labels[key].value) if key in self.labels else ""

    def place(self, key: str) -> dict[str, str]:
        """Where that stands: column, and sheet and cell where the form has the label."""
        label = self.labels.get(key)
        return {"column": layout.LABELS[key]} | ({"sheet": label.sheet, "cell": label.cell} if label else {})


def tables_of(grid: Grid) -> list[Table]:
    """The tables of a sheet: each below the first row that can be its header, down to the next one's.

    Where we say what is wrong, rows stand that could not be put back: they are repeated there, not said again.
    """
    title = as_written(grid.at(0, 0))
    if grid.name == layout.FAULT_SHEET and title.endswith(f" {grid.name}"):
        return []
    found: dict[str, tuple[int, dict[str, int]]] = {}
    for number, row in enumerate(grid.rows):
        headers = {table: columns for table in layout.SHEETS if (columns := _columns(row, table))}
        # Of two that a row can be the header of, it is that of which it holds more.
        table = max(headers, key=lambda table: len(headers[table]), default="")
        if table and table not in found:
            found[table] = number, headers[table]
    ends = {top: end for (top, _), (end, _) in itertools.pairwise(found.values())}
    return [
        Table(grid, top, ends.get(top, len(grid.rows)), columns, layout.SHEETS[table])
        for table, (top, columns) in found.items()
    ]


def _columns(row: Sequence[Any], table: str) -> dict[str, int]:
    """The columns of a table, where a row can be its header."""
    sheet = layout.SHEETS[table]
    columns: dict[str, int] = {}
    for place, cell in enumerate(row):
        key = None if is_blank(cell) else layout.KEY_OF_HEAD[table].get(layout.plain(cell))
        is_exact = key is not None and layout.plain(cell) == layout.plain(sheet.heads[key])
        if key is not None and (key not in columns or is_exact):
            columns[key] = place
    return columns if sheet.mark in columns and (sheet.key in columns or sheet.title in columns) else {}


def head_of(grids: Sequence[Grid], tables: Sequence[Table]) -> Head:
    """What the sheets of a form say of it; where several sheets do, the first one counts."""
    labels: dict[str, Label] = {}
    first = [table for place, table in enumerate(tables) if all(table.grid is not one.grid for one in tables[:place])]
    for table in first:
        labels = _labels(table) | labels
    above = [as_written(cell) for table in first for row in table.grid.rows[: table.top] for cell in row]
    return Head(_hidden(grids), labels, "\n".join(above))


def disagreements(tables: Sequence[Table]) -> list[tuple[Label, str, str]]:
    """Labels of a sheet that say another thing than those of a sheet before it: each with its name, and the other."""
    first: dict[str, str] = {}
    found = []
    heads = {id(table.grid): table for table in reversed(tables)}
    for table in reversed(heads.values()):
        for key, label in _labels(table).items():
            said = as_written(label.value)
            if said and first.setdefault(key, said) != said:
                found.append((label, layout.LABELS[key], first[key]))
    return found


def _hidden(grids: Sequence[Grid]) -> dict[str, str]:
    for grid in grids:
        if grid.name == layout.HIDDEN_SHEET:
            return {str(row[0]): as_written(row[1]) for row in grid.rows if len(row) > 1 and row[0]}
    return {}


def _labels(table: Table) -> dict[str, Label]:
    labels: dict[str, Label] = {}
    for row, cells in enumerate(table.grid.rows[: table.top]):
        for column, cell in enumerate(cells):
            key, colon, rest = label_of(cell)
            if key is None or (key in labels and labels[key].value is not None):
                continue
            if colon and rest.strip():
                labels[key] = Label(table.grid.name, address(row, column), rest.strip())
            else:
                labels[key] = _beside(table.grid, row, column)
    return labels


def label_of(cell: Any) -> tuple[str | None, str, str]:
    """Which label a cell is, if any, its colon, and what stands behind that."""
    name, colon, rest = unicodedata.normalize("NFKC", cell if isinstance(cell, str) else "").partition(":")
    return layout.KEY_OF_LABEL.get(layout.plain(name)), colon, rest


def _beside(grid: Grid, row: int, column: int) -> Label:
    """The next cell to the right that holds anything, unless it is a label itself."""
    cells = grid.rows[row]
    place = next((place for place in range(column + 1, len(cells)) if not is_blank(cells[place])), None)
    if place is None or (isinstance(cells[place], str) and layout.plain(cells[place]) in layout.KEY_OF_LABEL):
        return Label(grid.name, address(row, column + 1), None)
    return Label(grid.name, address(row, place), cells[place])
