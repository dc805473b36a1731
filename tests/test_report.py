"""What must be made again and what not, which days are due, what a run says and how it ends."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from filelock import FileLock

from analysis.cli import Exit, main
from analysis.outcomes.run import Telling, make_and_tell
from analysis.plan import UnknownName, data_folder
from analysis.report import (
    Inputs,
    ParameterError,
    Parameters,
    SiteNotWritable,
    check_parameters,
    keys,
    make_reports,
    read_inputs,
    read_registry,
)
from analysis.report.keeping import retention_of
from analysis.site import Manifest, read_manifest
from tests.plans import AS_OF, asked, change_rows, copy_plan, notebook, registry_of
from tests.sites import contents, faults, page

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

REPORTS = read_registry().reports.values()
WHOLE = next(report for report in REPORTS if not report.needs_unit)
BRIEF = next(report for report in REPORTS if report.needs_unit)
CUSTOMS, OTHER = "tj-customs", "china-life-pc"


def page_keys(plan: Path, **values: str) -> dict[str, str]:
    """The key of a page of the whole and of each unit's, by unit."""
    inputs = read_inputs(plan)
    units = ["", *inputs.units]
    return {unit: keys.page_key(WHOLE.notebook, inputs, asked(inputs, unit=unit, **values)) for unit in units}


def sharing(inputs: Inputs, measure: str) -> set[str]:
    """The units named in a measure."""
    return {row["unit_id"] for _, row in inputs.tables["responsibilities"].records() if row["measure_id"] == measure}


def test_one_row_changes_the_summary_and_the_pages_of_the_units_that_share_its_measure(tmp_path: Path) -> None:
    plan = copy_plan(tmp_path)
    before = page_keys(plan)
    first: list[str] = []

    def change(row: dict[str, str]) -> bool:
        if first or row["unit_id"] != OTHER or row["as_of"] > AS_OF or row["reported_at"] > AS_OF:
            return False
        first.append(row["measure_id"])
        row["problems"] = "等待答复"
        return True

    assert change_rows(plan, "progress", change) == 1
    after = page_keys(plan)
    assert {unit for unit in after if after[unit] != before[unit]} == {"", *sharing(read_inputs(plan), first[0])}


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("column", "value"), [("as_of", "2025-02-30"), ("reported_at", ""), ("unit_id", "nobody"), ("measure_id", "M99")]
)
def test_a_row_that_cannot_be_placed_changes_every_page(tmp_path: Path, column: str, value: str) -> None:
    plan = copy_plan(tmp_path)
    before = page_keys(plan)
    done: list[bool] = []

    def change(row: dict[str, str]) -> bool:
        if done or row["as_of"] <= AS_OF:
            return False
        done.append(True)
        row[column] = value
        return True

    change_rows(plan, "progress", lambda row: row.update(as_of="2025-04-30") if row["log_id"] == "P0001" else None)
    before = page_keys(plan)
    assert change_rows(plan, "progress", change) == 1
    after = page_keys(plan)
    assert all(after[unit] != before[unit] for unit in after)


def test_what_came_later_changes_nothing(tmp_path: Path) -> None:
    plan = copy_plan(tmp_path)
    before = page_keys(plan, as_of="2024-12-31")

    known_at = read_inputs(plan).known_by("2024-12-31")

    def change(row: dict[str, str]) -> bool:
        row["problems"] = "later" if row["reported_at"] > known_at else row["problems"]
        return row["problems"] == "later"

    assert change_rows(plan, "progress", change) > 10
    assert page_keys(plan, as_of="2024-12-31") == before
    assert page_keys(plan, as_of="2024-12-31", known_at="2025-01-31") != before


RAGGED = ",".join(["多出"] * 30).encode() + b"\n"
DAMAGES = {
    "no encoding": lambda content: b"\xff\xfe\xfa",
    "empty": lambda content: b"",
    "no table": lambda content: b'"id,',
    "a ragged row": lambda content: content + RAGGED,
    "a short row": lambda content: content + b"T9\n",
    "a column twice": lambda content: content.replace(b",short,", b",title,"),
    "no ids": lambda content: content.replace(b"_id", b"-id"),
    "gone": None,
}


def damage(file: Path, what: str) -> None:
    change = DAMAGES[what]
    if change is None:
        file.unlink()
    else:
        file.write_bytes(change(file.read_bytes()))


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("table", "what"),
    [("themes", what) for what in DAMAGES]
    + [(table, "a ragged row") for table in ("progress", "units", "measures", "responsibilities", "commitments")],
)
def test_a_file_that_cannot_be_read_changes_every_page(tmp_path: Path, table: str, what: str) -> None:
    plan = copy_plan(tmp_path)
    before = read_inputs(plan)
    assert before.faults == ()
    pages = [asked(before, unit=unit) for unit in ("", *before.units)] + [asked(before, theme="T1")]
    damage(plan / f"{table}.csv", what)
    after = read_inputs(plan)
    assert [file for file, _ in after.faults] == [f"{table}.csv"]
    assert all(message for _, message in after.faults)
    for one in pages:
        assert keys.page_key(WHOLE.notebook, after, one) != keys.page_key(WHOLE.notebook, before, one)


