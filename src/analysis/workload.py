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


def _leads(responsibilities: pd.DataFrame, lead_rule: str, units: pd.Index) -> pd.Series:
    leading = responsibilities["role"].eq("lead")
    if lead_rule == "none" and not leading.any():
        return pd.Series(pd.NA, index=units, dtype="Int64")
    led = responsibilities[leading].drop_duplicates(["measure_id", "unit_id"])
    return led["unit_id"].value_counts().reindex(units, fill_value=0).astype("Int64")
