"""A returned file → whose it is, what it speaks of, and its statements one by one."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import pandas as pd

from analysis.catalogue import Message
from analysis.forms import NOBODY_VERIFIES
from analysis.grids import Unreadable, read_grids
from analysis.returned.identity import date_arrival, identify
from analysis.returned.rows import read_rows
from analysis.returned.statements import Form
from analysis.returned.tables import head_of, tables_of

if TYPE_CHECKING:
    from pathlib import Path

    from analysis.plan import Plan
    from analysis.returned.identity import Names


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
    # Promises alone are no form: the header of its measures is lost.
    if all(table.sheet.table == "actuals" for table in tables):
        if "returned" in head.hidden:
            form.unchanged = True
        else:
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
    identify(form, head, plan, names)
    date_arrival(form, head, reported_at=reported_at, today=today)
    as_of = pd.Timestamp(form.as_of) if form.as_of else None
    for table in tables:
        read_rows(form, table, names, as_of=as_of)
    if form.is_office and any(statement.table != "decisions" for statement in form.statements):
        form.refuse(Message("a file holds either a unit's form or the office's sheet: send them as two files"))
    returned = head.hidden.get("returned")
    if returned and returned == fingerprint(form, stated=head.text("reported_at")):
        return Form(file, unchanged=True)
    return form


def fingerprint(form: Form, *, stated: str = "") -> str:
    """What a form says, in short: the same as long as nobody writes on it.

    Parameters
    ----------
    form : Form
    stated : str
        The day on which it says it was sent, as written.
    """
    rows = [(statement.row, sorted(statement.written.items())) for statement in form.statements]
    return hashlib.sha256(repr((stated, rows)).encode("utf-8")).hexdigest()
