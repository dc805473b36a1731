"""Matrices of counts with the numbers in their cells."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.colors import BoundaryNorm, ListedColormap

from analysis.charts.states import label_lines
from analysis.charts.style import axes_for, colour, figure_width, say_nothing, style

_STEPS = 5


def draw_matrix(
    counts: pd.DataFrame, *, labels: Mapping[str, str] | None = None, ax: Axes | None = None, narrow: bool = False
) -> Axes:
    """A heatmap of counts; a 0 is an empty cell, which is the gap a reader looks for.

    Parameters
    ----------
    counts : pandas.DataFrame
        Index: row ids, top first. Columns: column ids, left first. Values: counts.
    labels, ax, narrow
        As in `analysis.charts.draw_states`.
    """
    labels = labels or {}
    with style():
        ax = axes_for(ax, width=figure_width(narrow), height=max(0.75 + len(counts) * 0.262, 1.3))
        if counts.empty or counts.to_numpy().sum() == 0:
            return say_nothing(ax, labels.get("nothing", "–"))
        bounds = _bounds(int(counts.to_numpy().max()))
        colours = [colour(f"heat-{step}") for step in range(_STEPS)]
        sns.heatmap(
            counts.to_numpy(),
            ax=ax,
            cmap=ListedColormap(colours),
            norm=BoundaryNorm(bounds, _STEPS),
            cbar=False,
            linewidths=1.2,
            linecolor=colour("paper"),
        )
        for (row, column), count in np.ndenumerate(counts.to_numpy()):
            if count:
                step = int(np.digitize(count, bounds)) - 1
                ink = colour("paper") if step >= 3 else colour("ink")
                ax.text(column + 0.5, row + 0.5, str(count), ha="center", va="center", fontsize=8.5, color=ink)
        ax.set_yticks(np.arange(len(counts)) + 0.5, [labels.get(str(key), str(key)) for key in counts.index])
        heads = [labels.get(str(key), str(key)) for key in counts.columns]
        ax.set_xticks(np.arange(len(heads)) + 0.5, [label_lines(head, 8 if narrow else 14) for head in heads])
        ax.tick_params(left=False, bottom=False, top=False, labeltop=True, labelbottom=False, rotation=0)
        if narrow:
            ax.tick_params(axis="x", labelsize=7.5)
        ax.tick_params(axis="x", labelcolor=colour("ink"))
        ax.set(xlabel="", ylabel="")
    return ax


def _bounds(largest: int) -> np.ndarray:
    """Steps of colour: 0 by itself, then four of about equal width that reach the largest count."""
    inner = np.unique(np.ceil(np.linspace(1, max(largest, _STEPS - 1) + 1, _STEPS)))
    return np.concatenate([[0], inner]).astype("float64") - 0.5
