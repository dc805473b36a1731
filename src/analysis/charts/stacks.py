"""Stacked bars of counts: one bar a theme or a unit, one part a state."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from analysis.charts.labels import Labels, by_key, name_of
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
from analysis.schema import FEEDBACK, NO_FEEDBACK

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.container import BarContainer

_HATCHED = (NO_FEEDBACK, "missing")


def draw_states(
    counts: pd.DataFrame, *, labels: Labels | None = None, ax: Axes | None = None, narrow: bool = False
) -> Axes:
    """Bars stacked by state, in counts; what was never said is hatched, so that it is not read as a colour.

    Parameters
    ----------
    counts : pandas.DataFrame
        First column: theme_id, unit_id or measure_id, top bar first. The others: counts of states
        (`analysis.schema.BUCKETS` or `analysis.schema.FEEDBACK`), left part first.
    labels : mapping, optional
        Display names by name space and key, as `analysis.charts.labels.name_of` takes them; keys themselves when left
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
    shown = by_key(counts).head(MOST_ROWS)
    with style():
        height = 0.95 + len(shown) * (0.42 if narrow else 0.29) + (0.55 if narrow else 0.0)
        ax = axes_for(ax, width=figure_width(narrow=narrow), height=height)
        if not int(shown.to_numpy().sum()):
            return say_nothing(ax, labels)
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
        name_rows(ax, [name_of(labels, str(shown.index.name), key) for key in shown.index], narrow=narrow, lift=0.36)
        ax.set_xlim(0, longest * 1.01)
        ax.xaxis.set_major_locator(MaxNLocator(integer=True))
        ax.set_xlabel(name_of(labels, "drawing", "count_of"))
        state_legend(ax, states, labels, narrow=narrow)
        rows_left_out(ax, counts, labels)
    return ax


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
    return draw_states(counts, labels=labels, ax=ax, narrow=narrow)


def state_legend(ax: Axes, states: list[str], labels: Labels | None, *, narrow: bool) -> None:
    """Names of the states above a figure, in the order of the stack."""
    names = [name_of(labels, "feedback" if state in FEEDBACK else "state", state) for state in states]
    patches = [Patch(label=name, **state_look(state)) for name, state in zip(names, states, strict=True)]
    figure = ax.get_figure(root=True)
    assert figure is not None
    figure.legend(
        handles=patches, loc="outside upper left", ncols=2 if narrow else 4, handlelength=1.4, columnspacing=1.2
    )


def label_bars(ax: Axes, bars: BarContainer, texts: list[str], state: str) -> None:
    """Numbers in the middle of bars, cut out of the hatching where there is any."""
    clear = {"facecolor": colour(state), "edgecolor": "none", "pad": 0.8} if state in _HATCHED else None
    ax.bar_label(bars, texts, label_type="center", color=colour(f"on-{state}"), fontsize=8.5, bbox=clear)


def state_look(state: str) -> dict[str, Any]:
    """Fill, edge and hatch of a state."""
    hatched = state in _HATCHED
    return {
        "facecolor": colour(state),
        "edgecolor": colour("muted") if hatched else colour("paper"),
        "hatch": HATCH if hatched else None,
        "linewidth": 0.6,
        "clip_on": False,
    }
