"""Time to completion against another's estimate and by hand; a forecast that says no more than the past holds."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from analysis import status, trend
from analysis.plan import Plan
from analysis.schema import Calendar
from tests.strategies import typed

ISSUED = pd.Timestamp("2024-05-31")
CALENDAR = Calendar(pd.Period("2024-06", "M"), 5, "Asia/Shanghai")

observations = st.lists(st.tuples(st.integers(0, 60), st.booleans()), min_size=1, max_size=40)
"""Days and whether they ended in closure, with many ties."""


def estimate(observed: list[tuple[int, bool]]) -> pd.DataFrame:
    days, closed = zip(*observed, strict=True)
    return trend.kaplan_meier(pd.Series(days), pd.Series(closed))


# Kaplan and Meier.


def assert_is_what_lifelines_finds(days: pd.Series, closed: pd.Series) -> None:
    lifelines = pytest.importorskip("lifelines")
    other = lifelines.KaplanMeierFitter().fit(days, event_observed=closed)
    found = trend.kaplan_meier(days, closed).set_index("days")
    assert found.index.tolist() == other.survival_function_.index.tolist()
    assert found["still_open"].tolist() == pytest.approx(other.survival_function_["KM_estimate"].tolist(), abs=1e-9)
    assert found["at_risk"].tolist() == other.event_table["at_risk"].tolist()
    assert found["closures"].tolist() == other.event_table["observed"].tolist()


@given(observations)
def test_the_estimate_is_that_of_lifelines(observed: list[tuple[int, bool]]):
    days, closed = zip(*observed, strict=True)
    assert_is_what_lifelines_finds(pd.Series(days), pd.Series(closed))


@pytest.mark.parametrize("day", ["2024-09-30", "2024-12-15", "2025-03-31", "2025-05-31"])
def test_the_estimate_for_the_embedded_plan_is_that_of_lifelines(tianjin: Plan, day: str):
    found = durations_of(tianjin, day, "2025-05-31")
    assert found["closed"].any() and not found["closed"].all()
    assert_is_what_lifelines_finds(found["days"], found["closed"])


def test_an_estimate_by_hand():
    """Six measures: two close on day 10, one is withdrawn then, one closes on day 30, two are open on day 90."""
    found = estimate([(10, True), (10, True), (10, False), (30, True), (90, False), (90, False)])
    assert found.to_dict("list") == {
        "days": [0, 10, 30, 90],
        "at_risk": [6, 6, 3, 2],
        "closures": [0, 2, 1, 0],
        # 4/6, then 2/3 of it: what is withdrawn on the day of a closure was at risk of it.
        "still_open": pytest.approx([1, 2 / 3, 4 / 9, 4 / 9]),
    }


def test_an_estimate_of_nothing():
    found = trend.kaplan_meier(pd.Series([], dtype="int64"), pd.Series([], dtype=bool))
    assert found["closures"].sum() == 0
    assert found["still_open"].tolist() == [1]


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


@pytest.mark.parametrize("measures", range(2, 101, 2))
def test_half_is_half(measures: int):
    """The page reads off the first day on which at most half is open: rounding must not put it off."""
    half = measures // 2
    found = estimate([*((day, True) for day in range(1, half + 1)), *([(500, False)] * half)])
    assert found["still_open"].le(0.5).any()


# Days to completion.


def durations_of(plan: Plan, as_of: str, known_at: str) -> pd.DataFrame:
    days = {"as_of": pd.Timestamp(as_of), "known_at": pd.Timestamp(known_at)}
    states = status.latest(plan.responsibilities, plan.progress, calendar=plan.calendar, **days)
    measures = status.by_measure(states, plan.measures)
    standing = status.standing(plan.progress, known_at=days["known_at"])
    return trend.durations(measures, states, standing, issued=plan.issued, as_of=days["as_of"])


def one_measure(as_of: str, *, kind: str = "one_off", **said: str) -> tuple[int, bool] | None:
    """Days and closure of one measure: unit → ``day state, day state, …`` in the order they arrived."""
    rows, arrived = [], 0
    for unit, words in said.items():
        for word in words.split(", ") if words else []:
            day, state = word.split()
            arrived += 1
            rows.append((f"P{arrived:02d}", unit, day, state))
    columns = ["log_id", "unit_id", "as_of", "status"]
    log = typed("progress", ({**dict(zip(columns, row, strict=True)), "measure_id": "M1"} for row in rows))
    log["reported_at"] = log["as_of"]
    named = typed("responsibilities", ({"measure_id": "M1", "clause": 1, "unit_id": unit} for unit in said))
    measures = typed("measures", [{"measure_id": "M1", "theme_id": "T1", "kind": kind}])
    day = pd.Timestamp(as_of)
    states = status.latest(named, log, calendar=CALENDAR, as_of=day)
    found = trend.durations(
        status.by_measure(states, measures), states, status.standing(log, known_at=day), issued=ISSUED, as_of=day
    )
    return (int(found["days"].item()), bool(found["closed"].item())) if len(found) else None


def days_until(day: str) -> int:
    return (pd.Timestamp(day) - ISSUED).days


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


# The forecast.


def past(*closed: int, scope: int = 20, start: str = "2024-06-30") -> pd.DataFrame:
    """A burn-up with these closed measures at the ends of months in a row."""
    ends = pd.date_range(start, periods=len(closed), freq="ME")
    return pd.DataFrame({"period_end": ends, "scope": scope, "closed": closed, "reported": closed})


@st.composite
def pasts(draw: st.DrawFn) -> pd.DataFrame:
    """Long enough to draw from, with quiet periods and reopened measures, and something left to do."""
    steps = draw(st.lists(st.sampled_from([0, 0, 1, 1, 2, 3, -1]), min_size=8, max_size=14))
    closed, counts = 0, []
    for step in steps:
        closed = max(closed + step, 0)
        counts.append(closed)
    return past(*counts, scope=max(counts) + draw(st.integers(1, 30)))


def completions(burn_up: pd.DataFrame) -> int:
    counts = [0, *burn_up["closed"]]
    return sum(max(later - earlier, 0) for earlier, later in pairwise(counts))


@given(pasts())
def test_a_fan_stays_between_what_is_closed_and_the_scope(burn_up: pd.DataFrame):
    told = trend.forecast(burn_up, paths=200)
    assert told.refused == ("few_completions" if completions(burn_up) < 5 else "")
    if told.refused:
        assert told.fan.empty and not told.finish
        return
    closed, scope = burn_up["closed"].iloc[-1], burn_up["scope"].iloc[-1]
    fan = told.fan
    assert (fan["p85"] <= fan["p50"]).all()
    for level in ("p50", "p85"):
        assert fan[level].is_monotonic_increasing
        assert fan[level].between(closed, scope).all()
        done = fan.loc[fan[level].eq(scope), "period_end"]
        # The day it is done is the first one on which the fan reaches the scope.
        assert told.finish[level] == done.iloc[0] if len(done) else pd.isna(told.finish[level])
    months = pd.date_range(burn_up["period_end"].iloc[-1] + pd.Timedelta(days=1), periods=len(fan), freq="ME")
    assert fan["period_end"].tolist() == months.tolist()


@given(pasts(), st.integers(0, 10))
def test_the_same_seed_gives_the_same_fan(burn_up: pd.DataFrame, seed: int):
    one, other = (trend.forecast(burn_up, seed=seed, paths=100) for _ in range(2))
    assert_frame_equal(one.fan, other.fan)
    assert one.finish == other.finish or any(map(pd.isna, one.finish.values()))


def test_another_seed_gives_another_fan():
    burn_up = past(0, 3, 3, 4, 9, 9, 9, 11, scope=90)
    fans = [trend.forecast(burn_up, seed=seed, paths=30).fan[["p50", "p85"]] for seed in (1, 2)]
    assert not fans[0].equals(fans[1])


@pytest.mark.parametrize(
    ("closed", "scope", "refused"),
    [
        ([], 20, "nothing_left"),
        ([0, 1, 2, 3, 4, 5, 6], 20, "few_periods"),
        ([0, 1, 2, 3, 4, 5, 6, 7], 20, ""),
        ([0, 0, 0, 0, 1, 2, 3, 4], 20, "few_completions"),
        ([0, 0, 0, 0, 1, 2, 3, 5], 20, ""),
        ([0, 1, 2, 3, 4, 5, 6, 7], 7, "nothing_left"),
        # Nothing to complete at all.
        ([0] * 9, 0, "nothing_left"),
    ],
)
def test_where_a_forecast_is_refused(closed: list[int], scope: int, refused: str):
    told = trend.forecast(past(*closed, scope=scope), paths=100)
    assert told.refused == refused
    assert told.periods == len(closed)
    assert told.completions == (closed[-1] if closed else 0)
    assert told.fan.empty == bool(refused)
    assert list(told.fan.columns) == ["period_end", "p50", "p85"]


def test_months_without_closures_are_drawn_too():
    """Sixteen closed in each of two of eight months: without the six quiet ones a draw would be done in a month."""
    told = trend.forecast(past(0, 0, 0, 16, 16, 32, 32, 32, scope=48))
    # Within n months the last sixteen are closed with probability 1 − (3/4)ⁿ: one half is passed at 3, 85 % at 7.
    assert told.fan["p50"].tolist() == [32] * 2 + [48] * 5
    assert told.fan["p85"].tolist() == [32] * 6 + [48]
    assert told.finish == {"p50": pd.Timestamp("2025-04-30"), "p85": pd.Timestamp("2025-08-31")}


def test_the_first_month_counts_as_one():
    """Five closed in the first month and none since: the draw knows that month."""
    told = trend.forecast(past(5, 5, 5, 5, 5, 5, 5, 5, scope=10), paths=4000)
    assert told.completions == 5
    assert told.fan["p50"].tolist()[:6] == [5] * 5 + [10]


def test_a_reopened_measure_takes_back_no_months_work():
    steady = trend.forecast(past(2, 4, 6, 8, 10, 12, 14, 16, 15, scope=30), paths=2000)
    assert steady.completions == 16
    assert (steady.fan["p85"] >= 15).all()


@given(pasts(), st.integers(0, 3), st.integers(1, 27))
def test_the_period_still_running_is_neither_counted_nor_drawn(burn_up: pd.DataFrame, more: int, day: int):
    """What was closed in it stands, and what is drawn for the months from its own on is added to that."""
    last = burn_up.tail(1)
    running = last.assign(period_end=last["period_end"] + pd.Timedelta(days=day), closed=last["closed"] + more)
    # As much is left as without it.
    running["scope"] += more
    now = pd.concat([burn_up, running.assign(reported=running["closed"])], ignore_index=True)
    without, told = (trend.forecast(rows, paths=100) for rows in (burn_up, now))
    assert (told.refused, told.periods, told.completions) == (without.refused, without.periods, without.completions)
    assert told.fan["period_end"].tolist() == without.fan["period_end"].tolist()
    for level in ("p50", "p85"):
        assert told.fan[level].tolist() == (without.fan[level] + more).tolist()
    assert pd.Series(told.finish).equals(pd.Series(without.finish))
    # Nor does it stand for the month that it will have been in a test of the past.
    assert trend.backtest(now, paths=30).to_dict("list") == trend.backtest(burn_up, paths=30).to_dict("list")


def test_a_period_still_running_by_hand():
    """Two a month for eight months and one in the first half of the ninth: by its end it will have been three."""
    running = pd.DataFrame({"period_end": [pd.Timestamp("2025-02-14")], "scope": 24, "closed": 17, "reported": 17})
    told = trend.forecast(pd.concat([past(2, 4, 6, 8, 10, 12, 14, 16, scope=24), running], ignore_index=True))
    assert (told.periods, told.completions) == (8, 16)
    assert told.fan["period_end"].tolist() == pd.date_range("2025-02-28", periods=4, freq="ME").tolist()
    assert told.fan["p50"].tolist() == told.fan["p85"].tolist() == [19, 21, 23, 24]
    assert told.finish == {"p50": pd.Timestamp("2025-05-31"), "p85": pd.Timestamp("2025-05-31")}
    # Seven months and a half are not eight.
    early = pd.concat([past(2, 4, 6, 8, 10, 12, 14, scope=24), running.assign(period_end=pd.Timestamp("2025-01-30"))])
    assert (trend.forecast(early).refused, trend.forecast(early).periods) == ("few_periods", 7)
    # What it closed makes up for no closure that is lacking.
    few = pd.concat([past(0, 0, 0, 0, 1, 2, 3, 4), running.assign(scope=20, closed=5, reported=5)], ignore_index=True)
    assert (trend.forecast(few).refused, trend.forecast(few).completions) == ("few_completions", 4)
    done = pd.concat([past(0, 0, 0, 0, 1, 2, 3, 4, scope=5), running.assign(scope=5, closed=5, reported=5)])
    assert trend.forecast(done).refused == "nothing_left"


def test_where_the_end_lies_beyond_the_horizon_it_is_not_told():
    told = trend.forecast(past(0, 1, 2, 3, 4, 5, 5, 5, scope=400), paths=500)
    assert len(told.fan) == 24
    assert all(pd.isna(day) for day in told.finish.values())


def test_half_of_the_draws_may_end_within_the_horizon_and_85_percent_not():
    told = trend.forecast(past(0, 0, 0, 0, 0, 0, 0, *[5] * 9, scope=10))
    # 1 − (15/16)ⁿ passes one half at 11 and 85 % at 30.
    assert pd.Timestamp("2026-07-31") <= told.finish["p50"] <= pd.Timestamp("2026-09-30")
    assert pd.isna(told.finish["p85"]) and len(told.fan) == 24


# Past and forecast in one frame, and the test of earlier forecasts.


@given(pasts())
def test_past_and_forecast_follow_each_other(burn_up: pd.DataFrame):
    told = trend.forecast(burn_up, paths=100)
    joined = trend.with_past(told, burn_up)
    if told.refused:
        assert joined.empty
        assert list(joined.columns) == ["period_end", "scope", "closed", "p50", "p85"]
        return
    assert len(joined) == len(burn_up) + len(told.fan)
    assert joined["period_end"].is_monotonic_increasing and joined["period_end"].is_unique
    assert joined["scope"].eq(burn_up["scope"].iloc[-1]).all()
    before, after = joined.iloc[: len(burn_up)], joined.iloc[len(burn_up) :]
    assert before["closed"].tolist() == burn_up["closed"].tolist()
    assert before[["p50", "p85"]].isna().all(axis=None) and after["closed"].isna().all()
    assert after[["p50", "p85"]].to_numpy().tolist() == told.fan[["p50", "p85"]].to_numpy().tolist()


def test_earlier_forecasts_by_hand():
    """Two a month for nine months, then one in two: what was foretold was certain, and did not all come."""
    burn_up = past(2, 4, 6, 8, 10, 12, 14, 16, 18, 18, 19, scope=40)
    tested = trend.backtest(burn_up, paths=50)
    ends = burn_up["period_end"].tolist()
    made_first = tested[tested["made_at"].eq(ends[7])]
    assert made_first["period_end"].tolist() == ends[8:]
    assert made_first["closed"].tolist() == [18, 18, 19]
    assert made_first["p50"].tolist() == made_first["p85"].tolist() == [18, 20, 22]
    assert made_first["held_p50"].tolist() == made_first["held_p85"].tolist() == [True, False, False]
    made_second = tested[tested["made_at"].eq(ends[8])]
    assert made_second["p85"].tolist() == [20, 22]
    assert not made_second["held_p85"].any()
    # One a forecast and a month after it: 3 + 2 + 1.
    assert len(tested) == 6


@given(pasts())
def test_a_forecast_is_tested_with_what_was_known_to_it(burn_up: pd.DataFrame):
    tested = trend.backtest(burn_up, paths=60)
    assert list(tested.columns) == ["made_at", "period_end", "closed", "p50", "p85", "held_p50", "held_p85"]
    closed = burn_up.set_index("period_end")["closed"]
    for made_at, rows in tested.groupby("made_at"):
        until = burn_up[burn_up["period_end"].le(made_at)]
        told = trend.forecast(until, paths=60)
        assert not told.refused and len(until) >= 8
        foretold = told.fan.set_index("period_end")
        assert rows["period_end"].gt(made_at).all()
        assert rows["closed"].tolist() == closed[rows["period_end"]].tolist()
        for level in ("p50", "p85"):
            assert rows[level].tolist() == foretold.loc[rows["period_end"], level].tolist()
            assert rows[f"held_{level}"].tolist() == (rows["closed"] >= rows[level]).tolist()
    # What holds at one half holds at 85 %, which foretells no more.
    assert (tested["held_p85"] | ~tested["held_p50"]).all()


@pytest.mark.parametrize("closed", [[], [0, 1, 2], [0, 1, 2, 3, 4, 5, 6, 7]])
def test_a_past_too_short_to_test_gives_no_rows(closed: list[int]):
    tested = trend.backtest(past(*closed), paths=50)
    assert tested.empty
    assert {"held_p50", "held_p85"} <= set(tested.columns)
