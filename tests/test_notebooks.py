"""The notebooks: kept as agreed, and run for real by the same ways as a user runs them."""

import ast
import json
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import papermill
import pytest

from analysis.catalogue import languages
from analysis.exhibits import METADATA
from analysis.plan import data_folder
from analysis.report import Parameters, Report, check_parameters, make_reports, read_inputs, read_registry
from analysis.runner import notebook_folder

from .built_site import SITUATIONS, build
from .plan_folders import write_plan

REPORTS = list(read_registry().reports.values())
each_report = pytest.mark.parametrize("report", REPORTS, ids=lambda report: report.name)


def code_cells(report: Report) -> list[str]:
    notebook = nbformat.read(report.notebook, as_version=4)
    return [cell.source for cell in notebook.cells if cell.cell_type == "code"]


def test_every_notebook_of_the_project_is_a_report() -> None:
    registry = read_registry()
    assert registry.skipped == {}
    assert {report.notebook for report in REPORTS} == set(notebook_folder().glob("*.ipynb"))
    assert all(report.titles.get(lang) for report in REPORTS for lang in languages())


@each_report
def test_is_stored_clean(report: Report) -> None:
    notebook = nbformat.read(report.notebook, as_version=4)
    nbformat.validate(notebook)
    assert notebook.metadata.kernelspec.name == "python3"
    assert notebook.cells[0].source.startswith("# ")
    for cell in notebook.cells:
        if cell.cell_type == "code":
            assert not cell.outputs
            assert cell.execution_count is None


@each_report
def test_has_one_cell_of_parameters_that_the_model_knows(report: Report) -> None:
    notebook = nbformat.read(report.notebook, as_version=4)
    tagged = [cell.source for cell in notebook.cells if "parameters" in cell.metadata.get("tags", [])]
    assert len(tagged) == 1
    assignments = [node for node in ast.parse(tagged[0]).body if isinstance(node, ast.AnnAssign)]
    values = {ast.unparse(node.target): ast.literal_eval(node.value or node.target) for node in assignments}
    assert set(values) == set(Parameters.model_fields)
    assert values["known_at"] == ""
    Parameters.of(values)
    shown = {parameter["name"]: parameter for parameter in papermill.inspect_notebook(str(report.notebook)).values()}
    assert {name: (shown[name]["inferred_type_name"], bool(shown[name]["help"])) for name in values} == dict.fromkeys(
        values, ("str", True)
    )


@each_report
def test_its_head_is_short(report: Report) -> None:
    """Open, select, read the date: at most three cells of code before the first of its own."""
    sources = code_cells(report)
    opened = next(number for number, source in enumerate(sources) if "plan.at(" in source)
    assert opened <= 2
    assert "Parameters.of_notebook(globals())" in sources[1]


@each_report
def test_holds_no_logic(report: Report) -> None:
    forbidden = (ast.FunctionDef, ast.ClassDef, ast.For, ast.While, ast.If, ast.Lambda, ast.ListComp, ast.Try)
    for number, source in enumerate(code_cells(report)):
        found = [type(node).__name__ for node in ast.walk(ast.parse(source)) if isinstance(node, forbidden)]
        assert not found, f"cell {number}: {found}"
        if number > 1:
            assert len(source.splitlines()) <= 5, f"cell {number}"
        strings = [node.value for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Constant)]
        assert not [text for text in strings if isinstance(text, str) and ("/" in text or "\\" in text)]


@pytest.mark.notebook
def test_every_report_is_made_in_every_situation() -> None:
    outcomes = build()
    assert {outcome.result for outcome in outcomes.values()} <= {"made", "unchanged"}, [
        (key, outcome.reason) for key, outcome in outcomes.items() if outcome.reason
    ]
    made = {(situation, name) for situation, name, _ in outcomes}
    assert made == {
        (situation, report.name)
        for situation, values in SITUATIONS.items()
        for report in REPORTS
        if values.get("unit") or not report.needs_unit
    }
    assert len(outcomes) == len(made) * len(languages())


@pytest.mark.notebook
def test_a_second_call_runs_no_notebook(monkeypatch: pytest.MonkeyPatch) -> None:
    build()
    monkeypatch.setattr("analysis.report.making.run_each", None)
    assert {outcome.result for outcome in build().values()} == {"unchanged"}


@pytest.mark.notebook
def test_plain_papermill_gives_the_same_outputs(tmp_path: Path) -> None:
    """As a user runs it: no library of ours in between, the defaults of the parameters cell."""
    ours = tmp_path / "ours.ipynb"
    name = next(report.name for report in REPORTS if not report.needs_unit)
    subprocess.run(
        [sys.executable, "-m", "papermill", f"{name}.ipynb", str(ours), "-k", "python3"],
        cwd=notebook_folder(),
        check=True,
        capture_output=True,
    )
    made = json.loads(ours.read_text("utf-8"))
    shown = [
        "".join(output["data"]["text/html"])
        for cell in made["cells"]
        for output in cell.get("outputs", [])
        if output.get("metadata", {}).get(METADATA, {}).get("role") in ("opening", "exhibit", "method")
    ]
    page = make_one(name, {"as_of": "2025-03-31"}, tmp_path)
    assert shown
    for fragment in shown:
        assert fragment.strip() in page


