"""Forms back: nothing lost, every fault named at its cell, nothing of a unit's text ever runs."""

from __future__ import annotations

import datetime
import io
import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import openpyxl
import pandas as pd
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from analysis import cli, forms, intake, record, schema
from analysis.entries import Value, date_of, value_of
from analysis.forms import layout
from analysis.grids import Formula
from analysis.plan import Plan, append_record, check_plan, open_plan
from analysis.returned import names_of, read_form

from .returned_forms import AT_WORK, Returned, as_csv, blank_plan, convert, fill_folder, filled, measures_of, to_bytes

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from analysis.intake import Form

RECEIVED = pd.Timestamp("2027-12-31")
SPREADSHEET_ERRORS = ("#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!")


@pytest.fixture
def plan(tmp_path: Path) -> Plan:
    """For tests that add to its record."""
    return blank_plan(tmp_path / "plan")


@pytest.fixture(scope="module")
def still(tmp_path_factory: pytest.TempPathFactory) -> Plan:
    """The same for tests that only collect: its record stays empty."""
    return blank_plan(tmp_path_factory.mktemp("still") / "plan")


COLUMNS_TO_FILL_IN = sorted({column for sheet in layout.SHEETS.values() for column in sheet.entries})
HEADING = ("措施编号", "进展状态", "完成比例", "进展情况", "存在问题", "佐证材料", "预计完成日期")


def write_form(
    file: Path,
    rows: Sequence[Sequence[Any]],
    *,
    unit: str = "天津港",
    as_of: str = "2024-06-30",
    sent: str = "2024-07-08",
    title: str = "天津口岸2024年促进跨境贸易便利化专项行动措施",
    heading: Sequence[str] = HEADING,
) -> Path:
    """A form as a short CSV file: title, labels, heading, then rows from the fourth on."""
    lines = [[title], ["填报单位", unit, "数据截至", as_of, "报送日期", sent], heading, *rows]
    file.write_text("".join(",".join(map(str, line)) + "\n" for line in lines), "utf-8")
    return file


def faults(collection: intake.Collection) -> list[tuple[str, str]]:
    """Cell and rule of what was not taken."""
    problems = collection.problems
    errors = problems[problems["severity"].eq("error")]
    return list(errors[["cell", "rule"]].itertuples(index=False, name=None))


def read(plan: Plan, file: Path) -> Form:
    """A form as it is read, before its rows meet the record."""
    return read_form(file, plan, names_of(plan), reported_at=None)


def send(plan: Plan, file: Path, *args: Any, **options: Any) -> intake.Collection:
    """Write a form, collect it, and append what is taken."""
    collected = intake.collect([write_form(file, *args, **options)], plan)
    intake.append(plan, collected)
    return collected


# --- One cell.


def in_words(value: Value) -> tuple[str, str, str]:
    """What a cell was read as: its text, why it cannot be taken, what was read into it."""
    return value.text, str(value.fault or ""), str(value.note or "")


def fault(reason: str) -> tuple[str, str, str]:
    return "", reason, ""


RULE = "应为日期，写作 2024-12-31"


@pytest.mark.parametrize(
    ("cell", "day"),
    [
        (pd.Timestamp("2024-06-30 08:00").to_pydatetime(), "2024-06-30"),
        (datetime.date(2024, 6, 30), "2024-06-30"),
        ("2024-06-30", "2024-06-30"),
        ("2024-06-30 00:00:00", "2024-06-30"),
        ("２０２４年６月３０日", "2024-06-30"),
        (" 2024 . 6 . 3 ", "2024-06-03"),
        ("2024/6/3号", "2024-06-03"),
        ("20240630", "2024-06-30"),
        (20240630, "2024-06-30"),
        ("2024年十二月5日前", "2024-12-05"),
    ],
)
def test_a_date_that_is_said_whole(cell: object, day: str) -> None:
    assert date_of(cell, after=None) == Value(day)


@pytest.mark.parametrize(
    ("cell", "day"),
    [
        ("2025年2月", "2025-02-28"),
        ("2025-11月底", "2025-11-30"),
        ("2025年底前", "2025-12-31"),
        ("年内", "2024-12-31"),
        ("6月底", "2024-06-30"),
        ("7月", "2024-07-31"),
        ("十月10日", "2024-10-10"),
        ("6月29日", "2025-06-29"),
        ("6月30日", "2024-06-30"),
        ("2月29日", None),
        (45473, "2024-06-30"),
        ("45473", "2024-06-30"),
        (36526, "2000-01-01"),
        (73050, "2099-12-31"),
    ],
)
def test_a_date_that_is_read_into_what_is_said_is_noted(cell: object, day: str | None) -> None:
    value = date_of(cell, after=pd.Timestamp("2024-06-30"))
    if day is None:
        assert in_words(value) == fault(f"没有这一天：{RULE}")
    else:
        assert (value.text, value.fault) == (day, None)
        assert str(cell) in str(value.note)
        assert day in str(value.note)


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        ("上周五", RULE),
        ("2025年13月", RULE),
        ("13月底", RULE),
        (36525, RULE),
        (73051, RULE),
        (-1, RULE),
        (1e300, RULE),
        (True, RULE),
        ("2025年2月30日", "没有这一天"),
        ("2025年13月5日", "没有这一天"),
        ("2025年6月0日", "没有这一天"),
        (20250230, "没有这一天"),
    ],
)
def test_what_is_no_date(cell: object, reason: str) -> None:
    value = date_of(cell, after=pd.Timestamp("2024-06-30"))
    assert value.text == ""
    assert reason in str(value.fault)


def test_a_date_without_a_year_needs_a_day_to_follow() -> None:
    assert in_words(date_of("6月30日", after=None)) == fault(f"缺少年份：{RULE}")
    assert in_words(date_of("2025年6月", after=None, whole_months=False)) == fault(RULE)
    assert date_of("2025年6月3日", after=None, whole_months=False) == Value("2025-06-03")


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (0, "0"),
        (100, "100"),
        (100.0, "100"),
        ("1%", "1"),
        ("0.5%", "0.5"),
        (33.3, "33.3"),
        ("４０％", "40"),
        (" 80 % ", "80"),
        ("", ""),
    ],
)
def test_a_percentage(cell: object, text: str) -> None:
    assert value_of("percent", cell, as_of=None) == Value(text)


@pytest.mark.parametrize("cell", ["约八成", 100.1, "101%", -1, True, "1e1", "0x10", "40%%", "4²", "①", "½"])
def test_what_is_no_percentage(cell: object) -> None:
    assert in_words(value_of("percent", cell, as_of=None)) == fault("应为 0–100 的数字，如 80")


@pytest.mark.parametrize("cell", [1, 1.0, "1", " １ "])
def test_a_bare_one_may_be_a_hundredth_or_all(cell: object) -> None:
    assert "1% 还是 100%" in str(value_of("percent", cell, as_of=None).fault)


@pytest.mark.parametrize("cell", ["推进中（受阻）", "已完成（未核验）", "推进中/受阻", "未完成"])
def test_what_brackets_hold_may_turn_a_word_round(cell: str) -> None:
    assert "应为其中之一" in str(value_of("status", cell, as_of=None).fault)


@pytest.mark.parametrize("cell", ["已办结（未核验）", "办结(待定)"])
def test_a_decision_in_brackets_is_none(cell: str) -> None:
    assert value_of("decision", cell, as_of=None).text == ""


@pytest.mark.parametrize("cell", [0.8, "0.8"])
def test_a_share_may_be_meant_as_a_percentage(cell: object) -> None:
    assert "是否为 80？请填 80" in str(value_of("percent", cell, as_of=None).fault)


@pytest.mark.parametrize("column", COLUMNS_TO_FILL_IN)
@pytest.mark.parametrize("cell", [*SPREADSHEET_ERRORS, " #N/A "])
def test_an_error_of_a_spreadsheet_is_refused(column: str, cell: str) -> None:
    assert in_words(value_of(column, cell, as_of=None)) == fault("公式出错：请直接填写结果")


@pytest.mark.parametrize("column", COLUMNS_TO_FILL_IN)
def test_a_formula_without_its_result_is_refused(column: str) -> None:
    assert "公式没有计算结果" in str(value_of(column, Formula("=1"), as_of=None).fault)


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("推进中 ", ("in_progress", "", "")),
        ("已完成", ("done_reported", "", "")),
        ("已完成(自报)", ("done_reported", "", "")),
        ("In progress", ("in_progress", "", "")),
        ("stalled", ("stalled", "", "")),
        ("快了", fault("应为其中之一：未启动、受阻、推进中、常态化、已完成（自报）")),
    ],
)
def test_a_state(cell: object, value: tuple[str, str, str]) -> None:
    assert in_words(value_of("status", cell, as_of=None)) == value


@pytest.mark.parametrize("cell", ["已办结", "办结", "办结（核验）", "Closed", "销号", "CLOSED "])
def test_no_unit_closes_its_own_measure(cell: str) -> None:
    value = value_of("status", cell, as_of=None)
    assert in_words(value) == fault("办结由核验方决定：请填“已完成（自报）”，没有完成之日的填“常态化”")


