"""A plan's folder → tables of text, with every problem that they have."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

import pandas as pd

from analysis import record, schema
from analysis.plan.checks import across
from analysis.plan.folder import PlanFolder, read_folder
from analysis.schema import Problem, Rule, rule

if TYPE_CHECKING:
    from pathlib import Path

Loaded = tuple[Mapping[str, Any], dict[str, pd.DataFrame], pd.DataFrame, pd.DataFrame]


def load(path: Path, *, lang: str, progress: pd.DataFrame | None = None) -> Loaded:
    """What ``plan.toml`` says, the tables as text, a row a file that was read, and the problems of it all.

    Parameters
    ----------
    path : pathlib.Path
        The plan's folder.
    lang : str
        The language of the problems' messages.
    progress : pandas.DataFrame, optional
        A record to check the plan with, in place of the one it keeps.
    """
    folder = read_folder(path)
    problems = list(_head_problems(folder))
    tables: dict[str, pd.DataFrame] = {}
    sources: list[tuple[str, int, str]] = []
    for name, file in folder.tables.items():
        if name == "progress" and progress is not None:
            tables[name] = progress
        elif file.fault:
            problems += _missing(file.name) if file.fault == "missing" else _unreadable(file.name, file.fault)
            continue
        else:
            frame = record.to_frame(file.table)
            tables[name] = record.meant(frame) if name == "progress" else frame
        sources.append((file.name, len(tables[name]), file.sha256))
        problems += schema.check_cells(name, tables[name], file=file.name)
    is_whole = set(tables) == set(schema.TABLES)
    if is_whole and not any(problem.rule.id == "column-missing" for problem in problems):
        bad = {(problem.file, problem.row) for problem in problems if problem.rule.severity == "error"}
        problems += across(tables, bad, record=folder.tables["progress"].name)
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


def _head_problems(folder: PlanFolder) -> Iterator[Problem]:
    if folder.head_fault:
        yield from _unreadable("plan.toml", folder.head_fault)
        return
    for check in (_id, _title, _issuers, _issued, _lead_rule, _provenance, _reporting):
        yield from check(folder.head)
    yield from _record_place(folder)


def _of_head(rule: Rule, head: Mapping[str, Any], key: str, **values: object) -> Problem:
    return rule.broken(file="plan.toml", column=key, value=head.get(key, ""), **values)


@rule("plan-id", "must not be blank")
def _id(rule: Rule, head: Mapping[str, Any]) -> Iterator[Problem]:
    """A plan's id becomes a folder of the site and a part of file names."""
    value = head.get("id")
    if not isinstance(value, str) or not value.strip():
        yield _of_head(rule, head, "id")


@rule("plan-title", "should have zh and en")
def _title(rule: Rule, head: Mapping[str, Any]) -> Iterator[Problem]:
    """Pages in each language name the plan."""
    if not _in_both_languages(head.get("title")):
        yield _of_head(rule, head, "title")


@rule("plan-issuers", "should have zh and en")
def _issuers(rule: Rule, head: Mapping[str, Any]) -> Iterator[Problem]:
    """Every figure names its source, and the notice's issuers are a part of it."""
    if not _in_both_languages(head.get("issuers")):
        yield _of_head(rule, head, "issuers")


@rule("plan-issued", "should be a date, written 2024-05-31 without quotation marks")
def _issued(rule: Rule, head: Mapping[str, Any]) -> Iterator[Problem]:
    """Time to completion is counted from the day of the notice."""
    # A moment is a date to Python, too, and one with a time zone cannot be compared with a day.
    if type(head.get("issued")) is not date:
        yield _of_head(rule, head, "issued")


@rule("plan-lead-rule", "should be one of: {words}")
def _lead_rule(rule: Rule, head: Mapping[str, Any]) -> Iterator[Problem]:
    """Whether the order of units names a lead is the notice's to say, never a guess."""
    if head.get("lead_rule") not in schema.LEAD_RULES:
        yield _of_head(rule, head, "lead_rule", words="、".join(schema.LEAD_RULES))


@rule("plan-provenance", "should be one of: {words}")
def _provenance(rule: Rule, head: Mapping[str, Any]) -> Iterator[Problem]:
    """A made-up record must never look like a real one, so that it is always said which it is."""
    if head.get("progress_provenance") not in schema.PROVENANCES:
        yield _of_head(rule, head, "progress_provenance", words="、".join(schema.PROVENANCES))


@rule("plan-reporting", "should have first_period (such as 2024-06), due_day (1 to 28) and timezone")
def _reporting(rule: Rule, head: Mapping[str, Any]) -> Iterator[Problem]:
    """What is owed, and what is late, follows from the reporting calendar."""
    reporting = head.get("reporting")
    if not isinstance(reporting, dict) or not reporting.get("timezone"):
        yield _of_head(rule, head, "reporting")
        return
    month, day = reporting.get("first_period"), reporting.get("due_day")
    is_month = isinstance(month, str) and re.fullmatch("[0-9]{4}-(0[1-9]|1[0-2])", month)
    if not is_month or type(day) is not int or day not in range(1, 29):
        yield _of_head(rule, head, "reporting")


@rule(
    "plan-record",
    "should be the name of a .csv or .parquet file, or a database's address such as "
    "postgresql+psycopg://user@host/base, sqlite:///progress.db",
)
def _record_place(rule: Rule, folder: PlanFolder) -> Iterator[Problem]:
    """Where the record is kept must be certain before anything is added to it."""
    try:
        record.place_of(folder.path, folder.head)
    except ValueError:
        yield _of_head(rule, folder.head, "progress")


def _in_both_languages(value: object) -> bool:
    return isinstance(value, dict) and bool(value.get("zh")) and bool(value.get("en"))
