"""The one style of every figure: its face and settings, its sizes, its names of rows and axes, its numbers."""

from __future__ import annotations

import re
from contextlib import contextmanager
from fractions import Fraction
from functools import cache
from typing import TYPE_CHECKING
from unicodedata import east_asian_width

import matplotlib as mpl
import numpy as np
import seaborn as sns
from matplotlib import font_manager, pyplot

from analysis.faces import FACE, SECOND_FACE, face_file
from analysis.look.labels import Labels, name_of
from analysis.look.palette import colour
from analysis.rounding import rounded

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pandas as pd
    from matplotlib.axes import Axes

MOST_ROWS = 40
"""Rows that one figure can hold and still be read; the table beneath it has them all."""
WIDE, NARROW = 7.4, 3.4
POINTS = 72
"""Points of type in an inch."""
LEGEND_SIZE = 9
# Between words, and in Chinese anywhere but before a sign that closes.
_BREAKABLE = re.compile(
    r"[\u2e80-\uffff][\u3001\u3002\u300b\u300d\u300f\uff01\uff09\uff0c\uff1a\uff1b\u201d]*|[^\u2e80-\uffff\s]*\s*"
)
_WIDTHS = {
    " ": 0.3,
    **dict.fromkeys("0123456789", 0.56),
    **dict.fromkeys("BCDGHKNOPQRU", 0.75),
    **dict.fromkeys("@%mMWw", 0.95),
}
LINE = 0.2
"""Inches that a line of a legend takes."""


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
    "legend.fontsize": LEGEND_SIZE,
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
    # A dollar sign in a unit's name is a dollar sign.
    "text.parse_math": False,
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


def left_out(ax: Axes, key: str, rows: int, labels: Labels | None, *, below: int = 34) -> None:
    """Say so many points under the axes how many rows or columns of the frame are only in the table."""
    if rows > 0:
        text = label_lines(name_of(labels, "drawing", key, otherwise="+ {n}").format(n=rows), _across(ax))
        ax.annotate(
            text, (0, 0), (0, -below), xycoords="axes fraction", textcoords="offset points", va="top", fontsize=8.5
        )


def stand_beside(names: Sequence[str], *, narrow: bool) -> bool:
    """Whether the names of rows find room beside them; above them otherwise."""
    return not narrow or max(map(width_of, names), default=0) <= 8.5


def row_height(names: Sequence[str], *, narrow: bool) -> float:
    """Inches that a row takes, its name beside or above it, in as many lines as the longest name needs."""
    beside = stand_beside(names, narrow=narrow)
    lines = max((name.count("\n") for name in _row_names(names, narrow=narrow)), default=0)
    return (0.262 if beside else 0.36) + (0.08 if beside else 0.13) * lines


def name_rows(ax: Axes, names: Sequence[str], *, narrow: bool, lift: float) -> None:
    """Names of the rows of a figure: beside them, or above them where there is no room beside."""
    rows, beside = range(len(names)), stand_beside(names, narrow=narrow)
    told = _row_names(names, narrow=narrow)
    ax.set_yticks(rows if beside else [], told if beside else [])
    for row, name in zip(rows, [] if beside else told, strict=False):
        ax.text(0, row - lift, name, va="bottom", fontsize=8.5, linespacing=1.0)
    ax.set_ylim(len(names) - 0.45, -0.55 if beside else -0.85)
    ax.tick_params(left=False)
    ax.spines["left"].set_visible(False)


def _row_names(names: Sequence[str], *, narrow: bool) -> list[str]:
    if stand_beside(names, narrow=narrow):
        return list(names) if narrow else [label_lines(name, 28) for name in names]
    return [label_lines(name, 42) for name in names]


def axis_name(ax: Axes, axis: str, name: str) -> None:
    """The name of an axis, in as many lines as it needs."""
    if axis == "x":
        ax.set_xlabel(label_lines(name, _across(ax)))
    else:
        ax.set_ylabel(label_lines(name, 36))


def label_lines(text: str, width: int) -> str:
    """A label broken into lines of about so many letters: between words, in Chinese, which has no spaces, anywhere."""
    return "\n".join(lines_of(text, ems=width * 0.55))


def lines_of(text: str, *, ems: float) -> list[str]:
    """A text broken into lines that are not wider than `ems`; no word is broken."""
    lines, room = [""], ems
    for part in _BREAKABLE.findall(text):
        wide = width_of(part.rstrip())
        if wide > room and lines[-1]:
            lines.append("")
            room = ems
        lines[-1] += part
        room -= wide + 0.3 * (len(part) - len(part.rstrip()))
    return [line.rstrip() for line in lines if line.strip()]


def width_of(text: str) -> float:
    """How wide a text is at most, in ems of the face of figures."""
    return sum(_WIDTHS.get(char, 1.0 if east_asian_width(char) in "WFA" else 0.62) for char in text)


def columns_for(names: Sequence[str], *, width: float, handle: float = 2.4) -> int:
    """How many columns of a legend find room in so many inches, each name after a handle of so many ems."""
    room = width * POINTS / LEGEND_SIZE - 0.8
    widths = np.array([width_of(name) for name in names])
    for columns in range(min(len(names), 5), 1, -1):
        # One reads row after row.
        widest = sum(widths[column::columns].max() for column in range(columns))
        if widest + columns * handle + (columns - 1) * 1.2 <= room:
            return columns
    return 1


def noted(frame: pd.DataFrame, labels: Labels | None) -> list[str]:
    """What is said beside each row: the label ``note`` where the column ``is_noted`` is true, else nothing."""
    note = name_of(labels, "drawing", "note", otherwise="←")
    marked = frame["is_noted"] if "is_noted" in frame.columns else [False] * len(frame)
    return [note if mark else "" for mark in marked]


def plain(value: float | Fraction) -> str:
    """A number as a figure prints it: a count whole, a share of counts with one decimal."""
    return str(rounded(value, 0 if value == int(value) else 1))


def percent(share: float) -> str:
    """A share as a figure prints it."""
    return f"{rounded(100 * Fraction(share).limit_denominator(10**6))}%"


def say_nothing(ax: Axes, labels: Labels | None, key: str = "nothing", *, text: str = "") -> Axes:
    """Axes that say in words why there is nothing to draw, or all there is to say where a drawing would be silly."""
    figure = ax.get_figure(root=True)
    assert figure is not None
    figure.set_size_inches(figure.get_figwidth(), 0.9)
    ax.set_axis_off()
    message = text or name_of(labels, "drawing", key, otherwise=name_of(labels, "drawing", "nothing", otherwise="–"))
    message = label_lines(message, _across(ax))
    ax.text(0.5, 0.5, message, ha="center", va="center", color=colour("muted"), transform=ax.transAxes)
    return ax


def _across(ax: Axes) -> int:
    """How many letters a line of the figure holds."""
    figure = ax.get_figure(root=True)
    assert figure is not None
    return int(figure.get_figwidth() * 13)


@cache
def _prepare() -> None:
    # Chosen within the context, the backend of a notebook would lose its interactive mode at the end of the context,
    # and nothing that is plotted later would be shown.
    pyplot.switch_backend(mpl.get_backend())
    font_manager.fontManager.addfont(str(face_file()))
