"""A figure of one's own, with the words that a page must have for it."""

from __future__ import annotations

import io
import warnings
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_DOTS_PER_INCH = 144


def picture(figure: Figure | Axes, *, alt: str) -> None:
    """Show a matplotlib figure with its alternative text, and close it, so that its cell does not show it again.

    Parameters
    ----------
    figure : matplotlib.figure.Figure or matplotlib.axes.Axes
    alt : str
        What the figure says, for those who do not see it. A page without it is not published.

    Raises
    ------
    ValueError
        When `alt` is blank.
    """
    from IPython.display import Image, display
    from matplotlib import pyplot
    from matplotlib.figure import Figure

    if not alt.strip():
        raise ValueError('图片要有替代文字：exhibits.picture(图, alt="图中说了什么")')
    drawn = figure if isinstance(figure, Figure) else figure.get_figure(root=True)
    assert drawn is not None
    written = io.BytesIO()
    try:
        with warnings.catch_warnings():
            # What no face draws is a box in the picture: a name in the data stops no page.
            warnings.filterwarnings("ignore", message="Glyph .* missing from font")
            # Without its program's version, the same figure is the same bytes.
            drawn.savefig(written, format="png", dpi=_DOTS_PER_INCH, bbox_inches="tight", metadata={"Software": None})
    finally:
        pyplot.close(drawn)
    display(Image(written.getvalue(), format="png", alt=alt.strip()))
