"""Forms out: what a unit is asked, what it can fill in, and where on a sheet that comes back the parts stand."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import openpyxl
import pandas as pd
import pytest

from analysis import forms, schema
from analysis.forms import layout
from analysis.forms.sheets import height_of, lines_of, put_text
from analysis.grids import Grid, read_grids
from analysis.language import Language
from analysis.returned.tables import head_of, tables_of

from .returned_forms import convert, filled, measures_of
from .strategies import typed

if TYPE_CHECKING:
    from pathlib import Path

    from openpyxl.worksheet.worksheet import Worksheet

    from analysis.plan import Plan

# Workbooks and records are written and read again in each.
pytestmark = pytest.mark.thorough

ASKED = pd.Timestamp("2025-04-30")


def book_of(plan: Plan, unit: str = "port-group", *, entries: Any = None) -> openpyxl.Workbook:
    """A unit's form, opened again."""
    return openpyxl.load_workbook(io.BytesIO(forms.make(plan, unit, as_of=ASKED, entries=entries)))


def form_of(plan: Plan, unit: str = "port-group", *, entries: Any = None) -> Worksheet:
    return book_of(plan, unit, entries=entries)[layout.FORM_SHEET]


def saying(plan: Plan, **statements: dict[str, Any]) -> Plan:
    """The plan with only these statements in its record: by measure, the customs' unless they say otherwise."""
    default = {"unit_id": "tj-customs", "as_of": "2025-03-31", "reported_at": "2025-04-08", "status": "in_progress"}
    rows = [
        {"log_id": f"P-{measure}", "measure_id": measure, "percent": 40, **default, **statement}
        for measure, statement in statements.items()
    ]
    return replace(plan, progress=typed("progress", rows), decisions=plan.decisions[:0], actuals=plan.actuals[:0])


def deciding(plan: Plan, *decisions: dict[str, object]) -> Plan:
    """The plan with these decisions in its record, each of a measure as a whole unless it says otherwise."""
    default = {"effective_on": "2025-04-10", "recorded_at": "2025-04-10", "decided_by": plan.deciders[0].name}
    rows = [{"decision_id": f"D{number}", **default, **one} for number, one in enumerate(decisions)]
    return replace(plan, decisions=typed("decisions", rows))


@pytest.fixture(scope="module")
def silent(tianjin: Plan) -> Plan:
    """The plan when nobody has said or decided anything."""
    return saying(tianjin)


def asked_on(sheet: Worksheet) -> list[str]:
    """The measures of a form, in their order."""
    return [key for table, key in forms.rows_of(sheet) if table == "progress"]


def validations(sheet: Worksheet, kind: str) -> dict[str, Any]:
    return {str(rule.sqref): rule for rule in sheet.data_validations.dataValidation if rule.type == kind}


def test_a_form_holds_no_clock(tianjin: Plan) -> None:
    content = forms.make(tianjin, "port-group", as_of=ASKED)
    assert content == forms.make(tianjin, "port-group", as_of=ASKED)
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        assert {part.date_time for part in parts.infolist()} == {(2025, 4, 30, 0, 0, 0)}
        stamps = re.findall(r"<dcterms:(\w+)[^>]*>([^<]*)<", parts.read("docProps/core.xml").decode())
    assert dict(stamps) == dict.fromkeys(("created", "modified"), "2025-04-30T00:00:00Z")


def test_what_a_form_is(silent: Plan) -> None:
    book = book_of(silent)
    assert book.sheetnames == [layout.FORM_SHEET, layout.HELP_SHEET, layout.HIDDEN_SHEET]
    hidden = book[layout.HIDDEN_SHEET]
    assert hidden.sheet_state == "hidden"
    assert hidden.protection.sheet
    assert {str(name): text for name, text in hidden.iter_rows(values_only=True)} == {
        "form_id": "tianjin-2024/port-group/2025-04-30",
        "plan_id": "tianjin-2024",
        "unit_id": "port-group",
        "period": "2025-04",
        "asked": " ".join(measures_of(silent, "port-group")),
    }
    sheet = book[layout.FORM_SHEET]
    assert sheet["A1"].value == f"{silent.title['zh']} 反馈表"
    head = [sheet.cell(2, column).value for column in (1, 2, 3, 4, 6, 7, 8, 9, 10, 11)]
    ours = ["报告期", "2025-04", "表单编号", "tianjin-2024/port-group/2025-04-30"]
    assert head == ["填报单位", "天津港集团", "数据截至", ASKED, "报送日期", None, *ours]
    assert [cell.value for cell in sheet[4]] == list(layout.HEADS.values())
    assert asked_on(sheet) == measures_of(silent, "port-group")


