"""What the pages say, computed from the frames that are shown."""

from analysis.words import brief, coverage, trend, workload
from analysis.words.page import Chrome, KeyFigure, Method, Opening, chrome, opening

__all__ = [
    "Chrome",
    "KeyFigure",
    "Method",
    "Opening",
    "brief",
    "chrome",
    "coverage",
    "opening",
    "trend",
    "workload",
]