def test_the_content_of_a_file_that_cannot_be_read_counts(tmp_path: Path) -> None:
    plan = copy_plan(tmp_path)
    whole = asked(read_inputs(plan))
    damaged = set()
    for content in (b"\xff\xfe\xfa", b"\xff\xfe\xfb", b"a,b\n1\n", b"a,b\n2\n"):
        (plan / "progress.csv").write_bytes(content)
        damaged.add(keys.page_key(WHOLE.notebook, read_inputs(plan), whole))
    assert len(damaged) == 4


NAMING = {
    "themes": ["--theme", "T1", "--as-of", AS_OF],
    "units": ["--unit", "天津海关", "--as-of", AS_OF],
    "progress": [],
}
EACH = ["--each-unit", "--as-of", AS_OF]
PERIOD = ["--unit", "tj-customs", "--as-of", "last-period-end"]


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("table", "what", "options"),
    [("themes", what, NAMING["themes"]) for what in DAMAGES]
    + [(table, "a ragged row", NAMING[table]) for table in ("units", "progress")]
    + [(table, "a ragged row", EACH) for table in ("units", "measures", "plan.toml")]
    + [("units", "empty", PERIOD)],
)
def test_what_cannot_be_read_is_listed_whatever_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], table: str, what: str, options: list[str]
) -> None:
    """Never as a unit or theme that does not exist, as a fault of the program, or as nothing to do."""
    plan = copy_plan(tmp_path)
    file = plan / (table if "." in table else f"{table}.csv")
    damage(file, what)
    site = tmp_path / "site"
    assert main(["report", "--plan", str(plan), *options, "--out", str(site)]) == Exit.BAD_DATA
    printed = capsys.readouterr()
    assert file.name in printed.err
    assert "0 made" not in printed.out
    assert not any(word in printed.err for word in ("方案中没有", "KeyError", "as_of，值"))
    assert not site.exists()


@pytest.mark.thorough
def test_what_cannot_be_read_is_told_on_a_site_that_is_there(tmp_path: Path) -> None:
    """The record is broken, the units are known: each page stays, and the index says since when."""
    plan, site = copy_plan(tmp_path), tmp_path / "site"
    site.mkdir()
    damage(plan / "progress.csv", "a ragged row")
    options = ["--unit", CUSTOMS, "--as-of", AS_OF, "--lang", "zh", "--out", str(site)]
    assert main(["report", BRIEF.name, "--plan", str(plan), *options]) == Exit.BAD_DATA
    (failed,) = read_manifest(site).failures.values()
    assert failed.result == "bad_data"
    assert failed.parameters.unit == CUSTOMS
    assert BRIEF.title("zh") in (site / "index.html").read_text("utf-8")


def test_a_name_and_an_id_ask_for_the_same_page() -> None:
    inputs = read_inputs("tianjin-2024")
    by_name, by_id = asked(inputs, unit="天津海关"), asked(inputs, unit=CUSTOMS)
    assert by_name == by_id
    assert keys.page_path("theme_coverage", inputs, by_id).endswith("zh/theme_coverage_unit-tj-customs.html")


def test_the_day_by_which_it_was_known_is_said_once_and_for_all() -> None:
    """Where nobody says, the due day of the period that ends; its address is then that of the day alone."""
    inputs = read_inputs("tianjin-2024")
    unsaid, said = asked(inputs), asked(inputs, known_at="2025-04-07")
    assert unsaid == said
    assert unsaid.known_at == "2025-04-07"
    assert keys.page_path("load", inputs, unsaid) == f"tianjin-2024/{AS_OF}/zh/load.html"
    at_once = asked(inputs, known_at=AS_OF)
    assert keys.page_path("load", inputs, at_once) == f"tianjin-2024/{AS_OF}_known_{AS_OF}/zh/load.html"
    assert asked(inputs, as_of="2025-03-30").known_at == "2025-03-30"
    later = asked(inputs, known_at="2025-04-30", compare_to="2024-12-31", theme="T1", unit=CUSTOMS, lang="en")
    day = f"{AS_OF}_known_2025-04-30_compared_2024-12-31"
    assert keys.page_path("load", inputs, later) == f"tianjin-2024/{day}/en/load_unit-{CUSTOMS}_theme-T1.html"
    with pytest.raises(ValueError, match="known_at"):
        keys.page_path("load", inputs, Parameters(plan_id=inputs.id, as_of=AS_OF))


@pytest.fixture
def versions(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, str]]:
    """Versions that packages are made to have for once."""
    made_up: dict[str, str] = {}
    real = keys.version
    monkeypatch.setattr(keys, "version", lambda name: made_up.get(name) or real(name))
    caches = (keys.shown_versions, keys._versions)
    for one in caches:
        one.cache_clear()
    yield made_up
    for one in caches:
        one.cache_clear()


@pytest.mark.thorough
def test_the_version_of_each_package_is_in_the_key(versions: dict[str, str]) -> None:
    inputs = read_inputs("tianjin-2024")
    whole = asked(inputs)
    seen = {keys.page_key(WHOLE.notebook, inputs, whole)}
    packages = ["portplan", "pandas", "matplotlib", "seaborn", "papermill", "nbconvert", "mistune", "babel", "zhplot"]
    packages += ["fonttools", "holidays", "ipython", "jinja2", "kiwisolver", "markupsafe", "matplotlib-inline", "numpy"]
    for name in packages:
        versions.clear()
        versions[name] = "0.0.1"
        keys.shown_versions.cache_clear()
        keys._versions.cache_clear()
        seen.add(keys.page_key(WHOLE.notebook, inputs, whole))
    assert len(seen) == 1 + len(packages)


