"""Files of a plan's folder → tables of text, with every problem that they have."""

from __future__ import annotations

import csv
import hashlib
import io
import re
import tomllib
from datetime import date
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
        except (OSError, ValueError, csv.Error) as failed:
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
        "issued": (lambda value: isinstance(value, date), "应为日期，写作 2024-05-31（不加引号）"),
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
    if not isinstance(value, dict) or not value.get("timezone"):
        return False
    month, day = value.get("first_period"), value.get("due_day")
    is_month = isinstance(month, str) and re.fullmatch("[0-9]{4}-(0[1-9]|1[0-2])", month)
    return bool(is_month) and type(day) is int and day in range(1, 29)


def _read_table(content: bytes, columns: tuple[str, ...]) -> pd.DataFrame:
    """A CSV's cells as text, indexed by the row a spreadsheet would number (the header is row 1)."""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        # Other encodings decode to rubbish without an error: known columns and common characters prove the guess.
        header = set(next(csv.reader(io.StringIO(text)), []))
        if encoding == "utf-8-sig" or (header & set(columns) and _is_common_chinese(text)):
            return _to_frame(text)
    raise ValueError("文字编码无法识别：应为 UTF-8 或 GB18030")


def _is_common_chinese(text: str) -> bool:
    """Whether most of the Chinese is in GB 2312; Big5 read as GB18030 lies mostly outside."""
    chinese = re.sub("[\x00-\x7f]", "", text)
    return len(chinese.encode("gb2312", errors="ignore")) / 2 >= 0.8 * len(chinese)


def _to_frame(text: str) -> pd.DataFrame:
    header, *rows = list(csv.reader(io.StringIO(text))) or [[]]
    twice = sorted({column for column in header if header.count(column) > 1})
    if twice:
        raise ValueError(f"表头有重复的列：{'、'.join(twice)}")
    ragged = [str(number) for number, row in enumerate(rows, start=2) if row and len(row) != len(header)]
    if ragged:
        raise ValueError(f"第 {'、'.join(ragged[:20])} 行的列数与表头不同：应为 {len(header)} 列")
    filled = {number: row for number, row in enumerate(rows, start=2) if any(row)}
    return pd.DataFrame(list(filled.values()), index=pd.Index(list(filled)), columns=header, dtype="str")
