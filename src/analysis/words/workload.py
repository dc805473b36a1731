"""What the page on workload by unit says: who is silent, then who carries what."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.language import Caption, Language, caption, nothing
from analysis.opening import KeyFigure, titled
from analysis.rounding import exact, round_parts
from analysis.schema import FEEDBACK, NO_FEEDBACK

if TYPE_CHECKING:
    import pandas as pd


def title(say: Language) -> str:
    """The title of the page."""
    return titled(say("Workload by unit"), say)


def headline(loads: pd.DataFrame, say: Language) -> str:
    """What the page finds: who reports worst, and who carries most."""
    if loads.empty:
        return say("{finding}.", finding=nothing(say))
    return say("{reporting}. {load}.", reporting=_reporting(loads, say), load=_heaviest(loads, say))


def key_figures(loads: pd.DataFrame, say: Language) -> list[KeyFigure]:
    """The numbers at the head of the page."""
    due, on_time = int(loads["reports_due"].sum()), int(loads["on_time"].sum())
    silent = loads["no_feedback"] + loads["lapsed"]
    return [
        KeyFigure(say("Units named"), say.number(len(loads))),
        KeyFigure(say("Responsibilities"), say.number(loads["named_in"].sum()), say("a unit on a measure counts once")),
        KeyFigure(say("Measures one unit carries alone"), say.number(loads["sole"].sum())),
        KeyFigure(say("Reports in time"), say.share_of(on_time, due), say("of all that were due so far")),
        KeyFigure(
            say("Units silent on a measure"),
            say.share_of(int(silent.gt(0).sum()), len(loads)),
            say("never heard, or two reports owed in a row"),
        ),
    ]


def feedback(counts: pd.DataFrame, say: Language) -> Caption:
    """Around the figure of the reports that were due."""
    reports = counts[list(FEEDBACK)]
    due, missing = int(reports.to_numpy().sum()), int(reports["missing"].sum())
    finding = say("No report was due yet") if not due else _reporting(counts, say)
    return caption(
        say,
        key="feedback",
        finding=finding,
        alt=say(
            "Dots of the part of its reports that each unit sent in time, the least first. In all: {details}.",
            details=_details(reports, "feedback", say) or "—",
        ),
        record=True,
        note=""
        if not due
        else say.count(
            missing,
            "Of {due} reports due, {n} is still owed. Load is not performance: units with more measures have more to "
            "report.",
            "Of {due} reports due, {n} are still owed. Load is not performance: units with more measures have more to "
            "report.",
            due=say.number(due),
        ),
        drawing={"nothing": say("No report was due yet"), "rate_of": say("Reports in time, of those due")},
    )


def states(counts: pd.DataFrame, say: Language) -> Caption:
    """Around the figure of each unit's own parts by state."""
    states = counts.drop(columns="unit_id")
    total, stalled = int(states.to_numpy().sum()), counts[counts["stalled"].gt(0)]
    silent = int(states[NO_FEEDBACK].sum())
    if not total:
        finding = nothing(say)
    elif len(stalled):
        finding = say("Stalled by their own word: {units}", units=_with_counts(stalled, "stalled", say))
    elif silent:
        finding = say.count(
            silent,
            "On {n} of {total} responsibilities the unit has never reported",
            "On {n} of {total} responsibilities the unit has never reported",
            total=say.number(total),
        )
    else:
        finding = say("No unit says of any of its parts that it is stalled")
    return caption(
        say,
        key="states-by-unit",
        finding=finding,
        alt=say(
            "Stacked bars of each unit's own parts by state. In all: {details}.",
            details=_details(states, "state", say) or "—",
        ),
        record=True,
        note=say("Each unit's own last word on its part, also where the measure has since been closed."),
    )


