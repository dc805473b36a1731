"""What a page is made of: the rows of a plan, and what is asked of them.

Without pandas: that there is nothing to do must be known at once. Whether the rows are *right* is not asked here;
`analysis.plan.open_plan` does so before anything runs. A row that cannot be placed counts for every page, so that a
broken file is always noticed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from analysis.parameters import ParameterError, Parameters
from analysis.plan import (
    UnknownName,
    data_folder,
    find_name,
    find_plan,
    known_by,
    open_plan,
    read_folder,
    theme_names,
    unit_names,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from analysis.plan import TableFile

_NEEDED = {
    "themes": ("theme_id", "title"),
    "measures": ("measure_id", "theme_id"),
    "units": ("unit_id", "name", "short", "aliases"),
    "responsibilities": ("measure_id", "unit_id"),
    "commitments": ("measure_id",),
    "progress": ("measure_id", "unit_id", "as_of", "reported_at", "supersedes"),
}
"""The tables of a plan, and the columns without which their rows cannot be placed."""
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
class Inputs:
    """A plan's folder as text.

    Attributes
    ----------
    folder : pathlib.Path
    head : mapping
        What ``plan.toml`` says; empty when it cannot be read.
    head_content : bytes
    tables : mapping of str to Rows
    faults : tuple of (str, str)
        The files that cannot be read, each with the reason in Chinese.
    """

    folder: Path
    head: Mapping[str, Any]
    head_content: bytes
    tables: Mapping[str, Rows]
    faults: tuple[tuple[str, str], ...] = ()

    def is_readable(self, *tables: str) -> bool:
        """Whether what some tables say is known."""
        return not any(self.tables[name].fault for name in tables)

    def require_readable(self, *tables: str) -> None:
        """See to it that what some tables say is known.

        Raises
        ------
        analysis.schema.DataError
            When one of them cannot be read; lists every problem of the plan.
        """
        if not self.is_readable(*tables):
            open_plan(self.folder)

    @property
    def id(self) -> str:
        """The plan's id."""
        return str(self.head.get("id", self.folder.name))

    @property
    def address(self) -> str:
        """What a notebook opens the plan by: the id of one that comes with the package, else the path of its folder."""
        return self.id if self.folder.parent == data_folder().resolve() else str(self.folder)

    @property
    def timezone(self) -> str:
        """The zone in which the plan's office counts its days; ``UTC`` when it says none."""
        return str(self._reporting.get("timezone", "UTC"))

    @property
    def due_day(self) -> int:
        """Feedback on a month is due by this day of the next month; 1 when the plan says none."""
        day = self._reporting.get("due_day")
        return day if isinstance(day, int) and 1 <= day <= 28 else 1

    @property
    def _reporting(self) -> Mapping[str, Any]:
        reporting = self.head.get("reporting")
        return reporting if isinstance(reporting, dict) else {}

    @property
    def units(self) -> list[str]:
        """The ids of all units, in the order of their file."""
        return [cells["unit_id"] for _, cells in self.tables["units"].records() if cells.get("unit_id")]

    def unit(self, name: str) -> str:
        """The id of the unit that goes by a name; raises `UnknownName`."""
        return find_name(unit_names(cells for _, cells in self.tables["units"].records()), name, "单位")

    def theme(self, name: str) -> str:
        """The id of the theme that goes by a name; raises `UnknownName`."""
        return find_name(theme_names(cells for _, cells in self.tables["themes"].records()), name, "主题")

    def short_name(self, key: str, lang: str) -> str:
        """What a unit or theme is called on pages; its id when the plan's files do not say."""
        column = f"short_{lang}"
        for table, name in (("units", "unit_id"), ("themes", "theme_id")):
            for _, cells in self.tables[table].records():
                if cells.get(name) == key:
                    return cells.get(column) or cells.get("short") or key
        return key

    def last_day(self) -> str:
        """The last day that the record of progress speaks of; empty when it speaks of none."""
        days = (cells.get("as_of", "") for _, cells in self.tables["progress"].records())
        return max(filter(_is_day, days), default="")

    def used(self, parameters: Parameters) -> dict[str, Rows]:
        """The rows of each table that a page rests on."""
        measures = {cells["measure_id"]: cells for _, cells in self.tables["measures"].records() if cells}
        pairs = {
            (cells["measure_id"], cells["unit_id"]) for _, cells in self.tables["responsibilities"].records() if cells
        }
        kept = {
            measure
            for measure, cells in measures.items()
            if (not parameters.theme or cells["theme_id"] == parameters.theme)
            and (not parameters.unit or (measure, parameters.unit) in pairs)
        }

        def is_used(table: str, cells: dict[str, str]) -> bool:
            if table in ("themes", "units") or not cells:
                return True
            measure = cells["measure_id"]
            if measure not in measures:
                return True
            if table != "progress":
                return measure in kept
            if (measure, cells["unit_id"]) not in pairs:
                return True
            as_of, reported = cells["as_of"], cells["reported_at"]
            if not (_is_day(as_of) and _is_day(reported)):
                return True
            # A correction takes its statement back whatever day it speaks of, so it counts even when that is later.
            speaks = as_of <= parameters.as_of or cells["supersedes"] != ""
            return measure in kept and speaks and reported <= parameters.known_at

        return {
            name: Rows(table.header, tuple(row for row, cells in table.records() if is_used(name, cells)))
            for name, table in self.tables.items()
        }


