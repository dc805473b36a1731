"""Is every theme covered: counts that add up to the plan's, and no share of nothing."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from analysis import coverage, status, workload
from analysis.plan import Plan, select
from analysis.schema import NO_FEEDBACK, Calendar
from tests.strategies import SmallPlan, moments, small_plans, typed

DAY = pd.Timestamp("2025-03-31")


def read_off(plan: Plan | SmallPlan, as_of: pd.Timestamp = DAY) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The latest word of each responsibility, and the state of each measure."""
    states = status.latest(plan.responsibilities, plan.progress, calendar=plan.calendar, as_of=as_of)
    return states, status.by_measure(states, plan.measures)


def themes_of(plan: Plan | SmallPlan, as_of: pd.Timestamp = DAY) -> pd.DataFrame:
    return coverage.by_theme(read_off(plan, as_of)[1], plan.responsibilities, plan.commitments)


# The embedded plan.


def test_themes_of_the_embedded_plan(tianjin: Plan):
    themes = themes_of(tianjin)
    assert list(themes["theme_id"]) == ["T1", "T2", "T3", "T4", "T5", "T6"]
    assert list(themes["measures"]) == [5, 7, 5, 6, 2, 6]
    assert themes["single_unit"].sum() == 8
    assert themes["with_commitment"].sum() == tianjin.commitments["measure_id"].nunique()


@pytest.mark.parametrize("day", ["2024-05-31", "2024-10-31", "2025-03-31"])
def test_completion_is_missing_where_nothing_can_be_completed(tianjin: Plan, day: str):
    themes = themes_of(tianjin, pd.Timestamp(day)).set_index("theme_id")
    assert themes["completable"]["T5"] == 0
    assert np.isnan(themes["completion"]["T5"])
    assert themes.drop("T5")["completion"].between(0, 1).all()


def test_the_matrix_of_the_embedded_plan(tianjin: Plan):
    order = workload.fractional_shares(tianjin.responsibilities).index
    matrix = coverage.unit_by_theme(tianjin.responsibilities, tianjin.measures, order)
    assert matrix.shape == (24, 6)
    assert matrix.to_numpy().sum() == 91
    by_unit = matrix.to_dict("index")
    assert sum(by_unit["tj-customs"].values()) == 26
    assert [theme for theme, count in by_unit["guanshuibao"].items() if count] == ["T3"]


# Properties.


@given(small_plans(all_named=False), moments)
def test_themes_add_up_to_the_plan(plan: SmallPlan, as_of: pd.Timestamp):
    measures = read_off(plan, as_of)[1]
    themes = themes_of(plan, as_of)
    assert list(themes["theme_id"]) == list(plan.measures["theme_id"].unique())
    crowd = plan.responsibilities.groupby("measure_id")["unit_id"].nunique()
    totals = {
        "measures": len(plan.measures),
        "single_unit": crowd.eq(1).sum(),
        "closed": measures["state"].eq("closed").sum(),
        "no_feedback": measures["state"].eq(NO_FEEDBACK).sum(),
        "current_feedback": measures["has_current_feedback"].sum(),
        "with_evidence": measures["has_evidence"].sum(),
        "with_commitment": plan.commitments["measure_id"].nunique(),
        "completable": (plan.measures["kind"].ne("ongoing") & measures["state"].ne("withdrawn")).sum(),
    }
    assert themes[list(totals)].sum().to_dict() == totals
    for column in totals:
        assert themes[column].between(0, themes["measures"]).all()
    assert (themes["closed"] <= themes["completable"]).all()
    assert themes["completion"].isna().equals(themes["completable"].eq(0))
    shares = (themes["closed"] / themes["completable"]).dropna()
    assert themes["completion"].dropna().tolist() == shares.tolist()


@given(small_plans(all_named=False), moments)
def test_units_of_a_theme_are_counted_once(plan: SmallPlan, as_of: pd.Timestamp):
    theme_of = plan.measures.set_index("measure_id")["theme_id"]
    units = plan.responsibilities.groupby(plan.responsibilities["measure_id"].map(theme_of))["unit_id"].nunique()
    for row in themes_of(plan, as_of).to_dict("records"):
        assert row["units"] == units.get(row["theme_id"], 0)


@given(small_plans(all_named=False), moments, st.randoms(use_true_random=False))
def test_order_of_rows_never_matters(plan: SmallPlan, as_of: pd.Timestamp, chance: Any):
    order = list(range(len(plan.responsibilities)))
    chance.shuffle(order)
    other = replace(
        plan.reordered(chance),
        responsibilities=plan.responsibilities.iloc[order].reset_index(drop=True),
        commitments=plan.commitments.iloc[::-1],
    )
    assert_frame_equal(themes_of(plan, as_of), themes_of(other, as_of))


@given(small_plans(all_named=False))
def test_the_matrix_counts_measures(plan: SmallPlan):
    order = pd.Series(["unit-d", "unit-a", "unit-c", "unit-b"])
    matrix = coverage.unit_by_theme(plan.responsibilities, plan.measures, order)
    assert list(matrix.index) == list(order)
    assert list(matrix.columns) == list(plan.measures["theme_id"].unique())
    theme_of = dict(zip(plan.measures["measure_id"], plan.measures["theme_id"], strict=True))
    pairs = set(zip(plan.responsibilities["measure_id"], plan.responsibilities["unit_id"], strict=True))
    for unit in order:
        for theme in matrix.columns:
            assert matrix.loc[unit, theme] == sum(
                named == unit and theme_of[measure] == theme for measure, named in pairs
            )