def test_the_plan_the_notebook_and_each_parameter_are_in_the_key(tmp_path: Path) -> None:
    plan = copy_plan(tmp_path)
    inputs = read_inputs(plan)
    asked_for = [{}, {"lang": "en"}, {"known_at": "2025-04-30"}, {"compare_to": "2024-12-31"}, {"theme": "T1"}]
    asked_for += [{"unit": CUSTOMS}, {"as_of": "2024-12-31", "known_at": AS_OF}]
    seen = {keys.page_key(WHOLE.notebook, inputs, asked(inputs, **values)) for values in asked_for}
    assert len(seen) == len(asked_for)
    assert keys.page_key(BRIEF.notebook, inputs, asked(inputs)) not in seen
    head = plan / "plan.toml"
    head.write_text(head.read_text("utf-8") + "# a remark\n", "utf-8")
    after = read_inputs(plan)
    assert keys.page_key(WHOLE.notebook, after, asked(after)) not in seen


def test_a_module_beside_a_notebook_is_in_the_key(tmp_path: Path) -> None:
    """An analyst moves a function out of a notebook, and changes it there."""
    inputs = read_inputs("tianjin-2024")
    notebook(tmp_path / "own.ipynb")
    seen = set()
    for text in (None, "SHARE = 2", "SHARE = 3"):
        if text:
            (tmp_path / "shares.py").write_text(text, "utf-8")
        seen.add(keys.page_key(tmp_path / "own.ipynb", inputs, asked(inputs)))
    assert len(seen) == 3


def test_the_library_is_in_the_key(monkeypatch: pytest.MonkeyPatch) -> None:
    inputs = read_inputs("tianjin-2024")
    before = keys.page_key(WHOLE.notebook, inputs, asked(inputs))
    monkeypatch.setattr(keys, "library_hash", lambda: "another")
    assert keys.page_key(WHOLE.notebook, inputs, asked(inputs)) != before


def test_every_file_of_the_library_that_can_change_a_page_counts(tmp_path: Path) -> None:
    files = [tmp_path / "room" / f"a{kind}" for kind in (".py", ".j2", ".css", ".po", ".json")]
    (tmp_path / "room").mkdir()
    for file in files:
        file.write_text("1", "utf-8")
    seen = {keys.library_hash.__wrapped__(tmp_path)}
    for file in files:
        file.write_text("2", "utf-8")
        seen.add(keys.library_hash.__wrapped__(tmp_path))
    files[0].rename(tmp_path / "room" / "b.py")
    seen.add(keys.library_hash.__wrapped__(tmp_path))
    assert len(seen) == 2 + len(files)
    (tmp_path / "room" / "__pycache__").mkdir()
    (tmp_path / "room" / "__pycache__" / "a.py").touch()
    (tmp_path / "room" / "note.txt").touch()
    assert keys.library_hash.__wrapped__(tmp_path) in seen


@pytest.mark.notebook
def test_what_is_no_report_is_skipped_and_the_rest_is_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "notebooks"
    folder.mkdir()
    file = notebook(folder / "small.ipynb")
    said = json.loads(file.read_text("utf-8"))
    said["metadata"]["portplan"] = {"title": {"en": "Small"}, "order": 1}
    for name in ("small.ipynb", "small-Copy1.ipynb"):
        (folder / name).write_text(json.dumps(said), "utf-8")
    (folder / "Untitled.ipynb").write_text("", "utf-8")
    (folder / "broken.ipynb").write_text("{", "utf-8")
    monkeypatch.setattr("analysis.runner.registry.notebook_folder", lambda: folder)
    assert main(["report", "--as-of", AS_OF, "--lang", "zh", "--out", str(tmp_path / "site")]) == Exit.OK
    printed = capsys.readouterr()
    assert "1 made" in printed.out
    assert [line.split("：")[0] for line in printed.err.splitlines()] == [
        "跳过 Untitled.ipynb",
        "跳过 broken.ipynb",
        "跳过 small-Copy1.ipynb",
    ]
    assert main(["report", "broken", "--as-of", AS_OF, "--out", str(tmp_path / "site")]) == Exit.BAD_PARAMETERS
    assert "无法读成笔记本" in capsys.readouterr().err


@pytest.mark.parametrize("is_there", [True, False])
def test_a_run_without_reports_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], is_there: bool
) -> None:
    folder = tmp_path / "notebooks"
    if is_there:
        folder.mkdir()
    monkeypatch.setattr("analysis.runner.registry.notebook_folder", lambda: folder)
    assert main(["report", "--as-of", AS_OF, "--out", str(tmp_path / "site")]) == Exit.BAD_PARAMETERS
    assert "没有可以生成的报告" in capsys.readouterr().err
    assert not (tmp_path / "site").exists()


def test_every_fault_of_parameters_is_told_at_once() -> None:
    inputs = read_inputs("tianjin-2024")
    with pytest.raises(ParameterError) as fault:
        check_parameters({"plan_id": "p", "as_of": "2025-02-30", "lang": "fr"}, inputs)
    assert "2025-02-30" in str(fault.value)
    assert "fr" in str(fault.value)
    with pytest.raises(ParameterError, match="单位"):
        asked(inputs, unit="天上海关")
    with pytest.raises(UnknownName, match="没有方案"):
        read_inputs("nowhere")


