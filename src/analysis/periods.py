"""The reporting periods of a plan, and the day by which feedback on each is due.

Without pandas, so that a run which has nothing to do knows it at once.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from analysis.workdays import FIRST, next_working_day

if TYPE_CHECKING:
    from collections.abc import Mapping

EVERY = ("week", "month", "quarter", "half-year", "year", "none")
"""How often units report."""

OWED = ("each-period", "when-due")
"""What a unit owes: a statement on each period, or one at the measure's own due day."""

KEYS = ("every", "first_period", "due_after_days", "due_on_working_day", "owed", "timezone")
"""What the table ``[reporting]`` of ``plan.toml`` may say."""

_MONTHS = {"month": 1, "quarter": 3, "half-year": 6, "year": 12}
_NAMES = {
    "week": r"(\d{4})-W(\d{2})",
    "month": r"(\d{4})-(\d{2})",
    "quarter": r"(\d{4})-Q([1-4])",
    "half-year": r"(\d{4})-H([12])",
    "year": r"(\d{4})()",
}
EXAMPLES = {"week": "2024-W23", "month": "2024-06", "quarter": "2024-Q2", "half-year": "2024-H1", "year": "2024"}
"""How a period of each length is written."""


@dataclass(frozen=True, order=True)
class Period:
    """A reporting period.

    Attributes
    ----------
    start, end : datetime.date
        Its first and last day.
    name : str
        As the record and forms write it: ``2024-06``, ``2024-W23``, ``2024-Q2``, ``2024-H1``, ``2024``.
    """

    start: date
    end: date
    name: str


@dataclass(frozen=True)
class Calendar:
    """When feedback is owed.

    Attributes
    ----------
    every : str
        One of `EVERY`; with ``none`` there are no reporting periods, and history is counted by months.
    first_period : str
        The name of the first period on which feedback is owed; blank with ``none``.
    due_after_days : int
        Feedback on a period is on time up to so many days after its end; below 0, before its end.
    due_on_working_day : bool
        Whether that day moves to the next working day of the country.
    owed : str
        One of `OWED`.
    country : str
        Whose working days count: an ISO 3166 code.
    timezone : str
        IANA name of the zone in which the office counts its days.
    """

    every: str = "month"
    first_period: str = ""
    due_after_days: int = 0
    due_on_working_day: bool = False
    owed: str = "each-period"
    country: str = FIRST
    timezone: str = "UTC"

    @classmethod
    def of(cls, head: Mapping[str, Any]) -> Calendar:
        """The calendar that a ``plan.toml`` which breaks no rule declares."""
        said = {key: value for key, value in head["reporting"].items() if key in KEYS}
        return cls(**said, country=str(head.get("country", FIRST)))

    def named(self, name: str) -> Period:
        """The period that goes by a name; a ValueError says how one is written."""
        found = re.fullmatch(_NAMES.get(self.every, "(?!)"), name, re.ASCII)
        try:
            if found and self.every == "week":
                return self.period_of(date.fromisocalendar(int(found[1]), int(found[2]), 1))
            if found:
                months = _MONTHS[self.every]
                return self.period_of(date(int(found[1]), months * (int(found[2] or 1) - 1) + 1, 1))
        except ValueError:
            pass
        raise ValueError(EXAMPLES.get(self.every, ""))

    def period_of(self, day: date) -> Period:
        """The period in which a day lies; its month where there are no reporting periods."""
        if self.every == "week":
            year, week, weekday = day.isocalendar()
            start = day - timedelta(days=weekday - 1)
            return Period(start, start + timedelta(days=6), f"{year}-W{week:02d}")
        months = _MONTHS.get(self.every, 1)
        place = (day.month - 1) // months
        start = date(day.year, place * months + 1, 1)
        after = date(day.year + (start.month + months > 12), (start.month + months - 1) % 12 + 1, 1)
        names = {3: f"-Q{place + 1}", 6: f"-H{place + 1}", 12: "", 1: f"-{day.month:02d}"}
        return Period(start, after - timedelta(days=1), f"{day.year:04d}{names[months]}")

    def after(self, period: Period, count: int = 1) -> list[Period]:
        """The periods that follow one."""
        following: list[Period] = []
        for _ in range(count):
            period = self.period_of(period.end + timedelta(days=1))
            following.append(period)
        return following

    def before(self, day: date) -> Period:
        """The last period that was over before a day."""
        return self.period_of(self.period_of(day).start - timedelta(days=1))

    def until(self, day: date) -> list[Period]:
        """Every reporting period from the first to the one in which a day lies; none before the first."""
        if self.every == "none":
            return []
        period, last = self.named(self.first_period), self.period_of(day)
        periods = [period] if period <= last else []
        while periods and periods[-1] < last:
            periods += self.after(periods[-1])
        return periods

    def due(self, period: Period) -> date:
        """The last day on which feedback on a period is on time."""
        day = period.end + timedelta(days=self.due_after_days)
        return next_working_day(day, self.country) if self.due_on_working_day else day

    def is_in(self, period: Period, *, as_of: date, known_at: date) -> bool:
        """Whether what was asked of a period was due by `known_at`, and lies within what `as_of` can show."""
        due = self.due(period)
        return due <= known_at and min(due, period.end) <= as_of

    def known_by(self, as_of: date) -> date:
        """K when nobody says: the due day of the period that ends at `as_of`, never before it; else that day itself."""
        periods = self.until(as_of)
        return max(self.due(periods[-1]), as_of) if periods and periods[-1].end == as_of else as_of