@pytest.mark.parametrize("cell", ["取消", "已取消", "退回", "重新打开", "延期", "withdrawn"])
def test_what_the_office_decides_no_unit_reports(cell: str) -> None:
    value = value_of("status", cell, as_of=None)
    assert value.text == ""
    assert "这由核验方决定" in str(value.fault)
    assert "存在问题" in str(value.fault)


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (36, "36"),
        (36.50, "36.5"),
        ("３６．５", "36.5"),
        ("1,234", "1234"),
        ("12,345.60", "12345.6"),
        (-2, "-2"),
        (0, "0"),
    ],
)
def test_a_measured_value(cell: object, text: str) -> None:
    assert value_of("value", cell, as_of=None) == Value(text)


@pytest.mark.parametrize("cell", ["36,5", "36.5天", "约36", "%", "9%%", True, "1e3", "—", "10²", "⑤", "1½"])
def test_what_is_no_measured_value(cell: object) -> None:
    assert in_words(value_of("value", cell, as_of=None)) == fault("应只填数字，不带计量单位，如 36.5")


@pytest.mark.parametrize(
    ("cell", "text"),
    [("办结", "closed"), ("退回", "returned"), ("重新打开", "reopened"), ("取消", "withdrawn"), ("Closed", "closed")]
    + [(cell, "") for cell in (None, "—", "-", "/", " ")],
)
def test_a_decision(cell: object, text: str) -> None:
    assert value_of("decision", cell, as_of=None) == Value(text)


@pytest.mark.parametrize("cell", ["同意", "延期", "加入"])
def test_what_the_office_cannot_decide_on_its_sheet(cell: str) -> None:
    value = value_of("decision", cell, as_of=None)
    assert value.text == ""
    assert value.fault is not None


@pytest.mark.parametrize("cell", [None, " "])
def test_a_filled_row_must_say_its_state(cell: object) -> None:
    assert "没有填写进展状态：应为其中之一" in str(value_of("status", cell, as_of=None).fault)
    assert value_of("problems", cell, as_of=None) == Value()


@pytest.mark.parametrize(
    ("cell", "text", "is_noted"),
    [(" 一\r\n二\r三\t", " 一\n二\n三\t", False), ("一\x00\x0b二\uffff", "一二", True), (40.0, "40", False)],
)
def test_words_stay_as_they_were_written(cell: object, text: str, *, is_noted: bool) -> None:
    value = value_of("progress", cell, as_of=None)
    assert (value.text, bool(value.note), value.fault) == (text, is_noted, None)


# --- One form: whose it is, what of it is taken.

GOOD = ("M4", "推进中", 40, "已开展前期工作")


@pytest.mark.thorough
def test_a_row_of_the_record(still: Plan, tmp_path: Path) -> None:
    file = write_form(tmp_path / "表.csv", [GOOD, ("M18", "受阻", "", "", "缺经费", "津商〔2024〕1号", "2025-06-30")])
    collected = intake.collect([file], still)
    assert faults(collected) == []
    assert list(collected.progress.columns) == list(schema.REQUIRED_COLUMNS["progress"])
    blank = dict.fromkeys(schema.REQUIRED_COLUMNS["progress"], "")
    said = {"unit_id": "port-group", "as_of": "2024-06-30", "reported_at": "2024-07-08", "source_file": "表.csv"}
    first = {"status": "in_progress", "percent": "40", "progress": "已开展前期工作", "source_row": "4"}
    second = {"status": "stalled", "problems": "缺经费", "evidence_ref": "津商〔2024〕1号", "source_row": "5"}
    assert collected.progress.to_dict("records") == [
        blank | said | first | {"log_id": "P0001", "measure_id": "M4"},
        blank | said | second | {"log_id": "P0002", "measure_id": "M18", "expected_completion": "2025-06-30"},
    ]
    assert [form.count("appended") for form in collected.forms] == [2]


@pytest.mark.parametrize(
    ("head", "cell", "reason"),
    [
        ({"title": "别的方案"}, "", "看不出是哪个方案的表"),
        ({"unit": ""}, "", "看不出是哪个单位的表"),
        ({"unit": "港务局"}, "B2", "没有单位“港务局”"),
        ({"unit": "港务局", "as_of": "上月"}, "B2", "没有单位“港务局”"),
        ({"as_of": ""}, "", "看不出数据截至哪一天"),
        ({"as_of": "上月"}, "D2", "应为日期"),
        ({"as_of": "6月30日"}, "D2", "缺少年份"),
        ({"sent": ""}, "F2", "没有填写报送日期"),
        ({"sent": "上周五"}, "F2", "应为日期"),
        ({"sent": "2024年7月"}, "F2", "应为日期"),
        ({"title": "表单编号：beijing-2023/port-group/2024-06-30"}, "A1", "另一个方案"),
        (
            {"title": "表单编号：tianjin-2024/tj-customs/2024-06-30"},
            "B2",
            "填报单位与表单编号不一致：编号属于 tj-customs",
        ),
        (
            {"title": "表单编号：tianjin-2024/port-group/2024-07-31"},
            "D2",
            "数据截至与表单编号不一致：编号为 2024-07-31",
        ),
        ({"title": "表单编号：tianjin-2024/port-group/七月"}, "D2", "应为日期"),
    ],
)
def test_a_form_that_does_not_say_what_it_is(
    still: Plan, tmp_path: Path, head: dict[str, str], cell: str, reason: str
) -> None:
    collected = intake.collect([write_form(tmp_path / "表.csv", [GOOD, ("M18", "推进中")], **head)], still)
    (fault,) = faults(collected)
    assert fault[0] == cell
    assert reason in fault[1]
    assert collected.progress.empty
    assert [statement.outcome for statement in collected.forms[0].statements] == ["refused", "refused"]


@pytest.mark.parametrize("unit", ["天津港集团", "port-group", "Port-Group", "天津港（集团） 有限公司", "港口集团"])
def test_a_unit_goes_by_any_of_its_names(still: Plan, tmp_path: Path, unit: str) -> None:
    form = read(still, write_form(tmp_path / "表.csv", [GOOD], unit=unit))
    assert (form.unit_id, form.problems) == ("port-group", [])


@pytest.mark.parametrize(
    "title", ["表单编号：tianjin-2024/port-group/2024-06-30", "表单号, ｔianjin-2024／port-group／2024-06-30 "]
)
def test_a_number_of_ours_says_it_all(still: Plan, tmp_path: Path, title: str) -> None:
    heading = (*HEADING, "请求事项", "下一步工作")
    form = read(still, write_form(tmp_path / "表.csv", [GOOD], title=title, unit="", as_of="", heading=heading))
    assert (form.unit_id, form.as_of, form.problems) == ("port-group", "2024-06-30", [])


@pytest.mark.parametrize("name", ["M4", "m4", "4", "措施4", "第4条", "第 4 项", "深化区域物流一体化", "Ｍ４"])
def test_a_measure_goes_by_its_number_or_title(still: Plan, tmp_path: Path, name: str) -> None:
    (statement,) = read(still, write_form(tmp_path / "表.csv", [(name, "推进中")])).statements
    assert (statement.texts["measure_id"], statement.problems) == ("M4", [])


@pytest.mark.parametrize(
    ("number", "title", "measure", "alone"),
    [
        ("", "4. 深化区域物流一体化\n支持试点", "M4", "M4"),
        ("M4", "4、深化区域物流一体化", "M4", "M4"),
        (" ", "自拟措施", "", ""),
    ],
)
def test_a_title_stands_in_for_a_number(
    still: Plan, tmp_path: Path, number: str, title: str, measure: str, alone: str
) -> None:
    heading, cell = ("措施编号", "措施内容", "进展状态"), f'"{title}"'
    (statement,) = read(still, write_form(tmp_path / "a", [(number, cell, "推进中")], heading=heading)).statements
    assert statement.texts["measure_id"] == measure
    reasons = [(problem.cell, problem.value, str(problem.rule)) for problem in statement.errors]
    assert reasons == ([] if measure else [("A4", "自拟措施", "方案中没有这个措施编号")])
    (statement,) = read(still, write_form(tmp_path / "b", [(cell, "推进中")], heading=heading[1:])).statements
    assert statement.texts["measure_id"] == alone


def test_a_number_beside_the_title_of_another_is_refused(still: Plan, tmp_path: Path) -> None:
    heading = ("措施编号", "措施内容", "进展状态")
    form = read(still, write_form(tmp_path / "a", [("M18", "4、深化区域物流一体化", "推进中")], heading=heading))
    ((error,),) = [statement.errors for statement in form.statements]
    assert (error.cell, error.value, "M4" in str(error.rule)) == ("A4", "M18", True)


