"""Working days of China: weekends, public holidays, and the weekends worked in exchange, as announced year by year."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    import datetime


def count_after(start: pd.Timestamp, end: pd.Timestamp) -> int:
    """Working days after `start`, up to and including `end`; in a year not announced, only weekends are known."""
    known = _announced(start.year, end.year)
    days = pd.date_range(start + pd.Timedelta(days=1), end, freq="D")
    return sum(_is_working_day(day.date(), known) for day in days)


def unannounced_years(start: pd.Timestamp, end: pd.Timestamp) -> list[int]:
    """The years between two days whose holidays had not been announced when the calendar was made."""
    known = _announced(start.year, end.year)
    return [year for year in range(start.year, end.year + 1) if year not in known]


def _announced(first: int, last: int) -> dict[int, object]:
    calendars = {year: _calendar(year) for year in range(first, last + 1)}
    return {year: calendar for year, calendar in calendars.items() if calendar is not None}


@cache
def _calendar(year: int) -> object | None:
    import holidays

    # The calendar guesses years to come without a word. A year that was announced has weekends to be worked.
    calendar = holidays.country_holidays("CN", years=year)
    return calendar if any(day.year == year for day in calendar.weekend_workdays) else None


def _is_working_day(day: datetime.date, known: dict[int, object]) -> bool:
    calendar = known.get(day.year)
    return day.weekday() < 5 if calendar is None else bool(calendar.is_working_day(day))  # pyright: ignore
