"""A unit's form as a workbook: its measures, what was said last, and cells to fill in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from analysis.extras import need
from analysis.forms import layout
from analysis.forms.layout import HEADER_ROW, REPORTED_AT
from analysis.forms.sheets import fit_page, height_of, lines_of, put_text, to_bytes, write_hidden
from analysis.schema import DELIVERY_WORDS, NO_FEEDBACK, TRANSITIONS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from openpyxl import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

    from analysis.plan import Plan

_WIDTHS = {
    "measure_id": 9,
    "measure": 36,
    "last_state": 13,
    "last_words": 20,
    "status": 14,
    "percent": 12,
    "progress": 30,
    "problems": 18,
    "next_step": 18,
    "evidence_ref": 13,
    "expected_completion": 12,
}
_LETTERS = "ABCDEFGHIJK"
_HELP = (
    "一、只填浅黄色单元格，其余单元格已锁定。请不要改动表头、措施编号和表单编号；文件名可以改。",
    "二、进展状态：从下拉列表中选一项。未启动＝还没有开始；推进中＝已开始；受阻＝遇到困难、暂时推不动；"
    "已完成（自报）＝本单位认为已完成、等待核验；已办结＝已通过核验；常态化＝长期开展、没有完成之日；取消＝不再推进。",
    "三、完成比例：填 0–100 的数字，不带百分号。推进中填 1–99；已办结填 100；说不准的可以不填。",
    "四、进展情况、存在问题、下一步工作：如实简要填写。受阻的请写明问题；已办结后重新打开的，请在“存在问题”中写明原因。",
    "五、佐证材料：填材料名称或文号。预计完成日期：写作 2024-12-31。",
    "六、本期没有新情况的措施，也请选定进展状态；一行全部留空视为“未反馈”，不等于“未启动”。",
    "七、报送日期：填本表报出的日期。更正已报内容时，请在同一张表上修改，并把报送日期改为更正当天。",
    "八、请保存为 Excel 工作簿（.xlsx）后送回，不要设打开密码。未能采用的内容，会在退回的表中逐格标明。",
)


def make(
    plan: Plan, unit_id: str, *, as_of: pd.Timestamp, entries: Mapping[str, Mapping[str, Any]] | None = None
) -> bytes:
    """The form of one unit, as an .xlsx file; the same arguments give the same bytes.

    Parameters
    ----------
    plan : analysis.plan.Plan
    unit_id : str
    as_of : pandas.Timestamp
        The day the unit is asked about; last state and last words are those from before it, as known on it.
    entries : mapping, optional
        Measure → column of `analysis.forms.layout.ENTRIES` → what to fill in beforehand: text, number or date.

    Raises
    ------
    KeyError
        When the plan has no such unit.
    analysis.extras.MissingExtra
        When openpyxl is not installed.
    """
    return to_bytes(build(plan, unit_id, as_of=as_of, entries=entries), as_of)


def build(
    plan: Plan, unit_id: str, *, as_of: pd.Timestamp, entries: Mapping[str, Mapping[str, Any]] | None = None
) -> Workbook:
    """The workbook of `make`, still open."""
    need("forms", "openpyxl")
    import openpyxl

    book = openpyxl.Workbook()
    book.properties.creator = "portplan"
    book.properties.title = f"{plan.title['zh']} {layout.FORM_SHEET}"
    form_id = f"{plan.id}/{unit_id}/{as_of:%Y-%m-%d}"
    sheet = book.worksheets[0]
    sheet.title = layout.FORM_SHEET
    unit = plan.units.set_index("unit_id").loc[unit_id]
    is_synthetic = plan.progress_provenance == "synthetic"
    _write_head(
        sheet, plan.title["zh"], unit=str(unit["name"]), as_of=as_of, form_id=form_id, is_synthetic=is_synthetic
    )
    measures = _measures_of(plan, unit_id, as_of)
    _write_rows(sheet, measures, entries or {})
    _offer_choices(sheet, measures, issued=plan.issued)
    _lay_out(sheet, rows=len(measures))
    _write_help(book)
    write_hidden(book, {"form_id": form_id, "plan_id": plan.id, "unit_id": unit_id, "period": f"{as_of:%Y-%m-%d}"})
    return book


def _measures_of(plan: Plan, unit_id: str, as_of: pd.Timestamp) -> pd.DataFrame:
    """The unit's measures in notice order, with the latest word on each from before the day it is asked about."""
    own = plan.responsibilities[plan.responsibilities["unit_id"].eq(unit_id)]
    states = plan.at(as_of - pd.Timedelta(days=1), known_at=as_of).states
    states = states[states["unit_id"].eq(unit_id)]
    measures = plan.measures[plan.measures["measure_id"].isin(own["measure_id"])]
    return measures[["measure_id", "number", "title", "text", "kind"]].merge(states, on="measure_id", how="left")


