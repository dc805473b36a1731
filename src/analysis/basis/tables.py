"""The tables of a plan as known on a day, as files that make the same pages wherever they are."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from analysis.basis.placing import DAYS, is_day
from analysis.files import as_meant, csv_text, plain_csv_text, secrets_of
from analysis.manifest import Basis

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    Cells = tuple[Sequence[str], Iterable[Sequence[str]]]
    """A header, and the rows below it."""

HEAD = "plan.toml"


@dataclass(frozen=True)
class Kept:
    """The files of a basis.

    Attributes
    ----------
    basis : analysis.manifest.Basis
    texts : mapping of str to str
        What each file says, by its name in the plan's folder.
    """

    basis: Basis
    texts: Mapping[str, str]

    def in_site(self) -> dict[str, str]:
        """What each file says, by its place in a site."""
        return {path: self.texts[name] for name, path in self.basis.paths().items()}


def kept_tables(plan_id: str, head: Mapping[str, Any], tables: Mapping[str, Cells], *, known_at: str) -> Kept:
    """What the pages of a plan as known at K rest on: its tables, and of its record what had arrived by then.

    Columns of the office's own, which nobody reads, and where the record is kept, which may hold a password, stay at
    home.

    Parameters
    ----------
    plan_id : str
    head : mapping
        What ``plan.toml`` says.
    tables : mapping of str to (header, rows)
        Cells as they stand in the files, by the names of `analysis.schema.TABLES`.
    known_at : str
        K, an ISO day.
    """
    said = {key: value for key, value in head.items() if key != "progress"}
    if secrets_of(said):
        raise ValueError("plan.toml")
    texts = {HEAD: toml_text(said)}
    for name, (header, rows) in tables.items():
        kept = [place for place, column in enumerate(header) if _is_read(name, column)]
        arrived = list(header).index(DAYS[name][1]) if name in DAYS else None
        # What is no day is later than none, and told by the rules.
        shown = [row for row in rows if arrived is None or not (is_day(row[arrived]) and row[arrived] > known_at)]
        cells = [[row[place] for place in kept] for row in (header, *shown)]
        if name in DAYS:
            texts[f"{name}.csv"] = csv_text([[as_meant(cell) for cell in row] for row in cells])
        else:
            texts[f"{name}.csv"] = plain_csv_text(cells)
    hashes = {name: hashlib.sha256(text.encode("utf-8")).hexdigest() for name, text in texts.items()}
    return Kept(Basis(plan_id, hashes), texts)


def toml_text(said: Mapping[str, Any]) -> str:
    """A mapping as TOML, as far as ``plan.toml`` goes: texts, numbers, days, lists, tables, lists of tables."""
    return "".join(f"{line}\n" for line in _lines(said))


def _lines(said: Mapping[str, Any], name: str = "", *, is_one_of_many: bool = False) -> list[str]:
    """The lines of a table under its name; those of the file where it has none."""
    lines = [f"{_text(key)} = {_value(value)}" for key, value in said.items() if not _is_table(value)]
    if name and (lines or is_one_of_many or not said):
        lines = ["", f"[[{name}]]" if is_one_of_many else f"[{name}]", *lines]
    for key, value in said.items():
        if _is_table(value):
            inner = f"{name}.{_text(key)}" if name else _text(key)
            for part in [value] if isinstance(value, dict) else value:
                lines += _lines(part, inner, is_one_of_many=isinstance(value, list))
    return lines


def _is_table(value: object) -> bool:
    is_list = isinstance(value, list) and bool(value) and all(isinstance(part, dict) for part in value)
    return isinstance(value, dict) or is_list


def _value(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return f"[{', '.join(map(_value, value))}]"
    return _text(value) if isinstance(value, str) else str(value)


def _text(text: str) -> str:
    # A control that JSON leaves bare is none of TOML's.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _is_read(table: str, column: str) -> bool:
    from analysis.schema import TABLES

    fields = TABLES[table]
    translated = [re.escape(field.name) for field in fields if field.in_languages]
    return any(field.name == column for field in fields) or (
        bool(translated) and re.fullmatch(rf"({'|'.join(translated)})_[a-z]{{2,3}}", column) is not None
    )
