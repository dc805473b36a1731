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
from analysis.schema import BUCKETS
from tests.hand_made import hand_made
from tests.recount import Recount, files_of
from tests.strategies import SmallPlan, moments, small_plans, typed

if TYPE_CHECKING:
    from analysis.plan import Plan

DAY = "2025-03-31"


def theme_of(plan: Plan, day: str, known_at: str = "") -> dict[str, Any]:
    """The one theme of a plan."""
    (row,) = coverage.by_theme(plan.at(day, known_at=known_at)).to_dict("records")
    return row  # type: ignore[return-value]


# The embedded plan.


def test_themes_of_the_embedded_plan(tianjin: Plan):
    themes = coverage.by_theme(tianjin.at(DAY))
    assert list(themes["theme_id"]) == ["T1", "T2", "T3", "T4", "T5", "T6"]
    assert list(themes["measures"]) == [5, 7, 5, 6, 2, 6]
    assert themes["single_unit"].sum() == 8
    assert themes["commitments"].sum() == len(tianjin.commitments)


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
def test_themes_are_those_of_the_reference(small: SmallPlan, as_of: pd.Timestamp):
    now, recount = small.plan.at(as_of), Recount(files_of(small), as_of.date())
    expected, themes = recount.theme_rows(), coverage.by_theme(now)
    assert themes["theme_id"].tolist() == list(expected)
    for row in themes.to_dict("records"):
        theme, completion = expected[str(row.pop("theme_id"))], row.pop("completion")
        assert row == {column: theme[column] for column in row}
        assert pd.isna(completion) == (theme["completion"] is None)
        assert pd.isna(completion) or completion == float(theme["completion"])
    states = coverage.states_by_theme(now)
    assert states["theme_id"].tolist() == list(expected)
    for row in states.to_dict("records"):
        assert {state: row[state] for state in BUCKETS} == {s: expected[row["theme_id"]]["states"][s] for s in BUCKETS}
    parts = coverage.feedback_by_period(now)
    assert {(row.theme_id, row.period): (row.received, row.reports_due) for row in parts.itertuples()} == (
        recount.feedback_by_theme()
    )


@pytest.mark.thorough
@given(small_plans(all_named=False), moments)
def test_standstill_is_that_of_the_reference(small: SmallPlan, as_of: pd.Timestamp):
    still = coverage.standstill(small.plan.at(as_of))
    rows = [(*row[:3], None if pd.isna(row[3]) else row[3].date(), row[4]) for row in still.itertuples(index=False)]
    assert rows == Recount(files_of(small), as_of.date()).standstill()


@pytest.mark.thorough
@given(small_plans(all_named=False), moments)
def test_themes_add_up_to_the_plan(small: SmallPlan, as_of: pd.Timestamp):
    now = small.plan.at(as_of)
    measures, themes = now.measure_states, coverage.by_theme(now)
    assert themes["measures"].sum() == len(measures)
    # The bridge from all measures to those that can be completed.
    assert themes["completable"].tolist() == (themes["measures"] - themes["withdrawn"] - themes["never_ends"]).tolist()
    for part, whole in (
        ("completed", "completable"),
        ("done_by_now", "due_by_now"),
        ("due_by_now", "completable"),
        ("received", "reports_due"),
        ("met", "measured"),
        ("measured", "commitments"),
        ("with_evidence", "measures"),
        ("single_unit", "measures"),
    ):
        assert (themes[part] <= themes[whole]).all()
    assert themes["completion"].isna().equals(themes["completable"].eq(0))


@pytest.mark.thorough
@given(small_plans(all_named=False), moments, st.randoms(use_true_random=False))
def test_neither_order_of_rows_nor_what_comes_later_matters(small: SmallPlan, as_of: pd.Timestamp, chance: Any):
    one = small.plan.at(as_of)
    other = replace(
        small.known(one.known_at.date()).reordered(chance), commitments=small.commitments.iloc[::-1]
    ).plan.at(as_of)
    for metric in (coverage.by_theme, coverage.states_by_theme, coverage.feedback_by_period, coverage.single_unit):
        assert_frame_equal(metric(one), metric(other))


