"""A forecast that says no more than the past holds: counted exactly, and refused where the past is too short."""

from __future__ import annotations

from collections import Counter
from itertools import product
from typing import TYPE_CHECKING

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis import trend
from tests.hand_made import hand_made
from tests.recount import Recount, files_of
from tests.strategies import small_plans

if TYPE_CHECKING:
    from collections.abc import Sequence

    from analysis.plan.reading import Reading
    from analysis.trend import Forecast
    from tests.strategies import SmallPlan

MONTHS = pd.date_range("2024-06-30", periods=40, freq="ME")


def past(steps: Sequence[int], *, left: int, known_at: str = "", running: int = 0) -> Reading:
    """A plan that closed so many measures in each month from June 2024, with so many left open.

    `running` more are closed in the month after, whose feedback is not in yet.
    """
    decided = []
    for month, count in zip(MONTHS, [*steps, running], strict=False):
        day = month.replace(day=3)
        decided += [f"M{len(decided) + place} closed {day:%Y-%m-%d}" for place in range(1, count + 1)]
    crowds = {f"M{number}": "a" for number in range(1, len(decided) + left + 1)}
    plan = hand_made(crowds or {"M1": "a"}, decided=decided, kinds={} if crowds else {"M1": "ongoing"})
    if running:
        return plan.at(MONTHS[len(steps)].replace(day=15))
    return plan.at(MONTHS[len(steps) - 1], known_at=known_at)


def enumerated(steps: Sequence[int], *, left: int, periods: int) -> dict[int, list[int]]:
    """Chance in a hundred → what is reached with it after 1, 2, … periods, over every way that the draws may fall."""
    reached: dict[int, list[int]] = {50: [], 85: []}
    for ahead in range(1, periods + 1):
        ways = Counter(sum(draws) for draws in product(steps, repeat=ahead))
        for level, counts in reached.items():
            counts.append(
                max(
                    done
                    for done in range(left + 1)
                    if 100 * sum(n for total, n in ways.items() if min(total, left) >= done)
                    >= level * len(steps) ** ahead
                )
            )
    return {level: [sum(steps) + count for count in counts] for level, counts in reached.items()}


pasts = st.lists(st.sampled_from([0, 0, 0, 1, 1, 2, 3]), min_size=8, max_size=9).filter(lambda steps: sum(steps) >= 5)


@pytest.mark.thorough
@given(pasts, st.integers(1, 12))
def test_a_forecast_is_every_way_that_the_past_may_fall(steps: list[int], left: int):
    outlook = trend.forecast(past(steps, left=left))
    counted = enumerated(steps, left=left, periods=3)
    assert outlook.refused == ""
    assert outlook.fan["p50"].head(3).tolist() == counted[50]
    assert outlook.fan["p85"].head(3).tolist() == counted[85]


@pytest.mark.thorough
def test_a_forecast_by_hand():
    """Sixteen closed in each of two of eight months, sixteen left: within n months with a chance of 1 − (3/4)ⁿ."""
    outlook = trend.forecast(past([0, 0, 0, 16, 0, 16, 0, 0], left=16))
    # One half is passed at 3, 85 in a hundred at 7.
    assert outlook.fan["p50"].tolist() == [32] * 2 + [48] * 22
    assert outlook.fan["p85"].tolist() == [32] * 6 + [48] * 18
    assert outlook.finish == {"p50": pd.Timestamp("2025-04-30"), "p85": pd.Timestamp("2025-08-31")}


@pytest.mark.thorough
def test_a_chance_of_exactly_one_half_is_one_half():
    """Four of eight months closed two: after one month two more are there with a chance of exactly one half."""
    outlook = trend.forecast(past([2, 0, 2, 0, 2, 0, 2, 0], left=100))
    assert outlook.fan["p50"].iloc[0] == 10
    assert outlook.fan["p85"].iloc[0] == 8


@pytest.mark.thorough
@given(pasts, st.integers(1, 40))
def test_a_fan_stays_between_what_is_closed_and_what_can_be(steps: list[int], left: int):
    outlook = trend.forecast(past(steps, left=left))
    fan, done, scope = outlook.fan, sum(steps), sum(steps) + left
    assert (outlook.periods, outlook.completions, outlook.completed, outlook.scope) == (len(steps), done, done, scope)
    assert (fan["p85"] <= fan["p50"]).all()
    for level in ("p50", "p85"):
        assert fan[level].is_monotonic_increasing
        assert fan[level].between(done, scope).all()
        ends = fan.loc[fan[level].eq(scope), "period_end"]
        # The day it is done is the first one on which the fan reaches the scope.
        assert outlook.finish[level] == ends.iloc[0] if len(ends) else pd.isna(outlook.finish[level])
    assert fan["period_end"].tolist() == MONTHS[len(steps) : len(steps) + 24].tolist()


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("steps", "left", "refused"),
    [
        ([1] * 7, 13, "few_periods"),
        ([1] * 8, 13, ""),
        ([0, 0, 0, 0, 1, 1, 1, 1], 16, "few_completions"),
        ([0, 0, 0, 0, 1, 1, 1, 2], 16, ""),
        # Refused as done first: nothing is left to foretell.
        ([1] * 8, 0, "nothing_left"),
        ([1, 1], 0, "nothing_left"),
        # Nothing can be completed at all.
        ([0] * 9, 0, "nothing_left"),
    ],
)
def test_where_a_forecast_is_refused(steps: list[int], left: int, refused: str):
    outlook = trend.forecast(past(steps, left=left))
    assert outlook.refused == refused
    assert outlook.periods == len(steps)
    assert outlook.completions == sum(steps)
    assert outlook.fan.empty == bool(refused)
    assert list(outlook.fan.columns) == ["period_end", "p50", "p85"]