@pytest.mark.notebook
def test_nothing_to_do_is_known_without_pandas(tmp_path: Path) -> None:
    site = tmp_path / "site"
    small = notebook(tmp_path / "load.ipynb")
    inputs = read_inputs("tianjin-2024")
    wanted = [("load", asked(inputs))]
    make_reports(wanted, inputs, folder=site, started="now", registry=registry_of({"load": small}))
    script = f"""
import sys
from pathlib import Path
from analysis.report import Registry, Report, make_reports, read_inputs
from tests.plans import asked
import analysis.cli
inputs = read_inputs("tianjin-2024")
registry = Registry({{"load": Report("load", Path({str(small)!r}), {{}})}})
run = make_reports([("load", asked(inputs))], inputs, folder=Path({str(site)!r}), registry=registry)
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
            "from analysis.plan import open_plan\\n"
            'counts = {\\"closed\\": len(open_plan(plan_id).select(unit=unit).measures)}',
        ),
        "utf-8",
    )
    units = ["", *read_inputs(plan).units[:6]]

    def run() -> tuple[dict[str, int], list[str]]:
        ran.write_text("", "utf-8")
        inputs = read_inputs(plan)
        wanted = [("brief", asked(inputs, unit=unit)) for unit in units]
        made = make_reports(wanted, inputs, folder=site, started="now", registry=registry_of({"brief": small}))
        return made.counts(), sorted(ran.read_text("utf-8").split("\n"))

    assert run()[0] == {"made": 7}
    assert run() == ({"unchanged": 7}, [""])
    before = page_keys(plan)
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
    after = page_keys(plan)
    expected = {unit for unit in units if after[unit] != before[unit]}
    assert expected == {unit for unit in units if not unit or unit in sharing(read_inputs(plan), measure)}
    counts, names = run()
    assert counts["made"] == len(expected)
    assert set(names) == expected
    assert faults(site) == []


@pytest.mark.notebook
def test_broken_data_is_told_and_leaves_the_site(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plan, site = copy_plan(tmp_path), tmp_path / "site"
    small = notebook(tmp_path / "load.ipynb")
    inputs = read_inputs(plan)
    good = make_reports(
        [("load", asked(inputs))], inputs, folder=site, started="monday", registry=registry_of({"load": small})
    ).outcomes[0]
    before = (site / good.address).read_bytes()
    record = (plan / "progress.csv").read_bytes()
    change_rows(plan, "progress", lambda row: row.update(status="fine") if row["log_id"] == "P0001" else None)
    inputs = read_inputs(plan)
    run = make_reports(
        [("load", asked(inputs))], inputs, folder=site, started="tuesday", registry=registry_of({"load": small})
    )
    assert run.counts() == {"bad_data": 1}
    assert run.problems is not None
    assert "fine" in set(run.problems["value"])
    assert (site / good.address).read_bytes() == before
    assert "tuesday" in (site / "index.html").read_text("utf-8")
    assert faults(site) == []
    (plan / "progress.csv").write_bytes(record)
    inputs = read_inputs(plan)
    again = make_reports(
        [("load", asked(inputs))], inputs, folder=site, started="wednesday", registry=registry_of({"load": small})
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
    code = main(["report", WHOLE.name, "--as-of", AS_OF, "--out", str(tmp_path / "file" / "site")])
    assert code == Exit.NOT_WRITABLE
    assert "无法写入" in capsys.readouterr().err


def test_events_are_lines_of_json(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", "utf-8")
    log = tmp_path / "log.jsonl"
    main(["report", WHOLE.name, "--as-of", AS_OF, "--out", str(tmp_path / "file" / "x"), "--log", str(log)])
    begin, end = map(json.loads, log.read_text("utf-8").splitlines())
    assert begin["event"] == "begin"
    assert begin["pages"] == 2
    assert end["exit"] == Exit.NOT_WRITABLE


@pytest.mark.notebook
def test_history_tells_every_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    site = tmp_path / "site"
    small = notebook(tmp_path / "load.ipynb", "1 / 0")
    inputs = read_inputs("tianjin-2024")
    for started in ("2025-04-06T06:00+08:00", "2025-04-05T06:00+08:00"):
        make_reports(
            [("load", asked(inputs))], inputs, folder=site, started=started, registry=registry_of({"load": small})
        )
    assert main(["history", "--out", str(site)]) == Exit.OK
    first, reason, second, _ = capsys.readouterr().out.splitlines()
    assert "04-06" in first
    assert "ZeroDivisionError" in reason
    assert "04-05" in second
    assert read_manifest(site).failures


def test_what_somebody_put_beside_the_records_of_runs_is_neither_counted_nor_written_over(tmp_path: Path) -> None:
    inputs, site = read_inputs("tianjin-2024"), tmp_path / "site"
    for _ in range(4):
        make_reports([], inputs, folder=site)
    kept = contents(site / "runs")
    for name in ("2.json", "².json", "000002 (1).json"):
        shutil.copy(site / "runs/000002.json", site / "runs" / name)
    make_reports([], inputs, folder=site)
    assert contents(site / "runs").keys() - kept.keys() == {"2.json", "².json", "000002 (1).json", "000005.json"}
    assert {name: contents(site / "runs")[name] for name in kept} == kept


def test_pages_that_were_lost_are_told_and_are_not_called_expired(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Half a site was copied: what it lacks goes from the first page, and somebody must find out."""
    plan, site = copy_plan(tmp_path), tmp_path / "site"
    inputs, files = read_inputs(plan), {"a": notebook(tmp_path / "a.ipynb")}

    def run(day: str) -> Exit:
        options = {"folder": site, "started": "2025-04-08T06:00+08:00", "registry": registry_of(files)}
        return make_and_tell([("a", asked(inputs, as_of=day))], inputs, Telling(1), **options)  # type: ignore[arg-type]

    days = ("2024-09-30", "2025-03-31", "2026-03-31")
    assert [run(day) for day in days] == [Exit.OK] * 3
    for day in days[:2]:
        shutil.rmtree(site / inputs.id / day)
    capsys.readouterr()
    assert run("2025-03-31") == Exit.OK
    printed = capsys.readouterr()
    assert "移除了" not in printed.out
    assert f"曾发布的 1 个页面已不在站点中，首页不再列出：{inputs.id}/2024-09-30/zh/a.html" in printed.err
    # A clock that was once ahead has made it, and it stands before those of today.
    assert "还没有到的日期的页面，排在最新：2026-03-31" in printed.err
    assert run("2025-03-31") == Exit.OK
    assert "曾发布" not in capsys.readouterr().err


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


