"""Forms out to the units and to the office, and back into the record."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from analysis.asked import opened_plan, require_near, to_day
from analysis.catalogue import Message, system_reason
from analysis.cli.base import LangOption, PlanOption, app, now_in
from analysis.outcomes.collected import collect_and_tell
from analysis.terminal import Exit, spoken, stop

if TYPE_CHECKING:
    import pandas as pd

    from analysis.plan import Plan

forms_app = typer.Typer(no_args_is_help=True, help="Forms out to the units, and back into the record.")
app.add_typer(forms_app, name="forms")


@forms_app.command("make")
def make_forms(
    as_of: Annotated[
        str, typer.Option(help="The day the units are asked about; the end of the period when left out.")
    ] = "",
    period: Annotated[
        str, typer.Option(help="The reporting period, by its name: 2024-06, 2024-Q2, 2024-W23, 2024-H1, 2024.")
    ] = "",
    unit: Annotated[str, typer.Option(help="Only this unit: any of its names.")] = "all",
    office: Annotated[
        bool, typer.Option("--office", help="The office's own sheet instead: what waits for a decision.")
    ] = False,
    plan: PlanOption = "tianjin-2024",
    out: Annotated[Path, typer.Option(help="The folder for the workbooks.")] = Path("forms"),
    lang: LangOption = None,
) -> None:
    """Write one workbook for each unit that owes a word, to be filled in and sent back; or the office's own sheet."""
    from analysis import forms
    from analysis.language import Language

    language = spoken(lang)
    if office and unit != "all":
        stop(Exit.USAGE, Message("{one} and {other} do not go together", one="--office", other="--unit"), lang=language)
    opened = opened_plan(plan, lang=language)
    try:
        day = forms.day_asked(opened, as_of=as_of, period=period)
    except ValueError as failed:
        stop(Exit.BAD_PARAMETERS, failed, lang=language)
    require_near(day, opened, today=now_in(opened.calendar.timezone).date(), lang=language)
    if office:
        _make_office(opened, day, out, lang=language)
        return
    say = Language(language, opened)
    asked = forms.units_asked(forms.at_period_end(opened, day))
    chosen = asked if unit == "all" else [_unit_on_a_measure(opened, unit, day, lang=language)]
    written = [
        _write(
            out / f"{opened.id}_{unit_id}_{day:%Y-%m-%d}.xlsx", forms.make(opened, unit_id, as_of=day), lang=language
        )
        for unit_id in chosen
    ]
    about = forms.period_name(opened, day) or f"{day:%Y-%m-%d}"
    made = say.count(sum(written), "{n} form", "{n} forms")
    typer.echo(say("{forms} on {period}: {folder}", forms=made, period=about, folder=out))
    if unit == "all" and (left := len(opened.units) - len(asked)):
        typer.echo(say.count(left, "{n} unit owes nothing and has no form", "{n} units owe nothing and have no form"))
    if not all(written):
        raise typer.Exit(Exit.NOT_WRITABLE)


@forms_app.command("collect")
def collect_forms(
    files: Annotated[list[Path], typer.Argument(exists=True, help="Returned forms, or folders of them.")],
    plan: PlanOption = "tianjin-2024",
    reported_at: Annotated[str, typer.Option(help="The day they arrived, for forms that state none.")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be done; write nothing.")] = False,
    out: Annotated[
        Path | None, typer.Option(help="The folder for marked copies; beside each form when left out.")
    ] = None,
    lang: LangOption = None,
) -> None:
    """Read returned forms into the record, and mark what was not taken, ready to be mailed back."""
    language = spoken(lang)
    opened = opened_plan(plan, lang=language)
    day = to_day(reported_at, lang=language) if reported_at else None
    now = now_in(opened.calendar.timezone)
    if day is not None and day.date() > now.date():
        told = Message(
            "{option} {day}: that day has not come yet; today is {today}",
            option="--reported-at",
            day=f"{day:%Y-%m-%d}",
            today=f"{now:%Y-%m-%d}",
        )
        stop(Exit.BAD_PARAMETERS, told, lang=language)
    collect_and_tell(opened, files, reported_at=day, now=now, out=out, dry_run=dry_run, lang=language)


def _make_office(opened: Plan, day: pd.Timestamp, out: Path, *, lang: str) -> None:
    from analysis import forms

    if not opened.is_verified:
        stop(Exit.BAD_PARAMETERS, forms.NOBODY_VERIFIES, lang=lang)
    content = forms.make_office(opened.at(day))
    if content is None:
        typer.echo(
            Message("Nothing waits for a decision on {day}: no sheet was made.", day=f"{day:%Y-%m-%d}").said(lang)
        )
        return
    file = out / f"{opened.id}_OFFICE_{day:%Y-%m-%d}.xlsx"
    if not _write(file, content, lang=lang):
        raise typer.Exit(Exit.NOT_WRITABLE)
    typer.echo(Message("The office's sheet: {file}", file=file).said(lang))


def _unit_on_a_measure(opened: Plan, name: str, day: pd.Timestamp, *, lang: str) -> str:
    """The id of a unit that has something to report on; stops when there is none."""
    from analysis import forms
    from analysis.plan import UnknownName

    try:
        unit = opened.find_unit(name)
    except UnknownName as unknown:
        stop(Exit.BAD_PARAMETERS, unknown, lang=lang)
    now = forms.at_period_end(opened, day)
    if unit not in set(now.responsibilities["unit_id"]):
        told = Message("“{unit}” is on no measure on {day}: no form was made", unit=name, day=f"{now.as_of:%Y-%m-%d}")
        stop(Exit.BAD_PARAMETERS, told, lang=lang)
    return unit


def _write(file: Path, content: bytes, *, lang: str) -> bool:
    """Write a form; whether it is there now: what stands in its place and may be filled in is left alone, and told."""
    from analysis.files import write_new

    try:
        # Apart, because a file in the place of the folder is there already, too.
        if not file.parent.is_dir():
            file.parent.mkdir(parents=True)
    except OSError as failed:
        told = Message("{file} cannot be written: {reason}", file=file.parent, reason=system_reason(failed))
        stop(Exit.NOT_WRITABLE, told, lang=lang)
    try:
        write_new(file, content)
    except FileExistsError:
        if file.is_file() and file.read_bytes() == content:
            return True
        told = Message("{file} is there already and was left alone: move it away, or name another folder", file=file)
        typer.echo(told.said(lang), err=True)
        return False
    except OSError as failed:
        told = Message("{file} cannot be written: {reason}", file=file, reason=system_reason(failed))
        stop(Exit.NOT_WRITABLE, told, lang=lang)
    return True
