"""What the pages say, computed from the frames that are shown."""

from analysis.words import brief, coverage, trend, workload
from analysis.words.page import Chrome, KeyFigure, Opening, chrome, opening

__all__ = [
    "Chrome",
    "KeyFigure",
    "Opening",
    "brief",
    "chrome",
    "coverage",
    "opening",
    "trend",
    "workload",
]