@pytest.mark.thorough
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
    asked_for = ["report", BRIEF.name, "--unit", "天津海关", "--as-of", AS_OF, "--lang", "zh", "--out", site]
    assert main([*asked_for, "--log", str(log)]) == Exit.OK
    assert "1 made" in capsys.readouterr().out
    assert [json.loads(line)["event"] for line in log.read_text("utf-8").splitlines()] == ["begin", "page", "end"]
    assert main(asked_for) == Exit.OK
    assert "1 unchanged" in capsys.readouterr().out
    assert main(["open", BRIEF.name, "--out", site]) == Exit.OK
    copy = Path(capsys.readouterr().out.strip())
    assert 'unit = "tj-customs"' in copy.read_text("utf-8").replace('\\"', '"')
    with FileLock(tmp_path / "site" / ".lock"):
        assert main(asked_for) == Exit.LOCKED
    assert main(["open", "nothing", "--out", site]) == Exit.BAD_PARAMETERS


@pytest.mark.notebook
@pytest.mark.parametrize("room", [70_000, 2_000])
def test_a_full_disk_is_told_and_the_pages_stay(tmp_path: Path, room: int) -> None:
    """With a limit on the size of files, which ends a write as a full disk does: of the page, or of the index too."""
    import resource

    small = notebook(tmp_path / "load.ipynb", "print('x' * 100_000)")
    inputs = read_inputs("tianjin-2024")
    site = tmp_path / "site"
    wanted = [("load", asked(inputs))]
    (good,) = make_reports(wanted, inputs, folder=site, registry=registry_of({"load": small})).outcomes
    before = good.path.read_bytes()
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, limits[1]))
    try:
        if room == 70_000:
            (outcome,) = make_reports(
                wanted, inputs, folder=site, registry=registry_of({"load": small}), force=True
            ).outcomes
            assert outcome.result == "failed"
            assert "无法写入" in outcome.reason
        else:
            with pytest.raises(SiteNotWritable, match="无法写入"):
                make_reports(wanted, inputs, folder=site, registry=registry_of({"load": small}), force=True)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert good.path.read_bytes() == before
    assert faults(site) == []
    assert not list(site.glob(".staging-*"))


def test_a_correction_counts_whatever_day_it_speaks_of(tmp_path: Path) -> None:
    """It takes back what it supersedes, so that a page of an earlier day must be made again."""
    plan = copy_plan(tmp_path)
    before = read_inputs(plan)
    page = asked(before, as_of="2024-12-31", known_at="2025-04-30")

    def supersede(row: dict[str, str]) -> bool:
        later = row["as_of"] > "2024-12-31" and row["reported_at"] <= "2025-04-30"
        if later and not row["supersedes"] and not corrected:
            corrected.append(row["log_id"])
            row["supersedes"] = "P0001"
        return later

    corrected: list[str] = []
    assert change_rows(plan, "progress", supersede)
    after = read_inputs(plan)
    assert len(after.used(page)["progress"].rows) == len(before.used(page)["progress"].rows) + 1
    assert keys.page_key(WHOLE.notebook, after, page) != keys.page_key(WHOLE.notebook, before, page)


# One run reads one state, and one plan has one id.


@pytest.mark.notebook
def test_a_page_made_of_other_inputs_is_not_published(tmp_path: Path) -> None:
    """Somebody saves the record while the pages are made: those made before stand, the others are told of."""
    plan, site = copy_plan(tmp_path), tmp_path / "site"
    change = f"open({str(plan / 'progress.csv')!r}, 'a').write(open({str(tmp_path / 'row')!r}).read())"
    last = (plan / "progress.csv").read_text("utf-8").splitlines()[-1].split(",")
    (tmp_path / "row").write_text(",".join(["P9999", *last[1:]]) + "\n", "utf-8")
    files = {"a": notebook(tmp_path / "a.ipynb"), "b": notebook(tmp_path / "b.ipynb", change)}
    inputs = read_inputs(plan)
    day = last[(plan / "progress.csv").read_text("utf-8").splitlines()[0].split(",").index("as_of")]
    wanted = [(name, asked(inputs, as_of=day, known_at="2026-01-31")) for name in files]
    run = make_reports(wanted, inputs, folder=site, started="now", jobs=1, registry=registry_of(files))
    assert {outcome.report: outcome.result for outcome in run.outcomes} == {"a": "made", "b": "refused"}
    assert "有变" in run.outcomes[-1].reason
    assert [page.report for page in read_manifest(site).pages.values()] == ["a"]
    assert faults(site) == []


