"""What goes back to a unit: its form once more with what it wrote, every cell not taken marked and explained."""

from __future__ import annotations

import itertools
import os
from typing import TYPE_CHECKING, Any

import pandas as pd

from analysis.catalogue import system_reason
from analysis.files import write_new
from analysis.forms import build, fit_page, layout, rows_of, to_bytes, write_hidden, write_line
from analysis.grids import address, grids_of
from analysis.returned import fingerprint
from analysis.schema import DELIVERY_WORDS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from openpyxl import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

    from analysis.plan import Plan
    from analysis.returned import Form, Problem, Statement

    Place = tuple[str, str]

_HEADS = ("原表工作表", "原表单元格", "列", "所填内容", "问题与改法", "本表单元格")
_WIDTHS = (14, 12, 16, 30, 60, 12)
_MOST_BYTES_OF_A_NAME = 255


def write_returns(
    forms: Sequence[Form], plan: Plan, *, folder: Path | None = None
) -> tuple[list[Path], list[tuple[str, str]]]:
    """Write a marked copy of every form with something not taken; what stands under a name already is left alone.

    Parameters
    ----------
    forms : sequence of Form
        Of an `analysis.intake.Collection`.
    plan : analysis.plan.Plan
    folder : pathlib.Path, optional
        Where to; beside each form when left out.

    Returns
    -------
    list of pathlib.Path
        The copies, those that were there already included.
    list of tuple of str
        Forms whose copy could not be written, each with the reason.
    """
    written: list[Path] = []
    missing: list[tuple[str, str]] = []
    # A corrected copy comes back under the name we gave it: what was read as a form is never taken for its own copy.
    taken = {form.file.resolve() for form in forms if not form.unchanged}
    for form in forms:
        if not form.errors and not form.count("refused"):
            continue
        try:
            copy = _write(form, marked(form, plan), folder or form.file.parent, taken)
        except Exception as failed:
            # Whatever is in one form, the others get their copies.
            reason = system_reason(failed) if isinstance(failed, OSError) else failed
            missing.append((form.name, str(reason) or type(failed).__name__))
            continue
        taken.add(copy.resolve())
        written.append(copy)
    return written, missing


