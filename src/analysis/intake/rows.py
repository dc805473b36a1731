"""The rows of a form's table → its statements, and a remark on everything in it that was not taken."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from analysis.forms.layout import ENTRIES
from analysis.grids import address, as_written, is_blank
from analysis.intake.identity import folded
from analysis.intake.statements import Statement
from analysis.intake.values import value_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from analysis.forms import Table
    from analysis.intake.statements import Form


def read_rows(form: Form, table: Table, *, measures: Mapping[str, str], as_of: pd.Timestamp | None) -> None:
    """Add to a form what the rows of one of its tables say.

    Parameters
    ----------
    form : Form
    table : Table
    measures : mapping
        What measures go by, folded → their ids.
    as_of : pandas.Timestamp, optional
        The day the form speaks of.
    """
    _spread(table)
    body = table.body
    for row in body:
        measure_id, name = _measure(table, row, measures)
        entries = {key: table.at(row, key) for key in ENTRIES}
        if not all(map(is_blank, entries.values())):
            form.statements.append(_statement(table, row, measure_id, name, entries, as_of=as_of))
        elif measure_id:
            form.unfilled += 1
        elif name:
            form.remark("表格之外的文字，未采用", sheet=table.grid.name, cell=address(row, 0), value=name)
    _remark_other_columns(form, table, body)


def _statement(
    table: Table, row: int, measure_id: str, name: str, entries: Mapping[str, Any], *, as_of: pd.Timestamp | None
) -> Statement:
    cells = {key: address(row, place) for key, place in table.columns.items()}
    written = {key: as_written(cell) for key, cell in entries.items() if key in table.columns} | {"measure_id": name}
    statement = Statement(table.grid.name, row + 1, {"measure_id": measure_id}, written, cells)
    if not measure_id:
        statement.refuse("measure_id", "方案中没有这个措施编号" if name else "缺少措施编号")
    for key, cell in entries.items():
        value = value_of(key, cell, as_of=as_of)
        statement.texts[key] = value.text
        if value.fault:
            statement.refuse(key, value.fault)
        elif value.note:
            statement.remark(key, value.note)
    return statement


def _remark_other_columns(form: Form, table: Table, body: list[int]) -> None:
    others: dict[int, list[int]] = {}
    for row in body:
        for place, cell in enumerate(table.grid.rows[row]):
            if place not in table.columns.values() and not is_blank(cell):
                others.setdefault(place, []).append(row)
    for place, rows in others.items():
        form.remark(
            f"表中多出的一列（{len(rows)} 格有内容），未采用",
            sheet=table.grid.name,
            cell=address(rows[0], place),
            column=as_written(table.grid.at(table.top, place)) or "（无列名）",
            value=as_written(table.grid.at(rows[0], place)),
        )


def _measure(table: Table, row: int, measures: Mapping[str, str]) -> tuple[str, str]:
    """The measure of a row, and what was written for it: by its number, else by its title."""
    number, text = as_written(table.at(row, "measure_id")), as_written(table.at(row, "measure"))
    if number.strip() or "measure" not in table.columns:
        return measures.get(folded(number), ""), number
    title = re.sub(r"^\d+[.、]\s*", "", text.strip().split("\n")[0])
    return measures.get(folded(title), ""), text.split("\n")[0]


def _spread(table: Table) -> None:
    """Give every row under a merged cell what the cell says: people merge cells to say one thing of many measures."""
    grid = table.grid
    for (first, left), (last, _) in grid.merged:
        if first > table.top:
            for row in range(first + 1, min(last + 1, len(grid.rows))):
                grid.put(row, left, grid.at(first, left))
