"""The columns of every frame that pages show: what each is called, what kind of thing it holds, how it is printed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal[
    "unit_id", "theme_id", "measure_id", "unit_ids", "other_units",  # ids
    "state", "mark", "feedback", "direction", "kind", "measured", "schedule", "outcome", "decision",
    "reason", "reasons", "decider",  # words
    "count", "number", "share", "days",  # numbers
    "date", "period", "flag", "text", "quote",
]  # fmt: skip
"""What a column holds. Ids and words are shown by their names in the name space of the same name; ``unit_ids``,
``other_units`` (beside the one that is spoken of) and ``reasons`` are lists; ``share`` is a part of 1; ``quote`` is
what a unit or the notice wrote, in its own language."""


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
    Column("other_units", "Other units", "other_units"),
    Column("kind", "Kind", "kind"),
    Column("state", "State", "state"),
    Column("state_before", "State before", "state"),
    Column("state_of_measure", "State of the measure", "state"),
    Column("state_of_unit", "State by its own word", "state"),
    Column("mark", "Note", "mark"),
    Column("reason", "Why", "reason"),
    Column("reasons", "All reasons", "reasons"),
    Column("direction", "Direction", "direction"),
    Column("schedule", "Against the deadline", "schedule"),
    Column("outcome", "Target met", "outcome"),
    Column("decision", "Decision", "decision"),
    Column("decided_by", "Decided by", "decider"),
    Column("measured_figure", "Figure", "measured"),
    Column("value", "Value", "number", 4),
    Column("named_in", "Measures naming the unit (F)", "count"),
    Column("sole", "Carried alone (S)", "count"),
    Column("share", "Fractional count (W)", "number", 2),
    Column("lead", "Leads (L)", "count"),
    Column("open", "Open measures", "count"),
    Column("open_load", "Open load", "number", 2),
    Column("overdue", "Overdue", "count"),
    Column("lapsed", "Feedback lapsed", "count"),
    Column("missing", "Reports owed", "count"),
    Column("reports_due", "Reports due", "count"),
    Column("received", "Received", "count"),
    Column("on_time_share", "On-time share", "share"),
    Column("median_lag", "Median lag, days after period end", "number", 1),
    Column("measures", "Measures", "count"),
    Column("units", "Units named", "count"),
    Column("units_silent", "Units never heard", "count"),
    Column("units_lapsed", "Units lapsed", "count"),
    Column("units_measured", "Units that measured", "count"),
    Column("single_unit", "Rest on one unit", "count"),
    Column("never_ends", "Ongoing by nature", "count"),
    Column("completable", "Can be completed", "count"),
    Column("completed", "Completed", "count"),
    Column("completion", "Completion", "share"),
    Column("due_by_now", "Due by now", "count"),
    Column("done_by_now", "Of these, done", "count"),
    Column("with_evidence", "With evidence", "count"),
    Column("commitments", "Measurable promises", "count"),
    Column("measured", "Measured by all units", "count"),
    Column("met", "Met", "count"),
    Column("shared", "Measures shared", "count"),
    Column("scope", "Can be completed", "count"),
    Column("reported", "Reported done or closed", "count"),
    Column("planned", "Due by then", "count"),
    Column("at_risk", "Open before", "count"),
    Column("closures", "Completed that day", "count"),
    Column("still_open", "Still open", "share"),
    Column("p50", "At least, with a chance of 50%", "count"),
    Column("p85", "At least, with a chance of 85%", "count"),
    Column("request_periods", "Reports in a row with this request", "count"),
    Column("times_returned", "Times sent back", "count"),
    Column("days", "Days since the notice", "days"),
    Column("days_slipped", "Days slipped", "days"),
    Column("period", "Period", "period"),
    Column("period_end", "Period end", "date"),
    Column("is_in", "Feedback was due", "flag"),
    Column("due", "Deadline", "date"),
    Column("report_due", "Report by", "date"),
    Column("due_original", "Deadline of the notice", "date"),
    Column("since", "Since", "date"),
    Column("done_on", "Done on", "date"),
    Column("as_of", "True for", "date"),
    Column("reported_at", "Arrived", "date"),
    Column("last_as_of", "Last feedback", "date"),
    Column("last_completed", "Last completion", "date"),
    Column("expected_completion", "Expected", "date"),
    Column("expected_first", "Expected first", "date"),
    Column("expected_last", "Expected last", "date"),
    Column("effective_on", "With effect from", "date"),
    Column("periods_still", "Periods without completion", "count"),
    Column("units_disagree", "Units disagree", "flag"),
    Column("progress", "Progress", "quote"),
    Column("problems", "Problems", "quote"),
    Column("request", "Asks for", "quote"),
    Column("next_step", "Next step", "quote"),
    Column("text_span", "Words of the notice", "quote"),
    Column("reason_given", "Reason", "quote"),
    Column("evidence_ref", "Evidence", "quote"),
    Column("target", "Target", "text"),
    Column("own_value", "Own latest value", "text"),
    Column("actual", "Latest values", "text"),
    Column("data", "Data", "text"),
)

STATE_LABELS = {
    "closed": "Closed (verified)",
    "done_reported": "Reported done",
    "in_progress": "In progress",
    "stalled": "Stalled",
    "not_started": "Not started",
    "ongoing": "Ongoing",
    "no_feedback": "No feedback",
    "not_due": "Not due yet",
    "withdrawn": "Withdrawn",
}
FEEDBACK_LABELS = {"on_time": "On time", "late": "Late", "skipped": "Skipped", "missing": "Missing"}

LABELS: dict[str, dict[str, str]] = {
    "state": STATE_LABELS,
    "feedback": FEEDBACK_LABELS,
    "mark": {
        "returned": "sent back",
        "reopened": "opened again",
        "partly_done": "some units report it done",
        "no_unit": "no unit named",
    },
    "reason": {
        "overdue": "Overdue",
        "stalled": "Stalled",
        "contradicted": "Closed, contradicted",
        "silent": "No feedback",
        "lapsed": "Feedback lapsed",
        "waiting": "Awaiting a decision",
    },
    "direction": {
        "forward": "Forward",
        "back": "Back",
        "first_word": "First feedback",
        "entered": "Entered",
        "other": "By decision",
    },
    "schedule": {
        "in_time": "Done in time",
        "late": "Done late",
        "overdue": "Overdue",
        "due_soon": "Due within three months",
        "later": "Due later",
        "no_deadline": "No deadline",
        "withdrawn": "Withdrawn",
    },
    "outcome": {
        "met": "Met",
        "not_met": "Not met",
        "partly_measured": "Met so far, not all measured",
        "not_measured": "Not measured",
    },
    "decision": {
        "closed": "Closed",
        "returned": "Sent back",
        "reopened": "Opened again",
        "withdrawn": "Withdrawn",
        "extended": "Deadline extended",
        "joined": "Unit joined",
        "left": "Unit left",
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
