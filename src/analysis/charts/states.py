"""Stacked bars of counts by delivery state: one bar a theme or a unit."""

from __future__ import annotations

from collections.abc import Mapping
from textwrap import wrap

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.container import BarContainer
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from analysis.charts.style import HATCH, axes_for, colour, figure_width, say_nothing, style
from analysis.schema import BUCKETS, NO_FEEDBACK


def draw_states(
    counts: pd.DataFrame, *, labels: Mapping[str, str] | None = None, ax: Axes | None = None, narrow: bool = False
) -> Axes:
    """Bars stacked by state, in counts; no feedback is hatched, so that it is never read as a colour.

    Parameters
    ----------
    counts : pandas.DataFrame
        Index: theme_id or unit_id, top bar first. Columns: `analysis.schema.BUCKETS`. Values: counts.
    labels : mapping, optional
        Display names of ids and states; ids themselves when left out.
    ax : matplotlib.axes.Axes, optional
    narrow : bool
        For a new figure: made for a telephone.
    """
    labels = labels or {}
    with style():
        height = 0.9 + len(counts) * (0.42 if narrow else 0.29) + (0.55 if narrow else 0.0)
        ax = axes_for(ax, width=figure_width(narrow), height=max(height, 1.2))
        if counts.to_numpy().sum() == 0:
            return say_nothing(ax, labels.get("nothing", "–"))
        longest = int(counts.sum(axis="columns").max())
        rows = range(len(counts))
        left = pd.Series(0, index=counts.index)
        shown = [state for state in BUCKETS if counts[state].any()]
        for state in shown:
            bars = ax.barh(rows, counts[state], left=left, height=0.62, **state_look(state))
            texts = [str(count) if count >= longest * (0.05 if narrow else 0.022) else "" for count in counts[state]]
            label_bars(ax, bars, texts, state)
            left = left + counts[state]
        if narrow:
            ax.set_yticks([])
            for row, key in zip(rows, counts.index, strict=True):
                ax.text(0, row - 0.36, labels.get(str(key), str(key)), va="bottom", fontsize=9)
        else:
            ax.set_yticks(rows, [label_lines(labels.get(str(key), str(key)), 22) for key in counts.index])
        ax.set_ylim(len(counts) - 0.45, -0.95 if narrow else -0.55)
        ax.set_xlim(0, longest * 1.01)
        ax.xaxis.set_major_locator(MaxNLocator(integer=True))
        ax.set_xlabel(labels.get("count_of_measures", "count_of_measures"))
        ax.spines["left"].set_visible(False)
        ax.tick_params(left=False)
        state_legend(ax, shown, labels, narrow=narrow)
    return ax


def state_legend(ax: Axes, states: list[str], labels: Mapping[str, str], *, narrow: bool) -> None:
    """Names of the states above a figure, in the order of the stack."""
    patches = [Patch(label=labels.get(state, state), **state_look(state)) for state in states]
    figure = ax.get_figure()
    assert figure is not None
    figure.legend(
        handles=patches, loc="outside upper left", ncols=2 if narrow else 4, handlelength=1.4, columnspacing=1.2
    )


def label_bars(ax: Axes, bars: BarContainer, texts: list[str], state: str) -> None:
    """Numbers in the middle of bars, cut out of the hatching where there is any."""
    clear = {"facecolor": colour(state), "edgecolor": "none", "pad": 0.8} if state == NO_FEEDBACK else None
    ax.bar_label(bars, texts, label_type="center", color=colour(f"on-{state}"), fontsize=8.5, bbox=clear)


def label_lines(text: str, width: int) -> str:
    """A label broken into lines: between words, or anywhere in Chinese, which has no spaces."""
    columns = width if text.isascii() else width // 2
    return "\n".join(wrap(text, columns)) or text


def state_look(state: str) -> dict[str, object]:
    """Fill, edge and hatch of a state."""
    hatched = state == NO_FEEDBACK
    return {
        "facecolor": colour(state),
        "edgecolor": colour("muted") if hatched else colour("paper"),
        "hatch": HATCH if hatched else None,
        "linewidth": 0.6,
    }
