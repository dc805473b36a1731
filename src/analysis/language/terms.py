"""How the figures were made and what they do not say: the terms of all pages, each explained once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from analysis.language.speaker import Language


@dataclass(frozen=True)
class Method:
    """How the figures of a page were made: terms and what they mean."""

    title: str
    terms: tuple[tuple[str, str], ...]


_SCOPE = (
    "All measures but those that run continuously by their nature and those withdrawn. Which are which is our reading "
    "of the notice."
)

TERMS: dict[str, tuple[str, str]] = {
    "named_in": ("Measures naming the unit (F)", "Each measure counts once for every unit that it names."),
    "share": (
        "Fractional count (W)",
        "Each measure counts 1, shared equally by its units. Equal sharing is an assumption: the notice does not say "
        "who does how much. The counts add to the number of measures.",
    ),
    "lead_none": (
        "Leads (L)",
        "The notice declares no lead, so leads are left empty: that is not the same as none.",
    ),
    "lead_first_listed": ("Leads (L)", "The notice declares that the unit listed first leads."),
    "open_load": ("Open load", "The fractional count over measures that are neither closed nor withdrawn."),
    "overdue": ("Overdue", "Measures past their own deadline. Where the notice sets none, the column is left empty."),
    "no_feedback": (
        "No feedback",
        "No statement has arrived. It is a state of its own: it does not mean that nothing was begun.",
    ),
    "on_time": (
        "On time",
        "A statement on a month that arrived by day {due_day} of the next month. Months after closure or withdrawal "
        "are not due.",
    ),
    "effective_units": (
        "Effective units",
        "1 ÷ HHI, the sum of squared parts of the load: so many equal units would be as uneven.",
    ),
    "gini": (
        "Gini",
        "0 when all units carry the same, 1 when one carries all; corrected for small numbers of units.",
    ),
    "state": (
        "State of a measure",
        "That of its weakest reporting unit. It counts as without feedback only when no unit has reported.",
    ),
    "state_of_unit": (
        "State by its own word",
        "What this unit said last. The state of a measure is that of its weakest reporting unit.",
    ),
    "completable": (
        "Can be completed",
        _SCOPE,
    ),
    "scope": (
        "Scope",
        _SCOPE,
    ),
    "completion": ("Completion", "Closed measures ÷ measures that can be completed; empty when there are none."),
    "current_feedback": (
        "Current feedback",
        "At least one unit's last word is at most one due period old, or nothing is owed any more.",
    ),
    "with_commitment": (
        "Measurable promise",
        "The text of the measure names a number to be kept. The list of promises is our reading.",
    ),
    "closed": ("Closed (verified)", "Every reporting unit's part is closed, that is, verified by the office."),
    "done_reported": (
        "Reported done, not verified",
        "The weakest reporting unit says that it is done; the office has not verified it.",
    ),
    "known_at": (
        "As known on",
        "Every past period is shown with all that had arrived by that day, not as it was published then.",
    ),
    "forecast": (
        "Forecast",
        "Closures of past months, months without any included, are drawn again at random {paths} times and added up. "
        "It assumes that the future is like the past; it is no promise and no target.",
    ),
}
"""Term → what it is called and what it means, in English; names in braces are filled in from the plan."""

METHODS: dict[str, tuple[str, ...]] = {
    "workload_by_unit": (
        *("named_in", "share", "lead", "open_load", "overdue"),
        *("no_feedback", "on_time", "effective_units", "gini"),
    ),
    "theme_coverage": ("state", "completable", "completion", "current_feedback", "with_commitment"),
    "completion_trend": ("scope", "closed", "done_reported", "known_at", "forecast"),
    "unit_brief": ("state_of_unit", "share", "on_time", "no_feedback"),
}
"""Report → its terms, in the order in which they are explained."""


def method(report: str, say: Language) -> Method:
    """How the figures of a report were made.

    Parameters
    ----------
    report : str
        One of `METHODS`.
    say : Language
    """
    values = {"due_day": say.plan.calendar.due_day, "paths": say.number(10_000)}
    keys = (f"lead_{say.plan.lead_rule}" if key == "lead" else key for key in METHODS[report])
    terms = tuple((say(TERMS[key][0]), say(TERMS[key][1], **values)) for key in keys)
    return Method(say("How to read this"), terms)
