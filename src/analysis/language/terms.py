"""How the figures were made and what they do not say: the terms of all pages, each explained once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

    from analysis.language.speaker import Language


@dataclass(frozen=True)
class Method:
    """How the figures of a page were made: terms and what they mean."""

    title: str
    terms: tuple[tuple[str, str], ...]


_SCOPE = (
    "All measures but those that are ongoing by nature and those withdrawn. Which are ongoing is our reading of the "
    "notice. To withdraw a measure takes it out of the rate, which then rises though nothing more was done."
)

TERMS: dict[str, tuple[str, str]] = {
    "attention": (
        "What needs coordination",
        "Measures past their deadline; stalled; closed, while a unit says otherwise of a later day; never reported on; "
        "with a unit that owes two reports in a row; reported done and not decided. Each stands once, under the "
        "gravest.",
    ),
    "named_in": ("Measures naming the unit (F)", "Each measure counts once for every unit that is on it."),
    "share": (
        "Fractional count (W)",
        "Each measure counts 1, shared equally by its units. Equal sharing is an assumption: the notice does not say "
        "who does how much. The counts add to the number of measures that name a unit. Load is not performance.",
    ),
    "lead_none": (
        "Leads (L)",
        "The notice declares no lead, so leads are left empty: that is not the same as none.",
    ),
    "lead_first_listed": ("Leads (L)", "The notice declares that the unit listed first leads."),
    "lead_marked": ("Leads (L)", "Measures of which the notice says that the unit leads."),
    "open_load": ("Open load", "The fractional count over measures that are neither closed nor withdrawn."),
    "overdue": ("Overdue", "Past its deadline, and neither reported done nor closed nor withdrawn."),
    "schedule": (
        "Deadlines",
        "Those that the notice sets, or the latest extension. Done in time: the last unit said done by then. Nothing "
        "is inferred from a percentage.",
    ),
    "no_feedback": (
        "No feedback",
        "A report was due, and none has ever come. It is a state of its own: it does not mean that nothing was begun. "
        "Where no report was due yet, the measure reads not due yet.",
    ),
    "group": ("Groups of units", "A name for several units, such as the districts concerned, counts as one."),
    "on_time_none": ("Reports", "The plan sets no reporting periods: a report is owed when a measure is due."),
    "on_time_each-period": (
        "Reports",
        "A unit owes a report on each period ({every}), on time up to {due}, on every measure that it is on and that "
        "is neither closed nor withdrawn, until it says done. Late: it came itself. Skipped: only a later one came.",
    ),
    "on_time_when-due": ("Reports", "A unit owes one report on each measure, on the day on which it is due."),
    "lapsed": ("Feedback lapsed", "A unit that owes two reports in a row on a measure."),
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
        "Closed or withdrawn by decision; else that of its weakest unit (stalled, not started, in progress, ongoing, "
        "reported done). Reported done only when every unit on it says so.",
    ),
    "closed_True": (
        "Closed (verified)",
        "By decision of somebody who is none of the measure's units and looked at evidence ({deciders}).",
    ),
    "closed_False": (
        "Nobody verifies",
        "In this plan nobody verifies what units report: what is done is done by their own word.",
    ),
    "completable": ("Can be completed", _SCOPE),
    "completion_True": ("Completion", "Closed measures ÷ measures that can be completed, among these alone."),
    "completion_False": ("Completion", "Measures reported done ÷ measures that can be completed, among these alone."),
    "evidence": ("Evidence", "Named by any unit or decision, and not taken back since. The office holds the papers."),
    "commitments": (
        "Measurable promises",
        "The text of the measure names a number to be kept. The list is our reading. Values of several units are never "
        "added; a promise is met when the latest value of every unit on the measure meets it.",
    ),
    "known_at": (
        "As known on",
        "Every past day is shown with all that had arrived by {known_at}, not as it was published then.",
    ),
    "first_word": ("First feedback", "From no word to a first word is neither forward nor back."),
    "forecast": (
        "Forecast",
        "The number of measures completed in each period so far, periods with none included, is taken for what may "
        "come, each as likely as another; the chances are worked out exactly. It assumes that the future is like the "
        "past; it is no promise and no target.",
    ),
    "survival": (
        "Time to completion",
        "Kaplan–Meier estimate: open measures count as open so far, withdrawn ones until they were withdrawn. These "
        "are all the measures there are, not a sample, so no interval is drawn.",
    ),
}
"""Term → what it is called and what it means, in English; names in braces are filled in from the plan."""

METHODS: dict[str, tuple[str, ...]] = {
    "delivery": (
        "attention",
        "state",
        "closed",
        "completable",
        "completion",
        "no_feedback",
        "lapsed",
        "on_time",
        "known_at",
    ),
    "workload_by_unit": (
        *("on_time", "lapsed", "no_feedback", "named_in", "share", "lead", "open_load", "overdue", "group"),
        *("effective_units", "gini"),
    ),
    "theme_coverage": ("state", "completable", "completion", "on_time", "evidence", "commitments", "schedule"),
    "completion_trend": ("completable", "closed", "schedule", "first_word", "known_at", "forecast", "survival"),
    "measure_ledger": ("state", "closed", "no_feedback", "lapsed", "schedule", "evidence", "commitments", "known_at"),
    "unit_brief": ("on_time", "lapsed", "no_feedback", "state", "share", "known_at"),
}
"""Report → its terms, in the order in which they are explained."""


def method(report: str, say: Language, *, known_at: pd.Timestamp) -> Method:
    """How the figures of a report were made.

    Parameters
    ----------
    report : str
        One of `METHODS`.
    say : Language
    known_at : pandas.Timestamp
        K.
    """
    plan, calendar = say.plan, say.plan.calendar
    owed = "none" if calendar.every == "none" else calendar.owed
    marked = "lead_marked" if plan.responsibilities["role"].eq("lead").any() else f"lead_{plan.lead_rule}"
    variants = {
        "lead": marked,
        "on_time": "on_time_when-due" if calendar.owed == "when-due" else f"on_time_{owed}",
        "closed": f"closed_{plan.is_verified}",
        "completion": f"completion_{plan.is_verified}",
    }
    left_out = set()
    decided = plan.decisions[plan.decisions["recorded_at"].le(known_at)]
    if plan.measures["due"].isna().all() and not decided["decision"].eq("extended").any():
        left_out |= {"overdue", "schedule"}
    if not plan.units["is_group"].any():
        left_out.add("group")
    values = {
        "every": every(say),
        "due": due_rule(say),
        "deciders": say.listing(say.name("decider", decider.name) for decider in plan.deciders),
        "known_at": say.date(known_at),
    }
    keys = [variants.get(key, key) for key in METHODS[report] if key not in left_out]
    terms = tuple((say(TERMS[key][0]), say(TERMS[key][1], **values)) for key in keys)
    return Method(say("How to read this"), terms)


def every(say: Language) -> str:
    """How often units report, as a noun; blank where there are no periods."""
    names = {
        "week": say("week"),
        "month": say("month"),
        "quarter": say("quarter"),
        "half-year": say("half-year"),
        "year": say("year"),
    }
    return names.get(say.plan.calendar.every, "")


def due_rule(say: Language) -> str:
    """By when a report is due after its period, in words."""
    calendar = say.plan.calendar
    days = calendar.due_after_days
    if days > 0:
        rule = say.count(days, "{n} day after its end", "{n} days after its end")
    elif days < 0:
        rule = say.count(-days, "{n} day before its end", "{n} days before its end")
    else:
        rule = say("its last day")
    return say("{rule}, or the next working day", rule=rule) if calendar.due_on_working_day else rule
