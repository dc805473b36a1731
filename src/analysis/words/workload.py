"""What the page on workload by unit says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.language import Caption, Language, caption, nobody, round_parts
from analysis.schema import FEEDBACK, NO_FEEDBACK
from analysis.words.page import KeyFigure, titled

if TYPE_CHECKING:
    import pandas as pd


def title(say: Language) -> str:
    """The title of the page."""
    return titled(say("Workload by unit"), say)


def key_figures(loads: pd.DataFrame, concentration: pd.Series, say: Language) -> list[KeyFigure]:
    """The numbers at the head of the page."""
    measures = len(say.plan.measures)
    alone = int(loads["sole"].sum())
    return [
        KeyFigure(say("Measures"), say.number(measures)),
        KeyFigure(say("Units named"), say.number(len(loads))),
        KeyFigure(say("Responsibilities"), say.number(loads["named_in"].sum()), say("a unit on a measure counts once")),
        KeyFigure(say("Measures one unit carries alone"), say.share_of(alone, measures)),
        KeyFigure(
            say("Effective units"),
            say.number(concentration["effective_units"], 2),
            say("as many as if the load lay evenly (HHI {hhi})", hhi=say.number(concentration["hhi"], 4)),
        ),
        KeyFigure(
            say("Load on the three heaviest units"),
            say.percent(concentration["top_three_share"], 1),
            say("of the fractional count"),
        ),
    ]


def load(loads: pd.DataFrame, say: Language) -> Caption:
    """Around the figure of F, W and S by unit."""
    measures = len(say.plan.measures)
    heaviest = loads[loads["share"].eq(loads["share"].max()) & loads["named_in"].eq(loads["named_in"].max())]
    if loads.empty:
        finding = nobody(say) or say("No measure matches this selection, so no unit carries any")
    elif len(loads) == 1:
        finding = say("{unit} carries all of it alone", unit=say.unit(loads["unit_id"].iloc[0]))
    elif len(heaviest) == 1:
        unit = heaviest.iloc[0]
        finding = say(
            "{unit} is named in {named} of {measures} measures and carries {share} of the load",
            unit=say.unit(unit["unit_id"]),
            named=unit["named_in"],
            measures=measures,
            share=say.percent(unit["share"] / measures),
        )
    elif len(heaviest) > 1:
        finding = say(
            "{units} carry the most, each named in {named} of {measures} measures",
            units=say.listing(map(say.unit, heaviest["unit_id"])),
            named=heaviest["named_in"].iloc[0],
            measures=measures,
        )
    else:
        finding = say(
            "Named most often: {named_most}; carrying the most: {carries_most}",
            named_most=say.listing(map(say.unit, loads.loc[loads["named_in"].eq(loads["named_in"].max()), "unit_id"])),
            carries_most=say.listing(map(say.unit, loads.loc[loads["share"].eq(loads["share"].max()), "unit_id"])),
        )
    printed = loads.assign(share=round_parts(loads["share"], 2))
    details = say.listing(
        (
            say("{unit} {named} and {share}", unit=say.unit(unit), named=named, share=say.number(share, 2))
            for unit, named, share in printed[["unit_id", "named_in", "share"]].itertuples(index=False)
        ),
        most=5,
    )
    return caption(
        say,
        key="load",
        finding=finding,
        alt=say(
            "Dot chart of measures naming each unit and of its fractional count. {details}.", details=details or "—"
        ),
        record=False,
        note=say("The kind of each unit stands beside its row; a diamond counts the measures it carries alone."),
    )


def states(counts: pd.DataFrame, say: Language) -> Caption:
    """Around the figure of each unit's responsibilities by state."""
    states = counts.drop(columns="unit_id")
    total, silent = int(states.to_numpy().sum()), int(states[NO_FEEDBACK].sum())
    closed = int(states["closed"].sum())
    never = counts.loc[states[NO_FEEDBACK].eq(states.sum(axis="columns")), "unit_id"]
    if not total:
        finding = nobody(say) or say("No measure matches this selection, so there is nothing to report on")
    elif silent == total:
        finding = say("No unit has reported on anything yet")
    elif len(never):
        finding = say.count(
            len(never),
            "{n} unit has never reported: {units}",
            "{n} units have never reported: {units}",
            units=say.listing(map(say.unit, never)),
        )
    elif silent:
        finding = say.count(
            silent,
            "{n} of {total} responsibilities has had no feedback",
            "{n} of {total} responsibilities have had no feedback",
            total=total,
        )
    else:
        finding = say(
            "Every unit has reported on each of its measures; {n} of {total} are closed", n=closed, total=total
        )
    return caption(
        say,
        key="states-by-unit",
        finding=finding,
        alt=say(
            "Stacked bars of each unit's measures by delivery state. In all: {details}.",
            details=_details(states, "state", say) or "—",
        ),
        record=True,
        note=say("Each unit's own last word. Load is not performance: units with more measures have more to report."),
    )


