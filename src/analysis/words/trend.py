"""What the page on the completion trend says."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from analysis.language import Caption, Language, caption
from analysis.schema import NO_FEEDBACK
from analysis.trend.forecast import LEAST_COMPLETIONS, LEAST_PERIODS
from analysis.words.page import KeyFigure, titled

if TYPE_CHECKING:
    from analysis.trend import Forecast


def title(say: Language) -> str:
    """The title of the page."""
    return titled(say("Completion trend"), say)


def key_figures(burn_up: pd.DataFrame, counts: pd.DataFrame, changes: pd.DataFrame, say: Language) -> list[KeyFigure]:
    """The numbers at the head of the page, as they stand at the end of the last period."""
    if burn_up.empty:
        return []
    last, states = burn_up.iloc[-1], counts.iloc[-1]
    closed, scope, reported = int(last["closed"]), int(last["scope"]), int(last["reported"])
    return [
        KeyFigure(say("Closed"), say.share_of(closed, scope), say("of measures that can be completed")),
        KeyFigure(say("Reported done, not verified"), say.number(reported - closed)),
        KeyFigure(say("In progress"), say.number(states["in_progress"])),
        KeyFigure(say("Stalled"), say.number(states["stalled"])),
        KeyFigure(say("No feedback"), say.number(states[NO_FEEDBACK])),
        KeyFigure(say("Moved since the period before"), say.number(len(changes))),
    ]


def burn_up(progressed: pd.DataFrame, say: Language) -> Caption:
    """Around the burn-up."""
    finding, details = say("Nothing can be completed in this selection"), "—"
    if len(progressed) and progressed["scope"].iloc[-1]:
        last = progressed.iloc[-1]
        closed, scope, waiting = int(last["closed"]), int(last["scope"]), int(last["reported"] - last["closed"])
        finding = say.count(
            waiting,
            "{share} of the measures that can be completed are closed; {n} more is reported done",
            "{share} of the measures that can be completed are closed; {n} more are reported done",
            share=say.share_of(closed, scope),
        )
        details = say.listing(
            (
                say("{month}: {closed} closed", month=say.month(end), closed=closed)
                for end, closed in progressed[["period_end", "closed"]].itertuples(index=False)
            ),
            most=24,
        )
    return caption(
        say,
        key="burn-up",
        finding=finding,
        alt=say("Step chart of measures closed and reported done under the line of scope. {details}.", details=details),
        record=True,
        drawing={"nothing": finding, **_lines(say)},
        note=say("The notice sets no deadline, so no target line is drawn. History is shown as it is known now."),
    )


def flow(counts: pd.DataFrame, say: Language) -> Caption:
    """Around the columns of states by period."""
    if counts.empty or not counts.drop(columns="period_end").to_numpy().sum():
        finding, details = say("No measure matches this selection"), "—"
    else:
        first, last = counts.iloc[0], counts.iloc[-1]
        before, now = int(first[NO_FEEDBACK]), int(last[NO_FEEDBACK])
        details = say(
            "without feedback {before}, then {now}; stalled {stalled} at the end",
            before=before,
            now=now,
            stalled=last["stalled"],
        )
        month = say.month(first["period_end"])
        if len(counts) == 1:
            finding = say.count(
                now,
                "So far, {n} measure is without feedback",
                "So far, {n} measures are without feedback",
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
    return caption(
        say,
        key="flow",
        finding=finding,
        alt=say("Columns of measures by state at the end of each period: {details}.", details=details),
        record=True,
    )


def changes(moved: pd.DataFrame, since: pd.Timestamp, say: Language) -> Caption:
    """Around the list of what moved since the period before."""
    if moved.empty:
        finding = say("No measure has changed its state since {date}", date=say.date(since))
    else:
        directions = moved["direction"].value_counts()
        parts = {
            "forward": say("{n} forward", n="{n}"),
            "back": say("{n} back", n="{n}"),
            "other": say("{n} withdrawn or taken up again", n="{n}"),
        }
        finding = say.count(
            len(moved),
            "{n} measure has changed its state since {date}: {parts}",
            "{n} measures have changed their state since {date}: {parts}",
            date=say.date(since),
            parts=say.listing(parts[str(direction)].format(n=count) for direction, count in directions.items()),
        )
    return caption(say, key="changes", finding=finding, record=True)


def by_theme(progressed: pd.DataFrame, say: Language) -> Caption:
    """Around the small multiples by theme."""
    last = progressed.drop_duplicates("theme_id", keep="last")
    able = last[last["scope"].gt(0)]
    done, idle = able[able["closed"].eq(able["scope"])], able[able["closed"].eq(0)]
    if able.empty:
        finding = say("Nothing can be completed in this selection")
    elif len(done):
        finding = say.count(
            len(done),
            "{n} theme has closed all that can be completed: {themes}",
            "{n} themes have closed all that can be completed: {themes}",
            themes=say.listing(map(say.theme, done["theme_id"])),
        )
    elif len(idle):
        finding = say.count(
            len(idle),
            "{n} theme has closed none of its measures yet: {themes}",
            "{n} themes have closed none of their measures yet: {themes}",
            themes=say.listing(map(say.theme, idle["theme_id"])),
        )
    else:
        finding = say("Every theme with something to complete has closed some of it, none has closed all")
    details = say.listing(
        (
            say("{theme} {current}/{measures}", theme=say.theme(theme), current=closed, measures=scope)
            for theme, closed, scope in last[["theme_id", "closed", "scope"]].itertuples(index=False)
        ),
        most=8,
    )
    return caption(
        say,
        key="burn-up-by-theme",
        finding=finding,
        alt=say("Small step charts of closed measures by theme on one scale. {details}.", details=details or "—"),
        record=True,
        drawing={"nothing": finding, **_lines(say)},
    )


def survival(curve: pd.DataFrame, say: Language) -> Caption:
    """Around the curve of time to completion."""
    halved = curve.loc[curve["still_open"].le(0.5), "days"]
    closures = int(curve["closures"].sum())
    if not len(curve) or not curve["at_risk"].max():
        finding = say("Nothing can be completed in this selection")
    elif not closures:
        finding = say("No measure has been closed yet, so the time to completion cannot be told")
    elif len(halved):
        finding = say(
            "By the estimate, half of the measures are closed within {days} days of the notice",
            days=int(halved.iloc[0]),
        )
    else:
        finding = say(
            "{share} of the measures are estimated to be open still after {days} days; half have not been closed yet",
            share=say.percent(curve["still_open"].iloc[-1]),
            days=int(curve["days"].iloc[-1]),
        )
    return caption(
        say,
        key="survival",
        finding=finding,
        alt=say("Step curve of the share of measures still open by days since the notice; {n} closures.", n=closures),
        record=True,
        note=say(
            "Kaplan–Meier estimate: open measures count as open so far, withdrawn ones until they were withdrawn. A "
            "closure lies between two reports; the later day is taken. These are all the measures there are, not a "
            "sample, so no interval is drawn."
        ),
        drawing={"nothing": finding, "days_since_notice": say("Days since the notice")},
    )


def forecast(outlook: Forecast, tested: pd.DataFrame, say: Language) -> Caption:
    """Around the forecast, or the reason why there is none."""
    refusals = {
        "nothing_left": say("Nothing is left to forecast"),
        "few_periods": say(
            "No forecast: it takes {least} periods, and there are {periods}",
            least=LEAST_PERIODS,
            periods=outlook.periods,
        ),
        "few_completions": say(
            "No forecast: it takes {least} closures in months that are over, and there have been {closed}",
            least=LEAST_COMPLETIONS,
            closed=outlook.completions,
        ),
    }
    if outlook.refused:
        finding = refusals[outlook.refused]
    elif pd.isna(outlook.finish["p50"]):
        finding = say("At the pace so far, half of the draws do not close all within two years")
    elif pd.isna(outlook.finish["p85"]):
        finding = say(
            "If the pace so far goes on, all is closed by {p50} in half of the draws; 85% takes longer than two years",
            p50=say.month(outlook.finish["p50"]),
        )
    else:
        finding = say(
            "If the pace so far goes on, all is closed by {p50} in half of the draws and by {p85} in 85% of them",
            p50=say.month(outlook.finish["p50"]),
            p85=say.month(outlook.finish["p85"]),
        )
    if outlook.refused:
        note = ""
    elif tested.empty:
        note = say("Not enough has passed since a first forecast could be made to test one.")
    else:
        note = say(
            "Tested on the past: of {n} values foretold earlier, {p50} held at the level of one half and {p85} at 85%.",
            n=len(tested),
            p50=int(tested["held_p50"].sum()),
            p85=int(tested["held_p85"].sum()),
        )
    return caption(
        say,
        key="forecast",
        finding=finding,
        alt=say("Fan of measures closed in the coming months. {finding}.", finding=finding),
        record=True,
        note=note,
        drawing={
            "nothing": finding,
            "p50": say("closed in at least 50% of draws"),
            "p85": say("closed in at least 85% of draws"),
        },
    )


def slips(moves: pd.DataFrame, say: Language) -> Caption:
    """Around the list of what slipped or was returned."""
    slipped, returned = int(moves["days_slipped"].fillna(0).gt(0).sum()), int(moves["times_returned"].gt(0).sum())
    if moves.empty:
        finding = say("No expected day has slipped and nothing was returned")
    else:
        finding = say(
            "Expected days that have slipped: {slipped}; responsibilities returned or reopened: {returned}",
            slipped=slipped,
            returned=returned,
        )
    return caption(say, key="slips", finding=finding, record=True)


def _span(before: int, now: int, month: str) -> dict[str, object]:
    return {"before": before, "now": now, "month": month}


def _lines(say: Language) -> dict[str, str]:
    return {"scope_line": say("in scope"), "reported_line": say("reported or closed"), "closed_line": say("closed")}
