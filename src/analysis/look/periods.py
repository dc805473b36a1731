"""Names of periods along a figure."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from analysis.look.labels import Labels, name_of
from analysis.look.palette import colour

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd
    from matplotlib.axes import Axes


def period_heads(names: Iterable[str], labels: Labels | None) -> list[str]:
    """Names of periods (``2024-06``, ``2024-Q3``) in two lines, the year below where it begins.

    Quarters and halves go by the labels Q1 … H2 of the drawing, and by these names without one.
    """
    heads, before = [], ""
    for name in names:
        year, _, part = str(name).partition("-")
        part = name_of(labels, "drawing", part, otherwise=part)
        heads.append(part if part and year == before else f"{part}\n{year}".strip())
        before = year
    return heads


def names_by_end(ends: pd.Series) -> list[str]:
    """What periods are called that end on these days, by how far these lie apart; by the month where there is one."""
    apart = float(ends.diff().dt.days.median()) if len(ends) > 1 else 30.0
    if apart < 20:
        return [f"{end:%Y-%m·%d}" for end in ends]
    months = next((months for days, months in ((60, 1), (120, 3), (250, 6)) if apart < days), 12)
    named = {1: "{0:%Y-%m}", 3: "{0:%Y}-Q{1}", 6: "{0:%Y}-H{1}", 12: "{0:%Y}"}[months]
    return [named.format(end, -(-end.month // months)) for end in ends]


def period_axis(ax: Axes, ends: pd.Series, labels: Labels | None, *, narrow: bool) -> None:
    """Periods along the x axis, the year where it begins, as many as there is room for."""
    step = max(1, int(np.ceil(len(ends) / (6 if narrow else 14))))
    places = range(0, len(ends), step)
    ax.set_xticks(places, period_heads(names_by_end(ends)[::step], labels))
    ax.tick_params(axis="x", length=3, labelcolor=colour("muted"))


def not_in(frame: pd.DataFrame) -> np.ndarray:
    """Which periods are not in yet; none where the frame does not say."""
    if "is_in" not in frame.columns:
        return np.zeros(len(frame), dtype=bool)
    return ~frame["is_in"].to_numpy(dtype=bool)