SPOKEN = """
from analysis import exhibits, language, words
from analysis.plan import open_plan
plan = open_plan(plan_id)
now, say = plan.select(unit=unit, theme=theme).at(as_of, known_at=known_at), language.Language(lang, plan)
exhibits.opening(words.opening(say, title="T", headline="H", now=now, then=now))
"""


@pytest.mark.notebook
def test_a_page_of_what_nobody_asked_for_is_not_published(tmp_path: Path) -> None:
    """An analyst tries another day, and the cell stays: under its address would stand a page of that day."""
    left = {
        "nothing": "",
        "as_of": 'as_of = "2024-12-31"',
        "known_at": 'known_at = "2026-01-31"',
        "lang": 'lang = "en"',
        "theme": 'theme = "T1"',
    }
    files = {name: notebook(tmp_path / f"{name}.ipynb", cell, SPOKEN, opening=False) for name, cell in left.items()}
    inputs, site = read_inputs(copy_plan(tmp_path)), tmp_path / "site"
    run = make_reports(
        [(name, asked(inputs)) for name in files], inputs, folder=site, started="now", registry=registry_of(files)
    )
    said = {outcome.report: outcome.reason for outcome in run.outcomes if outcome.result == "refused"}
    assert [page.report for page in read_manifest(site).pages.values()] == ["nothing"]
    assert {name: reason for name, reason in said.items() if f" {name} 为“" not in reason} == {}


def publish_nothing(plan: Path, site: Path, **options: object) -> None:
    """A run that is asked for no page: it takes the site, as every run does."""
    make_reports([], read_inputs(plan), folder=site, **options)  # type: ignore[arg-type]


def retitled(row: dict[str, str]) -> bool:
    row["title"] += "（改）"
    return True


def refused_until_it_is_said_to_be_the_same(plan: Path, site: Path, *, match: str) -> None:
    """Nothing changes before somebody says that it is the plan that published there; from then on it is."""
    before = contents(site)
    with pytest.raises(SiteNotWritable, match=match):
        publish_nothing(plan, site)
    assert contents(site) == before
    publish_nothing(plan, site, same_plan=True)
    publish_nothing(plan, site)


@pytest.mark.thorough
@pytest.mark.parametrize("how", ["copy", "copy with another notice", "another notice", "another day of issue"])
def test_another_plan_under_the_same_id_is_refused(tmp_path: Path, how: str) -> None:
    plan, site = copy_plan(tmp_path), tmp_path / "site"
    publish_nothing(plan, site)
    other = Path(shutil.copytree(plan, tmp_path / "copy")) if "copy" in how else plan
    if "notice" in how:
        assert change_rows(other, "measures", retitled)
    if "issue" in how:
        head = other / "plan.toml"
        head.write_text(head.read_text("utf-8").replace("issued = 2024-05-31", "issued = 2025-05-31"), "utf-8")
    assert str(tmp_path) not in (site / "manifest.json").read_text("utf-8")
    refused_until_it_is_said_to_be_the_same(other, site, match=r"tianjin-2024.*--same-plan")
    # The other one is it no more.
    if other != plan:
        with pytest.raises(SiteNotWritable):
            publish_nothing(plan, site)


@pytest.mark.thorough
def test_a_plan_that_is_corrected_or_moved_with_its_site_is_the_same(tmp_path: Path) -> None:
    (tmp_path / "office").mkdir()
    plan, site = copy_plan(tmp_path / "office"), tmp_path / "office" / "site"
    publish_nothing(plan, site)
    change_rows(plan, "progress", lambda row: row.update(next_step="更正") is None)
    change_rows(plan, "units", lambda row: row.update(short_en=row["short_en"] + " (new)") is None)
    publish_nothing(plan, site)
    (tmp_path / "office").rename(tmp_path / "moved")
    publish_nothing(tmp_path / "moved" / "plan", tmp_path / "moved" / "site")
    # Of tables that cannot be read nothing is remembered.
    (tmp_path / "moved" / "plan" / "measures.csv").write_bytes(b"\xff\xfe\xfa")
    publish_nothing(tmp_path / "moved" / "plan", tmp_path / "moved" / "site")
    shutil.copy(data_folder() / "tianjin-2024" / "measures.csv", tmp_path / "moved" / "plan")
    publish_nothing(tmp_path / "moved" / "plan", tmp_path / "moved" / "site")


def test_a_plan_whose_id_was_changed_does_not_publish_beside_itself(tmp_path: Path) -> None:
    plan, site = copy_plan(tmp_path), tmp_path / "site"
    publish_nothing(plan, site)
    head = plan / "plan.toml"
    head.write_text(head.read_text("utf-8").replace('id = "tianjin-2024"', 'id = "tianjin-24"'), "utf-8")
    refused_until_it_is_said_to_be_the_same(plan, site, match=r"tianjin-2024.*tianjin-24.*--same-plan")


