"""The words of the pages, in Chinese and English, computed from the frames that are shown."""

from analysis.words import brief, coverage, trend, workload
from analysis.words.language import LANGUAGES, Language, alphabet, warm_up
from analysis.words.page import Caption, Chrome, KeyFigure, Method, Opening, chrome, opening
from analysis.words.table import Table

__all__ = [
    "LANGUAGES",
    "Caption",
    "Chrome",
    "KeyFigure",
    "Language",
    "Method",
    "Opening",
    "Table",
    "alphabet",
    "brief",
    "chrome",
    "coverage",
    "opening",
    "trend",
    "warm_up",
    "workload",
]