def load(loads: pd.DataFrame, say: Language) -> Caption:
    """Around the figure of F, W and S by unit."""
    finding = _heaviest(loads, say) if len(loads) else nothing(say)
    printed = zip(loads["unit_id"], loads["named_in"], round_parts(loads["share"], 2), strict=True)
    details = say.listing(
        (
            say("{unit} {named} and {share}", unit=say.unit(unit), named=n, share=say.number(w, 2))
            for unit, n, w in printed
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
        note=say("A diamond counts the measures that a unit carries alone."),
        drawing={"nothing": finding},
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
            "{one} and {other} share most: {n} measure",
            "{one} and {other} share most: {n} measures",
            one=say.unit(closest["unit_id"].iloc[0]),
            other=say.unit(closest["other_unit"].iloc[0]),
        )
    else:
        finding = say.count(
            most,
            "{pairs} pairs of units share {n} measure each, and none shares more",
            "{pairs} pairs of units share {n} measures each, and none shares more",
            pairs=say.number(len(closest)),
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
            "Units by load in both directions; the diagonal counts all measures of a unit. On a narrow screen only the "
            "first eight columns are drawn."
        ),
        annex=say("Who works with whom"),
    )


def concentration(curve: pd.DataFrame, measured: pd.Series, say: Language) -> Caption:
    """Around the Lorenz curve."""
    units = max(len(curve) - 1, 0)
    if not units:
        finding = nothing(say)
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
            "nothing": finding,
            "even_load": say("even load"),
            "share_of_units": say("Units, lightest first"),
            "share_of_load": say("Part of the load"),
        },
        annex=say("How unevenly the load lies"),
    )


def _reporting(loads: pd.DataFrame, say: Language) -> str:
    """Who reports worst: a unit that is silent on most, else the least part in time, else that all came in time."""
    asked = loads[loads["reports_due"].gt(0)]
    if asked.empty:
        return say("No report was due yet")
    if asked["on_time_share"].eq(1).all():
        return say("Every report that was due came in time")
    worst = asked[asked["on_time_share"].eq(asked["on_time_share"].min())]
    if len(worst) > 1:
        return say(
            "Fewest reports in time, {share}: {units}",
            share=say.percent(worst["on_time_share"].iloc[0]),
            units=say.listing(map(say.unit, worst["unit_id"]), most=4),
        )
    unit = worst.iloc[0]
    silent = int(unit["no_feedback"]) + int(unit["lapsed"])
    values = {"unit": say.unit(unit["unit_id"]), "share": say.percent(unit["on_time_share"])}
    if not silent:
        return say("Fewest reports in time: {unit}, {share}", **values)
    return say.count(
        silent,
        "Fewest reports in time: {unit}, {share}, and silent on {n} of its measures",
        "Fewest reports in time: {unit}, {share}, and silent on {n} of its measures",
        **values,
    )


def _heaviest(loads: pd.DataFrame, say: Language) -> str:
    measures = len(say.plan.measures)
    top = loads[loads["named_in"].eq(loads["named_in"].max()) & loads["share"].eq(loads["share"].max())]
    if len(loads) == 1:
        return say("One unit carries all: {unit}", unit=say.unit(loads["unit_id"].iloc[0]))
    if len(top) == 1:
        unit = top.iloc[0]
        total = sum(loads["share"])
        return say(
            "Most is carried by {unit}: named in {named} of {measures} measures, {share} of the load",
            unit=say.unit(unit["unit_id"]),
            named=say.number(unit["named_in"]),
            measures=say.number(measures),
            share=say.percent(exact(unit["share"]) / exact(total)),
        )
    named = loads.loc[loads["named_in"].eq(loads["named_in"].max()), "unit_id"]
    return say("Named most often: {units}", units=say.listing(map(say.unit, named), most=4))


def _with_counts(counts: pd.DataFrame, column: str, say: Language) -> str:
    ordered = counts.sort_values(column, ascending=False, kind="stable")
    parts = (
        say("{unit} {n}", unit=say.unit(unit), n=n) for unit, n in zip(ordered["unit_id"], ordered[column], strict=True)
    )
    return say.listing(parts, most=4)


def _details(counts: pd.DataFrame, space: str, say: Language) -> str:
    sums = counts.sum().items()
    return say.listing(
        (say("{state} {n}", state=say.name(space, word), n=count) for word, count in sums if count), most=9
    )
