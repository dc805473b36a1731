"""Is every theme covered, by someone, with something to show?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from analysis import status, workload

if TYPE_CHECKING:
    from analysis.plan.reading import Reading


def by_theme(now: Reading) -> pd.DataFrame:
    """How each theme is covered.

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
    named = now.plan.responsibilities[["measure_id", "unit_id"]].drop_duplicates()
    states = now.measure_states.assign(
        single_unit=now.measure_states["units"].eq(1),
        completable=status.is_completable(now.measure_states),
        closed=now.measure_states["state"].eq("closed"),
        no_feedback=now.measure_states["state"].eq("no_feedback"),
        with_commitment=now.measure_states["measure_id"].isin(now.plan.commitments["measure_id"]),
    )
    themes = states.groupby("theme_id", sort=False).agg(
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
    themes.insert(1, "units", units)
    themes = themes.fillna(0).astype("int64")
    themes.insert(5, "completion", themes["closed"] / themes["completable"].where(themes["completable"] > 0))
    return themes.reset_index()


def states_by_theme(now: Reading) -> pd.DataFrame:
    """The measures of each theme by state: theme_id, then a count for each of `analysis.schema.BUCKETS`."""
    return status.count_states(now.measure_states, "theme_id")


def unit_by_theme(now: Reading) -> pd.DataFrame:
    """Measures of each theme that name each unit.

    Returns
    -------
    pandas.DataFrame
        unit_id, units by load; then one column a theme in notice order, counts; 0 marks a gap.
    """
    pairs = now.plan.responsibilities[["measure_id", "unit_id"]].drop_duplicates()
    themed = pairs.merge(now.plan.measures[["measure_id", "theme_id"]], on="measure_id")
    counts = pd.crosstab(themed["unit_id"], themed["theme_id"])
    order = pd.Index(workload.order_of_units(now), name="unit_id")
    counts = counts.reindex(index=order, columns=now.plan.measures["theme_id"].unique(), fill_value=0)
    return counts.astype("int64").reset_index().rename_axis(columns="theme_id")


def feedback_by_period(now: Reading) -> pd.DataFrame:
    """Measures of each theme with current feedback at each period end.

    Returns
    -------
    pandas.DataFrame
        theme_id, period_end, current_feedback (measures that have it), measures (n); themes in notice order.
    """
    grouped = now.measure_panel.groupby(["theme_id", "period_end"], sort=False)["has_current_feedback"]
    return grouped.agg(current_feedback="sum", measures="size").astype("int64").reset_index()


def measure_list(now: Reading) -> pd.DataFrame:
    """Every measure with who carries it, how it stands, and what was said last.

    Returns
    -------
    pandas.DataFrame
        In notice order: measure_id, theme_id, state, unit_ids (list, in printed order), units_disagree,
        days_since_feedback (missing where there is none), last_unit, last_words (of the unit that spoke last; blank
        where nobody has).
    """
    pairs = now.plan.responsibilities.drop_duplicates(["measure_id", "unit_id"])
    named = pairs.groupby("measure_id")["unit_id"].agg(list)
    spoken = now.states[now.states["as_of"].notna()].sort_values(["as_of", "reported_at", "log_id"])
    last = spoken.drop_duplicates("measure_id", keep="last").set_index("measure_id")
    states = now.measure_states[["measure_id", "state", "units_disagree", "last_as_of"]]
    listed = now.plan.measures[["measure_id", "theme_id"]].merge(states, on="measure_id", how="left")
    listed.insert(3, "unit_ids", [named.get(measure, []) for measure in listed["measure_id"]])
    listed["days_since_feedback"] = (now.as_of - listed.pop("last_as_of")).dt.days.astype("Int64")
    listed["last_unit"] = listed["measure_id"].map(last["unit_id"]).astype("object").fillna("").astype("str")
    listed["last_words"] = listed["measure_id"].map(last["progress"]).astype("object").fillna("").astype("str")
    return listed


def single_unit(now: Reading) -> pd.DataFrame:
    """Measures that rest on one unit: measure_id, theme_id, unit_id, state; in notice order."""
    alone = now.measure_states[now.measure_states["units"].eq(1)]
    named = now.plan.responsibilities[["measure_id", "unit_id"]].drop_duplicates("measure_id")
    listed = now.plan.measures[["measure_id"]].merge(alone[["measure_id", "theme_id", "state"]], on="measure_id")
    return listed.merge(named, on="measure_id")[["measure_id", "theme_id", "unit_id", "state"]]
