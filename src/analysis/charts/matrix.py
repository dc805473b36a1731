"""Matrices of counts with the numbers in their cells."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import seaborn as sns
from matplotlib.colors import BoundaryNorm, ListedColormap

from analysis.charts.labels import Labels, by_key, name_of
from analysis.charts.style import (
    MOST_ROWS,
    axes_for,
    colour,
    figure_width,
    label_lines,
    rows_left_out,
    say_nothing,
    style,
)

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

_STEPS = 5


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
    with style():
        ax = axes_for(ax, width=figure_width(narrow=narrow), height=0.9 + len(shown) * 0.262)
        if cells.empty or not cells.to_numpy().sum():
            return say_nothing(ax, labels)
        bounds = _bounds(int(cells.to_numpy().max()))
        _draw_cells(ax, np.digitize(values, bounds) - 1, np.where(values > 0, values.astype("str"), ""))
        space = str(shown.index.name)
        names = [name_of(labels, space, key) for key in shown.index]
        heads = [name_of(labels, str(shown.columns.name or space), key) for key in shown.columns]
        _name_sides(ax, names, heads, narrow=narrow)
        rows_left_out(ax, counts, labels)
    return ax


def draw_parts(
    parts: pd.DataFrame, *, labels: Labels | None = None, ax: Axes | None = None, narrow: bool = False
) -> Axes:
    """A heatmap of themes by periods: how many measures of the theme, of how many; darker is a greater part.

    Parameters
    ----------
    parts : pandas.DataFrame
        From `analysis.coverage.feedback_by_period`: theme_id, period_end, current_feedback, measures.
    labels, ax, narrow
        As in `analysis.charts.draw_states`.
    """
    ends = parts["period_end"].drop_duplicates().iloc[-6 if narrow else -13 :]
    recent = parts[parts["period_end"].isin(ends)]
    themes = recent["theme_id"].unique()
    with style():
        ax = axes_for(ax, width=figure_width(narrow=narrow), height=0.8 + len(themes) * (0.42 if narrow else 0.34))
        if recent.empty:
            return say_nothing(ax, labels)
        current, measures = (
            recent.pivot_table(index="theme_id", columns="period_end", values=column, sort=False)
            for column in ("current_feedback", "measures")
        )
        share = (current / measures).to_numpy()
        texts = np.array(
            [
                [f"{part:.0f}/{whole:.0f}" for part, whole in zip(*pair, strict=True)]
                for pair in zip(current.to_numpy(), measures.to_numpy(), strict=True)
            ]
        )
        # The lightest step is none at all, the darkest the whole; the parts between share the other three.
        steps = np.select([share == 0, share == 1], [0, _STEPS - 1], 1 + np.floor(share * (_STEPS - 2)))
        _draw_cells(ax, steps.astype("int64"), texts)
        names = [name_of(labels, "theme_id", theme) for theme in current.index]
        _name_sides(ax, names, [f"{end:%Y-%m}" for end in current.columns], narrow=narrow)
    return ax


def _draw_cells(ax: Axes, steps: np.ndarray, texts: np.ndarray) -> None:
    sns.heatmap(
        steps,
        ax=ax,
        cmap=ListedColormap([colour(f"heat-{step}") for step in range(_STEPS)]),
        norm=BoundaryNorm(np.arange(_STEPS + 1) - 0.5, _STEPS),
        cbar=False,
        linewidths=1.2,
        linecolor=colour("paper"),
        clip_on=False,
    )
    for (row, column), text in np.ndenumerate(texts):
        if text:
            ink = colour("paper") if steps[row, column] == _STEPS - 1 else colour("ink")
            ax.text(column + 0.5, row + 0.5, text, ha="center", va="center", fontsize=8.5, color=ink)


def _name_sides(ax: Axes, names: list[str], heads: list[str], *, narrow: bool) -> None:
    ax.set_yticks(np.arange(len(names)) + 0.5, [label_lines(name, 16 if narrow else 24) for name in names])
    crowded = len(heads) > (6 if narrow else 14)
    ax.set_xticks(
        np.arange(len(heads)) + 0.5, heads if crowded else [label_lines(head, 6 if narrow else 14) for head in heads]
    )
    ax.tick_params(left=False, bottom=False, top=False, labeltop=True, labelbottom=False, rotation=0)
    ax.tick_params(axis="x", labelcolor=colour("ink"), labelsize=7.5 if narrow else 8.5, rotation=90 if crowded else 0)
    ax.set(xlabel="", ylabel="")


def _bounds(largest: int) -> np.ndarray:
    """Steps of colour: 0 by itself, then four of about equal width that reach the largest count."""
    inner = np.unique(np.ceil(np.linspace(1, max(largest, _STEPS - 1) + 1, _STEPS)))
    return np.concatenate([[0], inner]).astype("float64") - 0.5