def test_what_can_be_filled_in(silent: Plan) -> None:
    sheet = form_of(silent)
    unlocked = {cell.coordinate for row in sheet.iter_rows() for cell in row if not cell.protection.locked}
    promised = forms.rows_of(sheet)["actuals", "C4"]
    assert unlocked == (
        {"G2"}
        | {f"{column}{row}" for row in range(5, 10) for column in "EFGHIJKL"}
        | {f"{column}{promised}" for column in "EGH"}
    )
    assert sheet.protection.sheet
    assert sheet.print_title_rows == "$4:$4"
    assert sheet.print_area == f"'反馈表'!$A$1:$L${promised}"
    (percents,) = validations(sheet, "whole").items()
    assert (percents[0], percents[1].formula1, percents[1].formula2) == ("F5:F9", "0", "100")
    (dates,) = validations(sheet, "date").items()
    assert (set(dates[0].split()), dates[1].operator) == ({"L5:L9", "G2"}, "greaterThanOrEqual")
    assert dates[1].formula1 == f"DATE({silent.issued.year},{silent.issued.month},{silent.issued.day})"
    formats = {sheet[f"{column}5"].number_format for column in "EGHIJK"}
    assert (sheet["F5"].number_format, sheet["L5"].number_format, formats) == ("General", "yyyy-mm-dd", {"@"})


def test_a_list_offers_what_a_unit_may_say(tianjin: Plan) -> None:
    """By kind, whatever was said before; never what the office decides."""
    plan = saying(tianjin, M1={}, M3={"status": "stalled"})
    sheet = form_of(plan, "tj-customs")
    lists = {cell: rule for cells, rule in validations(sheet, "list").items() for cell in cells.split()}
    measures = measures_of(plan, "tj-customs")
    assert set(lists) == {f"E{row}" for row in range(5, 5 + len(measures))}
    kinds = plan.measures.set_index("measure_id")["kind"]
    for row, measure in enumerate(measures, start=5):
        words = lists[f"E{row}"].formula1.strip('"').split(",")
        assert words == [schema.DELIVERY_WORDS[state] for state in layout.statuses(kinds[measure])]
        assert not set(words) & {"已办结", "办结", "退回", "取消"}
        assert ("常态化" in words) == (kinds[measure] == "ongoing")
    assert {rule.errorStyle for rule in lists.values()} == {"stop"}


def shown_on(sheet: Worksheet) -> dict[str, tuple[str | None, str | None]]:
    """Measure → its last state and last words."""
    return {
        key: (str(sheet.cell(row, 3).value), str(sheet.cell(row, 4).value or "") or None)
        for (table, key), row in forms.rows_of(sheet).items()
        if table == "progress"
    }


def test_a_form_shows_what_was_said_last(tianjin: Plan) -> None:
    # What stands on the day asked about is what the form asks for; what is not known at all cannot be shown.
    statements = {
        "M1": {"progress": "=梳理"},
        "M2": {"percent": 33.3},
        "M3": {"percent": ""},
        "M4": {"as_of": "2025-04-29", "reported_at": "2025-04-30"},
        "M5": {"as_of": "2025-04-30", "reported_at": "2025-04-30"},
        "M6": {"reported_at": "2025-05-09"},
        "M18": {"unit_id": "port-group", "progress": "别家的话"},
    }
    plan = saying(tianjin, **statements)
    shown = shown_on(form_of(plan, "tj-customs"))
    unheard = ("未反馈", None)
    assert shown == dict.fromkeys(measures_of(plan, "tj-customs"), unheard) | {
        "M1": ("推进中 40%\n（2025-03-31）", "=梳理"),
        "M2": ("推进中 33.3%\n（2025-03-31）", None),
        "M3": ("推进中\n（2025-03-31）", None),
        "M4": ("推进中 40%\n（2025-04-29）", None),
    }
    # On the first period nothing was asked before.
    first = forms.build(plan, "tj-customs", as_of=pd.Timestamp("2024-06-30"))[layout.FORM_SHEET]
    assert {state for state, _ in shown_on(first).values()} == {"首次填报"}


