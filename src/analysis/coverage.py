"""Is every theme covered, by someone, with something to show?"""

from __future__ import annotations

import pandas as pd

from analysis import status


def by_theme(
    measure_states: pd.DataFrame,
    responsibilities: pd.DataFrame,
    commitments: pd.DataFrame,
) -> pd.DataFrame:
    """How each theme is covered.

    Parameters
    ----------
    measure_states : pandas.DataFrame
        From `analysis.status.by_measure`, in notice order.
    responsibilities : pandas.DataFrame
        measure_id, unit_id.
    commitments : pandas.DataFrame
        measure_id of each measurable promise in the text.

    Returns
    -------
    pandas.DataFrame
        One row a theme, in notice order:

        ===================== =======================================================================
        theme_id
        measures              n
        units                 distinct units named
        single_unit           measures that rest on one unit
        completable           n − ongoing kind − withdrawn: what can be completed
        closed                closed measures
        completion            closed ÷ completable; missing when nothing can be completed
        current_feedback      measures with a fresh word from any unit, or with nothing owed any more
        no_feedback           measures on which no unit has ever reported
        with_evidence         measures with evidence named in a unit's last word
        with_commitment       measures whose text holds a measurable promise
        ===================== =======================================================================
    """
    named = responsibilities[["measure_id", "unit_id"]].drop_duplicates()
    states = measure_states.assign(
        single_unit=measure_states["units"].eq(1),
        completable=status.is_completable(measure_states),
        closed=measure_states["state"].eq("closed"),
        no_feedback=measure_states["state"].eq("no_feedback"),
        with_commitment=measure_states["measure_id"].isin(commitments["measure_id"]),
    )
    found = states.groupby("theme_id", sort=False).agg(
        measures=("measure_id", "size"),
        single_unit=("single_unit", "sum"),
        completable=("completable", "sum"),
        closed=("closed", "sum"),
        current_feedback=("has_current_feedback", "sum"),
        no_feedback=("no_feedback", "sum"),
        with_evidence=("has_evidence", "sum"),
        with_commitment=("with_commitment", "sum"),
    )
    units = named.merge(states[["measure_id", "theme_id"]], on="measure_id").groupby("theme_id")["unit_id"].nunique()
    found.insert(1, "units", units)
    found = found.fillna(0).astype("int64")
    found.insert(5, "completion", found["closed"] / found["completable"].where(found["completable"] > 0))
    return found.reset_index()


def unit_by_theme(responsibilities: pd.DataFrame, measures: pd.DataFrame, order: pd.Series) -> pd.DataFrame:
    """Measures of each theme that name each unit.

    Parameters
    ----------
    order : pandas.Series
        unit_id in the order wanted (by load, from `analysis.workload.by_unit`).

    Returns
    -------
    pandas.DataFrame
        One row a unit (unit_id is the index), one column a theme in notice order, counts; 0 marks a gap.
    """
    pairs = responsibilities[["measure_id", "unit_id"]].drop_duplicates()
    themed = pairs.merge(measures[["measure_id", "theme_id"]], on="measure_id")
    counts = pd.crosstab(themed["unit_id"], themed["theme_id"])
    counts = counts.reindex(index=pd.Index(order, name="unit_id"), columns=measures["theme_id"].unique(), fill_value=0)
    return counts.rename_axis(columns=None).astype("int64")


def feedback_by_period(panel_by_measure: pd.DataFrame) -> pd.DataFrame:
    """Measures of each theme with current feedback at each period end.

    Parameters
    ----------
    panel_by_measure : pandas.DataFrame
        `analysis.status.by_measure` of a panel.

    Returns
    -------
    pandas.DataFrame
        theme_id, period_end, current (measures with current feedback), measures (n); themes in notice order.
    """
    grouped = panel_by_measure.groupby(["theme_id", "period_end"], sort=False)["has_current_feedback"]
    return grouped.agg(current="sum", measures="size").astype("int64").reset_index()


def measure_list(
    measures: pd.DataFrame,
    measure_states: pd.DataFrame,
    responsibilities: pd.DataFrame,
    states: pd.DataFrame,
    *,
    as_of: pd.Timestamp,
) -> pd.DataFrame:
    """Every measure with who carries it, how it stands, and what was said last.

    Returns
    -------
    pandas.DataFrame
        In notice order: measure_id, theme_id, state, unit_ids (list, in printed order), units_disagree,
        days_since_feedback (missing where there is none), last_unit, last_words (of the unit that spoke last; blank
        where nobody has).
    """
    named = responsibilities.drop_duplicates(["measure_id", "unit_id"]).groupby("measure_id")["unit_id"].agg(list)
    spoken = states[states["as_of"].notna()].sort_values(["as_of", "reported_at", "log_id"])
    last = spoken.drop_duplicates("measure_id", keep="last").set_index("measure_id")
    listed = measures[["measure_id", "theme_id"]].merge(
        measure_states[["measure_id", "state", "units_disagree", "last_as_of"]], on="measure_id", how="left"
    )
    listed.insert(3, "unit_ids", [named.get(measure, []) for measure in listed["measure_id"]])
    listed["days_since_feedback"] = (as_of - listed.pop("last_as_of")).dt.days.astype("Int64")
    listed["last_unit"] = listed["measure_id"].map(last["unit_id"]).astype("object").fillna("").astype("str")
    listed["last_words"] = listed["measure_id"].map(last["progress"]).astype("object").fillna("").astype("str")
    return listed


def single_unit(measures: pd.DataFrame, measure_states: pd.DataFrame, responsibilities: pd.DataFrame) -> pd.DataFrame:
    """Measures that rest on one unit: measure_id, theme_id, unit_id, state; in notice order."""
    alone = measure_states[measure_states["units"].eq(1)]
    named = responsibilities[["measure_id", "unit_id"]].drop_duplicates("measure_id")
    listed = measures[["measure_id"]].merge(alone[["measure_id", "theme_id", "state"]], on="measure_id")
    listed = listed.merge(named, on="measure_id")
    return listed[["measure_id", "theme_id", "unit_id", "state"]]
