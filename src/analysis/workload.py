"""Who carries what: the load of each unit, counted whole and counted in fractions, and how it keeps its record.

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
        unit_id, share (`fractions.Fraction`); the shares add to the number of measures that name a unit exactly.
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
        One row a unit on a measure at T, heaviest first (share, then named_in, then the order of the notice):

        ============== ================================================================
        unit_id
        named_in       F, measures that name the unit
        sole           S, measures it carries alone
        share          W, fractional count of measures, exact (`fractional_shares`)
        lead           L, measures it leads; missing when the notice declares no lead
        open           its measures that are neither closed nor withdrawn
        open_load      W over these, exact
        stalled        its measures of which it says itself that they are stalled
        overdue        its measures past their deadline; missing when no measure has one
        no_feedback    its measures on which it owed a word and has never spoken
        lapsed         its measures on which it spoke, and now owes two periods or more
        reports_due    statements that were due so far
        received       of those, statements that came, in time or late
        on_time        of those, statements that came in time
        on_time_share  on_time ÷ reports_due; missing when none was due
        median_lag     days from the end of a period to the arrival of its statement; missing when none came
        ============== ================================================================

    Raises
    ------
    ValueError
        When there is no such lead rule.
    """
    states, measures, named = now.states, now.measure_states, now.responsibilities
    pairs, reports = _pairs(named), now.feedback
    units = pd.Index(pairs["unit_id"].unique(), name="unit_id")
    settled = measures.loc[measures["state"].isin(schema.SETTLED), "measure_id"]
    still_open = pairs[~pairs["measure_id"].isin(settled)]
    came = reports[reports["feedback"].isin(["on_time", "late"])]
    lag = (came["arrived"] - came["checked_on"]).dt.days.groupby(came["unit_id"]).median()
    counted = {
        "named_in": pairs["unit_id"],
        "sole": pairs.loc[_crowd(pairs).eq(1), "unit_id"],
        "open": still_open["unit_id"],
        "stalled": states.loc[states["state"].eq("stalled") & ~states["measure_id"].isin(settled), "unit_id"],
        "no_feedback": states.loc[states["state"].eq(schema.NO_FEEDBACK), "unit_id"],
        "lapsed": states.loc[states["has_lapsed"] & states["as_of"].notna(), "unit_id"],
        "reports_due": reports["unit_id"],
        "received": came["unit_id"],
        "on_time": reports.loc[reports["feedback"].eq("on_time"), "unit_id"],
    }
    loads = pd.DataFrame(
        {name: ids.value_counts().reindex(units, fill_value=0).astype("int64") for name, ids in counted.items()}
    )
    loads["share"] = _shares(pairs, units)
    loads["open_load"] = _shares(still_open, units)
    loads["lead"] = _leads(named, lead_rule or now.plan.lead_rule, units)
    loads["overdue"] = _overdue(pairs, measures, units)
    loads["on_time_share"] = loads["on_time"] / loads["reports_due"].where(loads["reports_due"] > 0)
    loads["median_lag"] = lag.reindex(units).astype("float64")
    order = ["named_in", "sole", "share", "lead", "open", "open_load", "stalled", "overdue", "no_feedback", "lapsed"]
    listed = loads[[*order, "reports_due", "received", "on_time", "on_time_share", "median_lag"]]
    return _heaviest_first(listed).reset_index()


def worst_first(loads: pd.DataFrame) -> pd.DataFrame:
    """The rows of `by_unit`, those that keep the record worst first.

    By the part of reports that came in time, the least first; then by measures without a word for long, the most first;
    then by load. Units of which nothing was due stand last.
    """
    silent = loads["no_feedback"] + loads["lapsed"]
    keyed = loads.assign(part=loads["on_time_share"].fillna(2.0), silent=-silent, place=range(len(loads)))
    return keyed.sort_values(["part", "silent", "place"], ignore_index=True)[loads.columns]


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
    names = pd.Index(["hhi", "effective_units", "top_three_share", "gini"], name="measured_figure")
    if total == 0:
        return pd.Series(np.nan, index=names, name="value")
    parts = loads / total
    count = len(parts)
    hhi = float((parts**2).sum())
    ranks = np.arange(1, count + 1)
    gini = float(((2 * ranks - count - 1) * parts).sum()) / (count - 1) if count > 1 else np.nan
    return pd.Series([hhi, 1 / hhi, float(parts[-3:].sum()), gini], index=names, name="value")


