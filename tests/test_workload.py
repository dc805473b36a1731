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

from analysis import workload
from analysis.plan import Plan, UnknownName
from analysis.schema import BUCKETS, FEEDBACK, NO_FEEDBACK, Calendar
from tests.strategies import SmallPlan, moments, small_plans, typed

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
    assert loads["share"][unit] == float(share)


def test_totals_of_the_embedded_plan(tianjin: Plan):
    loads = workload.by_unit(tianjin.at(DAY))
    assert len(loads) == 24
    assert loads["named_in"].sum() == 91
    assert sum(exact(tianjin.responsibilities).values()) == 31
    assert loads["sole"].sum() == 8
    assert loads.set_index("unit_id").loc["tj-customs", "sole"] == 8
    assert list(loads["unit_id"][:2]) == ["tj-customs", "commerce-bureau"]


def test_concentration_of_the_embedded_plan(tianjin: Plan):
    measured = workload.concentration(workload.by_unit(tianjin.at(DAY))["share"])
    assert round(measured["hhi"], 4) == 0.2558
    assert round(measured["effective_units"], 2) == 3.91
    assert round(100 * measured["top_three_share"], 1) == 69.8
    exactly = workload.concentration(workload.fractional_shares(tianjin.responsibilities)["share"])
    assert exactly["hhi"] == pytest.approx(measured["hhi"])


def test_leads_and_overdue_are_missing_where_the_notice_is_silent(tianjin: Plan):
    loads = workload.by_unit(tianjin.at(DAY))
    assert loads["lead"].isna().all()
    assert loads["overdue"].isna().all()


# Properties.


@pytest.mark.thorough
@given(small_plans(all_named=False), moments)
def test_shares_are_of_whole_measures(small: SmallPlan, as_of: pd.Timestamp):
    named_measures = small.responsibilities["measure_id"].nunique()
    shares = exact(small.responsibilities)
    assert sum(shares.values()) == named_measures
    assert all(0 < share <= named_measures for share in shares.values())
    now = small.plan.at(as_of)
    loads = workload.by_unit(now)
    assert set(loads["unit_id"]) == set(small.responsibilities["unit_id"])
    assert loads["share"].tolist() == [float(shares[unit]) for unit in loads["unit_id"]]
    assert loads["named_in"].sum() == len(small.responsibilities)
    assert (loads["share"] <= loads["named_in"]).all()
    assert (loads["sole"] <= loads["share"]).all()
    assert (loads["open_load"] <= loads["share"] + 1e-12).all()
    assert (loads["open_load"] >= 0).all()
    assert (loads["no_feedback"] + loads["stale"] <= loads["named_in"]).all()
    assert (loads["on_time"] <= loads["reports_due"]).all()
    assert loads["on_time_share"].isna().equals(loads["reports_due"].eq(0))
    assert loads["on_time_share"].dropna().between(0, 1).all()
    # What is open are the measures that are not settled.
    measures = now.measure_states
    open_measures = measures["units"].gt(0) & ~measures["state"].isin(["closed", "withdrawn"])
    assert loads["open_load"].sum() == pytest.approx(open_measures.sum())
    # Heaviest first; who carries the same stands as often as it is named, then as it is named first.
    first_named = {unit: -place for place, unit in enumerate(small.responsibilities["unit_id"].unique())}
    keys = list(zip(loads["share"], loads["named_in"], loads["unit_id"].map(first_named), strict=True))
    assert keys == sorted(keys, reverse=True)
    assert loads["unit_id"].tolist() == workload.order_of_units(now)


@pytest.mark.thorough
@given(small_plans(), moments, st.permutations(["one", "two", "three", "four"]), st.randoms(use_true_random=False))
def test_other_names_and_another_order_only_rename_the_result(
    small: SmallPlan, as_of: pd.Timestamp, names: list[str], chance: Any
):
    renamed = dict(zip(UNITS, names, strict=True))
    order = list(range(len(small.responsibilities)))
    chance.shuffle(order)
    other = replace(
        small,
        responsibilities=small.responsibilities.iloc[order].reset_index(drop=True).replace({"unit_id": renamed}),
        progress=small.reordered(chance).progress.replace({"unit_id": renamed}),
    )
    before, after = small.plan.at(as_of), other.plan.at(as_of)
    for metric in METRICS:
        expected, actual = metric(before), metric(after)
        # Units that carry the same stand in the order of the notice; nothing else depends on it.
        frames = (expected.replace({"unit_id": renamed}), actual)
        assert_frame_equal(*(frame.sort_values("unit_id", ignore_index=True) for frame in frames))


@pytest.mark.thorough
@given(small_plans(), moments)
def test_what_arrives_later_changes_nothing(small: SmallPlan, as_of: pd.Timestamp):
    log = small.progress
    arrived = small.keeping(log["as_of"].le(as_of) & log["reported_at"].le(as_of))
    everything, known = small.plan.at(as_of), arrived.plan.at(as_of)
    for metric in METRICS:
        assert_frame_equal(metric(everything), metric(known))


