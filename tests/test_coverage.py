"""Is every theme covered: counts that add up to the plan's, and no share of nothing."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from analysis import coverage, workload
from analysis.schema import BUCKETS, NO_FEEDBACK, Calendar
from tests.strategies import SmallPlan, moments, small_plans, typed

if TYPE_CHECKING:
    from analysis.plan import Plan

DAY = "2025-03-31"


# The embedded plan.


def test_themes_of_the_embedded_plan(tianjin: Plan):
    themes = coverage.by_theme(tianjin.at(DAY))
    assert list(themes["theme_id"]) == ["T1", "T2", "T3", "T4", "T5", "T6"]
    assert list(themes["measures"]) == [5, 7, 5, 6, 2, 6]
    assert themes["single_unit"].sum() == 8
    assert themes["with_commitment"].sum() == tianjin.commitments["measure_id"].nunique()


@pytest.mark.parametrize("day", ["2024-05-31", "2024-10-31", "2025-03-31"])
def test_completion_is_missing_where_nothing_can_be_completed(tianjin: Plan, day: str):
    themes = coverage.by_theme(tianjin.at(day)).set_index("theme_id")
    assert themes["completable"]["T5"] == 0
    assert np.isnan(themes["completion"]["T5"])
    assert themes.drop("T5")["completion"].between(0, 1).all()


def test_the_matrix_of_the_embedded_plan(tianjin: Plan):
    matrix = coverage.unit_by_theme(tianjin.at(DAY)).set_index("unit_id")
    assert matrix.shape == (24, 6)
    assert matrix.to_numpy().sum() == 91
    assert matrix.loc["tj-customs"].sum() == 26
    assert [theme for theme, count in matrix.loc["guanshuibao"].items() if count] == ["T3"]


# Properties.


@pytest.mark.thorough
@given(small_plans(all_named=False), moments)
def test_themes_add_up_to_the_plan(small: SmallPlan, as_of: pd.Timestamp):
    now = small.plan.at(as_of)
    measures, themes = now.measure_states, coverage.by_theme(now)
    assert list(themes["theme_id"]) == list(small.measures["theme_id"].unique())
    crowd = small.responsibilities.groupby("measure_id")["unit_id"].nunique()
    totals = {
        "measures": len(small.measures),
        "single_unit": crowd.eq(1).sum(),
        "closed": measures["state"].eq("closed").sum(),
        "no_feedback": measures["state"].eq(NO_FEEDBACK).sum(),
        "current_feedback": measures["has_current_feedback"].sum(),
        "with_evidence": measures["has_evidence"].sum(),
        "with_commitment": small.commitments["measure_id"].nunique(),
        "completable": (small.measures["kind"].ne("ongoing") & measures["state"].ne("withdrawn")).sum(),
    }
    assert themes[list(totals)].sum().to_dict() == totals
    for column in totals:
        assert themes[column].between(0, themes["measures"]).all()
    assert (themes["closed"] <= themes["completable"]).all()
    assert themes["completion"].isna().equals(themes["completable"].eq(0))
    shares = (themes["closed"] / themes["completable"]).dropna()
    assert themes["completion"].dropna().tolist() == shares.tolist()
    # Units of a theme are counted once.
    theme_of = small.measures.set_index("measure_id")["theme_id"]
    units = small.responsibilities.groupby(small.responsibilities["measure_id"].map(theme_of))["unit_id"].nunique()
    assert themes["units"].tolist() == [units.get(theme, 0) for theme in themes["theme_id"]]
    # Every state of a theme's measures is in one bucket.
    states = coverage.states_by_theme(now)
    assert list(states.columns) == ["theme_id", *BUCKETS]
    assert states["theme_id"].tolist() == themes["theme_id"].tolist()
    assert states[list(BUCKETS)].sum(axis="columns").tolist() == themes["measures"].tolist()
    assert states[["closed", NO_FEEDBACK]].to_numpy().tolist() == themes[["closed", NO_FEEDBACK]].to_numpy().tolist()


@pytest.mark.thorough
@given(small_plans(all_named=False), moments, st.randoms(use_true_random=False))
def test_neither_order_of_rows_nor_what_comes_later_matters(small: SmallPlan, as_of: pd.Timestamp, chance: Any):
    order = list(range(len(small.responsibilities)))
    chance.shuffle(order)
    log = small.progress
    other = replace(
        small.keeping(log["as_of"].le(as_of) & log["reported_at"].le(as_of)).reordered(chance),
        responsibilities=small.responsibilities.iloc[order].reset_index(drop=True),
        commitments=small.commitments.iloc[::-1],
    )
    one, another = small.plan.at(as_of), other.plan.at(as_of)
    for metric in (coverage.by_theme, coverage.states_by_theme, coverage.feedback_by_period, coverage.single_unit):
        assert_frame_equal(metric(one), metric(another))


@given(small_plans(all_named=False))
def test_the_matrix_counts_measures(small: SmallPlan):
    now = small.plan.at(DAY)
    matrix = coverage.unit_by_theme(now)
    assert list(matrix["unit_id"]) == workload.order_of_units(now)
    assert list(matrix.columns) == ["unit_id", *small.measures["theme_id"].unique()]
    assert matrix.columns.name == "theme_id"
    theme_of = dict(zip(small.measures["measure_id"], small.measures["theme_id"], strict=True))
    pairs = set(zip(small.responsibilities["measure_id"], small.responsibilities["unit_id"], strict=True))
    for row in matrix.to_dict("records"):
        for theme in small.measures["theme_id"]:
            assert row[theme] == sum(unit == row["unit_id"] and theme_of[measure] == theme for measure, unit in pairs)


@pytest.mark.thorough
@given(small_plans(all_named=False), moments)
def test_the_list_of_measures(small: SmallPlan, as_of: pd.Timestamp):
    now = small.plan.at(as_of)
    measures, listed = now.measure_states, coverage.measure_list(now)
    for column in ("measure_id", "theme_id", "state", "units_disagree"):
        assert list(listed[column]) == list(measures[column])
    printed = small.responsibilities.groupby("measure_id")["unit_id"].agg(list).to_dict()
    assert listed["unit_ids"].tolist() == [printed.get(measure, []) for measure in listed["measure_id"]]
    for row, last in zip(listed.to_dict("records"), measures["last_as_of"], strict=True):
        if pd.isna(last):
            assert pd.isna(row["days_since_feedback"])
            assert row["last_unit"] == row["last_words"] == ""
        else:
            assert row["days_since_feedback"] == (as_of - last).days >= 0
            assert row["last_unit"] in row["unit_ids"]
    # Those that rest on one unit are those with one in the list.
    alone = coverage.single_unit(now)
    assert list(alone.columns) == ["measure_id", "theme_id", "unit_id", "state"]
    expected = [
        [row["measure_id"], row["theme_id"], *row["unit_ids"], row["state"]]
        for row in listed.to_dict("records")
        if len(row["unit_ids"]) == 1
    ]
    assert alone.to_numpy().tolist() == expected


@pytest.mark.thorough
@given(small_plans(all_named=False), moments)
def test_feedback_by_period_ends_where_themes_stand(small: SmallPlan, as_of: pd.Timestamp):
    now = small.plan.at(as_of)
    ends = small.calendar.period_ends(as_of)
    parts = coverage.feedback_by_period(now)
    assert list(parts.columns) == ["theme_id", "period_end", "current_feedback", "measures"]
    assert len(parts) == len(ends) * small.measures["theme_id"].nunique()
    last = parts[parts["period_end"].eq(ends[-1])].drop(columns="period_end").reset_index(drop=True)
    assert_frame_equal(last, coverage.by_theme(now)[["theme_id", "current_feedback", "measures"]])


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
    units = typed("units", ({"unit_id": unit, "is_group": "false"} for unit in "abc"))
    promised = typed("commitments", [{"measure_id": "M4", "quantity": 1}] * 2)
    calendar = Calendar(pd.Period("2024-06", "M"), 5, "Asia/Shanghai")
    theme = coverage.by_theme(SmallPlan(measures, units, named, promised, log, calendar).plan.at("2024-09-30"))
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


def test_whose_words_were_last(tianjin: Plan):
    """The later day, then the later arrival, then the greater id: not the later row."""
    named = tianjin.responsibilities[tianjin.responsibilities["measure_id"].eq("M2")].head(3)
    one, other, third = named["unit_id"]
    said = [
        ("P3", one, "2024-07-31", "2024-08-01", "the last one"),
        ("P2", other, "2024-07-31", "2024-08-01", "as late, of a smaller id"),
        ("P4", third, "2024-07-30", "2024-08-02", "of an earlier day"),
    ]
    columns = ["log_id", "unit_id", "as_of", "reported_at", "progress"]
    rows = ({**dict(zip(columns, row, strict=True)), "measure_id": "M2", "status": "in_progress"} for row in said)
    now = replace(tianjin, progress=typed("progress", rows)).at("2024-08-31")
    listed = coverage.measure_list(now).set_index("measure_id").loc["M2"]
    assert (listed["last_unit"], listed["last_words"], listed["days_since_feedback"]) == (one, "the last one", 31)


def test_nothing_selected(tianjin: Plan):
    nothing = tianjin.select(unit="guanshuibao", theme="T1").at(DAY)
    themes = coverage.by_theme(nothing)
    assert themes.empty
    assert list(themes.columns) == list(coverage.by_theme(tianjin.at(DAY)).columns)
    for metric in (coverage.states_by_theme, coverage.unit_by_theme, coverage.measure_list, coverage.single_unit):
        assert metric(nothing).empty


def test_nothing_reported(tianjin: Plan):
    silent = replace(tianjin, progress=typed("progress", [])).at(DAY)
    themes = coverage.by_theme(silent)
    assert list(themes["no_feedback"]) == list(themes["measures"])
    assert not themes[["current_feedback", "with_evidence", "closed"]].to_numpy().any()
    listed = coverage.measure_list(silent)
    assert listed["days_since_feedback"].isna().all()
    assert listed["last_words"].eq("").all()
