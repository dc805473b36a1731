"""The Lorenz curve of the load."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import PercentFormatter

from analysis.charts.style import axes_for, colour, figure_width, say_nothing, style


def draw_lorenz(
    curve: pd.DataFrame, *, labels: Mapping[str, str] | None = None, ax: Axes | None = None, narrow: bool = False
) -> Axes:
    """What part of the load the lightest units carry together, beside the line of an even load.

    Parameters
    ----------
    curve : pandas.DataFrame
        From `analysis.workload.lorenz`: share_of_units, share_of_load.
    labels, ax, narrow
        As in `analysis.charts.draw_states`.
    """
    labels = labels or {}
    with style():
        ax = axes_for(ax, width=figure_width(narrow), height=3.3)
        if curve.empty:
            return say_nothing(ax, labels.get("nothing", "–"))
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
            labels.get("even_load", "even_load"),
            (0.5, 0.5),
            (-8, 6),
            textcoords="offset points",
            ha="right",
            color=colour("muted"),
        )
        for axis in (ax.xaxis, ax.yaxis):
            axis.set_major_formatter(PercentFormatter(1))
            axis.grid(True)
        ax.set_axisbelow(True)
        ax.set(xlim=(0, 1.01), ylim=(0, 1.02))
        ax.set_xlabel(labels.get("share_of_units", "share_of_units"))
        ax.set_ylabel(labels.get("share_of_load", "share_of_load"))
    return ax
