"""The rows of a form's tables → its statements, and a remark on everything in them that was not taken."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from analysis.catalogue import Message
from analysis.entries import value_of
from analysis.forms.layout import DECISION_OF_WORD, STATUS_OF_WORD, plain, whole
from analysis.grids import address, as_written, is_blank
from analysis.returned.identity import folded
from analysis.returned.statements import Statement
from analysis.returned.tables import label_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from analysis.grids import Grid
    from analysis.returned.identity import Names
    from analysis.returned.statements import Form
    from analysis.returned.tables import Table

_OUTSIDE = Message("text outside of the table, not taken")


def read_rows(form: Form, table: Table, names: Names, *, as_of: pd.Timestamp | None, is_ours: bool = False) -> None:
    """Add to a form what the rows of one of its tables say.

    Parameters
    ----------
    form : Form
    table : Table
    names : Names
        What the plan's things go by.
    as_of : pandas.Timestamp, optional
        The day the form speaks of.
    is_ours : bool
        Whether we sent it out, with every heading in its place.
    """
    _spread(table)
    body = table.body
    for row in body:
        key, name, other = _subject(table, row, names)
        entries = {column: table.at(row, column) for column in table.sheet.entries}
        if not all(map(is_blank, entries.values())):
            statement = _statement(table, row, "" if other else key, name, entries, names, as_of=as_of, other=other)
            if table.sheet.table == "decisions" and not statement.texts["decision"] and not statement.errors:
                _undecided(form, statement, entries)
            else:
                form.statements.append(statement)
        elif key:
            form.unfilled += row < table.last_asked and table.sheet.table != "actuals"
        elif name:
            form.remark(_OUTSIDE, sheet=table.grid.name, cell=address(row, 0), value=name)
    _tell_other_columns(form, table, body, is_ours=is_ours)


def _statement(
    table: Table,
    row: int,
    key: str,
    name: str,
    entries: dict[str, Any],
    names: Names,
    *,
    as_of: pd.Timestamp | None,
    other: str = "",
) -> Statement:
    sheet = table.sheet
    cells = {column: address(row, place) for column, place in table.columns.items()}
    written = {column: as_written(cell) for column, cell in entries.items() if column in table.columns}
    statement = Statement(
        table.grid.name, row + 1, {sheet.key: key}, written | {sheet.key: name}, cells, table=sheet.table
    )
    if other:
        rule = Message(
            "the number is not that of the measure beside it, which is {other}: which is meant?", other=other
        )
        statement.refuse(sheet.key, rule)
    elif not key:
        is_promise = sheet.table == "actuals"
        unknown = Message("the plan has no such {what}", what=Message("commitment" if is_promise else "measure"))
        missing = Message("the number is missing that says what the row speaks of")
        statement.refuse(sheet.key, unknown if name else missing)
    is_undecided = sheet.table == "decisions" and not value_of("decision", entries["decision"], as_of=as_of).text
    for column, cell in entries.items():
        # What is not decided needs neither day nor name.
        if is_undecided and column == "effective_on":
            statement.texts[column] = ""
            continue
        value = value_of(column, cell, as_of=as_of)
        statement.texts[column] = value.text
        if value.fault:
            statement.refuse(column, value.fault)
        elif value.note:
            statement.remark(column, value.note)
    if sheet.table == "decisions" and statement.texts["decision"]:
        _check_decider(statement, names)
    return statement


def _check_decider(statement: Statement, names: Names) -> None:
    """Who decided goes by any of their names, and must be one who may."""
    said = statement.texts["decided_by"]
    words = "、".join(dict.fromkeys(names.deciders.values()))
    if not said:
        statement.refuse("decided_by", Message("it is missing who decided: should be one of: {words}", words=words))
    elif folded(said) not in names.deciders:
        statement.refuse("decided_by", Message("should be one of: {words}", words=words))
    else:
        statement.texts["decided_by"] = names.deciders[folded(said)]


def _undecided(form: Form, statement: Statement, entries: dict[str, Any]) -> None:
    """A row on which the office does not decide; what else it holds is not taken, and said so."""
    form.unfilled += 1
    others = [column for column, cell in entries.items() if column != "decision" and not is_blank(cell)]
    if others:
        column = others[0]
        form.remark(
            Message("nothing is decided in this row: what else it says is not taken"),
            sheet=statement.sheet,
            cell=statement.cells[column],
            column=statement.layout.heads[column],
            value=statement.written[column],
        )


def _tell_other_columns(form: Form, table: Table, body: list[int], *, is_ours: bool) -> None:
    """Say of other columns that they are not taken; where one may be ours under another name, refuse the form."""
    needed = (table.sheet.key, *table.sheet.entries) if is_ours else ()
    lost = "、".join(f"“{table.sheet.heads[column]}”" for column in needed if column not in table.columns)
    others: dict[int, list[int]] = {}
    for row in body:
        for place, cell in enumerate(table.grid.rows[row]):
            if place not in table.columns.values() and not is_blank(cell):
                others.setdefault(place, []).append(row)
    if lost and not others:
        gone = Message("of the form's columns, {lost} is missing: whatever stood there is not taken", lost=lost)
        form.remark(gone, sheet=table.grid.name, cell=address(table.top, 0))
    ours = {plain(table.sheet.heads[column]) for column in table.columns}
    for place, rows in others.items():
        head = as_written(table.grid.at(table.top, place))
        said = {"sheet": table.grid.name, "column": head or "—", "value": as_written(table.grid.at(rows[0], place))}
        if lost:
            rule = Message("a column is not ours, and {lost} is missing: write the heading as it was", lost=lost)
            form.refuse(rule, cell=address(table.top, place), **said)
        elif plain(head) in ours:
            form.refuse(
                Message("two columns are called so: delete one, so that it is plain which counts"),
                cell=address(table.top, place),
                **said,
            )
        else:
            rule = Message("a column that is not ours ({n} cells are filled), not taken", n=len(rows))
            form.remark(rule, cell=address(rows[0], place), **said)


def tell_rows_gone(form: Form, tables: Sequence[Table], names: Names, asked: Sequence[str]) -> None:
    """Say of what a form asked for and has no row of any more that nothing is known of it."""
    there = {_subject(table, row, names)[0] for table in tables for row in table.body}
    if gone := [measure for measure in asked if measure not in there]:
        form.unfilled += len(gone)
        form.remark(Message("asked for, but without a row any more: {measures}", measures="、".join(gone)))


def tell_rows_above(form: Form, tables: Sequence[Table], names: Names) -> None:
    """Refuse a form with a row of a table above all headings; say of other words there that they are not taken."""
    tops = {id(one.grid): one.top for one in reversed(tables)}
    for table in tables:
        for row in range(tops[id(table.grid)]):
            filled = [table.columns[one] for one in table.sheet.entries if not is_blank(table.at(row, one))]
            key, _, other = _subject(table, row, names)
            place = {"sheet": table.grid.name, "cell": address(row, filled[0] if filled else 0)}
            if filled and (key or other):
                form.refuse(Message("a row of the table stands above its headings: move it below them"), **place)
            elif filled and table.top == tops[id(table.grid)] and not any(map(_is_label, table.grid.rows[row])):
                form.remark(_OUTSIDE, **place, value=as_written(table.grid.at(row, filled[0])))


def tell_other_sheet(form: Form, grid: Grid, names: Names) -> None:
    """Refuse a form with rows of its table on a sheet without headings; say of any other sheet that it is not taken."""
    filled = [
        (address(row, column), as_written(cell))
        for row, cells in enumerate(grid.rows)
        for column, cell in enumerate(cells)
        if not is_blank(cell)
    ]
    for row, cells in enumerate(grid.rows):
        texts = [as_written(cell).strip() for cell in cells if not is_blank(cell)]
        # A bare number may number anything.
        is_of_a_measure = any(folded(_title(text)) in names.measures for text in texts if not text.isdecimal())
        if is_of_a_measure and any(whole(text) in STATUS_OF_WORD | DECISION_OF_WORD for text in texts):
            rule = Message("a row of the table stands on a sheet without its headings: move it below them")
            form.refuse(rule, sheet=grid.name, cell=address(row, 0), value=texts[0])
            return
    if filled and not grid.is_hidden:
        cell, value = filled[0]
        rule = Message("a sheet that is not ours ({n} cells are filled), not taken", n=len(filled))
        form.remark(rule, sheet=grid.name, cell=cell, value=value)


def _is_label(cell: object) -> bool:
    return label_of(cell)[0] is not None


def _title(text: str) -> str:
    """The title of a measure, from the cell in which a form has its number, title and text."""
    return re.sub(r"^\d+[.、]\s*", "", text.strip().split("\n")[0])


def _subject(table: Table, row: int, names: Names) -> tuple[str, str, str]:
    """What a row speaks of, and what was written for it: by its number, else by its title; and what else by that."""
    sheet = table.sheet
    known = names.commitments if sheet.table == "actuals" else names.measures
    number, text = as_written(table.at(row, sheet.key)), as_written(table.at(row, sheet.title))
    title = _title(text)
    by_title = known.get(folded(title), "") if title else ""
    if number.strip() or sheet.title not in table.columns:
        by_number = known.get(folded(number), "")
        return by_number, number, by_title if by_number and by_title != by_number else ""
    return by_title, text.split("\n")[0], ""


def _spread(table: Table) -> None:
    """Give every row under a merged cell what the cell says: people merge cells to say one thing of many measures."""
    grid = table.grid
    for (first, left), (last, _) in grid.merged:
        if table.top < first < table.end:
            for row in range(first + 1, min(last + 1, table.end)):
                grid.put(row, left, grid.at(first, left))
