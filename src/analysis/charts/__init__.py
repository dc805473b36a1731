"""Figures: a tidy frame in, axes out. No arithmetic, no wording, no files.

The first column of a frame is the key of its rows, and names the name space of their labels (`name_of`). Charts of
one's own take the same look within `style`, and the same colours by `colour`.
"""

from analysis.charts.annex import draw_lorenz, draw_survival
from analysis.charts.dots import draw_dots, draw_rates
from analysis.charts.forecast import draw_forecast
from analysis.charts.matrix import draw_matrix, draw_parts
from analysis.charts.stacks import draw_feedback, draw_states
from analysis.charts.trend import draw_burn_up, draw_burn_up_by_theme, draw_cumulative_flow
from analysis.look.labels import Labels, name_of
from analysis.look.palette import FEEDBACK_LOOKS, PALETTE, STATE_LOOKS, Look, colour
from analysis.look.style import style

__all__ = [
    "FEEDBACK_LOOKS",
    "PALETTE",
    "STATE_LOOKS",
    "Labels",
    "Look",
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
    "draw_rates",
    "draw_states",
    "draw_survival",
    "name_of",
    "style",
]
