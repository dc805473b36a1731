"""A returned file → the cells of its sheets, whatever kind of table it is, judged by content and not by name."""

from analysis.grids.grid import Formula, Grid, Unreadable, address, as_written, is_blank
from analysis.grids.reading import grids_of, read_grids

__all__ = ["Formula", "Grid", "Unreadable", "address", "as_written", "grids_of", "is_blank", "read_grids"]
