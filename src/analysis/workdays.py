"""Working days of a country: weekends, public holidays, and the weekends worked in exchange, as announced.

Without pandas, so that the day on which a report falls due is known at once.
"""

from __future__ import annotations

from datetime import timedelta
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date

    import holidays

FIRST = "CN"
"""The country of a plan that names none."""


def is_known(country: str) -> bool:
    """Whether the holidays of a country, by its ISO 3166 code, are known."""
    import holidays

    return country in holidays.list_supported_countries()


def next_working_day(day: date, country: str = FIRST) -> date:
    """The day itself when it is a working day, else the first working day after it."""
    while not _is_working_day(day, country):
        day += timedelta(days=1)
    return day


def count_after(start: date, end: date, country: str = FIRST) -> int:
    """Working days after `start`, up to and including `end`; in a year not announced, only weekends are known."""
    days = (start + timedelta(days=place) for place in range(1, (end - start).days + 1))
    return sum(_is_working_day(day, country) for day in days)


def unannounced_years(start: date, end: date, country: str = FIRST) -> list[int]:
    """The years between two days whose holidays had not been announced when the calendar was made."""
    return [year for year in range(start.year, end.year + 1) if _calendar(year, country) is None]


@cache
def _calendar(year: int, country: str) -> holidays.HolidayBase | None:
    import holidays

    calendar = holidays.country_holidays(country, years=year)
    # China announces each year's days off late in the year before; until then the calendar guesses without a word.
    # A year that was announced has weekends to be worked.
    is_announced = country != "CN" or any(day.year == year for day in calendar.weekend_workdays)
    return calendar if is_announced else None


@cache
def _is_working_day(day: date, country: str) -> bool:
    calendar = _calendar(day.year, country)
    return day.weekday() < 5 if calendar is None else calendar.is_working_day(day)