@pytest.mark.thorough
def test_what_is_no_statement_is_told_apart(still: Plan, tmp_path: Path) -> None:
    rows = [("M4",), ("请于周五前报送",), HEADING, (), ("", "推进中"), ("M99", "推进中"), ("M1", "推进中"), (*GOOD,)]
    collected = intake.collect([write_form(tmp_path / "表.csv", rows)], still)
    counts = {
        "read": 4,
        "appended": 1,
        "refused": 3,
        "known": 0,
        "unfilled": 1,
        "unreadable": 0,
        "unchanged": 0,
        "unread": 0,
    }
    assert collected.counts == counts
    assert intake.summary(counts) == "读到 4 行 = 追加 1 + 退回 3 + 已有 0（另有 1 行未填）"
    reasons = dict(faults(collected))
    assert list(reasons) == ["A8", "A9", "A10"]
    assert reasons["A8"] == "缺少编号"
    assert reasons["A9"] == "方案中没有这个措施编号"
    assert "不承担措施 M1" in reasons["A10"]
    problems = collected.problems.set_index("cell")
    assert problems.loc["A5", ["value", "rule", "severity"]].tolist() == [
        "请于周五前报送", "表格之外的文字，未采用", "warning"
    ]  # fmt: skip
    assert collected.by_form.to_dict("records") == [
        {"file": "表.csv", "unit_id": "port-group", "as_of": "2024-06-30", "reported_at": "2024-07-08"}
        | {"read": 4, "appended": 1, "refused": 3, "known": 0, "unfilled": 1}
    ]


def test_columns_that_are_not_ours_are_named(still: Plan, tmp_path: Path) -> None:
    heading = ("措施编号", "进展状态", "备注", "进展情况")
    rows = [("M4", "推进中", "", "一"), ("M18", "推进中", "请审阅", "二"), ("M21", "推进中", "急", "三", "旁注")]
    collected = intake.collect([write_form(tmp_path / "表.csv", rows, heading=heading)], still)
    columns = ["cell", "column", "value", "rule", "severity"]
    assert collected.problems[columns].to_numpy().tolist() == [
        ["C5", "备注", "请审阅", "表中多出的一列（2 格有内容），未采用", "warning"],
        ["E6", "—", "旁注", "表中多出的一列（1 格有内容），未采用", "warning"],
    ]
    assert collected.progress["progress"].tolist() == ["一", "二", "三"]


@pytest.mark.thorough
def test_a_merged_cell_speaks_for_the_rows_under_it(still: Plan, tmp_path: Path) -> None:
    entries = {"M4": AT_WORK, "M21": AT_WORK | {"progress": "另一句"}, "M30": AT_WORK}
    book = filled(still, "port-group", "2024-06-30", entries=entries)
    sheet = book[layout.FORM_SHEET]
    sheet.merge_cells("E5:E6")
    sheet.merge_cells("G5:G6")
    # What is merged with its heading, or along a row, says nothing of other rows.
    sheet.merge_cells("H4:H5")
    sheet.merge_cells("J8:K8")
    file = tmp_path / "form.xlsx"
    book.save(file)
    rows = intake.collect([file], still).progress
    assert rows[["measure_id", "progress"]].to_numpy().tolist() == [
        ["M4", "已开展前期工作"], ["M18", "已开展前期工作"], ["M21", "另一句"], ["M30", "已开展前期工作"]
    ]  # fmt: skip
    assert rows["next_step"].tolist() == ["继续推进", "", "继续推进", "继续推进"]
    assert rows["problems"].tolist() == [""] * 4


@pytest.mark.thorough
def test_the_day_of_arrival(still: Plan, tmp_path: Path) -> None:
    silent = write_form(tmp_path / "silent.csv", [GOOD], sent="")
    stated = write_form(tmp_path / "stated.csv", [GOOD], unit="天津海关", sent="2024.7.9")
    rows = intake.collect([silent, stated], still, reported_at=pd.Timestamp("2024-07-10")).progress
    assert rows.set_index("unit_id")["reported_at"].to_dict() == {
        "tj-customs": "2024-07-09", "port-group": "2024-07-10"
    }  # fmt: skip
    # A form may arrive on the day it states.
    form = read_form(stated, still, names_of(still), reported_at=pd.Timestamp("2024-07-09"))
    assert (form.reported_at, form.problems) == ("2024-07-09", [])
    early = intake.collect([stated], still, reported_at=pd.Timestamp("2024-07-08"))
    assert faults(early) == [("F2", "晚于收到的日期 2024-07-08")]
    assert early.progress.empty
    # A mistyped year of the office is refused like one of the unit: what arrives in days to come stops every page.
    today = pd.Timestamp("2024-07-10")
    late = intake.collect([silent], still, reported_at=pd.Timestamp("2062-07-10"), today=today)
    assert faults(late) == [("F2", "晚于收到的日期 2024-07-10")]
    assert late.progress.empty


@pytest.mark.parametrize(
    ("sent", "day"), [("7月8日", "2024-07-08"), ("6月1日", "2024-06-01"), ("5月31日", "2025-05-31")]
)
def test_a_day_of_arrival_without_a_year_is_near_the_day_asked_about(
    still: Plan, tmp_path: Path, sent: str, day: str
) -> None:
    form = read(still, write_form(tmp_path / "表.csv", [GOOD], sent=sent))
    assert form.reported_at == day
    (note,) = form.problems
    assert (note.cell, note.value, str(note.rule), note.severity) == ("F2", sent, f"“{sent}”按 {day} 记", "warning")


@pytest.mark.parametrize("error", SPREADSHEET_ERRORS)
def test_an_error_is_refused_at_its_cell(still: Plan, tmp_path: Path, error: str) -> None:
    form = read(still, write_form(tmp_path / "表.csv", [(*GOOD, "", error), ("M18", "推进中")]))
    first, second = form.statements
    assert [(problem.cell, problem.value, str(problem.rule)) for problem in first.errors] == [
        ("F4", error, "公式出错：请直接填写结果")
    ]
    assert (first.outcome, second.outcome, second.problems) == ("refused", "", [])


@pytest.mark.thorough
def test_an_error_in_a_workbook_is_refused_at_its_cell(still: Plan, tmp_path: Path) -> None:
    entries = {"M4": AT_WORK | {"evidence_ref": "#DIV/0!"}, "M18": AT_WORK | {"progress": "=1/0"}}
    book = filled(still, "port-group", "2024-06-30", entries=entries)
    book[layout.FORM_SHEET]["G6"].data_type = "f"
    file = tmp_path / "form.xlsx"
    book.save(file)
    form = read(still, file)
    assert [[problem.cell for problem in statement.errors] for statement in form.statements] == [["K5"], ["G6"]]


# --- Several forms and the record.


def test_what_is_found_in_a_folder(tmp_path: Path) -> None:
    names = ["b.xlsx", "a.csv", "各处室/补报.xlsx", "~$b.xlsx", ".DS_Store", ".隐藏/c.xlsx", "~$d/c.xlsx"]
    for name in names:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"1")
    files, unread = intake.find_files([tmp_path / "b.xlsx", tmp_path])
    assert [str(file.relative_to(tmp_path)) for file in files] == ["b.xlsx", "a.csv", "各处室/补报.xlsx"]
    # Every other one is named.
    assert sorted(one.path.name for one in unread) == [".DS_Store", ".隐藏", "~$b.xlsx", "~$d"]
    assert not any(one.may_be_a_form for one in unread)
    assert intake.find_files([tmp_path / ".隐藏"])[0] == [tmp_path / ".隐藏/c.xlsx"]
    files, (unread,) = intake.find_files([tmp_path / "~$b.xlsx"])
    assert (files, "正打开着这份文件（b.xlsx）" in str(unread.reason)) == ([], True)


def test_the_sum_in_words() -> None:
    counts: dict[str, int] = dict.fromkeys(
        ("read", "appended", "refused", "known", "unfilled", "unreadable", "unchanged", "unread"), 0
    )
    assert intake.summary(counts) == "读到 0 行 = 追加 0 + 退回 0 + 已有 0"
    others = {"unfilled": 1, "unreadable": 2, "unchanged": 3, "unread": 4}
    said = "（另有 1 行未填、2 份文件没有读到行、3 份退回表尚未改动、4 份文件没有读取）"
    assert intake.summary(counts | others).endswith(said)


@pytest.mark.thorough
def test_a_correction_names_what_it_corrects(plan: Plan, tmp_path: Path) -> None:
    first, second, third = (
        write_form(tmp_path / f"{day}.csv", [("M4", "推进中", percent)], sent=f"2024-07-0{day}")
        for day, percent in ((1, 40), (2, 30), (3, 20))
    )
    for files in ([second, first], [third]):
        intake.append(plan, intake.collect(files, plan))
    log = open_plan(plan.folder).progress
    assert log[["log_id", "percent", "supersedes"]].to_numpy().tolist() == [
        ["P0001", 40, ""], ["P0002", 30, "P0001"], ["P0003", 20, "P0002"]
    ]  # fmt: skip


