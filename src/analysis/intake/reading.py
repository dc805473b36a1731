"""A returned file → whose it is, what it speaks of, and its statements one by one."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import pandas as pd

from analysis.forms import head_of, table_of
from analysis.grids import Unreadable, read_grids
from analysis.intake.identity import date_arrival, identify
from analysis.intake.rows import read_rows
from analysis.intake.statements import Form

if TYPE_CHECKING:
    from pathlib import Path

    from analysis.intake.identity import Names
    from analysis.plan import Plan


def read_form(file: Path, plan: Plan, names: Names, *, reported_at: pd.Timestamp | None) -> Form:
    """A returned file, read as far as it goes.

    Parameters
    ----------
    file : pathlib.Path
    plan : analysis.plan.Plan
    names : analysis.intake.identity.Names
        Of that plan.
    reported_at : pandas.Timestamp, optional
        The day the office received it, for forms that do not state their own.
    """
    form = Form(file)
    try:
        grids = read_grids(file)
    except Unreadable as failed:
        form.refuse(str(failed))
        return form
    tables = [table for table in map(table_of, grids) if table is not None]
    head = head_of(grids, tables)
    if not tables:
        if "returned" in head.hidden:
            form.unchanged = True
        else:
            form.refuse("没有找到表头：应有“措施编号”和“进展状态”两列，请用发下的反馈表填报")
        return form
    identify(form, head, plan, names)
    date_arrival(form, head, reported_at=reported_at)
    as_of = pd.Timestamp(form.as_of) if form.as_of else None
    for table in tables:
        read_rows(form, table, measures=names.measures, as_of=as_of)
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
