"""The command ``portplan``: parses, calls, prints, exits."""

from __future__ import annotations

import enum
import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

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
    from analysis.report.run import notebook_of
    from analysis.schema import DataError

    try:
        chosen = list(dict.fromkeys(names or report_names()))
        for name in chosen:
            notebook_of(name)
        opened = open_plan(plan)
        embedded = opened.folder.parent == data_folder().resolve()
        values = {
            "plan_id": opened.id if embedded else str(opened.folder),
            "as_of": as_of or _last_day(opened.progress),
            "known_at": known_at,
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


def main(arguments: list[str] | None = None) -> int:
    """Run the command and give its exit code."""
    try:
        result = app(args=arguments, standalone_mode=False)
    except typer.Exit as stopped:
        return stopped.exit_code
    except Exception as failed:
        if not hasattr(failed, "show"):
            raise
        failed.show()
        return Exit.USAGE
    return result if isinstance(result, int) else Exit.OK


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
    console = Console(stderr=to_stderr)
    Console(stderr=to_stderr, width=None if console.is_terminal else 200).print(table)


def _last_day(progress: pd.DataFrame) -> str:
    last = progress["as_of"].max()
    return "" if last != last else f"{last:%Y-%m-%d}"


def _print_outcome(outcome: object) -> None:
    reason = getattr(outcome, "reason", "")
    typer.echo(f"{outcome.result:>9}  {outcome.path}", err=bool(reason))
    if reason:
        typer.echo(reason, err=True)


def _print_problems(problems: pd.DataFrame) -> None:
    if not problems.empty:
        _print_table(problems, f"{len(problems)} problems", to_stderr=True)


def _stop(code: Exit, message: str) -> NoReturn:
    typer.echo(message, err=True)
    raise typer.Exit(code)


def run() -> None:
    """The entry point of the command."""
    raise SystemExit(main())