def read_inputs(id_or_path: str | Path) -> Inputs:
    """A plan's folder as text, whether or not it is right.

    Raises
    ------
    analysis.plan.UnknownName
        When there is no such plan.
    """
    folder = read_folder(find_plan(id_or_path))
    tables = {name: _placeable(file, _NEEDED[name]) for name, file in folder.tables.items()}
    faults = [("plan.toml", folder.head_fault)] if folder.head_fault else []
    faults += [(folder.tables[name].name, rows.fault) for name, rows in tables.items() if rows.fault]
    return Inputs(folder.path, folder.head, folder.head_content, tables, tuple(faults))


def check_parameters(values: Mapping[str, str], inputs: Inputs) -> Parameters:
    """Parameters that are well formed and name what the plan has; a unit and a theme by their ids, K said.

    Raises
    ------
    ParameterError
        Lists every fault.
    analysis.schema.DataError
        When a unit or a theme is named, and the file that names them cannot be read; lists every problem of the plan.
    """
    values = dict(values)
    faults: list[str] = []
    for name, table, find in (("unit", "units", inputs.unit), ("theme", "themes", inputs.theme)):
        given = values.get(name, "").strip()
        if given:
            inputs.require_readable(table)
        try:
            values[name] = find(given) if given else ""
        except UnknownName as unknown:
            faults.append(f"{name}：{unknown}")
    try:
        checked = Parameters.of(values)
    except ParameterError as failed:
        raise ParameterError("\n".join([*faults, str(failed)])) from failed
    if faults:
        raise ParameterError("\n".join(faults))
    return checked.model_copy(update={"known_at": known_by(checked.as_of, checked.known_at)})


def _placeable(file: TableFile, needed: tuple[str, ...]) -> Rows:
    """The rows of a file, when they can be placed; else a hash of what lies there, so that a change is noticed."""
    missing = [column for column in needed if column not in file.table.header]
    if file.fault == "missing":
        fault = "缺少这个文件"
    elif file.fault or not missing:
        fault = file.fault
    else:
        fault = f"缺少这些列：{'、'.join(missing)}"
    if fault:
        return Rows((), ((file.sha256,),), fault)
    return Rows(file.table.header, tuple(file.table.rows.values()))


def _is_day(text: str) -> bool:
    try:
        return _DAY.fullmatch(text) is not None and bool(date.fromisoformat(text))
    except ValueError:
        return False
