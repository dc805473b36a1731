"""What the office decides, one decision at a time."""

from __future__ import annotations

from typing import Annotated

import typer

from analysis.asked import opened_plan, to_day
from analysis.catalogue import Message
from analysis.cli.base import LangOption, PlanOption, app, now_in
from analysis.outcomes.decided import append_and_tell
from analysis.terminal import Exit, print_table, spoken, stop


@app.command()
def decide(
    words: Annotated[
        list[str],
        typer.Argument(
            metavar="[MEASURE] DECISION",
            help="A measure by its number or title, and what is decided: closed, returned, reopened, withdrawn, "
            "extended, joined, left (办结, 退回, 重新打开, 取消, 延期, 加入, 退出); or void (作废) alone.",
        ),
    ],
    by: Annotated[str, typer.Option(help="Who decided.")],
    as_of: Annotated[
        str, typer.Option(help="The day from which it holds; of what is retracted, the day of recording when left out.")
    ] = "",
    unit: Annotated[str, typer.Option(help="The unit that is sent back, joins or leaves: any of its names.")] = "",
    due: Annotated[str, typer.Option(help="The new deadline of what is extended.")] = "",
    evidence: Annotated[
        str, typer.Option(help="What was looked at: a file, whose SHA-256 is kept, or its name or number.")
    ] = "",
    reason: Annotated[str, typer.Option(help="Why; units are told so.")] = "",
    supersedes: Annotated[str, typer.Option(help="The number of the row that is corrected or retracted.")] = "",
    recorded_at: Annotated[str, typer.Option(help="The day of recording, for what is entered late; else today.")] = "",
    plan: PlanOption = "tianjin-2024",
    lang: LangOption = None,
) -> None:
    """Record one decision of the office, and say how the measure stood before and stands now."""
    from analysis import deciding
    from analysis.language import Language
    from analysis.plan import UnknownName

    language = spoken(lang)
    opened = opened_plan(plan, lang=language)
    try:
        measure, decision = deciding.understood(words)
        name, sha256, doubt = deciding.looked_at(evidence)
    except ValueError as failed:
        stop(Exit.BAD_PARAMETERS, failed, lang=language)
    if doubt:
        typer.echo(doubt.said(language), err=True)
    today = now_in(opened.calendar.timezone).date().isoformat()
    recorded = f"{to_day(recorded_at, lang=language):%Y-%m-%d}" if recorded_at else today
    if recorded > today:
        told = Message(
            "{day} has not come yet: a decision is recorded today, {today}, or before", day=recorded, today=today
        )
        stop(Exit.BAD_PARAMETERS, told, lang=language)
    if not as_of and decision != "void":
        stop(Exit.BAD_PARAMETERS, Message("say from which day on it holds: {option}", option="--as-of"), lang=language)
    effective = f"{to_day(as_of, lang=language):%Y-%m-%d}" if as_of else recorded
    try:
        row = deciding.new_decision(
            opened,
            measure_id=measure,
            unit_id=unit,
            decision=decision,
            effective_on=effective,
            recorded_at=recorded,
            decided_by=by,
            due=f"{to_day(due, lang=language):%Y-%m-%d}" if due else "",
            evidence_ref=name,
            evidence_sha256=sha256,
            reason=reason,
            supersedes=supersedes,
        )
    except UnknownName as unknown:
        stop(Exit.BAD_PARAMETERS, unknown, lang=language)
    except ValueError as failed:
        stop(Exit.BAD_PARAMETERS, failed, lang=language)
    again = append_and_tell(opened, row, lang=language)
    say = Language(language, opened)
    measure_id, day = str(row["measure_id"].iloc[0]), max(effective, recorded)
    shown = [column for column in row.columns if row[column].iloc[0]]
    print_table(row[shown], say("Recorded"))
    typer.echo(
        say(
            "{measure}: {standing}",
            measure=say.measure(measure_id),
            standing=deciding.moved(opened, again, measure_id, day, say),
        )
    )
