"""A forecast that says no more than the past holds, and what became of earlier ones."""

from __future__ import annotations

from itertools import pairwise

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from analysis import trend


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
    outlook = trend.forecast(burn_up, paths=200)
    assert outlook.refused == ("few_completions" if completions(burn_up) < 5 else "")
    if outlook.refused:
        assert outlook.fan.empty
        assert not outlook.finish
        return
    closed, scope = burn_up["closed"].iloc[-1], burn_up["scope"].iloc[-1]
    fan = outlook.fan
    assert (fan["p85"] <= fan["p50"]).all()
    for level in ("p50", "p85"):
        assert fan[level].is_monotonic_increasing
        assert fan[level].between(closed, scope).all()
        done = fan.loc[fan[level].eq(scope), "period_end"]
        # The day it is done is the first one on which the fan reaches the scope.
        assert outlook.finish[level] == done.iloc[0] if len(done) else pd.isna(outlook.finish[level])
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
    outlook = trend.forecast(past(*closed, scope=scope), paths=100)
    assert outlook.refused == refused
    assert outlook.periods == len(closed)
    assert outlook.completions == (closed[-1] if closed else 0)
    assert outlook.fan.empty == bool(refused)
    assert list(outlook.fan.columns) == ["period_end", "p50", "p85"]


def test_months_without_closures_are_drawn_too():
    """Sixteen closed in each of two of eight months: without the six quiet ones a draw would be done in a month."""
    outlook = trend.forecast(past(0, 0, 0, 16, 16, 32, 32, 32, scope=48))
    # Within n months the last sixteen are closed with probability 1 − (3/4)ⁿ: one half is passed at 3, 85 % at 7.
    assert outlook.fan["p50"].tolist() == [32] * 2 + [48] * 5
    assert outlook.fan["p85"].tolist() == [32] * 6 + [48]
    assert outlook.finish == {"p50": pd.Timestamp("2025-04-30"), "p85": pd.Timestamp("2025-08-31")}


def test_the_first_month_counts_as_one():
    """Five closed in the first month and none since: the draw knows that month."""
    outlook = trend.forecast(past(5, 5, 5, 5, 5, 5, 5, 5, scope=10), paths=4000)
    assert outlook.completions == 5
    assert outlook.fan["p50"].tolist()[:6] == [5] * 5 + [10]


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
    without, outlook = (trend.forecast(rows, paths=100) for rows in (burn_up, now))
    assert (outlook.refused, outlook.periods, outlook.completions) == (
        without.refused,
        without.periods,
        without.completions,
    )
    assert outlook.fan["period_end"].tolist() == without.fan["period_end"].tolist()
    for level in ("p50", "p85"):
        assert outlook.fan[level].tolist() == (without.fan[level] + more).tolist()
    assert pd.Series(outlook.finish).equals(pd.Series(without.finish))
    # Nor does it stand for the month that it will have been in a test of the past.
    assert trend.backtest(now, paths=30).to_dict("list") == trend.backtest(burn_up, paths=30).to_dict("list")


def test_a_period_still_running_by_hand():
    """Two a month for eight months and one in the first half of the ninth: by its end it will have been three."""
    running = pd.DataFrame({"period_end": [pd.Timestamp("2025-02-14")], "scope": 24, "closed": 17, "reported": 17})
    outlook = trend.forecast(pd.concat([past(2, 4, 6, 8, 10, 12, 14, 16, scope=24), running], ignore_index=True))
    assert (outlook.periods, outlook.completions) == (8, 16)
    assert outlook.fan["period_end"].tolist() == pd.date_range("2025-02-28", periods=4, freq="ME").tolist()
    assert outlook.fan["p50"].tolist() == outlook.fan["p85"].tolist() == [19, 21, 23, 24]
    assert outlook.finish == {"p50": pd.Timestamp("2025-05-31"), "p85": pd.Timestamp("2025-05-31")}
    # Seven months and a half are not eight.
    early = pd.concat([past(2, 4, 6, 8, 10, 12, 14, scope=24), running.assign(period_end=pd.Timestamp("2025-01-30"))])
    assert (trend.forecast(early).refused, trend.forecast(early).periods) == ("few_periods", 7)
    # What it closed makes up for no closure that is lacking.
    few = pd.concat([past(0, 0, 0, 0, 1, 2, 3, 4), running.assign(scope=20, closed=5, reported=5)], ignore_index=True)
    assert (trend.forecast(few).refused, trend.forecast(few).completions) == ("few_completions", 4)
    done = pd.concat([past(0, 0, 0, 0, 1, 2, 3, 4, scope=5), running.assign(scope=5, closed=5, reported=5)])
    assert trend.forecast(done).refused == "nothing_left"


