"""Display names: of the plan's own things, of states, of columns."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from analysis.plan import Plan

_VOCABULARY = {
    "closed": "Closed (verified)",
    "done_reported": "Reported done, not verified",
    "in_progress": "In progress",
    "stalled": "Stalled",
    "not_started": "Not started",
    "ongoing": "Running continuously",
    "no_feedback": "No feedback",
    "withdrawn": "Withdrawn",
    "on_time": "On time",
    "late": "Late",
    "missing": "Missing",
    "hhi": "HHI",
    "effective_units": "Effective units",
    "top_three_share": "Part of the three heaviest",
    "gini": "Gini",
    "forward": "Forward",
    "back": "Back",
    "other": "Other",
    "municipal_department": "Municipal department",
    "central_agency": "Central agency",
    "district": "District",
    "zone": "Zone",
    "enterprise": "Enterprise",
}

_COLUMNS = {
    "unit_id": "Unit",
    "theme_id": "Theme",
    "measure_id": "Measure",
    "unit_ids": "Units",
    "kind": "Kind",
    "state": "State",
    "state_before": "State before",
    "direction": "Direction",
    "named_in": "Measures naming the unit (F)",
    "sole": "Carried alone (S)",
    "share": "Fractional count (W)",
    "lead": "Leads (L)",
    "open_load": "Open load",
    "reports_due": "Reports due",
    "on_time_share": "On-time share",
    "measures": "Measures",
    "units": "Units named",
    "single_unit": "Rest on one unit",
    "completable": "Can be completed",
    "completion": "Completion",
    "current_feedback": "Current feedback",
    "with_evidence": "With evidence",
    "with_commitment": "With a measurable promise",
    "days_since_feedback": "Days since feedback",
    "units_disagree": "Units disagree",
    "period_end": "Period end",
    "scope": "Scope: measures that can be completed",
    "reported": "Reported done or closed",
    "stale": "Stale measures",
    "overdue": "Overdue",
    "state_of_unit": "State by its own word",
    "expected_completion": "Expected",
    "expected_first": "Expected first",
    "expected_last": "Expected last",
    "days_slipped": "Days slipped",
    "times_returned": "Times returned",
    "last_unit": "Last to speak",
    "last_words": "Last words",
    "progress": "Progress",
    "problems": "Problems",
    "next_step": "Next step",
    "text_span": "Words of the notice",
    "other_unit": "With",
    "shared": "Measures shared",
    "days": "Days since the notice",
    "at_risk": "Open before",
    "closures": "Closed that day",
    "still_open": "Still open",
    "p50": "At least, 50% of draws",
    "p85": "At least, 85% of draws",
    "measured": "Figure",
    "value": "Value",
    "data": "Data",
    "True": "Yes",
    "False": "No",
}


def labels(say: Callable[..., str], lang: str, plan: Plan | None) -> dict[str, str]:
    """Every vocabulary word and column, and every id of a plan, with its display name in a language."""
    words = {word: say(message) for word, message in {**_VOCABULARY, **_COLUMNS}.items()}
    if plan is None:
        return words
    short, title = ("short", "title") if lang == "zh" else ("short_en", "title_en")
    measures = plan.measures
    return {
        **words,
        **dict(zip(plan.units["unit_id"], plan.units[short], strict=True)),
        **dict(zip(plan.themes["theme_id"], plan.themes[short], strict=True)),
        **{
            measure: say("{number}. {title}", number=number, title=name)
            for measure, number, name in zip(measures["measure_id"], measures["number"], measures[title], strict=True)
        },
    }
