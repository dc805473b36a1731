"""Whole plans on disk: of any size, to see what the reports make of them; and a small one, to be broken."""

from __future__ import annotations

import csv
from datetime import date
from typing import TYPE_CHECKING

import pandas as pd

from analysis.periods import Calendar
from analysis.sample import synthetic_record
from analysis.schema import RECORD, TABLES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    Edit = Callable[[list[list[str]]], object]
    Statement = dict[str, str]

HEAD = """id = "{name}"
issued = 2024-05-31
lead_rule = "none"
progress_provenance = "synthetic"

[title]
zh = "测试方案"
en = "Test plan"

[issuers]
zh = ["某办公室"]
en = ["Some Office"]

[reporting]
every = "month"
first_period = "2024-06"
due_after_days = 5
timezone = "Asia/Shanghai"

[[verification.deciders]]
name = "核验组"
name_en = "Verifiers"
"""
DECIDER = "核验组"

COLUMNS = {
    table: tuple(
        column
        for field in fields
        for column in ((field.name, f"{field.name}_en") if field.in_languages else (field.name,))
    )
    for table, fields in TABLES.items()
}
"""Table → its columns, what may be said in other languages in English, too."""


def write_plan(folder: Path, *, measures: int, units: int, themes: int = 3, statements: str = "sample") -> Path:
    """A plan with that many measures and units.

    Parameters
    ----------
    statements : {"sample", "none", "closed"}
        A synthetic record, none at all, or one in which every measure was reported done and closed.
    """
    folder.mkdir(parents=True)
    (folder / "plan.toml").write_text(HEAD.format(name=folder.name), "utf-8")
    used = min(themes, measures)
    write(folder, "themes", ([f"T{n}", f"主题{n}", f"Theme {n}", f"主题{n}", f"Theme {n}"] for n in range(1, used + 1)))
    named = range(1, measures + 1)
    always = statements == "closed"
    write(
        folder,
        "measures",
        (measure(number, theme=1 + (number - 1) * used // measures, ends=always or number % 3 > 0) for number in named),
    )
    kinds = ("municipal_department", "central_agency", "district", "zone", "enterprise")
    write(
        folder,
        "units",
        (
            [f"unit-{n}", f"第{n}单位", f"Unit number {n}", f"单位{n}", f"Unit {n}", kinds[n % 5], "false", ""]
            for n in range(1, units + 1)
        ),
    )
    pairs = {
        (f"M{number}", f"unit-{1 + (number * 7 + place * 13) % units}"): place + 1
        for number in named
        for place in range(min(1 + number % 4, units))
    }
    write(
        folder,
        "responsibilities",
        ([measure, "1", unit, str(place), "unmarked", "", "", ""] for (measure, unit), place in pairs.items()),
    )
    write(folder, "commitments", [])
    for table, rows in record(folder, statements).items():
        write(folder, table, rows)
    return folder


def measure(number: int, *, theme: int, ends: bool) -> list[str]:
    name = f"措施{number}的名称"
    kind = "one_off" if ends else "ongoing"
    return [f"M{number}", f"T{theme}", str(number), name, f"Measure {number}", f"{name}。", kind, "", "", "", "", ""]


def record(folder: Path, statements: str) -> dict[str, list[list[str]]]:
    """The three tables of a record for a plan's folder."""
    names = ("measures", "units", "responsibilities", "commitments")
    tables = {name: pd.read_csv(folder / f"{name}.csv", dtype="str", keep_default_na=False) for name in names}
    if statements == "none":
        return {table: [] for table in RECORD}
    if statements == "sample":
        calendar = Calendar("month", "2024-06", due_after_days=5)
        made = synthetic_record(tables, calendar=calendar, issued=date(2024, 5, 31), deciders={DECIDER: ""})
        return {table: rows.to_numpy().tolist() for table, rows in made.items()}
    done = {"as_of": "2024-08-31", "reported_at": "2024-09-03", "status": "done_reported", "percent": "100"}
    closed = decide("closed", effective_on="2024-09-20", recorded_at="2024-09-21", evidence_ref="核验1")
    pairs = tables["responsibilities"][["measure_id", "unit_id"]].itertuples(index=False)
    said = [{"log_id": f"P{n:05}", "measure_id": of, "unit_id": unit, **done} for n, (of, unit) in enumerate(pairs)]
    measures = tables["measures"]["measure_id"]
    decided = [{**closed, "decision_id": f"D{number:05}", "measure_id": of} for number, of in enumerate(measures)]
    rows = {"progress": said, "decisions": decided}
    told = {table: [[row.get(name, "") for name in COLUMNS[table]] for row in rows[table]] for table in rows}
    return {**told, "actuals": []}


SMALL_PLAN = {
    "themes": [("T1", "通关", "Clearance", "通关", "Clearance")],
    "measures": [
        ("M1", "T1", "1", "减时", "Time", "减时。五日内办结。", "one_off", "办结", "", "", "", ""),
        ("M2", "T1", "2", "宣传", "Publicity", "宣传。常讲。", "ongoing", "常讲", "", "", "", ""),
    ],
    "units": [
        ("customs", "海关", "Customs", "海关", "Customs", "central_agency", "false", ""),
        ("commerce", "商务局", "Commerce Bureau", "商务", "Commerce", "municipal_department", "false", ""),
    ],
    "responsibilities": [
        ("M1", "1", "customs", "1", "joint", "", "", ""),
        ("M1", "1", "commerce", "2", "joint", "", "", ""),
        ("M2", "1", "customs", "1", "sole", "", "", ""),
    ],
    "commitments": [("C1", "M1", "at_most", "5", "", "日", "", "五日内办结")],
}
"""Two measures, two units; each row is plain to see."""


def write_small_plan(folder: Path) -> Path:
    """A plan of two measures and two statements that breaks no rule."""
    folder.mkdir(exist_ok=True)
    (folder / "plan.toml").write_text(HEAD.format(name="small"), "utf-8")
    for table, rows in SMALL_PLAN.items():
        write(folder, table, rows)
    write_record(folder, say("not_started"), say("in_progress", "40"))
    for table in RECORD[1:]:
        write(folder, table, [])
    return folder


def say(state: str, percent: str = "", **more: str) -> Statement:
    """What customs said of measure M1, unless it is said otherwise."""
    return {"measure_id": "M1", "unit_id": "customs", "status": state, "percent": percent, **more}


def write_record(folder: Path, *statements: Statement) -> None:
    """Write a record: one statement a month from June 2024, P1, P2, … unless they say otherwise."""
    rows = []
    for place, statement in enumerate(statements, start=1):
        day = f"{pd.Timestamp('2024-05-31') + pd.offsets.MonthEnd(place):%Y-%m-%d}"
        dated = {"log_id": f"P{place}", "as_of": day, "reported_at": day, **statement}
        rows.append([dated.get(column, "") for column in COLUMNS["progress"]])
    write(folder, "progress", rows)


def decide(decision: str, **more: str) -> Statement:
    """What the verifiers decided of measure M1 on 31 August 2024, unless it is said otherwise."""
    day = {"effective_on": "2024-08-31", "recorded_at": "2024-08-31", "decided_by": DECIDER}
    return {"measure_id": "M1", "decision": decision, **day, **more}


def write_decisions(folder: Path, *decisions: Statement) -> None:
    """Write the decisions: D1, D2, … unless they say otherwise."""
    numbered = ({"decision_id": f"D{place}", **decision} for place, decision in enumerate(decisions, start=1))
    write(folder, "decisions", ([row.get(column, "") for column in COLUMNS["decisions"]] for row in numbered))


def write_actuals(folder: Path, *actuals: Statement) -> None:
    """Write measured values: A1, A2, … of C1 by customs on 31 August 2024, unless they say otherwise."""
    day = {"commitment_id": "C1", "unit_id": "customs", "as_of": "2024-08-31", "reported_at": "2024-08-31"}
    numbered = ({"actual_id": f"A{place}", **day, **actual} for place, actual in enumerate(actuals, start=1))
    write(folder, "actuals", ([row.get(column, "") for column in COLUMNS["actuals"]] for row in numbered))


def change(folder: Path, table: str, edit: Edit) -> None:
    """Edit the lines of a table; line 0 is the header, so that line n is row n + 1 of a spreadsheet."""
    path = folder / f"{table}.csv"
    with path.open(encoding="utf-8", newline="") as file:
        lines = list(csv.reader(file))
    edit(lines)
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(lines)


def put(table: str, row: int, column: str, value: str) -> Edit:
    """An edit of one cell, by the row's number in a spreadsheet."""
    place = COLUMNS[table].index(column)
    return lambda lines: lines[row - 1].__setitem__(place, value)


def change_head(folder: Path, line: str, instead: str) -> None:
    """Put other text in place of what stands once in ``plan.toml``."""
    path = folder / "plan.toml"
    text = path.read_text("utf-8")
    assert text.count(line) == 1
    path.write_text(text.replace(line, instead), "utf-8")


def write(folder: Path, name: str, rows: Iterable[Iterable[str]]) -> None:
    with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS[name])
        writer.writerows(rows)
