"""What the page on theme coverage says: which theme stands still, then what covers each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.language import Caption, Language, caption, nothing
from analysis.opening import KeyFigure, titled

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

    from analysis.plan.reading import Reading


def title(say: Language) -> str:
    """The title of the page."""
    return titled(say("Theme coverage"), say)


def headline(themes: pd.DataFrame, still: pd.DataFrame, say: Language) -> str:
    """What the page finds: the theme that has stood still the longest, and how much is completed in all."""
    done, able = int(themes["completed"].sum()), int(themes["completable"].sum())
    if themes.empty:
        return say("No measure matches this selection.")
    if not able:
        return say("No measure here can be completed.")
    return say("{still}; completed in all: {share}.", still=_standstill(still, say), share=say.share_of(done, able))


def key_figures(themes: pd.DataFrame, now: Reading, say: Language) -> list[KeyFigure]:
    """The numbers at the head of the page."""
    sums = themes.drop(columns=["theme_id", "completion"]).sum()
    measures = int(sums["measures"])
    last = now.periods.loc[now.periods["is_in"], "period"]
    each = now.plan.calendar.owed == "each-period" and now.plan.calendar.every != "none"
    period = say.period(last.iloc[-1]) if len(last) and each else say("so far")
    completed = say("Closed") if now.plan.is_verified else say("Reported done")
    figures = [
        KeyFigure(completed, say.share_of(int(sums["completed"]), int(sums["completable"])), bridge(themes, say)),
        KeyFigure(say("Reports received"), say.share_of(int(sums["received"]), int(sums["reports_due"])), period),
        KeyFigure(say("Measures with evidence"), say.share_of(int(sums["with_evidence"]), measures)),
        KeyFigure(say("Measures that rest on one unit"), say.share_of(int(sums["single_unit"]), measures)),
    ]
    if sums["commitments"]:
        met = say.number(sums["met"])
        note = say("{n} of them measured by all units", n=say.number(sums["measured"]))
        figures.append(KeyFigure(say("Promises met"), f"{met}/{say.number(sums['commitments'])}", note))
    return figures


def bridge(themes: pd.DataFrame, say: Language) -> str:
    """How all measures come down to those that can be completed: the denominator of completion."""
    sums = themes[["measures", "withdrawn", "never_ends", "completable"]].sum()
    numbers = {name: say.number(sums[name]) for name in sums.index}
    if not sums["withdrawn"] and not sums["never_ends"]:
        return say("of all {measures} measures", **numbers)
    parts = [
        say("{withdrawn} withdrawn", **numbers) if sums["withdrawn"] else "",
        say("{never_ends} ongoing by nature", **numbers) if sums["never_ends"] else "",
    ]
    return say(
        "{measures} measures less {parts}: {completable} can be completed",
        parts=say.listing(filter(None, parts)),
        **numbers,
    )


def states(themes: pd.DataFrame, still: pd.DataFrame, say: Language) -> Caption:
    """Around the figure of each theme's measures by state."""
    stuck = themes[themes["stalled"].add(themes["no_feedback"]).gt(0)]
    if themes.empty:
        finding = say("No measure matches this selection")
    elif len(stuck):
        finding = say(
            "Stalled or without feedback: {themes}",
            themes=say.listing(
                say("{theme} {n}", theme=say.theme(theme), n=int(stalled + silent))
                for theme, stalled, silent in stuck[["theme_id", "stalled", "no_feedback"]].itertuples(index=False)
            ),
        )
    else:
        finding = (
            _standstill(still, say) if int(themes["completable"].sum()) else say("No measure here can be completed")
        )
    details = say.listing(
        (
            say("{theme}: {done} of {able} completed", theme=say.theme(theme), done=done, able=able)
            for theme, done, able in themes[["theme_id", "completed", "completable"]].itertuples(index=False)
        ),
        most=8,
    )
    return caption(
        say,
        key="states-by-theme",
        finding=finding,
        alt=say("Stacked bars of each theme's measures by state. {details}.", details=details or "—"),
        record=True,
        note="" if themes.empty else say("{bridge}.", bridge=bridge(themes, say)),
    )