@pytest.mark.thorough
@given(small_plans(all_named=False), moments)
def test_the_matrix_counts_measures(small: SmallPlan, as_of: pd.Timestamp):
    now = small.plan.at(as_of)
    matrix, recount = coverage.unit_by_theme(now), Recount(files_of(small), as_of.date())
    assert list(matrix["unit_id"]) == workload.order_of_units(now)
    assert list(matrix.columns) == ["unit_id", *recount.themes]
    assert matrix.columns.name == "theme_id"
    for row in matrix.to_dict("records"):
        for theme in recount.themes:
            own = [units for measure, units in recount.crowd.items() if recount.theme(measure) == theme]
            assert row[theme] == sum(row["unit_id"] in units for units in own)


@pytest.mark.thorough
@given(small_plans(all_named=False), moments)
def test_the_list_of_measures(small: SmallPlan, as_of: pd.Timestamp):
    now, recount = small.plan.at(as_of), Recount(files_of(small), as_of.date())
    listed = coverage.measure_list(now)
    assert listed["measure_id"].tolist() == recount.scope
    columns = ["state", "mark", "units_silent", "units_lapsed", "units_disagree", "due", "schedule", "last_as_of"]
    for row in listed.to_dict("records"):
        state = recount.states[row["measure_id"]]
        assert row["unit_ids"] == recount.crowd[row["measure_id"]]
        for column in columns:
            value = row[column]
            value = value.date() if isinstance(value, pd.Timestamp) and not pd.isna(value) else value
            assert (None if pd.isna(value) else value) == state[column], column
    # Those that rest on one unit are those with one in the list.
    alone = coverage.single_unit(now)
    assert alone.to_numpy().tolist() == [
        [row["measure_id"], row["theme_id"], *row["unit_ids"], row["state"]]
        for row in listed.to_dict("records")
        if len(row["unit_ids"]) == 1
    ]


# Completion, worked by hand.


def test_a_theme_by_hand():
    """Closed with evidence, withdrawn, of ongoing kind, withdrawn and of ongoing kind, silent, done by word."""
    plan = hand_made(
        {"M1": "ab", "M2": "a", "M3": "a", "M4": "a", "M5": "c", "M6": "b"},
        kinds={"M2": "quantified", "M3": "ongoing", "M4": "ongoing"},
        said=[
            "M1 a 2024-06-30 done_reported evidence_ref=文号1",
            "M2 a 2024-06-30 in_progress",
            "M3 a 2024-06-30 ongoing",
            "M6 b 2024-06-30 done_reported",
        ],
        decided=["M1 closed 2024-07-20", "M2 withdrawn 2024-07-15", "M4 withdrawn 2024-07-15"],
        due={"M1": "2024-07-31", "M5": "2024-07-31", "M6": "2024-08-31", "M2": "2024-06-30"},
        promises=["C1 M5 at_most 2", "C2 M1 at_most 2"],
        measured=["C2 a 2024-07-01 2"],
    )
    assert theme_of(plan, "2024-07-31", "2024-08-05") == {
        "theme_id": "T1",
        "measures": 6,
        "units": 3,
        "withdrawn": 2,
        "never_ends": 1,
        "completable": 3,
        "completed": 1,
        "completion": 1 / 3,
        "stalled": 0,
        "no_feedback": 1,
        # Of what was withdrawn no deadline counts.
        "due_by_now": 2,
        "done_by_now": 1,
        # Of July owed a on M3 and c on M5; b has said of M6 that it is done.
        "reports_due": 2,
        "received": 0,
        "single_unit": 5,
        "with_evidence": 1,
        "commitments": 2,
        "measured": 0,
        "met": 0,
    }


@pytest.mark.thorough
def test_where_nobody_verifies_what_is_reported_done_counts():
    crowds, said = {"M1": "a", "M2": "a"}, ["M1 a 2024-06-30 done_reported"]
    verified, not_verified = (hand_made(crowds, said=said, is_verified=it) for it in (True, False))
    assert [theme_of(plan, "2024-06-30")["completed"] for plan in (verified, not_verified)] == [0, 1]


