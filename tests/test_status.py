"""State(T, K): nothing unseen counts, nothing seen is lost, and plain Python comes to the same."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from analysis import status
from analysis.periods import EVERY, Calendar
from analysis.schema import BUCKETS, FEEDBACK, MARKS, NO_FEEDBACK, NOT_DUE, SCHEDULE
from tests.reference import Reference
from tests.strategies import DECIDER, SmallPlan, moments, small_plans, typed

if TYPE_CHECKING:
    from analysis.plan import Plan
    from analysis.plan.reading import Reading

PAIR = ["measure_id", "unit_id"]
FRAMES = ("responsibilities", "measures", "states", "measure_states", "obligations", "panel", "measure_panel", "apart")
"""What a reading says of a plan."""


def plain(cell: Any) -> Any:
    """A cell as the reference has it."""
    return None if pd.isna(cell) else cell.date() if isinstance(cell, pd.Timestamp) else cell


def pairs_of(rows: pd.DataFrame) -> list[tuple[str, str]]:
    return list(rows[PAIR].itertuples(index=False, name=None))


def read(small: SmallPlan, as_of: pd.Timestamp, known_at: pd.Timestamp) -> Reading:
    return small.plan.at(as_of, known_at=max(as_of, known_at))


def require_the_same(one: Reading, other: Reading) -> None:
    for name in FRAMES:
        assert_frame_equal(getattr(one, name), getattr(other, name), obj=name)
    assert one.receipts == other.receipts


# The same as plain Python.


def require_what_is_defined(small: SmallPlan, as_of: pd.Timestamp, known_at: pd.Timestamp) -> None:
    now = read(small, as_of, known_at)
    defined = Reference(small, now.as_of.date(), now.known_at.date())
    measures = [measure for measure in defined.measures if defined.is_in_scope(measure, defined.t)]
    assert now.measure_states["measure_id"].tolist() == measures
    for row in now.measure_states.to_dict("records"):
        expected = defined.state(row["measure_id"])
        assert {name: plain(row[name]) for name in expected} == expected
    pairs = [pair for pair in defined.pairs() if pair[0] in measures and defined.is_on(pair, defined.t)]
    assert pairs_of(now.states) == pairs_of(now.responsibilities) == pairs
    for row in now.states.to_dict("records"):
        pair = row["measure_id"], row["unit_id"]
        words = defined.words_of(pair, defined.t)
        unheard = NO_FEEDBACK if defined.has_owed(pair) else NOT_DUE
        assert plain(row["log_id"]) == (words[-1]["log_id"] if words else None)
        assert row["state"] == (defined.state_of(pair, defined.t) or unheard)
        assert row["mark"] == (defined.sent_back(words[-1], defined.t) if words else "")
        assert (row["owed"], row["missing"]) == (defined.has_owed(pair), len(defined.missing(pair)))
        assert row["has_lapsed"] == defined.has_lapsed(pair)
    asked = now.obligations[[*PAIR, "period", "feedback", "is_in"]]
    assert list(asked.itertuples(index=False, name=None)) == defined.owed()


@pytest.mark.thorough
@given(small_plans(all_named=False), moments, moments)
def test_a_reading_is_what_is_defined(small: SmallPlan, as_of: pd.Timestamp, known_at: pd.Timestamp):
    require_what_is_defined(small, as_of, known_at)


@pytest.mark.thorough
@pytest.mark.parametrize("every", EVERY)
@settings(max_examples=30)
@given(st.data(), moments, moments)
def test_a_reading_is_what_is_defined_whatever_the_calendar(
    every: str, data: st.DataObject, as_of: pd.Timestamp, known_at: pd.Timestamp
):
    require_what_is_defined(data.draw(small_plans(every=every, most=24)), as_of, known_at)


# What cannot be known at K, or is not yet true at T, changes nothing.


@pytest.mark.thorough
@given(small_plans(all_named=False), moments, moments)
def test_what_arrives_after_k_changes_nothing(small: SmallPlan, as_of: pd.Timestamp, known_at: pd.Timestamp):
    now = read(small, as_of, known_at)
    require_the_same(now, read(small.known(now.known_at), as_of, known_at))


@pytest.mark.thorough
@given(small_plans(), moments, moments)
def test_what_is_true_after_t_changes_nothing_unless_it_takes_back(
    small: SmallPlan, as_of: pd.Timestamp, known_at: pd.Timestamp
):
    said, decided = small.progress, small.decisions
    spoken = said["as_of"].where(said["as_of"].le(said["reported_at"]), said["reported_at"])
    before = replace(
        small,
        progress=said[spoken.le(as_of) | said["supersedes"].ne("")].reset_index(drop=True),
        decisions=decided[decided["effective_on"].le(as_of) | decided["supersedes"].ne("")].reset_index(drop=True),
    )
    require_the_same(read(small, as_of, known_at), read(before, as_of, known_at))


@pytest.mark.thorough
@given(small_plans(), moments, moments, st.randoms(use_true_random=False))
def test_the_order_of_rows_tells_only_what_nothing_else_tells(
    small: SmallPlan, as_of: pd.Timestamp, known_at: pd.Timestamp, chance: Any
):
    require_the_same(read(small, as_of, known_at), read(small.reordered(chance), as_of, known_at))


@pytest.mark.thorough
@given(small_plans(), moments)
def test_a_day_before_what_was_known_is_refused(small: SmallPlan, as_of: pd.Timestamp):
    with pytest.raises(ValueError, match="known_at"):
        small.plan.at(as_of, known_at=as_of - pd.Timedelta(days=1))


@pytest.mark.thorough
def test_inputs_are_left_alone(tianjin: Plan):
    frames = tianjin.progress, tianjin.decisions, tianjin.responsibilities, tianjin.measures
    before = [frame.copy(deep=True) for frame in frames]
    now = tianjin.at("2025-12-31")
    assert not any(getattr(now, name).empty for name in FRAMES if name != "apart")
    for frame, copy in zip(frames, before, strict=True):
        assert_frame_equal(frame, copy)


# Panels.


@pytest.mark.thorough
@given(small_plans(), moments, moments)
def test_a_panel_is_the_states_at_the_end_of_each_period(small: SmallPlan, as_of: pd.Timestamp, known_at: pd.Timestamp):
    # What is owed once, when due, is owed at the deadline that holds at T: an earlier day had another.
    small = replace(small, calendar=replace(small.calendar, owed="each-period"))
    now = read(small, as_of, known_at)
    if small.calendar.every == "none":
        return
    for day in now.periods["period_end"]:
        then = small.plan.at(day, known_at=now.known_at)
        at_end = now.panel[now.panel["period_end"].eq(day)].drop(columns="period_end").reset_index(drop=True)
        assert_frame_equal(at_end, then.states[at_end.columns])
        of_measures = now.measure_panel[now.measure_panel["period_end"].eq(day)].reset_index(drop=True)
        assert_frame_equal(of_measures.drop(columns="period_end"), then.measure_states[of_measures.columns[1:]])


def test_a_history_refuses_days_out_of_order(tianjin: Plan):
    now = tianjin.at("2025-03-31")
    with pytest.raises(ValueError, match="days"):
        status.history(
            tianjin.measures,
            tianjin.responsibilities,
            now.record,
            days=pd.DatetimeIndex(["2024-08-31", "2024-07-31"]),
        )


def test_before_the_first_period_a_panel_holds_the_day_alone(tianjin: Plan):
    panel = tianjin.at("2024-05-31", known_at="2025-12-31").panel
    assert panel["period_end"].tolist() == [pd.Timestamp("2024-05-31")] * 91
    assert set(panel["state"]) == {NOT_DUE}
    assert pairs_of(panel) == pairs_of(tianjin.responsibilities)


# Counts and vocabularies.


@pytest.mark.thorough
@given(small_plans(all_named=False), moments, moments)
def test_buckets_add_to_the_measures_in_scope(small: SmallPlan, as_of: pd.Timestamp, known_at: pd.Timestamp):
    now = read(small, as_of, known_at)
    states = now.measure_states
    counted = status.count_states(states, "theme_id")
    assert list(counted.columns) == ["theme_id", *BUCKETS]
    start = small.measures["from"]
    assert counted[list(BUCKETS)].to_numpy().sum() == (start.isna() | start.le(as_of)).sum() == len(now.measures)
    for row in counted.to_dict("records"):
        of_theme = states.loc[states["theme_id"].eq(row["theme_id"]), "state"].to_list()
        assert {bucket: row[bucket] for bucket in BUCKETS} == {bucket: of_theme.count(bucket) for bucket in BUCKETS}
    assert set(states["mark"]) <= {"", *MARKS}
    assert set(states["schedule"]) <= set(SCHEDULE)
    assert set(now.obligations["feedback"]) <= set(FEEDBACK)


@pytest.mark.parametrize("day", ["2024-05-31", "2024-06-30", "2024-09-12", "2025-03-31"])
def test_buckets_of_the_embedded_plan_add_to_its_measures(tianjin: Plan, day: str):
    now = tianjin.at(day)
    assert len(now.states) == 91
    assert status.count_states(now.measure_states, "theme_id")[list(BUCKETS)].to_numpy().sum() == 31


def test_a_group_called_like_a_state_is_still_a_group():
    frame = pd.DataFrame({"unit_id": ["stalled", "closed", "stalled"], "state": ["closed", "closed", "stalled"]})
    counts = status.count_states(frame, "unit_id")
    assert counts["unit_id"].tolist() == ["stalled", "closed"]
    assert counts["closed"].tolist() == [1, 1]
    assert counts["stalled"].tolist() == [1, 0]
    words = status.count_words(frame, "unit_id", frame["state"], ("closed",))
    assert words.to_dict("list") == {"unit_id": ["stalled", "closed"], "closed": [1, 1]}


# The definitions one by one, where a person can follow them.

MONTHLY = Calendar("month", "2024-06", 5)
Said = tuple[str, str, str]
Decided = tuple[str, ...]


def one_measure(
    *decided: Decided,
    calendar: Calendar = MONTHLY,
    due: str = "",
    known_at: str = "",
    as_of: str = "2024-10-31",
    is_verified: bool = True,
    **said: list[Said],
) -> dict[str, Any]:
    """How a measure stands, from what each of its units said (as_of, reported_at, status) and what was decided.

    A decision is (decision, effective_on) and, where it needs them, the unit, a new deadline, or the row taken back.
    """
    named = [
        {"measure_id": "M1", "clause": 1, "unit_id": unit, "position": place, "role": "joint"}
        for place, unit in enumerate(said, start=1)
    ]
    words = [
        {"measure_id": "M1", "unit_id": unit, "as_of": as_of, "reported_at": arrived, "status": state}
        for unit, statements in said.items()
        for as_of, arrived, state in statements
    ]
    rows = []
    for number, (decision, day, *more) in enumerate(decided, start=1):
        row = {"decision_id": f"D{number}", "measure_id": "M1", "decision": decision, "decided_by": DECIDER}
        field = {"extended": "due", "void": "supersedes"}.get(decision, "unit_id")
        rows.append({**row, "effective_on": day, "recorded_at": day, field: "".join(more)})
    small = SmallPlan(
        typed("measures", [{"measure_id": "M1", "theme_id": "T1", "number": 1, "kind": "one_off", "due": due}]),
        typed("units", ({"unit_id": unit, "name": unit, "is_group": "false"} for unit in "abcd")),
        typed("responsibilities", named),
        typed("commitments", ()),
        typed("progress", ({**word, "log_id": f"P{place}"} for place, word in enumerate(words, start=1))),
        calendar,
        typed("decisions", rows),
        is_verified=is_verified,
    )
    now = small.plan.at(as_of, known_at=known_at)
    stands = now.measure_states.iloc[0].to_dict()
    listed = now.feedback.groupby("unit_id")["feedback"].agg(list).to_dict()
    return {**stands, "feedback": listed, "of": now.states.set_index("unit_id")["state"].to_dict()}


DONE = [("2024-07-31", "2024-08-02", "done_reported")]
AGAIN = [*DONE, ("2024-08-31", "2024-09-02", "done_reported")]
WORKING = [("2024-07-31", "2024-08-02", "in_progress")]


@pytest.mark.parametrize(
    ("said", "decided", "state", "mark"),
    [
        ({"a": DONE, "b": WORKING}, [], "in_progress", ""),
        ({"a": [("2024-07-31", "2024-08-02", "stalled")], "b": []}, [], "stalled", ""),
        # Done only when every unit says so.
        ({"a": DONE, "b": DONE}, [], "done_reported", ""),
        ({"a": DONE, "b": []}, [], "in_progress", "partly_done"),
        # No unit's word closes; a decision does, whatever units say.
        ({"a": DONE, "b": []}, [("closed", "2024-09-15")], "closed", ""),
        ({"a": WORKING}, [("withdrawn", "2024-09-15")], "withdrawn", ""),
        ({"a": WORKING}, [("withdrawn", "2024-09-15"), ("reopened", "2024-10-15")], "in_progress", ""),
        ({"a": DONE}, [("closed", "2024-09-15"), ("reopened", "2024-10-15")], "in_progress", "reopened"),
        # Sent back, a done word counts no longer; one that arrives later does.
        ({"a": DONE, "b": DONE}, [("returned", "2024-08-02")], "in_progress", "returned"),
        ({"a": DONE, "b": DONE}, [("returned", "2024-08-02", "b")], "in_progress", "returned"),
        ({"a": DONE, "b": DONE}, [("returned", "2024-08-01")], "done_reported", ""),
        ({"a": AGAIN}, [("returned", "2024-08-15")], "done_reported", ""),
        # A closure that is void was never taken; a withdrawn word was never said.
        ({"a": DONE}, [("closed", "2024-09-15"), ("void", "2024-09-20", "D1")], "done_reported", ""),
        ({"a": DONE}, [("void", "2024-09-20", "P1")], "no_feedback", ""),
        # Whoever left is not asked any more, whoever joined is.
        ({"a": DONE, "b": WORKING}, [("left", "2024-09-01", "b")], "done_reported", ""),
        ({"a": DONE}, [("joined", "2024-09-01", "c")], "in_progress", "partly_done"),
        ({"a": DONE}, [("left", "2024-09-01", "a")], "not_due", "no_unit"),
        ({"a": []}, [], "no_feedback", ""),
    ],
)  # fmt: skip
def test_the_state_of_a_measure(said: dict[str, list[Said]], decided: list[Decided], state: str, mark: str):
    stands = one_measure(*decided, **said)
    assert (stands["state"], stands["mark"]) == (state, mark)


@pytest.mark.thorough
def test_no_feedback_is_what_was_owed_and_not_due_is_what_was_not():
    assert one_measure(a=[], as_of="2024-06-30", known_at="2024-07-04")["state"] == NOT_DUE
    assert one_measure(a=[], as_of="2024-06-30", known_at="2024-07-05")["state"] == NO_FEEDBACK
    # When nobody says what was known, it is what came in by the due day.
    assert one_measure(a=[], as_of="2024-06-30")["state"] == NO_FEEDBACK
    assert one_measure(a=[], as_of="2024-06-29")["state"] == NOT_DUE


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("decided", "is_contradicted"),
    [
        ([("closed", "2024-08-15")], True),
        # A word of the very day is not of a later one.
        ([("closed", "2024-09-30")], False),
        ([("closed", "2024-08-15"), ("closed", "2024-10-15")], False),
        ([("closed", "2024-08-15"), ("left", "2024-10-15", "b")], False),
        ([], False),
    ],
)
def test_a_closure_is_contradicted_by_an_open_word_for_a_later_day(decided: list[Decided], *, is_contradicted: bool):
    later = [("2024-09-30", "2024-10-02", "stalled")]
    stands = one_measure(*decided, a=DONE, b=[*DONE, *later])
    assert stands["is_contradicted"] == is_contradicted
    assert stands["state"] == ("closed" if decided else "stalled")
    taken_back = one_measure(*decided, a=DONE, b=[*DONE, *later, ("2024-10-20", "2024-10-21", "done_reported")])
    assert not taken_back["is_contradicted"]


@pytest.mark.thorough
def test_what_is_reported_done_waits_for_a_decision_where_somebody_decides():
    assert one_measure(a=DONE)["is_waiting"]
    assert not one_measure(a=DONE, is_verified=False)["is_waiting"]
    assert not one_measure(("returned", "2024-09-01"), a=DONE)["is_waiting"]
    assert not one_measure(("closed", "2024-09-01"), a=DONE)["is_waiting"]


@pytest.mark.thorough
def test_a_superseded_word_never_revives():
    small = SmallPlan(
        typed("measures", [{"measure_id": "M1", "theme_id": "T1", "number": 1, "kind": "one_off"}]),
        typed("units", [{"unit_id": "a", "name": "a", "is_group": "false"}]),
        typed("responsibilities", [{"measure_id": "M1", "clause": 1, "unit_id": "a", "position": 1, "role": "sole"}]),
        typed("commitments", ()),
        typed(
            "progress",
            (
                {"log_id": key, "measure_id": "M1", "unit_id": "a", "as_of": "2024-06-30", "status": state,
                 "reported_at": f"2024-07-0{place}", "supersedes": before}
                for place, (key, before, state) in enumerate(
                    [("P1", "", "done_reported"), ("P2", "P1", "stalled"), ("P3", "P2", "not_started")], start=1
                )
            ),
        ),
        MONTHLY,
        typed("decisions", [
            {"decision_id": "D1", "measure_id": "M1", "decision": "void", "effective_on": "2024-07-09",
             "recorded_at": "2024-07-09", "decided_by": DECIDER, "supersedes": "P3"},
        ]),
    )  # fmt: skip
    states = {day: small.plan.at("2024-06-30", known_at=day).states["state"].item() for day in (
        "2024-07-01", "2024-07-02", "2024-07-03", "2024-07-09")}  # fmt: skip
    assert list(states.values()) == ["done_reported", "stalled", "not_started", NO_FEEDBACK]


# What is owed.


@pytest.mark.parametrize(
    ("said", "decided", "feedback"),
    [
        ([], [], ["missing"] * 5),
        ([("2024-06-30", "2024-07-05", "in_progress")], [], ["on_time", *["missing"] * 4]),
        ([("2024-06-30", "2024-07-06", "in_progress")], [], ["late", *["missing"] * 4]),
        ([("2024-08-31", "2024-09-05", "in_progress")], [], ["skipped", "skipped", "on_time", "missing", "missing"]),
        # Whoever is done owes that period's statement, and none after it until it is sent back.
        (DONE, [], ["skipped", "on_time"]),
        # Sent back in September, it owes September and October; August it did not owe.
        (DONE, [("returned", "2024-09-15")], ["skipped", "on_time", "missing", "missing"]),
        (DONE, [("reopened", "2024-10-01")], ["skipped", "on_time", "missing"]),
        # Nothing is owed on what is settled on the last day of a period.
        ([], [("closed", "2024-08-31")], ["missing", "missing"]),
        ([], [("closed", "2024-09-01")], ["missing"] * 3),
        ([], [("withdrawn", "2024-08-31"), ("reopened", "2024-10-10")], ["missing"] * 3),
        ([], [("left", "2024-08-31", "a")], ["missing"] * 2),
    ],
)  # fmt: skip
def test_what_is_owed_each_period(said: list[Said], decided: list[Decided], feedback: list[str]):
    assert one_measure(*decided, a=said)["feedback"].get("a", []) == feedback


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("said", "decided", "feedback"),
    [
        ([], [], ["missing"]),
        (WORKING, [], ["missing"]),
        (DONE, [], ["on_time"]),
        ([("2024-08-31", "2024-08-31", "in_progress")], [], ["on_time"]),
        ([("2024-08-31", "2024-09-01", "in_progress")], [], ["late"]),
        (DONE, [("returned", "2024-08-20")], ["missing"]),
        # What was sent back came in time, but does not stand; what stands came late.
        ([*DONE, ("2024-08-25", "2024-09-03", "done_reported")], [("returned", "2024-08-20")], ["late"]),
        ([*DONE, ("2024-08-25", "2024-09-03", "done_reported")], [], ["on_time"]),
        ([], [("closed", "2024-08-31")], []),
        ([], [("extended", "2024-08-01", "2024-12-31")], []),
    ],
)
def test_what_is_owed_once_when_due(said: list[Said], decided: list[Decided], feedback: list[str]):
    for calendar in (replace(MONTHLY, owed="when-due"), Calendar("none")):
        found = one_measure(*decided, a=said, due="2024-08-31", calendar=calendar)
        assert found["feedback"].get("a", []) == feedback


@pytest.mark.parametrize(
    ("calendar", "as_of", "count"),
    [
        (Calendar("week", "2024-W23"), "2024-06-30", 4),
        (Calendar("quarter", "2024-Q2"), "2024-12-31", 3),
        (Calendar("half-year", "2024-H1"), "2024-12-30", 1),
        (Calendar("year", "2023"), "2024-12-31", 2),
        (Calendar("none"), "2024-12-31", 0),
        # Due five days before the end: asked for while the month still runs.
        (Calendar("month", "2024-06", -5), "2024-06-24", 0),
        (Calendar("month", "2024-06", -5), "2024-06-25", 1),
    ],
)
def test_periods_of_any_length_are_owed_when_their_day_has_come(calendar: Calendar, as_of: str, count: int):
    assert one_measure(a=[], calendar=calendar, as_of=as_of)["feedback"].get("a", []) == ["missing"] * count


@pytest.mark.thorough
def test_a_unit_that_owes_two_periods_in_a_row_has_lapsed():
    first = ("2024-06-30", "2024-07-01", "in_progress")
    for said, lapsed in (
        ([first], 1),
        ([first, ("2024-09-30", "2024-10-01", "in_progress")], 0),
        # A unit that never spoke is silent, which is told apart.
        ([], 0),
    ):
        stands = one_measure(a=said)
        assert (stands["units_lapsed"], stands["units_silent"]) == (lapsed, int(not said))


# Deadlines.


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("said", "decided", "as_of", "schedule"),
    [
        (WORKING, [], "2024-08-31", "due_soon"),
        (WORKING, [], "2024-09-01", "overdue"),
        (WORKING, [], "2024-05-30", "later"),
        (DONE, [], "2024-12-31", "in_time"),
        (WORKING, [("closed", "2024-09-01")], "2024-12-31", "late"),
        (WORKING, [("closed", "2024-08-31")], "2024-12-31", "in_time"),
        (WORKING, [("withdrawn", "2024-08-31")], "2024-12-31", "withdrawn"),
        (WORKING, [("extended", "2024-08-30", "2024-10-31")], "2024-09-30", "due_soon"),
        (WORKING, [("extended", "2024-08-30", "2024-10-31")], "2024-11-01", "overdue"),
        # What was sent back is not done.
        (DONE, [("returned", "2024-08-15")], "2024-09-30", "overdue"),
        # Done since its last run of done words began.
        ([*DONE, ("2024-08-15", "2024-08-15", "in_progress"), ("2024-09-30", "2024-09-30", "done_reported")],
         [], "2024-12-31", "late"),
    ],
)  # fmt: skip
def test_a_deadline(said: list[Said], decided: list[Decided], as_of: str, schedule: str):
    stands = one_measure(*decided, a=said, due="2024-08-31", as_of=as_of)
    assert stands["schedule"] == schedule
    assert stands["due_original"] == pd.Timestamp("2024-08-31")
    without = one_measure(*[one for one in decided if one[0] != "extended"], a=said, as_of=as_of)
    assert without["schedule"] == ("withdrawn" if schedule == "withdrawn" else "no_deadline")


@pytest.mark.thorough
def test_evidence_counts_until_it_is_taken_back(tianjin: Plan):
    now = tianjin.at("2025-03-31")
    named = now.standing.loc[now.standing["evidence_ref"].ne(""), "measure_id"]
    assert set(named) <= set(now.measure_states.loc[now.measure_states["has_evidence"], "measure_id"])
    # Of some of them the latest word names none.
    latest = now.states.groupby("measure_id")["evidence_ref"].agg(lambda refs: refs.fillna("").ne("").any())
    assert set(named) - set(latest.index[latest])


@pytest.mark.thorough
def test_words_of_units_that_are_not_on_the_measure_are_kept_apart():
    said = {"a": WORKING, "b": [("2024-07-31", "2024-08-02", "stalled")]}
    assert one_measure(**said)["state"] == "stalled"
    assert one_measure(("left", "2024-08-15", "b"), **said)["state"] == "in_progress"
    assert one_measure(("left", "2024-08-15", "b"), ("joined", "2024-09-15", "b"), **said)["state"] == "stalled"


def test_a_comparison_reads_both_days_at_one_k(tianjin: Plan):
    now = tianjin.at("2025-03-31", known_at="2025-04-30")
    earlier = now.before("2024-12-31")
    assert (earlier.as_of, earlier.known_at) == (pd.Timestamp("2024-12-31"), now.known_at)
    assert now.before().as_of == pd.Timestamp("2025-02-28")
    published = earlier.as_published()
    assert published.known_at == tianjin.at("2024-12-31").known_at == pd.Timestamp("2025-01-06")
    assert date(2025, 1, 6) - date(2024, 12, 31) > timedelta(days=tianjin.calendar.due_after_days)