def feedback(parts: pd.DataFrame, say: Language) -> Caption:
    """Around the figure of reports received by theme and period."""
    finding, details = say("No report was due yet"), "—"
    if parts["reports_due"].sum():
        last = parts[parts["period"].eq(parts["period"].iloc[-1])]
        came, due = int(last["received"].sum()), int(last["reports_due"].sum())
        asked = last[last["reports_due"].gt(0)]
        finding = say("No report was owed on {period}", period=say.period(parts["period"].iloc[-1]))
        if due:
            shares = asked["received"] / asked["reports_due"]
            worst = asked.loc[shares.eq(shares.min())]
            finding = say("{period}: all {due} reports received", period=say.period(last["period"].iloc[0]), due=due)
            if came < due:
                finding = say(
                    "{period}: {share} of the reports received; the least part in {themes}",
                    period=say.period(last["period"].iloc[0]),
                    share=say.share_of(came, due),
                    themes=say.listing(in_parts(worst[["theme_id", "received", "reports_due"]], say)),
                )
        details = say.listing(in_parts(last[["theme_id", "received", "reports_due"]], say), most=8)
    return caption(
        say,
        key="feedback-by-theme",
        finding=finding,
        alt=say(
            "Heatmap of themes by periods: reports received of those due. In the last one: {details}.", details=details
        ),
        record=True,
        drawing={"nothing": finding},
        names={"period": {str(name): say.period(name) for name in parts["period"].unique()}},
    )


def matrix(counts: pd.DataFrame, say: Language) -> Caption:
    """Around the matrix of units and themes."""
    cells = counts.drop(columns="unit_id")
    themes, spans = cells.shape[1], cells.gt(0).sum(axis="columns")
    everywhere, once = counts.loc[spans.eq(themes), "unit_id"], int(spans.eq(1).sum())
    if counts.empty:
        finding = nothing(say)
    elif themes == 1:
        finding = say.count(len(counts), "{n} unit on the one theme shown", "{n} units on the one theme shown")
    elif len(everywhere):
        finding = say("On all {themes} themes: {units}", units=say.listing(map(say.unit, everywhere)), themes=themes)
    else:
        finding = say("No unit is on all {themes} themes", themes=themes)
    if themes > 1 and once:
        finding = say.count(
            once, "{finding}; {n} unit on only one", "{finding}; {n} units on only one", finding=finding
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
        note=say("An empty cell means that no measure of the theme names the unit."),
        annex=say("Units by themes"),
    )


def alone(listed: pd.DataFrame, say: Language) -> Caption:
    """Around the list of measures that rest on one unit."""
    units = listed["unit_id"].unique()
    if listed.empty:
        finding = say("No measure rests on one unit alone")
    elif len(units) == 1:
        finding = say.count(
            len(listed),
            "{n} measure rests on one unit: {unit}",
            "{n} measures rest on one and the same unit: {unit}",
            unit=say.unit(units[0]),
        )
    else:
        finding = say.count(
            len(listed),
            "{n} measure rests on one unit",
            "{n} measures rest on one unit each; {units} units in all",
            units=len(units),
        )
    return caption(say, key="alone", finding=finding, record=True, annex=say("Measures that rest on one unit"))


def measures(listed: pd.DataFrame, say: Language) -> Caption:
    """Around the list of all measures."""
    divided = int(listed["units_disagree"].sum())
    if listed.empty:
        finding = say("No measure matches this selection")
    else:
        finding = say.count(
            divided,
            "On {n} of {total} measures the units report different states",
            "On {n} of {total} measures the units report different states",
            total=len(listed),
        )
    return caption(
        say,
        key="measures",
        finding=finding,
        record=True,
        note=say("A measure stands where its weakest unit stands, until it is closed or withdrawn."),
        annex=say("All measures"),
    )


def in_parts(themes: pd.DataFrame, say: Language) -> Iterator[str]:
    """Each theme with how many of how many; the frame has the theme's id, the part and the whole."""
    for theme, part, whole in themes.itertuples(index=False):
        yield say("{theme} {current}/{measures}", theme=say.theme(theme), current=part, measures=whole)


def _standstill(still: pd.DataFrame, say: Language) -> str:
    """Which theme has gone the longest without a measure completed."""
    if still.empty:
        return say("Every theme has completed all that can be completed")
    longest = still[still["periods_still"].eq(still["periods_still"].max())]
    never = longest.loc[longest["last_completed"].isna(), "theme_id"]
    if len(never):
        return say("Nothing completed yet: {themes}", themes=say.listing(map(say.theme, never)))
    if not longest["periods_still"].iloc[0]:
        return say("In every theme with something left, a measure was completed in the last period")
    names = say.listing(map(say.theme, longest["theme_id"]))
    if len(longest) == 1:
        return say(
            "Longest without a completion: {themes}, since {month}",
            themes=names,
            month=say.month(longest["last_completed"].iloc[0]),
        )
    return say.count(
        int(longest["periods_still"].iloc[0]),
        "Longest without a completion, for {n} period: {themes}",
        "Longest without a completion, for {n} periods: {themes}",
        themes=names,
    )