def swapped(plan: Path, table: str, column: str, one: str, other: str) -> None:
    """Two cells of a column change places."""
    places = {one: other, other: one}
    change_rows(plan, table, lambda row: row.update({column: places.get(row[column], row[column])}))


@pytest.mark.parametrize(
    ("swap", "named"),
    [
        (("units", "unit_id", CUSTOMS, OTHER), rf"units\.csv.*{CUSTOMS}.*{OTHER}"),
        (("units", "name", "天津海关", "天津边检总站"), rf"units\.csv.*{CUSTOMS}.*border-inspection"),
        (("commitments", "commitment_id", "C1", "C2"), r"commitments\.csv.*C1.*C2"),
        (("commitments", "measure_id", "M2", "M31"), r"commitments\.csv.*C2.*C4"),
        (("commitments", "quantity", "2", "30"), r"commitments\.csv.*C1.*C3"),
    ],
)
def test_an_id_that_means_another_thing_than_it_did_is_refused(
    tmp_path: Path, swap: tuple[str, str, str, str], named: str
) -> None:
    """Two rows change ids: all that was ever said of the one would stand under the name of the other."""
    plan, site = copy_plan(tmp_path), tmp_path / "site"
    publish_nothing(plan, site)
    swapped(plan, *swap)
    refused_until_it_is_said_to_be_the_same(plan, site, match=rf"tianjin-2024.*{named}.*改回.*--same-plan")
    swapped(plan, *swap)
    with pytest.raises(SiteNotWritable, match=named):
        publish_nothing(plan, site)


def test_a_site_that_remembers_no_meanings_does_so_from_its_next_run_on(tmp_path: Path) -> None:
    """It was published by a version that did not ask for them."""
    plan, site = copy_plan(tmp_path), tmp_path / "site"
    publish_nothing(plan, site)
    before = contents(site)
    content = json.loads((site / "manifest.json").read_text("utf-8"))
    assert content.pop("meanings").keys() == {"tianjin-2024"}
    (site / "manifest.json").write_text(json.dumps(content), "utf-8")
    publish_nothing(plan, site)
    assert contents(site)["manifest.json"] == before["manifest.json"]


def test_ids_that_come_and_go_and_numbers_written_otherwise_are_the_same_plan(tmp_path: Path) -> None:
    plan, site = copy_plan(tmp_path), tmp_path / "site"
    publish_nothing(plan, site)
    units = (plan / "units.csv").read_text("utf-8").splitlines(keepends=True)
    joined = "new-unit,新单位,新单位,New Unit,New Unit,central_agency,false,\n"
    gone = [line for line in units if not line.startswith(f"{CUSTOMS},")]
    # An id of which there are two tells nothing: `check` says so.
    for lines in (
        [*reversed(units[1:])],
        gone[1:],
        [*units[1:], joined],
        [*units[1:], units[2].replace("边检", "边防")],
    ):
        (plan / "units.csv").write_text("".join([units[0], *lines]), "utf-8")
        publish_nothing(plan, site)
    change_rows(plan, "commitments", lambda row: row.update(quantity=row["quantity"] + ".0", condition=""))
    publish_nothing(plan, site)
    # What was published of an id that is gone still speaks of whom it meant.
    reused = joined.replace("new-unit", CUSTOMS)
    (plan / "units.csv").write_text("".join([*gone, reused]), "utf-8")
    with pytest.raises(SiteNotWritable, match=CUSTOMS):
        publish_nothing(plan, site)


def cut_rows(plan: Path) -> None:
    """The record as an older copy has it, beside the chain of today."""
    lines = (plan / "progress.csv").read_text("utf-8").splitlines(keepends=True)
    (plan / "progress.csv").write_text("".join(lines[:200]), "utf-8")


def write_chain_anew(plan: Path) -> None:
    """As many rows as before, but not those that were published."""
    (plan / "progress.chain").write_bytes((plan / "progress.chain").read_bytes().replace(b"found", b"fOund"))


@pytest.mark.parametrize("harm", [cut_rows, write_chain_anew, lambda plan: (plan / "progress.chain").unlink()])
def test_a_record_that_shrank_since_it_was_published_is_refused(tmp_path: Path, harm: Callable[[Path], object]) -> None:
    """An old backup was put back: its pages would say of half the units that nothing was ever heard of them."""
    plan, site = copy_plan(tmp_path), tmp_path / "site"
    files = {"a": notebook(tmp_path / "a.ipynb")}

    def run(**options: bool) -> None:
        wanted = [("a", asked(read_inputs(plan)))]
        make_reports(wanted, read_inputs(plan), folder=site, started="now", registry=registry_of(files), **options)

    publish_nothing(plan, site)
    harm(plan)
    before = contents(site)
    with pytest.raises(SiteNotWritable, match=r"台账现有.*--same-plan"):
        run()
    assert contents(site) == before
    # Somebody says that it is right so; from then on it is.
    run(same_plan=True)
    run(force=True)
    change_rows(plan, "progress", lambda row: row.update(next_step="") is None)
    run()


