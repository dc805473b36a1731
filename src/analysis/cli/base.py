"""What every command shares: the application, exit codes, options, and how things are printed."""

from __future__ import annotations

import enum
import re
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import typer

from analysis.catalogue import FIRST, Message, in_language, languages

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


class Spoken(enum.StrEnum):
    """The languages in which the command speaks."""

    # A class, which an option's type must be, whose members nobody writes down.
    vars().update({lang: lang for lang in languages()})


LangOption = Annotated[
    Spoken | None, typer.Option("--lang", help="The language of what is said; that of the machine when left out.")
]
SiteOption = Annotated[Path, typer.Option("--out", help="The folder that is published to.")]
PlanOption = Annotated[str, typer.Option("--plan", help="A plan's id, or the path of its folder.")]


def now_in(timezone: str) -> datetime:
    """The only look at the clock: the time in the zone in which a plan's office counts its days."""
    try:
        return datetime.now(ZoneInfo(timezone))
    except (ZoneInfoNotFoundError, ValueError):
        return datetime.now(UTC)


def opened_plan(plan: str, *, lang: str = FIRST) -> Plan:
    """A checked plan; says what is wrong and stops when there is none."""
    from analysis.plan import UnknownName, open_plan
    from analysis.schema import DataError

    try:
        return open_plan(plan, lang=lang)
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


def print_problems(problems: pd.DataFrame, *, lang: str = FIRST) -> None:
    """The problems of a plan, on the error stream."""
    from analysis.language import Language

    if not problems.empty:
        title = Language(lang).count(len(problems), "{n} problem", "{n} problems")
        print_table(problems, title, to_stderr=True)


def stop(code: Exit, message: object, *, lang: str = FIRST) -> NoReturn:
    """Say why on the error stream, and end with a code; a message, or an error raised with one, in a language."""
    typer.echo(in_language(message, lang), err=True)
    raise typer.Exit(code)