def _write_head(
    sheet: Worksheet, title: str, *, unit: str, as_of: pd.Timestamp, form_id: str, is_synthetic: bool
) -> None:
    from openpyxl.styles import Alignment, Font

    last = len(layout.HEADS)
    put_text(sheet.cell(1, 1), f"{title} {layout.FORM_SHEET}")
    sheet.merge_cells(start_row=1, start_column=1, end_row=1, end_column=last)
    sheet.cell(1, 1).font = Font(name="宋体", size=16)
    sheet.cell(1, 1).alignment = Alignment(horizontal="center", vertical="center")
    sheet.row_dimensions[1].height = 30
    places = {"unit": (1, unit), "as_of": (3, as_of), "reported_at": (6, None), "form_id": (9, form_id)}
    for key, (column, value) in places.items():
        label, cell = sheet.cell(2, column), sheet.cell(2, column + 1)
        put_text(label, layout.LABELS[key])
        label.alignment = Alignment(horizontal="right", vertical="center", wrap_text=True)
        if isinstance(value, str):
            put_text(cell, value)
        elif value is not None:
            cell.value = value.to_pydatetime()
        cell.alignment = Alignment(horizontal="left", vertical="center", wrap_text=True)
    for column in (4, 7):
        sheet.cell(2, column).number_format = "yyyy-mm-dd"
    _unlock(sheet[REPORTED_AT])
    sheet.merge_cells(start_row=2, start_column=10, end_row=2, end_column=last)
    warning = "合成示例：上次状态和上次填报均由程序生成，并非真实。" if is_synthetic else ""
    put_text(sheet.cell(3, 2), f"{warning}只填浅黄色单元格；填法见“填表说明”。一行全部留空视为未反馈。")
    sheet.cell(3, 2).font = Font(name="宋体", size=10, color="595959")
    sheet.row_dimensions[2].height = 32


def _write_rows(sheet: Worksheet, measures: pd.DataFrame, entries: Mapping[str, Mapping[str, Any]]) -> None:
    from openpyxl.styles import Alignment, Font, PatternFill

    for column, head in enumerate(layout.HEADS.values(), start=1):
        cell = sheet.cell(HEADER_ROW, column, head)
        cell.font = Font(name="宋体", size=11, bold=True)
        cell.fill = PatternFill("solid", fgColor="D9E2EC")
        cell.alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)
        cell.border = _border()
    for row, measure in enumerate(measures.itertuples(), start=HEADER_ROW + 1):
        given = entries.get(str(measure.measure_id), {})
        texts = {
            "measure_id": measure.measure_id,
            "measure": f"{measure.number}. {measure.title}\n{str(measure.text).removeprefix(f'{measure.title}。')}",
            "last_state": _last_state(measure),
            "last_words": "" if measure.state == NO_FEEDBACK else str(measure.progress),
        }
        for column, key in enumerate(layout.HEADS, start=1):
            cell = sheet.cell(row, column)
            value = texts.get(key, given.get(key))
            if isinstance(value, str):
                put_text(cell, value)
            elif value is not None:
                cell.value = value
            cell.font = Font(name="宋体", size=10)
            cell.alignment = Alignment(vertical="top", wrap_text=True)
            cell.border = _border()
            if key in layout.ENTRIES:
                cell.number_format = {"percent": "General", "expected_completion": "yyyy-mm-dd"}.get(key, "@")
                _unlock(cell)
        written = [str(cell.value or "") for cell in sheet[row]]
        sheet.row_dimensions[row].height = height_of(written, list(_WIDTHS.values()))
    sheet.row_dimensions[HEADER_ROW].height = 30


def _last_state(measure: Any) -> str:
    if measure.state == NO_FEEDBACK:
        return "未反馈"
    percent = "" if pd.isna(measure.percent) else f" {measure.percent:g}%"
    return f"{DELIVERY_WORDS[measure.state]}{percent}\n（{measure.as_of:%Y-%m-%d}）"


