"""A plan's folder → tables of text, with every problem that they have."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from analysis import record, schema
from analysis.plan.folder import read_folder
from analysis.rules import across_notice, across_record, head_problems
from analysis.schema import Problem, Rule, rule

if TYPE_CHECKING:
    from pathlib import Path

Loaded = tuple[Mapping[str, Any], dict[str, pd.DataFrame], pd.DataFrame, pd.DataFrame]


def load(path: Path, *, lang: str, today: str = "", instead: Mapping[str, pd.DataFrame] | None = None) -> Loaded:
    """What ``plan.toml`` says, the tables as text, a row a file that was read, and the problems of it all.

    Parameters
    ----------
    path : pathlib.Path
        The plan's folder.
    lang : str
        The language of the problems' messages.
    today : str
        By the clock of whoever asks, so that what cannot have arrived yet is told; blank where nobody does.
    instead : mapping of str to pandas.DataFrame, optional
        Tables of the record to check the plan with, in place of those that it keeps.
    """
    folder = read_folder(path)
    problems = list(
        _unreadable("plan.toml", folder.head_fault) if folder.head_fault else head_problems(path, folder.head)
    )
    is_head_right = not any(problem.rule.severity == "error" for problem in problems)
    tables: dict[str, pd.DataFrame] = {}
    sources: list[tuple[str, int, str]] = []
    for name, file in folder.tables.items():
        if instead and name in instead:
            tables[name] = instead[name]
        elif file.fault:
            problems += _missing(file.name) if file.fault == "missing" else _unreadable(file.name, file.fault)
            continue
        else:
            frame = record.to_frame(file.table)
            tables[name] = record.meant(frame) if name in schema.RECORD else frame
        sources.append((file.name, len(tables[name]), file.sha256))
        problems += schema.check_cells(name, tables[name], file=file.name)
    is_whole = set(tables) == set(schema.TABLES)
    if is_head_right and is_whole and not any(problem.rule.id == "column-missing" for problem in problems):
        bad = {(problem.file, problem.row) for problem in problems if problem.rule.severity == "error"}
        names = {name: file.name for name, file in folder.tables.items()}
        problems += across_notice(tables, folder.head)
        problems += across_record(tables, folder.head, bad, names=names, today=today)
        if not any(len(tables[name]) for name in schema.RECORD):
            problems += _of_others(path, folder.head)
    frame = schema.problem_frame(problems, lang=lang)
    return folder.head, tables, pd.DataFrame(sources, columns=["file", "rows", "sha256"]), frame


@rule("file-missing", "this file is missing")
def _missing(rule: Rule, file: str) -> Iterator[Problem]:
    """A plan's folder holds every table, if only its header: a table that is not there could be one that was lost."""
    yield rule.broken(file=file)


@rule("file-unreadable", "cannot be read: {reason}")
def _unreadable(rule: Rule, file: str, reason: str) -> Iterator[Problem]:
    """A file whose encoding or shape is not what it should be says nothing that can be trusted."""
    yield rule.broken(file=file, reason=reason)


@rule(
    "record-of-others",
    "the database has no row of this plan, but rows of {plans}: was the id changed?",
    severity="warning",
)
def _of_others(rule: Rule, path: Path, head: Mapping[str, Any]) -> Iterator[Problem]:
    """In a database the rows of a plan are known by its id: under another id its record is empty, and begins anew."""
    from analysis.record.database import other_plans

    place = record.place_of(path, head)
    if place.kind == "sql" and (others := other_plans(place)):
        yield rule.broken(file="plan.toml", column="id", value=place.plan_id, plans="、".join(others))
