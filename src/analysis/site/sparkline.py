"""A course of counts as a line no higher than a word."""

from __future__ import annotations

from datetime import date
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_WIDTH, _HEIGHT, _EDGE = 180, 34, 4


def sparkline(points: Sequence[tuple[str, int, int]]) -> str:
    """A line in steps from 0 to the whole, with a mark at its end, as inline SVG without words.

    Parameters
    ----------
    points : sequence of (str, int, int)
        ISO days in the order of time, two or more; how many of how many.
    """
    first, last = (date.fromisoformat(points[place][0]).toordinal() for place in (0, -1))
    most = max(whole for _, _, whole in points) or 1

    def place(day: str, count: int) -> tuple[float, float]:
        across = (date.fromisoformat(day).toordinal() - first) / (last - first)
        return (
            round(_EDGE + across * (_WIDTH - 2 * _EDGE), 1),
            round(_HEIGHT - _EDGE - count / most * (_HEIGHT - 2 * _EDGE), 1),
        )

    done = [place(day, count) for day, count, _ in points]
    scope = place(points[-1][0], points[-1][2])[1]
    steps = "".join(f"H{x:g}V{y:g}" for _, (x, y) in pairwise(done))
    return (
        f'<svg class="course" aria-hidden="true" width="{_WIDTH}" height="{_HEIGHT}" viewBox="0 0 {_WIDTH} {_HEIGHT}">'
        f'<path class="scope" d="M{_EDGE} {scope:g}H{_WIDTH - _EDGE}"/>'
        f'<path class="done" d="M{done[0][0]:g} {done[0][1]:g}{steps}"/>'
        f'<circle cx="{done[-1][0]:g}" cy="{done[-1][1]:g}" r="3"/></svg>'
    )
