"""What the brief of one unit says."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from analysis.schema import NO_FEEDBACK
from analysis.words.language import Language, round_parts
from analysis.words.page import Caption, KeyFigure, Method, caption
from analysis.words.table import Table, table

if TYPE_CHECKING:
    from analysis.plan import Plan


def title(plan: Plan, say: Language) -> str:
    """The title of the page: the unit's own name as the notice prints it."""
    names = plan.units.set_index("unit_id")["name" if say.lang == "zh" else "name_en"]
    return say("Brief for {unit}", unit=names[plan.selection["unit"]])


def key_figures(
    loads: pd.DataFrame, carried: pd.DataFrame, owed: pd.DataFrame, plan: Plan, say: Language
) -> list[KeyFigure]:
    """The numbers at the head of the page."""
    rounded = loads.assign(share=round_parts(loads["share"], 2)).set_index("unit_id")
    load = rounded.reindex([plan.selection["unit"]]).iloc[0]
    states = carried["state_of_unit"].value_counts()
    due = int(owed.to_numpy().sum())
    return [
        KeyFigure(say("Measures naming the unit (F)"), say.number(load["named_in"])),
        KeyFigure(say("Fractional count (W)"), say.number(load["share"], 2)),
        KeyFigure(say("Carried alone (S)"), say.number(load["sole"])),
        KeyFigure(say("Closed (verified)"), say.number(states.get("closed", 0)), say("by its own last word")),
        KeyFigure(say("Never reported on"), say.share_of(int(states.get(NO_FEEDBACK, 0)), len(carried))),
        KeyFigure(say("Reports in time"), say.share_of(int(owed["on_time"].sum()), due)),
    ]


def carries(carried: pd.DataFrame, plan: Plan, say: Language) -> Caption:
    """Around the list of what the unit carries."""
    unit = say.name(plan.selection["unit"])
    stalled, silent = (
        int(carried["state_of_unit"].eq("stalled").sum()),
        int(carried["state_of_unit"].eq(NO_FEEDBACK).sum()),
    )
    finding = say.count(
        len(carried),
        "{unit} carries {n} measure: {stalled} stalled, {silent} never reported on",
        "{unit} carries {n} measures: {stalled} stalled, {silent} never reported on",
        unit=unit,
        stalled=stalled,
        silent=silent,
    )
    return caption(plan, say, key="carries", finding=finding, record=True)


def carries_table(carried: pd.DataFrame, plan: Plan, say: Language, *, before: pd.DataFrame | None = None) -> Table:
    """What the unit carries, as a table."""
    return table(
        carried,
        plan,
        say,
        key=f"brief_{plan.selection['unit']}",
        caption=say("Its measures, in the order of the notice"),
        record=True,
        before=before,
        quotes=["progress", "problems", "next_step"],
    )


def partners(shared: pd.DataFrame, plan: Plan, say: Language) -> Caption:
    """Around the figure of the units it works with."""
    unit = say.name(plan.selection["unit"])
    if shared.empty:
        finding = say("{unit} shares no measure with another unit", unit=unit)
    else:
        most = shared[shared["shared"].eq(shared["shared"].max())]
        finding = say.count(
            len(shared),
            "{unit} works with {n} other unit; most measures shared: {most}, with {names}",
            "{unit} works with {n} other units; most measures shared: {most}, with {names}",
            unit=unit,
            most=int(shared["shared"].max()),
            names=say.listing(map(say.name, most["unit_id"]), most=3),
        )
    told = say.listing(
        (say("{state} {n}", state=say.name(other), n=n) for other, n in shared.itertuples(index=False)), most=5
    )
    return caption(
        plan,
        say,
        key="partners",
        finding=finding,
        alt=say("Dot chart of the measures shared with each other unit. {told}.", told=told or "—"),
        record=False,
        nothing=finding,
    )


def partners_table(shared: pd.DataFrame, plan: Plan, say: Language) -> Table:
    """The units it works with, as a table."""
    return table(
        shared,
        plan,
        say,
        key=f"partners_{plan.selection['unit']}",
        caption=say("Measures shared with other units"),
        record=False,
    )


def due(owed: pd.DataFrame, plan: Plan, say: Language) -> Caption:
    """Around the figure of the reports it owed."""
    total, missing = int(owed.to_numpy().sum()), int(owed["missing"].sum())
    if not total:
        finding = say("No report was due yet")
    else:
        finding = say.count(
            missing,
            "{n} of the {total} reports due never came",
            "{n} of the {total} reports due never came",
            total=total,
        )
    return caption(
        plan,
        say,
        key="due",
        finding=finding,
        alt=say(
            "Stacked bars of the reports owed on each measure: {on_time} in time, {late} late, {missing} missing.",
            on_time=int(owed["on_time"].sum()),
            late=int(owed["late"].sum()),
            missing=missing,
        ),
        record=True,
        nothing=say("No report was due yet"),
        count_of=say("Number of reports due"),
        **{str(measure): _shortened(say.name(measure)) for measure in owed.index},
    )


def due_table(owed: pd.DataFrame, plan: Plan, say: Language) -> Table:
    """The reports it owed, as a table."""
    return table(
        owed.reset_index(),
        plan,
        say,
        key=f"due_{plan.selection['unit']}",
        caption=say("Reports owed on each measure"),
        record=True,
    )


def method(plan: Plan, say: Language) -> Method:
    """How the brief was made."""
    return Method(
        say("How to read this"),
        (
            (
                say("State by its own word"),
                say("What this unit said last. The state of a measure is that of its weakest reporting unit."),
            ),
            (
                say("Fractional count (W)"),
                say(
                    "Each measure counts 1, shared equally by its units. Equal sharing is an assumption: the notice "
                    "does not say who does how much. The counts add to the number of measures."
                ),
            ),
            (
                say("On time"),
                say(
                    "A statement on a month that arrived by day {day} of the next month. Months after closure or "
                    "withdrawal are not due.",
                    day=plan.calendar.due_day,
                ),
            ),
            (
                say("No feedback"),
                say("No statement has arrived. It is a state of its own: it does not mean that nothing was begun."),
            ),
        ),
    )


def _shortened(name: str) -> str:
    """A measure's name as far as it fits beside a bar; the table has it whole."""
    longest = 26 if name.isascii() else 12
    return name if len(name) <= longest else f"{name[: longest - 1].rstrip()}…"
