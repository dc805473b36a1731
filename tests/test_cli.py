"""The command: what it prints, what it makes, how it ends."""

import shutil
from pathlib import Path

import pytest

from analysis.cli import Exit, main
from analysis.cli.base import now_in
from analysis.plan import data_folder
from analysis.report import read_registry
from analysis.schema import RECORD
from tests.plans import change_rows

BRIEF = next(report for report in read_registry().reports.values() if report.needs_unit)


@pytest.fixture
def plan_folder(tmp_path: Path) -> Path:
    folder = tmp_path / "plan"
    shutil.copytree(data_folder() / "tianjin-2024", folder)
    return folder


@pytest.mark.thorough
def test_check_says_what_the_plan_holds(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--lang", "en"]) == Exit.OK
    told = capsys.readouterr().out
    assert "31 measures; 6 themes (5, 7, 5, 6, 2, 6); 24 units; 91 responsibilities" in told
    assert "22 joint, 8 sole, 1 unmarked" in told
    assert "synthetic" in told


@pytest.mark.thorough
def test_check_speaks_the_language_of_the_machine_unless_told_otherwise(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LC_ALL", "en_GB.UTF-8")
    assert main(["check"]) == Exit.OK
    english = capsys.readouterr()
    assert "31 measures" in english.out
    assert "problems" in english.err
    assert main(["check", "--lang", "zh"]) == Exit.OK
    chinese = capsys.readouterr()
    assert "31项措施" in chinese.out
    assert "个问题" in chinese.err


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["--as-of", "2024-13-01"], ["as_of", "2024-13-01"]),
        (["--as-of", "2024-12-31", "--plan", "atlantis"], ["atlantis", "tianjin-2024"]),
        (["--as-of", "2024-12-31", "--unit", "市商物局"], ["unit", "市商物局", "市商务局"]),
        (["--as-of", "2024-12-31", "--theme", "T9"], ["theme", "T9"]),
        (["no_such_report", "--as-of", "2024-12-31"], ["no_such_report", *read_registry().reports]),
        (["--as-of", "2024-12-31", "--known-at", "2024-12-01"], ["known_at", "2024-12-01"]),
        (["--as-of", "2024-12-31", "--compare-to", "2025-01-31"], ["compare_to", "2025-01-31"]),
        ([BRIEF.name, "--as-of", "2024-12-31"], [BRIEF.name, "--unit"]),
        (["--as-of", "２０２４-12-31"], ["as_of"]),
    ],
)
def test_parameters_that_cannot_be_are_named_and_nothing_is_written(
    arguments: list[str], named: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["report", *arguments, "--out", str(tmp_path / "site")]) == Exit.BAD_PARAMETERS
    told = capsys.readouterr().err
    for word in named:
        assert word in told
    assert not (tmp_path / "site").exists()


def test_every_bad_parameter_is_named_at_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    faults = ["--as-of", "2024-02-30", "--known-at", "soon", "--unit", "nobody", "--theme", "nothing"]
    assert main(["report", *faults, "--out", str(tmp_path / "site")]) == Exit.BAD_PARAMETERS
    told = capsys.readouterr().err
    for word in ("2024-02-30", "soon", "nobody", "nothing"):
        assert word in told


