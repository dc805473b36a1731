"""The command ``portplan``: parses, calls, prints, exits."""

from __future__ import annotations

import enum
import re
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import typer

if TYPE_CHECKING:
    import pandas as pd

    from analysis.plan import Plan


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
    NOT_WRITABLE = 9


_EXITS = {
    "bad_data": Exit.BAD_DATA,
    "failed": Exit.NOTEBOOK_FAILED,
    "timed_out": Exit.TIMED_OUT,
    "refused": Exit.GATE_REFUSED,
}
"""How pages may fail, gravest first, with the exit code of a run that has one."""


app = typer.Typer(
    name="portplan",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Reports on the delivery of a government action plan.",
)
notice_app = typer.Typer(no_args_is_help=True, help="Read a notice as received into tables.")
app.add_typer(notice_app, name="notice")
forms_app = typer.Typer(no_args_is_help=True, help="Forms out to the units, and back into the record.")
app.add_typer(forms_app, name="forms")

SiteOption = Annotated[Path, typer.Option("--out", help="The folder that is published to.")]
PlanOption = Annotated[str, typer.Option("--plan", help="A plan's id, or the path of its folder.")]


class Languages(enum.StrEnum):
    """The languages of pages."""

    zh = "zh"
    en = "en"
    all = "all"


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
            "last-period-end: the last month that is over, and those that were missed."
        ),
    ] = "",
    known_at: Annotated[str, typer.Option(help="Count only what had arrived by this day; as-of when left out.")] = "",
    compare_to: Annotated[str, typer.Option(help="Mark what has moved since this earlier day.")] = "",
    lang: Annotated[Languages, typer.Option(help="Language of the pages.")] = Languages.all,
    unit: Annotated[str, typer.Option(help="Only the measures that name this unit.")] = "",
    each_unit: Annotated[
        bool,
        typer.Option("--each-unit", help="A page for each unit: of the reports named, else of those about a unit."),
    ] = False,
    theme: Annotated[str, typer.Option(help="Only the measures of this theme.")] = "",
    jobs: Annotated[int, typer.Option(min=1, help="Notebooks that run at the same time.")] = 2,
    engine: Annotated[Engines, typer.Option(help="Run notebooks in warm processes, or in Jupyter kernels.")] = (
        Engines.warm
    ),
    out: SiteOption = Path("reports"),
    keep: Annotated[int, typer.Option(min=1, help="Dates of a plan to keep.")] = 36,
    force: Annotated[bool, typer.Option("--force", help="Run even what has not changed.")] = False,
    log: Annotated[Path | None, typer.Option(help="Add a line of JSON on each event to this file.")] = None,
) -> None:
    """Make reports and publish them; a second call makes only what has changed."""
    from analysis.plan import UnknownName
    from analysis.report import (
        ParameterError,
        SiteLocked,
        SiteNotWritable,
        check_parameters,
        make_reports,
        read_inputs,
        report_names,
    )
    from analysis.report.periods import LAST_PERIOD_END, days_due, last_period_end
    from analysis.report.run import needs_unit, notebook_of
    from analysis.report.site import read_manifest
    from analysis.report.telling import Telling

    if unit and each_unit:
        _stop(Exit.USAGE, "--unit 与 --each-unit 不能同时使用")
    try:
        by_unit = unit or each_unit
        chosen = list(dict.fromkeys(names or [name for name in report_names() if by_unit or not needs_unit(name)]))
        for name in chosen:
            notebook_of(name)
            if needs_unit(name) and not by_unit:
                raise ParameterError(f"{name} 是一个单位的报告：请用 --unit 指明单位，或用 --each-unit")
        inputs = read_inputs(plan)
        now = _now(inputs.timezone)
        days = [as_of or inputs.last_day()]
        if as_of == LAST_PERIOD_END:
            days = days_due(last_period_end(now.date()), inputs, read_manifest(out), chosen)
        languages = ["zh", "en"] if lang is Languages.all else [lang.value]
        common = {"plan_id": inputs.address, "known_at": known_at, "compare_to": compare_to, "theme": theme}
        wanted = [
            (name, check_parameters({**common, "as_of": day, "lang": language, "unit": one}, inputs))
            for day in days
            for language in languages
            for name in chosen
            # Reports of the whole come once, unless it is they that are asked for.
            for one in (inputs.units if each_unit and (names or needs_unit(name)) else [unit])
        ]
    except (UnknownName, ParameterError) as failed:
        _stop(Exit.BAD_PARAMETERS, str(failed.args[0]))
    except SiteNotWritable as failed:
        _stop(Exit.NOT_WRITABLE, str(failed))
    started = now.isoformat(timespec="minutes")
    with Telling(len(wanted), log=log, started=started, plan=inputs.id, days=days) as telling:
        try:
            run = make_reports(
                wanted,
                inputs,
                folder=out,
                started=started,
                jobs=jobs,
                force=force,
                engine=engine.value,
                keep=keep,
                tell=telling.page,
            )
        except SiteLocked as held:
            code, counts, told = Exit.LOCKED, {}, str(held)
        except SiteNotWritable as failed:
            code, counts, told = Exit.NOT_WRITABLE, {}, str(failed)
        else:
            counts = run.counts()
            code = next((_EXITS[result] for result in _EXITS if result in counts), Exit.OK)
            told = f"{_listing(counts)}: {out / 'index.html'} ({run.seconds:.1f} s)"
            if run.problems is not None:
                _print_problems(run.problems)
        telling.end(code, counts, told)
    raise typer.Exit(code)