def states_by_unit(now: Reading) -> pd.DataFrame:
    """The state of each unit's own parts: a row a unit by load, a column a state (`schema.BUCKETS`)."""
    return _by_load(now, status.count_states(now.states, "unit_id"))


def feedback_by_unit(now: Reading) -> pd.DataFrame:
    """What became of the reports each unit owed: a row a unit, worst first, a count for each of `schema.FEEDBACK`.

    With reports_due, on_time_share, median_lag, no_feedback and lapsed as in `by_unit`.
    """
    counts = status.count_words(now.feedback, "unit_id", now.feedback["feedback"], schema.FEEDBACK)
    loads = worst_first(by_unit(now))
    kept = loads[["unit_id", "reports_due", "on_time_share", "median_lag", "no_feedback", "lapsed"]]
    listed = kept[["unit_id"]].merge(counts, on="unit_id", how="left").merge(kept, on="unit_id")
    for word in schema.FEEDBACK:
        listed[word] = listed[word].fillna(0).astype("int64")
    return listed


def feedback_by_period(now: Reading) -> pd.DataFrame:
    """The reports of each unit by period: unit_id, period, received (in time or late), reports_due; in time.

    Only of periods that are in; a row for each unit on a measure at T and each period of which it owed something.
    """
    reports = now.feedback.assign(came=now.feedback["feedback"].isin(["on_time", "late"]))
    grouped = reports.groupby(["unit_id", "period"], sort=False)["came"].agg(received="sum", reports_due="size")
    return grouped.astype("int64").reset_index()


def co_responsibility(now: Reading) -> pd.DataFrame:
    """Measures that two units share.

    Returns
    -------
    pandas.DataFrame
        unit_id, then a column a unit, units by load both ways; the counts are symmetric, and the diagonal is F, the
        measures that name the unit.
    """
    pairs = _pairs(now.responsibilities)
    order = order_of_units(now)
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


def order_of_units(now: Reading) -> list[str]:
    """Every unit on a measure at T, in the one order of figures and tables: the heaviest load first."""
    named = _pairs(now.responsibilities)
    units = pd.Index(named["unit_id"].unique(), name="unit_id")
    counts = {"share": _shares(named, units), "named_in": named["unit_id"].value_counts().reindex(units)}
    return list(_heaviest_first(pd.DataFrame(counts, index=units)).index)


def _pairs(responsibilities: pd.DataFrame) -> pd.DataFrame:
    return responsibilities[["measure_id", "unit_id"]].drop_duplicates()


def _crowd(named: pd.DataFrame) -> pd.Series:
    return named.groupby("measure_id")["unit_id"].transform("size")


def _shares(named: pd.DataFrame, units: pd.Index) -> pd.Series:
    """W of each unit over some pairs, each measure shared among all of its units."""
    exact = fractional_shares(named).set_index("unit_id")["share"].to_dict()
    return pd.Series([exact.get(unit, Fraction(0)) for unit in units], index=units, dtype="object")


def _heaviest_first(loads: pd.DataFrame) -> pd.DataFrame:
    """Loads by unit, in the order of the notice so far."""
    return loads.sort_values(["share", "named_in"], ascending=False, kind="stable")


def _by_load(now: Reading, counts: pd.DataFrame) -> pd.DataFrame:
    """Counts by unit, a row for every unit that a measure names, the heaviest first."""
    order = pd.Index(order_of_units(now), name="unit_id")
    return counts.set_index("unit_id").reindex(order, fill_value=0).reset_index()


def _overdue(named: pd.DataFrame, measures: pd.DataFrame, units: pd.Index) -> pd.Series:
    if measures["due"].isna().all():
        return pd.Series(pd.NA, index=units, dtype="Int64")
    late = named[named["measure_id"].isin(measures.loc[measures["schedule"].eq("overdue"), "measure_id"])]
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
