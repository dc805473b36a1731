"""What every command shares: the application, options, and how things are printed."""

from __future__ import annotations

import re
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import typer

from analysis.cli.exits import Exit, stop
from analysis.files import without_secrets

if TYPE_CHECKING:
    import pandas as pd

    from analysis.plan import Plan
    from analysis.workplace import Workplace


app = typer.Typer(
    name="portplan",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Reports on the delivery of a government action plan.",
)


def own_workplace() -> Workplace | None:
    """The workplace that the current folder is, or lies in."""
    from analysis.workplace import NoWorkplace, find_workplace

    try:
        here = Path.cwd()
        return find_workplace((here, *here.parents))
    except FileNotFoundError:
        return None
    except NoWorkplace as failed:
        stop(Exit.BAD_PARAMETERS, str(failed))


def _own_plan(context: typer.Context, parameter: typer.CallbackParam, value: str) -> str:
    """The plan that an option names; the workplace's when it names none, or that one by its id."""
    own = own_workplace()
    return str(own.plan) if own and (_is_unsaid(context, parameter) or value == own.plan_id) else value


def _own_site(context: typer.Context, parameter: typer.CallbackParam, value: Path) -> Path:
    """The site that an option names; the workplace's when it names none."""
    own = own_workplace() if _is_unsaid(context, parameter) else None
    return own.site if own else value


def _is_unsaid(context: typer.Context, parameter: typer.CallbackParam) -> bool:
    source = context.get_parameter_source(parameter.name or "")
    return source is None or source.name == "DEFAULT"


SiteOption = Annotated[
    Path,
    typer.Option("--out", callback=_own_site, help="The folder that is published to; a workplace's own inside it."),
]
PlanOption = Annotated[
    str,
    typer.Option(
        "--plan", callback=_own_plan, help="A plan's id, or the path of its folder; a workplace's own inside it."
    ),
]


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
        cells = ("" if pd.isna(cell) else plain(str(cell)) for cell in row)
        table.add_row(*map(Text, cells))
    stream = sys.stderr if to_stderr else sys.stdout
    # In a log there is no edge to wrap at.
    Console(stderr=to_stderr, width=None if stream.isatty() else 200).print(table)


def plain(text: str) -> str:
    """A text without terminal codes and without what lets somebody into a database."""
    return re.sub(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]", "�", without_secrets(text))


def print_problems(problems: pd.DataFrame) -> None:
    """The problems of a plan, on the error stream."""
    if not problems.empty:
        print_table(problems, f"{len(problems)} problems", to_stderr=True)


def now(timezone: str) -> datetime:
    """The only look at the clock: the time in the zone in which a plan's office counts its days."""
    try:
        return datetime.now(ZoneInfo(timezone))
    except (ZoneInfoNotFoundError, ValueError):
        return datetime.now(UTC)
