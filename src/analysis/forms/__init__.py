"""Forms out to the units and back: one workbook a unit, and what people make of it read into the record's rows."""

from analysis.forms.collecting import Collection, collect, find_files, summary
from analysis.forms.returning import write_returns
from analysis.forms.workbook import make

__all__ = ["Collection", "collect", "find_files", "make", "summary", "write_returns"]