@given(small_plans(all_named=False), moments)
def test_the_list_of_measures(plan: SmallPlan, as_of: pd.Timestamp):
    states, measures = read_off(plan, as_of)
    listed = coverage.measure_list(plan.measures, measures, plan.responsibilities, states, as_of=as_of)
    assert list(listed["measure_id"]) == list(plan.measures["measure_id"])
    assert list(listed["state"]) == list(measures["state"])
    printed = plan.responsibilities.groupby("measure_id")["unit_id"].agg(list).to_dict()
    for row, last in zip(listed.to_dict("records"), measures["last_as_of"], strict=True):
        assert row["unit_ids"] == printed.get(row["measure_id"], [])
        if pd.isna(last):
            assert pd.isna(row["days_since_feedback"])
            assert row["last_unit"] == row["last_words"] == ""
        else:
            assert row["days_since_feedback"] == (as_of - last).days >= 0
            assert row["last_unit"] in row["unit_ids"]


@given(small_plans(all_named=False), moments)
def test_measures_that_rest_on_one_unit(plan: SmallPlan, as_of: pd.Timestamp):
    alone = coverage.single_unit(plan.measures, read_off(plan, as_of)[1], plan.responsibilities)
    crowds = plan.responsibilities.groupby("measure_id")["unit_id"].agg(list).to_dict()
    expected = [
        (measure, units[0]) for measure in plan.measures["measure_id"] if len(units := crowds.get(measure, [])) == 1
    ]
    assert list(zip(alone["measure_id"], alone["unit_id"], strict=True)) == expected


@given(small_plans(), moments)
def test_feedback_by_period_ends_where_themes_stand(plan: SmallPlan, as_of: pd.Timestamp):
    ends = plan.calendar.period_ends(as_of)
    panel = status.by_measure(status.panel(**plan.record, period_ends=ends, known_at=as_of), plan.measures)
    found = coverage.feedback_by_period(panel)
    assert len(found) == len(ends) * plan.measures["theme_id"].nunique()
    assert (found["current"] <= found["measures"]).all()
    if len(ends):
        last = found[found["period_end"].eq(ends[-1])]
        themes = themes_of(plan, as_of)
        assert list(last["theme_id"]) == list(themes["theme_id"])
        assert list(last["current"]) == list(themes["current_feedback"])
        assert list(last["measures"]) == list(themes["measures"])


# Worked by hand.


def test_a_theme_by_hand():
    """Four measures: closed with evidence, withdrawn, of ongoing kind, silent."""
    kinds = ["one_off", "quantified", "ongoing", "one_off"]
    measures = typed(
        "measures", ({"measure_id": f"M{n}", "theme_id": "T1", "kind": kind} for n, kind in enumerate(kinds, 1))
    )
    crowds = {"M1": "ab", "M2": "a", "M3": "a", "M4": "c"}
    named = typed(
        "responsibilities",
        (
            {"measure_id": m, "clause": 1, "unit_id": u, "position": p}
            for m, us in crowds.items()
            for p, u in enumerate(us, 1)
        ),
    )
    said = [("M1", "a", "closed", "文号1"), ("M2", "a", "withdrawn", ""), ("M3", "a", "ongoing", "")]
    log = typed(
        "progress",
        (
            {
                "log_id": m,
                "measure_id": m,
                "unit_id": u,
                "as_of": "2024-06-30",
                "reported_at": "2024-07-01",
                "status": s,
                "evidence_ref": e,
            }
            for m, u, s, e in said
        ),
    )
    calendar = Calendar(pd.Period("2024-06", "M"), 5, "Asia/Shanghai")
    states = status.latest(named, log, calendar=calendar, as_of=pd.Timestamp("2024-09-30"))
    theme = coverage.by_theme(
        status.by_measure(states, measures), named, typed("commitments", [{"measure_id": "M4", "quantity": 1}])
    )
    assert theme.drop(columns="theme_id").iloc[0].to_dict() == {
        "measures": 4,
        "units": 3,
        "single_unit": 3,
        "completable": 2,
        "completion": 0.5,
        "closed": 1,
        # Nothing is owed on the closed and the withdrawn one; the ongoing one's word of June is two periods old.
        "current_feedback": 2,
        "no_feedback": 1,
        "with_evidence": 1,
        "with_commitment": 1,
    }


def test_nothing_selected(tianjin: Plan):
    nothing = select(tianjin, unit="guanshuibao", theme="T1")
    themes = themes_of(nothing)
    assert themes.empty
    assert list(themes.columns) == list(themes_of(tianjin).columns)
    order = workload.fractional_shares(nothing.responsibilities).index
    assert coverage.unit_by_theme(nothing.responsibilities, nothing.measures, order).empty
    states, measures = read_off(nothing)
    assert coverage.measure_list(nothing.measures, measures, nothing.responsibilities, states, as_of=DAY).empty


def test_nothing_reported(tianjin: Plan):
    silent = replace(tianjin, progress=typed("progress", []))
    themes = themes_of(silent)
    assert list(themes["no_feedback"]) == list(themes["measures"])
    assert not themes[["current_feedback", "with_evidence", "closed"]].to_numpy().any()
    states, measures = read_off(silent)
    listed = coverage.measure_list(silent.measures, measures, silent.responsibilities, states, as_of=DAY)
    assert listed["days_since_feedback"].isna().all()
