"""A figure as SVG for a page: once for paper and desk, once for a telephone; colours as variables, text as text."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from typing import TYPE_CHECKING

import matplotlib as mpl
import pandas as pd
from markupsafe import Markup

from analysis.charts.style import PALETTE, style

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from analysis.words import Caption

_VARIABLES = {light: f"var(--{role},{light})" for role, (light, _) in PALETTE.items()}
_HEX = re.compile("|".join(map(re.escape, _VARIABLES)))
_IDENTIFIED = re.compile(r' id="([^"]+)"')
_REFERRED = re.compile(r'(?:url\(#|href="#)([^)"]+)')


def to_svg(draw: Callable[..., Axes], frame: pd.DataFrame, caption: Caption) -> tuple[Markup, Markup]:
    """The wide and the narrow drawing of a frame, ready to stand in HTML."""
    wide, narrow = (_svg(draw, frame, caption, narrow=narrow) for narrow in (False, True))
    return wide, narrow


def _svg(draw: Callable[..., Axes], frame: pd.DataFrame, caption: Caption, *, narrow: bool) -> Markup:
    from matplotlib import pyplot

    name = f"{caption.key}-{'narrow' if narrow else 'wide'}"
    with style(), mpl.rc_context({"svg.hashsalt": name}):
        figure = draw(frame, labels=caption.labels, narrow=narrow).get_figure()
        assert figure is not None
        written = io.StringIO()
        try:
            figure.savefig(written, format="svg", metadata={"Date": None, "Creator": None}, transparent=True)
        finally:
            pyplot.close(figure)
    svg = written.getvalue()
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>\s*", "", svg, flags=re.DOTALL)
    svg = re.sub(r"<!--.*?-->\s*", "", svg, flags=re.DOTALL)
    svg = re.sub(r"\n\s*", "\n", svg)
    referred = set(_REFERRED.findall(svg))
    svg = _IDENTIFIED.sub(lambda found: f' id="{name}-{found[1]}"' if found[1] in referred else "", svg)
    svg = re.sub(r'(url\(#|href="#)', rf"\g<1>{name}-", svg)
    svg = _HEX.sub(lambda found: _VARIABLES[found[0]], svg)
    kind = "narrow" if narrow else "wide"
    # An image for readers of the page: one role, one alternative text; its inner text is not read twice.
    head = f'<svg class="drawing {kind}" role="img" aria-label="{Markup.escape(caption.alt)}" '
    return Markup(svg.replace("<svg ", head, 1))
