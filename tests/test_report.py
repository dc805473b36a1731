"""What must be made again and what not, which days are due, and what the gate lets through."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path

import nbformat
import pytest
from analysis.report.parameters import LANGUAGES
from filelock import FileLock

from analysis.cli import Exit, main
from analysis.plan import UnknownName
from analysis.report import ParameterError, SiteNotWritable, check_parameters, make_reports, read_inputs
from analysis.report.face import narrowed_face, with_face
from analysis.report.index import failure_page, index_files
from analysis.report.inputs import Inputs
from analysis.report.keys import page_key, page_path
from analysis.report.manifest import Manifest, read_manifest
from analysis.report.periods import periods_due
from analysis.report.run import notebook_of, report_names
from tests.plans import AS_OF, asked, change_rows, copy_plan, notebook
from tests.sites import failure, faults, page

CUSTOMS, OTHER = "tj-customs", "china-life-pc"


def keys(plan: Path, **values: str) -> dict[str, str]:
    """The key of a page of the whole and of each unit's, by unit."""
    inputs = read_inputs(plan)
    units = ["", *inputs.units]
    return {
        unit: page_key(notebook_of("workload_by_unit"), inputs, asked(inputs, unit=unit, **values)) for unit in units
    }


def sharing(inputs: Inputs, measure: str) -> set[str]:
    """The units named in a measure."""
    return {row["unit_id"] for _, row in inputs.tables["responsibilities"].records() if row["measure_id"] == measure}


def test_a_page_is_the_same_whether_or_not_the_face_was_narrowed_before() -> None:
    """Of characters that the narrowed face has, of one that it lacks, of one that no face here has."""
    narrowed = narrowed_face("天津")
    for text in ("津 é…≥→", "天津港", "天\U0001f600"):
        page = f"<html><style></style><body>{text}</body></html>"
        assert with_face(page, narrowed=narrowed) == with_face(page)


def test_the_languages_are_those_of_the_words() -> None:
    from analysis import words

    assert LANGUAGES == words.LANGUAGES


def test_one_row_changes_the_summary_and_the_pages_of_the_units_that_share_its_measure(tmp_path: Path) -> None:
    plan = copy_plan(tmp_path)
    before = keys(plan)
    first: list[str] = []

    def change(row: dict[str, str]) -> bool:
        if first or row["unit_id"] != OTHER or row["as_of"] > AS_OF or row["reported_at"] > AS_OF:
            return False
        first.append(row["measure_id"])
        row["problems"] = "等待答复"
        return True

    assert change_rows(plan, "progress", change) == 1
    after = keys(plan)
    assert {unit for unit in after if after[unit] != before[unit]} == {"", *sharing(read_inputs(plan), first[0])}


@pytest.mark.parametrize(
    ("column", "value"), [("as_of", "2025-02-30"), ("reported_at", ""), ("unit_id", "nobody"), ("measure_id", "M99")]
)
def test_a_row_that_cannot_be_placed_changes_every_page(tmp_path: Path, column: str, value: str) -> None:
    plan = copy_plan(tmp_path)
    before = keys(plan)
    done: list[bool] = []

    def change(row: dict[str, str]) -> bool:
        if done or row["as_of"] <= AS_OF:
            return False
        done.append(True)
        row[column] = value
        return True

    change_rows(plan, "progress", lambda row: row.update(as_of="2025-04-30") if row["log_id"] == "P0001" else None)
    before = keys(plan)
    assert change_rows(plan, "progress", change) == 1
    after = keys(plan)
    assert all(after[unit] != before[unit] for unit in after)


def test_what_came_later_changes_nothing(tmp_path: Path) -> None:
    plan = copy_plan(tmp_path)
    before = keys(plan, as_of="2024-12-31")

    def change(row: dict[str, str]) -> bool:
        row["problems"] = "later" if row["reported_at"] > "2024-12-31" else row["problems"]
        return row["problems"] == "later"

    assert change_rows(plan, "progress", change) > 10
    assert keys(plan, as_of="2024-12-31") == before
    assert keys(plan, as_of="2024-12-31", known_at="2025-01-31") != before


@pytest.mark.parametrize("damage", [b"\xff\xfe\xfa", b"", b'log_id,"'])
def test_a_file_that_cannot_be_read_changes_every_page(tmp_path: Path, damage: bytes) -> None:
    plan = copy_plan(tmp_path)
    before = keys(plan)
    (plan / "progress.csv").write_bytes(damage)
    after = keys(plan)
    assert all(after[unit] != before[unit] for unit in after)


