"""Forms out to the units: one workbook a unit; and where on a sheet that comes back its parts stand."""

from analysis.forms import layout
from analysis.forms.sheets import fit_page, to_bytes, write_hidden, write_line
from analysis.forms.tables import Head, Table, head_of, table_of
from analysis.forms.workbook import build, make

__all__ = [
    "Head",
    "Table",
    "build",
    "fit_page",
    "head_of",
    "layout",
    "make",
    "table_of",
    "to_bytes",
    "write_hidden",
    "write_line",
]
