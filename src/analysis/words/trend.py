"""What the page on the completion trend says."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from analysis.schema import NO_FEEDBACK
from analysis.words.language import Language
from analysis.words.page import Caption, KeyFigure, Method, Table, source, table

if TYPE_CHECKING:
    from analysis.plan import Plan


def title(plan: Plan, say: Language) -> str:
    """The title of the page."""
    return say("Completion trend")


def key_figures(burn_up: pd.DataFrame, counts: pd.DataFrame, changes: pd.DataFrame, say: Language) -> list[KeyFigure]:
    """The numbers at the head of the page, as they stand at the end of the last period."""
    if burn_up.empty:
        return []
    last, states = burn_up.iloc[-1], counts.iloc[-1]
    closed, scope, reported = int(last["closed"]), int(last["scope"]), int(last["reported"])
    return [
        KeyFigure(say("Closed"), say.share_of(closed, scope), say("of measures that can be completed")),
        KeyFigure(say("Reported done, not verified"), say.number(reported - closed)),
        KeyFigure(say("Stalled"), say.number(states["stalled"])),
        KeyFigure(say("No feedback"), say.number(states[NO_FEEDBACK])),
        KeyFigure(say("Moved since the period before"), say.number(len(changes))),
    ]


def burn_up(progressed: pd.DataFrame, plan: Plan, say: Language) -> Caption:
    """Around the burn-up."""
    finding, told = say("Nothing can be completed in this selection"), "—"
    if len(progressed) and progressed["scope"].iloc[-1]:
        last = progressed.iloc[-1]
        closed, scope, waiting = int(last["closed"]), int(last["scope"]), int(last["reported"] - last["closed"])
        finding = say.count(
            waiting,
            "{share} of the measures that can be completed are closed; {n} more is reported done",
            "{share} of the measures that can be completed are closed; {n} more are reported done",
            share=say.share_of(closed, scope),
        )
        told = say.listing(
            (
                say("{month}: {closed} closed", month=say.month(end), closed=closed)
                for end, closed in progressed[["period_end", "closed"]].itertuples(index=False)
            ),
            most=24,
        )
    lines = {"scope_line": say("in scope"), "reported_line": say("reported or closed"), "closed_line": say("closed")}
    return Caption(
        key="burn-up",
        finding=finding,
        alt=say("Step chart of measures closed and reported done under the line of scope. {told}.", told=told),
        source=source(plan, say, record=True),
        labels={**say.labels, **lines, "nothing": finding},
        note=say("The notice sets no deadline, so no target line is drawn. History is shown as it is known now."),
    )


def burn_up_table(progressed: pd.DataFrame, plan: Plan, say: Language) -> Table:
    """The burn-up as a table."""
    return table(
        progressed,
        plan,
        say,
        key="burn_up",
        caption=say("Completion at the end of each period"),
        record=True,
        percents=["completion"],
    )


def flow(counts: pd.DataFrame, plan: Plan, say: Language) -> Caption:
    """Around the columns of states by period."""
    if counts.empty or not counts.drop(columns="period_end").to_numpy().sum():
        finding, told = say("No measure matches this selection"), "—"
    else:
        first, last = counts.iloc[0], counts.iloc[-1]
        before, now = int(first[NO_FEEDBACK]), int(last[NO_FEEDBACK])
        told = say(
            "without feedback {before}, then {now}; stalled {stalled} at the end",
            before=before,
            now=now,
            stalled=last["stalled"],
        )
        month = say.month(first["period_end"])
        if len(counts) == 1:
            finding = say.count(
                now,
                "At the end of the first period, {n} measure is without feedback",
                "At the end of the first period, {n} measures are without feedback",
            )
        elif now < before:
            finding = say(
                "Measures without feedback fell from {before} in {month} to {now}", **_span(before, now, month)
            )
        elif now > before:
            finding = say(
                "Measures without feedback rose from {before} in {month} to {now}", **_span(before, now, month)
            )
        else:
            finding = say("Measures without feedback are {now}, as many as in {month}", **_span(before, now, month))
    return Caption(
        key="flow",
        finding=finding,
        alt=say("Columns of measures by state at the end of each period: {told}.", told=told),
        source=source(plan, say, record=True),
        labels={**say.labels, "nothing": say("No measure matches this selection")},
    )


def flow_table(counts: pd.DataFrame, plan: Plan, say: Language) -> Table:
    """States by period as a table."""
    return table(
        counts,
        plan,
        say,
        key="states_by_period",
        caption=say("Measures by state at the end of each period"),
        record=True,
    )


def changes(moved: pd.DataFrame, since: pd.Timestamp, plan: Plan, say: Language) -> Caption:
    """Around the list of what moved since the period before."""
    if moved.empty:
        finding = say("No measure has changed its state since {date}", date=say.date(since))
    else:
        directions = moved["direction"].value_counts()
        finding = say.count(
            len(moved),
            "{n} measure has changed its state since {date}: {forward} forward, {back} back",
            "{n} measures have changed their state since {date}: {forward} forward, {back} back",
            date=say.date(since),
            forward=directions.get("forward", 0),
            back=directions.get("back", 0),
        )
    return Caption(key="changes", finding=finding, alt="", source=source(plan, say, record=True))


def changes_table(moved: pd.DataFrame, plan: Plan, say: Language) -> Table:
    """What moved, as a table."""
    return table(moved, plan, say, key="changes", caption=say("Measures that changed their state"), record=True)


def method(say: Language) -> Method:
    """How the figures of the page were made."""
    return Method(
        say("How to read this"),
        (
            (
                say("Scope"),
                say(
                    "All measures but those that run continuously by their nature and those withdrawn. Which are which "
                    "is our reading of the notice."
                ),
            ),
            (say("Closed (verified)"), say("Every reporting unit's part is closed, that is, verified by the office.")),
            (
                say("Reported done, not verified"),
                say("The weakest reporting unit says that it is done; the office has not verified it."),
            ),
            (
                say("As known on"),
                say("Every past period is shown with all that had arrived by that day, not as it was published then."),
            ),
        ),
    )


def _span(before: int, now: int, month: str) -> dict[str, object]:
    return {"before": before, "now": now, "month": month}
