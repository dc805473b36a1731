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
from analysis.schema import BUCKETS, DELIVERY, NO_FEEDBACK, NOT_DUE
from tests.hand_made import hand_made
from tests.recount import Recount, files_of
from tests.strategies import SmallPlan, moments, small_plans

if TYPE_CHECKING:
    from analysis.plan import Plan

LATER = pd.Timestamp("2025-03-31")
ISSUED = pd.Timestamp("2024-05-31")


def in_states(*states: str) -> Any:
    """What a reading says of measures M1, M2, … in the states given."""
    measures = [f"M{place}" for place, _ in enumerate(states, 1)]
    listed = {"measure_id": measures, "theme_id": "T1", "state": list(states)}
    return SimpleNamespace(measure_states=pd.DataFrame(listed, dtype="str"))


def plain(value: Any) -> Any:
    """A cell of a frame as the reference holds it."""
    if pd.isna(value):
        return None
    return value.date() if isinstance(value, pd.Timestamp) else value


# Counts by period.


@pytest.mark.thorough
@given(small_plans(all_named=False), moments)
def test_periods_are_those_of_the_reference(small: SmallPlan, as_of: pd.Timestamp):
    now, recount = small.plan.at(as_of), Recount(files_of(small), as_of.date())
    expected = recount.burn_up()
    burn_up, counts = trend.burn_up(now), trend.by_period(now)
    for column in ("period_end", "scope", "closed", "reported", "planned", "is_in"):
        assert [plain(value) for value in burn_up[column]] == [row[column] for row in expected], column
    assert list(counts.columns) == ["period_end", *BUCKETS, "is_in"]
    assert counts["period_end"].equals(burn_up["period_end"])
    for row, then in zip(counts.to_dict("records"), expected, strict=True):
        assert {state: row[state] for state in BUCKETS} == {state: then["states"][state] for state in BUCKETS}
        assert sum(row[state] for state in BUCKETS) == then["measures"]
    # Themes add up to the whole.
    added = trend.burn_up_by_theme(now).groupby("period_end")[["scope", "closed", "reported"]].sum()
    for row in expected:
        if row["measures"]:
            assert added.loc[pd.Timestamp(row["period_end"])].to_dict() == {name: row[name] for name in added.columns}


@pytest.mark.thorough
@given(small_plans(all_named=False), moments)
def test_completions_are_those_of_the_reference(small: SmallPlan, as_of: pd.Timestamp):
    now, recount = small.plan.at(as_of), Recount(files_of(small), as_of.date())
    done = trend.completions(now)
    days = dict(zip(done["measure_id"], map(plain, done["completed_on"]), strict=True))
    assert days == recount.completions()
    assert trend.periods_since_completion(now) == recount.periods_since_completion()
    # Each measure counts once: never more than are completed.
    assert len(done) == trend.burn_up(now)["closed" if small.is_verified else "reported"].iloc[-1]
    assert [tuple(row) for row in trend.durations(now).itertuples(index=False)] == recount.durations()


@pytest.mark.thorough
@given(small_plans(), moments, moments)
def test_a_later_page_keeps_the_earlier_periods_known_the_same(
    small: SmallPlan, one: pd.Timestamp, other: pd.Timestamp
):
    """With one K for all, a period that has ended counts the same on every later page."""
    known_at = pd.Timestamp("2025-12-31")
    counts = [trend.by_period(small.plan.at(day, known_at=known_at)) for day in sorted([one, other])]
    # The last one of the earlier page was still running.
    ended = len(counts[0]) - 1
    assert_frame_equal(counts[0].head(ended), counts[1].head(ended))


@pytest.mark.thorough
@given(small_plans(), moments, st.randoms(use_true_random=False))
def test_neither_order_of_rows_nor_what_comes_later_matters(small: SmallPlan, as_of: pd.Timestamp, chance: Any):
    one = small.plan.at(as_of)
    other = small.known(one.known_at.date()).reordered(chance).plan.at(as_of)
    for metric in (trend.burn_up, trend.by_period, trend.completions, trend.durations, trend.slips, trend.deadlines):
        assert_frame_equal(metric(one), metric(other))


