"""How problems of a plan's data are reported: all at once, each by its place."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from analysis.catalogue import FIRST, Message

if TYPE_CHECKING:
    from collections.abc import Iterable

    from analysis.schema.rules import Problem

PROBLEM_COLUMNS = ("file", "row", "column", "value", "rule", "severity", "message")


class DataError(ValueError):
    """A plan's data breaks its rules; carries every problem at once.

    Attributes
    ----------
    problems : pandas.DataFrame
        From `problem_frame`.
    """

    def __init__(self, problems: pd.DataFrame) -> None:
        """List the errors among `problems` in the message."""
        self.problems = problems
        super().__init__(_text(problems))

    def __reduce__(self) -> tuple[type[DataError], tuple[pd.DataFrame]]:
        """Cross into another process with the problems, not with the message alone."""
        return type(self), (self.problems,)


def problem_frame(problems: Iterable[Problem] = (), *, lang: str = FIRST) -> pd.DataFrame:
    """Problems as a frame.

    Returns
    -------
    pandas.DataFrame
        One row a problem: file, row (as a spreadsheet numbers it, the header being 1; missing where no row is meant),
        column, value, rule (its id), severity (``error`` or ``warning``), message (the rule in the language asked for).
    """
    records = [
        (p.file, p.row, p.column, p.value, p.rule.id, p.rule.severity, Message(p.rule.text, **p.values).said(lang))
        for p in problems
    ]
    frame = pd.DataFrame(records, columns=list(PROBLEM_COLUMNS))
    frame["row"] = frame["row"].astype("Int64")
    return frame


def _text(problems: pd.DataFrame) -> str:
    errors = problems[problems["severity"] == "error"]
    lines = [f"数据有 {len(errors)} 处错误："]
    for problem in errors.itertuples(index=False):
        row = "" if problem.row is pd.NA else f" 第 {problem.row} 行"
        lines.append(f"{problem.file}{row} {problem.column} 列，值“{problem.value}”：{problem.message}")
    return "\n".join(lines)
