"""A plan's folder of the older form → the new one, with what became of each row.

Until 2026 units closed measures themselves, a plan reported by the month whatever it said, and nobody joined or left.
"""

from __future__ import annotations

import os
import re
import shutil
import tomllib
from datetime import date
from typing import TYPE_CHECKING, Any

import pandas as pd

from analysis.files import csv_text
from analysis.periods import EVERY, Calendar
from analysis.plan import read_folder
from analysis.record import begin_chain, meant, place_of, to_frame
from analysis.record.place import DEFAULT
from analysis.rules import territory_of
from analysis.schema import DELIVERY, RECORD, REQUIRED_COLUMNS
from analysis.workdays import FIRST

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

_OLD_ORDER = ("not_started", "stalled", "in_progress", "ongoing", "done_reported", "closed", "withdrawn")
_VERDICTS = ("closed", "withdrawn")
_PAIR = ["measure_id", "unit_id"]
_READ = ("log_id", *_PAIR, "as_of", "reported_at", "status", "evidence_ref", "supersedes")


def migrate(folder: Path, out: Path, *, decider: str = "") -> pd.DataFrame:
    """Write a copy of an older plan's folder in the new form; the old one stays as it is.

    What a unit called closed becomes its word that it is done; where all units that spoke called a measure closed, as
    the older form asked for, a decision of the decider closes it. The same holds for what units withdrew, their own
    word being what they said before. No row is lost.

    Parameters
    ----------
    folder, out : pathlib.Path
        `out` must not be there yet.
    decider : str
        Who is said to have verified; blank where nobody did: then nothing is closed.

    Returns
    -------
    pandas.DataFrame
        One row a row that was changed, and one a decision that was made: table, id, measure_id, unit_id, was, is_now.

    Raises
    ------
    ValueError
        When the folder cannot be read, or keeps its record elsewhere than in a CSV file.
    FileExistsError
        When `out` is there.
    """
    old = read_folder(folder)
    if old.head_fault:
        raise ValueError(f"plan.toml：{old.head_fault}")
    if old.head.get("progress", DEFAULT) != DEFAULT:
        raise ValueError(f"台账不在 {DEFAULT} 中：请先导出为 {DEFAULT}，并从 plan.toml 中去掉 progress")
    # The older form had one table of the record; another that is there, and cannot be read, would be lost.
    may_miss = {f"{name}.csv" for name in RECORD[1:]}
    faults = {file.name: file.fault for file in old.tables.values() if file.fault}
    faults = {name: why for name, why in faults.items() if name not in may_miss or why != "missing"}
    if faults:
        raise ValueError(
            "；".join(f"{name}：{'没有这个文件' if why == 'missing' else why}" for name, why in faults.items())
        )
    tables = {name: meant(to_frame(file.table)) for name, file in old.tables.items() if not file.fault}
    if odd := list(_odd(old.head, tables["progress"])):
        raise ValueError("；".join(odd))
    tables["commitments"] = _numbered(tables["commitments"])
    progress, decisions, told = _verdicts(tables["progress"], decider)
    tables |= {"progress": progress}
    if len(decisions):
        if len(tables.get("decisions", ())):
            raise ValueError("decisions.csv 中已有决定，progress.csv 中又有单位自己办结或取消的：请先核对，只留其一")
        tables["decisions"] = decisions
    try:
        head = _new_head(old.head_content.decode("utf-8-sig"), decider)
        tomllib.loads(head)
    except ValueError as failed:
        raise ValueError(f"plan.toml：改成现在的形式后无法识别（{failed}），请先手工改正 [reporting]") from failed
    if os.path.lexists(out):
        raise FileExistsError(out)
    out.parent.mkdir(parents=True, exist_ok=True)
    # Beside it first: a folder that bears its name is whole.
    made = out.with_name(f".{out.name}.{os.getpid()}.new")
    made.mkdir()
    try:
        _write(made, head, tables, folder)
        made.rename(out)
    except BaseException:
        shutil.rmtree(made, ignore_errors=True)
        raise
    return told


def _odd(head: Mapping[str, Any], progress: pd.DataFrame) -> Iterator[str]:
    """What keeps a folder from being understood as one of the older form, in Chinese."""
    if not isinstance(head.get("reporting", {}), dict):
        yield "plan.toml：reporting 应为表，写作 [reporting]"
    missing = [column for column in _READ if column not in progress]
    if missing:
        yield f"progress.csv 缺少列：{'、'.join(missing)}"
        return
    for row, status in progress.loc[~progress["status"].isin(_OLD_ORDER), "status"].items():
        yield f"progress.csv 第 {row} 行 status“{status}”：应为 {'、'.join(_OLD_ORDER)} 之一"