def test_a_name_and_an_id_ask_for_the_same_page() -> None:
    inputs = read_inputs("tianjin-2024")
    by_name, by_id = asked(inputs, unit="天津海关"), asked(inputs, unit=CUSTOMS)
    assert by_name == by_id
    assert page_path("theme_coverage", inputs, by_id).endswith("zh/theme_coverage_unit-tj-customs.html")


def test_every_fault_of_parameters_is_told_at_once() -> None:
    inputs = read_inputs("tianjin-2024")
    with pytest.raises(ParameterError) as told:
        check_parameters({"plan_id": "p", "as_of": "2025-02-30", "lang": "fr"}, inputs)
    assert "2025-02-30" in str(told.value) and "fr" in str(told.value)
    with pytest.raises(ParameterError, match="单位"):
        asked(inputs, unit="天上海关")
    with pytest.raises(UnknownName, match="没有方案"):
        read_inputs("nowhere")


@pytest.mark.parametrize(
    ("today", "last"),
    [
        ("2025-04-06", ("2025-03-31", "2025-04-05")),
        ("2025-04-30", ("2025-03-31", "2025-04-05")),
        # On the due day itself feedback may still come.
        ("2025-04-05", ("2025-02-28", "2025-03-05")),
        ("2025-03-31", ("2025-02-28", "2025-03-05")),
        ("2025-01-06", ("2024-12-31", "2025-01-05")),
    ],
)
def test_the_last_period_is_the_last_whose_feedback_was_due(today: str, last: tuple[str, str]) -> None:
    inputs = read_inputs("tianjin-2024")
    assert inputs.due_day == 5
    assert periods_due(date.fromisoformat(today), inputs, Manifest(), ["load"]) == [last]


def test_missed_and_failed_periods_are_caught_up() -> None:
    inputs = read_inputs("tianjin-2024")
    due = {
        "2024-12-31": "2025-01-05",
        "2025-01-31": "2025-02-05",
        "2025-02-28": "2025-03-05",
        "2025-03-31": "2025-04-05",
    }

    # As long known after its day as a period is, and no period.
    due["2025-02-10"] = "2025-02-15"

    def found(*made: str, failed: tuple[str, ...] = (), report: str = "load", today: str = "2025-04-06") -> list[str]:
        pages = [replace(page(as_of=day), plan_id=inputs.id, known_at=due.get(day, day)) for day in made]
        failures = [replace(failure(as_of=day), plan_id=inputs.id, known_at=due.get(day, day)) for day in failed]
        site = Manifest({one.path: one for one in pages}, {one.path: one for one in failures})
        days = periods_due(date.fromisoformat(today), inputs, site, [report])
        assert all(known == due.get(day, known) for day, known in days)
        return [day for day, _ in days]

    assert found("2024-12-31") == ["2025-01-31", "2025-02-28", "2025-03-31"]
    assert found("2025-02-28", failed=("2025-01-31",)) == ["2025-01-31", "2025-03-31"]
    assert found("2024-12-31", report="other") == ["2025-03-31"]
    # What somebody made of another day stands for no period.
    assert found("2024-12-31", "2025-03-15") == ["2025-01-31", "2025-02-28", "2025-03-31"]
    assert found("2024-12-31", "2025-02-10") == ["2025-01-31", "2025-02-28", "2025-03-31"]
    # A gap of years is for a person to close.
    assert len(found("2024-12-31", today="2030-01-06")) == 12
    # A clock that was set back asks for one period, and for nothing else.
    assert found("2025-02-28", today="2024-06-06") == ["2024-05-31"]


