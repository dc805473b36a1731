"""Whole plans on disk, of any size, to see what the reports make of them."""

import csv
from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from analysis.sample import synthetic_progress
from analysis.schema import REQUIRED_COLUMNS

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


def write(folder: Path, name: str, rows: Iterable[list[str]]) -> None:
    with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(REQUIRED_COLUMNS[name])
        writer.writerows(rows)