def _offer_choices(sheet: Worksheet, measures: pd.DataFrame, *, issued: pd.Timestamp) -> None:
    """Lists, number and date rules of the cells to fill in. A list holds what may follow a measure's last state."""
    from openpyxl.worksheet.datavalidation import DataValidation

    letters = dict(zip(layout.HEADS, _LETTERS, strict=True))
    offered: dict[str, list[str]] = {}
    for row, measure in enumerate(measures.itertuples(), start=HEADER_ROW + 1):
        allowed = layout.statuses(str(measure.kind))
        if measure.state != NO_FEEDBACK:
            follows = TRANSITIONS[str(measure.state)] | {str(measure.state)}
            allowed = [state for state in allowed if state in follows]
        offered.setdefault(",".join(DELIVERY_WORDS[state] for state in allowed), []).append(f"{letters['status']}{row}")
    for words, addresses in offered.items():
        # A warning can be overruled: a report still on its way may have changed the last state.
        rule = DataValidation("list", formula1=f'"{words}"', allow_blank=True, errorStyle="warning")
        _explain(rule, "进展状态", f"请从列表中选：{words.replace(',', '、')}")
        for address in addresses:
            rule.add(address)
        sheet.add_data_validation(rule)
    last = HEADER_ROW + max(len(measures), 1)
    percent = DataValidation("whole", operator="between", formula1="0", formula2="100", allow_blank=True)
    _explain(percent, "完成比例", "请填 0–100 的整数，不带百分号")
    percent.add(f"{letters['percent']}{HEADER_ROW + 1}:{letters['percent']}{last}")
    sheet.add_data_validation(percent)
    day = f"DATE({issued.year},{issued.month},{issued.day})"
    dates = DataValidation("date", operator="greaterThanOrEqual", formula1=day, allow_blank=True)
    _explain(dates, "日期", "请填日期，写作 2024-12-31")
    dates.add(f"{letters['expected_completion']}{HEADER_ROW + 1}:{letters['expected_completion']}{last}")
    dates.add(REPORTED_AT)
    sheet.add_data_validation(dates)


def _explain(rule: Any, title: str, text: str) -> None:
    rule.errorTitle = rule.promptTitle = title
    rule.error = rule.prompt = text
    rule.showErrorMessage = rule.showInputMessage = True


def _lay_out(sheet: Worksheet, *, rows: int) -> None:
    for letter, width in zip(_LETTERS, _WIDTHS.values(), strict=True):
        sheet.column_dimensions[letter].width = width
    sheet.freeze_panes = f"C{HEADER_ROW + 1}"
    sheet.protection.sheet = True
    sheet.protection.formatColumns = sheet.protection.formatRows = False
    sheet.page_setup.orientation = "landscape"
    fit_page(sheet)
    sheet.print_title_rows = f"{HEADER_ROW}:{HEADER_ROW}"
    sheet.print_area = f"A1:K{HEADER_ROW + rows}"
    sheet.page_margins.left = sheet.page_margins.right = 0.4
    sheet.page_margins.top = sheet.page_margins.bottom = 0.5
    footer = sheet.oddFooter
    assert footer is not None
    assert footer.center is not None
    footer.center.text = "第 &P 页，共 &N 页"


def _write_help(book: Workbook) -> None:
    from openpyxl.styles import Alignment, Font

    sheet = book.create_sheet(layout.HELP_SHEET)
    sheet.column_dimensions["A"].width = 68
    sheet.cell(1, 1, layout.HELP_SHEET).font = Font(name="宋体", size=14, bold=True)
    for row, text in enumerate(_HELP, start=2):
        cell = sheet.cell(row, 1, text)
        cell.font = Font(name="宋体", size=11)
        cell.alignment = Alignment(wrap_text=True, vertical="top")
        sheet.row_dimensions[row].height = 16 * lines_of(text, 64) + 4
    sheet.protection.sheet = True
    fit_page(sheet)


def _unlock(cell: Any) -> None:
    """Make a cell one to fill in: open, yellow and framed."""
    from openpyxl.styles import PatternFill, Protection

    cell.protection = Protection(locked=False)
    cell.fill = PatternFill("solid", fgColor="FFF9DB")
    cell.border = _border()


def _border() -> Any:
    from openpyxl.styles import Border, Side

    line = Side(style="thin", color="A6A6A6")
    return Border(left=line, right=line, top=line, bottom=line)