DONE = {"status": "done_reported", "percent": ""}


def test_a_form_shows_what_the_office_decided_since(tianjin: Plan) -> None:
    plan = deciding(
        saying(tianjin, M1=DONE, M2=DONE, M3=DONE, M4={}, M5=DONE, M6=DONE),
        {"measure_id": "M1", "decision": "returned", "reason": "佐证不足"},
        {"measure_id": "M2", "decision": "closed"},
        {"measure_id": "M3", "decision": "closed", "effective_on": "2025-04-01", "recorded_at": "2025-04-01"},
        {"measure_id": "M3", "decision": "reopened", "reason": "抽查未通过"},
        {"measure_id": "M4", "decision": "extended", "due": "2025-09-30"},
        # Before the word, of another unit, or not known on the due day: no matter of this form.
        {"measure_id": "M5", "decision": "returned", "effective_on": "2025-01-10", "recorded_at": "2025-01-10"},
        {"measure_id": "M6", "decision": "returned", "recorded_at": "2025-06-01"},
    )
    measures = plan.measures.assign(due=plan.measures["due"].mask(plan.measures["measure_id"].eq("M1"), ASKED))
    measures["due"] = pd.to_datetime(measures["due"])
    sheet = form_of(replace(plan, measures=measures), "tj-customs")
    own = "已完成（自报）\n（2025-03-31）"
    shown = {measure: state for measure, (state, _) in shown_on(sheet).items()}
    assert shown["M1"] == f"{own}\n2025-04-10 退回：佐证不足\n时限 2025-04-30"
    assert shown["M2"] == f"{own}\n2025-04-10 已办结"
    assert shown["M3"] == f"{own}\n2025-04-01 已办结\n2025-04-10 重新打开：抽查未通过"
    assert shown["M4"] == "推进中 40%\n（2025-03-31）\n时限 2025-09-30"
    assert shown["M5"] == shown["M6"] == own


def test_a_form_asks_for_what_is_owed_and_locks_what_is_settled(tianjin: Plan) -> None:
    """Owed as pages and reminders have it; what is not owed may still be spoken of, what is closed or withdrawn not."""
    plan = deciding(
        saying(tianjin, M1=DONE, M2=DONE, M3=DONE),
        {"measure_id": "M2", "decision": "closed"},
        {"measure_id": "M3", "decision": "returned", "reason": "补正"},
        {"measure_id": "M5", "decision": "withdrawn"},
        {"measure_id": "M6", "decision": "left", "unit_id": "tj-customs"},
    )
    sheet = form_of(plan, "tj-customs")
    listed = [sheet.cell(row, 1).value for row in range(5, sheet.max_row + 1)]
    optional, settled = listed.index(layout.OPTIONAL), listed.index(layout.SETTLED)
    now = forms.at_period_end(plan, ASKED)
    owed = now.obligations.query("unit_id == 'tj-customs' and period == '2025-04'")["measure_id"]
    assert set(listed[:optional]) == set(owed)
    assert {"M3"} < set(owed)
    assert listed[optional + 1 : settled] == ["M1"]
    assert listed[settled + 1 : settled + 3] == ["M2", "M5"]
    assert "M6" not in listed
    unlocked = {row for row in range(5, 5 + settled) if not sheet.cell(row, 5).protection.locked}
    assert unlocked == {5 + place for place in range(settled) if place != optional}
    assert all(sheet.cell(row, 5).protection.locked for row in range(5 + settled, 5 + settled + 3))
    # Each of the units that owe has a form, and only they.
    assert forms.units_asked(now) == [unit for unit in plan.units["unit_id"] if unit in set(now.obligations["unit_id"])]


