"""Markdown of a notebook's cell → HTML that the gate lets through: nothing raw, nothing that points outside."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nbconvert.filters.markdown_mistune import IPythonRenderer


def to_html(cell: Mapping[str, Any]) -> str:
    """The HTML of a Markdown cell.

    Raw HTML in it is shown as the text it is. A link or picture that points outside the page is its text alone;
    pictures that were pasted into the cell stay. Headings are one lower than they are written, since the page has its
    title.
    """
    from nbconvert.filters.markdown_mistune import MarkdownWithMath

    return MarkdownWithMath(_renderer()(attachments=cell.get("attachments", {}))).render(cell["source"])


@cache
def _renderer() -> type[IPythonRenderer]:
    from mistune import HTMLRenderer
    from nbconvert.filters.markdown_mistune import IPythonRenderer

    # A class in a function: what it is made from takes long to import.
    class Renderer(IPythonRenderer):
        def __init__(self, **options: Any) -> None:
            super().__init__(escape=True, exclude_anchor_links=True, **options)

        def heading(self, text: str, level: int, **attrs: Any) -> str:
            return super().heading(text, min(level + 1, 6))

        def link(self, text: str, url: str, title: str | None = None) -> str:
            return super().link(text, url, title) if url.startswith("#") else text

        def image(self, text: str, url: str, title: str | None = None) -> str:
            name = url.removeprefix("attachment:")
            if url.startswith("data:image/") or (name != url and name in self.attachments):
                return super().image(text, url, title)
            return text

        def block_code(self, code: str, info: str | None = None) -> str:
            # Without the colours and diagrams of JupyterLab, for which a page has neither styles nor scripts.
            return HTMLRenderer.block_code(self, code, info)

    return Renderer
