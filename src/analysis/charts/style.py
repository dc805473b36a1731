"""The look of every figure: one palette, one face, one context; and how a figure becomes part of a page.

Each colour stands for a role. A page replaces it by a variable of the same name, so that one drawing serves light,
dark and print. The palette was chosen to stay apart in the common forms of colour blindness and in grey.
"""

from __future__ import annotations

from contextlib import contextmanager
from functools import cache
from textwrap import wrap
from typing import TYPE_CHECKING

import matplotlib as mpl
import seaborn as sns
from matplotlib import font_manager, pyplot

from analysis.charts.labels import Labels, name_of
from analysis.faces import FACE, SECOND_FACE, face_file

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pandas as pd
    from matplotlib.axes import Axes

PALETTE: dict[str, tuple[str, str]] = {
    "paper": ("#ffffff", "#12171e"),
    "ink": ("#1b2129", "#e8ecf1"),
    "muted": ("#586270", "#a3adba"),
    "rule": ("#d5dae1", "#333c48"),
    "accent": ("#1a4f8b", "#8dbdf5"),
    "signal": ("#b4500f", "#f0a060"),
    "closed": ("#1b4f8a", "#86b9f4"),
    "on-closed": ("#fefefe", "#0b1016"),
    "done-reported": ("#5a92ce", "#4b86c6"),
    "on-done-reported": ("#0a0f14", "#f7f9fb"),
    "in-progress": ("#abcdea", "#2c517a"),
    "on-in-progress": ("#0a0f15", "#f7f9fc"),
    "stalled": ("#e08a3c", "#d9822f"),
    "on-stalled": ("#0a0f16", "#0b1017"),
    "not-started": ("#dde1e7", "#3a4350"),
    "on-not-started": ("#0a0f17", "#f7f9fd"),
    "ongoing": ("#58a593", "#3f8d7c"),
    "on-ongoing": ("#0a0f18", "#f7f9fe"),
    "no-feedback": ("#fdfdfd", "#171d25"),
    "on-no-feedback": ("#0a0f19", "#f7f9ff"),
    "withdrawn": ("#8b9099", "#737a85"),
    "on-withdrawn": ("#0a0f1a", "#f6f9ff"),
    "on-time": ("#58a594", "#3f8d7d"),
    "on-on-time": ("#0a0f1b", "#f6f9fe"),
    "late": ("#e9b872", "#b9853a"),
    "on-late": ("#0a0f1c", "#0b1018"),
    "missing": ("#fcfcfc", "#171d26"),
    "on-missing": ("#0a0f1d", "#f6f9fd"),
    "heat-0": ("#f7f8fa", "#181e26"),
    "heat-1": ("#d6e4f2", "#1f3247"),
    "heat-2": ("#a5c6e6", "#2a4a6d"),
    "heat-3": ("#5f97cf", "#3f70a6"),
    "heat-4": ("#1c4f8b", "#8ebef6"),
}
"""Role → its colour in a light and in a dark page; ``on-…`` is that of text upon it."""
HATCH = "/////"
MOST_ROWS = 40
"""Rows that one figure can hold and still be read; the table beneath it has them all."""
WIDE, NARROW = 7.4, 3.4


def colour(role: str) -> str:
    """The light colour of a role; states may be given as they stand in a frame (``no_feedback``).

    Parameters
    ----------
    role : str
        A key of `PALETTE`.

    Returns
    -------
    str
        As ``#rrggbb``.

    Raises
    ------
    KeyError
        When no role is called so.
    """
    return PALETTE[role.replace("_", "-")][0]


@contextmanager
def style() -> Iterator[None]:
    """The settings under which figures are drawn *and* saved; leaves matplotlib's own settings as they were.

    For charts of one's own, too::

        with charts.style():
            loads.plot.barh(x="unit_id", y="named_in", color=charts.colour("accent"))
    """
    _prepare()
    # seaborn's theme sets fonts of its own: ours come after it.
    with mpl.rc_context({**sns.axes_style("white"), **_SETTINGS}):  # pyright: ignore[reportArgumentType]
        yield


_SETTINGS = {
    "font.family": [FACE, SECOND_FACE],
    "font.size": 9.5,
    "axes.labelsize": 9,
    "xtick.labelsize": 9,
    "ytick.labelsize": 9.5,
    "legend.fontsize": 9,
    "text.color": colour("ink"),
    "axes.labelcolor": colour("muted"),
    "axes.edgecolor": colour("rule"),
    "axes.linewidth": 0.8,
    "axes.facecolor": "none",
    "axes.unicode_minus": False,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "figure.facecolor": "none",
    "figure.constrained_layout.use": True,
    "xtick.color": colour("muted"),
    "xtick.labelcolor": colour("muted"),
    "ytick.color": colour("muted"),
    "ytick.labelcolor": colour("ink"),
    "grid.color": colour("rule"),
    "grid.linewidth": 0.6,
    "hatch.linewidth": 0.7,
    "legend.frameon": False,
    "svg.fonttype": "none",
    "svg.hashsalt": "portplan",
}


def axes_for(ax: Axes | None, *, width: float, height: float) -> Axes:
    """The axes given, or those of a new figure of that size in inches when none is."""
    if ax is not None:
        return ax
    return pyplot.subplots(figsize=(width, height))[1]


def figure_width(*, narrow: bool) -> float:
    """Inches: the width of a text column on paper and on a desk, or of a telephone."""
    return NARROW if narrow else WIDE


def rows_left_out(ax: Axes, frame: pd.DataFrame, labels: Labels | None) -> None:
    """Say under a figure how many rows of the frame are only in the table."""
    left = len(frame) - MOST_ROWS
    if left > 0:
        text = name_of(labels, "drawing", "rows_left_out", otherwise="+ {n}").format(n=left)
        ax.annotate(
            text, (0, 0), (0, -34), xycoords="axes fraction", textcoords="offset points", va="top", fontsize=8.5
        )


def name_rows(ax: Axes, names: Sequence[str], *, narrow: bool, lift: float) -> None:
    """Names of the rows of a figure: beside them, or above them where there is no room beside."""
    rows = range(len(names))
    if narrow:
        ax.set_yticks([])
        for row, name in zip(rows, names, strict=True):
            ax.text(0, row - lift, name, va="bottom", fontsize=9)
    else:
        ax.set_yticks(rows, [label_lines(name, 24) for name in names])
    ax.set_ylim(len(names) - 0.45, -0.95 if narrow else -0.6)
    ax.tick_params(left=False)
    ax.spines["left"].set_visible(False)


def label_lines(text: str, width: int) -> str:
    """A label broken into lines: between words, or anywhere in Chinese, which has no spaces."""
    columns = width // 2 if any(character >= "\u2e80" for character in text) else width
    return "\n".join(wrap(text, columns)) or text


def say_nothing(ax: Axes, labels: Labels | None) -> Axes:
    """Axes that say in words why there is nothing to draw."""
    figure = ax.get_figure(root=True)
    assert figure is not None
    figure.set_size_inches(figure.get_figwidth(), 0.9)
    ax.set_axis_off()
    message = name_of(labels, "drawing", "nothing", otherwise="–")
    ax.text(0.5, 0.5, message, ha="center", va="center", color=colour("muted"), transform=ax.transAxes, wrap=True)
    return ax


@cache
def _prepare() -> None:
    # Chosen within the context, the backend of a notebook would lose its interactive mode at the end of the context,
    # and nothing that is plotted later would be shown.
    pyplot.switch_backend(mpl.get_backend())
    font_manager.fontManager.addfont(str(face_file()))
