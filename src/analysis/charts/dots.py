"""Cleveland dots: up to three counts of a row on one scale; a part of a whole as a rate."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, MaxNLocator

from analysis.charts.legend import Legend
from analysis.look.labels import Labels, by_key, name_of
from analysis.look.palette import colour
from analysis.look.style import (
    MOST_ROWS,
    axes_for,
    axis_name,
    figure_width,
    label_lines,
    left_out,
    name_rows,
    noted,
    percent,
    plain,
    row_height,
    say_nothing,
    style,
    width_of,
)

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

_LOOKS = (
    {"marker": "o", "markerfacecolor": colour("paper"), "markeredgecolor": colour("muted"), "markersize": 8},
    {"marker": "o", "markerfacecolor": colour("accent"), "markeredgecolor": colour("accent"), "markersize": 5},
    {"marker": "D", "markerfacecolor": colour("paper"), "markeredgecolor": colour("signal"), "markersize": 4.6},
)
_DWARFING = 2.5
"""So many times as long as the longest of the others is a row that dwarfs them; two rows can."""
_SHORTENED = 0.34
"""The part of the width that is left to what lies beyond the others."""


def draw_dots(
    counts: pd.DataFrame, *, labels: Labels | None = None, ax: Axes | None = None, narrow: bool = False
) -> Axes:
    """Rows of dots: the whole as a ring with its number, parts of it as a dot and as a diamond.

    Where one or two rows dwarf the others, the scale is shortened beyond the longest of these, with a line where it
    changes and a word on it.

    Parameters
    ----------
    counts : pandas.DataFrame
        First column: id of the row, top row first. Then one to three columns of counts, the largest first; a third
        that is 0 is not drawn. A last column ``kind``, when there is one, stands at the right edge.
    labels, ax, narrow
        As in `analysis.charts.draw_states`.
    """
    shown = by_key(counts).head(MOST_ROWS)
    columns = [str(column) for column in shown.columns if column != "kind"]
    names = [name_of(labels, str(shown.index.name), key) for key in shown.index]
    kinds = [name_of(labels, "kind", kind) for kind in shown["kind"]] if "kind" in shown.columns else []
    if kinds and narrow:
        names = [f"{name} · {kind}" for name, kind in zip(names, kinds, strict=True)]
    looks = dict(zip(columns, _LOOKS if len(columns) > 1 else _LOOKS[1:], strict=False))
    called = {column: name_of(labels, "column", column) for column in columns}
    legend = Legend([_dot(label=called[column], **look) for column, look in looks.items()], narrow=narrow)
    height = 0.7 + legend.height + len(shown) * row_height(names, narrow=narrow)
    with style():
        ax = axes_for(ax, width=figure_width(narrow=narrow), height=height)
        if shown.empty:
            return say_nothing(ax, labels)
        # A third count is of a part that most rows do not have: 0 is left out, not drawn at the edge.
        dots = shown[columns].astype("float64")
        dots = dots.where(dots.gt(0) | (np.arange(len(columns)) < 2))
        if len(shown) == 1:
            parts = (f"{called[str(column)]} {plain(value)}" for column, value in dots.iloc[0].dropna().items())
            return say_nothing(ax, labels, text=f"{names[0]}: {' · '.join(parts)}")
        rows = list(range(len(shown)))
        _set_scale(ax, dots[columns[0]].to_numpy(), labels, narrow=narrow)
        ax.hlines(rows, dots.min(axis="columns"), dots[columns[0]], color=colour("rule"), linewidth=2.4, zorder=1)
        for column, look in looks.items():
            values = dots[column].dropna()
            ax.plot(values, np.flatnonzero(dots[column].notna()), linestyle="none", clip_on=False, **look)
        for row, value in enumerate(dots[columns[0]]):
            _say_beside(ax, plain(value), value, row)
        if kinds and not narrow:
            edge = ax.secondary_yaxis("right")
            edge.set_yticks(range(len(kinds)), kinds)
            edge.tick_params(right=False, labelsize=8, labelcolor=colour("muted"))
            edge.spines["right"].set_visible(False)
        name_rows(ax, names, narrow=narrow, lift=0.24)
        _quiet(ax)
        axis_name(ax, "x", name_of(labels, "drawing", "count_of"))
        legend.draw(ax)
        left_out(ax, "rows_left_out", len(counts) - MOST_ROWS, labels)
    return ax


def draw_rates(
    rates: pd.DataFrame, *, labels: Labels | None = None, ax: Axes | None = None, narrow: bool = False
) -> Axes:
    """A dot a row at the part of its whole, with both counts beside it: 3/32.

    Parameters
    ----------
    rates : pandas.DataFrame
        First column: id of the row, top row first; what is worst goes first. Then the part and the whole, counts; a
        whole of 0 has no dot. A row of which ``is_noted`` is true carries the label ``note``.
    labels, ax, narrow
        As in `analysis.charts.draw_states`; the label ``rate_of`` of the drawing names the scale.
    """
    shown = by_key(rates).head(MOST_ROWS)
    names = [name_of(labels, str(shown.index.name), key) for key in shown.index]
    part, whole = (shown[column].astype("float64") for column in shown.columns[:2])
    notes = noted(shown, labels)
    if narrow:
        names = [f"{name} · {note}" if note else name for name, note in zip(names, notes, strict=True)]
    with style():
        ax = axes_for(ax, width=figure_width(narrow=narrow), height=0.7 + len(shown) * row_height(names, narrow=narrow))
        if not whole.sum():
            return say_nothing(ax, labels, "nothing" if shown.empty else "nothing_due")
        if len(shown) == 1:
            share = percent(part.iloc[0] / whole.iloc[0])
            return say_nothing(ax, labels, text=f"{names[0]}: {part.iloc[0]:.0f}/{whole.iloc[0]:.0f} ({share})")
        ax.set_xlim(-0.015, 1.15)
        ax.set_xticks([0, 0.25, 0.5, 0.75, 1])
        ax.xaxis.set_major_formatter(FuncFormatter(lambda share, _: percent(share)))
        share = part / whole.where(whole > 0)
        ax.hlines(range(len(shown)), 0, share.fillna(0), color=colour("rule"), linewidth=2.4, zorder=1)
        ax.plot(share.dropna(), np.flatnonzero(share.notna()), linestyle="none", clip_on=False, **_LOOKS[1])
        for row, at in enumerate(share.fillna(0)):
            counts = f"{part.iloc[row]:.0f}/{whole.iloc[row]:.0f}" if whole.iloc[row] else "–"
            _say_beside(ax, counts, at, row)
            if notes[row] and not narrow:
                _note(ax, notes[row], at, row, after=counts)
        name_rows(ax, names, narrow=narrow, lift=0.24)
        _quiet(ax)
        axis_name(ax, "x", name_of(labels, "drawing", "rate_of", otherwise=f"{part.name} / {whole.name}"))
        left_out(ax, "rows_left_out", len(rates) - MOST_ROWS, labels)
    return ax


def _dot(**look: object) -> Line2D:
    return Line2D([], [], linestyle="none", **look)  # pyright: ignore[reportArgumentType]


def _say_beside(ax: Axes, text: str, value: float, row: int) -> None:
    ax.annotate(text, (value, row), (7, 0), textcoords="offset points", va="center", fontsize=8.5)


def _note(ax: Axes, note: str, share: float, row: int, *, after: str) -> None:
    """A note after the counts of a rate, or before its dot where there is more room."""
    clear = {"facecolor": colour("paper"), "edgecolor": "none", "pad": 0.6}
    look = {"textcoords": "offset points", "va": "center", "fontsize": 8, "bbox": clear, "zorder": 4}
    away, side = (12 + width_of(after) * 8.5, "left") if share < 0.5 else (-8, "right")
    text = label_lines(note, 52)
    ax.annotate(text, (share, row), xytext=(away, 0), ha=side, linespacing=1.0, **look)


def _quiet(ax: Axes) -> None:
    ax.xaxis.grid(visible=True)
    ax.set_axisbelow(True)
    ax.spines["bottom"].set_visible(False)
    ax.tick_params(bottom=False)


def _set_scale(ax: Axes, values: np.ndarray, labels: Labels | None, *, narrow: bool) -> None:
    longest, few = float(values.max()), 4 if narrow else 8
    bend = _longest_of_the_others(values)
    if bend:
        # Beyond the bend so much narrower that it takes its part of the width, and never wider.
        pace = min(1.0, _SHORTENED / (1 - _SHORTENED) * bend / (longest - bend))
        ax.set_xscale(
            "function",
            functions=(
                lambda x: np.where(np.asarray(x) <= bend, x, bend + (np.asarray(x) - bend) * pace),
                lambda x: np.where(np.asarray(x) <= bend, x, bend + (np.asarray(x) - bend) / pace),
            ),
        )
        near = [tick for tick in MaxNLocator(few, integer=True).tick_values(0, bend) if 0 <= tick <= bend]
        far = [
            tick for tick in MaxNLocator(2 if narrow else 4, integer=True).tick_values(0, longest) if tick <= longest
        ]
        least = bend + 0.08 * longest
        ax.set_xticks([*near, *(tick for tick in far if tick > least)])
        ax.set_xlim(-0.012 * bend, longest + (0.12 * bend + 0.3) / pace)
        ax.axvline(bend, color=colour("muted"), linewidth=0.9, linestyle=(0, (2, 2)), zorder=1)
        text = name_of(labels, "drawing", "shortened_beyond", otherwise="> {n} ≫").format(n=plain(bend))
        ax.set_title(text, loc="right", fontsize=8.5, color=colour("muted"))
    else:
        ax.set_xlim(-0.012 * longest, longest * 1.1 + 0.2)
        ax.set_xticks([tick for tick in MaxNLocator(few, integer=True).tick_values(0, longest) if 0 <= tick <= longest])


def _longest_of_the_others(values: np.ndarray) -> float:
    """Where the scale bends: the longest row that is not one of the one or two that dwarf the others; 0 for nowhere."""
    rows = np.sort(values)[::-1]
    for dwarfing in (1, 2):
        if len(rows) >= dwarfing + 4 and rows[dwarfing] > 0 and rows[dwarfing - 1] >= _DWARFING * rows[dwarfing]:
            return float(rows[dwarfing])
    return 0.0
