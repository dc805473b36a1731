"""The Lorenz curve of the load."""

from __future__ import annotations

from typing import TYPE_CHECKING

from matplotlib.ticker import PercentFormatter

from analysis.charts.labels import Labels, name_of
from analysis.charts.style import axes_for, colour, figure_width, say_nothing, style

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes


def draw_lorenz(
    curve: pd.DataFrame, *, labels: Labels | None = None, ax: Axes | None = None, narrow: bool = False
) -> Axes:
    """What part of the load the lightest units carry together, beside the line of an even load.

    Parameters
    ----------
    curve : pandas.DataFrame
        From `analysis.workload.lorenz`: share_of_units, share_of_load.
    labels, ax, narrow
        As in `analysis.charts.draw_states`.
    """
    with style():
        ax = axes_for(ax, width=figure_width(narrow=narrow), height=3.3)
        if curve.empty:
            return say_nothing(ax, labels)
        ax.plot([0, 1], [0, 1], color=colour("muted"), linewidth=1.2, linestyle=(0, (5, 3)))
        ax.fill_between(
            curve["share_of_units"], curve["share_of_load"], curve["share_of_units"], color=colour("heat-1")
        )
        ax.plot(
            curve["share_of_units"],
            curve["share_of_load"],
            color=colour("accent"),
            linewidth=2.2,
            marker="o",
            markersize=3,
        )
        ax.annotate(
            name_of(labels, "drawing", "even_load"),
            (0.5, 0.5),
            (-8, 6),
            textcoords="offset points",
            ha="right",
            color=colour("muted"),
        )
        for axis in (ax.xaxis, ax.yaxis):
            axis.set_major_formatter(PercentFormatter(1))
            axis.grid(visible=True)
        ax.set_axisbelow(True)
        ax.set(xlim=(0, 1.01), ylim=(0, 1.02))
        ax.set_xlabel(name_of(labels, "drawing", "share_of_units"))
        ax.set_ylabel(name_of(labels, "drawing", "share_of_load"))
    return ax
