"""Forms out and back: nothing lost, every fault named at its cell, nothing of a unit's text ever runs."""

from __future__ import annotations

import io
import shutil
import subprocess
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analysis import cli, forms, intake, record, schema, status
from analysis.forms import layout
from analysis.plan import Plan, append_progress, check_plan, open_plan
from analysis.words import Language

from .returned_forms import AT_WORK, Returned, as_csv, fill_folder, filled, measures_of, to_bytes

DATA = Path(__file__).parents[1] / "data" / "tianjin-2024"
RECEIVED = pd.Timestamp("2027-12-31")


def blank_plan(folder: Path) -> Plan:
    """The plan with a record that holds nothing yet."""
    shutil.copytree(DATA, folder, ignore=shutil.ignore_patterns(".*"))
    header = (folder / "progress.csv").read_text("utf-8").split("\n", 1)[0]
    (folder / "progress.csv").write_text(header + "\n", "utf-8")
    return open_plan(folder)


@pytest.fixture
def plan(tmp_path: Path) -> Plan:
    return blank_plan(tmp_path / "plan")


@pytest.fixture(scope="module")
def returned(tmp_path_factory) -> tuple[Plan, Path, list[Returned], intake.Collection]:
    """A folder of every fault, collected once into an empty record."""
    folder = tmp_path_factory.mktemp("returned")
    plan = blank_plan(folder / "plan")
    expected = fill_folder(folder / "inbox", plan)
    collected = intake.collect(intake.find_files([folder / "inbox"]), plan)
    append_progress(plan, collected.rows)
    intake.write_returns(collected.forms, open_plan(plan.folder))
    return plan, folder / "inbox", expected, collected


@pytest.mark.integration
def test_no_row_is_lost(returned):
    _, _, expected, collected = returned
    assert len(expected) >= 40
    counts = collected.counts
    assert counts["read"] == counts["appended"] + counts["refused"] + counts["known"] == sum(e.read for e in expected)
    assert counts["appended"] == len(collected.rows)
    by_form = collected.by_form.set_index("file")
    for form in expected:
        found = by_form.loc[form.name]
        told = f"{form.name}: {found.to_dict()}"
        assert (found["read"], found["refused"]) == (form.read, form.refused), told
        assert found["read"] == found["appended"] + found["refused"] + found["known"], told
    # Of two copies that are alike, one is taken.
    assert counts["known"] == sum(form.known for form in expected)


@pytest.mark.integration
def test_every_fault_is_named_at_its_cell(returned):
    _, inbox, expected, collected = returned
    problems = collected.problems
    for form in expected:
        told = problems[problems["file"].eq(form.name)]
        for severity, asked in (("error", form.faults), ("warning", form.notes)):
            found = told[told["severity"].eq(severity)]
            for cell, rule in asked:
                assert (found["cell"].eq(cell) & found["rule"].str.contains(rule, regex=False)).any(), (
                    form.name,
                    cell,
                    rule,
                )
        assert form.faults or not told["severity"].eq("error").any(), form.name
    for form in expected:
        copies = list(inbox.rglob(f"{Path(form.name).stem}（退回）.xlsx"))
        assert bool(copies) == bool(form.faults), form.name
        if copies:
            book = openpyxl.load_workbook(copies[0])
            rows = list(book[layout.FAULT_SHEET].iter_rows(values_only=True))
            for cell, rule in form.faults:
                assert any((row[1] or "") == cell and rule in str(row[4]) for row in rows), (form.name, cell, rows)


@pytest.mark.integration
def test_second_collect_changes_nothing(returned):
    plan, inbox, expected, _ = returned
    file = plan.folder / "progress.csv"
    before = file.read_bytes()
    copies = {path: path.read_bytes() for path in inbox.rglob("*（退回）.xlsx")}
    again = intake.collect(intake.find_files([inbox]), plan)
    assert again.rows.empty
    assert again.counts["unchanged"] == len(copies)
    assert again.counts["read"] == sum(form.read for form in expected)
    assert cli.main(["forms", "collect", str(inbox), "--plan", str(plan.folder)]) == cli.Exit.BAD_DATA
    assert file.read_bytes() == before
    assert {path: path.read_bytes() for path in inbox.rglob("*（退回）.xlsx")} == copies
    assert check_plan(plan.folder)["severity"].ne("error").all()


