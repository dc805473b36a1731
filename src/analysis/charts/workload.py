"""Figures of who carries what."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from analysis.charts.style import axes_for, colour, figure_width, say_nothing, style


def draw_load(
    loads: pd.DataFrame, *, labels: Mapping[str, str] | None = None, ax: Axes | None = None, narrow: bool = False
) -> Axes:
    """Cleveland dots: measures that name a unit (F, ring) beside its fractional count (W, dot).

    Parameters
    ----------
    loads : pandas.DataFrame
        From `analysis.workload.by_unit`: unit_id, named_in, share; top row first.
    labels, ax, narrow
        As in `analysis.charts.draw_states`.
    """
    labels = labels or {}
    with style():
        ax = axes_for(ax, width=figure_width(narrow), height=max(0.9 + len(loads) * (0.4 if narrow else 0.255), 1.3))
        if loads.empty:
            return say_nothing(ax, labels.get("nothing", "–"))
        rows = range(len(loads))
        ax.hlines(rows, loads["share"], loads["named_in"], color=colour("rule"), linewidth=2.4, zorder=1)
        ring = {"facecolor": colour("paper"), "edgecolor": colour("muted"), "linewidth": 1.3}
        ax.scatter(loads["named_in"], rows, s=34, zorder=2, label=labels.get("named_in", "named_in"), **ring)
        ax.scatter(loads["share"], rows, s=34, zorder=3, color=colour("accent"), label=labels.get("share", "share"))
        longest = float(loads["named_in"].max())
        for row, load in zip(rows, loads.itertuples(), strict=True):
            ax.annotate(
                f"{load.named_in}", (load.named_in, row), (6, 0), textcoords="offset points", va="center", fontsize=8.5
            )
        names = [labels.get(unit, unit) for unit in loads["unit_id"]]
        if narrow:
            ax.set_yticks([])
            for row, name in zip(rows, names, strict=True):
                ax.text(0, row - 0.3, name, va="bottom", fontsize=9)
        else:
            ax.set_yticks(rows, names)
        ax.set_ylim(len(loads) - 0.5, -0.9 if narrow else -0.6)
        ax.set_xlim(0, longest * 1.08 + 0.2)
        ax.xaxis.set_major_locator(MaxNLocator(integer=True))
        ax.xaxis.grid(True)
        ax.set_axisbelow(True)
        ax.spines[["left", "bottom"]].set_visible(False)
        ax.tick_params(left=False, bottom=False)
        figure = ax.get_figure()
        assert figure is not None
        figure.legend(loc="outside upper left", ncols=1 if narrow else 2, handletextpad=0.3)
    return ax
