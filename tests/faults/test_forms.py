"""Whatever comes back: every row is accepted once, refused by name or known, and nothing that came in is lost."""

from __future__ import annotations

import csv
import hashlib
import os
import shutil
from collections import Counter
from typing import TYPE_CHECKING, Any

import openpyxl
import pandas as pd
import pytest
from openpyxl.comments import Comment

from analysis import cli, intake
from analysis.files import held
from analysis.forms.layout import FORM_SHEET
from analysis.inbox import JOURNAL
from analysis.plan import Plan, open_plan, read_record
from analysis.schema import RECORD
from tests.returned_forms import blank_plan, filled, to_bytes
from tests.test_intake import GOOD, write_form

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.thorough


@pytest.fixture
def plan(tmp_path: Path) -> Plan:
    return blank_plan(tmp_path / "plan")


def collect(plan: Plan, *paths: Path) -> int:
    return cli.main(["forms", "collect", *map(str, paths), "--plan", str(plan.folder), "--lang", "zh"])


def journal(plan: Plan) -> list[dict[str, str]]:
    with (plan.folder / "received" / JOURNAL).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def recorded(plan: Plan) -> int:
    return sum(len(read_record(plan, table)) for table in RECORD)


def test_what_came_in_is_kept_and_what_became_of_it_is_written_down(
    plan: Plan, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "收表"
    folder.mkdir()
    sent = {
        "好.csv": write_form(folder / "好.csv", [GOOD]).read_bytes(),
        "坏.csv": write_form(folder / "坏.csv", [("M4", "快了"), ("M18", "推进中")]).read_bytes(),
        "假.xlsx": b"PK\x03\x04 nothing",
        "照片.jpg": bytes(range(128, 256)),
    }
    for name, content in sent.items():
        (folder / name).write_bytes(content)
    (folder / "链接.csv").symlink_to(folder / "好.csv")
    assert collect(plan, folder) == cli.Exit.BAD_DATA
    said = capsys.readouterr().out.splitlines()[-1]
    assert said == "读到 3 行 = 追加 2 + 退回 1 + 已有 0（另有 2 份文件没有读到行、1 份文件没有读取）"
    kept = {file.name.partition(".")[0]: file.read_bytes() for file in (plan.folder / "received").glob("[0-9a-f]*")}
    assert kept == {hashlib.sha256(content).hexdigest(): content for content in sent.values()}
    lines = journal(plan)
    told = {
        (line["file"], line["row"], line["about"], line["outcome"]) for line in lines if line["outcome"] != "received"
    }
    assert told == {
        ("好.csv", "", "", "read"),
        ("好.csv", "4", "M4", "appended"),
        ("坏.csv", "", "", "read"),
        ("坏.csv", "4", "M4", "refused"),
        ("坏.csv", "5", "M18", "appended"),
        ("假.xlsx", "", "", "refused"),
        ("照片.jpg", "", "", "refused"),
        ("链接.csv", "", "", "not read"),
    }
    assert all(line["reason"] for line in lines if line["outcome"] in ("refused", "not read"))
    assert {line["sha256"] for line in lines if line["file"] in sent} == set(kept)
    # Once more: the same files are kept once, and their rows are known.
    again = {file: file.stat().st_mtime_ns for file in (plan.folder / "received").glob("[0-9a-f]*")}
    before = (plan.folder / "received" / JOURNAL).read_bytes()
    assert collect(plan, folder) == cli.Exit.BAD_DATA
    after = {file: file.stat().st_mtime_ns for file in (plan.folder / "received").glob("[0-9a-f]*")}
    assert {file: after[file] for file in again} == again
    # The marked copies came in, too.
    assert len(after) == len(again) + 3
    assert (plan.folder / "received" / JOURNAL).read_bytes().startswith(before)
    assert Counter(line["outcome"] for line in journal(plan)[len(lines) :])["known"] == 2


def test_it_is_kept_before_anybody_looks_into_it(
    plan: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = write_form(tmp_path / "表.csv", [GOOD])
    monkeypatch.setattr(intake, "collect", lambda *_, **__: os.kill(os.getpid(), 9))
    child = os.fork()
    if child == 0:
        collect(plan, file)
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 9
    ((line,), (kept,)) = journal(plan), (plan.folder / "received").glob("[0-9a-f]*")
    assert (line["file"], line["outcome"], kept.read_bytes()) == ("表.csv", "received", file.read_bytes())
    monkeypatch.undo()
    assert collect(plan, file) == 0
    assert "追加 1" in capsys.readouterr().out


def test_who_cannot_keep_does_not_read(plan: Plan, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (plan.folder / "received").write_text("a file of somebody's", "utf-8")
    assert collect(plan, write_form(tmp_path / "表.csv", [GOOD])) == cli.Exit.NOT_WRITABLE
    assert "无法留存" in capsys.readouterr().err
    assert recorded(plan) == 0


def test_two_do_not_collect_at_once(plan: Plan, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (plan.folder / "received").mkdir()
    with held(plan.folder / "received" / ".lock", otherwise=""):
        assert collect(plan, write_form(tmp_path / "表.csv", [GOOD])) == cli.Exit.LOCKED
    assert "有人正在收表" in capsys.readouterr().err
    assert recorded(plan) == 0


@pytest.mark.parametrize("lost", ["journal", "copies"])
def test_what_is_done_is_said_whatever_fails_after_it(
    plan: Plan, tmp_path: Path, lost: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    where = {"journal": "analysis.intake.write_down", "copies": "analysis.intake.returning.write_new"}
    monkeypatch.setattr(where[lost], fail)
    code = collect(plan, write_form(tmp_path / "表.csv", [GOOD] + [("M18", "快了")] * (lost == "copies")))
    told = capsys.readouterr()
    assert code == (cli.Exit.NOT_WRITABLE if lost == "journal" else cli.Exit.BAD_DATA)
    assert "追加 1" in told.out.splitlines()[-1]
    assert "磁盘已满" in told.err
    assert recorded(plan) == 1


def test_a_form_that_may_be_filled_in_is_not_written_over(
    plan: Plan, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    make = ["forms", "make", "--as-of", "2024-06-30", "--unit", "天津港", "--plan", str(plan.folder)]
    assert cli.main([*make, "--out", str(tmp_path / "发表")]) == 0
    (form,) = (tmp_path / "发表").iterdir()
    assert cli.main([*make, "--out", str(tmp_path / "发表")]) == 0
    form.write_bytes(to_bytes(filled(plan, "port-group", "2024-06-30")))
    before = form.read_bytes()
    assert cli.main([*make, "--out", str(tmp_path / "发表")]) == cli.Exit.NOT_WRITABLE
    assert "没有改动" in capsys.readouterr().err
    assert form.read_bytes() == before


def test_a_form_that_is_there_keeps_no_other_from_being_made(
    plan: Plan, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    make = ["forms", "make", "--as-of", "2024-06-30", "--plan", str(plan.folder), "--lang", "zh", "--out"]
    out = tmp_path / "发表"
    assert cli.main([*make, str(out)]) == 0
    forms = sorted(out.iterdir())
    forms[0].write_bytes(b"filled in")
    for form in forms[1:]:
        form.unlink()
    capsys.readouterr()
    assert cli.main([*make, str(out)]) == cli.Exit.NOT_WRITABLE
    told = capsys.readouterr()
    assert sorted(out.iterdir()) == forms
    assert forms[0].read_bytes() == b"filled in"
    assert f"{forms[0]} 已经存在，没有改动" in told.err
    assert f"{len(forms) - 1}份表" in told.out
    # A file in the place of the folder is called what it is.
    assert cli.main([*make, str(forms[0])]) == cli.Exit.NOT_WRITABLE
    assert f"{forms[0]} 不能写入" in capsys.readouterr().err


def test_a_marked_copy_that_came_back_is_not_written_over(plan: Plan, tmp_path: Path) -> None:
    folder, back = tmp_path / "收表", tmp_path / "退"
    folder.mkdir()
    form = write_form(folder / "表.csv", [("M4", "快了")])
    ((copy,), _) = intake.write_returns(intake.collect([form], plan).forms, plan, folder=back)
    copy.write_bytes(b"somebody wrote on it")
    ((second,), _) = intake.write_returns(intake.collect([form], plan).forms, plan, folder=back)
    assert (copy.read_bytes(), second.name) == (b"somebody wrote on it", "表（退回2）.xlsx")


def test_a_name_as_long_as_names_may_be_has_its_copy(plan: Plan, tmp_path: Path) -> None:
    form = write_form(tmp_path / f"{'表' * 83}.csv", [("M4", "快了")])
    copies, missing = intake.write_returns(intake.collect([form], plan).forms, plan)
    assert (len(copies), missing) == (1, [])
    assert copies[0].is_file()


def test_a_name_that_is_no_text_is_told_as_one(plan: Plan, tmp_path: Path) -> None:
    name = os.fsdecode(b"\xb1\xed\n=1.csv")
    try:
        shutil.copy(write_form(tmp_path / "表.csv", [GOOD]), tmp_path / name)
    except OSError:
        pytest.skip("this file system takes no such name")
    assert collect(plan, tmp_path / name) == 0
    assert open_plan(plan.folder).progress["source_file"].tolist() == ["\\udcb1\\udced\\u000a=1.csv"]


# --- What a tired person does to a form.


def spoilt(plan: Plan, **cells: Any) -> openpyxl.Workbook:
    """A form in good order but for some cells."""
    book = filled(plan, "port-group", "2024-06-30")
    for cell, value in cells.items():
        book[FORM_SHEET][cell] = value
    return book


def outcome(plan: Plan, tmp_path: Path, book: openpyxl.Workbook | bytes) -> tuple[dict[str, int], list[str]]:
    """What became of a form's rows, and the cells at which it is said why."""
    file = tmp_path / "form.xlsx"
    file.write_bytes(book if isinstance(book, bytes) else to_bytes(book))
    collected = intake.collect([file], plan, today=pd.Timestamp("2026-11-26"))
    counts = collected.counts
    assert counts["read"] == counts["appended"] + counts["refused"] + counts["known"]
    errors = collected.problems[collected.problems["severity"].eq("error")]
    return counts, errors["cell"].tolist()


FIVE = 5
CELLS = {
    "state in brackets": ({"E5": "推进中（受阻）"}, "E5"),
    "verified or not": ({"E5": "已完成（未核验）"}, "E5"),
    "a bare 1": ({"F5": 1}, "F5"),
    "a truth for words": ({"G5": True}, "G5"),
    "a truth for a day": ({"L5": True}, "L5"),
    "another century": ({"L5": "2252-01-01"}, "L5"),
    "a book": ({"G5": "字" * 5001}, "G5"),
    "numbers apart": ({"A5": "M18"}, "A5"),
}
FORMS = {
    "a day that has not come": ({"G2": "2052-06-30"}, "G2"),
    "a heading renamed": ({"G4": "情况"}, "G4"),
    "a heading deleted": ({"H4": None, "H5": "缺经费"}, "H4"),
    "the number's heading renamed": ({"A4": "号"}, "A4"),
    "a heading twice": ({"M4": "进展 状态"} | dict.fromkeys(("M5", "M6", "M7", "M8", "M9"), "受阻"), "E4"),
}


@pytest.mark.parametrize(("cells", "cell"), CELLS.values(), ids=CELLS)
def test_a_row_that_does_not_say_what_it_means_is_refused(
    plan: Plan, tmp_path: Path, cells: dict[str, object], cell: str
) -> None:
    counts, named = outcome(plan, tmp_path, spoilt(plan, **cells))
    assert (counts["appended"], counts["refused"], named) == (FIVE - 1, 1, [cell])


@pytest.mark.parametrize(("cells", "cell"), FORMS.values(), ids=FORMS)
def test_a_form_that_does_not_say_what_it_means_is_refused(
    plan: Plan, tmp_path: Path, cells: dict[str, object], cell: str
) -> None:
    counts, named = outcome(plan, tmp_path, spoilt(plan, **cells))
    assert (counts["appended"], counts["refused"], named) == (0, FIVE, [cell])


@pytest.mark.parametrize(
    ("value", "shown", "read"), [(1, "0%", "100"), (0.8, "0%", "80"), (0.005, "0.0%", "0.5"), (0.333, "0.00%", "33.3")]
)
def test_a_percentage_is_what_it_is_shown_as(plan: Plan, tmp_path: Path, value: float, shown: str, read: str) -> None:
    book = spoilt(plan, F5=value)
    book[FORM_SHEET]["F5"].number_format = shown
    (tmp_path / "form.xlsx").write_bytes(to_bytes(book))
    rows = intake.collect([tmp_path / "form.xlsx"], plan).progress
    assert rows.loc[rows["measure_id"].eq("M4"), "percent"].tolist() == [read]


@pytest.mark.parametrize("state", ["hidden", "veryHidden", "visible"])
def test_a_sheet_that_says_another_thing_is_told(plan: Plan, tmp_path: Path, state: Any) -> None:
    book = spoilt(plan)
    second = book.copy_worksheet(book[FORM_SHEET])
    second.sheet_state = state
    if state == "visible":
        second["B2"] = "天津海关"
    counts, named = outcome(plan, tmp_path, book)
    assert (counts["read"], counts["refused"], len(named)) == (2 * FIVE, 2 * FIVE, 1)


@pytest.mark.parametrize("state", ["hidden", "visible"])
@pytest.mark.parametrize("subject", ["M18", "18. 深入推进智慧海关建设"])
def test_rows_on_a_sheet_without_headings_are_not_lost(plan: Plan, tmp_path: Path, subject: str, state: Any) -> None:
    book = spoilt(plan)
    book.create_sheet("续表").append([subject, "", "推进中", 30, "接上页"])
    book["续表"].sheet_state = state
    counts, named = outcome(plan, tmp_path, book)
    assert (counts["appended"], counts["refused"], named) == (0, FIVE, ["A1"])


def test_a_comment_is_remarked_on(plan: Plan, tmp_path: Path) -> None:
    book = spoilt(plan, E6="快了")
    book[FORM_SHEET]["G5"].comment = Comment("本项已完成", "张三")
    (tmp_path / "form.xlsx").write_bytes(to_bytes(book))
    collected = intake.collect([tmp_path / "form.xlsx"], plan)
    remarks = collected.problems.loc[collected.problems["severity"].eq("warning"), ["cell", "value", "rule"]]
    assert remarks.to_numpy().tolist() == [["G5", "本项已完成", "单元格上的批注，未采用"]]
    # Ours on a marked copy are none; what somebody adds to them counts.
    ((copy,), _) = intake.write_returns(collected.forms, plan)
    assert intake.collect([copy], plan).counts["unchanged"] == 1
    answered = openpyxl.load_workbook(copy)
    answered[FORM_SHEET]["E6"].comment = Comment("应为推进中", "张三")
    answered.save(copy)
    again = intake.collect([copy], plan)
    assert again.counts["unchanged"] == 0
    assert "应为推进中" in again.problems["value"].tolist()


def test_a_row_that_was_deleted_is_remarked_on(plan: Plan, tmp_path: Path) -> None:
    book = spoilt(plan)
    book[FORM_SHEET].delete_rows(6)
    (tmp_path / "form.xlsx").write_bytes(to_bytes(book))
    collected = intake.collect([tmp_path / "form.xlsx"], plan)
    (told,) = collected.problems.to_dict("records")
    assert (collected.counts["appended"], collected.counts["unfilled"], told["severity"]) == (FIVE - 1, 1, "warning")
    assert told["rule"] == "表中应填而整行不见了的措施：M18"


def test_a_column_that_was_deleted_is_remarked_on(plan: Plan, tmp_path: Path) -> None:
    (tmp_path / "form.xlsx").write_bytes(to_bytes(spoilt(plan, H4=None)))
    collected = intake.collect([tmp_path / "form.xlsx"], plan)
    (told,) = collected.problems.to_dict("records")
    assert (collected.counts["appended"], told["cell"], told["severity"]) == (FIVE, "A4", "warning")
    assert "“存在问题”" in told["rule"]


def test_words_on_another_sheet_are_remarked_on(plan: Plan, tmp_path: Path) -> None:
    book = spoilt(plan)
    book.create_sheet("情况说明")["B2"] = "两项已完成，见附件"
    book.create_sheet("空表")
    (tmp_path / "form.xlsx").write_bytes(to_bytes(book))
    collected = intake.collect([tmp_path / "form.xlsx"], plan)
    remarks = collected.problems[["sheet", "cell", "value", "severity"]].to_numpy().tolist()
    assert (collected.counts["appended"], remarks) == (FIVE, [["情况说明", "B2", "两项已完成，见附件", "warning"]])


def test_a_row_above_the_headings_is_not_lost(plan: Plan, tmp_path: Path) -> None:
    book = spoilt(plan)
    sheet = book[FORM_SHEET]
    for area in list(sheet.merged_cells.ranges):
        sheet.unmerge_cells(str(area))
    for above, below in zip(sheet[3], sheet[5], strict=True):
        above.value, below.value = below.value, above.value
    counts, named = outcome(plan, tmp_path, book)
    assert (counts["appended"], named) == (0, ["E3"])


def test_words_above_the_headings_are_remarked_on(plan: Plan, tmp_path: Path) -> None:
    book = spoilt(plan)
    for area in list(book[FORM_SHEET].merged_cells.ranges):
        book[FORM_SHEET].unmerge_cells(str(area))
    book[FORM_SHEET]["G3"] = "请见附件"
    (tmp_path / "form.xlsx").write_bytes(to_bytes(book))
    collected = intake.collect([tmp_path / "form.xlsx"], plan)
    remarks = collected.problems[["cell", "value", "severity"]].to_numpy().tolist()
    assert (collected.counts["appended"], remarks) == (FIVE, [["G3", "请见附件", "warning"]])


def test_a_corrected_copy_whose_heading_is_lost_is_not_called_untouched(plan: Plan, tmp_path: Path) -> None:
    file = tmp_path / "表.xlsx"
    file.write_bytes(to_bytes(spoilt(plan, E5="快了")))
    ((copy,), _) = intake.write_returns(intake.collect([file], plan).forms, plan)
    book = openpyxl.load_workbook(copy)
    book[FORM_SHEET]["E5"], book[FORM_SHEET]["E4"] = "推进中", "哪一步"
    counts, named = outcome(plan, tmp_path, book)
    assert (counts["unchanged"], counts["unreadable"], len(named)) == (0, 1, 1)


def test_a_cell_far_outside_stops_no_other_form(plan: Plan, tmp_path: Path) -> None:
    folder = tmp_path / "收表"
    folder.mkdir()
    write_form(folder / "好.csv", [GOOD])
    (folder / "长.csv").write_bytes(b"a,b\n" + b"1,2\n" * 30_000)
    (folder / "宽.csv").write_bytes(b"a," * 30_000)
    (folder / "大.csv").write_text("措施编号,进展状态\nM4," + "字" * 140_000, "utf-8")
    collected = intake.collect(intake.find_files([folder])[0], plan)
    assert (collected.counts["appended"], collected.counts["unreadable"]) == (1, 3)
    assert set(collected.problems["file"]) == {"长.csv", "宽.csv", "大.csv"}
