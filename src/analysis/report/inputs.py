"""What a page is made of: the rows of a plan, and what is asked of them.

Reads a plan's files as rows of text, without pandas: that there is nothing to do must be known at once. Whether the
rows are *right* is not asked here; `analysis.plan.open_plan` does so before anything runs. A row that cannot be placed
counts for every page, so that a broken file is always noticed.
"""

from __future__ import annotations

import csv
import io
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from analysis.parameters import ParameterError, Parameters
from analysis.plan import UnknownName, data_folder, find_name, find_plan

_TABLES = ("themes", "measures", "units", "responsibilities", "commitments", "progress")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


@dataclass(frozen=True)
class Rows:
    """One file of a plan: its header, and its rows as they stand."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def records(self) -> Iterator[tuple[tuple[str, ...], dict[str, str]]]:
        """Each row with its cells by column; no cells when its length is not the header's."""
        for row in self.rows:
            yield row, dict(zip(self.header, row, strict=True)) if len(row) == len(self.header) else {}


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
    """

    folder: Path
    head: Mapping[str, Any]
    head_content: bytes
    tables: Mapping[str, Rows]

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
        names = {
            known: cells.get("unit_id", "")
            for _, cells in self.tables["units"].records()
            for known in (*map(cells.get, ("unit_id", "name", "short")), *cells.get("aliases", "").split("|"))
            if known
        }
        return find_name(names, name, "单位")

    def theme(self, name: str) -> str:
        """The id of the theme that goes by a name; raises `UnknownName`."""
        records = self.tables["themes"].records()
        names = {known: cells["theme_id"] for _, cells in records for known in map(cells.get, ("theme_id", "title"))}
        return find_name(names, name, "主题")

    def short_name(self, key: str, lang: str) -> str:
        """What a unit or theme is called on pages; its id when the plan's files do not say."""
        column = "short" if lang == "zh" else f"short_{lang}"
        for table, name in (("units", "unit_id"), ("themes", "theme_id")):
            for _, cells in self.tables[table].records():
                if cells.get(name) == key:
                    return cells.get(column) or key
        return key

    def last_day(self) -> str:
        """The last day that the record of progress speaks of; empty when it speaks of none."""
        days = (cells.get("as_of", "") for _, cells in self.tables["progress"].records())
        return max(filter(_is_day, days), default="")

    def used(self, parameters: Parameters) -> dict[str, Rows]:
        """The rows of each table that a page rests on."""
        measures = {cells.get("measure_id", ""): cells for _, cells in self.tables["measures"].records()}
        pairs = {
            (cells.get("measure_id", ""), cells.get("unit_id", ""))
            for _, cells in self.tables["responsibilities"].records()
        }
        kept = {
            measure
            for measure, cells in measures.items()
            if (not parameters.theme or cells.get("theme_id") == parameters.theme)
            and (not parameters.unit or (measure, parameters.unit) in pairs)
        }

        def is_used(table: str, cells: dict[str, str]) -> bool:
            if table in ("themes", "units") or not cells:
                return True
            measure = cells.get("measure_id", "")
            if measure not in measures:
                return True
            if table != "progress":
                return measure in kept
            if (measure, cells.get("unit_id", "")) not in pairs:
                return True
            as_of, reported = cells.get("as_of", ""), cells.get("reported_at", "")
            if not (_is_day(as_of) and _is_day(reported)):
                return True
            # A correction takes its statement back whatever day it speaks of, so it counts even when that is later.
            told = as_of <= parameters.as_of or cells.get("supersedes", "") != ""
            return measure in kept and told and reported <= parameters.known

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
    folder = find_plan(id_or_path)
    content = (folder / "plan.toml").read_bytes()
    try:
        head = tomllib.loads(content.decode("utf-8"))
    except ValueError:
        head = {}
    tables = {name: _read_rows(folder / f"{name}.csv") for name in _TABLES if name != "progress"}
    return Inputs(folder, head, content, {**tables, "progress": _read_record(folder, head)})


def check_parameters(values: dict[str, str], inputs: Inputs) -> Parameters:
    """Parameters that are well formed and name what the plan has; a unit and a theme by their ids.

    Raises
    ------
    ParameterError
        Lists every fault.
    """
    faults: list[str] = []
    values = dict(values)
    for name, find in (("unit", inputs.unit), ("theme", inputs.theme)):
        try:
            values[name] = find(values[name].strip()) if values.get(name, "").strip() else ""
        except UnknownName as unknown:
            faults.append(f"{name}：{unknown}")
    try:
        checked = Parameters.model_validate(values)
    except ValidationError as failed:
        for fault in failed.errors():
            name = ".".join(map(str, fault["loc"])) or "参数"
            told = "没有这个参数" if fault["type"] == "extra_forbidden" else fault["msg"].removeprefix("Value error, ")
            faults.append(f"{name}，值“{fault['input']}”：{told}" if fault["loc"] else told)
        raise ParameterError("\n".join(faults)) from failed
    if faults:
        raise ParameterError("\n".join(faults))
    return checked


def _read_record(folder: Path, head: Mapping[str, Any]) -> Rows:
    said = head.get("progress", "progress.csv")
    if not isinstance(said, str) or said.endswith(".csv"):
        return _read_rows(folder / str(said))
    # A record in Parquet or in a database is read as the plan reads it: that takes pandas.
    from analysis import record

    try:
        log = record.read(record.place_of(folder, head))[0]
    except (OSError, ValueError) as failed:
        return Rows((), ((str(failed),),))
    return Rows(tuple(log.columns), tuple(log.itertuples(index=False, name=None)))


def _read_rows(file: Path) -> Rows:
    try:
        content = file.read_bytes()
    except OSError:
        return Rows((), ())
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            rows = list(csv.reader(io.StringIO(content.decode(encoding))))
        except (UnicodeDecodeError, csv.Error):
            continue
        return Rows(tuple(rows[0]) if rows else (), tuple(tuple(row) for row in rows[1:] if any(row)))
    return Rows((), ((content.hex(),),))


def _is_day(text: str) -> bool:
    try:
        return _DAY.fullmatch(text) is not None and bool(date.fromisoformat(text))
    except ValueError:
        return False
