"""Forms back from the units and from the office: read into the rows of the record, each fault named at its cell."""

from analysis.inbox import find_files
from analysis.intake.collecting import Collection, append, collect, summary
from analysis.intake.receiving import Receipt, receiving, write_down
from analysis.intake.returning import write_returns
from analysis.returned import Form, Problem, Statement

__all__ = [
    "Collection",
    "Form",
    "Problem",
    "Receipt",
    "Statement",
    "append",
    "collect",
    "find_files",
    "receiving",
    "summary",
    "write_down",
    "write_returns",
]