@pytest.mark.parametrize(
    ("every", "first", "name", "as_of"),
    [
        ("week", "2024-W23", "2025-W18", "2025-05-04"),
        ("quarter", "2024-Q2", "2025-Q2", "2025-06-30"),
        ("half-year", "2024-H1", "2025-H1", "2025-06-30"),
        ("year", "2024", "2025", "2025-12-31"),
    ],
)
def test_a_form_prints_its_period(silent: Plan, every: str, first: str, name: str, as_of: str) -> None:
    plan = replace(silent, calendar=replace(silent.calendar, every=every, first_period=first))
    book = forms.build(plan, "port-group", as_of=pd.Timestamp(as_of))
    assert book[layout.FORM_SHEET]["I2"].value == name
    assert dict(book[layout.HIDDEN_SHEET].iter_rows(values_only=True))["period"] == name  # type: ignore[arg-type]


def test_a_plan_without_periods_prints_none(silent: Plan) -> None:
    plan = replace(silent, calendar=replace(silent.calendar, every="none", first_period=""))
    book = forms.build(plan, "port-group", as_of=ASKED)
    assert book[layout.FORM_SHEET]["H2"].value is None
    # Nothing is owed before a deadline, and everything may be spoken of.
    assert book[layout.FORM_SHEET]["A5"].value == layout.OPTIONAL
    assert forms.units_asked(forms.at_period_end(plan, ASKED)) == []


def test_a_form_asks_what_was_measured(tianjin: Plan) -> None:
    said = saying(tianjin)
    rows = [
        {"actual_id": "A1", "commitment_id": "C1", "unit_id": "tj-customs", "value": "2.5", "as_of": "2025-03-31"},
        {
            "actual_id": "A2",
            "commitment_id": "C2",
            "unit_id": "border-inspection",
            "value": "168",
            "as_of": "2025-03-31",
        },
    ]
    plan = replace(said, actuals=typed("actuals", ({"reported_at": "2025-04-02", **row} for row in rows)))
    sheet = form_of(plan, "tj-customs")
    rows_of = forms.rows_of(sheet)
    row = rows_of["actuals", "C1"]
    told = [sheet.cell(row, column).value for column in range(1, 9)]
    promise = plan.commitments.set_index("commitment_id").loc["C1"]
    assert told[0] == "C1"
    assert str(promise["text_span"]) in str(told[1])
    assert told[2:6] == ["不超过 2", "2.5\n（2025-03-31）", None, promise["quantity_unit"]]
    assert sheet.cell(rows_of["actuals", "C2"], 4).value == "未统计"
    assert [sheet.cell(row, column).protection.locked for column in range(1, 9)] == [True] * 4 + [
        False,
        True,
        False,
        False,
    ]
    assert not any(table == "actuals" for table, _ in forms.rows_of(form_of(plan, "china-life-pc")))


def test_the_table_of_promises_is_found_below_that_of_measures(silent: Plan, tmp_path: Path) -> None:
    book = book_of(silent, "tj-customs")
    file = tmp_path / "form.xlsx"
    book.save(file)
    (sheet,) = [grid for grid in read_grids(file) if grid.name == layout.FORM_SHEET]
    measures, promises = tables_of(sheet)
    assert [measures.at(row, "measure_id") for row in measures.body] == measures_of(silent, "tj-customs")
    assert [promises.at(row, "commitment_id") for row in promises.body] == ["C1", "C2", "C3", "C4"]


def test_a_form_can_be_filled_in_beforehand(tianjin: Plan) -> None:
    entries = {"M4": {"status": "推进中", "percent": 0, "progress": "@SUM(A1)", "measure": "不是这一列"}}
    sheet = form_of(tianjin, entries=entries)
    assert [sheet[f"{column}5"].value for column in "EFG"] == ["推进中", 0, "@SUM(A1)"]
    assert "不是这一列" not in str(sheet["B5"].value)
    assert [sheet[f"{column}6"].value for column in "EFGHIJKL"] == [None] * 8


@pytest.mark.parametrize("synthetic", ["synthetic", "real"])
def test_a_form_with_made_up_words_says_so(tianjin: Plan, synthetic: str) -> None:
    sheet = form_of(replace(tianjin, progress_provenance=synthetic))
    assert ("合成示例" in sheet["B3"].value) == (synthetic == "synthetic")
    assert "只填浅黄色单元格" in sheet["B3"].value


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\x01=1", "=\x0b1"])
def test_text_never_becomes_a_formula(text: str) -> None:
    book = openpyxl.Workbook()
    put_text(book.worksheets[0]["A1"], text)
    put_text(book.worksheets[0]["A2"], f"一{text}")
    again = openpyxl.load_workbook(io.BytesIO(forms.to_bytes(book, ASKED))).worksheets[0]
    written = re.sub(r"[\x01\x0b]", "", text)
    assert (again["A1"].value, again["A1"].data_type, again["A1"].quotePrefix) == (written, "s", True)
    assert (again["A2"].value, again["A2"].quotePrefix) == (f"一{written}", False)


