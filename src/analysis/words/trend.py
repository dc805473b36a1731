"""What the page on the completion trend says: what came since, and what is left."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from analysis.language import Caption, Language, caption
from analysis.opening import KeyFigure, titled
from analysis.rounding import exact
from analysis.schema import NO_FEEDBACK
from analysis.words.coverage import in_parts

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping

    import pandas as pd

    from analysis.plan.reading import Reading


def title(say: Language) -> str:
    """The title of the page."""
    return titled(say("Completion trend"), say)


def headline(burn_up: pd.DataFrame, since: int | None, now: Reading, say: Language) -> str:
    """What the page finds: how much is completed, and how long nothing was."""
    last = burn_up.iloc[-1]
    scope, done = int(last["scope"]), _completed(last, say)
    if not scope:
        return say("Nothing can be completed in this selection.")
    share = say.share_of(done, scope)
    verified = say("{share} closed", share=share) if say.plan.is_verified else say("{share} reported done", share=share)
    planned = deadlines(now, say)
    parts = filter(None, [verified, planned, _pace(done, scope, since, say)])
    return say("{finding}.", finding=say("; ").join(parts))


def key_figures(
    burn_up: pd.DataFrame, moved: pd.DataFrame, then: Reading, now: Reading, say: Language
) -> list[KeyFigure]:
    """The numbers at the head of the page, as they stand at T."""
    last, states = burn_up.iloc[-1], now.measure_states["state"].value_counts()
    done, scope, reported = _completed(last, say), int(last["scope"]), int(last["reported"])
    completed = say("Closed") if say.plan.is_verified else say("Reported done")
    figures = [KeyFigure(completed, say.share_of(done, scope), say("of measures that can be completed"))]
    if say.plan.is_verified:
        figures.append(KeyFigure(say("Reported done, not closed"), say.number(reported - int(last["closed"]))))
    schedule = now.measure_states["schedule"]
    if not now.measures["due"].isna().all():
        figures.append(KeyFigure(say("Overdue"), say.number(int(schedule.eq("overdue").sum()))))
        figures.append(KeyFigure(say("Due within three months"), say.number(int(schedule.eq("due_soon").sum()))))
    return [
        *figures,
        KeyFigure(say("Stalled"), say.number(int(states.get("stalled", 0)))),
        KeyFigure(say("No feedback"), say.number(int(states.get(NO_FEEDBACK, 0)))),
        KeyFigure(say("Changed since {date}", date=say.date(then.as_of)), say.number(len(moved))),
    ]


def deadlines(now: Reading, say: Language) -> str:
    """Of the measures due by T how many are done; blank where no measure has a deadline."""
    states = now.measure_states
    able = states[states["kind"].ne("ongoing") & states["state"].ne("withdrawn")]
    if able["due"].isna().all():
        return ""
    due = able[able["due"].le(now.as_of)]
    if due.empty:
        return say("no deadline has come yet")
    done = int(due["state"].isin(["closed", "done_reported"]).sum())
    return say.count(
        len(due),
        "of the {n} due by then, {done} is done",
        "of the {n} due by then, {done} are done",
        done=say.number(done),
    )


def burn_up(progressed: pd.DataFrame, now: Reading, say: Language) -> Caption:
    """Around the burn-up."""
    finding, details = say("Nothing can be completed in this selection"), "—"
    last = progressed.iloc[-1]
    if last["scope"]:
        share = say.share_of(_completed(last, say), int(last["scope"]))
        waiting = int(last["reported"] - last["closed"])
        if not say.plan.is_verified:
            finding = say("{share} of the measures that can be completed are reported done", share=share)
        elif waiting:
            finding = say.count(
                waiting,
                "{share} of the measures that can be completed are closed; {n} more is reported done",
                "{share} of the measures that can be completed are closed; {n} more are reported done",
                share=share,
            )
        else:
            finding = say("{share} of the measures that can be completed are closed", share=share)
        details = say.listing(
            (
                say("{month}: {closed} completed", month=f"{row['period_end']:%Y-%m-%d}", closed=_completed(row, say))
                for row in progressed.to_dict("records")
            ),
            most=24,
        )
    return caption(
        say,
        key="burn-up",
        finding=finding,
        alt=say("Step chart of measures completed under the line of scope. {details}.", details=details),
        record=True,
        drawing={"nothing": finding, **_lines(now, say)},
        note=say(
            "{deadlines} History is shown as it is known by {date}.",
            deadlines=_deadline_note(now, say),
            date=say.date(now.known_at),
        ),
    )


def flow(counts: pd.DataFrame, now: Reading, say: Language) -> Caption:
    """Around the columns of states by period."""
    counted = counts[counts["is_in"]]
    columns = ["stalled", NO_FEEDBACK]
    if not len(now.measure_states):
        finding, details = say("No measure matches this selection"), "—"
    else:
        last = counts.iloc[-1]
        details = say(
            "stalled {stalled}, without feedback {silent} at the end", stalled=last["stalled"], silent=last[NO_FEEDBACK]
        )
        if len(counted) < 2:
            finding = say("Too few periods so far to compare")
        else:
            first, newest = (int(counted[columns].sum(axis="columns").iloc[place]) for place in (-2, -1))
            values = {
                "before": say.number(first),
                "now": say.number(newest),
                "then": say.date(counted["period_end"].iloc[-2]),
                "date": say.date(counted["period_end"].iloc[-1]),
            }
            if newest == first:
                finding = say("Stalled or without feedback: {now}, as many on {date} as on {then}", **values)
            else:
                finding = say("Stalled or without feedback: {now} on {date}, after {before} on {then}", **values)
    return caption(
        say,
        key="flow",
        finding=finding,
        alt=say("Columns of measures by state at the end of each period: {details}.", details=details),
        record=True,
        drawing=_lines(now, say),
    )


def changes(moved: pd.DataFrame, then: Reading, say: Language) -> Caption:
    """Around the list of what changed between two days."""
    if moved.empty:
        finding = say("No measure has changed its state since {date}", date=say.date(then.as_of))
    else:
        directions = moved["direction"].value_counts()
        finding = say.count(
            len(moved),
            "{n} measure has changed its state since {date}: {parts}",
            "{n} measures have changed their state since {date}: {parts}",
            date=say.date(then.as_of),
            parts=say.listing(
                say("{state} {n}", state=say.name("direction", direction), n=say.number(int(count)))
                for direction, count in directions.items()
            ),
        )
    return caption(
        say,
        key="changes",
        finding=finding,
        record=True,
        note=say("Both days as known by {date}.", date=say.date(then.known_at)),
    )


def revised(moved: pd.DataFrame, then: Reading, say: Language) -> Caption:
    """Around the list of what is known otherwise of the earlier day than when its own page was made.

    Without a finding where nothing is.
    """
    finding = ""
    if len(moved):
        finding = say.count(
            len(moved),
            "Of {date}, {n} measure is known otherwise than by {known}",
            "Of {date}, {n} measures are known otherwise than by {known}",
            date=say.date(then.as_of),
            known=say.date(then.as_published().known_at),
        )
    return caption(say, key="revised", finding=finding, record=True)


def by_theme(progressed: pd.DataFrame, now: Reading, say: Language) -> Caption:
    """Around the small multiples by theme."""
    last = progressed.drop_duplicates("theme_id", keep="last")
    able = last[last["scope"].gt(0)].assign(done=lambda rows: rows["closed" if say.plan.is_verified else "reported"])
    whole, idle = able[able["done"].eq(able["scope"])], able[able["done"].eq(0)]
    if able.empty:
        finding = say("Nothing can be completed in this selection")
    elif len(idle):
        finding = say("Nothing completed yet: {themes}", themes=say.listing(map(say.theme, idle["theme_id"])))
    elif len(whole):
        finding = say("All completed that can be: {themes}", themes=say.listing(map(say.theme, whole["theme_id"])))
    else:
        shares = able["done"] / able["scope"]
        least = able[shares.eq(shares.min())]
        finding = say(
            "The least part is completed in {themes}",
            themes=say.listing(in_parts(least[["theme_id", "done", "scope"]], say)),
        )
    details = say.listing(in_parts(able[["theme_id", "done", "scope"]], say), most=8)
    return caption(
        say,
        key="burn-up-by-theme",
        finding=finding,
        alt=say("Small step charts of completed measures by theme on one scale. {details}.", details=details or "—"),
        record=True,
        drawing={"nothing": finding, **_lines(now, say)},
    )


def slips(moves: pd.DataFrame, say: Language) -> Caption:
    """Around the list of what slipped or was sent back."""
    slipped = int(moves["days_slipped"].fillna(0).gt(0).sum())
    back = moves.loc[moves["times_returned"].gt(0), "measure_id"].nunique()
    if moves.empty:
        finding = say("No expected day has slipped and nothing was sent back")
    else:
        finding = say(
            "Expected days that moved later: {slipped}; measures sent back: {back}", slipped=slipped, back=back
        )
    return caption(say, key="slips", finding=finding, record=True)


def _pace(done: int, scope: int, since: int | None, say: Language) -> str:
    if done == scope or (since is None and done):
        return ""
    if since is None:
        return say("nothing completed yet")
    if not since:
        return ""
    return say.count(since, "none completed in the last period", "none completed in the last {n} periods")


def _completed(row: pd.Series | Mapping[Hashable, Any], say: Language) -> int:
    return int(row["closed" if say.plan.is_verified else "reported"])


def _deadline_note(now: Reading, say: Language) -> str:
    if now.measures["due"].isna().all():
        return say("No measure has a deadline, so no planned line is drawn.")
    share = exact(int(now.measures["due"].notna().sum())) / max(len(now.measures), 1)
    if share == 1:
        return say("The planned line counts the measures due by each day.")
    return say(
        "The planned line counts the measures due by each day; {share} have a deadline.", share=say.percent(share)
    )


def _lines(now: Reading, say: Language) -> dict[str, str]:
    came = now.receipts
    lines = {
        "scope_line": say("can be completed"),
        "reported_line": say("reported or closed") if say.plan.is_verified else say("reported done"),
        "closed_line": say("closed"),
        "planned_line": say("due by then"),
    }
    if not came.is_in and now.plan.calendar.every != "none":
        lines["last_open"] = say("this period {received}/{owed} received", received=came.received, owed=came.owed)
    return lines
