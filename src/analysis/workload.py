"""Who carries what: the load of each unit, counted whole and counted in fractions.

Load is what the notice lays on a unit. It says nothing of how well the unit does.
"""

from __future__ import annotations

from collections import Counter
from fractions import Fraction

import numpy as np
import pandas as pd

from analysis import schema


def fractional_shares(responsibilities: pd.DataFrame) -> pd.Series:
    """W: the sum over a unit's measures of 1 / (units on the measure), exact.

    Fractional counting assumes that the units on a measure share it equally; the notice does not say how they do.

    Parameters
    ----------
    responsibilities : pandas.DataFrame
        measure_id, unit_id.

    Returns
    -------
    pandas.Series
        `fractions.Fraction` by unit_id; adds to the number of measures exactly.
    """
    pairs = responsibilities[["measure_id", "unit_id"]].drop_duplicates()
    crowd = pairs.groupby("measure_id")["unit_id"].transform("size")
    shares: dict[str, Fraction] = {}
    for (unit, units), measures in Counter(zip(pairs["unit_id"], crowd, strict=True)).items():
        shares[unit] = shares.get(unit, Fraction(0)) + Fraction(measures, int(units))
    return pd.Series(shares, name="share", dtype="object").rename_axis("unit_id")


def by_unit(
    responsibilities: pd.DataFrame,
    states: pd.DataFrame,
    measure_states: pd.DataFrame,
    feedback: pd.DataFrame,
    *,
    lead_rule: str = "none",
) -> pd.DataFrame:
    """The load of each unit and how it keeps its record.

    Parameters
    ----------
    responsibilities : pandas.DataFrame
        measure_id, unit_id, role.
    states : pandas.DataFrame
        From `analysis.status.latest`.
    measure_states : pandas.DataFrame
        From `analysis.status.by_measure`.
    feedback : pandas.DataFrame
        From `analysis.status.feedback`.
    lead_rule : {"none", "first_listed"}
        Whether the notice declares a lead. Leads are missing, not 0, where none is declared.

    Returns
    -------
    pandas.DataFrame
        One row a unit, heaviest first (share, then named_in, then the order of the notice):

        ============ ==================================================================
        unit_id
        named_in     F, measures that name the unit
        sole         S, measures it carries alone
        share        W, fractional count of measures (`fractional_shares`)
        lead         L, measures it leads; missing when the notice declares no lead
        open_load    W over measures neither closed nor withdrawn
        overdue      its measures past their deadline (``schedule`` of a snapshot's measures); missing when no measure
                     has a deadline
        no_feedback  its measures on which it has never reported
        stale        its measures whose last word is more than one due period old
        reports_due  statements owed so far
        on_time      of those, statements that came in time
        on_time_share on_time ÷ reports_due; missing when none was due
        ============ ==================================================================
    """
    pairs = responsibilities[["measure_id", "unit_id"]].drop_duplicates()
    units = pd.Index(pairs["unit_id"].unique(), name="unit_id")
    crowd = pairs.groupby("measure_id")["unit_id"].transform("size")
    settled = measure_states.loc[measure_states["state"].isin(["closed", "withdrawn"]), "measure_id"]

    loads = pd.DataFrame(index=units)
    loads["named_in"] = pairs["unit_id"].value_counts()
    loads["sole"] = pairs.loc[crowd.eq(1), "unit_id"].value_counts()
    loads["share"] = fractional_shares(pairs).astype("float64")
    loads["lead"] = _leads(responsibilities, lead_rule, units)
    loads["open_load"] = fractional_shares(pairs[~pairs["measure_id"].isin(settled)]).astype("float64")
    loads["overdue"] = _overdue(pairs, measure_states, units)
    loads["no_feedback"] = states.loc[states["freshness"].eq(schema.NO_FEEDBACK), "unit_id"].value_counts()
    loads["stale"] = states.loc[states["freshness"].isin(["stale", "very_stale"]), "unit_id"].value_counts()
    loads["reports_due"] = feedback["unit_id"].value_counts()
    loads["on_time"] = feedback.loc[feedback["feedback"].eq("on_time"), "unit_id"].value_counts()
    counts = ["named_in", "sole", "no_feedback", "stale", "reports_due", "on_time"]
    loads[counts] = loads[counts].fillna(0).astype("int64")
    loads["open_load"] = loads["open_load"].fillna(0.0)
    loads["on_time_share"] = loads["on_time"] / loads["reports_due"].where(loads["reports_due"] > 0)
    order = loads.assign(place=np.arange(len(loads))).sort_values(
        ["share", "named_in", "place"], ascending=[False, False, True]
    )
    return loads.loc[order.index].reset_index()


