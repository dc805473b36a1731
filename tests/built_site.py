"""A site with every report in the situations that matter, made once and used by several suites.

It lies in a folder that git ignores. Making it again makes only what has changed: the suites use the product's own way.
"""

from pathlib import Path

from analysis import due
from analysis.catalogue import languages
from analysis.page import problems_page
from analysis.plan import open_plan
from analysis.report import Outcome, check_parameters, make_reports, read_inputs, read_registry
from analysis.site import read_manifest
from tests.plans import notebook, registry_of

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
        reports = read_registry().reports.values()
        names = [report.name for report in reports if values.get("unit") or not report.needs_unit]
        asked = [check_parameters({"plan_id": inputs.id, "lang": lang, **values}, inputs) for lang in languages()]
        wanted = [(name, parameters) for parameters in asked for name in names]
        for outcome in make_reports(wanted, inputs, folder=FOLDER, jobs=2).outcomes:
            outcomes[situation, outcome.report, outcome.parameters.lang] = outcome
    return outcomes


def build_troubles(folder: Path) -> dict[str, Path]:
    """What is told when something went wrong: a failure, the index that names it, a list of problems."""
    inputs = read_inputs("tianjin-2024")
    asked = {"plan_id": inputs.id, "as_of": "2025-03-31"}
    wanted = [("broken", check_parameters({**asked, "lang": lang}, inputs)) for lang in languages()]
    file = notebook(folder / "broken.ipynb", "raise ValueError('没有这一列 ' + 'x' * 300)")
    registry = registry_of({"broken": file})
    site = folder / "site"
    make_reports(wanted, inputs, folder=site, started="2025-04-06T06:00+08:00", registry=registry)
    failures = read_manifest(site).failures.values()
    pages = {failure.parameters.lang: site / failure.page for failure in failures}
    problems = due.warnings(open_plan("tianjin-2024").at("2025-03-31"))
    listed = folder / "problems.html"
    listed.write_text(problems_page("方案", problems, banners=["合成示例数据。"]), "utf-8")
    return {
        **{f"failure {lang}": page for lang, page in pages.items()},
        "index of failures zh": site / "index.html",
        "index of failures en": site / "index.en.html",
        "problems zh": listed,
    }
