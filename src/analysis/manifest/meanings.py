"""What the ids mean by which a plan's record speaks: a statement that names one is about what it meant then."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from analysis.manifest.pages import Origin

MEANT = {
    "units": ("unit_id", "name"),
    "commitments": (
        *("commitment_id", "measure_id", "text_span"),
        *("comparator", "quantity", "quantity_high", "quantity_unit"),
    ),
}
"""The tables whose ids the record names: the column of the id, and those that say what it means."""

_CALLED = {"units": "单位", "commitments": "承诺"}
_NUMBERS = ("quantity", "quantity_high")
_NAMED = 6


def meanings_of(tables: Mapping[str, Sequence[Mapping[str, str]]]) -> dict[str, dict[str, str]]:
    """By table and id, a fingerprint of what the id means; an id that stands twice, or means nothing, is left out.

    Parameters
    ----------
    tables : mapping of str to sequence of mapping of str to str
        Of those in `MEANT` the rows, each with its cells by column.
    """
    meanings: dict[str, dict[str, str]] = {}
    for table, rows in tables.items():
        key, *columns = MEANT[table]
        times = Counter(cells.get(key, "") for cells in rows)
        said = {cells.get(key, ""): [_plain(cells, column) for column in columns] for cells in rows}
        meanings[table] = {id_: _hash(what) for id_, what in said.items() if id_ and times[id_] == 1 and any(what)}
    return meanings


def merged(before: Origin, now: Origin) -> dict[str, dict[str, str]]:
    """What is to be remembered: of an id that is gone, what it meant, for pages still speak of it."""
    tables = [table for table in MEANT if table in before.meanings or table in now.meanings]
    return {table: {**before.meanings.get(table, {}), **now.meanings.get(table, {})} for table in tables}


def differing(before: Origin, now: Origin) -> Iterator[str]:
    """Name, table by table, the ids that mean another thing than before; one that is new or gone is none of them."""
    for table, known in before.meanings.items():
        meant = now.meanings.get(table, {})
        ids = [id_ for id_, what in known.items() if meant.get(id_, what) != what]
        if ids:
            listed = "、".join(ids[:_NAMED]) + (f" 等 {len(ids)} 个" if len(ids) > _NAMED else "")
            yield f"{table}.csv 中编号 {listed} 所指的{_CALLED[table]}"


def _plain(cells: Mapping[str, str], column: str) -> str:
    """A cell, however a spreadsheet writes the same number."""
    text = cells.get(column, "").strip()
    return text.rstrip("0").rstrip(".") if column in _NUMBERS and "." in text else text


def _hash(said: Sequence[str]) -> str:
    return hashlib.sha256(json.dumps(said, ensure_ascii=False).encode("utf-8", "surrogatepass")).hexdigest()[:16]
