"""Are we getting there: counts by period that add up, and what moved between two of them."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from analysis import status, trend
from analysis.plan import Plan
from analysis.schema import BUCKETS, DELIVERY, NO_FEEDBACK
from tests.strategies import SmallPlan, moments, small_plans, typed

LATER = pd.Timestamp("2025-03-31")


def panel_of(plan: Plan | SmallPlan, as_of: pd.Timestamp) -> pd.DataFrame:
    """Every measure at every period end until `as_of`, as known then."""
    panel = status.panel(
        plan.responsibilities,
        plan.progress,
        calendar=plan.calendar,
        period_ends=plan.calendar.period_ends(as_of),
        known_at=as_of,
    )
    return status.by_measure(panel, plan.measures)


def states_of(plan: Plan | SmallPlan, as_of: pd.Timestamp, known_at: pd.Timestamp | None = None) -> pd.DataFrame:
    latest = status.latest(plan.responsibilities, plan.progress, calendar=plan.calendar, as_of=as_of, known_at=known_at)
    return status.by_measure(latest, plan.measures)


def measures_in(*states: str) -> pd.DataFrame:
    """Measures M1, M2, … in the states given."""
    return pd.DataFrame(
        {"measure_id": [f"M{place}" for place, _ in enumerate(states, 1)], "theme_id": "T1", "state": list(states)}
    )


# Counts by period.


@given(small_plans(all_named=False), moments)
def test_periods_add_up_to_the_plan(plan: SmallPlan, as_of: pd.Timestamp):
    counts = trend.by_period(panel_of(plan, as_of))
    assert list(counts.columns) == ["period_end", *BUCKETS]
    if plan.responsibilities.empty:
        return
    assert list(counts["period_end"]) == list(plan.calendar.period_ends(as_of))
    assert (counts[list(BUCKETS)].sum(axis="columns") == len(plan.measures)).all()
    if len(counts):
        now = status.count_states(states_of(plan, as_of))
        assert counts[list(BUCKETS)].iloc[-1].to_dict() == now.iloc[0].to_dict()


@given(small_plans(), moments)
def test_closed_is_part_of_reported_is_part_of_scope(plan: SmallPlan, as_of: pd.Timestamp):
    panel = panel_of(plan, as_of)
    burn_up, counts = trend.burn_up(panel), trend.by_period(panel)
    assert (burn_up["closed"] <= burn_up["reported"]).all()
    assert (burn_up["reported"] <= burn_up["scope"]).all()
    assert burn_up["closed"].tolist() == counts["closed"].tolist()
    assert burn_up["reported"].tolist() == (counts["closed"] + counts["done_reported"]).tolist()
    assert (burn_up["scope"] <= plan.measures["kind"].ne("ongoing").sum()).all()
    assert burn_up["completion"].isna().equals(burn_up["scope"].eq(0))
    assert burn_up["completion"].dropna().between(0, 1).all()


@given(small_plans(), moments)
def test_themes_add_up_to_the_whole(plan: SmallPlan, as_of: pd.Timestamp):
    panel = panel_of(plan, as_of)
    by_theme = trend.burn_up_by_theme(panel)
    added = by_theme.groupby("period_end")[["scope", "closed", "reported"]].sum().reset_index()
    assert_frame_equal(added, trend.burn_up(panel).drop(columns="completion"))
    assert list(by_theme["theme_id"].unique()) == list(plan.measures["theme_id"].unique()) * bool(len(panel))


@given(small_plans(), moments, moments)
def test_a_later_page_keeps_the_earlier_periods_known_the_same(plan: SmallPlan, one: pd.Timestamp, other: pd.Timestamp):
    """With one K for all, a period that has ended counts the same on every later page."""
    earlier, later = sorted([one, other])
    ends = [plan.calendar.period_ends(day) for day in (earlier, later)]
    counts = [
        trend.by_period(status.by_measure(status.panel(**plan.record, period_ends=e, known_at=LATER), plan.measures))
        for e in ends
    ]
    # The last one of the earlier page was still running.
    ended = max(len(ends[0]) - 1, 0)
    assert_frame_equal(counts[0].head(ended), counts[1].head(ended))


def test_no_periods_are_empty_frames(tianjin: Plan):
    record = {"responsibilities": tianjin.responsibilities, "progress": tianjin.progress, "calendar": tianjin.calendar}
    states = status.panel(**record, period_ends=pd.DatetimeIndex([]), known_at=LATER)
    panel = status.by_measure(states, tianjin.measures)
    for frame, columns in (
        (trend.by_period(panel), ["period_end", *BUCKETS]),
        (trend.burn_up(panel), ["period_end", "scope", "closed", "reported", "completion"]),
    ):
        assert frame.empty
        assert sorted(frame.columns) == sorted(columns)


# The day of issue lies before the first period, and stands alone.
@pytest.mark.parametrize("day", ["2024-05-31", "2024-06-15", "2024-06-30"])
def test_the_first_period(tianjin: Plan, day: str):
    counts = trend.by_period(panel_of(tianjin, pd.Timestamp(day)))
    assert list(counts["period_end"]) == [pd.Timestamp(day)]
    # What was said of June arrived in July.
    assert counts[NO_FEEDBACK].item() == 31


def test_periods_of_the_embedded_plan(tianjin: Plan):
    panel = panel_of(tianjin, LATER)
    counts, burn_up = trend.by_period(panel), trend.burn_up(panel)
    assert len(counts) == len(burn_up) == 10
    assert (counts[list(BUCKETS)].sum(axis="columns") == 31).all()
    ongoing = tianjin.measures["kind"].eq("ongoing").sum()
    assert (burn_up["scope"] + counts["withdrawn"] == 31 - ongoing).all()


def test_burn_up_by_hand():
    """Two periods of four measures: one of ongoing kind, one that is withdrawn in the second."""
    ends = pd.to_datetime(["2024-06-30"] * 4 + ["2024-07-31"] * 4)
    panel = pd.concat(
        [
            measures_in("closed", "done_reported", "ongoing", "in_progress"),
            measures_in("closed", "closed", "ongoing", "withdrawn"),
        ]
    ).assign(period_end=ends, kind=["one_off", "quantified", "ongoing", "one_off"] * 2)
    found = trend.burn_up(panel)
    assert found["scope"].tolist() == [3, 2]
    assert found["closed"].tolist() == [1, 2]
    assert found["reported"].tolist() == [2, 2]
    assert found["completion"].tolist() == [1 / 3, 1]


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
    found = trend.changes(measures_in("closed", before), measures_in("closed", after))
    assert found[["measure_id", "state_before", "state", "direction"]].to_numpy().tolist() == [
        ["M2", before, after, direction]
    ]


@given(small_plans(all_named=False), moments, moments)
def test_changes_are_the_measures_that_differ(plan: SmallPlan, one: pd.Timestamp, other: pd.Timestamp):
    before, after = states_of(plan, one), states_of(plan, other)
    found = trend.changes(before, after)
    rows = zip(before["measure_id"], before["state"], after["state"], strict=True)
    assert found[["measure_id", "state_before", "state"]].to_numpy().tolist() == [
        list(row) for row in rows if row[1] != row[2]
    ]
    turned = {"forward": "back", "back": "forward", "other": "other"}
    assert trend.changes(after, before)["direction"].tolist() == found["direction"].map(turned).tolist()
    assert trend.changes(before, before).empty


@given(st.lists(st.sampled_from(BUCKETS), min_size=1, max_size=6))
def test_a_measure_that_was_not_there_had_no_feedback(states: list[str]):
    found = trend.changes(measures_in(), measures_in(*states))
    assert found["state"].tolist() == [state for state in states if state != NO_FEEDBACK]
    assert set(found["state_before"]) <= {NO_FEEDBACK}


def test_changes_come_in_the_order_of_the_notice(tianjin: Plan):
    before, after = states_of(tianjin, pd.Timestamp("2024-09-30")), states_of(tianjin, LATER)
    found = trend.changes(before, after.sample(frac=1, random_state=1).sort_index())
    order = {measure: place for place, measure in enumerate(tianjin.measures["measure_id"])}
    assert len(found) > 5
    assert found["measure_id"].map(order).is_monotonic_increasing
    assert set(found["direction"]) <= {"forward", "back", "other"}


# Time to completion, and what may come.


def test_kaplan_meier_by_hand():
    """Closed on days 2, 4 and 4, open on days 3 and 5: 4/5, then half of that."""
    found = trend.kaplan_meier(pd.Series([2, 3, 4, 4, 5]), pd.Series([True, False, True, True, False]))
    assert found["days"].tolist() == [0, 2, 3, 4, 5]
    assert found["at_risk"].tolist() == [5, 5, 4, 3, 1]
    assert found["closures"].tolist() == [0, 1, 0, 2, 0]
    assert found["still_open"].tolist() == pytest.approx([1, 4 / 5, 4 / 5, 4 / 15, 4 / 15])


@given(st.lists(st.tuples(st.integers(0, 300), st.booleans()), min_size=1, max_size=20))
def test_what_is_still_open_only_falls(observed: list[tuple[int, bool]]):
    days, closed = (pd.Series(list(values)) for values in zip(*observed, strict=True))
    found = trend.kaplan_meier(days, closed)
    assert found["days"].iloc[0] == 0
    assert found["days"].is_monotonic_increasing and found["days"].is_unique
    assert found["still_open"].is_monotonic_decreasing
    assert found["still_open"].between(0, 1).all()
    assert found["closures"].sum() == closed.sum()
    if closed.all():
        # Nothing is censored: the plain share.
        for row in found.itertuples():
            assert row.still_open == pytest.approx((days > row.days).mean())


@given(small_plans(), moments)
def test_durations_are_of_what_can_be_completed(plan: SmallPlan, as_of: pd.Timestamp):
    issued = pd.Timestamp("2024-05-20")
    states = status.latest(**plan.record, as_of=as_of)
    measures = status.by_measure(states, plan.measures)
    words = status.standing(plan.progress, known_at=as_of)
    found = trend.durations(measures, states, words, issued=issued, as_of=as_of).set_index("measure_id")
    counted = measures[measures["kind"].ne("ongoing")].set_index("measure_id")
    assert list(found.index) == list(counted.index)
    assert found["closed"].tolist() == counted["state"].eq("closed").tolist()
    assert (found["days"] <= (as_of - issued).days).all()
    is_open = ~counted["state"].isin(["closed", "withdrawn"])
    assert (found.loc[is_open, "days"] == (as_of - issued).days).all()
    # A closure is dated by a statement of the measure.
    for measure, days in found.loc[found["closed"], "days"].items():
        told = words.loc[words["measure_id"].eq(measure) & words["status"].eq("closed"), "as_of"]
        assert issued + pd.Timedelta(days=int(days)) in set(told)


def past(*closed: int, scope: int = 20) -> pd.DataFrame:
    ends = pd.date_range("2024-06-30", periods=len(closed), freq="ME")
    return pd.DataFrame({"period_end": ends, "scope": scope, "reported": closed, "closed": closed})


@pytest.mark.parametrize(
    ("burn_up", "reason"),
    [
        (past(0, 1, 2, 3, 4, 5, 6), "few_periods"),
        (past(0, 0, 1, 1, 2, 2, 4, 4), "few_completions"),
        (past(0, 3, 4, 5, 6, 7, 8, 8, scope=8), "nothing_left"),
        (past(0, 1, 2, 3, 4, 5, 5, 5), ""),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_forecast_is_refused_where_the_past_is_short(burn_up: pd.DataFrame, reason: str):
    found = trend.forecast(burn_up, paths=500)
    assert found.refused == reason
    assert found.fan.empty == bool(reason)


def test_a_forecast_of_a_steady_past_is_certain():
    found = trend.forecast(past(2, 4, 6, 8, 10, 12, 14, 16), paths=100)
    assert found.fan["p50"].tolist() == found.fan["p85"].tolist() == [18, 20]
    assert found.finish["p50"] == found.finish["p85"] == pd.Timestamp("2025-03-31")


@given(st.lists(st.integers(0, 3), min_size=8, max_size=14).filter(lambda steps: sum(steps) >= 5))
def test_a_fan_rises_to_the_scope_and_repeats(steps: list[int]):
    burn_up = past(*pd.Series(steps).cumsum(), scope=60)
    found = trend.forecast(burn_up, paths=300)
    assert not found.refused
    assert_frame_equal(found.fan, trend.forecast(burn_up, paths=300).fan)
    # More is closed in the better half of the paths than in all but the worst.
    assert (found.fan["p85"] <= found.fan["p50"]).all()
    assert found.fan["p50"].between(sum(steps), 60).all()
    assert found.fan["p50"].is_monotonic_increasing and found.fan["p85"].is_monotonic_increasing
    assert found.fan["period_end"].is_monotonic_increasing
    assert found.fan["period_end"].iloc[0] == burn_up["period_end"].iloc[-1] + pd.offsets.MonthEnd(1)


def test_what_went_back_by_hand():
    said = [
        ("a", "2024-06-30", "in_progress", "2024-10-31"),
        ("a", "2024-07-31", "done_reported", "2024-11-30"),
        ("a", "2024-08-31", "in_progress", "2024-11-30"),
        ("a", "2024-09-30", "in_progress", "2025-01-31"),
        ("b", "2024-06-30", "in_progress", "2024-10-31"),
        ("b", "2024-07-31", "in_progress", "2024-09-30"),
        ("c", "2024-06-30", "closed", ""),
        ("c", "2024-07-31", "in_progress", ""),
    ]
    log = typed(
        "progress",
        (
            {
                "log_id": f"P{place}",
                "measure_id": "M1",
                "unit_id": unit,
                "as_of": day,
                "reported_at": day,
                "status": state,
                "expected_completion": expected,
            }
            for place, (unit, day, state, expected) in enumerate(said)
        ),
    )
    found = trend.slips(log, as_of=pd.Timestamp("2024-08-31")).set_index("unit_id")
    assert sorted(found.index) == ["a", "c"]
    assert found.loc["a", "days_slipped"] == 30
    assert found["times_returned"].to_dict() == {"a": 1, "c": 1}
    assert found["days_slipped"].isna().to_dict() == {"a": False, "c": True}
    assert trend.slips(log, as_of=LATER).set_index("unit_id").loc["a", "days_slipped"] == 92


def test_the_order_of_delivery_is_the_one_the_directions_use():
    steps = [NO_FEEDBACK, *DELIVERY[:-1]]
    for place, before in enumerate(steps):
        for after in steps[place + 1 :]:
            assert trend.changes(measures_in(before), measures_in(after))["direction"].item() == "forward"
