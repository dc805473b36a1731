"""Cleveland dots: up to three counts of a row on one scale."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.ticker import MaxNLocator

from analysis.charts.labels import Labels, by_key, name_of
from analysis.charts.style import (
    MOST_ROWS,
    axes_for,
    colour,
    figure_width,
    name_rows,
    rows_left_out,
    say_nothing,
    style,
)

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

_LOOKS = (
    {"marker": "o", "facecolor": colour("paper"), "edgecolor": colour("muted"), "linewidth": 1.3, "s": 36},
    {"marker": "o", "facecolor": colour("accent"), "edgecolor": colour("accent"), "linewidth": 0.8, "s": 32},
    {"marker": "D", "facecolor": colour("paper"), "edgecolor": colour("signal"), "linewidth": 1.4, "s": 24},
)


def draw_dots(
    counts: pd.DataFrame, *, labels: Labels | None = None, ax: Axes | None = None, narrow: bool = False
) -> Axes:
    """Rows of dots: the whole as a ring with its number, parts of it as a dot and as a diamond.

    Parameters
    ----------
    counts : pandas.DataFrame
        First column: id of the row, top row first. Then one to three columns of counts, the largest first; a third
        that is 0 is not drawn. A last column ``kind``, when there is one, stands at the right edge.
    labels, ax, narrow
        As in `analysis.charts.draw_states`.
    """
    shown = by_key(counts).head(MOST_ROWS)
    with style():
        row_height = 0.4 if narrow else 0.255
        ax = axes_for(
            ax, width=figure_width(narrow=narrow), height=1.0 + len(shown) * row_height + (0.35 if narrow else 0)
        )
        if counts.empty:
            return say_nothing(ax, labels)
        columns = [str(column) for column in shown.columns if column != "kind"]
        rows = list(range(len(shown)))
        # A third count is of a part that most rows do not have: 0 is left out, not drawn at the edge.
        dots = shown[columns].where(shown[columns].gt(0) | (np.arange(len(columns)) < 2))
        ax.hlines(rows, dots.min(axis="columns"), dots[columns[0]], color=colour("rule"), linewidth=2.4)
        for place, (column, look) in enumerate(zip(columns, _LOOKS if len(columns) > 1 else _LOOKS[1:], strict=False)):
            values = dots[column].dropna()
            at = np.flatnonzero(dots[column].notna())
            ax.scatter(values, at, zorder=2 + place, label=name_of(labels, "column", column), **look)
        for row, value in enumerate(shown[columns[0]]):
            ax.annotate(str(value), (value, row), (7, 0), textcoords="offset points", va="center", fontsize=8.5)
        names = [name_of(labels, str(shown.index.name), key) for key in shown.index]
        longest = float(shown[columns[0]].max())
        kinds = [name_of(labels, "kind", kind) for kind in shown["kind"]] if "kind" in shown.columns else []
        ax.set_xlim(-0.012 * longest, longest * 1.1 + 0.2)
        if kinds and not narrow:
            edge = ax.secondary_yaxis("right")
            edge.set_yticks(range(len(kinds)), kinds)
            edge.tick_params(right=False, labelsize=8, labelcolor=colour("muted"))
            edge.spines["right"].set_visible(False)
        elif kinds:
            names = [f"{name} · {kind}" for name, kind in zip(names, kinds, strict=True)]
        name_rows(ax, names, narrow=narrow, lift=0.3)
        ax.xaxis.set_major_locator(MaxNLocator(integer=True))
        ax.set_xticks([tick for tick in ax.get_xticks() if 0 <= tick <= longest])
        ax.xaxis.grid(visible=True)
        ax.set_axisbelow(True)
        ax.spines["bottom"].set_visible(False)
        ax.tick_params(bottom=False)
        ax.set_xlabel(name_of(labels, "drawing", "count_of"))
        figure = ax.get_figure(root=True)
        assert figure is not None
        figure.legend(loc="outside upper left", ncols=1 if narrow else 3, handletextpad=0.3)
        rows_left_out(ax, counts, labels)
    return ax