@pytest.mark.integration
def test_what_was_read(returned):
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


def test_a_corrected_copy_is_taken(plan, tmp_path):
    entries = {"M4": AT_WORK, "M18": AT_WORK | {"status": "快了"}}
    file = tmp_path / "form.xlsx"
    file.write_bytes(to_bytes(filled(plan, "port-group", "2024-06-30", entries=entries)))
    first = intake.collect([file], plan)
    append_progress(plan, first.rows)
    (copy,) = intake.write_returns(first.forms, plan)
    book = openpyxl.load_workbook(copy)
    sheet = book[layout.FORM_SHEET]
    assert sheet["E6"].value == "快了" and "应为其中之一" in sheet["E6"].comment.text
    assert sheet["E5"].comment is None
    sheet["E6"], sheet["G2"] = "推进中", "2024年7月2日"
    book.save(copy)
    second = intake.collect([file, copy], plan)
    assert second.counts | {"unfilled": 0} == {
        "read": 4, "appended": 1, "refused": 1, "known": 2, "unfilled": 0, "unreadable": 0, "unchanged": 0
    }  # fmt: skip
    corrected = copy.read_bytes()
    assert intake.write_returns(second.forms, plan) == [copy.with_name("form（退回2）.xlsx")]
    assert copy.read_bytes() == corrected
    assert second.rows[["measure_id", "reported_at", "log_id"]].to_numpy().tolist() == [["M18", "2024-07-02", "P0002"]]


def test_a_correction_names_what_it_corrects(plan, tmp_path):
    for number, percent in enumerate((40, 30), start=1):
        file = tmp_path / f"{number}.xlsx"
        book = filled(
            plan, "port-group", "2024-06-30", entries={"M4": AT_WORK | {"percent": percent}}, sent=f"2024-07-0{number}"
        )
        file.write_bytes(to_bytes(book))
        append_progress(plan, intake.collect([file], plan).rows)
    log = open_plan(plan.folder).progress
    assert log[["log_id", "percent", "supersedes"]].to_numpy().tolist() == [["P0001", 40, ""], ["P0002", 30, "P0001"]]


def test_a_row_that_breaks_the_record_is_refused(plan, tmp_path):
    def send(day: str, state: str, percent: int) -> intake.Collection:
        file = tmp_path / f"{day}.xlsx"
        entries = {"M18": {"status": state, "percent": percent}}
        file.write_bytes(to_bytes(filled(plan, "port-group", day, entries=entries)))
        collected = intake.collect([file], plan)
        append_progress(plan, collected.rows)
        return collected

    assert send("2024-06-30", "推进中", 40).counts["appended"] == 1
    assert send("2024-08-31", "受阻", 40).counts["appended"] == 1
    late = send("2024-07-31", "已办结", 100)
    assert late.counts["refused"] == 1
    assert late.problems["cell"].tolist()[0] == "E6"
    late = send("2024-07-30", "未启动", 0)
    assert late.counts["refused"] == 1


def test_dry_run_writes_nothing(plan, tmp_path, capsys):
    folder = tmp_path / "inbox"
    folder.mkdir()
    (folder / "a.xlsx").write_bytes(to_bytes(filled(plan, "port-group", "2024-06-30")))
    (folder / "b.xlsx").write_bytes(b"")
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    assert cli.main(["forms", "collect", str(folder), "--plan", str(plan.folder), "--dry-run"]) == cli.Exit.BAD_DATA
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before
    assert "读到 5 行 = 追加 5 + 退回 0 + 已有 0" in capsys.readouterr().out


