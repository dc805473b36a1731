"""When might it be done? Past throughput drawn again at random; refused where the past is too short to draw from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pandas.api.typing import NaTType

LEAST_PERIODS = 8
LEAST_COMPLETIONS = 5
HORIZON = 24


@dataclass(frozen=True)
class Forecast:
    """A forecast, or the reason why there is none.

    Attributes
    ----------
    refused : str
        ``few_periods``, ``few_completions``, ``nothing_left``, or blank when the forecast stands.
    periods, completions : int
        What the past holds.
    fan : pandas.DataFrame
        One row a coming period: period_end, p50 and p85: measures closed by then in at least 50 % and 85 % of paths.
    finish : mapping of str to pandas.Timestamp
        p50 and p85: the period end by which that part of the paths is done; missing beyond the horizon.
    """

    refused: str
    periods: int
    completions: int
    fan: pd.DataFrame
    finish: Mapping[str, pd.Timestamp | NaTType]


def forecast(burn_up: pd.DataFrame, *, seed: int = 2024, paths: int = 10_000) -> Forecast:
    """A fan of what may be closed by when, from the throughput of the periods so far, those without any included.

    Parameters
    ----------
    burn_up : pandas.DataFrame
        From `analysis.trend.burn_up`.
    seed : int
        Same seed, same fan.
    paths : int
        Paths drawn.
    """
    # The period still running has not had its time: it is neither counted nor drawn, only added to.
    over = burn_up[burn_up["period_end"].dt.is_month_end]
    throughput = _throughput(over)
    periods, completions = len(throughput), int(throughput.sum())
    empty = pd.DataFrame({"period_end": pd.DatetimeIndex([]), "p50": [], "p85": []})
    if burn_up.empty or burn_up["closed"].iloc[-1] >= burn_up["scope"].iloc[-1]:
        return Forecast("nothing_left", periods, completions, empty, {})
    if periods < LEAST_PERIODS:
        return Forecast("few_periods", periods, completions, empty, {})
    if completions < LEAST_COMPLETIONS:
        return Forecast("few_completions", periods, completions, empty, {})
    closed, scope = int(burn_up["closed"].iloc[-1]), int(burn_up["scope"].iloc[-1])
    totals = _paths(throughput, closed, scope, seed=seed, paths=paths)
    first = pd.Period(over["period_end"].iloc[-1], "M") + 1
    ends = pd.period_range(first, periods=HORIZON, freq="M").to_timestamp(how="end").normalize()
    fan = pd.DataFrame({"period_end": ends, **{name: _reached(totals, part) for name, part in _LEVELS.items()}})
    done = {name: ends[fan[name].ge(scope).to_numpy()] for name in _LEVELS}
    finish = {name: reached[0] if len(reached) else pd.NaT for name, reached in done.items()}
    needed = fan["period_end"].le(finish["p85"]) if len(done["p85"]) else fan["period_end"].notna()
    return Forecast("", periods, completions, fan[needed], finish)


def with_past(outlook: Forecast, burn_up: pd.DataFrame) -> pd.DataFrame:
    """What was closed so far and the fan that follows it, in one frame to draw.

    Returns
    -------
    pandas.DataFrame
        period_end, scope, closed (missing in coming periods), p50 and p85 (missing in past ones); no rows when the
        forecast was refused.
    """
    past = burn_up[["period_end", "scope", "closed"]]
    joined = (
        pd.concat([past, outlook.fan], ignore_index=True) if len(outlook.fan) else past.head(0).assign(p50=[], p85=[])
    )
    joined["scope"] = joined["scope"].ffill().astype("int64")
    return joined


def backtest(burn_up: pd.DataFrame, *, seed: int = 2024, paths: int = 10_000) -> pd.DataFrame:
    """How forecasts made at the earlier periods held up.

    Returns
    -------
    pandas.DataFrame
        One row a forecast and a period it foretold that is now past: made_at, period_end, closed (what came), p50,
        p85 (what was foretold), held_p50, held_p85 (whether at least that much came).
    """
    rows = []
    for made in range(LEAST_PERIODS, len(burn_up)):
        outlook = forecast(burn_up.iloc[:made], seed=seed, paths=paths)
        coming = burn_up.iloc[made:].set_index("period_end")["closed"]
        held = outlook.fan.merge(coming.reset_index(), on="period_end")
        held.insert(0, "made_at", burn_up["period_end"].iloc[made - 1])
        rows.append(held)
    columns = ["made_at", "period_end", "closed", "p50", "p85"]
    tested = pd.concat(rows, ignore_index=True)[columns] if rows else pd.DataFrame(columns=columns)
    return tested.assign(held_p50=tested["closed"] >= tested["p50"], held_p85=tested["closed"] >= tested["p85"])


_LEVELS = {"p50": 0.50, "p85": 0.85}


def _throughput(burn_up: pd.DataFrame) -> np.ndarray:
    """Closures in each period; a reopened measure takes back none of an earlier period's."""
    closed = burn_up["closed"].to_numpy(dtype="int64")
    return np.diff(closed, prepend=0).clip(min=0)


def _paths(throughput: np.ndarray, closed: int, scope: int, *, seed: int, paths: int) -> np.ndarray:
    drawn = np.random.default_rng(seed).choice(throughput, size=(paths, HORIZON))
    return np.minimum(closed + drawn.cumsum(axis=1), scope)


def _reached(totals: np.ndarray, part: float) -> np.ndarray:
    """What at least that part of the paths has reached: a count that occurs, not one between two."""
    return np.quantile(totals, 1 - part, axis=0, method="lower").astype("int64")
