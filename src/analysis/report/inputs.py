"""What a page is made of: the rows of a plan, and what is asked of them.

Without pandas: that there is nothing to do must be known at once. Whether the rows are *right* is not asked here;
`analysis.plan.open_plan` does so before anything runs.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from analysis.basis.placing import DAYS, NEEDED, Placed, Rows, is_day, placed_rows
from analysis.catalogue import Message
from analysis.parameters import ParameterError, Parameters
from analysis.periods import Calendar
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
    from collections.abc import Mapping
    from pathlib import Path

    from analysis.plan import TableFile


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

    @cached_property
    def calendar(self) -> Calendar | None:
        """When feedback is owed; None when ``plan.toml`` does not say it as it must."""
        try:
            calendar = Calendar.of(self.head)
            if calendar.every != "none":
                calendar.due(calendar.named(calendar.first_period))
        except (ArithmeticError, AttributeError, LookupError, NotImplementedError, TypeError, ValueError):
            return None
        return calendar

    def require_calendar(self) -> Calendar:
        """When feedback is owed.

        Raises
        ------
        analysis.schema.DataError
            When ``plan.toml`` does not say it as it must; lists every problem of the plan.
        """
        return self.calendar or open_plan(self.folder).calendar

    @property
    def timezone(self) -> str:
        """The zone in which the plan's office counts its days; ``UTC`` when it says none."""
        said = self.calendar.timezone if self.calendar else Calendar.timezone
        # The calendar is as ``plan.toml`` says it: unchecked.
        return said if isinstance(said, str) else Calendar.timezone

    def known_by(self, as_of: str, known_at: str = "") -> str:
        """K of a page (`analysis.plan.known_by`): the clock is never asked."""
        return known_by(as_of, known_at, calendar=self.calendar)

    @property
    def units(self) -> list[str]:
        """The ids of all units, in the order of their file."""
        return [cells["unit_id"] for _, cells in self.tables["units"].records() if cells.get("unit_id")]

    def unit(self, name: str) -> str:
        """The id of the unit that goes by a name; raises `UnknownName`."""
        return find_name(unit_names(cells for _, cells in self.tables["units"].records()), name, Message("unit"))

    def theme(self, name: str) -> str:
        """The id of the theme that goes by a name; raises `UnknownName`."""
        return find_name(theme_names(cells for _, cells in self.tables["themes"].records()), name, Message("theme"))

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
        said = (cells for _, cells in self.tables["progress"].records() if cells)
        days = [(cells["as_of"], cells["reported_at"]) for cells in said]
        return max((min(pair) for pair in days if all(map(is_day, pair))), default="")

    @property
    def is_synthetic(self) -> bool:
        """Whether the record is made up; then it may speak of days that are to come."""
        return self.head.get("progress_provenance") == "synthetic"

    def arrivals(self) -> list[str]:
        """The days on which rows of the record arrived, as far as they can be read."""
        rows = ((cells, arrived) for name, (_, arrived) in DAYS.items() for _, cells in self.tables[name].records())
        return [cells[arrived] for cells, arrived in rows if is_day(cells.get(arrived, ""))]

    def used(self, parameters: Parameters) -> dict[str, Rows]:
        """The rows of each table that a page rests on, as known at its K."""
        kept = self._measures(parameters)
        return {
            name: Rows(
                self.tables[name].header,
                tuple(
                    one.row for one in placed if (not one.measure or one.measure in kept) and one.is_known(parameters)
                ),
            )
            for name, placed in self._placed.items()
        }

    @cached_property
    def _placed(self) -> dict[str, tuple[Placed, ...]]:
        return placed_rows(self.tables)

    def _measures(self, parameters: Parameters) -> set[str]:
        """The measures that a page shows: of its theme, and on which its unit is named or which it had joined."""
        measures = {cells["measure_id"]: cells["theme_id"] for _, cells in self.tables["measures"].records() if cells}
        kept = {measure for measure, theme in measures.items() if parameters.theme in ("", theme)}
        if not parameters.unit:
            return kept
        named = (cells for _, cells in self.tables["responsibilities"].records() if cells)
        on = {cells["measure_id"] for cells in named if cells["unit_id"] == parameters.unit}
        decided = (one for one in self._placed["decisions"] if one.is_known(parameters))
        return kept & (on | {one.measure for one in decided if one.joins == parameters.unit})


def read_inputs(id_or_path: str | Path) -> Inputs:
    """A plan's folder as text, whether or not it is right.

    Raises
    ------
    analysis.plan.UnknownName
        When there is no such plan.
    """
    folder = read_folder(find_plan(id_or_path))
    tables = {name: _placeable(file, NEEDED[name]) for name, file in folder.tables.items()}
    faults = [("plan.toml", str(folder.head_fault))] if folder.head_fault else []
    faults += [(folder.tables[name].name, rows.fault) for name, rows in tables.items() if rows.fault]
    return Inputs(folder.path, folder.head, folder.head_content, tables, tuple(faults))


def check_parameters(values: Mapping[str, str], inputs: Inputs) -> Parameters:
    """Parameters that are well formed and name what the plan has; a unit and a theme by their ids, K said.

    Raises
    ------
    ParameterError
        Lists every fault.
    analysis.schema.DataError
        When a unit or a theme is named and the file that names them cannot be read, or K is not said and the calendar
        cannot be read; lists every problem of the plan.
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
    issued = str(inputs.head.get("issued", ""))
    faults += [
        f"{name}，值“{day}”：早于方案印发之日 {issued}"
        for name, day in (("as_of", checked.as_of), ("compare_to", checked.compare_to))
        # Before it there was no plan of which anything could be said.
        if day and day < issued and is_day(issued)
    ]
    if faults:
        raise ParameterError("\n".join(faults))
    if not checked.known_at:
        inputs.require_calendar()
    return checked.model_copy(update={"known_at": inputs.known_by(checked.as_of, checked.known_at)})


def _placeable(file: TableFile, needed: tuple[str, ...]) -> Rows:
    """The rows of a file, when they can be placed; else a hash of what lies there, so that a change is noticed."""
    missing = [column for column in needed if column not in file.table.header]
    if file.fault == "missing":
        fault = "缺少这个文件"
    elif file.fault or not missing:
        fault = str(file.fault)
    else:
        fault = f"缺少这些列：{'、'.join(missing)}"
    if fault:
        return Rows((), ((file.sha256,),), fault)
    return Rows(file.table.header, tuple(file.table.rows.values()))