def test_the_day_of_arrival(plan, tmp_path):
    silent, stated = tmp_path / "silent.xlsx", tmp_path / "stated.xlsx"
    silent.write_bytes(to_bytes(filled(plan, "port-group", "2024-06-30", sent=None)))
    stated.write_bytes(to_bytes(filled(plan, "tj-customs", "2024-06-30", sent="2024.7.9")))
    found = intake.collect([silent, stated], plan, reported_at=pd.Timestamp("2024-07-10")).rows
    assert found.groupby("unit_id")["reported_at"].unique().map(list).to_dict() == {
        "port-group": ["2024-07-10"], "tj-customs": ["2024-07-09"]
    }  # fmt: skip
    early = intake.collect([stated], plan, reported_at=pd.Timestamp("2024-07-08"))
    assert early.problems["rule"].str.contains("晚于收到的日期").any() and early.rows.empty


def test_make_is_deterministic_and_names_no_clock(plan):
    day = pd.Timestamp("2024-06-30")
    assert forms.make(plan, "tj-customs", as_of=day) == forms.make(plan, "tj-customs", as_of=day)


def test_what_a_form_offers():
    full = open_plan(DATA)
    book = openpyxl.load_workbook(io.BytesIO(forms.make(full, "port-group", as_of=pd.Timestamp("2025-04-30"))))
    sheet = book[layout.FORM_SHEET]
    assert book[layout.HIDDEN_SHEET].sheet_state == "hidden"
    assert {str(name): text for name, text in book[layout.HIDDEN_SHEET].iter_rows(values_only=True)} == {
        "form_id": "tianjin-2024/port-group/2025-04-30",
        "plan_id": "tianjin-2024",
        "unit_id": "port-group",
        "period": "2025-04-30",
    }
    assert [sheet.cell(row, 1).value for row in range(5, sheet.max_row + 1)] == measures_of(full, "port-group")
    unlocked = {cell.coordinate for row in sheet.iter_rows() for cell in row if not cell.protection.locked}
    assert unlocked == {"G2"} | {f"{column}{row}" for row in range(5, 10) for column in "EFGHIJK"}
    assert sheet.protection.sheet and sheet.print_title_rows == "$4:$4"
    lists = {str(rule.sqref): rule.formula1 for rule in sheet.data_validations.dataValidation if rule.type == "list"}
    assert lists["E5"] == '"受阻,推进中,已完成（自报）,取消"'
    assert {rule.type for rule in sheet.data_validations.dataValidation} == {"list", "whole", "date"}


RISKY = st.sampled_from(
    ["=1+1", "+1", "-1", "@x", "＝1", "'=1", "''+1", "\t=1", " =1", "<b>&amp;</b>", "一\n二", '"', ",", "#"]
)
WORDS = st.one_of(
    RISKY,
    st.text(st.characters(exclude_categories=("Cc", "Cs"), exclude_characters="\ufffe\uffff_"), max_size=30).filter(
        lambda text: not text or text.strip() != ""
    ),
)
DAYS = st.dates(pd.Timestamp("2024-06-30").date(), pd.Timestamp("2027-12-31").date()).map(str)


@st.composite
def states(draw, kind: str) -> dict[str, str]:
    """Any lawful content of a statement on a measure of a kind, as the record holds it."""
    state = draw(st.sampled_from(layout.statuses(kind)))
    percents = {"not_started": ["", "0"], "closed": ["100"], "in_progress": ["", "1", "33.3", "99"]}
    percent = draw(st.sampled_from(percents.get(state, ["", "0", "7", "99.5"])))
    words = {name: draw(WORDS) for name in ("progress", "problems", "next_step", "evidence_ref")}
    return {"status": state, "percent": percent, **words, "expected_completion": draw(st.just("") | DAYS)}


@pytest.fixture(scope="module")
def still(tmp_path_factory) -> Plan:
    return blank_plan(tmp_path_factory.mktemp("still") / "plan")


