"""Reports: make them, see what ran, open one again."""

from __future__ import annotations

import enum
import subprocess
import sys
from pathlib import Path
from typing import Annotated

import typer

from analysis.asked import opened_plan
from analysis.catalogue import FIRST, languages
from analysis.cli.base import PlanOption, SiteOption, app, now_in
from analysis.extras import need
from analysis.outcomes.messages import tell_after
from analysis.terminal import Exit, plain, speaking, stop


class Languages(enum.StrEnum):
    """The languages of pages."""

    # A class, which an option's type must be, whose members nobody writes down.
    vars().update({lang: lang for lang in (*languages(), "all")})


EVERY_LANGUAGE = Languages("all")


class Engines(enum.StrEnum):
    """How notebooks run."""

    warm = "warm"
    kernel = "kernel"


@app.command()
def report(
    names: Annotated[list[str] | None, typer.Argument(help="Reports to make; all of them when none is named.")] = None,
    plan: PlanOption = "tianjin-2024",
    as_of: Annotated[
        str,
        typer.Option(
            help="The day the reports speak of; the last day of the record when left out. "
            "last-period-end: the last period on which feedback was due, and those that were missed."
        ),
    ] = "",
    known_at: Annotated[
        str,
        typer.Option(
            help="Count only what had arrived by this day; when left out, the day by which feedback on the period that "
            "ends at as-of was due, and as-of where none ends there."
        ),
    ] = "",
    compare_to: Annotated[str, typer.Option(help="Mark what has moved since this earlier day.")] = "",
    lang: Annotated[Languages, typer.Option(help="Language of the pages.")] = EVERY_LANGUAGE,
    unit: Annotated[str, typer.Option(help="Only the measures that name this unit.")] = "",
    each_unit: Annotated[
        bool,
        typer.Option("--each-unit", help="A page for each unit: of the reports named, else of those about a unit."),
    ] = False,
    theme: Annotated[str, typer.Option(help="Only the measures of this theme.")] = "",
    format_: Annotated[
        str,
        typer.Option(
            "--format",
            help="What is made: html, and beside each page docx, xlsx, with commas between. When left out, html and "
            "again what lies beside a page already.",
        ),
    ] = "",
    jobs: Annotated[int, typer.Option(min=1, help="Notebooks that run at the same time.")] = 2,
    engine: Annotated[Engines, typer.Option(help="Run notebooks in warm processes, or in Jupyter kernels.")] = (
        Engines.warm
    ),
    out: SiteOption = Path("reports"),
    keep: Annotated[int, typer.Option(min=1, help="Period ends of the plan to keep; at most one goes a run.")] = 36,
    retire: Annotated[
        list[str] | None,
        typer.Option(help="Remove the plan's pages of this date; expired: of all that are more than are kept."),
    ] = None,
    same_plan: Annotated[
        bool,
        typer.Option(
            "--same-plan", help="It is the plan that was published before, though moved, corrected, or with fewer rows."
        ),
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="Run even what has not changed.")] = False,
    log: Annotated[Path | None, typer.Option(help="Add a line of JSON on each event to this file.")] = None,
) -> None:
    """Make reports and publish them; a second call makes only what has changed."""
    from analysis.asked.runs import days_asked, formats_asked, pages_asked, reports_asked, require_arrived
    from analysis.outcomes.run import Telling, make_and_tell
    from analysis.plan import UnknownName
    from analysis.report import (
        LAST_PERIOD_END,
        ParameterError,
        SiteNotWritable,
        read_inputs,
        read_registry,
    )
    from analysis.site import read_manifest

    if unit and each_unit:
        stop(Exit.USAGE, "--unit 与 --each-unit 不能同时使用")
    if known_at and as_of == LAST_PERIOD_END:
        stop(Exit.USAGE, "--known-at 与 --as-of last-period-end 不能同时使用：各期按其应报日期计")
    try:
        formats = formats_asked(format_)
        registry = read_registry()
        for file, reason in registry.skipped.items():
            typer.echo(f"跳过 {file}：{reason}", err=True)
        chosen = reports_asked(registry, names or [], by_unit=bool(unit or each_unit))
        inputs = read_inputs(plan)
        needed = {"units": bool(unit or each_unit), "themes": bool(theme), "progress": not as_of}
        is_known = known_at or inputs.calendar
        if not is_known or not inputs.is_readable(*(table for table, is_needed in needed.items() if is_needed)):
            opened_plan(str(inputs.folder))
        moment = now_in(inputs.timezone)
        require_arrived(inputs, moment.date())
        say = speaking(lang.value)
        days = days_asked(inputs, moment.date(), read_manifest(out), chosen, say, as_of=as_of, known_at=known_at)
        common = {"plan_id": inputs.address, "compare_to": compare_to, "theme": theme, "unit": unit}
        spoken = languages() if lang is EVERY_LANGUAGE else [lang.value]
        # Reports of the whole come once, unless it is they that are asked for.
        apart = {one.name for one in chosen if each_unit and (names or one.needs_unit)}
        wanted = [
            each
            for day, known in days
            for language in spoken
            for one in chosen
            for each in pages_asked(
                one,
                {**common, "as_of": day, "known_at": known, "lang": language},
                inputs,
                units=inputs.units if one.name in apart else [unit],
            )
        ]
    except (UnknownName, ParameterError) as failed:
        stop(Exit.BAD_PARAMETERS, str(failed.args[0]))
    except SiteNotWritable as failed:
        stop(Exit.NOT_WRITABLE, str(failed))
    for day, known in dict.fromkeys((parameters.as_of, parameters.known_at) for _, parameters in wanted):
        typer.echo(say("As of {as_of}, on feedback received by {known_at}.", as_of=day, known_at=known))
    if "docx" in (formats or ()) and (alone := [one.name for one in chosen if not one.paper]):
        typer.echo(say("Not made as a Word document: {reports}.", reports=say(", ").join(alone)))
    started = moment.isoformat(timespec="minutes")
    making = {"folder": out, "started": started, "jobs": jobs, "force": force, "engine": engine.value, "keep": keep}
    making |= {"retire": retire or [], "same_plan": same_plan, "formats": formats}
    with Telling(len(wanted), log=log, started=started, plan=inputs.id, days=days) as telling:
        code = make_and_tell(wanted, inputs, telling, registry=registry, **making)
    told = tell_after(inputs, out, registry.reports, now=now_in(inputs.timezone))
    raise typer.Exit(code or told)


