"""How long completion takes, with what is still open counted as open: Kaplan and Meier's estimate.

Kaplan, E. L. and Meier, P. (1958), Nonparametric estimation from incomplete observations, JASA 53, 457–481.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from analysis.trend.counts import completions

if TYPE_CHECKING:
    from analysis.plan.reading import Reading


def durations(now: Reading) -> pd.DataFrame:
    """Days from the issue of the notice until each measure was completed, or until it was last seen open.

    A measure is completed on the day of its closure; where nobody verifies, on the day on which it was done. Measures
    that are ongoing by nature never complete and are left out.

    Returns
    -------
    pandas.DataFrame
        measure_id, days, closed (False: right-censored, still open at T or withdrawn on that day).
    """
    counted = now.measure_states[now.measure_states["kind"].ne("ongoing")]
    done = completions(now).set_index("measure_id")["completed_on"]
    ended = pd.Series(done.reindex(counted["measure_id"]).to_numpy(), index=counted.index)
    withdrawn = counted["decided_on"].where(counted["state"].eq("withdrawn"))
    days = (ended.fillna(withdrawn).fillna(now.as_of) - now.plan.issued).dt.days.astype("int64")
    # What was done before the notice was done on its day.
    listed = {"measure_id": counted["measure_id"], "days": days.clip(lower=0), "closed": ended.notna()}
    return pd.DataFrame(listed).reset_index(drop=True)


def kaplan_meier(days: pd.Series, closed: pd.Series) -> pd.DataFrame:
    """The product-limit estimate of the part still open.

    Parameters
    ----------
    days : pandas.Series
        Days observed.
    closed : pandas.Series
        Whether the observation ended in closure; False is right-censored.

    Returns
    -------
    pandas.DataFrame
        One row a distinct day, from day 0: days, at_risk (open just before), closures, still_open (share).
    """
    observed = pd.DataFrame({"days": days.to_numpy(dtype="float64"), "closed": closed.to_numpy(dtype=bool)})
    steps = observed.groupby("days")["closed"].agg(closures="sum", leaving="size").sort_index()
    steps["at_risk"] = len(observed) - steps["leaving"].cumsum().shift(fill_value=0)
    steps["still_open"] = np.cumprod(1 - steps["closures"] / steps["at_risk"]).round(12)  # one half is one half
    if 0 not in steps.index:
        start = pd.DataFrame({"closures": 0, "leaving": 0, "at_risk": len(observed), "still_open": 1.0}, index=[0.0])
        steps = pd.concat([start, steps])
    counts = ["at_risk", "closures"]
    steps[counts] = steps[counts].astype("int64")
    return steps.rename_axis("days").reset_index()[["days", *counts, "still_open"]].astype({"days": "int64"})
