"""The pages that a site writes about itself: the index in each language, and what is told of a failed attempt."""

from __future__ import annotations

import json
import re
import sys
import tempfile
from collections.abc import Iterable, Mapping
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import Any

from markupsafe import Markup

from analysis import exhibits
from analysis.report.face import with_face
from analysis.report.manifest import Failure, Manifest, Page, latest_path
from analysis.report.page import CONTENT_POLICY, template
from analysis.report.run import report_names
from analysis.words import LANGUAGES, Language, site

_COLOURS = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
_LONGEST = 20_000


def index_files(manifest: Manifest, *, narrowed: bytes = b"") -> dict[str, str]:
    """The index of a site in each language, by the name of its file."""
    return {index_name(lang): with_face(_index(manifest, lang), narrowed=narrowed) for lang in LANGUAGES}


def index_name(lang: str) -> str:
    """The file of the index in a language."""
    return "index.html" if lang == LANGUAGES[0] else f"index.{lang}.html"


def failure_page(failure: Failure, notebook: Mapping[str, Any], *, shown: Page | None, reason: str, log: str) -> str:
    """What is told of a failed attempt: the reason, the cell and its traceback, what the process wrote.

    Parameters
    ----------
    notebook : mapping
        The notebook as far as it came; empty when there is none.
    shown : Page, optional
        The last good page.
    """
    say = Language(failure.lang)
    words = site.failure_words(say)
    source, traceback = failing_cell(notebook)
    # Of a cell that raised, the whole is told below.
    reason = reason.splitlines()[-1] if traceback and reason else reason
    parts = {"reason": reason, "source": source, "traceback": traceback, "log": log}
    return _page(
        "failure",
        say,
        title=_name(failure, say),
        told=_told(failure, shown, say),
        parts=[(words[part], _COLOURS.sub("", text)[-_LONGEST:]) for part, text in parts.items() if text.strip()],
        up="../" * failure.page.count("/"),
        index=index_name(failure.lang),
    )


def failing_cell(notebook: Mapping[str, Any]) -> tuple[str, str]:
    """The source of the cell that raised, or was running when the notebook ended, and its traceback."""
    for cell in notebook.get("cells", []):
        for output in cell.get("outputs", []):
            if output["output_type"] == "error":
                return "".join(cell["source"]), "\n".join(output["traceback"])
    running = (
        cell
        for cell in notebook.get("cells", [])
        if cell["cell_type"] == "code" and cell["metadata"].get("papermill", {}).get("status") == "running"
    )
    return "".join(next(running, {}).get("source", "")), ""


def read_notebook(file: Path, places: Iterable[Path] = ()) -> dict[str, Any]:
    """An executed notebook `without_places`; empty when it was not written, or not to its end."""
    try:
        notebook = json.loads(without_places(file.read_text("utf-8"), places))
    except (OSError, ValueError):
        return {}
    notebook.get("metadata", {}).pop("papermill", None)
    return notebook


def without_places(text: str, places: Iterable[Path] = ()) -> str:
    """A text in which "…" stands for folders of this machine: what is published tells nobody how it is set up.

    Parameters
    ----------
    places : iterable of pathlib.Path
        Folders besides those of Python, of this package, of the user, and for temporary files.
    """
    package = Path(__file__).resolve().parents[2]
    known = [*places, package, Path(sys.prefix), Path(sys.base_prefix), Path.home(), Path(tempfile.gettempdir())]
    for place in sorted({str(place) for place in known if len(place.parts) > 1}, key=len, reverse=True):
        text = text.replace(place, "…")
    return text


def last_good(manifest: Manifest, path: str) -> Page | None:
    """What is shown while the page at a path cannot be made: the same as it was, or the newest of its kind."""
    return manifest.pages.get(path) or manifest.newest().get(latest_path(path))


def _index(manifest: Manifest, lang: str) -> str:
    say = Language(lang)
    shown = sorted(
        (page for page in manifest.pages.values() if page.lang == lang), key=lambda page: (page.plan_id, page.path)
    )
    in_order = partial(_reading_order, report_names())
    plans = []
    for _, of_plan in groupby(shown, key=lambda page: page.plan_id):
        pages = sorted(of_plan, key=_days, reverse=True)
        dates = [_date(days, sorted(of_date, key=in_order), say) for days, of_date in groupby(pages, key=_days)]
        latest = [(path, page) for path, page in manifest.newest().items() if page in pages]
        plans.append(
            {
                "title": pages[0].plan_title,
                "banner": next(
                    (page.banner for page in sorted(pages, key=lambda page: bool(page.selection)) if page.banner), ""
                ),
                "dates": dates,
                "latest": sorted(latest, key=lambda entry: in_order(entry[1])),
            }
        )
    other = next(language for language in LANGUAGES if language != lang)
    failures = []
    for path, failure in sorted(manifest.failures.items()):
        if failure.lang == lang:
            failures.append({"told": _told(failure, last_good(manifest, path), say), "href": failure.page})
    other_index = {"href": index_name(other), "lang": other}
    return _page("index", say, plans=plans, failures=failures, other=other_index)


def _date(days: tuple[str, str, str], pages: list[Page], say: Language) -> dict[str, Any]:
    """What the index shows of a date's pages: those of the whole, then the rest as a table, the greater share first."""
    whole = [page for page in pages if not page.selection]
    parts = sorted((page for page in pages if page.selection), key=lambda page: -page.measures)
    headline = next((page.headline for page in whole), "")
    line, count = site.date_line(*days, say), site.page_count(len(pages), say)
    return {"line": line, "headline": headline, "whole": whole, "parts": parts, "count": count}


def _days(page: Page) -> tuple[str, str, str]:
    return page.as_of, page.known_at, page.compare_to


def _reading_order(order: list[str], page: Page) -> tuple[bool, int, str]:
    """What is about the whole first, each report in the order in which they are read."""
    return bool(page.selection), order.index(page.report) if page.report in order else len(order), page.path


def _name(failure: Failure, say: Language) -> str:
    return say.listing(filter(None, (site.report_name(failure.report, say), failure.selection)))


def _told(failure: Failure, page: Page | None, say: Language) -> str:
    return site.failure_line(
        page.title if page else _name(failure, say),
        failure.as_of,
        result=failure.result,
        since=failure.since,
        shown=page.as_of if page else "",
        say=say,
    )


def _page(name: str, say: Language, **values: Any) -> str:
    return template(f"site/{name}.html.j2").render(
        lang={"zh": "zh-CN"}.get(say.lang, say.lang),
        policy=CONTENT_POLICY,
        style=Markup(exhibits.stylesheet()),
        words=site.index_words(say),
        **values,
    )
