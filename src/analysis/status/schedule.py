"""Where each measure stands against its own deadline. Nothing is inferred from a percentage."""

from __future__ import annotations

import numpy as np
import pandas as pd

SOON = pd.DateOffset(months=3)
"""How near a deadline is soon: within a quarter."""


def due_days(measures: pd.DataFrame, decisions: pd.DataFrame, *, as_of: pd.Timestamp) -> pd.DataFrame:
    """The deadline of each measure that holds at a day, beside the one that the notice set.

    Parameters
    ----------
    measures : pandas.DataFrame
        measure_id, due (missing where the notice sets none).
    decisions : pandas.DataFrame
        Decisions that stand, in the order in which they take effect; of those called ``extended`` the latest counts.
    as_of : pandas.Timestamp

    Returns
    -------
    pandas.DataFrame
        In notice order: measure_id, due, due_original.
    """
    moved = decisions[decisions["decision"].eq("extended") & decisions["effective_on"].le(as_of)]
    latest = moved.drop_duplicates("measure_id", keep="last").set_index("measure_id")["due"]
    listed = measures[["measure_id", "due"]].rename(columns={"due": "due_original"})
    extended = pd.Series(latest.reindex(listed["measure_id"]).to_numpy(), index=listed.index)
    return listed.assign(due=extended.fillna(listed["due_original"]))[["measure_id", "due", "due_original"]]


def schedule(measure_states: pd.DataFrame, due: pd.Series, done_on: pd.Series, *, as_of: pd.Timestamp) -> pd.Series:
    """Where each measure stands against its deadline (`analysis.schema.SCHEDULE`).

    Parameters
    ----------
    measure_states : pandas.DataFrame
        measure_id, state.
    due, done_on : pandas.Series
        By measure_id: the deadline that holds, and since when it is done (`analysis.status.done_since`).

    Returns
    -------
    pandas.Series
        In the order of `measure_states`.
    """
    states = measure_states.set_index("measure_id")["state"]
    deadline, done = due.reindex(states.index), done_on.reindex(states.index)
    words = np.select(
        [
            states.eq("withdrawn"),
            deadline.isna(),
            done.notna() & done.le(deadline),
            done.notna(),
            deadline.lt(as_of),
            deadline.le(as_of + SOON),
        ],
        ["withdrawn", "no_deadline", "in_time", "late", "overdue", "due_soon"],
        default="later",
    )
    return pd.Series(words, index=measure_states.index, name="schedule")
