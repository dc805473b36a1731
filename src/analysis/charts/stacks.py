"""Stacked bars of counts: one bar a theme or a unit, one part a state."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.container import BarContainer
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from analysis.charts.style import (
    HATCH,
    MOST_ROWS,
    axes_for,
    colour,
    figure_width,
    name_rows,
    rows_left_out,
    say_nothing,
    style,
)
from analysis.schema import NO_FEEDBACK

_HATCHED = (NO_FEEDBACK, "missing")


def draw_states(
    counts: pd.DataFrame, *, labels: Mapping[str, str] | None = None, ax: Axes | None = None, narrow: bool = False
) -> Axes:
    """Bars stacked by state, in counts; what was never said is hatched, so that it is not read as a colour.

    Parameters
    ----------
    counts : pandas.DataFrame
        Index: theme_id or unit_id, top bar first. Columns: states (`analysis.schema.BUCKETS` or
        `analysis.schema.FEEDBACK`), left part first. Values: counts.
    labels : mapping, optional
        Display names of ids and states; ids themselves when left out.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure when left out.
    narrow : bool
        Whether a new figure is made for a telephone.
    """
    labels = labels or {}
    shown = counts.head(MOST_ROWS)
    with style():
        height = 0.95 + len(shown) * (0.42 if narrow else 0.29) + (0.55 if narrow else 0.0)
        ax = axes_for(ax, width=figure_width(narrow), height=height)
        if not int(counts.to_numpy().sum()):
            return say_nothing(ax, labels.get("nothing", "–"))
        longest = int(shown.sum(axis="columns").max())
        left = pd.Series(0, index=shown.index)
        states = [str(state) for state in shown.columns if shown[state].any()]
        for state in states:
            some = shown[state].gt(0).to_numpy()
            widths = shown[state][some]
            bars = ax.barh(np.flatnonzero(some), widths, left=left[some], height=0.62, **state_look(state))
            room = longest * (0.05 if narrow else 0.022)
            label_bars(ax, bars, [str(width) if width >= room else "" for width in widths], state)
            left = left + shown[state]
        name_rows(ax, [labels.get(str(key), str(key)) for key in shown.index], narrow=narrow, lift=0.36)
        ax.set_xlim(0, longest * 1.01)
        ax.xaxis.set_major_locator(MaxNLocator(integer=True))
        ax.set_xlabel(labels.get("count_of", "count_of"))
        state_legend(ax, states, labels, narrow=narrow)
        rows_left_out(ax, counts, labels)
    return ax


def state_legend(ax: Axes, states: list[str], labels: Mapping[str, str], *, narrow: bool) -> None:
    """Names of the states above a figure, in the order of the stack."""
    patches = [Patch(label=labels.get(state, state), **state_look(state)) for state in states]
    figure = ax.get_figure(root=True)
    assert figure is not None
    figure.legend(
        handles=patches, loc="outside upper left", ncols=2 if narrow else 4, handlelength=1.4, columnspacing=1.2
    )


def label_bars(ax: Axes, bars: BarContainer, texts: list[str], state: str) -> None:
    """Numbers in the middle of bars, cut out of the hatching where there is any."""
    clear = {"facecolor": colour(state), "edgecolor": "none", "pad": 0.8} if state in _HATCHED else None
    ax.bar_label(bars, texts, label_type="center", color=colour(f"on-{state}"), fontsize=8.5, bbox=clear)


def state_look(state: str) -> dict[str, object]:
    """Fill, edge and hatch of a state."""
    hatched = state in _HATCHED
    return {
        "facecolor": colour(state),
        "edgecolor": colour("muted") if hatched else colour("paper"),
        "hatch": HATCH if hatched else None,
        "linewidth": 0.6,
        "clip_on": False,
    }
