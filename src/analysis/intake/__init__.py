"""Forms back from the units and from the office: read into the rows of the record, each fault named at its cell."""

from analysis.intake.collecting import Collection, append, collect, find_files, summary
from analysis.intake.deciding import looked_at, moved, new_decision, understood
from analysis.intake.returning import write_returns
from analysis.returned import Form, Problem, Statement

__all__ = [
    "Collection",
    "Form",
    "Problem",
    "Statement",
    "append",
    "collect",
    "find_files",
    "looked_at",
    "moved",
    "new_decision",
    "summary",
    "understood",
    "write_returns",
]
