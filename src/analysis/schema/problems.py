"""How problems of a plan's data are told: all at once, each by its place."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pandas as pd

PROBLEM_COLUMNS = ("file", "row", "column", "value", "rule", "severity")


class DataError(ValueError):
    """A plan's data breaks its rules; carries every problem at once.

    Attributes
    ----------
    problems : pandas.DataFrame
        One row a problem: file, row (as a spreadsheet numbers it, the header being 1), column, value, rule, severity.
    """

    def __init__(self, problems: pd.DataFrame) -> None:
        self.problems = problems
        super().__init__(_tell(problems))

    def __reduce__(self) -> tuple[type[DataError], tuple[pd.DataFrame]]:
        return type(self), (self.problems,)


def problem_frame(records: Iterable[dict[str, Any]] = ()) -> pd.DataFrame:
    """Problems as a frame with the columns of `PROBLEM_COLUMNS`; severity is ``error`` unless a record says so."""
    told = [{"severity": "error", **record} for record in records]
    frame = pd.DataFrame(told, columns=list(PROBLEM_COLUMNS))
    frame["row"] = frame["row"].astype("Int64")
    return frame


def _tell(problems: pd.DataFrame) -> str:
    errors = problems[problems["severity"] == "error"]
    lines = [f"数据有 {len(errors)} 处错误："]
    for problem in errors.itertuples(index=False):
        row = "" if problem.row is pd.NA else f" 第 {problem.row} 行"
        lines.append(f"{problem.file}{row} {problem.column} 列，值“{problem.value}”：{problem.rule}")
    return "\n".join(lines)
