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
    "workload_by_unit": Declared(
        "Load of each unit; the fractional counts add to {total}",
        columns=("unit_id", "named_in", "share", "sole", "lead", "open_load", "overdue"),
        parts=("share", "open_load"),
    ),
    "states_by_unit": Declared("Each unit's measures by state"),
    "feedback_by_unit": Declared("Reports each unit owed, and its stale measures"),
    "co_responsibility": Declared("Measures that two units share", record=False),
    "concentration": Declared("Concentration of the load", record=False),
    "theme_coverage": Declared("Coverage of each theme"),
    "unit_by_theme": Declared("Measures of each theme that name each unit", record=False),
    "measures": Declared("All measures, in the order of the notice", filter_by="state"),
    "feedback_by_theme": Declared("Measures with current feedback by month"),
    "commitments": Declared(
        "Measurable promises in the text of the notice", record=False, columns=("measure_id", "text_span")
    ),
    "single_unit": Declared("Measures that rest on one unit"),
    "burn_up": Declared("Completion at the end of each period"),
    "states_by_period": Declared("Measures by state at the end of each period"),
    "changes": Declared("Measures that changed their state"),
    "burn_up_by_theme": Declared("Completion of each theme at the end of each period"),
    "time_to_completion": Declared("Measures still open by days since the notice"),
    "forecast": Declared("Closed measures: past and forecast"),
    "slips": Declared("Expected days that moved later, and work returned"),
    "brief": Declared("Its measures, in the order of the notice", of_unit=True),
    "partners": Declared("Measures shared with other units", record=False, of_unit=True),
    "due": Declared("Reports owed on each measure", of_unit=True),
}
"""Table → its declaration; the name is that of its CSV file."""