@pytest.mark.thorough
def test_what_the_record_holds_is_known(plan: Plan, tmp_path: Path) -> None:
    cases = [
        # The same again, and the same said later: nothing new. Said earlier, or said again after a change: new.
        ("40.0", "2024-07-02", "known"), ("40", "2024-07-03", "known"), ("30", "2024-07-09", "known"),
        ("40", "2024-07-01", "appended"), ("40", "2024-07-05", "appended"), ("30", "2024-07-03", "appended"),
        # On one day, the record holds something else.
        ("30", "2024-07-02", "refused"),
    ]  # fmt: skip
    # Each on a measure of its own, of which the record holds 40, then 30.
    measures = measures_of(plan, "tj-customs")[: len(cases)]
    before = []
    for percent, day in ((40, "2024-07-02"), (30, "2024-07-04")):
        rows = [(measure, "推进中", percent) for measure in measures]
        before.append(write_form(tmp_path / f"{day}.csv", rows, unit="天津海关", sent=day))
    intake.append(plan, intake.collect(before, plan))
    files = [
        write_form(tmp_path / f"{measure}.csv", [(measure, "推进中", percent)], unit="天津海关", sent=sent)
        for measure, (percent, sent, _) in zip(measures, cases, strict=True)
    ]
    collected = intake.collect(files, plan)
    assert [form.statements[0].outcome for form in collected.forms] == [outcome for _, _, outcome in cases]
    ((cell, rule),) = faults(collected)
    assert cell == "A4"
    assert "台账中已有 2024-07-02 报送的另一份不同内容" in rule


@pytest.mark.thorough
def test_a_record_may_hold_two_rows_of_one_day(plan: Plan, tmp_path: Path) -> None:
    file = plan.folder / "progress.csv"
    columns = file.read_text("utf-8").split("\n", 1)[0].split(",")
    row = {"measure_id": "M4", "unit_id": "port-group", "as_of": "2024-06-30", "reported_at": "2024-07-02"}
    # As somebody keeps it by hand: of one day the later row counts, whatever its number says.
    for log_id, percent in (("P2", "40.0"), ("P1", "30")):
        statement = row | {"log_id": log_id, "percent": percent, "status": "in_progress"}
        with file.open("a", encoding="utf-8") as record_file:
            record_file.write(",".join(statement.get(column, "") for column in columns) + "\n")
    for percent, sent in (("40", "2024-07-02"), ("30", "2024-07-02"), ("30", "2024-07-03")):
        form = write_form(tmp_path / "表.csv", [("M4", "推进中", percent)], sent=sent)
        assert intake.collect([form], plan).counts["known"] == 1, (percent, sent)
    assert intake.collect([write_form(form, [("M4", "推进中", "40")], sent="2024-07-03")], plan).counts["known"] == 0


@pytest.mark.thorough
def test_of_copies_one_is_taken_and_of_rivals_none(still: Plan, tmp_path: Path) -> None:
    files = [write_form(tmp_path / f"{name}.csv", [("M4", "推进中", "40"), ("M18", "推进中")]) for name in "ab"]
    twice = intake.collect(files, still)
    assert [[statement.outcome for statement in form.statements] for form in twice.forms] == [
        ["appended"] * 2, ["known"] * 2
    ]  # fmt: skip
    write_form(tmp_path / "b.csv", [("M4", "推进中", "50"), ("M18", "推进中")])
    rivals = intake.collect(files, still)
    assert [[statement.outcome for statement in form.statements] for form in rivals.forms] == [
        ["refused", "appended"], ["refused", "known"]
    ]  # fmt: skip
    assert all(cell == "A4" and "同一天（2024-07-08）报来的另一份内容不同" in rule for cell, rule in faults(rivals))
    # The copy of what breaks a rule is no more known than the first.
    for name in "ab":
        write_form(tmp_path / f"{name}.csv", [("M4", "常态化", "40"), ("M18", "推进中")])
    unlawful = intake.collect(files, still)
    assert [form.count("refused") for form in unlawful.forms] == [1, 1]
    assert [cell for cell, _ in faults(unlawful)] == ["B4", "B4"]


@pytest.mark.thorough
def test_a_row_that_breaks_the_record_is_refused(plan: Plan, tmp_path: Path) -> None:
    file = tmp_path / "表.csv"
    before = [
        write_form(tmp_path / "6.csv", [("M18", "推进中", 40)]),
        write_form(
            tmp_path / "8.csv", [("M18", "受阻", 40), ("M4", "推进中", 10)], as_of="2024-08-31", sent="2024-09-02"
        ),
    ]
    intake.append(plan, intake.collect(before, plan))
    # What breaks a rule of the plan is refused at its cell; other rows are taken.
    rows = [("M18", "常态化"), ("M4", "推进中", 5)]
    unlawful = intake.collect([write_form(file, rows, as_of="2024-07-31")], plan)
    assert unlawful.progress["measure_id"].tolist() == ["M4"]
    ((cell, _),) = faults(unlawful)
    assert cell == "B4"
    # Work goes back in real ledgers: a remark, and no more.
    back = intake.collect([write_form(file, [("M4", "未启动")], as_of="2024-09-30", sent="2024-10-02")], plan)
    assert back.counts["appended"] == 1
    assert "B4" in back.problems.loc[back.problems["severity"].eq("warning"), "cell"].tolist()
    # A fall is worth a remark, and no more.
    falling = intake.collect([write_form(file, [("M18", "推进中", 30)], as_of="2024-07-31")], plan)
    assert falling.counts["appended"] == 1
    assert falling.problems[["cell", "severity"]].to_numpy().tolist() == [["A4", "warning"], ["C4", "warning"]]


@pytest.mark.thorough
def test_what_was_void_may_be_said_again(plan: Plan, tmp_path: Path) -> None:
    """A statement that was retracted stands no more: the same word later is new, the same form again is not."""
    first = write_form(tmp_path / "一.csv", [("M4", "推进中", 40)], sent="2024-07-02")
    intake.append(plan, intake.collect([first], plan))
    void = {
        "decision_id": "D0001",
        "measure_id": "M4",
        "decision": "void",
        "supersedes": "P0001",
        "decided_by": "办公室",
    }
    void |= {"effective_on": "2024-07-03", "recorded_at": "2024-07-03"}
    columns = list(schema.REQUIRED_COLUMNS["decisions"])
    append_record(plan, pd.DataFrame([void]).reindex(columns=columns, fill_value=""), table="decisions")
    assert intake.collect([first], plan).counts["known"] == 1
    second = write_form(tmp_path / "二.csv", [("M4", "推进中", 40)], sent="2024-07-04")
    again = intake.collect([second], plan)
    assert again.progress[["log_id", "supersedes"]].to_numpy().tolist() == [["P0002", ""]]


@pytest.mark.thorough
@pytest.mark.parametrize("how", ["void", "replaced"])
def test_a_form_without_a_day_that_is_read_again_takes_nothing_back(plan: Plan, tmp_path: Path, how: str) -> None:
    """A folder is collected every day: what was retracted or corrected meanwhile does not come back by itself."""
    old = write_form(tmp_path / "一.csv", [("M4", "推进中", 40)], sent="")
    intake.append(plan, intake.collect([old], plan, reported_at=pd.Timestamp("2024-07-02")))
    if how == "void":
        retracted = {"decision_id": "D0001", "measure_id": "M4", "decision": "void", "supersedes": "P0001"}
        retracted |= {"decided_by": "办公室", "effective_on": "2024-07-03", "recorded_at": "2024-07-03"}
        columns = list(schema.REQUIRED_COLUMNS["decisions"])
        append_record(plan, pd.DataFrame([retracted]).reindex(columns=columns, fill_value=""), table="decisions")
    else:
        send(plan, tmp_path / "二.csv", [("M4", "推进中", 60)], sent="2024-07-03")
    for day in ("2024-07-03", "2024-07-04"):
        again = intake.collect([old], open_plan(plan.folder), reported_at=pd.Timestamp(day))
        assert (again.counts["known"], again.progress.empty) == (1, True)
        (told,) = again.problems.to_dict("records")
        assert (told["severity"], told["cell"]) == ("warning", "A4")
        assert "2024-07-02 已经记过" in told["rule"]
    said = write_form(tmp_path / "三.csv", [("M4", "推进中", 40)], sent="2024-07-05")
    assert intake.collect([said], open_plan(plan.folder)).counts["appended"] == 1


PERIOD_RULE = "应为本方案的报告期，写作 2024-06"


@pytest.mark.parametrize(
    ("said", "period", "rule"),
    [
        ("2024-06", "2024-06", ""),
        ("２０２４-06", "2024-06", ""),
        ("", "", ""),
        ("2024-Q2", "", PERIOD_RULE),
        ("六月", "", PERIOD_RULE),
        ("2024-07", "", "数据截至 2024-06-30 不在这个报告期内"),
    ],
)
def test_the_period_of_a_form(still: Plan, tmp_path: Path, said: str, period: str, rule: str) -> None:
    file = write_form(tmp_path / "表.csv", [GOOD])
    text = file.read_text("utf-8").replace("报送日期,", f"报告期,{said},报送日期,", 1)
    file.write_text(text, "utf-8")
    collected = intake.collect([file], still)
    assert [fault[1] for fault in faults(collected)] == ([rule] if rule else [])
    assert collected.progress["period"].tolist() == ([] if rule else [period])


