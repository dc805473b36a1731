"""An executed notebook → one page that needs nothing else: no network, no script, no font of the reader's machine."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup

from analysis import exhibits
from analysis.report.face import with_face
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
    """Import and read what every page needs, by making one."""
    from nbformat.v4 import new_code_cell, new_notebook, new_output

    shown = new_output("display_data", {"text/html": ""})
    chrome = Chrome(lang="en", skip="", title="", terms=())
    _without_face(new_notebook(cells=[new_code_cell(outputs=[shown])]), chrome)


def to_page(notebook: NotebookNode, chrome: Chrome, *, narrowed: bytes = b"") -> str:
    """The page of an executed notebook: outputs only, in the order of the cells.

    Parameters
    ----------
    notebook : nbformat.NotebookNode
    chrome : analysis.words.Chrome
        The words around the outputs: skip link, provenance.
    narrowed : bytes
        From `analysis.report.face.narrowed_face`, to be quicker.
    """
    return with_face(_without_face(notebook, chrome), narrowed=narrowed)


def _without_face(notebook: NotebookNode, chrome: Chrome) -> str:
    resources: dict[str, Any] = {
        "metadata": {"name": opening_of(notebook).get("title", "")},
        "page": {
            "lang": {"zh": "zh-CN"}.get(chrome.lang, chrome.lang),
            "policy": CONTENT_POLICY,
            "chrome": chrome,
            "style": Markup(exhibits.stylesheet()),
            "metadata_key": exhibits.METADATA,
        },
    }
    page, _ = _exporter().from_notebook_node(notebook, resources=resources)
    return page


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
