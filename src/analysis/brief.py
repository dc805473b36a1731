"""What one unit owes and by when, what blocks it, what was decided, and what it carries: the metrics of its brief."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from analysis import coverage, status
from analysis.attention import voices
from analysis.schema import FEEDBACK, NO_FEEDBACK, SETTLED

if TYPE_CHECKING:
    from analysis.plan.reading import Reading

URGENCY = ("overdue", "stalled", "sent_back", "silent", "due_soon", "open", "done", "settled")
"""Why a measure stands where it does in a unit's list, the most urgent first: past its deadline; stalled by the unit's
own word; sent back to it; never reported on, or two reports owed in a row; its deadline within a quarter; open;
reported done by the unit; closed or withdrawn."""

_PAIR = ["measure_id", "unit_id"]


def asked(now: Reading) -> pd.DataFrame:
    """The statements that are asked for next and have not come.

    Where units report each period, those on the periods of which feedback is not in yet; where all is in, those that
    the next period will ask for, as things are known at K. Where they report when due, one on each measure at its own
    deadline after T. One definition of owed: `analysis.status.owed`.

    Returns
    -------
    pandas.DataFrame
        The nearest day first, then in notice order: measure_id, unit_id, period, due.
    """
    calendar, day = now.plan.calendar, now.as_of.date()
    if calendar.owed == "when-due" or calendar.every == "none":
        deadlines = now.measures["due"]
        rows = _ahead(now, deadlines.max()) if deadlines.gt(now.as_of).any() else now.obligations.head(0)
        rows = rows[rows["due"].gt(now.as_of)]
    elif now.periods["is_in"].iloc[-1] or not calendar.until(day):
        following = (
            calendar.after(calendar.period_of(day))[0] if calendar.until(day) else calendar.named(calendar.first_period)
        )
        rows = _ahead(now, pd.Timestamp(following.end))
        rows = rows[rows["period"].eq(following.name)]
    else:
        rows = now.obligations[~now.obligations["is_in"]]
    waiting = rows[rows["feedback"].eq("missing")].sort_values("due", kind="stable", ignore_index=True)
    return waiting[[*_PAIR, "period", "due"]]


def carried(now: Reading, *, unit: str) -> pd.DataFrame:
    """What a unit carries at T, the most urgent first.

    Returns
    -------
    pandas.DataFrame
        By `URGENCY`, then by deadline, then in notice order: measure_id, urgency, state_of_unit, mark (of its own
        part), state_of_measure, due, schedule, other_units (list of those on the measure beside it), as_of,
        reported_at, progress, problems, request, next_step, since, request_periods, missing, has_lapsed (as in
        `analysis.attention.voices`; nothing is missing on what is settled).
    """
    spoken = voices(now)
    named = now.responsibilities.drop_duplicates(_PAIR)
    crowd = named[named["unit_id"].ne(unit)].groupby("measure_id")["unit_id"].agg(list)
    own = spoken[spoken["unit_id"].eq(unit)].drop(columns="unit_id").rename(columns={"state": "state_of_unit"})
    of_measure = now.measure_states.rename(columns={"state": "state_of_measure"})
    rows = own.merge(of_measure[["measure_id", "state_of_measure", "due", "schedule"]], on="measure_id")
    is_settled = rows["state_of_measure"].isin(SETTLED)
    rows["missing"] = rows["missing"].where(~is_settled, 0)
    rows["has_lapsed"] &= ~is_settled
    rows["other_units"] = [crowd.get(measure, []) for measure in rows["measure_id"]]
    applies = [
        is_settled,
        rows["schedule"].eq("overdue") & rows["state_of_unit"].ne("done_reported"),
        rows["state_of_unit"].eq("stalled"),
        rows["mark"].isin(["returned", "reopened"]),
        rows["has_lapsed"] | rows["state_of_unit"].eq(NO_FEEDBACK),
        rows["state_of_unit"].eq("done_reported"),
        rows["schedule"].eq("due_soon"),
    ]
    order = ["settled", "overdue", "stalled", "sent_back", "silent", "done", "due_soon"]
    rows["urgency"] = np.select(applies, order, default="open")
    rows["grade"] = rows["urgency"].map({name: grade for grade, name in enumerate(URGENCY)})
    rows = rows.sort_values(["grade", "due"], kind="stable", ignore_index=True)
    told = ["as_of", "reported_at", "progress", "problems", "request", "next_step", "since", "request_periods"]
    head = ["measure_id", "urgency", "state_of_unit", "mark", "state_of_measure", "due", "schedule", "other_units"]
    return rows[[*head, *told, "missing", "has_lapsed"]]


def asked_of(now: Reading, *, unit: str) -> pd.DataFrame:
    """What is asked of one unit next, with what it said last.

    Returns
    -------
    pandas.DataFrame
        The nearest day first, then in notice order: measure_id, period, due (as in `asked`), report_due (the same),
        missing (reports that it owes beside), reported_at (when its last word arrived).
    """
    rows = asked(now)
    rows = rows[rows["unit_id"].eq(unit)].merge(now.states[[*_PAIR, "missing", "reported_at"]], on=_PAIR, how="left")
    rows["missing"] = rows["missing"].fillna(0).astype("int64")
    return rows.assign(report_due=rows["due"])[["measure_id", "period", "due", "report_due", "missing", "reported_at"]]


def stalled(carried: pd.DataFrame) -> pd.DataFrame:
    """The open measures of `carried` that are stalled, by the unit's own word or by another's."""
    is_open = ~carried["state_of_measure"].isin(SETTLED)
    own, whole = carried["state_of_unit"].eq("stalled"), carried["state_of_measure"].eq("stalled")
    return carried[is_open & (own | whole)].reset_index(drop=True)


def decisions(now: Reading, *, unit: str) -> pd.DataFrame:
    """The decisions that concern a unit: those on all units of a measure that it is on at T, and those on itself.

    Returns
    -------
    pandas.DataFrame
        Those that still wait for its answer first, then the latest first: measure_id, decision, effective_on,
        decided_by, reason_given, due, waits (whether it sent the unit's work back, and the unit has not said done
        since).
    """
    taken, states = now.decisions, now.states[now.states["unit_id"].eq(unit)].set_index("measure_id")
    of_all = taken["unit_id"].eq("") & taken["measure_id"].isin(states.index)
    rows = taken[of_all | taken["unit_id"].eq(unit)].rename(columns={"reason": "reason_given"})
    backs = rows[rows["decision"].isin(["returned", "reopened"])].drop_duplicates("measure_id", keep="last")
    rows["waits"] = rows.index.isin(backs.index) & rows["decision"].eq(
        states["mark"].reindex(rows["measure_id"]).to_numpy()
    )
    rows = rows.iloc[::-1].sort_values("waits", ascending=False, kind="stable", ignore_index=True)
    return rows[["measure_id", "decision", "effective_on", "decided_by", "reason_given", "due", "waits"]]


def reports(now: Reading, *, unit: str) -> pd.DataFrame:
    """What became of the reports that a unit owed on each measure that it is on.

    Returns
    -------
    pandas.DataFrame
        In notice order, measures on which any was due: measure_id, reports_due, then a count for each of
        `analysis.schema.FEEDBACK`.
    """
    own = now.feedback[now.feedback["unit_id"].eq(unit)]
    counts = pd.crosstab(own["measure_id"], own["feedback"]).reindex(columns=list(FEEDBACK), fill_value=0)
    listed = [
        measure for measure in now.states.loc[now.states["unit_id"].eq(unit), "measure_id"] if measure in counts.index
    ]
    counts = counts.reindex(listed).astype("int64").rename_axis(columns=None)
    counts.insert(0, "reports_due", counts.sum(axis="columns"))
    return counts.rename_axis("measure_id").reset_index()


def promises(now: Reading, *, unit: str) -> pd.DataFrame:
    """The measurable promises of the measures that a unit is on.

    Returns
    -------
    pandas.DataFrame
        The columns of `analysis.coverage.commitments`, and own_values (list of the unit's own latest value, if any).
    """
    mine = now.states.loc[now.states["unit_id"].eq(unit), "measure_id"]
    rows = coverage.commitments(now)
    rows = rows[rows["measure_id"].isin(mine)].reset_index(drop=True)
    own = [[told for told in values if told[0] == unit] for values in rows["values"]]
    return rows.assign(own_values=pd.Series(own, index=rows.index, dtype="object"))


def _ahead(now: Reading, last: pd.Timestamp) -> pd.DataFrame:
    """What will have been owed by a later day, as things are known at K and deadlines stand at T."""
    plan, record = now.plan, now.record
    deadlines = status.due_days(plan.measures, record.decisions, as_of=now.as_of)
    days = pd.DatetimeIndex([period.end for period in plan.calendar.until(last.date())] or [last])
    past = status.history(plan.measures, plan.responsibilities, record, days=days)
    return status.owed(past, deadlines, plan.calendar, as_of=last)
