"""Whole plans on disk: of any size, to see what the reports make of them; and a small one, to be broken."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import pandas as pd

from analysis.sample import synthetic_progress
from analysis.schema import REQUIRED_COLUMNS

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
period = "month"
first_period = "2024-06"
due_day = 5
timezone = "Asia/Shanghai"
"""


def write_plan(folder: Path, *, measures: int, units: int, themes: int = 3, statements: str = "sample") -> Path:
    """A plan with that many measures and units.

    Parameters
    ----------
    statements : {"sample", "none", "closed"}
        A synthetic record, none at all, or one in which every measure is closed.
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
            [f"unit-{n}", f"第{n}单位", f"单位{n}", f"Unit number {n}", f"Unit {n}", kinds[n % 5], "false", ""]
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
        ([measure_id, "1", unit_id, str(place), "unmarked", ""] for (measure_id, unit_id), place in pairs.items()),
    )
    write(folder, "commitments", [])
    write(folder, "progress", log(folder, statements))
    return folder


def measure(number: int, *, theme: int, ends: bool) -> list[str]:
    name = f"措施{number}的名称"
    kind = "one_off" if ends else "ongoing"
    return [f"M{number}", f"T{theme}", str(number), name, f"Measure {number}", f"{name}。", kind, "", "", ""]


def log(folder: Path, statements: str) -> list[list[str]]:
    tables = {name: pd.read_csv(folder / f"{name}.csv", dtype="str") for name in ("measures", "responsibilities")}
    if statements == "none":
        return []
    if statements == "sample":
        return synthetic_progress(tables["measures"], tables["responsibilities"]).to_numpy().tolist()
    closed = {"as_of": "2024-08-31", "reported_at": "2024-09-03", "status": "closed", "percent": "100"}
    pairs = tables["responsibilities"][["measure_id", "unit_id"]].itertuples(index=False)
    rows = [
        {"log_id": f"P{number:05}", "measure_id": measure_id, "unit_id": unit_id, **closed}
        for number, (measure_id, unit_id) in enumerate(pairs)
    ]
    return [[row.get(column, "") for column in REQUIRED_COLUMNS["progress"]] for row in rows]


SMALL_PLAN = {
    "themes": [("T1", "通关", "Clearance", "通关", "Clearance")],
    "measures": [
        ("M1", "T1", "1", "减时", "Time", "减时。五日内办结。", "one_off", "办结", "", ""),
        ("M2", "T1", "2", "宣传", "Publicity", "宣传。常讲。", "ongoing", "常讲", "", ""),
    ],
    "units": [
        ("customs", "海关", "海关", "Customs", "Customs", "central_agency", "false", ""),
        ("commerce", "商务局", "商务", "Commerce Bureau", "Commerce", "municipal_department", "false", ""),
    ],
    "responsibilities": [
        ("M1", "1", "customs", "1", "joint", ""),
        ("M1", "1", "commerce", "2", "joint", ""),
        ("M2", "1", "customs", "1", "sole", ""),
    ],
    "commitments": [("M1", "at_most", "5", "", "日", "", "五日内办结")],
}
"""Two measures, two units; each row is plain to see."""


def write_small_plan(folder: Path) -> Path:
    """A plan of two measures and two statements that breaks no rule."""
    folder.mkdir(exist_ok=True)
    (folder / "plan.toml").write_text(HEAD.format(name="small"), "utf-8")
    for table, rows in SMALL_PLAN.items():
        write(folder, table, rows)
    write_record(folder, say("not_started"), say("in_progress", "40"))
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
        rows.append([dated.get(column, "") for column in REQUIRED_COLUMNS["progress"]])
    write(folder, "progress", rows)


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
    place = REQUIRED_COLUMNS[table].index(column)
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
        writer.writerow(REQUIRED_COLUMNS[name])
        writer.writerows(rows)
