"""A returned file → whose it is, what it speaks of, and its statements one by one."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import pandas as pd

from analysis.catalogue import Message
from analysis.forms import NOBODY_VERIFIES
from analysis.forms.layout import COMMENTS_BY, HIDDEN_SHEET
from analysis.grids import Unreadable, address, as_written, is_blank, read_grids
from analysis.returned.identity import date_arrival, identify
from analysis.returned.rows import read_rows, tell_other_sheet, tell_rows_above, tell_rows_gone
from analysis.returned.statements import Form
from analysis.returned.tables import OURS, disagreements, head_of, tables_of
from analysis.schema import MOST_DAYS_AHEAD

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from analysis.grids import Grid
    from analysis.plan import Plan
    from analysis.returned.identity import Names
    from analysis.returned.tables import Head, Table


def read_form(
    file: Path, plan: Plan, names: Names, *, reported_at: pd.Timestamp | None, today: pd.Timestamp | None = None
) -> Form:
    """A returned file, read as far as it goes.

    Parameters
    ----------
    file : pathlib.Path
    plan : analysis.plan.Plan
    names : analysis.returned.identity.Names
        Of that plan.
    reported_at : pandas.Timestamp, optional
        The day the office received it, for forms that do not state their own.
    today : pandas.Timestamp, optional
        The day on which the office's own sheet is recorded where it states none.
    """
    form = Form(file)
    try:
        grids = read_grids(file)
    except Unreadable as failed:
        form.refuse(failed.args[0])
        return form
    tables = [table for grid in grids for table in tables_of(grid)]
    head = head_of(grids, tables)
    if _is_untouched(head.hidden.get("returned", ""), grids):
        form.unchanged = True
        return form
    # Promises alone are no form: the header of its measures is lost.
    if all(table.sheet.table == "actuals" for table in tables):
        form.refuse(
            Message(
                "no header of a table was found: it should have {columns}; use the form that was sent out",
                columns="“措施编号”“进展状态”",
            )
        )
        return form
    form.is_office = any(table.sheet.table == "decisions" for table in tables)
    if form.is_office and not plan.is_verified:
        form.refuse(NOBODY_VERIFIES)
    _tell_sheets(form, grids, tables, names)
    identify(form, head, plan, names)
    date_arrival(form, head, reported_at=reported_at, today=today)
    as_of = pd.Timestamp(form.as_of) if form.as_of else None
    _check_day(form, head, plan, today)
    tell_rows_above(form, tables, names)
    tell_rows_gone(form, tables, names, head.hidden.get("asked", "").split())
    for table in tables:
        read_rows(form, table, names, as_of=as_of, is_ours=bool(head.form_id))
    if form.is_office and any(statement.table != "decisions" for statement in form.statements):
        form.refuse(Message("a file holds either a unit's form or the office's sheet: send them as two files"))
    return form


def _tell_sheets(form: Form, grids: Sequence[Grid], tables: Sequence[Table], names: Names) -> None:
    """Refuse a form whose sheets say different things, or hide one; say of other sheets that they are not taken."""
    for grid in {id(table.grid): table.grid for table in tables if table.grid.is_hidden}.values():
        rule = Message("a hidden sheet holds a table, too: show it or delete it, so that it is plain what counts")
        form.refuse(rule, sheet=grid.name)
    for label, column, other in disagreements(tables):
        rule = Message("another sheet of the file says {other}: send each as a file of its own", other=other)
        form.refuse(rule, sheet=label.sheet, cell=label.cell, column=column, value=as_written(label.value))
    for grid in grids:
        if grid.name not in OURS and all(table.grid is not grid for table in tables):
            tell_other_sheet(form, grid, names)
        for cell, author, text in grid.comments:
            if author != COMMENTS_BY:
                form.remark(Message("a comment on the cell, not taken"), sheet=grid.name, cell=cell, value=text)


def _check_day(form: Form, head: Head, plan: Plan, today: pd.Timestamp | None) -> None:
    """Refuse a day of which nobody can have spoken: before the plan was issued, or far ahead."""
    if form.is_office or not form.as_of:
        return
    if form.as_of < f"{plan.issued:%Y-%m-%d}":
        rule = Message("is before the plan was issued, {day}", day=f"{plan.issued:%Y-%m-%d}")
    elif today is not None and form.as_of > f"{today + pd.Timedelta(days=MOST_DAYS_AHEAD):%Y-%m-%d}":
        rule = Message("has not come yet: today is {day}", day=f"{today:%Y-%m-%d}")
    else:
        return
    form.refuse(rule, value=form.as_of, **head.place("as_of"))
    # Nothing was asked about such a day, so no form of it can go back.
    form.as_of = ""


def fingerprint(grids: Sequence[Grid]) -> str:
    """What a file says, in short: the same as long as nobody writes on one of its sheets, wherever there is room."""
    said = [
        (grid.name, address(row, column), as_written(cell).replace("\r\n", "\n"))
        for grid in grids
        if grid.name != HIDDEN_SHEET
        for row, cells in enumerate(grid.rows)
        for column, cell in enumerate(cells)
        if not is_blank(cell)
    ]
    # Programs set them anew, with other blanks.
    pinned = [(grid.name, cell, "".join(text.split())) for grid in grids for cell, _, text in grid.comments]
    return " ".join(hashlib.sha256(repr(part).encode("utf-8")).hexdigest() for part in (said, pinned))


def _is_untouched(returned: str, grids: Sequence[Grid]) -> bool:
    """Whether a marked copy says what it said when it went out; of comments, where its kind of file tells of any."""
    before, now = returned.split(" "), fingerprint(grids).split(" ")
    return before == now or (before[0] == now[0] and not any(grid.comments for grid in grids))