def test_two_plans_share_a_site_under_their_own_ids(tmp_path: Path) -> None:
    first, site = copy_plan(tmp_path), tmp_path / "site"
    second = Path(shutil.copytree(first, tmp_path / "second"))
    head = second / "plan.toml"
    head.write_text(head.read_text("utf-8").replace('id = "tianjin-2024"', 'id = "tianjin-2025"'), "utf-8")
    for plan in (first, second, first):
        publish_nothing(plan, site)
    assert set(read_manifest(site).plans) == {"tianjin-2024", "tianjin-2025"}


@pytest.mark.parametrize("id_", ["../x", "a b", "方案", "a/b", ".hidden", "x" * 300, "a#b"])
def test_an_id_that_is_no_address_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str], id_: str) -> None:
    plan = copy_plan(tmp_path)
    head = plan / "plan.toml"
    head.write_text(head.read_text("utf-8").replace('id = "tianjin-2024"', f'id = "{id_}"'), "utf-8")
    options = ["--plan", str(plan), "--as-of", AS_OF, "--out", str(tmp_path / "site")]
    assert main(["report", WHOLE.name, *options]) in (Exit.BAD_PARAMETERS, Exit.BAD_DATA)
    assert id_[:40] in capsys.readouterr().err.replace("\n", "")
    assert not (tmp_path / "site").exists()


# What goes, and what stays.


def test_no_day_that_is_asked_for_empties_a_site(tmp_path: Path) -> None:
    """A clock that is ahead, or a day mistyped: the record knows nothing of it yet, and nothing goes."""
    inputs = read_inputs("tianjin-2024")
    arrivals = {"progress": "reported_at", "decisions": "recorded_at", "actuals": "reported_at"}
    newest = max(cells[column] for name, column in arrivals.items() for _, cells in inputs.tables[name].records())
    ends = ["2024-06-30", "2024-07-15", "2024-12-31", "2025-01-31"]
    site = Manifest({one.path: one for one in (page(as_of=day, plan_id=inputs.id) for day in [*ends, "2052-03-31"])})
    asked_for = {"keep": 1, "retire": (), "asked": {"2052-03-31"}}
    ahead = retention_of(inputs, "2052-04-01", **asked_for)
    assert ahead.until == newest
    assert ahead.gone(site) == ["2024-06-30"]
    # Nor does a form that is dated ahead count before its day.
    early = retention_of(inputs, "2024-08-10", **asked_for)
    assert "2024-07-01" < early.until <= "2024-08-10"
    assert early.gone(site) == []


# Secrets.


@pytest.mark.notebook
@pytest.mark.parametrize(
    "cell",
    ["print(open(plan_id + '/plan.toml').read())", "raise ValueError(open(plan_id + '/plan.toml').read())", "1 / 0"],
)
def test_the_password_of_a_database_shows_nowhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], cell: str
) -> None:
    """Not on a page, a page of a failure, in a notebook that is kept, a log, a run's record or a message."""
    secret, plan, site, log = "Hunter22!", copy_plan(tmp_path), tmp_path / "site", tmp_path / "log.jsonl"
    head = plan / "plan.toml"
    addresses = f"postgresql://office:{secret}@db.example/ledger sqlite:///a.db?password={secret}&uri=true"
    head.write_text(f"# kept until June at {addresses}\n" + head.read_text("utf-8"), "utf-8")
    files = {"small": notebook(tmp_path / "small.ipynb", cell)}
    monkeypatch.setattr("analysis.report.read_registry", lambda: registry_of(files))
    monkeypatch.setattr("analysis.report.making.read_registry", lambda: registry_of(files))
    options = ["--plan", str(plan), "--as-of", AS_OF, "--out", str(site), "--log", str(log), "--lang", "zh"]
    assert main(["report", *options]) in (Exit.NOTEBOOK_FAILED, Exit.GATE_REFUSED)
    main(["history", "--out", str(site)])
    main(["doctor", "--plan", str(plan), "--out", str(site)])
    main(["check", "--plan", str(plan)])
    printed = capfd.readouterr()
    kept = [*contents(site).values(), log.read_bytes(), printed.out.encode(), printed.err.encode()]
    assert sum(b"small" in text for text in kept) > 3
    assert not [text for text in kept if secret.encode() in text]


@pytest.mark.thorough
def test_the_password_of_a_database_that_does_not_answer_shows_nowhere(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    secret, plan, site, log = "Hunter22!", copy_plan(tmp_path), tmp_path / "site", tmp_path / "log.jsonl"
    site.mkdir()
    head = plan / "plan.toml"
    text = head.read_text("utf-8")
    for address in (
        f"postgresql+psycopg://office:{secret}@127.0.0.1:1/ledger",
        f"postgresql:/office:{secret}@db/ledger",
    ):
        head.write_text(f'progress = "{address}"\n' + text, "utf-8")
        options = ["--plan", str(plan), "--as-of", AS_OF, "--out", str(site), "--log", str(log), "--lang", "zh"]
        assert main(["report", *options]) == Exit.BAD_DATA
        assert main(["check", "--plan", str(plan)]) == Exit.BAD_DATA
        main(["history", "--out", str(site)])
        main(["doctor", "--plan", str(plan), "--out", str(site)])
    printed = capfd.readouterr()
    kept = [*contents(site).values(), log.read_bytes(), printed.out.encode(), printed.err.encode()]
    assert len(kept) > 4
    assert not [text for text in kept if secret.encode() in text]
