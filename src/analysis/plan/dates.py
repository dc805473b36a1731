"""Days as people name them, and what K is when nobody says."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING

from analysis.catalogue import Message

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from analysis.periods import Calendar

    Day = str | date | pd.Timestamp | np.datetime64
    """A day, as text (``"2024-12-31"``), date, datetime, Timestamp or NumPy's datetime64."""


def known_by(as_of: str, known_at: str = "", *, calendar: Calendar | None) -> str:
    """K, the day by which what is said must have arrived to count: the one place where the rule stands.

    Parameters
    ----------
    as_of : str
        T, an ISO day.
    known_at : str
        K as it was asked for, an ISO day; blank when nobody said: then the day by which feedback on the period that
        ends at T is due, and T itself where none ends there.
    calendar : analysis.periods.Calendar or None
        None when the plan's own cannot be read.

    Raises
    ------
    ValueError
        When K is before T: on that day nobody knew yet.
    """
    if known_at and known_at < as_of:
        raise ValueError(
            Message(
                "{known} cannot be before {day}: nobody knew of it yet",
                known=f"known_at（{known_at}）",
                day=f"as_of（{as_of}）",
            )
        )
    if known_at or calendar is None:
        return known_at or as_of
    return calendar.known_by(date.fromisoformat(as_of)).isoformat()


def to_day(value: Day, *, name: str = "as_of") -> pd.Timestamp:
    """A day as a Timestamp at midnight, from ISO text, a date or a Timestamp.

    Parameters
    ----------
    value : str, datetime.date, pandas.Timestamp or numpy.datetime64
        A time of day is left away.
    name : str
        What to call it in a message.

    Raises
    ------
    ValueError
        When it is no day, or carries a time zone: the office's days are days, not moments.
    """
    import numpy as np
    import pandas as pd

    if value is None or value is pd.NaT or value == "":
        raise ValueError(Message("{name} is blank: should be a day, such as 2024-12-31", name=name))
    try:
        # What pandas reads as a date is too much: "now", and 20241231 as so many nanoseconds.
        if isinstance(value, str) and re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
            day = pd.Timestamp(date.fromisoformat(value))
        elif isinstance(value, date | np.datetime64):
            day = pd.Timestamp(value)
        else:
            raise TypeError(type(value))
    except (TypeError, ValueError) as failed:
        raise ValueError(
            Message("{name}, “{value}”: should be a day that exists, written 2024-12-31", name=name, value=value)
        ) from failed
    if day is pd.NaT:
        raise ValueError(Message("{name} is blank: should be a day, such as 2024-12-31", name=name))
    if day.tzinfo is not None:
        raise ValueError(
            Message(
                "{name}, “{value}”: a day has no time zone; give the day where the record is kept, such as 2024-12-31",
                name=name,
                value=value,
            )
        )
    return day.normalize().as_unit("us")