def test_a_form_holds_no_formula(tianjin: Plan) -> None:
    entries = {"M4": {"progress": "=1+1", "evidence_ref": "-5"}}
    plan = saying(tianjin, M4={"unit_id": "port-group", "progress": "=HYPERLINK(1)"})
    book = book_of(plan, entries=entries)
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert not [cell.coordinate for cell in cells if cell.data_type == "f"]
    assert {cell.coordinate for cell in cells if cell.quotePrefix} == {"D5", "G5", "K5"}


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [("", 9, 1), ("一二三四", 9, 1), ("一二三四五", 9, 2), ("12345678", 9, 1), ("123456789", 9, 2), ("一\n\n二", 9, 3)],
)
def test_the_lines_of_a_text(text: str, width: int, lines: int) -> None:
    assert lines_of(text, width) == lines


def test_a_row_is_as_high_as_its_longest_text() -> None:
    assert height_of(["一", "一\n二", ""], [9, 9, 9]) == 13.5 * 2 + 4
    assert height_of(["一\n" * 100], [9]) == 405


def test_a_row_grows_with_what_is_typed_into_it(tianjin: Plan) -> None:
    with zipfile.ZipFile(io.BytesIO(forms.make(tianjin, "port-group", as_of=ASKED))) as parts:
        sheets = [parts.read(name) for name in parts.namelist() if name.startswith("xl/worksheets/")]
    assert not any(b"customHeight" in sheet for sheet in sheets)
    assert any(b' ht="' in sheet for sheet in sheets)


def test_what_stood_on_the_hidden_sheet_is_replaced(tianjin: Plan) -> None:
    book = book_of(tianjin)
    forms.write_hidden(book, {"returned": "1"})
    assert list(book[layout.HIDDEN_SHEET].iter_rows(values_only=True)) == [("returned", "1")]


def test_lines_stand_one_below_the_other() -> None:
    sheet = openpyxl.Workbook().worksheets[0]
    for texts in (["一"], [], ["二", "=三"]):
        forms.write_line(sheet, texts, widths=[9, 9] if len(texts) > 1 else ())
    assert list(sheet.iter_rows(values_only=True)) == [("一", None), ("", None), ("二", "=三")]
    assert [sheet.row_dimensions[row].height for row in (1, 2, 3)] == [None, None, 17.5]
    assert sheet["B3"].quotePrefix


@pytest.mark.parametrize(
    ("head", "key"),
    [
        *((head, key) for key, head in layout.HEADS.items()),
        ("完成比例（％）", "percent"),
        (" 进展\n状态＊", "status"),
        ("工作进展（请如实填写）", "progress"),
        ("Evidence", "evidence_ref"),
        ("备注", None),
    ],
)
def test_headings_under_which_columns_come_back(head: str, key: str | None) -> None:
    assert layout.KEY_OF_HEAD["progress"].get(layout.plain(head)) == key


def test_a_state_has_one_name_on_forms_and_pages() -> None:
    pages = Language("zh").labels["state"]
    # What a page calls a state, a form understands.
    understood = {state: layout.STATUS_OF_WORD[layout.plain(pages[state])] for state in schema.DELIVERY}
    assert understood == {state: state for state in schema.DELIVERY}
    states = {word: layout.STATUS_OF_WORD[layout.plain(word)] for word in schema.DELIVERY_WORDS.values()}
    assert {state: word for word, state in states.items()} == schema.DELIVERY_WORDS


@pytest.mark.parametrize("kind", schema.MEASURE_KINDS)
def test_only_what_never_ends_is_ongoing(kind: str) -> None:
    states = layout.statuses(kind)
    assert ("ongoing" in states, "done_reported" in states) == (kind == "ongoing", kind != "ongoing")
    assert set(states) <= set(schema.DELIVERY)


HEADER = ["编号", "进展状态", "进展情况"]


