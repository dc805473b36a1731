"""Figures for analysts: the Lorenz curve of the load, the survival of open measures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from matplotlib.ticker import FuncFormatter

from analysis.look.labels import Labels, name_of
from analysis.look.palette import colour
from analysis.look.style import axes_for, axis_name, figure_width, percent, say_nothing, style

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
        ax = axes_for(ax, width=figure_width(narrow=narrow), height=2.9)
        # From nothing to everything in one step: there is one unit.
        if len(curve) < 3:
            return say_nothing(ax, labels, "nothing" if curve.empty else "one_unit")
        ax.plot([0, 1], [0, 1], color=colour("muted"), linewidth=1.2, linestyle=(0, (5, 3)))
        across, up = curve["share_of_units"], curve["share_of_load"]
        ax.fill_between(across, up, across, color=colour("heat-1"))
        ax.plot(across, up, color=colour("accent"), linewidth=2.2, marker="o", markersize=3)
        beside = {"xytext": (-8, 6), "textcoords": "offset points", "ha": "right", "color": colour("muted")}
        ax.annotate(name_of(labels, "drawing", "even_load"), (0.5, 0.5), **beside)
        _in_percent(ax, "xy")
        ax.set(xlim=(0, 1.01), ylim=(0, 1.02))
        axis_name(ax, "x", name_of(labels, "drawing", "share_of_units"))
        axis_name(ax, "y", name_of(labels, "drawing", "share_of_load"))
    return ax


def draw_survival(
    survival: pd.DataFrame, *, labels: Labels | None = None, ax: Axes | None = None, narrow: bool = False
) -> Axes:
    """The step curve of the share of measures still open by days since the notice.

    Parameters
    ----------
    survival : pandas.DataFrame
        From `analysis.trend.kaplan_meier`: days, at_risk, closures, still_open.
    labels, ax, narrow
        As in `analysis.charts.draw_states`.
    """
    with style():
        ax = axes_for(ax, width=figure_width(narrow=narrow), height=2.6)
        if not len(survival) or not survival["at_risk"].max():
            return say_nothing(ax, labels)
        if not survival["closures"].sum():
            return say_nothing(ax, labels, "nothing_completed")
        ax.step(survival["days"], survival["still_open"], where="post", color=colour("closed"), linewidth=2.2)
        closures = survival[survival["closures"].gt(0)]
        ax.scatter(closures["days"], closures["still_open"], s=16, color=colour("closed"), zorder=3)
        last = survival.iloc[-1]
        end = (last["days"], last["still_open"])
        beside = {"xytext": (6, 0), "textcoords": "offset points", "va": "center", "annotation_clip": False}
        ax.annotate(percent(last["still_open"]), end, color=colour("ink"), **beside)
        ax.set_ylim(0, 1.05)
        ax.set_xlim(0, float(survival["days"].max()) * 1.03 + 1)
        _in_percent(ax, "y")
        ax.spines["left"].set_visible(False)
        ax.tick_params(left=False, labelcolor=colour("muted"))
        axis_name(ax, "x", name_of(labels, "drawing", "days_since_notice"))
        axis_name(ax, "y", name_of(labels, "column", "still_open"))
    return ax


def _in_percent(ax: Axes, which: str) -> None:
    for letter in which:
        axis = getattr(ax, f"{letter}axis")
        axis.set_major_formatter(FuncFormatter(lambda share, _: percent(share)))
        axis.grid(visible=True)
    ax.set_axisbelow(True)
