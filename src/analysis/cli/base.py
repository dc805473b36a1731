"""What every command shares: the application, exit codes, options, and how things are printed."""

from __future__ import annotations

import enum
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

if TYPE_CHECKING:
    import pandas as pd

    from analysis.plan import Plan


class Exit(enum.IntEnum):
    """Exit codes; each means one thing."""

    OK = 0
    USAGE = 2
    BAD_PARAMETERS = 3
    BAD_DATA = 4
    NOTEBOOK_FAILED = 5
    TIMED_OUT = 6
    GATE_REFUSED = 7
    LOCKED = 8
    NOT_WRITABLE = 9
    MISSING_EXTRA = 10
    NO_NOTICE = 11
    NOTHING_FOUND = 12


app = typer.Typer(
    name="portplan",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Reports on the delivery of a government action plan.",
)

SiteOption = Annotated[Path, typer.Option("--out", help="The folder that is published to.")]
PlanOption = Annotated[str, typer.Option("--plan", help="A plan's id, or the path of its folder.")]


def opened_plan(plan: str) -> Plan:
    """A checked plan; says what is wrong and stops when there is none."""
    from analysis.plan import UnknownName, open_plan
    from analysis.schema import DataError

    try:
        return open_plan(plan)
    except UnknownName as unknown:
        stop(Exit.BAD_PARAMETERS, str(unknown.args[0]))
    except DataError as failed:
        print_problems(failed.problems)
        stop(Exit.BAD_DATA, "数据有误。")


def to_day(text: str) -> pd.Timestamp:
    """A day from its ISO text; stops when it is none."""
    from analysis import plan

    try:
        return plan.to_day(text)
    except ValueError:
        stop(Exit.BAD_PARAMETERS, f"“{text}”不是日期：应写作 2024-12-31")


def print_table(frame: pd.DataFrame, title: str, *, to_stderr: bool = False) -> None:
    """A frame as a table for the terminal."""
    import pandas as pd
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(*map(str, frame.columns), title=title)
    for row in frame.itertuples(index=False):
        # Text, not markup nor terminal codes: brackets in what a unit wrote are brackets.
        cells = ("" if pd.isna(cell) else re.sub(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]", "�", str(cell)) for cell in row)
        table.add_row(*map(Text, cells))
    stream = sys.stderr if to_stderr else sys.stdout
    # In a log there is no edge to wrap at.
    Console(stderr=to_stderr, width=None if stream.isatty() else 200).print(table)


def print_problems(problems: pd.DataFrame) -> None:
    """The problems of a plan, on the error stream."""
    if not problems.empty:
        print_table(problems, f"{len(problems)} problems", to_stderr=True)


def stop(code: Exit, message: str) -> NoReturn:
    """Say why on the error stream, and end with a code."""
    typer.echo(message, err=True)
    raise typer.Exit(code)
