"""State(T, K): nothing unseen counts, nothing seen is lost, and plain Python comes to the same."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from analysis import status
from analysis.schema import BUCKETS, DELIVERY, FRESHNESS, NO_FEEDBACK, Calendar
from tests.strategies import SmallPlan, moments, small_plans, typed

if TYPE_CHECKING:
    from analysis.plan import Plan

CALENDAR = Calendar(pd.Period("2024-06", "M"), 5, "Asia/Shanghai")
LATER = pd.Timestamp("2025-12-31")
ISSUED = pd.Timestamp("2024-05-31")

Pair = tuple[str, str]
Month = tuple[int, int]
Row = dict[Any, Any]


# What the definitions say, once more and without pandas.


def order_of(word: Row) -> tuple[Any, ...]:
    return word["as_of"], word["reported_at"], word["log_id"]


def pairs_of(small: SmallPlan) -> list[Pair]:
    return list(zip(small.responsibilities["measure_id"], small.responsibilities["unit_id"], strict=True))


def standing_words(small: SmallPlan, as_of: pd.Timestamp, known_at: pd.Timestamp) -> dict[Pair, list[Row]]:
    """The statements that count for each responsibility, the one that decides last."""
    known = [row for row in small.progress.to_dict("records") if row["reported_at"] <= known_at]
    replaced = {row["supersedes"] for row in known}
    standing = [row for row in known if row["as_of"] <= as_of and row["log_id"] not in replaced]
    return {
        pair: sorted([row for row in standing if (row["measure_id"], row["unit_id"]) == pair], key=order_of)
        for pair in pairs_of(small)
    }


def month_of(day: pd.Timestamp) -> Month:
    return day.year, day.month


def months_due(calendar: Calendar, as_of: pd.Timestamp) -> dict[Month, pd.Timestamp]:
    """Month → its due date, for those whose due date has come."""
    due: dict[Month, pd.Timestamp] = {}
    year, month = calendar.first_period.year, calendar.first_period.month
    while True:
        following = (year + month // 12, month % 12 + 1)
        day = pd.Timestamp(*following, calendar.due_day)
        if day > as_of:
            return due
        due[year, month] = day
        year, month = following


def expected_feedback(small: SmallPlan, as_of: pd.Timestamp, known_at: pd.Timestamp) -> dict[tuple[str, str, str], str]:
    words = standing_words(small, as_of, known_at)
    known = [
        row for row in small.progress.to_dict("records") if row["reported_at"] <= known_at and row["as_of"] <= as_of
    ]
    found = {}
    for measure, unit in pairs_of(small):
        settled_in: Month | None = None
        for word in words[measure, unit]:
            if word["status"] not in ("closed", "withdrawn"):
                settled_in = None
            elif settled_in is None:
                settled_in = month_of(word["as_of"])
        for month, due in months_due(small.calendar, as_of).items():
            if settled_in and month > settled_in:
                continue
            arrivals = [
                row["reported_at"]
                for row in known
                if (row["measure_id"], row["unit_id"], month_of(row["as_of"])) == (measure, unit, month)
            ]
            came = "missing" if not arrivals else "on_time" if min(arrivals) <= due else "late"
            found[measure, unit, f"{month[0]}-{month[1]:02d}"] = came
    return found


# What cannot be known at K, or is not yet true at T, changes nothing.


@pytest.mark.thorough
@given(small_plans(), moments, moments)
def test_statements_that_arrive_after_k_change_nothing(small: SmallPlan, as_of: pd.Timestamp, known_at: pd.Timestamp):
    before = small.keeping(small.progress["reported_at"] <= known_at)
    for measure in (status.latest, status.feedback):
        assert_frame_equal(
            measure(**small.record, as_of=as_of, known_at=known_at),
            measure(**before.record, as_of=as_of, known_at=known_at),
        )


@pytest.mark.thorough
@given(small_plans(), moments)
def test_what_was_published_on_a_day_never_changes(small: SmallPlan, day: pd.Timestamp):
    on_the_day = small.keeping(small.progress["reported_at"] <= day)
    published = on_the_day.plan.at(day).states
    assert_frame_equal(small.plan.at(day).states, published)
    assert_frame_equal(small.plan.at(day, known_at=day).states, published)


@given(small_plans(), moments, moments)
def test_statements_true_after_t_change_nothing_unless_they_correct(
    small: SmallPlan, as_of: pd.Timestamp, known_at: pd.Timestamp
):
    before = small.keeping((small.progress["as_of"] <= as_of) | small.progress["supersedes"].ne(""))
    assert_frame_equal(
        status.latest(**small.record, as_of=as_of, known_at=known_at),
        status.latest(**before.record, as_of=as_of, known_at=known_at),
    )


@pytest.mark.thorough
@given(small_plans(), moments, moments, st.randoms(use_true_random=False))
def test_order_of_statements_never_matters(small: SmallPlan, as_of: pd.Timestamp, known_at: pd.Timestamp, chance: Any):
    other = small.reordered(chance)
    for measure in (status.latest, status.feedback):
        assert_frame_equal(
            measure(**small.record, as_of=as_of, known_at=known_at),
            measure(**other.record, as_of=as_of, known_at=known_at),
        )


def test_inputs_are_left_alone(tianjin: Plan):
    frames = tianjin.progress, tianjin.responsibilities, tianjin.measures
    before = [frame.copy(deep=True) for frame in frames]
    now = tianjin.at(LATER)
    for frame in (now.measure_states, now.feedback, now.panel, now.standing):
        assert not frame.empty
    for frame, copy in zip(frames, before, strict=True):
        assert_frame_equal(frame, copy)


# The same as plain Python.


@given(small_plans(), moments, moments)
def test_latest_is_the_last_standing_word(small: SmallPlan, as_of: pd.Timestamp, known_at: pd.Timestamp):
    states = status.latest(**small.record, as_of=as_of, known_at=known_at)
    words = standing_words(small, as_of, known_at)
    assert list(zip(states["measure_id"], states["unit_id"], strict=True)) == pairs_of(small)
    due = months_due(small.calendar, as_of)
    for row in states.to_dict("records"):
        said = words[row["measure_id"], row["unit_id"]]
        if not said:
            assert row["state"] == row["freshness"] == NO_FEEDBACK
            assert row["periods_missed"] == len(due)
            assert all(pd.isna(row[column]) for column in ("log_id", "as_of", "percent"))
            continue
        assert (row["log_id"], row["state"]) == (said[-1]["log_id"], said[-1]["status"])
        assert row["as_of"] == said[-1]["as_of"]
        missed = sum(month > month_of(row["as_of"]) for month in due)
        assert row["periods_missed"] == missed
        age = ["current", "current", "stale"][missed] if missed < 3 else "very_stale"
        assert row["freshness"] == ("settled" if row["state"] in ("closed", "withdrawn") else age)


@given(small_plans(all_named=False), moments, moments)
def test_by_measure_is_the_weakest_reporting_unit(small: SmallPlan, as_of: pd.Timestamp, known_at: pd.Timestamp):
    found = status.by_measure(status.latest(**small.record, as_of=as_of, known_at=known_at), small.measures)
    words = standing_words(small, as_of, known_at)
    due = months_due(small.calendar, as_of)
    assert found[["measure_id", "theme_id", "kind"]].equals(small.measures[["measure_id", "theme_id", "kind"]])
    for row in found.to_dict("records"):
        units = {unit: said[-1:] for (measure, unit), said in words.items() if measure == row["measure_id"]}
        last = [word for said in units.values() for word in said]
        states = {word["status"] for word in last}
        assert row["state"] == min(states, key=DELIVERY.index, default=NO_FEEDBACK)
        assert (row["units"], row["units_reporting"]) == (len(units), len(last))
        assert row["units_disagree"] == (len(states) > 1)
        assert row["has_evidence"] == any(word["evidence_ref"] for word in last)
        assert row["has_current_feedback"] == any(
            word["status"] in ("closed", "withdrawn") or sum(month > month_of(word["as_of"]) for month in due) <= 1
            for word in last
        )
        if last:
            assert row["last_as_of"] == max(word["as_of"] for word in last)
        else:
            assert pd.isna(row["last_as_of"])


@pytest.mark.thorough
@given(small_plans(), moments, moments)
def test_feedback_is_what_became_of_each_report_due(small: SmallPlan, as_of: pd.Timestamp, known_at: pd.Timestamp):
    found = status.feedback(**small.record, as_of=as_of, known_at=known_at)
    told = {
        (row["measure_id"], row["unit_id"], str(row["period"])): row["feedback"] for row in found.to_dict("records")
    }
    assert len(told) == len(found)
    assert told == expected_feedback(small, as_of, known_at)


# Panels.


@pytest.mark.thorough
@given(small_plans(), st.lists(moments, min_size=1, max_size=4, unique=True), moments)
def test_a_panel_is_the_latest_word_at_each_of_its_ends(
    small: SmallPlan, ends: list[pd.Timestamp], known_at: pd.Timestamp
):
    ends = sorted(ends)
    panel = status.panel(**small.record, period_ends=pd.DatetimeIndex(ends), known_at=known_at)
    assert len(panel) == len(ends) * len(small.responsibilities)
    measures = status.by_measure(panel, small.measures)
    for end in ends:
        latest = status.latest(**small.record, as_of=end, known_at=known_at)
        at_end = panel[panel["period_end"].eq(end)].drop(columns="period_end").reset_index(drop=True)
        assert_frame_equal(at_end, latest)
        of_measures = measures[measures["period_end"].eq(end)].drop(columns="period_end").reset_index(drop=True)
        assert_frame_equal(of_measures, status.by_measure(latest, small.measures))


def test_a_panel_refuses_period_ends_out_of_order(tianjin: Plan):
    ends = pd.DatetimeIndex(["2024-08-31", "2024-07-31"])
    with pytest.raises(ValueError, match="period_ends"):
        status.panel(tianjin.responsibilities, tianjin.progress, calendar=CALENDAR, period_ends=ends, known_at=LATER)


def test_before_the_first_period_a_panel_holds_the_day_alone(tianjin: Plan):
    day = pd.Timestamp("2024-05-31")
    panel = status.panel(
        tianjin.responsibilities,
        tianjin.progress,
        calendar=tianjin.calendar,
        period_ends=tianjin.calendar.period_ends(day),
        known_at=LATER,
    )
    assert panel["period_end"].tolist() == [day] * 91
    assert set(panel["state"]) == {"no_feedback"}
    told, named = (frame.groupby(["measure_id", "unit_id"]).groups for frame in (panel, tianjin.responsibilities))
    assert set(told) == set(named)


def test_a_panel_of_no_periods_is_empty(tianjin: Plan):
    ends = pd.DatetimeIndex([])
    panel = status.panel(
        tianjin.responsibilities, tianjin.progress, calendar=CALENDAR, period_ends=ends, known_at=LATER
    )
    assert panel.empty
    assert {"period_end", "state", "freshness"} <= set(panel.columns)
    assert status.by_measure(panel, tianjin.measures).empty


# Counts.


@pytest.mark.thorough
@given(small_plans(all_named=False), moments)
def test_buckets_add_to_the_measures(small: SmallPlan, as_of: pd.Timestamp):
    states = small.plan.at(as_of).measure_states
    by_theme = status.count_states(states, "theme_id")
    assert list(by_theme.columns) == ["theme_id", *BUCKETS]
    assert list(by_theme["theme_id"]) == list(small.measures["theme_id"].unique())
    assert list(by_theme.index) == list(range(len(by_theme)))
    for row in by_theme.to_dict("records"):
        of_theme = states.loc[states["theme_id"].eq(row["theme_id"]), "state"].to_list()
        assert {bucket: row[bucket] for bucket in BUCKETS} == {bucket: of_theme.count(bucket) for bucket in BUCKETS}


@pytest.mark.parametrize("day", ["2024-05-31", "2024-06-30", "2024-09-12", "2025-03-31"])
def test_buckets_of_the_embedded_plan_add_to_its_measures(tianjin: Plan, day: str):
    now = tianjin.at(day)
    assert len(now.states) == 91
    assert set(now.states["freshness"]) <= set(FRESHNESS)
    assert status.count_states(now.measure_states, "theme_id")[list(BUCKETS)].to_numpy().sum() == 31


def test_a_group_called_like_a_state_is_still_a_group():
    frame = pd.DataFrame({"unit_id": ["stalled", "closed", "stalled"], "state": ["closed", "closed", "stalled"]})
    counts = status.count_states(frame, "unit_id")
    assert counts["unit_id"].tolist() == ["stalled", "closed"]
    assert counts["closed"].tolist() == [1, 1]
    assert counts["stalled"].tolist() == [1, 0]
    words = status.count_words(frame, "unit_id", frame["state"], ("closed",))
    assert words.to_dict("list") == {"unit_id": ["stalled", "closed"], "closed": [1, 1]}


# Deadlines.


def expected_schedule(small: SmallPlan, measure: Row, due: pd.Timestamp | None, as_of: pd.Timestamp) -> str:
    said = {pair: words[-1] for pair, words in standing_words(small, as_of, as_of).items() if words}
    percents = [word["percent"] for pair, word in said.items() if pair[0] == measure["measure_id"]]
    least = min((percent for percent in percents if percent == percent), default=0)
    if due is None:
        return "no_deadline"
    if measure["state"] in ("closed", "withdrawn"):
        return "on_track"
    if due < as_of:
        return "overdue"
    return "behind" if least * (due - ISSUED).days < 100 * (as_of - ISSUED).days else "on_track"


@pytest.mark.thorough
@given(small_plans(), moments, st.data())
def test_schedule_follows_the_deadline_and_the_least_percentage(
    small: SmallPlan, as_of: pd.Timestamp, data: st.DataObject
):
    deadlines = st.none() | moments.filter(lambda day: day > ISSUED)
    dues = {measure: data.draw(deadlines) for measure in small.measures["measure_id"]}
    now = small.plan.at(as_of)
    due = pd.Series(dues, dtype="datetime64[ns]")
    found = status.schedule(now.measure_states, now.states, due, issued=ISSUED, as_of=as_of)
    assert found.to_dict() == {
        measure["measure_id"]: expected_schedule(small, measure, dues[measure["measure_id"]], as_of)
        for measure in now.measure_states.to_dict("records")
    }


@pytest.mark.parametrize(
    ("state", "day", "schedule"),
    [
        # Ten days from the notice to the deadline; of 40 per cent, four may be over.
        ("in_progress", "2024-05-31", "on_track"),
        ("in_progress", "2024-06-04", "on_track"),
        ("in_progress", "2024-06-05", "behind"),
        ("in_progress", "2024-06-10", "behind"),
        ("in_progress", "2024-06-11", "overdue"),
        ("closed", "2024-06-11", "on_track"),
        ("withdrawn", "2024-06-11", "on_track"),
        # What is only reported is not done.
        ("done_reported", "2024-06-11", "overdue"),
        ("done_reported", "2024-06-10", "behind"),
    ],
)
def test_a_deadline_day_by_day(state: str, day: str, schedule: str):
    small = one_measure(2, a=[("2024-05-31", "2024-05-31", state, "P1")], b=[("2024-05-31", "2024-05-31", state, "P2")])
    small.progress["percent"] = [90.0, 40.0]
    now, due = small.plan.at(day), pd.Series({"M1": pd.Timestamp("2024-06-10")})
    found = status.schedule(now.measure_states, now.states, due, issued=ISSUED, as_of=now.as_of)
    assert found.to_dict() == {"M1": schedule}


# Worked by hand.


def one_measure(units: int = 1, kind: str = "one_off", **words: list[tuple[str, ...]]) -> SmallPlan:
    """Measure M1 and what its units said: unit → (as_of, reported_at, status, log_id, supersedes), blanks left out."""
    names = ["log_id", "measure_id", "unit_id", "as_of", "reported_at", "status", "supersedes"]
    rows = [
        dict(zip(names, (log_id, "M1", f"unit-{unit}", as_of, reported_at, state, *more), strict=False))
        for unit, said in words.items()
        for as_of, reported_at, state, log_id, *more in said
    ]
    measures = typed("measures", [{"measure_id": "M1", "theme_id": "T1", "kind": kind}])
    named = [{"measure_id": "M1", "clause": 1, "unit_id": f"unit-{unit}"} for unit in "abcd"[:units]]
    return SmallPlan(
        measures,
        typed("units", [{"unit_id": row["unit_id"]} for row in named]),
        typed("responsibilities", ({**row, "position": place} for place, row in enumerate(named, start=1))),
        typed("commitments", []),
        typed("progress", rows),
        CALENDAR,
    )


def state_of(small: SmallPlan, as_of: pd.Timestamp = LATER) -> str:
    return small.plan.at(as_of).measure_states["state"].item()


@pytest.mark.parametrize(
    ("said", "state"),
    [
        # The later day wins, though it arrived first.
        ([("2024-07-31", "2024-08-01", "stalled", "P1"), ("2024-06-30", "2024-08-09", "not_started", "P2")], "stalled"),
        # One day: the later arrival wins, whatever the ids.
        (
            [("2024-06-30", "2024-07-01", "stalled", "P9"), ("2024-06-30", "2024-07-02", "in_progress", "P1")],
            "in_progress",
        ),
        # One day, one arrival: the greater id wins, wherever it stands.
        ([("2024-06-30", "2024-07-01", "stalled", "P2"), ("2024-06-30", "2024-07-01", "in_progress", "P1")], "stalled"),
    ],
)
def test_ties(said: list[tuple[str, ...]], state: str):
    assert state_of(one_measure(a=said)) == state
    assert state_of(one_measure(a=said[::-1])) == state


def test_a_correction_replaces_a_word_even_by_an_earlier_day():
    first = ("2024-07-31", "2024-08-01", "closed", "P1")
    small = one_measure(a=[first, ("2024-06-30", "2024-08-20", "in_progress", "P2", "P1")])
    assert state_of(small, pd.Timestamp("2024-08-19")) == "closed"
    assert state_of(small, pd.Timestamp("2024-08-20")) == "in_progress"
    # What was published on the 19th can still be asked for, and so can the 19th as known today.
    known_later = small.plan.at("2024-08-19", known_at=LATER).states
    assert known_later["state"].item() == "in_progress"


def test_a_corrected_correction_does_not_bring_the_first_word_back():
    said = [
        ("2024-06-30", "2024-07-01", "in_progress", "P1"),
        ("2024-06-30", "2024-07-02", "closed", "P2", "P1"),
        ("2024-08-31", "2024-09-01", "stalled", "P3", "P2"),
    ]
    states = one_measure(a=said).plan.at("2024-07-31", known_at=LATER).states
    assert states["state"].item() == NO_FEEDBACK


def test_no_feedback_is_not_not_started():
    silent, idle = one_measure(), one_measure(a=[("2024-06-30", "2024-07-01", "not_started", "P1")])
    assert state_of(silent) == NO_FEEDBACK
    assert state_of(idle) == "not_started"
    # A silent unit beside one that reports does not drag the measure down.
    half = one_measure(2, a=[("2024-06-30", "2024-07-01", "done_reported", "P1")])
    assert state_of(half) == "done_reported"
    assert silent.plan.at(LATER).states["percent"].isna().all()


def test_withdrawn_only_if_all_withdrew():
    gone = [("2024-06-30", "2024-07-01", "withdrawn", "P1")]
    done = [("2024-06-30", "2024-07-01", "closed", "P2")]
    assert state_of(one_measure(2, a=gone, b=done)) == "closed"
    assert state_of(one_measure(2, a=gone, b=[(*gone[0][:3], "P2")])) == "withdrawn"


@pytest.mark.parametrize(
    ("day", "missed", "freshness"),
    [
        ("2024-06-30", 0, "current"),
        ("2024-07-05", 0, "current"),
        ("2024-08-04", 0, "current"),
        ("2024-08-05", 1, "current"),
        ("2024-09-04", 1, "current"),
        ("2024-09-05", 2, "stale"),
        ("2024-10-05", 3, "very_stale"),
        ("2025-01-05", 6, "very_stale"),
    ],
)
def test_a_word_of_june_ages(day: str, missed: int, freshness: str):
    small = one_measure(a=[("2024-06-30", "2024-06-30", "in_progress", "P1")])
    states = small.plan.at(day).states
    assert (states["periods_missed"].item(), states["freshness"].item()) == (missed, freshness)


def test_a_closed_measure_owes_nothing_and_stays_settled():
    small = one_measure(a=[("2024-07-20", "2024-08-05", "closed", "P1")])
    assert small.plan.at(LATER).states["freshness"].item() == "settled"
    found = small.plan.at(LATER).feedback
    assert list(zip(found["period"].astype("str"), found["feedback"], strict=True)) == [
        ("2024-06", "missing"),
        ("2024-07", "on_time"),
    ]


def test_saying_once_more_that_it_is_closed_owes_nothing_for_the_months_between():
    said = [("2024-06-30", "2024-07-01", "closed", "P1"), ("2024-10-31", "2024-11-01", "closed", "P2")]
    assert list(one_measure(a=said).plan.at(LATER).feedback["period"].astype("str")) == ["2024-06"]


def test_a_reopened_measure_owes_again():
    said = [("2024-06-30", "2024-07-01", "closed", "P1"), ("2024-08-31", "2024-09-01", "in_progress", "P2")]
    found = one_measure(a=said).plan.at("2024-09-30").feedback
    assert list(found["feedback"]) == ["on_time", "missing", "on_time"]


def test_whoever_reopens_owes_from_that_day_on():
    said = [("2024-06-30", "2024-07-01", "closed", "P1"), ("2024-09-30", "2024-09-30", "in_progress", "P2")]
    small = one_measure(a=said)
    assert list(small.plan.at("2024-09-29").feedback["feedback"]) == ["on_time"]
    assert list(small.plan.at("2024-09-30").feedback["feedback"]) == ["on_time", "missing", "missing"]


def test_feedback_is_late_from_the_day_after_the_due_day():
    said = [
        ("2024-06-30", "2024-07-05", "in_progress", "P1"),
        ("2024-07-31", "2024-08-06", "in_progress", "P2"),
        ("2024-08-31", "2024-09-06", "in_progress", "P3"),
    ]
    small = one_measure(a=said)
    assert list(small.plan.at("2024-09-05").feedback["feedback"]) == [
        "on_time",
        "late",
        "missing",
    ]
    # The third has arrived by the next day.
    assert list(small.plan.at("2024-09-06").feedback["feedback"]) == [
        "on_time",
        "late",
        "late",
    ]


def test_nothing_due_yet_is_an_empty_frame(tianjin: Plan):
    feedback = tianjin.at("2024-07-04").feedback
    assert feedback.empty
    assert list(feedback.columns) == ["measure_id", "unit_id", "period", "feedback"]


def test_an_empty_record(tianjin: Plan):
    now = replace(tianjin, progress=typed("progress", [])).at("2024-08-05")
    assert len(now.states) == 91
    assert set(now.states["state"]) == set(now.states["freshness"]) == {NO_FEEDBACK}
    assert status.count_states(now.measure_states, "theme_id")[NO_FEEDBACK].sum() == 31
    assert not now.measure_states[["has_current_feedback", "units_disagree"]].any(axis=None)
    assert list(now.feedback["feedback"].unique()) == ["missing"]
    assert len(now.feedback) == 2 * 91


def test_no_responsibilities(tianjin: Plan):
    nobody = tianjin.select(unit="guanshuibao", theme="T1")
    now = nobody.at(LATER)
    for frame in (now.states, now.feedback, now.measure_states, now.panel, now.measure_panel):
        assert frame.empty
    assert status.count_states(now.measure_states, "theme_id").empty
    # Measures that no unit carries are still measures.
    unnamed = status.by_measure(now.states, tianjin.measures)
    assert list(unnamed["measure_id"]) == list(tianjin.measures["measure_id"])
    assert set(unnamed["state"]) == {NO_FEEDBACK}
    assert not unnamed["units"].any()
