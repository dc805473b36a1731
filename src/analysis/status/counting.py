"""How many are in each state."""

from __future__ import annotations

import pandas as pd

from analysis.schema import BUCKETS


def count_states(states: pd.DataFrame, by: str) -> pd.DataFrame:
    """How many are in each state: one row a group, in the order in which the groups come.

    Parameters
    ----------
    states : pandas.DataFrame
        With the columns state and `by`: measures, or responsibilities.
    by : str
        The column of the group's key.

    Returns
    -------
    pandas.DataFrame
        `by`, then a count for each of `analysis.schema.BUCKETS`; a row sums to the size of its group.
    """
    return count_words(states, by, states["state"], BUCKETS)


def count_words(frame: pd.DataFrame, by: str, words: pd.Series, vocabulary: tuple[str, ...]) -> pd.DataFrame:
    """How often each word of a vocabulary comes in each group of a frame: `by`, then a count a word."""
    counts = pd.crosstab(frame[by], words).reindex(columns=list(vocabulary), fill_value=0)
    counts = counts.reindex(frame[by].drop_duplicates(), fill_value=0)
    return counts.rename_axis(columns=None).astype("int64").reset_index()