# The day of issue lies before the first period, and stands alone.
@pytest.mark.parametrize("day", ["2024-05-31", "2024-06-15"])
def test_the_first_period(tianjin: Plan, day: str):
    counts = trend.by_period(tianjin.at(day))
    assert list(counts["period_end"]) == [pd.Timestamp(day)]
    # Nothing was due yet.
    assert counts[NOT_DUE].item() == 31
    assert not counts["is_in"].item()


@pytest.mark.thorough
def test_periods_of_the_embedded_plan(tianjin: Plan):
    now = tianjin.at(LATER)
    counts, burn_up = trend.by_period(now), trend.burn_up(now)
    assert len(counts) == len(burn_up) == 10
    assert (counts[list(BUCKETS)].sum(axis="columns") == 31).all()
    ongoing = tianjin.measures["kind"].eq("ongoing").sum()
    withdrawn = tianjin.at(LATER).measure_states
    assert withdrawn["kind"].where(withdrawn["state"].eq("withdrawn")).ne("ongoing").all()
    assert (burn_up["scope"] + counts["withdrawn"] == 31 - ongoing).all()
    assert burn_up["planned"].isna().all()


@pytest.mark.thorough
def test_no_measures_are_nothing_in_every_period(tianjin: Plan):
    nothing = tianjin.select(unit="guanshuibao", theme="T1").at(LATER)
    for counts in (trend.by_period(nothing), trend.burn_up(nothing)):
        assert len(counts) == 10
        assert not counts.drop(columns=["period_end", "is_in"]).fillna(0).to_numpy().any()
    for metric in (trend.burn_up_by_theme, trend.completions, trend.deadlines, trend.slips, trend.durations):
        assert metric(nothing).empty
    assert trend.periods_since_completion(nothing) is None


def test_measures_that_name_no_unit_have_periods_too():
    """A theme in which nobody is named is not due in any period; it is not an empty selection."""
    now = hand_made({"M1": "", "M2": ""}).at("2024-08-31")
    assert trend.by_period(now)[NOT_DUE].tolist() == [2] * 3
    assert trend.burn_up(now)["scope"].tolist() == [2] * 3
    assert not trend.durations(now)["closed"].any()


def test_burn_up_by_hand():
    """One closes, one is done by word, one is ongoing by nature, one is withdrawn, one enters."""
    plan = hand_made(
        {f"M{number}": "a" for number in range(1, 6)},
        kinds={"M3": "ongoing"},
        said=["M1 a 2024-06-30 done_reported", "M2 a 2024-07-31 done_reported", "M3 a 2024-06-30 ongoing"],
        decided=["M1 closed 2024-07-20", "M4 withdrawn 2024-08-20"],
        due={"M1": "2024-07-31", "M2": "2024-08-01", "M4": "2024-06-30"},
        start={"M5": "2024-08-15"},
    )
    burn_up = trend.burn_up(plan.at("2024-08-31", known_at="2024-09-04"))
    assert burn_up.drop(columns="completion").to_dict("list") == {
        "period_end": [pd.Timestamp(day) for day in ("2024-06-30", "2024-07-31", "2024-08-31")],
        "scope": [3, 3, 3],
        "closed": [0, 1, 1],
        "reported": [1, 2, 2],
        # What is withdrawn is planned no more, and until then was.
        "planned": [1, 2, 2],
        # August's feedback was due on the day after K.
        "is_in": [True, True, False],
    }
    assert burn_up["completion"].tolist() == [0, 1 / 3, 1 / 3]


