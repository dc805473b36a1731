"""Forms out to the units, one workbook a unit; and the office's own."""

from analysis.forms import layout
from analysis.forms.asked import at_period_end, commitment_text, day_asked, period_name, to_decide, units_asked
from analysis.forms.office import NOBODY_VERIFIES, make_office
from analysis.forms.sheets import fit_page, to_bytes, write_hidden, write_line
from analysis.forms.workbook import build, make, rows_of

__all__ = [
    "NOBODY_VERIFIES",
    "at_period_end",
    "build",
    "commitment_text",
    "day_asked",
    "fit_page",
    "layout",
    "make",
    "make_office",
    "period_name",
    "rows_of",
    "to_bytes",
    "to_decide",
    "units_asked",
    "write_hidden",
    "write_line",
]