def test_where_the_end_lies_beyond_the_horizon_it_is_not_outlook():
    outlook = trend.forecast(past(0, 1, 2, 3, 4, 5, 5, 5, scope=400), paths=500)
    assert len(outlook.fan) == 24
    assert all(pd.isna(day) for day in outlook.finish.values())


def test_half_of_the_draws_may_end_within_the_horizon_and_85_percent_not():
    outlook = trend.forecast(past(0, 0, 0, 0, 0, 0, 0, *[5] * 9, scope=10))
    # 1 − (15/16)ⁿ passes one half at 11 and 85 % at 30.
    assert pd.Timestamp("2026-07-31") <= outlook.finish["p50"] <= pd.Timestamp("2026-09-30")
    assert pd.isna(outlook.finish["p85"])
    assert len(outlook.fan) == 24


# Past and forecast in one frame, and the test of earlier forecasts.


@given(pasts())
def test_past_and_forecast_follow_each_other(burn_up: pd.DataFrame):
    outlook = trend.forecast(burn_up, paths=100)
    joined = trend.with_past(outlook, burn_up)
    if outlook.refused:
        assert joined.empty
        assert list(joined.columns) == ["period_end", "scope", "closed", "p50", "p85"]
        return
    assert len(joined) == len(burn_up) + len(outlook.fan)
    assert joined["period_end"].is_monotonic_increasing
    assert joined["period_end"].is_unique
    assert joined["scope"].eq(burn_up["scope"].iloc[-1]).all()
    before, after = joined.iloc[: len(burn_up)], joined.iloc[len(burn_up) :]
    assert before["closed"].tolist() == burn_up["closed"].tolist()
    assert before[["p50", "p85"]].isna().all(axis=None)
    assert after["closed"].isna().all()
    assert after[["p50", "p85"]].to_numpy().tolist() == outlook.fan[["p50", "p85"]].to_numpy().tolist()


def test_earlier_forecasts_by_hand():
    """Two a month for nine months, then one in two: what was foreoutlook was certain, and did not all come."""
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
        outlook = trend.forecast(until, paths=60)
        assert not outlook.refused
        assert len(until) >= 8
        foreoutlook = outlook.fan.set_index("period_end")
        assert rows["period_end"].gt(made_at).all()
        assert rows["closed"].tolist() == closed[rows["period_end"]].tolist()
        for level in ("p50", "p85"):
            assert rows[level].tolist() == foreoutlook.loc[rows["period_end"], level].tolist()
            assert rows[f"held_{level}"].tolist() == (rows["closed"] >= rows[level]).tolist()
    # What holds at one half holds at 85 %, which foretells no more.
    assert (tested["held_p85"] | ~tested["held_p50"]).all()


@pytest.mark.parametrize("closed", [[], [0, 1, 2], [0, 1, 2, 3, 4, 5, 6, 7]])
def test_a_past_too_short_to_test_gives_no_rows(closed: list[int]):
    tested = trend.backtest(past(*closed), paths=50)
    assert tested.empty
    assert {"held_p50", "held_p85"} <= set(tested.columns)
