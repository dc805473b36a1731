"""Plans' folders: begun from a notice, or brought to the form of today."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 — typer reads it
from typing import Annotated

import typer

from analysis.catalogue import Message
from analysis.cli.base import LangOption, app
from analysis.terminal import Exit, print_problems, print_table, spoken, stop

plan_app = typer.Typer(no_args_is_help=True, help="Make a plan's folder, or bring an older one to the form of today.")
app.add_typer(plan_app, name="plan")


@plan_app.command("migrate")
def migrate_plan(
    folder: Annotated[Path, typer.Argument(exists=True, file_okay=False, help="The older plan's folder.")],
    out: Annotated[Path, typer.Option(help="The folder of the new one, which must not be there yet.")],
    decider: Annotated[str, typer.Option(help="Who verified what units called closed; nobody when left out.")] = "",
    lang: LangOption = None,
) -> None:
    """Write a copy of an older plan in the form of today, and say what became of each row; the old one stays."""
    from analysis.language import Language
    from analysis.migration import migrate
    from analysis.plan import inspect_plan

    language = spoken(lang)
    say = Language(language)
    try:
        told = migrate(folder, out, decider=decider)
    except FileExistsError:
        stop(Exit.BAD_PARAMETERS, Message("{out} is there already: nothing was written", out=out), lang=language)
    except ValueError as failed:
        stop(Exit.BAD_DATA, failed, lang=language)
    except OSError as failed:
        stop(Exit.NOT_WRITABLE, Message("{file} cannot be written: {reason}", file=out, reason=failed), lang=language)
    print_table(told, say("What became of the rows"))
    changed, made = (int(told["table"].eq(table).sum()) for table in ("progress", "decisions"))
    typer.echo(
        say(
            "{changed}, {made}; all others are as they were: {out}",
            changed=say.count(changed, "{n} statement in new words", "{n} statements in new words"),
            made=say.count(made, "{n} decision made of them", "{n} decisions made of them"),
            out=out,
        )
    )
    opened, problems = inspect_plan(out, lang=language)
    print_problems(problems, lang=language)
    if opened is None:
        stop(Exit.BAD_DATA, Message("The new folder still has errors: mend them there."), lang=language)


@plan_app.command("begin")
def begin_record(
    folder: Annotated[Path, typer.Argument(exists=True, file_okay=False, help="The plan's folder.")],
    lang: LangOption = None,
) -> None:
    """Begin an empty record where plan.toml says that it is kept: files, or a database; what is there stays."""
    from analysis.files import Busy
    from analysis.plan import read_folder
    from analysis.record import begin, place_of

    language = spoken(lang)
    found = read_folder(folder)
    if found.head_fault:
        stop(Exit.BAD_DATA, Message("{file}: {reason}", file="plan.toml", reason=found.head_fault), lang=language)
    try:
        made = begin(place_of(folder, found.head))
    except Busy as busy:
        stop(Exit.LOCKED, busy, lang=language)
    except ValueError as failed:
        stop(Exit.BAD_DATA, failed, lang=language)
    except OSError as failed:
        stop(Exit.NOT_WRITABLE, failed, lang=language)
    if not made:
        stop(Exit.BAD_PARAMETERS, Message("The record is there already: nothing was written."), lang=language)
    typer.echo(Message("Begun, without rows: {tables}", tables=", ".join(made)).said(language))
