"""Forms back from the units: what people make of them, read into the record's rows, each fault named at its cell."""

from analysis.intake.collecting import Collection, collect, find_files, summary
from analysis.intake.returning import write_returns
from analysis.intake.statements import Form, Problem, Statement

__all__ = ["Collection", "Form", "Problem", "Statement", "collect", "find_files", "summary", "write_returns"]
