"""How a plan is spoken of in one language: names, numbers, dates, lists, tables, and what stands around a figure."""

from analysis.language.caption import Caption, caption, nobody, source
from analysis.language.speaker import NOTHING, Language, alphabet, warm_up
from analysis.language.table import Quote, Table, table
from analysis.language.terms import Method, method
from analysis.rounding import round_parts, rounded

__all__ = [
    "NOTHING",
    "Caption",
    "Language",
    "Method",
    "Quote",
    "Table",
    "alphabet",
    "caption",
    "method",
    "nobody",
    "round_parts",
    "rounded",
    "source",
    "table",
    "warm_up",
]
