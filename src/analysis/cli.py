"""The command ``portplan``: parses, calls, prints, exits."""

from __future__ import annotations

import enum
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

if TYPE_CHECKING:
    import pandas as pd


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


app = typer.Typer(
    name="portplan",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Reports on the delivery of a government action plan.",
)
notice_app = typer.Typer(no_args_is_help=True, help="Read a notice as received into tables.")
app.add_typer(notice_app, name="notice")

PlanOption = Annotated[str, typer.Option("--plan", help="A plan's id, or the path of its folder.")]


class Languages(enum.StrEnum):
    """The languages of pages."""

    zh = "zh"
    en = "en"
    all = "all"


@app.command()
def report(
    names: Annotated[list[str] | None, typer.Argument(help="Reports to make; all of them when none is named.")] = None,
    plan: PlanOption = "tianjin-2024",
    as_of: Annotated[
        str, typer.Option(help="The day the reports speak of; the last day of the record when left out.")
    ] = "",
    known_at: Annotated[str, typer.Option(help="Count only what had arrived by this day; as-of when left out.")] = "",
    compare_to: Annotated[str, typer.Option(help="Mark what has moved since this earlier day.")] = "",
    lang: Annotated[Languages, typer.Option(help="Language of the pages.")] = Languages.all,
    unit: Annotated[str, typer.Option(help="Only the measures that name this unit.")] = "",
    theme: Annotated[str, typer.Option(help="Only the measures of this theme.")] = "",
    jobs: Annotated[int, typer.Option(min=1, help="Notebooks that run at the same time.")] = 2,
    out: Annotated[Path, typer.Option(help="The folder to publish to.")] = Path("reports"),
    force: Annotated[bool, typer.Option("--force", help="Run even what has not changed.")] = False,
) -> None:
    """Make reports and publish them; a second call makes only what has changed."""
    from analysis.plan import UnknownName, data_folder, open_plan
    from analysis.report import ParameterError, SiteLocked, check_parameters, make_reports, report_names
    from analysis.report.run import needs_unit, notebook_of
    from analysis.schema import DataError

    try:
        chosen = list(dict.fromkeys(names or [name for name in report_names() if unit or not needs_unit(name)]))
        for name in chosen:
            notebook_of(name)
            if needs_unit(name) and not unit:
                raise ParameterError(f"{name} 是一个单位的报告：请用 --unit 指明单位")
        opened = open_plan(plan)
        embedded = opened.folder.parent == data_folder().resolve()
        values = {
            "plan_id": opened.id if embedded else str(opened.folder),
            "as_of": as_of or _last_day(opened.progress),
            "known_at": known_at,
            "compare_to": compare_to,
            "unit": unit,
            "theme": theme,
        }
        languages = ["zh", "en"] if lang is Languages.all else [lang.value]
        asked = [check_parameters({**values, "lang": language}, opened) for language in languages]
    except DataError as failed:
        _print_problems(failed.problems)
        _stop(Exit.BAD_DATA, "数据有误，未生成任何报告。")
    except (UnknownName, ParameterError) as failed:
        _stop(Exit.BAD_PARAMETERS, str(failed.args[0]))
    try:
        outcomes = make_reports(
            chosen, opened, asked, folder=out, jobs=jobs, force=force, tell=lambda outcome: _print_outcome(outcome)
        )
    except SiteLocked as held:
        _stop(Exit.LOCKED, str(held))
    results = [outcome.result for outcome in outcomes]
    told = ", ".join(f"{results.count(result)} {result}" for result in dict.fromkeys(results))
    typer.echo(f"{told}: {out / 'index.html'}")
    if "failed" in results:
        raise typer.Exit(Exit.NOTEBOOK_FAILED)
    if "refused" in results:
        raise typer.Exit(Exit.GATE_REFUSED)


