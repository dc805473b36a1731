"""The periods that a synthetic record covers, and the days on which what is said in them arrives."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from analysis.periods import Calendar, Period

_FORESEEN = 4

Random = np.random.Generator


@dataclass(frozen=True)
class Times:
    """The periods of a synthetic record.

    Attributes
    ----------
    periods : tuple of analysis.periods.Period
    ends : tuple of datetime.date
        The last day of each, and of those that follow, for what is expected.
    due : tuple of datetime.date
        The last day on which a statement on each is on time.
    end : datetime.date
        What would arrive later has not arrived yet.
    is_named : bool
        Whether statements name their period.
    issued : datetime.date
        When the notice was; nobody says anything before.
    """

    periods: tuple[Period, ...]
    ends: tuple[date, ...]
    due: tuple[date, ...]
    end: date
    is_named: bool
    issued: date

    @classmethod
    def of(cls, calendar: Calendar, issued: date, count: int) -> Times:
        """The first so many periods of a calendar; where it has none, the months since the notice was issued."""
        is_named = calendar.every != "none"
        first = calendar.named(calendar.first_period) if is_named else calendar.period_of(issued)
        listed = [first, *calendar.after(first, count + _FORESEEN)]
        periods, ends = tuple(listed[:count]), tuple(period.end for period in listed)
        due = tuple(calendar.due(period) for period in periods)
        return cls(periods, ends, due, max(ends[count], due[-1]), is_named, issued)

    @property
    def last(self) -> int:
        """The place of the last period."""
        return len(self.periods) - 1

    def days(self, count: int) -> int:
        """So many days of a month, in a period of this length: a day at least, and never longer than in a quarter."""
        length = (self.periods[0].end - self.periods[0].start).days + 1
        return max(round(count * min(length, 92) / 30), 1) if count else 0

    def place_of(self, day: date) -> int:
        """The place of the first period that begins on a day or later."""
        return sum(period.start < day for period in self.periods)

    def arrivals(self, is_late: np.ndarray, random: Random) -> list[date]:
        """On which day a unit's form on each period arrives: near the due day, or past it."""
        early, late = random.integers(0, 5, len(is_late)), random.integers(1, 18, len(is_late))
        arrived = []
        for period, due, past, before, after in zip(self.periods, self.due, is_late, early, late, strict=True):
            day = due + timedelta(days=self.days(int(after))) if past else due - timedelta(days=self.days(int(before)))
            arrived.append(max(day, period.start + timedelta(days=1)))
        return arrived
