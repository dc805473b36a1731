"""Is every theme covered, by someone, with something to show?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from analysis import status, trend, workload

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping

    from analysis.plan.reading import Reading


def by_theme(now: Reading) -> pd.DataFrame:
    """How each theme is covered.

    Returns
    -------
    pandas.DataFrame
        One row a theme, in notice order:

        ================ ===========================================================================
        theme_id
        measures         n, those in scope at T
        units            distinct units on them
        withdrawn        measures withdrawn
        never_ends       measures that are ongoing by nature, those withdrawn left out
        completable      n − withdrawn − never_ends
        completed        of those, closed; reported done where nobody verifies
        completion       completed ÷ completable; missing when nothing can be completed
        stalled          measures that are stalled
        no_feedback      measures of which no unit has ever spoken though it owed a word
        due_by_now       of the completable, those whose deadline was not after T
        done_by_now      of those, reported done or closed
        reports_due      statements due for the latest period that is in
        received         of those, statements that came, in time or late
        single_unit      measures that rest on one unit
        with_evidence    measures on which anybody ever named evidence that was not taken back
        commitments      measurable promises
        measured         of those, measured by every unit on the measure
        met              of those, met by every unit's latest value
        ================ ===========================================================================
    """
    measures = now.measure_states
    completable = status.is_completable(measures)
    promised = commitments(now)
    marked = measures.assign(
        withdrawn=measures["state"].eq("withdrawn"),
        never_ends=measures["kind"].eq("ongoing") & measures["state"].ne("withdrawn"),
        completable=completable,
        completed=completable & measures["state"].eq(now.plan.finished),
        stalled=measures["state"].eq("stalled"),
        no_feedback=measures["state"].eq("no_feedback"),
        due_by_now=completable & measures["due"].le(now.as_of),
        done_by_now=completable & measures["due"].le(now.as_of) & measures["state"].isin(["closed", "done_reported"]),
        single_unit=measures["units"].eq(1),
    )
    theme_of = measures.set_index("measure_id")["theme_id"]
    reports = _latest_reports(now)
    grouped = marked.groupby("theme_id", sort=False)
    themes = pd.DataFrame({"measures": grouped.size()})
    summed = ("withdrawn", "never_ends", "completable", "completed", "stalled", "no_feedback", "due_by_now")
    for column in (*summed, "done_by_now", "single_unit"):
        themes[column] = grouped[column].sum()
    themes["with_evidence"] = grouped["has_evidence"].sum()
    themes["units"] = _by(theme_of, now.responsibilities)["unit_id"].nunique()
    themes["reports_due"] = _by(theme_of, reports).size()
    themes["received"] = _by(theme_of, reports[reports["feedback"].isin(["on_time", "late"])]).size()
    themes["commitments"] = _by(theme_of, promised).size()
    themes["measured"] = _by(theme_of, promised[promised["outcome"].isin(["met", "not_met"])]).size()
    themes["met"] = _by(theme_of, promised[promised["outcome"].eq("met")]).size()
    themes = themes.fillna(0).astype("int64")
    themes["completion"] = themes["completed"] / themes["completable"].where(themes["completable"] > 0)
    order = ["measures", "units", "withdrawn", "never_ends", "completable", "completed", "completion", "stalled"]
    rest = ["no_feedback", "due_by_now", "done_by_now", "reports_due", "received", "single_unit", "with_evidence"]
    return themes[[*order, *rest, "commitments", "measured", "met"]].reset_index()


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
    themes = now.measure_states[["measure_id", "theme_id"]]
    themed = now.responsibilities[["measure_id", "unit_id"]].drop_duplicates().merge(themes, on="measure_id")
    counts = pd.crosstab(themed["unit_id"], themed["theme_id"])
    order = pd.Index(workload.order_of_units(now), name="unit_id")
    counts = counts.reindex(index=order, columns=themes["theme_id"].unique(), fill_value=0)
    return counts.astype("int64").reset_index().rename_axis(columns="theme_id")


def feedback_by_period(now: Reading) -> pd.DataFrame:
    """The reports on each theme's measures by period.

    Returns
    -------
    pandas.DataFrame
        theme_id, period, received (statements that came, in time or late), reports_due; themes in notice order,
        periods in time; only periods that are in.
    """
    periods = now.periods.loc[now.periods["is_in"], "period"]
    themes = now.measure_states["theme_id"].unique()
    theme_of = now.measure_states.set_index("measure_id")["theme_id"]
    reports = now.feedback.assign(came=now.feedback["feedback"].isin(["on_time", "late"]))
    keys = [reports["measure_id"].map(theme_of).rename("theme_id"), reports["period"]]
    counted = reports.groupby(keys)["came"].agg(received="sum", reports_due="size")
    every = pd.MultiIndex.from_product([themes, periods], names=["theme_id", "period"])
    return counted.reindex(every, fill_value=0).astype("int64").reset_index()


def standstill(now: Reading) -> pd.DataFrame:
    """Since when each theme has stood still: the end of the last period in which one of its measures was completed.

    Returns
    -------
    pandas.DataFrame
        Only themes in which something can still be completed, in notice order: theme_id, completable, completed,
        last_completed (missing where nothing ever was), periods_still (that are in and ended since).
    """
    rows = []
    ends = now.periods.loc[now.periods["is_in"], "period_end"]
    states = now.measure_states.assign(
        is_completable=status.is_completable(now.measure_states),
        is_completed=now.measure_states["state"].eq(now.plan.finished),
    )
    done = trend.completions(now).set_index("measure_id")["completed_on"]
    states["completed_on"] = done.reindex(states["measure_id"]).to_numpy()
    for theme, own in states[states["is_completable"]].groupby("theme_id", sort=False):
        if own["is_completed"].all():
            continue
        last = own.loc[own["is_completed"], "completed_on"].max()
        # The period in which it was completed did not stand still.
        still = len(ends) if pd.isna(last) else max(int(ends.ge(last).sum()) - 1, 0)
        rows.append((theme, len(own), int(own["is_completed"].sum()), last, still))
    columns = ["theme_id", "completable", "completed", "last_completed", "periods_still"]
    return pd.DataFrame(rows, columns=columns).astype({"last_completed": "datetime64[us]"})


def commitments(now: Reading) -> pd.DataFrame:
    """What the notice promises in numbers, and what was measured of it.

    Values of several units are never summed. A promise is met only when the latest value of every unit on the measure
    meets it.

    Returns
    -------
    pandas.DataFrame
        In the order of the file: commitment_id, measure_id, comparator, quantity, quantity_high, quantity_unit,
        condition, text_span, units (on the measure), units_measured, values (list of (unit_id, value, as_of), the
        latest of each), outcome (``met``, ``not_met``, ``partly_measured``, ``not_measured``).
    """
    promised = now.plan.commitments[now.plan.commitments["measure_id"].isin(now.measures["measure_id"])]
    values = now.record.actuals
    latest = values[values["as_of"].le(now.as_of)].drop_duplicates(["commitment_id", "unit_id"], keep="last")
    named = now.responsibilities.groupby("measure_id")["unit_id"].agg(list)
    rows = []
    for promise in promised.to_dict("records"):
        units = named.get(str(promise["measure_id"]), [])
        own = latest[latest["commitment_id"].eq(promise["commitment_id"]) & latest["unit_id"].isin(units)]
        told = list(own[["unit_id", "value", "as_of"]].itertuples(index=False, name=None))
        holds = [_meets(value, promise) for _, value, _ in told]
        if not told:
            outcome = "not_measured"
        elif not all(holds):
            outcome = "not_met"
        else:
            outcome = "met" if len(told) == len(units) else "partly_measured"
        rows.append((len(units), len(told), told, outcome))
    found = pd.DataFrame(rows, columns=["units", "units_measured", "values", "outcome"])
    return promised.reset_index(drop=True).join(found)


def measure_list(now: Reading) -> pd.DataFrame:
    """Every measure with who carries it and how it stands.

    Returns
    -------
    pandas.DataFrame
        In notice order: measure_id, theme_id, state, mark, unit_ids (list, in printed order), units_silent,
        units_lapsed, units_disagree, due, schedule, last_as_of.
    """
    named = now.responsibilities.drop_duplicates(["measure_id", "unit_id"]).groupby("measure_id")["unit_id"].agg(list)
    columns = ["units_silent", "units_lapsed", "units_disagree", "due", "schedule", "last_as_of"]
    listed = now.measure_states[["measure_id", "theme_id", "state", "mark", *columns]].copy()
    listed.insert(4, "unit_ids", [named.get(measure, []) for measure in listed["measure_id"]])
    return listed


def single_unit(now: Reading) -> pd.DataFrame:
    """Measures that rest on one unit: measure_id, theme_id, unit_id, state; in notice order."""
    alone = now.measure_states[now.measure_states["units"].eq(1)]
    named = now.responsibilities[["measure_id", "unit_id"]].drop_duplicates("measure_id")
    return alone[["measure_id", "theme_id", "state"]].merge(named, on="measure_id")[
        ["measure_id", "theme_id", "unit_id", "state"]
    ]


def _latest_reports(now: Reading) -> pd.DataFrame:
    """The reports of the latest period that is in; of all where each is owed once."""
    came = now.periods.loc[now.periods["is_in"], "period"]
    if now.plan.calendar.owed == "when-due" or now.plan.calendar.every == "none":
        return now.feedback
    return now.feedback[now.feedback["period"].isin(came.tail(1))]


def _by(theme_of: pd.Series, rows: pd.DataFrame) -> pd.api.typing.DataFrameGroupBy:
    """Rows that name a measure, grouped by its theme."""
    return rows.groupby(rows["measure_id"].map(theme_of).to_numpy())


def _meets(value: float, promise: Mapping[Hashable, Any]) -> bool:
    quantity, high = promise["quantity"], promise["quantity_high"]
    tests = {
        "at_most": value <= quantity,
        "at_least": value >= quantity,
        "equal": value == quantity,
        "between": quantity <= value <= high,
    }
    return bool(tests[promise["comparator"]])