@pytest.mark.thorough
def test_the_period_that_a_form_was_sent_out_with(still: Plan, tmp_path: Path) -> None:
    book = filled(still, "port-group", "2024-06-30", entries={"M4": AT_WORK})
    file = tmp_path / "form.xlsx"
    for label, hidden, outcome in (
        ("2024-06", "2024-06", ["2024-06"]),
        (None, "2024-06", ["2024-06"]),
        ("2024-07", "2024-06", []),
        # Forms that went out before periods had names hold the day there.
        (None, "2024-06-30", [""]),
    ):
        book[layout.FORM_SHEET]["I2"] = label
        book[layout.HIDDEN_SHEET]["B4"] = hidden
        book.save(file)
        assert intake.collect([file], still).progress["period"].tolist() == outcome, (label, hidden)


def measured(plan: Plan, file: Path, **values: dict[str, Any]) -> Path:
    """The customs' form of June with measured values: by commitment, column → value."""
    book = filled(plan, "tj-customs", "2024-06-30", entries={"M1": AT_WORK})
    sheet = book[layout.FORM_SHEET]
    columns = {key: place for place, key in enumerate(layout.SHEETS["actuals"].heads, start=1)}
    for (table, key), row in forms.rows_of(sheet).items():
        for column, value in values.get(key, {}).items() if table == "actuals" else ():
            sheet.cell(row, columns[column]).value = value
    book.save(file)
    return file


@pytest.mark.thorough
def test_what_was_measured_becomes_rows(plan: Plan, tmp_path: Path) -> None:
    file = measured(plan, tmp_path / "form.xlsx", C1={"value": 1.5, "method": "抽样", "evidence_ref": "统计表"})
    collected = intake.collect([file], plan)
    assert faults(collected) == []
    assert (collected.counts["read"], collected.counts["appended"]) == (2, 2)
    (row,) = collected.actuals.to_dict("records")
    days = {"as_of": "2024-06-30", "reported_at": "2024-06-30"}
    said = {"actual_id": "A0001", "commitment_id": "C1", "unit_id": "tj-customs", "value": "1.5", "method": "抽样"}
    assert row == dict.fromkeys(row, "") | said | days | {"evidence_ref": "统计表"}
    intake.append(plan, collected)
    assert intake.collect([file], plan).counts["known"] == 2
    # A correction names what it corrects.
    book = openpyxl.load_workbook(measured(plan, file, C1={"value": 2}))
    book[layout.FORM_SHEET]["G2"] = "2024-07-03"
    book.save(file)
    corrected = intake.collect([file], plan)
    assert corrected.actuals[["actual_id", "value", "supersedes"]].to_numpy().tolist() == [["A0002", "2", "A0001"]]


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("entry", "cell", "said"),
    [
        ({"value": "约两天"}, "E", "应只填数字"),
        ({"value": "36,5"}, "E", "应只填数字"),
        ({"value": "95%"}, "E", "应只填数字"),
        ({"method": "抽样"}, "E", "没有填写实际值"),
    ],
)
def test_a_fault_of_a_measured_value_is_named_at_its_cell(
    still: Plan, tmp_path: Path, entry: dict[str, Any], cell: str, said: str
) -> None:
    file = measured(still, tmp_path / "form.xlsx", C1=entry)
    collected = intake.collect([file], still)
    row = forms.rows_of(openpyxl.load_workbook(file)[layout.FORM_SHEET])["actuals", "C1"]
    ((place, rule),) = faults(collected)
    assert place == f"{cell}{row}"
    assert said in rule
    assert (collected.counts["appended"], collected.counts["refused"], len(collected.actuals)) == (1, 1, 0)
    ((copy,), _) = intake.write_returns(collected.forms, still)
    assert said in openpyxl.load_workbook(copy)[layout.FORM_SHEET][f"{cell}{row}"].comment.text


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("value", "shown", "read", "said"),
    [
        (90, "0", "90", ""), (0.9, "0%", "90", ""), (1, "0%", "100", ""), ("９０％", "@", "90", ""),
        (1, '0"%"', "1", ""), (0.005, "0.0%", "0.5", ""), (1, "0", "", "1% 还是 100%"), ("1", "@", "", "1% 还是 100%"),
        (0.9, "0", "", "是否为 90"),
    ],
)  # fmt: skip
def test_a_promise_in_hundredths(plan: Plan, tmp_path: Path, value: Any, shown: str, read: str, said: str) -> None:
    table = plan.folder / "commitments.csv"
    table.write_text(table.read_text("utf-8").replace("at_most,2,,工作日", "at_least,80,,%"), "utf-8")
    plan = open_plan(plan.folder)
    book = openpyxl.load_workbook(measured(plan, tmp_path / "form.xlsx", C1={"value": value}, C2={"value": "快了"}))
    row = forms.rows_of(book[layout.FORM_SHEET])["actuals", "C1"]
    book[layout.FORM_SHEET].cell(row, 5).number_format = shown
    book.save(tmp_path / "form.xlsx")
    collected = intake.collect([tmp_path / "form.xlsx"], plan)
    assert collected.actuals["value"].tolist() == [read] * bool(read)
    assert said in dict(faults(collected)).get(f"E{row}", "")
    # What was taken is known when the copy comes back.
    intake.append(plan, collected)
    ((copy,), _) = intake.write_returns(collected.forms, open_plan(plan.folder))
    book = openpyxl.load_workbook(copy)
    book[layout.FORM_SHEET][f"E{forms.rows_of(book[layout.FORM_SHEET])['actuals', 'C2']}"] = 168
    book[layout.FORM_SHEET]["G2"] = "2024-07-02"
    book.save(copy)
    again = intake.collect([copy], open_plan(plan.folder))
    assert again.actuals["value"].tolist() == ["168"]
    assert again.counts["known"] == 1 + bool(read)


@pytest.mark.thorough
def test_a_number_beside_the_words_of_another_promise_is_refused(still: Plan, tmp_path: Path) -> None:
    book = openpyxl.load_workbook(measured(still, tmp_path / "form.xlsx", C1={"value": 2}, C2={"value": 168}))
    sheet = book[layout.FORM_SHEET]
    rows = forms.rows_of(sheet)
    first, second = rows["actuals", "C1"], rows["actuals", "C2"]
    sheet[f"A{first}"], sheet[f"A{second}"] = "C2", "C1"
    book.save(tmp_path / "form.xlsx")
    collected = intake.collect([tmp_path / "form.xlsx"], still)
    assert [cell for cell, _ in faults(collected)] == [f"A{first}", f"A{second}"]
    assert collected.actuals.empty


@pytest.mark.thorough
def test_signs_that_nobody_sees_change_no_word(still: Plan, tmp_path: Path) -> None:
    rows = [("M4\u200b", "\ufeff推进中"), ("M18", "推进\u00ad中\u2060")]
    collected = intake.collect([write_form(tmp_path / "表.csv", rows, unit="天津港\u200b")], still)
    assert (collected.counts["appended"], collected.progress["status"].unique().tolist()) == (2, ["in_progress"])


@pytest.mark.thorough
def test_problems_are_told_in_both_languages(still: Plan, tmp_path: Path) -> None:
    rows = [("M4", "办结", 140), ("M18", "常态化"), ("M99", "推进中"), ("M21", "推进中", "", "", "", "", "年底")]
    collected = intake.collect([write_form(tmp_path / "表.csv", rows)], still)
    chinese, english = collected.told("zh"), collected.told("en")
    assert chinese.drop(columns="rule").equals(english.drop(columns="rule"))
    assert all(re.search("[\u4e00-\u9fff]", rule) for rule in chinese["rule"])
    # What forms call things stays as forms call it.
    bare = [re.sub("[“”].*?[“”]|[\u4e00-\u9fff、（）]", "", rule) for rule in english["rule"]]
    assert all(re.search("[a-z]{3}", rule) for rule in bare)
    assert "whether it is closed is for the office" in english["rule"].iloc[0]


# --- What goes back.


@pytest.mark.thorough
def test_a_corrected_copy_is_taken(plan: Plan, tmp_path: Path) -> None:
    entries = {"M4": AT_WORK, "M18": AT_WORK | {"status": "快了"}}
    file = tmp_path / "form.xlsx"
    file.write_bytes(to_bytes(filled(plan, "port-group", "2024-06-30", entries=entries)))
    first = intake.collect([file], plan)
    intake.append(plan, first)
    ((copy,), _) = intake.write_returns(first.forms, plan)
    book = openpyxl.load_workbook(copy)
    sheet = book[layout.FORM_SHEET]
    assert sheet["E6"].value == "快了"
    assert "应为其中之一" in sheet["E6"].comment.text
    assert sheet["E6"].fill.fgColor.rgb == "00F8C9C4"
    assert sheet["E5"].comment is None
    assert [sheet[f"{column}5"].value for column in "EFG"] == ["推进中", 40, "已开展前期工作"]
    sheet["E6"], sheet["G2"] = "推进中", "2024年7月2日"
    book.save(copy)
    second = intake.collect([file, copy], plan)
    counts = {"read": 4, "appended": 1, "refused": 1, "known": 2, "unreadable": 0, "unchanged": 0, "unread": 0}
    assert second.counts == counts | {"unfilled": 6}
    corrected = copy.read_bytes()
    assert intake.write_returns(second.forms, plan)[0] == [copy.with_name("form（退回2）.xlsx")]
    assert copy.read_bytes() == corrected
    assert second.progress[["measure_id", "reported_at", "log_id"]].to_numpy().tolist() == [
        ["M18", "2024-07-02", "P0002"]
    ]


