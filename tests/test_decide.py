"""The office decides: one decision by command, many on its own sheet; and older plans are brought to that form."""

from __future__ import annotations

import csv
import hashlib
import io
import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import openpyxl
import pandas as pd
import pytest

from analysis import cli, forms, intake, migration
from analysis.cli import decisions as command
from analysis.forms import layout
from analysis.plan import append_record, check_plan, data_folder, inspect_plan, open_plan, read_record

from .returned_forms import to_bytes
from .sites import contents

if TYPE_CHECKING:
    from datetime import datetime

# Workbooks and records are written and read again in each.
pytestmark = pytest.mark.thorough

TODAY = "2025-05-20"
BY = "督查核验组（示例）"
NOW = pd.Timestamp(TODAY)


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """The command's clock stands still."""

    def standing(timezone: str) -> datetime:
        return pd.Timestamp(f"{TODAY} 10:00").to_pydatetime()

    for module in (command, cli.forms):
        monkeypatch.setattr(module, "now_in", standing)


@pytest.fixture(scope="module")
def began(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A plan of one's own: customs say that M1 is done, customs and port group that M18 is not."""
    place = tmp_path_factory.mktemp("began") / "plan"
    copy = Path(shutil.copytree(data_folder() / "tianjin-2024", place, ignore=shutil.ignore_patterns(".*", "*.chain")))
    rows = {
        table: pd.DataFrame(columns=read_record(open_plan(copy), table).columns)
        for table in ("progress", "decisions", "actuals")
    }
    said = [
        {
            "log_id": "P0001",
            "measure_id": "M1",
            "unit_id": "tj-customs",
            "status": "done_reported",
            "progress": "=已压缩",
        },
        {"log_id": "P0002", "measure_id": "M18", "unit_id": "tj-customs", "status": "in_progress"},
    ]
    days = {"as_of": "2025-03-31", "reported_at": "2025-04-02", "evidence_ref": "津关〔2025〕3号"}
    rows["progress"] = pd.DataFrame([{**days, **one} for one in said]).reindex(columns=rows["progress"].columns)
    for table, frame in rows.items():
        frame.to_csv(copy / f"{table}.csv", index=False, lineterminator="\n")
    return copy


@pytest.fixture
def folder(began: Path, tmp_path: Path) -> Path:
    """That plan, for one test to write in."""
    return Path(shutil.copytree(began, tmp_path / "plan"))


def decide(folder: Path, *words: str) -> int:
    return cli.main(["decide", *words, "--plan", str(folder)])


def recorded(folder: Path) -> pd.DataFrame:
    return read_record(open_plan(folder), "decisions")


def state_of(folder: Path, measure: str, day: str = TODAY) -> str:
    return str(open_plan(folder).at(day).measure_states.set_index("measure_id").at[measure, "state"])


# One decision by command.


def test_a_decision_is_one_row_and_what_it_did_is_said(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    evidence = tmp_path / "验收单.pdf"
    evidence.write_bytes(b"%PDF")
    assert (
        decide(
            folder, "M1", "办结", "--by", BY, "--as-of", "2025-05-10", "--evidence", str(evidence), "--reason", "齐全"
        )
        == 0
    )
    (row,) = recorded(folder).to_dict("records")
    said = {"decision_id": "D0001", "measure_id": "M1", "decision": "closed", "decided_by": BY, "reason": "齐全"}
    days = {"effective_on": "2025-05-10", "recorded_at": TODAY}
    proof = {"evidence_ref": "验收单.pdf", "evidence_sha256": hashlib.sha256(b"%PDF").hexdigest()}
    assert row == dict.fromkeys(row, "") | said | days | proof
    told = capsys.readouterr().out
    assert "D0001" in told
    assert re.search(r"自报完成.*→ 已办结", told)


@pytest.mark.parametrize(("word", "decision"), [*layout.DECISION_WORDS.items()])
def test_decisions_go_by_their_words_in_both_languages(word: str, decision: str) -> None:
    assert layout.DECISION_OF_WORD[layout.plain(word)] == word
    assert layout.DECISION_OF_WORD[layout.plain(decision)] == word
    assert layout.DECISION_OF_WORD[layout.plain(word.capitalize())] == word


def test_a_measure_goes_through_every_decision(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    steps = [
        (["M1", "closed", "--as-of", "2025-05-01"], "closed"),
        (["1", "reopened", "--as-of", "2025-05-02"], "in_progress"),
        (["M1", "withdrawn", "--as-of", "2025-05-03"], "withdrawn"),
        (["M1", "重新打开", "--as-of", "2025-05-04"], "in_progress"),
        (["M1", "extended", "--as-of", "2025-05-05", "--due", "2025-12-31"], "in_progress"),
        (["M1", "joined", "--as-of", "2025-05-06", "--unit", "天津港"], "in_progress"),
        (["M1", "left", "--as-of", "2025-05-07", "--unit", "Tianjin Port Group"], "in_progress"),
        (["作废", "--supersedes", "D0004"], "withdrawn"),
        (["void", "--supersedes", "D0003"], "in_progress"),
    ]
    for words, state in steps:
        assert decide(folder, *words, "--by", BY) == 0, capsys.readouterr().err
        assert state_of(folder, "M1") == state, words
    log = recorded(folder)
    assert log["decision_id"].tolist() == [f"D{number:04d}" for number in range(1, len(steps) + 1)]
    assert log["recorded_at"].eq(TODAY).all()
    assert (
        log.loc[log["decision"].eq("void"), ["measure_id", "effective_on"]].to_numpy().tolist() == [["M1", TODAY]] * 2
    )
    told = capsys.readouterr().out
    assert "2025-12-31" in told
    assert "天津港集团" in told


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["M99", "closed", "--as-of", "2025-05-01"], cli.Exit.BAD_PARAMETERS, "没有措施“M99”"),
        (["M1", "finished", "--as-of", "2025-05-01"], cli.Exit.BAD_PARAMETERS, "“finished”不是一种决定"),
        (["M1", "closed"], cli.Exit.BAD_PARAMETERS, "--as-of"),
        (["M1", "closed", "--as-of", "2025-13-01"], cli.Exit.BAD_PARAMETERS, "“2025-13-01”不是日期"),
        (["M1", "closed", "--as-of", "2025-05-21"], cli.Exit.BAD_PARAMETERS, "生效日期 2025-05-21 晚于登记日期"),
        (["M1", "closed", "--as-of", "2025-05-01", "--recorded-at", "2025-05-21"], cli.Exit.BAD_PARAMETERS, "还没有到"),
        (["M1", "joined", "--as-of", "2025-05-01", "--unit", "港务局"], cli.Exit.BAD_PARAMETERS, "没有单位“港务局”"),
        (["M1", "joined", "--as-of", "2025-05-01"], cli.Exit.BAD_DATA, "unit_id"),
        (["M1", "extended", "--as-of", "2025-05-01"], cli.Exit.BAD_DATA, "due"),
        (["M1", "closed", "--as-of", "2025-05-01", "--unit", "天津海关"], cli.Exit.BAD_DATA, "unit_id"),
        (["void"], cli.Exit.BAD_PARAMETERS, "--supersedes"),
        (["void", "--supersedes", "P9"], cli.Exit.BAD_PARAMETERS, "没有编号为 P9 的行"),
        (["M2", "void", "--supersedes", "P0001"], cli.Exit.BAD_DATA, "supersedes"),
        (["M1", "M2", "closed", "--as-of", "2025-05-01"], cli.Exit.BAD_PARAMETERS, "一项措施"),
        (["closed", "--as-of", "2025-05-01"], cli.Exit.BAD_PARAMETERS, "一项措施"),
    ],
)
def test_what_is_refused_is_said_and_not_written(
    folder: Path, words: list[str], code: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    before = (folder / "decisions.csv").read_bytes()
    assert decide(folder, *words, "--by", BY) == code
    assert said in capsys.readouterr().err
    assert (folder / "decisions.csv").read_bytes() == before


def test_no_unit_closes_its_own_measure_and_nobody_who_may_not(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    head = folder / "plan.toml"
    head.write_text(
        head.read_text("utf-8") + '\n[[verification.deciders]]\nname = "关督组"\npart_of = "tj-customs"\n', "utf-8"
    )
    asked = ["closed", "--as-of", "2025-05-01", "--by"]
    assert decide(folder, "M1", *asked, "关督组") == cli.Exit.BAD_DATA
    assert "decided_by: 关督组" in capsys.readouterr().err
    assert decide(folder, "M1", *asked, "市长") == cli.Exit.BAD_DATA
    assert "市长" in capsys.readouterr().err
    assert recorded(folder).empty
    # On a measure of others the same people may; by the name that they have in English, too.
    assert decide(folder, "M17", *asked, "关督组") == 0
    assert decide(folder, "M1", *asked, "Verification team (sample)") == 0
    assert recorded(folder)["decided_by"].tolist() == ["关督组", BY]


def test_the_same_is_not_recorded_twice(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["M1", "returned", "--as-of", "2025-05-10", "--by", BY, "--reason", "补材料"]
    assert decide(folder, *words) == 0
    assert decide(folder, *words) == cli.Exit.BAD_PARAMETERS
    assert "已经登记过：D0001" in capsys.readouterr().err
    assert decide(folder, "void", "--supersedes", "D0001", "--by", BY) == 0
    assert decide(folder, *words) == 0


def test_what_is_entered_late_keeps_its_day(folder: Path) -> None:
    words = ["M1", "closed", "--as-of", "2025-04-10", "--by", BY, "--recorded-at", "2025-04-12"]
    assert decide(folder, *words) == 0
    assert recorded(folder)["recorded_at"].tolist() == ["2025-04-12"]


def test_what_was_put_right_may_be_decided_again(folder: Path) -> None:
    """Closed, opened again by a slip, and closed again on the same day; the same twice is the same."""
    words = ["--as-of", "2025-05-10", "--by", BY, "--evidence", "验收单"]
    made = [decide(folder, "M1", verdict, *words) == 0 for verdict in ("办结", "办结", "重新打开", "办结", "办结")]
    assert made == [True, False, True, True, False]
    assert recorded(folder)["decision"].tolist() == ["closed", "reopened", "closed"]
    assert open_plan(folder).at(TODAY).measure_states.set_index("measure_id").at["M1", "state"] == "closed"


def test_evidence_that_is_no_file_is_kept_as_it_is_said(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for number, (evidence, is_doubted) in enumerate(
        [("津商〔2025〕9号", False), ("./missing.pdf", True), ("a.pdf", True), ("验收单 终稿.pdf", True)], 1
    ):
        words = ["M1", "closed", "--as-of", f"2025-05-0{number}", "--by", BY, "--evidence", evidence]
        assert decide(folder, *words) == 0
        assert ("没有文件" in capsys.readouterr().err) == is_doubted
    assert recorded(folder)["evidence_ref"].tolist() == ["津商〔2025〕9号", "./missing.pdf", "a.pdf", "验收单 终稿.pdf"]
    assert recorded(folder)["evidence_sha256"].eq("").all()


def test_a_value_of_a_day_to_come_is_retracted_and_measured_again(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """On a real record it stops every page, and no correction may arrive before it."""
    head = folder / "plan.toml"
    head.write_text(head.read_text("utf-8").replace('"synthetic"', '"real"', 1), "utf-8")
    plan = open_plan(folder)
    promise = plan.commitments.iloc[0]
    unit = plan.responsibilities.loc[plan.responsibilities["measure_id"].eq(promise["measure_id"]), "unit_id"].iloc[0]
    values = read_record(plan, "actuals")
    ahead = {"actual_id": "A0001", "commitment_id": promise["commitment_id"], "unit_id": unit, "value": "9999"}
    ahead |= {"as_of": "2025-03-31", "reported_at": "2052-04-02"}
    pd.DataFrame([ahead], columns=values.columns).to_csv(folder / "actuals.csv", index=False, lineterminator="\n")
    assert inspect_plan(folder, today=TODAY)[1]["rule"].tolist() == ["not-arrived"]
    assert decide(folder, "void", "--supersedes", "A0001", "--by", BY) == 0, capsys.readouterr().err
    (row,) = recorded(folder).to_dict("records")
    assert [row[name] for name in ("measure_id", "unit_id", "supersedes")] == [promise["measure_id"], unit, "A0001"]
    plan, problems = inspect_plan(folder, today=TODAY)
    assert problems.empty
    assert plan
    assert plan.at("2052-12-31").record.actuals.empty
    again = dict.fromkeys(values.columns, "") | ahead | {"actual_id": "A0002", "value": "36", "reported_at": TODAY}
    append_record(plan, pd.DataFrame([again]), table="actuals")
    assert open_plan(folder).at(TODAY).record.actuals["value"].tolist() == [36]
    assert decide(folder, "void", "--supersedes", "A0003", "--by", BY) == cli.Exit.BAD_PARAMETERS
    assert "没有编号为 A0003 的行" in capsys.readouterr().err


def without_verification(folder: Path) -> None:
    head = folder / "plan.toml"
    head.write_text(head.read_text("utf-8").partition("# A made-up verifier")[0], "utf-8")


def test_where_nobody_verifies_nothing_is_closed_and_units_still_come_and_go(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    without_verification(folder)
    assert decide(folder, "M1", "closed", "--as-of", "2025-05-01", "--by", BY) == cli.Exit.BAD_PARAMETERS
    assert "本方案无人核验" in capsys.readouterr().err
    assert decide(folder, "M1", "joined", "--as-of", "2025-05-01", "--by", "办公室", "--unit", "天津港") == 0
    out = tmp_path / "out"
    asked = ["forms", "make", "--office", "--as-of", TODAY, "--plan", str(folder), "--out", str(out)]
    assert cli.main(asked) == cli.Exit.BAD_PARAMETERS
    assert "本方案无人核验" in capsys.readouterr().err
    assert not out.exists()


def test_the_command_speaks_english(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LC_ALL", "en_GB.UTF-8")
    assert decide(folder, "M99", "closed", "--as-of", "2025-05-01", "--by", BY) == cli.Exit.BAD_PARAMETERS
    told = capsys.readouterr().err
    assert "the plan has no measure “M99”" in told
    assert decide(folder, "M1", "closed", "--as-of", "2025-05-01", "--by", BY) == 0
    assert "Reported done → Closed (verified)" in capsys.readouterr().out
    assert (
        decide(folder, "M99", "closed", "--as-of", "2025-05-01", "--by", BY, "--lang", "zh") == cli.Exit.BAD_PARAMETERS
    )
    assert "没有措施" in capsys.readouterr().err


# Many on the office's own sheet.


def office(folder: Path, **entries: dict[str, Any]) -> openpyxl.Workbook:
    """The office's sheet of today, filled in: by measure, column → value."""
    content = forms.make_office(open_plan(folder).at(TODAY))
    assert content is not None
    book = openpyxl.load_workbook(io.BytesIO(content))
    sheet = book[layout.OFFICE_SHEET]
    columns = {key: place for place, key in enumerate(layout.SHEETS["decisions"].heads, start=1)}
    for row in range(layout.HEADER_ROW + 1, sheet.max_row + 1):
        for key, value in entries.get(str(sheet.cell(row, 1).value), {}).items():
            sheet.cell(row, columns[key]).value = value
    return book


CLOSED = {"decision": "办结", "effective_on": "2025-05-15", "decided_by": BY, "evidence_ref": "验收单"}


def collect(folder: Path, book: openpyxl.Workbook, *, today: str = TODAY) -> intake.Collection:
    file = folder.parent / "核验.xlsx"
    file.write_bytes(to_bytes(book))
    return intake.collect([file], open_plan(folder), today=pd.Timestamp(today))


def test_the_office_is_asked_about_what_waits_and_what_is_contradicted(folder: Path) -> None:
    book = office(folder)
    sheet = book[layout.OFFICE_SHEET]
    (row,) = sheet.iter_rows(min_row=layout.HEADER_ROW + 1, values_only=True)
    assert row[0] == "M1"
    assert "待核验" in str(row[2])
    assert row[3] == "天津海关：已完成（自报）\n（2025-03-31）\n=已压缩"
    assert row[4] == "天津海关：津关〔2025〕3号"
    assert row[5:] == (None,) * 5
    assert "合成示例" in sheet["B3"].value
    lists = {str(rule.sqref): rule.formula1 for rule in sheet.data_validations.dataValidation if rule.type == "list"}
    assert lists == {"F5": '"办结,退回,—"', "H5": f'"{BY}"'}
    assert not [cell.coordinate for line in sheet.iter_rows() for cell in line if cell.data_type == "f"]
    # Closed, and then the unit says otherwise.
    assert decide(folder, "M1", "closed", "--as-of", "2025-04-05", "--by", BY) == 0
    assert forms.make_office(open_plan(folder).at(TODAY)) is None
    plan = open_plan(folder)
    word = {"log_id": "P0009", "measure_id": "M1", "unit_id": "tj-customs", "status": "stalled"}
    word |= {"as_of": "2025-04-30", "reported_at": "2025-05-06"}
    rows = pd.DataFrame([word]).reindex(columns=read_record(plan).columns, fill_value="")
    append_record(plan, rows)
    sheet = office(folder)[layout.OFFICE_SHEET]
    assert "已办结，但有单位其后填报未完成" in str(sheet["C5"].value)
    assert "2025-04-05 已办结" in str(sheet["C5"].value)
    lists = {str(rule.sqref): rule.formula1 for rule in sheet.data_validations.dataValidation if rule.type == "list"}
    assert lists["F5"] == '"办结,重新打开,—"'


def test_what_the_office_decides_becomes_rows(folder: Path) -> None:
    collected = collect(folder, office(folder, M1=CLOSED))
    assert collected.problems.empty, collected.problems
    assert (collected.counts["read"], collected.counts["appended"]) == (1, 1)
    (row,) = collected.decisions.to_dict("records")
    said = {"decision_id": "D0001", "measure_id": "M1", "decision": "closed", "effective_on": "2025-05-15"}
    assert row == dict.fromkeys(row, "") | said | {"recorded_at": TODAY, "decided_by": BY, "evidence_ref": "验收单"}
    intake.append(open_plan(folder), collected)
    assert state_of(folder, "M1") == "closed"
    # The same sheet once more, on another day: nothing new.
    again = intake.collect([folder.parent / "核验.xlsx"], open_plan(folder), today=pd.Timestamp("2025-06-01"))
    assert (again.counts["known"], len(again.decisions)) == (1, 0)


@pytest.mark.parametrize("word", [None, "—", "-"])
def test_what_is_not_decided_stays_open(folder: Path, word: str | None) -> None:
    collected = collect(folder, office(folder, M1={"decision": word}))
    assert (collected.counts["read"], collected.counts["unfilled"]) == (0, 1)
    noted = collect(folder, office(folder, M1={"decision": word, "reason": "再看看"}))
    assert noted.counts["read"] == 0
    assert noted.problems[["cell", "value", "severity"]].to_numpy().tolist() == [["J5", "再看看", "warning"]]


@pytest.mark.parametrize(
    ("change", "cell", "said"),
    [
        ({"decision": "同意"}, "F5", "应为其中之一"),
        ({"decision": "延期"}, "F5", "请用命令登记"),
        ({"effective_on": None}, "G5", "没有填写生效日期"),
        ({"effective_on": "2025-05-21"}, "G5", "晚于登记日期 2025-05-20"),
        ({"effective_on": "5月底"}, "G5", "应为日期"),
        ({"decided_by": None}, "H5", "没有填写核验人"),
        ({"decided_by": "市长"}, "H5", BY),
    ],
)
def test_a_fault_of_the_office_is_named_at_its_cell(folder: Path, change: dict[str, Any], cell: str, said: str) -> None:
    collected = collect(folder, office(folder, M1={**CLOSED, **change}))
    errors = collected.problems[collected.problems["severity"].eq("error")]
    assert errors["cell"].tolist() == [cell]
    assert said in errors["rule"].iloc[0]
    assert (collected.counts["read"], collected.counts["refused"], len(collected.decisions)) == (1, 1, 0)
    ((copy,), _) = intake.write_returns(collected.forms, open_plan(folder))
    told = [
        cell for row in openpyxl.load_workbook(copy)[layout.FAULT_SHEET].iter_rows(values_only=True) for cell in row
    ]
    assert any(said in str(text) for text in told)


def test_the_office_cannot_close_a_measure_of_its_own_unit_on_its_sheet(folder: Path) -> None:
    head = folder / "plan.toml"
    head.write_text(
        head.read_text("utf-8") + '\n[[verification.deciders]]\nname = "关督组"\npart_of = "tj-customs"\n', "utf-8"
    )
    collected = collect(folder, office(folder, M1={**CLOSED, "decided_by": "关督组"}))
    assert collected.problems["cell"].tolist() == ["H5"]
    assert collected.counts["refused"] == 1


def test_two_sheets_that_decide_differently_are_both_refused(folder: Path) -> None:
    files = []
    for name, decision in (("甲", "办结"), ("乙", "退回")):
        files.append(folder.parent / f"{name}.xlsx")
        files[-1].write_bytes(to_bytes(office(folder, M1={**CLOSED, "decision": decision, "reason": "见附件"})))
    collected = intake.collect(files, open_plan(folder), today=NOW)
    assert (collected.counts["read"], collected.counts["refused"]) == (2, 2)


def test_the_sheet_by_command(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out, plan = tmp_path / "out", ["--plan", str(folder)]
    assert cli.main(["forms", "make", "--office", "--as-of", TODAY, *plan, "--out", str(out)]) == 0
    (file,) = out.iterdir()
    file.write_bytes(to_bytes(office(folder, M1=CLOSED)))
    assert cli.main(["forms", "collect", str(out), *plan, "--dry-run"]) == 0
    assert "读到 1 行 = 追加 1 + 退回 0 + 已有 0" in capsys.readouterr().out
    assert recorded(folder).empty
    assert cli.main(["forms", "collect", str(out), *plan]) == 0
    assert recorded(folder)["recorded_at"].tolist() == [TODAY]
    assert cli.main(["forms", "make", "--office", "--as-of", TODAY, *plan, "--out", str(out / "2")]) == 0
    assert "没有待决定的措施" in capsys.readouterr().out
    assert not (out / "2").exists()


# Forms by command.


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        ([], cli.Exit.BAD_PARAMETERS, "--period"),
        (["--period", "2025-Q1"], cli.Exit.BAD_PARAMETERS, "应写作 2024-06"),
        (["--period", "2025-03", "--as-of", "2025-04-01"], cli.Exit.BAD_PARAMETERS, "不在报告期 2025-03 内"),
        (["--as-of", "2004-03-31"], cli.Exit.BAD_PARAMETERS, "2004-03-31 早于方案印发之日 2024-05-31"),
        (["--period", "2052-03"], cli.Exit.BAD_PARAMETERS, "2052-03-31 还没有到：今天是 2025-05-20"),
        (["--period", "2025-07"], cli.Exit.BAD_PARAMETERS, "2025-07-31 还没有到：今天是 2025-05-20"),
        (["--as-of", "2025-03-31", "--unit", "港务局"], cli.Exit.BAD_PARAMETERS, "没有单位“港务局”"),
        (["--as-of", "2025-03-31", "--office", "--unit", "天津海关"], cli.Exit.USAGE, "不能同时使用"),
    ],
)
def test_forms_that_cannot_be_made(
    folder: Path, words: list[str], code: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    out = folder.parent / "out"
    assert cli.main(["forms", "make", *words, "--plan", str(folder), "--out", str(out)]) == code
    assert said in capsys.readouterr().err
    assert not out.exists()


def test_forms_of_a_period_by_any_name_of_a_unit(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = folder.parent / "out"
    asked = ["forms", "make", "--plan", str(folder), "--out", str(out), "--period", "2025-03", "--lang", "en"]
    assert cli.main([*asked, "--unit", "Tianjin Port Group"]) == 0
    assert [file.name for file in out.iterdir()] == ["tianjin-2024_port-group_2025-03-31.xlsx"]
    assert "1 form on 2025-03" in capsys.readouterr().out
    # The next period's may be handed out before it begins.
    assert cli.main([*asked[:-3], "2025-06", "--unit", "Tianjin Port Group"]) == 0


# Older plans.


def write_old(
    folder: Path,
    *statements: tuple[str, ...],
    reporting: str = 'period = "month"\nfirst_period = "2024-06"\ndue_day = 5',
) -> Path:
    """A plan as it was written before units stated and the office decided: (unit, as_of, reported_at, status)."""
    folder.mkdir()
    head = (
        'id = "old"\nissued = 2024-05-31\nlead_rule = "none"\nprogress_provenance = "real"\n\n'
        '[title]\nzh = "旧方案"\n\n'
        f'[issuers]\nzh = ["某办"]\n\n[reporting]\n{reporting}\ntimezone = "Asia/Shanghai"\n'
    )
    (folder / "plan.toml").write_text(head, "utf-8")
    tables = {
        "themes": ["theme_id,title,short", "T1,主题,主题"],
        "measures": [
            "measure_id,theme_id,number,title,text,kind,kind_basis,deliverable,due",
            "M1,T1,1,措施一,措施一。,one_off,,,",
            "M2,T1,2,措施二,措施二。,one_off,,,",
        ],
        "units": ["unit_id,name,short,kind,is_group,aliases", "a,甲局,甲,district,false,", "b,乙局,乙,district,false,"],
        "responsibilities": [
            "measure_id,clause,unit_id,position,role,role_basis",
            *("M1,1,a,1,joint,", "M1,1,b,2,joint,", "M2,1,a,1,sole,"),
        ],
        "commitments": [
            "measure_id,comparator,quantity,quantity_high,quantity_unit,condition,text_span",
            "M1,at_least,2,,个,,措施一",
        ],
        "progress": [
            "log_id,measure_id,unit_id,as_of,reported_at,status,percent,progress,problems,next_step,evidence_ref,"
            "expected_completion,supersedes,source_file,source_sheet,source_row",
            *(f"P{n},M1,{','.join(words)},,,,,{'证' + str(n)},,,,," for n, words in enumerate(statements, start=1)),
        ],
    }
    for name, lines in tables.items():
        (folder / f"{name}.csv").write_text("\n".join(lines) + "\n", "utf-8")
    return folder


STORY = (
    ("a", "2024-06-30", "2024-07-02", "in_progress"),
    ("a", "2024-07-31", "2024-08-02", "closed"),
    ("b", "2024-08-31", "2024-09-03", "closed"),
    ("b", "2024-09-30", "2024-10-04", "in_progress"),
    ("b", "2024-10-31", "2024-11-02", "closed"),
)


def test_what_units_closed_becomes_decisions_and_no_row_is_lost(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    old, new = write_old(tmp_path / "old", *STORY), tmp_path / "new"
    before = {file.name: file.read_bytes() for file in old.iterdir()}
    assert cli.main(["plan", "migrate", str(old), "--out", str(new), "--decider", "核验组"]) == 0
    told = capsys.readouterr().out
    assert {file.name: file.read_bytes() for file in old.iterdir()} == before
    plan = open_plan(new)
    assert plan.progress["log_id"].tolist() == [f"P{n}" for n in range(1, 6)]
    assert plan.progress["status"].tolist() == [
        "in_progress",
        "done_reported",
        "done_reported",
        "in_progress",
        "done_reported",
    ]
    assert plan.progress["evidence_ref"].tolist() == [f"证{n}" for n in range(1, 6)]
    # By the older rule a measure was closed as long as every unit that had spoken called it so.
    days = plan.decisions[["decision", "effective_on", "recorded_at"]].astype("str").to_numpy().tolist()
    assert days == [
        ["closed", "2024-07-31", "2024-08-02"],
        ["reopened", "2024-09-30", "2024-10-04"],
        ["closed", "2024-10-31", "2024-11-02"],
    ]
    states = {
        day: plan.at(day, known_at="2024-12-31").measure_states["state"].iloc[0]
        for day in ("2024-08-31", "2024-09-30", "2024-10-31")
    }
    assert states == {"2024-08-31": "closed", "2024-09-30": "in_progress", "2024-10-31": "closed"}
    for row in ("P2", "P3", "P5", "D0001", "D0003"):
        assert row in told
    # A folder that is there is left alone.
    kept = (new / "progress.csv").read_bytes()
    assert cli.main(["plan", "migrate", str(old), "--out", str(new), "--decider", "核验组"]) == cli.Exit.BAD_PARAMETERS
    assert "已经存在" in capsys.readouterr().err
    assert (new / "progress.csv").read_bytes() == kept


@pytest.mark.parametrize(
    ("file", "was", "instead", "said"),
    [
        ("progress.csv", ",in_progress,", ",快了,", "第 2 行 status“快了”"),
        ("progress.csv", "supersedes", "replaces", "缺少列：supersedes"),
        ("plan.toml", 'id = "old"', 'id = "old"\nprogress = "other.csv"', "台账不在 progress.csv 中"),
        ("plan.toml", 'id = "old"', 'id = "old"\nprogress = 5', "台账不在 progress.csv 中"),
        ("plan.toml", "[reporting]", "[[reporting]]", "reporting 应为表"),
        ("plan.toml", "[reporting]", '[reporting]\n"every" = 1', "改成现在的形式后"),
        ("plan.toml", "[reporting]", "x = [", "plan.toml："),
        ("decisions.csv", "\n", ",decision_id\n", "decisions.csv："),
        ("decisions.csv", "\n", "\nD1\n", "已有决定"),
    ],
)
def test_what_cannot_be_brought_to_the_form_of_today_is_told_and_nothing_is_written(
    tmp_path: Path, file: str, was: str, instead: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    old, new = write_old(tmp_path / "old", *STORY), tmp_path / "new"
    (old / "decisions.csv").write_text("decision_id\n", "utf-8")
    content = (old / file).read_text("utf-8")
    assert was in content
    (old / file).write_text(content.replace(was, instead), "utf-8")
    assert cli.main(["plan", "migrate", str(old), "--out", str(new), "--decider", "核验组"]) == cli.Exit.BAD_DATA
    assert said in capsys.readouterr().err
    assert not new.exists()


def test_where_nobody_verified_nothing_is_closed(tmp_path: Path) -> None:
    new = tmp_path / "new"
    migration.migrate(write_old(tmp_path / "old", *STORY), new)
    plan = open_plan(new)
    assert not plan.is_verified
    assert plan.decisions.empty
    assert len(plan.progress) == len(STORY)
    assert plan.at("2024-10-31", known_at="2024-12-31").measure_states["state"].iloc[0] == "done_reported"


def test_what_came_in_goes_with_the_plan(tmp_path: Path) -> None:
    old = write_old(tmp_path / "old", *STORY)
    for name in ("received/journal.csv", "received/a.xlsx", "收文/通知.pdf", "备注.txt"):
        (old / name).parent.mkdir(exist_ok=True)
        (old / name).write_text(name, "utf-8")
    before = contents(old)
    for new in (tmp_path / "new", old / "new"):
        migration.migrate(old, new)
        now = contents(new)
        assert before.keys() <= now.keys()
        assert {name: now[name] for name in now if "/" in name or name == "备注.txt"} == {
            name: before[name] for name in before if "/" in name or name == "备注.txt"
        }
        shutil.rmtree(new)
    assert contents(old) == before


def test_a_unit_withdraws_nothing_alone(tmp_path: Path) -> None:
    new = tmp_path / "new"
    story = (("a", "2024-06-30", "2024-07-02", "stalled"), ("a", "2024-07-31", "2024-08-02", "withdrawn"))
    migration.migrate(write_old(tmp_path / "old", *story), new, decider="核验组")
    plan = open_plan(new)
    assert plan.progress["status"].tolist() == ["stalled", "stalled"]
    assert plan.decisions["decision"].tolist() == ["withdrawn"]


@pytest.mark.parametrize(
    ("period", "first", "name"),
    [
        ("month", "2024-06", "2024-06"),
        ("quarter", "2024-06", "2024-Q2"),
        ("half-year", "2024-07", "2024-H2"),
        ("year", "2024-06", "2024"),
    ],
)
def test_first_periods_have_the_names_of_their_calendar(tmp_path: Path, period: str, first: str, name: str) -> None:
    reporting = f'period = "{period}"\nfirst_period = "{first}"\ndue_day = 28'
    migration.migrate(write_old(tmp_path / "old", *STORY, reporting=reporting), tmp_path / "new", decider="核验组")
    calendar = open_plan(tmp_path / "new").calendar
    assert (calendar.every, calendar.first_period, calendar.due_after_days) == (period, name, 28)


PLANS = Path(__file__).resolve().parents[2] / "shared" / "plans"


@pytest.mark.integration
@pytest.mark.parametrize("name", ["it-pnrr", "us-digital-2012"])
def test_real_plans_of_other_countries_open_in_the_new_form(tmp_path: Path, name: str) -> None:
    if not (PLANS / name).is_dir():
        pytest.skip(f"{PLANS / name} is not there")
    new = tmp_path / "new"
    decider = {"it-pnrr": "European Commission", "us-digital-2012": ""}[name]
    told = migration.migrate(PLANS / name, new, decider=decider)
    with (PLANS / name / "progress.csv").open(encoding="utf-8-sig", newline="") as file:
        old = {row["log_id"]: row for row in csv.DictReader(file)}
    plan = open_plan(new)
    assert check_plan(new)["severity"].ne("error").all()
    assert set(plan.progress["log_id"]) == set(old)
    changed = told[told["table"].eq("progress")].set_index("id")
    assert {key: row["status"] for key, row in old.items() if row["status"] in ("closed", "withdrawn")} == changed[
        "was"
    ].to_dict()
    for unit in plan.units.to_dict("records"):
        assert plan.find_unit(str(unit["short_en"])) == unit["unit_id"]


def test_nothing_is_written_into_an_installed_package(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """An upgrade would take the record away; a record that only is reached through one, and lies elsewhere, is safe."""
    installed = Path(shutil.copytree(folder, tmp_path / "site-packages" / "analysis" / "data" / "mine"))
    before = contents(installed)
    words = ["M1", "办结", "--as-of", "2025-04-10", "--evidence", "验收单", "--by", BY]
    assert decide(installed, *words) == cli.Exit.NOT_WRITABLE
    assert "portplan init" in capsys.readouterr().err
    assert decide(installed, *words, "--lang", "en") == cli.Exit.NOT_WRITABLE
    assert "installed package" in capsys.readouterr().err
    with pytest.raises(PermissionError, match="已安装的软件包"):
        append_record(open_plan(installed), read_record(open_plan(folder)))
    assert contents(installed) == before
    short = tmp_path / "short"
    short.symlink_to(installed)
    assert decide(short, *words) == cli.Exit.NOT_WRITABLE
    (installed / "progress.csv").unlink()
    (installed / "progress.csv").symlink_to(folder / "progress.csv")
    assert decide(installed, *words) == cli.Exit.NOT_WRITABLE
    (installed / "decisions.csv").unlink()
    (installed / "decisions.csv").symlink_to(folder / "decisions.csv")
    assert decide(installed, *words) == 0, capsys.readouterr().err
    assert len(read_record(open_plan(folder), "decisions")) == 1
