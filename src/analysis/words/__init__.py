"""What the pages say, computed from the frames that are shown."""

from analysis.words import brief, coverage, delivery, ledger, trend, workload
from analysis.words.page import Chrome, KeyFigure, Opening, chrome, judgement, opening

__all__ = [
    "Chrome",
    "KeyFigure",
    "Opening",
    "brief",
    "chrome",
    "coverage",
    "delivery",
    "judgement",
    "ledger",
    "opening",
    "trend",
    "workload",
]