@pytest.mark.thorough
def test_a_copy_counts_again_when_somebody_wrote_on_it(still: Plan, tmp_path: Path) -> None:
    form = write_form(tmp_path / "表.csv", [("M4", "快了"), ("M18", "推进中")], sent="")
    collected = intake.collect([form], still)
    ((copy,), _) = intake.write_returns(collected.forms, still, folder=tmp_path / "退回")
    assert copy == tmp_path / "退回/表（退回）.xlsx"
    assert "没有填写报送日期" in openpyxl.load_workbook(copy)[layout.FORM_SHEET]["G2"].comment.text
    # Answers stand where there is room: beside the fault, below the table, on a sheet of their own.
    answers = [(layout.FORM_SHEET, cell) for cell in ("G2", "H5", "M5", "A40")]
    for sheet, cell in ((None, ""), *answers, (layout.FAULT_SHEET, "G8"), ("回复", "A1")):
        book = openpyxl.load_workbook(copy)
        if sheet:
            (book[sheet] if sheet in book.sheetnames else book.create_sheet(sheet))[cell] = "2024-07-09"
        book.save(tmp_path / "again.xlsx")
        again = read(still, tmp_path / "again.xlsx")
        assert (again.unchanged, len(again.statements)) == ((False, 2) if sheet else (True, 0))
    untouched = intake.collect([copy], still)
    assert (untouched.counts["unchanged"], untouched.counts["unreadable"]) == (1, 0)
    assert untouched.by_form.empty
    assert intake.write_returns(untouched.forms, still) == ([], [])
    # Nobody has written on it: it may be made again under its name, unlike one that came back.
    both = intake.collect([form, copy], still)
    assert intake.write_returns(both.forms, still, folder=tmp_path / "退回") == ([copy], [])


def test_headings_that_were_sorted_to_the_end_are_noticed(still: Plan, tmp_path: Path) -> None:
    """Whoever sorts a column with its heading; below it the table of promises still has its own."""
    promised = still.responsibilities["measure_id"].isin(still.commitments["measure_id"])
    book = filled(still, still.responsibilities.loc[promised, "unit_id"].iloc[0], "2024-06-30")
    sheet = book[layout.FORM_SHEET]
    heads = [cell.value for cell in sheet[4]]
    for column, head in enumerate(heads, start=1):
        sheet.cell(4, column).value = None
        sheet.cell(sheet.max_row + (column == 1), column).value = head
    (tmp_path / "form.xlsx").write_bytes(to_bytes(book))
    form = read(still, tmp_path / "form.xlsx")
    assert "措施的一行在表头之上：请移到表头之下" in [str(problem.rule) for problem in form.problems]
    assert form.errors


@pytest.mark.parametrize("name", [layout.HELP_SHEET, layout.FAULT_SHEET, "6月"])
def test_a_table_counts_whatever_its_sheet_is_called(still: Plan, tmp_path: Path, name: str) -> None:
    """Somebody writes into a copy of the sheet and deletes the others, or takes one of our names for it."""
    book = filled(still, "port-group", "2024-06-30")
    for sheet in set(book.sheetnames) - {layout.FORM_SHEET, layout.HIDDEN_SHEET}:
        del book[sheet]
    book[layout.FORM_SHEET].title = name
    (tmp_path / "form.xlsx").write_bytes(to_bytes(book))
    assert len(read(still, tmp_path / "form.xlsx").statements) == len(measures_of(still, "port-group"))


def test_forms_of_one_name_are_told_apart_by_their_folders(still: Plan, tmp_path: Path) -> None:
    for folder, unit in (("港", "天津港"), ("关", "天津海关")):
        (tmp_path / folder).mkdir()
        write_form(tmp_path / folder / "反馈表.csv", [("M4", "快了")], unit=unit)
    write_form(tmp_path / "另一份.csv", [("M4", "快了")], unit="北京局天津铁办")
    collected = intake.collect(intake.find_files([tmp_path])[0], still)
    named = {"港/反馈表.csv": "port-group", "关/反馈表.csv": "tj-customs", "另一份.csv": "railway-office"}
    assert dict(collected.by_form[["file", "unit_id"]].to_numpy().tolist()) == named
    assert sorted(collected.problems["file"]) == sorted(named)


def test_copies_have_names_of_their_own(still: Plan, tmp_path: Path) -> None:
    for name in ("表.csv", "表.xls"):
        (tmp_path / name).write_bytes(b"")
    collected = intake.collect(intake.find_files([tmp_path])[0], still)
    copies, _ = intake.write_returns(collected.forms, still)
    assert [copy.name for copy in copies] == ["表（退回）.xlsx", "表（退回2）.xlsx"]
    assert len(list(tmp_path.iterdir())) == 4


def explained(copy: Path) -> list[list[str]]:
    sheet = openpyxl.load_workbook(copy)[layout.FAULT_SHEET]
    return [[str(cell) for cell in row if cell] for row in sheet.iter_rows(values_only=True)]


@pytest.mark.thorough
def test_a_copy_explains_every_fault(still: Plan, tmp_path: Path) -> None:
    rows = [("M4", "快了", 140), ("M1", "推进中"), ("M18", "推进中"), ("M21", "推进中", "", "一", "", "", "年底")]
    rows.append(("M30", "Closed", "", "=1+1"))
    collected = intake.collect([write_form(tmp_path / "表.csv", rows)], still)
    ((copy,), _) = intake.write_returns(collected.forms, still)
    book = openpyxl.load_workbook(copy)
    assert book.sheetnames[:2] == [layout.FAULT_SHEET, layout.FORM_SHEET]
    lines = explained(copy)
    assert lines[0] == [f"{still.title['zh']} 退回说明"]
    assert lines[2] == ["本表已在台账中的 2 行，退回 3 行。退回的内容没有记入台账。"]
    assert "红色单元格" in lines[3][0]
    states = "应为其中之一：未启动、受阻、推进中、常态化、已完成（自报）"
    assert ["B4", "进展状态", "快了", states, "E5"] in lines
    assert ["C4", "完成比例(%)", "140", "应为 0–100 的数字，如 80", "F5"] in lines
    assert ["G7", "预计完成日期", "年底", "“年底”按 2024-12-31 记"] in lines
    place = lines.index(["未能放回反馈表的行，原文如下"])
    assert lines[place + 2 :] == [["5", "M1", "推进中"]]
    sheet = book[layout.FORM_SHEET]
    # Comments stand where the faults are, what was right is filled in again.
    assert {cell.coordinate for row in sheet.iter_rows() for cell in row if cell.comment} == {"E5", "F5", "E8"}
    assert [sheet["E5"].value, sheet["F5"].value, sheet["E6"].value] == ["快了", "140", "推进中"]
    assert sheet["L7"].value == pd.Timestamp("2024-12-31")
    # What is not for a unit to say stands as it was written, what could be a formula as a text.
    assert (sheet["E8"].value, sheet["G8"].value, sheet["G8"].quotePrefix) == ("Closed", "=1+1", True)
    # What is repeated there is not said again by whoever corrects the form.
    sheet["E5"] = "推进中"
    book.save(tmp_path / "again.xlsx")
    assert {statement.sheet for statement in read(still, tmp_path / "again.xlsx").statements} == {layout.FORM_SHEET}


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("content", "reason"),
    [(b"", "文件是空的"), ("表单编号：beijing-2023/a/2024-06-30\n措施编号,进展状态\nM4,推进中".encode(), "另一个方案")],
)
def test_a_copy_of_what_has_no_place_only_explains(still: Plan, tmp_path: Path, content: bytes, reason: str) -> None:
    file = tmp_path / "表.csv"
    file.write_bytes(content)
    collected = intake.collect([file], still, reported_at=RECEIVED)
    ((copy,), _) = intake.write_returns(collected.forms, still)
    book = openpyxl.load_workbook(copy)
    assert book.sheetnames == [layout.FAULT_SHEET, layout.HIDDEN_SHEET]
    lines = explained(copy)
    assert lines[3] == ["请按下列说明改正后，用发下的反馈表重新报送。"]
    assert any(reason in cell for line in lines for cell in line)
    assert intake.collect([copy], still).counts["unchanged"] == 1
    book[layout.FAULT_SHEET]["A9"] = "我单位是天津港集团"
    book.save(copy)
    assert intake.collect([copy], still).counts["unchanged"] == 0
    assert collected.counts["unreadable"] == (not content)