@app.command()
def check(plan: PlanOption = "tianjin-2024") -> None:
    """List every problem of a plan's data, and what the plan holds."""
    from analysis.plan import UnknownName, check_plan, open_plan

    try:
        problems = check_plan(plan)
    except UnknownName as unknown:
        _stop(Exit.BAD_PARAMETERS, str(unknown.args[0]))
    _print_problems(problems)
    if problems["severity"].eq("error").any():
        raise typer.Exit(Exit.BAD_DATA)
    opened = open_plan(plan)
    named = opened.responsibilities.drop_duplicates("measure_id")["role"].value_counts()
    themes = opened.measures["theme_id"].value_counts(sort=False)
    typer.echo(f"{opened.id}: {opened.title['zh']}")
    typer.echo(
        f"{len(opened.measures)} measures, {len(opened.themes)} themes ({', '.join(map(str, themes))}), "
        f"{len(opened.units)} units, {len(opened.responsibilities)} responsibilities"
    )
    typer.echo(", ".join(f"{number} {role}" for role, number in named.items()) + " (measures by role)")
    typer.echo(f"{len(opened.progress)} statements of progress ({opened.progress_provenance})")


@notice_app.command("read")
def read_notice(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="The notice as text.")],
    out: Annotated[Path, typer.Option(help="The folder for the tables.")] = Path(),
) -> None:
    """Read a notice into themes, measures and responsibilities, with a list of what is in doubt."""
    from analysis import notice

    tables = notice.read(file.read_text("utf-8-sig"))
    out.mkdir(parents=True, exist_ok=True)
    for name in ("themes", "measures", "responsibilities", "doubts"):
        getattr(tables, name).to_csv(out / f"{name}.csv", index=False, lineterminator="\n")
    typer.echo(
        f"{len(tables.measures)} measures, {len(tables.themes)} themes, "
        f"{len(tables.responsibilities)} responsibilities, {len(tables.doubts)} doubts: {out}"
    )


@app.command()
def sample(
    plan: PlanOption = "tianjin-2024",
    seed: Annotated[int, typer.Option(help="Same seed, same record.")] = 2024,
    out: Annotated[Path, typer.Option(help="The CSV file to write.")] = Path("progress.csv"),
) -> None:
    """Write a synthetic record of progress for a plan: made up, and marked so in every row."""
    from analysis.plan import UnknownName, open_plan
    from analysis.sample import synthetic_progress

    try:
        opened = open_plan(plan)
    except UnknownName as unknown:
        _stop(Exit.BAD_PARAMETERS, str(unknown.args[0]))
    rows = synthetic_progress(opened.measures, opened.responsibilities, seed=seed)
    rows.to_csv(out, index=False, lineterminator="\n")
    typer.echo(f"{len(rows)} statements: {out}")


def main(arguments: list[str] | None = None) -> int:
    """Run the command and give its exit code."""
    try:
        result = app(args=arguments, prog_name="portplan", standalone_mode=False)
    except typer.Exit as stopped:
        return stopped.exit_code
    except Exception as failed:
        if not hasattr(failed, "show"):
            raise
        failed.show()
        return Exit.USAGE
    return result if isinstance(result, int) else Exit.OK


def _last_day(progress: pd.DataFrame) -> str:
    last = progress["as_of"].max()
    return "" if last != last else f"{last:%Y-%m-%d}"


def _print_outcome(outcome: object) -> None:
    reason = getattr(outcome, "reason", "")
    typer.echo(f"{outcome.result:>9}  {outcome.path}", err=bool(reason))
    if reason:
        typer.echo(reason, err=True)


def _print_problems(problems: pd.DataFrame) -> None:
    if problems.empty:
        return
    from rich.console import Console
    from rich.table import Table

    table = Table("file", "row", "column", "value", "rule", "severity", title=f"{len(problems)} problems")
    for problem in problems.itertuples(index=False):
        table.add_row(*("" if cell != cell else str(cell) for cell in problem))
    # In a log there is no edge to wrap at.
    Console(stderr=True, width=None if sys.stderr.isatty() else 200).print(table)


def _stop(code: Exit, message: str) -> NoReturn:
    typer.echo(message, err=True)
    raise typer.Exit(code)


def run() -> None:
    """The entry point of the command."""
    raise SystemExit(main())
