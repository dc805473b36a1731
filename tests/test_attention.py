"""What is stuck, why, since when, and whose own words are quoted for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
from hypothesis import given

from analysis.attention import REASONS, attention, voices
from tests.hand_made import hand_made
from tests.recount import ATTENTION, Recount, files_of
from tests.strategies import SmallPlan, moments, small_plans

if TYPE_CHECKING:
    from analysis.plan import Plan


def rows(plan: Plan, day: str, known_at: str = "") -> list[dict[str, Any]]:
    return attention(plan.at(day, known_at=known_at)).to_dict("records")  # type: ignore[return-value]


def voice(plan: Plan, day: str, measure: str, unit: str) -> dict[str, Any]:
    found = voices(plan.at(day))
    (row,) = found[found["measure_id"].eq(measure) & found["unit_id"].eq(unit)].to_dict("records")
    return row  # type: ignore[return-value]


# Which measures, in what order, for which reasons.


@pytest.mark.thorough
@given(small_plans(all_named=False), moments)
def test_what_needs_attention_is_that_of_the_reference(small: SmallPlan, as_of: pd.Timestamp):
    now, recount = small.plan.at(as_of), Recount(files_of(small), as_of.date())
    found = attention(now)
    listed = [
        (measure, reasons, since.date(), units)
        for measure, reasons, since, units in found[["measure_id", "reasons", "since", "unit_ids"]].itertuples(
            index=False
        )
    ]
    assert listed == recount.attention()
    assert list(REASONS) == ATTENTION
    assert found["measure_id"].is_unique
    for row in found.to_dict("records"):
        assert row["reason"] == row["reasons"][0]
        assert row["state"] == recount.states[row["measure_id"]]["state"]
        assert row["theme_id"] == recount.theme(row["measure_id"])
        assert row["since"] <= now.as_of


GRAVEST_FIRST = {
    "said": [
        *(f"M{number} a 2024-06-30 in_progress" for number in (1, 3, 5)),
        "M2 a 2024-06-30 stalled",
        "M7 a 2024-05-31 stalled",
        "M3 a 2024-08-31 in_progress",
        "M6 a 2024-08-31 done_reported",
        "M1 a 2024-08-31 in_progress",
        "M2 a 2024-08-31 stalled",
        "M7 a 2024-08-31 stalled",
    ],
    "decided": ["M3 closed 2024-07-15"],
    "due": {"M1": "2024-07-31"},
}


@pytest.mark.thorough
def test_the_gravest_stand_first_then_the_oldest():
    plan = hand_made({f"M{number}": "a" for number in range(1, 8)}, **GRAVEST_FIRST)  # type: ignore[arg-type]
    assert [(row["measure_id"], row["reason"], f"{row['since']:%Y-%m-%d}") for row in rows(plan, "2024-08-31")] == [
        # From the day after its deadline.
        ("M1", "overdue", "2024-08-01"),
        ("M7", "stalled", "2024-05-31"),
        ("M2", "stalled", "2024-06-30"),
        # From the day for which the word is true that says otherwise.
        ("M3", "contradicted", "2024-08-31"),
        # From the end of the first period of which no report came: July on M5, June on M4.
        ("M4", "silent", "2024-06-30"),
        ("M5", "lapsed", "2024-07-31"),
        ("M6", "waiting", "2024-08-31"),
    ]


@pytest.mark.thorough
def test_a_measure_stands_once_with_all_its_reasons():
    """Past its deadline, one unit stalled, another silent for long."""
    plan = hand_made(
        {"M1": "abc"}, said=["M1 a 2024-06-30 stalled", "M1 a 2024-07-31 stalled"], due={"M1": "2024-07-15"}
    )
    (row,) = rows(plan, "2024-07-31")
    assert row["reasons"] == ["overdue", "stalled", "lapsed"]
    # What is overdue concerns all of its units; what is stalled, who is.
    assert row["unit_ids"] == ["a", "b", "c"]
    (row,) = rows(hand_made({"M1": "abc"}, said=["M1 b 2024-06-30 stalled"]), "2024-06-30")
    assert (row["reasons"], row["unit_ids"]) == (["stalled"], ["b"])


@pytest.mark.thorough
def test_one_report_owed_is_not_yet_a_lapse():
    plan = hand_made(
        {"M1": "ab"}, said=["M1 a 2024-06-30 in_progress", "M1 b 2024-06-30 in_progress", "M1 a 2024-08-31 in_progress"]
    )
    assert rows(plan, "2024-07-31") == []
    # Of August, b owes the second in a row; that a skipped July it made good.
    assert [(row["reason"], row["unit_ids"]) for row in rows(plan, "2024-08-31")] == [("lapsed", ["b"])]


@pytest.mark.thorough
def test_nothing_is_wanted_of_what_is_settled_or_not_due():
    plan = hand_made(
        {"M1": "a", "M2": "a", "M3": "a", "M4": ""},
        said=["M1 a 2024-06-30 done_reported", "M2 a 2024-06-30 stalled"],
        decided=["M1 closed 2024-07-10", "M2 withdrawn 2024-07-10"],
        due={"M1": "2024-07-01", "M2": "2024-07-01"},
        start={"M3": "2024-12-01"},
    )
    assert rows(plan, "2024-10-31") == []


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("later", "is_listed"),
    [
        ([], True),
        # Until a later done word, or a later decision.
        (["M1 a 2024-09-30 done_reported"], False),
        (["M1 closed 2024-09-10"], False),
        (["M1 returned 2024-09-10"], False),
        # Or until it was about a day before.
        (["M1 a 2024-07-31 in_progress supersedes=P1"], False),
    ],
)
def test_a_contradiction_is_listed_until_it_is_answered(later: list[str], is_listed: bool):
    said = ["M1 a 2024-06-30 done_reported", "M1 a 2024-08-31 in_progress reported_at=2024-09-02"]
    plan = hand_made(
        {"M1": "ab"},
        said=[*said, *(line + " reported_at=2024-10-01" for line in later if " a " in line)],
        decided=["M1 closed 2024-08-15", *(line for line in later if " a " not in line)],
    )
    found = [(row["reason"], row["unit_ids"]) for row in rows(plan, "2024-10-31")]
    assert found == ([("contradicted", ["a"])] if is_listed else [])


@pytest.mark.thorough
def test_of_a_contradiction_only_those_are_named_who_spoke_after_the_last_decision():
    plan = hand_made(
        {"M1": "ab"},
        said=["M1 a 2024-07-31 in_progress", "M1 b 2024-08-31 in_progress"],
        decided=["M1 closed 2024-07-15", "M1 closed 2024-08-15"],
    )
    (row,) = rows(plan, "2024-08-31")
    assert (row["unit_ids"], row["since"]) == (["b"], pd.Timestamp("2024-08-31"))


@pytest.mark.thorough
def test_what_was_returned_waits_for_no_decision():
    said = ["M1 a 2024-06-30 done_reported"]
    waiting = hand_made({"M1": "a"}, said=said)
    assert [row["reason"] for row in rows(waiting, "2024-07-31")] == ["waiting"]
    returned = hand_made({"M1": "a"}, said=said, decided=["M1 returned 2024-07-10"])
    assert rows(returned, "2024-07-31") == []
    nobody = hand_made({"M1": "a"}, said=said, is_verified=False)
    assert rows(nobody, "2024-07-31") == []


@pytest.mark.thorough
def test_where_each_report_is_owed_when_due_silence_counts_from_the_deadline():
    from analysis.periods import Calendar

    calendar = Calendar("quarter", "2024-Q2", 5, owed="when-due")
    plan = hand_made({"M1": "a", "M2": "a"}, calendar=calendar, due={"M1": "2024-09-15", "M2": "2024-12-31"})
    (row,) = rows(plan, "2024-09-30")
    assert (row["measure_id"], row["reasons"], row["since"]) == (
        "M1",
        ["overdue", "silent"],
        pd.Timestamp("2024-09-16"),
    )


# Whose words.


@pytest.mark.thorough
def test_the_stalled_unit_speaks_for_itself_whoever_spoke_last():
    """b reports a day later that all is well; what blocks a is what a says."""
    plan = hand_made(
        {"M1": "ab"},
        said=[
            "M1 a 2024-07-30 stalled problems=接口未通 request=请协调 next_step=待定",
            "M1 b 2024-07-31 in_progress progress=一切顺利",
        ],
    )
    (row,) = rows(plan, "2024-07-31")
    assert row["unit_ids"] == ["a"]
    one, other = (voice(plan, "2024-07-31", "M1", unit) for unit in "ab")
    assert (one["problems"], one["request"], one["next_step"], one["progress"]) == ("接口未通", "请协调", "待定", "")
    assert (other["problems"], other["request"], other["progress"]) == ("", "", "一切顺利")


@pytest.mark.thorough
def test_a_unit_that_is_still_stalled_need_not_repeat_why():
    said = [
        "M1 a 2024-06-30 stalled problems=甲 request=一",
        "M1 a 2024-07-31 stalled",
        "M1 a 2024-08-31 stalled problems=乙",
    ]
    plan = hand_made({"M1": "a"}, said=said)
    found = [
        (row["problems"], row["request"])
        for day in ("2024-06-30", "2024-07-31", "2024-08-31")
        for row in [voice(plan, day, "M1", "a")]
    ]
    assert found == [("甲", "一"), ("甲", "一"), ("乙", "一")]


@pytest.mark.thorough
def test_no_longer_stalled_it_has_taken_back_why():
    said = ["M1 a 2024-06-30 stalled problems=甲 request=一", "M1 a 2024-07-31 in_progress", "M1 a 2024-08-31 stalled"]
    plan = hand_made({"M1": "a"}, said=said)
    for day in ("2024-07-31", "2024-08-31"):
        row = voice(plan, day, "M1", "a")
        assert (row["problems"], row["request"], row["request_periods"]) == ("", "", 0)
    assert voice(plan, "2024-08-31", "M1", "a")["since"] == pd.Timestamp("2024-08-31")


@pytest.mark.parametrize(
    ("requests", "in_a_row"),
    [
        (["一"], 1),
        (["一", "一", "一"], 3),
        # A report without one, or with another, ends the row.
        (["一", "二"], 1),
        (["一", "二", "一"], 1),
        (["一", "一", "二", "二"], 2),
        ([""], 0),
    ],
)
def test_in_how_many_reports_in_a_row_the_same_is_asked(requests: list[str], in_a_row: int):
    months = pd.date_range("2024-06-30", periods=len(requests), freq="ME")
    said = [f"M1 a {day:%Y-%m-%d} stalled request={asked}" for day, asked in zip(months, requests, strict=True)]
    assert voice(hand_made({"M1": "a"}, said=said), f"{months[-1]:%Y-%m-%d}", "M1", "a")["request_periods"] == in_a_row


@pytest.mark.thorough
@given(small_plans(all_named=False), moments)
def test_every_unit_on_a_measure_has_a_voice_of_its_own(small: SmallPlan, as_of: pd.Timestamp):
    now, recount = small.plan.at(as_of), Recount(files_of(small), as_of.date())
    found = voices(now)
    pairs = [(measure, unit) for measure, units in recount.crowd.items() for unit in units]
    assert list(found[["measure_id", "unit_id"]].itertuples(index=False, name=None)) == pairs
    for row in found.to_dict("records"):
        pair = (row["measure_id"], row["unit_id"])
        words = recount.words_of(pair, as_of.date())
        assert row["state"] == recount.state_of_part(pair)
        assert row["missing"] == len(recount.missing(pair))
        assert row["has_lapsed"] == recount.has_lapsed(pair)
        if not words:
            assert pd.isna(row["since"])
            assert not any((row["problems"], row["request"], row["progress"]))
            continue
        assert row["since"].date() == recount.has_said_since(pair)
        # Nothing is quoted that the unit did not write on this measure.
        for column in ("problems", "request", "next_step", "progress"):
            assert row[column] in {word[column] for word in words} | {""}