@pytest.mark.thorough
def test_a_unit_named_twice_on_a_measure_counts_once(tianjin: Plan):
    responsibilities = pd.concat([tianjin.responsibilities, tianjin.responsibilities.assign(clause=2)])
    twice = replace(tianjin, responsibilities=responsibilities.reset_index(drop=True))
    for metric in (workload.by_unit, workload.feedback_by_unit, workload.co_responsibility, workload.pairs):
        assert_frame_equal(metric(tianjin.at(DAY)), metric(twice.at(DAY)))
    for metric in (workload.partners, workload.carried):
        assert_frame_equal(metric(tianjin.at(DAY), unit="port-group"), metric(twice.at(DAY), unit="port-group"))


@pytest.mark.thorough
@given(small_plans(), moments)
def test_states_and_feedback_by_unit_add_up(small: SmallPlan, as_of: pd.Timestamp):
    now = small.plan.at(as_of)
    loads = workload.by_unit(now).set_index("unit_id")
    counts = workload.states_by_unit(now).set_index("unit_id")
    assert list(counts.index) == list(loads.index)
    assert list(counts.columns) == list(BUCKETS)
    assert counts.sum(axis="columns").to_dict() == loads["named_in"].to_dict()
    assert counts[NO_FEEDBACK].to_dict() == loads["no_feedback"].to_dict()
    reports = workload.feedback_by_unit(now).set_index("unit_id")
    assert list(reports.index) == list(loads.index)
    assert list(reports.columns) == [*FEEDBACK, "stale", "reports_due", "on_time_share"]
    assert reports[list(FEEDBACK)].sum(axis="columns").to_dict() == loads["reports_due"].to_dict()
    for column in ("on_time", "stale", "reports_due"):
        assert reports[column].to_dict() == loads[column].to_dict()
    for unit in loads.index:
        by_measure = workload.feedback_by_measure(now, unit=unit)
        assert list(by_measure.columns) == ["measure_id", *FEEDBACK]
        assert by_measure[list(FEEDBACK)].sum().to_dict() == reports.loc[unit, list(FEEDBACK)].to_dict()


@given(small_plans())
def test_shared_measures_are_symmetric_with_f_on_the_diagonal(small: SmallPlan):
    now = small.plan.at(DAY)
    crowd = {measure: set(rows["unit_id"]) for measure, rows in small.responsibilities.groupby("measure_id")}
    matrix = workload.co_responsibility(now)
    assert list(matrix.columns) == ["unit_id", *workload.order_of_units(now)]
    assert matrix.columns.name == "unit_id"
    shared = matrix.set_index("unit_id")
    assert list(shared.index) == list(shared.columns)
    for one in shared.index:
        for other in shared.index:
            assert shared.loc[one, other] == sum({one, other} <= units for units in crowd.values())
        partners = workload.partners(now, unit=one)
        together = shared.loc[one].drop(one)
        assert dict(partners.itertuples(index=False, name=None)) == together[together > 0].to_dict()
        assert partners["shared"].is_monotonic_decreasing


@pytest.mark.thorough
@given(small_plans())
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


def test_loads_by_hand():
    """Closed by two, withdrawn by one, open with words of June and July and one never heard, open and never heard."""
    said = [
        ("M1", "a", "closed", "2024-06-30", "2024-07-01"),
        ("M1", "b", "closed", "2024-06-30", "2024-07-01"),
        ("M2", "a", "withdrawn", "2024-06-30", "2024-07-10"),
        ("M3", "a", "in_progress", "2024-06-30", "2024-07-05"),
        ("M3", "c", "in_progress", "2024-07-31", "2024-08-01"),
    ]
    columns = ["measure_id", "unit_id", "status", "as_of", "reported_at"]
    log = ({**dict(zip(columns, row, strict=True)), "log_id": place} for place, row in enumerate(said))
    measures = ({"measure_id": f"M{number}", "theme_id": "T1", "kind": "one_off"} for number in range(1, 5))
    small = SmallPlan(
        typed("measures", measures),
        typed("units", ({"unit_id": unit, "is_group": "false"} for unit in "abc")),
        named("ab", "a", "abc", "c"),
        typed("commitments", []),
        typed("progress", log),
        Calendar(pd.Period("2024-06", "M"), 5, "Asia/Shanghai"),
    )
    # Four periods were due by then: the word of June is very stale, that of July stale.
    loads = workload.by_unit(small.plan.at("2024-10-31")).drop(columns=["lead", "overdue"])
    expected = {
        "unit_id": ["a", "c", "b"],
        "named_in": [3, 2, 2],
        "sole": [1, 1, 0],
        "share": [11 / 6, 4 / 3, 5 / 6],
        "open_load": [1 / 3, 4 / 3, 1 / 3],
        "no_feedback": [0, 1, 1],
        "stale": [1, 1, 0],
        "reports_due": [6, 8, 5],
        "on_time": [2, 1, 1],
        "on_time_share": [1 / 3, 1 / 8, 1 / 5],
    }
    assert_frame_equal(loads, pd.DataFrame(expected))


