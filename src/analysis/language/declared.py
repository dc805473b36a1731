"""The tables of all pages: what each is called, which columns it has, what it rests on."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Declared:
    """A table.

    Attributes
    ----------
    caption : str
        In English; ``{total}`` stands for the sum of the first of `parts`.
    record : bool
        Whether it rests on the record of progress: if that is synthetic, its file says so in every row.
    columns : tuple of str
        Those of the frame that are shown, in their order; all of them when empty.
    parts : tuple of str
        Columns that are rounded so that they add to their rounded total.
    filter_by : str
        A column of states to which the reader can narrow the table.
    of_unit : bool
        Whether it is about the one unit that the plan was narrowed to.
    """

    caption: str
    record: bool = True
    columns: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()
    filter_by: str = ""
    of_unit: bool = False


DECLARED: dict[str, Declared] = {
    "attention": Declared(
        "Measures that need coordination",
        columns=("measure_id", "reason", "since", "unit_ids", "reasons", "state"),
    ),
    "units": Declared(
        "Units, those that report worst first",
        columns=(
            *("unit_id", "named_in", "open", "stalled", "no_feedback", "lapsed"),
            *("on_time", "reports_due", "on_time_share"),
        ),
    ),
    "workload_by_unit": Declared(
        "Load of each unit; the fractional counts add to {total}",
        columns=("unit_id", "named_in", "share", "sole", "lead", "open", "open_load", "stalled", "overdue"),
        parts=("share", "open_load"),
    ),
    "states_by_unit": Declared("Each unit's own parts by state"),
    "feedback_by_unit": Declared("Reports each unit owed, those that report worst first"),
    "co_responsibility": Declared("Measures that two units share", record=False),
    "concentration": Declared("Concentration of the load", record=False),
    "theme_coverage": Declared(
        "Each theme, from all its measures to those completed",
        columns=(
            *("theme_id", "measures", "withdrawn", "never_ends", "completable", "completed", "completion"),
            *("stalled", "no_feedback", "units", "single_unit", "with_evidence", "received", "reports_due"),
        ),
    ),
    "unit_by_theme": Declared("Measures of each theme that name each unit", record=False),
    "measures": Declared("All measures, in the order of the notice", filter_by="state"),
    "feedback_by_theme": Declared("Reports on each theme's measures by period"),
    "commitments": Declared(
        "Measurable promises, and what was measured",
        columns=(*("measure_id", "text_span", "target", "actual", "units_measured", "units", "outcome"),),
    ),
    "single_unit": Declared("Measures that rest on one unit"),
    "burn_up": Declared("Completion at the end of each period"),
    "states_by_period": Declared("Measures by state at the end of each period"),
    "changes": Declared("Measures whose state has changed"),
    "revised": Declared("What is known otherwise of the earlier day than when its page was made"),
    "burn_up_by_theme": Declared("Completion of each theme at the end of each period"),
    "deadlines": Declared(
        "Measures with a deadline, those overdue first",
        columns=("measure_id", "due", "due_original", "state", "schedule", "done_on", "unit_ids"),
    ),
    "time_to_completion": Declared("Measures still open by days since the notice"),
    "forecast": Declared("Completed measures: past and forecast"),
    "slips": Declared("Expected days that moved later, and work sent back"),
    "measure_ledger": Declared(
        "Every measure and unit",
        columns=(
            *("measure_id", "theme_id", "state", "mark", "since", "due", "due_original", "unit_id", "state_of_unit"),
            *(
                "problems",
                "request",
                "request_periods",
                "progress",
                "next_step",
                "evidence_ref",
                "reported_at",
                "missing",
            ),
        ),
    ),
    "asked": Declared(
        "Reports due next", columns=("measure_id", "period", "report_due", "missing", "reported_at"), of_unit=True
    ),
    "blockers": Declared(
        "Its measures that are stalled",
        columns=(
            "measure_id",
            "state_of_unit",
            "state_of_measure",
            "since",
            "problems",
            "request",
            "request_periods",
            "next_step",
        ),
        of_unit=True,
    ),
    "brief": Declared(
        "Its measures, the most urgent first",
        columns=(
            *("measure_id", "state_of_unit", "state_of_measure", "due", "other_units", "missing"),
            *("progress", "problems", "request", "next_step", "reported_at"),
        ),
        of_unit=True,
    ),
    "brief_decisions": Declared(
        "Decisions that concern it",
        columns=("measure_id", "decision", "effective_on", "decided_by", "reason_given"),
        of_unit=True,
    ),
    "reports_owed": Declared("What became of the reports it owed", of_unit=True),
    "brief_promises": Declared(
        "Measurable promises of its measures",
        columns=("measure_id", "text_span", "target", "own_value", "outcome"),
        of_unit=True,
    ),
}
"""Table → its declaration; the name is that of its CSV file."""