def _write(form: Form, content: bytes, folder: Path, taken: set[Path]) -> Path:
    """A copy under the first of its names that is free, or under which it stands already."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in itertools.count(1):
        ending = f"（退回{number if number > 1 else ''}）.xlsx"
        target = folder / f"{_fitting(form.file.stem, ending)}{ending}"
        if target.resolve() in taken:
            continue
        try:
            write_new(target, content)
        except FileExistsError:
            if not target.is_file() or target.read_bytes() != content:
                continue
        return target
    raise AssertionError


def _fitting(stem: str, ending: str) -> str:
    """As much of a name as file systems take, which count bytes."""
    room = _MOST_BYTES_OF_A_NAME - len(os.fsencode(ending))
    while len(os.fsencode(stem)) > room:
        stem = stem[:-1]
    return stem


def marked(form: Form, plan: Plan) -> bytes:
    """The marked copy of a form, as an .xlsx file; only the explanation where the form does not say whose it is."""
    day = pd.Timestamp(form.as_of) if form.as_of else plan.issued
    # What the copy says as long as nobody writes on it, so that collecting its folder again leaves it alone.
    untouched = fingerprint(grids_of(to_bytes(_book(form, plan, returned=""), day)))
    return to_bytes(_book(form, plan, returned=untouched), day)


def _book(form: Form, plan: Plan, *, returned: str) -> Workbook:
    import openpyxl

    placed: dict[Place, Statement] = {}
    marks: dict[tuple[str, str], str] = {}
    hidden: dict[str, str] = {}
    if form.unit_id and form.as_of:
        day = pd.Timestamp(form.as_of)
        entries: dict[str, dict[str, dict[str, Any]]] = {"progress": {}, "actuals": {}}
        for statement in form.statements:
            key = statement.texts[statement.layout.key]
            # Of several in one row, the one that needs a correction.
            if key and ((statement.table, key) not in placed or statement.outcome == "refused"):
                placed[statement.table, key] = statement
                entries[statement.table][key] = _entries(statement)
        book = build(plan, form.unit_id, as_of=day, entries=entries["progress"], values=entries["actuals"])
        rows = rows_of(book[layout.FORM_SHEET])
        placed = {place: statement for place, statement in placed.items() if place in rows}
        hidden = {str(row[0]): str(row[1] or "") for row in book[layout.HIDDEN_SHEET].iter_rows(values_only=True)}
        marks = _mark(book[layout.FORM_SHEET], form, placed, rows)
    else:
        book = openpyxl.Workbook()
        book.remove(book.worksheets[0])
    in_place = {id(statement) for statement in placed.values()}
    homeless = [statement for statement in form.statements if id(statement) not in in_place]
    title = plan.title.get("zh", plan.title.get(plan.lang, plan.id))
    _explain(book, form, title, marks, homeless=homeless)
    write_hidden(book, {**hidden, "returned": returned})
    return book


def _entries(statement: Statement) -> dict[str, Any]:
    """What to fill in again: what was taken, as it was taken; what was not, as it was written."""
    faulty = {problem.column for problem in statement.errors}
    heads, entries = statement.layout.heads, {}
    for key in statement.layout.entries:
        text = statement.texts[key] if heads[key] not in faulty else ""
        if not text:
            entries[key] = statement.written.get(key) or None
        elif key == "status":
            entries[key] = DELIVERY_WORDS[text]
        elif key == "percent" and 0 < float(text) <= 1:
            # Without its sign it could be taken for hundredths.
            entries[key] = f"{text}%"
        elif key == "value" and statement.written[key].strip().endswith(("%", "％")):
            entries[key] = f"{text.removesuffix('%')}%"
        elif key in ("percent", "value"):
            entries[key] = float(text)
        elif key == "expected_completion":
            entries[key] = pd.Timestamp(text).to_pydatetime()
        else:
            entries[key] = text
    return entries


def _mark(
    sheet: Worksheet, form: Form, placed: Mapping[Place, Statement], rows: Mapping[Place, int]
) -> dict[tuple[str, str], str]:
    """Colour the cells that were not taken and say why in a comment; gives their new places by the old ones."""
    from openpyxl.comments import Comment
    from openpyxl.styles import PatternFill

    places = [
        (problem, address(rows[place] - 1, list(statement.layout.heads.values()).index(problem.column)))
        for place, statement in placed.items()
        for problem in statement.errors
    ]
    places += [
        (problem, layout.REPORTED_AT) for problem in form.errors if problem.column == layout.LABELS["reported_at"]
    ]
    rules: dict[str, list[str]] = {}
    for problem, cell in places:
        rules.setdefault(cell, []).append(str(problem.rule))
    for cell, reasons in rules.items():
        sheet[cell].fill = PatternFill("solid", fgColor="F8C9C4")
        sheet[cell].comment = Comment("；".join(reasons), layout.COMMENTS_BY, height=120, width=260)
    return {(problem.sheet, problem.cell): cell for problem, cell in places}


def _explain(
    book: Workbook, form: Form, title: str, marks: Mapping[tuple[str, str], str], *, homeless: Sequence[Statement]
) -> None:
    """The sheet in front: every cell that was not taken, with its value and what would be right."""
    from openpyxl.styles import Font

    sheet = book.create_sheet(layout.FAULT_SHEET, 0)
    book.active = 0
    errors = [problem for problem in form.all_problems if problem.severity == "error"]
    remarks = [problem for problem in form.all_problems if problem.severity != "error"]
    kept = form.count("appended") + form.count("known")
    write_line(sheet, [f"{title} {layout.FAULT_SHEET}"], font=Font(name="宋体", size=14, bold=True))
    write_line(sheet, [f"原文件：{form.name}"])
    write_line(sheet, [f"本表已在台账中的 {kept} 行，退回 {form.count('refused')} 行。退回的内容没有记入台账。"])
    if marks:
        write_line(sheet, ["请在“反馈表”中改正红色单元格（批注里有原因），填写报送日期，另存后送回。"])
    elif form.is_office:
        write_line(sheet, ["请按下列说明在原表中改正后，重新收取。"])
    else:
        write_line(sheet, ["请按下列说明改正后，用发下的反馈表重新报送。"])
    _table(sheet, "未采用的内容", errors, marks)
    _table(sheet, "提示（已采用，请核对）" if form.statements else "提示", remarks, marks)
    if homeless:
        write_line(sheet, [])
        write_line(sheet, ["未能放回反馈表的行，原文如下"], font=Font(name="宋体", size=11, bold=True))
        for table in layout.SHEETS.values():
            columns = (table.key, *table.entries)
            own = [statement for statement in homeless if statement.table == table.table]
            if own:
                write_line(sheet, ["工作表", "行", *(table.heads[key] for key in columns)], widths=_WIDTHS)
            for statement in own:
                texts = [statement.written.get(key, "") for key in columns]
                write_line(sheet, [statement.sheet, str(statement.row), *texts], widths=_WIDTHS)
    for letter, width in zip("ABCDEF", _WIDTHS, strict=True):
        sheet.column_dimensions[letter].width = width
    sheet.page_setup.orientation = "landscape"
    fit_page(sheet)


def _table(sheet: Worksheet, title: str, problems: Sequence[Problem], marks: Mapping[tuple[str, str], str]) -> None:
    from openpyxl.styles import Font

    if not problems:
        return
    write_line(sheet, [])
    write_line(sheet, [title], font=Font(name="宋体", size=11, bold=True))
    write_line(sheet, list(_HEADS), widths=_WIDTHS)
    for problem in problems:
        where = (problem.sheet, problem.cell)
        write_line(
            sheet, [*where, problem.column, problem.value, str(problem.rule), marks.get(where, "")], widths=_WIDTHS
        )
