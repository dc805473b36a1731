"""Responsibility marks, （责任单位：A、B按职责分工负责） and their like, and the units that they name."""

from analysis.marks.clauses import Clause, NamedUnit, is_responsibility, lead_rule, read_clause
from analysis.marks.finding import Mark, find_marks
from analysis.marks.names import is_organ
from analysis.marks.register import REGISTER_COLUMNS, central_bodies, central_names, names_of

__all__ = [
    "REGISTER_COLUMNS",
    "Clause",
    "Mark",
    "NamedUnit",
    "central_bodies",
    "central_names",
    "find_marks",
    "is_organ",
    "is_responsibility",
    "lead_rule",
    "names_of",
    "read_clause",
]