def test_partners_of_as_many_measures_stand_in_the_order_of_the_notice(tianjin: Plan):
    units = {"a": "commerce-bureau", "b": "tj-customs", "c": "port-group", "d": "railway-office"}
    now = only(tianjin, named("cba", "cd", "db").replace({"unit_id": units})).at(DAY)
    partners = workload.partners(now, unit="port-group")
    assert partners["unit_id"].tolist() == ["tj-customs", "commerce-bureau", "railway-office"]


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


def test_leads_are_counted_where_the_notice_declares_them(tianjin: Plan):
    """The second unit of each measure leads: what is declared goes before where it stands."""
    responsibilities = named("ab", "ba", "cab")
    roles = ["lead" if position == 2 else "support" for position in responsibilities["position"]]
    declared = only(tianjin, responsibilities.assign(role=roles))
    for rule in ("", "none", "first_listed"):
        assert leads_by_unit(declared, rule) == {"a": 2, "b": 1, "c": 0}


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


def test_every_measure_of_the_embedded_plan_has_a_unit_listed_first(tianjin: Plan):
    leads = leads_by_unit(tianjin, "first_listed")
    assert sum(leads.values()) == 31
    first = tianjin.responsibilities[tianjin.responsibilities["position"].eq(1)]
    assert {unit: count for unit, count in leads.items() if count} == first["unit_id"].value_counts().to_dict()


def test_a_lead_rule_that_does_not_exist_is_refused(tianjin: Plan):
    with pytest.raises(ValueError, match="lead_rule，值“first”：应为 none、first_listed 之一"):
        workload.by_unit(tianjin.at(DAY), lead_rule="first")


def test_a_deadline_passed_is_overdue(tianjin: Plan):
    """On M1 customs alone, on M2 with two others; the deadline of M3 is still to come."""
    due = tianjin.measures["measure_id"].map({"M1": "2025-03-30", "M2": "2025-03-30", "M3": "2025-03-31"})
    measures = tianjin.measures.assign(due=pd.to_datetime(due))
    late = replace(tianjin, measures=measures, progress=tianjin.progress.head(0))
    overdue = workload.by_unit(late.at(DAY)).set_index("unit_id")["overdue"]
    assert overdue["tj-customs"] == 2
    assert overdue.sum() == 4
    assert overdue.eq(0).sum() == 21
    closed = tianjin.progress.head(1).assign(
        measure_id="M1", unit_id="tj-customs", status="closed", as_of=pd.Timestamp("2025-03-01"), supersedes=""
    )
    assert workload.by_unit(replace(late, progress=closed).at(DAY))["overdue"].sum() == 3


def test_what_a_unit_carries_is_asked_for_by_any_of_its_names(tianjin: Plan):
    now = tianjin.at(DAY)
    for metric in (workload.carried, workload.partners, workload.feedback_by_measure):
        by_id = metric(now, unit="tj-customs")
        assert len(by_id)
        assert_frame_equal(by_id, metric(now, unit="天津海关"))
        with pytest.raises(UnknownName, match="天津海关"):
            metric(now, unit="天津海官")


@pytest.mark.thorough
@given(small_plans(), moments)
def test_what_each_unit_carries(small: SmallPlan, as_of: pd.Timestamp):
    now = small.plan.at(as_of)
    crowds = small.responsibilities.groupby("measure_id")["unit_id"].agg(list).to_dict()
    states = now.measure_states.set_index("measure_id")["state"]
    for unit, own in now.states.groupby("unit_id"):
        carried = workload.carried(now, unit=unit)
        assert carried["measure_id"].tolist() == own["measure_id"].tolist()
        assert carried["state_of_unit"].tolist() == own["state"].tolist()
        assert carried["state"].tolist() == states[carried["measure_id"]].tolist()
        days = [pd.NA if pd.isna(day) else (as_of - day).days for day in own["as_of"]]
        assert carried["days_since_feedback"].fillna(-1).tolist() == pd.Series(days, dtype="Int64").fillna(-1).tolist()
        for row in carried.itertuples():
            assert row.unit_ids == [other for other in crowds[row.measure_id] if other != unit]
        assert carried[["progress", "problems", "next_step"]].notna().all(axis=None)


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
    for metric in (workload.carried, workload.partners, workload.feedback_by_measure):
        assert metric(nothing, unit="guanshuibao").empty
