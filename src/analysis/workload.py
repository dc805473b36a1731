"""Who carries what: the load of each unit, counted whole and counted in fractions.

Load is what the notice lays on a unit. It says nothing of how well the unit does.
"""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from analysis import schema, status

if TYPE_CHECKING:
    from analysis.plan.reading import Reading


def fractional_shares(responsibilities: pd.DataFrame) -> pd.DataFrame:
    """W: the sum over a unit's measures of 1 / (units on the measure), exact.

    Fractional counting assumes that the units on a measure share it equally; the notice does not say how they do.

    Parameters
    ----------
    responsibilities : pandas.DataFrame
        measure_id, unit_id.

    Returns
    -------
    pandas.DataFrame
        unit_id, share (`fractions.Fraction`); the shares add to the number of measures exactly.
    """
    pairs = _pairs(responsibilities)
    crowd = pairs.groupby("measure_id")["unit_id"].transform("size")
    shares: dict[str, Fraction] = {}
    for (unit, units), measures in Counter(zip(pairs["unit_id"], crowd, strict=True)).items():
        shares[unit] = shares.get(unit, Fraction(0)) + Fraction(measures, int(units))
    return pd.DataFrame({"unit_id": list(shares), "share": pd.Series(list(shares.values()), dtype="object")})


def by_unit(now: Reading, *, lead_rule: str = "") -> pd.DataFrame:
    """The load of each unit and how it keeps its record.

    Parameters
    ----------
    now : analysis.plan.reading.Reading
    lead_rule : {"", "none", "first_listed"}
        Whether a lead is declared; the plan's own rule when left out. Leads are missing, not 0, where none is.

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
        overdue      its measures past their deadline (``schedule`` of the measures); missing when no measure has one
        no_feedback  its measures on which it has never reported
        stale        its measures whose last word is more than one due period old
        reports_due  statements owed so far
        on_time      of those, statements that came in time
        on_time_share on_time ÷ reports_due; missing when none was due
        ============ ==================================================================

    Raises
    ------
    ValueError
        When there is no such lead rule.
    """
    states, measures = now.states, now.measure_states
    pairs = _pairs(now.plan.responsibilities)
    units = pd.Index(pairs["unit_id"].unique(), name="unit_id")
    crowd = pairs.groupby("measure_id")["unit_id"].transform("size")
    settled = measures.loc[measures["state"].isin(["closed", "withdrawn"]), "measure_id"]

    loads = pd.DataFrame(index=units)
    loads["named_in"] = pairs["unit_id"].value_counts()
    loads["sole"] = pairs.loc[crowd.eq(1), "unit_id"].value_counts()
    loads["share"] = _float_shares(pairs)
    loads["lead"] = _leads(now.plan.responsibilities, lead_rule or now.plan.lead_rule, units)
    loads["open_load"] = _float_shares(pairs[~pairs["measure_id"].isin(settled)])
    loads["overdue"] = _overdue(pairs, measures, units)
    loads["no_feedback"] = states.loc[states["freshness"].eq(schema.NO_FEEDBACK), "unit_id"].value_counts()
    loads["stale"] = states.loc[states["freshness"].isin(["stale", "very_stale"]), "unit_id"].value_counts()
    loads["reports_due"] = now.feedback["unit_id"].value_counts()
    loads["on_time"] = now.feedback.loc[now.feedback["feedback"].eq("on_time"), "unit_id"].value_counts()
    counts = ["named_in", "sole", "no_feedback", "stale", "reports_due", "on_time"]
    loads[counts] = loads[counts].fillna(0).astype("int64")
    loads["open_load"] = loads["open_load"].fillna(0.0)
    loads["on_time_share"] = loads["on_time"] / loads["reports_due"].where(loads["reports_due"] > 0)
    return _heaviest_first(loads).reset_index()


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
    names = pd.Index(["hhi", "effective_units", "top_three_share", "gini"], name="measured")
    if total == 0:
        return pd.Series(np.nan, index=names, name="value")
    parts = loads / total
    count = len(parts)
    hhi = float((parts**2).sum())
    ranks = np.arange(1, count + 1)
    gini = float(((2 * ranks - count - 1) * parts).sum()) / (count - 1) if count > 1 else np.nan
    return pd.Series([hhi, 1 / hhi, float(parts[-3:].sum()), gini], index=names, name="value")


def states_by_unit(now: Reading) -> pd.DataFrame:
    """The delivery state of each unit's responsibilities: a row a unit by load, a column a state (`schema.BUCKETS`)."""
    return _by_load(now, status.count_states(now.states, "unit_id"))


def feedback_by_unit(now: Reading) -> pd.DataFrame:
    """What became of the reports each unit owed.

    Returns
    -------
    pandas.DataFrame
        A row a unit by load: unit_id, a count for each of `schema.FEEDBACK`, and stale, reports_due and on_time_share
        as in `by_unit`.
    """
    counts = status.count_words(now.feedback, "unit_id", now.feedback["feedback"], schema.FEEDBACK)
    loads = by_unit(now)[["unit_id", "stale", "reports_due", "on_time_share"]]
    return _by_load(now, counts).merge(loads, on="unit_id", how="left")


def co_responsibility(now: Reading) -> pd.DataFrame:
    """Measures that two units share.

    Returns
    -------
    pandas.DataFrame
        unit_id, then a column a unit, units by load both ways; the counts are symmetric, and the diagonal is F, the
        measures that name the unit.
    """
    pairs = _pairs(now.plan.responsibilities)
    order = _by_share(pairs)
    named = pd.crosstab(pairs["measure_id"], pairs["unit_id"]).reindex(columns=order, fill_value=0)
    shared = named.to_numpy(dtype="int64").T @ named.to_numpy(dtype="int64")
    matrix = pd.DataFrame(shared, columns=order)
    matrix.insert(0, "unit_id", order)
    return matrix.rename_axis(columns="unit_id")


