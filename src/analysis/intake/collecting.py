"""Returned forms → what of them goes into the record, what is refused and why, what is known already."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from analysis.intake.admission import COLUMNS, Candidate, lawful, order, refuse_like, without_known
from analysis.intake.identity import names_of
from analysis.intake.reading import read_form
from analysis.plan import read_record

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from analysis.intake.statements import Form, Statement
    from analysis.plan import Plan

PROBLEM_COLUMNS = ("file", "sheet", "cell", "column", "value", "rule", "severity")
_OUTCOMES = ("appended", "refused", "known")


@dataclass(frozen=True)
class Collection:
    """What a folder of returned forms amounts to.

    Attributes
    ----------
    forms : tuple of Form
        One a file, in the order of the files; each statement with its outcome.
    rows : pandas.DataFrame
        What to append to the record: text, with the columns of ``REQUIRED_COLUMNS["progress"]``.
    """

    forms: tuple[Form, ...]
    rows: pd.DataFrame

    @property
    def counts(self) -> dict[str, int]:
        """Rows read, and what became of them: read = appended + refused + known. And what was no row to read."""
        return {
            "read": sum(len(form.statements) for form in self.forms),
            **{outcome: sum(form.count(outcome) for form in self.forms) for outcome in _OUTCOMES},
            "unfilled": sum(form.unfilled for form in self.forms),
            "unreadable": sum(bool(form.errors) and not form.statements for form in self.forms),
            "unchanged": sum(form.unchanged for form in self.forms),
        }

    @property
    def problems(self) -> pd.DataFrame:
        """Everything that was not taken, and every remark, at its cell: one row each, columns `PROBLEM_COLUMNS`."""
        rows = [
            (form.name, problem.sheet, problem.cell, problem.column, problem.value, problem.rule, problem.severity)
            for form in self.forms
            for problem in form.all_problems
        ]
        return pd.DataFrame(rows, columns=list(PROBLEM_COLUMNS))

    @property
    def by_form(self) -> pd.DataFrame:
        """One row a file that somebody filled in: file, unit_id, as_of, reported_at, and its counts."""
        rows = [
            (
                *(form.name, form.unit_id, form.as_of, form.reported_at, len(form.statements)),
                *(form.count(outcome) for outcome in _OUTCOMES),
                form.unfilled,
            )
            for form in self.forms
            if not form.unchanged
        ]
        columns = ["file", "unit_id", "as_of", "reported_at", "read", *_OUTCOMES, "unfilled"]
        return pd.DataFrame(rows, columns=columns)


def summary(counts: Mapping[str, int]) -> str:
    """The sum that proves that no row was lost, in words, from `Collection.counts`."""
    account = "读到 {read} 行 = 追加 {appended} + 退回 {refused} + 已有 {known}".format(**counts)
    others = [
        f"{counts[name]} {words}"
        for name, words in (
            ("unfilled", "行未填"),
            ("unreadable", "份文件没有读到行"),
            ("unchanged", "份退回表尚未改动"),
        )
        if counts[name]
    ]
    return f"{account}（另有 {'、'.join(others)}）" if others else account


def find_files(paths: Iterable[Path]) -> list[Path]:
    """The files named, and those in the folders named, at any depth; without what programs leave lying about."""
    files: list[Path] = []
    for path in paths:
        inside = sorted(file for file in path.rglob("*") if file.is_file()) if path.is_dir() else [path]
        files += [file for file in inside if not _is_left_lying(file, below=path)]
    return list(dict.fromkeys(files))


def collect(files: Sequence[Path], plan: Plan, *, reported_at: pd.Timestamp | None = None) -> Collection:
    """Read returned forms and decide on each of their rows. Nothing is written.

    Parameters
    ----------
    files : sequence of pathlib.Path
    plan : analysis.plan.Plan
        Whose record the forms are for; the record is read again, as it stands now.
    reported_at : pandas.Timestamp, optional
        The day the forms arrived; counts for those that do not state a day of their own.
    """
    names = names_of(plan)
    forms = tuple(read_form(file, plan, names, reported_at=reported_at) for file in files)
    for form in forms:
        for statement in form.statements if form.errors else ():
            statement.outcome = "refused"
    candidates = [
        Candidate(statement, _row(form, statement))
        for form in forms
        for statement in form.statements
        if statement.outcome != "refused"
    ]
    record = read_record(plan)
    # The order of files and arguments decides nothing: rows go by what they say.
    places = {measure: place for place, measure in enumerate(plan.measures["measure_id"])}
    candidates.sort(key=lambda candidate: order(candidate.row, places))
    fresh, repeats = without_known(candidates, record)
    rows = lawful(fresh, record, plan)
    for statement, first in repeats:
        refuse_like(statement, first)
    return Collection(forms, rows)


def _is_left_lying(file: Path, *, below: Path) -> bool:
    parts = file.relative_to(below).parts if file != below else (file.name,)
    return any(part.startswith((".", "~$")) for part in parts)


def _row(form: Form, statement: Statement) -> dict[str, str]:
    return {
        **dict.fromkeys(COLUMNS, ""),
        **statement.texts,
        "unit_id": form.unit_id,
        "as_of": form.as_of,
        "reported_at": form.reported_at,
        "source_file": form.name,
        "source_sheet": statement.sheet,
        "source_row": str(statement.row),
    }
