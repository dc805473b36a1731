"""What every command shares: the application, and the options that several of them have."""

from __future__ import annotations

import enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from analysis.catalogue import languages
from analysis.terminal.exits import Exit, stop

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
        here = Path.cwd()
        return find_workplace((here, *here.parents))
    except FileNotFoundError:
        return None
    except NoWorkplace as failed:
        stop(Exit.BAD_PARAMETERS, str(failed))


def own_plan(context: typer.Context, parameter: typer.CallbackParam, value: str) -> str:
    """The plan that an option names; the workplace's when it names none, or that one by its id."""
    own = own_workplace()
    return str(own.plan) if own and (_is_unsaid(context, parameter) or value == own.plan_id) else value


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