@pytest.mark.thorough
def test_to_withdraw_a_measure_takes_it_out_of_the_rate():
    plan = hand_made(
        {"M1": "a", "M2": "a"},
        said=["M1 a 2024-06-30 done_reported"],
        decided=["M1 closed 2024-07-10", "M2 withdrawn 2024-08-10"],
    )
    before, after = (theme_of(plan, day) for day in ("2024-07-31", "2024-08-31"))
    assert (before["completed"], before["completable"], before["completion"]) == (1, 2, 0.5)
    assert (after["completed"], after["completable"], after["completion"]) == (1, 1, 1)


@pytest.mark.parametrize(
    ("said", "decided", "has_evidence"),
    [
        (["M1 a 2024-06-30 in_progress"], [], False),
        # Named once, it counts though the next word names none, though the measure is closed, whoever named it.
        (["M1 a 2024-06-30 in_progress evidence_ref=x", "M1 a 2024-07-31 in_progress"], [], True),
        (["M1 a 2024-06-30 done_reported evidence_ref=x"], ["M1 closed 2024-07-01"], True),
        (["M1 b 2024-06-30 in_progress evidence_ref=x"], ["M1 left 2024-07-31 unit_id=b"], True),
        ([], ["M1 closed 2024-07-01 evidence_ref=x"], True),
        # Taken back: the word that named it was corrected, or made void.
        (["M1 a 2024-06-30 in_progress evidence_ref=x", "M1 a 2024-06-30 in_progress supersedes=P0"], [], False),
        (["M1 a 2024-06-30 in_progress evidence_ref=x"], ["M1 void 2024-07-01 supersedes=P0"], False),
        # Not yet true for the day, or not yet there.
        (["M1 a 2024-09-30 in_progress evidence_ref=x"], [], False),
        (["M1 a 2024-06-30 in_progress evidence_ref=x reported_at=2024-09-30"], [], False),
    ],
)
def test_evidence_counts_until_it_is_taken_back(said: list[str], decided: list[str], has_evidence: bool):
    plan = hand_made({"M1": "ab"}, said=said, decided=decided)
    assert theme_of(plan, "2024-08-15")["with_evidence"] == has_evidence


# Standing still.


@pytest.mark.thorough
def test_a_theme_stands_still_since_the_period_of_its_last_completion():
    """Completed in July; August and September stood still, and October's feedback is not in yet."""
    plan = hand_made({"M1": "a", "M2": "a"}, decided=["M1 closed 2024-07-20"])
    for day, known_at, still in (
        ("2024-07-31", "", 0),
        ("2024-08-31", "", 1),
        ("2024-10-31", "2024-11-04", 2),
        ("2024-10-31", "2024-11-05", 3),
    ):
        (row,) = coverage.standstill(plan.at(day, known_at=known_at)).to_dict("records")
        assert (row["last_completed"], row["periods_still"]) == (pd.Timestamp("2024-07-20"), still)


def test_what_is_confirmed_later_was_completed_before():
    """As on the page of the trend: the closure that stands is the first since the measure was open."""
    plan = hand_made({"M1": "a", "M2": "a"}, decided=["M1 closed 2024-06-20", "M1 closed 2024-08-20"])
    (row,) = coverage.standstill(plan.at("2024-08-31")).to_dict("records")
    assert (row["last_completed"], row["periods_still"]) == (pd.Timestamp("2024-06-20"), 2)


def test_where_nothing_was_ever_completed_every_period_stood_still():
    plan = hand_made({"M1": "a", "M2": "b"}, themes={"M2": "T2"}, kinds={"M2": "ongoing"})
    (row,) = coverage.standstill(plan.at("2024-08-31")).to_dict("records")
    # A theme in which nothing can be completed does not stand still.
    assert (row["theme_id"], row["periods_still"]) == ("T1", 3)
    assert pd.isna(row["last_completed"])


def test_a_theme_with_nothing_left_does_not_stand_still():
    plan = hand_made({"M1": "a"}, decided=["M1 closed 2024-06-20"])
    assert coverage.standstill(plan.at("2024-12-31")).empty


