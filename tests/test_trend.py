"""Are we getting there: counts by period that add up, what moved between two of them, and how long it takes."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from analysis import trend
from analysis.schema import BUCKETS, DELIVERY, NO_FEEDBACK, Calendar
from tests.strategies import SmallPlan, moments, small_plans, typed

if TYPE_CHECKING:
    from analysis.plan import Plan

LATER = pd.Timestamp("2025-03-31")
ISSUED = pd.Timestamp("2024-05-31")
CALENDAR = Calendar(pd.Period("2024-06", "M"), 5, "Asia/Shanghai")


def in_states(*states: str) -> Any:
    """What a reading says of measures M1, M2, … in the states given."""
    measures = [f"M{place}" for place, _ in enumerate(states, 1)]
    return SimpleNamespace(
        measure_states=pd.DataFrame({"measure_id": measures, "theme_id": "T1", "state": list(states)})
    )


# Counts by period.


@pytest.mark.thorough
@given(small_plans(all_named=False), moments)
def test_periods_add_up_to_the_plan(small: SmallPlan, as_of: pd.Timestamp):
    now = small.plan.at(as_of)
    counts, burn_up = trend.by_period(now), trend.burn_up(now)
    assert list(counts.columns) == ["period_end", *BUCKETS]
    assert list(counts["period_end"]) == list(burn_up["period_end"]) == list(small.calendar.period_ends(as_of))
    assert (counts[list(BUCKETS)].sum(axis="columns") == len(small.measures)).all()
    last = now.measure_states["state"].value_counts().reindex(list(BUCKETS), fill_value=0)
    assert counts[list(BUCKETS)].iloc[-1].to_dict() == last.to_dict()
    # Closed is part of reported is part of scope.
    assert (burn_up["reported"] <= burn_up["scope"]).all()
    assert burn_up["closed"].tolist() == counts["closed"].tolist()
    assert burn_up["reported"].tolist() == (counts["closed"] + counts["done_reported"]).tolist()
    completable = small.measures["kind"].ne("ongoing") & now.measure_states["state"].ne("withdrawn")
    assert burn_up["scope"].iloc[-1] == completable.sum()
    assert burn_up["completion"].isna().equals(burn_up["scope"].eq(0))
    assert burn_up["completion"].dropna().between(0, 1).all()
    # Themes add up to the whole.
    by_theme = trend.burn_up_by_theme(now)
    assert list(by_theme.columns) == ["theme_id", "period_end", "scope", "closed", "reported"]
    added = by_theme.groupby("period_end")[["scope", "closed", "reported"]].sum().reset_index()
    assert_frame_equal(added, burn_up.drop(columns="completion"))
    assert list(by_theme["theme_id"].unique()) == list(small.measures["theme_id"].unique())


@pytest.mark.thorough
@given(small_plans(), moments, moments)
def test_a_later_page_keeps_the_earlier_periods_known_the_same(
    small: SmallPlan, one: pd.Timestamp, other: pd.Timestamp
):
    """With one K for all, a period that has ended counts the same on every later page."""
    counts = [trend.by_period(small.plan.at(day, known_at=LATER)) for day in sorted([one, other])]
    # The last one of the earlier page was still running.
    ended = len(counts[0]) - 1
    assert_frame_equal(counts[0].head(ended), counts[1].head(ended))


@pytest.mark.thorough
@given(small_plans(), moments, st.randoms(use_true_random=False))
def test_neither_order_of_rows_nor_what_comes_later_matters(small: SmallPlan, as_of: pd.Timestamp, chance: Any):
    log = small.progress
    other = small.keeping(log["as_of"].le(as_of) & log["reported_at"].le(as_of)).reordered(chance)
    one, another = small.plan.at(as_of), other.plan.at(as_of)
    for metric in (trend.burn_up, trend.durations, trend.slips):
        assert_frame_equal(metric(one), metric(another))


# The day of issue lies before the first period, and stands alone.
@pytest.mark.parametrize("day", ["2024-05-31", "2024-06-15", "2024-06-30"])
def test_the_first_period(tianjin: Plan, day: str):
    counts = trend.by_period(tianjin.at(day))
    assert list(counts["period_end"]) == [pd.Timestamp(day)]
    # What was said of June arrived in July.
    assert counts[NO_FEEDBACK].item() == 31


def test_periods_of_the_embedded_plan(tianjin: Plan):
    now = tianjin.at(LATER)
    counts, burn_up = trend.by_period(now), trend.burn_up(now)
    assert len(counts) == len(burn_up) == 10
    assert (counts[list(BUCKETS)].sum(axis="columns") == 31).all()
    ongoing = tianjin.measures["kind"].eq("ongoing").sum()
    assert (burn_up["scope"] + counts["withdrawn"] == 31 - ongoing).all()


def test_no_measures_are_empty_frames(tianjin: Plan):
    nothing = tianjin.select(unit="guanshuibao", theme="T1").at(LATER)
    for metric, columns in (
        (trend.by_period, ["period_end", *BUCKETS]),
        (trend.burn_up, ["period_end", "scope", "closed", "reported", "completion"]),
    ):
        assert metric(nothing).empty
        assert list(metric(nothing).columns) == columns


def test_measures_that_name_no_unit_have_periods_too(tianjin: Plan):
    """A theme in which nobody is named is without feedback in every period; it is not an empty selection."""
    nobody = replace(tianjin, responsibilities=tianjin.responsibilities.head(0), progress=tianjin.progress.head(0))
    now = nobody.at(LATER)
    assert trend.by_period(now)[NO_FEEDBACK].tolist() == [31] * 10
    assert trend.burn_up(now)["scope"].tolist() == [now.plan.measures["kind"].ne("ongoing").sum()] * 10
    assert not trend.durations(now)["closed"].any()


def test_burn_up_by_hand():
    """Two periods of four measures: one of ongoing kind, one that is withdrawn in the second."""
    states = ["closed", "done_reported", "ongoing", "in_progress", "closed", "closed", "ongoing", "withdrawn"]
    panel = in_states(*states).measure_states.assign(
        period_end=pd.to_datetime(["2024-06-30"] * 4 + ["2024-07-31"] * 4),
        kind=["one_off", "quantified", "ongoing", "one_off"] * 2,
    )
    burn_up = trend.burn_up(SimpleNamespace(measure_panel=panel))  # type: ignore[arg-type]
    assert burn_up["scope"].tolist() == [3, 2]
    assert burn_up["closed"].tolist() == [1, 2]
    assert burn_up["reported"].tolist() == [2, 2]
    assert burn_up["completion"].tolist() == [1 / 3, 1]


# What moved.


@pytest.mark.parametrize(
    ("before", "after", "direction"),
    [
        ("not_started", "in_progress", "forward"),
        ("in_progress", "done_reported", "forward"),
        ("done_reported", "closed", "forward"),
        ("stalled", "in_progress", "forward"),
        ("in_progress", "ongoing", "forward"),
        ("no_feedback", "not_started", "forward"),
        ("in_progress", "stalled", "back"),
        ("done_reported", "in_progress", "back"),
        ("closed", "in_progress", "back"),
        ("in_progress", "withdrawn", "other"),
        ("withdrawn", "in_progress", "other"),
    ],
)
def test_directions(before: str, after: str, direction: str):
    moved = trend.changes(in_states("closed", before), in_states("closed", after))
    assert moved[["measure_id", "state_before", "state", "direction"]].to_numpy().tolist() == [
        ["M2", before, after, direction]
    ]


@pytest.mark.thorough
@given(small_plans(all_named=False), moments, moments)
def test_changes_are_the_measures_that_differ(small: SmallPlan, one: pd.Timestamp, other: pd.Timestamp):
    before, after = small.plan.at(one), small.plan.at(other)
    moved = trend.changes(before, after)
    states = (reading.measure_states["state"] for reading in (before, after))
    rows = zip(small.measures["measure_id"], small.measures["theme_id"], *states, strict=True)
    columns = ["measure_id", "theme_id", "state_before", "state"]
    assert moved[columns].to_numpy().tolist() == [list(row) for row in rows if row[2] != row[3]]
    turned = {"forward": "back", "back": "forward", "other": "other"}
    assert trend.changes(after, before)["direction"].tolist() == moved["direction"].map(turned).tolist()
    assert trend.changes(before, before).empty


@given(st.lists(st.sampled_from(BUCKETS), min_size=1, max_size=6))
def test_a_measure_that_was_not_there_had_no_feedback(states: list[str]):
    moved = trend.changes(in_states(), in_states(*states))
    assert moved["state"].tolist() == [state for state in states if state != NO_FEEDBACK]
    assert set(moved["state_before"]) <= {NO_FEEDBACK}


def test_changes_come_in_the_order_of_the_notice(tianjin: Plan):
    moved = trend.changes(tianjin.at("2024-09-30"), tianjin.at(LATER))
    order = {measure: place for place, measure in enumerate(tianjin.measures["measure_id"])}
    assert len(moved) > 5
    assert moved["measure_id"].map(order).is_monotonic_increasing


def test_the_order_of_delivery_is_the_one_the_directions_use():
    steps = [NO_FEEDBACK, *DELIVERY[:-1]]
    for place, before in enumerate(steps):
        later = steps[place + 1 :]
        moved = trend.changes(in_states(*[before] * len(later)), in_states(*later))
        assert moved["direction"].tolist() == ["forward"] * len(later)


# What went back.


def log_of(*said: tuple[str, str, str, str]) -> pd.DataFrame:
    """What units said of M1: unit, day, state, expected completion; each arrives on its day."""
    columns = ["unit_id", "as_of", "status", "expected_completion"]
    rows = (dict(zip(columns, row, strict=True)) for row in said)
    return typed(
        "progress",
        (
            {**row, "log_id": f"P{place:02d}", "measure_id": "M1", "reported_at": row["as_of"]}
            for place, row in enumerate(rows)
        ),
    )


def plan_of(log: pd.DataFrame, *units: str, kind: str = "one_off") -> Plan:
    """A plan of one measure that these units carry."""
    named = typed("responsibilities", ({"measure_id": "M1", "clause": 1, "unit_id": unit} for unit in units))
    measures = typed("measures", [{"measure_id": "M1", "theme_id": "T1", "kind": kind}])
    plan = SmallPlan(measures, typed("units", []), named, typed("commitments", []), log, CALENDAR).plan
    return replace(plan, issued=ISSUED)


def test_what_went_back_by_hand():
    log = log_of(
        ("a", "2024-06-30", "in_progress", "2024-10-31"),
        ("a", "2024-07-31", "done_reported", "2024-11-30"),
        ("a", "2024-08-31", "in_progress", "2024-11-30"),
        ("a", "2024-09-30", "in_progress", "2025-01-31"),
        ("b", "2024-06-30", "in_progress", "2024-10-31"),
        ("b", "2024-07-31", "in_progress", "2024-09-30"),
        ("c", "2024-06-30", "closed", ""),
        ("c", "2024-07-31", "in_progress", ""),
        ("d", "2024-06-30", "in_progress", "2024-10-01"),
        ("d", "2024-07-31", "", ""),
        ("d", "2024-08-31", "in_progress", "2024-12-31"),
        # Stalled after it was done is not returned; given one day only, nothing slipped.
        ("e", "2024-06-30", "done_reported", "2024-10-31"),
        ("e", "2024-07-31", "stalled", ""),
    )
    plan = plan_of(log, *"abcde")
    moves = trend.slips(plan.at("2024-08-31"))
    # Most days first; no day stands last.
    assert moves["unit_id"].tolist() == ["d", "a", "c"]
    assert moves["days_slipped"].fillna(-1).tolist() == [91, 30, -1]
    assert moves["times_returned"].tolist() == [0, 1, 1]
    assert moves["expected_first"].dropna().tolist() == [pd.Timestamp("2024-10-01"), pd.Timestamp("2024-10-31")]
    assert moves["expected_last"].dropna().tolist() == [pd.Timestamp("2024-12-31"), pd.Timestamp("2024-11-30")]
    assert trend.slips(plan.at(LATER)).set_index("unit_id").loc["a", "days_slipped"] == 92


def test_what_went_back_as_far_stands_in_the_order_of_ids():
    log = log_of(
        *((unit, day, "in_progress", end) for unit in "cab" for day, end in
          (("2024-06-30", "2024-10-31"), ("2024-07-31", "2024-11-30"))),
    )  # fmt: skip
    assert trend.slips(plan_of(log, *"bca").at("2024-08-31"))["unit_id"].tolist() == ["a", "b", "c"]


# Kaplan and Meier.

observations = st.lists(st.tuples(st.integers(0, 60), st.booleans()), min_size=1, max_size=40)
"""Days and whether they ended in closure, with many ties."""


def estimate(observed: list[tuple[int, bool]]) -> pd.DataFrame:
    days, closed = zip(*observed, strict=True)
    return trend.kaplan_meier(pd.Series(days), pd.Series(closed))


def assert_is_what_lifelines_finds(days: pd.Series, closed: pd.Series) -> None:
    lifelines = pytest.importorskip("lifelines")
    other = lifelines.KaplanMeierFitter().fit(days, event_observed=closed)
    curve = trend.kaplan_meier(days, closed).set_index("days")
    assert curve.index.tolist() == other.survival_function_.index.tolist()
    assert curve["still_open"].tolist() == pytest.approx(other.survival_function_["KM_estimate"].tolist(), abs=1e-9)
    assert curve["at_risk"].tolist() == other.event_table["at_risk"].tolist()
    assert curve["closures"].tolist() == other.event_table["observed"].tolist()


@given(observations)
def test_the_estimate_is_that_of_lifelines(observed: list[tuple[int, bool]]):
    days, closed = zip(*observed, strict=True)
    assert_is_what_lifelines_finds(pd.Series(days), pd.Series(closed))


@pytest.mark.parametrize("day", ["2024-09-30", "2024-12-15", "2025-03-31", "2025-05-31"])
def test_the_estimate_for_the_embedded_plan_is_that_of_lifelines(tianjin: Plan, day: str):
    times = trend.durations(tianjin.at(day, known_at="2025-05-31"))
    assert times["closed"].any()
    assert not times["closed"].all()
    assert_is_what_lifelines_finds(times["days"], times["closed"])


def test_an_estimate_by_hand():
    """Six measures: two close on day 10, one is withdrawn then, one closes on day 30, two are open on day 90."""
    curve = estimate([(10, True), (10, True), (10, False), (30, True), (90, False), (90, False)])
    assert curve.to_dict("list") == {
        "days": [0, 10, 30, 90],
        "at_risk": [6, 6, 3, 2],
        "closures": [0, 2, 1, 0],
        # 4/6, then 2/3 of it: what is withdrawn on the day of a closure was at risk of it.
        "still_open": pytest.approx([1, 2 / 3, 4 / 9, 4 / 9]),
    }


def test_an_estimate_of_nothing():
    curve = trend.kaplan_meier(pd.Series([], dtype="int64"), pd.Series([], dtype=bool))
    assert curve["closures"].sum() == 0
    assert curve["still_open"].tolist() == [1]


@given(observations, st.randoms(use_true_random=False))
def test_the_order_of_observations_never_matters(observed: list[tuple[int, bool]], chance: Any):
    shuffled = list(observed)
    chance.shuffle(shuffled)
    assert_frame_equal(estimate(observed), estimate(shuffled))


@given(observations, st.integers(1, 20))
def test_censoring_never_lowers_the_curve_on_the_day_it_happens(observed: list[tuple[int, bool]], more: int):
    last = max(day for day, _ in observed)
    longer = estimate([*observed, *([(last + 1, False)] * more)])
    assert longer["at_risk"].iloc[0] == len(observed) + more
    assert longer["still_open"].iloc[-1] == longer["still_open"].iloc[-2]
    both = estimate(observed).merge(longer, on="days", suffixes=("", "_longer"))
    assert (both["still_open_longer"] >= both["still_open"] - 1e-12).all()


@pytest.mark.parametrize("measures", [2, 6, 14, 22, 48, 98])
def test_half_is_half(measures: int):
    """The page reads off the first day on which at most half is open: rounding must not put it off."""
    half = measures // 2
    curve = estimate([*((day, True) for day in range(1, half + 1)), *([(500, False)] * half)])
    assert curve["still_open"].le(0.5).any()


@given(st.lists(st.tuples(st.integers(0, 300), st.booleans()), min_size=1, max_size=20))
def test_what_is_still_open_only_falls(observed: list[tuple[int, bool]]):
    days, closed = (pd.Series(list(values)) for values in zip(*observed, strict=True))
    curve = trend.kaplan_meier(days, closed)
    assert curve["days"].iloc[0] == 0
    assert curve["days"].is_monotonic_increasing
    assert curve["days"].is_unique
    assert curve["still_open"].is_monotonic_decreasing
    assert curve["still_open"].between(0, 1).all()
    assert curve["closures"].sum() == closed.sum()
    if closed.all():
        # Nothing is censored: the plain share.
        for row in curve.itertuples():
            assert row.still_open == pytest.approx((days > row.days).mean())


# Days to completion.


def one_measure(as_of: str, *, kind: str = "one_off", **said: str) -> tuple[int, bool] | None:
    """Days and closure of one measure: unit → ``day state, day state, …`` in the order they arrived."""
    rows = [(unit, *word.split(), "") for unit, words in said.items() for word in (words.split(", ") if words else [])]
    times = trend.durations(plan_of(log_of(*rows), *said, kind=kind).at(as_of))
    return (int(times["days"].item()), bool(times["closed"].item())) if len(times) else None


def days_until(day: str) -> int:
    return (pd.Timestamp(day) - ISSUED).days


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("said", "end", "closed"),
    [
        ({"a": "2024-06-30 in_progress, 2024-08-31 closed"}, "2024-08-31", True),
        # The day it was first said to be closed, not the last one.
        ({"a": "2024-06-30 closed, 2024-07-31 closed, 2024-08-31 closed"}, "2024-06-30", True),
        # The last unit's closure is the measure's.
        ({"a": "2024-06-30 closed", "b": "2024-09-30 closed"}, "2024-09-30", True),
        # Who has said nothing does not hold it up: it stands where its weakest reporting unit stands.
        ({"a": "2024-06-30 closed", "b": ""}, "2024-06-30", True),
        # Reopened: the first closure no longer counts.
        ({"a": "2024-06-30 closed, 2024-07-31 in_progress, 2024-10-31 closed"}, "2024-10-31", True),
        ({"a": "2024-06-30 closed, 2024-07-31 in_progress"}, "2024-12-31", False),
        # Open, reported done, silent: last seen open on the day of the page.
        ({"a": "2024-06-30 closed", "b": "2024-07-31 in_progress"}, "2024-12-31", False),
        ({"a": "2024-06-30 done_reported"}, "2024-12-31", False),
        ({"a": ""}, "2024-12-31", False),
        # Withdrawn: seen open until that day.
        ({"a": "2024-06-30 in_progress, 2024-08-31 withdrawn, 2024-09-30 withdrawn"}, "2024-08-31", False),
        ({"a": "2024-06-30 withdrawn", "b": "2024-08-31 withdrawn"}, "2024-08-31", False),
        # What one unit withdrew neither keeps the measure open nor puts its closure off.
        ({"a": "2024-06-30 closed", "b": "2024-08-31 withdrawn"}, "2024-06-30", True),
        ({"a": "2024-06-30 closed", "b": "2024-09-30 closed", "c": "2024-10-31 withdrawn"}, "2024-09-30", True),
        ({"a": "2024-08-31 closed", "b": "2024-06-30 withdrawn"}, "2024-08-31", True),
        # Of what was said of one day, the last word counts, and the run of closures starts after another one.
        ({"a": "2024-06-30 closed, 2024-08-31 in_progress, 2024-08-31 closed"}, "2024-08-31", True),
        ({"a": "2024-06-30 closed, 2024-08-31 closed, 2024-08-31 in_progress"}, "2024-12-31", False),
        # Done before the notice: no time passed since.
        ({"a": "2024-05-27 closed"}, "2024-05-31", True),
        ({"a": "2024-05-27 withdrawn"}, "2024-05-31", False),
        # What is said of later days does not count yet.
        ({"a": "2024-06-30 in_progress, 2025-01-31 closed"}, "2024-12-31", False),
    ],
)
def test_days_by_hand(said: dict[str, str], end: str, closed: bool):
    assert one_measure("2024-12-31", **said) == (days_until(end), closed)


@pytest.mark.parametrize("state", ["ongoing", "in_progress", "withdrawn"])
def test_what_runs_continuously_has_no_time_to_completion(state: str):
    assert one_measure("2024-12-31", kind="ongoing", a=f"2024-06-30 {state}") is None


def test_a_measure_reopened_on_the_day_it_was_closed_starts_anew():
    said = "2024-06-30 closed, 2024-06-30 in_progress, 2024-10-31 closed"
    assert one_measure("2024-12-31", a=said) == (days_until("2024-10-31"), True)


@pytest.mark.thorough
@given(small_plans(), moments)
def test_durations_are_of_what_can_be_completed(small: SmallPlan, as_of: pd.Timestamp):
    issued = pd.Timestamp("2024-05-20")
    now = replace(small.plan, issued=issued).at(as_of)
    times = trend.durations(now).set_index("measure_id")
    counted = now.measure_states[now.measure_states["kind"].ne("ongoing")].set_index("measure_id")
    assert list(times.index) == list(counted.index)
    assert times["closed"].tolist() == counted["state"].eq("closed").tolist()
    assert (times["days"] <= (as_of - issued).days).all()
    is_open = ~counted["state"].isin(["closed", "withdrawn"])
    assert (times.loc[is_open, "days"] == (as_of - issued).days).all()
    # A closure is dated by a statement of the measure.
    words = now.standing
    for measure, days in times.loc[times["closed"], "days"].items():
        closures = words.loc[words["measure_id"].eq(measure) & words["status"].eq("closed"), "as_of"]
        assert issued + pd.Timedelta(days=int(days)) in set(closures)
