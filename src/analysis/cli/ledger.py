"""The ledger: check a plan, remind the units; make up a record."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from analysis.asked import opened_plan, require_near, to_day
from analysis.cli.base import LangOption, PlanOption, app, now_in
from analysis.terminal import Exit, print_problems, print_rules, print_table, spoken, stop
from analysis.terminal.writing import write_all_new, write_over


@app.command()
def check(
    plan: PlanOption = "tianjin-2024",
    as_of: Annotated[
        str, typer.Option(help="The day to look for missing feedback from; the last of the record when left out.")
    ] = "",
    csv: Annotated[Path | None, typer.Option("--csv", help="Write the problems to this file as well.")] = None,
    html: Annotated[Path | None, typer.Option("--html", help="Write them as a page as well.")] = None,
    rules: Annotated[bool, typer.Option("--rules", help="List the rules that the data must keep, and stop.")] = False,
    lang: LangOption = None,
) -> None:
    """List every problem of a plan's data, and what the plan holds."""
    import pandas as pd

    from analysis import due as room
    from analysis.language import Language
    from analysis.opening import banners
    from analysis.plan import UnknownName, inspect_plan
    from analysis.report import read_inputs
    from analysis.words.holdings import holdings

    if rules:
        print_rules()
        return
    language = spoken(lang)
    try:
        inputs = read_inputs(plan)
        opened, problems = inspect_plan(plan, lang=language, today=f"{now_in(inputs.timezone):%Y-%m-%d}")
    except UnknownName as unknown:
        stop(Exit.BAD_PARAMETERS, unknown, lang=language)
    if opened and (day := as_of or inputs.last_day()):
        open_ends = room.warnings(opened.at(to_day(day, lang=language)), lang=language)
        problems = pd.concat([problems, open_ends], ignore_index=True)
    print_problems(problems, lang=language)
    say = Language(language, opened) if opened else Language(language)
    if csv:
        from analysis.record import to_csv

        listed = problems.assign(data=say("synthetic sample")) if opened and opened.is_synthetic else problems
        told = to_csv(listed.astype("object").fillna("").astype("str")).encode("utf-8-sig")
        write_over(csv, told, language, until=b"severity,message")
    if html:
        from analysis.page import problems_page

        title, before = (say.chosen(opened.title), banners(say)) if opened else (plan, ())
        listing = problems_page(title, problems, banners=before, lang=language)
        write_over(html, listing.encode(), language, until=b"</title>")
    if opened is None:
        raise typer.Exit(Exit.BAD_DATA)
    for line in holdings(say):
        typer.echo(line)


@app.command()
def due(
    as_of: Annotated[str, typer.Option(help="The day to look from.")],
    plan: PlanOption = "tianjin-2024",
    lang: LangOption = None,
) -> None:
    """Who owes feedback on what, since when; with a short text a unit, ready to paste into a message."""
    from analysis import due as room
    from analysis.language import Language

    language = spoken(lang)
    opened, day = opened_plan(plan, lang=language), to_day(as_of, lang=language)
    require_near(day, opened, today=now_in(opened.calendar.timezone).date(), lang=language)
    now = opened.at(day)
    owed = room.by_unit(now, lang=language)
    say = Language(language)
    reports = say.count(len(room.outstanding(now)), "{n} report", "{n} reports")
    title = say("{reports} owed on {date}", reports=reports, date=as_of)
    print_table(owed, f"{room.mark(now, lang=language)}{title}")
    for _, text in room.messages(now, lang=language):
        typer.echo(f"\n{text}")


@app.command()
def sample(
    plan: PlanOption = "tianjin-2024",
    out: Annotated[Path, typer.Option(help="The folder for progress.csv, decisions.csv and actuals.csv.")] = Path(),
    periods: Annotated[int, typer.Option(help="How many reporting periods, from the plan's first.")] = 10,
    seed: Annotated[int, typer.Option(help="Same seed, same record.")] = 2024,
) -> None:
    """Write a synthetic record for a plan: made up, and marked so in every row. Nothing is written over."""
    from analysis.record import begin_chain, place_of, to_csv
    from analysis.sample import synthetic_record
    from analysis.schema import RECORD

    opened = opened_plan(plan)
    place = place_of(out, {})
    if there := [file for file in (*(out / f"{name}.csv" for name in RECORD), place.chain) if file.exists()]:
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
    tables = {f"{name}.csv": to_csv(rows).encode("utf-8") for name, rows in made.items()}
    write_all_new(out, tables, spoken(), then=lambda: begin_chain(place))
    typer.echo(", ".join(f"{len(rows)} {name}" for name, rows in made.items()) + f": {out}")
