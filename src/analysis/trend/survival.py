"""How long completion takes, with what is still open counted as open: Kaplan and Meier's estimate.

Kaplan, E. L. and Meier, P. (1958), Nonparametric estimation from incomplete observations, JASA 53, 457–481.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from analysis.plan.reading import Reading


def durations(now: Reading) -> pd.DataFrame:
    """Days from the issue of the notice until each measure was closed, or until it was last seen open.

    A closure lies between two statements; the later day, that of the statement, is taken. A measure closes on the day
    of its last unit's closure. Measures of ongoing kind never complete and are left out.

    Returns
    -------
    pandas.DataFrame
        measure_id, days, closed (False: right-censored, still open or withdrawn on that day).
    """
    counted = now.measure_states[now.measure_states["kind"].ne("ongoing")]
    ended = now.states[now.states["state"].isin(["closed", "withdrawn"])]
    since = ended.assign(since=_since(ended, now.standing)).groupby(["measure_id", "state"])["since"].max()
    closed = counted["state"].eq("closed")
    settled = closed | counted["state"].eq("withdrawn")
    ends = since.reindex(pd.MultiIndex.from_frame(counted[["measure_id", "state"]])).set_axis(counted.index)
    days = (ends - now.plan.issued).dt.days.where(settled, (now.as_of - now.plan.issued).days).astype("int64")
    # What was done before the notice was done on its day.
    days = days.clip(lower=0)
    return pd.DataFrame({"measure_id": counted["measure_id"], "days": days, "closed": closed}).reset_index(drop=True)


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


def _since(ended: pd.DataFrame, progress: pd.DataFrame) -> pd.Series:
    """The first day of the unbroken run of statements that ends in each responsibility's present state."""
    keys = ["measure_id", "unit_id"]
    # Statements of one day follow each other, too: their place in the order tells, not their day.
    placed = progress[[*keys, "status", "as_of"]].assign(place=range(len(progress)))
    words = ended[[*keys, "state", "as_of"]].merge(placed, on=keys, suffixes=("", "_then"))
    words = words[words["as_of_then"].le(words["as_of"])]
    other = words[words["status"].ne(words["state"])].groupby(keys)["place"].max().rename("other")
    words = words.merge(other.reset_index(), on=keys, how="left")
    same = words[words["status"].eq(words["state"]) & ~words["place"].lt(words["other"])]
    first = same.groupby(keys)["as_of_then"].min()
    return pd.Series(first.reindex(pd.MultiIndex.from_frame(ended[keys])).to_numpy(), index=ended.index)
