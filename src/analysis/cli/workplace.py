"""The workplace: begin one, and see whether anything in it needs a hand."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from analysis.cli.base import LangOption, PlanOption, SiteOption, app, now_in
from analysis.terminal import Exit, plain, speaking, spoken, stop


@app.command()
def init(
    folder: Annotated[Path, typer.Argument(help="The folder; made when it is not there.")],
    plan: Annotated[str, typer.Option("--plan", help="The plan to copy: its id, or the path of its folder.")] = (
        "tianjin-2024"
    ),
    lang: LangOption = None,
) -> None:
    """Make a workplace: a copy of a plan, an empty site, and a file that names both for every command run there."""
    from analysis.plan import UnknownName, find_plan
    from analysis.workplace import NoWorkplace, make_workplace

    language = spoken(lang)
    try:
        make_workplace(folder, copied := find_plan(plan))
    except UnknownName as unknown:
        stop(Exit.BAD_PARAMETERS, unknown, lang=language)
    except NoWorkplace as failed:
        stop(Exit.NOT_WRITABLE, failed, lang=language)
    say = speaking(language)
    typer.echo(
        say(
            "{folder}: the plan is in {there} (a copy of {plan}), pages go to {site}.",
            folder=folder,
            there="plan/",
            plan=copied.name,
            site="reports/",
        )
    )
    typer.echo(
        say(
            "First {cd}, then {commands}; before a real record is kept, read {file}.",
            cd=f"cd {folder}",
            commands=say(", ").join(("portplan check", "portplan report")),
            file="docs/record.md",
        )
    )


@app.command()
def doctor(plan: PlanOption = "tianjin-2024", out: SiteOption = Path("reports"), lang: LangOption = None) -> None:
    """Say on one screen whether a plan's folder, its record and its site need a hand, and what would help."""
    from analysis.health import examine
    from analysis.plan import UnknownName
    from analysis.report import read_inputs

    language = spoken(lang)
    say = speaking(language)
    try:
        inputs = read_inputs(plan)
    except UnknownName as unknown:
        stop(Exit.BAD_PARAMETERS, unknown, lang=language)
    findings = examine(inputs.folder, out, now_in(inputs.timezone))
    for finding in findings:
        sign = say("see to it") if finding.needs else say("     well")
        typer.echo(f"{sign}  {plain(finding.what.said(language))}")
        for line in finding.lines(language):
            typer.echo(f"      {plain(line)}")
    if any(finding.needs for finding in findings):
        raise typer.Exit(Exit.NEEDS_A_HAND)