@pytest.mark.thorough
def test_a_completion_counts_once_at_the_closure_that_stands():
    """Closed, reopened, closed again and confirmed; closed before the first period; reopened for good."""
    plan = hand_made(
        {"M1": "a", "M2": "a", "M3": "a"},
        decided=[
            *("M1 closed 2024-06-20", "M1 reopened 2024-07-10", "M1 closed 2024-08-10", "M1 closed 2024-09-10"),
            "M2 closed 2024-05-31",
            *("M3 closed 2024-06-20", "M3 reopened 2024-07-10"),
        ],
    )
    done = trend.completions(plan.at("2024-09-30"))
    assert done.to_dict("list") == {
        "measure_id": ["M2", "M1"],
        "completed_on": [pd.Timestamp("2024-05-31"), pd.Timestamp("2024-08-10")],
        "period_end": [pd.Timestamp("2024-06-30"), pd.Timestamp("2024-08-31")],
    }
    assert trend.periods_since_completion(plan.at("2024-09-30")) == 1


# What moved.

FORWARD = ["stalled", "not_started", "in_progress", "ongoing", "done_reported", "closed"]


def test_directions_along_the_order_of_delivery():
    assert [*DELIVERY, "closed"] == FORWARD
    for place, before in enumerate(FORWARD):
        for other, after in enumerate(FORWARD):
            moved = trend.changes(in_states(before), in_states(after))["direction"].tolist()
            assert moved == ([] if place == other else ["forward"] if other > place else ["back"])


@pytest.mark.parametrize("silent", [NO_FEEDBACK, NOT_DUE])
def test_a_first_word_is_no_progress(silent: str):
    for word in DELIVERY:
        assert trend.changes(in_states(silent), in_states(word))["direction"].tolist() == ["first_word"]
    # What was decided without a word, or fell silent again because a word was taken back, is neither.
    for before, after in ((silent, "closed"), (silent, "withdrawn"), ("in_progress", silent), (NOT_DUE, NO_FEEDBACK)):
        assert trend.changes(in_states(before), in_states(after))["direction"].tolist() == ["other"] * (before != after)


@pytest.mark.parametrize(("before", "after"), [("in_progress", "withdrawn"), ("withdrawn", "in_progress")])
def test_what_is_withdrawn_goes_neither_forward_nor_back(before: str, after: str):
    assert trend.changes(in_states(before), in_states(after))["direction"].tolist() == ["other"]


def test_what_came_into_scope_entered():
    moved = trend.changes(in_states("closed"), in_states("closed", "in_progress", NOT_DUE))
    assert moved[["measure_id", "state", "direction"]].to_numpy().tolist() == [
        ["M2", "in_progress", "entered"],
        ["M3", NOT_DUE, "entered"],
    ]
    assert moved["state_before"].isna().all()


@pytest.mark.thorough
@given(small_plans(all_named=False), moments, moments)
def test_changes_are_those_of_the_reference(small: SmallPlan, one: pd.Timestamp, other: pd.Timestamp):
    """Both days as known at one K; what is known otherwise than then is revised."""
    first, last = sorted([one, other])
    now, recount = small.plan.at(last), Recount(files_of(small), last.date())
    then, before = now.before(f"{first:%Y-%m-%d}"), recount.before(first.date())
    assert then.known_at == now.known_at
    columns = ["measure_id", "state_before", "state", "direction"]
    for moved, expected in (
        (trend.changes(then, now), recount.changes(before)),
        (trend.revised(then), before.changes(before.as_published())),
    ):
        assert [tuple(map(plain, row)) for row in moved[columns].to_numpy()] == expected
        assert moved["measure_id"].is_unique


@pytest.mark.thorough
def test_a_late_word_revises_the_earlier_day_and_is_no_change():
    """What arrives in September of July tells how July was: it did not happen in August."""
    plan = hand_made(
        {"M1": "a"},
        said=["M1 a 2024-06-30 in_progress", "M1 a 2024-07-31 stalled reported_at=2024-09-03"],
    )
    now = plan.at("2024-08-31")
    then = now.before()
    assert (then.as_of, then.known_at) == (pd.Timestamp("2024-07-31"), now.known_at)
    assert trend.changes(then, now).empty
    assert trend.revised(then)[["measure_id", "state_before", "state"]].to_numpy().tolist() == [
        ["M1", "in_progress", "stalled"]
    ]
    assert trend.revised(plan.at("2024-06-30")).empty


