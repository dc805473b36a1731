"""The one reader of a plan's folder: its files as text, whether or not they are right.

Without pandas, so that a run which has nothing to do knows it at once.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from analysis.catalogue import Message, reason_of, system_reason
from analysis.files import CsvTable, read_csv, read_toml

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

NOTICE = ("themes", "measures", "units", "responsibilities", "commitments")
"""The tables that never change."""

RECORD = ("progress", "decisions", "actuals")
"""The tables of the record; with `NOTICE` the keys of `analysis.schema.TABLES`, which takes pandas to import."""

_NOTHING = CsvTable((), {})


@dataclass(frozen=True)
class TableFile:
    """One table of a plan's folder as text.

    Attributes
    ----------
    name : str
        What problems and pages call it.
    table : analysis.files.CsvTable
        Empty when it could not be read.
    sha256 : str
        Of what it holds; blank when there is no such file.
    fault : analysis.catalogue.Message or str
        Why it could not be read; blank when it could. Of a file that is not there: ``missing``.
    """

    name: str
    table: CsvTable
    sha256: str
    fault: Message | str = ""

    def records(self) -> Iterator[dict[str, str]]:
        """Each row's cells by column."""
        for row in self.table.rows.values():
            yield dict(zip(self.table.header, row, strict=True))


@dataclass(frozen=True)
class PlanFolder:
    """A plan's folder as text.

    Attributes
    ----------
    path : pathlib.Path
    head : mapping
        What ``plan.toml`` says; empty when it cannot be read.
    head_content : bytes
    head_fault : str
        Why it cannot be read.
    tables : mapping of str to TableFile
        By the names of `NOTICE` and `RECORD`.
    """

    path: Path
    head: Mapping[str, Any]
    head_content: bytes
    tables: Mapping[str, TableFile] = field(default_factory=dict)
    head_fault: Message | str = ""


def read_folder(path: Path) -> PlanFolder:
    """The files of a plan's folder, which must hold ``plan.toml``."""
    try:
        content = (path / "plan.toml").read_bytes()
        head, fault = read_head(content)
    except OSError as failed:
        head, content, fault = {}, b"", _unopened(failed)
    tables = {name: _read_table(path / f"{name}.csv") for name in NOTICE}
    tables |= {name: _read_record(path, head, name) for name in RECORD}
    return PlanFolder(path, head, content, tables, fault)


def read_head(content: bytes) -> tuple[dict[str, Any], Message | str]:
    """What ``plan.toml`` says, and why it cannot be read when it cannot."""
    try:
        return read_toml(content), ""
    except ValueError as failed:
        return {}, reason_of(failed)


def _read_record(path: Path, head: Mapping[str, Any], table: str) -> TableFile:
    kept = head.get("progress", "progress.csv")
    if not isinstance(kept, str) or kept.endswith(".csv"):
        statements = path / (kept if isinstance(kept, str) else "progress.csv")
        return _read_table(statements if table == "progress" else statements.with_name(f"{table}.csv"))
    # A record in Parquet or in a database takes pandas to read.
    from analysis import record

    try:
        place = record.place_of(path, head, table)
    except ValueError:
        return _read_table(path / f"{table}.csv")
    try:
        rows, sha256 = record.read(place)
    except FileNotFoundError:
        return TableFile(place.name, _NOTHING, "", "missing")
    except OSError as failed:
        return TableFile(place.name, _NOTHING, "", _unopened(failed))
    except ValueError as failed:
        return TableFile(place.name, _NOTHING, "", reason_of(failed))
    cells = rows.itertuples(index=True, name=None)
    return TableFile(place.name, CsvTable(tuple(rows.columns), {row[0]: row[1:] for row in cells}), sha256)


def _read_table(file: Path) -> TableFile:
    try:
        content = file.read_bytes()
    except FileNotFoundError:
        return TableFile(file.name, _NOTHING, "", "missing")
    except (OSError, ValueError) as failed:
        return TableFile(file.name, _NOTHING, "", _unopened(failed))
    sha256 = hashlib.sha256(content).hexdigest()
    try:
        return TableFile(file.name, read_csv(content), sha256)
    except ValueError as failed:
        return TableFile(file.name, _NOTHING, sha256, reason_of(failed))


def _unopened(failed: Exception) -> Message:
    reason = system_reason(failed) if isinstance(failed, OSError) else failed
    return Message("the file cannot be opened: {reason}", reason=reason)