@pytest.mark.parametrize(
    ("rows", "place"),
    [
        ([["标题"], HEADER], (1, {"measure_id": 0, "status": 1, "progress": 2})),
        ([["措施名称", None, "状态"]], (0, {"measure": 0, "status": 2})),
        # An exact heading has the column, wherever it stands; of two that are like it, the first.
        ([["措施编号", "状态", "进展状态", "当前状态"]], (0, {"measure_id": 0, "status": 2})),
        ([["措施编号", "目前状态", "当前状态"]], (0, {"measure_id": 0, "status": 1})),
        ([["措施编号", "进展情况"], ["进展状态"]], None),
    ],
)
def test_the_header_of_a_table(rows: list[list[str | None]], place: tuple[int, dict[str, int]] | None) -> None:
    tables = tables_of(Grid("", rows))
    assert [(table.top, table.columns) for table in tables] == ([place] if place else [])


@pytest.mark.parametrize("name", [layout.FAULT_SHEET, layout.HELP_SHEET, layout.HIDDEN_SHEET])
def test_where_we_repeat_what_could_not_be_put_back_is_no_table(name: str) -> None:
    """By its name alone no sheet is passed over: somebody may have given it to the form."""
    assert len(tables_of(Grid(name, [["方案 反馈表"], HEADER]))) == 1
    repeated = tables_of(Grid(name, [[f"方案 {layout.FAULT_SHEET}"], HEADER]))
    assert len(repeated) == (name != layout.FAULT_SHEET)


def test_the_rows_of_a_table() -> None:
    rows = [
        HEADER,
        ["M1", "推进中"],
        [],
        [" ", None],
        HEADER,
        ["编号", "进展状态", "另一句"],
        [None, None, None, "旁边"],
    ]
    (table,) = tables_of(Grid("", rows))
    assert table.body == [1, 5, 6]
    assert [table.at(1, "measure_id"), table.at(1, "progress"), table.at(1, "percent")] == ["M1", None, None]


def test_what_stands_above_a_table() -> None:
    grids = [
        Grid("甲", [["某方案 反馈表"], ["单位：天津港", None, "数据截至", None, "2024-06-30", "报送日期"], HEADER]),
        Grid("乙", [["单位", "天津海关", "报送日期", "7月1日", "数据截至：", "表单编号"], HEADER]),
        Grid(layout.HIDDEN_SHEET, [["form_id", "a/b/c"], [None, "无名"], ["单个"]]),
    ]
    tables = [table for grid in grids for table in tables_of(grid)]
    head = head_of(grids, tables)
    assert head.hidden == {"form_id": "a/b/c"}
    assert head.form_id == "a/b/c"
    assert (head.text("unit"), head.text("as_of"), head.text("reported_at")) == ("天津港", "2024-06-30", "")
    assert head.place("unit") == {"column": "填报单位", "sheet": "甲", "cell": "A2"}
    assert head.place("as_of") == {"column": "数据截至", "sheet": "甲", "cell": "E2"}
    assert head.place("reported_at") == {"column": "报送日期", "sheet": "甲", "cell": "G2"}
    assert "某方案" in head.above
    assert "M1" not in head.above
    other = head_of(grids[1:2], tables[1:])
    assert (other.text("unit"), other.text("reported_at"), other.form_id) == ("天津海关", "7月1日", "")
    # A label beside a label is no value of it.
    assert (other.text("as_of"), other.place("as_of")["cell"]) == ("", "F1")
    assert head_of([], []).place("unit") == {"column": "填报单位"}


def test_a_label_that_is_repeated_has_its_first_value() -> None:
    rows = [["填报单位"], ["填报单位", "天津港"], ["填报单位", "天津海关"], HEADER]
    (table,) = tables_of(Grid("", rows))
    assert head_of([], [table]).text("unit") == "天津港"


@pytest.mark.integration
def test_a_form_prints(tianjin: Plan, tmp_path: Path) -> None:
    file = tmp_path / "form.xlsx"
    filled(tianjin, "tj-customs", "2024-06-30").save(file)
    printed = convert(file, "pdf", tmp_path / "printed").read_bytes()
    # 26 measures take a few A4 pages on their side, the instructions one upright.
    pages = printed.count(b"/Type/Page") - printed.count(b"/Type/Pages")
    assert 4 <= pages <= 7