@pytest.mark.thorough
def test_changes_come_in_the_order_of_the_notice(tianjin: Plan):
    now = tianjin.at(LATER)
    moved = trend.changes(now.before("2024-09-30"), now)
    order = {measure: place for place, measure in enumerate(tianjin.measures["measure_id"])}
    assert len(moved) > 5
    assert moved["measure_id"].map(order).is_monotonic_increasing


# What slipped, and what was sent back.


@pytest.mark.thorough
@given(small_plans(), moments, st.data())
def test_slips_are_those_of_the_reference(small: SmallPlan, as_of: pd.Timestamp, data: st.DataObject):
    days = data.draw(
        st.lists(st.one_of(st.none(), moments), min_size=len(small.progress), max_size=len(small.progress))
    )
    expected = small.progress.assign(expected_completion=pd.Series(days, dtype="datetime64[us]"))
    small = replace(small, progress=expected)
    moves = trend.slips(small.plan.at(as_of))
    columns = ["measure_id", "unit_id", "days_slipped", "times_returned", "expected_first", "expected_last"]
    rows = [tuple(map(plain, row)) for row in moves[columns].itertuples(index=False, name=None)]
    assert [(measure, unit or "", *rest) for measure, unit, *rest in rows] == (
        Recount(files_of(small), as_of.date()).slips()
    )


@pytest.mark.thorough
def test_what_slipped_and_what_was_sent_back_by_hand():
    said = [
        "M1 a 2024-06-30 in_progress expected_completion=2024-10-31",
        "M1 a 2024-07-31 done_reported expected_completion=2024-11-30",
        "M1 a 2024-09-30 in_progress expected_completion=2025-01-31",
        # Moved earlier; without a day at first; of one day only.
        "M1 b 2024-06-30 in_progress expected_completion=2024-10-31",
        "M1 b 2024-07-31 in_progress expected_completion=2024-09-30",
        "M1 c 2024-06-30 in_progress",
        "M1 c 2024-07-31 in_progress expected_completion=2024-10-01",
        "M1 c 2024-08-31 in_progress expected_completion=2024-12-31",
        "M1 d 2024-06-30 in_progress expected_completion=2024-10-31",
    ]
    decided = ["M1 returned 2024-08-05 unit_id=a", "M1 returned 2024-08-06", "M1 returned 2024-08-20"]
    plan = hand_made({"M1": "abcd"}, said=said, decided=decided)
    moves = trend.slips(plan.at("2024-08-31"))
    # Most days first; where the measure as a whole was sent back there is no unit.
    assert [plain(unit) for unit in moves["unit_id"]] == ["c", "a", None]
    assert [plain(days) for days in moves["days_slipped"]] == [91, 30, None]
    assert moves["times_returned"].tolist() == [0, 1, 2]
    assert moves["state"].tolist() == ["in_progress"] * 3
    assert trend.slips(plan.at(LATER)).set_index("unit_id").loc["a", "days_slipped"] == 92


# Deadlines.


@pytest.mark.thorough
@given(small_plans(), moments)
def test_deadlines_are_those_of_the_reference(small: SmallPlan, as_of: pd.Timestamp):
    recount = Recount(files_of(small), as_of.date())
    listed = trend.deadlines(small.plan.at(as_of))
    assert listed["measure_id"].tolist() == recount.deadlines()
    for row in listed.to_dict("records"):
        state = recount.states[row["measure_id"]]
        for column in ("due", "due_original", "state", "schedule", "done_on"):
            assert plain(row[column]) == state[column]
        assert row["unit_ids"] == recount.crowd[row["measure_id"]]