def concentration(shares: pd.Series) -> pd.Series:
    """How unevenly the load lies.

    Parameters
    ----------
    shares : pandas.Series
        W of each unit, exact or not; only the proportions count.

    Returns
    -------
    pandas.Series
        hhi (Herfindahl–Hirschman index of the units' parts s = W / ΣW), effective_units (1 / hhi), top_three_share,
        gini (with the small-sample factor n / (n − 1)); all missing when there is no load, gini also for one unit.
    """
    loads = np.sort(shares.to_numpy(dtype="float64"))
    total = loads.sum()
    names = ["hhi", "effective_units", "top_three_share", "gini"]
    if total == 0:
        return pd.Series(np.nan, index=names)
    parts = loads / total
    count = len(parts)
    hhi = float((parts**2).sum())
    ranks = np.arange(1, count + 1)
    gini = float(((2 * ranks - count - 1) * parts).sum()) / (count - 1) if count > 1 else np.nan
    return pd.Series([hhi, 1 / hhi, float(parts[-3:].sum()), gini], index=names)


def states_by_unit(states: pd.DataFrame) -> pd.DataFrame:
    """The delivery state of each unit's responsibilities: a row a unit, a column a state (`schema.BUCKETS`)."""
    counts = pd.crosstab(states["unit_id"], states["state"]).reindex(columns=list(schema.BUCKETS), fill_value=0)
    return counts.reindex(states["unit_id"].drop_duplicates()).rename_axis(columns=None).astype("int64")


def feedback_by_unit(feedback: pd.DataFrame, order: pd.Series) -> pd.DataFrame:
    """What became of the reports each unit owed: a row a unit in `order`, a column each of `schema.FEEDBACK`."""
    counts = pd.crosstab(feedback["unit_id"], feedback["feedback"])
    counts = counts.reindex(index=pd.Index(order, name="unit_id"), columns=list(schema.FEEDBACK), fill_value=0)
    return counts.rename_axis(columns=None).astype("int64")


def co_responsibility(responsibilities: pd.DataFrame, order: pd.Series) -> pd.DataFrame:
    """Measures that two units share.

    Returns
    -------
    pandas.DataFrame
        Square, units in `order` both ways; symmetric; the diagonal is F, the measures that name the unit.
    """
    pairs = responsibilities[["measure_id", "unit_id"]].drop_duplicates()
    named = pd.crosstab(pairs["measure_id"], pairs["unit_id"]).reindex(columns=list(order), fill_value=0)
    shared = named.to_numpy(dtype="int64").T @ named.to_numpy(dtype="int64")
    return pd.DataFrame(shared, index=pd.Index(order, name="unit_id"), columns=list(order))


def lorenz(shares: pd.Series) -> pd.DataFrame:
    """The Lorenz curve of the load: what part of it the lightest units carry together.

    Returns
    -------
    pandas.DataFrame
        From (0, 0) to (1, 1), lightest unit first: share_of_units, share_of_load.
    """
    loads = np.sort(shares.to_numpy(dtype="float64"))
    if not loads.sum():
        return pd.DataFrame({"share_of_units": [], "share_of_load": []}, dtype="float64")
    steps = np.linspace(0, 1, len(loads) + 1)
    return pd.DataFrame({"share_of_units": steps, "share_of_load": np.concatenate([[0], loads.cumsum() / loads.sum()])})


