"""How each measure stands, and how it got there: what a block of the ledger is made of."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from analysis.attention import voices
from analysis.schema import SETTLED

if TYPE_CHECKING:
    from analysis.plan.reading import Reading


def by_measure(now: Reading) -> pd.DataFrame:
    """Every measure in scope, with since when it stands as it does.

    Returns
    -------
    pandas.DataFrame
        In notice order: the columns of `analysis.plan.reading.Reading.measure_states`; since (the day from which it is
        in its state, where the record knows it: that of the decision, of the last unit's done word, of the first
        stalled unit's word, the one after the first report was due; missing elsewhere); since_period (the first of the
        periods in a row at whose end it stood so; blank where nothing was due); evidence (papers named by units or
        decisions and not taken back).
    """
    states, spoken, owed = now.measure_states, voices(now), now.feedback
    stalled = spoken[spoken["state"].eq("stalled")].groupby("measure_id")["since"].min()
    unheard = owed[owed["feedback"].eq("missing")].groupby("measure_id")["due"].min() + pd.Timedelta(days=1)
    since = states["decided_on"].fillna(states["done_on"])
    for state, begun in (("stalled", stalled), ("no_feedback", unheard)):
        days = pd.Series(begun.reindex(states["measure_id"]).to_numpy(), index=states.index)
        since = since.fillna(days.where(states["state"].eq(state)))
    named = [
        rows.loc[rows["evidence_ref"].ne(""), ["measure_id", "evidence_ref"]] for rows in (now.standing, now.decisions)
    ]
    papers = pd.concat(named).drop_duplicates()["measure_id"].value_counts()
    return states.assign(
        since=since,
        since_period=np.where(states["state"].eq("not_due"), "", _first_periods(now).reindex(states["measure_id"])),
        evidence=papers.reindex(states["measure_id"], fill_value=0).to_numpy(),
    )


def history(now: Reading) -> pd.DataFrame:
    """The state of each measure at the end of each period.

    Returns
    -------
    pandas.DataFrame
        Measures in notice order, periods in time: measure_id, period, state, is_in (whether feedback on the period was
        due by K).
    """
    panel = now.measure_panel.merge(now.periods[["period", "period_end", "is_in"]], on="period_end")
    panel = panel[panel["measure_id"].isin(now.measures["measure_id"])]
    place = {measure: place for place, measure in enumerate(now.measures["measure_id"])}
    listed = panel.sort_values("measure_id", key=lambda ids: ids.map(place), kind="stable", ignore_index=True)
    return listed[["measure_id", "period", "state", "is_in"]]


def by_unit(now: Reading) -> pd.DataFrame:
    """The ledger as one table: a row a measure and unit in force; one without a unit for a measure that has none.

    Returns
    -------
    pandas.DataFrame
        In notice order: measure_id, theme_id, state, mark, since, due, due_original, unit_id, state_of_unit, and of the
        unit's own words those of `analysis.attention.voices`, with missing (reports owed; none on what is settled).
    """
    columns = ["measure_id", "theme_id", "state", "mark", "since", "due", "due_original"]
    spoken = voices(now).rename(columns={"state": "state_of_unit"}).drop(columns=["mark", "since"])
    rows = by_measure(now)[columns].merge(spoken, on="measure_id", how="left")
    rows["missing"] = rows["missing"].where(~rows["state"].isin(SETTLED), 0).fillna(0).astype("int64")
    rows["request_periods"] = rows["request_periods"].fillna(0).astype("int64")
    return rows


def apart(now: Reading) -> pd.DataFrame:
    """The latest words of units that are not on the measure: the columns of ``progress``, and was_named.

    ``was_named`` tells units that left, or are on it at another time only, from those that nobody ever put on it.
    """
    pair = ["measure_id", "unit_id"]
    joined = now.decisions[now.decisions["decision"].eq("joined")]
    ever = pd.MultiIndex.from_frame(pd.concat([now.plan.responsibilities[pair], joined[pair]]))
    rows = now.apart[now.apart["measure_id"].isin(now.measures["measure_id"])].reset_index(drop=True)
    return rows.assign(was_named=pd.MultiIndex.from_frame(rows[pair]).isin(ever))


def _first_periods(now: Reading) -> pd.Series:
    """By measure: the first of the periods in a row at whose end it stood as it does now."""
    past = history(now)
    latest = past.groupby("measure_id")["state"].transform("last")
    other = past.index.to_series().where(past["state"].ne(latest)).groupby(past["measure_id"]).transform("max")
    return past[past.index > other.fillna(-1)].groupby("measure_id")["period"].first()