def _write(out: Path, head: str, tables: Mapping[str, pd.DataFrame], folder: Path) -> None:
    """The tables and their chain, and whatever else the older folder holds."""
    (out / "plan.toml").write_text(head, "utf-8")
    for name, columns in REQUIRED_COLUMNS.items():
        rows = tables.get(name, pd.DataFrame(columns=list(columns), dtype="str"))
        others = [column for column in rows.columns if column not in columns]
        rows = rows.reindex(columns=[*columns, *others], fill_value="")
        (out / f"{name}.csv").write_text(csv_text([list(rows.columns), *rows.itertuples(index=False)]), "utf-8")
    begin_chain(place_of(out, tomllib.loads(head)))
    hidden = shutil.ignore_patterns(".*")
    for file in folder.iterdir():
        if file.name.startswith(".") or (out / file.name).exists() or out.is_relative_to(file):
            continue
        if file.is_file():
            (out / file.name).write_bytes(file.read_bytes())
        elif file.is_dir():
            # What came in, above all, as it came.
            shutil.copytree(file, out / file.name, symlinks=True, ignore=hidden)


def _new_head(text: str, decider: str) -> str:
    """The text of ``plan.toml`` with its calendar in the new words; all else stays."""
    reporting: dict[str, Any] = tomllib.loads(text).get("reporting", {})
    every = reporting.get("period", "month")
    if every in EVERY and re.fullmatch("[1-9][0-9]{3}-(0[1-9]|1[0-2])", str(reporting.get("first_period", ""))):
        year, month = map(int, str(reporting["first_period"]).split("-"))
        first = Calendar(every).period_of(date(year, month, 1)).name
        text = re.sub(r'(?m)^(first_period\s*=\s*)".*?"', rf'\1"{first}"', text)
    text = re.sub(r"(?m)^period(\s*=)", r"every\1", text)
    if "period" not in reporting and "every" not in reporting:
        text = re.sub(r"(?m)^\[reporting\]$", '[reporting]\nevery = "month"', text)
    text = re.sub(r"(?m)^due_day(\s*=)", r"due_after_days\1", text)
    country = territory_of(str(reporting.get("timezone", "")))
    if "country" not in tomllib.loads(text) and country not in ("", FIRST):
        text = f'country = "{country}"\n{text}'
    if decider:
        name = decider.replace("\\", "\\\\").replace('"', '\\"')
        text = f'{text.rstrip()}\n\n[[verification.deciders]]\nname = "{name}"\n'
    return text


def _numbered(commitments: pd.DataFrame) -> pd.DataFrame:
    if "commitment_id" in commitments:
        return commitments
    return commitments.assign(commitment_id=[f"C{place}" for place in range(1, len(commitments) + 1)])


def _verdicts(progress: pd.DataFrame, decider: str) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """What units said in their new words, the decisions that follow, and what became of each row."""
    said = progress[~progress["log_id"].isin(progress["supersedes"])]
    said = said.sort_values(["as_of", "reported_at"], kind="stable")
    decisions = [
        {"decided_by": decider, **decision}
        for measure, rows in said.groupby("measure_id", sort=False)
        for decision in _replayed(str(measure), rows)
    ]
    decisions = sorted(decisions if decider else [], key=lambda one: (one["recorded_at"], one["effective_on"]))
    for place, decision in enumerate(decisions, start=1):
        decision["decision_id"] = f"D{place:04d}"

    opened = progress["status"].where(progress["status"].isin(DELIVERY))
    ordered = opened.loc[progress.sort_values(["as_of", "reported_at"], kind="stable").index]
    before = ordered.groupby([progress.loc[ordered.index, key] for key in _PAIR]).ffill().fillna("in_progress")
    status = progress["status"].mask(progress["status"].eq("closed"), "done_reported")
    status = status.mask(status.eq("withdrawn"), before.reindex(progress.index))
    changed = progress[status.ne(progress["status"])]
    told = [
        ("progress", row["log_id"], row["measure_id"], row["unit_id"], row["status"], status.at[row["index"]])
        for row in changed.reset_index().to_dict("records")
    ] + [("decisions", one["decision_id"], one["measure_id"], "", "", one["decision"]) for one in decisions]
    columns = ["table", "id", "measure_id", "unit_id", "was", "is_now"]
    return progress.assign(status=status), pd.DataFrame(decisions), pd.DataFrame(told, columns=columns)


def _replayed(measure: str, rows: pd.DataFrame) -> list[dict[str, str]]:
    """The days on which a measure was closed, withdrawn or opened again by the older rule, as decisions."""
    words: dict[str, dict[str, str]] = {}
    state, decisions = "", []
    for day, on_day in rows.groupby("as_of", sort=True):
        said = [{str(column): str(cell) for column, cell in row.items()} for row in on_day.to_dict("records")]
        words |= {row["unit_id"]: row for row in said}
        now = min((row["status"] for row in words.values()), key=_OLD_ORDER.index)
        decision = now if now in _VERDICTS else "reopened" if state in _VERDICTS else ""
        if decision and now != state:
            behind = [row for row in words.values() if row["status"] == now] if now in _VERDICTS else said
            decisions.append(
                {
                    "measure_id": measure,
                    "decision": decision,
                    "effective_on": str(day),
                    "recorded_at": max(row["reported_at"] for row in behind),
                    "evidence_ref": "；".join(dict.fromkeys(filter(None, (row["evidence_ref"] for row in behind)))),
                    "reason": f"由 {'、'.join(row['log_id'] for row in behind)} 转来",
                }
            )
        state = now
    return decisions
