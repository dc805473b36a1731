"""The workplace: begin one, and see whether anything in it needs a hand."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from analysis.cli.base import PlanOption, SiteOption, app, now_in
from analysis.terminal import Exit, plain, stop


@app.command()
def init(
    folder: Annotated[Path, typer.Argument(help="The folder; made when it is not there.")],
    plan: Annotated[str, typer.Option("--plan", help="The plan to copy: its id, or the path of its folder.")] = (
        "tianjin-2024"
    ),
) -> None:
    """Make a workplace: a copy of a plan, an empty site, and a file that names both for every command run there."""
    from analysis.plan import UnknownName, find_plan
    from analysis.workplace import NoWorkplace, make_workplace

    try:
        make_workplace(folder, copied := find_plan(plan))
    except UnknownName as unknown:
        stop(Exit.BAD_PARAMETERS, str(unknown.args[0]))
    except NoWorkplace as failed:
        stop(Exit.NOT_WRITABLE, str(failed))
    typer.echo(f"{folder}：方案在 plan/（复制自 {copied.name}），页面将发布到 reports/。")
    typer.echo(f"请先 cd {folder}，再运行 portplan check、portplan report；填写真实台账前请读 docs/record.md。")


@app.command()
def doctor(plan: PlanOption = "tianjin-2024", out: SiteOption = Path("reports")) -> None:
    """Say on one screen whether a plan's folder and its site need a hand, and what would help."""
    from analysis.health import examine
    from analysis.plan import UnknownName
    from analysis.report import read_inputs

    try:
        inputs = read_inputs(plan)
    except UnknownName as unknown:
        stop(Exit.BAD_PARAMETERS, str(unknown.args[0]))
    findings = examine(inputs.folder, out, now_in(inputs.timezone))
    for finding in findings:
        typer.echo(f"{'  好' if not finding.needs else '要管'}  {finding.what}")
        for line in finding.needs:
            typer.echo(f"      {plain(line)}")
    if any(finding.needs for finding in findings):
        raise typer.Exit(Exit.NEEDS_A_HAND)
