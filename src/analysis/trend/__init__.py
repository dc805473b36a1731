"""Are we getting there? Counts by period, time to completion, a forecast, and what went back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis import schema, status
from analysis.trend.forecast import Forecast, backtest, forecast, with_past
from analysis.trend.slips import slips
from analysis.trend.survival import durations, kaplan_meier

if TYPE_CHECKING:
    import pandas as pd

    from analysis.plan.reading import Reading

__all__ = [
    "Forecast",
    "backtest",
    "burn_up",
    "burn_up_by_theme",
    "by_period",
    "changes",
    "durations",
    "forecast",
    "kaplan_meier",
    "slips",
    "with_past",
]


def by_period(now: Reading) -> pd.DataFrame:
    """Measures in each state at each period end: the bands of a cumulative-flow chart.

    Returns
    -------
    pandas.DataFrame
        One row a period end, in time: period_end, then a count for each of `analysis.schema.BUCKETS`; a row sums to
        the number of measures.
    """
    return status.count_states(now.measure_panel, "period_end")


def burn_up(now: Reading) -> pd.DataFrame:
    """Completion against scope at each period end, what units report kept apart from what was verified.

    Returns
    -------
    pandas.DataFrame
        period_end, scope (measures that can be completed: not of ongoing kind, not withdrawn), closed (verified),
        reported (closed, or reported done and not verified yet), completion (closed ÷ scope, missing at 0).
    """
    counts = _completion(now.measure_panel, ["period_end"])
    counts["completion"] = counts["closed"] / counts["scope"].where(counts["scope"] > 0)
    return counts


def burn_up_by_theme(now: Reading) -> pd.DataFrame:
    """The columns of `burn_up` but completion for each theme, with theme_id in front; themes in notice order."""
    return _completion(now.measure_panel, ["theme_id", "period_end"])


def changes(then: Reading, now: Reading) -> pd.DataFrame:
    """What moved between two readings of a plan, measure by measure.

    Returns
    -------
    pandas.DataFrame
        Only measures whose state differs, in notice order: measure_id, theme_id, state_before, state, direction
        (``forward`` or ``back`` along the order of delivery, ``other`` where one end lies outside it).
    """
    states_before = dict(zip(then.measure_states["measure_id"], then.measure_states["state"], strict=True))
    moved = now.measure_states[["measure_id", "theme_id", "state"]].assign(
        state_before=[states_before.get(measure, schema.NO_FEEDBACK) for measure in now.measure_states["measure_id"]]
    )
    moved = moved[moved["state"].ne(moved["state_before"])].reset_index(drop=True)
    rank = {state: place for place, state in enumerate((schema.NO_FEEDBACK, *schema.DELIVERY[:-1]))}
    # Where nothing moved, a map of no words is still of words.
    step = moved["state"].map(rank).astype("float64") - moved["state_before"].map(rank).astype("float64")
    moved["direction"] = step.map(lambda size: "forward" if size > 0 else "back" if size < 0 else "other")
    return moved[["measure_id", "theme_id", "state_before", "state", "direction"]]


def _completion(measure_panel: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    states = measure_panel.assign(
        scope=status.is_completable(measure_panel),
        closed=measure_panel["state"].eq("closed"),
        reported=measure_panel["state"].isin(["closed", "done_reported"]),
    )
    return states.groupby(keys, sort=False)[["scope", "closed", "reported"]].sum().astype("int64").reset_index()
