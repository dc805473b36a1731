"""The ledger: check a plan, ask the units, take what they send back; and where a plan's tables come from."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from analysis.cli.base import Exit, PlanOption, app, opened_plan, print_problems, print_table, stop, to_day

if TYPE_CHECKING:
    import pandas as pd

notice_app = typer.Typer(no_args_is_help=True, help="Read a notice as received into tables.")
app.add_typer(notice_app, name="notice")
forms_app = typer.Typer(no_args_is_help=True, help="Forms out to the units, and back into the record.")
app.add_typer(forms_app, name="forms")


@app.command()
def check(
    plan: PlanOption = "tianjin-2024",
    as_of: Annotated[
        str, typer.Option(help="The day to look for missing feedback from; the last of the record when left out.")
    ] = "",
    csv: Annotated[Path | None, typer.Option("--csv", help="Write the problems to this file as well.")] = None,
    html: Annotated[Path | None, typer.Option("--html", help="Write them as a page as well.")] = None,
    rules: Annotated[bool, typer.Option("--rules", help="List the rules that the data must keep, and stop.")] = False,
) -> None:
    """List every problem of a plan's data, and what the plan holds."""
    import pandas as pd

    from analysis import due as room
    from analysis.language import Language
    from analysis.plan import UnknownName, inspect_plan
    from analysis.words.page import banners

    if rules:
        _print_rules()
        return
    try:
        opened, problems = inspect_plan(plan)
    except UnknownName as unknown:
        stop(Exit.BAD_PARAMETERS, str(unknown.args[0]))
    if opened and (day := as_of or _last_day(opened.progress)):
        problems = pd.concat([problems, room.warnings(opened.at(to_day(day)))], ignore_index=True)
    print_problems(problems)
    if csv:
        from analysis.record import to_csv

        made_up = opened is not None and opened.progress_provenance == "synthetic"
        listed = problems.assign(data=Language("zh")("synthetic sample")) if made_up else problems
        csv.write_text(to_csv(listed.astype("object").fillna("").astype("str")), "utf-8-sig")
    if html:
        from analysis.page import problems_page

        title, before = (opened.title["zh"], banners(Language("zh", opened))) if opened else (plan, ())
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

    now = opened_plan(plan).at(to_day(as_of))
    owed = room.by_unit(now)
    print_table(owed, f"{room.mark(now)}截至 {as_of} 欠报 {owed['欠报期数'].sum()} 项次")
    for _, text in room.messages(now):
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
    from analysis.plan import UnknownName

    opened, day = opened_plan(plan), to_day(as_of)
    try:
        units = list(opened.units["unit_id"]) if unit == "all" else [opened.find_unit(unit)]
    except UnknownName as unknown:
        stop(Exit.BAD_PARAMETERS, str(unknown.args[0]))
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
    from analysis import intake
    from analysis.files import Busy
    from analysis.plan import append_progress
    from analysis.schema import DataError

    opened = opened_plan(plan)
    day = to_day(reported_at) if reported_at else None
    collected = intake.collect(intake.find_files(files), opened, reported_at=day)
    try:
        if not dry_run and len(collected.rows):
            append_progress(opened, collected.rows)
    except Busy as busy:
        stop(Exit.LOCKED, str(busy))
    except DataError as failed:
        print_problems(failed.problems)
        stop(Exit.BAD_DATA, "台账在此期间有变，合并后不合规则：没有写入，请重新运行。")
    except OSError as failed:
        stop(Exit.BAD_DATA, f"台账没有写成，原台账完好：{failed}")
    print_table(collected.by_form, "反馈表")
    if dry_run:
        shown = ["log_id", "measure_id", "unit_id", "as_of", "reported_at", "status", "percent", "progress"]
        print_table(collected.rows[shown], "将追加（未写入）")
    print_problems(collected.problems)
    # The copies show the record as it stands now, with what was just taken.
    returned = [] if dry_run else intake.write_returns(collected.forms, opened_plan(plan), folder=out)
    for file in returned:
        typer.echo(f"退回：{file}")
    typer.echo(intake.summary(collected.counts))
    if len(returned) or collected.counts["refused"] or collected.counts["unreadable"]:
        raise typer.Exit(Exit.BAD_DATA)


@notice_app.command("read")
def read_notice(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="The notice as text.")],
    out: Annotated[Path, typer.Option(help="The folder for the tables.")] = Path(),
) -> None:
    """Read a notice into themes, measures and responsibilities, with a list of what is in doubt."""
    from analysis import notice
    from analysis.files import decode

    try:
        text, _ = decode(file.read_bytes())
    except ValueError as failed:
        stop(Exit.BAD_DATA, f"{file}：{failed}")
    tables = notice.read(text)
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
    out: Annotated[Path, typer.Option(help="The folder for progress.csv, decisions.csv and actuals.csv.")] = Path(),
    periods: Annotated[int, typer.Option(help="How many reporting periods, from the plan's first.")] = 10,
    seed: Annotated[int, typer.Option(help="Same seed, same record.")] = 2024,
) -> None:
    """Write a synthetic record for a plan: made up, and marked so in every row. Nothing is written over."""
    from analysis.record import to_csv
    from analysis.sample import synthetic_record
    from analysis.schema import RECORD

    opened = opened_plan(plan)
    if there := [file for name in RECORD if (file := out / f"{name}.csv").exists()]:
        stop(Exit.NOT_WRITABLE, f"已有 {'、'.join(map(str, there))}：没有写入，请另选文件夹")
    names = ("measures", "units", "responsibilities", "commitments")
    try:
        made = synthetic_record(
            {name: getattr(opened, name) for name in names},
            calendar=opened.calendar,
            issued=opened.issued.date(),
            deciders={decider.name: decider.part_of for decider in opened.deciders},
            periods=periods,
            seed=seed,
        )
    except ValueError as failed:
        stop(Exit.BAD_PARAMETERS, str(failed.args[0]))
    out.mkdir(parents=True, exist_ok=True)
    for name, rows in made.items():
        (out / f"{name}.csv").write_text(to_csv(rows), "utf-8")
    typer.echo(", ".join(f"{len(rows)} {name}" for name, rows in made.items()) + f": {out}")


def _print_rules() -> None:
    """Every rule of a plan's data: id, severity, text in each language, and why it is there."""
    # Importing them declares their rules.
    from analysis import due, plan  # noqa: F401
    from analysis.catalogue import languages
    from analysis.plan import loading  # noqa: F401
    from analysis.schema import RULES

    for rule in RULES.values():
        typer.echo(f"{rule.id} ({rule.severity})")
        for lang in languages():
            typer.echo(f"    {rule.message(lang)}")
        typer.echo("    " + rule.meaning.replace("\n", "\n    "))


def _last_day(progress: pd.DataFrame) -> str:
    last = progress["as_of"].max()
    return "" if last != last else f"{last:%Y-%m-%d}"
