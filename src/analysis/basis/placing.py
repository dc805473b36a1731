"""Which rows of a plan's tables count for which pages.

A page of T and K rests on the rows that are true for days up to T, had arrived by K, and speak of the measures that it
shows. A row that takes another back counts whatever day it speaks of. A row that cannot be placed counts for every
page, so that a broken file is always noticed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from analysis.parameters import Parameters

NEEDED = {
    "themes": ("theme_id", "title"),
    "measures": ("measure_id", "theme_id"),
    "units": ("unit_id", "name", "short", "aliases"),
    "responsibilities": ("measure_id", "unit_id"),
    "commitments": ("commitment_id", "measure_id"),
    "progress": ("measure_id", "unit_id", "as_of", "reported_at", "supersedes"),
    "decisions": ("measure_id", "unit_id", "decision", "effective_on", "recorded_at", "supersedes"),
    "actuals": ("commitment_id", "unit_id", "reported_at"),
}
"""The tables of a plan, and the columns without which their rows cannot be placed."""

DAYS = {
    "progress": ("as_of", "reported_at"),
    "decisions": ("effective_on", "recorded_at"),
    "actuals": ("", "reported_at"),
}
"""Of each table of the record, the columns of the day that a row counts from, if any, and of the day it arrived."""

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


@dataclass(frozen=True)
class Rows:
    """One table of a plan: its header, and its rows as they stand, each as long as the header.

    Attributes
    ----------
    header : tuple of str
        Empty when the table cannot be read; then its one row is a hash of what lies there.
    rows : tuple of tuples of str
    fault : str
        Why it cannot be read, in Chinese; blank when it can.
    """

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    fault: str = ""

    def records(self) -> Iterator[tuple[tuple[str, ...], dict[str, str]]]:
        """Each row with its cells by column; no cells when the table cannot be read."""
        for row in self.rows:
            yield row, {} if self.fault else dict(zip(self.header, row, strict=True))


@dataclass(frozen=True)
class Placed:
    """A row, and what it counts for.

    Attributes
    ----------
    row : tuple of str
    measure : str
        The id of the measure that it speaks of; blank when it counts for every page.
    speaks_of, arrived : str
        The day that it is true for, and the day on which it arrived, in ISO text; blank when it counts whatever day is
        asked about.
    joins : str
        The id of the unit that it puts on the measure.
    """

    row: tuple[str, ...]
    measure: str = ""
    speaks_of: str = ""
    arrived: str = ""
    joins: str = ""

    def is_known(self, parameters: Parameters) -> bool:
        """Whether it is true for a day up to T, and had arrived by K."""
        return self.speaks_of <= parameters.as_of and self.arrived <= parameters.known_at


def placed_rows(tables: Mapping[str, Rows]) -> dict[str, tuple[Placed, ...]]:
    """Every row of every table with what it counts for."""
    ids = {
        name: {cells[name[:-1] + "_id"]: cells for _, cells in tables[name].records() if cells}
        for name in ("measures", "units", "commitments")
    }
    units = {"", *ids["units"]}

    def placed(table: str, row: tuple[str, ...], cells: dict[str, str]) -> Placed:
        if table in ("themes", "units") or not cells:
            return Placed(row)
        told = ids["commitments"].get(cells["commitment_id"], {}) if table == "actuals" else cells
        measure = told.get("measure_id", "")
        if measure not in ids["measures"] or cells.get("unit_id", "") not in units:
            return Placed(row)
        if table not in DAYS:
            return Placed(row, measure)
        speaks_of, arrived = (cells[column] if column else "" for column in DAYS[table])
        if not is_day(arrived) or not is_day(speaks_of or arrived):
            return Placed(row)
        if table == "progress":
            # What arrives before the day it speaks of tells how things stood when it arrived.
            speaks_of = min(speaks_of, arrived)
        joins = cells["unit_id"] if cells.get("decision") == "joined" else ""
        return Placed(row, measure, "" if cells.get("supersedes") else speaks_of, arrived, joins)

    return {name: tuple(placed(name, row, cells) for row, cells in table.records()) for name, table in tables.items()}


def is_day(text: str) -> bool:
    """Whether a text is a day that exists, in ISO text."""
    try:
        return _DAY.fullmatch(text) is not None and bool(date.fromisoformat(text))
    except ValueError:
        return False
