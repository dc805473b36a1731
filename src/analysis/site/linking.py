"""How the pages of a site lead to one another.

A page is made by itself, before anybody knows what will stand beside it. It holds what the site fills when the page is
published, and fills again when its neighbours change, without making the page again:

- the place of the navigation, and of the face for what its own face lacks: ``<!--navigation--><!--/navigation-->`` and
  ``<!--face--><!--/face-->``;
- names that lead to where a thing is told of in full, as links without an address, ``<a data-to="measure:M4">``:

  ``report:theme_coverage``
      the page of that report on the same day;
  ``unit:tj-customs``
      the page about that unit of a report that needs one;
  ``measure:M4``
      the block of that measure, on this page or on another of the same day: a page that tells of measures in full does
      so in an ``<article>`` each, with the id that `analysis.briefing.block.anchor` gives it.

Where what is named is not there, the link stays without an address, which reads as plain text. All of a page's links
stay within its plan, day and language, but for those to other days and languages; all are relative, so that a site can
be moved, zipped and mailed, and hold for the page's twin among the latest, too.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from analysis.briefing.block import anchor
from analysis.catalogue import languages, own_name, tag_of
from analysis.language import Language
from analysis.manifest import address_beside
from analysis.page import characters, face_rules, narrowed_face, template
from analysis.site import wording
from analysis.site.index import date_id, index_name
from analysis.site.places import as_made, filled, made_hash

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from analysis.manifest.pages import Manifest, Page
    from analysis.runner import Report

_TEMPLATES = Path(__file__).resolve().parent / "templates"


@dataclass(frozen=True)
class Links:
    """What a site puts into a page.

    Attributes
    ----------
    navigation : str
        HTML.
    addresses : mapping of str to str
        Where each report, unit and block of a measure is, as seen from the page.
    """

    navigation: str
    addresses: Mapping[str, str]

    def address_of(self, name: str) -> str:
        """Where what is named on the page is told of; blank when it is nowhere."""
        kind, _, key = name.partition(":")
        return self.addresses.get(anchor(key) if kind == "measure" else name, "")

    @cached_property
    def fingerprint(self) -> str:
        """Tells whether a page has these already."""
        told = [self.navigation, sorted(self.addresses.items())]
        return hashlib.sha256(json.dumps(told, ensure_ascii=False).encode("utf-8")).hexdigest()[:16]


def linked_pages(
    manifest: Manifest,
    read: Callable[[Page], bytes],
    *,
    reports: Mapping[str, Report],
    home: Callable[[str], str] = index_name,
    narrowed: bytes = b"",
) -> Iterator[tuple[Page, str]]:
    """The pages of a site whose links are not those that they should have, with them.

    Parameters
    ----------
    manifest : Manifest
        What the site is to hold.
    read : callable
        Gives what a page's file holds now.
    reports : mapping of str to analysis.runner.Report
        In the order in which they are read.
    home : callable
        The file in which readers of a language begin, in the folder of the site.
    narrowed : bytes
        From `analysis.page.narrowed_face`, to be quicker.

    Yields
    ------
    tuple of (Page, str)
        What the manifest is to remember of the page, and its text. A page that somebody has changed is left alone.
    """
    directory = _Directory(manifest.pages.values(), reports, home)
    every = ((page, directory.links(page)) for page in manifest.pages.values())
    changed = [(page, links) for page, links in every if page.links != links.fingerprint]
    if changed and not narrowed:
        narrowed = narrowed_face("".join(links.navigation for _, links in changed))
    for page, links in changed:
        try:
            text = read(page).decode("utf-8")
        except (OSError, UnicodeDecodeError):
            continue
        # A page that has just been made has no links yet; of others it is known what they were made as.
        made_as = page.made_as or page.sha256
        if made_hash(text) == made_as:
            text = as_made(text)
            lacking = sorted(set(characters(links.navigation)) - set(characters(text)))
            rules = face_rules("".join(lacking), narrowed=narrowed, only=True) if lacking else ""
            face = f"<style>{rules}</style>" if rules else ""
            text = filled(text, navigation=links.navigation, face=face, address_of=links.address_of)
            digest = hashlib.sha256(text.encode("utf-8")).hexdigest()
            yield replace(page, made_as=made_as, links=links.fingerprint, sha256=digest), text


class _Directory:
    """Where the pages of a site stand, as seen from each."""

    def __init__(self, pages: Iterable[Page], reports: Mapping[str, Report], home: Callable[[str], str]) -> None:
        self.reports = reports
        self.home = home
        self.says = {lang: Language(lang) for lang in languages()}
        self.template = template("navigation.html.j2", _TEMPLATES)
        self.of_day: dict[tuple[str, ...], list[Page]] = defaultdict(list)
        self.of_kind: dict[tuple[str, ...], list[Page]] = defaultdict(list)
        for page in sorted(pages, key=lambda page: page.age):
            asked = page.parameters
            self.of_day[asked.plan_id, asked.as_of, asked.known_at, asked.lang].append(page)
            self.of_kind[asked.plan_id, page.report, asked.lang, asked.unit, asked.theme].append(page)

    def links(self, page: Page) -> Links:
        """What a page is to be given."""
        asked, say = page.parameters, self.says[page.parameters.lang]
        beside = self._beside(page)
        addresses = {
            f"report:{name}": "" if other == page else _seen_from(page, other) for name, other in beside.items()
        }
        same_day = self.of_day[asked.plan_id, asked.as_of, asked.known_at, asked.lang]
        for other in sorted(same_day, key=lambda other: _likeness(page, other)):
            about, here = other.parameters, "" if other == page else _seen_from(page, other)
            for block in other.blocks.split():
                addresses[block] = f"{here}#{block}"
            if about.unit and not about.theme and self._needs_unit(other.report):
                addresses[f"unit:{about.unit}"] = here
        earlier, later = self._other_days(page)
        navigation = self.template.render(
            words=wording.navigation_words(say),
            index=f"../../../{self.home(say.lang)}",
            units=f"../../../{self.home(say.lang)}#{date_id(page)}" if any(o.parameters.unit for o in same_day) else "",
            reports=[
                {"title": self.reports[name].title(say.lang), "href": "" if other == page else _seen_from(page, other)}
                for name, other in beside.items()
            ],
            days=[
                {"rel": rel, "href": _seen_from(page, other), "day": wording.day(other.parameters.as_of, say)}
                for rel, other in (("prev", earlier), ("next", later))
                if other
            ],
            documents=[
                {"href": address_beside(page.path, one).rpartition("/")[2], "name": name}
                for one, name in wording.document_names(say).items()
                if one in page.formats
            ],
            languages=[
                {"href": _seen_from(page, other), "lang": tag_of(lang), "name": own_name(lang)}
                for lang, other in self._in_other_languages(page)
            ],
        )
        return Links(navigation.strip(), {name: address for name, address in addresses.items() if address})

    def _needs_unit(self, report: str) -> bool:
        return report in self.reports and self.reports[report].needs_unit

    def _beside(self, page: Page) -> dict[str, Page]:
        """The page of each report of the same day that comes nearest to what a page is about."""
        asked = page.parameters
        found: dict[str, Page] = {}
        same_day = self.of_day[asked.plan_id, asked.as_of, asked.known_at, asked.lang]
        for other in sorted(same_day, key=lambda other: _likeness(page, other)):
            about = other.parameters
            is_like = (about.unit, about.theme) in ((asked.unit, asked.theme), ("", ""))
            if other.report in self.reports and is_like:
                found[other.report] = other
        return {name: found[name] for name in self.reports if name in found}

    def _other_days(self, page: Page) -> tuple[Page | None, Page | None]:
        """The newest page of the same kind of the day before, and of the day after."""
        asked = page.parameters
        same = self.of_kind[asked.plan_id, page.report, asked.lang, asked.unit, asked.theme]
        by_day = {other.parameters.as_of: other for other in same}
        before = [day for day in by_day if day < asked.as_of]
        after = [day for day in by_day if day > asked.as_of]
        return by_day.get(max(before, default="")), by_day.get(min(after, default=""))

    def _in_other_languages(self, page: Page) -> Iterator[tuple[str, Page]]:
        asked = page.parameters
        for lang in languages():
            same = self.of_kind.get((asked.plan_id, page.report, lang, asked.unit, asked.theme), [])
            spoken = {other.parameters.model_copy(update={"lang": asked.lang}): other for other in same}
            if lang != asked.lang and asked in spoken:
                yield lang, spoken[asked]


def _likeness(page: Page, other: Page) -> tuple[bool, ...]:
    """The greater, the nearer to what a page is about; itself the nearest."""
    asked, about = page.parameters, other.parameters
    return (
        page == other,
        about.compare_to == asked.compare_to,
        not about.compare_to,
        (about.unit, about.theme) == (asked.unit, asked.theme),
        not about.unit and not about.theme,
    )


def _seen_from(page: Page, other: Page) -> str:
    """The address of a page as seen from another, and from its twin among the latest."""
    (_, day, lang, name), (_, own_day, own_lang, _) = other.path.split("/"), page.path.split("/")
    return name if (day, lang) == (own_day, own_lang) else f"../../{day}/{lang}/{name}"
