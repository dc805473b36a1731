"""Returned forms → what of them goes into the record, what is refused and why, what is known already."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from analysis.forms import layout
from analysis.forms.reading import Form, Statement, names_of, read_form
from analysis.plan import check_record, read_record
from analysis.record import longer, next_log_ids
from analysis.schema import DELIVERY_WORDS, REQUIRED_COLUMNS

if TYPE_CHECKING:
    from analysis.plan import Plan

COLUMNS = list(REQUIRED_COLUMNS["progress"])
PROBLEM_COLUMNS = ("file", "sheet", "cell", "column", "value", "rule", "severity")
_KEY = ["measure_id", "unit_id", "as_of"]


@dataclass(frozen=True)
class Collection:
    """What a folder of returned forms amounts to.

    Attributes
    ----------
    forms : tuple of analysis.forms.reading.Form
        One a file, in the order of their names; each statement with its outcome.
    rows : pandas.DataFrame
        What to append to the record: text, with the columns of ``REQUIRED_COLUMNS["progress"]``.
    """

    forms: tuple[Form, ...]
    rows: pd.DataFrame

    @property
    def counts(self) -> dict[str, int]:
        """Rows read, and what became of them: read = appended + refused + known. And what was no row to read."""
        outcomes = [statement.outcome for form in self.forms for statement in form.statements]
        return {
            "read": len(outcomes),
            **{name: outcomes.count(name) for name in ("appended", "refused", "known")},
            "unfilled": sum(form.unfilled for form in self.forms),
            "unreadable": sum(form.is_refused and not form.statements for form in self.forms),
            "unchanged": sum(form.unchanged for form in self.forms),
        }

    @property
    def problems(self) -> pd.DataFrame:
        """Everything that was not taken, and every remark, at its cell: one row each, columns `PROBLEM_COLUMNS`."""
        found = [
            (form.name, told.sheet, told.cell, told.column, told.value, told.rule, told.severity)
            for form in self.forms
            for told in (*form.problems, *(told for statement in form.statements for told in statement.problems))
        ]
        return pd.DataFrame(found, columns=list(PROBLEM_COLUMNS))

    @property
    def by_form(self) -> pd.DataFrame:
        """One row a file that somebody filled in: file, unit_id, as_of, reported_at, and its counts."""
        found = []
        for form in (form for form in self.forms if not form.unchanged):
            outcomes = [statement.outcome for statement in form.statements]
            counts = [outcomes.count(name) for name in ("appended", "refused", "known")]
            dates = (form.unit_id, form.as_of, form.reported_at)
            found.append((form.name, *dates, len(outcomes), *counts, form.unfilled))
        columns = ["file", "unit_id", "as_of", "reported_at", "read", "appended", "refused", "known", "unfilled"]
        return pd.DataFrame(found, columns=columns)


def summary(counts: dict[str, int]) -> str:
    """The sum that proves that no row was lost, in words."""
    told = "读到 {read} 行 = 追加 {appended} + 退回 {refused} + 已有 {known}".format(**counts)
    others = [
        f"{counts[name]} {what}"
        for name, what in (
            ("unfilled", "行未填"),
            ("unreadable", "份文件没有读到行"),
            ("unchanged", "份退回表尚未改动"),
        )
        if counts[name]
    ]
    return f"{told}（另有 {'、'.join(others)}）" if others else told


def find_files(paths: Iterable[Path]) -> list[Path]:
    """The files named, and those in the folders named, at any depth; without what programs leave lying about."""
    found: list[Path] = []
    for path in paths:
        inside = sorted(file for file in path.rglob("*") if file.is_file()) if path.is_dir() else [path]
        hidden = [file for file in inside if any(part.startswith((".", "~$")) for part in _parts_below(file, path))]
        found += [file for file in inside if file not in set(hidden)]
    return list(dict.fromkeys(found))


def collect(files: Sequence[Path], plan: Plan, *, reported_at: pd.Timestamp | None = None) -> Collection:
    """Read returned forms and decide on each of their rows. Nothing is written.

    Parameters
    ----------
    files : sequence of pathlib.Path
    plan : analysis.plan.Plan
        Whose record the forms are for; the record is read again, as it stands now.
    reported_at : pandas.Timestamp, optional
        The day the forms arrived; counts for those that do not state a day of their own.

    Returns
    -------
    Collection
    """
    names = names_of(plan)
    forms = tuple(read_form(file, plan, names, reported_at=reported_at) for file in files)
    for form in forms:
        for statement in form.statements if form.is_refused else ():
            statement.outcome = "refused"
    told = [
        (statement, _row(form, statement))
        for form in forms
        if not form.is_refused
        for statement in form.statements
        if not _refuse(statement)
    ]
    record = read_record(plan)
    # The order of files and arguments decides nothing: rows go by what they say.
    places = {measure: place for place, measure in enumerate(plan.measures["measure_id"])}
    told.sort(key=lambda pair: _order(pair[1], places))
    new, repeated = _without_known(told, record)
    rows = _lawful(new, record, plan)
    for statement, first in repeated:
        if first.outcome == "refused":
            for problem in first.problems:
                key = next(key for key, head in layout.HEADS.items() if head == problem.column)
                if problem.severity == "error":
                    statement.refuse(key, problem.rule)
            statement.outcome = "refused"
    return Collection(forms, rows)


def _parts_below(file: Path, folder: Path) -> tuple[str, ...]:
    return file.relative_to(folder).parts if file != folder else (file.name,)


def _row(form: Form, statement: Statement) -> dict[str, str]:
    return {
        **dict.fromkeys(COLUMNS, ""),
        **statement.taken,
        "unit_id": form.unit_id,
        "as_of": form.as_of,
        "reported_at": form.reported_at,
        "source_file": form.name,
        "source_sheet": statement.sheet,
        "source_row": str(statement.row),
    }


def _refuse(statement: Statement) -> bool:
    if statement.is_refused:
        statement.outcome = "refused"
    return statement.is_refused


def _order(row: dict[str, str], places: dict[str, int]) -> tuple[object, ...]:
    said = tuple(row[name] for name in ("reported_at", "as_of", "unit_id"))
    return *said, places[row["measure_id"]], row["source_file"], row["source_sheet"], int(row["source_row"])


def _key(row: dict[str, str]) -> tuple[str, ...]:
    return tuple(row[name] for name in _KEY)


def _content(row: dict[str, str]) -> tuple[str, ...]:
    number = row["percent"]
    return (f"{float(number):g}" if number else "", *(row[name] for name in layout.ENTRIES if name != "percent"))


def _without_known(
    told: list[tuple[Statement, dict[str, str]]], record: pd.DataFrame
) -> tuple[list[tuple[Statement, dict[str, str]]], list[tuple[Statement, Statement]]]:
    """The rows that say something new, and those that repeat one of them, each with the one it repeats.

    A row is known when the record holds it, or when it repeats what stood at its date of arrival on the same
    responsibility and day. Two that arrive on one day and differ cannot be told apart: neither is taken.
    """
    said: dict[tuple[str, ...], dict[str, tuple[str, ...]]] = {}
    exact: set[tuple[tuple[str, ...], str, tuple[str, ...]]] = set()
    asked = {_key(row) for _, row in told}
    recorded = record[pd.MultiIndex.from_frame(record[_KEY]).isin(asked)]
    for row in recorded.sort_values(["reported_at", "log_id"]).to_dict("records"):
        key, day, content = _key(row), row["reported_at"], _content(row)
        said.setdefault(key, {})[day] = content
        exact.add((key, day, content))
    groups: dict[tuple[tuple[str, ...], str], set[tuple[str, ...]]] = {}
    for _, row in told:
        groups.setdefault((_key(row), row["reported_at"]), set()).add(_content(row))
    new, repeated = [], []
    first: dict[tuple[tuple[str, ...], str], Statement] = {}
    for statement, row in told:
        key, day, content = _key(row), row["reported_at"], _content(row)
        days = said.get(key, {})
        earlier = max((known for known in days if known <= day), default=None)
        if (key, day, content) in exact or (earlier is not None and days[earlier] == content):
            statement.outcome = "known"
            if (key, earlier) in first:
                repeated.append((statement, first[key, earlier]))
        elif day in days:
            statement.refuse("measure_id", f"台账中已有 {day} 报送的另一份不同内容：如为更正，请把报送日期改为更正当天")
            statement.outcome = "refused"
        elif len(groups[key, day]) > 1:
            statement.refuse("measure_id", f"同一天（{day}）报来的另一份内容不同，无法判断以哪份为准：请只报一份")
            statement.outcome = "refused"
        else:
            said.setdefault(key, {})[day] = content
            first[key, day] = statement
            new.append((statement, row))
    return new, repeated


def _lawful(new: list[tuple[Statement, dict[str, str]]], record: pd.DataFrame, plan: Plan) -> pd.DataFrame:
    """The rows with which the plan still opens, numbered; what breaks a rule is refused at its cell."""
    start = int(record.index.max()) + 1 if len(record) else 2
    while True:
        rows = _numbered([row for _, row in new], record)
        if rows.empty:
            return rows
        problems = check_record(plan, longer(record, rows))
        problems = problems[problems["file"].eq(plan.sources["file"].iloc[-1])]
        ours = problems[problems["row"].ge(start).fillna(False)]
        errors = problems[problems["severity"].eq("error")]
        refused: set[int] = set()
        for problem in errors[errors["row"].ge(start).fillna(False)].itertuples(index=False):
            place = int(problem.row) - start
            new[place][0].refuse(problem.column, _in_words(problem.rule))
            refused.add(place)
        for problem in errors[errors["row"].lt(start).fillna(False)].itertuples(index=False):
            refused |= _refuse_for(problem, record, new, refused)
        if not refused:
            for problem in ours.itertuples(index=False):
                new[int(problem.row) - start][0].remark(problem.column, _in_words(problem.rule))
            for statement, _ in new:
                statement.outcome = "appended"
            return rows
        for place in refused:
            new[place][0].outcome = "refused"
        new = [pair for place, pair in enumerate(new) if place not in refused]


def _refuse_for(
    problem: Any, record: pd.DataFrame, new: list[tuple[Statement, dict[str, str]]], refused: set[int]
) -> set[int]:
    """Refuse the rows that make a row of the record unlawful: those on the same responsibility."""
    recorded = record.loc[problem.row]
    found = {
        place
        for place, (_, row) in enumerate(new)
        if row["measure_id"] == recorded["measure_id"] and row["unit_id"] == recorded["unit_id"]
    }
    rule = f"与台账中 {recorded['as_of']} 的记录 {recorded['log_id']} 不能相接：{_in_words(problem.rule)}"
    for place in found - refused:
        new[place][0].refuse("status", rule)
    return found


def _numbered(rows: list[dict[str, str]], record: pd.DataFrame) -> pd.DataFrame:
    """Rows with numbers that continue the record's, each naming the one that it corrects."""
    frame = pd.DataFrame(rows, columns=COLUMNS, dtype="str")
    frame["log_id"] = next_log_ids(record, len(frame))
    together = longer(record, frame).sort_values([*_KEY, "reported_at"], kind="stable")
    # The record's own corrections stand as they are; a new row corrects the latest one that came before it.
    before = together.groupby(_KEY, sort=False)["log_id"].shift()
    corrected = pd.Series(before.to_numpy(), index=together["log_id"]).reindex(frame["log_id"])
    frame["supersedes"] = corrected.fillna("").to_numpy()
    return frame


def _in_words(rule: str) -> str:
    return re.sub(r"[a-z]+(?:_[a-z]+)*", lambda found: DELIVERY_WORDS.get(found[0], found[0]), rule)
