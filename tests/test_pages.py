"""The pages, opened in a real browser as a reader opens them: from a file, without a network."""

import shutil
from collections.abc import Iterator
from importlib import resources
from pathlib import Path

import pytest

from analysis.catalogue import tag_of

from .built_site import FOLDER, SITUATIONS, build, build_troubles
from .chromium import needs_chromium, running_chromium
from .sites import faults

pytestmark = needs_chromium


@pytest.fixture(scope="module")
def browser() -> Iterator:
    with running_chromium() as running:
        yield running


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Every page of the site, its two indexes, and what is told of trouble, by a name to tell it by."""
    made = {" ".join(key): outcome.path for key, outcome in build().items()}
    troubles = build_troubles(tmp_path_factory.mktemp("troubles"))
    return {**made, "index zh": FOLDER / "index.html", "index en": FOLDER / "index.en.html", **troubles}


def opened(browser, path: Path, *, width: int = 1440, scheme: str = "light", bypass_csp: bool = False):
    context = browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme=scheme, offline=True, bypass_csp=bypass_csp
    )
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda request: complaints.append(request.url) if request.url != path.as_uri() else None)
    page.goto(path.as_uri())
    return page, [complaint for complaint in complaints if not complaint.startswith("data:")]


def test_each_page_stands_alone(browser, pages: dict[str, Path]) -> None:
    for name, path in pages.items():
        page, complaints = opened(browser, path)
        page.evaluate("document.querySelectorAll('details').forEach(part => part.open = true)")
        page.wait_for_timeout(50)
        assert not complaints, name
        assert page.locator("h1").count() == 1, name
        assert page.title(), name
        assert page.evaluate("document.documentElement.lang") == tag_of(name[-2:])
        unnamed = page.evaluate(
            "[...document.querySelectorAll('figure svg, img')].filter("
            "picture => !(picture.getAttribute('aria-label') || picture.getAttribute('alt'))).length"
        )
        assert unnamed == 0, name
        page.context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(browser, pages: dict[str, Path], scheme: str) -> None:
    axe = (resources.files("axe_playwright_python") / "axe.min.js").read_text("utf-8")
    for name, path in pages.items():
        page, _ = opened(browser, path, scheme=scheme, bypass_csp=True)
        page.evaluate("document.querySelectorAll('details').forEach(part => part.open = true)")
        page.evaluate(axe)
        tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
        found = page.evaluate(f"axe.run({{runOnly: {tags}, resultTypes: ['violations']}})")
        told = [
            (violation["id"], violation["help"], [node["html"][:160] for node in violation["nodes"][:2]])
            for violation in found["violations"]
        ]
        assert not told, f"{name} ({scheme}): {told}"
        page.context.close()


def test_no_page_scrolls_sideways_on_a_telephone(browser, pages: dict[str, Path]) -> None:
    for name, path in pages.items():
        page, _ = opened(browser, path, width=360)
        page.evaluate("document.querySelectorAll('details').forEach(part => part.open = true)")
        assert page.evaluate("document.documentElement.scrollWidth") == 360, name
        page.context.close()


def test_a_telephone_shows_the_narrow_drawings_and_a_desk_the_wide_ones(browser, pages: dict[str, Path]) -> None:
    path = pages["whole workload_by_unit zh"]
    for width, kind, other in ((360, "narrow", "wide"), (1440, "wide", "narrow")):
        page, _ = opened(browser, path, width=width)
        assert page.locator(f"svg.{kind}").first.is_visible()
        assert not page.locator(f"svg.{other}").first.is_visible()
        page.context.close()


@pytest.mark.parametrize("name", ["whole theme_coverage zh", "whole completion_trend en"])
def test_every_glyph_comes_with_the_page(browser, pages: dict[str, Path], name: str) -> None:
    """As on a machine without any Chinese font: nothing is drawn with a font of the machine."""
    page, _ = opened(browser, pages[name])
    page.evaluate("document.querySelectorAll('details').forEach(part => part.open = true)")
    session = page.context.new_cdp_session(page)
    session.send("DOM.enable")
    session.send("CSS.enable")
    root = session.send("DOM.getDocument", {"depth": 0})["root"]["nodeId"]
    nodes = session.send("DOM.querySelectorAll", {"nodeId": root, "selector": "body *"})["nodeIds"]
    used = [font for node in nodes for font in session.send("CSS.getPlatformFontsForNode", {"nodeId": node})["fonts"]]
    assert used
    assert {font["familyName"] for font in used if not font["isCustomFont"]} == set()
    page.context.close()


def test_the_list_of_measures_is_narrowed_without_a_script(browser, pages: dict[str, Path]) -> None:
    page, _ = opened(browser, pages["whole theme_coverage zh"])
    page.locator("details:has(tr[data-group]) > summary").click()
    rows = page.locator("tr[data-group]")
    assert rows.count() == 31
    assert page.locator("tr[data-group]:visible").count() == 31
    page.check("input[value=closed]")
    shown = page.locator("tr[data-group]:visible")
    assert 0 < shown.count() == page.locator("tr[data-group=closed]").count()
    page.check("input[value=all]")
    assert page.locator("tr[data-group]:visible").count() == 31
    page.context.close()


def test_a_page_prints_on_paper_without_a_cut_figure(browser, pages: dict[str, Path]) -> None:
    page, _ = opened(browser, pages["whole workload_by_unit zh"], width=794)
    page.emulate_media(media="print")
    height_of_a4 = (297 - 2 * 16) / 25.4 * 96
    tallest = page.evaluate(
        "Math.max(...[...document.querySelectorAll('figure')].map(figure => figure.getBoundingClientRect().height))"
    )
    assert tallest < height_of_a4
    assert page.locator("svg.wide").first.is_visible()
    assert not page.locator("p.file a").first.is_visible()
    assert page.pdf(prefer_css_page_size=True).startswith(b"%PDF")
    page.context.close()


def test_a_table_downloads_as_it_is_shown(browser, pages: dict[str, Path], tmp_path: Path) -> None:
    page, _ = opened(browser, pages["whole workload_by_unit zh"])
    page.locator("details summary").first.click()
    with page.expect_download() as waiting:
        page.locator("p.file a").first.click()
    waiting.value.save_as(tmp_path / "table.csv")
    content = (tmp_path / "table.csv").read_bytes()
    assert content.startswith(b"\xef\xbb\xbf"), "Excel reads it as UTF-8 only with the mark"
    lines = content.decode("utf-8-sig").splitlines()
    assert len(lines) == 1 + 24
    assert all(line.endswith("合成示例") for line in lines[1:])
    assert waiting.value.suggested_filename == "tianjin-2024_feedback_by_unit_synthetic.csv"
    page.context.close()


def test_every_link_of_the_site_leads_to_a_place(browser, pages: dict[str, Path], tmp_path: Path) -> None:
    """As the browser sees them, from the index on; and so wherever the folder lies."""
    moved = Path(shutil.copytree(FOLDER, tmp_path / "moved"))
    assert faults(FOLDER) == faults(moved) == []
    page, _ = opened(browser, moved / "index.html")
    links = page.evaluate("[...document.querySelectorAll('a')].map(link => link.href)")
    assert len(links) > len(SITUATIONS)
    page.context.close()
    page, _ = opened(browser, moved / pages["whole delivery zh"].relative_to(FOLDER))
    page.click("a[data-to^='measure:'][href] >> nth=0")
    # By a selector: the page's policy lets nobody evaluate a text, and a text is what is asked again and again.
    page.wait_for_selector(":target", state="attached")
    page.click("nav a >> nth=0")
    page.wait_for_url((moved / "index.html").as_uri())
    page.context.close()


def test_pages_are_small(pages: dict[str, Path]) -> None:
    assert max(path.stat().st_size for path in pages.values()) < 600_000
