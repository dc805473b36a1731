"""Days as people name them, and what K is when nobody says."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date, datetime

    import pandas as pd

    Day = str | date | datetime | pd.Timestamp
    """A day, as text (``"2024-12-31"``), date or Timestamp."""


def known_by(as_of: str, known_at: str = "") -> str:
    """K, the day by which a statement must have arrived to count: the one place where the rule stands.

    Parameters
    ----------
    as_of : str
        T, an ISO day.
    known_at : str
        K as it was asked for, an ISO day; blank when nobody said, which means T itself.

    Raises
    ------
    ValueError
        When K is before T: on that day nobody knew yet.
    """
    if known_at and known_at < as_of:
        raise ValueError(f"known_at（{known_at}）不能早于 as_of（{as_of}）：那一天还不知道这些情况")
    return known_at or as_of


def to_day(value: Day, *, name: str = "as_of") -> pd.Timestamp:
    """A day as a Timestamp at midnight, from ISO text, a date or a Timestamp.

    Parameters
    ----------
    value : str, datetime.date or pandas.Timestamp
    name : str
        What to call it in a message.

    Raises
    ------
    ValueError
        When it is no day, or carries a time zone: the office's days are days, not moments.
    """
    import pandas as pd

    try:
        if isinstance(value, str):
            return pd.Timestamp(pd.to_datetime(value, format="%Y-%m-%d"))
        day = pd.Timestamp(value)
    except (TypeError, ValueError) as failed:
        raise ValueError(f"{name}，值“{value}”：应为真实存在的日期，写作 2024-12-31") from failed
    if day.tzinfo is not None:
        raise ValueError(f"{name}，值“{value}”：日期不带时区，请先换算为台账所在地的日期，如 2024-12-31")
    if day is pd.NaT:
        raise ValueError(f"{name} 为空：应为日期，如 2024-12-31")
    return day.normalize()
