"""Figures of how delivery moves from period to period."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from analysis.charts.states import label_bars, state_legend, state_look
from analysis.charts.style import axes_for, colour, figure_width, say_nothing, style
from analysis.schema import BUCKETS, NO_FEEDBACK

_BAND_ORDER = ("closed", "done_reported", "in_progress", "stalled", "not_started", "ongoing", NO_FEEDBACK, "withdrawn")


def draw_burn_up(
    burn_up: pd.DataFrame, *, labels: Mapping[str, str] | None = None, ax: Axes | None = None, narrow: bool = False
) -> Axes:
    """Steps of completion under the line of scope, reported and verified apart.

    Parameters
    ----------
    burn_up : pandas.DataFrame
        From `analysis.trend.burn_up`: period_end, scope, reported, closed.
    labels, ax, narrow
        As in `analysis.charts.draw_states`.
    """
    labels = labels or {}
    with style():
        ax = axes_for(ax, width=figure_width(narrow), height=3.3)
        if burn_up.empty or burn_up["scope"].max() == 0:
            return say_nothing(ax, labels.get("nothing", "–"))
        places = np.arange(len(burn_up))
        lines = {
            "scope": {"color": colour("muted"), "linewidth": 1.2, "linestyle": (0, (5, 3))},
            "reported": {"color": colour("done-reported"), "linewidth": 1.8, "marker": "o", "markersize": 4},
            "closed": {"color": colour("closed"), "linewidth": 2.6, "marker": "o", "markersize": 5},
        }
        for column, look in lines.items():
            ax.step(places, burn_up[column], where="post", **look)
        ends = [float(burn_up[column].iloc[-1]) for column in lines]
        top = float(burn_up["scope"].max())
        for column, end, height in zip(lines, ends, spread(ends, gap=top * (0.15 if narrow else 0.085)), strict=True):
            text = f"{end:.0f} {labels.get(f'{column}_line', column)}"
            ax.annotate(
                text,
                (places[-1], height),
                (-3, 8) if narrow else (10, 0),
                textcoords="offset points",
                ha="right" if narrow else "left",
                va="center",
                color=lines[column]["color"],
                annotation_clip=False,
            )
        period_axis(ax, burn_up["period_end"], narrow=narrow)
        ax.set_xlim(-0.3, places[-1] + (0.3 if narrow else max(0.3, 0.02 * len(places))))
        ax.set_ylim(0, top * 1.12)
        ax.yaxis.set_major_locator(MaxNLocator(integer=True))
        ax.yaxis.grid(True)
        ax.set_axisbelow(True)
        ax.spines["left"].set_visible(False)
        ax.tick_params(left=False, labelcolor=colour("muted"))
        ax.set_ylabel(labels.get("count_of_measures", "count_of_measures"))
    return ax


def draw_cumulative_flow(
    counts: pd.DataFrame, *, labels: Mapping[str, str] | None = None, ax: Axes | None = None, narrow: bool = False
) -> Axes:
    """One column a period, stacked by state: the bands of a cumulative-flow chart, drawn as the counts they are.

    Parameters
    ----------
    counts : pandas.DataFrame
        From `analysis.trend.by_period`: period_end and the columns of `analysis.schema.BUCKETS`.
    labels, ax, narrow
        As in `analysis.charts.draw_states`.
    """
    labels = labels or {}
    with style():
        ax = axes_for(ax, width=figure_width(narrow), height=4.4 if narrow else 3.9)
        bands = counts[list(BUCKETS)]
        if counts.empty or bands.to_numpy().sum() == 0:
            return say_nothing(ax, labels.get("nothing", "–"))
        places = np.arange(len(counts))
        floor = np.zeros(len(counts))
        total = int(bands.sum(axis="columns").max())
        shown = [state for state in _BAND_ORDER if bands[state].any()]
        for state in shown:
            bars = ax.bar(places, bands[state], bottom=floor, width=0.86, **state_look(state))
            texts = [str(count) if count >= total * 0.045 else "" for count in bands[state]]
            label_bars(ax, bars, texts, state)
            floor = floor + bands[state].to_numpy()
        period_axis(ax, counts["period_end"], narrow=narrow)
        ax.set_ylim(0, total)
        ax.spines["left"].set_visible(False)
        ax.tick_params(left=False, labelcolor=colour("muted"))
        ax.set_ylabel(labels.get("count_of_measures", "count_of_measures"))
        state_legend(ax, shown, labels, narrow=narrow)
    return ax


def period_axis(ax: Axes, period_ends: pd.Series, *, narrow: bool) -> None:
    """Months along the x axis, the year where it begins, as many as there is room for."""
    step = max(1, int(np.ceil(len(period_ends) / (6 if narrow else 14))))
    places, names, year = [], [], None
    for place, end in list(enumerate(period_ends))[::step]:
        names.append(f"{end:%m}\n{end:%Y}" if end.year != year else f"{end:%m}")
        places.append(place)
        year = end.year
    ax.set_xticks(places, names)
    ax.tick_params(axis="x", length=3, labelcolor=colour("muted"))


def spread(values: Sequence[float], *, gap: float) -> list[float]:
    """Heights for labels: as near to `values` as they can be with `gap` between any two of them."""
    order = np.argsort(values, kind="stable")
    placed = np.asarray(values, dtype="float64")[order]
    for _ in range(len(placed)):
        for lower in range(len(placed) - 1):
            short = gap - (placed[lower + 1] - placed[lower])
            if short > 1e-9:
                placed[lower] -= short / 2
                placed[lower + 1] += short / 2
    heights = np.empty(len(placed))
    heights[order] = placed
    return [float(height) for height in heights]