@app.command()
def history(
    out: SiteOption = Path("reports"),
    last: Annotated[int, typer.Option(min=1, help="Runs to show.")] = 20,
) -> None:
    """What ran, and how it ended."""
    from analysis.report.history import read_runs

    for run in read_runs(out, last=last):
        days = ", ".join(sorted({page["parameters"]["as_of"] for page in run["pages"]}))
        took = f"{run['seconds']:>7.1f} s"
        typer.echo(f"{run['run']:>6}  {run['started']}  {took}  {run['plan']}  {days}  {_listing(run['counts'])}")
        for page in run["pages"]:
            if page["reason"]:
                typer.echo(f"        {page['result']}  {page['path']}: {page['reason'].splitlines()[-1][:160]}")


@app.command("open")
def open_report(
    name: Annotated[str, typer.Argument(help="A report, or the address of one of its pages in the site.")],
    plan: PlanOption = "tianjin-2024",
    out: SiteOption = Path("reports"),
    lab: Annotated[bool, typer.Option("--lab", help="Open it in JupyterLab.")] = False,
) -> None:
    """Put a published report's notebook, with its parameters, where it may be changed; print its path."""
    from analysis.plan import UnknownName
    from analysis.report import read_inputs
    from analysis.report.run import scratch_copy
    from analysis.report.site import SiteNotWritable, read_manifest

    try:
        inputs = read_inputs(plan)
        pages = [page for page in read_manifest(out).pages.values() if page.plan_id == inputs.id]
        chosen = [page for page in pages if name in (page.path, page.latest_path, page.report)]
        if not chosen:
            _stop(Exit.BAD_PARAMETERS, f"{out} 中没有已发布的报告“{name}”")
        page = max(chosen, key=lambda page: (page.as_of, page.unit == "", page.theme == "", page.lang == "zh"))
        copy = scratch_copy(
            page.report,
            {
                "plan_id": inputs.address,
                "as_of": page.as_of,
                "known_at": page.known_at if page.known_at != page.as_of else "",
                "compare_to": page.compare_to,
                "lang": page.lang,
                "unit": page.unit,
                "theme": page.theme,
            },
        )
    except (UnknownName, SiteNotWritable) as failed:
        _stop(Exit.BAD_PARAMETERS, str(failed.args[0]))
    typer.echo(str(copy))
    if lab:
        raise typer.Exit(subprocess.call([sys.executable, "-m", "jupyterlab", str(copy)]))  # noqa: S603


