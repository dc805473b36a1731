"""Who carries what: shares of whole measures, counted exactly."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal, assert_series_equal

from analysis import status, workload
from analysis.plan import Plan, select
from analysis.schema import BUCKETS, FEEDBACK
from tests.strategies import SmallPlan, moments, small_plans, typed

DAY = pd.Timestamp("2025-03-31")
loads_of_units = st.lists(st.integers(1, 50).map(float), min_size=2, max_size=12).map(pd.Series)


def read_off(plan: Plan | SmallPlan, as_of: pd.Timestamp) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """The latest word of each responsibility, the state of each measure, and what became of the reports due."""
    record = {"responsibilities": plan.responsibilities, "progress": plan.progress, "calendar": plan.calendar}
    states = status.latest(**record, as_of=as_of)
    return states, status.by_measure(states, plan.measures), status.feedback(**record, as_of=as_of)


def loads_of(plan: Plan | SmallPlan, as_of: pd.Timestamp = DAY, **options: Any) -> pd.DataFrame:
    return workload.by_unit(plan.responsibilities, *read_off(plan, as_of), **options)


def named(*crowds: str) -> pd.DataFrame:
    """Responsibilities of measures M1, M2, … each on the units of its letters."""
    return typed(
        "responsibilities",
        (
            {"measure_id": f"M{number}", "clause": 1, "unit_id": unit, "position": position, "role": "joint"}
            for number, crowd in enumerate(crowds, start=1)
            for position, unit in enumerate(crowd, start=1)
        ),
    )


# The embedded plan.


@pytest.mark.parametrize(
    ("unit", "named_in", "share"),
    [
        ("tj-customs", 26, Fraction(983, 70)),
        ("commerce-bureau", 20, Fraction(451, 70)),
        ("port-group", 5, Fraction(8, 7)),
    ],
)
def test_units_of_the_embedded_plan(tianjin: Plan, unit: str, named_in: int, share: Fraction):
    assert workload.fractional_shares(tianjin.responsibilities)[unit] == share
    loads = loads_of(tianjin).set_index("unit_id")
    assert loads["named_in"][unit] == named_in
    assert loads["share"][unit] == float(share)


def test_totals_of_the_embedded_plan(tianjin: Plan):
    loads = loads_of(tianjin)
    assert len(loads) == 24
    assert loads["named_in"].sum() == 91
    assert sum(workload.fractional_shares(tianjin.responsibilities)) == 31
    assert loads["sole"].sum() == 8
    assert loads.set_index("unit_id").loc["tj-customs", "sole"] == 8
    assert list(loads["unit_id"][:2]) == ["tj-customs", "commerce-bureau"]


def test_concentration_of_the_embedded_plan(tianjin: Plan):
    found = workload.concentration(loads_of(tianjin)["share"])
    assert round(found["hhi"], 4) == 0.2558
    assert round(found["effective_units"], 2) == 3.91
    assert round(100 * found["top_three_share"], 1) == 69.8
    exact = workload.concentration(workload.fractional_shares(tianjin.responsibilities))
    assert exact["hhi"] == pytest.approx(found["hhi"])


def test_leads_and_overdue_are_missing_where_the_notice_is_silent(tianjin: Plan):
    loads = loads_of(tianjin)
    assert loads["lead"].isna().all()
    assert loads["overdue"].isna().all()


# Properties.


@given(small_plans(all_named=False), moments)
def test_shares_are_of_whole_measures(plan: SmallPlan, as_of: pd.Timestamp):
    carried = plan.responsibilities["measure_id"].nunique()
    shares = workload.fractional_shares(plan.responsibilities)
    assert sum(shares) == carried
    assert all(0 < share <= carried for share in shares)
    states, measures, feedback = read_off(plan, as_of)
    loads = workload.by_unit(plan.responsibilities, states, measures, feedback)
    assert set(loads["unit_id"]) == set(plan.responsibilities["unit_id"])
    assert loads["named_in"].sum() == len(plan.responsibilities)
    assert (loads["share"] <= loads["named_in"]).all()
    assert (loads["sole"] <= loads["share"]).all()
    assert (loads["open_load"] <= loads["share"] + 1e-12).all() and (loads["open_load"] >= 0).all()
    assert (loads["no_feedback"] + loads["stale"] <= loads["named_in"]).all()
    assert (loads["on_time"] <= loads["reports_due"]).all()
    assert loads["on_time_share"].isna().equals(loads["reports_due"].eq(0))
    assert loads["on_time_share"].dropna().between(0, 1).all()
    # What is open are the measures that are not settled.
    open_measures = measures["units"].gt(0) & ~measures["state"].isin(["closed", "withdrawn"])
    assert loads["open_load"].sum() == pytest.approx(open_measures.sum())
    # Heaviest first.
    first_named = {unit: -place for place, unit in enumerate(plan.responsibilities["unit_id"].unique())}
    keys = list(zip(loads["share"], loads["named_in"], loads["unit_id"].map(first_named), strict=True))
    assert keys == sorted(keys, reverse=True)


@given(small_plans(), moments, st.permutations(["one", "two", "three", "four"]), st.randoms(use_true_random=False))
def test_other_names_and_another_order_only_rename_the_result(
    plan: SmallPlan, as_of: pd.Timestamp, names: list[str], chance: Any
):
    renamed = dict(zip(["unit-a", "unit-b", "unit-c", "unit-d"], names, strict=True))
    order = list(range(len(plan.responsibilities)))
    chance.shuffle(order)
    other = SmallPlan(
        plan.measures,
        plan.units,
        plan.responsibilities.iloc[order].reset_index(drop=True).replace({"unit_id": renamed}),
        plan.commitments,
        plan.reordered(chance).progress.replace({"unit_id": renamed}),
        plan.calendar,
    )
    expected, found = loads_of(plan, as_of).replace({"unit_id": renamed}), loads_of(other, as_of)
    # Units that carry the same stand in the order of the notice; nothing else depends on it.
    assert_frame_equal(*(frame.sort_values("unit_id", ignore_index=True) for frame in (expected, found)))


def test_a_unit_named_twice_on_a_measure_counts_once(tianjin: Plan):
    twice = pd.concat([tianjin.responsibilities, tianjin.responsibilities.assign(clause=2)], ignore_index=True)
    assert_frame_equal(loads_of(tianjin), loads_of(replace(tianjin, responsibilities=twice)))


@given(small_plans(), moments)
def test_states_and_feedback_by_unit_add_up(plan: SmallPlan, as_of: pd.Timestamp):
    states, measures, feedback = read_off(plan, as_of)
    loads = workload.by_unit(plan.responsibilities, states, measures, feedback).set_index("unit_id")
    counts = workload.states_by_unit(states)
    assert list(counts.columns) == list(BUCKETS)
    assert counts.sum(axis="columns").to_dict() == loads["named_in"].to_dict()
    reports = workload.feedback_by_unit(feedback, loads.index)
    assert list(reports.columns) == list(FEEDBACK) and list(reports.index) == list(loads.index)
    assert reports.sum(axis="columns").to_dict() == loads["reports_due"].to_dict()
    assert reports["on_time"].to_dict() == loads["on_time"].to_dict()


@given(small_plans())
def test_shared_measures_are_symmetric_with_f_on_the_diagonal(plan: SmallPlan):
    crowd = {measure: set(rows["unit_id"]) for measure, rows in plan.responsibilities.groupby("measure_id")}
    order = workload.fractional_shares(plan.responsibilities).index
    shared = workload.co_responsibility(plan.responsibilities, order)
    assert list(shared.index) == list(shared.columns) == list(order)
    for one in order:
        for other in order:
            assert shared[other][one] == sum({one, other} <= units for units in crowd.values())
        partners = workload.partners(plan.responsibilities, one).set_index("unit_id")["shared"]
        together = shared.loc[one].drop(one)
        assert partners.to_dict() == together[together > 0].to_dict()
        assert partners.is_monotonic_decreasing


# Concentration.


@given(loads_of_units)
def test_concentration_lies_within_its_bounds(loads: pd.Series):
    found = workload.concentration(loads)
    assert 1 - 1e-9 <= found["effective_units"] <= len(loads) + 1e-9
    assert found["hhi"] * found["effective_units"] == pytest.approx(1)
    assert -1e-9 <= found["gini"] <= 1 + 1e-9
    assert 3 / max(len(loads), 3) - 1e-9 <= found["top_three_share"] <= 1 + 1e-9


@given(loads_of_units, st.sampled_from([0.5, 3, 1000]), st.randoms(use_true_random=False))
def test_concentration_is_of_proportions(loads: pd.Series, factor: float, chance: Any):
    order = list(range(len(loads)))
    chance.shuffle(order)
    assert_series_equal(workload.concentration(loads), workload.concentration(loads.iloc[order] * factor))


@given(st.integers(2, 30), st.fractions(Fraction(1, 7), 40))
def test_equal_loads(units: int, load: Fraction):
    found = workload.concentration(pd.Series([load] * units, dtype="object"))
    assert found["effective_units"] == pytest.approx(units)
    assert found["gini"] == pytest.approx(0)


@given(loads_of_units)
def test_gini_is_the_mean_difference(loads: pd.Series):
    """With the factor n / (n − 1): the mean difference between two units, over twice the mean load."""
    differences = np.abs(np.subtract.outer(loads.to_numpy(), loads.to_numpy())).sum()
    pairs = len(loads) * (len(loads) - 1)
    assert workload.concentration(loads)["gini"] == pytest.approx(differences / pairs / (2 * loads.mean()))


@pytest.mark.parametrize(
    ("loads", "gini", "hhi"),
    [
        # Differences 1, 1, 2: mean 4/3, over twice the mean of 2.
        ([1, 2, 3], 1 / 3, 14 / 36),
        # Differences 2, 2, 2, 0, 0, 0: mean 1, over twice 1.5.
        ([1, 1, 1, 3], 1 / 3, 12 / 36),
        # Difference 2, over twice 2.
        ([1, 3], 1 / 2, 10 / 16),
    ],
)
def test_concentration_by_hand(loads: list[int], gini: float, hhi: float):
    found = workload.concentration(pd.Series(loads))
    assert found["gini"] == pytest.approx(gini)
    assert found["hhi"] == pytest.approx(hhi)


def test_one_unit_and_none():
    one = workload.concentration(pd.Series([4.0]))
    assert (one["hhi"], one["effective_units"], one["top_three_share"]) == (1, 1, 1)
    assert np.isnan(one["gini"])
    assert workload.concentration(pd.Series([], dtype="float64")).isna().all()


@given(loads_of_units)
def test_the_lorenz_curve_bends_below_the_diagonal(loads: pd.Series):
    curve = workload.lorenz(loads)
    assert len(curve) == len(loads) + 1
    assert curve.iloc[0].tolist() == [0, 0]
    assert curve.iloc[-1].tolist() == pytest.approx([1, 1])
    assert (curve["share_of_load"] <= curve["share_of_units"] + 1e-9).all()
    assert (curve["share_of_load"].diff().diff().dropna() >= -1e-9).all()
    # Twice the area between the curve and the diagonal is the Gini coefficient without its factor.
    area = np.trapezoid(curve["share_of_load"], curve["share_of_units"])
    factor = len(loads) / (len(loads) - 1)
    assert workload.concentration(loads)["gini"] == pytest.approx((1 - 2 * area) * factor)


# Worked by hand.


def test_fractional_counting_by_hand():
    shares = workload.fractional_shares(named("a", "ab", "abc"))
    assert shares.to_dict() == {"a": Fraction(11, 6), "b": Fraction(5, 6), "c": Fraction(1, 3)}


def test_leads_are_counted_where_the_notice_declares_them(tianjin: Plan):
    roles = ["lead" if position == 1 else "support" for position in tianjin.responsibilities["position"]]
    led = replace(tianjin, responsibilities=tianjin.responsibilities.assign(role=roles))
    for rule in ("first_listed", "none"):
        leads = loads_of(led, lead_rule=rule)["lead"]
        assert leads.notna().all()
        assert leads.sum() == 31


def test_a_declared_rule_without_leads_counts_none_of_them(tianjin: Plan):
    assert (loads_of(tianjin, lead_rule="first_listed")["lead"] == 0).all()


def test_a_deadline_passed_is_overdue(tianjin: Plan):
    states, measures, feedback = read_off(tianjin, DAY)
    against_deadline = {"M1": "overdue", "M2": "overdue", "M3": "behind"}
    measures["schedule"] = [against_deadline.get(measure, "no_deadline") for measure in measures["measure_id"]]
    loads = workload.by_unit(tianjin.responsibilities, states, measures, feedback)
    overdue = loads.set_index("unit_id")["overdue"]
    # Customs alone on the first, with two others on the second.
    assert overdue["tj-customs"] == 2
    assert overdue.sum() == 4


def test_nothing_selected(tianjin: Plan):
    nothing = select(tianjin, unit="guanshuibao", theme="T1")
    loads = loads_of(nothing)
    assert loads.empty
    assert list(loads.columns) == list(loads_of(tianjin).columns)
    assert workload.concentration(loads["share"]).isna().all()
    assert workload.fractional_shares(nothing.responsibilities).empty
    assert workload.lorenz(loads["share"]).empty
    states = status.latest(nothing.responsibilities, nothing.progress, calendar=nothing.calendar, as_of=DAY)
    assert workload.states_by_unit(states).empty
