"""What was typed, understood; or why it cannot be, and the command ends."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from analysis.catalogue import FIRST, Message, reason_of
from analysis.terminal.exits import Exit, stop
from analysis.terminal.printing import print_problems

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    import pandas as pd

    from analysis.notice import NoticeTables
    from analysis.plan import Plan


def opened_plan(plan: str, *, lang: str = FIRST, today: str = "") -> Plan:
    """A checked plan (`analysis.plan.open_plan`); says what is wrong and stops when there is none."""
    from analysis.plan import UnknownName, open_plan
    from analysis.schema import DataError

    try:
        return open_plan(plan, lang=lang, today=today)
    except UnknownName as unknown:
        stop(Exit.BAD_PARAMETERS, unknown, lang=lang)
    except DataError as failed:
        print_problems(failed.problems, lang=lang)
        stop(Exit.BAD_DATA, Message("The data is wrong."), lang=lang)


def to_day(text: str, *, lang: str = FIRST) -> pd.Timestamp:
    """A day from its ISO text; stops when it is none."""
    from analysis import plan

    try:
        return plan.to_day(text)
    except ValueError:
        stop(Exit.BAD_PARAMETERS, Message("“{text}” is no day: should be written 2024-12-31", text=text), lang=lang)


def require_near(day: pd.Timestamp, plan: Plan, *, today: date, lang: str = FIRST) -> None:
    """Stop at a day before the plan was issued, or whose period is far from having begun: the year is mistyped."""
    import pandas as pd

    from analysis.schema import MOST_DAYS_AHEAD

    named = f"{day:%Y-%m-%d}"
    if day < plan.issued:
        issued = f"{plan.issued:%Y-%m-%d}"
        told = Message("{day} is before the plan was issued, {issued}", day=named, issued=issued)
        stop(Exit.BAD_PARAMETERS, told, lang=lang)
    latest = plan.progress["reported_at"].max()
    # What is made up may be made up of days that are to come.
    if plan.is_synthetic and latest > pd.Timestamp(today):
        today = latest.date()
    if plan.calendar.period_of(day.date()).start > today + timedelta(days=MOST_DAYS_AHEAD):
        told = Message("{day} has not come yet: today is {today}", day=named, today=f"{today:%Y-%m-%d}")
        stop(Exit.BAD_PARAMETERS, told, lang=lang)


def opened_register(file: Path, *, lang: str = FIRST) -> list[dict[str, str]]:
    """The units of a register; says what is wrong and stops when it is none."""
    from analysis.files import as_meant, read_csv
    from analysis.marks import REGISTER_COLUMNS

    try:
        table = read_csv(file.read_bytes())
    except ValueError as failed:
        stop(Exit.BAD_DATA, Message("{file}: {reason}", file=file, reason=reason_of(failed)), lang=lang)
    if missing := [column for column in REGISTER_COLUMNS if column not in table.header]:
        columns = ", ".join(missing)
        message = Message(
            "{file}: no column {columns}; it should be the units.csv of a plan", file=file, columns=columns
        )
        stop(Exit.BAD_DATA, message, lang=lang)
    rows = [dict(zip(table.header, map(as_meant, row), strict=True)) for row in table.rows.values()]
    return [{column: row[column] for column in REGISTER_COLUMNS} for row in rows]


def opened_notice(file: Path, *, lang: str = FIRST) -> tuple[NoticeTables, str]:
    """A notice's reading, and its text as received; says what is wrong and stops when it is none."""
    from analysis import notice
    from analysis.documents import Unreadable, read_document

    try:
        document = read_document(file)
        tables = notice.read(document)
    except Unreadable as failed:
        stop(Exit.NO_NOTICE, Message("{file}: {reason}", file=file, reason=reason_of(failed)), lang=lang)
    return tables, tables.text if document.tables else document.text