@app.command()
def check(
    plan: PlanOption = "tianjin-2024",
    as_of: Annotated[
        str, typer.Option(help="The day to look for missing feedback from; the last of the record when left out.")
    ] = "",
    csv: Annotated[Path | None, typer.Option("--csv", help="Write the problems to this file as well.")] = None,
    html: Annotated[Path | None, typer.Option("--html", help="Write them as a page as well.")] = None,
) -> None:
    """List every problem of a plan's data, and what the plan holds."""
    import pandas as pd

    from analysis import due as room
    from analysis.plan import UnknownName, check_plan, open_plan
    from analysis.words import Language
    from analysis.words.page import banners

    try:
        problems = check_plan(plan)
    except UnknownName as unknown:
        _stop(Exit.BAD_PARAMETERS, str(unknown.args[0]))
    opened = None if problems["severity"].eq("error").any() else open_plan(plan)
    if opened and (day := as_of or _last_day(opened.progress)):
        problems = pd.concat([problems, room.warnings(opened, as_of=_day(day))], ignore_index=True)
    _print_problems(problems)
    if csv:
        from analysis.record import to_csv

        told = problems.astype("str").replace("<NA>", "")
        csv.write_text(to_csv(told), "utf-8-sig")
    if html:
        from analysis.report.problems import problems_page

        title, before = (opened.title["zh"], banners(opened, Language("zh"))) if opened else (plan, ())
        html.write_text(problems_page(title, problems, banners=before), "utf-8")
    if opened is None:
        raise typer.Exit(Exit.BAD_DATA)
    named = opened.responsibilities.drop_duplicates("measure_id")["role"].value_counts()
    themes = opened.measures["theme_id"].value_counts(sort=False)
    typer.echo(f"{opened.id}: {opened.title['zh']}")
    typer.echo(
        f"{len(opened.measures)} measures, {len(opened.themes)} themes ({', '.join(map(str, themes))}), "
        f"{len(opened.units)} units, {len(opened.responsibilities)} responsibilities"
    )
    typer.echo(", ".join(f"{number} {role}" for role, number in named.items()) + " (measures by role)")
    typer.echo(f"{len(opened.progress)} statements of progress ({opened.progress_provenance})")


@app.command()
def due(
    as_of: Annotated[str, typer.Option(help="The day to look from.")],
    plan: PlanOption = "tianjin-2024",
) -> None:
    """Who owes feedback on what, since when; with a short text a unit, ready to paste into a message."""
    from analysis import due as room

    opened, day = _opened(plan), _day(as_of)
    owed = room.owed(opened, as_of=day)
    _print_table(room.by_unit(opened, owed), f"截至 {as_of} 欠报 {len(owed)} 项次")
    for _, text in room.messages(opened, owed, as_of=day):
        typer.echo(f"\n{text}")


@forms_app.command("make")
def make_forms(
    as_of: Annotated[str, typer.Option(help="The day the units are asked about.")],
    unit: Annotated[str, typer.Option(help="Only this unit: its id, name or an alias.")] = "all",
    plan: PlanOption = "tianjin-2024",
    out: Annotated[Path, typer.Option(help="The folder for the workbooks.")] = Path("forms"),
) -> None:
    """Write one workbook a unit, to be filled in and sent back."""
    from analysis import forms
    from analysis.plan import UnknownName, find_unit

    opened, day = _opened(plan), _day(as_of)
    try:
        units = list(opened.units["unit_id"]) if unit == "all" else [find_unit(opened, unit)]
    except UnknownName as unknown:
        _stop(Exit.BAD_PARAMETERS, str(unknown.args[0]))
    out.mkdir(parents=True, exist_ok=True)
    for unit_id in units:
        file = out / f"{opened.id}_{unit_id}_{as_of}.xlsx"
        file.write_bytes(forms.make(opened, unit_id, as_of=day))
    typer.echo(f"{len(units)} forms: {out}")


