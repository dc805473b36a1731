"""A unit's form as a workbook: its measures, what was said last, and cells to fill in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from analysis.extras import need
from analysis.forms import layout
from analysis.forms.asked import at_period_end, commitments_of, measures_of, period_name
from analysis.forms.layout import HEADER_ROW, REPORTED_AT
from analysis.forms.sheets import (
    explain,
    fill_row,
    fit_page,
    offer,
    ranges,
    set_widths,
    to_bytes,
    unlock,
    write_header,
    write_help,
    write_hidden,
    write_note,
    write_title,
)
from analysis.schema import DELIVERY_WORDS

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd
    from openpyxl import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

    from analysis.plan import Plan

    Entries = Mapping[str, Mapping[str, Any]]

_WIDTHS = (9, 36, 13, 20, 14, 12, 30, 18, 18, 18, 13, 12)
_LETTERS = "ABCDEFGHIJKL"
_PROGRESS, _ACTUALS = layout.SHEETS["progress"], layout.SHEETS["actuals"]
_FORMATS = {"percent": "General", "expected_completion": "yyyy-mm-dd", "value": "General"}
_HELP = (
    "一、只填浅黄色单元格，其余单元格已锁定。请不要改动表头、措施编号、报告期和表单编号；文件名可以改。",
    "二、进展状态：从下拉列表中选一项。未启动＝还没有开始；推进中＝已开始；受阻＝遇到困难、暂时推不动；"
    "已完成（自报）＝本单位认为已完成、等待核验；常态化＝长期开展、没有完成之日。办结、退回、取消由核验方决定，不在本表填写。",
    "三、完成比例：填 0–100 的数字，不带百分号。推进中填 1–99；说不准的可以不填。",
    "四、进展情况、存在问题、下一步工作：如实简要填写。受阻的请写明问题。请求事项：填需要上级或其他单位协调解决的事项，没有的不填。",
    "五、佐证材料：填材料名称或文号。预计完成日期：写作 2024-12-31。",
    "六、本期没有新情况的措施，也请选定进展状态；一行全部留空视为“未反馈”，不等于“未启动”。",
    "七、被退回或重新打开的措施，原因见“上次状态”；补齐后请重新填报。",
    "八、承诺事项：填截至“数据截至”之日统计到的实际值，只填数字，并注明统计方法；没有统计的留空，不要填 0。",
    "九、报送日期：填本表报出的日期。更正已报内容时，请在同一张表上修改，并把报送日期改为更正当天。",
    "十、请保存为 Excel 工作簿（.xlsx）后送回，不要设打开密码。未能采用的内容，会在退回的表中逐格标明。",
)


def make(
    plan: Plan, unit_id: str, *, as_of: pd.Timestamp, entries: Entries | None = None, values: Entries | None = None
) -> bytes:
    """The form of one unit, as an .xlsx file; the same arguments give the same bytes.

    Parameters
    ----------
    plan : analysis.plan.Plan
    unit_id : str
    as_of : pandas.Timestamp
        The day the unit is asked about. What it owes is what it owes at the end of that day's period; last state and
        last words are those from before the day.
    entries : mapping, optional
        Measure → column of `analysis.forms.layout.ENTRIES` → what to fill in beforehand: text, number or date.
    values : mapping, optional
        Commitment → column of its table → the same.

    Raises
    ------
    KeyError
        When the plan has no such unit.
    analysis.extras.MissingExtra
        When openpyxl is not installed.
    """
    return to_bytes(build(plan, unit_id, as_of=as_of, entries=entries, values=values), as_of)


def build(
    plan: Plan, unit_id: str, *, as_of: pd.Timestamp, entries: Entries | None = None, values: Entries | None = None
) -> Workbook:
    """The workbook of `make`, still open."""
    need("forms", "openpyxl")
    import openpyxl

    now, period = at_period_end(plan, as_of), period_name(plan, as_of)
    measures = measures_of(now, unit_id, as_of=as_of)
    commitments = commitments_of(now, unit_id, measures, as_of=as_of)
    title = plan.title.get("zh", plan.title.get(plan.lang, plan.id))
    form_id = f"{plan.id}/{unit_id}/{as_of:%Y-%m-%d}"
    unit = str(plan.units.set_index("unit_id").at[unit_id, "name"])

    book = openpyxl.Workbook()
    book.properties.creator = "portplan"
    book.properties.title = f"{title} {layout.FORM_SHEET}"
    sheet = book.worksheets[0]
    sheet.title = layout.FORM_SHEET
    labels = {"unit": (1, unit), "as_of": (3, as_of), "reported_at": (6, None)}
    labels |= {"period": (8, period)} if period else {}
    write_title(sheet, f"{title} {layout.FORM_SHEET}", {**labels, "form_id": (10, form_id)}, last=len(_LETTERS))
    warning = "合成示例：上次状态和上次填报均由程序生成，并非真实。" if plan.is_synthetic else ""
    write_note(sheet, 3, f"{warning}只填浅黄色单元格；填法见“填表说明”。一行全部留空视为未反馈。", column=2)
    open_rows = _write_measures(sheet, measures, entries or {})
    _offer_choices(sheet, open_rows, measures, issued=plan.issued)
    if len(commitments):
        _write_commitments(sheet, commitments, values or {})
    _lay_out(sheet)
    write_help(book, _HELP)
    asked = " ".join(measures.loc[measures["is_owed"], "measure_id"])
    hidden = {"form_id": form_id, "plan_id": plan.id, "unit_id": unit_id, "period": period, "asked": asked}
    write_hidden(book, hidden)
    return book


def rows_of(sheet: Worksheet) -> dict[tuple[str, str], int]:
    """Where the rows of a form stand: table of the record and key → row."""
    rows: dict[tuple[str, str], int] = {}
    table = "progress"
    for row in range(HEADER_ROW + 1, sheet.max_row + 1):
        key = str(sheet.cell(row, 1).value or "")
        if key == _ACTUALS.heads["commitment_id"]:
            table = "actuals"
        elif key and key not in layout.NOTES:
            rows[table, key] = row
    return rows


def _write_measures(sheet: Worksheet, measures: pd.DataFrame, entries: Entries) -> dict[str, int]:
    """The table of measures; gives the row of each that can be filled in."""
    write_header(sheet, HEADER_ROW, list(_PROGRESS.heads.values()))
    row, noted, open_rows = HEADER_ROW, "", {}
    for measure in measures.itertuples():
        row += 1
        note = layout.SETTLED if measure.is_settled else "" if measure.is_owed else layout.OPTIONAL
        if note != noted:
            write_note(sheet, row, note)
            row, noted = row + 1, note
        given = entries.get(str(measure.measure_id), {})
        # What came back on a measure that is settled stands there to be corrected, too.
        if not measure.is_settled or given:
            open_rows[str(measure.measure_id)] = row
        told = {
            "measure_id": measure.measure_id,
            "measure": f"{measure.number}. {measure.title}\n{str(measure.text).removeprefix(f'{measure.title}。')}",
            "last_state": measure.last_state,
            "last_words": measure.last_words,
            **{key: given.get(key) for key in layout.ENTRIES},
        }
        entry = layout.ENTRIES if str(measure.measure_id) in open_rows else ()
        fill_row(sheet, row, [told[key] for key in _PROGRESS.heads], widths=_WIDTHS)
        _open_cells(sheet, row, _PROGRESS, entry)
    return open_rows


def _write_commitments(sheet: Worksheet, commitments: pd.DataFrame, values: Entries) -> None:
    top = sheet.max_row + 2
    write_note(sheet, top, layout.COMMITMENTS)
    write_header(sheet, top + 1, list(_ACTUALS.heads.values()))
    for row, promise in enumerate(commitments.to_dict("records"), start=top + 2):
        given = values.get(str(promise["commitment_id"]), {})
        told = {**promise, **{key: given.get(key) for key in _ACTUALS.entries}}
        fill_row(sheet, row, [told[key] for key in _ACTUALS.heads], widths=_WIDTHS)
        _open_cells(sheet, row, _ACTUALS, _ACTUALS.entries)


def _open_cells(sheet: Worksheet, row: int, table: layout.Sheet, entries: tuple[str, ...]) -> None:
    for column, key in enumerate(table.heads, start=1):
        if key in entries:
            cell = sheet.cell(row, column)
            cell.number_format = _FORMATS.get(key, "@")
            unlock(cell)


def _offer_choices(
    sheet: Worksheet, open_rows: Mapping[str, int], measures: pd.DataFrame, *, issued: pd.Timestamp
) -> None:
    """Lists, number and date rules of the cells to fill in."""
    from openpyxl.worksheet.datavalidation import DataValidation

    letters = dict(zip(_PROGRESS.heads, _LETTERS, strict=True))
    offered: dict[str, list[str]] = {}
    kinds = measures.set_index("measure_id")["kind"]
    for measure, row in open_rows.items():
        words = ",".join(DELIVERY_WORDS[state] for state in layout.statuses(str(kinds[measure])))
        offered.setdefault(words, []).append(f"{letters['status']}{row}")
    for words, cells in offered.items():
        offer(sheet, words.split(","), cells, title="进展状态")
    if not open_rows:
        return
    percent = DataValidation("whole", operator="between", formula1="0", formula2="100", allow_blank=True)
    explain(percent, "完成比例", "请填 0–100 的整数，不带百分号")
    day = f"DATE({issued.year},{issued.month},{issued.day})"
    dates = DataValidation("date", operator="greaterThanOrEqual", formula1=day, allow_blank=True)
    explain(dates, "日期", "请填日期，写作 2024-12-31")
    for rule, key in ((percent, "percent"), (dates, "expected_completion")):
        for cells in ranges(letters[key], open_rows.values()):
            rule.add(cells)
        sheet.add_data_validation(rule)
    dates.add(REPORTED_AT)


def _lay_out(sheet: Worksheet) -> None:
    set_widths(sheet, _WIDTHS)
    sheet.freeze_panes = f"C{HEADER_ROW + 1}"
    fit_page(sheet, landscape=True)
    sheet.print_title_rows = f"{HEADER_ROW}:{HEADER_ROW}"
    sheet.print_area = f"A1:{_LETTERS[-1]}{sheet.max_row}"
