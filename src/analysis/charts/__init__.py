"""Figures: a tidy frame in, axes out. No arithmetic, no wording, no files.

The first column of a frame is the key of its rows, and names the name space of their labels (`name_of`). Charts of
one's own take the same look within `style`, and the same colours by `colour`.
"""

from analysis.charts.dots import draw_dots
from analysis.charts.labels import Labels, name_of
from analysis.charts.lorenz import draw_lorenz
from analysis.charts.matrix import draw_matrix, draw_parts
from analysis.charts.stacks import draw_feedback, draw_states
from analysis.charts.style import PALETTE, colour, style
from analysis.charts.trend import (
    draw_burn_up,
    draw_burn_up_by_theme,
    draw_cumulative_flow,
    draw_forecast,
    draw_survival,
)

__all__ = [
    "PALETTE",
    "Labels",
    "colour",
    "draw_burn_up",
    "draw_burn_up_by_theme",
    "draw_cumulative_flow",
    "draw_dots",
    "draw_feedback",
    "draw_forecast",
    "draw_lorenz",
    "draw_matrix",
    "draw_parts",
    "draw_states",
    "draw_survival",
    "name_of",
    "style",
]
