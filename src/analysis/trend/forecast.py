"""When might it be done? The exact distribution of past throughput, added up; refused where the past is too short."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from analysis import status
from analysis.trend.counts import completions

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pandas.api.typing import NaTType

    from analysis.plan.reading import Reading

LEAST_PERIODS = 8
LEAST_COMPLETIONS = 5
HORIZON = 24
AHEAD = 3
LEVELS = {"p50": 50, "p85": 85}
"""Column → so many chances in a hundred that at least so much is completed."""


@dataclass(frozen=True)
class Forecast:
    """A forecast, or the reason why there is none.

    Attributes
    ----------
    refused : str
        ``few_periods``, ``few_completions``, ``nothing_left``, or blank when the forecast stands.
    periods, completions : int
        What the past holds: periods that are in, and measures completed in them.
    completed, scope : int
        Measures completed at T, and those that can be.
    fan : pandas.DataFrame
        One row a coming period: period_end, p50 and p85: how many measures are completed by then with a chance of at
        least 50 and 85 in a hundred.
    finish : mapping of str to pandas.Timestamp
        p50 and p85: the end of the period by which all is completed with that chance; missing beyond the horizon.
    """

    refused: str
    periods: int
    completions: int
    completed: int
    scope: int
    fan: pd.DataFrame
    finish: Mapping[str, pd.Timestamp | NaTType] = field(default_factory=dict)


def forecast(now: Reading) -> Forecast:
    """A fan of what may be completed by when, from the throughput of the periods that are in, the empty ones included.

    Each measure counts once, in the period of its standing closure. The throughput of a coming period is taken for one
    of those of the past, each as likely; that of several is the exact distribution of their sum, a convolution, which
    stops at the measures that are left.
    """
    states = now.measure_states
    completable = status.is_completable(states)
    scope, done = int(completable.sum()), completions(now)
    over = now.periods.loc[now.periods["is_in"], "period_end"]
    throughput = done.groupby("period_end").size().reindex(over, fill_value=0)
    past = (len(over), int(throughput.sum()), len(done), scope)
    empty = pd.DataFrame({"period_end": pd.DatetimeIndex([]).as_unit("us"), "p50": [], "p85": []})
    if len(done) >= scope:
        return Forecast("nothing_left", *past, empty)
    if len(over) < LEAST_PERIODS:
        return Forecast("few_periods", *past, empty)
    if past[1] < LEAST_COMPLETIONS:
        return Forecast("few_completions", *past, empty)
    calendar = now.plan.calendar
    following = calendar.after(calendar.period_of(over.iloc[-1].date()), HORIZON)
    ends = pd.DatetimeIndex([period.end for period in following]).as_unit("us")
    # What was completed since the last period that is in has happened: the fan begins where that period ended.
    start = int(throughput.sum())
    reached = _reached(throughput.to_numpy(), left=scope - start)
    fan = pd.DataFrame({"period_end": ends, **{name: start + reached[name] for name in LEVELS}})
    finish = {name: ends[fan[name].ge(scope).to_numpy()] for name in LEVELS}
    reach = {name: days[0] if len(days) else pd.NaT for name, days in finish.items()}
    return Forecast("", *past, fan, reach)


def with_past(outlook: Forecast, burn_up: pd.DataFrame) -> pd.DataFrame:
    """What was completed so far and the periods ahead, in one frame to draw.

    Parameters
    ----------
    outlook : Forecast
    burn_up : pandas.DataFrame
        From `analysis.trend.burn_up`.

    Returns
    -------
    pandas.DataFrame
        period_end, scope, completed (missing in coming periods), p50 and p85 (missing in past ones): the periods that
        are in and the next three, or all up to the finish where both chances reach it within the horizon; no rows
        when the forecast was refused.
    """
    known = burn_up[burn_up["is_in"]]
    past = known[["period_end", "scope"]].assign(
        completed=(known["completion"] * known["scope"]).round().astype("Int64")
    )
    if outlook.refused:
        return past.head(0).assign(p50=[], p85=[])
    last = outlook.finish["p85"]
    shown = outlook.fan.head(AHEAD) if pd.isna(last) else outlook.fan[outlook.fan["period_end"].le(last)]
    joined = pd.concat([past, shown], ignore_index=True)
    joined["scope"] = joined["scope"].fillna(outlook.scope).astype("int64")
    return joined


def _reached(throughput: np.ndarray, *, left: int) -> dict[str, np.ndarray]:
    """How many of those left are completed after 1, 2, … periods with at least each chance, counted exactly.

    Ways are counted in whole numbers, of which a chance of exactly one half is one.
    """
    ways = np.zeros(left + 1, dtype="object")
    ways[0] = 1
    reached: dict[str, list[int]] = {name: [] for name in LEVELS}
    for _ in range(HORIZON):
        after = np.zeros(left + 1, dtype="object")
        for step in throughput.tolist():
            room = max(left + 1 - step, 0)
            after[step : left + 1] += ways[:room]
            # Whatever goes beyond what is left completes it.
            after[left] += sum(ways[room:])
        ways = after
        total = len(throughput) ** (len(reached["p50"]) + 1)
        at_least = np.cumsum(ways[::-1])[::-1]
        for name, level in LEVELS.items():
            reached[name].append(max(count for count in range(left + 1) if 100 * at_least[count] >= level * total))
    return {name: np.array(counts, dtype="int64") for name, counts in reached.items()}
