"""Figures of how delivery moves from period to period."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib import pyplot
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator, PercentFormatter

from analysis.charts.labels import Labels, name_of
from analysis.charts.stacks import label_bars, state_legend, state_look
from analysis.charts.style import axes_for, colour, figure_width, label_lines, say_nothing, style
from analysis.schema import BUCKETS, NO_FEEDBACK

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd
    from matplotlib.axes import Axes

_BAND_ORDER = ("closed", "done_reported", "in_progress", "stalled", "not_started", "ongoing", NO_FEEDBACK, "withdrawn")


def draw_burn_up(
    burn_up: pd.DataFrame, *, labels: Labels | None = None, ax: Axes | None = None, narrow: bool = False
) -> Axes:
    """Steps of completion under the line of scope, reported and verified apart.

    Parameters
    ----------
    burn_up : pandas.DataFrame
        From `analysis.trend.burn_up`: period_end, scope, reported, closed.
    labels, ax, narrow
        As in `analysis.charts.draw_states`.
    """
    with style():
        ax = axes_for(ax, width=figure_width(narrow=narrow), height=3.3)
        if burn_up.empty or burn_up["scope"].max() == 0:
            return say_nothing(ax, labels)
        places = np.arange(len(burn_up))
        lines = _lines()
        _draw_steps(ax, burn_up, places)
        ends = {column: int(burn_up[column].iloc[-1]) for column in lines}
        names = {
            column: f"{end} {name_of(labels, 'drawing', f'{column}_line', otherwise=column)}"
            for column, end in ends.items()
        }
        top = float(burn_up["scope"].max())
        if narrow:
            handles = [Line2D([], [], label=names[column], **look) for column, look in lines.items()]
            figure = ax.get_figure(root=True)
            assert figure is not None
            figure.legend(handles=handles, loc="outside upper left")
        else:
            heights = spread(list(ends.values()), gap=top * 0.085)
            for column, height in zip(lines, heights, strict=True):
                beside = {"xytext": (10, 0), "textcoords": "offset points", "va": "center", "annotation_clip": False}
                ax.annotate(names[column], (places[-1], height), color=lines[column]["color"], **beside)
        period_axis(ax, burn_up["period_end"], narrow=narrow)
        ax.set_xlim(-0.3, places[-1] + (0.3 if narrow else max(0.3, 0.02 * len(places))))
        ax.set_ylim(0, top * 1.12)
        ax.yaxis.set_major_locator(MaxNLocator(integer=True))
        ax.set_ylabel(name_of(labels, "drawing", "count_of"))
    return ax


def draw_cumulative_flow(
    counts: pd.DataFrame, *, labels: Labels | None = None, ax: Axes | None = None, narrow: bool = False
) -> Axes:
    """One column a period, stacked by state: the bands of a cumulative-flow chart, drawn as the counts they are.

    Parameters
    ----------
    counts : pandas.DataFrame
        From `analysis.trend.by_period`: period_end and the columns of `analysis.schema.BUCKETS`.
    labels, ax, narrow
        As in `analysis.charts.draw_states`.
    """
    with style():
        ax = axes_for(ax, width=figure_width(narrow=narrow), height=4.4 if narrow else 3.9)
        bands = counts[list(BUCKETS)]
        if counts.empty or bands.to_numpy().sum() == 0:
            return say_nothing(ax, labels)
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
        ax.set_ylabel(name_of(labels, "drawing", "count_of"))
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


def draw_burn_up_by_theme(burn_up: pd.DataFrame, *, labels: Labels | None = None, narrow: bool = False) -> list[Axes]:
    """Small multiples of the burn-up, one a theme, on the same axes.

    Parameters
    ----------
    burn_up : pandas.DataFrame
        From `analysis.trend.burn_up_by_theme`.
    labels, narrow
        As in `analysis.charts.draw_states`.
    """
    themes = list(burn_up["theme_id"].drop_duplicates())
    columns = 2 if narrow else 3
    rows = max(1, -(-len(themes) // columns))
    with style():
        if not themes or not burn_up["scope"].max():
            return [say_nothing(axes_for(None, width=figure_width(narrow=narrow), height=1), labels)]
        figure, grid = pyplot.subplots(
            rows, columns, figsize=(figure_width(narrow=narrow), 1.75 * rows), sharex=True, sharey=True, squeeze=False
        )
        for ax, theme in zip(grid.flat, themes, strict=False):
            part = burn_up[burn_up["theme_id"].eq(theme)]
            places = np.arange(len(part))
            _draw_steps(ax, part, places)
            ax.set_title(
                label_lines(name_of(labels, "theme_id", theme), 22), loc="left", fontsize=9, color=colour("ink")
            )
            closed, scope = part["closed"].iloc[-1], part["scope"].iloc[-1]
            text = f"{closed}/{scope}" if scope else "—"
            ax.set_title(text, loc="right", fontsize=9, color=colour("closed"))
            period_axis(ax, part["period_end"], narrow=True)
        for ax in grid.flat[len(themes) :]:
            ax.set_axis_off()
        grid[0, 0].set_ylim(0, float(burn_up["scope"].max()) * 1.15)
        grid[0, 0].yaxis.set_major_locator(MaxNLocator(integer=True, nbins=4))
        handles = [
            Line2D([], [], label=name_of(labels, "drawing", f"{column}_line", otherwise=column), **look)
            for column, look in _lines().items()
        ]
        figure.legend(handles=handles, loc="outside upper left", ncols=1 if narrow else 3)
    return list(grid.flat)


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
        ax = axes_for(ax, width=figure_width(narrow=narrow), height=2.9)
        if not len(survival) or not survival["at_risk"].max():
            return say_nothing(ax, labels)
        ax.step(survival["days"], survival["still_open"], where="post", color=colour("closed"), linewidth=2.2)
        closures = survival[survival["closures"].gt(0)]
        ax.scatter(closures["days"], closures["still_open"], s=16, color=colour("closed"), zorder=3)
        last = survival.iloc[-1]
        ax.annotate(
            f"{last['still_open']:.0%}",
            (last["days"], last["still_open"]),
            (6, 0),
            textcoords="offset points",
            va="center",
            color=colour("closed"),
            annotation_clip=False,
        )
        ax.set_ylim(0, 1.05)
        ax.set_xlim(0, float(survival["days"].max()) * 1.03 + 1)
        ax.yaxis.set_major_formatter(PercentFormatter(1))
        _quiet_grid(ax)
        ax.set_xlabel(name_of(labels, "drawing", "days_since_notice"))
        ax.set_ylabel(name_of(labels, "column", "still_open"))
    return ax


def draw_forecast(
    forecast: pd.DataFrame, *, labels: Labels | None = None, ax: Axes | None = None, narrow: bool = False
) -> Axes:
    """Closures so far and the fan of those to come.

    Parameters
    ----------
    forecast : pandas.DataFrame
        period_end, scope, closed (missing in coming periods), p50 and p85 (missing in past ones).
    labels, ax, narrow
        As in `analysis.charts.draw_states`.
    """
    with style():
        ax = axes_for(ax, width=figure_width(narrow=narrow), height=3.1)
        if forecast.empty or forecast["p50"].isna().all():
            return say_nothing(ax, labels)
        places = np.arange(len(forecast))
        past, coming = forecast["closed"].notna().to_numpy(), forecast["p50"].notna().to_numpy()
        ax.step(places, forecast["scope"], where="post", color=colour("muted"), linewidth=1.2, linestyle=(0, (5, 3)))
        ax.step(places[past], forecast["closed"][past], where="post", color=colour("closed"), linewidth=2.6)
        ax.fill_between(
            places[coming], forecast["p85"][coming], forecast["p50"][coming], color=colour("in-progress"), step="mid"
        )
        marks = {"p50": ("o", "done-reported"), "p85": ("s", "closed")}
        for column, (marker, role) in marks.items():
            ax.plot(
                places[coming],
                forecast[column][coming],
                linestyle="none",
                marker=marker,
                markersize=4.5,
                color=colour(role),
                markerfacecolor=colour("paper"),
                label=name_of(labels, "drawing", column),
            )
        period_axis(ax, forecast["period_end"], narrow=narrow)
        ax.set_ylim(0, float(forecast["scope"].max()) * 1.12)
        ax.yaxis.set_major_locator(MaxNLocator(integer=True))
        _quiet_grid(ax)
        ax.set_ylabel(name_of(labels, "drawing", "count_of"))
        figure = ax.get_figure(root=True)
        assert figure is not None
        figure.legend(loc="outside upper left", ncols=1 if narrow else 2)
    return ax


def _lines() -> dict[str, dict[str, Any]]:
    return {
        "scope": {"color": colour("muted"), "linewidth": 1.2, "linestyle": (0, (5, 3))},
        "reported": {"color": colour("done-reported"), "linewidth": 1.8},
        "closed": {"color": colour("closed"), "linewidth": 2.6},
    }


def _draw_steps(ax: Axes, burn_up: pd.DataFrame, places: np.ndarray) -> None:
    for column, look in _lines().items():
        ax.step(places, burn_up[column], where="post", **look)
        if column != "scope":
            ax.scatter(places, burn_up[column], s=8 * look["linewidth"], color=look["color"], zorder=3)
    _quiet_grid(ax)


def _quiet_grid(ax: Axes) -> None:
    ax.yaxis.grid(visible=True)
    ax.set_axisbelow(True)
    ax.spines["left"].set_visible(False)
    ax.tick_params(left=False, labelcolor=colour("muted"))