@pytest.mark.thorough
def test_a_period_that_is_not_in_is_not_drawn_from():
    """Eight months have ended; that of the last is due on the day after K."""
    steps = [1] * 8
    assert trend.forecast(past(steps, left=5, known_at="2025-02-04")).refused == "few_periods"
    assert trend.forecast(past(steps, left=5, known_at="2025-02-05")).refused == ""


@pytest.mark.thorough
def test_what_the_running_period_closed_stands_and_is_not_drawn_from():
    """Two a month for eight months and one in the ninth, whose feedback is not in: it goes on from the eighth."""
    outlook = trend.forecast(past([2] * 8, left=7, running=1))
    assert (outlook.periods, outlook.completions, outlook.completed) == (8, 16, 17)
    assert outlook.fan["period_end"].iloc[0] == pd.Timestamp("2025-02-28")
    assert outlook.fan["p50"].head(4).tolist() == outlook.fan["p85"].head(4).tolist() == [18, 20, 22, 24]
    assert outlook.finish == {"p50": pd.Timestamp("2025-05-31"), "p85": pd.Timestamp("2025-05-31")}
    # It makes up for no completion that is lacking, and for no period.
    assert trend.forecast(past([0, 0, 0, 0, 1, 1, 1, 1], left=9, running=1)).refused == "few_completions"
    assert trend.forecast(past([1] * 7, left=9, running=1)).refused == "few_periods"


@pytest.mark.thorough
def test_where_the_end_lies_beyond_the_horizon_there_is_none():
    outlook = trend.forecast(past([1] * 5 + [0] * 3, left=200))
    assert len(outlook.fan) == 24
    assert all(pd.isna(day) for day in outlook.finish.values())


@pytest.mark.thorough
@given(small_plans(), st.dates(pd.Timestamp("2024-12-31").date(), pd.Timestamp("2025-12-31").date()))
def test_a_forecast_is_that_of_the_reference(small: SmallPlan, day: object):
    outlook = trend.forecast(small.plan.at(day))  # type: ignore[arg-type]
    refused, fan = Recount(files_of(small), day).forecast()  # type: ignore[arg-type]
    assert outlook.refused == refused
    assert [tuple(row) for row in outlook.fan[["p50", "p85"]].to_numpy().tolist()] == fan


# Past and forecast in one frame.


def joined(now: Reading) -> tuple[Forecast, pd.DataFrame]:
    outlook = trend.forecast(now)
    return outlook, trend.with_past(outlook, trend.burn_up(now))


@pytest.mark.thorough
def test_past_and_forecast_follow_each_other():
    outlook, frame = joined(past([1] * 8, left=100))
    before, after = frame.iloc[:8], frame.iloc[8:]
    assert before["completed"].tolist() == list(range(1, 9))
    assert before[["p50", "p85"]].isna().all(axis=None)
    # Three periods ahead, where the end lies beyond the horizon.
    assert after["completed"].isna().all()
    assert after[["p50", "p85"]].to_numpy().tolist() == outlook.fan[["p50", "p85"]].head(3).to_numpy().tolist()
    assert frame["scope"].eq(108).all()
    assert frame["period_end"].is_monotonic_increasing


@pytest.mark.thorough
def test_where_it_ends_within_the_horizon_it_is_shown_until_then():
    outlook, frame = joined(past([1] * 8, left=5))
    assert frame["period_end"].iloc[-1] == outlook.finish["p85"]
    assert frame["p85"].iloc[-1] == 13


def test_a_period_that_is_not_in_is_not_shown_as_past():
    _, frame = joined(past([2] * 8, left=7, running=1))
    assert frame["completed"].dropna().tolist() == [2, 4, 6, 8, 10, 12, 14, 16]


@pytest.mark.thorough
def test_a_forecast_that_was_refused_shows_nothing():
    _, frame = joined(past([1, 1], left=3))
    assert frame.empty
    assert list(frame.columns) == ["period_end", "scope", "completed", "p50", "p85"]
