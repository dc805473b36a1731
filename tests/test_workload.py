"""Who carries what: shares of whole measures, counted exactly."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal, assert_series_equal

from analysis import workload
from analysis.schema import BUCKETS, FEEDBACK
from tests.hand_made import hand_made
from tests.recount import Recount, files_of
from tests.strategies import SmallPlan, moments, small_plans, typed

if TYPE_CHECKING:
    from analysis.plan import Plan

DAY = "2025-03-31"
UNITS = ["unit-a", "unit-b", "unit-c", "unit-d"]
METRICS = (workload.states_by_unit, workload.feedback_by_unit)
"""With `workload.by_unit`, of which the second one is made."""
loads_of_units = st.lists(st.integers(1, 50).map(float), min_size=2, max_size=12).map(pd.Series)


def exact(responsibilities: pd.DataFrame) -> dict[str, Fraction]:
    """Unit → its fractional count, exact."""
    shares = workload.fractional_shares(responsibilities)
    return dict(zip(shares["unit_id"], shares["share"], strict=True))


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


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("unit", "named_in", "share"),
    [
        ("tj-customs", 26, Fraction(983, 70)),
        ("commerce-bureau", 20, Fraction(451, 70)),
        ("port-group", 5, Fraction(8, 7)),
    ],
)
def test_units_of_the_embedded_plan(tianjin: Plan, unit: str, named_in: int, share: Fraction):
    assert exact(tianjin.responsibilities)[unit] == share
    loads = workload.by_unit(tianjin.at(DAY)).set_index("unit_id")
    assert loads["named_in"][unit] == named_in
    assert loads["share"][unit] == share


@pytest.mark.thorough
def test_totals_of_the_embedded_plan(tianjin: Plan):
    loads = workload.by_unit(tianjin.at(DAY))
    assert len(loads) == 24
    assert loads["named_in"].sum() == 91
    assert sum(exact(tianjin.responsibilities).values()) == 31
    assert loads["sole"].sum() == 8
    assert loads.set_index("unit_id").loc["tj-customs", "sole"] == 8
    assert list(loads["unit_id"][:2]) == ["tj-customs", "commerce-bureau"]


@pytest.mark.thorough
def test_concentration_of_the_embedded_plan(tianjin: Plan):
    measured = workload.concentration(workload.by_unit(tianjin.at(DAY))["share"])
    assert round(measured["hhi"], 4) == 0.2558
    assert round(measured["effective_units"], 2) == 3.91
    assert round(100 * measured["top_three_share"], 1) == 69.8
    exactly = workload.concentration(workload.fractional_shares(tianjin.responsibilities)["share"])
    assert exactly["hhi"] == pytest.approx(measured["hhi"])


@pytest.mark.thorough
def test_leads_and_overdue_are_missing_where_the_notice_is_silent(tianjin: Plan):
    loads = workload.by_unit(tianjin.at(DAY))
    assert loads["lead"].isna().all()
    assert loads["overdue"].isna().all()


# Properties.


@pytest.mark.thorough
@given(small_plans(all_named=False, most=0))
def test_shares_are_of_whole_measures(small: SmallPlan):
    """Exactly: a share is a fraction, and no float ever was."""
    shares = workload.fractional_shares(small.responsibilities)["share"]
    assert all(isinstance(share, Fraction) for share in shares)
    assert sum(shares) == small.responsibilities["measure_id"].nunique()


@pytest.mark.thorough
@given(small_plans(all_named=False), moments)
def test_loads_add_up(small: SmallPlan, as_of: pd.Timestamp):
    now = small.plan.at(as_of)
    loads, measures = workload.by_unit(now), now.measure_states
    named, is_open = measures["units"].gt(0), ~measures["state"].isin(["closed", "withdrawn"])
    assert sum(loads["share"]) == named.sum()
    assert sum(loads["open_load"]) == (named & is_open).sum()
    assert loads["named_in"].sum() == measures["units"].sum()
    assert loads["open"].sum() == measures.loc[is_open, "units"].sum()
    assert (loads["sole"] <= loads["share"]).all()
    assert (loads["share"] <= loads["named_in"]).all()
    assert (loads["no_feedback"] + loads["lapsed"] <= loads["named_in"]).all()
    assert (loads["on_time"] <= loads["received"]).all()
    assert (loads["received"] <= loads["reports_due"]).all()
    assert loads["on_time_share"].isna().equals(loads["reports_due"].eq(0))
    assert loads["median_lag"].isna().equals(loads["received"].eq(0))
    # Heaviest first; who carries the same stands as often as it is named, then as it is named first.
    first_named = {unit: -place for place, unit in enumerate(now.responsibilities["unit_id"].unique())}
    keys = list(zip(loads["share"], loads["named_in"], loads["unit_id"].map(first_named), strict=True))
    assert keys == sorted(keys, reverse=True)
    assert loads["unit_id"].tolist() == workload.order_of_units(now)


@pytest.mark.thorough
@given(small_plans(all_named=False), moments)
def test_loads_are_those_of_the_reference(small: SmallPlan, as_of: pd.Timestamp):
    now, recount = small.plan.at(as_of), Recount(files_of(small), as_of.date())
    expected = recount.loads()
    loads = workload.by_unit(now)
    assert loads["unit_id"].tolist() == list(expected)
    for row in loads.drop(columns="lead").to_dict("records"):
        load = expected[row.pop("unit_id")]
        for column, value in row.items():
            told = float(load[column]) if column == "on_time_share" and load[column] is not None else load[column]
            assert (None if pd.isna(value) else value) == told, column
    assert workload.worst_first(loads)["unit_id"].tolist() == recount.worst_first()


@pytest.mark.thorough
@given(small_plans(), moments, st.permutations(["one", "two", "three", "four"]), st.randoms(use_true_random=False))
def test_other_names_and_another_order_only_rename_the_result(
    small: SmallPlan, as_of: pd.Timestamp, names: list[str], chance: Any
):
    renamed = dict(zip(UNITS, names, strict=True))
    order = list(range(len(small.responsibilities)))
    chance.shuffle(order)
    reordered = small.reordered(chance)
    tables = {name: getattr(reordered, name) for name in ("progress", "decisions", "actuals")}
    tables["responsibilities"] = small.responsibilities.iloc[order].reset_index(drop=True)
    other = replace(small, **{name: rows.replace({"unit_id": renamed}) for name, rows in tables.items()})
    before, after = small.plan.at(as_of), other.plan.at(as_of)
    for metric in METRICS:
        expected, actual = metric(before), metric(after)
        # Units that carry the same stand in the order of the notice; nothing else depends on it.
        frames = [
            frame.sort_values("unit_id", ignore_index=True)
            for frame in (expected.replace({"unit_id": renamed}), actual)
        ]
        assert_frame_equal(frames[0], frames[1])


@pytest.mark.thorough
@given(small_plans(), moments)
def test_what_arrives_later_changes_nothing(small: SmallPlan, as_of: pd.Timestamp):
    everything = small.plan.at(as_of)
    known = small.known(everything.known_at.date()).plan.at(as_of)
    for metric in METRICS:
        assert_frame_equal(metric(everything), metric(known))


@pytest.mark.thorough
def test_a_unit_named_twice_on_a_measure_counts_once(tianjin: Plan):
    responsibilities = pd.concat([tianjin.responsibilities, tianjin.responsibilities.assign(clause=2)])
    twice = replace(tianjin, responsibilities=responsibilities.reset_index(drop=True))
    for metric in (workload.by_unit, workload.feedback_by_unit, workload.co_responsibility, workload.pairs):
        assert_frame_equal(metric(tianjin.at(DAY)), metric(twice.at(DAY)))


@pytest.mark.thorough
@given(small_plans(all_named=False), moments)
def test_states_and_feedback_by_unit_are_those_of_the_reference(small: SmallPlan, as_of: pd.Timestamp):
    now, recount = small.plan.at(as_of), Recount(files_of(small), as_of.date())
    expected = recount.loads()
    counts, reports = workload.states_by_unit(now), workload.feedback_by_unit(now)
    assert counts["unit_id"].tolist() == list(expected)
    for row in counts.to_dict("records"):
        assert {state: row[state] for state in BUCKETS} == {s: expected[row["unit_id"]]["states"][s] for s in BUCKETS}
    assert reports["unit_id"].tolist() == recount.worst_first()
    for row in reports.to_dict("records"):
        assert {fate: row[fate] for fate in FEEDBACK} == {fate: expected[row["unit_id"]][fate] for fate in FEEDBACK}
    by_period = workload.feedback_by_period(now)
    for column in ("received", "reports_due"):
        summed = by_period.groupby("unit_id")[column].sum()
        gone = {unit for unit in summed.index if unit not in expected}
        assert {unit: n for unit, n in summed.items() if unit not in gone} == {
            unit: load[column] for unit, load in expected.items() if load["reports_due"]
        }


@pytest.mark.thorough
@given(small_plans(most=0))
def test_shared_measures_are_symmetric_with_f_on_the_diagonal(small: SmallPlan):
    now = small.plan.at(DAY)
    crowd = {measure: set(rows["unit_id"]) for measure, rows in now.responsibilities.groupby("measure_id")}
    matrix = workload.co_responsibility(now)
    assert list(matrix.columns) == ["unit_id", *workload.order_of_units(now)]
    assert matrix.columns.name == "unit_id"
    shared = matrix.set_index("unit_id")
    assert list(shared.index) == list(shared.columns)
    for one in shared.index:
        for other in shared.index:
            assert shared.loc[one, other] == sum({one, other} <= units for units in crowd.values())


@pytest.mark.thorough
@given(small_plans(most=0))
def test_pairs_are_the_matrix_above_its_diagonal(small: SmallPlan):
    now = small.plan.at(DAY)
    matrix = workload.co_responsibility(now).set_index("unit_id")
    order = list(matrix.index)
    pairs = workload.pairs(now)
    expected = {
        (one, other): matrix.loc[one, other]
        for place, one in enumerate(order)
        for other in order[place + 1 :]
        if matrix.loc[one, other]
    }
    assert {(row.unit_id, row.other_unit): row.shared for row in pairs.itertuples()} == expected
    # Most shared first, then by load of the one and of the other.
    place = {unit: number for number, unit in enumerate(order)}
    keys = list(zip(-pairs["shared"], pairs["unit_id"].map(place), pairs["other_unit"].map(place), strict=True))
    assert keys == sorted(keys)


# Concentration.


@given(loads_of_units)
def test_concentration_lies_within_its_bounds(loads: pd.Series):
    measured = workload.concentration(loads)
    assert 1 - 1e-9 <= measured["effective_units"] <= len(loads) + 1e-9
    assert measured["hhi"] * measured["effective_units"] == pytest.approx(1)
    assert -1e-9 <= measured["gini"] <= 1 + 1e-9
    assert 3 / max(len(loads), 3) - 1e-9 <= measured["top_three_share"] <= 1 + 1e-9


@given(loads_of_units, st.sampled_from([0.5, 3, 1000]), st.randoms(use_true_random=False))
def test_concentration_is_of_proportions(loads: pd.Series, factor: float, chance: Any):
    order = list(range(len(loads)))
    chance.shuffle(order)
    assert_series_equal(workload.concentration(loads), workload.concentration(loads.iloc[order] * factor))


@given(st.integers(2, 30), st.fractions(Fraction(1, 7), 40))
def test_equal_loads(units: int, load: Fraction):
    measured = workload.concentration(pd.Series([load] * units, dtype="object"))
    assert measured["effective_units"] == pytest.approx(units)
    assert measured["gini"] == pytest.approx(0)


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
    measured = workload.concentration(pd.Series(loads))
    assert measured["gini"] == pytest.approx(gini)
    assert measured["hhi"] == pytest.approx(hhi)


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


@given(loads_of_units, st.randoms(use_true_random=False))
def test_the_lorenz_curve_knows_no_order(loads: pd.Series, chance: Any):
    order = list(range(len(loads)))
    chance.shuffle(order)
    assert_frame_equal(workload.lorenz(loads), workload.lorenz(loads.iloc[order]))


# Worked by hand.


def test_fractional_counting_by_hand():
    shares = workload.fractional_shares(named("a", "ab", "abc"))
    assert shares.to_dict("list") == {
        "unit_id": ["a", "b", "c"],
        "share": [Fraction(11, 6), Fraction(5, 6), Fraction(1, 3)],
    }


@pytest.mark.thorough
def test_loads_by_hand():
    """Closed though b never spoke; withdrawn; open, stalled by a, c lapsed; open and never heard of."""
    plan = hand_made(
        {"M1": "ab", "M2": "a", "M3": "abc", "M4": "c"},
        said=[
            "M1 a 2024-06-30 done_reported reported_at=2024-07-01",
            "M2 a 2024-06-30 in_progress reported_at=2024-07-10",
            "M3 a 2024-07-31 stalled reported_at=2024-08-05",
            "M3 b 2024-06-30 in_progress",
            "M3 b 2024-07-31 in_progress reported_at=2024-08-09",
            "M3 c 2024-05-31 in_progress reported_at=2024-06-03",
        ],
        decided=["M1 closed 2024-07-20", "M2 withdrawn 2024-07-15"],
    )
    loads = workload.by_unit(plan.at("2024-07-31", known_at="2024-08-31")).drop(columns="lead").set_index("unit_id")
    expected = {
        "named_in": {"a": 3, "c": 2, "b": 2},
        "sole": {"a": 1, "c": 1, "b": 0},
        "share": {"a": Fraction(11, 6), "c": Fraction(4, 3), "b": Fraction(5, 6)},
        "open": {"a": 1, "c": 2, "b": 1},
        "open_load": {"a": Fraction(1, 3), "c": Fraction(4, 3), "b": Fraction(1, 3)},
        "stalled": {"a": 1, "c": 0, "b": 0},
        # On M1 b owed June's report, and never sent one: that it was closed since says nothing of b.
        "no_feedback": {"a": 0, "c": 1, "b": 1},
        "lapsed": {"a": 0, "c": 1, "b": 0},
        # In June everything; in July only what is open, and M1 no more from a, which had said that it is done.
        "reports_due": {"a": 4, "c": 4, "b": 3},
        "received": {"a": 3, "c": 0, "b": 2},
        "on_time": {"a": 2, "c": 0, "b": 1},
        "on_time_share": {"a": 2 / 4, "c": 0.0, "b": 1 / 3},
        # a: 1, 10 and 5 days after; b: 0 and 9.
        "median_lag": {"a": 5.0, "b": 4.5},
    }
    assert list(loads.index) == ["a", "c", "b"]
    assert loads["overdue"].isna().all()
    for column, values in expected.items():
        assert loads[column].dropna().to_dict() == values, column
    worst = workload.worst_first(loads.reset_index())
    assert worst["unit_id"].tolist() == ["c", "b", "a"]


@pytest.mark.thorough
def test_units_of_which_nothing_was_due_stand_last():
    plan = hand_made({"M1": "a", "M2": "b"}, said=["M2 b 2024-06-30 in_progress"], start={"M1": "2024-07-01"})
    loads = workload.by_unit(plan.at("2024-07-02", known_at="2024-07-31"))
    assert loads.set_index("unit_id")["reports_due"].to_dict() == {"a": 0, "b": 1}
    assert workload.worst_first(loads)["unit_id"].tolist() == ["b", "a"]


@pytest.mark.thorough
def test_what_a_unit_says_of_a_measure_out_of_scope_is_not_its_load():
    plan = hand_made({"M1": "a", "M2": "a"}, said=["M2 a 2024-06-30 stalled"], start={"M2": "2024-09-01"})
    early, later = (workload.by_unit(plan.at(day)).iloc[0] for day in ("2024-08-31", "2024-09-30"))
    assert (early["named_in"], early["stalled"]) == (1, 0)
    assert (later["named_in"], later["stalled"]) == (2, 1)
    assert workload.states_by_unit(plan.at("2024-08-31"))["stalled"].tolist() == [0]


@pytest.mark.thorough
def test_a_unit_that_joins_shares_and_one_that_leaves_does_not():
    plan = hand_made({"M1": "ab"}, decided=["M1 joined 2024-07-01 unit_id=c", "M1 left 2024-08-01 unit_id=a"])
    for day, units in (("2024-06-30", "ab"), ("2024-07-31", "abc"), ("2024-08-31", "bc")):
        loads = workload.by_unit(plan.at(day))
        assert dict(zip(loads["unit_id"], loads["share"], strict=True)) == dict.fromkeys(units, Fraction(1, len(units)))


@pytest.mark.thorough
def test_the_load_goes_before_how_often_a_unit_is_named(tianjin: Plan):
    now = only(tianjin, named("bcd", "bcd", "a", "eb")).at(DAY)
    assert workload.order_of_units(now) == workload.by_unit(now)["unit_id"].tolist() == ["b", "a", "c", "d", "e"]
    # As heavy as the others, c is named more often.
    now = only(tianjin, named("a", "bc", "cd", "ed")).at(DAY)
    assert workload.order_of_units(now) == ["c", "d", "a", "b", "e"]


def only(tianjin: Plan, responsibilities: pd.DataFrame) -> Plan:
    """The embedded plan with other responsibilities, for measures M1, M2, … that it has, and no record."""
    measures = tianjin.measures[tianjin.measures["measure_id"].isin(responsibilities["measure_id"])]
    return replace(tianjin, responsibilities=responsibilities, measures=measures, progress=tianjin.progress.head(0))


def leads_by_unit(plan: Plan, lead_rule: str = "") -> dict[str, int]:
    loads = workload.by_unit(plan.at(DAY), lead_rule=lead_rule)
    return dict(zip(loads["unit_id"], loads["lead"], strict=True))


@pytest.mark.thorough
def test_leads_are_counted_where_the_notice_declares_them(tianjin: Plan):
    """The second unit of each measure leads: what is declared goes before where it stands."""
    responsibilities = named("ab", "ba", "cab")
    roles = ["lead" if position == 2 else "support" for position in responsibilities["position"]]
    declared = only(tianjin, responsibilities.assign(role=roles))
    for rule in ("", "none", "first_listed"):
        assert leads_by_unit(declared, rule) == {"a": 2, "b": 1, "c": 0}


@pytest.mark.thorough
def test_the_first_listed_leads_where_the_rule_says_so(tianjin: Plan):
    """First by clause, then by position, wherever the row stands in its file."""
    responsibilities = named("ab", "ba", "abc")
    # On the third measure c stands in an earlier clause than a and b, though later in its own.
    responsibilities["clause"] = [1, 1, 1, 1, 2, 2, 1]
    plan = only(tianjin, responsibilities.iloc[::-1].reset_index(drop=True))
    assert leads_by_unit(plan, "first_listed") == {"a": 1, "b": 1, "c": 1}
    assert leads_by_unit(replace(plan, lead_rule="first_listed")) == {"a": 1, "b": 1, "c": 1}
    assert all(map(pd.isna, leads_by_unit(plan).values()))
    assert all(map(pd.isna, leads_by_unit(replace(plan, lead_rule="first_listed"), "none").values()))


@pytest.mark.thorough
def test_every_measure_of_the_embedded_plan_has_a_unit_listed_first(tianjin: Plan):
    leads = leads_by_unit(tianjin, "first_listed")
    assert sum(leads.values()) == 31
    first = tianjin.responsibilities[tianjin.responsibilities["position"].eq(1)]
    assert {unit: count for unit, count in leads.items() if count} == first["unit_id"].value_counts().to_dict()


@pytest.mark.thorough
def test_a_lead_rule_that_does_not_exist_is_refused(tianjin: Plan):
    with pytest.raises(ValueError, match="lead_rule，值“first”：应为 none、first_listed 之一"):
        workload.by_unit(tianjin.at(DAY), lead_rule="first")


@pytest.mark.thorough
def test_a_deadline_passed_is_overdue():
    """Done in time or closed it is not, nor on its very day, nor where the deadline was moved."""
    plan = hand_made(
        {"M1": "ab", "M2": "a", "M3": "a", "M4": "b", "M5": "b"},
        said=["M2 a 2024-08-31 done_reported"],
        decided=["M3 closed 2024-10-05", "M5 extended 2024-09-01 due=2024-12-31"],
        due={"M1": "2024-09-30", "M2": "2024-09-30", "M3": "2024-09-30", "M4": "2024-10-31", "M5": "2024-09-30"},
    )
    loads = workload.by_unit(plan.at("2024-10-31")).set_index("unit_id")
    assert loads["overdue"].to_dict() == {"a": 1, "b": 1}
    assert workload.by_unit(plan.at("2024-11-01")).set_index("unit_id")["overdue"].to_dict() == {"a": 1, "b": 2}


@pytest.mark.thorough
def test_nothing_selected(tianjin: Plan):
    nothing = tianjin.select(unit="guanshuibao", theme="T1").at(DAY)
    loads = workload.by_unit(nothing)
    assert loads.empty
    assert list(loads.columns) == list(workload.by_unit(tianjin.at(DAY)).columns)
    assert workload.concentration(loads["share"]).isna().all()
    assert workload.fractional_shares(nothing.plan.responsibilities).empty
    assert workload.lorenz(loads["share"]).empty
    for frame in (workload.states_by_unit(nothing), workload.co_responsibility(nothing), workload.pairs(nothing)):
        assert frame.empty
    for metric in (workload.feedback_by_unit, workload.feedback_by_period):
        assert metric(nothing).empty