@pytest.mark.thorough
@pytest.mark.parametrize("day", ["0001-01-01", "1900-01-01", "2023-06-30", "2099-06-30", "9999-12-31"])
def test_a_copy_of_a_day_of_which_nobody_was_asked_only_explains(still: Plan, tmp_path: Path, day: str) -> None:
    form = write_form(tmp_path / "表.csv", [GOOD], as_of=day)
    collected = intake.collect([form], still, today=pd.Timestamp("2026-11-26"))
    ((copy,), missing) = intake.write_returns(collected.forms, still)
    assert (missing, openpyxl.load_workbook(copy).sheetnames) == ([], [layout.FAULT_SHEET, layout.HIDDEN_SHEET])
    assert [day in line for line in explained(copy)].count(True) == 1


@pytest.mark.thorough
def test_of_two_rows_on_a_measure_the_wrong_one_has_the_place(still: Plan, tmp_path: Path) -> None:
    rows = [("M4", "快了"), ("M4", "推进中"), ("M18", "推进中"), ("M18", "快了"), ("M21", "慢了")]
    collected = intake.collect([write_form(tmp_path / "表.csv", rows)], still)
    ((copy,), _) = intake.write_returns(collected.forms, still)
    sheet = openpyxl.load_workbook(copy)[layout.FORM_SHEET]
    assert [sheet[f"E{row}"].value for row in (5, 6, 7)] == ["快了", "快了", "慢了"]


@pytest.mark.thorough
def test_what_is_all_right_does_not_go_back(still: Plan, tmp_path: Path) -> None:
    collected = intake.collect(
        [write_form(tmp_path / "表.csv", [GOOD, ("M18", "推进中", "", "", "", "", "年底")])], still
    )
    assert len(collected.problems) == 1
    assert intake.write_returns(collected.forms, still) == ([], [])


# --- By command.


