"""A site with every report in the situations that matter, made once and used by several suites.

It lies in a folder that git ignores. Making it again makes only what has changed: the suites use the product's own way.
"""

from pathlib import Path

import pandas as pd

from analysis import due
from analysis.plan import open_plan
from analysis.report import Outcome, Parameters, make_reports, read_inputs, report_names
from analysis.report.manifest import read_manifest
from analysis.report.problems import problems_page
from tests.plans import notebook

FOLDER = Path(__file__).parent / ".site"

SITUATIONS: dict[str, dict[str, str]] = {
    "whole": {"as_of": "2025-03-31", "known_at": "2025-04-30", "compare_to": "2024-12-31"},
    "one unit": {"as_of": "2024-12-31", "unit": "tj-customs"},
    "one theme": {"as_of": "2024-12-31", "theme": "T5"},
    "empty selection": {"as_of": "2024-12-31", "unit": "maritime-administration", "theme": "T1"},
    "no feedback": {"as_of": "2024-06-15"},
    "no feedback, one unit": {"as_of": "2024-06-15", "unit": "tj-customs"},
}


def build() -> dict[tuple[str, str, str], Outcome]:
    """Make the site; gives every outcome by situation, report and language."""
    inputs = read_inputs("tianjin-2024")
    outcomes: dict[tuple[str, str, str], Outcome] = {}
    for situation, values in SITUATIONS.items():
        names = [name for name in report_names() if values.get("unit") or not name.startswith("unit_")]
        asked = [Parameters(plan_id=inputs.id, lang=lang, **values) for lang in ("zh", "en")]
        wanted = [(name, parameters) for parameters in asked for name in names]
        for outcome in make_reports(wanted, inputs, folder=FOLDER, jobs=2).outcomes:
            outcomes[situation, outcome.report, outcome.parameters.lang] = outcome
    return outcomes


def build_troubles(folder: Path) -> dict[str, Path]:
    """What is told when something went wrong: a failure, the index that names it, a list of problems."""
    inputs = read_inputs("tianjin-2024")
    wanted = [
        ("completion_trend", Parameters(plan_id=inputs.id, as_of="2025-03-31", lang=lang)) for lang in ("zh", "en")
    ]
    file = notebook(folder / "broken.ipynb", "raise ValueError('没有这一列 ' + 'x' * 300)")
    make_reports(wanted, inputs, folder=folder, started="2025-04-06T06:00+08:00", notebook=lambda name: file)
    told = {failure.lang: folder / failure.page for failure in read_manifest(folder).failures.values()}
    problems = due.warnings(open_plan("tianjin-2024"), as_of=pd.Timestamp("2025-03-31"))
    listed = folder / "problems.html"
    listed.write_text(problems_page("方案", problems, banners=["合成示例数据。"]), "utf-8")
    return {
        **{f"failure {lang}": page for lang, page in told.items()},
        "index of failures zh": folder / "index.html",
        "index of failures en": folder / "index.en.html",
        "problems zh": listed,
    }
