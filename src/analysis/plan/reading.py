"""Files of a plan's folder → tables of text, with every problem that they have."""

from __future__ import annotations

import hashlib
import re
import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from analysis import record, schema
from analysis.files import read_csv
from analysis.plan.checks import across


def read_plan(
    folder: Path, *, progress: pd.DataFrame | None = None
) -> tuple[dict[str, Any], dict[str, pd.DataFrame], pd.DataFrame, pd.DataFrame]:
    """What ``plan.toml`` says, the tables as text, a row a file that was read, and the problems of it all.

    Parameters
    ----------
    folder : pathlib.Path
    progress : pandas.DataFrame, optional
        A record to check the plan with, in place of the one it keeps.
    """
    head, head_problems = _read_head(folder)
    place = _place(folder, head)
    tables: dict[str, pd.DataFrame] = {}
    sources: list[dict[str, Any]] = []
    problems = [head_problems]
    for name in schema.REQUIRED_COLUMNS:
        file = f"{name}.csv"
        try:
            if name != "progress":
                content = (folder / file).read_bytes()
                tables[name], sha256 = record.to_frame(read_csv(content)), hashlib.sha256(content).hexdigest()
            elif progress is not None:
                tables[name], sha256 = progress, ""
            else:
                tables[name], sha256 = record.read(place)
        except (OSError, ValueError) as failed:
            rule = "缺少这个文件" if isinstance(failed, FileNotFoundError) else str(failed)
            problems.append(schema.problem_frame([{"file": file, "column": "", "value": "", "rule": rule}]))
            continue
        named = place.name if name == "progress" else file
        sources.append({"file": named, "rows": len(tables[name]), "sha256": sha256})
        problems.append(schema.check_text(name, tables[name], file=file))
    found = pd.concat(problems, ignore_index=True)
    if not found["rule"].isin(["缺少这个文件", "缺少这一列"]).any() and set(tables) == set(schema.REQUIRED_COLUMNS):
        bad = {(problem.file, problem.row) for problem in found.itertuples()}
        more = schema.problem_frame(across(tables, bad))
        found = pd.concat([found, more], ignore_index=True)
    found["file"] = found["file"].replace("progress.csv", place.name)
    return head, tables, pd.DataFrame(sources, columns=["file", "rows", "sha256"]), found


def _read_head(folder: Path) -> tuple[dict[str, Any], pd.DataFrame]:
    try:
        head = tomllib.loads((folder / "plan.toml").read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as failed:
        return {}, schema.problem_frame(
            [{"file": "plan.toml", "column": "", "value": "", "rule": f"无法读取：{failed}"}]
        )
    rules = {
        "id": (lambda value: isinstance(value, str) and value.strip(), "不能为空"),
        "title": (_both_languages, "应有 zh 和 en"),
        "issuers": (_both_languages, "应有 zh 和 en"),
        "issued": (lambda value: isinstance(value, date), "应为日期，写作 2024-05-31（不加引号）"),
        "lead_rule": (lambda value: value in schema.LEAD_RULES, f"应为 {'、'.join(schema.LEAD_RULES)} 之一"),
        "progress_provenance": (
            lambda value: value in schema.PROVENANCES,
            f"应为 {'、'.join(schema.PROVENANCES)} 之一",
        ),
        "progress": (lambda value: value is None or _is_place(folder, head), record.place.RULE),
        "reporting": (_is_reporting, "应有 first_period（如 2024-06）、due_day（1–28）和 timezone"),
    }
    return head, schema.problem_frame(
        {"file": "plan.toml", "column": key, "value": str(head.get(key, "")), "rule": rule}
        for key, (test, rule) in rules.items()
        if not test(head.get(key))
    )


def _place(folder: Path, head: dict[str, Any]) -> record.Place:
    return record.place_of(folder, head if _is_place(folder, head) else {})


def _is_place(folder: Path, head: dict[str, Any]) -> bool:
    try:
        record.place_of(folder, head)
    except ValueError:
        return False
    return True


def _both_languages(value: object) -> bool:
    return isinstance(value, dict) and bool(value.get("zh")) and bool(value.get("en"))


def _is_reporting(value: object) -> bool:
    if not isinstance(value, dict) or not value.get("timezone"):
        return False
    month, day = value.get("first_period"), value.get("due_day")
    is_month = isinstance(month, str) and re.fullmatch("[0-9]{4}-(0[1-9]|1[0-2])", month)
    return bool(is_month) and type(day) is int and day in range(1, 29)
