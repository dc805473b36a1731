"""A figure as SVG for a page: once for paper and desk, once for a telephone; colours as variables, text as text.

At the foot of each stands what it rests on, for those who copy it out of its page.
"""

from __future__ import annotations

import io
import re
import unicodedata
from typing import TYPE_CHECKING
from xml.etree import ElementTree

import matplotlib as mpl
from markupsafe import Markup

from analysis.faces import visible
from analysis.look.palette import PALETTE
from analysis.look.style import style

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd
    from matplotlib.axes import Axes

    from analysis.language import Caption

_REWRITTEN = ("style", "d", "transform", "x", "y", "points", "clip-path", "fill", "stroke")
_SVG, _LINK = "http://www.w3.org/2000/svg", "{http://www.w3.org/1999/xlink}href"
_VARIABLES = {light: f"var(--{role})" for role, (light, _) in PALETTE.items()}
_COLOUR = re.compile("|".join(map(re.escape, _VARIABLES)))
_REFERENCE = re.compile(r"url\(#([^)]+)\)")
_LONG_NUMBER = re.compile(r"-?\d+\.\d{3,}")
# The face is the page's own; naming it again in each of a thousand texts would double the drawing.
_FACE = re.compile(r"font-family:[^;]*;? ?|(?<=px) '[^;]*(?=;|$)")
_FOOT_SIZE, _FOOT_LINE = 8.0, 11.0
# Between words, and in Chinese anywhere but before a sign that closes.
_BREAKABLE = re.compile(
    r"[\u2e80-\uffff][\u3001\u3002\u300b\u300d\u300f\uff01\uff09\uff0c\uff1a\uff1b\u201d]*|[^\u2e80-\uffff\s]*\s*"
)


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
    _tidy(drawing, prefix=name)
    _write_foot(drawing, caption.source)
    # An image for readers of the page: one role, one alternative text; its inner text is not read twice.
    drawing.attrib |= {"class": f"drawing {kind}", "role": "img", "aria-label": caption.alt}
    ElementTree.register_namespace("", _SVG)
    ElementTree.register_namespace("xlink", "http://www.w3.org/1999/xlink")
    return Markup(ElementTree.tostring(drawing, encoding="unicode"))


def _write_foot(drawing: ElementTree.Element, text: str) -> None:
    """Make a drawing so much higher as a text needs that is written beneath it, from edge to edge."""
    width, height = map(float, drawing.get("viewBox", "").split()[2:])
    lines = _lines(visible(text), ems=width / _FOOT_SIZE)
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
        ElementTree.SubElement(drawing, f"{{{_SVG}}}text", look).text = line


def _lines(text: str, *, ems: float) -> list[str]:
    """A text broken into lines that are not wider than `ems`, each character being taken for as wide as it can be."""
    lines, room = [""], ems
    for part in _BREAKABLE.findall(text):
        wide = sum(1.0 if unicodedata.east_asian_width(char) in "WFA" else 0.58 for char in part.rstrip())
        if wide > room and lines[-1]:
            lines.append("")
            room = ems
        lines[-1] += part
        room -= wide + 0.3 * (len(part) - len(part.rstrip()))
    return [line.rstrip() for line in lines if line.strip()]


def _tidy(drawing: ElementTree.Element, *, prefix: str) -> None:
    """Give ids a prefix or drop them, put variables for colours, and leave out what a browser does not need."""
    for parent in list(drawing.iter()):
        for child in list(parent):
            if child.tag == f"{{{_SVG}}}metadata":
                parent.remove(child)
    elements = list(drawing.iter())
    referred = {element.get(_LINK, "#")[1:] for element in elements if element.get(_LINK)}
    referred |= {
        name for element in elements for value in element.attrib.values() for name in _REFERENCE.findall(value)
    }
    for element in elements:
        element.tail = None
        if element.tag != f"{{{_SVG}}}text" and element.text and not element.text.strip():
            element.text = None
        identity = element.attrib.pop("id", "")
        if identity in referred:
            element.set("id", f"{prefix}-{identity}")
        if element.get(_LINK):
            element.set(_LINK, f"#{prefix}-{element.get(_LINK, '#')[1:]}")
        for name, value in element.attrib.items():
            if name in _REWRITTEN:
                value = _REFERENCE.sub(rf"url(#{prefix}-\1)", value)
                value = _COLOUR.sub(lambda found: _VARIABLES[found[0]], value)
                value = _LONG_NUMBER.sub(lambda found: f"{float(found[0]):.2f}".rstrip("0").rstrip("."), value)
                element.set(name, re.sub(r"\s+", " ", _FACE.sub("", value)).strip())
    _unwrap(drawing)


def _unwrap(element: ElementTree.Element) -> None:
    """Put the children of groups that say nothing in place of the group."""
    children: list[ElementTree.Element] = []
    for child in element:
        _unwrap(child)
        children.extend(child if child.tag == f"{{{_SVG}}}g" and not child.attrib else [child])
    element[:] = children
