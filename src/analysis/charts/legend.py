"""How states look in a figure: the names above it, the paint of bars and the counts in them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from matplotlib.patches import Patch

from analysis.look.labels import Labels, name_of
from analysis.look.palette import FEEDBACK_LOOKS, LOOKS, colour
from analysis.look.style import LEGEND_SIZE, LINE, POINTS, columns_for, figure_width, lines_of, width_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.container import BarContainer
    from matplotlib.text import Annotation


_BAR_SIZE = 8.5


class Legend:
    """The names above a figure, in as many columns as find room; made before the figure, whose height it adds to.

    Attributes
    ----------
    height : float
        Inches that it takes.
    """

    def __init__(self, handles: Sequence[Artist], *, narrow: bool) -> None:
        self._handles = list(handles)
        width = figure_width(narrow=narrow)
        for handle in self._handles:
            handle.set_label("\n".join(lines_of(str(handle.get_label()), ems=width * POINTS / LEGEND_SIZE - 3.6)))
        names = [str(handle.get_label()) for handle in self._handles]
        longest = [max(name.split("\n"), key=width_of) for name in names]
        self._columns = columns_for(longest, width=width)
        # matplotlib fills column after column; one reads row after row.
        places = range(len(names))
        self._handles = [self._handles[at] for column in range(self._columns) for at in places[column :: self._columns]]
        lines = [name.count("\n") + 1 for name in names]
        each = -(-len(lines) // self._columns)
        self.height = LINE * sum(sorted(lines)[-each:])

    def draw(self, ax: Axes) -> None:
        """Put it at the head of the figure of some axes."""
        figure = ax.get_figure(root=True)
        assert figure is not None
        figure.legend(
            handles=self._handles,
            loc="outside upper left",
            ncols=self._columns,
            handlelength=1.4,
            columnspacing=1.2,
            borderaxespad=0.2,
            labelspacing=0.35,
        )


def state_legend(states: Sequence[str], labels: Labels | None, *, narrow: bool) -> Legend:
    """Marks and names of states, in the order of the stack."""
    handles = []
    for state in states:
        space = "feedback" if state in FEEDBACK_LOOKS else "state"
        handles.append(Patch(label=f"{LOOKS[state].mark} {name_of(labels, space, state)}", **paint(state)))
    return Legend(handles, narrow=narrow)


def paint(state: str) -> dict[str, Any]:
    """Fill and edge of a state: strong ones are parted by paper, pale ones by a line of their own above it."""
    strong = LOOKS[state].strong
    return {
        "facecolor": colour(state),
        "edgecolor": colour("paper" if strong else "muted"),
        "linewidth": 1.2 if strong else 0.7,
        "zorder": 2 if strong else 2.1,
        "clip_on": False,
    }


def label_bars(
    ax: Axes, bars: BarContainer, counts: Sequence[int], state: str, *, rooms: Sequence[float]
) -> list[Annotation]:
    """Counts in the middle of bars, with the mark of the state where both find room, or nothing where neither does.

    Parameters
    ----------
    rooms : sequence of float
        Inches that each bar has for a line of text.
    """
    texts = []
    for count, room in zip(counts, rooms, strict=True):
        both = (f"{LOOKS[state].mark}{count}", str(count))
        texts.append(next((text for text in both if width_of(text) * _BAR_SIZE <= room * POINTS), ""))
    on = colour("on-strong" if LOOKS[state].strong else "on-pale")
    return ax.bar_label(bars, texts, label_type="center", color=on, fontsize=_BAR_SIZE, zorder=3)
