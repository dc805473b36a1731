"""What every command shares: the application, and the options that several of them have."""

from __future__ import annotations

import enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from analysis.catalogue import Message, languages
from analysis.terminal.exits import Exit, stop
from analysis.terminal.speaking import spoken

if TYPE_CHECKING:
    from analysis.workplace import Workplace

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


def own_workplace() -> Workplace | None:
    """The workplace that the current folder is, or lies in."""
    from analysis.workplace import NoWorkplace, find_workplace

    try:
        return find_workplace(_here())
    except NoWorkplace as failed:
        stop(Exit.BAD_PARAMETERS, str(failed))


def _here() -> tuple[Path, ...]:
    """The current folder and those that it lies in; none when it is gone."""
    try:
        here = Path.cwd()
    except FileNotFoundError:
        return ()
    return (here, *here.parents)


def own_plan(context: typer.Context, parameter: typer.CallbackParam, value: str) -> str:
    """The plan that an option names; when it names none, the one in whose folder we are, else the workplace's.

    The workplace's goes by its id, too. Stops at a name that means both a folder here and a plan of the program's.
    """
    from analysis.plan import data_folder, is_plan

    own = own_workplace()
    if _is_unsaid(context, parameter):
        near = next((folder for folder in _here() if is_plan(folder)), None)
        return str(near or (own.plan if own else value))
    if own and value == own.plan_id:
        return str(own.plan)
    ours, here = data_folder() / value, Path(value)
    if here.name == value and is_plan(ours) and is_plan(here) and not ours.samefile(here):
        told = Message(
            "“{name}” is a folder here, and the id of a plan that comes with the program: for the folder write {path}",
            name=value,
            path=f"./{value}",
        )
        stop(Exit.BAD_PARAMETERS, told, lang=spoken())
    return value


def own_site(context: typer.Context, parameter: typer.CallbackParam, value: Path) -> Path:
    """The site that an option names; the workplace's when it names none."""
    own = own_workplace() if _is_unsaid(context, parameter) else None
    return own.site if own else value


def _is_unsaid(context: typer.Context, parameter: typer.CallbackParam) -> bool:
    source = context.get_parameter_source(parameter.name or "")
    return source is None or source.name == "DEFAULT"


SiteOption = Annotated[
    Path,
    typer.Option("--out", callback=own_site, help="The folder that is published to; a workplace's own inside it."),
]
PlanOption = Annotated[
    str,
    typer.Option(
        "--plan", callback=own_plan, help="A plan's id, or the path of its folder; a workplace's own inside it."
    ),
]
