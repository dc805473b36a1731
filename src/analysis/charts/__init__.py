"""Figures: a tidy frame in, axes out. No arithmetic, no wording, no files."""

from analysis.charts.matrix import draw_matrix
from analysis.charts.states import draw_states
from analysis.charts.trend import draw_burn_up, draw_cumulative_flow
from analysis.charts.workload import draw_load

__all__ = ["draw_burn_up", "draw_cumulative_flow", "draw_load", "draw_matrix", "draw_states"]
