"""What a plan's tables hold: columns, vocabularies, the rules they keep, and how problems are reported.

Every table is checked as *text* first and given types second, so that a bad cell is named once, as it was written.
Definitions follow the plan's own notice and the practice of keeping a progress ledger (台账); see data/README.md.
"""

from analysis.schema.cells import CELL_RULES, MOST_DAYS_AHEAD, check_cells, to_types
from analysis.schema.columns import COLUMNS, LABELS, Column
from analysis.schema.problems import PROBLEM_COLUMNS, DataError, problem_frame
from analysis.schema.rules import RULES, Problem, Rule, rule
from analysis.schema.tables import RECORD, REQUIRED_COLUMNS, TABLES, Field
from analysis.schema.vocabulary import (
    BUCKETS,
    COMPARATORS,
    DECISIONS,
    DELIVERY,
    DELIVERY_WORDS,
    FEEDBACK,
    LEAD_RULES,
    MARKS,
    MEASURE_KINDS,
    NO_FEEDBACK,
    NOT_DUE,
    PROVENANCES,
    ROLES,
    SCHEDULE,
    SETTLED,
    VERDICTS,
    VERIFIED,
)

__all__ = [
    "BUCKETS",
    "CELL_RULES",
    "COLUMNS",
    "COMPARATORS",
    "DECISIONS",
    "DELIVERY",
    "DELIVERY_WORDS",
    "FEEDBACK",
    "LABELS",
    "LEAD_RULES",
    "MARKS",
    "MEASURE_KINDS",
    "MOST_DAYS_AHEAD",
    "NOT_DUE",
    "NO_FEEDBACK",
    "PROBLEM_COLUMNS",
    "PROVENANCES",
    "RECORD",
    "REQUIRED_COLUMNS",
    "ROLES",
    "RULES",
    "SCHEDULE",
    "SETTLED",
    "TABLES",
    "VERDICTS",
    "VERIFIED",
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
