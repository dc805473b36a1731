"""The office's own sheet: every measure on which it has something to decide, with the units' words and evidence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.catalogue import Message
from analysis.extras import need
from analysis.forms import layout
from analysis.forms.asked import to_decide
from analysis.forms.layout import DECISION_WORDS, HEADER_ROW, NO_DECISION
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

if TYPE_CHECKING:
    from analysis.plan.reading import Reading

NOBODY_VERIFIES = Message(
    "nobody verifies in this plan: {file} names no decider under {key}", file="plan.toml", key="[verification]"
)

_SHEET = layout.SHEETS["decisions"]
_WIDTHS = (9, 24, 20, 40, 24, 11, 14, 16, 20, 26)
_LETTERS = "ABCDEFGHIJ"
_HELP = (
    "一、本表列出等待核验的措施，以及已办结、但有单位其后又填报未完成的措施。只填浅黄色单元格。",
    "二、决定：从下拉列表中选一项；“—”或留空＝这次不作决定。等待核验的，办结＝材料已看过、予以销号，退回＝请单位补正；"
    "已办结而说法不一的，办结＝维持办结，重新打开＝恢复为未办结。",
    "三、生效日期：决定从哪一天起算，不得晚于登记日期。核验人：从列表中选；不得是该措施自己的责任单位，也不得隶属于它。",
    "四、佐证材料：填看过的材料名称或文号。理由：退回、重新打开的务必写明，单位的下一张反馈表上会印出。",
    "五、登记日期：填录入台账的日期；留空则按收表当天登记。填好后用收反馈表的同一条命令收取。",
)


def make_office(now: Reading) -> bytes | None:
    """The office's sheet, as an .xlsx file; None where there is nothing to decide.

    Parameters
    ----------
    now : analysis.plan.reading.Reading

    Raises
    ------
    ValueError
        When nobody verifies in this plan.
    analysis.extras.MissingExtra
        When openpyxl is not installed.
    """
    need("forms", "openpyxl")
    import openpyxl
    from openpyxl.worksheet.datavalidation import DataValidation

    plan, day = now.plan, now.as_of
    if not plan.is_verified:
        raise ValueError(NOBODY_VERIFIES)
    measures = to_decide(now)
    if measures.empty:
        return None
    title = plan.title.get("zh", plan.title.get(plan.lang, plan.id))
    form_id = f"{plan.id}/OFFICE/{day:%Y-%m-%d}"
    book = openpyxl.Workbook()
    book.properties.creator = "portplan"
    book.properties.title = f"{title} {layout.OFFICE_SHEET}"
    sheet = book.worksheets[0]
    sheet.title = layout.OFFICE_SHEET
    labels = {"as_of": (3, day), "reported_at": (6, None), "form_id": (8, form_id)}
    write_title(sheet, f"{title} {layout.OFFICE_SHEET}", labels, last=len(_LETTERS), names={"reported_at": "登记日期"})
    warning = "合成示例：各单位填报均由程序生成，并非真实。" if plan.is_synthetic else ""
    write_note(
        sheet, 3, f"{warning}只填浅黄色单元格；填法见“填表说明”。留空或选“{NO_DECISION}”＝这次不作决定。", column=2
    )
    write_header(sheet, HEADER_ROW, list(_SHEET.heads.values()))
    letters = dict(zip(_SHEET.heads, _LETTERS, strict=True))
    rows = range(HEADER_ROW + 1, HEADER_ROW + 1 + len(measures))
    for row, measure in zip(rows, measures.to_dict("records"), strict=True):
        fill_row(sheet, row, [measure.get(key) for key in _SHEET.heads], widths=_WIDTHS)
        for key in _SHEET.entries:
            cell = sheet[f"{letters[key]}{row}"]
            cell.number_format = "yyyy-mm-dd" if key == "effective_on" else "@"
            unlock(cell)
        choices = ("closed", "reopened") if measure["is_contradicted"] else ("closed", "returned")
        words = [*(DECISION_WORDS[choice] for choice in choices), NO_DECISION]
        offer(sheet, words, [f"{letters['decision']}{row}"], title="决定")
    offer(sheet, [one.name for one in plan.deciders], ranges(letters["decided_by"], rows), title="核验人")
    dates = DataValidation("date", operator="greaterThanOrEqual", formula1=_day(plan.issued), allow_blank=True)
    explain(dates, "日期", "请填日期，写作 2024-12-31")
    for cells in [*ranges(letters["effective_on"], rows), layout.REPORTED_AT]:
        dates.add(cells)
    sheet.add_data_validation(dates)
    set_widths(sheet, _WIDTHS)
    sheet.freeze_panes = f"C{HEADER_ROW + 1}"
    fit_page(sheet, landscape=True)
    sheet.print_title_rows = f"{HEADER_ROW}:{HEADER_ROW}"
    write_help(book, _HELP)
    write_hidden(book, {"form_id": form_id, "plan_id": plan.id})
    return to_bytes(book, day)


def _day(day) -> str:
    return f"DATE({day.year},{day.month},{day.day})"
