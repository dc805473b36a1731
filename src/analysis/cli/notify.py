"""Tell whoever is to be told: for a machine, every day."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from analysis.asked import opened_plan
from analysis.catalogue import Message
from analysis.cli.base import LangOption, PlanOption, SiteOption, app, now_in
from analysis.terminal import Exit, spoken, stop


@app.command()
def notify(
    events: Annotated[
        list[str] | None,
        typer.Option("--event", help="published, failed, before_due or after_due; all of them when left out."),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be sent to whom; send nothing.")] = False,
    plan: PlanOption = "tianjin-2024",
    out: SiteOption = Path("reports"),
    lang: LangOption = None,
) -> None:
    """Send what site.toml asks for and nobody was told yet: new pages, failures, feedback that is due or overdue."""
    from analysis.notification import EVENTS, BadSettings, due_events, read_settings, site_events
    from analysis.outcomes.messages import say_told
    from analysis.plan import UnknownName
    from analysis.report import SiteNotWritable, read_inputs, read_registry
    from analysis.site import read_manifest

    language = spoken(lang)
    kinds = set(events or EVENTS)
    if unknown := sorted(kinds - set(EVENTS)):
        told = Message("{named}: not an event; there are {events}", named=", ".join(unknown), events=", ".join(EVENTS))
        stop(Exit.USAGE, told, lang=language)
    try:
        inputs, settings, manifest = read_inputs(plan), read_settings(out), read_manifest(out)
    except (UnknownName, BadSettings) as failed:
        stop(Exit.BAD_PARAMETERS, failed, lang=language)
    except SiteNotWritable as failed:
        stop(Exit.NOT_WRITABLE, failed, lang=language)
    if settings is None:
        stop(
            Exit.BAD_PARAMETERS,
            Message("{file} has no {table}: nobody is told", file=out / "site.toml", table="[notify]"),
            lang=language,
        )
    now = now_in(inputs.timezone)
    found = site_events(manifest, inputs, read_registry().reports, settings, today=now.date())
    if kinds & {"before_due", "after_due"}:
        found += due_events(manifest, opened_plan(str(inputs.folder), lang=language), settings, today=now.date())
    found = [event for event in found if event.kind in kinds]
    if not found:
        typer.echo(Message("There is nothing to tell.").said(language))
    raise typer.Exit(say_told(out, settings, found, now=now, is_dry=dry_run, lang=language))
