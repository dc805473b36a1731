"""Read a thousand returned forms into a record: this package beside openpyxl and pandas by hand, on the same files.

Run from the checkout: ``python benchmarks/forms.py [FORMS]``. Each way runs in a process of its own, so that peak
memory is its own; the last lines set the two side by side.
"""

from __future__ import annotations

import multiprocessing
import resource
import shutil
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from analysis import forms, intake
from analysis.plan import Plan, append_record, open_plan
from analysis.schema import REQUIRED_COLUMNS

if TYPE_CHECKING:
    from collections.abc import Callable

DATA = Path(__file__).parents[1] / "data" / "tianjin-2024"
MEASURES = 31


def make_plan(folder: Path, units: int) -> Plan:
    """The plan with as many units as forms, each on all measures, and a record that holds nothing yet."""
    shutil.copytree(DATA, folder, ignore=shutil.ignore_patterns(".*"))
    names = pd.DataFrame("", index=range(units), columns=REQUIRED_COLUMNS["units"])
    names["unit_id"] = [f"unit-{number}" for number in names.index]
    for column in ("name", "short", "name_en", "short_en"):
        names[column] = [f"单位{number}" for number in names.index]
    names["kind"], names["is_group"] = "enterprise", "false"
    names.to_csv(folder / "units.csv", index=False)
    measures = pd.read_csv(folder / "measures.csv", dtype="str")
    named = measures[["measure_id"]].merge(names[["unit_id"]], how="cross")
    named["clause"], named["position"], named["role"], named["role_basis"] = "1", "1", "joint", "benchmark"
    named[list(REQUIRED_COLUMNS["responsibilities"])].to_csv(folder / "responsibilities.csv", index=False)
    (folder / "progress.csv").write_text(",".join(REQUIRED_COLUMNS["progress"]) + "\n", "utf-8")
    return open_plan(folder)


def make_forms(plan: Plan, folder: Path) -> None:
    """One returned form a unit, every measure filled in."""
    folder.mkdir()
    day = pd.Timestamp("2024-06-30")
    said = {"status": "推进中", "progress": "会同有关单位梳理流程和办理环节，形成初步工作清单", "next_step": "继续推进"}
    entries = {measure: {**said, "percent": 30 + place} for place, measure in enumerate(plan.measures["measure_id"])}
    for unit in plan.units["unit_id"]:
        (folder / f"{unit}.xlsx").write_bytes(forms.make(plan, unit, as_of=day, entries=entries))


def by_package(folder: Path, inbox: Path) -> int:
    """Every cell read and checked, every row checked against the whole plan, the record written."""
    plan = open_plan(folder)
    collected = intake.collect(intake.find_files([inbox])[0], plan, reported_at=pd.Timestamp("2024-07-05"))
    append_record(plan, collected.progress)
    return len(collected.progress)


def by_hand(folder: Path, inbox: Path) -> int:
    """What an office's script does: pandas reads each sheet with openpyxl, concatenates, writes. No checks."""
    tables = []
    for file in sorted(inbox.glob("*.xlsx")):
        table = pd.read_excel(file, sheet_name="反馈表", header=3, engine="openpyxl")
        tables.append(table[table["进展状态"].notna()].assign(file=file.name))
    together = pd.concat(tables)
    together.to_csv(folder / "by-hand.csv", index=False)
    return len(together)


def measured(work: Callable[[Path, Path], int], folder: Path, inbox: Path) -> tuple[int, float, float]:
    """Rows, seconds and peak MiB of one way, in a process of its own."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(_timed, (work, folder, inbox))


def _timed(work: Callable[[Path, Path], int], folder: Path, inbox: Path) -> tuple[int, float, float]:
    started = time.perf_counter()
    rows = work(folder, inbox)
    seconds = time.perf_counter() - started
    return rows, seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    """Make the forms, read them both ways, print both."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    with tempfile.TemporaryDirectory() as home:
        plan, inbox = make_plan(Path(home) / "plan", count), Path(home) / "inbox"
        started = time.perf_counter()
        make_forms(plan, inbox)
        print(f"{count} forms of {MEASURES} rows made in {time.perf_counter() - started:.0f} s")
        found = {work.__name__: measured(work, plan.folder, inbox) for work in (by_package, by_hand)}
        for name, (rows, seconds, peak) in found.items():
            print(f"{name:>10}: {rows} rows, {seconds:.1f} s, {rows / seconds:.0f} rows/s, peak {peak:.0f} MiB")
        ours, theirs = found["by_package"], found["by_hand"]
        print(f"by_package / by_hand: {ours[1] / theirs[1]:.2f} of the time, {ours[2] / theirs[2]:.2f} of the memory")


if __name__ == "__main__":
    main()
