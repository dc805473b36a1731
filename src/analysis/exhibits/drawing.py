"""A figure as SVG for a page: once for paper and desk, once for a telephone; colours as variables, text as text.

At the foot of each stands what it rests on, for those who copy it out of its page.
"""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING
from xml.etree import ElementTree

import matplotlib as mpl
from markupsafe import Markup

from analysis.exhibits.slim import SVG, slim
from analysis.faces import visible
from analysis.look.palette import PALETTE
from analysis.look.style import lines_of, style

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd
    from matplotlib.axes import Axes

    from analysis.language import Caption

_VARIABLES = {light: f"var(--{role})" for role, (light, _) in PALETTE.items()}
_COLOUR = re.compile("|".join(map(re.escape, _VARIABLES)))
# The face is the page's own; naming it again in each of a thousand texts would double the drawing.
_FACE = re.compile(r"font-family:[^;]*;? ?|(?<=px) '[^;]*(?=;|$)")
_FOOT_SIZE, _FOOT_LINE = 8.0, 11.0


def to_svg(draw: Callable[..., Axes | list[Axes]], frame: pd.DataFrame, caption: Caption) -> tuple[Markup, Markup]:
    """The wide and the narrow drawing of a frame, ready to stand in HTML."""
    wide, narrow = (_svg(draw, frame, caption, narrow=narrow) for narrow in (False, True))
    return wide, narrow


def _svg(draw: Callable[..., Axes | list[Axes]], frame: pd.DataFrame, caption: Caption, *, narrow: bool) -> Markup:
    from matplotlib import pyplot

    kind = "narrow" if narrow else "wide"
    name = f"{caption.key}-{kind}"
    # What no face draws would be an empty box in the figure, and a warning in the notebook.
    labels = {space: {key: visible(text) for key, text in names.items()} for space, names in caption.labels.items()}
    with style(), mpl.rc_context({"svg.hashsalt": name}):
        drawn = draw(frame, labels=labels, narrow=narrow)
        figure = (drawn[0] if isinstance(drawn, list) else drawn).get_figure(root=True)
        assert figure is not None
        written = io.BytesIO()
        try:
            figure.savefig(written, format="svg", metadata={"Date": None, "Creator": None}, transparent=True)
        finally:
            pyplot.close(figure)
    drawing = ElementTree.fromstring(written.getvalue())
    _colour(drawing)
    _write_foot(drawing, caption.source)
    slim(drawing, prefix=f"{caption.key}-{kind[0]}")
    # An image for readers of the page: one role, one alternative text; its inner text is not read twice.
    drawing.attrib |= {"class": f"drawing {kind}", "role": "img", "aria-label": caption.alt}
    ElementTree.register_namespace("", SVG[1:-1])
    return Markup(ElementTree.tostring(drawing, encoding="unicode"))


def _write_foot(drawing: ElementTree.Element, text: str) -> None:
    """Make a drawing so much higher as a text needs that is written beneath it, from edge to edge."""
    width, height = map(float, drawing.get("viewBox", "").split()[2:])
    lines = lines_of(visible(text), ems=width / _FOOT_SIZE)
    if not lines:
        return
    grown = f"{height + (len(lines) + 0.5) * _FOOT_LINE:g}"
    drawing.attrib |= {"height": f"{grown}pt", "viewBox": f"0 0 {width:g} {grown}"}
    for place, line in enumerate(lines, start=1):
        look = {
            "x": "0",
            "y": f"{height + place * _FOOT_LINE:g}",
            "style": f"font-size: {_FOOT_SIZE:g}px; fill: var(--muted)",
        }
        ElementTree.SubElement(drawing, f"{SVG}text", look).text = line


def _colour(drawing: ElementTree.Element) -> None:
    """Put variables for colours, and leave out the face, which is the page's own."""
    for element in drawing.iter():
        for name in ("style", "fill", "stroke"):
            if name in element.attrib:
                value = _COLOUR.sub(lambda found: _VARIABLES[found[0]], element.attrib[name])
                element.set(name, _FACE.sub("", value))
