"""What is said of returned forms that were collected, and how the command ends by them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from analysis.asked.opened import opened_plan, to_day
from analysis.catalogue import Message, reason_of
from analysis.terminal.exits import Exit, stop
from analysis.terminal.printing import print_problems, print_table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    import pandas as pd

    from analysis.intake import Collection, Receipt
    from analysis.plan import Plan


def collect_and_tell(
    plan: Plan,
    files: Sequence[Path],
    *,
    reported_at: pd.Timestamp | None,
    now: datetime,
    out: Path | None,
    dry_run: bool,
    lang: str,
) -> None:
    """Read returned forms into a plan's record, say what became of every file and row, and end by it."""
    from analysis import intake
    from analysis.files import Busy

    found, unread = intake.find_files(files)

    def collect(contents: Mapping[Path, Path]) -> Collection:
        today = to_day(now.date().isoformat())
        return intake.collect(found, plan, reported_at=reported_at, today=today, contents=contents, unread=unread)

    if dry_run:
        collected = collect({})
        _print_collected(collected, lang=lang, with_rows=True)
        _end_collection(collected, lang=lang)
        return
    try:
        with intake.receiving(plan, found, at=now.isoformat(timespec="seconds")) as receipt:
            collected = collect(receipt.contents)
            failed = _append_collected(plan, collected, lang=lang)
            _print_collected(collected, lang=lang)
            lost = _write_down(receipt, collected, lang=lang)
    except Busy as busy:
        stop(Exit.LOCKED, busy, lang=lang)
    except OSError as unkept:
        told = Message(
            "What came in cannot be kept beside the record, and so was not read: {reason}", reason=reason_of(unkept)
        )
        stop(Exit.NOT_WRITABLE, told, lang=lang)
    if failed:
        stop(*failed, lang=lang)
    # The copies show the record as it stands now, with what was just taken.
    missing = _write_copies(collected, opened_plan(str(plan.folder)), folder=out, lang=lang)
    _end_collection(collected, lang=lang, is_all_written=not missing and not lost)


def _append_collected(opened: Plan, collected: Collection, *, lang: str) -> tuple[Exit, object] | None:
    """Add what was collected to the record; the exit code and the reason where it could not be, or not all of it."""
    from analysis import intake
    from analysis.files import Busy
    from analysis.schema import DataError

    try:
        intake.append(opened, collected, lang=lang)
    except Busy as busy:
        failed: tuple[Exit, object] = Exit.LOCKED, busy
    except DataError as wrong:
        print_problems(wrong.problems, lang=lang)
        changed = Message("The record has changed in the meantime, and would be wrong with these rows: run again.")
        failed = Exit.BAD_DATA, changed
    except (OSError, ValueError) as wrong:
        code = Exit.NOT_WRITABLE if isinstance(wrong, OSError) else Exit.BAD_DATA
        told = Message("The record was not written, the old one is whole: {reason}", reason=reason_of(wrong))
        failed = code, told
    else:
        return None
    if done := collected.counts["appended"]:
        told = Message("{n} rows are in the record already; the others are not: run again to take them.", n=done)
        typer.echo(told.said(lang), err=True)
    return failed


def _write_down(receipt: Receipt, collected: Collection, *, lang: str) -> bool:
    """Write into the journal what became of what came in; whether it could not be written."""
    from analysis import intake

    try:
        intake.write_down(receipt, collected)
    except OSError as failed:
        told = Message(
            "What became of the files could not be written into the journal ({reason}); what is said here was done.",
            reason=reason_of(failed),
        )
        typer.echo(told.said(lang), err=True)
        return True
    return False


def _write_copies(collected: Collection, plan: Plan, *, folder: Path | None, lang: str) -> bool:
    """Write the marked copies, and name them; whether any could not be written."""
    from analysis import intake

    copies, missing = intake.write_returns(collected.forms, plan, folder=folder)
    for file in copies:
        typer.echo(Message("Marked copy: {file}", file=file).said(lang))
    for name, reason in missing:
        told = Message("No marked copy of {file} could be written: {reason}", file=name, reason=reason)
        typer.echo(told.said(lang), err=True)
    return bool(missing)


def _print_collected(collected: Collection, *, lang: str, with_rows: bool = False) -> None:
    """The forms that were read, the rows that the record would take, and everything that was not taken."""
    print_table(collected.by_form, Message("Forms").said(lang))
    if with_rows:
        _print_rows(collected, lang=lang)
    print_problems(collected.told(lang), lang=lang)


def _print_rows(collected: Collection, *, lang: str) -> None:
    for rows, shown in (
        (collected.progress, ["log_id", "measure_id", "unit_id", "as_of", "reported_at", "status", "progress"]),
        (collected.decisions, ["decision_id", "measure_id", "decision", "effective_on", "decided_by", "reason"]),
        (collected.actuals, ["actual_id", "commitment_id", "unit_id", "as_of", "reported_at", "value"]),
    ):
        if len(rows):
            print_table(rows[shown], Message("Would be appended (nothing was written)").said(lang))


def _end_collection(collected: Collection, *, lang: str, is_all_written: bool = True) -> None:
    """Say the sum, and end by what was not taken."""
    from analysis import intake

    typer.echo(intake.summary(collected.counts, lang=lang))
    is_all_taken = not any(form.errors or form.count("refused") for form in collected.forms)
    if not is_all_taken or any(one.may_be_a_form for one in collected.unread):
        raise typer.Exit(Exit.BAD_DATA)
    if not is_all_written:
        raise typer.Exit(Exit.NOT_WRITABLE)