@forms_app.command("collect")
def collect_forms(
    files: Annotated[list[Path], typer.Argument(exists=True, help="Returned forms, or folders of them.")],
    plan: PlanOption = "tianjin-2024",
    reported_at: Annotated[str, typer.Option(help="The day they arrived, for forms that state none.")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be done; write nothing.")] = False,
    out: Annotated[
        Path | None, typer.Option(help="The folder for marked copies; beside each form when left out.")
    ] = None,
) -> None:
    """Read returned forms into the record, and mark what was not taken, ready to be mailed back."""
    from analysis import forms
    from analysis.plan import append_progress
    from analysis.record import RecordBusy
    from analysis.schema import DataError

    opened = _opened(plan)
    collected = forms.collect(forms.find_files(files), opened, reported_at=_day(reported_at) if reported_at else None)
    try:
        if not dry_run and len(collected.rows):
            append_progress(opened, collected.rows)
    except RecordBusy as busy:
        _stop(Exit.LOCKED, str(busy))
    except DataError as failed:
        _print_problems(failed.problems)
        _stop(Exit.BAD_DATA, "台账在此期间有变，合并后不合规则：没有写入，请重新运行。")
    except OSError as failed:
        _stop(Exit.BAD_DATA, f"台账没有写成，原台账完好：{failed}")
    _print_table(collected.by_form, "反馈表")
    if dry_run:
        shown = ["log_id", "measure_id", "unit_id", "as_of", "reported_at", "status", "percent", "progress"]
        _print_table(collected.rows[shown], "将追加（未写入）")
    _print_problems(collected.problems)
    # The copies show the record as it stands now, with what was just taken.
    returned = [] if dry_run else forms.write_returns(collected.forms, _opened(plan), folder=out)
    for file in returned:
        typer.echo(f"退回：{file}")
    typer.echo(forms.summary(collected.counts))
    if len(returned) or collected.counts["refused"] or collected.counts["unreadable"]:
        raise typer.Exit(Exit.BAD_DATA)


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


def _listing(counts: dict[str, int]) -> str:
    return ", ".join(f"{number} {result}" for result, number in counts.items())


def _opened(plan: str) -> Plan:
    from analysis.plan import UnknownName, open_plan
    from analysis.schema import DataError

    try:
        return open_plan(plan)
    except UnknownName as unknown:
        _stop(Exit.BAD_PARAMETERS, str(unknown.args[0]))
    except DataError as failed:
        _print_problems(failed.problems)
        _stop(Exit.BAD_DATA, "数据有误。")


def _day(text: str) -> pd.Timestamp:
    import pandas as pd

    try:
        return pd.Timestamp(pd.to_datetime(text, format="%Y-%m-%d"))
    except ValueError:
        _stop(Exit.BAD_PARAMETERS, f"“{text}”不是日期：应写作 2024-12-31")


def _last_day(progress: pd.DataFrame) -> str:
    last = progress["as_of"].max()
    return "" if last != last else f"{last:%Y-%m-%d}"


def _print_table(frame: pd.DataFrame, title: str, *, to_stderr: bool = False) -> None:
    import pandas as pd
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(*map(str, frame.columns), title=title)
    for row in frame.itertuples(index=False):
        # Text, not markup nor terminal codes: brackets in what a unit wrote are brackets.
        cells = ("" if pd.isna(cell) else re.sub(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]", "�", str(cell)) for cell in row)
        table.add_row(*map(Text, cells))
    stream = sys.stderr if to_stderr else sys.stdout
    # In a log there is no edge to wrap at.
    Console(stderr=to_stderr, width=None if stream.isatty() else 200).print(table)


def _now(timezone: str) -> datetime:
    """The only look at the clock: the time in the zone in which a plan's office counts its days."""
    try:
        return datetime.now(ZoneInfo(timezone))
    except (ZoneInfoNotFoundError, ValueError):
        return datetime.now(UTC)


def _print_problems(problems: pd.DataFrame) -> None:
    if not problems.empty:
        _print_table(problems, f"{len(problems)} problems", to_stderr=True)


def _stop(code: Exit, message: str) -> NoReturn:
    typer.echo(message, err=True)
    raise typer.Exit(code)


def run() -> None:
    """The entry point of the command."""
    raise SystemExit(main())