@pytest.mark.notebook
@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("-p untit 天津海关", "untit，值“天津海关”：没有这个参数"),
        ("-r as_of 2025-02-30", "as_of，值“2025-02-30”：应为真实存在的日期"),
        ("-p known_at 2024", "known_at，值“2024”：应为文字，要加引号"),
        ("-p unit 天津海官", "方案中没有单位“天津海官”"),
    ],
)
def test_what_cannot_be_is_refused_by_papermill_too(tmp_path: Path, given: str, message: str) -> None:
    name = next(report.name for report in REPORTS if not report.needs_unit)
    run = subprocess.run(
        [
            sys.executable,
            "-m",
            "papermill",
            f"{name}.ipynb",
            str(tmp_path / "out.ipynb"),
            "-k",
            "python3",
            *given.split(),
        ],
        cwd=notebook_folder(),
        check=False,
        capture_output=True,
        text=True,
    )
    assert run.returncode != 0
    assert message in run.stderr


@pytest.mark.notebook
def test_papermill_shows_what_a_notebook_takes() -> None:
    name = next(report.name for report in REPORTS if not report.needs_unit)
    run = subprocess.run(
        [sys.executable, "-m", "papermill", "--help-notebook", f"{name}.ipynb"],
        cwd=notebook_folder(),
        check=False,
        capture_output=True,
        text=True,
    )
    assert all(f"{field}: str" in run.stdout for field in Parameters.model_fields)


def make_one(name: str, values: dict[str, str], folder: Path) -> str:
    inputs = read_inputs("tianjin-2024")
    asked = check_parameters({"plan_id": inputs.id, **values}, inputs)
    (outcome,) = make_reports([(name, asked)], inputs, folder=folder / "site").outcomes
    assert outcome.result == "made", outcome.reason
    return outcome.path.read_text("utf-8")


@pytest.mark.notebook
def test_a_changed_row_makes_again_only_what_it_touches(tmp_path: Path) -> None:
    """One row of theme 1 in February: the page of theme 1 at the end of March, not that of theme 5 nor December's."""
    folder = tmp_path / "plan"
    shutil.copytree(data_folder() / "tianjin-2024", folder)

    name = next(report.name for report in REPORTS if not report.needs_unit)

    def make() -> dict[str, str]:
        inputs = read_inputs(folder)
        wanted = [
            (name, check_parameters({"plan_id": str(folder), "as_of": as_of, "theme": theme}, inputs))
            for as_of, theme in (("2025-03-31", "T1"), ("2025-03-31", "T5"), ("2024-12-31", "T1"))
        ]
        outcomes = make_reports(wanted, inputs, folder=tmp_path / "site", jobs=2).outcomes
        return {f"{o.parameters.as_of} {o.parameters.theme}": o.result for o in outcomes}

    assert set(make().values()) == {"made"}
    log = folder / "progress.csv"
    lines = log.read_text("utf-8").splitlines(keepends=True)
    (place,) = [number for number, line in enumerate(lines) if ",M4,port-group,2025-01," in line]
    lines[place] = lines[place].replace("（示例）", "（示例）改", 1)
    log.write_text("".join(lines), "utf-8")
    assert make() == {"2025-03-31 T1": "made", "2025-03-31 T5": "unchanged", "2024-12-31 T1": "unchanged"}


SIZES: dict[str, dict] = {
    "empty": {"measures": 0, "units": 1, "statements": "none"},
    "one-measure": {"measures": 1, "units": 1},
    "one-unit": {"measures": 12, "units": 1},
    "all-closed": {"measures": 9, "units": 4, "statements": "closed"},
    "nothing-reported": {"measures": 9, "units": 4, "statements": "none"},
    "large": {"measures": 500, "units": 200, "themes": 12},
}


@pytest.mark.notebook
@pytest.mark.parametrize("size", SIZES)
def test_plans_of_every_size_make_pages(size: str, tmp_path: Path) -> None:
    inputs = read_inputs(write_plan(tmp_path / size, **SIZES[size]))
    asked = {"plan_id": inputs.address, "as_of": "2025-03-31", "known_at": "2025-04-30"}
    wanted = [(report.name, check_parameters(asked, inputs)) for report in REPORTS if not report.needs_unit]
    outcomes = make_reports(wanted, inputs, folder=tmp_path / "site", jobs=2).outcomes
    assert {(outcome.result, outcome.reason) for outcome in outcomes} == {("made", "")}
    assert max(outcome.path.stat().st_size for outcome in outcomes) < 2_000_000