@pytest.mark.integration
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data(), as_sheet=st.booleans())
def test_collect_of_make_is_what_was_filled_in(still, tmp_path, data, as_sheet):
    measures = measures_of(still, "port-group")
    kinds = still.measures.set_index("measure_id")["kind"]
    said = {measure: data.draw(states(kinds[measure])) for measure in measures}
    entries = {
        measure: {
            **{key: text or None for key, text in row.items()},
            "status": schema.DELIVERY_WORDS[row["status"]],
            "percent": float(row["percent"]) if row["percent"] else None,
            "expected_completion": pd.Timestamp(row["expected_completion"]) if row["expected_completion"] else None,
        }
        for measure, row in said.items()
    }
    content = forms.make(still, "port-group", as_of=pd.Timestamp("2024-06-30"), entries=entries)
    file = tmp_path / ("form.xlsx" if as_sheet else "form.csv")
    file.write_bytes(content if as_sheet else as_csv(openpyxl.load_workbook(io.BytesIO(content)), "utf-8-sig"))
    collected = intake.collect([file], still, reported_at=RECEIVED)
    assert collected.counts["appended"] == len(measures), collected.problems
    found = collected.rows.set_index("measure_id")[list(layout.ENTRIES)].to_dict("index")
    assert found == {measure: {key: row[key] for key in layout.ENTRIES} for measure, row in said.items()}


@pytest.mark.integration
@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_order_of_arrival_never_matters(still, tmp_path, data):
    """Any forms, in any order and in any number of batches, end in the same states."""
    sent = data.draw(
        st.lists(
            st.tuples(st.sampled_from(["2024-06-30", "2024-07-31"]), st.integers(1, 9), st.integers(1, 99)),
            min_size=1, max_size=5, unique_by=lambda form: form[:2],
        )
    )  # fmt: skip
    files = []
    for number, (day, arrived, percent) in enumerate(sent):
        files.append(tmp_path / f"{number}.csv")
        head = f"{still.title['zh']}\n填报单位,天津港,数据截至,{day},报送日期,2024-08-0{arrived}\n"
        rows = f"措施编号,进展状态,完成比例\nM4,推进中,{percent}\nM18,推进中,{100 - percent}\n"
        files[-1].write_text(head + rows, "utf-8")
    order = data.draw(st.permutations(files))
    split = data.draw(st.integers(0, len(files)))
    found = []
    for number, batches in enumerate(([files], [order[:split], order[split:]])):
        target = blank_plan(tmp_path / f"plan-{len(list(tmp_path.iterdir()))}-{number}")
        for batch in batches:
            append_progress(target, intake.collect(batch, target).rows)
        opened = open_plan(target.folder)
        now = status.latest(opened.responsibilities, opened.progress, calendar=opened.calendar, as_of=RECEIVED)
        found.append(now.drop(columns=["log_id", "supersedes", "source_file"]))
    pd.testing.assert_frame_equal(*found)


@pytest.mark.integration
def test_nothing_we_write_holds_a_formula(returned):
    plan, inbox, _, collected = returned
    written = list(inbox.rglob("*（退回）.xlsx"))
    full = open_plan(plan.folder)
    made = [io.BytesIO(forms.make(full, "port-group", as_of=pd.Timestamp("2025-12-31")))]
    for content in [*written, *made]:
        book = openpyxl.load_workbook(content)
        cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
        assert not [cell.coordinate for cell in cells if cell.data_type == "f"]
    shown = full.progress["progress"].str.startswith("=").any()
    assert shown and collected.rows["progress"].str.startswith("=").any()
    for line in (plan.folder / "progress.csv").read_text("utf-8").splitlines():
        assert not any(cell.strip('"').startswith(("=", "+", "-", "@")) for cell in line.split(","))


@pytest.mark.integration
def test_checks_as_csv_and_page_show_text_as_text(returned, tmp_path):
    plan = returned[0]
    file = plan.folder / "progress.csv"
    kept = file.read_bytes()
    try:
        file.write_bytes(
            kept.replace(b",in_progress,", b",<script>alert(1)</script>,", 1).replace(b",in_progress,", b",=1+1,", 1)
        )
        table, page = tmp_path / "problems.csv", tmp_path / "problems.html"
        asked = ["check", "--plan", str(plan.folder), "--csv", str(table), "--html", str(page)]
        assert cli.main(asked) == cli.Exit.BAD_DATA
    finally:
        file.write_bytes(kept)
    assert "'=1+1" in table.read_text("utf-8-sig")
    told = page.read_text("utf-8")
    assert "<script>" not in told and "&lt;script&gt;" in told
    assert "http://" not in told.replace("http://www.w3.org", "") and "https://" not in told


