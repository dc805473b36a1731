"""Are we getting there? Counts of measures by state at the end of each period."""

from __future__ import annotations

import pandas as pd

from analysis import schema, status


def by_period(panel_by_measure: pd.DataFrame) -> pd.DataFrame:
    """Measures in each state at each period end: the bands of a cumulative-flow chart.

    Parameters
    ----------
    panel_by_measure : pandas.DataFrame
        `analysis.status.by_measure` of a panel.

    Returns
    -------
    pandas.DataFrame
        One row a period end, in time: period_end, then a count for each of `analysis.schema.BUCKETS`; a row sums to
        the number of measures.
    """
    return status.count_states(panel_by_measure, "period_end").reset_index()


def burn_up(panel_by_measure: pd.DataFrame) -> pd.DataFrame:
    """Completion against scope at each period end, what units report kept apart from what was verified.

    Returns
    -------
    pandas.DataFrame
        period_end, scope (measures that can be completed: not of ongoing kind, not withdrawn), closed (verified),
        reported (closed, or reported done and not verified yet), completion (closed ÷ scope, missing at 0).
    """
    states = panel_by_measure.assign(
        scope=status.is_completable(panel_by_measure),
        closed=panel_by_measure["state"].eq("closed"),
        reported=panel_by_measure["state"].isin(["closed", "done_reported"]),
    )
    counts = states.groupby("period_end", sort=False)[["scope", "closed", "reported"]].sum().astype("int64")
    counts["completion"] = counts["closed"] / counts["scope"].where(counts["scope"] > 0)
    return counts.reset_index()


def changes(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """What moved between two dates, measure by measure.

    Parameters
    ----------
    before, after : pandas.DataFrame
        `analysis.status.by_measure` at the two dates.

    Returns
    -------
    pandas.DataFrame
        Only measures whose state differs, in notice order: measure_id, theme_id, state_before, state, direction
        (``forward`` or ``back`` along the order of delivery, ``other`` where one end lies outside it).
    """
    moved = after[["measure_id", "theme_id", "state"]].merge(
        before[["measure_id", "state"]].rename(columns={"state": "state_before"}), on="measure_id", how="left"
    )
    moved["state_before"] = moved["state_before"].fillna(schema.NO_FEEDBACK)
    moved = moved[moved["state"].ne(moved["state_before"])].reset_index(drop=True)
    rank = {state: place for place, state in enumerate((schema.NO_FEEDBACK, *schema.DELIVERY[:-1]))}
    step = moved["state"].map(rank) - moved["state_before"].map(rank)
    moved["direction"] = step.map(lambda size: "forward" if size > 0 else "back" if size < 0 else "other")
    return moved[["measure_id", "theme_id", "state_before", "state", "direction"]]
