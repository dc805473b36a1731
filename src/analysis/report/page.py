"""An executed notebook → one page that needs nothing else: no network, no script, no font of the reader's machine."""

from __future__ import annotations

import base64
import html
import io
import re
from copy import copy
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup

from analysis import exhibits
from analysis.charts.style import FACE, face_file
from analysis.words import Chrome

if TYPE_CHECKING:
    from nbconvert.exporters import TemplateExporter
    from nbformat import NotebookNode

CONTENT_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:; base-uri 'none'; form-action 'none'"
)
TEMPLATES = Path(__file__).resolve().parent / "templates"


def opening_of(notebook: NotebookNode) -> dict[str, Any]:
    """The title, headline, language and totals that the notebook's opening declares; empty when it has none."""
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            told = output.get("metadata", {}).get(exhibits.METADATA, {})
            if told.get("role") == "opening":
                return told
    return {}


def warm_up() -> None:
    """Import and read what every page needs."""
    from fontTools import subset  # noqa: F401

    assert _exporter().template
    _drawable()
    _face_basics()


def to_page(notebook: NotebookNode, chrome: Chrome) -> str:
    """The page of an executed notebook: outputs only, in the order of the cells.

    Parameters
    ----------
    notebook : nbformat.NotebookNode
    chrome : analysis.words.Chrome
        The words around the outputs: skip link, provenance.
    """
    opening = opening_of(notebook)
    resources: dict[str, Any] = {
        "metadata": {"name": opening.get("title", "")},
        "page": {
            "lang": {"zh": "zh-CN"}.get(chrome.lang, chrome.lang),
            "policy": CONTENT_POLICY,
            "chrome": chrome,
            "style": Markup(exhibits.stylesheet()),
            "metadata_key": exhibits.METADATA,
        },
    }
    page, _ = _exporter().from_notebook_node(notebook, resources=resources)
    return with_face(page)


@cache
def _exporter() -> TemplateExporter:
    from nbconvert.exporters import TemplateExporter
    from traitlets.config import Config

    # Not the exporter for HTML: it reads the finished page again to change what this template leaves no need to.
    return TemplateExporter(
        template_name="page",
        template_file="index.html.j2",
        extra_template_basedirs=[str(TEMPLATES)],
        file_extension=".html",
        config=Config({"NbConvertBase": {"display_data_priority": ["text/html", "image/png", "text/plain"]}}),
        optimistic_validation=True,
    )


def template(name: str) -> Template:
    """A template of the site, in which whatever is put in is escaped."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
    return environment.get_template(name)


def with_face(page: str) -> str:
    """The page with the font subset of its own characters put where its style sheet begins."""
    return page.replace("<style>", f"<style>{_face_rule(characters(page))}", 1)


def characters(page: str) -> str:
    """Every character that a page shows, sorted."""
    shown = re.sub(r"<style.*?</style>|<[^>]*>", " ", page, flags=re.DOTALL)
    return "".join(sorted(set(html.unescape(shown)) - set("\r\n\t")))


def missing_glyphs(page: str) -> str:
    """The characters of a page that its face cannot draw."""
    return "".join(char for char in characters(page) if ord(char) not in _drawable())


@cache
def _drawable() -> frozenset[int]:
    return frozenset(_face_basics()[1].getBestCmap())


@cache
def _face_basics() -> tuple[tuple[str, ...], Any, Any]:
    """What is the same for every subset, and slow to read: names of glyphs, characters, widths."""
    from fontTools.ttLib import TTFont

    with TTFont(face_file(), lazy=True) as face:
        return tuple(face.getGlyphOrder()), face["cmap"], face["hmtx"]


@cache
def _face_rule(text: str) -> str:
    from fontTools import subset

    # WOFF, not WOFF2: a fifth larger, and made ten times faster.
    options = subset.Options(flavor="woff", layout_features=[], hinting=False, name_IDs=[], recalc_timestamp=False)
    face = subset.load_font(str(face_file()), options, lazy=True)
    names, characters_drawn, widths = _face_basics()
    face.setGlyphOrder(list(names))
    face["cmap"], face["hmtx"] = copy(characters_drawn), copy(widths)
    face["cmap"].tables = [copy(table) for table in characters_drawn.tables]
    # What lines of horizontal text do not need is not even read.
    for table in {"BASE", "GDEF", "GPOS", "GSUB", "STAT", "vhea", "vmtx"} & set(face.keys()):
        del face[table]
    subsetter = subset.Subsetter(options)
    subsetter.populate(text=text)
    subsetter.subset(face)
    written = io.BytesIO()
    subset.save_font(face, written, options)
    data = base64.b64encode(written.getvalue()).decode("ascii")
    return f"@font-face{{font-family:'{FACE}';src:url(data:font/woff;base64,{data}) format('woff')}}"
