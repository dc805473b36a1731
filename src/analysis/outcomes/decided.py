"""What is said of a decision that was recorded, and why one was not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from analysis.asked import opened_plan
from analysis.catalogue import Message
from analysis.terminal import Exit, stop

if TYPE_CHECKING:
    import pandas as pd

    from analysis.plan import Plan


def append_and_tell(opened: Plan, row: pd.DataFrame, *, lang: str) -> Plan:
    """Write the row and give the plan with it, or say why not and stop."""
    from analysis.files import Busy
    from analysis.plan import append_record, inspect_plan
    from analysis.schema import TABLES, DataError

    try:
        append_record(opened, row, table="decisions", lang=lang)
    except Busy as busy:
        stop(Exit.LOCKED, busy, lang=lang)
    except DataError as failed:
        _say_problems(failed.problems)
        stop(Exit.BAD_DATA, Message("Nothing was written."), lang=lang)
    except (OSError, ValueError) as failed:
        stop(Exit.NOT_WRITABLE, failed, lang=lang)
    again, problems = inspect_plan(opened.folder, lang=lang)
    file = opened.sources["file"].iloc[list(TABLES).index("decisions")]
    _say_problems(problems[problems["file"].eq(file) & problems["row"].eq(len(opened.decisions) + 2)])
    return again or opened_plan(str(opened.folder), lang=lang)


def _say_problems(problems: pd.DataFrame) -> None:
    for problem in problems.to_dict("records"):
        place = f"{problem['column']}: {problem['value']}".removesuffix(": ")
        typer.echo(f"{place}: {problem['message']}", err=True)
