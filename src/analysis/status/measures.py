"""How each measure stands, from what its units say and what the office decided."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from analysis.schema import DELIVERY, NO_FEEDBACK, NOT_DUE, SETTLED
from analysis.status.force import PAIR

if TYPE_CHECKING:
    from analysis.status.known import Record


def by_measure(
    states: pd.DataFrame, verdicts: pd.DataFrame, measures: pd.DataFrame, *, days: pd.DatetimeIndex
) -> pd.DataFrame:
    """The state of each measure at each day, the first that applies:

    1. closed or withdrawn, by the latest of the decisions closed, withdrawn and reopened;
    2. no feedback, when something was owed and none of its units has ever spoken; not due, when nothing was;
    3. that of its weakest unit (`analysis.schema.DELIVERY` is ordered); done only when every unit says so: while others
       have not spoken, in progress, marked ``partly_done``.

    Parameters
    ----------
    states, verdicts : pandas.DataFrame
        From `analysis.status.units.History`.
    measures : pandas.DataFrame
        measure_id, theme_id, kind, from: before that day a measure is not there.
    days : pandas.DatetimeIndex

    Returns
    -------
    pandas.DataFrame
        Days in turn, measures in notice order: period_end, measure_id, theme_id, kind, state, mark
        (`analysis.schema.MARKS` or blank), units (in force), units_reporting, units_silent (owed, and never spoke),
        units_disagree (those that spoke are in different states), decided_on (since when it is closed or withdrawn),
        last_as_of (the day of the latest word).
    """
    keys = ["period_end", "measure_id"]
    rank = states["state"].map({state: rank for rank, state in enumerate(DELIVERY)})
    # Only words of those who spoke have a rank.
    marked = states[[*keys, "unit_id", "as_of"]].assign(
        rank=rank,
        reporting=rank.notna(),
        silent=states["state"].eq(NO_FEEDBACK),
        returned=states["mark"].eq("returned"),
        reopened=states["mark"].eq("reopened"),
    )
    summed = marked.groupby(keys, sort=False).agg(
        rank=("rank", "min"),
        units=("unit_id", "size"),
        units_reporting=("reporting", "sum"),
        units_silent=("silent", "sum"),
        different=("rank", "nunique"),
        returned=("returned", "any"),
        reopened=("reopened", "any"),
        last_as_of=("as_of", "max"),
    )
    spine = pd.DataFrame({"period_end": days}).merge(measures[["measure_id", "theme_id", "kind", "from"]], how="cross")
    listed = spine.merge(summed.reset_index(), on=keys, how="left").merge(verdicts, on=keys, how="left")
    listed = listed[~listed["from"].gt(listed["period_end"])].reset_index(drop=True)
    counts = ["units", "units_reporting", "units_silent", "different"]
    listed[counts] = listed[counts].fillna(0).astype("int64")
    spoke = listed["units_reporting"].gt(0)
    is_done = listed["rank"].eq(DELIVERY.index("done_reported"))
    is_partly = is_done & listed["units_reporting"].lt(listed["units"])
    settled = listed["verdict"].isin(SETTLED)
    states_of = [listed["verdict"], NO_FEEDBACK, NOT_DUE, "in_progress"]
    applies = [settled, ~spoke & listed["units_silent"].gt(0), ~spoke, is_partly]
    weakest = listed["rank"].map(dict(enumerate(DELIVERY))).astype("object").fillna("")
    listed["state"] = pd.Series(np.select(applies, states_of, default=weakest), dtype="str")
    listed["mark"] = np.select(
        [
            settled,
            listed["units"].eq(0),
            is_partly,
            listed["returned"].eq(other=True),
            listed["reopened"].eq(other=True),
        ],
        ["", "no_unit", "partly_done", "returned", "reopened"],
        default="",
    )
    listed["units_disagree"] = listed["different"].gt(1)
    listed["decided_on"] = listed["decided_on"].where(settled)
    names = ["measure_id", "theme_id", "kind", "state", "mark", "units", "units_reporting", "units_silent"]
    return listed[["period_end", *names, "units_disagree", "decided_on", "last_as_of"]]


def is_completable(measure_states: pd.DataFrame) -> pd.Series:
    """Which measures count in the denominator of completion: neither ongoing by nature nor withdrawn."""
    return measure_states["kind"].ne("ongoing") & measure_states["state"].ne("withdrawn")


def done_since(states: pd.DataFrame, record: Record, measure_states: pd.DataFrame) -> pd.Series:
    """Since when each measure is done: the latest day on which a unit's unbroken run of done words began.

    Parameters
    ----------
    states : pandas.DataFrame
        Of one day (`analysis.status.units.History.rows`): every unit in force.
    record : Record
    measure_states : pandas.DataFrame
        Of the same day (`by_measure`).

    Returns
    -------
    pandas.Series
        By measure_id; missing where it is neither reported done nor closed. Of a closed measure with a unit that is
        silent or says otherwise, the day on which it was closed.
    """
    first = run_of_done(record, as_of=states["period_end"].max()).groupby(PAIR)["as_of"].min()
    begun = states[[*PAIR]].assign(day=first.reindex(pd.MultiIndex.from_frame(states[PAIR])).to_numpy())
    last = begun.groupby("measure_id")["day"].agg(lambda days: days.max(skipna=False))
    listed = measure_states.set_index("measure_id")
    days = last.reindex(listed.index).fillna(listed["decided_on"])
    return days.where(listed["state"].isin(["closed", "done_reported"])).rename("done_on")


def run_of_done(record: Record, *, as_of: pd.Timestamp) -> pd.DataFrame:
    """The unbroken runs of done words with which units end at a day: other words and what was sent back break one.

    Returns
    -------
    pandas.DataFrame
        measure_id, unit_id, as_of, reported_at; one row a statement, in the order of the record.
    """
    words = record.statements[record.statements["as_of"].le(as_of)]
    placed = words[[*PAIR, "as_of", "reported_at", "status"]].assign(place=range(len(words)))
    backs = record.decisions[record.decisions["decision"].isin(["returned", "reopened"])]
    backs = backs[backs["effective_on"].le(as_of)]
    of_all = backs[backs["unit_id"].eq("")].groupby("measure_id")["effective_on"].max()
    of_one = backs.groupby(PAIR)["effective_on"].max()
    placed["back"] = pd.concat(
        [
            pd.Series(of_all.reindex(placed["measure_id"]).to_numpy(), index=placed.index),
            pd.Series(of_one.reindex(pd.MultiIndex.from_frame(placed[PAIR])).to_numpy(), index=placed.index),
        ],
        axis="columns",
    ).max(axis="columns")
    is_done = placed["status"].eq("done_reported") & ~placed["reported_at"].le(placed["back"])
    broken = placed["place"].where(~is_done).groupby([placed[key] for key in PAIR]).transform("max").fillna(-1)
    return placed.loc[placed["place"].gt(broken), [*PAIR, "as_of", "reported_at"]]
