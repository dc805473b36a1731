"""The figure of what may be completed by when."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from analysis.charts.legend import Legend
from analysis.charts.trend import LINES, quiet_grid
from analysis.look.labels import Labels, name_of
from analysis.look.palette import colour
from analysis.look.periods import period_axis
from analysis.look.style import axes_for, axis_name, figure_width, say_nothing, style

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes


def draw_forecast(
    forecast: pd.DataFrame, *, labels: Labels | None = None, ax: Axes | None = None, narrow: bool = False
) -> Axes:
    """What was completed so far and the fan of what may come.

    Parameters
    ----------
    forecast : pandas.DataFrame
        From `analysis.trend.with_past`: period_end, scope, completed (missing in coming periods), p50 and p85 (missing
        in past ones).
    labels, ax, narrow
        As in `analysis.charts.draw_states`; the labels p50 and p85 of the drawing name the edges of the fan.
    """
    edges = {"p50": ("o", "paper"), "p85": ("s", "accent")}
    handles = [
        Line2D([], [], label=name_of(labels, "drawing", column), linestyle="none", **_edge(*look))
        for column, look in edges.items()
    ]
    legend = Legend(handles, narrow=narrow)
    with style():
        ax = axes_for(ax, width=figure_width(narrow=narrow), height=(2.4 if narrow else 2.8) + legend.height)
        if forecast.empty or forecast["p50"].isna().all():
            return say_nothing(ax, labels, "no_forecast")
        places = np.arange(len(forecast))
        past, coming = forecast["completed"].notna().to_numpy(), forecast["p50"].notna().to_numpy()
        ax.step(places, forecast["scope"], where="post", **LINES["scope"])
        ax.step(places[past], forecast["completed"][past].astype("int64"), where="post", **LINES["closed"])
        least, half = (forecast[column][coming].astype("float64") for column in ("p85", "p50"))
        ax.fill_between(places[coming], least, half, color=colour("heat-1"), step="mid")
        for (column, look), values in zip(edges.items(), (half, least), strict=True):
            ax.plot(places[coming], values, linestyle="none", label=name_of(labels, "drawing", column), **_edge(*look))
        period_axis(ax, forecast["period_end"], labels, narrow=narrow)
        ax.set_ylim(0, float(forecast["scope"].max()) * 1.12)
        ax.yaxis.set_major_locator(MaxNLocator(integer=True))
        quiet_grid(ax)
        axis_name(ax, "y", name_of(labels, "drawing", "count_of"))
        legend.draw(ax)
    return ax


def _edge(marker: str, fill: str) -> dict[str, Any]:
    own = {"markerfacecolor": colour(fill), "markeredgecolor": colour("accent")}
    return {"marker": marker, "markersize": 4.6, "color": colour("accent"), **own}
