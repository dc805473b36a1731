"""When feedback is owed."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd


@dataclass(frozen=True)
class Calendar:
    """When feedback is owed: one statement a responsibility and month, by a day of the month after.

    Attributes
    ----------
    first_period : pandas.Period
        The first month on which feedback is owed.
    due_day : int
        Feedback on a month is on time up to this day of the next month.
    timezone : str
        IANA name of the zone in which the office counts its days.
    """

    first_period: pd.Period
    due_day: int
    timezone: str

    def due_dates(self, periods: pd.PeriodIndex) -> pd.DatetimeIndex:
        """The last day on which feedback on each period is on time."""
        return (periods + 1).to_timestamp() + pd.Timedelta(days=self.due_day - 1)

    def periods_until(self, as_of: pd.Timestamp) -> pd.PeriodIndex:
        """Every period from the first to the one `as_of` lies in; empty before the first."""
        return pd.period_range(self.first_period, pd.Period(as_of, "M"), freq="M")

    def periods_due(self, as_of: pd.Timestamp) -> pd.PeriodIndex:
        """The periods whose due date has come by `as_of`."""
        periods = self.periods_until(as_of)
        return periods[self.due_dates(periods) <= as_of]

    def period_end_before(self, as_of: pd.Timestamp) -> pd.Timestamp:
        """The last day of the month before the one that `as_of` lies in."""
        return as_of.normalize().replace(day=1) - pd.Timedelta(days=1)

    def period_ends(self, as_of: pd.Timestamp) -> pd.DatetimeIndex:
        """The last day of each period up to `as_of`; the period still running ends, for now, at `as_of`.

        Before the first period there is `as_of` alone, so that what stands on it can still be told.
        """
        ends = self.periods_until(as_of).to_timestamp(how="end").normalize()
        ends = ends.where(ends <= as_of, as_of) if len(ends) else [as_of]
        return pd.DatetimeIndex(ends).as_unit("ns")
