"""How a plan is spoken of in one language: names, numbers, dates, lists, tables, and what stands around a figure."""

from analysis.language.caption import Caption, caption, nothing, source
from analysis.language.speaker import NOTHING, Language, alphabet, warm_up
from analysis.language.table import Named, Names, Quote, Table, named, named_units, table
from analysis.language.terms import Method, due_rule, method

__all__ = [
    "NOTHING",
    "Caption",
    "Language",
    "Method",
    "Named",
    "Names",
    "Quote",
    "Table",
    "alphabet",
    "caption",
    "due_rule",
    "method",
    "named",
    "named_units",
    "nothing",
    "source",
    "table",
    "warm_up",
]
