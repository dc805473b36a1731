"""Matrices of counts with the numbers in their cells."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import seaborn as sns
from matplotlib.colors import BoundaryNorm, ListedColormap

from analysis.look.labels import Labels, by_key, name_of
from analysis.look.palette import colour
from analysis.look.periods import period_heads
from analysis.look.style import (
    MOST_ROWS,
    POINTS,
    axes_for,
    figure_width,
    label_lines,
    left_out,
    say_nothing,
    style,
    width_of,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd
    from matplotlib.axes import Axes

_STEPS = 5
_NOTHING_DUE = -1


def draw_matrix(
    counts: pd.DataFrame, *, labels: Labels | None = None, ax: Axes | None = None, narrow: bool = False
) -> Axes:
    """A heatmap of counts; a 0 is an empty cell, which is the gap a reader looks for.

    Parameters
    ----------
    counts : pandas.DataFrame
        First column: ids of the rows, top first. The others: counts, named by the ids of the columns, left first;
        ``counts.columns.name`` says what these are (theme_id beside units), the same as the rows when it is None.
    labels, ax, narrow
        As in `analysis.charts.draw_states`.
    """
    cells = by_key(counts)
    shown = cells.iloc[:MOST_ROWS, : 8 if narrow else 26]
    values = shown.to_numpy(dtype="int64")
    space = str(shown.index.name)
    names = [name_of(labels, space, key) for key in shown.index]
    heads = [name_of(labels, str(shown.columns.name or space), key) for key in shown.columns]
    with style():
        empty = cells.empty or not cells.to_numpy().sum()
        ax = _grid(ax, names, [] if empty else heads, narrow=narrow)
        if empty:
            return say_nothing(ax, labels)
        steps = np.digitize(values, _bounds(int(cells.to_numpy().max()))) - 1
        _draw_cells(ax, steps, np.where(values > 0, values.astype("str"), ""), ramp="heat")
        _name_sides(ax, names, heads, narrow=narrow)
        left_out(ax, "rows_left_out", len(cells) - len(shown), labels, below=8)
        if len(cells) <= len(shown):
            left_out(ax, "columns_left_out", len(cells.columns) - len(shown.columns), labels, below=8)
    return ax


def draw_parts(
    parts: pd.DataFrame, *, labels: Labels | None = None, ax: Axes | None = None, narrow: bool = False
) -> Axes:
    """A heatmap by period of what came of what was due: 7/10; the darker, the greater the part that did not come.

    Parameters
    ----------
    parts : pandas.DataFrame
        From `analysis.coverage.feedback_by_period` or `analysis.workload.feedback_by_period`: first column the key of
        the rows, then period, received, reports_due. A cell without anything due has a dash.
    labels, ax, narrow
        As in `analysis.charts.draw_states`.
    """
    key = str(parts.columns[0])
    periods = sorted(parts["period"].unique())
    kept = periods[-6 if narrow else -13 :]
    recent = parts[parts["period"].isin(kept)]
    rows = list(recent[key].unique())[:MOST_ROWS]
    names, heads = [name_of(labels, key, row) for row in rows], period_heads(kept, labels)
    with style():
        ax = _grid(ax, names, heads, narrow=narrow)
        if not recent["reports_due"].sum():
            return say_nothing(ax, labels, "nothing" if parts.empty else "nothing_due")
        received, due = (_counts(recent, column, rows, kept) for column in ("received", "reports_due"))
        texts = np.array(
            [
                [f"{part}/{whole}" if whole else "–" for part, whole in zip(*pair, strict=True)]
                for pair in zip(received, due, strict=True)
            ]
        )
        missing = 1 - received / np.where(due > 0, due, 1)
        # The lightest step is none missing, the darkest all; the parts between share the other three.
        steps = np.select([missing == 0, missing == 1], [0, _STEPS - 1], 1 + np.floor(missing * (_STEPS - 2)))
        _draw_cells(ax, np.where(due > 0, steps, _NOTHING_DUE).astype("int64"), texts, ramp="gap")
        _name_sides(ax, names, heads, narrow=narrow)
        left_out(ax, "columns_left_out", len(periods) - len(kept), labels, below=8)
    return ax


def _counts(parts: pd.DataFrame, column: str, rows: Sequence[str], periods: Sequence[str]) -> np.ndarray:
    table = parts.pivot_table(index=str(parts.columns[0]), columns="period", values=column, sort=False)
    return table.reindex(list(rows)).reindex(columns=list(periods)).fillna(0).to_numpy(dtype="int64")


def _grid(ax: Axes | None, names: Sequence[str], heads: Sequence[str], *, narrow: bool) -> Axes:
    """Axes as high as rows of these names under these heads need."""
    lines = [line for head in _heads(heads, narrow=narrow) for line in head.split("\n")]
    longest = max(map(width_of, lines), default=1.0)
    most = max((head.count("\n") + 1 for head in _heads(heads, narrow=narrow)), default=1)
    above = longest * 8.5 / POINTS if _are_crowded(heads, narrow=narrow) else most * 0.16
    row_height = 0.3 if any("\n" in _row_name(name, narrow=narrow) for name in names) else 0.262
    return axes_for(ax, width=figure_width(narrow=narrow), height=0.3 + above + len(names) * row_height)


def _draw_cells(ax: Axes, steps: np.ndarray, texts: np.ndarray, *, ramp: str) -> None:
    sns.heatmap(
        steps,
        ax=ax,
        mask=steps == _NOTHING_DUE,
        cmap=ListedColormap([colour(f"{ramp}-{step}") for step in range(_STEPS)]),
        norm=BoundaryNorm(np.arange(_STEPS + 1) - 0.5, _STEPS),
        cbar=False,
        linewidths=1.2,
        linecolor=colour("paper"),
        clip_on=False,
    )
    for (row, column), text in np.ndenumerate(texts):
        if text:
            ink = colour("on-strong" if steps[row, column] == _STEPS - 1 else "on-pale")
            ax.text(column + 0.5, row + 0.5, text, ha="center", va="center", fontsize=8.5, color=ink)


def _are_crowded(heads: Sequence[str], *, narrow: bool) -> bool:
    """Whether heads stand upright: there are many, or a word of theirs is wider than its column."""
    room = (1.9 if narrow else 5.2) * POINTS / 8.5 / max(len(heads), 1)
    longest = max(
        (width_of(word) for head in heads for word in label_lines(head, int(room * 2)).split("\n")), default=0
    )
    return longest > room * 1.15 or len(heads) > 14


def _heads(heads: Sequence[str], *, narrow: bool) -> list[str]:
    if _are_crowded(heads, narrow=narrow):
        return [label_lines(head.replace("\n", " "), 20) for head in heads]
    room = (1.9 if narrow else 5.2) * POINTS / 8.5 / max(len(heads), 1)
    return [head if "\n" in head else label_lines(head, int(room * 2)) for head in heads]


def _row_name(name: str, *, narrow: bool) -> str:
    return label_lines(name, 18 if narrow else 28)


def _name_sides(ax: Axes, names: Sequence[str], heads: Sequence[str], *, narrow: bool) -> None:
    ax.set_yticks(np.arange(len(names)) + 0.5, [_row_name(name, narrow=narrow) for name in names])
    ax.set_xticks(np.arange(len(heads)) + 0.5, _heads(heads, narrow=narrow))
    upright = _are_crowded(heads, narrow=narrow)
    ax.tick_params(left=False, bottom=False, top=False, labeltop=True, labelbottom=False, rotation=0)
    ax.tick_params(axis="x", labelcolor=colour("ink"), labelsize=8 if narrow else 8.5, rotation=90 if upright else 0)
    ax.tick_params(axis="y", labelsize=8 if narrow else 8.5)
    ax.set(xlabel="", ylabel="")


def _bounds(largest: int) -> np.ndarray:
    """Steps of colour: 0 by itself, then four of about equal width that reach the largest count."""
    inner = np.unique(np.ceil(np.linspace(1, max(largest, _STEPS - 1) + 1, _STEPS)))
    return np.concatenate([[0], inner]).astype("float64") - 0.5
