"""The pages that a site writes about itself: the index in each language, and what is told of a failed attempt."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from analysis import exhibits
from analysis.catalogue import languages, own_name, tag_of
from analysis.language import Language
from analysis.manifest.pages import Failure, Manifest, Page, latest_path
from analysis.manifest.stored import index_name
from analysis.page import CONTENT_POLICY, Executed, failure_page, template, with_face
from analysis.site import wording
from analysis.site.sparkline import sparkline

if TYPE_CHECKING:
    from analysis.runner import Report

_TEMPLATES = Path(__file__).resolve().parent / "templates"

Reports = Mapping[str, "Report"]
"""The reports there are by name, in the order in which they are read; a site may hold pages of others."""


def index_files(manifest: Manifest, reports: Reports, *, narrowed: bytes = b"") -> dict[str, str]:
    """The index of a site in each language, by the name of its file.

    Parameters
    ----------
    manifest : Manifest
    reports : mapping of str to analysis.runner.Report
        In the order in which they are read.
    narrowed : bytes
        From `analysis.page.narrowed_face`, to be quicker.
    """
    return {
        index_name(lang): with_face(_index(manifest, reports, Language(lang)), narrowed=narrowed)
        for lang in languages()
    }


def date_id(page: Page) -> str:
    """The id under which an index lists the pages of the same day."""
    return "_".join(page.path.split("/")[:2])


def page_of_failure(
    manifest: Manifest,
    failure: Failure,
    executed: Executed,
    *,
    reports: Reports,
    reason: str,
    log: str,
    narrowed: bytes = b"",
) -> str:
    """The page that tells of a failed attempt.

    Parameters
    ----------
    manifest : Manifest
        What the site holds; says since when and what is shown instead.
    failure : Failure
    executed : analysis.page.Executed
        The notebook as far as it came.
    reports : mapping of str to analysis.runner.Report
    reason, log : str
        What was raised, or how the process ended; what the process wrote.
    narrowed : bytes
        From `analysis.page.narrowed_face`, to be quicker.
    """
    say = Language(failure.parameters.lang)
    asked = failure.parameters
    page = failure_page(
        executed,
        say,
        title=_name(failure, reports, say),
        dates=wording.date_line(asked.as_of, asked.known_at, asked.compare_to, say),
        line=_line(failure, manifest, reports, say),
        reason=reason,
        log=log,
        home="../" * failure.page.count("/") + index_name(say.lang),
    )
    return with_face(page, narrowed=narrowed)


def _index(manifest: Manifest, reports: Reports, say: Language) -> str:
    places = {name: place for place, name in enumerate(reports)}

    def in_order(page: Page) -> tuple[bool, int, str]:
        """What is about the whole first, each report in the order in which they are read."""
        return page.is_narrowed, places.get(page.report, len(places)), page.path

    shown = sorted(
        (page for page in manifest.pages.values() if page.parameters.lang == say.lang),
        key=lambda page: (page.parameters.plan_id, page.path),
    )
    newest = manifest.newest()
    plans = []
    for _, of_plan in groupby(shown, key=lambda page: page.parameters.plan_id):
        pages = sorted(of_plan, key=_newest_last, reverse=True)
        dates = [_date(sorted(of_date, key=in_order), say) for _, of_date in groupby(pages, key=_newest_last)]
        latest = [(path, page) for path, page in newest.items() if page in pages]
        # A single page that somebody asked for, as of a unit, is no news of the plan.
        first = next((date for date in dates if date["whole"]), dates[0])
        others_of_plan = [date for date in dates if date is not first]
        plans.append(
            {
                "title": pages[0].plan_title,
                "banner": next((page.banner for page in sorted(pages, key=in_order) if page.banner), ""),
                "words": wording.plan_words(pages[0].finished, len(others_of_plan), say),
                "course": _course(sorted(pages, key=in_order), say),
                "newest": first,
                "others": others_of_plan,
                "latest": sorted(latest, key=lambda entry: in_order(entry[1])),
            }
        )
    failures = [
        {"line": _line(failure, manifest, reports, say), "href": failure.page}
        for _, failure in sorted(manifest.failures.items())
        if failure.parameters.lang == say.lang
    ]
    others = [
        {"href": index_name(lang), "lang": tag_of(lang), "name": own_name(lang)}
        for lang in languages()
        if lang != say.lang
    ]
    return template("index.html.j2", _TEMPLATES).render(
        lang=tag_of(say.lang),
        policy=CONTENT_POLICY,
        style=Markup(exhibits.stylesheet()),
        words=wording.index_words(say, is_empty=not manifest.pages),
        plans=plans,
        failures=failures,
        others=others,
    )


def _date(pages: list[Page], say: Language) -> dict[str, Any]:
    """What the index shows of a date's pages: those of the whole, then the rest as a table, the greater share first."""
    whole = [page for page in pages if not page.is_narrowed]
    parts = sorted((page for page in pages if page.is_narrowed), key=lambda page: -page.measures)
    headline = next((page.headline for page in whole), "")
    line, count = wording.date_line(*_days(pages[0]), say), wording.page_count(len(parts), say)
    return {
        "id": date_id(pages[0]),
        "line": line,
        "headline": headline,
        "whole": whole,
        "parts": parts,
        "count": count,
    }


def _course(pages: list[Page], say: Language) -> dict[str, Any]:
    """How many measures were completed on each day of which there is a page of the whole, as known last."""
    by_day: dict[str, Page] = {}
    for page in pages:
        known = by_day.get(page.parameters.as_of)
        if not page.is_narrowed and (known is None or page.age > known.age):
            by_day[page.parameters.as_of] = page
    points = [(day, by_day[day].closed, by_day[day].measures) for day in sorted(by_day)]
    if len(points) < 2:
        return {}
    return {"drawing": Markup(sparkline(points)), "line": wording.course_line(points, pages[0].finished, say)}


def _newest_last(page: Page) -> tuple[object, ...]:
    as_of, known_at, compare_to = _days(page)
    return as_of, known_at, not compare_to, compare_to


def _days(page: Page) -> tuple[str, str, str]:
    return page.parameters.as_of, page.parameters.known_at, page.parameters.compare_to


def _name(failure: Failure, reports: Reports, say: Language) -> str:
    report = reports.get(failure.report)
    return say.listing(filter(None, (report.title(say.lang) if report else failure.report, failure.selection)))


def _line(failure: Failure, manifest: Manifest, reports: Reports, say: Language) -> str:
    """That an attempt failed, and what is shown meanwhile: the page as it was, or the newest of its kind."""
    alike = [page for page in manifest.pages.values() if page.latest_path == latest_path(failure.path)]
    page = manifest.pages.get(failure.path) or max(alike, key=lambda page: page.age, default=None)
    return wording.failure_line(
        page.title if page else _name(failure, reports, say),
        failure.parameters.as_of,
        result=failure.result,
        since=failure.since,
        shown=page.parameters.as_of if page else "",
        say=say,
    )
