"""An executed notebook → one page that needs nothing else: no network, no script, no font of the reader's machine."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup

from analysis import exhibits
from analysis.catalogue import tag_of
from analysis.faces import visible
from analysis.opening import Chrome
from analysis.page.executed import Executed
from analysis.page.face import with_face
from analysis.page.markdown import to_html

if TYPE_CHECKING:
    from nbconvert.exporters import TemplateExporter
    from nbformat import NotebookNode

CONTENT_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:; base-uri 'none'; form-action 'none'"
)
TEMPLATES = Path(__file__).resolve().parent / "templates"


def warm_up() -> None:
    """Import and read what every page needs, by making one."""
    from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

    shown = new_code_cell(outputs=[new_output("display_data", {"text/html": ""})])
    said = new_markdown_cell("", metadata={"tags": ["page"]})
    chrome = Chrome(lang="en", skip="", title="", terms=())
    _without_face(Executed.of(new_notebook(cells=[shown, said])), chrome)


def to_page(executed: Executed, chrome: Chrome, *, narrowed: bytes = b"") -> str:
    """The page of an executed notebook: its outputs and the Markdown cells tagged ``page``, in the order of the cells.

    Parameters
    ----------
    executed : Executed
    chrome : analysis.opening.Chrome
        The words around the outputs: skip link, provenance.
    narrowed : bytes
        From `analysis.page.narrowed_face`, to be quicker.
    """
    return with_face(_without_face(executed, chrome), narrowed=narrowed)


def template(name: str, *folders: Path) -> Template:
    """A template in which whatever is put in is escaped, and which may include those of this room.

    Parameters
    ----------
    name : str
    *folders : pathlib.Path
        Where to look for it before the templates of this room.
    """
    environment = Environment(
        loader=FileSystemLoader([*folders, TEMPLATES]),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
    return environment.get_template(name)


def css_text(text: str) -> str:
    """A text within the quotes of a style sheet: whatever is neither letter nor digit goes by its number.

    Parameters
    ----------
    text : str
    """
    return "".join(char if char.isalnum() else f"\\{ord(char):x} " for char in text)


def _without_face(executed: Executed, chrome: Chrome) -> str:
    resources: dict[str, Any] = {
        "metadata": {"name": executed.title},
        "page": {
            "lang": tag_of(chrome.lang),
            "running": visible(executed.running or executed.title),
            "policy": CONTENT_POLICY,
            "chrome": chrome,
            "style": Markup(exhibits.stylesheet()),
            "metadata_key": exhibits.METADATA,
        },
    }
    page, _ = _exporter().from_notebook_node(cast("NotebookNode", executed.notebook), resources=resources)
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
        filters={"markdown_cell": to_html, "css_text": css_text},
        config=Config({"NbConvertBase": {"display_data_priority": ["text/html", "image/png", "text/plain"]}}),
        optimistic_validation=True,
    )
