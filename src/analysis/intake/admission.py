"""Which rows the record takes: those that say something new, contradict nobody, and break no rule of the plan."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from analysis.forms.layout import ENTRIES, HEADS
from analysis.plan import check_record
from analysis.record import longer, next_log_ids
from analysis.schema import DELIVERY_WORDS, REQUIRED_COLUMNS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from analysis.intake.statements import Statement
    from analysis.plan import Plan

COLUMNS = list(REQUIRED_COLUMNS["progress"])
_KEY = ["measure_id", "unit_id", "as_of"]


@dataclass(frozen=True)
class Candidate:
    """A statement, and the row of the record that it would be."""

    statement: Statement
    row: dict[str, str]

    @property
    def key(self) -> tuple[str, ...]:
        """The responsibility it speaks of, and the day."""
        return _key(self.row)

    @property
    def content(self) -> tuple[str, ...]:
        """What it says."""
        return _content(self.row)


def order(row: Mapping[str, str], places: Mapping[str, int]) -> tuple[object, ...]:
    """What rows are sorted by: when they arrived, then what they speak of, then where they stood."""
    days = tuple(row[name] for name in ("reported_at", "as_of", "unit_id"))
    return *days, places[row["measure_id"]], row["source_file"], row["source_sheet"], int(row["source_row"])


def without_known(
    candidates: list[Candidate], record: pd.DataFrame
) -> tuple[list[Candidate], list[tuple[Statement, Statement]]]:
    """The rows that say something new, and the statements that repeat one of them, each with the one it repeats.

    A row is known when the record holds it, or when it repeats what stood at its date of arrival on the same
    responsibility and day. Two that arrive on one day and differ cannot be told apart: neither is taken.
    """
    standing, exact = _recorded(candidates, record)
    rivals: dict[tuple[tuple[str, ...], str], set[tuple[str, ...]]] = defaultdict(set)
    for candidate in candidates:
        rivals[candidate.key, candidate.row["reported_at"]].add(candidate.content)
    fresh, repeats = [], []
    first: dict[tuple[tuple[str, ...], str], Statement] = {}
    for candidate in candidates:
        statement, day = candidate.statement, candidate.row["reported_at"]
        key, content = candidate.key, candidate.content
        days = standing[key]
        earlier = max((known for known in days if known <= day), default=None)
        if (key, day, content) in exact or (earlier is not None and days[earlier] == content):
            statement.outcome = "known"
            if earlier is not None and (key, earlier) in first:
                repeats.append((statement, first[key, earlier]))
        elif day in days:
            statement.refuse("measure_id", f"台账中已有 {day} 报送的另一份不同内容：如为更正，请把报送日期改为更正当天")
        elif len(rivals[key, day]) > 1:
            statement.refuse("measure_id", f"同一天（{day}）报来的另一份内容不同，无法判断以哪份为准：请只报一份")
        else:
            days[day] = content
            first[key, day] = statement
            fresh.append(candidate)
    return fresh, repeats


def lawful(fresh: list[Candidate], record: pd.DataFrame, plan: Plan) -> pd.DataFrame:
    """The rows with which the plan still opens, numbered; what breaks a rule is refused at its cell."""
    start = int(record.index.max()) + 1 if len(record) else 2
    while True:
        rows = _numbered([candidate.row for candidate in fresh], record)
        if rows.empty:
            return rows
        problems = check_record(plan, longer(record, rows))
        problems = problems[problems["file"].eq(plan.sources["file"].iloc[-1])]
        errors = problems[problems["severity"].eq("error")]
        is_ours = errors["row"].ge(start).fillna(value=False)
        for row, column, message in _places(errors[is_ours]):
            fresh[row - start].statement.refuse(column, _in_words(message))
        for row, _, message in _places(errors[errors["row"].lt(start).fillna(value=False)]):
            _refuse_for(record[record.index == row].iloc[0], message, fresh)
        remaining = [candidate for candidate in fresh if candidate.statement.outcome != "refused"]
        if len(remaining) == len(fresh):
            for row, column, message in _places(problems[problems["row"].ge(start).fillna(value=False)]):
                fresh[row - start].statement.remark(column, _in_words(message))
            for candidate in fresh:
                candidate.statement.outcome = "appended"
            return rows
        fresh = remaining


def refuse_like(statement: Statement, first: Statement) -> None:
    """Refuse a statement that repeats one which was refused, for the same reasons."""
    keys = {head: key for key, head in HEADS.items()}
    for problem in first.errors:
        statement.refuse(keys[problem.column], problem.rule)


def _key(row: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(row[name] for name in _KEY)


def _content(row: Mapping[str, str]) -> tuple[str, ...]:
    number = row["percent"]
    return (f"{float(number):g}" if number else "", *(row[name] for name in ENTRIES if name != "percent"))


def _recorded(
    candidates: list[Candidate], record: pd.DataFrame
) -> tuple[dict[tuple[str, ...], dict[str, tuple[str, ...]]], set[tuple[tuple[str, ...], str, tuple[str, ...]]]]:
    """What the record holds on what the candidates speak of: what stood on each day of arrival, and all ever said."""
    standing: dict[tuple[str, ...], dict[str, tuple[str, ...]]] = defaultdict(dict)
    exact: set[tuple[tuple[str, ...], str, tuple[str, ...]]] = set()
    asked = {candidate.key for candidate in candidates}
    own = record[pd.MultiIndex.from_frame(record[_KEY]).isin(asked)]
    for cells in own.sort_values("log_id").to_dict("records"):
        row = {str(column): str(cell) for column, cell in cells.items()}
        key, day, content = _key(row), row["reported_at"], _content(row)
        standing[key][day] = content
        exact.add((key, day, content))
    return standing, exact


def _places(problems: pd.DataFrame) -> Iterator[tuple[int, str, str]]:
    """Row, column and message of each problem."""
    for row, column, message in problems[["row", "column", "message"]].itertuples(index=False, name=None):
        yield int(row), str(column), str(message)


def _refuse_for(recorded: pd.Series, message: str, fresh: list[Candidate]) -> None:
    """Refuse the rows that make a row of the record unlawful: those on the same responsibility."""
    rule = f"与台账中 {recorded['as_of']} 的记录 {recorded['log_id']} 不能相接：{_in_words(message)}"
    for candidate in fresh:
        is_same = all(candidate.row[name] == recorded[name] for name in ("measure_id", "unit_id"))
        if is_same and candidate.statement.outcome != "refused":
            candidate.statement.refuse("status", rule)


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
    return re.sub(r"[a-z]+(?:_[a-z]+)*", lambda word: DELIVERY_WORDS.get(word[0], word[0]), rule)
