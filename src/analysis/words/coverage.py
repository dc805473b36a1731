"""What the page on theme coverage says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.language import Caption, Language, caption, nobody
from analysis.schema import NO_FEEDBACK
from analysis.words.page import KeyFigure, titled

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd


def title(say: Language) -> str:
    """The title of the page."""
    return titled(say("Theme coverage"), say)


def key_figures(themes: pd.DataFrame, say: Language) -> list[KeyFigure]:
    """The numbers at the head of the page."""
    measures = len(say.plan.measures)
    sums = themes.drop(columns=["theme_id", "completion"]).sum()
    return [
        KeyFigure(
            say("Themes with current feedback"),
            say.share_of(int(themes["current_feedback"].gt(0).sum()), len(themes)),
            say("on at least one measure"),
        ),
        KeyFigure(say("Measures with current feedback"), say.share_of(int(sums["current_feedback"]), measures)),
        KeyFigure(
            say("Closed"),
            say.share_of(int(sums["closed"]), int(sums["completable"])),
            say("of measures that can be completed"),
        ),
        KeyFigure(say("Measures with evidence"), say.share_of(int(sums["with_evidence"]), measures)),
        KeyFigure(say("Measures that rest on one unit"), say.share_of(int(sums["single_unit"]), measures)),
        KeyFigure(say("Measures with a measurable promise"), say.share_of(int(sums["with_commitment"]), measures)),
    ]


def states(themes: pd.DataFrame, say: Language) -> Caption:
    """Around the figure of each theme's measures by state."""
    possible = themes[themes["completable"].gt(0)]
    silent = themes.loc[themes["current_feedback"].eq(0), "theme_id"]
    closed, completable = int(themes["closed"].sum()), int(themes["completable"].sum())
    if themes.empty:
        finding = say("No measure matches this selection")
    elif len(silent):
        finding = say.count(
            len(silent),
            "{n} theme has no current feedback: {themes}",
            "{n} themes have no current feedback: {themes}",
            themes=say.listing(map(say.theme, silent)),
        )
    elif possible.empty:
        finding = say("Every theme has current feedback; none holds a measure that can be completed")
    elif not closed:
        finding = say(
            "Every theme has current feedback; none of the {completable} measures that can be completed is closed",
            completable=completable,
        )
    else:
        best = possible.loc[possible["completion"].eq(possible["completion"].max())]
        finding = say(
            "Every theme has current feedback; completion is highest in {themes}, {share}",
            themes=say.listing(map(say.theme, best["theme_id"])),
            share=say.listing(map(say.share_of, best["closed"].tolist(), best["completable"].tolist()), most=len(best)),
        )
    details = say.listing(
        (
            say("{theme}: {closed} of {measures} closed", theme=say.theme(theme), closed=closed, measures=measures)
            for theme, closed, measures in themes[["theme_id", "closed", "measures"]].itertuples(index=False)
        ),
        most=8,
    )
    return caption(
        say,
        key="states-by-theme",
        finding=finding,
        alt=say("Stacked bars of each theme's measures by state. {details}.", details=details or "—"),
        record=True,
    )


def matrix(counts: pd.DataFrame, say: Language) -> Caption:
    """Around the matrix of units and themes."""
    cells = counts.drop(columns="unit_id")
    themes, spans = cells.shape[1], cells.gt(0).sum(axis="columns")
    everywhere, once = counts.loc[spans.eq(themes), "unit_id"], int(spans.eq(1).sum())
    if counts.empty:
        finding = nobody(say) or say("No measure matches this selection")
    elif themes == 1:
        finding = say.count(len(counts), "{n} unit carries the one theme shown", "{n} units carry the one theme shown")
    elif len(everywhere):
        finding = say.count(
            once,
            "In all {themes} themes: {units}; {n} unit in only one",
            "In all {themes} themes: {units}; {n} units in only one",
            units=say.listing(map(say.unit, everywhere)),
            themes=themes,
        )
    else:
        finding = say.count(
            once,
            "No unit takes part in all {themes} themes; {n} unit in only one",
            "No unit takes part in all {themes} themes; {n} units in only one",
            themes=themes,
        )
    gaps = int(cells.eq(0).to_numpy().sum())
    return caption(
        say,
        key="unit-by-theme",
        finding=finding,
        alt=say(
            "Heatmap of the measures of each theme that name each unit: {rows} units by {columns} themes, {gaps} cells "
            "empty.",
            rows=len(counts),
            columns=themes,
            gaps=gaps,
        ),
        record=False,
        note=say("An empty cell means that the notice names the unit in no measure of the theme."),
    )


