"""A site with every report in the situations that matter, made once and used by several suites.

It lies in a folder that git ignores. Making it again makes only what has changed: the suites use the product's own way.
"""

from pathlib import Path

from analysis.report import Outcome, Parameters, make_reports, read_inputs, report_names

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
