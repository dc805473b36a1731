"""Exhibits where an analyst meets them: among the outputs of a notebook, in the styles of JupyterLab."""

from collections.abc import Iterator
from typing import Any

import pytest

from analysis.runner.registry import notebook_folder

from .chromium import needs_chromium, running_chromium

pytestmark = needs_chromium

# How far text stands out from what is painted under it, by the formula of WCAG, for each element with text of its own.
CONTRASTS = """
selector => {
  const parts = colour => colour.match(/[\\d.]+/g).map(Number)
  const light = ([r, g, b]) => [r, g, b].map(c => c / 255)
    .map(c => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
    .reduce((sum, c, place) => sum + c * [0.2126, 0.7152, 0.0722][place], 0)
  const ground = element => {
    const painted = parts(getComputedStyle(element).backgroundColor)
    return painted.length === 4 && painted[3] === 0 ? ground(element.parentElement) : painted
  }
  const shows = element => [...element.childNodes].some(node => node.nodeType === 3 && node.data.trim())
  return [...document.querySelectorAll(selector)].filter(shows).map(element => {
    const [dark, bright] = [parts(getComputedStyle(element).color), ground(element)].map(light).sort((a, b) => a - b)
    return [(bright + 0.05) / (dark + 0.05), element.textContent.trim()]
  })
}
"""
EDGES = """
selector => [...document.querySelectorAll(selector)].map(element => {
  const {left, right, top, bottom} = element.getBoundingClientRect()
  return {left, right, top, bottom}
})
"""


@pytest.fixture(scope="module")
def converted() -> dict[str, str]:
    """An executed report as ``nbconvert --to html`` makes it, by theme."""
    import nbformat
    from nbclient import NotebookClient
    from nbconvert import HTMLExporter

    executed = nbformat.read(notebook_folder() / "theme_coverage.ipynb", as_version=4)
    NotebookClient(executed).execute()
    themes = ("light", "dark")
    return {theme: HTMLExporter(template_name="lab", theme=theme).from_notebook_node(executed)[0] for theme in themes}


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with running_chromium() as running:
        yield running


# The theme of the notebook decides, not that of the machine.
@pytest.fixture(params=[("light", "light"), ("dark", "light"), ("light", "dark"), ("dark", "dark")], ids="-on-".join)
def page(request: pytest.FixtureRequest, browser: Any, converted: dict[str, str], tmp_path: Any) -> Iterator[Any]:
    theme, machine = request.param
    file = tmp_path / f"{theme}.html"
    file.write_text(converted[theme], "utf-8")
    viewport = {"width": 1300, "height": 900}
    context = browser.new_context(viewport=viewport, color_scheme=machine, offline=True)
    page = context.new_page()
    page.goto(file.as_uri(), wait_until="domcontentloaded")
    page.evaluate("document.querySelectorAll('.portplan details').forEach(part => part.open = true)")
    assert page.evaluate("document.body.dataset.jpThemeLight") == {"light": "true", "dark": "false"}[theme]
    yield page
    context.close()


def test_the_first_column_can_be_read_in_a_notebook(page: Any) -> None:
    outputs = page.evaluate(EDGES, ".jp-OutputArea-output:has(.scroll)")
    regions = page.evaluate(EDGES, ".portplan .scroll")
    assert page.locator(".portplan .scroll.broad").count(), "a wide table is what this is about"
    for region, output in zip(regions, outputs, strict=True):
        assert output["left"] <= region["left"] < region["right"] <= output["right"]
    heads = page.evaluate(EDGES, ".portplan .scroll tr > th:first-child")
    assert all(any(region["left"] <= head["left"] < region["right"] for region in regions) for head in heads)
    first = page.locator(".portplan tbody th").first
    assert first.evaluate("cell => getComputedStyle(cell).textAlign") == "left"


def test_text_stands_out_from_its_ground_in_a_notebook(page: Any) -> None:
    texts = page.evaluate(CONTRASTS, ".portplan :not(svg *)")
    assert len(texts) > 200
    assert [text for contrast, text in texts if contrast < 4.5] == []
    for row in (0, 1):
        page.locator(".portplan table:visible").first.locator("tbody tr").nth(row).hover()
        cells = page.evaluate(CONTRASTS, ".portplan tr:hover > *")
        assert cells
        assert [text for contrast, text in cells if contrast < 4.5] == []


def test_a_fragment_wears_the_theme_of_its_notebook(page: Any) -> None:
    theme = page.evaluate("document.body.dataset.jpThemeLight")
    grounds = {
        page.locator(selector).first.evaluate("part => getComputedStyle(part).backgroundColor")
        for selector in (".portplan.opening", ".portplan.exhibit")
    }
    assert grounds == {{"true": "rgb(255, 255, 255)", "false": "rgb(18, 23, 30)"}[theme]}


@pytest.mark.parametrize(("terms", "most"), [(".keys", 6), (".portplan.method dl", 20)], ids=["keys", "method"])
def test_terms_stand_above_their_meanings_in_a_notebook(page: Any, terms: str, most: int) -> None:
    names, meanings = page.evaluate(EDGES, f"{terms} dt"), page.evaluate(EDGES, f"{terms} dd")
    assert 0 < len(names) <= most
    for name, meaning in zip(names, meanings, strict=True):
        assert name["bottom"] <= meaning["top"] + 1
        assert name["left"] == pytest.approx(meaning["left"], abs=1)