def partners(responsibilities: pd.DataFrame, unit_id: str) -> pd.DataFrame:
    """With whom a unit works: unit_id, shared (measures in common), most first, then in the order of the notice."""
    pairs = responsibilities[["measure_id", "unit_id"]].drop_duplicates()
    own = pairs.loc[pairs["unit_id"].eq(unit_id), "measure_id"]
    others = pairs[pairs["measure_id"].isin(own) & pairs["unit_id"].ne(unit_id)]
    shared = others.groupby("unit_id", sort=False).size().rename("shared").reset_index()
    return shared.sort_values("shared", ascending=False, kind="stable", ignore_index=True)


def carried(
    responsibilities: pd.DataFrame,
    states: pd.DataFrame,
    measure_states: pd.DataFrame,
    *,
    unit_id: str,
    as_of: pd.Timestamp,
) -> pd.DataFrame:
    """What one unit carries, with whom, how it stands and what it said last.

    Returns
    -------
    pandas.DataFrame
        In notice order: measure_id, unit_ids (list: the other units, in printed order), state_of_unit (its own last
        word), state (of the measure), expected_completion, days_since_feedback, progress, problems, next_step.
    """
    pairs = responsibilities[["measure_id", "unit_id"]].drop_duplicates()
    others = pairs[pairs["unit_id"].ne(unit_id)].groupby("measure_id")["unit_id"].agg(list)
    own = states[states["unit_id"].eq(unit_id)].rename(columns={"state": "state_of_unit"})
    listed = own.merge(measure_states[["measure_id", "state"]], on="measure_id", how="left")
    listed["unit_ids"] = [others.get(measure, []) for measure in listed["measure_id"]]
    listed["days_since_feedback"] = (as_of - listed["as_of"]).dt.days.astype("Int64")
    words = ["progress", "problems", "next_step"]
    listed[words] = listed[words].fillna("")
    columns = ["measure_id", "unit_ids", "state_of_unit", "state", "expected_completion", "days_since_feedback"]
    return listed[[*columns, *words]]


def owed(feedback: pd.DataFrame, unit_id: str) -> pd.DataFrame:
    """What became of the reports one unit owed, measure by measure.

    Parameters
    ----------
    feedback : pandas.DataFrame
        From `analysis.status.feedback`.

    Returns
    -------
    pandas.DataFrame
        In notice order, the measure_id being the index: a column each of `analysis.schema.FEEDBACK`.
    """
    own = feedback[feedback["unit_id"].eq(unit_id)]
    counts = pd.crosstab(own["measure_id"], own["feedback"])
    counts = counts.reindex(index=own["measure_id"].unique(), columns=list(schema.FEEDBACK), fill_value=0)
    return counts.rename_axis(index="measure_id", columns=None).astype("int64")


def _overdue(pairs: pd.DataFrame, measure_states: pd.DataFrame, units: pd.Index) -> pd.Series:
    if "schedule" not in measure_states or measure_states["schedule"].eq("no_deadline").all():
        return pd.Series(pd.NA, index=units, dtype="Int64")
    late = pairs[pairs["measure_id"].isin(measure_states.loc[measure_states["schedule"].eq("overdue"), "measure_id"])]
    return late["unit_id"].value_counts().reindex(units, fill_value=0).astype("Int64")


def _leads(responsibilities: pd.DataFrame, lead_rule: str, units: pd.Index) -> pd.Series:
    leading = responsibilities["role"].eq("lead")
    if lead_rule == "none" and not leading.any():
        return pd.Series(pd.NA, index=units, dtype="Int64")
    led = responsibilities[leading].drop_duplicates(["measure_id", "unit_id"])
    return led["unit_id"].value_counts().reindex(units, fill_value=0).astype("Int64")