def pairs(now: Reading) -> pd.DataFrame:
    """Every two units that share a measure: unit_id, other_unit, shared; those that share most first, then by load."""
    matrix = co_responsibility(now).set_index("unit_id")
    shared = np.triu(matrix.to_numpy(), k=1)
    rows, columns = np.nonzero(shared)
    listed = pd.DataFrame(
        {"unit_id": matrix.index[rows], "other_unit": matrix.columns[columns], "shared": shared[rows, columns]}
    )
    return listed.sort_values("shared", ascending=False, kind="stable", ignore_index=True)


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


def partners(now: Reading, *, unit: str) -> pd.DataFrame:
    """With whom a unit works: unit_id, shared (measures in common), most first, then in the order of the notice."""
    unit_id = now.plan.find_unit(unit)
    named = _pairs(now.plan.responsibilities)
    own = named.loc[named["unit_id"].eq(unit_id), "measure_id"]
    others = named[named["measure_id"].isin(own) & named["unit_id"].ne(unit_id)]
    shared = others.groupby("unit_id", sort=False).size().rename("shared").reset_index()
    return shared.sort_values("shared", ascending=False, kind="stable", ignore_index=True)


def carried(now: Reading, *, unit: str) -> pd.DataFrame:
    """What one unit carries, with whom, how it stands and what it said last.

    Parameters
    ----------
    now : analysis.plan.reading.Reading
    unit : str
        Any name of the unit.

    Returns
    -------
    pandas.DataFrame
        In notice order: measure_id, unit_ids (list: the other units, in printed order), state_of_unit (its own last
        word), state (of the measure), expected_completion, days_since_feedback, progress, problems, next_step.
    """
    unit_id = now.plan.find_unit(unit)
    named = _pairs(now.plan.responsibilities)
    others = named[named["unit_id"].ne(unit_id)].groupby("measure_id")["unit_id"].agg(list)
    own = now.states[now.states["unit_id"].eq(unit_id)].rename(columns={"state": "state_of_unit"})
    listed = own.merge(now.measure_states[["measure_id", "state"]], on="measure_id", how="left")
    listed["unit_ids"] = [others.get(measure, []) for measure in listed["measure_id"]]
    listed["days_since_feedback"] = (now.as_of - listed["as_of"]).dt.days.astype("Int64")
    words = ["progress", "problems", "next_step"]
    listed[words] = listed[words].fillna("")
    columns = ["measure_id", "unit_ids", "state_of_unit", "state", "expected_completion", "days_since_feedback"]
    return listed[[*columns, *words]]


def feedback_by_measure(now: Reading, *, unit: str) -> pd.DataFrame:
    """What became of the reports one unit owed on each measure: measure_id, a count for each of `schema.FEEDBACK`."""
    own = now.feedback[now.feedback["unit_id"].eq(now.plan.find_unit(unit))]
    return status.count_words(own, "measure_id", own["feedback"], schema.FEEDBACK)


def _pairs(responsibilities: pd.DataFrame) -> pd.DataFrame:
    return responsibilities[["measure_id", "unit_id"]].drop_duplicates()


def _float_shares(responsibilities: pd.DataFrame) -> pd.Series:
    return fractional_shares(responsibilities).set_index("unit_id")["share"].astype("float64")


def order_of_units(now: Reading) -> list[str]:
    """Every unit that a measure names, in the one order of all figures and tables: the heaviest load first."""
    return _by_share(_pairs(now.plan.responsibilities))


def _by_share(pairs: pd.DataFrame) -> list[str]:
    counts = {"share": _float_shares(pairs), "named_in": pairs["unit_id"].value_counts()}
    return list(_heaviest_first(pd.DataFrame(counts, index=pairs["unit_id"].unique())).index)


def _heaviest_first(loads: pd.DataFrame) -> pd.DataFrame:
    """Loads by unit, in the order of the notice so far."""
    return loads.sort_values(["share", "named_in"], ascending=False, kind="stable")


def _by_load(now: Reading, counts: pd.DataFrame) -> pd.DataFrame:
    """Counts by unit, a row for every unit that a measure names, the heaviest first."""
    order = pd.Index(order_of_units(now), name="unit_id")
    return counts.set_index("unit_id").reindex(order, fill_value=0).reset_index()


def _overdue(pairs: pd.DataFrame, measures: pd.DataFrame, units: pd.Index) -> pd.Series:
    if measures["schedule"].eq("no_deadline").all():
        return pd.Series(pd.NA, index=units, dtype="Int64")
    late = pairs[pairs["measure_id"].isin(measures.loc[measures["schedule"].eq("overdue"), "measure_id"])]
    return late["unit_id"].value_counts().reindex(units, fill_value=0).astype("Int64")


def _leads(responsibilities: pd.DataFrame, lead_rule: str, units: pd.Index) -> pd.Series:
    if lead_rule not in schema.LEAD_RULES:
        raise ValueError(f"lead_rule，值“{lead_rule}”：应为 {'、'.join(schema.LEAD_RULES)} 之一")
    leading = responsibilities["role"].eq("lead")
    if lead_rule == "first_listed" and not leading.any():
        in_order = responsibilities.sort_values(["clause", "position"], kind="stable")
        leading = ~in_order.duplicated("measure_id").reindex(responsibilities.index)
    elif not leading.any():
        return pd.Series(pd.NA, index=units, dtype="Int64")
    led = responsibilities[leading].drop_duplicates(["measure_id", "unit_id"])
    return led["unit_id"].value_counts().reindex(units, fill_value=0).astype("Int64")