@pytest.mark.notebook
def test_nothing_to_do_is_known_without_pandas(tmp_path: Path) -> None:
    site = tmp_path / "site"
    small = notebook(tmp_path / "load.ipynb")
    inputs = read_inputs("tianjin-2024")
    wanted = [("load", asked(inputs))]
    make_reports(wanted, inputs, folder=site, started="now", notebook=lambda name: small)
    script = f"""
import sys
from pathlib import Path
from analysis.report import make_reports, read_inputs
from tests.plans import asked
import analysis.cli
inputs = read_inputs("tianjin-2024")
run = make_reports([("load", asked(inputs))], inputs, folder=Path({str(site)!r}), started="",
    notebook=lambda name: Path({str(small)!r}))
print(run.counts(), [name for name in ("pandas", "numpy", "matplotlib", "nbconvert") if name in sys.modules])
"""
    lean = script.replace("from tests.plans import asked\n", "from analysis.report import check_parameters\n").replace(
        "asked(inputs))", f'check_parameters({{"plan_id": inputs.address, "as_of": "{AS_OF}"}}, inputs))'
    )
    done = subprocess.run([sys.executable, "-c", lean], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "{'unchanged': 1} []"


@pytest.mark.notebook
def test_only_what_changed_runs(tmp_path: Path) -> None:
    """Executions are counted by the notebook itself, a line a run."""
    plan, site, ran = copy_plan(tmp_path), tmp_path / "site", tmp_path / "ran.txt"
    small = notebook(tmp_path / "brief.ipynb", f"print(unit, file=open({str(ran)!r}, 'a'))", measures=0)
    # The counts that the opening tells are those of the selection.
    text = small.read_text("utf-8").replace("MEASURES", "0")
    small.write_text(
        text.replace(
            'counts = {\\"closed\\": 0}',
            "from analysis.plan import open_plan, select\\n"
            'counts = {\\"closed\\": len(select(open_plan(plan_id), unit=unit).measures)}',
        ),
        "utf-8",
    )
    units = ["", *read_inputs(plan).units[:6]]

    def run() -> tuple[dict[str, int], list[str]]:
        ran.write_text("", "utf-8")
        inputs = read_inputs(plan)
        wanted = [("brief", asked(inputs, unit=unit)) for unit in units]
        made = make_reports(wanted, inputs, folder=site, started="now", notebook=lambda name: small)
        return made.counts(), sorted(ran.read_text("utf-8").split("\n"))

    assert run()[0] == {"made": 7}
    assert run() == ({"unchanged": 7}, [""])
    before = keys(plan)
    measure = next(
        row["measure_id"]
        for _, row in read_inputs(plan).tables["responsibilities"].records()
        if row["unit_id"] == units[3]
    )
    assert change_rows(
        plan,
        "progress",
        lambda row: (
            row.update(next_step="更正") is None and row["measure_id"] == measure
            if row["measure_id"] == measure
            else None
        ),
    )
    after = keys(plan)
    expected = {unit for unit in units if after[unit] != before[unit]}
    assert expected == {unit for unit in units if not unit or unit in sharing(read_inputs(plan), measure)}
    counts, names = run()
    assert counts["made"] == len(expected) and set(names) == expected
    assert faults(site) == []


@pytest.mark.notebook
def test_broken_data_is_told_and_leaves_the_site(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plan, site = copy_plan(tmp_path), tmp_path / "site"
    small = notebook(tmp_path / "load.ipynb")
    inputs = read_inputs(plan)
    good = make_reports(
        [("load", asked(inputs))], inputs, folder=site, started="monday", notebook=lambda name: small
    ).outcomes[0]
    before = (site / good.address).read_bytes()
    change_rows(plan, "progress", lambda row: row.update(status="fine") if row["log_id"] == "P0001" else None)
    inputs = read_inputs(plan)
    run = make_reports([("load", asked(inputs))], inputs, folder=site, started="tuesday", notebook=lambda name: small)
    assert run.counts() == {"bad_data": 1}
    assert run.problems is not None and "fine" in set(run.problems["value"])
    assert (site / good.address).read_bytes() == before
    assert "tuesday" in (site / "index.html").read_text("utf-8")
    assert faults(site) == []
    change_rows(plan, "progress", lambda row: row.update(status="not_started") if row["log_id"] == "P0001" else None)
    inputs = read_inputs(plan)
    again = make_reports(
        [("load", asked(inputs))], inputs, folder=site, started="wednesday", notebook=lambda name: small
    )
    assert again.counts() == {"made": 1}
    assert "tuesday" not in (site / "index.html").read_text("utf-8")
    assert (site / good.address).read_bytes() == before


def test_a_plan_that_is_gone_leaves_the_site(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    site = tmp_path / "site"
    site.mkdir()
    code = main(["report", "--plan", str(tmp_path / "plan"), "--out", str(site)])
    assert code == Exit.BAD_PARAMETERS
    assert "没有方案" in capsys.readouterr().err
    assert list(site.iterdir()) == []


def test_a_target_that_cannot_be_a_folder_has_its_own_exit_code(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("", "utf-8")
    code = main(["report", report_names()[0], "--as-of", AS_OF, "--out", str(tmp_path / "file" / "site")])
    assert code == Exit.NOT_WRITABLE
    assert "无法写入" in capsys.readouterr().err


def test_events_are_lines_of_json(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", "utf-8")
    log = tmp_path / "log.jsonl"
    main(["report", "theme_coverage", "--as-of", AS_OF, "--out", str(tmp_path / "file" / "x"), "--log", str(log)])
    begin, end = map(json.loads, log.read_text("utf-8").splitlines())
    assert begin["event"] == "begin" and begin["pages"] == 2
    assert end["exit"] == Exit.NOT_WRITABLE


@pytest.mark.notebook
def test_history_tells_every_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    small = notebook(tmp_path / "load.ipynb", "1 / 0")
    inputs = read_inputs("tianjin-2024")
    for started in ("2025-04-06T06:00+08:00", "2025-04-05T06:00+08:00"):
        make_reports([("load", asked(inputs))], inputs, folder=tmp_path, started=started, notebook=lambda name: small)
    assert main(["history", "--out", str(tmp_path)]) == Exit.OK
    first, reason, second, _ = capsys.readouterr().out.splitlines()
    assert "04-06" in first and "ZeroDivisionError" in reason and "04-05" in second
    assert read_manifest(tmp_path).failures


GATE = {
    "no opening": ("pass", False, "没有页首"),
    "a warning": ("import warnings; warnings.warn('old')", True, "警告输出"),
    "a glyph that no face has": ("print('\\U0001F9A6')", True, "字体缺少"),
    "a traceback": ("print('Traceback (most recent call last)')", True, "错误追踪"),
    "a picture from elsewhere": (
        'from IPython.display import HTML, display; display(HTML(\'<img alt="x" src="https://example.org/x.png">\'))',
        True,
        "指向页面之外",
    ),
    "a picture without words": (
        "from matplotlib import pyplot; pyplot.plot([1, 2])[0].figure.show",
        True,
        "缺少替代文字",
    ),
    "a script": (
        "from IPython.display import HTML, display; display(HTML('<script>1</script>'))",
        True,
        "不允许 <script>",
    ),
    "a second heading": (
        "from IPython.display import HTML, display; display(HTML('<h1>x</h1>'))",
        True,
        "h1 应恰有一个",
    ),
    "too much": ("print('x' * 2_100_000)", True, "上限为"),
}


def test_the_index_shows_the_newest_first_and_the_greatest_share_of_it() -> None:
    kept = [
        replace(page(report, day, lang="zh"), selection=unit, title=f"{report} {unit}", measures=measures, closed=1)
        for day in ("2025-02-28", "2025-03-31")
        for report, unit, measures in (("workload_by_unit", "", 31), ("b", "small", 2), ("c", "great", 26))
    ]
    text = index_files(Manifest({one.path: one for one in kept}))["index.html"]
    places = [text.index(f'href="plan/{day}') for day in ("2025-03-31", "2025-02-28")]
    assert places == sorted(places)
    assert text.index("c great") < text.index("b small")
    # What older dates said is there at a glance; their pages are one click away.
    at_a_glance, older, latest = text.split("<main", 1)[1].split("<details>")
    assert at_a_glance.count('class="headline"') == 2
    assert at_a_glance.count('href="plan/2025-03-31') == 3 and 'href="plan/2025-02-28' not in at_a_glance
    assert older.count('href="plan/2025-02-28') == 3
    assert latest.count('href="plan/latest') == 3
    assert '<td class="number">26</td><td class="number">1</td><td class="number">0</td>' in at_a_glance


def test_a_failure_is_told_in_words_and_once() -> None:
    broken = {"cell_type": "code", "source": "1 / 0", "metadata": {}}
    broken["outputs"] = [{"output_type": "error", "traceback": ["Traceback", "ZeroDivisionError: by zero"]}]
    told = replace(failure("unit_brief"), selection="天津海关")
    page_of = {"shown": None, "log": "", "reason": "Traceback\nZeroDivisionError: by zero"}
    text = failure_page(told, {"cells": [broken]}, **page_of)
    assert "<h1>单位简报、天津海关</h1>" in text
    assert "自2025年4月6日 06:00起未能生成" in text
    assert text.count("ZeroDivisionError: by zero") == 2 and text.count("Traceback") == 1


@pytest.mark.notebook
def test_the_gate_refuses_and_says_why(tmp_path: Path) -> None:
    inputs = read_inputs("tianjin-2024")
    files = {
        f"n{place}": notebook(tmp_path / f"n{place}.ipynb", source, opening=opening)
        for place, (source, opening, _) in enumerate(GATE.values())
    }
    files["totals"] = notebook(tmp_path / "totals.ipynb", measures=30)
    files["fine"] = notebook(tmp_path / "fine.ipynb")
    run = make_reports(
        [(name, asked(inputs)) for name in files], inputs, folder=tmp_path / "site", started="now", notebook=files.get
    )
    found = {outcome.report: outcome for outcome in run.outcomes}
    for place, (what, (_, _, reason)) in enumerate(GATE.items()):
        assert found[f"n{place}"].result == "refused", (what, found[f"n{place}"])
        assert reason in found[f"n{place}"].reason, what
    assert "31 项措施" in found["totals"].reason
    assert found["fine"].result == "made"
    assert faults(tmp_path / "site") == []
    kept = nbformat.read(tmp_path / "site" / read_manifest(tmp_path / "site").failures[found["n1"].address].notebook, 4)
    assert any(
        output.name == "stderr" for cell in kept.cells for output in cell.outputs if output.output_type == "stream"
    )


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="no systemd here")
def test_the_units_in_the_documentation_are_valid(tmp_path: Path) -> None:
    text = (Path(__file__).parents[1] / "docs" / "production.md").read_text("utf-8")
    units = re.findall(r"`/etc/systemd/system/(portplan\.\w+)`:\n\n```ini\n(.*?)```", text, re.DOTALL)
    assert [name for name, _ in units] == ["portplan.service", "portplan.timer"]
    for name, unit in units:
        # The machine of this test has no installation under /opt.
        (tmp_path / name).write_text(re.sub(r"ExecStart=\S+", f"ExecStart={sys.executable}", unit), "utf-8")
    files = [str(tmp_path / name) for name, _ in units]
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *files], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_the_commands_in_the_documentation_are_understood() -> None:
    text = (Path(__file__).parents[1] / "docs" / "production.md").read_text("utf-8")
    commands = set(re.findall(r"portplan report (--each-unit [^\n\"`]*--out /srv\S+)", text))
    assert commands
    known = set(
        re.findall(
            r"--[a-z-]+",
            subprocess.run(
                [sys.executable, "-c", "from analysis.cli import run; run()", "report", "--help"],
                capture_output=True,
                text=True,
                check=True,
                env={**os.environ, "COLUMNS": "200", "NO_COLOR": "1"},
            ).stdout,
        )
    )
    assert {option for command in commands for option in re.findall(r"--[a-z-]+", command)} <= known


@pytest.mark.notebook
def test_the_command_from_making_to_opening(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    site, log = str(tmp_path / "site"), tmp_path / "log.jsonl"
    asked_for = ["report", "unit_brief", "--unit", "天津海关", "--as-of", AS_OF, "--lang", "zh", "--out", site]
    assert main([*asked_for, "--log", str(log)]) == Exit.OK
    assert "1 made" in capsys.readouterr().out
    assert [json.loads(line)["event"] for line in log.read_text("utf-8").splitlines()] == ["begin", "page", "end"]
    assert main(asked_for) == Exit.OK
    assert "1 unchanged" in capsys.readouterr().out
    assert main(["open", "unit_brief", "--out", site]) == Exit.OK
    copy = Path(capsys.readouterr().out.strip())
    assert 'unit = "tj-customs"' in copy.read_text("utf-8").replace('\\"', '"')
    with FileLock(tmp_path / "site" / ".lock"):
        assert main(asked_for) == Exit.LOCKED
    assert main(["open", "nothing", "--out", site]) == Exit.BAD_PARAMETERS


@pytest.mark.notebook
@pytest.mark.parametrize("room", [30_000, 2_000])
def test_a_full_disk_is_told_and_the_pages_stay(tmp_path: Path, room: int) -> None:
    """With a limit on the size of files, which ends a write as a full disk does: of the page, or of the index too."""
    import resource

    small = notebook(tmp_path / "load.ipynb", "print('x' * 100_000)")
    inputs = read_inputs("tianjin-2024")
    site = tmp_path / "site"
    wanted = [("load", asked(inputs))]
    (good,) = make_reports(wanted, inputs, folder=site, notebook=lambda name: small).outcomes
    before = good.path.read_bytes()
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, limits[1]))
    try:
        if room == 30_000:
            (outcome,) = make_reports(wanted, inputs, folder=site, notebook=lambda name: small, force=True).outcomes
            assert outcome.result == "failed" and "无法写入" in outcome.reason
        else:
            with pytest.raises(SiteNotWritable, match="无法写入"):
                make_reports(wanted, inputs, folder=site, notebook=lambda name: small, force=True)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert good.path.read_bytes() == before
    assert faults(site) == []
    assert not list(site.glob(".staging-*"))
