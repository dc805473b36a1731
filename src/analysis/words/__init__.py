"""What the pages say, computed from the frames that are shown."""

from analysis.words import coverage, trend, workload
from analysis.words.page import Chrome, KeyFigure, Opening, chrome, opening

__all__ = [
    "Chrome",
    "KeyFigure",
    "Opening",
    "chrome",
    "coverage",
    "opening",
    "trend",
    "workload",
]
