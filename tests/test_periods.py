"""The reporting calendar: periods tile the days, names and days go both ways, and K when nobody says."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis import workdays
from analysis.periods import EVERY, EXAMPLES, KEYS, Calendar, Period
from tests.reference import due_day, is_working_day, name_of_period, period_around, periods_until
from tests.strategies import calendars

REPORTING = [every for every in EVERY if every != "none"]
all_days = st.dates(date(2000, 1, 1), date(2090, 12, 31))
ONE_DAY = timedelta(days=1)


@pytest.mark.parametrize("every", REPORTING)
@given(all_days)
def test_periods_tile_the_days(every: str, day: date):
    calendar = Calendar(every)
    period = calendar.period_of(day)
    assert period.start <= day <= period.end
    assert (period.start, period.end) == period_around(every, day)
    assert period.name == name_of_period(every, day)
    (following,) = calendar.after(period)
    assert following.start == period.end + ONE_DAY
    assert calendar.before(following.start) == period
    # Every day of a period lies in it, and none of another does.
    assert {calendar.period_of(end) for end in (period.start, period.end)} == {period}
    assert calendar.period_of(period.start - ONE_DAY) != period


@pytest.mark.parametrize("every", REPORTING)
@given(all_days)
def test_a_name_stands_for_one_period(every: str, day: date):
    calendar = Calendar(every)
    period = calendar.period_of(day)
    assert calendar.named(period.name) == period
    assert calendar.named(EXAMPLES[every]).name == EXAMPLES[every]
    # Names stand in the order of time.
    assert period.name < calendar.after(period)[0].name


@pytest.mark.parametrize("every", REPORTING)
@pytest.mark.parametrize("name", [
    *("", "2024-13", "2024-00", "2024-W54", "2023-W53", "2024-W00", "2024-Q5", "2024-H3"),
    *("24", "2024-6", "June 2024", "2024-06-30", "２０２４-06", "0000", "0000-01"),
])  # fmt: skip
def test_what_names_no_period_says_how_one_is_written(every: str, name: str):
    with pytest.raises(ValueError, match=f"^{EXAMPLES[every]}$"):
        Calendar(every).named(name)


@given(calendars(), st.dates(date(2020, 1, 1), date(2026, 12, 31)))
def test_periods_until_a_day_run_from_the_first_without_a_gap(calendar: Calendar, day: date):
    periods = calendar.until(day)
    assert [(one.name, one.start, one.end) for one in periods] == periods_until(calendar, day)
    for then, now in pairwise(periods):
        assert now.start == then.end + ONE_DAY
    if periods:
        assert periods[0].name == calendar.first_period
        assert periods[-1].start <= day <= periods[-1].end
    elif calendar.every != "none":
        assert day < calendar.named(calendar.first_period).start


@given(calendars().filter(lambda calendar: calendar.every != "none"), st.dates(date(2024, 1, 1), date(2025, 10, 31)))
def test_due_days_follow_each_other(calendar: Calendar, day: date):
    period = calendar.period_of(day)
    due = calendar.due(period)
    assert due == due_day(calendar, period.end)
    assert due <= calendar.due(calendar.after(period)[0])
    plain = replace(calendar, due_on_working_day=False)
    assert plain.due(period) == period.end + timedelta(days=calendar.due_after_days) <= due
    if calendar.due_on_working_day:
        assert is_working_day(due, calendar.country)


@given(calendars(), st.dates(date(2024, 1, 1), date(2025, 10, 31)))
def test_k_is_never_before_t(calendar: Calendar, day: date):
    known = calendar.known_by(day)
    ends = {one.end: one for one in calendar.until(day)}
    assert known == (max(calendar.due(ends[day]), day) if day in ends else day)
    assert known >= day


@given(calendars(), st.dates(date(2024, 6, 1), date(2025, 10, 31)), st.integers(0, 60))
def test_a_period_is_in_once_its_due_day_has_come_and_its_day_lies_before_t(calendar: Calendar, day: date, later: int):
    known = day + timedelta(days=later)
    is_in = [calendar.is_in(one, as_of=day, known_at=known) for one in calendar.until(day)]
    # Whatever is in, what came before it is in, too.
    assert is_in == sorted(is_in, reverse=True)
    for one, came in zip(calendar.until(day), is_in, strict=True):
        assert not came or calendar.due(one) <= known
        if one.end <= day:
            assert came == (calendar.due(one) <= known)


def test_where_there_are_no_periods_a_day_lies_in_its_month():
    calendar = Calendar("none")
    assert calendar.until(date(2024, 6, 30)) == []
    assert calendar.period_of(date(2024, 2, 10)) == Period(date(2024, 2, 1), date(2024, 2, 29), "2024-02")
    assert calendar.known_by(date(2024, 6, 30)) == date(2024, 6, 30)


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({"every": "quarter", "first_period": "2024-Q2"}, Calendar("quarter", "2024-Q2")),
        (
            {"every": "month", "first_period": "2024-06", "due_after_days": -5, "owed": "when-due"},
            Calendar("month", "2024-06", -5, owed="when-due"),
        ),
        ({"every": "none", "timezone": "Europe/Rome"}, Calendar("none", timezone="Europe/Rome")),
    ],
)
def test_a_calendar_is_what_a_plan_says(said: dict[str, Any], expected: Calendar):
    assert Calendar.of({"reporting": said}) == expected
    assert Calendar.of({"reporting": said, "country": "IT"}) == replace(expected, country="IT")
    assert set(said) <= set(KEYS)


def test_a_due_day_moves_over_a_holiday():
    # 5 October 2024 lies in the week of the national day; 8 October is the first working day.
    calendar = Calendar("month", "2024-06", 5, due_on_working_day=True)
    assert calendar.due(calendar.named("2024-09")) == date(2024, 10, 8)
    assert replace(calendar, country="CA").due(calendar.named("2024-09")) == date(2024, 10, 7)


# Working days.


def test_working_days_follow_the_announced_calendar():
    # 2024-10-01 to 07 are holidays; Saturday 2024-10-12 and Sunday 2024-09-29 are worked in exchange.
    assert workdays.count_after(date(2024, 9, 27), date(2024, 10, 12)) == 7
    assert workdays.count_after(date(2024, 10, 11), date(2024, 10, 12)) == 1
    assert workdays.count_after(date(2024, 10, 12), date(2024, 10, 12)) == 0
    # 2024-10-13 is a Sunday like any other.
    assert workdays.count_after(date(2024, 10, 12), date(2024, 10, 14)) == 1
    assert workdays.unannounced_years(date(2023, 12, 31), date(2025, 1, 1)) == []


def test_of_a_year_that_is_not_announced_only_weekends_are_known():
    assert workdays.unannounced_years(date(2039, 1, 1), date(2040, 1, 1)) == [2039, 2040]
    # The first of January 2040 is a Sunday.
    assert workdays.count_after(date(2039, 12, 31), date(2040, 1, 6)) == 5
    # Canada announces nothing: its holidays are in its laws.
    assert workdays.unannounced_years(date(2039, 1, 1), date(2040, 1, 1), "CA") == []


def test_each_country_has_its_own_days_off():
    assert [workdays.is_known(country) for country in ("CN", "CA", "IT", "XX", "cn", "")] == [True] * 3 + [False] * 3
    # The first of July is Canada's day.
    assert workdays.count_after(date(2024, 6, 30), date(2024, 7, 1), "CA") == 0
    assert workdays.count_after(date(2024, 6, 30), date(2024, 7, 1), "CN") == 1
    assert workdays.next_working_day(date(2024, 7, 1), "CA") == date(2024, 7, 2)
