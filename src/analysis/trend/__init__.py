"""Are we getting there? Counts by period, what changed, a forecast, slips, and time to completion."""

from analysis.trend.changes import changes, deadlines, revised, slips
from analysis.trend.counts import burn_up, burn_up_by_theme, by_period, completions, drawn, periods_since_completion
from analysis.trend.forecast import Forecast, forecast, with_past
from analysis.trend.survival import durations, kaplan_meier

__all__ = [
    "Forecast",
    "burn_up",
    "burn_up_by_theme",
    "by_period",
    "changes",
    "completions",
    "deadlines",
    "drawn",
    "durations",
    "forecast",
    "kaplan_meier",
    "periods_since_completion",
    "revised",
    "slips",
    "with_past",
]
