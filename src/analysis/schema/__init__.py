"""What a plan's tables hold: columns, vocabularies, the check of each column, and how problems are told.

Every table is checked as *text* first and given types second, so that a bad cell is named once, as it was written.
Definitions follow the plan's own notice and the practice of keeping a progress ledger (台账); see data/README.md.
"""

from analysis.schema.calendar import Calendar
from analysis.schema.checks import check_text, to_types
from analysis.schema.problems import PROBLEM_COLUMNS, DataError, problem_frame
from analysis.schema.vocabulary import (
    BUCKETS,
    COMPARATORS,
    DELIVERY,
    DELIVERY_WORDS,
    FEEDBACK,
    FRESHNESS,
    LEAD_RULES,
    MEASURE_KINDS,
    NO_FEEDBACK,
    PROVENANCES,
    REQUIRED_COLUMNS,
    ROLES,
    SCHEDULE,
    TRANSITIONS,
    UNIT_KINDS,
)

__all__ = [
    "BUCKETS",
    "COMPARATORS",
    "DELIVERY",
    "DELIVERY_WORDS",
    "FEEDBACK",
    "FRESHNESS",
    "LEAD_RULES",
    "MEASURE_KINDS",
    "NO_FEEDBACK",
    "PROBLEM_COLUMNS",
    "PROVENANCES",
    "REQUIRED_COLUMNS",
    "ROLES",
    "SCHEDULE",
    "TRANSITIONS",
    "UNIT_KINDS",
    "Calendar",
    "DataError",
    "check_text",
    "problem_frame",
    "to_types",
]
