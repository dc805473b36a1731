"""Which units are on which measures, and since when: the notice's own, and those that joined or left by decision."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    import numpy as np

PAIR = ["measure_id", "unit_id"]
_ALWAYS, _FOR_GOOD = pd.Timestamp.min.ceil("D"), pd.Timestamp.max.floor("D")


def spans(responsibilities: pd.DataFrame, decisions: pd.DataFrame) -> pd.DataFrame:
    """The days on which each unit is responsible for each measure.

    Parameters
    ----------
    responsibilities : pandas.DataFrame
        A row a unit on a measure: measure_id, unit_id, from, until (both days included; missing where it is unbounded).
    decisions : pandas.DataFrame
        Decisions in the order in which they take effect; ``joined`` begins on its day, ``left`` ends the day before.

    Returns
    -------
    pandas.DataFrame
        measure_id, unit_id, from, until; one row a span, those of the notice first, in its order; a unit that was
        named, left and joined again has two.
    """
    named = responsibilities[[*PAIR, "from", "until"]]
    moves = decisions[decisions["decision"].isin(["joined", "left"])]
    if moves.empty:
        return named.reset_index(drop=True)
    listed = [list(row) for row in named.itertuples(index=False, name=None)]
    for measure, unit, move, day in moves[[*PAIR, "decision", "effective_on"]].itertuples(index=False, name=None):
        own = [span for span in listed if span[:2] == [measure, unit]]
        held = [span for span in own if _or(span[2], _ALWAYS) <= day <= _or(span[3], _FOR_GOOD)]
        if move == "joined" and not held:
            listed.append([measure, unit, day, pd.NaT])
        elif move == "left":
            for span in held:
                span[3] = day - pd.Timedelta(days=1)
    frame = pd.DataFrame(listed, columns=list(named.columns))
    return frame.astype({"from": "datetime64[us]", "until": "datetime64[us]"})


def in_force(
    measures: pd.DataFrame, responsibilities: pd.DataFrame, decisions: pd.DataFrame, *, as_of: pd.Timestamp
) -> pd.DataFrame:
    """The responsibilities of a day: those of the notice that hold on it, then those of the units that joined.

    Returns
    -------
    pandas.DataFrame
        Columns of ``responsibilities``; a unit that joined stands behind the others, its role ``joint``.
    """
    pairs = spans(responsibilities, decisions[decisions["effective_on"].le(as_of)])
    held = pairs.loc[holds(pairs, pd.DatetimeIndex([as_of]))[0], PAIR].drop_duplicates()
    listed = in_order(pairs, measures["measure_id"]).merge(held, on=PAIR)
    rows = listed.merge(responsibilities.drop_duplicates(PAIR), on=PAIR, how="left")
    joined = rows["position"].isna()
    if joined.any():
        rows.loc[joined, ["clause", "position"]] = [1, 1 + max(responsibilities["position"], default=0)]
        rows.loc[joined, ["role", "role_basis"]] = ["joint", ""]
    return rows[responsibilities.columns].astype(responsibilities.dtypes.to_dict())


def in_order(pairs: pd.DataFrame, measures: pd.Series) -> pd.DataFrame:
    """Each pair once: measures in the order of the notice, the units of each as they were named, or joined."""
    listed = pairs[PAIR].drop_duplicates()
    places = pd.Index(measures).get_indexer(pd.Index(listed["measure_id"]))
    return listed.iloc[places.argsort(kind="stable")].reset_index(drop=True)


def holds(pairs: pd.DataFrame, days: pd.DatetimeIndex) -> np.ndarray:
    """Whether each span (columns) holds on each day (rows)."""
    start = pairs["from"].fillna(_ALWAYS).to_numpy(dtype="datetime64[D]")
    end = pairs["until"].fillna(_FOR_GOOD).to_numpy(dtype="datetime64[D]")
    at = days.to_numpy(dtype="datetime64[D]")[:, None]
    return (start <= at) & (at <= end)


def _or(day: pd.Timestamp, otherwise: pd.Timestamp) -> pd.Timestamp:
    return otherwise if pd.isna(day) else day
