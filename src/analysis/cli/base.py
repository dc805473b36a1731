"""What every command shares: the application and its options, and the clock."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from analysis.terminal.options import LangOption, PlanOption, SiteOption, app

__all__ = ["LangOption", "PlanOption", "SiteOption", "app", "now_in"]


def now_in(timezone: str) -> datetime:
    """The only look at the clock: the time in the zone in which a plan's office counts its days."""
    try:
        return datetime.now(ZoneInfo(timezone))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return datetime.now(UTC)
