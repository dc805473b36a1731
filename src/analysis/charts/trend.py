"""Figures of how delivery moves from period to period; what is not in yet is drawn open."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib import pyplot
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from analysis.charts.legend import Legend, label_bars, paint, state_legend
from analysis.look.labels import Labels, name_of
from analysis.look.palette import LOOKS, colour
from analysis.look.periods import names_by_end, not_in, period_axis
from analysis.look.style import axes_for, axis_name, figure_width, label_lines, noted, say_nothing, style
from analysis.schema import BUCKETS

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd
    from matplotlib.axes import Axes

LINES: dict[str, dict[str, Any]] = {
    "scope": {"color": colour("muted"), "linewidth": 1.2, "linestyle": (0, (5, 3))},
    "planned": {"color": colour("signal"), "linewidth": 1.5, "linestyle": (0, (1, 1.4))},
    "reported": {"color": colour("heat-3"), "linewidth": 1.8},
    "closed": {"color": colour("accent"), "linewidth": 2.6},
}
_COUNTED = ("reported", "closed")
_DWARFING = 5
"""So many times as large as the smallest is a theme on whose scale that would be flat."""


def draw_burn_up(
    burn_up: pd.DataFrame, *, labels: Labels | None = None, ax: Axes | None = None, narrow: bool = False
) -> Axes:
    """Steps of completion under the line of scope, reported and verified apart, and the planned line if there is one.

    Parameters
    ----------
    burn_up : pandas.DataFrame
        From `analysis.trend.burn_up`: period_end, scope, closed, reported, planned (missing where there is no
        deadline), is_in. Without the column closed, which a plan that nobody verifies has no use for, only what is
        reported is drawn. The period of which ``is_noted`` is true carries the label ``note``.
    labels, ax, narrow
        As in `analysis.charts.draw_states`; the label ``last_open`` of the drawing tells of the periods not in.
    """
    lines = _lines_of(burn_up)
    ends = {} if burn_up.empty else {column: int(burn_up[column].iloc[-1]) for column in lines}
    names = {column: f"{end} {_line_name(labels, column)}" for column, end in ends.items()}
    handles = [Line2D([], [], label=names[column], **LINES[column]) for column in ends] if narrow else []
    legend = Legend(handles, narrow=narrow)
    with style():
        ax = axes_for(ax, width=figure_width(narrow=narrow), height=(2.5 if narrow else 3.1) + legend.height)
        if burn_up.empty or burn_up["scope"].max() == 0:
            return say_nothing(ax, labels)
        if len(burn_up) == 1:
            return say_nothing(ax, labels, text=_only_period(burn_up, names.values()))
        places = np.arange(len(burn_up))
        top = float(burn_up[list(lines)].to_numpy(dtype="float64").max())
        _draw_steps(ax, burn_up, places)
        if narrow:
            legend.draw(ax)
        else:
            told = [label_lines(name, 30) for name in names.values()]
            gap = top * 0.085 * max(name.count("\n") + 1 for name in told)
            for text, height in zip(told, spread(list(ends.values()), gap=gap), strict=True):
                beside = {"xytext": (10, 0), "textcoords": "offset points", "va": "center", "annotation_clip": False}
                ax.annotate(text, (places[-1], height), color=colour("ink"), **beside)
        _say_open(ax, burn_up, labels, mark="○")
        _note(ax, burn_up, places, labels)
        period_axis(ax, burn_up["period_end"], labels, narrow=narrow)
        ax.set_xlim(-0.3, places[-1] + 0.3)
        ax.set_ylim(0, top * 1.12)
        ax.yaxis.set_major_locator(MaxNLocator(integer=True))
        axis_name(ax, "y", name_of(labels, "drawing", "count_of"))
    return ax


def draw_burn_up_by_theme(burn_up: pd.DataFrame, *, labels: Labels | None = None, narrow: bool = False) -> list[Axes]:
    """Small multiples of the burn-up, one a theme: on one scale, or each on its own where a theme dwarfs another.

    Parameters
    ----------
    burn_up : pandas.DataFrame
        From `analysis.trend.burn_up_by_theme`; columns as in `draw_burn_up`.
    labels, narrow
        As in `analysis.charts.draw_states`.
    """
    themes, lines = list(burn_up["theme_id"].drop_duplicates()), _lines_of(burn_up)
    width, columns = figure_width(narrow=narrow), 2 if narrow else 3
    handles = [Line2D([], [], label=_line_name(labels, column), **LINES[column]) for column in lines]
    if not_in(burn_up).any():
        handles.append(
            Line2D([], [], label=name_of(labels, "drawing", "last_open"), linestyle="none", **_open("muted"))
        )
    scopes = burn_up.loc[burn_up["scope"].gt(0)].groupby("theme_id")["scope"].max()
    apart = bool(len(scopes)) and scopes.max() >= _DWARFING * scopes.min()
    if apart:
        handles.append(Line2D([], [], label=name_of(labels, "drawing", "own_scales", otherwise="↕"), linestyle="none"))
    legend = Legend(handles, narrow=narrow)
    with style():
        if not themes or not burn_up["scope"].max():
            return [say_nothing(axes_for(None, width=width, height=1), labels)]
        if burn_up["period_end"].eq(burn_up["period_end"].iloc[0]).all():
            counted = lines[-1]
            rows = zip(themes, burn_up[counted], burn_up["scope"], strict=True)
            parts = [f"{name_of(labels, 'theme_id', theme)} {done}/{scope}" for theme, done, scope in rows]
            text = _only_period(burn_up, [_line_name(labels, counted), *parts])
            return [say_nothing(axes_for(None, width=width, height=1), labels, text=text)]
        rows = -(-len(themes) // columns)
        size = (width, legend.height + (1.3 if narrow else 1.5) * rows)
        _, grid = pyplot.subplots(rows, columns, figsize=size, sharex=True, sharey=not apart, squeeze=False)
        for ax, theme in zip(grid.flat, themes, strict=False):
            part = burn_up[burn_up["theme_id"].eq(theme)]
            _draw_steps(ax, part, np.arange(len(part)))
            done, scope = part[lines[-1]].iloc[-1], part["scope"].iloc[-1]
            score = f"{done}/{scope}" if scope else "—"
            name = label_lines(name_of(labels, "theme_id", theme), 20 if narrow else 28)
            ax.set_title(name, loc="left", fontsize=8.5, color=colour("ink"))
            ax.set_title(score, loc="right", fontsize=9, color=colour("accent"))
            period_axis(ax, part["period_end"], labels, narrow=True)
            top = (part if apart else burn_up)[list(lines)].to_numpy(dtype="float64").max()
            ax.set_ylim(0, float(max(top, 1)) * 1.15)
            ax.yaxis.set_major_locator(MaxNLocator(integer=True, nbins=4))
        for ax in grid.flat[len(themes) :]:
            ax.set_axis_off()
        legend.draw(grid[0, 0])
    return list(grid.flat)


def draw_cumulative_flow(
    counts: pd.DataFrame, *, labels: Labels | None = None, ax: Axes | None = None, narrow: bool = False
) -> Axes:
    """One column a period, stacked by state: the bands of a cumulative-flow chart, drawn as the counts they are.

    Parameters
    ----------
    counts : pandas.DataFrame
        From `analysis.trend.by_period`: period_end, the columns of `analysis.schema.BUCKETS`, is_in. Columns of
        periods that are not in are hatched.
    labels, ax, narrow
        As in `draw_burn_up`.
    """
    bands = counts[list(BUCKETS)]
    shown = [state for state in BUCKETS if bands[state].any()]
    legend, width = state_legend(shown, labels, narrow=narrow), figure_width(narrow=narrow)
    with style():
        height = 2.7 if narrow else 3.2
        ax = axes_for(ax, width=width, height=height + 0.5 + legend.height)
        if not shown:
            return say_nothing(ax, labels)
        if len(counts) == 1:
            looks = ((LOOKS[state].mark, name_of(labels, "state", state), bands[state].iloc[0]) for state in shown)
            return say_nothing(ax, labels, text=_only_period(counts, [f"{m} {name} {n}" for m, name, n in looks]))
        places, floor, late = np.arange(len(counts)), np.zeros(len(counts)), not_in(counts)
        total = int(bands.sum(axis="columns").max())
        column = (width - 0.6) / len(counts) * 0.86
        for state in shown:
            bars = ax.bar(places, bands[state], bottom=floor, width=0.86, **paint(state))
            rooms = [column if count and count / total * height > 0.14 else 0.0 for count in bands[state]]
            texts = label_bars(ax, bars, [int(count) for count in bands[state]], state, rooms=rooms)
            for place in np.flatnonzero(late):
                bars[place].set_hatch("////")
                bars[place].set_hatchcolor(colour("paper" if LOOKS[state].strong else "muted"))
                texts[place].set_bbox({"facecolor": colour(state), "edgecolor": "none", "pad": 0.8})
            floor = floor + bands[state].to_numpy()
        _say_open(ax, counts, labels, mark="▨")
        period_axis(ax, counts["period_end"], labels, narrow=narrow)
        ax.set_xlim(-0.55, len(counts) - 0.45)
        ax.set_ylim(0, total)
        ax.yaxis.set_major_locator(MaxNLocator(integer=True))
        ax.spines["left"].set_visible(False)
        ax.tick_params(left=False, labelcolor=colour("muted"))
        axis_name(ax, "y", name_of(labels, "drawing", "count_of"))
        legend.draw(ax)
    return ax


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


def _lines_of(burn_up: pd.DataFrame) -> list[str]:
    """The lines that a frame has: no plan without deadlines, no closures where nobody verifies."""
    return [column for column in LINES if column in burn_up.columns and not burn_up[column].isna().all()]


def _line_name(labels: Labels | None, column: str) -> str:
    return name_of(labels, "drawing", f"{column}_line", otherwise=column)


def _only_period(frame: pd.DataFrame, said: Sequence[str] | Any) -> str:
    return f"{names_by_end(frame['period_end'].drop_duplicates())[0]}: {' · '.join(said)}"


def _draw_steps(ax: Axes, burn_up: pd.DataFrame, places: np.ndarray) -> None:
    """Solid lines up to the last period that is in, and beyond it thin ones that end in a ring."""
    late = not_in(burn_up)
    firm = int(np.argmax(late)) if late.any() else len(places)
    for column in _lines_of(burn_up):
        look, values = LINES[column], burn_up[column].to_numpy(dtype="float64")
        counted = column in _COUNTED
        cut = firm if counted else len(places)
        ax.step(places[:cut], values[:cut], where="post", **look)
        if counted:
            ax.scatter(places[:cut], values[:cut], s=8 * look["linewidth"], color=look["color"], zorder=3)
        if cut < len(places):
            start = max(cut - 1, 0)
            thin = {"color": look["color"], "linewidth": 0.9, "linestyle": (0, (2, 2))}
            ax.step(places[start:], values[start:], where="post", **thin)
            ring = {"facecolor": colour("paper"), "edgecolor": look["color"], "linewidth": 1.4}
            ax.scatter(places[cut:], values[cut:], s=34, zorder=4, clip_on=False, **ring)
    quiet_grid(ax)


def _say_open(ax: Axes, frame: pd.DataFrame, labels: Labels | None, *, mark: str) -> None:
    if not_in(frame).any():
        text = f"{mark} {name_of(labels, 'drawing', 'last_open')}"
        ax.set_title(text, loc="right", fontsize=8.5, color=colour("ink"))


def _note(ax: Axes, burn_up: pd.DataFrame, places: np.ndarray, labels: Labels | None) -> None:
    counted = burn_up[_lines_of(burn_up)[-1]]
    for place, height, note in zip(places, counted, noted(burn_up, labels), strict=True):
        if note:
            after = place > len(places) / 2
            beside = {
                "xytext": (-14 if after else 6, 24),
                "textcoords": "offset points",
                "ha": "right" if after else "left",
            }
            arrow = {"arrowstyle": "-", "color": colour("ink"), "linewidth": 0.8}
            ax.annotate(label_lines(note, 30), (place, height), arrowprops=arrow, fontsize=8.5, zorder=5, **beside)


def _open(role: str) -> dict[str, Any]:
    return {"marker": "o", "markersize": 5.5, "markerfacecolor": colour("paper"), "markeredgecolor": colour(role)}


def quiet_grid(ax: Axes) -> None:
    """Lines across, and nothing else that is not data."""
    ax.yaxis.grid(visible=True)
    ax.set_axisbelow(True)
    ax.spines["left"].set_visible(False)
    ax.tick_params(left=False, labelcolor=colour("muted"))
