"""Files of a plan's folder → tables of text, with every problem that they have."""

from __future__ import annotations

import csv
import hashlib
import io
import tomllib
from pathlib import Path
from typing import Any

import pandas as pd

from analysis import schema
from analysis.plan.checks import across


def read_plan(folder: Path) -> tuple[dict[str, Any], dict[str, pd.DataFrame], pd.DataFrame, pd.DataFrame]:
    """What ``plan.toml`` says, the tables as text, a row a file that was read, and the problems of it all."""
    head, head_problems = _read_head(folder)
    tables: dict[str, pd.DataFrame] = {}
    sources: list[dict[str, Any]] = []
    problems = [head_problems]
    for name, columns in schema.REQUIRED_COLUMNS.items():
        file = folder / f"{name}.csv"
        try:
            content = file.read_bytes()
            tables[name] = _read_table(content, columns)
        except (OSError, ValueError) as failed:
            rule = "缺少这个文件" if isinstance(failed, FileNotFoundError) else str(failed)
            problems.append(schema.problem_frame([{"file": file.name, "column": "", "value": "", "rule": rule}]))
            continue
        sources.append({"file": file.name, "rows": len(tables[name]), "sha256": hashlib.sha256(content).hexdigest()})
        problems.append(schema.check_text(name, tables[name], file=file.name))
    found = pd.concat(problems, ignore_index=True)
    if not found["rule"].isin(["缺少这个文件", "缺少这一列"]).any() and set(tables) == set(schema.REQUIRED_COLUMNS):
        bad = {(problem.file, problem.row) for problem in found.itertuples()}
        more = schema.problem_frame(across(tables, bad))
        found = pd.concat([found, more], ignore_index=True)
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
        "issued": (lambda value: hasattr(value, "isoformat"), "应为日期，写作 2024-05-31（不加引号）"),
        "lead_rule": (lambda value: value in schema.LEAD_RULES, f"应为 {'、'.join(schema.LEAD_RULES)} 之一"),
        "progress_provenance": (
            lambda value: value in schema.PROVENANCES,
            f"应为 {'、'.join(schema.PROVENANCES)} 之一",
        ),
        "reporting": (_is_reporting, "应有 first_period（如 2024-06）、due_day（1–28）和 timezone"),
    }
    return head, schema.problem_frame(
        {"file": "plan.toml", "column": key, "value": str(head.get(key, "")), "rule": rule}
        for key, (test, rule) in rules.items()
        if not test(head.get(key))
    )


def _both_languages(value: object) -> bool:
    return isinstance(value, dict) and bool(value.get("zh")) and bool(value.get("en"))


def _is_reporting(value: object) -> bool:
    if not isinstance(value, dict) or not {"first_period", "due_day", "timezone"} <= value.keys():
        return False
    try:
        pd.Period(value["first_period"], "M")
    except ValueError:
        return False
    return value["due_day"] in range(1, 29)


def _read_table(content: bytes, columns: tuple[str, ...]) -> pd.DataFrame:
    """A CSV's cells as text, indexed by the row a spreadsheet would number (the header is row 1)."""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        # Other encodings decode to rubbish without an error: only a header that is known proves the guess.
        if encoding == "utf-8-sig" or set(columns) <= set(next(csv.reader(io.StringIO(text)), [])):
            return _to_frame(text)
    raise ValueError("文字编码无法识别：应为 UTF-8 或 GB18030")


def _to_frame(text: str) -> pd.DataFrame:
    header, *rows = list(csv.reader(io.StringIO(text))) or [[]]
    ragged = [str(number) for number, row in enumerate(rows, start=2) if row and len(row) != len(header)]
    if ragged:
        raise ValueError(f"第 {'、'.join(ragged[:20])} 行的列数与表头不同：应为 {len(header)} 列")
    filled = {number: row for number, row in enumerate(rows, start=2) if any(row)}
    return pd.DataFrame(list(filled.values()), index=pd.Index(list(filled)), columns=header, dtype="str")