def measures(listed: pd.DataFrame, say: Language) -> Caption:
    """Around the list of measures."""
    silent, divided = int(listed["state"].eq(NO_FEEDBACK).sum()), int(listed["units_disagree"].sum())
    if listed.empty:
        finding = say("No measure matches this selection")
    elif silent:
        finding = say.count(
            silent,
            "{n} of {total} measures has had no feedback; on {divided} the units disagree",
            "{n} of {total} measures have had no feedback; on {divided} the units disagree",
            total=len(listed),
            divided=divided,
        )
    else:
        finding = say("Every measure has had feedback; on {divided} the units disagree", divided=divided)
    return caption(
        say,
        key="measures",
        finding=finding,
        record=True,
        note=say("A measure stands where its weakest reporting unit stands."),
    )


def feedback(parts: pd.DataFrame, say: Language) -> Caption:
    """Around the figure of current feedback by theme and period."""
    if parts.empty:
        finding = say("No measure matches this selection")
    else:
        ends = parts["period_end"].drop_duplicates()
        sums = parts.groupby("period_end")[["current_feedback", "measures"]].sum()
        last = sums.loc[ends.iloc[-1]]
        now = say.share_of(int(last["current_feedback"]), int(last["measures"]))
        if len(ends) == 1:
            finding = say("{now} of the measures have current feedback", now=now)
        else:
            past = sums.loc[ends.iloc[-2]]
            finding = say(
                "{now} of the measures have current feedback, after {past} at the end of {month}",
                now=now,
                month=say.month(ends.iloc[-2]),
                past=say.share_of(int(past["current_feedback"]), int(past["measures"])),
            )
    return caption(
        say,
        key="feedback-by-theme",
        finding=finding,
        alt=say(
            "Heatmap of themes by months: measures with current feedback of all. At the end: {details}.",
            details=_latest(parts, say),
        ),
        record=True,
        note=say("Current: someone's last word is at most one due period old, or nothing is owed any more."),
    )


def promises(themes: pd.DataFrame, say: Language) -> Caption:
    """Around the figure of evidence and measurable promises."""
    total = int(themes["measures"].sum())
    finding = say(
        "{evidence} measures name evidence in a last word; {commitment} hold a measurable promise",
        evidence=say.share_of(int(themes["with_evidence"].sum()), total),
        commitment=say.share_of(int(themes["with_commitment"].sum()), total),
    )
    details = say.listing(
        (
            say("{theme}: {evidence} and {commitment} of {measures}", theme=say.theme(theme), **counts)
            for theme, counts in _by_theme(themes, evidence="with_evidence", commitment="with_commitment")
        ),
        most=8,
    )
    return caption(
        say,
        key="promises",
        finding=finding if total else say("No measure matches this selection"),
        alt=say(
            "Dots of measures with evidence and with a measurable promise by theme. {details}.", details=details or "—"
        ),
        record=True,
    )


def alone(listed: pd.DataFrame, say: Language) -> Caption:
    """Around the list of measures that rest on one unit."""
    units = listed["unit_id"].unique()
    if listed.empty:
        finding = say("No measure rests on one unit alone")
    elif len(units) == 1:
        finding = say.count(
            len(listed),
            "{n} measure rests on one unit, {unit}",
            "{n} measures rest on one unit each, all on {unit}",
            unit=say.unit(units[0]),
        )
    else:
        finding = say.count(
            len(listed),
            "{n} measure rests on one unit",
            "{n} measures rest on one unit each, on {units} units in all",
            units=len(units),
        )
    return caption(say, key="alone", finding=finding, record=True)


def _by_theme(themes: pd.DataFrame, **columns: str) -> Iterator[tuple[str, dict[str, int]]]:
    for entry in themes.to_dict("records"):
        counts = {name: int(entry[column]) for name, column in columns.items()}
        yield entry["theme_id"], {**counts, "measures": int(entry["measures"])}


def _latest(parts: pd.DataFrame, say: Language) -> str:
    last = parts.loc[parts["period_end"].eq(parts["period_end"].max()), ["theme_id", "current_feedback", "measures"]]
    cells = (
        say("{theme} {current}/{measures}", theme=say.theme(theme), current=current, measures=measures)
        for theme, current, measures in last.itertuples(index=False)
    )
    return say.listing(cells, most=8) or "—"
