"""Measures counted at the end of each period, all as known at one day."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from analysis import status

if TYPE_CHECKING:
    from analysis.plan.reading import Reading

_DONE = ["closed", "done_reported"]


def by_period(now: Reading) -> pd.DataFrame:
    """Measures in each state at each period end: the bands of a cumulative-flow chart.

    Returns
    -------
    pandas.DataFrame
        One row a period end, in time: period_end, then a count for each of `analysis.schema.BUCKETS`, which sum to the
        measures in scope that day, and is_in (whether feedback on the period was due by K).
    """
    return _of_each_period(now, status.count_states(now.measure_panel, "period_end"))


def burn_up(now: Reading) -> pd.DataFrame:
    """Completion against scope at each period end, what units report kept apart from what was verified.

    Returns
    -------
    pandas.DataFrame
        period_end, scope (measures that can be completed: not ongoing by nature, not withdrawn), closed (verified),
        reported (closed, or reported done), planned (whose deadline had come; missing where no measure has one),
        completion (closed ÷ scope, reported where nobody verifies; missing at 0), is_in.
    """
    counts = _of_each_period(now, _completion(now, ["period_end"]))
    completed = counts["closed"] if now.plan.is_verified else counts["reported"]
    counts.insert(len(counts.columns) - 1, "completion", completed / counts["scope"].where(counts["scope"] > 0))
    return counts


def drawn(counts: pd.DataFrame, now: Reading) -> pd.DataFrame:
    """The columns of a burn-up that a figure draws: where nobody verifies, none are closed, and no line says so."""
    return counts if now.plan.is_verified else counts.drop(columns="closed")


def burn_up_by_theme(now: Reading) -> pd.DataFrame:
    """The columns of `burn_up` but completion for each theme, with theme_id in front; themes in notice order."""
    counts = _completion(now, ["theme_id", "period_end"])
    order = {theme: place for place, theme in enumerate(now.plan.measures["theme_id"].unique())}
    counts = counts.sort_values("theme_id", key=lambda ids: ids.map(order), kind="stable", ignore_index=True)
    return counts.merge(now.periods[["period_end", "is_in"]], on="period_end", how="left")


def completions(now: Reading) -> pd.DataFrame:
    """When each measure that is completed was: at its standing closure; where nobody verifies, when it was done.

    Returns
    -------
    pandas.DataFrame
        Only measures that can be completed and are, in the order of time: measure_id, completed_on, period_end (of
        the period in which that day lies).
    """
    states = now.measure_states
    column = "decided_on" if now.plan.is_verified else "done_on"
    finished = states[status.is_completable(states) & states["state"].eq(now.plan.finished)]
    listed = finished[["measure_id", column]].rename(columns={column: "completed_on"})
    if now.plan.is_verified:
        listed["completed_on"] = _first_closure(now, listed)
    listed = listed.sort_values("completed_on", kind="stable", ignore_index=True)
    ends = now.periods["period_end"]
    # What was done before the first period was done in it.
    place = ends.searchsorted(listed["completed_on"].to_numpy(), side="left").clip(max=len(ends) - 1)
    return listed.assign(period_end=ends.iloc[place].to_numpy())


def periods_since_completion(now: Reading) -> int | None:
    """How many periods that are in have ended since a measure was last completed in one; None when none ever was."""
    done = completions(now)
    if done.empty:
        return None
    ends = now.periods.loc[now.periods["is_in"], "period_end"]
    return int(ends.gt(done["period_end"].max()).sum())


def _first_closure(now: Reading, closed: pd.DataFrame) -> pd.Series:
    """The day of the first closure since the measure was last open: to confirm it later moves nothing."""
    decided = now.decisions[now.decisions["decision"].isin(["closed", "reopened", "withdrawn"])].reset_index(drop=True)
    opened = decided.index.to_series().where(decided["decision"].ne("closed"))
    last_open = opened.groupby(decided["measure_id"]).transform("max").fillna(-1)
    run = decided[decided.index > last_open]
    first = run.groupby("measure_id")["effective_on"].min()
    return pd.Series(first.reindex(closed["measure_id"]).to_numpy(), index=closed.index)


def _of_each_period(now: Reading, counts: pd.DataFrame) -> pd.DataFrame:
    """Counts at the end of each period, 0 where no measure was in scope yet, and whether the period is in."""
    every = counts.set_index("period_end").reindex(now.periods["period_end"], fill_value=0)
    if "planned" in every and now.measures["due"].isna().all():
        every["planned"] = pd.Series(pd.NA, index=every.index, dtype="Int64")
    return every.assign(is_in=now.periods["is_in"].to_numpy()).reset_index()


def _completion(now: Reading, keys: list[str]) -> pd.DataFrame:
    panel = now.measure_panel.merge(now.measures[["measure_id", "due"]], on="measure_id", how="left")
    can = status.is_completable(panel)
    states = panel.assign(
        scope=can,
        closed=can & panel["state"].eq("closed"),
        reported=can & panel["state"].isin(_DONE),
        planned=can & panel["due"].le(panel["period_end"]),
    )
    columns = ["scope", "closed", "reported", "planned"]
    counts = states.groupby(keys, sort=False)[columns].sum().astype("int64").reset_index()
    if now.measures["due"].isna().all():
        counts["planned"] = pd.Series(pd.NA, index=counts.index, dtype="Int64")
    return counts