def feedback(counts: pd.DataFrame, say: Language) -> Caption:
    """Around the figure of the reports that were due."""
    reports = counts[list(FEEDBACK)]
    due, on_time, missing = int(reports.to_numpy().sum()), int(reports["on_time"].sum()), int(reports["missing"].sum())
    if not due:
        finding = say("No report was due yet")
    else:
        finding = say.count(
            missing,
            "{share} of the reports due came in time; {n} never came",
            "{share} of the reports due came in time; {n} never came",
            share=say.share_of(on_time, due),
        )
    return caption(
        say,
        key="feedback",
        finding=finding,
        alt=say(
            "Stacked bars of the reports each unit owed. In all: {details}.",
            details=_details(reports, "feedback", say) or "—",
        ),
        record=True,
        drawing={"nothing": say("No report was due yet"), "count_of": say("Number of reports due")},
    )


def partners(matrix: pd.DataFrame, pairs: pd.DataFrame, say: Language) -> Caption:
    """Around the matrix of co-responsibility, whose pairs stand in `analysis.workload.pairs`."""
    most = 0 if pairs.empty else int(pairs["shared"].max())
    closest = pairs[pairs["shared"].eq(most)]
    if not most:
        finding = say("No two units share a measure")
    elif len(closest) == 1:
        finding = say.count(
            most,
            "{one} and {other} work together most: on {n} measure",
            "{one} and {other} work together most: on {n} measures",
            one=say.unit(closest["unit_id"].iloc[0]),
            other=say.unit(closest["other_unit"].iloc[0]),
        )
    else:
        finding = say.count(
            most,
            "{pairs} pairs of units share {n} measure each, and none shares more",
            "{pairs} pairs of units share {n} measures each, and none shares more",
            pairs=len(closest),
        )
    return caption(
        say,
        key="partners",
        finding=finding,
        alt=say(
            "Matrix of the measures that {units} units share two by two; the most is {most}.",
            units=len(matrix),
            most=most,
        ),
        record=False,
        note=say(
            "Units by load in both directions; the diagonal counts all measures of a unit. A telephone shows the first "
            "eight columns."
        ),
    )


def concentration(curve: pd.DataFrame, measured: pd.Series, say: Language) -> Caption:
    """Around the Lorenz curve."""
    units = max(len(curve) - 1, 0)
    if not units:
        finding = nobody(say) or say("No measure matches this selection, so there is no load to spread")
    elif units == 1:
        finding = say("One unit carries the whole load")
    else:
        finding = say(
            "The load lies as unevenly as if {effective} of {units} units carried it all in equal parts",
            effective=say.number(measured["effective_units"], 1),
            units=units,
        )
    return caption(
        say,
        key="concentration",
        finding=finding,
        alt=say(
            "Lorenz curve of the load over {units} units: Gini {gini}, the three heaviest carry {top}.",
            units=units,
            gini=say.number(measured["gini"], 2),
            top=say.percent(measured["top_three_share"], 1),
        ),
        record=False,
        drawing={
            "even_load": say("even load"),
            "share_of_units": say("Units, lightest first"),
            "share_of_load": say("Part of the load"),
        },
    )


def _details(counts: pd.DataFrame, space: str, say: Language) -> str:
    sums = counts.sum().items()
    return say.listing(
        (say("{state} {n}", state=say.name(space, word), n=count) for word, count in sums if count), most=8
    )
