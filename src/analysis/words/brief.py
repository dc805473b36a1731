"""What the brief of one unit says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.language import Caption, Language, caption, round_parts
from analysis.schema import FEEDBACK, NO_FEEDBACK
from analysis.words.page import KeyFigure

if TYPE_CHECKING:
    import pandas as pd


def title(say: Language) -> str:
    """The title of the page: the unit's own name as the notice prints it."""
    units = say.plan.units
    names = dict(zip(units["unit_id"], say.own(units, "name"), strict=True))
    return say("Brief for {unit}", unit=names[say.plan.selection["unit"]])


def key_figures(loads: pd.DataFrame, carried: pd.DataFrame, reports: pd.DataFrame, say: Language) -> list[KeyFigure]:
    """The numbers at the head of the page."""
    printed = loads.assign(share=round_parts(loads["share"], 2)).set_index("unit_id")
    load = printed.reindex([say.plan.selection["unit"]]).iloc[0]
    states = carried["state_of_unit"].value_counts()
    due = int(reports[list(FEEDBACK)].to_numpy().sum())
    return [
        KeyFigure(say("Measures naming the unit (F)"), say.number(load["named_in"])),
        KeyFigure(say("Fractional count (W)"), say.number(load["share"], 2)),
        KeyFigure(say("Carried alone (S)"), say.number(load["sole"])),
        KeyFigure(say("Closed (verified)"), say.number(states.get("closed", 0)), say("by its own last word")),
        KeyFigure(say("Never reported on"), say.share_of(int(states.get(NO_FEEDBACK, 0)), len(carried))),
        KeyFigure(say("Reports in time"), say.share_of(int(reports["on_time"].sum()), due)),
    ]


def carries(carried: pd.DataFrame, say: Language) -> Caption:
    """Around the list of what the unit carries."""
    unit = say.unit(say.plan.selection["unit"])
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
    return caption(say, key="carries", finding=finding, record=True)


def partners(shared: pd.DataFrame, say: Language) -> Caption:
    """Around the figure of the units it works with."""
    unit = say.unit(say.plan.selection["unit"])
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
            names=say.listing(map(say.unit, most["unit_id"]), most=3),
        )
    details = say.listing(
        (say("{state} {n}", state=say.unit(other), n=n) for other, n in shared.itertuples(index=False)), most=5
    )
    return caption(
        say,
        key="partners",
        finding=finding,
        alt=say("Dot chart of the measures shared with each other unit. {details}.", details=details or "—"),
        record=False,
        drawing={"nothing": finding},
    )


def due(reports: pd.DataFrame, say: Language) -> Caption:
    """Around the figure of the reports it owed."""
    counts = reports[list(FEEDBACK)].sum()
    total, missing = int(counts.sum()), int(counts["missing"])
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
        say,
        key="due",
        finding=finding,
        alt=say(
            "Stacked bars of the reports owed on each measure: {on_time} in time, {late} late, {missing} missing.",
            on_time=int(counts["on_time"]),
            late=int(counts["late"]),
            missing=missing,
        ),
        record=True,
        drawing={"nothing": say("No report was due yet"), "count_of": say("Number of reports due")},
        names={"measure_id": {str(measure): _shortened(say.measure(measure)) for measure in reports["measure_id"]}},
    )


def _shortened(name: str) -> str:
    """A measure's name as far as it fits beside a bar; the table has it whole."""
    longest = 26 if name.isascii() else 12
    return name if len(name) <= longest else f"{name[: longest - 1].rstrip()}…"
