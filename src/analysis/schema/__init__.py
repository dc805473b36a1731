"""What a plan's tables hold: columns, vocabularies, the rules they keep, and how problems are reported.

Every table is checked as *text* first and given types second, so that a bad cell is named once, as it was written.
Definitions follow the plan's own notice and the practice of keeping a progress ledger (台账); see data/README.md.
"""

from analysis.schema.calendar import Calendar
from analysis.schema.cells import CELL_RULES, check_cells, to_types
from analysis.schema.columns import COLUMNS, LABELS, Column
from analysis.schema.problems import PROBLEM_COLUMNS, DataError, problem_frame
from analysis.schema.rules import RULES, Problem, Rule, rule
from analysis.schema.tables import REQUIRED_COLUMNS, TABLES, Field
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
    ROLES,
    SCHEDULE,
    TRANSITIONS,
    UNIT_KINDS,
)

__all__ = [
    "BUCKETS",
    "CELL_RULES",
    "COLUMNS",
    "COMPARATORS",
    "DELIVERY",
    "DELIVERY_WORDS",
    "FEEDBACK",
    "FRESHNESS",
    "LABELS",
    "LEAD_RULES",
    "MEASURE_KINDS",
    "NO_FEEDBACK",
    "PROBLEM_COLUMNS",
    "PROVENANCES",
    "REQUIRED_COLUMNS",
    "ROLES",
    "RULES",
    "SCHEDULE",
    "TABLES",
    "TRANSITIONS",
    "UNIT_KINDS",
    "Calendar",
    "Column",
    "DataError",
    "Field",
    "Problem",
    "Rule",
    "check_cells",
    "problem_frame",
    "rule",
    "to_types",
]
