"""The columns of every frame that pages show: what each is called, what kind of thing it holds, how it is printed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal[
    "unit_id", "theme_id", "measure_id", "unit_ids", "state", "feedback", "direction", "kind", "measured",  # ids, words
    "count", "number", "share", "days",  # numbers
    "date", "flag", "text", "quote",
]  # fmt: skip
"""What a column holds. Ids and words are shown by their names in the name space of the same name; ``unit_ids`` is a
list of ids; ``share`` is a part of 1; ``quote`` is what a unit or the notice wrote, in its own language."""


@dataclass(frozen=True)
class Column:
    """A column of a frame.

    Attributes
    ----------
    name : str
    label : str
        What it is called, in English; other languages have it in their catalogues.
    kind : str
        One of `Kind`.
    decimals : int
        Of a number; a share is printed as a percentage with so many.
    """

    name: str
    label: str
    kind: Kind
    decimals: int = 0

    @property
    def is_number(self) -> bool:
        """Whether it is aligned as numbers are, and added up."""
        return self.kind in ("count", "number", "share", "days")


_DECLARED = (
    Column("unit_id", "Unit", "unit_id"),
    Column("theme_id", "Theme", "theme_id"),
    Column("measure_id", "Measure", "measure_id"),
    Column("unit_ids", "Units", "unit_ids"),
    Column("other_unit", "With", "unit_id"),
    Column("last_unit", "Last to speak", "unit_id"),
    Column("kind", "Kind", "kind"),
    Column("state", "State", "state"),
    Column("state_before", "State before", "state"),
    Column("state_of_unit", "State by its own word", "state"),
    Column("direction", "Direction", "direction"),
    Column("measured", "Figure", "measured"),
    Column("value", "Value", "number", 4),
    Column("named_in", "Measures naming the unit (F)", "count"),
    Column("sole", "Carried alone (S)", "count"),
    Column("share", "Fractional count (W)", "number", 2),
    Column("lead", "Leads (L)", "count"),
    Column("open_load", "Open load", "number", 2),
    Column("overdue", "Overdue", "count"),
    Column("stale", "Stale measures", "count"),
    Column("reports_due", "Reports due", "count"),
    Column("on_time_share", "On-time share", "share"),
    Column("measures", "Measures", "count"),
    Column("units", "Units named", "count"),
    Column("single_unit", "Rest on one unit", "count"),
    Column("completable", "Can be completed", "count"),
    Column("completion", "Completion", "share"),
    Column("current_feedback", "Current feedback", "count"),
    Column("with_evidence", "With evidence", "count"),
    Column("with_commitment", "With a measurable promise", "count"),
    Column("shared", "Measures shared", "count"),
    Column("scope", "Scope: measures that can be completed", "count"),
    Column("reported", "Reported done or closed", "count"),
    Column("at_risk", "Open before", "count"),
    Column("closures", "Closed that day", "count"),
    Column("still_open", "Still open", "share"),
    Column("p50", "At least, 50% of draws", "count"),
    Column("p85", "At least, 85% of draws", "count"),
    Column("times_returned", "Times returned", "count"),
    Column("days", "Days since the notice", "days"),
    Column("days_since_feedback", "Days since feedback", "days"),
    Column("days_slipped", "Days slipped", "days"),
    Column("period_end", "Period end", "date"),
    Column("expected_completion", "Expected", "date"),
    Column("expected_first", "Expected first", "date"),
    Column("expected_last", "Expected last", "date"),
    Column("units_disagree", "Units disagree", "flag"),
    Column("last_words", "Last words", "quote"),
    Column("progress", "Progress", "quote"),
    Column("problems", "Problems", "quote"),
    Column("next_step", "Next step", "quote"),
    Column("text_span", "Words of the notice", "quote"),
    Column("data", "Data", "text"),
)

STATE_LABELS = {
    "closed": "Closed (verified)",
    "done_reported": "Reported done, not verified",
    "in_progress": "In progress",
    "stalled": "Stalled",
    "not_started": "Not started",
    "ongoing": "Running continuously",
    "no_feedback": "No feedback",
    "withdrawn": "Withdrawn",
}
FEEDBACK_LABELS = {"on_time": "On time", "late": "Late", "missing": "Missing"}

LABELS: dict[str, dict[str, str]] = {
    "state": STATE_LABELS,
    "feedback": FEEDBACK_LABELS,
    "direction": {"forward": "Forward", "back": "Back", "other": "Other"},
    "kind": {
        "municipal_department": "Municipal department",
        "central_agency": "Central agency",
        "district": "District",
        "zone": "Zone",
        "enterprise": "Enterprise",
    },
    "measured": {
        "hhi": "HHI",
        "effective_units": "Effective units",
        "top_three_share": "Part of the three heaviest",
        "gini": "Gini",
    },
    "flag": {"True": "Yes", "False": "No"},
}
"""Name space → word → what it is called, in English. Each vocabulary has a name space of its own."""

COLUMNS: dict[str, Column] = {
    # A count of what is in a state, or of what became of a report, is called as the state is.
    **{word: Column(word, label, "count") for word, label in {**STATE_LABELS, **FEEDBACK_LABELS}.items()},
    **{column.name: column for column in _DECLARED},
}
"""Every column by its name."""
