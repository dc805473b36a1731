"""What goes back to a unit: its form once more with what it wrote, every cell not taken marked and explained."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from analysis.forms import layout
from analysis.forms.reading import Form, Problem, Statement, address, fingerprint, names_of, read_form
from analysis.forms.workbook import HEADER_ROW, REPORTED_AT, build, fit_page, lines_of, put_text, to_bytes, write_hidden

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

    from analysis.plan import Plan

_HEADS = ("原表工作表", "原表单元格", "列", "所填内容", "问题与改法", "本表单元格")


_WIDTHS = (14, 12, 16, 30, 60, 12)


def write_returns(forms: Sequence[Form], plan: Plan, *, folder: Path | None = None) -> list[Path]:
    """Write a marked copy of every form with something not taken; gives their paths.

    Parameters
    ----------
    forms : sequence of analysis.forms.reading.Form
        From `analysis.forms.collect`.
    plan : analysis.plan.Plan
    folder : pathlib.Path, optional
        Where to; beside each form when left out.
    """
    written: list[Path] = []
    # A corrected copy comes back under the name we gave it: what was read as a form is never written over.
    taken = {form.file.resolve() for form in forms if not form.unchanged}
    for form in forms:
        if not form.is_refused and not any(statement.outcome == "refused" for statement in form.statements):
            continue
        target = (folder or form.file.parent) / f"{form.file.stem}（退回）.xlsx"
        number = 2
        while target in written or target.resolve() in taken:
            target = target.with_name(f"{form.file.stem}（退回{number}）.xlsx")
            number += 1
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(marked(form, plan))
        written.append(target)
    return written


def marked(form: Form, plan: Plan) -> bytes:
    """The marked copy of a form, as an .xlsx file; an empty one where the form does not say whose it is."""
    import tempfile

    day = pd.Timestamp(form.as_of) if form.as_of else plan.issued
    book = _book(form, plan, returned="unread")
    # What the copy says as long as nobody writes on it, so that collecting its folder again leaves it alone.
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "form.xlsx"
        file.write_bytes(to_bytes(book, day))
        untouched = fingerprint(read_form(file, plan, names_of(plan), reported_at=None))
    return to_bytes(_book(form, plan, returned=untouched), day)


def _book(form: Form, plan: Plan, *, returned: str) -> Workbook:
    import openpyxl

    own = plan.responsibilities.loc[plan.responsibilities["unit_id"].eq(form.unit_id), "measure_id"]
    has_place = bool(form.unit_id and form.as_of) and not any(
        problem.column == layout.LABELS["form_id"] for problem in form.problems if problem.severity == "error"
    )
    placed: dict[str, Statement] = {}
    for statement in form.statements if has_place else ():
        measure = statement.taken["measure_id"]
        # Of several rows on one measure, the one that needs a correction has the place.
        if measure in set(own) and (measure not in placed or statement.outcome == "refused"):
            placed[measure] = statement
    if has_place:
        day = pd.Timestamp(form.as_of)
        entries = {measure: _entries(statement) for measure, statement in placed.items()}
        book = build(plan, form.unit_id, as_of=day, entries=entries)
        hidden = {str(row[0]): str(row[1]) for row in book[layout.HIDDEN_SHEET].iter_rows(values_only=True)}
    else:
        book, hidden = openpyxl.Workbook(), {}
        book.remove(book.worksheets[0])
    rows = {measure: HEADER_ROW + 1 + place for place, measure in enumerate(_in_order(plan, own))}
    marks = _mark(book, form, placed, rows) if has_place else {}
    _explain(
        book, form, plan, marks, left=[told for told in form.statements if all(told is not p for p in placed.values())]
    )
    write_hidden(book, {**hidden, "returned": returned})
    return book


def _in_order(plan: Plan, measures: pd.Series) -> Sequence[str]:
    return [measure for measure in plan.measures["measure_id"] if measure in set(measures)]


def _entries(statement: Statement) -> dict[str, Any]:
    """What to fill in again: what was taken, as it was taken; what was not, as it was written."""
    faulty = {problem.column for problem in statement.problems if problem.severity == "error"}
    entries: dict[str, Any] = {}
    for key in layout.ENTRIES:
        text = statement.taken[key] if layout.HEADS[key] not in faulty else ""
        if not text:
            entries[key] = statement.written.get(key) or None
        elif key == "status":
            entries[key] = layout.DELIVERY_WORDS[text]
        elif key == "percent":
            entries[key] = float(text)
        elif key == "expected_completion":
            entries[key] = pd.Timestamp(text).to_pydatetime()
        else:
            entries[key] = text
    return entries


def _mark(book: Workbook, form: Form, placed: dict[str, Statement], rows: dict[str, int]) -> dict[tuple[str, str], str]:
    """Colour the cells that were not taken and say why in a comment; gives their new places by the old ones."""
    from openpyxl.comments import Comment
    from openpyxl.styles import PatternFill

    sheet = book[layout.FORM_SHEET]
    column = {head: place for place, head in enumerate(layout.HEADS.values(), start=1)}
    marks: dict[tuple[str, str], str] = {}
    told: dict[str, list[str]] = {}
    for measure, statement in placed.items():
        for problem in statement.problems:
            if problem.severity == "error":
                cell = address(rows[measure] - 1, column.get(problem.column, 1) - 1)
                marks[problem.sheet, problem.cell] = cell
                told.setdefault(cell, []).append(problem.rule)
    for problem in form.problems:
        if problem.column == layout.LABELS["reported_at"] and problem.severity == "error":
            marks[problem.sheet, problem.cell] = REPORTED_AT
            told.setdefault(REPORTED_AT, []).append(problem.rule)
    for cell, rules in told.items():
        sheet[cell].fill = PatternFill("solid", fgColor="F8C9C4")
        sheet[cell].comment = Comment("；".join(rules), "portplan", height=120, width=260)
    return marks


def _explain(
    book: Workbook, form: Form, plan: Plan, marks: dict[tuple[str, str], str], *, left: list[Statement]
) -> None:
    """The sheet in front: every cell that was not taken, with its value and what would be right."""
    from openpyxl.styles import Font

    sheet = book.create_sheet(layout.FAULT_SHEET, 0)
    book.active = 0
    problems = [*form.problems, *(told for statement in form.statements for told in statement.problems)]
    errors = [problem for problem in problems if problem.severity == "error"]
    remarks = [problem for problem in problems if problem.severity != "error"]
    counts = [
        sum(statement.outcome == name for statement in form.statements) for name in ("appended", "known", "refused")
    ]
    _line(sheet, [f"{plan.title['zh']} {layout.FAULT_SHEET}"], Font(name="宋体", size=14, bold=True))
    _line(sheet, [f"原文件：{form.name}"])
    _line(sheet, [f"本表已在台账中的 {counts[0] + counts[1]} 行，退回 {counts[2]} 行。退回的内容没有记入台账。"])
    if marks:
        _line(sheet, ["请在“反馈表”中改正红色单元格（批注里有原因），填写报送日期，另存后送回。"])
    else:
        _line(sheet, ["请按下列说明改正后，用发下的反馈表重新报送。"])
    _table(sheet, "未采用的内容", errors, marks)
    _table(sheet, "提示（已采用，请核对）" if form.statements else "提示", remarks, marks)
    if left:
        _line(sheet, [])
        _line(sheet, ["未能放回反馈表的行，原文如下"], Font(name="宋体", size=11, bold=True))
        _line(sheet, ["工作表", "行", "措施编号", *(layout.HEADS[key] for key in layout.ENTRIES)])
        for told in left:
            texts = [told.written.get(key, "") for key in ("measure_id", *layout.ENTRIES)]
            _line(sheet, [told.sheet, str(told.row), *texts])
    for letter, width in zip("ABCDEF", _WIDTHS, strict=True):
        sheet.column_dimensions[letter].width = width
    sheet.page_setup.orientation = "landscape"
    fit_page(sheet)


def _table(sheet: Worksheet, title: str, problems: list[Problem], marks: dict[tuple[str, str], str]) -> None:
    from openpyxl.styles import Font

    if not problems:
        return
    _line(sheet, [])
    _line(sheet, [title], Font(name="宋体", size=11, bold=True))
    _line(sheet, list(_HEADS))
    for told in problems:
        place = marks.get((told.sheet, told.cell), "")
        _line(sheet, [told.sheet, told.cell, told.column, told.value, told.rule, place])


def _line(sheet: Worksheet, texts: list[str], font: Any = None) -> None:
    from openpyxl.styles import Alignment, Font

    row = sheet.max_row + 1 if sheet.max_row > 1 or sheet.cell(1, 1).value else 1
    for column, text in enumerate(texts or [""], start=1):
        cell = sheet.cell(row, column)
        put_text(cell, text)
        cell.font = font or Font(name="宋体", size=10)
        cell.alignment = Alignment(vertical="top", wrap_text=len(texts) > 1)
    if len(texts) > 1:
        lines = max(lines_of(text, width) for text, width in zip(texts, _WIDTHS, strict=False))
        sheet.row_dimensions[row].height = min(13.5 * lines + 4, 405)