# Promises and what was measured of them.


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("measured", "outcome", "units_measured"),
    [
        ([], "not_measured", 0),
        (["C1 a 2024-06-30 2"], "partly_measured", 1),
        (["C1 a 2024-06-30 2", "C1 b 2024-07-31 1.5"], "met", 2),
        # Never a sum: 2 and 1.5 are each within 2.
        (["C1 a 2024-06-30 2", "C1 b 2024-07-31 2.1"], "not_met", 2),
        (["C1 a 2024-06-30 2.1"], "not_met", 1),
        # The latest value of each counts.
        (["C1 a 2024-06-30 3", "C1 b 2024-06-30 1", "C1 a 2024-07-31 2"], "met", 2),
        (["C1 a 2024-06-30 1", "C1 b 2024-06-30 1", "C1 a 2024-07-31 3"], "not_met", 2),
        # Taken back; not there yet; of a unit that is not on the measure.
        (["C1 a 2024-06-30 3", "C1 a 2024-06-30 2 supersedes=A0"], "partly_measured", 1),
        (["C1 a 2024-06-30 3 reported_at=2024-09-30"], "not_measured", 0),
        (["C1 a 2024-09-30 3"], "not_measured", 0),
        (["C1 c 2024-06-30 3"], "not_measured", 0),
    ],
)
def test_a_promise_is_met_when_every_unit_meets_it(measured: list[str], outcome: str, units_measured: int):
    plan = hand_made({"M1": "ab", "M2": "c"}, promises=["C1 M1 at_most 2"], measured=measured)
    (row,) = coverage.commitments(plan.at("2024-08-31")).to_dict("records")
    assert (row["outcome"], row["units_measured"], row["units"]) == (outcome, units_measured, 2)
    assert {value for _, value, _ in row["values"]} <= {1, 1.5, 2, 2.1, 3}
    theme = theme_of(plan, "2024-08-31")
    assert (theme["measured"], theme["met"]) == (outcome in ("met", "not_met"), outcome == "met")


@pytest.mark.parametrize(
    ("comparator", "value", "holds"),
    [
        *(("at_most", value, value <= 2) for value in (1.9, 2, 2.1)),
        *(("at_least", value, value >= 2) for value in (1.9, 2, 2.1)),
        *(("equal", value, value == 2) for value in (1.9, 2, 2.1)),
        *(("between quantity_high=3", value, 2 <= value <= 3) for value in (1.9, 2, 3, 3.1)),
    ],
)
def test_what_meets_a_promise(comparator: str, value: float, holds: bool):
    word, *high = comparator.split()
    plan = hand_made(
        {"M1": "a"}, promises=[" ".join(["C1 M1", word, "2", *high])], measured=[f"C1 a 2024-06-30 {value}"]
    )
    assert coverage.commitments(plan.at("2024-06-30"))["outcome"].item() == ("met" if holds else "not_met")


# Nothing there.


@pytest.mark.thorough
def test_nothing_selected(tianjin: Plan):
    nothing = tianjin.select(unit="guanshuibao", theme="T1").at(DAY)
    themes = coverage.by_theme(nothing)
    assert themes.empty
    assert list(themes.columns) == list(coverage.by_theme(tianjin.at(DAY)).columns)
    for metric in (
        *(coverage.states_by_theme, coverage.unit_by_theme, coverage.measure_list, coverage.single_unit),
        *(coverage.standstill, coverage.commitments, coverage.feedback_by_period),
    ):
        assert metric(nothing).empty


@pytest.mark.thorough
def test_nothing_reported(tianjin: Plan):
    empty = {table: typed(table, []) for table in ("progress", "decisions", "actuals")}
    silent = replace(tianjin, **empty).at(DAY)
    themes = coverage.by_theme(silent)
    assert list(themes["no_feedback"]) == list(themes["measures"])
    assert not themes[["received", "with_evidence", "completed", "measured"]].to_numpy().any()
    # Before the first report was due, nothing is owed and nobody is silent.
    early = coverage.by_theme(replace(tianjin, **empty).at("2024-06-15"))
    assert not early[["no_feedback", "reports_due"]].to_numpy().any()
