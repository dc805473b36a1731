"""State(T, K): what the record says of each responsibility at a date T, as known at a date K.

A statement of progress carries two dates: ``as_of``, the day it is true for, and ``reported_at``, the day it arrived.
State(T, K) is the statement with the latest ``as_of`` ≤ T among those with ``reported_at`` ≤ K; ties go to the later
``reported_at``, then to the greater ``log_id``. K = T gives back what was published on T, a later K gives history as
since revised. A statement that a known correction supersedes no longer counts, whatever its dates.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.schema import BUCKETS, DELIVERY, NO_FEEDBACK, Calendar

RESPONSIBILITY = ["measure_id", "unit_id"]
_SETTLED = ("closed", "withdrawn")
_ORDER = ["as_of", "reported_at", "log_id"]


def latest(
    responsibilities: pd.DataFrame,
    progress: pd.DataFrame,
    *,
    calendar: Calendar,
    as_of: pd.Timestamp,
    known_at: pd.Timestamp,
) -> pd.DataFrame:
    """The latest word of each responsibility.

    Parameters
    ----------
    responsibilities : pandas.DataFrame
        One row a unit on a measure: measure_id, unit_id.
    progress : pandas.DataFrame
        The record, one row a statement.
    calendar : analysis.schema.Calendar
        When feedback was owed; decides freshness.
    as_of : pandas.Timestamp
        T: statements on later days do not count.
    known_at : pandas.Timestamp
        K: statements that arrived later do not count.

    Returns
    -------
    pandas.DataFrame
        One row a responsibility, in the order given: measure_id, unit_id, the columns of the statement (missing where
        there is none) with ``state`` in place of ``status`` (`NO_FEEDBACK` where there is none), periods_missed (due
        periods since the statement's own, without a later statement) and freshness (`analysis.schema.FRESHNESS`).
    """
    states = panel(
        responsibilities,
        progress,
        calendar=calendar,
        period_ends=pd.DatetimeIndex([as_of]),
        known_at=known_at,
    )
    return states.drop(columns="period_end")


def panel(
    responsibilities: pd.DataFrame,
    progress: pd.DataFrame,
    *,
    calendar: Calendar,
    period_ends: pd.DatetimeIndex,
    known_at: pd.Timestamp,
) -> pd.DataFrame:
    """State(T, K) of every responsibility for each T of `period_ends` and one K: history as known at K.

    Returns
    -------
    pandas.DataFrame
        The rows of `latest` for each period end in turn, with the column period_end in front. A quiet period repeats
        the last word, so that no period is missing.

    Raises
    ------
    ValueError
        When the period ends do not stand in the order of time.
    """
    if not period_ends.is_monotonic_increasing:
        raise ValueError("period_ends must stand in the order of time")
    pairs = responsibilities[RESPONSIBILITY].drop_duplicates(ignore_index=True)
    words = standing(progress, known_at=known_at)
    pair_of = pd.MultiIndex.from_frame(pairs).get_indexer(pd.MultiIndex.from_frame(words[RESPONSIBILITY]))
    period_of = period_ends.searchsorted(words["as_of"].to_numpy(), side="left")
    counts = (pair_of >= 0) & (period_of < len(period_ends))

    # Row positions of the words in a periods × responsibilities grid; sorted order makes the last write the latest.
    grid = np.full((len(period_ends), len(pairs)), -1)
    grid[period_of[counts], pair_of[counts]] = np.flatnonzero(counts)
    latest_word = np.maximum.accumulate(grid, axis=0) if len(period_ends) else grid

    states = words.drop(columns=RESPONSIBILITY).reindex(range(-1, len(words))).iloc[latest_word.ravel() + 1]
    states = states.reset_index(drop=True).rename(columns={"status": "state"})
    states["state"] = states["state"].fillna(NO_FEEDBACK)
    repeated = pairs.iloc[np.tile(np.arange(len(pairs)), len(period_ends))].reset_index(drop=True)
    ends = pd.Series(np.repeat(period_ends.to_numpy(), len(pairs)), name="period_end")
    states = pd.concat([ends, repeated, states], axis="columns")
    states["periods_missed"] = _periods_missed(states, calendar)
    states["freshness"] = _freshness(states)
    return states


def by_measure(
    states: pd.DataFrame, measures: pd.DataFrame, *, period_ends: pd.DatetimeIndex | None = None
) -> pd.DataFrame:
    """The state of each measure, from the states of its units.

    A measure's state is that of its weakest reporting unit (`analysis.schema.DELIVERY` is ordered). It is
    ``no_feedback`` only when none of its units has reported, ``withdrawn`` only when every unit that reported has.

    Parameters
    ----------
    states : pandas.DataFrame
        From `latest` or `panel`.
    measures : pandas.DataFrame
        measure_id, theme_id, kind.
    period_ends : pandas.DatetimeIndex, optional
        Those of the panel; those that its rows name when left out, which are none where no measure names a unit.

    Returns
    -------
    pandas.DataFrame
        In notice order (by period_end first, when `states` has it): measure_id, theme_id, kind, state, units,
        units_reporting, units_disagree (reporting units in different states), has_current_feedback (any unit's word
        is fresh, or nothing is owed), has_evidence, last_as_of.
    """
    keys = [key for key in ("period_end",) if key in states.columns]
    marked = states.assign(
        rank=states["state"].map({state: rank for rank, state in enumerate(DELIVERY)}),
        reporting=states["state"].ne(NO_FEEDBACK),
        fresh=states["freshness"].isin(["current", "settled"]),
        evidence=states["evidence_ref"].fillna("").ne(""),
    )
    grouped = marked.groupby([*keys, "measure_id"], sort=False, dropna=False)
    summed = grouped.agg(
        rank=("rank", "min"),
        units=("unit_id", "size"),
        units_reporting=("reporting", "sum"),
        different=("rank", "nunique"),
        has_current_feedback=("fresh", "any"),
        has_evidence=("evidence", "any"),
        last_as_of=("as_of", "max"),
    )
    spine = measures[["measure_id", "theme_id", "kind"]]
    if keys:
        ends = states[keys].drop_duplicates() if period_ends is None else pd.DataFrame({"period_end": period_ends})
        spine = ends.merge(spine, how="cross")
    listed = spine.merge(summed.reset_index(), on=[*keys, "measure_id"], how="left")
    states_in_order = listed["rank"].map(dict(enumerate(DELIVERY))).astype("str")
    listed["state"] = states_in_order.where(listed["rank"].notna(), NO_FEEDBACK)
    listed["units_disagree"] = listed["different"].gt(1)
    for column in ("units", "units_reporting"):
        listed[column] = listed[column].fillna(0).astype("int64")
    for column in ("has_current_feedback", "has_evidence"):
        listed[column] = listed[column].eq(other=True)
    order = ["measure_id", "theme_id", "kind", "state", "units", "units_reporting", "units_disagree"]
    return listed[[*keys, *order, "has_current_feedback", "has_evidence", "last_as_of"]]


def is_completable(measure_states: pd.DataFrame) -> pd.Series:
    """Which measures count in the denominator of completion: neither of ongoing kind nor withdrawn."""
    return measure_states["kind"].ne("ongoing") & measure_states["state"].ne("withdrawn")


def schedule(
    measure_states: pd.DataFrame, states: pd.DataFrame, due: pd.Series, *, issued: pd.Timestamp, as_of: pd.Timestamp
) -> pd.Series:
    """Where each measure stands against its own deadline (`analysis.schema.SCHEDULE`).

    A measure is behind when its least advanced unit reports a smaller percentage than the part of the time between
    issue and deadline that is over. A measure without a deadline is never on track or behind.

    Parameters
    ----------
    due : pandas.Series
        Deadline by measure_id; missing where the notice sets none.

    Returns
    -------
    pandas.Series
        By measure_id.
    """
    measures = measure_states.set_index("measure_id")
    deadline = due.reindex(measures.index)
    percent = states.groupby("measure_id")["percent"].min().reindex(measures.index).fillna(0)
    elapsed = 100 * (as_of - issued) / (deadline - issued)
    settled = measures["state"].isin(_SETTLED)
    words = np.select(
        [deadline.isna(), ~settled & deadline.lt(as_of), ~settled & percent.lt(elapsed)],
        ["no_deadline", "overdue", "behind"],
        default="on_track",
    )
    return pd.Series(words, index=measures.index, name="schedule")


def count_states(states: pd.DataFrame, by: str) -> pd.DataFrame:
    """How many are in each state: one row a group, in the order in which the groups come.

    Parameters
    ----------
    states : pandas.DataFrame
        With the columns state and `by`: measures from `by_measure`, or responsibilities from `latest`.
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


def feedback(
    responsibilities: pd.DataFrame,
    progress: pd.DataFrame,
    *,
    calendar: Calendar,
    as_of: pd.Timestamp,
    known_at: pd.Timestamp,
) -> pd.DataFrame:
    """What became of every report that was due by `as_of`.

    A responsibility owes one statement on each period, up to and including the one in which it was closed or
    withdrawn. A statement that was corrected later was still a statement.

    Returns
    -------
    pandas.DataFrame
        measure_id, unit_id, period, feedback (`analysis.schema.FEEDBACK`); empty when nothing was due yet.
    """
    periods = calendar.periods_due(as_of)
    pairs = responsibilities[RESPONSIBILITY].drop_duplicates()
    due = pairs.merge(pd.DataFrame({"period": periods, "due": calendar.due_dates(periods)}), how="cross")

    known = progress[(progress["reported_at"] <= known_at) & (progress["as_of"] <= as_of)]
    known = known.assign(period=known["as_of"].dt.to_period("M"))
    first = known.groupby([*RESPONSIBILITY, "period"])["reported_at"].min().rename("first").reset_index()
    due = due.merge(first, on=[*RESPONSIBILITY, "period"], how="left")

    due = due.merge(_settled_since(progress, as_of=as_of, known_at=known_at), on=RESPONSIBILITY, how="left")
    due = due[~(due["period"].dt.to_timestamp() > due["settled_since"])]
    due["feedback"] = np.select(
        [due["first"].isna(), due["first"] <= due["due"]], ["missing", "on_time"], default="late"
    )
    return due[[*RESPONSIBILITY, "period", "feedback"]].reset_index(drop=True)


def standing(progress: pd.DataFrame, *, known_at: pd.Timestamp) -> pd.DataFrame:
    """The statements that count at K: those that had arrived and that no known correction supersedes, in order."""
    known = progress[progress["reported_at"] <= known_at]
    standing = known[~known["log_id"].isin(known["supersedes"])]
    return standing.sort_values(_ORDER, ignore_index=True)


def _settled_since(progress: pd.DataFrame, *, as_of: pd.Timestamp, known_at: pd.Timestamp) -> pd.DataFrame:
    """The day each settled responsibility was first said to be settled, with no open word after it."""
    words = standing(progress, known_at=known_at)
    words = words[words["as_of"] <= as_of]
    open_places = words.index.to_series().where(~words["status"].isin(_SETTLED))
    last_open = open_places.groupby([words[key] for key in RESPONSIBILITY]).transform("max").fillna(-1)
    settled = words[words.index > last_open].groupby(RESPONSIBILITY)["as_of"].min()
    return settled.rename("settled_since").reset_index()


def _periods_missed(states: pd.DataFrame, calendar: Calendar) -> pd.Series:
    ends = pd.DatetimeIndex(states["period_end"].unique())
    due = pd.Series([calendar.periods_due(end) for end in ends], index=ends)
    missed = pd.Series(pd.NA, index=states.index, dtype="Int64")
    for end, rows in states.groupby("period_end", sort=False):
        periods = due[end]
        first_unheard = periods.searchsorted(pd.PeriodIndex(rows["as_of"], freq="M"), side="right")
        missed.loc[rows.index] = len(periods) - np.where(rows["as_of"].isna(), 0, first_unheard)
    return missed


def _freshness(states: pd.DataFrame) -> np.ndarray:
    missed = states["periods_missed"].astype("float64")
    return np.select(
        [states["state"].eq(NO_FEEDBACK), states["state"].isin(_SETTLED), missed.le(1), missed.le(2)],
        [NO_FEEDBACK, "settled", "current", "stale"],
        default="very_stale",
    )
