"""Measures kept in a table: 序号, 主要任务, 牵头单位, 责任单位, 完成时限, in whatever order and words."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from analysis.marks import Clause, is_organ, is_responsibility, read_clause
from analysis.outline import first_sentence
from analysis.paragraphs import Doubt

if TYPE_CHECKING:
    from collections.abc import Sequence, Set

    from analysis.documents import Table
    from analysis.notice.rows import Rows

_TASK = re.compile("任务|措施|举措|事项|工作内容|主要内容|内容|项目|指标|要求|目标")
_TASK_ITSELF = re.compile("具体|主要内容|工作内容|任务内容|内容|措施|举措")
_THEME = re.compile("类别|分类|领域|方面|主题|板块|一级|大项|章节|任务类型")
_NUMBER = re.compile("序号|编号|序$|^No|号$", re.IGNORECASE)
_DUE = re.compile("时限|时间|期限|进度|节点")
_SHORT_LABELS = {"牵头": "牵头单位", "配合": "配合单位", "责任": "责任单位", "主办": "主办单位", "协办": "协办单位"}
_LEADING_NUMBER = re.compile(
    r"^\s*(?:([一二三四五六七八九十]{1,4})[、.]|[（(]([一二三四五六七八九十]{1,4}|\d{1,3})[）)]|(\d{1,3})(?:[.．、](?!\d)|\s+(?=\D)))\s*"
)
_MOST_HEADING_ROWS = 8


@dataclass(frozen=True)
class Columns:
    """Which column of a table holds what; the row of its headings."""

    header: int
    task: int
    theme: int | None
    number: int | None
    due: int | None
    units: Sequence[tuple[int, str]]


def find_columns(table: Table) -> Columns | None:
    """The columns of a table of measures; None when it is none."""
    for header, row in enumerate(table.rows[:_MOST_HEADING_ROWS]):
        names = [re.sub(r"\s", "", cell) for cell in row]
        units = []
        for at, name in enumerate(names):
            label = _SHORT_LABELS.get(name, name)
            if len(label) <= 14 and is_responsibility(label) and not _DUE.search(label) and name not in names[:at]:
                units.append((at, label))
        taken = {at for at, _ in units}
        free = [at for at, name in enumerate(names) if at not in taken and 0 < len(name) <= 14]
        due = next((at for at in free if _DUE.search(names[at])), None)
        number = next((at for at in free if _NUMBER.search(names[at])), None)
        rest = [at for at in free if at not in (due, number)]
        tasks = [at for at in rest if _TASK.search(names[at]) and not _THEME.search(names[at])]
        if not units or not tasks:
            continue
        task = next(
            (at for at in reversed(tasks) if _TASK_ITSELF.search(names[at])), tasks[-1] if len(tasks) > 1 else tasks[0]
        )
        theme = next((at for at in rest if at != task and (_THEME.search(names[at]) or at < task)), None)
        return Columns(header, task, theme, number, due, units)
    return None


def read_table(rows: Rows, table: Table, columns: Columns, *, known: Set[str], written: list[str]) -> None:
    """Add the measures of a table to the rows of a reading; what was read is added to ``written``, a row a line."""
    theme = theme_id = ""
    end = sum(len(line) + 1 for line in written)
    for at in range(columns.header + 1, len(table.rows)):
        row = [*table.rows[at], *[""] * len(table.rows[columns.header])]
        place = (table.first_row + at, columns.task + 1)
        filled = list(dict.fromkeys(cell.strip() for cell in row if cell.strip()))
        written.append("　".join(cell.replace("\n", " ") for cell in filled))
        start, end = end, end + len(written[-1]) + 1
        if not filled:
            continue
        units = any(row[column].strip() for column, _ in columns.units)
        if (len(filled) == 1 and not units) or (row == table.rows[columns.header]):
            heading = _without_number(filled[0])[1]
            if row[: len(table.rows[columns.header])] != list(table.rows[columns.header]) and not _is_note(filled[0]):
                theme, theme_id = heading, ""
            else:
                rows.doubts.append(Doubt(place, filled[0][:60], "", "表中这一行未读作措施；请核对"))
            continue
        if columns.theme is not None and (named := _without_number(row[columns.theme])[1]) and named != theme:
            theme, theme_id = named, ""
        if theme and not theme_id:
            theme_id = rows.add_theme(first_sentence(theme))
        _add_row(rows, row, columns, theme_id, place, known)
        rows.spans.append((start, start + len(written[-1]), "measure", f"M{len(rows.measures)}"))


def _add_row(
    rows: Rows, row: Sequence[str], columns: Columns, theme_id: str, place: tuple[int, int], known: Set[str]
) -> None:
    printed, text = _without_number(row[columns.task])
    number = row[columns.number].strip() if columns.number is not None else ""
    clauses: list[tuple[Clause, tuple[int, int]]] = []
    for column, label in columns.units:
        if row[column].strip():
            clause = read_clause(_listed(row[column]), lexicon=known, label=label)
            clauses.append((clause, (place[0], column + 1)))
    if columns.due is not None and row[columns.due].strip():
        due = Clause(due=re.sub(r"\s+", "", row[columns.due]))
        clauses.append((due, (place[0], columns.due + 1)))
    if not text and rows.measures and clauses:
        units = "、".join(unit.name for clause, _ in clauses for unit in clause.units)
        says = "这一行只有单位而没有任务，未计入任何措施；如属上一行，请补入"
        rows.doubts.append(Doubt(place, units, "", says))
        return
    rows.add_measure(
        theme_id=theme_id,
        number=number.strip(".、") or printed,
        title=first_sentence(text),
        text="\n".join(filter(None, (line.strip() for line in text.split("\n")))),
        clauses=clauses,
        place=place,
    )


def _listed(cell: str) -> str:
    """A cell with a name on each line as one list; a name that was broken over two lines put together."""
    lines = [line.strip() for line in cell.split("\n") if line.strip()]
    return "、".join(lines) if all(is_line_of_its_own(line) for line in lines) else "".join(lines)


def is_line_of_its_own(line: str) -> bool:
    """Whether a line of a cell ends as a name does."""
    return is_organ(line.rstrip("、，,；; "))


def _is_note(text: str) -> bool:
    return text.startswith(("注", "备注", "说明", "填表", "合计", "共计"))


def _without_number(text: str) -> tuple[str, str]:
    text = text.strip()
    found = _LEADING_NUMBER.match(text)
    return (next(filter(None, found.groups()), ""), text[found.end() :]) if found else ("", text)
