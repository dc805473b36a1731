"""Stacked bars of counts: one bar a theme or a unit, one part a state."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from matplotlib.ticker import MaxNLocator

from analysis.charts.legend import label_bars, paint, state_legend
from analysis.look.labels import Labels, by_key, name_of
from analysis.look.style import (
    MOST_ROWS,
    POINTS,
    axes_for,
    axis_name,
    figure_width,
    left_out,
    name_rows,
    row_height,
    say_nothing,
    stand_beside,
    style,
    width_of,
)
from analysis.schema import FEEDBACK

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def draw_states(
    counts: pd.DataFrame, *, labels: Labels | None = None, ax: Axes | None = None, narrow: bool = False
) -> Axes:
    """Bars stacked by state, in counts; what calls for somebody is painted strongest.

    Parameters
    ----------
    counts : pandas.DataFrame
        First column: theme_id, unit_id or measure_id, top bar first. The others: counts of states
        (`analysis.schema.BUCKETS` or `analysis.schema.FEEDBACK`), left part first.
    labels : mapping, optional
        Display names by name space and key, as `analysis.look.labels.name_of` takes them; keys themselves when left
        out.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure when left out.
    narrow : bool
        Whether a new figure is made for a telephone.

    Raises
    ------
    ValueError
        When the ids are the index of the frame.
    """
    return _draw_bars(counts, "nothing", labels=labels, ax=ax, narrow=narrow)


def draw_feedback(
    reports: pd.DataFrame, *, labels: Labels | None = None, ax: Axes | None = None, narrow: bool = False
) -> Axes:
    """Bars of the reports that were due, stacked by what became of them.

    Parameters
    ----------
    reports : pandas.DataFrame
        First column: unit_id or measure_id, top bar first; a count for each of `analysis.schema.FEEDBACK`. Other
        columns are not drawn.
    labels, ax, narrow
        As in `draw_states`.
    """
    counts = reports[[reports.columns[0], *FEEDBACK]]
    return _draw_bars(counts, "nothing_due", labels=labels, ax=ax, narrow=narrow)


def _draw_bars(counts: pd.DataFrame, empty: str, *, labels: Labels | None, ax: Axes | None, narrow: bool) -> Axes:
    shown = by_key(counts).head(MOST_ROWS)
    names = [name_of(labels, str(shown.index.name), key) for key in shown.index]
    states = [str(state) for state in shown.columns if shown[state].any()]
    legend = state_legend(states, labels, narrow=narrow)
    beside, width = stand_beside(names, narrow=narrow), figure_width(narrow=narrow)
    with style():
        ax = axes_for(ax, width=width, height=0.6 + legend.height + len(shown) * row_height(names, narrow=narrow))
        if not states:
            return say_nothing(ax, labels, "nothing" if shown.empty else empty)
        longest = int(shown.sum(axis="columns").max())
        taken = min(max(map(width_of, names)), 14) * 9.5 / POINTS + 0.25 if beside else 0.15
        unit = (width - taken) / longest
        left = pd.Series(0, index=shown.index)
        for state in states:
            some = shown[state].gt(0).to_numpy()
            widths = shown[state][some]
            bars = ax.barh(
                np.flatnonzero(some), widths, left=left[some], height=0.66 if beside else 0.5, **paint(state)
            )
            label_bars(ax, bars, list(widths), state, rooms=[unit * part for part in widths])
            left = left + shown[state]
        name_rows(ax, names, narrow=narrow, lift=0.26)
        ax.set_xlim(0, longest * 1.01)
        ax.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=5 if narrow else "auto"))
        axis_name(ax, "x", name_of(labels, "drawing", "count_of"))
        legend.draw(ax)
        left_out(ax, "rows_left_out", len(counts) - MOST_ROWS, labels)
    return ax