def test_make_and_collect_by_command(plan, tmp_path, capsys):
    out = tmp_path / "out"
    assert cli.main(["forms", "make", "--as-of", "2024-06-30", "--plan", str(plan.folder), "--out", str(out)]) == 0
    assert len(list(out.glob("*.xlsx"))) == 24
    assert cli.main(["forms", "make", "--as-of", "6月", "--plan", str(plan.folder)]) == cli.Exit.BAD_PARAMETERS
    asked = ["forms", "make", "--as-of", "2024-06-30", "--unit", "港务局", "--plan", str(plan.folder)]
    assert cli.main(asked) == cli.Exit.BAD_PARAMETERS
    # Forms nobody filled in say nothing.
    assert cli.main(["forms", "collect", str(out), "--plan", str(plan.folder), "--reported-at", "2024-07-01"]) == 0
    assert "读到 0 行 = 追加 0 + 退回 0 + 已有 0（另有 91 行未填）" in capsys.readouterr().out


@pytest.mark.integration
@pytest.mark.parametrize("kind", ["xlsx", "xls", "ods", "csv"])
def test_through_libreoffice(plan, tmp_path, kind):
    """A form opened and saved by another office program says what it said."""
    entries = {
        "M4": AT_WORK | {"percent": 33.3, "progress": "=1+1", "problems": "第一行\n第二行", "next_step": "+86 22 0000"},
        "M18": AT_WORK
        | {"expected_completion": pd.Timestamp("2025-06-30").to_pydatetime(), "evidence_ref": "津商〔2024〕1号"},
        "M30": {"status": "常态化", "progress": "<b>&amp;</b>"},
    }
    plain = tmp_path / "form.xlsx"
    plain.write_bytes(to_bytes(filled(plan, "port-group", "2024-06-30", entries=entries)))
    saved = convert(plain, kind, tmp_path / "saved")
    expected, found = (intake.collect([file], plan) for file in (plain, saved))
    assert found.problems.empty, found.problems
    columns = ["measure_id", "unit_id", "as_of", "reported_at", *layout.ENTRIES]
    assert found.rows[columns].to_dict("records") == expected.rows[columns].to_dict("records")


@pytest.mark.integration
def test_a_form_prints(plan, tmp_path):
    file = tmp_path / "form.xlsx"
    file.write_bytes(forms.make(plan, "tj-customs", as_of=pd.Timestamp("2024-06-30")))
    printed = convert(file, "pdf", tmp_path / "printed").read_bytes()
    # 26 measures take a few A4 pages on their side, the instructions one upright.
    pages = printed.count(b"/Type/Page") - printed.count(b"/Type/Pages")
    assert 4 <= pages <= 7


def convert(file: Path, kind: str, folder: Path) -> Path:
    """A file as LibreOffice saves it in another format; skips the test when there is no LibreOffice."""
    office = shutil.which("soffice")
    if not office:
        pytest.skip("soffice is not installed (apt-get install libreoffice-calc)")
    command = [office, f"-env:UserInstallation={folder.as_uri()}-profile", "--headless"]
    # A CSV is written in the encoding of the machine unless told otherwise: 76 is UTF-8.
    how = "csv:Text - txt - csv (StarCalc):44,34,76" if kind == "csv" else kind
    subprocess.run(
        [*command, "--convert-to", how, "--outdir", folder, file], check=True, capture_output=True, timeout=180
    )
    return folder / f"{file.stem}.{kind}"


def test_a_state_has_one_name_on_forms_and_pages() -> None:
    pages = Language("zh").labels
    assert {state: pages[state] for state in schema.DELIVERY_WORDS} == schema.DELIVERY_WORDS


def test_a_form_with_made_up_words_says_so(tianjin: Plan) -> None:
    book = openpyxl.load_workbook(io.BytesIO(forms.make(tianjin, "port-group", as_of=pd.Timestamp("2025-03-31"))))
    told = " ".join(
        str(cell.value) for row in book[layout.FORM_SHEET].iter_rows(max_row=4) for cell in row if cell.value
    )
    assert "合成示例" in told and "并非真实" in told