@pytest.mark.thorough
def test_deadlines_by_hand():
    plan = hand_made(
        {f"M{number}": "a" for number in range(1, 8)},
        said=["M1 a 2024-09-30 done_reported", "M2 a 2024-10-01 done_reported"],
        decided=["M6 extended 2024-09-01 due=2025-06-30", "M7 withdrawn 2024-09-01"],
        due=dict.fromkeys(["M1", "M2", "M3", "M6", "M7"], "2024-09-30") | {"M4": "2025-01-31", "M5": "2025-02-01"},
    )
    listed = trend.deadlines(plan.at("2024-10-31"))
    assert dict(zip(listed["measure_id"], listed["schedule"], strict=True)) == {
        "M3": "overdue",
        "M1": "in_time",
        "M2": "late",
        "M7": "withdrawn",
        "M4": "due_soon",
        "M5": "later",
        "M6": "later",
    }
    assert listed["measure_id"].iloc[0] == "M3"
    assert listed.set_index("measure_id").loc["M6", ["due", "due_original"]].tolist() == [
        pd.Timestamp("2025-06-30"),
        pd.Timestamp("2024-09-30"),
    ]


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


@pytest.mark.thorough
@given(observations)
def test_the_estimate_is_that_of_lifelines(observed: list[tuple[int, bool]]):
    days, closed = zip(*observed, strict=True)
    assert_is_what_lifelines_finds(pd.Series(days), pd.Series(closed))


@pytest.mark.thorough
@pytest.mark.parametrize("day", ["2024-10-31", "2024-12-15", "2025-03-31", "2025-05-31"])
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


@pytest.mark.thorough
@given(observations, st.randoms(use_true_random=False))
def test_the_order_of_observations_never_matters(observed: list[tuple[int, bool]], chance: Any):
    shuffled = list(observed)
    chance.shuffle(shuffled)
    assert_frame_equal(estimate(observed), estimate(shuffled))


@pytest.mark.thorough
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


def days_of_one(as_of: str, *, kind: str = "one_off", said: str = "", decided: str = "") -> tuple[int, bool] | None:
    """Days and completion of one measure of unit a: ``day state, day state``, ``day decision``."""
    plan = hand_made(
        {"M1": "a"},
        kinds={"M1": kind},
        said=[f"M1 a {word}" for word in said.split(", ") if word],
        decided=["M1 {1} {0}".format(*taken.split()) for taken in decided.split(", ") if taken],
    )
    times = trend.durations(plan.at(as_of))
    return (int(times["days"].item()), bool(times["closed"].item())) if len(times) else None


def days_until(day: str) -> int:
    return (pd.Timestamp(day) - ISSUED).days


@pytest.mark.parametrize(
    ("said", "decided", "end", "closed"),
    [
        ("2024-08-31 done_reported", "2024-09-05 closed", "2024-09-05", True),
        # Confirmed, it was completed before; reopened, it was not.
        ("", "2024-09-05 closed, 2024-10-05 closed", "2024-09-05", True),
        ("", "2024-09-05 closed, 2024-10-05 reopened", "2024-12-31", False),
        ("", "2024-09-05 closed, 2024-10-05 reopened, 2024-11-05 closed", "2024-11-05", True),
        # Open, done by its own word, silent: last seen open on the day of the page.
        ("2024-08-31 in_progress", "", "2024-12-31", False),
        ("2024-08-31 done_reported", "", "2024-12-31", False),
        ("", "", "2024-12-31", False),
        # Withdrawn: seen open until that day.
        ("", "2024-09-05 withdrawn", "2024-09-05", False),
        # Closed before the notice: no time passed since.
        ("", "2024-05-27 closed", "2024-05-31", True),
        # What takes effect later does not count yet.
        ("", "2025-01-05 closed", "2024-12-31", False),
    ],
)
def test_days_by_hand(said: str, decided: str, end: str, closed: bool):
    assert days_of_one("2024-12-31", said=said, decided=decided) == (days_until(end), closed)


@pytest.mark.thorough
def test_what_runs_continuously_has_no_time_to_completion():
    assert days_of_one("2024-12-31", kind="ongoing", said="2024-06-30 ongoing") is None