@app.command()
def history(
    out: SiteOption = Path("reports"),
    last: Annotated[int, typer.Option(min=1, help="Runs to show.")] = 20,
) -> None:
    """What ran, and how it ended."""
    from analysis.outcomes.run import listing
    from analysis.report import SiteNotWritable, read_runs

    try:
        runs = read_runs(out, last=last)
    except SiteNotWritable as failed:
        stop(Exit.NOT_WRITABLE, str(failed))
    for run in runs:
        days = ", ".join(sorted({page["parameters"]["as_of"] for page in run["pages"]}))
        took = f"{run['seconds']:>7.1f} s"
        typer.echo(f"{run['run']:>6}  {run['started']}  {took}  {run['plan']}  {days}  {listing(run['counts'])}")
        for page in run["pages"]:
            if page["reason"]:
                reason = "".join(plain(page["reason"]).splitlines()[-1:])
                typer.echo(f"        {page['result']}  {page['path']}: {reason[:160]}")


@app.command("open")
def open_report(
    name: Annotated[str, typer.Argument(help="A report, or the address of one of its pages in the site.")],
    plan: PlanOption = "tianjin-2024",
    out: SiteOption = Path("reports"),
    lab: Annotated[bool, typer.Option("--lab", help="Open it in JupyterLab.")] = False,
) -> None:
    """Put a published report's notebook, with its parameters, where it may be changed; print its path."""
    from analysis.plan import UnknownName
    from analysis.report import SiteNotWritable, read_inputs, read_registry
    from analysis.runner import scratch_copy
    from analysis.site import Page, read_manifest

    def in_reach(page: Page) -> tuple[object, ...]:
        """The greater, the likelier it is meant: the newest, of the whole, in the first language."""
        return page.age, not page.parameters.unit, not page.parameters.theme, page.parameters.lang == FIRST

    if lab:
        need("lab", "jupyterlab")
    try:
        inputs = read_inputs(plan)
        pages = [page for page in read_manifest(out).pages.values() if page.parameters.plan_id == inputs.id]
        chosen = [page for page in pages if name in (page.path, page.latest_path, page.report)]
        if not chosen:
            stop(Exit.BAD_PARAMETERS, f"{out} 中没有已发布的报告“{name}”")
        page = max(chosen, key=in_reach)
        given = page.parameters.model_copy(update={"plan_id": inputs.address})
        copy = scratch_copy(read_registry().find(page.report).notebook, given)
    except (UnknownName, SiteNotWritable) as failed:
        stop(Exit.BAD_PARAMETERS, str(failed.args[0]))
    typer.echo(str(copy))
    if lab:
        raise typer.Exit(subprocess.call([sys.executable, "-m", "jupyterlab", str(copy)]))  # noqa: S603