@pytest.mark.parametrize("arguments", [["--no-such-option"], ["report", "--lang", "fr"], ["nonsense"]])
def test_a_command_line_that_cannot_be_understood(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == Exit.USAGE
    assert capsys.readouterr().err


@pytest.mark.thorough
def test_bad_data_is_told_to_the_last_cell_and_no_page_is_made(
    plan_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log = plan_folder / "progress.csv"
    rows = [line.split(",") for line in log.read_text("utf-8").splitlines()]
    place = {column: number for number, column in enumerate(rows[0])}
    rows[1][place["status"]] = "almost"
    rows[2][place["measure_id"]] = "M99"
    rows[3][place["as_of"]] = "2024-06-31"
    rows[4][place["log_id"]] = rows[3][place["log_id"]]
    rows[6][place["percent"]] = "140"
    log.write_text("\n".join(",".join(row) for row in rows) + "\n", "utf-8")
    arguments = ["report", "--as-of", "2024-12-31", "--plan", str(plan_folder), "--out", str(tmp_path / "site")]
    assert main(arguments) == Exit.BAD_DATA
    told = capsys.readouterr().err
    for value in ("almost", "M99", "2024-06-31", rows[3][0], "140"):
        assert value in told
    for row in ("2", "3", "4", "5", "7"):
        assert f"│ {row}" in told or f" {row} " in told
    assert not (tmp_path / "site").exists()


@pytest.mark.thorough
@pytest.mark.parametrize("option", ["--csv", "--html"])
def test_a_list_of_problems_takes_the_place_of_no_other_file(
    option: str, plan_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = (plan_folder / "progress.csv").read_bytes()
    asked = ["check", "--plan", str(plan_folder), option]
    assert main([*asked, str(plan_folder / "progress.csv")]) == Exit.NOT_WRITABLE
    assert "其中是别的内容" in capsys.readouterr().err
    assert (plan_folder / "progress.csv").read_bytes() == before


@pytest.mark.thorough
@pytest.mark.parametrize("asked", [["check"], ["report", "--as-of", "2025-03-31"]])
def test_a_row_that_cannot_have_arrived_yet_stops_the_command(
    asked: list[str], plan_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Of 2125 for 2025 nobody would find out: the row counts on no page."""

    def mistype(row: dict[str, str]) -> None:
        if row["log_id"] == "P0099":
            row["reported_at"] = row["reported_at"].replace("20", "21", 1)

    change_rows(plan_folder, "progress", mistype)
    # Of a record that is made up nothing has arrived at all.
    assert main(["check", "--plan", str(plan_folder)]) == Exit.OK
    head = plan_folder / "plan.toml"
    head.write_text(head.read_text("utf-8").replace('"synthetic"', '"real"'), "utf-8")
    capsys.readouterr()
    site = ["--out", str(tmp_path / "site")] if "report" in asked else []
    assert main([*asked, "--plan", str(plan_folder), *site]) == Exit.BAD_DATA
    told = "".join(capsys.readouterr())
    assert "progress.csv" in told
    assert "2124-" in told
    assert "不可能已经收到" in told
    assert not (tmp_path / "site").exists()


@pytest.mark.parametrize(
    "command",
    [
        [],
        ["report"],
        ["check"],
        ["sample"],
        ["forms", "make"],
        ["forms", "collect"],
        ["decide"],
        ["plan", "migrate"],
        ["due"],
        ["notice"],
        ["notice", "read"],
    ],
)
def test_every_command_explains_itself(command: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*command, "--help"]) == Exit.OK
    assert "Usage: portplan" in capsys.readouterr().out


@pytest.mark.thorough
def test_the_sample_is_the_embedded_record(tmp_path: Path) -> None:
    assert main(["sample", "--out", str(tmp_path / "sample")]) == Exit.OK
    embedded = data_folder() / "tianjin-2024"
    for name in (*(f"{table}.csv" for table in RECORD), "progress.chain"):
        assert (tmp_path / "sample" / name).read_bytes() == (embedded / name).read_bytes(), name
    assert main(["verify", str(embedded)]) == Exit.OK


def test_a_notice_is_read_into_tables(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    notice = data_folder() / "tianjin-2024" / "notice.txt"
    assert main(["notice", "read", str(notice), "--out", str(tmp_path), "--lang", "en"]) == Exit.OK
    assert "31 measures, 6 themes, 91 responsibilities" in capsys.readouterr().out
    assert (tmp_path / "doubts.csv").is_file()


@pytest.mark.parametrize(
    ("package", "extra", "arguments"),
    [
        ("pypinyin", "notice", ["notice", "read", "NOTICE", "--out", "OUT"]),
        ("openpyxl", "forms", ["forms", "make", "--unit", "天津海关", "--as-of", "2024-06-30", "--out", "OUT"]),
        ("python_calamine", "forms", ["forms", "collect", "FORM", "--dry-run"]),
        ("jupyterlab", "lab", ["open", "workload_by_unit", "--out", "OUT", "--lab"]),
    ],
)
def test_a_missing_extra_is_told_by_its_name(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    package: str,
    extra: str,
    arguments: list[str],
) -> None:
    places = {"NOTICE": data_folder() / "tianjin-2024/notice.txt", "OUT": tmp_path, "FORM": tmp_path / "form.xlsx"}
    places["FORM"].write_bytes(b"PK\x03\x04")
    monkeypatch.setattr("analysis.extras.find_spec", lambda name: None if name == package else True)
    assert main([str(places.get(argument, argument)) for argument in arguments]) == Exit.MISSING_EXTRA
    assert f"{package}，请先运行：pip install 'portplan[{extra}]'" in capsys.readouterr().err


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
def test_a_notice_is_read_in_the_encodings_that_files_come_in(tmp_path: Path, encoding: str) -> None:
    (tmp_path / "notice.txt").write_bytes("一、主题\n（一）措施。做好工作。（责任单位：天津海关）\n".encode(encoding))
    assert main(["notice", "read", str(tmp_path / "notice.txt"), "--out", str(tmp_path / "tables")]) == Exit.OK
    assert "天津海关" in (tmp_path / "tables" / "responsibilities.csv").read_text("utf-8")


def test_a_file_that_is_no_notice_is_refused_in_words(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "notice.txt").write_bytes(bytes(range(128, 256)) * 9)
    assert main(["notice", "read", str(tmp_path / "notice.txt"), "--out", str(tmp_path / "tables")]) == Exit.NO_NOTICE
    assert "编码" in capsys.readouterr().err
    assert not (tmp_path / "tables").exists()


def test_a_notice_without_units_is_read_and_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "notice.txt").write_text("一、通关\n（一）减时。好。\n（二）降费。好。\n", "utf-8")
    arguments = ["notice", "read", str(tmp_path / "notice.txt"), "--out", str(tmp_path / "tables")]
    assert main(arguments) == Exit.NOTHING_FOUND
    assert "责任单位" in capsys.readouterr().err
    assert (tmp_path / "tables" / "measures.csv").read_text("utf-8").count("\n") == 3


def test_what_is_there_is_not_overwritten(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "notice.txt").write_text("一、通关\n（一）减时。好。（市商务局负责）\n", "utf-8")
    (tmp_path / "measures.csv").write_text("reviewed", "utf-8")
    assert main(["notice", "read", str(tmp_path / "notice.txt"), "--out", str(tmp_path)]) == Exit.NOT_WRITABLE
    assert "measures.csv" in capsys.readouterr().err
    assert sorted(file.name for file in tmp_path.iterdir()) == ["measures.csv", "notice.txt"]
    assert (tmp_path / "measures.csv").read_text("utf-8") == "reviewed"


@pytest.mark.parametrize("timezone", ["", "Mars/Sea", "Asia", "../x", "a\x00b", "x" * 300])
def test_a_zone_that_is_none_stops_no_clock(timezone: str):
    assert now_in(timezone).utcoffset() is not None