@pytest.mark.thorough
def test_dry_run_writes_nothing(plan: Plan, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "inbox"
    folder.mkdir()
    write_form(folder / "a.csv", [GOOD])
    (folder / "b.xlsx").write_bytes(b"")
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    assert cli.main(["forms", "collect", str(folder), "--plan", str(plan.folder), "--dry-run"]) == cli.Exit.BAD_DATA
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before
    assert "读到 1 行 = 追加 1 + 退回 0 + 已有 0" in capsys.readouterr().out


@pytest.mark.thorough
def test_no_day_of_arrival_that_has_not_come_is_taken(
    plan: Plan, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    form = write_form(tmp_path / "a.csv", [GOOD], sent="")
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    asked = ["forms", "collect", str(form), "--plan", str(plan.folder), "--reported-at", "2999-07-08"]
    assert cli.main(asked) == cli.Exit.BAD_PARAMETERS
    assert "--reported-at 2999-07-08：还没有到这一天" in capsys.readouterr().err
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before


@pytest.mark.thorough
def test_make_and_collect_by_command(plan: Plan, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "out"
    make = ["forms", "make", "--plan", str(plan.folder), "--out", str(out)]
    assert cli.main([*make, "--as-of", "2024-06-30", "--unit", "天津港"]) == 0
    assert [file.name for file in out.iterdir()] == ["tianjin-2024_port-group_2024-06-30.xlsx"]
    assert cli.main([*make, "--as-of", "6月"]) == cli.Exit.BAD_PARAMETERS
    assert cli.main([*make, "--as-of", "2024-06-30", "--unit", "港务局"]) == cli.Exit.BAD_PARAMETERS
    write_form(out / "a.csv", [GOOD, ("M18", "快了")])
    asked = ["forms", "collect", str(out), "--plan", str(plan.folder), "--out", str(tmp_path / "back")]
    assert cli.main([*asked, "--reported-at", "2024-07-08"]) == cli.Exit.BAD_DATA
    assert "读到 2 行 = 追加 1 + 退回 1 + 已有 0（另有 5 行未填）" in capsys.readouterr().out
    assert len(open_plan(plan.folder).progress) == 1
    assert [file.name for file in (tmp_path / "back").iterdir()] == ["a（退回）.xlsx"]


@pytest.mark.thorough
def test_forms_that_cannot_be_recorded_where_the_record_lies(
    plan: Plan, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    installed = shutil.copytree(plan.folder, tmp_path / "site-packages" / "plan")
    before = (installed / "progress.csv").read_bytes()
    write_form(tmp_path / "a.csv", [GOOD])
    asked = ["forms", "collect", str(tmp_path / "a.csv"), "--plan", str(installed), "--reported-at", "2024-07-08"]
    assert cli.main(asked) == cli.Exit.NOT_WRITABLE
    assert "portplan init" in capsys.readouterr().err
    assert (installed / "progress.csv").read_bytes() == before


@pytest.mark.integration
def test_every_unit_has_a_form(plan: Plan, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert cli.main(["forms", "make", "--as-of", "2024-06-30", "--plan", str(plan.folder), "--out", str(out)]) == 0
    collected = intake.collect(intake.find_files([out])[0], plan, reported_at=RECEIVED)
    assert set(collected.by_form["unit_id"]) == set(plan.units["unit_id"])
    assert collected.counts["unfilled"] == len(plan.responsibilities)
    # Forms nobody filled in say nothing.
    collect = ["forms", "collect", str(out), "--plan", str(plan.folder), "--reported-at", "2024-07-01"]
    assert cli.main(collect) == cli.Exit.OK
    assert open_plan(plan.folder).progress.empty


@pytest.mark.integration
def test_checks_as_csv_and_page_show_text_as_text(plan: Plan, tmp_path: Path) -> None:
    send(plan, tmp_path / "表.csv", [("M4", "推进中", "", "一"), ("M18", "推进中", "", "二")])
    file = plan.folder / "progress.csv"
    text = file.read_text("utf-8").replace(",in_progress,", ",<script>alert(1)</script>,", 1)
    file.write_text(text.replace(",in_progress,", ",=1+1,", 1), "utf-8")
    table, page = tmp_path / "problems.csv", tmp_path / "problems.html"
    asked = ["check", "--plan", str(plan.folder), "--csv", str(table), "--html", str(page)]
    assert cli.main(asked) == cli.Exit.BAD_DATA
    assert "'=1+1" in table.read_text("utf-8-sig")
    html = page.read_text("utf-8")
    assert "<script>" not in html
    assert "&lt;script&gt;" in html
    assert "http://" not in html.replace("http://www.w3.org", "")
    assert "https://" not in html


# --- Any form.

RISKY = ["=1+1", "+1", "-1", "@x", "＝1", "'=1", "''+1", "\t=1", " =1", "<b>&amp;</b>", "一\n二", '"', ",", ";", "#"]
WORDS = st.one_of(
    st.sampled_from(RISKY),
    # A blank is no text, an error of a spreadsheet is refused, what cannot be written into a workbook is not written;
    # a delimiter here and there is harmless, a form that holds nothing else is read as a table with that delimiter.
    st.text(
        st.characters(exclude_categories=("Cc", "Cs"), exclude_characters="\ufffe\uffff_;"), max_size=30
    ).filter(lambda text: not text or (text.strip() != "" and text.strip() not in SPREADSHEET_ERRORS)),
)  # fmt: skip
DAYS = st.dates(pd.Timestamp("2024-06-30").date(), pd.Timestamp("2027-12-31").date()).map(str)


@st.composite
def states(draw: st.DrawFn, kind: str) -> dict[str, str]:
    """Any lawful content of a statement on a measure of a kind, as the record holds it."""
    state = draw(st.sampled_from(layout.statuses(kind)))
    percents = {"not_started": ["", "0"], "in_progress": ["", "1", "33.3", "99"]}
    percent = draw(st.sampled_from(percents.get(state, ["", "0", "7", "99.5"])))
    words = {name: draw(WORDS) for name in ("progress", "problems", "request", "next_step", "evidence_ref")}
    return {"status": state, "percent": percent, **words, "expected_completion": draw(st.just("") | DAYS)}


def as_entered(texts: Mapping[str, str]) -> dict[str, Any]:
    """What the record holds, as a person enters it."""
    return {
        **{key: text or None for key, text in texts.items()},
        "status": schema.DELIVERY_WORDS[texts["status"]],
        "percent": "1%" if texts["percent"] == "1" else float(texts["percent"]) if texts["percent"] else None,
        "expected_completion": pd.Timestamp(texts["expected_completion"]) if texts["expected_completion"] else None,
    }


@pytest.mark.integration
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data(), as_sheet=st.booleans())
def test_collect_of_make_is_what_was_filled_in(
    still: Plan, tmp_path: Path, data: st.DataObject, *, as_sheet: bool
) -> None:
    kinds = still.measures.set_index("measure_id")["kind"]
    statements = {measure: data.draw(states(kinds[measure])) for measure in measures_of(still, "port-group")}
    entries = {measure: as_entered(texts) for measure, texts in statements.items()}
    content = forms.make(still, "port-group", as_of=pd.Timestamp("2024-06-30"), entries=entries)
    file = tmp_path / ("form.xlsx" if as_sheet else "form.csv")
    file.write_bytes(content if as_sheet else as_csv(openpyxl.load_workbook(io.BytesIO(content)), "utf-8-sig"))
    collected = intake.collect([file], still, reported_at=RECEIVED)
    assert collected.counts["appended"] == len(statements), collected.problems
    rows = collected.progress.set_index("measure_id")[list(layout.ENTRIES)].to_dict("index")
    assert rows == {measure: {key: texts[key] for key in layout.ENTRIES} for measure, texts in statements.items()}


@pytest.mark.integration
@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    sent=st.lists(
        st.tuples(st.sampled_from(["2024-06-30", "2024-07-31"]), st.integers(1, 9), st.integers(1, 99)),
        min_size=1, max_size=5, unique_by=lambda form: form[:2],
    ),
    order=st.permutations(range(5)),
    split=st.integers(0, 5),
)  # fmt: skip
# What was sent first is collected last; what repeats it stands before it.
@example(sent=[("2024-06-30", 1, 10), ("2024-06-30", 2, 20)], order=[1, 0], split=1)
@example(sent=[("2024-06-30", 1, 10), ("2024-06-30", 2, 10)], order=[1, 0], split=2)
def test_order_of_arrival_never_matters(
    tmp_path: Path, sent: list[tuple[str, int, int]], order: list[int], split: int
) -> None:
    """Any forms, in any order and in any number of batches, end in the same states."""
    files = []
    for number, (day, arrived, percent) in enumerate(sent):
        rows = [("M4", "推进中", percent), ("M18", "推进中", 100 - percent)]
        files.append(write_form(tmp_path / f"{number}.csv", rows, as_of=day, sent=f"2024-08-0{arrived}"))
    mixed = [files[place] for place in order if place < len(files)]
    ends = []
    for number, batches in enumerate(([files], [mixed[:split], mixed[split:]])):
        target = blank_plan(tmp_path / f"plan-{len(list(tmp_path.iterdir()))}-{number}")
        for batch in batches:
            intake.append(target, intake.collect(batch, target))
        opened = open_plan(target.folder)
        now = opened.at(RECEIVED).states
        ends.append(now.drop(columns=["log_id", "supersedes", "source_file"]))
    pd.testing.assert_frame_equal(*ends)


# --- A folder of every fault.


@pytest.fixture(scope="module")
def returned(
    tmp_path_factory: pytest.TempPathFactory,
) -> tuple[Plan, Path, list[Returned], intake.Collection]:
    """A folder of every fault, collected once into an empty record."""
    folder = tmp_path_factory.mktemp("returned")
    plan = blank_plan(folder / "plan")
    expected = fill_folder(folder / "inbox", plan)
    collected = intake.collect(intake.find_files([folder / "inbox"])[0], plan)
    intake.append(plan, collected)
    intake.write_returns(collected.forms, open_plan(plan.folder))
    return plan, folder / "inbox", expected, collected


@pytest.mark.integration
def test_no_row_is_lost(returned) -> None:
    _, _, expected, collected = returned
    assert len(expected) >= 40
    counts = collected.counts
    assert counts["read"] == counts["appended"] + counts["refused"] + counts["known"] == sum(e.read for e in expected)
    assert counts["appended"] == len(collected.progress)
    by_form = collected.by_form.set_index("file")
    for form in expected:
        ends = by_form.loc[form.name]
        assert (ends["read"], ends["refused"]) == (form.read, form.refused), form.name
        assert ends["read"] == ends["appended"] + ends["refused"] + ends["known"], form.name
    # Of two copies that are alike, one is taken.
    assert counts["known"] == sum(form.known for form in expected)


@pytest.mark.integration
def test_every_fault_is_named_at_its_cell(returned) -> None:
    _, inbox, expected, collected = returned
    for form in expected:
        problems = collected.problems[collected.problems["file"].eq(form.name)]
        for severity, asked in (("error", form.faults), ("warning", form.notes)):
            own = problems[problems["severity"].eq(severity)]
            for cell, rule in asked:
                is_named = own["cell"].eq(cell) & own["rule"].str.contains(rule, regex=False)
                assert is_named.any(), (form.name, cell, rule)
        assert form.faults or not problems["severity"].eq("error").any(), form.name
        copies = list(inbox.rglob(f"{Path(form.name).stem}（退回）.xlsx"))
        assert bool(copies) == bool(form.faults), form.name
        if copies:
            rows = list(openpyxl.load_workbook(copies[0])[layout.FAULT_SHEET].iter_rows(values_only=True))
            for cell, rule in form.faults:
                assert any((row[1] or "") == cell and rule in str(row[4]) for row in rows), (form.name, cell, rows)


@pytest.mark.integration
def test_second_collect_changes_nothing(returned) -> None:
    plan, inbox, expected, _ = returned
    file = plan.folder / "progress.csv"
    before = file.read_bytes()
    copies = {path: path.read_bytes() for path in inbox.rglob("*（退回）.xlsx")}
    assert copies
    again = intake.collect(intake.find_files([inbox])[0], plan)
    assert again.progress.empty
    assert again.counts["unchanged"] == len(copies)
    assert again.counts["read"] == sum(form.read for form in expected)
    assert cli.main(["forms", "collect", str(inbox), "--plan", str(plan.folder)]) == cli.Exit.BAD_DATA
    assert file.read_bytes() == before
    assert {path: path.read_bytes() for path in inbox.rglob("*（退回）.xlsx")} == copies
    assert check_plan(plan.folder)["severity"].ne("error").all()


@pytest.mark.integration
def test_what_was_read(returned) -> None:
    plan = returned[0]
    log = record.read(record.place_of(plan.folder, {"id": plan.id}))[0].set_index(["source_file", "source_row"])

    def column(file: str, name: str) -> list[str]:
        return log.xs(file, level="source_file")[name].tolist()

    assert log.at[("全角.xlsx", "5"), "percent"] == "40"
    assert log.at[("全角.xlsx", "5"), "expected_completion"] == "2025-06-30"
    assert column("文字日期.xlsx", "expected_completion") == ["2025-06-30"] * 3
    assert set(column("英文状态.xlsx", "status")) == {"in_progress"}
    assert log.at[("像公式.xlsx", "5"), "progress"] == '=HYPERLINK("http://x")'
    assert len(set(column("合并单元格.xlsx", "progress"))) == 1
    assert set(column("别名.xlsx", "unit_id")) == {"port-group"}


@pytest.mark.integration
def test_nothing_we_write_holds_a_formula(returned) -> None:
    plan, inbox, _, collected = returned
    copies = list(inbox.rglob("*（退回）.xlsx"))
    assert copies
    for copy in copies:
        cells = [cell for sheet in openpyxl.load_workbook(copy) for row in sheet.iter_rows() for cell in row]
        assert not [cell.coordinate for cell in cells if cell.data_type == "f"]
    assert collected.progress["progress"].str.startswith("=").any()
    for line in (plan.folder / "progress.csv").read_text("utf-8").splitlines():
        cells = [cell.strip('"') for cell in line.split(",")]
        assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@")) and not re.fullmatch(r"-\d+", cell)]


@pytest.mark.integration
@pytest.mark.parametrize("kind", ["xlsx", "xls", "ods", "csv"])
def test_through_libreoffice(still: Plan, tmp_path: Path, kind: str) -> None:
    """A form opened and saved by another office program says what it said."""
    entries = {
        "M4": AT_WORK | {"percent": 33.3, "progress": "=1+1", "problems": "第一行\n第二行", "next_step": "+86 22 0000"},
        "M18": AT_WORK
        | {"expected_completion": pd.Timestamp("2025-06-30").to_pydatetime(), "evidence_ref": "津商〔2024〕1号"},
        "M30": {"status": "常态化", "progress": "<b>&amp;</b>"},
    }
    plain = tmp_path / "form.xlsx"
    plain.write_bytes(to_bytes(filled(still, "port-group", "2024-06-30", entries=entries)))
    expected = intake.collect([plain], still)
    saved = intake.collect([convert(plain, kind, tmp_path / "saved")], still)
    assert saved.problems.empty, saved.problems
    assert len(expected.progress) == 3
    columns = ["measure_id", "unit_id", "as_of", "reported_at", *layout.ENTRIES]
    assert saved.progress[columns].to_dict("records") == expected.progress[columns].to_dict("records")


@pytest.mark.integration
@pytest.mark.parametrize("kind", ["xls", "ods"])
def test_what_another_format_would_lose_is_refused(still: Plan, tmp_path: Path, kind: str) -> None:
    book = filled(still, "port-group", "2024-06-30", entries={"M4": AT_WORK | {"percent": "=SUM(1)/0"}})
    (tmp_path / "form.xlsx").write_bytes(to_bytes(book))
    saved = intake.collect([convert(tmp_path / "form.xlsx", kind, tmp_path / "saved")], still)
    assert (saved.counts["read"], saved.counts["unreadable"]) == (0, 1)
    assert "出错" in saved.problems["rule"].item()
